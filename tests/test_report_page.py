"""The page of `w2v report` in a real browser: what is drawn, found, said, and never fetched."""

from __future__ import annotations

import json
import re
from importlib import resources

import numpy as np
import pytest
from browser import launched, visit
from made_report import HOSTILE, OUTSIDE, RUN, WORDS, empty_report, hostile_report
from test_cli import SMALL, w2v

from w2v.report.page.data import rounded, shown
from w2v.report.page.writing import page_of, write_page
from w2v.vectors.word_vectors import WordVectors

pytest.importorskip("plotly")
REPORT = hostile_report()
FIGURES = (
    *("curves-loss", "scores-1", "response-1", "word-map", "analogies", "norms", "frequencies"),
)
DRAWN = "[data-state=drawn]"
MAP = "#word-map"
# Where a word of the map is on the screen, and how far the axes reach.
PLACE = """(word) => {
  const plot = document.querySelector('#word-map .plot');
  const { xaxis, yaxis } = plot._fullLayout;
  const corner = plot.getBoundingClientRect();
  for (const { customdata, x, y } of plot.data) {
    const at = customdata ? customdata.indexOf(word) : -1;
    if (at >= 0) return { x: corner.left + xaxis._offset + xaxis.d2p(x[at]),
      y: corner.top + yaxis._offset + yaxis.d2p(y[at]),
      at: [x[at], y[at]], ranges: [xaxis.range, yaxis.range] };
  }
}"""


@pytest.fixture(scope="module")
def browser():
    with launched() as found:
        yield found


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "report.html"
    write_page(REPORT, path)
    return path


@pytest.fixture(scope="module")
def opened(browser, file):
    """The page, opened once: it takes longer than most tests."""
    with visit(browser, file) as visited:
        yield visited


@pytest.fixture
def page(opened):
    """The page as it is when it was just opened; it must tell nothing and fetch nothing."""
    page = opened.page
    go(page, "word-map")
    for name, value in ((f"{MAP} .controls select", "0"), ("[name=plane]", "PCA")):
        page.locator(name).first.select_option(value)
    page.locator("[name=colour]").select_option("frequency")
    page.locator(f"{MAP} [name=all]").click()
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = false; })")
    yield page
    opened.check_quiet()


@pytest.fixture
def fresh(browser, file):
    """The page, just opened."""
    with visit(browser, file) as visited:
        yield visited.page


def go(page, figure):
    """Scroll to a figure, and wait until it is drawn."""
    page.locator(f"#{figure}").scroll_into_view_if_needed()
    page.wait_for_selector(f"#{figure}{DRAWN}")


def search(page, text, *keys):
    go(page, "word-map")
    page.locator("#word-search").fill(text)
    for key in keys:
        page.locator("#word-search").press(key)


def listed(page):
    """Return the neighbours that are listed, with their cosines."""
    items = page.locator(".neighbours li").all()
    return [
        (item.locator("bdi").inner_text(), float(item.locator(".cosine").inner_text()))
        for item in items
    ]


def open_table(page, figure):
    """Open the table of a figure."""
    go(page, figure)
    page.locator(f"#{figure} details.table summary").click()
    page.wait_for_selector(f"#{figure} table")


def numbers_of(page, figure):
    """Return the cells of a figure's table, numbers as numbers."""
    open_table(page, figure)
    rows = page.evaluate(
        """(id) => [...document.querySelectorAll(`#${id} tbody tr`)].map((row) =>
        [...row.children].map((cell) => cell.textContent))""",
        figure,
    )
    return [[number(cell) for cell in row] for row in rows]


def number(cell):
    if cell == "–":
        return None
    try:
        return float(cell.replace(",", ""))
    except ValueError:
        return cell


def as_seen(cell):
    """Return a cell of the contract's table as a reader sees it."""
    if isinstance(cell, str):
        return number(shown(cell))
    return None if cell is None else rounded(np.array([cell]))[0]


def test_every_figure_is_drawn(fresh):
    for figure in FIGURES:
        go(fresh, figure)
        plot = fresh.locator(f"#{figure} .plot")
        assert plot.locator(".main-svg").count() >= 1, figure
        assert plot.locator(".point, .points path, .js-line").count() >= 1, figure
    found = fresh.evaluate("[...document.querySelectorAll('figure')].map((figure) => figure.id)")
    assert sorted(found) == sorted(FIGURES)


