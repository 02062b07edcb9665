"""The training of a run, from the first chunk to the last file of its folder.

What comes before it - the corpus, the plan, the first weights - is prepared in `trainer.py`.
"""

from __future__ import annotations

import datetime
import time
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import w2v
from w2v.config.early_stop import early_stop_of
from w2v.config.schema import Config
from w2v.config.showing import write_config
from w2v.engines.contract import Weights
from w2v.errors import CorpusError, DivergedError, Interrupted, W2VError
from w2v.run_folder import CONFIG, DROPPED, OUTPUT_VECTORS, VECTORS, VOCAB, RunFolder
from w2v.text.corpus import Corpus
from w2v.text.vocabulary import count_lines
from w2v.training.draws import Draws
from w2v.training.early_stopping import EarlyStopping
from w2v.training.environment import what_bits_depend_on
from w2v.training.evaluating import Evaluation, Evaluator
from w2v.training.observer import ChunkMetrics, EpochMetrics, Observer
from w2v.training.planning import Plan
from w2v.training.replicas import Replicas, Trained
from w2v.training.schedule import Schedule, Step
from w2v.vectors.formats.rows import first_bad_row
from w2v.vectors.word_vectors import WordVectors


class Ended(NamedTuple):
    """What a training leaves beside its files; see `Run`."""

    metrics: list[EpochMetrics]
    seconds: float
    evaluations: list[Evaluation]
    best_epoch: int | None


