"""Queries against the definitions, on vectors made by hand."""

from __future__ import annotations

import json
import unicodedata

import numpy as np
import pytest

from w2v import WordVectors
from w2v.errors import RunError, UsageError, WordError
from w2v.text.vocabulary import Vocabulary
from w2v.vectors.predicting import Negatives, center_probabilities
from w2v.vectors.queries import answer, query_of, sentence_query
from w2v.vectors.sentences import without_common_direction

WORDS = ["king", "man", "woman", "queen", "<pad>", "apple", "Colour"]
ROWS = np.array(
    [[4, 3, 0.1], [0, 2, 0], [3, 0, 0], [5, 0.2, 0.1], [0, 0, 0], [-1, -1, 9], [0, 1, -1]],
    np.float32,
)


@pytest.fixture
def vectors():
    return WordVectors(Vocabulary(WORDS, np.arange(len(WORDS), 0, -1)), ROWS)


def cosine(a, b):
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


def test_most_similar_is_cosine_without_the_word_itself(vectors):
    answers = vectors.most_similar(["king"], topn=99)
    expected = sorted(((cosine(ROWS[0], ROWS[i]), WORDS[i]) for i in (1, 2, 3, 5, 6)), reverse=True)
    assert [word for word, _ in answers] == [word for _, word in expected]
    assert [value for _, value in answers] == pytest.approx([value for value, _ in expected])


def test_a_row_of_zeros_is_near_to_nothing(vectors):
    assert "<pad>" not in dict(vectors.most_similar(["king"], topn=99))
    with pytest.raises(WordError, match="<pad> adds up to a vector of zeros"):
        vectors.most_similar(["<pad>"])


def test_analogy_adds_unit_vectors(vectors):
    """Unit vectors, not the rows: by the rows' own lengths the answer is another."""
    unit = [row / np.linalg.norm(row) if row.any() else row for row in ROWS]
    direction = unit[0] - unit[1] + unit[2]
    others = (3, 5, 6)
    best = max(others, key=lambda i: cosine(direction, ROWS[i]))
    answers = vectors.most_similar(["king", "woman"], ["man"], topn=1)
    assert answers == [(WORDS[best], pytest.approx(cosine(direction, ROWS[best]), rel=1e-6))]
    assert answers[0][0] == "queen"


def test_ties_go_to_the_commoner_word():
    rows = np.array([[1, 0], [1, 1], [1, 1], [1, 1]], np.float32)
    tied = WordVectors(Vocabulary(list("abcd"), np.array([4, 3, 2, 1])), rows)
    assert [word for word, _ in tied.most_similar(["a"], topn=2)] == ["b", "c"]


def test_behaves_like_a_mapping(vectors):
    assert len(vectors) == 7
    assert list(vectors) == WORDS
    assert "king" in vectors
    assert "King" not in vectors
    np.testing.assert_array_equal(vectors["queen"], ROWS[3])
    assert np.shares_memory(vectors["queen"], vectors.vectors)
    np.testing.assert_array_equal(vectors[["queen", "king", "queen"]], ROWS[[3, 0, 3]])
    assert (vectors.index_to_key, vectors.vector_size) == (WORDS, 3)
    assert vectors.key_to_index["queen"] == vectors.get_index("queen") == 3
    assert 3 not in vectors
    assert vectors.similarity("king", "woman") == pytest.approx(cosine(ROWS[0], ROWS[2]))


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("KING", "'KING' is not in the vocabulary; near: king"),
        ("colour", "near: Colour"),
        ("quen", "near: queen"),
        ("zzzzzz", "'zzzzzz' is not in the vocabulary$"),
    ],
)
def test_a_missing_word_gets_near_spellings(vectors, word, message):
    with pytest.raises(WordError, match=message):
        vectors[word]


def test_vectors_of_length_one(vectors):
    np.testing.assert_allclose(vectors.get_vector("king", norm=True), ROWS[0] / 5.001, rtol=1e-4)
    np.testing.assert_array_equal(vectors.get_vector("king"), ROWS[0])
    assert not vectors.get_vector("<pad>", norm=True).any()


def test_distances(vectors):
    assert vectors.distance("king", "woman") == pytest.approx(1 - cosine(ROWS[0], ROWS[2]))


