"""What is measured of vectors that are there already: questions, evaluation, reading of files.

The programs are those of `askers.py`. Each row of w2v is held against gensim at the same task.
"""

from __future__ import annotations

from collections.abc import Sequence

from benchmark.askers import FORMATS, N_QUESTIONS
from benchmark.measurements import (
    PART,
    PART_FASTER,
    PEAK,
    WHOLE,
    WHOLE_FASTER,
    Measurement,
    fixed,
    w2v,
)
from benchmark.programs import Contender
from benchmark.race import Race
from benchmark.tables import Column


def gensim_at_the_same(contender: Contender, contenders: Sequence[Contender]) -> Contender:
    """Hold each against gensim at the same task, or itself if gensim is not there."""
    peer = f"gensim {contender.program.partition(' ')[2]}"
    return next((c for c in contenders if c.program == peer), contender)


def both(race: Race, task: str, name: str, overrides: tuple[str, ...] = ()) -> list[Contender]:
    """Return w2v at a task, and gensim if it is there."""
    programs = ["w2v", *(["gensim"] if "gensim" in race.peers else [])]
    return [
        Contender(f"{program}, {name}", f"{program} {task}", overrides, text_cache="warm")
        for program in programs
    ]


def asking(race: Race) -> list[Contender]:
    """Return questions to a large table, one and many."""
    counted = {n: f"{n} question{'s' * (n > 1)}" for n in N_QUESTIONS}
    return [c for n in N_QUESTIONS for c in both(race, f"ask {n}", counted[n])]


def scoring(race: Race) -> list[Contender]:
    """Return what scores vectors on the analogies among the evaluation sets."""
    # The same settings as `start` has: the run that is asked is trained once for both.
    overrides = w2v(race, "", threads=1).overrides
    return both(race, "eval", "analogies", overrides) if race.analogies else []


def loading(race: Race) -> list[Contender]:
    """Return what reads files of vectors."""
    return [c for format in FORMATS for c in both(race, f"load {format}", format)]


ASKING = {
    "queries": Measurement(
        "the 10 nearest of {race.table_words:,} x 100 vectors, asked in a new process",
        asking,
        fixed(WHOLE, WHOLE_FASTER, PEAK),
        gensim_at_the_same,
    ),
    "evaluation": Measurement(
        "analogies among the 30,000 commonest words; w2v answers in four ways, gensim in one",
        scoring,
        fixed(
            WHOLE,
            WHOLE_FASTER,
            PEAK,
            Column("answered", "answered", ",.0f"),
            Column("right %", "right", ".1f"),
        ),
        gensim_at_the_same,
        needs="--eval FILE ... names a set of analogies",
    ),
    "loading": Measurement(
        "reading {race.file_words:,} x 100 vectors from a file; peak also over the array's bytes",
        loading,
        fixed(
            PART,
            PART_FASTER,
            WHOLE,
            WHOLE_FASTER,
            PEAK,
            Column("x array", "times_array", ".2f"),
        ),
        gensim_at_the_same,
    ),
}
