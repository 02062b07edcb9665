"""How much room on the disk the files of a run take, worked out before it starts."""

from __future__ import annotations

from w2v.config.early_stop import early_stop_of
from w2v.config.schema import Config
from w2v.training.peak_memory import OPTIMIZER_TABLES, table_bytes

LINE_BYTES = 20  # of a word in vocab.tsv, with its count


def disk_bytes(config: Config, n_words: int) -> int:
    """Return the bytes of a run's files at the most: tables, words, and checkpoints if it has any.

    A checkpoint is whole before the last one goes, and the best is kept too.

    Parameters
    ----------
    config : Config
    n_words : int
        V.
    """
    n_tables = 2
    if early_stop_of(config) is not None:
        n_tables += 1  # a better epoch's is whole before the other goes
    if config.train.checkpoint_every is not None:
        n_checkpoints = 2 if early_stop_of(config) is None else 3
        n_tables += n_checkpoints * (2 + OPTIMIZER_TABLES[config.train.optimizer])
    return n_tables * table_bytes(config, n_words) + n_words * LINE_BYTES