def test_a_search_centers_the_word_and_lists_its_neighbours(page):
    search(page, "한국", "Enter")
    at = WORDS.index("한국어")
    place = page.evaluate(PLACE, at)
    for value, (low, high) in zip(place["at"], place["ranges"], strict=True):
        assert value == pytest.approx((low + high) / 2)
        assert high - low < 6  # all words together reach farther
    expected = [(shown(w), round(c, 3)) for w, c in REPORT.maps[0].neighbours[at]]
    assert listed(page) == expected
    heading = page.locator(".neighbours h4")
    assert heading.inner_text() == "Nearest to 한국어"
    assert "한국어 is in the middle; nearest: 中文" in page.locator("#announcer").inner_text()


def test_the_neighbours_are_those_of_the_run(browser, corpus, tmp_path):
    run = tmp_path / "run"
    w2v("train", "--corpus", corpus, "--out", run, *SMALL, "vocab.min_count=1")
    w2v("report", run, "--no-tsne", "--words", 12)
    vectors = WordVectors.load(run)
    with visit(browser, run / "report.html") as visited:
        for word in vectors.vocabulary.words[:3]:
            search(visited.page, word, "Enter")
            expected = [(other, round(c, 3)) for other, c in vectors.most_similar(word, topn=10)]
            assert listed(visited.page) == expected
            inside = visited.page.locator(".neighbours button").all_inner_texts()
            assert set(inside) <= set(vectors.vocabulary.words[:12])


def test_neighbours_lead_on_and_those_outside_the_map_do_not(page):
    search(page, "中文", "Enter")
    last = page.locator(".neighbours li").last
    assert last.locator("bdi").inner_text() == OUTSIDE
    assert last.locator("button").count() == 0
    page.locator(".neighbours li").first.locator("button").click()
    assert page.locator(".neighbours h4").inner_text() == "Nearest to שלום"
    place = page.evaluate(PLACE, WORDS.index("שלום"))
    assert place["at"][0] == pytest.approx(sum(place["ranges"][0]) / 2)


def test_the_search_by_arrow_keys(page):
    search(page, "WORD0", "ArrowDown", "ArrowDown")
    box = page.locator("#word-search")
    assert box.get_attribute("aria-expanded") == "true"
    chosen = page.locator("[role=option][aria-selected=true]")
    assert chosen.inner_text() == "word01"
    assert box.get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    assert page.locator("[role=option]").count() == 10
    box.press("ArrowUp")
    box.press("ArrowUp")  # round to the last
    assert page.locator("[role=option][aria-selected=true]").inner_text() == "word09"
    box.press("Enter")
    assert page.locator(".neighbours h4").inner_text() == "Nearest to word09"
    assert box.get_attribute("aria-expanded") == "false"


def test_escape_closes_the_list_and_then_shows_all_words(page):
    search(page, "word33", "Enter")
    page.locator("#word-search").fill("word")
    page.locator("#word-search").press("Escape")
    assert page.locator("[role=option]").count() == 0
    assert page.locator(".neighbours h4").count() == 1
    page.locator("#word-search").press("Escape")
    assert page.locator(".neighbours h4").count() == 0
    for word in (0, len(WORDS) - 1):
        place = page.evaluate(PLACE, word)
        for value, (low, high) in zip(place["at"], place["ranges"], strict=True):
            assert low < value < high


def test_the_word_itself_goes_before_longer_ones(page):
    search(page, "İstanbul", "Enter")
    assert page.locator(".neighbours h4").inner_text() == "Nearest to İstanbul"


def test_a_word_that_is_not_there_is_said(page):
    search(page, "nowhere", "Enter")
    said = page.locator(".finder .said")
    assert page.locator("#announcer").inner_text() == "no word of the map has these letters"
    assert said.inner_text() == "no word of the map has these letters"
    assert said.is_visible()
    assert page.locator(".neighbours h4").count() == 0
    search(page, "中文", "Enter")
    assert said.inner_text() == ""


