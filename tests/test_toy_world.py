"""The corpus toy-world: the same text everywhere, and what it plants is really in it."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from collections import Counter
from itertools import chain, islice

import pytest

from w2v.errors import UsageError
from w2v.text.builtin import toy_world
from w2v.text.builtin.toy_world_words import TOPICS

# The beginning of the text for seed 1. It changes when words or sentences do: then measure the
# analogies again (tests/test_training.py) before pinning the new one.
FIRST_1000_LINES = "b79a93cf54f561c4bea00fb6d97677e383764dd139636212d9ff71e24dbb2add"

ROWS_AND_SECTIONS = {
    "family": 15,
    "capital-country": 15,
    "animal-young": 15,
    "cardinal-ordinal": 12,
    "past-tense": 14,
    "present-participle": 14,
    "comparative": 15,
    "superlative": 15,
}

topic = pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: next(iter(topic.sections)))


def digest(lines):
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def columns(topic):
    """Return the table of a topic as column -> words."""
    header, *rows = (line.split() for line in topic.table.strip().splitlines())
    return dict(zip(header, zip(*rows, strict=True), strict=True))


def planted_columns(topic):
    return set(chain.from_iterable(topic.sections.values()))


def questions_by_section():
    sections = {}
    for line in toy_world.questions():
        if line.startswith(": "):
            sections[line[2:]] = section = []
        else:
            section.append(tuple(line.split(" ")))
    return sections


@pytest.fixture(scope="module")
def counts():
    """How often each word stands in the default text."""
    return Counter(chain.from_iterable(line.split() for line in toy_world.lines()))


def test_the_text_is_pinned():
    assert digest(islice(toy_world.lines(), 1000)) == FIRST_1000_LINES


def test_nothing_depends_on_the_hash_seed(tmp_path):
    assert printed(tmp_path, hash_seed="0") == printed(tmp_path, hash_seed="4321")


def printed(folder, hash_seed):
    """Return what a new process prints of everything that toy-world makes."""
    code = """
from itertools import islice
from w2v.text.builtin import toy_world
print(*islice(toy_world.lines(), 1000), *toy_world.questions(), toy_world.neighbours())
"""
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    command = [sys.executable, "-c", code]
    return subprocess.run(
        command, cwd=folder, env=environment, check=True, capture_output=True
    ).stdout


def test_lines_are_lower_case_words_with_single_spaces():
    pattern = re.compile(r"[a-z]+( [a-z]+)+")
    assert all(pattern.fullmatch(line) for line in toy_world.lines(20_000))


@pytest.mark.parametrize("n_words", [-1, 0, 1, 2, 999, 200_000])
def test_size_is_honoured_to_the_sentence(n_words):
    lengths = [len(line.split()) for line in toy_world.lines(n_words)]
    assert sum(lengths) >= n_words
    assert sum(lengths[:-1]) < max(n_words, 1)
    assert bool(lengths) == (n_words > 0)


def test_a_longer_text_begins_with_the_shorter_one():
    short = list(toy_world.lines(5_000, seed=7))
    assert list(islice(toy_world.lines(50_000, seed=7), len(short))) == short


def test_seeds_make_different_texts():
    seeds = (0, 1, 2, 3, 2**63 - 1)
    assert len({digest(toy_world.lines(2_000, seed)) for seed in seeds}) == len(seeds)


@pytest.mark.parametrize("seed", [-1, 2**63, 2**64])
def test_a_seed_out_of_range_is_refused(seed):
    with pytest.raises(UsageError, match=f"not {seed}"):
        next(toy_world.lines(seed=seed))


def test_every_planted_word_is_frequent_enough(counts):
    """Far above the default `vocab.min_count`, so that a text half as long has them all too."""
    words = set(chain.from_iterable(chain.from_iterable(questions_by_section().values())))
    assert min(counts[word] for word in words) >= 50


def test_sections_and_their_sizes():
    sizes = {name: len(section) for name, section in questions_by_section().items()}
    assert sizes == {name: n * (n - 1) for name, n in ROWS_AND_SECTIONS.items()}


def test_questions_are_four_different_words_and_come_once():
    for section in questions_by_section().values():
        assert all(len(set(question)) == 4 for question in section)
        assert len(set(section)) == len(section)


def test_questions_are_true():
    sections = questions_by_section()
    for name, question in {
        "family": "man woman king queen",
        "capital-country": "paris france tokyo japan",
        "animal-young": "dog puppy cat kitten",
        "cardinal-ordinal": "one first twelve twelfth",
        "past-tense": "bake baked sing sang",
        "present-participle": "bake baking sing singing",
        "comparative": "big bigger old older",
        "superlative": "big biggest old oldest",
    }.items():
        assert tuple(question.split()) in sections[name]


def test_neighbours_of_a_word():
    neighbours = toy_world.neighbours()
    assert neighbours["king"][0] == "queen"
    assert {"man", "prince", "uncle"} < set(neighbours["king"])
    assert not {"woman", "crown", "king", "his", "dog"} & set(neighbours["king"])
    assert neighbours["bake"][:2] == ["baked", "baking"]


def test_neighbours_are_mutual_and_cover_the_questions():
    neighbours = toy_world.neighbours()
    asked = set(chain.from_iterable(chain.from_iterable(questions_by_section().values())))
    assert neighbours.keys() == asked
    for word, near in neighbours.items():
        assert word not in near
        assert len(set(near)) == len(near)
        assert all(word in neighbours[other] for other in near)


def test_a_word_of_a_table_stands_nowhere_else():
    in_tables = Counter(chain.from_iterable(chain(*(columns(topic).values() for topic in TOPICS))))
    sentences = " ".join(chain(*(topic.sentences for topic in TOPICS)))
    in_sentences = set(re.sub(r"{\w+}", " ", sentences).replace("|", " ").split())
    assert [word for word, n in in_tables.items() if n > 1] == []
    assert in_tables.keys() & in_sentences == set()


@topic
def test_forms_are_equally_frequent(topic):
    shown = Counter(
        column for sentence in topic.sentences for column in re.findall(r"{(\w+)}", sentence)
    )
    assert len({shown[column] for column in planted_columns(topic)}) == 1


@topic
def test_every_sentence_shows_a_planted_word_in_its_company(topic):
    for sentence in topic.sentences:
        shown = set(re.findall(r"{(\w+)}", sentence))
        assert shown <= columns(topic).keys()
        assert shown & planted_columns(topic)
        assert shown - planted_columns(topic)
