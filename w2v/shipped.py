"""Find the configs and corpora that come with w2v, in a checkout and in an installed wheel."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

_PACKAGE = Path(__file__).resolve().parent


def shipped_folder(kind: Literal["configs", "corpora"]) -> Path:
    """Return the folder of shipped files: inside the package when installed, else beside it."""
    packed = _PACKAGE / "shipped" / kind
    return packed if packed.is_dir() else _PACKAGE.parent / kind


def shipped_files(kind: Literal["configs", "corpora"]) -> dict[str, Path]:
    """Return the shipped files by name (the file name without its ending), sorted."""
    ending = {"configs": "*.yaml", "corpora": "*.txt"}[kind]
    return {path.stem: path for path in sorted(shipped_folder(kind).glob(ending))}
