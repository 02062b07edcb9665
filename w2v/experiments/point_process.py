"""The process that trains one point of a sweep: what runs in it, and what it says.

It reads messages from standard input and answers on standard output, a line of JSON each. Who
starts and ends it is `children.py`. When it is told to stop, or whoever started it is gone, it ends
after its next chunk.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
import time
from pathlib import Path
from typing import IO, Any

from w2v.config.schema import Config
from w2v.engines.choice import compiled_form
from w2v.errors import ConfigError, CorpusError, DivergedError, Interrupted, RunError, W2VError
from w2v.text.corpus import Corpus
from w2v.training.checkpoint import checkpoints_in
from w2v.training.memory import keep_freed_memory
from w2v.training.observer import ChunkMetrics, Observer
from w2v.training.planning import Plan, advice
from w2v.training.trainer import train

SECONDS_BETWEEN_WORDS = 0.1  # about progress


class Mouth:
    """Says things to whoever started this process; that nobody listens any more is no matter."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe

    def say(self, **message: Any) -> None:
        """Say something."""
        with contextlib.suppress(OSError):
            self._pipe.write(json.dumps(message).encode() + b"\n")
            self._pipe.flush()


class Ear(threading.Thread):
    """Listens for `go` and `stop`; the end of what is said means stop too."""

    def __init__(self, pipe: IO[bytes]) -> None:
        super().__init__(daemon=True)
        self._pipe = pipe
        self.may_go = threading.Event()
        self.must_stop = threading.Event()

    def run(self) -> None:
        """Listen until there is no more."""
        with contextlib.suppress(OSError):
            for line in self._pipe:
                if json.loads(line) == "stop":
                    break
                self.may_go.set()
        self.must_stop.set()
        self.may_go.set()


class Reporter(Observer):
    """Says how training goes, and asks before something may have to be compiled."""

    def __init__(self, mouth: Mouth, ear: Ear) -> None:
        self._mouth, self._ear = mouth, ear
        self._n_positions = self._n_done = 0
        self._last_word = 0.0

    def _check(self) -> None:
        """Leave if nothing has been made yet that could be lost."""
        if self._ear.must_stop.is_set():
            raise KeyboardInterrupt

    def on_read(self, n_characters: int) -> None:
        """Stop if it is wanted."""
        self._check()

    def on_known(self, n_read: int, n_bytes: int) -> None:
        """Stop if it is wanted."""
        self._check()

    def on_plan(self, config: Config, corpus: Corpus, plan: Plan) -> None:
        """Say what is odd about the text; wait until the kernels may be loaded or compiled."""
        self._mouth.say(advice=advice(config, corpus, plan.start))
        self._n_positions = plan.tokens_kept * config.train.epochs
        if plan.engine == "numba":
            self._mouth.say(needs=compiled_form(config))
            self._ear.may_go.wait()
        self._check()

    def on_compile(self) -> None:
        """Say what takes so long."""
        self._mouth.say(compiles=True)

    def on_start(self, share: float) -> None:
        """Say that nothing is left to be compiled."""
        self._n_done = round(share * self._n_positions)
        self._mouth.say(started=True)

    def on_chunk(self, metrics: ChunkMetrics) -> None:
        """Say how much is done, now and then."""
        self._n_done += metrics.positions
        if time.monotonic() - self._last_word > SECONDS_BETWEEN_WORDS:
            self._last_word = time.monotonic()
            self._mouth.say(share=self._n_done / self._n_positions)

    def should_stop(self) -> bool:
        """Stop if it is wanted."""
        return self._ear.must_stop.is_set()


def work() -> None:
    """Be the process: read what to train from standard input, and train it."""
    mouth = Mouth(os.fdopen(os.dup(1), "wb"))
    os.dup2(2, 1)  # whatever is printed here is no answer
    # Unbuffered: a thread that waits in a buffered file keeps an interpreter from ending.
    pipe = os.fdopen(os.dup(0), "rb", buffering=0)
    told = json.loads(pipe.readline())
    ear = Ear(pipe)
    ear.start()
    keep_freed_memory()
    mouth.say(**_outcome(told, Reporter(mouth, ear)))


def _train(told: dict[str, Any], reporter: Reporter) -> None:
    """Train a point, from the checkpoint that it has, if it is one of these settings and text."""
    folder = Path(told["folder"])
    for resume in (True, False) if checkpoints_in(folder) else (False,):
        try:
            train(
                told["settings"],
                out=folder,
                resume=resume,
                force=not resume,
                allow_code=told["allow_code"],
                observer=reporter,
                threads=told["threads"],
            )
        except (ConfigError, CorpusError, RunError, DivergedError):
            if not resume:
                raise
        else:
            return


def _outcome(told: dict[str, Any], reporter: Reporter) -> dict[str, Any]:
    """Train, and describe how it ended."""
    try:
        _train(told, reporter)
    except (Interrupted, KeyboardInterrupt):
        return {"ended": "interrupted"}
    except DivergedError as error:
        return {"ended": "diverged", "reason": str(error)}
    except W2VError as error:
        return {"ended": "failed", "reason": "; ".join(str(error).splitlines())}
    except MemoryError:
        return {"ended": "failed", "reason": "there is not enough memory"}
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return {"ended": "failed", "reason": f"{where}{error.strerror or error}"}
    return {"ended": "done"}
