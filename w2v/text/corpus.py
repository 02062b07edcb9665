"""The corpus as training sees it: a stream of word ids that any stretch can be read from.

The encoded text on disk holds every word. `IdStream` drops or renames the words without a row while
it reads, and knows where each stretch of the stream lies on disk by a small index. `open_corpus` is
the way from a config to all of this.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from w2v.config.schema import CorpusConfig, VocabConfig
from w2v.errors import ConfigError, CorpusError
from w2v.fetching.registry import find_fetched_corpus
from w2v.files import cache_folder, cannot_cache
from w2v.text.builtin import builtin_corpora, builtin_file
from w2v.text.counting import Progress
from w2v.text.encoding import EncodedText, OnWait, encode, stamp_of
from w2v.text.finding import Spooled, find_files, spool
from w2v.text.known_words import build_on_known, earlier_counts
from w2v.text.numbers_on_disk import CHANGED
from w2v.text.reading import has_fields
from w2v.text.tokenizers import TokenizerSpec
from w2v.text.vocabulary import GONE, MAX_COUNT, Vocabulary, build_vocabulary

INDEX_BLOCK = 1 << 12  # tokens on disk for each entry of the index
INDEX_STEP = INDEX_BLOCK << 4  # tokens looked at together when it is made


class IdStream:
    """The positions of a text whose words have a row, as ids, cut into sentences.

    Parameters
    ----------
    text : EncodedText
    new_id : array of int32, one for each word of the text
        Its row, or GONE.
    """

    def __init__(self, text: EncodedText, new_id: NDArray[np.int32]) -> None:
        self._ranks, self._starts = text.ranks, text.starts
        self._new_id = new_id
        # before[i]: stream positions before block i of the text on disk
        n_kept = [
            _sums_of_blocks(new_id.take(self._ranks[at : at + INDEX_STEP]) != GONE)
            for at in range(0, len(self._ranks), INDEX_STEP)
        ]
        self._before = np.concatenate(([0], np.cumsum(np.concatenate(n_kept))))
        # and the same of sentences that start
        n_starts = np.zeros(len(self._before) - 1, np.int64)
        for at in range(0, len(self._starts), INDEX_STEP):
            blocks = self._starts[at : at + INDEX_STEP] // INDEX_BLOCK  # rising
            n_starts[blocks[0] : blocks[-1] + 1] += np.bincount(blocks - blocks[0])
        self._starts_before = np.concatenate(([0], np.cumsum(n_starts)))

    def __len__(self) -> int:
        return int(self._before[-1])

    def has_neighbours(self) -> bool:
        """Tell whether any two positions are neighbours in a sentence."""
        for start in range(0, len(self), INDEX_BLOCK):
            # One position more, so that neighbours over the edge count too.
            _, sentence = self.read(start, min(start + INDEX_BLOCK + 1, len(self)))
            if np.any(sentence[1:] == sentence[:-1]):
                return True
        return False

    def read(self, start: int, stop: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return a stretch of the stream; several threads may read at once.

        Parameters
        ----------
        start, stop : int
            Stream positions, 0 <= start < stop <= len(self).

        Returns
        -------
        tokens : array of int32, shape (stop - start,)
            Word ids.
        sentence : array of int32, shape (stop - start,)
            The number of each position's sentence within the stretch; it rises from 0.

        Raises
        ------
        CorpusError
            If the text on disk cannot be read, or is not what it was.
        """
        first_block = int(np.searchsorted(self._before, start, side="right")) - 1
        last_block = int(np.searchsorted(self._before, stop, side="left"))
        low, high = first_block * INDEX_BLOCK, last_block * INDEX_BLOCK
        first, last = self._starts_before[[first_block, last_block]].tolist()
        ranks, starts = self._ranks[low:high], self._starts[first:last]
        sentence: NDArray[np.int32] = np.zeros(len(ranks), np.int32)
        try:
            ids = self._new_id.take(ranks)
            # A sentence that starts with a dropped word still counts up.
            sentence[starts - low] = 1
        except IndexError as error:
            raise CorpusError(f"the cache of the text {CHANGED}") from error
        before = int(self._before[first_block])
        places = np.flatnonzero(ids != GONE)[start - before : stop - before]
        if len(places) != stop - start:
            raise CorpusError(f"the cache of the text {CHANGED}")
        sentence = np.cumsum(sentence, dtype=np.int32).take(places)
        return ids.take(places), sentence - sentence[0]


