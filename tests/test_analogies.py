"""Scores on analogies, by every measure, against plain loops; what is left out, and why."""

from __future__ import annotations

import json

import numpy as np
import pytest

from w2v import WordVectors
from w2v.errors import RunError
from w2v.evaluation import answering
from w2v.evaluation.analogies import Tally, score_analogies
from w2v.evaluation.answering import EPSILON, MEASURES, answer
from w2v.evaluation.lookup import Lookup, Missing
from w2v.evaluation.scoring import as_record, score_set
from w2v.evaluation.sets import AnalogySet, SimilaritySet
from w2v.text.vocabulary import Vocabulary

# Nothing is at its place: a word of zeros, two that differ in case, and one beyond the cut.
WORDS = ["Queen", "the", "<pad>", "king", "man", "queen", "woman", "apple", "Paris", "boy"]
RIGHT, WRONG = ("man", "king", "woman", "queen"), ("man", "king", "woman", "the")


def make_vectors(words, rows):
    counts = np.arange(len(words), 0, -1)
    return WordVectors(Vocabulary(words, counts), np.array(rows, np.float32))


def planted():
    rng = np.random.default_rng(5)
    rows = rng.normal(0, 1, (len(WORDS), 7))
    row = {word: rows[i] for i, word in enumerate(WORDS)}
    row["<pad>"][:] = 0
    row["Queen"][:] = row["king"] - row["man"] + row["woman"]
    return make_vectors(WORDS, rows)


def ask(vectors, *questions, **options):
    return score_analogies(vectors, AnalogySet("set", {"one": list(questions)}), **options).total


def cosine(u, v):
    return float(u @ v) / float(np.sqrt((u @ u) * (v @ v)))


def naive_answer(rows, a, b, c, measure):
    """Try every candidate, one at a time."""
    best, best_score = -1, -np.inf
    for x in range(len(rows)):
        if x in (a, b, c) and not measure.endswith("_all"):
            continue
        to_a, to_b, to_c = (cosine(rows[x], rows[y]) for y in (a, b, c))
        if measure.startswith("add"):
            score = to_b - to_a + to_c
        else:
            score = (to_b + 1) / 2 * (to_c + 1) / 2 / ((to_a + 1) / 2 + EPSILON)
        if score > best_score:
            best, best_score = x, score
    return best


@pytest.fixture(scope="module")
def world():
    """Vectors of very different lengths, questions that repeat words, and the naive answers."""
    rng = np.random.default_rng(2)
    rows = rng.normal(0, 1, (40, 4)) * rng.exponential(5, (40, 1))
    vectors = make_vectors([f"w{i}" for i in range(40)], rows)
    questions = rng.integers(0, 40, (150, 3))
    questions[:10, 2] = questions[:10, 0]  # a word twice in a question
    questions[10:20, 1] = questions[10:20, 0]
    exact = vectors.vectors.astype(np.float64)
    answers = {
        m: [naive_answer(exact, *question, m) for question in questions.tolist()] for m in MEASURES
    }
    return vectors, questions, answers


