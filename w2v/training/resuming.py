"""Go on with a run that was stopped or killed: what is there, and whether it is the same run still.

What a checkpoint holds is said in `checkpoint.py`. A run without one starts again from the
beginning, and comes to the same bits.
"""

from __future__ import annotations

import hashlib
import json
import os
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from w2v.config.loading import load_config
from w2v.config.schema import PLACES, THREADS, Config, CorpusConfig
from w2v.config.showing import config_differences
from w2v.engines.choice import INSTALL, why_no_numba
from w2v.errors import ConfigError, CorpusError, DivergedError, RunError, first_line
from w2v.run_folder import (
    CONFIG,
    METRICS,
    RECORD,
    VECTORS,
    RunFolder,
    command_to_resume,
    read_file,
    read_record,
)
from w2v.run_sums import REMEDY, SUMS, check_file
from w2v.text.corpus import Corpus
from w2v.text.tokenizers import TokenizerSpec
from w2v.training.checkpoint import Checkpoint, checkpoints_in, open_checkpoint
from w2v.training.environment import NUMBA_SWITCHES, SWITCHES, what_bits_depend_on
from w2v.training.observer import ChunkMetrics, EpochMetrics
from w2v.training.planning import Plan
from w2v.training.recording import inputs_of, vocabulary_lines
from w2v.training.schedule import Step

# What may be another when a run goes on: it changes no bit of the vectors.
MAY_DIFFER = (*PLACES, THREADS, "train.checkpoint_every")
ENDED = ("done", "stopped")


@dataclass(frozen=True)
class Resumption:
    """A run that is to go on.

    Attributes
    ----------
    folder : Path
    record : dict
        Its run.json.
    config : Config
        Resolved, as the run began with it.
    checkpoint : Checkpoint or None
        The last one that is whole; None if it has to start from the beginning.
    """

    folder: Path
    record: dict[str, Any]
    config: Config
    checkpoint: Checkpoint | None

    @property
    def has_ended(self) -> bool:
        """Whether there is nothing left to be trained."""
        return self.record.get("status") in ENDED

    @property
    def share(self) -> float:
        """How much of the training is done, in 0..1."""
        return 0.0 if self.checkpoint is None else self.checkpoint.state.share

    def reopen(self) -> RunFolder:
        """Open the run folder as it was at the checkpoint.

        Raises
        ------
        RunError
            If metrics.jsonl is not what it was then.
        """
        assert self.checkpoint is not None
        state = self.checkpoint.state
        return RunFolder.reopen(self.folder, state.metrics_bytes, state.metrics_sha256)

    def check_config(self, config: Config) -> None:
        """Refuse a resolved config that is not the run's.

        Raises
        ------
        ConfigError
        """
        changed = [
            f"{path}: it is {new} here, and {old} in {self.folder}; a run goes on with the "
            f"settings it began with: leave it out, or {train_anew(self.folder)}"
            for path, old, new in config_differences(self.config, config)
            if path not in MAY_DIFFER
        ]
        if changed:
            raise ConfigError(changed)

    def check_text(self, config: Config, corpus: Corpus, plan: Plan) -> None:
        """Refuse a text, or another file that the run reads, that has changed since it began.

        Raises
        ------
        CorpusError
        """
        inputs = inputs_of(config)
        now = {**inputs, "the corpus": corpus.sha256}
        try:
            # Before there were checkpoints they were not noted; such a run begins anew.
            was = {**self.record.get("inputs", inputs)}
            was["the corpus"] = self.record["corpus"]["sha256"]
            started_from = self.record["pretrained"] or {}
        except (KeyError, TypeError) as error:
            problem = f"{self.folder / RECORD} is damaged: it lacks parts"
            raise RunError(f"{problem}; {train_anew(self.folder)}") from error
        if plan.start is not None:
            was[str(plan.start.path)] = started_from.get("sha256")
            now[str(plan.start.path)] = plan.start.sha256
        if changed := [name for name in was | now if was.get(name) != now.get(name)]:
            raise CorpusError(
                f"{' and '.join(changed)} changed since {self.folder} began, so that it cannot go "
                f"on; bring back what was there, or {train_anew(self.folder)}"
            )
        if self.checkpoint and self.checkpoint.state.vocabulary_sha256 != _sum_of_words(corpus):
            raise CorpusError(
                f"the text comes to other words than those of {self.folder}, though it is the "
                f"same: Python's Unicode tables or the tokenizer changed; {train_anew(self.folder)}"
            )

    def changed_versions(self, engine: str) -> list[str]:
        """Say what else the bits depend on and is another now."""
        was, now = self.record.get("bits_depend_on", {}), what_bits_depend_on(engine)
        switches = (*SWITCHES, *NUMBA_SWITCHES)  # not named where they are not set
        changed = [name for name in now if name in was and was[name] != now[name]]
        changed += [name for name in switches if (name in was) != (name in now)]
        return [
            f"{name if name in switches else name.replace('_', ' ')} changed since the run began: "
            "the vectors may differ in their last digits from those of a run that was not "
            "interrupted"
            for name in changed
        ]


def command_to_go_on(folder: Path, corpus: CorpusConfig) -> str:
    """Return the command that goes on with the run of a folder, in quotation marks.

    With what it needs to come to the same text.
    """
    tokenizer = TokenizerSpec(corpus.tokenizer, corpus.lowercase, corpus.normalize)
    paths = [corpus.path] if isinstance(corpus.path, str) else corpus.path
    code = " --allow-code" if tokenizer.is_code else ""
    text = " < TEXT" if "-" in paths else ""
    return f"`{command_to_resume(folder)}{code}{text}`"


