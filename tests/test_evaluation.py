"""Evaluation sets in every shape they come in, and the scores on similarity."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2v import WordVectors
from w2v.errors import RunError, SetError
from w2v.evaluation.lookup import Lookup, Missing
from w2v.evaluation.sets import AnalogySet, SimilaritySet, fold_case, read_set
from w2v.evaluation.similarity import (
    average_ranks,
    confidence_interval,
    pearson,
    score_similarity,
    spearman,
)
from w2v.text.vocabulary import Vocabulary

PAIRS = [("love", "sex"), ("tiger", "tiger")]
SCORES = [6.77, 10.0]


def write(folder, content, name="set.txt"):
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def make_vectors(words, rows):
    counts = np.arange(len(words), 0, -1)
    return WordVectors(Vocabulary(words, counts), np.array(rows, np.float32))


class TestSimilaritySets:
    @pytest.mark.parametrize(
        "content",
        [
            "love\tsex\t6.77\ntiger\ttiger\t10.00\n",
            "love sex 6.77\ntiger  tiger   10",
            "love,sex,6.77\r\ntiger,tiger,10.00\r\n",
            '"love", "sex", 6.77\r"tiger", "tiger", 10',
            "\ufeffWord 1,Word 2,Human (mean)\nlove,sex,6.77\ntiger,tiger,1e1\n",
            "\ufefflove\tsex\t6.77\r\ntiger\ttiger\t10.00",
            "word1\tword2\tPOS\tscore\nlove\tsex\t6.77\ntiger\ttiger\t10\n",
            "# of 2002\n\nlove\tsex\t6.77\t7\t8\n\t\n#tiger cat 7\n tiger\ttiger\t10.0\t9\t9 \n",
        ],
    )
    def test_every_shape(self, tmp_path, content):
        found = read_set(write(tmp_path, content, "men.dev.txt"))
        assert found == SimilaritySet("men.dev", PAIRS, SCORES)
        assert len(found) == 2

    def test_words_may_hold_spaces_and_other_line_ends(self, tmp_path):
        found = read_set(write(tmp_path, "New York\tci\u2028ty\t5\n한국 서울 -1.5\n"))
        assert found.pairs == [("New York", "ci\u2028ty"), ("한국", "서울")]
        assert found.scores == [5, -1.5]

    def test_one_line(self, tmp_path):
        assert read_set(write(tmp_path, "a b 1")).pairs == [("a", "b")]

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (
                "a\tb\t1\na\tb\n",
                r"line 2 is not two words and a score: 'a\\tb'; analogies are four",
            ),
            ("#\na b 1\na b high\n", "line 3 is not two words and a score: 'a b high'"),
            ("word1 word2 POS score\nold new A 1.58\n", "line 2 is not two words and a score"),
            ("a b 1\na b nan\n", "line 2 is not"),
            ("a b 1\na b inf\n", "line 2 is not"),
            ("a,b,1\n,b,2\n", "line 2 is not"),
            ("a\tb\t6,77\na\tb\t7,1\n", "line 2 is not"),
            pytest.param(
                "a,b,1\n" + "x" * 200_000 + ",b,2\n", "line 2 has 200,004 char", id="long"
            ),
            ("a b\n", "holds no questions, only 'a b'; analogies are four words a line"),
            ("", "is empty; analogies are four words a line"),
            ("\ufeff\n# nothing\n", "is empty"),
            (b"a b 1\r\na\xff b 1\r\n", r"line 2 is not UTF-8; convert the file \(iconv"),
            ("a\tb\t1\n".encode("utf-16"), "line 1 is not UTF-8"),
        ],
    )
    def test_refusals(self, tmp_path, content, message):
        with pytest.raises(SetError, match=rf"set\.txt {message}"):
            read_set(write(tmp_path, content))


class TestAnalogySets:
    @pytest.mark.parametrize(
        "content",
        [
            ": capitals\nAthens Greece Oslo Norway\n: family of words\nhe she his her\n",
            "\ufeff:capitals\r\nAthens\tGreece  Oslo Norway\r\n# rest\r\n\r\n"
            ":  family of words \r\nhe she his her",
            ": capitals\n: empty\n: family of words\nhe she his her\n: capitals\n"
            "Athens Greece Oslo Norway",
        ],
    )
    def test_every_shape(self, tmp_path, content):
        found = read_set(write(tmp_path, content))
        assert isinstance(found, AnalogySet)
        assert found.sections.pop("empty", []) == []
        assert found.sections == {
            "capitals": [("Athens", "Greece", "Oslo", "Norway")],
            "family of words": [("he", "she", "his", "her")],
        }
        assert len(found) == 2

    @pytest.mark.parametrize("content", ["a b c d", "a b c d\ne f g h\n", "# x\na b c d\n: s\n"])
    def test_without_a_header(self, tmp_path, content):
        found = read_set(write(tmp_path, content))
        assert found.sections["questions"][0] == ("a", "b", "c", "d")

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (": s\na b c d\na b c\n", "line 3 has 3 words; an analogy is four words: a is to b"),
            (": s\na b c d e\n", "line 2 has 5 words"),
            ("a b c d\na b c d\nalone\n", "line 3 has 1 word;"),
            (": s\n: t\n", "has section headers but no questions"),
        ],
    )
    def test_refusals(self, tmp_path, content, message):
        with pytest.raises(SetError, match=rf"set\.txt {message}"):
            read_set(write(tmp_path, content))


def test_a_file_that_is_not_there(tmp_path):
    for path in (tmp_path / "nothing.txt", tmp_path):
        with pytest.raises(SetError, match=f"^evaluation set {re.escape(str(path))} cannot be rea"):
            read_set(path)


class TestSimilarity:
    def test_the_order_of_cosines(self):
        vectors = make_vectors(list("abcd"), [[1, 0], [9, 1], [1, 1], [-5, 1]])
        pairs = [("A", "b"), ("a", "C"), ("a", "d"), ("a", "nothing")]
        score = score_similarity(vectors, SimilaritySet("set", pairs, [9.0, 5.0, 1.0, 7.0]))
        assert score.spearman == pytest.approx(1)
        assert (score.n_pairs, score.n_answered, score.coverage) == (4, 3, 0.75)
        score = score_similarity(vectors, SimilaritySet("set", pairs, [5.0, 9.0, 1.0, 7.0]))
        assert score.spearman == pytest.approx(0.5)

    def test_rows_of_zeros_are_not_answered(self):
        vectors = make_vectors(["a", "b", "<pad>"], [[1, 0], [9, 1], [0, 0]])
        pairs = [("a", "b"), ("a", "<pad>"), ("<pad>", "<pad>")]
        score = score_similarity(vectors, SimilaritySet("set", pairs, [1.0, 2.0, 3.0]))
        assert (score.spearman, score.n_answered) == (None, 1)

    def test_the_commonest_of_two_spellings(self):
        vectors = make_vectors(["May", "june", "may"], [[1, 0], [1, 0.1], [-1, 0]])
        pairs = [("may", "june"), ("june", "june")]
        score = score_similarity(vectors, SimilaritySet("set", pairs, [1.0, 2.0]))
        assert score.spearman == pytest.approx(1)
        assert score.n_answered == 2

    def test_nothing_is_known(self):
        vectors = make_vectors(["a", "b"], [[1, 0], [0, 1]])
        score = score_similarity(vectors, SimilaritySet("set", [("x", "y")], [1.0]))
        assert (score.spearman, score.n_answered, score.coverage) == (None, 0, 0)
        assert (score.interval, score.pearson) == (None, None)

    def test_what_is_left_out_and_why(self):
        vectors = make_vectors(["a", "b", "<pad>"], [[1, 0], [9, 1], [0, 0]])
        pairs = [("a", "X"), ("x", "<pad>"), ("<pad>", "b"), ("y", "y"), ("a", "b")]
        left_out = score_similarity(vectors, SimilaritySet("set", pairs, [1.0] * 5)).left_out
        assert left_out.n_questions == {"unknown": 3, "rare": 0, "zero": 1}
        assert left_out.missing == [
            Missing("<pad>", "zero", 2),
            Missing("x", "unknown", 2),
            Missing("y", "unknown", 1),
        ]

    def test_words_as_written(self):
        vectors = make_vectors(["May", "may", "june"], [[1, 0], [0, 1], [0.1, 1]])
        pairs = [("may", "june"), ("May", "june"), ("MAY", "june")]
        asked = SimilaritySet("set", pairs, [2.0, 1.0, 0.0])
        assert score_similarity(vectors, asked).n_answered == 3
        score = score_similarity(vectors, asked, keep_case=True)
        assert (score.n_answered, score.spearman) == (2, pytest.approx(1))
        assert score.keep_case

    def test_pearson_is_of_the_cosines(self):
        vectors = make_vectors(list("abc"), [[1, 0], [3, 4], [0, 7]])
        asked = SimilaritySet("set", [("a", "b"), ("a", "c"), ("a", "a")], [6.0, 0.0, 10.0])
        assert score_similarity(vectors, asked).pearson == pytest.approx(1)

    def test_numbers_near_the_ends_of_float32(self):
        vectors = make_vectors(list("abc"), [[1e30, 0], [3e-30, 4e-30], [0, 1e38]])
        asked = SimilaritySet("set", [("a", "b"), ("a", "c"), ("a", "a")], [6.0, 0.0, 10.0])
        assert score_similarity(vectors, asked).pearson == pytest.approx(1)

    def test_vectors_that_are_not_numbers(self):
        vectors = make_vectors(["a", "b"], [[1, np.nan], [0, 1]])
        with pytest.raises(RunError, match="the vectors are damaged"):
            score_similarity(vectors, SimilaritySet("set", [("a", "b")], [1.0]))


def naive_ranks(values):
    return [sum(w < v for w in values) + (sum(w == v for w in values) + 1) / 2 for v in values]


few_values = st.lists(st.sampled_from([-1.5, 0, 0.1, 2, 3e9]), max_size=12)


class TestSpearman:
    @given(few_values)
    def test_ranks_by_counting(self, values):
        assert average_ranks(values).tolist() == naive_ranks(values)

    def test_ties_by_hand(self):
        """Ranks 1, 2.5, 2.5, 4 and 1, 2, 3.5, 3.5; from their means -1.5, 0, 0, 1.5 and so on."""
        assert spearman([1, 2, 2, 3], [10, 20, 30, 30]) == pytest.approx((2.25 + 1.5) / 4.5)

    def test_only_the_order_counts(self):
        x = np.array([0.3, -2, 5, 5, 0.1])
        assert spearman(x, np.exp(x)) == pytest.approx(1)
        assert spearman(x, -(x**3)) == pytest.approx(-1)

    @pytest.mark.parametrize(("x", "y"), [([], []), ([1], [2]), ([1, 1], [1, 2]), ([1, 2], [3, 3])])
    def test_not_defined(self, x, y):
        assert spearman(x, y) is None
        assert pearson(x, y) is None

    def test_equal_numbers_whose_mean_is_another(self):
        assert pearson([0.1] * 3, [1, 2, 3]) is None

    @pytest.mark.parametrize("scale", [1e-200, 1, 1e200])
    def test_pearson_by_hand(self, scale):
        """From the means: -1, 0, 1 and -2, 1, 1."""
        first, second = np.array([1, 2, 3]) * scale, np.array([0, 3, 3]) * scale
        assert pearson(first, second) == pytest.approx(3 / np.sqrt(2 * 6))

    def test_against_scipy(self):
        stats = pytest.importorskip("scipy.stats")
        rng = np.random.default_rng(1)
        for n in (2, 3, 10, 400):
            x, y = rng.integers(0, max(2, n // 3), n), rng.normal(size=n)
            if len(set(x.tolist())) > 1:
                assert spearman(x, y) == pytest.approx(stats.spearmanr(x, y).statistic)
                assert pearson(x, y) == pytest.approx(stats.pearsonr(x, y).statistic)


class TestInterval:
    def test_by_hand(self):
        """atanh(0.5) = 0.549306, the error is sqrt(1.125 / 9) = 0.353553, 1.96 of it 0.692952."""
        expected = (np.tanh(0.549306 - 0.692952), np.tanh(0.549306 + 0.692952))
        assert confidence_interval(0.5, 12) == pytest.approx(expected, abs=1e-6)

    def test_it_is_narrower_for_more_pairs_and_turns_with_the_sign(self):
        low, high = confidence_interval(0.3, 400)
        assert confidence_interval(0.3, 40)[0] < low < 0.3 < high < confidence_interval(0.3, 40)[1]
        assert confidence_interval(-0.3, 400) == pytest.approx((-high, -low))

    def test_where_there_is_none(self):
        assert confidence_interval(0.5, 3) is None
        assert confidence_interval(1.0, 4) == (1, 1)
        assert confidence_interval(-1.0, 4) == (-1, -1)

    def test_it_is_reported(self):
        vectors = make_vectors(list("abcde"), [[1, 0], [9, 1], [1, 1], [-5, 1], [1, 9]])
        pairs = [("a", "b"), ("a", "c"), ("a", "d"), ("a", "e")]
        asked = SimilaritySet("set", pairs, [9.0, 1.0, 2.0, 7.0])
        score = score_similarity(vectors, asked)
        assert score.interval == confidence_interval(score.spearman, 4)
        asked = SimilaritySet("set", pairs[:3], [9.0, 1.0, 2.0])
        assert score_similarity(vectors, asked).interval is None


def test_case_is_folded_as_the_tokenizer_does():
    assert fold_case("E\u0301tude") == "\u00e9tude"


@pytest.mark.parametrize("size", [5e-324, 1e-310, 1e-200, 1e-30, 1.0, 1e30, 1e155, 1e300, 1e308])
def test_vectors_of_any_size_have_cosines(size):
    """Squares of large and small float64 have no place in float64."""
    words = ["a", "b", "c", "d", "e"]
    rows = np.array([[1.0, 1.0], [1.0, 0.0], [0.0, 1.0], [-1.0, -1.0], [3.0, 1.0]])
    rows[:2] *= size
    counts = np.arange(len(words), 0, -1)
    lookup = Lookup(WordVectors(Vocabulary(words, counts), rows))
    expected = rows.copy()
    expected[:2] = [[1, 1], [1, 0]]
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    ids = np.arange(len(words))
    np.testing.assert_allclose(lookup.unit(ids, np.float64), expected, rtol=1e-15)
    np.testing.assert_allclose(lookup.unit(slice(1, 3)), expected[1:3], rtol=1e-6)


@pytest.mark.parametrize("row", [[np.nan, 1e300], [np.inf, 1e300], [-np.inf, 1e-320]])
def test_what_is_not_finite_is_said_once(row):
    vectors = WordVectors(Vocabulary(["a"], np.ones(1, np.int64)), np.array([row]))
    with pytest.raises(RunError, match="some are not numbers"):
        Lookup(vectors)
