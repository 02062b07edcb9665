"""Replicas: the same bits for any number of threads, and rows combined as the rule says."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time

import hostile
import numpy as np
import pytest
from conftest import TOPICS
from engines import ENGINES, NEEDS_NUMBA
from hypothesis import given
from hypothesis import strategies as st
from observers import StopAfter

from w2v import train
from w2v.config import load_config
from w2v.config.schema import TrainConfig
from w2v.engines.choice import row_combiner
from w2v.engines.contract import Copied, Scale
from w2v.errors import ConfigError, DivergedError, Interrupted
from w2v.training.copies import NOT_HERE, Copies
from w2v.training.draws import start_weights
from w2v.training.observer import Observer
from w2v.training.planning import plan_run
from w2v.training.schedule import Schedule

CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
SMALL = {
    "model.dim": 5,  # compiling for another number takes 10 s
    "vocab.min_count": 1,
    "train.epochs": 2,
    "train.chunk": 700,  # 9 chunks, the last one shorter
    "train.batch": 8,
    "train.lr": 0.05,
    "train.engine": "numpy",
}


@pytest.fixture
def run(corpus, tmp_path):
    """Train into a new folder."""

    def run(observer=None, **settings):
        options = {key.replace("__", "."): value for key, value in settings.items()}
        out = tmp_path / f"run-{len(list(tmp_path.iterdir()))}"
        return train({"corpus.path": str(corpus), **SMALL, **options}, out=out, observer=observer)

    return run


def tables(done):
    return [np.load(done.folder / name) for name in ("vectors.npy", "output_vectors.npy")]


def digest(done):
    files = ("vectors.npy", "output_vectors.npy")
    return [hashlib.sha256((done.folder / name).read_bytes()).hexdigest() for name in files]


def losses(done):
    lines = (done.folder / "metrics.jsonl").read_text("utf-8").splitlines()
    kept = ("event", "epoch", "chunk", "positions", "examples", "loss", "heldout_loss", "lr")
    return [{key: json.loads(line).get(key) for key in kept} for line in lines]


def share_of_planted_neighbours(vectors):
    """Return the share of the words whose three nearest are the three others of their topic."""
    right = [
        {near for near, _ in vectors.most_similar([word], topn=3)} == set(topic.split()) - {word}
        for topic in TOPICS
        for word in topic.split()
    ]
    return sum(right) / len(right)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("replicas", [2, 3, 5])
def test_threads_change_no_bit(run, engine, replicas):
    settings = {"train__engine": engine, "train__replicas": replicas, "eval__heldout": 0.1}
    done = [run(**settings, train__threads=threads) for threads in (1, 2, 3)]
    assert digest(done[0]) == digest(done[1]) == digest(done[2])
    assert losses(done[0]) == losses(done[1]) == losses(done[2])
    assert digest(done[0]) != digest(run(**settings, train__seed=2))


@pytest.mark.parametrize("engine", ENGINES)
def test_replicas_are_not_one_another(run, engine):
    found = {tuple(digest(run(train__engine=engine, train__replicas=r))) for r in (1, 2, 3, 5)}
    assert len(found) == 4


@pytest.mark.parametrize("engine", ENGINES)
def test_one_replica_is_plain_training(run, engine):
    """Whatever is said about threads; and a single chunk has nobody to be combined with."""
    one = run(train__engine=engine, train__replicas=1)
    assert digest(one) == digest(run(train__engine=engine, train__replicas=1, train__threads=3))
    racing = run(train__engine=engine, train__replicas=1, train__parallel="hogwild")
    assert digest(one) == digest(racing)
    single = {"train__engine": engine, "train__chunk": 10**6}
    assert digest(run(**single, train__replicas=1)) == digest(run(**single, train__replicas=4))


@NEEDS_NUMBA
def test_engines_agree_with_replicas(run):
    """To rounding: the copies are of the same rows, and the same rule combines them."""
    settings = {"train__replicas": 3, "embedding__dtype": "float64", "eval__heldout": 0.1}
    one, other = (run(train__engine=name, **settings) for name in ("numpy", "numba"))
    for ours, theirs in zip(tables(one), tables(other), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-8, atol=1e-10)
    assert [m.heldout_loss for m in one.metrics] == pytest.approx(
        [m.heldout_loss for m in other.metrics], rel=1e-9
    )


@given(st.integers(2, 1000), st.integers(2, 300), st.integers(1, 3), st.integers(1, 9))
def test_a_round_never_crosses_an_epoch(n_positions, chunk, epochs, n_replicas):
    schedule = Schedule(n_positions, TrainConfig(chunk=chunk, epochs=epochs, min_lr=0.1), lr=0.5)
    rounds = list(schedule.rounds(n_replicas))
    assert [step for steps in rounds for step in steps] == list(schedule.steps())
    for steps in rounds:
        assert 1 <= len(steps) <= n_replicas
        assert len({step.epoch for step in steps}) == 1
        assert len(steps) == n_replicas or steps[-1].is_last_of_epoch


def test_auto_shares_what_is_worth_sharing(run):
    for chunk, n in ((700, 2), (900, 1)):  # 9 chunks, and 7
        config = (run(train__chunk=chunk).folder / "config.yaml").read_text("utf-8")
        assert f"replicas: {n}\n" in config
    config = (run(train__chunk=900, train__replicas=40).folder / "config.yaml").read_text("utf-8")
    assert "replicas: 40\n" in config


@pytest.mark.parametrize("engine", ENGINES)
def test_more_replicas_than_chunks(run, engine):
    done = run(train__engine=engine, train__replicas=40, train__threads=2)
    assert digest(done) == digest(run(train__engine=engine, train__replicas=9, train__threads=1))
    assert all(np.isfinite(table).all() for table in tables(done))


@pytest.mark.parametrize(
    "settings",
    [
        {"embedding__padding_idx": 3},
        {"embedding__padding_idx": -1},
        {"embedding__max_norm": 0.05, "model__dim": 12},
        {"embedding__scale_grad_by_freq": True},
        {"embedding__sparse": False},
        {"embedding__freeze": True},
        {"model__gradient": "word2vec"},
        {"model__kind": "skipgram"},
        {"negatives__mode": "independent"},
        {"model__kind": "skipgram", "negatives__mode": "independent"},
        {"model__loss": "softmax"},
        {"model__kind": "skipgram", "model__loss": "softmax"},
        {"vocab__specials": ["<unk>", "<pad>"], "vocab__max_size": 9},
        {"train__shuffle": True},
    ],
    ids=str,
)
def test_every_setting_works_with_replicas(run, settings):
    done = run(**settings, train__replicas=3)
    assert digest(done) == digest(run(**settings, train__replicas=3, train__threads=2))
    one = run(**settings, train__replicas=1)
    for table, of_one in zip(tables(done), tables(one), strict=True):
        assert np.isfinite(table).all()
        # About as long, though not the same.
        assert 0.25 < np.linalg.norm(table) / np.linalg.norm(of_one) < 4
    if "embedding__padding_idx" in settings:
        W_in = tables(done)[0]
        assert not W_in[settings["embedding__padding_idx"]].any()
        assert np.count_nonzero(W_in.any(axis=1)) == len(W_in) - 1
    if "vocab__specials" in settings:
        assert not tables(done)[1][1].any()  # <pad> is never noise
    if "embedding__freeze" in settings:
        np.testing.assert_array_equal(tables(done)[0], tables(one)[0])


def test_copies_hold_just_the_rows_that_a_chunk_touches():
    config = load_config(None, ["embedding.padding_idx=5", "train.batch=4"]).config
    weights = hostile.weights(9, 3)
    copies = Copies(config, weights, 2)
    first = hostile.chunk([[8, 5, 8], [2]], [2], 4, [[1, 8, 1]])
    second = hostile.chunk([[7, 0], [7, 6, 7]], [2], 4, [[5, 0, 3], [3, 3, 4]])
    for chunk, text_rows, noise_only in ((first, [2, 5, 8], [1]), (second, [0, 6, 7], [3, 4, 5])):
        copy = copies.take(1, chunk)  # of what was there before, nothing is left
        rows = np.array(text_rows + noise_only)
        assert (copies.n_in[1], copies.n_out[1]) == (len(text_rows), len(rows))
        expected = np.full(9, NOT_HERE)
        expected[rows] = range(len(rows))
        assert copies.places[1].tolist() == expected.tolist()
        np.testing.assert_array_equal(copy.weights.W_in, weights.W_in[text_rows])
        np.testing.assert_array_equal(copy.weights.W_out, weights.W_out[rows])
        np.testing.assert_array_equal(rows[copy.chunk.tokens], chunk.tokens)
        np.testing.assert_array_equal(rows[copy.chunk.noise], chunk.noise)
        for times, ids in ((copy.in_text, chunk.tokens), (copy.in_noise, chunk.noise)):
            assert times.tolist() == [list(ids.flat).count(row) for row in rows[: len(times)]]
        assert (len(copy.in_text), len(copy.in_noise)) == (len(text_rows), len(rows))
        padding = copies.config_of(1, config).embedding.padding_idx
        assert padding == (1 if chunk is first else None)  # where it is noise only, W_in has none
    assert copies.n_in[0] == copies.n_out[0] == 0


def test_the_padding_row_stays_zero_where_it_moves_around(tmp_path):
    """Each chunk has other words, so that the row has another number in each copy, or none."""
    rng = np.random.default_rng(5)
    lines = [" ".join(f"w{i}" for i in rng.integers(5 * n, 5 * n + 12, 9)) for n in range(60)]
    text = tmp_path / "text.txt"
    text.write_text("\n".join(lines))
    settings = {"corpus.path": str(text), **SMALL, "train.chunk": 30, "train.replicas": 3}
    done = train({**settings, "embedding.padding_idx": 20}, out=tmp_path / "run")
    W_in, W_out = tables(done)
    assert not W_in[20].any()
    assert W_out[20].any()
    start, _ = start_weights(1, *W_in.shape, "float32")
    assert (W_in != start).any(axis=1).mean() > 0.95  # all but words that are never a context


def naive_combine(W, rows, copied, scale):
    """Say `RowCombiner` again, number by number."""
    before = W.copy()
    dims = range(W.shape[1])
    for i, row in enumerate(rows):
        found = [
            table[here]
            for table, here, n in zip(
                copied.tables, copied.places[:, row], copied.n_rows, strict=True
            )
            if 0 <= here < n
        ]
        move = [sum(copy[d] - before[row, d] for copy in found) for d in dims]
        length = sum(move[d] * scale.direction[d] for d in dims)
        for d in dims:
            part = length * scale.direction[d]
            W[row, d] += scale.along[i] * part + scale.across[i] * (move[d] - part)
        if len(found) == 1:
            W[row] = found[0]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("dim", [1, 5])
def test_rows_are_combined_as_the_rule_says(engine, dtype, dim):
    """Rows in one copy, in some, in all, in none; and such as are behind the rows of W_in."""
    rng = np.random.default_rng(1)
    for n_words, n_replicas in ((2, 2), (7, 1), (9, 3), (1200, 5)):
        index = np.full((n_replicas, n_words), NOT_HERE, np.int32)
        n_rows = np.zeros(n_replicas, np.int64)
        for replica in range(n_replicas):
            here = rng.permutation(n_words)[: rng.integers(1, n_words + 1)]
            index[replica, here] = np.arange(len(here))
            n_rows[replica] = rng.integers(0, len(here) + 1)  # the others are noise only
        copies = rng.normal(size=(n_replicas, n_words, dim)).astype(dtype)
        rows = rng.permutation(n_words)[: rng.integers(1, n_words + 1)].astype(np.int64)
        along, across = rng.uniform(0.2, 1, (2, len(rows))).astype(dtype)
        direction = rng.normal(size=dim).astype(dtype)
        direction /= np.linalg.norm(direction)
        W = rng.normal(size=(n_words, dim)).astype(dtype)
        expected = W.copy()
        how = rows, Copied(copies, index, n_rows), Scale(along, across, direction)
        naive_combine(expected, *how)
        row_combiner(engine)(W, *how)
        np.testing.assert_allclose(W, expected, atol=3e-6 if dtype == np.float32 else 1e-13)
        is_there = (index >= 0) & (index < n_rows[:, None])
        for row in rows[is_there[:, rows].sum(axis=0) == 1]:  # to the bit
            replica = int(np.argmax(is_there[:, row]))
            np.testing.assert_array_equal(W[row], copies[replica, index[replica, row]])


@pytest.mark.parametrize("engine", ENGINES)
def test_nothing_to_combine(engine):
    W = np.ones((3, 2), np.float32)
    none = np.zeros(0, np.int64)
    index = np.full((2, 3), NOT_HERE, np.int32)
    copies = np.full((2, 3, 2), np.nan, np.float32)  # as memory that was never written to may be
    combine = row_combiner(engine)
    copied = Copied(copies, index, np.zeros(2, np.int64))
    direction, ones = np.array([0, 1], np.float32), np.ones(3, np.float32)
    combine(W, none, copied, Scale(ones[:0], ones[:0], direction))
    np.testing.assert_array_equal(W, 1)
    combine(W, np.arange(3), copied, Scale(ones, ones, direction))
    np.testing.assert_array_equal(W, 1)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"train__parallel": "hogwild", "train__threads": 2, "train__epochs": 20},
        {"model__kind": "skipgram", "train__lr": 0.005},
        {"negatives__mode": "independent"},
        {"model__gradient": "word2vec"},
    ],
    ids=str,
)
def test_planted_neighbours_come_first(run, engine, settings):
    """With 16 words every row is frequent in every copy, which wants small steps."""
    usual = {"train__epochs": 10, "train__chunk": 100, "train__subsample": 0, "train__lr": 0.02}
    done = run(train__engine=engine, train__replicas=4, **{**usual, **settings})
    assert share_of_planted_neighbours(done.vectors) == 1
    assert done.metrics[-1].loss < 0.7 * done.metrics[0].loss


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("parallel", "replicas"), [("deterministic", 2), ("hogwild", 2)])
def test_the_record_says_whether_a_run_repeats_itself(run, engine, parallel, replicas):
    done = run(train__engine=engine, train__parallel=parallel, train__replicas=replicas)
    record = json.loads((done.folder / "run.json").read_text("utf-8"))
    assert record["reproducible"] is (parallel == "deterministic")
    assert record["engine"] == engine
    assert ("numba" in record["bits_depend_on"]) == (engine == "numba")
    config = load_config(done.folder / "config.yaml").config
    assert (config.train.replicas, config.train.parallel) == (replicas, parallel)


def test_one_replica_that_races_repeats_itself(run):
    done = run(train__parallel="hogwild", train__replicas=1)
    assert json.loads((done.folder / "run.json").read_text("utf-8"))["reproducible"] is True


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("replicas", [1, 2])
@pytest.mark.parametrize("parallel", ["deterministic", "hogwild"])
def test_divergence_is_noticed(run, tmp_path, engine, replicas, parallel):
    settings = {"train__replicas": replicas, "train__parallel": parallel, "train__threads": 2}
    with pytest.raises(DivergedError, match=r"try train\.lr="):
        run(train__engine=engine, train__lr=1e30, **settings)
    (folder,) = tmp_path.iterdir()
    assert json.loads((folder / "run.json").read_text("utf-8"))["status"] == "diverged"
    assert not (folder / "vectors.npy").exists()


@pytest.mark.parametrize(
    ("settings", "n_replicas", "n_threads"),
    [
        ({"train.replicas": 1, "train.threads": 9}, 1, 1),
        ({"train.replicas": 3, "train.threads": 9}, 3, 3),
        ({"train.replicas": 3, "train.threads": 2}, 3, 2),
        ({"train.replicas": 2, "train.threads": "auto"}, 2, min(2, CORES)),
        ({"train.optimizer": "adam"}, 1, 1),
        ({}, 2, min(2, CORES)),
    ],
    ids=str,
)
def test_threads_are_no_more_than_replicas(run, settings, n_replicas, n_threads):
    class Plan(Observer):
        def on_plan(self, config, corpus, plan):
            self.plan = plan_run(config, corpus)

    seen = Plan()
    dunder = {path.replace(".", "__"): value for path, value in settings.items()}
    done = run(seen, **{"train__lr": "auto", **dunder})
    assert (seen.plan.n_replicas, seen.plan.n_threads) == (n_replicas, n_threads)
    assert load_config(done.folder / "config.yaml").config.train.replicas == n_replicas


@pytest.mark.parametrize("optimizer", ["adagrad", "adam"])
def test_sums_of_an_optimizer_cannot_be_shared(run, optimizer):
    with pytest.raises(ConfigError, match=f"replicas: {optimizer} keeps sums .* use 1 or auto"):
        run(train__optimizer=optimizer, train__replicas=2)


@pytest.mark.parametrize("engine", ENGINES)
def test_stopping_keeps_the_vectors_of_the_whole_round(run, tmp_path, engine):
    """The first chunk asks to stop; the four of its round are all in the vectors."""
    with pytest.raises(Interrupted, match=r"stopped after 23% of the training"):
        run(StopAfter(1), train__engine=engine, train__replicas=4, train__threads=2)
    (folder,) = tmp_path.iterdir()
    record = json.loads((folder / "run.json").read_text("utf-8"))
    assert record["status"] == "interrupted"
    chunks = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    assert [line["chunk"] for line in chunks] == [0, 1, 2, 3]
    assert chunks[-1]["positions"] == 4 * 700


@pytest.mark.skipif(os.name == "nt", reason="Windows sends other signals")
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("parallel", ["deterministic", "hogwild"])
def test_ctrl_c_while_threads_train(corpus, tmp_path, engine, parallel):
    settings = {
        "train.engine": engine, "train.replicas": 4, "train.threads": 2, "train.chunk": 700,
        "model.dim": 5, "train.epochs": 100_000, "train.parallel": parallel, "train.lr": 0.01,
    }  # fmt: skip
    command = [sys.executable, "-m", "w2v", "train", "--corpus", str(corpus), "--out", "run"]
    process = subprocess.Popen(
        [*command, *(f"{path}={value}" for path, value in settings.items())],
        cwd=tmp_path, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    metrics = tmp_path / "run" / "metrics.jsonl"
    while not (metrics.exists() and metrics.stat().st_size > 1000):
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 130, said
    assert "the vectors so far are in run" in said
    assert "Traceback" not in said
    assert json.loads((tmp_path / "run" / "run.json").read_text())["status"] == "interrupted"
    assert np.isfinite(np.load(tmp_path / "run" / "vectors.npy")).all()
    steps = [json.loads(line) for line in metrics.read_text().splitlines()]
    epoch = steps[-1]["epoch"]
    of_last = [line for line in steps if line["epoch"] == epoch and line["event"] == "chunk"]
    assert len(of_last) in (4, 8, 9)
