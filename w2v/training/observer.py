"""What is told while a run goes on, and to whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from w2v.config.schema import Config
from w2v.text.corpus import Corpus
from w2v.training.evaluating import Evaluation
from w2v.training.planning import Plan
from w2v.training.schedule import Step
from w2v.vectors.word_vectors import WordVectors


@dataclass(frozen=True)
class ChunkMetrics:
    """What was measured on one chunk.

    Attributes
    ----------
    step : Step
    positions : int
        Positions of the text it covers.
    n_examples : int
        All that were trained on.
    n_measured : int
        Those in the batches whose loss is measured: one in `LOSS_EVERY` (engines/contract.py).
    loss : float or None
        Mean nats per measured example, at the weights before each batch; None if none was measured.
    seconds : float
    """

    step: Step
    positions: int
    n_examples: int
    n_measured: int
    loss: float | None
    seconds: float

    def as_metrics(self) -> dict[str, Any]:
        """Return the line of metrics.jsonl; `positions` are all that were scheduled until here."""
        return {
            "event": "chunk",
            "epoch": self.step.epoch + 1,
            "chunk": self.step.chunk,
            "positions": self.step.done + self.positions,
            "examples": self.n_examples,
            "measured": self.n_measured,
            "lr": self.step.lr,
            "loss": self.loss,
            "seconds": round(self.seconds, 6),
        }


@dataclass(frozen=True)
class EpochMetrics:
    """What was measured over one epoch; `n_examples` to `loss` as in `ChunkMetrics`.

    `heldout_loss` is the mean over the part of the text that is never trained on, measured at the
    epoch's end; None without `eval.heldout`.
    """

    epoch: int
    n_examples: int
    n_measured: int
    loss: float | None
    heldout_loss: float | None
    seconds: float
    words_per_second: float

    def as_metrics(self) -> dict[str, Any]:
        """Return the line of metrics.jsonl."""
        return {
            "event": "epoch",
            "epoch": self.epoch,
            "examples": self.n_examples,
            "measured": self.n_measured,
            "loss": self.loss,
            "heldout_loss": self.heldout_loss,
            "seconds": round(self.seconds, 6),
            "words_per_second": round(self.words_per_second),
        }


class Observer:
    """Is told how a run goes, and may stop it. Override what you need."""

    def on_read(self, n_characters: int) -> None:
        """So much more of the text has been read."""

    def on_wait(self, pid: int | None) -> None:
        """Another process reads the same text, and is waited for; its number, if it is known."""

    def on_known(self, n_read: int, n_bytes: int) -> None:
        """So many bytes of the vector file to start from have been read, of so many."""

    def on_plan(self, config: Config, corpus: Corpus, plan: Plan) -> None:
        """The corpus is open, and all is settled."""

    def on_resume(self, share: float, changes: Sequence[str]) -> None:
        """The run goes on from a checkpoint at this share, or from the beginning; what changed."""

    def on_ended_before(self, folder: Path) -> None:
        """The run that was to be resumed has ended: nothing is trained."""

    def on_compile(self) -> None:
        """The engine has to be compiled for this machine, which takes seconds."""

    def on_start(self, share: float) -> None:
        """All is ready; the next chunk is the first, or that after a checkpoint at this share."""

    def on_chunk(self, metrics: ChunkMetrics) -> None:
        """A chunk has been trained."""

    def on_epoch(self, metrics: EpochMetrics, vectors: WordVectors) -> None:
        """An epoch has ended.

        The vectors are those of this moment: what is kept of them has to be copied.
        """

    def on_evaluation(self, evaluations: Sequence[Evaluation]) -> None:
        """The vectors have been measured at the end of an epoch, on each set of `eval.sets`."""

    def on_changed_text(self, files: Sequence[Path]) -> None:
        """Files of the text are not as they were when they were read; training did not see it."""

    def should_stop(self) -> bool:
        """Asked after each chunk: is the user tired of it? Training is interrupted."""
        return False

    def should_end(self) -> bool:
        """Asked after each chunk: is this enough? Training ends, well, with the vectors it has."""
        return False
