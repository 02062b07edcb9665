"""The lesson `embedding-options`: what each option of the Embedding does, on five rows.

Each option is shown by the layer that trains, on the same table, the same ids, the same gradient.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2v.files import bytes_for_people
from w2v.lessons.blocks import Block, Cell, Lesson, Lines, Matrix, Step, Table, Verdict
from w2v.lessons.learn.parts import step, texts
from w2v.lessons.learn.topics import Options
from w2v.lessons.wording import Wording
from w2v.model.functions import Floats
from w2v.model.layers import Embedding, SparseGrad
from w2v.model.optimizers import SGD

N_ROWS, DIM = 5, 3
IDS = np.array([3, 1, 3, 0])  # one repeats; rows 2 and 4 are not looked up
# Powers of two: a sum tells what it was added up from.
D_OUT = np.outer([1.0, 2.0, 4.0, 8.0], np.ones(DIM))
PADDING, REPEATED = 0, 3
MAX_NORM = 0.5  # shorter than most rows
REAL_V, REAL_D = 1_000_000, 100  # where bytes matter
FLOAT32, INT64 = 4, 8  # bytes
OWN_ROW = np.array([3.0, 0.0, 4.0])  # of the question
N_STEPS, LR = 100, 0.1
LOOKED_UP = frozenset(IDS.tolist())
GRAD_SHAPE = f"(V, D) = {(N_ROWS, DIM)}"


def lesson(options: Options) -> Lesson:
    """Return the lesson."""
    say = Wording(options.language, "learn/embedding-options")
    seed = options.seed
    steps, numbers = zip(
        *(part(say, seed) for part in (_start, _padding, _max_norm, _scale, _sparse, _freeze)),
        strict=True,
    )
    answer, answer_numbers = _answer(say)
    return Lesson(
        command="learn",
        topic="embedding-options",
        language=options.language,
        title=say("title"),
        steps=steps,
        question=say("question_text", row=_row_text(OWN_ROW), n=N_STEPS),
        answer=answer,
        numbers={
            "ids": IDS.tolist(),
            "d_out": D_OUT.tolist(),
            **{one.key: found for one, found in zip(steps, numbers, strict=True)},
            "question": answer_numbers,
        },
    )


def layer_of(seed: int, **options: Any) -> Embedding:
    """Return a layer of five rows; with one seed they are the same but for what an option does."""
    rng = np.random.default_rng(seed)
    return Embedding(N_ROWS, DIM, dtype=np.float64, rng=rng, **options)


def trained_on(layer: Embedding) -> Floats | SparseGrad | None:
    """Look the ids up, give the gradient back, and return what the layer makes of it."""
    layer.forward(IDS)
    layer.backward(D_OUT)
    return layer.grad


def dense_grad(layer: Embedding) -> Floats:
    """Return the gradient of a layer that is not sparse, as a whole table."""
    grad = trained_on(layer)
    assert isinstance(grad, np.ndarray)
    return grad


def sparse_grad(layer: Embedding) -> SparseGrad:
    """Return the gradient of a sparse layer, as ids and rows."""
    grad = trained_on(layer)
    assert isinstance(grad, tuple)
    return grad


def _table(name: str, values: Floats, marked: frozenset[int] = LOOKED_UP) -> Matrix:
    """Return five rows as a block."""
    names = tuple(map(str, range(N_ROWS)))
    return Matrix(name, values, names, (), GRAD_SHAPE, marked, 2)


def _code(*options: str) -> Lines:
    """Return the call that makes the layer."""
    return Lines((f"Embedding({', '.join((str(N_ROWS), str(DIM), *options))})",))


def _row_text(row: NDArray[np.floating]) -> str:
    """Write a row."""
    return f"[{', '.join(f'{value:g}' for value in row)}]"


def _start(say: Wording, seed: int) -> tuple[Step, dict[str, Any]]:
    """Show the layer without options."""
    layer = layer_of(seed)
    grad = dense_grad(layer)
    names = tuple(f"ids[{i}] = {row}" for i, row in enumerate(IDS))
    shape = f"(n, D) = {D_OUT.shape}"
    blocks: tuple[Block, ...] = (
        _code(),
        _table("weight", layer.weight),
        Matrix("d_out", D_OUT, names, (), shape, decimals=0),
        _table("grad", grad),
    )
    ids = ", ".join(map(str, IDS))
    numbers = {"weight": layer.weight.tolist(), "grad": grad.tolist()}
    return step(say, "start", *blocks, ids=ids, row=REPEATED), numbers


def _padding(say: Wording, seed: int) -> tuple[Step, dict[str, Any]]:
    """Show `padding_idx`."""
    layer = layer_of(seed, padding_idx=PADDING)
    grad = dense_grad(layer)
    marked = frozenset([PADDING])
    from_end = layer_of(seed, padding_idx=PADDING - N_ROWS)
    same = float(np.abs(dense_grad(from_end) - grad).max())
    blocks: tuple[Block, ...] = (
        _code(f"padding_idx={PADDING}"),
        _table("weight", layer.weight, marked),
        _table("grad", grad, marked),
        *texts(say, "padding_end", end=PADDING - N_ROWS, row=PADDING, difference=f"{same:g}"),
    )
    numbers = {"weight": layer.weight.tolist(), "grad": grad.tolist()}
    return step(say, "padding", *blocks, row=PADDING), numbers


def _max_norm(say: Wording, seed: int) -> tuple[Step, dict[str, Any]]:
    """Show `max_norm` and `norm_type`."""
    before = layer_of(seed).weight
    two, one = layer_of(seed, max_norm=MAX_NORM), layer_of(seed, max_norm=MAX_NORM, norm_type=1.0)
    two.forward(IDS)
    one.forward(IDS)
    lengths = [
        np.linalg.norm(table, ord=p, axis=1)
        for table, p in ((before, 2), (two.weight, 2), (before, 1), (one.weight, 1))
    ]
    changed = np.flatnonzero((two.weight != before).any(axis=1)).tolist()
    is_looked_up = [
        say("was_looked_up") if row in LOOKED_UP else say("was_not") for row in range(N_ROWS)
    ]
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (row, is_looked_up[row], *(float(length[row]) for length in lengths))
        for row in range(N_ROWS)
    )
    heads = ("head_row", "head_looked_up", "head_two", "head_after", "head_one", "head_after")
    table = Table(tuple(map(say, heads)), rows, marked=frozenset(changed), decimals=2)
    blocks: tuple[Block, ...] = (
        _code(f"max_norm={MAX_NORM}"),
        _table("weight", two.weight, frozenset(changed)),
        *texts(say, "max_norm_lengths"),
        table,
        *texts(say, "max_norm_after"),
    )
    numbers = {
        "weight": two.weight.tolist(),
        "weight_norm_1": one.weight.tolist(),
        "changed": changed,
    }
    return step(say, "max_norm", *blocks, n=len(changed)), numbers


def _scale(say: Wording, seed: int) -> tuple[Step, dict[str, Any]]:
    """Show `scale_grad_by_freq`."""
    grad = dense_grad(layer_of(seed, scale_grad_by_freq=True))
    ids, rows = sparse_grad(layer_of(seed, scale_grad_by_freq=True, sparse=True))
    difference = float(np.abs(rows - grad[ids]).max())
    n = int((IDS == REPEATED).sum())
    whole = float(dense_grad(layer_of(seed))[REPEATED, 0])
    blocks: tuple[Block, ...] = (
        _code("scale_grad_by_freq=True"),
        _table("grad", grad, frozenset([REPEATED])),
        *texts(say, "scale_torch"),
        Verdict(difference == 0, say("difference", difference=f"{difference:g}")),
    )
    values = {"row": REPEATED, "n": n, "whole": f"{whole:g}", "part": f"{grad[REPEATED, 0]:g}"}
    return step(say, "scale", *blocks, **values), {"grad": grad.tolist()}


def _sparse(say: Wording, seed: int) -> tuple[Step, dict[str, Any]]:
    """Show `sparse`."""
    ids, rows = sparse_grad(layer_of(seed, sparse=True))
    whole = dense_grad(layer_of(seed))
    difference = float(np.abs(rows - whole[ids]).max())
    n_bytes = {
        "dense": REAL_V * REAL_D * FLOAT32,
        "sparse": len(ids) * (INT64 + REAL_D * FLOAT32),
    }
    names = tuple(f"ids[{i}] = {row}" for i, row in enumerate(ids))
    blocks: tuple[Block, ...] = (
        _code("sparse=True"),
        Matrix("grad = (ids, rows)", rows, names, (), f"(n, D) = {rows.shape}", decimals=2),
        Verdict(difference == 0, say("difference", difference=f"{difference:g}")),
        *texts(
            say,
            "sparse_bytes",
            V=f"{REAL_V:,}",
            D=REAL_D,
            n=len(ids),
            dense=bytes_for_people(n_bytes["dense"]),
            sparse=bytes_for_people(n_bytes["sparse"]),
        ),
    )
    numbers = {"ids": ids.tolist(), "rows": rows.tolist(), "bytes": n_bytes}
    return step(say, "sparse", *blocks), numbers


def _freeze(say: Wording, seed: int) -> tuple[Step, dict[str, Any]]:
    """Show `freeze`, and rows that are frozen alone."""
    frozen = layer_of(seed, freeze=True)
    nothing = trained_on(frozen)
    frozen_rows = np.zeros(N_ROWS, bool)
    frozen_rows[REPEATED] = True
    before = layer_of(seed).weight
    layer = layer_of(seed, frozen_rows=frozen_rows, max_norm=MAX_NORM)
    grad = dense_grad(layer)
    SGD().step([layer.weight], [grad], LR)
    moved = float(np.abs(layer.weight - before)[REPEATED].max())
    marked = frozenset([REPEATED])
    blocks: tuple[Block, ...] = (
        _code("freeze=True"),
        Lines((f"grad is {nothing}",)),
        *texts(say, "freeze_rows", row=REPEATED, lr=LR),
        _code(
            f"frozen_rows={[int(is_frozen) for is_frozen in frozen_rows]}", f"max_norm={MAX_NORM}"
        ),
        _table("grad", grad, marked),
        Verdict(moved == 0, say("freeze_moved", row=REPEATED, moved=f"{moved:g}")),
        *texts(say, "freeze_torch"),
    )
    numbers = {"grad": grad.tolist(), "weight": layer.weight.tolist(), "moved": moved}
    return step(say, "freeze", *blocks), numbers


def _answer(say: Wording) -> tuple[tuple[Block, ...], dict[str, Any]]:
    """Return the answer: what padding does not protect from."""
    weight = np.zeros((N_ROWS, DIM))
    weight[PADDING] = OWN_ROW
    layer = Embedding(N_ROWS, DIM, weight=weight, padding_idx=PADDING, max_norm=1.0)
    ids = np.array([PADDING])
    for _ in range(N_STEPS):
        layer.zero_grad()
        layer.forward(ids)
        layer.backward(np.ones((1, DIM)))
        SGD().step([layer.weight], [layer.grad], LR)  # type: ignore[list-item]
    after = layer.weight[PADDING].copy()
    rows = np.stack([OWN_ROW, after])
    names = (say("before"), say("after", n=N_STEPS))
    length, new = np.linalg.norm(OWN_ROW), np.linalg.norm(after)
    values = {"row": PADDING, "length": f"{length:.2f}", "new": f"{new:.2f}"}
    blocks: tuple[Block, ...] = (
        Matrix("weight[0]", rows, names, decimals=2),
        *texts(say, "answer_text", **values),
    )
    return blocks, {"before": OWN_ROW.tolist(), "after": after.tolist()}
