"""Put vectors into a plane: by PCA, which keeps directions, or t-SNE, which keeps neighbours."""

from __future__ import annotations

from importlib.util import find_spec
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from w2v.errors import RunError, UsageError

PERPLEXITY = 30.0  # the library's default: about how many neighbours a word of t-SNE is kept near
FEWEST = 4  # words for t-SNE
CLEARLY = 0.1  # of the farthest point's distance; see `principal_axes`
# Of t-SNE: half of the library's 1,000, in half the time. Of 2,000 words of Wikipedia as many
# neighbours stay near: its `trustworthiness` is 0.948, and 0.949 after 1,000.
STEPS = 500
SEED = 1


class Axes(NamedTuple):
    """The first two axes of PCA.

    Attributes
    ----------
    mean : array of float64, shape (D,)
    directions : array of float64, shape (D, 2)
        Of length 1; the second is zeros if D is 1.
    explained : tuple of two floats
        The share of the variance along each.
    """

    mean: NDArray[np.float64]
    directions: NDArray[np.float64]
    explained: tuple[float, float]

    def place(self, rows: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return where some vectors are in the plane: (N, D) -> (N, 2)."""
        return (rows - self.mean) @ self.directions


def unit_rows(rows: NDArray[np.floating]) -> NDArray[np.float64]:
    """Bring rows to length 1; zeros stay as they are.

    Nearness is told by cosines, which go by directions alone. With rows as they are, the first
    axis would mostly tell long vectors from short ones, that is common words from rare ones.

    Raises
    ------
    RunError
        If a number is not finite.
    """
    rows = np.asarray(rows, np.float64)
    if not np.isfinite(rows).all():
        raise RunError("the vectors are damaged: some are not numbers; train the run again")
    largest = np.abs(rows).max(axis=1, keepdims=True, initial=0.0)
    rows = rows / np.where(largest > 0, largest, 1)  # squares of huge numbers have no place
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(lengths > 0, lengths, 1)


def principal_axes(rows: NDArray[np.float64]) -> Axes:
    """Return the two axes along which rows vary most: eigenvectors of their covariance.

    An axis may point either way, and libraries of different machines choose differently. Here the
    first row that is clearly off the middle, at a tenth of the farthest or more, is on the positive
    side: of words by frequency, the commonest such word is to the right, and above.

    Parameters
    ----------
    rows : array of float64, shape (N, D), N at least 1
    """
    mean = rows.mean(axis=0)
    off = rows - mean
    variances, directions = np.linalg.eigh(off.T @ off / len(rows))  # (D, D), rising
    width = min(2, rows.shape[1])
    two = np.zeros((rows.shape[1], 2))
    two[:, :width] = directions[:, ::-1][:, :width]
    explained = np.zeros(2)
    explained[:width] = np.maximum(variances[::-1][:width], 0)
    total = np.maximum(variances, 0).sum()
    explained = explained / total if total > 0 else np.zeros(2)
    for axis in range(width):
        along = off @ two[:, axis]
        first = along[np.abs(along) >= CLEARLY * np.abs(along).max()][0]
        two[:, axis] *= -1 if first < 0 else 1
    return Axes(mean, two, (float(explained[0]), float(explained[1])))


def tsne_plane(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the plane of t-SNE by scikit-learn, begun from that of PCA; the same each time.

    Parameters
    ----------
    rows : array of float64, shape (N, D), N at least `FEWEST`
        Of length 1: then nearness is by cosine.

    Returns
    -------
    array of float64, shape (N, 2)

    Raises
    ------
    UsageError
        If scikit-learn is not installed.
    """
    try:
        from sklearn.manifold import TSNE
        from threadpoolctl import threadpool_limits  # which scikit-learn comes with
    except ImportError as error:
        raise UsageError("t-SNE needs scikit-learn: pip install 'w2v[report]'") from error
    perplexity = min(PERPLEXITY, (len(rows) - 1) / 3)
    # It begins from the first two axes; ours have a sign that is the same on every machine.
    start = principal_axes(rows).place(rows)
    spread = start[:, 0].std()
    start = (start / spread if spread > 0 else start) * 1e-4
    tsne = TSNE(
        perplexity=perplexity, init=start.astype(np.float32), max_iter=STEPS, random_state=SEED
    )
    with threadpool_limits(1):  # more threads would add up in another order
        plane: NDArray[np.float64] = np.asarray(tsne.fit_transform(rows), np.float64)
    return plane


def has_tsne() -> bool:
    """Tell whether scikit-learn is installed, without loading it."""
    return find_spec("sklearn") is not None
