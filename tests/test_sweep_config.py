"""What is asked of a sweep: on the command line, in a config, and the points that it comes to."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import w2v
from w2v.cli.main import main
from w2v.config import load_config, overrides, sweeping
from w2v.config.overrides import parse_axis, split_values
from w2v.config.schema import as_dict
from w2v.errors import ConfigError
from w2v.experiments import points
from w2v.experiments.points import LONGEST_NAME, identity_of, points_of


@pytest.fixture
def config_file(tmp_path):
    """Write a config and return its path."""

    def write(text):
        file = tmp_path / "my.yaml"
        file.write_text(text, "utf-8")
        return file

    return write


def settings_of(*axes, file=None):
    return {p.name: p.settings for p in points_of(load_config(file, axes=[*axes]))}


def problems_of(*axes, file=None):
    with pytest.raises(ConfigError) as caught:
        points_of(load_config(file, axes=[*axes]))
    return caught.value.problems


# -- on the command line


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("k=2,5,10", [2, 5, 10]),
        ("k=3", [3]),
        ("k=", [None]),
        ("k=0..4", [0, 1, 2, 3, 4]),
        ("k= 0..1 , 7", [0, 1, 7]),
        ("k=7..7", [7]),
        ("k=a..b", ["a..b"]),
        ("k=a..b.txt,c", ["a..b.txt", "c"]),
        ("k='0..4'", ["0..4"]),
        ("k=0...4", ["0...4"]),
        ("k=-1..4", ["-1..4"]),
        ("k='a,b',c", ["a,b", "c"]),
        ('k="a\\",b",c', ['a",b', "c"]),
        ("k='it''s, so',c", ["it's, so", "c"]),
        ("k=don't.txt,won't.txt", ["don't.txt", "won't.txt"]),
        ("k=[a, b],[c]", [["a", "b"], ["c"]]),
        ("k=['],',b],c", [["],", "b"], "c"]),
        ("k={metric: x, patience: 2},null", [{"metric": "x", "patience": 2}, None]),
        ("k=말뭉치.txt,語料.txt", ["말뭉치.txt", "語料.txt"]),
        ("k=a=b,c", ["a=b", "c"]),
    ],
)
def test_values_are_parted_at_commas(text, values):
    assert parse_axis(text) == ("k", values)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("k=2,,5", "a value is missing beside a comma"),
        ("k=2,", "a value is missing beside a comma"),
        ("k=4..0", "'4..0' runs backwards; write 0..4"),
        ("k=0..10000", "'0..10000' is too many values; a sweep has 10,000 at most"),
        ("k=0.." + "9" * 5000, "is too many values"),
        ("k=[1,2", "cannot be read as YAML"),
        ("k=1,'2", "cannot be read as YAML"),
        ("=1,2", "write it as key=value"),
    ],
)
def test_what_has_no_values(text, problem):
    with pytest.raises(ConfigError) as caught:
        parse_axis(text)
    assert problem in str(caught.value)


@given(st.text("ab,[]{}'\"\\: 한"))
def test_nothing_is_lost_between_commas(text):
    assert ",".join(split_values(text)) == text


VALUES = st.one_of(st.integers(), st.booleans(), st.none(), st.text("ab,.'[]{}: 한", min_size=1))


@given(st.lists(st.one_of(VALUES, st.lists(VALUES)), min_size=2))
def test_what_is_quoted_comes_back(values):
    quoted = ",".join(json.dumps(value, ensure_ascii=False) for value in values)
    assert parse_axis(f"k={quoted}") == ("k", values)


@given(st.text())
def test_no_axis_crashes(text):
    try:
        path, values = parse_axis(text)
    except ConfigError:
        return
    assert len(values) >= 1
    assert path == text.partition("=")[0].strip()


def test_all_mistakes_are_reported_together():
    found = problems_of("model.windw=1,2", "model.dim=0,x,5", "name=a,b", "train.seed=3..1")
    assert found == [
        "override: model.windw is no setting; did you mean model.window?",
        "override: model.dim: a whole number of at least 1 is expected, found 0",
        "override: model.dim: a whole number of at least 1 is expected, found 'x'",
        "override: name cannot be swept over: where its runs go is the sweep's own business",
        "override 'train.seed=3..1': '3..1' runs backwards; write 1..3",
    ]


@pytest.mark.parametrize("other", ["train.seed=3", "train.seed=3,4"])
def test_a_key_that_is_given_twice(other):
    (found,) = problems_of("train.seed=1,2", other)
    assert "train.seed is given twice" in found


def test_too_many_points(monkeypatch):
    (found,) = problems_of("train.seed=0..9999", "model.window=1,2")
    assert "20,000 points; at most 10,000 are taken" in found
    for module in (overrides, sweeping):  # as many as are allowed take seconds
        monkeypatch.setattr(module, "MAX_POINTS", 200)
    assert len(points_of(load_config(axes=["train.seed=1..200"]))) == 200
    for too_many in ("train.seed=1..201", "train.seed=1..101 model.window=1,2"):
        assert problems_of(*too_many.split())


# -- in a config


def test_a_grid(config_file):
    file = config_file("sweep:\n  model.window: [2, 5]\n  train.seed: 0..1\n  model.dim: 7\n")
    points = points_of(load_config(file))
    assert [point.name for point in points] == [
        "window-2_seed-0", "window-2_seed-1", "window-5_seed-0", "window-5_seed-1",
    ]  # fmt: skip
    assert points[3].settings == {"model.window": 5, "train.seed": 1}
    assert (points[3].config.model.dim, points[3].config.name) == (7, "window-5_seed-1")
    assert not load_config(file, ["train.seed=1", "model.window=2", "model.dim=3"]).sweep


def test_a_list_of_grids(config_file):
    file = config_file(
        "model: {gradient: exact}\n"
        "sweep:\n"
        "- {model.kind: cbow, model.gradient: [exact, word2vec]}\n"
        "- {model.kind: [skipgram, cbow]}\n"  # cbow, exact is there already
    )
    assert settings_of(file=file) == {
        "kind-cbow_gradient-exact": {"model.kind": "cbow", "model.gradient": "exact"},
        "kind-cbow_gradient-word2vec": {"model.kind": "cbow", "model.gradient": "word2vec"},
        "kind-skipgram_gradient-exact": {"model.kind": "skipgram", "model.gradient": "exact"},
    }


def test_the_command_line_replaces_and_multiplies(config_file):
    file = config_file("sweep: [{model.window: [2, 5]}, {model.dim: 3, model.window: 7}]\n")
    replaced = settings_of("model.window=1,2", "train.seed=8,9", file=file)
    assert len(replaced) == 8
    assert {s["model.window"] for s in replaced.values()} == {1, 2}
    fixed = points_of(load_config(file, axes=["model.window=4"]))
    assert {(p.config.model.window, p.config.model.dim) for p in fixed} == {(4, 100), (4, 3)}


def test_lists_as_values(config_file):
    file = config_file("sweep: {eval.sets: [[], [facts-en, facts-ko]], corpus.path: [a, [b, c]]}\n")
    assert [*settings_of(file=file)] == [
        "path-a_sets-none", "path-a_sets-facts-en+facts-ko",
        "path-b+c_sets-none", "path-b+c_sets-facts-en+facts-ko",
    ]  # fmt: skip


def test_mistakes_in_the_section_have_their_lines(config_file):
    file = config_file(
        "sweep:\n- model.kind: skipgrm\n  train.seed: 2..0\n- 5\n- model.dim: []\n  output.dir: a\n"
        '  model.window: [1..2, "1..2"]\n  eval.sets: [a]\n'
    )
    found = [problem.removeprefix(f"{file} line ") for problem in problems_of(file=file)]
    assert sorted(found) == [
        "2: model.kind: one of cbow, skipgram is expected, found 'skipgrm'",
        "3: train.seed: '2..0' runs backwards; write 0..2",
        "4: sweep: settings with their values are expected, such as `model.window: [2, 5]`, "
        "found '5'",
        "5: model.dim: the list of its values is empty",
        "6: output.dir cannot be swept over: where its runs go is the sweep's own business",
        "7: model.window: a whole number of at least 1 is expected, found '1..2'",
        "8: eval.sets: a list of text is expected, found 'a'",
    ]


@pytest.mark.parametrize("text", ["sweep:\n", "sweep: {}\n", "sweep: [{}]\n"])
def test_nothing_to_sweep_over(config_file, text):
    resolved = load_config(config_file(text))
    assert not resolved.sweep
    assert resolved.of_one_run() == resolved.config


def test_ranges_do_not_explode(config_file):
    ranges = ", ".join(["0..9999"] * 5000)
    (found,) = problems_of(file=config_file(f"sweep: {{train.seed: [{ranges}], model.dim: [1,2]}}"))
    assert "points; at most 10,000" in found


# -- points


def test_the_order_of_settings_does_not_matter():
    one = points_of(load_config(axes=["train.seed=1,2", "model.window=3,4"]))
    other = points_of(load_config(axes=["model.window=3,4", "train.seed=1,2"]))
    assert one == other


def test_points_that_come_twice_are_one():
    assert len(settings_of("model.window=2,2,1..2", "train.lr=0.1,1e-1")) == 2


def test_names_that_would_be_the_same_have_a_hash():
    names = [*settings_of("corpus.path=a b,a-b,A-B,말뭉치.txt,/x/y.txt")]
    assert len({name.casefold() for name in names}) == 5
    assert "path-말뭉치.txt" in names
    for name in names:
        assert name.replace("_", "").replace("-", "").replace(".", "").isalnum()


def test_long_names_are_cut():
    names = [*settings_of(f"corpus.path={'가' * 300},{'가' * 301}")]
    assert len(set(names)) == 2
    assert all(len(name.encode()) < 255 and len(name) < LONGEST_NAME + 10 for name in names)


@pytest.mark.parametrize("n_digits", [1, 6])
def test_hashes_that_begin_alike(monkeypatch, n_digits):
    monkeypatch.setattr(points, "HASH_DIGITS", n_digits)
    resolved = load_config(axes=["corpus.path=a b,a-b", "train.seed=0..39"])
    found = points_of(resolved)
    assert len({point.name for point in found}) == 80
    # Nor is a point that is added called as one that is there.
    there = {"of another run": found[0].name}
    assert found[0].name not in {point.name for point in points_of(resolved, there)}


def test_the_keys_of_a_value_come_in_any_order():
    rules = "{metric: heldout_loss, patience: 2}", "{patience: 2, metric: heldout_loss}"
    axes = [["eval.heldout=0.1", "train.seed=1,2", f"train.early_stop={rule}"] for rule in rules]
    one, other = (points_of(load_config(axes=each)) for each in axes)
    identities = [
        identity_of(as_dict(point.config), {"train.seed"}) for point in [one[0], other[0]]
    ]
    assert identities[0] == identities[1]


def test_numbers_are_named_as_people_write_them():
    assert [*settings_of("train.lr=1,0.05,1e9", "embedding.padding_idx=-1,null")] == [
        "padding-idx--1_lr-1", "padding-idx--1_lr-0.05", "padding-idx--1_lr-1e+09",
        "padding-idx-null_lr-1", "padding-idx-null_lr-0.05", "padding-idx-null_lr-1e+09",
    ]  # fmt: skip


def test_what_does_not_go_together_names_its_points():
    (found,) = problems_of("model.kind=cbow,skipgram", "train.seed=0..4", "model.gradient=word2vec")
    assert found == (
        "override: model.gradient: word2vec is a choice of cbow only; skipgram has no mean "
        "(in point kind-skipgram_seed-0 and 4 more)"
    )


# -- who refuses a config of many runs


def test_one_run_of_a_config_of_many_is_refused(config_file, folder):
    file = config_file("corpus: {path: my.txt}\nsweep:\n  model.dim: [4, 5]\n")
    sentence = (
        f"{file} line 2: sweep: this config is of many runs, which differ in model.dim; "
        "`w2v sweep` trains them"
    )
    with pytest.raises(ConfigError) as caught:
        w2v.train(file)
    assert str(caught.value) == sentence
    refused = CliRunner().invoke(main, ["train", str(file)])
    assert (refused.exit_code, refused.stderr) == (2, f"w2v: {sentence}\n")
    assert CliRunner().invoke(main, ["train", str(file), "model.dim=4"]).exit_code == 0


def test_check_and_show(config_file):
    file = config_file("sweep:\n- {negatives.distinct: [true, false]}\n- {model.dim: [1, 2]}\n")
    checked = CliRunner().invoke(main, ["config", "check", str(file)])
    assert checked.exit_code == 2
    assert "negatives.distinct: true needs negatives.mode: independent (in point" in checked.stderr
    fine = CliRunner().invoke(main, ["config", "check", str(file), "negatives.distinct=false"])
    assert fine.stderr == f"{file}: no mistakes in 3 points\n"
    shown = CliRunner().invoke(main, ["config", "show", str(file)])
    assert "  dim: 100" in shown.stdout
    assert "what all points of its sweep share" in shown.stderr


def test_sections_have_no_place_in_a_sweep(config_file):
    """The natural slip: the section of the config, once more."""
    file = config_file("sweep:\n  train:\n    seed: [1, 2]\n")
    assert problems_of(file=file) == [
        f"{file} line 2: train is no setting; a setting of it is named as a whole, such as "
        "train.engine"
    ]


def test_a_file_of_ranges_is_not_counted_out(tmp_path):
    file = tmp_path / "my.yaml"
    file.write_text("sweep:\n" + "- {train.seed: 0..9999}\n" * 4000)
    with pytest.raises(ConfigError, match="sweep: it lists over 100,000 values") as caught:
        load_config(file)
    assert len(caught.value.problems) == 1
