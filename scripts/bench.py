"""Time training on a text: w2v's engines, and gensim where it is installed.

    python scripts/bench.py TEXT [--runs 3] [--words 2000000] [--json] [key=value ...]

Every contender trains in a process of its own on one core, with the same settings, and they take
turns, so that a machine whose speed wanders treats them alike. Quote the ratio of medians, not the
seconds. `key=value` sets w2v's settings; gensim gets those that it has too.

Words/s counts the positions of words with a row, before subsampling, over the time spent training:
reading the text and writing the vectors are apart. Peak memory is of the whole process.
"""

from __future__ import annotations

import argparse
import importlib.util
import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

WORDS_A_LINE = 1000  # gensim cuts sentences at 10,000 words; w2v does not care
ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}

# What a contender's process runs. It prints {"words": positions trained, "seconds": of training}.
# gensim's rate is the better for it of its two usual ones, 0.025 and 0.05; it changes no speed.
W2V = """
import json, sys, w2v
from w2v.config import load_config
corpus, out, *overrides = sys.argv[1:]
config = load_config(None, overrides, {"corpus.path": corpus}).config
run = w2v.train(config, out=out)
record = json.load(open(f"{out}/run.json"))
print(json.dumps({"words": record["tokens"]["kept"] * len(run.metrics), "seconds": run.seconds}))
"""
GENSIM = """
import json, sys, time
from gensim.models import Word2Vec
from w2v.config import load_config
corpus, out, *overrides = sys.argv[1:]
c = load_config(None, overrides).config
m = Word2Vec(vector_size=c.model.dim, window=c.model.window, negative=c.negatives.k, workers=1,
    min_count=c.vocab.min_count, sample=c.train.subsample, seed=c.train.seed, alpha=0.05, sg=0)
m.build_vocab(corpus_file=corpus)
began = time.perf_counter()
m.train(corpus_file=corpus, total_words=m.corpus_total_words, epochs=c.train.epochs)
seconds = time.perf_counter() - began
kept = sum(m.wv.get_vecattr(word, "count") for word in m.wv.key_to_index)
print(json.dumps({"words": int(kept) * c.train.epochs, "seconds": seconds}))
"""


def contenders() -> dict[str, str]:
    """Return the program of each contender that can run here, by name."""
    found = {"w2v numpy": W2V}
    if importlib.util.find_spec("gensim"):
        found["gensim"] = GENSIM
    return found


def fold(text: Path, folder: Path, max_words: int | None) -> Path:
    """Copy the first words of a text, in lines of equal length."""
    folded = folder / "text.txt"
    # Line by line: a child's peak memory begins with that of the process it was forked from.
    with open(text, encoding="utf-8") as source, open(folded, "w", encoding="utf-8") as target:
        words = itertools.islice(itertools.chain.from_iterable(map(str.split, source)), max_words)
        while line := list(itertools.islice(words, WORDS_A_LINE)):
            target.write(" ".join(line) + "\n")
    return folded


def measure(program: str, text: Path, folder: Path, overrides: list[str]) -> dict[str, float]:
    """Run one contender once."""
    with tempfile.TemporaryDirectory(dir=folder) as out:
        environment = {**os.environ, **ONE_THREAD, "W2V_CACHE": str(folder / "cache")}
        command = [sys.executable, "-c", program, str(text), f"{out}/run", *overrides]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        printed = process.stdout.read() if process.stdout else ""
        _, status, usage = os.wait4(process.pid, 0)
        if status != 0:
            sys.exit(f"a contender failed: {' '.join(overrides)}")
        result = json.loads(printed.splitlines()[-1])
    return {
        "words_per_second": result["words"] / result["seconds"],
        "seconds": result["seconds"],
        "peak_mb": usage.ru_maxrss / 1000,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("text", type=Path)
    parser.add_argument("overrides", nargs="*", metavar="key=value")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--words", type=int, default=2_000_000, help="of the text; 0 for all")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_intermixed_args()

    if not arguments.text.is_file():
        parser.error(f"there is no text {arguments.text}")
    programs = contenders()
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in programs}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        text = fold(arguments.text, folder, arguments.words or None)
        for _ in range(arguments.runs):
            for name, program in programs.items():
                runs[name].append(measure(program, text, folder, arguments.overrides))
    rows = {
        name: {figure: statistics.median(run[figure] for run in of_one) for figure in of_one[0]}
        for name, of_one in runs.items()
    }
    if arguments.json:
        print(json.dumps({"medians": rows, "runs": runs}))
        return
    base = rows["w2v numpy"]["words_per_second"]
    print(f"{'program':<12}{'words/s':>12}{'ratio':>8}{'seconds':>10}{'peak MB':>10}")
    for name, row in rows.items():
        ratio = row["words_per_second"] / base
        print(
            f"{name:<12}{row['words_per_second']:>12,.0f}{ratio:>8.2f}"
            f"{row['seconds']:>10.1f}{row['peak_mb']:>10.0f}"
        )


if __name__ == "__main__":
    main()
