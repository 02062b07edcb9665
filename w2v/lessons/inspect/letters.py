"""The characters of a text: how often each comes, and what that says of its script."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

N_CODES = 0x110000
UNSPACED_SCRIPTS = ("Han", "Kana")  # written without spaces
# What the names of characters begin with, where the script has another name.
SCRIPTS = {
    "CJK": "Han",
    "IDEOGRAPHIC": "Han",
    "HIRAGANA": "Kana",
    "KATAKANA": "Kana",
    "KATAKANA-HIRAGANA": "Kana",
    "HALFWIDTH": "Kana",
    "FULLWIDTH": "Latin",
    "FEMININE": "Latin",
    "MASCULINE": "Latin",
    "MICRO": "Greek",
}


class Characters:
    """How often each character comes.

    Attributes
    ----------
    counts : array of int64, shape (0x110000,)
        By its code point.
    """

    def __init__(self) -> None:
        self.counts: NDArray[np.int64] = np.zeros(N_CODES, np.int64)

    def add(self, text: str) -> None:
        """Count the characters of a text."""
        if text.isascii():
            self.counts[:128] += np.bincount(
                np.frombuffer(text.encode("ascii"), np.uint8), minlength=128
            )
            return
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
        counts = np.bincount(codes)
        self.counts[: len(counts)] += counts

    def letters(self) -> Iterator[tuple[str, int]]:
        """Yield each letter with its count."""
        for code in np.flatnonzero(self.counts).tolist():
            if unicodedata.category(chr(code)).startswith("L"):
                yield chr(code), int(self.counts[code])

    def by_script(self) -> dict[str, int]:
        """Return the number of letters of each script, the commonest first."""
        found: dict[str, int] = {}
        for letter, count in self.letters():
            script = script_of(letter)
            found[script] = found.get(script, 0) + count
        return dict(sorted(found.items(), key=lambda item: -item[1]))

    def n_cased(self) -> tuple[int, int]:
        """Return the numbers of capital letters, and of letters that have two cases."""
        n_capitals = n_cased = 0
        for letter, count in self.letters():
            if letter.lower() != letter.upper():
                n_cased += count
                n_capitals += count if letter != letter.lower() else 0
        return n_capitals, n_cased


def script_of(letter: str) -> str:
    """Return the script of a letter, by its name in Unicode.

    >>> script_of("a"), script_of("가"), script_of("中"), script_of("か"), script_of("я")
    ('Latin', 'Hangul', 'Han', 'Kana', 'Cyrillic')
    """
    first = unicodedata.name(letter, "UNKNOWN").split()[0]
    return SCRIPTS.get(first, first.capitalize())
