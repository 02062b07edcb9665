"""`w2v gradcheck`: the derivatives that the layers compute, against those that the loss shows.

What is checked is in `checks.py` and `engine_checks.py`, on the inputs of `inputs.py`; how two
gradients are compared, in `numeric.py` and `comparing.py`; how it is told, in `telling.py`.
"""

# In the order in which they are checked. The names are here so that the command line knows them
# before NumPy is there.
NAMES = (
    "sigmoid",
    "embedding",
    "window-mean",
    "loss",
    "softmax",
    "cbow",
    "skipgram",
    "matrices",
    "engine-numpy",
    "engine-numba",
)
# Those in which `--gradient word2vec` is another gradient.
WITH_CHOICE = ("window-mean", "cbow", "matrices", "engine-numpy", "engine-numba")
TOLERANCE = 1e-6  # relative error
SEED = 1
