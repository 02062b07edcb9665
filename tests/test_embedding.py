"""The Embedding layer: against PyTorch's numbers, against the plain one, and at its edges.

No id equals its position in these tests, ids repeat, and no two rows are alike. The derivative by
the table is checked with central differences in test_gradients.py.
"""

from __future__ import annotations

import doctest
import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from w2v.errors import UsageError
from w2v.lessons.gradcheck.numeric import numeric_gradient, relative_error
from w2v.model import layers, plain
from w2v.model.layers import Embedding, sum_repeated

# Written by scripts/make_golden.py, which says what each part means.
GOLDEN = json.loads((Path(__file__).parent / "golden" / "embedding.json").read_text("utf-8"))
LOOKUP, DTYPE, *OPTIONS = GOLDEN["axes"].values()
CASES = itertools.product(*GOLDEN["axes"].values())
ANSWER_OF_CASE = dict(zip(CASES, GOLDEN["answer_of_case"], strict=True))
DTYPES = [np.float32, np.float64]


def table(dtype=np.float64):
    return np.array(GOLDEN["weight"], dtype)


def random(*shape, dtype=np.float64, seed=5):
    return np.random.default_rng(seed).normal(0, 1, shape).astype(dtype)


def dense(grad, n_rows=6):
    """Spread a sparse gradient over a whole table; leave a dense one."""
    if not isinstance(grad, tuple):
        return grad
    ids, rows = grad
    spread = np.zeros((n_rows, rows.shape[1]), rows.dtype)
    spread[ids] = rows
    return spread


def trained_on(ids, d_out, **options):
    """Make a layer, pass forward and backward once."""
    emb = Embedding(6, 3, **{"weight": table(), **options})
    emb.forward(ids)
    emb.backward(d_out)
    return emb


def assert_same(ours, theirs, case):
    """Compare arrays up to a few roundings: PyTorch divides before it adds, and w2v after."""
    theirs = np.reshape(np.array(theirs, ours.dtype), ours.shape)
    tolerance = 1e-6 if ours.dtype == np.float32 else 1e-14
    assert np.allclose(ours, theirs, rtol=tolerance, atol=tolerance), f"{case}\n{ours}\n{theirs}"


def run(lookup, dtype, made_by, freeze, **options):
    """Return the layer and its outputs after all steps of a look-up."""
    weight = table(dtype)
    if made_by == "from_pretrained":
        emb = Embedding.from_pretrained(weight, freeze=freeze, **options)
    else:
        emb = Embedding(*weight.shape, weight=weight, freeze=freeze, **options)
    outs = []
    for step in GOLDEN["lookups"][lookup]:
        ids = np.array(step["ids"], np.int64)
        outs.append(emb.forward(ids))
        emb.backward(np.reshape(np.array(step["d_out"], dtype), (*ids.shape, 3)))
    return emb, outs


@pytest.mark.parametrize("dtype", DTYPE)
@pytest.mark.parametrize("lookup", LOOKUP)
def test_every_combination_of_options_agrees_with_pytorch(lookup, dtype):
    n_checked = 0
    for values in itertools.product([lookup], [dtype], *OPTIONS):
        case = dict(zip(GOLDEN["axes"], values, strict=True))
        theirs = GOLDEN["results"][ANSWER_OF_CASE[values]]
        if "refused" in theirs:
            # `sparse` is the last axis. What PyTorch refuses with it has the dense numbers here.
            assert case["sparse"]
            theirs = GOLDEN["results"][ANSWER_OF_CASE[(*values[:-1], False)]]

        emb, outs = run(**case)
        assert {out.dtype for out in outs} == {emb.weight.dtype} == {np.dtype(dtype)}, case
        for ours, expected in zip(outs, theirs["outs"], strict=True):
            assert_same(ours, expected, case)
        assert_same(emb.weight, theirs["weight"], case)
        if theirs["grad"] is None:
            assert emb.grad is None, case
        elif isinstance(theirs["grad"], dict):
            assert emb.grad[0].tolist() == theirs["grad"]["ids"], case
            assert_same(emb.grad[1], theirs["grad"]["rows"], case)
        else:
            assert_same(dense(emb.grad), theirs["grad"], case)
        n_checked += 1
    assert n_checked == 384  # 2 ways to make it x 2 freeze x 3 x 2 x 4 x 2 x 2


