"""What a plan says of memory, held against a process that trains; and that it does not grow."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")
SCRIPTS = Path(__file__).resolve().parent.parent / "scripts"

EPOCHS = """
from w2v.training.available_memory import memory_held
from w2v.training.trainer import train

held = []
train({"corpus.path": "seasons-ko", "vocab.min_count": 1, "train.epochs": 10, "train.chunk": 1500,
       "train.replicas": 2, "eval.heldout": 0.1, "eval.sets": ["seasons-ko"],
       "eval.every": "epoch"},
      out="run", on_epoch=lambda metrics, vectors: held.append(memory_held().now))
print(held[9] - held[1])
"""


def test_a_run_takes_what_was_planned():
    command = [sys.executable, SCRIPTS / "memory.py", "--only", "Korean", "model.dim=1000"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("all as planned\n")
    command += ["--tolerance", "0"]  # no plan is as good as that
    assert subprocess.run(command, capture_output=True).returncode == 1


def test_memory_does_not_grow_from_epoch_to_epoch(tmp_path):
    """From the second to the tenth; in the first, things are used for the first time."""
    done = subprocess.run(
        [sys.executable, "-c", EPOCHS], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 4_000_000
