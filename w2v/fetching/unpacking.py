"""From a download to the file that is used: take out the one member, choose columns, check it.

Only bytes are taken from an archive, never a name, so nothing can be written elsewhere.
"""

from __future__ import annotations

import bz2
import contextlib
import gzip
import hashlib
import lzma
import os
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, cast

from w2v.errors import FetchError, OutputError, first_line
from w2v.fetching.registry import Entry, Sums
from w2v.files import atomic_write

BLOCK_BYTES = 1 << 20
MAX_RATIO = 100  # unpacked to packed, where the unpacked size is not known; text has 3 to 10
SPARE_BYTES = 10_000_000
# What the standard library raises for archives that are damaged, or are none; TypeError for a gzip
# cut in its header, MemoryError for an LZMA that declares a huge window.
DAMAGED = (
    zipfile.BadZipFile, tarfile.TarError, lzma.LZMAError, zlib.error, EOFError, OSError,
    RuntimeError, NotImplementedError, ValueError, TypeError, MemoryError,
)  # fmt: skip
OPENERS: dict[str, Callable[[Path], IO[bytes]]] = {
    "none": lambda path: path.open("rb"),
    "gz": lambda path: cast(IO[bytes], gzip.GzipFile(path, "rb")),
    "bz2": lambda path: bz2.BZ2File(path, "rb"),
    "xz": lambda path: lzma.LZMAFile(path, "rb"),  # noqa: SIM115
}


def unpack(entry: Entry, packed: Path, target: Path) -> Sums:
    """Write the file of an entry to `target`, and return the size and digests after unpacking.

    Parameters
    ----------
    entry : Entry
    packed : Path
        The download.
    target : Path
        Must not be there.

    Raises
    ------
    FetchError
        If the archive is damaged, lacks the member, or holds another file than it should.
    OutputError
        If the target cannot be written, or has come to be there.
    """
    most = entry.unpacked.size or MAX_RATIO * packed.stat().st_size + SPARE_BYTES
    sha256, sha1, size = hashlib.sha256(), hashlib.sha1(usedforsecurity=False), 0

    def blocks() -> Iterator[bytes]:
        nonlocal size
        for block in _blocks(entry, packed):
            size += len(block)
            if size > most:
                raise FetchError(
                    f"{entry.name} unpacks to more than {most:,} bytes; that is not trusted"
                )
            sha256.update(block)
            sha1.update(block)
            yield block

    with atomic_write(target) as file:
        file.writelines(_choose_columns(entry, blocks()) if entry.columns else blocks())
        found = Sums(size, sha256.hexdigest(), sha1.hexdigest())
        if difference := entry.unpacked.differences(found):
            raise FetchError(f"{entry.name} unpacks to another file: its {difference}")
        if not size:
            raise FetchError(f"{entry.name} is empty")
        if os.path.lexists(target):
            raise OutputError(f"{target} exists now; choose another --out")
    return found


def _blocks(entry: Entry, packed: Path) -> Iterator[bytes]:
    """Yield the bytes of the one file, however it is packed."""
    try:
        with contextlib.ExitStack() as stack:
            if entry.unpack == "zip":
                stream = _open_in_zip(stack, packed, str(entry.member))
            elif entry.unpack == "tar":
                stream = _open_in_tar(stack, packed, str(entry.member))
            else:
                stream = stack.enter_context(OPENERS[entry.unpack](packed))
            while True:
                block = stream.read(BLOCK_BYTES)
                if not block:
                    return
                yield block
    except KeyError as error:
        raise FetchError(f"the archive of {entry.name} holds no file {entry.member}") from error
    except DAMAGED as error:
        raise FetchError(
            f"the download of {entry.name} cannot be unpacked: {first_line(error)}"
        ) from error


def _open_in_zip(stack: contextlib.ExitStack, packed: Path, member: str) -> IO[bytes]:
    """Open a member of a zip."""
    archive = stack.enter_context(zipfile.ZipFile(packed))
    return stack.enter_context(archive.open(member))


def _open_in_tar(stack: contextlib.ExitStack, packed: Path, member: str) -> IO[bytes]:
    """Open a member of a tar, however it is compressed; links are no files."""
    # As a stream, so that nothing is read twice and no index of a huge archive is made.
    archive = stack.enter_context(tarfile.open(packed, "r|*"))  # noqa: SIM115
    for info in archive:
        if info.name.removeprefix("./") == member and info.isreg():
            stream = archive.extractfile(info)
            assert stream is not None  # it is for regular files
            return stack.enter_context(stream)
    raise KeyError(member)


def _choose_columns(entry: Entry, blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the chosen columns of a table with tabs, without its header."""
    lines = _lines(blocks)
    header = next(lines, b"").removeprefix(b"\xef\xbb\xbf").split(b"\t")
    try:
        places = [header.index(column.encode()) for column in entry.columns]
    except ValueError as error:
        raise FetchError(
            f"{entry.name} has other columns than {', '.join(entry.columns)}"
        ) from error
    for number, line in enumerate(lines, 2):
        fields = line.split(b"\t")
        if len(fields) <= max(places):
            if not line:
                continue
            raise FetchError(f"{entry.name} line {number} has only {len(fields)} columns")
        yield b"\t".join(fields[place] for place in places) + b"\n"


def _lines(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the lines of a file that comes in blocks, without their ends."""
    rest = b""
    for block in blocks:
        *whole, rest = (rest + block).split(b"\n")
        yield from (line.removesuffix(b"\r") for line in whole)
    if rest:
        yield rest.removesuffix(b"\r")
