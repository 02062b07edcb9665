"""Exercise 1: look rows up."""

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
from w2v.model.layers import Embedding


def cases() -> list[Case]:
    """Return tables and ids; in the first an id never equals its place, and is a column too."""
    rng = np.random.default_rng(11)
    table = rng.normal(size=(6, 3)).round(1)
    return [
        Case("repeated_ids", {"W": table, "ids": np.array([1, 2, 1, 0])}),
        Case("one_id", {"W": table, "ids": np.array([4])}),
        Case("two_words", {"W": table[:2], "ids": np.array([1, 0, 1, 1])}),
        Case("float32", {"W": table.astype(np.float32), "ids": np.array([3, 3, 1], np.int32)}),
    ]


def right(W: Array, ids: Array) -> Answer:
    """Answer by the layer that trains."""
    n_words, dim = W.shape
    return (Embedding(n_words, dim, weight=W).forward(ids),)


def values(case: Case, part: str, yours: Array, right: Array) -> Values:
    """Return the first row that is wrong."""
    at = first_wrong_row(yours, right)
    ids = case.inputs["ids"]
    return {
        "at": at,
        "id": int(ids[at]),
        "right": shown(right[at]),
        "yours": shown(yours[at]) if yours.shape == right.shape else "",
        "n": len(ids),
        "shape": str(yours.shape),
    }


WRONG = {
    "first_rows": lambda W, ids: (W[: len(ids)],),
    "off_by_one": lambda W, ids: (W[ids - 1],),
    "distinct": lambda W, ids: (W[np.unique(ids)],),
    "columns": lambda W, ids: (W[:, ids],),
    "transposed": lambda W, ids: (W[ids].T,),
}

TASK = Task(
    topic="embedding-forward",
    function="embedding_forward",
    parts=(Part("rows", "floats"),),
    cases=cases,
    right=right,
    wrong=WRONG,
    values=values,
    shapes={"W": ("(V, D)", "float"), "ids": ("(n,)", "int"), "rows": ("(n, D)", "float")},
    formula=("rows[i, :] = W[ids[i], :]",),
    example=(
        ">>> W = np.array([[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]])",
        ">>> embedding_forward(W, np.array([2, 0, 2]))",
        "array([[0.5, 0.6],",
        "       [0.1, 0.2],",
        "       [0.5, 0.6]])",
    ),
)
