"""A lesson on the terminal: nothing is wider than 80 columns, and no number is cut."""

from __future__ import annotations

import doctest
import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import click
import numpy as np
import pytest
from click.shell_completion import ShellComplete
from hypothesis import given
from hypothesis import strategies as st
from made_lesson import NUMBERS, hostile_lesson, made_lesson

from w2v.cli.completion import complete_language
from w2v.cli.lesson_options import lesson_options, page_file, show_lesson
from w2v.cli.lesson_page import block_lines, lesson_lines
from w2v.cli.main import COMMANDS
from w2v.cli.terminal import WIDTH, columns_of, common_options
from w2v.errors import OutputError, UsageError
from w2v.lessons import numbers
from w2v.lessons.as_json import lesson_as_json
from w2v.lessons.blocks import Bars, Curve, Matrix, Points, Table, Text, Verdict
from w2v.lessons.numbers import apart, bar_shares, number_text, short_number
from w2v.text import line_breaking
from w2v.text.line_breaking import NEVER_FIRST, NEVER_LAST, hard_broken, paragraph_lines

LANGUAGES = ("en", "ko", "zh")
LESSONS = [name for name in ("explain", "gradcheck", "learn", "exercise") if name in COMMANDS]
TEXTS = st.text(st.sampled_from("ab `，。（「」“”’…한국 中文e\u0301👨\u200d👩字,."), max_size=60)


