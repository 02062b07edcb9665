"""What this process holds of the machine's memory, and how much more the machine would give it.

Where there is no /proc (macOS, Windows) less is known, and None says so.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

PROC, CGROUPS = Path("/proc"), Path("/sys/fs/cgroup")


class Held(NamedTuple):
    """The bytes that this process has in memory now, and had at the most so far."""

    now: int
    peak: int


def memory_held(proc: Path = PROC) -> Held | None:
    """Return what this process holds; None if the system does not say.

    Where only the peak is known, it stands for both.
    """
    with contextlib.suppress(OSError, KeyError):
        sizes = _sizes(proc / "self" / "status")
        return Held(sizes["VmRSS"], sizes["VmHWM"])
    with contextlib.suppress(ImportError):
        resource = importlib.import_module("resource")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        # Bytes on macOS, kilobytes elsewhere.
        peak *= 1 if sys.platform == "darwin" else 1024
        return Held(peak, peak)
    return None


def available_memory(proc: Path = PROC, cgroups: Path = CGROUPS) -> int | None:
    """Return how many bytes more this process could take; None if the system does not say.

    The least of what the machine has left, what the process's control groups and those above them
    have left (as of a container), and what `ulimit` leaves it.
    """
    limits = [*_of_machine(proc), *_of_cgroups(proc, cgroups), *_of_process(proc)]
    return max(min(limits), 0) if limits else None


def _sizes(file: Path) -> dict[str, int]:
    """Read the lines `Name:   123 kB` of a file of /proc, in bytes."""
    found = re.findall(r"^(\w+):\s+(\d+) kB$", file.read_text("ascii", "replace"), re.MULTILINE)
    return {name: int(size) * 1024 for name, size in found}


def _of_machine(proc: Path) -> Iterator[int]:
    """Yield what the machine has left; of one that does not say, all that it has."""
    try:
        yield _sizes(proc / "meminfo")["MemAvailable"]
    except (OSError, KeyError):
        if hasattr(os, "sysconf"):
            with contextlib.suppress(OSError, ValueError):
                yield os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _of_cgroups(proc: Path, cgroups: Path) -> Iterator[int]:
    """Yield what each control group of this process, or above it, has left."""
    try:
        lines = (proc / "self" / "cgroup").read_text("utf-8", "replace").splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = [*line.split(":", 2), "", ""][:3]
        if not controllers:  # version 2
            yield from _left_upwards(cgroups, path, "memory.max", "memory.current", "inactive_file")
        elif "memory" in controllers.split(","):
            names = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
            yield from _left_upwards(cgroups / "memory", path, *names)


def _left_upwards(root: Path, path: str, limit: str, usage: str, cached: str) -> Iterator[int]:
    """Yield the limit of a group and of all above it, each less what is used of it.

    What files take in it is given back when it is wanted. A group that cannot be seen, as from
    inside a container, is left out.
    """
    here = root / path.lstrip("/")
    for folder in [here, *here.parents]:
        with contextlib.suppress(OSError, ValueError):
            most = (folder / limit).read_text("ascii").strip()
            if most != "max":
                used = int((folder / usage).read_text("ascii"))
                yield int(most) - used + _cached(folder / "memory.stat", cached)
        if folder == root:
            break


def _cached(file: Path, name: str) -> int:
    """Return the bytes of files that a group keeps in memory and does not use."""
    with contextlib.suppress(OSError, ValueError):
        for line in file.read_text("ascii").splitlines():
            key, _, size = line.partition(" ")
            if key == name:
                return int(size)
    return 0


def _of_process(proc: Path) -> Iterator[int]:
    """Yield what the limits of the process leave it: of addresses, and of data."""
    with contextlib.suppress(ImportError, OSError):
        resource = importlib.import_module("resource")
        sizes = _sizes(proc / "self" / "status")
        for name, used in (("RLIMIT_AS", "VmSize"), ("RLIMIT_DATA", "VmData")):
            limit = resource.getrlimit(getattr(resource, name))[0]
            if limit != resource.RLIM_INFINITY and used in sizes:
                yield limit - sizes[used]
