"""How a chunk becomes batches of matrices: the distinct words of each, and how often they count.

All that can be is done for many batches at once, in arrays with a row for each batch, since every
call of NumPy costs a microsecond however little it does. What is left to do for one batch is to
fill its matrices.

What the matrices are for is in `w2v/model/matrices.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from w2v.engines.contract import Chunk
from w2v.errors import UsageError
from w2v.model.batch import FoldedBatch
from w2v.model.functions import Floats, Ids

# Looked at together: enough positions that the calls cost little, and few enough that the arrays
# stay in a processor's cache.
POSITIONS_AT_ONCE = 16384


@dataclass(frozen=True)
class Folding:
    """How to fold: for which model, and in which dtype.

    Attributes
    ----------
    kind : "cbow" or "skipgram"
    gradient : "exact" or "word2vec"
        Of CBOW; see `WindowMean`.
    k : float
        K, negatives per example.
    dtype : float32 or float64
        Of the matrices.
    """

    kind: str
    gradient: str
    k: float
    dtype: np.dtype[np.floating]


def fold_batches(chunk: Chunk, folding: Folding) -> Iterator[tuple[int, FoldedBatch]]:
    """Yield (number, batch) of all batches of a chunk that have an example.

    Raises
    ------
    UsageError
        If the chunk has no noise: only negative sampling has this form.
    """
    for stretch in _stretches(chunk):
        yield from _fold(stretch, folding)


@dataclass(frozen=True)
class _Stretch:
    """Some batches in a row, all of B centers, and their words.

    first_batch, begin : the number of the first batch, the position of its first center
    left, right : (n_batches * B,), as in `Chunk`
    centers : (n_batches, B)
    low : (n_batches,), the first position that the contexts of each batch reach
    around : (n_batches, X), the words from there on as far as the contexts reach, and some repeated
    noise : (n_batches, M), group by group, or (n_batches, B * K)
    n_groups : G; 1 for independent noise
    n_scored : the ids that a center is scored against, M / G or K
    """

    first_batch: int
    begin: int
    left: Ids
    right: Ids
    centers: Ids
    low: Ids
    around: Ids
    noise: Ids
    noise_is_shared: bool
    n_groups: int
    n_scored: int


def _stretches(chunk: Chunk) -> Iterator[_Stretch]:
    """Cut a chunk into stretches; the last batch, if it is short, is one of its own."""
    n_whole, n_left_over = divmod(len(chunk.tokens), chunk.batch_size)
    at_once = max(1, POSITIONS_AT_ONCE // chunk.batch_size)
    for first in range(0, n_whole, at_once):
        yield _stretch(chunk, first, min(at_once, n_whole - first), chunk.batch_size)
    if n_left_over:
        yield _stretch(chunk, n_whole, 1, n_left_over)


def _stretch(chunk: Chunk, first: int, n_batches: int, B: int) -> _Stretch:
    """Gather the words of batches of B centers, from the first on."""
    if chunk.noise is None:
        raise UsageError("batches of matrices are for negative sampling, which needs noise ids")
    begin = first * chunk.batch_size
    here = slice(begin, begin + n_batches * B)
    left, right = chunk.left[here], chunk.right[here]
    starts = np.arange(0, n_batches * B, B)
    low, high = np.minimum.reduceat(left, starts), np.maximum.reduceat(right, starts)
    pos = low[:, None] + np.arange((high - low).max())  # (n_batches, X)
    of_batch = slice(first, first + n_batches)
    return _Stretch(
        first_batch=first,
        begin=begin,
        left=left,
        right=right,
        centers=chunk.tokens[here].reshape(n_batches, B),
        low=low,
        around=chunk.tokens[np.minimum(pos, high[:, None] - 1)],
        noise=chunk.noise[of_batch if chunk.noise_is_shared else here].reshape(n_batches, -1),
        noise_is_shared=chunk.noise_is_shared,
        n_groups=chunk.noise.shape[1] if chunk.noise_is_shared else 1,
        n_scored=chunk.noise.shape[-1],
    )


def _fold(stretch: _Stretch, folding: Folding) -> Iterator[tuple[int, FoldedBatch]]:
    """Yield the batches of a stretch."""
    dtype, is_cbow = folding.dtype, folding.kind == "cbow"
    n_batches, B = stretch.centers.shape
    n_noise = stretch.noise.shape[1]

    # The rows of W_in and of W_out: CBOW goes from the words around to the center, skip-gram back.
    come, go = stretch.around, stretch.centers
    if not is_cbow:
        come, go = go, come
    inputs = distinct_ids(come)
    outputs = distinct_ids(np.concatenate((go, stretch.noise), axis=1))
    contexts, centers = (inputs, outputs) if is_cbow else (outputs, inputs)
    noise_column = outputs.column[:, -n_noise:]

    size = stretch.right - stretch.left - 1  # |C_t|
    place = _context_places(stretch, contexts)
    share = np.repeat(1 / np.maximum(size, 1), size)
    ends = [0, *size.cumsum()[B - 1 :: B].tolist()]

    weight = folding.k / stretch.n_scored
    if stretch.noise_is_shared:  # all rows of a group are alike
        n_words, n_groups = outputs.ends[-1], stretch.n_groups
        of_word = noise_column + np.array(outputs.ends[:-1])[:, None]
        of_word += np.repeat(np.arange(n_groups) * n_words, stretch.n_scored)
        drawn = np.bincount(of_word.reshape(-1), minlength=n_groups * n_words)
        noise_weight = (drawn * weight).astype(dtype).reshape(n_groups, n_words)
        group = np.arange(B) % n_groups
    n_context = size.astype(dtype).reshape(n_batches, B, 1)
    has_context = np.minimum(n_context, 1).reshape(n_batches, B)
    row = np.arange(B)
    for i in range(n_batches):
        pairs = slice(ends[i], ends[i + 1])
        if pairs.start == pairs.stop:
            continue
        context_shape, output_shape = (B, int(contexts.n[i])), (B, int(outputs.n[i]))
        of_inputs = slice(inputs.ends[i], inputs.ends[i + 1])
        of_outputs = slice(outputs.ends[i], outputs.ends[i + 1])

        center_column = centers.column[i, :B]
        is_center = np.zeros((B, int(centers.n[i])), dtype)
        is_center[row, center_column] = has_context[i]
        if stretch.noise_is_shared:
            weights = noise_weight[:, of_outputs].take(group, axis=0)  # (G, O) -> (B, O)
        else:
            of_row = noise_column[i].reshape(B, -1) + row[:, None] * output_shape[1]  # (B, K)
            weights = sums_at(of_row.reshape(-1), None, output_shape, dtype)
            weights *= weight
        # A noise word counts in every example but those whose word it is.
        if is_cbow:
            A = A_back = sums_at(place[pairs], share[pairs], context_shape, dtype)
            if folding.gradient == "word2vec":
                A_back = sums_at(place[pairs], None, context_shape, dtype)
            labels = is_center
            weights[row, center_column] = 1
        else:
            A = A_back = is_center
            labels = sums_at(place[pairs], None, context_shape, dtype)
            weights = weights * (n_context[i] - labels) + labels
        batch_of_matrices = FoldedBatch(
            inputs.ids[of_inputs], A, A_back, outputs.ids[of_outputs], labels, weights
        )
        yield stretch.first_batch + i, batch_of_matrices


def _context_places(stretch: _Stretch, contexts: DistinctIds) -> Ids:
    """Return each word of each context as a place in the (B, n) matrix of its batch, row after row.

    Center by center, in text order; `contexts` begins with the columns of `around`.
    """
    n_batches, B = stretch.centers.shape
    n = n_batches * B
    size = stretch.right - stretch.left - 1
    batch = np.repeat(np.arange(n_batches), B)  # (n,), as all up to the next comment
    to_slot = batch * contexts.column.shape[1] - stretch.low[batch]  # of a position, in `column`
    to_row = np.arange(n) % B * contexts.n[batch]
    first_pair = size.cumsum() - size
    # From here on (P,): a number for each pair of a center and a word of its context.
    slot = np.arange(size.sum()) + np.repeat(stretch.left + to_slot - first_pair, size)
    slot += slot >= np.repeat(np.arange(n) + stretch.begin + to_slot, size)  # past the center
    return np.repeat(to_row, size) + contexts.column.take(slot)


@dataclass(frozen=True)
class DistinctIds:
    """The distinct ids of each row of a table.

    Attributes
    ----------
    ids : array of int, shape (total,)
        Those of the first row, rising, then those of the second, ...
    ends : list of int, one more than there are rows
        Row i has ids[ends[i] : ends[i + 1]].
    n : array of int, shape (n_rows,)
        How many each row has.
    column : array of int, shape of the table
        Where among the distinct ids of its row each id of the table stands.
    """

    ids: Ids
    ends: list[int]
    n: Ids
    column: Ids


def distinct_ids(table: Ids) -> DistinctIds:
    """Find the distinct ids of each row.

    >>> found = distinct_ids(np.array([[7, 2, 7], [4, 4, 4]]))
    >>> found.ids.tolist(), found.ends, found.column.tolist()
    ([2, 7, 4], [0, 2, 3], [[1, 0, 1], [0, 0, 0]])

    Parameters
    ----------
    table : array of int, shape (n_rows, n), n at least 1
    """
    width = table.shape[1]
    order = table.argsort(axis=1) + np.arange(0, table.size, width)[:, None]  # in the flat table
    in_order = table.take(order)
    is_first = np.ones(table.shape, bool)
    np.not_equal(in_order[:, 1:], in_order[:, :-1], out=is_first[:, 1:])
    column = np.empty(table.shape, np.intp)
    column.reshape(-1)[order] = is_first.cumsum(axis=1) - 1
    n = is_first.sum(axis=1)
    return DistinctIds(in_order[is_first].astype(np.intp), [0, *n.cumsum().tolist()], n, column)


def sums_at(
    place: Ids,
    values: NDArray[np.float64] | None,
    shape: tuple[int, int],
    dtype: np.dtype[np.floating],
) -> Floats:
    """Return a matrix with the sum of the values that belong to each place.

    >>> sums_at(np.array([3, 1, 3]), np.array([0.5, 1, 0.5]), (2, 2), np.dtype(np.float32))
    array([[0., 1.],
           [0., 1.]], dtype=float32)

    Parameters
    ----------
    place : array of int, shape (n,)
        Counted row after row.
    values : array of float64, shape (n,), or None
        None counts every place as 1.
    shape : (int, int)
    dtype : float32 or float64
    """
    return np.bincount(place, values, shape[0] * shape[1]).reshape(shape).astype(dtype)
