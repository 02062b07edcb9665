"""Which words get rows when training starts from known vectors, in which order, with which counts.

What becomes of the vectors is in test_known_vectors.py.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2v.config.schema import VocabConfig
from w2v.errors import ConfigError, CorpusError
from w2v.text.known_words import build_on_known, earlier_counts
from w2v.text.vocabulary import GONE, Vocabulary

# By falling count, as the corpus gives them; 왕 and 여왕 are known too, 용 is not.
TEXT = {"the": 9, "왕": 7, "new": 5, "용": 4, "rare": 1, "old": 1, "odd": 1}
OLD = {"old": 8, "gone": 6, "왕": 3, "여왕": 2, "the": 1}


def vocabulary_of(counts):
    return Vocabulary(list(counts), np.array(list(counts.values()), np.int64))


def build(rows, old=OLD, text=TEXT, **options):
    settings = VocabConfig(**{"min_count": 4, **options, "rows": rows})
    counts = np.array(list(text.values()), np.int64)
    known = vocabulary_of(old)
    vocabulary, new_id = build_on_known(list(text), counts, settings, known)
    return vocabulary, new_id, earlier_counts(vocabulary.words, known)


def test_new_rows_are_those_of_the_text():
    vocabulary, new_id, earlier = build("new")
    assert vocabulary.words == ["the", "왕", "new", "용"]
    assert vocabulary.counts.tolist() == [9, 7, 5, 4]
    assert new_id.tolist() == [0, 1, 2, 3, GONE, GONE, GONE]
    assert earlier.tolist() == [1, 3, 0, 0]


def test_old_rows_are_those_of_the_vectors_in_their_order():
    vocabulary, new_id, earlier = build("old")
    assert vocabulary.words == ["old", "gone", "왕", "여왕", "the"]
    assert vocabulary.counts.tolist() == [1, 0, 7, 0, 9]  # `old` is below min_count: it has a row
    assert new_id.tolist() == [4, 2, GONE, GONE, GONE, 0, GONE]
    assert earlier.tolist() == list(OLD.values())


def test_both_go_by_how_often_they_were_seen_in_all():
    vocabulary, new_id, earlier = build("union")
    #        the 10, 왕 10: the old order; old 9, gone 6, new 5, 용 4, 여왕 2
    assert vocabulary.words == ["왕", "the", "old", "gone", "new", "용", "여왕"]
    assert vocabulary.counts.tolist() == [7, 9, 1, 0, 5, 4, 0]
    assert earlier.tolist() == [3, 1, 8, 6, 0, 0, 2]
    assert new_id.tolist() == [1, 0, 4, 5, GONE, 2, GONE]


def test_without_counts_the_old_come_first():
    vocabulary, _, earlier = build("union", dict.fromkeys(OLD, 0))
    assert vocabulary.words == [*OLD, "new", "용"]
    assert not earlier.any()


def test_a_limit_is_for_the_words_of_the_text():
    assert build("new", max_size=3)[0].words == ["the", "왕", "new"]
    assert set(build("union", max_size=3)[0].words) == {*OLD, "new"}


def test_special_tokens_are_the_first_rows_wherever_they_were():
    old = {"old": 8, "<pad>": 0, "<unk>": 5, "the": 1}
    text = {"the": 9, "<pad>": 8, "new": 5, "rare": 2, "<unk>": 1, "old": 1}
    for rows, words in (("new", ["the", "new"]), ("union", ["the", "old", "new"])):
        vocabulary, new_id, earlier = build(rows, old, text, specials=["<unk>", "<pad>"])
        assert vocabulary.words == ["<unk>", "<pad>", *words]
        unk = 4 if rows == "new" else 3  # rare, <unk> itself, and what has no row
        assert vocabulary.counts[:2].tolist() == [unk, 0]
        assert new_id[:2].tolist() == [2, GONE]
        assert earlier[:3].tolist() == [5, 0, 1]


def test_special_tokens_of_the_old_words_stay_in_their_place():
    old = {"old": 8, "<pad>": 0, "<unk>": 5, "the": 1}
    text = {"the": 9, "<pad>": 8, "new": 5, "rare": 2, "old": 1}
    vocabulary, new_id, _ = build("old", old, text, specials=["<unk>", "<pad>"])
    assert vocabulary.words == ["old", "<pad>", "<unk>", "the"]
    assert vocabulary.counts.tolist() == [1, 0, 7, 9]
    assert new_id.tolist() == [3, GONE, 2, 2, 0]
    # Not asked for, they are words like any other.
    vocabulary, new_id, _ = build("old", old, text)
    assert vocabulary.counts.tolist() == [1, 8, 0, 9]
    with pytest.raises(ConfigError, match=r"<unk> is no word of the vectors .* vocab\.rows=union"):
        build("old", OLD, text, specials=["<unk>"])


@pytest.mark.parametrize(
    ("rows", "old", "options", "complaint"),
    [
        (
            "old",
            {"a": 1, "b": 1},
            {},
            r"of the 7 words of the text none are among the 2 words to start from; .*=union adds",
        ),
        ("old", {"the": 1, "b": 1}, {}, "of the 7 words of the text 1 is among the 2 words"),
        (
            "old",
            {"the": 1, "<unk>": 1},
            {"specials": ["<unk>"]},
            "of the 7 words of the text 1 is among",
        ),
        (
            "union",
            {"a": 1},
            {"min_count": 99},
            r"none are among the 1 words to start from or seen 99 times; .*min_count=1",
        ),
        ("new", OLD, {"min_count": 99}, "vocab.min_count 99 removed all of the 7 words"),
    ],
)
def test_two_words_of_the_text_need_a_row(rows, old, options, complaint):
    with pytest.raises(CorpusError, match=complaint):
        build(rows, old, **options)


def test_old_words_make_up_for_a_text_too_rare():
    assert build("union", min_count=99)[0].words == ["왕", "the", "old", "gone", "여왕"]


@given(
    st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 9), min_size=2),
    st.dictionaries(st.sampled_from("defghijk"), st.integers(0, 9), min_size=1),
    st.integers(1, 4),
    st.one_of(st.none(), st.integers(2, 5)),
    st.lists(st.sampled_from(["<unk>", "<pad>"]), unique=True),
)
def test_any_union_is_what_it_says(text, old, min_count, max_size, specials):
    """Said again, one word at a time."""
    text = dict(sorted(text.items(), key=lambda item: -item[1]))
    options = {"min_count": min_count, "max_size": max_size, "specials": specials}
    kept = [word for word, count in text.items() if count >= min_count][:max_size]
    expected = {*kept, *old}
    if len(expected & text.keys()) < 2:
        with pytest.raises(CorpusError):
            build("union", old, text, **options)
        return
    vocabulary, new_id, earlier = build("union", old, text, **options)
    words = vocabulary.words
    assert words[: len(specials)] == specials
    plain = words[len(specials) :]
    both = [*old, *(word for word in kept if word not in old)]
    if any(old.values()):  # equal counts keep the order in which they come
        both.sort(key=lambda word: -text.get(word, 0) - old.get(word, 0))
    assert plain == both
    unk = words.index("<unk>") if "<unk>" in specials else GONE
    assert new_id.tolist() == [words.index(w) if w in expected else unk for w in text]
    for word, count, before in zip(words, vocabulary.counts, earlier, strict=True):
        here = text.get(word, 0)
        if word == "<unk>":
            here = sum(count for word, count in text.items() if word not in expected)
        assert (count, before) == (here, old.get(word, 0))


def test_equal_counts_keep_their_order_in_long_lists_too():
    old, text = {f"o{i}": 3 for i in range(40)}, {f"n{i}": 3 for i in range(40)}
    assert build("union", old, text, min_count=1)[0].words == [*old, *text]
