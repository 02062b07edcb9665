"""A text looked over as it lies in its files: its letters, its lines, and what is odd in them.

A small text is looked at whole. Of a large one stretches are, spread evenly over all its files;
what is packed, or made of records, can only be read from its beginning. Whatever the size, the
text is read block by block, and what is kept of it is bounded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from w2v.errors import CorpusError
from w2v.lessons.inspect.letters import Characters
from w2v.lessons.inspect.line_ends import SIGNS, count_line_ends
from w2v.lessons.inspect.odd import Found, OddLines
from w2v.lessons.inspect.source import Source
from w2v.text.decoding import WHOLE, BadBytes, Span, next_cut
from w2v.text.reading import UNPACKERS, has_fields, read_pieces, read_through
from w2v.text.tokenizers import TokenizerSpec, words

LOOKED_AT = 32_000_000  # bytes of a text, at most: about two seconds
N_STRETCHES = 16
SAMPLED = 1 << 16  # characters of a piece whose words are noted
MOST_WORDS = 50_000  # distinct ones that are noted

# Is told how many bytes have been looked at, and of how many.
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Part:
    """What is looked at of a file: a span of it, or so many bytes from its beginning."""

    file: Path
    span: Span
    n_bytes: int | None = None


@dataclass
class Look:
    """What was seen of a text.

    Attributes
    ----------
    n_bytes : int
        Bytes that were looked at, unpacked.
    is_whole : bool
        Whether that is all of it.
    n_lines : int or None
        Of all plain files and those that were read to their end; None if others are there.
    characters : Characters
    odd : dict of str to Found
        By the kind of oddness.
    ends : dict of str to int
        The line ends of plain files, by their kind.
    words : set of str
        Some of the words that the tokenizer `words` finds.
    """

    n_bytes: int = 0
    is_whole: bool = True
    n_lines: int | None = 0
    characters: Characters = field(default_factory=Characters)
    odd: dict[str, Found] = field(default_factory=dict)
    ends: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SIGNS, 0))
    words: set[str] = field(default_factory=set)


def look_over(source: Source, tokenizer: TokenizerSpec, progress: Progress | None = None) -> Look:
    """Look over a text.

    Parameters
    ----------
    source : Source
    tokenizer : TokenizerSpec
        What tells whether a line has a token; code of the user's is not run here.
    progress : callable, optional

    Raises
    ------
    CorpusError
        If a file cannot be read or is no text.
    """
    look = Look(is_whole=source.n_bytes <= LOOKED_AT)
    odd = OddLines(tokenizer)
    parts = parts_of(source, LOOKED_AT)
    lines_before = _count_lines(source, parts, look, odd)
    for part in parts:
        is_plain = _is_plain(part.file)
        n_before = lines_before.get((part.file, part.span.start), 0)
        odd.begin(source.name_of(part.file), n_before, is_plain=is_plain)
        for text, ends_line in _pieces(part, source.field, look):
            look.characters.add(text)
            if len(look.words) < MOST_WORDS:
                look.words.update(words(text[:SAMPLED].lower()))
            odd.look(text, ends_line)
            if progress is not None:
                progress(look.n_bytes, max(look.n_bytes, min(source.n_bytes, LOOKED_AT)))
        if not is_plain and look.n_lines is not None:
            look.n_lines += odd.n_lines
    look.odd = odd.found
    return look


def _pieces(part: Part, field: str | None, look: Look) -> Iterator[tuple[str, bool]]:
    """Yield the pieces of a part, and count its bytes."""
    bad = BadBytes()
    before = look.n_bytes
    try:
        for piece in read_pieces(part.file, field, bad, part.span):
            look.n_bytes = before + bad.n_bytes
            yield piece
            if part.n_bytes is not None and bad.n_bytes >= part.n_bytes:
                look.is_whole, look.n_lines = False, None  # nobody knows how much there is
                return
    except CorpusError:
        if part.span != WHOLE:
            read_through(part.file)  # whose error counts lines from the file's beginning
        raise


def _is_plain(file: Path) -> bool:
    """Tell whether the lines of a file are the lines of the text."""
    return file.suffix.lower() not in UNPACKERS and not has_fields(file)


def parts_of(source: Source, n_bytes: int) -> list[Part]:
    """Return what is looked at of each file: all, or about so many bytes of all together.

    Raises
    ------
    CorpusError
        If a file cannot be read.
    """
    total = source.n_bytes
    if total <= n_bytes:
        # What is packed may be much longer than it looks.
        share = [file.stat().st_size * n_bytes // max(total, 1) for file in source.files]
        return [
            Part(file, WHOLE, None if _is_plain(file) else n)
            for file, n in zip(source.files, share, strict=True)
        ]
    length = n_bytes // N_STRETCHES
    stretches = [(total * at // N_STRETCHES, length) for at in range(N_STRETCHES)]
    parts, before = [], 0
    for file in source.files:
        size = file.stat().st_size
        here = [
            (max(start, before) - before, min(start + length, before + size) - before)
            for start, length in stretches
            if start < before + size and start + length > before
        ]
        before += size
        if not here:
            continue
        if _is_plain(file):
            parts += [Part(file, span) for span in _spans(file, here, size)]
        else:
            parts.append(Part(file, WHOLE, sum(stop - start for start, stop in here)))
    return parts


def _spans(file: Path, wanted: list[tuple[int, int]], size: int) -> Iterator[Span]:
    """Yield spans about where they are wanted, cut where lines end or words do."""
    try:
        with open(file, "rb") as raw:
            reached = 0
            for start, stop in wanted:
                begin = next_cut(raw, start)[0] if start else 0
                end, ends_line = next_cut(raw, max(stop, begin)) if stop < size else (None, True)
                if reached <= begin < size and (end is None or begin < end):
                    # All of a small file is the whole of it, and judged as such.
                    yield WHOLE if begin == 0 and end is None else Span(begin, end, ends_line)
                    reached = size if end is None else end
    except OSError as error:
        raise CorpusError(f"{file} cannot be read: {error.strerror}") from error


def _count_lines(
    source: Source, parts: list[Part], look: Look, odd: OddLines
) -> dict[tuple[Path, int], int]:
    """Count the lines of plain files; return how many are before each place where a part begins."""
    before: dict[tuple[Path, int], int] = {}
    looked_at = {part.file for part in parts}
    for file in dict.fromkeys(source.files):
        if not _is_plain(file):
            if file not in looked_at:
                look.n_lines = None
            continue
        places = sorted({part.span.start for part in parts if part.file == file})
        ends = count_line_ends(file, places)
        before |= {(file, place): n for place, n in zip(places, ends.before, strict=True)}
        odd.note_ends(source.name_of(file), ends)
        n_times = source.files.count(file)
        for kind, count in ends.counts.items():
            look.ends[kind] += count * n_times
        if look.n_lines is not None:
            look.n_lines += ends.n_lines * n_times
    return before
