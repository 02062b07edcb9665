"""Why a word has no vector: what is spelled like it, and whether it was too rare."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path

from w2v.errors import quoted
from w2v.run_folder import DROPPED, is_there, read_file, read_record

MAX_SPELLINGS = 50_000  # of the commonest words, searched for near spellings


def why_missing(word: str, words: Sequence[str], folder: Path | None) -> str:
    """Say that a word is not there, what is near it, and whether it was too rare.

    Parameters
    ----------
    word : str
    words : sequence of str
        Those that are there, the commonest first.
    folder : Path, optional
        The run folder, which knows the words that got no row.
    """
    parts = [f"{quoted(word)} is not in the vocabulary"]
    if near := near_spellings(word, words):
        parts.append("near: " + ", ".join(near))
    if count := _dropped_count(word, folder):
        times = "once" if count == 1 else f"{count:,} times"
        parts.append(f"seen {times} in the text, too rarely to get a vector (vocab.min_count)")
    return "; ".join(parts)


def near_spellings(word: str, words: Sequence[str], n: int = 3) -> list[str]:
    """Return the words that are spelled most alike, those that differ in case first."""
    common = words[:MAX_SPELLINGS]
    folded = word.casefold()
    same = [w for w in common if w.casefold() == folded]
    # A slip rarely changes both ends; to hold a word against all others takes a tenth of a second.
    ends = (folded[:1], folded[-1:])
    alike = [
        w
        for w in common
        if abs(len(w) - len(word)) <= 2 and (w[:1] == ends[0] or w[-1:] == ends[1])
    ]
    close = difflib.get_close_matches(folded, alike, n, cutoff=0.7)
    return list(dict.fromkeys(same + close))[:n]


def _dropped_count(word: str, folder: Path | None) -> int:
    """Return how often a word without a row was seen, 0 if never."""
    if folder is None or not is_there(folder, DROPPED, record := read_record(folder)):
        return 0
    # A word that is no UTF-8 is in no such file: its bytes as they come here are in no line.
    begin = f"{word}\t".encode("utf-8", "surrogatepass")
    content = b"\n" + read_file(folder, DROPPED, record)
    before = content.find(b"\n" + begin)
    count = content[before + 1 + len(begin) :].split(b"\n", 1)[0]
    return int(count) if before >= 0 and count.isdigit() else 0
