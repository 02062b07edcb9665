"""Texts of a lesson as HTML."""

from __future__ import annotations

import re

from w2v.lessons.wording import Wording
from w2v.webpage.writing import escaped

CODE = re.compile(r"`([^`]+)`")


def text_html(text: str) -> str:
    """Return a text as HTML; what stands in `backquotes` is code.

    >>> text_html("`W_in[<b>]` is a row")
    '<code>W_in[&lt;b&gt;]</code> is a row'
    """
    parts = CODE.split(text)  # text, code, text, …
    return "".join(
        f"<code>{escaped(part)}</code>" if at % 2 else escaped(part)
        for at, part in enumerate(parts)
    )


def name_html(name: str) -> str:
    """Return a word or a name that stays by itself in a line of another direction."""
    return f"<bdi>{text_html(name)}</bdi>"


def row_attribute(is_marked: bool) -> str:
    """Return the class of a row that is pointed at."""
    return ' class="marked"' if is_marked else ""


def pointer(is_marked: bool, say: Wording) -> str:
    """Return the sign before a row that is pointed at."""
    if not is_marked:
        return ""
    return f'<span class="pointer" role="img" aria-label="{escaped(say("marked"))}">▶</span>'


def scroll_box(inner: str, label: str) -> str:
    """Return a box that scrolls by itself where its content is too wide."""
    said = escaped(CODE.sub(r"\1", label))  # without backquotes
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{said}">{inner}</div>'
