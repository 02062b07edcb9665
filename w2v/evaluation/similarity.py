"""Score vectors on word similarity: do cosines put pairs of words in the order that people do?

`sets.py` reads the pairs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from w2v.errors import RunError
from w2v.evaluation.sets import SimilaritySet, fold_case, rows_by_folded
from w2v.vectors.word_vectors import WordVectors


@dataclass(frozen=True)
class SimilarityScore:
    """The score on a set.

    Attributes
    ----------
    spearman : float or None
        Rank correlation of cosines and scores, in -1..1. None where it is not defined: fewer than
        two pairs, or all cosines or all scores the same.
    n_pairs, n_answered : int
        The pairs of the set, and those of them whose words both have a vector.
    """

    spearman: float | None
    n_pairs: int
    n_answered: int

    @property
    def coverage(self) -> float:
        """The share of the pairs that were answered, in 0..1."""
        return self.n_answered / self.n_pairs if self.n_pairs else 0.0


def score_similarity(vectors: WordVectors, pairs: SimilaritySet) -> SimilarityScore:
    """Correlate the cosines of pairs of words with the scores that people gave them.

    Words are looked up without regard to case; of words that differ in case only, the commonest is
    taken. A pair with a word that has no row, or a row of zeros, is not answered.

    Parameters
    ----------
    vectors : WordVectors
    pairs : SimilaritySet

    Raises
    ------
    RunError
        If a vector is not finite.
    """
    words = vectors.vocabulary.words
    row_of = rows_by_folded(words)
    cosines, scores = [], []
    for pair, score in zip(pairs.pairs, pairs.scores, strict=True):
        first, second = (row_of.get(fold_case(word)) for word in pair)
        if first is None or second is None:
            continue
        u, v = (vectors.get_vector(words[row], norm=True) for row in (first, second))
        if u.any() and v.any():
            cosines.append(float(u @ v))
            scores.append(score)
    if not np.isfinite(cosines).all():
        raise RunError("the vectors are damaged: some are not numbers; train the run again")
    return SimilarityScore(spearman(cosines, scores), len(pairs), len(cosines))


def spearman(first: ArrayLike, second: ArrayLike) -> float | None:
    """Return Spearman's rank correlation: Pearson's, of the ranks.

    Parameters
    ----------
    first, second : array of numbers, shape (n,)

    Returns
    -------
    float or None
        In -1..1; None if n is under 2 or either has no two different values.
    """
    x, y = average_ranks(first), average_ranks(second)
    if len(x) < 2:
        return None
    x, y = x - x.mean(), y - y.mean()
    lengths = float(np.sqrt((x @ x) * (y @ y)))
    return float(x @ y) / lengths if lengths > 0 else None


def average_ranks(values: ArrayLike) -> NDArray[np.float64]:
    """Return the rank of each value, from 1; equal values share the mean of their ranks.

    >>> average_ranks([10, 30, 30, 20]).tolist()
    [1.0, 3.5, 3.5, 2.0]
    """
    _, which, count = np.unique(np.asarray(values), return_inverse=True, return_counts=True)
    last = np.cumsum(count)  # the ranks of a group of equals end here
    return (last - (count - 1) / 2)[which]
