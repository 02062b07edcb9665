"""How each program is started with the settings of a w2v config, and what its run tells.

A program is a command for a contender, and figures from its outcome. All that train get the same
text, dimensions, window, negatives, epochs, min_count, subsample and threads, and the learning rate
that each recommends. What is left different: fastText draws noise by count ** 0.5, kōan takes the
exact gradient of the mean, word2vec.c and kōan have no seed to set.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmark.process import Outcome
from w2v.config.schema import Config

CHILD = Path(__file__).with_name("child.py")
W2V = [sys.executable, "-m", "w2v", "--quiet"]
# Settings that change what is measured and that some programs do not have.
NOT_EVERYWHERE = ("vocab.max_size", "negatives.power", "model.shrink_window", "train.min_lr")
RECORD_SECONDS = 0.001  # run.json rounds to it, a tiny text to nothing
RATES = {  # (cbow, skipgram): each program's own default or advice
    "word2vec": (0.05, 0.025),
    "fasttext": (0.05, 0.05),
    "koan": (0.075, 0.025),
}

Figures = dict[str, Any]


@dataclass(frozen=True)
class Contender:
    """A program with settings; equal ones are run once for all measurements.

    Attributes
    ----------
    name : str
        What the table calls it.
    program : str
        A key of PROGRAMS.
    overrides : tuple of str
        w2v's settings, `key=value`; the other programs get what they have of them.
    config_file : str, optional
        A config of w2v that the overrides are put on.
    lr : float, optional
        The rate of another program than w2v, where it has two.
    text : "whole", "tenth", "tenfold" or "warm"
    text_cache : "cold" or "warm"
        Whether w2v's cache of encoded texts is emptied before each run.
    code_cache : "cold" or "warm"
        The same for compiled code.
    """

    name: str = field(compare=False)
    program: str
    overrides: tuple[str, ...] = ()
    config_file: str | None = None
    lr: float | None = None
    text: str = "whole"
    text_cache: str = "cold"
    code_cache: str = "warm"


@dataclass(frozen=True)
class Task:
    """One run of a contender: its config, resolved, and where everything lies.

    Attributes
    ----------
    contender : Contender
    config : Config
    text : Path
    positions : int
        Of the whole text, those whose word has a row.
    seed : int
    out : Path
        An empty folder of its own.
    made : Path
        What programs find there, as their `needs` say.
    word : str
        Of the text, to ask for.
    analogies : list of str
        Paths of the evaluation sets that hold them.
    """

    contender: Contender
    config: Config
    text: Path
    positions: int
    seed: int
    out: Path
    made: Path
    word: str
    analogies: list[str]


@dataclass(frozen=True)
class Program:
    """How to start a program, what its run says, and which vectors it leaves in `Task.out`.

    It `lacks` some settings, and `needs` what is to be made in `Task.made` before.
    """

    command: Callable[[Task], list[str]]
    figures: Callable[[Task, Outcome], Figures] = lambda task, outcome: {}
    vectors: str | None = None
    lacks: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


def child(task: str, *, file: Path = CHILD, **arguments: Any) -> list[str]:
    """Return the command of one of the tasks of child.py, or of a file like it."""
    return [sys.executable, str(file), task, json.dumps(arguments)]


def child_figures(task: Task, outcome: Outcome) -> Figures:
    """Read what a task of child.py printed."""
    figures: Figures = json.loads(outcome.text.strip().splitlines()[-1])
    return figures


PEERS = ("gensim", "word2vec", "fasttext", "koan")


def is_there(program: str) -> bool:
    """Tell whether one of PEERS can be run here."""
    if program == "gensim":
        return importlib.util.find_spec("gensim") is not None
    return shutil.which(program) is not None


def settings_of(contender: Contender, seed: int) -> list[str]:
    """Return w2v's overrides with a seed."""
    return [*contender.overrides, f"train.seed={seed}"]


def _w2v_train(task: Task) -> list[str]:
    named = [task.contender.config_file] if task.contender.config_file else []
    settings = settings_of(task.contender, task.seed)
    where = ["--corpus", str(task.text), "--out", str(task.out / "run")]
    return [*W2V, "train", *named, *where, *settings]


def _w2v_figures(task: Task, outcome: Outcome) -> Figures:
    record = json.loads((task.out / "run" / "run.json").read_text("utf-8"))
    return {
        "positions": record["tokens"]["kept"] * task.config.train.epochs,
        "train_seconds": max(record["seconds"], RECORD_SECONDS),
    }


def _gensim_model(task: Task) -> dict[str, Any]:
    c = task.config
    return {
        "vector_size": c.model.dim,
        "window": c.model.window,
        "shrink_windows": c.model.shrink_window,
        "sg": int(c.model.kind == "skipgram"),
        "negative": c.negatives.k,
        "ns_exponent": c.negatives.power,
        "min_count": c.vocab.min_count,
        "max_final_vocab": c.vocab.max_size,
        "sample": c.train.subsample,
        "alpha": task.contender.lr,
        "min_alpha": c.train.min_lr,
        "workers": _threads(c),
        "seed": task.seed,
    }


