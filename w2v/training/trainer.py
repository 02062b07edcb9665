"""The whole of a run: open the corpus, plan, make the first weights, train, open what was written.

The training itself, chunk by chunk, is in `running.py`. `train` is what `w2v train` and a Python
program call. What is shown while it runs is the business of the `Observer` it is given.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from w2v.config.early_stop import EarlyStop, early_stop_of
from w2v.config.loading import load_config
from w2v.config.schema import Config, as_dict, start_rate, value_at, with_values
from w2v.engines.choice import prepare_engine
from w2v.engines.contract import Weights
from w2v.errors import RunError, UsageError
from w2v.evaluation.finding import settled_name
from w2v.locks import Lock, take
from w2v.run_finding import next_run_folder
from w2v.run_folder import LOCK, check_out, check_writable, make_run_folder
from w2v.text.corpus import Corpus, open_corpus
from w2v.training.callbacks import Callbacks, OnChunk, OnEpoch
from w2v.training.checkpoint import clear_checkpoints, load_tables
from w2v.training.evaluating import Evaluation, Evaluator
from w2v.training.fitting import check_disk, check_memory
from w2v.training.freezing import find_frozen, read_frozen_words
from w2v.training.known import find_known, load_known
from w2v.training.observer import EpochMetrics, Observer
from w2v.training.planning import Plan, plan_run, work_of
from w2v.training.resuming import (
    Resumption,
    epochs_of_ended,
    epochs_so_far,
    find_resumption,
)
from w2v.training.running import Training
from w2v.training.starting import first_weights, plan_start
from w2v.vectors.word_vectors import WordVectors

CHOSEN = ("train.engine", "train.replicas")  # where they are `auto`, by the text and the machine


@dataclass(frozen=True)
class Run:
    """A run that has ended.

    Attributes
    ----------
    folder : Path
    vectors : WordVectors
    metrics : list of EpochMetrics
        As metrics.jsonl has them.
    seconds : float
        Of the training itself, reading and measuring apart.
    evaluations : list of Evaluation
        What was measured on `eval.sets`, in the order of `metrics.jsonl`; of a run that was
        resumed, since then.
    best_epoch : int or None
        With `train.early_stop`, the epoch whose vectors were kept, counted from 1.
    """

    folder: Path
    vectors: WordVectors
    metrics: list[EpochMetrics] = field(repr=False)
    seconds: float
    evaluations: list[Evaluation] = field(repr=False)
    best_epoch: int | None = None


def train(
    config: Config | Mapping[str, Any] | str | Path | None = None,
    *,
    out: str | Path | None = None,
    force: bool = False,
    resume: bool = False,
    allow_code: bool = False,
    observer: Observer | None = None,
    on_chunk: OnChunk | None = None,
    on_epoch: OnEpoch | None = None,
    fit_pretrained: Collection[str] = (),
    threads: int | None = None,
) -> Run:
    """Train word vectors and leave a run folder.

    Parameters
    ----------
    config : Config, mapping, path or None
        A mapping has dotted paths as keys: `{"corpus.path": "my.txt", "model.dim": 50}`. A path is
        that of a YAML file. None stands for the defaults.
    out : str or Path, optional
        The run folder; without it `<output.dir>/<name>-<number>`.
    force : bool
        Replace the run that is in `out`.
    resume : bool
        Go on with the run that is in `out`, which was stopped or killed, from its last checkpoint.
        Its config must be the same. A run without a checkpoint starts again from the beginning; one
        that has ended is opened; if there is none, it begins.
    allow_code : bool
        Whether a `module:function` tokenizer may be run.
    observer : Observer, optional
        Is told how the run goes, from the first word that is read.
    on_chunk, on_epoch : callable, optional
        Instead of an observer, two functions. `on_chunk(metrics)` is called after each chunk with
        its `ChunkMetrics`, `on_epoch(metrics, vectors)` after each epoch with its `EpochMetrics`
        and the `WordVectors` of that moment. If one returns True, training ends there: the vectors
        are saved as they are, and the status of the run is "stopped".
    fit_pretrained : collection of str
        Of `model.dim` and `embedding.dtype`, those to take from the vectors of
        `embedding.pretrained`.
    threads : int, optional
        What `train.threads: auto` stands for; as many as there are processors by default.

    Raises
    ------
    W2VError
        Of the kind that says what is wrong; see `w2v.errors`.

    Notes
    -----
    The same config gives the same bits as long as BLAS, that of NumPy and of SciPy, has the same
    number of threads. The command `w2v` sets it to 1; a program does so with
    `OPENBLAS_NUM_THREADS=1` in its environment. With large batches that is also several times as
    fast, since the threads of BLAS and those of the replicas get in each other's way.
    """
    if observer is None:
        observer = Callbacks(on_chunk, on_epoch)
    elif on_chunk is not None or on_epoch is not None:
        raise UsageError("train takes an observer, or on_chunk and on_epoch, but not both")
    if resume and (out is None or force):
        raise UsageError("to resume a run, name its folder, without force: that would replace it")
    config = _as_config(config)
    with contextlib.ExitStack() as held:
        target = Path(out) if out is not None else None
        resumption, lock = None, None
        if target is None:
            check_writable(Path(config.output.dir))
        else:
            check_out(target, force=force or resume)
            if target.is_dir():
                lock = held.enter_context(take_run(target))
                resumption = find_resumption(target) if resume else None
        if resumption is not None and resumption.has_ended:
            resumption.check_config(_resolve_as(config, resumption, fit_pretrained))
            observer.on_ended_before(resumption.folder)
            return _ended_run(resumption)
        prepared = _prepare(
            config, target, resumption, allow_code, observer, fit_pretrained, threads
        )
        if resumption is not None and resumption.checkpoint is not None:
            folder = resumption.reopen()
        elif target is not None:
            # A folder that was not there, and is now, is somebody else's.
            folder = make_run_folder(target, force=lock is not None)
        else:
            folder = next_run_folder(Path(config.output.dir), config.name)
        if lock is None:
            held.enter_context(take_run(folder.path))
        ended = prepared.run(folder, resumption)
        del prepared  # its tables, before those that were written are opened
    return Run(folder.path, WordVectors.load(folder.path), epochs_so_far(folder.path), *ended)


def take_run(folder: Path) -> Lock:
    """Be the one process that trains in a run folder.

    Raises
    ------
    OutputError
        If another one does, which is named by its number.
    """
    return take(
        folder / LOCK,
        f"another training is at work in {folder}",
        "wait for its end, or choose another --out",
    )


def _ended_run(resumption: Resumption) -> Run:
    """Open a run that has ended before."""
    folder, record = resumption.folder, resumption.record
    clear_checkpoints(folder)  # it may have been killed between its record and this
    best = (record.get("early_stop") or {}).get("best_epoch")
    metrics = epochs_of_ended(folder, record)
    return Run(folder, WordVectors.load(folder), metrics, record.get("seconds", 0.0), [], best)


def _prepare(
    config: Config,
    target: Path | None,
    resumption: Resumption | None,
    allow_code: bool,
    observer: Observer,
    fitted: Collection[str],
    threads: int | None,
) -> Training:
    """Do all that comes before the first file is written; take all the memory that is wanted."""
    evaluator = Evaluator(config.eval.sets)
    known = load_known(config, target, fitted=fitted, on_progress=observer.on_known)
    if known is not None and fitted:
        shape = known.shape_settings
        config = with_values(config, {path: shape[path] for path in fitted})
    frozen_words = read_frozen_words(config.embedding.freeze)
    # For this process alone: the config that is written says `auto`, as it was asked for.
    here = config
    if threads is not None and config.train.threads == "auto":
        here = with_values(config, {"train.threads": threads})
    corpus = open_corpus(
        config.corpus,
        config.vocab,
        known=None if known is None else known.vocabulary,
        allow_code=allow_code,
        progress=observer.on_read,
        on_wait=observer.on_wait,
        processes=None if here.train.threads == "auto" else here.train.threads,
    )
    _check_rule(config, corpus, evaluator)
    frozen = find_frozen(config.embedding.freeze, frozen_words, corpus.vocabulary)
    start = None if known is None else plan_start(config, corpus, known)
    plan = plan_run(here, corpus, start, frozen)
    config = resolve(config, plan)
    if resumption is not None:
        resumption.check_config(config)
        resumption.check_text(config, corpus, plan)
    observer.on_plan(config, corpus, plan)
    work = work_of(here, corpus, plan)
    check_memory(work, plan.memory_bytes)
    place = Path(config.output.dir) if target is None else target
    check_disk(work, place, is_run=target is not None)
    if resumption is not None:
        observer.on_resume(resumption.share, resumption.changed_versions(plan.engine))
    prepare_engine(plan.engine, config, observer.on_compile)
    if resumption is not None and resumption.checkpoint is not None:
        tables = load_tables(resumption.checkpoint)
        W_in, W_out = tables["W_in"], tables["W_out"]
    else:
        W_in, W_out = first_weights(config, corpus.vocabulary, known)
    del known  # its words and, of a file, its tables; before the replicas take their room
    weights = Weights(W_in, W_out, None if frozen is None else frozen.rows)
    return Training(config, corpus, plan, weights, evaluator, observer)


def _check_rule(config: Config, corpus: Corpus, evaluator: Evaluator) -> None:
    """Refuse to stop by a set that this vocabulary cannot be asked, before an epoch is trained."""
    rule = early_stop_of(config)
    if rule is not None and not rule.wants_less:
        evaluator.check_can_ask(rule.metric, corpus.vocabulary)


def resolve(config: Config, plan: Plan) -> Config:
    """Replace what depends on the machine or the working folder by what it stands for here."""
    chosen = {
        "train.engine": plan.engine,
        "train.lr": plan.lr,
        "train.replicas": plan.n_replicas,
        "embedding.pretrained": None if plan.start is None else str(plan.start.path),
    }
    return with_values(_settled(config), chosen)


def _resolve_as(config: Config, resumption: Resumption, fitted: Collection[str]) -> Config:
    """Resolve a config without reading a text: what is left open in it is as it was in a run.

    A file that the run was trained with may be gone; it is known by its name.
    """
    run = resumption.config
    as_run = {*fitted}
    as_run |= {path for path in CHOSEN if value_at(config, path) == "auto"}
    names = ("corpus.path", "eval.sets")
    as_run |= {p for p in names if _are_same_names(value_at(config, p), value_at(run, p))}
    rule, rule_of_run = early_stop_of(config), early_stop_of(run)
    if (
        rule is not None
        and rule_of_run is not None
        and rule.patience == rule_of_run.patience
        and _are_same_names(rule.metric, rule_of_run.metric)
    ):
        as_run.add("train.early_stop")
    values = {"train.lr": start_rate(config), **{path: value_at(run, path) for path in as_run}}
    if config.embedding.pretrained is not None:
        try:
            known = find_known(config.embedding.pretrained)
        except RunError:  # it is gone
            known = None
        if known is None or known == Path(os.path.abspath(resumption.folder)):  # as `latest` may be
            values["embedding.pretrained"] = run.embedding.pretrained
        else:
            values["embedding.pretrained"] = str(known)
    return with_values(_settled(config), values)


def _are_same_names(asked: str | list[str], of_run: str | list[str]) -> bool:
    """Tell whether files or sets are those of a run, whose files have whole paths."""
    one, other = ([names] if isinstance(names, str) else names for names in (asked, of_run))
    return len(one) == len(other) and all(
        after in (before, os.path.abspath(before)) for before, after in zip(one, other, strict=True)
    )


def _settled(config: Config) -> Config:
    """Replace what needs neither a text nor a plan."""
    paths = config.corpus.path
    whole = [_whole_path(path) for path in ([paths] if isinstance(paths, str) else paths)]
    freeze = config.embedding.freeze
    return with_values(
        config,
        {
            "corpus.path": whole[0] if isinstance(paths, str) else whole,
            "eval.sets": [*dict.fromkeys(map(settled_name, config.eval.sets))],
            "train.early_stop": settled_rule(config),
            "embedding.freeze": os.path.abspath(freeze) if isinstance(freeze, str) else freeze,
        },
    )


def settled_rule(config: Config) -> dict[str, Any] | None:
    """Return `train.early_stop` with both of its keys; a set is named as `eval.sets` names it."""
    rule = early_stop_of(config)
    if rule is None:
        return None
    metric = rule.metric if rule.wants_less else settled_name(rule.metric)
    return EarlyStop(metric, rule.patience).as_setting()


def _whole_path(path: str) -> str:
    """Make a path of a file absolute; leave standard input and the names of built-in corpora."""
    is_file_like = os.path.exists(path) or any(character in path for character in "*?[/")
    return os.path.abspath(path) if is_file_like and path != "-" else path


def _as_config(config: Config | Mapping[str, Any] | str | Path | None) -> Config:
    """Make a checked Config of anything that `train` takes."""
    if isinstance(config, Config):
        config = as_dict(config)  # a dataclass made by hand has been checked by nobody
    if isinstance(config, Mapping):
        return load_config(values=config).config
    return load_config(None if config is None else Path(config)).of_one_run()
