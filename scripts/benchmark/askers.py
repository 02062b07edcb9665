"""How programs are started that ask, score or read vectors which are there already.

What they find is made once, beforehand, in `Task.made`, and is in no figure:

    asked        a run folder, trained on the text for an epoch
    table        a run folder of random vectors
    asked.kv     the vectors of either, as gensim saves them
    table.kv
    files        random vectors in both of word2vec's formats
"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

from benchmark.process import Outcome
from benchmark.programs import CHILD, W2V, Figures, Program, Task, child, child_figures

N_QUESTIONS = (1, 100)  # in a process
FORMATS = ("text", "binary")
_child = functools.partial(child, file=CHILD.with_name("child_asking.py"))


def command_to_make(name: str, made: Path, n_words: dict[str, int]) -> list[str]:
    """Return the command that makes one of the things above, but for a run that is trained.

    Parameters
    ----------
    name : str
    made : Path
        The folder for it.
    n_words : dict
        How many words the table and the files have, by name.
    """
    out = str(made / name)
    if name.endswith(".kv"):
        return _child("gensim_save", run=out.removesuffix(".kv"), out=out)
    return _child(f"make_{name}", n_words=n_words[name], out=out)


def _questions(task: Task, n: int) -> list[str]:
    """Return words of the table, from its beginning to its end."""
    lines = (task.made / "table" / "vocab.tsv").read_text("utf-8").splitlines()
    return [lines[number * len(lines) // n].partition("\t")[0] for number in range(n)]


def _w2v_ask(n: int) -> Program:
    return Program(
        lambda task: [*W2V, "similar", str(task.made / "table"), *_questions(task, n)],
        needs=("table",),
    )


def _gensim_ask(n: int) -> Program:
    return Program(
        lambda task: _child(
            "gensim_ask", vectors=str(task.made / "table.kv"), words=_questions(task, n)
        ),
        needs=("table", "table.kv"),
    )


def _w2v_eval(task: Task) -> list[str]:
    named = [text for path in task.analogies for text in ("--set", path)]
    return [*W2V, "eval", str(task.made / "asked"), *named, "--json"]


def _w2v_scores(task: Task, outcome: Outcome) -> Figures:
    records: list[dict[str, Any]] = [json.loads(line) for line in outcome.text.splitlines()]
    n_right = sum(record["answered"] * (record["add"] or 0) for record in records)
    n_answered = sum(record["answered"] for record in records)
    return {"answered": n_answered, "right": 100 * n_right / n_answered}


def _load(program: str, format: str) -> Program:
    def command(task: Task) -> list[str]:
        path = str(task.made / "files" / format)
        return _child(f"{program}_load", path=path, binary=format == "binary")

    return Program(command, _memory_figures, needs=("files",))


def _memory_figures(task: Task, outcome: Outcome) -> Figures:
    figures = child_figures(task, outcome)
    return {**figures, "times_array": outcome.peak_bytes / figures["array_bytes"]}


ASKERS = {
    **{f"w2v ask {n}": _w2v_ask(n) for n in N_QUESTIONS},
    **{f"gensim ask {n}": _gensim_ask(n) for n in N_QUESTIONS},
    "w2v eval": Program(_w2v_eval, _w2v_scores, needs=("asked",)),
    "gensim eval": Program(
        lambda task: _child(
            "gensim_eval", vectors=str(task.made / "asked.kv"), sets=task.analogies
        ),
        child_figures,
        needs=("asked", "asked.kv"),
    ),
    **{f"w2v load {format}": _load("w2v", format) for format in FORMATS},
    **{f"gensim load {format}": _load("gensim", format) for format in FORMATS},
}
