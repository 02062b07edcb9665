"""Train the points of a sweep, each in a process of its own, and say how each ended.

What is to be done is worked out in `planning.py`; the processes are in `crew.py`, and how they are
spoken to in `children.py`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from w2v.config.loading import Resolved
from w2v.errors import Interrupted
from w2v.experiments.crew import Crew
from w2v.experiments.planning import DONE, SweepPlan, plan_sweep
from w2v.experiments.points import Point
from w2v.experiments.sweep_folder import locked, write_sweep
from w2v.experiments.watching import Outcome, SweepObserver, outcome_of


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
    plan = plan_sweep(resolved, out, on_read=on_read, on_wait=observer.on_wait, **options)
    with locked(plan.folder) as lock:
        plan = plan_sweep(resolved, out, texts=plan.texts, **options)
        write_sweep(plan.folder, plan.record)
        observer.on_plan(plan)
        crew = Crew(plan, jobs, allow_code, observer, lock)
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
    return outcome_of(plan, point, status, None, None)
