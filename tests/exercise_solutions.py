"""Solutions of the exercises as learners write them: right ones in several styles, and wrong ones.

Each is the text of a file. The loops use no array operation at all, to be unlike the product.
"""

from __future__ import annotations

RIGHT = {
    "embedding-forward": {
        "vectorised": """
            def embedding_forward(W, ids):
                return W[ids]
        """,
        "loop": """
            import numpy as np

            def embedding_forward(W, ids):
                rows = np.zeros((len(ids), W.shape[1]))
                for i in range(len(ids)):
                    rows[i] = W[ids[i]]
                return rows
        """,
        "one-hot": """
            import numpy as np

            def embedding_forward(W, ids):
                return np.eye(len(W))[ids] @ W
        """,
    },
    "scatter-add": {
        "vectorised": """
            import numpy as np

            def embedding_backward(ids, d_out, n_words):
                dW = np.zeros((n_words, d_out.shape[1]), d_out.dtype)
                np.add.at(dW, ids, d_out)
                return dW
        """,
        "loop": """
            import numpy as np

            def embedding_backward(ids, d_out, n_words):
                dW = np.zeros((n_words, d_out.shape[1]))
                for i, word_id in enumerate(ids):
                    dW[word_id] += d_out[i]
                return dW
        """,
        "one-hot": """
            import numpy as np

            def embedding_backward(ids, d_out, n_words):
                return np.eye(n_words)[ids].T @ d_out
        """,
    },
    "sampler": {
        "vectorised": """
            def sample_noise(counts, n, rng):
                p = counts ** 0.75
                return rng.choice(len(counts), size=n, p=p / p.sum())
        """,
        "searched": """
            import numpy as np

            def sample_noise(counts, n, rng):
                ends = np.cumsum(counts ** 0.75)
                return np.searchsorted(ends, rng.random(n) * ends[-1], side="right")
        """,
        "loop": """
            import numpy as np

            def sample_noise(counts, n, rng):
                weights = [float(count) ** 0.75 for count in counts]
                ids = np.zeros(n, dtype=int)
                for i in range(n):
                    place = rng.random() * sum(weights)
                    word_id = 0
                    while place >= weights[word_id]:
                        place -= weights[word_id]
                        word_id += 1
                    ids[i] = word_id
                return ids
        """,
    },
    "loss": {
        "vectorised": """
            import numpy as np

            def negative_sampling_loss(hidden, rows, ids):
                scores = np.einsum("bd,bkd->bk", hidden, rows)
                labels = np.zeros(scores.shape)
                labels[:, 0] = 1
                counts = np.ones(scores.shape)
                counts[:, 1:] = ids[:, 1:] != ids[:, :1]
                sign = 2 * labels - 1
                loss = (counts * np.logaddexp(0, -sign * scores)).sum()
                return loss, counts * (1 / (1 + np.exp(-scores)) - labels)
        """,
        "loop": """
            import math
            import numpy as np

            def negative_sampling_loss(hidden, rows, ids):
                loss = 0.0
                d_scores = np.zeros(ids.shape)
                for t in range(len(ids)):
                    for j in range(ids.shape[1]):
                        if j > 0 and ids[t, j] == ids[t, 0]:
                            continue
                        score = sum(float(h) * float(r) for h, r in zip(hidden[t], rows[t, j]))
                        label = 1 if j == 0 else 0
                        y = 1 / (1 + math.exp(-score))
                        loss -= math.log(y) if label else -math.log1p(math.exp(score))
                        d_scores[t, j] = y - label
                return loss, d_scores
        """,
    },
    "cbow-backward": {
        "vectorised": """
            import numpy as np

            def cbow_backward(d_scores, hidden, rows, mask):
                d_hidden = np.einsum("bk,bkd->bd", d_scores, rows)
                d_mean = d_hidden / mask.sum(axis=1, keepdims=True)
                return mask[:, :, None] * d_mean[:, None], d_scores[:, :, None] * hidden[:, None]
        """,
        "loop": """
            import numpy as np

            def cbow_backward(d_scores, hidden, rows, mask):
                d_context = np.zeros((*mask.shape, hidden.shape[1]))
                d_rows = np.zeros(rows.shape)
                for t in range(len(mask)):
                    d_hidden = np.zeros(hidden.shape[1])
                    for j in range(rows.shape[1]):
                        d_hidden += d_scores[t, j] * rows[t, j]
                        d_rows[t, j] = d_scores[t, j] * hidden[t]
                    for c in range(mask.shape[1]):
                        if mask[t, c] == 1:
                            d_context[t, c] = d_hidden / mask[t].sum()
                return d_context, d_rows
        """,
    },
    "sgd-step": {
        "vectorised": """
            def sgd_step(W, dW, lr):
                W -= lr * dW
        """,
        "loop": """
            def sgd_step(W, dW, lr):
                for v in range(len(W)):
                    W[v] = W[v] - lr * dW[v]
                return W
        """,
    },
    "most-similar": {
        "vectorised": """
            import numpy as np

            def most_similar(W, word_id, n):
                unit = W / np.linalg.norm(W, axis=1, keepdims=True)
                cosines = unit @ unit[word_id]
                order = np.argsort(-cosines, kind="stable")
                order = order[order != word_id][:n]
                return order, cosines[order]
        """,
        "loop": """
            import math
            import numpy as np

            def most_similar(W, word_id, n):
                def length(v):
                    return math.sqrt(sum(float(x) ** 2 for x in W[v]))
                found = []
                for v in range(len(W)):
                    if v != word_id:
                        dot = sum(float(x) * float(y) for x, y in zip(W[v], W[word_id]))
                        found.append((dot / (length(v) * length(word_id)), v))
                found.sort(key=lambda pair: -pair[0])
                return np.array([v for _, v in found[:n]]), np.array([c for c, _ in found[:n]])
        """,
        "infinity": """
            import numpy as np

            def most_similar(W, word_id, n):
                cosines = W @ W[word_id] / np.linalg.norm(W, axis=1) / np.linalg.norm(W[word_id])
                cosines[word_id] = -np.inf
                order = np.argsort(cosines)[::-1][: min(n, len(W) - 1)]
                return order, cosines[order]
        """,
    },
    "analogy": {
        "vectorised": """
            import numpy as np

            def analogy(W, a, b, c):
                unit = W / np.linalg.norm(W, axis=1, keepdims=True)
                scores = unit @ (unit[b] - unit[a] + unit[c])
                scores[[a, b, c]] = -np.inf
                return np.argmax(scores)
        """,
        "loop": """
            import numpy as np

            def analogy(W, a, b, c):
                def unit(v):
                    return W[v] / np.sqrt((W[v] ** 2).sum())
                direction = unit(b) - unit(a) + unit(c)
                best, best_score = None, -np.inf
                for v in range(len(W)):
                    if v not in (a, b, c) and unit(v) @ direction > best_score:
                        best, best_score = v, unit(v) @ direction
                return best
        """,
    },
}

