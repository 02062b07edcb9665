"""The training of a run, from the first chunk to the last file of its folder.

What comes before it - the corpus, the plan, the first weights - is prepared in `trainer.py`; how a
run goes on from a checkpoint, in `resuming.py`.
"""

from __future__ import annotations

import contextlib
import time
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from w2v.config.early_stop import early_stop_of
from w2v.config.schema import Config
from w2v.engines.contract import Weights
from w2v.errors import CorpusError, DivergedError, Interrupted, OutputError, W2VError
from w2v.run_folder import (
    CONFIG,
    OUTPUT_VECTORS,
    VECTORS,
    VOCAB,
    RunFolder,
)
from w2v.text.corpus import Corpus
from w2v.training.checkpoint import (
    Checkpoint,
    State,
    clear_checkpoints,
    load_tables,
    take_best,
    take_last,
)
from w2v.training.divergence import Divergence, untrained_loss, what_to_try
from w2v.training.draws import Draws
from w2v.training.early_stopping import EarlyStopping
from w2v.training.evaluating import Evaluation, Evaluator
from w2v.training.observer import ChunkMetrics, EpochMetrics, Observer
from w2v.training.planning import Plan
from w2v.training.recording import Recorder
from w2v.training.replicas import Replicas, Trained
from w2v.training.resuming import (
    ENDED,
    Resumption,
    chunks_so_far,
    command_to_go_on,
)
from w2v.training.saving import Saver
from w2v.training.schedule import Schedule, Step
from w2v.vectors.formats.rows import all_finite
from w2v.vectors.word_vectors import WordVectors


