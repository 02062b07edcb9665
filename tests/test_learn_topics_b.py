"""The topics softmax-or-negative-sampling, noise, cbow-gradient and analogy of `w2v learn`."""

from __future__ import annotations

import functools
import json
import math
import re
from collections import Counter
from itertools import permutations

import click
import numpy as np
import pytest

from w2v.cli.lesson_drawings import bars_lines
from w2v.cli.lesson_page import lesson_lines
from w2v.cli.terminal import columns_of
from w2v.errors import CorpusError, RunError, SetError
from w2v.evaluation.sets import AnalogySet
from w2v.lessons.as_json import lesson_as_json
from w2v.lessons.blocks import Bars, Table, Text, Verdict
from w2v.lessons.languages import languages
from w2v.lessons.learn import small_runs
from w2v.lessons.learn.analogy import asked, one_question
from w2v.lessons.learn.analogy import lesson as analogy
from w2v.lessons.learn.cbow_gradient import lesson as cbow_gradient
from w2v.lessons.learn.cbow_gradient import two_gradients
from w2v.lessons.learn.noise import counts as noise_counts
from w2v.lessons.learn.noise import lesson as noise
from w2v.lessons.learn.parts import MAX_LETTERS, short
from w2v.lessons.learn.softmax_or_negative_sampling import costs as loss_costs
from w2v.lessons.learn.softmax_or_negative_sampling import lesson as softmax_or_negative_sampling
from w2v.lessons.learn.softmax_or_negative_sampling import one_example, two_losses
from w2v.lessons.learn.topics import Options
from w2v.model.noise import NoiseDistribution
from w2v.text.builtin import builtin_file
from w2v.text.vocabulary import Vocabulary
from w2v.training.draws import Purpose, raw_integers
from w2v.vectors.word_vectors import WordVectors

SMALL = {
    "softmax-or-negative-sampling": (
        softmax_or_negative_sampling,
        softmax_or_negative_sampling.Sizes((40, 80), (1,), 8, 4, (1, 5, 20), 20),
    ),
    "noise": (noise, noise.Sizes(5_000)),
    "cbow-gradient": (cbow_gradient, two_gradients.Sizes(rates=(0.1, 50.0), dim=8)),
    "analogy": (analogy, analogy.Sizes(epochs=1, dim=16)),
}


@pytest.fixture(scope="module", autouse=True)
def _train_once():
    """Trainings of the same settings give the same: each is done once for all languages."""
    trained = {}

    def train_once(settings, on_chunk=None):
        key = json.dumps(settings, sort_keys=True)
        if key not in trained:
            trained[key] = small_runs.train_toy_world(settings)
        return trained[key]

    with pytest.MonkeyPatch.context() as patch, pytest.MonkeyPatch.context() as timing:
        timing.setattr(loss_costs, "SECONDS", 0.0)
        for module in (analogy, two_gradients, two_losses):
            patch.setattr(module, "train_toy_world", train_once)
        yield


@functools.cache
def small_lesson(topic, language):
    """Make a lesson as small as it goes."""
    module, sizes = SMALL[topic]
    corpus = {"en": "seasons-en"}.get(language) if topic == "noise" else None
    return module.lesson(Options(language, corpus, None), sizes)


def lines_of(lesson):
    """Return the lines of a lesson on a terminal."""
    return [click.unstyle(line) for line in lesson_lines(lesson, with_answer=True)]


def blocks_of(lesson, kind):
    """Return all blocks of a kind, those of the answer too."""
    blocks = [block for step in lesson.steps for block in step.blocks] + list(lesson.answer)
    return [block for block in blocks if isinstance(block, kind)]


def numbers_of(bars, end):
    """Return the lines of bars that end so on a terminal."""
    return [line for line in map(click.unstyle, bars_lines(bars)) if re.search(end, line)]


# --------------------------------------------------------------------- all of them


