"""Write a report as one HTML file that holds all that it shows.

The plotting library goes into the file, so that it opens without a network; it is packed, since it
is larger than all the rest, and so are the numbers. A content security policy allows these scripts,
by their hashes, and nothing else to be loaded.
"""

from __future__ import annotations

import base64
import hashlib
import zlib
from pathlib import Path
from string import Template

from w2v import __version__
from w2v.errors import UsageError
from w2v.files import atomic_write
from w2v.report.contract import Report
from w2v.report.page.data import figures_of, json_text
from w2v.report.page.sections import navigation, sections
from w2v.report.page.tables import escaped

STATIC = Path(__file__).resolve().parent / "static"
# In this order: each uses what is in those before it.
SCRIPTS = (
    "unpack", "dom", "tables", "theme", "labels", "figure", "training", "words", "finder",
    "wordmap", "start",
)  # fmt: skip


def check_library() -> None:
    """Tell early that the plotting library is not there.

    Raises
    ------
    UsageError
    """
    _library()


def write_page(report: Report, out: Path) -> int:
    """Write a report, and return its size in bytes.

    Parameters
    ----------
    report : Report
    out : Path

    Raises
    ------
    UsageError
        If plotly is not installed.
    OutputError
        If the file cannot be written.
    """
    content = page_of(report).encode("utf-8")
    with atomic_write(out) as file:
        file.write(content)
    return len(content)


def page_of(report: Report) -> str:
    """Return the page.

    Raises
    ------
    UsageError
        If plotly is not installed.
    """
    figures = figures_of(report)
    library = _library()
    # Names of functions at the top of a script would be names of the window.
    script = (
        "(async () => {\n'use strict';\n"
        + "\n".join(_read(f"{name}.js") for name in SCRIPTS)
        + "})();\n"
    )
    views = {name: views for name, (_, views) in figures.items()}
    return Template(_read("page.html")).substitute(
        policy=_policy(library, script),
        version=__version__,
        title=escaped(report.title),
        style=_read("page.css"),
        navigation=navigation(),
        sections=sections(report, figures),
        data=_packed(json_text({"figures": views})),
        library=_packed(library),
        script=script,
    )


def _policy(*scripts: str) -> str:
    """Return a content security policy under which these scripts run, and nothing is fetched.

    Styles are allowed, since the library sets them; data: and blob: are of the page itself.
    """
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in scripts
    )
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )


def _library() -> str:
    """Return the plotting library's script.

    Raises
    ------
    UsageError
        If it is not installed.
    """
    try:
        from plotly.offline import get_plotlyjs
    except ImportError as error:
        raise UsageError("w2v report needs plotly: pip install 'w2v[report]'") from error
    script: str = get_plotlyjs()
    return script


def _packed(text: str) -> str:
    """Pack text as the page's own script unpacks it: zlib's format, in letters."""
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode()


def _read(name: str) -> str:
    """Return a file of the page's own."""
    return (STATIC / name).read_text("utf-8")
