#!/usr/bin/env python3
"""Hold the memory that a plan promises against what the run takes at its peak.

    python scripts/memory.py [TEXT] [--only "NAME;..."] [key=value ...]

Trains a table of runs, each by `w2v train` in a process of its own, one epoch each, and prints for
each what its plan said before training, the peak when it ended (VmHWM: all that the process had in
memory at once, files it mapped included), and the ratio of the two. Runs on TEXT are left out
without one; a few million words show the most. `key=value` changes all runs. Leaves with 1 if a
ratio is further from 1 than --tolerance. Needs Linux.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

from measured_training import TrainingError, call_python, train

DOCS, TEXT, LARGE = "python-docs", "{text}", "train.engine=numba"
# What is asked for, by name; {text}, {run}, {vectors}, {analogies} and {pairs} are files.
RUNS = {
    "defaults": [DOCS],
    "two epochs": [DOCS, "train.epochs=2"],
    "skip-gram": [DOCS, "model.kind=skipgram"],
    "Korean": ["seasons-ko", "vocab.min_count=1"],
    "toy world": ["toy-world", "model.dim=50"],
    "float64": [DOCS, "embedding.dtype=float64", "model.dim=300"],
    "softmax": ["seasons-ko", "vocab.min_count=1", "model.loss=softmax", "model.dim=2000"],
    "softmax, two replicas": [
        "seasons-ko", "vocab.min_count=1", "model.loss=softmax", "model.dim=2000",
        "train.replicas=2", "train.chunk=2000",
    ],
    "not sparse": [DOCS, "embedding.sparse=false", "model.dim=300", "train.batch=512"],
    "a line a word": [DOCS, "vocab.min_count=1", "train.batch=2000"],
    "numba, small": [DOCS, "train.engine=numba"],
    "text": [TEXT],
    "text, numpy": [TEXT, "train.engine=numpy"],
    "text, all words": [TEXT, "vocab.min_count=1", "model.dim=300"],
    "text, all words, numpy": [TEXT, "vocab.min_count=1", "model.dim=300", "train.engine=numpy"],
    "one replica": [TEXT, "train.replicas=1", "model.dim=50"],
    "eight replicas": [TEXT, "train.replicas=8", "train.engine=numba"],
    "eight replicas, all words": [TEXT, "train.replicas=8", "vocab.min_count=1"],
    "hogwild": [TEXT, "train.parallel=hogwild", "vocab.min_count=1"],
    "Adam": [TEXT, "train.optimizer=adam", "vocab.min_count=1"],
    "Adagrad": [TEXT, "train.optimizer=adagrad", "vocab.min_count=2", "model.dim=200"],
    "independent": [TEXT, "negatives.mode=independent", LARGE],
    "independent, numpy": [TEXT, "negatives.mode=independent", "train.engine=numpy"],
    "large chunks": [TEXT, "train.chunk=1000000", LARGE],
    "large chunks, numpy": [TEXT, "train.chunk=1000000", "train.engine=numpy"],
    "large chunks, nothing thinned": [TEXT, "train.chunk=1000000", "train.subsample=0", LARGE],
    "skip-gram, numba": [TEXT, "model.kind=skipgram", LARGE],
    "float64, numba": [TEXT, "embedding.dtype=float64", "vocab.min_count=1", LARGE],
    "held out": [TEXT, "eval.heldout=0.1", LARGE],
    "from a run": [TEXT, "embedding.pretrained={run}", "vocab.rows=union"],
    "from a file": [TEXT, "embedding.pretrained={vectors}", "vocab.rows=union"],
    "from a file, numpy": [TEXT, "embedding.pretrained={vectors}", "train.engine=numpy"],
    "sets": [TEXT, "eval.sets=[{analogies},{pairs}]", "train.engine=numpy"],
    "sets, all words": [TEXT, "eval.sets=[{analogies},{pairs}]", "vocab.min_count=1"],
    "the best epoch": [
        TEXT, "eval.sets=[{pairs}]", "train.early_stop={{metric: heldout_loss, patience: 1}}",
        "eval.heldout=0.01", "vocab.min_count=1", "train.engine=numpy", "train.epochs=2",
    ],
}  # fmt: skip
N_WORDS = 2000  # that the sets are made of, of the commonest


def main() -> None:
    """Measure, and print a line for each run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("text", nargs="?", type=Path, help="a text of some millions of words")
    parser.add_argument("overrides", nargs="*", metavar="key=value")
    parser.add_argument("--only", metavar="NAME;...", help="these runs alone")
    parser.add_argument("--tolerance", type=float, default=15, metavar="PERCENT")
    arguments = parser.parse_intermixed_args()
    if arguments.text is not None and "=" in str(arguments.text):
        arguments.overrides.insert(0, str(arguments.text))
        arguments.text = None
    wanted = [name.strip() for name in (arguments.only or "").split(";") if name.strip()]
    if unknown := set(wanted) - RUNS.keys():
        parser.error(f"--only: no run is called {sorted(unknown)[0]}")
    is_off = 0
    print(f"{'run':31} {'engine':6} {'V':>9} {'D':>4} {'R':>2} {'plan MB':>8} {'peak MB':>8} ratio")
    with tempfile.TemporaryDirectory(prefix="w2v-memory-") as folder:
        files = Files(Path(folder), arguments.text)
        for name, settings in RUNS.items():
            has_text = arguments.text is not None or settings[0] != TEXT
            if not has_text or (wanted and name not in wanted):
                continue
            try:
                found = files.train([*settings, *arguments.overrides])
            except TrainingError as error:
                sys.exit(f"memory: {name}: {error}")
            ratio = found["estimate"] / found["peak"]
            is_far = abs(ratio - 1) > arguments.tolerance / 100
            is_off += is_far
            print(
                f"{name:31} {found['engine']:6} {found['V']:9,} {found['D']:4} {found['R']:2} "
                f"{found['estimate'] / 1e6:8.1f} {found['peak'] / 1e6:8.1f} {ratio:5.2f}"
                f"{'  off' if is_far else ''}",
                flush=True,
            )
    print(f"{is_off} off by more than {arguments.tolerance:g} %" if is_off else "all as planned")
    sys.exit(1 if is_off else 0)


