"""Matrices and tables of a lesson as HTML tables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from w2v.lessons.blocks import Cell, Matrix, Table
from w2v.lessons.numbers import cell_text, number_columns, number_text
from w2v.lessons.page.texts import CODE, name_html, pointer, row_attribute, scroll_box, text_html
from w2v.lessons.wording import Wording
from w2v.webpage.writing import escaped


def matrix_html(block: Matrix, say: Wording) -> str:
    """Return a matrix: its cells are tinted by sign and size, and hold their number."""
    depths = _depths(block.values)
    head = ""
    if block.columns:
        cells = "".join(
            f'<th scope="col" class="number">{name_html(name)}</th>' for name in block.columns
        )
        head = f"<thead><tr><td></td>{cells}</tr></thead>"
    rows = []
    for at, (name, values) in enumerate(zip(block.rows, block.values, strict=True)):
        is_marked = at in block.marked
        cells = "".join(
            f"<td{_tint(depth)}>{number_text(value, block.decimals, commas=False)}</td>"
            for value, depth in zip(values, depths[at], strict=True)
        )
        rows.append(
            f'<tr{row_attribute(is_marked)}><th scope="row">{pointer(is_marked, say)}'
            f"{name_html(name)}</th>{cells}</tr>"
        )
    shape = f' <span class="shape">{escaped(block.shape)}</span>' if block.shape else ""
    caption = f"<caption>{_name(block.name)}{shape}</caption>"
    return scroll_box(
        f'<table class="matrix">{caption}{head}<tbody>{"".join(rows)}</tbody></table>',
        f"{block.name} {block.shape}".strip(),
    )


def _name(name: str) -> str:
    """Return the name of a matrix: code as a whole, or where it has `backquotes`."""
    return text_html(name) if CODE.search(name) else f"<code>{escaped(name)}</code>"


def _depths(values: NDArray[np.generic]) -> NDArray[np.float64]:
    """Return the tint of each cell, -100 to 100; 0 for none."""
    numbers = np.asarray(values, np.float64)
    finite = np.where(np.isfinite(numbers), numbers, 0.0)
    largest = float(np.abs(finite).max(initial=0.0)) or 1.0
    return np.rint(100 * (finite / largest)) + 0.0


def _tint(depth: float) -> str:
    """Return the class and the style of a cell."""
    if not depth:
        return ""
    return f' class="{"minus" if depth < 0 else "plus"}" style="--depth:{abs(depth):.0f}"'


def table_html(block: Table, say: Wording) -> str:
    """Return a table; columns of numbers are on the right."""
    is_number = number_columns(block)
    heads = "".join(
        f'<th scope="col"{_number(number)}>{text_html(head)}</th>'
        for head, number in zip(block.columns, is_number, strict=True)
    )
    rows = "".join(
        f"<tr{row_attribute(at in block.marked)}>"
        + _cells(row, is_number, block.decimals, pointer(at in block.marked, say))
        + "</tr>"
        for at, row in enumerate(block.rows)
    )
    caption = f"<caption>{text_html(block.name)}</caption>" if block.name else ""
    label = block.name or say("comma").join(block.columns)
    return scroll_box(
        f"<table>{caption}<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>", label
    )


def _cells(row: Sequence[Cell], is_number: Sequence[bool], decimals: int, before: str) -> str:
    """Return the cells of a row; the first is its head."""
    cells = []
    for at, (cell, number) in enumerate(zip(row, is_number, strict=True)):
        text = cell_text(cell, decimals)
        shown = name_html(text) if isinstance(cell, str) else escaped(text)
        if at == 0:
            cells.append(f'<th scope="row"{_number(number)}>{before}{shown}</th>')
        else:
            cells.append(f"<td{_number(number)}>{shown}</td>")
    return "".join(cells)


def _number(is_number: bool) -> str:
    """Return the class of a cell of a column of numbers."""
    return ' class="number"' if is_number else ""
