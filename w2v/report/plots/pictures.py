"""What a picture is, how all of them look, and how one is written to a file.

Colours are those of Okabe and Ito ("Color Universal Design", 2008), which colour-blind readers tell
apart, in an order of our own. Nothing here opens a window or keeps a figure: matplotlib's pyplot,
which would, is not used.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from w2v.errors import UsageError
from w2v.files import atomic_write
from w2v.report.plots.fonts import find_fonts, named

Figure: TypeAlias = Any  # matplotlib's classes, which need not be there
Axes: TypeAlias = Any

ENDINGS = (".png", ".svg", ".pdf")
SIZE = (8.0, 5.0)  # inches; as wide as a slide is high
DPI = 200
TEXT, SMALL = 11.0, 9.0  # points
MARGIN = 0.12  # inches
# Written into files instead of the time and the version of the program that wrote them.
METADATA: dict[str, dict[str, Any]] = {
    ".png": {"Software": None},
    ".svg": {"Date": None, "Creator": "w2v"},
    ".pdf": {"CreationDate": None, "Creator": "w2v", "Producer": None},
}


@dataclass(frozen=True)
class Theme:
    """Colours: of the paper, of what is drawn on it, and of one thing after the other."""

    paper: str
    ink: str
    faint: str
    grid: str
    colours: tuple[str, ...]
    scale: tuple[str, float, float]  # of numbers: a colour map's name, and the part of it in use

    def colour(self, number: int) -> str:
        """Return the colour of the n-th thing."""
        return self.colours[number % len(self.colours)]


LIGHT = Theme(
    paper="#ffffff", ink="#1c1c1c", faint="#8a8a8a", grid="#e4e4e4",
    # Of the page's light theme too: each has a contrast of 3 to white, or more.
    colours=("#0072b2", "#d55e00", "#009e73", "#b5598f", "#b87a00", "#3a97cc", "#4d4d4d"),
    scale=("cividis_r", 0.2, 1.0),
)  # fmt: skip
DARK = Theme(
    paper="#15181c", ink="#ececec", faint="#8f969e", grid="#30353b",
    colours=("#56b4e9", "#e69f00", "#009e73", "#cc79a7", "#f0e442", "#d55e00", "#ececec"),
    scale=("cividis", 0.3, 1.0),
)  # fmt: skip


@dataclass(frozen=True)
class Picture:
    """What is drawn.

    Attributes
    ----------
    draw : callable
        Called with (figure, theme), within the settings of `_settings`.
    texts : sequence of str
        Every text that comes from a run: names, words, settings.
    size : tuple of two floats
        Width and height in inches that suit it.
    """

    draw: Callable[[Figure, Theme], None]
    texts: Sequence[str]
    size: tuple[float, float] = SIZE


def write_picture(
    picture: Picture,
    out: Path,
    *,
    size: tuple[float, float] | None = None,
    dpi: int = DPI,
    dark: bool = False,
    font: Path | None = None,
) -> None:
    """Draw a picture and write it to a file: the same bytes each time.

    The letters of an .svg are outlines, so that it looks the same where their font is not
    installed; so are the words beside points in a .pdf, which holds the fonts of its other texts.

    Parameters
    ----------
    picture : Picture
    out : Path
        Ends in one of `ENDINGS`.
    size : tuple of two floats, optional
        Width and height in inches; by default what suits the picture.
    dpi : int
        Pixels an inch of a .png.
    dark : bool
        Light on dark.
    font : Path, optional
        A font file that goes before those that are found.

    Raises
    ------
    UsageError
        If matplotlib is not installed, or a letter is in no font.
    OutputError
        If the file cannot be written.
    """
    require_matplotlib()
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    theme = DARK if dark else LIGHT
    ending = out.suffix.lower()
    content = io.BytesIO()
    faces = find_fonts([*picture.texts, OUR_LETTERS], font)
    with named(faces) as families, matplotlib.rc_context():
        matplotlib.rcdefaults()  # not what a user has set for other pictures
        matplotlib.rcParams.update(_settings(theme, families))
        figure = Figure(figsize=size or picture.size, dpi=dpi, layout="constrained")
        FigureCanvasAgg(figure)
        picture.draw(figure, theme)
        figure.savefig(content, format=ending[1:], metadata=METADATA[ending], dpi=dpi)
    with atomic_write(out) as file:
        file.write(content.getvalue())


OUR_LETTERS = "0123456789.,−–±…%/×"  # in titles and at ticks, beside ASCII letters


def require_matplotlib() -> None:
    """Refuse to go on without matplotlib.

    Raises
    ------
    UsageError
    """
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise UsageError("w2v plot needs matplotlib: pip install 'w2v[plot]'") from error


def _settings(theme: Theme, families: list[str]) -> Any:
    """Return matplotlib's settings for a theme."""
    return {
        "font.family": families,
        "font.size": TEXT,
        "text.parse_math": False,  # a word may hold a $
        "text.color": theme.ink,
        "figure.facecolor": theme.paper,
        "savefig.facecolor": theme.paper,
        "axes.facecolor": theme.paper,
        "axes.edgecolor": theme.faint,
        "axes.labelcolor": theme.ink,
        "axes.titlesize": TEXT + 1,
        "axes.titlelocation": "left",
        "axes.titlepad": 10.0,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "axes.grid": True,
        "grid.color": theme.grid,
        "grid.linewidth": 0.8,
        "xtick.color": theme.faint,
        "ytick.color": theme.faint,
        "xtick.labelcolor": theme.ink,
        "ytick.labelcolor": theme.ink,
        "xtick.labelsize": SMALL + 1,
        "ytick.labelsize": SMALL + 1,
        "legend.frameon": False,
        "legend.fontsize": SMALL + 1,
        "lines.linewidth": 1.8,
        "figure.constrained_layout.w_pad": MARGIN,
        "figure.constrained_layout.h_pad": MARGIN,
        "svg.fonttype": "path",
        "svg.hashsalt": "w2v",
        "pdf.fonttype": 42,
    }


