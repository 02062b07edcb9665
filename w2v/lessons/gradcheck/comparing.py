"""Two gradients of one table held against each other, and what a failure looks like."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from w2v.lessons.gradcheck.numeric import errors, relative_error
from w2v.model.functions import Floats

SAME = 1e-6  # ratios of two entries that differ less, relatively, are one and the same


@dataclass(frozen=True)
class Compared:
    """The gradient by one table, on one input.

    Attributes
    ----------
    table : str
        `W_in`, `hidden`, ...
    case : str
        The input: `repeated_context`, ...
    analytic, numeric : arrays of float64, shape (n, m)
    context_size : int, optional
        |C| of every center, if the mean over contexts stands between this table and the loss.
    """

    table: str
    case: str
    analytic: Floats
    numeric: Floats
    context_size: int | None = None

    @property
    def error(self) -> float:
        """The relative error of the worst entry."""
        return relative_error(self.analytic, self.numeric)

    @property
    def worst(self) -> tuple[int, int]:
        """The row and the column of the worst entry."""
        row, column = np.unravel_index(
            int(np.argmax(errors(self.analytic, self.numeric))), self.analytic.shape
        )
        return int(row), int(column)

    @property
    def ratio(self) -> float | None:
        """analytic/numeric if it is the same in all entries, to SAME, else None.

        It is the ratio that fits all entries best, by least squares.
        """
        scale = float(np.sum(self.numeric**2))
        if not np.isfinite(self.analytic).all() or scale == 0:
            return None
        ratio = float(np.sum(self.analytic * self.numeric)) / scale
        return ratio if relative_error(self.analytic, ratio * self.numeric) < SAME else None

    @property
    def lacks_factor(self) -> bool:
        """Whether the factor 1/|C| is missing: all entries are |C| > 1 times too large."""
        ratio, size = self.ratio, self.context_size
        return ratio is not None and size is not None and size > 1 and abs(ratio / size - 1) < SAME


@dataclass(frozen=True)
class Check:
    """What was compared under one name; nothing if it was left out.

    Attributes
    ----------
    name : str
        One of NAMES.
    compared : tuple of Compared
    tolerance : float
    """

    name: str
    compared: tuple[Compared, ...]
    tolerance: float

    @property
    def is_left_out(self) -> bool:
        """Whether nothing was compared."""
        return not self.compared

    @property
    def passed(self) -> bool:
        """Whether no entry is off by the tolerance or more."""
        return all(found.error < self.tolerance for found in self.compared)

    @property
    def failed(self) -> tuple[Compared, ...]:
        """What does not agree."""
        return tuple(found for found in self.compared if found.error >= self.tolerance)

    @property
    def worst(self) -> Compared:
        """That with the worst entry of all."""
        return max(self.compared, key=lambda found: found.error)

    @property
    def worst_of_tables(self) -> tuple[Compared, ...]:
        """Of each table that with its worst entry, in order of appearance."""
        tables = dict.fromkeys(found.table for found in self.compared)
        return tuple(
            max((found for found in self.compared if found.table == table), key=lambda f: f.error)
            for table in tables
        )

    @property
    def n_entries(self) -> int:
        """How many numbers were compared."""
        return sum(found.analytic.size for found in self.compared)

    @property
    def lacks_factor(self) -> bool:
        """Whether all that fails does so since the factor 1/|C| is missing.

        Every table behind a mean must have the one ratio, on every input, and no other may fail.
        """
        behind_mean = [found for found in self.compared if found.context_size is not None]
        return (
            bool(behind_mean)
            and all(found.lacks_factor for found in behind_mean)
            and all(found.context_size is not None for found in self.failed)
        )
