"""`w2v learn`: the list of topics, and that every lesson can be shown in every language."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from itertools import pairwise

import click
import pytest
from test_cli import offered, w2v

from w2v.cli.exercise import TOPICS as EXERCISE_NAMES
from w2v.cli.learn import say_next
from w2v.cli.terminal import columns_of
from w2v.lessons.languages import languages
from w2v.lessons.learn.batches import lesson as batches
from w2v.lessons.learn.one_hot import lesson as one_hot
from w2v.lessons.learn.scatter_add import lesson as scatter_add
from w2v.lessons.learn.topics import EXERCISES, TOPICS, WITH_CORPUS, WITH_RUN, near_topics

WIDTH = 80
# Whose efforts are made small below; the others are shown by tests of their own.
QUICK = ["one-hot", "scatter-add", "embedding-options", "batches"]


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """A cache for all of these tests: built-in corpora are made once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def quick(monkeypatch, folder, cache):
    """Measure little: the times mean nothing then, and all else stays."""
    monkeypatch.setenv("W2V_CACHE", str(cache))
    monkeypatch.setattr(one_hot, "EFFORT", one_hot.Effort((10, 100), seconds=0))
    small = scatter_add.Effort("seasons-en", 2_000, epochs=1, n_batches=3, seconds=0)
    monkeypatch.setattr(scatter_add, "EFFORT", small)
    effort = batches.Effort(200, seconds=0, n_learnt=500, with_numba=False)
    monkeypatch.setattr(batches, "EFFORT", effort)


def test_topics_are_listed_in_reading_order():
    lines = w2v("learn", "--lang", "en").stdout.splitlines()
    rows = [line for line in lines if line[2:3].isdigit()]
    assert [row.split()[:2] for row in rows] == [
        [f"{number}.", topic] for number, topic in enumerate(TOPICS, 1)
    ]
    assert "Begin with `w2v learn one-hot`." in " ".join(lines)


@pytest.mark.parametrize("language", languages())
def test_the_list_has_a_line_for_each_topic(language):
    shown = w2v("learn", "--lang", language)
    assert shown.stderr == ""
    assert max(map(columns_of, shown.stdout.splitlines())) <= WIDTH
    listed = json.loads(w2v("learn", "--lang", language, "--json").stdout)
    assert listed["language"] == language
    assert [one["topic"] for one in listed["topics"]] == list(TOPICS)
    # Each fits into one line beside its topic.
    assert all(one["line"] in shown.stdout for one in listed["topics"])


def test_the_locale_decides_the_language(monkeypatch):
    monkeypatch.setenv("LANGUAGE", "zh_CN:en")
    assert "八课" in w2v("learn").stdout


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("topic", QUICK)
def test_every_lesson_in_every_language(topic, language):
    shown = w2v("learn", topic, "--lang", language, "--quiet")
    lines = shown.stdout.splitlines()
    assert shown.stderr == ""
    assert [line for line in lines if columns_of(line) > WIDTH] == []
    assert lines[-1].endswith(f"`w2v learn {topic} --answer`")
    assert "{" not in shown.stdout
    answer = w2v("learn", topic, "--lang", language, "--quiet", "--answer").stdout.splitlines()
    assert [line for line in answer if columns_of(line) > WIDTH] == []
    # The same question, and then what it is about.
    at = lines.index(answer[0])
    question = lines[at : lines.index("", at)]
    assert answer[: len(question)] == question
    assert len(answer) > len(question) + 5


@pytest.mark.parametrize("topic", QUICK)
def test_numbers_are_the_same_in_every_language(topic):
    found = [json.loads(w2v("learn", topic, "--json", "--lang", one).stdout) for one in languages()]
    assert [lesson["language"] for lesson in found] == list(languages())
    assert all(lesson["command"] == "learn" and lesson["topic"] == topic for lesson in found)
    numbers = [without_times(lesson["numbers"]) for lesson in found]
    assert numbers[0] == numbers[1] == numbers[2]
    assert 3 <= len(found[0]["steps"]) <= 6
    assert found[0]["answer"]


def without_times(numbers):
    """Return all that is the same at every run."""
    if isinstance(numbers, dict):
        timed = ("times", "words_per_second", "measured")
        return {key: without_times(value) for key, value in numbers.items() if key not in timed}
    return numbers


def test_a_lesson_as_a_page(folder):
    shown = w2v("learn", "embedding-options", "--html", "--lang", "ko")
    assert shown.stdout == "learn-embedding-options.html\n"
    assert "다섯 행" in (folder / "learn-embedding-options.html").read_text("utf-8")
    again = w2v("learn", "embedding-options", "--html", code=1)
    assert "exists" in again.stderr
    w2v("learn", "embedding-options", "--html", "--force", "--quiet")
    w2v("learn", "embedding-options", "--html", "--out", "a.html", "--quiet")
    assert (folder / "a.html").exists()


