"""The update rule said again by loops over single numbers, to check every engine against.

Nothing here is shared with w2v but the sigmoid's definition: no arrays are multiplied, nothing is
batched, and each gradient is added up in a dictionary of its own. Slow on purpose.
"""

from __future__ import annotations

import math
from collections import defaultdict

import numpy as np


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def dot(a, b):
    return sum(x * y for x, y in zip(a, b, strict=True))


def looked_up(chunk, start, kind):
    """Return the word id of every position whose row a batch uses, each position once."""
    positions = set()
    for t in range(start, min(start + chunk.batch_size, len(chunk.tokens))):
        context = [x for x in range(chunk.left[t], chunk.right[t]) if x != t]
        positions.update(context if kind == "cbow" else [t] if context else [])
    return [int(chunk.tokens[x]) for x in sorted(positions)]


def batch_gradient(W_in, W_out, chunk, start, *, kind, gradient, k):
    """Return (loss, n_examples, d_in, d_out) of one batch, the gradients as {id: list of D}."""
    dim = W_in.shape[1]
    d_in = defaultdict(lambda: [0.0] * dim)
    d_out = defaultdict(lambda: [0.0] * dim)
    loss, n_examples = 0.0, 0
    for t in range(start, min(start + chunk.batch_size, len(chunk.tokens))):
        context = [int(chunk.tokens[x]) for x in range(chunk.left[t], chunk.right[t]) if x != t]
        if not context:
            continue
        center = int(chunk.tokens[t])
        if chunk.noise_is_shared:
            groups = chunk.noise[start // chunk.batch_size]
            noise = [int(i) for i in groups[(t - start) % len(groups)]]
        else:
            noise = [int(i) for i in chunk.noise[t]]
        weight = k / len(noise)
        if kind == "cbow":
            hidden = [sum(W_in[c][d] for c in context) / len(context) for d in range(dim)]
            examples = [(hidden, center)]
        else:
            examples = [(list(W_in[center]), c) for c in context]
        for hidden, predicted in examples:
            n_examples += 1
            targets = [(predicted, 1, 1.0)]
            targets += [(m, 0, weight) for m in noise if m != predicted]
            d_hidden = [0.0] * dim
            for word_id, label, w in targets:
                score = dot(hidden, W_out[word_id])
                loss -= w * math.log(sigmoid(score) if label else sigmoid(-score))
                g = w * (sigmoid(score) - label)
                for d in range(dim):
                    d_hidden[d] += g * W_out[word_id][d]
                    d_out[word_id][d] += g * hidden[d]
            if kind == "cbow":
                share = len(context) if gradient == "exact" else 1
                for c in context:
                    for d in range(dim):
                        d_in[c][d] += d_hidden[d] / share
            else:
                for d in range(dim):
                    d_in[center][d] += d_hidden[d]
    return loss, n_examples, d_in, d_out


def train_chunk(
    W_in,
    W_out,
    chunk,
    lr,
    *,
    kind,
    gradient,
    k,
    max_norm=None,
    scale_grad_by_freq=False,
    frozen=(),
):
    """Train in place on a chunk; return (loss, n_measured, n_examples).

    `frozen` are ids of rows of W_in that stay as they are.
    """
    total, n_measured, n_examples = 0.0, 0, 0
    for number, start in enumerate(range(0, len(chunk.tokens), chunk.batch_size)):
        ids = looked_up(chunk, start, kind)
        for word_id in set(ids) - set(frozen):
            norm = math.sqrt(sum(x * x for x in W_in[word_id]))
            if max_norm is not None and norm > max_norm:
                W_in[word_id] *= max_norm / (norm + 1e-7)
        loss, n, d_in, d_out = batch_gradient(
            W_in, W_out, chunk, start, kind=kind, gradient=gradient, k=k
        )
        n_examples += n
        if number in (0, 32):
            total, n_measured = total + loss, n_measured + n
        if scale_grad_by_freq:
            d_in = {i: [x / ids.count(i) for x in row] for i, row in d_in.items()}
        d_in = {i: row for i, row in d_in.items() if i not in frozen}
        for W, gradients in ((W_in, d_in), (W_out, d_out)):
            for word_id, row in gradients.items():
                W[word_id] -= lr * np.array(row)
    return total, n_measured, n_examples


def chunk_loss(W_in, W_out, chunk, *, kind, k):
    """Return (loss, n_examples) of all batches, at one and the same weights."""
    starts = range(0, len(chunk.tokens), chunk.batch_size)
    parts = [
        batch_gradient(W_in, W_out, chunk, start, kind=kind, gradient="exact", k=k)[:2]
        for start in starts
    ]
    return sum(loss for loss, _ in parts), sum(n for _, n in parts)
