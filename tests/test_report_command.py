"""`w2v report` as a user meets it: where the file goes, what is printed, what it refuses.

The page itself is in test_report_page.py.
"""

from __future__ import annotations

import base64
import html
import json
import re
import sys
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_runs import vouch
from test_cli import SMALL, w2v

from w2v.experiments.reading import read_run
from w2v.report.collecting import collect
from w2v.report.page.data import figures_of, rounded
from w2v.run_folder import RUN_FILES
from w2v.webpage.writing import escaped, json_text, shown

pytest.importorskip("plotly")
pytestmark = pytest.mark.usefixtures("folder")
LARGEST = 6_000_000  # bytes, of a report of 2,000 words


@pytest.fixture
def run(folder):
    w2v("train", "--corpus", "my.txt", "--out", "runs/a", *SMALL)
    return folder / "runs" / "a"


def views_in(path):
    """Return the figures of a page by their id."""
    packed = re.search(r'id="packed-data">([^<]*)<', path.read_text("utf-8"))[1]
    return json.loads(zlib.decompress(base64.b64decode(packed)))["figures"]


def test_the_report_of_a_run_is_in_its_folder(run):
    done = w2v("report", "a", "--no-tsne")
    assert done.stdout == "runs/a/report.html\n"
    assert re.fullmatch(r"1 run, [2-5]\.\d MB; open it in a browser\n", done.stderr)
    assert (run / "report.html").read_text("utf-8").startswith("<!doctype html>")
    again = w2v("report", "a", code=1)
    assert again.stdout == ""
    assert "runs/a/report.html exists" in again.stderr
    w2v("report", "a", "--no-tsne", "--force", "--quiet")


def test_the_same_run_gives_the_same_report(run):
    w2v("report", "a", "--no-tsne")
    w2v("report", "a", "--no-tsne", "--out", "again.html")
    assert (run / "report.html").read_bytes() == (run.parents[1] / "again.html").read_bytes()


def test_a_run_that_is_replaced_loses_its_report(run):
    w2v("report", "a", "--no-tsne")
    w2v("train", "--corpus", "my.txt", "--out", "runs/a", "--force", *SMALL)
    assert {path.name for path in run.iterdir()} == set(RUN_FILES)


def test_where_the_report_of_many_runs_goes(run, folder):
    w2v("train", "--corpus", "my.txt", "--out", "runs/sweep/b", *SMALL)
    w2v("train", "--corpus", "my.txt", "--out", "runs/sweep/c", *SMALL, "model.window=2")
    assert w2v("report", "a", "runs/sweep/b", "--no-tsne").stdout == "report.html\n"
    assert w2v("report", "sweep", "--no-tsne").stdout == "runs/sweep/report.html\n"
    found = views_in(folder / "runs/sweep/report.html")
    assert [view["name"] for view in found["word-map"]] == ["b", "c"]
    assert found["response-1"][0]["setting"] == "model.window"
    out = folder / "elsewhere.html"
    assert w2v("report", "runs/sweep", "--no-tsne", "--out", out).stdout == f"{out}\n"


def test_its_options(run, folder):
    (folder / "list.txt").write_text(": <b>beasts\ncat\ndog\n: people\nking\nnobody\n", "utf-8")
    (folder / "an.txt").write_text(": family\nman king woman queen\n", "utf-8")
    w2v(
        *("report", "a", "--no-tsne", "--words", 3, "--list", "list.txt", "--analogies", "an.txt"),
        *("--title", "<i>mine</i>"),
    )
    page = (run / "report.html").read_text("utf-8")
    assert "<h1>&lt;i&gt;mine&lt;/i&gt;</h1>" in page
    [words] = views_in(run / "report.html")["word-map"]
    assert list(words["planes"]) == ["PCA"]
    groups = dict(zip(words["words"], words["groups"], strict=True))
    assert len(groups) == 6
    assert groups["cat"] == groups["dog"] == "<b>beasts"
    assert groups["king"] == "people"
    assert groups["the"] is None
    [arrows] = views_in(run / "report.html")["analogies"]
    assert arrows["arrows"][0]["words"] == ["man", "king", "woman", "queen"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["my.txt"], 2, "my.txt is a file; a report is made of a run"),
        (["nothere"], 1, "there is no run 'nothere'"),
        (["a", "--out", "report.pdf"], 2, "--out 'report.pdf' does not end in .html"),
        (["a", "--out", "no/where.html"], 1, "no is no folder; make it first"),
        (["a", "--list", "nothere.txt"], 2, "nothere.txt cannot be read"),
        (["a", "--analogies", "nothere.txt"], 1, "nothere.txt cannot be read"),
        (["a", "--words", "1"], 2, "1 is not in the range"),
        ([], 2, "Missing argument"),
    ],
)
def test_what_it_refuses(run, folder, arguments, code, said):
    before = sorted(folder.rglob("*"))
    failed = w2v("report", "--no-tsne", *arguments, code=code)
    assert said in failed.stderr
    assert failed.stdout == ""
    assert sorted(folder.rglob("*")) == before