def scale_of(theme: Theme) -> Any:
    """Return the colours that stand for numbers, as matplotlib's colour map."""
    import numpy as np
    from matplotlib import colormaps
    from matplotlib.colors import ListedColormap

    name, low, high = theme.scale
    return ListedColormap(colormaps[name](np.linspace(low, high, 256)))


def plain_number(value: float, _: object = None) -> str:
    """Return a number at a tick of a logarithmic axis.

    >>> plain_number(10_000), plain_number(1e6), plain_number(0.01), plain_number(1.5)
    ('10,000', '1,000,000', '0.01', '1.5')
    """
    return f"{value:,.0f}" if value >= 10 else f"{value:g}"


def log_axis(axis: Any) -> None:
    """Label a logarithmic axis at the powers of ten, in plain numbers."""
    from matplotlib.ticker import FuncFormatter, NullFormatter

    axis.set_major_formatter(FuncFormatter(plain_number))
    axis.set_minor_formatter(NullFormatter())


def ticks_between(axis: Any) -> None:
    """Label a logarithmic axis between the powers of ten too."""
    from matplotlib.ticker import LogLocator, NullLocator

    axis.set_major_locator(LogLocator(subs=(1, 2, 3, 5, 7)))
    axis.set_minor_locator(NullLocator())


def legend_beside(axes: Axes, n_more: int = 0) -> None:
    """Put the legend to the right of the axes, where it covers nothing; none if it says nothing.

    Parameters
    ----------
    axes : Axes
    n_more : int
        How many there are for which it has no place, if it is above 0.
    """
    from matplotlib.lines import Line2D

    handles, labels = axes.get_legend_handles_labels()
    if n_more > 0:
        handles.append(Line2D([], [], linestyle="none"))
        labels.append(f"and {n_more} more")
    if labels:
        axes.legend(
            handles, labels, loc="upper left", bbox_to_anchor=(1.0, 1.0), borderaxespad=0.2,
            handlelength=2.4,
        )  # fmt: skip