def test_enter_belongs_to_the_input_method_while_it_composes(page):
    search(page, "한국")
    for composing in (True, False):
        page.evaluate(
            """(isComposing) => document.getElementById('word-search').dispatchEvent(
            new KeyboardEvent('keydown', { key: 'Enter', isComposing, bubbles: true }))""",
            composing,
        )
        assert page.locator(".neighbours h4").count() == (0 if composing else 1)


def test_a_point_tells_its_word_when_hovered(page):
    for word in ("中文", "<b>bold</b>", "&amp;", "%{y}", "$x$", "🦊"):
        search(page, word, "Enter")
        at = WORDS.index(word)
        place = page.evaluate(PLACE, at)
        page.mouse.move(place["x"] - 3, place["y"])
        page.mouse.move(place["x"], place["y"])
        label = page.locator(f"{MAP} .hoverlayer text", has_text=word)
        assert label.text_content().startswith(word)
        assert f"count {REPORT.maps[0].counts[at]:,}norm" in label.text_content()


def test_a_click_on_a_point_is_a_search(page):
    search(page, "word40", "Enter")
    page.evaluate("document.querySelector('.neighbours').replaceChildren()")
    place = page.evaluate(PLACE, WORDS.index("word40"))
    page.mouse.move(place["x"] - 2, place["y"])
    page.mouse.move(place["x"], place["y"])
    page.mouse.down()
    page.mouse.up()
    page.locator(".neighbours h4").wait_for()
    assert page.locator(".neighbours h4").inner_text() == "Nearest to word40"


def test_the_plane_the_colours_and_the_run_can_be_chosen(page):
    go(page, "word-map")
    page.locator("[name=plane]").select_option("t-SNE")
    first = page.evaluate(PLACE, 0)["at"]
    assert first == rounded(np.round(REPORT.maps[0].planes["t-SNE"][0], 4))
    page.locator("[name=colour]").select_option("group")
    entries = page.locator(f"{MAP} .legend bdi").all_inner_texts()
    assert entries == ["<u>list</u>", "둘", "in no list"]
    search(page, "word07", "Enter")
    page.locator(f"{MAP} .controls select").first.select_option("1")
    assert page.locator(".neighbours h4").inner_text() == "Nearest to word07"  # in the other run
    second = page.evaluate(PLACE, 0)["at"]
    assert second == rounded(np.round(REPORT.maps[1].planes["t-SNE"][0], 4))


def test_the_map_moves_and_zooms_by_keyboard(page):
    search(page, "word20", "Enter")
    before = page.evaluate(PLACE, 20)["ranges"]
    for name in ("right", "up", "closer"):
        button = page.locator(f"{MAP} [name={name}]")
        button.focus()
        button.press("Enter")
    (left, right), (low, high) = page.evaluate(PLACE, 20)["ranges"]
    widths = [end - start for start, end in before]
    assert [right - left, high - low] == pytest.approx([0.6 * width for width in widths])
    middle = [(start + end) / 2 for start, end in before]
    expected = [at + 0.25 * width for at, width in zip(middle, widths, strict=True)]
    assert [(left + right) / 2, (low + high) / 2] == pytest.approx(expected)


def test_dragging_moves_the_map_and_stays_when_colours_change(page):
    search(page, "word20", "Enter")
    place = page.evaluate(PLACE, WORDS.index("word20"))
    page.mouse.move(place["x"] + 40, place["y"] + 40)
    page.mouse.down()
    page.mouse.move(place["x"] + 140, place["y"] + 40, steps=5)
    page.mouse.up()
    after = page.evaluate(PLACE, WORDS.index("word20"))
    assert after["x"] - place["x"] == pytest.approx(100, abs=3)
    page.locator("[name=colour]").select_option("group")
    page.locator("[name=colour]").select_option("frequency")
    assert page.evaluate(PLACE, WORDS.index("word20"))["x"] == pytest.approx(after["x"], abs=1)


def test_the_wheel_zooms_a_map_in_use_only(page):
    wide = page.evaluate(PLACE, 0)["ranges"]
    page.locator(f"{MAP} .plot").hover()
    page.mouse.wheel(0, 1)
    assert page.evaluate(PLACE, 0)["ranges"] == wide
    page.mouse.down()
    page.mouse.up()
    page.mouse.wheel(0, -200)
    page.wait_for_function(
        "(wide) => document.querySelector('#word-map .plot')._fullLayout.xaxis.range[1] < wide",
        arg=wide[0][1],
    )


