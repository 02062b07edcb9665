"""The numeric derivative, and how far another one is from it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from w2v.model.functions import Floats
from w2v.model.layers import SparseGrad

# The error of a central difference is about STEP ** 2 by its form, and 1e-16 / STEP by rounding:
# near 1e-5 their sum is smallest, about 1e-10 in float64.
STEP = 1e-5


def numeric_gradient(loss: Callable[[], float], table: Floats) -> NDArray[np.float64]:
    """Return d loss() / d table by central differences: (loss(w + h) - loss(w - h)) / 2h.

    Parameters
    ----------
    loss : callable
        Returns the loss at the numbers that the table holds when it is called.
    table : array of float64, any shape
        Moved number by number, and put back as it was.

    Returns
    -------
    array of float64, shape of `table`
    """
    gradient = np.zeros(table.shape)
    for place in np.ndindex(table.shape):
        before = table[place]
        table[place] = before + STEP
        above = loss()
        table[place] = before - STEP
        below = loss()
        table[place] = before
        gradient[place] = (above - below) / (2 * STEP)
    return gradient


def errors(analytic: Floats, numeric: Floats) -> NDArray[np.float64]:
    """Return |analytic - numeric| of each entry, over the largest entry of both.

    Over the largest, and not over each: of an entry near 0, the rounding of the differences would
    be an error of any size.

    Parameters
    ----------
    analytic, numeric : arrays of float, one shape

    Returns
    -------
    array of float64, the same shape; inf where an entry is not finite
    """
    apart = np.abs(np.asarray(analytic, np.float64) - numeric)
    if not np.isfinite(apart).all():
        return np.where(np.isfinite(apart), 0.0, np.inf)
    largest = max(np.abs(analytic).max(initial=0.0), np.abs(numeric).max(initial=0.0))
    return apart / largest if largest > 0 else apart


def relative_error(analytic: Floats, numeric: Floats) -> float:
    """Return the largest of `errors`."""
    return float(errors(analytic, numeric).max(initial=0.0))


def dense(grad: Floats | SparseGrad | None, shape: tuple[int, ...]) -> Floats:
    """Spread (ids, rows) over a whole table; None is no gradient anywhere."""
    if not isinstance(grad, tuple):
        return np.zeros(shape) if grad is None else grad
    table = np.zeros(shape)
    table[grad[0]] = grad[1]
    return table
