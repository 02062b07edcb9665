"""The files that a learner gets: the stub of an exercise, and the loop that trains with all eight.

A docstring says all that is to be known: in the reader's language, with shapes, types, the formula
and an example that can be tried.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from w2v.lessons.exercise.task import Task
from w2v.lessons.exercise.tasks import TASKS
from w2v.lessons.exercise.words import Words
from w2v.text.line_breaking import paragraph_lines

TEMPLATE = Path(__file__).resolve().parent / "train.template"
COLUMNS = 76


def stub(task: Task, words: Words) -> str:
    """Return the text of the stub of an exercise.

    Parameters
    ----------
    task : Task
    words : Words
    """

    def paragraph(text: str, indent: str) -> list[str]:
        return [f"{indent}{line}" for line in paragraph_lines(text, COLUMNS - len(indent))]

    inner = "    "
    body = paragraph(words.own("task"), "")
    body += ["", words("formula"), *(f"{inner}{line}" for line in task.formula)]
    body += ["", words("takes"), *_described(task.arguments, task, words, paragraph)]
    if task.in_place:
        body += ["", *paragraph(words("returns_nothing", name=task.in_place), "")]
    else:
        names = tuple(part.name for part in task.parts)
        body += ["", words("returns"), *_described(names, task, words, paragraph)]
    body += ["", words("example"), *task.example]
    first, *rest = body
    lines = [
        f'"""{words.title()}',
        "",
        *paragraph(words("write_it", function=task.function), ""),
        "",
        *(f"{inner}{_quotable(line)}" for line in words.commands(task.topic)),
        '"""',
        "",
        "import numpy as np",
        "",
        "",
        f"def {task.function}({', '.join(task.arguments)}):",
        f'{inner}"""{first}',
        *(f"{inner}{line}".rstrip() for line in rest),
        f'{inner}"""',
        f"{inner}raise NotImplementedError",
    ]
    return "\n".join(lines) + "\n"


def _quotable(text: str) -> str:
    """Return a text that may stand in a docstring, whatever the name of the folder is."""
    text = text.encode("utf-8", "replace").decode()
    return text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')


def _described(
    names: Sequence[str],
    task: Task,
    words: Words,
    paragraph: Callable[[str, str], list[str]],
) -> list[str]:
    """Return a line for each argument or result with its shape, and what it is below."""
    lines = []
    for name in names:
        shape, kind = task.shapes[name]
        lines.append(f"    {name} : {kind} {shape}".rstrip())
        lines += paragraph(words.own(f"about_{name}"), "        ")
    return lines


def train_file(words: Words) -> str:
    """Return the text of `train.py`."""
    text = TEMPLATE.read_text("utf-8")
    for key in ("about", "epoch", "contexts", "train", "ask"):
        text = text.replace(f"<{key}>", words(f"train_{key}"))
    imports = "\n".join(
        f"from {task.module} import {task.function}"
        for task in sorted(TASKS.values(), key=lambda task: task.module)
    )
    return text.replace("<imports>", imports)
