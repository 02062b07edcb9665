"""What the counts of the words say: size, Zipf's law, and what min_count leaves of a text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from w2v.text.encoding import EncodedText
from w2v.text.vocabulary import rank_words

MIN_COUNTS = (1, 2, 3, 5, 10, 20, 50, 100)
N_COMMONEST = 10
CURVE_POINTS = 120
# The slope is fitted between these: before, function words lie below the line; behind, counts are
# so small that many words share one.
FIRST_RANK, LEAST_COUNT, LEAST_POINTS = 10, 5, 5
AT_ONCE = 1 << 20  # sentences


@dataclass(frozen=True)
class Sizes:
    """How large a text is.

    Attributes
    ----------
    n_bytes, n_tokens, n_types, n_once : int
        A type is a distinct word; those that are seen once are `n_once`.
    n_sentences : int
        Lines with a token.
    n_alone : int
        Of these, lines with one token only.
    longest : int
        The most tokens of a line.
    n_long : int
        Lines of more tokens than were asked about.
    """

    n_bytes: int
    n_tokens: int
    n_types: int
    n_once: int
    n_sentences: int
    n_alone: int
    longest: int
    n_long: int


@dataclass(frozen=True)
class Coverage:
    """What a min_count leaves.

    Attributes
    ----------
    min_count, n_words, n_tokens : int
    share : float
        Of all tokens.
    """

    min_count: int
    n_words: int
    n_tokens: int
    share: float


@dataclass(frozen=True)
class Zipf:
    """Counts against ranks.

    Attributes
    ----------
    ranks, counts : array of int64
        Some of them, evenly spread on a logarithmic axis; rank 1 is the commonest word.
    slope : float or None
        Of log count against log rank from `first` to `last`; None if those are too few.
    first, last : int
        Ranks.
    """

    ranks: NDArray[np.int64]
    counts: NDArray[np.int64]
    slope: float | None
    first: int
    last: int


def sizes_of(text: EncodedText, long: int) -> Sizes:
    """Return how large a text is.

    Parameters
    ----------
    text : EncodedText
    long : int
        Lines of more tokens than this are counted.
    """
    n_alone = longest = n_long = 0
    n_sentences, n_tokens = text.report.n_sentences, text.report.n_tokens
    for at in range(0, n_sentences, AT_ONCE):
        starts = np.asarray(text.starts[at : at + AT_ONCE + 1])
        if at + AT_ONCE >= n_sentences:
            starts = np.append(starts, n_tokens)
        lengths = np.diff(starts)
        n_alone += int(np.count_nonzero(lengths == 1))
        n_long += int(np.count_nonzero(lengths > long))
        longest = max(longest, int(lengths.max()))
    return Sizes(
        n_bytes=text.report.n_bytes,
        n_tokens=n_tokens,
        n_types=len(text.words),
        n_once=int(np.count_nonzero(text.counts == 1)),
        n_sentences=n_sentences,
        n_alone=n_alone,
        longest=longest,
        n_long=n_long,
    )


def coverage_of(text: EncodedText, min_count: int, specials: Sequence[str]) -> Coverage:
    """Return what a min_count leaves of a text; the same words that training would keep."""
    ranked, _ = rank_words(text.words, text.counts, min_count, None, specials)
    n_tokens = int(text.counts[ranked].sum())
    return Coverage(min_count, len(ranked), n_tokens, n_tokens / text.report.n_tokens)


def zipf_of(counts: NDArray[np.int64]) -> Zipf:
    """Return counts against ranks.

    Parameters
    ----------
    counts : array of int64
        Of all words, falling.
    """
    ranks = _spread(1, len(counts))
    last = int(np.count_nonzero(counts >= LEAST_COUNT))
    middle = _spread(FIRST_RANK, last)
    slope = None
    if len(middle) >= LEAST_POINTS:
        x = np.log(middle)
        y = np.log(counts[middle - 1])
        # Least squares: the covariance over the variance.
        slope = float(np.mean((x - x.mean()) * (y - y.mean())) / np.var(x))
    return Zipf(ranks, counts[ranks - 1], slope, FIRST_RANK, last)


def _spread(first: int, last: int) -> NDArray[np.int64]:
    """Return ranks from one to another, evenly spread on a logarithmic axis."""
    if last < first:
        return np.zeros(0, np.int64)
    points = np.geomspace(first, last, CURVE_POINTS)
    return np.unique(np.rint(points).astype(np.int64))
