"""What a file of vectors holds, and the formats that are written. Nothing here loads NumPy."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from w2v.text.packed_words import PackedWords

TEXT, BINARY, GLOVE, FASTTEXT = "word2vec-text", "word2vec-binary", "glove", "fasttext-vec"
TSV, NPZ, SAFETENSORS, PROJECTOR = "tsv", "npz", "safetensors", "projector"

FORMATS = {
    TEXT: "a line `V D`, then `word f f f` (gensim, word2vec.c)",
    BINARY: "the same with float32 in binary (gensim, word2vec.c)",
    GLOVE: "word2vec-text without its first line (GloVe)",
    FASTTEXT: "word2vec-text with a space at each line's end (fastText)",
    TSV: "word<TAB>f<TAB>f; a word may hold spaces",
    NPZ: "arrays vectors, words, counts, output_vectors (NumPy)",
    SAFETENSORS: "the same as tensors; pip install 'w2v[safetensors]'",
    PROJECTOR: "a folder for TensorBoard's embedding projector",
}
ENDINGS = {
    TEXT: ".w2v.txt",  # .txt alone might be a corpus
    BINARY: ".bin",
    GLOVE: ".glove.txt",
    FASTTEXT: ".vec",
    TSV: ".tsv",
    NPZ: ".npz",
    SAFETENSORS: ".safetensors",
    PROJECTOR: "-projector",
}
PACKABLE = (TEXT, BINARY, GLOVE, FASTTEXT, TSV)  # with gzip, when the name ends in .gz

# `V D`, the first line of both formats of word2vec; before it may be a byte order mark.
HEADER = re.compile(rb"(?:\xef\xbb\xbf)?[ \t]*(-?\d{1,40})[ \t]+(-?\d{1,40})[ \t\r]*(?:\n|\Z)")
# A number of a vector that is no whole one, as %g writes it.
COMPONENT = re.compile(rb"-?\d+(?:\.\d+(?:e[+-]\d+)?|e[+-]\d+)")
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
GZIP_MAGIC = b"\x1f\x8b\x08"
MAX_DIM = 1 << 20  # numbers a word; a file that declares more is damaged
MAX_WORD = 1 << 16  # bytes of a word; so far a damaged file is searched for the end of one

# (bytes of the file read so far, bytes in all), or (rows written so far, rows in all)
Progress = Callable[[int, int], object]


@dataclass(frozen=True)
class VectorFile:
    """What a file of vectors holds.

    Attributes
    ----------
    format : str
        As it was recognised; `fasttext-vec` is read as `word2vec-text`, which also word2vec.c
        writes with a space at each line's end.
    packed_words : PackedWords
        V distinct words; bytes that are no UTF-8 are kept as lone surrogates (surrogateescape).
    vectors : array of float32 or float64, shape (V, D)
        All finite. Text is read as float32, float16 is widened to it.
    counts : array of int64, shape (V,), optional
    output_vectors : array of float32 or float64, shape (V, D), optional
        Counts and output vectors are known from npz and safetensors only.
    n_not_utf8 : int
        How many words are no UTF-8.
    """

    format: str
    packed_words: PackedWords
    vectors: NDArray[np.floating]
    counts: NDArray[np.int64] | None = None
    output_vectors: NDArray[np.floating] | None = None
    n_not_utf8: int = 0

    @property
    def words(self) -> list[str]:
        """The words, each as a string."""
        return list(self.packed_words)
