"""Sums and products with their numbers in them, as somebody would write them on paper."""

from __future__ import annotations

from collections.abc import Sequence

from w2v.model.functions import Floats

MAX_TERMS = 8  # of a sum; of a longer one the first FEW_TERMS are written
FEW_TERMS = 3
MAX_COLUMNS = 72
MOST_DECIMALS = 12  # of two losses that are held against each other: what is nearer is the same
CONTINUED = "    "


def number(value: float, decimals: int) -> str:
    """Write a number; -0.0 is 0.0.

    >>> number(-0.00001, 4), number(0.5, 2)
    ('0.0000', '0.50')
    """
    return f"{round(float(value), decimals) + 0.0:.{decimals}f}"


def term(value: float, decimals: int) -> str:
    """Write a number as part of a formula: one below 0 in brackets."""
    text = number(value, decimals)
    return f"({text})" if text.startswith("-") else text


def decimals_for(values: Floats, at_least: int = 4) -> int:
    """Return how many decimals show the largest of some numbers with two digits or more."""
    largest = abs(values).max(initial=0.0)
    return next((n for n in range(at_least, 10) if largest >= 10.0 ** (2 - n)), at_least)


def decimals_apart(one: float, other: float, at_least: int = 4) -> int:
    """Return how many decimals show that two numbers differ; `at_least` if hardly any do.

    >>> decimals_apart(1.5, 1.25), decimals_apart(0.1234567, 0.1234599), decimals_apart(1, 1)
    (4, 6, 4)
    """
    tried = range(at_least, MOST_DECIMALS + 1)
    return next((n for n in tried if number(one, n) != number(other, n)), at_least)


def sum_lines(head: str, terms: Sequence[str], result: str, tail: str = "") -> tuple[str, ...]:
    """Write `head = a + b + ... = result`, broken between terms where a line would be too long.

    >>> sum_lines("x", ["1", "(-2)"], "-1.00")
    ('x = 1 + (-2) = -1.00',)

    Parameters
    ----------
    head : str
    terms : sequence of str
    result : str
        The sum.
    tail : str
        What stands behind the sum and before the result, such as " / 4": then there are brackets.
    """
    if len(terms) > MAX_TERMS:
        terms = [*terms[:FEW_TERMS], "..."]
    parts = [f"{text} +" for text in terms[:-1]] + [terms[-1]]
    if tail:
        parts[0] = f"({parts[0]}"
        parts[-1] += f"){tail}"
    lines = [f"{head} ="]
    for part in [*parts, f"= {result}"]:
        if len(lines[-1]) + 1 + len(part) > MAX_COLUMNS:
            lines.append(f"{CONTINUED}{part}")
        else:
            lines[-1] += f" {part}"
    return tuple(lines)


def dot_lines(
    head: str, left: Floats, right: Floats, result: str, decimals: tuple[int, int]
) -> tuple[str, ...]:
    """Write a dot product: `head = a1·b1 + a2·b2 + ... = result`."""
    terms = [
        f"{term(a, decimals[0])}·{term(b, decimals[1])}" for a, b in zip(left, right, strict=True)
    ]
    return sum_lines(head, terms, result)
