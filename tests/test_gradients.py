"""Every derivative against central differences in float64; variants known to be wrong must fail."""

from __future__ import annotations

import hostile
import numpy as np
import pytest

from w2v.errors import UsageError
from w2v.lessons.gradcheck import TOLERANCE
from w2v.lessons.gradcheck.numeric import dense, numeric_gradient, relative_error
from w2v.model.batch import Batch
from w2v.model.cbow import CBOW
from w2v.model.layers import Embedding, WindowMean
from w2v.model.losses import NegativeSamplingLoss, SigmoidWithLoss, SoftmaxLoss
from w2v.model.skipgram import SkipGram, pairs


def rng():
    return np.random.default_rng(11)


BATCHES = {
    # noise: 1 = distinct from everything
    "distinct": Batch(
        np.array([8, 6, 7, 5]), np.array([1, 2]), np.array([0, 1]), np.array([3, 4]),
        np.array([1, 2]),
    ),
    "repeated context": Batch(
        np.array([4, 4, 5, 4]), np.array([1, 2]), np.array([0, 0]), np.array([3, 4]),
        np.array([1, 2]),
    ),
    "repeated noise, also a center": Batch(
        np.array([3, 6, 7, 2]), np.array([0, 2]), np.array([0, 0]), np.array([3, 4]),
        np.array([5, 7, 5, 5]),
    ),
}  # fmt: skip


def independent(batch):
    """The same batch with its noise rolled into a row for each center."""
    rows = [np.roll(batch.noise, t) for t in range(len(batch.center_pos))]
    return Batch(batch.tokens, batch.center_pos, batch.left, batch.right, np.array(rows))


def model_of(kind, gradient="exact", loss="negative_sampling", sparse=True):
    weights = hostile.weights(9, 4)
    embedding = Embedding(9, 4, weight=weights.W_in, sparse=sparse)
    output = Embedding(9, 4, weight=weights.W_out, sparse=sparse)
    made = SoftmaxLoss(output) if loss == "softmax" else NegativeSamplingLoss(output, 3)
    return CBOW(embedding, made, gradient) if kind == "cbow" else SkipGram(embedding, made)


def errors(model, batch):
    """Return the relative errors of both tables' gradients."""
    model.zero_grad()
    model.forward(batch)
    model.backward()
    analytic = [dense(grad, (9, 4)) for grad in model.grads]
    numeric = [numeric_gradient(lambda: model.forward(batch), W) for W in model.params]
    return [relative_error(a, n) for a, n in zip(analytic, numeric, strict=True)]


@pytest.mark.parametrize("sparse", [True, False])
@pytest.mark.parametrize("loss", ["negative_sampling", "softmax"])
@pytest.mark.parametrize("kind", ["cbow", "skipgram"])
@pytest.mark.parametrize("mode", ["shared", "independent"])
@pytest.mark.parametrize("name", BATCHES)
def test_models(name, mode, kind, loss, sparse):
    batch = BATCHES[name] if mode == "shared" else independent(BATCHES[name])
    assert max(errors(model_of(kind, loss=loss, sparse=sparse), batch)) < TOLERANCE


@pytest.mark.parametrize("name", BATCHES)
def test_word2vec_gradient_is_the_context_size_times_too_large(name):
    """Both centers of each batch have |C| = 2 or 3; one at a time the ratio is plain."""
    batch = BATCHES[name]
    for t in range(2):
        one = Batch(
            batch.tokens, batch.center_pos[t : t + 1], batch.left[t : t + 1],
            batch.right[t : t + 1], batch.noise,
        )  # fmt: skip
        model = model_of("cbow", "word2vec")
        error_in, error_out = errors(model, one)
        assert error_out < TOLERANCE  # W_out is not concerned
        assert error_in > 0.1
        model.zero_grad()
        model.forward(one)
        model.backward()
        size = int(one.right[0] - one.left[0] - 1)
        numeric = numeric_gradient(lambda m=model, b=one: m.forward(b), model.params[0])
        assert relative_error(dense(model.grads[0], (9, 4)) / size, numeric) < TOLERANCE


