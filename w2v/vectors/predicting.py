"""Which word does CBOW expect between some context words?

    hidden = mean of W_in[context]
    score(w) = hidden . W_out[w]

A softmax model says P(w | context) = softmax(scores). Negative sampling learns something else: to
tell the word of the text from words drawn by q(w), in proportion to count(w) ** power. Noise that
hits the word of the text does not count, so that w is noise only where the text has another word:
K q(w) (1 - P(w | context)) times. At the optimum the score is the log of how many times likelier
than that it is as the word of the text,

    score(w) = log(P / (1 - P)) - log(K q(w)),    P = sigmoid(score(w) + log(K q(w)))

Without the count, rare words would come out far too likely: the score only says how much likelier
than by chance. Of weights that are not at the optimum the P add up to nearly 1, and are divided by
their sum. The text that P speaks of is the one that was trained on: with its common words thinned
out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Negatives(NamedTuple):
    """What a model was trained against: k noise words for each center, by count ** power."""

    k: int
    power: float


def center_probabilities(
    W_in: NDArray[np.floating],
    W_out: NDArray[np.floating],
    context: Sequence[int],
    counts: NDArray[np.int64],
    negatives: Negatives | None,
) -> NDArray[np.float64]:
    """Return P(w | context) of every word w, shape (V,).

    Parameters
    ----------
    W_in, W_out : arrays of float, shape (V, D)
    context : sequence of int, at least one
        Word ids; one that is there twice counts twice.
    counts : array of int64, shape (V,)
        Words that were never seen are never expected.
    negatives : Negatives, optional
        None stands for a model that was trained by the softmax of the scores.

    Returns
    -------
    array of float64, shape (V,)
        NaN throughout if a row is not finite.

    References
    ----------
    The optimum: Levy and Goldberg, "Neural word embedding as implicit matrix factorization",
    NIPS 2014, equations 4 to 7, where noise that hits the word of the text counts: there P itself
    stands in place of P / (1 - P).
    """
    with np.errstate(invalid="ignore"):  # of rows that are not numbers; the caller sees it in P
        hidden = W_in[list(context)].mean(axis=0)  # (C, D) -> (D,)
        scores = np.asarray(W_out @ hidden, np.float64)  # (V, D) @ (D,) -> (V,)
        seen = counts > 0
        log_p = np.full(len(scores), -np.inf)
        log_p[seen] = scores[seen]
        if negatives is not None:
            weights = counts[seen].astype(np.float64) ** negatives.power
            log_odds = scores[seen] + np.log(negatives.k * weights / weights.sum())
            log_p[seen] = -np.logaddexp(0, -log_odds)  # log of the sigmoid
        p = np.exp(log_p - log_p.max())
        return p / p.sum()
