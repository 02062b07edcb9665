"""The three files of TensorBoard's embedding projector. They are written, and never read again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from w2v.files import atomic_write, cannot_write
from w2v.vectors.formats.contract import Progress
from w2v.vectors.formats.rows import reported
from w2v.vectors.formats.text import row_pattern
from w2v.vectors.formats.words import encode

VECTORS, METADATA, CONFIG = "vectors.tsv", "metadata.tsv", "projector_config.pbtxt"
PROJECTOR_FILES = (VECTORS, METADATA, CONFIG)
# Paths are relative to this file, in the folder that TensorBoard is given.
CONFIG_TEXT = f"""\
embeddings {{
  tensor_name: "word vectors"
  tensor_path: "{VECTORS}"
  metadata_path: "{METADATA}"
}}
"""


def write_projector(
    folder: Path,
    words: Sequence[str],
    vectors: NDArray[np.floating],
    counts: NDArray[np.int64] | None,
    on_progress: Progress | None = None,
) -> None:
    """Write the three files into a folder, which is made if it is not there.

    TensorBoard takes the first line of the metadata for a header if, and only if, there is more
    than one column.

    Raises
    ------
    OutputError
        If a file cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from error
    pattern = row_pattern(vectors, "\t") + "\n"
    # Each in the other: none gets its name before all have found room.
    with atomic_write(folder / METADATA) as file:
        _write_metadata(file, words, counts)
        file.flush()
        with atomic_write(folder / VECTORS, "w") as table:
            rows = zip(reported(words, on_progress), vectors, strict=True)
            table.writelines(pattern % tuple(row.tolist()) for _, row in rows)
            table.flush()
            with atomic_write(folder / CONFIG, "w") as config:
                config.write(CONFIG_TEXT)


def _write_metadata(
    file: IO[bytes], words: Sequence[str], counts: NDArray[np.int64] | None
) -> None:
    """Write a line for each word."""
    if counts is None:
        file.writelines(encode(word) + b"\n" for word in words)
    else:
        file.write(b"word\tcount\n")
        pairs = zip(words, counts.tolist(), strict=True)
        file.writelines(encode(word) + b"\t%d\n" % count for word, count in pairs)
