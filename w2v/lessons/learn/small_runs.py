"""Small trainings that lessons look at: toy-world on the numpy engine, a second each.

They are the product's own runs; only their folder does not stay.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from w2v.config.loading import load_config
from w2v.config.schema import Config
from w2v.text.builtin import builtin_file
from w2v.training.trainer import train
from w2v.vectors.word_vectors import WordVectors

# Told how much is done, and of how much.
OnProgress: TypeAlias = Callable[[int, "int | None"], None]

# As the shipped config toy-world has it.
SETTINGS = {
    "train.engine": "numpy",  # the same numbers with and without numba
    "train.subsample": 0,
    "train.replicas": 1,
}


@dataclass(frozen=True)
class SmallRun:
    """What is left of a small training.

    Attributes
    ----------
    vectors : WordVectors
        In memory.
    heldout_loss : float or None
        Nats per example that was never trained on, after the last epoch; None without
        `eval.heldout`.
    """

    vectors: WordVectors
    heldout_loss: float | None


class Counted:
    """Count pieces of work for whoever shows how much is done.

    Parameters
    ----------
    on_progress : callable or None
    total : int
        Pieces in all.
    """

    def __init__(self, on_progress: OnProgress | None, total: int) -> None:
        self._on_progress, self._total, self._n_done = on_progress, total, 0

    def __call__(self, *_: object) -> None:
        """One more is done."""
        self._n_done += 1
        if self._on_progress is not None:
            self._on_progress(self._n_done, self._total)


def toy_world_config(settings: Mapping[str, Any]) -> Config:
    """Return the config of a small run; settings are given by dotted paths."""
    # By its file: a folder here may be called toy-world too.
    corpus = {"corpus.path": str(builtin_file("toy-world"))}
    return load_config(values={**corpus, **SETTINGS, **settings}).config


def train_toy_world(
    settings: Mapping[str, Any], on_chunk: Callable[[Any], None] | None = None
) -> SmallRun:
    """Train on toy-world, and keep the vectors in memory.

    Parameters
    ----------
    settings : mapping
        By dotted paths.
    on_chunk : callable, optional
        As of `train`.

    Raises
    ------
    DivergedError
        If the learning rate is too high.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        run = train(toy_world_config(settings), out=Path(folder) / "run", on_chunk=on_chunk)
        mapped = run.vectors
        # Copies: the files go when the folder does.
        vectors = WordVectors(
            mapped.vocabulary,
            np.array(mapped.vectors),
            output_vectors=np.array(mapped.output_table()),
        )
        return SmallRun(vectors, run.metrics[-1].heldout_loss)
