"""From text to provisional ids: words are numbered by first appearance.

A dictionary says which number a word has: the plain way. For ASCII text there is a shorter way to
the same numbers: words are found, and most of them looked up, many at once in NumPy arrays; only
what is not found there goes through the dictionary. Lines with other characters, and tokenizers
that are no matter of bytes, go the plain way; tests hold both together.
"""

from __future__ import annotations

import array
import itertools
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from w2v.text.tokenizers import LINE_END, LineTokenizer, TokenizerSpec

Ids = NDArray[np.int32]
Positions = NDArray[np.int64]

# On English Wikipedia 3 % of the words go through the dictionary, with half as many slots 5 %.
SLOT_BITS = 19
WORDS_AT_ONCE = 1 << 15  # looked up together; their arrays fit into a processor's cache
SHORTEST_RUN = 2_000  # characters; below this the plain way is faster
KEY_BYTES = 8
APOSTROPHE = ord("'")
# Odd numbers with well-mixed bits (the golden ratio, and that of xxHash).
MIX, MIX_SECOND = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)
# Keeps the first n bytes of a little-endian key.
FIRST_BYTES = np.array([(1 << 8 * n) - 1 for n in range(KEY_BYTES + 1)], np.uint64)


class _Numbers(dict[str, int]):
    """The number of each word; looking up a new word gives it the next one."""

    def __missing__(self, word: str) -> int:
        self[word] = len(self)
        return len(self) - 1


class Numbering:
    """The provisional ids of the words of a text.

    Parameters
    ----------
    tokenizer : TokenizerSpec

    Attributes
    ----------
    numbers : dict
        The id of every word so far; its order is that of first appearance.
    """

    def __init__(self, tokenizer: TokenizerSpec) -> None:
        self.numbers: dict[str, int] = _Numbers()
        self._tokenize: LineTokenizer = tokenizer.make_for_lines()
        self._table = tokenizer.ascii_table()
        self._apostrophes_are_inner = tokenizer.name == "words"
        self._common = None if self._table is None else _CommonWords(self.numbers)

    def ids_of(self, text: str) -> tuple[Ids, Positions]:
        """Number the words of a text.

        Parameters
        ----------
        text : str
            Any number of lines, cut by LF.

        Returns
        -------
        ids : array of int32, shape (n_tokens,)
        line_ends : array of int64, shape (n_lines,)
            How many tokens there are up to the end of each line; the last is n_tokens.
        """
        if self._common is None:
            return self._plainly(text)
        parts = [
            self._shortly(run) if is_long_ascii else self._plainly(run)
            for run, is_long_ascii in _runs(text)
        ]
        if len(parts) == 1:
            return parts[0]
        before = np.cumsum([0, *(len(ids) for ids, _ in parts[:-1])])
        ends = [line_ends + n for (_, line_ends), n in zip(parts, before.tolist(), strict=True)]
        return np.concatenate([ids for ids, _ in parts]), np.concatenate(ends)

    def _plainly(self, text: str) -> tuple[Ids, Positions]:
        """Number the words of any text, by the tokenizer and the dictionary."""
        ids, line_ends = array.array("i"), array.array("q")
        number_of = self.numbers.__getitem__
        for tokens in self._tokenize(text):
            ids.extend(map(number_of, tokens))
            line_ends.append(len(ids))
        return np.asarray(ids, np.int32), np.asarray(line_ends, np.int64)

    def _shortly(self, text: str) -> tuple[Ids, Positions]:
        """Number the words of an ASCII text; `_plainly` gives the same."""
        assert self._table is not None
        assert self._common is not None
        # The zeros are no part of a word: one before all of them, and a key behind.
        padded = bytearray(b"\0%b%b" % (text.encode().translate(self._table), b"\0" * KEY_BYTES))
        letters = np.frombuffer(padded, np.int8)  # words are > 0, a space 0, a line end < 0
        if self._apostrophes_are_inner and b"'" in padded:
            _drop_outer_apostrophes(letters)
        is_word = letters > 0
        edges = np.flatnonzero(is_word[1:] != is_word[:-1]) + 1
        starts, stops = edges[0::2], edges[1::2]
        line_ends = np.flatnonzero(letters == LINE_END - 256)
        as_text = padded.decode("latin-1")
        blocks = [slice(at, at + WORDS_AT_ONCE) for at in range(0, len(starts), WORDS_AT_ONCE)]
        ids = [
            self._common.look_up(padded, as_text, starts[block], stops[block]) for block in blocks
        ]
        return (
            np.concatenate([np.empty(0, np.int32), *ids]),
            np.append(np.searchsorted(starts, line_ends), len(starts)),
        )


