"""The page of `w2v explain` in a real browser: its numbers are those of the layers, to 1e-6."""

from __future__ import annotations

import dataclasses
import json
import re
import unicodedata
from importlib import resources

import numpy as np
import pytest
from browser import launched, visit

from w2v.lessons.explain.page.rows import N_SPARE, rows_of_run, rows_of_toy
from w2v.lessons.explain.page.writing import explain_page
from w2v.lessons.explain.update import Scene, update_of
from w2v.lessons.wording import Wording, texts_of
from w2v.text.tokenizers import TokenizerSpec

STEPS = ["lookup", "mean", "score", "loss", "backward", "update"]
HOSTILE = ("<script>a`b</script>", "</script><b>x", "&amp;", "a\x00b", "שלום", "🦊" * 20)
KOREAN = ["봄에는", "따뜻한", "바람이", "불고", "꽃이", "핀다", "바람이"]


def toy_tables(dim, n, seed=7):
    """Rows of which each depends on its number alone, as those of the command."""
    rows = [np.random.default_rng([seed, dim, i]).uniform(-0.8, 0.8, (2, dim)) for i in range(n)]
    return np.round(np.array(rows), 2).transpose(1, 0, 2)


def toy(words, center, negatives, window=2, dim=4, lr=0.5, gradient="exact", vocabulary=None):
    """Return a scene and its rows; words have their rows in the order of their appearance."""
    vocabulary = vocabulary or tuple(dict.fromkeys([*words, *negatives]))
    W_in, W_out = toy_tables(dim, len(vocabulary) + N_SPARE)
    scene = Scene(
        vocabulary=vocabulary,
        sentence=np.array([vocabulary.index(word) for word in words]),
        center_pos=center,
        window=window,
        negatives=np.array([vocabulary.index(word) for word in negatives]),
        W_in=W_in[: len(vocabulary)],
        W_out=W_out[: len(vocabulary)],
        lr=lr,
        gradient=gradient,
    )
    is_char = all(len(word) == 1 for word in words) and "山" in words
    return scene, rows_of_toy(W_in, W_out, TokenizerSpec("char" if is_char else "words"))


FOX = ["the", "quick", "fox", "sees", "the", "lazy", "dog"]
SCENES = {
    "plain": toy(FOX, 3, ["moon", "river"]),
    "repeated context": toy(["b", "a", "b", "a", "b", "b"], 3, ["c", "c", "b"], window=5),
    "noise is the center": toy(FOX, 2, ["fox", "moon", "fox"]),
    "first": toy(FOX, 0, ["dog", "dog", "dog"], gradient="word2vec"),
    "last": toy(FOX, 6, ["the"], window=1, gradient="word2vec"),
    "word2vec": toy(FOX, 3, ["moon", "sees", "the"], window=3, gradient="word2vec"),
    "one dimension": toy(["u", "v"], 1, ["u"], dim=1),
    "a hundred": toy(FOX, 4, FOX * 3, window=9, dim=100, gradient="word2vec"),
    "Korean": toy(KOREAN, 3, ["눈이", "불고", "눈이"], window=9),
    "Chinese": toy([*"山上有山人看山"], 4, [*"水山"], window=3, gradient="word2vec"),
    "markup": toy([*HOSTILE, HOSTILE[0]], 1, [HOSTILE[0], "moon"], window=9),
    "center beside itself": toy(["x", "x", "x", "y"], 1, ["y", "x"]),
    "a large step": toy(FOX, 0, ["dog", "dog", "dog"], lr=100.0),
}


@pytest.fixture(scope="module")
def browser():
    with launched() as found:
        yield found


@pytest.fixture(scope="module")
def visited(browser, tmp_path_factory):
    """A window that shows one page after another: to open one takes longer than most tests."""
    file = tmp_path_factory.mktemp("pages") / "page.html"
    file.write_text("<!doctype html><link rel=icon href='data:,'>", "utf-8")
    with visit(browser, file) as found:
        found.file = file
        yield found


@pytest.fixture
def opened(visited):
    """Return what opens the page of a scene; it must tell nothing and fetch nothing."""

    def open_page(scene, rows, language="en", step="", width=1280, **media):
        visited.file.write_text(explain_page(scene, language, rows), "utf-8")
        page = visited.page
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(**{"color_scheme": "light", "reduced_motion": "no-preference", **media})
        page.goto(visited.url)
        if step:
            go(page, step)
        return page

    yield open_page
    visited.check_quiet()


