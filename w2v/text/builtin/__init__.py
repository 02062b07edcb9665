"""Corpora that are always there, offline: two made by code, and the shipped short texts."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from w2v.files import atomic_write, cache_folder, cannot_cache
from w2v.shipped import shipped_files
from w2v.text.builtin import python_docs, toy_world, toy_world_words

LANGUAGES = {"en": "English", "ko": "Korean", "zh": "Chinese"}


class Generated(NamedTuple):
    """A corpus that code makes: what it is, the function, and the modules that decide its text."""

    description: str
    lines: Callable[[], Iterator[str]]
    modules: tuple[ModuleType, ...]


GENERATED = {
    "python-docs": Generated(
        "English: the documentation of this Python, about 280,000 words",
        python_docs.lines,
        (python_docs,),
    ),
    "toy-world": Generated(
        "English-like, made by a grammar that plants analogies",
        toy_world.lines,
        (toy_world, toy_world_words),
    ),
}


def builtin_corpora() -> dict[str, str]:
    """Return a one-line description of each built-in corpus, by name."""
    shipped = {
        name: f"a short text in {LANGUAGES.get(name.rpartition('-')[2], 'another language')}"
        for name in shipped_files("corpora")
    }
    return {name: corpus.description for name, corpus in GENERATED.items()} | shipped


def builtin_file(name: str) -> Path:
    """Return the file of a built-in corpus; one made by code is made once and kept in the cache.

    Parameters
    ----------
    name : str
        A key of `builtin_corpora()`.

    Raises
    ------
    OutputError
        If the cache cannot be written.
    """
    if name not in GENERATED:
        return shipped_files("corpora")[name]
    _, lines, modules = GENERATED[name]
    # The text depends on the code that makes it and, for python-docs, on the Python it describes.
    sources = [Path(str(module.__file__)).read_bytes() for module in modules]
    made_from = b"".join([*sources, sys.version.encode()])
    path = cache_folder() / "builtin" / f"{name}-{hashlib.sha256(made_from).hexdigest()[:12]}.txt"
    if not path.is_file():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise cannot_cache(error) from error
        with atomic_write(path, "w") as file:
            file.writelines(f"{line}\n" for line in lines())
    return path
