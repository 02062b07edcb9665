"""Vector norms against frequency, a point a word."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from w2v.report.contract import Cell, Scatter, Table
from w2v.vectors.word_vectors import WordVectors

ALL_OF = 2000  # commonest words, each of which is a point
MAX_POINTS = 4000


def norms_of(run: str, vectors: WordVectors, specials: Sequence[str] = ()) -> Scatter:
    """Return the norm and the count of words.

    Of more than `MAX_POINTS` words the `ALL_OF` commonest are there, and of the others every so
    manieth by rank. What has no place on logarithmic axes is left out: words that this text does
    not have, and vectors of zeros.

    Parameters
    ----------
    run : str
        Its name.
    vectors : WordVectors
    specials : sequence of str
        Rows that are no words, which are left out.
    """
    counts, norms = vectors.vocabulary.counts, vectors.cosines.lengths
    has_place = (counts > 0) & (norms > 0) & np.isfinite(norms)
    has_place[[row for row in map(vectors.vocabulary.find, specials) if row is not None]] = False
    commonest = np.argsort(-counts, kind="stable")
    rows = _thinned(commonest[has_place[commonest]])
    words = [vectors.vocabulary.word_at(row) for row in rows.tolist()]
    x, y = counts[rows].astype(np.float64), np.asarray(norms[rows], np.float64)
    cells: list[list[Cell]] = [
        [word, int(count), round(norm, 4)]
        for word, count, norm in zip(words, x.tolist(), y.tolist(), strict=True)
    ]
    table = Table(["word", "count", "norm"], cells)
    titles = ("Vector norms against frequency", "count in the text", "norm of the vector")
    return Scatter(*titles, run, words, x, y, (True, True), table)


def _thinned(rows: NDArray[np.intp]) -> NDArray[np.intp]:
    """Keep the first rows, and of the others as many as there is place for."""
    if len(rows) <= MAX_POINTS:
        return rows
    rest = rows[ALL_OF:]
    step = -(-len(rest) // (MAX_POINTS - ALL_OF))
    return np.concatenate((rows[:ALL_OF], rest[::step]))
