"""Run `w2v train` in a process of its own, and see what its plan said and what it took."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

# Runs `w2v`, and leaves in a file what the plan said and what it came to.
CHILD = """
import atexit, json, sys
from w2v.cli.main import run
from w2v.training import trainer
from w2v.training.available_memory import memory_held

target, sys.argv[1:] = sys.argv[1], sys.argv[2:]
plan_run, found = trainer.plan_run, {}

def plan_and_keep(*arguments):
    found["peak_of_reading"] = memory_held().peak
    plan = plan_run(*arguments)
    found.update(estimate=plan.memory_bytes, V=plan.n_words, D=plan.dim, engine=plan.engine,
                 R=plan.n_replicas, read=plan.tokens_read)
    return plan

def leave():
    found["peak"] = memory_held().peak
    with open(target, "w") as file:
        json.dump(found, file)

trainer.plan_run = plan_and_keep
atexit.register(leave)
run()
"""


class TrainingError(Exception):
    """A training ended with an error; says what it printed last."""


def train(arguments: Sequence[str], **environment: str) -> dict[str, Any]:
    """Run `w2v train` with some arguments; return figures of its plan, its peak and its seconds.

    Raises
    ------
    TrainingError
    """
    with tempfile.TemporaryDirectory(prefix="w2v-measured-") as folder:
        target = Path(folder, "found.json")
        began = time.perf_counter()
        call_python(["-c", CHILD, str(target), "train", *arguments], **environment)
        return json.loads(target.read_text()) | {"seconds": time.perf_counter() - began}


def call_python(arguments: Sequence[str], **environment: str) -> None:
    """Run Python.

    Raises
    ------
    TrainingError
        If it fails.
    """
    command = [sys.executable, *arguments]
    done = subprocess.run(
        command, env=os.environ | environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    if done.returncode:
        last = done.stderr.decode("utf-8", "replace").strip()[-500:] or "it printed nothing"
        raise TrainingError(f"{' '.join(arguments[-6:])}: exit code {done.returncode}: {last}")
