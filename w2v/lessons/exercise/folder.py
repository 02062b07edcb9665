"""The learner's folder: their files, which of them passed, and how many hints they have seen.

What is remembered is in a small file of JSON. A file that passed is remembered by its bytes: one
that was changed since has to be checked again.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, TypeAlias

from w2v.errors import OutputError
from w2v.files import atomic_write, cannot_write
from w2v.lessons.exercise.task import Task
from w2v.lessons.exercise.tasks import TASKS

DEFAULT_FOLDER = "my_word2vec"
PROGRESS = "progress.json"
TRAIN = "train.py"
State: TypeAlias = Literal["new", "started", "changed", "passed"]


class Folder:
    """The folder of a learner.

    Parameters
    ----------
    path : Path
        It need not be there yet.

    Attributes
    ----------
    is_damaged : bool
        Whether what was remembered cannot be read: then it begins again.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._hints: dict[str, int] = {}
        self._passed: dict[str, str] = {}
        self.is_damaged = False
        self._load()

    def _load(self) -> None:
        """Take over what is remembered now."""
        self._hints, self._passed = {}, {}
        self.is_damaged = False
        try:
            content = (self.path / PROGRESS).read_bytes()
        except OSError:
            return  # nothing to remember yet
        try:
            self._read(json.loads(content))
        except (ValueError, TypeError, AttributeError, RecursionError):
            self._hints, self._passed = {}, {}
            self.is_damaged = True

    def _read(self, remembered: object) -> None:
        """Take over what was written; raises if it is not what is written here."""
        if not isinstance(remembered, dict):
            raise TypeError
        for topic, n in remembered["hints"].items() if "hints" in remembered else ():
            if topic in TASKS:
                self._hints[topic] = max(0, int(n))
        for topic, sha256 in remembered["passed"].items() if "passed" in remembered else ():
            if topic in TASKS:
                self._passed[topic] = str(sha256)

    def file_of(self, task: Task) -> Path:
        """Return where the learner writes an exercise."""
        return self.path / f"{task.module}.py"

    def state_of(self, task: Task) -> State:
        """Return how far an exercise is."""
        try:
            sha256 = hashlib.sha256(self.file_of(task).read_bytes()).hexdigest()
        except OSError:
            return "new"
        if task.topic not in self._passed:
            return "started"
        return "passed" if self._passed[task.topic] == sha256 else "changed"

    def next_task(self) -> Task | None:
        """Return the first exercise that has not passed; None if all have."""
        return next((task for task in TASKS.values() if self.state_of(task) != "passed"), None)

    def hints_seen(self, task: Task) -> int:
        """Return how many hints of an exercise were shown."""
        return self._hints.get(task.topic, 0)

    def remember_hints(self, task: Task, n: int) -> None:
        """Remember that n hints of an exercise were shown."""
        with self._changing():
            self._hints[task.topic] = n

    def remember_check(self, task: Task, sha256: str | None) -> None:
        """Remember the file with which an exercise passed; None if it did not pass."""
        if self._passed.get(task.topic) == sha256:
            return
        with self._changing():
            self._passed.pop(task.topic, None)
            if sha256 is not None:
                self._passed[task.topic] = sha256

    def write_new(self, name: str, text: str) -> bool:
        """Write a file of the learner's if it is not there; return whether it was written."""
        file = self.path / name
        if file.exists():
            return False
        self._make()
        with atomic_write(file, "w") as stream:
            stream.write(text)
        return True

    @contextlib.contextmanager
    def _changing(self) -> Iterator[None]:
        """Write what is remembered and is changed here; other commands may have written since."""
        self._make()
        with _locked(self.path):
            self._load()
            yield
            with atomic_write(self.path / PROGRESS, "w") as file:
                json.dump({"hints": self._hints, "passed": self._passed}, file, indent=1)

    def _make(self) -> None:
        """Make the folder."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except FileExistsError as error:
            raise OutputError(
                f"{self.path} is a file; choose another folder with --folder"
            ) from error
        except OSError as error:
            raise cannot_write(self.path, error) from error


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold a folder once no other command does; where there are no such locks, do not wait."""
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(ImportError, OSError):
            fcntl = importlib.import_module("fcntl")
            descriptor = os.open(folder, os.O_RDONLY)
            stack.callback(os.close, descriptor)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
