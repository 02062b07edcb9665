"""Find the configs and corpora that come with w2v, in a checkout and in an installed wheel."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

_PACKAGE = Path(__file__).resolve().parent

Kind = Literal["configs", "experiments", "corpora"]
# Experiments are configs with a `sweep:` section: many runs, for `w2v sweep`.
_FILES: dict[Kind, str] = {
    "configs": "configs/*.yaml",
    "experiments": "configs/experiments/*.yaml",
    "corpora": "corpora/*.txt",
}


def shipped_files(kind: Kind) -> dict[str, Path]:
    """Return the shipped files by name (the file name without its ending), sorted."""
    return {path.stem: path for path in sorted(_home().glob(_FILES[kind]))}


def _home() -> Path:
    """Return the folder of their folders: inside the package when installed, else beside it."""
    packed = _PACKAGE / "shipped"
    return packed if packed.is_dir() else _PACKAGE.parent
