"""Bars and curves of a lesson, drawn with letters."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from w2v.cli.terminal import WIDTH, columns_of, cut, printable
from w2v.lessons.blocks import Bars, Curve

EIGHTHS = " ▏▎▍▌▋▊▉"  # of a column that a bar fills
FILLS = "█▒░▓"  # of the series, one after the other
POINTS = "o+x*"
MAX_LABEL = 24
PLOT_WIDTH, PLOT_HEIGHT = 60, 14


def bars_lines(block: Bars) -> list[str]:
    """Return a line for each bar: its label, the bar, its number."""
    numbers = [
        [f"{value:,.{block.decimals}f}{block.unit and ' ' + block.unit}" for value in values]
        for _, values in block.series
    ]
    labels = [cut(printable(label), MAX_LABEL) for label in block.labels]
    left = 2 + max(map(columns_of, labels), default=0) + 2
    right = 1 + max((columns_of(text) for texts in numbers for text in texts), default=0)
    room = WIDTH - left - right
    top = max((float(np.max(values)) for _, values in block.series if len(values)), default=0.0)
    lines = [printable(block.name)] if block.name else []
    if len(block.series) > 1:
        legend = (f"{FILLS[at]} {printable(name)}" for at, (name, _) in enumerate(block.series))
        lines.append("  " + "   ".join(legend))
    for at, label in enumerate(labels):
        for number, (_, values) in enumerate(block.series):
            mark = "> " if at in block.marked else "  "
            shown = f"{mark}{label}" if number == 0 else ""
            bar = _bar(float(values[at]) / top if top > 0 else 0.0, room, number)
            pad = " " * (left - columns_of(shown))
            lines.append(f"{shown}{pad}{bar} {numbers[number][at]}".rstrip())
    return lines


def _bar(share: float, room: int, number: int) -> str:
    """Return a bar of a share of the room; the first series is drawn to an eighth of a column."""
    if number:
        return FILLS[number] * max(round(share * room), int(share > 0))
    whole, part = divmod(max(round(share * room * 8), int(share > 0)), 8)
    return FILLS[0] * whole + (EIGHTHS[part] if part else "")


def curve_lines(block: Curve) -> list[str]:
    """Return a plot of points, with the ends of its axes."""
    x = _scaled(block.x, block.log[0])
    ys = [_scaled(values, block.log[1]) for _, values in block.series]
    is_point = [np.isfinite(x) & np.isfinite(y) for y in ys]
    lines = [printable(block.name)] if block.name else []
    if len(block.series) > 1:
        legend = (f"{POINTS[at]} {printable(name)}" for at, (name, _) in enumerate(block.series))
        lines.append("  " + "   ".join(legend))
    if not any(here.any() for here in is_point):
        return lines
    all_y = np.concatenate([y[here] for y, here in zip(ys, is_point, strict=True)])
    all_x = np.concatenate([x[here] for here in is_point])
    grid = [[" "] * PLOT_WIDTH for _ in range(PLOT_HEIGHT)]
    for number, (y, here) in enumerate(zip(ys, is_point, strict=True)):
        columns = _places(x[here], all_x, PLOT_WIDTH)
        rows = _places(y[here], all_y, PLOT_HEIGHT)
        for column, row in zip(columns, rows, strict=True):
            grid[PLOT_HEIGHT - 1 - row][column] = POINTS[number]
    bottom, top = (_end(value, block.log[1]) for value in (all_y.min(), all_y.max()))
    first, last = (_end(value, block.log[0]) for value in (all_x.min(), all_x.max()))
    left = max(len(bottom), len(top))
    ends = {0: top, PLOT_HEIGHT - 1: bottom}
    lines.append(f"{'':>{left}} {printable(block.y_name)}")
    for at, drawn in enumerate(grid):
        lines.append(f"{ends.get(at, ''):>{left}} |{''.join(drawn)}".rstrip())
    lines.append(f"{'':>{left}} +{'-' * PLOT_WIDTH}")
    middle = cut(printable(block.x_name), PLOT_WIDTH - len(first) - len(last) - 2)
    space = PLOT_WIDTH - len(first) - len(last) - columns_of(middle)
    before = space // 2
    lines.append(f"{'':>{left}}  {first}{' ' * before}{middle}{' ' * (space - before)}{last}")
    return lines


def _scaled(values: NDArray[np.generic], is_log: bool) -> NDArray[np.float64]:
    """Return numbers as they lie on an axis; what cannot lie there is NaN."""
    numbers = np.asarray(values, np.float64)
    if not is_log:
        return numbers
    return np.log10(np.where(numbers > 0, numbers, np.nan))


def _places(values: NDArray[np.float64], among: NDArray[np.float64], n: int) -> Sequence[int]:
    """Return which of n columns or rows some numbers fall into."""
    low, high = float(among.min()), float(among.max())
    span = high - low or 1.0
    return [int(place) for place in np.rint((values - low) / span * (n - 1))]


def _end(value: float, is_log: bool) -> str:
    """Write a number at the end of an axis."""
    number = 10.0**value if is_log else float(value)
    digits = max(0, 2 - math.floor(math.log10(abs(number)))) if 0 < abs(number) < 100 else 0
    return f"{number:,.{min(digits, 6)}f}"
