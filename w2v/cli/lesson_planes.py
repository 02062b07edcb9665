"""Points of a plane with their names, drawn with letters; angles are as they are."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from w2v.cli.terminal import columns_of, cut, printable
from w2v.lessons.blocks import Points
from w2v.text.line_breaking import paragraph_lines

N_COLUMNS, N_ROWS = 72, 18
TALLER = 2.0  # a letter of a terminal is about so many times as high as it is wide
EDGE = 16  # columns at both sides for names
MAX_LABEL = 24
POINT, STEP = "o", "·"


def points_lines(block: Points) -> list[str]:
    """Return a plot of points with names, and dots along the arrows."""
    lines = paragraph_lines(block.name) if block.name else []
    if not len(block.labels):
        return lines
    grid = [[" "] * N_COLUMNS for _ in range(N_ROWS)]
    cells = _cells(np.asarray(block.places, np.float64))
    for begin, end in block.arrows:
        for row, column in _between(cells[begin], cells[end]):
            grid[row][column] = STEP
    for row, column in cells:
        grid[row][column] = POINT
    for (row, column), label in zip(cells, block.labels, strict=True):
        _write(grid, row, column, cut(printable(label), MAX_LABEL))
    drawn = ["".join(row).rstrip() for row in grid]
    used = [row for row, line in enumerate(drawn) if line]
    return lines + drawn[used[0] : used[-1] + 1]


def _cells(places: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Return the row and the column of each point; one unit is as long in both directions."""
    largest = float(np.abs(places).max()) or 1.0
    places = places / largest  # no number overflows
    low, high = places.min(axis=0), places.max(axis=0)
    width, height = (high - low).tolist()
    per_column = max(width / (N_COLUMNS - 2 * EDGE - 1), height / TALLER / (N_ROWS - 1)) or 1.0
    middle = (low + high) / 2
    columns = np.rint(N_COLUMNS / 2 + (places[:, 0] - middle[0]) / per_column).astype(int)
    rows = np.rint((N_ROWS - 1) / 2 - (places[:, 1] - middle[1]) / per_column / TALLER).astype(int)
    return list(zip(rows.tolist(), columns.tolist(), strict=True))


def _between(begin: tuple[int, int], end: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Yield the cells on the way from one point to another."""
    n_steps = max(abs(begin[0] - end[0]), abs(begin[1] - end[1]))
    for step in range(1, n_steps):
        share = step / n_steps
        yield (
            round(begin[0] + share * (end[0] - begin[0])),
            round(begin[1] + share * (end[1] - begin[1])),
        )


def _write(grid: list[list[str]], row: int, column: int, label: str) -> None:
    """Write a name beside its point, where there is room; else nowhere."""
    width = columns_of(label)
    middle = column - width // 2
    spots = [(row, column + 2), (row, column - 1 - width), (row + 1, middle), (row - 1, middle)]
    for at, left in [*spots, (row + 1, column + 2), (row - 1, column + 2)]:
        if not (0 <= at < N_ROWS and left >= 0 and left + width <= N_COLUMNS):
            continue
        if all(cell == " " for cell in grid[at][max(0, left - 1) : left + width + 1]):
            grid[at][left : left + width] = [label, *[""] * (width - 1)]
            return
