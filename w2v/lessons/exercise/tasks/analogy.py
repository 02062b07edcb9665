"""Exercise 8: a is to b as c is to ?"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from w2v.lessons.exercise.task import Answer, Array, Case, Part, Task, Values, shown
from w2v.lessons.exercise.tasks.most_similar import word_vectors

SEEDS = (37, 66)  # in the first, every known mistake gives another answer than the right one


def cases() -> list[Case]:
    """Return tables whose rows are of very different lengths: each mistake shows in one of them."""
    return [
        *(_case("lengths", seed, 7) for seed in SEEDS),
        Case("float32", {**_case("", 4, 9).inputs, "W": _table(4, 9).astype(np.float32)}),
        Case(
            "four_words",
            {"W": np.array([[1.0, 0], [4, 4], [0, 3], [-1, 2]]), "a": 0, "b": 1, "c": 2},
        ),
    ]


def _table(seed: int, n_words: int) -> Array:
    """Return rows of very different lengths."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n_words, 3)).round(1) * 3.0 ** rng.integers(-1, 3, size=(n_words, 1))


def _case(key: str, seed: int, n_words: int) -> Case:
    """Return a question in which no word is its own place."""
    return Case(key, {"W": _table(seed, n_words), "a": 5, "b": 2, "c": 6})


def right(W: Array, a: int, b: int, c: int) -> Answer:
    """Answer by the vectors that users ask."""
    ((word, _),) = word_vectors(W).most_similar([str(b), str(c)], [str(a)], topn=1)
    return (np.array(int(word)),)


def values(case: Case, part: str, yours: Array, right: Array) -> Values:
    """Return the question and both answers."""
    question = {name: case.inputs[name] for name in "abc"}
    return {**question, "yours": shown(yours), "right": shown(right)}


def _unit(W: Array) -> Array:
    """Bring rows to length 1."""
    return np.asarray(W / np.linalg.norm(W, axis=1, keepdims=True))


def _best(scores: Array, left_out: list[int]) -> Answer:
    """Return the best that is not left out."""
    scores = scores.copy()
    scores[left_out] = -np.inf
    return (np.array(int(np.argmax(scores))),)


def _sum(signs: tuple[int, int, int]) -> Callable[..., Answer]:
    """Return the mistake of other signs of a, b and c."""

    def answer(W: Array, a: int, b: int, c: int) -> Answer:
        unit = _unit(W)
        direction = signs[0] * unit[a] + signs[1] * unit[b] + signs[2] * unit[c]
        return _best(unit @ direction, [a, b, c])

    return answer


def _kept(W: Array, a: int, b: int, c: int) -> Answer:
    """Leave the words of the question among the answers."""
    unit = _unit(W)
    return _best(unit @ (unit[b] - unit[a] + unit[c]), [])


def _raw(W: Array, a: int, b: int, c: int) -> Answer:
    """Add vectors of any length."""
    return _best(_unit(W) @ (W[b] - W[a] + W[c]), [a, b, c])


def _dot(W: Array, a: int, b: int, c: int) -> Answer:
    """Compare by dot products with rows of any length."""
    unit = _unit(W)
    return _best(W @ (unit[b] - unit[a] + unit[c]), [a, b, c])


def _raw_dot(W: Array, a: int, b: int, c: int) -> Answer:
    """Never bring anything to length 1."""
    return _best(W @ (W[b] - W[a] + W[c]), [a, b, c])


WRONG = {
    "kept": _kept,
    "raw": _raw,
    "dot": _dot,
    "raw_dot": _raw_dot,
    "signs_ac": _sum((1, 1, -1)),
    "signs_ab": _sum((1, -1, 1)),
}

TASK = Task(
    topic="analogy",
    function="analogy",
    parts=(Part("id", "id"),),
    cases=cases,
    right=right,
    wrong=WRONG,
    values=values,
    shapes={
        "W": ("(V, D)", "float"),
        "a": ("", "int"),
        "b": ("", "int"),
        "c": ("", "int"),
        "id": ("", "int"),
    },
    formula=(
        "unit(v)   = W[v] / |W[v]|",
        "direction = unit(b) - unit(a) + unit(c)",
        "id        = argmax_v cosine(W[v], direction),  v not in (a, b, c)",
    ),
    example=(
        ">>> W = np.array([[1, 0], [0, 5.0], [2, 2], [-3, 4], [1, -1]])",
        ">>> int(analogy(W, 0, 1, 2))",
        "3",
    ),
)
