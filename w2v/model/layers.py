"""The two layers of CBOW below the loss: Embedding (look up, scatter-add) and WindowMean.

A layer has `forward`, which remembers what its derivative needs, and `backward`, which takes the
gradient of the loss by the layer's output and returns the gradient by its input. The steps are
numbered as in the compiled engines:

    [1] gather    rows = W_in[tokens]            Embedding.forward
    [2] average   hidden = window mean of rows   WindowMean.forward
    [3] score     hidden . W_out                 losses.py
    [4] gradient  d_scores, d_hidden             losses.py, WindowMean.backward
    [5] scatter   gradients to the rows          Embedding.backward

Not here: the loss (`losses.py`), the models made of them (`cbow.py`, `skipgram.py`). For the same
without options read `plain.py`.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import DTypeLike, NDArray

from w2v.errors import UsageError
from w2v.model.functions import Floats, Ids

SparseGrad: TypeAlias = "tuple[Ids, Floats]"
Gradient: TypeAlias = Literal["exact", "word2vec"]

# Keeps the division in `max_norm` finite. The value is PyTorch's, so that the numbers agree:
# aten/src/ATen/native/Embedding.cpp, embedding_renorm_cpu_.
RENORM_EPSILON = 1e-7


class Embedding:
    """A table of V rows that is looked up by id, with the options of `torch.nn.Embedding`.

    forward:  out[..., :] = weight[ids[...], :]
    backward: grad[v, :] += sum of d_out[i, :] over all i with ids[i] = v

    Parameters
    ----------
    num_embeddings : int
        V, the number of rows.
    embedding_dim : int
        D, the length of a row.
    padding_idx : int, optional
        A row that starts at zero and never gets a gradient; negative counts from the end. A
        `weight` that is given is not zeroed there.
    max_norm : float, optional
        `forward` first shortens each looked-up row that is longer to this length, *in the table*.
    norm_type : float
        p of the p-norm that `max_norm` measures.
    scale_grad_by_freq : bool
        Divide the gradient of a row by the number of times its id stands in the mini-batch.
        DEVIATION: PyTorch refuses it together with `sparse`; here it gives the same numbers.
    sparse : bool
        `grad` is `(ids, rows)`, the touched rows only, instead of a (V, D) array.
    weight : array of float32 or float64, shape (V, D), optional
        The table, used as it is and not copied. Without it: drawn from N(0, 1).
    freeze : bool
        Never compute a gradient.
    dtype : float32 or float64
        Of a table that is drawn here; a given `weight` keeps its own.
    rng : numpy.random.Generator, optional
        Where the table is drawn from.
    frozen_rows : array of bool, shape (V,), optional
        Rows that never get a gradient, and that `max_norm` does not shorten.
        DEVIATION: PyTorch freezes a whole table or nothing, and shortens rows of a frozen table.

    Attributes
    ----------
    weight : array of float, shape (V, D)
    grad : None, array of float (V, D), or with `sparse` a pair (ids (n,), rows (n, D))
        The sum over all `backward` calls since `zero_grad`; ids are distinct and rise.

    Raises
    ------
    UsageError
        For a size, an id, a shape or an option outside its range.

    References
    ----------
    The meaning of the options: https://pytorch.org/docs/stable/generated/torch.nn.Embedding.html
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
        weight: Floats | None = None,
        freeze: bool = False,
        dtype: DTypeLike = np.float32,
        rng: np.random.Generator | None = None,
        frozen_rows: NDArray[np.bool_] | None = None,
    ) -> None:
        if num_embeddings < 1 or embedding_dim < 1:
            raise UsageError(
                f"an embedding of {num_embeddings} x {embedding_dim} is empty; "
                "both must be 1 or more"
            )
        self.num_embeddings = num_embeddings
        self.embedding_dim = embedding_dim
        self.padding_idx = _row_from_either_end(padding_idx, num_embeddings)
        self.max_norm = max_norm
        self.norm_type = norm_type
        self.scale_grad_by_freq = scale_grad_by_freq
        self.sparse = sparse
        self.freeze = freeze
        self.frozen_rows = _checked_rows(frozen_rows, num_embeddings)
        if not isinstance(norm_type, (int, float)) or not norm_type >= 0:
            raise UsageError(f"norm_type is {norm_type!r}; it is p of a p-norm, 0 or more")
        if max_norm is not None and not max_norm > 0:
            raise UsageError(f"max_norm is {max_norm}; a length is above 0")
        if weight is None:
            _check_dtype(np.dtype(dtype))
            rng = np.random.default_rng() if rng is None else rng
            self.weight = rng.standard_normal((num_embeddings, embedding_dim)).astype(dtype)
            if self.padding_idx is not None:
                self.weight[self.padding_idx] = 0
        else:
            self.weight = _checked_weight(weight, (num_embeddings, embedding_dim))
        self._ids: Ids | None = None
        self._dense_grad: Floats | None = None
        self._sparse_grads: list[SparseGrad] = []

    @classmethod
    def from_pretrained(
        cls,
        weight: Floats,
        freeze: bool = True,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
    ) -> Embedding:
        """Make a layer around a given table, frozen unless `freeze=False`.

        Parameters
        ----------
        weight : array of float32 or float64, shape (V, D)
            Used as it is and not copied; its padding row is not zeroed.
        freeze, padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse
            As in `Embedding`.

        Returns
        -------
        Embedding
        """
        weight = np.asanyarray(weight)
        if weight.ndim != 2:
            raise UsageError(f"weight must have two axes (V, D); it has shape {weight.shape}")
        n_words, dim = weight.shape
        return cls(
            n_words,
            dim,
            padding_idx,
            max_norm,
            norm_type,
            scale_grad_by_freq,
            sparse,
            weight,
            freeze,
        )

    def forward(self, ids: Ids) -> Floats:
        """Step [1]: look rows up.

        Parameters
        ----------
        ids : array of int, any shape, each in 0..V-1

        Returns
        -------
        array of float, shape (*ids.shape, D): a copy of the rows

        Raises
        ------
        UsageError
            Naming the first id that is negative, too large or not an integer.

        Notes
        -----
        With `max_norm` this changes `weight` in place. What was computed from the table before is
        then stale: take a copy of the table for it, not a view.
        """
        ids = self._checked_ids(ids)
        if self.max_norm is not None:
            self._shorten_rows(ids, self.max_norm)
        self._ids = ids
        return self.weight.take(ids, axis=0)  # (V, D)[ids] -> (*ids.shape, D)

    def backward(self, d_out: Floats) -> None:
        """Step [5]: scatter-add the gradient of what the last `forward` returned.

        Parameters
        ----------
        d_out : array of float, shape (*ids.shape, D)
            Gradient of the loss by the output of the last `forward`.
        """
        if self._ids is None:
            raise UsageError("backward was called before forward: there are no ids to add to")
        d_out = np.asarray(d_out)
        expected = (*self._ids.shape, self.embedding_dim)
        if d_out.shape != expected:
            raise UsageError(f"d_out has shape {d_out.shape}; the last forward returned {expected}")
        if self.freeze:
            return
        ids: Ids = self._ids.reshape(-1)
        rows: Floats = d_out.reshape(-1, self.embedding_dim)
        n_times = np.unique(ids, return_counts=True)[1] if self.scale_grad_by_freq else None
        ids, rows = sum_repeated(ids, rows)
        if n_times is not None:
            rows /= n_times[:, None].astype(rows.dtype)
        if self.padding_idx is not None:
            real = ids != self.padding_idx
            ids, rows = ids[real], rows[real]
        self.add_grad(ids, rows)

    def add_grad(self, ids: Ids, rows: Floats) -> None:
        """Add gradient rows, one for each of some distinct ids, to `grad`.

        Parameters
        ----------
        ids : array of int, shape (n,), distinct and rising
        rows : array of float, shape (n, D)
        """
        if self.freeze:
            return
        if self.frozen_rows is not None:
            moving = ~self.frozen_rows[ids]
            ids, rows = ids[moving], rows[moving]
        if self.sparse:
            self._sparse_grads.append((ids, rows))
            return
        if self._dense_grad is None:
            self._dense_grad = np.zeros_like(self.weight)
        self._dense_grad[ids] += rows  # the ids are distinct: nothing is lost

    @property
    def grad(self) -> Floats | SparseGrad | None:
        """The gradient so far; None before the first `backward` and after `zero_grad`."""
        if not self.sparse:
            return self._dense_grad
        if len(self._sparse_grads) > 1:
            ids = np.concatenate([ids for ids, _ in self._sparse_grads])
            rows = np.concatenate([rows for _, rows in self._sparse_grads])
            self._sparse_grads = [sum_repeated(ids, rows)]
        return self._sparse_grads[0] if self._sparse_grads else None

    def zero_grad(self) -> None:
        """Forget the gradient."""
        self._dense_grad = None
        self._sparse_grads = []

    def _checked_ids(self, ids: Ids) -> Ids:
        """Refuse anything that is no row of the table, and say which; return a copy."""
        ids = np.asarray(ids)
        if ids.size and ids.dtype.kind not in "iu":
            raise UsageError(f"ids must be integers; {ids.flat[0]} is {ids.dtype}")
        # Read as unsigned, a negative id is larger than any table: one comparison finds both.
        rows = ids.astype(np.intp)
        if (rows.view(np.uintp) >= self.num_embeddings).any():
            where = tuple(np.argwhere((ids < 0) | (ids >= self.num_embeddings))[0].tolist())
            place = f" at {list(where)}" if where else ""
            raise UsageError(
                f"id {ids[where]}{place} is not in the table; "
                f"ids run from 0 to {self.num_embeddings - 1}"
            )
        return rows

    def _shorten_rows(self, ids: Ids, max_norm: float) -> None:
        """Bring the looked-up rows down to `max_norm`, in the table."""
        ids = np.unique(ids)
        norms = np.linalg.norm(self.weight[ids], ord=self.norm_type, axis=1)
        long = norms > max_norm
        if self.frozen_rows is not None:
            long &= ~self.frozen_rows[ids]
        self.weight[ids[long]] *= (max_norm / (norms[long] + RENORM_EPSILON))[:, None]


