"""Read a file of vectors in whatever format it is, and check what all formats have in common."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from w2v.errors import quoted
from w2v.text.packed_words import PackedWords
from w2v.text.word_index import find_duplicate
from w2v.vectors.formats.archive import read_npz
from w2v.vectors.formats.binary import read_binary
from w2v.vectors.formats.contract import BINARY, NPZ, SAFETENSORS, Progress, VectorFile
from w2v.vectors.formats.opening import Source, open_source
from w2v.vectors.formats.recognising import recognise_source
from w2v.vectors.formats.rows import first_bad_row
from w2v.vectors.formats.tensors import read_safetensors
from w2v.vectors.formats.text import read_text


def read_vectors(path: str | Path, on_progress: Progress | None = None) -> VectorFile:
    """Read words and their vectors from a file of any known format, plain or packed with gzip.

    Parameters
    ----------
    path : str or Path
    on_progress : callable, optional
        Called with (bytes of the file read so far, bytes in all), about each megabyte.

    Returns
    -------
    VectorFile

    Raises
    ------
    FormatError
        If the file cannot be read, is in no known format, is damaged, holds a number that is not
        finite, or a word twice. Memory is taken for what has been read, never for what a file
        declares.
    """
    with open_source(path, on_progress) as source:
        source.format = recognise_source(source)
        if source.format == NPZ:
            content = read_npz(source)
        elif source.format == SAFETENSORS:
            content = read_safetensors(source)
        else:
            read = read_binary if source.format == BINARY else read_text
            words, vectors = read(source)
            content = VectorFile(
                source.format, words.packed(), vectors, n_not_utf8=words.n_not_utf8
            )
        _check(source, content)
    return content


def _check(source: Source, content: VectorFile) -> None:
    """Refuse numbers that are not finite, and words that are there twice."""
    _check_finite(source, content.packed_words, content.vectors, "")
    if content.output_vectors is not None:
        _check_finite(source, content.packed_words, content.output_vectors, " of output_vectors")
    if rows := find_duplicate(content.packed_words):
        first, second = rows
        raise source.said_twice(content.packed_words[first], first, second)


def _check_finite(
    source: Source, words: PackedWords, table: NDArray[np.floating], where: str
) -> None:
    """Refuse a table with a number that is not finite."""
    row = first_bad_row(table)
    if row is not None:
        raise source.error(
            f"is damaged: row {row + 1:,}{where} ({quoted(words[row])}) holds a number that is "
            "NaN, infinite or too large"
        )
