"""`w2v explain`: its numbers against the same worked out by hand, its words, and its refusals."""

from __future__ import annotations

import doctest
import json
import math
import re
import shutil

import numpy as np
import pytest
from conftest import TEXT
from hypothesis import given
from hypothesis import strategies as st
from made_runs import vouch
from test_cli import w2v

from w2v.cli import explain as command
from w2v.cli.terminal import WIDTH, columns_of
from w2v.lessons.explain import scene as scenes
from w2v.lessons.explain import writing_out
from w2v.lessons.explain.scene import Choice, toy_rows, toy_scene
from w2v.lessons.explain.telling import explain_lesson
from w2v.lessons.languages import languages
from w2v.lessons.wording import texts_of
from w2v.model.noise import NoiseDistribution
from w2v.text import scripts
from w2v.training.draws import Purpose, raw_integers

KEYS = ["lookup", "mean", "score", "loss", "backward", "update"]
CAT = "the cat sat on the mat"
# Hostile on purpose; each is a command line.
CASES = {
    "a word twice in the context": [CAT, "--center", "sat"],
    "noise is the center, and twice the same": [CAT, "--negatives", "sat", "dog", "dog", "the"],
    "all noise is the center": [CAT, "--center", "on", "--negatives", "on on"],
    "two words": ["cat sat"],
    "one word, twice": ["the the"],
    "the center at the beginning": [CAT, "--center", "the", "--dim", "1"],
    "the center at the end": [CAT, "--center", "mat", "--window", "9", "--seed", "5"],
    "word2vec's gradient": [CAT, "--gradient", "word2vec", "--lr", "0.5"],
    "word2vec's gradient, one context word": ["cat sat", "--gradient", "word2vec"],
    "a step too long": [CAT, "--lr", "100"],
    "many numbers": [CAT, "--dim", "300", "--seed", "12345678901"],
    "many words": [" ".join(f"word{i % 37}" for i in range(200)), "--window", "30"],
    "long words": [" ".join(letter * 70 for letter in "abcab"), "--tokenizer", "whitespace"],
    "Korean": ["고양이가 매트 위에 앉았다 고양이가", "--center", "위에", "--negatives", "개가"],
    "Chinese without spaces": ["小猫坐在垫子上，小猫睡觉。", "--center", "坐"],
    "Chinese with spaces": ["小猫 坐 在 垫子 上", "--center", "坐"],
}
each_case = pytest.mark.parametrize("arguments", CASES.values(), ids=list(CASES))


def sigmoid(x):
    return 1 / (1 + math.exp(-x)) if x > -700 else 0.0


