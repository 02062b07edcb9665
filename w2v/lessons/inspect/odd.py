"""Lines that are not what most texts are made of: which kinds, how many, and where the first is.

Each kind is counted in lines. That a line is odd is no mistake: what to do about it, or that it is
harmless, is said in the lesson.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from w2v.lessons.inspect.line_ends import LineEnds
from w2v.text.tokenizers import TokenizerSpec

LONG = 10_000  # tokens; gensim cuts lines here (MAX_WORDS_IN_BATCH)
MOST_HASHES = 1 << 19  # different lines that are remembered, of 70 bytes each
EXCERPT = 60  # characters
TABLE_LINES = 200  # at the beginning of a file, by which it is judged to be a table
TABLE_SHARE = 0.9  # of them that have the same number of separators
SEPARATORS = {"\t": 1, ",": 3, ";": 3}  # and how many of them a row has at least

# Each of these takes the rest of its line with it, so that a match is a line.
PATTERNS = {
    "markup": re.compile(
        r"(?:</?[A-Za-z][\w:.-]*(?:\s[^<>\n]{0,200})?/?>|<!--|<!DOCTYPE"
        r"|&(?:amp|lt|gt|quot|apos|nbsp|#\d{1,7}|#x[0-9A-Fa-f]{1,6});)[^\n]*"
    ),
    "url": re.compile(r"(?:https?://|www\.)\w[^\n]*"),
    "control": re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029][^\n]*"),
    "invisible": re.compile("[\u200b\u2060\ufeff\u00ad][^\n]*"),
    "damaged": re.compile("\N{REPLACEMENT CHARACTER}[^\n]*"),
    "json": re.compile(
        r'^[ \t]*(?:\{[ \t]*"[^\n]*\}|\[[ \t]*["{\[][^\n]*\]),?[ \t]*$', re.MULTILINE
    ),
}
# What must be in a text, or nothing of the kind is: found at once.
SIGNS = {
    "markup": ("<", "&"),
    "url": ("://", "www."),
    "damaged": ("\N{REPLACEMENT CHARACTER}",),
    "json": ("{", "["),
}


@dataclass
class Found:
    """What was found of one kind.

    Attributes
    ----------
    n_lines : int
    file : str
    line : int
        Of the first, counted from 1; 0 if nobody knows.
    excerpt : str
        Of the first, from where it is odd.
    """

    n_lines: int
    file: str
    line: int
    excerpt: str


class OddLines:
    """Count odd lines, piece by piece.

    Parameters
    ----------
    tokenizer : TokenizerSpec

    Attributes
    ----------
    found : dict of str to Found
    n_lines : int
        Lines of the current part.
    """

    def __init__(self, tokenizer: TokenizerSpec) -> None:
        self.found: dict[str, Found] = {}
        self.n_lines = 0
        own = TokenizerSpec("words") if tokenizer.is_code else tokenizer
        self._tokens_of = own.make()
        self._all_is_token = own.name == "whitespace"
        self._seen: set[int] = set()
        self._file, self._n_before, self._is_plain = "", 0, True
        self._is_open, self._n_open_tokens = False, 0  # a line that comes in pieces
        self._in_line: set[str] = set()  # what was found in it already
        self._separator: tuple[str, int] | None = None

    def begin(self, file: str, n_before: int, *, is_plain: bool) -> None:
        """Begin with a part of a file that has so many lines before it."""
        if file != self._file or n_before == 0:
            self._separator = None
        self._file, self._n_before, self._is_plain = file, n_before, is_plain
        self.n_lines = 0
        self._is_open, self._n_open_tokens = False, 0
        self._in_line.clear()

    def note_ends(self, file: str, ends: LineEnds) -> None:
        """Note a file whose lines end in several ways."""
        kinds = [kind for kind, count in ends.counts.items() if count]
        if len(kinds) > 1:
            rare = min(kinds, key=lambda kind: ends.counts[kind])
            self._add("line_ends", ends.first_lines[rare], rare, ends.counts[rare], file)

    def look(self, text: str, ends_line: bool) -> None:
        """Look at a piece of the text."""
        if self._is_open or not ends_line:
            part, line_end, text = text.partition("\n")
            self._look_at_part(part, is_last=ends_line or bool(line_end))
            if not text:
                return
        self._look_at_lines(text.removesuffix("\n"))

    def _look_at_part(self, part: str, *, is_last: bool) -> None:
        """Look at a part of a line that is longer than a block; each kind counts once in it."""
        if not self._is_open:
            self.n_lines += 1
        number = self._n_before + self.n_lines
        kinds = {kind: match.start() for kind, match in _matches(part)}
        if not unicodedata.is_normalized("NFC", part):
            kinds["not_nfc"] = 0
        self._n_open_tokens += len(self._tokens_of(part))
        if self._n_open_tokens > LONG:
            kinds["long"] = 0
        for kind in kinds.keys() - self._in_line:
            self._add(kind, number, part[kinds[kind] :])
        self._in_line |= kinds.keys()
        self._is_open = not is_last
        if is_last:
            self._n_open_tokens = 0
            self._in_line.clear()

    def _look_at_lines(self, text: str) -> None:
        """Look at whole lines."""
        lines = text.split("\n")
        if self._is_plain and self.n_lines == 0 and self._n_before == 0:
            self._separator = _separator_of(lines[:TABLE_LINES])
        first_number = self._n_before + self.n_lines + 1
        for number, line in enumerate(lines, first_number):
            self._look_at_line(line, number)
        for kind, match in _matches(text):
            number = first_number + text.count("\n", 0, match.start())
            n = 1 + sum(1 for _ in PATTERNS[kind].finditer(text, match.end()))
            self._add(kind, number, match[0], n)
        if not unicodedata.is_normalized("NFC", text):
            for number, line in enumerate(lines, first_number):
                if not unicodedata.is_normalized("NFC", line):
                    self._add("not_nfc", number, line)
        self.n_lines += len(lines)

    def _look_at_line(self, line: str, number: int) -> None:
        """Look at one line."""
        if not line or line.isspace():
            self._add("blank", number, "")
            return
        # With its length: Python gives `11` and `ㄱ` one hash, for both are stored as 31 31.
        hashed = hash((line, len(line)))
        if hashed in self._seen:
            self._add("repeated", number, line)
        elif len(self._seen) < MOST_HASHES:
            self._seen.add(hashed)
        if not (self._all_is_token or line[0].isalnum() or any(map(str.isalnum, line))):
            self._add("no_token", number, line)
        if self._separator is not None and line.count(self._separator[0]) == self._separator[1]:
            self._add("table", number, line)
        if len(line) > LONG and len(self._tokens_of(line)) > LONG:
            self._add("long", number, line)

    def _add(self, kind: str, number: int, excerpt: str, n: int = 1, file: str = "") -> None:
        """Count lines of a kind; remember the first."""
        found = self.found.get(kind)
        if found is None:
            place = number if self._is_plain or file else 0
            found = self.found[kind] = Found(0, file or self._file, place, _cut(excerpt))
        found.n_lines += n


def _cut(excerpt: str) -> str:
    """Return the beginning of a line."""
    return excerpt if len(excerpt) <= EXCERPT else f"{excerpt[: EXCERPT - 1]}…"


def _matches(text: str) -> Iterator[tuple[str, re.Match[str]]]:
    """Yield the first match of each pattern that is in a text."""
    for kind, pattern in PATTERNS.items():
        if kind not in SIGNS or any(sign in text for sign in SIGNS[kind]):
            match = pattern.search(text)
            if match is not None:
                yield kind, match


def _separator_of(lines: list[str]) -> tuple[str, int] | None:
    """Return what separates the columns of a table, and how many of them a row has; or None."""
    rows = [line for line in lines if line.strip()]
    for separator, least in SEPARATORS.items():
        numbers = [row.count(separator) for row in rows]
        n = max(numbers, key=numbers.count, default=0)
        if len(rows) > 2 and n >= least and numbers.count(n) >= TABLE_SHARE * len(rows):
            return separator, n
    return None