def _sums_of_blocks(is_kept: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Count what is true in each INDEX_BLOCK."""
    return np.add.reduceat(is_kept, np.arange(0, len(is_kept), INDEX_BLOCK), dtype=np.int64)


@dataclass(frozen=True)
class Corpus:
    """A text, its vocabulary, and the stream of ids that both make.

    Attributes
    ----------
    text : EncodedText
    vocabulary : Vocabulary
    stream : IdStream
    dropped_words, dropped_counts
        The words of the text that have no row, by falling count.
    sha256 : str
        Of the files' bytes.
    files : list of Path
    earlier_counts : array of int64, shape (V,), optional
        How often each word was seen by the training that this one goes on from.
    """

    text: EncodedText
    vocabulary: Vocabulary
    stream: IdStream
    dropped_words: Sequence[str]
    dropped_counts: NDArray[np.int64]
    sha256: str
    files: list[Path]
    earlier_counts: NDArray[np.int64] | None = None

    @property
    def seen_counts(self) -> NDArray[np.int64]:
        """How often each word was seen, in this text and before, shape (V,).

        This is what vocab.tsv holds, and what SIF weights and `predict` go by afterwards. The last
        training itself drew its noise by the counts of this text alone.
        """
        if self.earlier_counts is None:
            return self.vocabulary.counts
        return np.minimum(self.vocabulary.counts + self.earlier_counts, MAX_COUNT)

    def changed_files(self) -> list[Path]:
        """List the files that are not as they were when they were read, by size and time.

        A file that is gone is among them. Standard input is not: nobody can change it.
        """
        return [file for file, stamp in self.text.stamps.items() if stamp_of(file) != stamp]


def open_corpus(
    corpus: CorpusConfig,
    vocab: VocabConfig,
    *,
    known: Vocabulary | None = None,
    allow_code: bool = False,
    progress: Progress | None = None,
    processes: int | None = None,
    on_wait: OnWait | None = None,
) -> Corpus:
    """Read, tokenize and count a corpus, or take it from the cache, and choose its vocabulary.

    Parameters
    ----------
    corpus, vocab
        The sections of the config.
    known : Vocabulary, optional
        The words that have a vector already; `vocab.rows` says what becomes of them.
    allow_code : bool
        Whether a `module:function` tokenizer may be run.
    progress : callable, optional
        Is told the number of characters read since its last call.
    processes : int, optional
        At most so many read side by side; as many as there are cores by default. The result is the
        same for any number.
    on_wait : callable, optional
        Is told the number of another process that reads the same text and is waited for, or None
        if it is not known.

    Raises
    ------
    CorpusError, ConfigError, OutputError
        If there is no text in it, or no vocabulary of two words.
    """
    text, sha256, files = encode_corpus(
        corpus, allow_code=allow_code, progress=progress, processes=processes, on_wait=on_wait
    )
    if known is None:
        vocabulary, new_id = build_vocabulary(
            text.words, text.counts, vocab.min_count, vocab.max_size, vocab.specials
        )
    else:
        vocabulary, new_id = build_on_known(text.words, text.counts, vocab, known)
    dropped = _dropped_ranks(text.words, vocabulary.words, new_id, vocab.specials)
    return Corpus(
        text=text,
        vocabulary=vocabulary,
        stream=IdStream(text, new_id),
        dropped_words=[text.words[rank] for rank in dropped],
        dropped_counts=text.counts[dropped],
        sha256=sha256,
        files=files,
        earlier_counts=None if known is None else earlier_counts(vocabulary.words, known),
    )


def encode_corpus(
    corpus: CorpusConfig,
    *,
    allow_code: bool = False,
    progress: Progress | None = None,
    processes: int | None = None,
    on_wait: OnWait | None = None,
) -> tuple[EncodedText, str, list[Path]]:
    """Read, tokenize and count a corpus, or take it from the cache, where it is kept.

    Parameters
    ----------
    corpus, allow_code, progress, processes, on_wait
        As of `open_corpus`.

    Returns
    -------
    text : EncodedText
    sha256 : str
        Of the files' bytes.
    files : list of Path

    Raises
    ------
    CorpusError, ConfigError, OutputError
        If there is no text in it.
    """
    tokenizer = TokenizerSpec(
        corpus.tokenizer, corpus.lowercase, corpus.normalize, allow_code=allow_code
    )
    tokenizer.make()  # refuses what cannot be run before anything is read
    files, spooled = corpus_files(corpus.path)
    copy = None if spooled is None else spooled.path
    try:
        if corpus.field is not None and not any(map(has_fields, files)):
            raise ConfigError(
                ["corpus.field: only .jsonl and .csv files have fields, and none is here"]
            )
        text, sha256 = encode(files, tokenizer, corpus.field, progress, processes, on_wait)
    except CorpusError as error:
        # A reader of standard input knows nothing of the copy that was made of it.
        raise CorpusError(str(error).replace(str(copy), "standard input")) from error
    finally:
        if spooled is not None:
            spooled.remove()
    stamps = {file: stamp for file, stamp in text.stamps.items() if file != copy}
    return replace(text, stamps=stamps), sha256, files


def _dropped_ranks(
    words: Sequence[str], rows: Sequence[str], new_id: NDArray[np.int32], specials: Sequence[str]
) -> list[int]:
    """Return the ranks of the words of a text that have no row of their own.

    Those that `<unk>` stands for point to its row. A set of a million rows would be 100 MB.
    """
    return [
        rank
        for rank, (word, row) in enumerate(zip(words, new_id.tolist(), strict=True))
        if word not in specials and (row == GONE or rows[row] != word)
    ]


def corpus_files(path: str | list[str]) -> tuple[list[Path], Spooled | None]:
    """Return the files of a corpus path, and the one among them that holds standard input.

    A file or folder of that name goes before a built-in corpus, and that before a fetched one.

    Raises
    ------
    CorpusError
        If a path matches nothing, or standard input is named twice.
    """
    parts = [path] if isinstance(path, str) else path
    if parts.count("-") > 1:
        raise CorpusError("corpus.path names standard input (-) twice; it can be read once")
    # Standard input is copied last: no mistake in another part leaves the copy behind.
    files_of = {part: _files_of(part) for part in parts if part != "-"}
    spooled = None
    if "-" in parts:
        spooled = _spooled_stdin()
        files_of["-"] = [spooled.path]
    return [file for part in parts for file in files_of[part]], spooled


def _files_of(part: str) -> list[Path]:
    """List the files of one path, or of the built-in or fetched corpus of that name."""
    if not os.path.exists(part):
        if part in builtin_corpora():
            return [builtin_file(part)]
        if (fetched := find_fetched_corpus(part)) is not None:
            return [fetched]
    return find_files([part])


def _spooled_stdin() -> Spooled:
    """Copy standard input into the cache folder."""
    folder = cache_folder()
    if sys.stdin is None:
        raise CorpusError("corpus.path is -, but standard input is closed")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return spool(sys.stdin.buffer, folder)
    except OSError as error:
        raise cannot_cache(error) from error
