"""Time w2v against every peer that is here: one command, one machine, the same text and settings.

    python scripts/bench.py TEXT [--only NAME,...] [--eval FILE ...] [key=value ...]

Peers are gensim (`pip install 'w2v[bench]'`) and the programs `word2vec`, `fasttext` and `koan`, if
they are on the PATH. All read the same tokens, in lines of at most 1,000, and get the same threads
and settings; `key=value` changes them for all. Every run is a process of its own, contenders take
turns, w2v's text cache is cold and its compiled code warm.

Measurements, for --only:

    speed      words/s, training seconds, the whole process, peak memory; ratios to gensim
    accuracy   on the files of --eval, mean over --seeds; gensim at lr .05 and .025
    encode     counting and encoding against gensim's vocabulary scan
    numpy      the numpy engine on one thread against gensim on one
    threads    one thread against more
    start      `w2v --help` and `w2v similar` in a new process
    compile    what the first run of the numba engine takes more than the second
    costs      all of: window, dim, negatives, vocabulary, length (window 20 against 5, ...)
    queries    1 question and 100 to --table-words random vectors, each in a new process
    evaluation `w2v eval` on the analogies of --eval, after an epoch of training; gensim on the same
    loading    reading --file-words random vectors from word2vec's text and binary formats
    all        everything; without --only speed to compile

Words/s counts the positions of words that have a row, before subsampling, times epochs, over the
seconds spent training. A program that does not say how long it trained is timed by its progress.
Each figure is the median of --runs rounds, each ratio the median of the ratios of each round.
Memory is that of the process and its children, without mapped files. Matrix products of all run on
one thread. Put --json last, or name a file behind it.
"""

from __future__ import annotations

import argparse
import json
import shlex
import statistics
import sys
import tempfile
import textwrap
from pathlib import Path
from typing import Any

from benchmark.asking import ASKING
from benchmark.machine import machine
from benchmark.measurements import COSTS, USUAL
from benchmark.measurements import MEASUREMENTS as TRAINING
from benchmark.process import ProcessError
from benchmark.programs import PEERS, Figures, is_there
from benchmark.race import Race
from benchmark.tables import WIDTH, as_table, summarize

from w2v.config import load_config
from w2v.errors import ConfigError, SetError
from w2v.evaluation.sets import read_set

MEASUREMENTS = TRAINING | ASKING
INSTEAD = {
    "corpus.path": "TEXT",
    "train.engine": "--engines",
    "train.seed": "--seeds",
    "train.threads": "--threads",
}


def main() -> None:
    """Measure, and print tables or JSON."""
    parser = make_parser()
    arguments = parser.parse_intermixed_args()
    names = chosen(parser, arguments.only)
    check(parser, arguments)
    as_json = arguments.json == "-"
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="w2v-bench-") as folder:
        race = Race(
            text=arguments.text,
            overrides=arguments.overrides,
            max_words=arguments.words or None,
            engines=arguments.engines or [default_engine()],
            threads=arguments.threads,
            best=[shlex.split(settings) for settings in arguments.best],
            peers=arguments.peers,
            seeds=arguments.seeds,
            n_runs=arguments.runs,
            sets=arguments.eval,
            table_words=arguments.table_words,
            file_words=arguments.file_words,
            folder=Path(folder),
        )
        try:
            race.prepare()
        except ProcessError as error:
            sys.exit(f"bench: {error}")
        if not as_json:
            print(about(race))
        for name in names:
            found[name], table = measure(race, name, with_accuracy="accuracy" in names)
            if not as_json:
                print(f"\n{table}", flush=True)
    everything = {
        "machine": machine(),
        "text": race.text_facts,
        "settings": race.overrides,
        "measurements": found,
    }
    if as_json:
        print(json.dumps(everything, indent=1))
    elif arguments.json:
        Path(arguments.json).write_text(json.dumps(everything, indent=1) + "\n", "utf-8")
    reasons = [why for result in found.values() for why in result["left_out"].values()]
    sys.exit(1 if any(why.startswith("failed") for why in reasons) else 0)


