"""One pass over the text: count every word and write the ids, kept in a cache on disk.

Words get provisional ids by first appearance while the text is read; afterwards the ids on disk are
renamed by falling count. Memory grows with the distinct words, not with the text: the ids go to the
disk as they come and are memory-mapped for training.

The cache lies under `$W2V_CACHE`, by default the user's cache folder, one folder for each corpus
content and tokenizer. The vocabulary's settings are not part of it: whatever they are, they pick
rows of this one count.
"""

from __future__ import annotations

import array
import contextlib
import hashlib
import json
import os
import shutil
import unicodedata
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from w2v.errors import CorpusError
from w2v.files import cache_folder, cannot_cache
from w2v.text.reading import BadBytes, read_pieces
from w2v.text.tokenizers import Tokenizer

CACHE_FORMAT = 2  # part of the key: raised whenever the same text would be encoded differently
HASH_BLOCK = 1 << 20
RENAME_BLOCK = 1 << 22  # ids renamed at a time

# Is told how many characters have been read since last time.
Progress = Callable[[int], None]
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
    ranks : memory-mapped array of int32, shape (n_tokens,)
        The rank of the word at each position of the text.
    starts : memory-mapped array of int64, shape (n_sentences,)
        The position at which each sentence starts.
    report : EncodingReport
    from_cache : bool
    """

    words: list[str]
    counts: NDArray[np.int64]
    ranks: NDArray[np.int32]
    starts: NDArray[np.int64]
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
    tokenize: Tokenizer,
    tokenizer_key: str,
    field: str | None,
    progress: Progress | None = None,
) -> tuple[EncodedText, str]:
    """Return the encoded corpus, from the cache if it is there, and the sha256 of its files.

    Parameters
    ----------
    files : sequence of Path
    tokenize : Tokenizer
    tokenizer_key : str
        Tells this tokenizer, with its settings, from any other.
    field : str, optional
        For .jsonl and .csv.
    progress : callable, optional

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
    key = json.dumps([CACHE_FORMAT, unicode, sha256, sizes, endings, tokenizer_key, field])
    folder = cache_folder() / "corpora" / hashlib.sha256(key.encode()).hexdigest()[:32]
    with contextlib.suppress(*NOT_WHOLE):
        return _load(folder, files, from_cache=True), sha256
    partial = folder.with_name(f"{folder.name}.{uuid.uuid4().hex}.partial")
    try:
        partial.mkdir(parents=True)
        _encode_into(partial, files, tokenize, field, progress or (lambda n_characters: None))
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


class _Provisional(dict[str, int]):
    """A word's id by first appearance; looking up a new word gives it the next id."""

    def __missing__(self, word: str) -> int:
        self[word] = len(self)
        return len(self) - 1


def _encode_into(
    folder: Path,
    files: Sequence[Path],
    tokenize: Tokenizer,
    field: str | None,
    progress: Progress,
) -> None:
    """Read, tokenize, number and count; write the four parts of an encoded text."""
    bad = BadBytes()
    provisional = _Provisional()
    with open(folder / "ranks.i32", "wb") as ranks, open(folder / "starts.i64", "wb") as starts:
        writer = _SentenceWriter(ranks, starts)
        for file in files:
            n_characters = 0
            for text, ends_sentence in read_pieces(file, field, bad):
                writer.add(map(provisional.__getitem__, tokenize(text)), ends_sentence)
                n_characters += len(text)
                if n_characters > HASH_BLOCK:
                    progress(n_characters)
                    n_characters = 0
            progress(n_characters)
        writer.flush()
        os.fsync(starts.fileno())
    if writer.n_tokens == 0:
        where = files[0] if len(files) == 1 else f"the corpus of {len(files)} files"
        size = sum(file.stat().st_size for file in files)
        what = "is empty" if size == 0 else f"holds no token in its {size:,} bytes"
        raise CorpusError(f"{where} {what}; check corpus.path and corpus.tokenizer")
    report = EncodingReport(
        n_bytes=sum(file.stat().st_size for file in files),
        n_tokens=writer.n_tokens,
        n_sentences=writer.n_sentences,
        n_bad_bytes=bad.count,
        first_bad_file=bad.first_file,
        first_bad_line=bad.first_line,
    )
    words, counts = _rename_by_count(folder / "ranks.i32", list(provisional))
    _write(folder / "words.txt", "".join(f"{word}\n" for word in words).encode())
    _write(folder / "counts.i64", counts.astype("<i8").tobytes())
    # By its number: the same content may have another name next time.
    first_bad = list(map(str, files)).index(bad.first_file) if bad.count else None
    record = asdict(report) | {"first_bad_file": first_bad}
    # Written last: a folder with a report is whole.
    _write(folder / "report.json", json.dumps(record).encode())


class _SentenceWriter:
    """Gather ids and sentence starts, and write them out in blocks."""

    def __init__(self, ids_file: BinaryIO, starts_file: BinaryIO) -> None:
        self._files = ids_file, starts_file
        self._ids = array.array("i")
        self._starts = array.array("q")
        self._flushed = 0
        self._start = 0  # of the sentence that is being written
        self.n_sentences = 0

    @property
    def n_tokens(self) -> int:
        """Tokens so far."""
        return self._flushed + len(self._ids)

    def add(self, ids: Iterable[int], ends_sentence: bool) -> None:
        """Add a piece of a sentence; a sentence without tokens is none."""
        self._ids.extend(ids)
        if ends_sentence and self.n_tokens > self._start:
            self._starts.append(self._start)
            self.n_sentences += 1
            self._start = self.n_tokens
        if len(self._ids) >= RENAME_BLOCK:
            self.flush()

    def flush(self) -> None:
        """Write what has been gathered."""
        ids_file, starts_file = self._files
        self._flushed = self.n_tokens
        np.asarray(self._ids, "<i4").tofile(ids_file)
        np.asarray(self._starts, "<i8").tofile(starts_file)
        self._ids, self._starts = array.array("i"), array.array("q")


def _rename_by_count(path: Path, words: list[str]) -> tuple[list[str], NDArray[np.int64]]:
    """Count the provisional ids on disk and turn them into ranks, in place."""
    ids = np.memmap(path, "<i4", mode="r+")
    blocks = [slice(at, at + RENAME_BLOCK) for at in range(0, len(ids), RENAME_BLOCK)]
    counts = np.zeros(len(words), np.int64)
    for block in blocks:
        counts += np.bincount(ids[block], minlength=len(words))
    order = np.argsort(-counts, kind="stable")  # stable: ties stay in order of first appearance
    rank_of = np.empty(len(words), "<i4")
    rank_of[order] = np.arange(len(words))
    for block in blocks:
        ids[block] = rank_of[ids[block]]
    ids.flush()
    return [words[i] for i in order.tolist()], counts[order]


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
        ranks=np.memmap(folder / "ranks.i32", "<i4", mode="r"),
        starts=np.memmap(folder / "starts.i64", "<i8", mode="r"),
        report=EncodingReport(**record),
        from_cache=from_cache,
    )
    sizes = len(text.counts), len(text.ranks), len(text.starts)
    if sizes != (len(text.words), text.report.n_tokens, text.report.n_sentences):
        raise ValueError(f"{folder} lost a part")
    return text
