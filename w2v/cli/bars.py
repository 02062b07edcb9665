"""A bar that shows on a terminal how much of something is done."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NoReturn

from w2v.cli.terminal import settings

if TYPE_CHECKING:
    from tqdm import tqdm


class Bar:
    """A bar that is seen on a terminal, after a second; elsewhere, or with --quiet, it is nothing.

    Parameters
    ----------
    what : str
        What is being done.
    unit : str
        Of what is counted.
    """

    def __init__(self, what: str = "", unit: str = "B") -> None:
        self._what, self._unit = what, unit
        self._bar: tqdm[NoReturn] | None = None

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Leave the terminal tidy."""
        if self._bar is not None:
            self._bar.close()

    def clear(self) -> None:
        """Make room for a line."""
        if self._bar is not None:
            self._bar.clear()

    def move(self, n_done: int, total: int | None) -> None:
        """Show how much is done, and of how much, or None; it may be less than before."""
        if self._bar is None:
            from tqdm import tqdm

            self._bar = tqdm(
                desc=self._what or None, initial=n_done, total=total, unit=self._unit,
                unit_scale=True, dynamic_ncols=True, leave=False, delay=1,
                disable=settings().quiet or not sys.stderr.isatty(),
            )  # fmt: skip
        self._bar.total = total
        self._bar.update(n_done - self._bar.n)
