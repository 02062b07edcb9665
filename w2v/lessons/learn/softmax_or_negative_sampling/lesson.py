"""The full softmax and negative sampling: what each costs, and how their gradients differ.

How it is told is here; the numbers are made in `costs.py`, `one_example.py` and
`two_losses.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from w2v.lessons.blocks import Block, Curve, Lesson, Lines, Step, Table, Text
from w2v.lessons.learn.parts import texts
from w2v.lessons.learn.small_runs import Counted
from w2v.lessons.learn.softmax_or_negative_sampling.costs import Cost, cost_of
from w2v.lessons.learn.softmax_or_negative_sampling.one_example import Example, example_of
from w2v.lessons.learn.softmax_or_negative_sampling.two_losses import (
    Directions,
    Point,
    directions_of,
    points_of,
    trained_examples,
)
from w2v.lessons.learn.topics import Options
from w2v.lessons.wording import Wording

TOPIC = "softmax-or-negative-sampling"
K = 5  # noise words, where it is not said otherwise
N_SHOWN = 4  # words of the example that each loss pushes away hardest


@dataclass(frozen=True)
class Sizes:
    """How much is measured.

    Attributes
    ----------
    n_words : tuple of int
        V of the tables whose cost is measured.
    ks : tuple of int
        K of negative sampling, whose cost is measured at the largest V.
    dim, batch : int
        Of both.
    draws : tuple of int
        Noise words per example, where directions are compared.
    n_examples : int
        Centers that directions are averaged over.
    epochs : int
        Of the small model that is looked at.
    """

    n_words: tuple[int, ...] = (100, 1_000, 10_000, 100_000)
    ks: tuple[int, ...] = (1, 20, 100)
    dim: int = 32
    batch: int = 32
    draws: tuple[int, ...] = (1, 2, 5, 10, 20, 50, 100, 200, 500)
    n_examples: int = 200
    epochs: int = 1


def lesson(options: Options, sizes: Sizes | None = None) -> Lesson:
    """Return the lesson.

    Parameters
    ----------
    options : Options
    sizes : Sizes, optional
    """
    sizes = sizes or Sizes()
    say = Wording(options.language, f"learn/{TOPIC}")
    count = Counted(options.on_progress, 1 + len(sizes.draws) + len(sizes.n_words) + len(sizes.ks))
    examples = trained_examples(sizes.dim, sizes.epochs, sizes.n_examples, options.seed)
    count()
    points = []
    for n_draws in sizes.draws:
        points.append(points_of(examples, K, n_draws, options.seed))
        count()
    directions = directions_of(examples, K)
    example = example_of(examples, K, options.seed)
    costs: list[Cost] = []
    if not options.answer_only:
        for n_words, k in _costs_wanted(sizes):
            costs += cost_of(n_words, sizes.dim, sizes.batch, k, with_softmax=k == K)
            count()
    steps = () if options.answer_only else (
        Step("cost", say("cost_title"), _cost(say, costs, sizes)),
        Step("scores", say("scores_title"), _scores(say, example)),
        Step("cosine", say("cosine_title"), _cosine(say, points, directions, sizes)),
        Step("why", say("why_title"), _why(say, example, points, directions)),
    )  # fmt: skip
    many = max((n for n in sizes.draws if n > K), default=sizes.draws[-1])
    many = 100 if 100 in sizes.draws else many
    return Lesson(
        command="learn",
        topic=TOPIC,
        language=options.language,
        title=say("title"),
        steps=steps,
        question="\n\n".join(say.paragraphs("question", k=K, many=many)),
        answer=_answer(say, points, many, sizes),
        numbers={
            "costs": [vars(cost) for cost in costs],
            "example": {
                "context": example.context,
                "center": example.center,
                "d_scores_negative_sampling": example.d_negative,
                "d_scores_softmax": example.d_softmax_there,
                "sum_softmax": example.sum_softmax,
            },
            "points": [vars(point) for point in points],
            "directions": vars(directions),
        },
    )


def _costs_wanted(sizes: Sizes) -> list[tuple[int, int]]:
    """Return the (V, K) that are measured."""
    return [(n, K) for n in sizes.n_words] + [(sizes.n_words[-1], k) for k in sizes.ks]


def _cost(say: Wording, costs: list[Cost], sizes: Sizes) -> tuple[Block, ...]:
    """What an example costs, counted and measured."""
    heads = ("V", "", *(say(key) for key in ("rows", "products", "kilobytes", "time")))
    rows = tuple(
        (
            f"{cost.n_words:,}",
            say("softmax") if cost.k is None else f"K = {cost.k}",
            cost.n_rows,
            cost.n_products,
            cost.n_bytes / 1000,
            1e6 * cost.seconds,
        )
        for cost in costs
    )
    first, *_, last = (cost for cost in costs if cost.k is None)
    same_first, *_, same_last = (cost for cost in costs if cost.k == K)
    return (
        *texts(say, "cost", k=K),
        Lines(
            (
                "scores   = hidden @ W_out[rows].T        rows × D",
                "d_hidden = d_scores @ W_out[rows]        rows × D",
                "d_rows   = d_scores.T @ hidden           rows × D",
            )
        ),
        Table(heads, rows, name=say("cost_table", dim=sizes.dim, batch=sizes.batch), decimals=1),
        Text(
            say(
                "cost_result",
                growth=last.n_words / first.n_words,
                first=1e6 * first.seconds,
                last=1e6 * last.seconds,
                same_first=1e6 * same_first.seconds,
                same_last=1e6 * same_last.seconds,
                counted=last.n_products / same_last.n_products,
                measured=last.seconds / same_last.seconds,
                n_words=last.n_words,
            )
        ),
    )


def _scores(say: Wording, example: Example) -> tuple[Block, ...]:
    """One example, y - t of both losses side by side."""
    rows: list[tuple[str | int | float | None, ...]] = [
        (word, int(label), float(score), float(sig), float(d_neg), float(p), float(d_soft))
        for word, label, score, sig, d_neg, p, d_soft in zip(
            example.words,
            example.labels,
            example.scores,
            example.sigmoids,
            example.d_negative,
            example.p_there,
            example.d_softmax_there,
            strict=True,
        )
    ]
    others = example.sum_softmax - float(example.d_softmax_distinct.sum())
    rows.append((say("others", n=example.n_others), None, None, None, None, None, others))
    total = float(example.d_negative.sum())
    rows.append((say("sum"), None, None, None, total, None, abs(example.sum_softmax)))
    return (
        *texts(
            say, "scores", context=say("comma").join(f"`{word}`" for word in example.context),
            center=example.center, k=len(example.words) - 1,
        ),
        Table(
            ("", "t", "s", "σ(s)", "σ − t", "p", "p − t"),
            tuple(rows),
            marked=frozenset({0}),
        ),
        *texts(
            say, "push_less" if total < 0 else "push_more", sum=abs(total),
        ),
    )  # fmt: skip


def _cosine(
    say: Wording, points: list[Point], directions: Directions, sizes: Sizes
) -> tuple[Block, ...]:
    """The cosine between the gradients as more noise is drawn."""
    best = max(points, key=lambda point: point.cosine_each)
    last = points[-1]
    ones, shared = say("each_one"), say("each_share", k=K)
    return (
        *texts(say, "cosine", n=sizes.n_examples, k=K),
        Curve(
            say("cosine_curve"),
            say("draws"),
            say("cosine_axis"),
            np.array([point.n_draws for point in points]),
            (
                (ones, np.array([point.cosine_each for point in points])),
                (shared, np.array([point.cosine_share for point in points])),
            ),
            log=(True, False),
        ),
        Table(
            (
                say("draws"), say("head_hidden", weights=ones), "W_out",
                say("head_hidden", weights=shared), "W_out",
            ),
            tuple(
                (p.n_draws, p.cosine_each, p.W_out_each, p.cosine_share, p.W_out_share)
                for p in points
            ),
            decimals=2,
        ),
        Text(
            say(
                "falls" if last.cosine_each < best.cosine_each else "rises",
                best=best.n_draws, top=best.cosine_each, n=last.n_draws, end=last.cosine_each,
            )
        ),
        Text(
            say(
                "levels" if last.cosine_share > points[0].cosine_share else "does_not_rise",
                first=points[0].cosine_share, n=last.n_draws, end=last.cosine_share,
                limit=directions.cosine_plain,
            )
        ),
    )  # fmt: skip


def _why(
    say: Wording, example: Example, points: list[Point], directions: Directions
) -> tuple[Block, ...]:
    """Pull and push, and which words are pushed away."""
    by_p = example.pushed_by_softmax[:N_SHOWN]
    by_noise = example.pushed_by_noise[:N_SHOWN]
    return (
        *texts(say, "why", pull=directions.pull_softmax),
        Table(
            (say("draws"), say("pull"), say("push_one"), say("push_share", k=K)),
            tuple((p.n_draws, p.pull, p.push_each, p.push_share) for p in points),
            decimals=3,
        ),
        Text(say("shared_noise")),
        Text(say("which", k=K)),
        Table(
            (say("softmax_pushes"), "p", say("noise_pushes"), "K·P·σ(s)"),
            tuple(
                (word, p, other, push)
                for (word, p), (other, push) in zip(by_p, by_noise, strict=True)
            ),
            name=say("which_table", center=example.center),
        ),
        *texts(
            say,
            "corrected_nearer"
            if directions.cosine_corrected > directions.cosine_plain
            else "corrected_not_nearer",
            plain=directions.cosine_plain,
            corrected=directions.cosine_corrected,
            loss=directions.softmax_loss,
            loss_corrected=directions.corrected_loss,
        ),
    )


def _answer(say: Wording, points: list[Point], many: int, sizes: Sizes) -> tuple[Block, ...]:
    """What more noise words do, in numbers."""
    by_n = {point.n_draws: point for point in points}
    few, more = by_n.get(K, points[0]), by_n[many]
    nearer = more.cosine_each > few.cosine_each
    return (
        Table(
            ("K", say("products"), say("push_one"), say("cosine_axis")),
            tuple(
                (p.n_draws, 3 * (1 + p.n_draws) * sizes.dim, p.push_each, p.cosine_each)
                for p in (few, more)
            ),
            decimals=2,
        ),
        *texts(
            say,
            "answer_nearer" if nearer else "answer_farther",
            k=few.n_draws,
            many=many,
            cost=(1 + many) / (1 + few.n_draws),
            push=more.push_each / few.push_each,
            pull=more.pull,
            few=few.cosine_each,
            more=more.cosine_each,
            share=more.cosine_share,
        ),
        *texts(say, "answer_more", k=few.n_draws, many=many, share=more.cosine_share),
    )
