"""Which neighbours come again: planted vectors, chance, missing words, and the pages."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest
from made_runs import make_run
from test_cli import w2v
from test_runs_command import check_width

from w2v.errors import UsageError, WordError
from w2v.experiments.shared_words import Shared
from w2v.experiments.stability import agreement, bands_of, measure_stability, overlaps_of
from w2v.text.vocabulary import Vocabulary
from w2v.vectors.word_vectors import WordVectors

pytestmark = pytest.mark.usefixtures("folder")
LETTERS = "abcdef"


def vectors_of(words, rows, counts=None):
    counts = np.arange(len(words), 0, -1) if counts is None else np.array(counts)
    return WordVectors(Vocabulary(list(words), counts), np.array(rows, np.float32))


def at_angles(words, degrees, **more):
    """Words in a plane: neighbours are those of the nearest angles."""
    angles = np.deg2rad(degrees)
    return vectors_of(words, np.stack((np.cos(angles), np.sin(angles)), axis=1), **more)


def random_runs(n_words, n_runs=2, seed=1):
    rng = np.random.default_rng(seed)
    words = [f"w{n}" for n in range(n_words)]
    return [vectors_of(words, rng.normal(0, 1, (n_words, 20))) for _ in range(n_runs)]


def naive_overlap(tables, n):
    """Over all pairs of runs, and all words, one at a time."""
    words = tables[0].index_to_key
    found = []
    for word in words:
        sets = [{w for w, _ in table.most_similar(word, topn=n)} for table in tables]
        shares = [len(a & b) / n for a, b in itertools.combinations(sets, 2)]
        found.append(sum(shares) / len(shares))
    return found


def test_planted_overlaps():
    # Of a, the two nearest are {b, c} and then {b, e}: one of two comes again.
    one = at_angles(LETTERS, [0, 1, 3, 40, 90, 130])
    other = at_angles(LETTERS, [0, 1, 40, 90, 3, 130])
    shared = Shared([one, other])
    assert [table[0].tolist() for table in shared.neighbours(np.array([0]), 2)] == [[1, 2], [1, 4]]
    found = measure_stability(shared, 2)
    assert found.words == list(LETTERS)
    assert found.overlaps.tolist() == naive_overlap([one, other], 2)
    assert found.overlaps[0] == 0.5
    [band] = found.bands
    assert (band.first, band.last, band.counts, band.n_asked) == (1, 6, (6, 1), 6)
    assert band.overlap == pytest.approx(found.overlaps.mean())
    assert band.half == np.mean(found.overlaps >= 0.5)


def test_against_one_pair_at_a_time():
    runs = random_runs(150, n_runs=4)
    found = measure_stability(Shared(runs), 7)
    assert found.overlaps == pytest.approx(naive_overlap(runs, 7))
    assert [(band.first, band.last) for band in found.bands] == [(1, 100), (101, 150)]


def test_the_same_run_again_agrees_in_all():
    [run] = random_runs(300, n_runs=1)
    found = measure_stability(Shared([run, run, run]))
    assert found.overlaps.tolist() == [1.0] * 300
    assert [band[4:] for band in found.bands] == [(1.0, 1.0, 1.0)] * 2


def test_vectors_that_have_nothing_in_common_are_near_chance():
    found = measure_stability(Shared(random_runs(400)), 40)
    assert found.chance == pytest.approx(40 / 399)
    assert found.overlaps.mean() == pytest.approx(found.chance, rel=0.1)


def test_a_permutation_of_rows_is_the_same_run():
    [run] = random_runs(150, n_runs=1)
    order = np.random.default_rng(2).permutation(150)
    words = [run.index_to_key[at] for at in order]
    counts = run.vocabulary.counts[order]
    other = vectors_of(words, run.vectors[order], counts)
    found = measure_stability(Shared([other, run]), 5)
    assert found.words == run.index_to_key  # by count, wherever the rows are
    assert found.overlaps.tolist() == [1.0] * 150


def test_words_that_are_not_common_are_no_answers():
    # x, which only one run has, is nearest to a there.
    one = at_angles("xabc", [0.1, 0, 5, 50])
    other = at_angles("cbaz", [50, 5, 0, 0.1])
    shared = Shared([one, other])
    assert [shared.word_at(place) for place in range(len(shared))] == ["a", "b", "c"]
    assert measure_stability(shared, 1).overlaps.tolist() == [1.0, 1.0, 1.0]
    with pytest.raises(WordError, match="'x' is not in the vocabulary"):
        agreement(shared, "x")


def test_more_neighbours_than_there_are():
    found = measure_stability(Shared(random_runs(5)), 10)
    assert (found.n, found.chance) == (4, 1.0)
    assert found.overlaps.tolist() == [1.0] * 5


def test_zeros_are_left_out():
    one = vectors_of("abcd", [[0, 0], [1, 0], [1, 0.1], [0, 1]])
    other = vectors_of("abcd", [[1, 0], [1, 0], [1, 0.1], [0, 1]])
    found = measure_stability(Shared([one, other]), 2)
    assert (found.words, found.n_zero) == (["b", "c", "d"], 1)
    nothing = vectors_of("ab", [[0, 0], [0, 0]])
    found = measure_stability(Shared([nothing, nothing]))
    assert found.bands[0].overlap is None
    assert found.most(3) == []


def test_a_sample_is_always_the_same():
    shared = Shared(random_runs(1500))
    one, other = measure_stability(shared, 3, sample=50), measure_stability(shared, 3, sample=50)
    assert [band.n_asked for band in one.bands] == [50, 50, 50]
    assert one.words == other.words
    assert len(set(one.words)) == 150


def test_overlaps_without_neighbours():
    none = np.full((1, 3), -1)
    assert overlaps_of([none, none]).tolist() == [0.0]
    assert overlaps_of([np.array([[4, 5, -1]]), np.array([[5, -1, -1]])]).tolist() == [1 / 3]


def test_bands():
    assert bands_of(2) == [(0, 2)]
    assert bands_of(1001) == [(0, 100), (100, 1000), (1000, 1001)]


def test_agreement():
    one = at_angles(LETTERS, [0, 1, 3, 40, 90, 130])
    other = at_angles(LETTERS, [0, 1, 40, 90, 3, 130])
    found = agreement(Shared([one, other, other]), "a", 2)
    assert [(a.word, a.n_runs) for a in found] == [("b", 3), ("e", 2), ("c", 1)]
    cosines = np.cos(np.deg2rad([[1, 1, 1], [90, 3, 3], [3, 40, 40]])).mean(axis=1)
    assert [a.cosine for a in found] == pytest.approx(cosines.tolist(), abs=1e-6)


def test_too_little():
    [run] = random_runs(5, n_runs=1)
    with pytest.raises(UsageError, match="two runs or more"):
        Shared([run])
    with pytest.raises(UsageError, match="1 words in common"):
        Shared([at_angles("ab", [0, 1]), at_angles("ac", [0, 1])])


# ---------------------------------------------------------------------------------------- pages

WORDS = ("왕", "여왕", "國王", "d\x1b[31m", "e")


@pytest.fixture
def runs(folder):
    """A folder of three runs."""
    rng = np.random.default_rng(5)
    for seed in (3, 4, 5):
        rows = np.eye(5) + rng.normal(0, 0.2, (5, 5))
        make_run(folder / f"runs/s/{seed}", {"train.seed": seed}, words=WORDS, rows=rows)
    return "s"


def test_the_page(runs):
    done = w2v("stability", runs, "-n", "2")
    assert done.stdout.splitlines()[2].split()[:4] == ["1-5", "5", "35-7", "x"]
    assert "3 runs that differ in the seed alone: 3, 4, 5" in done.stderr
    assert "\x1b" not in done.stdout
    check_width(done.stdout)
    check_width(done.stderr)
    lines = [json.loads(line) for line in w2v("stability", runs, "--json").stdout.splitlines()]
    assert lines[0]["ranks"] == [1, 5]
    assert (lines[1]["n"], lines[1]["most"][0]) == (4, {"word": "왕", "overlap": 1.0})


def test_words(runs):
    done = w2v("stability", runs, "--word", "왕", "--word", "없다", "-n", "4", code=3)
    assert [line.split()[:3] for line in done.stdout.splitlines()[1:]] == [["3", "of", "3"]] * 4
    assert "'없다' is not in the vocabulary" in done.stderr
    lines = w2v("stability", runs, "--word", "왕", "--json").stdout.splitlines()
    assert json.loads(lines[0])["neighbours"][0]["runs"] == 3


def test_notes_on_the_runs(folder, runs):
    make_run(folder / "runs/w", {"train.seed": 3, "model.window": 9}, words="ab왕", rows=np.eye(3))
    make_run(folder / "runs/s/empty", {})
    (folder / "v.txt").write_text("3 2\n왕 1 0\n여왕 0 1\nx 1 1\n", "utf-8")
    make_run(folder / "runs/w2", {"train.seed": 3, "model.window": 9}, words="왕ab", rows=np.eye(3))
    found = w2v("stability", "w", "w2")
    assert "have the same seed and the same settings" in found.stderr
    found = w2v("stability", "s", "v.txt")
    assert "runs/s/empty is left out: it has no vectors" in found.stderr
    assert "only the 2 common words are asked" in found.stderr
    assert "there are no more than 1 neighbour of a word" in found.stderr
    assert "4 runs; in what they differ is not known of vector files" in found.stderr
    make_run(folder / "runs/z", {"model.window": 2}, words="왕ab", rows=np.eye(3))
    assert "the runs differ in model.window: it is not" in w2v("stability", "w", "z").stderr
    assert "two runs or more" in w2v("stability", "w", "w", code=2).stderr
