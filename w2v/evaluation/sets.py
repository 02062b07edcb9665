"""Read evaluation sets: analogy questions, and word pairs that people gave a score.

Both are plain text and are told apart by looking at them:

    : capital-common-countries            love    sex     6.77
    Athens Greece Baghdad Iraq            tiger   cat     7.35

An analogy is four words, a is to b as c is to d, under `: section` headers or none. A pair is two
words and a score, separated by tabs, commas or spaces; a first line without a number is a header,
columns after the score are ignored. Blank lines and lines that begin with # are passed over.

Nothing is scored here: see `analogies.py` and `similarity.py`. The sets that come with w2v are in
`builtin.py`, and `finding.py` finds a set by its name.
"""

from __future__ import annotations

import csv
import gzip
import io
import math
import re
import unicodedata
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from w2v.errors import SetError, quoted

NO_SECTION = "questions"  # the section of questions that come before any header
FORMATS = (
    "analogies are four words a line, under `: section` headers; "
    "similarity is two words and a score a line"
)

GZIP_MAGIC = b"\x1f\x8b\x08"
MAX_LINE = 100_000  # characters; a few words are far shorter, whatever follows them
MAX_UNPACKED = 1 << 28  # bytes of a set that was packed; the largest public ones are under a MB
# What is packed otherwise: (its first bytes, what unpacks it)
PACKED = (
    (b"PK\x03\x04", "unzip"),
    (b"BZh91AY&SY", "bunzip2"),
    (b"\xfd7zXZ\x00", "unxz"),
    (b"\x28\xb5\x2f\xfd", "unzstd"),
    (GZIP_MAGIC, "gunzip"),  # packed twice
)

Analogy = tuple[str, str, str, str]


@dataclass(frozen=True)
class AnalogySet:
    """Questions a is to b as c is to d, by section.

    Attributes
    ----------
    name : str
        Of the file, without its ending.
    sections : dict of str to list of (a, b, c, d)
        In the order of the file; the words as they are written there.
    """

    name: str
    sections: dict[str, list[Analogy]]

    def __len__(self) -> int:
        return sum(map(len, self.sections.values()))


@dataclass(frozen=True)
class SimilaritySet:
    """Pairs of words, and how alike people found them.

    Attributes
    ----------
    name : str
        Of the file, without its ending.
    pairs : list of (word, word)
        As they are written in the file.
    scores : list of float
        Finite; on any scale, larger is more alike.
    """

    name: str
    pairs: list[tuple[str, str]]
    scores: list[float]

    def __len__(self) -> int:
        return len(self.pairs)


def read_set(path: str | Path) -> AnalogySet | SimilaritySet:
    """Read an evaluation set of either kind.

    Parameters
    ----------
    path : str or Path
        UTF-8 text, with or without a byte order mark, any line ends; it may be packed with gzip.

    Raises
    ------
    SetError
        If it cannot be read or holds no set; with the file, the line, and what was expected.
    """
    file = Path(path)
    lines = list(_lines(file))
    if not lines:
        raise SetError(f"{file} is empty; {FORMATS}")
    if _is_analogies(lines):
        return AnalogySet(_name(file), _analogies(file, lines))
    pairs, scores = _scored_pairs(file, lines)
    return SimilaritySet(_name(file), pairs, scores)


def _name(file: Path) -> str:
    """Return the name of a set: of its file, without the ending."""
    return Path(file.stem if file.suffix.lower() == ".gz" else file.name).stem


def fold_case(word: str) -> str:
    """Return the form by which words of a set and of a vocabulary are held together.

    >>> fold_case("Athens")
    'athens'
    """
    return unicodedata.normalize("NFC", word).lower()


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    """Yield (number, line) of each line that is neither blank nor a comment."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise SetError(
            f"evaluation set {file} cannot be read: {error.strerror}; give the path of a file"
        ) from error
    if content.startswith(GZIP_MAGIC):
        content = _unpacked(file, content)
    for magic, how in PACKED:
        if content.startswith(magic):
            raise SetError(f"{file} is packed, and no text; unpack it first ({how})")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = len(re.findall(rb"\r\n|\r|\n", content[: error.start])) + 1
        raise SetError(
            f"{file} line {number} is not UTF-8; convert the file (iconv -t UTF-8)"
        ) from error
    # Not splitlines(), which ends lines at characters that may stand in a word.
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        line = line.strip()
        if len(line) > MAX_LINE:
            raise SetError(f"{file} line {number} has {len(line):,} characters; {FORMATS}")
        if line and not line.startswith("#"):
            yield number, line


def _unpacked(file: Path, packed: bytes) -> bytes:
    """Return the content of a file that is packed with gzip."""
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(packed)) as stream:
            content = stream.read(MAX_UNPACKED + 1)
    except (EOFError, OSError, zlib.error) as error:
        raise SetError(f"{file} is packed with gzip and damaged; fetch or make it again") from error
    if len(content) > MAX_UNPACKED:
        raise SetError(f"{file} unpacks to more than {MAX_UNPACKED:,} bytes, as no set does")
    return content


def _is_analogies(lines: list[tuple[int, str]]) -> bool:
    """Tell the two kinds apart by the first two lines, of which one may be a header."""
    first_two = [line for _, line in lines[:2]]
    if any(line.startswith(":") for line in first_two):
        return True
    fields = _fields(first_two[-1])
    return len(first_two[-1].split()) == 4 and not any(map(_is_number, fields[2:]))


def _analogies(file: Path, lines: list[tuple[int, str]]) -> dict[str, list[Analogy]]:
    """Read analogies, by section."""
    sections: dict[str, list[Analogy]] = {}
    section = NO_SECTION
    for number, line in lines:
        if line.startswith(":"):
            section = line[1:].strip() or NO_SECTION
            sections.setdefault(section, [])
            continue
        words = line.split()
        if len(words) != 4:
            count = "1 word" if len(words) == 1 else f"{len(words)} words"
            raise SetError(
                f"{file} line {number} has {count}; an analogy is four words: "
                "a is to b as c is to d"
            )
        sections.setdefault(section, []).append((words[0], words[1], words[2], words[3]))
    if not any(sections.values()):
        raise SetError(f"{file} has section headers but no questions; an analogy is four words")
    return sections


def _scored_pairs(
    file: Path, lines: list[tuple[int, str]]
) -> tuple[list[tuple[str, str]], list[float]]:
    """Read pairs and their scores."""
    pairs, scores = [], []
    for at, (number, line) in enumerate(lines):
        fields = _fields(line)
        if at == 0 and not any(map(_is_number, fields)):
            continue  # a header
        if len(fields) < 3 or not fields[0] or not fields[1] or not _is_number(fields[2]):
            raise SetError(
                f"{file} line {number} is not two words and a score: {quoted(line)}; {FORMATS}"
            )
        pairs.append((fields[0], fields[1]))
        scores.append(float(fields[2]))
    if not pairs:
        raise SetError(f"{file} holds no questions, only {quoted(lines[0][1])}; {FORMATS}")
    return pairs, scores


def _fields(line: str) -> list[str]:
    """Split a line at its tabs, else at its commas, else at its spaces."""
    if "\t" in line:
        parts = line.split("\t")
    elif "," in line:
        try:
            parts = next(csv.reader([line], skipinitialspace=True))
        except csv.Error:  # in old Pythons a NUL
            parts = [line]
    else:
        parts = line.split()
    return [part.strip() for part in parts]


def _is_number(field: str) -> bool:
    """Tell whether a field is a finite number."""
    try:
        return math.isfinite(float(field))
    except ValueError:
        return False
