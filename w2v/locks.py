"""Locks between processes: one of them at a time works in a folder, the others are told which.

A lock is a file that the system locks for as long as it is open: a process that dies lets go of it
by itself, and the file that it leaves behind is taken over. Its content is the number of the
process that holds it. Where a disk or a system has no such locks, nobody is kept out.
"""

from __future__ import annotations

import contextlib
import errno
import importlib
import os
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from w2v.errors import OutputError
from w2v.files import cannot_write

SECONDS_BETWEEN_TRIES = 0.1
TRIES_TO_TAKE = 100  # while others remove the file that was opened
# The holder writes its number a moment after it has the lock.
TRIES_TO_READ, SECONDS_TO_READ = 5, 0.01
# Windows locks a part of a file, which nobody can read then: one far behind the number.
PART_AT = 1 << 20
OPEN_AS = (
    os.O_RDWR
    | os.O_CREAT
    # What a stranger's folder has in this place is neither followed nor waited for.
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
)
READ_AS = OPEN_AS & ~(os.O_CREAT | os.O_RDWR) | os.O_RDONLY


class Lock:
    """A lock that this process holds until `close`, or until it ends, however it ends.

    Attributes
    ----------
    path : Path
    keeps_out : bool
        Whether this disk and system have such locks at all.
    descriptor : int, optional
        For `pass_fds` of a subprocess: who inherits it holds the lock too, until it ends. None
        where that cannot be.
    """

    def __init__(self, path: Path, opened: int, *, keeps_out: bool) -> None:
        self.path, self.keeps_out = path, keeps_out
        self._opened: int | None = opened
        self.descriptor = opened if keeps_out and os.name == "posix" else None

    def close(self) -> None:
        """Let go of the lock, and remove its file; a second call does nothing."""
        if self._opened is None:
            return
        with contextlib.suppress(OSError):  # Windows removes nothing that is open
            # While it is held: who opened it before finds that it has no name, and tries again.
            if _is_at(self.path, self._opened):
                self.path.unlink()
        os.close(self._opened)
        self._opened = self.descriptor = None

    def __enter__(self) -> Lock:
        """Return the lock."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go of it."""
        self.close()


def take(path: Path, what: str, remedy: str) -> Lock:
    """Take a lock, or refuse at once.

    Parameters
    ----------
    path : Path
        Of the lock file; its folder must be there.
    what : str
        What the other process does, as "another sweep is at work in FOLDER".
    remedy : str
        What to do about it.

    Raises
    ------
    OutputError
        If another process holds it, which is named by its number; or if no file can be made there.
    """
    try:
        lock = try_to_take(path)
    except OSError as error:
        raise cannot_write(path, error) from error
    if lock is None:
        raise OutputError(f"{what} ({_named(holder_of(path))}); {remedy}")
    return lock


def wait_for(
    path: Path, on_wait: Callable[[int | None], None], while_waiting: Callable[[], None]
) -> Lock:
    """Take a lock as soon as nobody else holds it.

    Parameters
    ----------
    path : Path
        Of the lock file; its folder must be there.
    on_wait : callable
        Called once, with the number of the process that is waited for, or None if it is not known;
        not called if nobody is waited for.
    while_waiting : callable
        Called again and again; what it raises ends the wait.

    Raises
    ------
    OSError
        If no file can be made there.
    """
    lock = try_to_take(path)
    if lock is None:
        on_wait(holder_of(path))
    while lock is None:
        while_waiting()
        time.sleep(SECONDS_BETWEEN_TRIES)
        lock = try_to_take(path)
    return lock


def try_to_take(path: Path) -> Lock | None:
    """Take a lock if nobody holds it; return None if somebody does.

    Raises
    ------
    OSError
        If no file can be made there.
    """
    for _ in range(TRIES_TO_TAKE):
        opened = os.open(path, OPEN_AS, 0o666)
        try:
            keeps_out = _lock(opened)
        except BlockingIOError:
            os.close(opened)
            return None
        # The last holder removes the file: what was opened before that keeps nobody out.
        if _is_at(path, opened):
            with contextlib.suppress(OSError):  # a full disk: the number is only for people
                os.ftruncate(opened, 0)
                os.write(opened, b"%d\n" % os.getpid())
            return Lock(path, opened, keeps_out=keeps_out)
        os.close(opened)
    return None  # they come and go


def is_held(path: Path) -> bool:
    """Tell whether a process holds a lock; where only a number tells, or nothing, yes.

    Parameters
    ----------
    path : Path
        Of the lock file.
    """
    number = _number_in(path)
    if number is not None and _is_alive(number):
        return True
    try:
        opened = os.open(path, READ_AS)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    try:
        return not _lock(opened)
    except BlockingIOError:  # who inherited it holds it still
        return True
    finally:
        os.close(opened)


def holder_of(path: Path) -> int | None:
    """Return the number of the process that holds a lock; None if it is not known.

    Parameters
    ----------
    path : Path
        Of the lock file.
    """
    number = None
    for _ in range(TRIES_TO_READ):
        number = _number_in(path)
        if number is not None and _is_alive(number):
            break
        time.sleep(SECONDS_TO_READ)  # another one has just taken it over
    return number


def _named(number: int | None) -> str:
    """Name the process that holds a lock."""
    if number is None:
        return "another process"
    if not _is_alive(number):  # who inherited the lock holds it still
        return f"one that process {number} has started"
    return f"process {number}"


def _number_in(path: Path) -> int | None:
    """Return the number that a lock file holds."""
    try:
        opened = os.open(path, READ_AS)
    except OSError:
        return None
    try:
        content = os.read(opened, 20)
    except OSError:
        return None
    finally:
        os.close(opened)
    return int(content) if content.strip().isdigit() else None


def _is_alive(number: int) -> bool:
    """Tell whether there is a process of this number, as far as this system tells."""
    if os.name != "posix":  # asking would end it
        return True
    try:
        os.kill(number, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:  # somebody else's
        return True
    return True


def _is_at(path: Path, opened: int) -> bool:
    """Tell whether an open file still has that name."""
    try:
        return os.path.samestat(os.stat(path, follow_symlinks=False), os.fstat(opened))
    except OSError:
        return False


def _lock(opened: int) -> bool:
    """Lock an open file until it is closed; tell whether this system and disk can.

    Raises
    ------
    BlockingIOError
        If somebody else holds it.
    """
    try:
        fcntl = importlib.import_module("fcntl")
    except ImportError:
        return _lock_part(opened)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except OSError:  # not on this disk
        return False
    return True


def _lock_part(opened: int) -> bool:
    """Lock a part of an open file, as Windows does."""
    try:
        windows = importlib.import_module("msvcrt")
        os.lseek(opened, PART_AT, os.SEEK_SET)
        windows.locking(opened, windows.LK_NBLCK, 1)
    except ImportError:
        return False
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EDEADLK):
            raise BlockingIOError(error.errno, error.strerror) from error
        return False
    finally:
        os.lseek(opened, 0, os.SEEK_SET)
    return True