def sum_repeated(ids: Ids, rows: Floats) -> tuple[Ids, Floats]:
    """Add up the rows that belong to the same id.

    >>> sum_repeated(np.array([7, 2, 7]), np.array([[1.0], [2.0], [3.0]]))
    (array([2, 7]), array([[2.],
           [4.]]))

    Sorting brings equal ids side by side and `reduceat` adds each group in its order of arrival:
    3 times as fast as `np.add.at`, and the same sum on every run.

    Parameters
    ----------
    ids : array of int, shape (n,)
    rows : array of float, shape (n, D)

    Returns
    -------
    ids : array of int, shape (u,): the distinct ones, rising
    sums : array of float, shape (u, D)
    """
    if len(ids) == 0:
        return ids, rows
    order = ids.argsort(kind="stable")
    in_order = ids[order]
    is_edge = np.empty(len(ids) + 1, bool)  # between two different ids, and at both ends
    is_edge[[0, -1]] = True
    np.not_equal(in_order[1:], in_order[:-1], out=is_edge[1:-1])
    is_first, is_repeated = is_edge[:-1], ~(is_edge[:-1] & is_edge[1:])
    starts = is_first.nonzero()[0]
    sums = rows.take(order[starts], axis=0)  # (n, D) -> (u, D)
    # Most ids of a text stand in a batch once: only the rows of the others are added up.
    if is_repeated.any():
        again = rows.take(order[is_repeated], axis=0)
        groups = is_first[is_repeated].nonzero()[0]
        sums[is_repeated[starts]] = np.add.reduceat(again, groups, axis=0)
    return in_order[starts], sums


