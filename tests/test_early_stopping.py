"""`train.early_stop` and callbacks: when training ends before its time, and what it keeps."""

from __future__ import annotations

import json

import numpy as np
import pytest
from click.testing import CliRunner
from observers import StopAfter

from w2v import WordVectors, train
from w2v.cli.main import main
from w2v.cli.run_page import page_of
from w2v.config.early_stop import EarlyStop
from w2v.errors import ConfigError, CorpusError, DivergedError, Interrupted, UsageError
from w2v.experiments.measures import measures_of
from w2v.experiments.reading import read_run
from w2v.training.early_stopping import EarlyStopping
from w2v.training.observer import Observer

# Learnt by heart: on this text the held-out loss soon rises again.
SETTINGS = {
    "model.dim": 32,
    "train.lr": 0.3,
    "train.batch": 8,
    "train.chunk": 1000,
    "train.subsample": 0,
    "train.replicas": 1,
    "train.engine": "numpy",
    "vocab.min_count": 1,
    "eval.heldout": 0.2,
    "train.epochs": 30,
}
RULE = {"metric": "heldout_loss", "patience": 2}


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    """Random words in random order: there is nothing to learn but the noise."""
    path = tmp_path_factory.mktemp("noise") / "noise.txt"
    rng = np.random.default_rng(8)
    path.write_text(
        "\n".join(" ".join(f"w{i}" for i in rng.integers(0, 60, 6)) for _ in range(350)), "utf-8"
    )
    return path


@pytest.fixture(scope="module")
def run(text, tmp_path_factory):
    """A run that stopped early."""
    out = tmp_path_factory.mktemp("early") / "run"
    return train({"corpus.path": text, **SETTINGS, "train.early_stop": RULE}, out=out)


def lines(folder, event):
    """Return the lines of metrics.jsonl of an event."""
    found = map(json.loads, (folder / "metrics.jsonl").read_text("utf-8").splitlines())
    return [line for line in found if line["event"] == event]


def record(folder):
    return json.loads((folder / "run.json").read_text("utf-8"))


@pytest.mark.parametrize(
    ("metric", "values", "best", "n_taken"),
    [
        ("heldout_loss", [3, 2, 2.5, 2.1, 1], 2, 4),
        ("heldout_loss", [3, 2, 2.5, 1, 1, 1, 0], 4, 6),  # what is equal is no better
        ("heldout_loss", [3, 2, 1], 3, 3),
        ("a-set", [0.1, 0.3, 0.3, 0.2, 0.9], 2, 4),
        ("a-set", [0.0, -0.1, 0.1, 0.05], 3, 4),
    ],
)
def test_the_patience(metric, values, best, n_taken):
    stopping = EarlyStopping(EarlyStop(metric, 2))
    taken = 0
    for epoch, value in enumerate(values, 1):
        stopping.is_best(epoch, value)
        taken = epoch
        if stopping.is_over:
            break
    assert (stopping.best_epoch, taken) == (best, n_taken)
    assert stopping.record() == {
        "metric": metric, "best_epoch": best, "best": values[best - 1], "last_epoch": n_taken,
    }  # fmt: skip


def test_it_stops_and_keeps_the_best(run):
    losses = [line["heldout_loss"] for line in lines(run.folder, "epoch")]
    best = int(np.argmin(losses)) + 1
    assert len(losses) == best + 2 < 30
    assert run.best_epoch == best
    assert len(run.metrics) == len(losses)
    assert record(run.folder)["status"] == "done"
    assert record(run.folder)["early_stop"] == {
        "metric": "heldout_loss", "best_epoch": best, "best": min(losses), "last_epoch": best + 2
    }  # fmt: skip


def test_the_vectors_are_those_of_the_best_epoch(run, text, tmp_path):
    kept = {}

    class Keep(Observer):
        def on_epoch(self, metrics, vectors):
            kept[metrics.epoch] = vectors.vectors.copy()

    again = train({"corpus.path": text, **SETTINGS}, out=tmp_path / "whole", observer=Keep())
    np.testing.assert_array_equal(run.vectors.vectors, kept[run.best_epoch])
    assert not np.array_equal(run.vectors.vectors, kept[run.best_epoch + 1])
    assert len(kept) == 30
    assert again.best_epoch is None
    assert record(again.folder)["early_stop"] is None


