"""From the bytes of a file to its text, block by block: where it may be cut, and what is bad in it.

Bytes that are no UTF-8 are read as U+FFFD and counted; a file that has too many of them, or a NUL,
is no text. What kinds of files there are is in `reading.py`.
"""

from __future__ import annotations

import codecs
import dataclasses
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NoReturn

from w2v.errors import CorpusError

BLOCK_BYTES = 1 << 20
# Bytes without a space, a tab or a line end; a word takes eleven times its length while it is read.
MAX_UNBROKEN = 1 << 25
MAX_BAD_SHARE = 0.1  # of a file's bytes; beyond this it is another encoding, or no text at all
HOPELESS_SHARE = 0.5  # of a block and more; beyond this the rest of the file is not waited for
BREAK = re.compile(rb"[ \t\n\r]")
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


def next_cut(raw: IO[bytes], at: int) -> tuple[int, bool]:
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


def blocks_of(
    raw: IO[bytes], span: Span, refuse_unbroken: Callable[[bytes], object]
) -> Iterator[tuple[bytes, bool]]:
    """Yield (bytes, whether a line ends after them): as many whole lines as fit, or part of one.

    A block is cut after its last line end. A line that fills a whole block is cut before its last
    space, which never splits a character or a word; without a space it grows until one comes. What
    has grown beyond `MAX_UNBROKEN` without any is given to `refuse_unbroken`, which raises.
    """
    if span.start:
        raw.seek(span.start)
    n_left = sys.maxsize if span.stop is None else span.stop - span.start
    carried: list[bytes] = []
    n_unbroken = 0  # bytes at the end of what is carried
    while block := raw.read(min(BLOCK_BYTES, n_left)):
        n_left -= len(block)
        # A CR at the very end may be half of a CR LF: wait for the next block.
        cut = max(block.rfind(b"\n"), block.rfind(b"\r", 0, len(block) - 1)) + 1
        ends_line = cut > 0
        if not ends_line and len(block) == BLOCK_BYTES:
            cut = max(block.rfind(b" "), block.rfind(b"\t"), 0)
        # The same bytes are refused wherever blocks begin, since spans do at a space or line end.
        found = BREAK.search(block) if carried or cut == 0 else None
        if n_unbroken + (found.start() if found else len(block)) > MAX_UNBROKEN:
            refuse_unbroken(b"".join((*carried, block[: found.start() if found else None])))
        if cut == 0:
            carried.append(block)
            n_unbroken = _n_after_break(block) if found else n_unbroken + len(block)
            continue
        whole = b"".join((*carried, block[:cut]))
        carried = [block[cut:]]
        n_unbroken = _n_after_break(carried[0])
        yield whole, ends_line
    last = b"".join(carried)
    if last:
        yield last, span.ends_line


def _n_after_break(block: bytes) -> int:
    """Return how many bytes stand behind the last space or line end."""
    return len(block) - 1 - max(map(block.rfind, (b" ", b"\t", b"\n", b"\r")))


class Decoder:
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
        self._refuse_nul(block)
        try:
            text = block.decode("utf-8")
        except UnicodeDecodeError as error:
            text = block.decode("utf-8", errors="replace")
            # Good bytes encode back to themselves; what is missing was bad.
            genuine = block.count(REPLACEMENT.encode())
            n_replaced = text.count(REPLACEMENT) - genuine
            n_good = len(text.encode()) - n_replaced * len(REPLACEMENT.encode())
            line = self.n_lines + n_line_ends(block[: error.start]) + 1
            self._note_bad(len(block) - n_good, line)
        n_lines = n_line_ends(block)
        self.n_bytes += len(block)
        self.n_lines += n_lines
        self.bad.n_bytes += len(block)
        self.bad.n_lines += n_lines
        if self.is_start and self.n_bytes >= BLOCK_BYTES:
            self._refuse_beyond(max(HOPELESS_SHARE, MAX_BAD_SHARE))
        return text

    def refuse_unbroken(self, block: bytes) -> NoReturn:
        """Refuse the file for a block that goes on and on without a space."""
        self._refuse_nul(block)
        line = self.n_lines + n_line_ends(block) + 1
        raise CorpusError(
            f"{self.file} line {line} goes on for over {MAX_UNBROKEN:,} bytes without a space; "
            "if it is text, put line ends into it"
        )

    def refuse_record(self, line: bytes) -> NoReturn:
        """Refuse the file for a record that does not end."""
        self._refuse_nul(line)
        raise CorpusError(
            f"{self.file} line {self.n_lines + 1} is a record of more than {MAX_UNBROKEN:,} bytes; "
            "make several of it"
        )

    def _refuse_nul(self, block: bytes) -> None:
        """Refuse the file for a byte that no text has."""
        nul = block.find(b"\0")
        if nul >= 0:
            line = self.n_lines + n_line_ends(block[:nul]) + 1
            utf16 = block.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
            remedy = "it looks like UTF-16: convert it to UTF-8" if utf16 else "it is no text file"
            raise CorpusError(f"{self.file} has a NUL byte in line {line}; {remedy}")

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


def n_line_ends(block: bytes) -> int:
    """Count the line ends: LF, CR LF and CR alone."""
    n_lines = block.count(b"\n")
    if b"\r" in block:
        n_lines += block.count(b"\r") - block.count(b"\r\n")
    return n_lines


def with_line_feeds(text: str) -> str:
    """Make one LF of every line end."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
