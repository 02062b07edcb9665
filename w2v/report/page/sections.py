"""The sections of a page as HTML: what is read without a script, and the places of the figures.

Texts of runs are escaped where they enter the page, by `escaped`.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from w2v.report.contract import FrequencyCurve, Report, RunFacts
from w2v.report.page.data import View
from w2v.report.page.mapping import MAP_CONTROLS, MAP_SIDE
from w2v.report.page.tables import SIDE_BY_SIDE, static_table, table_of_runs
from w2v.webpage.writing import escaped, shown

Figures = dict[str, tuple[str, list[View]]]


class Section(NamedTuple):
    """A section: its id, its heading, what is in it, and what is said if that is nothing."""

    id: str
    heading: str
    content: Callable[[Report, Figures], str]
    nothing: str


HOW_TO_READ = {
    "curves-loss": "Each point is the mean loss since the one before, in nats an example: lower is "
    "better. A held-out loss that rises while the loss falls means that words are learnt by heart.",
    "curves-lr": "How far each step moves the vectors: it falls evenly from lr to min_lr.",
    "curves-speed": "Words of the text that were passed over in a second.",
    "bars": "Each bar is the score on one section of the set; the table has how many questions "
    "could be asked.",
    "map": "Each point is a word. Words that are used alike lie near each other, but a plane "
    "cannot keep all distances: trust the cosines of the list. Drag to move, click the map "
    "and the wheel zooms, click a point to see its neighbours.",
    "arrows": "An arrow goes from a to b, another from c to d: for a relation that the vectors "
    "hold they have the same direction and length, and b − a + c comes to lie at d.",
    "scatter": "Each point is a word: how long its vector is, against how often it was seen.",
    "frequency": "Words by rank, the commonest first; both axes are logarithmic, where the counts "
    "of most texts nearly make a straight line. Between the lines is what subsampling took from "
    "the common words; a grey part at the right is words that are too rare to have a vector.",
}
RESPONSES = (
    "Each point is the mean over runs that differ in their seed only, or also in the settings that "
    "a line is called the mean over, with the sample standard deviation as error bar: differences "
    "within the bars of seeds may be chance."
)


def navigation() -> str:
    """Return the links to the sections."""
    return "".join(f'<li><a href="#{part.id}">{part.heading}</a></li>' for part in SECTIONS)


def sections(report: Report, figures: Figures) -> str:
    """Return all sections of a page."""
    parts = []
    for part in SECTIONS:
        content = part.content(report, figures) or f'<p class="note">{part.nothing}</p>'
        heading = f'<h2 id="{part.id}-heading">{part.heading}</h2>'
        parts.append(
            f'<section id="{part.id}" aria-labelledby="{part.id}-heading">\n{heading}\n'
            f"{content}\n</section>"
        )
    return "\n".join(parts)


def _runs(report: Report, figures: Figures) -> str:
    """Return the facts of the runs and the commands that train them again."""
    folders = [run.folder for run in report.runs]
    parents = {str(Path(folder).parent) for folder in folders}
    if len(folders) > SIDE_BY_SIDE and len(parents) == 1:  # their names say the rest
        folders = [*parents] * len(folders)
    facts = [
        {**dict(run.facts), "folder": folder}
        for run, folder in zip(report.runs, folders, strict=True)
    ]
    names = dict.fromkeys(name for found in facts for name in found)
    rows = [[name, *(found.get(name, "–") for found in facts)] for name in names]
    shared = [row for row in rows if len(report.runs) > 1 and len(set(row[1:])) == 1]
    own = [row for row in rows if row not in shared]
    head = ["run", *(run.run for run in report.runs)]
    tables = table_of_runs("Facts of the runs", [head, *own])
    if shared:
        rows = [["fact", "all runs"], *(row[:2] for row in shared)]
        tables += f"<br>{static_table('Facts that all runs share', rows)}"
    commands = "".join(map(_command, report.runs))
    if len(report.runs) > SIDE_BY_SIDE:
        commands = f"<details><summary>The commands, one a run</summary>{commands}</details>"
    return (
        f"{tables}\n<h3>Train again</h3>\n"
        '<p class="how">The same text, config and versions give the same vectors, bit for bit, '
        f"unless the facts say otherwise.</p>\n{commands}"
    )


def _command(run: RunFacts) -> str:
    """Return the command of one run."""
    name, command = escaped(run.run), escaped(run.command)
    return f'<p><bdi>{name}</bdi></p><pre class="command" data-run="{name}">{command}</pre>'


def _settings(report: Report, figures: Figures) -> str:
    """Return the settings: those that tell first, then all of them."""
    runs, rows = report.settings.runs, report.settings.rows
    if len(runs) > 1:
        caption, telling = "Settings in which the runs differ", [row for row in rows if row[2]]
        none = "The runs have the same settings."
    else:
        caption, telling = "Settings that are not the default", [row for row in rows if not row[3]]
        none = "All settings are the default."
    head = ["setting", *runs]
    first = [[path, *values] for path, values, *_ in telling]
    alike = [
        [path, *(values if differ else values[:1])] for path, values, differ, _ in rows
    ]  # a value that all runs have is said once
    return (
        (table_of_runs(caption, [head, *first]) if first else f'<p class="note">{none}</p>')
        + "<details><summary>All settings</summary>"
        + static_table("All settings", [head, *alike])
        + "</details>"
    )


def _figures_of_kind(prefix: str) -> Callable[[Report, Figures], str]:
    """Return what makes a section of the figures whose id begins so."""

    def content(report: Report, figures: Figures) -> str:
        some = {name: found for name, found in figures.items() if name.startswith(prefix)}
        has_title = prefix in ("curves", "scores")
        return "\n".join(
            figure(name, kind, views, views[0]["name"] if has_title else "")
            for name, (kind, views) in some.items()
        )

    return content


def _of_words(prefix: str) -> Callable[[Report, Figures], str]:
    """Return what makes a section about words, which may be of some runs only."""

    def content(report: Report, figures: Figures) -> str:
        shown_runs = {view.run for view in report.maps}
        found = _figures_of_kind(prefix)(report, figures)
        if not found or len(shown_runs) == len(report.runs):
            return found
        n_shown, n_runs = len(shown_runs), len(report.runs)
        return (
            f'<p class="note">Words are shown of {n_shown} of the {n_runs} runs, with other '
            "settings before other seeds: make a report of others alone to see theirs.</p>\n"
            f"{found}"
        )

    return content


def _responses(report: Report, figures: Figures) -> str:
    """Return a small figure for each response, those to one setting together."""
    some = [found for found in figures.items() if found[1][0] == "response"]
    by_setting: dict[str, list[str]] = {}
    for response, (name, (kind, views)) in zip(report.responses, some, strict=True):
        better = f" ({response.better} is better)" if response.better else ""
        small = figure(name, kind, views, f"{shown(response.measure)}{better}", level=4)
        by_setting.setdefault(response.setting, []).append(small)
    parts = [
        f'<h3>By {escaped(setting)}</h3>\n<div class="small">{"".join(smalls)}</div>'
        for setting, smalls in by_setting.items()
    ]
    return f'<p class="how">{RESPONSES}</p>\n' + "\n".join(parts) if parts else ""


def _frequencies(report: Report, figures: Figures) -> str:
    """Return the frequency curves, and what became of the tokens in words."""
    said = "".join(map(_tokens, report.frequencies))
    return said + _of_words("frequencies")(report, figures)


def _tokens(view: FrequencyCurve) -> str:
    """Say what became of the tokens of a text."""
    total = next(iter(view.tokens.values()), 0.0)
    if not total:
        return ""
    said = ", ".join(
        f"{value:,.0f} {escaped(what)} ({100 * value / total:.1f} %)"
        for what, value in list(view.tokens.items())[1:]
        if round(value)
    )
    note = f" {escaped(view.note[:1].upper() + view.note[1:])}." if view.note else ""
    return (
        f"<p><bdi>{escaped(view.run)}</bdi>: of {total:,.0f} tokens an epoch, {said}.{note}</p>\n"
    )


def figure(name: str, kind: str, views: Sequence[View], title: str = "", level: int = 3) -> str:
    """Return the place of a figure; a script draws it, and makes its table when that is opened."""
    how = HOW_TO_READ.get(name) or HOW_TO_READ.get(kind, "")
    label = html.escape(title or kind)
    heading = f"<h{level}>{html.escape(title)}</h{level}>" if title else ""
    described = f' aria-describedby="{name}-how"' if how else ""
    plot = f'<div class="plot {kind}"{described} aria-details="{name}-table"></div>'
    controls = '<div class="controls" hidden></div>'
    if kind == "map":
        controls = MAP_CONTROLS
        plot = f'<div class="beside"><div>{plot}</div>{MAP_SIDE}</div>'
    return (
        f'<figure id="{name}" data-kind="{kind}" aria-label="{label}">{heading}'
        + (f'<p class="how" id="{name}-how">{how}</p>' if how else "")
        + controls
        + plot
        + f'<details class="table" id="{name}-table"><summary>The numbers of this figure as a '
        f"table</summary></details></figure>"
    )


SECTIONS = (
    Section("runs", "Runs", _runs, "There is no run."),
    Section(
        "training", "Training", _figures_of_kind("curves"),
        "Nothing was measured: the run ended before its first chunk.",
    ),
    Section(
        "evaluation", "Evaluation", _figures_of_kind("scores"),
        "No run was evaluated: train with <code>eval.sets=[…]</code>; "
        "<code>w2v eval --help</code> tells which sets there are.",
    ),
    Section("settings", "Settings", _settings, ""),
    Section(
        "responses", "Sweep", _responses,
        "No setting was tried by itself: give runs that differ in one, such as those of "
        "<code>w2v sweep CONFIG model.window=2,5,10</code>.",
    ),
    Section(
        "map", "Word map", _of_words("word-map"),
        "No run has vectors yet: make the report again when training has ended.",
    ),
    Section(
        "arrows", "Analogies", _of_words("analogies"),
        "No analogy has all its words in a vocabulary: give questions of your own with "
        "<code>--analogies FILE</code>.",
    ),
    Section(
        "lengths", "Norms", _of_words("norms"),
        "No run has vectors yet: make the report again when training has ended.",
    ),
    Section(
        "vocabulary", "Vocabulary", _frequencies,
        "No run has a vocabulary yet: make the report again when training has ended.",
    ),
)  # fmt: skip
