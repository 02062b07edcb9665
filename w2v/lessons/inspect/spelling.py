"""What the spelling of the words tells: particles that hang on Korean words, capitals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FIRST, LAST, N_FINALS = ord("가"), ord("힣"), 28
FINAL_RIEUL = 8  # ㄹ
MOST_WORDS = 300_000  # the commonest, that are looked at
N_STEMS, N_FORMS = 4, 6  # examples
LEAST_STEM = 2  # syllables: of one, chance alone finds most
# Particles by what goes before them. 로 follows a vowel or ㄹ, 으로 any other consonant.
AFTER_CONSONANT = (
    "은",
    "이",
    "을",
    "과",
    "으로",
    "이나",
    "이라",
    "이란",
    "이랑",
    "으로서",
    "으로써",
)
AFTER_VOWEL = ("는", "가", "를", "와", "로", "나", "라", "란", "랑", "로서", "로써")
AFTER_ANY = (
    "의", "에", "에서", "에게", "에게서", "에는", "에도", "도", "만", "까지", "부터", "처럼",
    "보다", "마다", "조차", "밖에", "께서", "한테", "하고", "들", "들이", "들은", "들을", "들의",
)  # fmt: skip
PARTICLES = frozenset((*AFTER_CONSONANT, *AFTER_VOWEL, *AFTER_ANY))
LONGEST = max(map(len, PARTICLES))


@dataclass(frozen=True)
class Glued:
    """Korean words that are another word of the text with a particle behind it.

    Attributes
    ----------
    n_looked_at : int
        The commonest Hangul words, of which the others are.
    n_types, n_once : int
        How many words are, and how many of them are seen once.
    n_tokens : int
        How often all of them come.
    stems : list of (str, list of (str, int))
        Examples: a word, and its forms with their counts, the commonest first.
    """

    n_looked_at: int
    n_types: int
    n_once: int
    n_tokens: int
    stems: list[tuple[str, list[tuple[str, int]]]]


def glued_particles(words: Sequence[str], counts: NDArray[np.int64]) -> Glued:
    """Find Korean words that are another one with a particle.

    Parameters
    ----------
    words : sequence of str
        Distinct, by falling count.
    counts : array of int64
    """
    count_of = {
        word: count
        for word, count in zip(words[:MOST_WORDS], counts[:MOST_WORDS].tolist(), strict=True)
        if FIRST <= ord(word[-1]) <= LAST
    }
    forms_of: dict[str, list[str]] = {}
    for word in count_of:
        stem = _stem_of(word, count_of)
        if stem is not None:
            forms_of.setdefault(stem, []).append(word)
    glued = [count_of[form] for forms in forms_of.values() for form in forms]
    most = sorted(forms_of, key=lambda stem: (-len(forms_of[stem]), -count_of[stem]))[:N_STEMS]
    examples = [
        (stem, [(word, count_of[word]) for word in [stem, *forms_of[stem]][:N_FORMS]])
        for stem in most
    ]
    return Glued(len(count_of), len(glued), glued.count(1), sum(glued), examples)


def _stem_of(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that is left of a word without its particle, the longest particle."""
    for n in range(min(LONGEST, len(word) - LEAST_STEM), 0, -1):
        stem, particle = word[:-n], word[-n:]
        if particle in PARTICLES and stem in known and _fits(stem[-1], particle):
            return stem
    return None


def _fits(last: str, particle: str) -> bool:
    """Tell whether a particle can stand after a syllable.

    >>> _fits("집", "은"), _fits("집", "는"), _fits("서울"[-1], "로")
    (True, False, True)
    """
    if not FIRST <= ord(last) <= LAST:
        return False
    final = (ord(last) - FIRST) % N_FINALS
    if particle in AFTER_ANY:
        return True
    if final == FINAL_RIEUL and particle.removeprefix("으").startswith("로"):
        return not particle.startswith("으")
    return particle in (AFTER_VOWEL if final == 0 else AFTER_CONSONANT)


def two_spellings(words: Sequence[str]) -> list[str]:
    """Return the words with capitals that are in the text in small letters too."""
    known = set(words)
    return [word for word in words if (lower := word.lower()) != word and lower in known]
