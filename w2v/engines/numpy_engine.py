"""The engine a student reads: forward, backward and a step of the optimizer, batch after batch.

It supports every setting, and it is what the compiled engines are checked against. What computes a
batch is a model of `w2v/model`: the five lines of matrices wherever they say all that the config
asks for, since they are the fastest, and otherwise the layers. Half of its time goes into the
products of these matrices.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from w2v.config.checking import only_in_layers
from w2v.config.schema import Config, with_values
from w2v.engines.contract import LOSS_EVERY, Abandoned, Chunk, ChunkLoss, Copied, Scale, Weights
from w2v.engines.folding import Folding, fold_batches
from w2v.model.batch import Batch
from w2v.model.cbow import CBOW
from w2v.model.functions import Floats, Ids
from w2v.model.layers import Embedding, SparseGrad
from w2v.model.losses import NegativeSamplingLoss, SoftmaxLoss
from w2v.model.matrices import MatrixModel
from w2v.model.optimizers import OPTIMIZERS
from w2v.model.skipgram import SkipGram

COMBINED_AT_ONCE = 512  # rows, so that they stay in the processor's cache
# With independent noise a batch of CBOW has B * (1 + K) columns, of which each row uses 1 + K. In
# larger batches than this the layers are faster, since they skip the others.
INDEPENDENT_UP_TO = 64


class Model(Protocol):
    """What CBOW, SkipGram and MatrixModel have in common; the last takes batches of its own."""

    @property
    def params(self) -> list[Floats]: ...  # noqa: D102
    @property
    def grads(self) -> list[Floats | SparseGrad | None]: ...  # noqa: D102
    def zero_grad(self) -> None: ...  # noqa: D102
    def forward(self, batch: Any) -> float: ...  # noqa: D102
    def score(self, batch: Any) -> None: ...  # noqa: D102
    def measure(self) -> float: ...  # noqa: D102
    def backward(self) -> None: ...  # noqa: D102


class NumpyEngine:
    """Train a model on chunks.

    Parameters
    ----------
    config : Config
    weights : Weights
        Changed in place.
    abandon : threading.Event, optional
        When it is set, a chunk is left before its next batch.

    Raises
    ------
    UsageError
        If `embedding.padding_idx` is not in the table.
    """

    name = "numpy"

    def __init__(
        self, config: Config, weights: Weights, abandon: threading.Event | None = None
    ) -> None:
        self.config = config
        self._abandon = abandon or threading.Event()
        self.model = build_model(config, weights)
        # The same tables, looked up without the one option that changes them.
        self.measured = build_model(with_values(config, {"embedding.max_norm": None}), weights)
        self.optimizer = OPTIMIZERS[config.train.optimizer]()

    @np.errstate(over="ignore")  # of the sigmoid, where it does no harm
    def train_chunk(self, chunk: Chunk, lr: float) -> ChunkLoss:
        """Update the weights batch by batch; return the loss of every `LOSS_EVERY`-th batch."""
        n_examples = self._n_examples(chunk)
        total, n_measured = 0.0, 0
        for number, batch in self._batches(self.model, chunk):
            self.model.zero_grad()
            self.model.score(batch)
            if number % LOSS_EVERY == 0:
                total += self.model.measure()
                begin = number * chunk.batch_size
                n_measured += int(n_examples[begin : begin + chunk.batch_size].sum())
            self.model.backward()
            self.optimizer.step(self.model.params, self.model.grads, lr)
        return ChunkLoss(total, n_measured, int(n_examples.sum()))

    def loss(self, chunk: Chunk) -> ChunkLoss:
        """Measure every batch; change nothing."""
        batches = self._batches(self.measured, chunk)
        total = sum((self.measured.forward(batch) for _, batch in batches), 0.0)
        n_examples = int(self._n_examples(chunk).sum())
        return ChunkLoss(total, n_examples, n_examples)

    def state(self) -> dict[str, NDArray[Any]]:
        """Return what the optimizer keeps for each row."""
        return self.optimizer.state()

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over what an optimizer kept."""
        self.optimizer.restore(state)

    def _batches(self, model: Model, chunk: Chunk) -> Iterator[tuple[int, Any]]:
        """Yield (number, batch) of all that have an example, until it is to be abandoned."""
        for batch in self._batches_for(model, chunk):
            if self._abandon.is_set():
                raise Abandoned
            yield batch

    def _batches_for(self, model: Model, chunk: Chunk) -> Iterator[tuple[int, Any]]:
        """Cut a chunk into batches as the model wants them."""
        if not isinstance(model, MatrixModel):
            return cut_batches(chunk)
        kind, gradient = self.config.model.kind, self.config.model.gradient
        dtype = model.params[0].dtype
        return fold_batches(chunk, Folding(kind, gradient, self.config.negatives.k, dtype))

    def _n_examples(self, chunk: Chunk) -> Ids:
        """Return how many examples each position makes, shape (n,)."""
        size = chunk.right - chunk.left - 1
        return size if self.config.model.kind == "skipgram" else np.minimum(size, 1)


