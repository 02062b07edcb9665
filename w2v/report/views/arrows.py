"""Analogies as arrows: a to b, c to d, and where b − a + c comes to lie."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from w2v.errors import SetError, UsageError
from w2v.evaluation.analogies import COMMONEST
from w2v.evaluation.builtin import builtin_sets
from w2v.evaluation.finding import find_set
from w2v.evaluation.sets import Analogy, AnalogySet, fold_case
from w2v.report.contract import Arrow, Arrows, Cell, Table
from w2v.report.views.planes import principal_axes, unit_rows
from w2v.vectors.queries import Query, unit_vector
from w2v.vectors.word_vectors import WordVectors

MOST = 8  # arrows that can be told apart
ASKED = 120  # questions of a section, to see which are answered rightly

Rows = tuple[int, int, int, int]


def arrows_of(
    run: str,
    vectors: WordVectors,
    *,
    analogies: AnalogySet | None = None,
    sets: Sequence[str] = (),
) -> list[Arrows]:
    """Return analogies of a run.

    By default up to `MOST` of one section of the set that knows most of the run's words, those that
    are answered rightly if there are any: steps of one kind, which should be parallel.

    Parameters
    ----------
    run : str
        Its name.
    vectors : WordVectors
    analogies : AnalogySet, optional
        The first `MOST` questions of every section are drawn.
    sets : sequence of str
        Names of sets to choose from by default, before the built-in ones.

    Returns
    -------
    list of Arrows
        One a section; none if no question has four known words.

    Raises
    ------
    RunError
        If a vector is not finite.
    """
    row_of = _rows_by_spelling(vectors, COMMONEST if analogies is None else len(vectors))
    if analogies is not None:
        sections = _known(analogies, row_of)
        return [
            _arrows(run, analogies.name, section, vectors, questions[:MOST])
            for section, questions in sections.items()
        ]
    name, sections = _best_covered(sets, row_of)
    if not sections:
        return []
    section, questions = _best_answered(vectors, sections)
    return [_arrows(run, name, section, vectors, questions)]


def read_analogies(name: str | None) -> AnalogySet | None:
    """Return the questions that a user wants to see as arrows: of a file, or the set of that name.

    Raises
    ------
    SetError
        If there is no such set, or it cannot be read.
    UsageError
        If it is no set of analogies.
    """
    if name is None:
        return None
    asked = find_set(name)
    if not isinstance(asked, AnalogySet):
        raise UsageError(f"{name} is a set of similarity; arrows are drawn of analogies")
    return asked


def _rows_by_spelling(vectors: WordVectors, n_words: int) -> dict[str, int]:
    """Return the row of each of the first words, as evaluation compares them: in lower case."""
    row_of: dict[str, int] = {}
    for row in range(min(n_words, len(vectors))):
        row_of.setdefault(fold_case(vectors.vocabulary.word_at(row)), row)
    return row_of


def _known(asked: AnalogySet, row_of: dict[str, int]) -> dict[str, list[Rows]]:
    """Return the questions of which all words have a row, by section."""
    found = {
        section: [*_with_rows(questions, row_of)] for section, questions in asked.sections.items()
    }
    return {section: questions for section, questions in found.items() if questions}


def _with_rows(questions: Sequence[Analogy], row_of: dict[str, int]) -> Iterator[Rows]:
    """Yield the rows of the words of questions, of those that have four different ones."""
    for question in questions:
        a, b, c, d = (row_of.get(fold_case(word), -1) for word in question)
        if min(a, b, c, d) >= 0 and len({a, b, c, d}) == 4:
            yield a, b, c, d


def _best_covered(sets: Sequence[str], row_of: dict[str, int]) -> tuple[str, dict[str, list[Rows]]]:
    """Return the set of which most questions are known; one of the config goes first."""
    best: tuple[str, dict[str, list[Rows]]] = ("", {})
    for name in dict.fromkeys([*sets, *builtin_sets()]):
        try:
            asked = find_set(name)
        except SetError:
            continue  # a file of the config that is not there any more
        if isinstance(asked, AnalogySet):
            known = _known(asked, row_of)
            if sum(map(len, known.values())) > sum(map(len, best[1].values())):
                best = (asked.name, known)
    return best


def _best_answered(vectors: WordVectors, sections: dict[str, list[Rows]]) -> tuple[str, list[Rows]]:
    """Return the section with the largest share of right answers, and questions of it."""
    asked = {section: questions[:ASKED] for section, questions in sections.items()}
    together = [question for questions in asked.values() for question in questions]
    answers = iter(_answers(vectors, together))
    right = {
        section: [question for question in questions if next(answers) == question[3]]
        for section, questions in asked.items()
    }
    enough = {section: len(found) / len(asked[section]) for section, found in right.items()}
    best = max(enough, key=lambda section: (min(len(right[section]), MOST), enough[section]))
    return best, _of_one_step(right[best] or asked[best])


def _of_one_step(questions: list[Rows]) -> list[Rows]:
    """Choose questions that go from one pair to others: a is to b as c is to d, e is to f, …"""
    by_pair: dict[tuple[int, int], list[Rows]] = {}
    for question in questions:
        by_pair.setdefault(question[:2], []).append(question)
    return max(by_pair.values(), key=len)[:MOST]


def _answers(vectors: WordVectors, questions: Sequence[Rows]) -> list[int]:
    """Return the row that is nearest to b − a + c of each question, whose words are left out."""
    table = vectors.vectors
    queries = []
    for a, b, c, _ in questions:
        unit = unit_rows(table[[a, b, c]])
        queries.append(Query(unit_vector(unit[1] - unit[0] + unit[2]), [a, b, c]))
    found = vectors.cosines.nearest(
        np.stack([query.direction for query in queries]),
        1,
        left_out=[query.left_out for query in queries],
    )
    return [int(rows[0]) if len(rows) else -1 for rows, _ in found]


def _arrows(
    run: str, name: str, section: str, vectors: WordVectors, questions: list[Rows]
) -> Arrows:
    """Lay questions out in the plane of their own words."""
    rows = list(dict.fromkeys(row for question in questions for row in question))
    unit = unit_rows(vectors.vectors[rows])
    axes = principal_axes(unit)
    at = dict(zip(rows, axes.place(unit), strict=True))
    word_at = vectors.vocabulary.word_at
    arrows = []
    for question, found in zip(questions, _answers(vectors, questions), strict=True):
        a, b, c, d = (at[row] for row in question)
        points: NDArray[np.float64] = np.stack([a, b, c, d, b - a + c])
        words = tuple(map(word_at, question))
        arrows.append(
            Arrow((words[0], words[1], words[2], words[3]), word_at(found) if found >= 0 else "",
                  points)
        )  # fmt: skip
    n_right = sum(arrow.answer == arrow.words[3] for arrow in arrows)
    title = f"{name}, {section}: {n_right} of {len(arrows)} answered rightly"
    return Arrows(run, title, arrows, _table(arrows), section)


def _table(arrows: list[Arrow]) -> Table:
    """Return a row for each analogy."""
    columns = ["a", "is to b", "as c", "is to d", "nearest to b − a + c"]
    places = [f"{what} {axis}" for what in ("a", "b", "c", "d", "b − a + c") for axis in (1, 2)]
    rows: list[list[Cell]] = [
        [*arrow.words, arrow.answer, *(round(x, 4) for x in arrow.points.ravel().tolist())]
        for arrow in arrows
    ]
    return Table([*columns, *places], rows)
