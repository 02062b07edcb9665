"""What a figure says, in one sentence: its name for those who hear the page."""

from __future__ import annotations

import functools

import numpy as np

from w2v.report.contract import (
    Arrows,
    Bars,
    Curves,
    FrequencyCurve,
    Line,
    Response,
    Scatter,
    WordMap,
)

MOST_LINES = 6  # that are said one by one


@functools.singledispatch
def sentence_of(view: object) -> str:
    """Return what a view says."""
    raise TypeError(f"no view: {view!r}")


@sentence_of.register
def _(view: Curves) -> str:
    said = [text for line in view.lines[:MOST_LINES] if (text := _course(line))]
    n_more = len(view.lines) - MOST_LINES
    more = f"; and {n_more} more lines" if n_more > 0 else ""
    return f"Line chart, {view.title}: {'; '.join(said) or 'nothing was measured'}{more}"


def _course(line: Line) -> str:
    """Say where a line begins and ends."""
    measured = np.flatnonzero(np.isfinite(line.y))
    if not len(measured):
        return ""
    first, last = line.y[measured[[0, -1]]].tolist()
    way = "falls" if last < first else "rises" if last > first else "stays"
    epochs = _said(line.x[measured[-1]])
    end = f"at {_said(first)}" if way == "stays" else f"from {_said(first)} to {_said(last)}"
    return f"{line.what} of {line.run} {way} {end} over {epochs} epochs"


@sentence_of.register
def _(view: Bars) -> str:
    said = []
    for run, values in zip(view.runs[:MOST_LINES], view.values, strict=False):
        if np.isfinite(values).any():
            best, worst = int(np.nanargmax(values)), int(np.nanargmin(values))
            said.append(
                f"{run} from {_said(values[worst])} in {view.sections[worst]} to "
                f"{_said(values[best])} in {view.sections[best]}"
            )
    return f"Bar chart, {view.title}, {view.y_title}: {'; '.join(said) or 'nothing was answered'}"


@sentence_of.register
def _(view: Response) -> str:
    said = []
    for label, means, _, _ in view.series[:MOST_LINES]:
        measured = np.flatnonzero(np.isfinite(means))
        if len(measured):
            first, last = measured[0], measured[-1]
            said.append(
                f"{label + ': ' if label else ''}{_said(means[first])} at {view.x[first]}, "
                f"{_said(means[last])} at {view.x[last]}"
            )
    return f"Line chart, {view.title} by {view.setting}: {'; '.join(said)}"


@sentence_of.register
def _(view: WordMap) -> str:
    return (
        f"Scatter plot, {len(view.words):,} words of {view.run} as points of a plane; "
        "the search box finds a word and lists its neighbours"
    )


@sentence_of.register
def _(view: Arrows) -> str:
    examples = ", ".join(f"{arrow.words[0]} to {arrow.words[1]}" for arrow in view.arrows[:3])
    return f"Arrows between words of {view.run}, {view.title}, such as {examples}"


@sentence_of.register
def _(view: Scatter) -> str:
    if not view.words:
        return f"Scatter plot, {view.title} of {view.run}: no word has both a vector and a count"
    at = np.argsort(view.x)
    n_tenth = max(len(at) // 10, 1)
    rare, common = view.y[at[:n_tenth]].mean(), view.y[at[-n_tenth:]].mean()
    return (
        f"Scatter plot, {view.y_title} against {view.x_title} of {len(view.words):,} words of "
        f"{view.run}: {_said(rare)} on average for the rarest tenth of them, "
        f"{_said(common)} for the commonest"
    )


@sentence_of.register
def _(view: FrequencyCurve) -> str:
    top = f", from {_said(view.counts[0])} down" if len(view.counts) else ""
    return (
        f"Line chart, counts of the words of {view.run} by rank{top}; {view.n_words:,} words have "
        f"a row, {view.n_dropped:,} have none: {view.why_dropped}"
    )


def _said(value: float) -> str:
    """Return a number as it is said."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