@pytest.mark.parametrize(
    ("language", "percent", "times", "heads"),
    [
        ("en", r"\d %$", r"\d times$", ("exact: mean", "weight 1: d_hidden")),
        ("ko", r"\d%$", r"\d배$", ("exact: 평균", "가중치 1: d_hidden")),
        ("zh", r"\d%$", r"\d倍$", ("exact：平均", "权重 1：d_hidden")),
    ],
)
def test_units_and_marks_are_those_of_the_language(language, percent, times, heads):
    (gain,) = blocks_of(small_lesson("noise", language), Bars)
    assert len(numbers_of(gain, times)) == len(gain.labels)
    gradient = small_lesson("cbow-gradient", language)
    (sizes,) = blocks_of(gradient, Bars)
    assert len(numbers_of(sizes, percent)) == len(sizes.labels)
    tables = [
        table
        for topic in ("cbow-gradient", "softmax-or-negative-sampling")
        for table in blocks_of(small_lesson(topic, language), Table)
    ]
    assert set(heads) <= {head for table in tables for head in table.columns}
    cells = [cell for table in tables for row in table.rows for cell in row if "%" in str(cell)]
    assert cells
    assert all(re.search(percent, cell) for cell in cells)


@pytest.mark.parametrize("topic", SMALL)
@pytest.mark.parametrize("language", languages())
def test_pages_fit_a_terminal(topic, language):
    lesson = small_lesson(topic, language)
    lines = lines_of(lesson)
    assert [line for line in lines if columns_of(line) > 80] == []
    assert 3 <= len(lesson.steps) <= 6
    assert lesson.question
    assert lesson.answer
    page = "\n".join(lines)
    assert "{" not in page
    assert " nan" not in page
    json.dumps(lesson_as_json(lesson), allow_nan=False)


@pytest.mark.parametrize(
    "topic", sorted(set(SMALL) - {"noise"})
)  # which has a corpus for each language
def test_numbers_are_those_of_every_language(topic):
    numbers = [lesson_as_json(small_lesson(topic, code))["numbers"] for code in languages()]
    for found in numbers:
        found.pop("costs", None)  # measured anew each time
    assert numbers[0] == numbers[1] == numbers[2]


@pytest.mark.parametrize("topic", SMALL)
def test_the_answer_alone(topic):
    module, sizes = SMALL[topic]
    corpus = "seasons-en" if topic == "noise" else None
    alone = module.lesson(Options("en", corpus, None, answer_only=True), sizes)
    assert alone.steps == ()
    whole = small_lesson(topic, "en")
    assert alone.question == whole.question
    assert lesson_as_json(alone)["answer"] == lesson_as_json(whole)["answer"]


def test_progress_ends_at_its_total():
    for topic in set(SMALL) - {"noise"}:
        module, sizes = SMALL[topic]
        told = []
        tell = lambda *done, told=told: told.append(done)  # noqa: E731
        module.lesson(Options("en", on_progress=tell), sizes)
        n_done, total = told[-1]
        assert n_done == total == len(told)


def test_short():
    assert short("word") == "word"
    assert len(short("가" * 99)) == MAX_LETTERS


# ----------------------------------------------------- softmax or negative sampling


@pytest.fixture
def examples():
    """Five examples over six words, with rows that are neither small nor alike."""
    rng = np.random.default_rng(5)
    counts = np.array([60, 30, 9, 4, 2, 1])
    return two_losses.Examples(
        vocabulary=Vocabulary(list("abcdef"), counts),
        W_out=rng.normal(size=(6, 3)),
        hidden=rng.normal(size=(5, 3)),
        predicted=np.array([3, 0, 3, 5, 1]),
        contexts=[np.array([1, 2])] * 5,
        noise=NoiseDistribution(counts, 0.75),
    )


def softmax_by_hand(examples):
    """Return p - t of every example, (n, V)."""
    scores = examples.hidden @ examples.W_out.T
    errors = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    errors[np.arange(5), examples.predicted] -= 1
    return errors


def cosine(x, y):
    lengths = math.sqrt((x * x).sum() * (y * y).sum())
    return float((x * y).sum() / lengths) if lengths else 0.0


