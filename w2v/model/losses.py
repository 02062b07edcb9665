"""What is minimised: the sigmoid loss, negative sampling (two forms), and the full softmax.

Every loss is a *sum* over examples, in nats, not a mean: then the learning rate means the same for
every batch size. `forward` returns it; `backward` returns the gradient by `hidden` and leaves the
gradient of the output table in its Embedding. Steps [3] and [4] of `layers.py`.

`forward` is `score`, then `measure`: `backward` needs the scores but not the loss, so whoever
trains and does not look at the loss of every batch calls `score` alone.

Where noise ids come from is in `noise.py`.
"""

from __future__ import annotations

import numpy as np

from w2v.errors import UsageError
from w2v.model.functions import Floats, Ids, log_sigmoid, log_softmax, sigmoid
from w2v.model.layers import Embedding


class SigmoidWithLoss:
    """Logistic loss of scores against labels of 0 or 1, each with a weight.

    loss = - sum weight * (label * log sigmoid(score) + (1 - label) * log sigmoid(-score))
    d_scores = weight * (sigmoid(score) - label)

    References
    ----------
    Goldberg and Levy, "word2vec explained", arXiv:1402.3722, equation 4.
    """

    def __init__(self) -> None:
        self._parts: tuple[Floats, Floats, Floats] | None = None

    def forward(self, scores: Floats, labels: Floats, weights: Floats) -> float:
        """Return the loss in nats.

        Parameters
        ----------
        scores : array of float, any shape
        labels : array of float, same shape or one that broadcasts, 0 or 1
        weights : array of float, same shape or one that broadcasts, 0 or more
        """
        self.score(scores, labels, weights)
        return self.measure()

    def score(self, scores: Floats, labels: Floats, weights: Floats) -> None:
        """Remember what `measure` and `backward` need; as `forward`."""
        self._parts = scores, labels, weights

    @property
    def scored(self) -> tuple[Floats, Floats, Floats]:
        """The (scores, labels, weights) of the last `forward` or `score`."""
        if self._parts is None:
            raise UsageError("score or forward comes first: there are no scores")
        return self._parts

    def measure(self) -> float:
        """Return the loss of what was scored last, in nats."""
        scores, labels, weights = self.scored
        agreement = np.where(labels > 0.5, scores, -scores)
        return -float(np.sum(weights * log_sigmoid(agreement), dtype=np.float64))

    def backward(self) -> Floats:
        """Return d_scores, the shape of scores: weight * (sigmoid - label)."""
        scores, labels, weights = self.scored
        return weights * (sigmoid(scores) - labels)


class NegativeSamplingLoss:
    """Tell the word to predict from noise words.

    loss = sum over examples t of
        - log sigmoid(hidden_t . W_out[predicted_t])
        - sum over noise m of weight_tm * log sigmoid(- hidden_t . W_out[noise_m])

    A noise id weighs K over the number n of ids that an example is scored against; one that equals
    the word to predict weighs 0. In the *shared* form all examples of the batch share n = M ids:
    one matrix product for the whole batch. In the *independent* form each example has a row of ids
    to itself. With n = K, of weight 1, that is the textbook; with n = M / G the row is that of the
    example's group (see `Chunk`, `w2v/engines/contract.py`). All have the same gradient in
    expectation.

    Parameters
    ----------
    embedding : Embedding, (V, D)
        The output table W_out.
    k : float
        K, negatives per example.

    References
    ----------
    Mikolov et al., "Distributed representations of words and phrases and their compositionality",
    arXiv:1310.4546, equation 4.
    """

    def __init__(self, embedding: Embedding, k: float) -> None:
        if not k > 0:
            raise UsageError(f"k is {k}; negative sampling needs a number of negatives above 0")
        self.embedding = embedding
        self.k = k
        self.sigmoid_with_loss = SigmoidWithLoss()
        self._shared = True
        self._parts: tuple[Floats, Floats, Floats] | None = None

    def forward(self, hidden: Floats, predicted: Ids, noise: Ids | None) -> float:
        """Step [3]: score the word to predict and the noise; return the loss in nats.

        Parameters
        ----------
        hidden : array of float, shape (B, D)
        predicted : array of int, shape (B,)
        noise : array of int
            Shape (M,) in the shared form, (B, n) in the independent form.
        """
        self.score(hidden, predicted, noise)
        return self.measure()

    def score(self, hidden: Floats, predicted: Ids, noise: Ids | None) -> None:
        """Step [3] without the loss; as `forward`."""
        if noise is None:
            raise UsageError(
                "negative sampling needs noise ids: (M,) shared, or (B, n) independent"
            )
        n_examples, dim = hidden.shape
        # One look-up for both, so that an id that is predicted here and noise there adds up.
        rows = self.embedding.forward(np.concatenate((predicted, noise.reshape(-1))))
        positive = rows[:n_examples]  # (B, D)
        negative = rows[n_examples:].reshape(*noise.shape, dim)  # (M, D) or (B, n, D)
        self._shared = noise.ndim == 1
        n_noise = noise.shape[-1]

        scores = np.empty((n_examples, 1 + n_noise), hidden.dtype)
        scores[:, 0] = np.einsum("bd,bd->b", hidden, positive)
        if self._shared:
            scores[:, 1:] = hidden @ negative.T  # (B, D) @ (D, M) -> (B, M)
        else:
            scores[:, 1:] = np.einsum("bd,bnd->bn", hidden, negative)

        labels = np.zeros(1 + n_noise, hidden.dtype)
        labels[0] = 1
        weights = np.ones(scores.shape, scores.dtype)
        is_noise = noise != predicted[:, None]  # (M,) or (B, n) against (B, 1)
        weights[:, 1:] = is_noise * hidden.dtype.type(self.k / n_noise)
        self._parts = hidden, positive, negative
        self.sigmoid_with_loss.score(scores, labels, weights)

    def measure(self) -> float:
        """Return the loss of what was scored last, in nats."""
        return self.sigmoid_with_loss.measure()

    def backward(self) -> Floats:
        """Step [4], first half: return d_hidden (B, D); add W_out's gradient to its Embedding."""
        if self._parts is None:
            raise UsageError("backward was called before forward: there are no scores")
        hidden, positive, negative = self._parts
        d_scores = self.sigmoid_with_loss.backward()  # (B, 1 + M)
        d_positive, d_negative = d_scores[:, :1], d_scores[:, 1:]
        if self._shared:
            d_hidden = d_positive * positive + d_negative @ negative  # (B, M) @ (M, D) -> (B, D)
            d_noise_rows = d_negative.T @ hidden  # (M, B) @ (B, D) -> (M, D)
        else:
            d_hidden = d_positive * positive + np.einsum("bn,bnd->bd", d_negative, negative)
            d_noise_rows = d_negative[:, :, None] * hidden[:, None, :]  # (B, n, D)
        d_rows = (d_positive * hidden, d_noise_rows.reshape(-1, hidden.shape[1]))
        self.embedding.backward(np.concatenate(d_rows))
        return d_hidden