def test_its_config_trains_it_again(run, tmp_path):
    again = train(run.folder / "config.yaml", out=tmp_path / "again")
    np.testing.assert_array_equal(again.vectors.vectors, run.vectors.vectors)
    np.testing.assert_array_equal(
        np.load(again.folder / "output_vectors.npy"), np.load(run.folder / "output_vectors.npy")
    )


def test_the_best_is_kept_where_all_epochs_are_trained(text, tmp_path, run):
    rule = {"patience": 50}
    settings = {"corpus.path": text, **SETTINGS, "train.early_stop": rule}
    whole = train(settings, out=tmp_path / "whole")
    assert len(whole.metrics) == 30
    losses = [metrics.heldout_loss for metrics in whole.metrics]
    assert whole.best_epoch == int(np.argmin(losses)) + 1
    config = (whole.folder / "config.yaml").read_text("utf-8")
    assert "early_stop: {metric: heldout_loss, patience: 50}" in config


@pytest.fixture
def similar(tmp_path):
    """A set that a random text answers by chance alone."""
    path = tmp_path / "pairs.txt"
    rng = np.random.default_rng(3)
    pairs = rng.permutation(60)[:40].reshape(20, 2)
    path.write_text("".join(f"w{a} w{b} {i}\n" for i, (a, b) in enumerate(pairs)), "utf-8")
    return path


