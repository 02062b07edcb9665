"""Where lines of English, Korean and Chinese may be broken on a terminal.

English and Korean are broken at spaces only. Chinese may be broken between any two letters, but no
line begins with a closing mark or ends with an opening one. What is still too wide, such as a long
word, is broken where the line is full.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from w2v.text.widths import JOINERS, WIDTH, columns_of, printable

# GB/T 15834-2011, section 5.1.10, and JIS X 4051 say the same of their marks.
NEVER_FIRST = frozenset("，。、；：？！）」』》〉】〕”’·…—～,.;:?!)]}%％")
NEVER_LAST = frozenset("（「『《〈【〔“‘([{")
HANGUL = "HANGUL"


def paragraph_lines(text: str, columns: int = WIDTH) -> list[str]:
    """Break a paragraph into lines that are no wider than so many columns.

    >>> paragraph_lines("中文没有空格，也能换行。", 10)
    ['中文没有空', '格，也能换', '行。']
    >>> paragraph_lines("한국어는 빈칸에서만 바꿉니다", 12)
    ['한국어는', '빈칸에서만', '바꿉니다']
    """
    lines = [""]
    for piece in _pieces(printable(" ".join(text.split()))):
        if columns_of(lines[-1] + piece.rstrip()) <= columns:
            lines[-1] += piece
            continue
        # A word that is wider than a line begins on a line of its own.
        lines += [] if not lines[-1] else [""]
        *full, last = hard_broken(piece, columns)
        lines[-1:] = [*full, last]
    return [line.rstrip() for line in lines]


def whole_or_broken(text: str, columns: int) -> list[str]:
    """Return a text as it is, with all its spaces, if it has room on one line."""
    text = printable(text)
    return [text] if columns_of(text) <= columns else paragraph_lines(text, columns)


def widest_piece(text: str) -> int:
    """Return the columns of the widest part of a text that is not broken unless it must be."""
    return max(columns_of(piece.rstrip()) for piece in _pieces(text))


def hard_broken(text: str, columns: int) -> list[str]:
    """Break a text wherever the line is full, but never between a letter and its marks.

    >>> hard_broken("abcdefgh ", 3)
    ['abc', 'def', 'gh ']
    """
    lines = [""]
    for letter in _letters(text, columns):
        if lines[-1] and columns_of((lines[-1] + letter).rstrip()) > columns:
            lines.append("")
        lines[-1] += letter
    return lines


def _letters(text: str, columns: int) -> Iterator[str]:
    """Cut a text into letters, each with the marks on it and what is joined to it on a line."""
    begin = 0
    for at in range(1, len(text)):
        is_joined = text[at - 1] in JOINERS and not text[at].isspace()
        if columns_of(text[at]) and not (is_joined and columns_of(text[begin : at + 1]) <= columns):
            yield text[begin:at]
            begin = at
    yield text[begin:]


def _pieces(text: str) -> Iterator[str]:
    """Cut a text where a line may be broken; spaces stay at the end of their piece."""
    begin = 0
    in_code = False
    for at in range(1, len(text)):
        before, after = text[at - 1], text[at]
        in_code ^= before == "`"
        if before == " " or (not in_code and _may_break(before, after)):
            yield text[begin:at]
            begin = at
    yield text[begin:]


def _may_break(before: str, after: str) -> bool:
    """Tell whether a line may be broken between two letters without a space."""
    if after == " " or after in NEVER_FIRST or before in NEVER_LAST or not columns_of(after):
        return False
    kinds = _kind(before), _kind(after)
    return "unspaced" in kinds and HANGUL not in kinds


def _kind(letter: str) -> str:
    """Tell whether a letter is Hangul, of a script without spaces, or neither."""
    if unicodedata.east_asian_width(letter) not in ("W", "F"):
        return ""
    return HANGUL if unicodedata.name(letter, "").startswith(HANGUL) else "unspaced"
