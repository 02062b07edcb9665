"""The course of training: loss and held-out loss, the learning rate, words/s."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from w2v.experiments.reading import RunSummary
from w2v.report.contract import Cell, Curves, Line, Table

MAX_POINTS = 300  # of a line; more are not seen


class Stretch(NamedTuple):
    """Chunks that follow each other and make one point.

    Attributes
    ----------
    epochs : float
        Where it ends.
    positions : int
        How many it has.
    """

    epochs: float
    positions: int
    chunks: list[dict[str, Any]]


def curves_of(runs: Mapping[str, RunSummary]) -> list[Curves]:
    """Return the curves of losses, learning rates and speeds, a line a run.

    A point is a chunk. Where there would be more than `MAX_POINTS` of them, neighbours are averaged
    until there are not, each weighted by what it measured; so is a short chunk at the end of an
    epoch with the one before it.

    Parameters
    ----------
    runs : dict of str to RunSummary
        By name.

    Returns
    -------
    list of Curves
        "loss", "lr" and "speed", those of which anything was measured.
    """
    stretches = {name: _stretches(run) for name, run in runs.items()}

    def lines(what: str, value: Callable[[Stretch], float]) -> list[Line]:
        return [_line(name, what, found, value) for name, found in stretches.items() if found]

    losses = [*lines("loss", _loss), *_heldout_lines(runs)]
    losses.sort(key=lambda line: list(runs).index(line.run))  # both lines of a run together
    found = [
        _curves("loss", "Loss", "loss, nats an example", losses),
        _curves("lr", "Learning rate", "learning rate", lines("learning rate", _rate)),
        _curves("speed", "Speed", "words/s", lines("words/s", _speed)),
    ]
    return [curves for curves in found if curves.lines]


def _stretches(run: RunSummary) -> list[Stretch]:
    """Put the chunks of a run together, where they are too many or too short."""
    if not run.chunks:
        return []
    chunks = sorted(run.chunks, key=lambda chunk: chunk["positions"])
    ends = [chunk["positions"] for chunk in chunks]
    an_epoch = run.record["tokens"]["kept"]
    shortest = max(ends[-1] / MAX_POINTS, min(run.config.train.chunk, ends[0]) / 2)
    found: list[Stretch] = []
    start, some = 0, []
    for chunk, end in zip(chunks, ends, strict=True):
        some.append(chunk)
        if end - start >= shortest:
            found.append(Stretch(end / an_epoch, end - start, some))
            start, some = end, []
    if some and found:
        last = found.pop()
        some = last.chunks + some
        found.append(Stretch(ends[-1] / an_epoch, last.positions + ends[-1] - start, some))
    return found


def _loss(stretch: Stretch) -> float:
    """Return the mean loss of what was measured; NaN if nothing was."""
    measured = [chunk for chunk in stretch.chunks if chunk["loss"] is not None]
    weights = [max(chunk["measured"], 1) for chunk in measured]
    losses = [chunk["loss"] for chunk in measured]
    return float(np.average(losses, weights=weights)) if measured else np.nan


def _rate(stretch: Stretch) -> float:
    """Return the mean learning rate; a chunk at the end of an epoch may have a few words only."""
    rates = [chunk["lr"] for chunk in stretch.chunks]
    ends = [chunk["positions"] for chunk in stretch.chunks]
    weights = np.diff([ends[-1] - stretch.positions, *ends])
    return float(np.average(rates, weights=weights))


def _speed(stretch: Stretch) -> float:
    """Return the positions that were passed over in a second."""
    seconds = sum(chunk["seconds"] for chunk in stretch.chunks)
    return stretch.positions / seconds if seconds else np.nan


def _line(name: str, what: str, found: list[Stretch], value: Callable[[Stretch], float]) -> Line:
    """Return one line."""
    return Line(name, what, np.array([s.epochs for s in found]), np.array([*map(value, found)]))


def _heldout_lines(runs: Mapping[str, RunSummary]) -> list[Line]:
    """Return the held-out loss at the end of each epoch, of runs that have measured it."""
    found = []
    for name, run in runs.items():
        epochs = [line for line in run.epochs if line["heldout_loss"] is not None]
        if epochs:
            x, y = (np.array([e[key] for e in epochs], float) for key in ("epoch", "heldout_loss"))
            found.append(Line(name, "held-out loss", x, y))
    return found


def _curves(key: str, title: str, y_title: str, lines: list[Line]) -> Curves:
    """Put lines together with their table."""
    return Curves(key, title, "epochs", y_title, lines, curve_table(y_title, lines))


def curve_table(y_title: str, lines: list[Line]) -> Table:
    """Return the table of lines, a row a point."""
    rows: list[list[Cell]] = [
        [line.run, line.what, round(x, 4), number(y)]
        for line in lines
        for x, y in zip(line.x.tolist(), line.y.tolist(), strict=True)
    ]
    return Table(["run", "what", "epochs", y_title], rows)


def number(value: float) -> float | None:
    """Return a number as a table holds it: None for NaN."""
    return None if np.isnan(value) else value


def numbers(values: NDArray[np.floating]) -> list[float | None]:
    """Return the numbers of an array as a table holds them."""
    return [number(value) for value in values.tolist()]
