"""Divergence: whether the losses say that training has broken down, and what to try then.

Steps that are too large do not only end in infinities: a loss can grow to 20, or to 1e30, and stay
finite to the end, and the vectors are worthless all the same. So each chunk's loss is held against
that of the weights where training began. Whether the tables themselves are finite is asked where
they are saved (`all_finite` in `w2v/vectors/formats/rows.py`): few batches are measured, and a row
may be in none of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from w2v.config.schema import Config, n_replicas, start_rate, with_values
from w2v.engines.contract import ChunkLoss
from w2v.training.planning import SMALL_VOCABULARY

# Found by trying. Of 2,600 runs that went well, with chunks of 2 positions and a second language
# half-way among them, all stayed below 1.3 times where they began but for five that overshot and
# came back, 3.6 times at most. Of 120 that did not, all but two went beyond 10 times, most beyond a
# million or to infinity. Fewer examples wander more.
LIMIT = 4.0
STRETCH = 500  # measured examples that a mean is taken over, at least

UNUSUAL_RATE = 1.2  # times what `auto` stands for
LARGEST_BATCH = 64  # of the shipped configs
USUAL_BATCH, SMALL_BATCH = 32, 8  # for a text, and for one of few words
MANY_REPLICAS = 4
LARGE_CHUNK = 5000  # positions: what more of them learn apart from each other may not fit together
SLOWER = 4.0  # times, where nothing is unusual


@dataclass(frozen=True)
class Breakdown:
    """That training has broken down.

    Attributes
    ----------
    loss : float
        Mean of the last stretch, in nats per example; may be infinite or NaN.
    start : float
        What it is held against: the loss where training began.
    """

    loss: float
    start: float

    def __str__(self) -> str:
        """Say it, as a part of a sentence."""
        if not math.isfinite(self.loss):
            return "the loss is not finite any more"
        return (
            f"the loss is {self.loss:.4g} nats an example, and training began at {self.start:.4g}"
        )


class Divergence:
    """Watch the loss from chunk to chunk.

    Training has broken down as soon as a loss is not finite, or a mean over `STRETCH` measured
    examples is above `LIMIT` times the loss of untrained weights. Weights that have been trained
    before may fit a new text worse than none: their first stretch is held against nothing, and the
    others against the larger of its mean and the loss of untrained weights.

    Parameters
    ----------
    untrained : float
        As `untrained_loss` returns it.
    starts_trained : bool
        Whether W_out has been trained before (`embedding.pretrained` with output vectors).

    Notes
    -----
    A stretch is made of whole chunks, one after another, and the next begins where it ends. Losses
    are never negative, so a stretch need not be complete for its mean to be bound to be too high.
    """

    def __init__(self, untrained: float, starts_trained: bool = False) -> None:
        self._untrained = untrained
        self._start: float | None = None if starts_trained else untrained
        self._total = 0.0  # of the stretch at hand
        self._n_measured = 0

    def add(self, loss: ChunkLoss) -> Breakdown | None:
        """Take the loss of the next chunk; tell whether training has broken down.

        Parameters
        ----------
        loss : ChunkLoss
            In the order of the schedule, those of a round one by one.
        """
        self._total += loss.total
        self._n_measured += loss.n_measured
        start = self._untrained if self._start is None else self._start
        mean = self._total / max(self._n_measured, 1)
        if not math.isfinite(self._total):
            return Breakdown(self._total, start)
        if self._start is not None and self._total > LIMIT * start * max(STRETCH, self._n_measured):
            return Breakdown(mean, start)
        if self._n_measured >= STRETCH:
            self._start = max(start, mean) if self._start is None else start
            self._total, self._n_measured = 0.0, 0
        return None

    def state(self) -> dict[str, Any]:
        """Return all that is needed to go on, as JSON holds it: its floats read back the same."""
        return {"start": self._start, "total": self._total, "n_measured": self._n_measured}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from what `state` returned.

        Raises
        ------
        KeyError, TypeError, ValueError
            If it is nothing that `state` returns.
        """
        start = None if state["start"] is None else float(state["start"])
        total, n_measured = float(state["total"]), int(state["n_measured"])
        if not math.isfinite(total + (start or 0.0)):
            raise ValueError("a loss that is not finite")
        self._start, self._total, self._n_measured = start, total, n_measured


def untrained_loss(config: Config, n_words: int) -> float:
    """Return the loss of weights that know nothing, where every score is 0, in nats per example.

    (1 + K) ln 2 with negative sampling, ln V with the full softmax.

    Parameters
    ----------
    config : Config
    n_words : int
        V.
    """
    if config.model.loss == "softmax":
        return math.log(n_words)
    return (1 + config.negatives.k) * math.log(2)


def what_to_try(config: Config, n_words: int) -> str:
    """Return what to try when training has broken down, by what is unusual in the config.

    Parameters
    ----------
    config : Config
        As it was resolved, with numbers for `auto`.
    n_words : int
        V.

    Returns
    -------
    str
        The end of a sentence, beginning with "try".
    """
    train, found = config.train, []
    lr, usual = start_rate(config), start_rate(with_values(config, {"train.lr": "auto"}))
    if lr > UNUSUAL_RATE * usual:
        found.append(f"train.lr={usual:g} (it was {lr:.4g})")
    batch = USUAL_BATCH if n_words >= SMALL_VOCABULARY * USUAL_BATCH else SMALL_BATCH
    if train.batch > (LARGEST_BATCH if batch == USUAL_BATCH else batch):
        found.append(f"train.batch={batch} (it was {train.batch:,})")
    n = n_replicas(config)
    if n >= MANY_REPLICAS and train.chunk > LARGE_CHUNK:
        found.append(f"train.chunk={LARGE_CHUNK} (it was {train.chunk:,}, in each of {n} replicas)")
    elif n >= MANY_REPLICAS:
        found.append(f"train.replicas=2 (it was {n})")
    if not found:
        found.append(f"train.lr={lr / SLOWER:.2g} (it was {lr:.4g})")
    return "try " + " and ".join(found)
