"""Analogies, asked of vectors in every way that the lesson `analogy` compares.

A question is "a is to b as c is to d". The answers come from `w2v/evaluation`, as those of
`w2v eval` do; the controls leave a part of the sum away.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from w2v.errors import SetError, quoted
from w2v.evaluation.analogies import COMMONEST
from w2v.evaluation.answering import EPSILON, MEASURES, answer
from w2v.evaluation.builtin import FACTS, TOY_WORLD, builtin_set
from w2v.evaluation.lookup import Lookup
from w2v.evaluation.sets import AnalogySet
from w2v.run_folder import find_run
from w2v.vectors.nearest import CosineTable
from w2v.vectors.word_vectors import WordVectors

ANSWERS = ("right", "b", "c", "a", "other")  # what 3CosAdd says if every word may answer
CONTROLS = ("b_and_c", "c", "b")  # parts of the sum c - a + b
# The question that everybody knows, if the vectors have its words; else the first of the set.
FAVOURITES = (
    ("man", "woman", "king", "queen"),
    ("남자", "여자", "왕", "여왕"),
    ("男人", "女人", "国王", "王后"),
)


@dataclass(frozen=True)
class Section:
    """A section of the set: shares in 0..1 of its answered questions.

    Attributes
    ----------
    name : str
    n_answered : int
    right : float
        By 3CosAdd, the question's words left out.
    best_control : float
        The best of the controls.
    gain : float
        right - best_control.
    """

    name: str
    n_answered: int
    right: float
    best_control: float
    gain: float


@dataclass(frozen=True)
class Asked:
    """What became of a set of questions: shares in 0..1 of the answered ones.

    Attributes
    ----------
    name : str
        Of the set.
    n_questions, n_answered : int
    example : tuple of str
        The words a, b, c, d of one question: the best known, else one that comes out right.
    said : dict of str to str
        What each of `MEASURES` answers to it; empty if no word is left.
    right : dict of str to float
        By measure, see `MEASURES`.
    answers : dict of str to float
        What 3CosAdd answers if every word may: see `ANSWERS`; of a question whose d is one of its
        own words, "right" goes first.
    controls : dict of str to float
        How often the word nearest to a part of the sum is right, the question's words left out.
    offset_cosine : float
        Mean cosine between b - a and d - c.
    sections : list of Section
        With at least one answered question.
    """

    name: str
    n_questions: int
    n_answered: int
    example: tuple[str, str, str, str]
    said: dict[str, str]
    right: dict[str, float]
    answers: dict[str, float]
    controls: dict[str, float]
    offset_cosine: float
    sections: list[Section]


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


def open_run(name: str) -> WordVectors:
    """Open the vectors of a run, or read those of a file.

    Raises
    ------
    RunError
        If there is no such run.
    FormatError
        If the file is damaged, or in no known format.
    """
    # os.path, not Path: it answers no, where Path raises, for a name that no file can have.
    is_file = os.path.exists(name) and not os.path.isdir(name)
    return WordVectors.load(name if is_file else find_run(name))


def choose_set(vectors: WordVectors, name: str, language: str) -> AnalogySet:
    """Return the built-in set of which these vectors know most questions.

    Of sets that are known equally well, the facts in the reader's language go first.

    Raises
    ------
    SetError
        If they know none.
    """
    lookup = Lookup(vectors, COMMONEST)
    facts = sorted(FACTS, key=lambda fact: not fact.endswith(language))
    best, most = None, 0
    for set_name in (TOY_WORLD, *facts):
        found = builtin_set(set_name)
        if not isinstance(found, AnalogySet):
            continue
        n_known = len(_known_ids(lookup, found)[0])
        if n_known > most:
            best, most = found, n_known
    if best is None:
        raise SetError(
            f"the words of {quoted(name)} make none of the questions of {TOY_WORLD}, "
            f"{', '.join(FACTS)}; give a run on a larger text, or none, and toy-world is trained"
        )
    return best


def ask(vectors: WordVectors, questions: AnalogySet) -> Asked:
    """Ask a set in every way."""
    lookup = Lookup(vectors, COMMONEST)
    ids, section_of = _known_ids(lookup, questions)
    a, b, c, d = ids.T
    found = answer(lookup, ids[:, :3])
    is_right = {measure: found[measure] == d for measure in MEASURES}
    by_control = {key: nearest == d for key, nearest in _controls(lookup, ids).items()}
    answers, is_left = {}, np.ones(len(ids), bool)
    for key, wanted in (("right", d), ("b", b), ("c", c), ("a", a)):
        is_it = is_left & (found["add_all"] == wanted)
        answers[key] = float(is_it.mean())
        is_left &= ~is_it
    answers["other"] = float(is_left.mean())
    words = _spellings(lookup, vectors)
    shown = _example(lookup, ids, is_right["add"])
    return Asked(
        name=questions.name,
        n_questions=sum(map(len, questions.sections.values())),
        n_answered=len(ids),
        example=(words[a[shown]], words[b[shown]], words[c[shown]], words[d[shown]]),
        said={m: words[i] if (i := int(found[m][shown])) >= 0 else "" for m in MEASURES},
        right={measure: float(right.mean()) for measure, right in is_right.items()},
        answers=answers,
        controls={key: float(right.mean()) for key, right in by_control.items()},
        offset_cosine=float(_offset_cosines(lookup, ids).mean()),
        sections=[
            _section(name, section_of == number, is_right["add"], by_control)
            for number, name in enumerate(questions.sections)
            if (section_of == number).any()
        ],
    )


def plane_of(vectors: WordVectors, asked: Asked) -> Plane:
    """Lay the four words of the example into a plane, by their principal components."""
    lookup = Lookup(vectors, COMMONEST)
    ids = lookup.find([asked.example])[0]
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
        offset_cosine=float(_offset_cosines(lookup, ids)[0]),
    )


def candidates_of(vectors: WordVectors, asked: Asked, n: int) -> list[Candidate]:
    """Return the n words nearest to c - a + b by 3CosAdd, those of the question among them."""
    lookup = Lookup(vectors, COMMONEST)
    ids = lookup.find([asked.example])[0][0]
    a, b, c = lookup.unit(ids[:3], np.float64)
    words = _spellings(lookup, vectors)
    table = lookup.unit(slice(None), np.float64)
    cos_a, cos_b, cos_c = table @ a, table @ b, table @ c  # (V, D) @ (D,) -> (V,)
    add = cos_b - cos_a + cos_c
    mul = (cos_b + 1) / 2 * (cos_c + 1) / 2 / ((cos_a + 1) / 2 + EPSILON)
    best = np.argsort(-add, kind="stable")[:n]
    return [
        Candidate(words[i], *(float(values[i]) for values in (cos_c, cos_a, cos_b, add, mul)))
        for i in best.tolist()
    ]


def _known_ids(
    lookup: Lookup, questions: AnalogySet
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the ids (n, 4) of the questions that can be asked, and the section of each."""
    asked = [question for section in questions.sections.values() for question in section]
    sizes = [len(section) for section in questions.sections.values()]
    ids = lookup.find(asked)[0].reshape(-1, 4)
    is_known = np.all(ids >= 0, axis=1)
    return ids[is_known], np.repeat(np.arange(len(sizes)), sizes)[is_known]


