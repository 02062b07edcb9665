"""Where the words and vectors of a RUN come from: a run folder, or a file of any known format.

Of a run folder, each file that is read is held against its checksum, and no other.
"""

from __future__ import annotations

import tokenize
import warnings
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from w2v.config import Config, load_config
from w2v.errors import RunError, first_line
from w2v.run_folder import (
    CAN_RESUME,
    CONFIG,
    OUTPUT_VECTORS,
    RUNNING,
    VECTORS,
    VOCAB,
    check_run_file,
    command_to_resume,
    is_there,
    read_file,
    read_record,
    status_of,
)
from w2v.text.vocabulary import Vocabulary
from w2v.vectors.formats.contract import Progress
from w2v.vectors.formats.reading import read_vectors

# What NumPy raises of a table whose header is damaged: it reads that as Python, nested ever so
# deep. To map a table takes no memory.
DAMAGE = (
    OSError, ValueError, EOFError, OverflowError, TypeError, SyntaxError, tokenize.TokenError,
    RecursionError, MemoryError, UserWarning,
)  # fmt: skip


class Opened(NamedTuple):
    """A run folder that was opened.

    Attributes
    ----------
    vocabulary : Vocabulary, V words
    vectors : array of float, shape (V, D)
        Mapped from their file.
    open_output : callable, optional
        Maps W_out, if the run has it; raises RunError if that is damaged. Of 240 MB, to hold them
        against their checksum takes a seventh of a second, and most questions do not need W_out.
    """

    vocabulary: Vocabulary
    vectors: NDArray[np.floating]
    open_output: Callable[[], NDArray[np.floating]] | None


def load_run_folder(folder: Path) -> Opened:
    """Open the vocabulary of a run folder, and map its vectors; what is opened is not damaged.

    Raises
    ------
    RunError
        If the folder is no run folder, is damaged, or the run did not end.
    """
    record = read_record(folder)
    if not is_there(folder, VECTORS, record):
        status = status_of(folder, record)
        remedy = "train it again"
        if status == RUNNING:
            remedy = "wait for its end"
        elif status in CAN_RESUME:
            remedy = f"`{command_to_resume(folder)}` goes on with it"
        raise RunError(f"{folder} has no {VECTORS}: its status is {status!r}; {remedy}")
    with ThreadPoolExecutor(1) as beside:  # hashing lets go of the interpreter
        checking = beside.submit(check_run_file, folder, VECTORS, record)
        vocabulary = Vocabulary.parse(read_file(folder, VOCAB, record), folder / VOCAB)
        checking.result()
    vectors = _map_table(folder / VECTORS, len(vocabulary))

    def open_output() -> NDArray[np.floating]:
        check_run_file(folder, OUTPUT_VECTORS, record)
        output = _map_table(folder / OUTPUT_VECTORS, len(vocabulary))
        if output.shape != vectors.shape:
            raise RunError(
                f"{folder} is damaged: {VECTORS} has {vectors.shape[1]} numbers a word, "
                f"{OUTPUT_VECTORS} {output.shape[1]}"
            )
        return output

    has_output = is_there(folder, OUTPUT_VECTORS, record)
    return Opened(vocabulary, vectors, open_output if has_output else None)


def load_run_config(folder: Path, record: Mapping[str, Any]) -> Config:
    """Read the config of a run.

    Parameters
    ----------
    folder : Path
    record : mapping
        What `read_record` returned.

    Raises
    ------
    RunError
        If it is missing, or not what the run was trained with.
    ConfigError
        If this version cannot read it.
    """
    check_run_file(folder, CONFIG, record)
    return load_config(folder / CONFIG).config


def _map_table(file: Path, n_words: int) -> NDArray[np.floating]:
    """Map a table of a run folder, with a row for each word.

    Raises
    ------
    RunError
        If it is damaged, or no such table.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)  # of a header that NumPy has to guess at
            table = np.load(file, mmap_mode="r", allow_pickle=False)
    except DAMAGE as error:
        raise RunError(f"{file} is damaged: {first_line(error)}") from error
    if not isinstance(table, np.ndarray) or table.ndim != 2 or table.dtype.kind != "f":
        raise RunError(f"{file} holds no table of numbers")
    if len(table) != n_words:
        raise RunError(f"{file} has {len(table):,} rows, {VOCAB} has {n_words:,} words")
    return table


def load_file(
    file: Path, on_progress: Progress | None
) -> tuple[Vocabulary, NDArray[np.floating], dict[str, Any]]:
    """Read a file of vectors: its vocabulary, its vectors, and what else WordVectors takes.

    The counts are zeros when the file has none.

    Raises
    ------
    FormatError
    """
    content = read_vectors(file, on_progress)
    counts = content.counts
    if counts is None:
        counts = np.zeros(len(content.vectors), np.int64)
    more = {"output_vectors": content.output_vectors, "n_not_utf8": content.n_not_utf8}
    return Vocabulary(content.packed_words, counts), content.vectors, more
