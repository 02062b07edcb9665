"""`w2v gradcheck`: right code passes, mistakes that people make fail, and it says which."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from test_cli import w2v

from w2v.cli.terminal import WIDTH, columns_of
from w2v.engines import choice
from w2v.errors import UsageError
from w2v.lessons import gradcheck
from w2v.lessons.gradcheck import running
from w2v.lessons.gradcheck.comparing import Check, Compared
from w2v.lessons.gradcheck.inputs import CASES, CENTER_POS, CONTEXT_SIZE, IN_CONTEXT, cases
from w2v.lessons.gradcheck.numeric import dense, errors, numeric_gradient, relative_error
from w2v.lessons.gradcheck.running import Asked, run_checks
from w2v.lessons.languages import languages
from w2v.model import layers, losses, matrices, optimizers

MISSING = "analytic/numeric = 4.00: the factor 1/|C| is missing"
# All but the compiled one, which a test of its own runs as plain Python.
QUICK = [name for name in gradcheck.NAMES if name != "engine-numba"]
WITHOUT_CHOICE = [name for name in QUICK if name not in gradcheck.WITH_CHOICE]


def numbers(*arguments, code=0):
    """Return what the command says as JSON."""
    return json.loads(w2v("gradcheck", *arguments, "--json", code=code).stdout)["numbers"]


# -- right code


@pytest.mark.parametrize("seed", [1, 2])
def test_everything_passes(seed):
    found = numbers(*QUICK, "--seed", seed)
    assert found["passed"]
    assert [check["name"] for check in found["checks"]] == QUICK
    for check in found["checks"]:
        assert check["passed"]
        assert check["worst"]["error"] < 1e-8
        assert not check["lacks_factor"]
        assert check["entries"] >= 12


def test_the_compiled_engine_as_plain_python():
    pytest.importorskip("numba")
    pytest.importorskip("scipy")
    for gradient, code in (("exact", 0), ("word2vec", 1)):
        done = subprocess.run(
            [sys.executable, "-m", "w2v", "gradcheck", "engine-numba", "--gradient", gradient],
            env={**os.environ, "NUMBA_DISABLE_JIT": "1", "LANGUAGE": "en"},
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
        )
        assert (done.returncode, done.stderr) == (code, "")
        assert (MISSING in done.stdout.splitlines()) == (gradient == "word2vec")


def test_without_numba_it_is_said(monkeypatch):
    monkeypatch.setattr(running, "why_no_numba", lambda: "is not installed")
    monkeypatch.setattr(running, "NAMES", ("sigmoid", "engine-numba"))
    for language, said in (("en", "Left out"), ("ko", "검사하지 않았습니다"), ("zh", "没有检查")):
        shown = w2v("gradcheck", "--lang", language).stdout
        assert f"{said}: numba" in shown.replace("：", ": ")
        assert choice.INSTALL in shown
    found = numbers()
    assert found["passed"]
    assert found["checks"][1]["left_out"]
    assert found["checks"][1]["passed"] is None
    refused = w2v("gradcheck", "engine-numba", code=2)
    assert "numba is not installed; pip install" in refused.stderr


# -- the inputs are as they should be


def test_every_context_is_full():
    for case, is_shared in cases():
        assert case.batch(is_shared=is_shared).in_context().sum(axis=1).tolist() == [4, 4]
        chunk = case.chunk(is_shared=is_shared)
        sizes = chunk.right - chunk.left - 1
        assert sizes[list(CENTER_POS)].tolist() == [CONTEXT_SIZE] * 2
        assert sizes.sum() == 2 * CONTEXT_SIZE
        assert all(word_id != pos for pos, word_id in enumerate(case.tokens))
    assert IN_CONTEXT.sum(axis=1).tolist() == [CONTEXT_SIZE] * 2


def test_inputs_are_what_their_names_say():
    context, noise, center = CASES
    assert len(set(context.tokens)) < len(context.tokens)
    assert not set(context.tokens) & set(context.noise)
    assert len(set(noise.noise)) < len(noise.noise)
    centers = {center.tokens[pos] for pos in CENTER_POS}
    assert centers <= set(center.noise)


# -- the factor 1/|C|


@pytest.mark.parametrize("name", [n for n in gradcheck.WITH_CHOICE if n in QUICK])
def test_word2vec_fails_for_its_factor(name):
    shown = w2v("gradcheck", name, "--gradient", "word2vec", "--lang", "en", code=1)
    assert MISSING in shown.stdout.splitlines()
    assert shown.stderr == ""
    (check,) = numbers(name, "--gradient", "word2vec", code=1)["checks"]
    assert check["lacks_factor"]
    for found in check["compared"]:
        is_mean = found["table"] in ("W_in", "rows", "W_in (cbow)")
        assert found["ratio"] == pytest.approx(4 if is_mean else 1, rel=1e-6)


@pytest.mark.parametrize("language", languages())
def test_the_factor_in_every_language(language):
    shown = w2v("gradcheck", "cbow", "--gradient", "word2vec", "--lang", language, code=1).stdout
    (line,) = (line for line in shown.splitlines() if line.startswith("analytic/numeric = 4.00"))
    assert "1/|C|" in line


@pytest.mark.parametrize("name", WITHOUT_CHOICE)
def test_where_word2vec_changes_nothing_it_is_said(name):
    options = (name, "--gradient", "word2vec", "--lang", "en")
    assert "changes nothing" in w2v("gradcheck", *options).stdout
    assert "changes nothing" not in w2v("gradcheck", name, "--lang", "en").stdout


def test_a_factor_is_diagnosed_where_all_entries_have_it_only():
    numeric = np.array([[1.0, -2.0], [0.5, 3.0]])
    tidy = Compared("W_in", "plain", 4 * numeric, numeric, 4)
    assert Check("cbow", (tidy,), 1e-6).lacks_factor
    one_off = 4 * numeric
    one_off[0, 0] += 0.01
    other = Compared("W_out", "plain", 2 * numeric, numeric)
    for compared in (
        (Compared("W_in", "plain", one_off, numeric, 4),),
        (Compared("W_in", "plain", 3 * numeric, numeric, 4),),
        (Compared("W_in", "plain", numeric, numeric, 1),),
        (tidy, Compared("W_in", "plain", numeric, numeric, 4)),
        (tidy, other),
        (other,),
    ):
        assert not Check("cbow", compared, 1e-6).lacks_factor


# -- mistakes


def last_one_wins(ids, rows):
    """`W[ids] += g`: of the rows of one id only the last is kept."""
    distinct = np.unique(ids)
    return distinct, np.stack([rows[np.flatnonzero(ids == i)[-1]] for i in distinct])


def flipped(layer):
    scores, labels, weights = layer.scored
    return weights * (labels - 1 / (1 + np.exp(-scores)))


def undivided(layer, d_hidden):
    return layer._in_context.T @ d_hidden


def without_one_hot(layer):
    hidden, _, log_p = layer._parts
    d_scores = np.exp(log_p)
    layer.embedding.add_grad(np.arange(d_scores.shape[1]), d_scores.T @ hidden)
    return d_scores @ layer.embedding.weight


def times(factor, method):
    def changed(model):
        method(model)
        (ids, rows), output = model.grads
        model.grads = [(ids, factor * rows), output]

    return changed


def too_far(sgd, params, grads, lr):
    for W, (ids, rows) in zip(params, grads, strict=True):
        W[ids] -= 1.5 * lr * rows


MISTAKES = {
    "repeated ids lost": (
        (layers, "sum_repeated", last_one_wins),
        {"embedding", "loss", "cbow", "skipgram"},
        "no constant factor",
    ),
    "label and sigmoid the wrong way round": (
        (losses.SigmoidWithLoss, "backward", flipped),
        {"sigmoid", "loss", "cbow", "skipgram"},
        "analytic/numeric = -1.00",
    ),
    "the mean's factor forgotten": (
        (layers.WindowMean, "backward", undivided),
        {"window-mean", "cbow"},
        MISSING,
    ),
    "softmax without one-hot": (
        (losses.SoftmaxLoss, "backward", without_one_hot),
        {"softmax"},
        "no constant factor",
    ),
    "W_in by 2 in matrices": (
        (matrices.MatrixModel, "backward", times(2, matrices.MatrixModel.backward)),
        {"matrices", "engine-numpy"},
        "analytic/numeric = 2.00",
    ),
    "W_in by 4 in matrices, in skip-gram too": (
        (matrices.MatrixModel, "backward", times(4, matrices.MatrixModel.backward)),
        {"matrices", "engine-numpy"},
        "analytic/numeric = 4.00 in all of",
    ),
    "a step too far": (
        (optimizers.SGD, "step", too_far),
        {"engine-numpy"},
        "analytic/numeric = 1.50",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_fail(monkeypatch, mistake):
    patch, fail, said = MISTAKES[mistake]
    monkeypatch.setattr(*patch)
    done = w2v("gradcheck", *QUICK, "--lang", "en", "--json", code=1)
    assert done.stderr == ""
    lesson = json.loads(done.stdout)
    assert not lesson["numbers"]["passed"]
    assert {c["name"] for c in lesson["numbers"]["checks"] if not c["passed"]} == fail
    texts = {step["key"]: str(step["blocks"]) for step in lesson["steps"]}
    for name in fail:
        assert said in texts[name]
    assert {name for name, text in texts.items() if MISSING in text} == (
        fail if said == MISSING else set()
    )


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_finite_fails(monkeypatch, value):
    monkeypatch.setattr(losses.SigmoidWithLoss, "backward", lambda layer: layer.scored[0] * value)
    (check,) = numbers("sigmoid", code=1)["checks"]
    assert not check["passed"]
    assert check["worst"]["analytic"] is None
    assert check["worst"]["ratio"] is None
    assert "no constant factor" in " ".join(w2v("gradcheck", "sigmoid", code=1).stdout.split())


# -- the numeric derivative


def test_numeric_gradient_of_what_is_known():
    table = np.array([[1.0, -2.0], [0.5, 3.0]])
    before = table.copy()
    found = numeric_gradient(lambda: float((table**3).sum()), table)
    np.testing.assert_allclose(found, 3 * before**2, atol=1e-8)
    np.testing.assert_array_equal(table, before)


def test_errors():
    analytic, numeric = np.array([[1.0, 0.0]]), np.array([[0.5, 0.0]])
    assert errors(analytic, numeric).tolist() == [[0.5, 0.0]]
    assert relative_error(analytic, numeric) == relative_error(numeric, analytic) == 0.5
    assert relative_error(np.zeros((2, 2)), np.zeros((2, 2))) == 0
    assert relative_error(np.array([[np.nan, 1.0]]), np.array([[0.0, 1.0]])) == np.inf
    assert relative_error(np.zeros((0, 2)), np.zeros((0, 2))) == 0


def test_dense():
    spread = dense((np.array([2, 0]), np.array([[1.0], [2.0]])), (3, 1))
    assert spread.tolist() == [[2.0], [0.0], [1.0]]
    assert dense(None, (1, 2)).tolist() == [[0, 0]]
    assert dense(spread, (3, 1)) is spread


# -- the command


@pytest.mark.parametrize(
    ("language", "gradient"), [("en", "exact"), *((code, "word2vec") for code in languages())]
)
def test_pages_fit_the_terminal(language, gradient):
    options = (*QUICK, "--lang", language, "--gradient", gradient)
    shown = w2v("gradcheck", *options, code=int(gradient == "word2vec")).stdout
    assert [line for line in shown.splitlines() if columns_of(line) > WIDTH] == []
    assert "{" not in shown
    assert "…" not in shown  # nothing is cut


def test_one_check_alone_has_no_summary():
    lesson = json.loads(w2v("gradcheck", "softmax", "softmax", "--json").stdout)
    assert [step["key"] for step in lesson["steps"]] == ["method", "softmax"]
    lesson = json.loads(w2v("gradcheck", "softmax", "loss", "--json").stdout)
    assert [step["key"] for step in lesson["steps"]] == ["method", "softmax", "loss", "summary"]


def test_a_tolerance_that_nothing_can_meet():
    shown = w2v("gradcheck", "loss", "--tolerance", "1e-15", "--lang", "en", code=1).stdout
    assert "give a larger --tolerance" in " ".join(shown.split())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["cbov"], "'cbov'"),
        (["cbow", "--tolerance", "0"], "--tolerance is 0"),
        (["cbow", "--tolerance", "nan"], "--tolerance is nan"),
        (["cbow", "--seed", "-1"], "--seed is -1"),
        (["cbow", "--seed", str(2**63)], "--seed is"),
        (["cbow", "--lang", "fr"], "there are en, ko, zh"),
        (["cbow", "--out", "x.html"], "add --html"),
    ],
)
def test_refusals(folder, arguments, said):
    refused = w2v("gradcheck", *arguments, code=2)
    assert said in refused.stderr
    assert refused.stdout == ""


def test_unknown_names_in_python():
    with pytest.raises(UsageError, match="there are sigmoid, embedding"):
        run_checks(Asked(("cbov",)))


def test_as_a_page(folder):
    w2v("gradcheck", "cbow", "--gradient", "word2vec", "--html", "--quiet", code=1)
    assert "cbow" in (folder / "gradcheck.html").read_text("utf-8")
