"""Texts of the user's that must fit a line: made visible, cut, or broken, by columns."""

from __future__ import annotations

import re
import unicodedata

# What may be moved to the next line as one: letters without spaces between them, or a wide one.
# Korean has spaces.
WIDE = r"\u2e80-\ua4cf\uf900-\ufaff\ufe30-\uffef"
PIECES = re.compile(
    rf"[^\s{WIDE}]+[，。、；：？！）」』》]*\s*|[{WIDE}][，。、；：？！）」』》]*\s*|\s+"
)


def columns_of(text: str) -> int:
    """Return how many columns a text fills; a letter of 中文 or 한국어 fills two."""
    return sum(1 + (unicodedata.east_asian_width(letter) in "WF") for letter in text)


def visible(text: str) -> str:
    r"""Return a text whose letters can all be seen; others are written as their codes.

    >>> visible("a\x00b"), visible("소설")
    ('a\\x00b', '소설')
    """
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii")
        for letter in text
    )


def cut(text: str, columns: int) -> str:
    """Return a text that fills at most so many columns.

    >>> cut("capitals", 6), cut("수도", 3)
    ('capit…', '수…')
    """
    if columns_of(text) <= columns:
        return text
    text = text[:columns]
    while columns_of(text) > columns - 1:
        text = text[:-1]
    return f"{text}…"


def broken(text: str, columns: int) -> list[str]:
    """Break a text into lines: at spaces, and between wide letters."""
    lines = [""]
    for piece in PIECES.findall(" ".join(text.split())):
        if lines[-1] and columns_of((lines[-1] + piece).rstrip()) > columns:
            lines.append("")
        lines[-1] += piece
    return [line.strip() for line in lines]
