"""The first steps of the lesson `batches`: a small batch, line by line, with every matrix."""

from __future__ import annotations

from typing import Any

from w2v.lessons.blocks import Cell, Lines, Matrix, Step, Table, Verdict
from w2v.lessons.learn.batches.five_lines import DIM, NOISE, SENTENCE, B, FiveLines, K, M
from w2v.lessons.learn.parts import step, texts
from w2v.lessons.wording import Wording
from w2v.model.functions import Ids

SAME = 1e-12  # two sums of float64 in another order differ by less
LINES = (
    "hidden = A @ W_in[u]",
    "scores = hidden @ W_out[v].T",
    "G      = weights * sigmoid(scores) - labels",
    "W_in[u]  -= lr * A.T @ (G @ W_out[v])",
    "W_out[v] -= lr * G.T @ hidden",
)


def matrices_of(found: FiveLines) -> dict[str, Any]:
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


def matrix_steps(say: Wording, found: FiveLines) -> tuple[Step, ...]:
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
            noise=say("comma").join(names.noise),
            u=say("comma").join(names.u),
            v=say("comma").join(names.v),
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
