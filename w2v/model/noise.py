"""The noise of negative sampling: ids drawn with probability proportional to count ** power.

Randomness comes in as raw 64-bit integers and never from a generator's state, so that the caller
decides which draws belong to which piece of text. One integer makes one id, always.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from w2v.errors import UsageError
from w2v.model.functions import Ids

RawIntegers = NDArray[np.uint64]

# The whole probability in units of an integer, for the draws that leave ids out. At most 2**52, so
# that an integer below it times a float64 below 1 rounds to an integer below it.
WHOLE = 2**52
RANDOM_BITS = 53  # of a raw integer, as many as a float64 holds
ROOTS = 60  # square roots that a power is made of, at most: any further one of a count is 1


def unit_floats(raw: RawIntegers) -> NDArray[np.float64]:
    """Turn raw 64-bit integers into float64 in 0 <= u < 1, by their upper 53 bits."""
    return (raw >> np.uint64(64 - RANDOM_BITS)).astype(np.float64) * 2.0**-RANDOM_BITS


def power_of(x: NDArray[np.float64], power: float) -> NDArray[np.float64]:
    """Return x ** power, the same bits on every machine; infinity where it is too large.

    The last bit of `pow` depends on the library that it comes from. Products, quotients and square
    roots do not: IEEE 754 says how each is rounded. So the power is taken apart into the powers of
    two that it is a sum of: x ** 0.75 is sqrt(x) * sqrt(sqrt(x)).

    Parameters
    ----------
    x : array of float64, 0 or more
    power : float
    """
    if not math.isfinite(power):
        return np.full(x.shape, np.nan)
    share, whole = math.modf(abs(power))
    result = np.ones(x.shape)
    n, square, root = int(whole), x, x
    with np.errstate(all="ignore"):
        while n:
            if n & 1:
                result = result * square
            n >>= 1
            square = square * square
        for _ in range(ROOTS if share else 0):
            share, bit = math.modf(share * 2)
            root = np.sqrt(root)
            if bit:
                result = result * root
            if not share:
                break
        return result if power >= 0 else 1 / result


class NoiseDistribution:
    """P(word) = count(word) ** power / sum of the same over all words.

    A word of count 0 is never drawn, whatever the power. Power 1 is the unigram distribution, 0 the
    uniform one; 0.75 lies between and was found best by Mikolov et al.

    Parameters
    ----------
    counts : array of int, shape (V,), 0 or more, at least one above 0
    power : float

    Attributes
    ----------
    probabilities : array of float64, shape (V,), sums to 1

    References
    ----------
    The power: Mikolov et al., arXiv:1310.4546, section 2.2. The two tables of `draw`: Walker, "An
    efficient method for generating discrete random variables", ACM TOMS 3 (1977), filled as in
    Vose, IEEE TSE 17 (1991).
    """

    def __init__(self, counts: Ids, power: float = 0.75) -> None:
        counts = np.asarray(counts)
        if counts.ndim != 1 or not np.any(counts > 0) or np.any(counts < 0):
            raise UsageError("noise needs a list of counts, none below 0 and at least one above 0")
        # Relative to the largest count, so that no power overflows.
        shares = counts[counts > 0] / counts.max()
        weights = np.zeros(len(counts))
        weights[counts > 0] = power_of(shares, power)
        if not np.isfinite(weights).all():
            raise UsageError(f"counts to the power {power} are not all finite numbers")
        # cumsum adds in order on every machine; sum() may not.
        self.probabilities = weights / np.cumsum(weights)[-1]
        self._threshold, self._alias = _alias_tables(self.probabilities)
        # One unit at the least for every word that has a probability at all.
        units = np.rint(self.probabilities * (WHOLE - len(counts))).astype(np.int64)
        self._units = np.where(weights > 0, np.maximum(units, 1), 0)
        self._ends = np.cumsum(self._units)

    def draw(self, raw: RawIntegers) -> NDArray[np.int32]:
        """Turn each raw integer into an id, in constant time.

        The line 0..V is cut into V columns of width 1. Each holds one word up to its threshold and
        a second, its alias, above; the widths of a word's parts add up to V * P(word).

        Parameters
        ----------
        raw : array of uint64, any shape

        Returns
        -------
        ids : array of int32, shape of `raw`
        """
        place = unit_floats(raw) * len(self.probabilities)
        column = place.astype(np.int32)
        second = place - column >= self._threshold.take(column)
        return np.where(second, self._alias.take(column), column)

    def draw_distinct(self, raw: RawIntegers) -> NDArray[np.int32]:
        """Draw each row's ids one after another, never one that stands in the row already.

        This changes the distribution: a common word cannot come twice, so rare ones come oftener.

        Parameters
        ----------
        raw : array of uint64, shape (n, K)

        Returns
        -------
        ids : array of int32, shape (n, K), distinct within a row

        Raises
        ------
        UsageError
            If there are fewer than K words to draw from.
        """
        return self._draw_without(raw, np.empty((len(raw), 0), np.int32), grow=True)

    def draw_excluding(
        self, raw: RawIntegers, exclude: Ids, distinct: bool = False
    ) -> NDArray[np.int32]:
        """Draw each row's ids from the distribution without that row's excluded word.

        Parameters
        ----------
        raw : array of uint64, shape (n, K)
        exclude : array of int, shape (n,)
            One id a row, usually the center.
        distinct : bool
            Also never the same id twice in a row.

        Returns
        -------
        ids : array of int32, shape (n, K)

        Raises
        ------
        UsageError
            If there are too few words to draw from.
        """
        return self._draw_without(raw, np.asarray(exclude)[:, None], grow=distinct)

    def _draw_without(self, raw: RawIntegers, excluded: Ids, grow: bool) -> NDArray[np.int32]:
        """Invert the distribution with some ids of each row cut out of it, exactly.

        An integer below what is left is moved past each cut-out word that begins at or below it.
        """
        n_draws = raw.shape[1]
        n_needed = excluded.shape[1] + (n_draws if grow else 1)
        if np.count_nonzero(self._units) < n_needed:
            raise UsageError(
                f"{n_draws} different noise words apart from the excluded cannot be drawn: "
                f"only {np.count_nonzero(self._units)} words have a probability"
            )
        ids = np.empty(raw.shape, np.int32)
        for k in range(n_draws):
            left = self._ends[-1] - self._units[excluded].sum(axis=1)  # (n,)
            place = (unit_floats(raw[:, k]) * left).astype(np.int64)
            for excluded_id in np.sort(excluded, axis=1).T:  # one column of (n, e) at a time
                begin = self._ends[excluded_id] - self._units[excluded_id]
                place += np.where(place >= begin, self._units[excluded_id], 0)
            ids[:, k] = np.searchsorted(self._ends, place, side="right")
            if grow:
                excluded = np.concatenate((excluded, ids[:, k : k + 1]), axis=1)
        return ids


def _alias_tables(probabilities: NDArray[np.float64]) -> tuple[NDArray[np.float64], Ids]:
    """Fill the two tables of Walker's method: a threshold and a second word for each column."""
    n_words = len(probabilities)
    width = (probabilities * n_words).tolist()  # lists: single items of an array are slow to reach
    threshold = [1.0] * n_words
    alias = list(range(n_words))
    narrow = [i for i in range(n_words) if width[i] < 1]
    wide = [i for i in range(n_words) if width[i] >= 1]
    while narrow and wide:
        poor, rich = narrow.pop(), wide[-1]
        threshold[poor], alias[poor] = width[poor], rich
        width[rich] -= 1 - width[poor]  # what the rich word gave to the poor one's column
        if width[rich] < 1:
            narrow.append(wide.pop())
    # What is left over has width 1 but for rounding, and keeps its column to itself. A word without
    # probability must not: it may only be left over by rounding, so it hands its column on.
    likeliest = int(np.argmax(probabilities))
    for i in narrow:
        if probabilities[i] == 0:
            threshold[i], alias[i] = 0.0, likeliest
    return np.array(threshold), np.array(alias, np.int32)