def test_padding_row_starts_at_zero_where_pytorchs_does():
    made = {
        "drawn": Embedding(6, 3, padding_idx=-4),
        "weight": Embedding(6, 3, padding_idx=-4, weight=table()),
        "from_pretrained": Embedding.from_pretrained(table(), padding_idx=-4),
    }
    is_zero = {name: not emb.weight[2].any() for name, emb in made.items()}
    assert is_zero == GOLDEN["padding_row_starts_at_zero"]
    assert made["drawn"].weight[[0, 1, 3, 4, 5]].all()


HOSTILE_IDS = [
    [3, 2, 4, 0],  # distinct; none at its own position
    [5, 2, 5, 5, 2, 1],  # repeated, next to each other and apart
    [4, 4, 4],  # nothing but one
    [1],
]


@pytest.mark.parametrize("ids", HOSTILE_IDS)
def test_plain_layer_says_the_same(ids):
    W, ids, d_out = table(), np.array(ids), random(len(ids), 3)
    emb = trained_on(ids, d_out)
    np.testing.assert_array_equal(emb.forward(ids), plain.embedding_forward(W, ids))
    np.testing.assert_allclose(emb.grad, plain.embedding_backward(ids, d_out, 6), rtol=1e-14)


@pytest.mark.parametrize("ids", HOSTILE_IDS)
def test_an_embedding_is_a_linear_layer_with_one_hot_input(ids):
    W, ids, d_out = table(), np.array(ids), random(len(ids), 3)
    emb = trained_on(ids, d_out)
    one_hot = plain.one_hot(ids, 6)
    np.testing.assert_array_equal(one_hot @ W, emb.forward(ids))
    np.testing.assert_allclose(one_hot.T @ d_out, emb.grad, rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize(("ids", "passes"), list(zip(HOSTILE_IDS, [1, 0, 0, 1], strict=True)))
def test_known_wrong_scatter_loses_repeated_ids(ids, passes):
    """`dW[ids] += d_out` reads before it writes: of a repeated id only the last row is left."""
    ids, d_out = np.array(ids), random(len(ids), 3)
    dW = np.zeros((6, 3))
    dW[ids] += d_out
    assert np.allclose(dW, plain.embedding_backward(ids, d_out, 6)) == bool(passes)


@pytest.mark.parametrize("sparse", [False, True])
def test_gradients_add_up_until_zero_grad(sparse):
    d_one, d_two = random(2, 3), random(2, 2, 3)
    one = trained_on([5, 2], d_one).grad
    two = trained_on([[2, 4], [4, 2]], d_two).grad

    emb = trained_on([5, 2], d_one, sparse=sparse)
    emb.forward([[2, 4], [4, 2]])
    emb.backward(d_two)
    np.testing.assert_allclose(dense(emb.grad), one + two, rtol=1e-14)
    emb.zero_grad()
    assert emb.grad is None
    emb.backward(d_two)
    np.testing.assert_allclose(dense(emb.grad), two, rtol=1e-14)


@pytest.mark.parametrize("scale", [False, True])
@pytest.mark.parametrize("padding_idx", [None, 2])
def test_sparse_gradient_is_the_dense_one(padding_idx, scale):
    ids, d_out = [[5, 2, 5], [2, 5, 1]], random(2, 3, 3)
    options = {"padding_idx": padding_idx, "scale_grad_by_freq": scale}
    expected = trained_on(ids, d_out, **options).grad
    got = trained_on(ids, d_out, sparse=True, **options).grad
    assert got[0].tolist() == [i for i in (1, 2, 5) if i != padding_idx]  # distinct and rising
    np.testing.assert_array_equal(dense(got), expected)


@pytest.mark.parametrize("sparse", [False, True])
def test_scale_grad_by_freq_divides_by_the_count_in_this_mini_batch(sparse):
    """Counts are of one look-up, not of all since zero_grad."""
    options = {"scale_grad_by_freq": True, "sparse": sparse}
    emb = trained_on([5, 2, 5, 5], np.ones((4, 3)), **options)
    emb.forward([5])
    emb.backward(np.ones((1, 3)))
    np.testing.assert_allclose(dense(emb.grad)[:, 0], [0, 0, 1, 0, 0, 2])


@settings(deadline=None)  # the machine may be busy
@given(st.lists(st.integers(0, 9)), st.integers(1, 3))
def test_sum_repeated_is_np_add_at(ids, dim):
    """Whole numbers, so that the order of adding cannot show."""
    rows = np.random.default_rng(3).integers(-99, 99, (len(ids), dim)).astype(np.float64)
    ids = np.array(ids, np.int64)
    expected = np.zeros((10, dim))
    np.add.at(expected, ids, rows)
    distinct, sums = sum_repeated(ids, rows)
    assert distinct.tolist() == sorted(set(ids.tolist()))
    np.testing.assert_array_equal(sums, expected[distinct])


def test_examples_in_docstrings():
    result = doctest.testmod(layers)
    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize("shape", [(), (1,), (3,), (2, 3), (2, 1, 4), (0,), (2, 0)])
@pytest.mark.parametrize("max_norm", [None, 1.5])
@pytest.mark.parametrize("sparse", [False, True])
def test_ids_of_any_shape(shape, max_norm, sparse):
    ids = np.resize([5, 3, 5, 0], shape)
    emb = Embedding(6, 3, weight=table(), max_norm=max_norm, sparse=sparse)
    out = emb.forward(ids)
    assert out.shape == (*shape, 3)
    assert not np.shares_memory(out, emb.weight)
    emb.backward(np.ones((*shape, 3)))
    n_times = np.bincount(ids.reshape(-1), minlength=6)
    np.testing.assert_array_equal(dense(emb.grad), np.outer(n_times, [1, 1, 1]))


@pytest.mark.parametrize("dtype", [np.int8, np.int32, np.int64, np.uint8, np.uint32, np.uint64])
@pytest.mark.parametrize("sparse", [False, True])
def test_ids_of_any_integer_type(dtype, sparse):
    ids, d_out = np.array([5, 2, 5], dtype), random(3, 3)
    emb = trained_on(ids, d_out, sparse=sparse)
    np.testing.assert_array_equal(emb.forward(ids), table()[[5, 2, 5]])
    np.testing.assert_allclose(dense(emb.grad), plain.embedding_backward(ids, d_out, 6))


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        ([5, 6, 7], r"id 6 at \[1\] .* 0 to 5"),
        ([[1, 0], [3, -1]], r"id -1 at \[1, 1\] .* 0 to 5"),  # NumPy would take the last row
        (6, r"id 6 is not .* 0 to 5"),
        (np.array([2, 2**63], np.uint64), r"id 9223372036854775808 at \[1\] .* 0 to 5"),
        ([2.0, 1.0], r"integers; .*2\.0.* is float64"),
        ([True, False], "integers; .*True.* is bool"),  # NumPy would take it for a mask
        (["two"], "integers; .*two"),
    ],
)
def test_ids_that_are_no_rows_are_refused(ids, message):
    emb = Embedding(6, 3, weight=table(), max_norm=1.5)
    with pytest.raises(UsageError, match=message):
        emb.forward(ids)
    np.testing.assert_array_equal(emb.weight, table())  # refused before any row is shortened


