"""The five lines of matrices, and how batches are folded for them.

That an engine that trains with them equals the loops of naive.py is in test_engine.py.
"""

from __future__ import annotations

import dataclasses
import doctest

import hostile
import numpy as np
import pytest

from w2v.engines import folding
from w2v.engines.folding import Folding, fold_batches
from w2v.errors import UsageError
from w2v.lessons.gradcheck import TOLERANCE
from w2v.lessons.gradcheck.numeric import dense, numeric_gradient, relative_error
from w2v.model.matrices import MatrixModel

CASES = [
    pytest.param(n_words, k, chunk, id=f"{'shared' if shared else 'independent'}-{name}")
    for shared in (True, False)
    for name, n_words, k, chunk in hostile.chunks(shared)
]


def folded(chunk, kind="cbow", gradient="exact", k=2, dtype=np.float64):
    return list(fold_batches(chunk, Folding(kind, gradient, k, np.dtype(dtype))))


@pytest.mark.parametrize("kind", ["cbow", "skipgram"])
@pytest.mark.parametrize(("n_words", "k", "chunk"), CASES)
def test_gradients(n_words, k, chunk, kind):
    """Against central differences."""
    weights = hostile.weights(n_words, 3)
    model = MatrixModel(weights.W_in, weights.W_out)
    for _, batch in folded(chunk, kind, k=k)[:4]:
        model.zero_grad()
        assert model.grads == [None, None]
        model.score(batch)
        model.backward()
        for W, grad in zip(model.params, model.grads, strict=True):
            numeric = numeric_gradient(lambda b=batch: model.forward(b), W)
            assert relative_error(dense(grad, W.shape), numeric) < TOLERANCE


@pytest.mark.parametrize("gradient", ["exact", "word2vec"])
def test_matrices_on_paper(gradient):
    """6 4 4 | 3, windows of 1 (4 of 2); noise 4, 4, 5 at K = 6 weighs 2 a draw."""
    chunk = hostile.chunk([[6, 4, 4], [3]], [1, 2, 1], 4, [[4, 4, 5]])
    ((number, batch),) = folded(chunk, gradient=gradient, k=6)
    assert number == 0
    assert batch.input_ids.tolist() == [3, 4, 6]
    # The contexts are {4}, {6, 4}, {4} and none.
    counts = np.array([[0, 1, 0], [0, 1, 1], [0, 1, 0], [0, 0, 0]])
    np.testing.assert_array_equal(batch.A, counts / np.array([[1], [2], [1], [1]]))
    np.testing.assert_array_equal(batch.A_back, counts if gradient == "word2vec" else batch.A)
    assert batch.output_ids.tolist() == [3, 4, 5, 6]
    assert batch.labels.tolist() == [[0, 0, 0, 1], [0, 1, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0]]
    assert batch.weights[:3].tolist() == [[0, 4, 2, 1], [0, 1, 2, 0], [0, 1, 2, 0]]


def test_groups_of_noise_on_paper():
    """6 | 4 3 6, all in one batch: 3, 3 is noise for the first and the third, 4, 6 for the rest."""
    chunk = hostile.chunk([[6], [4, 3, 6]], [1], 5, [[3, 3, 4, 6]], groups=2)
    ((_, batch),) = folded(chunk, k=6)
    assert batch.output_ids.tolist() == [3, 4, 6]
    assert batch.labels.tolist() == [[0, 0, 0], [0, 1, 0], [1, 0, 0], [0, 0, 1]]
    # Each of a group's two ids weighs 3, and the word to predict 1.
    assert batch.weights[1:].tolist() == [[0, 1, 3], [1, 0, 0], [0, 3, 1]]


def test_matrices_of_skipgram_on_paper():
    """The same text: the contexts are predicted, and noise counts once for each other pair."""
    chunk = hostile.chunk([[6, 4, 4], [3]], [1, 2, 1], 4, [[4, 4, 5]])
    ((_, batch),) = folded(chunk, "skipgram", k=6)
    assert batch.input_ids.tolist() == [3, 4, 6]
    assert batch.A.tolist() == [[0, 0, 1], [0, 1, 0], [0, 1, 0], [0, 0, 0]]
    assert batch.output_ids.tolist() == [3, 4, 5, 6]
    assert batch.labels.tolist() == [[0, 1, 0, 0], [0, 1, 0, 1], [0, 1, 0, 0], [0, 0, 0, 0]]
    # 4 is noise, twice, for the pair of 4 and 6 only.
    expected = [[0, 1, 2, 0], [0, 1 + 4, 4, 1], [0, 1, 2, 0], [0, 0, 0, 0]]
    assert batch.weights.tolist() == expected


@pytest.mark.parametrize("kind", ["cbow", "skipgram"])
@pytest.mark.parametrize(("n_words", "k", "chunk"), CASES)
def test_stretches_make_no_difference(n_words, k, chunk, kind, monkeypatch):
    together = folded(chunk, kind, k=k)
    monkeypatch.setattr(folding, "POSITIONS_AT_ONCE", 1)
    apart = folded(chunk, kind, k=k)
    assert [number for number, _ in together] == [number for number, _ in apart]
    weights = hostile.weights(n_words, 3)
    model = MatrixModel(weights.W_in, weights.W_out)
    for (_, one), (_, other) in zip(together, apart, strict=True):
        assert model.forward(one) == pytest.approx(model.forward(other), rel=1e-14)


@pytest.mark.parametrize("kind", ["cbow", "skipgram"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtypes_are_kept_whatever_that_of_the_bounds(kind, dtype):
    _, n_words, k, chunk = list(hostile.chunks(True))[-1]
    narrow = dataclasses.replace(
        chunk, left=chunk.left.astype(np.int32), right=chunk.right.astype(np.int32)
    )
    weights = hostile.weights(n_words, 3, dtype)
    model = MatrixModel(weights.W_in, weights.W_out)
    for (_, one), (_, other) in zip(
        folded(chunk, kind, k=k, dtype=dtype), folded(narrow, kind, k=k, dtype=dtype), strict=True
    ):
        assert model.forward(one) == model.forward(other)
        model.backward()
        assert {rows.dtype for _, rows in model.grads} == {np.dtype(dtype)}


def test_a_chunk_of_nothing():
    assert folded(hostile.chunk([[1], [2], [3]], [2], 2, [[1], [1]])) == []
    empty = hostile.chunk([[1]], [2], 2, [[1]])
    empty = dataclasses.replace(
        empty, tokens=empty.tokens[:0], left=empty.left[:0], right=empty.right[:0]
    )
    assert folded(empty) == []


def test_what_comes_first_is_asked_for():
    model = MatrixModel(*dataclasses.astuple(hostile.weights(4, 3)))
    for method in (model.measure, model.backward):
        with pytest.raises(UsageError, match="comes first"):
            method()
    chunk = dataclasses.replace(hostile.chunk([[1, 2]], [1], 2, [[1]]), noise=None)
    with pytest.raises(UsageError, match="noise"):
        folded(chunk)


def test_examples_in_docstrings():
    result = doctest.testmod(folding)
    assert result.attempted > 0
    assert result.failed == 0
