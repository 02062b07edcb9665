"""The folder that a run leaves behind: its files, how it is made, and how it is found by name.

config.yaml          every setting, resolved: it reruns the run
vocab.tsv            word<TAB>count, in row order; what earlier runs saw is counted too
dropped.tsv          word<TAB>count of the words of the text that got no row
vectors.npy          W_in (V, D)
output_vectors.npy   W_out (V, D)
metrics.jsonl        one JSON object for each chunk, each epoch, each set that was measured
run.json             format, versions, corpus, tokens, seconds, status

`w2v report` may add report.html, which goes when the run is replaced.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from w2v.errors import OutputError, RunError
from w2v.files import add_whole, atomic_write, cannot_write, clear_leftovers

RUN_FORMAT = 1
CONFIG, VOCAB, DROPPED = "config.yaml", "vocab.tsv", "dropped.tsv"
VECTORS, OUTPUT_VECTORS = "vectors.npy", "output_vectors.npy"
METRICS, RECORD = "metrics.jsonl", "run.json"
RUN_FILES = (CONFIG, VOCAB, DROPPED, VECTORS, OUTPUT_VECTORS, METRICS, RECORD)
REPORT = "report.html"
RUNS = Path("runs")  # where a run is looked for by name


@dataclass(frozen=True)
class RunFolder:
    """A run folder that is being written."""

    path: Path

    def write_text(self, name: str, text: str) -> None:
        """Write one of the text files at once."""
        with atomic_write(self.path / name, "w") as file:
            file.write(text)

    def write_record(self, record: dict[str, Any]) -> None:
        """Write run.json."""
        whole = {"format": RUN_FORMAT, "program": "w2v", **record}
        self.write_text(RECORD, json.dumps(whole, indent=2, ensure_ascii=False) + "\n")

    def add_metrics(self, metrics: dict[str, Any]) -> None:
        """Add a line to metrics.jsonl."""
        path = self.path / METRICS
        line = json.dumps(metrics, allow_nan=False) + "\n"
        try:
            add_whole(path, line.encode())
        except OSError as error:
            raise cannot_write(path, error) from error

    def write_array(self, name: str, array: np.ndarray[Any, Any]) -> None:
        """Write one of the .npy files."""
        with atomic_write(self.path / name) as file:
            np.save(_NoFile(file), array, allow_pickle=False)


class _NoFile:
    """A file that NumPy does not know for one: past Python it would lose why a disk is full."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def write(self, content: bytes) -> int:
        """Write on."""
        return self._file.write(content)


def check_out(out: Path, *, force: bool) -> None:
    """Refuse a place where a run folder must not or cannot be made, before any work is done.

    Raises
    ------
    OutputError
        If it exists and `force` is off, is no run folder, or its parent cannot be written.
    """
    if os.path.lexists(out):
        if not force:
            raise OutputError(
                f"{out} exists; choose another --out, or add --force to replace the run"
            )
        if not out.is_dir() or not (is_run_folder(out) or is_empty(out)):
            raise OutputError(f"{out} is no w2v run folder; --force replaces nothing else")
    check_writable(out)


def check_writable(folder: Path) -> None:
    """Refuse a folder that cannot be written, or cannot be made where it is wanted.

    Raises
    ------
    OutputError
    """
    there = next(p for p in (folder, *folder.absolute().parents) if os.path.exists(p))
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        raise OutputError(f"{folder} cannot be made: {there} is no folder that you may write to")


def is_empty(folder: Path) -> bool:
    """Tell whether a folder is known to hold nothing of anybody's."""
    try:
        # A process that was killed may have left a temporary file of ours behind.
        return all(re.fullmatch(r"\..*\.tmp", path.name) for path in folder.iterdir())
    except OSError:
        return False


def make_run_folder(out: Path, *, force: bool) -> RunFolder:
    """Make a run folder; with `force`, remove the files of the run that is there and nothing else.

    Raises
    ------
    OutputError
        As `check_out`.
    """
    check_out(out, force=force)
    try:
        if out.is_dir():
            for name in (REPORT, *RUN_FILES):  # the record last: until then it is a run folder
                (out / name).unlink(missing_ok=True)
                clear_leftovers(out / name)
        out.mkdir(parents=True, exist_ok=force)
    except OSError as error:
        raise cannot_write(out, error) from error
    return RunFolder(out)


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


def is_run_folder(path: Path) -> bool:
    """Tell whether a folder holds a record that w2v wrote."""
    try:
        record = json.loads((path / RECORD).read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(record, dict) and record.get("program") == "w2v"


def finite_json(text: str | bytes) -> Any:
    """Parse JSON in which every number is finite, as all that w2v writes is.

    Raises
    ------
    ValueError
        If it is none, or has NaN, Infinity or a number that no float64 holds.
    RecursionError
        If it is nested without end.
    """

    def finite(digits: str) -> float:
        if not math.isfinite(value := float(digits)):
            raise ValueError(f"{digits} is no number that is measured")
        return value

    return json.loads(text, parse_float=finite, parse_constant=finite)


def read_record(path: Path) -> dict[str, Any]:
    """Return the content of a run's run.json.

    Raises
    ------
    RunError
        If it is missing, damaged, or of a later format.
    """
    try:
        record = finite_json((path / RECORD).read_text("utf-8"))
    except OSError as error:
        raise RunError(f"{path} is no w2v run folder ({RECORD}: {error.strerror})") from error
    except (ValueError, RecursionError) as error:
        raise RunError(f"{path / RECORD} is damaged: {error}") from error
    if not isinstance(record, dict) or record.get("program") != "w2v":
        raise RunError(f"{path / RECORD} was not written by w2v")
    if record.get("format") != RUN_FORMAT:
        raise RunError(
            f"{path} has run format {record.get('format')!r}; this w2v reads format {RUN_FORMAT}"
        )
    return record


def list_runs(runs: Path = RUNS) -> list[Path]:
    """List the run folders below `runs`, the one that was started last at the end."""
    found = [p for p in sorted(runs.iterdir()) if is_run_folder(p)] if runs.is_dir() else []
    return sorted(found, key=_started)


def _started(path: Path) -> str:
    """Return when a run was started; "" for one that only a later w2v can read."""
    try:
        return str(read_record(path).get("started", ""))
    except RunError:
        return ""


def find_run(name: str, runs: Path = RUNS) -> Path:
    """Return the run folder that a user names: a path, a run's name, or `latest`.

    `latest` is the one below `runs` that was started last, of those with vectors. A name without
    its number is the run of that name with the highest number.

    Raises
    ------
    RunError
        If there is none.
    """
    folder = Path(name)
    if os.path.isdir(name) and is_run_folder(folder):
        read_record(folder)  # may say that it is of a later format
        return folder
    there = list_runs(runs)
    found = _named(name, runs, there)
    if found is not None:
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


def _named(name: str, runs: Path, there: list[Path]) -> Path | None:
    """Return the run of that name."""
    if name == "latest":  # of those that can be asked: a run that goes on has no vectors yet
        asked = [path for path in there if (path / VECTORS).exists()] or there
        return asked[-1] if asked else None
    if is_run_folder(runs / name):  # in a sweep's folder too
        return runs / name
    numbers = [n for n in _numbers(runs, name) if runs / f"{name}-{n}" in there]
    return runs / f"{name}-{max(numbers)}" if numbers else None
