"""Words as one stretch of bytes: a million of them, of which a question needs ten.

A string for every word takes six times the memory of its letters, and longer to make than the
answer to a question does. So a word is made when it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

MAX_DIGITS = 18  # of a count, which fits int64
TAB, END, ZERO = ord("\t"), ord("\n"), ord("0")
AT_ONCE = 1 << 12  # words


class PackedWords:
    """Words, in the order of their rows.

    Bytes that are no UTF-8 become lone surrogates (Python's surrogateescape).

    Parameters
    ----------
    content : bytes or bytearray
        Holds the words, and before each but the first a line end.
    starts, ends : arrays of int64, shape (V,), rising
        Where each word begins and ends in it.
    after : bytes
        What follows each word: one byte.
    """

    def __init__(
        self,
        content: bytes | bytearray,
        starts: NDArray[np.int64],
        ends: NDArray[np.int64],
        after: bytes,
    ) -> None:
        self._content = content
        self._starts = starts
        self._ends = ends
        self._after = after

    def __len__(self) -> int:
        return len(self._starts)

    def __getitem__(self, row: int) -> str:
        word = self._content[self._starts[row] : self._ends[row]]
        return word.decode("utf-8", "surrogateescape")

    def __iter__(self) -> Iterator[str]:
        content = self._content
        for at in range(0, len(self), AT_ONCE):
            here = slice(at, at + AT_ONCE)
            places = zip(self._starts[here].tolist(), self._ends[here].tolist(), strict=True)
            yield from (content[a:b].decode("utf-8", "surrogateescape") for a, b in places)

    def find(self, word: str) -> int | None:
        """Return the row of a word, the first if it has several; None if it has none."""
        try:
            wanted = word.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:  # half a character, which no file holds
            return None
        if len(self) and self._content.startswith(wanted) and self._ends[0] == len(wanted):
            return 0
        needle = b"\n" + wanted + self._after
        at = self._content.find(needle)
        while at >= 0:
            row = int(np.searchsorted(self._starts, at + 1))
            # A word may hold what stands between words.
            if row < len(self) and (self._starts[row], self._ends[row] - at - 1) == (
                at + 1,
                len(wanted),
            ):
                return row
            at = self._content.find(needle, at + 1)
        return None


def starts_after(ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where lines begin that end, each with one byte, at some places: (V,) -> (V,)."""
    return np.concatenate(([0], ends[:-1] + 1)) if len(ends) else ends


def read_counts(content: bytes) -> tuple[PackedWords, NDArray[np.int64]]:
    """Read lines `word<TAB>count`.

    A loop takes a second for a million lines; whole arrays check all of them at once.

    Parameters
    ----------
    content : bytes
        UTF-8, each line with an end.

    Returns
    -------
    words : PackedWords
    counts : array of int64, shape (V,)

    Raises
    ------
    ValueError
        If a line is something else.
    """
    letters = np.frombuffer(content, np.uint8)
    ends, tabs = np.flatnonzero(letters == END), np.flatnonzero(letters == TAB)
    starts = starts_after(ends)
    # One tab a line, and a word before it.
    if len(tabs) != len(ends) or not np.all((starts < tabs) & (tabs < ends)):
        raise ValueError("a line is not word<TAB>count")
    return PackedWords(content, starts, tabs, b"\t"), _numbers(letters, tabs + 1, ends)


def _numbers(
    letters: NDArray[np.uint8], starts: NDArray[np.intp], ends: NDArray[np.intp]
) -> NDArray[np.int64]:
    """Read the whole numbers that stand between some places of a text, digit by digit."""
    widths = ends - starts
    if len(widths) and not 1 <= widths.min() <= widths.max() <= MAX_DIGITS:
        raise ValueError("a count has no digits, or too many")
    numbers = np.zeros(len(widths), np.int64)
    rows = np.arange(len(widths))
    place = 0
    while len(rows):
        digits = letters[ends[rows] - 1 - place].astype(np.int64) - ZERO
        if digits.min() < 0 or digits.max() > 9:
            raise ValueError("a count is no whole number")
        numbers[rows] += digits * 10**place
        place += 1
        rows = rows[widths[rows] > place]
    return numbers
