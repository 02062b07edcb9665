"""Collect the views of some runs: all that a report shows.

Each view is made in `views/`. A run that has no vectors, because it goes on or has failed, still
has its curves.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from w2v.errors import UsageError
from w2v.experiments.reading import RunSummary
from w2v.experiments.tables import groups_over_seeds
from w2v.report.contract import Arrows, FrequencyCurve, Report, Scatter, WordMap
from w2v.report.views.arrows import arrows_of, read_analogies
from w2v.report.views.bars import bars_of
from w2v.report.views.curves import curves_of
from w2v.report.views.frequencies import frequencies_of
from w2v.report.views.norms import norms_of
from w2v.report.views.over_seeds import groups_to_draw, mean_bars, mean_curves
from w2v.report.views.planes import has_tsne
from w2v.report.views.responses import responses_of
from w2v.report.views.run_facts import facts_of
from w2v.report.views.settings import settings_of
from w2v.report.views.word_lists import read_word_lists
from w2v.report.views.word_map import word_map
from w2v.run_folder import VECTORS
from w2v.vectors.word_vectors import WordVectors

OnProgress = Callable[[int, int], None]


def collect(
    runs: Sequence[RunSummary],
    *,
    n_words: int = 2000,
    word_lists: Sequence[str | Path] = (),
    analogies: str | None = None,
    tsne: bool | None = None,
    views_of: int = 3,
    on_progress: OnProgress | None = None,
) -> Report:
    """Make every view of some runs.

    Parameters
    ----------
    runs : sequence of RunSummary
        One or more.
    n_words : int
        Words of a map, without those of word lists.
    word_lists : sequence of str or Path
        Files; see `views/word_lists.py`.
    analogies : str, optional
        The questions that are drawn as arrows: a file or the name of a set; else some are chosen.
    tsne : bool, optional
        Whether maps have that plane; by default if its library is installed.
    views_of : int
        So many runs with vectors have maps, arrows, norms and frequencies: those that differ in
        more than their seed before others, and of too many of those the first, the last, and some
        between.
    on_progress : callable, optional
        Called with (runs whose words were looked at, of how many).

    Raises
    ------
    UsageError
        If there is no run, a word list cannot be read, or t-SNE is wanted and not installed.
    SetError
        If there are no such analogies.
    RunError
        If the vectors or the words of a run are damaged.
    """
    if not runs:
        raise UsageError("there is no run to look at")
    groups, asked = read_word_lists(word_lists), read_analogies(analogies)
    wants_tsne = has_tsne() if tsne is None else tsne
    named = dict(zip(short_names(runs), runs, strict=True))
    looked_at = _some(
        {n: run for n, run in named.items() if os.path.lexists(run.folder / VECTORS)}, views_of
    )
    maps: list[WordMap] = []
    arrows: list[Arrows] = []
    norms: list[Scatter] = []
    frequencies: list[FrequencyCurve] = []
    for n_done, name in enumerate(looked_at):
        if on_progress is not None:
            on_progress(n_done, len(looked_at))
        run = named[name]
        vectors = WordVectors.load(run.folder)
        specials = run.config.vocab.specials
        maps.append(
            word_map(
                name, vectors, n_words=n_words, groups=groups, tsne=wants_tsne, specials=specials
            )
        )
        arrows += arrows_of(name, vectors, analogies=asked, sets=run.config.eval.sets)
        norms.append(norms_of(name, vectors, specials))
        found = frequencies_of(name, run)
        frequencies += [] if found is None else [found]
    if on_progress is not None:
        on_progress(len(looked_at), len(looked_at))
    together = groups_to_draw(named)
    return Report(
        title=_title(list(named)),
        runs=[facts_of(name, run) for name, run in named.items()],
        curves=[mean_curves(curves, together) for curves in curves_of(named)],
        bars=[mean_bars(bars, together) for bars in bars_of(named)],
        responses=responses_of(named),
        maps=maps,
        arrows=arrows,
        norms=norms,
        frequencies=frequencies,
        settings=settings_of(named),
    )


def short_names(runs: Sequence[RunSummary]) -> list[str]:
    """Return a name of each run that no other has: as much of its path as that takes.

    Raises
    ------
    UsageError
        If a run is given twice.
    """
    parts = [Path(run.folder).resolve().parts for run in runs]
    for at, path in enumerate(parts):
        if path in parts[:at]:
            raise UsageError(f"the run {runs[at].folder} is given twice")
    names = []
    for path in parts:
        length = 1
        while sum(other[-length:] == path[-length:] for other in parts) > 1:
            length += 1
        names.append("/".join(path[-length:]))
    return names


def _some(runs: Mapping[str, RunSummary], n: int) -> list[str]:
    """Return the names of `n` runs that show most of how runs differ, or of all."""
    firsts = [group.runs[0] for group in groups_over_seeds(runs.values())]
    if len(firsts) > n:
        firsts = [firsts[at] for at in np.linspace(0, len(firsts) - 1, n).round().astype(int)]
    names = [name for name, run in runs.items() if any(run is first for first in firsts)]
    others = [name for name in runs if name not in names]
    chosen = {*names, *others[: max(0, n - len(names))]}
    return [name for name in runs if name in chosen]


def _title(names: Sequence[str]) -> str:
    """Return what a report is called."""
    if len(names) <= 3:
        return ", ".join(names)
    return f"{len(names)} runs: {names[0]}, {names[1]}, …"
