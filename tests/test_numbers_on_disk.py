"""Arrays that stay in their file: any stretch, many threads, and what is said when it is gone."""

from __future__ import annotations

import gc
import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2v.config.schema import CorpusConfig, VocabConfig
from w2v.errors import CorpusError
from w2v.text import numbers_on_disk
from w2v.text.corpus import open_corpus
from w2v.text.numbers_on_disk import NumbersOnDisk

NUMBERS = np.arange(1000, dtype="<i4") * 7 - 3


@pytest.fixture
def path(tmp_path):
    NUMBERS.tofile(tmp_path / "numbers.i32")
    return tmp_path / "numbers.i32"


@pytest.fixture(params=["pread", "seek", "a few bytes at once"])
def reading(request, monkeypatch):
    """The ways to read: at a place, after a seek, and from a disk that gives little at a time."""
    if request.param == "seek":
        monkeypatch.delattr(os, "pread")
    elif request.param == "a few bytes at once":
        pread = os.pread
        monkeypatch.setattr(os, "pread", lambda file, n, at: pread(file, min(n, 37), at))


EDGE = st.none() | st.integers(-1100, 1100)


@given(start=EDGE, stop=EDGE)
def test_any_stretch(tmp_path_factory, start, stop):
    path = tmp_path_factory.getbasetemp() / "numbers.i32"
    NUMBERS.tofile(path)
    found = NumbersOnDisk(path, "<i4")[start:stop]
    assert found.dtype == np.int32
    assert found.tolist() == NUMBERS[start:stop].tolist()


def test_several_threads(path, reading):
    numbers = NumbersOnDisk(path, "<i4")
    assert len(numbers) == 1000
    stretches = [slice(at, at + 90) for at in range(0, 1000, 7)] * 3
    with ThreadPoolExecutor(4) as pool:
        for stretch, found in zip(stretches, pool.map(numbers.__getitem__, stretches), strict=True):
            assert found.tolist() == NUMBERS[stretch].tolist()


def test_no_such_numbers(path):
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ValueError, match="ends inside a number"):
        NumbersOnDisk(path, "<i4")
    with pytest.raises(FileNotFoundError):
        NumbersOnDisk(path.with_name("other"), "<i4")
    path.write_bytes(b"")
    empty = NumbersOnDisk(path, "<i4")
    assert (len(empty), empty[:].tolist()) == (0, [])
    with pytest.raises(ValueError, match="one after another"):
        empty[::2]


def test_cut_short_while_open(path, reading):
    numbers = NumbersOnDisk(path, "<i4")
    os.truncate(path, 401)
    assert numbers[:100].tolist() == NUMBERS[:100].tolist()
    with pytest.raises(CorpusError, match=r"numbers\.i32 was changed while it was in use; run it"):
        numbers[:101]


def test_its_name_may_go(path):
    numbers = NumbersOnDisk(path, "<i4")
    path.unlink()
    assert numbers[990:].tolist() == NUMBERS[990:].tolist()


def test_a_disk_that_fails(path, monkeypatch):
    def fail(*args):
        raise OSError(5, "Input/output error")

    numbers = NumbersOnDisk(path, "<i4")
    monkeypatch.setattr(numbers_on_disk.os, "pread", fail)
    with pytest.raises(CorpusError, match=r"numbers\.i32 cannot be read: Input/output error"):
        numbers[:1]


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="counts what /proc shows")
def test_nothing_stays_open(path):
    gc.collect()  # of other tests
    before = os.listdir("/proc/self/fd")
    kept = [NumbersOnDisk(path, "<i4") for _ in range(5)]
    path.write_bytes(b"1")
    with pytest.raises(ValueError, match="inside"):
        NumbersOnDisk(path, "<i4")
    assert len(os.listdir("/proc/self/fd")) >= len(before) + 5
    kept.clear()
    gc.collect()
    assert len(os.listdir("/proc/self/fd")) == len(before)


class TestACacheThatChanges:
    """Under a stream of ids: never a crash, never other ids."""

    @pytest.fixture
    def stream(self, tmp_path, monkeypatch):
        monkeypatch.setenv("W2V_CACHE", str(tmp_path / "cache"))
        (tmp_path / "a.txt").write_text("a b c a\nb a rare\n" * 3000, "utf-8")
        corpus = CorpusConfig(str(tmp_path / "a.txt"))
        return open_corpus(corpus, VocabConfig(min_count=3001)).stream

    def change(self, tmp_path, name, numbers):
        (path,) = tmp_path.glob(f"cache/corpora/*/{name}")
        with open(path, "r+b") as file:
            file.seek(numbers.nbytes)
            file.write(numbers.tobytes())

    @pytest.mark.parametrize(
        ("name", "numbers"),
        [
            ("ranks.i32", np.full(9, 10**6, "<i4")),  # no word
            ("ranks.i32", np.full(9, 2, "<i4")),  # other words, that have no row
            ("starts.i64", np.full(9, 10**12, "<i8")),
        ],
    )
    def test_by_other_numbers(self, stream, tmp_path, name, numbers):
        assert len(stream.read(0, 100)[0]) == 100
        self.change(tmp_path, name, numbers)
        with pytest.raises(CorpusError, match="was changed while it was in use; run it again"):
            stream.read(0, len(stream))

    @pytest.mark.parametrize("name", ["ranks.i32", "starts.i64"])
    def test_cut_short(self, stream, tmp_path, name):
        (path,) = tmp_path.glob(f"cache/corpora/*/{name}")
        os.truncate(path, 0)
        with pytest.raises(CorpusError, match="was changed while it was in use; run it again"):
            stream.read(0, 100)
