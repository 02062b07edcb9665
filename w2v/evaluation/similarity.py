"""Score vectors on word similarity: do cosines put pairs of words in the order that people do?

`sets.py` reads the pairs, `lookup.py` finds their words.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from w2v.evaluation.composing import are_of_characters, with_words
from w2v.evaluation.lookup import LeftOut, Lookup
from w2v.evaluation.sets import SimilaritySet
from w2v.vectors.word_vectors import WordVectors

Z_95 = 1.959963984540054  # a normal variable is within ± this with probability 0.95


@dataclass(frozen=True)
class SimilarityScore:
    """The score on a set.

    Attributes
    ----------
    name : str
        Of the set.
    spearman : float or None
        Rank correlation of cosines and scores, in -1..1. None where it is not defined: fewer than
        two pairs, or all cosines or all scores the same.
    interval : (float, float) or None
        The 95 % confidence interval of `spearman`; None under four pairs.
    pearson : float or None
        Correlation of the cosines and scores themselves.
    n_pairs, n_answered : int
        The pairs of the set, and those of them whose words both have a vector.
    left_out : LeftOut
    keep_case : bool
    by_character : bool
        Whether words were asked for as the means of their characters; see `composing.py`.
    """

    name: str
    spearman: float | None
    interval: tuple[float, float] | None
    pearson: float | None
    n_pairs: int
    n_answered: int
    left_out: LeftOut
    keep_case: bool
    by_character: bool = False

    @property
    def coverage(self) -> float:
        """The share of the pairs that were answered, in 0..1."""
        return self.n_answered / self.n_pairs if self.n_pairs else 0.0


def score_similarity(
    vectors: WordVectors, pairs: SimilaritySet, *, keep_case: bool = False
) -> SimilarityScore:
    """Correlate the cosines of pairs of words with the scores that people gave them.

    All words of the vocabulary are looked up; of words that differ in case only, the commonest is
    taken. A pair with a word that has no row, or a row of zeros, is not answered. Of vectors of
    characters, a word of several is the mean of them; see `composing.py`.

    Parameters
    ----------
    vectors : WordVectors
    pairs : SimilaritySet
    keep_case : bool
        Compare words as they are written; else in lower case.

    Raises
    ------
    RunError
        If a vector is not finite.
    """
    n_rows = len(vectors)
    if are_of_characters(vectors):
        vectors = with_words(vectors, (word for pair in pairs.pairs for word in pair))
    lookup = Lookup(vectors, keep_case=keep_case)
    ids, left_out = lookup.find(pairs.pairs)
    is_answered = np.all(ids >= 0, axis=1)
    first, second = ids[is_answered].reshape(-1, 2).T
    u, v = lookup.unit(first, np.float64), lookup.unit(second, np.float64)
    cosines = np.einsum("nd,nd->n", u, v)
    scores = np.asarray(pairs.scores, np.float64)[is_answered]
    rho = spearman(cosines, scores)
    return SimilarityScore(
        name=pairs.name,
        spearman=rho,
        interval=None if rho is None else confidence_interval(rho, len(cosines)),
        pearson=pearson(cosines, scores),
        n_pairs=len(pairs),
        n_answered=len(cosines),
        left_out=left_out,
        keep_case=keep_case,
        by_character=len(vectors) > n_rows,
    )


def confidence_interval(rho: float, n: int) -> tuple[float, float] | None:
    """Return the 95 % confidence interval of a rank correlation of n pairs; None for n under 4.

    tanh(atanh(ρ) ± 1.96 · sqrt((1 + ρ² / 2) / (n − 3)))

    References
    ----------
    Bonett and Wright, "Sample size requirements for estimating Pearson, Kendall and Spearman
    correlations", Psychometrika 65, 2000: the transformation is Fisher's, the standard error
    theirs.
    """
    if n < 4:
        return None
    if abs(rho) >= 1:
        return rho, rho  # the limit
    margin = Z_95 * math.sqrt((1 + rho**2 / 2) / (n - 3))
    return math.tanh(math.atanh(rho) - margin), math.tanh(math.atanh(rho) + margin)


def spearman(first: ArrayLike, second: ArrayLike) -> float | None:
    """Return Spearman's rank correlation: Pearson's, of the ranks; parameters as there."""
    return pearson(average_ranks(first), average_ranks(second))


def pearson(first: ArrayLike, second: ArrayLike) -> float | None:
    """Return Pearson's correlation.

    Parameters
    ----------
    first, second : array of finite numbers, shape (n,)

    Returns
    -------
    float or None
        In -1..1; None if n is under 2 or either has no two different values.
    """
    x, y = _standing_out(first), _standing_out(second)
    if x is None or y is None:
        return None
    return max(-1.0, min(1.0, float(x @ y)))


def _standing_out(values: ArrayLike) -> NDArray[np.float64] | None:
    """Return by how much values are over their mean, at length 1; None if they are all the same."""
    x = np.asarray(values, np.float64)
    # Seen before the mean is taken, which need not be equal to each of several equal numbers.
    if len(x) < 2 or x.min() == x.max():
        return None
    x = x / np.abs(x).max()  # squares of very large and very small numbers have no place in float64
    x = x - x.mean()
    length = np.linalg.norm(x)
    return x / length if length > 0 else None


def average_ranks(values: ArrayLike) -> NDArray[np.float64]:
    """Return the rank of each value, from 1; equal values share the mean of their ranks.

    >>> average_ranks([10, 30, 30, 20]).tolist()
    [1.0, 3.5, 3.5, 2.0]
    """
    _, which, count = np.unique(np.asarray(values), return_inverse=True, return_counts=True)
    last = np.cumsum(count)  # the ranks of a group of equals end here
    return (last - (count - 1) / 2)[which]