def make_parser() -> argparse.ArgumentParser:
    """Say which arguments there are."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("text", type=Path, help="a text; packed is fine")
    parser.add_argument("overrides", nargs="*", metavar="key=value", help="settings of all")
    parser.add_argument("--only", metavar="NAME,...", help="measurements; see above")
    parser.add_argument("--runs", type=at_least_one, default=3, help="rounds (3)")
    parser.add_argument("--seeds", type=seeds, default=[1, 2, 3], help="of the rounds (1,2,3)")
    parser.add_argument("--threads", type=at_least_one, default=2, help="of every program (2)")
    parser.add_argument("--words", type=int, default=0, help="the first so many; 0 for all (0)")
    parser.add_argument(
        "--engines",
        type=lambda text: text.split(","),
        help="of w2v (numba, or numpy where numba is not there)",
    )
    parser.add_argument(
        "--best",
        action="append",
        default=[],
        metavar="'[CONFIG] key=value ...'",
        help="let w2v take part with settings of its own instead; may be given again",
    )
    parser.add_argument(
        "--peers",
        type=peers,
        default=[name for name in PEERS if is_there(name)],
        metavar="NAME,...",
        help="which take part, or none (all that are there)",
    )
    parser.add_argument("--eval", action="extend", nargs="+", default=[], metavar="FILE")
    parser.add_argument(
        "--table-words",
        type=at_least_one,
        default=1_000_000,
        metavar="N",
        help="of `queries`, 100 numbers each (1,000,000)",
    )
    parser.add_argument(
        "--file-words",
        type=at_least_one,
        default=200_000,
        metavar="N",
        help="of `loading`, 100 numbers each; 200,000 are 240 MB of text (200,000)",
    )
    parser.add_argument("--json", nargs="?", const="-", metavar="FILE", help="print JSON, or save")
    return parser


def at_least_one(text: str) -> int:
    """Read a number from 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return int(text)


def seeds(text: str) -> list[int]:
    """Read numbers with commas between them."""
    if not all(part.isdecimal() for part in text.split(",")):
        raise argparse.ArgumentTypeError(f"{text!r} is not numbers with commas between them")
    return [int(part) for part in text.split(",")]


def peers(text: str) -> list[str]:
    """Read names of programs that are there, with commas between them."""
    wanted = [] if text == "none" else text.split(",")
    for name in wanted:
        if name not in PEERS:
            raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(PEERS)}")
        if not is_there(name):
            raise argparse.ArgumentTypeError(f"{name} is not here")
    return wanted


def default_engine() -> str:
    """Return the faster engine that is there; to see it, numba is imported."""
    from w2v.engines.choice import why_no_numba

    return "numpy" if why_no_numba() else "numba"


def chosen(parser: argparse.ArgumentParser, only: str | None) -> list[str]:
    """Return the measurements that were asked for, in their own order."""
    if only is None:
        return USUAL
    groups = {"costs": COSTS, "all": list(MEASUREMENTS)}
    wanted: set[str] = set()
    for name in only.split(","):
        if name not in MEASUREMENTS and name not in groups:
            known = ", ".join([*MEASUREMENTS, *groups])
            parser.error(f"there is no measurement {name!r}; choose from {known}")
        wanted.update(groups.get(name, [name]))
    return [name for name in MEASUREMENTS if name in wanted]


