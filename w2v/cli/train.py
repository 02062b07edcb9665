"""`w2v train`: from a text to a run folder."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from w2v.cli.arguments import CORPUS, given_corpus, split_arguments
from w2v.cli.completion import complete_run, complete_train
from w2v.cli.stopping import stopping_gently
from w2v.cli.terminal import common_options, note, printable, seconds_for_people
from w2v.errors import UsageError

LONGEST_EXAMPLE = 40  # characters
COMMON_RANK = 200  # a word that is common, but no function word, for the example at the end


@click.command("train")
@click.argument(
    "arguments", nargs=-1, metavar="[CONFIG] [key=value]...", shell_complete=complete_train
)
@CORPUS
@click.option(
    "--from",
    "known",
    metavar="RUN",
    shell_complete=complete_run,
    help="Go on from the vectors of a run, or of a vector file.",
)
@click.option(
    "--vocabulary",
    type=click.Choice(["union", "new", "old"]),
    help="With --from, whose words get rows: RUN's and the text's (union, the default), the "
    "text's alone (new), or RUN's alone (old).",
)
@click.option("--out", metavar="DIR", type=click.Path(path_type=Path), help="The run folder.")
@click.option(
    "--resume",
    is_flag=True,
    help="Go on with a run that was stopped or killed, from its last checkpoint: `--resume RUN`, "
    "or the command it began with, its --out, and --resume.",
)
@click.option("--force", is_flag=True, help="Replace the run that is in --out.")
@click.option("--allow-code", is_flag=True, help="Allow a tokenizer named as module:function.")
@common_options
def train_command(
    arguments: tuple[str, ...],
    corpora: tuple[str, ...],
    known: str | None,
    vocabulary: str | None,
    out: Path | None,
    resume: bool,
    force: bool,
    allow_code: bool,
) -> None:
    """Train word vectors.

    CONFIG is a YAML file, a run folder, or the name of a shipped config; without it the defaults
    hold. Any setting can be given as key=value, for example train.epochs=3; `w2v config show` lists
    them.

    With --from RUN, training goes on from the vectors of RUN. Without CONFIG it has the settings of
    RUN, but train.engine and train.replicas are chosen for the new text; without --corpus the text
    is RUN's again. The learning rate starts anew at train.lr.

    A run that was stopped by Ctrl-C, or killed, goes on with `w2v train --resume RUN`, and ends
    with the same bits as if nothing had happened.
    """
    # Imported here, so that `w2v --help` does not pay for NumPy.
    from w2v.cli.going_on import load_for_training, recorded_start
    from w2v.cli.progress import Progress
    from w2v.cli.resuming import run_to_resume
    from w2v.config.showing import yaml_value
    from w2v.run_folder import is_run_folder
    from w2v.training.memory import keep_freed_memory
    from w2v.training.trainer import train

    if resume and force:
        raise UsageError("--resume goes on with a run, --force replaces it; give one of them")
    name, overrides = split_arguments(arguments)
    given = given_corpus(corpora, overrides)
    overrides += [f"{key}={yaml_value(path)}" for key, path in given.items()]
    if resume and not (name or known or given) and out is not None and is_run_folder(out):
        name, out = str(out), None  # nothing says what to train: the run itself does
    if resume and out is None:
        out, config = run_to_resume(name, overrides, known)
        fitted: list[str] = []
    else:
        config, fitted = load_for_training(name, overrides, known, vocabulary)
    recorded = {} if resume else recorded_start(name)
    keep_freed_memory()
    with stopping_gently() as stop_requested:
        progress = Progress(stop_requested, recorded)
        try:
            run = train(
                config,
                out=out,
                force=force,
                resume=resume,
                allow_code=allow_code,
                observer=progress,
                fit_pretrained=fitted,
            )
        finally:
            progress.close()
    if progress.had_ended:
        return
    if run.best_epoch is not None:
        note(f"epoch {run.best_epoch} was the best of {len(run.metrics)}; its vectors are kept")
    note(f"trained in {seconds_for_people(run.seconds)}; the vectors are in {run.folder}")
    trained = run.vectors.vocabulary
    words = map(trained.word_at, range(min(COMMON_RANK, len(trained) - 1), -1, -1))
    # One that can be typed: a word may be a megabyte, or turn the line around.
    example = next((w for w in words if len(w) <= LONGEST_EXAMPLE and printable(w) == w), "WORD")
    note(f"ask them: w2v similar {shlex.quote(str(run.folder))} {shlex.quote(example)}")
