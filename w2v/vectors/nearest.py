"""Find the rows of a table that are nearest to some directions: the one loop behind every query.

The table stays on disk. It passes through memory block by block, once for many directions together,
and of each block only the rows are kept that beat the best so far.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

# Of the table, and of its cosines, in memory at a time: 4 MB, which a processor's cache holds.
BLOCK_FLOATS = 1 << 20
SMALL, LARGE = 1e-15, 1e15  # lengths of which the squares are normal numbers in float32
AT_ONCE = 256  # directions that pass over the table together

Nearest = tuple[NDArray[np.int64], NDArray[np.floating]]


class CosineTable:
    """A table of vectors and the length of each.

    Parameters
    ----------
    rows : array of float32 or float64, shape (V, D)
        Used as it is, mapped or not; never written to.
    """

    def __init__(self, rows: NDArray[np.floating]) -> None:
        self._rows = np.asarray(rows)  # a slice of a memmap takes microseconds to be made

    @functools.cached_property
    def lengths(self) -> NDArray[np.floating]:
        """The Euclidean length of each row, shape (V,)."""
        lengths = np.empty(len(self._rows), self._rows.dtype)
        for at, block in self._blocks(len(lengths), self._rows.shape[1]):
            with np.errstate(over="ignore", invalid="ignore"):
                some = np.sqrt(np.einsum("vd,vd->v", block, block))
                # Squares that a float32 does not hold; what nothing can be divided by is zero.
                odd = np.flatnonzero(~((some > SMALL) & (some < LARGE)))
                some[odd] = np.linalg.norm(block[odd].astype(np.float64), axis=1)
            some[some < np.finfo(some.dtype).tiny] = 0
            lengths[at : at + len(block)] = some
        return lengths

    def nearest(
        self,
        directions: NDArray[np.floating],
        n: int,
        *,
        left_out: Sequence[Sequence[int]] | None = None,
        first_rows: int | None = None,
        is_allowed: NDArray[np.bool_] | None = None,
    ) -> list[Nearest]:
        """Return the rows with the largest cosine to each direction.

        Parameters
        ----------
        directions : array of float, shape (Q, D), each of length 1
        n : int
            At most so many for each; 0 or more.
        left_out : Q sequences of row numbers, optional
            Never an answer to that direction.
        first_rows : int, optional
            Only the first so many rows may be answers.
        is_allowed : array of bool, shape (V,), optional
            Only these rows may.

        Returns
        -------
        list of (rows, cosines), each of at most n
            Nearest first; of rows that are equally near the first. Rows of zeros and rows that are
            not numbers are never there.
        """
        n_rows = len(self._rows) if first_rows is None else min(first_rows, len(self._rows))
        left_out = left_out or [()] * len(directions)
        directions = directions.astype(self._rows.dtype)
        found = []
        for at in range(0, len(directions), AT_ONCE):
            some = slice(at, at + AT_ONCE)
            found += self._nearest(directions[some], n, left_out[some], n_rows, is_allowed)
        return found

    def _nearest(
        self,
        directions: NDArray[np.floating],
        n: int,
        left_out: Sequence[Sequence[int]],
        n_rows: int,
        is_allowed: NDArray[np.bool_] | None,
    ) -> list[Nearest]:
        """Answer some directions in one pass over the first rows."""
        best: list[Nearest] = [(np.empty(0, np.int64), np.empty(0)) for _ in directions]
        for at, block in self._blocks(n_rows, max(directions.shape)):
            here = slice(at, at + len(block))
            with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
                cosines = (directions @ block.T) / self.lengths[here]  # (Q, D) @ (D, b) -> (Q, b)
            is_none = ~np.isfinite(cosines)  # 0 / 0 too, and what is as good as zero by zero
            if is_allowed is not None:
                is_none |= ~is_allowed[here]
            cosines[is_none] = -np.inf
            for query, rows in enumerate(left_out):
                cosines[query, [row - at for row in rows if at <= row < here.stop]] = -np.inf
            best = [_merged(b, at, c, n) for b, c in zip(best, cosines, strict=True)]
        return best

    def _blocks(self, n_rows: int, width: int) -> Iterator[tuple[int, NDArray[np.floating]]]:
        """Yield (first row, rows) of the first rows, a block at a time; so wide a table fits it."""
        size = max(1, BLOCK_FLOATS // width)
        for at in range(0, n_rows, size):
            yield at, self._rows[at : min(at + size, n_rows)]


def _merged(best: Nearest, at: int, cosines: NDArray[np.floating], n: int) -> Nearest:
    """Put the rows of a block that are nearer among the best so far."""
    rows, values = best
    # A row that is as near as the last of the best comes after it: the earlier row goes first.
    beaten = -np.inf if len(rows) < n else values[-1] if n else np.inf
    found = np.flatnonzero(cosines > beaten)
    if len(found) == 0:
        return best
    if len(found) > n:
        # Of those as near as the n-th all are kept, for the sort below to choose the earliest.
        nth = np.partition(cosines[found], len(found) - n)[len(found) - n]
        found = found[cosines[found] >= nth]
    rows = np.concatenate((rows, found + at))
    values = np.concatenate((values, cosines[found]))
    order = np.argsort(-values, kind="stable")[:n]
    return rows[order], values[order]
