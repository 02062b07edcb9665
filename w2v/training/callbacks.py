"""Functions of a program that are told how a run goes: `w2v.train(…, on_chunk=…, on_epoch=…)`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from w2v.training.observer import ChunkMetrics, EpochMetrics, Observer
from w2v.vectors.word_vectors import WordVectors

OnChunk: TypeAlias = Callable[[ChunkMetrics], bool | np.bool_ | None]
OnEpoch: TypeAlias = Callable[[EpochMetrics, WordVectors], bool | np.bool_ | None]


class Callbacks(Observer):
    """Call functions; one that returns True ends the training there.

    Parameters
    ----------
    on_chunk, on_epoch : callable, optional
        Called with what `Observer.on_chunk` and `Observer.on_epoch` are told.
    """

    def __init__(self, on_chunk: OnChunk | None, on_epoch: OnEpoch | None) -> None:
        self._on_chunk, self._on_epoch = on_chunk, on_epoch
        self._is_enough = False

    def on_chunk(self, metrics: ChunkMetrics) -> None:
        """Call the function for chunks."""
        if self._on_chunk is not None:
            self._is_enough |= is_true(self._on_chunk(metrics))

    def on_epoch(self, metrics: EpochMetrics, vectors: WordVectors) -> None:
        """Call the function for epochs."""
        if self._on_epoch is not None:
            self._is_enough |= is_true(self._on_epoch(metrics, vectors))

    def should_end(self) -> bool:
        """End when a function has said so."""
        return self._is_enough


def is_true(answer: object) -> bool:
    """Tell whether a function has said True; numbers of NumPy compare to a True of their own."""
    return isinstance(answer, bool | np.bool_) and bool(answer)
