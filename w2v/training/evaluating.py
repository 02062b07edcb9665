"""Measure the vectors of a run on evaluation sets while it trains: `eval.sets`, `eval.every`.

How a set is scored is in `w2v/evaluation/`; when, is in `running.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2v.errors import ConfigError
from w2v.evaluation.finding import find_set, settled_name
from w2v.evaluation.scoring import Score, as_record, main_figure, n_answered, score_set
from w2v.evaluation.sets import AnalogySet, SimilaritySet
from w2v.text.vocabulary import Vocabulary
from w2v.vectors.word_vectors import WordVectors


@dataclass(frozen=True)
class Evaluation:
    """What the vectors scored on a set at the end of an epoch, which is counted from 1."""

    epoch: int
    score: Score

    def as_metrics(self) -> dict[str, Any]:
        """Return the line of metrics.jsonl: all figures, without the list of missing words."""
        figures = as_record(self.score)
        del figures["missing"]
        return {"event": "evaluation", "epoch": self.epoch, **figures}


class Evaluator:
    """The sets of a config, read before anything is trained: a mistake shows at once.

    Parameters
    ----------
    names : sequence of str
        Files, or names of sets.

    Raises
    ------
    SetError
        If there is no such set, or it cannot be read.
    """

    def __init__(self, names: Sequence[str]) -> None:
        # A path may be spelled in many ways; an error names it as the user did.
        spelled: dict[str, str] = {}
        for name in names:
            spelled.setdefault(settled_name(name), name)
        self._sets: list[AnalogySet | SimilaritySet] = [*map(find_set, spelled.values())]
        self._names = [*spelled]

    def evaluate(
        self, vocabulary: Vocabulary, W_in: NDArray[np.floating], epoch: int
    ) -> list[Evaluation]:
        """Score the vectors on every set.

        Parameters
        ----------
        vocabulary : Vocabulary, V words
        W_in : array, shape (V, D)
            Finite.
        epoch : int
            The one that has just ended, counted from 1.
        """
        vectors = WordVectors(vocabulary, W_in)
        return [Evaluation(epoch, score_set(vectors, asked)) for asked in self._sets]

    def check_can_ask(self, name: str, vocabulary: Vocabulary) -> None:
        """Refuse a set, named as in `eval.sets`, that has no question for this vocabulary.

        Raises
        ------
        ConfigError
        """
        asked = self._sets[self._names.index(settled_name(name))]
        if not n_answered(score_set(WordVectors(vocabulary, np.ones((len(vocabulary), 1))), asked)):
            raise ConfigError(
                [f"train.early_stop: {name} has no question that this vocabulary can be asked"]
            )

    def value_of(self, name: str, evaluations: Sequence[Evaluation]) -> float | None:
        """Return the score on one set, of which more is better, or None if there is none.

        Parameters
        ----------
        name : str
            As in `eval.sets`.
        evaluations : sequence of Evaluation
            What `evaluate` returned.
        """
        return main_figure(evaluations[self._names.index(settled_name(name))].score)
