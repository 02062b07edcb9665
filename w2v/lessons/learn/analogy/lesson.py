"""The parallelogram of king, man, woman and queen, and what leaving out the question's words hides.

What is counted is in `asked.py` and `one_question.py`; here it is told.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from w2v.lessons.blocks import Bars, Block, Cell, Lesson, Lines, Points, Step, Table, Text, Verdict
from w2v.lessons.learn.analogy.asked import ANSWERS, CONTROLS, Asked, ask, choose_set, open_run
from w2v.lessons.learn.analogy.one_question import Candidate, Plane, candidates_of, plane_of
from w2v.lessons.learn.parts import short, texts
from w2v.lessons.learn.small_runs import Counted, train_toy_world
from w2v.lessons.learn.topics import Options
from w2v.lessons.wording import Wording
from w2v.vectors.word_vectors import WordVectors

TOPIC = "analogy"
N_NEAREST = 7
FEW = 50  # questions: fewer say little
MAX_SECTIONS = 12  # of the answer
STEPS = ((0, 1), (2, 3))  # a to b, c to d: the two sides that should be parallel
ALIKE = 5.0  # points: a gain smaller than this is called none


@dataclass(frozen=True)
class Sizes:
    """How long the small model is trained."""

    epochs: int = 3
    dim: int = 48


def lesson(options: Options, sizes: Sizes | None = None) -> Lesson:
    """Return the lesson.

    Parameters
    ----------
    options : Options
    sizes : Sizes, optional

    Raises
    ------
    RunError
        If there is no such run, or it is damaged.
    SetError
        If its words answer no question of the built-in sets.
    """
    sizes = sizes or Sizes()
    say = Wording(options.language, f"learn/{TOPIC}")
    early: WordVectors | None = None
    if options.run is None:
        count = Counted(options.on_progress, 2)
        early, vectors = (
            _trained(sizes, epochs, options.seed, count) for epochs in (1, sizes.epochs)
        )
    else:
        vectors = open_run(options.run)
    questions = choose_set(vectors, options.run or "toy-world", options.language)
    asked = ask(vectors, questions)
    asked_early = None if early is None else ask(early, questions)
    plane = plane_of(vectors, asked.example)
    candidates = candidates_of(vectors, asked.example, N_NEAREST)
    a, b, c, _ = asked.example
    steps = (
        Step("parallelogram", say("parallelogram_title"), _parallelogram(say, asked, plane)),
        Step("sum", say("sum_title"), _sum(say, asked, candidates)),
        Step("hidden", say("hidden_title"), _hidden(say, asked, asked_early, sizes)),
        Step("controls", say("controls_title"), _controls(say, asked)),
    )
    return Lesson(
        command="learn",
        topic=TOPIC,
        language=options.language,
        title=say("title"),
        steps=() if options.answer_only else steps,
        question="\n\n".join(say.paragraphs("question", a=a, b=b, c=c, set=asked.name)),
        answer=_answer(say, asked),
        numbers={
            "set": asked.name,
            "questions": asked.n_questions,
            "answered": asked.n_answered,
            "example": list(asked.example),
            "right": asked.right,
            "right_after_one_epoch": None if asked_early is None else asked_early.right,
            "answers_add_all": asked.answers,
            "controls": asked.controls,
            "offset_cosine": {"example": plane.offset_cosine, "mean": asked.offset_cosine},
            "in_plane": plane.share,
            "sections": {s.name: vars(s) for s in asked.sections},
        },
    )


def _trained(sizes: Sizes, epochs: int, seed: int, count: Counted) -> WordVectors:
    """Train on toy-world as the shipped config of that name does, but so many epochs."""
    settings = {"train.lr": 0.25, "train.epochs": epochs, "model.dim": sizes.dim}
    run = train_toy_world({**settings, "train.seed": seed})
    count()
    return run.vectors


def _parallelogram(say: Wording, asked: Asked, plane: Plane) -> tuple[Block, ...]:
    """Four words, their places in a plane, and how parallel two sides are."""
    a, b, c, d = asked.example
    names = (a, b, c, d, f"{c} - {a} + {b}")
    return (
        *texts(say, "parallelogram", a=a, b=b, c=c, d=d),
        Table(
            ("", "x", "y"),
            tuple(
                (name, float(px), float(py))
                for name, (px, py) in zip(names, plane.places, strict=True)
            ),
            name=say("places"),
            decimals=2,
        ),
        Points(say("plane"), names, plane.places, STEPS),
        *texts(
            say, "parallel", share=100 * plane.share, cosine=plane.offset_cosine,
            mean=asked.offset_cosine, n=asked.n_answered, a=a, b=b, c=c, d=d,
        ),
    )  # fmt: skip


def _sum(say: Wording, asked: Asked, candidates: list[Candidate]) -> tuple[Block, ...]:
    """The nearest words, those of the question among them."""
    a, b, c, d = asked.example
    own, said = {a, b, c}, asked.said
    first = said["add_all"]
    which = "own" if first in own else "right" if first == d else "other"
    return (
        *texts(say, "sum", a=a, b=b, c=c),
        Lines(
            (
                "3CosAdd   cos(x, c) - cos(x, a) + cos(x, b)",
                "3CosMul   s(x, c) * s(x, b) / (s(x, a) + ε)     s = (cos + 1) / 2",
            )
        ),
        Table(
            (
                say("word"), f"cos, {c}", f"cos, {a}", f"cos, {b}", "3CosAdd", "3CosMul",
            ),
            tuple(
                (x.word, x.cos_c, x.cos_a, x.cos_b, x.add, x.mul) for x in candidates
            ),
            name=say("nearest", a=a, b=b, c=c),
            marked=frozenset(at for at, x in enumerate(candidates) if x.word in own),
        ),
        Text(
            say(
                f"first_is_{which}", first=short(first), without=short(said["add"]) or "-",
                by_mul=short(said["mul_all"]),
            )
        ),
        Text(say("own_are_near", b=b, c=c)),
    )  # fmt: skip


def _hidden(say: Wording, asked: Asked, early: Asked | None, sizes: Sizes) -> tuple[Block, ...]:
    """The whole set, with the words of the question left out and not."""
    lost = _lost(asked)
    own = {key: 100 * asked.answers[key] for key in ("a", "b", "c")}
    most = max(own, key=lambda key: own[key])
    few = [Verdict(False, say("few", n=asked.n_answered))] if asked.n_answered < FEW else []
    models = [("", asked)]
    if early is not None:
        models = [(say("epochs", n=n), it) for n, it in ((1, early), (sizes.epochs, asked))]
    rows = tuple(
        (f"{name}  {epochs}", 100 * it.right[measure], 100 * it.right[f"{measure}_all"])
        for epochs, it in models
        for name, measure in (("3CosAdd", "add"), ("3CosMul", "mul"))
    )
    sooner = [] if early is None or _lost(early) <= lost else [Text(say("sooner", n=_lost(early)))]
    return (
        *texts(
            say, "hidden", set=asked.name, n=asked.n_answered, n_all=asked.n_questions
        ),
        *few,
        Table(("", say("left_out"), say("let_in")), rows, name=say("hidden_table"), decimals=1),
        Bars(
            say("answers"),
            tuple(say(f"answer_{key}") for key in ANSWERS),
            (("", np.array([100 * asked.answers[key] for key in ANSWERS])),),
            unit=say("unit_percent"),
            decimals=1,
            marked=frozenset({0}),
        ),
        Text(
            say(
                "loses" if lost > 0 else "loses_nothing",
                points=lost, share=sum(own.values()), most=most, most_share=own[most],
            )
        ),
        *sooner,
    )  # fmt: skip


def _lost(asked: Asked) -> float:
    """Return how many points of 3CosAdd are lost when the words of the question are let in."""
    return 100 * (asked.right["add"] - asked.right["add_all"])


def _controls(say: Wording, asked: Asked) -> tuple[Block, ...]:
    """How far one gets without the offset."""
    right = 100 * asked.right["add"]
    control = {key: 100 * share for key, share in asked.controls.items()}
    best = max(control, key=lambda key: control[key])
    return (
        *texts(say, "controls"),
        Bars(
            say("controls_bars"),
            ("c - a + b", *(say(f"control_{key}") for key in CONTROLS)),
            (("", np.array([right, *(control[key] for key in CONTROLS)])),),
            unit=say("unit_percent"),
            decimals=1,
            marked=frozenset({0}),
        ),
        Text(
            say(
                _what_offset_does(right, control[best]),
                right=right, best=say(f"control_{best}"), share=control[best],
                points=abs(right - control[best]),
            )
        ),
        Text(say("source")),
    )  # fmt: skip


def _what_offset_does(right: float, control: float) -> str:
    """Return the sentence for a score and its best control, in percent."""
    if max(right, control) == 0:
        return "nothing_right"
    if abs(right - control) < ALIKE:
        return "offset_gains_little"
    return "offset_gains" if right > control else "offset_costs"


def _answer(say: Wording, asked: Asked) -> tuple[Block, ...]:
    """Each section by what the offset adds."""
    shown = sorted(asked.sections, key=lambda section: section.gain)[:MAX_SECTIONS]
    rows: list[tuple[Cell, ...]] = [
        (
            section.name,
            section.n_answered,
            100 * section.right,
            100 * section.best_control,
            100 * section.gain,
        )
        for section in shown
    ]
    table = Table(
        (say("section"), say("questions"), "c - a + b", say("best_control"), say("added")),
        tuple(rows),
        decimals=1,
    )
    some_right = [section for section in asked.sections if section.right > 0]
    if not some_right:
        return (*texts(say, "answer"), table, *texts(say, "answer_none"))
    least = min(some_right, key=lambda section: section.gain)
    most = max(some_right, key=lambda section: section.gain)
    values = {
        "least": least.name, "right": 100 * least.right, "control": 100 * least.best_control,
        "gain": 100 * least.gain, "most": most.name, "most_gain": 100 * most.gain,
    }  # fmt: skip
    has_more = most.gain > max(0.0, least.gain)
    return (
        *texts(say, "answer"),
        table,
        Text(say("answer_least", **values)),
        *([Text(say("answer_near"))] if 100 * least.gain < ALIKE else []),
        *([Text(say("answer_most", **values))] if has_more else []),
        *texts(say, "answer_end"),
    )