def worked_out(scene, *, divides):
    """One update, number by number, from the scene as JSON has it."""
    W_in, W_out = np.array(scene["W_in"]), np.array(scene["W_out"])
    tokens, pos = scene["sentence"], scene["center_pos"]
    context = [
        tokens[x] for x in range(len(tokens)) if x != pos and abs(x - pos) <= scene["window"]
    ]
    center, dim = tokens[pos], W_in.shape[1]
    outputs = [center, *scene["negatives"]]
    labels = [1.0] + [0.0] * len(scene["negatives"])
    weights = [1.0] + [float(row != center) for row in scene["negatives"]]

    def loss_at(W_in, W_out):
        hidden = [sum(W_in[c][d] for c in context) / len(context) for d in range(dim)]
        scores = [sum(h * w for h, w in zip(hidden, W_out[v], strict=True)) for v in outputs]
        agreements = [s if label else -s for s, label in zip(scores, labels, strict=True)]
        losses = [w * float(np.logaddexp(0, -a)) for w, a in zip(weights, agreements, strict=True)]
        return hidden, scores, losses

    hidden, scores, losses = loss_at(W_in, W_out)
    d_scores = [w * (sigmoid(s) - t) for w, s, t in zip(weights, scores, labels, strict=True)]
    d_hidden = [
        sum(g * W_out[v][d] for g, v in zip(d_scores, outputs, strict=True)) for d in range(dim)
    ]
    share = len(context) if divides else 1
    d_W_in, d_W_out = np.zeros_like(W_in), np.zeros_like(W_out)
    for c in context:
        for d in range(dim):
            d_W_in[c, d] += d_hidden[d] / share
    for g, v in zip(d_scores, outputs, strict=True):
        for d in range(dim):
            d_W_out[v, d] += g * hidden[d]
    after = [W - scene["lr"] * d_W for W, d_W in ((W_in, d_W_in), (W_out, d_W_out))]
    inputs, changed = sorted(set(context)), sorted(set(outputs))
    return {
        "context_ids": context,
        "rows": W_in[context],
        "hidden": hidden,
        "output_ids": outputs,
        "output_rows": W_out[outputs],
        "scores": scores,
        "labels": labels,
        "weights": weights,
        "probabilities": [sigmoid(s) for s in scores],
        "losses": losses,
        "loss": sum(losses),
        "d_scores": d_scores,
        "d_hidden": d_hidden,
        "d_rows": [[d / share for d in d_hidden] for _ in context],
        "d_output_rows": [[g * h for h in hidden] for g in d_scores],
        "input_ids": inputs,
        "output_ids_distinct": changed,
        "d_W_in": d_W_in[inputs],
        "d_W_out": d_W_out[changed],
        "W_in_before": W_in[inputs],
        "W_in_after": after[0][inputs],
        "W_out_before": W_out[changed],
        "W_out_after": after[1][changed],
        "loss_after": sum(loss_at(*after)[2]),
    }


def explained(*arguments):
    """Return what the command says as JSON."""
    return json.loads(w2v("explain", *arguments, "--json", "--lang", "en").stdout)


def assert_worked_out(numbers):
    """Hold every number of the update against the loops above."""
    updates = {"update": numbers["scene"]["gradient"] == "exact"}
    if not updates["update"]:
        updates["exact"] = True
    assert set(numbers) == {"scene", *updates}
    for name, divides in updates.items():
        wanted = worked_out(numbers["scene"], divides=divides)
        found = dict(numbers[name])
        context_pos = found.pop("context_pos")
        assert [numbers["scene"]["sentence"][x] for x in context_pos] == wanted["context_ids"]
        assert set(found) == set(wanted)
        for key, value in wanted.items():
            np.testing.assert_allclose(found[key], value, rtol=1e-9, atol=1e-12, err_msg=key)


@each_case
def test_every_number(arguments):
    lesson = explained(*arguments)
    assert_worked_out(lesson["numbers"])
    assert [step["key"] for step in lesson["steps"]] == KEYS


@each_case
@pytest.mark.parametrize("language", languages())
def test_pages_fit_the_terminal(arguments, language):
    shown = w2v("explain", *arguments, "--lang", language).stdout
    assert [line for line in shown.splitlines() if columns_of(line) > WIDTH] == []
    assert "{" not in shown
    assert "nan" not in shown


@each_case
def test_numbers_are_the_same_in_every_language(arguments):
    options = [*arguments, "--json", "--lang"]
    lessons = [json.loads(w2v("explain", *options, code).stdout) for code in languages()]
    assert all(lesson["numbers"] == lessons[0]["numbers"] for lesson in lessons)
    assert len({lesson["title"] for lesson in lessons}) == len(lessons)


def test_the_example_on_paper():
    """Two words, one dimension, one noise word: by a pocket calculator."""
    scene = toy_scene("cat sat", Choice(center="sat", dim=1, negatives=("dog",), lr=0.5))
    numbers = explain_lesson(scene, "en").numbers["update"]
    (w_cat, _, _), (_, v_sat, v_dog) = scene.W_in[:, 0], scene.W_out[:, 0]
    assert numbers["hidden"] == [w_cat]
    d_sat, d_dog = sigmoid(w_cat * v_sat) - 1, sigmoid(w_cat * v_dog)
    np.testing.assert_allclose(numbers["d_scores"], [d_sat, d_dog])
    np.testing.assert_allclose(
        numbers["W_in_after"], [[w_cat - 0.5 * (d_sat * v_sat + d_dog * v_dog)]]
    )
    np.testing.assert_allclose(
        numbers["W_out_after"], [[v_sat - 0.5 * d_sat * w_cat], [v_dog - 0.5 * d_dog * w_cat]]
    )


