"""Ask trained vectors: rows, neighbours, analogies, the odd one out, sentences, predictions.

Everything here only reads. The vectors of a run stay on disk and are memory-mapped. Methods have
the names of gensim's `KeyedVectors` where they mean the same.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from w2v.config import Config
from w2v.errors import UsageError, WordError
from w2v.run_folder import CONFIG, is_there, read_record
from w2v.text.tokenizers import TokenizerSpec
from w2v.text.vocabulary import Vocabulary
from w2v.vectors.formats.contract import Progress
from w2v.vectors.loading import load_file, load_run_config, load_run_folder
from w2v.vectors.nearest import CosineTable
from w2v.vectors.predicting import Negatives, center_probabilities
from w2v.vectors.queries import Answers, Parts, answer, check_numbers, query_of, unit_vector
from w2v.vectors.sentences import Weighting, sif_weights, weighted_mean
from w2v.vectors.spelling import why_missing

Vector: TypeAlias = "NDArray[np.floating]"


class WordVectors:
    """Words and their vectors.

    Parameters
    ----------
    vocabulary : Vocabulary, V words
        With counts of 0 where nobody knows them.
    vectors : array of float32 or float64, shape (V, D)
        W_in.
    folder : Path, optional
        The run folder, to look up words that got no row, and the run's config.
    output_vectors : array of float32 or float64, shape (V, D), or callable; optional
        W_out, or what opens it when it is first asked for.
    n_not_utf8 : int
        How many words are no UTF-8; their bytes are kept as lone surrogates.

    Attributes
    ----------
    vocabulary : Vocabulary
    vectors : array, shape (V, D)
    has_output : bool
        Whether there are output vectors.
    n_not_utf8 : int
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        vectors: Vector,
        folder: Path | None = None,
        output_vectors: Vector | Callable[[], Vector] | None = None,
        n_not_utf8: int = 0,
    ) -> None:
        self.vocabulary = vocabulary
        self.vectors = vectors
        self.has_output = output_vectors is not None
        self._output_vectors = output_vectors
        self.n_not_utf8 = n_not_utf8
        self._folder = folder

    @classmethod
    def load(cls, path: str | Path, on_progress: Progress | None = None) -> WordVectors:
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
            If the file is damaged, or in no known format.
        """
        path = Path(path)
        if path.is_file():
            vocabulary, vectors, more = load_file(path, on_progress)
            return cls(vocabulary, vectors, **more)
        vocabulary, vectors, open_output = load_run_folder(path)
        return cls(vocabulary, vectors, path, open_output)

    # ------------------------------------------------------------ words and rows

    def __len__(self) -> int:
        return len(self.vocabulary)

    def __repr__(self) -> str:
        return f"<WordVectors: {len(self):,} words of {self.vector_size} numbers>"

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and self._find(word) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self.vocabulary.words)

    def __getitem__(self, words: str | Sequence[str]) -> Vector:
        """Return the row of a word, (D,), as a view; or copies of the rows of several, (n, D)."""
        if isinstance(words, str):
            return self.vectors[self.get_index(words)]
        return self.vectors[[self.get_index(word) for word in words]]

    @property
    def index_to_key(self) -> list[str]:
        """The words, in the order of the rows."""
        return self.vocabulary.words

    @property
    def key_to_index(self) -> dict[str, int]:
        """The row of each word."""
        return self.vocabulary.id_of

    @property
    def vector_size(self) -> int:
        """D."""
        return int(self.vectors.shape[1])

    def get_index(self, word: str) -> int:
        """Return the row of a word.

        Raises
        ------
        WordError
            If it has none; with near spellings, and its count if it was too rare.
        """
        word_id = self._find(word)
        if word_id is None:
            raise WordError(why_missing(word, self.vocabulary.words, self._folder))
        return word_id

    def get_vector(self, word: str, norm: bool = False) -> Vector:
        """Return the row of a word, shape (D,); with `norm` at length 1, zeros as they are."""
        return unit_vector(self[word]) if norm else self[word]

    def _find(self, word: str) -> int | None:
        """Return the row of a word, or None."""
        word_id = self.vocabulary.find(word)
        # The same letters may be typed in another encoding than the text's, usually composed.
        composed = unicodedata.normalize("NFC", word)
        return self.vocabulary.find(composed) if word_id is None and composed != word else word_id

    # ------------------------------------------------------------------ nearness

    def similarity(self, word: str, other: str) -> float:
        """Return the cosine of the angle between two words' vectors, in -1..1."""
        return float(self.get_vector(word, norm=True) @ self.get_vector(other, norm=True))

    def distance(self, word: str, other: str) -> float:
        """Return 1 - similarity, in 0..2."""
        return 1 - self.similarity(word, other)

    def n_similarity(self, words: Sequence[str], others: Sequence[str]) -> float:
        """Return the cosine between the means of two sets of rows, as they are, in -1..1.

        Raises
        ------
        WordError
            If a word is not in the vocabulary.
        UsageError
            If a set is empty.
        """
        if min(len(words), len(others)) == 0:
            raise UsageError("it takes one word or more on each side to tell how similar they are")
        means = [
            unit_vector(np.mean([self.get_vector(word) for word in some], axis=0, dtype=np.float64))
            for some in (words, others)
        ]
        return float(means[0] @ means[1])

    def most_similar(
        self,
        positive: Parts = (),
        negative: Parts = (),
        topn: int = 10,
        restrict_vocab: int | None = None,
        *,
        min_count: int = 0,
        center: bool = False,
    ) -> Answers:
        """Return the words nearest to a sum of unit vectors, by cosine, nearest first.

        The words of the question are left out of the answer. For the analogy "man is to king as
        woman is to ?", ask `most_similar(["king", "woman"], ["man"])`.

        Parameters
        ----------
        positive, negative : str, array (D,), pair of either and a weight; or a sequence of them
            Words, whose unit vectors are added and subtracted, or vectors, as they are.
        topn : int
        restrict_vocab : int, optional
            Only the first so many words, the commonest, may be answers.
        min_count : int
            Only words that were seen so often may.
        center : bool
            Compare with the rows of W_out: which words are *predicted* by these?

        Returns
        -------
        list of (word, cosine), at most `topn`

        Raises
        ------
        WordError
            If a word is not in the vocabulary, or the vectors cancel out.
        UsageError
            If nothing is asked, a part of the question is neither a word nor such a vector, or
            `min_count` or `center` ask for what these vectors come without.

        References
        ----------
        3CosAdd: Levy and Goldberg, "Linguistic regularities in sparse and explicit word
        representations", CoNLL 2014, equation 2.
        """
        query = query_of(self, positive, negative)
        return answer(self, [query], topn, restrict_vocab, min_count=min_count, center=center)[0]

    def similar_by_vector(
        self, vector: Vector, topn: int = 10, restrict_vocab: int | None = None
    ) -> Answers:
        """Return the words nearest to a vector, shape (D,), as (word, cosine)."""
        return self.most_similar([vector], topn=topn, restrict_vocab=restrict_vocab)

    @functools.cached_property
    def output_vectors(self) -> Vector | None:
        """W_out, shape (V, D), if there is one.

        Raises
        ------
        RunError
            If its file is damaged.
        """
        found = self._output_vectors
        return found() if callable(found) else found

    @functools.cached_property
    def cosines(self) -> CosineTable:
        """W_in, with the lengths of its rows."""
        return CosineTable(self.vectors)

    @functools.cached_property
    def output_cosines(self) -> CosineTable:
        """W_out, with the lengths of its rows."""
        return CosineTable(self.output_table())

    def doesnt_match(self, words: Sequence[str]) -> str:
        """Return the word that is farthest from the mean of all; of equals the first."""
        cosines = self.cosines_with_mean(words)
        return words[int(np.argmin(cosines))]

    def cosines_with_mean(self, words: Sequence[str]) -> list[float]:
        """Return the cosine of each word with the mean of the unit vectors of all of them."""
        if len(words) < 3:
            raise UsageError("it takes three words or more to tell which is the odd one out")
        unit = np.stack([self.get_vector(word, norm=True) for word in words])  # (n, D)
        check_numbers(unit, ", ".join(words))
        return (unit @ unit_vector(unit.mean(axis=0))).tolist()

    # ------------------------------------------------- sentences and predictions

    def sentence_vector(
        self, sentence: str | Sequence[str], weighting: Weighting = "mean"
    ) -> NDArray[np.float64]:
        """Return the mean of the vectors of a sentence's words, shape (D,).

        Words without a row are passed over. With several sentences, `without_common_direction`
        (w2v/vectors/sentences.py) is the second step of Arora et al.

        Parameters
        ----------
        sentence : str or sequence of str
            A text, cut into words as the run's text was, or its words.
        weighting : "mean" or "sif"
            Whether common words count less; see `sif_weights`.

        Raises
        ------
        WordError
            If no word of it has a row.
        UsageError
            If `sif` is asked of vectors that come without counts.
        RunError
            If a vector is damaged: not finite.
        """
        ids = self.sentence_ids(sentence)
        vector = weighted_mean(self.vectors, ids, self.sentence_weights(weighting))
        check_numbers(vector, "the sentence")
        return vector

    def tokenize(self, sentence: str, *, allow_code: bool = False) -> list[str]:
        """Cut a text into words as the run's text was; that of a vector file as `words` does.

        Parameters
        ----------
        sentence : str
        allow_code : bool
            Whether a `module:function` tokenizer may be run.
        """
        if self._config is None:
            words = TokenizerSpec("words", lowercase=False).make()(sentence)
            return [word if word in self else word.lower() for word in words]
        corpus = self._config.corpus
        spec = TokenizerSpec(
            corpus.tokenizer, corpus.lowercase, corpus.normalize, allow_code=allow_code
        )
        return spec.make()(sentence)

    def predict_output_word(self, context: Sequence[str], topn: int = 10) -> Answers:
        """Return the words that CBOW expects between some context words, and their probabilities.

        Parameters
        ----------
        context : sequence of str
            A word that is there twice counts twice.
        topn : int

        Returns
        -------
        list of (word, probability), the most probable first

        Raises
        ------
        WordError
            If a word is not in the vocabulary.
        UsageError
            If there is no W_out, there are no counts, or the model is no CBOW.
        RunError
            If a vector is damaged: not finite.

        References
        ----------
        See `w2v/vectors/predicting.py`.
        """
        config = self._config
        if config is not None and config.model.kind != "cbow":
            raise UsageError("a skip-gram model predicts contexts, not centers; train a cbow")
        W_out = self.output_table()
        self.require_counts("a prediction")
        if not context:
            raise UsageError("a prediction goes by one context word or more")
        ids = [self.get_index(word) for word in context]
        p = center_probabilities(
            self.vectors, W_out, ids, self.vocabulary.counts, _negatives(config)
        )
        check_numbers(p, f"the context {' '.join(context)}, or rows of W_out,")
        best = np.argsort(-p, kind="stable")[:topn]
        return [(self.vocabulary.words[i], float(p[i])) for i in best.tolist() if p[i] > 0]

    def sentence_ids(self, sentence: str | Sequence[str]) -> list[int]:
        """Return the rows of the words of a sentence that have one."""
        words = self.tokenize(sentence) if isinstance(sentence, str) else sentence
        ids = [word_id for word_id in map(self._find, words) if word_id is not None]
        if not ids:
            raise WordError("no word of the sentence is in the vocabulary")
        return ids

    def sentence_weights(self, weighting: Weighting) -> NDArray[np.float64] | None:
        """Return the weight of each word, or None where all weigh the same."""
        return sif_weights(self.vocabulary.counts) if weighting == "sif" else None

    @functools.cached_property
    def _config(self) -> Config | None:
        """The config of the run; None of a vector file."""
        if self._folder is None:
            return None
        record = read_record(self._folder)
        has_config = is_there(self._folder, CONFIG, record)
        return load_run_config(self._folder, record) if has_config else None

    def output_table(self) -> Vector:
        """Return W_out, shape (V, D).

        Raises
        ------
        UsageError
            If these vectors come without it.
        RunError
            If its file is damaged.
        """
        if self.output_vectors is None:
            raise UsageError(
                "these vectors come without W_out, the table of the words that are predicted; "
                "give a run folder"
            )
        return self.output_vectors

    def require_counts(self, what: str) -> None:
        """Refuse what goes by counts where there are none."""
        if self.vocabulary.n_tokens == 0:
            raise UsageError(
                f"{what} goes by how often words were seen, and these vectors come without counts"
            )


def _negatives(config: Config | None) -> Negatives | None:
    """Return what a model was trained against; by default where no config says it."""
    config = config or Config()
    if config.model.loss == "softmax":
        return None
    return Negatives(config.negatives.k, config.negatives.power)
