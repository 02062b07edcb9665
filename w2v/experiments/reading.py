"""Read what runs have left behind: settings, record, and what was measured.

What the numbers mean and which of them are compared is in `measures.py`. Nothing here reads
vectors.
"""

from __future__ import annotations

import contextlib
import functools
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from w2v.config.schema import Config, as_dict
from w2v.errors import RunError
from w2v.experiments.shapes import wrong_in_line, wrong_in_record
from w2v.run_finding import RUNS, find_run
from w2v.run_folder import (
    METRICS,
    RECORD,
    finite_json,
    is_damaged_run,
    is_run_folder,
    is_there,
    read_file,
    read_record,
    status_of,
)
from w2v.vectors.loading import load_run_config

DEPTH = 2  # runs/<run> and runs/<sweep>/<point>


@dataclass(frozen=True)
class RunSummary:
    """A run as its folder tells it.

    Attributes
    ----------
    folder : Path
    config : Config
        Resolved, as it was trained.
    record : dict
        run.json.
    chunks, epochs, evaluations : list of dict
        The lines of metrics.jsonl by their event, in order, as `running.py` writes them.
    """

    folder: Path
    config: Config
    record: dict[str, Any]
    chunks: list[dict[str, Any]]
    epochs: list[dict[str, Any]]
    evaluations: list[dict[str, Any]]

    @property
    def name(self) -> str:
        """The folder, as it is named within `runs/`."""
        inside = self.folder.is_relative_to(RUNS) and self.folder != RUNS
        return str(self.folder.relative_to(RUNS) if inside else self.folder)

    @property
    def status(self) -> str:
        """`done`, `stopped` (by a callback), or how else it stands: `status_of` of a run folder."""
        return status_of(self.folder, self.record)

    @functools.cached_property
    def settings(self) -> dict[str, Any]:
        """Every value of the config by its dotted path."""
        return as_dict(self.config)


def read_run(folder: Path) -> RunSummary:
    """Read a run folder.

    Raises
    ------
    RunError
        If a file is missing or damaged.
    ConfigError
        If its config cannot be read by this version.
    """
    record = read_record(folder)
    if wrong := wrong_in_record(record):
        raise RunError(f"{folder / RECORD} is damaged: {wrong!r} is not as w2v writes it")
    config = load_run_config(folder, record)
    by_event: dict[str, list[dict[str, Any]]] = {"chunk": [], "epoch": [], "evaluation": []}
    for line in _read_metrics(folder, record):
        by_event.setdefault(line["event"], []).append(line)
    return RunSummary(
        folder, config, record, by_event["chunk"], by_event["epoch"], by_event["evaluation"]
    )


def _read_metrics(folder: Path, record: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    """Yield the lines of metrics.jsonl; a run that was killed may have left half of the last."""
    path = folder / METRICS
    if not is_there(folder, METRICS, record):
        return  # the run ended before its first chunk
    lines = read_file(folder, METRICS, record).splitlines(keepends=True)
    for number, line in enumerate(lines, 1):
        if not line.endswith(b"\n"):
            return
        try:
            metrics = finite_json(line)
        except (ValueError, RecursionError):
            metrics = None
        if not isinstance(metrics, dict):
            raise RunError(f"{path} is damaged in line {number}")
        if wrong := wrong_in_line(metrics):
            raise RunError(
                f"{path} is damaged in line {number}: {wrong!r} is missing, or not as w2v writes it"
            )
        yield metrics


def find_run_folders(names: Sequence[str], runs: Path = RUNS) -> list[Path]:
    """Return the run folders that a user names.

    Parameters
    ----------
    names : sequence of str
        Each as `find_run` takes it, or a folder of runs, such as a sweep's or `runs` itself, which
        stands for all that are in it, by name.
    runs : Path
        Where a run is looked for by name.

    Raises
    ------
    RunError
        If there is none of a name.
    """
    found: dict[Path, None] = {}
    for name in names:
        folder = next((p for p in (Path(name), runs / name) if os.path.isdir(p)), None)
        inside = [] if folder is None or is_run_folder(folder) else folders_within(folder)
        found.update(dict.fromkeys(inside or [find_run(name, runs)]))
    return list(found)


def folders_within(folder: Path, depth: int = DEPTH) -> list[Path]:
    """List the run folders in a folder, and in the folders of runs in it, by name.

    Numbers in names are in order too: window-2 goes before window-10. Damaged runs are among them,
    so that none is missing without a word. A folder that is closed to the user holds none.
    """
    found: list[Path] = []
    inside: list[Path] = []
    with contextlib.suppress(OSError):
        inside = sorted(folder.iterdir(), key=_place_of_name)
    for path in inside:
        if is_run_folder(path) or is_damaged_run(path):
            found.append(path)
        elif depth > 1 and path.is_dir() and not path.is_symlink():
            found += folders_within(path, depth - 1)
    return found


def _place_of_name(path: Path) -> tuple[list[str | float], str]:
    """Return by what paths of one folder are in order: texts and numbers in turn, as they come."""
    parts = re.split(r"([0-9]+(?:\.[0-9]+)?)", path.name)
    return [float(part) if at % 2 else part for at, part in enumerate(parts)], path.name
