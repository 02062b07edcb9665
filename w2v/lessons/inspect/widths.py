"""Texts of the user's that must fit a line: made visible, or broken into lines."""

from __future__ import annotations

import re

from w2v.text.widths import columns_of

# What may be moved to the next line as one: letters without spaces between them, or a wide one.
# Korean has spaces.
WIDE = r"\u2e80-\ua4cf\uf900-\ufaff\ufe30-\uffef"
PIECES = re.compile(
    rf"[^\s{WIDE}]+[，。、；：？！）」』》]*\s*|[{WIDE}][，。、；：？！）」』》]*\s*|\s+"
)


def visible(text: str) -> str:
    r"""Return a text whose letters can all be seen; others are written as their codes.

    >>> visible("a\x00b"), visible("소설")
    ('a\\x00b', '소설')
    """
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii")
        for letter in text
    )


def broken(text: str, columns: int) -> list[str]:
    """Break a text into lines: at spaces, and between wide letters."""
    lines = [""]
    for piece in PIECES.findall(" ".join(text.split())):
        if lines[-1] and columns_of((lines[-1] + piece).rstrip()) > columns:
            lines.append("")
        lines[-1] += piece
    return [line.strip() for line in lines]