# topic: {what is found: (the file, what is said of it)}
WRONG = {
    "embedding-forward": {
        "wrong_columns": (
            """
            def embedding_forward(W, ids):
                return W[:, ids]
            """,
            "You look up columns",
        ),
    },
    "scatter-add": {
        "wrong_last_wins": (
            """
            import numpy as np

            def embedding_backward(ids, d_out, n_words):
                dW = np.zeros((n_words, d_out.shape[1]))
                dW[ids] += d_out
                return dW
            """,
            "Row 5 stands 2 times in `ids` (`ids[0]`, `ids[2]`). Your row 5 is [-0.6, -1.3, -0.1]: "
            "the gradient of its last place alone.",
        ),
    },
    "sampler": {
        "wrong_power_one": (
            """
            def sample_noise(counts, n, rng):
                return rng.choice(len(counts), n, p=counts / counts.sum())
            """,
            "that is the power 1. Id 0, seen 500 times, came with a share of 0.596",
        ),
        "wrong_uniform": (
            """
            import numpy as np

            def sample_noise(counts, n, rng):
                return rng.choice(np.flatnonzero(counts), n)
            """,
            "that is the power 0",
        ),
        "wrong_never": (
            """
            def sample_noise(counts, n, rng):
                return rng.integers(0, len(counts), n)
            """,
            "its count is 0",
        ),
        "wrong_power": (
            """
            def sample_noise(counts, n, rng):
                p = counts ** 0.5
                return rng.choice(len(counts), n, p=p / p.sum())
            """,
            "those of the power 0.50",
        ),
        "wrong_distribution": (
            """
            import numpy as np

            def sample_noise(counts, n, rng):
                return np.where(rng.random(n) < 0.5, 0, rng.choice(np.flatnonzero(counts), n))
            """,
            "nor of another power",
        ),
        "wrong_always_the_same": (
            """
            import numpy as np

            def sample_noise(counts, n, rng):
                rng = np.random.default_rng(0)
                p = counts ** 0.75
                return rng.choice(len(counts), n, p=p / p.sum())
            """,
            "Two different generators gave the same draws",
        ),
        "wrong_own_generator": (
            """
            import numpy as np

            def sample_noise(counts, n, rng):
                p = counts ** 0.75
                return np.random.choice(len(counts), n, p=p / p.sum())
            """,
            "Take the randomness from `rng` alone",
        ),
        "wrong_shape": (
            """
            def sample_noise(counts, n, rng):
                p = counts ** 0.75
                return rng.choice(len(counts), (n, 1), p=p / p.sum())
            """,
            "yours is an array of shape (20000, 1)",
        ),
        "wrong_outside": (
            """
            def sample_noise(counts, n, rng):
                p = counts ** 0.75
                return rng.choice(len(counts), n, p=p / p.sum()) + 1
            """,
            "Ids run from 0 to 6",
        ),
    },
    "loss": {
        "wrong_naive": (
            """
            import numpy as np

            def negative_sampling_loss(hidden, rows, ids):
                scores = np.einsum("bd,bkd->bk", hidden, rows)
                labels = np.zeros(scores.shape)
                labels[:, 0] = 1
                counts = np.ones(scores.shape)
                counts[:, 1:] = ids[:, 1:] != ids[:, :1]
                y = 1 / (1 + np.exp(-scores))
                with np.errstate(all="ignore"):
                    loss = -(counts * np.where(labels == 1, np.log(y), np.log(1 - y))).sum()
                return loss, counts * (y - labels)
            """,
            "Your loss is nan. A noise word scores 40 here",
        ),
        "wrong_center_counted": (
            """
            import numpy as np

            def negative_sampling_loss(hidden, rows, ids):
                scores = np.einsum("bd,bkd->bk", hidden, rows)
                labels = np.arange(scores.shape[1]) == 0
                loss = np.logaddexp(0, np.where(labels, -scores, scores)).sum()
                return loss, 1 / (1 + np.exp(-scores)) - labels
            """,
            "Noise word 2 of row 0 is id 6, and so is the center of that row.",
        ),
    },
    "cbow-backward": {
        "wrong_no_mean": (
            """
            import numpy as np

            def cbow_backward(d_scores, hidden, rows, mask):
                d_hidden = (d_scores[:, :, None] * rows).sum(axis=1)
                return mask[:, :, None] * d_hidden[:, None], d_scores[:, :, None] * hidden[:, None]
            """,
            "is 3.00 times the right gradient: 1/|C| is missing",
        ),
        "wrong_whole_batch": (
            """
            import numpy as np

            def cbow_backward(d_scores, hidden, rows, mask):
                d_hidden = np.einsum("bk,bkd->bd", d_scores, rows) / mask.sum()
                return mask[:, :, None] * d_hidden[:, None], d_scores[:, :, None] * hidden[:, None]
            """,
            "You divide by 8, the context words of all centers of the batch together. Each center "
            "has a mean of its own, and center 0 has 3 context words",
        ),
        "wrong_swapped": (
            """
            import numpy as np

            def cbow_backward(d_scores, hidden, rows, mask):
                d_hidden = np.einsum("bk,bkd->bd", d_scores, rows)
                d_mean = d_hidden / mask.sum(axis=1, keepdims=True)
                return d_scores[:, :, None] * hidden[:, None], mask[:, :, None] * d_mean[:, None]
            """,
            "what you return first is `d_rows`",
        ),
    },
    "sgd-step": {
        "wrong_not_in_place": (
            """
            def sgd_step(W, dW, lr):
                W = W - lr * dW
                return W
            """,
            "What you return is right, but W itself is as it was before",
        ),
        "wrong_unchanged": (
            """
            def sgd_step(W, dW, lr):
                W = W - lr * dW
            """,
            "W is as it was before",
        ),
        "changed": (
            """
            def sgd_step(W, dW, lr):
                dW *= lr
                W -= dW
            """,
            "Your function changed `dW`",
        ),
    },
    "most-similar": {
        "wrong_dot": (
            """
            import numpy as np

            def most_similar(W, word_id, n):
                scores = W @ W[word_id]
                order = np.argsort(-scores)
                order = order[order != word_id][:n]
                return order, scores[order]
            """,
            "long vectors win",
        ),
        "wrong_with_itself": (
            """
            import numpy as np

            def most_similar(W, word_id, n):
                unit = W / np.linalg.norm(W, axis=1, keepdims=True)
                cosines = unit @ unit[word_id]
                order = np.argsort(-cosines)[:n]
                return order, cosines[order]
            """,
            "Word 4 is among its own answers",
        ),
        "wrong_first_dropped": (
            """
            import numpy as np

            def most_similar(W, word_id, n):
                unit = W / np.linalg.norm(W, axis=1, keepdims=True)
                cosines = unit @ unit[word_id]
                order = np.argsort(-cosines, kind="stable")[1 : n + 1]
                return order, cosines[order]
            """,
            "the first is not always the word itself",
        ),
    },
    "analogy": {
        "wrong_raw_dot": (
            """
            import numpy as np

            def analogy(W, a, b, c):
                scores = W @ (W[b] - W[a] + W[c])
                scores[[a, b, c]] = -np.inf
                return np.argmax(scores)
            """,
            "Nothing is brought to length 1",
        ),
    },
}

