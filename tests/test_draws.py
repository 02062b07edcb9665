"""Draws depend on the config, the epoch and the chunk, and on nothing else."""

from __future__ import annotations

import hashlib
import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2v.config import load_config
from w2v.config.schema import TrainConfig
from w2v.text.vocabulary import Vocabulary
from w2v.training.draws import (
    START_BLOCK,
    Draws,
    Purpose,
    chunk_order,
    context_bounds,
    raw_integers,
    short_integers,
    start_weights,
)
from w2v.training.schedule import Schedule

VOCABULARY = Vocabulary(list("abcdef"), np.array([700, 200, 60, 30, 9, 1]))


def draws(*settings):
    return Draws(load_config(None, ["train.subsample=0", *settings]).config, VOCABULARY)


def text(n, seed=2):
    rng = np.random.default_rng(seed)
    tokens = rng.choice(6, n, p=VOCABULARY.counts / 1000).astype(np.int32)
    return tokens, np.sort(rng.integers(0, n // 7 + 1, n))


def test_philox_is_the_published_one():
    """The first known-answer vector of Random123 1.x for philox4x64-10: key 0, counter 0.

    NumPy counts up before it draws, so that its first block is that of counter 1; the block of
    counter 0 comes first when it starts at the last counter before it.
    """
    last = [2**64 - 1] * 4
    block = np.random.Philox(key=[0, 0], counter=last).random_raw(4)
    assert [hex(x) for x in block.tolist()] == [
        "0x16554d9eca36314c",
        "0xdb20fe9d672d0fdc",
        "0xd7e772cee186176b",
        "0x7e68b68aec7ba23b",
    ]


def test_the_integers_are_the_same_everywhere():
    """A golden hash: if it changes, every run of every user changes."""
    digest = hashlib.sha256()
    for purpose in Purpose:
        digest.update(raw_integers(7, purpose, 100, epoch=3, chunk=9).astype("<u8").tobytes())
    tokens = (np.arange(500) ** 2 % 6).astype(np.int32)
    # In how many groups the noise is changes no integer.
    negatives = ("negatives.draws=3", "negatives.groups=3")
    chunk = draws("train.subsample=0.01", "train.batch=7", *negatives).chunk(
        tokens, np.arange(500) // 9, epoch=1, number=2
    )
    for array in (chunk.tokens, chunk.left, chunk.right, chunk.noise):
        digest.update(np.asarray(array, "<i8").tobytes())
    large, _ = start_weights(7, 3, START_BLOCK // 2 + 1, "float64")  # a row a block
    digest.update(large[:, :100].astype("<f8").tobytes())
    assert digest.hexdigest()[:16] == "ceacc2884b64d3de"


def test_every_purpose_epoch_and_chunk_has_its_own_stream():
    places = [(p, e, c) for p in Purpose for e in (0, 1) for c in (0, 1)]
    streams = {raw_integers(1, p, 8, e, c).tobytes() for p, e, c in places}
    assert len(streams) == len(places)
    assert raw_integers(1, Purpose.KEEP, 8).tobytes() != raw_integers(2, Purpose.KEEP, 8).tobytes()


def test_streams_do_not_run_into_each_other():
    """A long stream of one chunk never reaches the integers of the next."""
    long = set(raw_integers(1, Purpose.KEEP, 100_000, 0, 0).tolist())
    assert not long & set(raw_integers(1, Purpose.KEEP, 1000, 0, 1).tolist())


def test_short_integers_are_halves():
    raw = raw_integers(1, Purpose.KEEP, 3)
    halves = [x >> shift & 0xFFFFFFFF for x in raw.tolist() for shift in (0, 32)]
    assert short_integers(1, Purpose.KEEP, 5).tolist() == halves[:5]


def test_a_chunk_can_be_drawn_alone():
    make = draws("train.subsample=0.01")
    first = [make.chunk(*text(300, c), epoch=0, number=c) for c in range(3)][2]
    alone = draws("train.subsample=0.01").chunk(*text(300, 2), epoch=0, number=2)
    np.testing.assert_array_equal(first.tokens, alone.tokens)
    np.testing.assert_array_equal(first.noise, alone.noise)
    other = make.chunk(*text(300, 2), epoch=1, number=2)
    assert not np.array_equal(other.noise, alone.noise[: len(other.noise)])


def test_words_are_kept_with_their_probability():
    tokens = np.repeat(np.arange(6, dtype=np.int32), 50_000)
    subsample = 0.02
    chunk = draws(f"train.subsample={subsample}").chunk(tokens, tokens.astype(np.int64), 0, 0)
    kept = np.bincount(chunk.tokens, minlength=6) / 50_000
    expected = VOCABULARY.keep_probabilities(subsample)
    assert expected[0] == pytest.approx((0.02 / 0.7) ** 0.5 + 0.02 / 0.7)
    assert expected[4] == 1
    np.testing.assert_allclose(kept, expected, atol=4 * 0.5 / 50_000**0.5)
    assert kept[4] == kept[5] == 1


def test_no_subsampling_keeps_all():
    tokens, sentence = text(500)
    np.testing.assert_array_equal(draws().chunk(tokens, sentence, 0, 0).tokens, tokens)


@pytest.mark.parametrize("window", [1, 3, 10])
def test_windows_are_uniform(window):
    tokens = np.zeros(30_000, np.int32)
    chunk = draws(f"model.window={window}").chunk(tokens, np.zeros(30_000, np.int64), 0, 0)
    inner = slice(window, -window)
    reach = np.arange(30_000)[inner] - chunk.left[inner]
    np.testing.assert_array_equal(chunk.right[inner] - np.arange(30_000)[inner] - 1, reach)
    shares = np.bincount(reach, minlength=window + 1)[1:] / len(reach)
    np.testing.assert_allclose(shares, 1 / window, atol=4 * 0.5 / len(reach) ** 0.5)


def test_windows_that_do_not_shrink():
    chunk = draws("model.window=4", "model.shrink_window=false").chunk(
        np.zeros(20, np.int32), np.zeros(20, np.int64), 0, 0
    )
    assert chunk.left[10] == 6
    assert chunk.right[10] == 15


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 4)), max_size=25))
def test_context_bounds(positions):
    """Against the words of the rule: within b_t, in the same sentence."""
    sentence = np.cumsum([step for step, _ in positions], dtype=np.int64)
    windows = np.array([window for _, window in positions], np.int64)
    left, right = context_bounds(sentence, windows)
    for t in range(len(positions)):
        inside = [
            x
            for x in range(len(positions))
            if abs(x - t) <= windows[t] and sentence[x] == sentence[t]
        ]
        assert (left[t], right[t]) == (inside[0], inside[-1] + 1)


