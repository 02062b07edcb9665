"""`w2v corpus`: the corpora that are always there; those that can be fetched are in fetch.py."""

from __future__ import annotations

from pathlib import Path

import click

from w2v.cli.answers import AS_JSON, print_json
from w2v.cli.arguments import check_new_file
from w2v.cli.completion import complete_builtin
from w2v.cli.fetch import fetch_command
from w2v.cli.inspect import inspect_command
from w2v.cli.terminal import bytes_for_people, common_options, note
from w2v.errors import ConfigError, UsageError


@click.group("corpus")
@common_options
def corpus_group() -> None:
    """List, make, fetch and inspect corpora, and fetch evaluation sets."""


corpus_group.add_command(fetch_command)
corpus_group.add_command(inspect_command)


@corpus_group.command("list")
@AS_JSON
@common_options
def list_command(as_json: bool) -> None:
    """Print what --corpus takes by name: the built-in corpora, and those that were fetched."""
    from w2v.fetching.registry import fetched_file, load_registry
    from w2v.text.builtin import builtin_corpora

    listed = builtin_corpora()
    files = dict.fromkeys(listed, "")
    for entry in load_registry().values():
        if entry.kind == "corpus" and (file := fetched_file(entry.name)):
            size = bytes_for_people(file.stat().st_size)
            listed[entry.name] = f"fetched; {size}, {entry.licence}"
            files[entry.name] = str(file)
    for name, description in listed.items():
        if as_json:
            print_json({"name": name, "description": description, "file": files[name] or None})
        else:
            click.echo(f"{name:<14} {description}")
    if as_json:
        return
    note("more can be downloaded: `w2v corpus fetch` lists them")


@corpus_group.command("make")
@click.argument("name", shell_complete=complete_builtin)
@click.option(
    "--out", type=click.Path(path_type=Path), help="The file; NAME.txt by default, - for stdout."
)
@click.option("--force", is_flag=True, help="Replace the file.")
@click.option("--words", type=click.IntRange(1), help="toy-world: how many words.")
@click.option("--seed", type=click.IntRange(0), help="toy-world: what it is made from.")
@click.option(
    "--questions", is_flag=True, help="toy-world: the planted analogies instead of the text."
)
@common_options
def make_command(
    name: str, out: Path | None, force: bool, words: int | None, seed: int | None, questions: bool
) -> None:
    """Write a built-in corpus to a file."""
    from w2v.files import atomic_write
    from w2v.text.builtin import builtin_corpora, builtin_file, toy_world

    if name not in builtin_corpora():
        raise ConfigError([f"there is no built-in corpus {name!r}; `w2v corpus list` lists them"])
    if name != "toy-world" and (words or seed is not None or questions):
        raise UsageError("--words, --seed and --questions are for toy-world only")
    if questions and (words or seed is not None):
        raise UsageError("--questions are always the same: they take neither --words nor --seed")
    if questions:
        lines = toy_world.questions()
    elif words or seed is not None:
        sizes = {"n_words": words, "seed": seed}
        lines = toy_world.lines(**{key: value for key, value in sizes.items() if value is not None})
    else:
        lines = iter(builtin_file(name).read_text("utf-8").splitlines())
    if out is not None and str(out) == "-":
        for line in lines:
            click.echo(line)
        return
    out = out or Path(f"{name}-questions.txt" if questions else f"{name}.txt")
    check_new_file(out, force=force)
    with atomic_write(out, "w") as file:
        n_lines = sum(file.write(f"{line}\n") > 0 for line in lines)
    note(f"{n_lines:,} lines written to {out}")
