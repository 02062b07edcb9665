"""How a gradient changes a table: SGD, Adagrad, Adam. Each moves only rows that have a gradient.

A gradient is what `Embedding.grad` gives: a (V, D) array, or (ids, rows) of the touched rows. Of an
array, the rows that are not all zero count as touched: a word that is not in the batch must not
move, which PyTorch's dense Adam does not heed (its running mean goes on pushing such rows).
"""

from __future__ import annotations

import numpy as np

from w2v.model.functions import Floats, Ids
from w2v.model.layers import SparseGrad


def touched_rows(grad: Floats | SparseGrad) -> tuple[Ids, Floats]:
    """Return (ids, rows) of the rows that have a gradient.

    Parameters
    ----------
    grad : array of float (V, D), or (ids (n,), rows (n, D)) with distinct ids
    """
    if isinstance(grad, tuple):
        return grad
    ids = np.flatnonzero(grad.any(axis=1))
    return ids, grad[ids]


class SGD:
    """W -= lr * gradient."""

    def step(
        self, params: list[Floats], grads: list[Floats | SparseGrad | None], lr: float
    ) -> None:
        """Change each table in place by its gradient; None leaves it as it is."""
        for W, grad in zip(params, grads, strict=True):
            if grad is not None:
                ids, rows = touched_rows(grad)
                W[ids] = W.take(ids, axis=0) - W.dtype.type(lr) * rows


class Adagrad:
    """Divide each step by the root of the sum of squared gradients so far.

    h += gradient ** 2
    W -= lr * gradient / (sqrt(h) + epsilon)

    References
    ----------
    Duchi, Hazan and Singer, JMLR 12 (2011). epsilon as in PyTorch.
    """

    epsilon = 1e-10

    def __init__(self) -> None:
        self._sums: list[Floats] = []

    def step(
        self, params: list[Floats], grads: list[Floats | SparseGrad | None], lr: float
    ) -> None:
        """Change each table in place by its gradient; None leaves it as it is."""
        if not self._sums:
            self._sums = [np.zeros_like(W) for W in params]
        for W, h, grad in zip(params, self._sums, grads, strict=True):
            if grad is not None:
                ids, rows = touched_rows(grad)
                h[ids] += rows**2
                W[ids] -= W.dtype.type(lr) * rows / (np.sqrt(h[ids]) + self.epsilon)


class Adam:
    """Step along a running mean of the gradient, over the root of a running mean of its square.

    m += (1 - beta1) * (gradient - m);  v += (1 - beta2) * (gradient ** 2 - v)
    W -= lr * sqrt(1 - beta2 ** t) / (1 - beta1 ** t) * m / (sqrt(v) + epsilon)

    Both means of a row move only when the row has a gradient; t counts the steps in which its table
    had one.

    References
    ----------
    Kingma and Ba, arXiv:1412.6980, algorithm 1 in the form of the end of section 2; rows without a
    gradient as in torch.optim.SparseAdam.
    """

    beta1, beta2, epsilon = 0.9, 0.999, 1e-8

    def __init__(self) -> None:
        self._means: list[Floats] = []
        self._squares: list[Floats] = []
        self._n_steps: list[int] = []

    def step(
        self, params: list[Floats], grads: list[Floats | SparseGrad | None], lr: float
    ) -> None:
        """Change each table in place by its gradient; None leaves it as it is."""
        if not self._means:
            self._means = [np.zeros_like(W) for W in params]
            self._squares = [np.zeros_like(W) for W in params]
            self._n_steps = [0] * len(params)
        for i, (W, m, v, grad) in enumerate(
            zip(params, self._means, self._squares, grads, strict=True)
        ):
            if grad is not None:
                self._n_steps[i] = t = self._n_steps[i] + 1
                correction = (1 - self.beta2**t) ** 0.5 / (1 - self.beta1**t)
                ids, rows = touched_rows(grad)
                moving = rows.any(axis=1)  # a row of zeros is no gradient, however it is stored
                ids, rows = ids[moving], rows[moving]
                m[ids] += (1 - self.beta1) * (rows - m[ids])
                v[ids] += (1 - self.beta2) * (rows**2 - v[ids])
                W[ids] -= W.dtype.type(lr * correction) * m[ids] / (np.sqrt(v[ids]) + self.epsilon)


OPTIMIZERS: dict[str, type[SGD | Adagrad | Adam]] = {"sgd": SGD, "adagrad": Adagrad, "adam": Adam}
