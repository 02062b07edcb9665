"""word2vec-binary: a line `V D`, then for each word its bytes, a space, and D float32.

word2vec.c ends each row with a newline, gensim does not; both are read. Numbers are little-endian.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO

import numpy as np
from numpy.typing import NDArray

from w2v.errors import quoted
from w2v.vectors.formats.contract import MAX_WORD
from w2v.vectors.formats.opening import Source
from w2v.vectors.formats.rows import EARLY, Rows
from w2v.vectors.formats.text import read_header
from w2v.vectors.formats.words import Words, encode

CHUNK = 1 << 18  # bytes that are read at a time
FLOAT32 = np.dtype("<f4")


def read_binary(source: Source) -> tuple[Words, NDArray[np.float32]]:
    """Read a file in the binary format of word2vec, from its begin.

    Raises
    ------
    FormatError
        With the number of the word.
    """
    n_words, dim = read_header(source)
    row_bytes = 4 * dim
    words, rows = Words(), Rows(dim)
    block, at = b"", 0
    while rows.n < n_words:
        start = at
        while block[start : start + 1] == b"\n":
            start += 1
        space = block.find(b" ", start, start + MAX_WORD + 1)
        end = space + 1 + row_bytes
        if space < 0 or end > len(block):
            more = source.read(max(CHUNK, row_bytes))
            if not more or (space < 0 and len(block) - start > MAX_WORD):
                raise _cut_short(source, rows.n + 1, n_words, block[start:], space - start)
            block, at = block[start:] + more, 0
            continue
        word = block[start:space]
        if not word or b"\n" in word:
            what = "holds a line end" if word else "is empty"
            raise source.error(f"is damaged: word {rows.n + 1:,} {what}")
        words.add(word)
        rows.add(np.frombuffer(block, FLOAT32, dim, space + 1))
        at = end
        if rows.n == EARLY and (repeat := words.first_repeat()):
            raise source.said_twice(*repeat)
    if (block[at:] + source.read(CHUNK)).strip():
        raise source.error(
            f"declares {n_words:,} words but holds more; its first line or its end is damaged"
        )
    source.report()
    return words, rows.finish()


def _cut_short(source: Source, number: int, n_words: int, rest: bytes, n_letters: int) -> Exception:
    """Say in which word the file ends, or that a word does not end."""
    if len(rest) > MAX_WORD and n_letters < 0:
        return source.error(f"is damaged: word {number:,} has no end within {MAX_WORD:,} bytes")
    word = rest[:n_letters] if n_letters > 0 else rest
    named = f" ({quoted(word.decode('utf-8', 'surrogateescape'))})" if word else ""
    return source.error(f"is cut short in word {number:,} of {n_words:,}{named}")


def write_binary(file: IO[bytes], words: Iterable[str], vectors: NDArray[np.floating]) -> None:
    """Write the binary format, with a newline after each row, as word2vec.c does."""
    file.write(b"%d %d\n" % vectors.shape)
    for word, row in zip(words, vectors, strict=True):
        file.write(encode(word) + b" " + row.astype(FLOAT32).tobytes() + b"\n")