def test_a_command_is_copied_or_selected(page):
    page.locator(".copy").first.click()
    button = page.locator(".copy").first
    page.wait_for_function("() => document.querySelector('.copy').textContent !== 'Copy'")
    if button.inner_text() != "Copied":  # no leave to write the clipboard
        assert page.evaluate("getSelection().toString()") == REPORT.runs[0].command
    assert button.get_attribute("aria-label") == f"Copy the command of {RUN}"


def test_a_legend_hides_and_shows(page):
    go(page, "curves-loss")
    button = page.locator("#curves-loss .legend button", has_text="held-out loss")
    lines = page.locator("#curves-loss .scatterlayer .trace")
    assert lines.count() == 3
    button.focus()
    button.press("Enter")
    assert lines.count() == 2
    again = page.locator("#curves-loss .legend button[aria-pressed=false]")
    assert again.inner_text() == "held-out loss"
    assert again.evaluate("(button) => button === document.activeElement")
    again.press("Enter")
    assert lines.count() == 3


def test_a_line_of_a_response_says_what_it_is_of(page):
    go(page, "response-1")
    assert page.locator("#response-1 .legend li").all_inner_texts() == ["lr=<b>"]


def run_in(browser, names, expression):
    """Return the value of an expression that uses functions of some scripts of the page."""
    static = resources.files("w2v.report.page") / "static"
    scripts = "\n".join((static / f"{name}.js").read_text("utf-8") for name in names)
    page = browser.new_page()
    value = page.evaluate(f"(() => {{ {scripts}\n return {expression}; }})()")
    page.close()
    return value


def test_ticks_of_a_response_do_not_lie_over_each_other(browser):
    places = [0.025, 0.05, 0.075, 0.1, 0.15, 0.3]
    texts = [str(place) for place in places]
    widths = json.dumps([2000, 220, 1])
    asked = f"{widths}.map((width) => apart({places}, {json.dumps(texts)}, width))"
    wide, narrow, none = run_in(browser, ["labels", "training"], asked)
    assert wide == texts
    assert (narrow[0], narrow[1], narrow[-1]) == ("0.025", "", "0.3")
    assert none == ["0.025", "", "", "", "", "0.3"]


def test_titles_of_axes_have_two_lines_where_one_has_no_room(browser):
    asked = "axisTitle('python-forms, Spearman x 100', true).text"
    assert run_in(browser, ["texts", "look"], asked) == "python-forms,<br>Spearman x 100"


def test_the_theme_follows_the_system_and_the_button(browser, file):
    colours = """() => [getComputedStyle(document.body).backgroundColor,
        document.querySelector('#curves-loss .xtick text').style.fill]"""
    with visit(browser, file, color_scheme="dark") as visited:
        page = visited.page
        go(page, "curves-loss")
        dark = page.evaluate(colours)
        assert page.locator("#theme").inner_text() == "Light theme"
        page.locator("#theme").click()
        light = page.evaluate(colours)
        assert page.locator("#theme").inner_text() == "Dark theme"
        assert all(one != other for one, other in zip(dark, light, strict=True))
        page.emulate_media(color_scheme="light")
        page.locator("#theme").click()
        assert page.evaluate(colours) == dark


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_stands_out_from_its_ground(browser, file, theme):
    pairs = """() => {
      const probe = document.getElementById('announcer');
      const colour = (name) => {
        probe.style.color = `var(--${name})`;
        return getComputedStyle(probe).color.match(/[\\d.]+/g).map(Number);
      };
      return Object.fromEntries(['page', 'raised', 'text', 'quiet', 'accent', 'mark'].map(
        (name) => [name, colour(name)]));
    }"""

    def light(colour):
        parts = [c / 255 for c in colour]
        parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    # Scripts change no colours of the page, and take long.
    with visit(browser, file, color_scheme=theme, java_script_enabled=False) as visited:
        colours = visited.page.evaluate(pairs)
    for ground in ("page", "raised"):
        for name in ("text", "quiet", "accent", "mark"):
            two = sorted((light(colours[ground]), light(colours[name])))
            assert (two[1] + 0.05) / (two[0] + 0.05) >= 4.5, (ground, name)


