"""Which files a corpus path names, and a file for standard input. They are read in `reading.py`."""

from __future__ import annotations

import glob
import os
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from w2v.errors import CorpusError

BLOCK_BYTES = 1 << 20


def find_files(paths: Iterable[str]) -> list[Path]:
    """List the files that a corpus path names: files, folders (all files below), globs.

    Files of a folder or glob come in sorted order; names that begin with a dot are passed over.

    Raises
    ------
    CorpusError
        If a path matches nothing, or a pipe or device.
    """
    files: list[Path] = []
    for path in paths:
        if os.path.isdir(path):
            found = _files_below(Path(path))
        elif os.path.exists(path):
            # Files are read twice, and the second time a pipe is empty.
            if not os.path.isfile(path):
                raise CorpusError(f"corpus {path} is no regular file; pipe it in, and give -")
            found = [Path(path)]
        else:
            matches = sorted(glob.glob(path, recursive=True))
            found = [Path(match) for match in matches if os.path.isfile(match)]
        if not found:
            what = "holds no files" if os.path.isdir(path) else "does not exist"
            raise CorpusError(
                f"corpus {path} {what}; give --corpus a file, folder, glob or a name of "
                "`w2v corpus list`"
            )
        files += found
    return files


def _files_below(folder: Path) -> list[Path]:
    """List the visible files below a folder; links to folders are not followed: no loops."""
    found = []

    def refuse(error: OSError) -> None:
        raise CorpusError(f"{error.filename} cannot be read: {error.strerror}") from error

    for parent, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [Path(parent, name) for name in sorted(names) if not name.startswith(".")]
    return [path for path in found if path.is_file()]


def spool(stream: IO[bytes], folder: Path) -> Path:
    """Copy standard input to a file, since it can be read only once."""
    path = folder / f"stdin-{uuid.uuid4().hex}.txt"
    try:
        with open(path, "wb") as file:
            while block := stream.read(BLOCK_BYTES):
                file.write(block)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path
