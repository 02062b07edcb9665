"""CBOW: predict a word from the mean of the words around it.

    tokens -[1]-> rows (X, D) -[2]-> hidden (B, D) -[3]-> loss (nats)
    W_in  <-[5]- d_rows (X, D) <-[4]- d_hidden (B, D) <-[4]- d_scores

Not here: which positions make a batch (`w2v/training/draws.py`), what is done with the gradients
(`optimizers.py`). `skipgram.py` is the same house with the arrows turned round.
"""

from __future__ import annotations

from w2v.model.batch import Batch
from w2v.model.functions import Floats
from w2v.model.layers import Embedding, Gradient, SparseGrad, WindowMean
from w2v.model.losses import NegativeSamplingLoss, SoftmaxLoss


class CBOW:
    """An input Embedding, the mean over each window, and a loss that predicts the center.

    Parameters
    ----------
    embedding : Embedding, (V, D)
        The input table W_in, whose rows are the word vectors.
    loss : NegativeSamplingLoss or SoftmaxLoss
        Holds the output table W_out.
    gradient : "exact" or "word2vec"
        See `WindowMean`.

    References
    ----------
    Mikolov et al., "Efficient estimation of word representations in vector space", arXiv:1301.3781,
    section 3.1; with negative sampling, arXiv:1310.4546.
    """

    def __init__(
        self,
        embedding: Embedding,
        loss: NegativeSamplingLoss | SoftmaxLoss,
        gradient: Gradient = "exact",
    ) -> None:
        self.embedding = embedding
        self.window_mean = WindowMean(gradient)
        self.loss = loss

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
        """Return the loss in nats, summed over the B examples of the batch."""
        self.score(batch)
        return self.measure()

    def score(self, batch: Batch) -> None:
        """Do all of `forward` that `backward` needs: everything but the loss itself."""
        in_context = batch.in_context()  # (B, X)
        # A position in nobody's context is not looked up: options of the Embedding, such as
        # max_norm, must not touch its word.
        used = in_context.any(axis=0)  # (X,)
        rows = self.embedding.forward(batch.tokens[used])  # [1] (X used, D)
        hidden = self.window_mean.forward(rows, in_context[:, used])  # [2] (B, D)
        self.loss.score(hidden, batch.tokens[batch.center_pos], batch.noise)  # [3]

    def measure(self) -> float:
        """Return the loss of what was scored last, in nats."""
        return self.loss.measure()

    def backward(self) -> None:
        """Add the gradients of the last `forward` or `score` to `grads`."""
        d_hidden = self.loss.backward()  # [4] (B, D), and the scatter to W_out
        d_rows = self.window_mean.backward(d_hidden)  # [4] (X, D)
        self.embedding.backward(d_rows)  # [5]
