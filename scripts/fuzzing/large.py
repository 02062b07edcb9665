"""Target `large`: a few texts of a gigabyte, with bounds on memory and time that grow with them.

Each text is trained on by `w2v train` in a process of its own, with all that it starts. The bounds
are `base + share * size` for memory and `seconds per megabyte` for time, and are not asserted in
tests; the figures beside them were measured with `python scripts/fuzz.py large`.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmark.process import ProcessError, run_process

MEGABYTE = 1_000_000
TOLD = re.compile(r"w2v: |^trained in ", re.MULTILINE)
BASE_BYTES = 400 * MEGABYTE  # Python, NumPy, w2v, a chunk of training, and a block of each reader
BASE_SECONDS = 30.0  # on a busy machine
SETTINGS = ["model.dim=2", "train.epochs=1", "train.engine=numpy", "train.lr=0.001"]
THINNED = ("train.subsample=0.00001",)
WHOLE = ("train.subsample=0",)
WORD_BYTES = 12  # and its space, of `_distinct`


@dataclass(frozen=True)
class Large:
    """A text, and what it may take.

    Attributes
    ----------
    name : str
    write : callable
        Yields the bytes of a text of about so many.
    bytes_per_byte : float
        Memory for each byte of the text, beyond `BASE_BYTES`.
    seconds_per_megabyte : float
        Beyond `BASE_SECONDS`.
    settings : tuple of str
    says : str
        What the refusal says; "" if it is trained on.
    most_bytes : int or None
        The size, where that of --size is larger.
    """

    name: str
    write: Callable[[int], Iterator[bytes]]
    bytes_per_byte: float
    seconds_per_megabyte: float
    settings: tuple[str, ...] = ()
    says: str = ""
    most_bytes: int | None = None


def _words_in_a_line(size: int) -> Iterator[bytes]:
    """One line of many words, and a short one."""
    block = b"the king and the queen of the palace " * 27_000
    for _ in range(size // len(block)):
        yield block
    yield b"end\nof it\n"


def _one_word(size: int) -> Iterator[bytes]:
    """One word in one line, among two others."""
    yield b"before after\n"
    for _ in range(size // MEGABYTE):
        yield b"x" * MEGABYTE
    yield b"\nbefore after\n"


def _spaces(size: int) -> Iterator[bytes]:
    """Nothing but spaces, and three words."""
    yield b"before "
    for _ in range(size // MEGABYTE):
        yield b" " * MEGABYTE
    yield b"after before\n"


def _distinct(size: int) -> Iterator[bytes]:
    """As many different words as fit, ten in a line."""
    for start in range(0, size // WORD_BYTES, 100_000):
        numbers = range(start, start + 100_000)
        yield b"".join(b"word%07d%c" % (n, b"\n" if n % 10 == 9 else b" ") for n in numbers)


def _short_lines(size: int) -> Iterator[bytes]:
    """Lines of two words."""
    for _ in range(size // MEGABYTE):
        yield b"a king\na dog\n" * (MEGABYTE // 13)


REFUSED = "bytes without a space"
TEXTS = (
    Large("a line of many words", _words_in_a_line, 0.1, 0.5, THINNED),
    Large("short lines", _short_lines, 0.1, 0.5, THINNED),
    Large("spaces", _spaces, 0.1, 0.5, WHOLE),
    Large("a line of one word", _one_word, 0.1, 0.5, WHOLE, REFUSED),
    Large("a word of 30 MB", _one_word, 12.0, 0.5, WHOLE, most_bytes=30 * MEGABYTE),
    # 150 bytes a word in each process that has met it, and 210 where all are put together.
    Large(
        "10 million different words", _distinct, 360 / WORD_BYTES, 5.0,
        (*WHOLE, "vocab.max_size=1000"), most_bytes=WORD_BYTES * 10 * MEGABYTE,
    ),
)  # fmt: skip
# What runs a command that must be refused, and is watched with it.
REFUSAL = "import subprocess, sys; sys.exit(subprocess.run(sys.argv[1:]).returncode != 1)"


def measure_all(megabytes: int) -> int:
    """Train on each text; print what it took beside what it may; return the exit code."""
    n_failed = 0
    print(f"{'text':<28}{'MB':>6}{'seconds':>9}{'of':>6}{'peak MB':>9}{'of':>7}")
    for text in TEXTS:
        size = min(text.most_bytes or sys.maxsize, megabytes * MEGABYTE)
        row, is_good = measure(text, size)
        print(row, flush=True)
        n_failed += not is_good
    print(f"{len(TEXTS)} texts, {n_failed} failures")
    return 1 if n_failed else 0


def measure(text: Large, size: int) -> tuple[str, bool]:
    """Train on one text; return a row of the table, and whether it kept its bounds."""
    with tempfile.TemporaryDirectory(prefix="w2v-large-") as folder:
        path = Path(folder, "text.txt")
        with open(path, "wb") as file:
            file.writelines(text.write(size))
        size = path.stat().st_size
        command = [
            sys.executable, "-m", "w2v", "train", "--corpus", str(path), "--out", f"{folder}/run",
            "vocab.min_count=1", *SETTINGS, *text.settings,
        ]  # fmt: skip
        if text.says:
            command = [sys.executable, "-c", REFUSAL, *command]
        try:
            outcome = run_process(command, {"W2V_CACHE": f"{folder}/cache"})
        except ProcessError as error:
            return f"{text.name:<28}{size / MEGABYTE:>6.0f}  failed: {error}", False
    most_bytes = BASE_BYTES + text.bytes_per_byte * size
    most_seconds = BASE_SECONDS + text.seconds_per_megabyte * size / MEGABYTE
    is_told = text.says in outcome.text and TOLD.search(outcome.text) is not None
    is_good = is_told and outcome.peak_bytes <= most_bytes and outcome.seconds <= most_seconds
    row = (
        f"{text.name:<28}{size / MEGABYTE:>6.0f}{outcome.seconds:>9.1f}{most_seconds:>6.0f}"
        f"{outcome.peak_bytes / MEGABYTE:>9.0f}{most_bytes / MEGABYTE:>7.0f}"
    )
    return row + ("" if is_good else ("  EXCEEDED" if is_told else "  NOT TOLD")), is_good
