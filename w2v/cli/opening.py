"""Open what a user names as RUN: a run folder, a run's name, or a file of vectors."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NoReturn

from w2v.cli.terminal import counted, settings, warn

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
    from tqdm import tqdm

    from w2v.run_folder import find_run
    from w2v.vectors.word_vectors import WordVectors

    # os.path, not Path: it answers no, where Path raises, for a name that no file can have.
    if not os.path.exists(name) or os.path.isdir(name):
        return WordVectors.load(find_run(name))
    bar: tqdm[NoReturn] = tqdm(
        desc="reading",
        total=os.path.getsize(name),
        unit="B",
        unit_scale=True,
        disable=settings().quiet or not sys.stderr.isatty(),
        dynamic_ncols=True,
        leave=False,
        delay=1,
    )

    def move(n_read: int, n_bytes: int) -> None:
        bar.update(n_read - bar.n)

    with bar:
        vectors = WordVectors.load(name, move)
    if vectors.n_not_utf8:
        words = counted(vectors.n_not_utf8, "word")
        warn(f"{words} of {name} are no UTF-8; their bytes are kept, and shown as \\xff")
    return vectors
