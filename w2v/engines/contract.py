"""What every engine takes and gives: weights, chunks of text with their draws, losses.

An engine draws nothing and knows no vocabulary and no schedule. It is handed a chunk with every
random choice already made, so that two engines can be compared number by number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from w2v.model.functions import Floats, Ids

# While training, the loss is measured exactly in the batches 0, 32, 64, ... of each chunk and in no
# other: it takes a logarithm for every score, and the update does not need it. Batches are counted
# by position: one without an example counts too.
LOSS_EVERY = 32


@dataclass(frozen=True)
class Weights:
    """The two tables of a model; engines change them in place.

    Attributes
    ----------
    W_in : array of float32 or float64, shape (V, D)
    W_out : array of the same shape and dtype
    frozen : array of bool, shape (V,), or None
        The rows of W_in that nothing changes, not by a bit; None for no row.
    """

    W_in: Floats
    W_out: Floats
    frozen: NDArray[np.bool_] | None = None


@dataclass(frozen=True)
class Chunk:
    """A stretch of text after subsampling, with its draws.

    Attributes
    ----------
    tokens : array of int32, shape (n,)
        The ids of the kept positions.
    left, right : array of int32, shape (n,)
        The context of position t is every position x with left[t] <= x < right[t] but t itself; it
        never reaches over a sentence or over the chunk. A position alone has left + 1 == right and
        is no example.
    batch_size : int
        B: batch i is made of the positions i * B to (i + 1) * B.
    noise_is_shared : bool
    noise : array of int32 or None
        (n_batches, G, M / G) shared by each batch, or (n, K) for each position; None for the full
        softmax. The positions of a batch take turns at its G groups: the i-th, counted from 0 and
        whether or not it has a context, is scored against group i mod G and against no other. An id
        weighs K over the ids that a center is scored against: K * G / M, or 1.

    Notes
    -----
    Why groups: windows next to each other share words, and the row of a word gets a gradient from
    each window that the word is in. If all of them are scored against the same ids, it is the same
    noise each time. If neighbours are in different groups, the row meets the ids of all groups: its
    gradient varies no more than with M ids for every center, and each center is scored against
    1 / G of them.
    DEVIATION: G = 1, where every center is scored against all M, is the plain rule.
    """

    tokens: Ids
    left: Ids
    right: Ids
    batch_size: int
    noise: Ids | None
    noise_is_shared: bool


@dataclass(frozen=True)
class ChunkLoss:
    """The loss over a chunk, measured at the weights before each batch.

    An example is a center with a context (CBOW), or a pair (skip-gram).

    Attributes
    ----------
    total : float
        In nats, summed over the measured examples.
    n_measured : int
        Examples in the batches that were measured.
    n_examples : int
        All examples of the chunk.
    """

    total: float
    n_measured: int
    n_examples: int

    @property
    def mean(self) -> float | None:
        """Nats per measured example; None if none was measured."""
        return self.total / self.n_measured if self.n_measured else None


class Abandoned(Exception):  # noqa: N818  (it is no error of anybody's)
    """An engine has left a chunk in the middle, since it was told to; the weights are spoilt."""


class Engine(Protocol):
    """An engine trains `Weights` in place, chunk by chunk.

    It is made with an event, `abandon`: when another thread sets it, the engine leaves its chunk
    within some batches. What it has done to the weights until then is of no use.
    """

    name: str

    def train_chunk(self, chunk: Chunk, lr: float) -> ChunkLoss:
        """Update the weights on one chunk at one learning rate.

        Returns
        -------
        ChunkLoss
            Of every `LOSS_EVERY`-th batch, met on the way.

        Raises
        ------
        Abandoned
        """

    def state(self) -> dict[str, NDArray[Any]]:
        """Return, by name, the arrays beside the weights that the next chunk depends on."""

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over the arrays that `state` of an engine like this one returned."""

    def loss(self, chunk: Chunk) -> ChunkLoss:
        """Measure every batch of a chunk at the weights as they stand, and change none of them.

        `embedding.max_norm` shortens no row here: the loss is that of the table as it is.
        """


class Copied(NamedTuple):
    """What R replicas made of one table, each in a compact table of the rows that it touched.

    Attributes
    ----------
    tables : array of float, shape (R, m, D)
    places : array of int32, shape (R, V)
        Where each row is in each of them; below 0 or from `n_rows` on, it is not.
    n_rows : array of int64, shape (R,)
    """

    tables: Floats
    places: Ids
    n_rows: Ids

    def is_there(self, rows: Ids | slice) -> NDArray[np.bool_]:
        """Tell of some rows of the table which replicas have them, shape (R, n)."""
        places = self.places[:, rows]
        return (places >= 0) & (places < self.n_rows[:, None])


class Scale(NamedTuple):
    """What the summed moves of n rows are multiplied by.

    Attributes
    ----------
    along, across : arrays of float, shape (n,)
        For the part of a move that is along the direction, and for the rest of it.
    direction : array of float, shape (D,), of length 1
    """

    along: Floats
    across: Floats
    direction: Floats


class RowCombiner(Protocol):
    """Moves rows of a table by what R replicas made of their copies."""

    def __call__(self, W: Floats, rows: Ids, copied: Copied, scale: Scale) -> None:
        """W[row] += along * (part of the move along the direction) + across * (the rest of it).

        The move is the sum over replicas r, in order, of W_r[row] - W[row]. A row that one replica
        alone has becomes what it is there, and one that none has stays.

        Parameters
        ----------
        W : array of float, shape (V, D)
            Changed in place.
        rows : array of int64, shape (n,), distinct
        copied : Copied
        scale : Scale
        """
