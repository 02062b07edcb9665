"""The vocabulary: which words have a row, in which order, and how often each was seen.

A row is a word id. Special tokens come first when they are asked for, then words by falling count,
ties by first appearance. `<unk>` stands for every word that has no row and is a word like any
other; `<pad>` is a row that nothing in a text ever points to.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from w2v.errors import CorpusError, RunError, quoted
from w2v.files import atomic_write
from w2v.text.scripts import UNSEGMENTED, is_unsegmented

UNK, PAD = "<unk>", "<pad>"
MAX_DIGITS = 18  # of a count, which fits int64
LINE = re.compile(rf"[^\t]+\t\d{{1,{MAX_DIGITS}}}")
FEW = 10  # words to look for before a table of all of them pays
MAX_COUNT = 10**MAX_DIGITS - 1
GONE = -1  # the id of a word that has no row and nothing to stand for it


class Vocabulary:
    """The words of a model, in row order.

    Parameters
    ----------
    words : sequence of str, V distinct words
    counts : array of int64, shape (V,)

    Attributes
    ----------
    words : list of str
    counts : array of int64, shape (V,)
    """

    def __init__(self, words: Sequence[str], counts: NDArray[np.int64]) -> None:
        self.words = list(words)
        self.counts = counts
        self._n_searched = 0

    def __len__(self) -> int:
        return len(self.words)

    @functools.cached_property
    def id_of(self) -> dict[str, int]:
        """The row of each word."""
        return dict(zip(self.words, range(len(self.words)), strict=True))

    def find(self, word: str) -> int | None:
        """Return the row of a word, or None.

        The first few words are looked for one by one: that is sooner done than a table is made of a
        million words for a single question.
        """
        if self._n_searched < FEW:
            self._n_searched += 1
            return self.words.index(word) if word in self.words else None
        return self.id_of.get(word)

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
            text = content.decode("utf-8")
        except OSError as error:
            raise RunError(f"{path} cannot be read: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise RunError(f"{path} is not UTF-8 (byte {error.start})") from error
        if content and not content.endswith(b"\n"):
            raise RunError(f"{path} is cut short: its last line has no end")
        fields = text.replace("\t", "\n").split("\n")[:-1]
        words, counts = fields[::2], fields[1::2]
        # A loop takes a second for a million lines; these go over all of them at once.
        numbers = " ".join(counts)
        is_well = (
            _tabs_and_ends_alternate(content)
            and "" not in words
            and "" not in counts
            and numbers.isascii()
            and (not counts or numbers.replace(" ", "0").isdecimal())
            and max(map(len, counts), default=0) <= MAX_DIGITS
        )
        if not is_well:
            raise _bad_line(path, text)
        if rows := find_duplicate(words):
            first, second = rows
            raise RunError(
                f"{path} is damaged: the word {quoted(words[first])} stands in it twice, "
                f"in lines {first + 1:,} and {second + 1:,}"
            )
        return cls(words, np.fromstring(numbers, np.int64, sep=" "))


def find_duplicate(words: Sequence[str]) -> tuple[int, int] | None:
    """Return the rows of a word that is there twice, the earlier first; None if all differ.

    A set of the words would need more memory than short vectors do; sorted hashes need 8 bytes a
    word, and the words themselves are held together only where hashes are equal.
    """
    hashes = np.fromiter(map(hash, words), np.int64, len(words))
    hashes.sort()
    twice = set(hashes[1:][hashes[1:] == hashes[:-1]].tolist())
    del hashes
    first_row: dict[str, int] = {}
    for row, word in enumerate(words) if twice else ():
        if hash(word) in twice and first_row.setdefault(word, row) != row:
            return first_row[word], row
    return None


def _tabs_and_ends_alternate(content: bytes) -> bool:
    """Tell whether every line holds one tab."""
    letters = np.frombuffer(content, np.uint8)
    separators = letters[(letters == ord("\t")) | (letters == ord("\n"))]
    return bool((separators[::2] == ord("\t")).all() and (separators[1::2] == ord("\n")).all())


def _bad_line(path: Path, text: str) -> RunError:
    """Name the first line that is no `word<TAB>count`."""
    lines = enumerate(text.split("\n"), 1)
    # What follows the last line end is empty, and no such line: there always is one.
    number, line = next((n, line) for n, line in lines if not LINE.fullmatch(line))
    return RunError(f"{path} line {number} is not word<TAB>count: {line[:60]!r}")


def write_counts(path: Path, words: Sequence[str], counts: NDArray[np.int64]) -> None:
    """Write `word<TAB>count` lines."""
    with atomic_write(path, "w") as file:
        file.writelines(
            f"{word}\t{count}\n" for word, count in zip(words, counts.tolist(), strict=True)
        )


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
