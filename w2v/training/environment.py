"""What the bits of a run depend on, beside its config and its text."""

from __future__ import annotations

import importlib
import importlib.metadata
import os
import platform
from typing import Any

import numpy as np


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
    }


def _of_numba() -> dict[str, object]:
    """Name what compiled code depends on; its matrix products are those of SciPy's BLAS."""
    scipy = importlib.import_module("scipy")
    packages = ("numba", "llvmlite", "scipy")
    versions = {name: importlib.metadata.version(name) for name in packages}
    return {**versions, "scipy_blas": _blas_of(scipy.show_config(mode="dicts"))}


def _blas_of(built: Any) -> str:
    """Return the BLAS that NumPy or SciPy was built with, by name and version."""
    blas = built.get("Build Dependencies", {}).get("blas", {})
    return f"{blas.get('name', 'unknown')} {blas.get('version', '')}".strip()
