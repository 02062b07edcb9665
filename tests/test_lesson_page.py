"""The page of a lesson in a real browser: its steps, its blocks, what is never fetched."""

from __future__ import annotations

import doctest
import re

import numpy as np
import pytest
from browser import launched, visit
from made_lesson import SCRIPT, WORDS, hostile_lesson, made_lesson

from w2v.cli.lesson_drawings import bars_lines
from w2v.lessons.blocks import Bars, Curve, Lesson, Matrix, Points, Step, Table, Text
from w2v.lessons.page import axes, texts
from w2v.lessons.page.axes import axis_of, linear_ticks
from w2v.lessons.page.html_blocks import block_html, blocks_html
from w2v.lessons.page.texts import text_html
from w2v.lessons.page.writing import lesson_page
from w2v.lessons.wording import Wording
from w2v.webpage.writing import shown

LANGUAGES = ("en", "ko", "zh")
SAY = Wording("en", "common")
IDS = ["1-lookup", "2-draws", "3-time", "question"]


@pytest.fixture(scope="module")
def browser():
    with launched() as found:
        yield found


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The pages of the made lesson by language, and of the hostile one."""
    folder = tmp_path_factory.mktemp("lessons")
    pages = {code: made_lesson(code) for code in LANGUAGES} | {"hostile": hostile_lesson()}
    for name, lesson in pages.items():
        (folder / f"{name}.html").write_text(lesson_page(lesson), "utf-8")
    return {name: folder / f"{name}.html" for name in pages}


@pytest.fixture
def page(browser, files):
    with visit(browser, files["en"]) as visited:
        yield visited.page


def seen(page):
    """Return the ids of the parts that are seen."""
    return [part.get_attribute("id") for part in page.locator("main > section:visible").all()]


def now(page):
    """Return the part that the list, the address and the screen agree on."""
    [link] = page.locator("nav a[aria-current=step]").all()
    [part] = seen(page)
    assert link.get_attribute("href") == f"#{part}"
    return part


def wait_for(page, part):
    page.wait_for_function(
        "(id) => document.querySelector('nav a[aria-current]').hash === `#${id}`", arg=part
    )
    assert now(page) == part


def test_one_step_at_a_time(page):
    assert now(page) == IDS[0]
    assert page.locator("#back").is_disabled()
    for part in IDS[1:]:
        page.locator("#next").click()
        wait_for(page, part)
        assert page.url.endswith(f"#{part}")
        assert page.evaluate("document.activeElement.id") == f"{part}-title"
    assert page.locator("#next").is_disabled()
    assert page.locator("#place").inner_text() == "Step 4 of 4"
    page.locator("#back").click()
    wait_for(page, IDS[2])
    page.go_back()
    wait_for(page, IDS[3])


def test_arrow_keys_and_the_list(page):
    page.keyboard.press("ArrowRight")
    wait_for(page, IDS[1])
    page.keyboard.press("ArrowLeft")
    wait_for(page, IDS[0])
    page.keyboard.press("ArrowLeft")  # there is none before
    page.keyboard.press("Control+ArrowRight")
    page.keyboard.press("ArrowDown")
    assert now(page) == IDS[0]
    page.locator("nav a").nth(3).click()
    wait_for(page, IDS[3])


def test_arrow_keys_belong_to_fields_and_to_boxes_that_scroll(page):
    page.evaluate("document.querySelector('main section').append(document.createElement('input'))")
    page.locator("input").focus()
    page.keyboard.press("ArrowRight")
    assert now(page) == IDS[0]
    wide, narrow = page.locator(".scroll").nth(2), page.locator(".scroll").nth(0)
    wide.focus()
    page.keyboard.press("ArrowRight")
    assert now(page) == IDS[0]
    narrow.focus()
    page.keyboard.press("ArrowRight")
    wait_for(page, IDS[1])


def test_an_address_opens_its_step(browser, files):
    with visit(browser, files["en"]) as visited:
        for part, expected in ((IDS[2], IDS[2]), ("nowhere", IDS[2]), ("main", IDS[2])):
            visited.page.evaluate(f"location.hash = '{part}'")
            wait_for(visited.page, expected)
        visited.page.evaluate(f"location.hash = '{IDS[1]}'")
        visited.page.reload()
        assert now(visited.page) == IDS[1]


def test_all_steps(page):
    button = page.locator("#all")
    assert button.inner_text() == "All steps"
    button.click()
    assert seen(page) == IDS
    assert button.inner_text() == "One step at a time"
    assert not page.locator("#pager").is_visible()
    page.keyboard.press("ArrowRight")
    assert seen(page) == IDS
    button.click()
    assert now(page) == IDS[0]


def test_the_answer_is_behind_a_button(page):
    page.locator("nav a").nth(3).click()
    wait_for(page, "question")
    answer = page.locator("#question details")
    assert not answer.locator("p").is_visible()
    answer.locator("summary").focus()
    page.keyboard.press("Enter")
    assert answer.locator("p").inner_text() == made_lesson("en").answer[0].text


@pytest.mark.parametrize("has_scripts", [True, False])
def test_a_folded_step_is_seen_by_who_asks(browser, tmp_path, has_scripts):
    hints = [Step("hint", f"Hint {n}", (Text(f"hint number {n}"),), is_folded=True) for n in (1, 2)]
    steps = (Step("task", "The task", (Text("think"),)), *hints)
    file = tmp_path / "folded.html"
    file.write_text(lesson_page(Lesson("learn", "x", "ko", "t", steps)), "utf-8")
    with visit(browser, file, java_script_enabled=has_scripts) as visited:
        page = visited.page
        page.locator("nav a").nth(2).click()
        hint = page.locator("main > section").nth(2)
        assert hint.is_visible()
        assert not page.get_by_text("hint number").first.is_visible()
        assert hint.locator("summary").inner_text() == Wording("ko", "common")("show_step")
        hint.locator("summary").press("Enter")
        assert hint.get_by_text("hint number 2").is_visible()
        assert not page.get_by_text("hint number 1").is_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_scripts_all_is_there(browser, files, language):
    lesson, say = made_lesson(language), Wording(language, "common")
    with visit(browser, files[language], java_script_enabled=False) as visited:
        page = visited.page
        assert seen(page) == IDS
        assert not page.locator("#pager").is_visible()
        titles = [f"{n}. {step.title}" for n, step in enumerate(lesson.steps, 1)]
        assert page.locator("h2").all_inner_texts() == [*titles, say("question")]
        assert page.locator("nav a").all_inner_texts() == [*titles, say("question")]
        assert page.locator("summary").last.inner_text() == say("show_answer")
        lang = page.locator("html").get_attribute("lang")
        assert lang == {"zh": "zh-Hans"}.get(language, language)
        page.locator("nav a").nth(2).click()
        assert page.url.endswith("#3-time")


def test_a_matrix_shows_each_number_and_its_sign(page):
    lesson = made_lesson("en")
    table = page.locator("table.matrix").first
    values = lesson.steps[0].blocks[2].values
    cells = table.locator("td").all()
    assert [float(cell.inner_text()) for cell in cells] == np.round(values, 4).ravel().tolist()
    for cell, value in zip(cells, values.ravel(), strict=True):
        assert cell.get_attribute("class") == ("plus" if value > 0 else "minus")
    depths = [int(re.search(r"\d+", cell.get_attribute("style"))[0]) for cell in cells]
    assert depths == np.rint(100 * np.abs(values) / np.abs(values).max()).ravel().tolist()
    assert table.locator("tbody th").all_text_contents() == ["king", "▶queen", "palace", "of"]
    assert page.locator(".pointer").first.get_attribute("aria-label") == "look here"
    page.locator("#all").click()
    for pointer in page.locator(".pointer").all():  # in a matrix, a table, bars: in its own row
        head, sign = pointer.locator("xpath=..").bounding_box(), pointer.bounding_box()
        assert head["x"] < sign["x"] < head["x"] + head["width"]


def test_curves_tell_their_numbers(page):
    page.locator("#all").click()
    figure = page.locator("figure").first
    label = figure.locator("svg[role=img]").get_attribute("aria-label")
    assert "softmax: from 2 at 100 to 20,000 at 1,000,000" in label
    figure.locator("summary").click()
    rows = [row.inner_text().split("\t") for row in figure.locator("tbody tr").all()]
    assert rows[0] == ["100", "2", "6"]
    assert rows[2] == ["10,000", "200", ""]
    hints = figure.locator("title").all_text_contents()
    assert hints[0] == "softmax 100, 2"
    assert len(hints) == 9
    assert figure.locator(".series-1 > path.line[d*=L]").last.get_attribute("d").count("M") == 2


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_numbers_stand_out_from_every_tint(browser, files, theme):
    """The strongest tints are those of the largest numbers."""
    colours = """() => [...document.querySelectorAll('.plus, .minus')].map((cell) => {
      const canvas = document.createElement('canvas')
        .getContext('2d', { willReadFrequently: true });
      return ['backgroundColor', 'color'].map((name) => {
        canvas.fillStyle = getComputedStyle(cell)[name];
        canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
      });
    })"""

    def light(colour):
        parts = [c / 255 for c in colour]
        parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    with visit(browser, files["en"], color_scheme=theme) as visited:
        visited.page.evaluate(
            "document.querySelectorAll('.matrix')[2].closest('.scroll').remove()"  # many, and alike
        )
        pairs = visited.page.evaluate(colours)
    assert len(pairs) > 20
    assert len({tuple(ground) for ground, _ in pairs}) > 10
    for ground, text in pairs:
        darker, lighter = sorted((light(ground), light(text)))
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5, (ground, text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_themes_have_names_in_the_language(browser, files, language):
    say = Wording(language, "common")
    with visit(browser, files[language], color_scheme="dark") as visited:
        button = visited.page.locator("#theme")
        assert button.inner_text() == say("light_theme")
        button.click()
        assert button.inner_text() == say("dark_theme")
        assert visited.page.locator("html").get_attribute("data-theme") == "light"


@pytest.mark.parametrize("name", ["ko", "zh", "hostile"])
@pytest.mark.parametrize("width", [400, 1280])
def test_nothing_is_wider_than_the_window(browser, files, name, width):
    with visit(browser, files[name], viewport={"width": width, "height": 800}) as visited:
        visited.page.locator("#all").click()
        assert visited.page.evaluate("document.documentElement.scrollWidth") == width


def test_on_paper_are_all_steps(page):
    page.emulate_media(media="print")
    assert seen(page) == IDS
    assert not page.locator("nav").is_visible()
    assert not page.locator("#theme").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 1280  # nothing is shrunk


def test_words_are_only_ever_words(browser, files):
    with visit(browser, files["hostile"]) as visited:
        page = visited.page
        assert (
            page.locator("main img, main script, h1 script, nav script, style ~ style").count() == 0
        )
        assert page.locator("script").count() == 1
        assert page.locator("main p").first.inner_text() == SCRIPT
        assert page.locator("pre").first.text_content() == "\n".join(map(shown, WORDS))
        ids = page.evaluate("[...document.querySelectorAll('[id]')].map((one) => one.id)")
        assert len(set(ids)) == len(ids)


def test_a_screen_reader_has_names_for_all(page):
    page.locator("#all").click()
    unnamed = page.evaluate("""[...document.querySelectorAll('[role=img], [role=region], nav')]
        .filter((one) => !one.getAttribute('aria-label')).map((one) => one.outerHTML)""")
    assert unnamed == []
    assert page.locator("th:not([scope])").count() == 0
    tree = page.locator("main").aria_snapshot()
    for part in (
        'heading "1. Look a row up"',
        'rowheader "look here queen"',
        'img "As it should be"',
    ):
        assert part in tree, part


def test_nothing_can_be_fetched():
    text = lesson_page(hostile_lesson())
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)[1]
    assert "default-src 'none'" in policy
    assert "unsafe-eval" not in policy
    assert "unsafe-inline" not in policy.split("style-src")[0]
    body = re.sub(r"<(script|style)\b[^>]*>.*?</\1>", "", text, flags=re.S)
    assert "<script" not in body
    assert " onerror=alert" not in re.sub(r"&lt;.*?&gt;", "", body)
    text.encode("utf-8")


def test_a_lesson_with_nothing_in_it_is_a_page(browser, tmp_path):
    file = tmp_path / "empty.html"
    file.write_text(lesson_page(Lesson("learn", "x", "en", "empty", ())), "utf-8")
    with visit(browser, file) as visited:
        assert visited.page.locator("h1").inner_text() == "empty"
        assert not visited.page.locator("#pager").is_visible()


def test_steps_of_one_key_are_told_apart():
    steps = (Step("a b", "x", ()), Step("a b", "x", ()), Step("한", "x", ()))
    text = lesson_page(Lesson("learn", "x", "en", "t", steps))
    assert re.findall('<section id="(.*?)"', text) == ["1-a-b", "2-a-b", "3"]


def test_backquotes_are_code():
    assert text_html("a `b` c") == "a <code>b</code> c"
    assert text_html("a ` b") == "a ` b"
    assert text_html("`<i>`") == "<code>&lt;i&gt;</code>"
    assert blocks_html([Text("`x`"), Text("<")], SAY) == "<p><code>x</code></p>\n<p>&lt;</p>"


def test_backquotes_in_the_name_of_a_matrix_or_a_table_are_code():
    matrix = block_html(Matrix("Row of `a<b`", np.eye(1), ("a",)), SAY)
    table = block_html(Table(("x",), (("a",),), "Row of `a<b`"), SAY)
    for text in (matrix, table):
        assert "<caption>Row of <code>a&lt;b</code></caption>" in text
        assert 'aria-label="Row of a&lt;b"' in text
    assert "<caption><code>W_in[u]</code></caption>" in block_html(
        Matrix("W_in[u]", np.eye(1), ("a",)), SAY
    )


@pytest.mark.parametrize(("unit", "shown"), [(" %", "2.80 %"), ("%", "2.80%"), ("", "2.80")])
def test_a_unit_brings_its_own_space(unit, shown):
    block = Bars("", ("a",), (("", np.array([2.8])),), unit)
    assert f'<td class="number">{shown}</td>' in block_html(block, SAY)
    assert bars_lines(block)[0].endswith(f" {shown}")


def test_numbers_that_are_none_have_no_tint():
    values = np.array([[np.nan, np.inf, -0.0, 2.0]])
    text = block_html(Matrix("W", values, ("a",)), SAY)
    assert re.findall("<td(.*?)>(.*?)</td>", text) == [
        *(("", "nan"), ("", "inf"), ("", "0.0000"), (' class="plus" style="--depth:100"', "2.0000"))
    ]


def test_what_is_no_block_is_a_clear_failure():
    with pytest.raises(TypeError, match="no block: 3"):
        block_html(3, SAY)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (-3, 3, [-2, 0, 2]),
        (0, 7, [0, 2, 4, 6]),
        (1e-12, 3e-12, [1e-12, 1.5e-12, 2e-12, 2.5e-12, 3e-12]),
        (1e15, 3e15, [1e15, 1.5e15, 2e15, 2.5e15, 3e15]),
    ],
)
def test_ticks_are_round(low, high, expected):
    assert linear_ticks(low, high) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 10, 100], (1, 10, 100)),
        ([1, 1e12], (1, 1e3, 1e6, 1e9, 1e12)),
        ([1, 10], (1, 2, 5, 10)),
        ([0.5, -1, 0, np.nan, np.inf, 6], (0.5, 1, 2, 5)),
        ([101, 102], (101, 101.2, 101.4, 101.6, 101.8, 102)),
    ],
)
def test_ticks_of_a_logarithmic_axis(values, expected):
    assert axis_of(np.array(values), True).ticks == pytest.approx(expected)


def test_points_lie_where_the_ticks_are():
    axis = axis_of(np.array([1.0, 100.0]), True)
    shares = axis.shares(np.array([1.0, 10.0, 100.0, 0.0]))
    assert shares[1] == pytest.approx((shares[0] + shares[2]) / 2)
    assert 0 < shares[0] < shares[2] < 1
    assert np.isnan(shares[3])


def test_a_curve_without_points_has_its_table_only():
    text = block_html(Curve("c", "x", "y", np.ones(1), (("", np.array([np.nan])),)), SAY)
    assert "<svg" not in text
    assert '<th scope="row" class="number">1</th><td class="number"></td>' in text


@pytest.mark.parametrize("module", [axes, texts])
def test_examples(module):
    result = doctest.testmod(module)
    assert result.attempted
    assert not result.failed


def test_points_of_a_plane_keep_their_angles():
    square = np.array([[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0]])
    page = block_html(Points("", ("a", "<b>", "c", "d"), square, ((0, 1), (2, 2))), SAY)
    x, y = (
        np.array(re.findall(rf'{axis}="([\d.]+)" ', page), float) for axis in ("<circle cx", "cy")
    )
    assert x[1] - x[0] == pytest.approx(y[1] - y[2])
    assert y[0] == y[1] > y[2]
    assert page.count('class="arrow"') == 1  # none to itself
    assert "&lt;b&gt; (4.00, 0.00)" in page or "&lt;b&gt; (4, 0)" in page
    assert "<b>" not in page
