"""The section `sweep` of a config: which settings take several values, and which.

    sweep:                            sweep:
      model.window: [2, 5, 10]          - model.kind: cbow
      train.seed: 0..4                    model.gradient: [exact, word2vec]
                                        - model.kind: skipgram

A mapping is a grid: every combination is a point. A list holds grids, whose points come after each
other. A value of a setting that is itself a list stands in brackets of its own: `[[a], [b, c]]`.

Here it is read, a grid at a time. Values are checked in `loading.py`; the points are made in
`w2v/experiments/points.py`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from w2v.config.nodes import cut, entries_of, is_null, kind_of, plain, yaml_reason
from w2v.config.overrides import MAX_POINTS, RANGE, range_of

SECTION = "sweep"

MAX_VALUES = 10 * MAX_POINTS  # of all grids; what comes later may take some of them out

Grid: TypeAlias = dict[str, list[Any]]  # the values of each setting, by dotted path


@dataclass(frozen=True)
class Sweep:
    """The grids of a sweep; without any it is false.

    Attributes
    ----------
    grids : tuple of dict
        The values of each setting, checked, by dotted path.
    source : str
        Where it was asked for.
    """

    grids: tuple[Grid, ...] = ()
    source: str = ""

    def __bool__(self) -> bool:
        return any(self.grids)


@dataclass(frozen=True)
class Axis:
    """A setting with its values as they were read, and where."""

    path: str
    values: list[Any]
    source: str


def read_section(node: yaml.Node, file: Path, source: str, problems: list[str]) -> list[list[Axis]]:
    """Return the axes of each grid of the section; note what is wrong with it."""
    if is_null(node):
        return []  # as any section with nothing below it
    grids = node.value if isinstance(node, yaml.SequenceNode) else [node]
    found = []
    n_values = 0
    for grid in grids:
        if isinstance(grid, yaml.MappingNode):
            entries = entries_of(grid, file, f"{SECTION}: ", problems)
            found.append([_axis(*entry, problems) for entry in entries])
            n_values += sum(len(axis.values) for axis in found[-1])
            if n_values > MAX_VALUES:  # a page of ranges is millions of values
                problems.append(
                    f"{source}: {SECTION}: it lists over {MAX_VALUES:,} values; at most "
                    f"{MAX_POINTS:,} points are taken"
                )
                return []
        else:
            line = f"{file} line {grid.start_mark.line + 1}"
            problems.append(
                f"{line}: {SECTION}: settings with their values are expected, such as "
                f"`model.window: [2, 5]`, found {kind_of(grid)}"
            )
    if not grids:
        problems.append(f"{source}: {SECTION}: the list is empty")
    return found


def _axis(path: str, node: yaml.Node, source: str, problems: list[str]) -> Axis:
    """Return a setting with its values."""
    values: list[Any] = []
    is_list = isinstance(node, yaml.SequenceNode)
    for item in node.value if is_list else [node]:
        if len(values) > MAX_POINTS:
            break  # too many already, which is said where points are counted
        try:
            values += range_of(item.value) if _is_range(item) else [plain(item)]
        except yaml.YAMLError as error:
            problems.append(f"{source}: {cut(path)}: {yaml_reason(error)}")
        except ValueError as error:
            problems.append(f"{source}: {cut(path)}: {error}")
    if is_list and not node.value:
        problems.append(f"{source}: {cut(path)}: the list of its values is empty")
    return Axis(path, values, source)


def _is_range(node: yaml.Node) -> bool:
    """Tell whether `0..4` stands there, not in quotation marks."""
    is_plain = isinstance(node, yaml.ScalarNode) and node.style is None
    return is_plain and RANGE.fullmatch(node.value) is not None


def with_axes(grids: Sequence[Grid], given: Grid, fixed: Iterable[str]) -> tuple[Grid, ...]:
    """Put what the command line gives into each grid: in the place of the same key, else more.

    Parameters
    ----------
    grids : sequence of dict
        Of the file.
    given : dict
        Settings with several values.
    fixed : iterable of str
        Settings with one value, which the config itself has then.
    """
    fixed = set(fixed)
    whole = [{k: v for k, v in grid.items() if k not in fixed} | given for grid in grids or [{}]]
    return tuple(grid for number, grid in enumerate(whole) if grid not in whole[:number])


def distinct(values: Iterable[Any]) -> list[Any]:
    """Return each value once; true is not 1, and 2 not 2.0."""
    return list({json.dumps(value, sort_keys=True): value for value in values}.values())


def n_points(grids: Iterable[Grid]) -> int:
    """Count the points of all grids; some may come twice."""
    return sum(math.prod(map(len, grid.values())) for grid in grids)


def size_problem(sweep: Sweep) -> list[str]:
    """Say that a sweep is too large, if it is."""
    if (n := n_points(sweep.grids)) <= MAX_POINTS:
        return []
    return [f"{sweep.source}: {SECTION}: {n:,} points; at most {MAX_POINTS:,} are taken"]
