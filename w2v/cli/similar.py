"""`w2v similar`: neighbours of words, sums of words and sentences; one, many, or at a prompt."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from w2v.cli.answers import (
    ALLOW_CODE,
    AS_JSON,
    COSINES,
    MIN_COUNT,
    NOTHING_ASKED,
    RESTRICT,
    RUN,
    WEIGHTING,
    Asked,
    N,
    as_objects,
    check_weighting,
    print_answers,
    print_json,
    questions_of,
    stdin_is_terminal,
)
from w2v.cli.opening import open_vectors
from w2v.cli.terminal import common_options, note
from w2v.errors import UsageError, W2VError, WordError

if TYPE_CHECKING:
    from w2v.vectors.queries import Answers, Query
    from w2v.vectors.sentences import Weighting
    from w2v.vectors.word_vectors import WordVectors

AT_ONCE = 256  # queries that pass over the table together


@click.command("similar")
@RUN
@click.argument("queries", metavar="[WORD]...", nargs=-1)
@click.option(
    "--sentence", "sentences", multiple=True, metavar="TEXT", help="Ask for a sentence; - is stdin."
)
@N
@RESTRICT
@MIN_COUNT
@click.option("--center", is_flag=True, help="Nearest in W_out: words it is predicted with.")
@WEIGHTING
@AS_JSON
@ALLOW_CODE
@common_options
def similar_command(
    run: str,
    queries: tuple[str, ...],
    sentences: tuple[str, ...],
    n: int,
    restrict: int | None,
    min_count: int,
    center: bool,
    weighting: Weighting,
    as_json: bool,
    allow_code: bool,
) -> None:
    """Print the nearest neighbours of each WORD.

    RUN is a run folder, a run's name in runs/, `latest`, the newest of those, or a file of vectors.
    A WORD may be a sum in quotation marks: "paris - france + italy". Without one, or with -, lines
    are read from standard input; on a terminal there is a prompt. Nearness is the cosine similarity
    of unit vectors, from -1 to 1; the words of the question are left out.
    """
    check_weighting(weighting, sentences)
    questions = questions_of(queries, sentences)
    vectors = open_vectors(run)
    ask = Asking(vectors, n, restrict, min_count, center, weighting, allow_code)
    if queries or sentences or not stdin_is_terminal():
        answer_all(ask, questions, as_json)
    else:
        from w2v.cli.prompt import prompt

        prompt(vectors, functools.partial(ask.one, as_json=as_json))


def answer_all(ask: Asking, questions: Iterator[Asked], as_json: bool) -> None:
    """Answer questions in their order; one without an answer does not stop the rest."""
    problems: list[W2VError] = []
    n_answered = 0
    while some := list(itertools.islice(questions, AT_ONCE)):
        for asked, found in zip(some, ask.many(some), strict=True):
            if isinstance(found, W2VError):
                problems.append(found)
            n_answered += not isinstance(found, W2VError)
            show(asked.text, found, as_json)
    if not as_json and n_answered:
        note(ask.explanation)
    if problems:
        said = [str(problem) for problem in problems]
        raise type(problems[0])("\n".join(said), said)
    if not n_answered:
        raise UsageError(NOTHING_ASKED)


def show(text: str, found: Answers | W2VError, as_json: bool) -> None:
    """Print one answer; that there is none only as JSON, which has an object for each question."""
    if not as_json:
        if not isinstance(found, W2VError):
            print_answers(text, found)
            if not found:
                note("no word is left to answer: --restrict or --min-count leaves none")
    elif isinstance(found, W2VError):
        print_json({"query": text, "error": str(found)})
    else:
        print_json({"query": text, "neighbours": as_objects(found)})


@dataclass(frozen=True)
class Asking:
    """Vectors, and how they are asked."""

    vectors: WordVectors
    n: int
    restrict: int | None
    min_count: int
    center: bool
    weighting: Weighting
    allow_code: bool

    @property
    def explanation(self) -> str:
        """What the numbers are."""
        if self.center:
            return (
                "cosine similarity to rows of W_out: words that are predicted; "
                "the words of the\nquestion are left out"
            )
        return COSINES

    def many(self, questions: list[Asked]) -> list[Answers | W2VError]:
        """Answer questions, all in one pass over the table; an error stands for no answer."""
        from w2v.vectors.queries import answer

        queries = [self._query_or_error(*asked) for asked in questions]
        answers = iter(
            answer(
                self.vectors,
                [query for query in queries if not isinstance(query, W2VError)],
                self.n,
                self.restrict,
                min_count=self.min_count,
                center=self.center,
            )
        )
        return [query if isinstance(query, W2VError) else next(answers) for query in queries]

    def one(self, text: str, *, as_json: bool) -> None:
        """Answer one line of the prompt."""
        [found] = self.many([Asked(text, is_sentence=False)])
        show(text, found, as_json)
        if isinstance(found, W2VError):
            raise found

    def _query_or_error(self, text: str, is_sentence: bool) -> Query | W2VError:
        """Turn a text into a direction."""
        from w2v.vectors.queries import query_of, sentence_query
        from w2v.vectors.questions import parse_expression

        try:
            if is_sentence:
                words = self.vectors.tokenize(text, allow_code=self.allow_code)
                return sentence_query(self.vectors, words, self.weighting)
            if text in self.vectors or len(text.split()) < 2:
                return query_of(self.vectors, text)
            return query_of(self.vectors, *parse_expression(text))
        except (UsageError, WordError) as error:
            return error
