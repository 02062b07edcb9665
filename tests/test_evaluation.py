"""Evaluation sets in every shape they come in, and scores against plain loops."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2v import WordVectors
from w2v.errors import RunError, SetError
from w2v.evaluation import analogies
from w2v.evaluation.analogies import Tally, score_analogies
from w2v.evaluation.sets import AnalogySet, SimilaritySet, fold_case, read_set
from w2v.evaluation.similarity import average_ranks, score_similarity, spearman
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


# Nothing is at its place: a word of zeros, two that differ in case, and one beyond the cut.
WORDS = ["Queen", "the", "<pad>", "king", "man", "queen", "woman", "apple", "Paris", "boy"]


def planted():
    rng = np.random.default_rng(5)
    rows = rng.normal(0, 1, (len(WORDS), 7))
    row = {word: rows[i] for i, word in enumerate(WORDS)}
    row["<pad>"][:] = 0
    row["Queen"][:] = row["king"] - row["man"] + row["woman"]
    return make_vectors(WORDS, rows)


def ask(vectors, *questions, n_words=30_000):
    return score_analogies(vectors, AnalogySet("set", {"one": list(questions)}), n_words).total


class TestAnalogies:
    def test_the_definition(self):
        """Against one question at a time, on vectors of very different lengths."""
        rng = np.random.default_rng(2)
        words = [f"w{i}" for i in range(40)]
        vectors = make_vectors(words, rng.normal(0, 1, (40, 4)) * rng.exponential(5, (40, 1)))
        questions = [tuple(rng.choice(words, 4).tolist()) for _ in range(300)]
        # Half of them get the answer that one at a time gives.
        for i in range(0, 300, 2):
            a, b, c, _ = questions[i]
            questions[i] = (a, b, c, vectors.most_similar([b, c], [a], topn=1)[0][0])
        expected = sum(vectors.most_similar([b, c], [a], 1)[0][0] == d for a, b, c, d in questions)
        assert ask(vectors, *questions) == Tally("total", 300, 300, expected)
        assert 150 <= expected < 200

    def test_any_size_of_block(self, monkeypatch):
        vectors = planted()
        questions = [("man", "king", "woman", "queen"), ("man", "king", "boy", "queen")] * 5
        whole = ask(vectors, *questions)
        for size in (1, 27, 28):
            monkeypatch.setattr(analogies, "BLOCK_FLOATS", size)
            assert ask(vectors, *questions) == whole

    def test_case_is_folded_and_the_commonest_spelling_counts(self):
        """The rarer `queen` is no candidate, though a question spells it so."""
        vectors = planted()
        for answer in ("queen", "Queen", "QUEEN"):
            assert ask(vectors, ("Man", "KING", "woman", answer)) == Tally("total", 1, 1, 1)
        assert ask(vectors, ("boy", "paris", "APPLE", "the")).n_answered == 1

    def test_the_words_of_the_question_are_no_answer(self):
        """king - king + man is man itself; the nearest other word is not a word of the question."""
        rows = [[9, 1, 0], [8, 2, 0], [7, 3, 1], [0, 0, 1]]
        vectors = make_vectors(list("abcd"), rows)
        assert ask(vectors, ("a", "a", "b", "c")).n_correct == 1
        for answer in "ab":
            assert ask(vectors, ("a", "a", "b", answer)).n_correct == 0

    def test_nothing_is_left_to_answer(self):
        vectors = make_vectors(["a", "b"], [[1, 0], [0, 1]])
        assert ask(vectors, ("a", "b", "a", "b"), ("b", "a", "b", "a")).n_correct == 0

    def test_what_is_not_answered_lowers_the_coverage_only(self):
        vectors = planted()
        right = ("man", "king", "woman", "queen")
        score = ask(vectors, right, ("man", "king", "woman", "<pad>"), ("x", *right[1:]), right[:4])
        assert score == Tally("total", 4, 2, 2)
        assert (score.accuracy, score.coverage) == (1.0, 0.5)

    def test_only_the_commonest(self):
        vectors = planted()
        right = ("man", "king", "woman", "queen")
        assert ask(vectors, right, n_words=7).n_answered == 1
        assert ask(vectors, right, n_words=6).n_answered == 0

    def test_by_section(self):
        vectors = planted()
        right, wrong = ("man", "king", "woman", "queen"), ("man", "king", "woman", "the")
        asked = AnalogySet("set", {"b": [right, wrong], "none": [], "a": [wrong, ("x",) * 4]})
        score = score_analogies(vectors, asked)
        assert score.sections == [Tally("b", 2, 2, 1), Tally("none", 0, 0, 0), Tally("a", 2, 1, 0)]
        assert score.total == Tally("total", 4, 3, 1)
        assert score.sections[1].accuracy is None
        assert score.sections[1].coverage == 0

    def test_a_tie_goes_to_the_commoner_word(self):
        vectors = make_vectors(list("abcde"), [[1, 0], [1, 0], [1, 0], [1, 0], [1, 0]])
        assert ask(vectors, ("a", "b", "c", "d")).n_correct == 1
        assert ask(vectors, ("a", "b", "c", "e")).n_correct == 0

    def test_vectors_that_are_not_numbers(self):
        vectors = make_vectors(["a", "b"], [[1, np.nan], [0, 1]])
        with pytest.raises(RunError, match="the vectors are damaged: some are not numbers"):
            ask(vectors, ("a", "b", "a", "b"))
        with pytest.raises(RunError, match="the vectors are damaged"):
            score_similarity(vectors, SimilaritySet("set", [("a", "b")], [1.0]))


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
        score = score_similarity(planted(), SimilaritySet("set", [("x", "y")], [1.0]))
        assert (score.spearman, score.n_answered, score.coverage) == (None, 0, 0)


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

    def test_against_scipy(self):
        stats = pytest.importorskip("scipy.stats")
        rng = np.random.default_rng(1)
        for n in (2, 3, 10, 400):
            x, y = rng.integers(0, max(2, n // 3), n), rng.normal(size=n)
            if len(set(x.tolist())) > 1:
                assert spearman(x, y) == pytest.approx(stats.spearmanr(x, y).statistic)


def test_case_is_folded_as_the_tokenizer_does():
    assert fold_case("E\u0301tude") == "\u00e9tude"
