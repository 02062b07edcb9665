"""w2v: word2vec to learn from and to use.

The names below are loaded when they are first used, so that `import w2v` costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from w2v.errors import W2VError
    from w2v.model.cbow import CBOW
    from w2v.model.layers import Embedding
    from w2v.model.losses import NegativeSamplingLoss, SigmoidWithLoss, SoftmaxLoss
    from w2v.model.noise import NoiseDistribution
    from w2v.model.skipgram import SkipGram
    from w2v.training.trainer import train
    from w2v.vectors.word_vectors import WordVectors

__version__ = "0.1.0"

_HOME_OF = {
    "CBOW": "w2v.model.cbow",
    "Embedding": "w2v.model.layers",
    "NegativeSamplingLoss": "w2v.model.losses",
    "NoiseDistribution": "w2v.model.noise",
    "SigmoidWithLoss": "w2v.model.losses",
    "SkipGram": "w2v.model.skipgram",
    "SoftmaxLoss": "w2v.model.losses",
    "W2VError": "w2v.errors",
    "WordVectors": "w2v.vectors.word_vectors",
    "train": "w2v.training.trainer",
}

__all__ = [
    "CBOW",
    "Embedding",
    "NegativeSamplingLoss",
    "NoiseDistribution",
    "SigmoidWithLoss",
    "SkipGram",
    "SoftmaxLoss",
    "W2VError",
    "WordVectors",
    "train",
]


def __getattr__(name: str) -> object:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'w2v' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME_OF[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