def train_anew(folder: Path) -> str:
    """Say how the run of a folder is replaced, whichever command was to go on with it."""
    out = shlex.quote(str(folder))
    return f"train it anew: name what to train, with `--out {out} --force` instead of `--resume`"


def _sum_of_words(corpus: Corpus) -> str:
    """Return the sha256 that vocab.tsv has when it is written from a corpus."""
    digest = hashlib.sha256()
    for line in vocabulary_lines(corpus):
        digest.update(line.encode())
    return digest.hexdigest()


def find_resumption(folder: Path) -> Resumption | None:
    """Return how the run of a folder can go on; None if nothing of it was begun.

    Raises
    ------
    RunError
        If the folder, or each of its checkpoints, is damaged, or its engine is not there.
    DivergedError
        If the run diverged: it would do so again.
    """
    if not os.path.lexists(folder / RECORD):
        return None
    record = read_record(folder)
    if record.get("status") == "diverged":
        way = f"train it anew with a smaller rate: --out {folder} --force train.lr=…"
        if VECTORS in record.get(SUMS, {}):
            way = (
                f"go on from its vectors with a smaller rate: w2v train --from {folder} train.lr=…"
            )
        raise DivergedError(f"{folder} diverged, and would do so again; {way}")
    config = begun_config(folder, record)
    if record.get("status") in ENDED:
        return Resumption(folder, record, config, None)
    if config.train.engine == "numba" and (problem := why_no_numba()):
        needs = f"{folder} trains with numba, which {problem}: {INSTALL}"
        raise RunError(f"{needs}; or {train_anew(folder)}, and train.engine=auto")
    # Before its config.yaml is there, what lies there is of the run that it takes the place of.
    checkpoint = None if "settings" in record else _last_whole(folder)
    if checkpoint and checkpoint.state.config_sha256 != record.get(SUMS, {}).get(CONFIG):
        raise RunError(f"{checkpoint.path} is of another run than {folder}; {train_anew(folder)}")
    return Resumption(folder, record, config, checkpoint)


def begun_config(folder: Path, record: dict[str, Any], overrides: Sequence[str] = ()) -> Config:
    """Return the config that a run began with, with overrides.

    Parameters
    ----------
    folder : Path
    record : dict
        Its run.json.
    overrides : sequence of str
        `key=value`.

    Raises
    ------
    RunError
        If config.yaml is damaged.
    ConfigError
        If an override is wrong.
    """
    settings = record.get("settings")
    if not isinstance(settings, dict):
        check_file(folder / CONFIG, record.get(SUMS, {}).get(CONFIG))
        return load_config(folder / CONFIG, [*overrides]).of_one_run()
    # It was killed before its config.yaml was there, or a moment later.
    given = {text.partition("=")[0].strip() for text in overrides}
    values = {path: value for path, value in settings.items() if path not in given}
    return load_config(None, [*overrides], values).of_one_run()


def _last_whole(folder: Path) -> Checkpoint | None:
    """Open the last checkpoint that is whole; None if there is none at all."""
    first_error: RunError | None = None
    for path in checkpoints_in(folder):
        try:
            return open_checkpoint(path)
        except RunError as error:
            first_error = first_error or error
    if first_error is None:
        return None
    raise RunError(f"{first_error}; no other checkpoint is there; {train_anew(folder)}")


def epochs_so_far(folder: Path) -> list[EpochMetrics]:
    """Read the epochs that a run has trained from its metrics.jsonl, which is whole."""
    with open(folder / METRICS, "rb") as lines:
        return _epochs_in(lines)


def epochs_of_ended(folder: Path, record: dict[str, Any]) -> list[EpochMetrics]:
    """Read the epochs of a run that has ended.

    Raises
    ------
    RunError
        If its metrics.jsonl is damaged.
    """
    content = read_file(folder, METRICS, record)
    try:
        return _epochs_in(content.splitlines())
    except (ValueError, TypeError, KeyError, RecursionError) as error:  # of a format without sums
        raise RunError(f"{folder / METRICS} is damaged: {first_line(error)}; {REMEDY}") from error


def _epochs_in(lines: Iterable[bytes]) -> list[EpochMetrics]:
    """Parse the lines about epochs."""
    return [
        EpochMetrics(
            epoch=line["epoch"],
            n_examples=line["examples"],
            n_measured=line["measured"],
            loss=line["loss"],
            heldout_loss=line["heldout_loss"],
            seconds=line["seconds"],
            words_per_second=float(line["words_per_second"]),
        )
        for line in map(json.loads, lines)
        if line["event"] == "epoch"
    ]


def chunks_so_far(folder: Path, steps: list[Step]) -> list[ChunkMetrics]:
    """Read the chunks of some steps of one epoch from metrics.jsonl, which is whole."""
    if not steps:
        return []
    epoch = steps[0].epoch + 1
    with open(folder / METRICS, "rb") as lines:
        of_epoch = [
            line
            for line in map(json.loads, lines)
            if (line["event"], line["epoch"]) == ("chunk", epoch)
        ]
    return [
        ChunkMetrics(
            step=step,
            positions=step.stop - step.start,
            n_examples=line["examples"],
            n_measured=line["measured"],
            loss=line["loss"],
            seconds=line["seconds"],
        )
        for step, line in zip(steps, of_epoch, strict=True)
    ]
