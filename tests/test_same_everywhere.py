"""The same everywhere: integers on every machine, bits wherever what they depend on is the same.

Each process here trains and counts all of `golden_bits.py` under conditions of its own. That
threads, processes, and hash seeds change no bit of larger runs is tested in test_replicas.py and
test_training.py.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from engines import ENGINES, HAS_NUMBA, NEEDS_NUMBA
from golden_bits import GOLDEN, TOLERANCES, TRAININGS, key_of

HERE = Path(__file__).parent
ROOT = HERE.parent


def started(folder, cache, threads, engines, **environment):
    """Start a process that records all, in a folder of its own."""
    folder.mkdir()
    search = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    return subprocess.Popen(
        [sys.executable, HERE / "golden_bits.py", str(threads), *engines],
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, search)),
            "OPENBLAS_NUM_THREADS": "1",
            "W2V_CACHE": str(cache),
            **environment,
        },
        stdout=subprocess.PIPE,
    )


def ended(process):
    """Return what a process recorded."""
    out, _ = process.communicate()
    assert process.returncode == 0
    return json.loads(out)


def cpu_features():
    """Return what NumPy uses of this processor and could do without, as it names them."""
    return np.show_config(mode="dicts").get("SIMD Extensions", {}).get("found", [])


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    """Return the records of three processes: here, here under other conditions, and elsewhere."""
    path = tmp_path_factory.mktemp("same")
    engines = ["numpy", "numba"] if HAS_NUMBA else ["numpy"]
    # As on a machine whose processor is an old one: of its path through NumPy and through BLAS.
    old = {"NPY_DISABLE_CPU_FEATURES": " ".join(cpu_features()), "OPENBLAS_CORETYPE": "Prescott"}
    elsewhere = started(path / "c", path / "cache 2", 2, ["numpy"], **old)
    here = ended(started(path / "a", path / "cache", 1, engines, PYTHONHASHSEED="0"))
    # The texts are in the cache by now.
    again = started(path / "b", path / "cache", 8, engines, PYTHONHASHSEED="random")
    return {"here": here, "again": ended(again), "elsewhere": ended(elsewhere)}


@pytest.fixture(scope="module")
def golden():
    return json.loads(GOLDEN.read_text("utf-8"))


@pytest.mark.parametrize("where", ["here", "again", "elsewhere"])
@pytest.mark.parametrize("part", ["vocabularies", "draws"])
def test_integers_are_the_same_on_every_machine(records, golden, where, part):
    found = records[where][part]
    assert len(found) > 15
    assert {name for name in found if found[name] != golden[part].get(name)} == set()
    assert found.keys() == golden[part].keys()
    assert len(set(found.values())) >= 0.9 * len(found)  # the digests are of something


@pytest.mark.parametrize(
    ("where", "engine"),  # numba would have to compile for elsewhere
    [("here", "numpy"), ("elsewhere", "numpy"), pytest.param("here", "numba", marks=NEEDS_NUMBA)],
)
def test_vectors_are_close_on_every_machine(records, golden, where, engine):
    for name, rows in records[where]["trainings"][engine]["values"].items():
        tolerance = TOLERANCES["64 bits" in name]
        np.testing.assert_allclose(rows, golden["values"][name], 0, tolerance, err_msg=name)
        assert np.ptp(rows) > 1  # they have learnt something


@pytest.mark.parametrize("engine", ENGINES)
def test_vectors_are_the_same_bits_where_they_must_be(records, golden, engine):
    """Skipped, and it says so, where nobody has written down the bits; see make_same_everywhere."""
    made = records["here"]["trainings"][engine]
    known = golden["bits"].get(f"{engine} {key_of(made['depends_on'])}")
    if known is None:
        pytest.skip(f"only a tolerance was held: the bits are not known of {made['depends_on']}")
    assert made["depends_on"] == known["depends_on"]
    assert made["sha256"] == known["sha256"]


@pytest.mark.parametrize("engine", ENGINES)
def test_threads_hash_seed_folder_and_cache_change_no_bit(records, engine):
    here, again = (records[where]["trainings"][engine] for where in ("here", "again"))
    assert here == again


def test_the_golden_file_is_whole(golden):
    """The bits of both engines are known for three Pythons, each under its own key."""
    pythons = {"numpy": set(), "numba": set()}
    for name, entry in golden["bits"].items():
        engine, key = name.split()
        assert key == key_of(entry["depends_on"])
        assert len(bytes.fromhex(entry["sha256"])) == hashlib.sha256().digest_size
        pythons[engine].add(".".join(entry["depends_on"]["python"].split(".")[:2]))
    for versions in pythons.values():
        assert versions >= {"3.10", "3.11", "3.13"}
    assert golden["values"].keys() == TRAININGS.keys()
