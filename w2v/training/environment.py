"""What the bits of a run depend on, beside its config and its text."""

from __future__ import annotations

import importlib.metadata
import os
import platform

import numpy as np


def what_bits_depend_on(engine: str) -> dict[str, object]:
    """Name what the last bits of a matrix product, of a power and of compiled loops depend on.

    Parameters
    ----------
    engine : "numpy" or "numba"
    """
    built = np.show_config(mode="dicts")
    assert isinstance(built, dict)
    blas = built.get("Build Dependencies", {}).get("blas", {})
    packages = ("numba", "llvmlite", "scipy") if engine == "numba" else ()
    return {
        **{name: importlib.metadata.version(name) for name in packages},
        "numpy": np.__version__,
        "blas": f"{blas.get('name', 'unknown')} {blas.get('version', '')}".strip(),
        "blas_threads": os.environ.get("OPENBLAS_NUM_THREADS", "not set"),
        "cpu_features": built.get("SIMD Extensions", {}).get("found", []),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "system": platform.system(),
    }
