"""The missing factor: the derivative of a mean, with and without 1 / |C|.

[4] passes d_hidden on to the rows of the context. How that is told is here; the numbers are made in
`two_gradients.py`.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from w2v.lessons.blocks import Bars, Block, Curve, Lesson, Lines, Matrix, Step, Table, Text, Verdict
from w2v.lessons.learn.cbow_gradient.two_gradients import (
    EXAMPLE_DIM,
    GRADIENTS,
    ExampleGradients,
    Sizes,
    Tried,
    context_sizes,
    example_gradients,
    moves_of,
    try_rates,
)
from w2v.lessons.learn.parts import texts
from w2v.lessons.learn.topics import Options
from w2v.lessons.wording import Wording
from w2v.model.functions import Ids

TOPIC = "cbow-gradient"
SAME = 5.0  # points: best scores nearer than this are called the same
SHOWN_SIZES, ASKED_SIZES = (1, 2, 4, 8), (2, 10)  # context words, of the table and the question


def lesson(options: Options, sizes: Sizes | None = None) -> Lesson:
    """Return the lesson.

    Parameters
    ----------
    options : Options
    sizes : Sizes, optional
    """
    sizes = sizes or Sizes()
    say = Wording(options.language, f"learn/{TOPIC}")
    words = tuple(say("sentence").split())
    moves = {size: moves_of(size, options.seed) for size in SHOWN_SIZES}
    asked = {size: moves_of(size, options.seed) for size in ASKED_SIZES}
    contexts = context_sizes(sizes, options.seed)
    tried = {} if options.answer_only else try_rates(sizes, options.seed, options.on_progress)
    example = example_gradients(words, options.seed)
    steps = () if options.answer_only else (
        Step("derivative", say("derivative_title"), _example(say, example)),
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
            "ratio": example.ratio,
            "moves": moves,
            "mean_context": float(contexts.mean()),
            "tried": {
                gradient: {str(rate): dataclasses.asdict(found) for rate, found in by_rate.items()}
                for gradient, by_rate in tried.items()
            },
            "answer": asked,
        },
    )


def _example(say: Wording, example: ExampleGradients) -> tuple[Block, ...]:
    """One example: what is right, what word2vec does, and their ratio."""
    n = len(example.context)
    return (
        *texts(
            say, "derivative", context=say("comma").join(f"`{word}`" for word in example.context),
            center=example.center, n=n,
        ),
        Lines(
            (
                "hidden    = (W_in[c1] + … + W_in[cn]) / |C|",
                "d_W_in[c] = d_hidden / |C|        exact",
                "d_W_in[c] = d_hidden              word2vec",
            )
        ),
        Matrix(
            say("gradients", word=example.context[0]),
            np.stack([example.d_hidden, example.numeric, example.exact, example.word2vec]),
            ("d_hidden", say("numeric"), "exact", "word2vec"),
            shape=f"(D,) = ({EXAMPLE_DIM},)",
            decimals=5,
            marked=frozenset({1}),
        ),
        Text(say("ratio", ratio=example.ratio)),
    )  # fmt: skip


def _contexts(
    say: Wording, contexts: Ids, moves: dict[int, dict[str, dict[str, float]]], sizes: Sizes
) -> tuple[Block, ...]:
    """Contexts are not of one size: how often each is there, and what a step then does."""
    found, counts = np.unique(contexts, return_counts=True)
    return (
        *texts(say, "contexts", window=sizes.window),
        Bars(
            say("sizes"),
            tuple(f"|C| = {size}" for size in found.tolist()),
            (("", 100 * counts / counts.sum()),),
            unit=say("unit_percent"),
            decimals=1,
        ),
        *texts(
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
                else (f"{cell.right:.1f}{say('unit_percent')}", f"{cell.loss:.2f}")
            )
        ]
        rows.append((f"{rate:g}", *shown))
    scores = {
        gradient: np.array([np.nan if t.right is None else t.right for t in by_rate.values()])
        for gradient, by_rate in tried.items()
    }
    nats = say("loss")
    return (
        *texts(say, "training", n=len(sizes.rates), dim=sizes.dim),
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
    # That one leads is no mistake, and of one seed little more than luck: no verdict on it.
    judged = Verdict(True, say(which, **values)) if which == "same" else Text(say(which, **values))
    # What the other's best rate does to word2vec's gradient.
    at_exact = tried["word2vec"][exact].right
    other = "borrowed_diverged" if at_exact is None else "borrowed"
    return (
        Text(say(rates, **values)),
        *([Text(say(other, rate=exact, right=at_exact))] if exact != word2vec else []),
        judged,
        Text(say("why_not_mean", **values)),
    )


def _elsewhere(say: Wording) -> tuple[Block, ...]:
    """What was measured on a real text, and who does which."""
    return (
        *texts(say, "elsewhere"),
        Lines(("w2v sweep gradient", "w2v gradcheck cbow --gradient word2vec")),
        Text(say("source")),
    )


def _answer(say: Wording, asked: dict[int, dict[str, dict[str, float]]]) -> tuple[Block, ...]:
    """How far the mean and the rows move, for two sizes of context."""
    small, large = (asked[size] for size in ASKED_SIZES)
    return (
        _moves_table(say, asked),
        *texts(
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
    heads = (
        say("head_move", gradient=gradient, kind=say(kind))
        for kind in kinds
        for gradient in GRADIENTS
    )
    return Table(
        ("|C|", *heads),
        tuple(
            (size, *(move[gradient][kind] for kind in kinds for gradient in GRADIENTS))
            for size, move in moves.items()
        ),
        name=say("moves_table"),
        decimals=2,
    )
