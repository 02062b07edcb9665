"""Pictures of views, the fonts of their words, and `w2v plot` as a user meets it."""

from __future__ import annotations

import logging
import re
import sys
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from fonts import LATIN, make_font
from made_runs import vouch
from matplotlib.figure import Figure
from matplotlib.font_manager import FontEntry
from test_cli import w2v

from w2v import train
from w2v.cli import plot as command
from w2v.errors import UsageError
from w2v.report.contract import Bars, Curves, FrequencyCurve, Line, Response, Table, WordMap
from w2v.report.plots import choosing, fonts, pictures
from w2v.report.plots.curves import MOST_IN_LEGEND, bars_picture, curves_picture
from w2v.report.plots.fonts import OWN, find_fonts, named
from w2v.report.plots.labels import label_of, place_labels
from w2v.report.plots.pictures import DARK, DPI, LIGHT, Picture, plain_number, write_picture
from w2v.report.plots.sums import frequency_picture, response_picture
from w2v.report.plots.words import map_picture

HANGUL = "가나다"
NO_TABLE = Table([], [])
PNG, PDF = b"\x89PNG\r\n\x1a\n", b"%PDF-"


# ---------------------------------------------------------------------------- fonts


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Let these fonts, and matplotlib's own, be all that the machine has."""
    own = [face for face in fonts.installed_faces() if face.name == OWN]

    def install(**letters_of):
        faces = [
            FontEntry(fname=str(make_font(tmp_path / f"{name}.ttf", letters, name)), name=name)
            for name, letters in letters_of.items()
        ]
        monkeypatch.setattr(fonts, "installed_faces", lambda: [*own, *faces])
        monkeypatch.setattr(fonts, "_new_faces", list)

    install()
    return install


def names(faces):
    return [face.name for face in faces]


def test_latin_takes_no_other_font(installed):
    installed(Korean=HANGUL)
    assert names(find_fonts(["plain, élan", "Ωμέγα"])) == [OWN]


def test_a_font_is_found_for_each_script(installed):
    installed(Korean=HANGUL + LATIN, Chinese="中文", Useless="中")
    assert names(find_fonts(["가 나다", "word"])) == [OWN, "Korean"]
    assert names(find_fonts(["가", "中文"])) == [OWN, "Chinese", "Korean"]


def test_a_sans_font_of_the_script_goes_first(installed):
    installed(**{"Some Serif KR": HANGUL, "NanumGothic": HANGUL, "Noto Sans CJK KR": HANGUL})
    assert names(find_fonts([HANGUL])) == [OWN, "Noto Sans CJK KR"]
    installed(**{"A Serif": HANGUL, "Z Sans": HANGUL})
    assert names(find_fonts([HANGUL])) == [OWN, "Z Sans"]


@pytest.mark.parametrize(
    ("text", "shown", "package"),
    [
        ("가나라마", "라 마;", "fonts-noto-cjk"),
        ("𐎀", "𐎀;", "fonts-noto-core"),
        ("".join(map(chr, range(0x4E00, 0x4E10))), "一 丁 丂 七 丄 丅 丆 万 and 8 more;", "-cjk"),
        ("\x01", "U+0001;", "fonts-noto-core"),
    ],
)
def test_the_error_says_which_letters_and_what_to_install(installed, text, shown, package):
    installed(Korean=HANGUL)
    with pytest.raises(UsageError) as caught:
        find_fonts([text])
    message = str(caught.value)
    assert shown in message
    assert package in message
    assert "--font" in message
    assert "\n" not in message


def test_a_font_that_was_installed_since_is_found(installed, tmp_path, monkeypatch):
    new = FontEntry(fname=str(make_font(tmp_path / "n.ttf", HANGUL, "New")), name="New")
    monkeypatch.setattr(fonts, "_new_faces", lambda: [new])
    assert names(find_fonts([HANGUL])) == [OWN, "New"]


def test_the_machine_is_looked_through_again(tmp_path, monkeypatch):
    file = make_font(tmp_path / "new.ttf", HANGUL, "New One")
    (tmp_path / "broken.ttf").write_bytes(b"no font")
    found = [str(tmp_path / "broken.ttf"), str(file)]
    monkeypatch.setattr("matplotlib.font_manager.findSystemFonts", lambda: found)
    assert "New One" in names(fonts._new_faces())


