"""Make the picture that a user asks for: which view of which run, and what of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from w2v.errors import UsageError, quoted
from w2v.experiments.reading import RunSummary
from w2v.report.collecting import short_names
from w2v.report.contract import Arrows, Bars, Response
from w2v.report.plots.curves import bars_picture, curves_picture
from w2v.report.plots.pictures import Picture
from w2v.report.plots.sums import frequency_picture, response_picture
from w2v.report.plots.words import arrows_picture, map_picture, norms_picture
from w2v.report.views.arrows import arrows_of, read_analogies
from w2v.report.views.bars import bars_of
from w2v.report.views.curves import curves_of
from w2v.report.views.frequencies import frequencies_of
from w2v.report.views.norms import norms_of
from w2v.report.views.over_seeds import groups_to_draw, mean_bars, mean_curves
from w2v.report.views.responses import responses_of
from w2v.report.views.word_lists import read_word_lists
from w2v.report.views.word_map import word_map
from w2v.vectors.word_vectors import WordVectors

Runs = Mapping[str, RunSummary]


@dataclass(frozen=True)
class Wanted:
    """What is drawn, of what there is to choose from.

    Attributes
    ----------
    n_words : int
        Points of a map.
    n_labels : int, optional
        Words that a label is tried for; by default what suits the picture.
    words : sequence of str
        These and no others get a label, if there are any.
    word_lists : sequence of Path
        By which a map is coloured.
    tsne : bool
    analogies, set_name, measure, setting : str, optional
        Which questions are arrows; which set, measure and setting, where there are several.
    """

    n_words: int = 2000
    n_labels: int | None = None
    words: Sequence[str] = ()
    word_lists: Sequence[Path] = ()
    tsne: bool = False
    analogies: str | None = None
    set_name: str | None = None
    measure: str | None = None
    setting: str | None = None


def picture_of(what: str, runs: Sequence[RunSummary], wanted: Wanted) -> Picture:
    """Return a picture of some runs.

    Parameters
    ----------
    what : str
        A key of `PICTURES`.
    runs : sequence of RunSummary
        One or more.
    wanted : Wanted

    Raises
    ------
    UsageError
        If there is nothing of that kind to draw, or too much, with what to choose from.
    W2VError
        If runs, words or files that are asked for are not there or are damaged.
    """
    return PICTURES[what](dict(zip(short_names(runs), runs, strict=True)), wanted)


def _curves(key: str) -> Callable[[Runs, Wanted], Picture]:
    """Return what makes the picture of one view of curves."""

    def picture(runs: Runs, _: Wanted) -> Picture:
        found = next((curves for curves in curves_of(runs) if curves.key == key), None)
        if found is None:
            raise UsageError(f"{_spelled(runs)} ended before anything was measured")
        return curves_picture(mean_curves(found, groups_to_draw(runs)))

    return picture


def _eval(runs: Runs, wanted: Wanted) -> Picture:
    """Return the picture of scores on a set."""
    found: dict[str, Bars] = {bars.name: bars for bars in bars_of(runs)}
    if not found:
        raise UsageError(
            f"{_spelled(runs)} was measured on no set; "
            "train with eval.sets=[facts-en], say, or ask `w2v eval`"
        )
    chosen = found[_choose("--set", found, wanted.set_name)]
    return bars_picture(mean_bars(chosen, groups_to_draw(runs)))


def _map(runs: Runs, wanted: Wanted) -> Picture:
    """Return the picture of a map."""
    name, run = _only("map", runs)
    groups = read_word_lists(wanted.word_lists)
    view = word_map(
        name,
        WordVectors.load(run.folder),
        n_words=wanted.n_words,
        groups=groups,
        words=wanted.words,
        n_neighbours=0,  # a picture shows none
        tsne=wanted.tsne,
        specials=run.config.vocab.specials,
    )
    if groups and not any(view.groups):
        raise UsageError(f"no word of the word lists is in the vocabulary of {name}")
    plane = "t-SNE" if "t-SNE" in view.planes else "PCA"
    return map_picture(view, plane=plane, n_labels=wanted.n_labels, words=wanted.words)


def _arrows(runs: Runs, wanted: Wanted) -> Picture:
    """Return the picture of analogies."""
    name, run = _only("arrows", runs)
    vectors = WordVectors.load(run.folder)
    views = arrows_of(
        name, vectors, analogies=read_analogies(wanted.analogies), sets=run.config.eval.sets
    )
    if not views:
        raise UsageError(
            f"no question of four words that {name} knows; give --analogies a file of them"
        )
    found: dict[str, Arrows] = {view.section: view for view in views}
    return arrows_picture(found[_choose("--set", found, wanted.set_name)])


def _norms(runs: Runs, wanted: Wanted) -> Picture:
    """Return the picture of norms."""
    name, run = _only("norms", runs)
    view = norms_of(
        name, WordVectors.load(run.folder), run.config.vocab.specials, words=wanted.words
    )
    if not view.words:
        raise UsageError(f"{name} has no word with both a count and a vector other than zeros")
    return norms_picture(view, n_labels=wanted.n_labels, words=wanted.words)


def _frequency(runs: Runs, _: Wanted) -> Picture:
    """Return the picture of a frequency curve."""
    name, run = _only("frequency", runs)
    view = frequencies_of(name, run)
    if view is None:
        raise UsageError(f"{name} ended before it had a vocabulary")
    return frequency_picture(view)


def _response(runs: Runs, wanted: Wanted) -> Picture:
    """Return the picture of a sweep."""
    responses = responses_of(runs)
    if not responses:
        raise UsageError(
            "a response takes runs that are done and differ in a setting other than the seed; "
            "`w2v sweep` makes them"
        )
    settings = dict.fromkeys(response.setting for response in responses)
    setting = _choose("--setting", settings, wanted.setting)
    found: dict[str, Response] = {r.key: r for r in responses if r.setting == setting}
    return response_picture(found[_choose("--measure", found, wanted.measure)])


PICTURES: dict[str, Callable[[Runs, Wanted], Picture]] = {
    "loss": _curves("loss"),
    "lr": _curves("lr"),
    "speed": _curves("speed"),
    "eval": _eval,
    "map": _map,
    "arrows": _arrows,
    "norms": _norms,
    "frequency": _frequency,
    "response": _response,
}


def _only(what: str, runs: Runs) -> tuple[str, RunSummary]:
    """Return the one run that a picture is of."""
    if len(runs) > 1:
        raise UsageError(f"a picture of {what} is of one run, and {len(runs)} are given")
    return next(iter(runs.items()))


def _choose(option: str, there: Mapping[str, object], wanted: str | None) -> str:
    """Return what was asked for, or the only one there is."""
    if wanted is not None and wanted in there:
        return wanted
    known = ", ".join(there)
    if wanted is not None:
        raise UsageError(f"{option} {quoted(wanted)} is not there; there is {known}")
    if len(there) > 1:
        raise UsageError(f"choose one with {option}: {known}")
    return next(iter(there))


def _spelled(runs: Runs) -> str:
    """Name runs in an error."""
    return next(iter(runs)) if len(runs) == 1 else "every one of these runs"
