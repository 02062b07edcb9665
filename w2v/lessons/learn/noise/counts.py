"""The counts of a corpus, two numbers that noise has of them alone, and the ranks of a curve."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from w2v.config.loading import load_config
from w2v.lessons.learn.small_runs import OnProgress
from w2v.text.builtin import builtin_file
from w2v.text.corpus import encode_corpus
from w2v.text.scripts import is_unsegmented
from w2v.text.vocabulary import Vocabulary, build_vocabulary

POWER = 0.75
TIMES_ASKED = 10  # of the lesson's question
STDIN = "-"
N_PLOTTED = 200  # ranks of a curve
LARGE = 100_000  # tokens; a smaller text keeps the words that are seen once


def read_vocabulary(
    name: str, on_progress: OnProgress | None, *, is_ours: bool
) -> tuple[Vocabulary, bool]:
    """Count a corpus; a text without spaces is cut into characters, a small one keeps rare words.

    Parameters
    ----------
    name : str
        A path, or the name of a built-in corpus.
    on_progress : callable or None
    is_ours : bool
        Whether nothing but the built-in corpus is meant: a folder here may be called so too.

    Returns
    -------
    vocabulary : Vocabulary
    by_character : bool
        Whether it is one of characters.
    """
    n_read = 0

    def move(n_characters: int) -> None:
        nonlocal n_read
        n_read += n_characters
        if on_progress is not None:
            on_progress(n_read, None)

    path = str(builtin_file(name)) if is_ours else name
    for tokenizer in ("words", "char"):
        settings = {"corpus.path": path, "corpus.tokenizer": tokenizer}
        config = load_config(values=settings).config
        text, _, _ = encode_corpus(config.corpus, progress=move)
        if name == STDIN or not is_unsegmented(text.words):  # standard input is read only once
            break
    min_count = config.vocab.min_count if text.counts.sum() >= LARGE else 1
    return build_vocabulary(text.words, text.counts, min_count, None, ())[0], tokenizer == "char"


def break_even(counts: NDArray[np.int64]) -> float:
    """Return the count at which noise takes a word exactly as often as the text does.

    count ** 0.75 / S = count / N, with S the sum of count ** 0.75: count = (N / S) ** 4.

    Parameters
    ----------
    counts : array of int, shape (V,), above 0
    """
    if counts.min() == counts.max():  # exactly: by rounding, all of them might seem to lose
        return float(counts[0])
    powered = np.asarray(counts, np.float64) ** POWER
    return float((counts.sum() / powered.sum()) ** (1 / (1 - POWER)))


def answer_power(ratio: float) -> float:
    """Return the power at which a word is drawn TIMES_ASKED as often as one `ratio` rarer."""
    return float(np.log(TIMES_ASKED) / np.log(ratio)) if ratio > 1 else 0.0


def plotted_rows(n_words: int) -> NDArray[np.int64]:
    """Return rows that lie evenly on a logarithmic axis of ranks."""
    return np.unique(np.rint(np.geomspace(1, n_words, N_PLOTTED)).astype(np.int64)) - 1
