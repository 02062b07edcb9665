"""Compiling a function: where its machine code is kept, and which process makes it.

Code is kept for the next run in the folder `compiled` of the cache, or where NUMBA_CACHE_DIR says.
numba makes it anew when the function's own file has changed; what a compiled function takes from
other files must therefore come as an argument. The functions themselves are in `kernels.py`.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba.core import event

from w2v.errors import OutputError
from w2v.files import cache_folder
from w2v.locks import wait_for
from w2v.processes import fresh_python

Function = TypeVar("Function")


def compile_and_keep(function: Function, **options: Any) -> Function:
    """Compile a function on its first call, or take the code that an earlier run has kept.

    Where no folder can be written to, it is compiled in every run.

    Parameters
    ----------
    function
    **options
        Of numba.njit.
    """
    settings: Any = numba.config
    users_own = settings.CACHE_DIR
    settings.CACHE_DIR = users_own or str(cache_folder() / "compiled")
    try:
        kept: Any = numba.njit(cache=True, **options)(function)
        if not settings.DISABLE_JIT:  # else it is the plain function
            cache = kept._cache
            _name_apart(cache)
            cache.save_overload = _if_there_is_room(cache.save_overload)
        return cast(Function, kept)
    except RuntimeError:  # numba knows of no folder that it may write to
        compiled: Function = numba.njit(**options)(function)
        return compiled
    finally:
        settings.CACHE_DIR = users_own


def _if_there_is_room(save: Callable[..., None]) -> Callable[..., None]:
    """Let numba go on with what it has compiled where a full disk does not keep it."""

    def save_if_there_is_room(*code: Any) -> None:
        with contextlib.suppress(OSError):
            save(*code)

    return save_if_there_is_room


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Wait until no other process compiles.

    Two of them may give their code the same name: numba reads its index, adds to it and writes it
    back. Where nothing can be kept, nobody is waited for.
    """
    settings: Any = numba.config
    folder = Path(settings.CACHE_DIR or cache_folder() / "compiled")
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError, OutputError):
            folder.mkdir(parents=True, exist_ok=True)
            lock = wait_for(folder / "compiling.lock", lambda pid: None, lambda: None)
            stack.enter_context(lock)
        yield


def _name_apart(cache: Any) -> None:
    """Let each process give files of code names of its own.

    numba numbers them, so that two processes that compile at a time give one name to the code of
    two forms; and it first notes the name, so that a process that is killed leaves a note of a file
    that an older one wrote. Both would be taken for what they are not.
    """
    files = cache._cache_file
    files._data_name_pattern = files._data_name_pattern.replace(
        "{number:d}", f"{uuid.uuid4().hex}.{{number:d}}"
    )


class NotKeptError(Exception):
    """A function has no machine code yet."""


@contextmanager
def kept_only() -> Iterator[None]:
    """Let compiled functions take what was kept, and nothing be compiled, while the block runs.

    Raises
    ------
    NotKeptError
        In the place of compiling.
    OutputError
        If code that was kept cannot be read, as after a power cut.
    """

    class Listener(event.Listener):  # type: ignore[misc]
        def on_start(self, event: Any) -> None:
            raise NotKeptError

        def on_end(self, event: Any) -> None:
            pass

    try:
        with event.install_listener("numba:compile", Listener()):
            yield
    except (EOFError, pickle.UnpicklingError) as error:
        settings: Any = numba.config
        folder = settings.CACHE_DIR or cache_folder() / "compiled"
        raise OutputError(f"the compiled code in {folder} is damaged; delete it") from error


def run_elsewhere(code: str) -> None:
    """Run Python code in a process of its own, which keeps what it compiles.

    A process that compiles calls other copies of the small functions than one that loads them, and
    these round otherwise: so none trains with what it has compiled itself, unless nothing can be
    kept. Whether the code ran well is seen from what it leaves.

    Parameters
    ----------
    code : str
    """
    command = fresh_python(code)
    if command is None:
        return
    settings: Any = numba.config
    places = {"NUMBA_CACHE_DIR": settings.CACHE_DIR} if settings.CACHE_DIR else {}
    with contextlib.suppress(OSError):  # no room for another process
        subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **places},
            start_new_session=True,  # so that Ctrl-C does not leave the work half-done
            check=False,
        )
