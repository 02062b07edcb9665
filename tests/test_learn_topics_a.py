"""The numbers of four lessons, against the same things computed in another way.

one-hot, scatter-add, embedding-options, batches. How they are shown is in test_learn.py.
"""

from __future__ import annotations

from collections import Counter, defaultdict

import naive
import numpy as np
import pytest

from w2v.engines import choice
from w2v.engines.folding import Folding, fold_batches
from w2v.lessons.blocks import Text
from w2v.lessons.languages import languages
from w2v.lessons.learn.batches import five_lines, speed
from w2v.lessons.learn.batches import lesson as batches
from w2v.lessons.learn.batches.matrix_steps import matrix_steps
from w2v.lessons.learn.embedding_options import lesson as embedding_options
from w2v.lessons.learn.one_hot import costs as one_hot_costs
from w2v.lessons.learn.one_hot import lesson as one_hot
from w2v.lessons.learn.parts import seconds_of
from w2v.lessons.learn.scatter_add import adding
from w2v.lessons.learn.scatter_add import lesson as scatter_add
from w2v.lessons.learn.scatter_add.repeats import (
    Counted,
    Effort,
    Incoming,
    RealText,
    count_repeats,
    incoming,
    looked_up,
    lost_by_band,
    lost_of,
    mean_lost,
)
from w2v.lessons.learn.topics import Options
from w2v.lessons.wording import Wording

SEEDS = [0, 1, 7]


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def quick(monkeypatch, cache):
    monkeypatch.setenv("W2V_CACHE", str(cache))
    monkeypatch.setattr(one_hot, "EFFORT", one_hot.Effort((10, 100), seconds=0))


def test_seconds_of_is_the_shortest_time():
    calls = []
    assert seconds_of(lambda: calls.append(1), 0) >= 0
    assert len(calls) == 2


# -- one-hot


@pytest.mark.parametrize("seed", SEEDS)
def test_one_hot_numbers(seed):
    numbers = one_hot.lesson(Options("en", seed=seed)).numbers
    W, ids = numbers["W"], numbers["ids"]
    assert len(set(ids)) < len(ids)
    assert numbers["product"] == [W[row] for row in ids]
    rng = np.random.default_rng(seed)
    d_out = (rng.uniform(-1, 1, (6, 3)), rng.uniform(-1, 1, (len(ids), 3)).round(2))[1]
    expected = np.zeros((6, 3))
    for i, row in enumerate(ids):
        expected[row] += d_out[i]
    np.testing.assert_array_equal(numbers["backward"], expected)
    # One infinite number spoils every row with the product, and one or none with the lookup.
    assert numbers["spoilt"] == {
        "product": 3,
        "lookup": 0,
        "product_backward": 6,
        "lookup_backward": 1,
    }
    assert [row["n_words"] for row in numbers["measured"]["times"]] == [10, 100]


def test_cost_of_both_ways():
    cost = one_hot_costs.cost_of(1_000_000)
    assert cost["one_hot"] == np.dtype(np.float32).itemsize * 32 * 1_000_000 == 128_000_000
    assert cost["product_reads"] == 128_000_000 + 400_000_000
    assert cost["multiplications"] == 32 * 1_000_000 * 100
    assert cost["lookup_reads"] == one_hot_costs.cost_of(10)["lookup_reads"] == 32 * 8 + 32 * 400


def test_nothing_is_measured_for_the_answer_alone():
    lesson = one_hot.lesson(Options("en", answer_only=True))
    assert lesson.numbers["measured"]["times"] == []
    assert lesson.answer


# -- scatter-add


def test_each_way_but_the_wrong_one_adds_up():
    rng = np.random.default_rng(5)
    ids, d_out = rng.integers(0, 4, 30), rng.standard_normal((30, 3))
    expected = np.array([d_out[ids == row].sum(axis=0) for row in range(5)])
    for way, _ in adding.WAYS.values():
        np.testing.assert_allclose(way(ids, d_out, 5), expected, atol=1e-12)
    last = {row: d_out[np.flatnonzero(ids == row)[-1]] for row in range(4)}
    wrong = adding.add_wrongly(ids, d_out, 5)
    np.testing.assert_array_equal(wrong[:4], [last[row] for row in range(4)])


@pytest.fixture(scope="module")
def text(cache):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("W2V_CACHE", str(cache))
        return RealText(Effort("seasons-en", 1_500, epochs=2), seed=3)


