"""Words as one stretch of bytes, against a list of strings."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from w2v.text.packed_words import read_counts
from w2v.vectors.formats.words import Words, encode

# What stands between words may stand in them too, and bytes that are no UTF-8.
parts = st.sampled_from(["a", "b", "\n", "\t", "왕", "\udcff", "a\n", "\na", "aa", " "])
words = st.lists(st.lists(parts, min_size=1, max_size=4).map("".join), max_size=9)


@given(words)
def test_against_a_list(words):
    built = Words()
    for word in words:
        built.add(encode(word))
    packed = built.packed()
    assert len(packed) == len(built) == len(words)
    assert list(packed) == words
    assert [packed[row] for row in range(len(words))] == words
    assert built.n_not_utf8 == sum("\udcff" in word for word in words)
    for word in [*words, "", "a", "aab", "b\n", "\n", "\t", "\udc80", "\ud800"]:
        assert packed.find(word) == (words.index(word) if word in words else None)


@given(
    st.lists(st.tuples(st.sampled_from(["a", "b\r", "왕 ", "\x0b"]), st.integers(0, 10**18 - 1)))
)
def test_lines_with_counts(lines):
    content = "".join(f"{word}\t{count}\n" for word, count in lines).encode()
    packed, counts = read_counts(content)
    assert list(zip(packed, counts.tolist(), strict=True)) == lines
    for word in ("a", "왕 ", "b", "\t", "a\t1"):
        there = [row for row, (other, _) in enumerate(lines) if other == word]
        assert packed.find(word) == (there[0] if there else None)