def go(page, step):
    page.locator(f"#steps [data-step={step}]").click()


def numbers_of(page):
    return json.loads(page.locator("#numbers").text_content())


def check_numbers(page, scene):
    """Hold every number of the page against the layers; return the update."""
    found, expected = numbers_of(page), update_of(scene)
    for field in dataclasses.fields(expected):
        value = np.asarray(getattr(expected, field.name), np.float64)
        seen = np.asarray(found[field.name], np.float64)
        assert seen.shape == value.shape, field.name
        np.testing.assert_allclose(seen, value, rtol=1e-6, atol=1e-6, err_msg=field.name)
    return expected


def cells_of(page, table):
    """Return the numbers of a table as they are in full, a list for each row."""
    return page.evaluate(
        """(name) => [...document.querySelectorAll(`#blocks [data-name=${name}] tbody tr`)].map(
        (row) => [...row.querySelectorAll('[data-value]')].map((cell) => +cell.dataset.value))""",
        table,
    )


def trained(scene):
    """Return the scene after its update."""
    update = update_of(scene)
    W_in, W_out = scene.W_in.copy(), scene.W_out.copy()
    W_in[update.input_ids] = update.W_in_after
    W_out[update.output_ids_distinct] = update.W_out_after
    return dataclasses.replace(scene, W_in=W_in, W_out=W_out)


def type_into(page, name, text):
    """Type over what is in a field, by the keyboard."""
    field = page.locator(f"input[name={name}]")
    field.focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(text) if text else page.keyboard.press("Delete")


@pytest.mark.parametrize("name", SCENES)
def test_every_number_is_that_of_the_layers(opened, name):
    scene, rows = SCENES[name]
    page = opened(scene, rows)
    check_numbers(page, scene)
    page.locator("#train").click()
    page.locator("#train").click()
    check_numbers(page, trained(trained(scene)))
    assert numbers_of(page)["n_updates"] == 2
    page.locator("#reset").click()
    check_numbers(page, scene)


@pytest.mark.parametrize("name", ["word2vec", "one dimension", "noise is the center"])
def test_every_number_is_in_the_tables(opened, name):
    scene, rows = SCENES[name]
    page = opened(scene, rows)
    update = update_of(scene)
    seen = {}
    for step in STEPS:
        go(page, step)
        names = page.evaluate(
            "[...document.querySelectorAll('#blocks table')].map((one) => one.dataset.name)"
        )
        seen |= {table: cells_of(page, table) for table in names}
    ids = rows.ids
    labelled = [update.weights, update.scores, update.probabilities, update.losses]
    factor = len(update.context_ids) if scene.gradient == "word2vec" else 1
    expected = {
        "rows": np.column_stack([update.context_pos, ids[update.context_ids], update.rows]),
        "mean": [*update.rows, update.rows.sum(axis=0), update.hidden],
        "scores": np.column_stack([update.output_rows * update.hidden, update.scores]),
        "d_scores": np.column_stack(
            [update.probabilities, update.labels, update.weights, update.d_scores]
        ),
        "d_output_rows": update.d_output_rows,
        "d_hidden": [update.d_hidden],
        "d_rows": update.d_rows,
        "exact_d_rows": update.d_rows / factor,
    }
    if scene.gradient == "exact":
        del expected["exact_d_rows"]
    for table, values in expected.items():
        np.testing.assert_allclose(seen[table], values, atol=1e-6, err_msg=table)
    np.testing.assert_allclose(
        seen["losses"][:-1], np.column_stack([update.labels, *labelled]), atol=1e-6
    )
    assert seen["losses"][-1] == [pytest.approx(update.loss)]
    assert np.allclose(seen["output_rows"][-1], update.hidden)
    assert np.allclose([row[2:] for row in seen["output_rows"][:-1]], update.output_rows)
    for side in ("W_in", "W_out"):
        lines = [row[-scene.W_in.shape[1] :] for row in seen[f"changes_{side}"]]
        for at, kind in enumerate((f"{side}_before", f"d_{side}", f"{side}_after")):
            np.testing.assert_allclose(lines[at::3], getattr(update, kind), atol=1e-6)


