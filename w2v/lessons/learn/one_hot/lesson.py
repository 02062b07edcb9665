"""The lesson `one-hot`: a one-hot matrix times W is `W[ids]`, and what it costs to forget that.

The functions of `w2v/model/plain.py` are shown at work, forward and backward; then what both ways
cost while the vocabulary grows (`costs.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2v.files import bytes_for_people
from w2v.lessons.blocks import Curve, Lesson, Lines, Matrix, Step, Table, Verdict
from w2v.lessons.learn.one_hot.costs import (
    FULL_DIM,
    MEASURED_DIM,
    MEASURED_IDS,
    N_IDS,
    Effort,
    cost_of,
    measure,
)
from w2v.lessons.learn.parts import step, texts
from w2v.lessons.learn.topics import Options
from w2v.lessons.wording import Wording
from w2v.model.functions import Floats
from w2v.model.plain import embedding_backward, embedding_forward, one_hot

IDS = np.array([4, 1, 4])  # of the small example: one stands there twice
DIM = 3
EFFORT = Effort(sizes=(1_000, 10_000, 100_000, 1_000_000), seconds=0.15)


def lesson(options: Options) -> Lesson:
    """Return the lesson."""
    say = Wording(options.language, "learn/one-hot")
    rng = np.random.default_rng(options.seed)
    words = say("words").split()
    W = rng.uniform(-1, 1, (len(words), DIM)).round(2)
    d_out = rng.uniform(-1, 1, (len(IDS), DIM)).round(2)
    of_words = tuple(f"{word} ({row})" for row, word in enumerate(words))
    small = Small(W, d_out, of_words, tuple(of_words[row] for row in IDS))
    times = [] if options.answer_only else measure(EFFORT, rng)
    spoilt = spoil(small)
    return Lesson(
        command="learn",
        topic="one-hot",
        language=options.language,
        title=say("title"),
        steps=(*_small_steps(say, small), _bytes_step(say), *_time_step(say, times)),
        question=say("question_text", word=words[0]),
        answer=_answer(say, small, spoilt, words[0]),
        numbers={
            "ids": IDS.tolist(),
            "W": W.tolist(),
            "product": (one_hot(IDS, len(W)) @ W).tolist(),
            "backward": embedding_backward(IDS, d_out, len(W)).tolist(),
            "bytes": [cost_of(n_words) for n_words in EFFORT.sizes],
            "measured": {"ids": MEASURED_IDS, "dim": MEASURED_DIM, "times": times},
            "spoilt": {name: n for name, (_, n) in spoilt.items()},
        },
    )


@dataclass(frozen=True)
class Small:
    """A table that can be read: V words and D = 3, with the names of the rows that are shown.

    W : (V, D); d_out : (n, D), the gradient that comes back; words : V names; looked_up : n names
    """

    W: Floats
    d_out: Floats
    words: tuple[str, ...]
    looked_up: tuple[str, ...]


def spoil(small: Small) -> dict[str, tuple[Floats, int]]:
    """Put one infinite number where nothing reads it, and do all four.

    Returns
    -------
    dict of (array, int)
        What comes out, and how many of its rows are no longer finite.
    """
    W, d_out, n_words = small.W.copy(), small.d_out.copy(), len(small.W)
    W[0, 0] = d_out[1, 0] = np.inf
    rows = one_hot(IDS, n_words)
    with np.errstate(invalid="ignore"):  # 0 * inf is what this is about
        results = {
            "product": rows @ W,
            "lookup": embedding_forward(W, IDS),
            "product_backward": rows.T @ d_out,
            "lookup_backward": embedding_backward(IDS, d_out, n_words),
        }
    return {
        name: (array, int((~np.isfinite(array)).any(axis=1).sum()))
        for name, array in results.items()
    }


def _small_steps(say: Wording, small: Small) -> tuple[Step, ...]:
    """Return the first steps: the vector, the product, the way back."""
    W, d_out, n_words = small.W, small.d_out, len(small.W)
    rows = one_hot(IDS, n_words)
    product, lookup = rows @ W, embedding_forward(W, IDS)
    back, added = rows.T @ d_out, embedding_backward(IDS, d_out, n_words)
    ids, shape = ", ".join(map(str, IDS)), f"(n, V) = {rows.shape}"
    hot = Matrix("one_hot(ids, V)", rows, small.looked_up, small.words, shape, decimals=0)
    table = Matrix("W", W, small.words, (), f"(V, D) = {W.shape}", frozenset(IDS.tolist()), 2)
    out = f"(n, D) = {product.shape}"
    return (
        step(say, "vector", hot, n_words=n_words, ids=ids),
        step(
            say,
            "product",
            table,
            Matrix("one_hot(ids, V) @ W", product, small.looked_up, (), out, decimals=2),
            Matrix("W[ids]", lookup, small.looked_up, (), out, decimals=2),
            _equal(say, product, lookup),
        ),
        step(
            say,
            "backward",
            Matrix("d_out", d_out, small.looked_up, (), out, decimals=2),
            Lines(("dW = one_hot(ids, V).T @ d_out", "for i: dW[ids[i]] += d_out[i]")),
            Matrix("dW", added, small.words, (), f"(V, D) = {W.shape}", frozenset([4]), 2),
            _equal(say, back, added),
            word=small.looked_up[0],
        ),
    )


def _equal(say: Wording, one: NDArray[np.floating], other: NDArray[np.floating]) -> Verdict:
    """Say how far two arrays are apart."""
    difference = float(np.abs(one - other).max())
    return Verdict(difference == 0, say("difference", difference=f"{difference:g}"))


def _bytes_step(say: Wording) -> Step:
    """Return the step about bytes."""
    costs = [cost_of(n_words) for n_words in EFFORT.sizes]
    names = ("one_hot", "product_reads", "multiplications", "lookup_reads")
    rows = tuple(
        (
            cost["n_words"],
            bytes_for_people(cost["one_hot"]),
            bytes_for_people(cost["product_reads"]),
            cost["multiplications"],
            bytes_for_people(cost["lookup_reads"]),
        )
        for cost in costs
    )
    heads = ("V", *(say(f"head_{name}") for name in names))
    return step(
        say,
        "bytes",
        Table(heads, rows),
        n_ids=N_IDS,
        dim=FULL_DIM,
        lookup=costs[-1]["lookup_reads"],
    )


def _time_step(say: Wording, times: list[dict[str, Any]]) -> tuple[Step, ...]:
    """Return the step about times, if they were measured."""
    if not times:
        return ()
    micro = [
        [row["n_words"], *(1e6 * row[name] for name in ("making", "product", "lookup"))]
        for row in times
    ]
    heads = ("V", *(f"{say(f'head_{name}')} (µs)" for name in ("making", "product", "lookup")))
    last, first = micro[-1], micro[0]
    n_words, making, product, lookup = np.array(micro, float).T
    curve = Curve(
        "",
        "V",
        "µs",
        n_words,
        ((say("curve_product"), making + product), (say("curve_lookup"), lookup)),
        (True, True),
    )
    after = texts(
        say,
        "time_after",
        more_words=f"{last[0] / first[0]:,.0f}",
        product=f"{(last[1] + last[2]) / (first[1] + first[2]):,.0f}",
        lookup=f"{last[3] / first[3]:,.1f}",
        last=f"{last[0]:,}",
        ratio=f"{(last[1] + last[2]) / last[3]:,.0f}",
    )
    table = Table(heads, tuple(map(tuple, micro)), decimals=1)
    return (step(say, "time", table, curve, *after, n_ids=MEASURED_IDS, dim=MEASURED_DIM),)


def _answer(
    say: Wording, small: Small, spoilt: dict[str, tuple[Floats, int]], word: str
) -> tuple[Any, ...]:
    """Return the answer: an infinite number, times 0."""
    shown = (("product", "one_hot(ids, V) @ W"), ("lookup", "W[ids]"))
    matrices = (Matrix(name, spoilt[key][0], small.looked_up, decimals=2) for key, name in shown)
    return (
        *texts(say, "answer_text", word=word, n=len(IDS), **_counts(spoilt)),
        *matrices,
        *texts(say, "answer_backward", n_words=len(small.W), **_counts(spoilt)),
    )


def _counts(spoilt: dict[str, tuple[Floats, int]]) -> dict[str, int]:
    """Return how many rows each way has spoilt."""
    return {name: n for name, (_, n) in spoilt.items()}
