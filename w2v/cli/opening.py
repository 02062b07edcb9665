"""Open what a user names as RUN: a run folder, a run's name, or a file of vectors."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NoReturn

from w2v.cli.terminal import counted, printable, settings, warn

if TYPE_CHECKING:
    from tqdm import tqdm

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
    from w2v.run_folder import find_run
    from w2v.vectors.word_vectors import WordVectors

    # os.path, not Path: it answers no, where Path raises, for a name that no file can have.
    if not os.path.exists(name) or os.path.isdir(name):
        return WordVectors.load(find_run(name))
    with bar_of_file(os.path.getsize(name)) as bar:
        vectors = WordVectors.load(name, lambda n_read, _: bar.update(n_read - bar.n))
    if n := vectors.n_not_utf8:
        words, verb = counted(n, "word"), "is" if n == 1 else "are"
        named = f"{words} of {printable(name)}"
        warn(f"{named} {verb} no UTF-8; the bytes are kept, and shown as \\xff")
    return vectors


def bar_of_file(n_bytes: int) -> tqdm[NoReturn]:
    """Return a bar for the bytes of a file; it is seen on a terminal, after a second."""
    from tqdm import tqdm

    return tqdm(
        desc="reading",
        total=n_bytes,
        unit="B",
        unit_scale=True,
        disable=settings().quiet or not sys.stderr.isatty(),
        dynamic_ncols=True,
        leave=False,
        delay=1,
    )
