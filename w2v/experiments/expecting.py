"""How long a sweep is expected to take: `w2v sweep --dry-run`."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from w2v.errors import W2VError
from w2v.experiments.crew import threads_of_each
from w2v.experiments.planning import SweepPlan
from w2v.processes import n_cores
from w2v.training.estimating import Estimator


@dataclass(frozen=True)
class Expected:
    """What is expected of a point.

    Attributes
    ----------
    seconds : float, optional
        None if it is not known, or the point will fail.
    problem : str, optional
        Why it will fail.
    """

    seconds: float | None
    problem: str | None = None


def expect(
    plan: SweepPlan,
    jobs: int,
    *,
    allow_code: bool = False,
    on_point: Callable[[int], None] | None = None,
) -> dict[str, Expected]:
    """Estimate the time of each point that is left, by name.

    Parameters
    ----------
    plan : SweepPlan
    jobs : int
        How many are trained at once: each has its share of the processors.
    allow_code : bool
        Whether a `module:function` tokenizer may be run.
    on_point : callable, optional
        Is told 1 after each point.
    """
    jobs = min(jobs, len(plan.todo))
    estimator = Estimator(threads=threads_of_each(jobs), allow_code=allow_code)
    crowding = max(1.0, jobs / n_cores())  # more at once than processors
    found = {}
    for point in plan.todo:
        try:
            seconds = estimator.seconds_of(point.config)
            found[point.name] = Expected(None if seconds is None else seconds * crowding)
        except W2VError as error:
            found[point.name] = Expected(None, "; ".join(str(error).splitlines()))
        if on_point is not None:
            on_point(1)
    return found


def makespan(seconds: Sequence[float], jobs: int) -> float:
    """Return when the last ends, if each goes to whoever is free first.

    >>> makespan([3.0, 1.0, 1.0], 2)
    3.0
    """
    ends = [0.0] * max(1, min(jobs, len(seconds)))
    for each in seconds:
        heapq.heapreplace(ends, ends[0] + each)
    return max(ends)
