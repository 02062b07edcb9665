"""`w2v analogy`, `odd`, `predict` and `vector`: further questions to a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import click

from w2v.cli.answers import (
    ALLOW_CODE,
    AS_JSON,
    COSINES,
    MIN_COUNT,
    NOTHING_ASKED,
    RESTRICT,
    RUN,
    RUN_HELP,
    WEIGHTING,
    N,
    as_objects,
    check_weighting,
    print_answers,
    print_json,
    questions_of,
    stdin_is_terminal,
)
from w2v.cli.opening import open_vectors
from w2v.cli.terminal import common_options, note, printable
from w2v.errors import UsageError, WordError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from w2v.vectors.sentences import Weighting

    Found: TypeAlias = tuple[str, bool, NDArray[np.floating]]  # text, is it a sentence, vector


class QuestionCommand(click.Command):
    """A command whose words may have a sign before them: `king -man +woman`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Part the signs from the words; what begins with -- or is a short option stays whole."""
        short = tuple(
            option for param in self.get_params(ctx) for option in param.opts if len(option) == 2
        )

        def is_word(argument: str) -> bool:
            is_option = argument.startswith(short) and not argument[2:].strip("0123456789")
            return argument[0] == "-" and argument[1:2] not in ("", "-") and not is_option

        parts = [["-", arg[1:]] if arg and is_word(arg) else [arg] for arg in args]
        return super().parse_args(ctx, [part for some in parts for part in some])


@click.command("analogy", cls=QuestionCommand, epilog=RUN_HELP)
@RUN
@click.argument("question", metavar="WORD...", nargs=-1, required=True)
@N
@RESTRICT
@MIN_COUNT
@AS_JSON
@common_options
def analogy_command(
    run: str,
    question: tuple[str, ...],
    n: int,
    restrict: int | None,
    min_count: int,
    as_json: bool,
) -> None:
    """Answer `king - man + woman`, or in short `man king woman`: man is to king as woman is to ...

    The answer is nearest, by cosine similarity, to the sum of unit vectors; the words of the
    question are left out of it.
    """
    from w2v.vectors.questions import parse_analogy

    asked = parse_analogy(" ".join(question))
    vectors = open_vectors(run)
    answers = vectors.most_similar(*asked, n, restrict, min_count=min_count)
    if as_json:
        print_json({**asked._asdict(), "neighbours": as_objects(answers)})
        return
    print_answers(str(asked), answers)
    note(COSINES)


@click.command("odd", epilog=RUN_HELP)
@RUN
@click.argument("words", metavar="WORD...", nargs=-1, required=True)
@AS_JSON
@common_options
def odd_command(run: str, words: tuple[str, ...], as_json: bool) -> None:
    """Print which WORD does not belong: the one farthest from the mean of all."""
    vectors = open_vectors(run)
    cosines = vectors.cosines_with_mean(words)
    ranked = sorted(zip(words, cosines, strict=True), key=lambda pair: pair[1])
    odd = ranked[0][0]
    if as_json:
        print_json({"odd": odd, "words": as_objects(ranked)})
        return
    print_answers(odd, ranked)
    note("cosine similarity of each word to the mean of all, the least first")


@click.command("predict", epilog=RUN_HELP)
@RUN
@click.argument("context", metavar="CONTEXT...", nargs=-1, required=True)
@N
@AS_JSON
@common_options
def predict_command(run: str, context: tuple[str, ...], n: int, as_json: bool) -> None:
    """Print the words that CBOW expects between the words CONTEXT, and how probable each is."""
    words = [word for argument in context for word in argument.split()]
    answers = open_vectors(run).predict_output_word(words, n)
    if as_json:
        found = [{"word": word, "probability": round(p, 9)} for word, p in answers]
        print_json({"context": words, "predictions": found})
        return
    click.echo(printable(" ".join(words)))
    for word, p in answers:
        click.echo(f"  {100 * p:6.2f} %  {printable(word)}")
    note("probability of each word as the center of this context")


@click.command("vector", epilog=RUN_HELP)
@RUN
@click.argument("words", metavar="[WORD]...", nargs=-1)
@click.option(
    "--sentence",
    "sentences",
    multiple=True,
    metavar="TEXT",
    help="Of a whole sentence; - is stdin.",
)
@WEIGHTING
@click.option(
    "--remove-common",
    is_flag=True,
    help="Of two sentences or more: take out what all have in common.",
)
@click.option("--unit", is_flag=True, help="At length 1.")
@click.option("--center", is_flag=True, help="Rows of W_out.")
@AS_JSON
@ALLOW_CODE
@common_options
def vector_command(
    run: str,
    words: tuple[str, ...],
    sentences: tuple[str, ...],
    weighting: Weighting,
    remove_common: bool,
    unit: bool,
    center: bool,
    as_json: bool,
    allow_code: bool,
) -> None:
    """Print the vector of each WORD: the word and its numbers, separated by tabs.

    Without a WORD or --sentence, words are read from standard input, one a line. The vector of a
    sentence is the mean of its words'.
    """
    check_weighting(weighting, sentences)
    if center and sentences:
        raise UsageError("--center is for words: a sentence is a mean of rows of W_in")
    if not words and not sentences and stdin_is_terminal():
        raise UsageError("give a WORD, or --sentence TEXT, or words on standard input")
    asked = list(questions_of(words, sentences))
    if remove_common and sum(is_sentence for _, is_sentence in asked) < 2:
        raise UsageError("--remove-common compares sentences: give --sentence twice or more")
    vectors = open_vectors(run)
    table = vectors.output_table() if center else vectors.vectors
    found: list[Found] = []
    problems = []
    row: NDArray[np.floating]
    for text, is_sentence in asked:
        try:
            if is_sentence:
                tokens = vectors.tokenize(text, allow_code=allow_code)
                row = vectors.sentence_vector(tokens, weighting)
            else:
                row = table[vectors.get_index(text)]
        except WordError as error:
            problems.append(str(error))
        else:
            found.append((text, is_sentence, row))
    if remove_common:
        found = without_what_sentences_share(found)
    for text, is_sentence, row in found:
        print_vector("sentence" if is_sentence else "word", text, row, unit, as_json)
    if problems:
        raise WordError("\n".join(problems), problems)
    if not asked:
        raise UsageError(NOTHING_ASKED)


def without_what_sentences_share(found: list[Found]) -> list[Found]:
    """Take from the vectors of sentences what all of them have in common."""
    import numpy as np

    from w2v.vectors.sentences import without_common_direction

    rows = [row for _, is_sentence, row in found if is_sentence]
    if len(rows) < 2:
        return found
    apart = iter(without_common_direction(np.stack(rows)))
    return [(text, is_one, next(apart) if is_one else row) for text, is_one, row in found]


def print_vector(
    kind: str, label: str, vector: NDArray[np.floating], unit: bool, as_json: bool
) -> None:
    """Print a vector with as many digits as it takes to read the same number again."""
    from w2v.vectors.queries import check_numbers, unit_vector

    check_numbers(vector, label)
    if unit:
        vector = unit_vector(vector).astype(vector.dtype)
    digits = 9 if vector.itemsize == 4 else 17
    if as_json:
        numbers = [float(f"{value:.{digits}g}") for value in vector.tolist()]
        print_json({kind: label, "vector": numbers})
    else:
        click.echo(
            "\t".join([printable(label), *(f"{value:.{digits}g}" for value in vector.tolist())])
        )