class SoftmaxLoss:
    """The full softmax over the vocabulary: what negative sampling approximates.

    loss = - sum over examples t of
        log( exp(hidden_t . W_out[predicted_t]) / sum over v of exp(hidden_t . W_out[v]) )

    Every word is scored for every example: exact, and V / (1 + K) times the work.

    Parameters
    ----------
    embedding : Embedding, (V, D)
        The output table W_out.

    References
    ----------
    Mikolov et al., arXiv:1310.4546, equation 2.
    """

    def __init__(self, embedding: Embedding) -> None:
        self.embedding = embedding
        self._parts: tuple[Floats, Ids, Floats] | None = None

    def forward(self, hidden: Floats, predicted: Ids, noise: Ids | None = None) -> float:
        """Step [3]: score all words; return the loss in nats.

        Parameters
        ----------
        hidden : array of float, shape (B, D)
        predicted : array of int, shape (B,)
        noise
            Not used: the full softmax needs none.
        """
        self.score(hidden, predicted, noise)
        return self.measure()

    def score(self, hidden: Floats, predicted: Ids, noise: Ids | None = None) -> None:
        """Step [3] without the loss; as `forward`."""
        log_p = log_softmax(hidden @ self.embedding.weight.T)  # (B, D) @ (D, V) -> (B, V)
        self._parts = hidden, predicted, log_p

    @property
    def log_p(self) -> Floats:
        """The log probability of every word for every example scored last, (B, V), in nats."""
        if self._parts is None:
            raise UsageError("score or forward comes first: there are no scores")
        return self._parts[2]

    def measure(self) -> float:
        """Return the loss of what was scored last, in nats."""
        if self._parts is None:
            raise UsageError("measure was called before score: there are no scores")
        _, predicted, log_p = self._parts
        return -float(np.sum(log_p[np.arange(len(predicted)), predicted], dtype=np.float64))

    def score_gradient(self) -> Floats:
        """Return d_scores of what was scored last, (B, V): softmax - one-hot."""
        if self._parts is None:
            raise UsageError("score or forward comes first: there are no scores")
        _, predicted, log_p = self._parts
        d_scores = np.exp(log_p)
        d_scores[np.arange(len(predicted)), predicted] -= 1
        return d_scores

    def backward(self) -> Floats:
        """Step [4], first half: return d_hidden (B, D); add W_out's gradient to its Embedding."""
        if self._parts is None:
            raise UsageError("backward was called before forward: there are no scores")
        hidden, d_scores = self._parts[0], self.score_gradient()
        self.embedding.add_grad(
            np.arange(d_scores.shape[1]), d_scores.T @ hidden
        )  # (V, B) @ (B, D)
        return d_scores @ self.embedding.weight  # (B, V) @ (V, D) -> (B, D)