class Ended(NamedTuple):
    """What a training leaves beside its files; see `Run`."""

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
    _recorder: Recorder
    _saver: Saver
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
        self._divergence = Divergence(
            untrained_loss(config, plan.n_words),
            starts_trained=plan.start is not None and plan.start.has_output,
        )
        self._rounds = self._schedule.rounds(plan.n_replicas)
        self._chunks: list[ChunkMetrics] = []  # of the epoch at hand
        self._was_ended = False  # by a callback, before its time
        self._n_chunks = 0  # trained, over all epochs
        self._n_trained = 0  # positions that were left after subsampling
        self._n_examples = 0
        self._seconds = 0.0

    def run(self, folder: RunFolder, resumption: Resumption | None = None) -> Ended:
        """Train, and leave in the folder a record that says how it ended.

        Parameters
        ----------
        folder : RunFolder
        resumption : Resumption, optional
            Of a run that goes on; the weights are those of its checkpoint, if it has one.

        Raises
        ------
        W2VError
        KeyboardInterrupt
            With a sentence that says how to go on.
        """
        checkpoint = None if resumption is None else resumption.checkpoint
        before = None if resumption is None else resumption.record
        self._folder = folder
        self._recorder = Recorder(folder, self._config, self._corpus, self._plan, before)
        self._saver = Saver(folder.path, self._config.train.checkpoint_every, checkpoint)
        status = "failed"
        try:
            if checkpoint is None:
                self._recorder.write_beginning()
            else:
                self._go_on_from(checkpoint)
            self._observer.on_start(self._share)
            self._train()
            if changed := self._corpus.changed_files():
                self._observer.on_changed_text(changed)
            status = "stopped" if self._was_ended else "done"
            self._recorder.write_record(status, self._so_far())
        except KeyboardInterrupt as interrupt:
            status = "interrupted"
            raise KeyboardInterrupt(self._how_to_go_on()) from interrupt
        except Interrupted:
            status = "interrupted"
            raise
        except DivergedError:
            status = "diverged"
            raise
        except OutputError as error:
            status = "failed"
            raise OutputError(f"{error}; then {self._command} goes on") from error
        finally:
            try:
                self._close(status)
            except KeyboardInterrupt:  # it can be done again, and would be missed
                self._close(status)
        return Ended(self._seconds, self._evaluations, self._stopping.best_epoch)

    def _close(self, status: str) -> None:
        """Let the threads go; say how a training ended that did not come to its end.

        The checkpoints of one that did go at last, when its record says so: whenever the process is
        killed, one of the two is there.
        """
        self._replicas.close()
        if status not in ENDED:
            self._recorder.write_end(status, self._so_far())
        self._saver.close(is_needed=status not in ENDED)

    def _go_on_from(self, checkpoint: Checkpoint) -> None:
        """Be where a training was when it wrote its checkpoint; the weights are its own already."""
        state = checkpoint.state
        clear_checkpoints(self._folder.path, keep=checkpoint.path)  # before there must be room
        self._n_chunks, self._seconds = state.n_chunks, state.seconds
        self._n_trained, self._n_examples = state.n_trained, state.n_examples
        self._stopping.restore(state.stopping)
        self._divergence.restore(state.divergence)
        n_to_skip = self._n_chunks
        of_epoch: list[Step] = []
        while n_to_skip:
            steps = next(self._rounds)
            n_to_skip -= len(steps)
            of_epoch += steps
            if steps[-1].is_last_of_epoch:
                of_epoch.clear()
            self._last_step = steps[-1]
        self._chunks = chunks_so_far(self._folder.path, of_epoch)
        self._replicas.restore(load_tables(checkpoint, beside_weights=True))
        self._recorder.write_words()  # nobody has held those that are there against their checksums
        self._folder.remove(VECTORS, OUTPUT_VECTORS)
        for name, sha256 in take_best(checkpoint, self._folder.path).items():
            self._folder.note(name, sha256)
        self._recorder.write_record("running", self._so_far())

    def _train(self) -> None:
        """Train all chunks of all epochs, or fewer if it is enough."""
        for steps in self._rounds:
            self._chunks += self._train_round(steps)
            is_end = self._is_end(steps[-1])
            if is_end:
                self._check_learnt()
            if steps[-1].is_last_of_epoch:
                metrics = self._end_epoch(self._chunks)
                self._chunks = []
                if self._measure(metrics, is_end):
                    self._check_learnt()
                    break
            if not is_end and self._observer.should_stop():
                raise self._interruption()
            if not is_end and self._observer.should_end():
                self._was_ended = True
                break
            if not is_end and self._saver.is_due(self._n_chunks):
                self._save_checkpoint()
        self._finish()

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
            self._evaluate(
                best, np.load(self._folder.path / VECTORS, mmap_mode="r", allow_pickle=False)
            )

    @property
    def _share(self) -> float:
        """How much of the training is done, in 0..1; all of it, when it stops early."""
        if not self._n_chunks:
            return 0.0
        step = self._last_step
        return (step.done + step.stop - step.start) / self._schedule.total

    def _interruption(self) -> Interrupted:
        """Keep all that is learnt in a checkpoint, and say how far training came."""
        self._save_checkpoint()
        self._saver.settle()
        kept = "so far"
        if self._stopping.best_epoch is None:
            self._take_vectors_of_last()
        else:
            kept = f"of epoch {self._stopping.best_epoch}, the best,"
        folder = self._folder.path
        return Interrupted(
            f"stopped after {self._share:.0%} of the training; the vectors {kept} are in {folder}; "
            f"{self._command} goes on"
        )

    @property
    def _command(self) -> str:
        """The command that goes on with this run."""
        return command_to_go_on(self._folder.path, self._config.corpus)

    def _how_to_go_on(self) -> str:
        """Say how far training came, and from where it can go on, if it was left in the middle."""
        with contextlib.suppress(W2VError, KeyboardInterrupt):
            self._saver.settle()
        last = self._saver.last
        way = "starts again from the beginning"
        if last is not None:
            way = f"goes on from the checkpoint at {last.state.share:.0%}"
        come = f"stopped after {self._share:.0%} of the training"
        return f"{come}; {self._command} {way}"

    def _save_checkpoint(self) -> None:
        """Write a checkpoint, if the last updates were finite too."""
        self._check_finite()
        state = State(
            n_chunks=self._n_chunks,
            share=self._share,
            config_sha256=self._folder.sums[CONFIG],
            vocabulary_sha256=self._folder.sums[VOCAB],
            metrics_bytes=self._folder.metrics_bytes,
            metrics_sha256=self._folder.metrics_sha256,
            n_trained=self._n_trained,
            n_examples=self._n_examples,
            seconds=self._seconds,
            stopping=self._stopping.state(),
            divergence=self._divergence.state(),
        )
        tables = {"W_in": self._weights.W_in, "W_out": self._weights.W_out}
        has_best = self._stopping.best_epoch is not None
        self._saver.save({**tables, **self._replicas.state()}, state, with_best=has_best)

    def _take_vectors_of_last(self) -> Checkpoint | None:
        """Make the tables of the last checkpoint the vectors of the run, if there is one."""
        last = self._saver.last
        if last is not None:
            for name, sha256 in take_last(last, self._folder.path).items():
                self._folder.note(name, sha256)
        return last

    def _train_round(self, steps: list[Step]) -> list[ChunkMetrics]:
        """Train a round of chunks, record what was measured."""
        began = time.perf_counter()
        results = self._replicas.train_round(steps)
        seconds = time.perf_counter() - began
        self._seconds += seconds
        self._last_step = steps[-1]
        self._n_chunks += len(steps)
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
        if (breakdown := self._divergence.add(loss)) is not None:
            raise self._diverged(step, str(breakdown))
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

    def _diverged(self, step: Step, how: str) -> DivergedError:
        """Go back to the last vectors that are sound; say where it broke down, and what to try."""
        self._saver.settle()
        best = self._stopping.best_epoch
        kept = "no vectors were saved"
        if best is not None:
            kept = f"the vectors of epoch {best} are"
        elif (last := self._take_vectors_of_last()) is not None:
            kept = f"the vectors of its last checkpoint, after {last.state.share:.0%}, are"
        return DivergedError(
            f"training diverged in epoch {step.epoch + 1}, chunk {step.chunk}: {how}; {kept} in "
            f"{self._folder.path}; {what_to_try(self._config, self._plan.n_words)}"
        )

    def _save_vectors(self) -> None:
        """Write both tables, if the last updates were finite too."""
        self._check_finite()
        self._folder.write_array(OUTPUT_VECTORS, self._weights.W_out)
        self._folder.write_array(VECTORS, self._weights.W_in)

    def _check_finite(self, loss: float | None = None) -> None:
        """Raise DivergedError unless both tables are finite, and a loss if there is one."""
        if not np.isfinite(loss or 0.0):
            raise self._diverged(self._last_step, "the held-out loss is not finite any more")
        tables = {"W_in": self._weights.W_in, "W_out": self._weights.W_out}
        kept = {name: W for name, W in self._replicas.state().items() if W.ndim == 2}
        for name, table in {**tables, **kept}.items():
            if not all_finite(table):
                how = f"a number in {name} is not finite any more"
                raise self._diverged(self._last_step, how)

    def _so_far(self) -> dict[str, Any]:
        """Return what run.json says of the course of training."""
        return {
            "seconds": self._seconds,
            "trained": self._n_trained,
            "was_ended": self._was_ended,
            "early_stop": self._stopping.record(),
        }
