"""Vector norms against frequency, a point a word."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from w2v.report.contract import Cell, Scatter, Table
from w2v.vectors.word_vectors import WordVectors

STEPS = 7000  # of ranks, evenly along a logarithmic axis: some 4,000 are whole numbers


def norms_of(
    run: str, vectors: WordVectors, specials: Sequence[str] = (), words: Sequence[str] = ()
) -> Scatter:
    """Return the norm and the count of words.

    Of a large vocabulary only some words are points, by rank: all of the commonest, and then ever
    fewer, as many for each power of ten; so no edge is seen that is not there. What has no place on
    logarithmic axes is left out: words that this text does not have, and vectors of zeros.

    Parameters
    ----------
    run : str
        Its name.
    vectors : WordVectors
    specials : sequence of str
        Rows that are no words, which are left out.
    words : sequence of str
        These are there too, if they have a place.

    Raises
    ------
    WordError
        If one of `words` is not in the vocabulary.
    """
    counts, norms = vectors.vocabulary.counts, vectors.cosines.lengths
    has_place = (counts > 0) & (norms > 0) & np.isfinite(norms)
    has_place[[row for row in map(vectors.vocabulary.find, specials) if row is not None]] = False
    commonest = np.argsort(-counts, kind="stable")
    wanted = [row for row in map(vectors.get_index, words) if has_place[row]]
    rows = _thinned(commonest[has_place[commonest]])
    rows = np.append(rows, np.setdiff1d(np.array(wanted, np.intp), rows))
    shown = [vectors.vocabulary.word_at(row) for row in rows.tolist()]
    x, y = counts[rows].astype(np.float64), np.asarray(norms[rows], np.float64)
    cells: list[list[Cell]] = [
        [word, int(count), round(norm, 4)]
        for word, count, norm in zip(shown, x.tolist(), y.tolist(), strict=True)
    ]
    table = Table(["word", "count", "norm"], cells)
    titles = ("Vector norms against frequency", "count in the text", "norm of the vector")
    return Scatter(*titles, run, shown, x, y, (True, True), table)


def _thinned(rows: NDArray[np.intp]) -> NDArray[np.intp]:
    """Choose from rows by rank, which are as dense along a logarithmic axis everywhere."""
    if len(rows) <= 1:
        return rows
    return rows[np.unique(np.geomspace(1, len(rows), STEPS).round().astype(np.intp)) - 1]
