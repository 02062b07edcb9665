"""Queries against the definitions, on vectors made by hand."""

from __future__ import annotations

import json
import unicodedata

import numpy as np
import pytest

from w2v import WordVectors
from w2v.errors import RunError, WordError
from w2v.text.vocabulary import Vocabulary

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
            "this w2v reads format 1",
        ),
        (lambda run: (run / "vocab.tsv").write_text("king\t9"), "is cut short"),
        (lambda run: (run / "vocab.tsv").write_text("king\t9\n" * 7), "a word stands in it twice"),
        (lambda run: (run / "vocab.tsv").write_text("king 9\n"), "line 1 is not word<TAB>count"),
        (lambda run: (run / "vocab.tsv").write_bytes(b"\xff\t1\n"), "is not UTF-8"),
    ],
)
def test_a_damaged_run_is_refused(tmp_path, damage, message):
    folder = make_run(tmp_path / "run")
    damage(folder)
    with pytest.raises(RunError, match=message):
        WordVectors.load(folder)


def test_a_word_may_be_typed_in_another_encoding():
    rows = np.array([[1, 0], [1, 1], [0, 1]], np.float32)
    vectors = WordVectors(Vocabulary(["배우", "café", "영화"], np.array([3, 2, 1])), rows)
    for word in ("배우", "café"):
        assert vectors.id_of(unicodedata.normalize("NFD", word)) == vectors.id_of(word)


def test_a_string_is_one_word(vectors):
    assert vectors.most_similar("king", topn=2) == vectors.most_similar(["king"], topn=2)
