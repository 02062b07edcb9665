"""SoftmaxLoss and NegativeSamplingLoss on the same examples: which way do they move the weights?

Both are the losses that train. Their examples come from a small model of toy-world; its weights
stay as they are, and each loss only says where it would move them. What they cost is in
`costs.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from w2v.lessons.learn.small_runs import toy_world_config, train_toy_world
from w2v.model.functions import Floats, Ids
from w2v.model.layers import Embedding
from w2v.model.losses import NegativeSamplingLoss, SigmoidWithLoss, SoftmaxLoss
from w2v.model.noise import NoiseDistribution
from w2v.text.corpus import open_corpus
from w2v.text.vocabulary import Vocabulary
from w2v.training.draws import Purpose, raw_integers

N_PER_POINT = 100  # draws an example at the least, in so many rounds as it takes
MIN_CONTEXT = 4  # context words of an example


@dataclass(frozen=True)
class Examples:
    """Examples of a text, and the model that meets them.

    Attributes
    ----------
    vocabulary : Vocabulary
    W_out : array of float64, shape (V, D)
    hidden : array of float64, shape (n, D)
    predicted : array of int, shape (n,)
    contexts : list of arrays of int
        Ids of each example's context words.
    noise : NoiseDistribution
    """

    vocabulary: Vocabulary
    W_out: NDArray[np.float64]
    hidden: NDArray[np.float64]
    predicted: Ids
    contexts: list[Ids]
    noise: NoiseDistribution


def trained_examples(dim: int, epochs: int, n_examples: int, seed: int) -> Examples:
    """Train on toy-world with negative sampling for a moment, and take examples of its text.

    Parameters
    ----------
    dim, epochs : int
        Of the model.
    n_examples : int
    seed : int
        Of the training and of the choice of examples.
    """
    settings = {"model.dim": dim, "train.epochs": epochs, "train.lr": 0.25, "train.seed": seed}
    vectors = train_toy_world(settings).vectors
    config = toy_world_config(settings)
    corpus = open_corpus(config.corpus, config.vocab)
    tokens, sentence = corpus.stream.read(0, min(20_000, len(corpus.stream)))
    order = np.random.default_rng(seed).permutation(len(tokens))
    window = config.model.window
    contexts, predicted = [], []
    for pos in order.tolist():
        around = np.arange(max(0, pos - window), min(len(tokens), pos + window + 1))
        around = around[(sentence[around] == sentence[pos]) & (around != pos)]
        if len(around) >= MIN_CONTEXT:
            contexts.append(tokens[around])
            predicted.append(tokens[pos])
        if len(contexts) == n_examples:
            break
    W_in = vectors.vectors.astype(np.float64)
    return Examples(
        vocabulary=corpus.vocabulary,
        W_out=vectors.output_table().astype(np.float64),
        hidden=np.stack([W_in[context].mean(axis=0) for context in contexts]),
        predicted=np.array(predicted),
        contexts=contexts,
        noise=NoiseDistribution(corpus.vocabulary.counts, config.negatives.power),
    )


@dataclass(frozen=True)
class Point:
    """Negative sampling with n noise words an example, beside the softmax; means over examples.

    `each`: every noise word weighs 1, so that K = n. `share`: it weighs K / n, with K fixed.

    Attributes
    ----------
    n_draws : int
    cosine_each, cosine_share : float
        Of d_hidden.
    W_out_each, W_out_share : float
        Of the gradient of W_out, which all examples together make.
    pull : float
        1 - sigmoid of the word to predict.
    push_each, push_share : float
        Sum of weight * sigmoid over the noise words.
    """

    n_draws: int
    cosine_each: float
    cosine_share: float
    W_out_each: float
    W_out_share: float
    pull: float
    push_each: float
    push_share: float


def points_of(examples: Examples, k: int, n_draws: int, seed: int) -> Point:
    """Compare the gradients, over as many rounds of draws as give a steady mean.

    Parameters
    ----------
    examples : Examples
    k : int
        What all noise words of an example weigh together, for `share`.
    n_draws : int
        Noise words of an example.
    seed : int
    """
    d_softmax, W_softmax, _ = softmax_gradients(examples)
    n = len(examples.predicted)
    n_rounds = max(1, N_PER_POINT // n_draws)
    sums = np.zeros(7)
    for number in range(n_rounds):
        raw = raw_integers(seed, Purpose.NOISE, n * n_draws, epoch=n_draws, chunk=number)
        noise = examples.noise.draw(raw).reshape(n, n_draws)
        found = []
        for weight in (n_draws, k):
            loss = negative_sampling(examples, noise, weight)
            d_hidden, d_W_out = _gradients(loss)
            d_scores = loss.sigmoid_with_loss.backward()
            found.append(
                (
                    float(cosines(d_hidden, d_softmax).mean()),
                    float(cosines(d_W_out.reshape(1, -1), W_softmax.reshape(1, -1))[0]),
                    float(-d_scores[:, 0].mean()),
                    float(d_scores[:, 1:].sum(axis=1).mean()),
                )
            )
        each, share = found
        sums += (each[0], share[0], each[1], share[1], each[2], each[3], share[3])
    return Point(n_draws, *(float(value) for value in sums / n_rounds))


@dataclass(frozen=True)
class Directions:
    """The softmax beside what negative sampling does on average over its draws.

    Attributes
    ----------
    cosine_plain : float
        Between its d_hidden and that of the softmax of the scores.
    cosine_corrected : float
        The same for the softmax of score + log P, P the noise's probability of the word.
    softmax_loss, corrected_loss : float
        Mean nats per example of those two.
    pull_softmax : float
        Mean of 1 - p of the word to predict.
    """

    cosine_plain: float
    cosine_corrected: float
    softmax_loss: float
    corrected_loss: float
    pull_softmax: float


def directions_of(examples: Examples, k: int) -> Directions:
    """Compare the expected direction of negative sampling with that of two softmaxes.

    Parameters
    ----------
    examples : Examples
    k : int
        Noise words of an example.
    """
    plain, _, loss = softmax_gradients(examples)
    # One number more in every row adds log P to every score: the same loss on another table.
    with np.errstate(divide="ignore"):
        log_p_noise = np.log(examples.noise.probabilities)
    n, dim = examples.hidden.shape
    wider = SoftmaxLoss(output_layer(np.column_stack((examples.W_out, log_p_noise))))
    corrected_loss = wider.forward(
        np.column_stack((examples.hidden, np.ones(n))), examples.predicted
    )
    corrected = wider.backward()[:, :dim]
    expected = expected_d_scores(examples, k) @ examples.W_out
    scored = SoftmaxLoss(output_layer(examples.W_out))
    scored.score(examples.hidden, examples.predicted)
    errors = scored.score_gradient()[np.arange(n), examples.predicted]
    return Directions(
        cosine_plain=float(cosines(expected, plain).mean()),
        cosine_corrected=float(cosines(expected, corrected).mean()),
        softmax_loss=loss / n,
        corrected_loss=corrected_loss / n,
        pull_softmax=float(-errors.mean()),
    )


def expected_d_scores(examples: Examples, k: int) -> Floats:
    """Return d_scores of negative sampling over all words, the mean over all draws.

    In expectation the word v stands k P(v) times among k draws: that is its weight.

    Parameters
    ----------
    examples : Examples
    k : int
        Noise words of an example.

    Returns
    -------
    array of float64, shape (n, V)
    """
    scores = examples.hidden @ examples.W_out.T  # (n, D) @ (D, V) -> (n, V)
    rows = np.arange(len(examples.predicted)), examples.predicted
    labels = np.zeros(scores.shape)
    weights = np.broadcast_to(k * examples.noise.probabilities, scores.shape).copy()
    labels[rows] = weights[rows] = 1  # also where it is drawn as noise, which weighs 0
    layer = SigmoidWithLoss()
    layer.score(scores, labels, weights)
    return layer.backward()


def softmax_gradients(examples: Examples) -> tuple[Floats, Floats, float]:
    """Return d_hidden (n, D), the gradient of W_out (V, D), and the loss of the softmax."""
    loss = SoftmaxLoss(output_layer(examples.W_out))
    nats = loss.forward(examples.hidden, examples.predicted)
    return *_gradients(loss), nats


def negative_sampling(examples: Examples, noise: Ids, k: float) -> NegativeSamplingLoss:
    """Return negative sampling after its forward pass.

    Parameters
    ----------
    examples : Examples
    noise : array of int, shape (n, n_draws)
    k : float
        A noise word weighs k / n_draws.
    """
    loss = NegativeSamplingLoss(output_layer(examples.W_out), k)
    loss.score(examples.hidden, examples.predicted, noise)
    return loss


def _gradients(loss: SoftmaxLoss | NegativeSamplingLoss) -> tuple[Floats, Floats]:
    """Return d_hidden and the gradient of W_out."""
    d_hidden = loss.backward()
    return d_hidden, cast(Floats, loss.embedding.grad)  # the layer is not `sparse`


def output_layer(table: Floats) -> Embedding:
    """Return an output layer around a table of shape (V, D)."""
    n_words, dim = table.shape
    return Embedding(n_words, dim, weight=table)


def cosines(rows: Floats, others: Floats) -> NDArray[np.float64]:
    """Return the cosine between each two rows, 0 where one of them is zero.

    Parameters
    ----------
    rows, others : arrays of float, shape (n, D)

    Returns
    -------
    array of float64, shape (n,)
    """
    lengths = np.linalg.norm(rows, axis=1) * np.linalg.norm(others, axis=1)
    products = np.einsum("nd,nd->n", rows, others)
    return np.divide(products, lengths, out=np.zeros(len(rows)), where=lengths > 0)
