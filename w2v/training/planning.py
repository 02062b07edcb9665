"""What a run will do, worked out before it starts, so that it can be printed and refused."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from w2v.config.schema import Config, n_replicas, start_rate, with_values
from w2v.engines.choice import choose_engine
from w2v.errors import ConfigError, CorpusError
from w2v.processes import n_cores
from w2v.text.corpus import Corpus
from w2v.text.scripts import UNSEGMENTED, is_mostly_letters, is_unsegmented
from w2v.text.vocabulary import Vocabulary
from w2v.training.available_memory import memory_held
from w2v.training.disk_space import disk_bytes
from w2v.training.freezing import Frozen, freezing_advice
from w2v.training.memory import give_back_freed_memory
from w2v.training.peak_memory import Work, peak_bytes
from w2v.training.starting import Start

SMALL_VOCABULARY = 4  # words for each center of a batch; below this, steps overshoot
MANY_CHUNKS = 8  # from here on it pays to share them
THIN = 0.35  # of the positions; large texts keep about two thirds


@dataclass(frozen=True)
class Plan:
    """The size of a run.

    Attributes
    ----------
    tokens_read, tokens_kept : int
        Tokens in the text, and those of them whose word has a row.
    tokens_trained : float
        Expected positions trained in all epochs, after subsampling and without what is held out.
    n_words, dim : int
        V and D.
    lr : float
        The rate at the start.
    memory_bytes : int
        Expected peak of the process, from its start to its end.
    engine, engine_reason : str
    n_replicas, n_threads : int
    start : Start, optional
        The known vectors that the weights start from.
    n_frozen, n_without_row : int
        Rows of W_in that stay as they are, and words of `embedding.freeze` that have no row.
    disk_bytes : int
        Expected size of the run's files.
    """

    tokens_read: int
    tokens_kept: int
    tokens_trained: float
    n_words: int
    dim: int
    lr: float
    memory_bytes: int
    engine: str
    engine_reason: str
    n_replicas: int
    n_threads: int
    start: Start | None = None
    n_frozen: int = 0
    n_without_row: int = 0
    disk_bytes: int = 0


def plan_run(
    config: Config, corpus: Corpus, start: Start | None = None, frozen: Frozen | None = None
) -> Plan:
    """Work out the size of a run.

    Parameters
    ----------
    config : Config
    corpus : Corpus
    start : Start, optional
        The known vectors that the weights start from.
    frozen : Frozen, optional
        Rows that stay as they are.

    Raises
    ------
    ConfigError
        If the config does not fit this vocabulary.
    CorpusError
        If no line holds two words: nothing could be learnt.
    """
    vocabulary = corpus.vocabulary
    _check_fit(config, vocabulary)
    if not corpus.stream.has_neighbours():
        raise CorpusError(
            "no line of the corpus holds two words of the vocabulary; "
            "words are learnt from their neighbours"
        )
    _check_heldout(config, len(corpus.stream))
    n_chunks = -(-len(corpus.stream) // config.train.chunk)
    n_wanted = _replicas_for(config, n_chunks)
    config = with_values(config, {"train.replicas": min(n_wanted, n_chunks)})  # those with work
    engine, reason = choose_engine(config, len(corpus.stream) * config.train.epochs)
    work = Work(config, vocabulary, len(corpus.stream), engine, _n_threads(config), start)
    give_back_freed_memory()  # left by reading; what is held is what is used
    return Plan(
        tokens_read=corpus.text.report.n_tokens,
        tokens_kept=len(corpus.stream),
        tokens_trained=_trained_an_epoch(config, vocabulary)
        * (1 - config.eval.heldout)
        * config.train.epochs,
        n_words=len(vocabulary),
        dim=config.model.dim,
        lr=start_rate(config),
        memory_bytes=peak_bytes(work, memory_held(), len(corpus.text.words)),
        disk_bytes=disk_bytes(config, len(vocabulary)),
        engine=engine,
        engine_reason=reason,
        n_replicas=n_wanted,
        n_threads=_n_threads(config),
        start=start,
        n_frozen=int(np.count_nonzero(frozen.rows)) if frozen else 0,
        n_without_row=frozen.n_without_row if frozen else 0,
    )


def work_of(config: Config, corpus: Corpus, plan: Plan) -> Work:
    """Return what a planned run has to do, as `check_memory` and `check_disk` want it.

    Parameters
    ----------
    config : Config
        The one that was planned, so that what is `auto` in it may change with what is advised.
    corpus : Corpus
    plan : Plan
    """
    n_chunks = -(-plan.tokens_kept // config.train.chunk)
    config = with_values(config, {"train.replicas": min(plan.n_replicas, n_chunks)})
    return Work(
        config,
        corpus.vocabulary,
        plan.tokens_kept,
        plan.engine,
        plan.n_threads,
        plan.start,
        plan.n_replicas,
    )


def _replicas_for(config: Config, n_chunks: int) -> int:
    """Return R; `auto` is one where there is little to share.

    With few chunks replicas meet a few times only, and learn less than one alone.
    """
    is_little = config.train.replicas == "auto" and n_chunks < MANY_CHUNKS
    return 1 if is_little else n_replicas(config)


def _check_heldout(config: Config, n_positions: int) -> None:
    """Refuse a share that comes to nothing."""
    length = min(config.train.chunk, n_positions)
    if config.eval.heldout and not round(config.eval.heldout * length):
        raise ConfigError(
            [
                f"eval.heldout: {config.eval.heldout:g} of a chunk of {length:,} positions is not "
                f"one of them; use at least {1 / length:.1g}"
            ]
        )


def _n_threads(config: Config) -> int:
    """Return how many replicas run at once: as many as there are processors for."""
    wanted = config.train.threads
    return min(n_replicas(config), n_cores() if wanted == "auto" else wanted)


def _trained_an_epoch(config: Config, vocabulary: Vocabulary) -> float:
    """Return how many positions subsampling is expected to leave of all of them."""
    keep = vocabulary.keep_probabilities(config.train.subsample)
    return float((vocabulary.counts * keep).sum())


def _check_fit(config: Config, vocabulary: Vocabulary) -> None:
    """Refuse settings that only the vocabulary shows to be impossible."""
    n_words, problems = len(vocabulary), []
    padding = config.embedding.padding_idx
    if padding is not None and not -n_words <= padding < n_words:
        problems.append(
            f"embedding.padding_idx: {padding} is no row; the vocabulary has {n_words:,} words"
        )
    n_seen = int((vocabulary.counts > 0).sum())  # <pad>, say, is a row but never noise
    if config.negatives.distinct and config.negatives.k >= n_seen:
        problems.append(
            f"negatives.distinct: negatives.k is {config.negatives.k}, but the vocabulary has only "
            f"{n_seen:,} words to draw from"
        )
    if problems:
        raise ConfigError(problems)


def advice(config: Config, corpus: Corpus, start: Start | None = None) -> list[str]:
    """Return sentences on what is odd about a text or its start; training goes on all the same."""
    report, found = corpus.text.report, [] if start is None else [*start.warnings]
    found += freezing_advice(config, start, len(corpus.vocabulary))
    if report.n_bad_bytes:
        found.append(
            f"bytes that are not UTF-8, read as \N{REPLACEMENT CHARACTER}: {report.n_bad_bytes:,}, "
            f"the first in {report.first_bad_file} line {report.first_bad_line}"
        )
    if config.corpus.tokenizer != "char" and is_mostly_letters(corpus.vocabulary.words):
        found.append(
            "most words are a single character: is the text a list of characters, not of words? "
            "(see corpus.tokenizer)"
        )
    n_words, batch = int((corpus.vocabulary.counts > 0).sum()), config.train.batch
    if n_words < SMALL_VOCABULARY * batch:
        found.append(
            f"{n_words:,} words are few for batches of {batch}: a word comes often in a batch, and "
            "its steps add up; if the loss grows, try train.batch=8 or a smaller train.lr"
        )
    kept = _trained_an_epoch(config, corpus.vocabulary) / corpus.vocabulary.n_tokens
    if kept < THIN:
        found.append(
            f"train.subsample {config.train.subsample:g} keeps only {kept:.0%} of the text; "
            "a small text wants train.subsample=0"
        )
    if config.corpus.tokenizer != "char" and is_unsegmented(corpus.text.words):
        found.append(UNSEGMENTED)
    return found
