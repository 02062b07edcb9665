"""A download that is not finished: its bytes, and which version of which address they are of."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from w2v.fetching.registry import Sums
from w2v.files import atomic_write, clear_leftovers
from w2v.locks import take

BLOCK_BYTES = 1 << 16


class Partial:
    """The hidden file `.NAME.part` and, beside it, what its server said of it.

    Parameters
    ----------
    path : Path
        Of the part; it need not be there.

    Attributes
    ----------
    url : str
        Where the bytes are from; empty if that is not known.
    validator : str
        The ETag or date by which the server knows this version of the file; empty if it gave none.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._state = path.with_name(path.name + ".json")
        self._lock = path.with_name(path.name + ".lock")
        self._read_state()

    @property
    def size(self) -> int:
        """The number of bytes that are there."""
        return self.path.stat().st_size if self.path.is_file() else 0

    def can_continue(self, url: str) -> bool:
        """Tell whether a server can be asked for the rest without gluing two versions together."""
        return self.size > 0 and self.url == url and bool(self.validator)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other commands from writing to the same part.

        Where the system has no locks, two at once find out by the checksum.

        Raises
        ------
        OutputError
            If another one does, or the folder is closed.
        """
        what = f"another command is writing to {self.path}"
        with take(self._lock, what, "wait for its end"):
            self._read_state()  # another command may have written since
            clear_leftovers(self._state)
            yield

    def _read_state(self) -> None:
        """Read which version the bytes are of; it is none if that is not known."""
        self.url, self.validator = "", ""
        with contextlib.suppress(OSError, ValueError, LookupError, TypeError):
            state = json.loads(self._state.read_text("utf-8"))
            self.url, self.validator = str(state["url"]), _plain(str(state["validator"]))

    def begin(self, url: str, headers: Mapping[str, str]) -> None:
        """Remember which version is about to be written from its first byte on."""
        self.discard()
        self.url, self.validator = url, validator_of(headers)
        with atomic_write(self._state, "w") as file:
            json.dump({"url": self.url, "validator": self.validator}, file)

    def discard(self) -> None:
        """Remove what is there."""
        self.path.unlink(missing_ok=True)
        self._state.unlink(missing_ok=True)
        self.url, self.validator = "", ""


def validator_of(headers: Mapping[str, str]) -> str:
    """Return what may stand in If-Range: a strong ETag, or else the date of the last change."""
    etag = headers.get("ETag") or ""
    # A weak one promises the same meaning, not the same bytes.
    return _plain(etag if etag.startswith('"') else headers.get("Last-Modified") or "")


def _plain(text: str) -> str:
    """Return a text that may stand in a header, and nothing instead of any other."""
    return text if text.isascii() and text.isprintable() else ""


def sums_of(path: Path) -> Sums:
    """Return the size and digests of a file."""
    sha256, sha1, size = hashlib.sha256(), hashlib.sha1(usedforsecurity=False), 0
    with open(path, "rb") as file:
        while block := file.read(BLOCK_BYTES):
            sha256.update(block)
            sha1.update(block)
            size += len(block)
    return Sums(size, sha256.hexdigest(), sha1.hexdigest())
