"""What is half-done in the cache, and who is at it: what a killed process has left is removed.

Each half-done file or folder has a lock (w2v/locks.py): of KEY.anything that is KEY.lock, beside
it. Whoever makes it holds the lock before it is there and until it is gone. So what nobody holds
the lock of is nobody's.
"""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

from w2v.locks import Lock, try_to_take


def lock_of(path: Path) -> Path:
    """Return the lock file of a half-done file or folder.

    >>> lock_of(Path("corpora/0123.89ab.partial")).name
    '0123.lock'
    """
    return path.with_name(path.name.partition(".")[0] + ".lock")


def clear_dead(folder: Path, pattern: str, own: Lock) -> None:
    """Remove what is half-done and has nobody who does it; what cannot be removed stays.

    Parameters
    ----------
    folder : Path
    pattern : str
        Of half-done files or folders in it; locks that nobody holds go too.
    own : Lock
        One that this process holds; what is under it is of another time.
    """
    if not own.keeps_out:  # nothing tells the dead from the living on this disk
        return
    with contextlib.suppress(OSError):
        for path in sorted([*folder.glob(pattern), *folder.glob("*.lock")]):
            lock_path = lock_of(path)
            if lock_path != own.path:
                if (lock := try_to_take(lock_path)) is not None:
                    with lock:
                        _remove(path)
            elif path != own.path:
                _remove(path)


def _remove(path: Path) -> None:
    """Remove a file or a folder."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            path.unlink()
