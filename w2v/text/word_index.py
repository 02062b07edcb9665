"""Find the row of a word among a million, without a dict of them all.

A dict of a million words takes 0.3 s and 70 MB to make, which is more than the answer to a question
does. Their hashes, sorted, take half the time and 12 MB; a word is found among them by halves.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from w2v.text.packed_words import PackedWords


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


def find_duplicate(words: Sequence[str] | PackedWords) -> tuple[int, int] | None:
    """Return the rows of a word that is there twice, the earlier first; None if all differ.

    A set of the words would need more memory than short vectors do; sorted hashes need 8 bytes a
    word, and the words themselves are held together only where hashes are equal.
    """
    hashes = np.fromiter(map(hash, words), np.int64, len(words))
    hashes.sort()
    twice = set(hashes[1:][hashes[1:] == hashes[:-1]].tolist())
    del hashes
    first_row: dict[str, int] = {}
    for row, word in enumerate(words) if twice else ():
        if hash(word) in twice and first_row.setdefault(word, row) != row:
            return first_row[word], row
    return None
