"""The lines of Python that open, with the tool that it is for, a file that was exported."""

from __future__ import annotations

from w2v.cli.terminal import WIDTH, columns_of
from w2v.vectors.formats.contract import BINARY, FASTTEXT, GLOVE, NPZ, SAFETENSORS, TEXT, TSV

# {file} stands for its name, {errors} for what is said of bytes that are no UTF-8, if any are.
OF_GENSIM = """\
from gensim.models import KeyedVectors
vectors = KeyedVectors.load_word2vec_format({file}%s{errors})"""
OF_ARRAYS = """\
vectors = f['vectors']
words = bytes(f['words']).decode({errors}).split('\\n')"""
HOW_TO_OPEN = {
    TEXT: OF_GENSIM % "",
    BINARY: OF_GENSIM % ", binary=True",
    GLOVE: OF_GENSIM % ", no_header=True",
    FASTTEXT: OF_GENSIM % "",
    TSV: """\
import pandas
vectors = pandas.read_csv({file}, sep='\\t', header=None, index_col=0,
    dtype={{0: str}}, quoting=3, na_filter=False{errors})""",
    NPZ: f"import numpy\nf = numpy.load({{file}})\n{OF_ARRAYS}",
    SAFETENSORS: f"from safetensors.numpy import load_file\nf = load_file({{file}})\n{OF_ARRAYS}",
}
ERRORS = {
    **dict.fromkeys((TEXT, BINARY, GLOVE, FASTTEXT), ",\n    unicode_errors='replace'"),
    TSV: ",\n    encoding_errors='surrogateescape'",
    **dict.fromkeys((NPZ, SAFETENSORS), "'utf-8', 'surrogateescape'"),
}


def how_to_open(file: str, format: str, *, all_utf8: bool) -> list[str]:
    """Return lines of Python that open a file, none wider than a terminal unless the name is.

    Parameters
    ----------
    file : str
    format : str
        Any but projector.
    all_utf8 : bool
        Whether all words are UTF-8.
    """
    # repr, not JSON: letters of every script as they are, all that does not show as its code.
    named, errors = repr(file), "" if all_utf8 else ERRORS[format]
    lines = HOW_TO_OPEN[format].format(file=named, errors=errors).split("\n")
    if max(map(columns_of, lines)) <= WIDTH:
        return lines
    lines = HOW_TO_OPEN[format].format(file="file", errors=errors).split("\n")
    return [f"file = {named}", *lines]


def is_for_gensim(format: str) -> bool:
    """Tell whether a format is opened with gensim."""
    return "gensim" in HOW_TO_OPEN.get(format, "")
