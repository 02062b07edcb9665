"""The processes that train the points of a sweep, as seen by the one that starts and ends them.

Each is a fresh interpreter (w2v/processes.py) in a session of its own, where Ctrl-C does not reach
it: a crash or a lack of memory of one leaves the others alone. What runs in it, and the messages,
are in `point_process.py`.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import Any, TypeAlias

from w2v.config.schema import as_dict
from w2v.errors import W2VError
from w2v.experiments.points import Point
from w2v.processes import ONE_BLAS_THREAD, fresh_python

CODE = "from w2v.experiments.point_process import work; work()"
Inbox: TypeAlias = "queue.SimpleQueue[tuple[Child, dict[str, Any] | None]]"


class Child:
    """A process that trains one point.

    Parameters
    ----------
    point : Point
    folder : Path
        The run folder.
    inbox : queue
        Gets (this, message) of all that the process says, and (this, None) at its end.
    threads : int
        What `train.threads: auto` stands for.
    allow_code : bool
    lock : int, optional
        A descriptor that is to stay open as long as the process lives.

    Raises
    ------
    W2VError
        If it cannot be started.
    """

    def __init__(
        self,
        point: Point,
        folder: Path,
        inbox: Inbox,
        *,
        threads: int,
        allow_code: bool,
        lock: int | None,
    ) -> None:
        self.point = point
        self._inbox = inbox
        command = fresh_python(CODE)
        if command is None:
            raise W2VError("a sweep needs the Python interpreter that w2v runs in; there is none")
        # What a bug, or the tokenizer of a user, says of itself; open as long as the process lives.
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                env={**os.environ, **ONE_BLAS_THREAD},
                start_new_session=True,
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
                pass_fds=() if lock is None else (lock,),
            )
        except OSError as error:
            self._errors.close()
            raise W2VError(f"no process can be started: {error.strerror or error}") from error
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        self._tell(
            {
                "settings": as_dict(point.config),
                "folder": str(folder.absolute()),
                "allow_code": allow_code,
                "threads": threads,
            }
        )

    def _listen(self) -> None:
        """Hand on what the process says, and at last that it says no more."""
        assert self._process.stdout is not None
        with contextlib.suppress(ValueError, OSError):  # it broke off inside a line
            for line in self._process.stdout:
                self._inbox.put((self, json.loads(line)))
        self._inbox.put((self, None))

    def _tell(self, message: Any) -> None:
        """Say something to the process; that it is gone is found out by listening."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()

    def go(self) -> None:
        """Let it load its kernels, or compile them."""
        self._tell("go")

    def stop(self) -> None:
        """Let it end after its next chunk."""
        self._tell("stop")

    def how_it_ended(self) -> str:
        """Say how a process ended that did not say so itself."""
        code = self._process.wait()
        if code >= 0:
            self._errors.seek(0)
            said = self._errors.read().decode(errors="replace").strip().splitlines()
            why = f": {said[-1]}" if said else ""
            return f"the process that trained it ended with exit code {code}{why}"
        hint = "; memory may have run short" if code == -9 else ""
        return f"the process that trained it was killed by signal {-code}{hint}"

    def close(self) -> None:
        """End the process, if it has not ended."""
        self._process.kill()
        self._process.wait()
        self._thread.join()
        self._errors.close()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            with contextlib.suppress(OSError):  # what was not said yet
                pipe.close()
