"""Open known vectors: `embedding.pretrained`, a run or a vector file.

What a run makes of them is in `starting.py`; which words have rows is settled in
`w2v/text/known_words.py`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from w2v.config.schema import Config
from w2v.errors import ConfigError, OutputError, RunError
from w2v.run_finding import find_run
from w2v.run_folder import OUTPUT_VECTORS, VECTORS, VOCAB
from w2v.text.vocabulary import Vocabulary
from w2v.vectors.formats.contract import Progress
from w2v.vectors.word_vectors import WordVectors

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
    """

    path: Path
    vectors: WordVectors
    vocabulary: Vocabulary

    @property
    def files(self) -> list[Path]:
        """The files that were read."""
        if not self.path.is_dir():
            return [self.path]
        tables = [VECTORS, OUTPUT_VECTORS] if self.vectors.has_output else [VECTORS]
        return [self.path / name for name in (*tables, VOCAB)]

    @property
    def shape_settings(self) -> dict[str, Any]:
        """The settings that fit these vectors, by dotted path."""
        dtype = "float64" if self.vectors.vectors.dtype == np.float64 else "float32"
        return {"model.dim": self.vectors.vectors.shape[1], "embedding.dtype": dtype}


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


def load_known(
    config: Config,
    target: Path | None = None,
    *,
    fitted: Collection[str] = (),
    on_progress: Progress | None = None,
) -> Known | None:
    """Open the vectors of `embedding.pretrained`; None if there are none to start from.

    Parameters
    ----------
    config : Config
    target : Path, optional
        The folder that the run will be written to.
    fitted : collection of str
        The settings that will be made to fit the vectors, by dotted path.
    on_progress : callable, optional
        As of `WordVectors.load`.

    Raises
    ------
    W2VError
        If there are no such vectors, they do not fit the config, or the run would replace them.
    """
    name = config.embedding.pretrained
    if name is None:
        return None
    try:
        path = find_known(name)
    except RunError as error:
        raise RunError(f"embedding.pretrained: {error}") from error
    if target is not None and target.exists() and target.samefile(path):
        raise OutputError(f"{target} is the run to start from; choose another --out")
    vectors = WordVectors.load(path, on_progress)
    vocabulary, dim = _fit_words(vectors.vocabulary), vectors.vector_size
    if len(vocabulary) == 0:
        kind = "; a run folder has no place for its words" if len(vectors) else ""
        raise RunError(f"{path} holds no word to start from{kind}")
    if dim != config.model.dim and "model.dim" not in fitted:
        raise ConfigError(
            [
                f"model.dim: {config.model.dim}, but the vectors in {path} have {dim} numbers; "
                f"use model.dim={dim}"
            ]
        )
    return Known(path, vectors, vocabulary)


def _fit_words(vocabulary: Vocabulary) -> Vocabulary:
    """Leave out the words that a run folder cannot hold; no text has them either."""
    fits = [bool(word) and not UNFIT.search(word) for word in vocabulary.words]
    if all(fits):
        return vocabulary
    words = [word for word, fit in zip(vocabulary.words, fits, strict=True) if fit]
    return Vocabulary(words, vocabulary.counts[np.array(fits)])
