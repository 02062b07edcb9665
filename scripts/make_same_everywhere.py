#!/usr/bin/env python3
"""Write down what must come out the same everywhere, into tests/golden/same_everywhere.json.

    python scripts/make_same_everywhere.py [--anew]

Vocabularies and draws are the same on every machine, and vectors are close; their bits are the same
wherever what they depend on is (`bits_depend_on` of run.json). Run once by each Python whose bits
are to be known: it compares all the rest with the file, and adds its own bits. With --anew the file
is begun again, which takes a good reason: a change of vocabularies or draws changes every run of
every user. The exit code is 1 if something was not the same.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import golden_bits
import numpy as np
from golden_bits import GOLDEN, TOLERANCES, key_of

from w2v.engines.choice import is_installed


def differences(found: dict, golden: dict) -> list[str]:
    """Name what did not come out as it is written down."""
    names = [
        f"{part}: {name}"
        for part in ("vocabularies", "draws")
        for name in sorted({*found[part], *golden[part]})
        if found[part].get(name) != golden[part].get(name)
    ]
    for engine, made in found["trainings"].items():
        for name, rows in made["values"].items():
            off = np.abs(np.subtract(rows, golden["values"][name])).max()
            if not off <= TOLERANCES["64 bits" in name]:
                names.append(f"vectors of {engine}: {name}, by {off:.1e}")
    return names


def recorded(command: list[str]) -> dict:
    """Return what a process of its own records, with one thread for BLAS, as the tests have it."""
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def main() -> int:
    """Compare, and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--anew", action="store_true", help="begin the file again")
    anew = parser.parse_args().anew
    engines = ["numpy", "numba"] if is_installed() else ["numpy"]
    found = recorded([sys.executable, golden_bits.__file__, "1", *engines])
    if anew:
        golden = {key: found[key] for key in ("vocabularies", "draws")}
        golden |= {"values": found["trainings"]["numpy"]["values"], "bits": {}}
    else:
        golden = json.loads(GOLDEN.read_text("utf-8"))
    if wrong := differences(found, golden):
        print("not the same:", *wrong, sep="\n  ")
        return 1
    for engine, made in found["trainings"].items():
        key = key_of(made["depends_on"])
        golden["bits"][f"{engine} {key}"] = {
            "sha256": made["sha256"],
            "depends_on": made["depends_on"],
        }
    lines = [f'"{part}": {as_lines(golden[part])}' for part in golden]
    GOLDEN.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
    print(f"{GOLDEN.name} holds the bits of {len(golden['bits'])} environments")
    return 0


def as_lines(part: dict) -> str:
    """Write a part with a line for each of its entries, to be read and compared."""
    entries = (f"{json.dumps(key)}: {json.dumps(part[key])}" for key in sorted(part))
    return "{\n" + ",\n".join(entries) + "\n}"


if __name__ == "__main__":
    sys.exit(main())
