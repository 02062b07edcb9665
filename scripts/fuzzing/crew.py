"""Workers that make, run and judge cases side by side; they are forked, w2v is imported before."""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import random
import shutil
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

from fuzzing.cases import Case, Place, Target, keep, numbers_of
from fuzzing.child import Ended, Limits, run_case
from fuzzing.judging import wrong_with

PATIENCE = 6  # times the limit, for what may have waited for the processor
LONGEST_MESSAGE = 4000  # bytes; the system writes so many at once, unmixed with those of others
# What needs packages that are no part of w2v, or runs at import.
NOT_IMPORTED = ("w2v.__main__", "w2v.engines.kernels", "w2v.engines.numba_engine")


@dataclass(frozen=True)
class Fuzz:
    """What all workers know.

    Attributes
    ----------
    targets : dict of str to Target
    seed : int
    folder : Path
        Where the cases are made.
    failures : Path
        Where those that failed are kept.
    limits : Limits
    """

    targets: dict[str, Target]
    seed: int
    folder: Path
    failures: Path
    limits: Limits = Limits()

    def place(self, target: str, worker: int = 0) -> Place:
        """Return where a worker makes its cases."""
        return Place(self.folder / f"worker-{worker}", self.folder / "shared" / target)


def import_everything() -> None:
    """Import w2v as a whole, so that no case has to."""
    import w2v

    for module in pkgutil.walk_packages(w2v.__path__, "w2v."):
        if module.name not in NOT_IMPORTED:
            importlib.import_module(module.name)
    for name in ("safetensors.numpy", "yaml"):
        try:
            importlib.import_module(name)
        except ImportError:
            continue
    from w2v.text.tokenizers import characters, words

    for text in ("a", "é", "\U0001f600"):  # each compiles its own patterns
        words(text)
        characters(text)


def dealt(targets: Sequence[Target], n_cases: int, seed: int) -> list[tuple[str, int]]:
    """Return (target, number) of each case, mixed: the first cases are of all targets."""
    whole = sum(target.share for target in targets)
    cases = [
        (target.name, number)
        for target in targets
        for number in range(max(1, round(n_cases * target.share / whole)))
    ]
    random.Random(seed).shuffle(cases)
    return cases


def dealt_for_ever(targets: Sequence[Target], n_cases: int, seed: int) -> Iterator[tuple[str, int]]:
    """Yield the same cases, and then ever more of them."""
    n_rounds = 0
    size = {target.name: 0 for target in targets}
    while True:
        cases = dealt(targets, n_cases, seed + n_rounds)
        first = dict(size)
        for name, number in cases:
            size[name] = max(size[name], first[name] + number + 1)
            yield name, first[name] + number
        n_rounds += 1


def run_all(
    fuzz: Fuzz, cases: Iterator[tuple[str, int]], n_workers: int, until: float
) -> Iterator[dict[str, Any]]:
    """Run cases until there are no more or the time is over; yield what each came to.

    Yields
    ------
    dict
        target, number, problems (list of str), and of a failure the folder in which it is kept; a
        worker that broke gives one with the target "harness".
    """
    told, tell = os.pipe()
    cases_of_all = list(cases) if until == float("inf") else None
    pids = []
    for worker in range(n_workers):
        pid = os.fork()
        if pid == 0:
            os.close(told)
            mine = iter(cases_of_all) if cases_of_all is not None else cases
            _work(fuzz, worker, n_workers, mine, until, tell)
        pids.append(pid)
    os.close(tell)
    with open(told, encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
    for worker, pid in enumerate(pids):
        _, status = os.waitpid(pid, 0)
        if status:
            what = f"worker {worker} ended with status {status}"
            yield {"target": "harness", "number": worker, "problems": [what]}


def _work(
    fuzz: Fuzz,
    worker: int,
    n_workers: int,
    cases: Iterator[tuple[str, int]],
    until: float,
    tell: int,
) -> NoReturn:
    """Be a worker: take every n-th case."""
    ended = 70
    try:
        for at, (name, number) in enumerate(cases):
            if time.monotonic() > until:
                break
            if at % n_workers == worker:
                message = json.dumps(run_one(fuzz, name, number, worker))
                os.write(tell, message.encode() + b"\n")
        ended = 0
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(ended)


def run_one(fuzz: Fuzz, name: str, number: int, worker: int = 0) -> dict[str, Any]:
    """Make, run and judge one case; keep it if it failed."""
    target, place = fuzz.targets[name], fuzz.place(name, worker)
    place.make()
    case = target.make(numbers_of(name, fuzz.seed, number), number, place)
    made = fuzz.failures / f"{name}-{fuzz.seed}-{number}"
    began = time.monotonic()
    ended = run_case(case, place, fuzz.limits)
    if ended.is_late:
        # A busy machine is no mistake: with more time, it must not have computed for so long.
        place.make()
        case = target.make(numbers_of(name, fuzz.seed, number), number, place)
        patient = replace(fuzz.limits, seconds=fuzz.limits.seconds * PATIENCE)
        again = run_case(case, place, patient)
        if again.cpu_seconds < fuzz.limits.seconds:
            ended = again
    problems = judged(target, case, place, ended)
    seconds = time.monotonic() - began
    message = {"target": name, "number": number, "problems": problems, "seconds": seconds}
    if problems:
        # What a command did to its input is not what it was given.
        place.make()
        again = target.make(numbers_of(name, fuzz.seed, number), number, place)
        shutil.rmtree(made, ignore_errors=True)
        keep(made, name, fuzz.seed, number, again, place)
        (made / "problems.txt").write_text("\n".join(problems) + "\n", "utf-8", "backslashreplace")
        message["folder"] = str(made)
        while len(json.dumps(message)) > LONGEST_MESSAGE:
            message["problems"] = [problem[:500] for problem in problems[:3]]
    return message


def judged(target: Target, case: Case, place: Place, ended: Ended) -> list[str]:
    """Say what is wrong with what a case did."""
    problems = list(ended.problems)
    for arguments, outcome in zip(case.commands, ended.outcomes, strict=False):
        if outcome.code is None and not outcome.error:
            continue  # it was ended, which is told
        problems += [f"w2v {arguments[0]}: {what}" for what in wrong_with(outcome)]
    if not problems:
        problems += target.judge(case, place, ended.outcomes)
    return [problem.encode("utf-8", "backslashreplace").decode() for problem in problems]
