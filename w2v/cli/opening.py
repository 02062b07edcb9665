"""Open what a user names as RUN."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from w2v.vectors.word_vectors import WordVectors


def open_vectors(name: str) -> WordVectors:
    """Open the vectors of the run that is named."""
    from w2v.run_folder import find_run
    from w2v.vectors.word_vectors import WordVectors

    return WordVectors.load(find_run(name))
