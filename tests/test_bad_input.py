"""What goes wrong is said in one sentence, with the right exit code, and leaves nothing behind."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess

import numpy as np
import pytest
from conftest import TEXT
from made_runs import vouch
from test_cli import SMALL, files_in, w2v, w2v_process

pytestmark = pytest.mark.usefixtures("folder")
RANDOM = np.random.default_rng(5)
NOISE = RANDOM.bytes(5000)
CONFIG_MISTAKES = [
    ("model.dim=0", "override: model.dim: a whole number of at least 1 is expected, found 0"),
    ("model.dim=1e30", "override: model.dim: a whole number below 2**31 is expected, found 1"),
    ("model.window=0", "override: model.window: a whole number of at least 1 is expected, found 0"),
    ("train.lr=nan", "override: train.lr: auto or a number above 0 is expected, found 'nan'"),
    ("train.lr=.nan", "override: train.lr: auto or a number above 0 is expected, found nan"),
    ("train.lr=fast", "override: train.lr: auto or a number above 0 is expected, found 'fast'"),
    (
        "train.epochs=1.5",
        "override: train.epochs: a whole number of at least 1 is expected, found 1.",
    ),
    ("train.shuffle=1", "override: train.shuffle: true or false is expected, found 1"),
    ("model.kind=glove", "override: model.kind: one of cbow, skipgram is expected, found 'glove'"),
    ("train.leraning=3", "override: train.leraning is no setting"),
    (
        "name=a/b",
        "override: name: 'a/b' cannot name a folder: begin with a letter or digit; no / or",
    ),
    (
        'output.dir="a\\0b"',
        "override: output.dir: text without control characters is expected, found",
    ),
    ("corpus.tokenizer=wrods", "corpus.tokenizer: 'wrods' is none of whitespace, words, char"),
    (
        "corpus.tokenizer=os:system",
        "corpus.tokenizer: os:system is code to be run; add --allow-code",
    ),
]


@contextlib.contextmanager
def nothing_left_behind(folder):
    """See that a command makes, changes and deletes nothing, half-finished cache entries too."""
    before = sorted(folder.rglob("*")), files_in(folder)
    yield
    assert (sorted(folder.rglob("*")), files_in(folder)) == before
    cache = folder.parent / "cache"
    unfinished = [path.name for path in cache.rglob("*") if path.suffix in (".partial", ".tmp")] + [
        path.name for path in cache.glob("stdin-*")
    ]
    assert unfinished == []


def refused(folder, *arguments, code=1, stdin=None):
    """Run a command that must refuse in one sentence and leave nothing; return the sentence."""
    with nothing_left_behind(folder):
        done = w2v(*arguments, code=code, stdin=stdin)
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("w2v: ")
    return line.removeprefix("w2v: ")


def refused_text(folder, content, *more, code=1):
    """Train on a text that must be refused."""
    (folder / "bad.txt").write_bytes(content)
    return refused(folder, "train", "--corpus", "bad.txt", *SMALL, *more, code=code)


# -- the text


@pytest.mark.parametrize("corpus", ["nowhere.txt", "no/where", "*.text", "x" * 300])
def test_no_file(folder, corpus):
    assert refused(folder, "train", "--corpus", corpus) == (
        f"corpus {corpus} does not exist; give --corpus a file, folder, glob or a name of "
        "`w2v corpus list`"
    )


def test_a_folder_without_files(folder):
    (folder / "empty").mkdir()
    (folder / "empty" / ".hidden").write_text(TEXT, "utf-8")
    assert "corpus empty holds no files; " in refused(folder, "train", "--corpus", "empty")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "bad.txt is empty; "),
        (b" \n \t\n  ", "bad.txt holds no token in its 7 bytes; "),
        (b"... --- !!!\n", "bad.txt holds no token in its 12 bytes; "),
        (b"\xef\xbb\xbf", "bad.txt holds no token in its 3 bytes; "),
        (NOISE, "bad.txt has a NUL byte in line "),
        (TEXT.encode() + b"\0", "bad.txt has a NUL byte in line 19; it is no text file"),
        (TEXT.encode("utf-16"), "bad.txt has a NUL byte in line 1; it looks like UTF-16: convert"),
        (NOISE.replace(b"\0", b"?"), "bad.txt is not UTF-8 text: "),
        ("é".encode("latin-1") * 500, "bad.txt is not UTF-8 text: 500 of 500 bytes are bad; "),
        (
            b"word " * 100,
            "the corpus has only one distinct word, 'word'; it takes two to learn from",
        ),
        (b"Word\nword\nWORD\n", "the corpus has only one distinct word, 'word'; it takes two"),
        (
            b"one two three four\n",
            "vocab.min_count 5 removed all of the 4 words; the commonest, 'one', ",
        ),
        (b"here\nthere\n" * 9, "no line of the corpus holds two words"),
    ],
)
def test_texts_that_are_none(folder, content, sentence):
    assert refused_text(folder, content).startswith(sentence)


@pytest.mark.parametrize("name", ["bad.txt.gz", "bad.txt.bz2", "bad.txt.xz"])
def test_a_packed_file_that_is_none(folder, name):
    (folder / name).write_bytes(b"not packed at all")
    assert refused(folder, "train", "--corpus", name).startswith(f"{name} cannot be read: ")


def test_records_without_the_field(folder):
    (folder / "bad.jsonl").write_text('{"text": "king queen"}\n', "utf-8")
    train = ["train", "--corpus", "bad.jsonl"]
    assert "set corpus.field to the key that holds the text" in refused(folder, *train)
    assert "has no key 'body' (corpus.field); it has text" in refused(
        folder, *train, "corpus.field=body"
    )


@pytest.mark.parametrize(
    ("stdin", "sentence"), [("", "empty"), ("word " * 9, "only one distinct word")]
)
def test_standard_input_that_is_no_text(folder, stdin, sentence):
    assert sentence in refused(folder, "train", "--corpus", "-", stdin=stdin)


def test_standard_input_twice(folder):
    sentence = refused(folder, "train", "--corpus", "-", "--corpus", "-", stdin=TEXT)
    assert "standard input (-) twice" in sentence


def test_standard_input_beside_a_mistake(folder):
    refused(folder, "train", "--corpus", "-", "--corpus", "nowhere", stdin=TEXT)


def test_the_advice_on_min_count_works(folder):
    content = b"the cat sat\nthe cat ran\nthe dog sat\n"  # the 3, cat 2, sat 2
    sentence = refused_text(folder, content)
    assert sentence == (
        "vocab.min_count 5 removed all of the 5 words; the commonest, 'the', occurs 3 times; "
        "try vocab.min_count=2"
    )
    remedy = sentence.split()[-1]
    w2v("train", "--corpus", "bad.txt", *SMALL, "train.subsample=0", remedy)
    sentence = refused(folder, "train", "--corpus", "bad.txt", "vocab.min_count=3")
    assert sentence.startswith("vocab.min_count 3 removed all but one of the 5 words; ")


def test_noise_is_refused_by_the_first_file_that_is_noise(folder):
    (folder / "texts").mkdir()
    (folder / "texts" / "1.txt").write_text(TEXT, "utf-8")
    (folder / "texts" / "2.bin").write_bytes(NOISE)
    assert refused(folder, "train", "--corpus", "texts").startswith("texts/2.bin has a NUL byte")


# -- the config


@pytest.mark.parametrize(("override", "sentence"), CONFIG_MISTAKES)
def test_a_mistake_in_the_config(folder, override, sentence):
    train = ["train", "--corpus", "my.txt", override]
    assert refused(folder, *train, code=2).startswith(sentence)


def test_all_mistakes_at_once(folder):
    (folder / "my.yaml").write_text("train:\n  lr: fast\nmodel:\n  dmi: 3\n", "utf-8")
    with nothing_left_behind(folder):
        done = w2v("train", "my.yaml", "--corpus", "my.txt", "model.window=0", code=2)
    assert done.stderr.splitlines() == [
        "w2v: my.yaml line 2: train.lr: auto or a number above 0 is expected, found 'fast'",
        "w2v: my.yaml line 4: model.dmi is no setting; did you mean model.dim?",
        "w2v: override: model.window: a whole number of at least 1 is expected, found 0",
    ]


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (
            ["embedding.padding_idx=13"],
            "embedding.padding_idx: 13 is no row; the vocabulary has 13 ",
        ),
        (
            ["embedding.padding_idx=-14"],
            "embedding.padding_idx: -14 is no row; the vocabulary has 13",
        ),
        (
            ["negatives.distinct=true", "negatives.mode=independent", "negatives.k=13"],
            "negatives.distinct: negatives.k is 13, but the vocabulary has only 13 words",
        ),
    ],
)
def test_settings_that_do_not_fit_the_vocabulary(folder, settings, sentence):
    train = ["train", "--corpus", "my.txt", *settings]
    assert refused(folder, *train, code=2).startswith(sentence)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nowhere"], "there is no config 'nowhere'; shipped are "),
        (["quikstart"], "there is no config 'quikstart'; did you mean quickstart?"),
        (["seasons-ko"], "'seasons-ko' is no config; a text to train on is given with --corpus s"),
        (["my.txt"], "'my.txt' is no config; a text to train on is given with --corpus my.txt"),
        (["new.txt"], "'new.txt' is no config; a text to train on is given with --corpus new.txt"),
        (["a", "b"], "'b' is neither key=value nor the only config ('a' is one); a text is given"),
        (["x" * 300], "there is no config 'xxx"),
        (["=3"], "override '=3': write it as key=value, for example train.epochs=3"),
        ([""], "there is no config ''; shipped are "),
        (["."], "there is no config '.'; shipped are "),
    ],
)
def test_no_config(folder, arguments, sentence):
    assert refused(folder, "train", *arguments, code=2).startswith(sentence)


def test_a_text_given_as_config(folder):
    (folder / "story").write_text(TEXT, "utf-8")
    assert refused(folder, "train", "story", code=2) == (
        "story line 1: expected settings such as `train:`, "
        "found 'the king and the queen of the palace ...'"
    )


# -- the place it goes to


def test_out_that_exists(folder):
    (folder / "there").mkdir()
    for out in ("there", "my.txt"):
        assert refused(folder, "train", "--corpus", "my.txt", *SMALL, "--out", out) == (
            f"{out} exists; choose another --out, or add --force to replace the run"
        )


def test_a_folder_that_cannot_be(folder):
    train = ["train", "--corpus", "my.txt", *SMALL]
    below_a_file = refused(folder, *train, "--out", "my.txt/run")
    assert (
        below_a_file
        == f"my.txt/run cannot be made: {folder / 'my.txt'} is no folder that you "
        + ("may write to")
    )
    assert "may write to" in refused(folder, *train, "output.dir=my.txt")
    assert "may write to" in refused(folder, *train, "output.dir=my.txt/a/b", "--force")


def test_names_that_are_too_long(folder):
    train, long = ["train", "--corpus", "my.txt", *SMALL], "x" * 300
    for arguments in (
        [*train, "--quiet", "--out", long],
        [*train, "--quiet", f"output.dir={long}"],
        [*train, "--quiet", f"name={long}"],
        ["config", "init", "--out", long],
        ["corpus", "make", "toy-world", "--words", 9, "--out", long],
    ):
        # A folder of runs may have been made before the name of the run turned out to be too long.
        done = w2v(*arguments, code=1)
        (line,) = done.stderr.splitlines()
        assert line.startswith("w2v: ")
        assert "too long" in line
        assert not [path for path in folder.rglob("*") if path.is_file() and path.name != "my.txt"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="nothing is closed to root")
def test_a_folder_that_one_may_not_write(folder):
    (folder / "closed").mkdir(mode=0o500)
    train = ["train", "--corpus", "my.txt", *SMALL]
    assert "may write to" in refused(folder, *train, "--out", "closed/run")
    assert "may write to" in refused(folder, *train, "output.dir=closed")
    assert "cannot be written" in refused(folder, "config", "init", "--out", "closed/my.yaml")
    (folder / "my.txt").chmod(0)
    assert w2v(*train, code=1).stderr == "w2v: my.txt cannot be read: Permission denied\n"


def test_a_cache_that_cannot_be(folder, monkeypatch):
    monkeypatch.setenv("W2V_CACHE", str(folder / "my.txt" / "cache"))
    train = ["train", *SMALL, "--corpus"]
    for corpus in ("my.txt", "-", "toy-world"):
        sentence = refused(folder, *train, corpus, stdin=TEXT)
        assert str(folder / "my.txt") in sentence
        assert "Not a directory" in sentence


def test_nothing_is_overwritten(folder):
    (folder / "there").mkdir()
    for arguments in (
        ["config", "init", "--out", "my.txt"],
        ["corpus", "make", "toy-world", "--out", "my.txt"],
        ["config", "init", "--out", "there", "--force"],
        ["corpus", "make", "toy-world", "--words", 9, "--out", "there", "--force"],
        ["config", "init", "--out", "no/where.yaml"],
    ):
        refused(folder, *arguments)


# -- training


@pytest.mark.parametrize("lr", ["1e30", "1e300"])
def test_training_that_diverges(folder, lr):
    done = w2v("train", "--corpus", "my.txt", *SMALL, f"train.lr={lr}", "train.subsample=0", code=4)
    sentence = done.stderr.splitlines()[-1]
    # In epoch 2, since the first of so small a text has one batch whose loss is measured.
    assert sentence.startswith("w2v: training diverged in epoch 1")
    assert "try train.lr=" in sentence
    run = folder / "runs" / "run-1"
    assert json.loads((run / "run.json").read_text("utf-8"))["status"] == "diverged"
    assert not list(run.glob("*.npy"))
    assert refused(folder, "similar", "latest", "king") == (
        "runs/run-1 has no vectors.npy: its status is 'diverged'; train it again"
    )


def test_training_that_does_not_fit_into_memory(folder):
    # Hundreds of terabytes: more than any system pretends to have.
    (folder / "many.txt").write_text(" ".join(f"w{i}" for i in range(70_000)), "utf-8")
    huge = ["model.dim=2000000000", "vocab.min_count=1"]
    done = w2v("train", "--corpus", "many.txt", *huge, code=1)
    sentence = done.stderr.splitlines()[-1]
    # Where nothing tells what is available, the system is asked for it, and refuses.
    assert re.fullmatch(
        r"w2v: (training needs about \S+ GB of memory, and .* available; model\.dim=\d+ would fit"
        r"|there is not enough memory; try a smaller model\.dim.*)",
        sentence,
    )


# -- asking


@pytest.fixture
def run(folder):
    """A trained run that a test may damage."""
    w2v("train", "--quiet", "--corpus", "my.txt", *SMALL)
    return folder / "runs" / "run-1"


@pytest.mark.parametrize("name", ["nothing", "runs/run-2", "run-", "run-01", "Run", "x" * 300])
def test_no_such_run(folder, run, name):
    assert refused(folder, "similar", name, "king") == (
        f"there is no run {name!r}; the newest in runs/ are run-1"
    )


@pytest.mark.parametrize("name", ["latest", "run-1"])
def test_no_runs_at_all(folder, name):
    assert refused(folder, "similar", name, "king") == (
        f"there is no run {name!r}; `w2v train` makes one"
    )


def test_a_folder_that_is_no_run(folder):
    (folder / "photos").mkdir()
    for name in ("photos", ".", str(folder)):
        assert refused(folder, "similar", name, "king") == (
            f"{name} is no w2v run folder (run.json: No such file or directory)"
        )
    assert refused(folder, "similar", "my.txt", "king").startswith("my.txt is text, but no vectors")


@pytest.mark.parametrize("word", ["", " ", "xyzzy", "\u202e", "\x1b[31m"])
def test_a_word_that_is_not_there(folder, run, word):
    sentence = refused(folder, "similar", run, word, code=3)
    assert sentence == f"{word!r} is not in the vocabulary"
    assert refused(folder, "analogy", run, "--json", "king", "-", "xyzzy", code=3) == (
        "'xyzzy' is not in the vocabulary"
    )


def test_an_analogy_that_cancels_out(folder, run):
    message = refused(folder, "analogy", run, "king", "-", "king", code=3)
    assert "king - king adds up to a vector of zeros" in message


def cut(file):
    """Cut a file in the middle."""
    os.truncate(file, file.stat().st_size // 2)


def drop_last_line(file):
    file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:-1]))


def with_header(text):
    """Return a damage: a table whose header is another text."""

    def damage(file):
        length = len(text).to_bytes(2, "little")
        file.write_bytes(b"\x93NUMPY\x01\x00" + length + text + bytes(416))

    return damage


HEADER = b"{'descr': '<f4', 'fortran_order': False, 'shape': (13, 8), }"
DAMAGE = [
    *(
        ("vectors.npy", with_header(header), "vectors.npy is damaged: ")
        for header in (
            HEADER[:-1],
            HEADER.replace(b"}", b"{"),
            HEADER.replace(b"13", b"-13"),
            HEADER.replace(b"13", b"9" * 21),
            HEADER.replace(b"13", b"13L"),  # as Python 2 wrote it, of which NumPy warns
            HEADER.replace(b"<f4", b"<,4"),
            HEADER.replace(b"13", b"-" * 9000 + b"1"),
            HEADER.replace(b"13", b"(" * 9000),
            b" " * 20_000,
        )
    ),
    ("vectors.npy", cut, "vectors.npy is damaged: "),
    ("vectors.npy", lambda file: os.truncate(file, 0), "vectors.npy is damaged: "),
    ("vectors.npy", lambda file: os.truncate(file, 20), "vectors.npy is damaged: "),
    ("vectors.npy", lambda file: file.write_bytes(NOISE), "vectors.npy is damaged: "),
    ("vectors.npy", os.remove, " has no vectors.npy: its status is 'done'; train it again"),
    ("vectors.npy", lambda file: np.save(file, np.zeros(8)), "vectors.npy holds no table of "),
    (
        "vectors.npy",
        lambda file: np.save(file, np.ones((13, 8), int)),
        "vectors.npy holds no table ",
    ),
    (
        "vectors.npy",
        lambda file: np.save(file, np.ones((12, 8))),
        " has 12 rows, vocab.tsv has 13 ",
    ),
    ("vocab.tsv", cut, "vocab.tsv is cut short: its last line has no end"),
    ("vocab.tsv", drop_last_line, "vectors.npy has 13 rows, vocab.tsv has 12 words"),
    ("vocab.tsv", os.remove, "vocab.tsv is missing; "),
    ("vocab.tsv", lambda file: file.write_bytes(b"\xff\t3\n"), "vocab.tsv is not UTF-8 (byte 0)"),
    (
        "vocab.tsv",
        lambda file: file.write_bytes(b"a b c\n"),
        "vocab.tsv line 1 is not word<TAB>count",
    ),
    (
        "vocab.tsv",
        lambda file: file.write_bytes(b"a\t-1\n"),
        "vocab.tsv line 1 is not word<TAB>count",
    ),
    ("run.json", cut, "run.json is damaged: "),
    ("run.json", lambda file: file.write_bytes(b""), "run.json is damaged: "),
    ("run.json", lambda file: file.write_bytes(NOISE), "run.json is damaged: "),
    ("run.json", lambda file: file.write_bytes(b"[" * 100_000), "run.json is damaged: "),
    ("run.json", lambda file: file.write_bytes(b"{}"), "run.json was not written by w2v"),
    ("run.json", lambda file: file.write_bytes(b"null"), "run.json was not written by w2v"),
    ("run.json", os.remove, " is no w2v run folder (run.json: No such file or directory)"),
]


@pytest.mark.parametrize(("name", "damage", "sentence"), DAMAGE)
def test_a_damaged_run(folder, run, name, damage, sentence):
    """Whether its checksum tells the damage or, of what somebody has made so, the reading."""
    damage(run / name)
    commands = (["similar", run, "king"], ["analogy", run, "king", "-", "man", "+", "woman"])
    if name != "run.json":
        lost = f"{name} is {'damaged: it does not' if (run / name).exists() else 'missing; train'} "
        for command in commands:
            assert lost in refused(folder, *command)
        vouch(run)
    for command in commands:
        assert sentence in refused(folder, *command)


def test_a_damaged_run_does_not_give_its_place_to_another(folder, run):
    shutil.copytree(run, folder / "runs" / "run-2")
    (folder / "runs" / "run-2" / "run.json").write_bytes(NOISE)
    for name in ("latest", "run", "run-2"):
        assert "runs/run-2/run.json is damaged" in refused(folder, "similar", name, "king")
    # Nor is its number given again, which would mix two runs in one folder.
    w2v("train", "--quiet", "--corpus", "my.txt", *SMALL)
    assert (folder / "runs" / "run-3" / "vectors.npy").exists()


# -- wrong usage


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["train", "--nonsense"],
        ["train", "--corpus"],
        ["similar"],
        ["similar", "latest", "king", "-n", "0"],
        ["similar", "latest", "king", "-n", "many"],
        ["config"],
        ["config", "nonsense"],
        ["corpus", "make"],
        ["corpus", "make", "nonsense"],
        ["corpus", "make", "toy-world", "--words", "0"],
        ["corpus", "make", "toy-world", "--questions", "--words", "9"],
        ["corpus", "make", "python-docs", "--words", "9"],
        ["corpus", "make", "toy-world", "--seed", "9" * 30],
        ["completion", "tcsh"],
    ],
    ids=" ".join,
)
def test_wrong_usage(folder, arguments):
    with nothing_left_behind(folder):
        done = w2v(*arguments, code=2)
    assert done.stdout == ""
    assert done.stderr.splitlines()[-1]


def test_from_a_shell_it_is_the_same(folder):
    """Once for real: the entry point, its exit code, and the streams of a process."""
    for arguments, code in (
        (["train", "--corpus", "nowhere"], 1),
        (["train", "model.dim=0"], 2),
        (["similar", "latest", "king"], 1),
    ):
        with nothing_left_behind(folder):
            done = w2v_process(*arguments)
        assert (done.returncode, done.stdout) == (code, "")
        assert done.stderr.startswith("w2v: ")
        assert len(done.stderr.splitlines()) == 1


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a disk that is full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_disk_that_is_full(monkeypatch, unbuffered):
    monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)
    with open("/dev/full", "wb") as full:
        done = w2v_process(
            "config", "show", capture_output=False, stdout=full, stderr=subprocess.PIPE
        )
    assert done.returncode == 1
    assert done.stderr == "w2v: No space left on device\n"
