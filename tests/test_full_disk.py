"""A disk without room: one sentence, nothing half-done, what was there stays, and it goes on.

Every command that writes a file is run where the file does not fit, and again where it does.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
from click.testing import CliRunner
from full_disks import disk_of
from http_server import file, serving
from made_runs import make_run
from observers import StopAfter

from w2v import train
from w2v.cli.main import main
from w2v.config.schema import CorpusConfig, VocabConfig
from w2v.errors import Interrupted, OutputError
from w2v.experiments.sweep_folder import Recorded, write_sweep
from w2v.files import add_whole, atomic_write
from w2v.run_folder import METRICS, RUN_FILES, RunFolder
from w2v.text.corpus import encode_corpus, open_corpus
from w2v.training import trainer
from w2v.vectors.formats.contract import FORMATS, PROJECTOR

PAGE = 4096
LINES = "the quick brown fox jumps over the lazy dog again and again\n" * 2000
WORDS = [f"word{number}" for number in range(400)]
TRAIN = ["train", "--quiet", "--corpus", "my.txt", "model.dim=300", "train.epochs=1"]


@pytest.fixture(params=["limited", "full"], scope="module")
def _disk(request, tmp_path_factory):
    with disk_of(request.param, tmp_path_factory.mktemp("disk")) as disk:
        yield disk


@pytest.fixture
def disk(_disk, monkeypatch):
    """A working folder with a text and a run on a disk, and the cache on it too."""
    monkeypatch.setenv("W2V_CACHE", str(_disk.folder / "cache"))
    # Python keeps the half of what it compiled, if there is no room for all, and then fails by it.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.chdir(_disk.folder)
    (_disk.folder / "my.txt").write_text(LINES)
    rows = np.random.default_rng(1).normal(size=(len(WORDS), 20))
    make_run(_disk.folder / "run", words=WORDS, rows=rows)
    yield _disk
    for path in _disk.folder.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def contents(folder):
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def refused(*arguments):
    """Run a command that must fail in one sentence; return the sentence."""
    done = CliRunner().invoke(main, list(map(str, arguments)))
    assert done.exit_code == 1, (done.output, done.exception)
    assert isinstance(done.exception, SystemExit)
    *_, last = done.stderr.splitlines()
    assert last.startswith("w2v: ")
    assert done.stderr.count("w2v: ") == 1
    return last.removeprefix("w2v: ")


def run(*arguments):
    done = CliRunner().invoke(main, list(map(str, arguments)))
    assert done.exit_code == 0, done.stderr
    return done


@pytest.mark.parametrize(
    ("arguments", "names", "room"),
    [
        *(
            pytest.param(
                ["export", "run", "--to", name, "--out", "out", "--force"], ["out"], PAGE, id=name
            )
            for name in FORMATS
            if name != PROJECTOR
        ),
        pytest.param(
            ["export", "run", "--to", "projector", "--out", "p", "--force"],
            ["p/vectors.tsv", "p/metadata.tsv", "p/projector_config.pbtxt"], 3 * PAGE,
            id="projector",
        ),
        pytest.param(
            ["export", "run", "--to", "word2vec-binary", "--out", "o.bin", "--vocab", "o.vocab",
             "--force"], ["o.bin", "o.vocab"], 3 * PAGE, id="vectors and counts",
        ),
        pytest.param(
            ["report", "run", "--out", "r.html", "--no-tsne", "--force"], ["r.html"], PAGE,
            id="report",
        ),
        pytest.param(
            ["learn", "embedding-options", "--html", "--out", "l.html", "--force"],
            ["l.html"], PAGE, id="lesson",
        ),
        pytest.param(
            ["explain", "the cat sat", "--html", "--out", "e.html", "--force"],
            ["e.html"], PAGE, id="explain",
        ),
    ],
)  # fmt: skip
def test_what_is_written_over(disk, arguments, names, room, monkeypatch):
    """All of the files that belong together are the old ones."""
    monkeypatch.setattr("w2v.report.page.writing.page_of", lambda report: "page\n" * PAGE)
    for name in names:
        (disk.folder / name).parent.mkdir(exist_ok=True)
        (disk.folder / name).write_text("the good old")
    before = contents(disk.folder)
    with disk.with_room_for(room):
        said = refused(*arguments)
    assert said in [f"{name} cannot be written: {disk.said}" for name in names]
    assert contents(disk.folder) == before
    run(*arguments)
    after = contents(disk.folder)
    assert all(after[name] != before[name] for name in names)
    assert {name for name in after if name.endswith((".tmp", ".lock"))} == set()


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["config", "init", "--out", "c.yaml"], "c.yaml"),
        (["corpus", "make", "seasons-en", "--out", "s.txt"], "s.txt"),
    ],
)
def test_what_is_written_anew(disk, arguments, name):
    before = contents(disk.folder)
    with disk.with_room_for(0):
        assert refused(*arguments) == f"{name} cannot be written: {disk.said}"
    assert contents(disk.folder) == before
    run(*arguments)
    assert (disk.folder / name).exists()


@pytest.mark.parametrize("room", [0, PAGE, 20 * PAGE])
@pytest.mark.parametrize("stdin", [None, LINES])
def test_the_cache(disk, room, stdin):
    """At its first file, and at later ones; the same of a copy of standard input."""
    arguments = ["train", "--quiet", "model.dim=2", "train.epochs=1", "--out", "new"]
    arguments += ["--corpus", "my.txt" if stdin is None else "-"]
    other = encode_corpus(CorpusConfig("my.txt", tokenizer="char"))[0]
    before = contents(disk.folder)
    with disk.with_room_for(room):
        done = CliRunner().invoke(main, arguments, input=stdin)
    assert (done.exit_code, done.stdout) == (1, "")
    (said,) = done.stderr.splitlines()
    cache = disk.folder / "cache"
    assert said == (
        f"w2v: the cache {cache} cannot be written: {disk.said}; W2V_CACHE=FOLDER puts it elsewhere"
    )
    assert contents(disk.folder) == before
    assert [path.name for path in (cache / "corpora").iterdir()] == [
        name.split("/")[2] for name in before if name.endswith("report.json") and "cache" in name
    ]
    assert CliRunner().invoke(main, arguments, input=stdin).exit_code == 0
    assert other.ranks[:1] >= 0
    assert encode_corpus(CorpusConfig("my.txt", tokenizer="char"))[0].from_cache


def test_a_built_in_corpus(disk):
    with disk.with_room_for(PAGE):
        said = refused("train", "--corpus", "toy-world")
    assert "toy-world-" in said
    assert said.endswith(f"cannot be written: {disk.said}")
    assert not [name for name in contents(disk.folder / "cache") if "toy" in name]


def test_the_vectors(disk):
    """Nothing of them is there; the text is in the cache, as before."""
    open_corpus(CorpusConfig("my.txt"), VocabConfig())
    cache = contents(disk.folder / "cache")
    with disk.with_room_for(2 * PAGE), pytest.MonkeyPatch.context() as patch:
        patch.setattr(trainer, "check_disk", lambda *work, **place: None)  # it would say so before
        said = refused(*TRAIN, "--out", "new")
    way = "then `w2v train --resume new` goes on"
    assert said in [f"new/{name} cannot be written: {disk.said}; {way}" for name in RUN_FILES]
    assert contents(disk.folder / "cache") == cache
    names = {path.name for path in (disk.folder / "new").iterdir()}
    assert not names & {"vectors.npy", "output_vectors.npy"}
    assert not [name for name in names if name.endswith(".tmp")]
    run("train", "--resume", "new")
    run(*TRAIN, "--out", "whole")
    for name in ("vectors.npy", "output_vectors.npy"):
        assert contents(disk.folder / "new")[name] == contents(disk.folder / "whole")[name]


@pytest.mark.parametrize("room", [0, PAGE, 2 * PAGE])
def test_a_checkpoint(disk, room):
    """The one before stays as it is, and the run goes on from it when there is room."""
    settings = {
        "corpus.path": "my.txt", "model.dim": 300, "train.epochs": 1, "train.chunk": 4000,
        "train.checkpoint_every": 1,
    }  # fmt: skip
    with pytest.raises(Interrupted):
        train(settings, out="new", observer=StopAfter(2))
    before = contents(disk.folder / "new" / "checkpoint-2")
    with disk.with_room_for(room), pytest.MonkeyPatch.context() as patch:
        patch.setattr(trainer, "check_disk", lambda *work, **place: None)
        said = refused("train", "--resume", "new")
    assert said.endswith(f" cannot be written: {disk.said}; then `w2v train --resume new` goes on")
    assert contents(disk.folder / "new" / "checkpoint-2") == before
    assert not list((disk.folder / "new").rglob(".*"))
    run("train", "--resume", "new")
    train(settings, out="whole")
    for name in ("vectors.npy", "output_vectors.npy"):
        assert contents(disk.folder / "new")[name] == contents(disk.folder / "whole")[name]


def test_a_run_without_room_is_refused(disk):
    if disk.said.startswith("File"):
        pytest.skip("a limit of one file says nothing of the disk")
    open_corpus(CorpusConfig("my.txt"), VocabConfig())
    with disk.with_room_for(2 * PAGE):
        said = refused(*TRAIN, "--out", "new")
    assert said.startswith("the files of the run take about 72 kB, and 8 kB is free for new; ")
    assert not (disk.folder / "new").exists()


def test_the_metrics_end_with_a_whole_line(disk):
    folder = RunFolder(disk.folder)
    line = {"event": "chunk", "padding": "x" * 3000}
    with disk.with_room_for(PAGE):
        folder.add_metrics(line)
        with pytest.raises(OutputError) as caught:
            folder.add_metrics(line)
    assert str(caught.value) == f"{disk.folder / METRICS} cannot be written: {disk.said}"
    whole = (disk.folder / METRICS).read_bytes()
    assert whole.endswith(b"}\n")
    folder.add_metrics(line)
    assert (disk.folder / METRICS).read_bytes() == 2 * whole


def test_the_record_of_a_sweep(disk):
    """No point is begun; the record that is there is as it was."""
    arguments = ["sweep", "--quiet", "corpus.path=my.txt", "model.dim=2", "train.seed=1,2"]
    open_corpus(CorpusConfig("my.txt"), VocabConfig())
    before = contents(disk.folder)
    with disk.with_room_for(0):
        said = refused(*arguments, "--out", "s")
    assert said == f"s/sweep.json cannot be written: {disk.said}"
    assert contents(disk.folder) == before
    points = {f"seed-{seed}": {"train.seed": seed} for seed in range(1, 900)}
    write_sweep(disk.folder / "s", Recorded({}, points))
    before = contents(disk.folder)
    with disk.with_room_for(PAGE), pytest.raises(OutputError, match="be written: "):
        write_sweep(disk.folder / "s", Recorded({}, {**points, "seed-0": {"train.seed": 0}}))
    assert contents(disk.folder) == before


def test_a_fetched_corpus(disk, monkeypatch):
    """What has come is kept, to its last whole byte, and the same command goes on."""
    from test_fetching import TEXT, entry_of

    from w2v.fetching.fetch import fetch

    monkeypatch.setenv("no_proxy", "127.0.0.1")
    target = disk.folder / "got.txt"
    with serving() as site:
        entry = entry_of(site.url("a", file(TEXT)))
        with disk.with_room_for(30 * PAGE), pytest.raises(OutputError) as caught:
            fetch(entry, target)
        part = f"{disk.folder}/.my.part"
        assert str(caught.value).startswith(f"{part} cannot be written: {disk.said}; ")
        assert "are here, and the same command goes on" in str(caught.value)
        assert not target.exists()
        assert TEXT.startswith((disk.folder / ".my.part").read_bytes())
        fetch(entry, target)
    assert target.read_bytes() == TEXT


def test_a_file_that_cannot_take_a_byte(disk):
    path = disk.folder / "a.txt"
    path.write_bytes(b"old\n")
    with disk.with_room_for(4):
        if disk.said.startswith("No space"):
            pytest.skip("there is room to the end of a page")
        with pytest.raises(OSError, match="File too large"):
            add_whole(path, b"new\n")
    assert path.read_bytes() == b"old\n"


# -- other disks that take nothing


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a disk that is full")
def test_standard_output(tmp_path):
    """As in `w2v vector RUN WORD > /dev/full`."""
    run = make_run(tmp_path / "run", words=["a", "b"], rows=[[1, 2], [3, 4]])
    command = [sys.executable, "-m", "w2v", "vector", str(run), "a"]
    with open("/dev/full", "wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "w2v: No space left on device\n")


def test_a_folder_that_goes_while_it_is_written_to(tmp_path):
    folder = tmp_path / "there"
    folder.mkdir()

    def write():
        with atomic_write(folder / "a.txt") as stream:
            stream.write(b"new")
            shutil.rmtree(folder)

    with pytest.raises(OutputError, match=r"a\.txt cannot be written: No such file or directory"):
        write()
    assert not folder.exists()


def test_a_cache_that_goes_while_it_is_written_to(tmp_path, monkeypatch):
    monkeypatch.setenv("W2V_CACHE", str(tmp_path / "cache"))
    (tmp_path / "a.txt").write_text("a b\n" * 9)

    def clear(n_characters):
        shutil.rmtree(tmp_path / "cache", ignore_errors=True)

    config = CorpusConfig(str(tmp_path / "a.txt"))
    with pytest.raises(OutputError, match=r"the cache .* cannot be written: No such file"):
        encode_corpus(config, progress=clear)
    assert not encode_corpus(config)[0].from_cache


def test_a_disk_that_turned_read_only(tmp_path, monkeypatch):
    """As a disk does after an error; not even what was begun can be removed then."""

    def refuse(*_):
        raise OSError(30, "Read-only file system")

    path = tmp_path / "a.txt"
    path.write_bytes(b"old")
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", refuse)
        patch.setattr("w2v.files.Path.unlink", refuse)
        with (
            pytest.raises(OutputError, match=r"cannot be written: Read-only file system$"),
            atomic_write(path) as stream,
        ):
            stream.write(b"new")
    assert path.read_bytes() == b"old"
