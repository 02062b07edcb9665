"""The lesson `batches`: a batch as five lines of matrices, shared noise, and why this is fast.

The matrices are made in `five_lines.py`; what is measured, in `speed.py`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from w2v.engines.choice import INSTALL
from w2v.lessons.blocks import Bars, Block, Cell, Lesson, Lines, Matrix, Step, Table, Verdict
from w2v.lessons.learn.five_lines import DIM, NOISE, SENTENCE, B, FiveLines, K, M, five_lines
from w2v.lessons.learn.parts import step, texts
from w2v.lessons.learn.speed import (
    COMPILED,
    CORPUS,
    LARGER,
    USUAL,
    WAYS,
    Effort,
    Learnt,
    Text,
    Way,
    learn,
    numba_problem,
    words_per_second,
)
from w2v.lessons.learn.topics import Options
from w2v.lessons.wording import Wording
from w2v.model.functions import Ids

EFFORT = Effort()
SAME = 1e-12  # two sums of float64 in another order differ by less
FLOAT32 = 4  # bytes
LINES = (
    "hidden = A @ W_in[u]",
    "scores = hidden @ W_out[v].T",
    "G      = weights * sigmoid(scores) - labels",
    "W_in[u]  -= lr * A.T @ (G @ W_out[v])",
    "W_out[v] -= lr * G.T @ hidden",
)


def lesson(options: Options) -> Lesson:
    """Return the lesson."""
    say = Wording(options.language, "learn/batches")
    found = five_lines(options.seed)
    text = Text(options.seed)
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
            *_matrix_steps(say, found),
            _sharing_step(say),
            *_speed_step(say, speeds, problem),
        ),
        question=say("question_text", huge=f"{LARGER[-1].batch:,}"),
        answer=_answer(say, larger),
        numbers={
            "five_lines": _matrices(found),
            "difference": found.difference,
            "rows_per_center": {way.batch: way.rows_per_center for way in WAYS},
            "words_per_second": {f"{way.key} {way.batch}": speed for way, speed in speeds},
            "larger": {way.batch: learnt._asdict() for way, learnt in larger},
        },
    )


def _matrices(found: FiveLines) -> dict[str, Any]:
    """Return all matrices of the small batch by their names."""
    batch = found.batch
    return {
        "u": batch.input_ids.tolist(),
        "v": batch.output_ids.tolist(),
        "A": batch.A.tolist(),
        "labels": batch.labels.tolist(),
        "weights": batch.weights.tolist(),
        "W_in[u]": found.rows_in.tolist(),
        "W_out[v]": found.rows_out.tolist(),
        "hidden": found.hidden.tolist(),
        "scores": found.scores.tolist(),
        "G": found.d_scores.tolist(),
        "d_W_in[u]": found.d_rows_in.tolist(),
        "d_W_out[v]": found.d_rows_out.tolist(),
        "W_in": found.W_in.tolist(),
        "W_out": found.W_out.tolist(),
    }


class Names:
    """The words of the small sentence in the reader's language, and what they name.

    Parameters
    ----------
    say : Wording
    found : FiveLines
    """

    def __init__(self, say: Wording, found: FiveLines) -> None:
        self.words = say("words").split()
        self.sentence = self.of(SENTENCE)
        self.centers = self.sentence[:B]
        self.u, self.v = self.of(found.batch.input_ids), self.of(found.batch.output_ids)
        self.noise = self.of(NOISE)

    def of(self, ids: Ids) -> tuple[str, ...]:
        """Return the words of ids."""
        return tuple(self.words[word_id] for word_id in ids)


def _matrix_steps(say: Wording, found: FiveLines) -> tuple[Step, ...]:
    """Return the steps with the matrices."""
    names = Names(say, found)
    return (
        _batch_step(say, found, names),
        _mean_step(say, found, names),
        _score_step(say, found, names),
        _update_step(say, found, names),
    )


def _batch_step(say: Wording, found: FiveLines, names: Names) -> Step:
    """Return the step that shows the batch, and the five lines."""
    contexts = [
        " ".join(names.sentence[pos] for pos in range(left, right) if pos != center)
        for center, (left, right) in enumerate(zip(found.left, found.right, strict=True))
    ]
    rows: tuple[tuple[Cell, ...], ...] = tuple(zip(names.centers, contexts, strict=True))
    return step(
        say,
        "batch",
        Lines((" ".join(names.sentence),)),
        Table((say("head_center"), say("head_context")), rows),
        *texts(
            say,
            "batch_noise",
            noise=", ".join(names.noise),
            u=", ".join(names.u),
            v=", ".join(names.v),
            n_noise=M,
        ),
        Lines(LINES),
        n_centers=B,
    )


def _mean_step(say: Wording, found: FiveLines, names: Names) -> Step:
    """Return the first line."""
    n = len(names.u)
    return step(
        say,
        "mean",
        Lines(LINES[:1]),
        Matrix("A", found.batch.A, names.centers, names.u, f"(B, U) = {(B, n)}"),
        Matrix("W_in[u]", found.rows_in, names.u, (), f"(U, D) = {(n, DIM)}"),
        Matrix("hidden", found.hidden, names.centers, (), f"(B, D) = {(B, DIM)}"),
        center=names.centers[2],
        word=names.words[0],
        share=f"{found.batch.A[2, 0]:g}",
    )


def _score_step(say: Wording, found: FiveLines, names: Names) -> Step:
    """Return the second line and the third."""
    n, batch = len(names.v), found.batch
    shape = f"(B, O) = {(B, n)}"
    once, twice = K / M, 2 * K / M
    return step(
        say,
        "score",
        Lines(LINES[1:3]),
        Matrix("W_out[v]", found.rows_out, names.v, (), f"(O, D) = {(n, DIM)}"),
        Matrix("scores", found.scores, names.centers, names.v, shape),
        Matrix("labels", batch.labels, names.centers, names.v, shape, decimals=0),
        Matrix("weights", batch.weights, names.centers, names.v, shape),
        Matrix("G", found.d_scores, names.centers, names.v, shape),
        k=K,
        m=M,
        twice=names.words[NOISE[0]],
        own=names.words[NOISE[1]],
        once_weight=f"{once:.4f}",
        twice_weight=f"{twice:.4f}",
    )


def _update_step(say: Wording, found: FiveLines, names: Names) -> Step:
    """Return the last two lines, and the comparison with the layers."""
    n_in, n_out = len(names.u), len(names.v)
    difference = f"{found.difference:.0e}" if found.difference else "0"
    return step(
        say,
        "update",
        Lines(LINES[3:]),
        Matrix("A.T @ (G @ W_out[v])", found.d_rows_in, names.u, (), f"(U, D) = {(n_in, DIM)}"),
        Matrix("G.T @ hidden", found.d_rows_out, names.v, (), f"(O, D) = {(n_out, DIM)}"),
        *texts(say, "update_layers"),
        Verdict(found.difference <= SAME, say("difference", difference=difference)),
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