@pytest.mark.parametrize("n_draws", [100, 250])
def test_points_against_loops(examples, n_draws):
    point = two_losses.points_of(examples, 5, n_draws, seed=3)
    raw = raw_integers(3, Purpose.NOISE, 5 * n_draws, epoch=n_draws, chunk=0)
    drawn = examples.noise.draw(raw).reshape(5, n_draws)
    errors = softmax_by_hand(examples)
    for each, weight in (("each", 1.0), ("share", 5 / n_draws)):
        d_scores = np.zeros((5, 6))
        pulls, pushes = [], []
        for t in range(5):
            sig = 1 / (1 + np.exp(-examples.W_out @ examples.hidden[t]))
            pushes.append(0.0)
            for noise_id in drawn[t]:
                if noise_id != examples.predicted[t]:
                    d_scores[t, noise_id] += weight * sig[noise_id]
                    pushes[-1] += weight * sig[noise_id]
            center = examples.predicted[t]
            d_scores[t, center] += sig[center] - 1
            pulls.append(1 - sig[center])
        found = [cosine(d_scores[t] @ examples.W_out, errors[t] @ examples.W_out) for t in range(5)]
        assert getattr(point, f"cosine_{each}") == pytest.approx(np.mean(found))
        of_W_out = cosine(d_scores.T @ examples.hidden, errors.T @ examples.hidden)
        assert getattr(point, f"W_out_{each}") == pytest.approx(of_W_out)
        assert getattr(point, f"push_{each}") == pytest.approx(np.mean(pushes))
        assert point.pull == pytest.approx(np.mean(pulls))


def test_the_expected_gradient_is_the_mean_over_all_draws(examples):
    expected = np.zeros((5, 6))
    for noise_id, p in enumerate(examples.noise.probabilities):
        loss = two_losses.negative_sampling(examples, np.full((5, 1), noise_id), 4)
        d_scores = loss.sigmoid_with_loss.backward()
        expected[np.arange(5), examples.predicted] += p * d_scores[:, 0]
        expected[:, noise_id] += p * d_scores[:, 1]
    np.testing.assert_allclose(two_losses.expected_d_scores(examples, 4), expected)


def test_directions(examples):
    found = two_losses.directions_of(examples, 4)
    expected = two_losses.expected_d_scores(examples, 4) @ examples.W_out
    errors = softmax_by_hand(examples)
    plain = errors @ examples.W_out
    assert found.cosine_plain == pytest.approx(np.mean([*map(cosine, expected, plain)]))
    # exp(s + log P) = P exp(s)
    weighted = np.exp(examples.hidden @ examples.W_out.T) * examples.noise.probabilities
    p = weighted / weighted.sum(axis=1, keepdims=True)
    rows = np.arange(5)
    assert found.corrected_loss == pytest.approx(-np.log(p[rows, examples.predicted]).mean())
    p[rows, examples.predicted] -= 1
    corrected = np.mean([*map(cosine, expected, p @ examples.W_out)])
    assert found.cosine_corrected == pytest.approx(corrected)
    assert found.pull_softmax == pytest.approx(-errors[rows, examples.predicted].mean())


def test_one_example_word_by_word(examples, monkeypatch):
    monkeypatch.setattr(one_example, "N_COMMON", 5)
    found = one_example.example_of(examples, 3, seed=1)
    assert found.center == found.words[0] == "f"  # the only center that is no common word
    assert found.context == ["b", "c"]
    sig = 1 / (1 + np.exp(-found.scores))
    np.testing.assert_allclose(found.sigmoids, sig)
    np.testing.assert_allclose(found.d_negative, sig - [1, 0, 0, 0])
    errors = softmax_by_hand(examples)[3]
    np.testing.assert_allclose(
        found.d_softmax_there, [errors["abcdef".index(w)] for w in found.words]
    )
    assert found.sum_softmax == pytest.approx(0, abs=1e-12)
    assert found.n_others == 6 - len(set(found.words))
    assert [word for word, _ in found.pushed_by_softmax] == [
        "abcdef"[i] for i in np.argsort(-errors) if i != 5
    ]