def test_a_font_file_goes_before_all(installed, tmp_path):
    file = make_font(tmp_path / "mine.ttf", HANGUL, "Mine")
    assert names(find_fonts([HANGUL, "word"], file)) == [str(file), OWN]
    (tmp_path / "text.ttf").write_text("no font", "utf-8")
    for name, reason in (("text.ttf", "no font"), ("gone.ttf", "No such file")):
        with pytest.raises(UsageError, match=f"{name} cannot be read: {reason}"):
            find_fonts(["a"], tmp_path / name)


def test_a_font_that_cannot_be_read_has_no_letters(installed, tmp_path, monkeypatch):
    (tmp_path / "bad.ttf").write_bytes(b"\0\1\0\0")
    bad = FontEntry(fname=str(tmp_path / "bad.ttf"), name="Noto Sans CJK KR")
    own = fonts.installed_faces()
    monkeypatch.setattr(fonts, "installed_faces", lambda: [*own, bad])
    with pytest.raises(UsageError, match="no font here has"):
        find_fonts([HANGUL])


def test_matplotlib_forgets_the_fonts_of_a_picture(installed):
    from matplotlib.font_manager import fontManager

    before = list(fontManager.ttflist)
    with named(find_fonts(["a"])) as families:
        assert len(fontManager.ttflist) == len(before) + 1
        assert families[0] not in names(before)
    assert fontManager.ttflist == before


# ---------------------------------------------------------------------------- labels


def test_labels_show_what_can_be_shown():
    assert label_of("a\x07b\u200dc") == "a\N{REPLACEMENT CHARACTER}bc"
    assert label_of("가" * 50) == "가" * 23 + "…"


def boxes_of(axes):
    figure = axes.figure
    renderer = figure.canvas.get_renderer()
    return [text.get_window_extent(renderer) for text in axes.texts]


@pytest.mark.parametrize("away", [False, True])
def test_no_two_labels_overlap(away):
    rng = np.random.default_rng(3)
    points = rng.normal(size=(200, 2))
    labels = [f"word{at}" for at in range(200)]
    with named(find_fonts(labels)) as families:
        from matplotlib import rc_context
        from matplotlib.backends.backend_agg import FigureCanvasAgg

        with rc_context({"font.family": families}):
            figure = Figure(figsize=(4, 3), layout="constrained")
            FigureCanvasAgg(figure)
            axes = figure.add_subplot()
            axes.scatter(*points.T)
            placed = place_labels(
                axes, points, labels, LIGHT, away=points if away else None, room=0.0
            )
            boxes = boxes_of(axes)
    assert placed[0] == "word0"  # who comes first has a place
    assert 10 < len(placed) < 200
    assert len(boxes) == len(placed)
    for at, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[:at])
    if away:
        x, y = points[0]
        dx, dy = axes.texts[0].xyann
        assert x * dx + y * dy > 0


def test_labels_keep_off_the_points_of_others():
    points = np.array([[0, 0], [0.05, 0], [1, 1.0]])
    labels = ["one", "two", "three"]
    with named(find_fonts(labels)):
        figure = Figure(figsize=(4, 3))
        from matplotlib.backends.backend_agg import FigureCanvasAgg

        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        axes.scatter(*points.T)
        axes.margins(0.3)
        assert place_labels(axes, points, labels, LIGHT, room=3.0) == labels
        for number, box in enumerate(boxes_of(axes)):
            at = axes.transData.transform(points)
            others = np.delete(at, number, axis=0)
            assert not any(box.contains(*place) for place in others)


# -------------------------------------------------------------------------- pictures