def test_the_nearness_of_sets_is_that_of_the_means_of_their_rows(vectors):
    """Of the rows, not of unit vectors: so it is in gensim, where the name comes from."""
    assert vectors.n_similarity(["king", "man"], ["woman", "apple"]) == pytest.approx(
        cosine(ROWS[0] + ROWS[1], ROWS[2] + ROWS[5])
    )
    as_arrays = map(np.array, (["king", "man"], ["king", "man"]))
    assert vectors.n_similarity(*as_arrays) == pytest.approx(1)
    with pytest.raises(UsageError, match="one word or more on each side"):
        vectors.n_similarity([], ["king"])


def test_most_similar_to_vectors(vectors):
    """A vector is added as it is, not at length 1, and leaves no word out."""
    by_vector = vectors.similar_by_vector(ROWS[0], topn=2)
    assert by_vector[0] == ("king", pytest.approx(1))
    unit = ROWS[2] / np.linalg.norm(ROWS[2])
    direction = ROWS[0].astype(float) * 7 + unit
    found = vectors.most_similar([ROWS[0] * 7, "woman"], topn=1)
    assert found == [("king", pytest.approx(cosine(direction, ROWS[0])))]


@pytest.mark.parametrize(
    "part",
    [
        ("king", "half"),
        ("king", np.nan),
        np.array(["king", "man"]),
        [1.0],
        np.ones(1),
        2.0,
        None,
        ROWS[:2],
    ],
)
def test_what_is_neither_a_word_nor_a_vector_is_refused(vectors, part):
    """A vector of one number would be added to all."""
    sentence = r"of words, and of vectors of 3 numbers; .* is neither|is no number to weigh a word"
    with pytest.raises(UsageError, match=sentence):
        vectors.most_similar(["king", part])


def test_a_question_of_nothing_and_one_that_only_takes_away(vectors):
    with pytest.raises(UsageError, match="takes one word or more"):
        vectors.most_similar([])
    [(word, value)] = vectors.most_similar(negative="king", topn=1)
    assert (word, value) == ("apple", pytest.approx(-cosine(ROWS[0], ROWS[5])))
    assert vectors.most_similar("king", topn=-1) == []


def test_words_have_weights(vectors):
    unit = ROWS[[0, 2]] / np.linalg.norm(ROWS[[0, 2]], axis=1, keepdims=True)
    direction = 3 * unit[0] - 0.5 * unit[1]
    cosines = [cosine(direction, ROWS[i]) for i in (1, 3, 5, 6)]
    found = vectors.most_similar([("king", 3)], [("woman", 0.5)], topn=1)
    assert found[0][1] == pytest.approx(max(cosines), rel=1e-5)


def test_a_missing_word_is_a_key_error_too(vectors):
    with pytest.raises(KeyError) as raised:
        vectors["nobody"]
    assert str(raised.value) == "'nobody' is not in the vocabulary"


def test_only_some_words_may_be_answers(vectors):
    everything = [word for word, _ in vectors.most_similar("king", topn=99)]
    assert everything[:2] == ["queen", "woman"]
    assert [word for word, _ in vectors.most_similar("king", restrict_vocab=3)] == ["woman", "man"]
    # Counts are 7 for king to 1 for Colour.
    found = vectors.most_similar("king", topn=99, min_count=5)
    assert [word for word, _ in found] == ["woman", "man"]


def test_many_queries_at_once_are_each_alone(vectors):
    queries = [query_of(vectors, "king"), query_of(vectors, ["king", "woman"], "man")]
    queries.append(sentence_query(vectors, "the queen of colour"))
    answers = answer(vectors, queries, topn=3)
    alone = [
        vectors.most_similar("king", topn=3),
        vectors.most_similar(["king", "woman"], ["man"], topn=3),
        vectors.most_similar([ROWS[3]], topn=4)[1:],  # the word itself comes first there
    ]
    for found, expected in zip(answers, alone, strict=True):
        assert [word for word, _ in found] == [word for word, _ in expected]
        assert dict(found) == pytest.approx(dict(expected))
    assert answer(vectors, []) == []


def test_the_odd_one_out(vectors):
    assert vectors.doesnt_match(["king", "queen", "apple", "woman"]) == "apple"
    assert vectors.doesnt_match(["king", "king", "king"]) == "king"
    with pytest.raises(UsageError, match="takes three words"):
        vectors.doesnt_match(["king", "queen"])
    with pytest.raises(WordError, match="'kin' is not in"):
        vectors.doesnt_match(["king", "queen", "kin"])


