"""Checkpoints: a run that was stopped or killed goes on, and ends with the same bits."""

from __future__ import annotations

import json

import pytest
from engines import ENGINES
from observers import StopAfter

from w2v import train
from w2v.errors import (
    Interrupted,
)
from w2v.run_folder import RUN_FILES
from w2v.training import checkpoint as checkpoints
from w2v.training.observer import Observer

SMALL = {
    "model.dim": 8,
    "vocab.min_count": 1,
    "train.epochs": 2,
    "train.chunk": 1300,  # 5 chunks, the last one shorter
    "train.batch": 8,
    "train.lr": 0.05,
    "train.engine": "numpy",
    "train.checkpoint_every": 1,
}
TIMES = ("seconds", "words_per_second")
VARIANTS = {
    "sgd": {},
    "adagrad": {"train.optimizer": "adagrad"},
    "adam": {"train.optimizer": "adam", "train.lr": 0.002},
    "replicas": {"train.replicas": 3, "train.threads": 2, "train.shuffle": True},
    "held out, and the best": {
        "eval.heldout": 0.2,
        "train.early_stop": {"metric": "heldout_loss", "patience": 1},
        "train.lr": 0.3,
        "train.epochs": 6,
        "train.subsample": 0,
    },
    "options": {
        "embedding.max_norm": 0.4, "embedding.padding_idx": -1, "embedding.dtype": "float64",
        "embedding.sparse": False, "train.optimizer": "adam", "train.lr": 0.01,
    },
    "softmax": {"model.loss": "softmax", "model.kind": "skipgram"},
}  # fmt: skip


def measured(folder):
    """The lines of metrics.jsonl, times apart."""
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    return [{key: line[key] for key in line if key not in TIMES} for line in lines]


def bits(folder):
    """All that two runs must have in common."""
    names = ("vectors.npy", "output_vectors.npy", "vocab.tsv", "dropped.tsv", "config.yaml")
    record = json.loads((folder / "run.json").read_text("utf-8"))
    kept = ("status", "tokens", "early_stop", "corpus", "reproducible", "V")
    return (
        {name: (folder / name).read_bytes() for name in names},
        measured(folder),
        {key: record[key] for key in kept},
    )


def left_in(folder):
    return sorted(path.name for path in folder.iterdir() if path.name not in RUN_FILES)


@pytest.fixture
def settings(corpus):
    return {"corpus.path": str(corpus), **SMALL}


def interrupt(settings, out, n_chunks, **options):
    """Train until so many chunks more are done, or to the end; tell whether that was the end."""
    try:
        train(settings, out=out, observer=StopAfter(n_chunks), **options)
    except Interrupted:
        return False
    return True


@pytest.mark.parametrize("variant", VARIANTS)
def test_any_moment_of_the_stop_gives_the_same_bits(settings, tmp_path, variant):
    settings = {**settings, **VARIANTS[variant]}
    whole = train(settings, out=tmp_path / "whole")
    n_stops = 1
    for every in (1, 3):
        out = tmp_path / f"every-{every}"
        while not interrupt(settings, out, every, resume=True):
            n_stops += 1
            assert [p.name for p in checkpoints.checkpoints_in(out)] == left_in(out)
        assert bits(out) == bits(whole.folder)
        assert not left_in(out)
    assert n_stops > 5


@pytest.mark.parametrize("engine", ENGINES)
def test_both_engines_go_on(settings, tmp_path, engine):
    settings = {**settings, "train.engine": engine, "train.replicas": 2}
    whole = train(settings, out=tmp_path / "whole")
    for n_chunks in (1, 5, 7):
        out = tmp_path / str(n_chunks)
        assert not interrupt(settings, out, n_chunks)
        done = train(settings, out=out, resume=True)
        assert bits(out) == bits(whole.folder)
        assert [m.loss for m in done.metrics] == [m.loss for m in whole.metrics]
        assert done.metrics[0].n_examples == whole.metrics[0].n_examples


class Killed(BaseException):
    """As if the process were gone: nothing of the training that catches it writes anything."""


class KillAfter(Observer):
    def __init__(self, n_chunks):
        self.left = n_chunks

    def on_chunk(self, metrics):
        self.left -= 1
        if not self.left:
            raise Killed


@pytest.mark.parametrize("every", [1, 4, 100, None, "auto"])
def test_a_killed_run_goes_on_from_its_last_checkpoint(settings, tmp_path, every):
    settings["train.checkpoint_every"] = every
    whole = train(settings, out=tmp_path / "whole")
    for n_chunks in (1, 5, 8):
        out = tmp_path / str(n_chunks)
        with pytest.raises(Killed):
            train(settings, out=out, observer=KillAfter(n_chunks))
        last = 0 if every in (None, "auto") else (n_chunks - 1) // every * every
        names = [p.name for p in checkpoints.checkpoints_in(out)]
        assert names == ([f"checkpoint-{last}"] if last else [])
        train(settings, out=out, resume=True)
        assert bits(out) == bits(whole.folder)
