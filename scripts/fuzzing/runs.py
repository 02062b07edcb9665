"""Targets `run` and `checkpoint`: a run folder with something cut, swapped, lost or flipped.

A damaged run gives exactly the answer that it gave before, or one sentence. Until run.json holds
checksums (its format 2) a changed number cannot be seen: then only the sentence is judged.
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
CHECKSUM_FORMAT = 2
CHECKPOINT_TEXT_LINES = 60  # times TEXT
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
    from w2v.run_folder import RUN_FORMAT

    if RUN_FORMAT < CHECKSUM_FORMAT:
        return []
    expected = json.loads((place.shared / "expected.json").read_text("utf-8"))
    return [
        f"w2v {' '.join(arguments)}: another answer, after damage: {case.notes['damage']}"
        for number, arguments, outcome in zip(
            case.notes["asked"], case.commands, outcomes, strict=True
        )
        if outcome.code == 0 and b64encode(outcome.out).decode() != expected[number][1]
    ]


def why_no_resume() -> str:
    """Say whether a run can be gone on with."""
    from w2v.cli.train import train_command

    options = {option for parameter in train_command.params for option in parameter.opts}
    return "" if "--resume" in options else "`w2v train` has no --resume yet"


def prepare_checkpoint(shared: Path) -> None:
    """Train a run to its end, and the same one interrupted after a few chunks."""
    shared.mkdir(parents=True, exist_ok=True)
    (shared / "text.txt").write_text(TEXT * CHECKPOINT_TEXT_LINES, "utf-8")
    command = [
        sys.executable, "-m", "w2v", "train", "--corpus", "text.txt", *SETTINGS,
        "train.checkpoint_every=2", "train.epochs=4", "--quiet", "--out",
    ]  # fmt: skip
    environment = {**os.environ, "W2V_CACHE": str(shared / "cache")}
    subprocess.run([*command, "whole"], cwd=shared, env=environment, check=True)
    with subprocess.Popen([*command, "run"], cwd=shared, env=environment) as process:
        until = time.monotonic() + WAIT_SECONDS
        metrics = shared / "run" / "metrics.jsonl"
        while process.poll() is None and time.monotonic() < until:
            if metrics.exists() and metrics.read_bytes().count(b"\n") >= 8:
                process.send_signal(signal.SIGINT)
                process.wait(WAIT_SECONDS)
            time.sleep(0.01)
    if process.returncode != 130:
        raise SystemExit(f"fuzz: a run that was interrupted ended with {process.returncode}")


def make_checkpoint(rng: random.Random, number: int, place: Place) -> Case:
    """Damage any file of the interrupted run, and go on with it."""
    shutil.copytree(place.shared / "run", place.outside / "run")
    shutil.copyfile(place.shared / "text.txt", place.inside / "text.txt")
    what = damage(rng, place.outside / "run", place.shared / "whole")
    return Case([["train", "--resume", "../out/run"]], notes={"damage": what})


def judge_checkpoint(case: Case, place: Place, outcomes: list[Outcome]) -> list[str]:
    """Hold the vectors against those of the run that was not interrupted."""
    if outcomes[0].code != 0:
        return []
    return [
        f"{name} differs from the uninterrupted run's, after damage: {case.notes['damage']}"
        for name in ("vectors.npy", "output_vectors.npy", "vocab.tsv")
        if (place.outside / "run" / name).read_bytes()
        != (place.shared / "whole" / name).read_bytes()
    ]


TARGETS = (
    Target("run", make_run, 170, prepare_run, judge_run),
    Target("checkpoint", make_checkpoint, 30, prepare_checkpoint, judge_checkpoint, why_no_resume),
)
