"""What a reader asks of a run first, and the command that trains it again."""

from __future__ import annotations

from w2v.experiments.measures import SECONDS, measures_of
from w2v.experiments.reading import RunSummary
from w2v.experiments.reproducing import command_of
from w2v.report.contract import RunFacts

TOKENS = ("read", "kept", "trained")  # of run.json


def facts_of(name: str, run: RunSummary) -> RunFacts:
    """Return the facts of a run.

    Parameters
    ----------
    name : str
        In the report.
    run : RunSummary
    """
    record = run.record
    corpus, tokens = record.get("corpus") or {}, record.get("tokens") or {}
    facts = [
        ("status", run.status),
        ("text", _text(run)),
        *((f"tokens {what}", f"{tokens[what]:,}") for what in TOKENS if what in tokens),
        ("vocabulary", _with_unit(record.get("V"), "words")),
        ("vectors", _with_unit(record.get("D"), "numbers a word")),
        ("seconds", _seconds(run)),
        *_figures(run),
        ("started", str(record.get("started", ""))[:19].replace("T", " ")),
        ("engine", str(record.get("engine", ""))),
        ("same bits when trained again", _yes_or_no(record.get("reproducible"))),
        ("sha256 of the text", str(corpus.get("sha256", ""))),
        ("w2v", str(record.get("w2v_version", ""))),
    ]
    shown = [(fact, value) for fact, value in facts if value]
    return RunFacts(name, str(run.folder), run.status, command_of(run), shown)


def _text(run: RunSummary) -> str:
    """Return the text's path."""
    path = run.config.corpus.path
    return ", ".join([path] if isinstance(path, str) else path)


def _with_unit(value: int | None, unit: str) -> str:
    """Return a number with its unit."""
    return "" if value is None else f"{value:,} {unit}"


def _seconds(run: RunSummary) -> str:
    """Return how long training took."""
    seconds = run.record.get("seconds")
    return "" if seconds is None else f"{seconds:,.1f}"


def _figures(run: RunSummary) -> list[tuple[str, str]]:
    """Return what was measured of a run."""
    measured = measures_of(run).items()
    return [(kind.title, kind.show(value)) for kind, value in measured if kind != SECONDS]


def _yes_or_no(value: bool | None) -> str:
    """Return a truth value for people."""
    return "" if value is None else "yes" if value else "no"
