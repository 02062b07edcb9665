"""Checkpoints: a run that was stopped or killed goes on, and ends with the same bits."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from engines import ENGINES
from made_runs import edit_record
from observers import StopAfter
from test_cli import w2v

from w2v import train
from w2v.config.schema import CorpusConfig
from w2v.errors import (
    ConfigError,
    CorpusError,
    DivergedError,
    Interrupted,
    OutputError,
    RunError,
    UsageError,
)
from w2v.run_folder import RUN_FILES
from w2v.training import checkpoint as checkpoints
from w2v.training import saving
from w2v.training.observer import Observer
from w2v.training.recording import Recorder
from w2v.training.resuming import command_to_go_on
from w2v.training.saving import Saver
from w2v.training.trainer import take_run

SMALL = {
    "model.dim": 5,  # compiled anyway, for other tests
    "vocab.min_count": 1,
    "train.epochs": 2,
    "train.chunk": 1300,  # 5 chunks, the last one shorter
    "train.batch": 8,
    "train.lr": 0.05,
    "train.engine": "numpy",
    "train.checkpoint_every": 1,
}
TIMES = ("seconds", "words_per_second")
VARIANTS = {
    "sgd": {},
    "adagrad": {"train.optimizer": "adagrad"},
    "adam": {"train.optimizer": "adam", "train.lr": 0.002},
    "replicas": {"train.replicas": 3, "train.threads": 2, "train.shuffle": True},
    "held out, and the best": {
        "eval.heldout": 0.2,
        "train.early_stop": {"metric": "heldout_loss", "patience": 1},
        "train.lr": 0.3,
        "train.epochs": 6,
        "train.chunk": 2500,
        "train.subsample": 0,
    },
    "options": {
        "embedding.max_norm": 0.4, "embedding.padding_idx": -1, "embedding.dtype": "float64",
        "embedding.sparse": False, "train.optimizer": "adam", "train.lr": 0.01,
    },
    "softmax": {"model.loss": "softmax", "model.kind": "skipgram"},
}  # fmt: skip


def measured(folder):
    """The lines of metrics.jsonl, times apart."""
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    return [{key: line[key] for key in line if key not in TIMES} for line in lines]


def bits(folder):
    """All that two runs must have in common."""
    names = ("vectors.npy", "output_vectors.npy", "vocab.tsv", "dropped.tsv", "config.yaml")
    record = json.loads((folder / "run.json").read_text("utf-8"))
    kept = ("status", "tokens", "early_stop", "corpus", "reproducible", "V")
    return (
        {name: (folder / name).read_bytes() for name in names},
        measured(folder),
        {key: record[key] for key in kept},
    )


def left_in(folder):
    return sorted(path.name for path in folder.iterdir() if path.name not in RUN_FILES)


@pytest.fixture
def settings(corpus):
    return {"corpus.path": str(corpus), **SMALL}


def interrupt(settings, out, n_chunks, **options):
    """Train until so many chunks more are done, or to the end; tell whether that was the end."""
    try:
        train(settings, out=out, observer=StopAfter(n_chunks), **options)
    except Interrupted:
        return False
    return True


@pytest.mark.parametrize("variant", VARIANTS)
def test_any_moment_of_the_stop_gives_the_same_bits(settings, tmp_path, variant):
    settings = {**settings, **VARIANTS[variant]}
    whole = train(settings, out=tmp_path / "whole")
    n_stops = 1
    for every in (1, 3):
        out = tmp_path / f"every-{every}"
        while not interrupt(settings, out, every, resume=True):
            n_stops += 1
            assert [p.name for p in checkpoints.checkpoints_in(out)] == left_in(out)
        assert bits(out) == bits(whole.folder)
        assert not left_in(out)
    assert n_stops > 5


@pytest.mark.parametrize("engine", ENGINES)
def test_both_engines_go_on(settings, tmp_path, engine):
    settings = {**settings, "train.engine": engine, "train.replicas": 2}
    whole = train(settings, out=tmp_path / "whole")
    for n_chunks in (1, 5, 7):
        out = tmp_path / str(n_chunks)
        assert not interrupt(settings, out, n_chunks)
        done = train(settings, out=out, resume=True)
        assert bits(out) == bits(whole.folder)
        assert [m.loss for m in done.metrics] == [m.loss for m in whole.metrics]
        assert done.metrics[0].n_examples == whole.metrics[0].n_examples


class Killed(BaseException):
    """As if the process were gone: nothing of the training that catches it writes anything."""


class KillAfter(Observer):
    def __init__(self, n_chunks):
        self.left = n_chunks

    def on_chunk(self, metrics):
        self.left -= 1
        if not self.left:
            raise Killed


@pytest.mark.parametrize("every", [1, 4, 100, None, "auto"])
def test_a_killed_run_goes_on_from_its_last_checkpoint(settings, tmp_path, every):
    settings["train.checkpoint_every"] = every
    whole = train(settings, out=tmp_path / "whole")
    for n_chunks in (1, 5, 8):
        out = tmp_path / str(n_chunks)
        with pytest.raises(Killed):
            train(settings, out=out, observer=KillAfter(n_chunks))
        last = 0 if every in (None, "auto") else (n_chunks - 1) // every * every
        names = [p.name for p in checkpoints.checkpoints_in(out)]
        assert names == ([f"checkpoint-{last}"] if last else [])
        train(settings, out=out, resume=True)
        assert bits(out) == bits(whole.folder)


def test_what_the_killed_left_is_cleared(settings, tmp_path):
    out = tmp_path / "run"
    assert not interrupt(settings, out, 3)
    (out / ".vectors.npy.0123abcd.tmp").write_bytes(b"half")
    (out / ".checkpoint-4.0123abcd.tmp").mkdir()
    (out / ".checkpoint-4.0123abcd.tmp" / "W_in.npy").write_bytes(b"half")
    (out / ".lock").write_text("1\n")
    train(settings, out=out, resume=True)
    assert not left_in(out)


@pytest.mark.parametrize("name", ["vocab.tsv", "dropped.tsv"])
def test_words_that_are_damaged_are_written_again(settings, tmp_path, name):
    settings = {**settings, "vocab.min_count": 2}
    whole = train(settings, out=tmp_path / "whole")
    for damage in (os.remove, lambda path: path.write_bytes(b"king\t9\n")):
        out = tmp_path / "again"
        assert not interrupt(settings, out, 3)
        damage(out / name)
        assert interrupt(settings, out, 99, resume=True)
        assert bits(out) == bits(whole.folder)
        shutil.rmtree(out)


def test_what_is_said_of_a_run_that_did_not_end(settings, tmp_path):
    out = tmp_path / "run"
    with pytest.raises(Killed):
        train(settings, out=out, observer=KillAfter(3))
    goes_on = f"`w2v train --resume {out}` goes on with it"
    assert w2v("similar", out, "king", code=1).stderr == (
        f"w2v: {out} has no vectors.npy: its status is 'failed'; {goes_on}\n"
    )
    edit_record(out, status="running")  # nobody trains there
    assert "its status is 'killed'; " + goes_on in w2v("similar", out, "king", code=1).stderr
    shown = " ".join(w2v("runs", "show", out).stdout.split())  # a long command is broken
    assert f"gone on with by: w2v train --resume {out} " in shown.replace(" \\ ", " ")
    with take_run(out):
        sentence = w2v("similar", out, "king", code=1).stderr
        assert "its status is 'running'; wait for its end" in sentence
        assert "gone on with by" not in w2v("runs", "show", out).stdout
    wanted = "or add --force to replace the run or --resume to go on with it"
    assert wanted in w2v("train", "--out", out, code=1).stderr
    train(settings, out=out, resume=True)
    assert "--resume" not in w2v("train", "--out", out, code=1).stderr
    assert "gone on with by" not in w2v("runs", "show", out).stdout


class Rewrite(Observer):
    """Write to the text while it is trained on."""

    def __init__(self, text):
        self.text, self.changed = text, []

    def on_epoch(self, metrics, vectors):
        self.text.write_text("red green\n" * metrics.epoch, "utf-8")

    def on_changed_text(self, files):
        self.changed += files


def test_a_text_that_changes_under_a_run_is_noticed(settings, tmp_path):
    text = tmp_path / "text.txt"
    shutil.copy(settings["corpus.path"], text)
    whole = train({**settings, "corpus.path": str(text)}, out=tmp_path / "whole")
    rewrite = Rewrite(text)
    run = train({**settings, "corpus.path": str(text)}, out=tmp_path / "run", observer=rewrite)
    assert rewrite.changed == [text]
    np.testing.assert_array_equal(run.vectors.vectors, whole.vectors.vectors)


# ------------------------------------------------------------- what cannot go on


@pytest.fixture
def stopped(settings, tmp_path):
    """A run that was interrupted, and has a checkpoint."""
    assert not interrupt(settings, tmp_path / "run", 3)
    return tmp_path / "run"


def test_a_run_that_has_ended_is_opened(settings, tmp_path, capsys):
    done = train(settings, out=tmp_path / "run")
    before = {path.name: path.stat().st_mtime_ns for path in done.folder.iterdir()}
    again = train(settings, out=tmp_path / "run", resume=True)
    assert {path.name: path.stat().st_mtime_ns for path in done.folder.iterdir()} == before
    np.testing.assert_array_equal(again.vectors.vectors, done.vectors.vectors)
    assert [m.epoch for m in again.metrics] == [1, 2]


@pytest.mark.parametrize(
    "change",
    [{"train.epochs": 3}, {"train.lr": 0.3}, {"train.engine": "numba"}, {"corpus.path": "other"}],
)
def test_a_run_that_has_ended_is_not_taken_for_another(settings, tmp_path, change):
    """Above all not for the longer one that was asked for."""
    train({**settings, "train.lr": "auto", "train.engine": "auto"}, out=tmp_path / "run")
    path = next(iter(change))
    with pytest.raises(ConfigError, match=f"{path}: it is .* with `--out .* --force`"):
        train({**settings, "train.lr": "auto", **change}, out=tmp_path / "run", resume=True)


def test_a_run_that_has_ended_is_named_as_it_was_begun(settings, tmp_path, monkeypatch):
    """What the command leaves open was settled when it began."""
    monkeypatch.chdir(tmp_path)
    known = train(settings, out="known").folder
    given = {
        **settings,
        "corpus.path": os.path.relpath(settings["corpus.path"]),
        "train.lr": "auto",
        "train.engine": "auto",
        "train.replicas": "auto",
        "train.early_stop": {"metric": "heldout_loss"},
        "eval.heldout": 0.2,
        "eval.sets": ["toy-world"],
        "embedding.pretrained": str(known),
    }
    first = train(given, out="run")
    again = train(given, out="run", resume=True)
    np.testing.assert_array_equal(again.vectors.vectors, first.vectors.vectors)
    assert again.seconds == pytest.approx(first.seconds, abs=0.001)


def test_files_of_a_run_that_has_ended_may_be_gone(settings, tmp_path, monkeypatch):
    """A job that is over may begin again after its text was cleared away."""
    monkeypatch.chdir(tmp_path)
    known = train(settings, out="known").folder
    shutil.copy(settings["corpus.path"], "my.txt")
    Path("pairs.tsv").write_text("red\tgreen\t9\nred\tcat\t1\nblue\tpink\t8\n", "utf-8")
    given = {
        **settings,
        "corpus.path": ["my.txt"],
        "eval.sets": ["pairs.tsv"],
        "eval.every": "epoch",
        "train.early_stop": {"metric": "pairs.tsv"},
        "embedding.pretrained": str(known),
    }
    first = train(given, out="run")
    for path in (Path("my.txt"), Path("pairs.tsv"), known):
        path.rename(tmp_path / f"{path.name}.away")
    again = train(given, out="run", resume=True)
    np.testing.assert_array_equal(again.vectors.vectors, first.vectors.vectors)


def test_a_run_that_has_ended_began_with_other_vectors(settings, tmp_path):
    known, other = (train(settings, out=tmp_path / name).folder for name in ("known", "other"))
    given = {**settings, "embedding.pretrained": str(known)}
    run = train(given, out=tmp_path / "run")
    assert train(given, out=run.folder, resume=True).seconds == pytest.approx(run.seconds, abs=1e-3)
    with pytest.raises(ConfigError, match=r"embedding\.pretrained: it is .*other here"):
        train({**given, "embedding.pretrained": str(other)}, out=run.folder, resume=True)


def test_a_name_that_is_now_that_of_a_file_too(tmp_path, monkeypatch):
    """It goes without saying whose corpus it was."""
    monkeypatch.chdir(tmp_path)
    settings = {**SMALL, "corpus.path": "toy-world", "train.epochs": 1, "model.dim": 2}
    train(settings, out="run")
    Path("toy-world").mkdir()
    assert len(train(settings, out="run", resume=True).metrics) == 1


def test_numba_is_gone(settings, tmp_path, monkeypatch):
    out = tmp_path / "run"
    interrupt({**settings, "train.engine": "numba"}, out, 2)
    monkeypatch.setattr("w2v.training.resuming.why_no_numba", lambda: "is not installed")
    with pytest.raises(
        RunError, match=r"which is not installed: pip install 'w2v\[fast\]'; or train it anew"
    ):
        train({**settings, "train.engine": "numba"}, out=out, resume=True)


def test_there_is_nothing_yet(settings, tmp_path):
    """A job's script says the same command at each start."""
    (tmp_path / "empty").mkdir()
    for name in ("new", "empty"):
        assert len(train(settings, out=tmp_path / name, resume=True).metrics) == 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"train.lr": 0.1}, "train.lr: it is 0.1 here, and 0.05 in .*; a run goes on with the"),
        ({"train.epochs": 9, "model.dim": 9}, "(?s)model.dim: it is 9 .*train.epochs: it is 9"),
        ({"train.replicas": 2}, "train.replicas: it is 2 here, and 1 in"),
    ],
)
def test_other_settings_are_refused(settings, stopped, change, said):
    before = {path: path.read_bytes() for path in stopped.rglob("*") if path.is_file()}
    with pytest.raises(ConfigError, match=said):
        train({**settings, **change}, out=stopped, resume=True)
    assert {path: path.read_bytes() for path in stopped.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("change", [{"train.threads": 3}, {"train.checkpoint_every": 2}])
def test_what_changes_no_bit_may_be_another(settings, stopped, tmp_path, change):
    whole = train({**settings, **change}, out=tmp_path / "whole")
    train({**settings, **change}, out=stopped, resume=True)
    assert bits(stopped)[0]["vectors.npy"] == bits(whole.folder)[0]["vectors.npy"]


def test_a_text_that_has_changed_is_refused(settings, stopped, tmp_path):
    text = tmp_path / "text.txt"
    shutil.copy(settings["corpus.path"], text)
    out = tmp_path / "other"
    settings["corpus.path"] = str(text)
    assert not interrupt(settings, out, 2)
    content = text.read_text("utf-8")
    text.write_text(content + "\nred green blue", "utf-8")
    with pytest.raises(CorpusError, match=r"the corpus changed since .* began, so that it cannot"):
        train(settings, out=out, resume=True)
    text.write_text(content, "utf-8")
    train(settings, out=out, resume=True)


@pytest.mark.parametrize("kind", ["freeze", "set", "pretrained"])
def test_other_files_that_have_changed_are_refused(settings, tmp_path, kind):
    file = tmp_path / "file.txt"
    old, new, key = {
        "freeze": ("red\ngreen\n", "red\nblue\n", "embedding.freeze"),
        "set": ("red green blue pink\n", "cat dog cow hen\n", "eval.sets"),
        "pretrained": (
            "1 5\nred 1 2 3 4 5\n", "1 5\nred 1 2 3 4 6\n", "embedding.pretrained"
        ),
    }[kind]  # fmt: skip
    if kind == "freeze":
        done = train(settings, out=tmp_path / "known")
        settings["embedding.pretrained"] = str(done.folder)
    settings[key] = [str(file)] if kind == "set" else str(file)
    file.write_text(old, "utf-8")
    assert not interrupt(settings, tmp_path / "run", 2)
    file.write_text(new, "utf-8")
    with pytest.raises(CorpusError, match=r"file\.txt changed since .* began"):
        train(settings, out=tmp_path / "run", resume=True)
    file.write_text(old, "utf-8")
    train(settings, out=tmp_path / "run", resume=True)


def test_a_diverged_run_would_diverge_again(settings, tmp_path):
    out = tmp_path / "run"
    settings |= {"train.lr": 0.05, "train.checkpoint_every": 1}
    assert not interrupt(settings, out, 3)
    kept = np.load(out / "vectors.npy")

    class Spoil(Observer):
        def on_start(self, share):
            self.share = share

        def on_epoch(self, metrics, vectors):
            vectors.vectors[0, 0] = np.nan

    with pytest.raises(DivergedError, match=r"the vectors of its last checkpoint, after \d+%, are"):
        train(settings, out=out, observer=Spoil(), resume=True)
    assert np.isfinite(np.load(out / "vectors.npy")).all()
    assert (np.load(out / "vectors.npy") != kept).any()
    with pytest.raises(DivergedError, match=r"diverged, and would do so again; .* --from"):
        train(settings, out=out, resume=True)


@pytest.mark.parametrize("name", ["W_in.npy", "W_out.npy", "state.json", "sums.1.npy"])
def test_a_damaged_checkpoint_is_no_way_on(settings, tmp_path, name):
    settings["train.optimizer"] = "adagrad"
    out = tmp_path / "run"
    assert not interrupt(settings, out, 3)
    file = out / "checkpoint-3" / name
    content = file.read_bytes()
    half = len(content) // 2
    other = {"W_in.npy": "W_out.npy", "state.json": "../run.json"}.get(name, "W_in.npy")
    damages = {
        "cut": content[:-1],
        "flipped": content[:half] + bytes([content[half] ^ 4]) + content[half + 1 :],
        "missing": None,
        "swapped": (file.parent / other).read_bytes(),
    }
    for damage, damaged in damages.items():
        if damaged is None:
            file.unlink()
        else:
            file.write_bytes(damaged)
        with pytest.raises(RunError, match=r"damaged|cannot be read") as caught:
            train(settings, out=out, resume=True)
        assert str(file) in str(caught.value), damage
        assert "--force" in str(caught.value)
    file.write_bytes(content)
    whole = train(settings, out=tmp_path / "whole")
    train(settings, out=out, resume=True)
    assert bits(out) == bits(whole.folder)


def test_a_damaged_checkpoint_is_passed_over_for_an_older_one(settings, tmp_path):
    out = tmp_path / "run"
    assert not interrupt(settings, out, 2)
    shutil.copytree(out / "checkpoint-2", tmp_path / "kept")
    assert not interrupt(settings, out, 2, resume=True)
    (out / "checkpoint-4" / "W_in.npy").write_bytes(b"")
    shutil.copytree(tmp_path / "kept", out / "checkpoint-2")
    whole = train(settings, out=tmp_path / "whole")
    train(settings, out=out, resume=True)
    assert bits(out) == bits(whole.folder)


def test_a_checkpoint_of_another_run(settings, stopped, tmp_path):
    other = tmp_path / "other"
    assert not interrupt({**settings, "train.seed": 2}, other, 3)
    shutil.rmtree(stopped / "checkpoint-3")
    shutil.copytree(other / "checkpoint-3", stopped / "checkpoint-3")
    with pytest.raises(RunError, match="is of another run than"):
        train(settings, out=stopped, resume=True)


def test_metrics_that_were_cut(settings, stopped):
    file = stopped / "metrics.jsonl"
    file.write_bytes(file.read_bytes()[:-30])
    with pytest.raises(RunError, match=r"metrics\.jsonl is cut short"):
        train(settings, out=stopped, resume=True)


def test_one_training_at_a_time(settings, tmp_path):
    out, refused = tmp_path / "run", []

    class Second(Observer):
        def on_chunk(self, metrics):
            for options in ({"resume": True}, {"force": True}):
                with pytest.raises(OutputError) as caught:
                    train(settings, out=out, **options)
                refused.append(str(caught.value))

    train(settings, out=out, observer=Second())
    assert set(refused) == {
        f"another training is at work in {out} (process {os.getpid()}); wait for its end, or "
        "choose another --out"
    }
    assert not left_in(out)


def test_how_it_is_asked_for(settings, stopped):
    with pytest.raises(UsageError, match="name its folder"):
        train(settings, resume=True)
    with pytest.raises(UsageError, match="without force"):
        train(settings, out=stopped, resume=True, force=True)


def test_force_removes_the_checkpoints(settings, stopped, tmp_path):
    train({**settings, "train.checkpoint_every": None}, out=stopped, force=True)
    assert not left_in(stopped)


@pytest.mark.parametrize("is_clear", [False, True])
def test_killed_before_its_config_was_there(settings, tmp_path, is_clear):
    whole = train(settings, out=tmp_path / "whole")
    out = tmp_path / "run"
    assert not interrupt(settings, out, 3)

    def die(self, status, so_far):
        original(self, status, so_far)
        raise Killed

    original = Recorder.write_record
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Recorder, "write_record", die)
        with pytest.raises(Killed):
            train(settings, out=out, force=True)
    if is_clear:
        shutil.rmtree(out / "checkpoint-3")
        (out / "config.yaml").unlink()
    w2v("train", "--resume", str(out))
    assert bits(out) == bits(whole.folder)


