"""What a case is, where it lies, and how one that failed is kept and made again."""

from __future__ import annotations

import json
import os
import random
import shutil
import stat
import tarfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Place:
    """The folders of a case.

    Attributes
    ----------
    root : Path
    shared : Path
        What the target has prepared for all its cases.
    """

    root: Path
    shared: Path

    @property
    def inside(self) -> Path:
        """What the commands are given; they run here and must not write here."""
        return self.root / "in"

    @property
    def outside(self) -> Path:
        """The folder asked for: all that is made goes here, as `../out`."""
        return self.root / "out"

    def make(self) -> None:
        """Make the folders, empty."""
        remove(self.root)
        for name in ("in", "out", "cache", "tmp"):
            (self.root / name).mkdir(parents=True)


@dataclass(frozen=True)
class Outcome:
    """What a command did.

    Attributes
    ----------
    code : int or None
        Its exit code; None if it did not come to its end.
    out, err : bytes
    error : str
        The traceback of what nobody caught.
    seconds : float
    """

    code: int | None
    out: bytes
    err: bytes
    error: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Case:
    """Commands, and what is asked of their answers beyond what is asked of all.

    Attributes
    ----------
    commands : list of list of str
        Arguments of `w2v`.
    stdin : str
        A file in the folder of the case; "" for nothing.
    notes : dict
        What the target's `judge` wants to know.
    """

    commands: list[list[str]]
    stdin: str = ""
    notes: dict[str, Any] = field(default_factory=dict)


def nothing_to_prepare(shared: Path) -> None:
    """Prepare nothing."""


def nothing_more(case: Case, place: Place, outcomes: list[Outcome]) -> list[str]:
    """Find nothing wrong."""
    return []


@dataclass(frozen=True)
class Target:
    """What is fuzzed.

    Attributes
    ----------
    name : str
    make : callable
        From random numbers, the number of the case and its place, with the files written there.
    share : int
        Of 1,000 cases, how many are its own.
    prepare : callable
        Writes what all cases share into a folder, once.
    judge : callable
        Says what is wrong with the answers to a case, a sentence each.
    """

    name: str
    make: Callable[[random.Random, int, Place], Case]
    share: int
    prepare: Callable[[Path], None] = nothing_to_prepare
    judge: Callable[[Case, Place, list[Outcome]], list[str]] = nothing_more


def numbers_of(target: str, seed: int, number: int) -> random.Random:
    """Return the random numbers of a case: the same whatever other cases there are."""
    return random.Random(f"{seed} {target} {number}")


def remove(folder: Path) -> None:
    """Remove a folder, also one in which something was closed."""
    if not folder.exists():
        return
    for parent, folders, _ in os.walk(os.fsencode(folder)):
        for name in folders:
            path = os.path.join(parent, name)
            if not os.path.islink(path):
                os.chmod(path, stat.S_IRWXU)
    shutil.rmtree(os.fsencode(folder))


def keep(folder: Path, target: str, seed: int, number: int, case: Case, place: Place) -> None:
    """Keep a case that failed: what it is, and its input as it was made."""
    folder.mkdir(parents=True, exist_ok=True)
    record = {"target": target, "seed": seed, "number": number, "case": asdict(case)}
    (folder / "case.json").write_text(json.dumps(record, indent=1) + "\n", "utf-8")
    # An archive keeps pipes, links and names that are no UTF-8; copying a tree does not.
    with tarfile.open(folder / "input.tar", "w", errors="surrogateescape") as archive:
        for name in ("in", "out"):
            archive.add(place.root / name, name)


def kept(folder: Path, place: Place) -> tuple[str, Case]:
    """Lay out a case that was kept; return its target and what it is."""
    record = json.loads((folder / "case.json").read_text("utf-8"))
    remove(place.root)
    place.root.mkdir(parents=True)
    with tarfile.open(folder / "input.tar", errors="surrogateescape") as archive:
        # Pipes, links and all: it is what `keep` has written. Older Pythons take no filter.
        has_filters = hasattr(tarfile, "fully_trusted_filter")
        archive.extractall(place.root, **{"filter": "fully_trusted"} if has_filters else {})
    for name in ("cache", "tmp"):
        (place.root / name).mkdir()
    return record["target"], Case(**record["case"])