class WindowMean:
    """The mean of the context rows of each center, as one product with a banded matrix.

    A[t, x] = 1 / |C_t| where position x is in the context of center t, else 0
    forward:  hidden = A @ rows
    backward: d_rows = A.T @ d_hidden

    Parameters
    ----------
    gradient : "exact" or "word2vec"
        "word2vec" leaves 1 / |C_t| out of the backward pass, as word2vec.c, gensim and fastText do:
        each context row then moves |C_t| times as far as the derivative of the mean says.

    References
    ----------
    The missing factor: İrsoy, Benton and Stratos, "Corrected CBOW performs as well as skip-gram",
    arXiv:2012.15332, section 2.
    """

    def __init__(self, gradient: Gradient = "exact") -> None:
        if gradient not in ("exact", "word2vec"):
            raise UsageError(f"gradient {gradient!r} is neither exact nor word2vec")
        self.gradient = gradient
        self._in_context: Floats | None = None
        self._size: Floats | None = None

    def forward(self, rows: Floats, in_context: NDArray[np.bool_]) -> Floats:
        """Step [2]: average.

        Parameters
        ----------
        rows : array of float, shape (X, D)
            The rows of some text positions.
        in_context : array of bool, shape (B, X)
            Which of them is in the context of which center; each center has at least one.

        Returns
        -------
        hidden : array of float, shape (B, D)
        """
        self._in_context = in_context.astype(rows.dtype)
        self._size = self._in_context.sum(axis=1, keepdims=True)  # (B, 1), |C_t|
        return (self._in_context @ rows) / self._size  # (B, X) @ (X, D) -> (B, D)

    def backward(self, d_hidden: Floats) -> Floats:
        """Step [4], second half: pass the gradient of the mean on to the rows.

        Parameters
        ----------
        d_hidden : array of float, shape (B, D)

        Returns
        -------
        d_rows : array of float, shape (X, D)
        """
        if self._in_context is None or self._size is None:
            raise UsageError("backward was called before forward: there is no window to pass it to")
        if self.gradient == "exact":
            d_hidden = d_hidden / self._size
        return self._in_context.T @ d_hidden  # (X, B) @ (B, D) -> (X, D)


