"""How the points of a sweep end, and who is told while it goes on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from w2v.errors import W2VError
from w2v.experiments.measures import Measure, measures_of
from w2v.experiments.planning import DONE, SweepPlan, is_other_text, text_key
from w2v.experiments.points import Point
from w2v.experiments.reading import read_run


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

    def on_wait(self, pid: int | None) -> None:
        """Another process reads the same text, and is waited for; its number, if it is known."""

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


def outcome_of(
    plan: SweepPlan, point: Point, status: str, reason: str | None, seconds: float | None
) -> Outcome:
    """Describe how a point ended, with what was measured of it."""
    folder = plan.folder / point.name
    measures: dict[Measure, float] = {}
    if status == DONE:
        try:
            run = read_run(folder)
        except W2VError as error:
            status, reason = "failed", str(error)
        else:
            measures = measures_of(run)
            if is_other_text(run.record, plan.texts[text_key(point.config.corpus)]):
                status, reason = "failed", "its text changed while the sweep went on; see --force"
    return Outcome(point, folder, status, reason, seconds, measures)
