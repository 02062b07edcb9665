"""Find the words of a set among the vectors, and say of each that is missing why it is.

Both kinds of set ask for words in the same way; `analogies.py` and `similarity.py` score them.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from w2v.errors import RunError
from w2v.evaluation.sets import fold_case
from w2v.vectors.word_vectors import WordVectors

BLOCK_FLOATS = 1 << 20  # of the table, in memory at a time
MAX_EXPONENT = 400  # of 2; squares of such numbers can be added up in float64

# Why a word cannot be asked for. A question is left out for the first of these that holds.
UNKNOWN = "unknown"  # it is not in the vocabulary
RARE = "rare"  # it is not among the commonest words, those that are asked for
ZERO = "zero"  # its vector is all zeros and points nowhere
REASONS = (UNKNOWN, RARE, ZERO)


@dataclass(frozen=True)
class Missing:
    """A word that could not be asked for: why, and in how many questions of the set it stands."""

    word: str
    reason: str
    n_questions: int


@dataclass(frozen=True)
class LeftOut:
    """What was not asked.

    Attributes
    ----------
    n_questions : dict of str to int
        Questions by reason, each once: the first of `REASONS` that holds for a word of it.
    missing : list of Missing
        Those that stand in most questions first.
    """

    n_questions: dict[str, int]
    missing: list[Missing]


class Lookup:
    """The words that take part, the commonest first, and their unit vectors.

    Of words that are compared as equal, such as May and may, the commonest takes part. The number
    of a word that takes part is called its id here; it is not its row.

    Parameters
    ----------
    vectors : WordVectors
        Rows in the order of a vocabulary: by falling count.
    n_words : int or None
        So many of the commonest rows take part; None stands for all.
    keep_case : bool
        Compare words as they are written; else in lower case.

    Raises
    ------
    RunError
        If a vector is not finite.
    """

    def __init__(
        self, vectors: WordVectors, n_words: int | None = None, *, keep_case: bool = False
    ) -> None:
        self._table = vectors.vectors
        self._words = vectors.vocabulary.words
        self._keep_case = keep_case
        self._n_words = len(self._words) if n_words is None else min(n_words, len(self._words))
        row_of: dict[str, int] = {}
        for row in range(self._n_words):
            row_of.setdefault(self.spelling(self._words[row]), row)
        rows = np.fromiter(row_of.values(), np.int64, len(row_of))  # rising
        lengths, scales = self._measure(rows)
        if not np.isfinite(lengths).all():
            raise RunError("the vectors are damaged: some are not numbers; train the run again")
        has_direction = lengths > 0  # <pad>, say, has none
        self._rows, self._row_lengths = rows[has_direction], lengths[has_direction]
        self._scales = scales[has_direction] if (scales != 1).any() else None
        is_kept = has_direction.tolist()
        kept = [word for word, keep in zip(row_of, is_kept, strict=True) if keep]
        self._id_of = {word: word_id for word_id, word in enumerate(kept)}
        self._zeros = row_of.keys() - self._id_of.keys()

    def __len__(self) -> int:
        return len(self._rows)

    def spelling(self, word: str) -> str:
        """Return the form by which a word is compared."""
        return unicodedata.normalize("NFC", word) if self._keep_case else fold_case(word)

    def unit(
        self, ids: slice | NDArray[np.int64], dtype: type[np.floating] = np.float32
    ) -> NDArray[np.floating]:
        """Return the vectors of some ids at length 1, shape (n, D)."""
        rows = np.asarray(self._table[self._rows[ids]], np.float64)
        if self._scales is not None:
            rows = rows * self._scales[ids, None]
        return (rows / self._row_lengths[ids, None]).astype(dtype)

    def find(self, questions: Sequence[tuple[str, ...]]) -> tuple[NDArray[np.int64], LeftOut]:
        """Look up the words of all questions.

        Parameters
        ----------
        questions : sequence of tuple of str
            All of one length k.

        Returns
        -------
        ids : array of int64, shape (n, k)
            -1 for a word that cannot be asked for.
        left_out : LeftOut
        """
        written = {word for question in questions for word in question}
        spelling = {word: self.spelling(word) for word in written}
        ids = [[self._id_of.get(spelling[w], -1) for w in question] for question in questions]
        reason_of = self._reasons({s for s in spelling.values() if s not in self._id_of})
        count: Counter[str] = Counter()
        n_questions = dict.fromkeys(REASONS, 0)
        for question in questions:
            absent = {spelling[word] for word in question} & reason_of.keys()
            count.update(absent)
            if absent:
                n_questions[min((reason_of[word] for word in absent), key=REASONS.index)] += 1
        missing = [Missing(word, reason_of[word], n) for word, n in count.items()]
        missing.sort(key=lambda found: (-found.n_questions, found.word))
        width = len(questions[0]) if questions else 1
        return np.array(ids, np.int64).reshape(-1, width), LeftOut(n_questions, missing)

    def _reasons(self, absent: set[str]) -> dict[str, str]:
        """Say of words that do not take part why not."""
        beyond: Iterable[str] = self._words[self._n_words :] if absent else ()
        rare = absent.intersection(map(self.spelling, beyond))
        return {
            word: ZERO if word in self._zeros else RARE if word in rare else UNKNOWN
            for word in absent
        }

    def _measure(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the lengths of rows, and the powers of two by which they were multiplied before.

        These are 1 but for rows whose squares have no place in float64.
        """
        lengths, scales = np.empty(len(rows)), np.ones(len(rows))
        n_block = max(1, BLOCK_FLOATS // max(1, self._table.shape[1]))
        for at in range(0, len(rows), n_block):
            part = slice(at, at + n_block)
            block = np.asarray(self._table[rows[part]], np.float64)
            largest = np.abs(block).max(axis=1)
            exponents = np.where(np.isfinite(largest), np.frexp(largest)[1], 1024)
            is_extreme = np.abs(exponents) > MAX_EXPONENT
            if is_extreme.any():
                # Not 2**1074: it has no place in float64 either.
                scales[part][is_extreme] = np.ldexp(1.0, np.minimum(-exponents[is_extreme], 1000))
                block = block * scales[part, None]
            lengths[part] = np.linalg.norm(block, axis=1)
        return lengths, scales
