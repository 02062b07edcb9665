"""Every random choice of training, drawn outside the engines and for any chunk alone.

Philox is a counter-based generator: a key and a counter go in, integers come out, and no state is
carried. The key is (seed, purpose), the counter begins at (epoch, chunk); so going on after an
interruption needs nothing but numbers that are known anyway. Its raw integers are used directly,
since NumPy promises them for ever, and its distributions it does not.
"""

from __future__ import annotations

import math
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from w2v.config.schema import Config
from w2v.engines.contract import Chunk
from w2v.model.functions import Ids
from w2v.model.noise import NoiseDistribution, RawIntegers, unit_floats
from w2v.text.vocabulary import Vocabulary

# Start weights are drawn so many at a time, each block with a counter of its own, since the table
# may be large. It decides the bits of every run, as the keys do.
START_BLOCK = 1 << 22
PART_ROWS = 512  # of a block are made at once: it decides no bit, and keeps the memory small


class Purpose(IntEnum):
    """What a draw is for; each purpose has a stream of its own."""

    START_WEIGHTS = 0
    KEEP = 1
    WINDOW = 2
    NOISE = 3
    ORDER = 4
    HELD_OUT_SPAN = 5
    HELD_OUT_NOISE = 6


def generator_of(seed: int, purpose: Purpose, epoch: int = 0, chunk: int = 0) -> np.random.Philox:
    """Return the generator of a purpose, at the start of an epoch's or chunk's stream.

    References
    ----------
    Philox4x64-10: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
    """
    # The lowest word of the counter counts the integers; the others tell the streams apart.
    return np.random.Philox(key=[seed, int(purpose)], counter=[0, 0, chunk, epoch])


def raw_integers(
    seed: int, purpose: Purpose, n: int, epoch: int = 0, chunk: int = 0
) -> RawIntegers:
    """Return n raw 64-bit integers that depend on the arguments alone."""
    return generator_of(seed, purpose, epoch, chunk).random_raw(n)


