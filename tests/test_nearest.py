"""The one loop behind every query, against a sort of all cosines."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2v.vectors import nearest
from w2v.vectors.nearest import CosineTable

few_numbers = st.sampled_from([-2.0, -1.0, 0.0, 1.0, 3.0])  # so that there are ties, and zeros


def by_sorting(rows, direction, n, left_out=(), first_rows=None, is_allowed=None):
    """Score every row, one after another."""
    found = []
    for i, row in enumerate(rows[:first_rows]):
        length = np.linalg.norm(row)
        if length > 0 and i not in left_out and (is_allowed is None or is_allowed[i]):
            found.append((-float(direction @ row / length), i))
    return [i for _, i in sorted(found)][:n]


@given(
    rows=st.lists(st.tuples(few_numbers, few_numbers), min_size=1, max_size=30),
    n=st.integers(0, 8),
    block=st.integers(1, 14),
    left_out=st.lists(st.integers(0, 40), max_size=3),
    first_rows=st.none() | st.integers(1, 40),
    forbidden=st.none() | st.sets(st.integers(0, 29)),
)
def test_against_sorting(rows, n, block, left_out, first_rows, forbidden):
    table = np.array(rows)
    is_allowed = None
    if forbidden is not None:
        is_allowed = np.array([i not in forbidden for i in range(len(rows))])
    # Axes, and a diagonal: cosines that are equal are equal to the bit.
    directions = np.array([[1.0, 0], [0, -1], [0, 1]])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nearest, "BLOCK_FLOATS", block)
        found = CosineTable(table).nearest(
            directions,
            n,
            left_out=[left_out, [], [0]],
            first_rows=first_rows,
            is_allowed=is_allowed,
        )
    for (ids, cosines), direction, out in zip(found, directions, (left_out, [], [0]), strict=True):
        assert ids.tolist() == by_sorting(table, direction, n, out, first_rows, is_allowed)
        assert cosines == pytest.approx(
            [direction @ table[i] / np.linalg.norm(table[i]) for i in ids]
        )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_many_blocks_and_many_directions(dtype, monkeypatch):
    rng = np.random.default_rng(4)
    table = rng.normal(size=(500, 7)).astype(dtype)
    directions = rng.normal(size=(20, 7))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    whole = CosineTable(table).nearest(directions, 9)
    monkeypatch.setattr(nearest, "BLOCK_FLOATS", 7 * 33)
    monkeypatch.setattr(nearest, "AT_ONCE", 8)  # the last turn has fewer
    for (ids, cosines), (ids_in_blocks, again), direction in zip(
        whole, CosineTable(table).nearest(directions, 9), directions, strict=True
    ):
        assert ids.tolist() == ids_in_blocks.tolist() == by_sorting(table, direction, 9)
        np.testing.assert_allclose(cosines, again, rtol=1e-5)


@pytest.mark.parametrize(("n_directions", "n_rows", "dim"), [(1500, 8000, 3), (200, 40_000, 1)])
def test_memory_does_not_grow_with_the_directions_or_thin_tables(n_directions, n_rows, dim):
    """Thin tables have many rows to a block, and each has a cosine with each direction."""
    table = CosineTable(np.ones((n_rows, dim), np.float32))
    directions = np.ones((n_directions, dim)) / np.sqrt(dim)
    tracemalloc.start()
    found = table.nearest(directions, 1)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(found) == n_directions
    assert peak < 4 * 4 * nearest.BLOCK_FLOATS


def test_what_is_not_a_number_is_near_to_nothing():
    table = np.array([[np.nan, 1], [np.inf, 1], [1, 1], [0, 0], [1, 0]], np.float32)
    [(ids, cosines)] = CosineTable(table).nearest(np.array([[1.0, 0]]), 9)
    assert ids.tolist() == [4, 2]
    assert np.isfinite(cosines).all()


@pytest.mark.parametrize("scale", [1e-20, 1e-30, 1.0, 1e18, 1e25])
def test_rows_of_which_the_squares_do_not_fit(scale):
    rows = np.array([[3, 4], [4, 3], [-3, 4]], np.float32) * np.float32(scale)
    table = CosineTable(rows)
    assert np.allclose(table.lengths, 5 * scale, rtol=1e-6)
    ((found, cosines),) = table.nearest(np.array([[0.6, 0.8]]), 3)
    assert found.tolist() == [0, 1, 2]
    assert np.allclose(cosines, [1, 0.96, 0.28], rtol=1e-6)


def test_rows_that_are_as_good_as_zero_are_never_near():
    rows = np.array([[1e-43, 1e-43], [0, 0], [1, 0]], np.float32)
    ((found, cosines),) = CosineTable(rows).nearest(np.array([[0.6, 0.8]]), 3)
    assert found.tolist() == [2]
    assert np.isfinite(cosines).all()
