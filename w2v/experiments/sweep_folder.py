"""The folder of a sweep: its record, and that one sweep at a time is at work in it.

sweep.json           format, base settings, the points with their names and settings
.sweep.lock          held while a sweep is at work
<point>/             a run folder (w2v/run_folder.py) for each point

Which of the points are done is in `planning.py`.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from w2v.config.schema import Config, as_dict
from w2v.errors import RunError
from w2v.experiments.points import Point
from w2v.files import atomic_write, cannot_write, clear_leftovers
from w2v.locks import take
from w2v.run_folder import check_writable

SWEEP_FORMAT = 1
SWEEP, LOCK = "sweep.json", ".sweep.lock"
REMEDY_DAMAGE = "choose another --out, or add --force to train all points anew"
OWN_LEFTOVERS = re.compile(r"\.sweep\.lock|\..*\.tmp")


@dataclass(frozen=True)
class Recorded:
    """What sweep.json says.

    Attributes
    ----------
    base : dict
        What all points share, by dotted path, as it was asked for.
    points : dict of str to dict
        The settings of each point, by its name.
    created : str
    """

    base: dict[str, Any]
    points: dict[str, dict[str, Any]]
    created: str = field(
        default_factory=lambda: datetime.datetime.now(datetime.timezone.utc).isoformat()
    )

    @property
    def axes(self) -> set[str]:
        """The settings in which the points differ."""
        return {path for settings in self.points.values() for path in settings}

    def values_of(self, name: str) -> dict[str, Any]:
        """Return every setting of a point; those that are newer than the record, by default."""
        return {**as_dict(Config()), **self.base, **self.points[name]}


def default_folder(config: Config) -> Path:
    """Return where a sweep goes that was not told where."""
    return Path(config.output.dir) / f"{config.name}-sweep"


def read_sweep(folder: Path, *, force: bool = False) -> Recorded | None:
    """Return the record of a sweep folder; None where there is no folder, or nothing in it.

    Parameters
    ----------
    folder : Path
    force : bool
        Whether a record that is damaged counts for nothing.

    Raises
    ------
    RunError
        If it is another folder, or its record is damaged or of a later format.
    """
    try:
        record = json.loads((folder / SWEEP).read_text("utf-8"))
    except FileNotFoundError as error:
        if not os.path.lexists(folder) or _is_as_good_as_empty(folder):
            return None
        raise RunError(
            f"{folder} is there, and is no sweep folder ({SWEEP} is missing); choose another --out"
        ) from error
    except OSError as error:
        raise RunError(f"{folder / SWEEP} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        if force:
            return None
        raise RunError(f"{folder / SWEEP} is damaged: {error}; {REMEDY_DAMAGE}") from error
    if not isinstance(record, dict) or record.get("program") != "w2v":
        raise RunError(f"{folder / SWEEP} was not written by w2v; choose another --out")
    if record.get("format") != SWEEP_FORMAT:
        raise RunError(
            f"{folder} has sweep format {record.get('format')!r}; this w2v reads {SWEEP_FORMAT}"
        )
    try:
        points = {_name(point["name"]): dict(point["settings"]) for point in record["points"]}
        return Recorded(dict(record["base"]), points, str(record["created"]))
    except (KeyError, TypeError, ValueError) as error:
        if force:
            return None
        raise RunError(f"{folder / SWEEP} is damaged: it lacks parts; {REMEDY_DAMAGE}") from error


def _name(name: str) -> str:
    """Return the name of a point if it is that of a folder within this one."""
    if not re.fullmatch(r"\w[^/\\\x00]*", name):
        raise ValueError(name)
    return name


def _is_as_good_as_empty(folder: Path) -> bool:
    """Tell whether a folder holds nothing but what a sweep that was killed has left."""
    try:
        return all(OWN_LEFTOVERS.fullmatch(path.name) for path in folder.iterdir())
    except OSError:
        return False


def write_sweep(folder: Path, recorded: Recorded) -> None:
    """Write sweep.json.

    Raises
    ------
    OutputError
    """
    record = {
        "format": SWEEP_FORMAT,
        "program": "w2v",
        "created": recorded.created,
        "base": recorded.base,
        "points": [
            {"name": name, "settings": settings} for name, settings in recorded.points.items()
        ],
    }
    clear_leftovers(folder / SWEEP)
    with atomic_write(folder / SWEEP, "w") as file:
        file.write(json.dumps(record, indent=1, ensure_ascii=False) + "\n")


def joined(recorded: Recorded | None, base: Config, points: Sequence[Point]) -> Recorded:
    """Return the record of a sweep with more points; each has a value of every axis."""
    usual = as_dict(base)
    if recorded is None:
        return Recorded(usual, {point.name: point.settings for point in points})
    new = {path for point in points for path in point.settings}
    axes = [path for path in usual if path in recorded.axes | new]
    known: Mapping[str, dict[str, Any]] = {
        name: {path: recorded.values_of(name)[path] for path in axes} for name in recorded.points
    }
    added = {p.name: {path: {**usual, **p.settings}[path] for path in axes} for p in points}
    return Recorded(usual, {**known, **added}, recorded.created)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[int | None]:
    """Make the folder and be alone in it; yield a descriptor that holds the lock, or None.

    A process that inherits the descriptor holds the lock too, until it ends. Where the system has
    no such locks, two sweeps are not kept apart.

    Raises
    ------
    OutputError
        If the folder cannot be made, or another sweep is at work in it.
    """
    check_writable(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from error
    what = f"another sweep is at work in {folder}"
    with take(folder / LOCK, what, "wait for its end, or choose another --out") as lock:
        yield lock.descriptor
