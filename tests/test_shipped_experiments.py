"""The experiments that come with w2v: each asks, answers, and is made of runs that can be made."""

from __future__ import annotations

import itertools
import re

import pytest
import yaml

from w2v.cli.arguments import find_config
from w2v.config.loading import load_config
from w2v.evaluation.builtin import builtin_sets
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


def flat(section, before=""):
    """Return the values of a config by dotted path."""
    found = {}
    for key, value in section.items():
        found |= (
            flat(value, f"{before}{key}.") if isinstance(value, dict) else {before + key: value}
        )
    return found


def values_of(written):
    """Return the values that a setting takes: of a list, of a range such as 0..4, or its one."""
    if isinstance(written, str) and (ends := re.fullmatch(r"(\d+)\.\.(\d+)", written)):
        return list(range(int(ends[1]), int(ends[2]) + 1))
    return written if isinstance(written, list) else [written]


def points(name):
    """Return the settings of each run of an experiment, by dotted path."""
    content = yaml.safe_load(read(name))
    sweep = content.pop("sweep")
    return [
        {**flat(content), **dict(zip(grid, chosen, strict=True))}
        for grid in (sweep if isinstance(sweep, list) else [sweep])
        for chosen in itertools.product(*map(values_of, grid.values()))
    ]


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
def test_its_runs_are_valid_and_few_and_differ(name):
    runs = points(name)
    assert len(runs) <= MAX_POINTS
    assert len({tuple(sorted((k, str(v)) for k, v in run.items())) for run in runs}) == len(runs)
    for values in runs:
        config = load_config(values=values).config
        assert config.name == name
        assert config.corpus.path in builtin_corpora()
        assert config.eval.sets
        assert set(config.eval.sets) <= set(builtin_sets())


@each_experiment
def test_every_answer_has_its_spread(name):
    of_setting = {}
    for run in points(name):
        seed = run.pop("train.seed")
        of_setting.setdefault(tuple(map(str, sorted(run.items()))), []).append(seed)
    alone = [setting for setting, seeds in of_setting.items() if len(seeds) < 3]
    # The softmax of the largest vocabulary takes a minute a run.
    assert all("('vocab.max_size', 4000)" in setting for setting in alone)
