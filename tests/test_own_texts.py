"""The short texts in corpora/: well-formed files, and a README that tells the truth about them."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

CORPORA = Path(__file__).resolve().parent.parent / "corpora"
TEXTS = sorted(CORPORA.glob("*.txt"))

# Of the file name to the README's numbers: lines, words (none for Chinese) and characters.
README_ROW = re.compile(r"\| `(.+\.txt)` \| .+ \| ([\d,]+) \| ([\d,]+|–) \| ([\d,]+) \|")

each_text = pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)


def read(path: Path) -> str:
    return path.read_bytes().decode("utf-8")


def counts_in_readme() -> dict[str, tuple[int, int | None, int]]:
    def number(cell: str) -> int | None:
        return None if cell == "–" else int(cell.replace(",", ""))

    rows = README_ROW.findall(read(CORPORA / "README.md"))
    return {name: tuple(map(number, cells)) for name, *cells in rows}  # type: ignore[misc]


def test_there_is_a_text_in_each_language():
    assert [path.stem for path in TEXTS] == ["seasons-en", "seasons-ko", "seasons-zh"]


@each_text
def test_file_is_plain(path):
    text = read(path)
    assert unicodedata.is_normalized("NFC", text)
    assert not text.startswith("\N{BYTE ORDER MARK}")
    assert text.endswith("\n")
    # Nothing invisible either: no carriage return, tab, no-break or zero-width space.
    assert text.replace("\n", "").isprintable()


@each_text
def test_lines_are_distinct_sentences(path):
    lines = read(path).removesuffix("\n").split("\n")
    assert [line for line in lines if line != line.strip() or not line] == []
    assert [line for line, n_times in Counter(lines).items() if n_times > 1] == []
    assert [line for line in lines if line.rstrip('"”')[-1] not in ".?!。？！"] == []


@each_text
def test_no_opening_is_used_as_a_template(path):
    lines = read(path).splitlines()
    openings = Counter(line[: len(line) // 2] for line in lines)
    assert max(openings.values()) <= 2


@each_text
def test_most_words_come_again(path):
    text = read(path).lower()
    # Characters stand for words in Chinese, which has no spaces.
    words = re.findall(r"\w" if path.stem == "seasons-zh" else r"\w+", text)
    n_times = Counter(words)
    assert sum(n_times[word] > 1 for word in words) > 0.5 * len(words)


@each_text
def test_readme_counts(path):
    text = read(path)
    n_words = None if path.stem == "seasons-zh" else len(text.split())
    n_characters = len(text) - text.count("\n")
    assert counts_in_readme()[path.name] == (text.count("\n"), n_words, n_characters)


def test_readme_names_no_other_files():
    assert set(counts_in_readme()) == {path.name for path in TEXTS}