# ------------------------------------------------------------- at the very end, and beside it


def patched(patch, owner, name, before):
    """Have something done before a method."""
    original = getattr(owner, name)

    def method(self, *args, **options):
        before(self, *args, **options)
        return original(self, *args, **options)

    patch.setattr(owner, name, method)


def test_the_record_fails_at_the_end(settings, tmp_path, monkeypatch):
    """Checkpoints go when the record is there; until then they are all that there is."""
    whole, out = train(settings, out=tmp_path / "whole"), tmp_path / "run"

    def fail(self, status, so_far):
        if status == "done":
            raise OutputError("the disk is full")

    with monkeypatch.context() as patch:
        patched(patch, Recorder, "write_record", fail)
        with pytest.raises(OutputError, match="the disk is full; then `w2v train --resume"):
            train(settings, out=out)
    assert left_in(out) == ["checkpoint-9"]
    train(settings, out=out, resume=True)
    assert bits(out) == bits(whole.folder)


def test_killed_after_the_last_record(settings, tmp_path, monkeypatch):
    """It has ended; what it had no time to remove goes when somebody wants to resume it."""
    out = tmp_path / "run"

    def die(self, *, is_needed):
        self.settle()  # the thread of this process would go on to write the last one
        raise Killed

    with monkeypatch.context() as patch:
        patched(patch, Saver, "close", die)
        with pytest.raises(Killed):
            train(settings, out=out)
    assert left_in(out) == ["checkpoint-9"]
    train(settings, out=out, resume=True)
    assert not left_in(out)