@pytest.mark.parametrize("batch", [1, 5, 32])
def test_repeats_are_counted_as_by_hand(text, batch):
    chunk = text.chunk(batch)
    n_words = len(text.corpus.vocabulary)
    found = count_repeats(chunk, n_words)
    seen, kept, n_shared, n_batches, n_touched = Counter(), Counter(), 0, 0, 0
    for start in range(0, len(chunk.tokens), batch):
        times = Counter(naive.looked_up(chunk, start, "cbow"))
        if not times:
            continue
        seen.update(times)
        kept.update(list(times))
        n_shared += sum(n for n in times.values() if n > 1)
        n_batches += 1
        n_touched += max(times.values()) > 1
    assert found.n_ids == sum(seen.values())
    assert found.n_lost == sum(seen.values()) - sum(kept.values()) > 0
    assert (found.n_shared, found.n_batches, found.n_touched) == (n_shared, n_batches, n_touched)
    assert {row: n for row, n in enumerate(found.seen.tolist()) if n} == seen
    assert {row: n for row, n in enumerate(found.kept.tolist()) if n} == kept


def test_lost_by_band_is_of_ranks():
    seen, kept = np.ones(25, np.int64), np.ones(25, np.int64)
    seen[3], seen[20] = 10, 6  # 9 of 19 are lost in the first band, 5 of 20 in the second
    counted = Counted(0, 0, 0, 0, 0, seen, kept)
    assert lost_by_band(counted) == [(1, 10, pytest.approx(9 / 19)), (11, 25, 5 / 20)]


def test_what_is_lost_of_a_gradient():
    batch = Incoming(np.array([2, 0, 2]), np.array([[3.0, 0], [0, 4], [0, 0]]))
    # The last row of 2 is zero: of (3, 0) and (0, 4) only the latter is left.
    assert lost_of(batch, 3) == (pytest.approx(3 / 5), pytest.approx(4 / 5))
    assert mean_lost([batch, batch], 3) == lost_of(batch, 3)
    distinct = Incoming(np.array([1, 2, 0]), batch.d_out)
    assert lost_of(distinct, 3) == (0, pytest.approx(1))


def test_incoming_is_what_the_layers_are_given(text):
    weights = text.trained()
    before = weights.W_in.copy()
    chunk = text.chunk(8)
    k = text.config.negatives.k
    given = list(incoming(chunk, weights, k, 10_000))
    assert len(given) == len(list(looked_up(chunk)))
    dense = np.zeros(weights.W_in.shape)
    np.add.at(dense, given[2].ids, given[2].d_out)
    _, _, d_in, _ = naive.batch_gradient(
        weights.W_in, weights.W_out, chunk, 16, kind="cbow", gradient="exact", k=k
    )
    assert set(d_in) == set(given[2].ids.tolist())
    for row, gradient in d_in.items():
        np.testing.assert_allclose(dense[row], gradient, atol=1e-6)
    np.testing.assert_array_equal(weights.W_in, before)
    assert np.abs(before).max() > 0.5 / before.shape[1]  # it was trained
    assert 3 <= len(list(incoming(chunk, weights, k, 3))) <= 4


def test_scatter_add_numbers(monkeypatch):
    effort = Effort("seasons-en", 1_500, epochs=1, n_batches=2, seconds=0)
    monkeypatch.setattr(scatter_add, "EFFORT", effort)
    numbers = scatter_add.lesson(Options("en", seed=2)).numbers
    assert numbers["wrong"] == [[2, 20], [0, 0], [4, 40], [0, 0]]
    assert numbers["right"] == [[2, 20], [0, 0], [5, 50], [0, 0]]
    assert all(way == numbers["right"] for way in numbers["ways"].values())
    lost = [numbers["repeats"][batch]["lost"] for batch in (1, 8, 32, 128)]
    assert lost == sorted(lost)
    assert all(0 <= one["share"] < 1 for one in numbers["gradient_lost"].values())


# -- embedding-options


