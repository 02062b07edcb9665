"""Train the points of a sweep, each in a process of its own, and say how each ended.

What is to be done is worked out in `planning.py`; how processes are spoken to is in `children.py`.
"""

from __future__ import annotations

import contextlib
import os
import queue
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from w2v.config.loading import Resolved
from w2v.errors import Interrupted, W2VError
from w2v.experiments.children import Child, Inbox
from w2v.experiments.measures import Measure, measures_of
from w2v.experiments.planning import DONE, SweepPlan, plan_sweep
from w2v.experiments.points import Point
from w2v.experiments.reading import read_run
from w2v.experiments.sweep_folder import locked, write_sweep

SECONDS_OF_SILENCE = 0.1  # after which the user is asked whether to stop


@dataclass(frozen=True)
class Outcome:
    """How a point ended.

    Attributes
    ----------
    point : Point
    folder : Path
    status : str
        As of a run: `done`, `diverged`, `failed` or `interrupted`.
    reason : str, optional
        A sentence, of one that failed or diverged.
    seconds : float, optional
        From start to end, if it was trained now.
    measures : dict
    """

    point: Point
    folder: Path
    status: str
    reason: str | None
    seconds: float | None
    measures: dict[Measure, float]


class SweepObserver:
    """Is told how a sweep goes, and may stop it. Override what you need."""

    def on_read(self, n_characters: int) -> None:
        """So much more of a text has been read."""

    def on_plan(self, plan: SweepPlan) -> None:
        """All is settled; the first point is next."""

    def on_start(self, point: Point) -> None:
        """A point has been started."""

    def on_advice(self, sentence: str) -> None:
        """Something is odd about a text; each sentence comes once."""

    def on_compile(self, point: Point) -> None:
        """The engine has to be compiled for a point, which takes seconds."""

    def on_share(self, point: Point, share: float) -> None:
        """So much of a point has been trained, 0 to 1."""

    def on_end(self, outcome: Outcome) -> None:
        """A point has ended."""

    def should_stop(self) -> bool:
        """Asked again and again: stop here?"""
        return False


def sweep(
    resolved: Resolved,
    out: Path | None = None,
    *,
    jobs: int = 1,
    force: bool = False,
    allow_code: bool = False,
    observer: SweepObserver | None = None,
) -> list[Outcome]:
    """Train all points that are not done yet; return how each of them stands.

    Parameters
    ----------
    resolved : Resolved
        With a sweep.
    out : Path, optional
        The sweep's folder; by default `<output.dir>/<name>-sweep`.
    jobs : int
        How many points are trained at once.
    force : bool
        Whether points that were trained with other settings, or on another text, are trained anew.
    allow_code : bool
        Whether a `module:function` tokenizer may be run.
    observer : SweepObserver, optional

    Raises
    ------
    Interrupted
        If the observer stopped it; the same call goes on.
    W2VError
        If nothing can be trained at all. That of a single point is in its outcome.
    """
    observer = observer or SweepObserver()

    def on_read(n_characters: int) -> None:
        if observer.should_stop():
            raise KeyboardInterrupt  # nothing has been made yet that could be lost
        observer.on_read(n_characters)

    options: dict[str, Any] = {"force": force, "allow_code": allow_code}
    # Before the folder is made; and again when nobody else is at work in it.
    plan = plan_sweep(resolved, out, on_read=on_read, **options)
    with locked(plan.folder) as lock:
        plan = plan_sweep(resolved, out, texts=plan.texts, **options)
        write_sweep(plan.folder, plan.record)
        observer.on_plan(plan)
        crew = _Crew(plan, jobs, allow_code, observer, lock)
        try:
            ended = crew.run()
        finally:
            crew.close()
    outcomes = [ended.get(point.name) or _earlier(plan, point) for point in plan.points]
    n_done = sum(outcome.status == DONE for outcome in outcomes)
    if crew.was_stopped and n_done < len(outcomes):
        raise Interrupted(
            f"stopped with {n_done:,} of {len(outcomes):,} points done; the same command goes on"
        )
    return outcomes


def _earlier(plan: SweepPlan, point: Point) -> Outcome:
    """Return the outcome of a point that this sweep did not train."""
    status = DONE if point.name in plan.done else "interrupted"
    return _outcome(plan, point, status, None, None)


def _outcome(
    plan: SweepPlan, point: Point, status: str, reason: str | None, seconds: float | None
) -> Outcome:
    """Describe how a point ended, with what was measured of it."""
    folder = plan.folder / point.name
    measures: dict[Measure, float] = {}
    if status == DONE:
        try:
            measures = measures_of(read_run(folder))
        except W2VError as error:
            status, reason = "failed", str(error)
    return Outcome(point, folder, status, reason, seconds, measures)


