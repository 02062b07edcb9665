"""What checkpoints cost: the same training with and without them, in turn.

    python scripts/checkpoint_cost.py

A text of `--words` different words is made and trained on with D 300. A checkpoint costs what the
training with them takes longer, writing to the disk in the background included. What is told is the
median over `--runs` pairs, and the share of the time that comes to with `train.checkpoint_every:
auto`, which writes them so far apart. Exit code 1 if that is 2 % or more.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from w2v.training.saving import SECONDS_BETWEEN, SHARE

MOST = 0.02  # of the time
CHUNK = 100_000  # train.chunk, by default


def make_text(path: Path, n_words: int, n_tokens: int) -> None:
    """Write a text in which every word comes, with counts as in a language."""
    rng = np.random.default_rng(1)
    p = 1 / np.arange(1, n_words + 1)
    ids = rng.choice(n_words, n_tokens - n_words, p=p / p.sum())
    ids = rng.permutation(np.concatenate((ids, np.arange(n_words))))
    with open(path, "w", encoding="utf-8") as file:
        for at in range(0, n_tokens, 20):
            file.write(" ".join(f"w{i}" for i in ids[at : at + 20].tolist()) + "\n")


def seconds_of(folder: Path, settings: list[str]) -> float:
    """Train in a process of its own; return the seconds that it took."""
    began = time.perf_counter()
    arguments = ["--quiet", "train", "--corpus", "text.txt", "--out", "run", "--force", *settings]
    subprocess.run([sys.executable, "-m", "w2v", *arguments], cwd=folder, check=True)
    return time.perf_counter() - began


def main() -> int:
    """Measure in turn, and tell the cost of one checkpoint."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--words", type=int, default=200_000, help="different ones (200,000)")
    parser.add_argument("--tokens", type=int, default=5_000_000, help="of the text (5 million)")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--checkpoints", type=int, default=5, help="in a training (5)")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("settings", nargs="*", help="key=value")
    options = parser.parse_args()
    epochs = f"train.epochs={options.epochs}"
    base = ["vocab.min_count=1", "model.dim=300", epochs, *options.settings]
    n_chunks = options.epochs * -(-options.tokens // CHUNK)
    every = n_chunks // (options.checkpoints + 1) + 1  # the last would fall on the end
    costs, plain = [], []
    with tempfile.TemporaryDirectory(dir=".") as name:
        folder = Path(name)
        make_text(folder / "text.txt", options.words, options.tokens)
        seconds_of(folder, [*base, "train.epochs=1"])  # reads the text, and compiles
        for number in range(options.runs):
            without = seconds_of(folder, [*base, "train.checkpoint_every=null"])
            kept = seconds_of(folder, [*base, f"train.checkpoint_every={every}"])
            plain.append(without)
            costs.append((kept - without) / options.checkpoints)
            print(f"{number + 1}: {without:.1f} s, {kept:.1f} s with checkpoints", flush=True)
    cost = statistics.median(costs)
    apart = max(SECONDS_BETWEEN, cost / SHARE)
    share = cost / apart
    print(f"a checkpoint costs {cost:.2f} s; {apart:.0f} s apart that is {100 * share:.1f} %")
    return int(share >= MOST)


if __name__ == "__main__":
    sys.exit(main())
