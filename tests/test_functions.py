"""Sigmoid and its kin: PyTorch's numbers at extreme arguments, no warnings, and the dtype kept.

Warnings are errors in this suite, so that each call here also asserts that NumPy does not complain.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from w2v.model.functions import log_sigmoid, log_softmax, sigmoid

# Written by scripts/make_golden.py: infinities, NaN, and both sides of every edge of exp().
GOLDEN = json.loads((Path(__file__).parent / "golden" / "functions.json").read_text("utf-8"))
ARGUMENT = {"sigmoid": "x", "log_sigmoid": "x", "log_softmax": "scores"}
FUNCTIONS = {"sigmoid": sigmoid, "log_sigmoid": log_sigmoid, "log_softmax": log_softmax}
DTYPES = ["float32", "float64"]


def all_x(dtype):
    return np.array(GOLDEN["x"], dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_agrees_with_pytorch(name, dtype):
    argument = np.array(GOLDEN[ARGUMENT[name]], dtype)
    result = FUNCTIONS[name](argument)
    expected = np.array(GOLDEN[f"{name}, {dtype}"], dtype)
    limits = np.finfo(dtype)
    # PyTorch's sigmoid is 0 where ours is below the smallest normal number; its float32 is good to
    # 8 roundings at -16.7. The first of log_softmax's terms may be rounded at the size of a score.
    atol = limits.tiny if name != "log_softmax" else limits.eps
    np.testing.assert_allclose(result, expected, rtol=8 * limits.eps, atol=atol)


@pytest.mark.parametrize("shape", [(), (1,), (2, 3), (0, 4)])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("function", [sigmoid, log_sigmoid])
def test_shape_and_dtype_are_kept(function, dtype, shape):
    result = function(np.full(shape, -0.5, dtype))
    assert result.shape == shape
    assert result.dtype == dtype


@pytest.mark.parametrize("shape", [(1,), (3,), (2, 3), (2, 1, 4), (0, 4)])
@pytest.mark.parametrize("dtype", DTYPES)
def test_log_softmax_is_along_the_last_axis(dtype, shape):
    scores = np.random.default_rng(2).normal(0, 3, shape).astype(dtype)
    result = log_softmax(scores)
    assert result.shape == shape
    assert result.dtype == dtype
    np.testing.assert_allclose(np.exp(result).sum(axis=-1), 1, rtol=1e-6)
    np.testing.assert_allclose(
        np.diff(result), np.diff(scores), rtol=1e-4, atol=1e-6
    )  # a score more is a log-probability more


@pytest.mark.parametrize("function", FUNCTIONS.values())
def test_arguments_are_not_changed(function):
    x = np.array([[1.5, -2.0, 300.0]])
    function(x)
    assert x.tolist() == [[1.5, -2.0, 300.0]]


@pytest.mark.parametrize("dtype", DTYPES)
def test_sigmoid_is_a_probability_and_rises(dtype):
    p = sigmoid(all_x(dtype)[:-1])  # without NaN
    assert p[0] == 0
    assert p[-1] == 1
    assert (np.diff(p) >= 0).all()
    np.testing.assert_allclose(p + p[::-1], 1, rtol=1e-6)  # sigmoid(-x) = 1 - sigmoid(x)


@pytest.mark.parametrize("dtype", DTYPES)
def test_log_sigmoid_is_never_above_zero_and_never_lost(dtype):
    """log(sigmoid(x)) written out gives -inf from -104 or -746 on; this is x there."""
    x = all_x(dtype)[1:-2]  # without NaN and the infinities
    result = log_sigmoid(x)
    assert (result <= 0).all()
    assert np.isfinite(result).all()
    np.testing.assert_array_equal(result[x < -100], x[x < -100])


@pytest.mark.parametrize("dtype", DTYPES)
def test_log_softmax_of_two_is_log_sigmoid_of_the_difference(dtype):
    x = all_x(dtype)[1:-2]
    scores = np.stack((x, np.zeros_like(x)), axis=-1)
    np.testing.assert_allclose(log_softmax(scores)[:, 0], log_sigmoid(x), rtol=1e-6, atol=1e-6)


def test_log_softmax_does_not_see_what_is_added_to_all():
    scores = np.array([[3.0, -1.0, 0.5]])
    np.testing.assert_allclose(log_softmax(scores + 1e6), log_softmax(scores), rtol=1e-9)
