"""The rows that a page of `w2v explain` carries: for its own words, and for words typed into it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from w2v.model.functions import Floats, Ids
from w2v.text.tokenizers import TokenizerSpec

N_SPARE = 60  # toy rows for words that are typed; a sentence to look at is shorter
N_COMMON = 300  # words of a run that may be typed


@dataclass(frozen=True)
class Rows:
    """Rows of both tables. The first V are those of the scene, in its order.

    Attributes
    ----------
    words : tuple of str, n of them, or None
        The word of each row. None for a toy vocabulary: there a row belongs to no word, and words
        get rows in the order in which they first appear, in the sentence and then in the noise.
    ids : array of int, shape (n,)
        What each row is called: its id in the vocabulary.
    W_in, W_out : arrays of float, shape (n, D)
    tokenizer : TokenizerSpec
        How a sentence that is typed is split; `module:function` as whitespace does.
    run : str
        The name of the run that the rows are from; nothing for a toy vocabulary.
    """

    words: tuple[str, ...] | None
    ids: Ids
    W_in: Floats
    W_out: Floats
    tokenizer: TokenizerSpec = field(default_factory=TokenizerSpec)
    run: str = ""


def rows_of_toy(W_in: Floats, W_out: Floats, tokenizer: TokenizerSpec | None = None) -> Rows:
    """Return the rows of a toy vocabulary.

    Parameters
    ----------
    W_in, W_out : arrays of float, shape (V + N_SPARE, D)
        `toy_rows` from row 0 on: a word that is typed gets the row that the command would give it.
    tokenizer : TokenizerSpec, optional
    """
    return Rows(None, np.arange(len(W_in)), W_in, W_out, tokenizer or TokenizerSpec())


def rows_of_run(
    words: Sequence[str],
    W_in: Floats,
    W_out: Floats,
    scene_ids: Ids,
    tokenizer: TokenizerSpec,
    run: str,
    n_common: int = N_COMMON,
) -> Rows:
    """Return the rows of a run: those of the scene, and those of the commonest other words.

    Parameters
    ----------
    words : sequence of str, V of them
        The whole vocabulary, by id: the commonest words come first.
    W_in, W_out : arrays of float, shape (V, D)
        The whole tables; they may be mapped from a file.
    scene_ids : array of int
        The ids of the scene's rows, in the scene's order.
    tokenizer : TokenizerSpec
    run : str
        Its name.
    n_common : int
    """
    scene_ids = np.asarray(scene_ids)
    common = np.setdiff1d(np.arange(min(n_common, len(words))), scene_ids)
    ids: NDArray[np.intp] = np.concatenate((scene_ids, common)).astype(np.intp)
    chosen = tuple(words[row] for row in ids)
    return Rows(chosen, ids, np.asarray(W_in[ids]), np.asarray(W_out[ids]), tokenizer, run)
