"""Draw the words of a run: the map, analogies as arrows, norms against frequency."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2v.report.contract import Arrows, Scatter, WordMap
from w2v.report.plots.labels import label_of, legend_label, place_labels
from w2v.report.plots.pictures import (
    SMALL,
    TEXT,
    Axes,
    Figure,
    Picture,
    Theme,
    log_axis,
    scale_of,
    ticks_between,
)

N_LABELS = 150  # words that a label is tried for; a slide has room for most
N_LABELS_OF_NORMS = 40
FEW_POWERS = 30  # the largest over the smallest, below which ticks of powers of ten are too few
SQUARE = (8.0, 6.5)  # inches


def map_picture(
    view: WordMap,
    *,
    plane: str = "PCA",
    n_labels: int | None = None,
    words: Sequence[str] = (),
) -> Picture:
    """Return the picture of a map of words, coloured by word list or else by frequency.

    Parameters
    ----------
    view : WordMap
    plane : str
        A key of its planes.
    n_labels : int, optional
        So many words get a label where there is place: those of word lists, then the commonest. By
        default those of word lists alone, if there are any.
    words : sequence of str
        These and no others get a label, if there are any.
    """
    rows = _labelled(view.words, view.groups, n_labels, words)
    labels = [label_of(view.words[row]) for row in rows]
    groups = list(dict.fromkeys(group for group in view.groups if group is not None))
    points = view.planes[plane]

    def draw(figure: Figure, theme: Theme) -> None:
        axes = figure.add_subplot()
        axes.set_aspect("equal", adjustable="datalim")
        if groups:
            _by_group(axes, points, view.groups, groups, theme)
        else:
            _by_count(figure, axes, points, view.counts, theme)
        if words:  # a ring around each
            axes.scatter(*points[rows].T, s=20, facecolors="none", edgecolors=theme.ink, zorder=6)
        axes.set_title(f"{plane} of {len(view.words):,} words, {label_of(view.run)}")
        if plane == "PCA":
            shares = [f"{100 * share:.1f} % of the variance" for share in view.explained]
            axes.set(xlabel=f"first axis, {shares[0]}", ylabel=f"second axis, {shares[1]}")
        else:
            axes.set(xlabel="near words are alike; distances far apart mean little")
        _hide_axes(axes)
        # A few words that were chosen must not be covered; of many, some are.
        room = 3.0 if groups or words else 0.0
        place_labels(axes, points[rows], labels, theme, room=room)

    return Picture(draw, [*map(label_of, [view.run, *groups]), *labels], SQUARE)


def _hide_axes(axes: Axes) -> None:
    """Take away what a plane without units has no use for."""
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)


def _labelled(
    there: Sequence[str],
    groups: Sequence[str | None],
    n_labels: int | None,
    words: Sequence[str],
) -> list[int]:
    """Return which words get a label, in the order in which they look for a place."""
    if words:
        row_of = {word: row for row, word in enumerate(there)}
        return [row_of[word] for word in dict.fromkeys(words) if word in row_of]
    order = sorted(range(len(there)), key=lambda row: groups[row] is None)  # stable
    n_listed = sum(group is not None for group in groups)
    return order[: (n_listed or N_LABELS) if n_labels is None else n_labels]


def _by_group(
    axes: Axes,
    points: NDArray[np.float64],
    group_of: Sequence[str | None],
    groups: Sequence[str],
    theme: Theme,
) -> None:
    """Draw the words of lists in colours, the others faintly."""
    others = [row for row, group in enumerate(group_of) if group is None]
    axes.scatter(*points[others].T, s=6, color=theme.faint, alpha=0.35, linewidths=0)
    markers = "os^Dv"  # beyond the colours, shapes tell groups apart
    for number, group in enumerate(groups):
        rows = [row for row, other in enumerate(group_of) if other == group]
        axes.scatter(
            *points[rows].T, s=22, color=theme.colour(number), linewidths=0, zorder=6,
            marker=markers[number // len(theme.colours) % len(markers)], label=legend_label(group),
        )  # fmt: skip
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), borderaxespad=0.2)


def _by_count(
    figure: Figure,
    axes: Axes,
    points: NDArray[np.float64],
    counts: NDArray[np.int64],
    theme: Theme,
) -> None:
    """Draw common words in strong colours, with a scale."""
    from matplotlib.colors import LogNorm

    known = np.maximum(counts, 1)  # a word may be of an earlier text only
    low, high = int(known.min()), int(known.max())
    order = np.argsort(known, kind="stable")  # common words over rare ones
    drawn = axes.scatter(
        *points[order].T, c=known[order], s=10, linewidths=0, cmap=scale_of(theme),
        norm=LogNorm(low, max(high, low + 1)),
    )  # fmt: skip
    if high == low:
        return  # there is nothing to tell apart
    bar = figure.colorbar(drawn, ax=axes, shrink=0.5, aspect=18, pad=0.02)
    bar.set_label("count in the text", fontsize=SMALL)
    log_axis(bar.ax.yaxis)
    if high < FEW_POWERS * low:
        ticks_between(bar.ax.yaxis)
    bar.outline.set_visible(False)


def arrows_picture(view: Arrows) -> Picture:
    """Return the picture of analogies: an arrow a step, and where b − a + c comes to lie."""
    pairs = list(dict.fromkeys(pair for a in view.arrows for pair in (a.words[:2], a.words[2:])))
    place: dict[str, Any] = {}
    for arrow in view.arrows:
        place.update(zip(arrow.words, arrow.points[:4], strict=True))
    # A label is best beyond its end of the arrow.
    other = dict(pairs) | {end: start for start, end in pairs}
    away = np.array([place[word] - place[other[word]] for word in place])
    labels = [label_of(word) for word in place]

    def draw(figure: Figure, theme: Theme) -> None:
        axes = figure.add_subplot()
        axes.set_aspect("equal", adjustable="datalim")
        firsts = {arrow.words[:2] for arrow in view.arrows}
        for start, end in pairs:
            colour = theme.colour(1 if (start, end) in firsts else 0)
            axes.annotate(
                "", place[end], place[start],
                arrowprops={"arrowstyle": "-|>", "color": colour, "lw": 1.6, "shrinkA": 3,
                            "shrinkB": 3, "mutation_scale": 14},
            )  # fmt: skip
        points = np.array(list(place.values()))
        axes.scatter(*points.T, s=20, color=theme.ink, linewidths=0, zorder=3)
        aims = np.array([arrow.points[4] for arrow in view.arrows])
        axes.scatter(
            *aims.T, s=34, marker="D", facecolors="none", edgecolors=theme.colour(2),
            linewidths=1.3, label="b − a + c, for the d of a is to b as c is to d", zorder=3,
        )  # fmt: skip
        for aim, arrow in zip(aims, view.arrows, strict=True):
            line = np.stack((aim, arrow.points[3]))
            axes.plot(*line.T, color=theme.colour(2), lw=0.9, linestyle=":")
        for number, what in ((1, "a to b"), (0, "c to d")):
            axes.plot([], [], color=theme.colour(number), label=what)
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.02), ncols=3)
        axes.set_title(f"{view.title}; {label_of(view.run)}")
        _hide_axes(axes)
        axes.margins(0.12)
        place_labels(axes, points, labels, theme, size=TEXT, room=3.0, away=away)

    return Picture(draw, [view.title, label_of(view.run), *labels], SQUARE)


def norms_picture(
    view: Scatter, *, n_labels: int | None = None, words: Sequence[str] = ()
) -> Picture:
    """Return the picture of norms against frequency; labels as in `map_picture`."""
    n_labels = N_LABELS_OF_NORMS if n_labels is None else n_labels
    rows = _labelled(view.words, [None] * len(view.words), n_labels, words)
    labels = [label_of(view.words[row]) for row in rows]
    points = np.stack((view.x, view.y), axis=1)

    def draw(figure: Figure, theme: Theme) -> None:
        axes = figure.add_subplot()
        axes.scatter(view.x, view.y, s=9, color=theme.colour(0), alpha=0.35, linewidths=0)
        for axis, is_log in zip(("x", "y"), view.log, strict=True):
            if is_log:
                getattr(axes, f"set_{axis}scale")("log")
                log_axis(getattr(axes, f"{axis}axis"))
        if view.log[1] and len(view.y) and view.y.max() < FEW_POWERS * view.y.min():
            ticks_between(axes.yaxis)
        axes.set(xlabel=view.x_title, ylabel=view.y_title)
        axes.set_title(f"{view.title}, {label_of(view.run)}")
        axes.margins(0.06)
        place_labels(axes, points[rows], labels, theme)

    return Picture(draw, [label_of(view.run), *labels])
