"""Write the page of `w2v explain` as one HTML file that computes in the reader's browser.

The page has the scene, the rows and its texts as JSON; scripts of `static/` do the rest.
"""

from __future__ import annotations

import base64
from pathlib import Path
from string import Template
from typing import Any

import numpy as np

from w2v import __version__
from w2v.lessons.explain.page.rows import Rows
from w2v.lessons.explain.update import Scene
from w2v.lessons.wording import Wording
from w2v.model.functions import Floats
from w2v.webpage.writing import escaped, head_of, joined_script, joined_style, json_text, shown

STATIC = Path(__file__).resolve().parent / "static"
TEXTS = "explain_page"
# In this order, after those of every page: each uses what is in those before it.
SCRIPTS = (
    "texts", "update", "words", "tables", "drawing", "network", "steps", "cells", "stage", "fields",
    "start",
)  # fmt: skip


def explain_page(scene: Scene, language: str, rows: Rows) -> str:
    """Return the page.

    Parameters
    ----------
    scene : Scene
        What the page begins with.
    language : str
        One of `languages()`.
    rows : Rows
        The rows of the scene, and those of words that may be typed.
    """
    say = Wording(language, TEXTS)
    script = joined_script(*(STATIC / f"{name}.js" for name in SCRIPTS))
    return Template((STATIC / "page.html").read_text("utf-8")).substitute(
        head=head_of(
            script,
            language=language,
            title=say("title"),
            style=joined_style(STATIC / "page.css"),
        ),
        data=_data({"language": language, "texts": say.templates, **_scene(scene, rows)}),
        script=script,
        title=escaped(say("title")),
        noscript=escaped(say("noscript")),
        skip=escaped(say("skip")),
        written_by=escaped(say("written_by", version=__version__)),
    )


def _scene(scene: Scene, rows: Rows) -> dict[str, Any]:
    """Return the scene and the rows as JSON has them."""
    spec = rows.tokenizer
    return {
        "scene": {
            "vocabulary": [*map(shown, scene.vocabulary)],
            "sentence": scene.sentence.tolist(),
            "center": scene.center_pos,
            "window": scene.window,
            "negatives": scene.negatives.tolist(),
            "lr": scene.lr,
            "gradient": scene.gradient,
            "left_out": [*map(shown, scene.origin.left_out)],
        },
        "rows": {
            "words": None if rows.words is None else [*map(shown, rows.words)],
            "ids": rows.ids.tolist(),
            "dim": scene.W_in.shape[1],
            "W_in": _packed_floats(rows.W_in),
            "W_out": _packed_floats(rows.W_out),
            "run": shown(rows.run),
        },
        "tokenizer": {
            "name": "whitespace" if spec.is_code else spec.name,
            "lowers": spec.lowers,
            "normalize": spec.normalize,
        },
    }


def _packed_floats(table: Floats) -> dict[str, Any]:
    """Return a table as base64 of its numbers, in as many bytes as lose nothing of them."""
    whole, half = table.astype("<f8"), table.astype("<f4")
    is_half = bool(np.array_equal(half.astype("<f8"), whole))
    content = (half if is_half else whole).tobytes()
    return {"bytes": 4 if is_half else 8, "base64": base64.b64encode(content).decode()}


def _data(value: dict[str, Any]) -> str:
    """Write JSON that ends no script element and begins no comment: no `<` is left in it."""
    return json_text(value).replace("<", "\\u003c")
