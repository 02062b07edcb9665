"""Two disks that have no room: one for no large file, by a limit of the system, one for nothing."""

from __future__ import annotations

import contextlib
import gc
import os
import subprocess
import sys

import pytest

resource = pytest.importorskip("resource", reason="needs the limits of POSIX")
SIZE = 4_000_000


class Limited:
    """A folder in which a file can be made as large as it is allowed to be."""

    said = "File too large; this disk, or a limit of this shell (ulimit -f), allows no larger file"

    def __init__(self, folder):
        self.folder = folder

    @contextlib.contextmanager
    def with_room_for(self, n_bytes):
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


class Full:
    """A small disk of its own, which holds so much more and nothing else."""

    said = "No space left on device; make room and try again"

    def __init__(self, mounted):
        self.folder, self._filler = mounted / "folder", mounted / "filler"
        self.folder.mkdir()

    @contextlib.contextmanager
    def with_room_for(self, n_bytes):
        gc.collect()  # what was removed takes room as long as somebody has it mapped
        with open(self._filler, "wb", buffering=0) as filler:
            with contextlib.suppress(OSError):
                while filler.write(bytes(1 << 16)):
                    pass
            filler.truncate(filler.tell() - n_bytes)  # whole pages are free again
        try:
            yield
        finally:
            self._filler.unlink()


@contextlib.contextmanager
def mounted(folder):
    """Mount a small disk in memory."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("only root mounts a disk")
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"no disk can be mounted here: {done.stderr.decode(errors='replace').strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextlib.contextmanager
def disk_of(kind, folder):
    """Make one of the two in a folder."""
    if kind == "limited":
        yield Limited(folder)
    else:
        with mounted(folder):
            yield Full(folder)
