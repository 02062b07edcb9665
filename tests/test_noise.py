"""Noise is drawn from counts ** power exactly, whatever is left out."""

from __future__ import annotations

import decimal
import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2v.errors import UsageError
from w2v.model.noise import WHOLE, NoiseDistribution, power_of, unit_floats

COUNTS = np.array([50, 3, 0, 700, 1, 20])


def raw(*shape, seed=5):
    return np.random.default_rng(seed).integers(0, 2**64, shape, dtype=np.uint64)


@pytest.mark.parametrize("power", [0, 0.5, 0.75, 1, -1])
def test_probabilities(power):
    expected = np.array([float(count) ** power if count else 0 for count in COUNTS])
    found = NoiseDistribution(COUNTS, power).probabilities
    np.testing.assert_allclose(found, expected / expected.sum(), rtol=1e-14)


@pytest.mark.parametrize("power", [0, 0.5, 0.75, 1, 3, 10, 0.1, 1 / 3, 9.99, 1e-9, -1, -0.75, -10])
def test_powers_are_right(power):
    """Against 40 digits; no more than 16 units in the last place off."""
    x = np.array([1.0, 2 / 3, 0.5, 1e-3, 7e-7, 1e-18])
    with decimal.localcontext(decimal.Context(prec=40)):
        expected = [float(decimal.Decimal(value) ** decimal.Decimal(power)) for value in x.tolist()]
    np.testing.assert_allclose(power_of(x, power), expected, rtol=16 * 2.0**-53)


def test_powers_are_made_of_what_every_machine_rounds_alike():
    """By the bit; the last bits of pow differ from library to library, those of these do not."""
    x = (np.arange(1, 2001) ** 2 % 1013 + 1) / 1013
    root = np.sqrt(x)
    assert power_of(x, 0.75).tobytes() == (root * np.sqrt(root)).tobytes()
    assert power_of(x, -2.5).tobytes() == (1 / (x * x * root)).tobytes()
    assert power_of(x, 3).tobytes() == (x * (x * x)).tobytes()
    assert power_of(x, 1).tobytes() == x.tobytes()
    assert power_of(x, 1e-300).tobytes() == np.ones(2000).tobytes()


def test_powers_without_end():
    x = np.array([1e-18, 1.0])
    assert power_of(x, 1e300).tolist() == [0, 1]
    assert power_of(x, -1e300).tolist() == [np.inf, 1]
    assert np.isnan(power_of(x, float("inf"))).all()


@given(
    st.lists(st.integers(0, 10**9), min_size=1, max_size=40).filter(any),
    st.sampled_from([0, 0.5, 0.75, 1, 3, -2]),
)
def test_alias_tables_hold_the_distribution(counts, power):
    """The parts of a word's columns add up to its probability: no sampling, no luck."""
    noise = NoiseDistribution(np.array(counts), power)
    held = np.zeros(len(counts))
    np.add.at(held, np.arange(len(counts)), noise._threshold)
    np.add.at(held, noise._alias, 1 - noise._threshold)
    np.testing.assert_allclose(held / len(counts), noise.probabilities, atol=1e-12)
    never = np.array(counts) == 0
    assert not np.any(noise._threshold[never]), "a word that never occurs would be drawn"
    assert not np.any(never[noise._alias[noise._threshold < 1]])


def chi_square(ids, probabilities):
    seen = np.bincount(ids.ravel(), minlength=len(probabilities))
    assert not np.any(seen[probabilities == 0])
    real = probabilities > 0
    expected = probabilities[real] * ids.size
    return float(((seen[real] - expected) ** 2 / expected).sum())


def test_draws_follow_the_distribution():
    noise = NoiseDistribution(COUNTS)
    ids = noise.draw(raw(400, 500))
    assert ids.shape == (400, 500)
    assert ids.dtype == np.int32
    assert chi_square(ids, noise.probabilities) < 18.5  # 4 degrees of freedom: once in 1,000


