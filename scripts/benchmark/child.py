"""What runs inside the bench's processes that are no command of their own.

    python child.py TASK JSON

Each task takes one JSON object and prints one. This file imports nothing of the bench.
"""

from __future__ import annotations

import collections
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

WORDS_A_LINE = 1000  # word2vec.c cuts sentences there, gensim at 10,000; w2v does not care
WARM_WORDS = 20_000  # of a text to compile on


def prepare(text: str, overrides: list[str], max_words: int | None, folder: str) -> dict[str, Any]:
    """Write the tokens of a text, in lines of at most 1,000, for all programs to read.

    Also its first tenth, that ten times over, a small piece to compile on, and the vocabulary,
    `word<TAB>count`.
    """
    import numpy as np

    from w2v.config import load_config
    from w2v.text.reading import BadBytes, read_pieces
    from w2v.text.tokenizers import TokenizerSpec
    from w2v.text.vocabulary import build_vocabulary

    config = load_config(None, overrides).config
    corpus = config.corpus
    spec = TokenizerSpec(corpus.tokenizer, corpus.lowercase, corpus.normalize)
    tokenize = spec.make_for_lines()
    counts: collections.Counter[str] = collections.Counter()
    left = max_words if max_words is not None else sys.maxsize
    whole = Path(folder, "whole.txt")
    with open(whole, "w", encoding="utf-8", newline="\n") as target:
        for line in _lines(read_pieces(Path(text), corpus.field, BadBytes()), tokenize):
            line = line[:left]
            left -= len(line)
            counts.update(line)
            target.write(" ".join(line) + "\n")
            if not left:
                break
    n_words = counts.total()
    tenth = Path(folder, "tenth.txt")
    n_tenth = _copy_start(whole, tenth, n_words // 10)
    with open(Path(folder, "tenfold.txt"), "wb") as tenfold:
        for _ in range(10):
            tenfold.write(tenth.read_bytes())
    _copy_start(whole, Path(folder, "warm.txt"), WARM_WORDS)
    ranked = counts.most_common()  # ties by first appearance, as w2v has them
    vocabulary, _ = build_vocabulary(
        [word for word, _ in ranked],
        np.array([count for _, count in ranked], np.int64),
        config.vocab.min_count,
        config.vocab.max_size,
        [],
    )
    vocabulary.save(Path(folder, "vocab.tsv"))
    return {
        "words": n_words,
        "words_of_the_tenth": n_tenth,
        "bytes": whole.stat().st_size,
        "kept": vocabulary.n_tokens,
        "V": len(vocabulary),
    }


def _lines(pieces: Iterator[tuple[str, bool]], tokenize: Any) -> Iterator[list[str]]:
    """Yield lines of tokens, the long ones folded."""
    line: list[str] = []
    for piece, is_line_end in pieces:
        for number, tokens in enumerate(tokenize(piece)):
            if number and line:  # a line ended before it
                yield line
                line = []
            line += tokens
            while len(line) >= WORDS_A_LINE:
                yield line[:WORDS_A_LINE]
                line = line[WORDS_A_LINE:]
        if is_line_end and line:
            yield line
            line = []


def _copy_start(source: Path, target: Path, n_words: int) -> int:
    """Copy the first lines, up to so many words and one line at least; return how many it were."""
    copied = 0
    with (
        open(source, encoding="utf-8", newline="\n") as lines,
        open(target, "w", encoding="utf-8", newline="\n") as copy,
    ):
        for line in lines:
            if copied and copied + line.count(" ") + 1 > n_words:
                break
            copy.write(line)
            copied += line.count(" ") + 1
    return copied


def encode(text: str, overrides: list[str]) -> dict[str, Any]:
    """Count and encode a text as w2v does before it trains."""
    from w2v.config import load_config
    from w2v.text.corpus import open_corpus

    config = load_config(None, overrides, {"corpus.path": text}).config
    began = time.perf_counter()
    corpus = open_corpus(config.corpus, config.vocab)
    seconds = time.perf_counter() - began
    assert not corpus.text.from_cache, "the bench forgot to empty the cache"
    return {"part_seconds": seconds, "positions": len(corpus.stream)}


def gensim_scan(text: str, model: dict[str, Any]) -> dict[str, Any]:
    """Count a text as gensim does before it trains."""
    from gensim.models import Word2Vec

    word2vec = Word2Vec(**model)
    began = time.perf_counter()
    word2vec.build_vocab(corpus_file=text)
    return {"part_seconds": time.perf_counter() - began, "positions": _positions(word2vec)}


def gensim_train(text: str, model: dict[str, Any], epochs: int, out: str) -> dict[str, Any]:
    """Train as fast as gensim can: from a file, not from Python's sentences."""
    from gensim.models import Word2Vec

    word2vec = Word2Vec(**model)
    word2vec.build_vocab(corpus_file=text)
    began = time.perf_counter()
    word2vec.train(corpus_file=text, total_words=word2vec.corpus_total_words, epochs=epochs)
    seconds = time.perf_counter() - began
    word2vec.wv.save_word2vec_format(out, binary=True)
    return {"positions": _positions(word2vec) * epochs, "train_seconds": seconds}


def _positions(word2vec: Any) -> int:
    """Return how many positions of the text the words of a gensim model fill."""
    return sum(int(word2vec.wv.get_vecattr(word, "count")) for word in word2vec.wv.key_to_index)


def evaluate(vectors: str, vocabulary: str, sets: list[str]) -> dict[str, Any]:
    """Score vectors, times 100, on evaluation sets; rows are put in the order of the vocabulary.

    So the commonest words are the same ones whatever order a program writes them in.
    """
    import numpy as np

    from w2v.evaluation.analogies import score_analogies
    from w2v.evaluation.sets import AnalogySet, read_set
    from w2v.evaluation.similarity import score_similarity
    from w2v.text.vocabulary import Vocabulary
    from w2v.vectors.word_vectors import WordVectors

    words, rows = _read_vectors(Path(vectors))
    row_of = {word: row for row, word in enumerate(words)}
    common = Vocabulary.load(Path(vocabulary))
    kept = [word for word in common.words if word in row_of]
    counts = np.array([common.counts[common.id_of[word]] for word in kept], np.int64)
    ordered = WordVectors(Vocabulary(kept, counts), rows[[row_of[word] for word in kept]])
    found = {}
    for path in sets:
        questions = read_set(path)
        if isinstance(questions, AnalogySet):
            total = score_analogies(ordered, questions).total
            score, coverage = total.accuracy, total.coverage
        else:
            similarity = score_similarity(ordered, questions)
            score, coverage = similarity.spearman, similarity.coverage
        found[path] = {"score": None if score is None else 100 * score, "coverage": coverage}
    return {"accuracy": found}


def _read_vectors(path: Path) -> tuple[list[str], Any]:
    """Read a run folder of w2v, or a file of word2vec's binary or text format."""
    import numpy as np

    if path.is_dir():
        from w2v.vectors.word_vectors import WordVectors

        loaded = WordVectors.load(path)
        return loaded.vocabulary.words, np.asarray(loaded.vectors)
    content = path.read_bytes()
    first, _, rest = content.partition(b"\n")
    has_header = len(first.split()) == 2  # koan writes none
    if path.suffix == ".bin":
        return _read_binary(rest, *map(int, first.split()))
    lines = (rest if has_header else content).decode("utf-8", "replace").split("\n")
    parts = [line.rstrip().split(" ") for line in lines if line.strip()]
    table = np.array([[float(number) for number in part[1:]] for part in parts], np.float32)
    return [part[0] for part in parts], table


def _read_binary(content: bytes, n_words: int, dim: int) -> tuple[list[str], Any]:
    """Read words, each with its numbers behind a space; some programs end them with a newline."""
    import numpy as np

    words, at = [], 0
    table = np.empty((n_words, dim), np.float32)
    for row in table:
        space = content.index(b" ", at)
        words.append(content[at:space].lstrip(b"\n").decode("utf-8", "replace"))
        row[:] = np.frombuffer(content, "<f4", dim, space + 1)
        at = space + 1 + 4 * dim
    return words, table


TASKS = {task.__name__: task for task in (prepare, encode, gensim_scan, gensim_train, evaluate)}


def run_task(tasks: dict[str, Any]) -> None:
    """Do what the command line says, and print what comes of it."""
    try:
        print(json.dumps(tasks[sys.argv[1]](**json.loads(sys.argv[2]))))
    except Exception as error:
        if type(error).__module__ != "w2v.errors":
            raise
        sys.exit(str(error))  # a sentence for the user, who needs no traceback


if __name__ == "__main__":
    run_task(TASKS)
