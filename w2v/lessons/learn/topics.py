"""The topics of `w2v learn`, and what a lesson is told."""

from __future__ import annotations

from dataclasses import dataclass

# Topic: the module of this folder that holds its `lesson`.
TOPICS = {
    "softmax-or-negative-sampling": "softmax_or_negative_sampling",
    "noise": "noise",
    "cbow-gradient": "cbow_gradient",
    "analogy": "analogy",
}


@dataclass(frozen=True)
class Options:
    """What a lesson is told.

    Attributes
    ----------
    language : str
        One of `languages()`.
    corpus : str or None
        A path, or the name of a built-in corpus; None for the lesson's own choice.
    run : str or None
        A run, or a file of vectors; None to train.
    seed : int
    answer_only : bool
        Whether only the answer is going to be shown.
    """

    language: str
    corpus: str | None
    run: str | None
    seed: int = 1
    answer_only: bool = False
