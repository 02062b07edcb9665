"""The texts of one exercise: its own, and those that all exercises share."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from w2v.lessons.exercise.folder import DEFAULT_FOLDER
from w2v.lessons.exercise.task import Case, Finding, Task
from w2v.lessons.exercise.tasks import TASKS
from w2v.lessons.wording import Wording

CHECKING = "exercise/checking"
MAX_COMMAND = 50  # columns; behind a longer one there is no room to say what it does


class Words:
    """The texts of an exercise in one language.

    Parameters
    ----------
    task : Task or None
        None for what is about all of them.
    language : str
    folder : Path, optional
        The learner's, for the commands that are told; the usual one by default.
    """

    def __init__(self, task: Task | None, language: str, folder: Path | None = None) -> None:
        self.language = language
        self.shared = Wording(language, CHECKING)
        self.own = self.shared if task is None else Wording(language, f"exercise/{task.topic}")
        self._task = task
        self._folder = folder

    def __call__(self, key: str, **values: Any) -> str:
        """Return one of the texts that all share."""
        return self.shared(key, **values)

    def title(self) -> str:
        """Return the number and the name of the exercise."""
        assert self._task is not None
        number = list(TASKS).index(self._task.topic) + 1
        return self("title", number=number, n=len(TASKS), title=self.own("title"))

    def hints(self) -> Sequence[str]:
        """Return the hints, from a nudge to nearly the line."""
        return [self.own(f"hint_{n}") for n in range(1, self.n_hints() + 1)]

    def n_hints(self) -> int:
        """Return how many hints there are."""
        return sum(key.startswith("hint_") for key in self.own.keys)

    def finding(self, finding: Finding) -> list[str]:
        """Return the paragraphs that say what is wrong."""
        is_own = finding.key.startswith("wrong_") and finding.key in self.own.keys
        texts = self.own if is_own else self.shared
        name = self._task.function if self._task else ""
        arguments = ", ".join(self._task.arguments) if self._task else ""
        told = {
            key: self.listed(value) if isinstance(value, tuple) else value
            for key, value in finding.values.items()
        }
        values = {"function": name, "arguments": arguments, **told}
        return texts.paragraphs(finding.key, **values)

    def listed(self, names: Sequence[str]) -> str:
        """Return names in code, one behind the other."""
        return self("comma").join(f"`{name}`" for name in names)

    def case(self, case: Case) -> str:
        """Return the name of a case."""
        return self(f"case_{case.key}")

    def command(self, *arguments: str) -> str:
        """Return a command of `w2v exercise` for the learner's folder."""
        folder = self._folder
        where = [] if folder in (None, Path(DEFAULT_FOLDER)) else ["--folder", str(folder)]
        return shlex.join(["w2v", "exercise", *arguments, *where])

    def commands(self, topic: str) -> tuple[str, ...]:
        """Return the commands to go on with, each with what it does."""
        rows = [
            (self.command(topic, "--check"), self("does_check")),
            (self.command(topic, "--hint"), self("does_hint")),
        ]
        width = max(len(command) for command, _ in rows)
        if width > MAX_COMMAND:
            return tuple(command for command, _ in rows)
        return tuple(f"{command:<{width}}   # {what}" for command, what in rows)
