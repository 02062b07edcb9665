"""A lesson on the terminal: its steps one below the other, 80 columns wide."""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterator, Sequence

import click
import numpy as np

from w2v.cli.lesson_drawings import bars_lines, curve_lines
from w2v.cli.terminal import WIDTH, columns_of, cut, printable
from w2v.lessons.blocks import (
    Bars,
    Block,
    Cell,
    Curve,
    Lesson,
    Lines,
    Matrix,
    Table,
    Text,
    Verdict,
)
from w2v.lessons.wording import Wording

INDENT = "  "
MARK = "> "  # before a row that is pointed at
GAP = 2  # columns between two numbers
MAX_NAME = 26  # columns that the name of a row may fill
MORE = "…"  # stands for the columns that have no room
# What is written without spaces may be broken between any two letters, but not before or after
# these. GB/T 15834-2011, section 5.1.10, and JIS X 4051 say the same of their marks.
UNSPACED = ("CJK", "HIRAGANA", "KATAKANA")
NEVER_FIRST = frozenset("，。、；：？！）」』》〉】”’·…—,.;:?!)]}%")
NEVER_LAST = frozenset("（「『《〈【“‘([{")


def print_lesson(lesson: Lesson, *, with_answer: bool = False) -> None:
    """Print a lesson, its question, and its answer if it is asked for."""
    for line in lesson_lines(lesson, with_answer=with_answer):
        click.echo(line)


def print_answer(lesson: Lesson) -> None:
    """Print the question of a lesson and its answer, and no more."""
    for line in _question_lines(lesson, with_answer=True):
        click.echo(line)


def lesson_lines(lesson: Lesson, *, with_answer: bool) -> Iterator[str]:
    """Yield the lines of a lesson."""
    title = printable(lesson.title)
    yield click.style(title, bold=True)
    yield "=" * min(columns_of(title), WIDTH)
    for number, step in enumerate(lesson.steps, 1):
        yield ""
        yield from _heading(f"{number}. {step.title}")
        yield from block_lines(step.blocks)
    yield from _question_lines(lesson, with_answer=with_answer)


def _question_lines(lesson: Lesson, *, with_answer: bool) -> Iterator[str]:
    """Yield the question that a lesson ends with, if there is one."""
    if not lesson.question:
        return
    say = Wording(lesson.language, "common")
    yield ""
    yield from _heading(say("question"))
    yield from block_lines([Text(part) for part in lesson.question.split("\n\n")])
    yield ""
    if with_answer:
        yield from _heading(say("answer"))
        yield from block_lines(lesson.answer)
    else:
        command = f"w2v {lesson.command} {lesson.topic} --answer"
        yield from paragraph_lines(say("answer_with", command=command))


def _heading(text: str) -> Iterator[str]:
    """Yield a heading and the line under it."""
    text = printable(text)
    yield click.style(text, bold=True)
    yield "-" * min(columns_of(text), WIDTH)


def block_lines(blocks: Sequence[Block]) -> Iterator[str]:
    """Yield the lines of blocks, an empty line between two."""
    for at, block in enumerate(blocks):
        if at:
            yield ""
        yield from _lines_of(block)


@functools.singledispatch
def _lines_of(block: object) -> Sequence[str]:
    """Return the lines of a block."""
    raise TypeError(f"no block: {block!r}")


@_lines_of.register
def _(block: Text) -> Sequence[str]:
    return paragraph_lines(block.text)


@_lines_of.register
def _(block: Lines) -> Sequence[str]:
    return [f"{INDENT}{INDENT}{printable(line)}".rstrip() for line in block.lines]


@_lines_of.register
def _(block: Verdict) -> Sequence[str]:
    first, *others = paragraph_lines(printable(block.text))
    return [click.style(first, fg="green" if block.is_good else "red", bold=True), *others]


@_lines_of.register
def _(block: Bars) -> Sequence[str]:
    return bars_lines(block)


@_lines_of.register
def _(block: Curve) -> Sequence[str]:
    return curve_lines(block)


