"""The checks of the five lines of matrices, and of whole engines.

An engine hides its gradient: it changes the weights. So the update itself is checked: at a learning
rate of 1, the old weights less the new ones are the gradient of the batch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from w2v.config.schema import Config, with_values
from w2v.engines.choice import make_engine, prepare_engine
from w2v.engines.contract import Weights
from w2v.engines.folding import Folding, fold_batches
from w2v.lessons.gradcheck import inputs
from w2v.lessons.gradcheck.comparing import Compared
from w2v.lessons.gradcheck.inputs import CONTEXT_SIZE, D, K, Numbers
from w2v.lessons.gradcheck.numeric import dense, numeric_gradient
from w2v.model.layers import Gradient
from w2v.model.matrices import MatrixModel

KINDS = ("cbow", "skipgram")


def check_matrices(gradient: Gradient, seed: int) -> Iterator[Compared]:
    """MatrixModel by both tables, as CBOW and as skip-gram."""
    model = MatrixModel(*Numbers(seed).tables())
    for kind in KINDS:
        folding = Folding(kind, gradient, K, np.dtype(np.float64))
        for case, is_shared in inputs.cases():
            ((_, batch),) = fold_batches(case.chunk(is_shared=is_shared), folding)
            model.score(batch)
            model.backward()
            analytic = [dense(g, W.shape) for g, W in zip(model.grads, model.params, strict=True)]
            numeric = [numeric_gradient(lambda b=batch: model.forward(b), W) for W in model.params]  # type: ignore[misc]
            size = CONTEXT_SIZE if kind == "cbow" else None
            yield Compared(_table("W_in", kind), case.name, analytic[0], numeric[0], size)
            yield Compared(_table("W_out", kind), case.name, analytic[1], numeric[1])


def check_engine(
    name: str, gradient: Gradient, seed: int, on_compile: Callable[[], None]
) -> Iterator[Compared]:
    """The update of an engine, as CBOW and as skip-gram.

    Parameters
    ----------
    name : "numpy" or "numba"
    gradient : "exact" or "word2vec"
    seed : int
    on_compile : callable
        Told before something is compiled, which takes seconds.
    """
    prepare_engine(name, _config("cbow", gradient, is_shared=True), on_compile)
    for kind in KINDS:
        for case, is_shared in inputs.cases():
            config = _config(kind, gradient, is_shared=is_shared)
            chunk = case.chunk(is_shared=is_shared)
            old = Numbers(seed).tables()
            new = Weights(old[0].copy(), old[1].copy())
            make_engine(name, config, new).train_chunk(chunk, lr=1.0)
            measuring = make_engine(name, config, Weights(*old))
            numeric = [numeric_gradient(lambda: measuring.loss(chunk).total, W) for W in old]  # noqa: B023
            size = CONTEXT_SIZE if kind == "cbow" else None
            yield Compared(_table("W_in", kind), case.name, old[0] - new.W_in, numeric[0], size)
            yield Compared(_table("W_out", kind), case.name, old[1] - new.W_out, numeric[1])


def _table(table: str, kind: str) -> str:
    """Name a table of one of the two kinds of model."""
    return f"{table} ({kind})"


def _config(kind: str, gradient: Gradient, *, is_shared: bool) -> Config:
    """Return the settings of an engine to be checked."""
    return with_values(
        Config(),
        {
            "model.kind": kind,
            "model.dim": D,
            "model.gradient": gradient if kind == "cbow" else "exact",
            "embedding.dtype": "float64",
            "negatives.k": K,
            "negatives.mode": "shared" if is_shared else "independent",
        },
    )
