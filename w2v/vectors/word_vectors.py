"""Ask trained vectors: a word's row, its neighbours, analogies, near spellings of a missing word.

Everything here only reads. The vectors stay on disk and are memory-mapped.
"""

from __future__ import annotations

import difflib
import functools
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from w2v.errors import RunError, WordError, quoted
from w2v.run_folder import DROPPED, OUTPUT_VECTORS
from w2v.text.vocabulary import Vocabulary
from w2v.vectors.loading import load_file, load_run_folder, map_table

MAX_SPELLINGS = 50_000  # of the commonest words, searched for near spellings
BLOCK_FLOATS = 1 << 22  # of the table, in memory at a time


class WordVectors:
    """Words and their vectors, with cosine similarity.

    Parameters
    ----------
    vocabulary : Vocabulary, V words
    vectors : array of float32 or float64, shape (V, D)
    folder : Path, optional
        The run folder, to look up words that got no row, and the output vectors.
    output_vectors : array, shape (V, D), optional
    n_not_utf8 : int
        How many words are no UTF-8; their bytes are kept as lone surrogates.

    Attributes
    ----------
    vocabulary : Vocabulary
    vectors : array, shape (V, D)
    n_not_utf8 : int
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        vectors: NDArray[np.floating],
        folder: Path | None = None,
        output_vectors: NDArray[np.floating] | None = None,
        n_not_utf8: int = 0,
    ) -> None:
        self.vocabulary = vocabulary
        self.vectors = vectors
        self.n_not_utf8 = n_not_utf8
        self._folder = folder
        self._output_vectors = output_vectors

    @classmethod
    def load(
        cls, path: str | Path, on_progress: Callable[[int, int], None] | None = None
    ) -> WordVectors:
        """Open the vectors of a run folder, or read a file of vectors of any known format.

        Parameters
        ----------
        path : str or Path
        on_progress : callable, optional
            Called with (bytes read so far, bytes in all) while a file is read.

        Raises
        ------
        RunError
            If the folder is no run folder, is damaged, or the run did not end.
        FormatError
            If the file is damaged or in no known format.
        """
        path = Path(path)
        if path.is_file():
            vocabulary, vectors, more = load_file(path, on_progress)
            return cls(vocabulary, vectors, **more)
        return cls(*load_run_folder(path), folder=path)

    @functools.cached_property
    def output_vectors(self) -> NDArray[np.floating] | None:
        """W_out, (V, D), memory-mapped from a run folder; None when there is none."""
        if self._folder is not None and (self._folder / OUTPUT_VECTORS).is_file():
            return map_table(self._folder / OUTPUT_VECTORS, len(self))
        return self._output_vectors

    def __len__(self) -> int:
        return len(self.vocabulary)

    def __contains__(self, word: object) -> bool:
        return word in self.vocabulary.id_of

    def __iter__(self) -> Iterator[str]:
        return iter(self.vocabulary.words)

    def __getitem__(self, word: str) -> NDArray[np.floating]:
        return self.vectors[self.id_of(word)]

    def id_of(self, word: str) -> int:
        """Return the row of a word.

        Raises
        ------
        WordError
            If it has none; with near spellings, and its count if it was too rare.
        """
        ids = self.vocabulary.id_of
        # The same letters may be typed in another encoding than the text's, usually composed.
        word_id = ids.get(word, ids.get(unicodedata.normalize("NFC", word)))
        if word_id is None:
            raise WordError(self._why_missing(word))
        return word_id

    def similarity(self, word: str, other: str) -> float:
        """Return the cosine of the angle between two words' vectors, in -1..1."""
        return float(self.unit_vector(word) @ self.unit_vector(other))

    def most_similar(
        self, positive: str | Sequence[str], negative: str | Sequence[str] = (), topn: int = 10
    ) -> list[tuple[str, float]]:
        """Return the words nearest to a sum of unit vectors, by cosine, nearest first.

        The words of the question are left out of the answer. For the analogy "man is to king as
        woman is to ?", ask `most_similar(["king", "woman"], ["man"])`.

        Parameters
        ----------
        positive, negative : str or sequence of str
            A word, or words, whose unit vectors are added and subtracted.
        topn : int

        Returns
        -------
        list of (word, cosine), at most `topn`

        Raises
        ------
        WordError
            If a word is not in the vocabulary, or the vectors cancel out.

        References
        ----------
        3CosAdd: Levy and Goldberg, "Linguistic regularities in sparse and explicit word
        representations", CoNLL 2014, equation 2.
        """
        # A string is a sequence too: of letters, which is never meant.
        positive = [positive] if isinstance(positive, str) else positive
        negative = [negative] if isinstance(negative, str) else negative
        direction = np.zeros(self.vectors.shape[1])
        for sign, words in ((1, positive), (-1, negative)):
            for word in words:
                direction += sign * self.unit_vector(word)
        length = np.linalg.norm(direction)
        if not np.isfinite(length):
            raise RunError(
                f"the vectors of {spell_question(positive, negative)} are damaged: not numbers"
            )
        if not length > 0:
            raise WordError(f"{spell_question(positive, negative)} adds up to a vector of zeros")
        cosines = self._cosines(direction / length)
        cosines[[self.id_of(word) for word in (*positive, *negative)]] = -np.inf
        n_answers = min(topn, int(np.count_nonzero(cosines > -np.inf)))
        if n_answers <= 0:
            return []
        nearest = np.argpartition(-cosines, n_answers - 1)[:n_answers]
        nearest = nearest[np.lexsort((nearest, -cosines[nearest]))]  # ties: the commoner word first
        return [(self.vocabulary.words[i], float(cosines[i])) for i in nearest.tolist()]

    def unit_vector(self, word: str) -> NDArray[np.float64]:
        """Return a word's vector at length 1 (a vector of zeros stays as it is)."""
        vector = np.asarray(self[word], np.float64)
        length = np.linalg.norm(vector)
        return vector / length if length > 0 else vector

    def _cosines(self, direction: NDArray[np.float64]) -> NDArray[np.floating]:
        """Return the cosine between a unit vector and every row; -inf for a row of zeros."""
        direction = direction.astype(self.vectors.dtype)
        with np.errstate(divide="ignore", invalid="ignore"):
            cosines = (self.vectors @ direction) / self._norms
        return np.where(self._norms > 0, cosines, -np.inf)

    @functools.cached_property
    def _norms(self) -> NDArray[np.floating]:
        """The length of each row."""
        norms = np.empty(len(self.vectors), self.vectors.dtype)
        rows = max(1, BLOCK_FLOATS // self.vectors.shape[1])
        for at in range(0, len(norms), rows):
            block = self.vectors[at : at + rows]
            norms[at : at + rows] = np.sqrt(np.einsum("vd,vd->v", block, block))
        return norms

    def _why_missing(self, word: str) -> str:
        """Say that a word is not there, what is near it, and whether it was too rare."""
        parts = [f"{quoted(word)} is not in the vocabulary"]
        if near := self.near_spellings(word):
            parts.append("near: " + ", ".join(near))
        if count := self._dropped_count(word):
            times = "once" if count == 1 else f"{count:,} times"
            parts.append(f"seen {times} in the text, too rarely to get a vector (vocab.min_count)")
        return "; ".join(parts)

    def near_spellings(self, word: str, n: int = 3) -> list[str]:
        """Return the words that are spelled most alike, those that differ in case first."""
        common = self.vocabulary.words[:MAX_SPELLINGS]
        folded = word.casefold()
        same = [w for w in common if w.casefold() == folded]
        alike = [w for w in common if abs(len(w) - len(word)) <= 2]
        return list(dict.fromkeys(same + difflib.get_close_matches(folded, alike, n, cutoff=0.7)))[
            :n
        ]

    def _dropped_count(self, word: str) -> int:
        """Return how often a word without a row was seen, 0 if never."""
        file = self._folder / DROPPED if self._folder else None
        if file is None or not file.is_file():
            return 0
        begin = f"{word}\t".encode()
        with open(file, "rb") as lines:
            found = next((line[len(begin) :] for line in lines if line.startswith(begin)), b"0")
        return int(found) if found.strip().isdigit() else 0


def spell_question(positive: Sequence[str], negative: Sequence[str]) -> str:
    """Write a question as a person would: `king + woman - man`."""
    return (" + ".join(positive) + "".join(f" - {word}" for word in negative)).strip()
