"""Open what a user names as RUN: a run folder, a run's name, or a file of vectors."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from w2v.cli.bars import Bar
from w2v.cli.terminal import counted, printable, warn

if TYPE_CHECKING:
    from w2v.vectors.word_vectors import WordVectors


def open_vectors(name: str) -> WordVectors:
    """Open the vectors of a run, or read those of a file, with a bar if it takes a while.

    Raises
    ------
    RunError
        If there is no such run.
    FormatError
        If the file is damaged, or in no known format.
    """
    # Imported here, so that `w2v --help` does not pay for NumPy.
    from w2v.run_finding import find_run
    from w2v.vectors.word_vectors import WordVectors

    # os.path, not Path: it answers no, where Path raises, for a name that no file can have.
    if not os.path.exists(name) or os.path.isdir(name):
        return WordVectors.load(find_run(name))
    with Bar("reading") as bar:
        vectors = WordVectors.load(name, bar.move)
    if n := vectors.n_not_utf8:
        words, verb = counted(n, "word"), "is" if n == 1 else "are"
        named = f"{words} of {printable(name)}"
        warn(f"{named} {verb} no UTF-8; the bytes are kept, and shown as \\xff")
    return vectors
