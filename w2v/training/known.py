"""Start from known vectors: `embedding.pretrained`, a run or a vector file.

Rows whose word is known start from its vector in W_in, and in W_out if the file has output vectors;
the others as always. Which words have rows is settled in `w2v/text/known_words.py`, which of them
stay as they are in `freezing.py`.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2v.config.schema import Config
from w2v.errors import ConfigError, OutputError, RunError, quoted
from w2v.model.functions import Floats
from w2v.run_folder import OUTPUT_VECTORS, VECTORS, find_run
from w2v.text.corpus import Corpus
from w2v.text.encoding import content_hash
from w2v.text.vocabulary import GONE, Vocabulary
from w2v.training.draws import start_weights
from w2v.vectors.word_vectors import WordVectors

BLOCK_FLOATS = 1 << 20  # of a table, copied at a time
# Of the words of the text: below the first something may be wrong with the letters, and so it is if
# so many more would be known in another case.
FEW, GAIN = 0.5, 0.1
# What the word<TAB>count lines of a run folder cannot hold: tabs, line ends, bytes that are no
# UTF-8 (as Python spells them).
UNFIT = re.compile("[\t\n\ud800-\udfff]")


@dataclass(frozen=True)
class Known:
    """Known vectors, opened.

    Attributes
    ----------
    path : Path
        Absolute: the run folder, or the vector file.
    vectors : WordVectors
    vocabulary : Vocabulary
        The words that a run folder can hold; counts of zero for all are no counts.
    output_vectors : array of float, shape (V, D), or None
    """

    path: Path
    vectors: WordVectors
    vocabulary: Vocabulary
    output_vectors: Floats | None

    @property
    def shape_settings(self) -> dict[str, Any]:
        """The settings that fit these vectors, by dotted path."""
        dtype = "float64" if self.vectors.vectors.dtype == np.float64 else "float32"
        return {"model.dim": self.vectors.vectors.shape[1], "embedding.dtype": dtype}


@dataclass(frozen=True)
class Start:
    """Where the weights of a run start, as the plan tells it.

    Attributes
    ----------
    path : Path
    sha256 : str
        Of the vector file; of a run's vectors.npy.
    n_known, n_new : int
        Rows that start from a known vector, and the others.
    n_here : int
        Known words that are in this text.
    has_output : bool
        Whether W_out starts from known vectors too.
    n_words : int
        Of the known vectors.
    table_bytes : int
        Of their tables, until the rows are copied; files that are mapped apart.
    warnings : list of str
    """

    path: Path
    sha256: str
    n_known: int
    n_new: int
    n_here: int
    has_output: bool
    n_words: int
    table_bytes: int
    warnings: list[str]

    def record(self) -> dict[str, Any]:
        """Return what run.json says about it."""
        return {
            "path": str(self.path),
            "sha256": self.sha256,
            "known": self.n_known,
            "new": self.n_new,
            "output_vectors": self.has_output,
        }


def find_known(name: str) -> Path:
    """Return the vector file or run folder that a user names, as an absolute path.

    Raises
    ------
    RunError
        If there is none.
    """
    if os.path.isfile(name):
        return Path(os.path.abspath(name))
    try:
        return Path(os.path.abspath(find_run(name)))
    except RunError as error:
        sentence = str(error).replace("there is no run", "there is no vector file and no run", 1)
        raise RunError(sentence) from error


def load_known(config: Config, target: Path | None = None, *, fit: bool = False) -> Known | None:
    """Open the vectors of `embedding.pretrained`; None if there are none to start from.

    Parameters
    ----------
    config : Config
    target : Path, optional
        The folder that the run will be written to.
    fit : bool
        Whether the config will be made to fit the vectors.

    Raises
    ------
    W2VError
        If there are no such vectors, they do not fit the config, or the run would replace them.
    """
    name = config.embedding.pretrained
    if name is None:
        return None
    path = find_known(name)
    if target is not None and target.exists() and target.samefile(path):
        raise OutputError(f"{target} is the run to start from; choose another --out")
    vectors = WordVectors.load(path)
    n_words, dim = vectors.vectors.shape
    if n_words == 0:
        raise RunError(f"{path} holds no word to start from")
    if dim != config.model.dim and not fit:
        raise ConfigError(
            [
                f"model.dim: {config.model.dim}, but the vectors in {path} have {dim} numbers; "
                f"use model.dim={dim}"
            ]
        )
    return Known(path, vectors, _fit_words(vectors.vocabulary), _output_vectors(vectors, path))


def _output_vectors(vectors: WordVectors, path: Path) -> Floats | None:
    """Return the output vectors that belong to some vectors, if there are any."""
    file = path / OUTPUT_VECTORS
    found: Floats | None = getattr(vectors, "output_vectors", None)
    if found is None and file.is_file():
        found = np.load(file, mmap_mode="r")
    if found is not None and found.shape != vectors.vectors.shape:
        raise RunError(
            f"{path} is damaged: its vectors are a table of {_shape(vectors.vectors)}, its output "
            f"vectors of {_shape(found)}"
        )
    return found


def _shape(table: Floats) -> str:
    """Write the shape of a table."""
    return " x ".join(f"{n:,}" for n in table.shape)


def _fit_words(vocabulary: Vocabulary) -> Vocabulary:
    """Leave out the words that a run folder cannot hold; no text has them either."""
    fits = [bool(word) and not UNFIT.search(word) for word in vocabulary.words]
    if all(fits):
        return vocabulary
    words = [word for word, fit in zip(vocabulary.words, fits, strict=True) if fit]
    return Vocabulary(words, vocabulary.counts[np.array(fits)])


def plan_start(config: Config, corpus: Corpus, known: Known) -> Start:
    """Work out how the known words and those of the text overlap."""
    is_known = known.vocabulary.rows_of(corpus.vocabulary.words) != GONE
    has_positions = corpus.vocabulary.counts > 0
    held = [known.vectors.vectors, known.output_vectors]
    n_bytes = sum(W.nbytes for W in held if W is not None and not isinstance(W, np.memmap))
    file = known.path / VECTORS if known.path.is_dir() else known.path
    return Start(
        path=known.path,
        sha256=content_hash([file]),
        n_known=int(np.count_nonzero(is_known)),
        n_new=int(np.count_nonzero(~is_known)),
        n_here=int(np.count_nonzero(is_known & has_positions)),
        has_output=known.output_vectors is not None,
        n_words=len(known.vectors),
        table_bytes=n_bytes,
        warnings=_warnings(config, corpus, known),
    )


def _warnings(config: Config, corpus: Corpus, known: Known) -> list[str]:
    """Say what is odd about the overlap."""
    found = []
    n_unfit = len(known.vectors) - len(known.vocabulary)
    if n_unfit:
        found.append(
            "of the vectors to start from, words with a tab, a line end or bytes that are no "
            f"UTF-8 are left out: {n_unfit:,}"
        )
    n_common = int(np.count_nonzero(corpus.text.counts >= config.vocab.min_count))
    common = corpus.text.words[:n_common]  # they stand there by falling count
    id_of = known.vocabulary.id_of
    n_shared = sum(word in id_of for word in common)
    if n_shared >= FEW * n_common:
        return found
    wanted = set(common)
    in_capitals = {low for word in known.vocabulary.words if (low := word.lower()) in wanted}
    enough = n_shared + GAIN * n_common
    if sum(word.lower() in id_of for word in common) >= enough:
        why = "; in lower case more would be: try corpus.lowercase=true with the tokenizer words"
    elif len(in_capitals) >= enough:
        why = "; the known words have capitals: try corpus.lowercase=false"
    else:
        why = ""
    if n_shared == 0:
        found.append(f"none of the {n_common:,} words of the text is known{why}")
    elif why:
        found.append(f"only {n_shared:,} of the {n_common:,} words of the text are known{why}")
    return found


def first_weights(
    config: Config, vocabulary: Vocabulary, known: Known | None
) -> tuple[Floats, Floats]:
    """Make the tables that a run starts from: known vectors where there are, else as always.

    Parameters
    ----------
    config : Config
    vocabulary : Vocabulary
    known : Known, optional
        In float32 or float64, whatever `embedding.dtype` is: its numbers are converted.

    Returns
    -------
    W_in, W_out : arrays of `embedding.dtype`, shape (V, D)

    Raises
    ------
    RunError
        If a vector is not finite.
    """
    dim, dtype = config.model.dim, config.embedding.dtype
    W_in, W_out = start_weights(config.train.seed, len(vocabulary), dim, dtype)
    if known is not None:
        source = known.vectors.vocabulary.rows_of(vocabulary.words)
        _copy_rows(W_in, known.vectors.vectors, source, known)
        if known.output_vectors is not None:
            _copy_rows(W_out, known.output_vectors, source, known)
    if config.embedding.padding_idx is not None:
        W_in[config.embedding.padding_idx] = 0
    return W_in, W_out


def _copy_rows(W: Floats, table: Floats, source: NDArray[np.int32], known: Known) -> None:
    """Copy the known rows into a table, a part at a time: the file is mapped."""
    rows = np.flatnonzero(source != GONE)
    at_once = max(1, BLOCK_FLOATS // W.shape[1])
    for at in range(0, len(rows), at_once):
        here = rows[at : at + at_once]
        with np.errstate(over="ignore"):
            block = table[source[here]].astype(W.dtype)
        is_bad = ~np.isfinite(block).all(axis=1)
        if is_bad.any():
            word = known.vectors.vocabulary.words[source[here[np.argmax(is_bad)]]]
            raise RunError(
                f"{known.path}: the vector of {quoted(word)} is not finite in {W.dtype}; "
                "nothing can start from it"
            )
        W[here] = block