# (topic, what is found): other files that make the same mistake
OTHER_WAYS = {
    ("loss", "wrong_naive"): [
        (
            """
            import numpy as np

            def negative_sampling_loss(hidden, rows, ids):
                s = 1 / (1 + np.exp(-np.einsum("bd,bkd->bk", hidden, rows)))
                counts = ids != ids[:, :1]
                with np.errstate(divide="ignore"):
                    loss = -np.log(s[:, 0]).sum() - np.where(counts, np.log(1 - s), 0).sum()
                counts[:, 0] = True
                return loss, np.where(counts, s - (np.arange(s.shape[1]) == 0), 0)
            """,
            "Your loss is inf. A noise word scores 40 here",
        ),
    ],
    ("most-similar", "wrong_first_dropped"): [
        (
            """
            import numpy as np

            def most_similar(W, word_id, n):
                cosines = W @ W[word_id] / np.linalg.norm(W, axis=1) / np.linalg.norm(W[word_id])
                order = np.argsort(cosines)[::-1][1 : n + 1]
                return order, cosines[order]
            """,
            "the first is not always the word itself",
        ),
        (
            """
            import numpy as np

            def most_similar(W, word_id, n):
                unit = W / np.linalg.norm(W, axis=1, keepdims=True)
                cosines = unit @ unit[word_id]
                order = np.argsort(-cosines)[1 : n + 1]
                return order, cosines[order]
            """,
            "the first is not always the word itself",
        ),
    ],
    ("most-similar", "wrong_dot"): [
        (
            """
            import numpy as np

            def most_similar(W, word_id, n):
                scores = W @ W[word_id]
                order = np.argsort(-scores)[1 : n + 1]
                return order, scores[order]
            """,
            "long vectors win",
        ),
        (
            """
            import numpy as np

            def most_similar(W, word_id, n):
                scores = W @ W[word_id]
                order = np.argsort(scores)[::-1][1 : n + 1]
                return order, scores[order]
            """,
            "long vectors win",
        ),
    ],
}