def _rate(task: Task) -> float:
    return RATES[task.contender.program][task.config.model.kind == "skipgram"]


def _threads(config: Config) -> int:
    assert isinstance(config.train.threads, int), "the bench says how many threads"
    return config.train.threads


def _gensim_train(task: Task) -> list[str]:
    out = str(task.out / "vectors.bin")
    epochs = task.config.train.epochs
    return child(
        "gensim_train", text=str(task.text), model=_gensim_model(task), epochs=epochs, out=out
    )


def _word2vec_train(task: Task) -> list[str]:
    c = task.config
    options = {
        "train": task.text,
        "output": task.out / "vectors.bin",
        "binary": 1,
        "cbow": int(c.model.kind == "cbow"),
        "size": c.model.dim,
        "window": c.model.window,
        "negative": c.negatives.k,
        "hs": 0,
        "sample": _plain(c.train.subsample),
        "min-count": c.vocab.min_count,
        "iter": c.train.epochs,
        "alpha": _rate(task),
        "threads": _threads(c),
    }
    return ["word2vec", *_flags("-", options)]


def _fasttext_train(task: Task) -> list[str]:
    c = task.config
    options = {
        "input": task.text,
        "output": task.out / "vectors",
        "minn": 0,
        "maxn": 0,
        "bucket": 0,  # no subwords, and no table for them
        "dim": c.model.dim,
        "ws": c.model.window,
        "neg": c.negatives.k,
        "loss": "ns",
        "t": _plain(c.train.subsample),
        "minCount": c.vocab.min_count,
        "epoch": c.train.epochs,
        "lr": _rate(task),
        "thread": _threads(c),
        "seed": task.seed,
    }
    return ["fasttext", c.model.kind, *_flags("-", options)]


def _koan_train(task: Task) -> list[str]:
    c = task.config
    options = {
        "file": task.text,
        "embedding-path": task.out / "vectors.txt",
        "cbow": "true" if c.model.kind == "cbow" else "false",
        "dim": c.model.dim,
        "context-size": c.model.window,
        "negatives": c.negatives.k,
        "ns-exponent": c.negatives.power,
        "downsample-threshold": _plain(c.train.subsample),
        "min-count": c.vocab.min_count,
        "min-learning-rate": _plain(c.train.min_lr),
        "epochs": c.train.epochs,
        "learning-rate": _rate(task),
        "threads": _threads(c),
    }
    if c.vocab.max_size is not None:
        options["vocab-size"] = c.vocab.max_size
    return ["koan", *_flags("--", options), "--no-progress"]


def _flags(dashes: str, options: dict[str, Any]) -> list[str]:
    return [text for name, value in options.items() for text in (f"{dashes}{name}", str(value))]


def _plain(number: float) -> str:
    """Spell a number without an exponent, which not every program reads."""
    return f"{number:.12f}".rstrip("0").rstrip(".")


def _between(begin: bytes, end: bytes) -> Callable[[Task, Outcome], Figures]:
    """Time a program's training by when it printed what; all of it if it printed too little."""

    def figures(task: Task, outcome: Outcome) -> Figures:
        return {
            "positions": task.positions * task.config.train.epochs,
            "train_seconds": outcome.seconds_between(begin, end) or outcome.seconds,
        }

    return figures


PROGRAMS = {
    "w2v": Program(_w2v_train, _w2v_figures, "run"),
    "gensim": Program(_gensim_train, child_figures, "vectors.bin"),
    "word2vec": Program(
        _word2vec_train, _between(b"Alpha:", b"Alpha:"), "vectors.bin", NOT_EVERYWHERE
    ),
    "fasttext": Program(
        _fasttext_train, _between(b"Number of labels:", b"Progress:"), "vectors.vec", NOT_EVERYWHERE
    ),
    "koan": Program(
        _koan_train, _between(b"Epoch 0", b"Took"), "vectors.txt", ("model.shrink_window",)
    ),
    "w2v encode": Program(
        lambda task: child(
            "encode", text=str(task.text), overrides=settings_of(task.contender, task.seed)
        ),
        child_figures,
    ),
    "gensim scan": Program(
        lambda task: child("gensim_scan", text=str(task.text), model=_gensim_model(task)),
        child_figures,
    ),
    "w2v similar": Program(
        lambda task: [*W2V, "similar", str(task.made / "asked"), task.word], needs=("asked",)
    ),
    "w2v help": Program(lambda task: [sys.executable, "-m", "w2v", "--help"]),
    "python": Program(lambda task: [sys.executable, "-c", "pass"]),
}
