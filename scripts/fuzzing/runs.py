"""Targets `run` and `checkpoint`: a run folder with something cut, swapped, lost or flipped.

A damaged run gives exactly the answer that it gave before, or one sentence; a run that was stopped
or killed, damaged, and gone on with, the vectors and losses of one that was not, or one sentence.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from base64 import b64encode
from pathlib import Path
from typing import Any

from fuzzing.cases import Case, Outcome, Place, Target
from fuzzing.child import run_case
from fuzzing.mutations import mutated

TEXT = (
    "the king and the queen of the palace\nthe man and the woman of the village\n" * 6
    + "a cat a dog and a color\n" * 5
    + "왕 과 여왕 의 궁전\n中文 的 詞\n" * 3
)
SETTINGS = [
    "vocab.min_count=2", "model.dim=4", "train.epochs=2", "train.engine=numpy", "train.threads=1",
    "train.chunk=100", "train.subsample=0", "eval.heldout=0.1",
]  # fmt: skip
SET = ": royal\nking queen man woman\nman woman king queen\ncat dog king queen\n"
QUESTIONS = [
    ["similar", "run", "king", "--json"],
    ["vector", "run", "queen", "--json"],
    ["analogy", "run", "king", "-", "man", "+", "woman", "--json"],
    ["predict", "run", "the", "king", "--json"],
    ["eval", "run", "--set", "set.txt", "--json"],
    ["runs", "show", "run", "--json"],
    ["runs", "show", "run"],
    ["export", "run", "--to", "tsv", "--out", "-"],
    ["odd", "run", "king", "queen", "cat", "--json"],
    ["config", "show", "run"],
]
N_ASKED = 3  # of them, of each damaged run
CHECKPOINT_TEXTS = 12  # times TEXT
CHECKPOINTED = ["train.checkpoint_every=2", "train.epochs=4", "train.replicas=2"]
LINES_BEFORE_END = {"stopped": 60, "killed": 50}  # of metrics.jsonl
SIGNALS = {"stopped": signal.SIGINT, "killed": signal.SIGKILL}
ASKED_BEFORE = ["similar", "../out/run", "king", "--json"]
WAIT_SECONDS = 60.0


def prepare_run(shared: Path) -> None:
    """Train two small runs of the same words, and take down what the first answers."""
    for name, seed in (("run", 1), ("other", 2)):
        _train(shared, name, seed)
    expected = []
    place = Place(shared / "asking", shared)
    place.make()
    _lay_out(shared, place.inside)
    for question in QUESTIONS:
        (outcome,) = run_case(Case([question]), place).outcomes
        assert not outcome.error, outcome.error
        expected.append([outcome.code, b64encode(outcome.out).decode()])
    (shared / "expected.json").write_text(json.dumps(expected), "utf-8")


def prepare_one(shared: Path) -> None:
    """Train a small run."""
    _train(shared, "run", 1)


def _train(shared: Path, name: str, seed: int) -> None:
    """Train one of the runs."""
    place = Place(shared / f"making-{name}", shared)
    place.make()
    (place.inside / "text.txt").write_text(TEXT, "utf-8")
    command = ["train", "--corpus", "text.txt", *SETTINGS, f"train.seed={seed}"]
    (outcome,) = run_case(Case([[*command, "--out", "../out/run"]]), place).outcomes
    assert outcome.code == 0, outcome
    shutil.copytree(place.outside / "run", shared / name)


def _lay_out(shared: Path, folder: Path) -> None:
    """Put the run, its text and a set where they are asked."""
    shutil.copytree(shared / "run", folder / "run")
    (folder / "set.txt").write_text(SET, "utf-8")
    (folder / "text.txt").write_text(TEXT, "utf-8")


def damage(rng: random.Random, tree: Path, other: Path | None = None) -> str:
    """Do something to one file of a tree; say what."""
    files = sorted(path for path in tree.rglob("*") if path.is_file())
    file = rng.choice(files)
    kind = rng.choice(["bytes"] * 7 + ["lost", "swapped", "other", "folder", "link"])
    if kind == "lost":
        file.unlink()
    elif kind == "swapped":
        second = rng.choice(files)
        one, two = file.read_bytes(), second.read_bytes()
        file.write_bytes(two)
        second.write_bytes(one)
    elif kind == "other" and other is not None and (other / file.relative_to(tree)).exists():
        shutil.copyfile(other / file.relative_to(tree), file)
    elif kind == "folder":
        file.unlink()
        file.mkdir()
    elif kind == "link":
        file.unlink()
        os.symlink(rng.choice([file.name, "nowhere", "/dev/null", "."]), file)
    else:
        file.write_bytes(mutated(rng, file.read_bytes()))
    return f"{kind} {file.relative_to(tree)}"


def make_run(rng: random.Random, number: int, place: Place) -> Case:
    """Damage the run, and ask it."""
    _lay_out(place.shared, place.inside)
    what = damage(rng, place.inside / "run", place.shared / "other")
    asked = rng.sample(range(len(QUESTIONS)), N_ASKED)
    return Case([QUESTIONS[n] for n in asked], notes={"asked": asked, "damage": what})


def judge_run(case: Case, place: Place, outcomes: list[Outcome]) -> list[str]:
    """Hold the answers against those of the run as it was."""
    expected = json.loads((place.shared / "expected.json").read_text("utf-8"))
    return [
        f"w2v {' '.join(arguments)}: another answer, after damage: {case.notes['damage']}"
        for number, arguments, outcome in zip(
            case.notes["asked"], case.commands, outcomes, strict=True
        )
        if outcome.code == 0 and b64encode(outcome.out).decode() != expected[number][1]
    ]


def prepare_checkpoint(shared: Path) -> None:
    """Train a run to its end, and the same one stopped, and killed, after some checkpoints."""
    shared.mkdir(parents=True, exist_ok=True)
    (shared / "text.txt").write_text(TEXT * CHECKPOINT_TEXTS, "utf-8")
    command = [
        sys.executable, "-m", "w2v", "train", "--corpus", "text.txt", *SETTINGS, *CHECKPOINTED,
        "--quiet", "--out",
    ]  # fmt: skip
    environment = {**os.environ, "W2V_CACHE": str(shared / "cache")}
    subprocess.run([*command, "whole"], cwd=shared, env=environment, check=True)
    for name in SIGNALS:
        _interrupt([*command, name], shared, environment)
    place = Place(shared / "asking", shared)
    place.make()
    shutil.copytree(shared / "stopped", place.outside / "run")
    (outcome,) = run_case(Case([ASKED_BEFORE]), place).outcomes
    assert outcome.code == 0, outcome
    (shared / "answer").write_bytes(outcome.out)


def _interrupt(command: list[str], shared: Path, environment: dict[str, str]) -> None:
    """Train until there are checkpoints, and no further; the last argument names the run."""
    name = command[-1]
    metrics = shared / name / "metrics.jsonl"
    n_lines, number = LINES_BEFORE_END[name], SIGNALS[name]
    with subprocess.Popen(
        command, cwd=shared, env=environment, stderr=subprocess.DEVNULL
    ) as process:
        until = time.monotonic() + WAIT_SECONDS
        while process.poll() is None and time.monotonic() < until:
            if metrics.exists() and metrics.read_bytes().count(b"\n") >= n_lines:
                break
            time.sleep(0.001)
        process.send_signal(number)
        code = process.wait(WAIT_SECONDS)
    if code != (130 if number == signal.SIGINT else -number):
        raise SystemExit(f"fuzz: a run that was to be {name} ended with {code}")


def make_checkpoint(rng: random.Random, number: int, place: Place) -> Case:
    """Damage any file of an interrupted run, ask it, and go on with it."""
    name = rng.choice(sorted(SIGNALS))
    shutil.copytree(place.shared / name, place.outside / "run")
    shutil.copyfile(place.shared / "text.txt", place.inside / "text.txt")
    what = damage(rng, place.outside / "run", place.shared / "whole")
    # Most of a case's time would go into seeing checkpoints to the disk.
    resume = ["train", "--resume", "../out/run", "train.checkpoint_every=40"]
    return Case([ASKED_BEFORE, resume], notes={"damage": f"{what} of a run that was {name}"})


def judge_checkpoint(case: Case, place: Place, outcomes: list[Outcome]) -> list[str]:
    """Hold the answer, and what comes out, against those of runs that are whole."""
    asked, resumed = outcomes
    damage = case.notes["damage"]
    found = []
    if asked.code == 0 and asked.out != (place.shared / "answer").read_bytes():
        found.append(f"another answer before it goes on, after damage: {damage}")
    if resumed.code == 0:
        run, whole = place.outside / "run", place.shared / "whole"
        found += [
            f"{name} differs from the uninterrupted run's, after damage: {damage}"
            for name in ("vectors.npy", "output_vectors.npy", "vocab.tsv", "dropped.tsv")
            if not (run / name).is_file()
            or (run / name).read_bytes() != (whole / name).read_bytes()
        ]
        if _measured(run) != _measured(whole):
            found.append(f"the losses differ from the uninterrupted run's, after damage: {damage}")
    return found


def _measured(run: Path) -> list[dict[str, Any]]:
    """Read what a run has measured, times apart."""
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_bytes().splitlines()]
    return [
        {name: line[name] for name in line if name not in ("seconds", "words_per_second")}
        for line in lines
    ]


TARGETS = (
    Target("run", make_run, 170, prepare_run, judge_run),
    Target("checkpoint", make_checkpoint, 30, prepare_checkpoint, judge_checkpoint),
)
