"""How long runs will take: a little of each is trained on weights that are thrown away.

What is measured is the time of a position, of a question and of the text's opening; what is not, is
named: `START_SECONDS`. Nothing is written, and nothing compiled.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from w2v.config.schema import Config, as_dict, with_values
from w2v.engines.choice import is_prepared
from w2v.engines.contract import Weights
from w2v.evaluation.finding import find_set
from w2v.evaluation.scoring import score_set
from w2v.evaluation.sets import AnalogySet, SimilaritySet
from w2v.text.corpus import Corpus, open_corpus
from w2v.training.draws import Draws
from w2v.training.freezing import find_frozen, read_frozen_words
from w2v.training.known import load_known
from w2v.training.planning import Plan, plan_run
from w2v.training.replicas import Replicas
from w2v.training.schedule import Schedule, Step
from w2v.training.starting import first_weights
from w2v.vectors.word_vectors import WordVectors

# All but the training itself: the start of a process, imports, with numba the loading of code that
# was kept, the files of the run. It is what `w2v train` of a page of text takes beside its seconds
# in run.json, as measured on two cores.
START_SECONDS = {"numpy": 0.4, "numba": 1.0}
LONG_ENOUGH = 0.3  # seconds of training, to be measured well
FIRST_CHUNK, GROWTH = 256, 4  # positions that are tried first, and how many times more are next
N_ASKED = 1000  # questions of a set, for the time of all
# What makes no difference to the time of a position.
NO_MATTER = (
    "name", "output.dir", "train.seed", "train.lr", "train.min_lr", "train.epochs",
    "train.shuffle", "train.threads", "train.engine", "train.checkpoint_every", "train.early_stop",
    "eval.sets", "eval.every",
)  # fmt: skip
Result = TypeVar("Result")


@dataclass(frozen=True)
class _Text:
    """A corpus that is open, and how long that took."""

    corpus: Corpus
    weights_of: Callable[[Config], Weights]
    plan_of: Callable[[Config], Plan]
    seconds: float


@dataclass(frozen=True)
class _Pace:
    """Seconds for a position of the text: to train it, and to measure it at an epoch's end."""

    training: float
    heldout: float


class Estimator:
    """Estimate the time of many runs; those that differ in nothing that matters are measured once.

    Parameters
    ----------
    threads : int, optional
        What `train.threads: auto` stands for; as many as there are processors by default.
    allow_code : bool
        Whether a `module:function` tokenizer may be run.
    """

    def __init__(self, *, threads: int | None = None, allow_code: bool = False) -> None:
        self._threads, self._allow_code = threads, allow_code
        self._text: tuple[str, _Text] | None = None  # the last: a text may be large
        self._paces: dict[str, _Pace | None] = {}
        self._evaluations: dict[str, float] = {}

    def seconds_of(self, config: Config) -> float | None:
        """Return how long a run is expected to take, from the start of its process to its end.

        Parameters
        ----------
        config : Config
            Its text is best in the cache: what is not there is read for it.

        Returns
        -------
        float or None
            None if numba has to compile first: nothing is known about its speed until then.

        Raises
        ------
        W2VError
            If nothing can be trained with it.
        """
        config = self._with_threads(config)
        text = self._open(config)
        plan = text.plan_of(config)
        pace = self._pace(config, plan, text)
        if pace is None:
            return None
        n_times = config.train.epochs if config.eval.every == "epoch" else 1
        return (
            START_SECONDS[plan.engine]
            + text.seconds
            + config.train.epochs * plan.tokens_kept * (pace.training + pace.heldout)
            + n_times * self._evaluation(config, text)
        )

    def plan_of(self, config: Config) -> Plan:
        """Return what a run will do; its text is opened once for this and for its time.

        Raises
        ------
        W2VError
            If nothing can be trained with it.
        """
        config = self._with_threads(config)
        return self._open(config).plan_of(config)

    def _with_threads(self, config: Config) -> Config:
        """Return a config with the number of threads that `auto` stands for here."""
        if self._threads is None or config.train.threads != "auto":
            return config
        return with_values(config, {"train.threads": self._threads})

    def _open(self, config: Config) -> _Text:
        """Open the text of a config, unless it is that of the last."""
        settings = as_dict(config)
        own = ("corpus.", "vocab.", "embedding.pretrained", "embedding.freeze")
        key = json.dumps({p: value for p, value in settings.items() if p.startswith(own)})
        if self._text is None or self._text[0] != key:
            self._text = None  # lets the last one go first
            self._text = key, _open_text(config, allow_code=self._allow_code)
        return self._text[1]

    def _pace(self, config: Config, plan: Plan, text: _Text) -> _Pace | None:
        """Measure the time of a position, unless that was done for another run."""
        settings = {p: v for p, v in as_dict(config).items() if p not in NO_MATTER}
        key = json.dumps([settings, plan.engine, plan.n_threads])
        if key not in self._paces:
            is_known = is_prepared(plan.engine, config)
            self._paces[key] = _measure(config, plan, text) if is_known else None
        return self._paces[key]

    def _evaluation(self, config: Config, text: _Text) -> float:
        """Measure how long asking all sets takes, unless that was done for another run."""
        sets = config.eval.sets
        key = json.dumps([sets, len(text.corpus.vocabulary), config.model.dim])
        if key not in self._evaluations:
            self._evaluations[key] = _measure_sets(config, text) if sets else 0.0
        return self._evaluations[key]


