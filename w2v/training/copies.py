"""The rows that replicas work on: copied out of the tables, trained apart, combined back.

A chunk touches a small part of the vocabulary, so that a replica needs no table of its own: it gets
a compact one with just its rows, and its chunk gets their numbers in it. `combining.py` says by
which rule the rows are combined, and `replicas.py` runs all this in threads.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from w2v.config.schema import Config, with_values
from w2v.engines.contract import Chunk, Weights
from w2v.model.functions import Ids
from w2v.training.draws import noise_shape

NOT_HERE = -1  # in `Copies.index`: this replica does not touch that row


class Copies:
    """Compact tables for R replicas.

    Parameters
    ----------
    config : Config
    weights : Weights
        The tables that are copied from and combined into.
    n_replicas : int
        R.

    Attributes
    ----------
    index : array of int32, shape (R, V)
        The number of each row in each replica's compact tables, or NOT_HERE. The rows of the text
        come first, then those that are noise only: these have no row in W_in's copy.
    rows : list of R arrays of int
        The other way round: which row of the tables each compact row is.
    n_in, n_out : arrays of int64, shape (R,)
        How many rows each compact table has.
    W_in, W_out : arrays, shape (R, most rows that a chunk can touch, D)
    """

    def __init__(self, config: Config, weights: Weights, n_replicas: int) -> None:
        self._weights = weights
        n_words, dim = weights.W_in.shape
        chunk = config.train.chunk
        is_softmax = config.model.loss == "softmax"  # which scores every row
        n_noise = n_words if is_softmax else math.prod(noise_shape(config, chunk))
        # Room for the worst case; memory that is never written to costs nothing.
        most_in, most_out = min(n_words, chunk), min(n_words, chunk + n_noise)
        dtype = weights.W_in.dtype
        self.W_in = np.empty((n_replicas, most_in, dim), dtype)
        self.W_out = np.empty((n_replicas, most_out, dim), dtype)
        self.index = np.full((n_replicas, n_words), NOT_HERE, np.int32)
        self.rows: list[Ids] = [np.zeros(0, np.int64)] * n_replicas
        self.n_in = np.zeros(n_replicas, np.int64)
        self.n_out = np.zeros(n_replicas, np.int64)

    def take(self, replica: int, chunk: Chunk) -> tuple[Weights, Chunk]:
        """Copy the rows that a chunk touches; return them, and the chunk with their numbers."""
        index = self.index[replica]
        index[:] = NOT_HERE
        in_text = np.zeros(len(index), bool)
        in_text[chunk.tokens] = True
        text_rows = np.flatnonzero(in_text)
        noise_only = np.zeros(len(index), bool)
        noise_only[slice(None) if chunk.noise is None else chunk.noise.reshape(-1)] = True
        noise_only[text_rows] = False
        rows = np.concatenate((text_rows, np.flatnonzero(noise_only)))
        index[rows] = np.arange(len(rows), dtype=np.int32)
        self.rows[replica] = rows
        self.n_in[replica], self.n_out[replica] = len(text_rows), len(rows)

        W_in = self.W_in[replica, : len(text_rows)]
        W_out = self.W_out[replica, : len(rows)]
        # Every row is one of the table's; "clip" only spares NumPy a second copy.
        self._weights.W_in.take(text_rows, axis=0, out=W_in, mode="clip")
        self._weights.W_out.take(rows, axis=0, out=W_out, mode="clip")
        noise = None if chunk.noise is None else index[chunk.noise]
        return Weights(W_in, W_out), replace(chunk, tokens=index[chunk.tokens], noise=noise)

    def config_of(self, replica: int, config: Config) -> Config:
        """Return the config of a replica's engine, with the number that `padding_idx` has there."""
        padding = config.embedding.padding_idx
        if padding is None:
            return config
        here = int(self.index[replica, padding])
        here_in_text = here if 0 <= here < self.n_in[replica] else None
        return with_values(config, {"embedding.padding_idx": here_in_text})
