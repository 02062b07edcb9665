"""The compiled loops of the numba engine: one batch after another, one step after another.

The steps are those of the layers (`w2v/model/layers.py`), and all gradients are taken at the
weights before the batch:

    [1] gather    rows of W_in for the batch and its halo, rows of W_out for the noise
    [2] average   hidden = window mean, from running sums: its cost does not grow with the window
    [3] score     hidden . W_out, of the words to predict and of the noise
    [4] gradient  d_scores, d_hidden, d_rows, each already times the learning rate
    [5] scatter   subtract them from the rows of both tables; repeated ids add up by themselves

CBOW and skip-gram are each other with the arrows turned round: what CBOW gathers, averages and
scatters in W_in around a center, skip-gram scores and scatters in W_out. The matrix products of
shared noise are those of BLAS, through `np.dot`: one for each group of noise, so that the rows of a
group's centers stand together (`Buffers.slots`).

Everything here is arrays and numbers; nothing is checked. `numba_engine.py` checks and allocates.

Numba counts the references to an array, with an atomic instruction wherever a row of it is taken,
unless it can prove that the count comes to nothing. In the loops here it can (numba 0.68; it shows
as no NRT_incref in `inspect_llvm` of a function), since each function is small and has one kind of
loop. It cannot around a product of BLAS, which may fail: the functions that call BLAS are handed
the arrays that they use rather than all of `Buffers`. Before that, training took 1.1 times as long.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from w2v.engines.compiling import compile_and_keep

Function = TypeVar("Function")

# Sums may be reordered and multiplications fused, but NaN and infinity keep their meaning: training
# that diverges must be noticed.
FAST_MATH = {"reassoc", "contract", "nsz", "arcp"}

# sigmoid(x) = 1/2 + x P(x^2) / Q(x^2) for |x| <= 16, and beyond it is 0 or 1 to within 2e-7.
# scripts/fit_sigmoid.py finds the coefficients: the largest error is 8.8e-8, and 2.4e-7 in float32.
SIGMOID_REACH = np.float32(16)
P0, P1, P2, P3 = map(np.float32, (2.49999916e-01, 8.07119396e-03, 4.59215846e-05, 4.41808938e-08))
Q1, Q2, Q3, Q4 = map(np.float32, (1.15617639e-01, 1.48529736e-03, 3.70374128e-06, 9.46744366e-10))
HALF, ONE = np.float32(0.5), np.float32(1)


OPTIONS = {"fastmath": FAST_MATH, "nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True}


def entry(function: Function) -> Function:
    """Compile a function that is called from Python too."""
    return compile_and_keep(function, **OPTIONS)


def compiled(function: Function) -> Function:
    """Compile a function that those of this file alone call.

    It needs nothing that takes Python's objects apart: a third of the time that compiling takes.
    """
    return compile_and_keep(function, **OPTIONS, no_cpython_wrapper=True)


# D as a type. numba compiles for the types that it meets and not for their values, and the length
# of a tuple is part of its type: so a loop up to `width(dims)` is compiled for this one D, as
# straight code. With D as a plain number it ends in odd pieces, and training takes 1.1 times as
# long. The two lengths are the digits of D to the base 32, since a tuple of a thousand takes a
# minute to compile; they hold empty tuples, for nobody looks inside. `numba_engine.dims_of` makes
# them.
Dims: TypeAlias = tuple[tuple[tuple[()], ...], tuple[tuple[()], ...]]
BASE = 32


@compiled
def width(dims: Dims) -> int:
    """Return D."""
    return BASE * len(dims[0]) + len(dims[1])


class Text(NamedTuple):
    """A chunk, and which positions each batch reaches: low[b] <= position < high[b]."""

    tokens: NDArray[np.int32]  # (n,)
    left: NDArray[np.int32]  # (n,)
    right: NDArray[np.int32]  # (n,)
    low: NDArray[np.int32]  # (n_batches,)
    high: NDArray[np.int32]  # (n_batches,)
    noise: NDArray[np.int32]  # (n_batches * G, M / G), a row for each group, or (n, K)


class Span(NamedTuple):
    """The positions of a batch: its centers, start <= t < stop, and those in their reach."""

    start: int
    stop: int
    low: int
    high: int


class Rule(NamedTuple):
    """Which form of the update rule."""

    is_cbow: bool
    is_exact: bool  # divide the context gradient by |C_t|
    is_shared: bool  # noise by the batch, not by the center
    is_training: bool  # otherwise the loss of every batch is measured, and nothing changes
    batch_size: int
    loss_every: int  # LOSS_EVERY of contract.py
    n_groups: int  # G of shared noise, which the centers take turns at; 1 for independent noise


class Buffers(NamedTuple):
    """The arrays of one batch, used again for the next.

    X positions are in reach, N noise ids are scored for each center: M / G or K. The arrays of S
    slots have a row for each center, where `slots` says: group by group, S / G = B / G rounded up
    to each. A slot without a center has weight 0 and hidden 0.
    """

    sums: NDArray[Any]  # (X + 1, D)
    d_sums: NDArray[Any]  # (X + 1, D)
    running: NDArray[Any]  # (D,)
    slots: NDArray[np.intp]  # (B,): the slot of each center; its own number if G is 1
    hidden: NDArray[Any]  # (S, D)
    d_hidden: NDArray[Any]  # (S, D)
    share: NDArray[Any]  # (B,): 1 / |C_t|, 0 without a context
    predicted_scores: NDArray[Any]  # (B,)
    d_predicted_scores: NDArray[Any]  # (B,)
    noise_rows: NDArray[Any]  # (G * N, D), group by group
    d_noise_rows: NDArray[Any]  # (G * N, D)
    scores: NDArray[Any]  # (S, N), of the noise
    d_scores: NDArray[Any]  # (S, N)
    weights: NDArray[Any]  # (S, N): how often an id is noise for a center, times its weight
    dims: Dims


@entry
def run_batches(
    W_in: Any,
    W_out: Any,
    frozen: Any,
    text: Text,
    batches: tuple[int, int],
    rule: Rule,
    lr: Any,
    noise_weight: Any,
    buffers: Buffers,
    sums: tuple[float, int, int],
) -> tuple[float, int, int]:
    """Train on a chunk's batches, first <= batch < last, or measure them; add to the sums.

    `frozen` is None or a bool for each row of W_in: whether it must not change. The sums are
    (loss, n_measured, n_examples), of the batches before and of these.
    """
    loss, n_measured, n_examples = sums
    dims = buffers.dims
    for batch in range(batches[0], batches[1]):
        start = batch * rule.batch_size
        stop = min(start + rule.batch_size, len(text.tokens))
        span = Span(start, stop, text.low[batch], text.high[batch])
        centers, in_reach = text.tokens[start:stop], text.tokens[span.low : span.high]
        of_batch = slice(batch * rule.n_groups, (batch + 1) * rule.n_groups)
        noise = text.noise[of_batch if rule.is_shared else slice(start, stop)]
        n_here = count_examples(text, rule, span)
        n_examples += n_here
        # [1] gather, [2] average
        if rule.is_cbow:
            sum_rows(W_in, in_reach, buffers.sums, dims)
            average(W_in, text, span, buffers)
        else:
            copy_centers(W_in, centers, buffers)
        empty_slots(stop - start, buffers)
        # [3] score
        weigh_noise(text, rule, span, noise, noise_weight, buffers)
        if rule.is_shared:
            copy_rows(W_out, noise.reshape(-1), buffers.noise_rows, dims)
            score_shared_noise(rule.n_groups, buffers.hidden, buffers.noise_rows, buffers.scores)
        else:
            score_own_noise(W_out, noise, buffers)
        if batch % rule.loss_every == 0 or not rule.is_training:
            loss += measure(W_out, text, rule, span, buffers)
            n_measured += n_here
        if not rule.is_training:
            continue
        # [4] gradient
        noise_gradient(lr, buffers)
        if rule.is_shared:
            shared_noise_gradient(
                rule.n_groups,
                buffers.d_scores,
                buffers.hidden,
                buffers.noise_rows,
                buffers.d_hidden,
                buffers.d_noise_rows,
            )
        else:
            own_noise_gradient(W_out, noise, buffers)
        buffers.d_sums[: len(in_reach) + 1] = 0
        if rule.is_cbow:
            center_gradient(W_out, centers, lr, buffers)
            pass_to_contexts(W_out, text, rule, span, buffers)
        else:
            context_gradient(W_out, text, span, lr, buffers)
        # [5] scatter
        scatter_noise(W_out, noise, rule, buffers)
        if rule.is_cbow:
            scatter_centers(W_out, centers, buffers)
            scatter_contexts(W_in, frozen, in_reach, span, buffers)
        else:
            subtract_rows(W_out, in_reach, buffers.d_sums, dims)
            subtract_from_centers(W_in, frozen, centers, buffers)
    return loss, n_measured, n_examples


@compiled
def predicted_span(text: Text, rule: Rule, t: int) -> tuple[int, int, int]:
    """Return where the words that center t predicts begin and end, and a position to skip."""
    if not rule.is_cbow:
        return text.left[t], text.right[t], t
    if text.right[t] - text.left[t] > 1:
        return t, t + 1, -1
    return t, t, -1  # without a context the center is no example


@compiled
def count_examples(text: Text, rule: Rule, span: Span) -> int:
    """Count the pairs (center, word to predict) of a batch."""
    n = 0
    for t in range(span.start, span.stop):
        size = text.right[t] - text.left[t] - 1
        n += min(size, 1) if rule.is_cbow else size
    return n


# ------------------------------------------------------------------ [1] gather


@compiled
def copy_rows(W: Any, ids: Any, rows: Any, dims: Dims) -> None:
    """Set rows[i] = W[ids[i]]."""
    for i in range(len(ids)):
        row, source = rows[i], W[ids[i]]
        for d in range(width(dims)):
            row[d] = source[d]


@compiled
def copy_centers(W_in: Any, centers: Any, buffers: Buffers) -> None:
    """Skip-gram: hidden is the row of the center itself."""
    dims = buffers.dims
    for i in range(len(centers)):
        hidden, source = buffers.hidden[buffers.slots[i]], W_in[centers[i]]
        for d in range(width(dims)):
            hidden[d] = source[d]


@compiled
def sum_rows(W: Any, ids: Any, sums: Any, dims: Dims) -> None:
    """Set sums[i] to the sum of the rows before position i: (X, D) -> (X + 1, D)."""
    sums[0] = 0
    for i in range(len(ids)):
        before, after, row = sums[i], sums[i + 1], W[ids[i]]
        for d in range(width(dims)):
            after[d] = before[d] + row[d]


# ----------------------------------------------------------------- [2] average


@compiled
def average(W_in: Any, text: Text, span: Span, buffers: Buffers) -> None:
    """Take the mean of each context: all rows from left to right, but the center's own."""
    dims = buffers.dims
    for i in range(span.stop - span.start):
        left, right = text.left[span.start + i], text.right[span.start + i]
        share = buffers.share
        share[i] = 1.0 / (right - left - 1) if right - left > 1 else 0.0
        to_left, to_right = buffers.sums[left - span.low], buffers.sums[right - span.low]
        hidden, own = buffers.hidden[buffers.slots[i]], W_in[text.tokens[span.start + i]]
        for d in range(width(dims)):
            hidden[d] = (to_right[d] - to_left[d] - own[d]) * share[i]


