"""`w2v runs`: list runs, show one, and compare settings over seeds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from w2v.cli.answers import AS_JSON, RUN, print_json
from w2v.cli.completion import complete_run
from w2v.cli.run_tables import Field, Table
from w2v.cli.terminal import common_options, counted, note, printable, warn, wrapped
from w2v.errors import RunError, UsageError

if TYPE_CHECKING:
    from w2v.experiments.reading import RunSummary
    from w2v.experiments.tables import Group

RUNS = click.argument("names", metavar="[RUN|FOLDER]...", nargs=-1, shell_complete=complete_run)
SORT = click.option("--sort", metavar="COLUMN", help="A setting or a measure, as it is headed.")
REVERSE = click.option("--reverse", is_flag=True, help="The other way round.")
AS_CSV = click.option("--csv", "as_csv", is_flag=True, help="Print CSV (RFC 4180), raw numbers.")


@click.group("runs")
@common_options
def runs_group() -> None:
    """List runs, show one, and compare settings over seeds."""


@runs_group.command("list")
@RUNS
@SORT
@REVERSE
@AS_JSON
@AS_CSV
@common_options
def list_command(
    names: tuple[str, ...], sort: str | None, reverse: bool, as_json: bool, as_csv: bool
) -> None:
    """Print a table of runs: the settings that differ, and what was measured.

    A FOLDER of runs, such as a sweep's, stands for all that are in it; without any argument all
    runs below runs/ are listed. The newest is last.
    """
    from w2v.experiments.tables import differing_settings, measures_in, short_names, spread_of

    _check_output(as_json, as_csv)
    runs = sorted(_read(names), key=lambda run: str(run.record.get("started", "")))
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
    values = [_settings(run) for run in runs]
    fields += [
        Field(path, head, [settings[path] for settings in values], is_name=True)
        for path, head in heads.items()
    ]
    measured = [_measures(run) for run in runs]
    fields += [
        Field(m.key, m.title, [spread_of([f[m]] if m in f else []) for f in measured], m)
        for m in measures
    ]
    table = Table(fields)
    _print_table(table.in_order(table.order(sort, reverse=reverse)), as_json, as_csv)
    if not (as_json or as_csv):
        _note_on_losses([run for run in runs if len(runs) > 1])


@runs_group.command("show")
@RUN
@AS_JSON
@common_options
def show_command(run: str, as_json: bool) -> None:
    """Print all that is known of a RUN: its text, its settings, its course, its scores."""
    from w2v.cli.run_page import as_object, page_of
    from w2v.experiments.reading import read_run
    from w2v.run_folder import find_run

    found = read_run(find_run(run))
    if as_json:
        print_json(as_object(found))
        return
    for line in page_of(found):
        click.echo(line)


@runs_group.command("compare")
@RUNS
@SORT
@REVERSE
@AS_JSON
@AS_CSV
@common_options
def compare_command(
    names: tuple[str, ...], sort: str | None, reverse: bool, as_json: bool, as_csv: bool
) -> None:
    """Compare settings: mean ± standard deviation over the runs that differ in the seed alone.

    A FOLDER of runs, such as a sweep's, stands for all that are in it. Of two settings it is said
    which differences are larger than seed noise. Two runs stand for all runs beside them that are
    equal to them but for the seed.
    """
    from w2v.cli.verdicts import print_verdicts, verdict_objects
    from w2v.experiments.tables import groups_over_seeds

    _check_output(as_json, as_csv)
    if not names:
        raise UsageError("nothing to compare: give runs, or a folder of runs such as a sweep's")
    groups = groups_over_seeds(_runs_to_compare(names))
    table = _table_of_groups(groups)
    order = table.order(sort, reverse=reverse)
    groups, table = [groups[at] for at in order], _lettered(table.in_order(order))
    if as_json:
        for line in table.objects(with_sd=True):
            print_json(line)
        for line in verdict_objects(groups) if len(groups) == 2 else ():
            print_json(line)
        return
    _print_table(table, as_json, as_csv, with_sd=True)
    if as_csv:
        if len(groups) == 2:
            note("the test of the two is on the page and in --json; CSV holds the table alone")
        return
    _note_on_groups(groups)
    if len(groups) == 2:
        print_verdicts(groups[0], groups[1])
    else:
        _note_on_losses([run for group in groups for run in group.runs])


def _check_output(as_json: bool, as_csv: bool) -> None:
    """Refuse two formats at once."""
    if as_json and as_csv:
        raise UsageError("--json and --csv are two formats; give one of them")


def _read(names: Sequence[str]) -> list[RunSummary]:
    """Read the runs that are named, or all; one that cannot be read costs a warning."""
    from w2v.experiments.reading import find_run_folders, folders_within
    from w2v.experiments.tables import read_runs
    from w2v.run_folder import RUNS as ALL

    if names:
        folders = find_run_folders(names)
    else:
        folders = folders_within(ALL) if ALL.is_dir() else []
        if not folders:
            raise RunError(f"there is no run below {ALL}/; `w2v train` makes one")
    return _warned(*read_runs(folders))


def _warned(runs: list[RunSummary], problems: dict[Path, Any]) -> list[RunSummary]:
    """Warn of the runs that could not be read; if that are all, say so."""
    for folder, error in problems.items():
        reason = str(error).split("\n", 1)[0]
        warn(printable(f"{folder} is left out: {reason}"))
    if not runs:
        raise RunError("none of the runs can be read")
    return runs


def _runs_to_compare(names: Sequence[str]) -> list[RunSummary]:
    """Return the runs that ended well; two that stand alone bring those of other seeds along."""
    from w2v.experiments.reading import find_run_folders, read_run
    from w2v.experiments.tables import siblings_of

    if len(names) == 2:
        folders = [find_run_folders([name]) for name in names]
        if max(map(len, folders)) == 1:
            alone = [read_run(folder) for [folder] in folders]
            unfinished = [run for run in alone if run.status != "done"]
            if unfinished:
                run = unfinished[0]
                raise RunError(f"{run.folder} cannot be compared: its status is {run.status}")
            return _without_doubles([other for run in alone for other in siblings_of(run)])
    runs = _read(names)
    for run in runs:
        if run.status != "done":
            warn(printable(f"{run.folder} is left out: its status is {run.status}"))
    done = [run for run in runs if run.status == "done"]
    if not done:
        raise RunError("none of the runs is done; there is nothing to compare")
    return done


def _without_doubles(runs: Sequence[RunSummary]) -> list[RunSummary]:
    """Drop runs that are there twice."""
    return list({run.folder.resolve(): run for run in runs}.values())


def _table_of_groups(groups: Sequence[Group]) -> Table:
    """Return a row for each group."""
    from w2v.experiments.tables import SEED, differing_settings, measures_in, short_names

    runs = [run for group in groups for run in group.runs]
    measures = measures_in(runs)
    fields = [
        Field("group", "", [None] * len(groups), is_name=True),
        Field("n", "n", [len(group.runs) for group in groups]),
        Field("seeds", "seeds", [group.seeds for group in groups], is_shown=False),
        Field("runs", "runs", [[r.name for r in g.runs] for g in groups], is_shown=False),
    ]
    # One run stands for each group: the text's path may differ within one.
    paths = [path for path in differing_settings([g.runs[0] for g in groups]) if path != SEED]
    values = [group.settings for group in groups]
    fields[1:1] = [
        Field(path, head, [settings[path] for settings in values], is_name=True)
        for path, head in short_names(paths, _taken(fields, measures)).items()
    ]
    fields += [Field(m.key, m.title, [g.spread(m) for g in groups], m) for m in measures]
    return Table(fields)


def _lettered(table: Table) -> Table:
    """Name the rows A, B, C, ... as they stand."""
    from w2v.cli.verdicts import letters

    first, *others = table.fields
    names = [letters(row) for row in range(len(first.values))]
    return Table([Field("group", "", names, is_name=True), *others])


def _print_table(table: Table, as_json: bool, as_csv: bool, *, with_sd: bool = False) -> None:
    """Print a table in one of three ways."""
    if as_json:
        for line in table.objects(with_sd=with_sd):
            print_json(line)
    elif as_csv:
        table.print_csv(with_sd=with_sd)
    else:
        table.print_page()


def _note_on_groups(groups: Sequence[Group]) -> None:
    """Say what ± is, and which runs were not counted."""
    if any(len(group.runs) > 1 for group in groups):
        _note("n: seeds; ±: sample standard deviation over them")
    else:
        _note("n: seeds; one seed each, so nothing is known of the noise of seeds")
    n_repeated = sum(group.n_repeated for group in groups)
    if n_repeated:
        twice = counted(n_repeated, "run is", "runs are")
        _note(f"{twice} not counted: a later one has the same settings and the same seed")
    for group in groups:
        n_least = min((len(group.by_seed(m)) for m in _measures(group.runs[0])), default=0)
        if 0 < n_least < len(group.runs):
            _note("not every seed has every measure: each mean is over those that have it")
            break


def _note_on_losses(runs: Sequence[RunSummary]) -> None:
    """Say it if a setting differs that makes losses no measure of each other."""
    from w2v.experiments.comparing import deciding_settings
    from w2v.experiments.measures import HELDOUT_LOSS, LOSS
    from w2v.experiments.tables import measures_in

    there = measures_in(runs)
    values = [_settings(run) for run in runs]
    for measure in (LOSS, HELDOUT_LOSS):
        if measure not in there:
            continue
        paths: dict[str, None] = {}
        for other in values[1:]:
            paths.update(dict.fromkeys(deciding_settings(measure, values[0], other)))
        if paths:
            name = measure.title.rpartition(", ")[0]
            _note(f"{name}: no measure of each other where {', '.join(paths)} differ")


def _note(text: str) -> None:
    """Print a note on lines that fit the terminal."""
    for line in wrapped(printable(text)):
        note(line)


def _taken(fields: Sequence[Field], measures: Sequence[Any]) -> list[str]:
    """Return the names that a setting's column must not have."""
    heads = [measure.title.split(", ")[0] for measure in measures]
    return [*(field.key for field in fields), *heads, *(measure.key for measure in measures)]


def _settings(run: RunSummary) -> dict[str, Any]:
    """Return the settings of a run."""
    from w2v.experiments.tables import settings_of

    return settings_of(run)


def _measures(run: RunSummary) -> dict[Any, float]:
    """Return what was measured of a run."""
    from w2v.experiments.measures import measures_of

    return measures_of(run)