def short_integers(
    seed: int, purpose: Purpose, n: int, epoch: int = 0, chunk: int = 0
) -> NDArray[np.uint32]:
    """Return n integers of 32 bits: the lower half of each raw integer, then its upper half."""
    raw = raw_integers(seed, purpose, (n + 1) // 2, epoch, chunk)
    return raw.astype("<u8", copy=False).view("<u4")[:n]


def start_weights(
    seed: int, n_words: int, dim: int, dtype: str
) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Return W_in, uniform in -0.5/D .. 0.5/D, and W_out, all zero.

    Parameters
    ----------
    seed, n_words, dim : int
    dtype : "float32" or "float64"

    Returns
    -------
    W_in, W_out : arrays of `dtype`, shape (V, D)
    """
    W_in = np.empty((n_words, dim), dtype)
    rows = max(1, START_BLOCK // dim)
    for number, at in enumerate(range(0, n_words, rows)):
        block = W_in[at : at + rows]
        generator = generator_of(seed, Purpose.START_WEIGHTS, chunk=number)
        for part in range(0, len(block), PART_ROWS):
            rows_here = block[part : part + PART_ROWS]
            raw = generator.random_raw(rows_here.size)
            rows_here[:] = ((unit_floats(raw) - 0.5) / dim).reshape(rows_here.shape)
    return W_in, np.zeros((n_words, dim), dtype)


def chunk_order(seed: int, epoch: int, n_chunks: int, shuffle: bool) -> list[int]:
    """Return the order in which an epoch takes its chunks.

    Parameters
    ----------
    seed, epoch, n_chunks : int
    shuffle : bool
        Without it, text order.
    """
    if not shuffle:
        return list(range(n_chunks))
    raw = raw_integers(seed, Purpose.ORDER, n_chunks, epoch)
    return np.argsort(raw, kind="stable").tolist()


class Draws:
    """Draw chunks: which positions are kept, how wide each window is, what the noise is.

    Parameters
    ----------
    config : Config
    vocabulary : Vocabulary
    """

    def __init__(self, config: Config, vocabulary: Vocabulary) -> None:
        self._seed = config.train.seed
        self._config = config
        keep = vocabulary.keep_probabilities(config.train.subsample)
        # A 32-bit integer up to this is kept: whole numbers compare alike on every machine.
        self._keep_up_to = (np.maximum(np.rint(keep * 2.0**32), 1) - 1).astype(np.uint32)
        self._noise = NoiseDistribution(vocabulary.counts, config.negatives.power)

    def chunk(
        self, tokens: NDArray[np.int32], sentence: NDArray[np.integer], epoch: int, number: int
    ) -> Chunk:
        """Draw a chunk.

        Parameters
        ----------
        tokens, sentence : arrays, shape (n,)
            As `IdStream.read` returns them.
        epoch, number : int
            Counted from 0.

        Returns
        -------
        Chunk
        """
        place = {"epoch": epoch, "chunk": number}
        span = self._heldout_span(len(tokens), number)
        tokens, sentence = without_span(tokens, sentence, span)
        draw = short_integers(self._seed, Purpose.KEEP, len(tokens), **place)
        kept = np.flatnonzero(draw <= self._keep_up_to.take(tokens))
        tokens, sentence = tokens.take(kept), sentence.take(kept)
        left, right = context_bounds(sentence, self._windows(len(tokens), place))
        noise = self._draw_noise(len(tokens), Purpose.NOISE, place)
        return self._as_chunk(tokens, left, right, noise)

    def heldout_chunk(
        self, tokens: NDArray[np.int32], sentence: NDArray[np.integer], number: int
    ) -> Chunk:
        """Return the part of a chunk that is never trained on: every position, at full window.

        It is the same in every epoch, noise too, so that its losses can be compared. It is empty
        without `eval.heldout`.

        Parameters
        ----------
        tokens, sentence : arrays, shape (n,)
            As `IdStream.read` returns them.
        number : int
            Of the chunk, counted from 0.
        """
        span = self._heldout_span(len(tokens), number)
        tokens, sentence = tokens[span], sentence[span]
        windows = np.full(len(tokens), self._config.model.window, np.int32)
        left, right = context_bounds(sentence, windows)
        noise = self._draw_noise(len(tokens), Purpose.HELD_OUT_NOISE, {"epoch": 0, "chunk": number})
        return self._as_chunk(tokens, left, right, noise)

    def _heldout_span(self, n: int, number: int) -> slice:
        """Draw where the held-out span of a chunk of n positions lies."""
        length = round(self._config.eval.heldout * n)
        draw = short_integers(self._seed, Purpose.HELD_OUT_SPAN, 1, chunk=number)
        start = int(draw[0]) * (n - length + 1) >> 32
        return slice(start, start + length)

    def _as_chunk(
        self, tokens: NDArray[np.int32], left: Ids, right: Ids, noise: Ids | None
    ) -> Chunk:
        """Put a chunk together."""
        shared = self._config.negatives.mode == "shared"
        return Chunk(tokens, left, right, self._config.train.batch, noise, shared)

    def _windows(self, n: int, place: dict[str, int]) -> NDArray[np.int32]:
        """Draw b from 1..w for each kept position, or take w."""
        window = self._config.model.window
        if not self._config.model.shrink_window:
            return np.full(n, window, np.int32)
        draw = short_integers(self._seed, Purpose.WINDOW, n, **place)
        return (draw * np.uint64(window) >> np.uint64(32)).astype(np.int32) + np.int32(1)

    def _draw_noise(
        self, n: int, purpose: Purpose, place: dict[str, int]
    ) -> NDArray[np.int32] | None:
        """Draw M ids for each batch, in G groups, or K for each kept position."""
        if self._config.model.loss == "softmax":
            return None
        shape = noise_shape(self._config, n)
        raw = raw_integers(self._seed, purpose, math.prod(shape), **place).reshape(shape)
        distinct = self._config.negatives.distinct
        return self._noise.draw_distinct(raw) if distinct else self._noise.draw(raw)


def noise_shape(config: Config, n: int) -> tuple[int, ...]:
    """Return the shape of the noise of n positions: as in `Chunk`, or (0,) for the softmax."""
    negatives = config.negatives
    if config.model.loss == "softmax":
        return (0,)
    if negatives.mode == "independent":
        return (n, negatives.k)
    n_batches = -(-n // config.train.batch)
    return (n_batches, negatives.groups, negatives.draws // negatives.groups)


def without_span(
    tokens: NDArray[np.int32], sentence: NDArray[np.integer], span: slice
) -> tuple[NDArray[np.int32], NDArray[np.integer]]:
    """Cut a span out; what was before and what was after it are no neighbours.

    >>> tokens, sentence = without_span(np.array([7, 8, 9, 7]), np.array([0, 0, 0, 1]), slice(1, 2))
    >>> tokens.tolist(), sentence.tolist()
    ([7, 9, 7], [0, 1, 2])
    """
    if span.start == span.stop:
        return tokens, sentence
    sentence = np.concatenate((sentence[: span.start], sentence[span.stop :] + 1))
    return np.concatenate((tokens[: span.start], tokens[span.stop :])), sentence


def context_bounds(
    sentence: NDArray[np.integer], windows: NDArray[np.integer]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return where each position's context begins and ends: its window, inside its sentence.

    >>> left, right = context_bounds(np.array([0, 0, 0, 4]), np.array([1, 2, 1, 2]))
    >>> left.tolist(), right.tolist()
    ([0, 0, 1, 3], [2, 3, 3, 4])

    Parameters
    ----------
    sentence : array of int, shape (n,), rising
    windows : array of int, shape (n,)

    Returns
    -------
    left, right : arrays of int32, shape (n,)
    """
    n = len(sentence)
    breaks = np.flatnonzero(np.diff(sentence)) + 1
    edges = np.concatenate(([0], breaks, [n])).astype(np.int32)
    lengths = np.diff(edges)
    pos = np.arange(n, dtype=np.int32)
    windows = np.minimum(windows, n).astype(np.int32, copy=False)  # so that no sum overflows
    left = np.maximum(pos - windows, np.repeat(edges[:-1], lengths))
    right = np.minimum(pos + windows + np.int32(1), np.repeat(edges[1:], lengths))
    return left, right
