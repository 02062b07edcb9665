"""The engine a student reads: the layers of `w2v/model`, one batch after another.

It supports every setting, and it is what the compiled engines are checked against. Where its time
goes: Python's calls for each batch, so that a larger `train.batch` is faster.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from w2v.config.schema import Config, with_values
from w2v.engines.contract import LOSS_EVERY, Chunk, ChunkLoss, Weights
from w2v.model.batch import Batch
from w2v.model.cbow import CBOW
from w2v.model.functions import Floats, Ids
from w2v.model.layers import Embedding
from w2v.model.losses import NegativeSamplingLoss, SoftmaxLoss
from w2v.model.optimizers import OPTIMIZERS
from w2v.model.skipgram import SkipGram

COMBINED_AT_ONCE = 512  # rows, so that they stay in the processor's cache


class NumpyEngine:
    """Train a model of layers on chunks.

    Parameters
    ----------
    config : Config
    weights : Weights
        Changed in place.

    Raises
    ------
    UsageError
        If `embedding.padding_idx` is not in the table.
    """

    name = "numpy"

    def __init__(self, config: Config, weights: Weights) -> None:
        self.model = build_model(config, weights)
        # The same tables, looked up without the one option that changes them.
        self.measured = build_model(with_values(config, {"embedding.max_norm": None}), weights)
        self.optimizer = OPTIMIZERS[config.train.optimizer]()

    def train_chunk(self, chunk: Chunk, lr: float) -> ChunkLoss:
        """Update the weights batch by batch; return the loss of every `LOSS_EVERY`-th batch."""
        total, n_measured, n_examples = 0.0, 0, 0
        for number, batch in cut_batches(chunk):
            self.model.zero_grad()
            self.model.score(batch)
            n = count_examples(self.model, batch)
            n_examples += n
            if number % LOSS_EVERY == 0:
                total += self.model.measure()
                n_measured += n
            self.model.backward()
            self.optimizer.step(self.model.params, self.model.grads, lr)
        return ChunkLoss(total, n_measured, n_examples)

    def loss(self, chunk: Chunk) -> ChunkLoss:
        """Measure every batch; change nothing."""
        total, n_examples = 0.0, 0
        for _, batch in cut_batches(chunk):
            total += self.measured.forward(batch)
            n_examples += count_examples(self.measured, batch)
        return ChunkLoss(total, n_examples, n_examples)


def build_model(config: Config, weights: Weights) -> CBOW | SkipGram:
    """Make the model that a config describes, around given weights.

    Parameters
    ----------
    config : Config
    weights : Weights, (V, D) each
    """
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
        freeze=options.freeze is True,
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
    """Yield (number, batch) of all that have an example, with just the text the contexts reach."""
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
        yield number, Batch(chunk.tokens[low:high], centers - low, left - low, right - low, noise)


def count_examples(model: CBOW | SkipGram, batch: Batch) -> int:
    """Return how many examples the loss of a batch is summed over."""
    if isinstance(model, CBOW):
        return len(batch.center_pos)
    return int((batch.right - batch.left - 1).sum())


def combine_rows(
    W: Floats, rows: Ids, scale: Floats, copies: Floats, index: Ids, n_rows: Ids
) -> None:
    """Combine the replicas' copies of some rows; see `RowCombiner` (contract.py)."""
    for at in range(0, len(rows), COMBINED_AT_ONCE):
        block = rows[at : at + COMBINED_AT_ONCE]
        start = W.take(block, axis=0)  # (n, D)
        moves = np.zeros_like(start)
        for copy, here, n in zip(copies, index[:, block], n_rows, strict=True):
            has = np.flatnonzero((here >= 0) & (here < n))
            moves[has] += copy[here[has]] - start[has]
        W[block] = start + scale[at : at + COMBINED_AT_ONCE, None] * moves