def test_words_are_only_ever_words(page):
    for figure in FIGURES:
        open_table(page, figure)
    for word in HOSTILE:
        search(page, shown(word), "Enter")
        assert page.locator(".neighbours h4 bdi").inner_text() == shown(word)
    for tag in ("main b", "main i", "main u", "main img", "main script", "h1 i"):
        assert page.locator(tag).count() == 0, tag
    assert page.locator("h1").inner_text() == REPORT.title
    assert page.locator("pre").first.inner_text() == REPORT.runs[0].command
    assert page.locator("script").count() == 4  # its own, and the library that it unpacked
    drawn = page.evaluate("""[...document.querySelectorAll('svg')].flatMap((svg) =>
        [...svg.querySelectorAll('*')].map((part) => part.tagName))""")
    assert not set(drawn) & {"a", "script", "foreignObject", "b"}
    assert not [tag for tag in drawn if tag == "image"]


def test_every_figure_has_its_table(page):
    views = (
        *(REPORT.curves[0], REPORT.bars[0], REPORT.responses[0], REPORT.maps[0]),
        *(REPORT.arrows[0], REPORT.norms[0], REPORT.frequencies[0]),
    )
    for figure, view in zip(FIGURES, views, strict=True):
        go(page, figure)
        expected = [[as_seen(cell) for cell in row] for row in view.table.rows]
        assert numbers_of(page, figure) == expected
        heads = page.locator(f"#{figure} thead th")
        assert heads.all_inner_texts() == view.table.columns
        assert {head.get_attribute("scope") for head in heads.all()} == {"col"}
        assert page.locator(f"#{figure} tbody th[scope=row]").count() == len(expected)
        assert page.locator(f"#{figure} caption").inner_text()


def test_a_table_follows_the_choice_of_a_run(page):
    go(page, "word-map")
    page.locator(f"{MAP} .controls select").first.select_option("1")
    after = numbers_of(page, "word-map")
    page.locator("#word-map details.table summary").click()  # closed, so that it opens again
    page.locator(f"{MAP} .controls select").first.select_option("0")
    assert numbers_of(page, "word-map") != after
    assert after == [[as_seen(cell) for cell in row] for row in REPORT.maps[1].table.rows]


def test_the_keyboard_reaches_everything(fresh):
    go(fresh, "word-map")
    fresh.evaluate("window.scrollTo(0, 0)")
    seen = []
    for _ in range(120):
        fresh.keyboard.press("Tab")
        state = fresh.evaluate(
            """() => { const at = document.activeElement;
            return [at.id || at.name || at.className || at.tagName, at.closest('figure')?.id || '',
              getComputedStyle(at).outlineStyle, at === document.body]; }"""
        )
        if state[3]:
            break
        seen.append((state[0], state[1]))
        assert state[2] != "none", state
    names = [name for name, _ in seen]
    assert names[0] == "skip"
    for name in ("theme", "copy", "plane", "colour", "closer", "farther", "all", "word-search"):
        assert name in names, name
    assert {figure for name, figure in seen if name == "SUMMARY"} == {*FIGURES, ""}
    assert names.index("skip") < names.index("theme") < names.index("word-search")


def test_the_skip_link_skips(browser, file):
    with visit(browser, file, java_script_enabled=False) as visited:
        visited.page.keyboard.press("Tab")
        visited.page.keyboard.press("Enter")
        assert visited.page.evaluate("document.activeElement.id") == "main"


def test_a_screen_reader_has_names_for_all(page):
    for figure in FIGURES:
        open_table(page, figure)
    search(page, "word")
    assert page.evaluate(RULES) == []
    label = page.locator("#curves-loss .plot").get_attribute("aria-label")
    assert f"loss of {RUN} falls from 3.04 to 1.8 over 4 epochs" in label
    assert f"held-out loss of {RUN} falls from 3.1 to 2.2 over 4 epochs" in label
    tree = page.locator("main").aria_snapshot()
    for part in ("combobox", "listbox", "option", 'table "Loss"', "img", "region"):
        assert part in tree, part


