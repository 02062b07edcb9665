"""What can be fetched: the entries of registry.yaml, and which of them are here already.

Nothing here uses the network: see `fetch.py`. To add a corpus or a set, add it to registry.yaml.
"""

from __future__ import annotations

import difflib
import re
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from w2v.errors import ConfigError, CorpusError, SetError, UsageError, quoted
from w2v.files import bytes_for_people, cache_folder

REGISTRY_FILE = Path(__file__).with_name("registry.yaml")
KINDS = {"corpus": CorpusError, "set": SetError}  # and how it is said that one is missing
PACKINGS = ("none", "gz", "bz2", "xz", "zip", "tar")  # tar: compressed in any of these ways, or not
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
HEX_DIGITS = {"sha256": 64, "sha1": 40}


@dataclass(frozen=True)
class Sums:
    """What a file must be; None is not known.

    Attributes
    ----------
    size : int
        In bytes.
    sha256, sha1 : str
        Hex digits. SHA-1 is for files whose publisher gives no other; it finds damage, not malice.
    """

    size: int | None = None
    sha256: str | None = None
    sha1: str | None = None

    @property
    def has_digest(self) -> bool:
        """Whether the content can be checked, not only the size."""
        return bool(self.sha256 or self.sha1)

    def differences(self, found: Sums) -> str:
        """Say how a file differs from this; nothing is said of a file that agrees."""
        for name in ("size", "sha256", "sha1"):
            expected, actual = getattr(self, name), getattr(found, name)
            if expected is not None and expected != actual:
                return f"{name} is {actual}, and should be {expected}"
        return ""


@dataclass(frozen=True)
class Entry:
    """A corpus or an evaluation set that can be fetched.

    Attributes
    ----------
    name, description, licence : str
    kind : "corpus" or "set"
    urls : tuple of str
        Of the same bytes; they are tried in order.
    source : str
        The page that describes it, or the publication.
    download : Sums
        Of what lies at the URLs.
    unpack : str
        One of PACKINGS.
    member : str, optional
        The one file that is taken out of a zip or tar.
    unpacked : Sums
        Of the file after unpacking.
    columns : tuple of str
        If any, only these columns of a table with tabs and a header are kept.
    """

    name: str
    kind: str
    description: str
    urls: tuple[str, ...]
    licence: str
    source: str
    download: Sums = Sums()
    unpack: str = "none"
    member: str | None = None
    unpacked: Sums = Sums()
    columns: tuple[str, ...] = ()

    @property
    def final(self) -> Sums:
        """What is known of the file that is used in the end."""
        if self.columns:
            return Sums()
        return self.download if self.unpack == "none" else self.unpacked

    @property
    def is_checked(self) -> bool:
        """Whether there is a digest for it, before or after unpacking."""
        return self.download.has_digest or self.unpacked.has_digest

    @property
    def size_text(self) -> str:
        """How much is to be downloaded, for people."""
        known = self.download.size
        return "size not known" if known is None else bytes_for_people(known)


def load_registry(path: Path | None = None) -> dict[str, Entry]:
    """Read a registry.

    Parameters
    ----------
    path : Path, optional
        The shipped one by default.

    Raises
    ------
    ConfigError
        With all mistakes of the file.
    """
    path = path or REGISTRY_FILE
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise ConfigError([f"the registry {path} cannot be read: {reason}"]) from error
    if not isinstance(content, dict):
        raise ConfigError([f"the registry {path} has no entries; each is `name:` with keys below"])
    problems: list[str] = []
    entries = {}
    for name, fields in content.items():
        found = _problems_of(name, fields)
        problems += [f"{path}: {name}: {problem}" for problem in found]
        if not found:
            entries[name] = _entry(name, fields)
    if problems:
        raise ConfigError(problems)
    return entries


def _entry(name: str, fields: Mapping[str, Any]) -> Entry:
    """Make an entry of fields that are right."""
    values = {key: value for key, value in fields.items() if key not in SUM_KEYS}
    values["urls"] = tuple(fields["urls"])
    values["columns"] = tuple(fields.get("columns", ()))
    values["unpacked"] = Sums(**fields.get("unpacked", {}))
    sums = {key: fields[key] for key in SUM_KEYS if key in fields}
    return Entry(name=name, download=Sums(**sums), **values)


SUM_KEYS = ("size", "sha256", "sha1")
TEXT_KEYS = ("description", "licence", "source")
OTHER_KEYS = ("kind", "urls", "unpack", "member", "unpacked", "columns")


