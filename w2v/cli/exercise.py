"""`w2v exercise`: eight small steps to a word2vec of one's own, checked against the product."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from w2v.cli.lesson_options import lesson_options, page_file, show_lesson
from w2v.cli.terminal import common_options, note, printable, seconds_for_people, settings
from w2v.errors import OutputError, UsageError, quoted
from w2v.lessons.languages import language_of

if TYPE_CHECKING:
    from w2v.lessons.blocks import Lesson
    from w2v.lessons.exercise.folder import Folder
    from w2v.lessons.exercise.task import Task

TRAIN = "train"
# As in w2v/lessons/exercise/tasks, which imports NumPy; a test holds them together.
TOPICS = (
    "embedding-forward",
    "scatter-add",
    "sampler",
    "loss",
    "cbow-backward",
    "sgd-step",
    "most-similar",
    "analogy",
)


def complete_exercise(
    ctx: click.Context, param: click.Parameter, text: str
) -> list[CompletionItem]:
    """Offer the exercises."""
    return [CompletionItem(topic) for topic in (*TOPICS, TRAIN) if topic.startswith(text)]


@click.command("exercise")
@click.argument("topic", required=False, shell_complete=complete_exercise)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="Run your function, and say what is wrong.")
@click.option("--hint", is_flag=True, help="One hint more.")
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default=Path("my_word2vec"),
    show_default=True,
    help="Where your files are.",
)
@click.option(
    "--time-limit",
    type=click.FloatRange(0, 86_400, min_open=True),
    metavar="SECONDS",
    help="That your code may take: 10 by default, 900 for train.",
)
@lesson_options
@common_options
def exercise_command(
    topic: str | None,
    file: Path | None,
    check: bool,
    hint: bool,
    folder: Path,
    time_limit: float | None,
    lang: str | None,
    as_json: bool,
    as_html: bool,
    out: Path | None,
    force: bool,
) -> None:
    """Write a word2vec of your own, in eight small steps.

    \b
        w2v exercise                         the eight, and what is next
        w2v exercise scatter-add             write a file to fill in
        w2v exercise scatter-add --hint      one hint more
        w2v exercise scatter-add --check     run it, and say what is wrong
        w2v exercise train                   train with all eight

    Each exercise is a function in plain NumPy, in a file of its own in --folder. Your code runs in
    a process of its own, with --check and with train only, and is compared with the layers that
    w2v trains with. A FILE after the exercise is checked in place of the one in the folder.
    """
    from w2v.lessons.exercise.folder import Folder

    language = language_of(lang)
    _refuse_what_does_not_fit(topic, file, check=check, hint=hint, as_html=as_html)
    if time_limit is not None and not check and topic != TRAIN:
        raise UsageError("--time-limit is for --check and for train")
    page = page_file(f"exercise-{topic}", as_html, out, force)
    learner = Folder(folder)
    if learner.is_damaged:
        _note_shared("progress_damaged", language, file=_progress(folder))
    passed = True
    if topic is None:
        from w2v.lessons.exercise.telling import list_lesson

        lesson = list_lesson(learner, language)
    elif topic == TRAIN:
        lesson, passed = _train(learner, time_limit, language)
    else:
        from w2v.lessons.exercise.tasks import TASKS
        from w2v.lessons.exercise.telling import hint_lesson, task_lesson

        task = TASKS[topic]
        if check:
            lesson, passed = _check(task, file, learner, time_limit, language)
        elif hint:
            lesson = hint_lesson(task, learner, language)
        elif as_html:
            lesson = task_lesson(task, language)
        else:
            lesson = _write(task, learner, language)
    show_lesson(lesson, as_json=as_json, page=page)
    if not passed:
        sys.exit(1)


def _refuse_what_does_not_fit(
    topic: str | None, file: Path | None, *, check: bool, hint: bool, as_html: bool
) -> None:
    """Refuse what cannot be combined.

    Raises
    ------
    UsageError
    """
    if topic is not None and topic not in (*TOPICS, TRAIN):
        raise UsageError(
            f"there is no exercise {quoted(topic)}; there are {', '.join(TOPICS)}, and train"
        )
    is_exercise = topic in TOPICS
    for is_given, option in ((check, "--check"), (hint, "--hint"), (as_html, "--html")):
        if is_given and not is_exercise:
            raise UsageError(f"{option} is for one of the eight exercises: {', '.join(TOPICS)}")
    if check + hint + as_html > 1:
        raise UsageError("--check, --hint and --html are three things: give one of them")
    if file is not None and not check:
        raise UsageError(f"{printable(str(file))}: a file is given with --check only")


def _write(task: Task, learner: Folder, language: str) -> Lesson:
    """Write the stub of an exercise, and say so."""
    from w2v.lessons.exercise.stub import stub
    from w2v.lessons.exercise.telling import stub_lesson
    from w2v.lessons.exercise.words import Words

    text = stub(task, Words(task, language, learner.path))
    is_new = learner.write_new(learner.file_of(task).name, text)
    return stub_lesson(task, learner, is_new=is_new, language=language)


def _check(
    task: Task, file: Path | None, learner: Folder, time_limit: float | None, language: str
) -> tuple[Lesson, bool]:
    """Check a file; remember it if it is the one of the folder."""
    from w2v.lessons.exercise.checking import TIME_LIMIT, check
    from w2v.lessons.exercise.verdicts import check_lesson

    own = learner.file_of(task)
    checked = check(task, file or own, time_limit or TIME_LIMIT)
    passed = checked.finding is None
    if file is None or (own.exists() and file.samefile(own)):
        try:
            learner.remember_check(task, checked.sha256 if passed else None)
        except OutputError as error:  # a folder that is closed: what was found is told all the same
            note(printable(f"{error}; this check is not remembered"))
    elif passed:
        _note_shared("other_file", language, file=file)
    return check_lesson(task, checked, file or own, learner, language), passed


def _train(learner: Folder, time_limit: float | None, language: str) -> tuple[Lesson, bool]:
    """Train with the learner's functions, if all of them have passed."""
    from w2v.lessons.exercise.folder import TRAIN as TRAIN_FILE
    from w2v.lessons.exercise.training import (
        TIME_LIMIT,
        not_ready,
        not_ready_lesson,
        train_lesson,
        train_with,
    )

    if not_ready(learner):
        return not_ready_lesson(learner, language), False
    limit = time_limit or TIME_LIMIT
    is_quiet = settings().quiet  # asked here: another thread has no context

    def on_printed(line: str) -> None:
        if not is_quiet:
            click.echo(printable(line), err=True)

    _note_shared("train_begins", language, file=learner.path / TRAIN_FILE)
    trained = train_with(learner, limit, language, on_printed)
    spelled = seconds_for_people(trained.seconds)
    lesson = train_lesson(trained, learner, limit, language, spelled)
    return lesson, trained.asked is not None


def _progress(folder: Path) -> Path:
    """Return the file in which is remembered what passed."""
    from w2v.lessons.exercise.folder import PROGRESS

    return folder / PROGRESS


def _note_shared(key: str, language: str, *, file: Path) -> None:
    """Say one of the texts that all exercises share, on stderr."""
    from w2v.lessons.exercise.words import Words

    note(Words(None, language)(key, file=printable(str(file))))
