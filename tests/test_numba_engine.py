"""The numba engine against the naive loops and the numpy engine, compiled and as plain Python.

Where compiled code lies, and when it is made, is in test_compiling.py.
"""

from __future__ import annotations

import dataclasses
import json
import os
import runpy
import subprocess
import sys
from pathlib import Path

import hostile
import naive
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from w2v.config import load_config
from w2v.engines.contract import Weights
from w2v.engines.numpy_engine import NumpyEngine
from w2v.errors import UsageError

numba = pytest.importorskip("numba")
pytest.importorskip("scipy")

from w2v.engines import kernels  # noqa: E402
from w2v.engines.numba_engine import NumbaEngine  # noqa: E402

IS_COMPILED = not numba.config.DISABLE_JIT
D = 5  # of most tests: compiling for a number of dimensions takes 10 s
# A row of one number has nothing in it to compile well: it is held to the loops as plain Python, by
# the last test of this file. Rows that fill a register and more would be too slow for that.
DIMS, LARGER_DIMS = ([D], [D, 100]) if IS_COMPILED else ([1, D], [D])
NEEDS_COMPILING = pytest.mark.skipif(not IS_COMPILED, reason="slow as plain Python")
KINDS = [("cbow", "exact"), ("cbow", "word2vec"), ("skipgram", "exact")]
CASES = [
    pytest.param(shared, n_words, k, chunk, id=f"{'shared' if shared else 'independent'}-{name}")
    for shared in (True, False)
    for name, n_words, k, chunk in hostile.chunks(shared)
]
# Of float32 against float64 after a chunk at a small rate: the rounding of each sum and 2.4e-7 of
# each sigmoid. At large rates each batch makes the difference of those before it grow.
SINGLE = {"rtol": 1e-5, "atol": 2e-6}
SMALL_LR = 0.03


def config_for(kind, gradient, k):
    texts = [f"model.kind={kind}", f"model.gradient={gradient}", f"negatives.k={k}"]
    return load_config(None, texts).config


def numba_engine(weights, kind, gradient, k):
    return NumbaEngine(config_for(kind, gradient, k), weights)


def copied(weights, dtype=np.float64):
    return Weights(weights.W_in.astype(dtype), weights.W_out.astype(dtype))


def assert_near(weights, expected, **bound):
    np.testing.assert_allclose(weights.W_in, expected.W_in, **bound)
    np.testing.assert_allclose(weights.W_out, expected.W_out, **bound)


def check_against_the_loops(weights, chunk, kind, gradient, k, lr=0.3):
    """Train and measure with numba, with numpy and with the loops; all must agree."""
    exact = {"rtol": 1e-10, "atol": 1e-10}
    expected, by_numpy = copied(weights), copied(weights)
    double, single = copied(weights), copied(weights, np.float32)
    total, n_examples = naive.chunk_loss(weights.W_in, weights.W_out, chunk, kind=kind, k=k)
    losses = naive.train_chunk(
        expected.W_in, expected.W_out, chunk, lr, kind=kind, gradient=gradient, k=k
    )
    before = copied(weights)
    engine = numba_engine(weights, kind, gradient, k)

    whole = engine.loss(chunk)
    assert (whole.n_measured, whole.n_examples) == (n_examples, n_examples)
    assert whole.total == pytest.approx(total, rel=1e-10)
    np.testing.assert_array_equal(weights.W_in, before.W_in)
    np.testing.assert_array_equal(weights.W_out, before.W_out)

    loss = engine.train_chunk(chunk, lr)
    assert (loss.n_measured, loss.n_examples) == losses[1:]
    assert loss.total == pytest.approx(losses[0], rel=1e-10)
    assert_near(weights, expected, **exact)

    of_numpy = NumpyEngine(config_for(kind, gradient, k), by_numpy).train_chunk(chunk, lr)
    assert (loss.n_measured, loss.n_examples) == (of_numpy.n_measured, of_numpy.n_examples)
    assert_near(weights, by_numpy, **exact)

    of_double = numba_engine(double, kind, gradient, k).train_chunk(chunk, SMALL_LR)
    of_single = numba_engine(single, kind, gradient, k).train_chunk(chunk, SMALL_LR)
    assert single.W_in.dtype == single.W_out.dtype == np.float32
    assert (of_single.n_measured, of_single.n_examples) == losses[1:]
    assert of_single.total == pytest.approx(of_double.total, rel=1e-5)
    assert_near(single, double, **SINGLE)


