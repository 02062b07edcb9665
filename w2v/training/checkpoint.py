"""One checkpoint on disk: a folder inside the run folder from which training goes on bit for bit.

checkpoint-<chunks>/         the chunks that were trained before it, over all epochs
    state.json               how far training had come; the sha256 of every file here and its own
    W_in.npy, W_out.npy      the tables (V, D)
    sums.0.npy, ...          what the optimizer keeps (w2v/model/optimizers.py)
    best_vectors.npy,        with train.early_stop, what the run folder had as vectors.npy and
    best_output_vectors.npy  output_vectors.npy: the best epoch so far

It is written under a temporary name, seen to the disk, and renamed: what has the name of a
checkpoint is whole. Draws need no state (`draws.py`), so that nothing else has to be kept. When one
is written is settled in `saving.py`; how a run goes on from it, in `resuming.py`.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import re
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2v.errors import RunError, first_line
from w2v.files import cannot_write, sha256_of, sync_file, sync_folder
from w2v.run_folder import METRICS, OUTPUT_VECTORS, VECTORS
from w2v.run_sums import OWN_SUM, is_whole, sealed

CHECKPOINT_FORMAT = 1
STATE = "state.json"
NAME = re.compile(r"checkpoint-([0-9]+)")
TEMPORARY = re.compile(r"\.checkpoint-[0-9]+\.[0-9a-f]{8}\.tmp")
WEIGHTS = {VECTORS: "W_in.npy", OUTPUT_VECTORS: "W_out.npy"}
BEST = {VECTORS: "best_vectors.npy", OUTPUT_VECTORS: "best_output_vectors.npy"}
BLOCK_BYTES = 1 << 24  # of a table, written at once: a signal is heard in between


@dataclass(frozen=True)
class State:
    """How far a training had come.

    Attributes
    ----------
    n_chunks : int
        Trained, over all epochs.
    share : float
        Of the whole training, in 0..1.
    config_sha256, vocabulary_sha256 : str
        Of the run's config.yaml and vocab.tsv: it is a checkpoint of this run and of no other.
    metrics_bytes : int
        How much of metrics.jsonl had been written.
    metrics_sha256 : str
        Of that much.
    n_trained, n_examples : int
        Positions and examples trained so far.
    seconds : float
        Of training.
    stopping, divergence : dict
        The states of `EarlyStopping` and `Divergence`.
    sha256 : dict of str to str
        Of each other file of the checkpoint.
    """

    n_chunks: int
    share: float
    config_sha256: str
    vocabulary_sha256: str
    metrics_bytes: int
    metrics_sha256: str
    n_trained: int
    n_examples: int
    seconds: float
    stopping: dict[str, Any]
    divergence: dict[str, Any]
    sha256: dict[str, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint that is whole: its folder, and its state."""

    path: Path
    state: State


class Draft:
    """A checkpoint that is being written; it has a temporary name until `complete`.

    Parameters
    ----------
    run : Path
        The run folder.
    n_chunks : int

    Raises
    ------
    OutputError
        Here and below, if it cannot be written.
    """

    def __init__(self, run: Path, n_chunks: int) -> None:
        self._run = run
        self._final = run / f"checkpoint-{n_chunks}"
        self._folder = run / f".{self._final.name}.{secrets.token_hex(4)}.tmp"
        try:
            self._folder.mkdir()
        except OSError as error:
            raise cannot_write(self._final, error) from error

    def write_table(self, name: str, table: NDArray[Any]) -> None:
        """Write an array; it may be changed afterwards, and is not on the disk yet."""
        path = self._folder / f"{name}.npy"
        try:
            with open(path, "wb") as file:
                np.lib.format.write_array_header_1_0(
                    file, np.lib.format.header_data_from_array_1_0(table)
                )
                content = np.ascontiguousarray(table).data.cast("B")
                for at in range(0, len(content), BLOCK_BYTES):
                    file.write(content[at : at + BLOCK_BYTES])
        except OSError as error:
            raise cannot_write(self._final / path.name, error) from error

    def link_best(self) -> None:
        """Take in the tables of the best epoch, which are in the run folder."""
        for name, kept in BEST.items():
            link(self._run / name, self._folder / kept)

    def complete(self, state: State) -> Checkpoint:
        """See all to the disk, and give the checkpoint its name."""
        try:
            sums = {file.name: sha256_of(file) for file in sorted(self._folder.iterdir())}
            state = dataclasses.replace(state, sha256=sums)
            record = {"format": CHECKPOINT_FORMAT, "program": "w2v", **dataclasses.asdict(state)}
            (self._folder / STATE).write_bytes(sealed(record).encode())
            for file in (*self._folder.iterdir(), self._run / METRICS):
                sync_file(file)
            sync_folder(self._folder)
            if self._final.exists():  # one that is damaged: training came by here before
                remove_checkpoint(self._final)
            self._folder.rename(self._final)
            sync_folder(self._run)
        except OSError as error:
            raise cannot_write(self._final, error) from error
        return Checkpoint(self._final, state)

    def discard(self) -> None:
        """Remove what has been written; nothing is left to be removed of one that is complete."""
        shutil.rmtree(self._folder, ignore_errors=True)


