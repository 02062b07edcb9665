"""Whole runs: what is learnt, that the bits hold still, that every setting counts."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from conftest import TOPICS
from observers import StopAfter

from w2v import WordVectors, train
from w2v.config.loading import load_config
from w2v.config.schema import Config, CorpusConfig, ModelConfig, option_paths, with_values
from w2v.engines.contract import Weights
from w2v.errors import ConfigError, CorpusError, DivergedError, Interrupted
from w2v.shipped import shipped_files
from w2v.text.builtin import toy_world
from w2v.text.vocabulary import Vocabulary
from w2v.training.combining import pull_of
from w2v.training.copies import Copies
from w2v.training.draws import Draws
from w2v.training.observer import Observer

# Small batches: with 16 words, a word comes many times in a batch, and its steps add up.
SMALL = {
    "model.dim": 12,
    "vocab.min_count": 1,
    "train.epochs": 2,
    "train.chunk": 1000,
    "train.batch": 8,
    "train.lr": 0.05,
}


def run(corpus, out, **settings):
    options = {key.replace("__", "."): value for key, value in settings.items()}
    return train({"corpus.path": str(corpus), **SMALL, **options}, out=out)


def digest(folder):
    return [
        hashlib.sha256((folder / name).read_bytes()).hexdigest()
        for name in ("vectors.npy", "output_vectors.npy")
    ]


def analogy_accuracy(vectors):
    """Return the share of toy-world's planted analogies that come out first."""
    right = n = 0
    for line in toy_world.questions():
        if not line.startswith(":"):
            a, b, c, expected = line.split()
            right += vectors.most_similar([b, c], [a], topn=1)[0][0] == expected
            n += 1
    return right / n


def test_planted_analogies_are_learnt(tmp_path):
    config = load_config(shipped_files("configs")["toy-world"]).config
    done = train(config, out=tmp_path / "run")
    assert analogy_accuracy(done.vectors) >= 0.95
    # The analogies alone would forgive a scatter that loses repeated ids; the loss does not (1.12).
    assert done.metrics[-1].loss < 0.5
    neighbours = toy_world.neighbours()
    nearest = {word: done.vectors.most_similar([word], topn=1)[0][0] for word in neighbours}
    right = sum(nearest[word] in neighbours[word] for word in neighbours)
    assert right >= 0.98 * len(neighbours)


def test_planted_neighbours_come_first(corpus, tmp_path):
    vectors = run(corpus, tmp_path / "run", train__epochs=8, train__subsample=0).vectors
    for topic in TOPICS:
        for word in topic.split():
            nearest = {near for near, _ in vectors.most_similar([word], topn=3)}
            assert nearest == set(topic.split()) - {word}


@pytest.mark.parametrize(
    "settings",
    [
        {"model__kind": "skipgram"},
        {"model__gradient": "word2vec", "train__lr": 0.02},
        {"negatives__mode": "independent"},
        {"model__loss": "softmax"},
        {"train__optimizer": "adagrad"},
        {"train__optimizer": "adam", "train__lr": 0.01, "train__min_lr": 0.001},
        {"embedding__dtype": "float64"},
    ],
    ids=str,
)
def test_every_kind_of_model_learns_them(corpus, tmp_path, settings):
    more = {"train__epochs": 8, "train__subsample": 0, **settings}
    vectors = run(corpus, tmp_path / "run", **more).vectors
    right = sum(
        {near for near, _ in vectors.most_similar([word], topn=3)} == set(topic.split()) - {word}
        for topic in TOPICS
        for word in topic.split()
    )
    assert right >= 15  # of 16


def test_same_config_same_bits(corpus, tmp_path):
    first, second = run(corpus, tmp_path / "a"), run(corpus, tmp_path / "b")
    assert digest(first.folder) == digest(second.folder)
    other_seed = run(corpus, tmp_path / "c", train__seed=2)
    assert digest(first.folder)[0] != digest(other_seed.folder)[0]


@pytest.mark.parametrize("hash_seed", ["0", "12345"])
def test_same_bits_in_another_process(corpus, tmp_path, hash_seed):
    here = run(corpus, tmp_path / "here", train__shuffle=True)
    arguments = [f"{key}={value}" for key, value in SMALL.items()]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "OPENBLAS_NUM_THREADS": "1"}
    environment["W2V_CACHE"] = str(tmp_path / "another cache")
    command = [sys.executable, "-m", "w2v", "train", "--corpus", str(corpus), "--out", "there"]
    subprocess.run(
        [*command, *arguments, "train.shuffle=true", "--quiet"],
        cwd=tmp_path, env=environment, check=True,
    )  # fmt: skip
    assert digest(here.folder) == digest(tmp_path / "there")


