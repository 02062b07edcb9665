"""How a process keeps memory that it will soon want again, and gives back what it will not."""

from __future__ import annotations

import ctypes
import sys

# Options of glibc's mallopt, by their numbers in malloc.h.
TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3
MEGABYTE = 1 << 20


def keep_freed_memory() -> bool:
    """Tell the C library to keep freed memory for the next array; return whether it could be told.

    Drawing a chunk makes some twenty arrays of a megabyte and lets them go. By itself glibc hands
    most of them back to the system, and each new one is then filled with fresh pages, one fault a
    page: in threads that took longer than the drawing. It concerns the whole process, so only the
    command and the processes of a sweep do it, never `train`. Other C libraries than glibc are left
    as they are.

    References
    ----------
    mallopt(3). 32 MB is the largest MMAP_THRESHOLD that it takes.
    """
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    return all(
        [mallopt(MMAP_THRESHOLD, 32 * MEGABYTE) == 1, mallopt(TRIM_THRESHOLD, 256 * MEGABYTE) == 1]
    )


def give_back_freed_memory() -> bool:
    """Tell the C library to give freed memory back to the system; return whether some was.

    What was freed after reading a text is in pieces, of which a large table can use none.

    References
    ----------
    malloc_trim(3), of glibc alone.
    """
    if not sys.platform.startswith("linux"):
        return False
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    return trim is not None and trim(0) == 1
