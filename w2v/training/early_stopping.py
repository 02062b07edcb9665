"""Early stopping: which epoch was the best, and whether to wait for a better one.

What can be asked for is in `w2v/config/early_stop.py`; the vectors of the best epoch are written by
`running.py`, at once, so that they are there however the run ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from w2v.config.early_stop import EarlyStop


class EarlyStopping:
    """Watch a metric from epoch to epoch.

    Parameters
    ----------
    rule : EarlyStop or None
        None watches nothing: no epoch is the best, and none is the last.

    Attributes
    ----------
    best_epoch : int or None
        Counted from 1.
    """

    best_epoch: int | None = None

    def __init__(self, rule: EarlyStop | None) -> None:
        self.rule = rule
        self._best: float | None = None
        self._last_epoch = 0

    def is_best(self, epoch: int, value: float) -> bool:
        """Take what was measured at the end of an epoch; tell whether it is the best so far.

        What is equal to the best is no better: it took an epoch more.
        """
        assert self.rule is not None
        self._last_epoch = epoch
        if self._best is None or (
            value < self._best if self.rule.wants_less else value > self._best
        ):
            self._best, self.best_epoch = value, epoch
            return True
        return False

    @property
    def is_over(self) -> bool:
        """Whether the patience has run out."""
        if self.rule is None or self.best_epoch is None:
            return False
        return self._last_epoch - self.best_epoch >= self.rule.patience

    def state(self) -> dict[str, Any]:
        """Return all that `restore` needs, as JSON can hold it."""
        return {"best": self._best, "best_epoch": self.best_epoch, "last_epoch": self._last_epoch}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on where another was."""
        self._best, self.best_epoch = state["best"], state["best_epoch"]
        self._last_epoch = state["last_epoch"]

    def record(self) -> dict[str, Any] | None:
        """Return what run.json tells: the metric, its best epoch, and the last that was trained."""
        if self.rule is None:
            return None
        return {
            "metric": self.rule.metric,
            "best_epoch": self.best_epoch,
            "best": self._best,
            "last_epoch": self._last_epoch,
        }