def test_numbers_follow_what_is_typed(opened):
    scene, rows = SCENES["plain"]
    page = opened(scene, rows)
    type_into(page, "sentence", "Le Café d’été, le café: L'été été!")
    words = ["le", "café", "d'été", "le", "café", "l'été", "été"]
    expected, _ = toy(words, 3, ["moon", "river"])  # the rows that the command would give
    check_numbers(page, expected)
    assert numbers_of(page)["words"] == words
    type_into(page, "negatives", "été new le new")
    expected, _ = toy(words, 3, ["été", "new", "le", "new"])
    check_numbers(page, expected)
    type_into(page, "window", "7")
    expected = dataclasses.replace(expected, window=7)
    check_numbers(page, expected)
    type_into(page, "lr", "1.5e-1")
    expected = dataclasses.replace(expected, lr=0.15)
    check_numbers(page, expected)
    page.locator("select[name=gradient]").focus()
    page.keyboard.press("ArrowDown")
    expected = dataclasses.replace(expected, gradient="word2vec")
    check_numbers(page, expected)
    page.locator(".sentence button").nth(0).focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.getAttribute('aria-pressed')") == "true"
    expected = dataclasses.replace(expected, center_pos=0)
    check_numbers(page, expected)
    for _ in range(2):
        page.locator("#train").focus()
        page.keyboard.press("Enter")
        expected = trained(expected)
        check_numbers(page, expected)
    page.locator("#reset").click()
    check_numbers(page, scene)
    assert page.locator("input[name=sentence]").input_value() == " ".join(FOX)


def test_trained_rows_stay_with_their_words(opened):
    scene, rows = SCENES["plain"]
    page = opened(scene, rows)
    page.locator("#train").click()
    type_into(page, "window", "1")
    check_numbers(page, dataclasses.replace(trained(scene), window=1))
    # In another sentence other words have these ids: their rows are as they were drawn.
    type_into(page, "sentence", "one two three")
    expected, _ = toy(["one", "two", "three"], 2, ["moon", "river"], window=1)
    check_numbers(page, expected)


def test_the_center_follows_its_word(opened):
    page = opened(*SCENES["plain"])
    field = page.locator("input[name=sentence]")
    for text, center in (
        *(("dog fox sees it", 2), ("sees one two sees", 3), ("a b", 1), ("a b c d e f", 3)),
        *(("a b c d e f sees", 6), (" ".join(FOX), 3)),
    ):
        field.fill(text)
        assert numbers_of(page)["center"] == center, text
    page.locator(".sentence button").nth(5).click()
    field.fill("lazy sees")
    assert numbers_of(page)["center"] == 0


def test_stepping_changes_no_number(opened):
    scene, rows = SCENES["word2vec"]
    page = opened(scene, rows, reduced_motion="reduce")
    at = lambda: page.locator("#steps [aria-current=step]").get_attribute("data-step")  # noqa: E731
    forward, back = page.locator("#steps .turn").nth(1), page.locator("#steps .turn").nth(0)
    for step in STEPS:
        assert at() == step
        forward.press("Enter")
    assert at() == "update"
    assert forward.get_attribute("aria-disabled") == "true"
    assert page.url.endswith("#update")
    check_numbers(page, scene)
    for step in reversed(STEPS):
        assert at() == step
        back.press("Enter")
    check_numbers(page, scene)
    page.locator("#main").focus()
    for step in ("mean", "score"):
        page.keyboard.press("ArrowRight")
        assert at() == step
    page.keyboard.press("ArrowLeft")
    assert at() == "mean"
    assert "Step 2 of 6: Mean" in page.locator("#announcer").inner_text()
    page.locator("input[name=sentence]").press("ArrowRight")
    page.locator("#blocks .scroll").press("ArrowRight")
    assert at() == "mean"  # arrows have a meaning of their own there
    page.evaluate("location.hash = '#loss'")
    page.wait_for_selector("#steps [data-step=loss][aria-current]")
    page.go_back()
    page.wait_for_selector("#steps [data-step=mean][aria-current]")
    page.evaluate("window.scrollTo(0, 9999)")
    page.keyboard.press("ArrowRight")
    assert page.locator("#stage").bounding_box()["y"] >= 0  # the drawing of the next step is seen
    page.goto(page.url.split("#")[0] + "#score")
    page.reload()
    assert at() == "score"
    assert page.locator("h2").first.inner_text() == "3. Score the center and the noise"
    check_numbers(page, scene)


