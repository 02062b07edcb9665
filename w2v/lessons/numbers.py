"""Numbers as the terminal and the page write them: rounded, never cut, and -0.0 as 0.0."""

from __future__ import annotations

import math
from decimal import Decimal

import numpy as np

from w2v.lessons.blocks import Bars, Cell, Table

LARGEST = 1e15  # from here on numbers are written as powers of ten: their last digits tell nothing
SMALLEST_POWER, LARGEST_POWER = -5, 10  # of ten, of what `short_number` writes without one


def number_text(value: np.generic | float, decimals: int, *, commas: bool = True) -> str:
    """Write a number with some decimals; a whole number has none.

    >>> number_text(-0.00001, 4), number_text(12345, 4), number_text(1e15, 2)
    ('0.0000', '12,345', '1.00e+15')

    Parameters
    ----------
    value : int, float, bool, or NumPy's
    decimals : int
    commas : bool
        Whether the thousands of a number with decimals are set apart.
    """
    number = value.item() if isinstance(value, np.generic) else value
    if isinstance(number, int):
        return f"{number:,}" if abs(number) < LARGEST else f"{Decimal(number):.3e}"
    if not math.isfinite(number):
        return str(number)
    if abs(number) >= LARGEST:
        return f"{number:.{decimals}e}"
    return f"{round(number, decimals) + 0.0:{',' if commas else ''}.{decimals}f}"


def cell_text(cell: Cell, decimals: int) -> str:
    """Write a cell of a table."""
    if cell is None:
        return ""
    return cell if isinstance(cell, str) else number_text(cell, decimals)


def short_number(value: float, digits: int = 3) -> str:
    """Write a number with so many digits that count, as on an axis.

    >>> short_number(0.01234), short_number(1_000_000.0), short_number(1e-12), short_number(-0.0)
    ('0.0123', '1,000,000', '1e-12', '0')
    """
    if not math.isfinite(value):
        return str(value)
    if value == 0:
        return "0"
    power = math.floor(math.log10(abs(value)))
    if SMALLEST_POWER <= power < LARGEST_POWER:
        return _without_zeros(f"{value:,.{max(0, digits - 1 - power)}f}")
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    return f"{_without_zeros(mantissa)}e{int(exponent)}"


def apart(values: list[float], most: int = 10) -> list[str]:
    """Write numbers of one axis with so many digits that different ones look different.

    >>> apart([3.0, 3.0004])
    ['3', '3.0004']
    """
    n_distinct = len(set(values))
    for digits in range(3, most):
        texts = [short_number(value, digits) for value in values]
        if len(set(texts)) == n_distinct:
            return texts
    return [short_number(value, most) for value in values]


def _without_zeros(text: str) -> str:
    """Leave out zeros that end a number behind its point."""
    return text.rstrip("0").rstrip(".") if "." in text else text


def number_columns(table: Table) -> list[bool]:
    """Tell which columns of a table hold numbers, or nothing, in each row."""
    return [
        all(isinstance(row[at], (int, float, type(None))) for row in table.rows)
        for at in range(len(table.columns))
    ]


def bar_shares(bars: Bars) -> list[list[float]]:
    """Return how long each bar of each series is, beside the longest; what has no length is 0."""
    lengths = [np.asarray(values, np.float64) for _, values in bars.series]
    finite = [length[np.isfinite(length)] for length in lengths]
    top = max((float(length.max()) for length in finite if length.size), default=0.0)
    if top <= 0:
        top = 1.0
    return [np.clip(np.nan_to_num(length / top), 0, 1).tolist() for length in lengths]
