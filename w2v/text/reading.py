"""From a file to pieces of text: what kind it is, how it is unpacked, and cut.

Text is read block by block (`decoding.py`), so that memory does not depend on the size of a file or
the length of a line. Sentences end at line ends (LF, CR LF or CR, all handed on as LF); a line
longer than a block comes in several pieces, cut at spaces, of one sentence. A plain file can be cut
into spans, to be read side by side. Nothing is tokenized here.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from w2v.errors import CorpusError
from w2v.text import decoding
from w2v.text.decoding import WHOLE, BadBytes, Decoder, Span, blocks_of, next_cut, with_line_feeds
from w2v.text.records import RECORDS, batches

UNPACKERS: dict[str, Callable[..., Any]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}


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
                stop, ends_line = next_cut(raw, start + span_bytes)
                if not start < stop < n_bytes:
                    break
                spans.append(Span(start, stop, ends_line))
                start = stop
    except OSError as error:
        raise _unreadable(file, error) from error
    return [*spans, Span(start)]


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
                yield from batches(RECORDS[kind](file, raw, field, bad))
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
    hopeless = decoding.HOPELESS_SHARE * decoding.BLOCK_BYTES
    if bad.count > min(hopeless, decoding.MAX_BAD_SHARE * bad.n_bytes):
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


def _text_pieces(
    file: Path, raw: IO[bytes], bad: BadBytes, span: Span
) -> Iterator[tuple[str, bool]]:
    """Yield the pieces of a plain text."""
    decoder = Decoder(file, bad, span)
    for block, is_line_end in blocks_of(raw, span, decoder.refuse_unbroken):
        yield with_line_feeds(decoder.decode(block)), is_line_end
    decoder.finish()
