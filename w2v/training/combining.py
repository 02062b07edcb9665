"""By which rule the moves of R replicas become one.

All R begin at the same weights, W, and come to W_r. If each had gone on where the one before it
ended, the moves would not simply have added up. Where training pulls a row towards a place, every
example closes a small share of the distance, and n of them leave exp(-x) of it, x being
proportional to n: what the first replica has closed, the others find closed. So

    W += scale * sum over r of (W_r - W),  scale = (1 - exp(-sum of x_r)) / sum of (1 - exp(-x_r))

A rare row has a small x and gets the sum of its moves. A row that was near the place already in
every replica has a large one and gets their mean; the sum would overshoot.

How hard a row is pulled depends on the direction. The gradient at a row of W_out is a sum of
hidden vectors, and these have a large mean in common: along it the pull is some ten times as strong
as across. The same holds for W_in and the rows of W_out. So x is taken once along the mean and once
across it, and a move is split into its two parts. By the second derivative of the loss,

    x = lr * sigmoid'(score) * (examples that the row has a part in, by its share) * |vector|^2

with the mean's own square along it, and the mean square of what is left in each other direction.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from w2v.config.schema import Config
from w2v.engines.contract import Copied, Scale
from w2v.model.functions import Floats, Ids
from w2v.training.copies import Copy

# sigmoid'(score) = p (1 - p), which is at most 1/4; found by trying, as is the next: with smaller
# ones eight replicas overshoot early on, with larger ones they learn less.
SLOPE = 0.2
# The largest mean square across the mean vector, against the average of all such directions.
UNEVEN = 4.0
SAMPLE = 4096  # rows that a mean is taken over, at most


@dataclass(frozen=True)
class TablePull:
    """How training on some chunks pulled at the rows of one table.

    Attributes
    ----------
    examples : list of arrays of float64
        For each replica, of each compact row: the examples it has a part in, by its share, times
        the learning rate and the slope of the sigmoid.
    direction : array of float, shape (D,)
        The mean of the vectors that pull, at length 1.
    along, across : float
        Their mean square along it, and in each direction across it.
    """

    examples: list[NDArray[np.float64]]
    direction: Floats
    along: float
    across: float


@dataclass(frozen=True)
class Pull:
    """How training on a chunk pulled at both tables."""

    W_in: TablePull
    W_out: TablePull


def pull_of(config: Config, copy: Copy, lr: float) -> Pull:
    """Work out how training on a chunk has pulled at its rows.

    Parameters
    ----------
    config : Config
    copy : Copy
        With the weights as training left them.
    lr : float
    """
    W_in, W_out, chunk = copy.weights.W_in, copy.weights.W_out, copy.chunk
    sizes = chunk.right - chunk.left - 1
    mean_size = max(float(sizes.mean()), 1.0) if len(sizes) else 1.0
    n_scored = 1 + config.negatives.k  # words for each example
    if config.model.kind == "skipgram":
        # As the center of |C| examples, and as the word to predict in as many.
        per_center, per_word, in_mean = mean_size * n_scored, mean_size, 1.0
    else:
        # In |C| contexts; there the row is 1 / |C| of hidden, and gets 1 / |C| of its gradient.
        is_exact = config.model.gradient == "exact"
        per_center, per_word = n_scored / (mean_size if is_exact else 1.0), 1.0
        in_mean = mean_size
    if chunk.noise is None:  # softmax: every word to predict pulls at every row
        scored: Ids = np.arange(len(W_out))
        per_draw = len(chunk.tokens) * per_word / len(W_out)
    else:
        scored = chunk.noise.reshape(-1)
        # Each position meets K, however they are shared.
        per_draw = len(chunk.tokens) * per_word * config.negatives.k / max(scored.size, 1)
    factor = lr * SLOPE
    examples_in = copy.in_text * np.float64(per_center * factor)
    examples_out = copy.in_noise * np.float64(per_draw * factor)
    examples_out[: len(W_in)] += copy.in_text * (per_word * factor)
    to_in, in_along, in_across = _mean_direction(W_out, scored)
    to_out, out_along, out_across = _mean_direction(W_in, chunk.tokens)
    return Pull(
        TablePull([examples_in], to_in, in_along, in_across),
        TablePull([examples_out], to_out, out_along, out_across / in_mean),
    )


def _mean_direction(W: Floats, ids: Ids) -> tuple[Floats, float, float]:
    """Return the mean of some rows at length 1, and the mean squares along and across it."""
    dim = W.shape[1]
    rows = W.take(ids[:: max(1, -(-len(ids) // SAMPLE))], axis=0)  # (n, D)
    if len(rows) == 0:
        return np.zeros(dim, W.dtype), 0.0, 0.0
    mean = rows.mean(axis=0)
    along = float(mean @ mean)
    spread = max(float(np.vdot(rows, rows)) / len(rows) - along, 0.0)
    across = UNEVEN * spread / max(dim - 1, 1)
    length = np.sqrt(along)
    return (mean / length if length > 0 else mean).astype(W.dtype), along, across


def joined(pulls: list[TablePull]) -> TablePull:
    """Put the pulls of all replicas of a round together."""
    means = np.stack([np.sqrt(pull.along) * pull.direction for pull in pulls])  # (R, D)
    mean = means.mean(axis=0)
    length = float(np.sqrt(mean @ mean))
    direction: Floats = pulls[0].direction
    if length > 0:
        direction = (mean / length).astype(direction.dtype)
    return TablePull(
        [pull.examples[0] for pull in pulls],
        direction,
        float(np.mean([pull.along for pull in pulls])),
        float(np.mean([pull.across for pull in pulls])),
    )


def scale_of(pull: TablePull, copied: Copied, rows: Ids) -> Scale:
    """Return what the summed moves of some rows are multiplied by: numbers in 1 / R .. 1."""
    places = copied.places.take(rows, axis=1)  # (R, n)
    x = np.zeros(places.shape)
    is_there = copied.is_there(rows)
    for x_here, examples, place, there in zip(x, pull.examples, places, is_there, strict=True):
        here = np.flatnonzero(there)
        x_here[here] = examples.take(place.take(here))
    shared = np.flatnonzero(np.count_nonzero(x, axis=0) > 1)
    x = x.take(shared, axis=1)
    along, across = np.ones((2, len(rows)), copied.tables.dtype)
    along[shared], across[shared] = _scale(x * pull.along), _scale(x * pull.across)
    return Scale(along, across, pull.direction)


def _scale(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (1 - exp(-sum of x)) / sum of (1 - exp(-x)) over the replicas, (R, n) -> (n,)."""
    apart = np.expm1(-x).sum(axis=0)
    together = np.expm1(-x.sum(axis=0))
    return np.divide(together, apart, out=np.ones(x.shape[1]), where=apart < 0)