def test_sigmoid_with_loss():
    random = rng()
    scores = random.normal(0, 3, (3, 4))
    labels = np.array([1.0, 0.0, 0.0, 1.0])
    weights = random.uniform(0, 2, (3, 4))
    layer = SigmoidWithLoss()
    layer.forward(scores, labels, weights)
    analytic = layer.backward()
    numeric = numeric_gradient(lambda: layer.forward(scores, labels, weights), scores)
    assert relative_error(analytic, numeric) < TOLERANCE


@pytest.mark.parametrize("noise", [[5, 7, 5], [[5, 7, 5], [1, 1, 4], [2, 5, 7]]])
def test_negative_sampling_loss_by_hidden(noise):
    hidden = rng().normal(0, 1, (3, 4))
    predicted, noise = np.array([7, 5, 5]), np.array(noise)
    loss = NegativeSamplingLoss(Embedding(9, 4, weight=hostile.weights(9, 4).W_out), 5)
    loss.forward(hidden, predicted, noise)
    analytic = loss.backward()
    numeric = numeric_gradient(lambda: loss.forward(hidden, predicted, noise), hidden)
    assert relative_error(analytic, numeric) < TOLERANCE


def test_softmax_loss_by_hidden():
    hidden = rng().normal(0, 1, (3, 4))
    loss = SoftmaxLoss(Embedding(9, 4, weight=hostile.weights(9, 4).W_out))
    predicted = np.array([7, 5, 5])
    loss.forward(hidden, predicted)
    analytic = loss.backward()
    numeric = numeric_gradient(lambda: loss.forward(hidden, predicted), hidden)
    assert relative_error(analytic, numeric) < TOLERANCE


def test_window_mean_by_rows():
    random = rng()
    rows, towards = random.normal(0, 1, (6, 3)), random.normal(0, 1, (2, 3))
    layer = WindowMean()
    in_context = np.array([[1, 0, 1, 1, 0, 0], [0, 0, 1, 1, 0, 1]], bool)
    layer.forward(rows, in_context)
    analytic = layer.backward(towards)
    numeric = numeric_gradient(
        lambda: float((layer.forward(rows, in_context) * towards).sum()), rows
    )
    assert relative_error(analytic, numeric) < TOLERANCE


@pytest.mark.parametrize("sparse", [True, False])
def test_embedding_by_weight(sparse):
    random = rng()
    layer = Embedding(5, 3, weight=random.normal(0, 1, (5, 3)), sparse=sparse)
    ids, towards = np.array([[4, 2], [4, 4]]), random.normal(0, 1, (2, 2, 3))
    layer.forward(ids)
    layer.backward(towards)
    numeric = numeric_gradient(lambda: float((layer.forward(ids) * towards).sum()), layer.weight)
    assert relative_error(dense(layer.grad, (5, 3)), numeric) < TOLERANCE


def test_independent_noise_has_the_shared_gradient_in_expectation():
    """M draws of weight K / M against K draws of weight 1, averaged over all possible draws."""
    hidden, predicted = rng().normal(0, 1, (1, 4)), np.array([8])

    def mean_gradient(draws, k):
        loss = NegativeSamplingLoss(Embedding(9, 4, weight=hostile.weights(9, 4).W_out), k)
        total = 0
        for noise in draws:
            loss.forward(hidden, predicted, noise)
            total = total + loss.backward()
        return total / len(draws)

    two = mean_gradient([np.array([[a, b]]) for a in range(8) for b in range(8)], 2)
    one = mean_gradient([np.array([a]) for a in range(8)], 2)
    np.testing.assert_allclose(one, two, rtol=1e-12)


def test_softmax_is_what_independent_negatives_stand_for():
    """V = 2, one negative that is the other word: sigmoid of the difference is the softmax."""
    W_out = np.array([[0.3, -0.2], [0.0, 0.0]])  # a row of zeros: its score is the threshold
    hidden = np.array([[0.7, 1.1]])
    softmax = SoftmaxLoss(Embedding(2, 2, weight=W_out)).forward(hidden, np.array([0]))
    score = float(hidden[0] @ W_out[0])
    assert softmax == pytest.approx(np.log1p(np.exp(-score)))


