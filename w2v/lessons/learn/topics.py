"""The topics of `w2v learn`: in which order they are read, what each takes, and how one is made.

Nothing here imports NumPy: the list of topics is there at once.
"""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from w2v.errors import UsageError, quoted

if TYPE_CHECKING:
    from w2v.lessons.blocks import Lesson

# In reading order: the topic, and its folder, in whose lesson.py is the function `lesson`.
TOPICS: dict[str, str] = {
    "one-hot": "one_hot",
    "scatter-add": "scatter_add",
    "embedding-options": "embedding_options",
    "softmax-or-negative-sampling": "softmax_or_negative_sampling",
    "noise": "noise",
    "cbow-gradient": "cbow_gradient",
    "batches": "batches",
    "analogy": "analogy",
}
# What a reader of a topic can write: exercises of `w2v exercise`.
EXERCISES: dict[str, tuple[str, ...]] = {
    "one-hot": ("embedding-forward",),
    "scatter-add": ("scatter-add",),
    "noise": ("sampler", "loss"),
    "cbow-gradient": ("cbow-backward",),
    "batches": ("sgd-step",),
    "analogy": ("most-similar", "analogy"),
}
WITH_CORPUS = frozenset({"noise"})  # may be about a text of the reader's
WITH_RUN = frozenset({"analogy"})  # may be about a run of the reader's
# Measure times, or train: a reader waits for some seconds.
SLOW = frozenset(TOPICS) - {"embedding-options", "noise"}


@dataclass(frozen=True)
class Options:
    """How a lesson is wanted.

    Attributes
    ----------
    language : str
        One of `languages()`.
    corpus : str or None
        The text that it is about; None for a built-in one. Only of the topics `WITH_CORPUS`.
    run : str or None
        The run that it is about; None for one made on the spot. Only of the topics `WITH_RUN`.
    seed : int
        Of every random draw.
    answer_only : bool
        Whether nothing but the question and its answer will be shown.
    on_progress : callable or None
        Told how much is done, and of how much, by the lessons that train.
    """

    language: str
    corpus: str | None = None
    run: str | None = None
    seed: int = 1
    answer_only: bool = False
    on_progress: Callable[[int, int | None], None] | None = None


def check_options(topic: str, options: Options) -> None:
    """Refuse a topic that is not there, and options that it does not take.

    Raises
    ------
    UsageError
    """
    if topic not in TOPICS:
        near = near_topics(topic)
        meant = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(TOPICS)}"
        raise UsageError(f"there is no topic {quoted(topic)}; {meant}")
    for option, value, takers in (
        ("--corpus", options.corpus, WITH_CORPUS),
        ("--run", options.run, WITH_RUN),
    ):
        if value is not None and topic not in takers:
            others = ", ".join(sorted(takers))
            raise UsageError(f"the lesson {topic} takes no {option}; the one that does is {others}")
        if value == "":
            raise UsageError(f"{option} is empty; give a name or a path, or leave it out")


def near_topics(text: str) -> list[str]:
    """Return the topics that a text may have meant, the nearest first.

    >>> near_topics("onehot"), near_topics("CBOW"), near_topics("walrus")
    (['one-hot'], ['cbow-gradient'], [])

    Parameters
    ----------
    text : str
    """
    text = text.lower().replace("_", "-")
    within = [topic for topic in TOPICS if len(text) > 2 and text in topic]
    return within or difflib.get_close_matches(text, list(TOPICS), 2)


def lesson_of(topic: str, options: Options) -> Lesson:
    """Make the lesson of a topic.

    Parameters
    ----------
    topic : str
        A key of `TOPICS`.
    options : Options

    Raises
    ------
    UsageError
        If there is no such topic, or it does not take an option.
    """
    check_options(topic, options)
    module = importlib.import_module(f"w2v.lessons.learn.{TOPICS[topic]}.lesson")
    lesson: Lesson = module.lesson(options)
    return lesson