WRONG = (
    *(
        ("sentence", "", "no words"),
        ("sentence", "!?", "no words"),
        ("sentence", "fox", "one word"),
    ),
    ("sentence", " ".join(f"w{i}" for i in range(80)), "68 different words"),
    *(("negatives", " ", "no noise words"), ("window", "0", "whole number")),
    *(("window", "1.5", "whole number"), ("window", "", "whole number")),
    *(("lr", "fast", "number above 0"), ("lr", "-1", "number above 0")),
    *(("lr", "", "number above 0"), ("lr", "1e308", "too large")),
)


def test_what_cannot_be_is_said_and_the_last_numbers_stay(opened):
    scene, rows = SCENES["plain"]
    page = opened(scene, rows)
    page.locator("input[name=lr]").fill("0.25")
    scene = dataclasses.replace(scene, lr=0.25)
    for name, text, said in WRONG:
        field = page.locator(f"input[name={name}]")
        before = field.input_value()
        field.fill(text)
        assert said in page.locator("#problem").inner_text(), text
        assert page.locator("[aria-invalid=true]").get_attribute("name") == name
        check_numbers(page, scene)
        field.fill(before)
        assert page.locator("#problem").inner_text() == ""
        assert page.locator("[aria-invalid]").count() == 0
        check_numbers(page, scene)


def test_words_of_a_sentence_that_is_gone_choose_no_center(opened):
    scene, rows, *_ = run_scene()
    page = opened(scene, rows)
    type_into(page, "sentence", "the nowhere")
    page.locator(".sentence button").nth(3).click()
    check_numbers(page, scene)
    type_into(page, "sentence", "the of")
    assert numbers_of(page)["center"] == 1
    assert page.locator("#problem").inner_text() == ""


def test_two_mistakes_are_told_one_after_the_other(opened):
    scene, rows = SCENES["plain"]
    page = opened(scene, rows)
    type_into(page, "lr", "x")
    type_into(page, "sentence", "a b c")
    assert "number above 0" in page.locator("#problem").inner_text()
    check_numbers(page, scene)
    type_into(page, "lr", "2")
    check_numbers(page, toy(["a", "b", "c"], 2, ["moon", "river"], lr=2.0)[0])


def run_scene(dim=3):
    """Return a scene of a run's words, with the ids that they have there, and its rows."""
    words = ["the", "<unk>", "of", *KOREAN[:6], "New-York", *(f"w{i}" for i in range(500))]
    rng = np.random.default_rng(3)
    W_in, W_out = rng.normal(size=(2, len(words), dim)).astype(np.float32)
    ids = np.array([words.index(word) for word in ("w499", "바람이", "of", "w400")])
    scene = Scene(
        vocabulary=tuple(words[i] for i in ids),
        sentence=np.array([1, 2, 0, 1]),
        center_pos=2,
        window=5,
        negatives=np.array([3, 0, 3]),
        W_in=W_in[ids].astype(np.float64),
        W_out=W_out[ids].astype(np.float64),
        lr=0.05,
    )
    spec = TokenizerSpec("whitespace", lowercase=False)
    return scene, rows_of_run(words, W_in, W_out, ids, spec, "runs/a b"), words, (W_in, W_out)


def test_a_page_of_a_run(opened):
    scene, rows, words, tables = run_scene()
    assert len(rows.ids) == 302
    page = opened(scene, rows)
    check_numbers(page, scene)
    assert [row[1] for row in cells_of(page, "rows")] == [5, 2, 5]  # ids of the vocabulary
    assert "runs/a b" in page.locator("main").inner_text()
    type_into(page, "sentence", "New-York <unk> of 봄에는 the")
    type_into(page, "negatives", "w7 of")
    typed = ["New-York", "<unk>", "of", "봄에는", "the", "w7", "of"]
    sentence = np.arange(5)
    rows_in, rows_out = (t[[words.index(w) for w in typed]].astype(float) for t in tables)
    expected = dataclasses.replace(
        scene, sentence=sentence, negatives=np.array([5, 2]), W_in=rows_in, W_out=rows_out
    )
    found, update = numbers_of(page), update_of(expected)
    for name in ("hidden", "scores", "loss", "d_hidden", "d_rows", "loss_after"):
        np.testing.assert_allclose(found[name], getattr(update, name), atol=1e-6)
    type_into(page, "sentence", "the w450 of")
    said = page.locator("#problem").inner_text()
    assert said == "w450 has no row in this page: make a page with that word by w2v explain."
    type_into(page, "sentence", "the of w499")  # not common, but of the scene
    assert page.locator("#problem").inner_text() == ""


