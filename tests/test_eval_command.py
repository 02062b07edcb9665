"""`w2v eval` as a user meets it: the pages, the notes, JSON, and what it says to bad input."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import re
import unicodedata

import click
import numpy as np
import pytest
from test_cli import SMALL, w2v

from w2v.cli.evaluate import eval_command
from w2v.cli.terminal import WIDTH, columns_of, cut, table_lines, wrapped
from w2v.evaluation.analogies import COMMONEST
from w2v.evaluation.builtin import FACTS, read_facts
from w2v.run_folder import RunFolder
from w2v.text.vocabulary import count_lines

pytestmark = pytest.mark.usefixtures("folder")

QUESTIONS = """\
: family
man king woman queen
man king woman nobody
: gram1-of-a-name-that-is-longer-than-any-terminal-will-ever-be-wide-and-then-some-more
king kings queen queens
: 수도
서울 한국 도쿄 일본
"""
WORDS = (
    "man",
    "king",
    "woman",
    "queen",
    "<pad>",
    "kings",
    "queens",
    "서울",
    "한국",
    "도쿄",
    "일본",
)


def make_run(folder, words, rows, name="made"):
    """Write a run folder with vectors of our own."""
    (folder / name).mkdir()
    made = RunFolder(folder / name)
    made.write_lines("vocab.tsv", count_lines(words, np.arange(len(words), 0, -1)))
    made.write_array("vectors.npy", np.array(rows, np.float32))
    made.write_record({"status": "done"})
    return name


@pytest.fixture
def made(folder):
    """A run whose vectors answer `QUESTIONS` right, but for the words of a question."""
    rng = np.random.default_rng(3)
    row = dict(zip(WORDS, rng.normal(0, 1, (len(WORDS), 30)), strict=True))
    # A step from a to b that is short against the distance from c + b - a to d.
    for a, b, c, d in (line.split() for line in QUESTIONS.splitlines() if ":" not in line):
        if d != "nobody":
            row[b] = row[a] + 0.2 * rng.normal(0, 1, 30)
            row[d] = row[c] + row[b] - row[a] + 0.5 * rng.normal(0, 1, 30)
    row["<pad>"] = np.zeros(30)
    (folder / "an.txt").write_text(QUESTIONS, "utf-8")
    (folder / "sim.csv").write_text("king,queen,9\nking,man,8\nking,서울,1\nman,서울,2\n", "utf-8")
    return make_run(folder, WORDS, list(row.values()))


def test_a_page_of_analogies(made):
    done = w2v("eval", made, "--set", "an.txt")
    assert done.stdout.splitlines() == [
        "an: analogies",
        "section                           answered  of      %    add    mul  add*   mul*",
        "family                                   1   2   50.0  100.0  100.0   0.0  100.0",
        "gram1-of-a-name-that-is-longer-…         1   1  100.0  100.0  100.0   0.0    0.0",
        "수도                                     1   1  100.0  100.0  100.0   0.0    0.0",
        "",
        "semantic                                 2   3   66.7  100.0  100.0   0.0   50.0",
        "syntactic                                1   1  100.0  100.0  100.0   0.0    0.0",
        "total                                    3   4   75.0  100.0  100.0   0.0   33.3",
    ]
    assert done.stderr.splitlines() == [
        "left out: 1 question with a word that is not in the vocabulary",
        "missing, in so many questions: nobody (1)",
        "answered: questions whose four words are all known; of: all questions; %: share",
        "add, mul: % right of those answered, by 3CosAdd and 3CosMul; * lets the words of",
        "  the question answer too",
        "all 11 words are asked for and may answer (--restrict)",
        "words are compared in lower case (NFC); --keep-case compares them as written",
    ]


def test_a_page_of_similarity(made):
    done = w2v("eval", made, "--set", "sim.csv")
    heading, header, row = done.stdout.splitlines()
    assert heading == "sim: similarity"
    assert header == "       answered  of      %  Spearman  95 % interval  Pearson"
    assert row.split()[:4] == ["pairs", "4", "4", "100.0"]
    assert len(row) == len(header)
    assert done.stderr.splitlines() == [
        "Spearman, Pearson: correlation of cosines with the scores of the set, times 100",
        "words are compared in lower case (NFC); --keep-case compares them as written",
    ]


def test_several_sets_with_a_line_between(made):
    shown = w2v("eval", made, "--set", "an.txt", "--set", "sim.csv", "--set", "an.txt").stdout
    assert shown.startswith("an: analogies\n")
    assert "\n\nsim: similarity\n" in shown
    assert shown.count(": analogies") == 1  # a set that is named twice is asked once


def test_json_has_all_of_it(made):
    done = w2v("eval", made, "--set", "an.txt", "--set", "sim.csv", "--json", "--restrict", 9)
    analogies, similarity = map(json.loads, done.stdout.splitlines())
    assert done.stderr == ""
    assert (analogies["set"], analogies["kind"], analogies["restrict"]) == ("an", "analogies", 9)
    assert [section["section"] for section in analogies["sections"]][2] == "수도"
    assert "수도" in done.stdout
    assert analogies["left_out"] == {"unknown": 1, "rare": 1, "zero": 0}
    assert {found["word"]: found["reason"] for found in analogies["missing"]} == {
        "nobody": "unknown",
        "도쿄": "rare",
        "일본": "rare",
    }
    assert (similarity["kind"], similarity["answered"]) == ("similarity", 4)  # no cut there
    assert similarity["interval"][0] <= similarity["spearman"] <= similarity["interval"][1]


def test_restrict(made):
    few = w2v("eval", made, "--set", "an.txt", "--restrict", 4)
    assert few.stdout.splitlines()[-1].split()[:3] == ["total", "1", "4"]
    assert "only the 4 commonest words are asked for" in few.stderr
    assert "2 questions with one beyond the commonest words (--restrict)" in " ".join(
        few.stderr.split()
    )
    every = w2v("eval", made, "--set", "an.txt", "--restrict", "all")
    assert "all 11 words are asked for and may answer" in every.stderr
    for wrong in ("0", "-1", "some", "1.5"):
        assert (
            "Invalid value for '--restrict'"
            in w2v("eval", made, "--set", "an.txt", "--restrict", wrong, code=2).stderr
        )


def test_the_default_cut_is_that_of_the_library():
    """It is written twice, so that `w2v --help` need not load NumPy."""
    (option,) = (param for param in eval_command.params if param.name == "restrict")
    assert option.default == COMMONEST


def test_a_set_is_offered_by_name():
    (option,) = (param for param in eval_command.params if param.name == "names")
    offered = option.shell_complete(click.Context(eval_command), "facts")
    assert [item.value for item in offered if item.type == "plain"] == [*FACTS]


def test_keep_case(made, folder):
    (folder / "an.txt").write_text("Man king woman queen\nman king woman queen\n", "utf-8")
    assert w2v("eval", made, "--set", "an.txt").stdout.splitlines()[-1].split()[1] == "2"
    kept = w2v("eval", made, "--set", "an.txt", "--keep-case")
    assert kept.stdout.splitlines()[-1].split()[1] == "1"
    assert "words are compared as they are written (NFC)" in kept.stderr


# -- without a set


def facts_run(folder, name):
    """Make a run that knows the words of a set of facts."""
    pairs = [pair for pairs in read_facts(name).values() for pair in pairs]
    words = list(dict.fromkeys(word for pair in pairs for word in pair))
    rows = np.random.default_rng(1).normal(0, 1, (len(words), 6))
    return make_run(folder, words, rows, name=f"run-{name}")


@pytest.mark.parametrize("name", FACTS)
def test_the_facts_need_no_file(folder, name):
    done = w2v("eval", facts_run(folder, name))
    heading, header, *rows = done.stdout.splitlines()
    assert heading == f"{name}: analogies"
    for line in [heading, header, *rows, *done.stderr.splitlines()]:
        assert columns_of(line) <= WIDTH, line
    assert len({columns_of(row) for row in (header, *filter(None, rows))}) == 1
    others = [other for other in FACTS if other != name]
    assert f"{', '.join(others)}: no question could be asked of this vocabulary" in done.stderr


def test_no_language_of_ours(folder):
    done = w2v("eval", make_run(folder, ["ja", "nein"], [[1, 0], [0, 1]]), code=3)
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line == (
        "w2v: facts-en, facts-ko, facts-zh: no question could be asked of this vocabulary; "
        "give --set a file of questions in the language of the text"
    )


def test_a_set_of_which_nothing_can_be_asked(made):
    done = w2v("eval", made, "--set", "facts-zh", code=3)
    assert done.stdout.splitlines()[-1].split() == ["total", "0", "7,638", "0.0", *"----"]
    assert "w2v: facts-zh: no question could be asked of this vocabulary" in done.stderr
    shown = w2v("eval", made, "--set", "facts-zh", "--json", code=3)
    assert json.loads(shown.stdout)["add"] is None


# -- what a set may hold


def test_nothing_in_a_set_reaches_the_terminal_raw(made, folder):
    (folder / "an\x1b[31m.txt").write_text(
        ": se\x1b[2Jction\nman king woman queen\n\x1b[31mman king a b\n" + "x" * 500 + " a b c\n",
        "utf-8",
    )
    done = w2v("eval", made, "--set", "an\x1b[31m.txt")
    assert "\x1b" not in done.stdout + done.stderr
    assert max(map(columns_of, (done.stdout + done.stderr).splitlines())) <= WIDTH


def test_missing_words_are_wrapped_by_columns(made, folder):
    rows = [f"없는단어{i} 없는낱말{i} 이런말{i} 저런말{i}" for i in range(8)]
    (folder / "an.txt").write_text("\n".join(["man king woman queen", *rows]), "utf-8")
    noted = w2v("eval", made, "--set", "an.txt").stderr
    assert "24 more words" in " ".join(noted.split())
    assert max(map(columns_of, noted.splitlines())) <= WIDTH


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("nothing.txt", "evaluation set nothing.txt cannot be read: No such file"),
        ("fact-en", "there is no evaluation set 'fact-en'; did you mean facts-en? known are"),
        ("bad.txt", "bad.txt line 2 is not two words and a score"),
        ("empty.txt", "empty.txt is empty; analogies are four words a line"),
    ],
)
def test_bad_sets(made, folder, name, sentence):
    (folder / "bad.txt").write_text("a b 1\na b c d e f\n")
    (folder / "empty.txt").write_bytes(b"")
    done = w2v("eval", made, "--set", name, code=1)
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"w2v: {sentence}")


@pytest.mark.parametrize("name", ["an.txt.gz", "an.GZ"])
def test_a_set_packed_with_gzip_is_read(made, folder, name):
    packed = gzip.compress(QUESTIONS.encode())
    (folder / name).write_bytes(packed)
    assert w2v("eval", made, "--set", name).stdout == w2v("eval", made, "--set", "an.txt").stdout
    (folder / name).write_bytes(packed[:-9])
    done = w2v("eval", made, "--set", name, code=1)
    assert done.stderr == f"w2v: {name} is packed with gzip and damaged; fetch or make it again\n"


@pytest.mark.parametrize(
    ("content", "how"),
    [
        (b"PK\x03\x04...", "unzip"),
        (bz2.compress(b"a b c d"), "bunzip2"),
        (lzma.compress(b"a b c d"), "unxz"),
        (gzip.compress(gzip.compress(b"a b c d")), "gunzip"),
    ],
    ids=["zip", "bzip2", "xz", "gzip"],  # packed bytes hold the time of day
)
def test_a_set_packed_otherwise(made, folder, content, how):
    (folder / "set.txt").write_bytes(content)
    done = w2v("eval", made, "--set", "set.txt", code=1)
    assert done.stderr == f"w2v: set.txt is packed, and no text; unpack it first ({how})\n"


def test_a_set_that_unpacks_without_end(made, folder, monkeypatch):
    monkeypatch.setattr("w2v.evaluation.sets.MAX_UNPACKED", 1000)
    (folder / "set.gz").write_bytes(gzip.compress(b"a b c d\n" * 200))
    done = w2v("eval", made, "--set", "set.gz", code=1)
    assert done.stderr == "w2v: set.gz unpacks to more than 1,000 bytes, as no set does\n"


def test_a_set_without_its_option(made):
    done = w2v("eval", made, "an.txt", code=2)
    assert done.stderr == "w2v: one RUN is taken; a set is given with --set: --set an.txt\n"
    assert " eval [OPTIONS] RUN\n" in w2v("eval", "--help").stdout


def test_no_negative_zero(made, monkeypatch):
    for name in ("spearman", "pearson"):
        monkeypatch.setattr(f"w2v.evaluation.similarity.{name}", lambda *_: -0.0)
    row = w2v("eval", made, "--set", "sim.csv").stdout.splitlines()[-1]
    assert "-0.0" not in row
    shown = w2v("eval", made, "--set", "sim.csv", "--json").stdout
    assert "-0.0," not in shown


def test_no_run():
    assert "there is no run 'nowhere'" in w2v("eval", "nowhere", code=1).stderr


def test_damaged_vectors(folder):
    name = make_run(folder, ["a", "b"], [[1, np.nan], [0, 1]])
    assert "the vectors are damaged" in w2v("eval", name, code=1).stderr


# -- while training


def test_a_line_for_each_epoch(folder):
    (folder / "an.txt").write_text("man king woman queen\n")
    (folder / "sim.txt").write_text("king queen 9\nking man 8\nking cat 1\n")
    sets = "eval.sets=[an.txt, sim.txt, facts-zh]"
    done = w2v("train", "--corpus", "my.txt", *SMALL, "train.subsample=0", sets, "eval.every=epoch")
    told = [line for line in done.stderr.splitlines() if ": an " in line]
    assert [line[:12] for line in told] == ["epoch 1: an ", "epoch 2: an "]
    for line in told:
        assert re.search(r" % right \(1 of 1 analogy asked\), sim Spearman -?\d+\.\d \(3 of", line)
        assert columns_of(line) <= WIDTH
    said = " ".join(done.stderr.split())
    assert "(3 of 3 pairs asked), facts-zh not measured (no question could be asked of" in said


# -- how wide text is


@pytest.mark.parametrize(
    ("text", "columns"),
    [("", 0), ("eval", 4), ("평가", 4), ("中文 ok", 7), ("e\u0301", 1), ("…", 1), ("ｗ", 2)],
)
def test_columns(text, columns):
    assert columns_of(text) == columns


def test_decomposed_hangul_is_as_wide_as_it_looks():
    assert columns_of(unicodedata.normalize("NFD", "한국")) == 4


def test_cut():
    assert cut("한국어", 6) == "한국어"
    assert cut("한국어", 5) == "한국…"
    assert cut("한국어", 4) == "한…"
    assert cut("x" * 10**6, 3) == "xx…"


def test_tables_line_up():
    lines = table_lines([["section", "n"], ["수도", "1"], ["中" * 100, "1,000"]])
    assert {columns_of(line) for line in lines} == {WIDTH}
    assert [line[-7:] for line in lines] == ["      n", "      1", "  1,000"]


def test_wrapped():
    assert wrapped("a bb ccc", 4) == ["a bb", "  ccc"]
    assert wrapped("한국 어") == ["한국 어"]
    assert wrapped("한국 어", 6) == ["한국", "  어"]
