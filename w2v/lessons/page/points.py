"""Points of a plane with their names, drawn as SVG: one unit is as long in both directions."""

from __future__ import annotations

from collections.abc import Iterator
from unicodedata import east_asian_width

import numpy as np
from numpy.typing import NDArray

from w2v.lessons.blocks import Points
from w2v.lessons.numbers import short_number
from w2v.lessons.page.texts import text_html
from w2v.webpage.writing import escaped

WIDTH, HEIGHT = 480.0, 320.0
SIDE, EDGE = 90.0, 30.0  # around the points, for names
RADIUS = 5.0
HEAD = 10.0  # of an arrow, its length
LETTER, HALF_LINE = 6.5, 8.0  # about how wide a letter is, and half of how high
MAX_LABEL = 24  # letters
MORE = "…"


def points_html(block: Points) -> str:
    """Return a drawing whose text says where each point lies."""
    caption = f"<figcaption>{text_html(block.name)}</figcaption>" if block.name else ""
    if not len(block.labels):
        return f'<figure class="points">{caption}</figure>'
    numbers = np.asarray(block.places, np.float64)
    places = _places(numbers)
    said = ", ".join(
        f"{label} ({short_number(x)}, {short_number(y)})"
        for label, (x, y) in zip(block.labels, numbers.tolist(), strict=True)
    )
    parts = [_arrow(places[begin], places[end]) for begin, end in block.arrows]
    parts += _named(block, places)
    return (
        f'<figure class="points">{caption}<svg viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" role="img" '
        f'aria-label="{escaped(said)}">{"".join(parts)}</svg></figure>'
    )


def _places(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return where points lie in the drawing, shape (n, 2)."""
    largest = float(np.abs(numbers).max()) or 1.0
    numbers = numbers / largest  # no number overflows
    low, high = numbers.min(axis=0), numbers.max(axis=0)
    room = np.array([WIDTH - 2 * SIDE, HEIGHT - 2 * EDGE])
    per_pixel = float(((high - low) / room).max()) or 1.0
    from_middle = (numbers - (low + high) / 2) / per_pixel
    return np.array([WIDTH / 2, HEIGHT / 2]) + from_middle * [1, -1]


def _arrow(begin: NDArray[np.float64], end: NDArray[np.float64]) -> str:
    """Return an arrow that ends before its point; nothing between two of one place."""
    length = float(np.linalg.norm(end - begin))
    if length < 2 * RADIUS + HEAD:
        return ""
    along = (end - begin) / length
    aside = np.array([-along[1], along[0]]) * HEAD / 3
    tip = end - along * (RADIUS + 1)
    foot = tip - along * HEAD
    (x, y), (x_foot, y_foot) = begin.tolist(), foot.tolist()
    corners = " ".join(f"{px:.1f},{py:.1f}" for px, py in (tip, foot + aside, foot - aside))
    return (
        f'<path class="arrow" d="M{x:.1f},{y:.1f}L{x_foot:.1f},{y_foot:.1f}"/>'
        f'<polygon class="head" points="{corners}"/>'
    )


def _named(block: Points, places: NDArray[np.float64]) -> Iterator[str]:
    """Yield the points, and their names on the side where least is in their way."""
    taken = np.concatenate([places, *(_on_the_way(places, arrow) for arrow in block.arrows)])
    for label, (x, y) in zip(block.labels, places.tolist(), strict=True):
        text = label if len(label) <= MAX_LABEL else label[: MAX_LABEL - 1] + MORE
        width = LETTER * sum(1 + (east_asian_width(letter) in "WF") for letter in text)
        beside = RADIUS + 5 + width / 2
        spots = [(0, -RADIUS - 10), (0, RADIUS + 10), (-beside, 0), (beside, 0)]
        corners = [(x + dx, y + dy) for dx, dy in spots]
        size = np.array([width / 2 + RADIUS, HALF_LINE + RADIUS])  # of what a point must not be in
        n_in_the_way = [(np.abs(taken - corner) < size).all(axis=1).sum() for corner in corners]
        at_x, at_y = corners[int(np.argmin(n_in_the_way))]
        taken = np.concatenate([taken, _of_a_box(at_x, at_y, width)])
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{RADIUS:.0f}"/>'
        yield f'<text class="x" x="{at_x:.1f}" y="{at_y + 4.5:.1f}">{escaped(text)}</text>'


def _on_the_way(places: NDArray[np.float64], arrow: tuple[int, int]) -> NDArray[np.float64]:
    """Return points along an arrow, shape (n, 2)."""
    shares = np.linspace(0, 1, 50)[:, None]
    return places[arrow[0]] + shares * (places[arrow[1]] - places[arrow[0]])


def _of_a_box(x: float, y: float, width: float) -> NDArray[np.float64]:
    """Return points along a name in the drawing, shape (n, 2)."""
    return np.column_stack([x + np.linspace(-width / 2, width / 2, 20), np.full(20, y)])