def test_backward_before_forward_is_refused():
    with pytest.raises(UsageError, match="before forward"):
        Embedding(6, 3).backward(np.ones((2, 3)))


@pytest.mark.parametrize("shape", [(4, 3), (2, 2), (2, 2, 4), (3,), (1, 2, 2, 3)])
def test_d_out_of_another_shape_is_refused(shape):
    emb = Embedding(6, 3)
    emb.forward([[5, 2], [5, 1]])
    with pytest.raises(UsageError, match=r"\(2, 2, 3\)"):
        emb.backward(np.ones(shape))
    assert emb.grad is None


@pytest.mark.parametrize("dtype", DTYPES)
def test_smallest_table(dtype):
    """V = 1 and D = 1: nothing may be squeezed away."""
    emb = Embedding(1, 1, weight=np.array([[-3.0]], dtype), max_norm=2.0)
    np.testing.assert_allclose(emb.forward([0, 0, 0]), np.full((3, 1), -2.0), rtol=1e-6)
    emb.backward(np.array([[1.0], [2.0], [4.0]], dtype))
    np.testing.assert_array_equal(emb.grad, np.array([[7.0]], dtype), strict=True)


@pytest.mark.parametrize(("V", "D"), [(0, 3), (3, 0), (-1, 3)])
def test_empty_table_is_refused(V, D):
    with pytest.raises(UsageError, match="1 or more"):
        Embedding(V, D)


