"""A scene as the page to step through (`page/`), with rows for words that are typed into it."""

from __future__ import annotations

from w2v.lessons.explain.page.rows import N_SPARE, rows_of_run, rows_of_toy
from w2v.lessons.explain.page.writing import explain_page
from w2v.lessons.explain.run_scene import TrainedRun
from w2v.lessons.explain.scene import Choice, toy_rows
from w2v.lessons.explain.update import Scene
from w2v.text.tokenizers import TokenizerSpec


def page_of(scene: Scene, language: str, run: TrainedRun | None, choice: Choice) -> str:
    """Return the page of a scene.

    Parameters
    ----------
    scene : Scene
    language : str
        One of `languages()`.
    run : TrainedRun or None
        What the scene's rows are of; None for a toy vocabulary.
    choice : Choice
        What the scene was made of.
    """
    if run is None:
        n_rows, dim = scene.W_in.shape
        tables = toy_rows(scene.origin.seed, dim, 0, n_rows + N_SPARE)
        rows = rows_of_toy(*tables, TokenizerSpec(scene.origin.tokenizer))
    else:
        rows = rows_of_run(
            run.vocabulary.words,
            run.W_in,
            run.W_out,
            scene.row_ids,
            run.tokenizer(choice),
            scene.origin.run,
        )
    return explain_page(scene, language, rows)
