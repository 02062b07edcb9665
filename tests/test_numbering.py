"""The short way to the ids of ASCII text against the plain way, where both could differ."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from w2v.text import numbering
from w2v.text.numbering import Numbering
from w2v.text.tokenizers import TokenizerSpec

# Lengths around those of one key and two, equal beginnings, and what stands between words.
WORDS = ["a", "I", "abcdefgh", "abcdefghi", "abcdefghij", "x" * 15, "x" * 16, "x" * 17, "x" * 40]
BETWEEN = [" ", "\n", "\n\n", "\t", "\x0b", "\x0c", "\x1c", "\x1f", "\x01", "\x7f", "_", ".", "-"]
OTHERS = ["é", "한국어", "’", "\u00ad", "\u3000", "e\u0301", "Σ", "😀", "\x85", "\u2028"]
texts = st.lists(
    st.sampled_from([*WORDS, *BETWEEN, "'", "don't", "B2", *(" ", "\n") * 5])
    | st.text(st.characters(codec="ascii", exclude_characters="\0"), max_size=3),
    max_size=40,
).map("".join)
mixed = st.lists(texts | st.sampled_from(OTHERS), max_size=9).map("".join)
specs = st.builds(
    TokenizerSpec,
    st.sampled_from(["words", "whitespace", "char"]),
    st.booleans(),
    st.sampled_from(["NFC", "NFKC", "none"]),
)


def plainly(spec, texts):
    """Words by first appearance, and for each text its ids and where its lines end."""
    tokenize, numbers, found = spec.make(), {}, []
    for text in texts:
        ids, line_ends = [], []
        for line in text.split("\n"):
            ids += [numbers.setdefault(token, len(numbers)) for token in tokenize(line)]
            line_ends.append(len(ids))
        found.append((ids, line_ends))
    return list(numbers), found


@given(specs, st.lists(texts | mixed, min_size=1, max_size=4), st.integers(1, 9), st.integers(1, 3))
@example(TokenizerSpec(), ["'a' 'b c' d''e ' f' 'g 'h'i'"], 3, 2)
@example(TokenizerSpec(), ["'"], 1, 1)
@example(TokenizerSpec("whitespace"), ["' 'a' b''c"], 1, 1)
@example(TokenizerSpec("whitespace"), ["\x01a \x7f\x02 \x1e b"], 2, 1)
@example(TokenizerSpec("whitespace"), [" ".join([*WORDS, *WORDS[::-1]])] * 2, 1, 1)
@example(TokenizerSpec(), [f"{'x' * 17} {'x' * 16} abcdefghij abcdefghi"], 1, 1)
@settings(deadline=None, max_examples=120)
def test_both_ways_are_one(spec, texts, words_at_once, slot_bits):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(numbering, "SHORTEST_RUN", 0)
        patch.setattr(numbering, "WORDS_AT_ONCE", words_at_once)
        patch.setattr(numbering, "SLOT_BITS", slot_bits)  # so few slots that words fight for them
        ways = Numbering(spec)
        found = [ways.ids_of(text) for text in texts]
    words, expected = plainly(spec, texts)
    assert list(ways.numbers) == words
    assert [(ids.tolist(), ends.tolist()) for ids, ends in found] == expected
    assert {(ids.dtype.str, ends.dtype.str) for ids, ends in found} == {("<i4", "<i8")}


def test_a_text_is_cut_into_long_runs_only(monkeypatch):
    monkeypatch.setattr(numbering, "SHORTEST_RUN", 4)
    text = "é\nab\nabc\nd\né\na\n\nlong line\né"
    runs = list(numbering._runs(text))
    assert runs == [
        ("é", False),
        ("ab\nabc\nd", True),
        ("é", False),
        ("a\n\nlong line", True),
        ("é", False),
    ]
    assert "\n".join(run for run, _ in runs) == text
    assert list(numbering._runs("é\na\né")) == [("é\na\né", False)]
    assert list(numbering._runs("abc")) == [("abc", False)]


@pytest.mark.parametrize("name", ["words", "whitespace"])
def test_the_short_way_is_taken(name, monkeypatch):
    """Else it would be as slow as before, and nobody would see it."""
    monkeypatch.setattr(Numbering, "_plainly", None)
    ids, line_ends = Numbering(TokenizerSpec(name)).ids_of("some words some\n" * 200)
    assert ids.tolist() == [0, 1, 0] * 200
    assert line_ends.tolist() == [*np.arange(3, 601, 3), 600]
