"""Other processes: fresh interpreters that import what this one would, and nothing else of it.

They are started as commands. They are not forked, since this process may have threads; and they
are not made by multiprocessing, which runs the program's main file again in every child and so
breaks a script that does not guard against it.
"""

from __future__ import annotations

import multiprocessing.spawn
import os
import sys

# What the usual BLAS libraries read, when they are loaded, for their number of threads. More than
# one change the order in which a matrix product adds up, and so the last bits; for matrices as
# small as a batch they are no faster either.
ONE_BLAS_THREAD = {
    f"{library}_NUM_THREADS": "1"
    for library in ("OPENBLAS", "MKL", "OMP", "BLIS", "VECLIB_MAXIMUM")
}


def fresh_python(code: str) -> list[str] | None:
    """Return the command that runs Python code in a fresh interpreter; None if there is none.

    Parameters
    ----------
    code : str
        Imports from where this process would; its `sys.argv` is its search path.
    """
    python = multiprocessing.spawn.get_executable()
    if not python or getattr(sys, "frozen", False):
        return None  # what is there is no interpreter
    # The path comes first: what is imported must be what this process would import.
    whole = f"import sys; sys.path[:] = sys.argv[1:]; {code}"
    return [os.fsdecode(python), "-c", whole, *map(str, sys.path)]


def n_cores() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
