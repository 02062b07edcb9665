"""What the commands of lessons share: --lang, --json, --html, and how a lesson is shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from w2v.cli.answers import AS_JSON, print_json
from w2v.cli.arguments import check_new_file
from w2v.cli.completion import complete_language
from w2v.cli.terminal import note, printable
from w2v.errors import OutputError, UsageError, quoted

if TYPE_CHECKING:
    from w2v.lessons.blocks import Lesson

AnyFunction = TypeVar("AnyFunction", bound=Callable[..., Any])
ENDINGS = (".html", ".htm")

LANG = click.option(
    "--lang",
    metavar="LANG",
    shell_complete=complete_language,
    help="en, ko or zh; by default the language of the locale.",
)


def lesson_options(command: AnyFunction) -> AnyFunction:
    """Give a command --lang, --json, --html, --out and --force."""
    for option in (
        click.option("--force", is_flag=True, help="Replace the page that is there."),
        click.option(
            "--out", type=click.Path(path_type=Path), help="The file of --html; here by default."
        ),
        click.option("--html", "as_html", is_flag=True, help="Write a page to click through."),
        AS_JSON,
        LANG,
    ):
        command = option(command)
    return command


def page_file(name: str, as_html: bool, out: Path | None, force: bool) -> Path | None:
    """Return where the page goes, before anything is computed; None if none is asked for.

    Parameters
    ----------
    name : str
        Of the file without its ending, if none is given.

    Raises
    ------
    UsageError
        If --out does not belong here.
    OutputError
        If the file is there already, or its folder is not.
    """
    if not as_html:
        if out is not None or force:
            raise UsageError("--out and --force are for the page: add --html")
        return None
    out = out or Path(f"{name}.html")
    if out.suffix.lower() not in ENDINGS:
        raise UsageError(f"--out {quoted(str(out))} does not end in .html")
    check_new_file(out, force=force)
    if not out.absolute().parent.is_dir():
        raise OutputError(f"{out} cannot be written: {out.parent} is no folder; make it first")
    return out


def show_lesson(
    lesson: Lesson, *, as_json: bool, page: Path | None, with_answer: bool = False
) -> None:
    """Show a lesson as it was asked for: on the terminal, as JSON, or as a page."""
    if as_json:
        from w2v.lessons.as_json import lesson_as_json

        print_json(lesson_as_json(lesson))
    if page is not None:
        from w2v.lessons.page.writing import lesson_page
        from w2v.webpage.writing import write_html

        say_page(page, write_html(lesson_page(lesson), page), as_json=as_json)
    if as_json or page is not None:
        return
    from w2v.cli.lesson_page import print_answer, print_lesson

    if with_answer:
        print_answer(lesson)
    else:
        print_lesson(lesson)


def say_page(page: Path, n_bytes: int, *, as_json: bool = False) -> None:
    """Say which page was written, on stdout unless JSON is there."""
    click.echo(printable(str(page)), err=as_json)
    note(f"{n_bytes / 1000:,.0f} kB; open it in a browser")
