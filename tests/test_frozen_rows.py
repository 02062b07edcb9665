"""Frozen rows of W_in stay as they are, byte for byte, in both engines and with replicas."""

from __future__ import annotations

import importlib.util

import hostile
import naive
import numpy as np
import pytest
from engines import ENGINES, NEEDS_NUMBA

from w2v import train
from w2v.config import load_config
from w2v.engines.choice import make_engine
from w2v.engines.contract import Weights
from w2v.errors import UsageError
from w2v.model.layers import Embedding
from w2v.training.copies import Copies

KINDS = [("cbow", "exact"), ("cbow", "word2vec"), ("skipgram", "exact")]
D = 5  # of the compiled tests: compiling for a number of dimensions takes 10 s
# What computes a batch of the numpy engine: matrices, or layers where only they will do.
FORMS = {"matrices": [], "layers": ["embedding.sparse=false"]}
CASES = [
    pytest.param(n_words, k, chunk, id=f"{'shared' if shared else 'independent'}-{name}")
    for shared in (True, False)
    for name, n_words, k, chunk in hostile.chunks(shared)
]


def config_of(kind, gradient, k, *more):
    texts = [f"model.kind={kind}", f"model.gradient={gradient}", f"negatives.k={k}", *more]
    return load_config(None, texts).config


def weights_with(frozen, n_words, dtype=np.float64):
    """Weights with some frozen rows, of which the first holds a zero below zero."""
    weights = hostile.weights(n_words, D, dtype)
    is_frozen = np.zeros(n_words, np.bool_)
    is_frozen[list(frozen)] = True
    for word_id in list(frozen)[:1]:
        weights.W_in[word_id] = -0.0
    return Weights(weights.W_in, weights.W_out, is_frozen)


def some_rows(chunk):
    """Every other word of a chunk: centers, context words and both; the last is left free."""
    return np.unique(chunk.tokens)[:-1:2].tolist()


def assert_frozen(weights, before):
    """Compare bytes: -0.0 equals 0.0, and must not become it."""
    kept = weights.W_in[weights.frozen].tobytes()
    assert kept == before[weights.frozen].tobytes()
    assert len(kept)


def check_engine(name, config, chunk, n_words, lr=0.3):
    weights = weights_with(some_rows(chunk), n_words)
    before = weights.W_in.copy()
    expected = before.copy(), weights.W_out.copy()
    losses = naive.train_chunk(
        *expected, chunk, lr, kind=config.model.kind, gradient=config.model.gradient,
        k=config.negatives.k, max_norm=config.embedding.max_norm, frozen=some_rows(chunk),
    )  # fmt: skip
    loss = make_engine(name, config, weights).train_chunk(chunk, lr)
    assert (loss.total, loss.n_measured, loss.n_examples) == pytest.approx(losses, rel=1e-10)
    assert_frozen(weights, before)
    np.testing.assert_allclose(weights.W_in, expected[0], rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(weights.W_out, expected[1], rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("kind", "gradient"), KINDS)
@pytest.mark.parametrize(("n_words", "k", "chunk"), CASES)
def test_numpy_equals_the_loops(n_words, k, chunk, kind, gradient, form):
    check_engine("numpy", config_of(kind, gradient, k, *FORMS[form]), chunk, n_words)


@NEEDS_NUMBA
@pytest.mark.parametrize(("kind", "gradient"), KINDS)
@pytest.mark.parametrize(("n_words", "k", "chunk"), CASES)
def test_numba_equals_the_loops(n_words, k, chunk, kind, gradient):
    check_engine("numba", config_of(kind, gradient, k), chunk, n_words)


@pytest.mark.parametrize("kind", ["cbow", "skipgram"])
@pytest.mark.parametrize(("n_words", "k", "chunk"), CASES)
def test_no_frozen_row_is_shortened(n_words, k, chunk, kind):
    """`max_norm` would change it, in PyTorch even in a frozen table."""
    check_engine("numpy", config_of(kind, "exact", k, "embedding.max_norm=0.9"), chunk, n_words)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("optimizer", ["sgd", "adagrad", "adam"])
@pytest.mark.parametrize("kind", ["cbow", "skipgram"])
def test_no_optimizer_moves_a_frozen_row(kind, optimizer, form):
    """Adam remembers how a row moved; a frozen row has nothing to be remembered."""
    for _, n_words, k, chunk in hostile.chunks(True):
        weights = weights_with(some_rows(chunk), n_words)
        before = weights.W_in.copy()
        more = [f"train.optimizer={optimizer}", *FORMS[form]]
        engine = make_engine("numpy", config_of(kind, "exact", k, *more), weights)
        for _ in range(3):
            engine.train_chunk(chunk, 0.1)
        assert_frozen(weights, before)
        moved = (weights.W_in != before).any(axis=1)
        assert moved.any() == (~weights.frozen & moved).any()


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("kind", "gradient"), KINDS)
def test_a_table_frozen_as_a_whole(engine, kind, gradient):
    """W_out learns on, and no bit of W_in changes."""
    for _, n_words, k, chunk in hostile.chunks(True):
        weights = weights_with(range(n_words), n_words)
        before, W_out = weights.W_in.copy(), weights.W_out.copy()
        make_engine(engine, config_of(kind, gradient, k), weights).train_chunk(chunk, 0.3)
        assert_frozen(weights, before)
        assert not np.array_equal(weights.W_out, W_out)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("kind", "gradient"), KINDS)
