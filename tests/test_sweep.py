"""Whole sweeps: the same bytes as single runs, whatever ends, goes missing or gets in the way."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import TEXT
from made_runs import edit_record

from w2v import train
from w2v.cli.main import main
from w2v.config import load_config
from w2v.errors import ConfigError, CorpusError, Interrupted, OutputError, RunError
from w2v.experiments import children
from w2v.experiments.expecting import expect, makespan
from w2v.experiments.planning import plan_sweep
from w2v.experiments.reading import read_run
from w2v.experiments.sweep import sweep
from w2v.experiments.sweep_folder import LOCK, SWEEP, locked, read_sweep
from w2v.experiments.watching import SweepObserver
from w2v.locks import try_to_take
from w2v.run_folder import RUN_FILES, read_record
from w2v.text import encoding

SMALL = (
    "vocab.min_count=1", "model.dim=4", "train.epochs=1", "train.chunk=1000", "train.batch=8",
    "train.lr=0.05", "train.engine=numpy", "train.subsample=0",
)  # fmt: skip
ENDLESS = "train.epochs=1000000"
COMMAND = [sys.executable, "-m", "w2v"]
VECTORS = ("vectors.npy", "output_vectors.npy", "vocab.tsv")


def resolved_of(corpus, *axes):
    """Return a small sweep over the words of four topics."""
    given = {axis.split("=")[0] for axis in axes}
    usual = [axis for axis in (f"corpus.path={corpus}", *SMALL) if axis.split("=")[0] not in given]
    return load_config(axes=[*usual, *axes])


@pytest.fixture
def run(corpus, tmp_path):
    """Sweep, in the folder `s`."""

    def run(*axes, **options):
        return sweep(resolved_of(corpus, *axes), options.pop("out", tmp_path / "s"), **options)

    return run


@pytest.fixture
def plan(corpus, tmp_path):
    """Plan a sweep in the folder `s`."""

    def plan(*axes, force=False):
        return plan_sweep(resolved_of(corpus, *axes), tmp_path / "s", force=force)

    return plan


@pytest.fixture(scope="session")
def trained(corpus, tmp_path_factory):
    """A sweep over two seeds that is done."""
    folder = tmp_path_factory.mktemp("sweep") / "s"
    sweep(resolved_of(corpus, "train.seed=1,2"), folder)
    return folder


@pytest.fixture
def there(trained, tmp_path):
    """That sweep in the folder `s`."""
    shutil.copytree(trained, tmp_path / "s")
    return tmp_path / "s"


@pytest.fixture
def started(monkeypatch):
    """The processes that were started, in order."""
    found = []

    class Process(subprocess.Popen):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            found.append(self)

    monkeypatch.setattr(children.subprocess, "Popen", Process)
    return found


class Watch(SweepObserver):
    """Note what is told; do something when a point moves, or has ended."""

    def __init__(self, on_share=None, on_end=None):
        self.seen, self.stop = [], False
        self._on_share, self._on_end = on_share, on_end

    def on_share(self, point, share):
        if self._on_share:
            self._on_share(self, point)

    def on_start(self, point):
        self.seen.append(point.name)

    def on_end(self, outcome):
        if self._on_end:
            self._on_end(self, outcome)

    def should_stop(self):
        return self.stop


def stop(watch, _):
    watch.stop = True


def contents(folder):
    return {name: (folder / name).read_bytes() for name in VECTORS}


def statuses(outcomes):
    return {outcome.point.name: outcome.status for outcome in outcomes}


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def children_of(pid):
    found = []
    for file in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it ended a moment ago
            fields = file.read_text().rpartition(")")[2].split()
            found += [int(file.parent.name)] * (int(fields[1]) == pid)
    return found


def wait_until(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


# -- what comes out


def test_the_same_bytes_as_single_runs_for_any_number_of_jobs(run, corpus, tmp_path):
    folders = [tmp_path / "one", tmp_path / "three"]
    for folder, jobs in zip(folders, (1, 3), strict=True):
        outcomes = run("model.window=2,5", "train.seed=7,8", out=folder, jobs=jobs)
        assert set(statuses(outcomes).values()) == {"done"}
    assert [outcome.point.name for outcome in outcomes] == [
        "window-2_seed-7", "window-2_seed-8", "window-5_seed-7", "window-5_seed-8",
    ]  # fmt: skip
    values = {"corpus.path": str(corpus), "model.window": 5, "train.seed": 8}
    small = dict(setting.split("=") for setting in SMALL)
    alone = train({**small, **values}, out=tmp_path / "alone").folder
    for folder in folders:
        assert contents(folder / "window-5_seed-8") == contents(alone)
        assert sorted(os.listdir(folder / "window-2_seed-7")) == sorted(RUN_FILES)
    configs = [(folder / "window-2_seed-7" / "config.yaml").read_bytes() for folder in folders]
    assert configs[0] == configs[1]
    assert b"threads: auto" in configs[0]
    assert b"name: window-2_seed-7\n" in configs[0]
    measured = {measure.key: value for measure, value in outcomes[0].measures.items()}
    assert 0 < measured["loss"] < 20


def test_the_text_is_encoded_once(run, corpus, tmp_path, monkeypatch):
    monkeypatch.setenv("W2V_CACHE", str(tmp_path / "cache"))
    n_read = []

    class Reading(SweepObserver):
        def on_read(self, n_characters):
            n_read.append(n_characters)

    run("train.seed=1,2", observer=Reading())
    (entry,) = (tmp_path / "cache" / "corpora").iterdir()
    written = {path.name: path.stat().st_mtime_ns for path in entry.iterdir()}
    assert sum(n_read) > 0.9 * len(corpus.read_text())
    n_read.clear()
    run("train.seed=1..3", observer=Reading())
    assert n_read == []  # neither here, nor in the process of the third
    assert {path.name: path.stat().st_mtime_ns for path in entry.iterdir()} == written


def test_what_is_done_is_skipped_and_more_can_be_added(there, run, plan):
    before = contents(there / "seed-1")
    # A new seed, and a new axis: what is there are the points of window 5, and keeps its names.
    watch = Watch()
    outcomes = run("train.seed=1..3", "model.window=5,2", observer=watch)
    assert watch.seen == ["window-5_seed-3", *(f"window-2_seed-{seed}" for seed in (1, 2, 3))]
    assert [*statuses(outcomes)] == ["seed-1", "seed-2", *watch.seen]
    assert contents(there / "seed-1") == before
    recorded = read_sweep(there)
    assert recorded.points["seed-1"] == {"model.window": 5, "train.seed": 1}
    assert recorded.points["window-2_seed-3"] == {"model.window": 2, "train.seed": 3}
    assert not plan("train.seed=1,2").todo
    assert not plan("model.window=2,5").todo


def test_threads_are_part_of_a_point_only_where_they_differ(there, run, plan):
    assert len(plan("train.seed=1,2", "train.threads=1,2").todo) == 4
    run("train.seed=2", "train.threads=1,2")
    assert not plan("train.seed=1,2").todo
    assert plan("train.seed=2", "train.threads=1..3").done == {
        "threads-1_seed-2", "threads-2_seed-2",
    }  # fmt: skip


def test_without_settings_that_differ(run):
    (only,) = run("model.window=2,2", "train.seed=3")  # the same point twice
    assert (only.point.name, only.point.settings) == ("point", {})


def test_korean_names(folder):
    (folder / "말뭉치.txt").write_text(TEXT, "utf-8")
    (folder / "글.txt").write_text(TEXT.replace("king", "왕"), "utf-8")
    axes = ["corpus.path=말뭉치.txt,글.txt", *SMALL]
    outcomes = sweep(load_config(axes=axes), folder / "여러 실험")
    assert statuses(outcomes) == {"path-말뭉치.txt": "done", "path-글.txt": "done"}
    assert "왕\t6" in (folder / "여러 실험" / "path-글.txt" / "vocab.tsv").read_text("utf-8")


# -- what goes wrong


def test_a_point_that_diverges_or_cannot_be_leaves_the_rest(run, plan, corpus):
    axes = ("train.lr=1e9,0.1", f"corpus.path=nowhere.txt,{corpus}")
    outcomes = run(*axes)
    assert [outcome.status for outcome in outcomes] == ["failed", "failed", "diverged", "done"]
    assert "nowhere.txt" in outcomes[0].reason
    assert "training diverged in epoch 1" in outcomes[2].reason
    # What is not done is tried again.
    assert [point.name for point in plan(*axes).todo] == [o.point.name for o in outcomes[:3]]


def test_a_process_that_is_killed(run, started, tmp_path):
    def kill(watch, point):
        started[0].kill()

    first = run("train.epochs=1000000,1", observer=Watch(on_share=kill))
    assert statuses(first) == {"epochs-1000000": "failed", "epochs-1": "done"}
    assert first[0].reason == (
        "the process that trained it was killed by signal 9; memory may have run short"
    )
    assert read_record(first[0].folder)["status"] == "running"  # it could say nothing more
    again = run("train.epochs=1000000,1", observer=Watch(on_share=lambda w, p: started[-1].kill()))
    assert statuses(again) == statuses(first)
    assert len(started) == 3


def test_a_text_that_changes_meanwhile(run, corpus, tmp_path):
    text = tmp_path / "text.txt"
    text.write_bytes(corpus.read_bytes())

    def grow(watch, outcome):
        text.write_bytes(text.read_bytes() + b"more words\n")

    first, second = run("train.seed=1,2", f"corpus.path={text}", observer=Watch(on_end=grow))
    assert (first.status, second.status) == ("done", "failed")
    assert second.reason == "its text changed while the sweep went on; see --force"


def test_no_process_can_be_started(run, monkeypatch):
    monkeypatch.setattr(children, "fresh_python", lambda code: ["/nowhere/python"])
    outcomes = run("train.seed=1,2")
    assert set(statuses(outcomes).values()) == {"failed"}
    assert "no process can be started: No such file" in outcomes[0].reason


def test_only_texts_that_cannot_be_read(run, tmp_path):
    with pytest.raises(CorpusError, match=r"nowhere\.txt"):
        run("corpus.path=nowhere.txt", "train.seed=1,2")
    with pytest.raises(ConfigError, match="save it in a file"):
        run("corpus.path='-'", "train.seed=1,2")
    assert not (tmp_path / "s").exists()


# -- interruptions


def test_going_on_gives_the_same_bytes(run, corpus, tmp_path):
    axes = ("train.seed=1,2", "train.epochs=15")
    with pytest.raises(Interrupted, match="stopped with 0 of 2 points done; the same command goes"):
        run(*axes, observer=Watch(on_share=stop))
    half = tmp_path / "s" / "seed-1"
    assert read_record(half)["status"] == "interrupted"
    (half / ".vectors.npy.0123abcd.tmp").write_bytes(b"half")  # of a process that was killed
    watch = Watch()
    assert set(statuses(run(*axes, observer=watch)).values()) == {"done"}
    assert sorted(os.listdir(half)) == sorted(RUN_FILES)
    assert watch.seen == ["seed-1", "seed-2"]
    values = {**dict(setting.split("=") for setting in SMALL), "train.epochs": 15}
    alone = train({**values, "corpus.path": str(corpus), "train.seed": 1}, out=tmp_path / "alone")
    assert contents(half) == contents(alone.folder)


def test_stopped_between_two_points(run):
    with pytest.raises(Interrupted, match="stopped with 1 of 3 points done"):
        run("train.seed=1..3", observer=Watch(on_end=stop))
    watch = Watch()
    run("train.seed=1..3", observer=watch)
    assert watch.seen == ["seed-2", "seed-3"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
@pytest.mark.parametrize(
    ("signals", "code"), [(["SIGINT"], 130), (["SIGTERM"], 130), (["SIGKILL"], -9)]
)
def test_no_process_is_left_behind(corpus, tmp_path, signals, code):
    axes = [f"corpus.path={corpus}", *SMALL[:2], *SMALL[3:], "train.seed=1..3", ENDLESS]
    command = [*COMMAND, "sweep", *axes, "--jobs", "2", "--out", str(tmp_path / "s")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        points = [tmp_path / "s" / f"seed-{seed}" for seed in (1, 2)]
        wait_until(lambda: all((point / "metrics.jsonl").exists() for point in points))
        pids = children_of(process.pid)
        assert len(pids) == 2
        for name in signals:
            process.send_signal(getattr(signal, name))
        said = process.communicate(timeout=20)[1]
    assert process.returncode == code
    wait_until(lambda: not any(map(is_running, pids)))
    # Told by the parent or by the end of the pipe, each has ended in order.
    assert {read_record(point)["status"] for point in points} == {"interrupted"}
    if code == 130:
        last = said.splitlines()[-1]
        assert last == "w2v: stopped with 0 of 3 points done; the same command goes on"
    with locked(tmp_path / "s"):  # the lock went with the last of them
        pass


def test_two_sweeps_in_one_folder(run, tmp_path):
    with locked(tmp_path / "s"):
        with pytest.raises(OutputError) as caught:
            run("train.seed=1,2")
        assert os.listdir(tmp_path / "s") == [LOCK]
    assert str(caught.value) == (
        f"another sweep is at work in {tmp_path / 's'} (process {os.getpid()}); wait for its end, "
        "or choose another --out"
    )
    assert os.listdir(tmp_path / "s") == []


def test_a_text_that_another_process_reads_is_waited_for(corpus, tmp_path, monkeypatch):
    """The command says so once, in one line, and takes what the other has made."""
    monkeypatch.setenv("W2V_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("w2v.locks.SECONDS_BETWEEN_TRIES", 0)
    real, lock = encoding.wait_for, None

    def wait_for_the_other(path, on_wait, while_waiting):
        nonlocal lock
        lock = try_to_take(path)

        def end():
            while_waiting()
            lock.close()

        return real(path, on_wait, end)

    monkeypatch.setattr(encoding, "wait_for", wait_for_the_other)
    axes = [f"corpus.path={corpus}", "train.seed=1,2", *SMALL]
    done = CliRunner().invoke(main, ["sweep", *axes, "--dry-run", "--out", str(tmp_path / "s")])
    assert done.exit_code == 0, done.stderr
    line = f"waiting  for process {os.getpid()}, which reads the same text"
    assert done.stderr.splitlines().count(line) == 1


# -- what is in the folder


def test_another_base_is_refused(there, run, plan):
    with pytest.raises(RunError) as caught:
        plan("train.seed=1..3", "train.epochs=2")
    assert str(caught.value) == (
        f"{there} holds a sweep with train.epochs 1, and this one has 2; choose another "
        "--out, or add --force to train anew what differs"
    )
    assert not plan("train.seed=1,2", "name=other", "output.dir=x", "train.threads=2").todo
    outcomes = run("train.seed=2,3", "train.epochs=2", force=True)
    assert statuses(outcomes) == {"seed-2": "done", "seed-3": "done"}
    assert len(read_run(there / "seed-2").epochs) == 2
    assert [*read_sweep(there).points] == ["seed-2", "seed-3"]
    assert (there / "seed-1").is_dir()  # no point any more, and nobody removes it


def test_another_text_is_refused(there, plan, corpus):
    before = corpus.read_bytes()
    try:
        corpus.write_bytes(before * 2)
        for seeds in ("1,2", "3,4"):
            with pytest.raises(OutputError, match=r"seed-. is there, but its text has changed si"):
                plan(f"train.seed={seeds}")
        planned = plan("train.seed=2,3", force=True)
    finally:
        corpus.write_bytes(before)
    assert not planned.done
    assert [*planned.record.points] == ["seed-2", "seed-3"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("{", "is damaged: Expecting"),
        ("[" * 100_000, "is damaged"),
        ("[]", "was not written by w2v"),
        ('{"program": "w2v", "format": 9}', "has sweep format 9"),
        ('{"program": "w2v", "format": 1}', "is damaged: it lacks parts"),
        (
            '{"program": "w2v", "format": 1, "created": "", "base": {}, '
            '"points": [{"name": "../x", "settings": {}}]}',
            "is damaged: it lacks parts",
        ),
    ],
)
def test_a_record_that_cannot_be_read(there, plan, content, problem):
    (there / SWEEP).write_text(content)
    with pytest.raises(RunError, match=problem):
        plan("train.seed=1,2")
    if "damaged" in problem:
        assert len(plan("train.seed=1,2", force=True).todo) == 2
    else:
        with pytest.raises(RunError, match=problem):
            plan("train.seed=1,2", force=True)


def test_without_a_record(there, plan):
    (there / SWEEP).unlink()
    for force in (False, True):
        with pytest.raises(RunError, match=r"is no sweep folder \(sweep.json is missing\)"):
            plan("train.seed=1,2", force=force)


def test_a_folder_of_somebody_else(run, tmp_path):
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "thesis.txt").write_text("mine")
    for force in (False, True):
        with pytest.raises(RunError, match=r"is no sweep folder \(sweep.json is missing\)"):
            run("train.seed=1,2", force=force)
    assert os.listdir(tmp_path / "s") == ["thesis.txt"]


def test_what_is_in_the_place_of_a_point(there, run, plan):
    other = there / "seed-3"
    other.mkdir()
    (other / "thesis.txt").write_text("mine")
    with pytest.raises(OutputError, match="seed-3 is there, but it is no run"):
        plan("train.seed=1..4")
    outcomes = run("train.seed=1..4", force=True)
    assert statuses(outcomes) == {
        "seed-1": "done", "seed-2": "done", "seed-3": "failed", "seed-4": "done",
    }  # fmt: skip
    assert "--force replaces nothing else" in outcomes[2].reason
    assert (other / "thesis.txt").read_text() == "mine"


def test_a_run_of_another_sweep(there, plan, corpus, tmp_path):
    shutil.rmtree(there / "seed-1")
    values = dict(setting.split("=") for setting in SMALL)
    train({**values, "corpus.path": str(corpus), "model.window": 3}, out=there / "seed-1")
    shutil.copytree(there / "seed-2", there / "seed-3")
    with pytest.raises(OutputError, match=r"but model.window is 3 in it, and 5 here; choose"):
        plan("train.seed=1,2")
    with pytest.raises(OutputError, match=r"but train.seed is 2 in it, and 3 here"):
        plan("train.seed=2,3")
    planned = plan("train.seed=1..3", force=True)
    assert planned.done == {"seed-2"}


@pytest.mark.parametrize("lost", [name for name in RUN_FILES if name != "run.json"])
def test_a_run_that_lacks_a_file_is_not_done(there, plan, lost):
    (there / "seed-1" / lost).unlink()
    assert plan("train.seed=1,2").done == {"seed-2"}


def test_a_run_without_a_record_could_be_anybodys(there, plan):
    (there / "seed-1" / "run.json").unlink()
    with pytest.raises(OutputError, match="seed-1 is there, but it is no run"):
        plan("train.seed=1,2")


@pytest.mark.parametrize("left", [[], [".run.json.0123abcd.tmp"]])
def test_a_run_that_was_killed_at_its_very_beginning(there, plan, left):
    shutil.rmtree(there / "seed-1")
    (there / "seed-1").mkdir()
    for name in left:
        (there / "seed-1" / name).write_text("half")
    assert plan("train.seed=1,2").done == {"seed-2"}


def test_a_file_in_the_place_of_a_point(there, plan):
    shutil.rmtree(there / "seed-1")
    (there / "seed-1").write_text("mine")
    with pytest.raises(OutputError, match="seed-1 is there, but it is no run"):
        plan("train.seed=1,2")


def test_a_rule_that_is_written_in_part_is_the_same_rule(run, plan):
    axes = ("eval.heldout=0.2", "train.early_stop={patience: 2}")
    run("train.seed=1,2", *axes)
    assert plan("train.seed=1..3", *axes).done == {"seed-1", "seed-2"}
    with pytest.raises(RunError, match="and this one has"):
        plan("train.seed=1,2", axes[0], "train.early_stop={patience: 3}")


@pytest.mark.parametrize("status", ["running", "failed", "diverged", "interrupted"])
def test_what_did_not_end_well_is_not_done(there, plan, status):
    edit_record(there / "seed-1", status=status)
    assert plan("train.seed=1,2").done == {"seed-2"}


def test_a_place_where_no_folder_can_be(run, tmp_path):
    (tmp_path / "file").write_text("mine")
    for out in (tmp_path / "file", tmp_path / "file" / "s"):
        with pytest.raises(OutputError, match="cannot be made"):
            run("train.seed=1,2", out=out)


# -- the time expected


def test_a_dry_run_writes_nothing(corpus, folder):
    axes = [f"corpus.path={corpus}", *SMALL[:2], *SMALL[3:], "train.epochs=1,500"]
    command = ["sweep", *axes, "eval.heldout=0.1", "eval.sets=[toy-world]", "--dry-run"]
    before = sorted(os.listdir(folder))
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0, done.stderr
    assert sorted(os.listdir(folder)) == before
    lines = [line.split() for line in done.stdout.splitlines()]
    assert [line[0] for line in lines] == ["point", "epochs-1", "epochs-500"]
    assert done.stderr.startswith("2 points: about ")
    found = [json.loads(line) for line in CliRunner().invoke(main, [*command, "--json"]).stdout
             .splitlines()]  # fmt: skip
    assert found[0]["settings"] == {"train.epochs": 1}
    assert not found[0]["done"]
    assert 0 < found[0]["expected_seconds"] < found[1]["expected_seconds"]


def test_what_is_done_costs_nothing(there, plan):
    expected = expect(plan("train.seed=1..4"), 1)
    assert [*expected] == ["seed-3", "seed-4"]
    assert expected["seed-3"] == expected["seed-4"]  # measured once


def test_a_point_that_will_fail_is_named(plan):
    expected = expect(plan("embedding.padding_idx=1,99"), 1)
    assert expected["padding-idx-1"].seconds > 0
    assert expected["padding-idx-99"].seconds is None
    assert expected["padding-idx-99"].problem.startswith("embedding.padding_idx: 99 is no row")


def test_the_text_of_a_sweep_is_given_as_that_of_a_run(corpus, folder):
    name = "a,b.txt"  # a path, not two values
    Path(name).write_bytes(Path(corpus).read_bytes())
    command = ["sweep", "--corpus", name, *SMALL, "train.seed=1,2", "--dry-run"]
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["point", "seed-1", "seed-2"]
    twice = CliRunner().invoke(main, [*command, f"corpus.path={name}"])
    assert twice.stderr == ("w2v: the corpus is given twice, with --corpus and with corpus.path=\n")


def test_what_a_dry_run_says_of_points_that_will_fail(corpus, folder):
    axes = [f"corpus.path={corpus}", *SMALL, "train.seed=1,2", "embedding.padding_idx=98,99"]
    said = CliRunner().invoke(main, ["sweep", *axes, "--dry-run"])
    assert [line.split()[1] for line in said.stdout.splitlines()] == ["expected", *["fails"] * 4]
    assert said.stderr.splitlines() == [
        f"warning: padding-idx-{row}_seed-1 and 1 more will fail: embedding.padding_idx: {row} is "
        "no row; the vocabulary has 16 words"
        for row in (98, 99)
    ] + ["4 points: nothing that can be trained"]


def test_the_end_of_many():
    assert makespan([], 3) == 0
    assert makespan([2.0, 2.0, 2.0], 1) == 6
    assert makespan([2.0, 2.0, 2.0], 2) == 4
    assert makespan([2.0, 3.0], 10**15) == 3


# -- the command


def test_the_command(corpus, folder):
    axes = [f"corpus.path={corpus}", *SMALL[:5], *SMALL[6:], "train.lr=1e9,0.1", "train.seed=1,2"]
    done = CliRunner().invoke(main, ["sweep", *axes, "name=my", "--json"])
    assert done.exit_code == 1
    lines = done.stderr.splitlines()
    assert lines[0] == "4 points; in runs/my-sweep"
    ends = [line for line in lines if " of 4  " in line]
    assert ends[0].startswith("1 of 4  lr-1e+09_seed-1 diverged: training diverged in epoch 1")
    assert ends[2].startswith("3 of 4  lr-0.1_seed-1: loss ")
    assert "see them: w2v report runs/my-sweep" in lines
    assert lines[-1].startswith(
        "w2v: 2 of 4 points done; 2 failed: lr-1e+09_seed-1: training diverged in epoch 1"
    )
    assert lines[-1].endswith(
        "not finite any more; also lr-1e+09_seed-2; the same command tries them again"
    )
    [short] = CliRunner().invoke(main, ["sweep", *axes, "name=my", "--quiet"]).stderr.splitlines()
    assert "; try train.lr=0.15 (it was 1e+09)" in short  # nothing else has said so
    points = [json.loads(line) for line in done.stdout.splitlines()]
    assert [point["status"] for point in points] == ["diverged", "diverged", "done", "done"]
    assert points[2]["folder"] == "runs/my-sweep/lr-0.1_seed-1"
    assert points[2]["measures"]["loss"] > 0


@pytest.mark.parametrize("more", [[], ["model.window=2"], ["--dry-run"]])
def test_nothing_to_sweep_over(folder, more):
    refused = CliRunner().invoke(main, ["sweep", "toy-world", *more])
    assert refused.exit_code == 2
    assert refused.stderr.startswith("w2v: nothing to sweep over; give a setting several values")
