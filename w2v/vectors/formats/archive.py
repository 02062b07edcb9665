"""npz: a zip of NumPy arrays: vectors, words, and, when they are known, counts and output_vectors.

`words` are the words as UTF-8 (uint8), joined by newlines; an array of strings is read too. Arrays
are stored as they are, so that they could be mapped, and the same content gives the same bytes.
Nothing is ever unpickled.
"""

from __future__ import annotations

import contextlib
import io
import math
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy_format
from numpy.typing import NDArray

from w2v.errors import first_line, quoted
from w2v.vectors.formats.contract import VectorFile
from w2v.vectors.formats.opening import BLOCK, MAX_RATIO, SLACK, Source
from w2v.vectors.formats.parts import NAMES, from_parts

npy: Any = npy_format  # some releases of NumPy have no types for it

MAX_HEADER = 10_000  # bytes of an array's header, as NumPy itself allows
# What NumPy writes before the numbers. It is matched, not evaluated as NumPy does.
HEADER = re.compile(
    r"\{'descr': '([<>|=](?:f[248]|[iu][1248]|[US][1-9]\d{0,6}|O))', "
    r"'fortran_order': (True|False), "
    r"'shape': \(((?:\d{1,18}, ?)*\d{0,18})\), ?\}\s*"
)
BEGIN_OF_TIME = (1980, 1, 1, 0, 0, 0)  # of zip
DAMAGE = (
    zipfile.BadZipFile, zlib.error, ValueError, EOFError, OSError, KeyError, NotImplementedError,
    RuntimeError, OverflowError,
)  # fmt: skip


def read_npz(source: Source) -> VectorFile:
    """Read an npz file.

    Raises
    ------
    FormatError
        With the array.
    """
    with source.unpacked() as file:
        parts, n_bytes = {}, file.seek(0, io.SEEK_END)
        with _damage_said(source), zipfile.ZipFile(file) as archive:
            members = {info.filename: info for info in archive.infolist()}
            if "vectors.npy" not in members or "words.npy" not in members:
                if not any(name.endswith(".npy") for name in members):
                    source.format = ""  # it is no npz at all
                raise source.error(_what_is_missing(members))
            for name in NAMES:
                if info := members.get(f"{name}.npy"):
                    _check_size(source, info, name, n_bytes)
                    parts[name] = _read_array(source, archive, info, name)
    return from_parts(source, parts)


def _what_is_missing(members: Mapping[str, object]) -> str:
    """Say what a zip is that is not ours."""
    if any(name.endswith("data.pkl") for name in members):
        return "is a PyTorch file, which can run code and is never opened; save it as safetensors"
    there = ", ".join(quoted(name) for name in list(members)[:5]) or "nothing"
    if not any(name.endswith(".npy") for name in members):
        return f"is a zip archive, of {there}; unpack it first (unzip)"
    return f"is a zip without the arrays `vectors` and `words`; it holds {there}"


@contextlib.contextmanager
def _damage_said(source: Source) -> Iterator[None]:
    """Turn whatever zipfile and NumPy raise on a damaged file into the sentence."""
    try:
        yield
    except DAMAGE as error:
        raise source.error(f"is damaged or cut short: {first_line(error)}") from error


def _check_size(source: Source, info: zipfile.ZipInfo, name: str, n_bytes: int) -> None:
    """Refuse an array that is larger than what the zip, of `n_bytes`, can hold of it."""
    if info.compress_type == zipfile.ZIP_STORED:
        n_packed = most = min(info.compress_size, n_bytes)
    elif info.compress_type == zipfile.ZIP_DEFLATED:
        # Not of the zip: it may itself be packed, and a bomb in a bomb would pass.
        n_packed = min(info.compress_size, source.n_bytes)
        most = MAX_RATIO * n_packed + SLACK
    else:
        raise source.error(f"has `{name}` packed as NumPy does not; use numpy.savez")
    if info.file_size > most:
        raise source.error(
            f"declares {info.file_size:,} bytes for `{name}`, more than {n_packed:,} packed bytes "
            "can justify; it is damaged"
        )


def _read_array(
    source: Source, archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str
) -> NDArray[Any]:
    """Read an array; its size is taken from what the archive really holds of it."""
    with archive.open(info) as member:
        dtype, by_column, shape = _read_header(source, member, name)
        n_bytes, n_held = math.prod(shape) * dtype.itemsize, info.file_size - member.tell()
        if n_bytes != n_held:
            raise source.error(
                f"declares shape {shape} for `{name}`, {n_bytes:,} bytes, but holds {n_held:,}"
            )
        array = np.empty(math.prod(shape), dtype)
        _fill(source, member, array)
    return array.reshape(shape, order="F" if by_column else "C")


def _read_header(
    source: Source, member: IO[bytes], name: str
) -> tuple[np.dtype[Any], bool, tuple[int, ...]]:
    """Read what an array is: its dtype, whether it lies by column, and its shape."""
    major, _ = npy.read_magic(member)
    n_bytes = int.from_bytes(member.read(2 if major == 1 else 4), "little")
    if n_bytes > MAX_HEADER:
        raise source.error(f"is damaged: `{name}` has a header of {n_bytes:,} bytes")
    text = member.read(n_bytes).decode("latin-1")
    found = HEADER.fullmatch(text)
    if found is None:
        raise source.error(f"has no plain array in `{name}`: {text.strip()[:80]!r}")
    if "O" in found[1]:
        raise source.error(
            f"has pickled objects in `{name}`, which can run code and are never opened; "
            "write numbers, and words as an array of strings"
        )
    shape = tuple(int(size) for size in found[3].split(",") if size.strip())
    return np.dtype(found[1]), found[2] == "True", shape


def _fill(source: Source, member: IO[bytes], array: NDArray[Any]) -> None:
    """Read an array block by block; pages of it that are never reached take no memory."""
    room = array.view(np.uint8).data if array.size else memoryview(b"")
    at = 0
    while at < len(room):
        block = member.read(min(BLOCK, len(room) - at))
        if not block:
            raise EOFError("an array ends early")
        room[at : at + len(block)] = block
        at += len(block)
        source.report()
    member.read(1)  # at the end the checksum is compared


def write_npz(file: IO[bytes], arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write arrays to an npz file, uncompressed, the same bytes each time."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            info = zipfile.ZipInfo(f"{name}.npy", BEGIN_OF_TIME)
            info.create_system = 3  # as on Unix, everywhere
            info.external_attr = 0o644 << 16
            with archive.open(info, "w", force_zip64=True) as member:
                npy.write_array(member, np.asarray(array), allow_pickle=False)
