"""Evaluation by section: what runs scored on each part of the sets that they were measured on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from w2v.experiments.measures import last_evaluations
from w2v.experiments.reading import RunSummary
from w2v.report.contract import Bars, Cell, Table
from w2v.report.views.curves import number

ALL_PAIRS = "all pairs"  # the one section of a set of similarity
TOTAL = "total"
ANALOGIES, SIMILARITY = "% right of those answered (3CosAdd)", "Spearman's rho x 100"


def bars_of(runs: Mapping[str, RunSummary]) -> list[Bars]:
    """Return the scores of the last evaluation of each set, runs side by side.

    Parameters
    ----------
    runs : dict of str to RunSummary
        By name.

    Returns
    -------
    list of Bars
        One a set, in the order in which they were asked; none if no run has measured anything.
    """
    by_set: dict[tuple[str, str], dict[str, dict[str, Any]]] = {}
    for name, run in runs.items():
        for line in last_evaluations(run):
            by_set.setdefault((line["set"], line["kind"]), {})[name] = line
    return [_bars(asked, kind, lines) for (asked, kind), lines in by_set.items()]


def _bars(asked: str, kind: str, lines: dict[str, dict[str, Any]]) -> Bars:
    """Return the scores of some runs on one set."""
    scores = {name: _sections(line) for name, line in lines.items()}
    sections = list(dict.fromkeys(section for found in scores.values() for section in found))
    if TOTAL in sections:  # a set may have been changed between two runs
        sections = [*(section for section in sections if section != TOTAL), TOTAL]
    values = np.full((len(scores), len(sections)), np.nan)
    rows: list[list[Cell]] = []
    for at, (name, found) in enumerate(scores.items()):
        for section, (score, n_answered, n_asked) in found.items():
            value = np.nan if score is None else round(100 * score, 4)
            values[at, sections.index(section)] = value
            rows.append([name, section, number(value), n_answered, n_asked])
    y_title = SIMILARITY if kind == "similarity" else ANALOGIES
    table = Table(["run", "section", y_title, "answered", "of"], rows)
    return Bars(f"{asked}, by section", y_title, sections, list(scores), values, table, asked)


def _sections(line: dict[str, Any]) -> dict[str, tuple[float | None, int, int]]:
    """Return (score, questions answered, questions) by section, from a line of metrics.jsonl."""
    if line["kind"] == "similarity":
        return {ALL_PAIRS: (line["spearman"], line["answered"], line["pairs"])}
    parts = {part["section"]: part for part in line["sections"]}
    if len(parts) > 1:
        parts[TOTAL] = line
    return {
        section: (part["add"], part["answered"], part["questions"])
        for section, part in parts.items()
    }
