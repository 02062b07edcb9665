"""The lesson `scatter-add`: why `dW[ids] += g` loses repeated ids, and what does not.

By hand on a small table, then on the batches of a real text (`repeats.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from w2v.lessons.blocks import Bars, Cell, Lesson, Lines, Matrix, Step, Table, Verdict
from w2v.lessons.learn.parts import seconds_of, step, texts
from w2v.lessons.learn.scatter_add.adding import WAYS, WRONG, add_in_loop, add_wrongly
from w2v.lessons.learn.scatter_add.repeats import (
    Counted,
    Effort,
    Incoming,
    Lost,
    RealText,
    count_repeats,
    incoming,
    looked_up,
    lost_by_band,
    mean_lost,
)
from w2v.lessons.learn.topics import Options
from w2v.lessons.wording import Wording
from w2v.model.functions import Floats, Ids

IDS = np.array([2, 0, 2])
D_OUT = np.array([[1.0, 10.0], [2.0, 20.0], [4.0, 40.0]])
N_ROWS = 4
REPEATED = 2  # the row that two of the ids ask for
USUAL, LARGE = 32, 512  # centers in a batch: the default, and one whose work can be timed well
N_SHOWN = 8  # of the repeated words of one batch
EFFORT = Effort()


@dataclass(frozen=True)
class Measured:
    """What was found in real text.

    Attributes
    ----------
    counted : dict of int to Counted
        By the centers in a batch.
    example : list of (str, int)
        The words that repeat in one batch of the usual size, and how often.
    thick : Counted
        Of batches of the usual size, without subsampling.
    lost : dict of int to Lost
        What `+=` loses of the gradient, on average, by the centers in a batch.
    times : dict of str to float
        Seconds of each way on a large batch.
    n_ids, n_words, dim : int
        Of that batch.
    """

    counted: dict[int, Counted]
    example: list[tuple[str, int]]
    thick: Counted
    lost: dict[int, Lost]
    times: dict[str, float]
    n_ids: int
    n_words: int
    dim: int


def lesson(options: Options) -> Lesson:
    """Return the lesson."""
    say = Wording(options.language, "learn/scatter-add")
    found = measure(EFFORT, options.seed)
    right, wrong = add_in_loop(IDS, D_OUT, N_ROWS), add_wrongly(IDS, D_OUT, N_ROWS)
    bands = {
        "thick": lost_by_band(found.thick),
        "usual": lost_by_band(found.counted[USUAL]),
        "alone": lost_by_band(found.counted[1]),
    }
    return Lesson(
        command="learn",
        topic="scatter-add",
        language=options.language,
        title=say("title"),
        steps=(
            _hand_step(say, right, wrong),
            _ways_step(say, right),
            _repeats_step(say, found),
            _loss_step(say, found),
            _time_step(say, found),
        ),
        question=say("question_text"),
        answer=_answer(say, found, bands),
        numbers={
            "ids": IDS.tolist(),
            "right": right.tolist(),
            "wrong": wrong.tolist(),
            "ways": {key: way(IDS, D_OUT, N_ROWS).tolist() for key, (way, _) in WAYS.items()},
            "repeats": {batch: _shares(counted) for batch, counted in found.counted.items()},
            "gradient_lost": {batch: lost._asdict() for batch, lost in found.lost.items()},
            "lost_by_band": bands,
            "times": found.times,
        },
    )


def measure(effort: Effort, seed: int) -> Measured:
    """Look at real text.

    Parameters
    ----------
    effort : Effort
    seed : int
    """
    text = RealText(effort, seed)
    words = text.corpus.vocabulary.words
    n_words, k = len(words), text.config.negatives.k
    chunks = {batch: text.chunk(batch) for batch in effort.sizes}
    weights = text.trained()
    lost = {
        batch: mean_lost(incoming(chunk, weights, k, effort.n_batches), n_words)
        for batch, chunk in chunks.items()
    }
    large = next(incoming(chunks[LARGE], weights, k, 1))
    usual = list(looked_up(chunks[USUAL]))
    return Measured(
        counted={batch: count_repeats(chunk, n_words) for batch, chunk in chunks.items()},
        example=_repeated(usual[len(usual) // 2], words),
        thick=count_repeats(text.chunk(USUAL, subsample=False), n_words),
        lost=lost,
        times=_times(large, n_words, effort.seconds),
        n_ids=len(large.ids),
        n_words=n_words,
        dim=large.d_out.shape[1],
    )


def _repeated(ids: Ids, words: Sequence[str]) -> list[tuple[str, int]]:
    """Return the words that stand among the ids more than once, the most frequent first."""
    distinct, n_times = np.unique(ids, return_counts=True)
    order = np.argsort(-n_times, kind="stable")
    return [(words[distinct[at]], int(n_times[at])) for at in order if n_times[at] > 1][:N_SHOWN]


def _times(batch: Incoming, n_words: int, seconds: float) -> dict[str, float]:
    """Time each way on the ids and gradients of one batch."""
    ways = {key: way for key, (way, _) in WAYS.items()} | {"wrong": add_wrongly}
    return {
        key: seconds_of(lambda way=way: way(batch.ids, batch.d_out, n_words), seconds)  # type: ignore[misc]
        for key, way in ways.items()
    }


def _shares(counted: Counted) -> dict[str, float]:
    """Return what is told of the repeats of one size of batch, as shares."""
    return {
        "ids_per_batch": counted.n_ids / counted.n_batches,
        "repeated": counted.n_shared / counted.n_ids,
        "lost": counted.n_lost / counted.n_ids,
        "batches": counted.n_touched / counted.n_batches,
    }


def _hand_step(say: Wording, right: Floats, wrong: Floats) -> Step:
    """Return the step with a small table."""
    looked_up_rows = tuple(f"ids[{i}] = {row}" for i, row in enumerate(IDS))
    names, marked = tuple(f"dW[{row}]" for row in range(N_ROWS)), frozenset([REPEATED])
    return step(
        say,
        "hand",
        Matrix("d_out", D_OUT, looked_up_rows, (), f"(n, D) = {D_OUT.shape}", decimals=0),
        Lines((f"{WRONG}:",)),
        Matrix("dW", wrong, names, (), "(V, D) = (4, 2)", marked, 0),
        Lines((f"{WAYS['loop'][1]}:",)),
        Matrix("dW", right, names, (), "(V, D) = (4, 2)", marked, 0),
        *texts(say, "hand_why"),
        ids=", ".join(map(str, IDS)),
        row=REPEATED,
    )


def _ways_step(say: Wording, right: Floats) -> Step:
    """Return the step with the ways that are right."""
    results = {key: way(IDS, D_OUT, N_ROWS) for key, (way, _) in WAYS.items()}
    rows = tuple((code, say(f"way_{key}")) for key, (_, code) in WAYS.items())
    furthest = max(float(np.abs(result - right).max()) for result in results.values())
    return step(
        say,
        "ways",
        Table((say("head_code"), say("head_way")), rows),
        Verdict(furthest == 0, say("difference", difference=f"{furthest:g}")),
    )


def _repeats_step(say: Wording, found: Measured) -> Step:
    """Return the step that counts repeats in real text."""
    rows = []
    for batch, counted in found.counted.items():
        share = _shares(counted)
        percents = (100 * share[name] for name in ("repeated", "lost"))
        rows.append((batch, share["ids_per_batch"], *percents))
    heads = ("B", say("head_ids"), say("head_repeated"), say("head_lost"))
    example = say("comma").join(f"{word} ×{n}" for word, n in found.example)
    return step(
        say,
        "repeats",
        Table(heads, tuple(rows), marked=frozenset(_usual_row(found)), decimals=1),
        *texts(say, "repeats_example", example=example, batch=USUAL),
        corpus=EFFORT.corpus,
    )


def _usual_row(found: Measured) -> list[int]:
    """Return where the usual size of a batch stands among all."""
    return [at for at, batch in enumerate(found.counted) if batch == USUAL]


def _loss_step(say: Wording, found: Measured) -> Step:
    """Return the step about the gradient that is lost."""
    labels = tuple(f"B = {batch}" for batch in found.lost)
    values = 100 * np.array([lost.share for lost in found.lost.values()])
    bars = Bars("", labels, (("", values),), say("unit_percent"), 1, frozenset(_usual_row(found)))
    usual = found.lost[USUAL]
    lost, cosine = f"{100 * usual.share:.0f}", f"{usual.cosine:.2f}"
    after = texts(say, "loss_after", lost=lost, cosine=cosine, batch=USUAL)
    return step(say, "loss", bars, *after, corpus=EFFORT.corpus)


def _time_step(say: Wording, found: Measured) -> Step:
    """Return the step about times."""
    codes = {key: code for key, (_, code) in WAYS.items()} | {"wrong": WRONG}
    rows = tuple((code, 1e6 * found.times[key]) for key, code in codes.items())
    table = Table((say("head_code"), "µs"), rows, marked=frozenset([len(rows) - 1]), decimals=0)
    return step(
        say,
        "time",
        table,
        *texts(say, "time_after"),
        n=found.n_ids,
        n_words=found.n_words,
        dim=found.dim,
        batch=LARGE,
    )


def _answer(
    say: Wording, found: Measured, bands: dict[str, list[tuple[int, int, float]]]
) -> tuple[Any, ...]:
    """Return the answer: which words lose most."""
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (f"{first:,}–{last:,}", *(100 * bands[name][at][2] for name in bands))
        for at, (first, last, _) in enumerate(bands["thick"])
    )
    heads = (say("head_rank"), *(say(f"head_{name}", batch=USUAL) for name in bands))
    ends = {
        f"{name}_{end}": f"{100 * bands[name][at][2]:.0f}"
        for name in ("thick", "usual")
        for end, at in (("first", 0), ("last", -1))
    }
    share = f"{100 * _shares(found.counted[1])['batches']:.0f}"
    return (
        *texts(say, "answer_text", **ends),
        Table(heads, rows, say("answer_table"), decimals=1),
        *texts(say, "answer_one", share=share),
    )
