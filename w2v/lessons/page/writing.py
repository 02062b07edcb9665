"""A lesson as a page: one HTML file without a network."""

from __future__ import annotations

from w2v.lessons.blocks import Lesson
from w2v.webpage.writing import escaped


def lesson_page(lesson: Lesson) -> str:
    """Return the page of a lesson."""
    steps = "".join(f"<h2>{escaped(step.title)}</h2>" for step in lesson.steps)
    return f"<!doctype html><title>{escaped(lesson.title)}</title>{steps}"