def _controls(lookup: Lookup, ids: NDArray[np.int64]) -> dict[str, NDArray[np.int64]]:
    """Return the word nearest to b + c, to c and to b, the words of the question left out."""
    table = lookup.unit(slice(None))
    cosines = CosineTable(table)
    _, b, c, _ = ids.T
    both = table[b] + table[c]
    both /= np.maximum(np.linalg.norm(both, axis=1, keepdims=True), 1e-12)
    nearest = {}
    for key, directions in (("b_and_c", both), ("c", table[c]), ("b", table[b])):
        found = cosines.nearest(directions, 1, left_out=ids[:, :3].tolist())
        nearest[key] = np.array([rows[0] if len(rows) else -1 for rows, _ in found])
    return nearest


def _section(
    name: str,
    is_here: NDArray[np.bool_],
    is_right: NDArray[np.bool_],
    by_control: dict[str, NDArray[np.bool_]],
) -> Section:
    """Count one section."""
    right = float(is_right[is_here].mean())
    control = max(float(found[is_here].mean()) for found in by_control.values())
    return Section(name, int(is_here.sum()), right, control, right - control)


def _offset_cosines(lookup: Lookup, ids: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the cosine between b - a and d - c of each question; 0 where one is zero."""
    table = lookup.unit(slice(None), np.float64)
    a, b, c, d = (table[column] for column in ids.T)
    one, other = b - a, d - c
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    products = np.einsum("nd,nd->n", one, other)
    return np.divide(products, lengths, out=np.zeros(len(ids)), where=lengths > 0)


def _example(lookup: Lookup, ids: NDArray[np.int64], is_right: NDArray[np.bool_]) -> int:
    """Return which question is shown: one that everybody knows, else the first that is right."""
    for favourite in lookup.find(FAVOURITES)[0]:
        is_it = np.all(ids == favourite, axis=1)
        if is_it.any():
            return int(np.argmax(is_it))
    return int(np.argmax(is_right))


def _spellings(lookup: Lookup, vectors: WordVectors) -> list[str]:
    """Return the words that take part, by id, as they are compared."""
    words = dict.fromkeys(lookup.spelling(word) for word in vectors.vocabulary.words)
    ids = lookup.find([(word,) for word in words])[0][:, 0]
    found = [""] * len(lookup)
    for word, word_id in zip(words, ids.tolist(), strict=True):
        if word_id >= 0:
            found[word_id] = word
    return found
