"""Words asked of vectors of characters: each the mean of its characters."""

from __future__ import annotations

import numpy as np
import pytest

from w2v import WordVectors, train
from w2v.errors import RunError
from w2v.evaluation.composing import are_of_characters, with_words
from w2v.evaluation.sets import SimilaritySet
from w2v.evaluation.similarity import score_similarity
from w2v.text.vocabulary import Vocabulary


def make_vectors(words, rows):
    counts = np.arange(len(words), 0, -1)
    return WordVectors(Vocabulary(words, counts), np.array(rows, np.float32))


@pytest.fixture
def vectors():
    return make_vectors(["한", "국", "어", "<unk>"], [[4, 0], [0, 2], [0, -2], [9, 9]])


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (["한", "국"], True),
        (["中", "<unk>", "<pad>"], True),
        (["한국", "국"], False),
        (["국", "한국"], False),
        (["a", "-"], False),  # no letter
        (["क्ष", "क"], False),
        (["नि", "क"], True),  # a letter with its mark
    ],
)
def test_what_is_a_vocabulary_of_characters(words, wanted):
    assert are_of_characters(make_vectors(words, np.eye(len(words)))) is wanted


def test_a_word_is_the_mean_of_its_characters(vectors):
    found = with_words(vectors, ["한국", "국국한", "국", "한자", "", "한국", "국어"])
    assert found.vocabulary.words == ["한", "국", "어", "<unk>", "한국", "국국한", "국어"]
    np.testing.assert_allclose(found.vectors[:4], vectors.vectors)
    np.testing.assert_allclose(found.vectors[4:], [[2, 1], [4 / 3, 4 / 3], [0, 0]])
    assert len(vectors) == 4  # the run's own are as they were


def test_jamo_are_the_syllables_they_make(vectors):
    found = with_words(vectors, ["\u1112\u1161\u11ab국"])
    assert found.vocabulary.words[4:] == ["한국"]


def test_pairs_of_words_are_scored_and_what_is_missing_is_told(vectors):
    pairs = [("한국", "한"), ("한국", "국국한"), ("한국", "어"), ("국어", "한"), ("한자", "한")]
    score = score_similarity(vectors, SimilaritySet("set", pairs, [2.0, 3.0, 1.0, 9.0, 9.0]))
    # cosines 0.894, 0.949 and -0.447; 국어 is a row of zeros, and 자 has no row
    assert (score.n_answered, score.by_character) == (3, True)
    assert score.spearman == pytest.approx(1)
    assert [(found.word, found.reason) for found in score.left_out.missing] == [
        ("국어", "zero"),
        ("한자", "unknown"),
    ]


def test_words_are_not_put_together_where_words_have_rows():
    vectors = make_vectors(["한", "국", "중국"], np.eye(3))
    pairs = [("한국", "한"), ("중국", "국")]
    score = score_similarity(vectors, SimilaritySet("set", pairs, [1.0, 2.0]))
    assert (score.n_answered, score.by_character) == (1, False)


def test_letters_of_the_other_case_are_found_as_elsewhere():
    vectors = make_vectors(["a", "B"], np.eye(2))
    score = score_similarity(vectors, SimilaritySet("set", [("A", "b")], [1.0]))
    assert (score.n_answered, score.by_character) == (1, False)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_damaged_rows_are_found(bad):
    vectors = make_vectors(["한", "국"], [[bad, 1], [-bad, 1]])
    with pytest.raises(RunError, match="damaged"):
        score_similarity(vectors, SimilaritySet("set", [("한국", "국")], [1.0]))


def test_a_run_by_character_is_measured_on_words(folder):
    settings = {
        "corpus.path": "seasons-ko",
        "corpus.tokenizer": "char",
        "vocab.min_count": 1,
        "train.epochs": 1,
        "model.dim": 4,
        "train.engine": "numpy",
        "eval.sets": ["seasons-ko"],
    }
    (evaluation,) = train(settings, out="run").evaluations
    assert evaluation.score.n_answered == evaluation.score.n_pairs == 448
    assert evaluation.as_metrics()["by_character"] is True
