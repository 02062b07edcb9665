"""Vectors as text: lines `word f f f`, after a header `V D` (word2vec-text) or none (glove, tsv).

Numbers are written with 9 digits, or 17 for float64, from which the very same bits are read again.
Words are split from the numbers at the first space; where that leaves more than D numbers the
word itself holds spaces, as some of GloVe's do.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import IO

import numpy as np
from numpy.typing import NDArray

from w2v.errors import quoted
from w2v.vectors.formats.contract import (
    BYTE_ORDER_MARK,
    FASTTEXT,
    GLOVE,
    HEADER,
    MAX_DIM,
    MAX_WORD,
    TEXT,
    TSV,
)
from w2v.vectors.formats.opening import Source
from w2v.vectors.formats.rows import EARLY, Rows
from w2v.vectors.formats.words import Words, encode

NUMBER_BYTES = 64  # of a number as text, at most; 24 are enough for any float64
MAX_BLANK = 1000  # lines at the end of the file
FIRST_LINE = 1 << 24  # bytes of a first line from which D is yet to be learned


def read_header(source: Source) -> tuple[int, int]:
    """Read the line `V D` that begins both formats of word2vec.

    Raises
    ------
    FormatError
        If V or D is no possible number.
    """
    found = HEADER.fullmatch(source.readline(MAX_WORD))
    if found is None:
        raise source.error("has no line `V D` at its begin")
    n_words, dim = int(found[1]), int(found[2])
    if n_words < 1 or dim < 1:
        raise source.error(f"declares {n_words} words of {dim} numbers; both must be at least 1")
    if dim > MAX_DIM:
        raise source.error(
            f"declares {dim:,} numbers for each word; more than {MAX_DIM:,} are refused"
        )
    return n_words, dim


def read_text(source: Source) -> tuple[Words, NDArray[np.float32]]:
    """Read a file of one of the text formats, from its begin.

    Raises
    ------
    FormatError
        With the line.
    """
    with warnings.catch_warnings(), np.errstate(over="ignore"):
        # NumPy before 2.3 only warns of numbers that it cannot read.
        warnings.simplefilter("error", DeprecationWarning)
        if source.format == TEXT:
            n_words, dim = read_header(source)
            return _read_rows(source, dim, n_words, first_line=2)
        first = source.readline(FIRST_LINE)
        dim = len(first.split(b"\t" if source.format == TSV else None)) - 1
        if not 0 < dim <= MAX_DIM:
            raise source.error(f"has {dim:,} numbers in its first line")
        source.rewind()
        return _read_rows(source, dim, None, first_line=1)


def _read_rows(
    source: Source, dim: int, n_words: int | None, first_line: int
) -> tuple[Words, NDArray[np.float32]]:
    """Read a row from each line; `n_words` is what the header declares."""
    words, rows = Words(), Rows(dim)
    separator = b"\t" if source.format == TSV else b" "
    longest = MAX_WORD + NUMBER_BYTES * dim
    number, blank = first_line - 1, 0
    while line := source.readline(longest):
        number += 1
        if number == 1:
            line = line.removeprefix(BYTE_ORDER_MARK)
        if not line.strip():
            blank = blank or number
            if number - blank > MAX_BLANK:
                raise source.error(f"is damaged: from line {blank:,} on, lines are blank")
            continue
        if rows.n == n_words:
            raise source.error(
                f"declares {n_words:,} words but holds more: line {number:,} is another"
            )
        if blank:
            raise source.error(f"is damaged: line {blank:,} is blank, and others follow")
        word, _, numbers = line.partition(separator)
        row = _numbers(numbers.strip(), dim, separator)
        if row is None or not word:
            word, row = _split_from_the_end(source, line, number, dim, separator)
        words.add(word)
        rows.add(row)
        if rows.n == EARLY and (repeat := words.first_repeat()):
            raise source.said_twice(*repeat)
    if n_words is not None and rows.n < n_words:
        raise source.error(f"declares {n_words:,} words but holds {rows.n:,}: it was cut short")
    source.report()
    return words, rows.finish()


def _split_from_the_end(
    source: Source, line: bytes, number: int, dim: int, separator: bytes
) -> tuple[bytes, NDArray[np.float32]]:
    """Take the last D fields of a line as its numbers, what is before them as the word."""
    text = line.rstrip(b"\r\n")
    fields = text.rsplit(separator if separator == b"\t" else None, dim)
    row = _numbers(b" ".join(fields[1:]), dim, b" ")
    if len(fields) == dim + 1 and fields[0] and not text.startswith(b" ") and row is not None:
        return fields[0], row
    cut = "" if line.endswith(b"\n") else " and has no end: the file was cut short"
    shown = quoted(text.decode("utf-8", "backslashreplace"))
    raise source.error(f"line {number:,} is not a word and {dim:,} numbers: {shown}{cut}")


def _numbers(text: bytes, dim: int, separator: bytes) -> NDArray[np.float32] | None:
    """Return D numbers with single separators between them; None if the text is anything else."""
    if text.count(separator) != dim - 1:
        return None
    try:
        row = np.fromstring(text, np.float32, sep=" ")
    except (ValueError, DeprecationWarning):
        return None
    return row if len(row) == dim else None


def write_text(
    file: IO[bytes], format: str, words: Iterable[str], vectors: NDArray[np.floating]
) -> None:
    """Write a file of one of the text formats."""
    n_words, dim = vectors.shape
    separator = b"\t" if format == TSV else b" "
    end = b" \n" if format == FASTTEXT else b"\n"
    if format in (TEXT, FASTTEXT):
        file.write(b"%d %d\n" % (n_words, dim))
    # A single whole number after a word would look like a count, or the two like a header.
    with_point = dim == 1 and format in (GLOVE, TSV)
    pattern = row_pattern(vectors, separator.decode(), with_point=with_point)
    for word, row in zip(words, vectors, strict=True):
        file.write(encode(word) + separator + (pattern % tuple(row.tolist())).encode() + end)


def row_pattern(vectors: NDArray[np.floating], separator: str, *, with_point: bool = False) -> str:
    """Return the %-pattern of a row from which the same bits are read again."""
    digits = 17 if vectors.dtype == np.float64 else 9
    kind = "e" if with_point else "g"
    return separator.join([f"%.{digits}{kind}"] * vectors.shape[1])
