"""The tables of `w2v runs list` and `compare`: a row is a run, or a group of runs over seeds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from w2v.cli.fields import Field, Table
from w2v.cli.verdicts import letters

if TYPE_CHECKING:
    from w2v.experiments.measures import Measure
    from w2v.experiments.reading import RunSummary
    from w2v.experiments.tables import Group


def table_of_runs(runs: Sequence[RunSummary]) -> Table:
    """Return a row for each run: the settings that differ, and what was measured."""
    from w2v.experiments.measures import measures_of
    from w2v.experiments.tables import (
        differing_settings,
        measures_in,
        settings_of,
        short_names,
        spread_of,
    )

    measures = measures_in(runs)
    fields = [
        Field("run", "run", [run.name for run in runs], is_name=True),
        Field("folder", "folder", [str(run.folder) for run in runs], is_shown=False),
        Field("started", "started", [run.record.get("started") for run in runs], is_shown=False),
        Field(
            "status", "status", [run.status for run in runs],
            is_name=True, is_shown=any(run.status != "done" for run in runs),
        ),
    ]  # fmt: skip
    heads = short_names(differing_settings(runs), _taken(fields, measures))
    values = [settings_of(run) for run in runs]
    fields += [
        Field(path, head, [settings[path] for settings in values], is_name=True)
        for path, head in heads.items()
    ]
    measured = [measures_of(run) for run in runs]
    fields += [
        Field(m.key, m.title, [spread_of([f[m]] if m in f else []) for f in measured], m)
        for m in measures
    ]
    return Table(fields)


def table_of_groups(groups: Sequence[Group]) -> Table:
    """Return a row for each group."""
    from w2v.config.schema import THREADS
    from w2v.experiments.tables import (
        SEED,
        differing_settings,
        is_racing,
        measures_in,
        short_names,
    )

    runs = [run for group in groups for run in group.runs]
    measures = measures_in(runs)
    fields = [
        Field("group", "", [None] * len(groups), is_name=True),
        Field("n", "n", [len(group.runs) for group in groups]),
        Field("seeds", "seeds", [group.seeds for group in groups], is_shown=False),
        Field("runs", "runs", [[r.name for r in g.runs] for g in groups], is_shown=False),
    ]
    # One run stands for each group: the text's path may differ within one.
    left_out = {SEED} if any(map(is_racing, runs)) else {SEED, THREADS}
    paths = [p for p in differing_settings([g.runs[0] for g in groups]) if p not in left_out]
    values = [group.settings for group in groups]
    fields[1:1] = [
        Field(path, head, [settings[path] for settings in values], is_name=True)
        for path, head in short_names(paths, _taken(fields, measures)).items()
    ]
    fields += [Field(m.key, m.title, [g.spread(m) for g in groups], m) for m in measures]
    return Table(fields)


def lettered(table: Table) -> Table:
    """Name the rows A, B, C, ... as they stand."""
    first, *others = table.fields
    names = [letters(row) for row in range(len(first.values))]
    return Table([Field("group", "", names, is_name=True), *others])


def _taken(fields: Sequence[Field], measures: Sequence[Measure]) -> list[str]:
    """Return the names that a setting's column must not have."""
    heads = [measure.title.split(", ")[0] for measure in measures]
    return [*(field.key for field in fields), *heads, *(measure.key for measure in measures)]
