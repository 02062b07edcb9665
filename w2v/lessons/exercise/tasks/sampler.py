"""Exercise 3: draw noise words by count ** 0.75."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from w2v.lessons.exercise.task import (
    Answer,
    Array,
    Case,
    Finding,
    Part,
    Seed,
    Task,
    Values,
    shown,
)
from w2v.model.noise import NoiseDistribution

N_DRAWS = 20_000
# A right sampler is refused at most once in exp(20) checks, which is once in 400 million; for the
# bound see `_is_unlikely`.
EXPONENT = 20.0
POWERS = np.round(np.arange(-1.0, 2.01, 0.05), 2)  # that draws are compared with
COUNTS = np.array([500, 0, 60, 8, 200, 1, 60])


def cases() -> list[Case]:
    """Return counts, one of them 0, and seeds: the first two draw from different generators."""
    return [
        Case("noise_counts", {"counts": COUNTS, "n": N_DRAWS, "rng": Seed(21)}),
        Case("noise_counts", {"counts": COUNTS, "n": N_DRAWS, "rng": Seed(22)}),
        Case("same_seed", {"counts": COUNTS, "n": N_DRAWS, "rng": Seed(21)}),
        Case("two_words", {"counts": np.array([9, 1]), "n": N_DRAWS, "rng": Seed(23)}),
        Case("one_draw", {"counts": COUNTS, "n": 1, "rng": Seed(24)}),
    ]


def right(counts: Array, n: int, rng: np.random.Generator) -> Answer:
    """Answer by the distribution that trains."""
    return (NoiseDistribution(counts).draw(rng.integers(0, 2**64, n, np.uint64)),)


def judge(cases: Sequence[Case], answers: Sequence[Answer]) -> Finding | None:
    """Find what is wrong with draws: their number, their ids, where they come from, how often."""
    for case, (ids,) in zip(cases, answers, strict=True):
        if (found := _wrong_ids(case, ids)) is not None:
            return found
    (first,), (other,), (again,) = answers[:3]
    if np.array_equal(first, other):
        return Finding("wrong_always_the_same", {"ids": shown(first[:5])}, cases[1])
    if not np.array_equal(first, again):
        return Finding("wrong_own_generator", {}, cases[2])
    for case, (ids,) in zip(cases, answers, strict=True):
        if len(ids) >= N_DRAWS and (found := _wrong_shares(case, ids)) is not None:
            return found
    return None


def _wrong_ids(case: Case, ids: Array) -> Finding | None:
    """Find a wrong number of draws, or ids that no word has or that are never drawn."""
    counts, n = case.inputs["counts"], case.inputs["n"]
    if ids.shape != (n,):
        return Finding("wrong_shape", {"shape": str(ids.shape), "n": n}, case)
    outside = ids[(ids < 0) | (ids >= len(counts))]
    if len(outside):
        return Finding("wrong_outside", {"id": int(outside[0]), "last": len(counts) - 1}, case)
    never = ids[counts[ids] == 0]
    if len(never):
        values = {"id": int(never[0]), "n": len(never)}
        return Finding("wrong_never", values, case, "ids", *_shares(case, ids))
    return None


def _wrong_shares(case: Case, ids: Array) -> Finding | None:
    """Compare how often each word came with how often it should; recognise another power."""
    yours, expected = _shares(case, ids)
    n = len(ids)
    if not _is_unlikely(yours, expected, n):
        return None
    counts = case.inputs["counts"]
    fits = [_log_likelihood(ids, NoiseDistribution(counts, power)) for power in POWERS]
    power = float(POWERS[int(np.argmax(fits))])
    worst = int(np.argmax(np.abs(yours - expected)))
    values = {
        "power": f"{power:.2f}",
        "id": worst,
        "count": int(counts[worst]),
        "yours": f"{yours[worst]:.3f}",
        "right": f"{expected[worst]:.3f}",
        "n": n,
    }
    key = {1.0: "wrong_power_one", 0.0: "wrong_uniform"}.get(power, "wrong_power")
    # The best power need not be good: then it is another distribution altogether.
    best = NoiseDistribution(counts, power).probabilities
    if _is_unlikely(yours, best, n) or power == 0.75:
        key = "wrong_distribution"
    return Finding(key, values, case, "ids", yours, expected)


def _is_unlikely(yours: Array, expected: Array, n: int) -> bool:
    """Tell by Pearson's chi-square whether n draws of these shares are not of a distribution.

    References
    ----------
    P(chi-square >= d + 2 sqrt(d x) + 2 x) <= exp(-x) with d degrees of freedom: Laurent and
    Massart, Annals of Statistics 28 (2000), lemma 1.
    """
    seen = expected > 0
    chi_square = float((n * (yours - expected)[seen] ** 2 / expected[seen]).sum())
    d = int(seen.sum()) - 1
    return chi_square > d + 2 * math.sqrt(d * EXPONENT) + 2 * EXPONENT


def _shares(case: Case, ids: Array) -> tuple[Array, Array]:
    """Return how often each word came, and how often it should, as shares of all draws."""
    counts = case.inputs["counts"]
    yours = np.bincount(ids, minlength=len(counts)) / max(len(ids), 1)
    return yours, NoiseDistribution(counts).probabilities


def _log_likelihood(ids: Array, noise: NoiseDistribution) -> float:
    """Return how well a distribution explains draws."""
    return float(np.log(noise.probabilities[ids]).sum())


def values(case: Case, part: str, yours: Array, right: Array) -> Values:
    """Return nothing: `judge` fills in what is wrong."""
    return {}


TASK = Task(
    topic="sampler",
    function="sample_noise",
    parts=(Part("ids", "ids"),),
    cases=cases,
    right=right,
    wrong={},
    values=values,
    shapes={
        "counts": ("(V,)", "int"),
        "n": ("", "int"),
        "rng": ("", "numpy.random.Generator"),
        "ids": ("(n,)", "int"),
    },
    formula=("P(v) = counts[v] ** 0.75 / Σ_u counts[u] ** 0.75",),
    example=(
        ">>> rng = np.random.default_rng(1)",
        ">>> ids = sample_noise(np.array([16, 0, 1]), 9000, rng)",
        ">>> (np.bincount(ids, minlength=3) / 9000).round(1).tolist()",
        "[0.9, 0.0, 0.1]",
    ),
    judge=judge,
)
