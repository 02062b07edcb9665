"""What SoftmaxLoss and NegativeSamplingLoss cost for an example: counted, and measured."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from w2v.model.functions import Floats, Ids
from w2v.model.layers import Embedding
from w2v.model.losses import NegativeSamplingLoss, SoftmaxLoss

N_TIMED = 3  # times that a measurement is repeated; the shortest counts
SECONDS = 0.02  # that a measurement takes at the least


@dataclass(frozen=True)
class Cost:
    """What one example costs.

    Attributes
    ----------
    n_words : int
        V.
    k : int or None
        K of negative sampling; None is the softmax.
    n_rows : int
        Of W_out that are looked up.
    n_products : int
        Multiply-adds, forward and backward.
    n_bytes : int
        Of those rows, in float32.
    seconds : float
        Measured, forward and backward.
    """

    n_words: int
    k: int | None
    n_rows: int
    n_products: int
    n_bytes: int
    seconds: float


def cost_of(n_words: int, dim: int, batch: int, k: int, *, with_softmax: bool) -> list[Cost]:
    """Measure a table of V rows of random numbers: the softmax if asked for, then K noise words.

    Parameters
    ----------
    n_words, dim : int
        V and D of the table.
    batch : int
        Examples that are scored together.
    k : int
    with_softmax : bool
    """
    rng = np.random.default_rng(1)
    weight = rng.uniform(-0.1, 0.1, (n_words, dim)).astype(np.float32)
    hidden = rng.uniform(-0.1, 0.1, (batch, dim)).astype(np.float32)
    predicted = rng.integers(0, n_words, batch)
    noise = rng.integers(0, n_words, (batch, k))
    output = Embedding(n_words, dim, weight=weight, sparse=True)
    costs = []
    if with_softmax:
        softmax = SoftmaxLoss(Embedding(n_words, dim, weight=weight))
        costs.append(_cost(softmax, (hidden, predicted, noise), n_words, None, n_words))
    sampling = NegativeSamplingLoss(output, k)
    costs.append(_cost(sampling, (hidden, predicted, noise), n_words, k, 1 + k))
    return costs


def _cost(
    loss: SoftmaxLoss | NegativeSamplingLoss,
    example: tuple[Floats, Ids, Ids],
    n_words: int,
    k: int | None,
    n_rows: int,
) -> Cost:
    """Count and measure one loss."""
    batch, dim = example[0].shape
    n_bytes = n_rows * dim * loss.embedding.weight.itemsize
    seconds = _seconds(loss, example) / batch
    return Cost(n_words, k, n_rows, 3 * n_rows * dim, n_bytes, seconds)


def _seconds(loss: SoftmaxLoss | NegativeSamplingLoss, example: tuple[Floats, Ids, Ids]) -> float:
    """Return the shortest time of a forward and backward pass."""
    shortest = np.inf
    for _ in range(N_TIMED):
        n_passes, started = 0, time.perf_counter()
        while n_passes == 0 or time.perf_counter() - started < SECONDS:
            loss.embedding.zero_grad()
            loss.forward(*example)
            loss.backward()
            n_passes += 1
        shortest = min(shortest, (time.perf_counter() - started) / n_passes)
    return float(shortest)