def test_no_row_frozen_is_none_at_all(engine, kind, gradient):
    """An array of false and no array are different code for numba, and the same numbers."""
    for _, n_words, k, chunk in hostile.chunks(True):
        marked, plain = weights_with([], n_words), hostile.weights(n_words, D)
        for weights in (marked, plain):
            make_engine(engine, config_of(kind, gradient, k), weights).train_chunk(chunk, 0.3)
        np.testing.assert_array_equal(marked.W_in, plain.W_in)
        np.testing.assert_array_equal(marked.W_out, plain.W_out)


@pytest.mark.parametrize("wrong", ["subtracts zero", "freezes the wrong row"])
def test_what_is_wrong_is_seen(wrong):
    """The comparison would notice the two mistakes that are easily made."""
    weights = weights_with([2], 4)
    before = weights.W_in.copy()
    if wrong == "subtracts zero":
        weights.W_in[:] -= -0.0
    else:
        weights.W_in[2, 1] = 1e-300
    np.testing.assert_allclose(weights.W_in, before, atol=1e-12)
    with pytest.raises(AssertionError):
        assert_frozen(weights, before)


def test_copies_know_which_of_their_rows_are_frozen():
    config = load_config(None, ["train.batch=4"]).config
    weights = weights_with([2, 7], 9)
    chunk = hostile.chunk([[8, 2, 8], [7], [5]], [2], 4, [[1, 8, 2], [1, 0, 2]])
    copy = Copies(config, weights, 1).take(0, chunk)
    assert copy.weights.frozen.tolist() == [True, False, True, False]  # rows 2, 5, 7, 8
    plain = hostile.weights(9, 3)
    assert Copies(config, plain, 1).take(0, chunk).weights.frozen is None


@pytest.mark.parametrize(
    "frozen", [np.zeros(3, np.bool_), np.zeros(4, np.int8), np.zeros((4, 1), np.bool_)], ids=str
)
@pytest.mark.parametrize("engine", ENGINES)
def test_frozen_rows_that_fit_no_table(engine, frozen):
    plain = hostile.weights(4, D)
    weights = Weights(plain.W_in, plain.W_out, frozen)
    more = ["embedding.sparse=false"] if engine == "numpy" else []
    with pytest.raises(UsageError, match=r"frozen.* bool for each"):
        make_engine(engine, config_of("cbow", "exact", 2, *more), weights)


def test_the_layer_adds_no_gradient_to_a_frozen_row():
    rng = np.random.default_rng(1)
    for sparse in (True, False):
        layer = Embedding(
            4, 3, sparse=sparse, rng=rng, frozen_rows=np.array([False, True, False, True])
        )
        layer.forward(np.array([1, 0, 1, 3]))
        layer.backward(np.ones((4, 3)))
        touched = layer.grad[0] if sparse else np.flatnonzero(layer.grad.any(axis=1))
        assert touched.tolist() == [0]


SMALL = {
    "model.dim": D,
    "embedding.dtype": "float64",  # as in the other tests: compiled once
    "vocab.min_count": 1,
    "train.epochs": 2,
    "train.chunk": 700,
    "train.batch": 8,
    "train.lr": 0.05,
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "settings",
    [
        {"train.replicas": 1},
        {"train.replicas": 2},
        {"train.replicas": 3, "model.kind": "skipgram"},
        {"train.replicas": 2, "train.parallel": "hogwild"},
        {"train.replicas": 2, "train.parallel": "hogwild", "model.kind": "skipgram"},
    ],
    ids=str,
)
def test_whole_runs_keep_a_frozen_table(corpus, tmp_path, engine, settings):
    base = {"corpus.path": str(corpus), **SMALL, "train.engine": engine, **settings}
    one, longer = (
        train({**base, "embedding.freeze": True, "train.epochs": n}, out=tmp_path / str(n))
        for n in (1, 2)
    )
    assert one.vectors.vectors.tobytes() == longer.vectors.vectors.tobytes()
    tables = [np.load(run.folder / "output_vectors.npy") for run in (one, longer)]
    assert not np.array_equal(*tables)


@NEEDS_NUMBA
@pytest.mark.skipif(
    importlib.util.find_spec("numba") is not None and __import__("numba").config.DISABLE_JIT,
    reason="nothing of it is compiled",
)
def test_compiled_loops_count_no_references():
    """Not with frozen rows, and not without; see the docstring of kernels.py.

    They are compiled here once more: of code that was kept there is nothing to look into.
    """
    import numba

    from w2v.engines import kernels

    plain = hostile.weights(4, D)
    chunk = hostile.chunk([[2, 1, 0, 1], [2, 0]], [2], 4, [[3, 2], [3, 0]])
    engine = make_engine("numba", config_of("cbow", "exact", 2), plain)
    engine.train_chunk(chunk, 0.1)
    ids, span, buffers = np.array([2, 1, 0], np.int32), kernels.Span(0, 3, 0, 3), engine._buffers
    for kept, where in (
        (kernels.scatter_contexts, (ids, span, buffers)),
        (kernels.subtract_from_centers, (ids, buffers)),
    ):
        options = {"fastmath": kernels.FAST_MATH, "nogil": True, "error_model": "numpy"}
        function = numba.njit(**options)(kept.py_func)
        for frozen in (None, np.zeros(4, np.bool_)):
            function(plain.W_in, frozen, *where)
        codes = function.inspect_llvm()
        assert len(codes) == 2
        for code in codes.values():
            assert "call void @NRT_incref" not in code