# ------------------------------------------------------------------- [3] score


@compiled
def empty_slots(n: int, buffers: Buffers) -> None:
    """Clear the slots that a short batch of n centers leaves empty; the products read them."""
    for i in range(n, len(buffers.slots)):
        buffers.hidden[buffers.slots[i]] = 0
        buffers.weights[buffers.slots[i]] = 0


@compiled
def score_shared_noise(n_groups: int, hidden: Any, noise_rows: Any, scores: Any) -> None:
    """Score the centers of each group against the M / G noise ids of the group."""
    n_slots, n_scored = len(scores) // n_groups, scores.shape[1]
    for group in range(n_groups):
        slots = slice(group * n_slots, (group + 1) * n_slots)
        ids = slice(group * n_scored, (group + 1) * n_scored)
        # (S / G, D) @ (D, N) -> (S / G, N)
        np.dot(hidden[slots], noise_rows[ids].T, scores[slots])


@compiled
def score_own_noise(W_out: Any, noise: Any, buffers: Buffers) -> None:
    """Score each center's own K noise ids; with no groups, the slot of a center is its number."""
    for i in range(noise.shape[0]):
        for k in range(noise.shape[1]):
            buffers.scores[i, k] = dot(buffers.hidden[i], W_out[noise[i, k]], buffers.dims)


