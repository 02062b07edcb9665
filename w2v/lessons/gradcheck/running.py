"""Run the checks that are asked for; leave out, and say so, what cannot be run here."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from w2v.engines.choice import INSTALL, why_no_numba
from w2v.errors import UsageError
from w2v.lessons.gradcheck import NAMES, SEED, TOLERANCE
from w2v.lessons.gradcheck.checks import CHECKS
from w2v.lessons.gradcheck.comparing import Check
from w2v.lessons.gradcheck.engine_checks import check_engine, check_matrices
from w2v.model.layers import Gradient

ENGINE = "engine-"
MAX_SEED = 2**63 - 2  # a check may take the seed after it, too


@dataclass(frozen=True)
class Asked:
    """What is to be checked, and how.

    Attributes
    ----------
    names : tuple of str
        Of NAMES; empty for all.
    gradient : "exact" or "word2vec"
    seed : int
        Of the weights and rows.
    tolerance : float
        The relative error from which on a gradient is wrong.
    """

    names: tuple[str, ...] = ()
    gradient: Gradient = "exact"
    seed: int = SEED
    tolerance: float = TOLERANCE


def run_checks(asked: Asked, on_compile: Callable[[], None] = lambda: None) -> tuple[Check, ...]:
    """Compare all that is asked for.

    Parameters
    ----------
    asked : Asked
    on_compile : callable
        Told before something is compiled, which takes seconds.

    Raises
    ------
    UsageError
        If a name or a number is none of those that are known, or numba is asked for by name and
        cannot be used.
    """
    _check(asked)
    names = tuple(dict.fromkeys(asked.names)) or NAMES
    return tuple(_run(name, asked, on_compile) for name in names)


def why_left_out(name: str) -> str | None:
    """Return what keeps a check from being run here, as the end of a sentence, or None."""
    return why_no_numba() if name == "engine-numba" else None


def _check(asked: Asked) -> None:
    """Refuse what cannot be checked."""
    for name in asked.names:
        if name not in NAMES:
            raise UsageError(f"there is no check {name!r}; there are {', '.join(NAMES)}")
        if problem := why_left_out(name):
            raise UsageError(f"{name} cannot be checked: numba {problem}; {INSTALL}")
    if not 0 <= asked.seed <= MAX_SEED:
        raise UsageError(f"--seed is {asked.seed}; give a whole number from 0 to {MAX_SEED}")
    if not (math.isfinite(asked.tolerance) and asked.tolerance > 0):
        raise UsageError(
            f"--tolerance is {asked.tolerance:g}; it is a relative error above 0, such as "
            f"{TOLERANCE:g}"
        )


def _run(name: str, asked: Asked, on_compile: Callable[[], None]) -> Check:
    """Run one check; an empty one stands for what is left out."""
    if why_left_out(name):
        return Check(name, (), asked.tolerance)
    if name.startswith(ENGINE):
        engine = name.removeprefix(ENGINE)
        found = check_engine(engine, asked.gradient, asked.seed, on_compile)
    elif name == "matrices":
        found = check_matrices(asked.gradient, asked.seed)
    else:
        found = CHECKS[name](asked.gradient, asked.seed)
    return Check(name, tuple(found), asked.tolerance)
