"""The folder that a run leaves behind: its files, and how it is made, replaced and read.

config.yaml          every setting, resolved: it reruns the run
vocab.tsv            word<TAB>count, in row order; what earlier runs saw is counted too
dropped.tsv          word<TAB>count of the words of the text that got no row
vectors.npy          W_in (V, D)
output_vectors.npy   W_out (V, D)
metrics.jsonl        one JSON object for each chunk, each epoch, each set that was measured
run.json             format, versions, corpus, tokens, seconds, status, checksums

`w2v report` may add report.html, which goes when the run is replaced. The checksums are explained
in `run_sums.py`; whoever reads a file of a run holds it against them. While a run goes on they
leave out the files that still change. How a run is found by its name is in `run_finding.py`.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import math
import os
import re
import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np

from w2v.errors import OutputError, RunError
from w2v.files import (
    HASH_BLOCK,
    add_whole,
    atomic_write,
    cannot_write,
    clear_leftovers,
    open_ordinary,
    sync_file,
)
from w2v.locks import is_held
from w2v.run_sums import OWN_SUM, REMEDY, SUMS, are_sums, check_file, is_whole, read_checked, sealed

RUN_FORMAT = 2
UNSUMMED = 1  # the format before, without checksums, which is read too
CONFIG, VOCAB, DROPPED = "config.yaml", "vocab.tsv", "dropped.tsv"
VECTORS, OUTPUT_VECTORS = "vectors.npy", "output_vectors.npy"
METRICS, RECORD = "metrics.jsonl", "run.json"
RUN_FILES = (CONFIG, VOCAB, DROPPED, VECTORS, OUTPUT_VECTORS, METRICS, RECORD)
REPORT = "report.html"
CHANGING = (METRICS, VECTORS, OUTPUT_VECTORS)  # while a run goes on
RUNNING = "running"  # its status until then
KILLED = "killed"  # what stands for it if no process trains in the folder
CAN_RESUME = (RUNNING, KILLED, "interrupted", "failed")
LOCK = ".lock"  # held by the process that trains in it
LEFTOVER = re.compile(r"\..*\.tmp|\.lock")  # what may be left of a process that was killed
MAX_RECORD_BYTES = 10_000_000  # of a run.json, which may name many files of a corpus
LINES_AT_ONCE = 10_000


class RunFolder:
    """A run folder that is being written.

    Parameters
    ----------
    path : Path
        A folder without a file of a run; see `reopen` for one to go on with.

    Attributes
    ----------
    path : Path
    metrics_bytes : int
        The length of metrics.jsonl so far.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.metrics_bytes = 0
        self._metrics = hashlib.sha256()
        self._sums: dict[str, str] = {}

    @classmethod
    def reopen(cls, path: Path, metrics_bytes: int, metrics_sha256: str | None = None) -> RunFolder:
        """Open the folder of a run that ended early, to go on where it stood at some moment.

        Parameters
        ----------
        path : Path
        metrics_bytes : int
            What metrics.jsonl had by then; what follows is cut off.
        metrics_sha256 : str, optional
            What `metrics_sha256` was by then.

        Raises
        ------
        RunError
            If run.json is damaged, or metrics.jsonl is not what it was by then.
        OutputError
            If metrics.jsonl cannot be cut.
        """
        folder = cls(path)
        folder._sums = dict(read_record(path).get(SUMS, {}))
        folder._sums.pop(METRICS, None)
        folder._cut_metrics(metrics_bytes, metrics_sha256)
        for name in RUN_FILES:
            clear_leftovers(path / name)
        return folder

    @property
    def metrics_sha256(self) -> str:
        """The sha256 of metrics.jsonl so far."""
        return self._metrics.hexdigest()

    @property
    def sums(self) -> Mapping[str, str]:
        """The sha256 of each file that was written so far, metrics.jsonl apart."""
        return self._sums

    def note(self, name: str, sha256: str) -> None:
        """Note the checksum of a file that came here in another way than by the methods below."""
        self._sums[name] = sha256

    def clear(self) -> None:
        """Remove the files of the run that was here before, and nothing else; the record stays.

        It is to be that of the new run by then: so there is a run at any moment.

        Raises
        ------
        OutputError
        """
        self.remove(REPORT, *(name for name in RUN_FILES if name != RECORD))
        for name in RUN_FILES:
            clear_leftovers(self.path / name)

    def remove(self, *names: str) -> None:
        """Remove files that are no longer those of the run.

        Raises
        ------
        OutputError
        """
        for name in names:
            self._sums.pop(name, None)
            try:
                (self.path / name).unlink(missing_ok=True)
            except OSError as error:
                raise OutputError(f"{self.path / name} cannot be removed: {error}") from error

    def write_text(self, name: str, text: str) -> str:
        """Write one of the text files at once; return its sha256."""
        return self.write_lines(name, [text])

    def write_lines(self, name: str, lines: Iterable[str]) -> str:
        """Write one of the text files, of lines with their ends; return its sha256."""
        with atomic_write(self.path / name) as file:
            hashing = Hashing(file)
            left = iter(lines)
            while some := list(itertools.islice(left, LINES_AT_ONCE)):
                hashing.write("".join(some).encode())
        return self._noted(name, hashing)

    def write_array(self, name: str, array: np.ndarray[Any, Any]) -> str:
        """Write one of the .npy files; return its sha256."""
        with atomic_write(self.path / name) as file:
            hashing = Hashing(file)
            np.save(hashing, array, allow_pickle=False)  # type: ignore[arg-type]  # it has write
        return self._noted(name, hashing)

    def _noted(self, name: str, written: Hashing) -> str:
        """Note the checksum of a file that has been written."""
        self.note(name, written.sha256)
        return written.sha256

    def write_record(self, record: Mapping[str, Any]) -> None:
        """Write run.json, with the checksums of what was written before."""
        sums = dict(self._sums)
        if record.get("status") == RUNNING:
            sums = {name: sums[name] for name in sums if name not in CHANGING}
        elif os.path.lexists(self.path / METRICS):
            self._sync_metrics()
            sums[METRICS] = self.metrics_sha256
        whole = {"format": RUN_FORMAT, "program": "w2v", **record, SUMS: dict(sorted(sums.items()))}
        with atomic_write(self.path / RECORD, "w") as file:
            file.write(sealed(whole))

    def add_metrics(self, metrics: Mapping[str, Any]) -> None:
        """Add a line to metrics.jsonl, all at once: a process that is killed leaves no half."""
        path = self.path / METRICS
        line = (json.dumps(metrics, allow_nan=False) + "\n").encode()
        try:
            add_whole(path, line)
        except OSError as error:
            raise cannot_write(path, error) from error
        self._metrics.update(line)
        self.metrics_bytes += len(line)

    def _cut_metrics(self, n_bytes: int, sha256: str | None) -> None:
        """Cut metrics.jsonl back to what it was."""
        path = self.path / METRICS
        try:
            path.touch(exist_ok=True)
            with open_ordinary(path) as file:
                while block := file.read(min(HASH_BLOCK, n_bytes - self.metrics_bytes)):
                    self._metrics.update(block)
                    self.metrics_bytes += len(block)
            if self.metrics_bytes < n_bytes:
                raise RunError(f"{path} is cut short: nothing can go on from it; {REMEDY}")
            if sha256 not in (None, self.metrics_sha256):
                raise RunError(f"{path} is damaged: nothing can go on from it; {REMEDY}")
            os.truncate(path, n_bytes)
        except OSError as error:
            raise cannot_write(path, error) from error

    def _sync_metrics(self) -> None:
        """Have metrics.jsonl on the disk before the record that vouches for it."""
        path = self.path / METRICS
        try:
            sync_file(path)
        except OSError as error:
            raise cannot_write(path, error) from error


