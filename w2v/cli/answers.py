"""What the asking commands share: their arguments, and how answers are printed."""

from __future__ import annotations

import codecs
import sys
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import click

from w2v.cli.completion import complete_run
from w2v.cli.terminal import json_line, printable
from w2v.errors import UsageError

STDIN = "-"
NOTHING_ASKED = "nothing was asked: give a WORD, or a line of standard input for each"
COSINES = "cosine similarity of unit vectors; the words of the question are left out"
RUN_HELP = "RUN is a run folder, a run's name in runs/, `latest`, or a file of vectors."
RUN = click.argument("run", metavar="RUN", shell_complete=complete_run)
N = click.option("-n", "n", default=10, show_default=True, type=click.IntRange(1), help="How many.")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON, one object a line.")


class Restrict(click.ParamType):  # type: ignore[type-arg]  # generic in new releases only
    """A number of words, at least 1, or `all`, which becomes None."""

    name = "N"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> int | None:
        """Return the number."""
        if value == "all":
            return None
        try:
            return click.IntRange(1).convert(value, param, ctx)
        except click.BadParameter:
            return self.fail(f"{value!r} is neither a whole number from 1 on nor all", param, ctx)


RESTRICT = click.option(
    "--restrict",
    type=Restrict(),
    default="all",
    show_default=True,
    help="Answers among the N commonest words only.",
)
MIN_COUNT = click.option(
    "--min-count", default=0, type=click.IntRange(0), help="Answers seen so often only."
)
WEIGHTING = click.option(
    "--weighting",
    type=click.Choice(["mean", "sif"]),
    default="mean",
    show_default=True,
    help="Of a sentence's words: all alike, or common ones less (Arora et al. 2017).",
)
ALLOW_CODE = click.option(
    "--allow-code", is_flag=True, help="Allow the run's tokenizer to be module:function."
)


def print_answers(title: str, answers: Sequence[tuple[str, float]]) -> None:
    """Print a question and its answers, the nearest first."""
    click.echo(printable(title))
    for word, cosine in answers:
        click.echo(f"  {cosine:6.3f}  {printable(word)}")


def as_objects(answers: Sequence[tuple[str, float]]) -> list[dict[str, object]]:
    """Turn answers into what JSON prints."""
    return [{"word": word, "similarity": round(cosine, 6)} for word, cosine in answers]


def print_json(value: object) -> None:
    """Print JSON on one line, letters of every script as they are."""
    click.echo(json_line(value))


def lines_of_stdin() -> Iterator[str]:
    """Yield the lines of standard input that are not blank.

    Bytes that are no UTF-8 are kept as lone surrogates, as in the words of vector files.

    Raises
    ------
    UsageError
        If it is closed.
    """
    if sys.stdin is None:
        raise UsageError("nothing was asked, and standard input is closed")
    for number, line in enumerate(sys.stdin.buffer, 1):
        line = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
        if text := line.decode("utf-8", "surrogateescape").strip():
            yield text


class Asked(NamedTuple):
    """One question as it was written."""

    text: str
    is_sentence: bool


def questions_of(queries: tuple[str, ...], sentences: tuple[str, ...]) -> Iterator[Asked]:
    """Return what is asked: by the arguments, else by the lines of standard input.

    Raises
    ------
    UsageError
        If both are given.
    """
    alone = queries + sentences
    if STDIN in alone and len(alone) > 1:
        raise UsageError(
            "- alone reads questions from standard input; a sum of words stands in quotation "
            'marks: "king - man + woman"'
        )
    if STDIN in alone or not alone:
        return (Asked(line, is_sentence=bool(sentences)) for line in lines_of_stdin())
    words = [Asked(text, is_sentence=False) for text in queries]
    return iter([*words, *(Asked(text, is_sentence=True) for text in sentences)])


def check_weighting(weighting: str, sentences: Sequence[str]) -> None:
    """Refuse a weighting where there is no sentence to weigh the words of.

    Raises
    ------
    UsageError
    """
    if weighting != "mean" and not sentences:
        raise UsageError(f"--weighting {weighting} is for --sentence; a word has nothing to weigh")


def stdin_is_terminal() -> bool:
    """Tell whether somebody sits at standard input."""
    return sys.stdin is not None and sys.stdin.isatty()
