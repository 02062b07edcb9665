"""`w2v eval`: measure a run on evaluation sets, one page a set."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from w2v.cli.answers import AS_JSON, RUN, Restrict, print_json
from w2v.cli.completion import complete_set
from w2v.cli.opening import open_vectors
from w2v.cli.terminal import (
    common_options,
    counted,
    cut,
    note,
    percent,
    printable,
    table_lines,
    wrapped,
)
from w2v.errors import UsageError, WordError

if TYPE_CHECKING:
    from w2v.evaluation.analogies import AnalogyScore, Tally
    from w2v.evaluation.lookup import LeftOut
    from w2v.evaluation.scoring import Score
    from w2v.evaluation.similarity import SimilarityScore

N_MISSING = 8  # missing words that are named
MAX_NAME = 40  # columns of a word or of the name of a set
REASON_TEXT = {
    "unknown": "with a word that is not in the vocabulary",
    "rare": "with one beyond the commonest words (--restrict)",
    "zero": "with one whose vector is all zeros",
}


@click.command("eval")
@RUN
@click.option(
    "--set",
    "names",
    multiple=True,
    metavar="FILE",
    shell_complete=complete_set,
    help="A file of questions, or the name of a set. May be given again.",
)
@click.option(
    "--restrict",
    type=Restrict(),
    default=30_000,
    show_default=True,
    help="Analogies: only the N commonest words are asked for and may answer; or all.",
)
@click.option("--keep-case", is_flag=True, help="Compare words as written, not in lower case.")
@click.argument("more", nargs=-1, metavar="")
@AS_JSON
@common_options
def eval_command(
    run: str,
    names: tuple[str, ...],
    restrict: int | None,
    keep_case: bool,
    more: tuple[str, ...],
    as_json: bool,
) -> None:
    """Measure how good the vectors of RUN are.

    RUN is a run folder, a run's name in runs/, `latest`, or a file of vectors. A set is a file of
    analogies (four words a line, under `: section` headers) or of similarity (two words and a
    score), the name of a fetched set, or a built-in name: facts-en, facts-ko, facts-zh, toy-world,
    and words of a kind in corpora that come with w2v: python-topics, python-rare,
    python-forms, seasons-ko.
    Without --set the three of facts are asked.
    """
    from w2v.evaluation.builtin import FACTS
    from w2v.evaluation.finding import find_set
    from w2v.evaluation.scoring import n_answered, score_set

    if more:
        raise UsageError(f"one RUN is taken; a set is given with --set: --set {more[0]}")
    sets = [find_set(name) for name in dict.fromkeys(names or FACTS)]
    vectors = open_vectors(run)
    scores = [score_set(vectors, found, restrict, keep_case=keep_case) for found in sets]
    idle = [_name(score) for score in scores if not n_answered(score)]
    shown = [score for score in scores if names or as_json or n_answered(score)]
    for at, score in enumerate(shown):
        if as_json:
            _print_json(score)
        else:
            click.echo("\n" * (at > 0), nl=False)
            _print_page(score)
    if len(idle) == len(scores):
        hint = "" if names else "; give --set a file of questions in the language of the text"
        raise WordError(f"{', '.join(idle)}: no question could be asked of this vocabulary{hint}")
    if not as_json:
        if idle and not names:
            _note(f"{', '.join(idle)}: no question could be asked of this vocabulary")
        _note_on_columns(shown, len(vectors))


def _print_json(score: Score) -> None:
    """Print all figures on one line."""
    from w2v.evaluation.scoring import as_record

    print_json(as_record(score))


def _print_page(score: Score) -> None:
    """Print the page of a set: a heading, a table, and on stderr what was left out."""
    from w2v.evaluation.similarity import SimilarityScore

    if isinstance(score, SimilarityScore):
        kind, noun, lines = "similarity", "pair", _similarity_lines(score)
    else:
        kind, noun, lines = "analogies", "question", _analogy_lines(score)
    for line in (f"{_name(score)}: {kind}", *lines):
        click.echo(line)
    _note_left_out(score.left_out, noun)


def _analogy_lines(score: AnalogyScore) -> list[str]:
    """Return the table of a set of analogies: its sections, a blank line, the sums."""
    from w2v.evaluation.answering import MEASURES

    def row(tally: Tally) -> list[str]:
        shares = [_percent(tally.share(measure)) for measure in MEASURES]
        counts = [f"{tally.n_answered:,}", f"{tally.n_questions:,}"]
        return [tally.section, *counts, _percent(tally.coverage), *shares]

    header = ["section", "answered", "of", "%", "add", "mul", "add*", "mul*"]
    sums = [tally for tally in (score.semantic, score.syntactic, score.total) if tally is not None]
    table = table_lines([header, *map(row, [*score.sections, *sums])])
    return [*table[: -len(sums)], "", *table[-len(sums) :]]


def _similarity_lines(score: SimilarityScore) -> list[str]:
    """Return the table of a set of similarity."""
    interval = "-" if score.interval is None else " to ".join(map(_percent, score.interval))
    counts = [f"{score.n_answered:,}", f"{score.n_pairs:,}"]
    correlations = [_percent(score.spearman), interval, _percent(score.pearson)]
    return table_lines(
        [
            ["", "answered", "of", "%", "Spearman", "95 % interval", "Pearson"],
            ["pairs", *counts, _percent(score.coverage), *correlations],
        ]
    )


def _percent(share: float | None) -> str:
    """Write a share or a correlation, times 100; a dash where there is none."""
    return "-" if share is None else percent(share)


def _name(score: Score) -> str:
    """Return the name of a set as it is printed."""
    return cut(printable(score.name), MAX_NAME)


def _note_left_out(left_out: LeftOut, noun: str) -> None:
    """Say what was not asked, and which words were missing most often."""
    n_questions = {reason: n for reason, n in left_out.n_questions.items() if n}
    if not n_questions:
        return
    parts = [f"{counted(n, noun)} {REASON_TEXT[reason]}" for reason, n in n_questions.items()]
    _note(f"left out: {', '.join(parts)}")
    often = [
        f"{cut(printable(found.word), MAX_NAME)} ({found.n_questions:,})"
        for found in left_out.missing[:N_MISSING]
    ]
    n_more = len(left_out.missing) - len(often)
    more = f" and {counted(n_more, 'more word')}" if n_more else ""
    _note(f"missing, in so many {noun}s: {', '.join(often)}{more}")


def _note_on_columns(scores: list[Score], n_known: int) -> None:
    """Say what the figures of the pages are; `n_known` is V."""
    from w2v.evaluation.similarity import SimilarityScore

    analogies = [score for score in scores if not isinstance(score, SimilarityScore)]
    similarity = [score for score in scores if isinstance(score, SimilarityScore)]
    if analogies:
        n_words = analogies[0].n_words
        cut_off = n_words is not None and n_words < n_known
        who = f"only the {n_words:,} commonest words" if cut_off else f"all {n_known:,} words"
        _note("answered: questions whose four words are all known; of: all questions; %: share")
        _note(
            "add, mul: % right of those answered, by 3CosAdd and 3CosMul; "
            "* lets the words of the question answer too"
        )
        _note(f"{who} are asked for and may answer (--restrict)")
    if similarity:
        _note("Spearman, Pearson: correlation of cosines with the scores of the set, times 100")
        if any(score.by_character for score in similarity):
            _note("the vectors are of characters: a word of several is the mean of them")
    if scores[0].keep_case:
        _note("words are compared as they are written (NFC)")
    else:
        _note("words are compared in lower case (NFC); --keep-case compares them as written")


def _note(text: str) -> None:
    """Print a note on lines that fit the terminal."""
    for line in wrapped(printable(text)):
        note(line)
