"""What all commands share: the options --quiet and --debug, notes on stderr, numbers for people."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import click

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


def printable(text: str) -> str:
    """Return text that any terminal takes: bytes that were no UTF-8 are shown as \\xff.

    Such bytes are kept in words and file names as lone surrogates, which cannot be printed.

    >>> printable("caf\\udce9")
    'caf\\\\xe9'
    """
    return re.sub("[\ud800-\udfff]", _escaped, text)


def json_line(value: object) -> str:
    """Write JSON on one line: every script as it is, bytes that are no UTF-8 as \\udcff."""
    text = json.dumps(value, ensure_ascii=False)
    return re.sub("[\ud800-\udfff]", lambda found: f"\\u{ord(found[0]):04x}", text)


def _escaped(surrogate: re.Match[str]) -> str:
    """Write a lone surrogate as the byte that it stands for, or, if it stands for none, as such."""
    code = ord(surrogate[0])
    return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"\\u{code:04x}"


def counted(n: float, noun: str) -> str:
    """Return a number with its noun in the right form.

    >>> counted(1, "word"), counted(2000, "word")
    ('1 word', '2,000 words')
    """
    return f"{n:,.0f} {noun}" + ("" if n == 1 else "s")


def bytes_for_people(n_bytes: float) -> str:
    """Return a size with its unit.

    >>> bytes_for_people(52_300_000)
    '52 MB'
    """
    for unit in ("bytes", "kB", "MB"):
        if n_bytes < 1000:
            return f"{n_bytes:.0f} {unit}"
        n_bytes /= 1000
    return f"{n_bytes:.1f} GB"


def seconds_for_people(seconds: float) -> str:
    """Return a duration.

    >>> seconds_for_people(3.21), seconds_for_people(75)
    ('3.2 s', '1 min 15 s')
    """
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"