class TestTheDefinition:
    @pytest.mark.parametrize("measure", MEASURES)
    def test_against_loops(self, world, measure):
        vectors, questions, answers = world
        assert answer(Lookup(vectors), questions)[measure].tolist() == answers[measure]

    def test_no_two_measures_are_the_same(self, world):
        """Else the test above would not tell them apart."""
        *_, answers = world
        assert len({tuple(found) for found in answers.values()}) == len(MEASURES)

    @pytest.mark.parametrize(
        ("words", "block", "group"), [(1, 1, 1), (3, 7, 2), (512, 39, 16), (5, 4096, 1000)]
    )
    def test_any_size_of_block(self, world, monkeypatch, words, block, group):
        vectors, questions, answers = world
        monkeypatch.setattr(answering, "MAX_WORDS", words)
        monkeypatch.setattr(answering, "BLOCK", block)
        monkeypatch.setattr(answering, "GROUP", group)
        found = answer(Lookup(vectors), questions)
        assert {measure: ids.tolist() for measure, ids in found.items()} == answers

    def test_it_is_what_a_single_question_gets(self, world):
        vectors, questions, answers = world
        asked = questions[20:40].tolist()
        for (a, b, c), expected in zip(asked, answers["add"][20:40], strict=True):
            nearest = vectors.most_similar([f"w{b}", f"w{c}"], [f"w{a}"], topn=1)[0][0]
            assert nearest == f"w{expected}"

    def test_all_measures_are_counted(self, world):
        vectors, questions, answers = world
        for measure in MEASURES:
            asked = [
                tuple(f"w{word_id}" for word_id in (*question, expected))
                for question, expected in zip(questions.tolist(), answers[measure], strict=True)
            ]
            wrong = [(a, b, c, "w0" if d != "w0" else "w1") for a, b, c, d in asked[:30]]
            tally = ask(vectors, *asked, *wrong)
            assert tally.n_correct[measure] == 150
            assert tally.share(measure) == 150 / 180

    def test_the_words_of_the_question_are_no_answer(self):
        """king - king + man is man itself; the nearest other word is not a word of the question."""
        rows = [[9, 1, 0], [8, 2, 0], [7, 3, 1], [0, 0, 1]]
        vectors = make_vectors(list("abcd"), rows)
        assert ask(vectors, ("a", "a", "b", "c")).n_correct["add"] == 1
        for other in "ab":
            assert ask(vectors, ("a", "a", "b", other)).n_correct["add"] == 0
        # Allowed to answer, b is the nearest to itself.
        assert ask(vectors, ("a", "a", "b", "b")).n_correct["add_all"] == 1

    def test_nothing_is_left_to_answer(self):
        vectors = make_vectors(["a", "b"], [[1, 0], [0, 1]])
        tally = ask(vectors, ("a", "b", "a", "b"), ("b", "a", "b", "a"))
        assert (tally.n_answered, tally.n_correct["add"], tally.n_correct["mul"]) == (2, 0, 0)

    def test_a_tie_goes_to_the_commoner_word(self, monkeypatch):
        vectors = make_vectors(list("abcde"), [[1, 0]] * 5)
        for block in (4096, 1):  # the tie may be between blocks
            monkeypatch.setattr(answering, "BLOCK", block)
            assert ask(vectors, ("a", "b", "c", "d")).n_correct["add"] == 1
            assert ask(vectors, ("a", "b", "c", "e")).n_correct["add"] == 0

    def test_opposite_directions_divide_by_no_zero(self):
        vectors = make_vectors(list("abcd"), [[1, 0], [-1, 0], [-1, 0.1], [-1, -0.1]])
        assert ask(vectors, ("a", "b", "c", "d")).n_correct["mul"] == 1

    def test_numbers_near_the_ends_of_float32(self):
        vectors = make_vectors(list("abcd"), [[1e30, 0], [0, 1e-38], [3e37, 4e37], [-1e-30, 1e-30]])
        assert ask(vectors, ("a", "b", "c", "d")).n_answered == 1

    def test_vectors_that_are_not_numbers(self):
        vectors = make_vectors(["a", "b"], [[1, np.nan], [0, 1]])
        with pytest.raises(RunError, match="the vectors are damaged: some are not numbers"):
            ask(vectors, ("a", "b", "a", "b"))