class Training:
    """The training of one run.

    Parameters
    ----------
    config : Config
        Resolved.
    corpus : Corpus
    plan : Plan
    weights : Weights
        Where training starts; changed in place.
    evaluator : Evaluator
    observer : Observer
    """

    _folder: RunFolder
    _last_step: Step

    def __init__(
        self,
        config: Config,
        corpus: Corpus,
        plan: Plan,
        weights: Weights,
        evaluator: Evaluator,
        observer: Observer,
    ) -> None:
        self._config = config
        self._corpus = corpus
        self._plan = plan
        self._evaluator = evaluator
        self._evaluations: list[Evaluation] = []
        self._observer = observer
        self._schedule = Schedule(len(corpus.stream), config.train, plan.lr)
        self._weights = weights
        self._replicas = Replicas(
            config,
            self._weights,
            corpus.stream,
            Draws(config, corpus.vocabulary),
            plan.engine,
            plan.n_threads,
        )
        self._stopping = EarlyStopping(early_stop_of(config))
        self._was_ended = False  # by a callback, before its time
        self._n_trained = 0  # positions that were left after subsampling
        self._n_examples = 0
        self._seconds = 0.0
        self._started = datetime.datetime.now(datetime.timezone.utc).isoformat(
            timespec="microseconds"
        )

    def run(self, folder: RunFolder) -> Ended:
        """Train, and leave in the folder a record that says how it ended."""
        self._folder = folder
        status = "failed"
        try:
            self._write_beginning()
            self._observer.on_start()
            metrics = self._train()
            status = "stopped" if self._was_ended else "done"
        except (Interrupted, KeyboardInterrupt):
            status = "interrupted"
            raise
        except DivergedError:
            status = "diverged"
            raise
        finally:
            self._replicas.close()
            self._write_end(status)
        return Ended(metrics, self._seconds, self._evaluations, self._stopping.best_epoch)

    def _train(self) -> list[EpochMetrics]:
        """Train all chunks of all epochs, or fewer if it is enough."""
        epochs: list[EpochMetrics] = []
        chunks: list[ChunkMetrics] = []
        for steps in self._schedule.rounds(self._plan.n_replicas):
            chunks += self._train_round(steps)
            is_end = self._is_end(steps[-1])
            if is_end:
                self._check_learnt()
            if steps[-1].is_last_of_epoch:
                epochs.append(self._end_epoch(chunks))
                chunks = []
                if self._measure(epochs[-1], is_end):
                    self._check_learnt()
                    break
            if not is_end and self._observer.should_stop():
                raise self._interruption(steps[-1])
            if not is_end and self._observer.should_end():
                self._was_ended = True
                break
        self._finish()
        return epochs

    def _is_end(self, step: Step) -> bool:
        """Tell whether a step is the last of all."""
        return step.is_last_of_epoch and step.epoch == self._config.train.epochs - 1

    def _check_learnt(self) -> None:
        """Refuse to call it a training if there was not a single example."""
        if not self._n_examples:
            raise CorpusError(
                "no word had a neighbour to learn from: train.subsample left at most one word in "
                "every line; a small text wants train.subsample=0"
            )

    def _measure(self, metrics: EpochMetrics, is_end: bool) -> bool:
        """Ask the sets if it is time, keep the epoch if it is the best; tell whether to stop."""
        rule = self._stopping.rule
        if is_end and rule is None:
            self._save_vectors()  # before anything is measured that might fail
        each_epoch = self._config.eval.every == "epoch"
        found = self._evaluate(metrics.epoch, self._weights.W_in) if each_epoch else []
        if rule is None:
            return False
        value = (
            metrics.heldout_loss
            if rule.wants_less
            else self._evaluator.value_of(rule.metric, found)
        )
        if value is None:
            raise CorpusError(
                f"train.early_stop: there was nothing to measure {rule.metric} on; try a larger "
                "eval.heldout, or another metric"
            )
        if self._stopping.is_best(metrics.epoch, value):
            self._save_vectors()
        return self._stopping.is_over

    def _finish(self) -> None:
        """Save the vectors, unless an epoch was kept for being the best; ask the sets at last."""
        best = self._stopping.best_epoch
        if self._was_ended and best is None:
            self._save_vectors()
        if self._config.eval.every == "epoch":
            return
        if best is None:
            self._evaluate(self._last_step.epoch + 1, self._weights.W_in)
        else:
            self._evaluate(best, np.load(self._folder.path / VECTORS, mmap_mode="r"))

    def _interruption(self, step: Step) -> Interrupted:
        """Save the vectors, unless an epoch was kept, and say how far training came."""
        best = self._stopping.best_epoch
        if best is None:
            self._save_vectors()
        kept = "so far" if best is None else f"of epoch {best}, the best,"
        share = (step.done + step.stop - step.start) / self._schedule.total
        return Interrupted(
            f"stopped after {share:.0%} of the training; the vectors {kept} are in "
            f"{self._folder.path}"
        )

    def _train_round(self, steps: list[Step]) -> list[ChunkMetrics]:
        """Train a round of chunks, record what was measured."""
        self._last_step = steps[-1]
        began = time.perf_counter()
        results = self._replicas.train_round(steps)
        seconds = time.perf_counter() - began
        self._seconds += seconds
        n_positions = sum(step.stop - step.start for step in steps)
        return [
            self._record_chunk(step, trained, seconds * (step.stop - step.start) / n_positions)
            for step, trained in zip(steps, results, strict=True)
        ]

    def _record_chunk(self, step: Step, trained: Trained, seconds: float) -> ChunkMetrics:
        """Write down what was measured on a chunk; `seconds` is its share of its round."""
        loss = trained.loss
        self._n_trained += trained.n_positions
        self._n_examples += loss.n_examples
        if not np.isfinite(loss.total):
            raise self._divergence(step)
        metrics = ChunkMetrics(
            step=step,
            positions=step.stop - step.start,
            n_examples=loss.n_examples,
            n_measured=loss.n_measured,
            loss=loss.mean,
            seconds=seconds,
        )
        self._folder.add_metrics(metrics.as_metrics())
        self._observer.on_chunk(metrics)
        return metrics

    def _end_epoch(self, chunks: list[ChunkMetrics]) -> EpochMetrics:
        """Sum up an epoch."""
        n_examples = sum(chunk.n_examples for chunk in chunks)
        n_measured = sum(chunk.n_measured for chunk in chunks)
        total = sum(chunk.loss * chunk.n_measured for chunk in chunks if chunk.loss is not None)
        seconds = sum(chunk.seconds for chunk in chunks)
        metrics = EpochMetrics(
            epoch=chunks[0].step.epoch + 1,
            n_examples=n_examples,
            n_measured=n_measured,
            loss=total / n_measured if n_measured else None,
            heldout_loss=self._heldout_loss(chunks),
            seconds=seconds,
            words_per_second=sum(chunk.positions for chunk in chunks) / seconds,
        )
        self._check_finite(metrics.heldout_loss)
        self._folder.add_metrics(metrics.as_metrics())
        vectors = WordVectors(self._corpus.vocabulary, self._weights.W_in)
        self._observer.on_epoch(metrics, vectors)
        return metrics

    def _heldout_loss(self, chunks: list[ChunkMetrics]) -> float | None:
        """Measure what was never trained on, in the order of the text."""
        if self._config.eval.heldout == 0:
            return None
        steps = sorted((chunk.step for chunk in chunks), key=lambda step: step.chunk)
        return self._replicas.heldout_loss(steps)

    def _evaluate(self, epoch: int, W_in: NDArray[np.floating]) -> list[Evaluation]:
        """Measure the vectors of an epoch, which are finite, on the sets of the config."""
        found = self._evaluator.evaluate(self._corpus.vocabulary, W_in, epoch)
        for evaluation in found:
            self._folder.add_metrics(evaluation.as_metrics())
        self._evaluations += found
        if found:
            self._observer.on_evaluation(found)
        return found

    def _divergence(self, step: Step) -> DivergedError:
        """Say that training broke down, where, and what to try."""
        best = self._stopping.best_epoch
        kept = "no vectors were saved" if best is None else f"the vectors of epoch {best} are"
        return DivergedError(
            f"training diverged in epoch {step.epoch + 1}, chunk {step.chunk}: the numbers are not "
            f"finite any more; {kept} in {self._folder.path}; "
            f"try a smaller train.lr (it was {step.lr:.4g}) or a smaller train.batch"
        )

    def _write_beginning(self) -> None:
        """Write all that is known before training."""
        self._folder.write_record(self._record("running"))
        self._folder.write_text(CONFIG, write_config(self._config))
        words, counts = self._corpus.vocabulary.words, self._corpus.seen_counts
        self._folder.write_lines(VOCAB, count_lines(words, counts))
        self._folder.write_lines(
            DROPPED, count_lines(self._corpus.dropped_words, self._corpus.dropped_counts)
        )
        self._folder.write_record(self._record("running"))  # with the checksums of these

    def _save_vectors(self) -> None:
        """Write both tables, if the last updates were finite too."""
        self._check_finite()
        self._folder.write_array(OUTPUT_VECTORS, self._weights.W_out)
        self._folder.write_array(VECTORS, self._weights.W_in)

    def _check_finite(self, loss: float | None = None) -> None:
        """Raise DivergedError unless both tables are finite, and a loss if there is one."""
        tables = (self._weights.W_in, self._weights.W_out)
        if not np.isfinite(loss or 0.0) or any(first_bad_row(W) is not None for W in tables):
            raise self._divergence(self._last_step)

    def _write_end(self, status: str) -> None:
        """Write how the run ended; a full disk must not hide the reason why it did."""
        try:
            self._folder.write_record(self._record(status))
        except W2VError:
            if status == "done":
                raise

    def _record(self, status: str) -> dict[str, Any]:
        """Describe the run as it stands; names all that the bits of the vectors depend on."""
        return {
            "status": status,
            "w2v_version": w2v.__version__,
            "engine": self._plan.engine,
            "started": self._started,
            "seconds": round(self._seconds, 3),
            "corpus": {
                "path": self._config.corpus.path,
                "sha256": self._corpus.sha256,
                "files": len(self._corpus.files),
            },
            "tokens": {
                "read": self._plan.tokens_read,
                "kept": self._plan.tokens_kept,
                "trained": self._n_trained,
            },
            "pretrained": None if self._plan.start is None else self._plan.start.record(),
            "frozen": self._plan.n_frozen,
            "V": self._plan.n_words,
            "D": self._plan.dim,
            "early_stop": self._stopping.record(),
            "reproducible": not self._was_ended
            and (self._config.train.parallel == "deterministic" or self._plan.n_replicas == 1),
            "bits_depend_on": what_bits_depend_on(self._plan.engine),
        }