# The variants below are mistakes that people make. On tidy data some of them cannot be told from
# the truth; on hostile data each must fail.


class LastOneWins(Embedding):
    """`dW[ids] += rows`, which forgets all but the last row of a repeated id."""

    def backward(self, d_out):
        grad = np.zeros_like(self.weight)
        grad[self._ids] += d_out
        self._dense_grad = grad


class UpdatesWhileScoring(NegativeSamplingLoss):
    """Changes W_out after each noise id, so that later scores are of other weights.

    A row that comes twice is scored the second time where the first has moved it; `forward` is at
    the weights before, so its derivative is not what is applied.
    """

    def backward(self):
        hidden, _, _ = self._parts
        n_examples = len(hidden)
        ids = self.embedding._ids
        moving = self.embedding.weight.copy()
        grad = np.zeros_like(moving)
        weights = self.sigmoid_with_loss._parts[2]
        d_hidden = np.zeros_like(hidden)
        for place, word_id in enumerate(ids):
            examples = [place] if place < n_examples else range(n_examples)
            column = 0 if place < n_examples else place - n_examples + 1
            before = moving[word_id].copy()
            for t in examples:
                g = weights[t, column] * (1 / (1 + np.exp(-hidden[t] @ before)) - (column == 0))
                d_hidden[t] += g * before
                grad[word_id] += g * hidden[t]
                moving[word_id] -= 0.5 * g * hidden[t]
        self.embedding.add_grad(np.arange(len(grad)), grad)
        return d_hidden


def wrong(variant):
    weights = hostile.weights(9, 4)
    tables = {"W_in": Embedding, "W_out": Embedding}
    if variant in tables:
        tables[variant] = LastOneWins
    output = tables["W_out"](9, 4, weight=weights.W_out)
    loss = (UpdatesWhileScoring if variant == "while scoring" else NegativeSamplingLoss)(output, 3)
    gradient = "word2vec" if variant == "missing 1/|C|" else "exact"
    return CBOW(tables["W_in"](9, 4, weight=weights.W_in), loss, gradient)


@pytest.mark.parametrize(
    ("variant", "batch", "passes"),
    [
        ("W_in", "distinct", True),
        ("W_in", "repeated context", False),
        ("W_in", "repeated noise, also a center", True),
        ("W_out", "distinct", True),
        ("W_out", "repeated context", True),
        ("W_out", "repeated noise, also a center", False),
        ("while scoring", "distinct", True),
        ("while scoring", "repeated context", True),
        ("while scoring", "repeated noise, also a center", False),
        ("missing 1/|C|", "distinct", False),
        ("missing 1/|C|", "repeated context", False),
        ("missing 1/|C|", "repeated noise, also a center", False),
    ],
)
def test_known_wrong_variants(variant, batch, passes):
    assert bool(max(errors(wrong(variant), BATCHES[batch])) < TOLERANCE) == passes


@pytest.mark.parametrize("kind", ["cbow", "skipgram"])
@pytest.mark.parametrize("loss", ["negative_sampling", "softmax"])
def test_backward_needs_the_scores_and_not_the_loss(kind, loss):
    batch = BATCHES["repeated context"]
    forward, score = model_of(kind, loss=loss), model_of(kind, loss=loss)
    total = forward.forward(batch)
    score.score(batch)
    for model in (forward, score):
        model.backward()
    for one, other in zip(forward.grads, score.grads, strict=True):
        np.testing.assert_array_equal(dense(one, (9, 4)), dense(other, (9, 4)))
    assert score.measure() == total


def test_pairs_of_skipgram_are_in_text_order():
    center, context_pos = pairs(BATCHES["distinct"])
    assert list(zip(center.tolist(), context_pos.tolist(), strict=True)) == [
        (0, 0), (0, 2), (1, 1), (1, 3),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: WindowMean("exat"), "neither exact nor word2vec"),
        (lambda: NegativeSamplingLoss(Embedding(2, 2), 0), "above 0"),
        (lambda: Embedding(2, 2, max_norm=1, norm_type=float("nan")), "p of a p-norm"),
    ],
)
def test_options_that_mean_nothing_are_refused(make, message):
    with pytest.raises(UsageError, match=message):
        make()
