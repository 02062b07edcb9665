"""What the lessons of `w2v learn` are put together with: steps of texts and blocks, and times."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from w2v.lessons.blocks import Block, Step, Text
from w2v.lessons.wording import Wording

MAX_LETTERS = 30  # of a word or a name in a paragraph: a line cannot be broken within it
MORE = "…"


def texts(say: Wording, key: str, **values: Any) -> tuple[Text, ...]:
    """Return the paragraphs of a text as blocks."""
    return tuple(Text(part) for part in say.paragraphs(key, **values))


def short(word: str) -> str:
    """Return a word that fits into a paragraph; a text may hold words of any length.

    >>> short("a" * 100) == "a" * 29 + "…"
    True
    """
    return word if len(word) <= MAX_LETTERS else word[: MAX_LETTERS - 1] + MORE


def step(say: Wording, key: str, *blocks: Block, **values: Any) -> Step:
    """Return the step of a key: its title, then its text, then blocks.

    Parameters
    ----------
    say : Wording
        Has the texts KEY and KEY_title.
    key : str
    blocks : Block
    values
        What the text is filled in with.
    """
    return Step(key, say(f"{key}_title"), (*texts(say, key, **values), *blocks))


def seconds_of(call: Callable[[], object], budget: float) -> float:
    """Return the shortest time of a call, of as many calls as a budget has room for.

    The shortest: whatever else the machine does makes a call longer and none shorter.

    Parameters
    ----------
    call : callable
        It is called at least twice, since the first time memory is new.
    budget : float
        In seconds.
    """
    call()
    shortest, begin = float("inf"), time.perf_counter()
    while True:
        before = time.perf_counter()
        call()
        after = time.perf_counter()
        shortest = min(shortest, after - before)
        if after - begin >= budget:
            return shortest
