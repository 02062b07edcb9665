"""The way forward: [1] lookup, [2] mean, [3] score, and the loss of the scores."""

from __future__ import annotations

import math

import numpy as np

from w2v.lessons.blocks import Block, Lines, Matrix, Step, Table, Text
from w2v.lessons.explain.told import DECIMALS, Told, places_of
from w2v.lessons.explain.writing_out import dot_lines, number, sum_lines, term

MAX_POSITIONS = 16  # of a sentence, all in one table; of a longer one only the window


def lookup_step(told: Told) -> Step:
    """The sentence, its window, the ids, and the rows that are looked up."""
    scene, update, say = told.scene, told.update, told.say
    blocks: list[Block] = [
        *told.text("lookup", n=told.n_context, window=scene.window),
        told.drawn(),
        *_notes(told),
        _positions(told),
        *told.text("lookup_ids_run" if scene.origin.run else "lookup_ids", run=scene.origin.run),
        Lines((f"rows = W_in[{told.listed(update.context_ids)}]",)),
        Matrix(
            "rows",
            update.rows,
            told.names(update.context_ids),
            shape=f"(C, D) = ({told.n_context}, {told.dim})",
            decimals=told.decimals,
        ),
    ]
    if repeated := told.repeated(update.context_ids):
        blocks += told.text("lookup_repeated", words=repeated)
    if not scene.origin.run:
        blocks += told.text("toy_start", bound=f"{0.5 / told.dim:g}")
    blocks += told.text("rounded")
    return Step("lookup", say("lookup_title"), tuple(blocks))


def _notes(told: Told) -> list[Text]:
    """Say what is not as it might be expected."""
    scene, origin, say = told.scene, told.scene.origin, told.say
    notes = []
    if origin.n_centers > 1:
        notes.append(
            say("note_centers", center=told.center, n=origin.n_centers, pos=scene.center_pos)
        )
    if origin.is_char_by_itself:
        notes.append(say("note_char"))
    if origin.left_out:
        words = say("comma").join(f"`{word}`" for word in origin.left_out)
        notes.append(say("note_left_out", words=words, n=len(origin.left_out)))
    if origin.run and origin.shares_noise:
        notes.append(say("note_shared"))
    if origin.other_settings:
        settings = say("comma").join(f"`{text}`" for text in origin.other_settings)
        notes.append(say("note_settings", settings=settings))
    if origin.has_narrow_windows and scene.window > 1:
        notes.append(say("note_window", window=scene.window))
    return [Text(text) for text in notes]


def _positions(told: Told) -> Table:
    """List the positions of the sentence: the word, its id, what it is here."""
    scene, say = told.scene, told.say
    context = set(told.update.context_pos.tolist())
    shown = range(len(scene.sentence))
    if len(shown) > MAX_POSITIONS:
        shown = sorted({*context, scene.center_pos})  # type: ignore[assignment]
    ids = scene.row_ids[scene.sentence]
    roles = {pos: say("role_context") for pos in context} | {scene.center_pos: say("role_center")}
    return Table(
        (say("head_pos"), say("head_word"), say("head_id"), say("head_role")),
        tuple(
            (pos, scene.vocabulary[scene.sentence[pos]], int(ids[pos]), roles.get(pos, ""))
            for pos in shown
        ),
        marked=frozenset(at for at, pos in enumerate(shown) if pos == scene.center_pos),
    )


def mean_step(told: Told) -> Step:
    """The mean of the rows: hidden."""
    update, say = told.update, told.say
    n = told.n_context
    first = [term(value, told.decimals) for value in update.rows[:, 0]]
    blocks: list[Block] = [
        *told.text("mean", n=n),
        Lines(
            (*sum_lines("hidden[0]", first, number(update.hidden[0], DECIMALS), tail=f" / {n}"),)
        ),
        Matrix("hidden", update.hidden[None, :], ("",), shape=f"(D,) = ({told.dim},)"),
    ]
    if repeated := told.repeated(update.context_ids):
        blocks += told.text("mean_repeated", words=repeated)
    blocks += told.text("mean_order")
    return Step("mean", say("mean_title"), tuple(blocks))