@pytest.mark.parametrize("seed", SEEDS)
def test_embedding_options_numbers(seed):
    numbers = embedding_options.lesson(Options("ko", seed=seed)).numbers
    W = np.random.default_rng(seed).standard_normal((5, 3))
    sums = [8, 2, 0, 5, 0]  # of 1, 2, 4, 8 for the ids 3, 1, 3, 0
    assert np.array_equal(numbers["start"]["weight"], W)
    assert [row[0] for row in numbers["start"]["grad"]] == sums

    padded = W.copy()
    padded[0] = 0
    assert np.array_equal(numbers["padding"]["weight"], padded)
    assert [row[0] for row in numbers["padding"]["grad"]] == [0, 2, 0, 5, 0]

    for name, p in (("weight", 2), ("weight_norm_1", 1)):
        expected = W.copy()
        for row in (0, 1, 3):
            length = float((np.abs(W[row]) ** p).sum() ** (1 / p))
            expected[row] *= min(1, 0.5 / length)
        np.testing.assert_allclose(numbers["max_norm"][name], expected, rtol=1e-6)

    assert [row[0] for row in numbers["scale"]["grad"]] == [8, 2, 0, 2.5, 0]
    assert numbers["sparse"]["ids"] == [0, 1, 3]
    assert [row[2] for row in numbers["sparse"]["rows"]] == [8, 2, 5]
    assert numbers["sparse"]["bytes"] == {"dense": 400_000_000, "sparse": 3 * 408}
    assert [row[1] for row in numbers["freeze"]["grad"]] == [8, 2, 0, 0, 0]
    assert np.array_equal(numbers["freeze"]["weight"][3], W[3])
    assert numbers["freeze"]["moved"] == 0
    assert np.linalg.norm(W[3]) > 0.5  # max_norm would have shortened it
    np.testing.assert_allclose(numbers["question"]["after"], [0.6, 0, 0.8], rtol=1e-6)


def test_both_lengths_have_the_same_decimals():
    _, *texts = embedding_options.lesson(Options("en")).answer
    assert "from 5.00 to 1.00" in " ".join(text.text for text in texts)


# -- batches


@pytest.mark.parametrize(
    ("language", "u"),
    [("ko", "꺼내는 단어입니다: 작은, "), ("zh", "查的词：小、猫、和、狗。")],
)
def test_words_are_listed_as_the_language_does(language, u):
    say = Wording(language, "learn/batches")
    first = matrix_steps(say, five_lines.five_lines(1))[0]
    assert any(u in block.text for block in first.blocks if isinstance(block, Text))


def test_the_small_batch_is_hostile():
    sentence, noise = five_lines.SENTENCE.tolist(), five_lines.NOISE.tolist()
    assert len(set(sentence)) < len(sentence)
    assert len(set(noise)) < len(noise)
    assert set(noise) & set(sentence[: five_lines.B])


