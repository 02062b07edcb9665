"""What is seen while a sweep goes on: a bar over its points, or a line for each."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn

from tqdm import tqdm

from w2v.cli.bars import Bar
from w2v.cli.terminal import (
    counted,
    note,
    printable,
    seconds_for_people,
    settings,
    waiting_line,
    warn,
    wrapped,
)
from w2v.experiments.measures import LOSS
from w2v.experiments.planning import SweepPlan
from w2v.experiments.points import Point
from w2v.experiments.watching import Outcome, SweepObserver

if TYPE_CHECKING:
    from collections.abc import Iterable

N_SHOWN = 2  # points at work that the bar names
BAR = "{{percentage:3.0f}}% |{{bar:12}}| {} left, {{desc}}"
TELLING = 0.05  # so much of a point tells how long the rest takes; less is its start alone


class ReadingBar(Bar):
    """A bar over something whose length is not known."""

    def __init__(self, what: str = "reading", unit: str = " characters") -> None:
        super().__init__(what, unit)
        self._n = 0

    def __enter__(self) -> ReadingBar:
        return self

    def add(self, n: int) -> None:
        """Show that so much more is done."""
        self._n += n
        self.move(self._n, None)


class SweepProgress(SweepObserver):
    """Show a bar over the points on a terminal, or a line as each ends elsewhere, all on stderr.

    Parameters
    ----------
    stop_requested : callable
        Tells whether the user has asked to stop.
    """

    def __init__(self, stop_requested: Callable[[], bool]) -> None:
        self._stop_requested = stop_requested
        self._with_bar = sys.stderr.isatty() and not settings().quiet
        self._reading = ReadingBar()
        self._bar: tqdm[NoReturn] | None = None
        self._shares: dict[str, float] = {}  # of the points at work
        self._n_ended = self._n_points = 0

    def close(self) -> None:
        """Leave the terminal tidy."""
        self._reading.close()
        if self._bar is not None:
            self._bar.close()

    def on_read(self, n_characters: int) -> None:
        """Move the reading bar."""
        self._reading.add(n_characters)

    def on_wait(self, pid: int | None) -> None:
        """Say who is waited for."""
        note(waiting_line(pid))

    def on_plan(self, plan: SweepPlan) -> None:
        """Say what is about to be done, and begin the bar."""
        self._reading.close()
        self._n_points, self._n_ended = len(plan.points), len(plan.done)
        done = f", {self._n_ended:,} of them done already" if self._n_ended else ""
        note(f"{counted(self._n_points, 'point')}{done}; in {printable(str(plan.folder))}")
        self._bar = tqdm(
            total=self._n_points,
            initial=self._n_ended,
            disable=not self._with_bar,
            dynamic_ncols=True,
            leave=False,
            bar_format=BAR.format("?"),
        )

    def on_start(self, point: Point) -> None:
        """Name the point on the bar."""
        self._shares[point.name] = 0.0
        self._draw()

    def on_advice(self, sentence: str) -> None:
        """Print it."""
        self._say(sentence, warn)

    def on_compile(self, point: Point) -> None:
        """Say what takes so long."""
        self._say(f"compiling for model.dim {point.config.model.dim}, which is kept (about 10 s)")

    def on_share(self, point: Point, share: float) -> None:
        """Move the bar by a part of a point."""
        self._shares[point.name] = share
        self._draw()

    def on_end(self, outcome: Outcome) -> None:
        """Print a line where there is no bar, or something went wrong."""
        self._shares.pop(outcome.point.name, None)
        if outcome.status == "interrupted":
            return
        self._n_ended += 1
        name = printable(outcome.point.name)
        if outcome.status != "done":
            what = f"{name} {outcome.status}: {printable(str(outcome.reason))}"
            for line in wrapped(f"{self._place()}  {what}"):
                self._say(line)
        elif not self._with_bar:
            loss = outcome.measures.get(LOSS)
            losses = "loss not measured" if loss is None else f"loss {LOSS.show(loss)}"
            took = seconds_for_people(outcome.seconds or 0.0)
            self._say(f"{self._place()}  {name}: {losses}, {took}")
        self._draw()

    def should_stop(self) -> bool:
        """Stop when the user asked for it."""
        return self._stop_requested()

    def _place(self) -> str:
        """Say how many points have ended."""
        return f"{self._n_ended:>{len(f'{self._n_points:,}')},} of {self._n_points:,}"

    def _say(self, sentence: str, how: Callable[[str], None] = note) -> None:
        """Print a line above the bar."""
        if self._bar is not None:
            self._bar.clear()
        how(sentence)

    def _draw(self) -> None:
        """Move the bar to where all points together are."""
        if self._bar is None or self._bar.disable:
            return
        if self._n_ended > self._bar.initial or max(self._shares.values(), default=0) > TELLING:
            self._bar.bar_format = BAR.format("{remaining}")
        self._bar.set_description_str(self._description(self._shares), refresh=False)
        self._bar.update(self._n_ended + sum(self._shares.values()) - self._bar.n)

    def _description(self, names: Iterable[str]) -> str:
        """Return what stands behind the bar."""
        at_work = [*names]
        shown = ", ".join(at_work[:N_SHOWN]) + (" …" if len(at_work) > N_SHOWN else "")
        return f"{self._n_ended:,}/{self._n_points:,} points  {shown}"
