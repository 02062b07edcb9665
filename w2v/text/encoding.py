"""One pass over the text: count every word and write the ids, kept in a cache on disk.

This is the way from files to an `EncodedText`, and the cache in between. Who reads is said in
`workers.py`, what is done while reading in `counting.py` and `numbering.py`. Memory grows with the
distinct words, not with the text: the ids go to the disk as they come, and training reads them from
there.

The cache lies under `$W2V_CACHE`, by default the user's cache folder, one folder for each corpus
content and tokenizer. The vocabulary's settings are not part of it: whatever they are, they pick
rows of this one count.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import unicodedata
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from w2v.errors import CorpusError
from w2v.files import cache_folder, cannot_cache
from w2v.processes import n_cores
from w2v.text.counting import (
    RANKS,
    STARTS,
    Counted,
    Progress,
    Stretch,
    cut_into_stretches,
)
from w2v.text.merging import bad_bytes_of, merge, places_of
from w2v.text.numbers_on_disk import NumbersOnDisk
from w2v.text.tokenizers import TokenizerSpec
from w2v.text.worker import Task
from w2v.text.workers import Alone, CannotStartError, Workers

CACHE_FORMAT = 2  # part of the key: raised whenever the same text would be encoded differently
HASH_BLOCK = 1 << 20
# Smaller texts are read in one process: others take 0.3 s to start and to be put together, in which
# one reads 20 MB of plain ASCII, or 4 MB of Korean (measured).
PARALLEL_BYTES = 16_000_000
MOST_PROCESSES = 8  # beyond this the disk, and putting the words together, would be waited for
# What opening an encoded text raises that is not there, or that lost a part.
NOT_WHOLE = (OSError, ValueError, TypeError, LookupError)


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
    """

    words: list[str]
    counts: NDArray[np.int64]
    ranks: NumbersOnDisk | NDArray[np.int32]
    starts: NumbersOnDisk | NDArray[np.int64]
    report: EncodingReport
    from_cache: bool


def content_hash(files: Sequence[Path]) -> str:
    """Return the sha256 of the files' bytes, as `cat FILES | sha256sum` does.

    Raises
    ------
    CorpusError
        If a file cannot be read.
    """
    digest = hashlib.sha256()
    for file in files:
        try:
            with open(file, "rb") as stream:
                while block := stream.read(HASH_BLOCK):
                    digest.update(block)
        except OSError as error:
            raise CorpusError(f"{file} cannot be read: {error.strerror}") from error
    return digest.hexdigest()


def encode(
    files: Sequence[Path],
    tokenizer: TokenizerSpec,
    field: str | None,
    progress: Progress | None = None,
    processes: int | None = None,
) -> tuple[EncodedText, str]:
    """Return the encoded corpus, from the cache if it is there, and the sha256 of its files.

    Parameters
    ----------
    files : sequence of Path
    tokenizer : TokenizerSpec
    field : str, optional
        For .jsonl and .csv.
    progress : callable, optional
    processes : int, optional
        At most so many read side by side; by default as many as there are cores. What is written is
        the same for any number.

    Raises
    ------
    CorpusError
        If a file is missing or no text, or there is no token in all of them.
    OutputError
        If the cache cannot be written.
    """
    before = _sizes_and_times(files)
    sha256 = content_hash(files)
    sizes = [size for size, _ in before]  # tell two files from one that holds both
    endings = [file.name.partition(".")[2].lower() for file in files]  # how it is unpacked
    # What a letter is depends on the Unicode tables of this Python.
    unicode = unicodedata.unidata_version
    key = json.dumps([CACHE_FORMAT, unicode, sha256, sizes, endings, tokenizer.key(), field])
    folder = cache_folder() / "corpora" / hashlib.sha256(key.encode()).hexdigest()[:32]
    with contextlib.suppress(*NOT_WHOLE):
        return _load(folder, files, from_cache=True), sha256
    partial = folder.with_name(f"{folder.name}.{uuid.uuid4().hex}.partial")
    try:
        partial.mkdir(parents=True)
        task = Task(partial, list(files), field, tokenizer)
        _encode_into(task, progress or (lambda n_characters: None), processes)
        if _sizes_and_times(files) != before:
            raise CorpusError("the corpus changed while it was read; try again when it is at rest")
        _move(partial, folder, files)
    except OSError as error:
        raise cannot_cache(error) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return _load(folder, files, from_cache=False), sha256


def _sizes_and_times(files: Sequence[Path]) -> list[tuple[int, int]]:
    """Return what changes when a file is written to."""
    try:
        return [(status.st_size, status.st_mtime_ns) for status in map(os.stat, files)]
    except OSError as error:
        raise CorpusError(f"{error.filename} cannot be read: {error.strerror}") from error


def _move(partial: Path, folder: Path, files: Sequence[Path]) -> None:
    """Give an encoded text its final name, unless another process was first."""
    try:
        partial.rename(folder)
    except OSError:
        try:
            _load(folder, files, from_cache=True)
        except NOT_WHOLE:  # damaged, or no folder can be made here
            damaged = partial.with_name(f"{partial.name}.damaged")
            with contextlib.suppress(FileNotFoundError):  # another process has moved it away
                folder.rename(damaged)
            shutil.rmtree(damaged, ignore_errors=True)
            try:
                partial.rename(folder)
            except OSError:
                _load(folder, files, from_cache=True)  # and has put its own work there


