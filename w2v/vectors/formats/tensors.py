"""safetensors: the arrays of `archive.py` as tensors, through that library, which is an extra."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from w2v.errors import OutputError, first_line
from w2v.vectors.formats.contract import VectorFile
from w2v.vectors.formats.opening import BLOCK, Source
from w2v.vectors.formats.parts import NAMES, from_parts

INSTALL = "pip install 'w2v[safetensors]'"
READ_AS = {"F16", "F32", "F64", "U8", "I8", "I16", "I32", "I64", "U16", "U32", "U64"}


def read_safetensors(source: Source) -> VectorFile:
    """Read a safetensors file.

    Raises
    ------
    FormatError
        With the tensor; or if the library is not installed.
    """
    library = _library()
    if library is None:
        raise source.error(f"is read by the package safetensors: {INSTALL}")
    if not source.packed:
        return from_parts(source, _read_tensors(library, source, source.path))
    with tempfile.TemporaryDirectory() as folder, source.unpacked() as content:
        copy = Path(folder) / "unpacked.safetensors"
        with open(copy, "wb") as file:
            while block := content.read(BLOCK):
                file.write(block)
        return from_parts(source, _read_tensors(library, source, copy))


def _read_tensors(library: ModuleType, source: Source, path: Path) -> dict[str, NDArray[Any]]:
    """Copy the tensors that are ours out of the file, which is mapped meanwhile."""
    parts = {}
    try:
        with library.safe_open(str(path), framework="np") as file:
            for name in set(NAMES) & set(file.keys()):
                dtype = file.get_slice(name).get_dtype()
                if dtype not in READ_AS:
                    raise source.error(
                        f"has `{name}` of {dtype}; float32 or float64 is read: convert it first"
                    )
                parts[name] = file.get_tensor(name)
    except library.SafetensorError as error:
        raise source.error(f"is damaged or cut short: {first_line(error)}") from error
    source.report()
    return parts


def write_safetensors(file: IO[bytes], arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write arrays to a safetensors file.

    Raises
    ------
    OutputError
        If the library is not installed.
    """
    if _library() is None:
        raise OutputError(f"safetensors files are written by the package safetensors: {INSTALL}")
    from safetensors.numpy import save

    file.write(save({name: np.ascontiguousarray(array) for name, array in arrays.items()}))


def _library() -> ModuleType | None:
    """Import the library; None if it is not installed."""
    try:
        import safetensors
    except ImportError:
        return None
    return safetensors
