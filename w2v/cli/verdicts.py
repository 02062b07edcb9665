"""The second part of `w2v runs compare`: of two groups, what is larger than seed noise."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from w2v.cli.columns import column_of, pages
from w2v.cli.terminal import counted, note, printable, wrapped

if TYPE_CHECKING:
    from w2v.experiments.comparing import Comparison
    from w2v.experiments.tables import Group

LEAST_P = 0.0001  # smaller ones are printed as such
# In the order of the page.
TITLES = {
    "larger": "larger than seed noise",
    "within": "within seed noise",
    "equal": "equal in every pair of runs",
    "unknown": "not known",
    "not comparable": "not comparable",
    "not tested": "not tested: a matter of the machine, not of seeds",
}


def letters(number: int) -> str:
    """Name a row: A, B, ... Z, AA, AB, ...

    >>> letters(0), letters(25), letters(26)
    ('A', 'Z', 'AA')
    """
    name = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def verdict_objects(groups: Sequence[Group]) -> Iterator[dict[str, Any]]:
    """Yield what JSON prints of each measure of two groups."""
    from w2v.experiments.comparing import compare_groups

    for c in compare_groups(groups[0], groups[1]):
        yield {
            "measure": c.measure.key,
            "difference": c.difference,
            "interval": c.interval,
            "p": c.p,
            "p_holm": c.p_corrected,
            "test": c.test,
            "n": c.n,
            "verdict": _title(c),
        }


def print_verdicts(one: Group, other: Group) -> None:
    """Print which differences are larger than seed noise, with the tests named."""
    from w2v.experiments.comparing import compare_groups

    compared = compare_groups(one, other)
    click.echo()
    rows: list[Comparison | str] = []
    for verdict, title in TITLES.items():
        found = [c for c in compared if c.verdict == verdict]
        rows += [f"{title}:", *found] if found else []
    for line in _lines(rows):
        click.echo(line)
    _note_on_tests(compared)
    _note_on_losses(compared, one, other)
    if any(c.verdict == "unknown" for c in compared):
        _note_on_more_seeds(one, other)


def _title(compared: Comparison) -> str:
    """Return a verdict as it is written."""
    return TITLES[compared.verdict].split(":")[0]


def _lines(rows: Sequence[Comparison | str]) -> list[str]:
    """Return a table, each verdict above what it is of."""
    cells = [["", "", "", "", ""] if isinstance(row, str) else _cells(row) for row in rows]
    names = [row if isinstance(row, str) else "" for row in rows]
    heads = ("", "B - A", "95 % interval", "p", "p, Holm")
    shown = [
        column_of(head, [row[at] for row in cells], is_text=at == 0)
        for at, head in enumerate(heads)
    ]
    page = pages(shown[:1], shown[1:])[0]
    n_head = len(page) - len(rows)
    return [
        *page[:n_head],
        *(name or line for name, line in zip(names, page[n_head:], strict=True)),
    ]


def _cells(c: Comparison) -> list[str]:
    """Return the row of a measure."""
    bounds = [] if c.interval is None else [_signed(c, bound) for bound in c.interval]
    difference = _signed(c, c.difference)
    return [f"  {c.measure.title}", difference, " to ".join(bounds), _p(c.p), _p(c.p_corrected)]


def _signed(c: Comparison, difference: float) -> str:
    """Write a difference with its sign."""
    return ("+" if difference > 0 else "") + c.measure.show(difference)


def _p(p: float | None) -> str:
    """Write a probability."""
    if p is None:
        return ""
    return f"<{LEAST_P}" if p < LEAST_P else f"{p:.4f}"


def _note_on_tests(compared: Sequence[Comparison]) -> None:
    """Name the tests."""
    from w2v.experiments.comparing import LEVEL, PAIRED

    tests: dict[tuple[str, tuple[int, int]], int] = {}
    for c in compared:
        if c.test is not None:
            tests[c.test, c.n] = tests.get((c.test, c.n), 0) + 1
    for (test, n), n_measures in tests.items():
        of = counted(n_measures, "measure")
        if test == PAIRED:
            _note(f"paired t test, two-sided, over {n[0]} pairs of runs with the same seed ({of})")
        else:
            _note(
                f"{test}, two-sided, {n[0]} runs against {n[1]}: too few of them have the same "
                f"seed to be paired ({of})"
            )
    n_tested = sum(tests.values())
    if n_tested:
        _note(
            f"larger: p below {LEVEL} after Holm's correction for {counted(n_tested, 'test')}; "
            "the intervals are not corrected"
        )


def _note_on_losses(compared: Sequence[Comparison], one: Group, other: Group) -> None:
    """Say why losses are not compared, and what the seed does to the held-out one."""
    from w2v.experiments.comparing import PAIRED, deciding_settings
    from w2v.experiments.measures import HELDOUT_LOSS

    reasons: dict[str, list[str]] = {}
    for c in compared:
        if c.verdict == "not comparable":
            paths = deciding_settings(c.measure, one.settings, other.settings)
            name = c.measure.title.rpartition(", ")[0]
            reasons.setdefault(", ".join(paths), []).append(name)
    for differing, names in reasons.items():
        _note(f"{' and '.join(names)}: not to be compared, for they differ in {differing}")
    for c in compared:
        if c.measure == HELDOUT_LOSS and c.test is not None:
            shared = (
                "both runs of a pair have the same"
                if c.test == PAIRED
                else "its noise is part of the noise of seeds"
            )
            _note(f"the seed chooses the held-out stretches of the text too: {shared}")


def _note_on_more_seeds(one: Group, other: Group) -> None:
    """Say how the unknown is found out."""
    from w2v.cli.run_page import command_lines
    from w2v.run_finding import RUNS

    n = min(len(one.runs), len(other.runs))
    seeds = "one seed each" if len(one.runs) == len(other.runs) == 1 else "too few seeds"
    if n > 1:
        seeds = "too few pairs that differ by the same amount"
    _note(f"not known: {seeds}; train more, and compare those:")
    folders = [group.runs[0].folder for group in (one, other)]
    names = [folder.resolve().name for folder in folders]
    if names[0] == names[1]:
        names = [f"{folder.resolve().parent.name}-{folder.name}" for folder in folders]
    # A folder for each: both runs may have the same name, and so would their sweeps.
    outs = [str(RUNS / f"{name}-seeds") for name in names]
    commands = [
        ["w2v", "sweep", str(folder), "train.seed=0..4", "--out", out]
        for folder, out in zip(folders, outs, strict=True)
    ]
    for command in [*commands, ["w2v", "runs", "compare", *outs]]:
        for line in command_lines(shlex.join(command)):
            note(line)


def _note(text: str) -> None:
    """Print a note on lines that fit the terminal."""
    for line in wrapped(printable(text)):
        note(line)