@compiled
def dot(a: Any, b: Any, dims: Dims) -> Any:
    """Return the inner product of two rows, in their dtype."""
    total = a[0] * b[0]
    for d in range(1, width(dims)):
        total += a[d] * b[d]
    return total


@compiled
def weigh_noise(
    text: Text, rule: Rule, span: Span, noise: Any, noise_weight: Any, buffers: Buffers
) -> None:
    """Count for how many of a center's words to predict an id is noise: for all it does not equal.

    In CBOW that is 1, or 0 where the noise hits the center or there is no context.
    """
    zero = noise_weight * 0  # in the dtype of the others
    for i in range(span.stop - span.start):
        t = span.start + i
        weights = buffers.weights[buffers.slots[i]]
        ids = noise[i % rule.n_groups if rule.is_shared else i]
        size = text.right[t] - text.left[t] - 1
        if rule.is_cbow:
            weight = noise_weight if size > 0 else zero
            for m in range(len(ids)):
                weights[m] = weight if ids[m] != text.tokens[t] else zero
        else:
            for m in range(len(ids)):
                n_equal = 0
                for x in range(text.left[t], text.right[t]):
                    n_equal += x != t and ids[m] == text.tokens[x]
                weights[m] = (size - n_equal) * noise_weight


@compiled
def measure(W_out: Any, text: Text, rule: Rule, span: Span, buffers: Buffers) -> float:
    """Return the loss of a batch in nats, from its scores; exact, in float64."""
    loss = 0.0
    for i in range(span.stop - span.start):
        slot = buffers.slots[i]
        hidden, scores, weights = buffers.hidden[slot], buffers.scores[slot], buffers.weights[slot]
        first, last, skipped = predicted_span(text, rule, span.start + i)
        for x in range(first, last):
            if x != skipped:
                loss += minus_log_sigmoid(dot(hidden, W_out[text.tokens[x]], buffers.dims))
        for m in range(len(scores)):
            loss += weights[m] * minus_log_sigmoid(-scores[m])
    return loss