def check(parser: argparse.ArgumentParser, arguments: argparse.Namespace) -> None:
    """Refuse mistakes before hours are spent."""
    # An option that takes several files also takes the settings behind them.
    arguments.overrides += [part for part in arguments.eval if is_setting(part)]
    arguments.eval = [part for part in arguments.eval if not is_setting(part)]
    for text in arguments.overrides:
        if instead := INSTEAD.get(text.partition("=")[0]):
            parser.error(f"{text}: say it with {instead}, for all programs")
    if not arguments.text.is_file():
        parser.error(f"there is no text {arguments.text}")
    if arguments.json is not None and is_setting(arguments.json):
        parser.error(f"put --json last: {arguments.json!r} is a setting, not a file")
    try:
        load_config(None, arguments.overrides)
        for path in arguments.eval:
            read_set(path)
    except (ConfigError, SetError) as error:
        parser.error(str(error))


def is_setting(text: str) -> bool:
    """Tell `key=value` from the name of a file."""
    return "=" in text and not Path(text).exists()


def measure(race: Race, name: str, *, with_accuracy: bool) -> tuple[dict[str, Any], str]:
    """Run one measurement; return it for JSON, and as a table."""
    measurement = MEASUREMENTS[name]
    title = measurement.title.format(race=race)
    contenders = measurement.contenders(race)
    n_rounds = len(race.seeds) if measurement.per_seed else race.n_runs
    # The runs that are timed are scored at once, so that `accuracy` need not make them again.
    scored = with_accuracy and bool(race.sets) and name in ("speed", "accuracy")
    runs, left_out = race.run(name, contenders, n_rounds, with_accuracy=scored)
    columns = measurement.columns(race)
    rows = {
        contender.name: [
            summarize(column, of_one, runs[measurement.base(contender, list(runs))])
            for column in columns
        ]
        for contender, of_one in runs.items()
    }
    notes = [f"left out: {who}: {why}" for who, why in left_out.items()]
    if not contenders:
        left_out, notes = {name: measurement.needs}, [f"left out: {measurement.needs}"]
    if name == "accuracy" and runs:
        notes.append(f"answered: {coverage(next(iter(runs.values()))[0]['accuracy'])}")
    record = {
        "title": title,
        "columns": [f"{column.header} ({column.against or column.summary})" for column in columns],
        "rows": [
            {
                "name": contender.name,
                "settings": list(contender.overrides),
                "base": measurement.base(contender, list(runs)).name,
                "medians": medians(of_one),
                "shown": rows[contender.name],
                "runs": of_one,
            }
            for contender, of_one in runs.items()
        ],
        "left_out": left_out,
    }
    table = [as_table(columns, rows)] if rows else []
    return record, "\n".join([wrapped(f"{name}: {title}"), *table, *map(wrapped, notes)])


def coverage(accuracy: dict[str, Any]) -> str:
    """Say how much of each set could be answered; it is the same for all that learn all words."""
    return ", ".join(f"{Path(path).stem} {s['coverage']:.0%}" for path, s in accuracy.items())


def medians(runs: list[Figures]) -> dict[str, float]:
    """Return the median of each figure that is a plain number."""
    names = [name for name, value in runs[0].items() if isinstance(value, (int, float))]
    return {name: statistics.median(run[name] for run in runs) for name in names if name != "seed"}


def about(race: Race) -> str:
    """Say what is measured, and on what."""
    facts, here = race.text_facts, machine()
    lines = [
        f"text     {facts['words']:,} words, {facts['kept']:,} of them in the vocabulary, "
        f"V = {facts['V']:,}",
        f"settings {' '.join(race.overrides) or 'the defaults'}; threads {race.threads}; "
        f"rounds {race.n_runs}",
        *(f"best {number:<3} {' '.join(settings)}" for number, settings in enumerate(race.best, 1)),
        f"machine  {here['cpu']}, {here['cores']} cores",
        f"versions {', '.join(f'{name} {version}' for name, version in here['versions'].items())}",
    ]
    return "\n".join(wrapped(line, " " * 9) for line in lines)


def wrapped(line: str, indent: str = "  ") -> str:
    """Break a line that is too long for the table's width."""
    return textwrap.fill(line, WIDTH, subsequent_indent=indent, break_long_words=False)


if __name__ == "__main__":
    main()
