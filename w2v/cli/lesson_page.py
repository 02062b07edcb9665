"""A lesson on the terminal: its steps one below the other, 80 columns wide."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence

import click

from w2v.cli.lesson_drawings import bars_lines, curve_lines
from w2v.cli.lesson_planes import points_lines
from w2v.cli.lesson_tables import matrix_lines, table_lines
from w2v.cli.terminal import WIDTH, columns_of
from w2v.lessons.blocks import (
    Bars,
    Block,
    Curve,
    Lesson,
    Lines,
    Matrix,
    Points,
    Table,
    Text,
    Verdict,
)
from w2v.lessons.wording import Wording
from w2v.text.line_breaking import paragraph_lines, whole_or_broken

CODE = " " * 4  # before lines that are shown as they are


def print_lesson(lesson: Lesson, *, with_answer: bool = False) -> None:
    """Print a lesson, its question, and its answer if it is asked for."""
    for line in lesson_lines(lesson, with_answer=with_answer):
        click.echo(line)


def print_answer(lesson: Lesson) -> None:
    """Print the question of a lesson and its answer, and no more."""
    for line in _question_lines(lesson, with_answer=True):
        click.echo(line)


def lesson_lines(lesson: Lesson, *, with_answer: bool) -> Iterator[str]:
    """Yield the lines of a lesson."""
    yield from _heading(lesson.title, "=")
    for number, step in enumerate(lesson.steps, 1):
        yield ""
        yield from _heading(f"{number}. {step.title}")
        yield from block_lines(step.blocks)
    yield from _question_lines(lesson, with_answer=with_answer)


def _question_lines(lesson: Lesson, *, with_answer: bool) -> Iterator[str]:
    """Yield the question that a lesson ends with, if there is one."""
    if not lesson.question:
        return
    say = Wording(lesson.language, "common")
    yield ""
    yield from _heading(say("question"))
    yield from block_lines([Text(part) for part in lesson.question.split("\n\n")])
    yield ""
    if with_answer:
        yield from _heading(say("answer"))
        yield from block_lines(lesson.answer)
    else:
        command = f"w2v {lesson.command} {lesson.topic} --answer"
        yield from paragraph_lines(say("answer_with", command=command))


def _heading(text: str, line: str = "-") -> Iterator[str]:
    """Yield a heading and the line under it."""
    lines = paragraph_lines(text)
    yield from (click.style(part, bold=True) for part in lines)
    yield line * max(map(columns_of, lines))


def block_lines(blocks: Sequence[Block]) -> Iterator[str]:
    """Yield the lines of blocks, an empty line between two."""
    for at, block in enumerate(blocks):
        if at:
            yield ""
        yield from _lines_of(block)


@functools.singledispatch
def _lines_of(block: object) -> Sequence[str]:
    """Return the lines of a block."""
    raise TypeError(f"no block: {block!r}")


@_lines_of.register
def _(block: Text) -> Sequence[str]:
    return paragraph_lines(block.text)


@_lines_of.register
def _(block: Lines) -> Sequence[str]:
    shown = (whole_or_broken(line, WIDTH - len(CODE)) for line in block.lines)
    return [f"{CODE}{line}".rstrip() for lines in shown for line in lines]


@_lines_of.register
def _(block: Verdict) -> Sequence[str]:
    colour = "green" if block.is_good else "red"
    return [click.style(line, fg=colour, bold=True) for line in paragraph_lines(block.text)]


@_lines_of.register
def _(block: Bars) -> Sequence[str]:
    return bars_lines(block)


@_lines_of.register
def _(block: Points) -> Sequence[str]:
    return points_lines(block)


@_lines_of.register
def _(block: Curve) -> Sequence[str]:
    return curve_lines(block)


@_lines_of.register
def _(block: Matrix) -> Sequence[str]:
    return matrix_lines(block)


@_lines_of.register
def _(block: Table) -> Sequence[str]:
    return table_lines(block)
