"""Tables of any number of columns, on pages that are no wider than a terminal.

A table of one name and a few numbers is laid out by `terminal.table_lines`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import click

from w2v.cli.terminal import WIDTH, columns_of, cut, printable

GAP = 2  # between columns
MAX_CELL = 32  # columns of the terminal that one cell may fill
MAX_FIRST = 50  # columns of the terminal that the names of rows may fill, on every page


@dataclass(frozen=True)
class Column:
    """A column as it is printed.

    Attributes
    ----------
    head : tuple of str
        The lines of its head.
    cells : list of str
    is_text : bool
        Text is put on the left, numbers on the right.
    """

    head: tuple[str, ...]
    cells: list[str]
    is_text: bool = False

    @property
    def width(self) -> int:
        """How many columns of a terminal it fills."""
        return max(map(columns_of, [*self.head, *self.cells]), default=0)

    def lines(self, n_head: int) -> list[str]:
        """Return its head, at the foot of so many lines, and its cells, all of one width."""
        texts = [*[""] * (n_head - len(self.head)), *self.head, *self.cells]
        pads = [" " * (self.width - columns_of(text)) for text in texts]
        return [
            text + pad if self.is_text else pad + text
            for text, pad in zip(texts, pads, strict=True)
        ]


def column_of(head: str, cells: Sequence[str], *, is_text: bool = False) -> Column:
    """Make a column of texts from anywhere; the unit, behind a comma, is a line of its own."""
    shown = tuple(cut(printable(line), MAX_CELL) for line in head.split(", "))
    return Column(shown, [cut(printable(cell), MAX_CELL) for cell in cells], is_text)


def pages(first: Sequence[Column], others: Sequence[Column], width: int = WIDTH) -> list[list[str]]:
    """Lay a table out, on as many pages below each other as it takes to be no wider than `width`.

    Parameters
    ----------
    first : sequence of Column, one or more
        Stand on every page; if they leave little room beside them, only the first of them does.
    others : sequence of Column

    Returns
    -------
    list of lists of lines
    """
    first, others = list(first), list(others)
    if _width(first) > MAX_FIRST and _width([*first, *others]) > width:
        first, others = first[:1], first[1:] + others
    found: list[list[Column]] = [[*first]]
    for column in others:
        if len(found[-1]) > len(first) and _width([*found[-1], column]) > width:
            found.append([*first])
        found[-1].append(column)
    return [_page(columns) for columns in found]


def _width(columns: Sequence[Column]) -> int:
    """Return how wide some columns are beside each other."""
    return sum(column.width + GAP for column in columns) - GAP


def _page(columns: Sequence[Column]) -> list[str]:
    """Put columns beside each other."""
    n_head = max(len(column.head) for column in columns)
    cells = zip(*(column.lines(n_head) for column in columns), strict=True)
    return [(" " * GAP).join(row).rstrip() for row in cells]


def print_pages(found: Sequence[Sequence[str]]) -> None:
    """Print the pages of a table, an empty line between two."""
    for at, lines in enumerate(found):
        click.echo("\n" * (at > 0) + "\n".join(lines))


def cut_left(text: str, columns: int) -> str:
    """Return the end of a text, which tells two paths apart, in at most so many columns.

    >>> cut_left("runs/a-long-sweep/window-2", 12)
    '…ep/window-2'
    """
    if columns_of(text) <= columns:
        return text
    text = text[-columns:]
    while columns_of(text) > columns - 1:
        text = text[1:]
    return f"…{text}"


def print_csv(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print a table as RFC 4180 has it; None is an empty field."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([head, *rows])
    click.echo(text.getvalue().encode("utf-8", "surrogateescape"), nl=False)
