"""Draw what is counted over a text or over runs: frequencies, and the responses of a sweep."""

from __future__ import annotations

import numpy as np

from w2v.report.contract import FrequencyCurve, Response
from w2v.report.plots.labels import label_of
from w2v.report.plots.pictures import (
    SIZE,
    SMALL,
    Axes,
    Figure,
    Picture,
    Theme,
    legend_beside,
    log_axis,
    plain_number,
)

SPAN = 20  # largest of a setting's values over the smallest, from which its axis is logarithmic
MARKERS = "os^Dvp*X"


def frequency_picture(view: FrequencyCurve) -> Picture:
    """Return the picture of a frequency curve, above a bar of what became of the tokens."""

    def draw(figure: Figure, theme: Theme) -> None:
        above, below = figure.subplots(2, 1, height_ratios=(5, 1))
        _draw_curve(above, view, theme)
        _draw_tokens(below, view, theme)
        if view.note:
            figure.supxlabel(view.note, fontsize=SMALL, color=theme.faint, x=0.02, ha="left")

    return Picture(draw, [label_of(view.run), *view.tokens, view.note], (SIZE[0], 5.6))


def _draw_curve(axes: Axes, view: FrequencyCurve, theme: Theme) -> None:
    """Draw counts by rank, and what subsampling leaves of them."""
    axes.loglog(view.ranks, view.counts, color=theme.colour(0), label="count in the text")
    has_row = view.trained > 0
    if not np.allclose(view.trained[has_row], view.counts[has_row]):
        axes.loglog(
            view.ranks[has_row], view.trained[has_row], color=theme.colour(1), linestyle="--",
            label="expected after subsampling, an epoch",
        )  # fmt: skip
    if view.n_dropped:
        noun = "word" if view.n_dropped == 1 else "words"
        label = f"{view.n_dropped:,} {noun} without a row: {view.why_dropped}"
        if view.first_dropped is None:  # they are among the others
            axes.plot([], [], linestyle="none", label=label)
        else:
            start = view.first_dropped - 0.5
            axes.axvspan(start, view.ranks[-1], color=theme.grid, label=label, lw=0)
    axes.set(xlabel="rank of the word", ylabel="count")
    axes.set_title(f"Word frequencies, {label_of(view.run)}")
    for axis in (axes.xaxis, axes.yaxis):
        log_axis(axis)
    axes.legend(loc="lower left")


def _draw_tokens(axes: Axes, view: FrequencyCurve, theme: Theme) -> None:
    """Draw the tokens of an epoch as parts of one bar."""
    parts = [(what, n) for what, n in view.tokens.items() if what != "read" and n > 0]
    parts.reverse()  # what is trained is on the left
    read = view.tokens["read"]
    left = 0.0
    for number, (what, n) in enumerate(parts):
        share = 100 * n / read if read else 0.0
        label = f"{what}: {n:,.0f} ({share:.1f} %)"
        axes.barh(0, share, left=left, color=theme.colour(number), label=label, height=0.5)
        left += share
    axes.set(xlim=(0, 100), yticks=[], xlabel=f"% of the {read:,.0f} tokens read, an epoch")
    axes.spines["left"].set_visible(False)
    axes.grid(visible=False)
    axes.legend(
        loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0.2, fontsize=SMALL,
        handlelength=1,
    )  # fmt: skip


def response_picture(view: Response) -> Picture:
    """Return the picture of a measure's response to a setting, with standard deviations."""
    is_number = all(not isinstance(value, str) for value in view.x)
    at = np.array(view.x, float) if is_number else np.arange(len(view.x), dtype=float)
    n_runs = {int(n) for *_, counts in view.series for n in counts if n}

    def draw(figure: Figure, theme: Theme) -> None:
        axes = figure.add_subplot()
        for number, (label, means, deviations, counts) in enumerate(view.series):
            there = counts > 0
            axes.errorbar(
                at[there], means[there], np.nan_to_num(deviations[there]),
                color=theme.colour(number), marker=MARKERS[number % len(MARKERS)], markersize=6,
                capsize=4, elinewidth=1.3, label=label or None,
            )  # fmt: skip
        if is_number and at.min() > 0 and at.max() >= SPAN * at.min():
            axes.set_xscale("log")
            axes.xaxis.set_minor_locator(_no_ticks())
        axes.set_xticks(at, [_shown(value) for value in view.x])
        axes.set(xlabel=view.setting, ylabel=view.title)
        axes.set_title(f"Response to {view.setting}: {_what_bars_are(n_runs)}")
        legend_beside(axes)

    labels = [label for label, *_ in view.series]
    return Picture(draw, [view.setting, view.title, *labels, *map(_shown, view.x)])


def _what_bars_are(n_runs: set[int]) -> str:
    """Say what is drawn: means, of how many runs."""
    if n_runs == {1}:
        return "one run each"
    n = f"{min(n_runs)} to {max(n_runs)}" if len(n_runs) > 1 else f"{max(n_runs)}"
    return f"mean ± standard deviation of {n} runs"


def _shown(value: str | float) -> str:
    """Return a value of a setting at its tick."""
    if isinstance(value, str):
        return label_of(value)
    return plain_number(value) if float(value).is_integer() else f"{value:g}"


def _no_ticks() -> object:
    """Return what puts no ticks between those that are given."""
    from matplotlib.ticker import NullLocator

    return NullLocator()
