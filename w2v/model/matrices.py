"""CBOW and skip-gram once more, a batch in five lines of matrices: what the engine trains with.

    hidden = A @ W_in[u]                                    [1] gather, [2] average
    scores = hidden @ W_out[v].T                            [3] score
    G      = weights * sigmoid(scores) - labels             [4] gradient of the loss by the scores
    W_in[u]  -= lr * A.T @ (G @ W_out[v])                   [4], [5] scatter
    W_out[v] -= lr * G.T @ hidden                           [5] both read before either writes

u and v are the distinct words of the batch. A word that stands there twice has one row, and the
matrices hold the sum: so the scatter-add of the layers has become a product and an assignment. The
two kinds of model differ in what the matrices hold (`FoldedBatch`), not in the lines.

The same update as `cbow.py` and `skipgram.py`, which say it one step at a time and have the options
of the Embedding; the tests hold them together. How a batch is folded is in
`w2v/engines/folding.py`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from w2v.errors import UsageError
from w2v.model.batch import FoldedBatch
from w2v.model.functions import Floats, log_sigmoid, unwatched_sigmoid
from w2v.model.layers import SparseGrad


class MatrixModel:
    """The two tables, and a step with negative sampling over both.

    Parameters
    ----------
    W_in, W_out : arrays of float32 or float64, shape (V, D)
        Used as they are and not copied; an optimizer changes them.
    frozen_rows : array of bool, shape (V,), optional
        Rows of W_in that get no gradient.

    References
    ----------
    The product form: Ji et al., "Parallelizing word2vec in shared and distributed memory",
    arXiv:1604.04661; there with the noise shared by the words of one context.
    """

    def __init__(
        self, W_in: Floats, W_out: Floats, frozen_rows: NDArray[np.bool_] | None = None
    ) -> None:
        self.params = [W_in, W_out]
        self.frozen_rows = frozen_rows
        self.grads: list[Floats | SparseGrad | None] = [None, None]
        self._parts: tuple[FoldedBatch, Floats, Floats, Floats] | None = None

    def zero_grad(self) -> None:
        """Forget the gradients."""
        self.grads = [None, None]

    def forward(self, batch: FoldedBatch) -> float:
        """Return the loss in nats, summed over the examples of the batch."""
        self.score(batch)
        return self.measure()

    def score(self, batch: FoldedBatch) -> None:
        """Do all of `forward` that `backward` needs: everything but the loss itself."""
        W_in, W_out = self.params
        rows_in = W_in.take(batch.input_ids, axis=0)  # [1] (V, D)[u] -> (U, D)
        hidden = batch.A @ rows_in  # [2] (B, U) @ (U, D) -> (B, D)
        rows_out = W_out.take(batch.output_ids, axis=0)  # (V, D)[v] -> (O, D)
        # The copy takes less time than BLAS loses on a transposed second factor.
        scores = hidden @ rows_out.T.copy()  # [3] (B, D) @ (D, O) -> (B, O)
        self._parts = batch, hidden, rows_out, scores

    def measure(self) -> float:
        """Return the loss of what was scored last, in nats."""
        batch, _, _, scores = self._scored()
        # labels * log sigmoid(s) + (weights - labels) * log sigmoid(-s), and the latter logarithm
        # is log sigmoid(s) - s.
        log_p = batch.weights * log_sigmoid(scores) - (batch.weights - batch.labels) * scores
        is_example = batch.labels.any(axis=1)  # (B,)
        return -float(np.sum(log_p[is_example], dtype=np.float64))

    def backward(self) -> None:
        """Leave the gradients of the last `forward` or `score` in `grads`."""
        batch, hidden, rows_out, _ = self._scored()
        d_scores = self.score_gradient()  # [4] (B, O)
        d_hidden = d_scores @ rows_out  # [4] (B, O) @ (O, D) -> (B, D)
        d_rows_in = batch.A_back.T @ d_hidden  # [5] (U, B) @ (B, D) -> (U, D)
        d_rows_out = d_scores.T @ hidden  # [5] (O, B) @ (B, D) -> (O, D)
        ids = batch.input_ids
        if self.frozen_rows is not None:
            moving = ~self.frozen_rows[ids]
            ids, d_rows_in = ids[moving], d_rows_in[moving]
        self.grads = [(ids, d_rows_in), (batch.output_ids, d_rows_out)]

    def score_gradient(self) -> Floats:
        """Return G, the gradient of the loss by what was scored last, shape (B, O)."""
        batch, _, _, scores = self._scored()
        d_scores = unwatched_sigmoid(scores)
        d_scores *= batch.weights
        d_scores -= batch.labels
        return d_scores

    @property
    def hidden_and_scores(self) -> tuple[Floats, Floats]:
        """What the last `forward` or `score` computed, shapes (B, D) and (B, O)."""
        _, hidden, _, scores = self._scored()
        return hidden, scores

    def _scored(self) -> tuple[FoldedBatch, Floats, Floats, Floats]:
        """Return what `score` remembered."""
        if self._parts is None:
            raise UsageError("score or forward comes first: there are no scores")
        return self._parts
