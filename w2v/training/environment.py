"""What the bits of a run depend on, beside its config and its text."""

from __future__ import annotations

import importlib
import importlib.metadata
import os
import platform
from collections.abc import Sequence
from typing import Any

import numpy as np

# By what a user has a library take other code than it would: named where they are set.
SWITCHES = ("OPENBLAS_CORETYPE", "NPY_DISABLE_CPU_FEATURES")
NUMBA_SWITCHES = ("NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES")


def what_bits_depend_on(engine: str) -> dict[str, object]:
    """Name what the last bits of a matrix product, of a power and of compiled loops depend on.

    Parameters
    ----------
    engine : "numpy" or "numba"
    """
    built = np.show_config(mode="dicts")
    assert isinstance(built, dict)
    return {
        **(_of_numba() if engine == "numba" else {}),
        "numpy": np.__version__,
        "blas": _blas_of(built),
        "blas_threads": os.environ.get("OPENBLAS_NUM_THREADS", "not set"),
        "cpu_features": built.get("SIMD Extensions", {}).get("found", []),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "system": platform.system(),
        **_set_among(SWITCHES),
    }


def _of_numba() -> dict[str, object]:
    """Name what compiled code depends on; its matrix products are those of SciPy's BLAS."""
    scipy = importlib.import_module("scipy")
    packages = ("numba", "llvmlite", "scipy")
    versions = {name: importlib.metadata.version(name) for name in packages}
    blas = _blas_of(scipy.show_config(mode="dicts"))
    return {**versions, "scipy_blas": blas, **_set_among(NUMBA_SWITCHES)}


def _set_among(names: Sequence[str]) -> dict[str, object]:
    """Name the variables of the environment that are set."""
    return {name: os.environ[name] for name in names if os.environ.get(name)}


def _blas_of(built: Any) -> str:
    """Return the BLAS that NumPy or SciPy was built with, by name and version."""
    blas = built.get("Build Dependencies", {}).get("blas", {})
    return f"{blas.get('name', 'unknown')} {blas.get('version', '')}".strip()