def test_without_the_library_it_says_what_to_install(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "plotly.offline", None)
    failed = w2v("report", "a", code=2)
    assert failed.stderr == "w2v: w2v report needs plotly: pip install 'w2v[report]'\n"


def test_a_run_without_vectors_has_its_curves(run):
    (run / "vectors.npy").unlink()
    w2v("report", "a")
    found = views_in(run / "report.html")
    assert "word-map" not in found
    assert found["curves-loss"][0]["lines"]


def test_vectors_of_zeros_have_no_norms(run):
    np.save(run / "vectors.npy", np.zeros_like(np.load(run / "vectors.npy")))
    vouch(run)
    w2v("report", "a", "--no-tsne")
    [norms] = views_in(run / "report.html")["norms"]
    assert norms["words"] == []
    assert norms["label"].endswith("no word has both a vector and a count")
    failed = w2v("plot", "a", "--what", "norms", "--out", "x.png", code=2)
    assert failed.stderr == ("w2v: a has no word with both a count and a vector other than zeros\n")


def test_a_report_of_2000_words_is_small(folder):
    rng = np.random.default_rng(2)
    words = [f"{chr(0xAC00 + n % 9000)}{chr(0xB000 + n % 77)}낱말{n}" for n in range(2500)]
    lines = [" ".join(words[at] for at in rng.permutation(2500)) for _ in range(3)]
    (folder / "many.txt").write_text("\n".join(lines), "utf-8")
    runs = [f"runs/{name}" for name in "abc"]
    for name in runs:
        w2v("train", "--corpus", "many.txt", "--out", name, "vocab.min_count=1", *SMALL)
    w2v("report", *runs, "--no-tsne")
    assert len(views_in(folder / "report.html")["word-map"][2]["words"]) == 2000
    assert (folder / "report.html").stat().st_size < LARGEST


def test_neighbours_in_the_map_are_named_by_their_place(run):
    report = collect([read_run(run)], n_words=5, tsne=False)
    _, [view] = figures_of(report)["word-map"]
    for near, expected in zip(view["near"], report.maps[0].neighbours, strict=True):
        assert [view["words"][n] if isinstance(n, int) else n for n in near] == [
            word for word, _ in expected
        ]
    assert any(isinstance(n, str) for near in view["near"] for n in near)
    assert view["table"]["values"][:3] == ["words", "counts", "norms"]  # said once


def test_numbers_are_rounded_to_what_is_seen():
    values = np.array([0.123456789, 20.0, np.nan, np.inf, -0.0, 1234567.8, 1e-9, 90_123_456])
    expected = [0.12346, 20, None, None, 0, 1234600, 1e-9, 90_123_456]
    assert rounded(values) == expected
    assert json_text(rounded(values)) == "[0.12346,20,null,null,0,1234600.0,1e-09,90123456]"


@given(st.text(st.characters(), max_size=30))
def test_any_word_can_be_shown(word):
    seen = shown(word)
    assert json.loads(json_text([seen]).encode("utf-8")) == [seen]  # no lone surrogate is left
    assert shown(seen) == seen
    assert not set(escaped(word)) & set("<>\"'")
    assert html.unescape(escaped(word)) == seen


def test_what_nobody_sees_is_shown_as_its_code():
    assert shown("caf\udce9") == "caf\\xe9"
    assert shown("a\x00\x1b[31mb\x85") == "a\\x00\\x1b[31mb\\x85"
    assert shown("\ud800") == "\\ud800"  # half a letter, which no file can hold
    assert shown("한국어 🦊") == "한국어 🦊"
