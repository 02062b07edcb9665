"""`w2v corpus inspect`: what a text is like before time is spent on it, and a config for it."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import click

from w2v.cli.arguments import check_new_file
from w2v.cli.bars import Bar
from w2v.cli.completion import complete_inspect
from w2v.cli.lesson_options import lesson_options, page_file, show_lesson
from w2v.cli.terminal import common_options, note, printable
from w2v.errors import CorpusError, OutputError, UsageError, quoted

ENDINGS = (".yaml", ".yml")
LARGE = 10_000_000  # bytes: beyond this, somebody waits


@click.command("inspect")
@click.argument(
    "arguments", nargs=-1, metavar="PATH... [key=value]...", shell_complete=complete_inspect
)
@click.option(
    "--write",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write the suggested config, a .yaml file; with --force over one that is there.",
)
@click.option("--allow-code", is_flag=True, help="Allow a tokenizer named as module:function.")
@lesson_options
@common_options
def inspect_command(
    arguments: tuple[str, ...],
    write: Path | None,
    allow_code: bool,
    lang: str | None,
    as_json: bool,
    as_html: bool,
    out: Path | None,
    force: bool,
) -> None:
    """Look at a text before training: its words, its lines, what it costs, a config for it.

    PATH is what --corpus takes: a file, a folder, a glob, - for standard input, or a name of `w2v
    corpus list`. The config that is suggested keeps every key=value that is given.

    \b
        w2v corpus inspect my.txt
        w2v corpus inspect my.txt --write my.yaml && w2v train my.yaml
    """
    from w2v.lessons.inspect.inspecting import inspect_corpus
    from w2v.lessons.languages import language_of

    paths, overrides = split_paths(arguments)
    language = language_of(lang)
    page = page_file("inspect", as_html, out, force if write is None else force and as_html)
    if write is not None:
        _check_config_file(write, force=force)
    progress = _Bars()
    try:
        found = inspect_corpus(paths, overrides, language, allow_code=allow_code, progress=progress)
    finally:
        progress.close()
    show_lesson(found.lesson, as_json=as_json, page=page)
    if write is not None:
        _write_config(found.config_file, write, found.refusal, allow_code=allow_code)


def split_paths(arguments: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """Split `PATH... [key=value]...` into the paths and the overrides.

    Raises
    ------
    UsageError
        If there is no path, or the text is given twice.
    """
    overrides = [a for a in arguments if "=" in a and not os.path.exists(a)]
    paths = [a for a in arguments if a not in overrides]
    if not paths:
        raise UsageError("nothing to inspect: give a file, folder, glob, - or a built-in corpus")
    if any(text.startswith("corpus.path=") for text in overrides):
        raise UsageError("the corpus is given twice, as PATH and with corpus.path=")
    return paths, overrides


def _check_config_file(file: Path, *, force: bool) -> None:
    """Refuse what cannot be the file of the config, before anything is read."""
    if file.suffix.lower() not in ENDINGS:
        raise UsageError(f"--write {quoted(str(file))} does not end in .yaml")
    check_new_file(file, force=force, option="--write")
    if not file.absolute().parent.is_dir():
        raise OutputError(f"{file} cannot be written: {file.parent} is no folder; make it first")


def _write_config(text: str, file: Path, refusal: str, *, allow_code: bool) -> None:
    """Write the suggested config, if it can be trained."""
    from w2v.files import atomic_write

    if refusal:
        raise CorpusError(f"{file} is not written, for nothing can be trained: {refusal}")
    with atomic_write(file, "w") as stream:
        stream.write(text)
    train = f"w2v train {shlex.quote(str(file))}{' --allow-code' if allow_code else ''}"
    note(printable(f"written to {file}; train with: {train}"))


class _Bars:
    """A bar for each thing that takes a while, one after the other."""

    def __init__(self) -> None:
        self._what = ""
        self._bar: Bar | None = None

    def __call__(self, what: str, n_done: int, total: int | None) -> None:
        """Show how much of something is done."""
        if self._bar is None and (total or 0) >= LARGE:
            note("looking it over, counting its words, timing a little training: some seconds")
        if what != self._what or self._bar is None:
            self.close()
            self._what, self._bar = what, Bar(what)
        self._bar.move(n_done, total)

    def close(self) -> None:
        """Leave the terminal tidy."""
        if self._bar is not None:
            self._bar.close()
        self._bar = None
