"""Analogies, asked of vectors in every way that the lesson `analogy` compares.

A question is "a is to b as c is to d". The answers come from `w2v/evaluation`, as those of
`w2v eval` do; the controls leave a part of the sum away. One question by itself is in
`one_question.py`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from w2v.errors import SetError, quoted
from w2v.evaluation.analogies import COMMONEST
from w2v.evaluation.answering import MEASURES, answer
from w2v.evaluation.builtin import FACTS, TOY_WORLD, builtin_set
from w2v.evaluation.lookup import Lookup
from w2v.evaluation.sets import AnalogySet
from w2v.lessons.learn.analogy.one_question import offset_cosines, spellings
from w2v.run_finding import find_run
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

    Parameters
    ----------
    vectors : WordVectors
    name : str
        Of the vectors, for the error.
    language : str

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
    """Ask a set in every way.

    Parameters
    ----------
    vectors : WordVectors
    questions : AnalogySet
        Of which they know one at the least.
    """
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
    words = spellings(lookup, vectors)
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
        offset_cosine=float(offset_cosines(lookup, ids).mean()),
        sections=[
            _section(name, section_of == number, is_right["add"], by_control)
            for number, name in enumerate(questions.sections)
            if (section_of == number).any()
        ],
    )


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


def _example(lookup: Lookup, ids: NDArray[np.int64], is_right: NDArray[np.bool_]) -> int:
    """Return which question is shown: one that everybody knows, else the first that is right."""
    for favourite in lookup.find(FAVOURITES)[0]:
        is_it = np.all(ids == favourite, axis=1)
        if is_it.any():
            return int(np.argmax(is_it))
    return int(np.argmax(is_right))
