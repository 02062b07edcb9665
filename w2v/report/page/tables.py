"""Tables as HTML that is read without a script; those of figures are made by `static/tables.js`."""

from __future__ import annotations

from collections.abc import Sequence

from w2v.webpage.writing import escaped

SIDE_BY_SIDE = 3  # runs that have a column each; more have a row each


def table_of_runs(caption: str, rows: list[list[str]]) -> str:
    """Return a table of runs: a column each if they are few, else a row each."""
    if len(rows[0]) - 1 > SIDE_BY_SIDE:
        rows = [list(row) for row in zip(*rows, strict=True)]
        rows[0][0] = "run"
    return static_table(caption, rows)


def static_table(caption: str, rows: Sequence[Sequence[str]]) -> str:
    """Return a table that is read without a script: the first row and column are heads."""
    head = "".join(f'<th scope="col">{escaped(cell)}</th>' for cell in rows[0])
    width = len(rows[0])
    body = "".join(_row(row, width) for row in rows[1:])
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{caption}"><table>'
        f"<caption>{caption}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def _row(row: Sequence[str], width: int) -> str:
    """Return a row; if it is short, its last cell fills the rest."""
    n_more = width - len(row)
    span = f' colspan="{n_more + 1}"' if n_more else ""
    cells = [f"<td>{escaped(cell)}</td>" for cell in row[1:-1]]
    cells.append(f"<td{span}>{escaped(row[-1])}</td>")
    return f'<tr><th scope="row">{escaped(row[0])}</th>{"".join(cells)}</tr>'
