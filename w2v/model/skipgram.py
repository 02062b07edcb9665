"""Skip-gram: predict each word around a center from the center.

    centers -[1]-> rows (B, D) -> one row for each pair, hidden (P, D) -[3]-> loss (nats)
    W_in   <-[5]- d_rows (B, D) <- sum over a center's pairs <-[4]- d_hidden (P, D)

Each pair (center, context word) is one example. There is no mean, so no step [2] and no choice of
gradient. Read `cbow.py` first.
"""

from __future__ import annotations

import numpy as np

from w2v.errors import UsageError
from w2v.model.batch import Batch
from w2v.model.functions import Floats, Ids
from w2v.model.layers import Embedding, SparseGrad
from w2v.model.losses import NegativeSamplingLoss, SoftmaxLoss


class SkipGram:
    """An input Embedding, and a loss that predicts every word of the context.

    Parameters
    ----------
    embedding : Embedding, (V, D)
        The input table W_in, whose rows are the word vectors.
    loss : NegativeSamplingLoss or SoftmaxLoss
        Holds the output table W_out.

    References
    ----------
    Mikolov et al., arXiv:1301.3781, section 3.2; with negative sampling, arXiv:1310.4546.
    """

    def __init__(self, embedding: Embedding, loss: NegativeSamplingLoss | SoftmaxLoss) -> None:
        self.embedding = embedding
        self.loss = loss
        self._first_pair: Ids | None = None

    @property
    def params(self) -> list[Floats]:
        """The tables [W_in, W_out], each (V, D)."""
        return [self.embedding.weight, self.loss.embedding.weight]

    @property
    def grads(self) -> list[Floats | SparseGrad | None]:
        """The gradients of `params`, in their order."""
        return [self.embedding.grad, self.loss.embedding.grad]

    def zero_grad(self) -> None:
        """Forget the gradients."""
        self.embedding.zero_grad()
        self.loss.embedding.zero_grad()

    def forward(self, batch: Batch) -> float:
        """Return the loss in nats, summed over the pairs of the batch."""
        self.score(batch)
        return self.measure()

    def score(self, batch: Batch) -> None:
        """Do all of `forward` that `backward` needs: everything but the loss itself.

        Noise in rows, (B, n), belongs to a center and serves all its pairs.
        """
        rows = self.embedding.forward(batch.tokens[batch.center_pos])  # [1] (B, D)
        example, context_pos = pairs(batch)  # (P,) each
        self._first_pair = np.flatnonzero(np.diff(example, prepend=-1))  # (B,)
        noise = batch.noise
        if noise is not None and noise.ndim == 2:
            noise = noise[example]  # (B, n) -> (P, n)
        self.loss.score(rows[example], batch.tokens[context_pos], noise)  # [3]

    def measure(self) -> float:
        """Return the loss of what was scored last, in nats."""
        return self.loss.measure()

    def backward(self) -> None:
        """Add the gradients of the last `forward` or `score` to `grads`."""
        if self._first_pair is None:
            raise UsageError("backward was called before forward: there are no pairs")
        d_hidden = self.loss.backward()  # [4] (P, D), and the scatter to W_out
        d_rows = np.add.reduceat(d_hidden, self._first_pair, axis=0)  # (P, D) -> (B, D)
        self.embedding.backward(d_rows)  # [5]


def pairs(batch: Batch) -> tuple[Ids, Ids]:
    """List every (center, context position) of a batch, center by center, in text order.

    Parameters
    ----------
    batch : Batch

    Returns
    -------
    example : array of int, shape (P,): which of the B centers
    context_pos : array of int, shape (P,): a position in `batch.tokens`
    """
    example, context_pos = np.nonzero(batch.in_context())
    return example, context_pos
