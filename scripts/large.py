#!/usr/bin/env python3
"""Train an epoch on a large text, made of a smaller one, and see what memory it takes.

    python scripts/large.py TEXT [--words N] [--made N] [--times N] [key=value ...]

The text is repeated, each time with its lines in another order, up to --words words; before that
come --made words that are in no text, each --times times, for a vocabulary of any size. It is made
as it is written, a few megabytes at a time, in a folder that goes at the end, as does the cache.
Prints the size of it, and of the training the peak of reading, what the plan said, the peak, and
seconds. Leaves with 1 if the peak is further than 15 % from the plan. Needs Linux.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from measured_training import TrainingError, train

SHUFFLED_BYTES = 16_000_000  # of lines, in memory at a time
A_LINE = 20  # made words
TOLERANCE = 0.15


def main() -> None:
    """Make the text, train, and print what was seen."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("text", type=Path, help="plain text, with many lines")
    parser.add_argument("overrides", nargs="*", metavar="key=value")
    parser.add_argument("--words", type=int, metavar="N", help="in all; once the text by default")
    parser.add_argument("--made", type=int, default=0, metavar="N", help="made words (default 0)")
    parser.add_argument("--times", type=int, default=5, metavar="N", help="each (default 5)")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--folder", type=Path, help="where the text is made")
    arguments = parser.parse_intermixed_args()
    with tempfile.TemporaryDirectory(prefix="w2v-large-", dir=arguments.folder) as folder:
        text = Path(folder, "text.txt")
        began = time.perf_counter()
        n_words = make(text, arguments)
        seconds = time.perf_counter() - began
        size = text.stat().st_size / 1e6
        print(f"made     {n_words:,} words, {size:,.0f} MB, in {seconds:.0f} s", flush=True)
        settings = ["train.epochs=1", *arguments.overrides]
        try:
            found = train(
                ["--corpus", str(text), "--out", f"{folder}/run", *settings], W2V_CACHE=folder
            )
        except TrainingError as error:
            sys.exit(f"large: {error}")
    print(f"read     {found['read']:,} tokens; peak {found['peak_of_reading'] / 1e6:,.0f} MB")
    print(f"model    V = {found['V']:,}, D = {found['D']}, {found['engine']}, R = {found['R']}")
    ratio = found["estimate"] / found["peak"]
    print(f"plan     {found['estimate'] / 1e6:,.0f} MB")
    print(f"peak     {found['peak'] / 1e6:,.0f} MB (plan / peak = {ratio:.2f})")
    print(f"seconds  {found['seconds']:.0f}, reading and saving included")
    sys.exit(abs(ratio - 1) > TOLERANCE)


def make(target: Path, arguments: argparse.Namespace) -> int:
    """Write the text; return how many words it has, as white space parts them."""
    rng = random.Random(arguments.seed)
    n_words = 0
    with open(target, "wb") as file:
        for line in made_lines(arguments.made, arguments.times, rng):
            file.write(line)
            n_words += A_LINE
        n_wanted = arguments.words
        while True:
            for line in shuffled_lines(arguments.text, rng):
                if n_wanted is not None and n_words >= n_wanted:
                    return n_words
                file.write(line)
                n_words += len(line.split())
            if n_wanted is None:
                return n_words


def made_lines(n: int, times: int, rng: random.Random) -> Iterator[bytes]:
    """Yield lines of made words, all of them, some times over, each time in another order.

    A step that has no divisor with n leads through all numbers below n: no list of them is needed.
    """
    for _ in range(times if n else 0):
        step = next(s for s in iter(lambda: rng.randrange(1, n + 1), 0) if math.gcd(s, n) == 1)
        for at in range(0, n, A_LINE):
            words = (name_of((at + i) * step % n) for i in range(A_LINE))
            yield (" ".join(words) + "\n").encode()


def name_of(number: int) -> str:
    """Return a made word: q and letters."""
    letters = ["q"]
    while True:
        number, letter = divmod(number, 26)
        letters.append(chr(ord("a") + letter))
        if not number:
            return "".join([*letters, "q"])


def shuffled_lines(text: Path, rng: random.Random) -> Iterator[bytes]:
    """Yield the lines of a text, those of a few megabytes in a random order."""
    with open(text, "rb") as file:
        while lines := file.readlines(SHUFFLED_BYTES):
            lines[-1] = lines[-1].rstrip(b"\n") + b"\n"
            rng.shuffle(lines)
            yield from lines


if __name__ == "__main__":
    main()
