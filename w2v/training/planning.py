"""What a run will do, worked out before it starts, so that it can be printed and refused."""

from __future__ import annotations

from dataclasses import dataclass

from w2v.config.schema import Config
from w2v.errors import ConfigError, CorpusError
from w2v.text.corpus import Corpus
from w2v.text.scripts import UNSEGMENTED, is_mostly_letters, is_unsegmented

OPTIMIZER_TABLES = {"sgd": 0, "adagrad": 2, "adam": 4}  # (V, D) arrays beside the weights
PROCESS_BYTES = 60_000_000  # Python, NumPy and this program
WORD_BYTES = 250  # a word as text, as a key, and its counts
POSITION_BYTES = 120  # of a chunk, while it is drawn


@dataclass(frozen=True)
class Plan:
    """The size of a run.

    Attributes
    ----------
    tokens_read, tokens_kept : int
        Tokens in the text, and those of them whose word has a row.
    tokens_trained : float
        Expected positions trained in all epochs, after subsampling.
    n_words, dim : int
        V and D.
    memory_bytes : int
        Expected peak of the process, memory-mapped files apart.
    engine, engine_reason : str
    """

    tokens_read: int
    tokens_kept: int
    tokens_trained: float
    n_words: int
    dim: int
    memory_bytes: int
    engine: str
    engine_reason: str


def plan_run(config: Config, corpus: Corpus) -> Plan:
    """Work out the size of a run.

    Raises
    ------
    ConfigError
        If the config does not fit this vocabulary.
    CorpusError
        If no line holds two words: nothing could be learnt.
    """
    vocabulary = corpus.vocabulary
    _check_fit(config, len(vocabulary))
    if not corpus.stream.has_neighbours():
        raise CorpusError(
            "no line of the corpus holds two words of the vocabulary; "
            "words are learnt from their neighbours"
        )
    keep = vocabulary.keep_probabilities(config.train.subsample)
    return Plan(
        tokens_read=corpus.text.report.n_tokens,
        tokens_kept=len(corpus.stream),
        tokens_trained=float((vocabulary.counts * keep).sum()) * config.train.epochs,
        n_words=len(vocabulary),
        dim=config.model.dim,
        memory_bytes=_memory(config, corpus),
        engine="numpy",
        engine_reason="the only engine of this version"
        if config.train.engine == "auto"
        else "as the config says",
    )


def _check_fit(config: Config, n_words: int) -> None:
    """Refuse settings that only the vocabulary shows to be impossible."""
    problems = []
    padding = config.embedding.padding_idx
    if padding is not None and not -n_words <= padding < n_words:
        problems.append(
            f"embedding.padding_idx: {padding} is no row; the vocabulary has {n_words:,} words"
        )
    if config.negatives.distinct and config.negatives.k >= n_words:
        problems.append(
            f"negatives.distinct: negatives.k is {config.negatives.k}, but the vocabulary has only "
            f"{n_words:,} words"
        )
    if problems:
        raise ConfigError(problems)


def _memory(config: Config, corpus: Corpus) -> int:
    """Estimate the peak memory in bytes."""
    tables = 2 + OPTIMIZER_TABLES[config.train.optimizer]
    if not config.embedding.sparse:
        tables += 2
    n_words = len(corpus.vocabulary)
    table_bytes = n_words * config.model.dim * (8 if config.embedding.dtype == "float64" else 4)
    chunk = min(config.train.chunk, len(corpus.stream))
    softmax = config.train.batch * n_words * 8 * 3 if config.model.loss == "softmax" else 0
    return (
        PROCESS_BYTES
        + tables * table_bytes
        + len(corpus.text.words) * WORD_BYTES
        + chunk * POSITION_BYTES
        + softmax
    )


def advice(config: Config, corpus: Corpus) -> list[str]:
    """Return sentences on what is odd about a text; training goes on all the same."""
    report, found = corpus.text.report, []
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
    if config.corpus.tokenizer != "char" and is_unsegmented(corpus.text.words):
        found.append(UNSEGMENTED)
    return found
