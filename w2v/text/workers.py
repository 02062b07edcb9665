"""The hands that count a text: this process, or several others.

Others are fresh interpreters (w2v/processes.py), spoken to over pipes, a line of JSON each way.
They are in a session of their own, where Ctrl-C does not reach them: this process ends them,
whatever happens here. If it is killed itself, they end at their next word to it.

A tokenizer of the user's is never run in them: it may keep state, which would make the words depend
on the number of processes.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import queue
import subprocess
import threading
from collections.abc import Iterator, Sequence
from typing import Any

from w2v.errors import W2VError
from w2v.processes import ONE_BLAS_THREAD, fresh_python
from w2v.text.counting import Counted, Place, Progress, Stretch
from w2v.text.decoding import WHOLE, BadBytes
from w2v.text.merging import check_split_files
from w2v.text.reading import read_through
from w2v.text.worker import Task, error_of

SECONDS_OF_SILENCE = 0.2  # after which the progress function is called all the same


class CannotStartError(Exception):
    """No other process can be had here."""


class Alone:
    """This process as the only hand.

    Parameters
    ----------
    task : Task
    """

    def __init__(self, task: Task) -> None:
        self._counter = task.counter("")

    def __enter__(self) -> Alone:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def count(
        self, stretches: Sequence[Stretch], progress: Progress
    ) -> tuple[list[Counted], list[str]]:
        """Count all stretches; return what was found, and which hand found it."""
        counted = [self._counter.count(stretch, progress) for stretch in stretches]
        self._counter.finish()
        return counted, [""] * len(stretches)

    def rename(self, places: Sequence[Place], names: Sequence[str], progress: Progress) -> None:
        """Let each hand write its ranks."""
        self._counter.rename(places)


class Workers:
    """Other processes as hands; end them by leaving the `with` block.

    Parameters
    ----------
    task : Task
    n : int

    Raises
    ------
    CannotStartError
        If this system has no processes to give.
    """

    def __init__(self, task: Task, n: int) -> None:
        self._task = task
        self._processes: list[subprocess.Popen[bytes]] = []
        self._threads: list[threading.Thread] = []
        self._said: queue.SimpleQueue[tuple[int, dict[str, Any] | None]] = queue.SimpleQueue()
        self._has_spoken: set[int] = set()
        try:
            for worker in range(n):
                self._start(worker)
        except BaseException as error:
            self.close()
            if isinstance(error, OSError):
                raise CannotStartError from error
            raise

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _start(self, worker: int) -> None:
        """Start one process, and a thread that listens to it."""
        process = self._process()
        self._processes.append(process)
        thread = threading.Thread(target=self._listen, args=[worker, process], daemon=True)
        self._threads.append(thread)
        thread.start()
        task = self._task
        self._tell(
            worker,
            {
                "name": _name(worker),
                "folder": str(task.folder.absolute()),
                "files": [str(file) for file in task.files],
                "field": task.field,
                "tokenizer": dataclasses.asdict(task.tokenizer),
            },
        )

    def _process(self) -> subprocess.Popen[bytes]:
        """Start a fresh interpreter."""
        command = fresh_python("from w2v.text.worker import work; work()")
        if command is None:
            raise CannotStartError
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **ONE_BLAS_THREAD},  # they multiply no matrices
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )

    def _listen(self, worker: int, process: subprocess.Popen[bytes]) -> None:
        """Hand on what a process says, and at last that it says no more."""
        assert process.stdout is not None
        with contextlib.suppress(ValueError, OSError):  # it broke off inside a line
            for line in process.stdout:
                self._said.put((worker, json.loads(line)))
        self._said.put((worker, None))

    def _tell(self, worker: int, message: dict[str, Any]) -> None:
        """Say something to a process; that it is gone is found out by listening."""
        pipe = self._processes[worker].stdin
        assert pipe is not None
        with contextlib.suppress(OSError):
            pipe.write(json.dumps(message).encode() + b"\n")
            pipe.flush()

    def _hear(self, progress: Progress) -> tuple[int, dict[str, Any]]:
        """Wait for the next word of any process that is not about progress."""
        while True:
            try:
                worker, message = self._said.get(timeout=SECONDS_OF_SILENCE)
            except queue.Empty:
                progress(0)  # the user may want to stop
                continue
            if message is None:
                raise self._loss(worker)
            self._has_spoken.add(worker)
            if "read" not in message:
                return worker, message
            progress(message["read"])

    def _loss(self, worker: int) -> Exception:
        """Say that a process is gone that should be there."""
        if worker not in self._has_spoken:
            return CannotStartError()
        code = self._processes[worker].wait()
        how = f"killed by signal {-code}" if code < 0 else f"exit code {code}"
        return W2VError(
            f"a process that was reading the corpus is gone ({how}); if memory ran short, "
            "train.threads=1 reads in one process"
        )

    def count(
        self, stretches: Sequence[Stretch], progress: Progress
    ) -> tuple[list[Counted], list[str]]:
        """Count all stretches; return what was found, and which hand found it.

        Raises
        ------
        W2VError
            What reading the files one after another would have raised, as far as they were read.
        CannotStartError
            If no process came up.
        """
        counted: dict[int, Counted] = {}
        names = [""] * len(stretches)
        failed: dict[int, Exception] = {}
        at_work: dict[int, int] = {}  # worker: stretch
        left = iter(range(len(stretches)))
        for worker in range(len(self._processes)):
            self._give_next(worker, left, stretches, at_work)
        # What is behind the first mistake does not matter any more.
        while at_work and not (failed and min(at_work.values()) > min(failed)):
            worker, message = self._hear(progress)
            number = at_work.pop(worker)
            if "failed" in message:
                failed[number] = self._error(message, stretches[number])
                continue
            counted[number] = _counted(message["counted"])
            names[number] = _name(worker)
            if not failed:
                self._give_next(worker, left, stretches, at_work)
        first = min(failed, default=len(stretches))
        in_order = [counted[number] for number in range(first)]
        check_split_files(self._task.files, stretches, in_order)
        if failed:
            raise failed[first]
        self._all_do([{"finish": True}] * len(self._processes), progress)
        return in_order, names

    def _give_next(
        self,
        worker: int,
        left: Iterator[int],
        stretches: Sequence[Stretch],
        at_work: dict[int, int],
    ) -> None:
        """Give a process the next stretch, if there is one left."""
        number = next(left, None)
        if number is not None:
            at_work[worker] = number
            parts = [(part.file, dataclasses.astuple(part.span)) for part in stretches[number]]
            self._tell(worker, {"count": parts})

    def _error(self, message: dict[str, Any], stretch: Stretch) -> Exception:
        """Return the error that a process met; in part of a file, what the whole file gives."""
        try:
            for file, span in stretch[: message["part"] + 1]:
                if span != WHOLE:
                    read_through(self._task.files[file])
        except W2VError as error:
            return error
        return error_of(message["failed"])

    def rename(self, places: Sequence[Place], names: Sequence[str], progress: Progress) -> None:
        """Let each hand write its ranks.

        Parameters
        ----------
        places, names
            Of each stretch: where it belongs, and which hand has counted it.
        """
        self._all_do(
            [
                {
                    "rename": [
                        place for place, name in zip(places, names, strict=True) if name == own
                    ]
                }
                for own in map(_name, range(len(self._processes)))
            ],
            progress,
        )

    def _all_do(self, messages: Sequence[dict[str, Any]], progress: Progress) -> None:
        """Say something to each process and wait until all have done it."""
        for worker, message in enumerate(messages):
            self._tell(worker, message)
        for _ in messages:
            _, answer = self._hear(progress)
            if "failed" in answer:
                raise error_of(answer["failed"])

    def close(self) -> None:
        """End all processes."""
        for process in self._processes:
            process.kill()
        for process in self._processes:
            process.wait()
        for thread in self._threads:
            thread.join()
        for process in self._processes:
            for pipe in (process.stdin, process.stdout):
                assert pipe is not None
                with contextlib.suppress(OSError):  # what was not said yet
                    pipe.close()


def _name(worker: int) -> str:
    """Return what the files of a process are told by."""
    return f"-{worker}"


def _counted(said: dict[str, Any]) -> Counted:
    """Return what a process has said that it counted."""
    return Counted(**{**said, "bad": [BadBytes(**bad) for bad in said["bad"]]})
