"""The numbers of a page: a report's views as what JSON can hold, rounded to what is seen.

The figures of the page and what each shows are in `figures_of`; scripts of `static/` draw them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2v.report.contract import (
    Arrows,
    Bars,
    Cell,
    Curves,
    FrequencyCurve,
    Report,
    Response,
    Scatter,
    Table,
    WordMap,
)
from w2v.report.page.saying import sentence_of
from w2v.webpage.writing import shown

DIGITS = 5  # of a number; a screen shows no more
PLACES = 4  # behind the point, of coordinates and norms, as in their tables
SHORT = re.compile(r"nearest \(cosine\)")  # the column of a map that its neighbours say already

View = dict[str, Any]


def figures_of(report: Report) -> dict[str, tuple[str, list[View]]]:
    """Return what each figure of a page shows.

    Returns
    -------
    dict of str to (str, list of dict)
        By the figure's id: its kind, and its views, of which a reader chooses one.
    """
    figures: dict[str, tuple[str, list[View]]] = {}
    for curves in report.curves:
        figures[f"curves-{curves.key}"] = ("curves", [_curves(curves)])
    for number, bars in enumerate(report.bars, 1):
        figures[f"scores-{number}"] = ("bars", [_bars(bars)])
    for number, response in enumerate(report.responses, 1):
        figures[f"response-{number}"] = ("response", [_response(response)])
    grouped: list[tuple[str, str, list[View]]] = [
        ("word-map", "map", [_map(view) for view in report.maps]),
        ("analogies", "arrows", [_arrows(view) for view in report.arrows]),
        ("norms", "scatter", [_scatter(view) for view in report.norms]),
        ("frequencies", "frequency", [_frequency(view) for view in report.frequencies]),
    ]
    return figures | {name: (kind, views) for name, kind, views in grouped if views}


def _curves(view: Curves) -> View:
    """Return the lines of one view."""
    lines = [
        {
            "run": shown(line.run),
            "what": line.what,
            "x": rounded(line.x),
            "y": rounded(line.y),
        }
        for line in view.lines
    ]
    own = {"key": view.key, "lines": lines, "xTitle": view.x_title, "yTitle": view.y_title}
    return _with_table(own, view, view.title, view.title)


def _bars(view: Bars) -> View:
    """Return the scores of one evaluation set."""
    own = {
        "sections": [*map(shown, view.sections)],
        "runs": [*map(shown, view.runs)],
        "values": [rounded(values) for values in view.values],
        "yTitle": view.y_title,
    }
    return _with_table(own, view, view.title, view.title)


def _response(view: Response) -> View:
    """Return how one measure answers to one setting."""
    series = [
        {
            "label": shown(label),
            "means": rounded(means),
            "deviations": rounded(deviations),
            "counts": counts.tolist(),
        }
        for label, means, deviations, counts in view.series
    ]
    x = [shown(value) if isinstance(value, str) else value for value in view.x]
    own = {"setting": view.setting, "measure": shown(view.measure), "x": x, "series": series}
    title = f"{view.measure} by {view.setting}"
    return _with_table(own, view, title, title)


def _map(view: WordMap) -> View:
    """Return a map; a neighbour that is in it is named by its place."""
    place = {word: at for at, word in enumerate(view.words)}
    planes = {
        name: dict(zip("xy", map(rounded, np.round(plane, PLACES).T), strict=True))
        for name, plane in view.planes.items()
    }
    own = {
        "words": [*map(shown, view.words)],
        "counts": view.counts.tolist(),
        "norms": rounded(np.round(view.norms, PLACES)),
        "planes": planes,
        "explained": rounded(np.array(view.explained)),
        "near": [[place.get(word, shown(word)) for word, _ in near] for near in view.neighbours],
        "cosines": [[round(cosine, 3) for _, cosine in near] for near in view.neighbours],
        "groups": [None if group is None else shown(group) for group in view.groups],
    }
    return _with_table(own, view, view.run, f"The words of {view.run}")


def _arrows(view: Arrows) -> View:
    """Return some analogies."""
    arrows = [
        {
            "words": [*map(shown, arrow.words)],
            "answer": shown(arrow.answer),
            "points": [rounded(point) for point in np.round(arrow.points, PLACES)],
        }
        for arrow in view.arrows
    ]
    name = f"{view.run}: {view.title}"
    return _with_table({"arrows": arrows}, view, name, name)


def _scatter(view: Scatter) -> View:
    """Return the norms of a run."""
    own = {
        "words": [*map(shown, view.words)],
        "x": rounded(view.x),
        "y": rounded(np.round(view.y, PLACES)),
        "xTitle": view.x_title,
        "yTitle": view.y_title,
        "log": list(view.log),
    }
    return _with_table(own, view, view.run, f"{view.title}, {view.run}")


def _frequency(view: FrequencyCurve) -> View:
    """Return the frequency curve of a run's text."""
    own = {
        "ranks": view.ranks.tolist(),
        "counts": rounded(view.counts),
        "trained": rounded(np.round(view.trained, 2)),
        "nDropped": view.n_dropped,
        "firstDropped": view.first_dropped,
        "whyDropped": view.why_dropped,
    }
    return _with_table(own, view, view.run, f"Counts by rank, {view.run}")


def _with_table(own: View, view: Any, name: str, caption: str) -> View:
    """Add what every view has: its name, what it says in a sentence, and its table."""
    table = _table(view.table, own, caption)
    return {**own, "name": shown(name), "label": shown(sentence_of(view)), "table": table}


def _table(table: Table, own: View, caption: str) -> View:
    """Return a table by columns; one that the view holds already is named by its path."""
    known = dict(_lists_in(own))
    values: list[list[Cell] | str] = []
    for at, title in enumerate(table.columns):
        column = [_cell(row[at]) for row in table.rows]
        if SHORT.fullmatch(title) and "near" in own:
            values.append("nearest")
        else:
            values.append(next((path for path, other in known.items() if other == column), column))
    columns = [*map(shown, table.columns)]
    return {"caption": shown(caption), "columns": columns, "values": values}


def _lists_in(own: Mapping[str, Any], path: str = "") -> Iterable[tuple[str, list[Any]]]:
    """Yield the lists of a view with their paths, such as planes/PCA/x."""
    for key, value in own.items():
        if isinstance(value, dict):
            yield from _lists_in(value, f"{path}{key}/")
        elif isinstance(value, list):
            yield f"{path}{key}", value


def _cell(value: Cell) -> Cell:
    """Return a cell as it is seen."""
    if isinstance(value, str):
        return shown(value)
    return _number(value) if isinstance(value, float) else value


def rounded(values: NDArray[Any]) -> list[float | int | None]:
    """Return numbers as they are seen; None where there is none.

    >>> rounded(np.array([0.123456789, 20.0, np.nan]))
    [0.12346, 20, None]
    """
    return [_number(value) for value in np.asarray(values, np.float64).tolist()]


def _number(value: float) -> float | int | None:
    """Round one number; whole ones stay whole."""
    if not np.isfinite(value):
        return None
    return int(value) if value.is_integer() else float(f"{value:.{DIGITS}g}")
