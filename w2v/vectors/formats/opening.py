"""Open a file of vectors, plain or packed with gzip, and read no more of it than it can justify.

What is unpacked is counted against what it was packed in; whatever can be wrong with the file
itself ends here as a FormatError.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import stat
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

from w2v.errors import FormatError, first_line, quoted
from w2v.vectors.formats.contract import GZIP_MAGIC, Progress

MAX_RATIO = 200  # unpacked bytes for each packed byte; numbers as text come to 2 to 10
SLACK = 16 << 20  # bytes that may be unpacked from however little
BLOCK = 1 << 20


class Source:
    """A file that is being read from its begin to its end.

    Parameters
    ----------
    path : Path
    file : IO[bytes]
        The file itself.
    packed : bool
        Whether it is gzip; then its content is read, unpacked.
    on_progress : callable, optional
        Called with (bytes of the file read so far, bytes in all), about each megabyte.

    Attributes
    ----------
    path : Path
    packed : bool
    n_bytes : int
        Of the file as it lies on the disk.
    format : str
        To be named in errors, once it is known.
    """

    def __init__(
        self, path: Path, file: IO[bytes], packed: bool, on_progress: Progress | None = None
    ) -> None:
        self.path = path
        self.packed = packed
        self.format = ""
        self.n_bytes = file.seek(0, io.SEEK_END)
        file.seek(0)
        self._file = file
        self._stream: IO[bytes] = file
        if packed:
            # GzipFile is no RawIOBase to the types, but has all that BufferedReader asks for.
            unpacked = cast(io.RawIOBase, gzip.GzipFile(fileobj=file))
            self._stream = io.BufferedReader(unpacked, BLOCK)
        self._on_progress = on_progress
        self._n_read = self._n_reported = 0

    def error(self, problem: str) -> FormatError:
        """Return the error that names the file, its format, and a problem: `has no end`."""
        format = ", ".join(filter(None, [self.format, "gzip" if self.packed else ""]))
        return FormatError(
            f"{self.path} ({format}) {problem}" if format else f"{self.path} {problem}"
        )

    def said_twice(self, word: str, first_row: int, second_row: int) -> FormatError:
        """Return the error that a word is there twice; rows are counted from 0."""
        return self.error(
            f"has the word {quoted(word)} twice, in rows {first_row + 1:,} and {second_row + 1:,}"
        )

    def head(self, n_bytes: int) -> bytes:
        """Return the first bytes, and begin again."""
        with self._damage_said():
            block = self._stream.read(n_bytes)
        self.rewind()
        return block

    def read(self, n_bytes: int) -> bytes:
        """Return the next bytes; fewer only at the end."""
        with self._damage_said():
            return self._counted(self._stream.read(n_bytes))

    def readline(self, longest: int) -> bytes:
        """Return the next line with its end; b"" after the last.

        Raises
        ------
        FormatError
            If it does not end within `longest` bytes.
        """
        # Called for each word: a `with` here took longer than the reading.
        try:
            line = self._stream.readline(longest + 1)
        except (EOFError, zlib.error, OSError) as error:
            raise self._damage(error) from error
        if len(line) > longest:
            raise self.error(
                f"has a line of more than {longest:,} bytes; it is damaged or no vectors"
            )
        return self._counted(line)

    def rewind(self) -> None:
        """Begin again."""
        with self._damage_said():
            self._stream.seek(0)
        self._n_read = self._n_reported = 0

    @contextlib.contextmanager
    def unpacked(self) -> Iterator[IO[bytes]]:
        """Give the content as a file in which one can jump: a temporary one, if it is packed."""
        if not self.packed:
            yield self._file
            return
        with tempfile.TemporaryFile() as copy:
            while block := self.read(BLOCK):
                copy.write(block)
            copy.seek(0)
            yield copy

    def report(self) -> None:
        """Tell how far the file has been read."""
        if self._on_progress is not None:
            self._on_progress(min(self._file.tell(), self.n_bytes), self.n_bytes)

    def _counted(self, block: bytes) -> bytes:
        """Count what was read; refuse what could go on for ever."""
        self._n_read += len(block)
        if self._n_read - self._n_reported >= BLOCK:
            self._n_reported = self._n_read
            self.report()
            if self.packed and self._n_read > MAX_RATIO * self._file.tell() + SLACK:
                raise self.error(
                    f"unpacks to more than {MAX_RATIO} times its size, as no vectors do; "
                    "if it is meant, unpack it first (gunzip)"
                )
        return block

    @contextlib.contextmanager
    def _damage_said(self) -> Iterator[None]:
        """Turn what reading raises into the sentence."""
        try:
            yield
        except (EOFError, zlib.error, OSError) as error:
            raise self._damage(error) from error

    def _damage(self, error: Exception) -> FormatError:
        """Say that the file cannot be read on."""
        if isinstance(error, EOFError):
            return self.error("is cut short: the packed data has no end; fetch or make it again")
        if isinstance(error, OSError) and error.strerror:
            return self.error(f"cannot be read: {error.strerror}")
        return self.error(f"is damaged: {first_line(error)}; fetch or make it again")


@contextlib.contextmanager
def open_source(path: str | Path, on_progress: Progress | None = None) -> Iterator[Source]:
    """Open a file of vectors; gzip is recognised by its first bytes.

    Raises
    ------
    FormatError
        If it cannot be opened, is a folder or pipe, or is empty.
    """
    path = Path(path)
    with contextlib.ExitStack() as stack:
        try:
            mode = path.stat().st_mode
            if stat.S_ISDIR(mode):
                raise FormatError(f"{path} is a folder, not a file of vectors")
            if not stat.S_ISREG(mode):
                raise FormatError(f"{path} is no ordinary file; write the vectors to one first")
            file = stack.enter_context(open(path, "rb"))
            first = file.read(len(GZIP_MAGIC))
        except (OSError, ValueError) as error:  # ValueError: a name with a NUL
            why = (error.strerror if isinstance(error, OSError) else None) or error
            raise FormatError(f"{path} cannot be read: {why}") from error
        if not first:
            raise FormatError(f"{path} is empty; it holds no vectors")
        yield Source(path, file, first == GZIP_MAGIC, on_progress)


def pack(file: IO[bytes]) -> IO[bytes]:
    """Return a stream that packs with gzip what is written to it, always to the same bytes."""
    stream = gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=file, mtime=0)
    return cast(IO[bytes], stream)