@pytest.mark.parametrize("dtype", DTYPES)
def test_drawn_table(dtype):
    def draw(seed):
        return Embedding(400, 9, dtype=dtype, rng=np.random.default_rng(seed)).weight

    assert draw(1).dtype == dtype
    np.testing.assert_array_equal(draw(1), draw(1))
    assert (draw(1) != draw(2)).any()
    assert abs(draw(1).mean()) < 0.1  # 3,600 draws from N(0, 1): standard error 0.017
    assert abs(draw(1).std() - 1) < 0.1


def test_given_table_is_used_and_not_copied():
    weight = table()
    assert Embedding(6, 3, weight=weight).weight is weight
    emb = Embedding.from_pretrained(weight, max_norm=1.5)
    assert emb.weight is weight
    emb.forward([5])
    assert (weight[5] != table()[5]).any()


def test_from_pretrained_is_frozen_unless_told():
    frozen = Embedding.from_pretrained(table())
    free = Embedding.from_pretrained(table(), freeze=False)
    for emb in (frozen, free):
        emb.forward([5, 2])
        emb.backward(np.ones((2, 3)))
        emb.add_grad(np.array([1]), np.ones((1, 3)))
    assert frozen.grad is None
    assert free.grad[:, 0].tolist() == [0, 1, 1, 0, 0, 1]


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        (np.ones((3, 6)), r"\(3, 6\).*\(6, 3\)"),
        (np.ones((6, 3), int), "int64.*float32 or float64"),
        (np.ones((6, 3), np.float16), "float16.*float32 or float64"),
    ],
)
def test_given_table_of_another_kind_is_refused(weight, message):
    with pytest.raises(UsageError, match=message):
        Embedding(6, 3, weight=weight)


def test_from_pretrained_needs_a_table():
    with pytest.raises(UsageError, match=r"\(6,\)"):
        Embedding.from_pretrained(np.ones(6))


@pytest.mark.parametrize("padding_idx", [2, -4])
@pytest.mark.parametrize("sparse", [False, True])
def test_padding_row_starts_at_zero_and_gets_no_gradient(padding_idx, sparse):
    emb = Embedding(6, 3, padding_idx, sparse=sparse)
    out = emb.forward([5, 2, 5, 2])
    np.testing.assert_array_equal(out[[1, 3]], 0)
    emb.backward(np.ones((4, 3)))
    assert dense(emb.grad)[:, 0].tolist() == [0, 0, 0, 0, 0, 2]


@pytest.mark.parametrize("padding_idx", [6, -7])
def test_padding_idx_outside_the_table_is_refused(padding_idx):
    with pytest.raises(UsageError, match=f"padding_idx {padding_idx} .* -6 to 5"):
        Embedding(6, 3, padding_idx)


