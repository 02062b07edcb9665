"""Read, number and count a text in stretches, by one hand or by several.

Each hand numbers the words of its stretches by itself, in a dictionary of its own, and writes the
ids to a file of its own (`StretchCounter.count`). Then the words of all hands are put together in
the order of the text, in `merging.py`, so that the result is the same however many hands there
were; and each hand writes its ids again, as ranks, to where they belong (`StretchCounter.rename`).
What the hands are, this process or others, is in `workers.py`.

What takes memory is distinct words and one block of text: a word takes 150 bytes in a hand that has
met it, and 210 where all are put together (measured on up to 3 million words of 11 characters).
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from w2v.text.decoding import WHOLE, BadBytes, Span
from w2v.text.numbering import Numbering, Positions
from w2v.text.reading import cut_into_spans, read_pieces
from w2v.text.tokenizers import TokenizerSpec

RANKS, STARTS = "ranks.i32", "starts.i64"
IDS_AT_ONCE = 1 << 20  # renamed or counted together
TOLD_CHARACTERS = 1 << 20  # read between two calls of a progress function
STRETCHES_EACH = 16  # for each hand, so that none waits long for the slowest
LEAST_STRETCH = 1 << 21  # bytes

# Is told how many characters have been read since last time.
Progress = Callable[[int], None]


class Part(NamedTuple):
    """A span of one of the files, by its number."""

    file: int
    span: Span


Stretch = list[Part]


class Place(NamedTuple):
    """Where a stretch belongs in the whole text.

    Attributes
    ----------
    token, sentence : int
        How many are before it.
    joins : bool
        Whether its first tokens go on with the sentence before.
    """

    token: int
    sentence: int
    joins: bool


@dataclass(frozen=True)
class Counted:
    """What was found in a stretch.

    Attributes
    ----------
    n_tokens, n_sentences : int
        A sentence that began before the stretch is one of its sentences.
    n_words : int
        Distinct words that this hand has met in all its stretches so far.
    begins_inside : bool
        Whether no line ends before the first token.
    is_open : bool
        Whether the last sentence goes on behind the stretch, if it does there.
    bad : list of BadBytes
        Of each part.
    """

    n_tokens: int
    n_sentences: int
    n_words: int
    begins_inside: bool
    is_open: bool
    bad: list[BadBytes]


def cut_into_stretches(files: Sequence[Path], sizes: Sequence[int], n_hands: int) -> list[Stretch]:
    """Cut a text into stretches of about the same size, in the order of the text.

    Parameters
    ----------
    files : sequence of Path
    sizes : sequence of int
        Their bytes.
    n_hands : int
        For one hand the text stays whole.

    Raises
    ------
    CorpusError
        If a file cannot be read.
    """
    if n_hands == 1:
        return [[Part(file, WHOLE) for file in range(len(files))]]
    wanted = max(sum(sizes) // (n_hands * STRETCHES_EACH), LEAST_STRETCH)
    stretches: list[Stretch] = [[]]
    n_bytes = 0
    for number, (file, size) in enumerate(zip(files, sizes, strict=True)):
        for span in cut_into_spans(file, size, wanted):
            if n_bytes >= wanted:
                stretches.append([])
                n_bytes = 0
            stretches[-1].append(Part(number, span))
            n_bytes += (size if span.stop is None else span.stop) - span.start
    return stretches


class StretchCounter:
    """One hand: what it has counted, and where its ids are.

    Parameters
    ----------
    folder : Path
        Where its files go.
    name : str
        Tells them from those of other hands; "" if there is no other: then the ids need not be
        moved to be put together.
    files : sequence of Path
    field : str, optional
    tokenizer : TokenizerSpec

    Attributes
    ----------
    part : int
        Which part of a stretch is being read.
    """

    def __init__(
        self,
        folder: Path,
        name: str,
        files: Sequence[Path],
        field: str | None,
        tokenizer: TokenizerSpec,
    ) -> None:
        self.part = 0
        self._folder, self._name = folder, name
        self._files, self._field = files, field
        self._numbering: Numbering | None = Numbering(tokenizer)
        self._sizes: list[tuple[int, int]] = []  # (tokens, sentences) of each stretch

    def count(self, stretch: Stretch, progress: Progress) -> Counted:
        """Read a stretch, number its words and write their ids.

        Raises
        ------
        CorpusError, ConfigError
            If it cannot be read, is no text, or the tokenizer fails.
        OSError
            If the ids cannot be written.
        """
        assert self._numbering is not None
        sentences = _Sentences()
        found = []
        with open(self._path(RANKS), "ab") as ids_file, open(self._path(STARTS), "ab") as starts:
            for self.part, (file, span) in enumerate(stretch):
                bad = BadBytes()
                n_characters = 0
                for text, ends in read_pieces(self._files[file], self._field, bad, span):
                    ids, line_ends = self._numbering.ids_of(text)
                    ids_file.write(ids.astype("<i4", copy=False).data)
                    starts.write(sentences.starts(line_ends, ends).astype("<i8", copy=False).data)
                    n_characters += len(text)
                    if n_characters >= TOLD_CHARACTERS:
                        progress(n_characters)
                        n_characters = 0
                progress(n_characters)
                found.append(bad)
        self._sizes.append((sentences.n_tokens, sentences.n_sentences))
        return Counted(
            n_tokens=sentences.n_tokens,
            n_sentences=sentences.n_sentences,
            n_words=len(self._numbering.numbers),
            begins_inside=sentences.begins_inside is not False,
            is_open=not sentences.is_between,
            bad=found,
        )

    def finish(self) -> None:
        """Write the words in the order of their ids, and their counts; forget the words."""
        assert self._numbering is not None
        words = list(self._numbering.numbers)
        self._numbering = None
        counts = np.zeros(len(words), np.int64)
        with open(self._path(RANKS), "rb") as ids_file:
            while len(ids := np.fromfile(ids_file, "<i4", IDS_AT_ONCE)):
                counts += np.bincount(ids, minlength=len(words))
        self._path("counts").write_bytes(counts.astype("<i8").data)
        self._path("words").write_bytes("".join(f"{word}\n" for word in words).encode())

    def rename(self, places: Sequence[Place]) -> None:
        """Write the ranks and sentence starts of all stretches to where they belong.

        Parameters
        ----------
        places : sequence of Place, one for each stretch

        Raises
        ------
        OSError
            If they cannot be written.
        """
        rank_of = np.fromfile(self._path("rank_of"), "<i4")
        self._move(RANKS, "<i4", [n for n, _ in self._sizes], places, lambda ids, _: rank_of[ids])
        self._move(
            STARTS, "<i8", [n for _, n in self._sizes], places, lambda starts, at: starts + at.token
        )

    def _move(
        self,
        name: str,
        dtype: str,
        lengths: Sequence[int],
        places: Sequence[Place],
        changed: Callable[[NDArray[np.int64], Place], NDArray[np.int64]],
    ) -> None:
        """Write an array of each stretch to its place; without other hands it is in place."""
        size = np.dtype(dtype).itemsize
        with open(self._path(name), "rb") as source, open(self._folder / name, "r+b") as target:
            for n_left, place in zip(lengths, places, strict=True):
                if name == STARTS and place.joins:
                    source.seek(size, 1)
                    n_left -= 1
                target.seek(size * (place.token if name == RANKS else place.sentence))
                while n_left:
                    block = np.fromfile(source, dtype, min(n_left, IDS_AT_ONCE))
                    if not len(block):
                        raise OSError(errno.EIO, f"{self._path(name).name} was cut short")
                    target.write(changed(block, place).astype(dtype, copy=False).data)
                    n_left -= len(block)

    def _path(self, name: str) -> Path:
        """Return one of its files."""
        return self._folder / f"{name}{self._name}"


class _Sentences:
    """Where sentences begin in a stretch; a sentence without tokens is none."""

    def __init__(self) -> None:
        self.n_tokens = self.n_sentences = 0
        self.is_between = True  # sentences: the next token begins one
        self.begins_inside: bool | None = None  # until it is known

    def starts(self, line_ends: Positions, ends_sentence: bool) -> Positions:
        """Add a piece of text; return the positions at which sentences start in it.

        Parameters
        ----------
        line_ends : array of int64
            As `Numbering.ids_of` returns it.
        ends_sentence : bool
            Whether a sentence ends with the last of these lines.
        """
        n_tokens = int(line_ends[-1])
        if self.begins_inside is None and (n_tokens or len(line_ends) > 1 or ends_sentence):
            self.begins_inside = bool(line_ends[0] > 0)
        begins = np.concatenate(([0], line_ends[:-1])) if self.is_between else line_ends[:-1]
        starts = begins[begins < np.append(begins[1:], n_tokens)] + self.n_tokens
        self.is_between = ends_sentence or bool(len(begins) and begins[-1] == n_tokens)
        self.n_tokens += n_tokens
        self.n_sentences += len(starts)
        return starts
