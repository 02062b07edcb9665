"""CBOW's gradient with and without 1 / |C|: by one example, by how far it moves, by training.

The numbers of the lesson `cbow-gradient`; those of an example are the layers', see
`explain/update.py`.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from w2v.errors import DivergedError
from w2v.evaluation.builtin import builtin_set
from w2v.evaluation.scoring import main_figure, score_set
from w2v.lessons.explain.update import Scene, update_of
from w2v.lessons.gradcheck.numeric import numeric_gradient
from w2v.lessons.learn.small_runs import Counted, OnProgress, toy_world_config, train_toy_world
from w2v.model.functions import Ids
from w2v.model.layers import Gradient
from w2v.text.corpus import open_corpus
from w2v.training.draws import Draws

GRADIENTS: tuple[Gradient, ...] = get_args(Gradient)
EXAMPLE_DIM, EXAMPLE_LR, N_NOISE = 3, 0.1, 2


@dataclass(frozen=True)
class Sizes:
    """How much is trained.

    Attributes
    ----------
    rates : tuple of float
        Learning rates that both gradients are trained with.
    epochs, dim, window : int
    """

    rates: tuple[float, ...] = (0.1, 0.15, 0.2, 0.3, 0.4)
    epochs: int = 1
    dim: int = 32
    window: int = 5


@dataclass(frozen=True)
class Tried:
    """What a rate led to: right answers in percent, held-out loss in nats; None if it diverged."""

    right: float | None
    loss: float | None


def scene_of(words: tuple[str, ...], gradient: Gradient, window: int, seed: int) -> Scene:
    """Return a sentence with random weights, its middle word the center.

    Parameters
    ----------
    words : tuple of str
        All different.
    gradient : "exact" or "word2vec"
    window : int
    seed : int
        Of the weights.
    """
    rng = np.random.default_rng(seed)
    n_words = len(words) + N_NOISE
    return Scene(
        vocabulary=(*words, *("-" for _ in range(N_NOISE))),
        sentence=np.arange(len(words)),
        center_pos=len(words) // 2,
        window=window,
        negatives=np.arange(len(words), n_words),
        W_in=rng.uniform(-1, 1, (n_words, EXAMPLE_DIM)),
        W_out=rng.uniform(-1, 1, (n_words, EXAMPLE_DIM)),
        lr=EXAMPLE_LR,
        gradient=gradient,
    )


@dataclass(frozen=True)
class ExampleGradients:
    """The gradients of one row of a context of 4 different words.

    Attributes
    ----------
    context : tuple of str
    center : str
    d_hidden, numeric, exact, word2vec : arrays of float64, shape (D,)
        Of the loss by the mean; by the row of the first context word: measured, and as the layers
        have it with either gradient.
    ratio : float
        How many times as long word2vec's is as the measured one.
    """

    context: tuple[str, ...]
    center: str
    d_hidden: NDArray[np.floating]
    numeric: NDArray[np.float64]
    exact: NDArray[np.floating]
    word2vec: NDArray[np.floating]
    ratio: float


def example_gradients(words: tuple[str, ...], seed: int) -> ExampleGradients:
    """Take the middle of a sentence as center, two words on each side as context.

    Parameters
    ----------
    words : tuple of str
        Five or more, all different.
    seed : int
        Of the weights.
    """
    scenes = {gradient: scene_of(words, gradient, 2, seed) for gradient in GRADIENTS}
    exact, word2vec = (update_of(scenes[gradient]) for gradient in GRADIENTS)
    numeric = measured_gradient(scenes["exact"], int(exact.context_ids[0]))
    return ExampleGradients(
        context=tuple(words[pos] for pos in exact.context_pos.tolist()),
        center=words[scenes["exact"].center_pos],
        d_hidden=exact.d_hidden,
        numeric=numeric,
        exact=exact.d_rows[0],
        word2vec=word2vec.d_rows[0],
        ratio=float(np.linalg.norm(word2vec.d_rows[0]) / np.linalg.norm(numeric)),
    )


def measured_gradient(scene: Scene, row: int) -> NDArray[np.float64]:
    """Return the gradient by a row of W_in, (D,), as gradcheck measures it: by nudging."""
    W_in = scene.W_in.copy()
    nudged = dataclasses.replace(scene, W_in=W_in)
    return numeric_gradient(lambda: update_of(nudged).loss, W_in[row])


def moves_of(n_context: int, seed: int) -> dict[str, dict[str, float]]:
    """Return how far one update moves the mean of a context, and its rows; by gradient.

    Both in units of lr |d_hidden|; `rows` is the sum of the lengths of their moves.

    Parameters
    ----------
    n_context : int
        |C|.
    seed : int
        Of the weights.

    Returns
    -------
    dict of dict of float
        By gradient: `mean` and `rows`.
    """
    moves: dict[str, dict[str, float]] = {}
    # The center stands in the middle, or has one word before it.
    words = tuple(map(str, range(1 + n_context)))
    for gradient in GRADIENTS:
        update = update_of(scene_of(words, gradient, n_context, seed))
        unit = EXAMPLE_LR * np.linalg.norm(update.d_hidden)
        moved = update.W_in_after - update.W_in_before  # the rows of the context, and no others
        moves[gradient] = {
            "mean": float(np.linalg.norm(moved.mean(axis=0)) / unit),
            "rows": float(np.linalg.norm(moved, axis=1).sum() / unit),
        }
    return moves


def context_sizes(sizes: Sizes, seed: int) -> Ids:
    """Return |C| of each center of a stretch of toy-world, as training draws it."""
    config = toy_world_config(
        {"model.window": sizes.window, "train.seed": seed, "train.epochs": sizes.epochs}
    )
    corpus = open_corpus(config.corpus, config.vocab)
    stretch = corpus.stream.read(0, min(config.train.chunk, len(corpus.stream)))
    chunk = Draws(config, corpus.vocabulary).chunk(*stretch, epoch=0, number=0)
    n_around = chunk.right - chunk.left - 1
    return n_around[n_around > 0]


def try_rates(
    sizes: Sizes, seed: int, on_progress: OnProgress | None
) -> dict[str, dict[float, Tried]]:
    """Train with both gradients at every rate, from the same weights and draws."""
    questions = builtin_set("toy-world")
    count = Counted(on_progress, len(GRADIENTS) * len(sizes.rates))
    tried: dict[str, dict[float, Tried]] = {gradient: {} for gradient in GRADIENTS}
    for gradient in GRADIENTS:
        for rate in sizes.rates:
            settings: dict[str, Any] = {
                "model.gradient": gradient,
                "model.dim": sizes.dim,
                "model.window": sizes.window,
                "train.lr": rate,
                "train.epochs": sizes.epochs,
                "train.seed": seed,
                "eval.heldout": 0.02,
            }
            try:
                run = train_toy_world(settings)
            except DivergedError:
                tried[gradient][rate] = Tried(None, None)
            else:
                accuracy = main_figure(score_set(run.vectors, questions)) or 0.0
                tried[gradient][rate] = Tried(100 * accuracy, run.heldout_loss)
            count()
    return tried
