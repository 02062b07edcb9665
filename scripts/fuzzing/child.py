"""One case in a process of its own: its limits, and what it must not do.

The process is forked from one that has imported w2v, so that a case takes milliseconds. A hook sees
every file that is opened for writing, moved or removed, every process and every connection; what
lies outside the folders of the case is refused and told.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import resource
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from fuzzing.cases import Case, Outcome, Place
from w2v.training.memory import give_back_freed_memory

WRITABLE = ("out", "cache", "tmp")
WRITE_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
# Events that change paths: (which arguments are the paths, which the folders they begin from).
CHANGES: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "os.chmod": ((0,), (2,)), "os.chown": ((0,), (3,)), "os.link": ((0, 1), (2, 3)),
    "os.mkdir": ((0,), (2,)), "os.remove": ((0,), (1,)), "os.rename": ((0, 1), (2, 3)),
    "os.rmdir": ((0,), (1,)), "os.symlink": ((1,), (2,)), "os.truncate": ((0,), ()),
    "os.utime": ((0,), (3,)),
}  # fmt: skip
FOLLOWS_LINKS = ("open", "os.chmod", "os.chown", "os.truncate", "os.utime")
# Events that no command given here has a reason for.
NEVER = (
    "os.exec", "os.fork", "os.forkpty", "os.kill", "os.posix_spawn", "os.spawn", "os.system",
    "pickle.find_class", "socket.bind", "socket.connect", "socket.getaddrinfo", "socket.sendto",
    "subprocess.Popen", "urllib.Request", "webbrowser.open",
)  # fmt: skip


@dataclass(frozen=True)
class Limits:
    """What a case may take.

    Attributes
    ----------
    seconds : float
        For each command.
    more_bytes : int
        Memory beyond what the process held before.
    """

    seconds: float = 10.0
    more_bytes: int = 10**9


@dataclass(frozen=True)
class Ended:
    """How a case ended.

    Attributes
    ----------
    outcomes : list of Outcome
        Of the commands that were begun.
    problems : list of str
        Limits that were broken, and what was done that must not be.
    is_late : bool
        Whether it was ended for its time.
    cpu_seconds : float
    """

    outcomes: list[Outcome]
    problems: list[str]
    is_late: bool = False
    cpu_seconds: float = 0.0


class Forbidden(BaseException):
    """Something was done that a case must not do; no `except Exception` shall catch it."""


def w2v(arguments: list[str]) -> int:
    """Run a command of w2v; return its exit code."""
    from w2v.cli.main import main

    try:
        main(args=arguments, prog_name="w2v")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    return 0


def run_case(
    case: Case,
    place: Place,
    limits: Limits = Limits(),
    program: Callable[[list[str]], int] = w2v,
) -> Ended:
    """Run the commands of a case in a forked process."""
    base, mapped = _memory_now()
    sys.stdout.flush()
    sys.stderr.flush()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # threads of a BLAS, which is at rest
        pid = os.fork()
    if pid == 0:
        _be_the_child(case, place, limits, program, mapped)
    is_late = False
    with _ended_after(pid, limits.seconds * len(case.commands)) as ended_by_clock:
        _, status, usage = os.wait4(pid, 0)
        is_late = bool(ended_by_clock)
    outcomes, problems = _told(place, case)
    is_late = is_late or any(outcome.seconds > limits.seconds for outcome in outcomes)
    if is_late:
        problems.append(f"no end within {limits.seconds:g} s")
    elif os.WIFSIGNALED(status):
        problems.append(f"killed by {signal.Signals(os.WTERMSIG(status)).name}")
    elif os.WEXITSTATUS(status):
        problems.append(f"the process ended with {os.WEXITSTATUS(status)}")
    more = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) - base
    if more > limits.more_bytes:
        problems.append(f"{more:,} bytes of memory more than before")
    return Ended(outcomes, problems, is_late, usage.ru_utime + usage.ru_stime)


@contextmanager
def _ended_after(pid: int, seconds: float) -> Iterator[list[int]]:
    """Kill a process when its time is over; what is yielded then holds its number.

    The clock is the parent's: a command of w2v may set one of its own, and stop it.
    """
    killed: list[int] = []

    def kill(number: int, frame: FrameType | None) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            killed.append(pid)

    before = signal.signal(signal.SIGALRM, kill)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield killed
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _memory_now() -> tuple[int, int]:
    """Return the bytes that this process holds now, of which a forked one begins, and has mapped.

    Its peak would be too much: what it has given back is no allowance of a case, nor is what it has
    freed and could give back.
    """
    give_back_freed_memory()
    try:
        mapped, held, of_files = Path("/proc/self/statm").read_text("ascii").split()[:3]
    except OSError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return (peak * (1 if sys.platform == "darwin" else 1024),) * 2
    page = resource.getpagesize()
    # What is mapped of files a forked process has to look at anew.
    return (int(held) - int(of_files)) * page, int(mapped) * page


def _told(place: Place, case: Case) -> tuple[list[Outcome], list[str]]:
    """Read what the process has left of itself."""
    outcomes, problems = [], []
    for number in range(len(case.commands)):
        out, err = (place.root / f"{number}.{stream}" for stream in ("out", "err"))
        if not out.exists():
            break
        told = place.root / f"{number}.json"
        record = json.loads(told.read_text("utf-8")) if told.exists() else {"code": None}
        problems += record.pop("problems", [])
        outcomes.append(Outcome(out=out.read_bytes(), err=err.read_bytes(), **record))
    return outcomes, problems


def _be_the_child(
    case: Case, place: Place, limits: Limits, program: Callable[[list[str]], int], mapped: int
) -> NoReturn:
    """Run the commands and end."""
    done = 70
    try:
        os.setsid()
        os.chdir(place.inside)
        os.environ.update(
            W2V_CACHE=str(place.root / "cache"),
            TMPDIR=str(place.root / "tmp"),
            HOME=str(place.root / "tmp"),
            LANG="C.UTF-8",
        )
        tempfile.tempdir = None  # what it was for the parent
        _take_limits(limits, mapped)
        stdin = os.open(place.root / case.stdin if case.stdin else os.devnull, os.O_RDONLY)
        os.dup2(stdin, 0)
        problems: list[str] = []
        guard = _Guard(place, problems)
        for number, arguments in enumerate(case.commands):
            _run(place.root / str(number), arguments, program, guard)
        done = 0
    finally:
        os._exit(done)  # nothing of the parent is to be ended


def _take_limits(limits: Limits, mapped: int) -> None:
    """Let the system refuse what would hurt the machine; what is judged is the peak."""
    most = mapped + 4 * limits.more_bytes + (1 << 30)
    if sys.platform.startswith("linux"):
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (4 * limits.more_bytes, 4 * limits.more_bytes))


def _run(
    stem: Path,
    arguments: list[str],
    program: Callable[[list[str]], int],
    guard: _Guard,
) -> None:
    """Run one command; leave what it printed and how it ended."""
    guard.is_on = False
    for descriptor, ending in ((1, ".out"), (2, ".err")):
        file = os.open(stem.with_suffix(ending), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(file, descriptor)
        os.close(file)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    # Strict, as in a terminal with a language of its own: half a character must not come here.
    sys.stdout = open(1, "w", encoding="utf-8", errors="strict", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115
    guard.problems.clear()
    record: dict[str, Any] = {"code": None, "error": ""}
    began = time.monotonic()
    guard.is_on = True
    try:
        record["code"] = program(arguments)
        sys.stdout.flush()
    except Forbidden:
        record["error"] = "stopped"
    except BaseException:
        record["error"] = traceback.format_exc()
    guard.is_on = False
    sys.stderr.flush()
    record["seconds"] = time.monotonic() - began
    record["problems"] = guard.problems
    stem.with_suffix(".json").write_text(json.dumps(record), "utf-8")


class _Guard:
    """The hook: what it refuses it also tells, since a program may catch the refusal."""

    def __init__(self, place: Place, problems: list[str]) -> None:
        self.is_on = False
        self.problems = problems
        self._roots = tuple(os.path.realpath(place.root / name) + os.sep for name in WRITABLE)
        sys.addaudithook(self._look)

    def _look(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Look at an event."""
        if not self.is_on:
            return
        if event == "open":
            path, mode, flags = arguments
            writes = any(letter in mode for letter in "wax+") if isinstance(mode, str) else False
            if (writes or (isinstance(flags, int) and flags & WRITE_FLAGS)) and path != os.devnull:
                self._check(event, path)
        elif event in CHANGES:
            paths, folders = CHANGES[event]
            for path, folder in itertools.zip_longest(paths, folders, fillvalue=None):
                begin = -1 if folder is None else arguments[folder]
                self._check(event, arguments[path or 0], begin)
        elif event == "os.kill" and arguments[1] == 0:
            return  # no signal: it asks whether there is such a process
        elif event in NEVER:
            self._refuse(f"{event} {arguments!r:.200}")

    def _check(self, event: str, path: Any, begin: int = -1) -> None:
        """Refuse a path that is not in one of the folders; it may begin from an open one."""
        if isinstance(path, int):
            return  # it was opened before
        folder = os.readlink(f"/proc/self/fd/{begin}") if begin >= 0 else ""
        absolute = os.path.join(folder, os.fsdecode(path))
        parent, name = os.path.split(absolute)
        if event in FOLLOWS_LINKS or name in ("", ".", ".."):
            absolute = os.path.realpath(absolute)
        else:  # it is the link that goes, not what it leads to
            absolute = os.path.join(os.path.realpath(parent), name)
        if not f"{absolute}{os.sep}".startswith(self._roots):
            self._refuse(f"{event} outside the folders of the case: {path!r:.200}")

    def _refuse(self, what: str) -> None:
        """Tell, and stop the program."""
        self.problems.append(what)
        self.is_on = False
        raise Forbidden(what)
