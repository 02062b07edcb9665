"""Train R chunks side by side, and put what they learnt together.

A round takes R chunks. Each replica copies the rows that its chunk touches (`copies.py`) and trains
on them alone. Then every touched row moves by what the replicas made of it, in their order: nothing
depends on which thread was faster.

    W += scale * sum over replicas r of (W_r - W)
    scale = (1 - exp(-sum of x_r)) / sum of (1 - exp(-x_r))

Where training pulls a row towards a place, every update closes a small share of the distance, and
after n of them exp(-x) of it is left, x being proportional to n and to the rate. The scale makes
R moves from the same start end where they would have ended one after another. A rare row has a
small x and gets the sum of its moves; a frequent one was near the place already in every replica,
where the sum would overshoot, and gets the mean.

`parallel: hogwild` does without all this: threads race on the one copy, and no run repeats itself.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from w2v.config.schema import Config, n_replicas
from w2v.engines.choice import make_engine, row_combiner
from w2v.engines.contract import Chunk, ChunkLoss, Engine, Weights
from w2v.model.functions import Floats, Ids
from w2v.text.corpus import IdStream
from w2v.training.copies import Copies
from w2v.training.draws import Draws
from w2v.training.schedule import Step

# x of one example at learning rate 1, for a row of each table. Found by trying: the table of
# replicas in the README.
PULL_IN = 0.04
PULL_OUT = 0.05

Result = TypeVar("Result")
Item = TypeVar("Item")
Pulls = NDArray[np.float64]


@dataclass(frozen=True)
class Trained:
    """What was done with one chunk: its loss, and how many positions subsampling left."""

    loss: ChunkLoss
    n_positions: int


class Replicas:
    """Train rounds of chunks on one pair of tables.

    Parameters
    ----------
    config : Config
    weights : Weights
        Changed in place, at the end of each round.
    stream : IdStream
    draws : Draws
    engine : str
    n_threads : int
        How many replicas run at once. It changes no bit of the result, but for hogwild.
    """

    def __init__(
        self,
        config: Config,
        weights: Weights,
        stream: IdStream,
        draws: Draws,
        engine: str,
        n_threads: int,
    ) -> None:
        self._config = config
        self._weights = weights
        self._stream = stream
        self._draws = draws
        self._engine_name = engine
        self._races = config.train.parallel == "hogwild"
        n = n_replicas(config)
        # Without copies each thread needs an engine: it holds the arrays of the batch at hand.
        self._engines = [
            make_engine(engine, config, weights) for _ in range(n if self._races else 1)
        ]
        self._copies = Copies(config, weights, 0 if self._races or n == 1 else n)
        self._pool = ThreadPoolExecutor(n_threads) if n_threads > 1 else None
        self._n_threads = n_threads

    def close(self) -> None:
        """Let the threads go, each after the chunk it is at."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def train_round(self, steps: list[Step]) -> list[Trained]:
        """Train one chunk in each replica, all from the same weights; return what they did."""
        if len(steps) == 1:  # nothing to combine
            return [self._train(self._engines[0], self._draw(steps[0]), steps[0])]
        if self._races:
            return self._map(self._race, list(enumerate(steps)))
        results = self._map(self._train_copy, list(enumerate(steps)))
        copies = self._copies
        pulls_in, pulls_out = [pulls[0] for _, pulls in results], [pulls[1] for _, pulls in results]
        self._combine(self._weights.W_in, copies.W_in, copies.n_in, pulls_in)
        self._combine(self._weights.W_out, copies.W_out, copies.n_out, pulls_out)
        return [trained for trained, _ in results]

    def heldout_loss(self, steps: list[Step]) -> float | None:
        """Return the mean loss of what is held out of some chunks, in nats per example.

        None if nothing is held out, or no word of it has a neighbour.
        """
        losses = self._map(self._measure_heldout, steps)
        n_measured = sum(loss.n_measured for loss in losses)
        return sum(loss.total for loss in losses) / n_measured if n_measured else None

    def _map(self, work: Callable[[Item], Result], items: list[Item]) -> list[Result]:
        """Do some work on each item, in threads if there are any; results in the items' order."""
        if self._pool is None:
            return [work(item) for item in items]
        return list(self._pool.map(work, items))

    def _draw(self, step: Step) -> Chunk:
        """Read and draw the chunk of a step."""
        tokens, sentence = self._stream.read(step.start, step.stop)
        return self._draws.chunk(tokens, sentence, step.epoch, step.chunk)

    def _train(self, engine: Engine, chunk: Chunk, step: Step) -> Trained:
        """Train one chunk with one engine."""
        with np.errstate(all="ignore"):  # whether all is finite is asked once a round, outside
            return Trained(engine.train_chunk(chunk, step.lr), len(chunk.tokens))

    def _race(self, item: tuple[int, Step]) -> Trained:
        """Train a chunk on the tables themselves, while others do the same."""
        replica, step = item
        return self._train(self._engines[replica], self._draw(step), step)

    def _train_copy(self, item: tuple[int, Step]) -> tuple[Trained, tuple[Pulls, Pulls]]:
        """Train a chunk on copies of its rows; return what was done, and each row's x."""
        replica, step = item
        weights, chunk = self._copies.take(replica, self._draw(step))
        config = self._copies.config_of(replica, self._config)
        trained = self._train(make_engine(self._engine_name, config, weights), chunk, step)
        return trained, row_pulls(self._config, chunk, len(weights.W_out), step.lr)

    def _measure_heldout(self, step: Step) -> ChunkLoss:
        """Measure what is held out of one chunk."""
        tokens, sentence = self._stream.read(step.start, step.stop)
        chunk = self._draws.heldout_chunk(tokens, sentence, step.chunk)
        with np.errstate(all="ignore"):
            return make_engine(self._engine_name, self._config, self._weights).loss(chunk)

    def _combine(self, W: Floats, copies: Floats, n_rows: Ids, pulls: list[Pulls]) -> None:
        """Move the rows of one table by what the replicas made of them, in their order."""
        n = len(pulls)
        index, n_rows = self._copies.index[:n], n_rows[:n]
        total, moves = np.zeros(len(W)), np.zeros(len(W))
        for replica, x in enumerate(pulls):
            rows = self._copies.rows[replica][: len(x)]
            total[rows] += x
            moves[rows] -= np.expm1(-x)
        touched = moves.nonzero()[0]
        scale = (-np.expm1(-total[touched]) / moves[touched]).astype(W.dtype)
        combine_rows = row_combiner(self._engine_name)

        def combine_share(share: slice) -> None:
            combine_rows(W, touched[share], scale[share], copies[:n], index, n_rows)

        step = -(-len(touched) // self._n_threads) or 1
        self._map(combine_share, [slice(at, at + step) for at in range(0, len(touched), step)])


def row_pulls(config: Config, chunk: Chunk, n_rows: int, lr: float) -> tuple[Pulls, Pulls]:
    """Return x, how strongly training on a chunk pulls at each row of W_in and of W_out.

    It is proportional to the number of examples that a row has a part in, and to the share of the
    row in each: 1 / |C| for one context word of CBOW, K / M for a noise id that a batch shares.

    Parameters
    ----------
    config : Config
    chunk : Chunk
        With the row numbers of compact tables.
    n_rows : int
        Of W_out's compact table.
    lr : float

    Returns
    -------
    x_in : array of float64, shape (rows of the text,)
    x_out : array of float64, shape (n_rows,)
    """
    in_text = np.bincount(chunk.tokens).astype(np.float64)
    sizes = chunk.right - chunk.left - 1
    mean_size = max(float(sizes.mean()), 1.0) if len(sizes) else 1.0
    n_scored = 1 + config.negatives.k
    if config.model.kind == "skipgram":
        x_in, x_out = in_text * mean_size * n_scored, in_text * mean_size
    else:
        x_in = in_text * n_scored / (mean_size if config.model.gradient == "exact" else 1.0)
        x_out = in_text * 1.0
    x_out = np.concatenate((x_out, np.zeros(n_rows - len(x_out))))
    if chunk.noise is None:  # softmax: each word to predict pulls at every row
        x_out += len(chunk.tokens) / n_rows
    else:
        a_draw = config.negatives.k / config.negatives.draws * chunk.batch_size
        weight = a_draw if chunk.noise_is_shared else 1.0
        x_out += weight * np.bincount(chunk.noise.reshape(-1), minlength=n_rows)
    return PULL_IN * lr * x_in, PULL_OUT * lr * x_out
