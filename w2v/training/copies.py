"""The rows that replicas work on: copied out of the tables, trained apart, combined back.

A chunk touches a small part of the vocabulary, so that a replica needs no table of its own: it gets
a compact one with just its rows, and its chunk gets their numbers in it. `combining.py` says by
which rule the rows are combined, and `replicas.py` runs all this in threads.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from w2v.config.schema import Config, with_values
from w2v.engines.contract import Chunk, Weights
from w2v.model.functions import Ids
from w2v.training.draws import noise_shape

NOT_HERE = -1  # in `Copies.places`: this replica does not touch that row


@dataclass(frozen=True)
class Copy:
    """The rows that one chunk touches, and the chunk with their numbers.

    Attributes
    ----------
    weights : Weights
        Compact tables, and which rows are frozen. W_out has more rows: behind those of the text the
        ones that are noise only.
    chunk : Chunk
    in_text, in_noise : arrays of int, shapes (rows of W_in,) and (rows of W_out,)
        How often each row stands in the chunk's text, and in its noise.
    """

    weights: Weights
    chunk: Chunk
    in_text: Ids
    in_noise: Ids


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
    places : array of int32, shape (R, V)
        The number of each row in each replica's compact tables, or NOT_HERE. The rows of the text
        come first, then those that are noise only: these have no row in W_in's copy.
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
        self.places = np.full((n_replicas, n_words), NOT_HERE, np.int32)
        self.n_in = np.zeros(n_replicas, np.int64)
        self.n_out = np.zeros(n_replicas, np.int64)

    def take(self, replica: int, chunk: Chunk) -> Copy:
        """Copy the rows that a chunk touches, and give the chunk their numbers."""
        places = self.places[replica]
        n_words = len(places)
        in_text = np.bincount(chunk.tokens, minlength=n_words)
        in_noise: Ids = np.ones(n_words, np.int64)  # the softmax scores every row
        if chunk.noise is not None:
            in_noise = np.bincount(chunk.noise.reshape(-1), minlength=n_words)
        text_rows = np.flatnonzero(in_text)
        noise_only = np.flatnonzero((in_noise > 0) & (in_text == 0))
        rows = np.concatenate((text_rows, noise_only))
        places[:] = NOT_HERE
        places[rows] = np.arange(len(rows), dtype=np.int32)
        self.n_in[replica], self.n_out[replica] = len(text_rows), len(rows)

        W_in = self.W_in[replica, : len(text_rows)]
        W_out = self.W_out[replica, : len(rows)]
        # Every row is one of the table's; "clip" only spares NumPy a second copy.
        self._weights.W_in.take(text_rows, axis=0, out=W_in, mode="clip")
        self._weights.W_out.take(rows, axis=0, out=W_out, mode="clip")
        frozen = self._weights.frozen
        here_frozen = None if frozen is None else frozen.take(text_rows)
        noise = None if chunk.noise is None else places.take(chunk.noise)
        chunk = replace(chunk, tokens=places.take(chunk.tokens), noise=noise)
        weights = Weights(W_in, W_out, here_frozen)
        return Copy(weights, chunk, in_text.take(text_rows), in_noise.take(rows))

    def config_of(self, replica: int, config: Config) -> Config:
        """Return the config of a replica's engine, with the number that `padding_idx` has there."""
        padding = config.embedding.padding_idx
        if padding is None:
            return config
        here = int(self.places[replica, padding])
        here_in_text = here if 0 <= here < self.n_in[replica] else None
        return with_values(config, {"embedding.padding_idx": here_in_text})