def _runs(text: str) -> Iterator[tuple[str, bool]]:
    """Cut a text into long runs of ASCII lines, and what is between them."""
    if text.isascii():
        yield text, len(text) >= SHORTEST_RUN
        return
    between: list[str] = []
    for is_ascii, lines in itertools.groupby(text.split("\n"), str.isascii):
        run = "\n".join(lines)
        if not is_ascii or len(run) < SHORTEST_RUN:
            between.append(run)
            continue
        if between:
            yield "\n".join(between), False
            between = []
        yield run, True
    if between:
        yield "\n".join(between), False


def _drop_outer_apostrophes(letters: NDArray[np.int8]) -> None:
    """Put a space in place of each apostrophe that has no letter or digit on both sides."""
    at = np.flatnonzero(letters == APOSTROPHE)
    before, after = letters[at - 1], letters[at + 1]
    is_inner = (before > 0) & (before != APOSTROPHE) & (after > 0) & (after != APOSTROPHE)
    letters[at[~is_inner]] = 0


class _CommonWords:
    """Words and their numbers in arrays with one slot for each hash, in front of the dictionary.

    A word of up to 16 bytes is two keys: its bytes as two integers. The slot of a word holds the
    last word that came by and had this slot; if that is the same word, the number beside it is
    right. Words that are not there, or longer, are looked up in the dictionary in their order in
    the text: so every new word gets the number that it would have got without this class.
    """

    def __init__(self, numbers: dict[str, int]) -> None:
        self._number_of = numbers.__getitem__
        self._first = np.zeros(1 << SLOT_BITS, np.uint64)
        self._second = np.zeros(1 << SLOT_BITS, np.uint64)
        self._numbers = np.zeros(1 << SLOT_BITS, np.int32)

    def look_up(self, padded: bytearray, text: str, starts: Positions, stops: Positions) -> Ids:
        """Return the numbers of the words at some places of a text, which is given in two forms."""
        lengths = stops - starts
        keys_at: NDArray[np.uint64] = np.ndarray(
            (len(padded) - KEY_BYTES + 1,), "<u8", padded, strides=(1,)
        )
        first = keys_at[starts] & FIRST_BYTES[np.minimum(lengths, KEY_BYTES)]
        second = np.zeros_like(first)
        longer = np.flatnonzero(lengths > KEY_BYTES)
        rest = np.minimum(lengths[longer] - KEY_BYTES, KEY_BYTES)
        second[longer] = keys_at[starts[longer] + KEY_BYTES] & FIRST_BYTES[rest]
        slots = ((first ^ second * MIX_SECOND) * MIX >> np.uint64(64 - SLOT_BITS)).astype(np.int64)
        fits = lengths <= 2 * KEY_BYTES
        is_known = (self._first[slots] == first) & (self._second[slots] == second) & fits
        ids = self._numbers[slots]

        missed = np.flatnonzero(~is_known)
        places = map(slice, starts[missed].tolist(), stops[missed].tolist())
        words = map(text.__getitem__, places)
        ids[missed] = np.fromiter(map(self._number_of, words), np.int32, len(missed))

        new = missed[fits[missed]]
        # Where two words want one slot, the last gets all three entries.
        self._first[slots[new]] = first[new]
        self._second[slots[new]] = second[new]
        self._numbers[slots[new]] = ids[new]
        return ids
