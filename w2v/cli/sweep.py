"""`w2v sweep`: one run for each point of a grid of settings."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from w2v.cli.answers import AS_JSON, print_json
from w2v.cli.arguments import CORPUS, find_whole_config, given_corpus, split_arguments
from w2v.cli.completion import complete_sweep
from w2v.cli.terminal import (
    common_options,
    counted,
    note,
    printable,
    seconds_for_people,
    settings,
    table_lines,
    waiting_line,
    warn,
)
from w2v.errors import UsageError, W2VError

if TYPE_CHECKING:
    from w2v.config import Resolved
    from w2v.experiments.expecting import Expected
    from w2v.experiments.planning import SweepPlan
    from w2v.experiments.points import Point
    from w2v.experiments.watching import Outcome

N_NAMED = 3  # failed points that the last line names, beside the first


@click.command("sweep")
@click.argument(
    "arguments", nargs=-1, metavar="[CONFIG] [key=a,b]...", shell_complete=complete_sweep
)
@click.option(
    "--jobs", metavar="N", default=1, show_default=True, type=click.IntRange(1),
    help="How many points are trained at once; changes no bit of the result.",
)  # fmt: skip
@CORPUS
@click.option(
    "--out",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="The folder of the sweep; NAME-sweep in output.dir by default.",
)
@click.option("--dry-run", is_flag=True, help="Print the points and the time expected, no more.")
@click.option(
    "--force", is_flag=True, help="Train anew what is there with other settings or another text."
)
@click.option("--allow-code", is_flag=True, help="Allow a tokenizer named as module:function.")
@AS_JSON
@common_options
def sweep_command(
    arguments: tuple[str, ...],
    jobs: int,
    corpora: tuple[str, ...],
    out: Path | None,
    dry_run: bool,
    force: bool,
    allow_code: bool,
    as_json: bool,
) -> None:
    """Train a run for each combination of settings.

    \b
        w2v sweep toy-world model.window=2,5,10 train.seed=0..4
        w2v sweep --corpus my.txt train.lr=0.05,0.15,0.5
        w2v sweep my.yaml --dry-run             what it would train, how long
        w2v sweep my.yaml --jobs 2              two at a time

    CONFIG is as for `w2v train`; it may have a section `sweep`:

    \b
        sweep:
          model.window: [2, 5, 10]    # values
          train.seed: 0..4            # 0, 1, 2, 3, 4

    or a list of such grids, for combinations that are no grid. A key=value with several values
    takes the place of the same key there, else multiplies the points; a comma within [brackets]
    or 'quotation marks' parts nothing.

    Each point is a run folder in the folder of the sweep. The same command goes on after an
    interruption, skips what is done, and trains what is new: more seeds, more values. A point that
    fails leaves the others alone.
    """
    # Imported here, so that `w2v --help` does not pay for NumPy.
    from w2v.config import load_config
    from w2v.training.memory import keep_freed_memory

    name, axes = split_arguments(arguments)
    values = given_corpus(corpora, axes)
    resolved = load_config(
        None if name is None else find_whole_config(name), values=values, axes=axes
    )
    if not resolved.sweep:
        raise UsageError(
            "nothing to sweep over; give a setting several values, for example "
            "model.window=2,5,10, or the config a section `sweep`"
        )
    options: dict[str, Any] = {"force": force, "allow_code": allow_code}
    if dry_run:
        keep_freed_memory()
        _dry_run(resolved, out, jobs, options, as_json=as_json)
        return
    outcomes = _train(resolved, out, jobs, options)
    if as_json:
        for outcome in outcomes:
            print_json(_as_object(outcome))
    _close(outcomes)


def _train(
    resolved: Resolved, out: Path | None, jobs: int, options: dict[str, Any]
) -> list[Outcome]:
    """Train all points, with a bar or a line for each."""
    from w2v.cli.stopping import stopping_gently
    from w2v.cli.sweep_progress import SweepProgress
    from w2v.experiments.sweep import sweep

    with stopping_gently(within=None) as stop_requested:
        progress = SweepProgress(stop_requested)
        try:
            return sweep(resolved, out, jobs=jobs, observer=progress, **options)
        finally:
            progress.close()


def _close(outcomes: Sequence[Outcome]) -> None:
    """Say how it ended, where everything is, and what can be done with it."""
    failed = [outcome for outcome in outcomes if outcome.status != "done"]
    n_done, n = len(outcomes) - len(failed), counted(len(outcomes), "point")
    folder = outcomes[0].folder.parent
    if n_done:
        note(f"{n_done:,} of {n} done; the runs are in {printable(str(folder))}")
        where = printable(shlex.quote(str(folder)))
        note(f"compare them: w2v runs compare {where}")
        note(f"see them: w2v report {where}")
    if failed:
        first, it = failed[0], "it" if len(failed) == 1 else "them"
        more = [outcome.point.name for outcome in failed[1 : 1 + N_NAMED]]
        more += [f"{len(failed) - 1 - N_NAMED:,} more"] if len(failed) > 1 + N_NAMED else []
        others = f"; also {', '.join(more)}" if more else ""
        reason = str(first.reason)
        if not settings().quiet:  # all of it was printed as the point ended
            reason = reason.partition(";")[0]
        raise W2VError(
            f"{n_done:,} of {n} done; {len(failed):,} failed: {first.point.name}: {reason}"
            f"{others}; the same command tries {it} again"
        )


def _as_object(outcome: Outcome) -> dict[str, object]:
    """Return what JSON says of a point."""
    return {
        "point": outcome.point.name,
        "settings": outcome.point.settings,
        "folder": str(outcome.folder),
        "status": outcome.status,
        "reason": outcome.reason,
        "measures": {measure.key: value for measure, value in outcome.measures.items()},
    }


def _dry_run(
    resolved: Resolved, out: Path | None, jobs: int, options: dict[str, Any], *, as_json: bool
) -> None:
    """Print each point with the time that it is expected to take, and the sum."""
    from w2v.cli.sweep_progress import ReadingBar
    from w2v.experiments.expecting import expect
    from w2v.experiments.planning import plan_sweep

    with ReadingBar() as bar:
        plan = plan_sweep(
            resolved, out, on_read=bar.add, on_wait=lambda pid: note(waiting_line(pid)), **options
        )
    with ReadingBar("measuring", " points") as bar:
        expected = expect(plan, jobs, allow_code=options["allow_code"], on_point=bar.add)
    for_people = [["point", "expected"]]
    for point in plan.points:
        found = expected.get(point.name)
        if as_json:
            print_json(_as_expected(plan, point, found))
        elif found is None:
            for_people.append([point.name, "done"])
        elif found.seconds is None:
            for_people.append([point.name, "fails" if found.problem else "not known"])
        else:
            for_people.append([point.name, seconds_for_people(found.seconds)])
    if not as_json:
        for line in table_lines(for_people):
            click.echo(line)
    for problem, names in _by_problem(expected).items():
        more = f" and {len(names) - 1:,} more" if len(names) > 1 else ""
        warn(printable(f"{names[0]}{more} will fail: {problem}"))
    note(_sum_line(plan, expected, jobs))
    if n_unknown := sum(e.seconds is None and not e.problem for e in expected.values()):
        note(
            f"{counted(n_unknown, 'point')} of unknown time: numba has to compile first (about "
            "10 s for each model.dim)"
        )


def _as_expected(plan: SweepPlan, point: Point, found: Expected | None) -> dict[str, object]:
    """Return what JSON says of a point of a dry run."""
    seconds = 0.0 if found is None else found.seconds
    return {
        "point": point.name,
        "settings": point.settings,
        "folder": str(plan.folder / point.name),
        "done": point.name in plan.done,
        "expected_seconds": None if seconds is None else round(seconds, 1),
        "problem": None if found is None else found.problem,
    }


def _by_problem(expected: Mapping[str, Expected]) -> dict[str, list[str]]:
    """Return the names of the points that will fail, by the reason."""
    found: dict[str, list[str]] = {}
    for name, each in expected.items():
        if each.problem:
            found.setdefault(each.problem, []).append(name)
    return found


def _sum_line(plan: SweepPlan, expected: Mapping[str, Expected], jobs: int) -> str:
    """Say how long all that are left will take."""
    from w2v.experiments.expecting import makespan

    seconds = [each.seconds for each in expected.values() if each.seconds is not None]
    n_done = len(plan.done)
    done = f", {n_done:,} of them done" if n_done else ""
    at_once = f", {jobs} at once" if jobs > 1 else ""
    total = f"about {seconds_for_people(makespan(seconds, jobs))}{at_once}"
    if not seconds:
        is_idle = all(each.problem for each in expected.values())
        total = "nothing that can be trained" if is_idle else "how long is not known"
    total = total if expected else "nothing to do"
    return f"{counted(len(plan.points), 'point')}{done}: {total}"
