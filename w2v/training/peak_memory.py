"""How much memory a run takes at its peak, worked out part by part before it starts.

What the process holds when the plan is made (the program, its libraries, the words of the text) is
known, since it can be asked for. What is yet to come is computed here: of the phases that follow
one another the largest counts. `scripts/memory.py` holds the sum against what runs really take;
the constants below were measured there, on Linux with glibc.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass

import numpy as np

from w2v.config.early_stop import early_stop_of
from w2v.config.schema import Config, n_replicas
from w2v.engines.numpy_engine import suits_matrices
from w2v.errors import W2VError
from w2v.evaluation import answering
from w2v.evaluation.finding import find_set
from w2v.evaluation.sets import SimilaritySet
from w2v.text.vocabulary import Vocabulary
from w2v.training.available_memory import Held
from w2v.training.draws import noise_shape
from w2v.training.starting import BLOCK_FLOATS, Start

OPTIMIZER_TABLES = {"sgd": 0, "adagrad": 2, "adam": 4}  # (V, D) arrays beside the weights
# Where a process cannot be asked what it holds: Python, NumPy and this program, numba, and a word
# of the text, as text and as a number in a dict.
PROCESS_BYTES, NUMBA_BYTES, WORD_BYTES = 50_000_000, 70_000_000, 150
# The compiler's library and the machine code, which are loaded when it is known that they will be
# used; compiling itself, once, is the work of another process.
COMPILED_BYTES = 55_000_000
LOADED_BYTES = 2_000_000  # of the program and its libraries, used for the first time
ROW_BYTES = 60  # of a word, beside its weights: by what it is drawn as noise, kept or left out
ROW_MAKING_BYTES = 160  # and while the tables of the noise are filled
# Of a chunk while it is drawn: a position, one that subsampling has left, and a noise id.
POSITION_BYTES, KEPT_BYTES, DRAW_BYTES = 16, 20, 58
FOLDED_BYTES = 5_000_000  # of the numpy engine: what many batches at once are folded in
ROWS_AT_WORK = 8  # its rows, their sums and products, their gradients, and where those are added
CELL_BYTES = 20  # of the matrices that a batch makes
SOFTMAX_TABLES = 4  # gradients of all rows of W_out, and how they change them
PLACE_BYTES = 30  # of a word of the vocabulary in a replica: is it there, and at which place
COMBINED_BYTES = 40  # of a copied row, while replicas are put together
# While a set is asked: a word of the vocabulary that is looked up, a number of a block of rows, the
# cosine of a word with a candidate, a question, and a number of the vectors of a pair.
LOOKED_UP_BYTES, UNIT_BYTES, COSINE_BYTES, QUESTION_BYTES, PAIR_BYTES = 280, 24, 12, 400, 40


@dataclass(frozen=True)
class Work:
    """What is to be trained.

    Attributes
    ----------
    config : Config
    vocabulary : Vocabulary
    n_positions : int
        Of the stream.
    engine : str
    n_threads : int
    start : Start, optional
    n_wanted : int
        Replicas that were asked for; the config has those that there are chunks for.
    """

    config: Config
    vocabulary: Vocabulary
    n_positions: int
    engine: str
    n_threads: int
    start: Start | None = None
    n_wanted: int = 1


def peak_bytes(work: Work, held: Held | None, n_types: int) -> int:
    """Return the expected peak of the process, from its start to its end.

    Parameters
    ----------
    work : Work
    held : Held, optional
        What the process holds now, before any table is made.
    n_types : int
        Distinct words of the text: what is held is guessed by them if it is not known.
    """
    if held is None:
        now = PROCESS_BYTES + n_types * WORD_BYTES
        held = Held(now + (NUMBA_BYTES if work.engine == "numba" else 0), 0)
    return max(held.peak, held.now + bytes_to_come(work))


def bytes_to_come(work: Work) -> int:
    """Return what will be taken at the most beside what is held when the plan is made."""
    config, n_words = work.config, len(work.vocabulary)
    table = table_bytes(config, n_words)
    making = table + max(n_words * ROW_MAKING_BYTES, _mapped_start(work))
    tables = 2 + OPTIMIZER_TABLES[config.train.optimizer]
    if not config.embedding.sparse:
        tables += 2
    kept = tables * table + n_words * ROW_BYTES
    n_copied = rows_copied(config, work.vocabulary, _chunk(work))
    row = config.model.dim * _item_bytes(config)
    copies = round(n_copied * row)
    combining = 0
    if n_copied:
        places = n_replicas(config) * n_words * PLACE_BYTES
        combining = places + round(n_copied * COMBINED_BYTES)
    at_work = max(work.n_threads * _of_thread(work), combining)
    training = kept + copies + max(at_work, _measuring(work))
    return LOADED_BYTES + _compiled(work.engine) + max(making, training)


def table_bytes(config: Config, n_words: int) -> int:
    """Return the bytes of one (V, D) table."""
    return n_words * config.model.dim * _item_bytes(config)


def _item_bytes(config: Config) -> int:
    """Return the bytes of one number."""
    return 8 if config.embedding.dtype == "float64" else 4


def _chunk(work: Work) -> int:
    """Return the positions of the largest chunk."""
    return min(work.config.train.chunk, work.n_positions)


def _compiled(engine: str) -> int:
    """Return what is yet to be loaded for an engine."""
    is_loaded = engine != "numba" or "w2v.engines.numba_engine" in sys.modules
    return 0 if is_loaded else COMPILED_BYTES


def _mapped_start(work: Work) -> int:
    """Return what known vectors take while their rows are copied out of files that are mapped."""
    start, n_bytes = work.start, 0
    if start is not None:
        n_floats = min(len(work.vocabulary) * work.config.model.dim, BLOCK_FLOATS)
        n_bytes += 2 * n_floats * _item_bytes(work.config)  # as they are copied
        n_tables = 2 if start.has_output else 1
        if not start.table_bytes:
            n_bytes += n_tables * table_bytes(work.config, start.n_words)
        if start.has_output:
            n_bytes += table_bytes(work.config, len(work.vocabulary))
    return n_bytes


def _of_thread(work: Work) -> int:
    """Return what a thread takes for its chunk: drawing it, or training its batches."""
    config, chunk = work.config, _chunk(work)
    share = work.vocabulary.counts / max(work.vocabulary.n_tokens, 1)
    kept = chunk * float(share @ work.vocabulary.keep_probabilities(config.train.subsample))
    n_noise = math.prod(noise_shape(config, round(kept)))
    drawn = chunk * POSITION_BYTES + round(kept) * KEPT_BYTES + n_noise * 4
    drawing = n_noise * (DRAW_BYTES - 4)
    return drawn + max(drawing, _of_batch(work))


def _of_batch(work: Work) -> int:
    """Return what a batch takes in an engine."""
    config = work.config
    negatives, dim = config.negatives, config.model.dim
    batch = min(config.train.batch, _chunk(work))
    in_reach = batch + 2 * config.model.window
    is_shared = negatives.mode == "shared"
    n_scored = negatives.draws // negatives.groups if is_shared else negatives.k
    if work.engine == "numba":  # its `Buffers`
        rows = 2 * (in_reach + batch + negatives.draws) * dim * _item_bytes(config)
        return rows + batch * n_scored * CELL_BYTES
    tables = 0
    if config.model.loss == "softmax":
        scored = len(work.vocabulary)
        tables = SOFTMAX_TABLES * table_bytes(config, scored)
    elif is_shared and (negatives.groups == 1 or suits_matrices(config)):
        scored = negatives.draws
    else:  # a row of vectors for each center
        scored = n_scored * dim
    rows = (in_reach + batch + (negatives.draws if is_shared else batch * n_scored)) * dim
    cells = batch * (in_reach + scored) * CELL_BYTES
    return FOLDED_BYTES + tables + rows * ROWS_AT_WORK * _item_bytes(config) + cells


def _measuring(work: Work) -> int:
    """Return what asking the sets takes beside the tables."""
    config, n_words = work.config, len(work.vocabulary)
    if not config.eval.sets:
        return 0
    n_bytes = n_words * LOOKED_UP_BYTES + max(_of_set(name, work) for name in config.eval.sets)
    if early_stop_of(config) is not None and config.eval.every == "end":
        n_bytes += table_bytes(config, n_words)  # the best epoch's, mapped
    return n_bytes


def _of_set(name: str, work: Work) -> int:
    """Return what asking one set takes, beside the words that are looked up."""
    n_candidates = min(len(work.vocabulary), answering.BLOCK)
    n_bytes = n_candidates * work.config.model.dim * UNIT_BYTES
    try:
        asked = find_set(name)
    except W2VError:  # which is for those to say who want to ask it
        return n_bytes
    if isinstance(asked, SimilaritySet):
        return n_bytes + len(asked.pairs) * work.config.model.dim * PAIR_BYTES
    questions = [q for questions in asked.sections.values() for q in questions]
    written = {word for question in questions for word in question}
    known = written.intersection(work.vocabulary.words)
    n_answered = sum(known.issuperset(question) for question in questions)
    n_cosines = min(len(known), answering.MAX_WORDS) * n_candidates if n_answered else 0
    return n_bytes + n_cosines * COSINE_BYTES + n_answered * QUESTION_BYTES


def rows_copied(config: Config, vocabulary: Vocabulary, chunk: int) -> float:
    """Return how many rows the copies of all replicas are expected to have.

    As if each word of a chunk were drawn alone; in a real text words come in clusters, and fewer
    are distinct.
    """
    if n_replicas(config) == 1 or config.train.parallel == "hogwild":
        return 0
    counts = vocabulary.counts.astype(float)
    in_text = counts / counts.sum() * vocabulary.keep_probabilities(config.train.subsample) * chunk
    weight = np.where(counts > 0, np.maximum(counts, 1) ** config.negatives.power, 0)
    drawn = weight / weight.sum() * math.prod(noise_shape(config, round(in_text.sum())))
    n_in = -np.expm1(-in_text).sum()
    n_out = len(counts) if config.model.loss == "softmax" else -np.expm1(-in_text - drawn).sum()
    return n_replicas(config) * float(n_in + n_out)