@entry
def minus_log_sigmoid(x: float) -> float:
    """Return -log sigmoid(x) = log(1 + exp(-x)) in nats."""
    return max(-x, 0.0) + np.log1p(np.exp(-abs(np.float64(x))))


# ---------------------------------------------------------------- [4] gradient


@entry
def sigmoid(x: Any, is_double: bool) -> Any:
    """Return 1 / (1 + exp(-x)): for float64 exactly, for float32 to 2.4e-7 and without a branch."""
    if is_double:
        return ONE / (ONE + np.exp(-x))
    x = min(max(x, -SIGMOID_REACH), SIGMOID_REACH)
    z = x * x
    p = P0 + z * (P1 + z * (P2 + z * P3))
    q = ONE + z * (Q1 + z * (Q2 + z * (Q3 + z * Q4)))
    return HALF + x * p / q


@compiled
def noise_gradient(lr: Any, buffers: Buffers) -> None:
    """d_scores = weight * sigmoid(score), times lr."""
    is_double = buffers.scores.itemsize == 8
    for slot in range(len(buffers.scores)):
        scores, weights = buffers.scores[slot], buffers.weights[slot]
        d_scores = buffers.d_scores[slot]
        for m in range(len(scores)):
            d_scores[m] = sigmoid(scores[m], is_double) * weights[m] * lr


