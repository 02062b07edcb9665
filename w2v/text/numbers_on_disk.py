"""An array in a file, of which any stretch can be read: the ids of a text, of which few are wanted.

It is read, not mapped: a mapped page counts as memory of the process, and a file that is cut short
under a mapping ends the process without a word. A read says what is wrong.
"""

from __future__ import annotations

import os
import threading
import weakref
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2v.errors import CorpusError

CHANGED = "was changed while it was in use; run it again"


class NumbersOnDisk:
    """Whole numbers in a file; `numbers[start:stop]` reads some. Several threads may read at once.

    The file stays open, so that it can be read to the end even when its name is gone.

    Parameters
    ----------
    path : Path
    dtype : str
        Of the numbers, as NumPy spells it.

    Attributes
    ----------
    dtype : dtype

    Raises
    ------
    OSError
        If the file cannot be opened.
    ValueError
        If it does not hold whole numbers of this type.
    """

    def __init__(self, path: Path, dtype: str) -> None:
        self.dtype: np.dtype[Any] = np.dtype(dtype)
        self._path = path
        self._file = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        weakref.finalize(self, os.close, self._file)
        self._lock = threading.Lock()  # where a file has one place that it is read at
        self._length, rest = divmod(os.fstat(self._file).st_size, self.dtype.itemsize)
        if rest:
            raise ValueError(f"{path} ends inside a number")

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, stretch: slice) -> NDArray[Any]:
        """Return the numbers of a stretch, as of any sequence; steps other than 1 are not taken.

        Raises
        ------
        CorpusError
            If they cannot be read, or are gone.
        """
        start, stop, step = stretch.indices(self._length)
        if step != 1:
            raise ValueError("numbers on disk are read one after another")
        size = self.dtype.itemsize
        n_bytes = max(stop - start, 0) * size
        try:
            content = self._read(start * size, n_bytes)
        except OSError as error:
            reason = error.strerror or error
            raise CorpusError(f"the cache {self._path} cannot be read: {reason}") from error
        if len(content) < n_bytes:
            raise CorpusError(f"the cache {self._path} {CHANGED}")
        return np.frombuffer(content, self.dtype)

    def _read(self, at: int, n_bytes: int) -> bytes:
        """Read some bytes, fewer where the file ends."""
        parts = []
        while n_bytes and (part := self._read_once(at, n_bytes)):
            parts.append(part)
            at += len(part)
            n_bytes -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _read_once(self, at: int, n_bytes: int) -> bytes:
        """Read some bytes, or as many as the system gives at once."""
        if hasattr(os, "pread"):
            return os.pread(self._file, n_bytes, at)
        with self._lock:  # as on Windows
            os.lseek(self._file, at, os.SEEK_SET)
            return os.read(self._file, n_bytes)
