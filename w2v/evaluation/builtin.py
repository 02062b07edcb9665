"""Sets that are always there, offline: facts in three languages, and the analogies of toy-world.

The facts are lists of pairs of words in `facts/`, such as `paris france`, under `: section`
headers. Every pair is asked about every other: of n pairs come n (n − 1) questions.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import permutations
from pathlib import Path

from w2v.evaluation.sets import AnalogySet

FACTS = {"facts-en": "English", "facts-ko": "Korean", "facts-zh": "Chinese"}
TOY_WORLD = "toy-world"
_FOLDER = Path(__file__).resolve().parent / "facts"


def builtin_sets() -> dict[str, str]:
    """Return a one-line description of each built-in set, by name."""
    facts = {
        name: f"analogies in {language}: capitals, opposites, plurals and other facts"
        for name, language in FACTS.items()
    }
    return {**facts, TOY_WORLD: "the analogies that are planted in the corpus toy-world"}


def builtin_set(name: str) -> AnalogySet:
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
    file = _FOLDER / f"{name.removeprefix('facts-')}.txt"
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