@pytest.mark.parametrize("is_asked_for", [True, False])
@pytest.mark.parametrize("method", ["settle", "close"])
def test_ctrl_c_while_it_ends(settings, tmp_path, monkeypatch, method, is_asked_for):
    """It is heard, but the record is written and the sentence is said."""
    out, presses = tmp_path / "run", []

    class Press(Observer):
        def on_chunk(self, metrics):
            if not is_asked_for and metrics.step.chunk == 3:
                presses.append("chunk")
                raise KeyboardInterrupt

        def should_stop(self):
            return is_asked_for

    def press(self, **options):
        if presses == ["chunk"] or (is_asked_for and not presses):
            presses.append(method)
            raise KeyboardInterrupt

    patched(monkeypatch, Saver, method, press)
    with pytest.raises((Interrupted, KeyboardInterrupt), match=r"stopped after \d+%.*--resume"):
        train(settings, out=out, observer=Press())
    assert presses[-1] == method
    assert json.loads((out / "run.json").read_text("utf-8"))["status"] == "interrupted"
    train(settings, out=out, resume=True)


def test_two_begin_at_once(settings, tmp_path):
    """Both find no folder; the one that makes it has it."""
    out = tmp_path / "run"

    class Second(Observer):
        def on_plan(self, config, corpus, plan):
            first = {path: path.read_bytes() for path in train(settings, out=out).folder.iterdir()}
            self.first = first

    second = Second()
    with pytest.raises(OutputError, match=r"run exists; choose another --out"):
        train(settings, out=out, resume=True, observer=second)
    assert {path: path.read_bytes() for path in out.iterdir()} == second.first