class Hashing:
    """A file that is written, with the sha256 of all that went to it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._digest = hashlib.sha256()

    def write(self, block: bytes) -> int:
        """Write a block."""
        self._digest.update(block)
        return self._file.write(block)

    @property
    def sha256(self) -> str:
        """Of what was written so far."""
        return self._digest.hexdigest()


def check_out(out: Path, *, force: bool) -> None:
    """Refuse a place where a run folder must not or cannot be made, before any work is done.

    Raises
    ------
    OutputError
        If it exists and `force` is off, is no run folder, or its parent cannot be written.
    """
    if os.path.lexists(out):
        if not force:
            way = " or --resume to go on with it" if _can_resume(out) else ""
            raise OutputError(
                f"{out} exists; choose another --out, or add --force to replace the run{way}"
            )
        if not out.is_dir() or not (is_run_folder(out) or is_empty(out)):
            raise OutputError(f"{out} is no w2v run folder; --force replaces nothing else")
    check_writable(out)


def _can_resume(out: Path) -> bool:
    """Tell whether there is a run that did not come to its end."""
    try:
        return read_record(out).get("status") in CAN_RESUME
    except RunError:
        return False


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
        return all(LEFTOVER.fullmatch(path.name) for path in folder.iterdir())
    except OSError:
        return False


def make_run_folder(out: Path, *, force: bool) -> RunFolder:
    """Make a run folder; with `force`, take one that is there, whose run `clear` removes.

    Raises
    ------
    OutputError
        As `check_out`.
    """
    check_out(out, force=force)
    try:
        out.mkdir(parents=True, exist_ok=force)
    except OSError as error:
        raise cannot_write(out, error) from error
    return RunFolder(out)


def is_run_folder(path: Path) -> bool:
    """Tell whether a folder holds a record that w2v wrote."""
    try:
        record = json.loads(record_bytes(path))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(record, dict) and record.get("program") == "w2v"


def is_damaged_run(path: Path) -> bool:
    """Tell whether a folder is that of a run, by its other files, and has no record of w2v."""
    # os.path, not Path: it answers no, where Path raises, in a folder that is closed.
    is_run = os.path.isfile(path / CONFIG) and (
        os.path.lexists(path / RECORD) or os.path.isfile(path / VOCAB)
    )
    return is_run and not is_run_folder(path)


def record_bytes(path: Path) -> bytes:
    """Return the bytes of a run's run.json."""
    with open_ordinary(path / RECORD) as file:
        content = file.read(MAX_RECORD_BYTES + 1)
    if len(content) > MAX_RECORD_BYTES:
        raise ValueError(f"it is over {MAX_RECORD_BYTES:,} bytes")
    return content


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
    """Return the content of a run's run.json, but for its own checksum.

    Raises
    ------
    RunError
        If it is missing, damaged, or of a later format.
    """
    try:
        content = record_bytes(path)
        record = finite_json(content.decode())
    except OSError as error:
        raise RunError(f"{path} is no w2v run folder ({RECORD}: {error.strerror})") from error
    except (ValueError, RecursionError) as error:
        raise RunError(f"{path / RECORD} is damaged: {error}") from error
    if not isinstance(record, dict) or record.get("program") != "w2v":
        raise RunError(f"{path / RECORD} was not written by w2v")
    number = record.get("format")
    if number not in (RUN_FORMAT, UNSUMMED):
        raise RunError(f"{path} has run format {number!r}; this w2v reads format {RUN_FORMAT}")
    is_summed = number != UNSUMMED or not record.keys().isdisjoint((SUMS, OWN_SUM))
    if is_summed and not (number == RUN_FORMAT and is_whole(content)):
        raise RunError(
            f"{path / RECORD} is damaged: it does not have the checksum that it ends with; {REMEDY}"
        )
    if is_summed and not are_sums(record.get(SUMS)):
        raise RunError(f"{path / RECORD} is damaged: {SUMS!r} is not as w2v writes it")
    record.pop(OWN_SUM, None)
    return record


