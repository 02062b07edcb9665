"""Checksums of a run: run.json names the sha256 of each file, and ends with one of itself.

The last two lines of run.json are its own checksum and a brace; the checksum is that of all the
bytes before them:

    head -n -2 run.json | sha256sum

That of any other file is the sha256 of its bytes. What the files are is in `run_folder.py`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from w2v.errors import RunError
from w2v.files import HASH_BLOCK, open_ordinary

SUMS, OWN_SUM = "sha256", "record_sha256"  # keys of run.json
SUM = re.compile("[0-9a-f]{64}")
SEAL = re.compile(rb'  "%s": "([0-9a-f]{64})"\n}\n' % OWN_SUM.encode())
SEAL_LENGTH = len(f'  "{OWN_SUM}": ""\n}}\n') + 64
REMEDY = "train the run again, or bring the file back from a copy"
EDITED = (
    "it was edited or is damaged; give it its old content back (to train with other settings, "
    "change a copy of it elsewhere)"
)


def sealed(record: Mapping[str, Any]) -> str:
    """Return the text of a run.json that ends with its own checksum."""
    begin = json.dumps(record, indent=2, ensure_ascii=False).removesuffix("\n}") + ",\n"
    own_sum = hashlib.sha256(begin.encode()).hexdigest()
    return f'{begin}  "{OWN_SUM}": "{own_sum}"\n}}\n'


def is_whole(content: bytes) -> bool:
    """Tell whether a run.json is as `sealed` made it."""
    seal = SEAL.fullmatch(content[-SEAL_LENGTH:])
    if seal is None:
        return False
    return hashlib.sha256(content[:-SEAL_LENGTH]).hexdigest() == seal[1].decode()


def are_sums(value: Any) -> bool:
    """Tell whether a value of run.json names files with their checksums."""
    return isinstance(value, dict) and all(
        isinstance(found, str) and SUM.fullmatch(found) for found in value.values()
    )


def read_checked(file: Path, wanted: str | None) -> bytes:
    """Return the content of a file that has a checksum, or of which nothing is known.

    Raises
    ------
    RunError
        If it is missing, cannot be read, or is not what was written.
    """
    with _open(file) as stream:
        content = _read(file, stream, -1)
    if wanted is not None and hashlib.sha256(content).hexdigest() != wanted:
        raise damaged(file)
    return content


def check_file(file: Path, wanted: str | None) -> None:
    """Hold a file against its checksum, a block at a time; if there is none, only open it.

    Raises
    ------
    RunError
        As `read_checked`.
    """
    digest = hashlib.sha256()
    with _open(file) as stream:
        while wanted is not None and (block := _read(file, stream, HASH_BLOCK)):
            digest.update(block)
    if wanted is not None and digest.hexdigest() != wanted:
        raise damaged(file)


def damaged(file: Path) -> RunError:
    """Say that a file is not what was written."""
    if file.suffix == ".yaml":  # what people edit
        return RunError(f"{file} is not what the run was trained with: {EDITED}")
    return RunError(f"{file} is damaged: it does not have the checksum that was noted; {REMEDY}")


def _open(file: Path) -> IO[bytes]:
    """Open a file of a run."""
    try:
        return open_ordinary(file)
    except FileNotFoundError as error:
        raise RunError(f"{file} is missing; {REMEDY}") from error
    except OSError as error:
        raise RunError(f"{file} cannot be read: {error.strerror}") from error


def _read(file: Path, stream: IO[bytes], n_bytes: int) -> bytes:
    """Read from a file of a run."""
    try:
        return stream.read(n_bytes)
    except OSError as error:
        raise RunError(f"{file} cannot be read: {error.strerror}") from error