def test_shapes_of_noise():
    tokens, sentence = text(100)
    shared = {}
    for groups in (1, 2, 3):
        made = draws("train.batch=32", "negatives.draws=6", f"negatives.groups={groups}")
        shared[groups] = made.chunk(tokens, sentence, 0, 0).noise
        assert shared[groups].shape == (4, groups, 6 // groups)
        np.testing.assert_array_equal(shared[groups].reshape(4, 6), shared[1].reshape(4, 6))
    own = draws("negatives.mode=independent", "negatives.k=3").chunk(tokens, sentence, 0, 0)
    assert own.noise.shape == (100, 3)
    distinct = draws("negatives.mode=independent", "negatives.distinct=true").chunk(
        tokens, sentence, 0, 0
    )
    assert all(len(set(row)) == 5 for row in distinct.noise.tolist())
    assert draws("model.loss=softmax").chunk(tokens, sentence, 0, 0).noise is None


def test_nothing_is_left_of_a_chunk():
    empty = np.empty(0, np.int32), np.empty(0, np.int64)
    chunk = draws().chunk(*empty, epoch=0, number=0)
    assert len(chunk.tokens) == len(chunk.left) == len(chunk.noise) == 0


def test_start_weights():
    W_in, W_out = start_weights(1, 3000, 20, "float32")
    assert W_in.dtype == W_out.dtype == np.float32
    assert not W_out.any()
    assert np.abs(W_in).max() <= 0.5 / 20
    assert np.abs(W_in).max() > 0.49 / 20
    assert abs(W_in.mean()) < 4 * (1 / 20 / 12**0.5) / 60_000**0.5
    assert not np.array_equal(W_in, start_weights(2, 3000, 20, "float32")[0])
    exact, _ = start_weights(1, 3000, 20, "float64")
    np.testing.assert_array_equal(W_in, exact.astype(np.float32))


def test_order_of_chunks():
    assert chunk_order(1, 0, 5, shuffle=False) == [0, 1, 2, 3, 4]
    orders = {tuple(chunk_order(1, epoch, 50, shuffle=True)) for epoch in range(3)}
    assert len(orders) == 3
    assert all(sorted(order) == list(range(50)) for order in orders)


@given(st.integers(1, 1000), st.integers(1, 300), st.integers(1, 4), st.booleans())
def test_schedule(n_positions, chunk, epochs, shuffle):
    train = TrainConfig(chunk=chunk, epochs=epochs, shuffle=shuffle, min_lr=0.1)
    schedule = Schedule(n_positions, train, lr=0.5)
    steps = list(schedule.steps())
    for epoch in range(epochs):
        covered = sorted((s.start, s.stop) for s in steps if s.epoch == epoch)
        assert covered[0][0] == 0
        assert covered[-1][1] == n_positions
        assert all(a[1] == b[0] for a, b in itertools.pairwise(covered))
    assert [s.done for s in steps] == np.cumsum([0, *(s.stop - s.start for s in steps)])[
        :-1
    ].tolist()
    assert steps[0].lr == 0.5
    assert all(a.lr > b.lr for a, b in itertools.pairwise(steps))
    assert schedule.lr_at(schedule.total) == pytest.approx(0.1)
    assert sum(s.is_last_of_epoch for s in steps) == epochs
    assert steps[-1].is_last_of_epoch
