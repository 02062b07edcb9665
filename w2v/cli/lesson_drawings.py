"""Bars and curves of a lesson, drawn with letters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from w2v.cli.lesson_tables import left_of, marked
from w2v.cli.terminal import WIDTH, columns_of, cut, printable
from w2v.lessons.blocks import Bars, Curve
from w2v.lessons.numbers import apart, bar_shares, number_text
from w2v.text.line_breaking import paragraph_lines

EIGHTHS = " ▏▎▍▌▋▊▉"  # of a column that a bar fills
FILLS = "█▒░▓"  # of the series, one after the other
POINTS = "o+x*"
TOGETHER = "#"  # where points of two series lie
MAX_LABEL, MAX_UNIT = 24, 13
PLOT_WIDTH, PLOT_HEIGHT = 60, 14


def bars_lines(block: Bars) -> list[str]:
    """Return a line for each bar: its label, the bar, its number."""
    unit = cut(printable(block.unit), MAX_UNIT)
    numbers = [
        [f"{number_text(value, block.decimals)}{unit}" for value in values]
        for _, values in block.series
    ]
    labels = [cut(printable(label), MAX_LABEL) for label in block.labels]
    left = max(map(columns_of, labels), default=0) + 2
    right = max((columns_of(text) for texts in numbers for text in texts), default=0)
    room = WIDTH - 2 - left - 1 - right  # before them a mark, between them a space
    lines = paragraph_lines(block.name) if block.name else []
    lines += _legend(FILLS, [name for name, _ in block.series])
    shares = bar_shares(block)
    for at, label in enumerate(labels):
        for number, of_series in enumerate(shares):
            name = left_of("" if number else label, left)
            line = f"{name}{_bar(of_series[at], room, number)} {numbers[number][at]}"
            lines.append(marked(line, at in block.marked, is_first=not number))
    return lines


def _legend(signs: str, names: Sequence[str]) -> Iterator[str]:
    """Yield what stands for which series, if there are a few: on one line if it has room."""
    if len(names) < 2:
        return
    shown = [f"{signs[at % len(signs)]} {printable(name)}" for at, name in enumerate(names)]
    together = "   ".join(shown)
    for line in [together] if columns_of(together) <= WIDTH - 2 else shown:
        yield f"  {cut(line, WIDTH - 2)}"


def _bar(share: float, room: int, number: int) -> str:
    """Return a bar of a share of the room; the first series is drawn to an eighth of a column."""
    if number:
        return FILLS[number % len(FILLS)] * max(round(share * room), int(share > 0))
    whole, part = divmod(max(round(share * room * 8), int(share > 0)), 8)
    return FILLS[0] * whole + (EIGHTHS[part] if part else "")


def curve_lines(block: Curve) -> list[str]:
    """Return a plot of points, with the ends of its axes."""
    lines = paragraph_lines(block.name) if block.name else []
    lines += _legend(POINTS, [name for name, _ in block.series])
    x = _scaled(block.x, block.log[0])
    ys = [_scaled(values, block.log[1]) for _, values in block.series]
    is_point = [np.isfinite(x) & np.isfinite(y) for y in ys]
    if not any(here.any() for here in is_point):
        return lines
    all_x = np.concatenate([x[here] for here in is_point])
    all_y = np.concatenate([y[here] for y, here in zip(ys, is_point, strict=True)])
    grid = [[" "] * PLOT_WIDTH for _ in range(PLOT_HEIGHT)]
    for number, (y, here) in enumerate(zip(ys, is_point, strict=True)):
        columns = _places(x[here], all_x, PLOT_WIDTH)
        rows = _places(y[here], all_y, PLOT_HEIGHT)
        sign = POINTS[number % len(POINTS)]
        for column, row in zip(columns, rows, strict=True):
            there = grid[PLOT_HEIGHT - 1 - row][column]
            grid[PLOT_HEIGHT - 1 - row][column] = sign if there in (" ", sign) else TOGETHER
    return [*lines, *_framed(grid, block, _ends(all_x, block.log[0]), _ends(all_y, block.log[1]))]


def _framed(
    grid: Sequence[Sequence[str]], block: Curve, x_ends: Sequence[str], y_ends: Sequence[str]
) -> Iterator[str]:
    """Yield the lines of a plot with its axes, the names of both, and the numbers at their ends."""
    bottom, top = y_ends
    left = max(len(bottom), len(top))
    at_row = {0: top, PLOT_HEIGHT - 1: bottom if bottom != top else ""}
    yield f"{'':>{left}} {cut(printable(block.y_name), WIDTH - left - 1)}"
    for row, drawn in enumerate(grid):
        yield f"{at_row.get(row, ''):>{left}} |{''.join(drawn)}".rstrip()
    yield f"{'':>{left}} +{'-' * PLOT_WIDTH}"
    first, last = x_ends
    last = last if last != first else ""
    middle = cut(printable(block.x_name), PLOT_WIDTH - len(first) - len(last) - 2)
    space = PLOT_WIDTH - len(first) - len(last) - columns_of(middle)
    before = space // 2
    yield f"{'':>{left}}  {first}{' ' * before}{middle}{' ' * (space - before)}{last}".rstrip()


def _scaled(values: NDArray[np.generic], is_log: bool) -> NDArray[np.float64]:
    """Return numbers as they lie on an axis; what cannot lie there is NaN."""
    numbers = np.asarray(values, np.float64)
    if not is_log:
        return numbers
    return np.log10(np.where(numbers > 0, numbers, np.nan))


def _places(values: NDArray[np.float64], among: NDArray[np.float64], n: int) -> Sequence[int]:
    """Return which of n columns or rows some numbers fall into."""
    largest = float(np.abs(among).max()) or 1.0
    low, high = float(among.min()) / largest, float(among.max()) / largest  # no number overflows
    span = high - low or 1.0
    return [int(place) for place in np.rint((values / largest - low) / span * (n - 1))]


def _ends(values: NDArray[np.float64], is_log: bool) -> list[str]:
    """Write the numbers at both ends of an axis."""
    ends = [float(values.min()), float(values.max())]
    return apart([10.0**end if is_log else end for end in ends])