def _open_text(config: Config, *, allow_code: bool) -> _Text:
    """Open a text as a run would, without what depends on other settings."""
    began = time.perf_counter()
    known = load_known(config)
    frozen_words = read_frozen_words(config.embedding.freeze)
    corpus = open_corpus(
        config.corpus,
        config.vocab,
        known=None if known is None else known.vocabulary,
        allow_code=allow_code,
    )
    frozen = find_frozen(config.embedding.freeze, frozen_words, corpus.vocabulary)

    def weights_of(config: Config) -> Weights:
        # Where they start from makes no difference to the time.
        W_in, W_out = first_weights(config, corpus.vocabulary, None)
        return Weights(W_in, W_out, None if frozen is None else frozen.rows)

    def plan_of(config: Config) -> Plan:
        return plan_run(config, corpus, None, frozen)

    return _Text(corpus, weights_of, plan_of, time.perf_counter() - began)


def _measure(config: Config, plan: Plan, text: _Text) -> _Pace:
    """Train on a growing part of the text until that takes long enough to be measured."""
    full = min(config.train.chunk, plan.tokens_kept)
    size = min(FIRST_CHUNK, full)
    weights = text.weights_of(config)
    while True:
        part = with_values(config, {"train.chunk": max(size, 2), "train.replicas": plan.n_replicas})
        draws = Draws(part, text.corpus.vocabulary)
        replicas = Replicas(part, weights, text.corpus.stream, draws, plan.engine, plan.n_threads)
        try:
            steps, seconds = _train(replicas, part, plan, is_full=size == full)
            if seconds >= LONG_ENOUGH or size == full:
                n_positions = sum(step.stop - step.start for step in steps)
                heldout = _time_of_heldout(replicas, part, steps[:1])
                return _Pace(seconds / n_positions, heldout)
        finally:
            replicas.close()
        size = min(full, size * GROWTH)


def _train(
    replicas: Replicas, config: Config, plan: Plan, *, is_full: bool
) -> tuple[list[Step], float]:
    """Train one round, or of full chunks as many as take long enough; return steps and seconds."""
    done: list[Step] = []
    schedule = Schedule(plan.tokens_kept, config.train, plan.lr)
    began = time.perf_counter()
    for steps in schedule.rounds(plan.n_replicas):
        replicas.train_round(steps)
        done += steps
        if not is_full or time.perf_counter() - began >= LONG_ENOUGH:
            break
    return done, time.perf_counter() - began


def _time_of_heldout(replicas: Replicas, config: Config, steps: Sequence[Step]) -> float:
    """Return the seconds, for a position of the text, that measuring what is held out takes."""
    n_positions = sum(step.stop - step.start for step in steps)
    if round(config.eval.heldout * n_positions) < 1:
        return 0.0
    began = time.perf_counter()
    replicas.heldout_loss(list(steps))
    return (time.perf_counter() - began) / n_positions


def _measure_sets(config: Config, text: _Text) -> float:
    """Return how long it takes to ask all sets once, by some of their questions."""
    vectors = WordVectors(text.corpus.vocabulary, text.weights_of(config).W_in)
    total = 0.0
    for name in config.eval.sets:
        whole = find_set(name)
        some = _some_of(whole)
        began = time.perf_counter()
        score_set(vectors, some)
        total += (time.perf_counter() - began) * len(whole) / max(1, len(some))
    return total


def _some_of(asked: AnalogySet | SimilaritySet) -> AnalogySet | SimilaritySet:
    """Return every n-th question of a set of analogies, so that about `N_ASKED` are left."""
    every = len(asked) // N_ASKED
    if isinstance(asked, SimilaritySet) or every < 2:
        return asked
    return replace(asked, sections={name: rows[::every] for name, rows in asked.sections.items()})
