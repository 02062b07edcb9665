"""The engines that tests run: numba's where it is installed."""

from __future__ import annotations

import importlib.util

import pytest

HAS_NUMBA = all(importlib.util.find_spec(name) for name in ("numba", "scipy"))
NEEDS_NUMBA = pytest.mark.skipif(not HAS_NUMBA, reason="numba is not installed")
ENGINES = ["numpy", pytest.param("numba", marks=NEEDS_NUMBA)]
