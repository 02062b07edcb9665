"""Check the learner's file: run it, and find out whether it is right, or what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from w2v.errors import UsageError
from w2v.lessons.exercise.comparing import judged, n_right
from w2v.lessons.exercise.running import Ran, run_code
from w2v.lessons.exercise.task import Finding, Task

TIME_LIMIT = 10.0  # seconds
SIGNALS = {4: "SIGILL", 6: "SIGABRT", 7: "SIGBUS", 8: "SIGFPE", 9: "SIGKILL", 11: "SIGSEGV"}


@dataclass(frozen=True)
class Checked:
    """What came of a check.

    Attributes
    ----------
    finding : Finding or None
        What is wrong; None if it passed.
    n_right, n_cases : int
    ran : Ran
    sha256 : str or None
        Of the bytes that were run; None if they were not.
    error : dict or None
        What the learner's code raised in the case of the finding, as `described_error` has it.
    """

    finding: Finding | None
    n_right: int
    n_cases: int
    ran: Ran
    sha256: str | None
    error: dict[str, Any] | None


def check(task: Task, file: Path, time_limit: float) -> Checked:
    """Check a file.

    Parameters
    ----------
    task : Task
    file : Path
    time_limit : float
        In seconds.

    Raises
    ------
    UsageError
        If there is no such file.
    W2VError
        If no process can be started.
    """
    if not file.is_file():
        raise UsageError(f"{file} is not there; `w2v exercise {task.topic}` writes it")
    ran = run_code(file, time_limit, topic=task.topic)
    happened = [report for report in ran.reports if "case" in report]
    finding = refused(ran) or judged(task, happened) or _cut_short(task, ran, time_limit)
    first = next((report for report in ran.reports if "ready" in report), {})
    error = next((report["error"] for report in happened if "error" in report), None)
    error = error or next((r for r in ran.reports if r.get("refused") == "raised"), None)
    if finding is not None and "message" not in finding.values:
        error = None  # another case raised it; what is told first is a wrong number of this one
    right = min(n_right(task, finding), len(happened))
    return Checked(finding, right, len(task.cases()), ran, first.get("ready"), error)


def refused(ran: Ran) -> Finding | None:
    """Return why the function could not be called at all."""
    for report in ran.reports:
        kind = report.get("refused")
        if kind == "missing":
            found = tuple(report["found"])
            return Finding("missing_beside" if found else "missing", {"found": found})
        if kind == "arguments":
            return Finding("arguments", {"yours": report["arguments"]})
        if kind == "raised":
            is_syntax = report["type"] in ("SyntaxError", "IndentationError", "TabError")
            key = "syntax" if is_syntax else RAISED_AT_IMPORT.get(report["type"], "raised_outside")
            return Finding(key, {"type": report["type"], "message": report["message"]})
    return None


RAISED_AT_IMPORT = {
    "SystemExit": "exits",
    "EOFError": "asks_input",
    "MemoryError": "no_memory",
    "EncodingError": "not_utf8",
}


def _cut_short(task: Task, ran: Ran, time_limit: float) -> Finding | None:
    """Return how the process ended, if it did not come to the end of its cases."""
    if ran.how == "ended":
        return None
    begun = [report["begins"] for report in ran.reports if "begins" in report]
    case = task.cases()[begun[-1]] if begun else None
    return ended_early(ran, time_limit, case)


def ended_early(ran: Ran, time_limit: float, case: Any = None) -> Finding:
    """Say how a process ended that should not have ended so."""
    name = SIGNALS.get(ran.code, str(ran.code))
    seconds = int(time_limit) if time_limit == int(time_limit) else time_limit
    values = {"seconds": seconds, "code": ran.code, "signal": name}
    return Finding(ran.how, values, case)
