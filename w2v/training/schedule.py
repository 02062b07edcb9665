"""Which chunks are trained when, and at which learning rate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from w2v.config.schema import TrainConfig
from w2v.training.draws import chunk_order


@dataclass(frozen=True)
class Step:
    """One chunk's place in the run.

    Attributes
    ----------
    epoch, chunk : int
        Counted from 0; the chunk by its place in the text.
    start, stop : int
        The stretch of the id stream.
    done : int
        Positions scheduled before it, over all epochs.
    lr : float
    is_last_of_epoch : bool
    """

    epoch: int
    chunk: int
    start: int
    stop: int
    done: int
    lr: float
    is_last_of_epoch: bool


class Schedule:
    """The steps of a whole run, known before it starts.

    The rate falls linearly with the positions scheduled, from `lr` at the first to `min_lr` at the
    end of the last epoch, and is constant within a chunk.

    Parameters
    ----------
    n_positions : int
        The length of the id stream.
    train : TrainConfig
    lr : float
        The rate at the start.
    """

    def __init__(self, n_positions: int, train: TrainConfig, lr: float) -> None:
        self.n_positions = n_positions
        self.n_chunks = -(-n_positions // train.chunk)
        self.total = n_positions * train.epochs
        self._train = train
        self._lr = lr

    def lr_at(self, done: int) -> float:
        """Return the rate after `done` of the `total` positions."""
        return self._lr + (self._train.min_lr - self._lr) * done / self.total

    def steps(self) -> Iterator[Step]:
        """Yield the steps in order."""
        done = 0
        for epoch in range(self._train.epochs):
            order = chunk_order(self._train.seed, epoch, self.n_chunks, self._train.shuffle)
            for place, chunk in enumerate(order):
                start = chunk * self._train.chunk
                stop = min(start + self._train.chunk, self.n_positions)
                is_last = place == len(order) - 1
                yield Step(epoch, chunk, start, stop, done, self.lr_at(done), is_last)
                done += stop - start

    def rounds(self, n_replicas: int) -> Iterator[list[Step]]:
        """Yield the steps in groups of `n_replicas`, which begin from the same weights.

        A round ends with its epoch: what is measured at an epoch's end is of that epoch alone.
        """
        steps: list[Step] = []
        for step in self.steps():
            steps.append(step)
            if len(steps) == n_replicas or step.is_last_of_epoch:
                yield steps
                steps = []
