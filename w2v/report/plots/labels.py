"""Write words beside points so that no two of them overlap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2v.report.plots.pictures import SMALL, Axes, Theme

LONGEST = 24  # letters of a label
LONGEST_NAME = 32  # of a run in a legend
NOT_SHOWN = "\N{REPLACEMENT CHARACTER}"  # in place of what shows nothing
INVISIBLE = "\u200b\u200c\u200d\u2060\ufe0e\ufe0f\ufeff"  # joiners and marks of width 0
GAP = 3.0  # points between a word and its point
APART = 1.5  # points between two words
# Where a label may be, in the order in which places are tried: (x, y) from the point.
PLACES = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1))
ALIGNED = {-1: ("right", "top"), 0: ("center", "center"), 1: ("left", "bottom")}


def label_of(word: str) -> str:
    """Return a word as it is written in a picture: short, and nothing in it that shows nothing.

    >>> label_of("a" * 30)
    'aaaaaaaaaaaaaaaaaaaaaaa…'
    """
    seen = _seen(word)
    return seen if len(seen) <= LONGEST else f"{seen[: LONGEST - 1]}…"


def _seen(word: str) -> str:
    """Return a word without letters that show nothing."""
    return "".join(
        letter if letter.isprintable() else NOT_SHOWN for letter in word if letter not in INVISIBLE
    )


def legend_label(name: str) -> str:
    """Return the name of a run as it is written in a legend.

    Long names lose their middle, as runs of a sweep begin alike. Matplotlib leaves out those that
    begin with _.

    >>> legend_label("window-10_" * 3 + "lr-0.05_seed-0")
    'window-10_windo…0_lr-0.05_seed-0'
    """
    label = _seen(name)
    if len(label) > LONGEST_NAME:
        half = LONGEST_NAME // 2
        label = f"{label[: half - 1]}…{label[-half:]}"
    return f" {label}" if label.startswith("_") else label


def place_labels(
    axes: Axes,
    points: NDArray[np.float64],
    labels: Sequence[str],
    theme: Theme,
    *,
    size: float = SMALL,
    room: float = 0.0,
    away: NDArray[np.float64] | None = None,
) -> list[str]:
    """Write labels beside points, those that come first before the others, while there is place.

    The layout of the figure is settled by this: nothing that needs room may be drawn afterwards.

    Parameters
    ----------
    axes : Axes
    points : array of float64, shape (N, 2)
        In the data's units.
    labels : sequence of str, N of them
        As `label_of` gives them.
    theme : Theme
    size : float
        Of letters, in points.
    room : float
        Around each point, in points, that no label but its own may touch.
    away : array of float64, shape (N, 2), optional
        The directions in which places are tried first.

    Returns
    -------
    list of str
        The labels that found a place.
    """
    figure = axes.figure
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    pixels = figure.dpi / 72  # a point
    at = axes.transData.transform(points)
    frame = axes.get_window_extent()
    taken = np.empty((0, 4))
    if room:
        taken = np.hstack((at - room * pixels, at + room * pixels))
    placed = []
    for number, (label, (x, y)) in enumerate(zip(labels, at.tolist(), strict=True)):
        width, height = _extent(figure, label, size)
        for place in PLACES if away is None else _towards(away[number]):
            box = _box(x, y, width, height, place, GAP * pixels)
            others = np.delete(taken, number, axis=0) if room else taken
            inside = frame.x0 <= box[0] and box[2] <= frame.x1
            if inside and frame.y0 <= box[1] and box[3] <= frame.y1 and not _overlaps(box, others):
                taken = np.vstack((taken, box + np.array([-1, 0, 1, 0]) * APART * pixels))
                placed.append(label)
                _write(axes, points[number], label, place, theme, size)
                break
    return placed


def _towards(direction: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Return the places beside a point, those that lie in a direction first."""
    return sorted(PLACES, key=lambda place: -float(np.dot(place, direction)) / np.hypot(*place))


def _extent(figure: Any, label: str, size: float) -> tuple[float, float]:
    """Return the width and the height of a label in pixels."""
    from matplotlib.font_manager import FontProperties

    renderer = figure.canvas.get_renderer()
    font = FontProperties(size=size)
    width, _, _ = renderer.get_text_width_height_descent(label, font, False)
    _, height, _ = renderer.get_text_width_height_descent(f"{label}lp", font, False)
    return width, height


def _box(
    x: float, y: float, width: float, height: float, place: tuple[int, int], gap: float
) -> NDArray[np.float64]:
    """Return the corners (x0, y0, x1, y1) of a label at a place beside a point."""
    side, level = place
    if side and level:
        gap = gap * 0.7  # along both axes
    left = x + side * gap - (width if side < 0 else width / 2 if side == 0 else 0)
    bottom = y + level * gap - (height if level < 0 else height / 2 if level == 0 else 0)
    return np.array([left, bottom, left + width, bottom + height])


def _overlaps(box: NDArray[np.float64], others: NDArray[np.float64]) -> bool:
    """Tell whether a box touches any of some others."""
    apart = (
        (others[:, 0] > box[2])
        | (others[:, 2] < box[0])
        | (others[:, 1] > box[3])
        | (others[:, 3] < box[1])
    )
    return not bool(apart.all())


def _write(
    axes: Axes,
    point: NDArray[np.float64],
    label: str,
    place: tuple[int, int],
    theme: Theme,
    size: float,
) -> None:
    """Write a label at its place, with an edge of paper around its letters."""
    from matplotlib.patheffects import withStroke

    gap = GAP * (0.7 if all(place) else 1)
    axes.annotate(
        label, point, (place[0] * gap, place[1] * gap), textcoords="offset points",
        ha=ALIGNED[place[0]][0], va=ALIGNED[place[1]][1], fontsize=size, color=theme.ink,
        path_effects=[withStroke(linewidth=2.0, foreground=theme.paper)], zorder=5,
    )  # fmt: skip
