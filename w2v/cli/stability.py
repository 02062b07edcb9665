"""`w2v stability`: which neighbours come again when a run is trained with another seed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from w2v.cli.answers import AS_JSON, N, print_json
from w2v.cli.bars import Bar
from w2v.cli.columns import column_of, pages, print_pages
from w2v.cli.completion import complete_run
from w2v.cli.opening import open_vectors
from w2v.cli.terminal import common_options, counted, note, percent, printable, warn, wrapped
from w2v.errors import RunError, W2VError

if TYPE_CHECKING:
    from w2v.experiments.shared_words import Shared
    from w2v.experiments.stability import Agreed, Stability
    from w2v.vectors.word_vectors import WordVectors

N_NAMED = 10  # words that are named as the most and the least stable


@click.command("stability")
@click.argument("names", metavar="RUN RUN...", nargs=-1, required=True, shell_complete=complete_run)
@N
@click.option("--word", "words", multiple=True, metavar="WORD", help="Its neighbours, run by run.")
@click.option(
    "--sample",
    default=1000,
    show_default=True,
    type=click.IntRange(1),
    help="So many words of each band are asked.",
)
@AS_JSON
@common_options
def stability_command(
    names: tuple[str, ...], n: int, words: tuple[str, ...], sample: int, as_json: bool
) -> None:
    """Say which answers can be trusted: how many neighbours of a word come again.

    \b
        w2v sweep toy-world train.seed=0..4 --out seeds
        w2v stability seeds
        w2v stability seeds --word king

    The same words are asked of runs that differ in their seed, and the ten nearest neighbours are
    compared, by how often words are seen. A RUN is a run folder, a run's name, a folder of runs, or
    a file of vectors. With --word the neighbours of one word are printed, each with how many of the
    runs give it.
    """
    from w2v.experiments.shared_words import Shared

    opened = dict(_opened(_places_of(names)))
    places = list(opened)
    shared = Shared(list(opened.values()))
    if words:
        _answer_words(shared, words, n, as_json)
    else:
        _answer_bands(shared, n, sample, as_json)
    if not as_json:
        _note_on_runs(shared, places, n)


def _opened(places: Iterable[tuple[str, bool]]) -> Iterator[tuple[str, WordVectors]]:
    """Open runs and files; a damaged one of a folder of runs is left out with a warning."""
    for place, is_one_of_many in places:
        try:
            yield place, open_vectors(place)
        except RunError as error:
            if not is_one_of_many:
                raise
            warn(printable(f"{place} is left out: {error}"))


def _places_of(names: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """Yield the runs and files that are named, and whether each is one of a folder of several.

    Of a folder only those that have vectors.
    """
    from w2v.experiments.reading import find_run_folders
    from w2v.run_folder import VECTORS

    seen: set[Path] = set()
    for name in names:
        found = [Path(name)] if os.path.isfile(name) else find_run_folders([name])
        for path in found:
            if len(found) > 1 and not (path / VECTORS).exists():
                warn(printable(f"{path} is left out: it has no vectors"))
            elif path.resolve() in seen:
                warn(printable(f"{path} is named twice, and counts once"))
            else:
                seen.add(path.resolve())
                yield str(path), len(found) > 1


def _answer_bands(shared: Shared, n: int, sample: int, as_json: bool) -> None:
    """Print the table of the bands, and the words at both ends."""
    from w2v.experiments.stability import measure_stability

    with Bar("asking", unit="words") as bar:
        found = measure_stability(shared, n, sample, bar.move)
    if as_json:
        _print_objects(found, len(shared.runs))
        return
    bands = found.bands
    print_pages(
        pages(
            [
                column_of("ranks", [f"{b.first:,}-{b.last:,}" for b in bands]),
                column_of("asked", [f"{b.n_asked:,}" for b in bands]),
                column_of("seen in, the text", [_counts(b.counts) for b in bands]),
            ],
            [
                column_of(f"of {found.n}, come again", [_of_n(b.overlap, found.n) for b in bands]),
                column_of("half or more, % of words", [_share(b.half) for b in bands]),
                column_of("same nearest, % of words", [_share(b.same_nearest) for b in bands]),
            ],
        )
    )
    click.echo()
    for title, words in (("most", found.most(N_NAMED)), ("least", found.least(N_NAMED))):
        named = [f"{word} {_of_n(overlap, found.n)}" for word, overlap in words]
        for line in wrapped(printable(f"{title} stable: {', '.join(named)}")):
            click.echo(line)
    _note_on_bands(found, len(shared), sample)


def _print_objects(found: Stability, n_runs: int) -> None:
    """Print a line for each band, and one for all."""
    for band in found.bands:
        print_json(
            {
                "ranks": [band.first, band.last],
                "counts": band.counts,
                "asked": band.n_asked,
                "overlap": band.overlap,
                "half": band.half,
                "same_nearest": band.same_nearest,
            }
        )
    named = {
        key: [{"word": word, "overlap": overlap} for word, overlap in words]
        for key, words in (("most", found.most(N_NAMED)), ("least", found.least(N_NAMED)))
    }
    print_json({"runs": n_runs, "n": found.n, "chance": found.chance, **named})


def _answer_words(shared: Shared, words: Sequence[str], n: int, as_json: bool) -> None:
    """Print the neighbours of each word; one that is missing does not stop the rest."""
    from w2v.experiments.stability import agreement

    problems: list[W2VError] = []
    n_answered = 0
    for word in words:
        try:
            found = agreement(shared, word, n)
        except W2VError as error:
            problems.append(error)
            if as_json:
                print_json({"query": word, "error": str(error)})
            continue
        if as_json:
            _print_agreed_json(word, found, len(shared.runs))
        else:
            click.echo("\n" * (n_answered > 0) + printable(word))
            _print_agreed(found, len(shared.runs))
        n_answered += 1
    if n_answered and not as_json:
        _note(
            f"so many of the {len(shared.runs)} runs have it among the {n} nearest; "
            "mean cosine similarity over all runs"
        )
    if problems:
        said = [str(problem) for problem in problems]
        raise type(problems[0])("\n".join(said), said)


def _print_agreed(found: Sequence[Agreed], n_runs: int) -> None:
    """Print neighbours, how many runs give each, and the mean cosine."""
    for agreed in found:
        runs = f"{agreed.n_runs} of {n_runs}"
        click.echo(f"  {runs:>8}  {agreed.cosine:6.3f}  {printable(agreed.word)}")


def _print_agreed_json(word: str, found: Sequence[Agreed], n_runs: int) -> None:
    """Print the same on one line."""
    neighbours = [
        {"word": agreed.word, "runs": agreed.n_runs, "similarity": agreed.cosine}
        for agreed in found
    ]
    print_json({"query": word, "runs": n_runs, "neighbours": neighbours})


def _counts(counts: tuple[int, int]) -> str:
    """Return the counts of a band; a dash where nobody knows them."""
    most, least = counts
    if most == 0:
        return "-"
    return f"{most:,}-{least:,} x" if most > least else f"{most:,} x"


def _of_n(overlap: float | None, n: int) -> str:
    """Return how many neighbours of n come again."""
    return "-" if overlap is None else f"{n * overlap:.1f}"


def _share(share: float | None) -> str:
    """Return a share times 100."""
    return "-" if share is None else percent(share)


def _note_on_bands(found: Stability, n_words: int, sample: int) -> None:
    """Say what the columns are, and what chance would make of them."""
    _note(
        f"come again: of the {found.n} nearest neighbours of a word in one run, so many are among "
        f"those of another (mean over pairs of runs); chance alone gives {_chance(found)}"
    )
    _note(f"half or more: words with half of the {found.n} or more; same nearest: the first answer")
    if any(band.n_asked < band.last - band.first + 1 for band in found.bands):
        _note(f"of a band {sample:,} words are asked at most, the same in every call (--sample)")
    if found.n_zero:
        verb = "is" if found.n_zero == 1 else "are"
        _note(f"{counted(found.n_zero, 'word')} {verb} left out, with a vector of zeros in a run")


def _chance(found: Stability) -> str:
    """Return how many neighbours would come again by chance."""
    expected = found.n * found.chance
    return f"{expected:.1f}" if expected >= 0.1 else "less than 0.1"


def _note_on_runs(shared: Shared, places: Sequence[str], n: int) -> None:
    """Say what the runs are, and what of them is not as it should be."""
    from w2v.experiments.reading import RunSummary
    from w2v.experiments.tables import SEED, differing_settings, read_runs

    n_words = max(map(len, shared.runs))
    if len(shared) < n_words or len(shared) < min(map(len, shared.runs)):
        _note(f"the vocabularies differ: only the {counted(len(shared), 'common word')} are asked")
    if n > len(shared) - 1:
        _note(f"there are no more than {counted(len(shared) - 1, 'neighbour')} of a word")
    folders = [Path(place) for place in places if os.path.isdir(place)]
    runs: list[RunSummary] = read_runs(folders)[0]
    if len(runs) < len(places):
        _note(f"{counted(len(places), 'run')}; in what they differ is not known of vector files")
        return
    differing = differing_settings(runs)
    others = [path for path in differing if path != SEED]
    if others:
        _note(f"the runs differ in {', '.join(others)}: it is not the seed alone that is seen here")
    elif len({run.config.train.seed for run in runs}) < len(runs):
        _note("some of the runs have the same seed and the same settings: they agree in all")
    else:
        seeds = ", ".join(str(run.config.train.seed) for run in runs)
        _note(f"{counted(len(runs), 'run')} that differ in the seed alone: {seeds}")


def _note(text: str) -> None:
    """Print a note on lines that fit the terminal."""
    for line in wrapped(printable(text)):
        note(line)
