"""When the numba engine is compiled, where its code is kept, and that nothing else pays for it."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import types
from pathlib import Path

import pytest

from w2v import train
from w2v.training import trainer
from w2v.training.observer import Observer

numba = pytest.importorskip("numba")
pytest.importorskip("scipy")
if numba.config.DISABLE_JIT:
    pytest.skip("nothing is compiled", allow_module_level=True)

from w2v.engines import compiling, kernels  # noqa: E402
from w2v.engines.compiling import (  # noqa: E402
    NotKeptError,
    compile_and_keep,
    kept_only,
    one_at_a_time,
)
from w2v.locks import try_to_take  # noqa: E402

TEXT = "the king and the queen of the palace\nthe man and the woman of the village\n" * 30


def python(code, *arguments, **environment):
    """Run Python in a new process; return what it prints, as JSON."""
    inherited = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={**inherited, **environment}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


WHERE = """
import json, numba
from w2v.engines import kernels
loss = kernels.minus_log_sigmoid(0.0)
print(json.dumps([kernels.run_batches.stats.cache_path, numba.config.CACHE_DIR, loss]))
"""


def test_code_is_kept_in_the_cache(tmp_path):
    path, left_behind, _ = python(WHERE, W2V_CACHE=str(tmp_path))
    assert Path(path).parent == tmp_path / "compiled"
    assert any(Path(path).glob("kernels.minus_log_sigmoid*.nbc"))
    assert left_behind == ""  # other programs of the process keep theirs where they did


def test_a_folder_of_the_users_own_is_used(tmp_path):
    own = str(tmp_path / "own")
    path, left_behind, _ = python(WHERE, W2V_CACHE=str(tmp_path / "cache"), NUMBA_CACHE_DIR=own)
    assert str(Path(path).parent) == left_behind == own
    assert not (tmp_path / "cache").exists()


def test_a_cache_that_cannot_be_written_is_no_hindrance():
    _, _, loss = python(WHERE, W2V_CACHE="/dev/null/x")
    assert loss == pytest.approx(0.6931471805599453)


def test_without_any_folder_it_is_compiled_each_time(monkeypatch):
    """numba also knows the folder of the program, and one of the user; here it has none."""

    def without_a_folder(cache=False, **options):
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return numba.njit(**options)

    settings = types.SimpleNamespace(CACHE_DIR="own")
    fake = types.SimpleNamespace(njit=without_a_folder, config=settings)
    monkeypatch.setattr(compiling, "numba", fake)
    assert compile_and_keep(lambda x: x + 1)(2) == 3
    assert settings.CACHE_DIR == "own"


def test_a_full_disk_is_no_hindrance(tmp_path, monkeypatch):
    """What was compiled is used, though it is not kept; nothing half-written is left of it."""
    resource = pytest.importorskip("resource")
    monkeypatch.setenv("W2V_CACHE", str(tmp_path))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    twice = compile_and_keep(kernels.minus_log_sigmoid.py_func)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))
    try:
        assert twice(0.0) == pytest.approx(0.6931471805599453)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_one_process_compiles_at_a_time(tmp_path, monkeypatch):
    """numba would give the code of two the same name."""
    monkeypatch.setattr(numba.config, "CACHE_DIR", "")
    monkeypatch.setattr(numba.config, "CACHE_DIR", "")
    monkeypatch.setenv("W2V_CACHE", str(tmp_path))
    with one_at_a_time():
        assert try_to_take(tmp_path / "compiled" / "compiling.lock") is None
    assert os.listdir(tmp_path / "compiled") == []
    monkeypatch.setenv("W2V_CACHE", "/dev/null/x")
    with one_at_a_time():  # nothing can be kept there
        pass


def test_what_is_not_kept_is_not_compiled_where_only_what_is_kept_will_do():
    add_one = numba.njit(lambda x: x + 1)
    with pytest.raises(NotKeptError), kept_only():
        add_one(1)
    assert len(add_one.signatures) == 0
    assert add_one(1) == 2
    with kept_only():
        assert add_one(1) == 2


def twice(x):
    return x + x


def test_two_that_compile_at_a_time_keep_their_code_apart(tmp_path, monkeypatch):
    """One notes its file; the other, which has not seen that, writes its own; then one does."""
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    one, other, later = (compile_and_keep(twice) for _ in range(3))
    files = one._cache._cache_file
    write = files._save_data

    def write_last(name, data):
        assert other(1.5) == 3.0
        write(name, data)

    monkeypatch.setattr(files, "_save_data", write_last)
    monkeypatch.setattr(other._cache._cache_file, "_load_index", dict)
    assert one(2) == 4
    with kept_only():
        assert later(1.5) == 3.0


def test_kernels_take_nothing_from_other_files():
    """numba looks at the file of a function alone to see whether the code it kept is stale."""
    tree = ast.parse(Path(kernels.__file__).read_text("utf-8"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom | ast.Import)]
    names = {alias.name for node in imports for alias in node.names}
    assert names == {"annotations", "Any", "NamedTuple", "TypeAlias", "TypeVar"} | {
        "numpy",
        "NDArray",
    } | {"compile_and_keep"}


PREPARED = """
import json, sys
from pathlib import Path
import w2v
from w2v.config import load_config
from w2v.engines.numba_engine import prepare
from w2v.engines import kernels

def count():
    return [len(f.signatures) for f in (kernels.run_batches, kernels.combine_rows)]

