"""SoftmaxLoss and NegativeSamplingLoss on the same examples: their costs and their gradients.

Both are the losses that train. Their examples come from a small model of toy-world; its weights
stay as they are, and each loss only says where it would move them.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from w2v.lessons.learn.small_runs import toy_world_config, train_toy_world
from w2v.model.functions import Floats, Ids, sigmoid
from w2v.model.layers import Embedding
from w2v.model.losses import NegativeSamplingLoss, SoftmaxLoss
from w2v.model.noise import NoiseDistribution
from w2v.text.corpus import open_corpus
from w2v.text.vocabulary import Vocabulary
from w2v.training.draws import Purpose, raw_integers

N_TIMED = 3  # times that a measurement is repeated; the shortest counts
SECONDS = 0.02  # that a measurement takes at the least
N_PER_POINT = 100  # draws an example at the least, in so many rounds as it takes
MIN_CONTEXT = 4  # context words of an example
N_COMMON = 30  # words, such as "the", that the one example shown does not ask for


# ------------------------------------------------------------------------ costs


@dataclass(frozen=True)
class Cost:
    """What one example costs.

    Attributes
    ----------
    n_words : int
        V.
    k : int or None
        K of negative sampling; None is the softmax.
    n_rows : int
        Of W_out that are looked up.
    n_products : int
        Multiply-adds, forward and backward.
    n_bytes : int
        Of those rows, in float32.
    seconds : float
        Measured, forward and backward.
    """

    n_words: int
    k: int | None
    n_rows: int
    n_products: int
    n_bytes: int
    seconds: float


def cost_of(n_words: int, dim: int, batch: int, k: int, *, with_softmax: bool) -> list[Cost]:
    """Measure a table of V rows of random numbers: the softmax if asked for, then K noise words."""
    rng = np.random.default_rng(1)
    weight = rng.uniform(-0.1, 0.1, (n_words, dim)).astype(np.float32)
    hidden = rng.uniform(-0.1, 0.1, (batch, dim)).astype(np.float32)
    predicted = rng.integers(0, n_words, batch)
    noise = rng.integers(0, n_words, (batch, k))
    output = Embedding(n_words, dim, weight=weight, sparse=True)
    costs = []
    if with_softmax:
        softmax = SoftmaxLoss(Embedding(n_words, dim, weight=weight))
        costs.append(_cost(softmax, (hidden, predicted, noise), n_words, None, n_words))
    sampling = NegativeSamplingLoss(output, k)
    costs.append(_cost(sampling, (hidden, predicted, noise), n_words, k, 1 + k))
    return costs


def _cost(
    loss: SoftmaxLoss | NegativeSamplingLoss,
    example: tuple[Floats, Ids, Ids],
    n_words: int,
    k: int | None,
    n_rows: int,
) -> Cost:
    """Count and measure one loss."""
    batch, dim = example[0].shape
    n_bytes = n_rows * dim * loss.embedding.weight.itemsize
    seconds = _seconds(loss, example) / batch
    return Cost(n_words, k, n_rows, 3 * n_rows * dim, n_bytes, seconds)


def _seconds(loss: SoftmaxLoss | NegativeSamplingLoss, example: tuple[Floats, Ids, Ids]) -> float:
    """Return the shortest time of a forward and backward pass."""
    shortest = np.inf
    for _ in range(N_TIMED):
        n_passes, started = 0, time.perf_counter()
        while n_passes == 0 or time.perf_counter() - started < SECONDS:
            loss.embedding.zero_grad()
            loss.forward(*example)
            loss.backward()
            n_passes += 1
        shortest = min(shortest, (time.perf_counter() - started) / n_passes)
    return float(shortest)


# -------------------------------------------------------------------- gradients


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
    """Train on toy-world with negative sampling for a moment, and take examples of its text."""
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
    """Compare the gradients, over as many rounds of draws as give a steady mean."""
    d_softmax, W_softmax, _ = softmax_gradients(examples)
    n = len(examples.predicted)
    n_rounds = max(1, N_PER_POINT // n_draws)
    sums = np.zeros(7)
    for number in range(n_rounds):
        raw = raw_integers(seed, Purpose.NOISE, n * n_draws, epoch=n_draws, chunk=number)
        noise = examples.noise.draw(raw).reshape(n, n_draws)
        found = []
        for weight in (n_draws, k):
            loss = _negative_sampling(examples, noise, weight)
            d_hidden = loss.backward()
            d_scores = loss.sigmoid_with_loss.backward()
            found.append(
                (
                    float(cosines(d_hidden, d_softmax).mean()),
                    float(cosines(loss.embedding.grad.reshape(1, -1), W_softmax.reshape(1, -1))[0]),  # type: ignore[union-attr]
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
    """Compare the expected direction of negative sampling with that of two softmaxes."""
    plain, _, loss = softmax_gradients(examples)
    # One number more in every row adds log P to every score: the same loss on another table.
    with np.errstate(divide="ignore"):
        log_p_noise = np.log(examples.noise.probabilities)
    n, dim = examples.hidden.shape
    wider = SoftmaxLoss(
        Embedding(
            len(examples.W_out), dim + 1, weight=np.column_stack((examples.W_out, log_p_noise))
        )
    )
    corrected_loss = wider.forward(
        np.column_stack((examples.hidden, np.ones(n))), examples.predicted
    )
    corrected = wider.backward()[:, :dim]
    expected = expected_d_scores(examples, k) @ examples.W_out
    scored = SoftmaxLoss(Embedding(*examples.W_out.shape, weight=examples.W_out))
    scored.score(examples.hidden, examples.predicted)
    p = np.exp(scored.log_p[np.arange(n), examples.predicted])
    return Directions(
        cosine_plain=float(cosines(expected, plain).mean()),
        cosine_corrected=float(cosines(expected, corrected).mean()),
        softmax_loss=loss / n,
        corrected_loss=corrected_loss / n,
        pull_softmax=float((1 - p).mean()),
    )


def expected_d_scores(examples: Examples, k: int) -> NDArray[np.float64]:
    """Return d_scores of negative sampling over all words, the mean over all draws, (n, V)."""
    sigmoids = sigmoid(examples.hidden @ examples.W_out.T)  # (n, D) @ (D, V) -> (n, V)
    d_scores = k * examples.noise.probabilities * sigmoids
    rows = np.arange(len(examples.predicted))
    # Noise that equals the word to predict weighs 0.
    d_scores[rows, examples.predicted] = sigmoids[rows, examples.predicted] - 1
    return d_scores


def softmax_gradients(examples: Examples) -> tuple[Floats, Floats, float]:
    """Return d_hidden (n, D), the gradient of W_out (V, D), and the loss of the softmax."""
    loss = SoftmaxLoss(Embedding(*examples.W_out.shape, weight=examples.W_out))
    nats = loss.forward(examples.hidden, examples.predicted)
    d_hidden = loss.backward()
    return d_hidden, loss.embedding.grad, nats  # type: ignore[return-value]


def _negative_sampling(examples: Examples, noise: Ids, k: float) -> NegativeSamplingLoss:
    """Return negative sampling after its forward pass; a noise word weighs k / n."""
    loss = NegativeSamplingLoss(Embedding(*examples.W_out.shape, weight=examples.W_out), k)
    loss.score(examples.hidden, examples.predicted, noise)
    return loss


def cosines(rows: Floats, others: Floats) -> NDArray[np.float64]:
    """Return the cosine between each two rows, 0 where one of them is zero."""
    lengths = np.linalg.norm(rows, axis=1) * np.linalg.norm(others, axis=1)
    products = np.einsum("nd,nd->n", rows, others)
    return np.divide(products, lengths, out=np.zeros(len(rows)), where=lengths > 0)


# ------------------------------------------------------------------ one example


@dataclass(frozen=True)
class Example:
    """One example, word by word: the word to predict first, then K noise words.

    Attributes
    ----------
    context : list of str
    center : str
    words : list of str, 1 + K
    labels, scores, sigmoids, d_negative : arrays, shape (1 + K,)
        Of negative sampling: t, s, sigmoid(s), weight * (sigmoid(s) - t).
    p_there, d_softmax_there : arrays, shape (1 + K,)
        Of the softmax: p and p - t of the same words.
    d_softmax_distinct : array
        p - t of the distinct ones among them.
    sum_softmax : float
        p - t added up over the whole vocabulary.
    n_others : int
        Words that are not among them.
    pushed_by_softmax, pushed_by_noise : list of (str, float)
        The words that each loss pushes away, the hardest first: by p, and by K P sigmoid(s).
    """

    context: list[str]
    center: str
    words: list[str]
    labels: Floats
    scores: Floats
    sigmoids: Floats
    d_negative: Floats
    p_there: Floats
    d_softmax_there: Floats
    d_softmax_distinct: Floats
    sum_softmax: float
    n_others: int
    pushed_by_softmax: list[tuple[str, float]]
    pushed_by_noise: list[tuple[str, float]]


def example_of(examples: Examples, k: int, seed: int) -> Example:
    """Return one example whose center is no common word, with K noise words of its own."""
    noise = examples.noise.draw(raw_integers(seed, Purpose.NOISE, k)).reshape(1, k)
    # Ids rise as counts fall.
    fits = (examples.predicted >= N_COMMON) & ~np.isin(examples.predicted, noise)
    at = int(np.argmax(fits))
    first = Examples(
        examples.vocabulary, examples.W_out, examples.hidden[at : at + 1],
        examples.predicted[at : at + 1], examples.contexts[at : at + 1], examples.noise,
    )  # fmt: skip
    sampling = _negative_sampling(first, noise, k)
    scores, labels, _ = sampling.sigmoid_with_loss.scored
    softmax = SoftmaxLoss(Embedding(*examples.W_out.shape, weight=examples.W_out))
    softmax.score(first.hidden, first.predicted)
    p = np.exp(softmax.log_p[0])
    center = int(first.predicted[0])
    d_softmax = p.copy()
    d_softmax[center] -= 1
    ids = np.concatenate((first.predicted, noise[0]))
    distinct = np.unique(ids)
    word_at = examples.vocabulary.word_at
    expected = expected_d_scores(first, k)[0]

    def pushed(values: NDArray[np.float64]) -> list[tuple[str, float]]:
        order = [i for i in np.argsort(-values, kind="stable").tolist() if i != center]
        return [(word_at(i), float(values[i])) for i in order]

    return Example(
        context=[word_at(i) for i in first.contexts[0].tolist()],
        center=word_at(center),
        words=[word_at(i) for i in ids.tolist()],
        labels=np.broadcast_to(labels, scores.shape)[0],
        scores=scores[0],
        sigmoids=sigmoid(scores[0]),
        d_negative=sampling.sigmoid_with_loss.backward()[0],
        p_there=p[ids],
        d_softmax_there=d_softmax[ids],
        d_softmax_distinct=d_softmax[distinct],
        sum_softmax=float(d_softmax.sum()),
        n_others=len(p) - len(distinct),
        pushed_by_softmax=pushed(p),
        pushed_by_noise=pushed(expected),
    )
