"""Exercise 7: the words whose vectors point the same way."""

from __future__ import annotations

import numpy as np

from w2v.lessons.exercise.task import Answer, Array, Case, Part, Task, Values, shown
from w2v.text.vocabulary import Vocabulary
from w2v.vectors.word_vectors import WordVectors


def word_vectors(W: Array) -> WordVectors:
    """Return the rows as vectors of words that are named by their ids."""
    n_words = len(W)
    return WordVectors(Vocabulary([str(i) for i in range(n_words)], np.arange(n_words, 0, -1)), W)


def cases() -> list[Case]:
    """Return tables whose rows are of very different lengths; in two of them a row has a twin."""
    rng = np.random.default_rng(234)

    def table(n_words: int, dtype: str = "float64") -> Array:
        lengths = 4.0 ** rng.integers(-1, 3, size=(n_words, 1))
        return (rng.normal(size=(n_words, 3)).round(1) * lengths).astype(dtype)

    twins = table(6)
    # Exactly the same direction, so that both have the same cosines to the last bit: whoever of the
    # two a sort puts first, it is not the word itself in one of the cases.
    twins[1] = twins[4] * 2
    return [
        Case("lengths", {"W": table(7), "word_id": 4, "n": 3}),
        Case("earlier_twin", {"W": twins, "word_id": 4, "n": 2}),
        Case("later_twin", {"W": twins, "word_id": 1, "n": 2}),
        Case("all_words", {"W": table(5), "word_id": 0, "n": 10}),
        Case("two_words", {"W": table(2), "word_id": 1, "n": 1}),
        Case("float32", {"W": table(8, "float32"), "word_id": 5, "n": 4}),
    ]


def right(W: Array, word_id: int, n: int) -> Answer:
    """Answer by the vectors that users ask."""
    found = word_vectors(W).most_similar(str(word_id), topn=n)
    return np.array([int(word) for word, _ in found]), np.array([cosine for _, cosine in found])


def values(case: Case, part: str, yours: Array, right: Array) -> Values:
    """Return both lists."""
    W, word_id = case.inputs["W"], case.inputs["word_id"]
    return {
        "word_id": word_id,
        "n": case.inputs["n"],
        "n_yours": len(yours) if yours.ndim else 1,
        "n_right": len(right),
        "yours": shown(yours),
        "right": shown(right),
        "length": shown(float(np.linalg.norm(W[word_id]))),
    }


def _lengths(W: Array) -> Array:
    """Return the length of each row, (V,)."""
    return np.linalg.norm(W, axis=1)


def _by(scores: Array, word_id: int, n: int) -> Answer:
    """Return the n best by some scores, without the word itself."""
    order = np.argsort(-scores, kind="stable")
    order = order[order != word_id][:n]
    return order, scores[order]


def _cosines(W: Array, word_id: int) -> Array:
    """Return all cosines."""
    return np.asarray(W @ W[word_id] / (_lengths(W) * _lengths(W)[word_id]))


def _with_itself(W: Array, word_id: int, n: int) -> Answer:
    """Leave the word among its answers."""
    cosines = _cosines(W, word_id)
    order = np.argsort(-cosines, kind="stable")
    order = np.concatenate(([word_id], order[order != word_id]))[:n]
    return order, cosines[order]


def _first_dropped(W: Array, word_id: int, n: int) -> Answer:
    """Drop the best answer, whoever it is; of two alike the earlier one."""
    return _without_first(_cosines(W, word_id).round(12), n)


def _last_dropped(W: Array, word_id: int, n: int) -> Answer:
    """Sort upwards and drop the last: of two alike the later one."""
    return _without_last(_cosines(W, word_id).round(12), n)


def _without_first(scores: Array, n: int) -> Answer:
    """Return the n best by some scores behind the first."""
    order = np.argsort(-scores, kind="stable")[1 : n + 1]
    return order, scores[order]


def _without_last(scores: Array, n: int) -> Answer:
    """Return the same, of an order that begins with the farthest and is turned around."""
    order = np.argsort(scores, kind="stable")[::-1][1 : n + 1]
    return order, scores[order]


def _ascending(W: Array, word_id: int, n: int) -> Answer:
    """Begin with the farthest."""
    ids, scores = _by(-_cosines(W, word_id), word_id, n)
    return ids, -scores


def _reversed(W: Array, word_id: int, n: int) -> Answer:
    """Return the right ones, the farthest of them first."""
    ids, cosines = right(W, word_id, n)
    return ids[::-1], cosines[::-1]


def _scaled_by_question(W: Array, word_id: int, n: int) -> Answer:
    """Bring the table to length 1, but not the question."""
    ids, cosines = right(W, word_id, n)
    return ids, cosines * _lengths(W)[word_id]


WRONG = {
    "with_itself": _with_itself,
    "one_fewer": lambda W, word_id, n: right(W, word_id, n - 1),
    "one_more": lambda W, word_id, n: right(W, word_id, n + 1),
    "first_dropped": _first_dropped,
    "dot": lambda W, word_id, n: _by(W @ W[word_id], word_id, n),
    "ascending": _ascending,
    "reversed": _reversed,
    "scaled_by_question": _scaled_by_question,
}

TASK = Task(
    topic="most-similar",
    function="most_similar",
    parts=(Part("ids", "ids"), Part("cosines", "floats")),
    cases=cases,
    right=right,
    wrong=WRONG,
    other_ways={
        "first_dropped": (_last_dropped,),
        "dot": (
            lambda W, word_id, n: _without_first(W @ W[word_id], n),
            lambda W, word_id, n: _without_last(W @ W[word_id], n),
        ),
    },
    values=values,
    shapes={
        "W": ("(V, D)", "float"),
        "word_id": ("", "int"),
        "n": ("", "int"),
        "ids": ("(n,)", "int"),
        "cosines": ("(n,)", "float"),
    },
    formula=("cosine(u, v) = W[u] . W[v] / (|W[u]| * |W[v]|),  |x| = sqrt(x . x)",),
    example=(
        ">>> W = np.array([[2.0, 0.0], [0.0, 9.0], [3.0, 4.0], [-1.0, 0.0]])",
        ">>> ids, cosines = most_similar(W, 0, 2)",
        ">>> print(ids.tolist(), (cosines + 0.0).round(4).tolist())",
        "[2, 1] [0.6, 0.0]",
    ),
)