def test_excluding_one_word_leaves_the_others_as_they_were():
    noise = NoiseDistribution(COUNTS)
    for center in (0, 3, 5):
        ids = noise.draw_excluding(raw(500, 400), np.full(500, center))
        rest = noise.probabilities.copy()
        rest[center] = 0
        assert chi_square(ids, rest / rest.sum()) < 16.3  # 3 degrees of freedom


def test_each_row_excludes_its_own_word():
    noise = NoiseDistribution(COUNTS)
    centers = np.array([3, 0, 5, 1, 3, 2])
    ids = noise.draw_excluding(raw(6, 1000), centers)
    for center, row in zip(centers, ids, strict=True):
        assert center not in row
        assert set(row) == {0, 1, 3, 4, 5} - {center} or 4 not in row  # word 4 is rare


def successive(probabilities, k):
    """The distribution of k draws one after another without putting back, by hand."""
    total = {}
    for order in itertools.permutations(np.flatnonzero(probabilities), k):
        left, p = 1.0, 1.0
        for word_id in order:
            p *= probabilities[word_id] / left
            left -= probabilities[word_id]
        total[order] = p
    return total


def test_distinct_draws_are_draws_without_putting_back():
    noise = NoiseDistribution(np.array([5, 0, 3, 2]), power=1)
    ids = noise.draw_distinct(raw(60_000, 2))
    found = dict.fromkeys(successive(noise.probabilities, 2), 0)
    for row in map(tuple, ids.tolist()):
        found[row] += 1
    expected = successive(noise.probabilities, 2)
    square = sum((found[o] - p * 60_000) ** 2 / (p * 60_000) for o, p in expected.items())
    assert square < 20.5  # 5 degrees of freedom


@given(st.integers(1, 5), st.integers(0, 2**32))
def test_distinct_and_excluding_at_once(k, seed):
    counts = np.array([10**9, 1, 1, 10**6, 0, 1, 7])  # one word has nearly all of it
    ids = NoiseDistribution(counts).draw_excluding(
        raw(20, k, seed=seed), np.full(20, 0), distinct=True
    )
    for row in ids:
        assert len(set(row)) == k
        assert not {0, 4} & set(row.tolist())


def test_the_largest_and_the_smallest_integer():
    noise = NoiseDistribution(COUNTS)
    edges = np.array([[0, 2**64 - 1]], np.uint64)
    assert set(noise.draw(edges)[0]) <= {0, 1, 3, 4, 5}
    for center in (0, 5):
        ids = noise.draw_excluding(edges, np.array([center]))
        assert ids[0, 0] == next(i for i in (0, 1, 3, 4, 5) if i != center)
        assert ids[0, 1] == next(i for i in (5, 4, 3, 1, 0) if i != center)
    assert unit_floats(edges).tolist() == [[0.0, 1 - 2.0**-53]]


def test_a_word_too_rare_to_measure_still_has_a_place():
    noise = NoiseDistribution(np.array([2**60, 1]), power=1)
    assert noise._units.tolist() == [WHOLE - 2, 1]


@pytest.mark.parametrize("counts", [[], [0, 0], [3, -1], [[1, 2]]])
def test_counts_that_make_no_distribution(counts):
    with pytest.raises(UsageError, match="none below 0 and at least one above 0"):
        NoiseDistribution(np.array(counts))


def test_more_distinct_words_than_there_are():
    noise = NoiseDistribution(np.array([5, 0, 3, 2]))
    with pytest.raises(UsageError, match="only 3 words have a probability"):
        noise.draw_distinct(raw(1, 4))
    with pytest.raises(UsageError, match="only 3 words"):
        noise.draw_excluding(raw(1, 3), np.array([0]), distinct=True)


@pytest.mark.parametrize("power", [float("nan"), -400])
def test_powers_that_make_no_distribution(power):
    with pytest.raises(UsageError, match="not all finite"):
        NoiseDistribution(np.array([10**6, 1]), power)
