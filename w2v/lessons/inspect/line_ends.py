"""Lines of a plain file, counted as bytes: how they end, and how many are before some places."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from w2v.errors import CorpusError

BLOCK_BYTES = 1 << 20
SIGNS = {"LF": b"\n", "CR LF": b"\r\n", "CR": b"\r"}
LINE_END = re.compile(rb"\r\n|\r|\n")


@dataclass
class LineEnds:
    """The line ends of a file.

    Attributes
    ----------
    counts : dict of str to int
        How many there are of each of SIGNS.
    first_lines : dict of str to int
        The line that the first of each kind ends.
    n_lines : int
        What follows the last line end is a line too, unless it is nothing.
    before : list of int
        Line ends before each place that was asked for.
    """

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SIGNS, 0))
    first_lines: dict[str, int] = field(default_factory=dict)
    n_lines: int = 0
    before: list[int] = field(default_factory=list)


def count_line_ends(file: Path, places: Sequence[int] = ()) -> LineEnds:
    """Count the line ends of a plain file, block by block.

    Parameters
    ----------
    file : Path
    places : sequence of int
        Bytes of the file, rising.

    Raises
    ------
    CorpusError
        If it cannot be read.
    """
    found = LineEnds()
    edges = [*places]
    at, carried, ends_open = 0, b"", False
    try:
        with open(file, "rb") as raw:
            while True:
                # A block ends where a place is asked for.
                n_wanted = min(BLOCK_BYTES, edges[0] - at) if edges else BLOCK_BYTES
                if edges and n_wanted == 0:
                    found.before.append(sum(found.counts.values()) + len(carried))
                    edges.pop(0)
                    continue
                block = raw.read(n_wanted)
                at += len(block)
                if not block:
                    break
                # A CR at its end may be half of a CR LF.
                block = carried + block
                carried = b"\r" if block.endswith(b"\r") else b""
                _count(block[: len(block) - len(carried)], found)
                ends_open = not block.endswith((b"\n", b"\r"))
    except OSError as error:
        raise CorpusError(f"{file} cannot be read: {error.strerror}") from error
    _count(carried, found)
    n_ends = sum(found.counts.values())
    found.before += [n_ends] * len(edges)
    found.n_lines = n_ends + ends_open
    return found


def _count(block: bytes, found: LineEnds) -> None:
    """Add the line ends of a block that cuts no CR LF."""
    n_before = sum(found.counts.values())
    n_lf = block.count(b"\n")
    n_cr = block.count(b"\r")
    n_both = block.count(b"\r\n") if n_cr else 0
    here = {"LF": n_lf - n_both, "CR LF": n_both, "CR": n_cr - n_both}
    for kind, n in here.items():
        if n and not found.counts[kind]:
            found.first_lines[kind] = n_before + _first(block, kind)
        found.counts[kind] += n


def _first(block: bytes, kind: str) -> int:
    """Return which of the lines of a block is the first with a kind of end; 1 is the first."""
    ends = enumerate(LINE_END.finditer(block), 1)
    return next(number for number, end in ends if end[0] == SIGNS[kind])
