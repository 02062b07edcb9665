"""After the eight exercises: train toy-world with the learner's functions, and tell of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from w2v.lessons.blocks import Block, Lesson, Lines, Step, Table, Text, Verdict
from w2v.lessons.exercise.asking import ASKED_ANALOGY, ASKED_WORD
from w2v.lessons.exercise.checking import RAISED_AT_IMPORT, ended_early
from w2v.lessons.exercise.folder import TRAIN, Folder
from w2v.lessons.exercise.running import Ran, run_code
from w2v.lessons.exercise.stub import train_file
from w2v.lessons.exercise.task import Finding
from w2v.lessons.exercise.tasks import TASKS
from w2v.lessons.exercise.verdicts import error_blocks
from w2v.lessons.exercise.words import Words

TIME_LIMIT = 900.0  # seconds: loops over single numbers take minutes
GOOD_SHARE = 0.6  # of the planted analogies; right solutions come to 0.9


@dataclass(frozen=True)
class Trained:
    """What came of a training.

    Attributes
    ----------
    ran : Ran
    seconds : float
    asked : dict or None
        What `train_and_ask` reports; None if it did not come to that.
    """

    ran: Ran
    seconds: float
    asked: dict[str, Any] | None


def not_ready(folder: Folder) -> dict[str, str]:
    """Return the exercises that have not passed, and how far each is."""
    states = {topic: folder.state_of(task) for topic, task in TASKS.items()}
    return {topic: state for topic, state in states.items() if state != "passed"}


def train_with(
    folder: Folder, time_limit: float, language: str, on_printed: Callable[[str], None]
) -> Trained:
    """Write `train.py` if it is not there, and run it.

    Parameters
    ----------
    folder : Folder
        All eight exercises in it have passed.
    time_limit : float
        In seconds.
    language : str
        Of the texts of `train.py`.
    on_printed : callable
        Is told each line that it prints.
    """
    from w2v.config.schema import CorpusConfig
    from w2v.text.corpus import encode_corpus

    encode_corpus(CorpusConfig(path="toy-world"))  # so that the process finds it in the cache
    folder.write_new(TRAIN, train_file(Words(None, language)))
    began = time.monotonic()
    ran = run_code(folder.path / TRAIN, time_limit, on_printed=on_printed)
    asked = next((report["asked"] for report in ran.reports if "asked" in report), None)
    return Trained(ran, time.monotonic() - began, asked)


def not_ready_lesson(folder: Folder, language: str) -> Lesson:
    """Tell which exercises must pass first."""
    words = Words(None, language, folder.path)
    missing = not_ready(folder)
    rows = tuple((topic, words(f"state_{state}")) for topic, state in missing.items())
    first, state = next(iter(missing.items()))
    command = words.command(first, *([] if state == "new" else ["--check"]))
    blocks: tuple[Block, ...] = (
        Verdict(False, words("train_not_ready", n=len(missing))),
        Table((words("col_exercise"), words("col_state")), rows),
        Lines((command,)),
    )
    step = Step("not-ready", words("train_step_ready"), blocks)
    numbers = {"trained": False, "not_ready": missing}
    title = words("train_title")
    return Lesson("exercise", "train", language, title, (step,), numbers=numbers)


def train_lesson(
    trained: Trained, folder: Folder, time_limit: float, language: str, spelled_time: str
) -> Lesson:
    """Tell what came of the training."""
    words = Words(None, language, folder.path)
    asked = trained.asked
    title = words("train_title")
    if asked is None:
        steps: tuple[Step, ...] = (_failed(trained.ran, folder, time_limit, words),)
        numbers: dict[str, Any] = {"trained": False, "error": _error(trained.ran)}
        return Lesson("exercise", "train", language, title, steps, numbers=numbers)
    facts = {key: asked[key] for key in ("n_words", "dim")}
    heads = (words("train_col_word"), words("train_col_cosine"))
    rows = tuple((str(word), float(cosine)) for word, cosine in asked["neighbours"])
    share = asked["n_right"] / asked["n_asked"]
    planted = {"n": asked["n_asked"], "right": asked["n_right"], "percent": round(100 * share)}
    is_good = share >= GOOD_SHARE
    verdict = words("train_good")
    if not is_good:
        file, command = folder.path / TRAIN, words.command("train")
        verdict = words("train_weak", file=file, command=command)
    a, b, c = ASKED_ANALOGY
    steps = (
        Step(
            "trained",
            words("train_step_trained"),
            (Text(words("train_trained", seconds=spelled_time, **facts)),),
        ),
        Step(
            "neighbours",
            words("train_step_neighbours", word=ASKED_WORD),
            (Table(heads, rows),),
        ),
        Step(
            "analogy",
            words("train_step_analogy", a=a, b=b, c=c),
            (
                Text(words("train_answer", answer=asked["answer"])),
                Text(words("train_planted", **planted)),
                Verdict(is_good, verdict),
            ),
        ),
    )
    numbers = {"trained": True, "seconds": trained.seconds, **asked}
    return Lesson("exercise", "train", language, title, steps, numbers=numbers)


def _error(ran: Ran) -> dict[str, Any] | None:
    """Return what the code raised, if it did."""
    return next((report for report in ran.reports if report.get("refused") == "raised"), None)


def _failed(ran: Ran, folder: Folder, time_limit: float, words: Words) -> Step:
    """Say why the training did not come to its end."""
    error = _error(ran)
    blocks: list[Block]
    if error is None:
        finding = ended_early(ran, time_limit)
        blocks = [Verdict(False, text) for text in words.finding(finding)]
    elif error["type"] in RAISED_AT_IMPORT:
        finding = Finding(RAISED_AT_IMPORT[error["type"]])
        blocks = [Verdict(False, text) for text in words.finding(finding)]
    else:
        file = error["frames"][-1]["file"] if error["frames"] else TRAIN
        blocks = [Verdict(False, words("train_failed", file=f"`{folder.path / file}`"))]
    if error is not None:
        blocks += error_blocks(error, words)
    return Step("failed", words("train_step_failed"), tuple(blocks))
