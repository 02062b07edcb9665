"""Exercise 2: the backward pass of the lookup, in which repeated ids add up."""

from __future__ import annotations

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
from w2v.model.layers import sum_repeated
from w2v.model.plain import embedding_backward


def cases() -> list[Case]:
    """Return ids and gradients; an id never equals its place."""
    rng = np.random.default_rng(12)

    def case(key: str, ids: list[int], n_words: int, dtype: str = "float64") -> Case:
        d_out = rng.normal(size=(len(ids), 3)).round(1).astype(dtype)
        return Case(key, {"ids": np.array(ids), "d_out": d_out, "n_words": n_words})

    return [
        case("repeated_ids", [5, 2, 5], 7),
        case("thrice", [3, 1, 3, 0, 3, 0], 6),
        case("distinct_ids", [4, 0, 2], 5),
        case("two_words", [1, 1, 0, 1], 2),
        case("float32", [2, 3, 2, 2], 4, "float32"),
        case("one_id", [4], 6),
    ]


def right(ids: Array, d_out: Array, n_words: int) -> Answer:
    """Answer by the product's plain form, to which its layer is held by tests."""
    return (embedding_backward(ids, d_out, n_words),)


def values(case: Case, part: str, yours: Array, right: Array) -> Values:
    """Return the row of the first repeated id that is wrong, with its gradients."""
    ids, d_out = case.inputs["ids"], case.inputs["d_out"]
    row = first_wrong_row(yours, right)
    places = np.flatnonzero(ids == row)
    return {
        "row": row,
        "times": len(places),
        "places": tuple(f"ids[{place}]" for place in places),
        "parts": " + ".join(shown(d_out[place]) for place in places),
        "yours": shown(yours[row]) if yours.shape == right.shape else "",
        "right": shown(right[row]),
        "n_words": case.inputs["n_words"],
        "shape": str(yours.shape),
    }


def _last_wins(ids: Array, d_out: Array, n_words: int) -> Answer:
    """Use `+=` with repeated ids: NumPy reads all rows before it writes any."""
    dW = np.zeros((n_words, d_out.shape[1]))
    dW[ids] += d_out
    return (dW,)


def _first_wins(ids: Array, d_out: Array, n_words: int) -> Answer:
    """Keep the first of the repeated."""
    return _last_wins(ids[::-1], d_out[::-1], n_words)


def _mean(ids: Array, d_out: Array, n_words: int) -> Answer:
    """Average what belongs to one id."""
    (dW,) = right(ids, d_out, n_words)
    return (dW / np.maximum(np.bincount(ids, minlength=n_words), 1)[:, None],)


def _positions(ids: Array, d_out: Array, n_words: int) -> Answer:
    """Add to the row of the place, not to that of the id."""
    dW = np.zeros((max(n_words, len(ids)), d_out.shape[1]))
    dW[: len(ids)] = d_out
    return (dW[:n_words],)


WRONG = {
    "last_wins": _last_wins,
    "first_wins": _first_wins,
    "mean": _mean,
    "positions": _positions,
    "touched_only": lambda ids, d_out, n_words: (sum_repeated(ids, d_out)[1],),
    "not_added": lambda ids, d_out, n_words: (d_out,),
}

TASK = Task(
    topic="scatter-add",
    function="embedding_backward",
    parts=(Part("dW", "floats"),),
    cases=cases,
    right=right,
    wrong=WRONG,
    values=values,
    shapes={
        "ids": ("(n,)", "int"),
        "d_out": ("(n, D)", "float"),
        "n_words": ("", "int"),
        "dW": ("(V, D)", "float"),
    },
    formula=("dW[v, :] = Σ_i d_out[i, :],  ids[i] = v",),
    example=(
        ">>> d_out = np.array([[1.0, 2.0], [10.0, 20.0], [100.0, 200.0]])",
        ">>> embedding_backward(np.array([2, 0, 2]), d_out, 4)",
        "array([[ 10.,  20.],",
        "       [  0.,   0.],",
        "       [101., 202.],",
        "       [  0.,   0.]])",
    ),
)
