"""The formats of vectors once more, read by other code: plain, slow, and without a second thought.

Which format a file is in is asked of w2v; what it holds is not.
"""

from __future__ import annotations

import gzip
import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

NUMBER = re.compile(rb"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
BLANKS = b" \t\r\n\v\f"
BOM = b"\xef\xbb\xbf"
TENSOR_TYPES = {"F16": "<f2", "F32": "<f4", "F64": "<f8", "U8": "|u1"}

Table = tuple[list[bytes], NDArray[np.floating[Any]]]


class Unreadable(Exception):  # noqa: N818
    """The file is not what its format says."""


def reread(path: Path, format: str) -> Table:
    """Return the words and vectors of a file.

    Raises
    ------
    Exception
        Any, if the file is damaged.
    """
    content = path.read_bytes()
    if content.startswith(b"\x1f\x8b"):
        content = gzip.decompress(content)
    words, table = READERS[format](content)
    if not words or len(words) != len(table) or len(set(words)) != len(words) or b"" in words:
        raise Unreadable("words and rows do not fit")
    if table.ndim != 2 or not table.shape[1] or not np.isfinite(table).all():
        raise Unreadable("a number is not finite")
    return words, table


def _text(content: bytes) -> Table:
    """Read word2vec-text."""
    header, _, rows = content.removeprefix(BOM).partition(b"\n")
    n_words, dim = map(int, header.split())
    return _rows(rows.split(b"\n"), dim, None, n_words)


def _glove(content: bytes) -> Table:
    """Read glove."""
    lines = content.removeprefix(BOM).split(b"\n")
    return _rows(lines, len(lines[0].split()) - 1, None, None)


def _tsv(content: bytes) -> Table:
    """Read tsv."""
    lines = content.removeprefix(BOM).split(b"\n")
    return _rows(lines, lines[0].count(b"\t"), b"\t", None)


def _rows(lines: list[bytes], dim: int, separator: bytes | None, n_words: int | None) -> Table:
    """Read rows: the last D fields of each are numbers, what is before them is the word."""
    while lines and not lines[-1].strip():
        lines.pop()
    words, rows = [], []
    for line in lines:
        word, *numbers = line.rstrip(BLANKS).rsplit(separator, dim)
        if len(numbers) != dim or not all(NUMBER.fullmatch(n.strip(BLANKS)) for n in numbers):
            raise Unreadable(f"{line!r} is no row")
        words.append(word)
        rows.append([float(number) for number in numbers])
    if n_words is not None and len(words) != n_words:
        raise Unreadable("not as many as declared")
    with np.errstate(over="ignore"):
        return words, np.array(rows, np.float32)


def _binary(content: bytes) -> Table:
    """Read word2vec-binary."""
    header, _, rest = content.removeprefix(BOM).partition(b"\n")
    n_words, dim = map(int, header.split())
    words, rows = [], []
    for _ in range(n_words):
        rest = rest.lstrip(b"\n")
        word, space, rest = rest.partition(b" ")
        if not space or b"\n" in word or len(rest) < 4 * dim:
            raise Unreadable("cut short")
        words.append(word)
        rows.append(np.frombuffer(rest[: 4 * dim], "<f4"))
        rest = rest[4 * dim :]
    if rest.strip():
        raise Unreadable("more than declared")
    return words, np.array(rows)


def _npz(content: bytes) -> Table:
    """Read npz."""
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        return _arrays(arrays["words"], arrays["vectors"])


def _arrays(words: NDArray[Any], vectors: NDArray[Any]) -> Table:
    """Read words that are joined by newlines, or an array of them."""
    if vectors.dtype.kind != "f" or words.ndim != 1:
        raise Unreadable("no numbers")
    if words.dtype == np.uint8:
        listed = words.tobytes().removesuffix(b"\n").split(b"\n")
    else:
        listed = [w.encode() if isinstance(w, str) else w for w in words.tolist()]
    return listed, vectors.astype(np.float64 if vectors.dtype.itemsize == 8 else np.float32)


def _safetensors(content: bytes) -> Table:
    """Read safetensors."""
    size = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + size])
    data = content[8 + size :]

    def tensor(name: str) -> NDArray[Any]:
        start, stop = header[name]["data_offsets"]
        if not 0 <= start <= stop <= len(data):
            raise Unreadable("offsets")
        array: NDArray[Any] = np.frombuffer(data[start:stop], TENSOR_TYPES[header[name]["dtype"]])
        return array.reshape(header[name]["shape"])

    return _arrays(tensor("words"), tensor("vectors"))


READERS = {
    "word2vec-text": _text,
    "word2vec-binary": _binary,
    "glove": _glove,
    "fasttext-vec": _text,
    "tsv": _tsv,
    "npz": _npz,
    "safetensors": _safetensors,
}
