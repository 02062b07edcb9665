"""Refuse a run that the machine has no room for, in memory or on the disk, and say what would fit.

What is advised was worked out in the same way as what is refused: each setting that is named fits.
"""

from __future__ import annotations

import bisect
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from w2v.config.schema import n_replicas, value_at, with_values
from w2v.engines.choice import choose_engine
from w2v.errors import OutputError, TooLargeError
from w2v.files import bytes_for_people
from w2v.processes import n_cores
from w2v.text.vocabulary import Vocabulary
from w2v.training.available_memory import available_memory, memory_held
from w2v.training.disk_space import disk_bytes
from w2v.training.peak_memory import NUMBA_BYTES, Work, bytes_to_come

# What takes less, and leaves the vectors as large as they are.
SMALLER = {
    "train.optimizer": "sgd",
    "embedding.sparse": True,
    "embedding.dtype": "float32",
    "model.loss": "negative_sampling",
    "train.replicas": 1,
    "train.chunk": 100_000,
    "train.checkpoint_every": None,
}
LEAST_DIM, LEAST_WORDS = 10, 1000  # below these nothing is advised


def check_memory(work: Work, memory_bytes: int, available: int | None = None) -> None:
    """Refuse a run whose peak is beyond what this machine gives.

    Parameters
    ----------
    work : Work
    memory_bytes : int
        Its peak, as the plan has it.
    available : int, optional
        Bytes that this process can take more; what the machine says by default.

    Raises
    ------
    TooLargeError
    """
    if available is None:
        available = available_memory()
    if available is None or bytes_to_come(work) <= available:
        return
    held = memory_held()
    in_all = available + (0 if held is None else held.now)
    raise TooLargeError(
        f"training needs about {bytes_for_people(memory_bytes)} of memory, and "
        f"{bytes_for_people(in_all)} is available; "
        + _advice(work, lambda other: _to_come(other, work) <= available, "memory")
    )


def check_disk(work: Work, folder: Path, free: int | None = None, *, is_run: bool = True) -> None:
    """Refuse a run whose files have no room on the disk of its folder.

    What is in a run folder makes room: it is replaced, or gone on with.

    Parameters
    ----------
    work : Work
    folder : Path
        The run folder, or where it will be made.
    free : int, optional
        Bytes on that disk; what the system says by default.
    is_run : bool
        Whether it is the run folder.

    Raises
    ------
    OutputError
    """
    try:
        if free is None:
            there = next(p for p in (folder, *folder.absolute().parents) if p.exists())
            free = shutil.disk_usage(there).free
        if is_run:
            free += sum(file.stat().st_size for file in folder.glob("**/*") if file.is_file())
    except OSError:
        return  # a folder that cannot be seen is refused where it is made
    needed = disk_bytes(work.config, len(work.vocabulary))
    if needed <= free:
        return

    def fits(other: Work) -> bool:
        return disk_bytes(other.config, len(other.vocabulary)) <= free

    raise OutputError(
        f"the files of the run take about {bytes_for_people(needed)}, and "
        f"{bytes_for_people(free)} is free for {folder}; "
        + _advice(work, fits, "room; --out puts it on another disk")
    )


def _to_come(other: Work, work: Work) -> int:
    """Return what another run would take, with the engine's import if this one has none."""
    more = other.engine == "numba" and work.engine != "numba" and "numba" not in sys.modules
    return bytes_to_come(other) + (NUMBA_BYTES if more else 0)


def _advice(work: Work, fits: Callable[[Work], bool], what: str) -> str:
    """Name the single settings that would fit; or, if there is none, several together."""
    found = list(_single(work, fits))
    if not found:
        least = _with(work, dict(_smaller(work)))
        words = " ".join(f"{path}={_spelled(value)}" for path, value in _smaller(work))
        found = [f"{words} {setting}" for setting in _sizes(least, fits) if words]
    if not found:
        return f"no setting makes it fit: it takes more {what}"
    listed = f"{', '.join(found[:-1])} or {found[-1]}" if len(found) > 1 else found[0]
    return f"{listed} would fit"


def _single(work: Work, fits: Callable[[Work], bool]) -> Iterator[str]:
    """Yield each setting that fits by itself."""
    yield from _sizes(work, fits)
    for path, value in _smaller(work):
        if fits(_with(work, {path: value})):
            yield f"{path}={_spelled(value)}"


def _smaller(work: Work) -> Iterator[tuple[str, Any]]:
    """Yield the settings that take less than those of a run."""
    for path, value in SMALLER.items():
        now = value_at(work.config, path)
        if path == "train.replicas":
            now = n_replicas(work.config)
        if now != value and not (path == "train.chunk" and now < value):
            yield path, value


def _sizes(work: Work, fits: Callable[[Work], bool]) -> Iterator[str]:
    """Yield the largest D that fits, and the largest V, each by itself."""
    config, n_words = work.config, len(work.vocabulary)
    if config.embedding.pretrained is None:  # which has its own D
        dim = _largest(
            config.model.dim, LEAST_DIM, lambda dim: fits(_with(work, {"model.dim": dim}))
        )
        if dim is not None:
            yield f"model.dim={dim}"
    if config.vocab.rows == "new":
        n_specials = len(config.vocab.specials)
        size = _largest(
            n_words - n_specials,
            LEAST_WORDS,
            lambda size: fits(replace(work, vocabulary=_first(work.vocabulary, size + n_specials))),
        )
        if size is not None:
            yield f"vocab.max_size={size}"


def _largest(below: int, least: int, fits: Callable[[int], bool]) -> int | None:
    """Return the largest number of two digits and zeros that fits, less than another."""
    powers = [10**n for n in range(len(str(below)))]
    rounds = sorted({n * power for power in powers for n in range(10, 100)})
    rounds = [n for n in rounds if least <= n < below]
    n_fitting = bisect.bisect_left(rounds, True, key=lambda n: not fits(n))
    return rounds[n_fitting - 1] if n_fitting else None


def _first(vocabulary: Vocabulary, size: int) -> Vocabulary:
    """Return the first words of a vocabulary, the commonest."""
    return Vocabulary(vocabulary.words[:size], vocabulary.counts[:size])


def _with(work: Work, values: dict[str, Any]) -> Work:
    """Return the same work with other settings, and the engine that it would then get."""
    more = {}
    if not {"train.optimizer", "train.chunk"}.isdisjoint(values) and "train.replicas" not in values:
        # As `auto` might have it then, or as many as had no chunk each until then.
        more["train.replicas"] = max(n_replicas(work.config), work.n_wanted, 2)
    config = with_values(work.config, more | values)
    engine = work.engine
    if config.train.engine == "auto":
        engine = choose_engine(config, work.n_positions * config.train.epochs)[0]
    wanted = config.train.threads
    # Never fewer than the run has now, whatever this machine would give another one.
    n_threads = max(work.n_threads, n_cores() if wanted == "auto" else wanted)
    return replace(work, config=config, engine=engine, n_threads=min(n_threads, n_replicas(config)))


def _spelled(value: object) -> str:
    """Return a value as it is given on the command line."""
    return "null" if value is None else str(value).lower() if value is True else str(value)