class TestWhatIsAsked:
    def test_case_is_folded_and_the_commonest_spelling_counts(self):
        """The rarer `queen` is no candidate, though a question spells it so."""
        vectors = planted()
        for last in ("queen", "Queen", "QUEEN"):
            tally = ask(vectors, ("Man", "KING", "woman", last))
            assert (tally.n_answered, tally.accuracy) == (1, 1)
        assert ask(vectors, ("boy", "paris", "APPLE", "the")).n_answered == 1

    def test_words_as_written(self):
        vectors = planted()
        assert ask(vectors, ("man", "king", "woman", "Queen"), keep_case=True).accuracy == 1
        assert ask(vectors, RIGHT, keep_case=True).accuracy == 0  # `Queen` is nearer
        assert ask(vectors, ("Man", "king", "woman", "queen"), keep_case=True).n_answered == 0

    def test_only_the_commonest(self):
        vectors = planted()
        assert ask(vectors, RIGHT, n_words=7).n_answered == 1
        assert ask(vectors, RIGHT, n_words=6).n_answered == 0
        assert ask(vectors, ("boy", *RIGHT[1:]), n_words=None).n_answered == 1

    def test_what_is_not_answered_lowers_the_coverage_only(self):
        tally = ask(planted(), RIGHT, ("man", "king", "woman", "<pad>"), ("x", *RIGHT[1:]), RIGHT)
        assert (tally.n_questions, tally.n_answered) == (4, 2)
        assert (tally.accuracy, tally.coverage) == (1.0, 0.5)

    def test_left_out_for_the_first_reason(self):
        questions = [
            RIGHT,
            ("x", "<pad>", "boy", "king"),  # unknown, zeros, beyond the cut
            ("Boy", "<pad>", "man", "king"),
            ("<PAD>", "<pad>", "man", "king"),
            ("x", "X", "x", "king"),
        ]
        score = score_analogies(planted(), AnalogySet("set", {"one": questions}), 7)
        assert score.left_out.n_questions == {"unknown": 2, "rare": 1, "zero": 1}
        assert score.left_out.missing == [
            Missing("<pad>", "zero", 3),
            Missing("boy", "rare", 2),
            Missing("x", "unknown", 2),
        ]

    def test_an_answer_that_is_a_word_of_the_question_counts_as_answered(self):
        tally = ask(planted(), ("man", "king", "woman", "woman"))
        assert (tally.n_answered, tally.n_correct["add"]) == (1, 0)

    def test_nothing_is_known(self):
        tally = ask(planted(), ("x", "y", "z", "x"))
        assert tally == Tally("total", 1, 0, dict.fromkeys(MEASURES, 0))
        assert (tally.accuracy, tally.coverage) == (None, 0)


class TestSections:
    def test_by_section(self):
        sections = {"b": [RIGHT, WRONG], "none": [], "a": [WRONG, ("x",) * 4]}
        score = score_analogies(planted(), AnalogySet("set", sections))
        figures = [
            (t.section, t.n_questions, t.n_answered, t.n_correct["add"]) for t in score.sections
        ]
        assert figures == [("b", 2, 2, 1), ("none", 0, 0, 0), ("a", 2, 1, 0)]
        total = score.total
        assert (total.n_questions, total.n_answered, total.n_correct["add"]) == (4, 3, 1)
        assert score.sections[1].accuracy is None
        assert score.sections[1].coverage == 0

    def test_semantic_and_syntactic(self):
        sections = {"gram1": [RIGHT, WRONG], "capitals": [RIGHT], "gram-b": [WRONG], "grams": []}
        score = score_analogies(planted(), AnalogySet("set", sections))
        assert (score.semantic.n_questions, score.semantic.n_correct["add"]) == (1, 1)
        assert (score.syntactic.n_questions, score.syntactic.n_correct["add"]) == (3, 1)

    @pytest.mark.parametrize("section", ["gram1", "capitals"])
    def test_one_kind_is_the_total(self, section):
        score = score_analogies(planted(), AnalogySet("set", {section: [RIGHT]}))
        assert (score.semantic, score.syntactic) == (None, None)


class TestRecords:
    """What JSON gets: all figures, and never a NaN."""

    def test_analogies(self):
        asked = AnalogySet("set", {"a": [RIGHT, ("x", *RIGHT[1:])], "gram": [("x",) * 4]})
        record = as_record(score_set(planted(), asked, 9))
        json.dumps(record, allow_nan=False)
        assert (record["set"], record["kind"], record["restrict"]) == ("set", "analogies", 9)
        assert (record["questions"], record["answered"], record["add"]) == (3, 1, 1.0)
        assert record["coverage"] == 0.333333
        assert record["syntactic"]["add"] is None
        assert [section["section"] for section in record["sections"]] == ["a", "gram"]
        assert record["missing"] == [{"word": "x", "reason": "unknown", "questions": 2}]

    def test_similarity(self):
        asked = SimilaritySet("set", [("king", "man"), ("x", "man")], [1.0, 2.0])
        record = as_record(score_set(planted(), asked))
        json.dumps(record, allow_nan=False)
        assert record["kind"] == "similarity"
        assert (record["pairs"], record["answered"], record["coverage"]) == (2, 1, 0.5)
        assert record["spearman"] is record["interval"] is record["pearson"] is None
        assert record["left_out"] == {"unknown": 1, "rare": 0, "zero": 0}
