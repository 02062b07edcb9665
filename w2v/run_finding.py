"""How a run is found by its name, and how a new one comes to its own.

A run is a folder; what is in it is said in `run_folder.py`.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import re
from pathlib import Path

from w2v.errors import RunError
from w2v.files import cannot_write
from w2v.run_folder import (
    RUN_FORMAT,
    UNSUMMED,
    VECTORS,
    RunFolder,
    is_damaged_run,
    is_run_folder,
    is_there,
    read_record,
    record_bytes,
)
from w2v.run_sums import is_whole

RUNS = Path("runs")  # where a run is looked for by name


def next_run_folder(runs: Path, name: str) -> RunFolder:
    """Make `<runs>/<name>-<number>` with the next free number.

    Raises
    ------
    OutputError
        If it cannot be made.
    """
    number = max(_numbers(runs, name), default=0) + 1
    try:
        runs.mkdir(parents=True, exist_ok=True)
        while True:
            try:
                (runs / f"{name}-{number}").mkdir()
            except FileExistsError:  # another run took the number a moment ago
                number += 1
            else:
                return RunFolder(runs / f"{name}-{number}")
    except OSError as error:
        raise cannot_write(runs, error) from error


def _numbers(runs: Path, name: str) -> list[int]:
    """List the numbers that runs of this name have."""
    pattern = re.compile(re.escape(name) + r"-(\d+)")
    names = [path.name for path in runs.iterdir()] if runs.is_dir() else []
    return [int(match[1]) for match in map(pattern.fullmatch, names) if match]


def list_runs(runs: Path = RUNS) -> list[Path]:
    """List the run folders below `runs`, the one that was started last at the end.

    Damaged runs are among them: who asks for the last must not be given another without a word.
    """
    inside = sorted(runs.iterdir()) if runs.is_dir() else []
    return sorted((p for p in inside if is_run_folder(p) or is_damaged_run(p)), key=_started)


def _started(path: Path) -> str:
    """Return when a run was started; of a record that is lost, when the folder was changed."""
    with contextlib.suppress(OSError, ValueError, RecursionError):
        content = record_bytes(path)
        record = json.loads(content)
        if isinstance(record, dict) and record.get("program") == "w2v":
            # One that only a later w2v can read does not hide the others, unless it is damaged.
            is_later = record.get("format") not in (RUN_FORMAT, UNSUMMED) and is_whole(content)
            return "" if is_later else str(record.get("started", ""))
    changed = datetime.datetime.fromtimestamp(os.path.getmtime(path), datetime.timezone.utc)
    return changed.isoformat(timespec="microseconds")


def find_run(name: str, runs: Path = RUNS, *, with_vectors: bool = True) -> Path:
    """Return the run folder that a user names: a path, a run's name, or `latest`.

    `latest` is the one below `runs` that was started last, of those with vectors unless the others
    are wanted too. A name without its number is the run of that name with the highest number.

    Raises
    ------
    RunError
        If there is none.
    """
    folder = Path(name)
    if os.path.isdir(name) and is_run_folder(folder):
        read_record(folder)  # may say that it is damaged, or of a later format
        return folder
    there = list_runs(runs)
    found = _named(name, runs, there, with_vectors)
    if found is not None:
        read_record(found)
        return found
    if os.path.isdir(name):
        inside: list[Path] = []
        with contextlib.suppress(OSError):  # a folder that is closed to the user
            inside = list_runs(folder)
        if inside:
            newest = _named_newest(inside)
            raise RunError(f"{name} is a folder of runs, not one; the newest in it are {newest}")
        read_record(folder)  # says what is wrong with it
    wrong = f"{name} is a file, not a run" if os.path.exists(name) else f"there is no run {name!r}"
    raise RunError(f"{wrong}; {_remedy(runs, there)}")


def _remedy(runs: Path, there: list[Path]) -> str:
    """Say which runs could have been named, or how to come to one."""
    if there:
        return f"the newest in {runs}/ are {_named_newest(there)}"
    if any(is_run_folder(path) for path in runs.glob("*/*")):
        return f"those in {runs}/ are all of sweeps: `w2v runs list` names them"
    return "`w2v train` makes one"


def _named_newest(found: list[Path]) -> str:
    """Name the runs that were started last."""
    return ", ".join(path.name for path in found[-5:])


def _named(name: str, runs: Path, there: list[Path], with_vectors: bool) -> Path | None:
    """Return the run of that name."""
    if name == "latest":  # of those that can be asked: a run that goes on has no vectors yet
        asked = [path for path in there if with_vectors and _can_be_asked(path)] or there
        return asked[-1] if asked else None
    if is_run_folder(runs / name) or is_damaged_run(runs / name):  # in a sweep's folder too
        return runs / name
    numbers = [n for n in _numbers(runs, name) if runs / f"{name}-{n}" in there]
    return runs / f"{name}-{max(numbers)}" if numbers else None


def _can_be_asked(path: Path) -> bool:
    """Tell whether a run has vectors, or would have if it were not damaged."""
    try:
        return is_there(path, VECTORS, read_record(path))
    except RunError:
        return True
