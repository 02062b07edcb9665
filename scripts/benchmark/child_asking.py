"""What runs inside the processes that make, ask, score or read vectors and are no command.

    python child_asking.py TASK JSON

Tasks are as in `child.py`; this file imports nothing else of the bench.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

DIM = 100  # of random vectors
COMMONEST = 30_000  # words that analogies are asked of, as `w2v eval` has it


def make_table(n_words: int, out: str) -> dict[str, Any]:
    """Write random vectors as a run folder."""
    import numpy as np

    from w2v.run_folder import VECTORS, VOCAB, make_run_folder
    from w2v.text.vocabulary import count_lines

    run = make_run_folder(Path(out), force=False)
    words, vectors = _random_vectors(n_words)
    run.write_lines(VOCAB, count_lines(words, np.arange(n_words, 0, -1)))
    run.write_array(VECTORS, vectors)
    run.write_record({"status": "done"})
    return {}


def make_files(n_words: int, out: str) -> dict[str, Any]:
    """Write random vectors in both of word2vec's formats."""
    from w2v.vectors.formats.writing import write_vectors

    Path(out).mkdir()
    for format in ("text", "binary"):
        write_vectors(Path(out, format), f"word2vec-{format}", *_random_vectors(n_words))
    return {}


def _random_vectors(n_words: int) -> tuple[list[str], Any]:
    """Return words, and their vectors of 100 numbers."""
    import numpy as np

    vectors = np.random.default_rng(1).standard_normal((n_words, DIM), np.float32)
    return [f"word{number}" for number in range(n_words)], vectors


def gensim_save(run: str, out: str) -> dict[str, Any]:
    """Save the vectors of a run folder as gensim does, to be mapped."""
    from gensim.models import KeyedVectors

    from w2v.vectors.word_vectors import WordVectors

    loaded = WordVectors.load(run)
    keyed = KeyedVectors(loaded.vector_size)
    keyed.add_vectors(loaded.index_to_key, loaded.vectors)
    keyed.save(out, separately=["vectors"])
    return {}


def gensim_ask(vectors: str, words: list[str]) -> dict[str, Any]:
    """Ask gensim for the nearest of each word."""
    from gensim.models import KeyedVectors

    keyed = KeyedVectors.load(vectors, mmap="r")
    for word in words:
        assert len(keyed.most_similar(word)) > 0
    return {}


def gensim_eval(vectors: str, sets: list[str]) -> dict[str, Any]:
    """Score vectors on analogies with gensim, as `w2v eval` does by default."""
    from gensim.models import KeyedVectors

    keyed = KeyedVectors.load(vectors, mmap="r")
    n_right = n_wrong = 0
    for path in sets:
        _, sections = keyed.evaluate_word_analogies(path, COMMONEST, case_insensitive=True)
        n_right += len(sections[-1]["correct"])
        n_wrong += len(sections[-1]["incorrect"])
    n_answered = n_right + n_wrong
    return {"answered": n_answered, "right": 100 * n_right / n_answered}


def w2v_load(path: str, binary: bool) -> dict[str, Any]:
    """Read a file of vectors; w2v sees by itself which format it is."""
    from w2v.vectors.word_vectors import WordVectors

    began = time.perf_counter()
    loaded = WordVectors.load(path)
    return {"part_seconds": time.perf_counter() - began, "array_bytes": loaded.vectors.nbytes}


def gensim_load(path: str, binary: bool) -> dict[str, Any]:
    """Read a file of vectors with gensim."""
    from gensim.models import KeyedVectors

    began = time.perf_counter()
    loaded = KeyedVectors.load_word2vec_format(path, binary=binary)
    return {"part_seconds": time.perf_counter() - began, "array_bytes": loaded.vectors.nbytes}


TASKS = {
    task.__name__: task
    for task in (
        *(make_table, make_files, gensim_save),
        *(gensim_ask, gensim_eval, w2v_load, gensim_load),
    )
}

if __name__ == "__main__":
    from child import run_task  # it lies beside this file, where Python looks first

    run_task(TASKS)