def test_matrices_of_the_small_batch():
    found = five_lines.five_lines(1)
    batch = found.batch
    assert batch.input_ids.tolist() == [0, 1, 2, 3]
    assert batch.output_ids.tolist() == [0, 1, 2, 4]
    np.testing.assert_allclose(
        batch.A, [[0, 1 / 2, 1 / 2, 0], [2 / 3, 0, 1 / 3, 0], [2 / 4, 1 / 4, 0, 1 / 4]]
    )
    assert batch.labels.tolist() == [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]]
    once, twice = 2 / 3, 4 / 3
    np.testing.assert_allclose(
        batch.weights, [[1, 0, 0, twice], [once, 1, 0, twice], [once, 0, 1, twice]]
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_five_lines_are_the_update_by_loops(seed):
    found = five_lines.five_lines(seed)
    W_in, W_out = five_lines.start_tables(seed)
    _, n_examples, d_in, d_out = naive.batch_gradient(
        W_in, W_out, five_lines.small_chunk(), 0, kind="cbow", gradient="exact", k=five_lines.K
    )
    assert n_examples == 3
    for gradients, ids, rows in (
        (d_in, found.batch.input_ids, found.d_rows_in),
        (d_out, found.batch.output_ids, found.d_rows_out),
    ):
        assert set(gradients) == set(ids.tolist())
        for row, word_id in zip(rows, ids, strict=True):
            np.testing.assert_allclose(row, gradients[int(word_id)], atol=1e-12)
    moved = np.zeros_like(W_in)
    moved[found.batch.input_ids] = found.d_rows_in
    np.testing.assert_allclose(found.W_in, W_in - five_lines.LR * moved, atol=1e-12)
    assert found.difference < 1e-12
    # Each matrix that is shown is the one its line says.
    np.testing.assert_allclose(found.hidden, found.batch.A @ found.rows_in)
    np.testing.assert_allclose(found.scores, found.hidden @ found.rows_out.T)
    sigmoid = 1 / (1 + np.exp(-found.scores))
    np.testing.assert_allclose(found.d_scores, found.batch.weights * sigmoid - found.batch.labels)
    np.testing.assert_allclose(
        found.d_rows_in, found.batch.A.T @ (found.d_scores @ found.rows_out), atol=1e-12
    )


def test_the_layered_engine_learns_what_the_lines_learn():
    text = speed.ToyWorld(seed=2)
    way = speed.Way("layers", 1)
    chunk = text.chunk(way.config, 0, 300)
    tables = []
    for key in ("layers", "lines"):
        weights = text.weights()
        engine = speed.engine_of(speed.Way(key, 1), weights)
        assert type(engine.model).__name__ == {"layers": "CBOW", "lines": "MatrixModel"}[key]
        engine.train_chunk(chunk, 0.5)
        tables.append(weights)
    assert np.abs(tables[0].W_out).max() > 0
    np.testing.assert_allclose(tables[0].W_in, tables[1].W_in, atol=1e-6)
    np.testing.assert_allclose(tables[0].W_out, tables[1].W_out, atol=1e-6)


def test_rows_and_scores_of_a_center_are_those_of_the_batches():
    way = speed.Way("lines", 32)
    text = speed.ToyWorld(seed=2)
    chunk = text.chunk(way.config, 0, 2_000)
    assert way.rows_per_center == 2
    assert speed.Way("lines", 1).rows_per_center == 6
    noise = chunk.noise[0]
    assert way.rows_per_center == (32 + noise.size) / 32
    assert way.share_of_scores == (1 + noise.shape[1]) / (32 + noise.size)
    # The weights of one batch, summed over its noise words, are `pushes` for each draw, but where
    # a noise word is the center.
    folding = Folding("cbow", "exact", way.config.negatives.k, np.dtype(np.float64))
    sums = defaultdict(float)
    for number, batch in fold_batches(chunk, folding):
        of_noise = np.where(batch.labels > 0, 0, batch.weights)
        sums[number] = of_noise.sum() / noise.size
    assert max(sums.values()) <= way.pushes == 5
    assert np.mean(list(sums.values())) == pytest.approx(way.pushes, rel=0.05)


def test_batches_numbers(monkeypatch):
    effort = speed.Effort(200, seconds=0, n_learnt=400, with_numba=False)
    monkeypatch.setattr(batches, "EFFORT", effort)
    lesson = batches.lesson(Options("zh", seed=5))
    assert lesson.numbers["difference"] < 1e-12
    assert set(lesson.numbers["words_per_second"]) == {
        "layers 1", "lines 1", "lines 8", "lines 32", "lines 64",
    }  # fmt: skip
    assert list(lesson.numbers["larger"]) == [32, 512, 4096]
    alone = batches.lesson(Options("zh", seed=5, answer_only=True))
    assert alone.numbers["words_per_second"] == {}
    assert [step.key for step in alone.steps] == [step.key for step in lesson.steps[:-1]]


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("problem", ["missing", "not_compiled", None])
def test_the_compiled_loops_are_measured_or_it_is_said_why_not(language, problem):
    say = Wording(language, "learn/batches")
    ways = [*speed.WAYS, *([speed.COMPILED] if problem is None else [])]
    speeds = [(way, 1000.0 * number) for number, way in enumerate(ways, 1)]
    [step] = batches._speed_step(say, speeds, problem)
    said = step.blocks[-1].text
    assert (choice.INSTALL in said) == (problem == "missing")
    assert ("train.engine=numba" in said) == (problem == "not_compiled")
    assert len(step.blocks[1].labels) == len(ways)


def test_numba_is_not_compiled_to_be_measured(monkeypatch):
    monkeypatch.setattr(speed, "why_no_numba", lambda: "is not installed")
    assert speed.numba_problem() == "missing"
    monkeypatch.setattr(speed, "why_no_numba", lambda: None)
    monkeypatch.setattr(speed, "is_prepared", lambda name, config: False)
    assert speed.numba_problem() == "not_compiled"
    monkeypatch.setattr(speed, "is_prepared", lambda name, config: True)
    assert speed.numba_problem() is None