@pytest.mark.parametrize("name", ["vocab.tsv", "dropped.tsv"])
def test_words_that_were_damaged_are_written_again(settings, tmp_path, stopped, name):
    whole = train(settings, out=tmp_path / "whole")
    (stopped / name).write_text("damaged", "utf-8")
    train(settings, out=stopped, resume=True)
    assert bits(stopped) == bits(whole.folder)


def test_other_words_of_the_same_text(settings, stopped, monkeypatch):
    monkeypatch.setattr("w2v.training.resuming.vocabulary_lines", lambda corpus: ["a\t1\n"])
    with pytest.raises(CorpusError, match=r"comes to other words than those of .* --force"):
        train(settings, out=stopped, resume=True)


def test_a_link_in_the_place_of_a_checkpoint(settings, stopped, tmp_path):
    shutil.move(stopped / "checkpoint-3", tmp_path / "checkpoint-3")
    before = {path.name: path.read_bytes() for path in (tmp_path / "checkpoint-3").iterdir()}
    (stopped / "checkpoint-3").symlink_to(tmp_path / "checkpoint-3")
    train(settings, out=stopped, force=True)
    assert not left_in(stopped)
    assert {p.name: p.read_bytes() for p in (tmp_path / "checkpoint-3").iterdir()} == before


