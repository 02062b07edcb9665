"""What one-hot matrices and lookups cost: bytes, counted, and times, measured.

How this is told is in `lesson.py`.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np

from w2v.lessons.learn.parts import seconds_of
from w2v.model.functions import Floats, Ids
from w2v.model.plain import embedding_forward, one_hot

# The batch whose bytes are counted: the sizes that word2vec is used with.
N_IDS, FULL_DIM = 32, 100
FLOAT32, INT64 = 4, 8  # bytes
# What is measured is smaller, so that a million words need less than 250 MB.
MEASURED_IDS, MEASURED_DIM = 8, 20
N_DRAWS = 64  # batches of ids that are looked up in turn, so that no row is always at hand


@dataclass(frozen=True)
class Effort:
    """How much is measured.

    Attributes
    ----------
    sizes : tuple of int
        Vocabularies, rising.
    seconds : float
        For each time.
    """

    sizes: tuple[int, ...]
    seconds: float


def cost_of(n_words: int) -> dict[str, int]:
    """Return what both ways read, in bytes, and the multiplications of the product.

    >>> cost_of(1000)["one_hot"], cost_of(1000)["lookup_reads"]
    (128000, 13056)

    Parameters
    ----------
    n_words : int
        V. There are 32 ids, and D = 100 numbers of float32 in a row.
    """
    matrix = N_IDS * n_words * FLOAT32
    return {
        "n_words": n_words,
        "one_hot": matrix,
        "product_reads": matrix + n_words * FULL_DIM * FLOAT32,
        "multiplications": N_IDS * n_words * FULL_DIM,
        "lookup_reads": N_IDS * (INT64 + FULL_DIM * FLOAT32),
    }


def measure(effort: Effort, rng: np.random.Generator) -> list[dict[str, Any]]:
    """Time both ways for each vocabulary.

    Parameters
    ----------
    effort : Effort
    rng : numpy.random.Generator

    Returns
    -------
    list of dict
        `n_words`, and in seconds: `making` the one-hot matrix, the `product`, the `lookup`.
    """
    found = []
    for n_words in effort.sizes:
        W = rng.random((n_words, MEASURED_DIM), np.float32)
        draws = rng.integers(0, n_words, (N_DRAWS, MEASURED_IDS))
        rows = one_hot(draws[0], n_words).astype(np.float32)
        turns = itertools.cycle(draws)

        def lookups(W: Floats = W, draws: Ids = draws) -> None:
            for ids in draws:
                embedding_forward(W, ids)

        def making(turns: itertools.cycle[Ids] = turns, n_words: int = n_words) -> Floats:
            return one_hot(next(turns), n_words).astype(np.float32)

        def product(rows: Floats = rows, W: Floats = W) -> Floats:
            return rows @ W

        found.append(
            {
                "n_words": n_words,
                "making": seconds_of(making, effort.seconds),
                "product": seconds_of(product, effort.seconds),
                "lookup": seconds_of(lookups, effort.seconds) / N_DRAWS,
            }
        )
    return found