class Files:
    """What runs are trained on, and start from; made when they are first wanted."""

    def __init__(self, folder: Path, text: Path | None) -> None:
        self._folder = folder
        self._places = {
            name: folder / name for name in ("run", "vectors", "analogies", "pairs")
        } | {"text": text and text.absolute()}

    def train(self, settings: list[str]) -> dict[str, Any]:
        """Train once, from the cache; return what was planned and measured."""
        used = [name for name in self._places if any(f"{{{name}}}" in s for s in settings)]
        if set(used) - {"text"}:
            self._make()
        corpus, *rest = (setting.format(**self._places) for setting in settings)
        out = str(self._folder / "out")
        # So little that nothing diverges: memory does not ask what is learnt.
        small = ["train.epochs=1", "train.lr=0.001"]
        return train(["--corpus", corpus, "--out", out, "--force", *small, *rest])

    def _make(self) -> None:
        """Train a run to start from, export it, and make sets of its words."""
        run = self._places["run"]
        assert run is not None
        if run.exists():
            return
        text = str(self._places["text"])
        settings = ["vocab.min_count=1", "train.epochs=1", "train.engine=numpy"]
        call_python(["-m", "w2v", "train", "--corpus", text, "--out", str(run), *settings])
        vectors = str(self._places["vectors"])
        call_python(["-m", "w2v", "export", str(run), "--to", "word2vec-binary", "--out", vectors])
        lines = (run / "vocab.tsv").read_text("utf-8").splitlines()[:N_WORDS]
        words = [line.split("\t")[0] for line in lines]
        groups = [words[at : at + 4] for at in range(0, len(words) - 3, 4)] * 40
        rows = [": made", *(" ".join(group) for group in groups)]
        (self._folder / "analogies").write_text("\n".join(rows) + "\n", "utf-8")
        pairs = [f"{one}\t{other}\t{n % 10}" for n, (one, other, *_) in enumerate(groups[:500])]
        (self._folder / "pairs").write_text("\n".join(pairs) + "\n", "utf-8")


if __name__ == "__main__":
    main()