def _encode_into(task: Task, progress: Progress, processes: int | None) -> None:
    """Read, number and count; write the parts of an encoded text."""
    sizes = [file.stat().st_size for file in task.files]
    stretches, counted, words, counts = _count(task, sizes, progress, processes)
    bad = bad_bytes_of(task.files, stretches, counted)
    first_bad = next((file for file in sorted(bad) if bad[file].count), None)
    end = places_of(counted)[-1]
    report = EncodingReport(
        n_bytes=sum(sizes),
        n_tokens=end.token,
        n_sentences=end.sentence,
        n_bad_bytes=sum(of_file.count for of_file in bad.values()),
        first_bad_file="",
        first_bad_line=0 if first_bad is None else bad[first_bad].first_line,
    )
    _write(task.folder / "words.txt", "".join(f"{word}\n" for word in words).encode())
    _write(task.folder / "counts.i64", counts.astype("<i8").tobytes())
    # By its number: the same content may have another name next time.
    record = asdict(report) | {"first_bad_file": first_bad}
    # Written last: a folder with a report is whole.
    _write(task.folder / "report.json", json.dumps(record).encode())


def _count(
    task: Task, sizes: Sequence[int], progress: Progress, processes: int | None
) -> tuple[list[Stretch], list[Counted], list[str], NDArray[np.int64]]:
    """Count by as many hands as are worth it; leave ranks and starts in the folder."""
    n_hands = _n_hands(task.tokenizer, sum(sizes), processes)
    stretches = cut_into_stretches(task.files, sizes, n_hands)
    n_hands = min(n_hands, len(stretches))
    if n_hands > 1:
        with contextlib.suppress(CannotStartError), Workers(task, n_hands) as workers:
            return stretches, *_count_by(workers, task, stretches, sizes, progress)
    stretches = cut_into_stretches(task.files, sizes, 1)
    with Alone(task) as alone:
        return stretches, *_count_by(alone, task, stretches, sizes, progress)


def _n_hands(tokenizer: TokenizerSpec, n_bytes: int, processes: int | None) -> int:
    """Return how many processes shall read a text of some size."""
    if tokenizer.is_code or n_bytes < PARALLEL_BYTES:
        return 1
    return min(processes or MOST_PROCESSES, n_cores(), MOST_PROCESSES)


def _count_by(
    hands: Alone | Workers,
    task: Task,
    stretches: Sequence[Stretch],
    sizes: Sequence[int],
    progress: Progress,
) -> tuple[list[Counted], list[str], NDArray[np.int64]]:
    """Count, put together, and rename."""
    counted, names = hands.count(stretches, progress)
    *places, end = places_of(counted)
    if end.token == 0:
        where = str(task.files[0]) if len(sizes) == 1 else f"the corpus of {len(sizes)} files"
        what = "is empty" if sum(sizes) == 0 else f"holds no token in its {sum(sizes):,} bytes"
        raise CorpusError(f"{where} {what}; check corpus.path and corpus.tokenizer")
    words, counts = merge(task.folder, counted, names)
    for name, n_bytes in ((RANKS, 4 * end.token), (STARTS, 8 * end.sentence)):
        with open(task.folder / name, "ab") as file:
            file.truncate(n_bytes)
    hands.rename(places, names, progress)
    _remove_parts_of_hands(task.folder)
    for name in (RANKS, STARTS):
        with open(task.folder / name, "rb+") as file:
            os.fsync(file.fileno())
    return counted, words, counts


def _remove_parts_of_hands(folder: Path) -> None:
    """Remove what only served to put the text together."""
    for path in folder.iterdir():
        if path.name not in (RANKS, STARTS):
            path.unlink()


def _write(path: Path, content: bytes) -> None:
    """Write a small part of the cache and see it to the disk."""
    with open(path, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _load(folder: Path, files: Sequence[Path], *, from_cache: bool) -> EncodedText:
    """Open an encoded text; ids stay on disk."""
    record = json.loads((folder / "report.json").read_text("utf-8"))
    first_bad = record["first_bad_file"]
    record["first_bad_file"] = "" if first_bad is None else str(files[first_bad])
    text = EncodedText(
        words=(folder / "words.txt").read_bytes().decode("utf-8").split("\n")[:-1],
        counts=np.fromfile(folder / "counts.i64", "<i8"),
        ranks=NumbersOnDisk(folder / RANKS, "<i4"),
        starts=NumbersOnDisk(folder / STARTS, "<i8"),
        report=EncodingReport(**record),
        from_cache=from_cache,
    )
    sizes = len(text.counts), len(text.ranks), len(text.starts)
    if sizes != (len(text.words), text.report.n_tokens, text.report.n_sentences):
        raise ValueError(f"{folder} lost a part")
    return text
