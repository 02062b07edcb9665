"""Exercise 5: take the gradient of the scores back to the rows, through the mean."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from w2v.lessons.exercise.task import (
    Answer,
    Array,
    Case,
    Part,
    Task,
    Values,
    first_wrong_row,
    shown,
)
from w2v.model.functions import Floats, sigmoid
from w2v.model.layers import Embedding, WindowMean
from w2v.model.losses import NegativeSamplingLoss, SigmoidWithLoss


def cases() -> list[Case]:
    """Return batches with contexts of different sizes, in a window that is never full."""
    rng = np.random.default_rng(15)

    def case(key: str, mask: list[list[int]], n_noise: int = 2, dtype: str = "float64") -> Case:
        hidden = rng.normal(size=(len(mask), 3)).round(1)
        rows = rng.normal(size=(len(mask), 1 + n_noise, 3)).round(1)
        labels = np.arange(1 + n_noise) == 0
        d_scores = (sigmoid(np.einsum("bd,bkd->bk", hidden, rows)) - labels).round(2)
        arrays = {"d_scores": d_scores, "hidden": hidden, "rows": rows, "mask": np.array(mask)}
        return Case(key, {name: array.astype(dtype) for name, array in arrays.items()})

    return [
        case("context_of_three", [[1, 1, 0, 1]]),
        case("sizes", [[0, 1, 1, 1], [1, 1, 1, 1], [0, 0, 1, 0]]),
        case("one_context_word", [[0, 1], [1, 0]], 1),
        case("float32", [[1, 1], [1, 0]], 3, "float32"),
    ]


class GivenGradient(SigmoidWithLoss):
    """Stands for the loss where the gradient of the scores is known."""

    def __init__(self, d_scores: Floats) -> None:
        super().__init__()
        self._d_scores = d_scores

    def backward(self) -> Floats:
        """Return it."""
        return self._d_scores


def right(d_scores: Array, hidden: Array, rows: Array, mask: Array) -> Answer:
    """Answer by the layers that train: each row of the batch is a word of its own."""
    n, n_columns, dim = rows.shape
    output = Embedding(n * n_columns, dim, weight=rows.reshape(-1, dim))
    loss = NegativeSamplingLoss(output, n_columns - 1)
    ids = np.arange(n * n_columns).reshape(n, n_columns)
    loss.sigmoid_with_loss = GivenGradient(d_scores)
    loss.score(hidden, ids[:, 0], ids[:, 1:])
    d_hidden = loss.backward()
    mean = WindowMean()
    in_context = np.zeros((n, *mask.shape), bool)
    in_context[np.arange(n), np.arange(n)] = mask > 0
    mean.forward(np.zeros((mask.size, dim), rows.dtype), in_context.reshape(n, -1))
    assert isinstance(output.grad, np.ndarray)
    return mean.backward(d_hidden).reshape(*mask.shape, dim), output.grad.reshape(rows.shape)


def values(case: Case, part: str, yours: Array, right: Array) -> Values:
    """Return the first center whose rows are wrong."""
    at = first_wrong_row(yours, right)
    mask = case.inputs["mask"]
    place = first_wrong_row(yours[at], right[at]) if yours.shape == right.shape else 0
    same = yours.shape == right.shape
    ratio = np.nan
    if same and np.abs(right[at]).max() > 0:
        largest = np.unravel_index(np.abs(right[at]).argmax(), right[at].shape)
        ratio = float(yours[at][largest] / right[at][largest])
    return {
        "center": at,
        "size": int(mask[at].sum()),
        "width": mask.shape[1],
        "total": int(mask.sum()),
        "ratio": f"{ratio:.2f}",
        "place": place,
        "yours": shown(yours[at, place]) if same else "",
        "right": shown(right[at, place]),
    }


def _d_hidden(d_scores: Array, rows: Array) -> Array:
    """Return the gradient by hidden."""
    return np.einsum("bk,bkd->bd", d_scores, rows)


def _context(change: Callable[[Array, Array], Array]) -> Callable[..., Answer]:
    """Return a mistake in the first part: made of d_hidden (B, 1, D) and the mask (B, C, 1)."""

    def answer(d_scores: Array, hidden: Array, rows: Array, mask: Array) -> Answer:
        d_hidden = _d_hidden(d_scores, rows)[:, None]
        return change(d_hidden, mask[:, :, None]), right(d_scores, hidden, rows, mask)[1]

    return answer


def _output(change: Callable[..., Array]) -> Callable[..., Answer]:
    """Return a mistake in the second part."""
    return lambda **inputs: (right(**inputs)[0], change(**inputs))


def _size(mask: Array) -> Array:
    """Return |C| of each center, (B, 1, 1)."""
    return mask.sum(axis=1, keepdims=True)


def _center_only(d_scores: Array, hidden: Array, rows: Array, mask: Array) -> Answer:
    """Forget the noise in d_hidden."""
    return right(d_scores * (np.arange(d_scores.shape[1]) == 0), hidden, rows, mask)


def _noise_only(d_scores: Array, hidden: Array, rows: Array, mask: Array) -> Answer:
    """Forget the center in d_hidden."""
    return right(d_scores * (np.arange(d_scores.shape[1]) > 0), hidden, rows, mask)


def _swapped(d_scores: Array, hidden: Array, rows: Array, mask: Array) -> Answer:
    """Return the second part first."""
    return right(d_scores, hidden, rows, mask)[::-1]


WRONG = {
    "no_mean": _context(lambda d, mask: mask * d),
    "twice": _context(lambda d, mask: mask * d / _size(mask) ** 2),
    "width": _context(lambda d, mask: mask * d / mask.shape[1]),
    "whole_batch": _context(lambda d, mask: mask * d / mask.sum()),
    "no_mask": _context(lambda d, mask: np.ones_like(mask) * d / _size(mask)),
    "center_only": _center_only,
    "noise_only": _noise_only,
    "rows_not_hidden": _output(lambda d_scores, hidden, rows, mask: d_scores[:, :, None] * rows),
    "swapped": _swapped,
}

TASK = Task(
    topic="cbow-backward",
    function="cbow_backward",
    parts=(Part("d_context", "floats"), Part("d_rows", "floats")),
    cases=cases,
    right=right,
    wrong=WRONG,
    values=values,
    shapes={
        "d_scores": ("(B, 1 + K)", "float"),
        "hidden": ("(B, D)", "float"),
        "rows": ("(B, 1 + K, D)", "float"),
        "mask": ("(B, C)", "float"),
        "d_context": ("(B, C, D)", "float"),
        "d_rows": ("(B, 1 + K, D)", "float"),
    },
    formula=(
        "hidden[t]       = Σ_c mask[t, c] * W_in[context[t, c]] / |C_t|",
        "|C_t|           = Σ_c mask[t, c]",
        "d_hidden[t]     = Σ_j d_scores[t, j] * rows[t, j]",
        "d_context[t, c] = mask[t, c] * d_hidden[t] / |C_t|",
        "d_rows[t, j]    = d_scores[t, j] * hidden[t]",
    ),
    example=(
        ">>> d_scores = np.array([[-0.5, 0.25]])",
        ">>> hidden = np.array([[1.0, 2.0]])",
        ">>> rows = np.array([[[2.0, 0.0], [0.0, 4.0]]])",
        ">>> mask = np.array([[1.0, 0.0, 1.0]])",
        ">>> d_context, d_rows = cbow_backward(d_scores, hidden, rows, mask)",
        ">>> (d_context + 0.0).tolist()",
        "[[[-0.5, 0.5], [0.0, 0.0], [-0.5, 0.5]]]",
        ">>> d_rows.tolist()",
        "[[[-0.5, -1.0], [0.25, 0.5]]]",
    ),
)
