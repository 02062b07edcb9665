"""How each measure answers to each setting of a sweep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2v.config.showing import yaml_value
from w2v.experiments.comparing import DECIDES
from w2v.experiments.measures import Measure, measures_of
from w2v.experiments.reading import RunSummary
from w2v.experiments.tables import SEED, differing_settings, groups_over_seeds, settings_of
from w2v.report.contract import Cell, Response, Table
from w2v.report.views.curves import number

MAX_SERIES = 8  # lines that can be told apart

Value = tuple[float | str, str]  # as it is drawn, and as YAML: True is not 1
Point = tuple[dict[str, Value], dict[Measure, float]]  # swept settings and measures of a run
Series = tuple[str, NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]


def responses_of(runs: Mapping[str, RunSummary]) -> list[Response]:
    """Return the response of each measure to each setting in which runs differ.

    Only runs that are done count. Where the other settings have more than `MAX_SERIES`
    combinations, it is averaged over them, and the deviation is over them too; the label says so. A
    setting of which no series has two values is left out: nothing answers to it alone.

    Parameters
    ----------
    runs : dict of str to RunSummary
        By name.
    """
    points = _swept([run for run in runs.values() if run.status == "done"])
    swept = list(points[0][0]) if points else []
    measures = dict.fromkeys(measure for _, found in points for measure in found)
    responses = [_response(points, path, measure) for path in swept for measure in measures]
    return [response for response in responses if response is not None]


def _swept(runs: Sequence[RunSummary]) -> list[Point]:
    """Return the measures of each run, with the settings in which runs differ but for the seed."""
    distinct = [run for group in groups_over_seeds(runs) for run in group.runs]
    paths = [path for path in differing_settings(distinct) if path != SEED]
    return [
        ({path: _value(settings_of(run)[path]) for path in paths}, measures_of(run))
        for run in distinct
    ]


def _value(value: Any) -> Value:
    """Return the value of a setting as it is drawn."""
    text = yaml_value(value)
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return (value if is_number else text), text


def _response(points: Sequence[Point], path: str, measure: Measure) -> Response | None:
    """Return the response of one measure to one setting; None if there is none to see."""
    measured = [(settings, found[measure]) for settings, found in points if measure in found]
    x = _in_order([settings[path] for settings, _ in measured])
    groups: dict[str, list[tuple[Value, float]]] = {}
    for settings, value in sorted(measured, key=lambda found: _place(found[0])):
        groups.setdefault(_label(settings, path), []).append((settings[path], value))
    if len(groups) > MAX_SERIES:
        others = ", ".join(other for other in points[0][0] if other != path)
        together = [found for some in groups.values() for found in some]
        groups = {f"mean over {others}": together}
    series = [_series(label, found, x, measure.scale) for label, found in groups.items()]
    if not any(np.count_nonzero(counts) > 1 for *_, counts in series):
        return None
    shown = [drawn for drawn, _ in x]
    numbers = all(not isinstance(value, str) for value in shown)
    return Response(
        setting=path,
        measure=measure.title,
        better=measure.better or "",
        x=list(shown) if numbers else [text for _, text in x],
        series=series,
        table=_table(path, measure, [text for _, text in x], series),
        key=measure.key,
        is_comparable=not set(DECIDES.get(measure.key, ())).intersection(points[0][0]),
    )


def _label(settings: dict[str, Value], path: str) -> str:
    """Spell the other settings of a run."""
    return ", ".join(f"{other}={text}" for other, (_, text) in settings.items() if other != path)


def _in_order(values: Sequence[Value]) -> list[Value]:
    """Return the distinct values: numbers by size, then the others as they come."""
    return sorted(dict.fromkeys(values), key=_rank)


def _rank(value: Value) -> float:
    """Return a value by which numbers are in order, and other values behind them."""
    return np.inf if isinstance(value[0], str) else float(value[0])


def _place(settings: dict[str, Value]) -> list[float]:
    """Return the place of a combination of settings among others."""
    return [_rank(value) for value in settings.values()]


def _series(
    label: str, found: Sequence[tuple[Value, float]], x: Sequence[Value], scale: float
) -> Series:
    """Return means, sample standard deviations and numbers of runs at each value."""
    at = [[scale * value for here, value in found if here == wanted] for wanted in x]
    counts = np.array([len(values) for values in at], np.int64)
    means = np.array([np.mean(values) if values else np.nan for values in at])
    deviations = [np.std(values, ddof=1) if len(values) > 1 else np.nan for values in at]
    return label, means, np.array(deviations), counts


def _table(path: str, measure: Measure, values: Sequence[str], series: Sequence[Series]) -> Table:
    """Return a row for each mean."""
    has_labels = any(label for label, *_ in series)
    rows: list[list[Cell]] = []
    for label, means, deviations, counts in series:
        for at, value in enumerate(values):
            if counts[at]:
                figures = [number(float(means[at])), number(float(deviations[at]))]
                rows.append([*([label] if has_labels else []), value, *figures, int(counts[at])])
    columns = [path, measure.title, "standard deviation", "runs"]
    return Table(["where", *columns] if has_labels else columns, rows)
