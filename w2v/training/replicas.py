"""Train R chunks side by side, and put what they learnt together.

A round takes R chunks. Each replica copies the rows that its chunk touches (`copies.py`) and trains
on them alone. Then every touched row that is not frozen moves by what the replicas made of it, in
their order: nothing depends on which thread was faster. The rule is in `combining.py`.

`parallel: hogwild` does without all this: threads race on the one copy, and no run repeats itself.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from w2v.config.schema import Config, n_replicas
from w2v.engines.choice import make_engine, row_combiner
from w2v.engines.contract import Chunk, ChunkLoss, Copied, Engine, Scale, Weights
from w2v.model.functions import Floats, Ids
from w2v.text.corpus import IdStream
from w2v.training.combining import Pull, TablePull, joined, pull_of, scale_of
from w2v.training.copies import Copies
from w2v.training.draws import Draws
from w2v.training.schedule import Step

ROWS_AT_ONCE = 4096  # combined in one piece of work

Part: TypeAlias = tuple[Floats, Ids, Copied, Scale]  # what a RowCombiner takes
Result = TypeVar("Result")
Item = TypeVar("Item")


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
        self._abandon = threading.Event()
        n = n_replicas(config)
        # Without copies each thread needs an engine: it holds the arrays of the batch at hand.
        self._engines = [
            make_engine(engine, config, weights, self._abandon)
            for _ in range(n if self._races else 1)
        ]
        self._copies = Copies(config, weights, 0 if self._races or n == 1 else n)
        # One thread too: the main one has to stay free for signals, which wait while it computes.
        self._pool = ThreadPoolExecutor(n_threads)

    def close(self) -> None:
        """Let the threads go; a chunk that one of them is at is left in the middle."""
        self._abandon.set()
        self._pool.shutdown(cancel_futures=True)

    def state(self) -> dict[str, NDArray[Any]]:
        """Return, by name, the arrays beside the weights that the next round depends on."""
        return self._engines[0].state()

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over the arrays that `state` returned."""
        self._engines[0].restore(state)

    def train_round(self, steps: list[Step]) -> list[Trained]:
        """Train one chunk in each replica, all from the same weights; return what they did."""
        if self._races or len(steps) == 1:  # nothing to combine
            return self._map(self._train_here, list(enumerate(steps)))
        results = self._map(self._train_copy, list(enumerate(steps)))
        self._combine([pull for _, pull in results])
        return [trained for trained, _ in results]

    def heldout_loss(self, steps: list[Step]) -> float | None:
        """Return the mean loss of what is held out of some chunks, in nats per example.

        None if nothing is held out, or no word of it has a neighbour.
        """
        losses = self._map(self._measure_heldout, steps)
        n_measured = sum(loss.n_measured for loss in losses)
        return sum(loss.total for loss in losses) / n_measured if n_measured else None

    def _map(self, work: Callable[[Item], Result], items: list[Item]) -> list[Result]:
        """Do some work on each item in the threads; results in the items' order."""
        return list(self._pool.map(work, items))

    def _draw(self, step: Step) -> Chunk:
        """Read and draw the chunk of a step."""
        tokens, sentence = self._stream.read(step.start, step.stop)
        return self._draws.chunk(tokens, sentence, step.epoch, step.chunk)

    def _train(self, engine: Engine, chunk: Chunk, step: Step) -> Trained:
        """Train one chunk with one engine."""
        with np.errstate(all="ignore"):  # running.py asks whether all is finite
            return Trained(engine.train_chunk(chunk, step.lr), len(chunk.tokens))

    def _train_here(self, item: tuple[int, Step]) -> Trained:
        """Train a chunk on the tables themselves, alone or while others do the same."""
        replica, step = item
        return self._train(self._engines[replica], self._draw(step), step)

    def _train_copy(self, item: tuple[int, Step]) -> tuple[Trained, Pull]:
        """Train a chunk on copies of its rows; return what was done, and how it pulled at them."""
        replica, step = item
        copy = self._copies.take(replica, self._draw(step))
        config = self._copies.config_of(replica, self._config)
        engine = make_engine(self._engine_name, config, copy.weights, self._abandon)
        trained = self._train(engine, copy.chunk, step)
        with np.errstate(all="ignore"):
            return trained, pull_of(self._config, copy, step.lr)

    def _measure_heldout(self, step: Step) -> ChunkLoss:
        """Measure what is held out of one chunk."""
        tokens, sentence = self._stream.read(step.start, step.stop)
        chunk = self._draws.heldout_chunk(tokens, sentence, step.chunk)
        with np.errstate(all="ignore"):
            engine = make_engine(self._engine_name, self._config, self._weights, self._abandon)
            return engine.loss(chunk)

    def _combine(self, pulls: list[Pull]) -> None:
        """Move the rows of both tables by what the replicas made of them, in their order."""
        copies, weights, n = self._copies, self._weights, len(pulls)
        places = copies.places[:n]
        copied_in = Copied(copies.W_in[:n], places, copies.n_in[:n])
        copied_out = Copied(copies.W_out[:n], places, copies.n_out[:n])
        tables = [
            (weights.W_in, copied_in, [pull.W_in for pull in pulls], weights.frozen),
            (weights.W_out, copied_out, [pull.W_out for pull in pulls], None),
        ]
        combine_rows = row_combiner(self._engine_name)

        def combine(part: Part) -> None:
            with np.errstate(all="ignore"):
                combine_rows(*part)

        self._map(combine, [part for parts in self._map(parts_of, tables) for part in parts])


def parts_of(
    table: tuple[Floats, Copied, list[TablePull], NDArray[np.bool_] | None],
) -> list[Part]:
    """Cut what is to be combined in one table into parts for the threads, and take its scale."""
    W, copied, pulls, frozen = table
    is_there = copied.is_there(slice(None)).any(axis=0)
    # Adding up moves of zero would make 0.0 of -0.0.
    rows = np.flatnonzero(is_there if frozen is None else is_there & ~frozen)
    with np.errstate(all="ignore"):
        scale = scale_of(joined(pulls), copied, rows)
    # Of one size, whatever the threads: BLAS may round the rest of a block otherwise.
    cuts = [slice(at, at + ROWS_AT_ONCE) for at in range(0, len(rows), ROWS_AT_ONCE)]
    return [
        (W, rows[cut], copied, Scale(scale.along[cut], scale.across[cut], scale.direction))
        for cut in cuts
    ]
