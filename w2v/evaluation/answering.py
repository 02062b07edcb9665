"""Answer analogies: for "a is to b as c is to ?" the nearest word, by two measures.

    3CosAdd    cos(x, b) − cos(x, a) + cos(x, c)
    3CosMul    s(x, b) · s(x, c) / (s(x, a) + ε)        s = (cos + 1) / 2, which is in 0..1

Both are arg max over the candidates x. Unless a, b and c are no candidates, the answer is nearly
always one of them, b or c: so each measure is taken without and with them. `analogies.py` counts
how many answers are right.

References
----------
Levy and Goldberg, "Linguistic regularities in sparse and explicit word representations", CoNLL
2014, equations 2 and 4; the shift of the cosines and ε are in its section 4.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from w2v.evaluation.lookup import Lookup

# Measures by name; in those of `_all` every candidate may answer, also a word of the question.
MEASURES = ("add", "mul", "add_all", "mul_all")
EPSILON = 0.001  # ε, so that nothing is divided by zero

# The cosines of the words of a stretch of questions with a block of candidates are made at once;
# then a few questions at a time, so that what is added up stays in the processor's cache.
MAX_WORDS = 512  # of a stretch; it bounds the memory
BLOCK = 4096  # candidates
GROUP = 16  # questions

Places: TypeAlias = "NDArray[np.intp] | int"  # of words, among the rows of their cosines


def answer(lookup: Lookup, questions: NDArray[np.int64]) -> dict[str, NDArray[np.int64]]:
    """Answer questions by every measure.

    Parameters
    ----------
    lookup : Lookup
        The candidates.
    questions : array of int64, shape (n, 3)
        Ids of a, b and c.

    Returns
    -------
    dict of str to array of int64, shape (n,)
        For each of `MEASURES` the id of the answer; of equals the commonest, -1 if none is left.
    """
    best = {measure: _Best(len(questions)) for measure in MEASURES}
    for start, stop in _stretches(questions):
        asked = questions[start:stop]
        words, place = np.unique(asked, return_inverse=True)
        place = place.reshape(asked.shape)  # releases of NumPy differ in it
        directions = lookup.unit(words)  # (u, D)
        for first in range(0, len(lookup), BLOCK):
            candidates = lookup.unit(slice(first, first + BLOCK))
            cosines = directions @ candidates.T  # (u, D) @ (D, n_block) -> (u, n_block)
            _answer_block(best, start, asked, place, cosines, first)
    return {measure: found.ids for measure, found in best.items()}


class Cosines(NamedTuple):
    """Cosines of words with candidates, (u, n) each, and what 3CosMul makes of them.

    Attributes
    ----------
    plain : array
    shifted : array
        s = (cos + 1) / 2.
    reciprocal : array
        1 / (s + ε).
    """

    plain: NDArray[np.floating]
    shifted: NDArray[np.floating]
    reciprocal: NDArray[np.floating]


def prepared(cosines: NDArray[np.floating]) -> Cosines:
    """Return cosines with what `scores_of` needs of them beside.

    Parameters
    ----------
    cosines : array, shape (u, n)
        Of u words with n candidates.
    """
    shifted = (cosines + 1) / 2
    return Cosines(cosines, shifted, 1 / (shifted + EPSILON))


def scores_of(
    cosines: Cosines, a: Places, b: Places, c: Places
) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Return 3CosAdd and 3CosMul of each candidate.

    Parameters
    ----------
    cosines : Cosines, of (u, n)
    a, b, c : arrays of int, shape (q,), or int
        Which rows of the cosines are those of the words of q questions.

    Returns
    -------
    add, mul : arrays, shape (q, n) or (n,)
    """
    plain, shifted, reciprocal = cosines
    return plain[b] - plain[a] + plain[c], shifted[b] * shifted[c] * reciprocal[a]


class _Best:
    """The best answer to each question so far."""

    def __init__(self, n_questions: int) -> None:
        self.ids = np.full(n_questions, -1, np.int64)
        self._scores = np.full(n_questions, -np.inf, np.float32)

    def take(self, start: int, scores: NDArray[np.floating], first: int) -> None:
        """Take scores (q, n_block) of questions from `start` on, candidates from `first` on.

        A tie goes to what came before, which is the commoner word.
        """
        stop = start + len(scores)
        winner = scores.argmax(axis=1)
        score = scores[np.arange(len(scores)), winner]
        is_better = score > self._scores[start:stop]
        self.ids[start:stop][is_better] = winner[is_better] + first
        self._scores[start:stop][is_better] = score[is_better]


def _answer_block(
    best: dict[str, _Best],
    start: int,
    asked: NDArray[np.int64],
    place: NDArray[np.int64],
    cosines: NDArray[np.floating],
    first: int,
) -> None:
    """Hold the questions of a stretch, which starts at `start`, against a block of candidates.

    Parameters
    ----------
    asked, place : array of int64, shape (n, 3)
        The ids of a, b and c, and where their rows are in `cosines`.
    cosines : array, shape (u, n_block)
    first : int
        The id of the first candidate.
    """
    ready = prepared(cosines)
    for at in range(0, len(asked), GROUP):
        a, b, c = place[at : at + GROUP].T
        columns = asked[at : at + GROUP] - first  # (q, 3)
        own = np.nonzero((columns >= 0) & (columns < cosines.shape[1]))
        for measure, scores in zip(("add", "mul"), scores_of(ready, a, b, c), strict=True):
            best[f"{measure}_all"].take(start + at, scores, first)
            scores[own[0], columns[own]] = -np.inf
            best[measure].take(start + at, scores, first)


def _stretches(questions: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Yield the bounds of stretches with at most `MAX_WORDS` distinct words, or one question."""
    start = 0
    words: set[int] = set()
    for at, question in enumerate(questions.tolist()):
        if len(words.union(question)) > MAX_WORDS and at > start:
            yield start, at
            start, words = at, set()
        words.update(question)
    if start < len(questions):
        yield start, len(questions)