class TestOutput:
    OUTPUT = ROWS[::-1].copy()

    def with_output(self, counts=None):
        counts = np.arange(len(WORDS), 0, -1) if counts is None else counts
        return WordVectors(Vocabulary(WORDS, counts), ROWS, output_vectors=self.OUTPUT)

    def test_center_looks_in_the_other_table(self):
        expected = sorted(
            (-cosine(ROWS[0], row), word)
            for row, word in zip(self.OUTPUT, WORDS, strict=True)
            if row.any() and word != "king"
        )
        found = self.with_output().most_similar("king", topn=99, center=True)
        assert [word for word, _ in found] == [word for _, word in expected]
        assert found[0][1] == pytest.approx(-expected[0][0])

    def test_prediction(self):
        """By the definition, one word at a time; a word that is there twice counts twice."""
        hidden = (2 * ROWS[0] + ROWS[1]) / 3
        total = sum(count**0.75 for count in range(1, 8))
        odds = [
            5 * count**0.75 / total * np.exp(hidden @ row)
            for count, row in zip(range(7, 0, -1), self.OUTPUT, strict=True)
        ]
        weight = [o / (1 + o) for o in odds]
        found = self.with_output().predict_output_word(["king", "man", "king"], topn=99)
        expected = {word: w / sum(weight) for word, w in zip(WORDS, weight, strict=True)}
        assert dict(found) == pytest.approx(expected, rel=1e-5)
        assert sum(p for _, p in found) == pytest.approx(1)
        assert [word for word, _ in found] == sorted(expected, key=expected.get, reverse=True)

    def test_a_word_that_was_never_seen_is_never_expected(self):
        counts = np.array([7, 6, 5, 4, 0, 2, 1])
        found = self.with_output(counts).predict_output_word(["king"], topn=99)
        assert "<pad>" not in dict(found)
        assert len(found) == 6

    def test_scores_that_would_overflow(self):
        rows = np.array([[900.0, 0], [-900, 0], [1, 0]], np.float32)
        vectors = WordVectors(Vocabulary(list("abc"), np.array([3, 2, 1])), rows, None, rows)
        # As sure as can be of two words: neither goes before the other.
        assert vectors.predict_output_word(["a"]) == [("a", 0.5), ("c", 0.5)]
        assert vectors.predict_output_word(["b"]) == [("b", 1.0)]

    @pytest.mark.parametrize("power", [0.75, 0.0])
    def test_at_the_optimum_of_the_loss_it_is_what_the_text_has(self, power):
        """The loss falls to its least by steps of its own gradient, one context, many centers."""
        counts = np.array([50, 30, 15, 5])
        p = np.array([0.05, 0.8, 0.1, 0.05])  # of each word as the center of this context
        q = counts**power / np.sum(counts**power)
        scores, k = np.zeros(4), 3
        for _ in range(4000):
            at = 1 / (1 + np.exp(-scores))
            # Noise that hits the center has weight 0: word w is noise where it is not the center.
            scores -= p * (at - 1) + k * q * (1 - p) * at
        found = center_probabilities(
            np.ones((4, 1)), scores[:, None], [0], counts, Negatives(k, power)
        )
        np.testing.assert_allclose(found, p, rtol=1e-6)

    def test_what_is_missing_is_said(self, vectors):
        with pytest.raises(UsageError, match="come without W_out"):
            vectors.most_similar("king", center=True)
        with pytest.raises(UsageError, match="come without W_out"):
            vectors.predict_output_word(["king"])
        no_counts = self.with_output(np.zeros(7, np.int64))
        with pytest.raises(UsageError, match="a prediction goes by how often"):
            no_counts.predict_output_word(["king"])
        with pytest.raises(UsageError, match="min_count goes by how often"):
            no_counts.most_similar("king", min_count=1)
        with pytest.raises(UsageError, match="sif goes by how often"):
            no_counts.sentence_vector("king", "sif")
        with pytest.raises(UsageError, match="one context word or more"):
            self.with_output().predict_output_word([])


