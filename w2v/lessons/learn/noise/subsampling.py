"""Subsampling, as the lesson `noise` (`lesson.py`) tells it beside the power of the noise."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from w2v.config.loading import load_config
from w2v.lessons.blocks import Block, Curve, Lines, Table
from w2v.lessons.learn.noise.counts import plotted_rows
from w2v.lessons.learn.parts import texts
from w2v.lessons.wording import Wording
from w2v.text.vocabulary import Vocabulary

SUBSAMPLES = (1e-3, 1e-4)


def keep_blocks(
    say: Wording,
    vocabulary: Vocabulary,
    rows: NDArray[np.int64],
    words: list[str],
    keep: dict[float, NDArray[np.float64]],
    gain: NDArray[np.float64],
) -> tuple[Block, ...]:
    """Return what subsampling keeps of some words, and how far a window then reaches.

    Parameters
    ----------
    say : Wording
    vocabulary : Vocabulary
    rows : array of int, shape (n,)
        Of the words that are shown.
    words : list of str, n of them
    keep : dict of float to array of float64, shape (V,)
        By t, the probability that a position of each word is kept.
    gain : array of float64, shape (V,)
        What noise takes of each word, over what the text has of it.
    """
    counts = vocabulary.counts
    window = load_config().config.model.window
    sample = plotted_rows(len(counts))
    kept = {t: float(counts @ p) / counts.sum() for t, p in keep.items()}
    heads = tuple(f"t = {t:g}" for t in SUBSAMPLES)
    return (
        *texts(say, "keep"),
        Lines(("keep = min(1, sqrt(t / f) + t / f)",)),
        Table(
            (say("word"), say("count"), *heads, say("noise_gain")),
            tuple(
                (
                    word,
                    int(counts[row]),
                    *(float(100 * keep[t][row]) for t in SUBSAMPLES),
                    float(gain[row]),
                )
                for word, row in zip(words, rows.tolist(), strict=True)
            ),
            name=say("keep_table"),
            decimals=2,
        ),
        *texts(
            say, "kept", first=SUBSAMPLES[0], second=SUBSAMPLES[1],
            share=100 * kept[SUBSAMPLES[0]], share_second=100 * kept[SUBSAMPLES[1]],
            window=window, reach=window / kept[SUBSAMPLES[0]],
            reach_second=window / kept[SUBSAMPLES[1]],
        ),
        Curve(
            say("keep_curve"),
            say("rank"),
            say("factor"),
            sample + 1,
            (
                (say("noise_factor"), gain[sample]),
                *((head, keep[t][sample]) for head, t in zip(heads, SUBSAMPLES, strict=True)),
            ),
            log=(True, True),
        ),
        *texts(say, "different"),
    )  # fmt: skip
