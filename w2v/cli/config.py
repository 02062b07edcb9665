"""`w2v config`: write, show, check and compare configs."""

from __future__ import annotations

from pathlib import Path

import click

from w2v.cli.arguments import check_new_file, load_named, split_arguments
from w2v.cli.completion import complete_config, complete_train
from w2v.cli.terminal import common_options, counted, note

ARGUMENTS = click.argument(
    "arguments", nargs=-1, metavar="[CONFIG] [key=value]...", shell_complete=complete_train
)


@click.group("config")
@common_options
def config_group() -> None:
    """Write, show, check and compare configs."""


@config_group.command("init")
@ARGUMENTS
@click.option("--out", type=click.Path(path_type=Path), help="The file; stdout by default.")
@click.option("--force", is_flag=True, help="Replace the file.")
@common_options
def init_command(arguments: tuple[str, ...], out: Path | None, force: bool) -> None:
    """Write a config with every setting and a comment on each."""
    from w2v.config import write_config
    from w2v.files import atomic_write

    name, overrides = split_arguments(arguments)
    config = load_named(name, overrides).config
    text = write_config(config, with_help=True)
    if out is None or str(out) == "-":
        click.echo(text, nl=False)
        return
    check_new_file(out, force=force)
    with atomic_write(out, "w") as file:
        file.write(text)
    note(f"written to {out}; train with: w2v train {out}")


@config_group.command("show")
@ARGUMENTS
@common_options
def show_command(arguments: tuple[str, ...]) -> None:
    """Print every value with where it came from: default, file line, or override."""
    from w2v.config import show_config

    name, overrides = split_arguments(arguments)
    resolved = load_named(name, overrides)
    click.echo(show_config(resolved), nl=False)
    if resolved.sweep:
        note("this is what all points of its sweep share; `w2v sweep --dry-run` lists them")


@config_group.command("check")
@ARGUMENTS
@common_options
def check_command(arguments: tuple[str, ...]) -> None:
    """Report every mistake in a config; exit 2 if there is one."""
    from w2v.experiments.points import points_of

    name, overrides = split_arguments(arguments)
    resolved = load_named(name, overrides)
    where = f" in {counted(len(points_of(resolved)), 'point')}" if resolved.sweep else ""
    note(f"{name or 'the defaults'}: no mistakes{where}")


@config_group.command("diff")
@click.argument("one", shell_complete=complete_config)
@click.argument("other", shell_complete=complete_config, required=False)
@common_options
def diff_command(one: str, other: str | None) -> None:
    """Print the settings in which two configs differ; with one, those that are not the default."""
    from w2v.config import Config, config_differences

    left = load_named(one, []).config
    right = load_named(other, []).config if other is not None else left
    if other is None:
        left, one, other = Config(), "default", one
    rows = [("setting", one, other), *config_differences(left, right)]
    if len(rows) == 1:
        note("the two are the same")
        return
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    for row in rows:
        click.echo(f"{row[0]:<{widths[0]}}  {row[1]:<{widths[1]}}  {row[2]}")
