"""Medians and ratios of runs, as objects for JSON and as a table for people.

A ratio is taken between two runs of the same round, which met the same machine, and the median of
these is shown: it is steadier than the ratio of two medians.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

WIDTH = 80

Against = Literal["over base", "base over", "minus base"]


@dataclass(frozen=True)
class Column:
    """A figure in a table.

    Attributes
    ----------
    header : str
    figure : str
        Its key in the figures of a run; a / goes into the object below.
    shape : str
        How the number is written.
    against : optional
        Hold it against the figure of the base, round by round.
    summary : "median" or "mean"
    """

    header: str
    figure: str
    shape: str
    against: Against | None = None
    summary: Literal["median", "mean"] = "median"


def summarize(column: Column, runs: Sequence[Any], base: Sequence[Any]) -> float | None:
    """Return one number for all the rounds of a contender; None if there is none."""
    values = [figure(run, column.figure) for run in runs]
    if column.against:
        others = [figure(run, column.figure) for run in base]
        pairs = zip(values, others, strict=True)
        values = [_against(column.against, value, other) for value, other in pairs]
    found = [value for value in values if value is not None]
    if not found:
        return None
    return statistics.mean(found) if column.summary == "mean" else statistics.median(found)


def figure(run: Any, path: str) -> float | None:
    """Look up a figure; a set's path may hold a / itself."""
    key, _, rest = path.partition("/")
    inner, _, last = rest.rpartition("/")
    found: float | None = run.get(key, {}).get(inner, {}).get(last) if rest else run.get(path)
    return found


def _against(against: Against, value: float | None, base: float | None) -> float | None:
    """Hold two figures against each other."""
    if value is None or base is None:
        return None
    if against == "minus base":
        return value - base
    top, bottom = (value, base) if against == "over base" else (base, value)
    return top / bottom if bottom else None


def as_table(columns: Sequence[Column], rows: Mapping[str, Sequence[float | None]]) -> str:
    """Return a table of at most 80 columns, if the names are not too long."""
    cells = [
        ["", *(column.header for column in columns)],
        *(
            [name, *(_write(value, column) for value, column in zip(row, columns, strict=True))]
            for name, row in rows.items()
        ),
    ]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    gap = 2 if sum(widths) + 2 * (len(widths) - 1) <= WIDTH else 1
    lines = [
        (" " * gap)
        .join(
            [
                line[0].ljust(widths[0]),
                *(c.rjust(w) for c, w in zip(line[1:], widths[1:], strict=True)),
            ]
        )
        .rstrip()
        for line in cells
    ]
    return "\n".join(lines)


def _write(value: float | None, column: Column) -> str:
    """Write one number."""
    return "-" if value is None else format(value, column.shape)