@compiled
def shared_noise_gradient(
    n_groups: int, d_scores: Any, hidden: Any, noise_rows: Any, d_hidden: Any, d_noise_rows: Any
) -> None:
    """Set d_hidden to the part that comes from each group's noise, and d_noise_rows."""
    n_slots, n_scored = len(d_scores) // n_groups, d_scores.shape[1]
    for group in range(n_groups):
        slots = slice(group * n_slots, (group + 1) * n_slots)
        ids = slice(group * n_scored, (group + 1) * n_scored)
        # (S / G, N) @ (N, D) -> (S / G, D), and (N, S / G) @ (S / G, D) -> (N, D)
        np.dot(d_scores[slots], noise_rows[ids], d_hidden[slots])
        np.dot(d_scores[slots].T, hidden[slots], d_noise_rows[ids])


@compiled
def own_noise_gradient(W_out: Any, noise: Any, buffers: Buffers) -> None:
    """Set d_hidden to the part that comes from each center's own K noise ids."""
    for i in range(noise.shape[0]):
        d_hidden = buffers.d_hidden[i]
        d_hidden[:] = 0
        for k in range(noise.shape[1]):
            add_scaled(d_hidden, buffers.d_scores[i, k], W_out[noise[i, k]], buffers.dims)


@compiled
def add_scaled(target: Any, factor: Any, row: Any, dims: Dims) -> None:
    """Add factor * row to target."""
    for d in range(width(dims)):
        target[d] += factor * row[d]


@compiled
def center_gradient(W_out: Any, centers: Any, lr: Any, buffers: Buffers) -> None:
    """CBOW: score the centers, and take the gradient at these scores."""
    is_double = W_out.itemsize == 8
    scores, d_scores = buffers.predicted_scores, buffers.d_predicted_scores
    for i in range(len(centers)):
        hidden, predicted = buffers.hidden[buffers.slots[i]], W_out[centers[i]]
        scores[i] = dot(hidden, predicted, buffers.dims)
    for i in range(len(centers)):
        is_example = ONE if buffers.share[i] > 0 else lr * 0
        d_scores[i] = (sigmoid(scores[i], is_double) - ONE) * lr * is_example


@compiled
def pass_to_contexts(W_out: Any, text: Text, rule: Rule, span: Span, buffers: Buffers) -> None:
    """CBOW: complete d_hidden, and pass it to the contexts.

    A context is a stretch: its gradient is added where the stretch begins and taken off where it
    ends, and the running sum over positions gives every row its share.
    """
    for i in range(span.stop - span.start):
        t, d_score = span.start + i, buffers.d_predicted_scores[i]
        predicted, d_hidden = W_out[text.tokens[t]], buffers.d_hidden[buffers.slots[i]]
        factor = buffers.share[i] if rule.is_exact else ONE
        at_left = buffers.d_sums[text.left[t] - span.low]
        at_right = buffers.d_sums[text.right[t] - span.low]
        for d in range(width(buffers.dims)):
            passed_on = (d_hidden[d] + d_score * predicted[d]) * factor
            d_hidden[d] = passed_on
            at_left[d] += passed_on
            at_right[d] -= passed_on


@compiled
def context_gradient(W_out: Any, text: Text, span: Span, lr: Any, buffers: Buffers) -> None:
    """Skip-gram: score the context words of each center; add to d_hidden and to their rows."""
    dims = buffers.dims
    is_double = W_out.itemsize == 8
    for i in range(span.stop - span.start):
        t, slot = span.start + i, buffers.slots[i]
        hidden, d_hidden = buffers.hidden[slot], buffers.d_hidden[slot]
        for x in range(text.left[t], text.right[t]):
            if x != t:
                predicted = W_out[text.tokens[x]]
                d_score = (sigmoid(dot(hidden, predicted, dims), is_double) - ONE) * lr
                add_scaled(d_hidden, d_score, predicted, dims)
                add_scaled(buffers.d_sums[x - span.low], d_score, hidden, dims)


# ----------------------------------------------------------------- [5] scatter


@compiled
def is_frozen(frozen: Any, row: int) -> bool:
    """Tell whether a row of W_in must not change.

    Without frozen rows it is compiled for None, which is a type of its own: the answer is known
    then, and the question costs nothing.
    """
    if frozen is None:
        return False
    return bool(frozen[row])


