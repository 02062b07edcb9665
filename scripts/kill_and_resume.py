"""Kill trainings at random moments, resume them, and hold what comes out against one left alone.

    python scripts/kill_and_resume.py --kills 100

Each trial starts `w2v train` in a process of its own and kills it with SIGKILL, again and again,
until one lives to the end: the first time it is started, and resumed from then on, in both ways
that there are. Half of the kills come after a random time. The others come at a random file that is
about to be opened for writing, renamed, linked or removed: in the middle of a checkpoint, or of
vectors. Then the vectors, the output vectors, the losses, the scores and the record must be those
of the run that nobody killed, bit for bit, times apart; and nothing may be left over.

The short version of it is in tests/test_killing.py.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# What a child runs: w2v, which kills itself at the n-th change of a file that is told by $KILL_AT.
CHILD = """
import os, signal, sys
left = int(os.environ.get("KILL_AT", "-1"))
CHANGES = {"os.rename", "os.link", "os.remove", "os.rmdir", "os.mkdir", "os.truncate"}
def watch(event, args):
    global left
    is_change = event in CHANGES or (
        event == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR)
    )
    if is_change and sys.modules.get("w2v.training.running"):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
if left > 0:
    sys.addaudithook(watch)
from w2v.cli.main import run
sys.argv[0] = "w2v"
run()
"""
TIMES = ("seconds", "words_per_second")
BASE = {
    "model.dim": 16,
    "vocab.min_count": 1,
    "train.chunk": 700,
    "train.batch": 8,
    "train.lr": 0.05,
    "train.epochs": 4,
    "eval.heldout": 0.1,
    "eval.sets": "[toy-world]",
    "eval.every": "epoch",
}
VARIANTS: dict[str, dict[str, Any]] = {
    "numpy sgd, a checkpoint a chunk": {"train.engine": "numpy", "train.checkpoint_every": 1},
    "numba sgd, two replicas": {
        "train.engine": "numba", "train.replicas": 2, "train.checkpoint_every": 5,
    },
    "adagrad": {"train.optimizer": "adagrad", "train.checkpoint_every": 2},
    "adam, the best epoch kept": {
        "train.optimizer": "adam", "train.lr": 0.002, "train.checkpoint_every": 3,
        "train.early_stop": "{metric: heldout_loss, patience: 2}",
    },
    "shuffled, three replicas": {
        "train.replicas": 3, "train.shuffle": "true", "train.checkpoint_every": 1,
        "train.engine": "numpy",
    },
    "no checkpoints": {"train.checkpoint_every": "null", "train.engine": "numpy"},
}  # fmt: skip
KEPT = ("status", "tokens", "early_stop", "corpus", "reproducible", "engine", "V", "D")
COMPARED = ("vectors.npy", "output_vectors.npy", "vocab.tsv", "dropped.tsv", "config.yaml")


@dataclass
class Trial:
    """One run that is killed until it has come to its end.

    Attributes
    ----------
    folder : Path
        The working folder; the run is `run` in it.
    text : Path
    settings : dict
    random : random.Random
    whole_seconds : float
        What the run takes that nobody kills.
    n_kills : int
        So far.
    """

    folder: Path
    text: Path
    settings: dict[str, Any]
    random: random.Random
    whole_seconds: float = 0.0
    n_kills: int = 0
    moments: list[str] = field(default_factory=list)

    def command(self, *, resume: str | None) -> list[str]:
        """Return the arguments of w2v."""
        if resume == "run":
            return ["train", "--resume", "run"]
        settings = [f"{path}={value}" for path, value in {**BASE, **self.settings}.items()]
        again = ["--resume"] if resume else []
        return ["train", "--corpus", str(self.text), "--out", "run", *again, *settings]

    def start(self, arguments: list[str], kill_at: int = -1) -> subprocess.Popen[str]:
        """Start w2v."""
        return subprocess.Popen(
            [sys.executable, "-c", CHILD, *arguments],
            cwd=self.folder,
            env={**os.environ, "KILL_AT": str(kill_at)},
            stderr=subprocess.PIPE,
            text=True,
        )

    def run_whole(self) -> None:
        """Train without a kill."""
        began = time.monotonic()
        finish(self.start(self.command(resume=None)))
        self.whole_seconds = time.monotonic() - began

    def kill_until_done(self, most: int) -> None:
        """Start, and kill, and resume, until a process has come to the end."""
        resume = None
        for _ in range(most):
            if self._start_and_kill(self.command(resume=resume)):
                return
            self.n_kills += 1
            has_record = (self.folder / "run" / "run.json").exists()
            resume = self.random.choice(["run", "out"]) if has_record else "out"
        finish(self.start(self.command(resume=resume)))

    def _start_and_kill(self, arguments: list[str]) -> bool:
        """Start a process and kill it at a random moment; tell whether it was done before."""
        if self.random.random() < 0.5:
            # Most of them early: what is written between two kills grows less than it is cut.
            at = self.random.randint(1, 40)
            process = self.start(arguments, kill_at=at)
            moment = f"file {at}"
        else:
            seconds = self.random.uniform(0.1, self.whole_seconds)
            process = self.start(arguments)
            moment = f"{seconds:.2f} s"
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                process.kill()
        said = process.communicate()[1]
        if process.returncode == -signal.SIGKILL:
            self.moments.append(moment)
            return False
        if process.returncode:
            raise SystemExit(f"{' '.join(arguments)} ended with {process.returncode}:\n{said}")
        return True


def finish(process: subprocess.Popen[str]) -> None:
    """Wait for the end, which must be a good one."""
    said = process.communicate()[1]
    if process.returncode:
        raise SystemExit(f"a run that nobody killed ended with {process.returncode}:\n{said}")


def described(run: Path) -> dict[str, Any]:
    """Return all of a run folder that must not depend on when it was killed."""
    record = json.loads((run / "run.json").read_text("utf-8"))
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text("utf-8").splitlines()]
    return {
        "files": sorted(path.name for path in run.iterdir()),
        "metrics": [{key: line[key] for key in line if key not in TIMES} for line in lines],
        **{key: record[key] for key in KEPT},
        **{name: (run / name).read_bytes() for name in COMPARED},
    }


def differences(one: Path, other: Path) -> list[str]:
    """Return what differs between two runs."""
    left, right = described(one), described(other)
    return [key for key in left if left[key] != right[key]]


def try_variant(
    name: str, text: Path, folder: Path, n_kills: int, seed: int
) -> tuple[int, list[str]]:
    """Kill runs of a variant until there were enough kills; return how many, and what differs."""
    whole = Trial(folder / "whole", text, VARIANTS[name], random.Random(seed))
    whole.folder.mkdir(parents=True)
    whole.run_whole()
    n_done, number, wrong = 0, 0, []
    while n_done < n_kills:
        number += 1
        trial = Trial(
            folder / f"trial-{number}", text, VARIANTS[name], random.Random(f"{seed} {number}"),
            whole.whole_seconds,
        )  # fmt: skip
        trial.folder.mkdir()
        trial.kill_until_done(n_kills - n_done)
        n_done += trial.n_kills
        wrong += [
            f"trial {number}, killed at {', '.join(trial.moments)}: {key}"
            for key in differences(whole.folder / "run", trial.folder / "run")
        ]
        shutil.rmtree(trial.folder)
    return n_done, wrong


def make_text(text: Path, n_words: int = 6000) -> None:
    """Make a text of the small world, so that there is something to be asked."""
    arguments = ["corpus", "make", "toy-world", "--words", str(n_words), "--out", str(text)]
    subprocess.run([sys.executable, "-m", "w2v", *arguments], check=True, capture_output=True)


def main() -> int:
    """Try all variants; return 1 if a run that was killed is another than the one that was not."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=100, help="in all (100)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=VARIANTS, help="one variant alone")
    options = parser.parse_args()
    names = [options.only] if options.only else list(VARIANTS)
    n_done, n_wrong = 0, 0
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / "text.txt"
        make_text(text)
        for number, name in enumerate(names):
            share = (options.kills - n_done) // (len(names) - number)
            place = Path(folder) / str(number)
            n, wrong = try_variant(name, text, place, max(1, share), options.seed)
            print(f"{name}: {n} kills, {len(wrong)} differences", flush=True)
            for sentence in wrong:
                print(f"  {sentence}")
            n_done, n_wrong = n_done + n, n_wrong + len(wrong)
    print(f"{n_done} kills, {n_wrong} differences from runs that nobody killed")
    return 1 if n_wrong else 0


if __name__ == "__main__":
    sys.exit(main())
