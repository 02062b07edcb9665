"""One small batch in five lines of matrices, every matrix of it; and the same step by the layers.

The matrices are those of `MatrixModel`, made by `fold_batches` as for training. How this is told is
in `lesson.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from w2v.engines.contract import Chunk
from w2v.engines.folding import Folding, fold_batches
from w2v.engines.numpy_engine import cut_batches
from w2v.model.batch import FoldedBatch
from w2v.model.cbow import CBOW
from w2v.model.functions import Floats, Ids
from w2v.model.layers import Embedding
from w2v.model.losses import NegativeSamplingLoss
from w2v.model.matrices import MatrixModel
from w2v.model.optimizers import SGD, touched_rows
from w2v.training.draws import context_bounds

# A sentence of five words whose first one comes again, and two words more. The texts have such a
# sentence in each language.
SENTENCE = np.array([0, 1, 2, 0, 3], np.int32)
N_WORDS, DIM = 6, 3
B, WINDOW, K, M = 3, 2, 2, 3
# One word twice, and one that is the center of an example.
NOISE = np.array([4, 0, 4], np.int32)
LR = 0.1


@dataclass(frozen=True)
class FiveLines:
    """Every matrix of one step. B centers, U words looked up in W_in, O words in W_out.

    Attributes
    ----------
    batch : FoldedBatch
        u, v, A, labels and weights.
    left, right : arrays of int, shape (B,)
        Where the context of each center begins and ends.
    rows_in, rows_out : arrays, shapes (U, D) and (O, D)
        W_in[u] and W_out[v] before the step.
    hidden : array, shape (B, D)
    scores, d_scores : arrays, shape (B, O)
        `d_scores` is G.
    d_rows_in, d_rows_out : arrays, shapes (U, D) and (O, D)
    W_in, W_out : arrays, shape (V, D)
        After the step.
    difference : float
        The largest between these two tables and what the layers made of the same ones.
    """

    batch: FoldedBatch
    left: Ids
    right: Ids
    rows_in: Floats
    rows_out: Floats
    hidden: Floats
    scores: Floats
    d_scores: Floats
    d_rows_in: Floats
    d_rows_out: Floats
    W_in: Floats
    W_out: Floats
    difference: float


def start_tables(seed: int) -> tuple[Floats, Floats]:
    """Return W_in and W_out, of numbers that can be read."""
    rng = np.random.default_rng(seed)
    W_in, W_out = rng.uniform(-1, 1, (2, N_WORDS, DIM)).round(2)
    return W_in, W_out


def small_chunk() -> Chunk:
    """Return the sentence as training would hand it to an engine, with its draws made."""
    n = len(SENTENCE)
    left, right = context_bounds(np.zeros(n, np.int32), np.full(n, WINDOW, np.int32))
    n_batches = -(-n // B)
    noise = np.broadcast_to(NOISE, (n_batches, 1, M))  # one group
    return Chunk(SENTENCE, left, right, B, noise, noise_is_shared=True)


def five_lines(seed: int) -> FiveLines:
    """Do one step on the first batch, by the matrices and by the layers.

    Parameters
    ----------
    seed : int
        Of the two tables.
    """
    chunk = small_chunk()
    W_in, W_out = start_tables(seed)
    model = MatrixModel(W_in, W_out)
    _, batch = next(fold_batches(chunk, Folding("cbow", "exact", K, W_in.dtype)))
    rows_in, rows_out = W_in[batch.input_ids], W_out[batch.output_ids]
    model.score(batch)
    hidden, scores = model.hidden_and_scores
    d_scores = model.score_gradient()
    model.backward()
    d_rows_in, d_rows_out = (touched_rows(grad)[1] for grad in model.grads if grad is not None)
    SGD().step(model.params, model.grads, LR)
    by_layers = layered_step(chunk, *start_tables(seed))
    difference = max(
        float(np.abs(one - other).max())
        for one, other in zip((W_in, W_out), by_layers, strict=True)
    )
    return FiveLines(
        batch=batch,
        left=chunk.left[:B],
        right=chunk.right[:B],
        rows_in=rows_in,
        rows_out=rows_out,
        hidden=hidden,
        scores=scores,
        d_scores=d_scores,
        d_rows_in=d_rows_in,
        d_rows_out=d_rows_out,
        W_in=W_in,
        W_out=W_out,
        difference=difference,
    )


def layered(W_in: Floats, W_out: Floats, k: float) -> CBOW:
    """Return the model of layers around two tables."""
    n_words, dim = W_in.shape
    embedding = Embedding(n_words, dim, weight=W_in, sparse=True)
    output = Embedding(n_words, dim, weight=W_out, sparse=True)
    return CBOW(embedding, NegativeSamplingLoss(output, k))


def layered_step(chunk: Chunk, W_in: Floats, W_out: Floats) -> tuple[Floats, Floats]:
    """Do the same step by the layers; change the tables, and return them."""
    model = layered(W_in, W_out, K)
    _, batch = next(cut_batches(chunk))
    model.score(batch)
    model.backward()
    SGD().step(model.params, model.grads, LR)
    return W_in, W_out
