"""`w2v export`: write the vectors of a run as a file that another tool opens."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from w2v.cli.answers import AS_JSON, RUN, Restrict, print_json
from w2v.cli.arguments import check_new_file
from w2v.cli.bars import Bar
from w2v.cli.hints import how_to_open, is_for_gensim
from w2v.cli.opening import open_vectors
from w2v.cli.terminal import common_options, counted, note, printable, warn
from w2v.errors import OutputError, UsageError, quoted
from w2v.vectors.formats.contract import (
    ENDINGS,
    FORMATS,
    NPZ,
    PACKABLE,
    PROJECTOR,
    SAFETENSORS,
)

if TYPE_CHECKING:
    from w2v.vectors.word_vectors import WordVectors

WITH_OUTPUT = (NPZ, SAFETENSORS)  # formats that keep W_out beside W_in
FORMAT_LINES = "\n".join(f"        {name:<15}  {what}" for name, what in FORMATS.items())


@click.command(
    "export",
    help=f"""Write the vectors of a run for other tools.

    RUN is a run folder, a run's name in runs/, `latest`, or a file of vectors in any of these
    formats but projector; its content shows which.

    \b
{FORMAT_LINES}

    Numbers are written with as many digits as give back the same bits.
    """,
)
@RUN
@click.option(
    "--to", "format", required=True, metavar="FORMAT", type=click.Choice(list(FORMATS)),
    help="One of the formats above.",
)  # fmt: skip
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The file, or the folder for projector; RUN and an ending by default, - for stdout. "
    "With .gz at its end it is packed (npz and safetensors are not).",
)
@click.option("--force", is_flag=True, help="Replace what is there.")
@click.option(
    "--restrict", type=Restrict(), default="all", show_default=True, help="Only the first N words."
)
@click.option("--center", is_flag=True, help="Write W_out instead of W_in.")
@click.option(
    "--vocab",
    type=click.Path(path_type=Path),
    help="Also write `word count` lines to this file, gensim's fvocab.",
)
@AS_JSON
@common_options
def export_command(
    run: str,
    format: str,
    out: Path | None,
    force: bool,
    restrict: int | None,
    center: bool,
    vocab: Path | None,
    as_json: bool,
) -> None:
    """Write the vectors of a run for other tools."""
    from w2v.files import atomic_write

    to_stdout = out is not None and str(out) == "-"
    if to_stdout and (format == PROJECTOR or as_json):
        raise UsageError(f"{'--json' if as_json else format} and --out - do not go together")
    check_packing(out, format)
    out = out or Path(default_name(run) + ENDINGS[format])
    if not to_stdout:
        check_new(out, format, force=force)
        if format != PROJECTOR and not out.parent.is_dir():  # seen before the vectors are read
            raise OutputError(f"{out} cannot be written: {out.parent} is no folder; make it first")
    if vocab is not None:
        check_new_file(vocab, force=force, option="--vocab")
        if not vocab.parent.is_dir():  # seen before the vectors are written, not after
            raise OutputError(f"{vocab.parent} is no folder; make it, or choose another --vocab")
        if not to_stdout and vocab.resolve() == out.resolve():
            raise UsageError(f"--vocab {vocab} is the file of the vectors; choose another")
    parts = select(run, open_vectors(run), format, restrict=restrict, center=center)
    lines = [] if vocab is None else vocab_lines(run, parts)
    if to_stdout or vocab is None:
        write(sys.stdout.buffer if to_stdout else out, format, parts)
        if vocab is not None:
            with atomic_write(vocab) as file:
                file.writelines(lines)
    else:
        with atomic_write(vocab) as file:
            file.writelines(lines)
            file.flush()
            write(out, format, parts)  # either gets its name when both have found room
    if to_stdout:
        sys.stdout.buffer.flush()
        return
    report(out, format, parts, as_json=as_json)


def write(where: Path | IO[bytes], format: str, parts: dict[str, Any]) -> None:
    """Write the vectors, under a bar."""
    from w2v.vectors.formats.writing import write_vectors

    with Bar("writing", " words") as bar:
        write_vectors(where, format, **parts, on_progress=bar.move)


def check_packing(out: Path | None, format: str) -> None:
    """Refuse to pack what other tools do not read packed, before anything is read.

    Raises
    ------
    UsageError
    """
    if out is not None and out.suffix.lower() == ".gz" and format not in PACKABLE:
        raise UsageError(f"{format} is not packed with gzip; choose an --out without .gz")


def check_new(out: Path, format: str, *, force: bool) -> None:
    """Refuse to write over a file, or the files of a projector, unless it was asked for.

    Raises
    ------
    OutputError
    """
    if format != PROJECTOR:
        check_new_file(out, force=force)
        return
    from w2v.vectors.formats.projector import PROJECTOR_FILES

    if out.exists() and not out.is_dir():
        raise OutputError(f"{out} is no folder; choose another --out for the projector's files")
    for name in PROJECTOR_FILES:
        check_new_file(out / name, force=force)


def default_name(run: str) -> str:
    """Return what the file is called by default: the run's name, or the file's without ending."""
    from w2v.run_finding import find_run

    if not os.path.isfile(run):
        return find_run(run).resolve().name
    name = Path(run).name.removesuffix(".gz")
    endings = sorted([*ENDINGS.values(), ".txt"], key=len, reverse=True)  # .glove.txt before .txt
    return next((name.removesuffix(end) for end in endings if name.endswith(end)), name)


def select(
    run: str, vectors: WordVectors, format: str, *, restrict: int | None, center: bool
) -> dict[str, Any]:
    """Return the words, vectors and whatever else is known, as `write_vectors` takes them.

    Raises
    ------
    UsageError
        If W_out is asked for and there is none.
    """
    words, table = vectors.vocabulary.words, vectors.vectors
    # Looked at where it is written only: a file of it may be large, or damaged.
    output = vectors.output_vectors if center or format in WITH_OUTPUT else None
    # No counts at all: a file that holds none.
    counts = vectors.vocabulary.counts if vectors.vocabulary.n_tokens else None
    if center:
        if output is None:
            raise UsageError(f"{run} has no output vectors; leave out --center")
        table, output = output, None
    return {
        "words": words[:restrict],
        "vectors": table[:restrict],
        "counts": None if counts is None else counts[:restrict],
        "output_vectors": None if output is None else output[:restrict],
    }


def vocab_lines(run: str, parts: dict[str, Any]) -> list[bytes]:
    """Return `word count` lines, as gensim reads them.

    Raises
    ------
    UsageError
        If the counts are not known.
    OutputError
        If gensim would split a word: it does at every space of Unicode.
    """
    from w2v.vectors.formats.words import encode

    words, counts = parts["words"], parts["counts"]
    if counts is None:
        raise UsageError(f"{run} does not hold how often each word was seen; leave out --vocab")
    split = next((word for word in words if word.split() != [word]), None)
    if split is not None:
        raise OutputError(
            f"--vocab cannot keep the word {quoted(split)}, which gensim would split; "
            "leave out --vocab"
        )
    return [
        encode(word) + b" %d\n" % count for word, count in zip(words, counts.tolist(), strict=True)
    ]


def report(out: Path, format: str, parts: dict[str, Any], *, as_json: bool) -> None:
    """Say what was written, and how the other tool opens it."""
    from w2v.vectors.formats.words import is_utf8

    n_words, dim = parts["vectors"].shape
    if as_json:
        content = {"format": format, "file": str(out), "words": n_words, "dim": dim}
        print_json(content)
        return
    note(f"{counted(n_words, 'word')} of {dim} numbers written to {printable(str(out))}")
    if format == PROJECTOR:
        note(f"open it: tensorboard --logdir {printable(shlex.quote(str(out)))}")
        return
    n_not_utf8 = sum(not is_utf8(word) for word in parts["words"])
    note("open it in Python:")
    note("\n".join(how_to_open(str(out), format, all_utf8=not n_not_utf8)))
    if n_not_utf8 and is_for_gensim(format):
        words, verb = counted(n_not_utf8, "word"), "is" if n_not_utf8 == 1 else "are"
        warn(f"{words} {verb} no UTF-8; gensim opens the file with unicode_errors='replace'")
