"""`w2v runs`: list runs, show one, and compare settings over seeds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from w2v.cli.answers import AS_JSON, RUN, print_json
from w2v.cli.completion import complete_run
from w2v.cli.fields import Table
from w2v.cli.run_tables import lettered, table_of_groups, table_of_runs
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
    """List runs, show one, and compare settings over seeds.

    \b
        w2v runs list                          all below runs/
        w2v runs show latest                   one, in full
        w2v runs compare runs/toy-world-sweep  its settings, over seeds
    """


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

    \b
        w2v runs list runs/toy-world-sweep --sort loss
        w2v runs list --csv > runs.csv

    A FOLDER of runs, such as a sweep's, stands for all that are in it; without any argument all
    runs below runs/ are listed. The newest is last.
    """
    _check_output(as_json, as_csv)
    runs = sorted(_read(names), key=lambda run: str(run.record.get("started", "")))
    table = table_of_runs(runs)
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
    from w2v.run_finding import find_run

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

    \b
        w2v runs compare runs/toy-world-sweep --sort toy-world --reverse
        w2v runs compare old new

    A FOLDER of runs, such as a sweep's, stands for all that are in it. Of two settings it is said
    which differences are larger than seed noise. Two runs stand for all runs beside them that are
    equal to them but for the seed.
    """
    from w2v.cli.verdicts import print_verdicts, verdict_objects
    from w2v.experiments.tables import by_settings, groups_over_seeds

    _check_output(as_json, as_csv)
    if not names:
        raise UsageError("nothing to compare: give runs, or a folder of runs such as a sweep's")
    groups = groups_over_seeds(_runs_to_compare(names))
    if len(names) == 1:  # a folder, which has no order of its own
        groups = by_settings(groups)
    table = table_of_groups(groups)
    order = table.order(sort, reverse=reverse)
    groups, table = [groups[at] for at in order], lettered(table.in_order(order))
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
    if len(groups) == 1 and len(groups[0].runs) > 1:
        _note("the runs differ in nothing but the seed: there is one setting, and none to compare")
    if len(groups) == 2:
        print_verdicts(groups[0], groups[1])
    else:
        _note_on_losses([run for group in groups for run in group.runs])
    if len(groups) > 2:
        _note("two settings are tested against each other: name a run of each")


def _check_output(as_json: bool, as_csv: bool) -> None:
    """Refuse two formats at once."""
    if as_json and as_csv:
        raise UsageError("--json and --csv are two formats; give one of them")


def _read(names: Sequence[str]) -> list[RunSummary]:
    """Read the runs that are named, or all; one that cannot be read costs a warning."""
    from w2v.experiments.reading import find_run_folders, folders_within
    from w2v.experiments.tables import read_runs
    from w2v.run_finding import RUNS as ALL

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

    if len(names) == 2:
        folders = [find_run_folders([name]) for name in names]
        if max(map(len, folders)) == 1:
            alone = [read_run(folder) for [folder] in folders]
            unfinished = [run for run in alone if run.status != "done"]
            if unfinished:
                run = unfinished[0]
                raise RunError(f"{run.folder} cannot be compared: its status is {run.status}")
            return _without_doubles([other for run in alone for other in _with_siblings(run)])
    runs = _read(names)
    for run in runs:
        if run.status != "done":
            warn(printable(f"{run.folder} is left out: its status is {run.status}"))
    done = [run for run in runs if run.status == "done"]
    if not done:
        raise RunError("none of the runs is done; there is nothing to compare")
    return done


def _with_siblings(run: RunSummary) -> list[RunSummary]:
    """Return a run and those beside it that differ in the seed alone; say how many they are."""
    from w2v.experiments.tables import siblings_of

    found = siblings_of(run)
    if len(found) > 1:
        others = counted(len(found) - 1, "run")
        _note(f"{run.folder}: with {others} beside it, equal but for the seed")
    else:
        _note(f"{run.folder}: no run beside it is equal but for the seed")
    return found


def _without_doubles(runs: Sequence[RunSummary]) -> list[RunSummary]:
    """Drop runs that are there twice."""
    return list({run.folder.resolve(): run for run in runs}.values())


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
    from w2v.experiments.measures import measures_of

    if any(len(group.runs) > 1 for group in groups):
        _note("n: seeds; ±: sample standard deviation over them")
    else:
        _note("n: seeds; one seed each, so nothing is known of the noise of seeds")
    n_repeated = sum(group.n_repeated for group in groups)
    if n_repeated:
        twice = counted(n_repeated, "run is", "runs are")
        _note(f"{twice} not counted: a later one has the same settings and the same seed")
    for group in groups:
        n_least = min((len(group.by_seed(m)) for m in measures_of(group.runs[0])), default=0)
        if 0 < n_least < len(group.runs):
            _note("not every seed has every measure: each mean is over those that have it")
            break


def _note_on_losses(runs: Sequence[RunSummary]) -> None:
    """Say it if a setting differs that makes losses no measure of each other."""
    from w2v.experiments.comparing import deciding_settings
    from w2v.experiments.measures import HELDOUT_LOSS, LOSS
    from w2v.experiments.tables import measures_in, settings_of

    there = measures_in(runs)
    values = [settings_of(run) for run in runs]
    for measure in (LOSS, HELDOUT_LOSS):
        if measure not in there:
            continue
        paths: dict[str, None] = {}
        for other in values[1:]:
            paths.update(dict.fromkeys(deciding_settings(measure, values[0], other)))
        if paths:
            name = measure.title.rpartition(", ")[0]
            _note(f"{name}: not to be compared between runs that differ in {', '.join(paths)}")


def _note(text: str) -> None:
    """Print a note on lines that fit the terminal."""
    for line in wrapped(printable(text)):
        note(line)
