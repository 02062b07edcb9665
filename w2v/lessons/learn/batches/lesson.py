"""The lesson `batches`: a batch as five lines of matrices, shared noise, and why this is fast.

The matrices are made in `five_lines.py` and shown in `matrix_steps.py`; what is measured is in
`speed.py`.
"""

from __future__ import annotations

import numpy as np

from w2v.engines.choice import INSTALL
from w2v.lessons.blocks import Bars, Block, Cell, Lesson, Step, Table
from w2v.lessons.learn.batches.five_lines import five_lines
from w2v.lessons.learn.batches.matrix_steps import matrices_of, matrix_steps
from w2v.lessons.learn.batches.speed import (
    COMPILED,
    CORPUS,
    LARGER,
    USUAL,
    WAYS,
    Effort,
    Learnt,
    ToyWorld,
    Way,
    learn,
    numba_problem,
    words_per_second,
)
from w2v.lessons.learn.parts import step, texts
from w2v.lessons.learn.topics import Options
from w2v.lessons.wording import Wording

EFFORT = Effort()
FLOAT32 = 4  # bytes


def lesson(options: Options) -> Lesson:
    """Return the lesson."""
    say = Wording(options.language, "learn/batches")
    found = five_lines(options.seed)
    text = ToyWorld(options.seed)
    problem = numba_problem() if EFFORT.with_numba else "missing"
    ways = () if options.answer_only else WAYS + ((COMPILED,) if problem is None else ())
    speeds = [(way, words_per_second(text, way, EFFORT)) for way in ways]
    larger = [(way, learn(text, way, EFFORT)) for way in LARGER]
    return Lesson(
        command="learn",
        topic="batches",
        language=options.language,
        title=say("title"),
        steps=(
            *matrix_steps(say, found),
            _sharing_step(say),
            *_speed_step(say, speeds, problem),
        ),
        question=say("question_text", huge=f"{LARGER[-1].batch:,}"),
        answer=_answer(say, larger),
        numbers={
            "five_lines": matrices_of(found),
            "difference": found.difference,
            "rows_per_center": {way.batch: way.rows_per_center for way in WAYS},
            "words_per_second": {f"{way.key} {way.batch}": speed for way, speed in speeds},
            "larger": {way.batch: learnt._asdict() for way, learnt in larger},
        },
    )


def _sharing_step(say: Wording) -> Step:
    """Return the step about shared noise: rows of W_out for each center."""
    negatives, model = COMPILED.config.negatives, COMPILED.config.model
    k, m, groups = negatives.k, negatives.draws, negatives.groups
    ways = [way for way in WAYS if way.key == "lines"]
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            way.batch,
            "1 + K" if way.batch == 1 else "(B + M) / B",
            float(way.rows_per_center),
            round(way.rows_per_center * model.dim * FLOAT32),
        )
        for way in ways
    )
    heads = ("B", say("head_formula"), say("head_rows"), say("head_bytes"))
    at_usual = frozenset(at for at, way in enumerate(ways) if way.batch == USUAL)
    return step(
        say,
        "sharing",
        Table(heads, rows, marked=at_usual, decimals=2),
        *texts(
            say,
            "sharing_groups",
            groups=groups,
            part=m // groups,
            weight=f"{k * groups / m:g}",
        ),
        k=k,
        m=m,
        dim=model.dim,
        weight=f"{k / m:g}",
    )


def _speed_step(
    say: Wording, speeds: list[tuple[Way, float]], problem: str | None
) -> tuple[Step, ...]:
    """Return the step with what was measured, if it was."""
    if not speeds:
        return ()
    labels = tuple(say(f"way_{way.key}", batch=way.batch) for way, _ in speeds)
    bars = Bars("", labels, (("", np.array([speed for _, speed in speeds])),), decimals=0)
    by_way = {(way.key, way.batch): speed for way, speed in speeds}
    values = {
        "lines": f"{by_way['lines', 1] / by_way['layers', 1]:.1f}",
        "batch": f"{by_way['lines', USUAL] / by_way['lines', 1]:.0f}",
    }
    after = texts(say, "speed_after", usual=USUAL, **values)
    if problem is None:
        ratio = by_way["numba", USUAL] / by_way["lines", USUAL]
        after += texts(say, "speed_numba", ratio=f"{ratio:.1f}")
    elif EFFORT.with_numba:
        after += texts(say, f"speed_{problem}", install=INSTALL)
    return (step(say, "speed", bars, *after, corpus=CORPUS),)


def _answer(say: Wording, larger: list[tuple[Way, Learnt]]) -> tuple[Block, ...]:
    """Return the answer: what a batch costs that is too large."""
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            way.batch,
            way.rows_per_center,
            100 * way.share_of_scores,
            round(learnt.words_per_second),
            way.pushes,
            learnt.loss,
        )
        for way, learnt in larger
    )
    keys = ("rows", "used", "speed", "pushes", "loss")
    huge, usual = larger[-1][0], larger[0][0]
    negatives = huge.config.negatives
    return (
        *texts(
            say,
            "answer_text",
            usual=usual.batch,
            huge=f"{huge.batch:,}",
            rows=f"{usual.rows_per_center:g}",
            rows_huge=f"{huge.rows_per_center:.2f}",
            needed=1 + negatives.draws // negatives.groups,
            computed=f"{huge.batch + negatives.draws:,}",
        ),
        *texts(
            say,
            "answer_stale",
            usual=usual.batch,
            huge=f"{huge.batch:,}",
            pushes=f"{usual.pushes:g}",
            pushes_huge=f"{huge.pushes:g}",
        ),
        Table(("B", *(say(f"head_{key}") for key in keys)), rows, decimals=2),
        *texts(say, "answer_loss", n=f"{EFFORT.n_learnt:,}"),
    )
