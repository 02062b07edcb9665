"""One of several processes that count a text: what runs in it, and how an error gets out of it.

It reads messages from standard input and answers on standard output, a line of JSON each. Who
starts and ends it is `workers.py`.
"""

from __future__ import annotations

import dataclasses
import json
import os
import sys
import traceback
from pathlib import Path
from typing import IO, Any

from w2v import errors
from w2v.errors import ConfigError
from w2v.text.counting import Part, Place, StretchCounter
from w2v.text.decoding import Span
from w2v.text.tokenizers import TokenizerSpec


@dataclasses.dataclass(frozen=True)
class Task:
    """What every hand has to know.

    Attributes
    ----------
    folder : Path
        Where the ids go.
    files : list of Path
    field : str, optional
    tokenizer : TokenizerSpec
    """

    folder: Path
    files: list[Path]
    field: str | None
    tokenizer: TokenizerSpec

    def counter(self, name: str) -> StretchCounter:
        """Return a hand."""
        return StretchCounter(self.folder, name, self.files, self.field, self.tokenizer)


def error_of(said: dict[str, Any]) -> Exception:
    """Return the error that a process has described."""
    if said["kind"] == "OSError":
        return OSError(said["errno"], said["text"])
    if said["kind"] == "MemoryError":
        return MemoryError()
    if said["kind"] == "ConfigError":
        return ConfigError(said["text"].split("\n"))
    kind = getattr(errors, said["kind"], None)
    return RuntimeError(said["trace"]) if kind is None else kind(said["text"])


def said_of(error: Exception) -> dict[str, Any]:
    """Describe an error in a process that reads."""
    if isinstance(error, OSError):
        return {"kind": "OSError", "errno": error.errno, "text": error.strerror or str(error)}
    kind = type(error).__name__
    return {"kind": kind, "text": str(error), "trace": traceback.format_exc()}


def work() -> None:
    """Be one of the processes: read messages from standard input, answer on standard output."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever is printed here is no answer
    try:
        serve(sys.stdin.buffer, answers)
    except (BrokenPipeError, KeyboardInterrupt):
        os._exit(1)  # nobody listens any more


def serve(messages: IO[bytes], answers: IO[bytes]) -> None:
    """Do what the messages say, until there are no more."""

    def say(message: dict[str, Any]) -> None:
        answers.write(json.dumps(message).encode() + b"\n")
        answers.flush()

    told = json.loads(messages.readline())
    task = Task(
        folder=Path(told["folder"]),
        files=list(map(Path, told["files"])),
        field=told["field"],
        tokenizer=TokenizerSpec(**told["tokenizer"]),
    )
    counter = task.counter(told["name"])
    say({"read": 0})
    for line in messages:
        message = json.loads(line)
        try:
            if "count" in message:
                stretch = [Part(file, Span(*span)) for file, span in message["count"]]
                counted = counter.count(stretch, lambda n_characters: say({"read": n_characters}))
                say({"counted": dataclasses.asdict(counted)})
            elif "finish" in message:
                counter.finish()
                say({"done": True})
            else:
                counter.rename([Place(*place) for place in message["rename"]])
                say({"done": True})
        except BrokenPipeError:
            raise
        except Exception as error:
            say({"failed": said_of(error), "part": counter.part})
