"""How wide a text is on a terminal, and its beginning where it is too wide."""

from __future__ import annotations

import unicodedata


def columns_of(text: str) -> int:
    """Return how many columns of a terminal a text fills: a letter of 中文 or 한국어 fills two.

    >>> columns_of("eval"), columns_of("평가")
    (4, 4)
    """
    return sum(
        0
        if unicodedata.category(letter) in ("Mn", "Me", "Cf")  # marks, and what shows nothing
        else 1 + (unicodedata.east_asian_width(letter) in "WF")
        for letter in unicodedata.normalize("NFC", text)
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
