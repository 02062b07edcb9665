"""Which word does CBOW expect between some context words?

    hidden = mean of W_in[context]
    score(w) = hidden . W_out[w]

A softmax model says P(w | context) = softmax(scores). Negative sampling learns something else: to
tell the word of the text from words drawn by count ** power. At its optimum

    score(w) = log P(w | context) - log(K count(w) ** power / Z)

so that P(w | context) is in proportion to count(w) ** power * exp(score(w)). Without the count,
rare words would come out far too likely: the score only says how much likelier than by chance. The
text that P speaks of is the one that was trained on: with its common words thinned out.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def center_probabilities(
    W_in: NDArray[np.floating],
    W_out: NDArray[np.floating],
    context: Sequence[int],
    counts: NDArray[np.int64],
    power: float,
) -> NDArray[np.float64]:
    """Return P(w | context) of every word w, shape (V,).

    Parameters
    ----------
    W_in, W_out : arrays of float, shape (V, D)
    context : sequence of int, at least one
        Word ids; one that is there twice counts twice.
    counts : array of int64, shape (V,)
        Words that were never seen are never expected.
    power : float
        Of the noise that the model was trained against; 0 gives the softmax of the scores.

    References
    ----------
    The optimum: Levy and Goldberg, "Neural word embedding as implicit matrix factorization",
    NIPS 2014, equation 7, with count ** power in place of the count.
    """
    hidden = W_in[list(context)].mean(axis=0)  # (C, D) -> (D,)
    scores = np.asarray(W_out @ hidden, np.float64)  # (V, D) @ (D,) -> (V,)
    log_p = np.full(len(scores), -np.inf)
    seen = counts > 0
    log_p[seen] = scores[seen] + power * np.log(counts[seen])
    p = np.exp(log_p - log_p.max())
    return p / p.sum()
