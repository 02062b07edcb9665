"""The command line as a user meets it: what each command prints, where, and what it leaves behind.

What it says to bad input is in test_bad_input.py.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time

import click
import numpy as np
import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner
from conftest import TEXT
from made_runs import edit_record

import w2v as package
from w2v.cli.completion import complete_sweep
from w2v.cli.main import main
from w2v.config import load_config, option_paths
from w2v.run_folder import RUN_FILES
from w2v.shipped import shipped_files
from w2v.text.builtin import toy_world

# Known counts: the 36, and 17, a 15, of 12, six words 6 times, three 5 times, two too rare.
VOCABULARY = (
    *("the", "and", "a", "of", "king", "queen", "palace", "man", "woman", "village"),
    *("cat", "dog", "color"),
)
SMALL = ("model.dim=8", "train.epochs=2")
RUNNER = CliRunner()
pytestmark = pytest.mark.usefixtures("folder")
COMMAND = [sys.executable, "-m", "w2v"]


def w2v(*arguments, stdin=None, code=0):
    """Run a command in this process; whatever happens, it must not end in a traceback."""
    result = RUNNER.invoke(main, list(map(str, arguments)), input=stdin)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.stderr
    return result


def w2v_process(*arguments, **options):
    """Run a command in a process of its own."""
    options = {"capture_output": True, "text": True, "encoding": "utf-8", "timeout": 60, **options}
    return subprocess.run([*COMMAND, *map(str, arguments)], **options)


@pytest.fixture
def run(folder):
    """The folder of a trained run."""
    w2v("train", "--quiet", "--corpus", "my.txt", *SMALL)
    return folder / "runs" / "run-1"


def files_in(folder):
    """Return the bytes of each file below a folder, by its path."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def commands(command=main, path=()):
    """Yield the path of every command, groups too."""
    yield path
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            yield from commands(command.get_command(context, name), (*path, name))


# -- help and the global options


def test_version():
    assert w2v("--version").stdout == f"w2v, version {package.__version__}\n"


