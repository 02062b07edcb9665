"""Lessons: every number made visible, by the same layers and engines that train.

A lesson is made of steps, and a step of blocks (`blocks.py`): paragraphs, matrices, tables, bars.
Its texts are in `texts/`, a folder for each language, and are filled in by `wording.py`. The
terminal (`w2v/cli/lesson_page.py`), JSON (`as_json.py`) and the page (`page/`) show one and the
same `Lesson`.

A folder for each command: `explain`, `gradcheck`, `learn`, `exercise`, `inspect`.
"""
