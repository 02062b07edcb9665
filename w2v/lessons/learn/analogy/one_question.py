"""One analogy by itself: its words in a plane, and the words that may answer it.

How whole sets are asked is in `asked.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from w2v.evaluation.analogies import COMMONEST
from w2v.evaluation.answering import prepared, scores_of
from w2v.evaluation.lookup import Lookup
from w2v.vectors.word_vectors import WordVectors

Question: TypeAlias = tuple[str, str, str, str]  # the words a, b, c and d


@dataclass(frozen=True)
class Plane:
    """Four words and a sum in the plane that the four spread most in.

    Attributes
    ----------
    places : array of float64, shape (5, 2)
        Of a, b, c, d and c - a + b.
    share : float
        Of the four words' spread, how much lies in the plane, in 0..1.
    offset_cosine : float
        Between b - a and d - c.
    """

    places: NDArray[np.float64]
    share: float
    offset_cosine: float


@dataclass(frozen=True)
class Candidate:
    """A word that may answer, and how near it is to c, a and b."""

    word: str
    cos_c: float
    cos_a: float
    cos_b: float
    add: float
    mul: float


def plane_of(vectors: WordVectors, question: Question) -> Plane:
    """Lay the four words of a question into a plane, by their principal components.

    Parameters
    ----------
    vectors : WordVectors
        They have all four words.
    question : (a, b, c, d)
    """
    lookup = Lookup(vectors, COMMONEST)
    ids = lookup.find([question])[0]
    unit = lookup.unit(ids[0], np.float64)  # (4, D)
    a, b, c, _ = unit
    middle = unit.mean(axis=0)
    _, spread, axes = np.linalg.svd(unit - middle, full_matrices=False)
    axes = axes[:2] * np.sign(axes[:2, :1] + 1e-300)  # a sign of ours, not of the machine's
    axes = np.pad(axes, ((0, 2 - len(axes)), (0, 0)))  # D = 1 is a line, with no second axis
    places = np.vstack((unit, c - a + b)) - middle  # (5, D)
    return Plane(
        places=places @ axes.T,  # (5, D) @ (D, 2) -> (5, 2)
        share=float((spread[:2] ** 2).sum() / max((spread**2).sum(), 1e-300)),
        offset_cosine=float(offset_cosines(lookup, ids)[0]),
    )


def candidates_of(vectors: WordVectors, question: Question, n: int) -> list[Candidate]:
    """Return the n words nearest to c - a + b by 3CosAdd; those of the question may be among them.

    Parameters
    ----------
    vectors : WordVectors
        They have all four words.
    question : (a, b, c, d)
    n : int
    """
    lookup = Lookup(vectors, COMMONEST)
    ids = lookup.find([question])[0][0]
    a, b, c = lookup.unit(ids[:3], np.float64)
    words = spellings(lookup, vectors)
    table = lookup.unit(slice(None), np.float64)
    cosines = prepared(np.stack((a, b, c)) @ table.T)  # (3, D) @ (D, V) -> (3, V)
    add, mul = scores_of(cosines, 0, 1, 2)
    cos_a, cos_b, cos_c = cosines.plain
    best = np.argsort(-add, kind="stable")[:n]
    return [
        Candidate(words[i], *(float(values[i]) for values in (cos_c, cos_a, cos_b, add, mul)))
        for i in best.tolist()
    ]


def offset_cosines(lookup: Lookup, ids: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the cosine between b - a and d - c of each question; 0 where one is zero.

    Parameters
    ----------
    lookup : Lookup
    ids : array of int, shape (n, 4)
        Of a, b, c and d.

    Returns
    -------
    array of float64, shape (n,)
    """
    table = lookup.unit(slice(None), np.float64)
    a, b, c, d = (table[column] for column in ids.T)
    one, other = b - a, d - c
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    products = np.einsum("nd,nd->n", one, other)
    return np.divide(products, lengths, out=np.zeros(len(ids)), where=lengths > 0)


def spellings(lookup: Lookup, vectors: WordVectors) -> list[str]:
    """Return the words that take part, by id, as they are compared."""
    words = dict.fromkeys(lookup.spelling(word) for word in vectors.vocabulary.words)
    ids = lookup.find([(word,) for word in words])[0][:, 0]
    found = [""] * len(lookup)
    for word, word_id in zip(words, ids.tolist(), strict=True):
        if word_id >= 0:
            found[word_id] = word
    return found
