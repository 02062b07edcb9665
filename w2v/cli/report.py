"""`w2v report`: what there is to see of runs, in one HTML file."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from w2v.cli.arguments import check_new_file, check_runs
from w2v.cli.bars import Bar
from w2v.cli.completion import complete_run
from w2v.cli.terminal import common_options, counted, note, printable
from w2v.errors import OutputError, UsageError, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from w2v.report.contract import Report

ENDINGS = (".html", ".htm")  # by which a browser knows a page
MOST_WORDS = 10_000  # beyond which a browser needs many seconds to draw them
FEWEST_WORDS = 2  # between which there is a distance


@click.command("report")
@click.argument("runs", metavar="RUN...", nargs=-1, required=True, shell_complete=complete_run)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The file; by default report.html in the folder of the run, or of the sweep.",
)
@click.option(
    "--words", "n_words", default=2000, show_default=True, metavar="N",
    type=click.IntRange(FEWEST_WORDS, MOST_WORDS), help="Words in the map, the commonest.",
)  # fmt: skip
@click.option(
    "--list", "lists", multiple=True, type=click.Path(path_type=Path), metavar="FILE",
    help="Words to show and to colour in the map, one a line; `: name` begins a group.",
)  # fmt: skip
@click.option("--analogies", metavar="SET", help="Draw the analogies of this file or built-in set.")
@click.option("--no-tsne", is_flag=True, help="Leave out t-SNE, which takes longest.")
@click.option("--title", help="The heading; the names of the runs by default.")
@click.option("--force", is_flag=True, help="Replace what is there.")
@common_options
def report_command(
    runs: tuple[str, ...],
    out: Path | None,
    n_words: int,
    lists: tuple[Path, ...],
    analogies: str | None,
    no_tsne: bool,
    title: str | None,
    force: bool,
) -> None:
    """Write what there is to see of runs as one HTML file.

    \b
        w2v report latest
        w2v report runs/toy-world-sweep --out sweep.html
        w2v report old new --list colours.txt

    RUN is a run folder, a run's name in runs/, `latest`, or a folder of runs such as a sweep's. The
    file opens in any browser and fetches nothing: loss curves, evaluation, settings side by side, a
    map of the words with a search box, analogies, norms, and the vocabulary.
    """
    from w2v.experiments.reading import find_run_folders
    from w2v.report.page.writing import check_library, write_page

    check_library()
    check_runs(runs, "a report")
    folders = find_run_folders(runs)
    out = out or default_out(runs, folders)
    if out.suffix.lower() not in ENDINGS:
        raise UsageError(f"--out {quoted(str(out))} does not end in .html")
    check_new_file(out, force=force)
    if not out.absolute().parent.is_dir():  # seen before the vectors are read
        raise OutputError(f"{out} cannot be written: {out.parent} is no folder; make it first")
    report = collect_views(folders, n_words, lists, analogies, tsne=None if not no_tsne else False)
    if title:
        report = dataclasses.replace(report, title=title)
    n_bytes = write_page(report, out)
    click.echo(printable(str(out)))
    n_runs = counted(len(report.runs), "run")
    note(f"{n_runs}, {n_bytes / 1e6:.1f} MB; open it in a browser")


def default_out(names: Sequence[str], folders: Sequence[Path]) -> Path:
    """Return where a report goes: to its run, to the folder of its runs, or here."""
    from w2v.run_finding import RUNS
    from w2v.run_folder import REPORT

    if len(folders) == 1:
        return folders[0] / REPORT
    if len(names) > 1:
        return Path(REPORT)
    return (Path(names[0]) if os.path.isdir(names[0]) else RUNS / names[0]) / REPORT


def collect_views(
    folders: Sequence[Path],
    n_words: int,
    lists: Sequence[Path],
    analogies: str | None,
    *,
    tsne: bool | None,
) -> Report:
    """Read runs and make their views, with a bar."""
    from w2v.experiments.reading import read_run
    from w2v.report.collecting import collect

    with Bar("looking at words", " runs") as bar:
        return collect(
            [read_run(folder) for folder in folders],
            n_words=n_words,
            word_lists=lists,
            analogies=analogies,
            tsne=tsne,
            on_progress=bar.move,
        )
