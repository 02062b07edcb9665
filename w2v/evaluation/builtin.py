"""Sets that are always there, offline: facts, the analogies of toy-world, and words of a kind.

The facts are lists of pairs of words in `facts/`, such as `paris france`, under `: section`
headers. Every pair is asked about every other: of n pairs come n (n − 1) questions.

Words of a kind are lists of words in `alike/`, under `: section` headers, for texts that come with
w2v: sets of similarity made of them ask whether a word is nearer to those of its own section.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations, permutations
from pathlib import Path

from w2v.evaluation.sets import AnalogySet, SimilaritySet

FACTS = {"facts-en": "English", "facts-ko": "Korean", "facts-zh": "Chinese"}
TOY_WORLD = "toy-world"
ALIKE = {
    "python-topics": "nouns of python-docs: is a word nearer to those of its own topic?",
    "python-rare": "the same, of words that are seen 5 to 24 times",
    "python-forms": "words of python-docs: is a word nearer to those of the same form?",
    "seasons-ko": "words of seasons-ko: is a word nearer to those of its own kind?",
}
_FOLDER = Path(__file__).resolve().parent


def builtin_sets() -> dict[str, str]:
    """Return a one-line description of each built-in set, by name."""
    facts = {
        name: f"analogies in {language}: capitals, opposites, plurals and other facts"
        for name, language in FACTS.items()
    }
    return {**facts, TOY_WORLD: "the analogies that are planted in the corpus toy-world", **ALIKE}


def builtin_set(name: str) -> AnalogySet | SimilaritySet:
    """Return a built-in set.

    Parameters
    ----------
    name : str
        A key of `builtin_sets()`.
    """
    if name == TOY_WORLD:
        from w2v.text.builtin import toy_world  # late: it loads NumPy, the names need none

        rows = _rows_by_section(toy_world.questions())
        return AnalogySet(name, {s: [(a, b, c, d) for a, b, c, d in q] for s, q in rows.items()})
    if name in ALIKE:
        return _pairs_of_a_kind(name, list(read_alike(name).values()))
    return AnalogySet(
        name,
        {
            section: [(a, b, c, d) for (a, b), (c, d) in permutations(pairs, 2)]
            for section, pairs in read_facts(name).items()
        },
    )


def read_facts(name: str) -> dict[str, list[list[str]]]:
    """Return the pairs of words of a set of facts, by section.

    Parameters
    ----------
    name : str
        A key of `FACTS`.
    """
    return _read_rows(_FOLDER / "facts" / f"{name.removeprefix('facts-')}.txt")


def read_alike(name: str) -> dict[str, list[str]]:
    """Return the words of a set of words of a kind, by section; all sections are of one length.

    Parameters
    ----------
    name : str
        A key of `ALIKE`.
    """
    rows = _read_rows(_FOLDER / "alike" / f"{name}.txt")
    return {section: [word for row in lines for word in row] for section, lines in rows.items()}


def _pairs_of_a_kind(name: str, sections: list[list[str]]) -> SimilaritySet:
    """Pair words within each section, which scores 1, and over two sections as often, scoring 0.

    To each pair (i-th, j-th) of a section comes one of its i-th word and the j-th of another
    section, each of the others in turn. So a word stands in as many pairs of the one kind as of the
    other, or nearly so, and no score is to be had from the words that are near to everything.

    Of two scores in equal shares, Spearman's rho reaches sqrt(3) / 2, which is 0.866, at most.
    """
    pairs: list[tuple[str, str]] = []
    scores: list[float] = []
    for at, words in enumerate(sections):
        for number, (i, j) in enumerate(combinations(range(len(words)), 2)):
            other = sections[(at + 1 + number % (len(sections) - 1)) % len(sections)]
            pairs += [(words[i], words[j]), (words[i], other[j])]
            scores += [1.0, 0.0]
    return SimilaritySet(name, pairs, scores)


def _read_rows(file: Path) -> dict[str, list[list[str]]]:
    """Read a file of ours."""
    return _rows_by_section(file.read_text("utf-8").splitlines())


def _rows_by_section(lines: Iterable[str]) -> dict[str, list[list[str]]]:
    """Split the lines of a file of ours into words, by section."""
    rows: dict[str, list[list[str]]] = {}
    section = ""
    for line in lines:
        if line.startswith(":"):
            section = line[1:].strip()
            rows[section] = []
        elif line and not line.startswith("#"):
            rows[section].append(line.split())
    return rows
