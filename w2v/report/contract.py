"""What is seen of runs, as plain numbers: one class for each view, and the table of each.

`views/` makes them of run folders, `page/` shows them in an HTML page and `plots/` in a picture.
Every view has a `table`, which says the same to those who cannot see, or want the numbers.
Nothing here draws.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Cell: TypeAlias = str | float | int | None


@dataclass(frozen=True)
class Table:
    """The numbers of a view.

    Attributes
    ----------
    columns : list of str
        Heads, with units.
    rows : list of list of cells
        None is a value that was not measured.
    """

    columns: list[str]
    rows: list[list[Cell]]


@dataclass(frozen=True)
class Line:
    """One line of a view of curves.

    Attributes
    ----------
    run : str
        The run's name.
    what : str
        Such as "loss" or "held-out loss".
    x, y : arrays of float64, shape (N,)
    """

    run: str
    what: str
    x: NDArray[np.float64]
    y: NDArray[np.float64]


@dataclass(frozen=True)
class Curves:
    """Lines over the course of training: losses, the learning rate, or words/s.

    `key` is one of "loss", "lr", "speed"; x is in epochs (1.0 is the end of the first).
    """

    key: str
    title: str
    x_title: str
    y_title: str
    lines: list[Line]
    table: Table


@dataclass(frozen=True)
class Bars:
    """Scores on the sections of one evaluation set, a group of bars a section, a bar a run.

    Attributes
    ----------
    title, y_title : str
    sections : list of str, S of them
    runs : list of str, R of them
    values : array of float64, shape (R, S)
        NaN where nothing was asked.
    table : Table
        With the questions asked, of how many.
    name : str
        Of the set.
    """

    title: str
    y_title: str
    sections: list[str]
    runs: list[str]
    values: NDArray[np.float64]
    table: Table
    name: str = ""


@dataclass(frozen=True)
class WordMap:
    """Words of a run as points of a plane.

    Attributes
    ----------
    run : str
    words : list of str, N of them
        The commonest, and those that were asked for.
    counts : array of int64, shape (N,)
    norms : array of float64, shape (N,)
        Lengths of the rows of W_in.
    planes : dict of str to array of float64, shape (N, 2)
        "PCA", and "t-SNE" where its library is there.
    explained : tuple of two floats
        The share of the variance that lies along each axis of PCA.
    neighbours : list of list of (str, float), N of them
        The nearest words in the whole vocabulary with their cosines, the nearest first.
    groups : list of str or None, N of them
        The word list that a word is in.
    table : Table
    """

    run: str
    words: list[str]
    counts: NDArray[np.int64]
    norms: NDArray[np.float64]
    planes: dict[str, NDArray[np.float64]]
    explained: tuple[float, float]
    neighbours: list[list[tuple[str, float]]]
    groups: list[str | None]
    table: Table


@dataclass(frozen=True)
class Arrow:
    """One analogy in the plane: a is to b as c is to d; `answer` is the nearest word to b − a + c.

    `points` has the places of a, b, c, d and of b − a + c, shape (5, 2).
    """

    words: tuple[str, str, str, str]
    answer: str
    points: NDArray[np.float64]


@dataclass(frozen=True)
class Arrows:
    """Analogies of a run, drawn as arrows in one plane: the first two axes of their own PCA.

    `section` is that of the set that they are from.
    """

    run: str
    title: str
    arrows: list[Arrow]
    table: Table
    section: str = ""


@dataclass(frozen=True)
class Scatter:
    """Vector norms of a run against frequency: one point a word.

    `x` is the count in the text, `y` the norm; both axes are logarithmic where `log` says so.
    """

    title: str
    x_title: str
    y_title: str
    run: str
    words: list[str]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    log: tuple[bool, bool]
    table: Table


@dataclass(frozen=True)
class FrequencyCurve:
    """The vocabulary's frequency curve: count by rank, and what min_count and subsampling removed.

    Attributes
    ----------
    run : str
    ranks : array of int64, shape (N,)
        From 1; enough of them to draw the curve, close together on a logarithmic axis.
    counts : array of float64, shape (N,)
        In the text.
    trained : array of float64, shape (N,)
        Expected after subsampling, an epoch; 0 for a word without a row.
    why_dropped : str
        What keeps words from having a row, such as "below min_count 5".
    n_words, n_dropped : int
        Words with a row, and without.
    tokens : dict of str to float
        An epoch: tokens "read", those that are taken away, with the setting that does it, such as
        "left out by min_count", and last "trained": the first is the sum of the others.
    table : Table
    note : str
        What a reader has to know about the counts, or "".
    first_dropped : int, optional
        The rank at which words without a row begin, if all words from there on have none.
    """

    run: str
    ranks: NDArray[np.int64]
    counts: NDArray[np.float64]
    trained: NDArray[np.float64]
    why_dropped: str
    n_words: int
    n_dropped: int
    tokens: dict[str, float]
    table: Table
    note: str = ""
    first_dropped: int | None = None


@dataclass(frozen=True)
class Response:
    """How one measure answers to one setting of a sweep: means over seeds, with error bars.

    Attributes
    ----------
    setting : str
        A dotted path.
    measure, better : str
        The measure's title, and "lower", "higher" or "".
    x : list of str or float, N of them
        The values of the setting, in order; numbers where all of them are.
    series : list of (label, means, deviations, counts)
        One for each combination of the other settings that were swept; arrays of shape (N,), NaN
        where there is no run; the label is "" if nothing else was swept. Deviations are sample
        standard deviations over seeds, NaN for a single run.
    table : Table
    key : str
        The measure's key.
    is_comparable : bool
        Whether its values at different settings are a measure of each other.
    """

    setting: str
    measure: str
    better: str
    x: list[str | float]
    series: list[tuple[str, NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]]
    table: Table
    key: str = ""
    is_comparable: bool = True

    @property
    def title(self) -> str:
        """The measure, and which values of it are the good ones."""
        if not self.is_comparable:
            return f"{self.measure} (not comparable)"
        return f"{self.measure} ({self.better} is better)" if self.better else self.measure


@dataclass(frozen=True)
class RunFacts:
    """What a reader asks first: facts as (name, value), and how to train the run again.

    `command` is the whole command; `folder` is where the run lay when it was read.
    """

    run: str
    folder: str
    status: str
    command: str
    facts: list[tuple[str, str]]


@dataclass(frozen=True)
class Settings:
    """The settings of all runs side by side.

    Attributes
    ----------
    runs : list of str, R of them
    rows : list of (dotted path, R values as YAML, whether they differ, whether all are the default)
    """

    runs: list[str]
    rows: list[tuple[str, list[str], bool, bool]]


@dataclass(frozen=True)
class Report:
    """All that a report shows, in its order; a list is empty where there is nothing to see."""

    title: str
    runs: list[RunFacts]
    curves: list[Curves]
    bars: list[Bars]
    responses: list[Response]
    maps: list[WordMap]
    arrows: list[Arrows]
    norms: list[Scatter]
    frequencies: list[FrequencyCurve]
    settings: Settings
