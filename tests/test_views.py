"""The numbers behind every drawing of a report: each view, and that its table says the same."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_runs import vouch

from w2v import WordVectors, train
from w2v.config.loading import load_config
from w2v.config.schema import Config, with_values
from w2v.errors import DivergedError, RunError, SetError, UsageError, WordError
from w2v.experiments.reading import RunSummary, read_run
from w2v.report.collecting import _some, collect, short_names
from w2v.report.views import word_lists
from w2v.report.views.arrows import MOST, arrows_of, read_analogies
from w2v.report.views.bars import bars_of
from w2v.report.views.curves import MAX_POINTS, curves_of
from w2v.report.views.frequencies import WITH_EARLIER, frequencies_of
from w2v.report.views.norms import norms_of
from w2v.report.views.planes import principal_axes, tsne_plane, unit_rows
from w2v.report.views.responses import MAX_SERIES, responses_of
from w2v.report.views.run_facts import facts_of
from w2v.report.views.settings import settings_of
from w2v.report.views.word_lists import read_word_lists
from w2v.report.views.word_map import word_map
from w2v.text.vocabulary import Vocabulary

SMALL = {
    "model.dim": 8, "vocab.min_count": 1, "train.epochs": 3, "train.chunk": 1000, "train.batch": 8,
    "train.engine": "numpy", "train.replicas": 1,
}  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("views")


@pytest.fixture(scope="module")
def run(home, corpus):
    """A run with all that can be measured: held out, two sets of which one is asked in vain."""
    (home / "set.txt").write_text(
        ": colors\nred green blue pink\npink blue green red\n: none\nno such words here\n", "utf-8"
    )
    (home / "pairs.txt").write_text("red blue 9\nred cat 2\ncat dog 8\ncow milk 3\n", "utf-8")
    text = home / "text.txt"
    text.write_text(corpus.read_text("utf-8") + "\nrare rarer rare\nseldom seldom red\n", "utf-8")
    settings = {
        "corpus.path": str(text),
        "vocab.min_count": 3,
        "train.subsample": 0.02,
        "eval.heldout": 0.1,
        "eval.sets": [str(home / "set.txt"), str(home / "pairs.txt")],
        "eval.every": "epoch",
    }
    train({**SMALL, **settings}, out=home / "one")
    return read_run(home / "one")


@pytest.fixture(scope="module")
def plain(home, corpus):
    """A run without evaluation."""
    train({**SMALL, "corpus.path": str(corpus), "train.seed": 2}, out=home / "two")
    return read_run(home / "two")


def vectors_of(words, rows, counts=None):
    counts = np.arange(len(words), 0, -1) if counts is None else np.array(counts)
    return WordVectors(Vocabulary(list(words), counts), np.array(rows, np.float32))


# --------------------------------------------------------------------------- curves


def test_curves_are_what_metrics_say(run, plain):
    loss, rate, speed = curves_of({"one": run, "two": plain})
    assert [c.key for c in (loss, rate, speed)] == ["loss", "lr", "speed"]
    assert [(line.run, line.what) for line in loss.lines] == [
        ("one", "loss"),
        ("one", "held-out loss"),
        ("two", "loss"),
    ]
    heldout = loss.lines[1]
    assert heldout.x.tolist() == [1, 2, 3]
    assert heldout.y.tolist() == [epoch["heldout_loss"] for epoch in run.epochs]
    assert loss.lines[0].x[-1] == pytest.approx(3)
    assert loss.lines[0].y[0] == run.chunks[0]["loss"]
    assert rate.lines[0].y[0] == run.chunks[0]["lr"]
    first = run.chunks[0]
    assert speed.lines[0].y[0] == pytest.approx(first["positions"] / first["seconds"])
    for curves in (loss, rate, speed):
        drawn = [
            [line.run, line.what, round(x, 4), None if np.isnan(y) else y]
            for line in curves.lines
            for x, y in zip(line.x.tolist(), line.y.tolist(), strict=True)
        ]
        assert curves.table.rows == drawn
        assert len(curves.table.columns) == 4


def summary(chunks, epochs=(), config=None, record=None, folder="made", evaluations=()):
    """Make a run as its folder would tell it."""
    record = record or {"status": "done", "tokens": {"read": 1000, "kept": 1000}}
    return RunSummary(
        Path(folder), config or Config(), record, list(chunks), list(epochs), list(evaluations)
    )


def chunk(positions, loss=1.0, measured=10):
    return {"positions": positions, "loss": loss, "measured": measured, "lr": 0.1, "seconds": 0.5}


def test_many_chunks_are_averaged_by_what_they_measured():
    n = 4 * MAX_POINTS
    chunks = [chunk(10 * (at + 1), loss=1.0 + at % 2, measured=1 + 2 * (at % 2)) for at in range(n)]
    made = summary(chunks, config=with_values(Config(), {"train.chunk": 10}))
    line = curves_of({"made": made})[0].lines[0]
    assert len(line.x) == MAX_POINTS
    assert np.allclose(line.y, (1 * 1 + 2 * 3) / 4)
    assert line.x[-1] == 10 * n / 1000


def test_a_loss_that_was_not_measured_is_a_gap():
    made = summary([chunk(500), chunk(1000, loss=None, measured=0), chunk(1500)])
    curves = curves_of({"made": made})[0]
    assert np.isnan(curves.lines[0].y).tolist() == [False, True, False]
    assert [row[3] for row in curves.table.rows] == [1.0, None, 1.0]


def test_a_short_chunk_joins_the_one_before_it():
    made = summary([chunk(100), chunk(200), chunk(204, loss=9.0, measured=10)])
    line = curves_of({"made": made})[0].lines[0]
    assert line.x.tolist() == [0.1, 0.204]
    assert line.y.tolist() == [1.0, 5.0]


def test_a_run_that_measured_nothing_has_no_curves():
    assert curves_of({"made": summary([])}) == []


# ----------------------------------------------------------------------------- bars


def test_scores_by_section(run, plain):
    analogies, similarity = bars_of({"one": run, "two": plain})
    last = [line for line in run.evaluations if line["epoch"] == 3]
    assert (analogies.name, analogies.sections) == ("set", ["colors", "none", "total"])
    assert analogies.runs == ["one"]
    assert analogies.values[0, 0] == pytest.approx(100 * last[0]["sections"][0]["add"], abs=1e-4)
    assert np.isnan(analogies.values[0, 1])
    assert analogies.table.rows[0][3:] == [2, 2]
    assert analogies.table.rows[1] == ["one", "none", None, 0, 1]
    assert (similarity.name, similarity.sections) == ("pairs", ["all pairs"])
    assert similarity.values[0, 0] == pytest.approx(100 * last[1]["spearman"], abs=1e-4)
    for bars in (analogies, similarity):
        drawn = [None if np.isnan(value) else value for value in bars.values.ravel().tolist()]
        assert [row[2] for row in bars.table.rows] == drawn


def test_a_run_that_was_asked_nothing_has_no_bars(plain):
    assert bars_of({"two": plain}) == []


# --------------------------------------------------------------------- planes and maps


def test_pca_against_a_truth_made_by_hand():
    # Variance 4 along x, 1 along y, none along z.
    rows = np.array([[2, 0, 1], [-2, 0, 1], [0, 1, 1], [0, -1, 1.0]])
    axes = principal_axes(rows)
    assert axes.explained == pytest.approx((0.8, 0.2))
    assert axes.place(rows) == pytest.approx(np.array([[2, 0], [-2, 0], [0, 1], [0, -1.0]]))
    # The first that is clearly off the middle is on the positive side, whatever the library says.
    assert principal_axes(-rows).place(-rows) == pytest.approx(axes.place(rows))


def test_axes_of_one_number_and_of_equal_rows():
    assert principal_axes(np.array([[1.0], [3.0]])).place(np.array([[3.0]])).tolist() == [[-1, 0]]
    same = principal_axes(np.ones((3, 4)))
    assert same.explained == (0, 0)
    assert np.isfinite(same.place(np.ones((3, 4)))).all()


def test_unit_rows_of_extreme_numbers():
    rows = unit_rows(np.array([[3, 4], [0, 0], [3e300, 4e300], [3e-300, 4e-300]]))
    assert rows == pytest.approx(np.array([[0.6, 0.8], [0, 0], [0.6, 0.8], [0.6, 0.8]]))
    with pytest.raises(RunError, match="not numbers"):
        unit_rows(np.array([[np.nan, 1.0]]))


def test_a_map(run):
    vectors = WordVectors.load(run.folder)
    groups = {"colors": ["red", "blue", "nobody"], "animals": ["cat", "red"]}
    view = word_map("one", vectors, n_words=6, groups=groups)
    assert view.words[:6] == vectors.vocabulary.words[:6]
    assert set(view.words[6:]) == {"red", "blue", "cat"} - set(view.words[:6])
    group_of = dict(zip(view.words, view.groups, strict=True))
    assert (group_of["red"], group_of["blue"], group_of["cat"]) == ("colors", "colors", "animals")
    assert sum(group is None for group in view.groups) == len(view.words) - 3
    for word, neighbours in zip(view.words, view.neighbours, strict=True):
        expected = vectors.most_similar(word)
        assert [near for near, _ in neighbours] == [near for near, _ in expected]
        assert [c for _, c in neighbours] == pytest.approx([c for _, c in expected], abs=1e-5)
    norms = np.linalg.norm(vectors[view.words], axis=1)
    assert view.norms == pytest.approx(norms, rel=1e-5)
    columns = dict(zip(view.table.columns, zip(*view.table.rows, strict=True), strict=True))
    assert list(columns["word"]) == view.words
    assert list(columns["count"]) == view.counts.tolist()
    assert list(columns["word list"]) == view.groups
    table_plane = np.array([columns["PCA 1"], columns["PCA 2"]]).T
    assert table_plane == pytest.approx(view.planes["PCA"], abs=1e-4)


def test_a_map_leaves_specials_out_and_takes_words_in():
    words = ["<unk>", "a", "b", "c", "d"]
    vectors = vectors_of(words, np.eye(5), counts=[9, 4, 3, 2, 1])
    view = word_map("made", vectors, n_words=2, words=["d"], specials=["<unk>", "<pad>"])
    assert view.words == ["a", "b", "d"]
    assert word_map("made", vectors, n_words=1, n_neighbours=0).neighbours == [[]]
    assert [len(near) for near in word_map("made", vectors, n_neighbours=2).neighbours] == [2] * 5
    with pytest.raises(WordError, match="nobody"):
        word_map("made", vectors, words=["nobody"])


def test_a_map_is_in_the_order_of_counts_not_of_rows():
    vectors = vectors_of("abc", np.eye(3), counts=[0, 5, 9])
    assert word_map("made", vectors, n_words=2).words == ["c", "b"]


def test_a_vocabulary_of_two_and_a_row_of_zeros():
    vectors = vectors_of("ab", [[1, 2], [0, 0]])
    view = word_map("made", vectors, tsne=True)
    assert list(view.planes) == ["PCA"]  # too few words for t-SNE
    assert np.isfinite(view.planes["PCA"]).all()
    assert view.neighbours == [[], []]  # nothing is near zeros
    assert arrows_of("made", vectors) == []
    assert norms_of("made", vectors).words == ["a"]


def test_damaged_vectors_are_named():
    with pytest.raises(RunError, match="damaged"):
        word_map("made", vectors_of("ab", [[1, np.nan], [0, 1]]))


def test_tsne_is_the_same_each_time():
    rng = np.random.default_rng(2)
    rows = unit_rows(rng.normal(size=(20, 5)))
    plane = tsne_plane(rows)
    assert plane.shape == (20, 2)
    assert np.isfinite(plane).all()
    assert (plane == tsne_plane(rows)).all()


# --------------------------------------------------------------------------- arrows


@pytest.fixture
def king():
    """Words of which man is to king as woman is to queen, and girl to princess."""
    rng = np.random.default_rng(5)
    step = rng.normal(size=12)
    row = {word: rng.normal(size=12) * 2 for word in ("man", "woman", "girl", "tree", "stone")}
    row |= {"king": row["man"] + step, "queen": row["woman"] + step, "Princess": row["girl"] + step}
    return vectors_of(row, list(row.values()))


def test_arrows_of_given_questions(king, tmp_path):
    file = tmp_path / "royal.txt"
    file.write_text(": a\nman king woman queen\nman king girl PRINCESS\nman king no one\n", "utf-8")
    [view] = arrows_of("made", king, analogies=read_analogies(str(file)))
    assert view.title == "royal, a: 2 of 2 answered rightly"
    assert [arrow.words[3] for arrow in view.arrows] == ["queen", "Princess"]
    assert [arrow.answer for arrow in view.arrows] == ["queen", "Princess"]
    for arrow, row in zip(view.arrows, view.table.rows, strict=True):
        a, b, c, _, aim = arrow.points
        assert aim == pytest.approx(b - a + c)
        assert row[:5] == [*arrow.words, arrow.answer]
        assert row[5:] == pytest.approx(arrow.points.ravel(), abs=1e-4)


def test_arrows_are_chosen_from_one_section(run, king, tmp_path):
    file = tmp_path / "own.txt"
    wrong = "tree stone man king\ntree stone king man\ntree stone queen man\n"
    file.write_text(f": wrong\n{wrong}: right\nman king woman queen\n", "utf-8")
    [view] = arrows_of("made", king, sets=[str(file), "gone.txt"])
    assert (view.section, len(view.arrows)) == ("right", 1)
    assert len(arrows_of("one", WordVectors.load(run.folder), sets=run.config.eval.sets)) == 1


def test_there_are_no_more_arrows_than_can_be_told_apart(king, tmp_path):
    file = tmp_path / "many.txt"
    file.write_text("man king woman queen\n" * (MOST + 3), "utf-8")
    assert len(arrows_of("made", king, analogies=read_analogies(str(file)))[0].arrows) == MOST


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [(None, SetError, "cannot be read"), ("a b 3\n", UsageError, "set of similarity")],
)
def test_questions_that_are_none(king, tmp_path, content, error, message):
    file = tmp_path / "file.txt"
    if content is not None:
        file.write_text(content, "utf-8")
    with pytest.raises(error, match=message):
        arrows_of("made", king, analogies=read_analogies(str(file)))


# ------------------------------------------------------------------ norms and frequencies


def test_norms_against_counts():
    rows = [[3, 4], [0, 0], [1, 0], [5, 12]]
    view = norms_of("made", vectors_of(["<pad>", "b", "c", "d"], rows, [9, 8, 7, 0]), ["<pad>"])
    assert view.table.rows == [["c", 7, 1.0]]
    assert (view.words, view.x.tolist(), view.y.tolist()) == (["c"], [7], [1])


def test_norms_of_many_words_are_thinned_alike_everywhere():
    n = 50_000
    vectors = vectors_of([f"w{i}" for i in range(n)], np.ones((n, 1)), np.arange(n, 0, -1))
    view = norms_of("made", vectors, words=["w49998"])
    ranks = np.array([int(word[1:]) for word in view.words]) + 1
    assert ranks[:500].tolist() == list(range(1, 501))
    assert {1, n, n - 1} <= set(ranks.tolist())
    assert len(ranks) < 5000
    per_decade = [np.count_nonzero((ranks > low) & (ranks <= 5 * low)) for low in (2000, 10_000)]
    assert per_decade[0] == pytest.approx(per_decade[1], rel=0.02)
    assert len(view.table.rows) == len(ranks)


def test_frequencies_add_up_to_the_tokens_of_the_record(run):
    view = frequencies_of("one", run)
    tokens = run.record["tokens"]
    assert list(view.tokens) == [
        "read",
        "left out by min_count",
        "held out of training",
        "thinned out by subsampling",
        "trained",
    ]
    parts = list(view.tokens.values())
    assert parts[0] == tokens["read"]
    assert sum(parts[1:]) == pytest.approx(parts[0])
    assert view.tokens["left out by min_count"] == 5
    assert view.tokens["trained"] == pytest.approx(tokens["trained"] / 3)
    assert view.tokens["thinned out by subsampling"] > 0
    assert (view.n_words, view.n_dropped, view.first_dropped) == (16, 3, 17)
    assert view.why_dropped == "below min_count 3"
    assert view.counts.sum() == tokens["read"]  # so few words that each is drawn
    assert (view.trained[-3:] == 0).all()
    assert (view.trained[:-3] > 0).all()
    drawn = zip(view.ranks, view.counts, view.trained, strict=True)
    assert [[row[0], *row[2:]] for row in view.table.rows] == [
        [rank, count, round(trained, 2)] for rank, count, trained in drawn
    ]


def test_frequencies_with_unk_and_max_size(home, corpus):
    settings = {"vocab.specials": ["<unk>", "<pad>"], "vocab.max_size": 10}
    train({**SMALL, "corpus.path": str(corpus), **settings}, out=home / "unk")
    run = read_run(home / "unk")
    view = frequencies_of("unk", run)
    assert (view.n_words, view.n_dropped, view.first_dropped) == (10, 6, 11)
    assert view.why_dropped == "below min_count 1 or beyond max_size 10"
    assert view.counts.sum() == run.record["tokens"]["read"]  # no token is counted as <unk> too
    assert view.tokens["left out by min_count and max_size"] == 0  # <unk> stands for them


def test_counts_of_earlier_texts_are_said_to_be_so(home, corpus, plain):
    settings = {"embedding.pretrained": str(plain.folder), "vocab.rows": "union"}
    train({**SMALL, "corpus.path": str(corpus), **settings}, out=home / "more")
    view = frequencies_of("more", read_run(home / "more"))
    assert view.note == WITH_EARLIER
    assert frequencies_of("two", plain).note == ""
    assert view.counts.sum() == 2 * view.tokens["read"]
    assert view.first_dropped is None  # all have a row


def test_words_that_old_vectors_lack_are_among_the_others(home, corpus, plain):
    text = home / "new.txt"
    text.write_text(corpus.read_text("utf-8") + "\n" + "blau blau red\n" * 2000, "utf-8")
    settings = {"embedding.pretrained": str(plain.folder), "vocab.rows": "old"}
    train({**SMALL, **settings, "vocab.min_count": 5, "corpus.path": str(text)}, out=home / "old")
    view = frequencies_of("old", read_run(home / "old"))
    assert view.table.rows[0][1:] == ["blau", 4000, 0.0]  # the commonest, and without a row
    assert (view.n_dropped, view.first_dropped) == (1, None)
    assert view.why_dropped == "not in the old vectors"


# ------------------------------------------------------------------------- responses


def point(heldout, seed=0, folder="made", **settings):
    """Make a run of a sweep, with one number measured."""
    values = {"train.seed": seed, **{key.replace("__", "."): v for key, v in settings.items()}}
    epoch = {
        "epoch": 1, "loss": None, "heldout_loss": heldout, "seconds": 0.0, "words_per_second": 1,
    }  # fmt: skip
    return summary([], [epoch], with_values(Config(), values), {"status": "done"}, folder)


def named(runs):
    return {f"run {at}": run for at, run in enumerate(runs)}


def test_means_and_deviations_by_hand():
    runs = [point(1.0, 0, model__window=10), point(2.0, 1, model__window=10)]
    runs += [point(5.0, 0, model__window=2), point(6.0, 1, model__window=2)]
    runs += [point(9.0, 2, model__window=2)]
    [response] = responses_of(named(runs))
    assert (response.setting, response.key, response.better) == (
        "model.window",
        "heldout_loss",
        "lower",
    )
    assert response.x == [2, 10]
    [(label, means, deviations, counts)] = response.series
    assert label == ""
    assert means == pytest.approx([20 / 3, 1.5])
    assert deviations == pytest.approx([np.sqrt(13 / 3), np.sqrt(0.5)])
    assert counts.tolist() == [3, 2]
    assert response.table.rows == [
        ["2", means[0], deviations[0], 3],
        ["10", means[1], deviations[1], 2],
    ]


def test_a_series_for_each_combination_of_the_other_settings():
    runs = [
        point(window + 10 * rate, model__window=window, train__lr=rate)
        for rate in (0.5, 0.05)
        for window in (5, 2)
    ]
    runs.append(point(7.0, model__window=9, train__lr=0.05))
    by_window, by_rate = responses_of(named(runs))
    assert by_window.x == [2, 5, 9]
    labels = [label for label, *_ in by_window.series]
    assert labels == ["train.lr=0.05", "train.lr=0.5"]
    assert by_window.series[0][1] == pytest.approx([2.5, 5.5, 7.0])
    assert np.isnan(by_window.series[1][1]).tolist() == [False, False, True]
    assert np.isnan(by_window.series[0][2]).all()  # one run has no deviation
    assert by_window.table.columns[0] == "where"
    assert len(by_window.table.rows) == 5
    assert [label for label, *_ in by_rate.series] == [f"model.window={n}" for n in (2, 5, 9)]


def test_too_many_combinations_are_averaged():
    n = MAX_SERIES + 1
    runs = [
        point(float(k), model__window=window, negatives__k=k)
        for k in range(1, n + 1)
        for window in (2, 5)
    ]
    by_window = responses_of(named(runs))[0]
    assert by_window.setting == "model.window"
    [(label, means, _, counts)] = by_window.series
    assert label == "mean over negatives.k"
    assert means == pytest.approx([(n + 1) / 2] * 2)
    assert counts.tolist() == [n, n]


def test_values_that_are_no_numbers_stay_as_they_are_written():
    runs = [point(1.0, vocab__max_size=size) for size in (None, 30, 4)]
    [response] = responses_of(named(runs))
    assert response.x == ["4", "30", "null"]
    runs = [point(1.0, model__shrink_window=value) for value in (True, False)]
    assert responses_of(named(runs))[0].x == ["true", "false"]


def test_nothing_answers_to_settings_that_differ_together_or_to_the_seed():
    together = [point(1.0, model__window=2, train__lr=0.1), point(2.0, model__window=5)]
    assert responses_of(named(together)) == []
    assert responses_of(named([point(1.0, seed) for seed in range(3)])) == []
    unfinished = summary([], [], with_values(Config(), {"model.window": 9}), {"status": "running"})
    assert responses_of(named([point(1.0), unfinished])) == []


# --------------------------------------------------------------------------- word lists


def test_word_lists(tmp_path):
    (tmp_path / "names.txt").write_bytes("\ufeffanna\r\n# no\r\n\r\n: fruits\r\npear\r\n".encode())
    (tmp_path / "more.txt").write_text(": fruits\napple\npear\n:\n가\n", "utf-8")
    found = read_word_lists([tmp_path / "names.txt", str(tmp_path / "more.txt")])
    assert found == {"names": ["anna"], "fruits": ["pear", "apple"], "more": ["가"]}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read"),
        (b"", "holds no word"),
        (b": only a header\n# and a comment\n", "holds no word"),
        (b"a\ntwo words\n", "line 2 is more than a word"),
        (b"a\nb\n\xff\n", "line 3 is not UTF-8"),
        (b"a" * 1001, "line 1 has 1,001 characters"),
        (b"\0" * (word_lists.MAX_BYTES + 1), "more than"),
    ],
)
def test_files_that_are_no_word_list(tmp_path, content, message):
    file = tmp_path / "list.txt"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UsageError, match=message) as caught:
        read_word_lists([file])
    assert "\n" not in str(caught.value)
    assert "list.txt" in str(caught.value)


@given(content=st.binary(max_size=80))
def test_any_bytes_are_a_word_list_or_refused(tmp_path_factory, content):
    file = tmp_path_factory.getbasetemp() / "any.txt"
    file.write_bytes(content)
    try:
        found = read_word_lists([file])
    except UsageError:
        return
    words = [word for some in found.values() for word in some]
    assert words
    assert all(word.split() == [word] for word in words)


# ----------------------------------------------------------------------------- the whole


def test_settings_side_by_side(run, plain):
    view = settings_of({"one": run, "two": plain})
    rows = {path: row for path, *row in view.rows}
    assert view.runs == ["one", "two"]
    assert rows["train.seed"] == [["1", "2"], True, False]
    assert rows["model.dim"] == [["8", "8"], False, False]
    assert rows["model.window"] == [["5", "5"], False, True]


def test_facts_lead_back_to_the_run(run):
    facts = facts_of("one", run)
    assert facts.status == "done"
    assert dict(facts.facts)["vocabulary"] == "16 words"
    again = load_config(None, shlex.split(facts.command)[2:]).config
    assert again.eval == run.config.eval
    assert again.train == run.config.train
    assert again.vocab == run.config.vocab


def test_collect_everything(run, plain):
    steps = []
    report = collect([run, plain], n_words=5, tsne=False, on_progress=lambda *n: steps.append(n))
    assert report.title == "one, two"
    assert [facts.run for facts in report.runs] == ["one", "two"]
    assert [view.run for view in report.maps] == ["one", "two"]
    assert [view.run for view in report.norms] == ["one", "two"]
    assert [view.run for view in report.frequencies] == ["one", "two"]
    assert len(report.maps[0].words) == 5
    assert steps == [(0, 2), (1, 2), (2, 2)]
    assert [view.run for view in collect([plain, run], views_of=1, tsne=False).maps] == ["two"]


@pytest.mark.parametrize(
    ("n", "chosen"), [(1, "a"), (2, "af"), (3, "aef"), (5, "abcef"), (6, "abcdef")]
)
def test_words_are_of_runs_whose_settings_differ(n, chosen):
    windows = {"a": 1, "b": 1, "c": 2, "d": 2, "e": 5, "f": 10}
    runs = {
        name: summary(
            [], config=with_values(Config(), {"model.window": window, "train.seed": seed})
        )
        for seed, (name, window) in enumerate(windows.items())
    }
    assert "".join(_some(runs, n)) == chosen


def test_tsne_is_there_if_its_library_is(plain, monkeypatch):
    assert set(collect([plain], n_words=20).maps[0].planes) == {"PCA", "t-SNE"}
    monkeypatch.setitem(__import__("sys").modules, "sklearn.manifold", None)
    with pytest.raises(UsageError, match=r"pip install 'w2v\[report\]'"):
        collect([plain], tsne=True)
    monkeypatch.setattr("w2v.report.collecting.has_tsne", lambda: False)
    assert set(collect([plain]).maps[0].planes) == {"PCA"}


def test_a_run_that_diverged_has_its_curves(home, corpus):
    settings = {"train.lr": 1e30, "train.chunk": 100, "corpus.path": str(corpus)}
    with pytest.raises(DivergedError):
        train({**SMALL, **settings}, out=home / "diverged")
    run = read_run(home / "diverged")
    report = collect([run])
    assert report.runs[0].status == "diverged"
    assert report.maps == report.norms == report.frequencies == []
    # One that goes on for a while has a line of its first chunks.
    chunks = [chunk(100), chunk(200)]
    (run.folder / "metrics.jsonl").write_text(
        "".join(json.dumps({"event": "chunk", **c}) + "\n" for c in chunks), "utf-8"
    )
    vouch(run.folder)
    [loss, _, _] = collect([read_run(run.folder)]).curves
    assert len(loss.lines[0].x) == 2


def test_names_are_as_short_as_tells_runs_apart(tmp_path):
    made = [summary([], folder=tmp_path / path) for path in ("a/x", "b/x", "b/y")]
    assert short_names(made) == ["a/x", "b/x", "y"]
    with pytest.raises(UsageError, match="given twice"):
        short_names([made[0], made[0]])
    with pytest.raises(UsageError, match="no run"):
        collect([])


def test_a_mistake_in_a_name_is_found_before_any_map_is_made(run, tmp_path):
    def on_progress(n_done, n):
        raise AssertionError("too late")

    (tmp_path / "pairs.txt").write_text("red blue 9\ncat dog 2\n", "utf-8")
    for name, error in (("no-such-set", SetError), (str(tmp_path / "pairs.txt"), UsageError)):
        with pytest.raises(error):
            collect([run], analogies=name, tsne=False, on_progress=on_progress)
