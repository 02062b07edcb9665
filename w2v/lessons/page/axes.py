"""Axes of a drawn curve: where numbers lie on it, and which of them are written beside it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from w2v.lessons.numbers import apart

MOST_TICKS = 6
NICE = (1.0, 2.0, 5.0, 10.0)  # steps between ticks, times a power of ten
LARGEST = 1e300  # what is larger is drawn here: the length of an axis must not overflow
MARGIN = 0.04  # of the axis, before the first point and behind the last


@dataclass(frozen=True)
class Axis:
    """One axis of a plot.

    Attributes
    ----------
    low, high : float
        Its ends, as logarithms if it is logarithmic.
    is_log : bool
    ticks : tuple of float
        Numbers that are written beside it.
    """

    low: float
    high: float
    is_log: bool
    ticks: tuple[float, ...]

    def shares(self, values: NDArray[np.generic]) -> NDArray[np.float64]:
        """Return where numbers lie, from 0 to 1; NaN where they cannot."""
        return (scaled(values, self.is_log) - self.low) / (self.high - self.low)

    def labels(self) -> list[str]:
        """Return what is written at the ticks."""
        return apart(list(self.ticks))


def scaled(values: NDArray[np.generic], is_log: bool) -> NDArray[np.float64]:
    """Return numbers as they lie on an axis; what cannot lie there is NaN."""
    numbers = np.asarray(values, np.float64)
    can_lie = np.isfinite(numbers) & ((numbers > 0) | (not is_log))
    numbers = np.clip(np.where(can_lie, numbers, np.nan), -LARGEST, LARGEST)
    return np.log10(numbers) if is_log else numbers


def axis_of(values: NDArray[np.generic], is_log: bool) -> Axis:
    """Return an axis on which all of some numbers lie; at least one of them can."""
    places = scaled(values, is_log)
    low, high = float(np.nanmin(places)), float(np.nanmax(places))
    if low == high:  # a single number lies in the middle
        around = 0.5 if is_log else abs(low) / 2 or 1.0
        low, high = low - around, high + around
    ticks = list(_log_ticks(low, high) if is_log else linear_ticks(low, high))
    margin = MARGIN * (high - low)
    return Axis(low - margin, high + margin, is_log, tuple(ticks))


def linear_ticks(low: float, high: float) -> list[float]:
    """Return round numbers from one number to another, a few.

    >>> linear_ticks(0.0, 1.0)
    [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    """
    rough = (high - low) / (MOST_TICKS - 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(nice * power for nice in NICE if nice * power >= rough * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [float(f"{count * step:.15g}") for count in range(first, last + 1)]


def _log_ticks(low: float, high: float) -> Iterator[float]:
    """Yield powers of ten, of which not all if they are many; others too if they are few."""
    first, last = math.ceil(low - 1e-9), math.floor(high + 1e-9)
    if last - first >= 2:
        step = -(-(last - first + 1) // MOST_TICKS)
        yield from (float(f"1e{power}") for power in range(first, last + 1, step))
        return
    some = [float(f"{n}e{p}") for p in range(first - 1, last + 1) for n in (1, 2, 5)]
    inside = [tick for tick in some if low - 1e-9 <= math.log10(tick) <= high + 1e-9]
    yield from inside if len(inside) > 1 else linear_ticks(10**low, 10**high)
