"""Words found by sorted hashes, against a dict."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from w2v.text.word_index import WordIndex, find_duplicate


class Colliding(str):
    """A word whose hash is that of many others."""

    __slots__ = ()

    def __hash__(self):
        return len(self)


words = st.lists(st.sampled_from(["a", "b", "ab", "ba", "", "왕", "\udcff", "abc"]), max_size=12)


@given(words, st.booleans())
def test_against_a_dict(words, collide):
    words = [Colliding(word) for word in words] if collide else words
    index = WordIndex(words)
    for word in [*words, "c", "bb"]:
        asked = Colliding(word) if collide else word
        assert index.find(asked) == (words.index(word) if word in words else None)


@given(words, st.booleans())
def test_the_first_duplicate(words, collide):
    expected = None
    for row, word in enumerate(words):
        if words.index(word) != row:
            expected = words.index(word), row
            break
    assert find_duplicate([Colliding(word) for word in words] if collide else words) == expected