def link(source: Path, target: Path) -> None:
    """Give a file a second name, or make a copy where a disk has no links; replaces `target`.

    Raises
    ------
    OutputError
    """
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        try:
            os.link(source, temporary)
        except OSError:
            shutil.copyfile(source, temporary)
            sync_file(temporary)
        os.replace(temporary, target)
    except OSError as error:
        raise cannot_write(target, error) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def checkpoints_in(run: Path) -> list[Path]:
    """List the checkpoints of a run folder, the last one first, without looking into them."""
    found = [(int(match[1]), path) for path in _paths(run) if (match := NAME.fullmatch(path.name))]
    return [path for _, path in sorted(found, reverse=True)]


def remove_checkpoint(path: Path) -> None:
    """Remove a checkpoint, its state first: from then on it is none. What cannot go stays."""
    with contextlib.suppress(OSError):
        if path.is_symlink():  # what it leads to is not ours
            path.unlink()
            return
        (path / STATE).unlink(missing_ok=True)
    shutil.rmtree(path, ignore_errors=True)


def clear_checkpoints(run: Path, keep: Path | None = None) -> None:
    """Remove the checkpoints of a run but one, and what a process that was killed left of them."""
    for path in _paths(run):
        if path != keep and (NAME.fullmatch(path.name) or TEMPORARY.fullmatch(path.name)):
            remove_checkpoint(path)


def _paths(run: Path) -> list[Path]:
    """List what is in a folder; nothing if it cannot be read."""
    try:
        return [*run.iterdir()]
    except OSError:
        return []


def open_checkpoint(path: Path) -> Checkpoint:
    """Read the state of a checkpoint, and hold each of its files against its checksum.

    Raises
    ------
    RunError
        If it is damaged, or of a later format.
    """
    state = _read_state(path / STATE)
    for name, sha256 in state.sha256.items():
        try:
            is_whole = sha256_of(path / name) == sha256
        except OSError as error:
            raise RunError(f"{path / name} cannot be read: {error.strerror}") from error
        if not is_whole:
            raise RunError(f"{path / name} is damaged: its content is not what was written")
    return Checkpoint(path, state)


def _read_state(file: Path) -> State:
    """Read state.json."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise RunError(f"{file} cannot be read: {error.strerror}") from error
    if not is_whole(content):
        raise RunError(f"{file} is damaged: it does not have the checksum that it ends with")
    record = json.loads(content)
    del record[OWN_SUM]
    if record.pop("format", None) != CHECKPOINT_FORMAT or record.pop("program", None) != "w2v":
        raise RunError(f"{file} is of a later w2v, or of another program")
    return State(**record)  # it is sealed: all is there, as it was written


def load_tables(checkpoint: Checkpoint, *, beside_weights: bool = False) -> dict[str, NDArray[Any]]:
    """Read arrays of a checkpoint, by name: W_in and W_out, or what the optimizer keeps.

    Raises
    ------
    RunError
        If one cannot be read.
    """
    tables = {}
    for name in checkpoint.state.sha256:
        is_weights = name in WEIGHTS.values()
        if name not in BEST.values() and is_weights != beside_weights:
            try:
                table = np.load(checkpoint.path / name, allow_pickle=False)
            except (OSError, ValueError) as error:
                raise RunError(f"{checkpoint.path / name}: {first_line(error)}") from error
            tables[name.removesuffix(".npy")] = table
    return tables


def take_best(checkpoint: Checkpoint, run: Path) -> Mapping[str, str]:
    """Put the best epoch's tables of a checkpoint into the run folder; return their checksums.

    Raises
    ------
    OutputError
    """
    return _take(checkpoint, run, BEST)


def take_last(checkpoint: Checkpoint, run: Path) -> Mapping[str, str]:
    """Make the tables of a checkpoint the vectors of the run; return their checksums.

    Raises
    ------
    OutputError
    """
    return _take(checkpoint, run, WEIGHTS)


def _take(checkpoint: Checkpoint, run: Path, names: Mapping[str, str]) -> Mapping[str, str]:
    """Link files of a checkpoint into the run folder, those that it has."""
    there = {name: kept for name, kept in names.items() if kept in checkpoint.state.sha256}
    for name, kept in there.items():
        link(checkpoint.path / kept, run / name)
    return {name: checkpoint.state.sha256[kept] for name, kept in there.items()}
