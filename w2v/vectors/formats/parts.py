"""What npz and safetensors have in common: the named arrays, and what they must be."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2v.vectors.formats.contract import VectorFile
from w2v.vectors.formats.opening import Source
from w2v.vectors.formats.words import Words, encode

NAMES = ("vectors", "words", "counts", "output_vectors")


def to_parts(
    words: Sequence[str],
    vectors: NDArray[np.floating],
    counts: NDArray[np.int64] | None,
    output_vectors: NDArray[np.floating] | None,
) -> dict[str, NDArray[Any]]:
    """Return the arrays that are written, by name, without those that are not known."""
    joined = np.frombuffer(b"\n".join(map(encode, words)), np.uint8)
    parts = dict(zip(NAMES, (vectors, joined, counts, output_vectors), strict=True))
    return {name: part for name, part in parts.items() if part is not None}


def from_parts(source: Source, parts: Mapping[str, NDArray[Any]]) -> VectorFile:
    """Make the content of a file from its arrays.

    Raises
    ------
    FormatError
        If one is missing, of a wrong kind, or not as long as the words.
    """
    for name in ("vectors", "words"):
        if name not in parts:
            raise source.error(f"has no `{name}`; it takes `vectors` and `words`")
    vectors = _table(source, "vectors", parts["vectors"])
    words = _words(source, parts["words"])
    if len(words) != len(vectors):
        raise source.error(f"has {len(words):,} words but {len(vectors):,} rows of vectors")
    output_vectors = parts.get("output_vectors")
    if output_vectors is not None:
        output_vectors = _table(source, "output_vectors", output_vectors)
        if output_vectors.shape != vectors.shape:
            raise source.error(
                f"has `output_vectors` of shape {output_vectors.shape}, "
                f"`vectors` of shape {vectors.shape}; they must be equal"
            )
    return VectorFile(
        source.format,
        words.packed(),
        vectors,
        _counts(source, parts.get("counts"), len(vectors)),
        output_vectors,
        words.n_not_utf8,
    )


def _table(source: Source, name: str, table: NDArray[Any]) -> NDArray[np.floating]:
    """Return a table of float32 or float64 in this machine's byte order, row by row in memory."""
    if table.ndim != 2 or table.dtype.kind != "f" or table.dtype.itemsize not in (2, 4, 8):
        raise source.error(
            f"has `{name}` of {table.dtype} and shape {table.shape}; "
            "float32 or float64 of shape (V, D) is read"
        )
    if 0 in table.shape:
        raise source.error(f"has no numbers in `{name}`: its shape is {table.shape}")
    return np.ascontiguousarray(table, np.float64 if table.dtype.itemsize == 8 else np.float32)


def _words(source: Source, array: NDArray[Any]) -> Words:
    """Return the words from bytes joined by newlines, or from an array of strings."""
    if array.ndim != 1 or (array.dtype != np.uint8 and array.dtype.kind not in "US"):
        raise source.error(
            f"has `words` of {array.dtype} and shape {array.shape}; UTF-8 joined by newlines "
            "(uint8) or an array of strings is read"
        )
    each: Iterable[bytes]
    if array.dtype == np.uint8:
        # Line by line: a list of all of them would be as large as the words themselves.
        each = (line.removesuffix(b"\n") for line in io.BytesIO(array.tobytes()))
    elif array.dtype.kind == "S":
        each = array.tolist()
    else:
        each = _encoded(source, array)
    words = Words()
    for row, word in enumerate(each, 1):
        if not word:
            raise source.error(f"is damaged: word {row:,} is empty")
        words.add(word)
    return words


def _encoded(source: Source, array: NDArray[np.str_]) -> list[bytes]:
    """Return the bytes of an array of strings, in which NumPy keeps any number as a letter."""
    letters = array.view(np.dtype(np.uint32).newbyteorder(array.dtype.byteorder))
    if array.size and int(letters.max()) > sys.maxunicode:
        raise source.error("is damaged: a letter in `words` is none of Unicode")
    try:
        return [encode(word) for word in array.tolist()]
    except UnicodeEncodeError as error:
        raise source.error("is damaged: `words` holds half of a surrogate pair") from error


def _counts(source: Source, counts: NDArray[Any] | None, n_words: int) -> NDArray[np.int64] | None:
    """Return counts as int64."""
    if counts is None:
        return None
    if counts.dtype.kind not in "iu" or counts.shape != (n_words,):
        raise source.error(
            f"has `counts` of {counts.dtype} and shape {counts.shape}; "
            f"whole numbers, one for each of the {n_words:,} words, are read"
        )
    if counts.size and (int(counts.min()) < 0 or int(counts.max()) > np.iinfo(np.int64).max):
        raise source.error("is damaged: a count is negative or too large")
    return counts.astype(np.int64, copy=False)