def test_what_takes_a_while_says_so_in_the_language_of_the_reader():
    waits = "this takes a few seconds …\n"
    assert w2v("learn", "one-hot", "--lang", "en").stderr.startswith(waits)
    assert waits not in w2v("learn", "embedding-options", "--lang", "en").stderr


@pytest.mark.parametrize("options", [[], ["--answer"]])
def test_a_lesson_and_its_answer_say_what_comes_next(options):
    shown = w2v("learn", "embedding-options", "--lang", "en", *options)
    assert shown.stderr.startswith("\nNext: `w2v learn softmax-or-negative-sampling`, every word")
    shown = w2v("learn", "scatter-add", "--lang", "en", *options)
    assert shown.stderr.splitlines()[-2:] == [
        "Write it yourself: `w2v exercise scatter-add`",
        "Next: `w2v learn embedding-options`, padding, max_norm, freeze …: five rows each",
    ]
    assert "Next:" not in shown.stdout


@pytest.mark.parametrize("options", [["--json"], ["--answer", "--json"], ["--quiet"]])
def test_nothing_comes_next_where_it_is_in_the_way(options):
    assert w2v("learn", "embedding-options", *options).stderr == ""


def test_a_page_is_followed_by_nothing():
    shown = w2v("learn", "embedding-options", "--html", "--lang", "en")
    assert "open it in a browser" in shown.stderr
    assert "Next:" not in shown.stderr


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("topic", TOPICS)
def test_what_comes_next_is_there_and_fits(topic, language, capsys):
    with click.Context(click.Command("learn")):
        say_next(topic, language)
    said = capsys.readouterr().err
    assert [line for line in said.splitlines() if columns_of(line) > WIDTH] == []
    named = re.findall(r"`w2v (learn|exercise) ([a-z-]+)`", said)
    following = dict(pairwise(TOPICS)).get(topic)
    expected = [("exercise", name) for name in EXERCISES.get(topic, ())]
    assert named == expected + ([("learn", following)] if following else [])
    comma = "、" if language == "zh" else ", "
    assert f"{comma}".join(f"`w2v exercise {name}`" for _, name in expected) in said


def test_each_exercise_goes_with_one_lesson():
    assert set(EXERCISES) <= set(TOPICS)
    assert [name for names in EXERCISES.values() for name in names] == list(EXERCISE_NAMES)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["onehot"], "no topic 'onehot'; did you mean one-hot?"),
        (["walrus"], f"no topic 'walrus'; there are {', '.join(TOPICS)}"),
        (["cbow"], "did you mean cbow-gradient?"),
        (
            ["one-hot", "--corpus", "my.txt"],
            "one-hot takes no --corpus; the one that does is noise",
        ),
        (["batches", "--run", "latest"], "batches takes no --run; the one that does is analogy"),
        (["noise", "--corpus", ""], "--corpus is empty"),
        (["analogy", "--run", ""], "--run is empty"),
        (["--answer"], "which TOPIC?"),
        (["--html"], "which TOPIC?"),
        (["--seed", "3"], "which TOPIC?"),
        (["--seed", "1"], "which TOPIC?"),
        (["one-hot", "--out", "x.html"], "add --html"),
        (["one-hot", "--seed", "-1"], "-1 is not in the range"),
        (["one-hot", "--lang", "fr"], "lessons are not there in 'fr'"),
    ],
)
def test_what_cannot_be_shown(arguments, message):
    shown = w2v("learn", *arguments, code=2)
    assert message in " ".join(shown.stderr.split())
    assert shown.stdout == ""


def test_near_topics():
    assert near_topics("one_hot") == ["one-hot"]
    assert near_topics("EMBEDDING") == ["embedding-options"]
    assert near_topics("softmax") == ["softmax-or-negative-sampling"]
    assert near_topics("") == near_topics("on") == []


def test_options_are_for_topics_that_are_there():
    assert set(TOPICS) >= WITH_CORPUS | WITH_RUN
    assert len(TOPICS) == len(set(TOPICS.values())) == 8


def test_completion_offers_topics():
    assert [value for _, value in offered("learn", "")] == list(TOPICS)
    assert [value for _, value in offered("learn", "b")] == ["batches"]


def test_help_does_not_load_numpy():
    code = (
        "import sys; from w2v.cli.main import main; "
        "main(['learn', '--help'], standalone_mode=False); sys.exit('numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")
