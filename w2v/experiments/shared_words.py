"""The words that several tables of vectors have in common, and their nearest neighbours in each."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from w2v.errors import UsageError, WordError, quoted
from w2v.text.vocabulary import GONE
from w2v.vectors.queries import unit_vector
from w2v.vectors.word_vectors import WordVectors

AT_ONCE = 1024  # words that are asked between two looks at how much is done

Rows = NDArray[np.int64]
Progress = Callable[[int, int], None]


def no_progress(done: int, total: int) -> None:
    """Say nothing."""


class Shared:
    """The words that several tables of vectors have in common, by falling count in the first.

    Parameters
    ----------
    runs : sequence of WordVectors, two or more

    Attributes
    ----------
    runs : list of WordVectors
    rows : list of arrays of int64, shape (C,)
        The row of each common word in each table.
    counts : array of int64, shape (C,)
        In the text of the first; 0 where nobody knows them.

    Raises
    ------
    UsageError
        If there are fewer than two tables, or fewer than two common words.
    """

    def __init__(self, runs: Sequence[WordVectors]) -> None:
        if len(runs) < 2:
            raise UsageError("it takes two runs or more to tell what comes again")
        self.runs = list(runs)
        first, *others = runs
        words = first.vocabulary.words
        found: list[Rows] = [np.arange(len(words)), *(_rows_in(other, words) for other in others)]
        common = np.flatnonzero(np.all([rows != GONE for rows in found], axis=0))
        if len(common) < 2:
            raise UsageError(f"the runs have {len(common)} words in common; it takes two or more")
        by_count = np.argsort(-first.vocabulary.counts[common], kind="stable")
        common = common[by_count]
        self.rows = [rows[common] for rows in found]
        self.counts = first.vocabulary.counts[common]

    def __len__(self) -> int:
        return len(self.counts)

    def word_at(self, place: int) -> str:
        """Return a common word."""
        return self.runs[0].vocabulary.word_at(int(self.rows[0][place]))

    def place_of(self, word: str) -> int:
        """Return the place of a word among the common ones.

        Raises
        ------
        WordError
            If a run has it not; with near spellings.
        """
        rows = [run.get_index(word) for run in self.runs]
        found = np.flatnonzero(self.rows[0] == rows[0])
        if len(found) == 0:
            raise WordError(f"{quoted(word)} is not spelled alike in all runs")
        return int(found[0])

    def neighbours(self, places: Rows, n: int, on_progress: Progress = no_progress) -> list[Rows]:
        """Return the nearest common words of some words, in each run.

        Parameters
        ----------
        places : array of int, shape (S,)
            Of the words among the common ones.
        n : int
        on_progress : callable
            Called with (questions answered, of how many).

        Returns
        -------
        list of arrays of int64, shape (S, n)
            Their places, the nearest first; GONE where there is no further one, and in all of a row
            where the word's own vector is zero.
        """
        total = len(self.runs) * len(places)
        return [
            np.concatenate(
                [np.empty((0, n), np.int64)]
                + [
                    self._neighbours_in(at, some, n, on_progress, at * len(places) + begin, total)
                    for begin, some in _parts(places)
                ]
            )
            for at in range(len(self.runs))
        ]

    def _neighbours_in(
        self, at: int, places: Rows, n: int, on_progress: Progress, n_done: int, total: int
    ) -> Rows:
        """Return the places of the nearest common words in one run."""
        run, rows = self.runs[at], self.rows[at]
        asked = rows[places]
        directions = np.stack([unit_vector(run.vectors[row]) for row in asked.tolist()])
        found = run.cosines.nearest(
            directions,
            n,
            left_out=[[row] for row in asked.tolist()],
            is_allowed=None if len(rows) == len(run) else self._is_common[at],
        )
        neighbours = np.full((len(places), n), GONE, np.int64)
        for line, direction, (nearest, _) in zip(neighbours, directions, found, strict=True):
            if direction.any():
                line[: len(nearest)] = self._place_at[at][nearest]
        on_progress(n_done + len(places), total)
        return neighbours

    @functools.cached_property
    def _place_at(self) -> list[Rows]:
        """The place of each row of each run, GONE of a word that is not common."""
        found: list[Rows] = []
        for run, rows in zip(self.runs, self.rows, strict=True):
            places = np.full(len(run), GONE, np.int64)
            places[rows] = np.arange(len(rows))
            found.append(places)
        return found

    @functools.cached_property
    def _is_common(self) -> list[NDArray[np.bool_]]:
        """Whether the word of each row of each run is common."""
        return [places != GONE for places in self._place_at]


def _parts(places: Rows) -> list[tuple[int, Rows]]:
    """Cut what is asked into parts, each with the place where it begins."""
    return [(at, places[at : at + AT_ONCE]) for at in range(0, len(places), AT_ONCE)]


def _rows_in(run: WordVectors, words: list[str]) -> Rows:
    """Return the row of each word in a run, or GONE."""
    if run.vocabulary.words == words:
        return np.arange(len(words))
    return run.vocabulary.rows_of(words).astype(np.int64)