@pytest.mark.parametrize("dim", DIMS)
@pytest.mark.parametrize(("kind", "gradient"), KINDS)
@pytest.mark.parametrize(("shared", "n_words", "k", "chunk"), CASES)
def test_equals_the_loops(shared, n_words, k, chunk, kind, gradient, dim):
    check_against_the_loops(hostile.weights(n_words, dim), chunk, kind, gradient, k)


@pytest.mark.parametrize("dim", LARGER_DIMS)
@pytest.mark.parametrize("batch_size", [1, 3, 100])
@pytest.mark.parametrize("n_noise", [1, 4])
@pytest.mark.parametrize("groups", [1, 2, 4, 0], ids="G{}".format)
@pytest.mark.parametrize(("kind", "gradient"), KINDS)
def test_any_shape_equals_the_loops(kind, gradient, groups, n_noise, batch_size, dim):
    """Batches larger than the chunk, a single noise id, rows that fill no register.

    No groups stand for independent noise.
    """
    lines, shared = [[4, 2, 4, 4, 3], [0], [5, 1, 5, 2]], groups > 0
    shape = (-(-10 // batch_size), groups * n_noise) if shared else (10, n_noise)
    noise = (np.arange(shape[0] * shape[1]) * 5 % 6).reshape(shape)
    chunk = hostile.chunk(lines, [9, 1, 2], batch_size, noise, shared=shared, groups=groups)
    k = 3 if shared else n_noise
    weights = hostile.weights(6, dim)
    for W in (weights.W_in, weights.W_out):
        W *= min(1, 3 / dim**0.5)  # so that scores stay near where sigmoid is no straight line
    check_against_the_loops(weights, chunk, kind, gradient, k)


@NEEDS_COMPILING
@pytest.mark.parametrize("groups", [1, 8])
def test_large_batches_lose_few_digits(groups):
    """Sums run over a whole batch: of 1,024 words they lose a digit, and no more."""
    rng = np.random.default_rng(2)
    lines = [rng.integers(0, 3000, 300) for _ in range(10)]
    noise = rng.integers(0, 3000, (3, 64))
    chunk = hostile.chunk(lines, [1, 4, 9], 1024, noise, groups=groups)
    single, double = hostile.weights(3000, 100, np.float32), hostile.weights(3000, 100)
    for weights in (single, double):
        for W in (weights.W_in, weights.W_out):
            W *= 0.3
        numba_engine(weights, "cbow", "exact", 5).train_chunk(chunk, SMALL_LR)
    assert_near(single, double, rtol=1e-4, atol=2e-5)


@NEEDS_COMPILING
def test_a_word_without_context_moves_by_rounding_at_most():
    """The running sums pass over it, and leave what they have lost in the meantime."""
    rng = np.random.default_rng(3)
    lines = [[9] if n % 3 == 0 else rng.integers(0, 9, 6) for n in range(200)]
    n_batches = -(-sum(map(len, lines)) // 32)
    chunk = hostile.chunk(lines, [3], 32, rng.integers(0, 9, (n_batches, 4)))
    weights = hostile.weights(10, 5, np.float32)
    before = copied(weights, np.float32)
    numba_engine(weights, "cbow", "exact", 5).train_chunk(chunk, SMALL_LR)
    assert np.abs(weights.W_in[:9] - before.W_in[:9]).min() > 1e-4
    np.testing.assert_allclose(weights.W_in[9], before.W_in[9], rtol=0, atol=2e-6)


@st.composite
def texts_with_draws(draw):
    """A small chunk of any kind: (chunk, V, K)."""
    n_words = draw(st.integers(2, 7))
    ids = st.integers(0, n_words - 1)
    lines = draw(st.lists(st.lists(ids, min_size=1, max_size=6), min_size=1, max_size=8))
    windows = draw(st.lists(st.integers(1, 9), min_size=1, max_size=5))
    batch_size = draw(st.integers(1, 9))
    shared, n_noise = draw(st.booleans()), draw(st.integers(1, 4))
    groups = draw(st.integers(1, 4)) if shared else 1
    n = sum(map(len, lines))
    shape = (-(-n // batch_size) if shared else n, groups * n_noise)
    noise = np.random.default_rng(draw(st.integers(0, 99))).integers(0, n_words, shape)
    k = draw(st.integers(1, 6)) if shared else n_noise
    made = hostile.chunk(lines, windows, batch_size, noise, shared=shared, groups=groups)
    return made, n_words, k


@given(texts_with_draws(), st.sampled_from(KINDS), st.sampled_from(DIMS))
@settings(max_examples=50 if IS_COMPILED else 20, deadline=None)
def test_any_text_equals_the_loops(text, kind, dim):
    chunk, n_words, k = text
    check_against_the_loops(hostile.weights(n_words, dim), chunk, *kind, k, lr=0.05)


@pytest.mark.parametrize(("kind", "gradient"), KINDS)
def test_a_compact_table_of_the_text_alone(kind, gradient):
    """As the copies of replicas are: the rows that are noise only come last, in W_out alone."""
    chunk = hostile.chunk([[2, 1, 0, 1], [2, 0]], [2], 4, [[4, 2, 3], [3, 0, 4]])
    whole = hostile.weights(5, D)
    compact = Weights(whole.W_in[:3].copy(), whole.W_out.copy())
    numba_engine(compact, kind, gradient, 2).train_chunk(chunk, 0.3)
    naive.train_chunk(whole.W_in, whole.W_out, chunk, 0.3, kind=kind, gradient=gradient, k=2)
    assert_near(compact, Weights(whole.W_in[:3], whole.W_out), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize(("kind", "gradient"), KINDS)
def test_one_engine_trains_chunks_of_many_shapes(kind, gradient):
    """The arrays of one chunk are used again for the next, whether it is larger or smaller."""
    chunks = [*hostile.chunks(True), *hostile.chunks(False), *hostile.chunks(True)]
    weights, expected = hostile.weights(9, D), hostile.weights(9, D)
    engine = numba_engine(weights, kind, gradient, 2)
    for _, _, _, chunk in chunks:
        of = {"kind": kind, "gradient": gradient, "k": 2}
        engine.train_chunk(chunk, 0.1)
        naive.train_chunk(expected.W_in, expected.W_out, chunk, 0.1, **of)
    assert_near(weights, expected, rtol=1e-9, atol=1e-9)


def test_one_engine_trains_chunks_of_many_groups():
    """Arrays of the same number of slots do for another B or another G only if all of them fit."""
    weights, expected = hostile.weights(6, D), hostile.weights(6, D)
    engine = numba_engine(weights, "cbow", "exact", 2)
    for batch_size, groups in ((4, 1), (4, 2), (4, 1), (3, 2), (4, 2), (4, 4), (2, 4), (3, 1)):
        noise = np.arange(-(-9 // batch_size) * groups * 2).reshape(-1, groups * 2) % 6
        lines = [[4, 2, 4, 3], [0], [5, 1, 5, 2]]
        chunk = hostile.chunk(lines, [2, 1], batch_size, noise, groups=groups)
        engine.train_chunk(chunk, 0.1)
        of = {"kind": "cbow", "gradient": "exact", "k": 2}
        naive.train_chunk(expected.W_in, expected.W_out, chunk, 0.1, **of)
        assert_near(weights, expected, rtol=1e-10, atol=1e-10)


def test_chunks_that_reach_one_word_further_each_time():
    weights, expected = hostile.weights(9, D), hostile.weights(9, D)
    engine = numba_engine(weights, "cbow", "exact", 2)
    for n in range(2, 10):
        chunk = hostile.chunk([range(n)], [9], 4, [[n % 9, 0]] * -(-n // 4))
        engine.train_chunk(chunk, 0.1)
        of = {"kind": "cbow", "gradient": "exact", "k": 2}
        naive.train_chunk(expected.W_in, expected.W_out, chunk, 0.1, **of)
    assert_near(weights, expected, rtol=1e-10, atol=1e-10)


def test_what_is_counted_goes_into_json():
    engine = numba_engine(hostile.weights(4, D), "cbow", "exact", 2)
    for loss in (engine.train_chunk(GOOD, 0.1), engine.loss(GOOD)):
        assert json.loads(json.dumps(dataclasses.asdict(loss)))["n_examples"] == 6


def test_nothing_to_train_on():
    weights = hostile.weights(4, D)
    engine = numba_engine(weights, "cbow", "exact", 2)
    empty = hostile.chunk([], [1], 4, np.zeros((0, 2)))
    for loss in (engine.train_chunk(empty, 0.1), engine.loss(empty)):
        assert (loss.total, loss.n_measured, loss.n_examples) == (0, 0, 0)


GOOD = hostile.chunk([[2, 1, 0, 1], [2, 0]], [2], 4, [[3, 2], [3, 0]])


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"tokens": [2, 1, 0, 1, 2, 4]}, "an id is not in the table; ids run from 0 to 3"),
        ({"tokens": [2, 1, -1, 1, 2, 0]}, "an id is not in the table"),
        ({"noise": [[[3, 4]], [[3, 0]]]}, "an id is not in the table"),
        ({"noise": [[[3, -1]], [[3, 0]]]}, "an id is not in the table"),
        ({"noise": [[[3, 2]]]}, r"noise has shape \(1, 1, 2\); it needs 2 rows of groups of ids"),
        ({"noise": [[[3]], [[2]], [[1]]]}, "it needs 2 rows of groups"),
        ({"noise": [[3, 2], [1, 0]]}, "it needs 2 rows of groups"),
        ({"noise": [3, 2]}, "it needs 2 rows of groups"),
        ({"noise": np.zeros((2, 1, 0), np.int32)}, "it needs 2 rows of groups"),
        ({"noise": np.zeros((2, 0, 2), np.int32)}, "it needs 2 rows of groups"),
        ({"noise_is_shared": False}, "it needs 6 rows of ids"),
        ({"noise_is_shared": False, "noise": np.zeros((5, 2), np.int32)}, "it needs 6 rows of ids"),
        ({"left": [0, 0, 0, 1, 4, -1]}, "a context reaches over the chunk"),
        ({"right": [3, 4, 4, 4, 6, 7]}, "a context reaches over the chunk"),
        ({"left": [1, 0, 0, 1, 4, 4]}, "does not hold its center's position"),
        ({"right": [0, 4, 4, 4, 6, 6]}, "does not hold its center's position"),
        ({"left": [0, 0, 0]}, "tokens, left and right differ in length"),
        ({"right": [6]}, "tokens, left and right differ in length"),
        ({"batch_size": 0}, "batches hold at least one position"),
        ({"noise": None}, "no full softmax; use the numpy engine"),
    ],
    ids=str,
)
def test_no_chunk_reaches_beyond_the_memory(change, complaint):
    weights, before = hostile.weights(4, D), hostile.weights(4, D)
    arrays = {
        name: np.array(value, np.int32) if isinstance(value, list) else value
        for name, value in change.items()
    }
    bad = dataclasses.replace(GOOD, **arrays)
    engine = numba_engine(weights, "cbow", "exact", 2)
    for run in (lambda: engine.train_chunk(bad, 0.3), lambda: engine.loss(bad)):
        with pytest.raises(UsageError, match=complaint):
            run()
    np.testing.assert_array_equal(weights.W_in, before.W_in)
    np.testing.assert_array_equal(weights.W_out, before.W_out)


@pytest.mark.parametrize(("n_in", "n_out"), [(2, 4), (4, 2)])
def test_a_word_of_the_text_needs_a_row_in_both_tables(n_in, n_out):
    weights = Weights(hostile.weights(n_in, D).W_in, hostile.weights(n_out, D).W_out)
    chunk = dataclasses.replace(GOOD, noise=np.zeros_like(GOOD.noise))
    with pytest.raises(UsageError, match="an id is not in the table; ids run from 0 to 1"):
        numba_engine(weights, "cbow", "exact", 2).train_chunk(chunk, 0.3)


@pytest.mark.parametrize(
    ("W_in", "W_out"),
    [
        (np.zeros((4, 3)), np.zeros((4, 2))),
        (np.zeros((4, 3)), np.zeros((4, 3), np.float32)),
        (np.zeros((4, 3), np.float16), np.zeros((4, 3), np.float16)),
        (np.zeros((3, 4)).T, np.zeros((4, 3))),
        (np.zeros((4, 6))[:, :3], np.zeros((4, 3))),
        (np.zeros(4), np.zeros(4)),
        (np.zeros((4, 0)), np.zeros((4, 0))),
    ],
    ids=["width", "dtypes", "half", "transposed", "part", "vector", "empty"],
)
def test_tables_that_the_kernels_cannot_take(W_in, W_out):
    with pytest.raises(UsageError, match="W_in and W_out"):
        numba_engine(Weights(W_in, W_out), "cbow", "exact", 2)


def sigmoids(x):
    """The kernels' sigmoid of an array."""
    with np.errstate(all="ignore"):
        return np.array([kernels.sigmoid(value, x.itemsize == 8) for value in x], x.dtype)


def exact_sigmoid(x):
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-x.astype(np.float64)))


GRID = np.concatenate(
    (
        np.linspace(-20, 20, 200_001 if IS_COMPILED else 5001),
        *(sign * np.array([0, 1e-30, 15.999, 16, 16.001, 1e3, 1e30, np.inf]) for sign in (1, -1)),
    )
)


def test_sigmoid_in_float32_is_within_the_stated_error():
    x = GRID.astype(np.float32)
    found = sigmoids(x)
    assert np.abs(found - exact_sigmoid(x)).max() <= 2.4e-7
    assert found.min() >= -2.4e-7
    assert found.max() <= 1 + 2.4e-7
    assert sigmoids(np.zeros(1, np.float32))[0] == 0.5


def test_sigmoid_in_float64_is_exact():
    np.testing.assert_allclose(sigmoids(GRID), exact_sigmoid(GRID), rtol=1e-15, atol=0)


@pytest.mark.skipif(not IS_COMPILED, reason="nothing of it is compiled")
def test_the_script_finds_the_coefficients_of_the_sigmoid():
    names = runpy.run_path(str(Path(__file__).parent.parent / "scripts" / "fit_sigmoid.py"))
    p, q, error = names["fit"]()
    assert error == pytest.approx(8.8e-8, rel=0.01)
    np.testing.assert_allclose(p, [kernels.P0, kernels.P1, kernels.P2, kernels.P3], rtol=1e-5)
    np.testing.assert_allclose(
        q, [1, kernels.Q1, kernels.Q2, kernels.Q3, kernels.Q4], rtol=2e-5, atol=0
    )
    assert names["REACH"] == kernels.SIGMOID_REACH


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sigmoid_hides_no_nan(dtype):
    assert np.isnan(sigmoids(np.array([np.nan], dtype))).all()


@pytest.mark.parametrize("table", ["W_in", "W_out"])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", ["cbow", "skipgram"])
def test_what_is_not_finite_spreads(kind, dtype, value, table):
    """Compiled with fast math, NaN and infinity still reach the weights and are noticed there."""
    weights = copied(hostile.weights(4, D), dtype)
    getattr(weights, table)[1, 2] = value
    with np.errstate(all="ignore"):
        loss = numba_engine(weights, kind, "exact", 2).train_chunk(GOOD, 0.3)
    assert not np.isfinite(weights.W_in).all()
    assert not np.isfinite(weights.W_out).all()
    assert not np.isfinite(loss.total)


@pytest.mark.skipif(not IS_COMPILED, reason="this is the run without")
def test_all_this_holds_without_compiling():
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", __file__]
    done = subprocess.run(
        command, cwd=Path(__file__).parent, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-3000:]
