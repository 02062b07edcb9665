"""`w2v plot`: one view of runs as a picture, for papers and slides."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from w2v.cli.answers import AS_JSON, print_json
from w2v.cli.arguments import check_new_file, check_runs
from w2v.cli.completion import complete_run, complete_set
from w2v.cli.terminal import common_options, note, printable
from w2v.errors import OutputError, UsageError, quoted

ENDINGS = (".png", ".svg", ".pdf")
# What is drawn, in one line each; `PICTURES` in w2v/report/plots/choosing.py draws them.
WHAT = {
    "loss": "loss and held-out loss over epochs, a line a run",
    "lr": "the learning rate over epochs",
    "speed": "words/s over epochs",
    "eval": "scores by section of a set (--set), a bar a run",
    "map": "words in a plane, PCA or --tsne; colours: frequency or --list",
    "arrows": "analogies as arrows (--analogies)",
    "norms": "norms of vectors against frequency",
    "frequency": "how often words occur, and which tokens are trained",
    "response": "a --measure by a --setting of a sweep, error bars over seeds",
}
WHAT_LINES = "\n".join(f"        {name:<10}  {what}" for name, what in WHAT.items())


class Size(click.ParamType):  # type: ignore[type-arg]  # generic in new releases only
    """Width and height in inches, such as 8x5."""

    name = "WxH"
    smallest, largest = 1.0, 50.0

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[float, float]:
        """Return both."""
        try:
            width, height = map(float, value.lower().split("x"))
        except ValueError:
            width = height = 0.0
        if not all(self.smallest <= side <= self.largest for side in (width, height)):
            self.fail(f"{value!r} is no size in inches from 1x1 to 50x50, such as 8x5", param, ctx)
        return width, height


@click.command(
    "plot",
    help=f"""Draw a view of RUN as a picture.

    \b
        w2v plot latest --what loss --out loss.png
        w2v plot latest --what map --word king --word queen --out map.svg
        w2v plot my-sweep --what response --measure loss --out loss.svg

    RUN is a run folder, a run's name in runs/, `latest`, or a folder of runs, such as a sweep's.

    \b
{WHAT_LINES}

    It needs matplotlib: pip install 'w2v[plot]'. Letters of an .svg are outlines: it looks the
    same everywhere.
    """,
)
@click.argument("names", metavar="RUN...", nargs=-1, required=True, shell_complete=complete_run)
@click.option(
    "--what", required=True, metavar="WHAT", type=click.Choice(list(WHAT)), help="One of these."
)
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="A .png, .svg or .pdf file."
)
@click.option("--force", is_flag=True, help="Replace what is there.")
@click.option("--dark", is_flag=True, help="Light on dark.")
@click.option("--size", type=Size(), metavar="WxH", help="In inches, such as 8x5.")
@click.option(
    "--dpi", type=click.IntRange(20, 1200), default=200, show_default=True, help="Of a .png."
)
@click.option(
    "--font", type=click.Path(path_type=Path), help="A font file that goes before those found."
)
@click.option(
    "--words", "n_labels", type=click.IntRange(0), metavar="N",
    help="Label the N commonest words, where there is room.",
)  # fmt: skip
@click.option("--word", "words", multiple=True, help="Label this word. May be given again.")
@click.option(
    "--list", "word_lists", multiple=True, metavar="FILE", type=click.Path(path_type=Path),
    help="Colour a map by these words, one a line, `: name` begins a group.",
)  # fmt: skip
@click.option("--points", default=2000, show_default=True, type=click.IntRange(2),
              help="Words of a map: the commonest.")  # fmt: skip
@click.option("--tsne", is_flag=True, help="A map by t-SNE (pip install 'w2v[report]').")
@click.option("--analogies", metavar="FILE", shell_complete=complete_set,
              help="Questions to draw as arrows: a file, or a set.")  # fmt: skip
@click.option("--set", "set_name", metavar="NAME", help="Of several sets, or sections of arrows.")
@click.option("--measure", metavar="KEY", help="Of a response: loss, heldout_loss, a set's name.")
@click.option("--setting", metavar="PATH", help="Of a response, such as model.window.")
@AS_JSON
@common_options
def plot_command(
    names: tuple[str, ...],
    what: str,
    out: Path,
    force: bool,
    dark: bool,
    size: tuple[float, float] | None,
    dpi: int,
    font: Path | None,
    points: int,
    as_json: bool,
    **wanted: Any,
) -> None:
    """Draw a view of RUN as a picture."""
    if out.suffix.lower() not in ENDINGS:
        raise UsageError(f"--out {quoted(str(out))} does not end in .png, .svg or .pdf")
    check_new_file(out, force=force)
    if not out.parent.is_dir():  # seen before anything is drawn
        raise OutputError(f"{out} cannot be written: {out.parent} is no folder; make it first")
    from w2v.experiments.reading import find_run_folders, read_run
    from w2v.report.plots.choosing import Wanted, picture_of
    from w2v.report.plots.pictures import require_matplotlib, write_picture

    require_matplotlib()
    check_runs(names, "a picture")
    runs = [read_run(folder) for folder in find_run_folders(names)]
    picture = picture_of(what, runs, Wanted(n_words=points, **wanted))
    write_picture(picture, out, size=size, dpi=dpi, dark=dark, font=font)
    if as_json:
        print_json({"what": what, "file": str(out)})
    else:
        note(f"written to {printable(str(out))}")
