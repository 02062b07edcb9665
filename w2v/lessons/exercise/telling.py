"""Tell a learner of the exercises: which there are, what to write, and the hints."""

from __future__ import annotations

from typing import Any

from w2v.lessons.blocks import Block, Lesson, Lines, Step, Table, Text
from w2v.lessons.exercise.folder import Folder
from w2v.lessons.exercise.task import Task
from w2v.lessons.exercise.tasks import TASKS
from w2v.lessons.exercise.words import Words


def list_lesson(folder: Folder, language: str) -> Lesson:
    """Tell which exercises there are, which passed, and which is next."""
    words = Words(None, language, folder.path)
    states = {task.topic: folder.state_of(task) for task in TASKS.values()}
    following = folder.next_task()
    rows = [
        (
            f"{number}",
            topic,
            Words(task, language).own("title"),
            words(f"state_{states[topic]}"),
        )
        for number, (topic, task) in enumerate(TASKS.items(), 1)
    ]
    heads = ("", words("col_exercise"), words("col_title"), words("col_state"))
    marked = frozenset({list(TASKS).index(following.topic)} if following else ())
    if following is None:
        going_on: list[Block] = [Text(words("all_passed")), Lines((words.command("train"),))]
    else:
        begun = states[following.topic] != "new"
        key = f"next_{'go_on' if begun else 'begin'}"
        command = words.command(following.topic, *(["--check"] if begun else []))
        going_on = [Text(words(key, topic=following.topic)), Lines((command,))]
    return Lesson(
        "exercise",
        "list",
        language,
        words("list_title", n=len(TASKS)),
        (
            Step(
                "list",
                words("step_list"),
                (*_texts(words, "list_intro"), Table(heads, tuple(rows), marked=marked)),
            ),
            Step("next", words("step_next"), tuple(going_on)),
        ),
        numbers={
            "folder": str(folder.path),
            "states": states,
            "next": "train" if following is None else following.topic,
        },
    )


def stub_lesson(task: Task, folder: Folder, *, is_new: bool, language: str) -> Lesson:
    """Tell where the stub is, and what to do with it."""
    words = Words(task, language, folder.path)
    file = folder.file_of(task)
    key = "is_written" if is_new else "is_there"
    blocks: list[Block] = [Text(words(key, file=file))]
    blocks += _texts(words, "how_to", function=task.function)
    blocks.append(Lines(words.commands(task.topic)))
    what = Step("task", words("step_task"), (Text(words.own("task")), Lines(task.formula)))
    return Lesson(
        "exercise",
        task.topic,
        language,
        words.title(),
        (what, Step("file", words("step_file"), tuple(blocks))),
        numbers={"file": str(file), "written": is_new},
    )


def task_lesson(task: Task, language: str) -> Lesson:
    """Tell an exercise as a page: the task, the shapes, an example, and each hint by itself."""
    words = Words(task, language)
    names = (*task.arguments, *(part.name for part in task.parts if part.name != task.in_place))
    rows = [
        (name, task.shapes[name][0], task.shapes[name][1], words.own(f"about_{name}"))
        for name in names
    ]
    call = f"def {task.function}({', '.join(task.arguments)}):"
    returned = words("returns_nothing", name=task.in_place)
    if not task.in_place:
        returned = words("returns_these", names=words.listed([part.name for part in task.parts]))
    heads = (words("col_name"), words("col_shape"), words("col_type"), words("col_meaning"))
    steps = [
        Step("task", words("step_task"), (Text(words.own("task")), Lines(task.formula))),
        Step(
            "shapes",
            words("step_shapes"),
            (Lines((call,)), Text(returned), Table(heads, tuple(rows))),
        ),
        Step("example", words("step_example"), (Lines(task.example),)),
    ]
    for number, hint in enumerate(words.hints(), 1):
        title = words("step_hint", number=number, n=words.n_hints())
        steps.append(Step(f"hint-{number}", title, (Text(hint),), is_folded=True))
    check = (Text(words("write_it", function=task.function)), Lines(words.commands(task.topic)))
    steps.append(Step("check", words("step_file"), check))
    numbers = {"function": task.function, "hints": words.n_hints()}
    return Lesson("exercise", task.topic, language, words.title(), tuple(steps), numbers=numbers)


def hint_lesson(task: Task, folder: Folder, language: str) -> Lesson:
    """Tell one more hint than the last time; after the last one, all are told again."""
    words = Words(task, language, folder.path)
    hints = words.hints()
    seen = min(folder.hints_seen(task) + 1, len(hints) + 1)
    folder.remember_hints(task, min(seen, len(hints)))
    is_over = seen > len(hints)
    numbered = list(enumerate(hints, 1)) if is_over else [(seen, hints[seen - 1])]
    steps = [
        Step(f"hint-{number}", words("step_hint", number=number, n=len(hints)), (Text(hint),))
        for number, hint in numbered
    ]
    key = "no_more_hints" if seen >= len(hints) else "more_hints"
    going_on = (
        Text(words(key)),
        Lines(words.commands(task.topic)[: 1 if seen >= len(hints) else 2]),
    )
    steps.append(Step("next", words("step_next"), going_on))
    numbers = {"hint": min(seen, len(hints)), "of": len(hints), "is_last": seen >= len(hints)}
    return Lesson("exercise", task.topic, language, words.title(), tuple(steps), numbers=numbers)


def _texts(words: Words, key: str, **values: Any) -> list[Block]:
    """Return the paragraphs of a text."""
    return [Text(part) for part in words.shared.paragraphs(key, **values)]
