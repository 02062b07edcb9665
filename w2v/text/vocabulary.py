"""The vocabulary: which words have a row, in which order, and how often each was seen.

A row is a word id. Special tokens come first when they are asked for, then words by falling count,
ties by first appearance. `<unk>` stands for every word that has no row and is a word like any
other; `<pad>` is a row that nothing in a text ever points to.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from w2v.errors import CorpusError, RunError, quoted
from w2v.files import atomic_write
from w2v.text.packed_words import MAX_DIGITS, PackedWords, read_counts
from w2v.text.scripts import UNSEGMENTED, is_unsegmented
from w2v.text.word_index import WordIndex, find_duplicate

UNK, PAD = "<unk>", "<pad>"
LINE = re.compile(rf"[^\t]+\t[0-9]{{1,{MAX_DIGITS}}}")
MAX_COUNT = 10**MAX_DIGITS - 1
FEW = 10  # words that are searched for before an index of all of them pays
GONE = -1  # the id of a word that has no row and nothing to stand for it


class Vocabulary:
    """The words of a model, in row order.

    Parameters
    ----------
    words : sequence of str, or PackedWords, V distinct words
    counts : array of int64, shape (V,)

    Attributes
    ----------
    words : list of str
    counts : array of int64, shape (V,)
    """

    def __init__(self, words: Sequence[str] | PackedWords, counts: NDArray[np.int64]) -> None:
        self._source = words if isinstance(words, PackedWords | list) else list(words)
        self.counts = counts
        self._n_searched = 0

    def __len__(self) -> int:
        return len(self._source)

    @functools.cached_property
    def words(self) -> list[str]:
        """All words, in row order."""
        return self._source if isinstance(self._source, list) else list(self._source)

    @functools.cached_property
    def id_of(self) -> dict[str, int]:
        """The row of each word.

        Raises
        ------
        RunError
            If a word has two rows.
        """
        row_of = dict(zip(self.words, range(len(self)), strict=True))
        if len(row_of) < len(self) and (rows := find_duplicate(self.words)):
            first, second = rows
            raise RunError(
                f"the vocabulary is damaged: the word {quoted(self.words[first])} stands in it "
                f"twice, in rows {first + 1:,} and {second + 1:,}"
            )
        return row_of

    def word_at(self, row: int) -> str:
        """Return one word; the others need not be made for it."""
        return self._source[row]

    def find(self, word: str) -> int | None:
        """Return the row of a word, or None; for many words at once see `rows_of`."""
        self._n_searched += 1
        if self._n_searched > FEW:
            return self._index.find(word)
        if isinstance(self._source, PackedWords):
            return self._source.find(word)
        return self._source.index(word) if word in self._source else None

    @functools.cached_property
    def _index(self) -> WordIndex:
        """What many words are found by."""
        return WordIndex(self.words)

    def rows_of(self, words: Sequence[str]) -> NDArray[np.int32]:
        """Return the row of each of some words, or GONE."""
        id_of = self.id_of
        return np.fromiter((id_of.get(word, GONE) for word in words), np.int32, len(words))

    @property
    def n_tokens(self) -> int:
        """The number of text positions that the words fill."""
        return int(self.counts.sum())

    def keep_probabilities(self, subsample: float) -> NDArray[np.float64]:
        """Return the probability with which a position of each word is kept.

        p = min(1, sqrt(t / f) + t / f), f the word's share of all positions, t = `subsample`.

        Parameters
        ----------
        subsample : float
            t; 0 keeps all.

        Returns
        -------
        array of float64, shape (V,)

        References
        ----------
        The formula of word2vec.c, which is not that of the paper (arXiv:1310.4546, equation 5).
        """
        if subsample == 0:
            return np.ones(len(self))
        share = np.maximum(self.counts, 1) / max(self.n_tokens, 1)
        ratio = subsample / share
        return np.minimum(1, np.sqrt(ratio) + ratio)

    def save(self, path: Path) -> None:
        """Write `word<TAB>count` lines in row order, without a header.

        Raises
        ------
        OutputError
            If the file cannot be written.
        """
        write_counts(path, self.words, self.counts)

    @classmethod
    def load(cls, path: Path) -> Vocabulary:
        """Read what `save` wrote.

        Raises
        ------
        RunError
            If the file is missing or a line is no `word<TAB>count`.
        """
        try:
            content = path.read_bytes()
        except OSError as error:
            raise RunError(f"{path} cannot be read: {error.strerror}") from error
        return cls.parse(content, path)

    @classmethod
    def parse(cls, content: bytes, path: Path) -> Vocabulary:
        """Make a vocabulary of what `save` wrote to a file.

        Parameters
        ----------
        content : bytes
        path : Path
            The file, to be named.

        Raises
        ------
        RunError
            If a line is no `word<TAB>count`.
        """
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError as error:
            raise RunError(f"{path} is not UTF-8 (byte {error.start})") from error
        if content and not content.endswith(b"\n"):
            raise RunError(f"{path} is cut short: its last line has no end")
        try:
            return cls(*read_counts(content))
        except ValueError as error:
            raise _bad_line(path, text) from error


def _bad_line(path: Path, text: str) -> RunError:
    """Name the first line that is no `word<TAB>count`."""
    lines = enumerate(text.split("\n"), 1)
    # What follows the last line end is empty, and no such line: there always is one.
    number, line = next((n, line) for n, line in lines if not LINE.fullmatch(line))
    return RunError(f"{path} line {number} is not word<TAB>count: {line[:60]!r}")


def write_counts(path: Path, words: Sequence[str], counts: NDArray[np.int64]) -> None:
    """Write `word<TAB>count` lines."""
    with atomic_write(path, "w") as file:
        file.writelines(count_lines(words, counts))


def count_lines(words: Sequence[str], counts: NDArray[np.int64]) -> Iterator[str]:
    """Yield `word<TAB>count` lines."""
    for word, count in zip(words, counts.tolist(), strict=True):
        yield f"{word}\t{count}\n"


def build_vocabulary(
    words: Sequence[str],
    counts: NDArray[np.int64],
    min_count: int,
    max_size: int | None,
    specials: Sequence[str],
) -> tuple[Vocabulary, NDArray[np.int32]]:
    """Choose the words that get a row.

    Parameters
    ----------
    words : sequence of str
        All distinct words of a corpus, by falling count.
    counts : array of int64
        Their counts.
    min_count : int
        Words seen fewer times get no row.
    max_size : int, optional
        Exactly so many of the commonest words get one, specials apart.
    specials : sequence of str
        `<unk>` and `<pad>` as asked for; they get the first ids. A word of the text that is spelled
        like one of them *is* that one.

    Returns
    -------
    vocabulary : Vocabulary
    new_id : array of int32, one for each of `words`
        Its row, the row of `<unk>`, or GONE.

    Raises
    ------
    CorpusError
        If fewer than two words are left: there is nothing to tell apart.
    """
    ranked, plain = rank_words(words, counts, min_count, max_size, specials)
    if len(ranked) < 2:
        plain_words = [words[rank] for rank in plain.tolist()]
        raise _too_small(plain_words, counts[plain], min_count, n_kept=len(ranked))

    new_id = np.full(len(words), specials.index(UNK) if UNK in specials else GONE, np.int32)
    new_id[ranked] = np.arange(len(ranked)) + len(specials)
    for special in specials:
        if special in words:
            new_id[words.index(special)] = GONE if special == PAD else specials.index(special)
    has_row = new_id != GONE
    new_counts = np.bincount(
        new_id[has_row], weights=counts[has_row], minlength=len(specials) + len(ranked)
    )
    kept = [*specials, *(words[rank] for rank in ranked.tolist())]
    return Vocabulary(kept, new_counts.astype(np.int64)), new_id


def rank_words(
    words: Sequence[str],
    counts: NDArray[np.int64],
    min_count: int,
    max_size: int | None,
    specials: Sequence[str],
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the ranks of the words that are common enough, and those of all plain words.

    Parameters
    ----------
    words, counts, min_count, max_size, specials
        As in `build_vocabulary`.
    """
    spelled = [words.index(special) for special in specials if special in words]
    plain = np.delete(np.arange(len(words)), spelled)
    return plain[counts[plain] >= min_count][:max_size], plain


def _too_small(
    words: Sequence[str], counts: NDArray[np.int64], min_count: int, n_kept: int
) -> CorpusError:
    """Say why a vocabulary is under two words, specials apart, and which setting would help."""
    if len(words) < 2:
        only = (
            f"only one distinct word, {quoted(words[0])}" if words else "no word but special tokens"
        )
        return CorpusError(f"the corpus has {only}; it takes two to learn from")
    usual = f"the commonest, {quoted(words[0])}, occurs {_times(counts[0])}"
    removed = "all" if n_kept == 0 else "all but one"
    remedy = UNSEGMENTED if is_unsegmented(words) else f"try vocab.min_count={int(counts[1])}"
    return CorpusError(
        f"vocab.min_count {min_count} removed {removed} of the {len(words):,} words; "
        f"{usual}; {remedy}"
    )


def _times(count: int) -> str:
    """Say a number of times."""
    return "once" if count == 1 else f"{count:,} times"
