"""A lesson as JSON: its numbers for programs, and every step with its blocks, in full precision."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np

from w2v.lessons.blocks import Block, Lesson


def lesson_as_json(lesson: Lesson, *, with_answer: bool = True) -> dict[str, Any]:
    """Return what JSON can hold of a lesson.

    Parameters
    ----------
    lesson : Lesson
    with_answer : bool
        Whether the answer to its question is told.
    """
    return {
        "command": lesson.command,
        "topic": lesson.topic,
        "language": lesson.language,
        "title": lesson.title,
        "numbers": plain(lesson.numbers),
        "steps": [
            {
                "key": step.key,
                "title": step.title,
                "blocks": [_block(block) for block in step.blocks],
            }
            for step in lesson.steps
        ],
        "question": lesson.question or None,
        "answer": [_block(block) for block in lesson.answer] if with_answer else None,
    }


def _block(block: Block) -> dict[str, Any]:
    """Return a block by its kind and its fields."""
    fields = {field.name: plain(getattr(block, field.name)) for field in dataclasses.fields(block)}
    return {"kind": type(block).__name__.lower(), **fields}


def plain(value: Any) -> Any:
    """Return a value of arrays, tuples and sets as JSON has it; what is not finite is null."""
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, (frozenset, set)):
        return sorted(plain(inner) for inner in value)
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
