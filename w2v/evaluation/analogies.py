"""Score vectors on analogies: how often is the nearest word to b − a + c the right one?

The questions are answered in blocks, each one matrix product. `sets.py` reads the questions;
`WordVectors.most_similar` answers a single one, and the tests hold both together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from w2v.errors import RunError
from w2v.evaluation.sets import Analogy, AnalogySet, fold_case, rows_by_folded
from w2v.vectors.word_vectors import WordVectors

COMMONEST = 30_000  # words that are asked for and may answer; the customary cut
BLOCK_FLOATS = 1 << 22  # cosines in memory at a time


@dataclass(frozen=True)
class Tally:
    """How many questions there were and what became of them.

    Attributes
    ----------
    section : str
    n_questions : int
    n_answered : int
        Those all of whose four words are among the candidates.
    n_correct : int
    """

    section: str
    n_questions: int
    n_answered: int
    n_correct: int

    @property
    def accuracy(self) -> float | None:
        """The share of the answered questions that are right, in 0..1; None if none was."""
        return self.n_correct / self.n_answered if self.n_answered else None

    @property
    def coverage(self) -> float:
        """The share of the questions that were answered, in 0..1."""
        return self.n_answered / self.n_questions if self.n_questions else 0.0


@dataclass(frozen=True)
class AnalogyScore:
    """The score on a set: of each section, in the order of the file, and of all together."""

    sections: list[Tally]
    total: Tally


def score_analogies(
    vectors: WordVectors, questions: AnalogySet, n_words: int = COMMONEST
) -> AnalogyScore:
    """Ask every analogy of a set, by 3CosAdd on unit vectors.

    The answer to "a is to b as c is to ?" is the candidate x, other than a, b and c, with the
    largest x · (b − a + c). Candidates are the `n_words` commonest words; of words that differ in
    case only, the commonest. The words of a question are looked up without regard to case. A
    question with a word that is no candidate is not answered, and counts in the coverage only.

    Parameters
    ----------
    vectors : WordVectors
        Rows in the order of a vocabulary: by falling count.
    questions : AnalogySet
    n_words : int, at least 1

    Raises
    ------
    RunError
        If a vector is not finite.

    References
    ----------
    Levy and Goldberg, "Linguistic regularities in sparse and explicit word representations",
    CoNLL 2014, equation 2. The restriction to the 30,000 commonest words is that of the
    program compute-accuracy beside word2vec.c.
    """
    words, unit = _candidates(vectors, n_words)
    id_of = {word: word_id for word_id, word in enumerate(words)}
    tallies = []
    for section, asked in questions.sections.items():
        ids = _ids_of(asked, id_of)
        n_correct = int(np.count_nonzero(_answers(unit, ids[:, :3]) == ids[:, 3]))
        tallies.append(Tally(section, len(asked), len(ids), n_correct))
    return AnalogyScore(
        tallies,
        Tally(
            "total",
            sum(tally.n_questions for tally in tallies),
            sum(tally.n_answered for tally in tallies),
            sum(tally.n_correct for tally in tallies),
        ),
    )


def _candidates(vectors: WordVectors, n_words: int) -> tuple[list[str], NDArray[np.floating]]:
    """Return the folded words that take part and their unit vectors, the commonest first."""
    row_of = rows_by_folded(vectors.vocabulary.words[:n_words])
    rows = np.array(sorted(row_of.values()), np.int64)
    chosen = np.asarray(vectors.vectors[rows])  # (n, D)
    length = np.linalg.norm(chosen, axis=1)
    if not np.isfinite(length).all():
        raise RunError("the vectors are damaged: some are not numbers; train the run again")
    has_direction = length > 0  # <pad>, say, has none
    words = [fold_case(vectors.vocabulary.words[row]) for row in rows[has_direction].tolist()]
    return words, chosen[has_direction] / length[has_direction, None]


def _ids_of(asked: Sequence[Analogy], id_of: dict[str, int]) -> NDArray[np.int64]:
    """Return the candidates' ids of the questions that can be answered, shape (n, 4)."""
    folded = [[id_of.get(fold_case(word), -1) for word in question] for question in asked]
    ids = np.array(folded, np.int64).reshape(-1, 4)
    return ids[(ids >= 0).all(axis=1)]


def _answers(unit: NDArray[np.floating], ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the id of the answer to each question (a, b, c), shape (n, 3); -1 if none is left."""
    answers = np.empty(len(ids), np.int64)
    n_block = max(1, BLOCK_FLOATS // max(1, len(unit)))
    for at in range(0, len(ids), n_block):
        block = ids[at : at + n_block]
        a, b, c = block.T
        direction = unit[b] - unit[a] + unit[c]  # (n, D)
        nearness = direction @ unit.T  # (n, D) @ (D, n_candidates) -> (n, n_candidates)
        np.put_along_axis(nearness, block, -np.inf, axis=1)
        best = nearness.argmax(axis=1)  # a tie: the commoner word
        is_left = nearness[np.arange(len(block)), best] > -np.inf
        answers[at : at + n_block] = np.where(is_left, best, -1)
    return answers
