"""What is seen while a run goes on: the plan before it, then a bar, or plain lines."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from tqdm import tqdm

from w2v.cli.bars import Bar
from w2v.cli.going_on import change_of_start
from w2v.cli.terminal import (
    WIDTH,
    bytes_for_people,
    counted,
    note,
    percent,
    printable,
    seconds_for_people,
    settings,
    waiting_line,
    warn,
    wrapped,
)
from w2v.config.early_stop import EarlyStop, early_stop_of
from w2v.config.schema import Config
from w2v.evaluation.analogies import AnalogyScore
from w2v.evaluation.scoring import Score, n_answered
from w2v.text.corpus import Corpus
from w2v.training.evaluating import Evaluation
from w2v.training.observer import ChunkMetrics, EpochMetrics, Observer
from w2v.training.planning import Plan, advice
from w2v.vectors.word_vectors import WordVectors

MUCH_DISK = 100_000_000  # bytes; less is not worth a line
SECONDS_BETWEEN_LINES = 10.0  # where there is no terminal to draw a bar on


class Progress(Observer):
    """Print the plan, then a bar on a terminal or a line now and then elsewhere, all on stderr.

    Parameters
    ----------
    stop_requested : callable
        Tells whether the user has asked to stop.
    recorded : mapping, optional
        What `recorded_start` found.
    """

    def __init__(
        self, stop_requested: Callable[[], bool], recorded: Mapping[str, Any] | None = None
    ) -> None:
        self.had_ended = False  # before this: the run that was to be resumed
        self._stop_requested = stop_requested
        self._recorded = recorded or {}
        self._with_bar = sys.stderr.isatty() and not settings().quiet
        self._reading = tqdm(
            desc="reading",
            unit=" characters",
            unit_scale=True,
            disable=not self._with_bar,
            leave=False,
            delay=1,
        )
        self._known = Bar("reading")
        self._training: tqdm[NoReturn] | None = None
        self._n_positions = 0
        self._last_line = time.monotonic()

    def close(self) -> None:
        """Leave the terminal tidy."""
        for bar in (self._known, self._reading, self._training):
            if bar is not None:
                bar.close()

    def on_read(self, n_characters: int) -> None:
        """Move the reading bar."""
        if self._stop_requested():
            raise KeyboardInterrupt  # nothing has been made yet that could be lost
        self._reading.update(n_characters)

    def on_wait(self, pid: int | None) -> None:
        """Say who is waited for."""
        note(waiting_line(pid))

    def on_known(self, n_read: int, n_bytes: int) -> None:
        """Move the bar of the vectors to start from."""
        if self._stop_requested():
            raise KeyboardInterrupt
        self._known.move(n_read, n_bytes)
        if n_read >= n_bytes:
            self._known.close()

    def on_plan(self, config: Config, corpus: Corpus, plan: Plan) -> None:
        """Print the plan."""
        self._reading.close()
        for line in plan_lines(config, corpus, plan):
            note(line)
        changed = change_of_start(self._recorded, plan.start)
        for sentence in [*changed, *advice(config, corpus, plan.start)]:
            warn(sentence)
        self._n_positions = plan.tokens_kept * config.train.epochs

    def on_resume(self, share: float, changes: Sequence[str]) -> None:
        """Say from where the run goes on, and what changed since it began."""
        origin = (
            f"the checkpoint at {share:.0%}" if share else "the beginning: it has no checkpoint"
        )
        note(f"resume   from {origin}")
        for sentence in changes:
            warn(sentence)

    def on_ended_before(self, folder: Path) -> None:
        """Say that there is nothing to do."""
        self.had_ended = True
        note(f"{folder} has ended; there is nothing to resume")

    def on_compile(self) -> None:
        """Say what takes so long."""
        note("engine   compiling for this model.dim, which is kept (about 10 s)")

    def on_start(self, share: float) -> None:
        """Begin the training bar."""
        self._last_line = time.monotonic()
        self._training = tqdm(
            total=self._n_positions,
            unit=" words",
            unit_scale=True,
            disable=not self._with_bar,
            dynamic_ncols=True,
            bar_format="{percentage:3.0f}% |{bar}| {rate_fmt}{postfix}, {remaining} left",
            initial=round(share * self._n_positions),
        )

    def on_chunk(self, metrics: ChunkMetrics) -> None:
        """Move the bar, or print a line if the last one was long ago."""
        assert self._training is not None
        lr = metrics.step.lr
        self._training.set_postfix_str(f"{loss_text(metrics.loss)}, lr {lr:.4f}", refresh=False)
        self._training.update(metrics.positions)
        if not self._with_bar and time.monotonic() - self._last_line > SECONDS_BETWEEN_LINES:
            speed = metrics.positions / metrics.seconds
            self._line(metrics.step.epoch + 1, loss_text(metrics.loss), speed, f"lr {lr:.4f}")

    def on_epoch(self, metrics: EpochMetrics, vectors: WordVectors) -> None:
        """Print a line where there is no bar, or something new to tell."""
        if self._with_bar and metrics.heldout_loss is None:
            return
        ended = f"ended in {seconds_for_people(metrics.seconds)}"
        losses = loss_text(metrics.loss)
        if metrics.heldout_loss is not None:
            losses += f", held-out {metrics.heldout_loss:.3f}"
        self._line(metrics.epoch, losses, metrics.words_per_second, ended)

    def on_evaluation(self, evaluations: Sequence[Evaluation]) -> None:
        """Print what was scored on each set."""
        if self._training is not None:
            self._training.clear()
        scores = ", ".join(score_text(evaluation.score) for evaluation in evaluations)
        for line in wrapped(f"epoch {evaluations[0].epoch}: {scores}"):
            note(line)

    def on_changed_text(self, files: Sequence[Path]) -> None:
        """Say that the text is another by now."""
        named = printable(str(files[0])) + (f" and {len(files) - 1} more" if files[1:] else "")
        warn(f"{named} changed while it was trained on; the vectors are those of the text before")

    def should_stop(self) -> bool:
        """Stop when the user asked for it."""
        return self._stop_requested()

    def _line(self, epoch: int, losses: str, words_per_second: float, more: str) -> None:
        """Print a plain line."""
        self._last_line = time.monotonic()
        if self._training is not None:
            self._training.clear()
        note(f"epoch {epoch}: {losses}, {words_per_second:,.0f} words/s, {more}")


def loss_text(loss: float | None) -> str:
    """Say a mean loss, in nats per example, or that no batch with an example was measured."""
    return "loss not measured" if loss is None else f"loss {loss:.3f}"


def score_text(score: Score) -> str:
    """Say the score on a set, or that nothing could be asked."""
    name = printable(score.name)
    if not n_answered(score):
        return f"{name} not measured (no question could be asked of this vocabulary)"
    if isinstance(score, AnalogyScore):
        n = counted(score.total.n_questions, "analogy", "analogies")
        right = percent(score.total.accuracy or 0.0)
        return f"{name} {right} % right ({score.total.n_answered:,} of {n} asked)"
    asked = f"({score.n_answered:,} of {counted(score.n_pairs, 'pair')} asked)"
    if score.spearman is None:
        return f"{name} not measured {asked}"
    return f"{name} Spearman {percent(score.spearman)} {asked}"


def plan_lines(config: Config, corpus: Corpus, plan: Plan) -> list[str]:
    """Return the lines that say what is about to be done."""
    report, train, model = corpus.text.report, config.train, config.model
    origin = "from the cache" if corpus.text.from_cache else f"{bytes_for_people(report.n_bytes)}"
    sentences = counted(report.n_sentences, "sentence")
    rare = counted(len(corpus.dropped_words), "word")
    positions = counted(plan.tokens_trained, "position")
    thinned = f"subsample {train.subsample:g}" if train.subsample else "no subsampling"
    share = config.eval.heldout
    held_out = [f"held out {100 * share:.3g}% of the text, to measure its loss"] if share else []
    rule = early_stop_of(config)
    stop = [f"stop     early: {stop_text(rule)}"] if rule is not None else []
    disk = []
    if plan.disk_bytes > MUCH_DISK:
        disk = [f"disk     about {bytes_for_people(plan.disk_bytes)} for the run's files"]
    loss = f"K = {config.negatives.k}" if model.loss == "negative_sampling" else "full softmax"
    return [
        f"read     {counted(plan.tokens_read, 'token')} in {sentences} ({origin})",
        f"kept     {counted(plan.tokens_kept, 'token')}, V = {plan.n_words:,} words "
        f"({rare} left out)",
        *start_lines(plan),
        f"train    about {positions} in {counted(train.epochs, 'epoch')} ({thinned})",
        *held_out,
        *stop,
        f"model    {model.kind}, D = {plan.dim}, window {model.window}, {loss}",
        f"rate     {plan.lr:g} falling to {train.min_lr:g}, batches of {train.batch}",
        *engine_lines(config, plan),
        f"memory   about {bytes_for_people(plan.memory_bytes)}",
        *disk,
    ]


def stop_text(rule: EarlyStop) -> str:
    """Say when training stops early, and that the best is kept."""
    metric = "held-out loss" if rule.wants_less else f"score on {printable(rule.metric)}"
    times = counted(rule.patience, "epoch")
    return f"{times} without a better {metric}; the best epoch is kept"


def start_lines(plan: Plan) -> list[str]:
    """Say which rows start from known vectors, and which stay as they are."""
    lines, start = [], plan.start
    if start is not None:
        tables = "W_in and W_out" if start.has_output else "W_in"
        n_rows = start.n_known + start.n_new
        origin = f"start    from {path_for_people(start.path)}"
        overlap = (
            f"{start.n_known:,} of {counted(n_rows, 'word')} known ({tables}), {start.n_new:,} new"
        )
        whole = f"{origin}: {overlap}"
        lines += [whole] if len(whole) <= WIDTH else [f"{origin},", f"         {overlap}"]
        if start.n_here < start.n_known:
            lines.append(f"         {start.n_here:,} of the known are in this text")
    if plan.n_frozen or plan.n_without_row:
        missing = f"{counted(plan.n_without_row, 'word')} of the file without a row"
        frozen = f"frozen   {counted(plan.n_frozen, 'row')} of W_in"
        lines.append(f"{frozen} ({missing})" if plan.n_without_row else frozen)
    return lines


def path_for_people(path: Path) -> str:
    """Return a path as seen from the working folder, if it is in there."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def engine_lines(config: Config, plan: Plan) -> list[str]:
    """Say what will compute, and how many of it at once; in two lines if one is too long."""
    engine = f"engine   {plan.engine} ({plan.engine_reason})"
    n_chunks = -(-plan.tokens_kept // config.train.chunk)
    n_replicas = min(plan.n_replicas, n_chunks)
    threads = counted(min(plan.n_threads, n_replicas), "thread")
    if n_replicas == 1:
        return [engine]
    if config.train.parallel == "hogwild":
        together = f"{threads}, racing on one copy"
    else:
        together = f"{n_replicas} replicas on {threads}"
    whole = f"{engine}, {together}"
    return [whole] if len(whole) <= WIDTH else [f"{engine},", f"         {together}"]