def test_words_that_a_run_lacks_are_named(opened):
    scene, rows, *_ = run_scene()
    assert "left out" not in opened(scene, rows).locator("main").inner_text()
    origin = dataclasses.replace(scene.origin, left_out=("zebra", "a`<b>"))
    page = opened(dataclasses.replace(scene, origin=origin), rows, "zh")
    assert "下列 2 个词，和训练时一样，它们从句子里略去：zebra、a`<b>。" in (
        page.locator("main").inner_text()
    )


@pytest.mark.parametrize(
    ("language", "head", "noted", "part"),
    [
        ("en", "id", "id 3, t = 1", "sees (center)"),
        ("ko", "ID", "ID 3, t = 1", "sees (중심)"),
        ("zh", "编号", "编号 3，t = 1", "sees（中心词）"),
    ],
)
def test_marks_are_those_of_the_language(opened, language, head, noted, part):
    page = opened(*SCENES["plain"], language, step="score")
    table = page.locator("#blocks [data-name=output_rows]")
    assert head in table.locator("thead th").all_inner_texts()
    assert table.locator("tbody th").first.inner_text() == part
    assert noted in page.locator("figure text.small").all_text_contents()
    legend = page.locator("figcaption").text_content()
    between = "" if language == "zh" else " "
    first, second = (texts_of(language, "explain_page")[key] for key in ("legend", "legend_score"))
    assert legend == f"{first}{between}{second.replace('`', '')}"


def test_a_weight_can_be_changed(opened):
    scene, rows = SCENES["repeated context"]
    page = opened(scene, rows)
    numbers = page.locator("#blocks button.weight")
    numbers.nth(0).click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("-1.25")
    page.keyboard.press("Enter")
    W_in = scene.W_in.copy()
    W_in[scene.sentence[0], 0] = -1.25
    scene = dataclasses.replace(scene, W_in=W_in)
    check_numbers(page, scene)
    focused = "document.activeElement.getAttribute('aria-label')"
    assert page.evaluate(focused) == "W_in[b][0] = −1.2500"
    page.keyboard.press("ArrowRight")  # to the next number, not to the next step
    page.keyboard.press("ArrowDown")
    assert page.evaluate(focused).startswith("W_in[a][1]")
    page.keyboard.press("Enter")
    page.keyboard.type("7")
    page.keyboard.press("Escape")
    check_numbers(page, scene)
    page.keyboard.press("Enter")
    page.keyboard.type("much")
    page.keyboard.press("Enter")
    assert page.locator("#problem").inner_text() == "A weight is a number, such as −0.25."
    check_numbers(page, scene)
    assert page.locator("#blocks button.weight[tabindex='0']").count() == 1
    numbers.nth(0).click()
    page.keyboard.type("1.7e308")
    page.keyboard.press("Enter")
    assert "too large" in page.locator("#problem").inner_text()
    check_numbers(page, scene)
    go(page, "score")
    numbers.nth(1).click()
    page.keyboard.type("0.5")
    page.locator("h1").click()  # what loses the focus is taken too
    W_out = scene.W_out.copy()
    W_out[scene.sentence[3], 1] = 0.5
    check_numbers(page, dataclasses.replace(scene, W_out=W_out))


def test_the_factor_is_pointed_at(opened):
    page = opened(*SCENES["word2vec"], step="backward")
    assert "|C| = 6 times the exact gradient" in page.locator(".pointed").inner_text()
    page.locator("select[name=gradient]").select_option("exact")
    assert page.locator(".pointed").count() == 0
    assert page.locator("[data-name=exact_d_rows]").count() == 0
    page = opened(*SCENES["last"], step="backward")
    assert "both are the same" in page.locator(".pointed").inner_text()


