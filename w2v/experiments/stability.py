"""Which answers can be trusted: how many neighbours of a word come again with another seed.

Rare words of a small text have neighbours that are mostly accident; the same words asked of several
trainings show it. Which words the runs share is in `shared_words.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from w2v.experiments.shared_words import Progress, Rows, Shared, no_progress
from w2v.text.vocabulary import GONE
from w2v.vectors.queries import unit_vector

FIRST_BAND = 100  # ranks; each further band ends at ten times as many
SAMPLE_KEY = 20260  # of the generator that draws the words of a band: any, but always the same


class Band(NamedTuple):
    """Words of like frequency.

    Attributes
    ----------
    first, last : int
        Ranks by count among the common words, counted from 1.
    counts : (int, int)
        The largest and the smallest count of its words.
    n_asked : int
        Words that were asked; of a large band a sample.
    overlap : float or None
        Mean share of the neighbours that two runs agree on, in 0..1.
    half : float or None
        Share of the words with an overlap of a half or more.
    same_nearest : float or None
        Share of the pairs of runs that give the same word as the nearest.
    """

    first: int
    last: int
    counts: tuple[int, int]
    n_asked: int
    overlap: float | None
    half: float | None
    same_nearest: float | None


@dataclass(frozen=True)
class Stability:
    """How stable the neighbours of words are.

    Attributes
    ----------
    n : int
        Neighbours of each word: as many as were asked for, or all that there are.
    chance : float
        The overlap of neighbours that have nothing to do with each other.
    bands : list of Band
    words : list of str
        All that were asked, by rank.
    overlaps : array of float64
        Of each of them.
    n_zero : int
        Words left out since their vector is zero in a run.
    """

    n: int
    chance: float
    bands: list[Band]
    words: list[str]
    overlaps: NDArray[np.float64]
    n_zero: int

    def most(self, n: int) -> list[tuple[str, float]]:
        """Return the words with the largest overlap, of equals the commonest."""
        return self._some(np.argsort(-self.overlaps, kind="stable")[:n])

    def least(self, n: int) -> list[tuple[str, float]]:
        """Return the words with the smallest overlap, of equals the commonest."""
        return self._some(np.argsort(self.overlaps, kind="stable")[:n])

    def _some(self, places: NDArray[np.intp]) -> list[tuple[str, float]]:
        """Return words with their overlaps."""
        return [(self.words[at], float(self.overlaps[at])) for at in places.tolist()]


class Agreed(NamedTuple):
    """A neighbour, how many runs give it, and its mean cosine to the word over all runs."""

    word: str
    n_runs: int
    cosine: float


def measure_stability(
    shared: Shared,
    n: int = 10,
    sample: int = 1000,
    on_progress: Progress = no_progress,
) -> Stability:
    """Measure how many of the nearest neighbours of words come again in other runs.

    The overlap of two runs is |A ∩ B| / n, A and B the n nearest neighbours of a word; that of a
    word is the mean over all pairs of runs.

    Parameters
    ----------
    shared : Shared
    n : int
    sample : int
        At most so many words of each band are asked, drawn by a fixed generator.
    on_progress : callable
        Called with (questions answered, of how many).
    """
    n = min(n, len(shared) - 1)
    bands = bands_of(len(shared))
    places = [_sampled(first, last, sample) for first, last in bands]
    asked = np.concatenate(places)
    neighbours = shared.neighbours(asked, n, on_progress)
    is_there = np.all([table[:, 0] != GONE for table in neighbours], axis=0)
    overlaps = overlaps_of(neighbours)
    same = _same_nearest(neighbours)
    edges = np.cumsum([0, *map(len, places)])
    found = []
    for (first, last), begin, end in zip(bands, edges[:-1], edges[1:], strict=True):
        here = np.arange(begin, end)[is_there[begin:end]]
        means = [
            float(values[here].mean()) if len(here) else None
            for values in (overlaps, overlaps >= 0.5, same)
        ]
        counts = (int(shared.counts[first]), int(shared.counts[last - 1]))
        found.append(Band(first + 1, last, counts, len(here), *means))
    return Stability(
        n,
        n / (len(shared) - 1),
        found,
        [shared.word_at(place) for place in asked[is_there].tolist()],
        overlaps[is_there],
        int(np.sum(~is_there)),
    )


def agreement(shared: Shared, word: str, n: int = 10) -> list[Agreed]:
    """Return every neighbour that any run gives a word, those that most runs give first.

    Raises
    ------
    WordError
        If a run has not the word.
    """
    place = shared.place_of(word)
    n = min(n, len(shared) - 1)
    tables = shared.neighbours(np.array([place]), n)
    found, n_runs = np.unique(np.concatenate(tables, axis=1), return_counts=True)
    n_runs, found = n_runs[found != GONE], found[found != GONE]
    cosines = np.zeros(len(found))
    for run, rows in zip(shared.runs, shared.rows, strict=True):
        direction = unit_vector(run.vectors[rows[place]])
        units = [unit_vector(run.vectors[row]) for row in rows[found].tolist()]
        cosines += [float(unit @ direction) for unit in units]
    cosines /= len(shared.runs)
    order = np.lexsort((-cosines, -n_runs))
    return [
        Agreed(shared.word_at(found[at]), int(n_runs[at]), float(cosines[at]))
        for at in order.tolist()
    ]


def bands_of(n_words: int) -> list[tuple[int, int]]:
    """Cut ranks, counted from 0, into bands.

    >>> bands_of(2500)
    [(0, 100), (100, 1000), (1000, 2500)]
    """
    bands = []
    first, last = 0, FIRST_BAND
    while first < n_words:
        bands.append((first, min(last, n_words)))
        first, last = last, last * 10
    return bands


def overlaps_of(neighbours: Sequence[Rows]) -> NDArray[np.float64]:
    """Return the mean of |A ∩ B| / n over all pairs of runs.

    A neighbour that c runs give is shared by c (c - 1) / 2 pairs of them.

    >>> a, b = np.array([[1, 2]]), np.array([[2, 3]])
    >>> overlaps_of([a, b]).tolist(), overlaps_of([a, a, b]).tolist()
    ([0.5], [0.6666666666666666])

    Parameters
    ----------
    neighbours : sequence of arrays of int, shape (S, n)
        None twice in a row, but GONE, which stands for none.

    Returns
    -------
    array of float64, shape (S,)
    """
    n_runs = len(neighbours)
    together = np.concatenate(neighbours, axis=1)  # R of (S, n) -> (S, R n)
    n_pairs = n_runs * (n_runs - 1) / 2
    overlaps = np.empty(len(together))
    for at, line in enumerate(together):
        _, given_by = np.unique(line[line != GONE], return_counts=True)
        overlaps[at] = (given_by * (given_by - 1) / 2).sum() / n_pairs / neighbours[0].shape[1]
    return overlaps


def _same_nearest(neighbours: Sequence[Rows]) -> NDArray[np.float64]:
    """Return the share of the pairs of runs whose first answer is the same, for each word."""
    return overlaps_of([table[:, :1] for table in neighbours])


def _sampled(first: int, last: int, sample: int) -> Rows:
    """Return the ranks of a band, or so many of them, rising."""
    if last - first <= sample:
        return np.arange(first, last)
    # Raw integers, which NumPy promises for ever.
    draws = np.random.Philox(key=[SAMPLE_KEY, first]).random_raw(last - first)
    return first + np.sort(np.argsort(draws, kind="stable")[:sample])
