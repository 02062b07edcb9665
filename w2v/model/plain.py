"""The Embedding layer in its plainest form: to read first, and to check the real one against.

An embedding is a table W with one row for each word. Looking a word up is indexing; its derivative
adds each incoming gradient to the row it came from. Both are one line here, with no options and no
thought of speed. `layers.py` has the layer that trains; the tests hold the two together.
"""

from __future__ import annotations

import numpy as np

from w2v.model.functions import Floats, Ids


def embedding_forward(W: Floats, ids: Ids) -> Floats:
    """Look rows up: `W[ids]`.

    Parameters
    ----------
    W : array of float, shape (V, D)
    ids : array of int, shape (n,)

    Returns
    -------
    array of float, shape (n, D)
    """
    return W[ids]  # (V, D)[(n,)] -> (n, D)


def embedding_backward(ids: Ids, d_out: Floats, n_words: int) -> Floats:
    """Add each row of `d_out` to the row of the table that it was looked up from.

    An id that stands twice in `ids` gets the sum of its two gradients. `dW[ids] += d_out` would not
    do: NumPy reads every `dW[ids]` before it writes any, so that the last of the two would win.

    Parameters
    ----------
    ids : array of int, shape (n,)
    d_out : array of float, shape (n, D)
        The gradient of the loss by what `embedding_forward` returned.
    n_words : int
        V, the number of rows of the table.

    Returns
    -------
    dW : array of float, shape (V, D)
    """
    dW = np.zeros((n_words, d_out.shape[1]), d_out.dtype)
    for i, word_id in enumerate(ids):
        dW[word_id] += d_out[i]
    return dW


def one_hot(ids: Ids, n_words: int) -> Floats:
    """Return a row for each id, all zeros but for a one in the id's column.

    `one_hot(ids, V) @ W` equals `W[ids]`, and `one_hot(ids, V).T @ d_out` equals the backward pass
    above: an embedding is a linear layer whose input is one-hot, without the multiplications by 0.

    Parameters
    ----------
    ids : array of int, shape (n,)
    n_words : int
        V, the number of columns.

    Returns
    -------
    array of float64, shape (n, V)
    """
    rows = np.zeros((len(ids), n_words))
    rows[np.arange(len(ids)), ids] = 1
    return rows
