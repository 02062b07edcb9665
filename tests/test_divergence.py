"""Whether the losses of a training say that it has broken down, and what is advised then."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2v.config.loading import load_config
from w2v.config.schema import build_config
from w2v.engines.contract import ChunkLoss
from w2v.training.divergence import LIMIT, STRETCH, Divergence, untrained_loss, what_to_try
from w2v.vectors.formats.rows import BLOCK_NUMBERS, all_finite, first_bad_row

START = 6 * math.log(2)  # of untrained weights, with 5 negatives


def fate(curve, watch=None):
    """Return (chunk, breakdown) of the first on a curve of (mean, n_measured), or None."""
    watch = watch or Divergence(START)
    for chunk, (mean, n) in enumerate(curve):
        if found := watch.add(ChunkLoss(mean * n, n, n)):
            return chunk, found
    return None


@pytest.mark.parametrize(
    "curve",
    [
        [(START, 2000)] * 5 + [(1.5, 2000)] * 5,
        [(0.1, 1), (18.0, 1), (3.0, 2)] * 300,  # what chunks of 2 positions may look like
        [(START, 100)] * 5 + [(17.6, 62), (8.0, 62), (3.0, 62)] * 9,  # a hump that was got over
        [(1.0, 1000)] * 5 + [(1.2 * START, 1000)] + [(1.3, 1000)] * 5,  # another language
        [(0.0, 0)] * 1000,  # nothing was measured
        [(LIMIT * START * 0.999, STRETCH)] * 9,
        [],
    ],
)
def test_training_goes_on(curve):
    assert fate(curve) is None


@pytest.mark.parametrize(
    ("curve", "at"),
    [
        ([(START, 500), (20.0, 500)], 1),
        ([(START, 2000), (LIMIT * START * 1.001, 2000)], 1),
        ([(1e30, 3)], 0),  # few examples are enough if their loss is large enough
        ([(START, 40)] * 3 + [(80.0, 40)] * 30, 5),
        ([(2.0, 10)] * 7 + [(1e3, 10)], 7),
        ([(2.0, 100), (math.inf, 1)], 1),
        ([(2.0, 100), (math.nan, 1), (2.0, 100)], 1),
        ([(1e308, 1), (1e308, 1)], 0),
        ([(20.0, 1)] * 1000, 415),  # not at a single example
    ],
)
def test_training_is_stopped(curve, at):
    chunk, found = fate(curve)
    assert chunk == at
    assert found.start == START
    assert not found.loss <= LIMIT * START


def test_the_numbers_are_said():
    _, found = fate([(START, 2000), (20.25, 2000)])
    assert str(found) == "the loss is 20.25 nats an example, and training began at 4.159"
    _, found = fate([(math.nan, 7)])
    assert str(found) == "the loss is not finite any more"
    assert math.isnan(found.loss)


def test_known_weights_may_begin_badly():
    # Of a softmax, say, whose scores are all large: 50 nats at first, and then it learns.
    curve = [(60.0, 300), (50.0, 200), (20.0, 500), (3.0, 500)]
    assert fate(curve)[0] == 0
    assert fate(curve, Divergence(START, starts_trained=True)) is None
    chunk, found = fate([*curve, (250.0, 500)], Divergence(START, starts_trained=True))
    assert (chunk, found.start) == (4, pytest.approx(56.0))
    # Those that begin well are held against untrained weights as all are.
    began_well = [(1.0, 500), (LIMIT * START * 0.99, 500)]
    assert fate(began_well, Divergence(START, starts_trained=True)) is None
    chunk, found = fate([(1.0, 500), (17.0, 500)], Divergence(START, starts_trained=True))
    assert (chunk, found.start) == (1, START)
    assert fate([(math.inf, 2)], Divergence(START, starts_trained=True)) is not None


LOSSES = st.floats(0, 1e4) | st.sampled_from([math.inf, math.nan, 1e300, 0.1, START])


@given(
    st.lists(st.tuples(LOSSES, st.integers(0, 700)), max_size=30),
    st.integers(0, 30),
    st.booleans(),
)
def test_a_resumed_run_decides_the_same(curve, cut, starts_trained):
    losses = [ChunkLoss(mean * n if n else 0.0, n, n) for mean, n in curve]
    whole, first = (Divergence(START, starts_trained) for _ in range(2))
    expected = [whole.add(loss) for loss in losses]
    if any(expected[:cut]):
        return  # there is no going on
    for loss in losses[:cut]:
        first.add(loss)
    second = Divergence(START, starts_trained)
    second.restore(json.loads(json.dumps(first.state(), allow_nan=False)))
    assert second.state() == first.state()
    assert repr([second.add(loss) for loss in losses[cut:]]) == repr(expected[cut:])


@pytest.mark.parametrize(
    "state",
    [
        {},
        {"start": "x", "total": 0.0, "n_measured": 0},
        {"start": None, "total": math.inf, "n_measured": 0},
        {"start": math.nan, "total": 0.0, "n_measured": 0},
        {"start": None, "total": None, "n_measured": 0},
    ],
)
def test_a_damaged_state_is_refused(state):
    watch = Divergence(START)
    with pytest.raises((KeyError, TypeError, ValueError)):
        watch.restore(state)
    assert watch.state() == Divergence(START).state()


def config_of(*overrides):
    return load_config(None, overrides).config


def test_untrained_loss():
    assert untrained_loss(config_of(), 50) == pytest.approx(4.1589, abs=1e-4)
    assert untrained_loss(config_of("negatives.k=1"), 50) == pytest.approx(2 * math.log(2))
    assert untrained_loss(config_of("model.loss=softmax"), 50) == math.log(50)


@pytest.mark.parametrize(
    ("overrides", "n_words", "advice"),
    [
        (["train.lr=5"], 9999, "try train.lr=0.15 (it was 5)"),
        (["train.lr=0.5", "model.gradient=word2vec"], 9999, "try train.lr=0.07 (it was 0.5)"),
        (["train.lr=1", "train.optimizer=adam"], 9999, "try train.lr=0.0025 (it was 1)"),
        (["train.batch=4096"], 99999, "try train.batch=32 (it was 4,096)"),
        ([], 99, "try train.batch=8 (it was 32)"),
        (["train.batch=8"], 9, "try train.lr=0.037 (it was 0.15)"),
        (
            ["train.replicas=16"],
            9999,
            "try train.chunk=5000 (it was 100,000, in each of 16 replicas)",
        ),
        (["train.replicas=16", "train.chunk=900"], 9999, "try train.replicas=2 (it was 16)"),
        (
            ["train.lr=2", "train.batch=512"],
            9999,
            "try train.lr=0.15 (it was 2) and train.batch=32 (it was 512)",
        ),
        (["train.lr=0.16"], 9999, "try train.lr=0.04 (it was 0.16)"),
        ([], 9999, "try train.lr=0.037 (it was 0.15)"),
    ],
)
def test_advice_names_what_is_unusual(overrides, n_words, advice):
    assert what_to_try(config_of(*overrides), n_words) == advice


def test_advice_is_of_a_resolved_config_too():
    settled = build_config({"train.lr": 0.15, "train.replicas": 2})
    assert what_to_try(settled, 9999) == "try train.lr=0.037 (it was 0.15)"


ROWS = BLOCK_NUMBERS // 64  # of a block, at 64 numbers a row


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
@pytest.mark.parametrize("row", [0, 1, ROWS - 1, ROWS, 2 * ROWS + 1])
def test_one_bad_number_is_found(dtype, value, row):
    table = np.ones((2 * ROWS + 2, 64), dtype)
    assert all_finite(table)
    table[row, 5] = value
    assert not all_finite(table)
    assert first_bad_row(table) == row


def test_infinities_that_cancel_are_found():
    table = np.zeros((5, 4), np.float32)
    table[3] = [np.inf, -np.inf, np.inf, -np.inf]
    assert first_bad_row(table) == 3


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_huge_numbers_are_finite(dtype):
    table = np.full((ROWS + 3, 64), np.finfo(dtype).max)
    assert all_finite(table)  # their sum overflows
    table[::2] *= -1
    assert all_finite(table)
    table[ROWS + 1, 63] = np.nan
    assert first_bad_row(table) == ROWS + 1


@pytest.mark.parametrize("shape", [(0, 5), (5, 0), (0, 0), (1, 1), (1, BLOCK_NUMBERS + 1)])
def test_tables_of_odd_shapes(shape):
    assert all_finite(np.zeros(shape, np.float32))


def test_a_view_of_a_table():
    table = np.zeros((9, 8), np.float32)
    table[4, 1] = np.nan
    assert all_finite(table[:, ::2])
    assert first_bad_row(table[:, 1::2]) == 4
    assert first_bad_row(np.asfortranarray(table)) == 4
