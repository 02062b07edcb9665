"""Ways to add the rows of a gradient to the rows of a table: four that are right, and `+=`.

Each takes `ids` (n,), `d_out` (n, D) and V, and returns a new `dW` (V, D).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from w2v.model.functions import Floats, Ids
from w2v.model.layers import sum_repeated
from w2v.model.plain import embedding_backward, one_hot


def add_in_loop(ids: Ids, d_out: Floats, n_words: int) -> Floats:
    """Add one row after the other."""
    return embedding_backward(ids, d_out, n_words)


def add_at(ids: Ids, d_out: Floats, n_words: int) -> Floats:
    """Add without a buffer: NumPy's own scatter-add."""
    dW = np.zeros((n_words, d_out.shape[1]), d_out.dtype)
    np.add.at(dW, ids, d_out)
    return dW


def add_sorted(ids: Ids, d_out: Floats, n_words: int) -> Floats:
    """Sum the rows of each id first, as the layer does: then no id is there twice."""
    dW = np.zeros((n_words, d_out.shape[1]), d_out.dtype)
    distinct, sums = sum_repeated(ids, d_out)
    dW[distinct] += sums
    return dW


def add_by_product(ids: Ids, d_out: Floats, n_words: int) -> Floats:
    """Multiply by the one-hot matrix."""
    return one_hot(ids, n_words).astype(d_out.dtype).T @ d_out


def add_wrongly(ids: Ids, d_out: Floats, n_words: int) -> Floats:
    """Lose what repeats: this is what the lesson is about."""
    dW = np.zeros((n_words, d_out.shape[1]), d_out.dtype)
    dW[ids] += d_out
    return dW


# Each way that is right: its key, and how it is written.
WAYS: dict[str, tuple[Callable[[Ids, Floats, int], Floats], str]] = {
    "loop": (add_in_loop, "for i: dW[ids[i]] += d_out[i]"),
    "add_at": (add_at, "np.add.at(dW, ids, d_out)"),
    "sorted": (add_sorted, "sum_repeated(ids, d_out)"),
    "product": (add_by_product, "one_hot(ids, V).T @ d_out"),
}
WRONG = "dW[ids] += d_out"
