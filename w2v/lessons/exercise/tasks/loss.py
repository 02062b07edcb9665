"""Exercise 4: the loss of negative sampling, and its gradient by the scores."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from w2v.lessons.exercise.task import Answer, Array, Case, Part, Task, Values, shown
from w2v.model.functions import log_sigmoid, sigmoid
from w2v.model.layers import Embedding
from w2v.model.losses import NegativeSamplingLoss

LARGE_SCORE = 40.0  # 1 - sigmoid is 0 in float64; toy-world comes to 50


def cases() -> list[Case]:
    """Return batches; noise repeats, and hits the word that is to be predicted."""
    rng = np.random.default_rng(14)

    def case(key: str, ids: list[list[int]], dtype: str = "float64") -> Case:
        W_out = rng.normal(size=(10, 3)).round(1).astype(dtype)
        hidden = rng.normal(size=(len(ids), 3)).round(1).astype(dtype)
        return Case(key, {"hidden": hidden, "rows": W_out[np.array(ids)], "ids": np.array(ids)})

    large = case("large_score", [[3, 3, 5, 1]])
    hidden = np.array([[4.0, 0.0, 0.0]])
    rows = np.array([[[10.0, 1.0, 0.0], [10.0, 1.0, 0.0], [10.0, 0.0, 2.0], [0.1, 0.2, 0.3]]])
    # Of the center and of the noise that equals it, and of a noise word that counts.
    assert (rows[0, :3] @ hidden[0] == LARGE_SCORE).all()
    return [
        case("one_center", [[4, 7, 2]]),
        case("batch", [[5, 1, 8, 1], [2, 9, 0, 3]]),
        case("noise_is_center", [[6, 1, 6, 3], [4, 4, 4, 4], [0, 6, 8, 8]]),
        case("two_words", [[1, 0], [0, 0], [1, 1]]),
        case("float32", [[3, 5, 3], [7, 2, 1]], "float32"),
        Case("large_score", {**large.inputs, "hidden": hidden, "rows": rows}),
    ]


def right(hidden: Array, rows: Array, ids: Array) -> Answer:
    """Answer by the loss that trains."""
    W_out = np.zeros((int(ids.max()) + 1, hidden.shape[1]), hidden.dtype)
    W_out[ids] = rows
    loss = NegativeSamplingLoss(Embedding(*W_out.shape, weight=W_out), ids.shape[1] - 1)
    value = loss.forward(hidden, ids[:, 0], ids[:, 1:])
    return np.array(value), loss.sigmoid_with_loss.backward()


def values(case: Case, part: str, yours: Array, right: Array) -> Values:
    """Return the first number that is wrong."""
    n, n_columns = case.inputs["ids"].shape
    is_off = np.zeros(right.shape, bool)
    if yours.shape == right.shape:
        is_off = ~np.isclose(yours, right, rtol=1e-4, atol=1e-6)
    at = np.unravel_index(int(is_off.argmax()), right.shape)
    same = np.argwhere(case.inputs["ids"][:, 1:] == case.inputs["ids"][:, :1])
    row, column = same[0] if len(same) else (0, 0)
    return {
        "at": ", ".join(map(str, at)),
        "yours": shown(yours[at]) if yours.shape == right.shape else shown(yours),
        "right": shown(right[at]),
        "n": n,
        "n_all": n * n_columns,
        "row": int(row),
        "column": int(column) + 1,
        "id": int(case.inputs["ids"][row, 0]),
    }


def _parts(hidden: Array, rows: Array, ids: Array) -> tuple[Array, Array, Array]:
    """Return scores, labels and weights."""
    scores = np.einsum("bd,bkd->bk", hidden, rows)
    labels = np.zeros_like(scores)
    labels[:, 0] = 1
    weights = np.ones_like(scores)
    weights[:, 1:] = ids[:, 1:] != ids[:, :1]
    return scores, labels, weights


def _no_log(hidden: Array, rows: Array, ids: Array) -> Answer:
    """Add up probabilities."""
    scores, labels, weights = _parts(hidden, rows, ids)
    p = sigmoid(np.where(labels > 0, scores, -scores))
    return np.array(-(weights * p).sum()), right(hidden, rows, ids)[1]


def _noise_sign(hidden: Array, rows: Array, ids: Array) -> Answer:
    """Want the noise to be likely too."""
    scores, _, weights = _parts(hidden, rows, ids)
    return np.array(-(weights * log_sigmoid(scores)).sum()), weights * (sigmoid(scores) - 1)


def _labels_swapped(hidden: Array, rows: Array, ids: Array) -> Answer:
    """Take the center for noise and the noise for the center."""
    scores, labels, weights = _parts(hidden, rows, ids)
    loss = -(weights * log_sigmoid(np.where(labels > 0, -scores, scores))).sum()
    return np.array(loss), weights * (sigmoid(scores) - (1 - labels))


def _center_counted(hidden: Array, rows: Array, ids: Array) -> Answer:
    """Let noise that equals the center count."""
    scores, labels, _ = _parts(hidden, rows, ids)
    loss = -log_sigmoid(np.where(labels > 0, scores, -scores)).sum()
    return np.array(loss), sigmoid(scores) - labels


def _no_sigmoid(hidden: Array, rows: Array, ids: Array) -> Answer:
    """Compare scores, not probabilities, with the labels."""
    scores, labels, weights = _parts(hidden, rows, ids)
    return right(hidden, rows, ids)[0], weights * (scores - labels)


def _noise_mean(hidden: Array, rows: Array, ids: Array) -> Answer:
    """Average over the noise words."""
    scores, labels, weights = _parts(hidden, rows, ids)
    weights[:, 1:] /= ids.shape[1] - 1
    loss = -(weights * log_sigmoid(np.where(labels > 0, scores, -scores))).sum()
    return np.array(loss), weights * (sigmoid(scores) - labels)


def _naive(hidden: Array, rows: Array, ids: Array) -> Answer:
    """Take the logarithm of 1 - sigmoid, which is 0 where the score is large."""
    scores, labels, weights = _parts(hidden, rows, ids)
    y = sigmoid(scores)
    with np.errstate(divide="ignore"):
        logs = np.where(labels > 0, np.log(y), np.log(1 - y))
    return np.array(-np.where(weights > 0, logs, 0).sum()), weights * (y - labels)


def _naive_times_zero(hidden: Array, rows: Array, ids: Array) -> Answer:
    """Take the same logarithm, and 0 times it where a word does not count."""
    loss, d_scores = _naive(hidden, rows, ids)
    return np.where(np.isinf(loss), np.nan, loss), d_scores


def _each(hidden: Array, rows: Array, ids: Array) -> Answer:
    """Return a loss for each center."""
    scores, labels, weights = _parts(hidden, rows, ids)
    losses = -(weights * log_sigmoid(np.where(labels > 0, scores, -scores))).sum(axis=1)
    return losses, right(hidden, rows, ids)[1]


def _scaled(loss: float, d_scores: float) -> Callable[..., Answer]:
    """Return the mistake that both parts are so many times what they should be."""
    return lambda **inputs: (right(**inputs)[0] * loss, right(**inputs)[1] * d_scores)


def _mean(hidden: Array, rows: Array, ids: Array) -> Answer:
    """Average over the batch."""
    loss, d_scores = right(hidden, rows, ids)
    return np.array(loss / len(ids)), d_scores / len(ids)


def _mean_of_all(hidden: Array, rows: Array, ids: Array) -> Answer:
    """Average over all scores."""
    loss, d_scores = right(hidden, rows, ids)
    return np.array(loss / ids.size), d_scores / ids.size


WRONG = {
    "mean": _mean,
    "mean_of_all": _mean_of_all,
    "noise_mean": _noise_mean,
    "center_counted": _center_counted,
    "no_log": _no_log,
    "noise_sign": _noise_sign,
    "labels_swapped": _labels_swapped,
    "no_sigmoid": _no_sigmoid,
    "negative": _scaled(-1, -1),
    "each": _each,
    "naive": _naive,
}

TASK = Task(
    topic="loss",
    function="negative_sampling_loss",
    parts=(Part("loss", "number"), Part("d_scores", "floats")),
    cases=cases,
    right=right,
    wrong=WRONG,
    other_ways={"naive": (_naive_times_zero,)},
    values=values,
    shapes={
        "hidden": ("(B, D)", "float"),
        "rows": ("(B, 1 + K, D)", "float"),
        "ids": ("(B, 1 + K)", "int"),
        "loss": ("", "float"),
        "d_scores": ("(B, 1 + K)", "float"),
    },
    formula=(
        "scores[t, j]   = hidden[t] . rows[t, j]",
        "sigmoid(x)     = 1 / (1 + exp(-x))",
        "loss           = - Σ_t (log sigmoid(scores[t, 0])",
        "                        + Σ_j log sigmoid(-scores[t, j])),  j >= 1",
        "d_scores[t, j] = sigmoid(scores[t, j]) - label,  label = 1 if j = 0 else 0",
    ),
    example=(
        ">>> hidden = np.array([[1.0, 2.0]])",
        ">>> rows = np.array([[[0.5, 0.25], [0.0, -1.0], [0.5, 0.25]]])",
        ">>> ids = np.array([[7, 3, 7]])",
        ">>> loss, d_scores = negative_sampling_loss(hidden, rows, ids)",
        ">>> print(round(float(loss), 4), d_scores.round(4).tolist())",
        "0.4402 [[-0.2689, 0.1192, 0.0]]",
    ),
)