def test_a_run_reruns_from_its_own_config(corpus, tmp_path):
    first = run(corpus, tmp_path / "a", vocab__max_size=9)
    second = train(first.folder / "config.yaml", out=tmp_path / "b")
    assert digest(first.folder) == digest(second.folder)


def test_run_folder(corpus, tmp_path):
    folder = run(corpus, tmp_path / "run", vocab__max_size=10).folder
    rows = (folder / "vocab.tsv").read_text("utf-8").splitlines()
    vectors = np.load(folder / "vectors.npy", mmap_mode="r")
    assert vectors.dtype == np.float32
    assert vectors.shape == (len(rows), 12) == np.load(folder / "output_vectors.npy").shape
    counts = [int(row.split("\t")[1]) for row in rows]
    assert counts == sorted(counts, reverse=True)
    record = json.loads((folder / "run.json").read_text("utf-8"))
    assert record["status"] == "done"
    assert record["engine"] == "numpy"
    assert record["tokens"]["read"] == 6000
    assert record["tokens"]["kept"] == sum(counts)
    assert record["corpus"]["path"] == str(corpus)
    metrics = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    chunks = [line for line in metrics if line["event"] == "chunk"]
    assert len(chunks) == 2 * -(-sum(counts) // 1000)
    assert sum(line["event"] == "epoch" for line in metrics) == 2
    assert chunks[-1]["positions"] == 2 * sum(counts)


# A value that must change the vectors, or None for what must not (and why).
OTHER_VALUES = {
    "name": None,  # where the run goes
    "corpus.path": "seasons-en",
    "corpus.tokenizer": "char",
    "corpus.lowercase": False,
    "corpus.normalize": "NFKC",
    "corpus.field": None,  # for .jsonl and .csv only
    "vocab.rows": None,  # needs known vectors: tests/test_known_vectors.py
    "vocab.min_count": 300,
    "vocab.max_size": 7,
    "vocab.specials": ["<unk>", "<pad>"],
    "model.kind": "skipgram",
    "model.dim": 13,
    "model.window": 2,
    "model.shrink_window": False,
    "model.gradient": "word2vec",
    "model.loss": "softmax",
    "embedding.padding_idx": 3,
    "embedding.max_norm": 0.05,
    "embedding.norm_type": 1.0,
    "embedding.scale_grad_by_freq": True,
    "embedding.sparse": None,  # same numbers by another way: tests/test_engine.py
    "embedding.pretrained": None,  # tests/test_known_vectors.py
    "embedding.freeze": True,
    "embedding.dtype": "float64",
    "negatives.mode": "independent",
    "negatives.k": 4,
    "negatives.draws": 8,
    "negatives.groups": 2,
    "negatives.power": 0.0,
    "negatives.distinct": True,
    "train.engine": None,  # numba agrees to rounding: tests/test_numba_engine.py
    "train.optimizer": "adagrad",
    "train.lr": 0.07,
    "train.min_lr": 0.01,
    "train.epochs": 3,
    "train.batch": 17,
    "train.subsample": 0.01,
    "train.chunk": 900,
    "train.shuffle": True,
    "train.replicas": 3,
    "train.threads": None,  # never changes the bits
    "train.parallel": "hogwild",
    "eval.heldout": 0.2,
    "eval.sets": None,  # only measure: tests/test_evaluating.py
    "eval.every": None,
    "train.early_stop": None,  # tests/test_early_stopping.py
    "train.checkpoint_every": None,  # never changes the bits: tests/test_resuming.py
    "train.seed": 9,
    "output.dir": None,  # where the run goes
}
NEEDS = {
    "negatives.distinct": {"negatives.mode": "independent"},
    "embedding.norm_type": {"embedding.max_norm": 0.05},
    "train.parallel": {"train.replicas": 2},  # a text as short as this has one
}


def test_every_setting_is_accounted_for():
    """A new setting must be shown to reach the training, or be refused (tests/test_config.py)."""
    assert OTHER_VALUES.keys() == set(option_paths())


@pytest.mark.parametrize(
    "path", [path for path, value in OTHER_VALUES.items() if value is not None]
)
def test_every_setting_reaches_the_training(tmp_path, path):
    text = tmp_path / "text.txt"
    rng = np.random.default_rng(4)
    words = np.array(["Red", "red", "ﬁn", "fin", "green", "blue", "cat", "dog", "rain", "snow"])
    text.write_text("\n".join(" ".join(rng.choice(words, 6)) for _ in range(500)), encoding="utf-8")
    base = {"corpus.path": str(text), **SMALL, "model.window": 4, "train.subsample": 0.1}
    base |= NEEDS.get(path, {})
    one = train(base, out=tmp_path / "one")
    other = train({**base, path: OTHER_VALUES[path]}, out=tmp_path / "other")
    assert digest(one.folder)[0] != digest(other.folder)[0]


def test_noise_in_groups_pulls_as_hard_as_in_one():
    """Of G groups each id is scored by 1 / G of the centers, and weighs G times as much."""
    weights = Weights(np.ones((4, 3)), np.ones((4, 3)))
    config = load_config(None, ["train.batch=3", "train.subsample=0"]).config
    draws = Draws(config, Vocabulary(list("abcd"), np.array([4, 3, 2, 1])))
    chunk = draws.chunk(np.array([0, 1, 2, 0, 3, 1], np.int32), np.zeros(6, np.int64), 0, 0)
    assert chunk.noise.shape == (2, 4, 8)
    in_one = replace(chunk, noise=chunk.noise.reshape(2, 1, 32))
    alone = with_values(config, {"negatives.groups": 1})
    one = pull_of(alone, Copies(alone, weights, 1).take(0, in_one), 0.1)
    other = pull_of(config, Copies(config, weights, 1).take(0, chunk), 0.1)
    np.testing.assert_array_equal(one.W_out.examples[0], other.W_out.examples[0])


def test_padding_row_stays_zero_and_a_frozen_table_stays(corpus, tmp_path):
    padded = run(corpus, tmp_path / "a", embedding__padding_idx=-2).vectors.vectors
    assert not padded[-2].any()
    assert padded[-1].any()
    frozen = run(corpus, tmp_path / "b", embedding__freeze=True)
    longer = run(corpus, tmp_path / "c", embedding__freeze=True, train__epochs=3)
    assert digest(frozen.folder)[0] == digest(longer.folder)[0]
    assert digest(frozen.folder)[1] != digest(longer.folder)[1]


def test_pad_is_never_trained(corpus, tmp_path):
    folder = run(
        corpus, tmp_path / "a", vocab__specials=["<unk>", "<pad>"], vocab__max_size=9
    ).folder
    assert (folder / "vocab.tsv").read_text("utf-8").splitlines()[1] == "<pad>\t0"
    assert not np.load(folder / "output_vectors.npy")[1].any()
    assert np.load(folder / "output_vectors.npy")[0].any()


def test_stopping_keeps_the_vectors_so_far(corpus, tmp_path):
    settings = {"corpus.path": str(corpus), **SMALL}
    with pytest.raises(Interrupted, match="stopped after 25% of the training"):
        train({**settings, "train.replicas": 1}, out=tmp_path / "run", observer=StopAfter(3))
    record = json.loads((tmp_path / "run" / "run.json").read_text("utf-8"))
    assert record["status"] == "interrupted"
    assert len(WordVectors.load(tmp_path / "run")) == 16


def test_divergence_stops_the_run(corpus, tmp_path):
    with pytest.raises(DivergedError, match=r"epoch 1.*try train\.lr=0\.15 \(it was 1e\+30\)"):
        run(corpus, tmp_path / "run", train__lr=1e30)
    record = json.loads((tmp_path / "run" / "run.json").read_text("utf-8"))
    assert record["status"] == "diverged"
    assert not (tmp_path / "run" / "vectors.npy").exists()


def test_lines_that_lose_their_neighbours(tmp_path):
    text = tmp_path / "text.txt"
    text.write_text("a rare1\nb rare2\n" + "a\nb\n" * 9)
    with pytest.raises(
        CorpusError, match="no line of the corpus holds two words of the vocabulary"
    ):
        train({"corpus.path": str(text), "vocab.min_count": 5}, out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_subsampling_may_leave_no_neighbours(tmp_path):
    text = tmp_path / "text.txt"
    text.write_text("a b\n" * 9)
    settings = {"corpus.path": str(text), "train.subsample": 1e-12}
    with pytest.raises(CorpusError, match=r"no word had a neighbour .* train\.subsample=0"):
        train(settings, out=tmp_path / "run")
    record = json.loads((tmp_path / "run" / "run.json").read_text("utf-8"))
    assert record["status"] == "failed"


def test_observer_sees_every_chunk_and_epoch(corpus, tmp_path):
    seen = []

    class Record(Observer):
        def on_plan(self, config, corpus, plan):
            seen.append(("plan", config.train.engine, plan.tokens_kept))

        def on_chunk(self, metrics):
            seen.append(("chunk", metrics.step.epoch, metrics.positions))

        def on_epoch(self, metrics, vectors):
            seen.append(("epoch", metrics.epoch))

    train({"corpus.path": str(corpus), **SMALL}, out=tmp_path / "run", observer=Record())
    chunks = [("chunk", epoch, 1000) for epoch in (0, 1) for _ in range(6)]
    assert seen == [
        ("plan", "numpy", 6000), *chunks[:6], ("epoch", 1), *chunks[6:], ("epoch", 2)
    ]  # fmt: skip


def test_a_config_made_by_hand_is_checked(corpus, tmp_path):
    made = Config(corpus=CorpusConfig(path=str(corpus)), model=ModelConfig(dim=0))
    with pytest.raises(ConfigError, match=r"model\.dim: a whole number of at least 1 is expected"):
        train(made, out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_another_folder_of_a_runs_name_is_no_hindrance(corpus, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runs" / "run-0").mkdir(parents=True)
    (tmp_path / "runs" / "run-7").mkdir()
    assert run(corpus, None).folder.name == "run-8"


def test_values_of_a_program_are_taken_as_they_are(corpus, tmp_path):
    settings = {**SMALL, "model.dim": np.int64(7), "train.lr": np.float32(0.25)}
    done = train({"corpus.path": corpus, **settings}, out=tmp_path / "run")
    assert done.vectors.vectors.shape == (16, 7)
    assert "lr: 0.25" in (done.folder / "config.yaml").read_text()
    with pytest.raises(
        ConfigError, match=r"argument: train\.lr: auto or a number above 0 is expected"
    ):
        train({"train.lr": object()})


def test_the_command_line_does_not_depend_on_blas_threads(corpus, tmp_path):
    """The full softmax has matrices large enough to be cut up among threads."""
    seen = set()
    for threads in ("1", "2"):
        arguments = ["--corpus", str(corpus), "--out", threads, "--quiet", "model.loss=softmax"]
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": threads}
        command = [sys.executable, "-m", "w2v", "train", *arguments]
        subprocess.run(
            [*command, "train.batch=1024", "model.dim=301", "train.epochs=1", "train.lr=1e-3"],
            cwd=tmp_path, env=environment, check=True,
        )  # fmt: skip
        seen.add(tuple(digest(tmp_path / threads)))
        record = json.loads((tmp_path / threads / "run.json").read_text("utf-8"))
        assert record["bits_depend_on"]["blas_threads"] == "1"
    assert len(seen) == 1


def test_an_epoch_without_examples_is_no_end(tmp_path):
    """Six lines, most of them thinned out: some epochs have nothing to learn from."""
    text = tmp_path / "six.txt"
    text.write_text("the cat sat on the mat\n" * 6)
    settings = {"corpus.path": str(text), "train.epochs": 60}
    metrics = train(settings, out=tmp_path / "run").metrics
    assert {epoch.loss is None for epoch in metrics} == {True, False}
    assert all((epoch.loss is None) == (epoch.n_examples == 0) for epoch in metrics)


@pytest.mark.parametrize(
    ("settings", "rate"),
    [
        ({}, 0.15),
        ({"model.gradient": "word2vec"}, 0.07),
        ({"model.kind": "skipgram"}, 0.025),
        ({"train.optimizer": "adam"}, 0.0025),
        ({"train.lr": 0.3}, 0.3),
    ],
    ids=str,
)
def test_the_rate_goes_by_the_model(corpus, tmp_path, settings, rate):
    plain = {key: value for key, value in SMALL.items() if key != "train.lr"}
    folder = train({"corpus.path": str(corpus), **plain, **settings}, out=tmp_path / "run").folder
    assert load_config(folder / "config.yaml").config.train.lr == rate
    first = json.loads((folder / "metrics.jsonl").read_text().splitlines()[0])
    assert first["lr"] == rate


def test_a_rate_cannot_rise(corpus, tmp_path):
    with pytest.raises(
        ConfigError, match=r"train\.min_lr: 0\.2 is above the rate at the start, 0\.15"
    ):
        train({"corpus.path": str(corpus), "train.min_lr": 0.2}, out=tmp_path / "run")