# -- the toy vocabulary


def test_toy_rows_depend_on_seed_dim_and_row_alone():
    W_in, W_out = toy_rows(3, 5, 0, 9)
    for first, n in ((0, 1), (4, 3), (8, 1), (2, 0)):
        some = toy_rows(3, 5, first, n)
        np.testing.assert_array_equal(some[0], W_in[first : first + n])
        np.testing.assert_array_equal(some[1], W_out[first : first + n])
    assert not np.array_equal(W_in, W_out)
    assert not np.array_equal(W_in, toy_rows(4, 5, 0, 9)[0])
    assert not np.array_equal(W_in[:, :4], toy_rows(3, 4, 0, 9)[0])
    assert len({tuple(row) for row in np.vstack([W_in, W_out])}) == 18


def test_toy_rows_are_whole_hundredths():
    rows = np.concatenate(toy_rows(1, 100, 0, 100))
    np.testing.assert_array_equal(rows, np.round(rows, 2))
    assert (rows.min(), rows.max()) == (-1, 1)
    assert abs(rows.mean()) < 0.02
    # Once and for all: what a teacher wrote down stays true.
    assert toy_rows(1, 4, 0, 1)[0].tolist() == [[0.52, -0.62, -0.15, 0.63]]
    assert toy_rows(1, 4, 0, 1)[1].tolist() == [[-0.18, 0.81, 0.77, -0.15]]


def test_ids_are_in_order_of_appearance():
    numbers = explained(CAT, "--negatives", "dog", "the", "cow", "dog")["numbers"]["scene"]
    assert numbers["vocabulary"] == ["the", "cat", "sat", "on", "mat", "dog", "cow"]
    assert numbers["sentence"] == [0, 1, 2, 3, 0, 4]
    assert numbers["negatives"] == [5, 0, 6, 5]
    assert numbers["row_ids"] == list(range(7))
    assert numbers["origin"]["is_drawn"] is False


def test_defaults():
    scene = explained(CAT)["numbers"]["scene"]
    assert (scene["center_pos"], scene["window"], scene["lr"]) == (2, 2, 0.1)
    assert np.shape(scene["W_in"]) == np.shape(scene["W_out"]) == (5, 4)
    assert scene["gradient"] == "exact"
    noise = NoiseDistribution(np.array([2, 1, 1, 1, 1]), 0.75)
    assert scene["negatives"] == noise.draw(raw_integers(1, Purpose.NOISE, 3)).tolist()


def test_seed_draws_rows_and_noise_anew():
    scenes = [explained(CAT, "--seed", seed)["numbers"]["scene"] for seed in range(6)]
    assert len({str(scene["W_in"]) for scene in scenes}) == 6
    assert len({str(scene["negatives"]) for scene in scenes}) > 1


@pytest.mark.parametrize(
    ("sentence", "options", "words"),
    [
        ("The CAT sat", [], ["the", "cat", "sat"]),
        ("The CAT, sat.", ["--tokenizer", "whitespace"], ["The", "CAT,", "sat."]),
        ("ab c", ["--tokenizer", "char"], ["a", "b", "c"]),
        ("小猫坐在垫子上。", [], list("小猫坐在垫子上")),
        ("小猫坐在垫子上。它睡", ["--tokenizer", "words"], ["小猫坐在垫子上", "它睡"]),
        ("小猫 坐在 垫子 上", [], ["小猫", "坐在", "垫子", "上"]),
        ("ねこがすわる", [], list("ねこがすわる")),
        ("고양이가 앉았다", [], ["고양이가", "앉았다"]),
        ("e\u0301te\u0301 e\u0301", [], ["été", "é"]),
    ],
)
def test_how_a_sentence_is_cut(sentence, options, words):
    lesson = explained(sentence, *options)
    scene = lesson["numbers"]["scene"]
    assert [scene["vocabulary"][row] for row in scene["sentence"]] == words
    chosen = sentence in ("小猫坐在垫子上。", "ねこがすわる")
    assert scene["origin"]["is_char_by_itself"] == chosen
    assert ("--tokenizer char" in str(lesson["steps"][0])) == chosen


