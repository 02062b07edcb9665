"""What checkpoints cost: training with and without them, in turn.

    python scripts/checkpoint_cost.py

A text of `--words` different words is made, and trained on with D 300, once with checkpoints and
once without, again and again. What is told is the seconds of training, medians of `--runs`, and how
many checkpoints were written. The default of `train.checkpoint_every` goes by time: here it is a
number of chunks that comes to about as many checkpoints, or to more.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

CHECKPOINTS = """
import json, sys
from w2v.training import saving
n, seconds, save, complete = 0, 0.0, saving.Saver.save, saving.Saver._complete
import time
def counted(self, *args, **options):
    global n, seconds
    n += 1
    began = time.perf_counter()
    save(self, *args, **options)
    seconds += time.perf_counter() - began
saving.Saver.save = counted
from w2v.cli.main import run
sys.argv[0] = "w2v"
try:
    run()
finally:
    print(json.dumps([n, seconds]))
"""


def make_text(path: Path, n_words: int, n_tokens: int) -> None:
    """Write a text in which every word comes, with counts as in a language."""
    rng = np.random.default_rng(1)
    p = 1 / np.arange(1, n_words + 1)
    ids = rng.choice(n_words, n_tokens - n_words, p=p / p.sum())
    ids = rng.permutation(np.concatenate((ids, np.arange(n_words))))
    with open(path, "w", encoding="utf-8") as file:
        for at in range(0, n_tokens, 20):
            file.write(" ".join(f"w{i}" for i in ids[at : at + 20].tolist()) + "\n")


def train(folder: Path, settings: list[str]) -> tuple[float, float, int, float]:
    """Train in a process of its own; return seconds: of training, in all, of checkpoints."""
    began = time.perf_counter()
    arguments = ["--quiet", "train", "--corpus", "text.txt", "--out", "run", "--force", *settings]
    done = subprocess.run(
        [sys.executable, "-c", CHECKPOINTS, *arguments],
        cwd=folder, check=True, capture_output=True, text=True,
    )  # fmt: skip
    seconds = time.perf_counter() - began
    n, waited = json.loads(done.stdout.splitlines()[-1])
    record = json.loads((folder / "run" / "run.json").read_text("utf-8"))
    return record["seconds"], seconds, n, waited


def main() -> int:
    """Measure, and print one line for each kind and one for the difference."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--words", type=int, default=200_000, help="different ones (200,000)")
    parser.add_argument("--tokens", type=int, default=5_000_000, help="of the text (5 million)")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--every", type=int, default=3000, help="chunks between two (3,000)")
    parser.add_argument("settings", nargs="*", help="key=value")
    options = parser.parse_args()
    base = ["vocab.min_count=1", "model.dim=300", "train.epochs=5", *options.settings]
    measured: dict[str, list[tuple[float, float, int, float]]] = {"null": [], "every": []}
    with tempfile.TemporaryDirectory() as folder:
        make_text(Path(folder) / "text.txt", options.words, options.tokens)
        train(Path(folder), [*base, "train.epochs=1"])  # reads the text, and compiles
        for _ in range(options.runs):
            for kind, found in measured.items():
                every = options.every if kind == "every" else "null"
                found.append(train(Path(folder), [*base, f"train.checkpoint_every={every}"]))
    without, of_those = measured["null"], measured["every"]
    plain = statistics.median(whole for _, whole, _, _ in without)
    kept = statistics.median(whole for _, whole, _, _ in of_those)
    n, waited = of_those[0][2], statistics.median(wait for *_, wait in of_those)
    print(f"without checkpoints  {plain:.1f} s")
    print(f"with {n:2d} checkpoints  {kept:.1f} s, in {waited:.1f} s of which training waited")
    ratios = [b[1] / a[1] for a, b in zip(without, of_those, strict=True)]
    share = statistics.median(ratios) - 1
    print(f"{100 * share:+.1f} % for {n} checkpoints, {100 * share / max(n, 1):+.2f} % for each")
    return 0


if __name__ == "__main__":
    sys.exit(main())
