"""The experiments that come with w2v: each asks, answers, and is made of runs that can be made."""

from __future__ import annotations

import itertools
import re

import pytest

from w2v.cli.arguments import find_config
from w2v.config.loading import load_config
from w2v.config.schema import as_dict
from w2v.evaluation.builtin import builtin_sets
from w2v.experiments.points import points_of
from w2v.experiments.tables import SEED
from w2v.shipped import shipped_files
from w2v.text.builtin import builtin_corpora

NAMES = {
    *("gradient", "negatives", "noise-power", "window", "subsampling"),
    *("softmax", "skipgram", "dimension", "korean"),
}
MAX_POINTS = 50  # of a few seconds each: minutes

each_experiment = pytest.mark.parametrize("name", sorted(NAMES))


def read(name):
    return shipped_files("experiments")[name].read_text("utf-8")


def points(name):
    """Return the runs of an experiment."""
    return points_of(load_config(shipped_files("experiments")[name]))


def comment_of(name):
    """Return the comment at the top of a file, on one line."""
    lines = itertools.takewhile(lambda line: line.startswith("#"), read(name).splitlines())
    return " ".join(line.lstrip("# ") for line in lines)


def test_all_are_there_and_no_config_has_the_name_of_one():
    assert set(shipped_files("experiments")) == NAMES
    assert not NAMES & set(shipped_files("configs"))
    for name in NAMES:
        assert find_config(name) == shipped_files("experiments")[name]


@each_experiment
def test_it_asks_and_answers_and_says_how_to_run_it(name):
    told = re.fullmatch(r"Question: (.+\?.*) Run: (.+) Answer: (.+)", comment_of(name))
    assert told, "Question: …? Run: … Answer: …"
    question, run, answer = told.groups()
    assert len(question) > 60
    assert f"w2v sweep {name}" in run
    assert f"w2v runs compare runs/{name}-sweep" in run
    assert "minute" in run
    assert re.search(r"\d ± \d.* seeds", answer)
    assert all(len(line) <= 100 for line in read(name).splitlines())


@each_experiment
def test_its_runs_are_few_and_on_what_is_always_there(name):
    resolved = load_config(shipped_files("experiments")[name])
    assert resolved.config.name == name
    assert len(points(name)) <= MAX_POINTS
    for point in points(name):
        assert point.config.corpus.path in builtin_corpora()
        assert point.config.eval.sets
        assert set(point.config.eval.sets) <= set(builtin_sets())


@each_experiment
def test_every_answer_has_its_spread(name):
    of_setting = {}
    for point in points(name):
        setting = {k: v for k, v in as_dict(point.config).items() if k not in ("name", SEED)}
        of_setting.setdefault(str(setting), []).append(point.config)
    alone = [configs[0] for configs in of_setting.values() if len(configs) < 3]
    # The softmax of the largest vocabulary takes a minute a run.
    assert all(config.vocab.max_size == 4000 for config in alone)