def _problems_of(name: Any, fields: Any) -> list[str]:
    """List what is wrong with an entry."""
    if not isinstance(name, str) or not NAME.fullmatch(name):
        return ["a name is small letters, digits and single hyphens"]
    if not isinstance(fields, dict):
        return ["keys such as `kind:` are expected below it"]
    problems = [
        f"{key} is no key; keys are {', '.join((*TEXT_KEYS, *SUM_KEYS, *OTHER_KEYS))}"
        for key in fields
        if key not in (*TEXT_KEYS, *SUM_KEYS, *OTHER_KEYS)
    ]
    for key in TEXT_KEYS:
        if not isinstance(fields.get(key), str) or not fields[key].strip():
            problems.append(f"{key}: a text is expected")
    if fields.get("kind") not in KINDS:
        problems.append(f"kind: one of {', '.join(KINDS)} is expected")
    problems += _url_problems(fields.get("urls"))
    problems += _sum_problems({key: fields.get(key) for key in SUM_KEYS})
    unpacked = fields.get("unpacked", {})
    if not isinstance(unpacked, dict) or not set(unpacked) <= set(SUM_KEYS):
        problems.append(f"unpacked: only {', '.join(SUM_KEYS)} are expected below it")
    else:
        problems += [f"unpacked: {problem}" for problem in _sum_problems(unpacked)]
    return problems + _packing_problems(fields)


def _url_problems(urls: Any) -> list[str]:
    """List what is wrong with the addresses."""
    if not isinstance(urls, list) or not urls:
        return ["urls: a list of at least one address is expected"]
    for url in urls:
        parts = urllib.parse.urlsplit(url) if isinstance(url, str) else None
        if parts is None or parts.scheme not in ("http", "https") or not parts.netloc:
            return [f"urls: {url!r} does not begin with http:// or https:// and a host"]
    return []


def _sum_problems(sums: Mapping[str, Any]) -> list[str]:
    """List what is wrong with sizes and digests."""
    problems = []
    size = sums.get("size")
    if size is not None and (type(size) is not int or size < 1):
        problems.append(f"size: a number of bytes is expected, found {size!r}")
    for key, n_digits in HEX_DIGITS.items():
        digest = sums.get(key)
        if digest is not None and not re.fullmatch(rf"[0-9a-f]{{{n_digits}}}", str(digest)):
            problems.append(f"{key}: {n_digits} small hex digits are expected, found {digest!r}")
    return problems


def _packing_problems(fields: Mapping[str, Any]) -> list[str]:
    """List what is wrong with how the file is taken out of the download."""
    problems = []
    unpack, columns = fields.get("unpack", "none"), fields.get("columns", [])
    if unpack not in PACKINGS:
        problems.append(f"unpack: one of {', '.join(PACKINGS)} is expected, found {unpack!r}")
    if (unpack in ("zip", "tar")) != isinstance(fields.get("member"), str):
        problems.append("member: the name of one file is expected for zip and tar, and only there")
    if unpack == "none" and fields.get("unpacked"):
        problems.append("unpacked: nothing is unpacked here")
    if not isinstance(columns, list) or not all(isinstance(column, str) for column in columns):
        problems.append("columns: a list of names is expected")
    return problems


def find_entry(name: str) -> Entry:
    """Return the entry of that name.

    Raises
    ------
    UsageError
        If there is none; with the nearest names.
    """
    registry = load_registry()
    if name in registry:
        return registry[name]
    near = difflib.get_close_matches(name.lower(), list(registry), 3, cutoff=0.5)
    meant = f"did you mean {' or '.join(near)}?" if near else "`w2v corpus fetch` lists them all"
    raise UsageError(f"there is no {quoted(name)} to be fetched; {meant}")


def fetched_path(name: str) -> Path:
    """Return where the file of an entry lies once it is fetched."""
    return cache_folder() / "fetched" / name / f"{name}.txt"


def fetched_file(name: str) -> Path | None:
    """Return the file of an entry if it is here; nothing unfinished ever has its name."""
    path = fetched_path(name)
    return path if path.is_file() else None


def find_fetched_corpus(name: str) -> Path | None:
    """Return the file of a fetched corpus; None if the registry has nothing of that name.

    Raises
    ------
    CorpusError
        If it is in the registry and not here yet, or is a set.
    """
    return _find_fetched(name, "corpus")


def find_fetched_set(name: str) -> Path | None:
    """Return the file of a fetched evaluation set; None if the registry has nothing of that name.

    Raises
    ------
    SetError
        If it is in the registry and not here yet, or is a corpus.
    """
    return _find_fetched(name, "set")


def _find_fetched(name: str, kind: str) -> Path | None:
    """Return the file of an entry of a kind."""
    entry = load_registry().get(name) if NAME.fullmatch(name) else None
    if entry is None:
        return None
    if entry.kind != kind:
        what = "an evaluation set, no corpus" if kind == "corpus" else "a corpus, no evaluation set"
        raise KINDS[kind](f"{name} is {what}; `w2v corpus fetch` lists both")
    if (path := fetched_file(name)) is not None:
        return path
    what = "corpus" if kind == "corpus" else "evaluation set"
    raise KINDS[kind](f"{what} {name} is not here yet: w2v corpus fetch {name} ({entry.size_text})")
