"""The bench, on a small text, against programs that only play their part. No speed is asserted."""

from __future__ import annotations

import bz2
import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parent.parent / "scripts"
LINUX = sys.platform == "linux"

pytestmark = pytest.mark.skipif(os.name != "posix", reason="wait4 is of POSIX")

# Stands in for all three programs: notes how it was called, shows progress, writes vectors that
# depend on the word only. No order is that of the vocabulary.
PEER = """#!{python}
import json, os, struct, sys, time
name, arguments = os.path.basename(sys.argv[0]), sys.argv[1:]
with open(os.path.join(os.path.dirname(sys.argv[0]), "calls.jsonl"), "a") as calls:
    calls.write(json.dumps([name, *arguments]) + "\\n")
if os.path.exists(sys.argv[0] + ".broken"):
    sys.exit("no such thing as luck")
value = {{text.lstrip("-"): after for text, after in zip(arguments, arguments[1:])}}
text = value.get("train") or value.get("input") or value["file"]
words = sorted(set(open(text).read().split()))
rows = [(word, [len(word), sum(map(ord, word)) % 7 - 3, ord(word[0]) % 5]) for word in words]
begin, end = {{
    "word2vec": ("Alpha: 1", "Alpha: 0"),
    "fasttext": ("Number of labels: 0", "Progress:"),
    "koan": ("Epoch 0", "Took 0s"),
}}[name]
time.sleep(0.05)
print(begin, flush=True, file=sys.stderr)
time.sleep(0.05)
print(end, flush=True, file=sys.stderr)
time.sleep(0.05)
if name == "word2vec":
    with open(value["output"], "wb") as file:
        file.write(b"%d 3\\n" % len(rows))
        for word, row in rows:
            file.write(word.encode() + b" " + struct.pack("<3f", *row) + b"\\n")
else:
    with open(value.get("embedding-path") or value["output"] + ".vec", "w") as file:
        file.write("" if name == "koan" else f"{{len(rows)}} 3\\n")
        file.writelines(" ".join(map(str, [word, *row])) + "\\n" for word, row in rows)
"""
GENSIM = """
import collections, json, struct
import numpy as np
class Word2Vec:
    def __init__(self, **settings):
        assert settings["vector_size"] == 6 and settings["sg"] == 0
        self.settings, self.wv = settings, self
    def build_vocab(self, corpus_file):
        counts = collections.Counter(open(corpus_file).read().split())
        least = self.settings["min_count"]
        self.key_to_index = {w: i for i, (w, n) in enumerate(counts.items()) if n >= least}
        self.counts, self.corpus_total_words = counts, sum(counts.values())
    def get_vecattr(self, word, attribute):
        return self.counts[word]
    def train(self, corpus_file, total_words, epochs):
        assert total_words == self.corpus_total_words
    def save_word2vec_format(self, out, binary):
        with open(out, "wb") as file:
            file.write(b"%d 1\\n" % len(self.key_to_index))
            for word in self.key_to_index:
                file.write(word.encode() + b" " + struct.pack("<f", len(word)))
class KeyedVectors:
    def __init__(self, dim):
        self.dim = dim
    def add_vectors(self, words, vectors):
        assert vectors.shape == (len(words), self.dim)
        self.words = words
    def save(self, out, separately):
        assert separately == ["vectors"]
        json.dump(self.words, open(out, "w"))
    @classmethod
    def load(cls, path, mmap):
        assert mmap == "r"
        keyed = cls(0)
        keyed.words = json.load(open(path))
        return keyed
    def most_similar(self, word):
        assert word in self.words
        open("asked.txt", "a").write(word + "\\n")
        return [(word, 1.0)]
    def evaluate_word_analogies(self, path, restrict_vocab, case_insensitive):
        assert (path, restrict_vocab, case_insensitive) == ("an.txt", 30000, True)
        assert "queen" in self.words
        return 0.25, [{"correct": [], "incorrect": []}, {"correct": [1], "incorrect": [2, 3, 4]}]
    @classmethod
    def load_word2vec_format(cls, path, binary):
        content = open(path, "rb").read()
        n_words, dim = map(int, content[:content.index(b"\\n")].split())
        assert content.count(b"\\n") == n_words + 1 or binary
        keyed = cls(dim)
        keyed.vectors = np.zeros((n_words, dim), np.float32)
        return keyed
"""
WORDS = [
    "the",
    "king",
    "and",
    "the",
    "queen",
    "are",
    "a",
    "man",
    "and",
    "a",
    "woman",
    "of",
    "the",
    "old",
    "town",
]
LINES = [WORDS[i % 7 :] for i in range(160)]
TEXT = "".join(" ".join(line).title() + "!\n" for line in LINES)
ANALOGIES = ": all\nman woman king queen\nking queen man woman\nnobody knows this one\n"
PAIRS = "man\twoman\t8\nking\tqueen\t9\nking\tof\t1\nking\tnobody\t5\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A working folder, and fake programs where the real ones are looked for."""
    (tmp_path / "bin").mkdir()
    for name in ("word2vec", "fasttext", "koan"):
        (tmp_path / "bin" / name).write_text(PEER.format(python=sys.executable))
        (tmp_path / "bin" / name).chmod(0o755)
    (tmp_path / "lib" / "gensim").mkdir(parents=True)
    (tmp_path / "lib" / "gensim" / "__init__.py").touch()
    (tmp_path / "lib" / "gensim" / "models.py").write_text(GENSIM)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "lib"), prepend=os.pathsep)
    monkeypatch.setenv("W2V_CACHE", str(tmp_path / "cache"))
    for name, content in {"my.txt": TEXT, "an.txt": ANALOGIES, "sim.tsv": PAIRS}.items():
        (tmp_path / name).write_text(content)
    return tmp_path


