"""When a checkpoint is written, and by whom: the last one of a run is kept, and the one before it
until then.

The tables are written out while training waits, which takes as long as copying them. That they
reach the disk is waited for by a thread of its own, while training goes on. What a checkpoint is
made of is said in `checkpoint.py`.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any, Literal

from numpy.typing import NDArray

from w2v.training.checkpoint import Checkpoint, Draft, State, clear_checkpoints

# Of `auto`: not before so many seconds, and not more of the time than this for checkpoints.
SECONDS_BETWEEN, SHARE = 60.0, 0.01


class Saver:
    """Write the checkpoints of a run.

    Parameters
    ----------
    run : Path
        The run folder.
    every : "auto", int or None
        `train.checkpoint_every`.
    last : Checkpoint, optional
        From which training goes on.

    Attributes
    ----------
    last : Checkpoint or None
        The last one that is whole and on the disk.
    """

    def __init__(
        self, run: Path, every: Literal["auto"] | int | None, last: Checkpoint | None = None
    ) -> None:
        self.last = last
        self._run = run
        self._every = every
        self._n_chunks = 0 if last is None else last.state.n_chunks
        self._began = time.perf_counter()  # to train what the next one will keep
        self._cost = 0.0  # seconds that the last one took
        self._thread = ThreadPoolExecutor(1)
        self._under_way: Future[Checkpoint] | None = None

    def is_due(self, n_chunks: int) -> bool:
        """Tell whether to write a checkpoint now that so many chunks are trained.

        Raises
        ------
        OutputError
            If the one before could not be written to its end.
        """
        if self._under_way is not None and self._under_way.done():
            self.settle()
        if self._every is None:
            return False
        if self._every != "auto":
            return n_chunks // self._every > self._n_chunks // self._every
        since = time.perf_counter() - self._began
        return since >= max(SECONDS_BETWEEN, self._cost / SHARE)

    def save(
        self, tables: Mapping[str, NDArray[Any]], state: State, *, with_best: bool = False
    ) -> None:
        """Write a checkpoint; the tables may be changed as soon as this returns.

        Parameters
        ----------
        tables : mapping of str to array
        state : State
        with_best : bool
            Whether vectors.npy and output_vectors.npy are those of the best epoch, to be kept.

        Raises
        ------
        OutputError
            If it cannot be written, or the one before could not.
        """
        self.settle()
        began = time.perf_counter()
        draft = Draft(self._run, state.n_chunks)
        try:
            for name, table in tables.items():
                draft.write_table(name, table)
            if with_best:
                draft.link_best()
        except BaseException:  # Ctrl-C too
            draft.discard()
            raise
        self._n_chunks = state.n_chunks
        self._under_way = self._thread.submit(self._complete, draft, state)
        self._began = time.perf_counter()
        self._cost = self._began - began

    def settle(self) -> None:
        """Wait until what is being written is on the disk.

        Raises
        ------
        OutputError
        """
        under_way = self._under_way
        if under_way is not None:
            wait([under_way])  # Ctrl-C may end it: then it is under way still
            self._under_way = None
            self.last = under_way.result()

    def close(self, *, is_needed: bool) -> None:
        """End the thread after what it is at; remove all checkpoints if none is needed any more."""
        self._thread.shutdown()
        if not is_needed:
            clear_checkpoints(self._run)

    def _complete(self, draft: Draft, state: State) -> Checkpoint:
        """See a checkpoint to the disk, then remove the one before."""
        began = time.perf_counter()
        try:
            checkpoint = draft.complete(state)
        finally:
            draft.discard()
        clear_checkpoints(self._run, keep=checkpoint.path)
        self._cost += time.perf_counter() - began
        return checkpoint