def test_center_and_noise_are_cut_as_the_sentence_is():
    scene = explained("The CAT sat", "--center", "Cat", "--negatives", "Dog, COW")["numbers"][
        "scene"
    ]
    assert scene["center_pos"] == 1
    assert scene["vocabulary"] == ["the", "cat", "sat", "dog", "cow"]


# -- what the page says


def page(*arguments):
    """Return the English page on one line."""
    return " ".join(w2v("explain", *arguments, "--lang", "en").stdout.split())


def test_the_page_of_the_example():
    shown = page(CAT, "--center", "sat")
    for said in (
        "(the cat) [sat] (on the) mat",
        "rows = W_in[[0, 1, 3, 0]]",
        "(C, D) = (4, 4)",
        "More than once in the context: `the` ×2.",
        "d_row = d_hidden / |C| = d_hidden / 4",
        "A plain `d_W_in[ids] += rows` would keep only the last of them.",
        "It fell.",
    ):
        assert said in shown, said


def test_sums_that_are_written_out_are_right():
    """Each `a + b = c` of a page, by Python."""
    n_sums = 0
    for arguments in CASES.values():
        for step in explained(*arguments)["steps"]:
            for block in step["blocks"]:
                if block["kind"] != "lines":
                    continue
                text = " ".join(block["lines"]).replace("·", "*")
                for head in ("hidden[0] =", "loss =", "d_hidden[0] =", "[0][0] ="):
                    if text.count(head) != 1 or "..." in text:
                        continue
                    *left, right = text.split(head)[1].removesuffix(" nats").split(" = ")[-2:]
                    for terms in left:  # a single term stands alone
                        assert eval(terms) == pytest.approx(float(right), abs=2e-3, rel=1e-2), text
                        n_sums += 1
    assert n_sums > 30


def test_what_is_pointed_at():
    assert "hit the center" not in page(CAT)
    hit = page(CAT, "--negatives", "sat", "on", "on", "sat")
    assert "the noise hit the center, `sat`, 2 times" in hit
    assert "More than once in the noise: `on` ×2." in hit
    assert "No other noise is left" not in hit
    assert "No other noise is left" in page(CAT, "--negatives", "sat")
    assert "No id comes twice, so each row of W_in" in page("cat sat")
    twice = "`the` stands in the sentence 2 times; this page takes the one at position"
    assert f"{twice} 0." in page(CAT, "--center", "the")
    assert f"{twice} 2." in page("the on the cat a")  # the middle one, not the first
    assert "is drawn from 1 to 2" in page(CAT)
    assert "is drawn from 1" not in page(CAT, "--window", "1")


def test_the_loss_is_judged_by_its_number():
    for seed in range(5):
        for lr in ("0.1", "100"):
            lesson = explained(CAT, "--seed", seed, "--lr", lr)
            update, text = lesson["numbers"]["update"], str(lesson["steps"])
            assert ("It fell." in text) == (update["loss_after"] < update["loss"])
            assert ("It rose:" in text) == (update["loss_after"] > update["loss"])
            blind = math.log(2) * sum(update["weights"])
            assert ("which is less." in text) == (update["loss"] < blind)


def test_a_loss_that_falls_is_shown_to_fall():
    for lr, digits in (("0.1", 4), ("1e-6", 6), ("1e-9", 9)):
        text = " ".join(page(CAT, "--lr", lr).split())
        before, after = re.search(r"loss was ([\d.]+), and is ([\d.]+) nats now. It", text).groups()
        assert float(after) < float(before)
        assert digits <= len(after.partition(".")[2]) < digits + 2
    assert "as good as no change" in " ".join(page(CAT, "--lr", "1e-30").split())


