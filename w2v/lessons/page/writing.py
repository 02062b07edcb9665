"""A lesson as a page: one HTML file without a network.

All of it is HTML that is written here, and is read without a script, the steps one below the other.
A script shows one step at a time. What a block becomes is in `html_blocks.py`.
"""

from __future__ import annotations

import re
from pathlib import Path
from string import Template
from typing import NamedTuple

from w2v import __version__
from w2v.lessons.blocks import Lesson, Step, Text
from w2v.lessons.page.html_blocks import blocks_html, text_html
from w2v.lessons.wording import Wording
from w2v.webpage.writing import escaped, head_of, joined_script, joined_style

STATIC = Path(__file__).resolve().parent / "static"
SCRIPT_TAGS = {"zh": "zh-Hans"}  # the letters of a language that has several: they choose the font


class Part(NamedTuple):
    """A part of the page that is looked at by itself: its id, its heading, what is in it."""

    id: str
    title: str
    content: str


def lesson_page(lesson: Lesson) -> str:
    """Return the page of a lesson, as HTML.

    Parameters
    ----------
    lesson : Lesson
    """
    say = Wording(lesson.language, "common")
    parts = [_step(number, step, say) for number, step in enumerate(lesson.steps, 1)]
    if lesson.question:
        parts.append(_question(lesson, say))
    script = joined_script(STATIC / "steps.js")
    return Template((STATIC / "page.html").read_text("utf-8")).substitute(
        {key: escaped(say(key)) for key in ("skip", "steps", "back", "next")},
        head=head_of(
            script,
            language=SCRIPT_TAGS.get(lesson.language, lesson.language),
            title=lesson.title,
            style=joined_style(STATIC / "lesson.css"),
        ),
        title=text_html(lesson.title),
        texts=_texts_for_script(say),
        list=_list_of(parts),
        parts="\n".join(map(_section, parts)),
        written_by=escaped(say("written_by", version=__version__)),
        script=script,
    )


def _step(number: int, step: Step, say: Wording) -> Part:
    """Return a step; its id has a number, so that no two are the same."""
    name = re.sub(r"[^a-z0-9]+", "-", step.key.lower()).strip("-")
    title = text_html(f"{number}. {step.title}")
    content = blocks_html(step.blocks, say)
    if step.is_folded:
        content = _folded(say("show_step"), content)
    return Part(f"{number}-{name}".strip("-"), title, content)


def _question(lesson: Lesson, say: Wording) -> Part:
    """Return the question, with its answer behind a button."""
    content = blocks_html([Text(part) for part in lesson.question.split("\n\n")], say)
    if lesson.answer:
        content += _folded(say("show_answer"), blocks_html(lesson.answer, say))
    return Part("question", escaped(say("question")), content)


def _folded(button: str, content: str) -> str:
    """Return what is seen after a click, without a script too."""
    return f'<details class="folded"><summary>{escaped(button)}</summary>{content}</details>'


def _list_of(parts: list[Part]) -> str:
    """Return the list of links to the parts."""
    return "".join(f'<li><a href="#{part.id}">{part.title}</a></li>' for part in parts)


def _section(part: Part) -> str:
    """Return a part as a section with a heading."""
    return (
        f'<section id="{part.id}" aria-labelledby="{part.id}-title">'
        f'<h2 id="{part.id}-title" tabindex="-1">{part.title}</h2>\n{part.content}</section>'
    )


def _texts_for_script(say: Wording) -> str:
    """Return what buttons say that a script makes, as attributes."""
    keys = ("all_steps", "one_step", "light_theme", "dark_theme")
    texts = {key: say(key) for key in keys}
    texts["step_of"] = say("step_of", step="{step}", n="{n}")  # the script fills them in
    return " ".join(
        f'data-{key.replace("_", "-")}="{escaped(text)}"' for key, text in texts.items()
    )
