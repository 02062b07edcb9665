"""Parts of an HTML file that holds all that it shows: text made harmless, packed data, a policy.

A content security policy allows the page's own scripts, by their hashes, and nothing else to be
loaded. What a page shows is in its own room: `w2v/report/page`, `w2v/lessons/page`.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import zlib
from pathlib import Path
from string import Template

from w2v import __version__
from w2v.files import atomic_write

STATIC = Path(__file__).resolve().parent / "static"
SCRIPTS = ("dom", "theme")  # of every page
UNSEEN = re.compile("[\ud800-\udfff\x00-\x1f\x7f-\x9f]")


def json_text(value: object) -> str:
    """Write JSON, letters of every script as they are."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def shown(text: str) -> str:
    r"""Return a word as it is shown: bytes that are no UTF-8, and what nobody sees, as codes.

    >>> shown("caf\udce9"), shown("a\x00b")
    ('caf\\xe9', 'a\\x00b')
    """
    return UNSEEN.sub(lambda found: _code(ord(found[0])), text)


def _code(letter: int) -> str:
    """Write a character as the byte that it stands for, or by its number."""
    if 0xDC80 <= letter <= 0xDCFF:
        letter -= 0xDC00
    return f"\\x{letter:02x}" if letter < 256 else f"\\u{letter:04x}"


def escaped(text: str) -> str:
    """Return text that is only text in HTML, as content and in attributes."""
    return html.escape(shown(text))


def packed(text: str) -> str:
    """Pack text as the page's own script unpacks it: zlib's format, in letters."""
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode()


def joined_script(*files: Path) -> str:
    """Return one script: what all pages use, and some files, in a function of its own.

    Names of functions at the top of a script would be names of the window.
    """
    whole = (*(STATIC / f"{name}.js" for name in SCRIPTS), *files)
    inner = "\n".join(file.read_text("utf-8") for file in whole)
    return f"(async () => {{\n'use strict';\n{inner}}})();\n"


def joined_style(*files: Path) -> str:
    """Return what all pages look like, and what some files add to it."""
    return "\n".join(file.read_text("utf-8") for file in (STATIC / "base.css", *files))


def head_of(*scripts: str, language: str, title: str, style: str) -> str:
    """Return what stands before the body of a page.

    Parameters
    ----------
    scripts : str
        Those that the page may run, and no other.
    language : str
        Of the page, as HTML names it.
    title : str
        As text; it is escaped here.
    style : str
    """
    return Template((STATIC / "head.html").read_text("utf-8")).substitute(
        language=language,
        policy=_policy(*scripts),
        version=__version__,
        title=escaped(title),
        style=style,
    )


def _policy(*scripts: str) -> str:
    """Return a content security policy under which these scripts run, and nothing is fetched.

    Styles are allowed, since libraries set them; data: and blob: are of the page itself.
    """
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in scripts
    )
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )


def write_html(page: str, out: Path) -> int:
    """Write a page, and return its size in bytes.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    content = page.encode("utf-8")
    with atomic_write(out) as file:
        file.write(content)
    return len(content)