def status_of(folder: Path, record: Mapping[str, Any]) -> str:
    """Return how a run stands: what its record says, or `killed` if nobody trains it any more."""
    status = str(record.get("status", "unknown"))
    return KILLED if status == RUNNING and not is_held(folder / LOCK) else status


def command_to_resume(folder: Path) -> str:
    """Return the command that goes on with the run of a folder."""
    return f"w2v train --resume {shlex.quote(str(folder))}"


def is_there(folder: Path, name: str, record: Mapping[str, Any]) -> bool:
    """Tell whether a run has a file, or had it: one that is lost is not one that never was."""
    return name in record.get(SUMS, {}) or os.path.lexists(folder / name)


def sum_of(folder: Path, name: str, record: Mapping[str, Any]) -> str | None:
    """Return the checksum that a file of a run must have; None if none was noted.

    So it is with the files of a run that goes on, as far as they change, and of an older format.

    Parameters
    ----------
    folder : Path
    name : str
    record : mapping
        What `read_record` returned.

    Raises
    ------
    RunError
        If there is such a file, and the run did not write it.
    """
    sums = record.get(SUMS)
    if sums is None or record.get("status") == RUNNING:
        return None if sums is None else sums.get(name)
    if name not in sums and os.path.lexists(folder / name):
        raise RunError(
            f"{folder / name} is not of this run: {RECORD} has no checksum of it; {REMEDY}"
        )
    return None if name not in sums else str(sums[name])


def read_file(folder: Path, name: str, record: Mapping[str, Any]) -> bytes:
    """Return the content of a file of a run, once it was held against its checksum.

    Parameters
    ----------
    folder, name, record
        As of `sum_of`.

    Raises
    ------
    RunError
        If it is missing or damaged.
    """
    return read_checked(folder / name, sum_of(folder, name, record))


def check_run_file(folder: Path, name: str, record: Mapping[str, Any]) -> None:
    """Hold a file of a run against its checksum; parameters and errors are those of `read_file`."""
    check_file(folder / name, sum_of(folder, name, record))
