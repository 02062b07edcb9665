"""Which files a corpus path names, and a file for standard input. They are read in `reading.py`."""

from __future__ import annotations

import contextlib
import glob
import os
import uuid
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO

from w2v.errors import CorpusError
from w2v.locks import Lock, wait_for
from w2v.text.leftovers import clear_dead, lock_of

BLOCK_BYTES = 1 << 20


def find_files(paths: Iterable[str]) -> list[Path]:
    """List the files that a corpus path names: files, folders (all files below), globs.

    Files of a folder or glob come in sorted order; names that begin with a dot are passed over.

    Raises
    ------
    CorpusError
        If a path matches nothing, or a pipe or device.
    """
    files: list[Path] = []
    for path in paths:
        if os.path.isdir(path):
            found = _files_below(Path(path))
        elif os.path.exists(path):
            # Files are read twice, and the second time a pipe is empty.
            if not os.path.isfile(path):
                raise CorpusError(f"corpus {path} is no regular file; pipe it in, and give -")
            found = [Path(path)]
        else:
            found = [Path(match) for match in sorted(_matches(path)) if os.path.isfile(match)]
        if not found:
            what = "holds no files" if os.path.isdir(path) else "does not exist"
            raise CorpusError(
                f"corpus {path} {what}; give --corpus a file, folder, glob or a name of "
                "`w2v corpus list`"
            )
        files += found
    return files


def _matches(pattern: str) -> set[str]:
    """Expand a glob; `**` stands for any folders below, links to folders apart."""
    parts = pattern.split(os.sep)
    if "**" not in parts:
        return {*glob.glob(pattern)}
    at = parts.index("**")
    begin, rest = os.sep.join(parts[:at]), parts[at + 1 :]
    while rest[:1] == ["**"]:  # which is the same again
        del rest[0]
    if at == 0:
        starts = [os.curdir]
    else:
        starts = [*filter(os.path.isdir, glob.glob(begin))] if begin else [os.sep]
    return {
        match
        for start in starts
        for parent, _ in _folders_below(start)
        for match in _matches(os.path.join(glob.escape(parent), *(rest or ["*"])))
    }


def _files_below(folder: Path) -> list[Path]:
    """List the visible files below a folder."""

    def refuse(error: OSError) -> None:
        raise CorpusError(f"{error.filename} cannot be read: {error.strerror}") from error

    return [
        path
        for parent, names in _folders_below(folder, refuse)
        for name in sorted(names)
        if not name.startswith(".") and (path := Path(parent, name)).is_file()
    ]


def _folders_below(
    folder: str | Path, onerror: Callable[[OSError], None] | None = None
) -> Iterator[tuple[str, list[str]]]:
    """Yield a folder, and each visible one below it, with the names of the files in it.

    Links to folders are not followed: two that lead back make more paths than can be counted. A
    folder that cannot be read is passed over, unless there is `onerror`.
    """
    for parent, folders, names in os.walk(folder, onerror=onerror):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield parent, names


class Spooled:
    """A copy of standard input, which can be read only once.

    Attributes
    ----------
    path : Path
    """

    def __init__(self, path: Path, lock: Lock) -> None:
        self.path, self._lock = path, lock

    def remove(self) -> None:
        """Remove it; who reads it is done."""
        with contextlib.suppress(OSError):  # the next one to copy clears it away
            self.path.unlink()
        self._lock.close()


def spool(stream: IO[bytes], folder: Path) -> Spooled:
    """Copy standard input to a file; clear away the copies of processes that were killed.

    Raises
    ------
    OSError
        If it cannot be read, or the copy not be written.
    """
    path = folder / f"stdin-{uuid.uuid4().hex}.txt"
    lock = wait_for(lock_of(path), lambda pid: None, lambda: None)
    spooled = Spooled(path, lock)
    try:
        clear_dead(folder, "stdin-*.txt", lock)
        with open(path, "wb") as file:
            while block := stream.read(BLOCK_BYTES):
                file.write(block)
    except BaseException:
        spooled.remove()
        raise
    return spooled
