"""Hold two groups of runs against each other: is the difference larger than what a seed makes?

Each measure is tested by itself, and Holm's correction is made over all that are. Which runs are a
group is in `tables.py`, the distribution in `student_t.py`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

from w2v.config.showing import yaml_value
from w2v.experiments.measures import SPEED, Measure
from w2v.experiments.student_t import two_sided_p, two_sided_quantile
from w2v.experiments.tables import TEXT, TEXT_SUM, Group, Spread, measures_in, spread_of

LEVEL = 0.05  # of all tests together
INTERVAL = 0.95
# Scores are written with six digits: differences that are the same before that may differ so much.
NO_SPREAD = 2e-6
ALIKE = 3  # pairs that must differ by the same amount to be no accident of a coarse score

# What decides which examples there are, what is asked of each, and so how large a loss can be.
OF_THE_TEXT = (
    TEXT, TEXT_SUM, "corpus.tokenizer", "corpus.lowercase", "corpus.normalize", "corpus.field",
    "vocab.rows", "vocab.min_count", "vocab.max_size", "vocab.specials",
)  # fmt: skip
OF_ANY_LOSS = (
    *OF_THE_TEXT, "model.kind", "model.window", "model.loss", "negatives.mode", "negatives.k",
    "negatives.power", "negatives.distinct",
)  # fmt: skip
# Held-out text is neither thinned out nor seen through a window that shrinks; but it lies where
# these two put it.
DECIDES = {
    "loss": (*OF_ANY_LOSS, "model.shrink_window", "train.subsample"),
    "heldout_loss": (*OF_ANY_LOSS, "train.chunk", "eval.heldout"),
}

PRETRAINED = "embedding.pretrained"  # whose words have rows too, unless `vocab.rows` is new

Verdict = Literal["larger", "within", "equal", "unknown", "not comparable", "not tested"]
PAIRED, WELCH = "paired t test", "Welch's t test"


@dataclass(frozen=True)
class Comparison:
    """A measure of two groups.

    Attributes
    ----------
    measure : Measure
    difference : float
        Mean of the other group minus mean of the first: over the seeds that are pairs, where the
        test is paired.
    interval : (float, float) or None
        Holds the true difference in 95 of 100 such experiments; not corrected for their number.
    p : float or None
        Two-sided, of this measure alone; 0 where the difference was the same in every pair.
    p_corrected : float or None
        By Holm's method, over all measures that were tested.
    test : str or None
        PAIRED or WELCH.
    n : (int, int)
        Runs on either side; of a paired test both are the number of pairs.
    verdict : Verdict
    """

    measure: Measure
    difference: float
    interval: tuple[float, float] | None
    p: float | None
    p_corrected: float | None
    test: str | None
    n: tuple[int, int]
    verdict: Verdict


class Tested(NamedTuple):
    """Difference of two means, its 95 % interval, p, and whether there was any spread."""

    difference: float
    interval: tuple[float, float]
    p: float
    has_spread: bool


def compare_groups(one: Group, other: Group) -> list[Comparison]:
    """Compare all that was measured of both.

    Parameters
    ----------
    one, other : Group
        Differences are of the second minus the first.
    """
    compared = [
        _compare(measure, one, other)
        for measure in measures_in([*one.runs, *other.runs])
        if one.by_seed(measure) and other.by_seed(measure)
    ]
    p_values = {c.measure: c.p for c in compared if c.p is not None}
    corrected = dict(zip(p_values, holm([*p_values.values()]), strict=True))
    return [_judged(c, corrected.get(c.measure)) for c in compared]


def deciding_settings(measure: Measure, one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """Return the settings that differ and make a measure of the two no measure of each other.

    Parameters
    ----------
    measure : Measure
    one, other : dict
        Settings by dotted path, as `settings_of` returns them.
    """
    paths = [*DECIDES.get(measure.key, ())]
    if paths and one["vocab.rows"] != "new":
        paths.append(PRETRAINED)
    differing = [path for path in paths if yaml_value(one[path]) != yaml_value(other[path])]
    if one[TEXT_SUM] and one[TEXT_SUM] == other[TEXT_SUM]:
        return [path for path in differing if path != TEXT]  # one text under two names
    return [path for path in differing if path != TEXT_SUM or TEXT not in differing]


def holm(p_values: Sequence[float]) -> list[float]:
    """Correct probabilities for the number of tests, so that all together err as one would.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]

    References
    ----------
    Holm, "A simple sequentially rejective multiple test procedure", Scand. J. Statist. 6 (1979).
    """
    corrected = [0.0] * len(p_values)
    highest = 0.0
    order = sorted(range(len(p_values)), key=lambda at: p_values[at])
    for n_before, at in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - n_before) * p_values[at]))
        corrected[at] = highest
    return corrected


def paired_test(differences: Sequence[float]) -> Tested:
    """Ask whether the mean of two differences or more is zero: Student's paired t test.

    t = mean / (sd / sqrt(n)), with n - 1 degrees of freedom.
    """
    spread = spread_of(differences)
    assert spread is not None
    assert spread.sd is not None
    error = spread.sd / math.sqrt(spread.n)
    return _tested(spread.mean, error, spread.n - 1, spread.sd > NO_SPREAD)


def welch_test(one: Spread, other: Spread) -> Tested:
    """Ask whether two means of two numbers or more differ, each side with its own spread.

    References
    ----------
    Welch, "The generalization of 'Student's' problem", Biometrika 34 (1947), equation 28.
    """
    assert one.sd is not None
    assert other.sd is not None
    parts = [side.sd**2 / side.n for side in (one, other) if side.sd is not None]
    has_spread = max(one.sd, other.sd) > NO_SPREAD
    weights = [p**2 / (side.n - 1) for p, side in zip(parts, (one, other), strict=True)]
    df = sum(parts) ** 2 / sum(weights) if has_spread else 1.0
    return _tested(other.mean - one.mean, math.sqrt(sum(parts)), df, has_spread)


def _tested(difference: float, error: float, df: float, has_spread: bool) -> Tested:
    """Turn a difference and its standard error into an interval and p."""
    if not has_spread:
        p = 1.0 if abs(difference) <= NO_SPREAD else 0.0
        return Tested(difference, (difference, difference), p, has_spread)
    reach = error * two_sided_quantile(1 - INTERVAL, df)
    interval = (difference - reach, difference + reach)
    return Tested(difference, interval, two_sided_p(difference / error, df), has_spread)


def _compare(measure: Measure, one: Group, other: Group) -> Comparison:
    """Compare one measure; the verdict on a test is given when all are known."""
    left, right = one.by_seed(measure), other.by_seed(measure)
    seeds = sorted(left.keys() & right.keys())
    a, b = spread_of(left.values()), spread_of(right.values())
    assert a is not None
    assert b is not None
    untested = Comparison(measure, b.mean - a.mean, None, None, None, None, (a.n, b.n), "unknown")
    if measure in SPEED:
        return replace(untested, verdict="not tested")
    if deciding_settings(measure, one.settings, other.settings):
        return replace(untested, verdict="not comparable")
    # Pairs are worth more than single runs, but not if most runs have to be left out for them.
    if len(seeds) > 1 and 2 * len(seeds) >= max(a.n, b.n):
        test, n = PAIRED, (len(seeds), len(seeds))
        result = paired_test([right[seed] - left[seed] for seed in seeds])
    elif min(a.n, b.n) > 1:
        test, n, result = WELCH, (a.n, b.n), welch_test(a, b)
    else:
        return untested
    if not result.has_spread:
        is_equal = result.p == 1.0
        if is_equal or min(n) < ALIKE:
            return replace(
                untested, difference=result.difference, verdict="equal" if is_equal else "unknown"
            )
    return Comparison(
        measure, result.difference, result.interval, result.p, None, test, n, "larger"
    )


def _judged(compared: Comparison, p_corrected: float | None) -> Comparison:
    """Give the verdict on a test."""
    if p_corrected is None:
        return compared
    verdict: Verdict = "larger" if p_corrected < LEVEL else "within"
    return replace(compared, p_corrected=p_corrected, verdict=verdict)
