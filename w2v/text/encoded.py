"""A text as ids on disk: its parts, and their checksums, which are verified whenever it is opened.

words.txt            every distinct word, a line each, by falling count
counts.i64           how often each stands in the text
ranks.i32            the rank of the word at each position
starts.i64           the position at which each sentence starts
report.json          what was met in the text, and the sha256 of all parts; written last

How it comes to be is in `encoding.py`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from w2v.files import sha256_of, sync_file, sync_folder
from w2v.text.counting import RANKS, STARTS
from w2v.text.numbers_on_disk import NumbersOnDisk

WORDS, COUNTS, REPORT = "words.txt", "counts.i64", "report.json"
PARTS = (WORDS, COUNTS, RANKS, STARTS)
Stamp: TypeAlias = tuple[int, int]  # of a file: its size, and the time of its last change in ns
# What opening an encoded text raises that is not there, lost a part, or was changed.
NOT_WHOLE = (OSError, ValueError, TypeError, LookupError, RecursionError)


@dataclass(frozen=True)
class EncodingReport:
    """What was met in the text.

    Attributes
    ----------
    n_bytes, n_tokens, n_sentences : int
        Bytes as they lie on disk; sentences with at least one token.
    n_bad_bytes : int
        Bytes that are no UTF-8, read as U+FFFD.
    first_bad_file, first_bad_line
        Where the first of them was.
    """

    n_bytes: int
    n_tokens: int
    n_sentences: int
    n_bad_bytes: int
    first_bad_file: str
    first_bad_line: int


@dataclass(frozen=True)
class EncodedText:
    """A whole corpus as ids.

    Attributes
    ----------
    words : list of str
        Every distinct word, by falling count, ties by first appearance; its index is its rank.
    counts : array of int64, shape (n_types,)
    ranks : int32 on disk (n_tokens,), or an array
        The rank of the word at each position of the text.
    starts : int64 on disk (n_sentences,), or an array
        The position at which each sentence starts.
    report : EncodingReport
    from_cache : bool
    stamps : dict of Path to Stamp
        Of the files before they were read; without the copy of standard input.
    """

    words: list[str]
    counts: NDArray[np.int64]
    ranks: NumbersOnDisk | NDArray[np.int32]
    starts: NumbersOnDisk | NDArray[np.int64]
    report: EncodingReport
    from_cache: bool
    stamps: Mapping[Path, Stamp] = field(default_factory=dict)


def save(
    folder: Path,
    words: Sequence[str],
    counts: NDArray[np.int64],
    report: EncodingReport,
    first_bad: int | None,
) -> None:
    """Write what belongs to the ranks and starts that are in a folder; with that it is whole.

    Parameters
    ----------
    folder : Path
    words, counts, report
        As in `EncodedText`.
    first_bad : int, optional
        The number of the file with the first bad byte: the same content may have another name the
        next time.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    _write(folder / WORDS, "".join(f"{word}\n" for word in words).encode())
    _write(folder / COUNTS, counts.astype("<i8").tobytes())
    record = asdict(report) | {"first_bad_file": first_bad}
    sums = {name: sha256_of(folder / name) for name in PARTS}
    _write(folder / REPORT, json.dumps(_sealed({"report": record, "sha256": sums})).encode())
    sync_folder(folder)


def load(folder: Path, files: Sequence[Path], *, from_cache: bool) -> EncodedText:
    """Open an encoded text and verify it; ids stay on disk.

    Raises
    ------
    One of `NOT_WHOLE`
        If it is not there, or is not what was written.
    """
    record = json.loads((folder / REPORT).read_text("utf-8"))
    if record != _sealed({"report": record["report"], "sha256": record["sha256"]}):
        raise ValueError(f"{folder / REPORT} was changed")
    for name in PARTS:
        if sha256_of(folder / name) != record["sha256"][name]:
            raise ValueError(f"{folder / name} was changed")
    report = record["report"]
    first_bad = report["first_bad_file"]
    report["first_bad_file"] = "" if first_bad is None else str(files[first_bad])
    return EncodedText(
        words=(folder / WORDS).read_bytes().decode("utf-8").split("\n")[:-1],
        counts=np.fromfile(folder / COUNTS, "<i8"),
        ranks=NumbersOnDisk(folder / RANKS, "<i4"),
        starts=NumbersOnDisk(folder / STARTS, "<i8"),
        report=EncodingReport(**report),
        from_cache=from_cache,
    )


def _sealed(record: dict[str, Any]) -> dict[str, Any]:
    """Add a checksum of itself to a record."""
    content = json.dumps(record, sort_keys=True).encode()
    return {**record, "own_sha256": hashlib.sha256(content).hexdigest()}


def _write(path: Path, content: bytes) -> None:
    """Write a small part and see it to the disk."""
    path.write_bytes(content)
    sync_file(path)
