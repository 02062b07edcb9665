"""The fast engine: checks a chunk, makes room for it, and hands it to the compiled kernels.

It computes what the layers compute, to rounding. What it leaves to the numpy engine is refused by
name: the options of the Embedding but frozen rows, the full softmax, and optimizers other than SGD.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2v.config.schema import Config
from w2v.engines import kernels
from w2v.engines.compiling import NotKeptError, kept_only, one_at_a_time, run_elsewhere
from w2v.engines.contract import LOSS_EVERY, Abandoned, Chunk, ChunkLoss, Copied, Scale, Weights
from w2v.errors import UsageError
from w2v.model.functions import Floats, Ids

BATCHES_AT_ONCE = 64 * LOSS_EVERY  # run between two looks at `abandon`: some milliseconds


class NumbaEngine:
    """Train tables on chunks with compiled loops.

    Parameters
    ----------
    config : Config
        One that `only_in_numpy` (config/checking.py) finds nothing in.
    weights : Weights
        Changed in place; C-contiguous. W_in may have fewer rows: noise alone needs none in it.
    abandon : threading.Event, optional
        When it is set, a chunk is left after some batches.

    Raises
    ------
    UsageError
        If the kernels cannot take the tables.
    """

    name = "numba"

    def __init__(
        self, config: Config, weights: Weights, abandon: threading.Event | None = None
    ) -> None:
        check_tables(weights)
        self._abandon = abandon or threading.Event()
        self._weights = weights
        self._kind = config.model.kind
        self._gradient = config.model.gradient
        self._k = config.negatives.k
        self._buffers: kernels.Buffers | None = None

    def train_chunk(self, chunk: Chunk, lr: float) -> ChunkLoss:
        """Update the weights batch by batch; return the loss of every `LOSS_EVERY`-th batch."""
        return self._run(chunk, lr, is_training=True)

    def loss(self, chunk: Chunk) -> ChunkLoss:
        """Measure every batch; change nothing."""
        return self._run(chunk, 0.0, is_training=False)

    def state(self) -> dict[str, NDArray[Any]]:
        """Return nothing: SGD keeps nothing beside the weights."""
        return {}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over nothing."""

    def _run(self, chunk: Chunk, lr: float, *, is_training: bool) -> ChunkLoss:
        """Check, make room, and run the kernels."""
        if len(chunk.tokens) == 0:
            return ChunkLoss(0.0, 0, 0)
        W_in, W_out, frozen = self._weights.W_in, self._weights.W_out, self._weights.frozen
        text = text_of(chunk, len(W_in), len(W_out))
        rule = kernels.Rule(
            is_cbow=self._kind == "cbow",
            is_exact=self._gradient == "exact",
            is_shared=chunk.noise_is_shared,
            is_training=is_training,
            # A chunk shorter than a batch is one batch, and needs no more room than that.
            batch_size=min(chunk.batch_size, len(chunk.tokens)),
            loss_every=LOSS_EVERY,
            n_groups=groups_of(chunk),
        )
        noise_weight = self._k / text.noise.shape[1]
        scalar = W_in.dtype.type
        self._buffers = fitting_buffers(self._buffers, text, rule, W_in)
        sums = (0.0, 0, 0)
        for first in range(0, len(text.low), BATCHES_AT_ONCE):
            if self._abandon.is_set():
                raise Abandoned
            batches = (first, min(first + BATCHES_AT_ONCE, len(text.low)))
            sums = kernels.run_batches(
                W_in, W_out, frozen, text, batches, rule, scalar(lr), scalar(noise_weight),
                self._buffers, sums,
            )  # fmt: skip
        total, n_measured, n_examples = sums
        # Without the compiler they are NumPy's numbers.
        return ChunkLoss(float(total), int(n_measured), int(n_examples))


def prepare(config: Config, on_compile: Callable[[], None]) -> None:
    """Load all that training will call; compile it first, in another process, if it is new.

    Parameters
    ----------
    config : Config
    on_compile : callable
        Told before something is compiled; not called if all is there.

    Raises
    ------
    OutputError
        If code that was kept is damaged.
    """
    if is_kept(config):
        return
    on_compile()
    form = form_of(config)
    with one_at_a_time():
        if not is_kept(config):  # another process may have made it meanwhile
            run_elsewhere(f"from {__name__} import call_all; call_all(*{form!r})")
            call_all(*form)


def is_kept(config: Config) -> bool:
    """Load all that training will call; tell whether it was there. Nothing is compiled.

    Raises
    ------
    OutputError
        If code that was kept is damaged.
    """
    try:
        with kept_only():
            call_all(*form_of(config))
    except NotKeptError:
        return False
    return True


def form_of(config: Config) -> tuple[int, str, bool]:
    """Return what the machine code depends on; each form is compiled once.

    Frozen rows are a type of their own to the compiler.
    """
    return config.model.dim, config.embedding.dtype, config.embedding.freeze is not False


def call_all(dim: int, dtype: str, has_frozen: bool) -> None:
    """Call all that training calls, on two words."""
    tables = np.zeros((2, 2, 1, dim), dtype)
    weights = Weights(tables[0, 0], tables[0, 1], np.zeros(1, np.bool_) if has_frozen else None)
    ids = np.zeros(2, np.int32)
    chunk = Chunk(ids, ids, np.full(2, 2, np.int32), 2, np.zeros((1, 1, 1), np.int32), True)
    NumbaEngine(Config(), weights).train_chunk(chunk, 0.0)
    scale = Scale(np.ones(1, dtype), np.ones(1, dtype), np.zeros(dim, dtype))
    copied = Copied(tables[1], np.zeros((2, 1), np.int32), np.ones(2, np.int64))
    combine_rows(weights.W_in, np.zeros(1, np.int64), copied, scale)