def plain_lines(blocks):
    return [click.unstyle(line) for line in block_lines(blocks)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("lesson", [made_lesson, hostile_lesson])
def test_no_line_is_too_wide(lesson, language):
    lines = [click.unstyle(line) for line in lesson_lines(lesson(language), with_answer=True)]
    assert max(map(columns_of, lines)) <= WIDTH
    assert not re.search("[\x00-\x1f\ud800-\udfff]", "".join(lines))
    assert [line for line in lines if line != line.rstrip()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_lesson_says_all_its_parts(language):
    lesson = made_lesson(language)
    text = "\n".join(click.unstyle(line) for line in lesson_lines(lesson, with_answer=False))
    for number, step in enumerate(lesson.steps, 1):
        assert f"{number}. {step.title}\n" in text
    assert "w2v learn one-hot --answer" in text
    assert lesson.answer[0].text not in text


def test_a_lesson_without_a_question_asks_none():
    lesson = replace(made_lesson("en"), question="")
    text = "\n".join(lesson_lines(lesson, with_answer=True))
    assert "question" not in text
    assert "answer" not in text


def test_sentences_go_on_below_in_their_cell():
    sentence = "each row moves by as much as all of its places in the batch together ask for"
    table = Table(("name", "why", "n"), (("a", f"{sentence} {sentence}", 7), ("b", "-", None)))
    head, first, *below, last = plain_lines([table])
    assert head.split() == ["name", "why", "n"]
    assert first.startswith("  a")
    assert first.endswith(" 7")
    assert all(line.startswith(" " * 8) for line in below)
    told = " ".join([first[2:-1].replace("a", "", 1), *below])
    assert told.split() == f"{sentence} {sentence}".split()
    assert last.split() == ["b", "-"]


def test_numbers_of_a_table_are_never_cut():
    row = (*(10.0**power / 3 for power in range(-4, 14)), 10**40, float("nan"))
    table = Table(tuple(f"number {at}" for at in range(len(row) + 1)), (("name", *row),))
    lines = plain_lines([table])
    written = " ".join(lines)
    for value in row:
        assert re.search(rf"(?<!\S){re.escape(number_text(value, 3))}(?!\S)", written)
    assert sum(line.split()[:1] == ["name"] for line in lines) > 1  # each part begins with it
    assert "…" not in written


def test_a_wide_matrix_says_that_it_goes_on():
    values = np.arange(200.0).reshape(2, 100)
    narrow, wide = (plain_lines([Matrix("W", values[:, :n], ("a", "b"))]) for n in (3, 100))
    assert all(line.endswith("  …") for line in wide[1:])
    assert "…" not in "".join(narrow)
    assert wide[1].split()[:3] == ["a", "0.0000", "1.0000"]


def test_marked_rows_have_a_sign():
    marked = frozenset({1})
    blocks = (
        Matrix("", np.eye(2), ("a", "b"), marked=marked),
        Table(("x",), (("a",), ("b",)), marked=marked),
        Bars("", ("a", "b"), (("", np.ones(2)), ("s", np.ones(2))), marked=marked),
    )
    for block in blocks:
        lines = [line for line in plain_lines([block]) if line.startswith(">")]
        assert [line.split()[1] for line in lines] == ["b"]


def test_bars_are_as_long_as_their_numbers():
    block = Bars("", tuple("abcde"), (("", np.array([8.0, 4.0, 0.0, np.nan, 1e-12])),))
    lengths = [len(re.findall("[█▏▎▍▌▋▊▉]", line)) for line in plain_lines([block])]
    assert lengths[0] > 50
    assert lengths[1] == pytest.approx(lengths[0] / 2, abs=1)
    assert lengths[2:] == [0, 0, 1]  # what is above 0 is seen
    assert bar_shares(Bars("", ("a", "b"), (("", np.array([np.inf, 2.0])),))) == [[1.0, 1.0]]


def test_a_curve_rises_where_its_numbers_do():
    lines = plain_lines([Curve("", "x", "y", np.arange(5.0), (("", np.arange(5.0)),))])
    places = [
        (row, at) for row, line in enumerate(lines) for at in range(len(line)) if line[at] == "o"
    ]
    assert len(places) == 5
    assert sorted(places) == sorted(places, key=lambda place: -place[1])
    assert lines[1].startswith("4 |")
    assert lines[-1].split() == ["0", "x", "4"]


def test_both_lines_are_seen_where_they_meet():
    same = np.arange(3.0)
    drawn = "".join(plain_lines([Curve("", "x", "y", same, (("a", same), ("b", same)))]))
    assert drawn.count("#") == 3


def test_numbers_of_any_size():
    assert [number_text(value, 2) for value in NUMBERS] == [
        *("0.00", "0.00", "nan", "inf", "-inf", "0.00", "0.00", "1.00e+15", "-1.50e+300")
    ]
    assert number_text(np.int64(-1234), 2) == "-1,234"
    assert number_text(10**400, 2) == "1.000e+400"
    assert number_text(1234.5, 1, commas=False) == "1234.5"
    assert number_text(np.bool_(True), 3) == "1"
    assert [short_number(value) for value in NUMBERS] == [
        *("0", "0", "nan", "inf", "-inf", "1e-12", "-1e-12", "1e15", "-1.5e300")
    ]
    assert apart([0.1305, 0.131, 0.1305]) == ["0.1305", "0.131", "0.1305"]
    assert apart([]) == []


@given(st.floats(-1e300, 1e300))
def test_a_short_number_is_short_and_near(value):
    text = short_number(value)
    assert len(text) <= 14
    assert float(text.replace(",", "")) == pytest.approx(value, rel=0.006)


@given(TEXTS, st.integers(2, 40))
def test_lines_are_broken_without_loss(text, columns):
    lines = paragraph_lines(text, columns)
    assert max(map(columns_of, lines)) <= columns
    assert "".join("".join(lines).split()) == "".join(text.split())


@given(st.text(st.sampled_from("中文字词，。！「」（）“”ab"), max_size=60), st.integers(12, 40))
def test_chinese_lines_begin_and_end_as_they_should(text, columns):
    text = re.sub(
        "([，。！」）”]{2})[，。！」）”]+", r"\1", text
    )  # a few marks in a row, not twenty
    text = re.sub("[「（“]+", "「", text)
    lines = paragraph_lines(text, columns)
    if max(map(columns_of, line_breaking._pieces(text))) > columns:
        return
    assert not [line for line in lines[1:] if line[0] in NEVER_FIRST]
    assert not [line for line in lines[:-1] if line[-1] in NEVER_LAST]


@pytest.mark.parametrize(
    ("text", "columns", "expected"),
    [
        ("“단어”를 셉니다", 8, ["“단어”를", "셉니다"]),
        ("나무가 자랍니다", 12, ["나무가", "자랍니다"]),
        ("don’t stop", 6, ["don’t", "stop"]),
        ("我们用`W_in[ids]`查表", 9, ["我们用", "`W_in[ids", "]`查表"]),
        ("一二——三四", 5, ["一", "二——", "三四"]),
        ("", 5, [""]),
    ],
)
def test_lines_are_broken_where_a_reader_expects_it(text, columns, expected):
    assert paragraph_lines(text, columns) == expected


def test_marks_stay_on_their_letters():
    assert hard_broken("e\u0301" * 3, 1) == ["e\u0301"] * 3
    assert hard_broken("👨\u200d👩" * 2, 4) == ["👨\u200d👩"] * 2


@pytest.mark.parametrize("module", [numbers, line_breaking])
def test_examples(module):
    result = doctest.testmod(module)
    assert result.attempted
    assert not result.failed


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("lesson", [made_lesson, hostile_lesson])
def test_json_holds_everything_and_comes_back(lesson, language):
    value = lesson_as_json(lesson(language))
    assert json.loads(json.dumps(value, allow_nan=False)) == value
    assert [step["key"] for step in value["steps"]] == [step.key for step in lesson(language).steps]


def test_json_is_exact():
    lesson = made_lesson("en")
    value = lesson_as_json(lesson, with_answer=False)
    matrix = value["steps"][0]["blocks"][2]
    assert matrix["kind"] == "matrix"
    assert np.array_equal(matrix["values"], lesson.steps[0].blocks[2].values)
    assert matrix["marked"] == [1]
    assert value["numbers"]["ids"] == [1, 3]
    assert value["numbers"]["none"] is None
    assert value["answer"] is None


# -- the options


@click.command
@lesson_options
@common_options
def lesson_command(lang, as_json, as_html, out, force):
    page = page_file("lesson", as_html, out, force)
    show_lesson(made_lesson(lang or "en"), as_json=as_json, page=page)


def run(*arguments, **options):
    from click.testing import CliRunner

    return CliRunner().invoke(lesson_command, list(map(str, arguments)), **options)


def test_colours_are_for_terminals_only():
    assert "\x1b" not in run().stdout
    assert "\x1b[1m" in run(color=True).stdout
    good, bad = block_lines([Verdict(True, "yes")]), block_lines([Verdict(False, "no")])
    assert next(good) != click.style("yes", bold=True)
    assert click.unstyle(next(bad)) == "no"


def test_a_page_is_written_where_it_was_asked_for(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = run("--html")
    assert (result.exit_code, result.stdout) == (0, "lesson.html\n")
    assert "kB" in result.stderr
    assert Path("lesson.html").read_text("utf-8").startswith("<!doctype html>")
    assert isinstance(run("--html").exception, OutputError)
    both = run("--html", "--force", "--json", "--lang", "ko", "--out", tmp_path / "other.HTM")
    assert json.loads(both.stdout)["language"] == "ko"
    assert "other.HTM" in both.stderr


@pytest.mark.parametrize(
    ("arguments", "kind", "said"),
    [
        (["--out", "a.html"], UsageError, "add --html"),
        (["--force"], UsageError, "add --html"),
        (["--html", "--out", "a.txt"], UsageError, "does not end in .html"),
        (["--html", "--out", ".html"], UsageError, "does not end in .html"),
        (["--html", "--out", "none/a.html"], OutputError, "is no folder; make it first"),
    ],
)
def test_a_page_that_cannot_be_written_is_refused_at_once(
    arguments, kind, said, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    result = run(*arguments)
    assert isinstance(result.exception, kind)
    assert said in str(result.exception)
    assert result.stdout == ""
    assert not list(tmp_path.iterdir())


def test_languages_are_offered():
    completion = ShellComplete(lesson_command, {}, "w2v", "_W2V_COMPLETE")
    offered = completion.get_completions(["--lang"], "")
    assert [item.value for item in offered] == list(LANGUAGES)
    assert [item.value for item in complete_language(None, None, "k")] == ["ko"]


def test_what_lessons_share_on_the_command_line_does_not_load_numpy():
    code = (
        "import sys, w2v.cli.lesson_options; from w2v.cli.main import main\n"
        f"for name in {LESSONS!r}:\n"
        "    main([name, '--help'], standalone_mode=False)\n"
        "sys.exit('numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_a_text_may_be_empty():
    assert plain_lines([Text("")]) == [""]


def test_points_lie_as_they_are_and_have_their_names():
    square = np.array([[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0]])
    names = ("하나", "둘", "셋", "넷")
    lines = plain_lines([Points("", names, square, ((0, 1),))])
    places = [
        (row, columns_of(line[: found.start()]))
        for row, line in enumerate(lines)
        for found in re.finditer("o", line)
    ]
    (top, left), (same_top, right), *below = places
    assert top == same_top
    assert below == [(len(lines) - 1, left), (len(lines) - 1, right)]
    assert abs((right - left) - 2 * (len(lines) - 1 - top)) <= 1  # letters are twice as high
    assert "넷" in lines[top]
    assert "셋" in lines[top]
    assert "하나" in lines[-1]
    assert "둘" in lines[-1]
    assert "·" in lines[-1]
    assert "·" not in lines[top]


def test_a_name_without_room_is_left_out_and_not_written_over_another():
    crowd = Points("", tuple(f"word-{n}" for n in range(30)), np.zeros((30, 2)))
    drawn = " ".join(plain_lines([crowd]))
    written = re.findall(r"word-\d+", drawn)
    assert 1 < len(written) < 30
    assert set(written) <= set(crowd.labels)