def test_costs_are_counted():
    softmax, sampling = loss_costs.cost_of(30, 4, 2, 5, with_softmax=True)
    assert (softmax.k, softmax.n_rows, softmax.n_products, softmax.n_bytes) == (None, 30, 360, 480)
    assert (sampling.k, sampling.n_rows, sampling.n_products) == (5, 6, 72)
    assert sampling.n_bytes == 6 * 4 * 4
    assert softmax.seconds > 0
    assert len(loss_costs.cost_of(30, 4, 2, 9, with_softmax=False)) == 1


# -------------------------------------------------------------------------- noise


def test_noise_numbers_against_formulas(tmp_path):
    text = tmp_path / "text.txt"
    text.write_text("a a a a b b c\n" * 40 + "rare\n", "utf-8")
    lesson = noise.lesson(Options("en", str(text), None, seed=2), noise.Sizes(3_000))
    numbers = lesson.numbers
    counts = {"a": 160, "b": 80, "c": 40, "rare": 1}
    assert numbers["words"] == ["a", "b", "rare"]
    assert numbers["counts"].tolist() == [counts[word] for word in numbers["words"]]
    for power in (1.0, 0.75, 0.5, 0.0):
        total = sum(n**power for n in counts.values())
        expected = [counts[word] ** power / total for word in numbers["words"]]
        np.testing.assert_allclose(numbers["probabilities"][str(power)], expected)
    even = numbers["break_even"]
    flat = sum(n**0.75 for n in counts.values())
    assert even**0.75 / flat == pytest.approx(even / 281)
    kept = sum(n * min(1, math.sqrt(1e-3 * 281 / n) + 1e-3 * 281 / n) for n in counts.values())
    assert numbers["kept_tokens"]["0.001"] == pytest.approx(kept)
    assert numbers["answer"]["ratio"] ** numbers["answer"]["power"] == pytest.approx(10)
    drawn = NoiseDistribution(np.array([160, 80, 40, 1])).draw(
        raw_integers(2, Purpose.NOISE, 3_000)
    )
    again = Counter("abcr"[i] for i in drawn.tolist())
    assert numbers["drawn"].tolist() == [again[word[0]] for word in numbers["words"]]


def test_losers_are_marked_and_counted():
    lesson = small_lesson("noise", "en")
    numbers = lesson.numbers
    (bars,) = blocks_of(lesson, Bars)
    losing = {at for at, n in enumerate(numbers["counts"]) if n > numbers["break_even"]}
    assert bars.marked == losing
    assert 0 < len(losing) < len(numbers["counts"])


def test_a_text_without_spaces_is_cut_into_characters():
    lesson = small_lesson("noise", "zh")
    assert lesson.numbers["corpus"] == "seasons-zh"
    assert {len(word) for word in lesson.numbers["words"]} == {1}
    assert any("每个字" in line for line in lines_of(lesson))
    assert not any("every character" in line for line in lines_of(small_lesson("noise", "en")))


def test_a_large_text_leaves_rare_words_out(tmp_path, monkeypatch):
    monkeypatch.setattr(noise_counts, "LARGE", 20)
    text = tmp_path / "text.txt"
    text.write_text("a b a b a b\n" * 5 + "once\n", "utf-8")
    vocabulary, by_character = noise_counts.read_vocabulary(str(text), None, is_ours=False)
    assert sorted(vocabulary.words) == ["a", "b"]
    assert not by_character


@pytest.mark.parametrize("language", languages())
def test_equal_counts_and_long_words(tmp_path, language):
    text = tmp_path / "flat.txt"
    text.write_text(f"{'한' * 120} {'b' * 200}\n", "utf-8")
    lesson = noise.lesson(Options(language, str(text), None), noise.Sizes(100))
    assert max(map(columns_of, lines_of(lesson))) <= 80
    assert len(lesson.answer) == 1  # no other number can be reached by a power
    assert lesson.numbers["answer"]["power"] == 0


