"""The plan: what is printed before a run, and that its memory is worked out from what is there."""

from __future__ import annotations

import dataclasses
import types

import numpy as np
import pytest

from w2v.cli.progress import WIDTH, engine_lines, plan_lines
from w2v.config import load_config
from w2v.config.schema import n_replicas
from w2v.engines import choice
from w2v.engines.choice import WORTH_COMPILING, choose_engine
from w2v.engines.contract import Weights
from w2v.errors import ConfigError
from w2v.text.vocabulary import Vocabulary
from w2v.training.copies import Copies
from w2v.training.draws import Draws
from w2v.training.peak_memory import rows_copied
from w2v.training.planning import Plan

PLAN = Plan(
    tokens_read=17_000_000,
    tokens_kept=16_500_000,
    tokens_trained=60_000_000.4,
    n_words=68_000,
    dim=100,
    lr=0.15,
    memory_bytes=220_000_000,
    engine="numba",
    engine_reason="the faster one",
    n_replicas=2,
    n_threads=2,
)
REPORT = types.SimpleNamespace(n_sentences=1_234_567, n_bytes=100_000_000)
CORPUS = types.SimpleNamespace(
    text=types.SimpleNamespace(report=REPORT, from_cache=False), dropped_words=range(151_000)
)


def config_of(*settings):
    return load_config(None, list(settings)).config


@pytest.mark.parametrize(
    ("settings", "changes", "expected"),
    [
        ([], {}, ["engine   numba (the faster one), 2 replicas on 2 threads"]),
        ([], {"n_threads": 1}, ["engine   numba (the faster one), 2 replicas on 1 thread"]),
        ([], {"n_replicas": 1, "n_threads": 1}, ["engine   numba (the faster one)"]),
        # A single chunk has nobody to share with.
        ([], {"tokens_kept": 100_000}, ["engine   numba (the faster one)"]),
        (
            ["train.parallel=hogwild"],
            {},
            ["engine   numba (the faster one), 2 threads, racing on one copy"],
        ),
        (
            [],
            {"engine": "numpy", "engine_reason": "only it has embedding.scale_grad_by_freq: true"},
            [
                "engine   numpy (only it has embedding.scale_grad_by_freq: true),",
                "         2 replicas on 2 threads",
            ],
        ),
    ],
    ids=str,
)
def test_the_plan_says_what_computes(settings, changes, expected):
    assert engine_lines(config_of(*settings), dataclasses.replace(PLAN, **changes)) == expected


@pytest.mark.parametrize("settings", [[], ["eval.heldout=0.125", "train.subsample=1e-4"]], ids=str)
def test_the_plan_fits_a_terminal(settings):
    lines = plan_lines(config_of(*settings), CORPUS, PLAN)
    assert all(len(line) <= WIDTH for line in lines), lines
    held_out = [line for line in lines if line.startswith("held out")]
    assert held_out == (["held out 12.5% of the text, to measure its loss"] if settings else [])


def installed(monkeypatch, *names):
    def find_spec(name):
        return object() if name in names else None

    monkeypatch.setattr(choice.importlib.util, "find_spec", find_spec)
    numba = types.SimpleNamespace(config=types.SimpleNamespace(DISABLE_JIT=0))
    monkeypatch.setattr(choice.importlib, "import_module", {"numba": numba}.get)


BOTH = ("numba", "scipy")
ENOUGH, FEW = WORTH_COMPILING, WORTH_COMPILING - 1


