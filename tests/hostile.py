"""Chunks on which broken code shows: ids are not positions, words repeat, noise hits centers."""

from __future__ import annotations

import numpy as np

from w2v.engines.contract import Chunk, Weights
from w2v.training.draws import context_bounds


def weights(n_words, dim, dtype=np.float64, seed=3):
    """Weights that are all different and far from zero, so that no gradient vanishes by chance."""
    rng = np.random.default_rng(seed)
    return Weights(
        rng.normal(0, 0.7, (n_words, dim)).astype(dtype),
        rng.normal(0, 0.7, (n_words, dim)).astype(dtype),
    )


def chunk(lines, windows, batch_size, noise, *, shared=True, groups=1):
    """Make a chunk of sentences of ids and given windows; shared noise is a row for each batch."""
    tokens = np.array([word_id for line in lines for word_id in line], np.int32)
    sentence = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
    windows = np.resize(np.array(windows, np.int64), len(tokens))
    left, right = context_bounds(sentence, windows)
    noise = np.array(noise, np.int32)
    if shared:
        n_batches, n_noise = noise.shape
        noise = noise.reshape(n_batches, groups, n_noise // groups)
    return Chunk(tokens, left, right, batch_size, noise, shared)


def chunks(shared):
    """Yield (name, V, K, chunk) of hostile text in one of the two noise modes."""

    def noise(n_positions, batch_size, ids):
        # In shared mode a row a batch, in independent mode a row a position.
        rows = -(-n_positions // batch_size) if shared else n_positions
        return [list(np.roll(ids, row)) for row in range(rows)]

    yield (
        "distinct words",
        9,
        3,
        chunk([[8, 6, 7, 5]], [2], 4, noise(4, 4, [1, 2, 3]), shared=shared),
    )
    yield (
        "a word repeated in the context, and as the center",
        *(6, 2),
        chunk([[4, 4, 5, 4, 4, 5, 4]], [3, 1, 2], 3, noise(7, 3, [0, 1]), shared=shared),
    )
    yield (
        "noise repeated, noise equal to centers and to context words",
        *(4, 5),
        chunk([[2, 3, 2, 1], [3, 1]], [2], 4, noise(6, 4, [2, 2, 3, 2, 1]), shared=shared),
    )
    yield (
        "one-word sentences between others; a batch over three sentences; a last short batch",
        *(7, 2),
        chunk(
            [[5], [6, 4, 3], [2], [1], [3, 6], [0]],
            [1, 2, 3],
            4,
            noise(9, 4, [6, 5]),
            shared=shared,
        ),
    )
    yield "V = 2", 2, 2, chunk([[1, 0, 1, 1, 0]], [5], 2, noise(5, 2, [0, 1]), shared=shared)
    yield (
        "only one-word sentences in the first batch",
        *(5, 2),
        chunk([[3], [4], [2, 1, 3]], [2], 2, noise(5, 2, [1, 4]), shared=shared),
    )
    # Batches 0 and 32 have 0 and 2 examples; counting without the empty ones, others would.
    yield (
        "many batches, some of them without an example",
        *(8, 3),
        chunk(
            [[7], [6], *[[5, 4, 5, 3], [2], [1], [6, 7, 3]] * 10, [2, 5, 1, 4, 7]],
            [2, 1, 3],
            2,
            noise(97, 2, [6, 0, 3, 6, 2]),
            shared=shared,
        ),
    )
    # By their place in the batch the centers take turns at the groups, also those that are alone in
    # their sentence. Each id is noise for some centers and the word to predict of others, in the
    # same group and in another. No B is a multiple of G; the last batch has 2, 2 and 1 positions.
    for groups, batch_size in ((2, 5), (3, 5), (3, 11)) if shared else ():
        yield (
            f"noise in {groups} groups, batches of {batch_size}",
            *(7, 3),
            chunk(
                [[3], [5, 4, 6, 4], [2], [1], [4, 5, 3, 0, 5]],
                [2, 1, 3],
                batch_size,
                noise(12, batch_size, [4, 5, 3, 6, 4, 2]),
                groups=groups,
            ),
        )
    if shared:
        yield (
            "a batch for each position: of two groups the second has no center",
            *(5, 2),
            chunk([[4, 2, 3], [1, 4]], [1, 2], 1, noise(5, 1, [2, 4, 3, 1]), groups=2),
        )
        yield (
            "V = 2, in groups of one id",
            *(2, 2),
            chunk([[1, 0, 1, 1, 0, 0]], [1, 2], 4, noise(6, 4, [0, 1]), groups=2),
        )