class TestSentences:
    def test_the_mean_of_the_words_that_are_there(self, vectors):
        expected = (ROWS[0] + ROWS[0] + ROWS[5]) / 3
        for sentence in ("A king, a king; an apple!", ["king", "pear", "king", "apple"]):
            np.testing.assert_allclose(vectors.sentence_vector(sentence), expected, rtol=1e-6)

    def test_sif(self, vectors):
        """a / (a + p), p the share of all counts: 7 of 28 for king, 2 of 28 for apple."""
        a = 1e-3
        expected = (ROWS[0] * a / (a + 7 / 28) + ROWS[5] * a / (a + 2 / 28)) / 2
        found = vectors.sentence_vector(["king", "apple"], "sif")
        np.testing.assert_allclose(found, expected, rtol=1e-6)

    def test_case_is_as_the_vocabulary_has_it(self, vectors):
        assert vectors.tokenize("Colour KING") == ["Colour", "king"]

    def test_no_word_is_known(self, vectors):
        for sentence in ("pears and plums", "", []):
            with pytest.raises(WordError, match="no word of the sentence"):
                vectors.sentence_vector(sentence)

    def test_what_all_have_in_common_is_taken_out(self):
        """Two sentences along one axis each, and both along a third that is longer."""
        rows = np.array([[9.0, 1, 0], [9, 0, 1]])
        rest = without_common_direction(rows)
        common = np.linalg.svd(rows)[2][0]
        np.testing.assert_allclose(rest @ common, 0, atol=1e-12)
        np.testing.assert_allclose(rest, rows - np.outer(rows @ common, common))
        np.testing.assert_allclose(rest[0], -rest[1], atol=1e-12)


def make_run(folder, vectors=ROWS, vocabulary=None):
    folder.mkdir()
    (folder / "run.json").write_text(json.dumps({"format": 1, "program": "w2v", "status": "done"}))
    text = vocabulary or "".join(f"{word}\t9\n" for word in WORDS)
    (folder / "vocab.tsv").write_text(text, encoding="utf-8")
    np.save(folder / "vectors.npy", vectors)
    (folder / "dropped.tsv").write_text("kings\t3\nking's\t1\nings\t4\n", encoding="utf-8")
    return folder


def test_load_maps_the_file(tmp_path):
    loaded = WordVectors.load(make_run(tmp_path / "run"))
    assert isinstance(loaded.vectors, np.memmap)
    assert loaded.most_similar(["woman"], topn=1)[0][0] == "queen"
    with pytest.raises(WordError, match=r"near: king.*seen 3 times"):
        loaded["kings"]
    with pytest.raises(WordError, match="seen once"):
        loaded["king's"]
    with pytest.raises(WordError, match=r"'\\xff\\ud800' is not in the vocabulary$"):
        loaded["\udcff\ud800"]  # bytes that are no UTF-8, as a terminal may send them


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda run: (run / "vectors.npy").write_bytes(b"\x93NUMPY\x01"), "is damaged"),
        (lambda run: (run / "vectors.npy").unlink(), "has no vectors.npy: its status is 'done'"),
        (lambda run: np.save(run / "vectors.npy", ROWS[:3]), "has 3 rows, vocab.tsv has 7 words"),
        (lambda run: np.save(run / "vectors.npy", ROWS[0]), "holds no table of numbers"),
        (
            lambda run: np.save(run / "vectors.npy", np.array([{}]), allow_pickle=True),
            "is damaged",
        ),
        (lambda run: (run / "run.json").write_text("{"), "run.json is damaged"),
        (lambda run: (run / "run.json").write_text("[]"), "was not written by w2v"),
        (
            lambda run: (run / "run.json").write_text('{"program": "w2v", "format": 9}'),
            "this w2v reads format 2",
        ),
        (lambda run: (run / "vocab.tsv").write_text("king\t9"), "is cut short"),
        (lambda run: (run / "vocab.tsv").write_text("king 9\n"), "line 1 is not word<TAB>count"),
        (lambda run: (run / "vocab.tsv").write_bytes(b"\xff\t1\n"), "is not UTF-8"),
    ],
)
def test_a_damaged_run_is_refused(tmp_path, damage, message):
    folder = make_run(tmp_path / "run")
    damage(folder)
    with pytest.raises(RunError, match=message):
        WordVectors.load(folder)


def test_output_vectors_are_looked_at_when_they_are_asked_for(tmp_path):
    folder = make_run(tmp_path / "run")
    np.save(folder / "output_vectors.npy", ROWS[:3])
    loaded = WordVectors.load(folder)
    assert loaded.most_similar(["woman"], topn=1)[0][0] == "queen"
    with pytest.raises(RunError, match=r"output_vectors\.npy has 3 rows"):
        loaded.most_similar(["woman"], center=True)


def test_a_word_may_be_typed_in_another_encoding():
    rows = np.array([[1, 0], [1, 1], [0, 1]], np.float32)
    vectors = WordVectors(Vocabulary(["배우", "café", "영화"], np.array([3, 2, 1])), rows)
    for word in ("배우", "café"):
        assert vectors.get_index(unicodedata.normalize("NFD", word)) == vectors.get_index(word)


def test_a_string_is_one_word(vectors):
    assert vectors.most_similar("king", topn=2) == vectors.most_similar(["king"], topn=2)
