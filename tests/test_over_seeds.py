"""Many runs in one drawing: those that differ in the seed alone are one line, one bar."""

from __future__ import annotations

import numpy as np
import pytest
from made_runs import make_run

from w2v.experiments.reading import read_run
from w2v.report.collecting import short_names
from w2v.report.contract import Bars, Curves, Line, Table
from w2v.report.views.bars import bars_of
from w2v.report.views.over_seeds import MANY, groups_to_draw, mean_bars, mean_curves

NAN = float("nan")


@pytest.fixture
def runs(tmp_path):
    """Two windows by five seeds; the score of a run is told by both."""
    for window in (10, 2):
        for seed in range(5):
            settings = {"model.window": window, "train.seed": seed}
            score = 0.01 * window + 0.1 * seed
            make_run(tmp_path / f"w{window}-{seed}", settings, score=score)
    found = [read_run(path) for path in sorted(tmp_path.iterdir())]
    return dict(zip(short_names(found), found, strict=True))


def test_few_runs_are_drawn_one_by_one(runs):
    few = dict(list(runs.items())[:MANY])
    assert groups_to_draw(few) == {}
    [bars] = bars_of(few)
    assert mean_bars(bars, {}) is bars


def test_many_runs_of_one_seed_each_are_drawn_one_by_one(tmp_path):
    for window in range(1, MANY + 3):
        make_run(tmp_path / f"w{window}", {"model.window": window})
    found = [read_run(path) for path in sorted(tmp_path.iterdir())]
    assert groups_to_draw(dict(zip(short_names(found), found, strict=True))) == {}


def test_many_runs_are_put_together_by_their_settings(runs):
    assert groups_to_draw(runs) == {
        "window=2 (n = 5)": [f"w2-{seed}" for seed in range(5)],
        "window=10 (n = 5)": [f"w10-{seed}" for seed in range(5)],
    }


def test_runs_that_differ_in_the_seed_alone_are_one(tmp_path):
    for seed in range(MANY + 1):
        make_run(tmp_path / f"s{seed}", {"train.seed": seed})
    found = [read_run(path) for path in sorted(tmp_path.iterdir())]
    groups = groups_to_draw(dict(zip(short_names(found), found, strict=True)))
    assert list(groups) == ["all runs (n = 9)"]


def test_a_bar_is_the_mean_and_the_table_says_so(runs):
    [bars] = bars_of(runs)
    found = mean_bars(bars, groups_to_draw(runs))
    assert found.title == "facts-ko, by section, means over seeds"
    assert found.runs == ["window=2 (n = 5)", "window=10 (n = 5)"]  # numbers by their value
    np.testing.assert_allclose(found.values, [[22.0], [30.0]])  # 100 (0.01 window + 0.1 * 2)
    assert found.table.columns == bars.table.columns
    assert found.table.rows == [
        ["window=2 (n = 5)", "수도", pytest.approx(22.0), 40, 50],
        ["window=10 (n = 5)", "수도", pytest.approx(30.0), 40, 50],
    ]


def test_what_was_not_measured_is_left_out_of_a_mean():
    values = np.array([[10.0, NAN], [30.0, NAN], [7.0, 8.0]])
    bars = Bars("t", "y", ["a", "b"], ["r1", "r2", "r3"], values, Table([], []))
    found = mean_bars(bars, {"both": ["r1", "r2"], "none": ["r9"], "one": ["r3"]})
    assert found.runs == ["both", "one"]
    np.testing.assert_array_equal(found.values, [[20.0, NAN], [7.0, 8.0]])
    assert [row[2] for row in found.table.rows] == [20.0, None, 7.0, 8.0]


def test_a_line_is_the_mean_of_those_that_came_so_far():
    """One run stopped early, one has a gap, one a held-out loss."""

    def line(run, what, y):
        return Line(run, what, np.arange(1.0, len(y) + 1), np.array(y))

    lines = [
        line("r1", "loss", [4.0, 3.0, 2.0]),
        line("r1", "held-out loss", [5.0]),
        line("r2", "loss", [2.0, NAN]),
        line("r3", "loss", [1.0]),
    ]
    curves = Curves("loss", "Loss", "epochs", "nats", lines, Table([], []))
    found = mean_curves(curves, {"one and two": ["r1", "r2"], "three": ["r3"]})
    assert found.title == "Loss, means over seeds"
    assert [(made.run, made.what, made.x.tolist(), made.y.tolist()) for made in found.lines] == [
        ("one and two", "loss", [1.0, 2.0, 3.0], [3.0, 3.0, 2.0]),
        ("one and two", "held-out loss", [1.0], [5.0]),
        ("three", "loss", [1.0], [1.0]),
    ]
    assert found.table.rows[0] == ["one and two", "loss", 1.0, 3.0]
    assert len(found.table.rows) == 5
    assert mean_curves(curves, {}) is curves
