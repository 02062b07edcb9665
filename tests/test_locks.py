"""Locks: one holder at a time, named by its number; nothing that is dead keeps anybody out."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

import pytest

from w2v import locks
from w2v.errors import OutputError
from w2v.locks import holder_of, is_held, take, try_to_take, wait_for

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kills processes")
HOLD = "import sys; from w2v.locks import take; import pathlib\n"
HOLD += "lock = take(pathlib.Path(sys.argv[1]), 'x', 'y'); print('held', flush=True)\n"
TAKE = ("a run is at work here", "wait for its end")


@pytest.fixture
def path(tmp_path):
    return tmp_path / ".lock"


@pytest.fixture
def start(path):
    """Start a process that holds the lock and then runs more code; return it once it does."""
    started = []

    def start(code="sys.stdin.read()"):
        process = subprocess.Popen(
            [sys.executable, "-c", HOLD + code, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        started.append(process)
        assert process.stdout.readline() == b"held\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def refused(path):
    with pytest.raises(OutputError) as caught:
        take(path, *TAKE)
    return str(caught.value)


def test_one_at_a_time(path):
    with take(path, *TAKE) as lock:
        assert holder_of(path) == os.getpid()
        assert refused(path) == f"a run is at work here (process {os.getpid()}); wait for its end"
        assert try_to_take(path) is None
    assert not path.exists()
    lock.close()  # a second time
    with take(path, *TAKE):
        assert path.exists()
    assert not path.exists()


def test_another_process_is_named_and_killed(path, start):
    other = start()
    assert f"(process {other.pid})" in refused(path)
    os.kill(other.pid, signal.SIGKILL)
    other.wait()
    assert path.read_text() == f"{other.pid}\n"  # left behind
    with take(path, *TAKE):
        assert holder_of(path) == os.getpid()
    assert not path.exists()


def test_a_child_that_inherits_it_holds_it_too(path, start):
    other = start(
        "import subprocess; subprocess.Popen(['cat'], pass_fds=[lock.descriptor]); "
        "print('started', flush=True); sys.stdin.read()"
    )
    assert other.stdout.readline() == b"started\n"
    os.kill(other.pid, signal.SIGKILL)
    other.wait()
    # `cat` reads from the pipe that this test holds open.
    assert f"(one that process {other.pid} has started)" in refused(path)
    waited = []
    other.stdin.close()
    with wait_for(path, waited.append, lambda: None):
        assert holder_of(path) == os.getpid()
    assert waited in ([], [other.pid])


@pytest.mark.parametrize("content", [b"", b"\xff\x00", b"-7\n", b"9" * 50, b"no number"])
def test_a_number_that_cannot_be_read(path, monkeypatch, content):
    monkeypatch.setattr(locks, "SECONDS_TO_READ", 0)
    with take(path, *TAKE):
        path.write_bytes(content)
        said = refused(path)
    assert "(another process)" in said or "has started)" in said
    assert not path.exists()


def test_the_number_is_read_again_while_it_is_written(path, monkeypatch):
    with take(path, *TAKE):
        path.write_bytes(b"")
        monkeypatch.setattr(locks.time, "sleep", lambda _: path.write_text(f"{os.getpid()}\n"))
        assert holder_of(path) == os.getpid()


def test_whether_it_is_held(path, start):
    assert not is_held(path)  # there is no such file, and none is made
    assert not path.exists()
    process = start()
    assert is_held(path)
    process.kill()
    process.wait()
    assert path.exists()
    assert not is_held(path)
    start("import os; os.fork() and os._exit(0); sys.stdin.read()").wait()
    assert is_held(path)  # by the child of the number that it has


def test_waiting(path, start):
    other, told, n_polls = start(), [], 0

    def end_it():
        nonlocal n_polls
        n_polls += 1
        if n_polls == 2:
            other.kill()
            other.wait()

    with wait_for(path, told.append, end_it):
        assert holder_of(path) == os.getpid()
    assert told == [other.pid]
    assert n_polls >= 2
    with wait_for(path, told.append, end_it):  # for nobody
        assert told == [other.pid]


def test_the_wait_can_be_ended(path):
    def stop():
        raise KeyboardInterrupt

    with take(path, *TAKE), pytest.raises(KeyboardInterrupt):
        wait_for(path, lambda _: None, stop)
    assert not path.exists()


def test_a_lock_whose_name_is_gone_keeps_nobody_out(path, monkeypatch):
    from fcntl import flock

    calls = []

    def let_the_last_holder_leave(opened, how):
        calls.append(opened)
        if len(calls) == 1:  # it was opened, and is not locked yet
            path.unlink()
        flock(opened, how)

    monkeypatch.setattr("fcntl.flock", let_the_last_holder_leave)
    with take(path, *TAKE):
        assert try_to_take(path) is None
    assert len(calls) == 3


def test_many_hands_never_together(path):
    """A counter that is read and written under the lock misses no turn."""
    inside, together, n_turns = [], [], 40

    def work():
        for _ in range(n_turns):
            with wait_for(path, lambda _: None, lambda: None):
                inside.append(1)
                together.append(len(inside))
                inside.pop()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(locks, "SECONDS_BETWEEN_TRIES", 0)
        patch.setattr(locks, "SECONDS_TO_READ", 0)
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert together == [1] * (4 * n_turns)
    assert not path.exists()


def test_the_lock_of_another_is_not_removed(path):
    with take(path, *TAKE):
        path.unlink()  # as who clears the folder by hand
        with take(path, *TAKE) as second:
            pass
        second = take(path, *TAKE)
    assert path.exists()
    second.close()


def test_what_a_stranger_put_there(path, tmp_path):
    mine = tmp_path / "mine.txt"
    mine.write_text("precious")
    path.symlink_to(mine)
    with pytest.raises(OutputError, match="cannot be written"):
        take(path, *TAKE)
    assert mine.read_text() == "precious"
    path.unlink()
    path.mkdir()
    with pytest.raises(OutputError, match="cannot be written: Is a directory"):
        take(path, *TAKE)
    path.rmdir()
    os.mkfifo(path)
    with take(path, *TAKE):
        assert "another process" in refused(path)


def test_where_no_file_can_be_made(tmp_path):
    with pytest.raises(OutputError, match=r"\.lock cannot be written: No such file or directory"):
        take(tmp_path / "missing" / ".lock", *TAKE)


def test_where_there_are_no_such_locks(path, monkeypatch):
    def refuse(opened, how):
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr("fcntl.flock", refuse)
    with take(path, *TAKE) as lock:
        assert lock.descriptor is None
        with take(path, *TAKE):  # nobody is kept out
            pass
