"""The command keeps freed memory, so that the next array finds its pages there."""

from __future__ import annotations

import platform
import resource
import subprocess
import sys

import pytest

from w2v.training import memory

FAULTS = """
import resource, sys
from concurrent.futures import ThreadPoolExecutor
import numpy as np
from w2v.training.memory import keep_freed_memory

assert keep_freed_memory() if sys.argv[1] == "keep" else True

def chunk(_):
    return sum(float(array.sum()) for array in [np.ones(1 << 17) for _ in range(20)])

with ThreadPoolExecutor(1) as pool:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    assert set(pool.map(chunk, range(20))) == {20.0 * (1 << 17)}
    print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def n_faults(how):
    command = [sys.executable, "-c", FAULTS, how]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="concerns glibc")
def test_freed_memory_is_used_again():
    """Twenty times twenty arrays of a megabyte: the pages of the first twenty are enough."""
    pages = 20 * (1 << 20) // resource.getpagesize()
    assert n_faults("keep") < 1.2 * pages < n_faults("leave")


def test_other_systems_are_left_as_they_are(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert not memory.keep_freed_memory()
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(memory.ctypes, "CDLL", lambda name: object())  # as musl: no mallopt
    assert not memory.keep_freed_memory()


def test_freed_memory_is_given_back(monkeypatch):
    assert memory.give_back_freed_memory() in (True, False)
    monkeypatch.setattr(memory.ctypes, "CDLL", lambda name: object())
    assert not memory.give_back_freed_memory()
    monkeypatch.setattr(sys, "platform", "darwin")
    assert not memory.give_back_freed_memory()
