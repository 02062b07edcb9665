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
