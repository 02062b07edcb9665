"""`train.early_stop: {metric, patience}`: what the two keys may be, with which other settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from w2v.config.schema import Config

HELDOUT_LOSS = "heldout_loss"
PATIENCE = 2


@dataclass(frozen=True)
class EarlyStop:
    """When to stop: after `patience` epochs in a row that are no better than the best before.

    Attributes
    ----------
    metric : str
        `heldout_loss`, of which less is better, or one of `eval.sets`, of which more is.
    patience : int
    """

    metric: str = HELDOUT_LOSS
    patience: int = PATIENCE

    @property
    def wants_less(self) -> bool:
        """Whether less of the metric is better."""
        return self.metric == HELDOUT_LOSS

    def as_setting(self) -> dict[str, Any]:
        """Return it as it stands in a config."""
        return {"metric": self.metric, "patience": self.patience}


def early_stop_of(config: Config) -> EarlyStop | None:
    """Return the rule of a config that has no mistakes, or None if it trains to the end."""
    setting = config.train.early_stop
    return None if setting is None else EarlyStop(**setting)


def early_stop_problem(config: Config) -> str | None:
    """Say what is wrong with `train.early_stop`, if anything is."""
    setting = config.train.early_stop
    if setting is None:
        return None
    if unknown := [key for key in setting if key not in ("metric", "patience")]:
        return f"{unknown[0]} is no part of it; write {{metric: {HELDOUT_LOSS}, patience: 2}}"
    metric, patience = setting.get("metric", HELDOUT_LOSS), setting.get("patience", PATIENCE)
    if isinstance(patience, bool) or not isinstance(patience, int) or patience < 1:
        return f"patience: a whole number of epochs, at least 1, is expected, found {patience!r}"
    if metric == HELDOUT_LOSS:
        nothing = config.eval.heldout == 0
        return "heldout_loss is measured with eval.heldout above 0" if nothing else None
    if metric not in config.eval.sets:
        known = " or ".join([HELDOUT_LOSS, *config.eval.sets])
        remedy = "a set has to be named in eval.sets too"
        return f"metric: {known} is expected, found {metric!r}; {remedy}"
    if config.eval.every != "epoch":
        return f"{metric} is to be asked after each epoch: set eval.every: epoch"
    return None