@pytest.mark.parametrize("path", list(commands()), ids=" ".join)
def test_every_command_has_help(path):
    for flag in ("--help", "-h"):
        shown = w2v(*path, flag)
        assert shown.stdout.startswith(f"Usage: main {' '.join(path)}".rstrip())
        assert "--quiet" in shown.stdout
        assert "--debug" in shown.stdout
        assert shown.stderr == ""
        assert re.search(r"\n\n  [A-Z]", shown.stdout)  # what it does


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["train", "--help"],
        ["similar", "--help"],
        ["eval", "--help"],
        ["config", "show"],
        ["completion", "zsh"],
    ],
)
def test_light_commands_do_not_load_numpy(arguments):
    code = (
        "import sys, w2v; from w2v.cli.main import main; "
        f"main({arguments!r}, standalone_mode=False); sys.exit('numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


def test_import_is_light():
    code = "import sys, w2v; sys.exit('numpy' in sys.modules or 'click' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0


@pytest.mark.parametrize("before", [True, False])
def test_quiet_before_and_after_the_command(before):
    train = ["train", "--corpus", "my.txt", *SMALL]
    done = w2v("--quiet", *train) if before else w2v(*train, "--quiet")
    assert (done.stdout, done.stderr) == ("", "")
    assert w2v("similar", "--quiet", "latest", "king").stderr == ""


@pytest.mark.parametrize("before", [True, False])
def test_debug_before_and_after_the_command(before):
    similar = ["similar", "nowhere", "king"]
    done = w2v_process(*(["--debug", *similar] if before else [*similar, "--debug"]))
    assert "Traceback" in done.stderr
    # The sentence and the exit code are those of a run without it.
    assert done.stderr.splitlines()[-1] + "\n" == w2v_process(*similar).stderr
    assert done.returncode == 1


@pytest.mark.skipif(os.name == "nt", reason="needs a pseudo-terminal")
@pytest.mark.parametrize("no_color", [False, True])
def test_no_color_on_a_terminal(folder, no_color):
    import fcntl
    import pty
    import struct
    import termios

    with open(folder / "my.txt", "ab") as file:
        file.write(b"king \xff queen\n")  # which is warned of, in yellow
    environment = {**os.environ, "NO_COLOR": "1" if no_color else ""}
    terminal, stderr = pty.openpty()
    fcntl.ioctl(stderr, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    train = [*COMMAND, "train", "--corpus", "my.txt", *SMALL]
    with subprocess.Popen(train, stderr=stderr, env=environment) as process:
        os.close(stderr)
        shown = b""
        with contextlib.suppress(OSError):  # how Linux says that the other end is closed
            while block := os.read(terminal, 65536):
                shown += block
    os.close(terminal)
    assert process.returncode == 0
    warning = b"warning: bytes that are" if no_color else b"\x1b[33mwarning: \x1b[0mbytes that are"
    assert warning in shown
    assert b"words/s" in shown  # the bar, which is for terminals only
    assert b"epoch 1:" not in shown  # the lines that stand in for it elsewhere


# -- train


def test_a_text_is_all_it_takes(folder):
    done = w2v("train", "--corpus", "my.txt")
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert lines[:7] == [
        f"read     134 tokens in 18 sentences ({len(TEXT)} bytes)",
        "kept     131 tokens, V = 13 words (2 words left out)",
        lines[2],
        "model    cbow, D = 100, window 5, K = 5",
        "rate     0.15 falling to 0.0001, batches of 32",
        lines[5],
        lines[6],
    ]
    assert re.fullmatch(r"train    about \d+ positions in 5 epochs \(subsample 0.001\)", lines[2])
    assert lines[5].startswith("engine   numpy (")
    assert re.fullmatch(r"memory   about \d+ MB", lines[6])
    # So small a text gets advice.
    assert "13 words are few for batches of 32" in lines[7]
    assert lines[8].endswith("a small text wants train.subsample=0")
    assert [line.split(":")[0] for line in lines[9:14]] == [f"epoch {n}" for n in range(1, 6)]
    assert "the vectors are in runs/run-1" in lines[14]
    # The advice on the last line works as it stands.
    assert w2v(*re.search(r"w2v (similar runs/run-1 \w+)$", lines[15])[1].split()).stdout
    assert set(files_in(folder)) == {"my.txt", *(f"runs/run-1/{name}" for name in RUN_FILES)}
    assert (
        "read     134 tokens in 18 sentences (from the cache)"
        in w2v("train", "--corpus", "my.txt").stderr
    )


def test_the_files_of_a_run(run):
    assert sorted(files_in(run)) == sorted(RUN_FILES)
    rows = [line.split("\t") for line in (run / "vocab.tsv").read_text("utf-8").splitlines()]
    assert tuple(word for word, _ in rows) == VOCABULARY
    assert [int(count) for _, count in rows] == [36, 17, 15, 12, *[6] * 6, *[5] * 3]
    assert (run / "dropped.tsv").read_text("utf-8") == "scarce\t2\nrare\t1\n"
    for name in ("vectors.npy", "output_vectors.npy"):
        table = np.load(run / name, mmap_mode="r", allow_pickle=False)
        assert isinstance(table, np.memmap)
        assert (table.dtype, table.shape) == (np.float32, (13, 8))
        assert np.isfinite(table).all()
        assert len(np.unique(table, axis=0)) == 13


def test_the_records_of_a_run(run):
    record = json.loads((run / "run.json").read_text("utf-8"))
    assert record["status"] == "done"
    assert (record["format"], record["w2v_version"]) == (2, package.__version__)
    assert record["engine"] == "numpy"
    assert (record["V"], record["D"]) == (13, 8)
    assert (record["tokens"]["read"], record["tokens"]["kept"]) == (134, 131)
    assert 0 < record["tokens"]["trained"] < 2 * 131  # subsampling is on
    assert re.fullmatch("[0-9a-f]{64}", record["corpus"]["sha256"])
    metrics = [json.loads(line) for line in (run / "metrics.jsonl").read_text("utf-8").splitlines()]
    assert [(line["event"], line["epoch"]) for line in metrics] == [
        ("chunk", 1), ("epoch", 1), ("chunk", 2), ("epoch", 2),
    ]  # fmt: skip
    assert all(0 < line["loss"] < 20 for line in metrics)


def test_every_value_of_the_config_is_kept(run, folder):
    resolved = load_config(run / "config.yaml")
    assert "default" not in resolved.sources.values()
    assert resolved.config.corpus.path == str(folder / "my.txt")
    assert resolved.config.train.engine == "numpy"
    assert resolved.config.model.dim == 8


def test_runs_are_numbered(folder):
    def train(*more):
        done = w2v("train", "--corpus", "my.txt", *SMALL, *more)
        return re.search(r"the vectors are in (\S+)", done.stderr)[1]

    assert train() == "runs/run-1"
    assert train() == "runs/run-2"
    assert train("name=other") == "runs/other-1"
    assert train("name=run-1") == "runs/run-1-1"
    shutil.rmtree("runs/run-1")
    assert train() == "runs/run-3"  # a number is not given again while a later one is there
    (folder / "runs" / "run-7").write_text("not even a folder", "utf-8")
    (folder / "runs" / "run-x").mkdir()
    assert train() == "runs/run-8"
    assert train("output.dir=else/where") == "else/where/run-1"


def test_out_and_force(folder):
    train = ["train", "--quiet", "--corpus", "my.txt", *SMALL, "--out", "deep/er/mine"]
    w2v(*train)
    mine = folder / "deep" / "er" / "mine"
    before = files_in(mine)
    refused = w2v(*train, code=1)
    assert refused.stderr == (
        "w2v: deep/er/mine exists; choose another --out, or add --force to replace the run\n"
    )
    assert files_in(mine) == before
    (mine / "notes.md").write_text("mine", "utf-8")
    (mine / "sub").mkdir()
    (mine / "sub" / "vectors.npy").write_text("mine too", "utf-8")
    w2v(*train, "--force", "model.dim=5")
    after = files_in(mine)
    assert (after.pop("notes.md"), after.pop("sub/vectors.npy")) == (b"mine", b"mine too")
    assert sorted(after) == sorted(RUN_FILES)
    assert np.load(mine / "vectors.npy").shape == (13, 5)
    assert len((mine / "metrics.jsonl").read_text("utf-8").splitlines()) == 4  # not added to


def test_force_takes_an_empty_folder(folder):
    (folder / "empty").mkdir()
    w2v("train", "--corpus", "my.txt", *SMALL, "--out", "empty", "--force")
    assert w2v("similar", "empty", "king").stdout


def test_force_replaces_nothing_but_a_run(folder):
    (folder / "thesis").mkdir()
    (folder / "thesis" / "vectors.npy").write_text("three years of work", "utf-8")
    (folder / "link").symlink_to("thesis", target_is_directory=True)
    (folder / "dangling").symlink_to("nowhere")
    before = files_in(folder)
    for out in ("thesis", "link", "dangling", "my.txt", "."):
        refused = w2v("train", "--corpus", "my.txt", *SMALL, "--out", out, "--force", code=1)
        assert refused.stderr == f"w2v: {out} is no w2v run folder; --force replaces nothing else\n"
    assert files_in(folder) == before
    assert (folder / "dangling").is_symlink()


def test_force_keeps_the_old_run_until_the_new_one_can_start(run):
    before = files_in(run)
    force = ["--out", run, "--force"]
    w2v("train", "--corpus", "nowhere.txt", *force, code=1)
    w2v("train", "--corpus", "my.txt", "vocab.min_count=99", *force, code=1)
    w2v("train", "--corpus", "my.txt", "embedding.padding_idx=13", *force, code=2)
    assert files_in(run) == before


@pytest.mark.parametrize("config", ["runs/run-1", "runs/run-1/config.yaml"])
def test_a_run_reruns_from_anywhere_to_the_same_bytes(run, folder, monkeypatch, config):
    elsewhere = folder.parent / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    w2v("train", folder / config, "--out", "again")
    for name in set(RUN_FILES) - {"run.json", "metrics.jsonl"}:  # those hold times
        assert (elsewhere / "again" / name).read_bytes() == (run / name).read_bytes(), name


def test_settings_reach_the_run(run, folder):
    w2v("train", run, "train.seed=2", "--out", "other")
    assert (folder / "other" / "vocab.tsv").read_bytes() == (run / "vocab.tsv").read_bytes()
    assert (folder / "other" / "vectors.npy").read_bytes() != (run / "vectors.npy").read_bytes()


def test_standard_input(run, folder):
    done = w2v("train", "--corpus", "-", *SMALL, "--out", "piped", stdin=TEXT)
    assert "read     134 tokens in 18 sentences" in done.stderr
    assert load_config(folder / "piped" / "config.yaml").config.corpus.path == "-"
    assert (folder / "piped" / "vectors.npy").read_bytes() == (run / "vectors.npy").read_bytes()
    assert not [name for name in files_in(folder.parent / "cache") if "stdin" in name]


def test_several_corpora_are_one_text(folder):
    lines = TEXT.splitlines(keepends=True)
    (folder / "a, b.txt").write_text("".join(lines[:7]), "utf-8")  # a name that is YAML of its own
    (folder / "[c].txt").write_text("".join(lines[7:]), "utf-8")
    done = w2v("train", "--corpus", "a, b.txt", "--corpus", "[c].txt", *SMALL)
    assert "read     134 tokens in 18 sentences" in done.stderr
    config = load_config(folder / "runs" / "run-1" / "config.yaml").config
    assert config.corpus.path == [str(folder / "a, b.txt"), str(folder / "[c].txt")]


@pytest.mark.parametrize("name", ["null", "1e3", "#x", "-", "yes", "한국어.txt", "a=b"])
def test_files_with_awkward_names(folder, name):
    (folder / name).write_text(TEXT, "utf-8")
    w2v("train", "--corpus", f"./{name}" if name == "-" else name, *SMALL)
    assert load_config(folder / "runs/run-1/config.yaml").config.corpus.path == str(folder / name)


@pytest.mark.parametrize("name", ["my=config.yaml", "configuration", "train.lr"])
def test_a_config_may_have_any_name(folder, name):
    (folder / name).write_text("name: odd\nmodel: {dim: 4}\n", "utf-8")
    w2v("train", name, "--corpus", "my.txt")
    assert np.load(folder / "runs" / "odd-1" / "vectors.npy").shape == (13, 4)


def test_shipped_configs_and_corpora_go_by_name(folder):
    w2v("train", "toy-world", "train.epochs=1", "model.dim=4", "train.subsample=0.00001")
    config = load_config(folder / "runs" / "toy-world-1" / "config.yaml").config
    assert (config.corpus.path, config.name) == ("toy-world", "toy-world")


# -- similar and analogy


def test_similar(run):
    done = w2v("similar", run, "king", "cat")
    lines = done.stdout.splitlines()
    assert lines[0] == "king"
    assert lines[11] == "cat"
    assert len(lines) == 22
    similarities, words = zip(*(line.split() for line in lines[1:11]), strict=True)
    assert sorted(similarities, key=float, reverse=True) == list(similarities)
    assert set(words) < set(VOCABULARY) - {"king"}
    assert done.stderr == (
        "cosine similarity of unit vectors; the words of the question are left out\n"
    )


def test_similar_in_json(run):
    done = w2v("similar", run, "king", "cat", "--json", "-n", 3)
    objects = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.stderr == ""
    table = np.load(run / "vectors.npy").astype(float)
    unit = table / np.linalg.norm(table, axis=1, keepdims=True)
    for found, word in zip(objects, ("king", "cat"), strict=True):
        cosines = unit @ unit[VOCABULARY.index(word)]
        nearest = [i for i in np.argsort(-cosines) if VOCABULARY[i] != word][:3]
        assert list(found) == ["query", "neighbours"]
        assert found["query"] == word
        assert [list(neighbour) for neighbour in found["neighbours"]] == [
            ["word", "similarity"]
        ] * 3
        assert [neighbour["word"] for neighbour in found["neighbours"]] == [
            VOCABULARY[i] for i in nearest
        ]
        assert [neighbour["similarity"] for neighbour in found["neighbours"]] == pytest.approx(
            cosines[nearest], abs=2e-6
        )


@pytest.mark.parametrize(("n", "found"), [(1, 1), (12, 12), (13, 12), (10**9, 12)])
def test_similar_never_prints_more_than_there_is(run, n, found):
    assert len(w2v("similar", run, "king", "-n", n).stdout.splitlines()) == 1 + found


def test_letters_of_every_script(folder):
    (folder / "my.txt").write_text("고양이 猫 кошка\n" * 5, "utf-8")
    w2v("train", "--corpus", "my.txt", *SMALL, "train.subsample=0")
    shown = w2v_process("similar", "latest", "고양이", "--json").stdout
    assert shown.startswith('{"query": "고양이"')
    assert {"猫", "кошка"} == {n["word"] for n in json.loads(shown)["neighbours"]}


def test_a_missing_word_does_not_stop_the_others(run):
    done = w2v("similar", run, "king", "colour", "scarce", "rare", "cat", "-n", 1, code=3)
    assert [line for line in done.stdout.splitlines() if not line.startswith(" ")] == [
        "king",
        "cat",
    ]
    assert done.stderr.splitlines()[1:] == [
        "w2v: 'colour' is not in the vocabulary; near: color",
        "w2v: 'scarce' is not in the vocabulary; seen 2 times in the text, too rarely to get a "
        "vector (vocab.min_count)",
        "w2v: 'rare' is not in the vocabulary; seen once in the text, too rarely to get a "
        "vector (vocab.min_count)",
    ]
    in_json = w2v("similar", run, "king", "colour", "--json", code=3)
    king, colour = map(json.loads, in_json.stdout.splitlines())
    assert king["query"] == "king"
    assert colour == {
        "query": "colour",
        "error": "'colour' is not in the vocabulary; near: color",
    }
    assert in_json.stderr == "w2v: 'colour' is not in the vocabulary; near: color\n"
    alone = w2v("similar", run, "KING", code=3)
    assert (alone.stdout, alone.stderr) == (
        "",
        "w2v: 'KING' is not in the vocabulary; near: king\n",
    )


def test_a_run_has_many_names(run, folder, monkeypatch):
    w2v("train", "--corpus", "my.txt", *SMALL, "name=b", "model.dim=3")
    w2v("train", "--corpus", "my.txt", *SMALL, "name=a", "model.dim=4")
    w2v("train", "--corpus", "my.txt", *SMALL, "name=a", "model.dim=5")
    for number in (9, 10):  # 10 is later than 9, though not by the alphabet
        shutil.copytree(run, folder / "runs" / f"c-{number}")
    (folder / "a").mkdir()  # a folder that happens to have the name of a run

    def answer(name):
        return w2v("similar", name, "king").stdout

    assert len({answer(name) for name in ("run-1", "b-1", "a-1", "a-2")}) == 4
    assert answer("latest") == answer("a") == answer("a-2") == answer("runs/a-2")
    assert answer("b") == answer("b-1")
    (folder / "runs" / "c-9" / "vectors.npy").unlink()
    assert answer("c") == answer("run-1") == answer(run)
    monkeypatch.chdir(run)
    assert answer(".") == answer(run)


def test_a_run_of_a_later_version_does_not_hide_the_others(run, folder):
    later = folder / "runs" / "later-1"
    shutil.copytree(run, later)
    edit_record(later, format=3)
    assert w2v("similar", "latest", "king").stdout == w2v("similar", run, "king").stdout
    assert w2v("similar", "later", "king", code=1).stderr == (
        "w2v: runs/later-1 has run format 3; this w2v reads format 2\n"
    )


@pytest.mark.parametrize(
    "question",
    [
        ["king", "-", "man", "+", "woman"],
        ["man", "king", "woman"],
        ["king - man + woman"],
        ["+", "king", "+", "woman", "-", "man"],
        ["-", "man", "+", "king", "+", "woman"],
    ],
)
def test_analogy(run, question):
    done = w2v("analogy", run, *question, "-n", 3)
    asked, *answers = done.stdout.splitlines()
    assert asked == "king + woman - man"
    assert len(answers) == 3
    assert not {line.split()[1] for line in answers} & {"king", "man", "woman"}
    assert done.stderr == (
        "cosine similarity of unit vectors; the words of the question are left out\n"
    )
    found = json.loads(w2v("analogy", run, "--json", *question).stdout)
    assert list(found) == ["positive", "negative", "neighbours"]
    assert sorted(found["positive"]) == ["king", "woman"]
    assert found["negative"] == ["man"]
    # By hand: the word nearest to the sum of unit vectors.
    table = np.load(run / "vectors.npy").astype(float)
    unit = table / np.linalg.norm(table, axis=1, keepdims=True)
    king, man, woman = (unit[VOCABULARY.index(word)] for word in ("king", "man", "woman"))
    cosines = unit @ (king - man + woman) / np.linalg.norm(king - man + woman)
    expected = [i for i in np.argsort(-cosines) if VOCABULARY[i] not in ("king", "man", "woman")]
    assert [neighbour["word"] for neighbour in found["neighbours"]] == [
        VOCABULARY[i] for i in expected
    ]


def test_a_sum_of_one_word_is_a_fair_question(run):
    assert (
        w2v("analogy", run, "king").stdout.splitlines()[1:]
        == (w2v("similar", run, "king").stdout.splitlines()[1:])
    )


@pytest.mark.parametrize(
    "question",
    ["king man", "king -", "king - + man", "king man + woman", "- -", "a b c d", "+", "", " "],
)
def test_no_analogy(run, question):
    for parts in (question.split(), [question]):
        refused = w2v("analogy", run, *(parts or [""]), code=2)
        assert refused.stdout == ""
        assert refused.stderr == (
            "w2v: write the question as `king - man + woman` or as `man king woman`\n"
        )


def test_an_analogy_with_a_missing_word(run):
    refused = w2v("analogy", run, "king", "-", "man", "+", "wooman", code=3)
    assert refused.stderr == "w2v: 'wooman' is not in the vocabulary; near: woman\n"


# -- config


def test_config_init_and_check(folder):
    printed = w2v("config", "init", "train.lr=0.5").stdout
    assert printed == w2v("config", "init", "train.lr=0.5", "--out", "-").stdout
    note = w2v("config", "init", "train.lr=0.5", "--out", "my.yaml")
    assert note.stderr == "written to my.yaml; train with: w2v train my.yaml\n"
    assert (folder / "my.yaml").read_text("utf-8") == printed
    assert load_config(folder / "my.yaml").config == load_config(None, ["train.lr=0.5"]).config
    assert w2v("config", "init", "--out", "my.yaml", code=1).stderr.startswith(
        "w2v: my.yaml exists; choose another --out, or add --force"
    )
    w2v("config", "init", "--out", "my.yaml", "--force")
    assert load_config(folder / "my.yaml").config == load_config().config
    assert w2v("config", "check", "my.yaml").stderr == "my.yaml: no mistakes\n"
    assert w2v("config", "check").stderr == "the defaults: no mistakes\n"
    refused = w2v("config", "check", "my.yaml", "model.dim=0", "vocab.min_cuont=3", code=2)
    assert len(refused.stderr.splitlines()) == 2


def test_config_show(run):
    shown = w2v("config", "show", "quickstart", "train.lr=1e-2").stdout
    assert re.search(r"\n  lr: 0.01 +# override\n", shown)
    assert re.search(r"\n  dim: 100 +# default\n", shown)
    assert re.search(r"\n  path: python-docs +# \S+quickstart.yaml line \d+\n", shown)
    assert w2v("config", "show", run).stdout.count(f"# {run / 'config.yaml'} line ") == len(
        option_paths()
    )


def test_config_diff(run):
    w2v("train", run, "train.seed=2", "--out", "other", "--quiet")
    rows = [line.split() for line in w2v("config", "diff", run, "other").stdout.splitlines()]
    assert rows == [["setting", str(run), "other"], ["train.seed", "1", "2"]]
    rows = [line.split() for line in w2v("config", "diff", run).stdout.splitlines()]
    assert rows[0] == ["setting", "default", str(run)]
    assert ["model.dim", "100", "8"] in rows
    same = w2v("config", "diff", run, run)
    assert (same.stdout, same.stderr) == ("", "the two are the same\n")


@pytest.mark.skipif(not shutil.which("bash") or os.name == "nt", reason="needs bash")
def test_a_config_may_come_from_a_pipe():
    done = subprocess.run(
        ["bash", "-c", '"$@" <(echo "train: {lr: 0.5}")', "_", *COMMAND, "config", "diff"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.splitlines()[1].split() == ["train.lr", "auto", "0.5"]


# -- corpus


def test_corpus_list():
    names = [line.split()[0] for line in w2v("corpus", "list").stdout.splitlines()]
    assert names[:2] == ["python-docs", "toy-world"]
    assert names[2:] == list(shipped_files("corpora"))


def test_corpus_make(folder):
    words = list(toy_world.lines(200, seed=3))
    make = ["corpus", "make", "toy-world", "--words", 200, "--seed", 3]
    done = w2v(*make)
    assert (done.stdout, done.stderr) == ("", f"{len(words)} lines written to toy-world.txt\n")
    assert (folder / "toy-world.txt").read_text("utf-8").splitlines() == words
    assert w2v(*make, "--out", "-").stdout.splitlines() == words
    (folder / "toy-world.txt").write_text("changed by hand", "utf-8")
    assert w2v(*make, code=1).stderr.startswith("w2v: toy-world.txt exists; ")
    assert (folder / "toy-world.txt").read_text("utf-8") == "changed by hand"
    w2v(*make, "--force")
    assert (folder / "toy-world.txt").read_text("utf-8").splitlines() == words


def test_corpus_make_questions(folder):
    w2v("corpus", "make", "toy-world", "--questions")
    questions = (folder / "toy-world-questions.txt").read_text("utf-8").splitlines()
    assert questions == list(toy_world.questions())


def test_corpus_make_a_shipped_text(folder):
    name, file = next(iter(shipped_files("corpora").items()))
    w2v("corpus", "make", name, "--out", "text.txt")
    assert (folder / "text.txt").read_text("utf-8") == file.read_text("utf-8")


# -- completion


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(shell):
    done = w2v("completion", shell)
    assert "_W2V_COMPLETE" in done.stdout
    assert "w2v" in done.stdout


def offered(*words):
    """Return what is offered for the last word."""
    *before, incomplete = words
    completer = ShellComplete(main, {}, "w2v", "_W2V_COMPLETE")
    return [(item.type, item.value) for item in completer.get_completions(before, incomplete)]


def test_what_is_offered(run):
    assert offered("tr") == [("plain", "train")]
    assert ("plain", "diff") in offered("config", "")
    assert offered("config", "show", "q") == [("file", "q"), ("plain", "quickstart")]
    assert offered("train", "wind") == [("file", "wind")]  # an experiment is for `w2v sweep`
    sweep = [item.value for item in complete_sweep(None, None, "")]
    assert {"window", "korean", "train.lr="} < set(sweep)
    assert "quickstart" not in sweep
    assert [value for kind, value in offered("train", "train.l") if kind == "plain"] == [
        "train.lr="
    ]
    assert {f"{path}=" for path in option_paths()} < {value for _, value in offered("train", "")}
    runs = [("file", ""), ("plain", "latest"), ("plain", "run-1")]
    assert offered("train", "--resume", "") == runs
    for command in ("similar", "analogy"):
        assert offered(command, "") == [("file", ""), ("plain", "latest"), ("plain", "run-1")]
    assert offered("similar", "ru") == [("file", "ru"), ("plain", "run-1")]
    assert ("plain", "toy-world") in offered("corpus", "make", "")
    assert offered("train", "--corpus", "toy") == [("file", "toy"), ("plain", "toy-world")]


@pytest.mark.skipif(not shutil.which("bash") or os.name == "nt", reason="needs bash")
def test_bash_keeps_what_is_offered(run, folder):
    # Its script forgets what came before a file or folder in the list.
    bin_folder = folder / "bin"
    bin_folder.mkdir()
    program = bin_folder / "w2v"
    # The name on the PATH matters: the script asks `w2v`, through a variable named after it.
    call = "import sys; sys.argv[0] = 'w2v'; from w2v.cli.main import run; run()"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{call}" "$@"\n', "utf-8")
    program.chmod(0o755)
    script = folder / "completion.bash"
    script.write_text(w2v("completion", "bash").stdout, "utf-8")
    code = (
        f'compopt() {{ :; }}; source {script}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); '
        '_w2v_completion w2v; echo "${COMPREPLY[*]}"'
    )
    environment = {**os.environ, "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}"}
    for words, expected in (
        (["w2v", "similar", "r"], "run-1"),
        (["w2v", "train", "q"], "quickstart"),
    ):
        done = subprocess.run(
            ["bash", "-c", code, "_", *words],
            capture_output=True,
            text=True,
            env=environment,
            timeout=60,
        )
        assert done.stdout.split() == [expected], done.stderr


# -- being interrupted


def wait_for(condition, process):
    """Wait until something is so, as long as the process lives."""
    end = time.monotonic() + 60
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.fixture
def long_training(folder):
    """Start a training that would go on for hours; kill it if the test does not end it."""
    started = []

    def start(*settings):
        # Of so many epochs numba would make less, but it would first be compiled.
        endless = ["model.dim=8", "train.epochs=1000000", "train.engine=numpy"]
        train = ["train", "--corpus", "my.txt", *endless, *settings]
        process = subprocess.Popen([*COMMAND, *train], stderr=subprocess.PIPE, text=True)
        started.append(process)
        return process, folder / "runs" / "run-1"

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stderr.close()


@pytest.mark.skipif(os.name == "nt", reason="Windows sends other signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_saves_what_is_learnt(long_training, number):
    process, run = long_training()
    wait_for(lambda: (run / "metrics.jsonl").exists(), process)
    process.send_signal(number)
    *lines, sentence = process.communicate(timeout=60)[1].splitlines()
    assert process.returncode == 130
    assert "stopping; once more to stop at once" in lines
    assert re.fullmatch(
        r"w2v: stopped after \d+% of the training; the vectors so far are in runs/run-1; "
        "`w2v train --resume runs/run-1` goes on",
        sentence,
    )
    assert json.loads((run / "run.json").read_text("utf-8"))["status"] == "interrupted"
    (checkpoint,) = {name.partition("/")[0] for name in files_in(run)} - set(RUN_FILES)
    assert checkpoint.startswith("checkpoint-")
    assert np.isfinite(np.load(run / "vectors.npy")).all()
    assert w2v("similar", "latest", "king").stdout


@pytest.mark.skipif(os.name == "nt", reason="Windows sends other signals")
def test_a_second_ctrl_c_stops_at_once(long_training, folder):
    # One chunk that takes many seconds: batches of one, and a long text.
    (folder / "my.txt").write_text(TEXT * 2000, "utf-8")
    process, run = long_training("train.batch=1", "train.chunk=10000000", "train.subsample=0")
    wait_for(lambda: (run / "dropped.tsv").exists(), process)  # the last file before training
    process.send_signal(signal.SIGINT)
    while "stopping" not in process.stderr.readline():
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=60)[1] == (
        "w2v: stopped after 0% of the training; `w2v train --resume runs/run-1` starts again from "
        "the beginning\n"
    )
    assert process.returncode == 130
    assert json.loads((run / "run.json").read_text("utf-8"))["status"] == "interrupted"
    assert w2v("similar", "latest", "king", code=1).stderr == (
        "w2v: runs/run-1 has no vectors.npy: its status is 'interrupted'; "
        "`w2v train --resume runs/run-1` goes on with it\n"
    )


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGPIPE")
def test_a_reader_that_leaves():
    make = [*COMMAND, "corpus", "make", "toy-world", "--words", "200000", "--out", "-"]
    with subprocess.Popen(make, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout.readline().split()
        process.stdout.close()  # as `| head -1` does
        assert process.stderr.read() == b""
