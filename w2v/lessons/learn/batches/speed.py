"""How many words a second the layers, the five lines and the compiled loops train, measured.

All of them train on the same stretch of the same text, with the draws and the engines of training.
How this is told is in `lesson.py`.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from w2v.config.schema import Config, with_values
from w2v.engines.choice import is_prepared, make_engine, why_no_numba
from w2v.engines.contract import Chunk, Engine, Weights
from w2v.engines.numpy_engine import NumpyEngine
from w2v.lessons.learn.batches.five_lines import layered
from w2v.lessons.learn.parts import seconds_of
from w2v.text.corpus import Corpus, open_corpus
from w2v.training.draws import Draws, start_weights

CORPUS = "toy-world"
LR = 0.15


@dataclass(frozen=True)
class Effort:
    """How much is measured.

    Attributes
    ----------
    n_positions : int
        Of the text, before subsampling, that is trained on again and again.
    seconds : float
        For each way.
    n_learnt : int
        Positions that each size of batch trains on, before their losses are compared.
    with_numba : bool
        Whether numba is measured, where it is there and compiled.
    """

    n_positions: int = 3_000
    seconds: float = 0.25
    n_learnt: int = 40_000
    with_numba: bool = True


@dataclass(frozen=True)
class Way:
    """A way to train CBOW.

    Attributes
    ----------
    key : "layers", "lines" or "numba"
    batch : int
        B. With one center, the noise is K words of its own, else M words shared by the batch.
    """

    key: str
    batch: int

    @property
    def config(self) -> Config:
        """The settings of training in this way: all defaults but the batch."""
        mode = "independent" if self.batch == 1 else "shared"
        return with_values(Config(), {"train.batch": self.batch, "negatives.mode": mode})

    @property
    def rows_per_center(self) -> float:
        """Rows of W_out that are read for each center; as many are written."""
        negatives = self.config.negatives
        if self.batch == 1:
            return 1 + negatives.k
        return (self.batch + negatives.draws) / self.batch

    @property
    def share_of_scores(self) -> float:
        """How many of the scores that a batch computes some center needs, as a share."""
        negatives = self.config.negatives
        return (1 + negatives.draws / negatives.groups) / (self.batch + negatives.draws)

    @property
    def pushes(self) -> float:
        """How often, with its weight, a noise word is scored in one step: B K / M."""
        negatives = self.config.negatives
        return self.batch * negatives.k / negatives.draws


USUAL = 32
WAYS = (Way("layers", 1), Way("lines", 1), Way("lines", 8), Way("lines", USUAL), Way("lines", 64))
COMPILED = Way("numba", USUAL)
LARGER = (Way("lines", USUAL), Way("lines", 512), Way("lines", 4096))  # of the question


class LayeredEngine(NumpyEngine):
    """The numpy engine with the layers, also where the five lines would do."""

    def __init__(self, config: Config, weights: Weights) -> None:
        super().__init__(config, weights)
        self.model = layered(weights.W_in, weights.W_out, config.negatives.k)


def engine_of(way: Way, weights: Weights) -> Engine:
    """Make the engine of a way around given weights."""
    if way.key == "layers":
        return LayeredEngine(way.config, weights)
    return make_engine("numba" if way.key == "numba" else "numpy", way.config, weights)


class ToyWorld:
    """The text that all ways train on.

    Parameters
    ----------
    seed : int
        Of all draws.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        config = with_values(Config(), {"corpus.path": CORPUS})
        self.corpus: Corpus = open_corpus(config.corpus, config.vocab)

    def chunk(self, config: Config, start: int, stop: int) -> Chunk:
        """Return a stretch with the draws of a config."""
        config = with_values(config, {"train.seed": self.seed})
        tokens, sentence = self.corpus.stream.read(start, min(stop, len(self.corpus.stream)))
        return Draws(config, self.corpus.vocabulary).chunk(tokens, sentence, 0, 0)

    def weights(self) -> Weights:
        """Return the start weights."""
        config = Config()
        n_words = len(self.corpus.vocabulary)
        tables = start_weights(self.seed, n_words, config.model.dim, config.embedding.dtype)
        return Weights(*tables)


def words_per_second(text: ToyWorld, way: Way, effort: Effort) -> float:
    """Measure how many centers a second one way trains."""
    chunk = text.chunk(way.config, 0, effort.n_positions)
    engine = engine_of(way, text.weights())
    return len(chunk.tokens) / seconds_of(lambda: engine.train_chunk(chunk, LR), effort.seconds)


def numba_problem() -> str | None:
    """Return why numba is not measured: "missing", "not_compiled", or None if it can be."""
    if why_no_numba():
        return "missing"
    return None if is_prepared("numba", COMPILED.config) else "not_compiled"


class Learnt(NamedTuple):
    """How a size of batch trains.

    Attributes
    ----------
    words_per_second : float
    loss : float
        On the text that follows, in nats for a center, measured alike for all sizes.
    """

    words_per_second: float
    loss: float


def learn(text: ToyWorld, way: Way, effort: Effort) -> Learnt:
    """Train on a stretch with batches of a size, and measure the loss on what follows."""
    usual, weights = Way("lines", USUAL), text.weights()
    chunk = text.chunk(way.config, 0, effort.n_learnt)
    follows = text.chunk(usual.config, effort.n_learnt, effort.n_learnt + effort.n_positions)
    begin = time.perf_counter()
    with np.errstate(all="ignore"):  # a batch that is too large may run off to infinity
        engine_of(way, weights).train_chunk(chunk, LR)
        seconds = time.perf_counter() - begin
        mean = engine_of(usual, weights).loss(follows).mean
    return Learnt(len(chunk.tokens) / seconds, np.nan if mean is None else mean)