@pytest.mark.parametrize(
    ("settings", "n", "here", "engine", "reason"),
    [
        ([], ENOUGH, BOTH, "numba", "the faster one"),
        ([], FEW, BOTH, "numpy", "too little text for compiling to pay; see train.engine"),
        ([], FEW, (), "numpy", "too little text for compiling to pay; see train.engine"),
        ([], ENOUGH, (), "numpy", "numba would be faster: pip install 'w2v[fast]'"),
        ([], ENOUGH, ("numba",), "numpy", "numba would be faster: pip install 'w2v[fast]'"),
        (["model.loss=softmax"], ENOUGH, (), "numpy", "only it has model.loss: softmax"),
        (["train.optimizer=adam"], ENOUGH, BOTH, "numpy", "only it has train.optimizer: adam"),
        (["train.engine=numpy"], ENOUGH, BOTH, "numpy", "as the config says"),
        (["train.engine=numba"], FEW, BOTH, "numba", "as the config says"),
    ],
    ids=str,
)  # fmt: skip
def test_auto_takes_numba_where_it_pays(monkeypatch, settings, n, here, engine, reason):
    installed(monkeypatch, *here)
    assert choose_engine(config_of(*settings), n) == (engine, reason)


def test_numba_that_is_asked_for_must_be_there(monkeypatch):
    installed(monkeypatch)
    with pytest.raises(ConfigError, match=r"train\.engine: numba is not installed; pip install"):
        choose_engine(config_of("train.engine=numba"), ENOUGH)


def test_a_numba_that_cannot_be_imported(monkeypatch):
    """As after NumPy was upgraded beyond what the installed numba knows."""
    installed(monkeypatch, *BOTH)

    def refuse(name):
        raise ImportError("Numba needs NumPy 2.2\nor less. Got NumPy 2.4.")

    monkeypatch.setattr(choice.importlib, "import_module", refuse)
    why = "cannot be imported: Numba needs NumPy 2.2 or less. Got NumPy 2.4."
    assert choose_engine(config_of(), ENOUGH) == ("numpy", f"numba {why}")
    assert choose_engine(config_of(), FEW)[0] == "numpy"
    numba = types.SimpleNamespace(config=types.SimpleNamespace(DISABLE_JIT=1))
    monkeypatch.setattr(choice.importlib, "import_module", {"numba": numba}.get)
    assert choose_engine(config_of(), ENOUGH)[0] == "numpy"
    assert choose_engine(config_of("train.engine=numba"), ENOUGH)[0] == "numba"  # to look into it
    monkeypatch.setattr(choice.importlib, "import_module", refuse)
    with pytest.raises(ConfigError, match="numba cannot be imported: Numba needs"):
        choose_engine(config_of("train.engine=numba"), ENOUGH)


@pytest.mark.parametrize(
    "settings",
    [
        [],
        ["negatives.mode=independent"],
        ["model.loss=softmax"],
        ["train.subsample=0", "train.replicas=3"],
        ["train.replicas=1"],
        ["train.parallel=hogwild"],
    ],
    ids=str,
)
def test_the_rows_of_the_copies_are_foreseen(settings):
    config = config_of("train.chunk=20000", *settings)
    counts = (100_000 / np.arange(1, 30_001)).astype(np.int64)
    vocabulary = Vocabulary([f"w{i}" for i in range(len(counts))], counts)
    tokens = np.random.default_rng(1).choice(len(counts), 20_000, p=counts / counts.sum())
    chunk = Draws(config, vocabulary).chunk(tokens.astype(np.int32), np.zeros(20_000, int), 0, 0)
    found = 0
    if config.train.parallel == "deterministic" and n_replicas(config) > 1:
        table = np.zeros((len(counts), 1), np.float32)
        copies = Copies(config, Weights(table, table), 1)
        copies.take(0, chunk)
        found = int(copies.n_in[0] + copies.n_out[0]) * n_replicas(config)
    assert rows_copied(config, vocabulary, 20_000) == pytest.approx(found, rel=0.03)


def test_much_room_on_the_disk_is_told():
    def said(n_bytes):
        plan = dataclasses.replace(PLAN, disk_bytes=n_bytes)
        return [line for line in plan_lines(config_of(), CORPUS, plan) if line.startswith("disk")]

    assert said(100_000_000) == []
    assert said(1_440_000_000) == ["disk     about 1.4 GB for the run's files"]
