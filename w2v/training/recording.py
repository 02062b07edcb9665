"""What a training writes into its folder, its vectors and checkpoints apart: how it began, what
was measured, how it ended.
"""

from __future__ import annotations

import contextlib
import datetime
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import w2v
from w2v.config.schema import Config, as_dict
from w2v.config.showing import write_config
from w2v.errors import CorpusError, W2VError
from w2v.files import sha256_of
from w2v.run_folder import CONFIG, DROPPED, VOCAB, RunFolder
from w2v.text.corpus import Corpus
from w2v.text.vocabulary import count_lines
from w2v.training.environment import what_bits_depend_on
from w2v.training.planning import Plan


def now() -> str:
    """Return the time as run.json has it."""
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="microseconds")


def inputs_of(config: Config) -> dict[str, str]:
    """Return the sha256 of each file that a resolved config names, its text and vectors apart.

    Raises
    ------
    CorpusError
        If one cannot be read.
    """
    freeze = [config.embedding.freeze] if isinstance(config.embedding.freeze, str) else []
    files = [path for path in (*freeze, *config.eval.sets) if os.path.isfile(path)]
    try:
        return {path: sha256_of(Path(path)) for path in files}
    except OSError as error:
        raise CorpusError(f"{error.filename} cannot be read: {error.strerror}") from error


def vocabulary_lines(corpus: Corpus) -> Iterator[str]:
    """Yield the lines of vocab.tsv."""
    return count_lines(corpus.vocabulary.words, corpus.seen_counts)


class Recorder:
    """Write the files of a run folder that say how the run went.

    Parameters
    ----------
    folder : RunFolder
    config : Config
        Resolved.
    corpus : Corpus
    plan : Plan
    before : mapping
        What run.json said, if the run goes on from a checkpoint.
    """

    def __init__(
        self,
        folder: RunFolder,
        config: Config,
        corpus: Corpus,
        plan: Plan,
        before: dict[str, Any] | None = None,
    ) -> None:
        self._folder, self._config, self._corpus, self._plan = folder, config, corpus, plan
        self._began = {
            "started": now() if before is None else before["started"],
            "resumed": [] if before is None else [*before.get("resumed", []), now()],
            "inputs": inputs_of(config),
            "bits_depend_on": what_bits_depend_on(plan.engine),
        }

    def write_beginning(self) -> None:
        """Write all that is known before training."""
        self.write_record("running", {})
        self._folder.write_text(CONFIG, write_config(self._config))
        self.write_words()
        self.write_record("running", {})

    def write_words(self) -> None:
        """Write the words and their counts; when a run goes on too, for they may be damaged."""
        corpus = self._corpus
        self._folder.write_lines(VOCAB, vocabulary_lines(corpus))
        dropped = count_lines(corpus.dropped_words, corpus.dropped_counts)
        self._folder.write_lines(DROPPED, dropped)

    def write_end(self, status: str, so_far: dict[str, Any]) -> None:
        """Write how the run ended; a full disk must not hide the reason why it did."""
        with contextlib.nullcontext() if status == "done" else contextlib.suppress(W2VError):
            self.write_record(status, so_far)

    def write_record(self, status: str, so_far: dict[str, Any]) -> None:
        """Write run.json: the run as it stands, and all that the bits of its vectors depend on.

        Parameters
        ----------
        status : str
        so_far : dict
            What changes while it trains; nothing of it has happened by default.
        """
        config, plan = self._config, self._plan
        # With them the run can be resumed from the first record on.
        settings = {} if CONFIG in self._folder.sums else {"settings": as_dict(config)}
        so_far = {"seconds": 0.0, "trained": 0, "was_ended": False, "early_stop": None, **so_far}
        is_deterministic = config.train.parallel == "deterministic" or plan.n_replicas == 1
        self._folder.write_record(
            {
                "status": status,
                "w2v_version": w2v.__version__,
                "engine": plan.engine,
                "started": self._began["started"],
                "resumed": self._began["resumed"],
                "seconds": round(so_far["seconds"], 3),
                "corpus": {
                    "path": config.corpus.path,
                    "sha256": self._corpus.sha256,
                    "files": len(self._corpus.files),
                },
                "inputs": self._began["inputs"],
                "tokens": {
                    "read": plan.tokens_read,
                    "kept": plan.tokens_kept,
                    "trained": so_far["trained"],
                },
                "pretrained": None if plan.start is None else plan.start.record(),
                "frozen": plan.n_frozen,
                "V": plan.n_words,
                "D": plan.dim,
                "early_stop": so_far["early_stop"],
                "reproducible": is_deterministic and not so_far["was_ended"],
                "bits_depend_on": self._began["bits_depend_on"],
                **settings,
            }
        )
