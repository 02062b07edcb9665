"""In the process of the learner's code: train with it, and ask what came of it."""

from __future__ import annotations

import types
from collections.abc import Callable, Sequence

from w2v.evaluation.builtin import TOY_WORLD, builtin_set
from w2v.evaluation.sets import AnalogySet

ASKED_WORD, N_NEIGHBOURS = "king", 8
ASKED_ANALOGY = ("man", "king", "woman")
EVERY = 5  # of the planted analogies: enough to count, and soon done by loops


def train_and_ask(module: types.ModuleType, say: Callable[..., None]) -> None:
    """Call `train` of the learner's `train.py`, and ask the vectors through their functions.

    Parameters
    ----------
    module : module
        Has `train`, `most_similar` and `analogy`.
    say : callable
        Takes a report.
    """
    words, W = module.train()
    say(trained=True)
    id_of = {word: word_id for word_id, word in enumerate(words)}
    ids, cosines = module.most_similar(W, id_of[ASKED_WORD], N_NEIGHBOURS)
    answer = words[module.analogy(W, *(id_of[word] for word in ASKED_ANALOGY))]
    planted = planted_analogies()
    n_right = sum(
        words[module.analogy(W, id_of[a], id_of[b], id_of[c])] == d for a, b, c, d in planted
    )
    say(
        asked={
            "n_words": len(words),
            "dim": int(W.shape[1]),
            "neighbours": [
                [words[int(i)], float(cosine)] for i, cosine in zip(ids, cosines, strict=True)
            ],
            "answer": answer,
            "n_right": int(n_right),
            "n_asked": len(planted),
        }
    )
    say(end=True)


def planted_analogies() -> Sequence[tuple[str, ...]]:
    """Return every so many-th of the analogies that toy-world plants."""
    planted = builtin_set(TOY_WORLD)
    assert isinstance(planted, AnalogySet)
    questions = [question for section in planted.sections.values() for question in section]
    return [tuple(question) for question in questions[::EVERY]]
