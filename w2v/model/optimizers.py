"""How a gradient changes a table: SGD, Adagrad, Adam. Each moves only rows that have a gradient.

A gradient is what `Embedding.grad` gives: a (V, D) array, or (ids, rows) of the touched rows. Of an
array, the rows that are not all zero count as touched: a word that is not in the batch must not
move, which PyTorch's dense Adam does not heed (its running mean goes on pushing such rows).

What an optimizer remembers of the gradients so far is its state: with that and the tables another
one goes on where it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

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


State: TypeAlias = "dict[str, NDArray[Any]]"  # by name; of tables (V, D), one for each parameter


def numbered(name: str, tables: Sequence[Floats]) -> State:
    """Return tables by name and number.

    >>> list(numbered("sums", [np.zeros((2, 1)), np.zeros((2, 1))]))
    ['sums.0', 'sums.1']
    """
    return {f"{name}.{i}": table for i, table in enumerate(tables)}


def tables_of(name: str, state: Mapping[str, NDArray[Any]]) -> list[Floats]:
    """Return the tables that `numbered` gave names."""
    return [state[f"{name}.{i}"] for i in range(len(state)) if f"{name}.{i}" in state]


class SGD:
    """W -= lr * gradient."""

    def state(self) -> State:
        """Return nothing: no step depends on those before it."""
        return {}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over nothing."""

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

    def state(self) -> State:
        """Return h of each table; nothing before the first step."""
        return numbered("sums", self._sums)

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Go on with the sums of another; they are changed in place from now on."""
        self._sums = tables_of("sums", state)

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

    def state(self) -> State:
        """Return m, v and t of each table; nothing before the first step."""
        if not self._means:
            return {}
        means, squares = numbered("means", self._means), numbered("squares", self._squares)
        return {**means, **squares, "steps": np.array(self._n_steps, np.int64)}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Go on with the means of another; they are changed in place from now on."""
        self._means, self._squares = tables_of("means", state), tables_of("squares", state)
        self._n_steps = state["steps"].tolist() if "steps" in state else []

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
