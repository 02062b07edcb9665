"""Every command in the README is run, and every file it names is there."""

from __future__ import annotations

import io
import json
import re
import shlex
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from browser import launched
from click.testing import CliRunner
from http_server import file, serving
from test_learn_topics_b import SMALL as SMALL_LESSONS

from w2v.cli.main import main
from w2v.config.schema import as_dict
from w2v.experiments import crew
from w2v.experiments.point_process import Ear, Mouth, Reporter, _outcome
from w2v.fetching import registry
from w2v.lessons.learn.batches import lesson as batches
from w2v.lessons.learn.noise import lesson as noise
from w2v.lessons.learn.one_hot import lesson as one_hot
from w2v.lessons.learn.scatter_add import lesson as scatter_add
from w2v.shipped import shipped_files
from w2v.text import builtin
from w2v.text.builtin import python_docs, toy_world

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
IN_BLOCKS = [
    line.removeprefix("$ ")
    for kind, block in BLOCKS
    if not kind
    for line in block.splitlines()
    if line.startswith(("w2v ", "$ w2v "))
]
IN_TEXT = re.findall(r"`(w2v [^`]+)`", README)

# Small enough to train in a moment, whatever the README says.
QUICK = ["model.dim=5", "train.epochs=1"]
QUICK_SWEEP = ["train.epochs=1", "corpus.path=short.txt", "--jobs", "2"]
FAILS = {  # as the README says: a wrong gradient, and exercises that nobody has done yet
    "w2v gradcheck cbow --gradient word2vec": 1,
    "w2v exercise train": 1,
}
TEXT = "the king and the queen are a man and a woman of the town\n" * 40
FILES = {
    **dict.fromkeys(("my.txt", "more.txt", "segmented.txt", "reviews.txt", "articles.txt"), TEXT),
    "pairs.txt": "king queen 9\nman town 2\n",
    "words.txt": "king\nqueen\n",
}
PUBLIC = {  # what stands for the sets that are fetched
    "google-analogies": ": family\nman king woman queen\n",
    "wordsim353": "king queen 9\nman town 2\nking town 3\n",
}
FAKE_SEGMENTERS = {
    "kiwipiepy.py": """
class Token:
    def __init__(self, form): self.form = form
class Kiwi:
    def tokenize(self, text): return [Token(word) for word in text.split()]
""",
    "jieba.py": "def lcut(text): return list(text)\n",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A working folder with the files that the README's commands speak of."""
    folder = tmp_path_factory.mktemp("readme")
    for name, content in FILES.items():
        (folder / name).write_text(content, encoding="utf-8")
    (folder / "short.txt").write_text("\n".join(toy_world.lines(5_000)), encoding="utf-8")
    code = next(block for kind, block in BLOCKS if kind == "python" and "jieba" in block)
    (folder / "my_tokenizers.py").write_text(code, encoding="utf-8")
    # The segmenters themselves are large, and not needed to see that the example is right.
    for name, source in FAKE_SEGMENTERS.items():
        (folder / name).write_text(source, encoding="utf-8")
    forget_segmenters()
    yield folder
    forget_segmenters()


def forget_segmenters():
    """Other tests have a my_tokenizers of their own."""
    for name in ("my_tokenizers", "kiwipiepy", "jieba"):
        sys.modules.pop(name, None)


@pytest.fixture
def public(tmp_path, monkeypatch):
    """Let the registry lead to a server on this machine."""
    with serving() as site:
        entries = {
            name: {
                "kind": "set", "description": name, "licence": "CC0", "source": "http://a.example/",
                "urls": [site.url(name, file(content.encode()))],
            }
            for name, content in PUBLIC.items()
        }  # fmt: skip
        registry_file = tmp_path / "registry.yaml"
        registry_file.write_text(json.dumps(entries), "utf-8")  # which is YAML too
        monkeypatch.setattr(registry, "REGISTRY_FILE", registry_file)
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        yield


@pytest.fixture
def _small_lessons(monkeypatch):
    """Lessons that take a moment; as large as they are, scripts/check_wheel runs them."""
    monkeypatch.setattr(one_hot, "EFFORT", one_hot.Effort((10, 100), seconds=0))
    effort = scatter_add.Effort("seasons-en", 2_000, epochs=1, n_batches=3, seconds=0)
    monkeypatch.setattr(scatter_add, "EFFORT", effort)
    effort = batches.Effort(200, seconds=0, n_learnt=500, with_numba=False)
    monkeypatch.setattr(batches, "EFFORT", effort)
    for module, sizes in SMALL_LESSONS.values():
        monkeypatch.setattr(module, "Sizes", lambda sizes=sizes: sizes)
    monkeypatch.setitem(noise.CORPORA, "en", "seasons-en")  # python-docs takes seconds to read


@pytest.fixture
def _small_library(tmp_path, monkeypatch):
    """A part of Python's library, for all of it takes seconds to read; test_python_docs.py does."""
    monkeypatch.setenv("W2V_CACHE", str(tmp_path / "cache"))  # others have the whole of it
    part = Path(sysconfig.get_path("stdlib")) / "email"
    whole = builtin.GENERATED["python-docs"]
    less = whole._replace(lines=lambda: python_docs.lines_under(part))
    monkeypatch.setitem(builtin.GENERATED, "python-docs", less)


class TrainedHere:
    """Stands in for the process of a point: trains it in this one, at once.

    A process takes ten times as long to start as to train so little. What one does is in
    test_sweep.py, and one sweep of the README has its own.
    """

    def __init__(self, point, folder, inbox, *, threads, allow_code, lock):
        self.point = point
        ear, said = Ear(io.BytesIO()), io.BytesIO()
        ear.may_go.set()
        told = {"settings": as_dict(point.config), "folder": folder.absolute(), "threads": threads}
        mouth = Mouth(said)
        mouth.say(**_outcome({**told, "allow_code": allow_code}, Reporter(mouth, ear)))
        for line in said.getvalue().splitlines():
            inbox.put((self, json.loads(line)))
        inbox.put((self, None))

    def go(self):
        pass

    def close(self):
        pass


def run(command, folder, monkeypatch):
    monkeypatch.chdir(folder)
    monkeypatch.syspath_prepend(folder)
    arguments = shlex.split(command)[1:]
    stdin = "king\n"  # for the one that shows a prompt on a terminal
    if "<" in arguments:
        stdin = (folder / arguments.pop()).read_text("utf-8")
        arguments.remove("<")
    arguments += {"train": QUICK, "sweep": QUICK_SWEEP}.get(arguments[0], [])
    if arguments[0] == "sweep" and "train.seed" not in command:
        arguments.append("train.seed=1")
    return CliRunner().invoke(main, arguments, input=stdin, catch_exceptions=False)


@pytest.mark.usefixtures("public", "_small_lessons", "_small_library")
def test_every_command_runs(folder, monkeypatch):
    """In the order of the README, for some ask what others have trained."""
    commands = [*IN_BLOCKS, *(c for c in IN_TEXT if not re.search(r"\$|\.\.\.", c))]
    lessons = {command for command in commands if command.startswith("w2v learn")}
    commands = [*sorted(lessons), *(c for c in commands if c not in lessons)]  # once is enough
    assert len(commands) >= 20
    shipped = {f"w2v sweep {name}" for name in shipped_files("experiments")}
    assert shipped & {*commands}
    assert any(command.startswith("w2v sweep") for command in {*commands} - shipped)
    for command in commands:
        with monkeypatch.context() as patch:
            if command in shipped:
                patch.setattr(crew, "Child", TrainedHere)
            result = run(command, folder, patch)
        assert result.exit_code == FAILS.get(command, 0), f"{command}: {result.output}"


def test_the_update_is_shown_as_it_is_printed():
    """Its lines in their order; ... stands for some between."""
    [command] = [c for c in IN_BLOCKS if c.startswith("w2v explain")]
    printed = CliRunner().invoke(main, [*shlex.split(command)[1:], "--lang", "en"]).stdout
    [shown] = [block for kind, block in BLOCKS if not kind and block.startswith("5. Backward")]
    parts = shown.split("\n...\n")
    assert len(parts) == 2
    assert all(part in printed for part in parts)


def test_the_python_examples_run(folder, monkeypatch):
    monkeypatch.chdir(folder)
    examples = [block for kind, block in BLOCKS if kind == "python" and "w2v" in block]
    assert len(examples) == 3
    names = {}
    for code in examples:
        exec(code, names)
    assert names["run"].vectors["king"].shape == (50,)
    assert "king" in names["wv"]


def test_the_config_is_the_shipped_one():
    shown = next(block for kind, block in BLOCKS if kind == "yaml")
    assert shown == (ROOT / "configs" / "toy-world.yaml").read_text("utf-8")


def test_every_path_is_there():
    names = re.findall(r"`((?:w2v|configs|corpora|tests|scripts)/[\w./-]*)`", README)
    assert len(names) > 8
    for name in [*names, "scripts/bench.py", "scripts/quickstart", "scripts/check"]:
        assert (ROOT / name).exists(), name


def test_the_rooms_are_all_named():
    rooms = {path.name for path in (ROOT / "w2v").iterdir() if (path / "__init__.py").exists()}
    assert rooms == set(re.findall(r"^  (\w+)/ ", README, re.MULTILINE))


def test_scripts_run_the_commands_they_promise():
    quickstart = (ROOT / "scripts" / "quickstart").read_text()
    assert "train quickstart" in quickstart
    assert "similar latest" in quickstart
    assert "scripts/check" in (ROOT / ".ci" / "run").read_text()


def test_the_bench_runs(folder):
    """Each of its lines, on a little text that has something to learn."""
    for arguments in (["--out", "toy-world.txt"], ["--questions", "--out", "planted.txt"]):
        made = CliRunner().invoke(
            main, ["corpus", "make", "toy-world", *arguments[:-1], str(folder / arguments[-1])]
        )
        assert made.exit_code == 0, made.output
    stands_for = {"my.txt": "toy-world.txt", "FILES": "planted.txt"}
    quick = shlex.split("--runs 1 --seeds 1 --threads 1 --engines numpy --words 5000")
    quick += shlex.split("--table-words 1000 --file-words 500 --json")
    lines = [line for _, block in BLOCKS for line in block.splitlines() if "bench.py" in line]
    assert len(lines) >= 3
    for line in lines:
        arguments = [stands_for.get(word, word) for word in shlex.split(line)[2:]]
        command = [sys.executable, ROOT / "scripts" / "bench.py", *arguments, *quick]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        for measured in json.loads(done.stdout)["measurements"].values():
            assert measured["rows"][0]["name"].startswith("w2v")
            assert all(value is not None for value in measured["rows"][0]["shown"])


def test_a_report_is_opened(folder, monkeypatch):
    """By the script that measures how long it takes."""
    with launched():  # or this test is skipped
        pass
    [line] = [line for _, block in BLOCKS for line in block.splitlines() if "open_report" in line]
    for command in ("w2v train --corpus my.txt --out runs/seen", "w2v report runs/seen --no-tsne"):
        assert run(command, folder, monkeypatch).exit_code == 0
    script = ROOT / shlex.split(line)[1]
    command = [sys.executable, script, "runs/seen/report.html", "--times", "1"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(
        r"runs/seen/report.html: \d\.\d MB, text \d+\.\d+ s, first figure \d+\.\d+ s\n", done.stdout
    )
