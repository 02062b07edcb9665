"""`w2v corpus fetch`: bring a well-known public corpus or evaluation set, or list them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from w2v.cli.answers import print_json
from w2v.cli.bars import Bar
from w2v.cli.completion import complete_fetch
from w2v.cli.terminal import bytes_for_people, common_options, note
from w2v.errors import UsageError

if TYPE_CHECKING:
    from w2v.fetching.fetch import Fetched
    from w2v.fetching.registry import Entry

HERE = "here"


@click.command("fetch")
@click.argument("name", required=False, shell_complete=complete_fetch)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The file, or a folder for it; without it, where it goes by its name.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(0, min_open=True, max=86400),
    default=30.0,
    show_default=True,
    help="Seconds without any byte after which a connection is given up.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON, one object a line.")
@common_options
def fetch_command(name: str | None, out: Path | None, timeout: float, as_json: bool) -> None:
    """Download a public corpus or evaluation set; without NAME, list what there is.

    \b
        w2v corpus fetch                   the list
        w2v corpus fetch text8             then: w2v train --corpus text8
        w2v corpus fetch wordsim353        then: w2v eval RUN --set wordsim353

    It is checked by its size and checksum as far as they are known. What was interrupted goes on
    with the same command, and nothing is ever overwritten. The path of the file goes to stdout.
    """
    if not timeout > 0:  # click lets nan pass
        raise UsageError("--timeout is a number of seconds above 0")
    if name is None:
        if out is not None:
            raise UsageError("--out needs the NAME of what to fetch; without one, all are listed")
        _list(as_json)
        return
    if as_json:
        raise UsageError("--json is for the list; it takes no NAME")
    from w2v.fetching.registry import find_entry

    entry = find_entry(name)
    if out is not None and out.is_dir():
        out = out / f"{name}.txt"
    fetched = _fetch(entry, out, timeout)
    click.echo(fetched.path)


def _fetch(entry: Entry, out: Path | None, timeout: float) -> Fetched:
    """Fetch an entry, and say what is done."""
    from w2v.fetching.fetch import fetch

    with Bar() as bar:

        def say(text: str) -> None:
            bar.clear()
            note(text)

        fetched = fetch(
            entry, out, timeout=timeout, announce=lambda: _announce(entry), note=say,
            progress=bar.move,
        )  # fmt: skip
    if fetched.was_here:
        note(f"{entry.name} is here already")
        return fetched
    if not entry.is_checked:
        note(f"sha256   {fetched.download.sha256}")
        note("         (of the download; the registry knows none to check it with)")
    option = "--corpus" if entry.kind == "corpus" else "--set"
    by_name = f"; {option} {entry.name} finds it" if out is None else ""
    note(f"fetched  {bytes_for_people(fetched.path.stat().st_size)}{by_name}")
    return fetched


def _announce(entry: Entry) -> None:
    """Say what is about to be downloaded, from where, and what may be done with it."""
    note(f"{entry.name}: {entry.description}")
    note(f"licence  {entry.licence}")
    note(f"source   {entry.source}")
    note(f"from     {entry.urls[0]} ({entry.size_text})")


def _list(as_json: bool) -> None:
    """Print what can be fetched."""
    from w2v.fetching.registry import fetched_file, load_registry

    entries = load_registry().values()
    if as_json:
        for entry in entries:
            print_json(
                {
                    "name": entry.name,
                    "kind": entry.kind,
                    "description": entry.description,
                    "size": entry.download.size,
                    "sha256": entry.download.sha256,
                    "licence": entry.licence,
                    "source": entry.source,
                    "urls": list(entry.urls),
                    "file": None if (file := fetched_file(entry.name)) is None else str(file),
                }
            )
        return
    for entry in entries:
        size = "" if entry.download.size is None else bytes_for_people(entry.download.size)
        here = HERE if fetched_file(entry.name) else ""
        line = f"{entry.name:<23} {entry.kind:<6} {size:>7}  {here:<4}  {entry.licence}"
        click.echo(f"{line.rstrip()}\n    {entry.description}")
