"""Draw curves over training: loss, the learning rate, words/s; and scores by section."""

from __future__ import annotations

import numpy as np

from w2v.report.contract import Bars, Curves
from w2v.report.plots.labels import label_of, legend_label
from w2v.report.plots.pictures import (
    SIZE,
    SMALL,
    Figure,
    Picture,
    Theme,
    legend_beside,
    plain_number,
)

DASHES = ("-", (0, (6, 1.5)), (0, (1.5, 1.5)), (0, (6, 1.5, 1.5, 1.5)))  # of the runs after colours
MOST_IN_LEGEND = 14  # runs
HELDOUT = "held-out loss"  # a kind of line
BAR = 0.17  # inches that a bar needs
TALLEST = 9.0  # inches of a picture; of more bars each is thinner
MOST_WITH_VALUES = 40  # bars that have their number behind them


def curves_picture(curves: Curves) -> Picture:
    """Return the picture of a view of curves: a colour a run, held-out losses dashed."""
    runs = list(dict.fromkeys(line.run for line in curves.lines))

    def draw(figure: Figure, theme: Theme) -> None:
        axes = figure.add_subplot()
        for line in curves.lines:
            run = runs.index(line.run)
            heldout = line.what == HELDOUT
            style = DASHES[run // len(theme.colours) % len(DASHES)]
            axes.plot(
                line.x, line.y, color=theme.colour(run), linestyle=":" if heldout else style,
                marker="o" if heldout or len(line.x) == 1 else None, markersize=5,
            )  # fmt: skip
            if not heldout and run < MOST_IN_LEGEND and len(runs) > 1:
                axes.lines[-1].set_label(legend_label(line.run))
        if any(line.what == HELDOUT for line in curves.lines):
            axes.plot([], [], color=theme.ink, label="loss in training")
            axes.plot([], [], ":o", color=theme.ink, markersize=5, label="held-out loss")
        axes.set(xlabel=curves.x_title, ylabel=curves.y_title, xlim=(0, None))
        axes.set_title(curves.title if len(runs) > 1 else f"{curves.title}, {label_of(runs[0])}")
        if curves.key == "speed":
            axes.set_ylim(bottom=0)
            axes.yaxis.set_major_formatter(plain_number)
        legend_beside(axes, len(runs) - MOST_IN_LEGEND)

    return Picture(draw, [curves.title, *map(label_of, runs), *map(legend_label, runs)])


def bars_picture(bars: Bars) -> Picture:
    """Return the picture of scores by section: bars to the right, a colour a run."""
    n_runs, n_sections = bars.values.shape
    names = [legend_label(run) for run in bars.runs]
    # A legend has no place for so many; of one section each bar can have its name beside it.
    names_at_bars = n_sections == 1 and MOST_IN_LEGEND < n_runs <= MOST_WITH_VALUES
    in_legend = 0 if n_runs == 1 or names_at_bars else MOST_IN_LEGEND
    height = min(max(SIZE[1] * 0.6, 1.3 + n_sections * (n_runs + 0.8) * BAR), TALLEST)

    def draw(figure: Figure, theme: Theme) -> None:
        axes = figure.add_subplot()
        middles = np.arange(n_sections)
        thickness = 0.8 / n_runs
        for run, values in enumerate(bars.values):
            at = middles + (run - (n_runs - 1) / 2) * thickness
            drawn = axes.barh(
                at, np.nan_to_num(values), thickness * 0.9,
                color=theme.colour(0 if names_at_bars else run),
                label=names[run] if in_legend > run else None,
            )  # fmt: skip
            if bars.values.size <= MOST_WITH_VALUES:
                shown = ["not asked" if np.isnan(v) else f"{v:.1f}" for v in values]
                axes.bar_label(drawn, shown, padding=3, fontsize=SMALL)
        axes.set_yticks(middles, [label_of(section) for section in bars.sections])
        if names_at_bars:
            axes.set_yticks((np.arange(n_runs) - (n_runs - 1) / 2) * thickness, names)
        axes.invert_yaxis()
        axes.grid(visible=False, axis="y")
        axes.tick_params(axis="y", length=0)
        axes.margins(x=0.12, y=0.02)
        axes.set(xlabel=bars.y_title, xlim=(min(0.0, axes.get_xlim()[0]), None))
        axes.set_title(bars.title if n_runs > 1 else f"{bars.title}, {label_of(bars.runs[0])}")
        legend_beside(axes, n_runs - MOST_IN_LEGEND if in_legend else 0)

    texts = [*map(label_of, [*bars.runs, *bars.sections]), *map(legend_label, bars.runs)]
    return Picture(draw, [bars.title, *texts], (SIZE[0], height))