def lesson_of_text(tmp_path, words, language="en"):
    """Make the lesson about a text of a few draws."""
    text = tmp_path / "text.txt"
    text.write_text(" ".join(words), "utf-8")
    return noise.lesson(Options(language, str(text), None), noise.Sizes(100))


@pytest.mark.parametrize(("n_words", "n_times"), [(8, 50), (1_000, 3), (97, 7), (13, 11)])
def test_no_word_of_equal_counts_loses(tmp_path, n_words, n_times):
    # (N / S) ** 4 is rounded, and is not the count itself: all words seemed to lose.
    words = [f"w{i}" for i in range(n_words)] * n_times
    lesson = lesson_of_text(tmp_path, words)
    assert lesson.numbers["break_even"] == n_times
    assert blocks_of(lesson, Bars)[0].marked == frozenset()
    assert any(line.startswith("No word loses") for line in lines_of(lesson))


def test_the_answer_shows_the_ratio_that_it_reckons_with(tmp_path):
    lines = " ".join(lines_of(lesson_of_text(tmp_path, ["a", "a", "a", "b", "b"])))
    assert "1.5 ** 0.75 = 1.355" in lines
    assert "log 10 / log 1.5 = 5.679" in lines


def test_long_words_are_shortened_where_they_are_shown(tmp_path):
    word = "한" * 3_000
    lesson = lesson_of_text(tmp_path, [word, word, "b"], "ko")
    assert lesson.numbers["words"] == [word, "b"]
    assert not any("한" * (MAX_LETTERS + 1) in line for line in lines_of(lesson))


def test_no_such_corpus(tmp_path):
    with pytest.raises(CorpusError, match="does not exist"):
        noise.lesson(Options("en", str(tmp_path / "none.txt"), None))


# ------------------------------------------------------------------ cbow-gradient


def test_the_missing_factor():
    found = two_gradients.example_gradients(tuple("abcdefg"), seed=4)
    assert found.context == ("b", "c", "e", "f")
    assert found.center == "d"
    np.testing.assert_allclose(found.exact, found.d_hidden / 4)
    np.testing.assert_allclose(found.word2vec, found.d_hidden)
    np.testing.assert_allclose(found.numeric, found.exact, rtol=1e-6, atol=1e-9)
    assert found.ratio == pytest.approx(4)


@pytest.mark.parametrize("n", [1, 2, 3, 10])
def test_how_far_an_update_moves(n):
    moves = two_gradients.moves_of(n, seed=2)
    assert moves["exact"] == {"mean": pytest.approx(1 / n), "rows": pytest.approx(1)}
    assert moves["word2vec"] == {"mean": pytest.approx(1), "rows": pytest.approx(n)}


def test_context_sizes_are_those_of_the_text():
    sizes = two_gradients.context_sizes(two_gradients.Sizes(window=1), seed=1)
    lines = [line.split() for line in builtin_file("toy-world").read_text("utf-8").splitlines()]
    counts = Counter(word for line in lines for word in line)
    expected, n_left = Counter(), 100_000
    for line in lines:
        n = min(n_left, sum(counts[word] >= 5 for word in line))
        n_left -= n
        if n > 1:
            expected.update([1, 1] + [2] * (n - 2))
    assert Counter(sizes.tolist()) == expected


def test_rates_that_diverge_are_told():
    lesson = small_lesson("cbow-gradient", "en")
    tried = lesson.numbers["tried"]
    assert tried["exact"]["50.0"] == {"right": None, "loss": None}
    assert 0 <= tried["word2vec"]["0.1"]["right"] <= 100
    assert tried["word2vec"]["0.1"]["loss"] != tried["exact"]["0.1"]["loss"]
    assert any("diverged" in line for line in lines_of(lesson))


def test_nothing_to_compare():
    sizes = two_gradients.Sizes(rates=(50.0,), dim=8)
    lesson = cbow_gradient.lesson(Options("en"), sizes)
    (verdict,) = blocks_of(lesson, Verdict)
    assert not verdict.is_good
    assert "nothing to compare" in verdict.text


