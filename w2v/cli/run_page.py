"""The page of `w2v runs show`: all that is known of one run."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from w2v.cli.columns import Column, column_of, pages
from w2v.cli.terminal import WIDTH, columns_of, percent, printable, seconds_for_people, wrapped

if TYPE_CHECKING:
    from w2v.experiments.reading import RunSummary

LABEL = 10  # columns of what a line is of
SHORT = 12  # letters of a checksum that are shown
CONTINUED = " \\"  # at the end of a line that a shell goes on reading


def page_of(run: RunSummary) -> Iterator[str]:
    """Yield the lines of the page."""
    from w2v.experiments.reproducing import command_of
    from w2v.run_folder import CAN_RESUME, RUNNING, command_to_resume

    yield from _labelled("run", f"{run.folder}: {run.status}")
    yield from _about(run.record)
    yield ""
    if run.status in CAN_RESUME and run.status != RUNNING:
        yield "gone on with by:"
        yield from command_lines(command_to_resume(run.folder))
        yield ""
    yield "trained again by:"
    yield from command_lines(command_of(run))
    yield ""
    yield from _settings(run)
    for lines in (_epochs(run), *_sections(run)):
        if lines:
            yield ""
            yield from lines


def as_object(run: RunSummary) -> dict[str, Any]:
    """Return what JSON prints."""
    from w2v.experiments.measures import measures_of
    from w2v.experiments.reproducing import command_of

    return {
        "run": run.name,
        "folder": str(run.folder),
        "status": run.status,
        "record": run.record,
        "command": command_of(run),
        "settings": run.settings,
        "measures": {measure.key: value for measure, value in measures_of(run).items()},
        "epochs": run.epochs,
        "evaluations": run.evaluations,
    }


def command_lines(command: str) -> list[str]:
    """Break a command into lines that a shell reads as one."""
    lines = [""]
    for word in map(shlex.quote, shlex.split(command)):
        longer = f"{lines[-1]} {word}" if lines[-1] else f"  {word}"
        if lines[-1] and columns_of(longer) > WIDTH - len(CONTINUED):
            lines.append(f"    {word}")
        else:
            lines[-1] = longer
    return [printable(line) + CONTINUED for line in lines[:-1]] + [printable(lines[-1])]


def _labelled(label: str, text: str) -> Iterator[str]:
    """Yield lines with what they are of before the first."""
    for at, line in enumerate(wrapped(printable(text), WIDTH - LABEL)):
        yield f"{label if at == 0 else '':<{LABEL}}{line}"


def _about(record: dict[str, Any]) -> Iterator[str]:
    """Yield what the record says; one that is cut short says less."""
    began = str(record.get("started", ""))[:19].replace("T", " ")
    seconds = record.get("seconds")
    if began:
        took = f", trained for {seconds_for_people(seconds)}" if seconds is not None else ""
        yield from _labelled("started", f"{began} UTC{took}")
    corpus = record.get("corpus") or {}
    if corpus:
        path = corpus.get("path")
        named = ", ".join(path) if isinstance(path, list) else str(path)
        yield from _labelled("text", f"{named} (sha256 {str(corpus.get('sha256'))[:SHORT]}…)")
    tokens = record.get("tokens") or {}
    if tokens:
        counts = [f"{n:,} {what}" for what, n in tokens.items() if n is not None]
        yield from _labelled("tokens", ", ".join(counts))
    if "V" in record:
        yield from _labelled("vectors", f"V {record['V']:,} words, D {record['D']:,} numbers each")
    versions = record.get("bits_depend_on") or {}
    made_by = [f"w2v {record.get('w2v_version')}, engine {record.get('engine')}"]
    made_by += [
        f"{name} {versions[name]}" for name in ("python", "numpy", "numba") if versions.get(name)
    ]
    yield from _labelled("made by", ", ".join(made_by))


def _settings(run: RunSummary) -> list[str]:
    """Return the settings that are not the default."""
    from w2v.config.schema import Config, as_dict
    from w2v.config.showing import yaml_value
    from w2v.experiments.tables import AUTO, is_auto

    default = as_dict(Config())
    rows = [
        (
            path,
            yaml_value(value) + (" (auto)" if path in AUTO and is_auto(run.config, path) else ""),
        )
        for path, value in run.settings.items()
        if value != default[path]
    ]
    if not rows:
        return ["all settings are the default"]
    width = 2 + max(len(path) for path, _ in rows)
    lines = ["settings that are not the default:"]
    for path, value in rows:
        first, *rest = wrapped(printable(value), WIDTH - width - 2)
        lines += [f"  {path:<{width}}{first}", *(" " * (width + 2) + line for line in rest)]
    return lines


def _epochs(run: RunSummary) -> list[str]:
    """Return the table of the epochs."""
    from w2v.experiments.measures import HELDOUT_LOSS, LOSS, SECONDS, WORDS_PER_SECOND

    if not run.epochs:
        return ["no epoch came to its end"]
    columns: list[Column] = []
    for measure in (LOSS, HELDOUT_LOSS, WORDS_PER_SECOND, SECONDS):
        values = [line.get(measure.key) for line in run.epochs]
        if any(value is not None for value in values):
            cells = ["-" if value is None else measure.show(value) for value in values]
            columns.append(column_of(measure.title, cells))
    if run.config.eval.every == "epoch":
        columns += _scores_by_epoch(run)
    epochs = column_of("epoch", [str(line["epoch"]) for line in run.epochs])
    lines = _one_below_the_other(pages([epochs], columns))
    best = (run.record.get("early_stop") or {}).get("best_epoch")
    if best is not None:
        lines.append(f"epoch {best} was the best of {len(run.epochs)}; its vectors are kept")
    return lines


def _scores_by_epoch(run: RunSummary) -> list[Column]:
    """Return a column for each set that was asked after each epoch."""
    scores: dict[tuple[str, str], dict[int, float | None]] = {}
    for line in run.evaluations:
        is_similarity = line["kind"] == "similarity"
        unit = "Spearman" if is_similarity else "% right"
        score = line["spearman"] if is_similarity else line["add"]
        scores.setdefault((line["set"], unit), {})[line["epoch"]] = score
    return [
        column_of(f"{name}, {unit}", [_percent(of_epoch.get(line["epoch"])) for line in run.epochs])
        for (name, unit), of_epoch in scores.items()
    ]


def _sections(run: RunSummary) -> Iterator[list[str]]:
    """Yield a table for each set: the scores of its sections, and of all."""
    from w2v.experiments.measures import last_evaluations

    for line in last_evaluations(run):
        head = f"{printable(line['set'])}, after epoch {line['epoch']}:"
        if line["kind"] == "similarity":
            counts = f"{line['answered']:,} of {line['pairs']:,} pairs"
            yield [head, f"  Spearman x 100: {_percent(line['spearman'])} ({counts})"]
            continue
        sums = [{**line, "section": "all"}]
        for part in ("syntactic", "semantic"):
            if line.get(part) is not None:
                sums.insert(0, {**line[part], "section": f"all {part}"})
        rows = [*line["sections"], *sums]
        yield [
            head,
            *_one_below_the_other(
                pages(
                    [column_of("section", [f"{row['section']}" for row in rows], is_text=True)],
                    [
                        column_of("answered", [f"{row['answered']:,}" for row in rows]),
                        column_of("of", [f"{row['questions']:,}" for row in rows]),
                        column_of("add, % right", [_percent(row["add"]) for row in rows]),
                        column_of("mul, % right", [_percent(row["mul"]) for row in rows]),
                    ],
                )
            ),
        ]


def _one_below_the_other(found: Sequence[Sequence[str]]) -> list[str]:
    """Join the pages of a table."""
    lines: list[str] = []
    for page in found:
        lines += ["", *page] if lines else page
    return lines


def _percent(share: float | None) -> str:
    """Write a share, times 100; a dash where there is none."""
    return "-" if share is None else percent(share)
