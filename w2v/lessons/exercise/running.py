"""Run the learner's code in a process of its own: start it, watch it, end it and all it started.

A fresh interpreter (w2v/processes.py) in a session of its own, with a time limit that begins when
it is ready to run the code. What it prints is kept up to a limit; what it found comes in a file.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from w2v.errors import W2VError
from w2v.lessons.exercise.child import JOB, REPORTS
from w2v.processes import ONE_BLAS_THREAD, fresh_python

CODE = "from w2v.lessons.exercise.child import work; work({folder!r})"
SECONDS_TO_START = 60.0  # an interpreter with NumPy, on a slow disk
KEPT_BYTES = 1 << 16  # of what the code prints
PAUSE = 0.02  # seconds between two looks at the process


@dataclass(frozen=True)
class Ran:
    """How a process ended, and what it left.

    Attributes
    ----------
    reports : list of dict
    printed : str
        What it printed, at most `KEPT_BYTES`.
    is_cut : bool
        Whether it printed more.
    how : str
        `ended`, `too_long`, `no_start`, `exit` or `signal`.
    code : int
        The exit code or the signal.
    """

    reports: list[dict[str, Any]] = field(default_factory=list)
    printed: str = ""
    is_cut: bool = False
    how: str = "ended"
    code: int = 0


def run_code(
    file: Path,
    time_limit: float,
    *,
    topic: str | None = None,
    on_printed: Callable[[str], None] | None = None,
) -> Ran:
    """Run a file of the learner's.

    Parameters
    ----------
    file : Path
    time_limit : float
        In seconds.
    topic : str, optional
        The exercise whose function is checked; without it the file is `train.py`.
    on_printed : callable, optional
        Is told each line as it is printed, from another thread.

    Returns
    -------
    Ran

    Raises
    ------
    W2VError
        If no process can be started.
    """
    with tempfile.TemporaryDirectory(prefix="w2v-exercise-", ignore_cleanup_errors=True) as folder:
        job = {"file": str(file.resolve()), "topic": topic, "seconds": time_limit}
        (Path(folder) / JOB).write_text(json.dumps(job), "utf-8")
        reports = Path(folder) / REPORTS
        process = _started(folder, file.resolve().parent)
        assert process.stdout is not None
        listener = Listener(process.stdout, on_printed)
        listener.start()
        try:
            how = _watch(process, reports, time_limit)
        finally:
            _end(process)
            listener.join(1.0)  # a process that got away may hold the pipe for ever
        said = _read(reports)
        if how == "ended" and not any({"end", "refused"} & report.keys() for report in said):
            how = "signal" if process.returncode < 0 else "exit"
        return Ran(said, listener.text(), listener.is_cut, how, abs(process.returncode))


class Listener(threading.Thread):
    """Reads all that a process prints, so that it never waits, and keeps the beginning."""

    def __init__(self, pipe: IO[bytes], on_line: Callable[[str], None] | None) -> None:
        super().__init__(daemon=True)
        self._pipe, self._on_line = pipe, on_line
        self._kept = bytearray()
        self.is_cut = False

    def run(self) -> None:
        """Read until there is no more."""
        told = 0
        with contextlib.suppress(OSError, ValueError):
            while block := os.read(self._pipe.fileno(), 1 << 14):
                room = KEPT_BYTES - len(self._kept)
                self._kept += block[:room]
                self.is_cut |= len(block) > room
                end = self._kept.rfind(b"\n") + 1
                if self._on_line is not None and end > told:
                    for line in self._kept[told:end].decode(errors="replace").splitlines():
                        self._on_line(line)
                    told = end
            self._pipe.close()

    def text(self) -> str:
        """Return what was kept."""
        return bytes(self._kept).decode(errors="replace")


def _started(folder: str, working_folder: Path) -> subprocess.Popen[bytes]:
    """Start the process."""
    command = fresh_python(CODE.format(folder=folder))
    if command is None:
        raise W2VError("an exercise needs the Python interpreter that w2v runs in; there is none")
    # An empty entry of the search path is the working folder, which is another one there.
    command = [*command[:3], *(os.path.abspath(path) for path in command[3:])]
    environment = {"PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": "1", "PYTHONFAULTHANDLER": ""}
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=working_folder,
            env={**os.environ, **ONE_BLAS_THREAD, **environment},
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
    except OSError as error:
        raise W2VError(f"no process can be started: {error.strerror or error}") from error


def _watch(process: subprocess.Popen[bytes], reports: Path, time_limit: float) -> str:
    """Wait until a process has ended, or has taken too long; return which."""
    began = time.monotonic()
    while not reports.exists() and process.poll() is None:
        if time.monotonic() - began > SECONDS_TO_START:
            return "no_start"
        time.sleep(PAUSE)
    try:
        process.wait(time_limit)
    except subprocess.TimeoutExpired:
        return "too_long"
    return "ended"


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process and all of its session."""
    if hasattr(os, "killpg"):
        # Its number is its group's; the group lives on while anything that it started does.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            for _ in range(20):  # what is being forked may slip through the first time
                os.killpg(process.pid, signal.SIGKILL)
                if process.poll() is not None:
                    time.sleep(PAUSE / 10)
    process.kill()
    process.wait()


def _read(reports: Path) -> list[dict[str, Any]]:
    """Return the whole lines of a file of reports."""
    found = []
    with contextlib.suppress(OSError):
        for line in reports.read_bytes().splitlines():
            with contextlib.suppress(ValueError):
                report = json.loads(line)
                if isinstance(report, dict):
                    found.append(report)
    return found