def test_the_sentence_follows_the_numbers():
    Tried = two_gradients.Tried
    say = cbow_gradient.Wording("en", "learn/cbow-gradient")
    sizes = two_gradients.Sizes(rates=(0.1, 0.2))

    def told(exact, word2vec):
        tried = {
            name: dict(zip(sizes.rates, [Tried(x, 1.0) for x in right], strict=True))
            for name, right in (("exact", exact), ("word2vec", word2vec))
        }
        blocks = cbow_gradient._training(say, tried, sizes, np.array([2, 4]))
        return " ".join(b.text for b in blocks if isinstance(b, (Text, Verdict)))

    assert "2.0 times lower" in told((10, 50), (48, 1))
    assert "about equal" in told((10, 50), (48, 1))
    assert "`exact` is 30.0 points ahead" in told((10, 50), (20, 1))
    assert "`word2vec` is 30.0 points ahead" in told((10, 50), (80, 1))
    assert "exception" in told((50, 10), (1, 48))


# ------------------------------------------------------------------------ analogy

WORDS = ["a1", "b1", "a2", "b2", "a3", "b3", "x", "y"]
PAIRS = [("a1", "b1"), ("a2", "b2"), ("a3", "b3")]
QUESTIONS = AnalogySet(
    "planted",
    {
        "pairs": [(*p, *q) for p, q in permutations(PAIRS, 2)],
        "own": [("a1", "b1", "a2", "a2")],
        "missing": [("a1", "b1", "none", "b2")],
    },
)


@pytest.fixture
def vectors():
    """Three pairs with nearly the same step, and two words of no pair."""
    rng = np.random.default_rng(8)
    base, step = rng.normal(size=(3, 5)), np.array([0.4, -0.5, 0.3, 0.2, 0.6])
    rows = [row for b in base for row in (b, b + step + 0.3 * rng.normal(size=5))]
    rows += [*rng.normal(size=(2, 5))]
    counts = np.arange(len(WORDS), 0, -1)
    return WordVectors(Vocabulary(WORDS, counts), np.array(rows, np.float32))


def test_every_way_of_asking_against_loops(vectors):
    found = asked.ask(vectors, QUESTIONS)
    unit = {w: vectors.get_vector(w, norm=True) for w in WORDS}
    questions = [*QUESTIONS.sections["pairs"], *QUESTIONS.sections["own"]]
    ways = {
        "add": lambda a, b, c: unit[c] - unit[a] + unit[b],
        "b_and_c": lambda a, b, c: unit[b] + unit[c],
        "c": lambda a, b, c: unit[c],
        "b": lambda a, b, c: unit[b],
    }

    def nearest(direction, left_out):
        return max((w for w in WORDS if w not in left_out), key=lambda w: unit[w] @ direction)

    right = Counter()
    said = Counter()
    for a, b, c, d in questions:
        for way, direction in ways.items():
            right[way] += nearest(direction(a, b, c), (a, b, c)) == d
        everything = nearest(ways["add"](a, b, c), ())
        kinds = {d: "right"} if everything == d else {b: "b", c: "c", a: "a"}
        said[kinds.get(everything, "other")] += 1
    n = len(questions)
    assert found.n_questions == n + 1
    assert found.n_answered == n
    assert found.right["add"] == pytest.approx(right["add"] / n)
    for way in asked.CONTROLS:
        assert found.controls[way] == pytest.approx(right[way] / n)
    assert found.answers == {key: pytest.approx(said[key] / n) for key in asked.ANSWERS}
    assert found.right["add"] > 0
    steps = [cosine(unit[b] - unit[a], unit[d] - unit[c]) for a, b, c, d in questions]
    assert found.offset_cosine == pytest.approx(np.mean(steps), rel=1e-5)
    assert [section.name for section in found.sections] == ["pairs", "own"]
    assert found.sections[1].right == 0


