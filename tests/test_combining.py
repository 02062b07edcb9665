"""How the moves of replicas become one: exact where training is a pull towards a place."""

from __future__ import annotations

import hostile
import numpy as np
import pytest

from w2v.config import load_config
from w2v.engines import numpy_engine
from w2v.engines.contract import Copied, Weights
from w2v.engines.numpy_engine import NumpyEngine
from w2v.training.combining import SLOPE, TablePull, joined, pull_of, scale_of
from w2v.training.copies import Copies


def pull(examples, along=1.0, across=1.0, direction=(1.0, 0.0)):
    parts = [np.array(part, np.float64) for part in examples]
    return TablePull(parts, np.array(direction), along, across)


def copied(tables, index):
    """All rows of each replica's table are in use."""
    n_rows = np.array([len(table) for table in tables], np.int64)
    return Copied(np.array(tables, np.float64), np.array(index, np.int32), n_rows)


def one_row(*examples):
    """Return the scale of a row that each replica met so often; None where it did not."""
    index = [[-1 if x is None else 0] for x in examples]
    of_replica = [[] if x is None else [x] for x in examples]
    tables = np.zeros((len(examples), 1, 2))
    (along,) = scale_of(pull(of_replica), copied(tables, index), np.array([0])).along
    return along


def test_a_rare_row_gets_the_sum_and_a_frequent_one_the_mean():
    assert one_row(1e-9, 1e-9, 1e-9) == pytest.approx(1)
    assert one_row(50, 50, 50) == pytest.approx(1 / 3)
    assert one_row(None, 50, None) == 1
    assert one_row(0, 0, 0) == 1
    assert 1 / 3 < one_row(0.5, 0.5, 0.5) < 1
    assert one_row(0.5, 0.5, 0.5) < one_row(0.5, 0.5, None)


@pytest.mark.parametrize("x", [1e-6, 0.1, 1.0, 30.0])
@pytest.mark.parametrize("n_replicas", [1, 2, 7])
def test_it_ends_where_one_after_another_would_have(x, n_replicas):
    """Each replica closes the share 1 - exp(-x) of the way to a place, along and across."""
    rng = np.random.default_rng(5)
    start, place = rng.normal(size=(1, 2)), rng.normal(size=2)
    direction = np.array([0.6, 0.8])
    slow = x / 7  # across the direction
    gap = start - place
    part = np.outer(gap @ direction, direction)
    after_one = place + part * np.exp(-x) + (gap - part) * np.exp(-slow)
    after_all = place + part * np.exp(-x * n_replicas) + (gap - part) * np.exp(-slow * n_replicas)

    of_round = pull([[x]] * n_replicas, 1.0, 1 / 7, direction)
    tables = np.repeat(after_one[None], n_replicas, axis=0)
    made, rows = copied(tables, [[0]] * n_replicas), np.array([0])
    numpy_engine.combine_rows(start, rows, made, scale_of(of_round, made, rows))
    np.testing.assert_allclose(start, after_all, atol=1e-12)


def test_rows_are_met_by_their_numbers_in_each_replica():
    of_round = pull([[1.0, 2.0, 4.0], [8.0]])
    # The third row of replica 0 and none of 1; the first of both; one that replica 1 has not.
    made = copied(np.zeros((2, 3, 2)), [[2, 0, 1], [-1, 0, 1]])
    made = made._replace(n_rows=np.array([3, 1]))
    along = scale_of(of_round, made, np.arange(3)).along
    both = (1 - np.exp(-9)) / (2 - np.exp(-1) - np.exp(-8))
    np.testing.assert_allclose(along, [1, both, 1])


def test_joined_takes_means_over_the_replicas():
    one = pull([[1.0]], along=4.0, across=1.0, direction=(1.0, 0.0))
    other = pull([[2.0]], along=4.0, across=3.0, direction=(0.0, 1.0))
    both = joined([one, other])
    assert [part.tolist() for part in both.examples] == [[1.0], [2.0]]
    np.testing.assert_allclose(both.direction, np.sqrt([0.5, 0.5]))
    assert (both.along, both.across) == (4.0, 2.0)


@pytest.mark.parametrize("kind", ["cbow", "skipgram"])
@pytest.mark.parametrize("shared", [True, False])
def test_pulls_are_counted_for_every_row(kind, shared):
    config = load_config(None, [f"model.kind={kind}", "negatives.k=3"]).config
    for _, n_words, _, chunk in hostile.chunks(shared):
        weights = hostile.weights(n_words, 4)
        copy = Copies(config, weights, 1).take(0, chunk)
        found = pull_of(config, copy, 0.1)
        (x_in,), (x_out,) = found.W_in.examples, found.W_out.examples
        assert len(x_in) == len(np.unique(chunk.tokens))
        assert len(x_out) == len(np.union1d(chunk.tokens, chunk.noise))
        assert np.all(x_in > 0)
        assert np.all(x_out > 0)
        # A score for each word to predict, and K for noise, whatever the batches and the groups.
        size = max(float(np.mean(chunk.right - chunk.left - 1)), 1.0) if kind == "skipgram" else 1.0
        n_scores = len(chunk.tokens) * size * (1 + 3)
        assert x_out.sum() == pytest.approx(n_scores * 0.1 * SLOPE)
        for table in (found.W_in, found.W_out):
            assert np.linalg.norm(table.direction) == pytest.approx(1)
            assert table.along > 0
            assert table.across > 0
        twice = pull_of(config, copy, 0.2)
        np.testing.assert_allclose(twice.W_in.examples[0], 2 * x_in)


def test_the_pull_is_the_second_derivative():
    """One center, one context word: how the loss bends, at a small hidden vector, is known."""
    config = load_config(None, ["negatives.k=2", "negatives.mode=independent"]).config
    chunk = hostile.chunk([[0, 1]], [1], 2, [[2, 3], [3, 2]], shared=False)
    weights = Weights(np.full((4, 1), 0.1), np.full((4, 1), 0.2))
    found = pull_of(config, Copies(config, weights, 1).take(0, chunk), 1.0)
    step = 1e-3

    def loss_at(W_in):
        return NumpyEngine(config, Weights(W_in, weights.W_out)).loss(chunk).total

    moved = [weights.W_in + shift * (np.arange(4)[:, None] == 0) for shift in (-step, 0, step)]
    low, here, high = map(loss_at, moved)
    bend = (high - 2 * here + low) / step**2  # sigmoid' = 1/4 at score 0
    # One example with 1 + K scores, of W_out's square each; the slope is taken smaller than 1/4.
    estimate = found.W_in.examples[0][0] * found.W_in.along
    assert estimate == pytest.approx(bend * 0.2 / 0.25, rel=0.01)