def test_what_became_of_the_loss_is_said(opened):
    page = opened(*SCENES["plain"], step="update")
    update = update_of(SCENES["plain"][0])
    assert update.loss_after < update.loss
    said = page.locator(".pointed").inner_text()
    assert f"falls from {update.loss:.4f} to {update.loss_after:.4f}" in said
    page.locator("#train").click()
    progress = page.locator("#progress").inner_text()
    assert progress == f"Updates made: 1. Loss: {update.loss:.4f} → {update.loss_after:.4f}"
    assert progress in page.locator("#announcer").inner_text()
    scene, rows = SCENES["a large step"]
    update = update_of(scene)
    assert update.loss_after > update.loss
    page = opened(scene, rows, step="update")
    assert "rises" in page.locator(".pointed").inner_text()


def test_a_loss_that_falls_is_shown_to_fall(opened):
    page = opened(*SCENES["plain"], step="update")
    for lr, said in (("0.0000001", "falls"), ("1e-30", "stays")):
        type_into(page, "lr", lr)
        sentence = page.locator(".pointed").inner_text()
        assert said in sentence
        numbers = [float(text) for text in re.findall(r"\d+\.\d+", sentence)]
        assert numbers == sorted(set(numbers), reverse=True)


def test_words_are_only_ever_words(opened):
    scene, rows = SCENES["markup"]
    page = opened(scene, rows)
    for step in STEPS:
        go(page, step)
        said = page.locator("#blocks").inner_text()
        assert step not in ("lookup", "loss") or HOSTILE[0] in said
        for tag in ("main script", "main b", "svg a", "svg script", "svg foreignObject"):
            assert page.locator(tag).count() == 0, tag
    shown = page.locator(".sentence bdi").all_inner_texts()
    assert shown[0] == HOSTILE[0]
    assert shown[3] == "a\\x00b"
    type_into(page, "negatives", "<img src=x onerror=alert(1)>")
    assert page.locator("main img").count() == 0
    type_into(page, "lr", "0.125")  # what was not typed stays as it was
    expected, _ = toy([*HOSTILE, HOSTILE[0]], 1, ["img", "src", "x"], window=9, lr=0.125)
    assert numbers_of(page)["words"] == [*shown]
    assert numbers_of(page)["lr"] == expected.lr


def test_nothing_of_a_scene_is_markup_in_the_file():
    file = explain_page(SCENES["markup"][0], "en", SCENES["markup"][1])
    assert HOSTILE[0] not in file
    assert file.count("</script>") == 3
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', file)[1]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy.split("style-src")[0]
    lone = toy(["a\udcff", "b"], 0, ["c"])
    explain_page(lone[0], "en", lone[1]).encode("utf-8")


def test_a_toy_page_is_small():
    scene, rows = toy(FOX, 3, ["moon"], dim=100)
    for language in ("en", "ko", "zh"):
        assert len(explain_page(scene, language, rows).encode()) < 300_000


def run_in(browser, scene, rows, language, expression):
    """Return the value of an expression that uses the scripts of a page."""
    static = resources.files("w2v.lessons.explain.page") / "static"
    base = resources.files("w2v.webpage") / "static" / "dom.js"
    files = [base, *(static / f"{name}.js" for name in ("texts", "update", "words"))]
    scripts = "\n".join(file.read_text("utf-8") for file in files)
    text = explain_page(scene, language, rows)
    data = re.search(r'id="data">(.*?)</script>', text, re.S)[1]
    page = browser.new_page()
    page.set_content(f'<script type="application/json" id="data">{data}</script>')
    value = page.evaluate(f"(() => {{ {scripts}\n return {expression}; }})()")
    page.close()
    return value


TYPED = (
    "Don't STOP: 한국어 와 中文, naïve_2!",
    "İstanbul ΣΑΣ ﬁn ＡＢ ½ ² Ⅷ ५",
    "'a' b''c 'tis rock’n’roll",
    "हिन्दी ภาษาไทย ශ්\u200dරී می\u200cخواهم",
    unicodedata.normalize("NFD", "한국어 été Ångström"),
    "co\u00adop a\u0301b",
    "𝒳y 𠮷野家 🦊 a🦊b 👨\u200d👩\u200d👧",
    "x\u00a0y\u3000z\ta\nb",
    "٣٤ ① ㊀ ㎏ 々 〇 ー",
    "__a__ -b- c-d e.f 1,000",
)


