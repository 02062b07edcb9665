"""Where the cache lies, and how files are written: no final name on anything half-written."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import secrets
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from w2v.errors import OutputError

HASH_BLOCK = 1 << 20  # bytes that are hashed at once

# What can be done about an error that is not the program's.
REMEDIES = {
    errno.ENOSPC: "make room and try again",
    getattr(errno, "EDQUOT", errno.ENOSPC): "make room and try again",
    errno.EFBIG: "this disk, or a limit of this shell (ulimit -f), allows no larger file",
}


def cache_folder() -> Path:
    """Return `$W2V_CACHE`, or w2v's folder in the user's cache folder."""
    if folder := os.environ.get("W2V_CACHE"):
        return Path(folder)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "w2v"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "w2v" / "cache"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "w2v"


@contextlib.contextmanager
def atomic_write(path: Path, mode: str = "wb") -> Iterator[IO[Any]]:
    """Open a temporary file beside `path`; rename it to `path` when the block ends well.

    Parameters
    ----------
    path : Path
    mode : "wb" or "w"
        Text is UTF-8 with LF line ends.

    Raises
    ------
    OutputError
        If the file cannot be written: a folder that is missing or closed, a full disk.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    text = {"encoding": "utf-8", "newline": "\n"} if "b" not in mode else {}
    try:
        with open(temporary, mode, **text) as file:  # type: ignore[call-overload]
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
        sync_folder(path.parent)
    except OSError as error:
        raise cannot_write(path, error) from error
    finally:
        with contextlib.suppress(OSError):  # it has its name, or its folder is gone or closed
            temporary.unlink()


def add_whole(path: Path, content: bytes) -> None:
    """Add to the end of a file, which is made if it is not there: all of it, or nothing.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    with open(path, "ab", buffering=0) as file:
        before = file.seek(0, os.SEEK_END)
        try:
            n_written = file.write(content)
            while n_written < len(content):  # the disk has no room for all; it says so now
                n_written += file.write(content[n_written:])
        except OSError:
            with contextlib.suppress(OSError):
                file.truncate(before)
            raise


def sync_folder(folder: Path) -> None:
    """See the names in a folder to the disk, where the system can: else a power cut takes them."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def open_ordinary(path: Path) -> IO[bytes]:
    """Open a file to be read; on a pipe or a device one might wait for ever.

    Raises
    ------
    OSError
        If it cannot be opened, or is no ordinary file.
    """
    not_waiting = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)  # not on all systems
    descriptor = os.open(path, os.O_RDONLY | not_waiting)
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        what = "it is a folder" if stat.S_ISDIR(mode) else "it is no ordinary file"
        raise OSError(errno.EINVAL, what, str(path))
    return open(descriptor, "rb")


def sha256_of(*paths: Path) -> str:
    """Return the sha256 of the bytes of some files, as `cat FILES | sha256sum` does.

    Raises
    ------
    OSError
        If one cannot be read, or is no ordinary file; its `filename` says which.
    """
    digest = hashlib.sha256()
    for path in paths:
        try:
            with open_ordinary(path) as file:
                while block := file.read(HASH_BLOCK):
                    digest.update(block)
        except OSError as error:
            error.filename = str(path)  # reading does not say it
            raise
    return digest.hexdigest()


def sync_file(path: Path) -> None:
    """See the content of a file to the disk.

    Raises
    ------
    OSError
    """
    with open(path, "rb+") as file:
        os.fsync(file.fileno())


def clear_leftovers(path: Path) -> None:
    """Remove what `atomic_write` left beside `path` when it was killed; nobody may be writing it.

    What cannot be removed stays: it is in nobody's way.
    """
    name = re.compile(re.escape(f".{path.name}.") + r"[0-9a-f]{8}\.tmp")
    with contextlib.suppress(OSError):
        for file in path.parent.iterdir():
            if name.fullmatch(file.name):
                file.unlink(missing_ok=True)


def cannot_write(path: Path, error: OSError) -> OutputError:
    """Say which file could not be written, and why."""
    return OutputError(f"{path} cannot be written: {reason_of(error)}")


def cannot_cache(error: OSError) -> OutputError:
    """Say that the cache could not be written, and how to move it."""
    return OutputError(
        f"the cache {cache_folder()} cannot be written: {reason_of(error)}; "
        "W2V_CACHE=FOLDER puts it elsewhere"
    )


def reason_of(error: OSError) -> str:
    """Say what the system has said, and what can be done about a disk that is full."""
    said = error.strerror or str(error)
    remedy = REMEDIES.get(error.errno or 0)
    return said if remedy is None else f"{said}; {remedy}"


def bytes_for_people(n_bytes: float) -> str:
    """Return a size with its unit.

    >>> bytes_for_people(52_300_000)
    '52 MB'
    """
    for unit in ("bytes", "kB", "MB"):
        if n_bytes < 1000:
            return f"{n_bytes:.0f} {unit}"
        n_bytes /= 1000
    return f"{n_bytes:.1f} GB"
