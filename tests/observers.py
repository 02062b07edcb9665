"""Observers of a training for tests."""

from __future__ import annotations

from w2v.training.observer import Observer


class StopAfter(Observer):
    """Ask to stop after a number of chunks."""

    def __init__(self, n_chunks):
        self.left = n_chunks

    def on_chunk(self, metrics):
        self.left -= 1

    def should_stop(self):
        return self.left <= 0
