"""SGD, Adagrad and Adam against PyTorch's numbers; only rows that have a gradient may move."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from w2v.model.optimizers import OPTIMIZERS

# Written by scripts/make_golden.py: in its steps row 0 never has a gradient, row 4 only at first.
GOLDEN = json.loads((Path(__file__).parent / "golden" / "optimizers.json").read_text("utf-8"))
DTYPES = ["float32", "float64"]


def table(dtype=np.float64):
    return np.array(GOLDEN["weight"], dtype)


def gradient(step, dtype, sparse):
    """Return the gradient of a step as (ids, rows), or spread over a whole table."""
    ids, rows = np.array(step["ids"]), np.array(step["rows"], dtype)
    if sparse:
        return ids, rows
    spread = np.zeros_like(table(dtype))
    spread[ids] = rows
    return spread


def tables_after_steps(name, dtype=np.float64, sparse=True):
    """Return the table after each step."""
    W, optimizer, tables = table(dtype), OPTIMIZERS[name](), []
    for step in GOLDEN["steps"]:
        optimizer.step([W], [gradient(step, dtype, sparse)], step["lr"])
        tables.append(W.copy())
    return tables


@pytest.mark.parametrize("sparse", [True, False])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_step_agrees_with_pytorch(name, dtype, sparse):
    """The dense gradient, too, agrees with PyTorch's sparse one."""
    tolerance = {"float32": 1e-6, "float64": 1e-14}[dtype]
    ours = tables_after_steps(name, dtype, sparse)
    theirs = GOLDEN["tables"][f"{name}, {dtype}"]
    for W, expected in zip(ours, theirs, strict=True):
        assert W.dtype == dtype
        # The one large gradient, 300, leaves its rounding error behind in a table of small numbers.
        np.testing.assert_allclose(W, expected, rtol=tolerance, atol=5 * tolerance)


@pytest.mark.parametrize("sparse", [True, False])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_rows_without_gradient_do_not_move(name, sparse):
    before = table()
    for step, W in zip(GOLDEN["steps"], tables_after_steps(name, sparse=sparse), strict=True):
        moved = np.flatnonzero((before != W).any(axis=1))
        assert moved.tolist() == step["ids"]
        before = W


def test_dense_adam_of_pytorch_does_move_them():
    """The known-wrong variant: the running mean of row 4 pushes it after its only gradient."""
    wrong = np.array(GOLDEN["tables"]["dense adam, float64"])
    right = np.array(GOLDEN["tables"]["adam, float64"])
    assert (wrong[1:, 4] != wrong[:-1, 4]).all()
    assert (right[1:, 4] == right[:-1, 4]).all()


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_table_without_gradient_is_left_alone(name):
    """A frozen table has None; what is remembered for its neighbour stays with the neighbour."""
    frozen, W, optimizer = table(), table(), OPTIMIZERS[name]()
    for step in GOLDEN["steps"]:
        optimizer.step([frozen, W], [None, gradient(step, np.float64, True)], step["lr"])
    np.testing.assert_array_equal(frozen, table())
    np.testing.assert_array_equal(W, tables_after_steps(name)[-1])


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_tables_do_not_share_what_is_remembered(name):
    """Trained together with a table of other gradients in the same rows, as W_in with W_out."""
    W, other, optimizer = table(), table(), OPTIMIZERS[name]()
    for step in GOLDEN["steps"]:
        ids, rows = gradient(step, np.float64, True)
        optimizer.step([W, other], [(ids, rows), (ids, 7 - 3 * rows)], step["lr"])
    np.testing.assert_array_equal(W, tables_after_steps(name)[-1])


@pytest.mark.parametrize("sparse", [True, False])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_gradients_are_read_and_not_changed(name, sparse):
    grad = gradient(GOLDEN["steps"][0], np.float64, sparse)
    before = [part.copy() for part in grad]
    OPTIMIZERS[name]().step([table()], [grad], 0.1)
    np.testing.assert_equal(list(grad), before)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_empty_gradient_moves_nothing(name):
    W = table()
    OPTIMIZERS[name]().step([W], [(np.array([], np.intp), np.zeros((0, 3)))], 0.1)
    np.testing.assert_array_equal(W, table())
