"""One update of CBOW with negative sampling, and every number that it is made of.

The numbers are those that flow between the product's layers: each layer here is the one that
trains, and notes what it is given and what it returns. Where the words and the weights come from is
in `scene.py`; how the numbers are told, in `telling.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from w2v.model.batch import Batch
from w2v.model.cbow import CBOW
from w2v.model.functions import Floats, Ids, sigmoid
from w2v.model.layers import Embedding, Gradient, WindowMean, sum_repeated
from w2v.model.losses import NegativeSamplingLoss, SigmoidWithLoss
from w2v.model.optimizers import SGD


@dataclass(frozen=True)
class Origin:
    """Where the words and the weights of a scene come from: what a page has to say of it.

    Attributes
    ----------
    run : str
        Its name; empty for a toy vocabulary.
    seed : int
        Of the toy's rows, and of noise that was drawn.
    tokenizer : str
    is_char_by_itself : bool
        Whether `char` was not asked for, but taken since the sentence has no spaces.
    n_centers : int
        How often the center stands in the sentence; only one of them is explained.
    left_out : tuple of str
        Words of the sentence that have no row, in their order, each once.
    is_drawn : bool
        Whether the noise was drawn, and not given.
    power : float
        It is drawn by count ** power.
    has_narrow_windows : bool
        Whether the run draws the width of each window, up to the full one that is explained.
    shares_noise : bool
        Whether the run scores a whole batch against one draw of noise.
    other_settings : tuple of str
        `key=value` of the run's settings that change its updates, and are not explained.
    """

    run: str = ""
    seed: int = 1
    tokenizer: str = "words"
    is_char_by_itself: bool = False
    n_centers: int = 1
    left_out: tuple[str, ...] = ()
    is_drawn: bool = True
    power: float = 0.75
    has_narrow_windows: bool = True
    shares_noise: bool = True
    other_settings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scene:
    """A sentence with a center, its noise, and the weights before the update.

    Attributes
    ----------
    vocabulary : tuple of str, V of them
        The word of each row. Of a run only the rows that are needed are here.
    sentence : array of int, shape (X,)
        The rows of the sentence's words, in their order.
    center_pos : int
        Where the center stands in it.
    window : int
        How many words on each side are the context.
    negatives : array of int, shape (K,)
        The rows of the noise words; one that equals the center weighs 0.
    W_in, W_out : arrays of float64, shape (V, D)
    lr : float
    gradient : "exact" or "word2vec"
    ids : array of int, shape (V,), or None
        The id that each row has in the vocabulary of the run; None where it is the row itself.
    origin : Origin
    """

    vocabulary: tuple[str, ...]
    sentence: Ids
    center_pos: int
    window: int
    negatives: Ids
    W_in: NDArray[np.float64]
    W_out: NDArray[np.float64]
    lr: float
    gradient: Gradient = "exact"
    ids: Ids | None = None
    origin: Origin = Origin()

    @property
    def row_ids(self) -> Ids:
        """The id of each row, shape (V,), as it is shown."""
        return np.arange(len(self.vocabulary)) if self.ids is None else self.ids


@dataclass(frozen=True)
class Update:
    """Every number of one update. C context words, K noise words, D dimensions.

    Attributes
    ----------
    context_pos, context_ids : arrays of int, shape (C,)
    rows : array, shape (C, D)
        [1] What was looked up in W_in, a row for each context word.
    hidden : array, shape (D,)
        [2] Their mean.
    output_ids : array of int, shape (1 + K,)
        The center, then the noise.
    output_rows : array, shape (1 + K, D)
        [3] What was looked up in W_out.
    scores, labels, weights, probabilities, losses : arrays, shape (1 + K,)
        [3] The dot products with `hidden`; 1 for the center; the weight of each; the sigmoid of
        each score; its part of the loss, in nats.
    loss : float
        In nats.
    d_scores : array, shape (1 + K,)
        [4] weight * (sigmoid - label).
    d_hidden : array, shape (D,)
        [4]
    d_rows : array, shape (C, D)
        [4] For each context word.
    d_output_rows : array, shape (1 + K, D)
        [4] For the center and for each noise word.
    input_ids, output_ids_distinct : arrays of int
        [5] The rows that change, rising.
    d_W_in, d_W_out : arrays
        [5] Their gradients: what belongs to one id is added up.
    W_in_before, W_in_after, W_out_before, W_out_after : arrays
        Those rows.
    loss_after : float
        The loss of the same example with the same noise after the update.
    """

    context_pos: Ids
    context_ids: Ids
    rows: Floats
    hidden: Floats
    output_ids: Ids
    output_rows: Floats
    scores: Floats
    labels: Floats
    weights: Floats
    probabilities: Floats
    losses: Floats
    loss: float
    d_scores: Floats
    d_hidden: Floats
    d_rows: Floats
    d_output_rows: Floats
    input_ids: Ids
    output_ids_distinct: Ids
    d_W_in: Floats
    d_W_out: Floats
    W_in_before: Floats
    W_in_after: Floats
    W_out_before: Floats
    W_out_after: Floats
    loss_after: float


class NotedEmbedding(Embedding):
    """The Embedding that trains, noting what goes through it."""

    def forward(self, ids: Ids) -> Floats:
        """Look rows up, and note the ids and the rows."""
        self.ids, self.rows = ids, super().forward(ids)
        return self.rows

    def backward(self, d_out: Floats) -> None:
        """Scatter-add, and note what was given."""
        self.d_out = d_out
        super().backward(d_out)


class NotedMean(WindowMean):
    """The window mean that trains, noting what goes through it."""

    def forward(self, rows: Floats, in_context: NDArray[np.bool_]) -> Floats:
        """Average, and note the mean."""
        self.hidden = super().forward(rows, in_context)
        return self.hidden

    def backward(self, d_hidden: Floats) -> Floats:
        """Pass the gradient on, and note it."""
        self.d_hidden = d_hidden
        return super().backward(d_hidden)


def update_of(scene: Scene) -> Update:
    """Train on one center, and return every number of it; the scene's weights stay as they are.

    Parameters
    ----------
    scene : Scene
        With a context word and a noise word at the least.
    """
    W_in, W_out = scene.W_in.copy(), scene.W_out.copy()
    n_words, dim = W_in.shape
    embedding = NotedEmbedding(n_words, dim, weight=W_in, sparse=True)
    output = NotedEmbedding(n_words, dim, weight=W_out, sparse=True)
    loss = NegativeSamplingLoss(output, len(scene.negatives))
    model = CBOW(embedding, loss, scene.gradient)
    mean = model.window_mean = NotedMean(scene.gradient)

    batch = batch_of(scene)
    before = model.forward(batch)
    scores, labels, weights = (
        np.broadcast_to(part, (1, 1 + len(scene.negatives)))[0]
        for part in loss.sigmoid_with_loss.scored
    )
    d_scores = loss.sigmoid_with_loss.backward().reshape(-1)
    model.backward()
    rows, output_rows, output_ids = embedding.rows, output.rows, output.ids
    hidden, d_rows, d_output_rows = mean.hidden[0], embedding.d_out, output.d_out
    (input_ids, d_W_in), (changed_ids, d_W_out) = (
        sum_repeated(layer.ids, layer.d_out) for layer in (embedding, output)
    )
    SGD().step(model.params, model.grads, scene.lr)
    after = model.forward(batch)
    context_pos = np.flatnonzero(batch.in_context()[0])
    return Update(
        context_pos=context_pos,
        context_ids=scene.sentence[context_pos],
        rows=rows,
        hidden=hidden,
        output_ids=output_ids,
        output_rows=output_rows,
        scores=scores,
        labels=labels,
        weights=weights,
        probabilities=sigmoid(scores),
        losses=np.array(
            [
                SigmoidWithLoss().forward(scores[i : i + 1], labels[i : i + 1], weights[i : i + 1])
                for i in range(len(scores))
            ]
        ),
        loss=before,
        d_scores=d_scores,
        d_hidden=mean.d_hidden[0],
        d_rows=d_rows,
        d_output_rows=d_output_rows,
        input_ids=input_ids,
        output_ids_distinct=changed_ids,
        d_W_in=d_W_in,
        d_W_out=d_W_out,
        W_in_before=scene.W_in[input_ids],
        W_in_after=W_in[input_ids],
        W_out_before=scene.W_out[changed_ids],
        W_out_after=W_out[changed_ids],
        loss_after=after,
    )


def batch_of(scene: Scene) -> Batch:
    """Return the batch of one center that the model is given."""
    pos, n = scene.center_pos, len(scene.sentence)
    return Batch(
        tokens=scene.sentence,
        center_pos=np.array([pos]),
        left=np.array([max(0, pos - scene.window)]),
        right=np.array([min(n, pos + scene.window + 1)]),
        noise=scene.negatives[None, :],  # (1, K): the textbook's form, K words for each center
    )
