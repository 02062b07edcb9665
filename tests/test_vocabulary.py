"""Which words get a row, in which order, with which counts; and what is refused."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from w2v.errors import CorpusError, OutputError, RunError
from w2v.text.vocabulary import GONE, Vocabulary, build_vocabulary, write_counts

# No word stands at the position of its id, and equal counts are not in the order of the alphabet.
TEXT = [*"zbz", "<unk>", *"abzc", "<pad>", *"az", "<unk>", "<unk>", "d", "<pad>", "b"]
PLAIN = [word for word in TEXT if word[0] != "<"]


def build(tokens, min_count=1, max_size=None, specials=()):
    """Return (vocabulary, the ids of the tokens without what is gone)."""
    ranked = Counter(tokens).most_common()  # ties in the order of first appearance
    words, counts = [word for word, _ in ranked], np.array([n for _, n in ranked])
    vocabulary, new_id = build_vocabulary(words, counts, min_count, max_size, specials)
    assert new_id.dtype == np.int32
    ids = [int(new_id[words.index(token)]) for token in tokens]
    return vocabulary, [word_id for word_id in ids if word_id != GONE]


def rows(vocabulary):
    return dict(zip(vocabulary.words, vocabulary.counts.tolist(), strict=True))


def test_by_falling_count_and_first_appearance():
    vocabulary, ids = build(TEXT)
    expected = {"z": 4, "b": 3, "<unk>": 3, "a": 2, "<pad>": 2, "c": 1, "d": 1}
    assert list(rows(vocabulary).items()) == list(expected.items())
    assert [vocabulary.words[word_id] for word_id in ids] == TEXT
    assert vocabulary.id_of["a"] == 3
    assert len(vocabulary) == 7
    assert vocabulary.n_tokens == len(TEXT)


def test_min_count():
    vocabulary, ids = build(TEXT, min_count=3)
    assert rows(vocabulary) == {"z": 4, "b": 3, "<unk>": 3}
    # Shares are taken of the words that are left.
    assert len(ids) == vocabulary.n_tokens == 10


@pytest.mark.parametrize("max_size", [2, 3, 4, 6, 7, 8])
def test_max_size_is_exact_within_ties(max_size):
    vocabulary, _ = build(TEXT, max_size=max_size)
    assert vocabulary.words == ["z", "b", "<unk>", "a", "<pad>", "c", "d"][:max_size]


def test_max_size_comes_after_min_count():
    assert rows(build(TEXT, min_count=3, max_size=2)[0]) == {"z": 4, "b": 3}
    assert len(build(TEXT, min_count=3, max_size=6)[0]) == 3


class TestSpecials:
    @pytest.mark.parametrize("specials", [["<unk>", "<pad>"], ["<pad>", "<unk>"]])
    def test_first_ids_in_their_order(self, specials):
        vocabulary, ids = build(PLAIN, min_count=3, specials=specials)
        assert vocabulary.words == [*specials, "z", "b"]
        # a a c d are unknown
        assert rows(vocabulary) == {"<unk>": 4, "<pad>": 0, "z": 4, "b": 3}
        assert np.bincount(ids, minlength=4).tolist() == vocabulary.counts.tolist()

    def test_pad_alone(self):
        vocabulary, ids = build(PLAIN, min_count=3, specials=["<pad>"])
        assert rows(vocabulary) == {"<pad>": 0, "z": 4, "b": 3}
        assert set(ids) == {1, 2}

    def test_unknown_may_be_none(self):
        vocabulary, _ = build(PLAIN, specials=["<unk>"])
        assert rows(vocabulary) == {"<unk>": 0, "z": 4, "b": 3, "a": 2, "c": 1, "d": 1}

    def test_max_size_does_not_count_them(self):
        vocabulary, _ = build(PLAIN, max_size=2, specials=["<unk>", "<pad>"])
        assert rows(vocabulary) == {"<unk>": 4, "<pad>": 0, "z": 4, "b": 3}

    def test_spelled_in_the_text(self):
        """What the text calls <unk> is <unk>, with the rare words; its <pad> points nowhere."""
        vocabulary, ids = build(TEXT, min_count=2, specials=["<unk>", "<pad>"])
        assert vocabulary.words == ["<unk>", "<pad>", "z", "b", "a"]
        assert vocabulary.counts.tolist() == [3 + 2, 0, 4, 3, 2]
        assert ids == [2, 3, 2, 0, 4, 3, 2, 0, 4, 2, 0, 0, 0, 3]

    def test_spelled_but_rare(self):
        """A special token has its row at any min_count."""
        vocabulary, _ = build([*"aabb", "<pad>", "<unk>"], 2, specials=["<pad>", "<unk>"])
        assert rows(vocabulary) == {"<pad>": 0, "<unk>": 1, "a": 2, "b": 2}

    def test_spelled_and_not_asked_for(self):
        vocabulary, ids = build(TEXT, min_count=2, specials=["<unk>"])
        assert rows(vocabulary) == {"<unk>": 5, "z": 4, "b": 3, "a": 2, "<pad>": 2}
        assert len(ids) == len(TEXT)


@given(
    st.lists(st.sampled_from([*"abcdefg", "<unk>", "<pad>"]), min_size=2, max_size=60),
    st.integers(1, 5),
    st.none() | st.integers(2, 6),
    st.permutations(["<unk>", "<pad>"]).flatmap(lambda two: st.sampled_from([two, two[:1], []])),
)
def test_against_a_plain_count(tokens, min_count, max_size, specials):
    count = Counter(token for token in tokens if token not in specials)
    kept = [word for word, n in count.most_common() if n >= min_count][:max_size]
    assume(len(kept) >= 2)
    vocabulary, ids = build(tokens, min_count, max_size, specials)
    assert vocabulary.words == specials + kept
    stream = []
    for token in tokens:
        if token in kept:
            stream.append(token)
        elif "<unk>" in specials and not (token == "<pad>" and "<pad>" in specials):
            stream.append("<unk>")
    assert [vocabulary.words[word_id] for word_id in ids] == stream
    assert vocabulary.counts.tolist() == [stream.count(word) for word in vocabulary.words]


class TestKeepProbabilities:
    def test_numbers_by_hand(self):
        """With f = .64, .16, .16, .04 and t = .04, t / f is 1/16, 1/4, 1/4 and 1."""
        vocabulary = Vocabulary(list("abcd"), np.array([64, 16, 16, 4]))
        expected = [1 / 4 + 1 / 16, 1 / 2 + 1 / 4, 3 / 4, 1]
        np.testing.assert_allclose(vocabulary.keep_probabilities(0.04), expected, rtol=1e-14)

    def test_zero_switches_it_off(self):
        vocabulary = Vocabulary(list("ab"), np.array([1_000_000, 1]))
        assert vocabulary.keep_probabilities(0).tolist() == [1, 1]

    def test_a_row_without_positions(self):
        """<pad> is in no share and its own probability is a number, whatever it is."""
        vocabulary = Vocabulary(["<pad>", "a", "b"], np.array([0, 75, 25]))
        keep = vocabulary.keep_probabilities(0.01)
        expected = [np.sqrt(0.01 / 0.75) + 0.01 / 0.75, np.sqrt(0.04) + 0.04]
        np.testing.assert_allclose(keep[1:], expected, rtol=1e-14)
        assert 0 <= keep[0] <= 1


class TestRefusals:
    @pytest.mark.parametrize(
        ("text", "min_count", "message"),
        [
            (
                "a b a c",
                5,
                "vocab.min_count 5 removed all of the 3 words; the commonest, 'a', occurs 2 times; "
                "try vocab.min_count=1",
            ),
            (
                "a b b b a c",
                3,
                "vocab.min_count 3 removed all but one of the 3 words; the commonest, 'b', occurs "
                "3 times; try vocab.min_count=2",
            ),
            (
                "한 둘 셋",
                2,
                "vocab.min_count 2 removed all of the 3 words; the commonest, '한', occurs once; "
                "try vocab.min_count=1",
            ),
            (
                "word word word",
                1,
                "the corpus has only one distinct word, 'word'; it takes two to learn from",
            ),
        ],
    )
    def test_sentence(self, text, min_count, message):
        with pytest.raises(CorpusError, match=f"^{re.escape(message)}$"):
            build(text.split(), min_count)

    @pytest.mark.parametrize("specials", [["<unk>"], ["<unk>", "<pad>"]])
    def test_specials_are_no_words_to_learn(self, specials):
        with pytest.raises(CorpusError, match="only one distinct word, 'a'"):
            build(["<unk>", "a", "<unk>"], specials=specials)
        with pytest.raises(CorpusError, match="no word but special tokens; it takes two"):
            build(["<unk>", "<unk>"], specials=specials)
        with pytest.raises(CorpusError, match="removed all of the 3 words; the commonest, 'a'"):
            build(["<unk>"] * 9 + ["a", "b", "c"], min_count=2, specials=specials)

    @given(
        st.dictionaries(st.sampled_from([*"abcd", "<unk>", "<pad>"]), st.integers(1, 9)),
        st.integers(2, 10),
        st.sampled_from([[], ["<unk>"], ["<pad>", "<unk>"]]),
    )
    def test_the_advice_works_and_gives_up_no_more_than_needed(self, counts, min_count, specials):
        tokens = list(Counter(counts).elements())
        assume(len(set(tokens) - set(specials)) >= 2)
        try:
            build(tokens, min_count, specials=specials)
        except CorpusError as error:
            advised = int(re.search(r"try vocab\.min_count=(\d+)$", str(error))[1])
            build(tokens, advised, specials=specials)
            with pytest.raises(CorpusError):
                build(tokens, advised + 1, specials=specials)


class TestFile:
    def test_what_it_looks_like(self, tmp_path):
        vocabulary = Vocabulary(["<pad>", "한", "New York"], np.array([0, 12_345_678_901, 3]))
        vocabulary.save(tmp_path / "vocab.tsv")
        expected = "<pad>\t0\n한\t12345678901\nNew York\t3\n"
        assert (tmp_path / "vocab.tsv").read_bytes().decode() == expected

    @given(
        st.dictionaries(
            # What a tokenizer may return, with the spaces and line ends of other standards.
            st.text(st.characters(codec="utf-8", exclude_characters="\t\r\n"), min_size=1)
            | st.sampled_from(
                ["New York", " ", "\x85", "\u2028", "\x0c", "\ufeff", '"', "e\u0301"]
            ),
            st.integers(0, 10**18 - 1),
        )
    )
    def test_round_trip(self, tmp_path_factory, counts):
        path = tmp_path_factory.getbasetemp() / "vocab.tsv"
        Vocabulary(list(counts), np.array(list(counts.values()), np.int64)).save(path)
        vocabulary = Vocabulary.load(path)
        assert vocabulary.counts.dtype == np.int64
        assert list(rows(vocabulary).items()) == list(counts.items())

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (b"a\t5\nb\t3", "is cut short: its last line has no end"),
            (b"a\t5\nb\t\n", r"line 2 is not word<TAB>count: 'b\\t'"),
            (b"a\t5\n\t3\n", "line 2 is not"),
            (b"a\t5\n\nb\t3\n", "line 2 is not word<TAB>count: ''"),
            (b"a 5\n", "line 1 is not"),
            (b"a\t-5\n", "line 1 is not"),
            (b"a\t5.0\n", "line 1 is not"),
            (b"a\t5\tb\n", "line 1 is not"),
            (b"a\t5\r\nb\t3\r\n", "line 1 is not"),
            (b"a\t" + b"9" * 30 + b"\n", "line 1 is not"),
            (b"a\t" + b"9" * 9999 + b"\n", "line 1 is not"),
            (b"a\t5\n\xff\t3\n", r"is not UTF-8 \(byte 4\)"),
        ],
    )
    def test_damaged(self, tmp_path, content, message):
        (tmp_path / "vocab.tsv").write_bytes(content)
        with pytest.raises(RunError, match=rf"vocab\.tsv {message}"):
            Vocabulary.load(tmp_path / "vocab.tsv")

    def test_missing(self, tmp_path):
        with pytest.raises(RunError, match=r"vocab\.tsv cannot be read: No such file"):
            Vocabulary.load(tmp_path / "vocab.tsv")

    def test_a_place_where_it_cannot_be_written(self, tmp_path):
        with pytest.raises(OutputError, match=r"vocab\.tsv cannot be written: No such file"):
            Vocabulary(["a"], np.array([1])).save(tmp_path / "nothing" / "vocab.tsv")


def test_lines_are_read_one_by_one_or_all(tmp_path):
    """Against a split of every line; and both before and after an index is made of them."""
    words = ["the", "왕", "a", "b\x0bc", "x\u2028y", "e\u0301", "the end"]
    counts = [10**18 - 1, 307, 40, 9, 9, 1, 0]
    file = tmp_path / "vocab.tsv"
    write_counts(file, words, np.array(counts))
    loaded = Vocabulary.load(file)
    assert len(loaded) == 7
    assert loaded.counts.tolist() == counts
    for _ in range(3):
        assert [loaded.find(word) for word in words] == list(range(7))
        strange = ("th", "he", "the\t999999999999999999", "a\n", "", "\n왕", "\udcff", "9")
        assert [loaded.find(word) for word in strange] == [None] * 8
    assert [loaded.word_at(row) for row in range(7)] == loaded.words == words
    assert loaded.id_of == {word: row for row, word in enumerate(words)}


@pytest.mark.parametrize(
    "content",
    [
        *("a\t1\nb\t\n", "a\t1\nb 2\n", "a\t1\n\t2\n", "a\t1\nb\t2\t3\n", "a\t1\n\nb\t2\n"),
        *("a\t1\nb\t-2\n", "a\t1\nb\t+2\n", "a\t1\nb\t1_0\n", "a\t1\nb\t2 \n", "a\t1\nb\t٣\n"),
        *(
            "a\t1\nb\t1e3\n",
            "a\t1\nb\t1234567890123456789\n",
            "a\t1\nb\n2\tc\t3\n",
            "a\t1\nb\t2\r\n",
        ),
    ],
)
def test_a_bad_line_is_named(tmp_path, content):
    file = tmp_path / "vocab.tsv"
    file.write_bytes(content.encode())
    with pytest.raises(RunError, match=r"vocab\.tsv line 2 is not word<TAB>count: "):
        Vocabulary.load(file)


def test_a_word_with_two_rows_is_found_out_when_words_are_looked_up(tmp_path):
    file = tmp_path / "vocab.tsv"
    file.write_text("king\t9\nman\t8\nking\t7\n", "utf-8")
    for look_up in (
        lambda loaded: loaded.id_of,
        lambda loaded: loaded.rows_of(["man"]),
    ):
        with pytest.raises(RunError, match="the word 'king' stands in it twice, in rows 1 and 3"):
            look_up(Vocabulary.load(file))
