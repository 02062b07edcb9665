"""Words of vector files: from bytes and back, and which of them a format cannot keep.

Bytes that are no UTF-8 become lone surrogates (Python's surrogateescape), so that nothing is lost.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence

import numpy as np

from w2v.errors import OutputError, quoted
from w2v.text.packed_words import PackedWords, starts_after
from w2v.vectors.formats.contract import (
    BINARY,
    BYTE_ORDER_MARK,
    COMPONENT,
    FASTTEXT,
    GLOVE,
    GZIP_MAGIC,
    MAX_WORD,
    NPZ,
    PROJECTOR,
    SAFETENSORS,
    TEXT,
    TSV,
)

# What ends a word when the file is read again. Text is split at any of these by the C and C++ tools
# (fscanf, >>), binary by all tools at the first space; word2vec.c drops newlines there.
SPLITS = {
    **dict.fromkeys((TEXT, GLOVE, FASTTEXT), re.compile("[ \t\n\r\v\f]")),
    BINARY: re.compile("[ \n]"),
    **dict.fromkeys((TSV, PROJECTOR), re.compile("[\t\n\r]")),
    **dict.fromkeys((NPZ, SAFETENSORS), re.compile("\n")),
}
AS_GZIP = GZIP_MAGIC.decode("utf-8", "surrogateescape")
NAMES = {" ": "a space", "\t": "a tab", "\n": "a line end", "\r": "a carriage return"}


class Words:
    """The words of a file as they are read.

    Attributes
    ----------
    n_not_utf8 : int
    """

    def __init__(self) -> None:
        self._content = bytearray()
        self._ends = array("q")
        self.n_not_utf8 = 0

    def __len__(self) -> int:
        return len(self._ends)

    def add(self, word: bytes) -> None:
        """Take the next word."""
        self._content += word
        self._ends.append(len(self._content))
        self._content += b"\n"
        if not word.isascii():
            try:
                word.decode("utf-8")
            except UnicodeDecodeError:
                self.n_not_utf8 += 1

    def first_repeat(self) -> tuple[str, int, int] | None:
        """Return the first word that is there a second time, and its two rows."""
        row_of: dict[bytes, int] = {}
        start = 0
        for row, end in enumerate(self._ends):
            word = bytes(self._content[start:end])
            if word in row_of:
                return word.decode("utf-8", "surrogateescape"), row_of[word], row
            row_of[word] = row
            start = end + 1
        return None

    def packed(self) -> PackedWords:
        """Return all words; none is added any more."""
        ends = np.frombuffer(self._ends, np.int64) if self._ends else np.empty(0, np.int64)
        return PackedWords(self._content, starts_after(ends), ends, b"\n")


def encode(word: str) -> bytes:
    """Return the bytes of a word, those that were no UTF-8 too."""
    return word.encode("utf-8", "surrogateescape")


def is_utf8(word: str) -> bool:
    """Tell whether a word holds no bytes that are no UTF-8."""
    try:
        word.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def check_words(words: Sequence[str], format: str) -> None:
    """Refuse words that would not be read again as they are.

    Raises
    ------
    OutputError
        With the first such word, how many there are, and what to do.
    """
    if not words:
        raise OutputError(f"there are no words to write as {format}")
    if taken_for := _taken_for(words, format):
        raise OutputError(
            f"{format} cannot begin with the word {quoted(words[0])}: {taken_for}; --to {TEXT} or "
            f"--to {NPZ} keeps it"
        )
    refused = [row for row, word in enumerate(words) if _why_refused(word, format)]
    if not refused:
        return
    first = words[refused[0]]
    why = _why_refused(first, format)
    others = f", and {len(refused) - 1:,} more cannot be kept" if len(refused) > 1 else ""
    keeping = [
        name for name in (TSV, NPZ) if not any(_why_refused(words[r], name) for r in refused)
    ]
    if keeping:
        remedy = f"--to {' or --to '.join(keeping)} keeps {'it' if not others else 'them'}"
    else:
        remedy = "no format keeps such words; leave them out of the vocabulary"
    raise OutputError(
        f"{format} cannot keep the word {quoted(first)} of row {refused[0] + 1:,}: "
        f"it {why}{others}; {remedy}"
    )


def _taken_for(words: Sequence[str], format: str) -> str:
    """Say what a file that begins with these words would be taken for; "" if for what it is."""
    if format not in (GLOVE, TSV):
        return ""
    if words[0].startswith(AS_GZIP):
        return "the file would be taken for gzip"
    if words[0].startswith(BYTE_ORDER_MARK.decode()):
        return "its byte order mark would not be read again"
    if format == TSV and all(COMPONENT.fullmatch(encode(w)) for w in words[:2]) and words[1:]:
        return "the file would be taken for one without words"
    return ""


def _why_refused(word: str, format: str) -> str:
    """Say why a format cannot keep a word; "" if it can."""
    if not word:
        return "is empty"
    if found := SPLITS[format].search(word):
        return f"holds {NAMES.get(found[0], 'a control character')}"
    try:
        n_bytes = len(encode(word))
    except UnicodeEncodeError:
        return "holds half of a surrogate pair"
    return f"is longer than {MAX_WORD:,} bytes" if n_bytes > MAX_WORD else ""