def test_word2vec_beside_exact():
    lesson = explained(CAT, "--gradient", "word2vec", "--center", "sat")
    numbers, shown = lesson["numbers"], page(CAT, "--gradient", "word2vec", "--center", "sat")
    ratio = np.divide(numbers["update"]["d_W_in"], numbers["exact"]["d_W_in"])
    np.testing.assert_allclose(ratio, 4)
    assert numbers["update"]["d_W_out"] == numbers["exact"]["d_W_out"]
    assert "exactly |C| = 4 times the first" in shown
    for update in (numbers["exact"], numbers["update"]):
        assert f"{update['loss']:.4f} {update['loss_after']:.4f}" in shown
    assert "there is no difference" in page("cat sat", "--gradient", "word2vec")


# -- a trained run


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """The folder of a run with D = 100."""
    folder = tmp_path_factory.mktemp("trained")
    (folder / "my.txt").write_text(TEXT, "utf-8")
    options = ("train.subsample=0", "train.epochs=3", "train.lr=0.3", "train.seed=7")
    w2v("train", "--quiet", "--corpus", folder / "my.txt", "--out", folder / "run", *options)
    return folder / "run"


@pytest.mark.parametrize("language", languages())
def test_rows_of_a_run(trained, language):
    sentence = "The king SAW and the zebra of the palace"
    options = (sentence, "--run", trained, "--center", "and", "--lang", language)
    numbers = json.loads(w2v("explain", *options, "--json").stdout)["numbers"]
    assert_worked_out(numbers)
    scene = numbers["scene"]
    words = [line.split("\t")[0] for line in (trained / "vocab.tsv").read_text().splitlines()]
    assert [words[word_id] for word_id in scene["row_ids"]] == scene["vocabulary"]
    for name, file in (("W_in", "vectors.npy"), ("W_out", "output_vectors.npy")):
        np.testing.assert_array_equal(scene[name], np.load(trained / file)[scene["row_ids"]])
    kept = ["the", "king", "and", "the", "of", "the", "palace"]
    assert [scene["vocabulary"][row] for row in scene["sentence"]] == kept
    assert scene["origin"]["left_out"] == ["saw", "zebra"]
    assert (scene["window"], scene["lr"], len(scene["negatives"])) == (5, 0.3, 5)
    assert np.shape(scene["W_in"])[1] == 100
    shown = w2v("explain", *options).stdout
    assert [line for line in shown.splitlines() if columns_of(line) > WIDTH] == []
    comma = texts_of(language, "common")["comma"]
    assert f"`saw`{comma}`zebra`" in " ".join(shown.split())


def test_noise_of_a_run(trained):
    counts = [int(line.split("\t")[1]) for line in (trained / "vocab.tsv").read_text().splitlines()]
    for options, seed in (((), 7), (("--seed", 3), 3)):
        scene = explained("the king", "--run", trained, *options)["numbers"]["scene"]
        ids = [scene["row_ids"][row] for row in scene["negatives"]]
        noise = NoiseDistribution(np.array(counts), 0.75)
        assert ids == noise.draw(raw_integers(seed, Purpose.NOISE, 5)).tolist()


def test_options_go_before_the_run(trained):
    options = ("--window", 1, "--lr", 0.5, "--gradient", "word2vec", "--negatives", "cat", "cat")
    numbers = explained("the king and the queen", "--run", trained, *options)["numbers"]
    assert_worked_out(numbers)
    scene = numbers["scene"]
    assert (scene["window"], scene["lr"], scene["gradient"]) == (1, 0.5, "word2vec")
    assert [scene["vocabulary"][row] for row in scene["negatives"]] == ["cat", "cat"]


