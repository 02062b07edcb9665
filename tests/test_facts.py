"""The sets that come with w2v: well-formed, without a slip, and found by name."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

import pytest

from w2v.errors import SetError
from w2v.evaluation.analogies import is_syntactic
from w2v.evaluation.builtin import ALIKE, FACTS, builtin_set, builtin_sets, read_alike, read_facts
from w2v.evaluation.finding import find_set, known_sets, settled_name
from w2v.evaluation.sets import SimilaritySet
from w2v.fetching.registry import fetched_path
from w2v.shipped import shipped_files
from w2v.text.builtin import toy_world
from w2v.text.tokenizers import words

SECTIONS = {
    "facts-en": {"gram-plurals", "gram-tenses", "gram-comparatives"},
    "facts-ko": {"gram-plurals", "gram-tenses", "gram-adnominals", "gram-polite"},
    "facts-zh": {"gram-plurals", "gram-comparatives", "gram-superlatives"},
}
N_SECTIONS = {"python-topics": 16, "python-rare": 11, "python-forms": 8, "seasons-ko": 8}
LETTERS = {"facts-en": r"[a-z]+", "facts-ko": r"[가-힣]+", "facts-zh": r"[\u4e00-\u9fff]+"}

each_alike = pytest.mark.parametrize("name", ALIKE)
each_language = pytest.mark.parametrize("name", FACTS)


@each_language
def test_sections(name):
    facts = read_facts(name)
    assert set(facts) == {"capitals", "currencies", "gender", "opposites", *SECTIONS[name]}
    assert {section for section in facts if is_syntactic(section)} == SECTIONS[name]
    for section, pairs in facts.items():
        assert len(pairs) >= 12, section


@each_language
def test_pairs_are_two_single_words_and_no_word_stands_twice(name):
    for section, pairs in read_facts(name).items():
        assert all(len(pair) == 2 for pair in pairs), section
        flat = [word for pair in pairs for word in pair]
        assert sorted(flat) == sorted(set(flat)), section
        for word in flat:
            assert re.fullmatch(LETTERS[name], word), (section, word)
            assert unicodedata.is_normalized("NFC", word)
            assert words(word) == [word]  # as the tokenizer finds it in a text


@each_language
def test_every_pair_is_asked_about_every_other(name):
    sections = builtin_set(name).sections
    for section, pairs in read_facts(name).items():
        n = len(pairs)
        assert len(set(sections[section])) == len(sections[section]) == n * (n - 1)
        assert (*pairs[0], *pairs[1]) in sections[section]
        assert (*pairs[1], *pairs[0]) in sections[section]


@each_alike
def test_words_of_a_kind_are_single_words_and_none_stands_twice(name):
    sections = read_alike(name)
    assert len(sections) == N_SECTIONS[name]
    assert len({len(words_of) for words_of in sections.values()}) == 1
    flat = [word for section in sections.values() for word in section]
    assert sorted(flat) == sorted(set(flat))
    for word in flat:
        assert re.fullmatch(LETTERS["facts-ko"] if name == "seasons-ko" else "[a-z0-9]+", word)
        assert words(word) == [word]


def test_no_rare_word_is_a_common_one():
    rare = {word for section in read_alike("python-rare").values() for word in section}
    assert not rare & {word for section in read_alike("python-topics").values() for word in section}


@each_alike
def test_pairs_of_a_kind_and_of_two_kinds_are_as_many(name):
    sections = read_alike(name)
    kind_of = {word: section for section, found in sections.items() for word in found}
    asked = builtin_set(name)
    assert isinstance(asked, SimilaritySet)
    assert len(set(map(frozenset, asked.pairs))) == len(asked.pairs)  # in either order
    per_word = {score: Counter() for score in (0.0, 1.0)}
    for pair, score in zip(asked.pairs, asked.scores, strict=True):
        assert score == (kind_of[pair[0]] == kind_of[pair[1]])
        per_word[score].update(pair)
    n = len(next(iter(sections.values())))
    assert len(asked) == len(sections) * n * (n - 1)
    for word in kind_of:
        assert per_word[1.0][word] == n - 1
        assert abs(per_word[0.0][word] - (n - 1)) <= n // 2, word
    others = {(kind_of[a], kind_of[b]) for a, b in asked.pairs if kind_of[a] != kind_of[b]}
    assert len(others) == len(sections) * (len(sections) - 1)  # each section meets each


def test_every_korean_word_of_a_kind_is_seen_twice_in_its_text():
    text = shipped_files("corpora")["seasons-ko"]
    seen = Counter(words(text.read_text("utf-8")))
    for section in read_alike("seasons-ko").values():
        assert [word for word in section if seen[word] < 2] == []


def test_toy_world_asks_what_is_planted():
    found = builtin_set("toy-world")
    lines = list(toy_world.questions())
    assert [" ".join(q) for asked in found.sections.values() for q in asked] == [
        line for line in lines if not line.startswith(":")
    ]
    assert [f": {section}" for section in found.sections] == [
        line for line in lines if line.startswith(":")
    ]


def test_each_is_found_by_its_name():
    assert set(builtin_sets()) == {*FACTS, "toy-world", *ALIKE}
    assert {*builtin_sets(), "wordsim353", "google-analogies"} < set(known_sets())
    assert "text8" not in known_sets()  # a corpus
    for name in builtin_sets():
        assert find_set(name).name == name
        assert settled_name(name) == name


def test_a_file_goes_before_a_name_and_a_folder_does_not(folder):
    (folder / "facts-ko").mkdir()
    (folder / "toy-world").write_text("a b 1\n")
    assert len(find_set("facts-ko")) > 1000
    assert isinstance(find_set("toy-world"), SimilaritySet)
    assert settled_name("facts-ko") == "facts-ko"
    assert settled_name("toy-world") == str(folder / "toy-world")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("facts-kr", "there is no evaluation set 'facts-kr'; did you mean facts-ko? known are"),
        (
            "x",
            "there is no evaluation set 'x'; known are facts-en, facts-ko, facts-zh, toy-world, ",
        ),
        ("a\0b", "there is no evaluation set "),
        ("x.txt", "evaluation set x.txt cannot be read: No such file"),
        ("no/where", "evaluation set no/where cannot be read: "),
        (".", "there is no evaluation set '.'"),
        ("", "there is no evaluation set ''"),
    ],
)
def test_a_set_that_is_not_there(folder, name, sentence):
    with pytest.raises(SetError) as raised:
        find_set(name)
    assert str(raised.value).startswith(sentence)


def test_a_public_set_goes_by_name_once_it_is_fetched(folder):
    with pytest.raises(SetError, match="wordsim353 is not here yet: w2v corpus fetch wordsim353"):
        find_set("wordsim353")
    file = fetched_path("wordsim353")
    file.parent.mkdir(parents=True)
    file.write_text("tiger\tcat\t7.35\nlove\tsex\t6.77\n", "utf-8")
    found = find_set("wordsim353")
    assert (found.name, found.scores) == ("wordsim353", [7.35, 6.77])
    assert settled_name("wordsim353") == "wordsim353"
    with pytest.raises(SetError, match="text8 is a corpus, no evaluation set"):
        find_set("text8")
