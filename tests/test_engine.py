"""The numpy engine against the loops of naive.py, on text made to break it."""

from __future__ import annotations

import hostile
import naive
import numpy as np
import pytest

from w2v.config import load_config
from w2v.engines.contract import Weights
from w2v.engines.numpy_engine import NumpyEngine, cut_batches
from w2v.model.matrices import MatrixModel

KINDS = [("cbow", "exact"), ("cbow", "word2vec"), ("skipgram", "exact")]
CASES = [
    pytest.param(shared, n_words, k, chunk, id=f"{'shared' if shared else 'independent'}-{name}")
    for shared in (True, False)
    for name, n_words, k, chunk in hostile.chunks(shared)
]


# What computes a batch: matrices by default, layers where they are asked for what only they have.
FORMS = {"matrices": [], "layers": ["embedding.sparse=false"]}


def engine_for(weights, kind, gradient, k, *more):
    settings = [f"model.kind={kind}", f"model.gradient={gradient}", *more]
    if "model.loss=softmax" not in more:
        settings.append(f"negatives.k={k}")
    return NumpyEngine(load_config(None, settings).config, weights)


@pytest.mark.parametrize(
    ("settings", "suits"),
    [
        ([], True),
        (["model.kind=skipgram"], True),
        (["model.gradient=word2vec", "train.optimizer=adam"], True),
        (["negatives.mode=independent"], True),
        (["negatives.mode=independent", "train.batch=100"], False),
        (["train.batch=100"], True),
        (["model.loss=softmax"], False),
        (["embedding.sparse=false"], False),
        (["embedding.padding_idx=0"], False),
        (["embedding.max_norm=1"], False),
        (["embedding.scale_grad_by_freq=true"], False),
        (["embedding.freeze=true"], True),
    ],
)
def test_matrices_are_for_what_they_can_say(settings, suits):
    config = load_config(None, settings).config
    engine = NumpyEngine(config, hostile.weights(4, 3))
    assert isinstance(engine.model, MatrixModel) == suits


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("kind", "gradient"), KINDS)
@pytest.mark.parametrize(("shared", "n_words", "k", "chunk"), CASES)
def test_equals_the_loops(shared, n_words, k, chunk, kind, gradient, form):
    weights = hostile.weights(n_words, 5)
    W_in, W_out = weights.W_in.copy(), weights.W_out.copy()
    expected = naive.train_chunk(W_in, W_out, chunk, 0.3, kind=kind, gradient=gradient, k=k)

    loss = engine_for(weights, kind, gradient, k, *FORMS[form]).train_chunk(chunk, 0.3)

    assert (loss.total, loss.n_measured, loss.n_examples) == pytest.approx(expected, rel=1e-12)
    assert loss.mean == (loss.total / loss.n_measured if loss.n_measured else None)
    np.testing.assert_allclose(weights.W_in, W_in, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(weights.W_out, W_out, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("settings", [[], ["embedding.max_norm=0.9"], FORMS["layers"]], ids=str)
@pytest.mark.parametrize("kind", ["cbow", "skipgram"])
@pytest.mark.parametrize(("shared", "n_words", "k", "chunk"), CASES)
def test_loss_is_of_every_batch_and_changes_nothing(shared, n_words, k, chunk, kind, settings):
    weights, before = hostile.weights(n_words, 5), hostile.weights(n_words, 5)
    engine = engine_for(weights, kind, "exact", k, *settings)
    loss = engine.loss(chunk)
    total, n_examples = naive.chunk_loss(before.W_in, before.W_out, chunk, kind=kind, k=k)
    assert (loss.n_measured, loss.n_examples) == (n_examples, n_examples)
    assert loss.total == pytest.approx(total, rel=1e-12)
    np.testing.assert_array_equal(weights.W_in, before.W_in)
    np.testing.assert_array_equal(weights.W_out, before.W_out)


@pytest.mark.parametrize("option", [{"max_norm": 0.9}, {"scale_grad_by_freq": True}], ids=str)
@pytest.mark.parametrize(("kind", "gradient"), KINDS)
@pytest.mark.parametrize(("shared", "n_words", "k", "chunk"), CASES)
def test_embedding_options_equal_the_loops(shared, n_words, k, chunk, kind, gradient, option):
    """They go by the rows that a batch looks up: not by a center that is in nobody's context."""
    weights = hostile.weights(n_words, 5)
    W_in, W_out = weights.W_in.copy(), weights.W_out.copy()
    naive.train_chunk(W_in, W_out, chunk, 0.3, kind=kind, gradient=gradient, k=k, **option)
    settings = [f"embedding.{name}={str(value).lower()}" for name, value in option.items()]
    engine_for(weights, kind, gradient, k, *settings).train_chunk(chunk, 0.3)
    np.testing.assert_allclose(weights.W_in, W_in, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(weights.W_out, W_out, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize(("kind", "gradient"), KINDS)
def test_float32_stays_near(kind, gradient):
    _, n_words, k, chunk = next(iter(hostile.chunks(True)))
    exact = hostile.weights(n_words, 5)
    single = Weights(exact.W_in.astype(np.float32), exact.W_out.astype(np.float32))
    engine_for(exact, kind, gradient, k).train_chunk(chunk, 0.3)
    engine_for(single, kind, gradient, k).train_chunk(chunk, 0.3)
    assert single.W_in.dtype == single.W_out.dtype == np.float32
    np.testing.assert_allclose(single.W_in, exact.W_in, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(single.W_out, exact.W_out, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("loss", ["negative_sampling", "softmax"])
@pytest.mark.parametrize("optimizer", ["sgd", "adagrad", "adam"])
@pytest.mark.parametrize(("kind", "gradient"), KINDS)
def test_dense_and_sparse_gradients_train_alike(kind, gradient, optimizer, loss):
    # No row is as long as max_norm; what it does is to ask for layers in both.
    settings = [f"train.optimizer={optimizer}", f"model.loss={loss}", "embedding.max_norm=1e9"]
    for _, n_words, k, chunk in hostile.chunks(True):
        sparse, dense = hostile.weights(n_words, 5), hostile.weights(n_words, 5)
        one = engine_for(sparse, kind, gradient, k, *settings)
        other = engine_for(dense, kind, gradient, k, *settings, "embedding.sparse=false")
        for _ in range(3):  # what an optimizer remembers shows later
            one.train_chunk(chunk, 0.3)
            other.train_chunk(chunk, 0.3)
        np.testing.assert_array_equal(sparse.W_in, dense.W_in)
        np.testing.assert_array_equal(sparse.W_out, dense.W_out)


@pytest.mark.parametrize("optimizer", ["sgd", "adagrad", "adam"])
@pytest.mark.parametrize(("kind", "gradient"), KINDS)
@pytest.mark.parametrize(("shared", "n_words", "k", "chunk"), CASES)
def test_matrices_and_layers_train_alike(shared, n_words, k, chunk, kind, gradient, optimizer):
    tables = {form: hostile.weights(n_words, 5) for form in FORMS}
    for form, settings in FORMS.items():
        more = [f"train.optimizer={optimizer}", *settings]
        engine = engine_for(tables[form], kind, gradient, k, *more)
        for _ in range(3):  # what an optimizer remembers shows later
            engine.train_chunk(chunk, 0.1)
    one, other = tables.values()
    np.testing.assert_allclose(one.W_in, other.W_in, rtol=1e-9, atol=1e-10)
    np.testing.assert_allclose(one.W_out, other.W_out, rtol=1e-9, atol=1e-10)


def test_lr_is_per_example_not_per_batch():
    """Far from each other, examples in one batch move the weights as in batches of one."""
    lines = [[0, 1], [2, 3], [4, 5]]
    one = hostile.chunk(lines, [1], 6, [[6, 7]])
    many = hostile.chunk(lines, [1], 1, [[6, 7]] * 6)
    together, apart = hostile.weights(8, 4), hostile.weights(8, 4)
    engine_for(together, "cbow", "exact", 2).train_chunk(one, 1e-6)
    engine_for(apart, "cbow", "exact", 2).train_chunk(many, 1e-6)
    moved = together.W_out - hostile.weights(8, 4).W_out
    np.testing.assert_allclose(moved, apart.W_out - hostile.weights(8, 4).W_out, rtol=1e-4)


def test_hand_worked_step():
    """One center, two context words, two noise draws; every number done on paper.

    W_in[1] = (1, 0), W_in[2] = (0, 1): hidden = (0.5, 0.5). W_out[0] = (2, 0): score 1 for the
    center; W_out[3] = (-2, 0): score -1, drawn twice with K / M = 1/2 each.
    d_score: sigmoid(1) - 1 = -0.268941..., and 2 * 1/2 * sigmoid(-1) = 0.268941...
    """
    s = 0.2689414213699951  # sigmoid(-1)
    weights = Weights(
        np.array([[0, 0], [1, 0], [0, 1], [0, 0]], float),
        np.array([[2, 0], [0, 0], [0, 0], [-2, 0]], float),
    )
    chunk = hostile.chunk([[1, 0, 2]], [1], 3, [[3, 3]])
    object.__setattr__(chunk, "left", np.array([0, 0, 2]))
    object.__setattr__(chunk, "right", np.array([1, 3, 3]))  # only the center has a context
    loss = engine_for(weights, "cbow", "exact", 1).train_chunk(chunk, 1.0)

    assert loss.n_examples == 1
    assert loss.total == pytest.approx(2 * 0.3132616875182228)  # 2 * log(1 + exp(-1))
    # d_hidden = -s * (2, 0) + s * (-2, 0) = (-4 s, 0); each context word gets half of it.
    np.testing.assert_allclose(weights.W_in[1], [1 + 2 * s, 0])
    np.testing.assert_allclose(weights.W_in[2], [2 * s, 1])
    # d_W_out[0] = -s * hidden, d_W_out[3] = +s * hidden
    np.testing.assert_allclose(weights.W_out[0], [2 + s / 2, s / 2])
    np.testing.assert_allclose(weights.W_out[3], [-2 - s / 2, -s / 2])
    np.testing.assert_array_equal(weights.W_in[0], 0)  # the center itself is not looked up


def test_old_minus_new_weights_is_the_gradient():
    """At lr 1 one batch moves the weights by exactly the numeric gradient (after kōan's tests)."""
    _, n_words, k, chunk = list(hostile.chunks(True))[2]
    start = hostile.weights(n_words, 3)

    def loss_at(W_in, W_out):
        moving = Weights(W_in.copy(), W_out.copy())
        return engine_for(moving, "cbow", "exact", k).loss(first_batch).total

    first_batch = hostile.chunk([[2, 3, 2, 1]], [2], 4, chunk.noise[:1, 0])
    moved = Weights(start.W_in.copy(), start.W_out.copy())
    engine_for(moved, "cbow", "exact", k).train_chunk(first_batch, 1.0)
    step = 1e-6
    for name in ("W_in", "W_out"):
        numeric = np.zeros_like(start.W_in)
        for place in np.ndindex(numeric.shape):
            losses = []
            for sign in (1, -1):
                tables = {"W_in": start.W_in.copy(), "W_out": start.W_out.copy()}
                tables[name][place] += sign * step
                losses.append(loss_at(**tables))
            numeric[place] = (losses[0] - losses[1]) / (2 * step)
        np.testing.assert_allclose(
            getattr(start, name) - getattr(moved, name), numeric, rtol=1e-6, atol=1e-8
        )


def test_batches_hold_just_the_text_they_need():
    chunk = hostile.chunk([[5], [6, 4, 3], [2], [1], [3, 6], [0]], [1], 4, [[1], [2], [3]])
    numbers, batches = zip(*cut_batches(chunk), strict=True)
    assert numbers == (0, 1)  # the third batch has no example
    assert [batch.tokens[batch.center_pos].tolist() for batch in batches] == [[6, 4, 3], [3, 6]]
    assert [batch.tokens.tolist() for batch in batches] == [[6, 4, 3], [3, 6]]
    assert [batch.noise.tolist() for batch in batches] == [[1], [2]]  # a batch keeps its own noise


def test_centers_take_turns_at_the_groups_of_noise():
    """By their place in the batch, which the ones without a context have too."""
    lines = [[5], [6, 4, 3], [2], [1, 0]]
    chunk = hostile.chunk(lines, [1], 4, [[1, 2, 3, 4], [5, 6, 7, 8]], groups=2)
    batches = [batch for _, batch in cut_batches(chunk)]
    assert [batch.tokens[batch.center_pos].tolist() for batch in batches] == [[6, 4, 3], [1, 0]]
    assert batches[0].noise.tolist() == [[3, 4], [1, 2], [3, 4]]
    assert batches[1].noise.tolist() == [[7, 8], [5, 6]]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", ["cbow", "skipgram"])
def test_groups_of_the_same_ids_are_no_groups(kind, form):
    """The weights of the ids of a group sum to K, as those of the whole batch do."""
    lines, ids = [[5, 4, 5, 3], [2, 0]], [5, 1, 2]
    one, other = hostile.weights(6, 4), hostile.weights(6, 4)
    for weights, chunk in (
        (one, hostile.chunk(lines, [2], 5, [ids, ids])),
        (other, hostile.chunk(lines, [2], 5, [ids * 2, ids * 2], groups=2)),
    ):
        engine_for(weights, kind, "exact", 4, *FORMS[form]).train_chunk(chunk, 0.3)
    np.testing.assert_allclose(one.W_in, other.W_in, rtol=1e-12)
    np.testing.assert_allclose(one.W_out, other.W_out, rtol=1e-12)
