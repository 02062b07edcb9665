"""A run folder of which any file is damaged: a command says so, or does not need that file."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess

import numpy as np
import pytest
from conftest import TEXT
from made_runs import edit_record, make_run, vouch
from test_cli import RUNNER, w2v

from w2v.cli.main import main
from w2v.errors import OutputError, RunError
from w2v.experiments.reading import read_run
from w2v.files import open_ordinary, sha256_of
from w2v.report.collecting import collect
from w2v.run_folder import METRICS, RECORD, RUN_FILES, VECTORS, RunFolder, read_file, read_record
from w2v.run_sums import is_whole, sealed
from w2v.vectors.word_vectors import WordVectors

FILES = [name for name in RUN_FILES if name != RECORD]
SMALL = ("--quiet", "--corpus", "my.txt", "model.dim=8", "train.epochs=1")
TABLES = {"vectors.npy", "vocab.tsv"}
# What each command reads, run.json apart, which all of them do.
READS = {
    ("similar", "r/x", "king"): TABLES,
    ("similar", "r/x", "king", "--center"): {*TABLES, "output_vectors.npy"},
    ("similar", "r/x", "scarce"): {*TABLES, "dropped.tsv"},
    ("analogy", "r/x", "king", "-", "man", "+", "woman"): TABLES,
    ("predict", "r/x", "the", "king"): {*TABLES, "output_vectors.npy", "config.yaml"},
    ("vector", "r/x", "king"): TABLES,
    ("vector", "r/x", "--sentence", "the king"): {*TABLES, "config.yaml"},
    ("eval", "r/x", "--set", "an.txt"): TABLES,
    ("export", "r/x", "--to", "glove", "--out", "-"): TABLES,
    ("export", "r/x", "--to", "npz", "--out", "-"): {*TABLES, "output_vectors.npy"},
    ("runs", "show", "r/x"): {"config.yaml", "metrics.jsonl"},
    ("config", "show", "r/x"): {"config.yaml"},
}
GOING_ON = ("train", "--from", "r/x", "--out", "on", "--force", "--quiet")
NOT_READ_BY_TRAINING = {"dropped.tsv", "metrics.jsonl"}
READ_BY_REPORT = set(FILES) - {"output_vectors.npy"}


@pytest.fixture(scope="module")
def two_runs(tmp_path_factory):
    """A folder with two trained runs of the same shape."""
    folder = tmp_path_factory.mktemp("two")
    (folder / "my.txt").write_text(TEXT, "utf-8")
    (folder / "an.txt").write_text("man king woman queen\nking man queen woman\n")
    with _inside(folder):
        for name, seed in (("x", 1), ("y", 2)):
            w2v("train", *SMALL, f"train.seed={seed}", "--out", f"r/{name}")
    # Counts and dropped words are the same for every seed: so that they are another's.
    for name in ("vocab.tsv", "dropped.tsv"):
        text = (folder / "r/y" / name).read_text("utf-8")
        (folder / "r/y" / name).write_text(text.replace("\t", "\t1"), "utf-8")
    vouch(folder / "r/y")
    return folder


@contextlib.contextmanager
def _inside(folder):
    """Work in a folder; `contextlib.chdir` is not in Python 3.10."""
    before = os.getcwd()
    os.chdir(folder)
    yield
    os.chdir(before)


@pytest.fixture
def x(two_runs, tmp_path, monkeypatch):
    """A run that a test may damage, beside another."""
    work = tmp_path / "two"
    shutil.copytree(two_runs, work)
    monkeypatch.chdir(work)
    return work / "r" / "x"


@pytest.fixture(scope="module")
def whole(two_runs):
    """What the commands say of the run as it was trained."""
    with _inside(two_runs):
        return {command: asked(command) for command in READS}


def asked(command):
    """Run a command; it must not end in a traceback."""
    result = RUNNER.invoke(main, command)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout_bytes, result.stderr


def flip(file, n_bit):
    """Change one bit of a file."""
    content = bytearray(file.read_bytes())
    content[n_bit // 8 % len(content)] ^= 1 << n_bit % 8
    file.write_bytes(content)


def replaced(make):
    """Return a damage: something else in the place of the file."""

    def damage(file):
        file.unlink()
        make(file)

    return damage


DAMAGE = {
    "empty": lambda file: os.truncate(file, 0),
    "cut in the middle": lambda file: os.truncate(file, file.stat().st_size // 2),
    "without its end": lambda file: os.truncate(file, file.stat().st_size - 1),
    "longer": lambda file: file.write_bytes(file.read_bytes() + b"\n"),
    "lost": os.remove,
    "another's": lambda file: shutil.copy(file.parents[1] / "y" / file.name, file),
    "first bit": lambda file: flip(file, 0),
    "last bit": lambda file: flip(file, 8 * file.stat().st_size - 1),
    "a folder": replaced(os.mkdir),
    "a pipe": replaced(os.mkfifo),
    "a loop of links": replaced(lambda file: file.symlink_to(file.name)),
}


def check_refusal(code, said):
    """It is one sentence."""
    assert code == 1, said
    assert said.startswith("w2v: ")
    assert said.count("\n") == 1


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
@pytest.mark.parametrize("name", RUN_FILES)
def test_a_file_is_damaged(x, whole, name, damage):
    damage(x / name)
    for command, files in READS.items():
        code, answer, said = asked(command)
        if name == RECORD and command[0] == "config" and code == 0:
            # Nothing tells that this is the folder of a run, or else that it cannot be known.
            assert answer == whole[command][1]
        elif name in files or name == RECORD:
            assert not answer
            check_refusal(code, said)
        else:
            assert (code, answer, said) == whole[command]


@pytest.mark.parametrize("damage", ["lost", "last bit", "another's", "a pipe"])
@pytest.mark.parametrize("name", RUN_FILES)
def test_going_on_and_reports_from_a_damaged_run(x, name, damage):
    DAMAGE[damage](x / name)
    code, _, said = asked(GOING_ON)
    if name in NOT_READ_BY_TRAINING:
        assert code == 0
    else:
        check_refusal(code, said)
        assert not os.path.exists("on")
    if name in READ_BY_REPORT and (name, damage) != (VECTORS, "lost"):  # then it has curves alone
        with pytest.raises(RunError):
            collect([read_run(x)], tsne=False)


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
@pytest.mark.parametrize("name", [RECORD, "config.yaml", "metrics.jsonl"])
def test_the_other_runs_are_read(x, name, damage):
    damage(x / name)
    for command in ("list", "compare"):
        code, answer, said = asked(("runs", command, "r", "--json"))
        assert code == 0
        assert answer.count(b'"loss"') >= 1
        assert said.count("r/x is left out: r/x") == 1


def test_every_bit_of_a_record_counts(x):
    content = (x / RECORD).read_bytes()
    assert is_whole(content)
    for n_bit in range(len(content) * 8):
        changed = bytearray(content)
        changed[n_bit // 8] ^= 1 << n_bit % 8
        assert not is_whole(bytes(changed))
    assert not any(is_whole(content[:length]) for length in range(len(content)))


@pytest.mark.parametrize("n_bit", range(0, 8000, 331))
def test_a_bit_of_a_record_is_flipped(x, n_bit):
    """Whatever it was: the format, the name of the program, a quotation mark."""
    flip(x / RECORD, n_bit)
    with pytest.raises(RunError):
        read_record(x)


@pytest.mark.parametrize("name", FILES)
def test_every_byte_of_a_file_counts(x, name):
    record, content = read_record(x), (x / name).read_bytes()
    assert read_file(x, name, record) == content
    for at in range(0, len(content), 61):
        flip(x / name, 8 * at + at % 8)
        with pytest.raises(RunError):
            read_file(x, name, record)
        (x / name).write_bytes(content)


def test_what_a_record_says_is_what_a_shell_finds(x):
    """As the docstring of run_sums.py has it."""
    record = json.loads((x / RECORD).read_text("utf-8"))
    assert record["format"] == 2
    assert set(record["sha256"]) == set(FILES)
    for name, found in record["sha256"].items():
        assert hashlib.sha256((x / name).read_bytes()).hexdigest() == found == sha256_of(x / name)
    own = subprocess.run(
        "head -n -2 run.json | sha256sum", shell=True, cwd=x, capture_output=True, text=True
    )
    assert own.stdout.split()[0] == record["record_sha256"]


@pytest.mark.parametrize("sums", [..., None, [], {"vocab.tsv": 5}, {"vocab.tsv": "ab"}, "x"])
def test_a_record_whose_checksums_are_none(x, sums):
    edit_record(x, sha256=sums)
    with pytest.raises(RunError, match="'sha256' is not as w2v writes it"):
        read_record(x)


def test_a_file_that_the_run_did_not_write(x, whole):
    """Nothing vouches for it."""
    sums = read_record(x)["sha256"]
    del sums["vocab.tsv"]
    edit_record(x, sha256=sums)
    code, _, said = asked(("similar", "r/x", "king"))
    check_refusal(code, said)
    assert "r/x/vocab.tsv is not of this run" in said


def test_a_run_of_the_format_before_is_read_as_it_was(x, whole):
    record = read_record(x)
    del record["sha256"]
    (x / RECORD).write_text(json.dumps({**record, "format": 1}), "utf-8")
    for command in READS:
        if command[:2] != ("runs", "show"):
            assert asked(command) == whole[command]
    flip(x / "vectors.npy", 8 * 200)
    assert asked(("similar", "r/x", "king"))[0] == 0


def test_a_new_record_does_not_pass_for_an_old_one(x):
    text = (x / RECORD).read_text("utf-8")
    (x / RECORD).write_text(text.replace('"format": 2', '"format": 1'), "utf-8")
    with pytest.raises(RunError, match="the checksum that it ends with"):
        read_record(x)


def test_a_record_without_end(x):
    with open(x / RECORD, "ab") as file:
        os.truncate(file.fileno(), 1 << 40)
    with pytest.raises(RunError, match=r"run\.json is damaged: it is over"):
        read_record(x)


def test_a_config_that_was_edited_is_trained_from_a_copy(x):
    text = (x / "config.yaml").read_text("utf-8")
    (x / "config.yaml").write_text(text.replace("seed: 1", "seed: 7"), "utf-8")
    for config in ("r/x", "r/x/config.yaml"):
        (said,) = w2v("train", config, "--out", "again", code=1).stderr.splitlines()
        assert said.startswith("w2v: r/x/config.yaml is not what the run was trained with: it was")
    assert not os.path.exists("again")
    shutil.copy(x / "config.yaml", "mine.yaml")
    w2v("train", "mine.yaml", "--out", "again", "--quiet")
    assert read_run(x.parents[1] / "again").config.train.seed == 7


def test_the_latest_run_is_not_another_because_it_is_damaged(x):
    shutil.copytree("r", "runs")
    os.rename("runs/x", "runs/z-1")
    os.rename("runs/y", "runs/z-2")
    for damage in (flip, lambda file, _: file.unlink(), lambda file, _: os.truncate(file, 9)):
        shutil.rmtree("runs/z-2")
        shutil.copytree("r/y", "runs/z-2")
        damage(x.parents[1] / "runs/z-2" / RECORD, 8 * 100)
        os.utime("runs/z-2")
        for name in ("latest", "z", "z-2"):
            code, answer, said = asked(("similar", name, "king"))
            check_refusal(code, said)
            assert "runs/z-2" in said
            assert not answer


def test_stability_goes_on_without_a_damaged_run(x):
    shutil.copytree("r/y", "r/z")
    flip(x / "vectors.npy", 8 * 300)
    code, answer, said = asked(("stability", "r"))
    assert code == 0
    assert answer
    assert said.count("r/x is left out: r/x/vectors.npy is damaged") == 1
    check_refusal(*asked(("stability", "r/x", "r/y"))[::2])


# ------------------------------------------------------------------- the folder that is written


def test_while_a_run_goes_on_its_record_leaves_out_what_changes(tmp_path):
    folder = RunFolder(tmp_path)
    folder.write_text("config.yaml", "name: 서울\n")
    folder.write_array(VECTORS, np.ones((2, 3)))
    folder.add_metrics({"event": "later"})
    folder.write_record({"status": "running"})
    assert set(read_record(tmp_path)["sha256"]) == {"config.yaml"}
    record = read_record(tmp_path)
    assert read_file(tmp_path, METRICS, record) == b'{"event": "later"}\n'
    folder.write_record({"status": "interrupted"})
    assert set(read_record(tmp_path)["sha256"]) == {"config.yaml", VECTORS, METRICS}
    assert folder.metrics_bytes == (tmp_path / METRICS).stat().st_size
    assert folder.metrics_sha256 == sha256_of(tmp_path / METRICS)


def test_an_array_is_written_as_numpy_does(tmp_path):
    arrays = [np.arange(12.0).reshape(3, 4), np.arange(12, dtype=np.float32).reshape(3, 4).T]
    for array in arrays:
        sha256 = RunFolder(tmp_path).write_array(VECTORS, array)
        np.save(tmp_path / "as_it_was.npy", array)
        assert sha256 == sha256_of(tmp_path / "as_it_was.npy") == sha256_of(tmp_path / VECTORS)


def test_going_on_with_a_folder(tmp_path):
    path = make_run(tmp_path / "run", words="ab", rows=np.eye(2), status="interrupted")
    begin = (path / METRICS).read_bytes()
    before = RunFolder.reopen(path, len(begin))
    sums = (before.metrics_bytes, before.metrics_sha256)
    before.add_metrics({"event": "lost"})
    with open(path / METRICS, "ab") as file:
        file.write(b'{"event": "half')  # of a process that was killed
    folder = RunFolder.reopen(path, *sums)
    assert (path / METRICS).read_bytes() == begin
    folder.add_metrics({"event": "other"})
    os.link(path / VECTORS, path / "output_vectors.npy")
    folder.note("output_vectors.npy", read_record(path)["sha256"][VECTORS])
    folder.write_record({"status": "done"})
    record = read_record(path)
    assert read_file(path, METRICS, record) == begin + b'{"event": "other"}\n'
    assert WordVectors.load(path).output_table().tolist() == [[1, 0], [0, 1]]


def test_nothing_goes_on_from_measures_that_are_lost(tmp_path):
    path = make_run(tmp_path / "run", status="interrupted")
    n_bytes, sha256 = (path / METRICS).stat().st_size, sha256_of(path / METRICS)
    with pytest.raises(RunError, match=r"metrics\.jsonl is cut short"):
        RunFolder.reopen(path, n_bytes + 1)
    flip(path / METRICS, 80)
    with pytest.raises(RunError, match=r"metrics\.jsonl is damaged"):
        RunFolder.reopen(path, n_bytes, sha256)
    (path / METRICS).unlink()
    with pytest.raises(RunError, match=r"metrics\.jsonl is cut short"):
        RunFolder.reopen(path, n_bytes, sha256)
    folder = RunFolder.reopen(path, 0)
    assert folder.metrics_bytes == 0
    folder.write_record({**read_record(path), "status": "failed"})
    assert read_run(path).epochs == []


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path, why in ((tmp_path / "pipe", "no ordinary file"), (tmp_path, "a folder")):
        with pytest.raises(OSError, match=why):
            open_ordinary(path)
        with pytest.raises(OSError, match=why):
            sha256_of(path)


def test_a_seal_is_of_the_bytes_before_it():
    text = sealed({"a": {"b": [1, 2]}, "가": None})
    assert json.loads(text)["가"] is None
    begin = "".join(text.splitlines(keepends=True)[:-2])
    assert json.loads(text)["record_sha256"] == hashlib.sha256(begin.encode()).hexdigest()


def test_measures_on_a_full_disk(tmp_path):
    """What did not fit is taken back: the file ends with a whole line, and grows when it can."""
    resource = pytest.importorskip("resource")
    folder = RunFolder(tmp_path)
    folder.add_metrics({"event": "one"})
    before, limits = folder.metrics_bytes, resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (before + 5, limits[1]))
    try:
        with pytest.raises(OutputError, match=r"metrics\.jsonl cannot be written: File too large"):
            folder.add_metrics({"event": "two"})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (tmp_path / METRICS).stat().st_size == before == folder.metrics_bytes
    folder.add_metrics({"event": "three"})
    assert (tmp_path / METRICS).read_text() == '{"event": "one"}\n{"event": "three"}\n'
    assert folder.metrics_sha256 == sha256_of(tmp_path / METRICS)
