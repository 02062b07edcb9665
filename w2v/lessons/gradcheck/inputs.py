"""What the derivatives are checked on: hostile on purpose, since on tidy data broken code passes.

No id equals its position. Every context has 4 words, so that a factor of 1/|C| that is missing
shows as one and the same ratio. A word stands in a context twice or three times; noise repeats, and
hits the center.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from w2v.engines.contract import Chunk
from w2v.model.batch import Batch
from w2v.model.functions import Ids

V, D, K = 9, 5, 3
CONTEXT_SIZE = 4  # of both centers, at positions 2 and 3 of six
CENTER_POS, LEFT, RIGHT = (2, 3), (0, 1), (5, 6)
SPREAD = 0.7  # of weights and rows: no gradient vanishes by chance
STREAM = 1043  # tells these numbers from other draws of the same seed


@dataclass(frozen=True)
class Case:
    """A text of six words, and the noise of its two centers."""

    name: str
    tokens: tuple[int, ...]
    noise: tuple[int, ...]

    def batch(self, *, is_shared: bool) -> Batch:
        """Return the batch of both centers, with one draw for both or one for each."""
        noise = np.array(self.noise)
        if not is_shared:
            noise = np.stack([np.roll(noise, t) for t in range(len(CENTER_POS))])  # (B, M)
        center_pos, left, right = (np.array(part) for part in (CENTER_POS, LEFT, RIGHT))
        return Batch(np.array(self.tokens), center_pos, left, right, noise)

    def chunk(self, *, is_shared: bool) -> Chunk:
        """Return the same as a chunk of one batch; the words at its ends have no context."""
        n = len(self.tokens)
        left, right = np.arange(n, dtype=np.int32), np.arange(1, n + 1, dtype=np.int32)
        left[list(CENTER_POS)], right[list(CENTER_POS)] = LEFT, RIGHT
        ids = np.array(self.noise, np.int32)
        noise: Ids = ids.reshape(1, 2, -1)  # (n_batches, G, M / G)
        if not is_shared:
            noise = np.stack([np.roll(ids, t)[:K] for t in range(n)])  # (n, K)
        return Chunk(np.array(self.tokens, np.int32), left, right, n, noise, is_shared)


CASES = (
    Case("repeated_context", (4, 4, 6, 4, 5, 4), (1, 2, 0, 3)),
    Case("repeated_noise", (8, 6, 7, 5, 3, 2), (1, 0, 1, 1)),
    Case("noise_is_center", (8, 6, 7, 5, 3, 2), (7, 1, 5, 7)),
)


def cases() -> Iterator[tuple[Case, bool]]:
    """Yield every case, with shared noise and with independent."""
    for case in CASES:
        yield case, True
        yield case, False


class Numbers:
    """Draws the weights and rows of a check from its seed."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.Generator(np.random.Philox(key=[seed, STREAM]))

    def table(self, *shape: int) -> NDArray[np.float64]:
        """Draw a table."""
        return self._random.normal(0, SPREAD, shape)

    def tables(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Draw W_in and W_out, (V, D) each."""
        return self.table(V, D), self.table(V, D)


REPEATED_IDS: Ids = np.array([[4, 2], [4, 4]])
PREDICTED: Ids = np.array([7, 5, 5])
SHARED_NOISE: Ids = np.array([5, 7, 5])
INDEPENDENT_NOISE: Ids = np.array([[5, 7, 5], [1, 1, 4], [2, 5, 7]])
# Which of seven rows is in the context of which center: 4 each, two in both.
IN_CONTEXT: NDArray[np.bool_] = np.array(
    [[1, 0, 1, 1, 0, 1, 0], [0, 1, 1, 0, 1, 1, 0]], dtype=np.bool_
)
