"""Find an evaluation set by what a user calls it: the path of a file, or the name of a set."""

from __future__ import annotations

import difflib
import os

from w2v.errors import SetError, quoted
from w2v.evaluation.builtin import builtin_set, builtin_sets
from w2v.evaluation.sets import AnalogySet, SimilaritySet, read_set
from w2v.fetching.registry import find_fetched_set, load_registry


def known_sets() -> dict[str, str]:
    """Return a one-line description of each set that has a name, by name."""
    public = {
        name: entry.description for name, entry in load_registry().items() if entry.kind == "set"
    }
    return builtin_sets() | public


def find_set(name: str) -> AnalogySet | SimilaritySet:
    """Return the set that a user names; a file goes before a set of that name.

    Parameters
    ----------
    name : str
        A path, or a key of `known_sets()`.

    Raises
    ------
    SetError
        If there is none, with the known names; if it has not been fetched yet; or as `read_set`.
    """
    if _is_file(name):
        return read_set(name)
    if name in builtin_sets():
        return builtin_set(name)
    fetched = find_fetched_set(name)
    if fetched is not None:
        return read_set(fetched)
    if os.path.dirname(name) or os.path.splitext(name)[1]:
        return read_set(name)  # says what is wrong with that path
    near = difflib.get_close_matches(name, known_sets(), 1)
    meant = f"did you mean {near[0]}? " if near else ""
    raise SetError(
        f"there is no evaluation set {quoted(name)}; {meant}known are {', '.join(builtin_sets())}, "
        "any file by its path, and what `w2v corpus fetch` lists"
    )


def settled_name(name: str) -> str:
    """Return a name for `find_set` that means the same in every folder."""
    return os.path.abspath(name) if _is_file(name) else name


def _is_file(name: str) -> bool:
    """Tell whether a name is that of a file; a folder may well be called as a set is."""
    return os.path.exists(name) and not os.path.isdir(name)
