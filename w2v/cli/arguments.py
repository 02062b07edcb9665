"""What commands do with their arguments: find a config, load it, refuse to write over a file."""

from __future__ import annotations

import difflib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from w2v.cli.completion import complete_corpus
from w2v.cli.terminal import printable, warn
from w2v.errors import ConfigError, OutputError, RunError, UsageError, quoted
from w2v.shipped import shipped_files

if TYPE_CHECKING:
    from w2v.config import Resolved

CORPUS = click.option(
    "--corpus",
    "corpora",
    multiple=True,
    metavar="PATH",
    shell_complete=complete_corpus,
    help="A text to train on: file, folder, glob, -, or a name of `w2v corpus list`. Repeatable.",
)
LONGEST_NAME = 300  # characters of one that is shown
TEXT_ENDINGS = (".txt", ".csv", ".jsonl", ".gz", ".bz2", ".xz")  # of a corpus given as a config


def split_arguments(arguments: tuple[str, ...]) -> tuple[str | None, list[str]]:
    """Split `[CONFIG] [key=value ...]` into the config and the overrides.

    Raises
    ------
    UsageError
        If there are two configs.
    """
    overrides = [a for a in arguments if "=" in a and not os.path.exists(a)]
    configs = [a for a in arguments if a not in overrides]
    if len(configs) > 1:
        raise UsageError(
            f"{quoted(configs[1], LONGEST_NAME)} is neither key=value nor the only config "
            f"({quoted(configs[0], LONGEST_NAME)} is one); a text is given with --corpus"
        )
    return (configs[0] if configs else None), overrides


def given_corpus(corpora: Sequence[str], overrides: Sequence[str]) -> dict[str, str | list[str]]:
    """Return the setting that `--corpus` stands for, with its value; nothing without it.

    Raises
    ------
    UsageError
        If an override gives the corpus too.
    """
    if corpora and any(text.startswith("corpus.path=") for text in overrides):
        raise UsageError("the corpus is given twice, with --corpus and with corpus.path=")
    if not corpora:
        return {}
    return {"corpus.path": corpora[0] if len(corpora) == 1 else list(corpora)}


def find_config(name: str) -> Path:
    """Return the file of a config: a path, a run folder, or the name of a shipped one.

    Raises
    ------
    ConfigError
        If there is none; with the shipped names.
    """
    # os.path, not Path: it answers no, where Path raises, for a name that no file can have.
    in_run_folder = os.path.join(name, "config.yaml")
    if os.path.isfile(in_run_folder):
        return Path(in_run_folder)
    ending = Path(name).suffix.lower()
    if os.path.exists(name) and not os.path.isdir(name) and ending not in TEXT_ENDINGS:
        return Path(name)
    configs, experiments = shipped_files("configs"), shipped_files("experiments")
    shipped = experiments | configs
    if name in shipped:
        return shipped[name]
    from w2v.text.builtin import builtin_corpora  # late: it is asked for a wrong name only

    if ending not in ("", ".yaml", ".yml") or name in builtin_corpora():
        raise ConfigError(
            [
                f"{quoted(name, LONGEST_NAME)} is no config; a text to train on is given with "
                f"--corpus {name[:LONGEST_NAME]}"
            ]
        )
    near = difflib.get_close_matches(name, list(shipped), 1)
    meant = f"did you mean {near[0]}?" if near else f"shipped are {', '.join(configs)}"
    raise ConfigError([f"there is no config {quoted(name, LONGEST_NAME)}; {meant}"])


def load_named(name: str | None, overrides: list[str]) -> Resolved:
    """Load the config of that name, or the defaults, with overrides.

    Raises
    ------
    ConfigError
        If there is no such config, or mistakes are in it.
    RunError
        If it is that of a run, and not as it was written.
    """
    from w2v.config import load_config  # late: `w2v --help` reads no YAML

    return load_config(None if name is None else find_whole_config(name), overrides)


def find_whole_config(name: str) -> Path:
    """Return what `find_config` does; the config of a run is as the run was trained with it.

    If the record of the run cannot be read, nobody knows that; it costs a warning, since to train
    the run again may be the remedy.

    Raises
    ------
    ConfigError
        If there is none.
    RunError
        If it was edited, is damaged, or lost.
    """
    folder, last = (name, "") if os.path.isdir(name) else os.path.split(name)
    record_file = os.path.join(folder, "run.json")
    if last not in ("", "config.yaml") or not os.path.lexists(record_file):
        return find_config(name)
    from w2v.run_folder import CONFIG, check_run_file, read_record  # late: it needs NumPy

    try:
        record = read_record(Path(folder))
    except RunError as error:
        file = find_config(name)
        warn(printable(f"{error}; so nothing tells whether {file} is as it was written"))
        return file
    check_run_file(Path(folder), CONFIG, record)
    return Path(folder, CONFIG)


def check_new_file(out: Path, *, force: bool, option: str = "--out") -> None:
    """Refuse to write over a file, unless it was asked for; `option` is what names it.

    Raises
    ------
    OutputError
    """
    if out.exists() and not force:
        raise OutputError(f"{out} exists; choose another {option}, or add --force to replace it")


def check_runs(names: Sequence[str], made: str) -> None:
    """Refuse files of vectors where runs are wanted: they do not tell how they were trained.

    Parameters
    ----------
    names : sequence of str
    made : str
        What is made of runs.

    Raises
    ------
    UsageError
    """
    for name in names:
        # os.path, not Path: it answers no, where Path raises, for a name that no file can have.
        if os.path.isfile(name):
            raise UsageError(
                f"{printable(name)} is a file; {made} is made of a run: give the folder that "
                "`w2v train` wrote"
            )