def test_candidates_agree_with_the_answers(vectors):
    found = asked.ask(vectors, QUESTIONS)
    a, b, c, _ = found.example
    candidates = one_question.candidates_of(vectors, found.example, len(WORDS))
    assert candidates[0].word == found.said["add_all"]
    assert max(candidates, key=lambda x: x.mul).word == found.said["mul_all"]
    rest = [x for x in candidates if x.word not in (a, b, c)]
    assert rest[0].word == found.said["add"]
    assert max(rest, key=lambda x: x.mul).word == found.said["mul"]
    for x in candidates:
        assert x.cos_c == pytest.approx(vectors.similarity(x.word, c), abs=1e-6)
        assert x.add == pytest.approx(x.cos_c - x.cos_a + x.cos_b)


def test_the_plane_keeps_what_it_can(vectors):
    flat = WordVectors(vectors.vocabulary, vectors.vectors[:, :2])
    found = asked.ask(flat, QUESTIONS)
    plane = one_question.plane_of(flat, found.example)
    assert plane.share == pytest.approx(1)
    unit = [flat.get_vector(w, norm=True) for w in found.example]
    points = [*unit, unit[2] - unit[0] + unit[1]]
    for i, j in permutations(range(5), 2):
        apart = np.linalg.norm(plane.places[i] - plane.places[j])
        assert apart == pytest.approx(np.linalg.norm(points[i] - points[j]), abs=1e-6)


def test_one_dimension_is_a_line(vectors):
    line = WordVectors(vectors.vocabulary, vectors.vectors[:, :1])
    plane = one_question.plane_of(line, asked.ask(line, QUESTIONS).example)
    assert plane.places.shape == (5, 2)
    assert not plane.places[:, 1].any()


def test_the_offset_is_judged_by_the_numbers():
    judge = analogy._what_offset_does
    assert judge(0, 0) == "nothing_right"
    assert judge(50, 47) == judge(47, 50) == "offset_gains_little"
    assert judge(50, 20) == "offset_gains"
    assert judge(20, 50) == "offset_costs"


def test_sections_are_ranked_by_what_is_added():
    lesson = small_lesson("analogy", "ko")
    sections = lesson.numbers["sections"]
    assert lesson.numbers["answered"] == lesson.numbers["questions"] == 1546
    (table,) = [block for block in lesson.answer if isinstance(block, Table)]
    added = [row[-1] for row in table.rows]
    assert added == sorted(added)
    for name, _, right, control, gain in table.rows:
        assert gain == pytest.approx(right - control)
        assert right == pytest.approx(100 * sections[name]["right"])


def write_run(path, words):
    """Write a file of vectors of some words, in word2vec's text format."""
    rng = np.random.default_rng(1)
    lines = [f"{w} {' '.join(f'{x:.4f}' for x in rng.normal(size=4))}" for w in words]
    path.write_text("\n".join([f"{len(words)} 4", *lines, ""]), "utf-8")
    return str(path)


@pytest.mark.parametrize("language", languages())
def test_a_run_answers_the_set_it_knows(tmp_path, language):
    words = ["서울", "한국", "도쿄", "일본", "파리", "프랑스", "집" * 90]
    run = write_run(tmp_path / "ko.txt", words)
    lesson = analogy.lesson(Options(language, None, run))
    assert lesson.numbers["set"] == "facts-ko"
    assert lesson.numbers["answered"] == 6
    assert lesson.numbers["right_after_one_epoch"] is None
    assert max(map(columns_of, lines_of(lesson))) <= 80
    verdicts = [block.text for block in blocks_of(lesson, Verdict)]
    assert len(verdicts) == 1  # that the questions are few
    assert "6" in verdicts[0]


def test_a_run_that_knows_no_question(tmp_path):
    run = write_run(tmp_path / "none.txt", ["one", "two"])
    with pytest.raises(SetError, match=r"none of the questions of toy-world, facts-en"):
        analogy.lesson(Options("en", None, run))


def test_no_such_run(folder):
    with pytest.raises(RunError, match="nowhere"):
        analogy.lesson(Options("en", None, "nowhere"))
