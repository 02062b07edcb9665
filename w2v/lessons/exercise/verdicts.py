"""Tell a learner what a check found: in words, in the numbers of the case, and what was printed."""

from __future__ import annotations

import os
import textwrap
import unicodedata
from pathlib import Path
from typing import Any

import numpy as np

from w2v.lessons.blocks import Bars, Block, Lesson, Lines, Matrix, Step, Text, Verdict
from w2v.lessons.exercise.checking import Checked
from w2v.lessons.exercise.folder import Folder
from w2v.lessons.exercise.task import Array, Case, Finding, Seed, Task, shown
from w2v.lessons.exercise.words import Words

MAX_ROWS = 12  # of a matrix that are shown
WITHOUT_CASE = ("not_written", "arguments")  # they would come in any case
PRINTED_LINES, PRINTED_COLUMNS = 10, 76  # of what the code prints


def check_lesson(task: Task, checked: Checked, file: Path, folder: Folder, language: str) -> Lesson:
    """Tell what came of a check."""
    words = Words(task, language, folder.path)
    finding = checked.finding
    if finding is None:
        steps = [_passed(task, checked, folder, words)]
    else:
        steps = [_wrong(finding, checked, words)]
        if finding.case is not None and finding.key not in WITHOUT_CASE:
            title = words("step_case", case=words.case(finding.case))
            steps.append(Step("case", title, _inputs(finding.case)))
        if finding.yours is not None and finding.right is not None:
            steps.append(Step("numbers", words("step_numbers"), _both(finding, task, words)))
    if checked.ran.printed.strip():
        steps.append(_printed(checked, file, words))
    if finding is not None:
        steps.append(Step("next", words("step_next"), (Lines(words.commands(task.topic)),)))
    return Lesson(
        "exercise",
        task.topic,
        language,
        words.title(),
        tuple(steps),
        numbers=_numbers(checked, file),
    )


def _passed(task: Task, checked: Checked, folder: Folder, words: Words) -> Step:
    """Say that it passed, and what is next."""
    blocks: list[Block] = [Verdict(True, words("passed", n=checked.n_cases))]
    blocks.append(Text(words.own("passed_means")))
    following = folder.next_task()
    if following is None:
        blocks += [Text(words("all_passed")), Lines((words.command("train"),))]
    else:
        blocks += [
            Text(words("then", topic=following.topic)),
            Lines((words.command(following.topic),)),
        ]
    return Step("verdict", words("step_verdict"), tuple(blocks))


def _wrong(finding: Finding, checked: Checked, words: Words) -> Step:
    """Say what is wrong, and where the learner's own code raised it."""
    verdict = Verdict(False, words("not_yet", right=checked.n_right, n=checked.n_cases))
    blocks: list[Block] = [verdict, *map(Text, words.finding(finding))]
    if checked.error is not None:
        blocks += error_blocks(checked.error, words)
    return Step("verdict", words("step_verdict"), tuple(blocks))


def error_blocks(error: dict[str, Any], words: Words) -> list[Block]:
    """Return the lines of the learner's files that an error came through."""
    lines = []
    for frame in error["frames"]:
        lines.append(words("at_line", line=frame["line"], file=frame["file"]))
        lines.append(f"    {_one_line(frame['text'].strip(), PRINTED_COLUMNS - 4)}")
    if error["type"] != "NotImplementedError":
        message = " ".join(error["message"].split())
        said = f"{error['type']}: {message}" if message else error["type"]
        parts = textwrap.wrap(said, PRINTED_COLUMNS)
        lines += [_one_line(part, PRINTED_COLUMNS) for part in parts]
    return [Lines(tuple(lines))] if lines else []


def _one_line(text: str, columns: int) -> str:
    """Return what shows on one line of a text of the learner's: a letter of 한국어 fills two."""
    shown = "".join(c if c.isprintable() else "·" for c in text.expandtabs(4))
    width = 0
    for at, letter in enumerate(shown):
        width += 1 + (unicodedata.east_asian_width(letter) in "WF")
        if width > columns:
            return shown[:at]
    return shown