@_lines_of.register
def _(block: Matrix) -> Sequence[str]:
    names = [cut(printable(name), MAX_NAME) for name in block.rows]
    left = max(map(columns_of, names), default=0) + len(MARK)
    cells = [[number_text(value, block.decimals) for value in row] for row in block.values]
    heads = [cut(printable(head), MAX_NAME) for head in block.columns]
    width = max(map(columns_of, [*heads, *(cell for row in cells for cell in row)]), default=1)
    n_columns = block.values.shape[1]
    n_shown = n_columns
    if left + n_columns * (width + GAP) > WIDTH:
        n_shown = max(1, (WIDTH - left - GAP - len(MORE)) // (width + GAP))
    more = f"{' ' * GAP}{MORE}" if n_shown < n_columns else ""

    def row_of(texts: Sequence[str]) -> str:
        return "".join(right(text, width + GAP) for text in texts[:n_shown]) + more

    shape = f"{INDENT}{block.shape}" if block.shape else ""
    lines = [printable(f"{block.name}{shape}")] if block.name or shape else []
    if heads:
        lines.append(" " * left + row_of(heads))
    for at, (name, row) in enumerate(zip(names, cells, strict=True)):
        lines.append(marked(left_of(name, left - len(MARK)) + row_of(row), at in block.marked))
    return lines


@_lines_of.register
def _(block: Table) -> Sequence[str]:
    texts = [[cell_text(cell, block.decimals) for cell in row] for row in block.rows]
    is_number = [
        all(isinstance(row[at], (int, float, type(None))) for row in block.rows)
        for at in range(len(block.columns))
    ]
    heads = [printable(head) for head in block.columns]
    widths = [max(map(columns_of, column)) for column in zip(heads, *texts, strict=True)]
    widths = _fitted(widths, is_number)

    def line_of(row: Sequence[str]) -> str:
        shown = [
            right(cut(text, width), width) if number else left_of(cut(text, width), width)
            for text, width, number in zip(row, widths, is_number, strict=True)
        ]
        return (" " * GAP).join(shown).rstrip()

    lines = paragraph_lines(block.name) if block.name else []
    lines.append(click.style(f"{' ' * len(MARK)}{line_of(heads)}", bold=True))
    return lines + [marked(line_of(row), at in block.marked) for at, row in enumerate(texts)]


def _fitted(widths: Sequence[int], is_number: Sequence[bool]) -> list[int]:
    """Make the widest column of text narrower, until all columns have room beside each other."""
    widths = list(widths)
    room = WIDTH - len(MARK) - GAP * (len(widths) - 1)
    while sum(widths) > room:
        of_text = [at for at, number in enumerate(is_number) if not number] or range(len(widths))
        widest = max(of_text, key=lambda at: widths[at])
        if widths[widest] <= 1:
            break
        widths[widest] -= 1
    return widths


def marked(line: str, is_marked: bool) -> str:
    """Return a row with a mark before it, if it is pointed at."""
    if is_marked:
        return click.style(f"{MARK}{line}", bold=True)
    return f"{' ' * len(MARK)}{line}"


def number_text(value: np.generic, decimals: int) -> str:
    """Write a number of a matrix; -0.0 is 0.0."""
    if np.issubdtype(value.dtype, np.floating):
        return f"{round(float(value), decimals) + 0.0:.{decimals}f}"
    return f"{value.item():,}" if np.issubdtype(value.dtype, np.integer) else str(value)


def cell_text(cell: Cell, decimals: int) -> str:
    """Write a cell of a table."""
    if cell is None:
        return ""
    if isinstance(cell, float):
        return f"{round(cell, decimals) + 0.0:,.{decimals}f}"
    return f"{cell:,}" if isinstance(cell, int) else printable(cell)


def left_of(text: str, width: int) -> str:
    """Return a text with spaces behind it."""
    return text + " " * (width - columns_of(text))


def right(text: str, width: int) -> str:
    """Return a text with spaces before it."""
    return " " * (width - columns_of(text)) + text


def paragraph_lines(text: str, columns: int = WIDTH) -> list[str]:
    """Break a paragraph into lines: at spaces, and between letters that are written without.

    >>> paragraph_lines("中文没有空格，也能换行。", 10)
    ['中文没有空', '格，也能换', '行。']
    """
    lines = [""]
    for piece in _pieces(printable(" ".join(text.split()))):
        if lines[-1] and columns_of(lines[-1] + piece.rstrip()) > columns:
            lines[-1] = lines[-1].rstrip()
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    lines[-1] = lines[-1].rstrip()
    return lines


def _pieces(text: str) -> Iterator[str]:
    """Cut a text where a line may be broken; spaces stay at the end of their piece."""
    begin = 0
    in_code = False
    for at in range(1, len(text)):
        before, after = text[at - 1], text[at]
        in_code ^= before == "`"
        is_break = before == " " or (
            not in_code
            and (_is_unspaced(before) or _is_unspaced(after))
            and after not in NEVER_FIRST
            and after != " "
            and before not in NEVER_LAST
        )
        if is_break:
            yield text[begin:at]
            begin = at
    yield text[begin:]


def _is_unspaced(letter: str) -> bool:
    """Tell whether a letter, or a full-width mark, is of a script without spaces."""
    if letter.isascii():
        return False
    return unicodedata.name(letter, "").startswith(UNSPACED) or letter in NEVER_FIRST | NEVER_LAST
