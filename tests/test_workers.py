"""Real processes: the same bytes from any number, and none left behind whatever happens."""

from __future__ import annotations

import gzip
import multiprocessing.spawn
import os
import re
import signal
import subprocess
import sys
import time

import pytest

from w2v.errors import ConfigError, CorpusError, OutputError, W2VError
from w2v.text import counting, encoding, worker
from w2v.text.encoding import encode
from w2v.text.tokenizers import TokenizerSpec
from w2v.text.workers import CannotStartError, Workers

TEXT = (
    "b a b\n\nc b\r\nd a d c\rnew words with don't, and as many as it takes 한국어\n" * 40 + "z y b"
)
PARTS = ["counts.i64", "ranks.i32", "report.json", "starts.i64", "words.txt"]
# Not behind `if __name__ == "__main__"`: a child that ran it again would train again.
SCRIPT = """
import w2v
from w2v.text import counting, encoding, workers
encoding.PARALLEL_BYTES, counting.LEAST_STRETCH = 0, 100
encoding.n_cores = lambda: 2
start, pids = workers.Workers._process, []
def process(self):
    process = start(self)
    pids.append(process.pid)
    return process
workers.Workers._process = process
"""
TRAIN = """
run = w2v.train({"corpus.path": "my.txt", "vocab.min_count": 1, "model.dim": 4, "train.epochs": 1})
print(len(pids), len(run.vectors))
"""
WAIT = """
import sys, time
from w2v.cli.main import run
def hear(self, progress):
    print(*pids, flush=True)
    while True:
        time.sleep(0.01)
        progress(0)
workers.Workers._hear = hear
sys.argv = ["w2v", "train", "--corpus", "my.txt"]
run()
"""


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Let the smallest text be worth several processes."""
    monkeypatch.setattr(encoding, "PARALLEL_BYTES", 0)
    monkeypatch.setattr(counting, "LEAST_STRETCH", 100)
    monkeypatch.setattr(encoding, "n_cores", lambda: 5)


@pytest.fixture
def started(monkeypatch):
    """The processes that were started."""
    found = []

    def process(self):
        found.append(start(self))
        return found[-1]

    start = Workers._process
    monkeypatch.setattr(Workers, "_process", process)
    return found


@pytest.fixture
def text(folder):
    """A text in the working folder, whose path is not absolute."""
    (folder / "my.txt").write_bytes(TEXT.encode())
    return encoding.Path("my.txt")


def contents(cache):
    (entry,) = cache.glob("corpora/*")
    return {path.name: path.read_bytes() for path in entry.iterdir()}


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


@pytest.mark.parametrize("processes", [2, 3, 5])
def test_the_same_bytes(text, tmp_path, monkeypatch, started, processes):
    (text.parent / "b.txt.gz").write_bytes(gzip.compress(b"packed words\n" * 20 + b"\xff"))
    (text.parent / "c.txt").write_bytes(b"one line " * 300 + b"\n\xfe")
    files = [text, text.parent / "b.txt.gz", text.parent / "c.txt", text]
    results, told = {}, []
    for n in (1, processes):
        monkeypatch.setenv("W2V_CACHE", str(tmp_path / f"cache-{n}"))
        encoded, _ = encode(files, TokenizerSpec(), None, told.append, n)
        assert encoded.report.first_bad_file == "b.txt.gz"
        results[n] = contents(tmp_path / f"cache-{n}")
    assert results[1] == results[processes]
    assert sorted(results[1]) == PARTS
    assert len(started) == processes
    assert all(process.returncode is not None for process in started)
    n_characters = 2 * len(TEXT) - 2 * TEXT.count("\r\n") + 13 * 20 + 1 + 9 * 300 + 2
    assert sum(told) == 2 * n_characters


def test_no_process_where_it_does_not_pay(text, monkeypatch, started):
    spec = TokenizerSpec("whitespace")
    for name, value in (("PARALLEL_BYTES", 10**9), ("n_cores", lambda: 1)):
        with monkeypatch.context() as patch:
            patch.setattr(encoding, name, value)
            encode([text], spec, None)
        spec = TokenizerSpec("char")
    encode([text], TokenizerSpec(), None, processes=1)
    assert started == []


def test_code_of_the_user_runs_here(text, started, monkeypatch):
    """It may keep state: then the words would depend on the number of processes."""
    text.with_name("stateful.py").write_text(
        "seen = []\n"
        "def split(text):\n    seen.append(text)\n    return [str(len(seen))] * bool(text)"
    )
    monkeypatch.syspath_prepend("")
    try:
        spec = TokenizerSpec("stateful:split", allow_code=True)
        encoded, _ = encode([text], spec, None, processes=5)
    finally:
        sys.modules.pop("stateful", None)
    assert len(encoded.words) == len(list(filter(None, re.split("\r\n|\r|\n", TEXT))))
    assert started == []


class TestErrors:
    @pytest.mark.parametrize(
        ("more", "message"),
        [
            (b"\r\n\0", "my.txt has a NUL byte in line 202; it is no text file"),
            (b"\xff " * 3000, "my.txt is not UTF-8 text: 3,000 of "),
        ],
    )
    def test_of_the_text(self, text, folder, started, more, message):
        text.write_bytes(TEXT.encode() + more)
        with pytest.raises(CorpusError, match=message):
            encode([text], TokenizerSpec(), None)
        assert started
        assert not list(folder.parent.glob("cache/corpora/*"))

    def test_the_first_in_the_text_counts(self, text, started):
        """Even if a later one is met earlier."""
        other = text.with_name("other.txt")
        other.write_bytes(b"\0")
        text.write_bytes(TEXT.encode() * 200 + b"\0")
        with pytest.raises(CorpusError, match=r"^my\.txt has a NUL byte in line 40001;"):
            encode([text, other], TokenizerSpec(), None)
        assert started

    @pytest.mark.parametrize(
        "error",
        [
            CorpusError("some sentence"),
            ConfigError(["one", "two"]),
            OutputError("full"),
            OSError(28, "No space left on device"),
            MemoryError(),
        ],
    )
    def test_are_the_same_here(self, error):
        again = worker.error_of(worker.said_of(error))
        assert type(again) is type(error)
        assert str(again) == str(error)
        assert getattr(again, "problems", None) == getattr(error, "problems", None)

    def test_a_bug_says_where(self):
        try:
            {}["nothing"]
        except KeyError as error:
            said = worker.said_of(error)
        assert "test_a_bug_says_where" in str(worker.error_of(said))

    def test_a_disk_that_cannot_be_written(self, text, started):
        task = worker.Task(text.with_name("gone"), [text], None, TokenizerSpec())
        stretches = counting.cut_into_stretches([text], [len(TEXT)], 2)
        with Workers(task, 2) as hands, pytest.raises(FileNotFoundError, match="No such file"):
            hands.count(stretches, lambda n_characters: None)
        assert all(process.returncode is not None for process in started)


class TestNoneIsLeft:
    def test_after_a_stop(self, text, folder, started):
        def stop(n_characters):
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            encode([text], TokenizerSpec(), None, stop)
        assert len(started) == 5
        assert all(process.returncode is not None for process in started)
        assert not list(folder.parent.glob("cache/corpora/*"))

    def test_if_one_is_killed(self, text, folder, started, monkeypatch):
        """By the system, when memory is short."""

        def hear(self, progress):
            worker, message = heard(self, progress)
            started[worker].kill()
            return worker, message

        heard = Workers._hear
        monkeypatch.setattr(Workers, "_hear", hear)
        with pytest.raises(W2VError, match=r"gone \(killed by signal 9\).*train\.threads=1 reads"):
            encode([text], TokenizerSpec(), None)
        assert all(process.returncode is not None for process in started)
        assert not list(folder.parent.glob("cache/corpora/*"))

    @pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
    def test_after_the_end_of_this_process(self, text, how):
        """Ctrl-C goes to the whole group; it is said once, without a traceback."""
        command = [sys.executable, "-c", SCRIPT + WAIT]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        with subprocess.Popen(command, start_new_session=True, **pipes) as process:
            pids = list(map(int, process.stdout.readline().split()))
            assert len(pids) == 2
            assert process.pid not in map(os.getpgid, pids)  # Ctrl-C does not reach them
            os.killpg(process.pid, how)
            _, said = process.communicate(timeout=30)
        wait_until(lambda: not any(map(is_running, pids)))
        if how == signal.SIGINT:
            assert process.returncode == 130
            assert "Traceback" not in said
            assert said.splitlines()[-1] == "w2v: stopped"
            assert not list(text.absolute().parent.parent.glob("cache/corpora/*"))


class TestWhereTheyCannotStart:
    @pytest.mark.parametrize("python", ["", "/nowhere/python", "/bin/false", "/bin/echo"])
    def test_one_does_it_all(self, text, monkeypatch, python):
        """A program may have an interpreter inside it that is no command."""
        monkeypatch.setattr(multiprocessing.spawn, "get_executable", lambda: python)
        encoded, _ = encode([text], TokenizerSpec(), None)
        assert encoded.words[0] == "b"

    def test_nothing_is_left_of_those_that_did_start(self, text, folder, monkeypatch):
        late = folder / "late"
        late.write_text("#!/bin/sh\nsleep 1")  # until the other has done its part
        late.chmod(0o700)
        pythons = iter([sys.executable, str(late)])
        monkeypatch.setattr(multiprocessing.spawn, "get_executable", lambda: next(pythons))
        encode([text], TokenizerSpec(), None, processes=2)
        assert sorted(contents(folder.parent / "cache")) == PARTS

    def test_a_frozen_program_is_not_started_again(self, text, monkeypatch, started):
        monkeypatch.setattr(sys, "frozen", True, raising=False)
        encode([text], TokenizerSpec(), None)
        assert started == []
        task = worker.Task(text.parent, [text], None, TokenizerSpec())
        with pytest.raises(CannotStartError):
            Workers(task, 2)


@pytest.mark.parametrize("way", ["script", "standard input", "-c"])
def test_a_program_without_a_guard(text, way):
    """The well-known mistake of scripts with processes is none here."""
    program = SCRIPT + TRAIN
    (text.parent / "program.py").write_text(program)
    command = {"script": ["program.py"], "standard input": ["-"], "-c": ["-c", program]}[way]
    done = subprocess.run(
        [sys.executable, *command],
        input=program if way == "standard input" else None,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.stdout, done.stderr) == ("2 16\n", "")
