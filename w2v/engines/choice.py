"""Which engine a run gets, and why.

`auto` looks at the config, at the size of the work and at whether numba is installed, and at
nothing that changes from run to run: the same command gives the same engine.
"""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Callable

from w2v.config.checking import only_in_numpy
from w2v.config.schema import Config
from w2v.engines import numpy_engine
from w2v.engines.contract import Engine, RowCombiner, Weights
from w2v.errors import ConfigError

# Positions, over all epochs, that the numpy engine trains in about the time that numba takes to be
# imported and to compile once (scripts/bench.py measures both).
WORTH_COMPILING = 3_000_000
INSTALL = "pip install 'w2v[fast]'"


def choose_engine(config: Config, n_positions: int) -> tuple[str, str]:
    """Return the name of the engine that will train, and the reason in a few words.

    Parameters
    ----------
    config : Config
    n_positions : int
        Of the text, times epochs.

    Raises
    ------
    ConfigError
        If the config asks for numba and it cannot be used.
    """
    wanted = config.train.engine
    if wanted == "numba" and (problem := why_no_numba()):
        raise ConfigError([f"train.engine: numba {problem}; {INSTALL}, or use numpy"])
    if wanted != "auto":
        return wanted, "as the config says"
    if only := only_in_numpy(config):
        return "numpy", f"only it has {only[0]}"
    if n_positions < WORTH_COMPILING:
        return "numpy", "too little text for compiling to pay; see train.engine"
    if not is_installed():
        return "numpy", f"numba would be faster: {INSTALL}"
    if problem := why_no_numba():
        return "numpy", f"numba {problem}"
    if importlib.import_module("numba").config.DISABLE_JIT:
        return "numpy", "NUMBA_DISABLE_JIT switches numba off"
    return "numba", "the faster one"


def is_installed() -> bool:
    """Tell whether all that the numba engine needs is there."""
    return all(importlib.util.find_spec(name) for name in ("numba", "scipy"))


def why_no_numba() -> str | None:
    """Return what keeps the numba engine from being used, as the end of a sentence, or None."""
    if not is_installed():
        return "is not installed"
    try:
        importlib.import_module("numba")
        importlib.import_module("scipy.linalg")
    except ImportError as error:  # say, a NumPy that is too new for this numba
        return "cannot be imported: " + " ".join(str(error).split())
    return None


def prepare_engine(name: str, config: Config, on_compile: Callable[[], None]) -> None:
    """Import and compile what an engine needs, so that none of it falls into the training time.

    Parameters
    ----------
    name : "numpy" or "numba"
    config : Config
    on_compile : callable
        Told before something is compiled; it takes seconds, once for each D.
    """
    if name == "numba":
        from w2v.engines.numba_engine import prepare

        prepare(config, on_compile)


def is_prepared(name: str, config: Config) -> bool:
    """Tell whether an engine can start without compiling; nothing is compiled to find out.

    Parameters
    ----------
    name : "numpy" or "numba"
    config : Config
    """
    if name == "numpy":
        return True
    from w2v.engines.numba_engine import is_kept

    return is_kept(config)


def compiled_form(config: Config) -> list[object]:
    """Return what the numba engine's machine code depends on; each form is compiled once."""
    from w2v.engines.numba_engine import form_of

    return [*form_of(config)]


def make_engine(
    name: str, config: Config, weights: Weights, abandon: threading.Event | None = None
) -> Engine:
    """Make an engine around given weights; numba is imported here, and only when it is wanted."""
    if name == "numpy":
        return numpy_engine.NumpyEngine(config, weights, abandon)
    from w2v.engines.numba_engine import NumbaEngine

    return NumbaEngine(config, weights, abandon)


def row_combiner(name: str) -> RowCombiner:
    """Return how an engine combines the rows of replicas; see `RowCombiner` (contract.py)."""
    if name == "numpy":
        return numpy_engine.combine_rows
    from w2v.engines import numba_engine

    return numba_engine.combine_rows
