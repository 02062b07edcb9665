"""What a model is given for one step: some centers, their contexts, the noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from w2v.model.functions import Ids


@dataclass(frozen=True)
class Batch:
    """B centers in a stretch of X consecutive text positions.

    Attributes
    ----------
    tokens : array of int, shape (X,)
        The word id at each position: the centers and the words around them.
    center_pos : array of int, shape (B,)
        Where the centers stand in `tokens`. Each has at least one context word.
    left, right : array of int, shape (B,)
        The context of center t is every position x with left[t] <= x < right[t] but its own.
    noise : array of int, (M,) shared by the batch or (B, K); None for the full softmax
    """

    tokens: Ids
    center_pos: Ids
    left: Ids
    right: Ids
    noise: Ids | None

    def in_context(self) -> NDArray[np.bool_]:
        """Return which position is in the context of which center, shape (B, X)."""
        pos = np.arange(len(self.tokens))
        inside = (pos >= self.left[:, None]) & (pos < self.right[:, None])
        inside[np.arange(len(self.center_pos)), self.center_pos] = False
        return inside
