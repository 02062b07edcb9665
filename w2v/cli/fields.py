"""Fields of a table of runs: one set of columns for the page, CSV and JSON.

Which there are is in `run_tables.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from w2v.cli.columns import MAX_CELL, Column, column_of, cut_left, pages, print_csv, print_pages
from w2v.errors import UsageError

if TYPE_CHECKING:
    from w2v.experiments.measures import Measure
    from w2v.experiments.tables import Spread

MAX_SUM = 8  # letters of a checksum that are shown


@dataclass(frozen=True)
class Field:
    """A column of a table of runs, before it is printed.

    Attributes
    ----------
    key : str
        Of CSV, of JSON and for `--sort`: a dotted path, the key of a measure, or another name.
    head : str
        As it is shown.
    values : list
        One for each row: settings as they are, measures as Spread or None.
    measure : Measure, optional
        What is measured, if anything is.
    is_name : bool
        Whether it tells rows apart, and so stands on every page.
    is_shown : bool
        On the page; the others are for CSV and JSON.
    """

    key: str
    head: str
    values: list[Any]
    measure: Measure | None = None
    is_name: bool = False
    is_shown: bool = True

    def sortable(self, row: int) -> Any:
        """Return the value that a row is sorted by."""
        value = self.values[row]
        return value.mean if self.measure is not None and value is not None else value

    def names(self) -> set[str]:
        """Return all that the column may be called, in small letters."""
        return {name.casefold() for name in (self.key, self.head, self.head.rpartition(", ")[0])}

    def column(self) -> Column:
        """Return the column as it is printed."""
        if self.measure is not None:
            return column_of(self.head, _spread_cells(self.measure, self.values))
        is_number = all(isinstance(v, int | float) and not isinstance(v, bool) for v in self.values)
        cells = [self._cell(value) for value in self.values]
        return column_of(self.head, cells, is_text=not is_number)

    def _cell(self, value: Any) -> str:
        """Return a setting or a name as it is shown."""
        from w2v.config.showing import yaml_value
        from w2v.experiments.tables import TEXT_SUM

        text = value if isinstance(value, str) else yaml_value(value)
        if self.key == TEXT_SUM:
            return text[:MAX_SUM]
        return cut_left(text, MAX_CELL)


def _spread_cells(measure: Measure, spreads: Sequence[Spread | None]) -> list[str]:
    """Return mean ± standard deviation of each row, the means below each other."""
    behind = ["" if s is None or s.sd is None else measure.show(s.sd) for s in spreads]
    width = max(map(len, behind))
    pad = " " * (width + 3) if width else ""
    return [
        ("-" if s is None else measure.show(s.mean)) + (f" ± {sd:>{width}}" if sd else pad)
        for s, sd in zip(spreads, behind, strict=True)
    ]


@dataclass(frozen=True)
class Table:
    """Fields of one length."""

    fields: list[Field]

    def order(self, sort: str | None, *, reverse: bool) -> list[int]:
        """Return the rows in the order of a column; rows without a value come last.

        Raises
        ------
        UsageError
            If there is no such column.
        """
        from w2v.experiments.tables import sort_key

        rows = list(range(len(self.fields[0].values)))
        if sort is None:
            return rows[::-1] if reverse else rows
        field = self._find(sort)
        there = [row for row in rows if field.sortable(row) is not None]
        there.sort(key=lambda row: sort_key(field.sortable(row)), reverse=reverse)
        return there + [row for row in rows if field.sortable(row) is None]

    def _find(self, name: str) -> Field:
        """Return the column of a name."""
        # An exact key or path goes before a head that happens to be spelled like it.
        for field in self.fields:
            if field.key == name:
                return field
        found = [field for field in self.fields if name.casefold() in field.names()]
        if not found:
            known = ", ".join(field.key for field in self.fields)
            raise UsageError(f"--sort: there is no column {name!r}; there are {known}")
        return found[0]

    def in_order(self, rows: Sequence[int]) -> Table:
        """Return a table with some rows in some order."""
        return Table(
            [
                Field(
                    f.key, f.head, [f.values[row] for row in rows], f.measure, f.is_name, f.is_shown
                )
                for f in self.fields
            ]
        )

    def print_page(self) -> None:
        """Print it for people."""
        shown = [field for field in self.fields if field.is_shown]
        names = [field.column() for field in shown if field.is_name]
        print_pages(pages(names, [field.column() for field in shown if not field.is_name]))

    def print_csv(self, *, with_sd: bool) -> None:
        """Print it with raw numbers; with `with_sd` a second column for each measure."""
        from w2v.config.showing import yaml_value

        columns: dict[str, list[Any]] = {}
        for field in self.fields:
            if field.measure is None:
                columns[field.key] = [
                    value if isinstance(value, str | None) else yaml_value(value)
                    for value in field.values
                ]
            else:
                columns[field.key] = [s and s.mean for s in field.values]
                if with_sd:
                    columns[f"{field.key}_sd"] = [s and s.sd for s in field.values]
        print_csv([*columns], [*zip(*columns.values(), strict=True)])

    def objects(self, *, with_sd: bool) -> Iterator[dict[str, Any]]:
        """Yield what JSON prints of each row."""
        for row in range(len(self.fields[0].values)):
            line: dict[str, Any] = {}
            settings: dict[str, Any] = {}
            measures: dict[str, Any] = {}
            for field in self.fields:
                value = field.values[row]
                if field.measure is not None:
                    whole = value and value._asdict()
                    measures[field.key] = whole if with_sd else value and value.mean
                elif "." in field.key:
                    settings[field.key] = value
                else:
                    line[field.key] = value
            yield {**line, "settings": settings, "measures": measures}
