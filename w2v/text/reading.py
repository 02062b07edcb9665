"""From a corpus path to pieces of text: which files, how they are unpacked, decoded and cut.

Text is read block by block, so that memory does not depend on the size of a file or the length of a
line. Sentences end at line ends (LF, CR LF or CR, all of which are handed on as LF); a line longer
than a block comes in several pieces, cut at spaces, of one sentence. A plain file can be cut into
spans, to be read side by side. Nothing is tokenized here.
"""

from __future__ import annotations

import bz2
import codecs
import csv
import dataclasses
import glob
import gzip
import json
import lzma
import os
import sys
import uuid
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from w2v.errors import CorpusError

BLOCK_BYTES = 1 << 20
BATCH_CHARACTERS = 1 << 16  # of records that are handed on as one piece
MAX_BAD_SHARE = 0.1  # of a file's bytes; beyond this it is another encoding, or no text at all
HOPELESS_SHARE = 0.5  # of a block and more; beyond this the rest of the file is not waited for
UNPACKERS: dict[str, Callable[..., Any]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


@dataclass
class BadBytes:
    """Bytes that are no UTF-8, over all that was read: how many, and where the first was.

    Attributes
    ----------
    count : int
    first_file, first_line
        The line is counted from where reading began, the first is 1.
    n_bytes, n_lines : int
        All bytes, and all line ends, of what was read, as they are known so far.
    """

    count: int = 0
    first_file: str = ""
    first_line: int = 0
    n_bytes: int = dataclasses.field(default=0, compare=False)
    n_lines: int = dataclasses.field(default=0, compare=False)


@dataclass(frozen=True)
class Span:
    """A part of a file that can be read alone.

    Attributes
    ----------
    start, stop : int
        Bytes of the file; no stop is its end.
    ends_line : bool
        Whether a line ends where it does; else it ends before a space inside a line.
    """

    start: int = 0
    stop: int | None = None
    ends_line: bool = True


WHOLE = Span()


def find_files(paths: Iterable[str]) -> list[Path]:
    """List the files that a corpus path names: files, folders (all files below), globs.

    Files of a folder or glob come in sorted order; names that begin with a dot are passed over.

    Raises
    ------
    CorpusError
        If a path matches nothing, or a pipe or device.
    """
    files: list[Path] = []
    for path in paths:
        if os.path.isdir(path):
            found = _files_below(Path(path))
        elif os.path.exists(path):
            # Files are read twice, and the second time a pipe is empty.
            if not os.path.isfile(path):
                raise CorpusError(f"corpus {path} is no regular file; pipe it in, and give -")
            found = [Path(path)]
        else:
            matches = sorted(glob.glob(path, recursive=True))
            found = [Path(match) for match in matches if os.path.isfile(match)]
        if not found:
            what = "holds no files" if os.path.isdir(path) else "does not exist"
            raise CorpusError(
                f"corpus {path} {what}; give a file, folder, glob or a name of `w2v corpus list`"
            )
        files += found
    return files


def _files_below(folder: Path) -> list[Path]:
    """List the visible files below a folder; links to folders are not followed: no loops."""
    found = []

    def refuse(error: OSError) -> None:
        raise CorpusError(f"{error.filename} cannot be read: {error.strerror}") from error

    for parent, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [Path(parent, name) for name in sorted(names) if not name.startswith(".")]
    return [path for path in found if path.is_file()]


def cut_into_spans(file: Path, n_bytes: int, span_bytes: int) -> list[Span]:
    """Cut a plain file into spans that give together what the whole gives; leave others whole.

    A cut is made after a line end, or before a space where no line ends within a block.

    Parameters
    ----------
    file : Path
    n_bytes : int
        Its size.
    span_bytes : int
        The least size of a span but the last.

    Raises
    ------
    CorpusError
        If the file cannot be read.
    """
    if _is_packed(file) or has_fields(file):
        return [WHOLE]
    spans, start = [], 0
    try:
        with open(file, "rb") as raw:
            while start + span_bytes < n_bytes:
                stop, ends_line = _next_cut(raw, start + span_bytes)
                if not start < stop < n_bytes:
                    break
                spans.append(Span(start, stop, ends_line))
                start = stop
    except OSError as error:
        raise _unreadable(file, error) from error
    return [*spans, Span(start)]


def _next_cut(raw: IO[bytes], at: int) -> tuple[int, bool]:
    """Return where a file can be cut from some byte on, and whether a line ends there."""
    raw.seek(at)
    while block := raw.read(BLOCK_BYTES):
        line_end, space = block.find(b"\n"), block.find(b" ")
        if line_end >= 0:
            return at + line_end + 1, True
        if space >= 0:
            return at + space, False
        at += len(block)
    return at, True


def read_pieces(
    file: Path, field: str | None, bad: BadBytes, span: Span = WHOLE
) -> Iterator[tuple[str, bool]]:
    """Yield (text, whether a sentence ends after it) of one file; LF ends sentences inside a text.

    Parameters
    ----------
    file : Path
        Plain or packed (.gz, .bz2, .xz); lines of text, or .jsonl or .csv.
    field : str, optional
        The key or column that holds the text, for .jsonl and .csv.
    bad : BadBytes
        Where bytes that are no UTF-8 are counted; they are read as U+FFFD.
    span : Span
        One of `cut_into_spans`. How many bytes may be bad is for him to judge who knows all spans.

    Raises
    ------
    CorpusError
        If the file cannot be read or unpacked, is no text, or a record has no such field.
    """
    kind = _kind(file)
    unpack = UNPACKERS[file.suffix.lower()] if _is_packed(file) else open
    try:
        with unpack(file, "rb") as raw:
            if has_fields(file):
                if field is None:
                    raise CorpusError(
                        f"{file}: set corpus.field to the {_FIELD[kind]} that holds the text"
                    )
                yield from _batches(_RECORDS[kind](file, raw, field, bad))
            else:
                yield from _text_pieces(file, raw, bad, span)
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise _unreadable(file, error) from error


def _unreadable(file: Path, error: Exception) -> CorpusError:
    """Say that a file cannot be read, and why."""
    return CorpusError(f"{file} cannot be read: {getattr(error, 'strerror', None) or str(error)}")


def check_bad_bytes(file: Path, bad: BadBytes) -> None:
    """Refuse a file of which all spans have been read, if reading it whole would have refused it.

    Parameters
    ----------
    file : Path
        A plain file.
    bad : BadBytes
        The sum over its spans.

    Raises
    ------
    CorpusError
        If too much of it is bad, or no text after all.
    """
    # The first bound is that of a hopeless block, which depends on the order of what is bad.
    if bad.count > min(HOPELESS_SHARE * BLOCK_BYTES, MAX_BAD_SHARE * bad.n_bytes):
        read_through(file)


def read_through(file: Path) -> None:
    """Read a plain file from its beginning, for the error that this may raise."""
    for _ in read_pieces(file, None, BadBytes()):
        pass


_FIELD = {".jsonl": "key", ".csv": "column"}


def _kind(file: Path) -> str:
    """Return the ending of a file's name, that of a packer apart."""
    return (file.with_suffix("") if _is_packed(file) else file).suffix.lower()


def _is_packed(file: Path) -> bool:
    """Tell whether a file is to be unpacked, by its name."""
    return file.suffix.lower() in UNPACKERS


def has_fields(file: Path) -> bool:
    """Tell whether a file is one of records, of which one field is the text."""
    return _kind(file) in _FIELD


class _Decoder:
    """Decode blocks of one file as UTF-8; count what is bad and refuse what is no text."""

    def __init__(self, file: Path, bad: BadBytes, span: Span = WHOLE) -> None:
        self.file = file
        self.bad = bad
        self.is_start = span.start == 0
        self.is_whole = span == WHOLE
        self.n_lines = 0
        self.n_bytes = 0
        self.n_bad = 0

    def decode(self, block: bytes) -> str:
        """Decode a block that ends at a character's end."""
        if self.n_bytes == 0 and self.is_start:
            block = block.removeprefix(codecs.BOM_UTF8)
        nul = block.find(b"\0")
        if nul >= 0:
            line = self.n_lines + _n_line_ends(block[:nul]) + 1
            utf16 = block.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
            remedy = "it looks like UTF-16: convert it to UTF-8" if utf16 else "it is no text file"
            raise CorpusError(f"{self.file} has a NUL byte in line {line}; {remedy}")
        try:
            text = block.decode("utf-8")
        except UnicodeDecodeError as error:
            text = block.decode("utf-8", errors="replace")
            # Good bytes encode back to themselves; what is missing was bad.
            genuine = block.count(REPLACEMENT.encode())
            n_replaced = text.count(REPLACEMENT) - genuine
            n_good = len(text.encode()) - n_replaced * len(REPLACEMENT.encode())
            line = self.n_lines + _n_line_ends(block[: error.start]) + 1
            self._note_bad(len(block) - n_good, line)
        n_lines = _n_line_ends(block)
        self.n_bytes += len(block)
        self.n_lines += n_lines
        self.bad.n_bytes += len(block)
        self.bad.n_lines += n_lines
        if self.is_start and self.n_bytes >= BLOCK_BYTES:
            self._refuse_beyond(max(HOPELESS_SHARE, MAX_BAD_SHARE))
        return text

    def _note_bad(self, n_bytes: int, line: int) -> None:
        """Count bad bytes, and remember the first."""
        if self.bad.count == 0:
            self.bad.first_file, self.bad.first_line = str(self.file), line
        self.bad.count += n_bytes
        self.n_bad += n_bytes

    def finish(self) -> None:
        """Refuse the file if too much of it was bad."""
        if self.is_whole:
            self._refuse_beyond(MAX_BAD_SHARE)

    def _refuse_beyond(self, share: float) -> None:
        """Refuse the file if more than a share of what was read is bad."""
        if self.n_bad > share * self.n_bytes:
            raise CorpusError(
                f"{self.file} is not UTF-8 text: {self.n_bad:,} of {self.n_bytes:,} bytes are bad; "
                "if it is text in another encoding, convert it (iconv -t UTF-8)"
            )


def _n_line_ends(block: bytes) -> int:
    """Count the line ends: LF, CR LF and CR alone."""
    n_lines = block.count(b"\n")
    if b"\r" in block:
        n_lines += block.count(b"\r") - block.count(b"\r\n")
    return n_lines


def _with_line_feeds(text: str) -> str:
    """Make one LF of every line end."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _text_pieces(
    file: Path, raw: IO[bytes], bad: BadBytes, span: Span
) -> Iterator[tuple[str, bool]]:
    """Yield the pieces of a plain text."""
    decoder = _Decoder(file, bad, span)
    for block, is_line_end in _blocks(raw, span):
        yield _with_line_feeds(decoder.decode(block)), is_line_end
    decoder.finish()


def _blocks(raw: IO[bytes], span: Span) -> Iterator[tuple[bytes, bool]]:
    """Yield (bytes, whether a line ends after them): as many whole lines as fit, or part of one.

    A block is cut after its last line end. A line that fills a whole block is cut before its last
    space, which never splits a character or a word; without a space it grows until one comes.
    """
    if span.start:
        raw.seek(span.start)
    n_left = sys.maxsize if span.stop is None else span.stop - span.start
    carried: list[bytes] = []
    while block := raw.read(min(BLOCK_BYTES, n_left)):
        n_left -= len(block)
        # A CR at the very end may be half of a CR LF: wait for the next block.
        cut = max(block.rfind(b"\n"), block.rfind(b"\r", 0, len(block) - 1)) + 1
        ends_line = cut > 0
        if not ends_line and len(block) == BLOCK_BYTES:
            cut = max(block.rfind(b" "), block.rfind(b"\t"), 0)
        if cut == 0:
            carried.append(block)
            continue
        whole = b"".join((*carried, block[:cut]))
        carried = [block[cut:]]
        yield whole, ends_line
    last = b"".join(carried)
    if last:
        yield last, span.ends_line


def _decoded_lines(file: Path, raw: IO[bytes], bad: BadBytes) -> Iterator[str]:
    """Yield the lines of a file of records, with their line ends, decoded."""
    decoder = _Decoder(file, bad)
    for line in raw:
        yield decoder.decode(line)
    decoder.finish()


def _jsonl_texts(file: Path, raw: IO[bytes], field: str, bad: BadBytes) -> Iterator[str]:
    """Yield the text of each JSON record."""
    for number, line in enumerate(_decoded_lines(file, raw, bad), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise CorpusError(f"{file} line {number} is no JSON: {error}") from error
        if not isinstance(record, dict) or field not in record:
            keys = sorted(record)[:10] if isinstance(record, dict) else []
            raise CorpusError(
                f"{file} line {number} has no key {field!r} (corpus.field); it has "
                f"{', '.join(keys) or 'no keys'}"
            )
        text = record[field]
        if not isinstance(text, str | None):
            raise CorpusError(
                f"{file} line {number}: {field!r} holds no text but {type(text).__name__}"
            )
        yield _without_surrogates(text or "")


def _csv_texts(file: Path, raw: IO[bytes], field: str, bad: BadBytes) -> Iterator[str]:
    """Yield the text of each row of a table with a header."""
    csv.field_size_limit(2**31 - 1)  # a text may be longer than the module's 128 KiB
    rows = csv.reader(_decoded_lines(file, raw, bad), strict=True)  # no half-quoted field
    try:
        header = next(rows, [])
        if field not in header:
            raise CorpusError(
                f"{file} has no column {field!r} (corpus.field); it has "
                f"{', '.join(header[:10]) or 'no header'}"
            )
        column = header.index(field)
        for row in rows:
            if row:
                if len(row) != len(header):
                    raise CorpusError(
                        f"{file} line {rows.line_num} is a row of {len(row)} under a header of "
                        f"{len(header)}; a comma inside a text needs quotation marks around it"
                    )
                yield row[column]
    except csv.Error as error:
        raise CorpusError(f"{file} line {rows.line_num} is no CSV: {error}") from error


_RECORDS = {".jsonl": _jsonl_texts, ".csv": _csv_texts}


def _batches(texts: Iterator[str]) -> Iterator[tuple[str, bool]]:
    """Yield several records as one piece; all that came before an error come before it still."""
    batch: list[str] = []
    n_characters = 0
    error = None
    while True:
        try:
            text = next(texts, None)
        except Exception as raised:
            text, error = None, raised
        if text is not None:
            batch.append(_with_line_feeds(text))
            n_characters += len(text)
        if batch and (text is None or n_characters >= BATCH_CHARACTERS):
            yield "\n".join(batch), True
            batch, n_characters = [], 0
        if error is not None:
            raise error
        if text is None:
            return


def _without_surrogates(text: str) -> str:
    """JSON can spell half a character (`\\ud800`), which no file can hold: read it as U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def spool(stream: IO[bytes], folder: Path) -> Path:
    """Copy standard input to a file, since it can be read only once."""
    path = folder / f"stdin-{uuid.uuid4().hex}.txt"
    try:
        with open(path, "wb") as file:
            while block := stream.read(BLOCK_BYTES):
                file.write(block)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path
