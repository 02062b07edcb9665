"""Which rows of W_in stay as they are: `embedding.freeze`, true or a file of words.

The engines are told by `Weights.frozen`; nothing of a frozen row changes, not by a bit.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from w2v.config.schema import Config
from w2v.errors import ConfigError
from w2v.run_folder import VOCAB
from w2v.text.vocabulary import GONE, Vocabulary
from w2v.training.starting import Start


@dataclass(frozen=True)
class Frozen:
    """Rows that stay as they are.

    Attributes
    ----------
    rows : array of bool, shape (V,)
    n_without_row : int
        Words of the file that have no row.
    """

    rows: NDArray[np.bool_]
    n_without_row: int


def read_frozen_words(freeze: bool | str) -> list[str]:
    """Read the words of `embedding.freeze`, each once; none if it names no file.

    One word a line; of `word<TAB>count`, as in vocab.tsv, the word. Blank lines count for nothing.

    Raises
    ------
    ConfigError
        If the file cannot be read, or holds no word.
    """
    if not isinstance(freeze, str):
        return []
    try:
        text = Path(freeze).read_bytes().decode("utf-8-sig")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise ConfigError([f"embedding.freeze: {freeze} cannot be read: {reason}"]) from error
    words = [line.partition("\t")[0].strip() for line in text.split("\n")]
    found = list(dict.fromkeys(filter(None, words)))
    if not found:
        raise ConfigError(
            [f"embedding.freeze: {freeze} holds no word; it takes one a line, or use true for all"]
        )
    return found


def find_frozen(freeze: bool | str, words: list[str], vocabulary: Vocabulary) -> Frozen | None:
    """Find the rows that stay as they are; None if all may move.

    Parameters
    ----------
    freeze : bool or str
        `embedding.freeze`.
    words : list of str
        What `read_frozen_words` found.
    vocabulary : Vocabulary

    Raises
    ------
    ConfigError
        If none of the words has a row.
    """
    if freeze is False:
        return None
    if freeze is True:
        return Frozen(np.ones(len(vocabulary), np.bool_), 0)
    ids = vocabulary.rows_of(words)
    has_row = ids != GONE
    if not has_row.any():
        raise ConfigError(
            [
                f"embedding.freeze: none of the {len(words):,} words of {freeze} has a row; words "
                "are matched as they are written, one a line"
            ]
        )
    rows = np.zeros(len(vocabulary), np.bool_)
    rows[ids[has_row]] = True
    return Frozen(rows, int(np.count_nonzero(~has_row)))


def freezing_advice(config: Config, start: Start | None, n_words: int) -> list[str]:
    """Say how many rows never leave their random start, if `embedding.freeze` is true.

    Of a file of words nothing is said: there each word was meant.
    """
    n_random = n_words if start is None else start.n_new
    if config.embedding.freeze is not True or n_random == 0:
        return []
    stay = "word starts at random and stays" if n_random == 1 else "words start at random and stay"
    if start is None:
        remedy = "embedding.pretrained=RUN starts from known vectors"
    else:
        file = start.path / VOCAB if start.path.is_dir() else "FILE"
        setting = shlex.quote(f"embedding.freeze={file}")
        remedy = f"a file of words freezes only those ({setting})"
    return [f"{n_random:,} {stay} so, since embedding.freeze is true; {remedy}"]
