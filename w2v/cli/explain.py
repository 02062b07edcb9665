"""`w2v explain`: one update of CBOW with every number in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from w2v.cli.answers import ALLOW_CODE
from w2v.cli.arguments import check_runs
from w2v.cli.completion import complete_run
from w2v.cli.lesson_options import lesson_options, page_file, say_page, show_lesson
from w2v.cli.terminal import common_options
from w2v.errors import UsageError
from w2v.lessons.languages import language_of

if TYPE_CHECKING:
    from w2v.lessons.explain.run_scene import TrainedRun
    from w2v.lessons.explain.scene import Choice
    from w2v.lessons.explain.update import Scene

NEGATIVES = "--negatives"


class WordsAfterNegatives(click.Command):
    """A command whose --negatives takes all words up to the next option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Write the option before each of the words; click does the rest."""
        return super().parse_args(ctx, repeated(args))


def repeated(args: list[str]) -> list[str]:
    """Write --negatives before each word that follows it.

    >>> repeated(["the cat", "--negatives", "dog", "cow", "--json"])
    ['the cat', '--negatives', 'dog', '--negatives', 'cow', '--json']
    """
    written: list[str] = []
    is_word = False
    for at, text in enumerate(args):
        if text == "--":
            return [*written, *args[at:]]
        if text.startswith("-"):
            is_word = text == NEGATIVES
            # With no word behind it, click says what is missing.
            is_followed = at + 1 < len(args) and not args[at + 1].startswith("-")
            written += [] if is_word and is_followed else [text]
        else:
            written += [NEGATIVES, text] if is_word else [text]
    return written


@click.command("explain", cls=WordsAfterNegatives)
@click.argument("sentences", metavar="SENTENCE", nargs=-1)
@click.option("--center", metavar="WORD", help="The word to guess; by default the middle one.")
@click.option("--window", type=int, metavar="N", help="Context words on each side; 2.")
@click.option("--dim", type=int, metavar="N", help="Numbers in a toy row; 4.")
@click.option("--seed", type=int, metavar="N", help="Of the toy's rows and of the noise; 1.")
@click.option(
    NEGATIVES,
    multiple=True,
    metavar="WORD...",
    help="The noise words; by default they are drawn, 3 for a toy.",
)
@click.option("--lr", type=float, metavar="X", help="Learning rate; 0.1 for a toy.")
@click.option(
    "--gradient", type=click.Choice(["exact", "word2vec"]), help="word2vec: without 1/|C|."
)
@click.option("--tokenizer", metavar="NAME", help="words, whitespace or char; words.")
@click.option(
    "--run", "run", metavar="RUN", shell_complete=complete_run, help="Take a trained run's rows."
)
@ALLOW_CODE
@lesson_options
@common_options
def explain_command(
    sentences: tuple[str, ...],
    center: str | None,
    window: int | None,
    dim: int | None,
    seed: int | None,
    negatives: tuple[str, ...],
    lr: float | None,
    gradient: Literal["exact", "word2vec"] | None,
    tokenizer: str | None,
    run: str | None,
    allow_code: bool,
    lang: str | None,
    as_json: bool,
    as_html: bool,
    out: Path | None,
    force: bool,
) -> None:
    """Explain one update of CBOW with every number in it.

    The words of SENTENCE are a toy vocabulary, with rows of two decimals to reckon along by hand;
    or, with --run, the rows are those of a trained run, and so are the settings.

    \b
        w2v explain "the cat sat on the mat" --center sat
        w2v explain "the cat sat" --negatives dog cow --gradient word2vec
        w2v explain "the king and the queen" --run latest --html
    """
    language = language_of(lang)
    if len(sentences) != 1:
        found = "are several arguments" if sentences else "is no sentence"
        raise UsageError(
            f"there {found}; a sentence stands in quotation marks, before --negatives: "
            'w2v explain "the cat sat on the mat" --center sat'
        )
    (sentence,) = sentences
    page = page_file("explain", as_html, out, force)
    from w2v.lessons.explain.scene import Choice

    choice = Choice(center, window, dim, seed, negatives, lr, gradient, tokenizer, allow_code)
    trained = None if run is None else _trained(run)
    scene = _scene(sentence, trained, choice)
    if page is not None:
        from w2v.lessons.explain.as_page import page_of
        from w2v.webpage.writing import write_html

        written = write_html(page_of(scene, language, trained, choice), page)
        say_page(page, written, as_json=as_json)
        if not as_json:
            return
    from w2v.lessons.explain.telling import explain_lesson

    show_lesson(explain_lesson(scene, language), as_json=as_json, page=None)


def _trained(name: str) -> TrainedRun:
    """Open the run."""
    check_runs([name], "this page")
    from w2v.lessons.explain.run_scene import TrainedRun
    from w2v.run_finding import find_run

    return TrainedRun(find_run(name))


def _scene(sentence: str, trained: TrainedRun | None, choice: Choice) -> Scene:
    """Make the scene, with a toy vocabulary or of a run."""
    if trained is None:
        from w2v.lessons.explain.scene import toy_scene

        return toy_scene(sentence, choice)
    from w2v.lessons.explain.run_scene import run_scene

    return run_scene(trained, sentence, choice)
