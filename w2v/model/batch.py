"""What a model is given for one step: some centers, their contexts, the noise; in two forms.

`Batch` says it in text positions and is what the layers take. `FoldedBatch` says the same in
matrices, with every word once, and is what `matrices.py` takes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from w2v.model.functions import Floats, Ids


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
    noise : array of int, or None for the full softmax
        (M,) shared by the batch, or a row for each center: its group's M / G ids, or K of its own.
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


class FoldedBatch(NamedTuple):
    """B centers as matrices over the distinct words of the batch.

    However often a word stands in the batch, it has one row here and one column there: its repeats
    are folded into the numbers of the matrices. A center without a context has a row of zeros in
    `A` and `labels`: its `hidden` is zero, no gradient comes of it, and it is no example.

    Attributes
    ----------
    input_ids : array of int, shape (U,), distinct
        u, the words that are looked up in W_in. One that no row of `A` uses does no harm.
    A : array of float, shape (B, U)
        hidden = A @ W_in[u]. CBOW: how often each word stands in each context, over the size of the
        context. Skip-gram: 1 at the center.
    A_back : array of float, shape (B, U)
        What takes the gradient back to the rows: `A`, or with `gradient: word2vec` the counts that
        are not divided by the size.
    output_ids : array of int, shape (O,), distinct
        v, the words that are predicted and the noise.
    labels : array of float, shape (B, O)
        How often the word is to be predicted. CBOW: 1 at the center. Skip-gram: how often each word
        stands in the context.
    weights : array of float, shape (B, O)
        Of the scores: `labels`, and for each example whose word it is not, the weight of a noise
        word times the number of its draws.
    """

    input_ids: Ids
    A: Floats
    A_back: Floats
    output_ids: Ids
    labels: Floats
    weights: Floats