# What a checker of accessibility would find: a list of complaints.
RULES = """() => {
  const wrong = [];
  const all = (selector) => [...document.querySelectorAll(selector)];
  const ids = all('[id]').map((one) => one.id);
  ids.forEach((id, at) => { if (ids.indexOf(id) !== at) wrong.push(`twice: ${id}`); });
  for (const name of ['aria-describedby', 'aria-details', 'aria-controls', 'aria-labelledby',
    'aria-activedescendant', 'for']) {
    for (const one of all(`[${name}]`)) {
      if (!document.getElementById(one.getAttribute(name))) wrong.push(`${name}: ${one.outerHTML}`);
    }
  }
  for (const one of all('button, a[href], summary')) {
    if (!(one.getAttribute('aria-label') || one.textContent).trim()) wrong.push(one.outerHTML);
  }
  for (const one of all('input, select')) {
    if (!one.labels.length) wrong.push(`no label: ${one.outerHTML}`);
  }
  for (const one of all('[role=img], [role=region], figure, nav, [role=listbox]')) {
    if (!one.getAttribute('aria-label')) wrong.push(`no name: ${one.id || one.className}`);
  }
  for (const one of all('[role=img]')) {
    if (!one.getAttribute('aria-details')) wrong.push(`no table: ${one.className}`);
    if (one.querySelector('[tabindex="0"], button, a[href]')) wrong.push('a button in a picture');
  }
  let level = 0;
  for (const one of all('h1, h2, h3, h4')) {
    const next = Number(one.tagName[1]);
    if (next > level + 1) wrong.push(`heading: ${one.textContent}`);
    level = next;
  }
  for (const one of all('table')) {
    if (!one.caption?.textContent) wrong.push('a table without caption');
    if (one.querySelector('th:not([scope])')) wrong.push('a head without scope');
  }
  if (document.documentElement.lang !== 'en') wrong.push('lang');
  return wrong;
}"""


def test_without_scripts_there_are_facts_settings_and_commands(browser, file):
    with visit(browser, file, java_script_enabled=False) as visited:
        page = visited.page
        assert page.locator("noscript p").is_visible()
        assert page.locator("pre").first.inner_text() == REPORT.runs[0].command
        assert page.locator("#settings table").first.is_visible()
        assert "of 1,000 tokens an epoch, 100 left out" in page.locator("#vocabulary").inner_text()
        assert not page.locator("#word-search").is_visible()


def test_a_narrow_window_needs_no_scrolling_aside(browser, file):
    with visit(browser, file, viewport={"width": 320, "height": 800}) as visited:
        for figure in FIGURES:
            go(visited.page, figure)
        assert visited.page.evaluate("document.documentElement.scrollWidth") == 320


def test_on_paper_all_is_drawn_and_light(browser, file, tmp_path):
    with visit(browser, file, color_scheme="dark") as visited:
        visited.page.wait_for_selector(f"figure{DRAWN}")
        visited.page.pdf(path=tmp_path / "report.pdf")
        assert visited.page.locator(f"figure{DRAWN}").count() == len(FIGURES)


def test_sections_with_nothing_to_show_say_what_to_do(browser, tmp_path):
    write_page(empty_report(), tmp_path / "empty.html")
    with visit(browser, tmp_path / "empty.html") as visited:
        page = visited.page
        assert page.locator("figure").count() == 0
        assert "eval.sets=[…]" in page.locator("#evaluation").inner_text()
        for section in ("training", "responses", "map", "arrows", "lengths", "vocabulary"):
            assert page.locator(f"#{section} p.note").inner_text().endswith("."), section


def test_nothing_of_a_run_is_markup_in_the_file():
    page = page_of(REPORT)
    body = re.sub(r"<(script|style)\b.*?</\1>", "", page, flags=re.S)
    for text in (*HOSTILE[:4], "<i>run</i>", "<b>x</b>", "</pre><script>", "<b>note</b>"):
        assert text not in body
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]
    assert "default-src 'none'" in policy
    assert "unsafe-eval" not in policy
    assert "unsafe-inline" not in policy.split("style-src")[0]
    assert json.dumps(shown("a\udcff\ud800b"))  # a page is UTF-8, whatever words are
    page.encode("utf-8")
