"""The rooms of the house: which may import which, and that reading commands stay light."""

from __future__ import annotations

import ast
import functools
from pathlib import Path

import pytest

import w2v

PACKAGE = Path(w2v.__file__).parent
# room: the rooms it may import from, itself apart
ALLOWED = {
    "errors": set(),
    "files": {"errors"},
    "locks": {"errors", "files"},
    "processes": set(),
    "shipped": set(),
    "config": {"errors"},
    "fetching": {"errors", "files", "locks"},
    "text": {"errors", "files", "locks", "processes", "shipped", "config", "fetching"},
    "run_sums": {"errors", "files"},
    "run_folder": {"errors", "files", "locks", "run_sums"},
    "run_finding": {"errors", "files", "run_sums", "run_folder"},
    "model": {"errors"},
    "vectors": {"errors", "files", "config", "run_folder", "text"},
    "evaluation": {"errors", "files", "fetching", "text", "vectors"},
    "engines": {"errors", "files", "locks", "processes", "config", "model"},
    "training": {
        "errors", "files", "locks", "processes", "config", "text", "run_sums", "run_folder",
        "run_finding", "model", "engines", "vectors", "evaluation",
    },
    "experiments": {
        "errors", "files", "locks", "processes", "config", "text", "run_folder", "run_finding",
        "engines", "vectors", "evaluation", "training",
    },
    "report": {
        "errors", "files", "config", "text", "run_folder", "vectors", "evaluation", "experiments",
        "webpage",
    },
    "webpage": {"errors", "files"},
    "lessons": {
        "errors", "files", "processes", "shipped", "config", "text", "run_folder", "run_finding",
        "model", "engines", "training", "vectors", "evaluation", "webpage",
    },
    "cli": {
        "errors", "files", "processes", "shipped", "config", "text", "run_folder", "run_finding",
        "vectors", "training", "evaluation", "fetching", "experiments", "report", "lessons",
        "webpage",
    },
}  # fmt: skip
CORE = {"numpy", "click", "tqdm", "yaml"}
# What may import numba: nothing else imports these, but functions of engines/choice.py.
COMPILED = {"engines/compiling.py", "engines/kernels.py", "engines/numba_engine.py"}
# What may import a package that need not be there, inside functions: by the start of its path.
OPTIONAL = {
    "vectors/formats/tensors.py": {"safetensors"},
    "report/views/planes.py": {"sklearn", "threadpoolctl"},
    "report/page/writing.py": {"plotly"},
    "report/plots/": {"matplotlib"},
}


@functools.cache
def facts_of(file):
    """Read a file, which several tests ask: its docstring, its names, and its imports.

    Of each import (module, whether it is imported at the top).
    """
    tree = ast.parse(file.read_text("utf-8"))
    top = {id(node) for node in tree.body}
    names, imports = set(), []
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            names.add(node.id)
        elif isinstance(node, ast.Import):
            imports += ((alias.name, id(node) in top) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: say from where, w2v.…"
            imports += ((f"{node.module}.{alias.name}", id(node) in top) for alias in node.names)
    return ast.get_docstring(tree), names, imports


def imports_of(file):
    """Return (module, whether it is imported at the top) of every import in a file."""
    return facts_of(file)[2]


FILES = [file for file in sorted(PACKAGE.rglob("*.py")) if "shipped" not in file.parent.parts[-1:]]


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_imports_point_one_way(file):
    room = file.relative_to(PACKAGE).parts[0].removesuffix(".py")
    if room in ("__init__", "__main__"):
        return  # the front door
    for module, _ in imports_of(file):
        if module.startswith("w2v.") and module != "w2v.__version__":
            other = module.split(".")[1]
            assert other == room or other in ALLOWED[room], f"{room} must not import {module}"


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_only_core_packages(file):
    import sys

    path = file.relative_to(PACKAGE).as_posix()
    extras = {"numba"} if path in COMPILED else set()
    for start, packages in OPTIONAL.items():
        extras |= packages if path.startswith(start) else set()
    for module, is_at_top in imports_of(file):
        package = module.split(".")[0]
        assert not (is_at_top and package in set().union(*OPTIONAL.values())), module
        assert package in {"w2v", *CORE, *extras} or package in sys.stdlib_module_names, module


def test_nothing_imports_numba_at_once():
    for file in FILES:
        if file.relative_to(PACKAGE).as_posix() not in COMPILED:
            at_top = {module for module, is_at_top in imports_of(file) if is_at_top}
            names = {file.removesuffix(".py").replace("/", ".") for file in COMPILED}
            compiled = ("numba", *(f"w2v.{name}" for name in names))
            assert not {m for m in at_top if m.startswith(compiled)}


def test_the_model_imports_numpy_only():
    for file in (PACKAGE / "model").glob("*.py"):
        packages = {module.split(".")[0] for module, _ in imports_of(file)}
        assert not packages & (CORE - {"numpy"})


def test_only_the_cli_prints():
    for file in FILES:
        if file.relative_to(PACKAGE).parts[0] != "cli":
            assert "print" not in facts_of(file)[1], file
            assert "click" not in {module for module, _ in imports_of(file)}, file


def test_names_at_the_front_door():
    for name in w2v.__all__:
        assert getattr(w2v, name).__name__ == name
    assert set(w2v.__all__) <= set(dir(w2v))
    with pytest.raises(AttributeError, match="no attribute 'Cbow'"):
        w2v.Cbow  # noqa: B018


def test_every_file_says_what_it_is():
    for file in FILES:
        assert facts_of(file)[0], file