def test_a_set_is_asked_each_epoch(text, similar, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = {
        "corpus.path": text, **SETTINGS, "eval.sets": ["toy-world", "pairs.txt"],
        "eval.every": "epoch", "train.early_stop": {"metric": "pairs.txt", "patience": 3},
    }  # fmt: skip
    run = train(settings, out=tmp_path / "run")
    scores = [
        line["spearman"] for line in lines(run.folder, "evaluation") if line["set"] == "pairs"
    ]
    assert run.best_epoch == int(np.argmax(scores)) + 1
    assert len(scores) == len(run.metrics) == min(run.best_epoch + 3, 30)
    # The rule is written with the name that the set has everywhere.
    again = train(run.folder / "config.yaml", out=tmp_path / "again")
    assert again.best_epoch == run.best_epoch


def test_at_the_end_the_best_is_asked(text, similar, tmp_path, run):
    settings = {
        "corpus.path": text, **SETTINGS, "train.early_stop": RULE, "eval.sets": [str(similar)]
    }  # fmt: skip
    found = train(settings, out=tmp_path / "run")
    [evaluation] = lines(found.folder, "evaluation")
    assert evaluation["epoch"] == found.best_epoch == run.best_epoch
    from w2v.evaluation.scoring import as_record, score_set
    from w2v.evaluation.sets import read_set

    saved = as_record(score_set(WordVectors.load(found.folder), read_set(similar)))
    assert evaluation["spearman"] == saved["spearman"]


class StopAfterEpochs(Observer):
    """Ask to stop in the middle of an epoch."""

    def __init__(self, n_chunks):
        self.n_chunks = n_chunks
        self.kept = {}

    def on_chunk(self, metrics):
        self.n_chunks -= 1

    def on_epoch(self, metrics, vectors):
        self.kept[metrics.epoch] = vectors.vectors.copy()

    def should_stop(self):
        return self.n_chunks <= 0


def test_an_interrupted_run_keeps_the_best_too(text, tmp_path):
    settings = {"corpus.path": text, **SETTINGS, "train.early_stop": RULE}
    observer = StopAfterEpochs(4)
    with pytest.raises(Interrupted, match=r"the vectors of epoch 1, the best, are in"):
        train(settings, out=tmp_path / "run", observer=observer)
    np.testing.assert_array_equal(WordVectors.load(tmp_path / "run").vectors, observer.kept[1])
    with pytest.raises(Interrupted, match="the vectors so far are in"):
        train(settings, out=tmp_path / "other", observer=StopAfter(1))


def test_a_diverged_run_keeps_the_best_too(text, tmp_path):
    def spoil(metrics, vectors):
        if metrics.epoch == 2:
            vectors.vectors[0, 0] = np.nan

    settings = {
        "corpus.path": text, **SETTINGS, "train.early_stop": {"patience": 9}, "train.lr": 0.1
    }  # fmt: skip
    with pytest.raises(DivergedError, match=r"the vectors of epoch \d are in"):
        train(settings, out=tmp_path / "run", on_epoch=spoil)
    assert np.isfinite(WordVectors.load(tmp_path / "run").vectors).all()
    assert record(tmp_path / "run")["status"] == "diverged"


@pytest.mark.parametrize(
    ("override", "problem"),
    [
        ("{patience: 0}", "patience: a whole number of epochs, at least 1, is expected, found 0"),
        ("{patience: true}", "patience: a whole number of epochs, at least 1"),
        ("{patience: 2.5}", "patience: a whole number of epochs, at least 1"),
        ("{patience: [1]}", "patience: a whole number of epochs, at least 1"),
        ("{metric: loss}", "metric: heldout_loss or toy-world is expected, found 'loss'"),
        ("{metric: [toy-world]}", r"metric: heldout_loss or toy-world is expected"),
        ("{metric: {a: 1}}", r"metric: heldout_loss or toy-world is expected"),
        ("{metric: toy-world}", "toy-world is to be asked after each epoch: set eval.every: epoch"),
        ("{metrics: toy-world}", "metrics is no part of it; write {metric: heldout_loss"),
        ("{}", "heldout_loss is measured with eval.heldout above 0"),
        ("yes", "a mapping or null is expected"),
        ("3", "a mapping or null is expected"),
    ],
)
def test_mistakes_are_named(override, problem):
    from w2v.config.loading import load_config

    with pytest.raises(ConfigError) as caught:
        load_config(None, ["eval.sets=[toy-world]", f"train.early_stop={override}"])
    assert caught.value.problems[0].startswith(f"override: train.early_stop: {problem}")


def test_a_set_without_a_question_is_refused_before_training(text, tmp_path):
    settings = {
        "corpus.path": text, **SETTINGS, "eval.sets": ["toy-world"], "eval.every": "epoch",
        "train.early_stop": {"metric": "toy-world"},
    }  # fmt: skip
    with pytest.raises(ConfigError, match="toy-world has no question that this vocabulary can be"):
        train(settings, out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_held_out_part_without_neighbours_is_told(tmp_path):
    text = tmp_path / "text.txt"
    text.write_text("a b\n" * 300, "utf-8")
    settings = {
        "corpus.path": text, **SETTINGS, "train.early_stop": RULE, "eval.heldout": 0.001,
        "negatives.k": 1, "train.epochs": 2,
    }  # fmt: skip
    with pytest.raises(CorpusError, match="there was nothing to measure heldout_loss on"):
        train(settings, out=tmp_path / "run")


def test_what_learnt_nothing_is_no_best_epoch(similar, tmp_path):
    (tmp_path / "thin.txt").write_text("w1 w2\n" * 40 + "w3\n" * 10, "utf-8")
    similar.write_text("w1 w2 1\nw1 w3 2\nw2 w3 3\n", "utf-8")
    settings = {
        "corpus.path": str(tmp_path / "thin.txt"), **SETTINGS, "eval.heldout": 0, "eval.every":
        "epoch", "eval.sets": [str(similar)], "train.subsample": 1e-9, "train.epochs": 5,
        "train.early_stop": {"metric": str(similar), "patience": 1}, "negatives.k": 1,
    }  # fmt: skip
    with pytest.raises(CorpusError, match="no word had a neighbour to learn from"):
        train(settings, out=tmp_path / "run")


def test_the_best_epoch_is_what_is_measured(text, similar, tmp_path):
    settings = {
        "corpus.path": text, **SETTINGS, "eval.sets": [str(similar)], "eval.every": "epoch",
        "train.early_stop": RULE,
    }  # fmt: skip
    found = train(settings, out=tmp_path / "run")
    best, last = found.best_epoch, len(found.metrics)
    score = {line["epoch"]: line["spearman"] for line in lines(found.folder, "evaluation")}
    assert score[best] != score[last]
    measures = {kind.key: value for kind, value in measures_of(read_run(found.folder)).items()}
    assert measures["heldout_loss"] == found.metrics[best - 1].heldout_loss
    assert measures["loss"] == found.metrics[best - 1].loss
    assert measures["pairs"] == score[best]
    assert f"pairs, after epoch {best}:" in [*page_of(read_run(found.folder))]


def test_the_command_says_what_it_kept(text, tmp_path):
    overrides = [f"{path}={value}" for path, value in SETTINGS.items()]
    result = CliRunner().invoke(
        main,
        ["train", "--corpus", str(text), "--out", str(tmp_path / "run"), *overrides,
         "train.early_stop={patience: 2}"],
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    n_epochs = len(lines(tmp_path / "run", "epoch"))
    assert "stop     early: 2 epochs without a better held-out loss; the best epoch is kept" in (
        result.stderr
    )
    assert f"epoch {n_epochs - 2} was the best of {n_epochs}; its vectors are kept" in result.stderr


QUICK = {**SETTINGS, "train.epochs": 3, "eval.heldout": 0.0}


def test_callbacks_are_told(text, tmp_path):
    told = []

    def on_epoch(metrics, vectors):
        told.append((metrics.epoch, vectors["w1"].copy()))

    run = train(
        {"corpus.path": text, **QUICK},
        out=tmp_path / "run",
        on_chunk=lambda metrics: told.append(metrics.step.chunk),
        on_epoch=on_epoch,
    )
    assert [item for item in told if isinstance(item, int)] == [0, 1, 2] * 3
    assert [item[0] for item in told if isinstance(item, tuple)] == [1, 2, 3]
    np.testing.assert_array_equal(told[-1][1], run.vectors["w1"])
    assert not np.array_equal(told[3][1], run.vectors["w1"])
    assert record(run.folder)["status"] == "done"


@pytest.mark.parametrize("place", ["chunk", "epoch"])
def test_a_callback_may_end_the_training(text, tmp_path, place):
    seen = {}

    def on_chunk(metrics):
        return place == "chunk" and metrics.step.epoch == 1 and metrics.step.chunk == 1

    def on_epoch(metrics, vectors):
        seen[metrics.epoch] = vectors.vectors.copy()
        return place == "epoch" and metrics.epoch == 2

    settings = {"corpus.path": text, **QUICK, "eval.sets": ["toy-world"]}
    run = train(settings, out=tmp_path / "run", on_chunk=on_chunk, on_epoch=on_epoch)
    assert len(run.metrics) == {"chunk": 1, "epoch": 2}[place]
    assert len(lines(run.folder, "chunk")) == {"chunk": 5, "epoch": 6}[place]
    assert record(run.folder)["status"] == "stopped"
    assert record(run.folder)["reproducible"] is False
    assert [found.epoch for found in run.evaluations] == [2]
    is_same = np.array_equal(run.vectors.vectors, seen[len(run.metrics)])
    assert is_same == (place == "epoch")


@pytest.mark.parametrize(
    ("answer", "n_epochs"), [(np.float32(1) < 2, 1), (np.float32(2) < 1, 3), (["w1"], 3), (1, 3)]
)
def test_what_a_callback_may_answer(text, tmp_path, answer, n_epochs):
    settings = {"corpus.path": text, **QUICK}
    run = train(settings, out=tmp_path / "run", on_epoch=lambda metrics, vectors: answer)
    assert len(run.metrics) == n_epochs


def test_a_callback_at_the_very_end_ends_nothing(text, tmp_path):
    run = train(
        {"corpus.path": text, **QUICK},
        out=tmp_path / "run",
        on_chunk=lambda metrics: (metrics.step.epoch, metrics.step.chunk) == (2, 2),
    )
    assert len(run.metrics) == 3
    assert record(run.folder)["status"] == "done"
    assert record(run.folder)["reproducible"] is True


def test_what_a_callback_raises_is_passed_on(text, tmp_path):
    def fail(metrics):
        raise ZeroDivisionError("of the user's own")

    with pytest.raises(ZeroDivisionError, match="own"):
        train({"corpus.path": text, **QUICK}, out=tmp_path / "run", on_chunk=fail)
    assert record(tmp_path / "run")["status"] == "failed"


def test_an_observer_and_callbacks_are_too_much(text, tmp_path):
    with pytest.raises(UsageError, match="not both"):
        train(
            {"corpus.path": text, **QUICK},
            out=tmp_path / "run",
            observer=Observer(),
            on_chunk=lambda metrics: None,
        )
    assert not (tmp_path / "run").exists()
