"""The vector of a sentence: the mean of its words' vectors, plain or weighted.

Not here: how a sentence is cut into words, and which of them have a row (`word_vectors.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from w2v.errors import UsageError

Weighting = Literal["mean", "sif"]
WEIGHTINGS = ("mean", "sif")
# a, of the paper's section 5.1, where 1e-3 to 1e-4 are found to be best.
SIF_SHARE = 1e-3


def sif_weights(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the weight of each word, a / (a + p(word)), p its share of the text: (V,) -> (V,).

    Parameters
    ----------
    counts : array of int64, shape (V,)

    Raises
    ------
    UsageError
        If no word was counted.

    References
    ----------
    Arora, Liang and Ma, "A simple but tough-to-beat baseline for sentence embeddings", ICLR 2017,
    algorithm 1, line 2.
    """
    if not counts.any():
        raise UsageError(
            "weighting sif goes by how often words were seen, and these vectors come without "
            "counts; use mean"
        )
    return SIF_SHARE / (SIF_SHARE + counts / counts.sum())


def weighted_mean(
    vectors: NDArray[np.floating], ids: Sequence[int], weights: NDArray[np.float64] | None
) -> NDArray[np.float64]:
    """Return the mean of some rows, each times its weight; a repeated word counts again.

    Parameters
    ----------
    vectors : array of float, shape (V, D)
    ids : sequence of int, at least one
    weights : array of float64, shape (V,), optional
    """
    rows = np.asarray(vectors[list(ids)], np.float64)  # (n, D)
    if weights is not None:
        rows *= weights[list(ids), None]
    return rows.mean(axis=0)


def without_common_direction(sentences: NDArray[np.float64]) -> NDArray[np.float64]:
    """Take from each sentence its part along the direction that all of them have most in common.

    That direction is the first right singular vector of the table of sentences.

    Parameters
    ----------
    sentences : array of float64, shape (n, D)

    Returns
    -------
    array of float64, shape (n, D)

    References
    ----------
    Arora, Liang and Ma, as above, algorithm 1, lines 4 to 7.
    """
    direction = np.linalg.svd(sentences, full_matrices=False)[2][0]  # (D,)
    return sentences - np.outer(sentences @ direction, direction)
