"""`w2v gradcheck`: every derivative against the loss that it is the derivative of."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from w2v.cli.lesson_options import lesson_options, page_file, show_lesson
from w2v.cli.terminal import common_options, note
from w2v.lessons.gradcheck import NAMES, SEED, TOLERANCE
from w2v.lessons.languages import language_of


@click.command("gradcheck")
@click.argument("names", metavar="[NAME]...", nargs=-1, type=click.Choice(NAMES))
@click.option(
    "--gradient",
    type=click.Choice(["exact", "word2vec"]),
    default="exact",
    show_default=True,
    help="Of CBOW; word2vec leaves 1/|C| out, and fails.",
)
@click.option("--seed", type=int, default=SEED, show_default=True, help="Of the weights.")
@click.option(
    "--tolerance",
    type=float,
    default=TOLERANCE,
    show_default=True,
    help="The relative error that is too large.",
)
@lesson_options
@common_options
@click.pass_context
def gradcheck_command(
    ctx: click.Context,
    names: tuple[str, ...],
    gradient: Literal["exact", "word2vec"],
    seed: int,
    tolerance: float,
    lang: str | None,
    as_json: bool,
    as_html: bool,
    out: Path | None,
    force: bool,
) -> None:
    """Check that the gradients are the derivatives of the loss.

    Each gradient that a layer, a loss, a model or an engine computes is held against numeric
    derivatives in float64. Without NAME, all of them: sigmoid, embedding, window-mean, loss,
    softmax, cbow, skipgram, matrices, engine-numpy, engine-numba. The exit code is 0 if all pass,
    else 1.

    \b
        w2v gradcheck
        w2v gradcheck cbow --gradient word2vec
    """
    language = language_of(lang)
    page = page_file("gradcheck", as_html, out, force)
    from w2v.lessons.gradcheck.running import Asked, run_checks
    from w2v.lessons.gradcheck.telling import gradcheck_lesson

    asked = Asked(names, gradient, seed, tolerance)
    checks = run_checks(asked, _say_compiling)
    lesson = gradcheck_lesson(asked, checks, language)
    show_lesson(lesson, as_json=as_json, page=page)
    if not lesson.numbers["passed"]:
        ctx.exit(1)


def _say_compiling() -> None:
    """Say what takes so long."""
    note("compiling for these checks, which is kept (about 10 s)")
