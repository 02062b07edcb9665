"""Where there are many runs, those that differ in their seed alone are drawn as one: their mean.

Forty lines tell nothing that can be seen; ten means of four do. The numbers of each run are in
`w2v runs list`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from w2v.config.showing import yaml_value
from w2v.experiments.reading import RunSummary
from w2v.experiments.tables import (
    SEED,
    by_settings,
    differing_settings,
    groups_over_seeds,
    short_names,
)
from w2v.report.contract import Bars, Cell, Curves, Line, Table
from w2v.report.views.curves import curve_table, number

MANY = 8  # lines or bars side by side are told apart, no more
OVER_SEEDS = ", means over seeds"  # at the end of a title

Groups = Mapping[str, Sequence[str]]  # names of runs, by the name of what is drawn of them


def groups_to_draw(runs: Mapping[str, RunSummary]) -> dict[str, list[str]]:
    """Return which runs are drawn as one, by the settings that they share; {} if all are few.

    Parameters
    ----------
    runs : dict of str to RunSummary
        By name.
    """
    groups = by_settings(groups_over_seeds(runs.values()))
    if len(runs) <= MANY or len(groups) == len(runs):
        return {}
    name_of = {id(run): name for name, run in runs.items()}
    paths = [
        path for path in differing_settings([group.runs[0] for group in groups]) if path != SEED
    ]
    heads = short_names(paths)
    found: dict[str, list[str]] = {}
    for group in groups:
        settings = [f"{heads[path]}={yaml_value(group.settings[path])}" for path in paths]
        label = ", ".join(settings) or "all runs"
        found[f"{label} (n = {len(group.runs)})"] = [name_of[id(run)] for run in group.runs]
    return found


def mean_curves(curves: Curves, groups: Groups) -> Curves:
    """Return curves with a line for each group: the mean, at each x, of its runs that came so far.

    Without groups they are returned as they are.
    """
    if not groups:
        return curves
    whats = dict.fromkeys(line.what for line in curves.lines)
    lines = []
    for name, runs in groups.items():
        for what in whats:
            own = [line for line in curves.lines if line.run in runs and line.what == what]
            lines += [_mean_line(name, what, own)] if own else []
    table = curve_table(curves.y_title, lines)
    return replace(curves, title=f"{curves.title}{OVER_SEEDS}", lines=lines, table=table)


def _mean_line(name: str, what: str, lines: Sequence[Line]) -> Line:
    """Return the mean of lines; a point that one of them lacks is the mean of the others."""
    at: dict[float, list[float]] = {}
    for line in lines:
        for x, y in zip(line.x.tolist(), line.y.tolist(), strict=True):
            at.setdefault(x, []).append(y)
    means = {x: [y for y in values if not np.isnan(y)] for x, values in sorted(at.items())}
    y = [float(np.mean(values)) if values else np.nan for values in means.values()]
    return Line(name, what, np.array([*means]), np.array(y))


def mean_bars(bars: Bars, groups: Groups) -> Bars:
    """Return bars with one for each group: the mean of its runs that were measured.

    Without groups they are returned as they are.
    """
    if not groups:
        return bars
    names, values = [], []
    rows: list[list[Cell]] = []
    asked = {(row[0], row[1]): row[3:] for row in bars.table.rows}
    for name, runs in groups.items():
        own = [at for at, run in enumerate(bars.runs) if run in runs]
        if not own:
            continue
        measured = [column[~np.isnan(column)] for column in bars.values[own].T]
        means = np.array([column.mean() if len(column) else np.nan for column in measured])
        names.append(name)
        values.append(means)
        for section, mean in zip(bars.sections, means.tolist(), strict=True):
            # How many could be asked goes by the vocabulary, which no seed changes.
            answered = asked.get((bars.runs[own[0]], section), [None, None])
            rows.append([name, section, number(mean), *answered])
    table = Table(bars.table.columns, rows)
    title = f"{bars.title}{OVER_SEEDS}"
    return replace(bars, title=title, runs=names, values=np.array(values), table=table)
