"""Write words and vectors in one of the formats, or refuse what would not be read again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from w2v.errors import OutputError, quoted
from w2v.files import atomic_write
from w2v.vectors.formats.archive import write_npz
from w2v.vectors.formats.binary import write_binary
from w2v.vectors.formats.contract import BINARY, NPZ, PACKABLE, PROJECTOR, SAFETENSORS, Progress
from w2v.vectors.formats.opening import pack
from w2v.vectors.formats.parts import to_parts
from w2v.vectors.formats.projector import write_projector
from w2v.vectors.formats.rows import BLOCK_NUMBERS, first_bad_row, reported
from w2v.vectors.formats.tensors import write_safetensors
from w2v.vectors.formats.text import write_text
from w2v.vectors.formats.words import check_words


def write_vectors(
    out: Path | IO[bytes],
    format: str,
    words: Sequence[str],
    vectors: NDArray[np.floating],
    counts: NDArray[np.int64] | None = None,
    output_vectors: NDArray[np.floating] | None = None,
    on_progress: Progress | None = None,
) -> None:
    """Write a file of vectors; the same content gives the same bytes.

    Parameters
    ----------
    out : Path or stream of bytes
        The file, replaced if it is there; a name that ends in .gz is packed. The folder, for
        `projector`.
    format : str
        A name in `FORMATS`.
    words : sequence of str, V
    vectors : array of float32 or float64, shape (V, D)
        The word2vec formats and fastText's are read as float32, by us too.
    counts : array of int64, shape (V,), optional
        Kept by npz, safetensors and projector.
    output_vectors : array, shape (V, D), optional
        Kept by npz and safetensors.
    on_progress : callable, optional
        Called with (rows written so far, rows in all) now and then; not by npz and safetensors,
        which are written at once.

    Raises
    ------
    OutputError
        If a word or a number would not be read again, the format is not packed, or the file
        cannot be written.
    """
    check_words(words, format)
    _check_numbers(words, vectors, as_float32=format not in (NPZ, SAFETENSORS, PROJECTOR))
    if not isinstance(out, Path):
        _write(out, format, words, vectors, counts, output_vectors, on_progress)
        return
    packed = out.suffix.lower() == ".gz"
    if packed and format not in PACKABLE:
        raise OutputError(f"{format} is not packed with gzip; choose an --out without .gz")
    if format == PROJECTOR:
        write_projector(out, words, vectors, counts, on_progress)
        return
    with atomic_write(out) as file:
        if not packed:
            _write(file, format, words, vectors, counts, output_vectors, on_progress)
            return
        with pack(file) as stream:
            _write(stream, format, words, vectors, counts, output_vectors, on_progress)


def _write(
    file: IO[bytes],
    format: str,
    words: Sequence[str],
    vectors: NDArray[np.floating],
    counts: NDArray[np.int64] | None,
    output_vectors: NDArray[np.floating] | None,
    on_progress: Progress | None,
) -> None:
    """Write one of the formats that are a single file."""
    if format == NPZ:
        write_npz(file, to_parts(words, vectors, counts, output_vectors))
    elif format == SAFETENSORS:
        write_safetensors(file, to_parts(words, vectors, counts, output_vectors))
    elif format == BINARY:
        write_binary(file, reported(words, on_progress), vectors)
    else:
        write_text(file, format, reported(words, on_progress), vectors)


def _check_numbers(
    words: Sequence[str], vectors: NDArray[np.floating], *, as_float32: bool
) -> None:
    """Refuse numbers that are not finite, or would not be once they are read as float32."""
    row = first_bad_row(vectors)
    if row is not None:
        raise OutputError(
            f"the vector of {quoted(words[row])} (row {row + 1:,}) holds a number that is not "
            "finite; no tool could use it"
        )
    if not as_float32 or vectors.dtype != np.float64:
        return
    largest = np.finfo(np.float32).max
    n_rows = max(1, BLOCK_NUMBERS // vectors.shape[1])
    for start in range(0, len(vectors), n_rows):
        if np.abs(vectors[start : start + n_rows]).max() > largest:
            raise OutputError(
                f"a number near row {start + 1:,} is too large for float32, as which the format "
                "is read; --to npz keeps it"
            )