def _row_from_either_end(padding_idx: int | None, n_rows: int) -> int | None:
    """Count a negative `padding_idx` from the end."""
    if padding_idx is None:
        return None
    if not isinstance(padding_idx, (int, np.integer)):
        raise UsageError(f"padding_idx {padding_idx!r} is no whole number")
    if not -n_rows <= padding_idx < n_rows:
        raise UsageError(
            f"padding_idx {padding_idx} is not in the table; it runs from {-n_rows} to {n_rows - 1}"
        )
    return padding_idx % n_rows


def _checked_weight(weight: Floats, shape: tuple[int, int]) -> Floats:
    """Refuse a table of another shape, or of numbers that are no float32 or float64."""
    weight = np.asanyarray(weight)
    if weight.shape != shape:
        raise UsageError(f"weight has shape {weight.shape}; the layer is {shape}")
    _check_dtype(weight.dtype)
    return weight


def _checked_rows(frozen_rows: NDArray[np.bool_] | None, n_rows: int) -> NDArray[np.bool_] | None:
    """Refuse anything but true or false for each row."""
    if frozen_rows is None:
        return None
    frozen_rows = np.asarray(frozen_rows)
    if frozen_rows.dtype != np.bool_ or frozen_rows.shape != (n_rows,):
        raise UsageError(
            f"frozen_rows is {frozen_rows.dtype} of shape {frozen_rows.shape}; it takes a bool for "
            f"each of the {n_rows} rows"
        )
    return frozen_rows


def _check_dtype(dtype: np.dtype[Any]) -> None:
    """Refuse anything but float32 and float64."""
    if dtype not in (np.float32, np.float64):
        raise UsageError(f"a table of {dtype} cannot be trained; use float32 or float64")
