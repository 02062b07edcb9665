"""SIGKILL at random moments: the short version of scripts/kill_and_resume.py, and stops in time."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import hostile
import numpy as np
import pytest
from engines import ENGINES

from w2v.config import load_config
from w2v.engines.choice import make_engine
from w2v.engines.contract import Abandoned
from w2v.training.checkpoint import checkpoints_in

sys.path.insert(0, str(Path(__file__).parent.parent / "scripts"))
from kill_and_resume import CHILD, Trial, differences, make_text

BATCHES_AT_ONCE = 64 * 32  # of the numba engine
pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows sends other signals")
QUICK = {"train.engine": "numpy", "train.epochs": 2, "train.replicas": 2, "train.threads": 2}


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    path = tmp_path_factory.mktemp("text") / "text.txt"
    make_text(path, 3000)
    return path


def trial(folder, text, seed, **settings):
    folder.mkdir()
    settings = {**QUICK, "train.checkpoint_every": 1, **settings}
    return Trial(folder, text, settings, random.Random(seed))


def test_killed_while_it_writes(text, tmp_path):
    """At changes of files all through the run, and in the middle of checkpoints above all."""
    whole = trial(tmp_path / "whole", text, 1)
    whole.run_whole()
    killed = trial(tmp_path / "killed", text, 1)
    resume = None
    for at in (3, 10, 17, 23):
        process = killed.start(killed.command(resume=resume), kill_at=at)
        said = process.communicate()[1]
        assert process.returncode == -signal.SIGKILL, said
        resume = "run" if (killed.folder / "run" / "run.json").exists() else "out"
    done = killed.start(killed.command(resume="out"))
    said = done.communicate()[1]
    assert done.returncode == 0, said
    assert not differences(whole.folder / "run", killed.folder / "run")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_long_chunk_is_left_in_the_middle(text, tmp_path, number):
    """The process ends by itself, without a second Ctrl-C, and no chunk has come to its end."""
    (tmp_path / "long.txt").write_text(text.read_text("utf-8") * 40, "utf-8")
    settings = {"train.batch": 1, "train.chunk": 10_000_000, "train.engine": "numpy"}
    arguments = [f"{path}={value}" for path, value in settings.items()]
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD, "train", "--corpus", "long.txt", "--out", "run", *arguments],
        cwd=tmp_path, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    run = tmp_path / "run"
    while not (run / "dropped.tsv").exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    process.send_signal(number)
    said = process.communicate(timeout=60)[1].splitlines()
    assert process.returncode == 130, said
    assert said[-1] == (
        "w2v: stopped after 0% of the training; `w2v train --resume run` starts again from the "
        "beginning"
    )
    assert json.loads((run / "run.json").read_text("utf-8"))["status"] == "interrupted"
    assert not (run / "metrics.jsonl").exists()
    assert not checkpoints_in(run)
    assert not (run / ".lock").exists()


class SetLater(threading.Event):
    """Set when it has been looked at once."""

    def is_set(self):
        was_set = super().is_set()
        self.set()
        return was_set


@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_leaves_its_chunk(engine):
    config = load_config(
        None, ["train.batch=2", "model.dim=5"]
    ).config  # compiled for other tests too
    n = 4 * BATCHES_AT_ONCE
    chunk = hostile.chunk([[0, 1, 2, 3] * (n // 4)], [1], 2, [[1]] * (n // 2))
    weights, whole = hostile.weights(4, 5), hostile.weights(4, 5)
    with pytest.raises(Abandoned):
        make_engine(engine, config, weights, SetLater()).train_chunk(chunk, 0.01)
    make_engine(engine, config, whole).train_chunk(chunk, 0.01)
    assert not np.array_equal(weights.W_in, hostile.weights(4, 5).W_in)  # it had begun
    assert not np.array_equal(weights.W_in, whole.W_in)
    with pytest.raises(Abandoned):
        make_engine(engine, config, weights, SetLater()).loss(chunk)
