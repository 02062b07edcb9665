"""Questions become directions, and directions are answered: many of them in one pass.

`WordVectors` (word_vectors.py) asks one question at a time, in the terms of gensim; the command
line asks many.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from w2v.errors import RunError, UsageError, WordError, quoted
from w2v.text.vocabulary import Vocabulary
from w2v.vectors.nearest import CosineTable
from w2v.vectors.questions import Question
from w2v.vectors.sentences import Weighting, weighted_mean

Part: TypeAlias = "str | NDArray[np.floating] | tuple[str | NDArray[np.floating], float]"
Parts: TypeAlias = "Part | Sequence[Part]"
Answers: TypeAlias = "list[tuple[str, float]]"


class Query(NamedTuple):
    """Where to look for neighbours: a direction of length 1, and rows that are no answer."""

    direction: NDArray[np.float64]
    left_out: list[int]


class Vectors(Protocol):
    """What questions need of vectors; see `WordVectors`."""

    vocabulary: Vocabulary
    vectors: NDArray[np.floating]

    @property
    def vector_size(self) -> int: ...  # noqa: D102
    @property
    def cosines(self) -> CosineTable: ...  # noqa: D102
    @property
    def output_cosines(self) -> CosineTable: ...  # noqa: D102
    def get_index(self, word: str) -> int: ...  # noqa: D102
    def get_vector(self, word: str, norm: bool = False) -> NDArray[np.floating]: ...  # noqa: D102
    def sentence_ids(self, sentence: str | Sequence[str]) -> list[int]: ...  # noqa: D102
    def sentence_weights(self, weighting: Weighting) -> NDArray[np.float64] | None: ...  # noqa: D102
    def require_counts(self, what: str) -> None: ...  # noqa: D102


def query_of(vectors: Vectors, positive: Parts = (), negative: Parts = ()) -> Query:
    """Turn a question into a direction.

    Parameters
    ----------
    vectors : Vectors
    positive, negative : str, array (D,), pair of either and a weight; or a sequence of them
        Words, whose unit vectors are added and subtracted, or vectors, as they are.

    Raises
    ------
    WordError
        If a word is not in the vocabulary, or the vectors cancel out.
    UsageError
        If nothing is asked, or a part of the question is neither a word nor such a vector.
    """
    added, taken = _as_list(positive), _as_list(negative)
    if not added and not taken:
        raise UsageError("a question takes one word or more")
    direction = np.zeros(vectors.vector_size)
    left_out = []
    for sign, parts in ((1.0, added), (-1.0, taken)):
        for part in parts:
            what, weight = part if isinstance(part, tuple) and len(part) == 2 else (part, 1.0)
            if isinstance(what, str):
                left_out.append(vectors.get_index(what))
                what = vectors.get_vector(what, norm=True)
            direction += sign * _number(weight) * _given_vector(what, vectors.vector_size)
    return _query(direction, left_out, _spelled(added, taken))


def sentence_query(
    vectors: Vectors, sentence: str | Sequence[str], weighting: Weighting = "mean"
) -> Query:
    """Turn a sentence into a direction; see `WordVectors.sentence_vector`."""
    ids = vectors.sentence_ids(sentence)
    vector = weighted_mean(vectors.vectors, ids, vectors.sentence_weights(weighting))
    return _query(vector, sorted(set(ids)), "the sentence")


def answer(
    vectors: Vectors,
    queries: Sequence[Query],
    topn: int = 10,
    restrict_vocab: int | None = None,
    *,
    min_count: int = 0,
    center: bool = False,
) -> list[Answers]:
    """Answer many queries in one pass over the table; see `WordVectors.most_similar`.

    Returns
    -------
    list of lists of (word, cosine), one for each query
    """
    if not queries:
        return []
    is_allowed = None
    if min_count > 0:
        vectors.require_counts("min_count")
        is_allowed = vectors.vocabulary.counts >= min_count
    found = (vectors.output_cosines if center else vectors.cosines).nearest(
        np.stack([query.direction for query in queries]),
        max(topn, 0),
        left_out=[query.left_out for query in queries],
        first_rows=restrict_vocab,
        is_allowed=is_allowed,
    )
    word_at = vectors.vocabulary.word_at
    return [
        [(word_at(row), value) for row, value in zip(rows.tolist(), cosines.tolist(), strict=True)]
        for rows, cosines in found
    ]


def unit_vector(vector: NDArray[np.floating]) -> NDArray[np.float64]:
    """Bring a vector to length 1; zeros stay as they are."""
    as_double: NDArray[np.float64] = np.asarray(vector, np.float64)
    length = np.linalg.norm(as_double)
    return as_double / length if length > 0 else as_double


def check_numbers(numbers: ArrayLike, spelled: str) -> None:
    """Raise RunError if what was made of the vectors of some words is not finite."""
    if not np.isfinite(numbers).all():
        raise RunError(f"the vectors of {spelled} are damaged: not numbers")


def _as_list(parts: Parts) -> list[Any]:
    """Put a single part into a list.

    A string is a sequence too, of letters, which is never meant; so is a vector, of numbers.
    """
    return [parts] if isinstance(parts, (str, np.ndarray)) else list(parts)


def _number(weight: object) -> float:
    """Check the weight of a part of a question."""
    if isinstance(weight, (int, float, np.number)) and np.isfinite(weight):
        return float(weight)
    raise UsageError(f"{quoted(str(weight))} is no number to weigh a word by")


def _given_vector(part: object, dim: int) -> NDArray[np.float64]:
    """Check a vector that is a part of a question."""
    try:
        vector = np.asarray(part, np.float64)
    except (TypeError, ValueError):
        vector = np.empty(0)
    if vector.shape != (dim,):
        raise UsageError(
            f"a question is of words, and of vectors of {dim} numbers; "
            f"{quoted(str(part))} is neither"
        )
    return vector


def _query(direction: NDArray[np.float64], left_out: list[int], spelled: str) -> Query:
    """Bring a direction to length 1."""
    length = np.linalg.norm(direction)
    check_numbers(length, spelled)
    if not length > 0:
        raise WordError(f"{spelled} adds up to a vector of zeros")
    return Query(direction / length, left_out)


def _spelled(added: Sequence[Part], taken: Sequence[Part]) -> str:
    """Spell a question, for an error message."""
    names = [
        [part if isinstance(part, str) else "(a vector)" for part in some]
        for some in (added, taken)
    ]
    return str(Question(*names))
