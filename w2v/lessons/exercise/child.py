"""What runs in the process of the learner's code: it imports their file, calls it, and reports.

Reports are lines of JSON in a file of their own, which nothing that the code prints gets into; each
is there before the next case begins. Who starts and ends the process is `running.py`.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

from w2v.lessons.exercise.calling import call_case, described_error, wrong_arguments
from w2v.lessons.exercise.task import Task
from w2v.lessons.exercise.tasks import TASKS

JOB, REPORTS = "job.json", "reports.jsonl"
MEMORY = 4 << 30  # bytes that the learner's code may have
SECONDS_MORE = 60.0  # of computing time, that the start of the interpreter may take


class EncodingError(Exception):
    """The learner's file is saved in another encoding, which Python does not read."""


class Reporter:
    """Writes a line for each thing that happened.

    Parameters
    ----------
    file : Path
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._process = os.getpid()

    def say(self, **report: Any) -> None:
        """Write a line; a copy of this process that the learner's code made ends here instead."""
        if os.getpid() != self._process:
            os._exit(0)
        # Opened anew each time: code that closes all files does no harm.
        with open(self._file, "a", encoding="utf-8") as file:
            file.write(json.dumps(report) + "\n")


def work(folder: str) -> None:
    """Be the process: do the job that lies in a folder."""
    job = json.loads((Path(folder) / JOB).read_text("utf-8"))
    reporter = Reporter(Path(folder) / REPORTS)
    file = Path(job["file"])
    limit_resources(job["seconds"])
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(file.parent))  # one exercise may use another
    sys.argv = [str(file)]
    try:
        if job["topic"]:
            _check(TASKS[job["topic"]], file, reporter)
        else:
            from w2v.lessons.exercise.asking import train_and_ask

            train_and_ask(imported(file, reporter), reporter.say)
    except BaseException as error:  # whatever the learner's code raises is told
        with contextlib.suppress(OSError):
            reporter.say(refused="raised", **described_error(error, file.parent))
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
        os._exit(0)  # nothing that the code left behind, such as a thread, keeps the process alive


def limit_resources(seconds: float) -> None:
    """Let this process have no more memory than is sensible, write no core, and start no other.

    Whoever started it ends it in time. If they are gone, the limit on its own computing time does.
    Where there are no such limits the time limit has to do.
    """
    try:
        import resource
    except ImportError:  # Windows
        return
    limits = {
        "RLIMIT_AS": MEMORY,
        "RLIMIT_CORE": 0,
        "RLIMIT_NPROC": 0,
        "RLIMIT_CPU": math.ceil(seconds + SECONDS_MORE),
    }
    for name, limit in limits.items():
        with contextlib.suppress(AttributeError, ValueError, OSError):
            kind = getattr(resource, name)
            hard = resource.getrlimit(kind)[1]
            if hard != resource.RLIM_INFINITY:
                limit = min(limit, hard)
            resource.setrlimit(kind, (limit, limit))


def imported(file: Path, reporter: Reporter) -> types.ModuleType:
    """Run the learner's file as a module, and say which bytes those were."""
    source = file.read_bytes()
    reporter.say(ready=hashlib.sha256(source).hexdigest())
    module = types.ModuleType(file.stem)
    module.__file__ = str(file)
    sys.modules[file.stem] = module
    # Compiled here: an import would write, and believe, a __pycache__.
    try:
        code = compile(source, str(file), "exec", dont_inherit=True)
    except (SyntaxError, ValueError):  # ValueError: Python 3.10 says so of a byte 0
        _check_letters(source)
        raise
    exec(code, module.__dict__)
    return module


def _check_letters(source: bytes) -> None:
    """Raise EncodingError if a file is not in UTF-8, and names no other encoding."""
    if any(b"coding" in line for line in source.split(b"\n", 2)[:2]):
        return
    try:
        source.decode("utf-8")
        at = source.find(b"\0")
    except UnicodeDecodeError as error:
        at = error.start
    if at >= 0:
        n_before = source.count(b"\n", 0, at)
        raise EncodingError(f"line {n_before + 1}")


def _check(task: Task, file: Path, reporter: Reporter) -> None:
    """Call the learner's function with each case; a case that raises is the last."""
    module = imported(file, reporter)
    function: Callable[..., Any] | None = getattr(module, task.function, None)
    if not callable(function):
        names = [
            name for name, value in vars(module).items() if isinstance(value, types.FunctionType)
        ]
        reporter.say(refused="missing", found=names[:10])
        return
    if (arguments := wrong_arguments(function, task)) is not None:
        reporter.say(refused="arguments", arguments=arguments)
        return
    for number, case in enumerate(task.cases()):
        reporter.say(begins=number)
        happened = call_case(function, task, case, file.parent)
        reporter.say(case=number, **happened)
        if "error" in happened:
            break
    reporter.say(end=True)
