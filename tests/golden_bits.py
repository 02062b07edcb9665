"""What must come out the same everywhere: vocabularies, draws, and vectors of tiny trainings.

    python tests/golden_bits.py THREADS ENGINE...

prints all of it as JSON, so that a process of its own can be asked, under any conditions. Nothing
here is random but what w2v draws, and nothing depends on the installed Python: the characters have
been in Unicode since long before its oldest version. `scripts/make_same_everywhere.py` writes down
what came out once; `test_same_everywhere.py` compares.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
from pathlib import Path

import numpy as np

from w2v import train
from w2v.config.loading import load_config
from w2v.model.noise import NoiseDistribution
from w2v.text.corpus import open_corpus
from w2v.text.vocabulary import Vocabulary
from w2v.training.draws import Draws, Purpose, chunk_order, raw_integers, start_weights
from w2v.training.environment import what_bits_depend_on

GOLDEN = Path(__file__).parent / "golden" / "same_everywhere.json"
# Of vectors about 2 long, after 2 epochs: float32, and float64. Another BLAS and other instructions
# of the processor moved them by 2e-6 and 1e-15; an update that goes wrong, by 1e-2.
TOLERANCES = (2e-5, 1e-12)

BUILTIN = ("seasons-en", "seasons-ko", "seasons-zh", "toy-world")
TOKENIZERS = ("words", "whitespace", "char")

HOSTILE = (
    "\ufeffThe cat\u2019s CAT, the cat\r\nstra\u00dfe STRASSE \u0130stanbul \u03a3\u039f\u03a3\r"
    "e\u0301t\u00e9 \u00e9te\u0301 x\u0332\u0301y <unk> <pad> </script>\n"
    "\u1112\u1161\u11ab\u1100\u116e\u11a8 \ud55c\uad6d \ub2e8\uc5b4\uc640 \ub2e8\uc5b4\u3000"
    "\u4e2d\u6587\u8bcd\uff0c\u4e2d\u6587\u8bcd\u3002\u200b\n"
    "\u05e9\u05dc\u05d5\u05dd \u202e\u0645\u0631\u062d\u0628\u0627\u202c \u0645\u06cc\u200c\u062e"
    "\u0648\u0627\u0647\u0645 \u0e20\u0e32\u0e29\u0e32\u0e44\u0e17\u0e22 "
    "\u0939\u093f\u0928\u094d\u0926\u0940\u2028\u0939\u093f\u0928\u094d\u0926\u0940\n"
    "\U0001f469\u200d\U0001f52c\U0001f44d\U0001f3fd \U00020bb7\ufb01\ufb02 \u2460\u00bd 1,000.5 "
    "a\tb c\x1fd\n\n"
    "---- ... \u2026\u2026\n" + "w" * 3000 + " " + "\u0301" * 9 + "\n"
).encode() + b"bad \xff\xfe bytes \xed\xa0\x80 cut \xe4\xb8"

TOPICS = ("red green blue pink", "cat dog cow hen", "rain snow wind sun", "bread milk salt rice")
TINY = {
    "model.dim": 5,  # compiled anyway, for other tests
    "vocab.min_count": 1,
    "train.epochs": 2,
    "train.chunk": 700,
    "train.batch": 8,
    "train.lr": 0.05,
    "train.subsample": 0.05,
    "train.replicas": 1,
}
# The first six are for both engines.
TRAININGS = {
    "cbow": {},
    "cbow, 2 replicas": {"train.replicas": 2, "train.shuffle": True},
    "cbow, independent": {"negatives.mode": "independent", "model.gradient": "word2vec"},
    "skipgram": {"model.kind": "skipgram"},
    "skipgram, independent, 2 replicas": {
        "model.kind": "skipgram",
        "negatives.mode": "independent",
        "train.replicas": 2,
    },
    "cbow, batches of 64": {"train.batch": 64, "negatives.groups": 1},
    "cbow, adam": {"train.optimizer": "adam", "train.lr": 0.01},
    "skipgram, adagrad": {"model.kind": "skipgram", "train.optimizer": "adagrad"},
    "cbow, softmax": {"model.loss": "softmax", "train.lr": 0.2},
    "skipgram, adam, 64 bits": {
        "model.kind": "skipgram",
        "train.optimizer": "adam",
        "embedding.dtype": "float64",
        "train.lr": 0.01,
    },
}
N_OF_NUMBA = 6


def sha256(*parts):
    """Return the digest of texts and arrays, these as little-endian bytes of 64 bits a number."""
    digest = hashlib.sha256()
    for part in parts:
        if isinstance(part, str):
            digest.update(part.encode("utf-8", "surrogatepass"))
        else:
            array = np.asarray(part)
            kind = "<f8" if array.dtype.kind == "f" else "<u8" if array.dtype.kind == "u" else "<i8"
            digest.update(f"{array.shape}".encode() + array.astype(kind).tobytes())
    return digest.hexdigest()


def vocabularies(folder):
    """Return the digest of each text with each tokenizer: words, counts, and the text as ids."""
    hostile = folder / "hostile.txt"
    hostile.write_bytes(HOSTILE)
    cases = [(name, f"corpus.tokenizer={how}") for name in BUILTIN for how in TOKENIZERS]
    cases += [("hostile", f"corpus.tokenizer={how}") for how in TOKENIZERS]
    cases += [
        ("hostile", setting) for setting in ("corpus.normalize=NFKC", "corpus.lowercase=false")
    ]
    found = {}
    for name, setting in cases:
        path = str(hostile) if name == "hostile" else name
        corpus_and_rows = [f"corpus.path={json.dumps(path)}", "vocab.min_count=1"]
        config = load_config(None, [*corpus_and_rows, setting]).config
        corpus = open_corpus(config.corpus, config.vocab)
        words, counts = corpus.vocabulary.words, corpus.vocabulary.counts
        text = corpus.stream.read(0, len(corpus.stream))
        found[f"{name}, {setting}"] = sha256("\n".join(words), counts, *text)
    return found


def draws():
    """Return the digest of each kind of draw, over seeds, sizes, epochs and chunks."""
    found = {}
    for n_words in (2, 6, 5000):
        counts = 10_000_019 // (np.arange(n_words) + 3) ** (1 if n_words > 6 else 5)
        vocabulary = Vocabulary([f"w{i}" for i in range(n_words)], counts)
        for power in (0, 0.75, 1, -0.5, 0.3):
            noise = NoiseDistribution(counts, power)
            found[f"noise of {n_words}, power {power}"] = sha256(
                noise.probabilities, noise.draw(raw_integers(3, Purpose.NOISE, 2000))
            )
        found[f"keep, {n_words}"] = sha256(
            *(vocabulary.keep_probabilities(t) for t in (0, 1e-5, 1e-3, 0.7))
        )
        tokens = (np.arange(3000) ** 2 % 6007 % n_words).astype(np.int32)
        sentence = np.arange(3000) // 23
        for seed in (0, 7, 2**63 - 1):
            for name, settings in {
                "shared": ["negatives.draws=12", "negatives.groups=3"],
                "independent": ["negatives.mode=independent", "eval.heldout=0.2"],
                "distinct": [
                    *("negatives.mode=independent", "negatives.distinct=true", "negatives.k=2"),
                    *("negatives.power=0.6", "eval.heldout=0.01"),
                ],
                "no noise": ["model.loss=softmax", "model.shrink_window=false"],
            }.items():
                config = load_config(
                    None, [f"train.seed={seed}", "train.subsample=0.01", "train.batch=7", *settings]
                ).config
                of_config = Draws(config, vocabulary)
                arrays = []
                for epoch, number in ((0, 0), (0, 3), (4, 100_000)):
                    for chunk in (
                        of_config.chunk(tokens, sentence, epoch, number),
                        of_config.heldout_chunk(tokens, sentence, number),
                    ):
                        noise = () if chunk.noise is None else chunk.noise
                        arrays += [chunk.tokens, chunk.left, chunk.right, noise]
                found[f"{name}, {n_words}, seed {seed}"] = sha256(*arrays)
    for seed in (0, 7, 2**63 - 1):
        found[f"integers, seed {seed}"] = sha256(
            *(
                raw_integers(seed, purpose, 101, epoch, chunk)
                for purpose in Purpose
                for epoch, chunk in ((0, 0), (1, 0), (0, 1), (9, 2**40))
            )
        )
        found[f"order, seed {seed}"] = sha256(
            *(chunk_order(seed, epoch, n, True) for epoch in (0, 5) for n in (1, 2, 777))
        )
        for dtype in ("float32", "float64"):
            found[f"start, {dtype}, seed {seed}"] = sha256(*start_weights(seed, 1031, 7, dtype))
    return found


def tiny_text():
    """Return a text of 2,400 words, one topic a line."""
    topics = [topic.split() for topic in TOPICS]
    return "\n".join(
        " ".join(topics[i * i % 7 % 4][(i * (j + 2) + j * j) % 11 % 4] for j in range(6))
        for i in range(400)
    )


def trainings(engine, folder, threads):
    """Return both tables of each tiny training, one over the other: arrays (2V, D) by name."""
    text = folder / "tiny.txt"
    text.write_text(tiny_text(), "utf-8")
    names = list(TRAININGS)[: N_OF_NUMBA if engine == "numba" else None]
    found = {}
    for name in names:
        settings = {**TINY, **TRAININGS[name], "train.engine": engine, "train.threads": threads}
        done = train({"corpus.path": str(text), **settings}, out=folder / f"{engine}, {name}")
        tables = [np.load(done.folder / file) for file in ("vectors.npy", "output_vectors.npy")]
        found[name] = np.concatenate(tables)
    return found


def digest_of(tables):
    """Return the digest of some tables, dtype and all."""
    return sha256(*(part for name, W in sorted(tables.items()) for part in (name, f"{W.dtype}", W)))


def shortest(W):
    """Return the rows of a table as the shortest decimals that read back to the same bits."""
    return [[float(str(x)) for x in row] for row in W]


def key_of(depends_on):
    """Return what the bits of vectors depend on as one word."""
    return hashlib.sha256(json.dumps(depends_on, sort_keys=True).encode()).hexdigest()[:16]


def record(engines, threads=1):
    """Return all of it, as JSON holds it."""
    with tempfile.TemporaryDirectory() as folder:
        of_engine = {name: trainings(name, Path(folder), threads) for name in engines}
        return {
            "vocabularies": vocabularies(Path(folder)),
            "draws": draws(),
            "trainings": {
                engine: {
                    "depends_on": what_bits_depend_on(engine),
                    "sha256": digest_of(tables),
                    "values": {name: shortest(W) for name, W in tables.items()},
                }
                for engine, tables in of_engine.items()
            },
        }


if __name__ == "__main__":
    json.dump(record(sys.argv[2:], int(sys.argv[1])), sys.stdout)
