"""The checks of layers, losses and models; those of matrices and engines are in engine_checks.py.

Each yields what it compared. The layers are the product's, and the loss by which the numeric
derivative is taken is their own `forward`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from w2v.lessons.gradcheck import inputs
from w2v.lessons.gradcheck.comparing import Compared
from w2v.lessons.gradcheck.inputs import CONTEXT_SIZE, D, K, Numbers, V
from w2v.lessons.gradcheck.numeric import dense, numeric_gradient
from w2v.model.cbow import CBOW
from w2v.model.functions import Floats, Ids
from w2v.model.layers import Embedding, Gradient, WindowMean
from w2v.model.losses import NegativeSamplingLoss, SigmoidWithLoss, SoftmaxLoss
from w2v.model.skipgram import SkipGram

PLAIN = "plain"  # the case of a check that has only one


def check_sigmoid(gradient: Gradient, seed: int) -> Iterator[Compared]:
    """SigmoidWithLoss by its scores."""
    numbers = Numbers(seed)
    scores = numbers.table(3, 4)
    labels, weights = np.array([1.0, 0.0, 0.0, 1.0]), np.abs(numbers.table(3, 4))
    layer = SigmoidWithLoss()
    layer.forward(scores, labels, weights)
    analytic = layer.backward()
    numeric = numeric_gradient(lambda: layer.forward(scores, labels, weights), scores)
    yield Compared("scores", PLAIN, analytic, numeric)


def check_embedding(gradient: Gradient, seed: int) -> Iterator[Compared]:
    """Embedding by its table; the loss is the sum of the rows, each number times a random one."""
    numbers = Numbers(seed)
    ids = inputs.REPEATED_IDS
    table, towards = numbers.table(V, D), numbers.table(*ids.shape, D)
    for sparse in (True, False):
        layer = Embedding(V, D, weight=table, sparse=sparse)
        layer.forward(ids)
        layer.backward(towards)
        numeric = numeric_gradient(lambda e=layer: _towards(e.forward(ids), towards), table)  # type: ignore[misc]
        yield Compared("weight", "repeated_ids", dense(layer.grad, table.shape), numeric)


def check_window_mean(gradient: Gradient, seed: int) -> Iterator[Compared]:
    """WindowMean by its rows."""
    numbers = Numbers(seed)
    n_centers, n_rows = inputs.IN_CONTEXT.shape
    rows, towards = numbers.table(n_rows, D), numbers.table(n_centers, D)
    layer = WindowMean(gradient)
    layer.forward(rows, inputs.IN_CONTEXT)
    analytic = layer.backward(towards)
    numeric = numeric_gradient(
        lambda: _towards(layer.forward(rows, inputs.IN_CONTEXT), towards), rows
    )
    yield Compared("rows", PLAIN, analytic, numeric, CONTEXT_SIZE)


def _towards(out: Floats, towards: Floats) -> float:
    """Make a number of what a layer returns: a loss whose gradient by it is `towards`."""
    return float((out * towards).sum())


def check_loss(gradient: Gradient, seed: int) -> Iterator[Compared]:
    """NegativeSamplingLoss by hidden and by W_out, with shared and with independent noise."""
    for case, noise in (
        ("shared_noise", inputs.SHARED_NOISE),
        ("independent_noise", inputs.INDEPENDENT_NOISE),
    ):
        output = Embedding(V, D, weight=Numbers(seed).table(V, D), sparse=True)
        yield from _loss(NegativeSamplingLoss(output, K), case, seed, noise)


def check_softmax(gradient: Gradient, seed: int) -> Iterator[Compared]:
    """SoftmaxLoss by hidden and by W_out."""
    output = Embedding(V, D, weight=Numbers(seed).table(V, D), sparse=True)
    yield from _loss(SoftmaxLoss(output), PLAIN, seed, None)


def _loss(
    layer: NegativeSamplingLoss | SoftmaxLoss, case: str, seed: int, noise: Ids | None
) -> Iterator[Compared]:
    """Check a loss by both of its inputs."""
    hidden = Numbers(seed + 1).table(len(inputs.PREDICTED), D)
    W_out = layer.embedding.weight

    def forward() -> float:
        return layer.forward(hidden, inputs.PREDICTED, noise)

    forward()
    d_hidden = layer.backward()
    d_W_out = dense(layer.embedding.grad, W_out.shape)
    yield Compared("hidden", case, d_hidden, numeric_gradient(forward, hidden))
    yield Compared("W_out", case, d_W_out, numeric_gradient(forward, W_out))


def check_cbow(gradient: Gradient, seed: int) -> Iterator[Compared]:
    """CBOW with negative sampling by both tables."""
    W_in, W_out = Numbers(seed).tables()
    embedding = Embedding(V, D, weight=W_in, sparse=True)
    loss = NegativeSamplingLoss(Embedding(V, D, weight=W_out, sparse=True), K)
    yield from _model(CBOW(embedding, loss, gradient), CONTEXT_SIZE)


def check_skipgram(gradient: Gradient, seed: int) -> Iterator[Compared]:
    """SkipGram with negative sampling by both tables."""
    W_in, W_out = Numbers(seed).tables()
    embedding = Embedding(V, D, weight=W_in, sparse=True)
    loss = NegativeSamplingLoss(Embedding(V, D, weight=W_out, sparse=True), K)
    yield from _model(SkipGram(embedding, loss), None)


def _model(model: CBOW | SkipGram, context_size: int | None) -> Iterator[Compared]:
    """Check a model by both tables, on every case."""
    for case, is_shared in inputs.cases():
        batch = case.batch(is_shared=is_shared)
        model.zero_grad()
        model.forward(batch)
        model.backward()
        analytic = [dense(g, W.shape) for g, W in zip(model.grads, model.params, strict=True)]
        numeric = [numeric_gradient(lambda b=batch: model.forward(b), W) for W in model.params]  # type: ignore[misc]
        yield Compared("W_in", case.name, analytic[0], numeric[0], context_size)
        yield Compared("W_out", case.name, analytic[1], numeric[1])


CHECKS: dict[str, Callable[[Gradient, int], Iterator[Compared]]] = {
    "sigmoid": check_sigmoid,
    "embedding": check_embedding,
    "window-mean": check_window_mean,
    "loss": check_loss,
    "softmax": check_softmax,
    "cbow": check_cbow,
    "skipgram": check_skipgram,
}