def with_setting(trained, tmp_path, old, new):
    """Copy a run, with another line in its config."""
    folder = tmp_path / "other"
    shutil.copytree(trained, folder)
    config = (folder / "config.yaml").read_text("utf-8")
    assert old in config
    (folder / "config.yaml").write_text(config.replace(old, new), "utf-8")
    vouch(folder)
    return folder


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("kind: cbow", "kind: skipgram"),
        ("loss: negative_sampling", "loss: softmax"),
    ],
)
def test_runs_of_another_kind_are_refused(trained, tmp_path, old, new):
    other = with_setting(trained, tmp_path, old, new)
    refused = w2v("explain", "the king", "--run", other, code=2)
    assert new.replace(": ", "=") in refused.stderr
    assert "leave --run out" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def test_the_page_of_a_run_names_it_and_the_words_it_lacks(trained, tmp_path):
    file = tmp_path / "page.html"
    w2v("explain", "the zebra king", "--run", trained, "--html", "--out", file, "--quiet")
    data = json.loads(re.search(r'id="data">(.*?)</script>', file.read_text("utf-8"), re.S)[1])
    assert data["scene"]["left_out"] == ["zebra"]
    assert data["rows"]["run"] == "run"
    assert str(trained.parent) not in file.read_text("utf-8")


@pytest.mark.parametrize(("language", "mark"), [("en", ", "), ("ko", ", "), ("zh", "，")])
def test_marks_are_those_of_the_language(language, mark):
    before = texts_of(language, "explain")["before"]
    assert f"  0 the{mark}{before}  " in w2v("explain", "the cat sat", "--lang", language).stdout


def test_settings_that_are_not_explained_are_told(trained, tmp_path):
    other = with_setting(trained, tmp_path, "max_norm: null", "max_norm: 0.5")
    assert "`embedding.max_norm=0.5`" in page("the king", "--run", other)
    assert "max_norm" not in page("the king", "--run", trained)


def test_unk_stands_for_words_without_a_row(tmp_path):
    (tmp_path / "my.txt").write_text(TEXT, "utf-8")
    options = ("--out", tmp_path / "run", "vocab.specials=[<unk>, <pad>]", "model.dim=3")
    w2v("train", "--quiet", "--corpus", tmp_path / "my.txt", *options)
    scene = explained("the zebra king", "--run", tmp_path / "run")["numbers"]["scene"]
    assert scene["vocabulary"][:3] == ["the", "<unk>", "king"]
    assert scene["origin"]["left_out"] == []
    # <pad> is never in a text.
    options = ("--run", tmp_path / "run", "--tokenizer", "whitespace")
    scene = explained("the <pad> king", *options)["numbers"]["scene"]
    assert scene["vocabulary"][:3] == ["the", "<unk>", "king"]


def test_damaged_runs(trained, tmp_path):
    folder = tmp_path / "damaged"
    shutil.copytree(trained, folder)
    W_out = np.load(folder / "output_vectors.npy")
    W_out[:] = np.nan
    np.save(folder / "output_vectors.npy", W_out)
    vouch(folder)
    assert "not numbers" in w2v("explain", "the king", "--run", folder, code=1).stderr
    (folder / "output_vectors.npy").unlink()
    lost = w2v("explain", "the king", "--run", folder, code=1).stderr
    assert "output_vectors.npy is missing" in lost
    vouch(folder)
    refused = w2v("explain", "the king", "--run", folder, code=2).stderr
    assert "has no output_vectors.npy" in refused


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["king"], 2, "only 'king'"),
        (["zzz yyy"], 3, "none is in the vocabulary"),
        (["the zzz"], 3, "only 'the' is in the vocabulary"),
        (["the king zzz", "--center", "zzz"], 3, "'zzz' is not in the vocabulary"),
        (["the king", "--center", "queen"], 3, "'queen' does not stand in the sentence"),
        (["the king", "--negatives", "zzz"], 3, "'zzz' is not in the vocabulary"),
        (["the king", "--dim", "4"], 2, "--dim is for the toy vocabulary"),
    ],
)
def test_refusals_of_a_run(trained, arguments, code, said):
    refused = w2v("explain", *arguments, "--run", trained, code=code)
    assert said in refused.stderr
    assert (refused.stdout, len(refused.stderr.splitlines())) == ("", 1)


def test_a_file_of_vectors_is_no_run(trained):
    refused = w2v("explain", "the king", "--run", trained / "vectors.npy", code=2)
    assert "give the folder that `w2v train` wrote" in refused.stderr


# -- the page to step through


