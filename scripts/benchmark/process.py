"""Run one process and see its seconds, its peak memory, and when it printed what.

Memory is that of the process and its children without the files that they map: RssAnon + RssShmem
of /proc/PID/status, looked at every 10 ms, so a peak shorter than that may be missed, and pages
that processes share are counted in each. Where there is no /proc it is `ru_maxrss`, mapped files
included.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

EVERY_SECONDS = 0.01
# Matrix products on one thread: what is timed is each program's own threads.
ONE_THREAD = {
    f"{library}_NUM_THREADS": "1"
    for library in ("OMP", "OPENBLAS", "MKL", "BLIS", "VECLIB_MAXIMUM")
}
PRIVATE = re.compile(rb"^Rss(?:Anon|Shmem):\s+(\d+) kB", re.MULTILINE)


class ProcessError(Exception):
    """A process ended with an error; says what it printed last."""


@dataclass(frozen=True)
class Outcome:
    """What was seen of a process.

    Attributes
    ----------
    seconds : float
        From its start to its end.
    peak_bytes : int
    printed : list of (seconds since the start, bytes)
        Both output streams, as they came.
    """

    seconds: float
    peak_bytes: int
    printed: list[tuple[float, bytes]]

    @property
    def text(self) -> str:
        """All that was printed."""
        return b"".join(part for _, part in self.printed).decode("utf-8", "replace")

    def seconds_between(self, begin: bytes, end: bytes) -> float | None:
        """Return the time from the first sight of one mark to the last of another."""
        begins = [at for at, part in self.printed if begin in part]
        ends = [at for at, part in self.printed if end in part]
        return ends[-1] - begins[0] if begins and ends and ends[-1] > begins[0] else None


def run_process(command: Sequence[str], environment: Mapping[str, str]) -> Outcome:
    """Run a command to its end.

    Raises
    ------
    ProcessError
        If it cannot be started or ends with an error.
    """
    began = time.perf_counter()
    try:
        process = subprocess.Popen(
            command,
            env={**os.environ, **ONE_THREAD, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
    except OSError as error:
        raise ProcessError(f"{command[0]} cannot be started: {error.strerror}") from error
    watch = _Watch(process, began)
    try:
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
    except BaseException:
        process.kill()
        process.wait()
        raise
    finally:
        watch.stop()
    process.returncode = os.waitstatus_to_exitcode(status)
    # Bytes on macOS, kilobytes elsewhere.
    max_rss = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    outcome = Outcome(seconds, watch.peak_bytes or max_rss, watch.printed)
    if process.returncode != 0:
        last = (outcome.text.strip() or "it printed nothing").splitlines()[-1]
        raise ProcessError(f"exit code {process.returncode}: {last}")
    return outcome


class _Watch:
    """Two threads beside a process: one takes what it prints, one looks at its memory."""

    def __init__(self, process: subprocess.Popen[bytes], began: float) -> None:
        self.peak_bytes = 0
        self.printed: list[tuple[float, bytes]] = []
        self._process = process
        self._began = began
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=f) for f in (self._take, self._look)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End both threads, when the process has ended."""
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _take(self) -> None:
        """Keep what is printed, and when."""
        assert self._process.stdout is not None
        with self._process.stdout as pipe:
            while part := os.read(pipe.fileno(), 1 << 16):
                self.printed.append((time.perf_counter() - self._began, part))

    def _look(self) -> None:
        """Keep the largest sum of the memory of the process and all below it."""
        seen: set[int] = set()
        is_first = True
        while is_first or not self._ended.wait(EVERY_SECONDS):
            is_first = False
            processes = [self._process.pid, *_below(self._process.pid)]
            # A process that has just been forked shows the memory of its parent once more.
            known = [pid for pid in processes if pid in seen or pid == self._process.pid]
            self.peak_bytes = max(self.peak_bytes, sum(map(_private_bytes, known)))
            seen = set(processes)


def _below(pid: int) -> list[int]:
    """List the children of a process, and theirs."""
    try:
        children = [
            int(child)
            for thread in Path("/proc", str(pid), "task").iterdir()
            for child in (thread / "children").read_bytes().split()
        ]
    except (OSError, ValueError):  # it has ended, or there is no /proc
        return []
    return [*children, *(pid for child in children for pid in _below(child))]


def _private_bytes(pid: int) -> int:
    """Return the memory of a process, mapped files apart; 0 if unknown."""
    try:
        status = Path("/proc", str(pid), "status").read_bytes()
    except OSError:
        return 0
    return sum(int(kilobytes) for kilobytes in PRIVATE.findall(status)) * 1024
