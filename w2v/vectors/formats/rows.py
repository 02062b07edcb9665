"""The table of vectors while it grows with what has been read, and the check that all is finite."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

STEP_BYTES = 1 << 18  # the table grows by at least this,
STEP_SHARE = 32  # and by at least this part of itself
BLOCK_NUMBERS = 1 << 18  # checked at a time


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
    """Return the first row with a number that is not finite."""
    n_rows = max(1, BLOCK_NUMBERS // max(1, table.shape[1]))
    for start in range(0, len(table), n_rows):
        bad = ~np.isfinite(table[start : start + n_rows]).all(axis=1)
        if bad.any():
            return start + int(bad.argmax())
    return None
