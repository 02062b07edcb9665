"""Runs whose files somebody has edited, or a disk has spoilt: the rest is read all the same."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from made_runs import edit_record, make_run, vouch
from test_cli import w2v

from w2v.errors import RunError
from w2v.experiments.reading import find_run_folders, read_run

pytestmark = pytest.mark.usefixtures("folder")
NAN, INFINITE = float("nan"), float("inf")


@pytest.fixture
def bad(folder):
    """A run beside a good one."""
    make_run(folder / "r" / "good", {"train.seed": 3}, score=0.5)
    return make_run(folder / "r" / "bad", {"train.seed": 4}, score=0.5)


def change(file, key, value):
    """Change a key of the last line that has it; `...` takes it out."""
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    line = next(line for line in reversed(lines) if key in line)
    line[key] = value
    if value is ...:
        del line[key]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    vouch(file.parent)


def check_commands(file):
    """Each command says in one line what is wrong with the run, and reads the other one."""
    for reading in (["list", "r"], ["list", "r", "--json"], ["compare", "r"]):
        said = w2v("runs", *reading)
        complaints = [line for line in said.stderr.splitlines() if f"{file} is damaged" in line]
        assert len(complaints) == 1
        assert said.stdout
    for reading in (["show", "r/bad"], ["show", "r/bad", "--json"], ["compare", "r/bad", "r/good"]):
        said = w2v("runs", *reading, code=1)
        (complaint,) = said.stderr.splitlines()
        assert complaint.startswith(f"w2v: r/bad/{file} is damaged")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("event", ...), ("event", {}), ("epoch", ...), ("epoch", "1"), ("seconds", ...),
        ("words_per_second", "fast"), ("heldout_loss", [1.0]), ("loss", True), ("loss", NAN),
        ("loss", -INFINITE), ("loss", 10**400), ("set", {}), ("kind", []), ("kind", "crossword"),
        ("add", "0.5"), ("answered", 1.5), ("answered", -1), ("sections", [1]),
        ("sections", [{"section": "x"}]), ("semantic", {"add": 1}), ("coverage", NAN),
    ],
)  # fmt: skip
def test_a_line_that_was_never_measured(bad, key, value):
    change(bad / "metrics.jsonl", key, value)
    check_commands("metrics.jsonl")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("started", 5), ("seconds", "long"), ("seconds", NAN), ("V", "many"), ("D", True),
        ("corpus", 7), ("corpus", {"path": 3, "sha256": "x"}), ("tokens", [1]),
        ("tokens", {"read": 9}), ("early_stop", 1.0), ("early_stop", {"best_epoch": "last"}),
        ("bits_depend_on", []), ("pretrained", [INFINITE]),
    ],
)  # fmt: skip
def test_a_record_that_was_never_written(bad, key, value):
    edit_record(bad, **{key: value})
    with pytest.raises(RunError, match=r"run\.json is damaged"):
        read_run(bad)
    check_commands("run.json")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("[" * 100_000, "is damaged in line 3"),
        ("[]", "is damaged in line 3"),
        ('{"event": "epoch", "epoch": 1e999}', "is damaged in line 3"),
        (
            '{"event": "chunk"}',
            "is damaged in line 3: 'positions' is missing, or not as w2v writes it",
        ),
    ],
)
def test_a_line_that_was_added(bad, line, problem):
    with (bad / "metrics.jsonl").open("a") as file:
        file.write(line + "\n")
    vouch(bad)
    with pytest.raises(RunError, match=problem):
        read_run(bad)


def test_events_of_a_later_w2v_are_passed_over(bad):
    with (bad / "metrics.jsonl").open("a") as file:
        file.write('{"event": "checkpoint", "epoch": {}}\n')
    vouch(bad)
    assert len(read_run(bad).epochs) == 1


def test_numbers_in_names_are_in_order(bad):
    for name in ("w-10_s-1", "w-2_s-10", "w-2_s-9", "lr-0.1", "lr-0.05", "w", "1"):
        shutil.copytree(bad, bad.parent / "sweep" / name)
    found = [path.name for path in find_run_folders(["r/sweep"])]
    assert found == ["1", "lr-0.05", "lr-0.1", "w", "w-2_s-9", "w-2_s-10", "w-10_s-1"]


def test_a_folder_that_is_closed(bad, monkeypatch):
    (bad.parent / "closed").mkdir()
    iterdir = Path.iterdir

    def refuse(path):
        if path.name == "closed":
            raise PermissionError(13, "Permission denied", str(path))
        return iterdir(path)

    monkeypatch.setattr(Path, "iterdir", refuse)
    assert [path.name for path in find_run_folders(["r"])] == ["bad", "good"]
    with pytest.raises(RunError, match="r/closed is no w2v run folder"):
        find_run_folders(["r/closed"])
