"""Matrices and tables of a lesson, with letters: numbers are never cut, sentences go on below."""

from __future__ import annotations

from collections.abc import Sequence

import click

from w2v.cli.terminal import WIDTH, columns_of, cut, printable
from w2v.lessons.blocks import Matrix, Table
from w2v.lessons.numbers import cell_text, number_columns, number_text
from w2v.text.line_breaking import paragraph_lines, whole_or_broken, widest_piece

INDENT = "  "
MARK = "> "  # before a row that is pointed at
GAP = 2  # columns between two numbers
MAX_NAME, MAX_HEAD = 26, 16  # columns that the name of a row, of a column may fill
MORE = "…"  # stands for the columns that have no room
# A column of text is at least so wide, if it needs it: shorter lines are hard to read. A word that
# is longer than the second is broken.
LEAST_TEXT, LONGEST_WORD = 12, 28
ROOM = WIDTH - len(MARK)


def matrix_lines(block: Matrix) -> list[str]:
    """Return a line for each row; columns that have no room are left out, and `…` says so."""
    names = [cut(printable(name), MAX_NAME) for name in block.rows]
    heads = [cut(printable(head), MAX_HEAD) for head in block.columns]
    cells = [
        [number_text(value, block.decimals, commas=False) for value in row] for row in block.values
    ]
    left = max(map(columns_of, names), default=0)
    widths = _widths(heads, cells, block.values.shape[1])
    n_shown = len(widths)
    if left + sum(widths) > ROOM:
        room = ROOM - GAP - len(MORE)
        n_shown = max(n for n in range(len(widths)) if left + sum(widths[:n]) <= room)
    more = f"{' ' * GAP}{MORE}" if n_shown < len(widths) else ""

    def line_of(name: str, texts: Sequence[str]) -> str:
        shown = zip(texts[:n_shown], widths[:n_shown], strict=True)
        return left_of(name, left) + "".join(right(text, width) for text, width in shown) + more

    title = INDENT.join(filter(None, (block.name, block.shape)))
    lines = whole_or_broken(title, WIDTH) if title else []
    if heads:
        lines.append(" " * len(MARK) + line_of("", heads))
    for at, (name, row) in enumerate(zip(names, cells, strict=True)):
        lines.append(marked(line_of(name, row).rstrip(), at in block.marked))
    return lines


def _widths(heads: Sequence[str], cells: Sequence[Sequence[str]], n_columns: int) -> list[int]:
    """Return the width of each column with the gap before it: all alike, unless they have heads."""
    widest = max((columns_of(cell) for row in cells for cell in row), default=1)
    return [GAP + max(widest, columns_of(head)) for head in heads or [""] * n_columns]


def table_lines(block: Table) -> list[str]:
    """Return the lines of a table; columns that have no room beside the others follow below."""
    rows = [[printable(cell_text(cell, block.decimals)) for cell in row] for row in block.rows]
    heads = [printable(head) for head in block.columns]
    is_number = number_columns(block)
    columns = [[head, *(row[at] for row in rows)] for at, head in enumerate(heads)]
    least = [_least(column, number) for column, number in zip(columns, is_number, strict=True)]
    lines = paragraph_lines(block.name) if block.name else []
    for number, part in enumerate(_parts(least)):
        natural = [max(map(columns_of, columns[at])) for at in part]
        widths = _fitted(natural, [least[at] for at in part])
        numbers = [is_number[at] for at in part]
        lines += [""] if number else []
        shown = _row_lines([heads[at] for at in part], widths, numbers, at_bottom=True)
        lines += [click.style(f"{' ' * len(MARK)}{line}", bold=True) for line in shown]
        for at, row in enumerate(rows):
            first, *below = _row_lines([row[column] for column in part], widths, numbers)
            lines.append(marked(first, at in block.marked))
            lines += [marked(line, at in block.marked, is_first=False) for line in below]
    return lines


def _least(column: Sequence[str], is_number: bool) -> int:
    """Return how narrow a column may be: numbers are not broken, words only if they are long."""
    texts = column[:1] if is_number else column
    least = min(max(map(widest_piece, texts)), LONGEST_WORD)
    if is_number:
        return max([least, *map(columns_of, column[1:])])
    return max(least, min(LEAST_TEXT, max(map(columns_of, column))))


def _parts(least: Sequence[int]) -> list[list[int]]:
    """Tell which columns stand beside each other; the first one begins each part."""
    parts = [[0]] if least else []
    for at in range(1, len(least)):
        together = [*parts[-1], at]
        if sum(least[one] for one in together) + GAP * (len(together) - 1) > ROOM:
            parts.append([0])
        parts[-1].append(at)
    return parts


def _fitted(natural: Sequence[int], least: Sequence[int]) -> list[int]:
    """Make the widest column narrower, until all columns have room beside each other."""
    widths = [max(few, min(width, ROOM)) for width, few in zip(natural, least, strict=True)]
    room = ROOM - GAP * (len(widths) - 1)
    while sum(widths) > room:
        wide = [at for at, few in enumerate(least) if widths[at] > few]
        widths[max(wide, key=lambda at: widths[at])] -= 1
    return widths


def _row_lines(
    row: Sequence[str], widths: Sequence[int], is_number: Sequence[bool], at_bottom: bool = False
) -> list[str]:
    """Return the lines of a row, whose cells may have several."""
    cells = [whole_or_broken(text, width) for text, width in zip(row, widths, strict=True)]
    height = max(map(len, cells), default=0)
    full = [
        [""] * (height - len(cell)) + cell if at_bottom else cell + [""] * (height - len(cell))
        for cell in cells
    ]
    return [
        (" " * GAP)
        .join(
            right(text, width) if number else left_of(text, width)
            for text, width, number in zip(texts, widths, is_number, strict=True)
        )
        .rstrip()
        for texts in zip(*full, strict=True)
    ]


def marked(line: str, is_marked: bool, is_first: bool = True) -> str:
    """Return a line of a row; before the first one is a mark, if the row is pointed at."""
    before = MARK if is_marked and is_first else " " * len(MARK)
    return click.style(f"{before}{line}", bold=True) if is_marked else f"{before}{line}".rstrip()


def left_of(text: str, width: int) -> str:
    """Return a text with spaces behind it."""
    return text + " " * (width - columns_of(text))


def right(text: str, width: int) -> str:
    """Return a text with spaces before it."""
    return " " * (width - columns_of(text)) + text
