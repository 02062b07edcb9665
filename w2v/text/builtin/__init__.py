"""Corpora that are always there, offline: two made by code, and the shipped short texts."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from w2v.files import atomic_write, cache_folder
from w2v.shipped import shipped_files
from w2v.text.builtin import python_docs, toy_world

GENERATED: dict[str, tuple[str, Callable[[], Iterator[str]], str]] = {
    "python-docs": (
        "English: the documentation inside the installed Python, about 340,000 words",
        python_docs.lines,
        python_docs.__file__,
    ),
    "toy-world": (
        "English-like, made by a small grammar that plants neighbours and analogies",
        toy_world.lines,
        toy_world.__file__,
    ),
}


def builtin_corpora() -> dict[str, str]:
    """Return a one-line description of each built-in corpus, by name."""
    shipped = {
        name: f"a short text in {LANGUAGES.get(name.rpartition('-')[2], 'another language')}"
        for name in shipped_files("corpora")
    }
    return {name: description for name, (description, _, _) in GENERATED.items()} | shipped


LANGUAGES = {"en": "English", "ko": "Korean", "zh": "Chinese"}


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
    _, lines, source = GENERATED[name]
    # The text depends on the code that makes it and, for python-docs, on the Python it describes.
    made_from = Path(source).read_bytes() + sys.version.encode()
    path = cache_folder() / "builtin" / f"{name}-{hashlib.sha256(made_from).hexdigest()[:12]}.txt"
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(path, "w") as file:
            file.writelines(f"{line}\n" for line in lines())
    return path
