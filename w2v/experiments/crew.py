"""The processes of a sweep at work: who is started when, who compiles, how each ended."""

from __future__ import annotations

import contextlib
import queue
import time
from collections import deque
from typing import Any

from w2v.errors import W2VError
from w2v.experiments.children import Child, Inbox
from w2v.experiments.planning import SweepPlan
from w2v.experiments.points import Point
from w2v.experiments.watching import Outcome, SweepObserver, outcome_of
from w2v.processes import n_cores

SECONDS_OF_SILENCE = 0.1  # after which the user is asked whether to stop


def threads_of_each(jobs: int) -> int:
    """Return what `train.threads: auto` stands for where so many points are trained at once."""
    return max(1, n_cores() // max(1, jobs))


class Crew:
    """The processes at work, and the points that wait.

    Parameters
    ----------
    plan : SweepPlan
    jobs : int
        How many points are trained at once.
    allow_code : bool
    observer : SweepObserver
    lock : int, optional
        A descriptor that each process shall keep open.

    Attributes
    ----------
    was_stopped : bool
        Whether the observer asked to stop.
    """

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
        outcome = outcome_of(self._plan, point, status, reason, seconds)
        self._ended[point.name] = outcome
        self._observer.on_end(outcome)