@compiled
def subtract_rows(W: Any, ids: Any, rows: Any, dims: Dims) -> None:
    """W[ids[i]] -= rows[i], one after another, so that repeated ids add up."""
    for i in range(len(ids)):
        target, row = W[ids[i]], rows[i]
        for d in range(width(dims)):
            target[d] -= row[d]


@compiled
def subtract_from_centers(W_in: Any, frozen: Any, centers: Any, buffers: Buffers) -> None:
    """Skip-gram: W_in[center] -= d_hidden, one after another."""
    dims = buffers.dims
    for i in range(len(centers)):
        if is_frozen(frozen, centers[i]):
            continue
        target, d_hidden = W_in[centers[i]], buffers.d_hidden[buffers.slots[i]]
        for d in range(width(dims)):
            target[d] -= d_hidden[d]


@compiled
def scatter_noise(W_out: Any, noise: Any, rule: Rule, buffers: Buffers) -> None:
    """Move the noise rows away from hidden."""
    dims = buffers.dims
    if rule.is_shared:
        subtract_rows(W_out, noise.reshape(-1), buffers.d_noise_rows, dims)
    else:
        for i in range(noise.shape[0]):
            for k in range(noise.shape[1]):
                add_scaled(W_out[noise[i, k]], -buffers.d_scores[i, k], buffers.hidden[i], dims)


@compiled
def scatter_centers(W_out: Any, centers: Any, buffers: Buffers) -> None:
    """CBOW: move the row of each center towards hidden."""
    for i in range(len(centers)):
        hidden = buffers.hidden[buffers.slots[i]]
        add_scaled(W_out[centers[i]], -buffers.d_predicted_scores[i], hidden, buffers.dims)


@compiled
def scatter_contexts(W_in: Any, frozen: Any, in_reach: Any, span: Span, buffers: Buffers) -> None:
    """CBOW: move each row by what the contexts it stands in passed on, its own center's apart.

    DEVIATION: the running sum keeps some rounding of the contexts it has left, so that a word that
    stands alone in its sentence moves by that too: in float32 by some 1e-9 a batch.
    """
    dims = buffers.dims
    running, d_sums, d_hidden = buffers.running, buffers.d_sums, buffers.d_hidden
    running[:] = 0
    first = span.start - span.low  # of the centers, from where the reach begins
    for at in range(len(in_reach)):
        row = in_reach[at]
        if is_frozen(frozen, row):  # the running sum goes on all the same
            for d in range(width(dims)):
                running[d] += d_sums[at, d]
        elif first <= at < first + span.stop - span.start:
            own = buffers.slots[at - first]
            for d in range(width(dims)):
                running[d] += d_sums[at, d]
                W_in[row, d] -= running[d] - d_hidden[own, d]
        else:
            for d in range(width(dims)):
                running[d] += d_sums[at, d]
                W_in[row, d] -= running[d]


# -------------------------------------------------------- combining the replicas


@entry
def combine_rows(W: Any, rows: Any, copied: Any, scale: Any, dims: Dims) -> None:
    """Put together what the replicas made of some rows; see `RowCombiner` (contract.py)."""
    direction = scale.direction
    move = np.empty_like(direction)
    for i in range(len(rows)):
        row = W[rows[i]]
        n_found, last = 0, row
        for replica in range(len(copied.tables)):
            here = copied.places[replica, rows[i]]
            if 0 <= here < copied.n_rows[replica]:
                last = copied.tables[replica, here]
                n_found += 1
                if n_found == 1:
                    for d in range(width(dims)):
                        move[d] = last[d] - row[d]
                else:
                    for d in range(width(dims)):
                        move[d] += last[d] - row[d]
        if n_found == 1:
            for d in range(width(dims)):
                row[d] = last[d]
        elif n_found > 1:
            across = scale.across[i]
            part = (scale.along[i] - across) * dot(move, direction, dims)
            for d in range(width(dims)):
                row[d] += across * move[d] + part * direction[d]
