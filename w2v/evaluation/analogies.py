"""Score vectors on analogies: how often is the right word the nearest one?

`sets.py` reads the questions, `lookup.py` finds their words, `answering.py` answers them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from w2v.evaluation.answering import MEASURES, answer
from w2v.evaluation.lookup import LeftOut, Lookup
from w2v.evaluation.sets import AnalogySet
from w2v.vectors.word_vectors import WordVectors

COMMONEST = 30_000  # words that are asked for and may answer; the customary cut


@dataclass(frozen=True)
class Tally:
    """How many questions there were and what became of them.

    Attributes
    ----------
    section : str
    n_questions : int
    n_answered : int
        Those all of whose four words are among the candidates.
    n_correct : dict of str to int
        By measure: `add` (3CosAdd) and `mul` (3CosMul), and the same with the words of the
        question allowed as answers, `add_all` and `mul_all`.
    """

    section: str
    n_questions: int
    n_answered: int
    n_correct: dict[str, int]

    def share(self, measure: str) -> float | None:
        """Return the share of the answered questions that are right, in 0..1; None if none was."""
        return self.n_correct[measure] / self.n_answered if self.n_answered else None

    @property
    def accuracy(self) -> float | None:
        """The share that is right by 3CosAdd, the words of the question left out."""
        return self.share("add")

    @property
    def coverage(self) -> float:
        """The share of the questions that were answered, in 0..1."""
        return self.n_answered / self.n_questions if self.n_questions else 0.0


@dataclass(frozen=True)
class AnalogyScore:
    """The score on a set.

    Attributes
    ----------
    name : str
        Of the set.
    sections : list of Tally
        In the order of the file.
    semantic, syntactic : Tally or None
        The sections of each kind together; None unless the set has both kinds.
    total : Tally
    left_out : LeftOut
    n_words : int or None
        The cut: so many of the commonest words were asked for and could answer; None for all.
    keep_case : bool
    """

    name: str
    sections: list[Tally]
    semantic: Tally | None
    syntactic: Tally | None
    total: Tally
    left_out: LeftOut
    n_words: int | None
    keep_case: bool


def score_analogies(
    vectors: WordVectors,
    questions: AnalogySet,
    n_words: int | None = COMMONEST,
    *,
    keep_case: bool = False,
) -> AnalogyScore:
    """Ask every analogy of a set, by 3CosAdd and by 3CosMul.

    Candidates are the `n_words` commonest words; of words that differ in case only, the commonest.
    A question with a word that is no candidate is not answered, and counts in the coverage only.

    Parameters
    ----------
    vectors : WordVectors
        Rows in the order of a vocabulary: by falling count.
    questions : AnalogySet
    n_words : int, at least 1, or None
        None stands for all words.
    keep_case : bool
        Compare words as they are written; else in lower case.

    Raises
    ------
    RunError
        If a vector is not finite.

    References
    ----------
    The restriction to the 30,000 commonest words is that of the program compute-accuracy beside
    word2vec.c; the measures are in `answering.py`.
    """
    lookup = Lookup(vectors, n_words, keep_case=keep_case)
    asked = [question for section in questions.sections.values() for question in section]
    ids, left_out = lookup.find(asked)
    ids = ids.reshape(-1, 4)
    is_answered: NDArray[np.bool_] = np.all(ids >= 0, axis=1)
    is_correct: dict[str, NDArray[np.bool_]] = {
        measure: np.zeros(len(ids), np.bool_) for measure in MEASURES
    }
    for measure, answers in answer(lookup, ids[is_answered, :3]).items():
        is_correct[measure][is_answered] = answers == ids[is_answered, 3]
    sections = _tally_sections(questions, is_answered, is_correct)
    kinds = [[t for t in sections if is_syntactic(t.section) is wanted] for wanted in (False, True)]
    semantic, syntactic = (
        _sum(name, tallies) if all(kinds) else None
        for name, tallies in zip(("semantic", "syntactic"), kinds, strict=True)
    )
    return AnalogyScore(
        name=questions.name,
        sections=sections,
        semantic=semantic,
        syntactic=syntactic,
        total=_sum("total", sections),
        left_out=left_out,
        n_words=n_words,
        keep_case=keep_case,
    )


def is_syntactic(section: str) -> bool:
    """Tell whether a section asks for forms of words; its name begins as in Google's set.

    >>> is_syntactic("gram3-comparative"), is_syntactic("currency")
    (True, False)
    """
    return section.startswith("gram")


def _tally_sections(
    questions: AnalogySet, is_answered: NDArray[np.bool_], is_correct: dict[str, NDArray[np.bool_]]
) -> list[Tally]:
    """Count what became of the questions, which stand one section behind the other."""
    tallies = []
    start = 0
    for section, asked in questions.sections.items():
        part = slice(start, start + len(asked))
        start = part.stop
        n_correct = {m: int(np.count_nonzero(right[part])) for m, right in is_correct.items()}
        n_answered = int(np.count_nonzero(is_answered[part]))
        tallies.append(Tally(section, len(asked), n_answered, n_correct))
    return tallies


def _sum(name: str, tallies: Sequence[Tally]) -> Tally:
    """Add up tallies."""
    return Tally(
        name,
        sum(tally.n_questions for tally in tallies),
        sum(tally.n_answered for tally in tallies),
        {measure: sum(tally.n_correct[measure] for tally in tallies) for measure in MEASURES},
    )