def suits_matrices(config: Config) -> bool:
    """Return whether the five lines of matrices say all that a config asks for.

    They have no options of the Embedding but frozen rows, and no softmax. `sparse: false` asks for
    a whole table of gradients, which they do not make.
    """
    is_wide = (
        config.negatives.mode == "independent"
        and config.model.kind == "cbow"
        and config.train.batch > INDEPENDENT_UP_TO
    )
    return not (only_in_layers(config) or is_wide)


def build_model(config: Config, weights: Weights) -> Model:
    """Make the model that a config describes, around given weights.

    Parameters
    ----------
    config : Config
    weights : Weights, (V, D) each
    """
    if suits_matrices(config):
        return MatrixModel(weights.W_in, weights.W_out, weights.frozen)
    options = config.embedding
    n_words, dim = weights.W_in.shape
    embedding = Embedding(
        n_words,
        dim,
        padding_idx=options.padding_idx,
        max_norm=options.max_norm,
        norm_type=options.norm_type,
        scale_grad_by_freq=options.scale_grad_by_freq,
        sparse=options.sparse,
        weight=weights.W_in,
        frozen_rows=weights.frozen,
    )
    output = Embedding(len(weights.W_out), dim, sparse=options.sparse, weight=weights.W_out)
    if config.model.loss == "softmax":
        loss: NegativeSamplingLoss | SoftmaxLoss = SoftmaxLoss(output)
    else:
        loss = NegativeSamplingLoss(output, config.negatives.k)
    if config.model.kind == "skipgram":
        return SkipGram(embedding, loss)
    return CBOW(embedding, loss, config.model.gradient)


def cut_batches(chunk: Chunk) -> Iterator[tuple[int, Batch]]:
    """Yield (number, batch) of all that have an example, with just the text the contexts reach.

    A batch has no row for a center without a context, but such a center takes its turn at the
    groups of noise.
    """
    has_context = chunk.right - chunk.left > 1
    for number, start in enumerate(range(0, len(chunk.tokens), chunk.batch_size)):
        centers = np.flatnonzero(has_context[start : start + chunk.batch_size]) + start
        if len(centers) == 0:
            continue
        left, right = chunk.left[centers], chunk.right[centers]
        low, high = left.min(), right.max()
        noise = chunk.noise
        if noise is not None:
            noise = noise[number] if chunk.noise_is_shared else noise[centers]
            if chunk.noise_is_shared:
                n_groups = len(noise)
                # (1, M) -> (M,) for all, or (G, M / G) -> (B, M / G)
                noise = noise[0] if n_groups == 1 else noise[(centers - start) % n_groups]
        yield number, Batch(chunk.tokens[low:high], centers - low, left - low, right - low, noise)


def combine_rows(W: Floats, rows: Ids, copied: Copied, scale: Scale) -> None:
    """Put together what the replicas made of some rows; see `RowCombiner` (contract.py)."""
    for at in range(0, len(rows), COMBINED_AT_ONCE):
        here = slice(at, at + COMBINED_AT_ONCE)
        block = rows[here]
        places = copied.places[:, block]  # (R, n)
        is_there = copied.is_there(block)
        start = W.take(block, axis=0)  # (n, D)
        moves = np.zeros_like(start)
        for table, place, there in zip(copied.tables, places, is_there, strict=True):
            moves[there] += table[place[there]] - start[there]
        along, across = scale.along[here, None], scale.across[here, None]
        part = (along - across) * (moves @ scale.direction)[:, None]  # (n, 1)
        W[block] = start + across * moves + part * scale.direction
        is_alone = is_there.sum(axis=0) == 1
        for table, place, there in zip(copied.tables, places, is_there, strict=True):
            W[block[there & is_alone]] = table[place[there & is_alone]]
