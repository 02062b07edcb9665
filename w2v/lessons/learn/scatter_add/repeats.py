"""How often ids repeat in batches of real text, and what `dW[ids] += g` loses there.

The batches are those of training: drawn by `Draws`, cut by the numpy engine, looked up by CBOW's
Embedding, whose ids and gradients are noted. How this is told is in `lesson.py`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from w2v.config.schema import Config, with_values
from w2v.engines.contract import Chunk, Weights
from w2v.engines.numpy_engine import NumpyEngine, cut_batches
from w2v.lessons.explain.update import NotedEmbedding
from w2v.lessons.learn.scatter_add.adding import add_wrongly
from w2v.model.cbow import CBOW
from w2v.model.functions import Floats, Ids
from w2v.model.layers import Embedding, sum_repeated
from w2v.model.losses import NegativeSamplingLoss
from w2v.text.corpus import Corpus, open_corpus
from w2v.training.draws import Draws, start_weights

BANDS = (10, 100, 1000)  # the commonest words, counted from the top, that answers are split by


@dataclass(frozen=True)
class Effort:
    """How much is measured.

    Attributes
    ----------
    corpus : str
        A built-in one.
    n_positions : int
        Of its text, before subsampling.
    sizes : tuple of int
        Centers in a batch, rising.
    epochs : int
        Over this stretch, before gradients are looked at: at the start all of them are 0.
    n_batches : int
        Whose gradients are looked at.
    seconds : float
        For each time.
    """

    corpus: str = "python-docs"
    n_positions: int = 24_000
    sizes: tuple[int, ...] = (1, 8, 32, 128, 512)
    epochs: int = 5
    n_batches: int = 100
    seconds: float = 0.1


class RealText:
    """A stretch of a corpus, in batches of any size.

    Parameters
    ----------
    effort : Effort
    seed : int
        Of all draws, as in training.
    """

    def __init__(self, effort: Effort, seed: int) -> None:
        self.effort = effort
        self.config = with_values(Config(), {"corpus.path": effort.corpus, "train.seed": seed})
        self.corpus: Corpus = open_corpus(self.config.corpus, self.config.vocab)

    def chunk(self, batch: int, *, subsample: bool = True) -> Chunk:
        """Return the stretch with its draws, to be cut into batches of so many centers."""
        thinned = {} if subsample else {"train.subsample": 0.0}
        config = with_values(self.config, {"train.batch": batch, **thinned})
        n = min(self.effort.n_positions, len(self.corpus.stream))
        tokens, sentence = self.corpus.stream.read(0, n)
        return Draws(config, self.corpus.vocabulary).chunk(tokens, sentence, 0, 0)

    def trained(self) -> Weights:
        """Train for a moment with the defaults, and return the weights."""
        config = self.config
        n_words = len(self.corpus.vocabulary)
        tables = start_weights(config.train.seed, n_words, config.model.dim, config.embedding.dtype)
        weights = Weights(*tables)
        engine, chunk = NumpyEngine(config, weights), self.chunk(config.train.batch)
        for _ in range(self.effort.epochs):
            engine.train_chunk(chunk, lr=0.15)
        return weights


def looked_up(chunk: Chunk) -> Iterator[Ids]:
    """Yield the ids that CBOW looks up for each batch: a position in several contexts once."""
    for _, batch in cut_batches(chunk):
        yield batch.tokens[batch.in_context().any(axis=0)]


class Counted(NamedTuple):
    """How often ids repeat in the batches of a chunk.

    Attributes
    ----------
    n_ids : int
        All that are looked up.
    n_shared : int
        Those that stand in their batch more than once.
    n_lost : int
        Those whose gradient another of the same batch would write over.
    n_batches, n_touched : int
        Batches, and those of them in which an id repeats.
    seen, kept : arrays of int, shape (V,)
        For each word: how often it was looked up, and in how many batches.
    """

    n_ids: int
    n_shared: int
    n_lost: int
    n_batches: int
    n_touched: int
    seen: NDArray[np.int64]
    kept: NDArray[np.int64]


def count_repeats(chunk: Chunk, n_words: int) -> Counted:
    """Count how often ids repeat in the batches of a chunk.

    Parameters
    ----------
    chunk : Chunk
    n_words : int
        V.
    """
    seen, kept = np.zeros(n_words, np.int64), np.zeros(n_words, np.int64)
    n_ids = n_shared = n_batches = n_touched = 0
    for ids in looked_up(chunk):
        distinct, n_times = np.unique(ids, return_counts=True)
        seen[distinct] += n_times
        kept[distinct] += 1
        n_ids += len(ids)
        n_shared += int(n_times[n_times > 1].sum())
        n_batches += 1
        n_touched += len(distinct) < len(ids)
    return Counted(n_ids, n_shared, n_ids - int(kept.sum()), n_batches, n_touched, seen, kept)


def lost_by_band(counted: Counted) -> list[tuple[int, int, float]]:
    """Return (first, last, share of gradients lost) of words by their rank, the commonest first."""
    ends = [end for end in BANDS if end < len(counted.seen)] + [len(counted.seen)]
    found = []
    for first, last in zip([0, *ends[:-1]], ends, strict=True):
        seen, kept = counted.seen[first:last].sum(), counted.kept[first:last].sum()
        found.append((first + 1, last, 1 - float(kept) / max(int(seen), 1)))
    return found


class Incoming(NamedTuple):
    """What comes back to the Embedding in one batch.

    ids : (n,); d_out : (n, D)
    """

    ids: Ids
    d_out: Floats


def incoming(chunk: Chunk, weights: Weights, k: float, n: int) -> Iterator[Incoming]:
    """Yield the ids and the gradients that CBOW gives back to its Embedding in about n batches.

    They are evenly spread over the chunk. The weights stay as they are.
    """
    n_words, dim = weights.W_in.shape
    embedding = NotedEmbedding(n_words, dim, weight=weights.W_in, sparse=True)
    output = Embedding(n_words, dim, weight=weights.W_out, sparse=True)
    model = CBOW(embedding, NegativeSamplingLoss(output, k))
    every = max(1, len(chunk.tokens) // (chunk.batch_size * n))
    for _, batch in itertools.islice(cut_batches(chunk), 0, n * every, every):
        model.zero_grad()
        model.score(batch)
        model.backward()
        yield Incoming(embedding.ids, embedding.d_out)


class Lost(NamedTuple):
    """What `dW[ids] += d_out` does to a gradient.

    Attributes
    ----------
    share : float
        The length of what is lost, over the length of the whole.
    cosine : float
        Between what is left and the whole.
    """

    share: float
    cosine: float


def lost_of(batch: Incoming, n_words: int) -> Lost:
    """Return what `dW[ids] += d_out` loses of the gradient of one batch."""
    wrong = add_wrongly(batch.ids, batch.d_out, n_words)
    ids, right = sum_repeated(batch.ids, batch.d_out)
    left, length = wrong[ids], np.linalg.norm(right)
    cosine = np.vdot(left, right) / (np.linalg.norm(left) * length)
    return Lost(float(np.linalg.norm(right - left) / length), float(cosine))


def mean_lost(batches: Iterable[Incoming], n_words: int) -> Lost:
    """Return the mean of `lost_of` over batches."""
    share, cosine = np.mean([lost_of(batch, n_words) for batch in batches], axis=0)
    return Lost(float(share), float(cosine))
