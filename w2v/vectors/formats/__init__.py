"""Files of word vectors, of every tool of the field: tell them apart, read them, write them.

`contract.py` says what is read and which formats are written. A family of formats is a file:
`text.py`, `binary.py`, `archive.py`, `tensors.py`, `projector.py`. The names below are loaded when
they are first used, so that the command line can list the formats without NumPy.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from w2v.vectors.formats.contract import ENDINGS, FORMATS, VectorFile

if TYPE_CHECKING:
    from w2v.vectors.formats.reading import read_vectors
    from w2v.vectors.formats.recognising import recognise
    from w2v.vectors.formats.writing import write_vectors

_HOME_OF = {"read_vectors": "reading", "recognise": "recognising", "write_vectors": "writing"}

__all__ = ["ENDINGS", "FORMATS", "VectorFile", "read_vectors", "recognise", "write_vectors"]


def __getattr__(name: str) -> object:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME_OF[name]}"), name)
