"""What is measured: for each measurement its contenders, what each is held against, its columns.

`costs` are w2v and gensim against themselves: what a larger window costs, and so on. A new
measurement is an entry of MEASUREMENTS; a new program is one of `programs.py`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmark.programs import Contender
from benchmark.race import Race
from benchmark.tables import Column
from w2v.config import load_config

GENSIM_LR = 0.05  # the better of its two usual rates; it changes no speed
MORE_THREADS = 2  # held against one, where the bench is told of one only


@dataclass(frozen=True)
class Measurement:
    """One table.

    Attributes
    ----------
    title : str
    contenders : function of the race to a list
    columns : function of the race to a list
    base : function of (a contender, all contenders) to the one it is held against
    per_seed : bool
        One run for each seed, instead of `--runs`.
    needs : str
        What is said if there is no contender.
    """

    title: str
    contenders: Callable[[Race], list[Contender]]
    columns: Callable[[Race], list[Column]]
    base: Callable[[Contender, Sequence[Contender]], Contender]
    per_seed: bool = False
    needs: str = ""


RATE = Column("words/s", "words_per_second", ",.0f")
FASTER = Column("ratio", "words_per_second", ".2f", against="over base")
TRAIN = Column("train s", "train_seconds", ".2f")
LONGER = Column("time x", "train_seconds", ".2f", against="over base")
WHOLE = Column("whole s", "seconds", ".2f")
WHOLE_FASTER = Column("ratio", "seconds", ".2f", against="base over")
PART = Column("seconds", "part_seconds", ".2f")
PART_FASTER = Column("ratio", "part_seconds", ".2f", against="base over")
PEAK = Column("peak MB", "peak_mb", ",.0f")


def first(contender: Contender, contenders: Sequence[Contender]) -> Contender:
    """Hold all against the first."""
    return contenders[0]


def gensim(contender: Contender, contenders: Sequence[Contender]) -> Contender:
    """Hold all against gensim, or the first if it is not there."""
    peers = [c for c in contenders if c.program.startswith("gensim")]
    return peers[0] if peers else contenders[0]


def own_first(contender: Contender, contenders: Sequence[Contender]) -> Contender:
    """Hold each against the first of the same program."""
    return next(c for c in contenders if c.program == contender.program)


def w2v(race: Race, name: str, *settings: str, threads: int | None = None) -> Contender:
    """Make a contender of w2v: the first engine, and a replica for each thread to train."""
    given = always(race, threads or race.threads)
    return Contender(name, "w2v", merged(given, race.overrides, settings))


def always(race: Race, threads: int) -> list[str]:
    """Return what w2v trains with unless a measurement changes it."""
    engine = f"train.engine={race.engines[0]}"
    return [engine, f"train.threads={threads}", f"train.replicas={threads}"]


def merged(*overrides: Sequence[str]) -> tuple[str, ...]:
    """Put overrides together; of the same setting, the last one holds."""
    value_of = {text.partition("=")[0]: text for texts in overrides for text in texts}
    return tuple(sorted(value_of.values()))


def peer(race: Race, name: str, program: str, *settings: str, lr: float | None = None) -> Contender:
    """Make a contender of another program."""
    given = merged([f"train.threads={race.threads}"], race.overrides, settings)
    return Contender(name, program, given, lr=lr)


def with_gensim(race: Race, name: str, *settings: str, program: str = "gensim") -> list[Contender]:
    """Make a contender of gensim, if it is there."""
    there = "gensim" in race.peers
    return [peer(race, name, program, *settings, lr=GENSIM_LR)] if there else []


def programs(race: Race, *, gensim_lrs: Sequence[float]) -> list[Contender]:
    """Return w2v with each engine, w2v at its best, and every other program that is there."""
    found = [w2v(race, f"w2v {engine}", f"train.engine={engine}") for engine in race.engines]
    for number, settings in enumerate(race.best, 1):
        file = next((text for text in settings if "=" not in text), None)
        overrides = [text for text in settings if "=" in text]
        name = "w2v best" if len(race.best) == 1 else f"w2v best {number}"
        # Its own settings hold; the text and the vocabulary are the same for all.
        text = [text for text in race.overrides if text.startswith(("corpus.", "vocab."))]
        given = merged(always(race, race.threads), text, overrides)
        found.append(Contender(name, "w2v", given, config_file=file))
    for lr in gensim_lrs if "gensim" in race.peers else ():
        found.append(peer(race, f"gensim lr {lr:g}".replace("0.", "."), "gensim", lr=lr))
    return found + [peer(race, name, name) for name in race.peers if name != "gensim"]


def encoding(race: Race) -> list[Contender]:
    """Return what counts a text before it trains."""
    own = Contender("w2v count + encode", "w2v encode", tuple(race.overrides))
    return [own, *with_gensim(race, "gensim vocabulary", program="gensim scan")]


def one_thread(race: Race) -> list[Contender]:
    """Return the numpy engine and gensim, each on one thread."""
    return [
        w2v(race, "w2v numpy, 1 thread", "train.engine=numpy", threads=1),
        *with_gensim(race, "gensim, 1 thread", "train.threads=1"),
    ]


def threads(race: Race) -> list[Contender]:
    """Return the same training on one thread and on more; the replicas stay as many."""
    most = max(race.threads, MORE_THREADS)
    numbers = [2**power for power in range(most.bit_length()) if 2**power < most] + [most]
    settings = [f"train.threads={number}" for number in numbers]
    return [
        *(w2v(race, f"w2v, {_spell(text)}", text, threads=most) for text in settings),
        *(c for text in settings for c in with_gensim(race, f"gensim, {_spell(text)}", text)),
    ]


def cost_of(*settings: str) -> Callable[[Race], list[Contender]]:
    """Return what makes contenders that differ in one setting."""
    return lambda race: _in_a_warm_cache(
        [
            *(w2v(race, f"w2v, {_spell(text)}", text) for text in settings),
            *(c for text in settings for c in with_gensim(race, f"gensim, {_spell(text)}", text)),
        ]
    )


def lengths(race: Race) -> list[Contender]:
    """Return the same training on a tenth of the text, on that ten times over, and on all of it.

    All of it has more words too. Ten times over, the least count is ten times as high, so that the
    vocabulary stays the same.
    """
    least = 10 * load_config(None, race.overrides).config.vocab.min_count
    texts = [
        ("tenth", "a tenth", ()),
        ("tenfold", "a tenth ten times", (f"vocab.min_count={least}",)),
        ("whole", "all", ()),
    ]
    return _in_a_warm_cache(
        [
            dataclasses.replace(contender, name=f"{contender.name}, {name}", text=text)
            for text, name, more in texts
            for contender in (w2v(race, "w2v", *more), *with_gensim(race, "gensim", *more))
        ]
    )


def _spell(setting: str) -> str:
    """Write `model.window=5` as `window 5`."""
    path, _, value = setting.partition("=")
    return f"{path.rpartition('.')[2]} {'unlimited' if value == 'null' else value}"


def _in_a_warm_cache(contenders: Sequence[Contender]) -> list[Contender]:
    """Do without reading the text anew for every run; reading is no part of these figures."""
    return [dataclasses.replace(contender, text_cache="warm") for contender in contenders]


def starting(race: Race) -> list[Contender]:
    """Return commands that should answer at once, and Python itself."""
    asked = w2v(race, "w2v similar RUN WORD", threads=1)
    return [
        Contender("python -c pass", "python"),
        Contender("w2v --help", "w2v help"),
        Contender(asked.name, "w2v similar", asked.overrides, text_cache="warm"),
    ]


def compiling(race: Race) -> list[Contender]:
    """Return a short training with compiled code in the cache, and without."""
    short = ("train.epochs=1", "vocab.min_count=1", "vocab.max_size=null")
    if "numba" not in race.engines:
        return []
    warm = w2v(race, "w2v numba, compiled before", "train.engine=numba", *short)
    return [
        Contender(name, "w2v", warm.overrides, text="warm", code_cache=cache)
        for name, cache in ((warm.name, "warm"), ("w2v numba, first run", "cold"))
    ]


def accuracies(race: Race) -> list[Column]:
    """Return a column for each evaluation set."""
    return [
        Column(Path(path).stem[:15], f"accuracy/{path}/score", ".1f", summary="mean")
        for path in race.sets
    ]


def fixed(*columns: Column) -> Callable[[Race], list[Column]]:
    """Return the same columns for every race."""
    return lambda race: list(columns)


SPEED = fixed(RATE, FASTER, TRAIN, WHOLE, WHOLE_FASTER, PEAK)
COST = fixed(RATE, TRAIN, LONGER, PEAK)

MEASUREMENTS = {
    "speed": Measurement(
        "training; whole process from text to saved vectors; ratios to gensim, if it is there",
        lambda race: programs(race, gensim_lrs=[GENSIM_LR]),
        SPEED,
        gensim,
    ),
    "accuracy": Measurement(
        "accuracy x 100, mean over the seeds: analogies answered right; Spearman",
        lambda race: programs(race, gensim_lrs=[GENSIM_LR, 0.025]) if race.sets else [],
        accuracies,
        gensim,
        per_seed=True,
        needs="--eval FILE ... names the sets",
    ),
    "encode": Measurement(
        "counting and encoding, the cache cold; imports and all in `whole`",
        encoding,
        fixed(PART, PART_FASTER, WHOLE, WHOLE_FASTER, PEAK),
        gensim,
    ),
    "numpy": Measurement("the numpy engine on one thread", one_thread, SPEED, gensim),
    "threads": Measurement(
        "one thread and more", threads, fixed(RATE, FASTER, TRAIN, PEAK), own_first
    ),
    "start": Measurement(
        "commands in a new process",
        starting,
        fixed(
            Column("seconds", "seconds", ".3f"),
            Column("more than Python", "seconds", ".3f", against="minus base"),
            PEAK,
        ),
        first,
    ),
    "compile": Measurement(
        "compiling, on the first run after installing",
        compiling,
        fixed(WHOLE, Column("compile s", "seconds", ".2f", against="minus base"), PEAK),
        first,
        needs="it is the numba engine that compiles",
    ),
    "window": Measurement(
        "cost of the window",
        cost_of("model.window=5", "model.window=20"),
        COST,
        own_first,
    ),
    "dim": Measurement(
        "cost of the dimensions", cost_of("model.dim=100", "model.dim=300"), COST, own_first
    ),
    "negatives": Measurement(
        "cost of the negatives", cost_of("negatives.k=5", "negatives.k=20"), COST, own_first
    ),
    "vocabulary": Measurement(
        "cost of the vocabulary",
        cost_of("vocab.max_size=10000", "vocab.max_size=null"),
        COST,
        own_first,
    ),
    "length": Measurement("cost of the length of the text", lengths, COST, own_first),
}
COSTS = ["window", "dim", "negatives", "vocabulary", "length"]
USUAL = [name for name in MEASUREMENTS if name not in COSTS]