@pytest.mark.parametrize("name", ["words", "char", "whitespace"])
@pytest.mark.parametrize("normalize", ["NFC", "NFKC", "none"])
def test_what_is_typed_is_split_as_the_command_splits_it(browser, name, normalize):
    rng = np.random.default_rng(5)
    letters = [*"aZ'’é ß0_한中\u0301\u200d\u00ad\u0e31 ,.İ½"]
    texts = [*TYPED, *("".join(rng.choice(letters, 30)) for _ in range(60))]
    spec = TokenizerSpec(name, normalize=normalize)
    scene, rows = SCENES["plain"]
    rows = dataclasses.replace(rows, tokenizer=spec)
    scene = dataclasses.replace(scene, vocabulary=("<1>",) * len(scene.vocabulary))
    found = run_in(browser, scene, rows, "en", f"{json.dumps(texts)}.map(wordsOf)")
    assert found == [*map(spec.make(), texts)]


@pytest.mark.parametrize("language", ["en", "ko", "zh"])
def test_texts_are_filled_in_as_python_does(browser, language):
    say = Wording(language, "explain_page")
    scene, rows = SCENES["plain"]
    asked, expected = [], []
    for key, text in {**texts_of(language, "common"), **texts_of(language, "explain_page")}.items():
        names = set(re.findall(r"\{(\w+)", text))
        for word, n in (("집", 1), ("서울", 3), ("king", 12), ("0.0312", 7), ("나무", 5)):
            values = {name: n if name in ("n", "window") else word for name in names}
            asked.append([key, values])
            expected.append(say(key, **values))
    found = run_in(browser, scene, rows, language, f"{json.dumps(asked)}.map((one) => say(...one))")
    assert found == expected


# What a checker of accessibility would find: a list of complaints.
RULES = """() => {
  const wrong = [];
  const all = (selector) => [...document.querySelectorAll(selector)];
  const ids = all('[id]').map((one) => one.id);
  ids.forEach((id, at) => { if (ids.indexOf(id) !== at) wrong.push(`twice: ${id}`); });
  for (const name of ['aria-describedby', 'aria-details', 'aria-labelledby']) {
    for (const one of all(`[${name}]`)) {
      if (!document.getElementById(one.getAttribute(name))) wrong.push(`${name}: ${one.outerHTML}`);
    }
  }
  for (const one of all('button, a[href], summary')) {
    if (!(one.getAttribute('aria-label') || one.textContent).trim()) wrong.push(one.outerHTML);
  }
  for (const one of all('input, select')) {
    if (!one.labels.length && !one.getAttribute('aria-label')) wrong.push(one.outerHTML);
  }
  for (const one of all('[role=img], [role=region], [role=group], figure, nav')) {
    if (!one.getAttribute('aria-label')) wrong.push(`no name: ${one.className}`);
  }
  let level = 0;
  for (const one of all('h1, h2, h3')) {
    const next = Number(one.tagName[1]);
    if (next > level + 1) wrong.push(`heading: ${one.textContent}`);
    level = next;
  }
  for (const one of all('table')) {
    if (!one.caption?.textContent) wrong.push('a table without caption');
    if (one.querySelector('th:not([scope])')) wrong.push('a head without scope');
  }
  if (/undefined|NaN|\\[object|\\{\\w+\\}/.test(document.body.innerText)) {
    wrong.push(document.body.innerText);
  }
  return wrong;
}"""
# Words of the drawing that reach out of it, and numbers that reach out of their cells.
OUTSIDE = """() => {
  const svg = document.querySelector('figure svg');
  const { width, height } = svg.viewBox.baseVal;
  const wrong = [...svg.querySelectorAll('text')].filter((text) => {
    const box = text.getBBox();
    return box.x < -1 || box.y < -1 || box.x + box.width > width + 1
      || box.y + box.height > height + 1;
  });
  const wide = [...svg.querySelectorAll('.vector rect + text')].filter((text) =>
    text.getBBox().width > 44);
  const words = [...svg.querySelectorAll('.item > text')].filter((text) =>
    text.getBBox().width > 86);
  return [...wrong, ...wide, ...words].map((text) => text.textContent);
}"""


