"""Texts on a terminal: what they show there, how wide they are, and their beginnings."""

from __future__ import annotations

import unicodedata

JOINERS = "\u200c\u200d"  # zero-width
WIDTH = 80  # columns of a terminal; longer lines are broken or cut


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


def printable(text: str) -> str:
    """Return text that does nothing but show itself, on any terminal.

    Bytes that were no UTF-8, which words and file names keep as lone surrogates, are shown as
    \\xe9, and what would move the cursor or change colors as its code. Joiners stay: they are
    part of Persian and Sinhala words.

    >>> printable("caf\\udce9")
    'caf\\\\xe9'
    """
    return "".join(
        letter if letter.isprintable() or letter in JOINERS else _escaped(letter) for letter in text
    )


def _escaped(letter: str) -> str:
    """Write a character as the byte that it stands for, or by its code."""
    code = ord(letter)
    if 0xDC80 <= code <= 0xDCFF:
        code -= 0xDC00
    return (
        f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 1 << 16 else f"\\U{code:08x}"
    )