def combine_rows(W: Floats, rows: Ids, copied: Copied, scale: Scale) -> None:
    """Put together what the replicas made of some rows; see `RowCombiner` (contract.py)."""
    kernels.combine_rows(W, rows, copied, scale, dims_of(W.shape[1]))


def dims_of(dim: int) -> kernels.Dims:
    """Return D in the form that compiled loops know it in."""
    high, low = divmod(dim, kernels.BASE)
    return ((),) * high, ((),) * low


def check_tables(weights: Weights) -> None:
    """Check what the kernels rely on; raise UsageError."""
    W_in, W_out, frozen = weights.W_in, weights.W_out, weights.frozen
    fit = (
        W_in.ndim == W_out.ndim == 2
        and W_in.shape[1] == W_out.shape[1] > 0
        and W_in.dtype == W_out.dtype
        and W_in.dtype in (np.float32, np.float64)
        and W_in.flags.carray
        and W_out.flags.carray
    )
    if not fit:
        raise UsageError(
            "W_in and W_out must be tables of the same width, both float32 or both float64, "
            "C-contiguous and not read-only"
        )
    is_fit = frozen is None or (
        frozen.dtype == np.bool_ and frozen.shape == W_in.shape[:1] and frozen.flags.carray
    )
    if not is_fit:
        raise UsageError(
            "frozen must hold a bool for each row of W_in, C-contiguous and not read-only"
        )


def text_of(chunk: Chunk, n_in: int, n_out: int) -> kernels.Text:
    """Check what the kernels rely on, and find how far each batch reaches.

    Parameters
    ----------
    chunk : Chunk
    n_in, n_out : int
        Rows of W_in and of W_out.

    Raises
    ------
    UsageError
        If an id is no row, a context reaches over the chunk, or shapes do not fit.
    """
    if chunk.noise is None:
        raise UsageError("the numba engine has no full softmax; use the numpy engine")
    if chunk.batch_size < 1:
        raise UsageError("batches hold at least one position")
    n = len(chunk.tokens)
    if not chunk.tokens.shape == chunk.left.shape == chunk.right.shape == (n,):
        raise UsageError("tokens, left and right differ in length")
    own_pos = np.arange(n)
    if np.any(chunk.left < 0) or np.any(chunk.right > n):
        raise UsageError("a context reaches over the chunk")
    if np.any(chunk.left > own_pos) or np.any(chunk.right <= own_pos):
        raise UsageError("a context does not hold its center's position")
    for ids, n_rows in ((chunk.tokens, min(n_in, n_out)), (chunk.noise, n_out)):
        if ids.size and not (ids.min() >= 0 and ids.max() < n_rows):
            raise UsageError(f"an id is not in the table; ids run from 0 to {n_rows - 1}")
    starts = np.arange(0, n, chunk.batch_size)
    n_noise = len(starts) if chunk.noise_is_shared else n
    n_axes, rows = (3, "rows of groups") if chunk.noise_is_shared else (2, "rows")
    if chunk.noise.ndim != n_axes or len(chunk.noise) != n_noise or chunk.noise.size == 0:
        raise UsageError(f"noise has shape {chunk.noise.shape}; it needs {n_noise} {rows} of ids")

    def as_ids(array: Ids) -> NDArray[np.int32]:
        # A copy if it is read-only, which would be another type to numba, compiled anew.
        return np.require(array, np.int32, ["C", "W", "E"])

    return kernels.Text(
        as_ids(chunk.tokens),
        as_ids(chunk.left),
        as_ids(chunk.right),
        as_ids(np.minimum.reduceat(chunk.left, starts)),
        as_ids(np.maximum.reduceat(chunk.right, starts)),
        as_ids(chunk.noise.reshape(-1, chunk.noise.shape[-1])),
    )


def groups_of(chunk: Chunk) -> int:
    """Return in how many groups the noise of a batch is; independent noise is in one."""
    return chunk.noise.shape[1] if chunk.noise is not None and chunk.noise_is_shared else 1


def fitting_buffers(
    buffers: kernels.Buffers | None, text: kernels.Text, rule: kernels.Rule, like: Floats
) -> kernels.Buffers:
    """Return the buffers there are if they are large enough, else new ones."""
    reach, n_scored = int((text.high - text.low).max()), text.noise.shape[1]
    batch_size, n_groups = rule.batch_size, rule.n_groups
    if (
        buffers is not None
        and len(buffers.sums) > reach
        and len(buffers.slots) == batch_size
        and len(buffers.noise_rows) == n_groups * n_scored
        and buffers.scores.shape[1] == n_scored
    ):
        return buffers
    dim = like.shape[1]
    centers = np.arange(batch_size)
    per_group = -(-batch_size // n_groups)
    n_slots = n_groups * per_group

    def room(*shape: int) -> Floats:
        return np.zeros(shape, like.dtype)

    return kernels.Buffers(
        sums=room(reach + 1, dim),
        d_sums=room(reach + 1, dim),
        running=room(dim),
        slots=centers % n_groups * per_group + centers // n_groups,
        hidden=room(n_slots, dim),
        d_hidden=room(n_slots, dim),
        share=room(batch_size),
        predicted_scores=room(batch_size),
        d_predicted_scores=room(batch_size),
        noise_rows=room(n_groups * n_scored, dim),
        d_noise_rows=room(n_groups * n_scored, dim),
        scores=room(n_slots, n_scored),
        d_scores=room(n_slots, n_scored),
        weights=room(n_slots, n_scored),
        dims=dims_of(dim),
    )
