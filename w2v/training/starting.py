"""Start from known vectors: how many words of the text they know, and the first weights.

Rows whose word is known start from its vector in W_in, and in W_out if there are output vectors;
the others as always. Which rows stay as they are is settled in `freezing.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2v.config.schema import Config
from w2v.errors import RunError, quoted
from w2v.model.functions import Floats
from w2v.text.corpus import Corpus
from w2v.text.encoding import content_hash
from w2v.text.vocabulary import GONE, Vocabulary
from w2v.training.draws import start_weights
from w2v.training.known import Known

BLOCK_FLOATS = 1 << 20  # of a table, copied at a time
# Of the words of the text: below the first something may be wrong with the letters, and so it is if
# so many more would be known in another case.
FEW, GAIN = 0.5, 0.1


@dataclass(frozen=True)
class Start:
    """Where the weights of a run start, as the plan tells it.

    Attributes
    ----------
    path : Path
    sha256 : str
        Of the vector file; of a run's vectors.npy, output_vectors.npy and vocab.tsv, one after the
        other.
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


def plan_start(config: Config, corpus: Corpus, known: Known) -> Start:
    """Work out how the known words and those of the text overlap."""
    is_known = known.vocabulary.rows_of(corpus.vocabulary.words) != GONE
    has_positions = corpus.vocabulary.counts > 0
    held = [known.vectors.vectors, known.vectors.output_vectors]
    n_bytes = sum(W.nbytes for W in held if W is not None and not isinstance(W, np.memmap))
    return Start(
        path=known.path,
        sha256=content_hash(known.files),
        n_known=int(np.count_nonzero(is_known)),
        n_new=int(np.count_nonzero(~is_known)),
        n_here=int(np.count_nonzero(is_known & has_positions)),
        has_output=known.vectors.has_output,
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
        if known.vectors.output_vectors is not None:
            _copy_rows(W_out, known.vectors.output_vectors, source, known)
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
