"""Find the row of a word among a million, without a dict of them all.

A dict of a million words takes 0.3 s and 70 MB to make, which is more than the answer to a question
does. Their hashes, sorted, take half the time and 12 MB; a word is found among them by halves.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


class WordIndex:
    """Rows by word.

    Parameters
    ----------
    words : sequence of str, V words in the order of their rows
        Used as they are and not copied.
    """

    def __init__(self, words: Sequence[str]) -> None:
        hashes = np.fromiter(map(hash, words), np.int64, len(words))
        order = np.argsort(hashes, kind="stable")  # of equal hashes the first row stays first
        self._words = words
        self._hashes = hashes[order]
        self._rows = order.astype(np.int32)

    def find(self, word: str) -> int | None:
        """Return the row of a word, the first if it has several; None if it has none."""
        wanted = hash(word)
        at = int(np.searchsorted(self._hashes, wanted))
        while at < len(self._hashes) and self._hashes[at] == wanted:
            row = int(self._rows[at])
            if self._words[row] == word:
                return row
            at += 1
        return None

    def first_repeat(self) -> tuple[int, int] | None:
        """Return two rows of one word, the earlier first; None if no word is there twice."""
        equal = np.flatnonzero(self._hashes[1:] == self._hashes[:-1])
        rows = np.unique(self._rows[np.concatenate((equal, equal + 1))])
        first_row: dict[str, int] = {}
        for row in rows.tolist():
            earlier = first_row.setdefault(self._words[row], row)
            if earlier != row:
                return earlier, row
        return None
