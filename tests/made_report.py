"""A report made by hand, of words and names that a careless page would choke on."""

from __future__ import annotations

import numpy as np

from w2v.report.contract import (
    Arrow,
    Arrows,
    Bars,
    Curves,
    FrequencyCurve,
    Line,
    Report,
    Response,
    RunFacts,
    Scatter,
    Settings,
    Table,
    WordMap,
)

HOSTILE = (
    "<script>alert(1)</script>",
    "</script>",
    "<b>bold</b>",
    "<img src=x onerror=alert(2)>",
    "&amp;",
    "%{y}",
    "한국어",
    "中文",
    "שלום",
    "🦊",
    "\"quoted'",
    "caf\udce9",
    "İstanbullu",
    "İstanbul",  # longer in small letters
    "long" * 60,
    "$x$",
    "__proto__",
)
WORDS = (*HOSTILE, *(f"word{n:02d}" for n in range(64)))
RUN = "<i>run</i> & co"
OUTSIDE = "outside<br>"  # a neighbour that is not in the map


def hostile_report():
    """Return a report with all views."""
    return Report(
        title=f"{RUN}, 둘째",
        runs=[facts(RUN), facts("둘째")],
        curves=[loss()],
        bars=[scores()],
        responses=[response()],
        maps=[word_map(RUN), word_map("둘째", shift=1)],
        arrows=[arrows()],
        norms=[norms()],
        frequencies=[frequencies()],
        settings=Settings(
            [RUN, "둘째"],
            [
                ("model.window", ["2", "5"], True, False),
                ("corpus.path", ["<b>x</b>.txt", "<b>x</b>.txt"], False, False),
            ],
        ),
    )


def empty_report():
    """Return the report of a run that has just begun."""
    return Report("begun", [facts("begun")], [], [], [], [], [], [], [], Settings(["begun"], []))


def facts(run):
    command = "w2v train 'corpus.path=</pre><script>alert(3)</script>'"
    return RunFacts(run, "runs/<b>x</b>", "done", command, [("status", "done"), ("loss", "1.5")])


def loss():
    x = np.arange(1, 5, dtype=float)
    lines = [
        Line(RUN, "loss", x, np.array([3.04, 2.5, 2.0, 1.8])),
        Line(RUN, "held-out loss", x, np.array([3.1, 2.6, np.nan, 2.2])),
        Line("둘째", "loss", x, np.array([3.2, 2.9, 2.7, 2.6])),
    ]
    rows = [
        [line.run, line.what, at, None if np.isnan(value) else value]
        for line in lines
        for at, value in zip(line.x.tolist(), line.y.tolist(), strict=True)
    ]
    table = Table(["run", "what", "epochs", "loss, nats"], rows)
    return Curves("loss", "Loss", "epochs", "loss, nats", lines, table)


def scores():
    sections = ["capital <b>", "수도", "x" * 90]
    values = np.array([[12.345, 50.0, np.nan], [20.0, 0.0, 100.0]])
    rows = [
        [run, section, None if np.isnan(value) else value]
        for run, line in zip((RUN, "둘째"), values.tolist(), strict=True)
        for section, value in zip(sections, line, strict=True)
    ]
    table = Table(["run", "section", "% right"], rows)
    return Bars("set <i>", "% right", sections, [RUN, "둘째"], values, table, "set")


def response():
    means, deviations = np.array([1.5, 1.25, np.nan]), np.array([0.1, np.nan, np.nan])
    series = [("lr=<b>", means, deviations, np.array([3, 1, 0]))]
    table = Table(["model.window", "loss", "sd"], [[2, 1.5, 0.1], [5, 1.25, None]])
    return Response("model.window", "loss, nats", "lower", [2, 5, 10], series, table)


def word_map(run, shift=0):
    rng = np.random.default_rng(5 + shift)
    n = len(WORDS)
    counts = np.sort(rng.integers(5, 90_000, n))[::-1]
    norms = rng.uniform(0.5, 9, n)
    planes = {"PCA": rng.normal(0, 1, (n, 2)), "t-SNE": rng.normal(0, 40, (n, 2))}
    neighbours = [
        [*((WORDS[(at + step) % n], 0.9 - 0.07 * step) for step in range(1, 10)), (OUTSIDE, 0.125)]
        for at in range(n)
    ]
    groups = ["<u>list</u>" if at % 9 == 0 else "둘" if at % 9 == 1 else None for at in range(n)]
    rows = [
        [
            word,
            int(counts[at]),
            round(float(norms[at]), 4),
            ", ".join(f"{other} ({cosine:.2f})" for other, cosine in neighbours[at][:3]),
            *(round(value, 4) for plane in planes.values() for value in plane[at].tolist()),
            groups[at],
        ]
        for at, word in enumerate(WORDS)
    ]
    places = ["PCA 1", "PCA 2", "t-SNE 1", "t-SNE 2"]
    table = Table(["word", "count", "norm", "nearest (cosine)", *places, "word list"], rows)
    explained = (0.125, 0.0625)
    return WordMap(run, list(WORDS), counts, norms, planes, explained, neighbours, groups, table)


def arrows():
    first = np.array([[0, 0], [1, 1], [0, 2], [1, 3.1], [1, 3]], dtype=float)
    second = np.array([[0, 0], [1, 1], [3, 5], [4, 6.1], [4, 6]], dtype=float)
    a, b = WORDS[:2]
    found = [
        Arrow((a, b, WORDS[2], WORDS[3]), WORDS[3], first),
        Arrow((a, b, WORDS[6], WORDS[7]), WORDS[4], second),
    ]
    table = Table(
        ["a", "b", "c", "d", "nearest"], [[*arrow.words, arrow.answer] for arrow in found]
    )
    return Arrows(RUN, "facts <b>, capitals", found, table)


def norms():
    x, y = np.geomspace(90_000, 5, len(WORDS)).round(), np.linspace(9, 0.5, len(WORDS))
    rows = [[w, int(a), b] for w, a, b in zip(WORDS, x.tolist(), y.tolist(), strict=True)]
    table = Table(["word", "count", "norm"], rows)
    titles = ("Norms", "count in the text", "norm of the vector")
    return Scatter(*titles, RUN, list(WORDS), x, y, (True, True), table)


def frequencies():
    ranks = np.array([1, 2, 3, 10, 50, 80])
    counts, trained = np.array([9e4, 5e4, 2e4, 900, 7, 2.0]), np.array([2e4, 1e4, 9e3, 900, 7, 0.0])
    tokens = {"read": 1000.0, "left out by min_count": 100.0, "trained": 900.0}
    rows = [
        [int(rank), count, left]
        for rank, count, left in zip(ranks, counts.tolist(), trained.tolist(), strict=True)
    ]
    table = Table(["rank", "count", "trained"], rows)
    return FrequencyCurve(
        RUN, ranks, counts, trained, "below min_count 5", 60, 20, tokens, table, "a <b>note</b>", 61
    )