def draw(picture, theme=LIGHT):
    """Draw on a figure that can be asked."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    with named(find_fonts(picture.texts)) as families, rc_context():
        from matplotlib import rcParams

        rcParams.update(pictures._settings(theme, families))
        figure = Figure(figsize=picture.size, layout="constrained")
        FigureCanvasAgg(figure)
        picture.draw(figure, theme)
        figure.draw_without_rendering()
    return figure


def line(run, what, n=4):
    return Line(run, what, np.arange(1.0, n + 1), np.linspace(2, 1, n))


def test_many_runs_have_a_legend_that_fits():
    lines = [line(f"run {at}", "loss") for at in range(MOST_IN_LEGEND + 6)]
    curves = Curves("loss", "Loss", "epochs", "nats", lines, NO_TABLE)
    axes = draw(curves_picture(curves)).axes[0]
    texts = [text.get_text() for text in axes.get_legend().texts]
    assert texts == [*(f"run {at}" for at in range(MOST_IN_LEGEND)), "and 6 more"]
    looks = {(drawn.get_color(), str(drawn.get_linestyle())) for drawn in axes.lines}
    assert len(looks) >= MOST_IN_LEGEND  # matplotlib gives all kinds of dashes one name


def test_long_names_of_a_sweep_keep_their_ends():
    names = [f"gradient-word2vec_window-10_lr-0.{at}_seed-0" for at in range(3)]
    curves = Curves("loss", "Loss", "epochs", "nats", [line(n, "loss") for n in names], NO_TABLE)
    texts = [t.get_text() for t in draw(curves_picture(curves)).axes[0].get_legend().texts]
    assert texts == [f"gradient-word2v…10_lr-0.{at}_seed-0" for at in range(3)]


def test_many_bars_of_one_section_have_their_names_beside_them():
    names = [f"run {at}" for at in range(MOST_IN_LEGEND + 6)]
    values = np.linspace(1, 60, len(names))[:, None]
    axes = draw(bars_picture(Bars("t", "score", ["all"], names, values, NO_TABLE))).axes[0]
    assert axes.get_legend() is None
    ticks = dict(
        zip((t.get_text() for t in axes.get_yticklabels()), axes.get_yticks(), strict=True)
    )
    middles = {bar.get_width(): bar.get_y() + bar.get_height() / 2 for bar in axes.patches}
    assert [*ticks] == names
    assert [*ticks.values()] == pytest.approx([middles[value] for value in values[:, 0]])


def test_one_run_has_its_name_in_the_title_and_heldout_dotted():
    lines = [line("a$b$", "loss"), line("a$b$", "held-out loss", 2)]
    curves = Curves("loss", "Loss", "epochs", "nats", lines, NO_TABLE)
    axes = draw(curves_picture(curves)).axes[0]
    assert axes.get_title(loc="left") == "Loss, a$b$"
    assert [text.get_text() for text in axes.get_legend().texts] == [
        "loss in training",
        "held-out loss",
    ]
    assert axes.lines[1].get_linestyle() == ":"


def test_bars_are_as_long_as_scores():
    values = np.array([[10.0, np.nan], [30.0, 40.0]])
    bars = Bars("set, by section", "%", ["first", "second"], ["a", "b"], values, NO_TABLE, "set")
    axes = draw(bars_picture(bars)).axes[0]
    assert [patch.get_width() for patch in axes.patches] == [10, 0, 30, 40]
    assert [text.get_text() for text in axes.texts] == ["10.0", "not asked", "30.0", "40.0"]
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["first", "second"]
    many = [f"run {at}" for at in range(MOST_IN_LEGEND + 2)]
    bars = Bars("set", "%", ["first", "second"], many, np.ones((len(many), 2)), NO_TABLE)
    axes = draw(bars_picture(bars)).axes[0]
    assert axes.get_legend().texts[-1].get_text() == "and 2 more"


def word_map_of(words, groups=None):
    n = len(words)
    rng = np.random.default_rng(1)
    groups = groups or [None] * n
    counts = np.arange(n, 0, -1)
    plane = {"PCA": rng.normal(size=(n, 2))}
    return WordMap("run", words, counts, np.ones(n), plane, (0.5, 0.2), [[]] * n, groups, NO_TABLE)


def test_a_map_has_the_words_that_were_asked_for():
    view = word_map_of(["the", "$cat$", "dog", "far"])
    assert [t.get_text() for t in draw(map_picture(view)).axes[0].texts] == view.words
    figure = draw(map_picture(view, words=["dog", "$cat$"]), DARK)
    assert [t.get_text() for t in figure.axes[0].texts] == ["dog", "$cat$"]
    assert draw(map_picture(view, n_labels=0)).axes[0].texts[:] == []
    assert len(figure.axes) == 2  # with a scale of counts
    assert len(draw(map_picture(replace(view, counts=np.ones(4, np.int64)))).axes) == 1
    assert "50.0 % of the variance" in figure.axes[0].get_xlabel()


def test_a_map_of_word_lists_has_a_legend_instead():
    view = word_map_of(["the", "cat", "dog", "red"], [None, "animals", "animals", "colors"])
    [axes] = draw(map_picture(view)).axes
    assert [text.get_text() for text in axes.get_legend().texts] == ["animals", "colors"]
    assert [text.get_text() for text in axes.texts] == ["cat", "dog", "red"]


def test_error_bars_are_the_deviations():
    series = [
        ("a=1", np.array([1.0, 2.0]), np.array([0.5, np.nan]), np.array([3, 1])),
        ("a=2", np.array([np.nan, 3.0]), np.array([np.nan, 0.25]), np.array([0, 3])),
    ]
    view = Response("train.lr", "loss, nats", "lower", [0.01, 1.0], series, NO_TABLE)
    axes = draw(response_picture(view)).axes[0]
    assert axes.get_xscale() == "log"
    assert axes.get_ylabel() == "loss, nats (lower is better)"
    assert axes.get_title(loc="left").endswith("mean ± standard deviation of 1 to 3 runs")
    segments = [c.get_segments() for c in axes.collections]
    ends = [[segment[:, 1].tolist() for segment in some] for some in segments]
    assert ends == [[[0.5, 1.5], [2, 2]], [[2.75, 3.25]]]
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["0.01", "1"]


def test_parts_of_the_tokens_are_parts_of_a_bar():
    tokens = {"read": 200.0, "left out by min_count": 50.0, "trained": 150.0}
    at = np.arange(1, 4)
    view = FrequencyCurve(
        "run", at, at[::-1] * 9.0, np.array([27.0, 18, 0]), "too rare", 2, 1, tokens,
        NO_TABLE, "a note", first_dropped=3,
    )  # fmt: skip
    figure = draw(frequency_picture(view))
    assert [patch.get_width() for patch in figure.axes[1].patches] == [75, 25]
    above = figure.axes[0]
    assert above.get_legend().texts[-1].get_text() == "1 word without a row: too rare"
    assert [patch.get_x() for patch in above.patches] == [2.5]
    assert figure.get_supxlabel() == "a note"
    above = draw(frequency_picture(replace(view, first_dropped=None))).axes[0]
    assert above.get_legend().texts[-1].get_text() == "1 word without a row: too rare"
    assert not above.patches  # no part of the ranks is theirs alone


def test_names_that_begin_with_an_underscore_are_in_legends():
    x = np.array([1.0, 2.0])
    lines = [Line(run, "loss", x, x) for run in ("_first", "second")]
    curves = draw(curves_picture(Curves("loss", "Loss", "x", "y", lines, NO_TABLE))).axes[0]
    bars = Bars("set", "%", ["part"], ["_first", "second"], np.ones((2, 1)), NO_TABLE, "set")
    groups = draw(map_picture(word_map_of(["the", "cat"], ["_first", "second"]))).axes[0]
    for axes in (curves, draw(bars_picture(bars)).axes[0], groups):
        texts = [text.get_text().strip() for text in axes.get_legend().texts]
        assert texts[:2] == ["_first", "second"]


def test_numbers_at_ticks_are_plain():
    assert [plain_number(n) for n in (1, 1e3, 1e6, 0.1)] == ["1", "1,000", "1,000,000", "0.1"]


def test_colours_are_told_apart():
    for theme in (LIGHT, DARK):
        assert len(set(theme.colours)) == len(theme.colours) == 7
        assert theme.paper not in theme.colours


# ---------------------------------------------------------------------------- files


@pytest.fixture(scope="module")
def runs(tmp_path_factory, corpus):
    """Four runs: two seeds of two windows."""
    home = tmp_path_factory.mktemp("runs")
    (home / "set.txt").write_text(": colors\nred green blue pink\ncat dog cow hen\n", "utf-8")
    for window in (2, 5):
        for seed in (1, 2):
            settings = {
                "corpus.path": str(corpus), "model.dim": 8, "model.window": window,
                "train.seed": seed, "train.epochs": 2, "train.chunk": 2000, "eval.heldout": 0.1,
                "train.engine": "numpy", "eval.sets": [str(home / "set.txt")],
                "train.replicas": 1, "train.subsample": 0.02,
            }  # fmt: skip
            train(settings, out=home / "sweep" / f"w{window}-s{seed}")
    return home / "sweep"


OF_ALL = {"loss", "lr", "speed", "eval", "response"}
MORE = {
    "response": ("--measure", "heldout_loss", "--setting", "model.window"),
    "map": ("--word", "red", "--word", "cat"),
}


@pytest.mark.parametrize("what", list(command.WHAT))
def test_every_picture_is_written_the_same_twice(runs, tmp_path, what):
    run = runs if what in OF_ALL else runs / "w2-s1"
    endings = (".png", ".svg", ".pdf") if what in ("loss", "map") else (".png", ".svg")
    for ending in endings:
        written = []
        for name in ("a", "b"):
            out = tmp_path / f"{name}{ending}"
            more = ("--dpi", 40, "--dark") if ending == ".png" else ()
            done = w2v("plot", run, "--what", what, "--out", out, *MORE.get(what, ()), *more)
            assert done.stdout == ""
            assert done.stderr == f"written to {out}\n"
            written.append(out.read_bytes())
        assert written[0] == written[1]
        if ending == ".svg":
            root = ElementTree.fromstring(written[0])
            assert root.tag == "{http://www.w3.org/2000/svg}svg"
            assert b"<text" not in written[0]  # letters are outlines
            assert not re.search(rb"<dc:date>|20\d\d-\d\d-\d\d", written[0])
        else:
            assert written[0].startswith(PNG if ending == ".png" else PDF)


def test_korean_words_are_drawn_from_a_font_that_has_them(folder, installed, caplog, tmp_path):
    (folder / "ko.txt").write_text("가나 나다 다가 $가$ 나가\n" * 30, "utf-8")
    settings = ("model.dim=4", "train.epochs=1", "train.subsample=0", "name=ko")
    w2v("train", "--quiet", "--corpus", "ko.txt", *settings)
    done = w2v("plot", "ko-1", "--what", "map", "--out", "map.svg", code=2)
    assert done.stderr.startswith("w2v: no font here has 가 나 다; install one")
    assert not (folder / "map.svg").exists()
    installed(Korean=HANGUL)
    with caplog.at_level(logging.WARNING):
        w2v("plot", "ko-1", "--what", "map", "--out", "map.svg")
        w2v("plot", "ko-1", "--what", "map", "--out", "map.pdf", "--words", 2)
    assert caplog.records == []
    file = make_font(tmp_path / "mine.ttf", HANGUL, "Mine")
    installed()
    w2v("plot", "ko-1", "--what", "map", "--out", "own.png", "--font", file)


def test_a_letter_that_no_font_has_would_be_warned_of(tmp_path, installed):
    picture = Picture(lambda figure, _: figure.text(0.5, 0.5, "가"), texts=[])
    with pytest.warns(UserWarning, match="missing"):  # and a warning is an error here
        write_picture(picture, tmp_path / "a.png")


def test_words_that_a_careless_picture_would_choke_on(tmp_path, installed):
    words = ["<script>", "&amp;", "a--b", "$x^{$", "%{y}", "caf\udce9", "שלום", "\x00", "w" * 99]
    view = word_map_of(words, ["<b>", *[None] * 8])
    for ending in pictures.ENDINGS:
        write_picture(map_picture(view, n_labels=9), tmp_path / f"a{ending}", dpi=20)
    ElementTree.parse(tmp_path / "a.svg")
    axes = draw(map_picture(view, words=words)).axes[0]
    shown = {text.get_text() for text in axes.texts}
    assert {"caf\N{REPLACEMENT CHARACTER}", "$x^{$", "w" * 23 + "…"} <= shown


def test_size_and_dpi(runs, tmp_path):
    out = tmp_path / "out.PNG"
    w2v("plot", runs / "w2-s1", "--what", "loss", "--out", out, "--size", "4x3", "--dpi", 50)
    assert [int.from_bytes(out.read_bytes()[at : at + 4], "big") for at in (16, 20)] == [200, 150]
    done = w2v(
        "plot", runs / "w2-s1", "--what", "loss", "--out", tmp_path / "b.png", "--json", "--quiet"
    )
    assert done.stdout == f'{{"what": "loss", "file": "{tmp_path / "b.png"}"}}\n'


def test_settings_of_other_pictures_are_left_alone(tmp_path):
    import matplotlib

    before = dict(matplotlib.rcParams)
    with matplotlib.rc_context({"font.size": 99, "figure.facecolor": "red"}):
        write_picture(Picture(lambda figure, _: None, []), tmp_path / "a.png", dpi=20)
        assert matplotlib.rcParams["font.size"] == 99
    write_picture(Picture(lambda figure, _: None, []), tmp_path / "b.png", dpi=20)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert dict(matplotlib.rcParams) == before
    assert DPI == 200


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("{w}", "--what", "loss", "--out", "a.gif"), "does not end in .png, .svg or .pdf"),
        (("{w}", "--what", "loss", "--out", "none/a.png"), "none is no folder"),
        (("{w}/run.json", "--what", "loss", "--out", "a.png"), "a picture is made of a run"),
        (("nobody", "--what", "loss", "--out", "a.png"), "there is no run 'nobody'"),
        (("{all}", "--what", "map", "--out", "a.png"), "is of one run, and 4 are given"),
        (("{w}", "--what", "response", "--out", "a.png"), "`w2v sweep` makes them"),
        (("{all}", "--what", "response", "--out", "a.png"), "choose one with --measure: loss, he"),
        (
            ("{all}", "--what", "response", "--setting", "x", "--out", "a.png"),
            "--setting 'x' is not there; there is model.window",
        ),
        (("{w}", "--what", "eval", "--set", "x", "--out", "a.png"), "there is set"),
        (("{w}", "--what", "map", "--word", "zebra", "--out", "a.png"), "'zebra' is not in the"),
        (("{w}", "--what", "map", "--list", "gone", "--out", "a.png"), "word list gone cannot"),
        (("{w}", "--what", "map", "--list", "my.txt", "--out", "a.png"), "is more than a word"),
        (("{w}", "--what", "map", "--list", "other.txt", "--out", "a.png"), "no word of the word"),
        (("{w}", "--what", "arrows", "--analogies", "x.txt", "--out", "a.png"), "cannot be read"),
        (("{w}", "--what", "arrows", "--analogies", "facts-ko", "--out", "a.png"), "no question"),
        (("{w}", "--what", "map", "--font", "my.txt", "--out", "a.png"), "no font"),
    ],
)
def test_what_cannot_be_drawn(folder, runs, arguments, message):
    (folder / "other.txt").write_text("zebra\n", "utf-8")
    filled = [part.format(all=runs, w=runs / "w2-s1") for part in arguments]
    assert w2v_fails(*filled).count("\n") == 1
    assert message in w2v_fails(*filled)
    assert not (folder / "a.png").exists()


def w2v_fails(*arguments):
    """Return what `w2v plot` says of a mistake."""
    from test_cli import RUNNER, main

    result = RUNNER.invoke(main, ["plot", *arguments])
    assert result.exit_code in (1, 2, 3)
    assert isinstance(result.exception, SystemExit)
    return result.stderr


def test_a_picture_is_replaced_only_if_asked(folder, runs):
    (folder / "a.png").write_text("mine", "utf-8")
    asked = ("plot", runs / "w2-s1", "--what", "lr", "--out", "a.png", "--dpi", 20)
    assert "--force" in w2v(*asked, code=1).stderr
    w2v(*asked, "--force")
    assert (folder / "a.png").read_bytes().startswith(PNG)


@pytest.mark.parametrize("size", ["8", "0x1", "axb", "nanx3", "100x5", "8x5x3"])
def test_sizes_that_are_none(runs, size):
    done = w2v("plot", runs / "w2-s1", "--what", "lr", "--out", "a.png", "--size", size, code=2)
    assert "is no size in inches" in done.stderr


def test_without_matplotlib_one_sentence_says_what_to_install(folder, runs, monkeypatch):
    for name in [name for name in sys.modules if name.split(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    done = w2v("plot", runs / "w2-s1", "--what", "lr", "--out", "a.png", code=2)
    assert done.stderr == "w2v: w2v plot needs matplotlib: pip install 'w2v[plot]'\n"


def test_a_run_that_was_not_measured(folder):
    w2v("train", "--quiet", "--corpus", "my.txt", "model.dim=4", "train.epochs=1")
    done = w2v("plot", "latest", "--what", "eval", "--out", "a.png", code=2)
    assert "run-1 was measured on no set" in done.stderr
    (folder / "runs/run-1/metrics.jsonl").unlink()
    vouch(folder / "runs/run-1")
    done = w2v("plot", "latest", "--what", "loss", "--out", "a.png", code=2)
    assert "run-1 ended before anything was measured" in done.stderr
    (folder / "runs/run-1/vectors.npy").unlink()
    vouch(folder / "runs/run-1")
    assert (
        "has no vectors.npy"
        in w2v("plot", "run-1", "--what", "norms", "--out", "a.png", code=1).stderr
    )


def test_what_is_drawn_is_what_is_offered():
    assert list(command.WHAT) == list(choosing.PICTURES)
    assert command.ENDINGS == pictures.ENDINGS == tuple(pictures.METADATA)
