"""What the lessons of `learn` share in telling: paragraphs, and words that fit into them."""

from __future__ import annotations

from typing import Any

from w2v.lessons.blocks import Text
from w2v.lessons.wording import Wording

MAX_LETTERS = 30  # of a word or a name in a paragraph: a line cannot be broken within it
MORE = "…"


def texts(say: Wording, key: str, **values: Any) -> list[Text]:
    """Return a text as paragraphs."""
    return [Text(part) for part in say.paragraphs(key, **values)]


def short(word: str) -> str:
    """Return a word that fits into a paragraph; a text may hold words of any length.

    >>> short("a" * 100) == "a" * 29 + "…"
    True
    """
    return word if len(word) <= MAX_LETTERS else word[: MAX_LETTERS - 1] + MORE
