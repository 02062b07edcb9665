"""Vectors of words from vectors of characters: a model of characters can be asked about words.

A run with the tokenizer `char` has a row for each character and none for a word of two. A set of
pairs of words asks it about the mean of each word's characters: what CBOW makes of a context.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

import numpy as np

from w2v.text.tokenizers import characters
from w2v.text.vocabulary import Vocabulary
from w2v.vectors.word_vectors import WordVectors

_SPECIALS = ("<unk>", "<pad>")


def are_of_characters(vectors: WordVectors) -> bool:
    """Tell whether every word of the vocabulary is one character, with its marks."""
    rows = range(len(vectors.vocabulary))
    words = (vectors.vocabulary.word_at(row) for row in rows)  # of most texts one is enough
    return all(word in _SPECIALS or characters(word) == [word] for word in words)


def with_words(vectors: WordVectors, words: Iterable[str]) -> WordVectors:
    """Return vectors of characters, and behind them those of words of several characters.

    The vector of a word is the mean of its characters' rows; one that comes twice counts twice.

    Parameters
    ----------
    vectors : WordVectors
        Of characters.
    words : iterable of str
        In any order; one with a character that has no row is left out.
    """
    row_of = vectors.vocabulary.id_of
    rows_of: dict[str, list[int]] = {}
    for word in dict.fromkeys(unicodedata.normalize("NFC", word) for word in words):
        found = characters(word)
        if len(found) > 1 and all(character in row_of for character in found):
            rows_of[word] = [row_of[character] for character in found]
    table = np.asarray(vectors.vectors, np.float64)
    with np.errstate(all="ignore"):  # of damaged rows, which are found where vectors are compared
        means = [table[rows].mean(axis=0) for rows in rows_of.values()]
    return WordVectors(
        Vocabulary(
            [*vectors.vocabulary.words, *rows_of],
            np.append(vectors.vocabulary.counts, np.zeros(len(rows_of), np.int64)),
        ),
        np.concatenate([table, np.reshape(means, (-1, vectors.vector_size))]),
    )
