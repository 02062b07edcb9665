"""The blocks of a lesson as HTML.

Words of the user are escaped where they enter the page, by `escaped`. Tables are in `tables.py`,
drawings in `bars.py`, `curve.py` and `points.py`.
"""

from __future__ import annotations

from collections.abc import Sequence

from w2v.lessons.blocks import Bars, Block, Curve, Lines, Matrix, Points, Table, Text, Verdict
from w2v.lessons.page.bars import bars_html
from w2v.lessons.page.curve import curve_html
from w2v.lessons.page.points import points_html
from w2v.lessons.page.tables import matrix_html, table_html
from w2v.lessons.page.texts import text_html as text_html
from w2v.lessons.wording import Wording
from w2v.webpage.writing import escaped


def blocks_html(blocks: Sequence[Block], say: Wording) -> str:
    """Return blocks as HTML, one below the other.

    Parameters
    ----------
    blocks : sequence of Block
    say : Wording
        The texts of `common.yaml`, in the language of the page.
    """
    return "\n".join(block_html(block, say) for block in blocks)


def block_html(block: Block, say: Wording) -> str:
    """Return a block as HTML."""
    if isinstance(block, Text):
        return f"<p>{text_html(block.text)}</p>"
    if isinstance(block, Lines):
        return "<pre>" + "\n".join(map(escaped, block.lines)) + "</pre>"
    if isinstance(block, Verdict):
        return _verdict(block, say)
    if isinstance(block, Matrix):
        return matrix_html(block, say)
    if isinstance(block, Table):
        return table_html(block, say)
    if isinstance(block, Bars):
        return bars_html(block, say)
    if isinstance(block, Curve):
        return curve_html(block, say)
    if isinstance(block, Points):
        return points_html(block)
    raise TypeError(f"no block: {block!r}")


def _verdict(block: Verdict, say: Wording) -> str:
    """Return what was found, with a sign that says it without its colour."""
    kind, sign = ("good", "✓") if block.is_good else ("bad", "✗")
    return (
        f'<p class="verdict {kind}"><span role="img" aria-label="{escaped(say(kind))}">{sign}'
        f"</span> {text_html(block.text)}</p>"
    )