def bench(folder, *arguments):
    command = [sys.executable, SCRIPTS / "bench.py", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def calls(folder):
    """Return the options of each call of a fake program."""
    found = []
    for line in (folder / "bin" / "calls.jsonl").read_text().splitlines():
        name, *arguments = json.loads(line)
        pairs = itertools.pairwise(arguments)
        found.append((name, arguments, {key: value for key, value in pairs if key[0] == "-"}))
    return found


SMALL = ["model.dim=6", "model.window=3", "negatives.k=4", "train.epochs=2", "train.subsample=0"]
SMALL += ["--threads", "1", "--engines", "numpy"]


def test_every_program_gets_the_same(folder):
    """Two seeds, both scored; runs of `speed` are those of `accuracy`."""
    done = bench(
        folder, "my.txt", *SMALL, "--runs", "2", "--seeds", "7,8", "--only", "speed,accuracy",
        "--best", "model.window=5 train.lr=0.2 train.epochs=2 train.subsample=0",
        "--eval", "an.txt", "sim.tsv", "vocab.min_count=2",
        "--json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    n_words = sum(map(len, LINES))
    assert found["text"]["words"] == found["text"]["kept"] == n_words

    speed = {row["name"]: row for row in found["measurements"]["speed"]["rows"]}
    assert list(speed) == [
        "w2v numpy", "w2v best", "gensim lr .05", "word2vec", "fasttext", "koan",
    ]  # fmt: skip
    for row in speed.values():
        assert row["base"] == "gensim lr .05"
        assert [run["seed"] for run in row["runs"]] == [7, 8]
        for run in row["runs"]:
            assert run["positions"] == n_words * 2
            assert 0 < run["train_seconds"] <= run["seconds"]
    own = speed["w2v best"]["settings"]
    assert {"model.window=5", "vocab.min_count=2"} <= set(own)
    assert "negatives.k=4" not in own  # that is for the others

    accuracy = {row["name"]: row for row in found["measurements"]["accuracy"]["rows"]}
    assert list(accuracy)[:4] == ["w2v numpy", "w2v best", "gensim lr .05", "gensim lr .025"]
    coverage = {"an.txt": pytest.approx(2 / 3), "sim.tsv": pytest.approx(3 / 4)}
    for row in accuracy.values():
        for run in row["runs"]:
            assert {path: s["coverage"] for path, s in run["accuracy"].items()} == coverage
    scores = [accuracy[name]["shown"] for name in ("word2vec", "fasttext", "koan")]
    assert scores[0] == scores[1] == scores[2]  # the same vectors in three formats

    made = calls(folder)
    assert sorted(name for name, _, _ in made) == ["fasttext"] * 2 + ["koan"] * 2 + ["word2vec"] * 2
    assert {options["-seed"] for name, _, options in made if name == "fasttext"} == {"7", "8"}
    of = {name: (arguments, options) for name, arguments, options in made}
    assert of["fasttext"][0][0] == "cbow"
    expected = {
        "word2vec": {"-cbow": "1", "-size": "6", "-window": "3", "-negative": "4", "-hs": "0"}
        | {"-sample": "0", "-threads": "1", "-min-count": "2", "-iter": "2", "-binary": "1"},
        "fasttext": {"-dim": "6", "-ws": "3", "-neg": "4", "-loss": "ns", "-t": "0", "-minn": "0"}
        | {"-maxn": "0", "-thread": "1", "-minCount": "2", "-epoch": "2"},
        "koan": {"--cbow": "true", "--dim": "6", "--context-size": "3", "--negatives": "4"}
        | {"--downsample-threshold": "0", "--threads": "1", "--min-count": "2", "--epochs": "2"},
    }
    for name, options in expected.items():
        assert options.items() <= of[name][1].items(), name


def test_peers_are_chosen_by_name(folder):
    some = ["my.txt", *SMALL, "--runs", "1", "--only", "speed", "--json", "--peers"]
    for chosen, rows in (("none", []), ("koan,fasttext", ["koan", "fasttext"])):
        done = bench(folder, *some, chosen)
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)["measurements"]["speed"]["rows"]
        assert [row["name"] for row in found] == ["w2v numpy", *rows]
    for name, why in (("glove", "none of gensim, word2vec"), ("gensim,koan", "koan is not here")):
        (folder / "bin" / "koan").unlink(missing_ok=True)
        done = bench(folder, *some, name)
        assert done.returncode == 2
        assert why in done.stderr


def test_the_other_measurements(folder):
    """As tables for people, in 80 columns."""
    only = "encode,numpy,start,compile,window,vocabulary,length"
    done = bench(
        folder,
        "my.txt",
        *SMALL,
        "--runs",
        "1",
        "--only",
        only,
        "--words",
        "600",
        "--json",
        "b.json",
    )
    assert done.returncode == 0, done.stderr
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "text     600 words" in done.stdout
    assert "left out: it is the numba engine that compiles" in done.stdout
    found = json.loads((folder / "b.json").read_text())["measurements"]
    assert list(found) == only.split(",")
    names = {name: [row["name"] for row in found[name]["rows"]] for name in found}
    assert names["encode"] == ["w2v count + encode", "gensim vocabulary"]
    assert names["start"] == ["python -c pass", "w2v --help", "w2v similar RUN WORD"]
    assert names["window"] == [
        "w2v, window 5",
        "w2v, window 20",
        "gensim, window 5",
        "gensim, window 20",
    ]
    assert names["vocabulary"][:2] == ["w2v, max_size 10000", "w2v, max_size unlimited"]
    of = {row["name"]: row["medians"]["positions"] for row in found["length"]["rows"]}
    assert 0 < of["w2v, a tenth"] < of["w2v, all"] / 5
    assert of["w2v, a tenth ten times"] == 10 * of["w2v, a tenth"]
    assert not (folder / "cache").exists()  # the user's own cache is left alone
    assert not (folder / "runs").exists()


def test_vectors_that_are_there(folder):
    """Asked, scored and read, each against gensim at the same task."""
    only = ["--only", "queries,evaluation,loading", "--table-words", "300", "--file-words", "50"]
    sets = ["--eval", "an.txt", "sim.tsv"]
    done = bench(folder, "my.txt", *SMALL, "--runs", "1", *only, *sets, "--json", "b.json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "the 10 nearest of 300 x 100 vectors" in done.stdout
    found = json.loads((folder / "b.json").read_text())["measurements"]
    assert list(found) == only[1].split(",")
    bases = {name: {row["name"]: row["base"] for row in found[name]["rows"]} for name in found}
    tasks = {
        "queries": ["1 question", "100 questions"],
        "evaluation": ["analogies"],
        "loading": ["text", "binary"],
    }
    for name, some in tasks.items():
        pairs = [(f"{program}, {task}", task) for task in some for program in ("w2v", "gensim")]
        assert list(bases[name].items()) == [(row, f"gensim, {task}") for row, task in pairs]
    asked = (folder / "asked.txt").read_text().split()
    assert (len(asked), len(set(asked))) == (1 + 100, 100)
    own, peers = [row["medians"] for row in found["evaluation"]["rows"]]
    assert (own["answered"], peers["answered"]) == (2, 4)  # gensim only plays its part
    assert own["right"] in (0, 50, 100)
    assert peers["right"] == 25
    for row in found["loading"]["rows"]:
        assert row["medians"]["array_bytes"] == 50 * 100 * 4
        assert row["medians"]["times_array"] * 50 * 100 * 4 / 1e6 == pytest.approx(
            row["medians"]["peak_mb"]
        )


def test_vectors_that_are_there_without_peers(folder):
    only = ["--only", "queries,evaluation,loading", "--table-words", "20", "--file-words", "3"]
    done = bench(
        folder, "my.txt", *SMALL, "--runs", "1", *only, "--peers", "none",
        "--eval", "an.txt", "vocab.min_count=2", "--json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["measurements"]
    for name, n_rows in {"queries": 2, "evaluation": 1, "loading": 2}.items():
        assert len(found[name]["rows"]) == n_rows
        for row in found[name]["rows"]:
            assert row["name"].startswith("w2v, ")
            assert row["base"] == row["name"]
            assert None not in row["shown"]

    only = ["--only", "evaluation", "--eval", "sim.tsv"]
    done = bench(folder, "my.txt", *SMALL, *only)
    assert done.returncode == 0, done.stderr
    assert "left out: --eval FILE ... names a set of analogies" in done.stdout


def test_a_contender_that_fails_stops_no_other(folder):
    (folder / "bin" / "word2vec.broken").touch()
    done = bench(folder, "my.txt", *SMALL, "--runs", "2", "--only", "speed", "negatives.power=0.5")
    assert done.returncode == 0
    # A setting that a program does not have would make it another comparison.
    assert "left out: word2vec: it has no negatives.power" in done.stdout
    assert "left out: fasttext: it has no" in done.stdout
    (folder / "bin" / "calls.jsonl").unlink()
    done = bench(folder, "my.txt", *SMALL, "--runs", "2", "--only", "speed")
    assert done.returncode == 1
    assert "left out: word2vec: failed: exit code 1: no such thing as luck" in done.stdout
    assert [name for name, _, _ in calls(folder)].count("word2vec") == 1
    assert "\nkoan " in done.stdout
    assert "\nw2v numpy " in done.stdout


def test_without_peers(folder, monkeypatch):
    monkeypatch.setenv("PATH", str(folder))
    (folder / "lib" / "gensim" / "__init__.py").unlink()
    (folder / "lib" / "gensim" / "models.py").unlink()
    (folder / "lib" / "gensim").rmdir()
    arguments = ["bench.py", "my.txt", *SMALL, "--runs", "1", "--only", "speed,encode", "--json"]
    program = (
        "import sys, runpy; sys.modules['gensim'] = None; "
        f"sys.path.insert(0, {str(SCRIPTS)!r}); sys.argv = {arguments!r}; "
        f"runpy.run_path({str(SCRIPTS / 'bench.py')!r}, run_name='__main__')"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["measurements"]
    assert [row["name"] for row in found["speed"]["rows"]] == ["w2v numpy"]
    assert found["speed"]["rows"][0]["base"] == "w2v numpy"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nothing.txt"], "there is no text nothing.txt"),
        (["my.txt", "--only", "speed,sped"], "there is no measurement 'sped'; choose from speed,"),
        (["my.txt", "train.threads=2"], "train.threads=2: say it with --threads, for all programs"),
        (["my.txt", "--json", "train.epochs=1"], "put --json last: 'train.epochs=1' is a setting"),
        (["my.txt", "model.dims=5"], "model.dims is no setting"),
        (["my.txt", "--eval", "an.txt", "no.txt"], "evaluation set no.txt cannot be read"),
        (["my.txt", "--runs", "0"], "'0' is not a whole number from 1"),
        (["my.txt", "--table-words", "0"], "'0' is not a whole number from 1"),
        (["my.txt", "--seeds", "1,two"], "'1,two' is not numbers with commas between them"),
    ],
)  # fmt: skip
def test_mistakes(folder, arguments, message):
    done = bench(folder, *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_text_of_nothing(folder):
    (folder / "my.txt").write_text("word word\n")
    done = bench(folder, "my.txt", *SMALL)
    assert done.returncode == 1
    assert "bench: exit code 1: the corpus has only one distinct word" in done.stderr


@pytest.fixture
def parts(monkeypatch):
    """Let tests import what bench.py is made of."""
    monkeypatch.syspath_prepend(SCRIPTS)


def test_prepared_texts(parts, tmp_path):
    from benchmark.child import prepare

    lines = ["", "One, two!", "w " * 2500, "\u00e9 e\u0301"]
    (tmp_path / "my.txt.bz2").write_bytes(bz2.compress("\r\n".join(lines).encode()))
    (tmp_path / "out").mkdir()
    text, out = str(tmp_path / "my.txt.bz2"), str(tmp_path / "out")
    facts = prepare(text, ["vocab.min_count=2"], None, out)
    found = [
        line.split(" ") for line in (tmp_path / "out/whole.txt").read_text("utf-8").splitlines()
    ]
    assert [len(line) for line in found] == [2, 1000, 1000, 500, 2]
    assert found[0] == ["one", "two"]
    assert found[-1] == ["\u00e9"] * 2
    assert facts["words"] == 2504
    assert (facts["kept"], facts["V"]) == (2502, 2)
    assert (tmp_path / "out/vocab.tsv").read_text("utf-8") == "w\t2500\n\u00e9\t2\n"
    assert (tmp_path / "out/tenth.txt").read_text("utf-8") == "one two\n"
    assert facts["words_of_the_tenth"] == 2

    assert prepare(text, ["vocab.min_count=1"], 1500, out)["words"] == 1500
    cut = (tmp_path / "out/whole.txt").read_text("utf-8").splitlines()
    assert [len(line.split()) for line in cut] == [2, 1000, 498]


def test_ratios_are_taken_round_by_round(parts):
    from benchmark.tables import Column, as_table, summarize

    runs = [{"s": 1.0}, {"s": 20.0}, {"s": 6.0}]
    base = [{"s": 2.0}, {"s": 20.0}, {"s": 2.0}]

    def of(against):
        return summarize(Column("s", "s", ".1f", against=against), runs, base)

    assert of(None) == 6
    assert of("over base") == 1  # of 1/2, 1, 3; the ratio of the medians is 3
    assert of("base over") == 1
    assert of("minus base") == 0
    deep = Column("x", "accuracy/a/b.txt/score", ".1f", summary="mean")
    scored = [{"accuracy": {"a/b.txt": {"score": score}}} for score in (1.0, None, 4.0)]
    assert summarize(deep, scored, scored) == 2.5
    assert summarize(deep, [{}], [{}]) is None
    table = as_table(
        [deep, Column("long", "s", ",.0f")], {"one": [None, 12345.0], "b": [2.25, 1.0]}
    )
    assert table.splitlines() == ["       x    long", "one    -  12,345", "b    2.2       1"]


def test_a_process_is_watched(parts):
    from benchmark.process import ProcessError, run_process

    held = "x = bytearray(60_000_000); import time; time.sleep(0.5)"
    below = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {held!r}])"
    for program in (held, below) if LINUX else (held,):
        outcome = run_process([sys.executable, "-c", program], {})
        assert 60e6 < outcome.peak_bytes < 200e6
        assert outcome.seconds > 0.5

    show = "import os; print(os.environ['A'], os.environ['OMP_NUM_THREADS'], flush=True)"
    outcome = run_process([sys.executable, "-c", show + "; print('end')"], {"A": "go"})
    assert outcome.text.split() == ["go", "1", "end"]
    assert 0 < outcome.printed[0][0] <= outcome.printed[-1][0]

    with pytest.raises(ProcessError, match=r"^exit code 3: bye$"):
        run_process([sys.executable, "-c", "print('hi'); print('bye'); exit(3)"], {})
    with pytest.raises(ProcessError, match="cannot be started: No such file"):
        run_process(["/no/such/program"], {})


def test_training_is_timed_by_what_a_program_prints(parts):
    """From the first sight of one mark to the last of the other."""
    from benchmark.process import Outcome

    printed = [(1.0, b"read\n"), (2.0, b"Alpha: 1\r"), (3.0, b"Alpha: .5\r"), (5.5, b"x Alpha: 0")]
    outcome = Outcome(9.0, 0, printed)
    assert outcome.seconds_between(b"Alpha", b"Alpha") == 3.5
    assert outcome.seconds_between(b"read", b"Alpha") == 4.5
    assert outcome.seconds_between(b"x Alpha", b"read") is None
    assert outcome.seconds_between(b"read", b"never") is None
    assert Outcome(9.0, 0, printed[:2]).seconds_between(b"Alpha", b"Alpha") is None


@pytest.mark.skipif(not LINUX, reason="there is no /proc")
def test_mapped_files_are_no_memory_of_a_process(parts, tmp_path):
    from benchmark.process import run_process

    (tmp_path / "big").write_bytes(b"x" * 80_000_000)
    program = (
        "import mmap, time; file = open('big', 'rb'); "
        "m = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ); m.find(b'y'); time.sleep(0.1)"
    )
    command = [sys.executable, "-c", f"import os; os.chdir({str(tmp_path)!r}); {program}"]
    assert run_process(command, {}).peak_bytes < 60e6
