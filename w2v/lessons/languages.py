"""The languages of the lessons: which there are, and which one a reader wants.

A language is a folder of `texts/`, named by its code. To add one, translate the files of `en/`: the
tests say what is missing.
"""

from __future__ import annotations

import functools
import locale
import os
import re
from collections.abc import Mapping
from pathlib import Path

from w2v.errors import UsageError

TEXTS = Path(__file__).resolve().parent / "texts"
DEFAULT = "en"
# As POSIX has it: the first of them that is not empty decides. LANGUAGE is a list, of GNU's making.
VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
WINDOWS_NAMES = {"english": "en", "korean": "ko", "chinese": "zh"}  # it says Korean_Korea.949


@functools.cache
def languages() -> tuple[str, ...]:
    """Return the codes of all languages, English first."""
    found = sorted(folder.name for folder in TEXTS.iterdir() if folder.is_dir())
    return (DEFAULT, *(code for code in found if code != DEFAULT))


def language_of(asked: str | None, environ: Mapping[str, str] = os.environ) -> str:
    """Return the language of a reader: the one asked for, else that of the locale, else English.

    >>> language_of(None, {"LANG": "ko_KR.UTF-8"}), language_of("zh", {})
    ('ko', 'zh')

    Parameters
    ----------
    asked : str or None
    environ : mapping of str to str

    Raises
    ------
    UsageError
        If the one asked for is not there.
    """
    if asked is not None:
        if asked not in languages():
            known = ", ".join(languages())
            raise UsageError(f"lessons are not there in {asked!r}; there are {known}")
        return asked
    for variable in VARIABLES:
        if wanted := environ.get(variable, ""):
            return next(filter(None, map(_known, wanted.split(":"))), DEFAULT)
    return _known(_of_system()) or DEFAULT


def _of_system() -> str:
    """Return the locale that the system itself has, as on Windows; nothing if it is unknown."""
    try:
        return locale.getlocale()[0] or ""
    except ValueError:  # it has a name that Python cannot read
        return ""


def _known(wanted: str) -> str | None:
    """Return the language of a locale such as ko_KR.UTF-8; None if there is none here."""
    name = re.split(r"[^a-z]", wanted.strip().lower())[0]
    code = WINDOWS_NAMES.get(name, name)
    return code if code in languages() else None
