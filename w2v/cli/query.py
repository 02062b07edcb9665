"""`w2v similar` and `w2v analogy`: ask a run."""

from __future__ import annotations

import click

from w2v.cli.completion import complete_run
from w2v.cli.opening import open_vectors
from w2v.cli.terminal import common_options, json_line, note, printable
from w2v.errors import UsageError, WordError

RUN = click.argument("run", metavar="RUN", shell_complete=complete_run)
N = click.option("-n", "n", default=10, show_default=True, type=click.IntRange(1), help="How many.")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON, one object a line.")


@click.command("similar")
@RUN
@click.argument("words", metavar="WORD...", nargs=-1, required=True)
@N
@AS_JSON
@common_options
def similar_command(run: str, words: tuple[str, ...], n: int, as_json: bool) -> None:
    """Print the nearest neighbours of each WORD.

    RUN is a run folder, a run's name in runs/, or `latest`, the newest of those. Nearness is the
    cosine similarity of unit vectors, from -1 to 1; the word itself is left out.
    """
    vectors = open_vectors(run)
    missing = []
    for word in words:
        try:
            neighbours = vectors.most_similar([word], topn=n)
        except WordError as error:
            missing.append(str(error))
            continue
        if as_json:
            click.echo(json_line({"word": word, "neighbours": _as_objects(neighbours)}))
        else:
            _print_table(word, neighbours)
    if not as_json and len(missing) < len(words):
        note("cosine similarity of unit vectors; the word itself is left out")
    if missing:
        raise WordError("\n".join(missing))


@click.command("analogy", context_settings={"ignore_unknown_options": True})
@RUN
@click.argument("question", metavar="WORD...", nargs=-1, required=True)
@N
@AS_JSON
@common_options
def analogy_command(run: str, question: tuple[str, ...], n: int, as_json: bool) -> None:
    """Answer `king - man + woman`, or in short `man king woman`: man is to king as woman is to ...

    The answer is nearest, by cosine similarity, to the sum of unit vectors; the words of the
    question are left out of it.
    """
    from w2v.vectors.word_vectors import spell_question

    positive, negative = parse_question(question)
    answers = open_vectors(run).most_similar(positive, negative, topn=n)
    if as_json:
        click.echo(
            json_line(
                {"positive": positive, "negative": negative, "neighbours": _as_objects(answers)}
            )
        )
        return
    _print_table(spell_question(positive, negative), answers)
    note("cosine similarity of unit vectors; the words of the question are left out")


def parse_question(question: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """Split an analogy into the words that are added and those that are subtracted.

    >>> parse_question(("king", "-", "man", "+", "woman"))
    (['king', 'woman'], ['man'])
    >>> parse_question(("man", "king", "woman"))
    (['king', 'woman'], ['man'])

    Raises
    ------
    UsageError
        If it is neither form.
    """
    parts = [part for argument in question for part in argument.split()]
    # `king -man +woman` is meant as it looks.
    parts = [p for part in parts for p in ([part[0], part[1:]] if part[0] in "+-" else [part]) if p]
    if len(parts) == 3 and not {"+", "-"} & set(parts):
        return [parts[1], parts[2]], [parts[0]]
    if parts[:1] not in (["+"], ["-"]):
        parts = ["+", *parts]
    signs, words = parts[::2], parts[1::2]
    if len(signs) != len(words) or not set(signs) <= {"+", "-"} or {"+", "-"} & set(words):
        raise UsageError("write the question as `king - man + woman` or as `man king woman`")
    positive = [word for sign, word in zip(signs, words, strict=True) if sign == "+"]
    negative = [word for sign, word in zip(signs, words, strict=True) if sign == "-"]
    return positive, negative


def _print_table(title: str, neighbours: list[tuple[str, float]]) -> None:
    """Print a word and its neighbours, the nearest first."""
    click.echo(printable(title))
    for word, similarity in neighbours:
        click.echo(printable(f"  {similarity:6.3f}  {word}"))


def _as_objects(neighbours: list[tuple[str, float]]) -> list[dict[str, object]]:
    """Turn neighbours into what JSON prints."""
    return [{"word": word, "similarity": round(value, 6)} for word, value in neighbours]