@pytest.mark.parametrize("norm_type", [1, 2, 2.5, np.inf])
def test_max_norm_shortens_only_what_is_looked_up_and_too_long(norm_type):
    emb = Embedding(6, 3, weight=table(), max_norm=1.5, norm_type=norm_type)
    out = emb.forward([2, 2, 0])
    np.testing.assert_array_equal(out, emb.weight[[2, 2, 0]])
    np.testing.assert_array_equal(emb.weight[[0, 1, 3, 4, 5]], table()[[0, 1, 3, 4, 5]])
    assert np.linalg.norm(emb.weight[2], norm_type) == pytest.approx(1.5, rel=1e-6)
    ratio = emb.weight[2] / table()[2]
    assert ratio == pytest.approx(ratio[0])  # shorter, and not turned


def test_max_norm_leaves_a_row_of_exactly_that_length():
    emb = Embedding(1, 2, weight=np.array([[3.0, -4.0]]), max_norm=5.0)
    assert emb.forward(0).tolist() == [3.0, -4.0]


@pytest.mark.parametrize(("max_norm", "a_view_would_do"), [(None, True), (1.5, False)])
def test_max_norm_makes_what_was_read_from_the_table_before_stale(max_norm, a_view_would_do):
    """`forward` changes the table in place: for a derivative through it, keep a copy from before.

    Here scores = W @ P.T uses the whole table before the look-up, so that d_P = d_scores.T @ W is
    at the W of then. `emb.weight` is the W of now. PyTorch refuses this without a clone.
    """
    lesson = GOLDEN["stale_table"]
    ids, P = np.array(lesson["ids"]), np.array(lesson["P"])

    def loss():
        emb = Embedding(6, 3, weight=table(), max_norm=max_norm)
        scores = emb.weight @ P.T  # (V, D) @ (D, M) -> (V, M)
        rows = emb.forward(ids)  # (n, D)
        return float((scores**2).sum() / 2 + (rows @ P.T).sum())

    numeric = numeric_gradient(loss, P)

    emb = Embedding(6, 3, weight=table(), max_norm=max_norm)
    view, copy = emb.weight, emb.weight.copy()
    scores = emb.weight @ P.T
    rows = emb.forward(ids)
    through_rows = np.ones((len(ids), len(P))).T @ rows  # (M, n) @ (n, D) -> (M, D)
    right = scores.T @ copy + through_rows  # (M, V) @ (V, D) -> (M, D)
    wrong = scores.T @ view + through_rows

    assert relative_error(right, numeric) < 1e-6
    if a_view_would_do:
        assert relative_error(wrong, numeric) < 1e-6
    else:
        assert relative_error(wrong, numeric) > 0.1
        np.testing.assert_allclose(right, lesson["d_P"], rtol=1e-12)
        assert "modified by an inplace operation" in lesson["without_clone"]


def test_ids_of_two_integer_types_add_up():
    """uint64 and int64 together would be float64, which is no index."""
    emb = Embedding(6, 3, weight=table(), sparse=True)
    for ids in (np.array([3], np.uint64), np.array([3, 1])):
        emb.forward(ids)
        emb.backward(np.ones((len(ids), 3), np.float32))
    ids, rows = emb.grad
    assert ids.tolist() == [1, 3]
    assert rows[:, 0].tolist() == [1, 2]


def test_ids_may_be_reused_by_the_caller():
    emb = Embedding(6, 3, weight=table())
    ids = np.array([3])
    emb.forward(ids)
    ids[0] = 5
    emb.backward(np.ones((1, 3), np.float32))
    assert np.flatnonzero(emb.grad.any(axis=1)).tolist() == [3]


@pytest.mark.parametrize(
    "options", [{"dtype": np.float16}, {"dtype": int}, {"padding_idx": 1.5}, {"max_norm": -1.0}]
)
def test_options_that_make_no_sense_are_refused(options):
    with pytest.raises(UsageError):
        Embedding(6, 3, **options)