def of_format_1(folder, **changes):
    """Have a run.json as it was before there were checksums and checkpoints."""
    record = json.loads((folder / "run.json").read_text("utf-8"))
    for key in ("sha256", "record_sha256", "inputs", "resumed"):
        record.pop(key, None)
    (folder / "run.json").write_text(json.dumps({**record, "format": 1, **changes}), "utf-8")


def test_a_run_of_the_format_before(settings, tmp_path):
    """It begins anew if it did not end; there was no checkpoint then."""
    whole, out = train(settings, out=tmp_path / "whole"), tmp_path / "run"
    train(settings, out=out)
    of_format_1(out, status="interrupted")
    train(settings, out=out, resume=True)
    assert bits(out) == bits(whole.folder)
    of_format_1(out)
    assert len(train(settings, out=out, resume=True).metrics) == 2
    of_format_1(out, status="running", corpus={})
    with pytest.raises(RunError, match=r"run\.json is damaged: it lacks parts; train it anew"):
        train(settings, out=out, resume=True)


def test_damaged_metrics_of_a_run_that_has_ended(settings, tmp_path):
    out = train(settings, out=tmp_path / "run").folder
    metrics = (out / "metrics.jsonl").read_text("utf-8")
    (out / "metrics.jsonl").write_text(metrics[:-20], "utf-8")
    with pytest.raises(RunError, match=r"metrics\.jsonl is damaged: it does not have"):
        train(settings, out=out, resume=True)
    of_format_1(out)
    with pytest.raises(RunError, match=r"metrics\.jsonl is damaged: .*; train the run again"):
        train(settings, out=out, resume=True)