def _inputs(case: Case) -> tuple[Block, ...]:
    """Show the inputs of a case; single numbers and lists below each other."""
    blocks: list[Block] = []
    for name, value in case.inputs.items():
        if isinstance(value, np.ndarray) and value.ndim > 1:
            blocks.append(_matrix(name, value))
            continue
        is_seed = isinstance(value, Seed)
        shown_value = f"np.random.default_rng({value.seed})" if is_seed else shown(value)
        last = blocks.pop() if blocks and isinstance(blocks[-1], Lines) else Lines(())
        assert isinstance(last, Lines)
        blocks.append(Lines((*last.lines, f"{name} = {shown_value}")))
    return tuple(blocks)


def _matrix(name: str, values: Array, marked: frozenset[int] = frozenset()) -> Matrix:
    """Show an array of two or three axes, one line for each row."""
    shape = str(values.shape)
    places = list(np.ndindex(values.shape[:-1]))[:MAX_ROWS]
    flat = values.reshape(-1, values.shape[-1])[:MAX_ROWS]
    rows = tuple("[" + ", ".join(map(str, place)) + "]" for place in places)
    return Matrix(name, flat, rows, shape=shape, marked=marked, decimals=_decimals(flat))


def _decimals(values: Array) -> int:
    """Return how many digits behind the point show these numbers, 4 at most."""
    if values.dtype.kind != "f":
        return 0
    return next((n for n in range(1, 4) if np.allclose(values, values.round(n), atol=1e-6)), 4)


def _both(finding: Finding, task: Task, words: Words) -> tuple[Block, ...]:
    """Show what the learner's code gave beside what was expected."""
    yours, right = finding.yours, finding.right
    assert yours is not None
    assert right is not None
    if task.judge is not None:
        counts = finding.case.inputs["counts"] if finding.case else ()
        labels = tuple(words("word_seen", id=n, count=count) for n, count in enumerate(counts))
        series = ((words("yours"), yours), (words("right"), right))
        return (Bars(words("shares"), labels, series, decimals=3),)
    if right.ndim < 2 or yours.ndim < 2:
        rows = words("yours_is", value=shown(yours)), words("right_is", value=shown(right))
        return (Lines(rows),)
    marked = _rows_off(yours, right)
    return (
        _matrix(words("yours_of", name=finding.part), yours, marked),
        _matrix(words("right_of", name=finding.part), right, marked),
    )


def _rows_off(yours: Array, right: Array) -> frozenset[int]:
    """Return which rows differ; the first stands for all if the shapes do."""
    if yours.shape != right.shape:
        return frozenset()
    flat, expected = (array.reshape(-1, array.shape[-1])[:MAX_ROWS] for array in (yours, right))
    return frozenset(
        row
        for row in range(len(flat))
        if not np.allclose(flat[row], expected[row], rtol=1e-4, atol=1e-6)
    )


def _printed(checked: Checked, file: Path, words: Words) -> Step:
    """Show the beginning of what the code printed; a warning names the file without its folders."""
    lines = checked.ran.printed.replace(f"{file.resolve().parent}{os.sep}", "").splitlines()
    some = tuple(_one_line(line, PRINTED_COLUMNS) for line in lines[:PRINTED_LINES])
    blocks: list[Block] = [Lines(some)]
    if len(lines) > PRINTED_LINES or checked.ran.is_cut:
        blocks.append(Text(words("printed_more")))
    return Step("printed", words("step_printed"), tuple(blocks))


def _numbers(checked: Checked, file: Path) -> dict[str, Any]:
    """Return what a program wants to know of a check."""
    finding = checked.finding
    return {
        "passed": finding is None,
        "file": str(file),
        "cases": checked.n_cases,
        "cases_right": checked.n_right,
        "diagnosis": None if finding is None else finding.key,
        "case": None if finding is None or finding.case is None else finding.case.key,
        "part": None if finding is None else finding.part or None,
        "yours": None if finding is None else finding.yours,
        "expected": None if finding is None else finding.right,
        "error": checked.error,
        "printed": checked.ran.printed,
    }
