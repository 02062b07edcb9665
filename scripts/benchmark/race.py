"""Contenders taking turns, each run in a process of its own.

In every round each contender runs once, forwards in one round and backwards in the next, so that a
machine whose speed wanders treats them alike. A contender that fails is left out from then on, with
what it said. A run that two measurements ask for is made once.
"""

from __future__ import annotations

import functools
import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmark.askers import ASKERS, command_to_make
from benchmark.process import ProcessError, run_process
from benchmark.programs import PROGRAMS as TRAINERS
from benchmark.programs import Contender, Figures, Task, child, settings_of
from w2v.config import load_config
from w2v.config.schema import Config, value_at
from w2v.errors import ConfigError
from w2v.evaluation.sets import AnalogySet, read_set

PROGRAMS = TRAINERS | ASKERS
COMMON_RANK = 200  # of the word that is asked for: common, but no function word


@dataclass
class Race:
    """What the runs of all measurements share.

    Attributes
    ----------
    text : Path
        As given.
    overrides : list of str
        The settings of all contenders.
    max_words : int or None
        Of the text.
    engines : list of str
        Of w2v; the first is the one of most measurements.
    threads : int
    best : list of list of str
        w2v's own best settings: overrides, of which the first may be a config.
    peers : list of str
        Which of PEERS (programs.py) take part.
    seeds : list of int
    n_runs : int
    sets : list of str
        Paths of evaluation sets.
    table_words : int
        Of the random vectors that questions are put to.
    file_words : int
        Of the files of random vectors.
    folder : Path
        For everything that is written.
    text_facts : dict
        Words and bytes of the text; known after `prepare`.
    """

    text: Path
    overrides: list[str]
    max_words: int | None
    engines: list[str]
    threads: int
    best: list[list[str]]
    peers: list[str]
    seeds: list[int]
    n_runs: int
    sets: list[str]
    table_words: int
    file_words: int
    folder: Path
    text_facts: dict[str, int] = field(default_factory=dict)
    _done: dict[tuple[Contender, int], Figures] = field(default_factory=dict)
    _compiled: set[tuple[str, ...]] = field(default_factory=set)

    def prepare(self) -> None:
        """Write the text as all programs shall read it.

        Raises
        ------
        ProcessError
            With the sentence of w2v, if there is nothing to train on.
        """
        texts = self.folder / "texts"
        texts.mkdir()
        self.made.mkdir()
        command = child(
            "prepare",
            text=str(self.text),
            overrides=self.overrides,
            max_words=self.max_words,
            folder=str(texts),
        )
        self.text_facts = json.loads(run_process(command, {}).text.splitlines()[-1])

    @property
    def made(self) -> Path:
        """Where lies what programs need to find."""
        return self.folder / "made"

    @functools.cached_property
    def analogies(self) -> list[str]:
        """Those of the evaluation sets that hold analogies."""
        return [path for path in self.sets if isinstance(read_set(path), AnalogySet)]

    def run(
        self, title: str, contenders: Sequence[Contender], n_rounds: int, *, with_accuracy: bool
    ) -> tuple[dict[Contender, list[Figures]], dict[str, str]]:
        """Let contenders take turns.

        Returns
        -------
        figures : the figures of each round, by contender
        left_out : why, by the name of each contender that could not run
        """
        left_out = {c.name: reason for c in contenders if (reason := self.why_not(c))}
        there = [c for c in contenders if c.name not in left_out]
        found: dict[Contender, list[Figures]] = {c: [] for c in there}
        for number in range(n_rounds):
            for contender in there if number % 2 == 0 else there[::-1]:
                if contender.name in left_out:
                    continue
                try:
                    key = (contender, number)
                    if not self._is_done(key, with_accuracy):
                        say(f"{title}: {contender.name}, round {number + 1} of {n_rounds}")
                        self._done[key] = self._run_once(contender, number, with_accuracy)
                    found[contender].append(self._done[key])
                except ProcessError as error:
                    left_out[contender.name] = f"failed: {error}"
                    say(f"{title}: {contender.name} {left_out[contender.name]}")
        return {c: f for c, f in found.items() if c.name not in left_out}, left_out

    def why_not(self, contender: Contender) -> str | None:
        """Return why a contender cannot be held against the others, or None."""
        try:
            config = self.config_of(contender, self.seeds[0])
        except ConfigError as error:
            return "; ".join(error.problems)
        default = Config()
        for path in PROGRAMS[contender.program].lacks:
            if value_at(config, path) != value_at(default, path):
                return f"it has no {path}"
        return None

    def config_of(self, contender: Contender, seed: int) -> Config:
        """Return the whole config of a contender."""
        file = contender.config_file
        if file is None:
            return load_config(None, settings_of(contender, seed)).config
        from w2v.cli.arguments import load_named

        return load_named(file, settings_of(contender, seed)).config

    def _is_done(self, key: tuple[Contender, int], with_accuracy: bool) -> bool:
        """Tell whether another measurement has made this run."""
        return key in self._done and (not with_accuracy or "accuracy" in self._done[key])

    def _run_once(self, contender: Contender, number: int, with_accuracy: bool) -> Figures:
        """Run a contender once, and score its vectors if that is asked for."""
        program = PROGRAMS[contender.program]
        self._make_ready(contender)
        with tempfile.TemporaryDirectory(dir=self.folder) as out:
            task = self._task(contender, self.seeds[number % len(self.seeds)], Path(out))
            outcome = run_process(program.command(task), self._environment(contender))
            figures: Figures = {"seed": task.seed, **program.figures(task, outcome)}
            if with_accuracy and program.vectors:
                vocabulary = self.folder / "texts" / "vocab.tsv"
                vectors = task.out / program.vectors
                command = child(
                    "evaluate", vectors=str(vectors), vocabulary=str(vocabulary), sets=self.sets
                )
                figures |= json.loads(run_process(command, {}).text.splitlines()[-1])
        figures |= {"seconds": outcome.seconds, "peak_mb": outcome.peak_bytes / 1e6}
        if figures.get("train_seconds"):
            figures["words_per_second"] = figures["positions"] / figures["train_seconds"]
        return figures

    def _task(self, contender: Contender, seed: int, out: Path) -> Task:
        """Describe one run."""
        return Task(
            contender=contender,
            config=self.config_of(contender, seed),
            text=self.folder / "texts" / f"{contender.text}.txt",
            positions=self.text_facts["kept"],
            seed=seed,
            out=out,
            made=self.made,
            word=self._common_word(),
            analogies=self.analogies,
        )

    def _common_word(self) -> str:
        """Return a word that the text surely has."""
        with open(self.folder / "texts" / "vocab.tsv", encoding="utf-8", newline="\n") as lines:
            words = [line.partition("\t")[0] for _, line in zip(range(COMMON_RANK), lines)]  # noqa: B905
        return words[-1]

    def _environment(self, contender: Contender) -> dict[str, str]:
        """Say where a contender's caches lie."""
        code = "code" if contender.code_cache == "warm" else "cold-code"
        return {
            "W2V_CACHE": str(self.folder / "cache"),
            "NUMBA_CACHE_DIR": str(self.folder / code),
        }

    def _make_ready(self, contender: Contender) -> None:
        """Bring the caches into the state that a contender is to find, and make what it needs."""
        for name in PROGRAMS[contender.program].needs:
            if not (self.made / name).exists():
                self._make(name, contender)
        if contender.program == "w2v" and contender.code_cache == "warm":
            self._compile(contender)
        if contender.text_cache == "cold":
            shutil.rmtree(self.folder / "cache" / "corpora", ignore_errors=True)
        if contender.code_cache == "cold":
            shutil.rmtree(self.folder / "cold-code", ignore_errors=True)

    def _make(self, name: str, contender: Contender) -> None:
        """Make what programs need to find, without timing it."""
        say(f"making: {name}")
        if name == "asked":
            settings = [*contender.overrides, "train.epochs=1"]
            self._train_apart(contender, "whole", settings, self.made / name)
            return
        n_words = {"table": self.table_words, "files": self.file_words}
        run_process(command_to_make(name, self.made, n_words), self._environment(contender))

    def _compile(self, contender: Contender) -> None:
        """Train a moment on a small piece, so that what w2v compiles lies in its cache."""
        settings_and_file = (*contender.overrides, contender.config_file or "")
        if settings_and_file in self._compiled:
            return
        self._compiled.add(settings_and_file)
        if self.config_of(contender, 1).train.engine == "numpy":
            return  # compiles nothing
        settings = [*contender.overrides, "train.epochs=1", "vocab.min_count=1"]
        with tempfile.TemporaryDirectory(dir=self.folder) as out:
            self._train_apart(contender, "warm", settings, Path(out, "run"))

    def _train_apart(self, contender: Contender, text: str, settings: list[str], run: Path) -> None:
        """Train without timing it."""
        file = self.folder / "texts" / f"{text}.txt"
        named = [contender.config_file] if contender.config_file else []
        command = [sys.executable, "-m", "w2v", "--quiet", "train", *named]
        where = ["--corpus", str(file), "--out", str(run)]
        run_process([*command, *where, *settings], self._environment(contender))


def say(text: str) -> None:
    """Tell what is going on, apart from the results."""
    print(text, file=sys.stderr, flush=True)
