"""Rows: the table that grows as they are read, a check, and how it is told how many are written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from w2v.vectors.formats.contract import Progress

Item = TypeVar("Item")

STEP_BYTES = 1 << 18  # the table grows by at least this,
STEP_SHARE = 32  # and by at least this part of itself
BLOCK_NUMBERS = 1 << 18  # checked at a time
# Rows after which a file is looked at for words that come twice, and not only at its end: a few
# rows over and over are packed to nothing, and take minutes to be read. Deflate looks back 32 kB.
EARLY = 1 << 14
ROWS_BETWEEN = 1000  # that are written from one report to the next


class Rows:
    """Rows of float32 that are not known in advance how many they are.

    No room is made by what a file declares. The table is grown in place (realloc moves pages, it
    copies nothing on Linux), so that the memory is never twice the table.

    Parameters
    ----------
    dim : int
        D.
    """

    def __init__(self, dim: int) -> None:
        self.n = 0
        self._dim = dim
        self._table = np.empty((0, dim), np.float32)
        self._room = 0

    def add(self, row: NDArray[np.float32]) -> None:
        """Copy a row of D numbers to the end."""
        if self.n == self._room:
            self._room += max(1, STEP_BYTES // (4 * self._dim), self._room // STEP_SHARE)
            self._table.resize((self._room, self._dim), refcheck=False)
        self._table[self.n] = row
        self.n += 1

    def finish(self) -> NDArray[np.float32]:
        """Return the table, (n, D), and give back the room that was not needed."""
        self._table.resize((self.n, self._dim), refcheck=False)
        return self._table


def first_bad_row(table: NDArray[np.floating]) -> int | None:
    """Return the first row with a number that is not finite; as fast as the table can be read."""
    n_rows = max(1, BLOCK_NUMBERS // max(1, table.shape[1]))
    for start in range(0, len(table), n_rows):
        block = table[start : start + n_rows]
        if _has_finite_sum(block):
            continue
        bad = ~np.isfinite(block).all(axis=1)
        if bad.any():
            return start + int(bad.argmax())
    return None


def all_finite(table: NDArray[np.floating]) -> bool:
    """Tell whether every number of a table is finite."""
    return first_bad_row(table) is None


def _has_finite_sum(block: NDArray[np.floating]) -> bool:
    """Tell whether the sum of a block is finite: then so is every number, the reverse may fail.

    Infinity and NaN stay what they are whatever is added (their difference is NaN), but the sum of
    huge numbers overflows.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(np.isfinite(np.add.reduce(block, axis=None)))


def reported(items: Sequence[Item], on_progress: Progress | None) -> Iterator[Item]:
    """Yield what stands for the rows that are written, and tell now and then how many were."""
    for n_written, item in enumerate(items):
        if on_progress is not None and n_written % ROWS_BETWEEN == 0:
            on_progress(n_written, len(items))
        yield item
    if on_progress is not None:
        on_progress(len(items), len(items))
