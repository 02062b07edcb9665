"""Give w2v what nobody would: thousands of damaged and hostile files, made from a seed.

    python scripts/fuzz.py [TARGET ...] [--cases N] [--seed S] [--minutes M]
    python scripts/fuzz.py large [--size MEGABYTES]
    python scripts/fuzz.py --replay FOLDER

Targets:

    config      every wrong value for every key of the schema; YAML that nests, refers to itself,
                repeats keys, is 10 MB or no text; shipped configs with bytes changed
    override    the same values as key=value
    corpus      texts with NUL, halves of characters, other encodings, marks, pipes, loops of links,
                broken records, packed files that are cut or unpack without end
    run         a run folder with any file cut, flipped, swapped, lost or another run's
    checkpoint  the same with a run that was interrupted, and `w2v train --resume`
    vectors     files of vectors in every format, changed; read again by other code and compared
    sets        evaluation sets, changed
    large       (only when it is named) texts of a gigabyte: memory and seconds within a bound

Each case is a process that has 10 seconds for each command and 1 GB beyond what it began with, and
may write only where it was told to, and to the cache. It must end with a code from 0 to 4, without
a traceback, and with one sentence for a mistake: of a config, one for each. A case that fails is
kept in --failures, where --replay makes it again. The same seed gives the same cases.

Exit code 1 if a case failed.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from fuzzing import configs, corpora, large, runs, sets, vectors
from fuzzing.cases import Target, kept
from fuzzing.child import run_case
from fuzzing.crew import Fuzz, dealt, dealt_for_ever, import_everything, judged, run_all

TARGETS: dict[str, Target] = {
    target.name: target
    for module in (configs, corpora, runs, vectors, sets)
    for target in module.TARGETS
}
LARGE = "large"
N_CASES = 10_400
SHOWN_EVERY = 1000  # cases


def main() -> None:
    """Fuzz, and say what came of it."""
    arguments = make_parser().parse_args()
    os.environ.update(dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1"))
    if LARGE in arguments.targets:
        sys.exit(large.measure_all(arguments.size))
    with tempfile.TemporaryDirectory(prefix="w2v-fuzz-") as folder:
        wanted = [TARGETS[name] for name in arguments.targets or TARGETS]
        fuzz = Fuzz(TARGETS, arguments.seed, Path(folder), arguments.failures.absolute())
        import_everything()
        if arguments.replay is not None:
            sys.exit(replay(fuzz, arguments.replay))
        for target in wanted:
            prepare(fuzz, target)
        sys.exit(fuzz_all(fuzz, wanted, arguments))


def make_parser() -> argparse.ArgumentParser:
    """Say which arguments there are."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("targets", nargs="*", metavar="TARGET", type=target_name)
    parser.add_argument("--cases", type=int, default=N_CASES, help=f"in all ({N_CASES:,})")
    parser.add_argument("--seed", type=int, default=1, help="of all cases (1)")
    parser.add_argument("--minutes", type=float, help="go on with new cases so long")
    parser.add_argument(
        "--workers", type=int, default=len(os.sched_getaffinity(0)), help="side by side (cores)"
    )
    parser.add_argument("--size", type=int, default=1000, help="of `large`, in MB (1000)")
    parser.add_argument("--failures", type=Path, default=Path("fuzz-failures"), metavar="FOLDER")
    parser.add_argument("--replay", type=Path, metavar="FOLDER", help="of a case that was kept")
    return parser


def target_name(text: str) -> str:
    """Read the name of a target."""
    if text not in (*TARGETS, LARGE):
        raise argparse.ArgumentTypeError(f"{text!r} is none of {', '.join((*TARGETS, LARGE))}")
    return text


def prepare(fuzz: Fuzz, target: Target) -> None:
    """Make what all cases of a target share."""
    shared = fuzz.place(target.name).shared
    shared.mkdir(parents=True)
    target.prepare(shared)


def fuzz_all(fuzz: Fuzz, wanted: list[Target], arguments: argparse.Namespace) -> int:
    """Run the cases; return the exit code."""
    began = time.monotonic()
    until = float("inf") if arguments.minutes is None else began + 60 * arguments.minutes
    deal = dealt if arguments.minutes is None else dealt_for_ever
    cases = iter(deal(wanted, arguments.cases, arguments.seed))
    n_run: Counter[str] = Counter()
    n_failed: Counter[str] = Counter()
    seconds: Counter[str] = Counter()
    for message in run_all(fuzz, cases, arguments.workers, until):
        n_run[message["target"]] += 1
        seconds[message["target"]] += message.get("seconds", 0.0)
        if message["problems"]:
            n_failed[message["target"]] += 1
            print(f"FAILED {message.get('folder', message['target'])}")
            for problem in message["problems"]:
                print(f"    {problem}")
        if n_run.total() % SHOWN_EVERY == 0:
            print(f"{n_run.total():,} cases, {n_failed.total()} failures", file=sys.stderr)
    for name in n_run:
        each = 1000 * seconds[name] / n_run[name]
        print(f"{name:<11} {n_run[name]:>6,} cases, {n_failed[name]} failures, {each:.0f} ms each")
    minutes, rest = divmod(round(time.monotonic() - began), 60)
    total, failed = n_run.total(), n_failed.total()
    print(f"{total:,} cases, {failed} failures, {minutes} min {rest} s")
    return 1 if failed else 0


def replay(fuzz: Fuzz, folder: Path) -> int:
    """Run a case that was kept; return the exit code."""
    place = fuzz.place("replay")
    name, case = kept(folder, place)
    target = TARGETS[name]
    prepare(fuzz, target)
    place = fuzz.place(name)
    for arguments in case.commands:
        print("w2v", *(repr(a) if len(a) < 200 else f"{a[:200]!r}..." for a in arguments))
    problems = judged(target, case, place, run_case(case, place, fuzz.limits))
    for number in range(len(case.commands)):
        for ending in ("out", "err"):
            file = place.root / f"{number}.{ending}"
            if file.exists():
                print(f"{ending}: {file.read_bytes()[:2000].decode('utf-8', 'replace')}")
    for problem in problems:
        print(f"    {problem}")
    print(f"1 case, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    main()
