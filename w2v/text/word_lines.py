"""Lines `word<TAB>count`, a million of them, of which a question needs ten.

To make a string of every word takes longer than the answer to a question does. So the lines stay
bytes: whole arrays check them and read the counts, and a word is made when it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

MAX_DIGITS = 18  # of a count, which fits int64
TAB, END, ZERO = ord("\t"), ord("\n"), ord("0")


class WordLines:
    """The words of a file, in the order of its lines.

    Parameters
    ----------
    content : bytes
        UTF-8, each line with an end.

    Attributes
    ----------
    counts : array of int64, one for each line

    Raises
    ------
    ValueError
        If a line is no `word<TAB>count`.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content
        letters = np.frombuffer(content, np.uint8)
        ends, self._tabs = np.flatnonzero(letters == END), np.flatnonzero(letters == TAB)
        self._ends = ends
        self._starts = np.concatenate(([0], ends[:-1] + 1)) if len(ends) else ends
        # One tab a line, and a word before it.
        if len(self._tabs) != len(ends) or not np.all(
            (self._starts < self._tabs) & (self._tabs < ends)
        ):
            raise ValueError("a line is not word<TAB>count")
        self.counts = _numbers(letters, self._tabs + 1, ends)

    def __len__(self) -> int:
        return len(self._tabs)

    def __getitem__(self, row: int) -> str:
        return self._content[self._starts[row] : self._tabs[row]].decode()

    def __iter__(self) -> Iterator[str]:
        # Without the counts, of which strings would be made too. Between two words, which take as
        # much memory as they do, they would leave holes behind that nothing fits into.
        in_count = np.zeros(len(self._content), np.int8)
        in_count[self._tabs] = 1
        in_count[self._ends] = -1
        np.cumsum(in_count, dtype=np.int8, out=in_count)
        words = np.frombuffer(self._content, np.uint8)[in_count == 0].tobytes()
        return iter(words.decode().split("\n")[:-1])

    def find(self, word: str) -> int | None:
        """Return the row of a word, the first if it has several; None if it has none."""
        if not word or "\t" in word or "\n" in word:
            return None
        try:
            line = word.encode() + b"\t"
        except UnicodeEncodeError:  # half a character, which no file holds
            return None
        if self._content.startswith(line):
            return 0
        before = self._content.find(b"\n" + line)
        return None if before < 0 else int(np.searchsorted(self._starts, before + 1))


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
