"""What all commands share: the options --quiet and --debug, notes on stderr, numbers for people."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from w2v.files import bytes_for_people as bytes_for_people
from w2v.text.widths import WIDTH as WIDTH
from w2v.text.widths import columns_of as columns_of
from w2v.text.widths import cut as cut
from w2v.text.widths import printable as printable

AnyFunction = TypeVar("AnyFunction", bound=Callable[..., Any])


@dataclass
class Settings:
    """The global options, wherever on the command line they stood."""

    quiet: bool = False
    debug: bool = False


def common_options(command: AnyFunction) -> AnyFunction:
    """Give a command --quiet and --debug."""
    for name, help_text in (
        ("debug", "Show tracebacks."),
        ("quiet", "Print no notes and no progress."),
    ):
        command = click.option(
            f"--{name}", is_flag=True, expose_value=False, callback=_remember, help=help_text
        )(command)
    return command


def _remember(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    """Keep a global option on the root context: `w2v --quiet train` is `w2v train --quiet`."""
    settings = ctx.find_root().ensure_object(Settings)
    if value and param.name is not None:
        setattr(settings, param.name, True)


def settings() -> Settings:
    """Return the global options of the running command."""
    return click.get_current_context().find_root().ensure_object(Settings)


def note(text: str) -> None:
    """Print a line to stderr, unless --quiet."""
    if not settings().quiet:
        click.echo(text, err=True)


def warn(text: str) -> None:
    """Print a warning to stderr, unless --quiet."""
    note(click.style("warning: ", fg="yellow") + text)


def json_line(value: object) -> str:
    """Write JSON on one line: every script as it is, bytes that are no UTF-8 as \\udcff."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return re.sub("[\ud800-\udfff]", lambda found: f"\\u{ord(found[0]):04x}", text)


def counted(n: float, noun: str, plural: str | None = None) -> str:
    """Return a number with its noun in the right form; the plural has an s unless it is given.

    >>> counted(1, "word"), counted(2000, "word")
    ('1 word', '2,000 words')
    """
    return f"{n:,.0f} {noun if n == 1 else plural or noun + 's'}"


def percent(share: float) -> str:
    """Write a share or a correlation, times 100.

    >>> percent(0.5), percent(-0.0001)
    ('50.0', '0.0')
    """
    return f"{round(100 * share, 1) + 0.0:.1f}"  # -0.0 + 0.0 is 0.0


def seconds_for_people(seconds: float) -> str:
    """Return a duration.

    >>> seconds_for_people(3.21), seconds_for_people(75)
    ('3.2 s', '1 min 15 s')
    """
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"


def waiting_line(pid: int | None) -> str:
    """Say that another process is waited for, which reads the same text."""
    who = "another process" if pid is None else f"process {pid}"
    return f"waiting  for {who}, which reads the same text"


def wrapped(text: str, columns: int = WIDTH) -> list[str]:
    """Break a text at its spaces into lines of so many columns; later lines are indented."""
    lines: list[str] = []
    for word in text.split(" "):
        if lines and columns_of(f"{lines[-1]} {word}") <= columns:
            lines[-1] += f" {word}"
        else:
            lines.append(f"  {word}" if lines else word)
    return lines


def table_lines(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the lines of a table: names on the left, numbers on the right, no wider than `WIDTH`.

    Parameters
    ----------
    rows : sequence of sequence of str
        The first cell of each is its name; names are cut where the table would be too wide.
    """
    widths = [2 + max(map(len, column)) for column in zip(*(row[1:] for row in rows), strict=True)]
    numbers = [
        "".join(f"{cell:>{width}}" for cell, width in zip(row[1:], widths, strict=True))
        for row in rows
    ]
    names = [cut(printable(row[0]), max(1, WIDTH - sum(widths))) for row in rows]
    width = max(map(columns_of, names))
    return [
        name + " " * (width - columns_of(name)) + cells
        for name, cells in zip(names, numbers, strict=True)
    ]
