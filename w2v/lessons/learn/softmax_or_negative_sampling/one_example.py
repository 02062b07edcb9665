"""One example of both losses, word by word: y - t, and whom each pushes away."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from w2v.lessons.learn.softmax_or_negative_sampling.two_losses import (
    Examples,
    expected_d_scores,
    negative_sampling,
    output_layer,
)
from w2v.model.functions import Floats, sigmoid
from w2v.model.losses import SoftmaxLoss
from w2v.training.draws import Purpose, raw_integers

N_COMMON = 30  # words, such as "the", that the example does not ask for


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
    """Return one example whose center is no common word, with K noise words of its own.

    Parameters
    ----------
    examples : Examples
    k : int
    seed : int
        Of the noise.
    """
    noise = examples.noise.draw(raw_integers(seed, Purpose.NOISE, k)).reshape(1, k)
    # Ids rise as counts fall.
    fits = (examples.predicted >= N_COMMON) & ~np.isin(examples.predicted, noise)
    at = int(np.argmax(fits))
    first = Examples(
        examples.vocabulary, examples.W_out, examples.hidden[at : at + 1],
        examples.predicted[at : at + 1], examples.contexts[at : at + 1], examples.noise,
    )  # fmt: skip
    sampling = negative_sampling(first, noise, k)
    scores, labels, _ = sampling.sigmoid_with_loss.scored
    softmax = SoftmaxLoss(output_layer(examples.W_out))
    softmax.score(first.hidden, first.predicted)
    p = np.exp(softmax.log_p[0])
    center, d_softmax = int(first.predicted[0]), softmax.score_gradient()[0]
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
