"""`eval.sets`: what is measured while a run trains, when, and that it changes nothing else."""

from __future__ import annotations

import json

import numpy as np
import pytest
from observers import StopAfter

from w2v import WordVectors, train
from w2v.config.loading import load_config
from w2v.errors import DivergedError, Interrupted, SetError
from w2v.evaluation.builtin import builtin_set
from w2v.evaluation.scoring import as_record, score_set
from w2v.evaluation.sets import read_set
from w2v.text.builtin import toy_world
from w2v.training.observer import Observer

SETS = ["toy-world", "sim.txt"]


@pytest.fixture
def settings(folder):
    """A short toy-world, two sets, and the settings of a quick run."""
    (folder / "toy.txt").write_text("\n".join(toy_world.lines(20_000)), "utf-8")
    (folder / "sim.txt").write_text("king queen 9\nking man 7\nfather mother 1\nman x 3\n", "utf-8")
    return {
        "corpus.path": "toy.txt",
        "model.dim": 8,
        "vocab.min_count": 1,
        "train.epochs": 3,
        "train.chunk": 5000,
        "train.subsample": 0,
        "eval.sets": SETS,
    }


class Listener(Observer):
    """Keep what is told, in order."""

    def __init__(self):
        self.events = []

    def on_epoch(self, metrics, vectors):
        self.events.append(("epoch", metrics.epoch))

    def on_evaluation(self, evaluations):
        self.events.append(tuple((found.epoch, found.score.name) for found in evaluations))


def measured(folder):
    """Return the lines of metrics.jsonl that tell of an evaluation."""
    lines = (folder / "metrics.jsonl").read_text("utf-8").splitlines()
    return [line for line in map(json.loads, lines) if line["event"] == "evaluation"]


def refuse_constant(name):
    raise AssertionError(f"{name} is no JSON")


def test_at_the_end_it_is_what_the_saved_vectors_score(settings):
    run = train(settings)
    saved = WordVectors.load(run.folder)
    expected = []
    for asked in (builtin_set("toy-world"), read_set("sim.txt")):
        figures = as_record(score_set(saved, asked))
        del figures["missing"]
        expected.append({"event": "evaluation", "epoch": 3, **figures})
    assert measured(run.folder) == expected
    assert [found.as_metrics() for found in run.evaluations] == expected
    assert (expected[0]["answered"], expected[1]["answered"]) == (1546, 3)
    assert expected[0]["add"] is not None
    assert (run.folder / "metrics.jsonl").read_text("utf-8").splitlines()[-1].count("sim") == 2


def test_each_epoch_and_the_last_only_once(settings):
    listener = Listener()
    run = train({**settings, "eval.every": "epoch"}, observer=listener)
    assert listener.events == [
        event
        for epoch in (1, 2, 3)
        for event in (("epoch", epoch), ((epoch, "toy-world"), (epoch, "sim")))
    ]
    assert [(line["epoch"], line["set"]) for line in measured(run.folder)] == [
        (epoch, name) for epoch in (1, 2, 3) for name in ("toy-world", "sim")
    ]
    # They are of different vectors.
    pearson = [line["pearson"] for line in measured(run.folder) if line["set"] == "sim"]
    assert len(set(pearson)) == 3


def test_it_changes_no_bit_of_the_vectors(settings):
    measured_run = train({**settings, "eval.every": "epoch"})
    plain = train({**settings, "eval.sets": []})
    np.testing.assert_array_equal(measured_run.vectors.vectors, plain.vectors.vectors)
    assert plain.evaluations == []
    assert measured(plain.folder) == []


def test_its_time_is_not_that_of_training(settings, monkeypatch):
    """The clock stands still but for the evaluation, which takes an hour."""
    from w2v.training import evaluating, running

    now = [0.0]

    def clock():
        now[0] += 1
        return now[0]

    def slow(*arguments):
        now[0] += 3600
        return score_set(*arguments)

    monkeypatch.setattr(running.time, "perf_counter", clock)
    monkeypatch.setattr(evaluating, "score_set", slow)
    run = train({**settings, "eval.every": "epoch"})
    assert now[0] > 6 * 3600
    assert run.seconds < 3600
    assert sum(epoch.seconds for epoch in run.metrics) < 3600


def test_the_written_config_means_the_same_in_every_folder(settings, folder, monkeypatch):
    run = train(settings)
    config = load_config(run.folder / "config.yaml").config
    assert config.eval.sets == ["toy-world", str(folder / "sim.txt")]
    (folder / "elsewhere").mkdir()
    again_from = (run.folder / "config.yaml").resolve()
    monkeypatch.chdir(folder / "elsewhere")
    again = train(again_from)
    figures = [found.as_metrics() for found in run.evaluations]
    assert [found.as_metrics() for found in again.evaluations] == figures


@pytest.mark.parametrize(
    ("sets", "sentence"),
    [
        (["toy-worl"], "no evaluation set 'toy-worl'; did you mean toy-world"),
        (["nowhere.txt"], "evaluation set nowhere.txt cannot be read"),
        (["toy-world", "bad.txt"], "bad.txt line 2 is not two words and a score"),
    ],
)
def test_a_set_that_cannot_be_read_is_refused_before_anything_is_made(
    settings, folder, sets, sentence
):
    (folder / "bad.txt").write_text("a b 1\na b\n")
    with pytest.raises(SetError, match=sentence):
        # There is no such corpus either: the sets come first, since they take no time.
        train({**settings, "corpus.path": "nowhere", "eval.sets": sets})
    assert not (folder / "runs").exists()


def test_nothing_that_could_be_asked_is_no_mistake(settings):
    run = train({**settings, "eval.sets": ["facts-ko"]})
    (line,) = measured(run.folder)
    assert (line["answered"], line["add"]) == (0, None)
    text = (run.folder / "metrics.jsonl").read_text("utf-8")
    for written in text.splitlines():
        json.loads(written, parse_constant=refuse_constant)


def test_a_set_named_twice_is_asked_once(settings, folder):
    names = ["sim.txt", "toy-world", "./sim.txt", str(folder / "sim.txt"), "toy-world"]
    run = train({**settings, "eval.sets": names})
    assert [found.score.name for found in run.evaluations] == ["sim", "toy-world"]
    config = load_config(run.folder / "config.yaml").config
    assert config.eval.sets == [str(folder / "sim.txt"), "toy-world"]


@pytest.mark.parametrize("every", ["epoch", "end"])
def test_divergence_is_found_first(settings, folder, monkeypatch, every):
    """The last update of a chunk goes wrong, after its loss was measured."""
    from w2v.training.running import Training

    train_round = Training._train_round

    def go_wrong(training, steps):
        done = train_round(training, steps)
        training._weights.W_in[3] = np.inf
        return done

    monkeypatch.setattr(Training, "_train_round", go_wrong)
    with pytest.raises(DivergedError):
        train({**settings, "eval.every": every}, out="run")
    assert measured(folder / "run") == []


def test_a_run_that_is_stopped_is_not_measured(settings, folder):
    with pytest.raises(Interrupted):
        train({**settings, "train.replicas": 1}, out="run", observer=StopAfter(2))
    assert measured(folder / "run") == []
