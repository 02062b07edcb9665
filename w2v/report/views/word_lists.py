"""Lists of words, by which a map is coloured.

A text file, one word a line. A line `: name` begins a group of that name, as in evaluation sets;
words before any are of a group that has the name of the file. Blank lines and lines that begin with
# are passed over.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from w2v.errors import UsageError, quoted

MAX_LINE = 1000  # characters; no word is so long
MAX_BYTES = 1 << 24  # of a file; a map shows some thousand words
FORMAT = "a word list has one word a line, under `: group` headers or none"


def read_word_lists(paths: Sequence[str | Path]) -> dict[str, list[str]]:
    """Read word lists.

    Parameters
    ----------
    paths : sequence of str or Path
        UTF-8 text, with or without a byte order mark, any line ends.

    Returns
    -------
    dict of str to list of str
        The words of each group in NFC, each once; groups of one name in two files are one.

    Raises
    ------
    UsageError
        If a file cannot be read, is no such list, or holds no word.
    """
    groups: dict[str, list[str]] = {}
    for path in map(Path, paths):
        found = _groups(path)
        if not any(found.values()):
            raise UsageError(f"{path} holds no word; {FORMAT}")
        for group, words in found.items():
            groups.setdefault(group, []).extend(words)
    return {group: list(dict.fromkeys(words)) for group, words in groups.items() if words}


def _groups(path: Path) -> dict[str, list[str]]:
    """Read the groups of one file."""
    groups: dict[str, list[str]] = {}
    group = path.stem
    # Not splitlines(), which ends lines at characters that may stand in a word.
    for number, line in enumerate(re.split(r"\r\n|\r|\n", _text(path)), 1):
        line = unicodedata.normalize("NFC", line.strip())
        if len(line) > MAX_LINE:
            raise UsageError(f"{path} line {number} has {len(line):,} characters; {FORMAT}")
        if line.startswith(":"):
            group = line[1:].strip() or path.stem
        elif line and not line.startswith("#"):
            if len(line.split()) > 1:
                raise UsageError(
                    f"{path} line {number} is more than a word: {quoted(line)}; {FORMAT}"
                )
            groups.setdefault(group, []).append(line)
    return groups


def _text(path: Path) -> str:
    """Return the text of a file."""
    try:
        with open(path, "rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # a name with a NUL
        reason = error.strerror if isinstance(error, OSError) else error
        raise UsageError(f"word list {path} cannot be read: {reason}") from error
    if len(content) > MAX_BYTES:
        raise UsageError(f"{path} has more than {MAX_BYTES:,} bytes; {FORMAT}")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = len(re.findall(rb"\r\n|\r|\n", content[: error.start])) + 1
        raise UsageError(
            f"{path} line {number} is not UTF-8; convert the file (iconv -t UTF-8)"
        ) from error
