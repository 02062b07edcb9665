"""What a lesson is made of: steps, and the blocks in them, with no word of how they are shown.

All texts are in the reader's language already, and all numbers are there in full: what shows them
rounds them. In texts, `backquotes` are around what is typed or stands in the code.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Cell: TypeAlias = "str | int | float | None"


@dataclass(frozen=True)
class Text:
    """A paragraph.

    Attributes
    ----------
    text : str
    """

    text: str


@dataclass(frozen=True)
class Lines:
    """Lines that are shown as they are, in letters of one width: formulas, code, commands.

    Attributes
    ----------
    lines : tuple of str
        At most 76 columns each.
    """

    lines: tuple[str, ...]


@dataclass(frozen=True)
class Matrix:
    """Rows of numbers with names; a vector is a matrix of one row.

    Attributes
    ----------
    name : str
        As in the formulas: `W_in[u]`.
    values : array of float or int, shape (n, m)
    rows : tuple of str, n of them
    columns : tuple of str, m of them or none
    shape : str
        What the axes are: "(X, D) = (4, 5)". It is shown beside the name.
    marked : frozenset of int
        Rows that are pointed at.
    decimals : int
        Behind the point, where it is shown.
    """

    name: str
    values: NDArray[np.generic]
    rows: tuple[str, ...]
    columns: tuple[str, ...] = ()
    shape: str = ""
    marked: frozenset[int] = frozenset()
    decimals: int = 4


@dataclass(frozen=True)
class Table:
    """Rows of texts and numbers under heads.

    Attributes
    ----------
    columns : tuple of str
    rows : tuple of tuple of str, int, float or None
        Numbers are put on the right; None is left empty. A float is shown with `decimals`; what
        wants another form is a str.
    name : str
        A caption, or nothing.
    marked : frozenset of int
        Rows that are pointed at.
    decimals : int
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    name: str = ""
    marked: frozenset[int] = frozenset()
    decimals: int = 3


@dataclass(frozen=True)
class Bars:
    """Numbers by name, drawn as bars: of one kind, or of a few side by side.

    Attributes
    ----------
    name : str
    labels : tuple of str, n of them
    series : tuple of (str, array of float (n,))
        What the numbers are, and the numbers, 0 or more; one series may have an empty name.
    unit : str
        Behind each number, with the space before it, if its language has one.
    decimals : int
    marked : frozenset of int
        Labels that are pointed at.
    """

    name: str
    labels: tuple[str, ...]
    series: tuple[tuple[str, NDArray[np.generic]], ...]
    unit: str = ""
    decimals: int = 2
    marked: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Curve:
    """Numbers against numbers, drawn as points or lines.

    Attributes
    ----------
    name : str
    x_name, y_name : str
    x : array of float, shape (n,), rising
    series : tuple of (str, array of float (n,))
        NaN where there is nothing.
    log : (bool, bool)
        Whether the axes are logarithmic: then what is not above 0 is not drawn.
    """

    name: str
    x_name: str
    y_name: str
    x: NDArray[np.generic]
    series: tuple[tuple[str, NDArray[np.generic]], ...]
    log: tuple[bool, bool] = (False, False)


@dataclass(frozen=True)
class Points:
    """Named points of a plane, with arrows between some of them.

    Attributes
    ----------
    name : str
    labels : tuple of str, n of them
    places : array of float, shape (n, 2), all finite
        x to the right and y upwards, in one unit: angles are seen as they are.
    arrows : tuple of (int, int)
        From which point to which.
    """

    name: str
    labels: tuple[str, ...]
    places: NDArray[np.generic]
    arrows: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Verdict:
    """What was found, in a sentence: good or not.

    Attributes
    ----------
    is_good : bool
    text : str
    """

    is_good: bool
    text: str


Block: TypeAlias = Text | Lines | Matrix | Table | Bars | Curve | Points | Verdict


@dataclass(frozen=True)
class Step:
    """A part of a lesson that is looked at by itself.

    Attributes
    ----------
    key : str
        The same in every language.
    title : str
    blocks : tuple of Block
    is_folded : bool
        Whether a page shows the blocks only to who asks for them.
    """

    key: str
    title: str
    blocks: tuple[Block, ...]
    is_folded: bool = False


@dataclass(frozen=True)
class Lesson:
    """A lesson in one language.

    Attributes
    ----------
    command : str
        `explain`, `gradcheck`, `learn`, `exercise` or `inspect`.
    topic : str
        Of `learn` and `exercise`; else what it is about.
    language : str
    title : str
    steps : tuple of Step
    question : str
        What it ends with; nothing for no question.
    answer : tuple of Block
    numbers : dict
        What a program would want to know, as JSON can hold it, the same in every language.
    """

    command: str
    topic: str
    language: str
    title: str
    steps: tuple[Step, ...]
    question: str = ""
    answer: tuple[Block, ...] = ()
    numbers: dict[str, Any] = field(default_factory=dict)
