"""Curves of a lesson, drawn as SVG: series are told apart by colour, shape and dash."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from w2v.lessons.blocks import Curve
from w2v.lessons.numbers import short_number
from w2v.lessons.page.axes import Axis, axis_of, scaled
from w2v.lessons.page.texts import scroll_box, text_html
from w2v.lessons.wording import Wording
from w2v.webpage.writing import escaped

WIDTH, HEIGHT = 480.0, 300.0  # of the drawing; the page makes it as wide as it has room
TOP, RIGHT, BOTTOM = 28.0, 12.0, 46.0  # around the plot; more on the right for a long tick
DIGIT = 7.4  # how wide one is
SHAPES = (
    "M-4,0a4,4 0 1,0 8,0a4,4 0 1,0 -8,0z",  # a circle
    "M-3.6,-3.6h7.2v7.2h-7.2z",  # a square
    "M0,-5l5,5l-5,5l-5,-5z",  # a diamond
    "M0,-4.8l4.8,8.4h-9.6z",  # a triangle
)
MANY = 30  # points of a series; of more than these only some have a shape
MOST_HINTS = 400  # points of a series that tell their numbers under the mouse
DIGITS = 6  # of the numbers in the table


@dataclass(frozen=True)
class Series:
    """A series that is drawn: x and y are NaN where there is nothing."""

    number: int
    name: str
    x: NDArray[np.float64]
    y: NDArray[np.float64]

    def points(self) -> list[tuple[float, float]]:
        """Return the numbers of the points that are there."""
        here = ~np.isnan(self.x)
        return list(zip(self.x[here].tolist(), self.y[here].tolist(), strict=True))

    @property
    def kind(self) -> int:
        """Which colour, shape and dash it has."""
        return self.number % len(SHAPES)


@dataclass(frozen=True)
class Plot:
    """Where numbers lie in the drawing."""

    x_axis: Axis
    y_axis: Axis
    left: float
    right: float

    def x(self, values: NDArray[np.float64]) -> list[float]:
        """Return how far to the right numbers lie."""
        return (self.left + self.x_axis.shares(values) * (self.right - self.left)).tolist()

    def y(self, values: NDArray[np.float64]) -> list[float]:
        """Return how far down numbers lie."""
        bottom = HEIGHT - BOTTOM
        return (bottom - self.y_axis.shares(values) * (bottom - TOP)).tolist()


def curve_html(block: Curve, say: Wording) -> str:
    """Return a drawing with a legend, and its numbers in a table behind a button."""
    some = [_series(block, at) for at in range(len(block.series))]
    caption = f"<figcaption>{text_html(block.name)}</figcaption>" if block.name else ""
    said = escaped(say("numbers"))
    return (
        f'<figure class="curve">{caption}{_legend(some)}{_drawing(block, some, say)}'
        f"<details><summary>{said}</summary>{_numbers(block, say)}</details></figure>"
    )


def _series(block: Curve, at: int) -> Series:
    """Return one series; what cannot lie on its axes is NaN."""
    name, values = block.series[at]
    x, y = np.asarray(block.x, np.float64), np.asarray(values, np.float64)
    nowhere = np.isnan(scaled(x, block.log[0])) | np.isnan(scaled(y, block.log[1]))
    return Series(at, name, np.where(nowhere, np.nan, x), np.where(nowhere, np.nan, y))


def _legend(some: list[Series]) -> str:
    """Return what the lines are, if there are several."""
    if len(some) < 2:
        return ""
    items = "".join(
        f'<li><svg viewBox="0 0 34 12" class="sample" aria-hidden="true">'
        f'<g class="series-{one.kind}"><path class="line" d="M0,6H34"/>'
        f'<path class="shape" transform="translate(17,6)" d="{SHAPES[one.kind]}"/></g></svg>'
        f"{text_html(one.name)}</li>"
        for one in some
    )
    return f'<ul class="legend">{items}</ul>'


def _drawing(block: Curve, some: list[Series], say: Wording) -> str:
    """Return the drawing; nothing if there is no point."""
    drawn = [one for one in some if one.points()]
    if not drawn:
        return ""
    x_axis = axis_of(np.concatenate([one.x for one in drawn]), block.log[0])
    y_axis = axis_of(np.concatenate([one.y for one in drawn]), block.log[1])
    left = 14 + DIGIT * max(map(len, y_axis.labels()), default=0)
    right = WIDTH - max(RIGHT, DIGIT / 2 * len(x_axis.labels()[-1]) if x_axis.ticks else 0)
    plot = Plot(x_axis, y_axis, left, right)
    parts = [*_frame(block, plot), *(_line(one, plot) for one in drawn)]
    label = "; ".join(_alternative(block, one, say) for one in drawn)
    return (
        f'<svg viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" role="img" '
        f'aria-label="{escaped(label)}">{"".join(parts)}</svg>'
    )


def _frame(block: Curve, plot: Plot) -> Iterator[str]:
    """Yield the axes with their names and ticks."""
    left, right, bottom = plot.left, plot.right, HEIGHT - BOTTOM
    yield f'<text x="4" y="15" class="name">{escaped(block.y_name)}</text>'
    ticks = plot.y(np.array(plot.y_axis.ticks))
    for y, label in zip(ticks, plot.y_axis.labels(), strict=True):
        yield f'<path class="grid" d="M{left:.1f},{y:.1f}H{right:.1f}"/>'
        yield f'<text x="{left - 6:.1f}" y="{y + 4:.1f}" class="y">{label}</text>'
    ticks = plot.x(np.array(plot.x_axis.ticks))
    for x, label in zip(ticks, plot.x_axis.labels(), strict=True):
        yield f'<path class="grid" d="M{x:.1f},{TOP:.1f}V{bottom:.1f}"/>'
        yield f'<text x="{x:.1f}" y="{bottom + 17:.1f}" class="x">{label}</text>'
    yield f'<path class="frame" d="M{left:.1f},{TOP:.1f}V{bottom:.1f}H{right:.1f}"/>'
    place = f'x="{(left + right) / 2:.1f}" y="{HEIGHT - 8:.1f}"'
    yield f'<text {place} class="x name">{escaped(block.x_name)}</text>'


def _line(one: Series, plot: Plot) -> str:
    """Return a line that is broken where there is nothing, its shapes, and its hints."""
    path, is_pen_down = [], False
    for x, y in zip(plot.x(one.x), plot.y(one.y), strict=True):
        if not np.isnan(x):
            path.append(f"{'L' if is_pen_down else 'M'}{x:.1f},{y:.1f}")
        is_pen_down = not np.isnan(x)
    points = one.points()
    places = list(
        zip(
            plot.x(np.array([x for x, _ in points])),
            plot.y(np.array([y for _, y in points])),
            strict=True,
        )
    )
    every = 1 if len(points) <= MANY else len(points) // 10
    shapes = "".join(
        f'<path class="shape" transform="translate({x:.1f},{y:.1f})" d="{SHAPES[one.kind]}"/>'
        for x, y in places[::every]
    )
    hints = "".join(
        f'<circle class="hint" cx="{x:.1f}" cy="{y:.1f}" r="8">'
        f"<title>{escaped(_said(one, *point))}</title></circle>"
        for (x, y), point in list(zip(places, points, strict=True))[:MOST_HINTS]
    )
    return (
        f'<g class="series-{one.kind}"><path class="line" d="{"".join(path)}"/>{shapes}{hints}</g>'
    )


def _said(one: Series, x: float, y: float) -> str:
    """Say the numbers of a point."""
    return f"{one.name} {short_number(x, DIGITS)}, {short_number(y, DIGITS)}".strip()


def _alternative(block: Curve, one: Series, say: Wording) -> str:
    """Say in words where a line goes."""
    (x_first, y_first), *_ = points = one.points()
    x_last, y_last = points[-1]
    numbers = {"x_first": x_first, "y_first": y_first, "x_last": x_last, "y_last": y_last}
    texts = {key: short_number(value) for key, value in numbers.items()}
    return say("curve_said", name=one.name or block.name or block.y_name, **texts)


def _numbers(block: Curve, say: Wording) -> str:
    """Return all numbers as a table."""
    names = [block.x_name, *(name or block.y_name for name, _ in block.series)]
    heads = "".join(f'<th scope="col" class="number">{text_html(name)}</th>' for name in names)
    columns = [block.x, *(values for _, values in block.series)]
    rows = "".join(
        f'<tr><th scope="row" class="number">{_number(row[0])}</th>'
        + "".join(f'<td class="number">{_number(value)}</td>' for value in row[1:])
        + "</tr>"
        for row in zip(*columns, strict=True)
    )
    table = f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    return scroll_box(table, block.name or say("numbers"))


def _number(value: np.generic) -> str:
    """Write a number of the table; nothing for NaN."""
    number = float(value)
    return "" if np.isnan(number) else short_number(number, DIGITS)
