"""Write a report as one HTML file that holds all that it shows.

The plotting library goes into the file, so that it opens without a network; it is packed, since it
is larger than all the rest, and so are the numbers. A content security policy allows these scripts,
by their hashes, and nothing else to be loaded.
"""

from __future__ import annotations

from pathlib import Path
from string import Template

from w2v import __version__
from w2v.errors import UsageError
from w2v.report.contract import Report
from w2v.report.page.data import figures_of
from w2v.report.page.sections import navigation, sections
from w2v.webpage.writing import (
    escaped,
    head_of,
    joined_script,
    joined_style,
    json_text,
    packed,
    write_html,
)

STATIC = Path(__file__).resolve().parent / "static"
# In this order, after those of every page: each uses what is in those before it.
SCRIPTS = (
    "texts", "unpack", "tables", "look", "labels", "figure", "training", "words", "finder",
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
    return write_html(page_of(report), out)


def page_of(report: Report) -> str:
    """Return the page.

    Raises
    ------
    UsageError
        If plotly is not installed.
    """
    figures = figures_of(report)
    library = _library()
    script = joined_script(*(STATIC / f"{name}.js" for name in SCRIPTS))
    views = {name: views for name, (_, views) in figures.items()}
    return Template((STATIC / "page.html").read_text("utf-8")).substitute(
        head=head_of(
            library,
            script,
            language="en",
            title=report.title,
            style=joined_style(STATIC / "page.css"),
        ),
        version=__version__,
        title=escaped(report.title),
        navigation=navigation(),
        sections=sections(report, figures),
        data=packed(json_text({"figures": views})),
        library=packed(library),
        script=script,
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
