"""Compiling a function: where its machine code is kept, and who is told when there is none yet.

Code is kept for the next run in the folder `compiled` of the cache, or where NUMBA_CACHE_DIR says.
numba makes it anew when the function's own file has changed; what a compiled function takes from
other files must therefore come as an argument. The functions themselves are in `kernels.py`.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import numba
from numba.core import event

from w2v.errors import OutputError
from w2v.files import cache_folder

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
        kept: Function = numba.njit(cache=True, **options)(function)
        return kept
    except RuntimeError:  # numba knows of no folder that it may write to
        compiled: Function = numba.njit(**options)(function)
        return compiled
    finally:
        settings.CACHE_DIR = users_own


@contextmanager
def telling(on_compile: Callable[[], None]) -> Iterator[None]:
    """Call `on_compile` once, before the first function that is compiled while the block runs.

    Raises
    ------
    OutputError
        If code that was kept cannot be read, as after a power cut.
    """

    class Listener(event.Listener):  # type: ignore[misc]
        told = False

        def on_start(self, event: Any) -> None:
            if not self.told:
                self.told = True
                on_compile()

        def on_end(self, event: Any) -> None:
            pass

    try:
        with event.install_listener("numba:compile", Listener()):
            yield
    except (EOFError, pickle.UnpicklingError) as error:
        settings: Any = numba.config
        folder = settings.CACHE_DIR or cache_folder() / "compiled"
        raise OutputError(f"the compiled code in {folder} is damaged; delete it") from error