told, counts = [], []
forms, trains = json.loads(sys.argv[1]), len(sys.argv) > 2
for dtype, freeze in forms:
    base = {"corpus.path": "my.txt", "vocab.min_count": 1, "train.engine": "numba", "model.dim": 5,
            "train.chunk": 90, "train.epochs": 1, "embedding.dtype": dtype, "train.lr": 0.01,
            "embedding.freeze": freeze}
    prepare(load_config(values=base).config, lambda: told.append([dtype, freeze]))
    counts.append(count())
    for more in (
        {"train.replicas": 1, "eval.heldout": 0.2, "train.subsample": 0},
        {"train.replicas": 2, "eval.heldout": 0.2, "train.threads": 2},
        {"train.replicas": 2, "train.parallel": "hogwild"},
        {"train.replicas": 3, "model.kind": "skipgram", "negatives.mode": "independent"},
        {"model.gradient": "word2vec", "model.window": 2},
    ) if trains else ():
        w2v.train({**base, **more})
    counts.append(count())
print(json.dumps([told, counts]))
"""


def test_all_is_compiled_before_training_starts(tmp_path, monkeypatch):
    (tmp_path / "my.txt").write_text(TEXT)
    monkeypatch.chdir(tmp_path)
    # What is counted does not ask how well it is compiled.
    hasty = {"W2V_CACHE": str(tmp_path / "cache"), "NUMBA_OPT": "1"}
    forms = json.dumps([["float32", True]])
    told, counts = python(PREPARED, forms, "trains", **hasty)
    assert told == [["float32", True]]
    assert counts == [[1, 1], [1, 1]]
    # In the next process, what was kept is taken.
    told, counts = python(PREPARED, forms, **hasty)
    assert told == []
    assert counts == [[1, 1], [1, 1]]


def test_the_same_of_other_forms(tmp_path, monkeypatch):
    """Of the code that all these tests share: compiling it takes seconds."""
    (tmp_path / "my.txt").write_text(TEXT)
    monkeypatch.chdir(tmp_path)
    forms = json.dumps([["float64", False], ["float32", False], ["float32", True]])
    shared = {"NUMBA_CACHE_DIR": os.environ["NUMBA_CACHE_DIR"]}
    _, counts = python(PREPARED, forms, "trains", **shared)
    # Frozen rows are code of their own; combining does without them.
    assert counts == [[1, 1], [1, 1], [2, 2], [2, 2], [3, 2], [3, 2]]
    told, _ = python(PREPARED, forms, **shared)
    assert told == []


def test_the_command_says_once_that_it_compiles_to_the_same_bits_and_what_is_damaged(tmp_path):
    (tmp_path / "my.txt").write_text(TEXT)
    # With 37 numbers, a process that compiles and one that loads the code used to differ.
    arguments = ["--corpus", "my.txt", "train.engine=numba", "model.dim=37", "train.epochs=1"]
    inherited = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}

    def command():
        return subprocess.run(
            [sys.executable, "-m", "w2v", "train", *arguments],
            cwd=tmp_path, env={**inherited, "W2V_CACHE": str(tmp_path / "cache")},
            capture_output=True, text=True,
        )  # fmt: skip

    said = []
    for _ in range(2):
        done = command()
        assert done.returncode == 0, done.stderr
        said.append([line for line in done.stderr.splitlines() if "compil" in line])
    told = "engine   compiling for this model.dim, which is kept (about 10 s)"
    assert said == [[told], []]
    first, second = (
        (tmp_path / "runs" / f"run-{number}" / "vectors.npy").read_bytes() for number in (1, 2)
    )
    assert first == second

    for damaged, content in ((".nbi", b""), (".nbc", b"nonsense")):
        for file in (tmp_path / "cache" / "compiled").rglob(f"kernels.run_batches*{damaged}"):
            kept = file.read_bytes()
            file.write_bytes(content)
        done = command()
        assert done.returncode == 1
        folder = tmp_path / "cache" / "compiled"
        assert done.stderr.endswith(f"w2v: the compiled code in {folder} is damaged; delete it\n")
        file.write_bytes(kept)


class Record(Observer):
    """Write down what happens."""

    def __init__(self):
        self.seen = []

    def on_plan(self, config, corpus, plan):
        self.seen.append("plan")

    def on_compile(self):
        self.seen.append("compile")

    def on_start(self, share):
        self.seen.append("start")

    def on_chunk(self, metrics):
        self.seen.append("chunk")


def test_compiling_comes_between_the_plan_and_the_clock(tmp_path, monkeypatch):
    (tmp_path / "my.txt").write_text(TEXT)
    monkeypatch.setattr(trainer, "prepare_engine", lambda name, config, on_compile: on_compile())
    record = Record()
    train(
        {"corpus.path": str(tmp_path / "my.txt"), "train.epochs": 1},
        out=tmp_path / "run",
        observer=record,
    )
    assert record.seen == ["plan", "compile", "start", "chunk"]


@pytest.mark.parametrize(
    "arguments", [None, ["--help"], ["similar", "run", "king"], ["train", "--help"]], ids=str
)
def test_reading_commands_never_load_numba(tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my.txt").write_text(TEXT)
    if arguments and "similar" in arguments:
        train({"corpus.path": "my.txt", "train.epochs": 1}, out="run")
    code = f"""
import contextlib, io, json, sys
import w2v
if {arguments!r}:
    from w2v.cli.main import main
    with contextlib.redirect_stdout(io.StringIO()):
        main({arguments!r}, standalone_mode=False)
print(json.dumps(sorted({{"numba", "scipy", "llvmlite"}} & set(sys.modules))))
"""
    assert python(code) == []
