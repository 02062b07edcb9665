"""The numbers that runs are compared by: what each is called, which is better, how it is written.

A measure is the last of its kind that a run has: the loss of its last epoch, the score on a set at
its end. A run that kept an earlier epoch (`train.early_stop`) is measured at that epoch.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from w2v.experiments.reading import RunSummary


class Measure(NamedTuple):
    """A kind of number.

    Attributes
    ----------
    key : str
        Its name in JSON and in `--sort`.
    title : str
        Its name for people, with its unit.
    better : "lower", "higher" or None
    digits : int
        Behind the point, as it is printed.
    scale : float
        What it is multiplied by when it is printed: 100 for a share.
    """

    key: str
    title: str
    better: Literal["lower", "higher"] | None
    digits: int
    scale: float = 1.0

    def show(self, value: float) -> str:
        """Return a value as it is printed."""
        return f"{round(value * self.scale, self.digits) + 0.0:,.{self.digits}f}"  # no -0.0


LOSS = Measure("loss", "loss, nats", "lower", 3)
HELDOUT_LOSS = Measure("heldout_loss", "held-out loss, nats", "lower", 3)
WORDS_PER_SECOND = Measure("words_per_second", "words/s", "higher", 0)
SECONDS = Measure("seconds", "seconds", "lower", 1)
SPEED = (WORDS_PER_SECOND, SECONDS)  # a matter of the machine, and of what else it does


def measures_of(run: RunSummary) -> dict[Measure, float]:
    """Return all that was measured of a run, in the order in which it is shown.

    Losses of different `negatives.k`, `model.loss` or vocabularies are no measure of each other;
    the held-out loss is the one that can be compared over epochs and learning rates.
    """
    found: dict[Measure, float | None] = {}
    epoch = _epoch_kept(run)
    if epoch is not None:
        found[LOSS] = epoch.get("loss")
        found[HELDOUT_LOSS] = epoch.get("heldout_loss")
    for evaluation in last_evaluations(run):
        found |= _scores(evaluation)
    if run.epochs:
        seconds = sum(epoch["seconds"] for epoch in run.epochs)
        speeds = [epoch["words_per_second"] * epoch["seconds"] for epoch in run.epochs]
        found[WORDS_PER_SECOND] = sum(speeds) / seconds if seconds else None
    found[SECONDS] = run.record.get("seconds")
    return {measure: value for measure, value in found.items() if value is not None}


def _epoch_kept(run: RunSummary) -> dict[str, Any] | None:
    """Return the line of the epoch whose vectors the run holds."""
    kept = (run.record.get("early_stop") or {}).get("best_epoch")
    return next((line for line in reversed(run.epochs) if kept in (None, line["epoch"])), None)


def last_evaluations(run: RunSummary) -> list[dict[str, Any]]:
    """Return the line of each set of the epoch kept, or of the last in which it was asked."""
    epoch = _epoch_kept(run)
    last = {(line["set"], line["kind"]): line for line in run.evaluations}
    if epoch is not None:
        kept = [line for line in run.evaluations if line["epoch"] == epoch["epoch"]]
        last |= {(line["set"], line["kind"]): line for line in kept}
    return list(last.values())


def _scores(line: dict[str, Any]) -> dict[Measure, float | None]:
    """Return the score on a set: 3CosAdd's share of right answers, or Spearman's rho."""
    name = line["set"]
    if line["kind"] == "similarity":
        return {Measure(name, f"{name}, Spearman x 100", "higher", 1, 100.0): line["spearman"]}
    found = {Measure(name, f"{name}, % right", "higher", 1, 100.0): line["add"]}
    for part in ("semantic", "syntactic"):
        if line.get(part) is not None and line["semantic"] and line["syntactic"]:
            key = f"{name}:{part}"
            found[Measure(key, f"{name}, {part}, % right", "higher", 1, 100.0)] = line[part]["add"]
    return found
