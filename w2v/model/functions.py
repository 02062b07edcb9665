"""The scalar functions of word2vec, on arrays of any shape: sigmoid, its logarithm, softmax.

All of them are stable: no finite argument overflows, and none warns. They keep the dtype they are
given.
Read `layers.py` next.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.floating]
Ids: TypeAlias = NDArray[np.integer]


def sigmoid(x: Floats) -> Floats:
    """Return 1 / (1 + exp(-x)), a probability.

    Where exp(-x) overflows it is infinite, and what comes out is 0, as it should be.

    Parameters
    ----------
    x : array of float32 or float64, any shape

    Returns
    -------
    array, shape and dtype of `x`, in 0..1
    """
    with np.errstate(over="ignore"):
        return unwatched_sigmoid(x).astype(x.dtype, copy=False)


def unwatched_sigmoid(x: Floats) -> Floats:
    """Return what `sigmoid` does; where exp(-x) overflows, NumPy may warn.

    To turn the warning off and on again takes as long as a small exponential, so a caller that has
    many to make turns it off once.
    """
    p = np.exp(-x)
    p += 1
    return np.reciprocal(p)


def log_sigmoid(x: Floats) -> Floats:
    """Return log sigmoid(x) in nats: min(x, 0) - log(1 + exp(-|x|)).

    Parameters
    ----------
    x : array of float32 or float64, any shape

    Returns
    -------
    array, shape and dtype of `x`, at most 0
    """
    return (np.minimum(x, 0) - np.log1p(np.exp(-np.abs(x)))).astype(x.dtype, copy=False)


def log_softmax(scores: Floats) -> Floats:
    """Return log(exp(s_i) / sum_j exp(s_j)) in nats, along the last axis.

    The largest score is taken off first, which changes nothing but keeps every exponential small.

    Parameters
    ----------
    scores : array of float32 or float64, shape (..., V)

    Returns
    -------
    array, shape and dtype of `scores`, at most 0
    """
    # Scores may lie further apart than the dtype reaches: then p is 0 and its log -inf.
    with np.errstate(over="ignore", invalid="ignore"):
        shifted = scores - scores.max(axis=-1, keepdims=True)
        return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