def test_ctrl_c_while_a_checkpoint_reaches_the_disk(settings, tmp_path, monkeypatch):
    """What is said is what is there in the end."""
    presses = []

    def press(futures):
        if not presses:
            presses.append(1)
            raise KeyboardInterrupt
        return original(futures)

    original = saving.wait
    monkeypatch.setattr(saving, "wait", press)
    with pytest.raises(KeyboardInterrupt, match="goes on from the checkpoint at 11%"):
        interrupt(settings, tmp_path / "run", 1)
    assert left_in(tmp_path / "run") == ["checkpoint-1"]


def test_a_switch_of_the_environment_is_told(settings, stopped, monkeypatch):
    class Told(Observer):
        def on_resume(self, share, changes):
            self.changes = changes

    told = Told()
    monkeypatch.setenv("NPY_DISABLE_CPU_FEATURES", "AVX2")
    train(settings, out=stopped, resume=True, observer=told)
    assert [text.partition(" changed")[0] for text in told.changes] == ["NPY_DISABLE_CPU_FEATURES"]
    record = json.loads((stopped / "run.json").read_text("utf-8"))
    assert record["bits_depend_on"]["NPY_DISABLE_CPU_FEATURES"] == "AVX2"


@pytest.mark.parametrize(
    ("changes", "command"),
    [
        ({}, "--resume 'a run'`"),
        ({"tokenizer": "module:function"}, "--resume 'a run' --allow-code`"),
        ({"path": ["-", "a.txt"]}, "--resume 'a run' < TEXT`"),
    ],
)
def test_the_command_that_goes_on(changes, command):
    assert command_to_go_on(Path("a run"), CorpusConfig(**changes)) == f"`w2v train {command}"


def test_out_alone_names_the_run_to_resume(settings, stopped, tmp_path):
    whole = train(settings, out=tmp_path / "whole")
    result = w2v("train", "--resume", "--out", str(stopped), "train.threads=2")
    assert result.exit_code == 0, result.output
    assert bits(stopped)[0]["vectors.npy"] == bits(whole.folder)[0]["vectors.npy"]