def n_cores() -> int:
    """Return how many processors this process may use."""
    has_affinity = hasattr(os, "sched_getaffinity")
    return len(os.sched_getaffinity(0)) if has_affinity else os.cpu_count() or 1


def threads_of_each(jobs: int) -> int:
    """Return what `train.threads: auto` stands for where so many points are trained at once."""
    return max(1, n_cores() // max(1, jobs))


class _Crew:
    """The processes at work, and the points that wait."""

    def __init__(
        self,
        plan: SweepPlan,
        jobs: int,
        allow_code: bool,
        observer: SweepObserver,
        lock: int | None,
    ) -> None:
        self._plan, self._observer = plan, observer
        self._waiting = deque(plan.todo)
        self._jobs = jobs
        threads = threads_of_each(min(jobs, len(self._waiting)))
        self._options: dict[str, Any] = {
            "threads": threads, "allow_code": allow_code, "lock": lock,
        }  # fmt: skip
        self._began: dict[Child, float] = {}  # of the processes at work
        self._ends: dict[Child, dict[str, Any]] = {}  # what they said at last
        self._inbox: Inbox = queue.SimpleQueue()
        self._ended: dict[str, Outcome] = {}
        self._advice: set[str] = set()
        # Of what must be compiled, by its form: what is there, who is at it, and who waits for it.
        self._compiled: set[str] = set()
        self._compiling: dict[str, Child] = {}
        self._wanting: dict[str, list[Child]] = {}
        self.was_stopped = False

    def run(self) -> dict[str, Outcome]:
        """Train all points; return the outcome of each that was started, by name."""
        while self._waiting or self._began:
            if self._observer.should_stop() and not self.was_stopped:
                self.was_stopped = True
                self._waiting.clear()
                for child in self._began:
                    child.stop()
            while self._waiting and len(self._began) < self._jobs:
                self._start(self._waiting.popleft())
            with contextlib.suppress(queue.Empty):
                child, message = self._inbox.get(timeout=SECONDS_OF_SILENCE)
                self._hear(child, message)
        return self._ended

    def close(self) -> None:
        """End all processes."""
        for child in self._began:
            child.close()

    def _start(self, point: Point) -> None:
        """Start the process of a point."""
        try:
            child = Child(point, self._plan.folder / point.name, self._inbox, **self._options)
        except W2VError as error:
            self._end(point, "failed", str(error), None)
        else:
            self._began[child] = time.perf_counter()
            self._observer.on_start(point)

    def _hear(self, child: Child, message: dict[str, Any] | None) -> None:
        """Do what the word of a process asks for."""
        if child not in self._began:
            return
        if message is None:
            self._end_child(child)
        elif "ended" in message:
            self._ends[child] = message
        elif "advice" in message:
            for sentence in message["advice"]:
                if sentence not in self._advice:
                    self._advice.add(sentence)
                    self._observer.on_advice(sentence)
        elif "needs" in message:
            self._let_compile(str(message["needs"]), child)
        elif "compiles" in message:
            self._observer.on_compile(child.point)
        elif "started" in message:
            self._leave_compiling(child, is_there=True)
        else:
            self._observer.on_share(child.point, message["share"])

    def _let_compile(self, form: str, child: Child) -> None:
        """Let a process compile, or load, what it needs; one at a time until it is there."""
        if form in self._compiled:
            child.go()
        elif form in self._compiling:
            self._wanting.setdefault(form, []).append(child)
        else:
            self._compiling[form] = child
            child.go()

    def _leave_compiling(self, child: Child, *, is_there: bool) -> None:
        """Let others have what a process has compiled; or, if it is gone, let the next try."""
        for form in [form for form, at_it in self._compiling.items() if at_it is child]:
            del self._compiling[form]
            self._compiled |= {form} if is_there else set()
            for other in self._wanting.pop(form, []):
                self._let_compile(form, other)

    def _end_child(self, child: Child) -> None:
        """Take note of how a process ended."""
        said = self._ends.pop(child, None) or {"ended": "failed", "reason": child.how_it_ended()}
        seconds = time.perf_counter() - self._began.pop(child)
        child.close()
        for waiting in self._wanting.values():
            if child in waiting:
                waiting.remove(child)
        self._leave_compiling(child, is_there=False)
        self._end(child.point, said["ended"], said.get("reason"), seconds)

    def _end(self, point: Point, status: str, reason: str | None, seconds: float | None) -> None:
        """Take note of how a point ended."""
        outcome = _outcome(self._plan, point, status, reason, seconds)
        self._ended[point.name] = outcome
        self._observer.on_end(outcome)
