"""Exercise 6: change a table in place."""

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
from w2v.model.optimizers import SGD


def cases() -> list[Case]:
    """Return tables, of whose rows some have no gradient."""
    rng = np.random.default_rng(16)

    def case(key: str, n_words: int, lr: float, dtype: str = "float64") -> Case:
        W, dW = rng.normal(size=(2, n_words, 3)).round(1).astype(dtype)
        dW[1::3] = 0
        return Case(key, {"W": W, "dW": dW, "lr": lr})

    return [
        case("table", 4, 0.1),
        case("lr_one", 3, 1.0),
        case("two_words", 2, 0.25),
        case("float32", 5, 0.5, "float32"),
    ]


def right(W: Array, dW: Array, lr: float) -> Answer:
    """Answer by the optimizer that trains."""
    W = W.copy()
    SGD().step([W], [dW], lr)
    return (W,)


def values(case: Case, part: str, yours: Array, right: Array) -> Values:
    """Return the first row that is wrong."""
    at = first_wrong_row(yours, right)
    return {
        "row": at,
        "before": shown(case.inputs["W"][at]),
        "gradient": shown(case.inputs["dW"][at]),
        "lr": shown(case.inputs["lr"]),
        "yours": shown(yours[at]) if yours.shape == right.shape else "",
        "right": shown(right[at]),
        "n": len(right),
    }


WRONG = {
    "unchanged": lambda W, dW, lr: (W,),
    "plus": lambda W, dW, lr: (W + lr * dW,),
    "no_lr": lambda W, dW, lr: (W - dW,),
    "twice": lambda W, dW, lr: (W - 2 * lr * dW,),
    "divided": lambda W, dW, lr: (W - lr * dW / len(W),),
}

TASK = Task(
    topic="sgd-step",
    function="sgd_step",
    parts=(Part("W", "floats"),),
    cases=cases,
    right=right,
    wrong=WRONG,
    values=values,
    shapes={"W": ("(V, D)", "float"), "dW": ("(V, D)", "float"), "lr": ("", "float")},
    formula=("W[v, :] = W[v, :] - lr * dW[v, :]",),
    example=(
        ">>> W = np.array([[1.0, 2.0], [3.0, 4.0]])",
        ">>> sgd_step(W, np.array([[10.0, 0.0], [0.0, -20.0]]), 0.1)",
        ">>> W",
        "array([[0., 2.],",
        "       [3., 6.]])",
    ),
    in_place="W",
)
