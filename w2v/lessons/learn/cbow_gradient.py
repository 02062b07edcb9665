"""The missing factor: the derivative of a mean, with and without 1 / |C|.

[4] passes d_hidden on to the rows of the context. The numbers of one example come from the layers
(`explain/update.py`); what the factor does to training, from small runs of toy-world.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from w2v.errors import DivergedError
from w2v.evaluation.analogies import score_analogies
from w2v.evaluation.builtin import builtin_set
from w2v.lessons.blocks import Bars, Block, Curve, Lesson, Lines, Matrix, Step, Table, Text, Verdict
from w2v.lessons.explain.update import Scene, Update, update_of
from w2v.lessons.learn.small_runs import Counted, OnProgress, toy_world_config, train_toy_world
from w2v.lessons.learn.topics import Options
from w2v.lessons.wording import Wording
from w2v.model.functions import Ids
from w2v.model.layers import Gradient
from w2v.text.corpus import open_corpus
from w2v.training.draws import Draws

TOPIC = "cbow-gradient"
GRADIENTS: tuple[Gradient, ...] = get_args(Gradient)
EXAMPLE_DIM, EXAMPLE_LR, N_NOISE = 3, 0.1, 2
NUDGE = 1e-5  # of one weight, for the numeric derivative
SAME = 5.0  # points: best scores nearer than this are called the same
SHOWN_SIZES, ASKED_SIZES = (1, 2, 4, 8), (2, 10)  # context words, of the table and the question


@dataclass(frozen=True)
class Sizes:
    """How much is trained.

    Attributes
    ----------
    rates : tuple of float
        Learning rates that both gradients are trained with.
    epochs, dim, window : int
    """

    rates: tuple[float, ...] = (0.05, 0.1, 0.15, 0.2, 0.3, 0.4)
    epochs: int = 1
    dim: int = 32
    window: int = 5


@dataclass(frozen=True)
class Tried:
    """What a rate led to: right answers in percent, held-out loss in nats; None if it diverged."""

    right: float | None
    loss: float | None


def lesson(
    options: Options, on_progress: OnProgress | None = None, sizes: Sizes | None = None
) -> Lesson:
    """Return the lesson.

    Parameters
    ----------
    options : Options
    on_progress : callable, optional
        Told how many of the trainings are done, and of how many.
    sizes : Sizes, optional
    """
    sizes = sizes or Sizes()
    say = Wording(options.language, f"learn/{TOPIC}")
    words = tuple(say("sentence").split())
    moves = {size: moves_of(size, options.seed) for size in SHOWN_SIZES}
    asked = {size: moves_of(size, options.seed) for size in ASKED_SIZES}
    contexts = context_sizes(sizes, options.seed)
    tried = {} if options.answer_only else try_rates(sizes, options.seed, on_progress)
    example = _example(say, words, options.seed)
    steps = () if options.answer_only else (
        Step("derivative", say("derivative_title"), example),
        Step("contexts", say("contexts_title"), _contexts(say, contexts, moves, sizes)),
        Step("training", say("training_title"), _training(say, tried, sizes, contexts)),
        Step("elsewhere", say("elsewhere_title"), _elsewhere(say)),
    )  # fmt: skip
    small, large = ASKED_SIZES
    return Lesson(
        command="learn",
        topic=TOPIC,
        language=options.language,
        title=say("title"),
        steps=steps,
        question="\n\n".join(say.paragraphs("question", small=small, large=large)),
        answer=_answer(say, asked),
        numbers={
            "ratio": 4,
            "moves": moves,
            "mean_context": float(contexts.mean()),
            "tried": {
                gradient: {str(rate): dataclasses.asdict(found) for rate, found in by_rate.items()}
                for gradient, by_rate in tried.items()
            },
            "answer": asked,
        },
    )


# ------------------------------------------------------------------ the numbers


def scene_of(words: tuple[str, ...], gradient: Gradient, window: int, seed: int) -> Scene:
    """Return a sentence with random weights, its middle word the center."""
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


def numeric_gradient(scene: Scene, row: int) -> NDArray[np.float64]:
    """Return (loss(w + h) - loss(w - h)) / 2h for each number of a row of W_in."""
    slopes = []
    for column in range(scene.W_in.shape[1]):
        losses = []
        for nudge in (NUDGE, -NUDGE):
            W_in = scene.W_in.copy()
            W_in[row, column] += nudge
            losses.append(update_of(dataclasses.replace(scene, W_in=W_in)).loss)
        slopes.append((losses[0] - losses[1]) / (2 * NUDGE))
    return np.array(slopes)


def moves_of(n_context: int, seed: int) -> dict[str, dict[str, float]]:
    """Return how far one update moves the mean of a context, and its rows; by gradient.

    Both in units of lr |d_hidden|; `rows` is the sum of the lengths of their moves.
    """
    moves = {}
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
                accuracy = score_analogies(run.vectors, questions).total.accuracy  # type: ignore[arg-type]
                tried[gradient][rate] = Tried(100 * (accuracy or 0.0), run.heldout_loss)
            count()
    return tried


# ------------------------------------------------------------------ the telling


def _example(say: Wording, words: tuple[str, ...], seed: int) -> tuple[Block, ...]:
    """One example: what is right, what word2vec does, and their ratio."""
    scene = scene_of(words, "exact", 2, seed)
    updates: dict[str, Update] = {
        gradient: update_of(dataclasses.replace(scene, gradient=gradient)) for gradient in GRADIENTS
    }
    exact, word2vec = (updates[gradient] for gradient in GRADIENTS)
    numeric = numeric_gradient(scene, int(exact.context_ids[0]))
    context = [words[pos] for pos in exact.context_pos]
    ratio = np.linalg.norm(word2vec.d_rows[0]) / np.linalg.norm(numeric)
    return (
        *_texts(
            say, "derivative", context=", ".join(f"`{word}`" for word in context),
            center=words[scene.center_pos], n=len(context),
        ),
        Lines(
            (
                "hidden  = (W_in[c1] + … + W_in[cn]) / |C|",
                "d_W_in[c] = d_hidden / |C|        exact",
                "d_W_in[c] = d_hidden              word2vec",
            )
        ),
        Matrix(
            say("gradients", word=context[0]),
            np.stack([exact.d_hidden, numeric, exact.d_rows[0], word2vec.d_rows[0]]),
            ("d_hidden", say("numeric"), "exact", "word2vec"),
            shape=f"(D,) = ({EXAMPLE_DIM},)",
            decimals=5,
            marked=frozenset({1}),
        ),
        Text(say("ratio", ratio=float(ratio), n=len(context))),
    )  # fmt: skip


def _contexts(
    say: Wording, contexts: Ids, moves: dict[int, dict[str, dict[str, float]]], sizes: Sizes
) -> tuple[Block, ...]:
    """Contexts are not of one size: how often each is there, and what a step then does."""
    found, counts = np.unique(contexts, return_counts=True)
    return (
        *_texts(say, "contexts", window=sizes.window),
        Bars(
            say("sizes"),
            tuple(f"|C| = {size}" for size in found.tolist()),
            (("", 100 * counts / counts.sum()),),
            unit="%",
            decimals=1,
        ),
        *_texts(
            say, "moves", mean=float(contexts.mean()),
            smallest=int(contexts.min()), largest=int(contexts.max()),
        ),
        _moves_table(say, moves),
        Text(say("louder")),
    )  # fmt: skip


def _training(
    say: Wording, tried: dict[str, dict[float, Tried]], sizes: Sizes, contexts: Ids
) -> tuple[Block, ...]:
    """Both gradients at every rate."""
    rows = []
    for rate in sizes.rates:
        cells = [tried[gradient][rate] for gradient in GRADIENTS]
        shown = [
            text
            for cell in cells
            for text in (
                (say("diverged"), "")
                if cell.right is None or cell.loss is None
                else (f"{cell.right:.1f} %", f"{cell.loss:.2f}")
            )
        ]
        rows.append((f"{rate:g}", *shown))
    scores = {
        gradient: np.array([np.nan if t.right is None else t.right for t in by_rate.values()])
        for gradient, by_rate in tried.items()
    }
    nats = say("loss")
    return (
        *_texts(say, "training", n=len(sizes.rates), dim=sizes.dim),
        Table(
            ("lr", "exact", nats, "word2vec", nats),
            tuple(rows),
            name=say("training_table"),
        ),
        Curve(
            say("curve"),
            "lr",
            say("right"),
            np.array(sizes.rates),
            tuple(scores.items()),
            log=(True, False),
        ),
        *_best(say, tried, scores, sizes, contexts),
    )


def _best(
    say: Wording,
    tried: dict[str, dict[float, Tried]],
    scores: dict[str, NDArray[np.float64]],
    sizes: Sizes,
    contexts: Ids,
) -> tuple[Block, ...]:
    """Say which rate is the best for each, and which gradient leads at its best."""
    if any(np.isnan(values).all() for values in scores.values()):
        return (Verdict(False, say("all_diverged")),)
    best = {gradient: sizes.rates[int(np.nanargmax(values))] for gradient, values in scores.items()}
    top = {gradient: float(np.nanmax(values)) for gradient, values in scores.items()}
    exact, word2vec = (best[gradient] for gradient in GRADIENTS)
    ahead = top["word2vec"] - top["exact"]
    which = "same" if abs(ahead) < SAME else "word2vec_ahead" if ahead > 0 else "exact_ahead"
    rates = "rate_lower" if word2vec < exact else "rate_not_lower"
    values = {
        "exact": exact, "word2vec": word2vec, "times": exact / word2vec,
        "exact_right": top["exact"], "word2vec_right": top["word2vec"], "points": abs(ahead),
        "mean": float(contexts.mean()),
    }  # fmt: skip
    # What the other's best rate does to word2vec's gradient.
    at_exact = tried["word2vec"][exact].right
    other = "borrowed_diverged" if at_exact is None else "borrowed"
    return (
        Text(say(rates, **values)),
        *([Text(say(other, rate=exact, right=at_exact))] if exact != word2vec else []),
        Verdict(which == "same", say(which, **values)),
        Text(say("why_not_mean", **values)),
    )


def _elsewhere(say: Wording) -> tuple[Block, ...]:
    """What was measured on a real text, and who does which."""
    return (
        *_texts(say, "elsewhere"),
        Lines(("w2v sweep gradient", "w2v gradcheck cbow --gradient word2vec")),
        Text(say("source")),
    )


def _answer(say: Wording, asked: dict[int, dict[str, dict[str, float]]]) -> tuple[Block, ...]:
    """How far the mean and the rows move, for two sizes of context."""
    small, large = (asked[size] for size in ASKED_SIZES)
    return (
        _moves_table(say, asked),
        *_texts(
            say,
            "answer",
            small=ASKED_SIZES[0],
            large=ASKED_SIZES[1],
            exact=small["exact"]["mean"] / large["exact"]["mean"],
            word2vec=large["word2vec"]["rows"] / small["word2vec"]["rows"],
        ),
    )


def _moves_table(say: Wording, moves: dict[int, dict[str, dict[str, float]]]) -> Table:
    """The moves of `moves_of`, a row for each size of context."""
    kinds = ("mean", "rows")
    return Table(
        ("|C|", *(f"{gradient}: {say(kind)}" for kind in kinds for gradient in GRADIENTS)),
        tuple(
            (size, *(move[gradient][kind] for kind in kinds for gradient in GRADIENTS))
            for size, move in moves.items()
        ),
        name=say("moves_table"),
        decimals=2,
    )


def _texts(say: Wording, key: str, **values: Any) -> list[Text]:
    """Return a text as paragraphs."""
    return [Text(part) for part in say.paragraphs(key, **values)]
