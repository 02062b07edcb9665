"""One update told: the lesson of `w2v explain`, six steps from the lookup to the update.

What is told of each step is in `forward_steps.py` and `backward_steps.py`.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from w2v.lessons.blocks import Lesson
from w2v.lessons.explain.backward_steps import backward_step, update_step
from w2v.lessons.explain.forward_steps import lookup_step, loss_step, mean_step, score_step
from w2v.lessons.explain.told import Told
from w2v.lessons.explain.update import Scene, Update, update_of
from w2v.lessons.wording import Wording


def explain_lesson(scene: Scene, language: str) -> Lesson:
    """Return the lesson of one update.

    Parameters
    ----------
    scene : Scene
    language : str
        One of `languages()`.

    Returns
    -------
    Lesson
        Its numbers hold the whole scene and the whole update; with `gradient: word2vec` also the
        update by the exact gradient. Arrays name rows of the scene's tables; `row_ids` has the ids.
    """
    update = update_of(scene)
    exact = None
    if scene.gradient == "word2vec":
        exact = update_of(dataclasses.replace(scene, gradient="exact"))
    say = Wording(language, "explain")
    told = Told(say, scene, update, exact)
    steps = (lookup_step, mean_step, score_step, loss_step, backward_step, update_step)
    return Lesson(
        command="explain",
        topic=told.center,
        language=language,
        title=say("title"),
        steps=tuple(step(told) for step in steps),
        numbers=_numbers(scene, update, exact),
    )


def _numbers(scene: Scene, update: Update, exact: Update | None) -> dict[str, Any]:
    """Return the scene and the update by the names of their fields."""
    numbers = {
        "scene": {**dataclasses.asdict(scene), "row_ids": scene.row_ids},
        "update": dataclasses.asdict(update),
    }
    if exact is not None:
        numbers["exact"] = dataclasses.asdict(exact)
    return numbers
