"""Bars of a lesson: an HTML table whose cells hold a number and a bar as long."""

from __future__ import annotations

import numpy as np

from w2v.lessons.blocks import Bars
from w2v.lessons.numbers import bar_shares, number_text
from w2v.lessons.page.texts import name_html, pointer, row_attribute, scroll_box, text_html
from w2v.lessons.wording import Wording

N_PATTERNS = 4  # series that look different; the fifth is as the first


def bars_html(block: Bars, say: Wording) -> str:
    """Return bars, a row for each label; each number stands beside its bar."""
    names = [name for name, _ in block.series]
    has_names = len(names) > 1
    shares = bar_shares(block)
    bodies = []
    for at, label in enumerate(block.labels):
        is_marked = at in block.marked
        span = f' rowspan="{len(names)}"' if has_names else ""
        head = f'<th scope="row"{span}>{pointer(is_marked, say)}{name_html(label)}</th>'
        rows = []
        for number, (name, values) in enumerate(block.series):
            series = f'<td class="series">{_swatch(number)}{text_html(name)}</td>'
            rows.append(
                f"<tr>{'' if number else head}{series if has_names else ''}"
                f'<td class="number">{_value(values[at], block)}</td>'
                f'<td class="bar">{_bar(number, shares[number][at])}</td></tr>'
            )
        bodies.append(f"<tbody{row_attribute(is_marked)}>{''.join(rows)}</tbody>")
    caption = f"<caption>{text_html(block.name)}</caption>" if block.name else ""
    table = f'<table class="bars">{caption}{"".join(bodies)}</table>'
    return scroll_box(table, block.name or say("comma").join(filter(None, names)) or say("numbers"))


def _value(value: np.generic, block: Bars) -> str:
    """Return a number with its unit."""
    return f"{number_text(value, block.decimals)}{text_html(block.unit)}"


def _swatch(number: int) -> str:
    """Return a piece of a bar of a series."""
    return f'<span class="swatch fill-{number % N_PATTERNS}" aria-hidden="true"></span>'


def _bar(number: int, share: float) -> str:
    """Return a bar; what is above 0 is seen."""
    seen = " seen" if share > 0 else ""
    return (
        f'<span class="fill-{number % N_PATTERNS}{seen}" style="width:{100 * share:.2f}%" '
        'aria-hidden="true"></span>'
    )
