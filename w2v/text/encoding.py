"""One pass over the text: count every word and write the ids, kept in a cache on disk.

This is the way from files to an `EncodedText`, and the cache in between. Who reads is said in
`workers.py`, what is done while reading in `counting.py` and `numbering.py`. Memory grows with the
distinct words, not with the text: the ids go to the disk as they come, and training reads them from
there.

The cache lies under `$W2V_CACHE`, by default the user's cache folder, one folder for each corpus
content and tokenizer; what is in it is said in `encoded.py`. The vocabulary's settings are not part
of it: whatever they are, they pick rows of this one count. Of two processes that want the same text
the second waits for the first.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import shutil
import unicodedata
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from w2v.errors import CorpusError
from w2v.files import cache_folder, cannot_cache, sha256_of, sync_folder
from w2v.locks import wait_for
from w2v.processes import n_cores
from w2v.text.counting import (
    RANKS,
    STARTS,
    Counted,
    Progress,
    Stretch,
    cut_into_stretches,
)
from w2v.text.encoded import NOT_WHOLE, EncodingReport, Stamp, load, save
from w2v.text.encoded import EncodedText as EncodedText
from w2v.text.leftovers import clear_dead, lock_of
from w2v.text.merging import bad_bytes_of, merge, places_of
from w2v.text.tokenizers import TokenizerSpec
from w2v.text.worker import Task
from w2v.text.workers import Alone, CannotStartError, Workers

CACHE_FORMAT = 3  # part of the key: raised whenever the same text would be encoded differently
# Smaller texts are read in one process: others take 0.3 s to start and to be put together, in which
# one reads 20 MB of plain ASCII, or 4 MB of Korean (measured).
PARALLEL_BYTES = 16_000_000
MOST_PROCESSES = 8  # beyond this the disk, and putting the words together, would be waited for
OnWait: TypeAlias = Callable[[int | None], None]


def content_hash(files: Sequence[Path]) -> str:
    """Return the sha256 of the files' bytes, as `cat FILES | sha256sum` does.

    Raises
    ------
    CorpusError
        If a file cannot be read.
    """
    try:
        return sha256_of(*files)
    except OSError as error:
        raise CorpusError(f"{error.filename} cannot be read: {error.strerror}") from error


def encode(
    files: Sequence[Path],
    tokenizer: TokenizerSpec,
    field: str | None,
    progress: Progress | None = None,
    processes: int | None = None,
    on_wait: OnWait | None = None,
) -> tuple[EncodedText, str]:
    """Return the encoded corpus, from the cache if it is there, and the sha256 of its files.

    Parameters
    ----------
    files : sequence of Path
    tokenizer : TokenizerSpec
    field : str, optional
        For .jsonl and .csv.
    progress : callable, optional
        While another process is waited for, it is told 0 again and again.
    processes : int, optional
        At most so many read side by side; by default as many as there are cores. What is written is
        the same for any number.
    on_wait : callable, optional
        Is told, once, the number of the process that is waited for, or None if it is not known.

    Raises
    ------
    CorpusError
        If a file is missing or no text, or there is no token in all of them.
    OutputError
        If the cache cannot be written.
    """
    before = _stamps(files)
    sha256 = content_hash(files)
    sizes = [before[file][0] for file in files]  # tell two files from one that holds both
    endings = [file.name.partition(".")[2].lower() for file in files]  # how it is unpacked
    # What a letter is depends on the Unicode tables of this Python.
    unicode = unicodedata.unidata_version
    key = json.dumps([CACHE_FORMAT, unicode, sha256, sizes, endings, tokenizer.key(), field])
    folder = cache_folder() / "corpora" / hashlib.sha256(key.encode()).hexdigest()[:32]
    progress = progress or (lambda n_characters: None)

    def make(partial: Path) -> None:
        _encode_into(Task(partial, list(files), field, tokenizer), progress, processes)
        if _stamps(files) != before:
            raise CorpusError("the corpus changed while it was read; try again when it is at rest")

    try:
        text = load(folder, files, from_cache=True)
    except NOT_WHOLE:
        try:
            with _alone(folder, progress, on_wait or (lambda pid: None)):
                text = _found_or_made(folder, files, make)
        except OSError as error:
            raise cannot_cache(error) from error
    return replace(text, stamps=before), sha256


@contextlib.contextmanager
def _alone(folder: Path, progress: Progress, on_wait: OnWait) -> Iterator[None]:
    """Be the one who makes an encoded text; clear away what others were killed at."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with wait_for(lock_of(folder), on_wait, lambda: progress(0)) as lock:
        clear_dead(folder.parent, "*.partial*", lock)
        yield


def _found_or_made(
    folder: Path, files: Sequence[Path], make: Callable[[Path], None]
) -> EncodedText:
    """Return what another process has made until now, or make it."""
    with contextlib.suppress(*NOT_WHOLE):
        return load(folder, files, from_cache=True)
    # Of a name of its own: some disks have no locks.
    partial = folder.with_name(f"{folder.name}.{uuid.uuid4().hex}.partial")
    try:
        partial.mkdir()
        make(partial)
        _move(partial, folder, files)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    sync_folder(folder.parent)
    try:
        return load(folder, files, from_cache=False)
    except NOT_WHOLE as error:
        raise OSError(errno.EIO, "what was written to it reads otherwise") from error


def _stamps(files: Sequence[Path]) -> dict[Path, Stamp]:
    """Return the stamp of each file, all of which must be there."""
    try:
        return {file: _stamp(os.stat(file)) for file in files}
    except OSError as error:
        raise CorpusError(f"{error.filename} cannot be read: {error.strerror}") from error


def stamp_of(file: Path) -> Stamp | None:
    """Return what changes when a file is written to; None if it is not there."""
    try:
        return _stamp(os.stat(file))
    except OSError:
        return None


def _stamp(status: os.stat_result) -> Stamp:
    """Return the size of a file, and the time of its last change in ns."""
    return status.st_size, status.st_mtime_ns


def _move(partial: Path, folder: Path, files: Sequence[Path]) -> None:
    """Give an encoded text its final name, unless another process was first."""
    try:
        partial.rename(folder)
    except OSError:
        try:
            load(folder, files, from_cache=True)
        except NOT_WHOLE:  # damaged, or no folder can be made here
            damaged = partial.with_name(f"{partial.name}.damaged")
            with contextlib.suppress(FileNotFoundError):  # another process has moved it away
                folder.rename(damaged)
            shutil.rmtree(damaged, ignore_errors=True)
            try:
                partial.rename(folder)
            except OSError:
                load(folder, files, from_cache=True)  # and has put its own work there


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
    save(task.folder, words, counts, report, first_bad)


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