def score_step(told: Told) -> Step:
    """The output rows, their dot products with hidden, the sigmoid of each."""
    scene, update, say = told.scene, told.update, told.say
    k = len(scene.negatives)
    ids = update.output_ids
    written: list[str] = []
    for row, row_id, score in zip(update.output_rows, ids, update.scores, strict=True):
        written += dot_lines(
            f"hidden · W_out[{told.short(row_id)}]",
            update.hidden,
            row,
            number(score, DECIMALS),
            (DECIMALS, told.decimals),
        )
    blocks: list[Block] = [
        *told.text("score", center=told.center, n=k),
        *told.text("score_drawn" if scene.origin.is_drawn else "score_given", power=_power(told)),
        *_noise_notes(told),
        Matrix(
            f"W_out[{told.listed(ids)}]",
            update.output_rows,
            told.names(ids),
            shape=f"(1 + K, D) = ({1 + k}, {told.dim})",
            marked=frozenset([0]),
            decimals=told.decimals,
        ),
        *told.text("score_dot"),
        Lines(tuple(written)),
        *told.text("score_sigmoid"),
        Lines(("σ(s) = 1 / (1 + exp(-s))",)),
        Table(
            (
                say("head_word"),
                say("head_score"),
                "σ",
                say("head_label"),
                say("head_weight"),
            ),
            tuple(
                (name, float(score), float(p), int(label), _weight(weight))
                for name, score, p, label, weight in zip(
                    told.names(ids),
                    update.scores,
                    update.probabilities,
                    update.labels,
                    update.weights,
                    strict=True,
                )
            ),
            marked=frozenset([0]),
            decimals=DECIMALS,
        ),
    ]
    return Step("score", say("score_title"), tuple(blocks))


def _power(told: Told) -> str:
    """Write the power of the noise."""
    return f"{told.scene.origin.power:g}"


def _weight(weight: float) -> int | float:
    """Write a weight of 1 or 0 without decimals."""
    return int(weight) if float(weight).is_integer() else float(weight)


def _noise_notes(told: Told) -> list[Text]:
    """Point at noise that is the center, and at noise that comes twice."""
    negatives = told.scene.negatives
    n_hits = len(places_of(negatives, int(told.update.output_ids[0])))
    others = negatives[negatives != told.update.output_ids[0]]
    notes = told.text("noise_is_center", center=told.center, n=n_hits) if n_hits else []
    if len(others) == 0:
        notes += told.text("noise_is_all_center")
    if repeated := told.repeated(others):
        notes += told.text("noise_repeated", words=repeated)
    return notes


def loss_step(told: Told) -> Step:
    """Each term of the loss, and their sum."""
    update, say = told.update, told.say
    signs = np.where(update.labels > 0, 1, -1)
    terms = [
        f"-log σ({number(sign * score, DECIMALS)})"
        for sign, score in zip(signs, update.scores, strict=True)
    ]
    n_counted = int(np.count_nonzero(update.weights))
    blind = float(np.sum(update.weights)) * math.log(2)
    counted = [number(loss, DECIMALS) for loss in update.losses[update.weights > 0]]
    total = f"{number(update.loss, DECIMALS)} nats"
    key = "loss_better" if update.loss < blind else "loss_worse"
    blocks: list[Block] = [
        *told.text("loss"),
        Table(
            (
                say("head_word"),
                say("head_label"),
                say("head_term"),
                say("head_weight"),
                say("head_loss"),
            ),
            tuple(
                (name, int(label), text, _weight(weight), float(loss))
                for name, label, text, weight, loss in zip(
                    told.names(update.output_ids),
                    update.labels,
                    terms,
                    update.weights,
                    update.losses,
                    strict=True,
                )
            ),
            marked=frozenset([0]),
            decimals=DECIMALS,
        ),
        Lines(sum_lines("loss", counted, total) if len(counted) > 1 else (f"loss = {total}",)),
        *told.text(
            key,
            n=n_counted,
            blind=number(blind, DECIMALS),
            loss=number(update.loss, DECIMALS),
        ),
    ]
    return Step("loss", say("loss_title"), tuple(blocks))
