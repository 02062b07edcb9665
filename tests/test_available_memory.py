"""What the machine gives: by /proc, control groups and limits, made here as systems make them."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from w2v.training import available_memory as module
from w2v.training.available_memory import Held, available_memory, memory_held

GB = 1 << 30
MEMINFO = "MemTotal:       16777216 kB\nMemFree:  1 kB\nMemAvailable:    8388608 kB\n"


@pytest.fixture
def system(tmp_path, monkeypatch):
    """A machine with 8 GB left, no limits, and functions that add some."""
    unlimited = SimpleNamespace(
        RLIMIT_AS=1, RLIMIT_DATA=2, RLIM_INFINITY=-1, getrlimit=lambda name: (-1, -1)
    )
    monkeypatch.setattr(module, "importlib", SimpleNamespace(import_module=lambda _: unlimited))
    proc, cgroups = tmp_path / "proc", tmp_path / "cgroup"
    (proc / "self").mkdir(parents=True)
    (proc / "meminfo").write_text(MEMINFO)
    status = (
        "Name:\tpython\nVmSize:\t 1048576 kB\nVmData:\t524288 kB\nVmRSS:\t 2 kB\nVmHWM:\t3 kB\n"
    )
    (proc / "self" / "status").write_text(status)

    def group(lines, **files):
        (proc / "self" / "cgroup").write_text(lines)
        for path, content in files.items():
            place = cgroups / path.replace("__", "/").replace("_DOT_", ".")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(f"{content}\n")

    return SimpleNamespace(
        left=lambda: available_memory(proc, cgroups), group=group, limits=unlimited, proc=proc
    )


def test_the_machine_alone(system):
    assert system.left() == 8 * GB
    assert memory_held(system.proc) == Held(2048, 3072)


def test_a_group_of_version_2(system):
    group = {"a__b__memory_DOT_max": 3 * GB, "a__b__memory_DOT_current": GB}
    system.group("0::/a/b\n", **group)
    assert system.left() == 2 * GB
    # What files take in it is given back.
    system.group("0::/a/b\n", a__b__memory_DOT_stat=f"anon 5\ninactive_file {GB // 2}")
    assert system.left() == 5 * GB // 2
    # One above has less.
    system.group("0::/a/b\n", a__memory_DOT_max=GB, a__memory_DOT_current=GB // 4)
    assert system.left() == 3 * GB // 4
    # And one that is used up has nothing, not less.
    system.group("0::/a/b\n", a__memory_DOT_current=2 * GB)
    assert system.left() == 0


def test_groups_without_a_limit(system):
    system.group("0::/a\n", a__memory_DOT_max="max", a__memory_DOT_current=GB)
    assert system.left() == 8 * GB
    system.group("0::/../../elsewhere\n")  # of a container that sees itself alone
    assert system.left() == 8 * GB


def test_a_group_of_version_1(system):
    limit = {
        "memory__a__memory_DOT_limit_in_bytes": 2 * GB,
        "memory__a__memory_DOT_usage_in_bytes": GB,
    }
    system.group("5:cpu,cpuacct:/x\n4:memory:/a\n1:name=systemd:/\n", **limit)
    assert system.left() == GB


@pytest.mark.parametrize("content", ["", "nonsense", "::", "0::/a\0b", "0::"])
def test_groups_that_make_no_sense(system, content):
    system.group(content)
    assert system.left() == 8 * GB


def test_limits_of_the_process(system):
    limits = {1: 3 * GB, 2: -1}
    system.limits.getrlimit = lambda name: (limits[name], -1)
    assert system.left() == 2 * GB  # 1 GB of addresses is taken
    limits[2] = GB
    assert system.left() == GB // 2


def test_a_system_without_proc(tmp_path, monkeypatch):
    pages = {"SC_PHYS_PAGES": 1000, "SC_PAGE_SIZE": 4096}
    monkeypatch.setattr(module.os, "sysconf", pages.__getitem__, raising=False)
    assert available_memory(tmp_path, tmp_path) == 4_096_000
    usage = SimpleNamespace(ru_maxrss=7)
    resource = SimpleNamespace(RUSAGE_SELF=0, getrusage=lambda who: usage)
    monkeypatch.setattr(module.importlib, "import_module", lambda name: resource)
    monkeypatch.setattr(sys, "platform", "darwin")
    assert memory_held(tmp_path) == Held(7, 7)
    monkeypatch.setattr(sys, "platform", "freebsd14")
    assert memory_held(tmp_path) == Held(7168, 7168)


def test_a_system_that_says_nothing(tmp_path, monkeypatch):
    def missing(name):
        raise ModuleNotFoundError(name)

    monkeypatch.delattr(module.os, "sysconf", raising=False)
    monkeypatch.setattr(module.importlib, "import_module", missing)
    assert available_memory(tmp_path, tmp_path) is None
    assert memory_held(tmp_path) is None


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")
def test_this_machine():
    held, left = memory_held(), available_memory()
    assert held is not None
    assert left is not None
    assert 10_000_000 < held.now <= held.peak
    assert left > 0
