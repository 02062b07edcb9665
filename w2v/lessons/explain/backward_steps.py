"""The way back: [4] the gradient, [5] where it is added up, and the rows before and after."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from w2v.lessons.blocks import Block, Lines, Matrix, Step, Table, Text, Verdict
from w2v.lessons.explain.told import DECIMALS, Told, places_of
from w2v.lessons.explain.writing_out import (
    decimals_apart,
    decimals_for,
    dot_lines,
    number,
    sum_lines,
    term,
)
from w2v.model.functions import Floats, Ids

MAX_ADDITIONS = 3  # of repeated ids, written out


def backward_step(told: Told) -> Step:
    """The gradient by each score, by hidden, by each row."""
    blocks = [*_by_scores(told), *_by_hidden(told), *_by_context(told), *_by_output_rows(told)]
    return Step("backward", told.say("backward_title"), tuple(blocks))


def _by_scores(told: Told) -> list[Block]:
    """d_scores = weight * (sigmoid - label)."""
    update, say = told.update, told.say
    table = Table(
        (say("head_word"), "σ - label", say("head_weight"), "d_score"),
        tuple(
            (name, float(p - label), int(weight) if weight in (0, 1) else float(weight), float(d))
            for name, p, label, weight, d in zip(
                told.names(update.output_ids),
                update.probabilities,
                update.labels,
                update.weights,
                update.d_scores,
                strict=True,
            )
        ),
        marked=frozenset([0]),
        decimals=decimals_for(update.d_scores),
    )
    return [
        *told.text("d_scores"),
        Lines(("d_score = weight · (σ(score) - label)",)),
        table,
        *told.text("d_scores_sign"),
    ]


def _by_hidden(told: Told) -> list[Block]:
    """d_hidden, a sum over the output rows."""
    update = told.update
    decimals = decimals_for(update.d_hidden)
    first = dot_lines(
        "d_hidden[0]",
        update.d_scores,
        update.output_rows[:, 0],
        number(update.d_hidden[0], decimals),
        (decimals_for(update.d_scores), told.decimals),
    )
    return [
        *told.text("d_hidden"),
        Lines(("d_hidden = Σ d_score · W_out[id]", *first)),
        Matrix(
            "d_hidden",
            update.d_hidden[None, :],
            ("",),
            shape=f"(D,) = ({told.dim},)",
            decimals=decimals,
        ),
    ]


def _by_context(told: Told) -> list[Block]:
    """The gradient for each context word, and for each row of W_in."""
    update, say = told.update, told.say
    n = told.n_context
    shape = f"(C, D) = ({n}, {told.dim})"
    decimals = decimals_for(update.d_rows)
    blocks: list[Block]
    if told.exact is None:
        blocks = [
            *told.text("d_rows_exact", n=n),
            Lines((f"d_row = d_hidden / |C| = d_hidden / {n}",)),
            Matrix(
                "d_rows", update.d_rows[:1], (say("each_row", n=n),), shape=shape, decimals=decimals
            ),
        ]
    else:
        blocks = [
            *told.text("d_rows_word2vec", n=n),
            Lines(
                (
                    f"exact     d_row = d_hidden / |C| = d_hidden / {n}",
                    "word2vec  d_row = d_hidden",
                )
            ),
            Matrix(
                "d_rows",
                np.stack([told.exact.d_rows[0], update.d_rows[0]]),
                ("exact", "word2vec"),
                shape=shape,
                marked=frozenset([1]),
                decimals=decimals,
            ),
            *told.text("d_rows_factor" if n > 1 else "d_rows_no_factor", n=n),
        ]
    return [
        *blocks,
        *told.text("d_W_in"),
        *_added(told, "W_in", update.context_ids, update.d_rows, update.d_W_in, update.input_ids),
        _gradient_table(told, "d_W_in", update.d_W_in, update.input_ids, update.context_ids),
    ]


def _by_output_rows(told: Told) -> list[Block]:
    """The gradient for each row of W_out."""
    update = told.update
    changed = update.output_ids_distinct
    return [
        *told.text("d_W_out"),
        Lines(("d_W_out[id] = d_score · hidden",)),
        *_added(told, "W_out", update.output_ids, update.d_output_rows, update.d_W_out, changed),
        _gradient_table(told, "d_W_out", update.d_W_out, changed, update.output_ids),
    ]


def _added(
    told: Told, table: str, rows: Ids, d_rows: Floats, sums: Floats, distinct: Ids
) -> list[Block]:
    """Write out how the gradients of a row that comes more than once add up."""
    repeated = told.repeated(rows)
    if not repeated:
        return list(told.text("no_repeats", table=table))
    decimals = decimals_for(sums)
    lines: list[str] = []
    for at, row in enumerate(distinct.tolist()):
        places = places_of(rows, row)
        if len(places) > 1 and len(lines) < MAX_ADDITIONS:
            parts = [term(d_rows[place, 0], decimals) for place in places]
            head = f"d_{table}[{told.short(row)}][0]"
            lines += sum_lines(head, parts, number(sums[at, 0], decimals))
    return [*told.text("repeats", words=repeated, table=table), Lines(tuple(lines))]


def _gradient_table(told: Told, name: str, sums: Floats, distinct: Ids, rows: Ids) -> Matrix:
    """The gradient of the rows of a table that have one."""
    letter = "U" if name == "d_W_in" else "O"
    return Matrix(
        name,
        sums,
        told.names(distinct),
        shape=f"({letter}, D) = {sums.shape}",
        marked=frozenset(
            at for at, row in enumerate(distinct.tolist()) if len(places_of(rows, row)) > 1
        ),
        decimals=decimals_for(sums),
    )


def update_step(told: Told) -> Step:
    """The rows before and after, and the loss after."""
    scene, update = told.scene, told.update
    lr = f"{scene.lr:g}"
    before, gradient = update.W_in_before[0, 0], update.d_W_in[0, 0]
    decimals = decimals_for(scene.lr * update.d_W_in)
    row = f"W_in[{told.short(int(update.input_ids[0]))}][0]"
    example = (
        f"{row} = {number(before, decimals if scene.origin.run else told.decimals)} - {lr} · "
        f"{term(gradient, decimals_for(update.d_W_in))} = "
        f"{number(update.W_in_after[0, 0], decimals)}"
    )
    tables = [
        _before_and_after(told, name, ids, before, after, gradient)
        for name, ids, before, after, gradient in (
            ("W_in", update.input_ids, update.W_in_before, update.W_in_after, update.d_W_in),
            (
                "W_out",
                update.output_ids_distinct,
                update.W_out_before,
                update.W_out_after,
                update.d_W_out,
            ),
        )
    ]
    blocks: list[Block] = [
        *told.text("update"),
        Lines((f"W[id] = W[id] - lr · d_W[id]        lr = {lr}", example)),
        *tables,
        *_loss_after(told),
        *told.text("update_end"),
    ]
    return Step("update", told.say("update_title"), tuple(blocks))


def _before_and_after(
    told: Told, name: str, ids: Ids, before: Floats, after: Floats, gradient: Floats
) -> Matrix:
    """The rows of a table before the update, and under each what it became."""
    both = np.stack([before, after], axis=1).reshape(2 * len(ids), -1)  # (n, 2, D) -> (2n, D)
    labels: list[str] = []
    for row in ids.tolist():
        labels += [told.say("row_before", row=told.name(row)), told.say("after")]
    return Matrix(
        name,
        both,
        tuple(labels),
        shape=f"{told.say('changed_rows', n=len(ids))}",
        marked=frozenset(range(1, 2 * len(ids), 2)),
        decimals=decimals_for(told.scene.lr * gradient),
    )


def _loss_after(told: Told) -> Sequence[Block]:
    """Say what the loss has become: under both gradients where there are two."""
    update, say = told.update, told.say
    decimals = decimals_apart(update.loss, update.loss_after, DECIMALS)
    before, after = number(update.loss, decimals), number(update.loss_after, decimals)
    is_lower = update.loss_after < update.loss
    key = "loss_stayed" if before == after else "loss_fell" if is_lower else "loss_rose"
    verdict = Verdict(key == "loss_fell", say(key, before=before, after=after))
    if told.exact is None:
        return [verdict]
    rows = (
        ("exact", told.exact.loss, told.exact.loss_after),
        ("word2vec", update.loss, update.loss_after),
    )
    return [
        verdict,
        Text(say("loss_both")),
        Table((say("head_gradient"), say("before"), say("after")), rows, decimals=decimals),
    ]