def test_a_page_is_written_for_a_toy_and_for_a_run(folder, trained):
    for name, options in (("toy", []), ("run", ["--run", trained])):
        arguments = ["the king and the queen", *options, "--html", "--out", f"{name}.html"]
        done = w2v("explain", *arguments, "--lang", "ko")
        assert done.stdout == f"{name}.html\n"
        assert 'lang="ko"' in (folder / f"{name}.html").read_text("utf-8")
        refused = w2v("explain", *arguments, code=1)
        assert "exists" in refused.stderr
    both = w2v("explain", "the king", "--html", "--json", "--quiet")
    assert json.loads(both.stdout)["command"] == "explain"
    assert (folder / "explain.html").exists()


# -- the command


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ([], 2, "there is no sentence"),
        (["--negatives", "cat", "the cat sat"], 2, "before --negatives"),
        ([""], 2, "no word"),
        (["?!"], 2, "no word"),
        (["cat"], 2, "only 'cat': a center needs a word beside it; give two words or more"),
        (["我喜欢小猫", "--tokenizer", "words"], 2, "put spaces between its words"),
        (["the", "cat", "sat"], 2, "a sentence stands in quotation marks"),
        ([CAT, "--center", "dog"], 3, "its words are the, cat, sat, on, mat"),
        ([CAT, "--center", "the cat"], 2, "2 words"),
        ([CAT, "--center", "!"], 2, "no words"),
        ([CAT, "--window", "0"], 2, "--window is 0"),
        ([CAT, "--dim", "0"], 2, "--dim is 0"),
        ([CAT, "--dim", "1001"], 2, "from 1 to 1,000"),
        ([CAT, "--seed", "-1"], 2, "--seed is -1"),
        ([CAT, "--seed", str(2**63)], 2, "--seed is"),
        ([CAT, "--lr", "0"], 2, "--lr is 0"),
        ([CAT, "--lr", "nan"], 2, "--lr is nan"),
        ([CAT, "--lr", "1e9"], 2, "at most 100"),
        ([CAT, "--negatives", "..."], 2, "--negatives '...' is no word"),
        ([CAT, "--tokenizer", "word"], 2, "none of words, whitespace, char"),
        ([CAT, "--tokenizer", "os:getcwd"], 2, "--allow-code"),
        ([CAT, "--run", "nowhere"], 1, "there is no run 'nowhere'"),
        ([CAT, "--lang", "fr"], 2, "there are en, ko, zh"),
        ([CAT, "--out", "x.html"], 2, "add --html"),
    ],
)
def test_refusals(folder, arguments, code, said):
    refused = w2v("explain", *arguments, code=code)
    assert said in refused.stderr
    assert (refused.stdout, len(refused.stderr.splitlines())) == ("", 1)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (["--negatives", "a", "b", "--json"], ["--negatives", "a", "--negatives", "b", "--json"]),
        (["s", "--negatives", "a", "--lr", "1"], ["s", "--negatives", "a", "--lr", "1"]),
        (["--negatives", "a", "--negatives", "b"], ["--negatives", "a", "--negatives", "b"]),
        (["--negatives"], ["--negatives"]),
        (["--negatives", "--json"], ["--negatives", "--json"]),
        (["--negatives=a", "s"], ["--negatives=a", "s"]),
        (["--negatives", "a", "--", "-s"], ["--negatives", "a", "--", "-s"]),
    ],
)
def test_words_after_negatives(written, read):
    assert command.repeated(written) == read


@given(st.lists(st.sampled_from(["a", "b c", "--negatives", "--json", "--lr=1", "-h", "--"])))
def test_all_else_stays_in_its_place(arguments):
    read = command.repeated(arguments)
    assert [a for a in read if a != "--negatives"] == [a for a in arguments if a != "--negatives"]
    assert command.repeated(read) == read


def test_negatives_without_a_word(folder):
    assert "requires an argument" in w2v("explain", CAT, "--negatives", code=2).stderr


def test_doctests():
    for module in (command, scenes, writing_out, scripts):
        assert doctest.testmod(module).failed == 0