@pytest.mark.parametrize("language", ["en", "ko", "zh"])
@pytest.mark.parametrize("width", [400, 1280])
def test_every_step_is_in_order(opened, language, width):
    name = {"en": "markup", "ko": "Korean", "zh": "a hundred" if width == 400 else "Chinese"}[
        language
    ]
    page = opened(*SCENES[name], language, width=width)
    texts = texts_of(language, "explain_page")
    assert page.locator("html").get_attribute("lang") == language
    for number, step in enumerate(STEPS, 1):
        go(page, step)
        assert page.evaluate(RULES) == []
        assert page.evaluate(OUTSIDE) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator("h2").first.inner_text() == f"{number}. {texts[f'title_{step}']}"
        label = page.locator("figure svg").get_attribute("aria-label")
        assert texts[f"step_{step}"] in label
    is_open = page.locator("#change").evaluate("(one) => one.open")
    assert is_open == (width == 1280)


def test_the_drawing_shows_what_a_step_has_computed(opened):
    page = opened(*SCENES["plain"])
    counts = []
    for step in STEPS:
        go(page, step)
        count = lambda kind: page.locator(f"figure .vector.{kind}").count()  # noqa: E731
        counts.append((count("plain"), count("empty"), count("gradient"), count("now")))
    # 4 context words, the mean, the center and 2 noise words
    assert counts == [
        *((4, 4, 0, 0), (5, 3, 0, 0), (8, 0, 0, 0), (8, 0, 0, 0), (8, 0, 8, 0), (8, 0, 1, 7)),
    ]
    go(page, "backward")
    assert page.locator("figure .arrow.back").count() == 4 + 1 + 3
    go(page, "mean")
    assert page.locator("figure .arrow.now").count() == 4 + 1


def test_many_words_are_drawn_in_part(opened):
    scene, rows = SCENES["a hundred"]
    page = opened(scene, rows)
    go(page, "score")
    assert page.locator("figure .vector").count() == 6 + 1 + 8
    assert "… and 14 more" in page.locator("figure").text_content()
    assert len(cells_of(page, "scores")) == 22


def test_the_theme_and_the_motion(opened):
    scene, rows = SCENES["plain"]
    page = opened(scene, rows, "ko", color_scheme="dark", reduced_motion="reduce")
    go(page, "backward")
    names = texts_of("ko", "common")
    theme = page.locator("#theme")
    assert theme.inner_text() == names["light_theme"]
    ground = "getComputedStyle(document.querySelector('.vector rect')).fill"
    before = page.evaluate(ground)
    theme.click()
    assert theme.inner_text() == names["dark_theme"]
    assert page.evaluate(ground) != before
    moving = "getComputedStyle(document.querySelector('.arrow.back .way')).animationName"
    assert page.evaluate(moving) == "none"
    assert opened(scene, rows, step="backward").evaluate(moving) == "flow"


def test_the_keyboard_reaches_everything(opened):
    page = opened(*SCENES["plain"])
    seen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate(
                """() => { const at = document.activeElement;
            return [at.id || at.name || at.dataset.step || at.className || at.tagName,
              getComputedStyle(at).outlineStyle]; }"""
            )
        )
        if seen[-1][0] == "BODY":
            seen.pop()
            break
    names = [name for name, _ in seen]
    assert {outline for _, outline in seen} == {"solid"}
    for name in ("theme", "sentence", "negatives", "window", "lr", "gradient", "train", "reset"):
        assert name in names
    assert [name for name in names if name in STEPS] == STEPS
    assert names.count("weight") == 1


def test_on_paper_are_all_steps(opened, tmp_path):
    page = opened(*SCENES["plain"], color_scheme="dark")
    page.evaluate("addEventListener('beforeprint', () => { window.drawn = "
                  "document.querySelectorAll('#paper figure svg').length; })")  # fmt: skip
    page.pdf(path=tmp_path / "page.pdf")
    assert page.evaluate("window.drawn") == 6
    assert page.locator("#paper").count() == 0
    assert page.locator("#stage").is_visible()


def test_without_scripts_it_is_said(browser, tmp_path):
    file = tmp_path / "page.html"
    file.write_text(explain_page(SCENES["plain"][0], "en", SCENES["plain"][1]), "utf-8")
    with visit(browser, file, java_script_enabled=False) as visited:
        assert "w2v explain" in visited.page.locator("noscript").inner_text()
