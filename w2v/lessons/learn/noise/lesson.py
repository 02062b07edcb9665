"""The power 0.75: which words noise takes oftener than the text does, and subsampling beside it.

All on the counts of one corpus (`counts.py`), with the product's `NoiseDistribution` and
`Vocabulary.keep_probabilities`. How subsampling is told is in `subsampling.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from w2v.lessons.blocks import Bars, Block, Curve, Lesson, Lines, Step, Table, Text, Verdict
from w2v.lessons.learn.noise.counts import (
    POWER,
    TIMES_ASKED,
    answer_power,
    break_even,
    plotted_rows,
    read_vocabulary,
)
from w2v.lessons.learn.noise.subsampling import SUBSAMPLES, keep_blocks
from w2v.lessons.learn.parts import short, texts
from w2v.lessons.learn.topics import Options
from w2v.lessons.numbers import short_number
from w2v.lessons.wording import Wording
from w2v.model.noise import NoiseDistribution
from w2v.text.vocabulary import Vocabulary
from w2v.training.draws import Purpose, raw_integers

TOPIC = "noise"
CORPORA = {"en": "python-docs", "ko": "seasons-ko", "zh": "seasons-zh"}
POWERS = (1.0, 0.75, 0.5, 0.0)
RANKS = (1, 2, 4, 10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000)  # that are shown, and the last
MIN_EXPECTED = 5  # draws of a word, for its deviation to mean something
TWO_DEVIATIONS = 0.954  # of what is drawn lies within two standard deviations


@dataclass(frozen=True)
class Sizes:
    """How much is drawn."""

    n_draws: int = 100_000


def lesson(options: Options, sizes: Sizes | None = None) -> Lesson:
    """Return the lesson.

    Parameters
    ----------
    options : Options
    sizes : Sizes, optional

    Raises
    ------
    CorpusError
        If there is no such corpus, or too little in it.
    """
    sizes = sizes or Sizes()
    say = Wording(options.language, f"learn/{TOPIC}")
    ours = CORPORA.get(options.language, "python-docs")
    name = ours if options.corpus is None else options.corpus
    vocabulary, by_character = read_vocabulary(
        name, options.on_progress, is_ours=options.corpus is None
    )
    counts = vocabulary.counts
    noise = {power: NoiseDistribution(counts, power) for power in POWERS}
    ranks = [rank for rank in RANKS if rank < len(counts)] + [len(counts)]
    rows = np.array(ranks) - 1
    whole_words = [vocabulary.word_at(row) for row in rows.tolist()]
    words = [*map(short, whole_words)]
    gain = noise[POWER].probabilities / noise[1.0].probabilities
    drawn = noise[POWER].draw(raw_integers(options.seed, Purpose.NOISE, sizes.n_draws))
    found = np.bincount(drawn, minlength=len(counts))
    expected = sizes.n_draws * noise[POWER].probabilities
    deviation = np.sqrt(expected * (1 - noise[POWER].probabilities))
    z = (found - expected) / np.maximum(deviation, 1e-12)
    keep = {t: vocabulary.keep_probabilities(t) for t in SUBSAMPLES}
    even = break_even(counts)
    ratio = int(counts[0]) / int(counts[-1])
    steps = (
        Step(
            "power",
            say("power_title"),
            _power(say, name, vocabulary, by_character, rows, words, noise),
        ),
        Step("gain", say("gain_title"), _gain(say, counts, rows, words, noise, even)),
        Step("draws", say("draws_title"), _draws(say, rows, words, expected, found, z, sizes)),
        Step("keep", say("keep_title"), keep_blocks(say, vocabulary, rows, words, keep, gain)),
        Step("best", say("best_title"), _best(say, name)),
    )
    return Lesson(
        command="learn",
        topic=TOPIC,
        language=options.language,
        title=say("title"),
        steps=() if options.answer_only else steps,
        question="\n\n".join(
            say.paragraphs(
                "question", common=words[0], n_common=int(counts[0]),
                rare=words[-1], n_rare=int(counts[-1]), times=TIMES_ASKED,
            )
        ),
        answer=_answer(say, counts, noise, ratio),
        numbers={
            "corpus": name,
            "n_words": len(counts),
            "n_tokens": int(counts.sum()),
            "words": whole_words,
            "counts": counts[rows],
            "probabilities": {str(power): noise[power].probabilities[rows] for power in POWERS},
            "gain": gain[rows],
            "break_even": even,
            "drawn": found[rows],
            "expected": expected[rows],
            "keep": {str(t): keep[t][rows] for t in SUBSAMPLES},
            "kept_tokens": {str(t): float(counts @ keep[t]) for t in SUBSAMPLES},
            "answer": {"ratio": ratio, "power": answer_power(ratio)},
        },
    )  # fmt: skip


def _power(
    say: Wording,
    name: str,
    vocabulary: Vocabulary,
    is_of_characters: bool,
    rows: NDArray[np.int64],
    words: list[str],
    noise: dict[float, NoiseDistribution],
) -> tuple[Block, ...]:
    """What the distribution is, for words of the head, the middle and the tail."""
    return (
        *texts(say, "power"),
        Lines(("P(word) = count(word) ** power / Σ count ** power",)),
        *texts(
            say, "corpus", name=short(name), n_words=len(vocabulary),
            n_tokens=vocabulary.n_tokens, least=int(vocabulary.counts[-1]),
        ),
        *([Text(say("of_characters"))] if is_of_characters else []),
        Table(
            (say("rank"), say("word"), say("count"), *(f"P, {power:g}" for power in POWERS)),
            tuple(
                (
                    row + 1,
                    word,
                    int(vocabulary.counts[row]),
                    *(float(100 * noise[power].probabilities[row]) for power in POWERS),
                )
                for row, word in zip(rows.tolist(), words, strict=True)
            ),
            name=say("power_table"),
            decimals=4,
        ),
        Text(say("between")),
    )  # fmt: skip


def _gain(
    say: Wording,
    counts: NDArray[np.int64],
    rows: NDArray[np.int64],
    words: list[str],
    noise: dict[float, NoiseDistribution],
    even: float,
) -> tuple[Block, ...]:
    """Who gains, who loses, and where the border is."""
    text, flat = noise[1.0].probabilities, noise[POWER].probabilities
    gain = flat / text
    losing = counts > even
    sample = plotted_rows(len(counts))
    return (
        *texts(say, "gain"),
        Bars(
            say("gain_bars"),
            tuple(f"{word} ({int(counts[row]):,})" for word, row in zip(words, rows, strict=True)),
            (("", gain[rows]),),
            unit=say("unit_times"),
            marked=frozenset(np.flatnonzero(losing[rows]).tolist()),
        ),
        *texts(
            say,
            "losers" if losing.any() else "no_losers",
            even=even,
            n=int(losing.sum()),
            n_words=len(counts),
            text=100 * float(text[losing].sum()),
            noise=100 * float(flat[losing].sum()),
            most=float(gain.max()),
            least=1 / float(gain.min()),
        ),
        Curve(
            say("noise_curve"),
            say("rank"),
            "P",
            sample + 1,
            tuple(
                (say("with_power", power=power), noise[power].probabilities[sample])
                for power in (1.0, POWER, 0.0)
            ),
            log=(True, True),
        ),
    )


def _draws(
    say: Wording,
    rows: NDArray[np.int64],
    words: list[str],
    expected: NDArray[np.float64],
    found: NDArray[np.int64],
    z: NDArray[np.float64],
    sizes: Sizes,
) -> tuple[Block, ...]:
    """Draw, and hold it against what is expected."""
    enough = expected >= MIN_EXPECTED
    within = float(np.mean(np.abs(z[enough]) < 2)) if enough.any() else 1.0
    n_enough = int(enough.sum())
    # Of so many words, the share within two deviations varies by this.
    slack = 4 * np.sqrt(TWO_DEVIATIONS * (1 - TWO_DEVIATIONS) / max(n_enough, 1))
    is_good = abs(within - TWO_DEVIATIONS) < slack + 0.02
    return (
        *texts(say, "draws", n=sizes.n_draws),
        Table(
            (say("word"), say("expected"), say("drawn"), say("deviations")),
            tuple(
                (word, float(expected[row]), int(found[row]), f"{z[row]:+.1f}")
                for word, row in zip(words, rows.tolist(), strict=True)
            ),
            decimals=1,
        ),
        Verdict(
            is_good,
            say("as_expected" if is_good else "not_as_expected", n=n_enough, within=100 * within,
                least=MIN_EXPECTED),
        ),
    )  # fmt: skip


def _best(say: Wording, name: str) -> tuple[Block, ...]:
    """Is 0.75 right? What was measured."""
    return (*texts(say, "best"), Lines(("w2v sweep noise-power",)), *texts(say, "best_end"))


def _answer(
    say: Wording,
    counts: NDArray[np.int64],
    noise: dict[float, NoiseDistribution],
    ratio: float,
) -> tuple[Block, ...]:
    """How much oftener the commonest word is drawn than the rarest, at each power."""
    if ratio == 1:
        return (Text(say("answer_flat")),)
    power = answer_power(ratio)
    at = NoiseDistribution(counts, power).probabilities
    quotient = {p: float(d.probabilities[0] / d.probabilities[-1]) for p, d in noise.items()}
    return (
        Table(
            (say("power_head"), say("oftener")),
            (
                *((f"{p:g}", quotient[p]) for p in POWERS),
                (f"{power:.3f}", float(at[0] / at[-1])),
            ),
            marked=frozenset({len(POWERS)}),
            decimals=1,
        ),
        *texts(
            say,
            "answer",
            ratio=short_number(ratio, 6),
            at_power=short_number(quotient[POWER], 4),
            times=TIMES_ASKED,
            power=power,
        ),
    )
