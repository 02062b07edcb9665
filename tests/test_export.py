"""`w2v export` as a user meets it: what it writes, where, what it says, and what it refuses."""

from __future__ import annotations

import gc
import gzip
import json
import os
import shutil

import click
import numpy as np
import pytest
from made_runs import vouch
from test_cli import SMALL, files_in, w2v, w2v_process

from w2v import WordVectors
from w2v.cli.export import default_name
from w2v.cli.main import main
from w2v.cli.terminal import WIDTH, columns_of, json_line, printable
from w2v.vectors.formats import ENDINGS, FORMATS, read_vectors, write_vectors

pytestmark = pytest.mark.usefixtures("folder")
READ_AGAIN = [name for name in FORMATS if name != "projector"]
PROJECTOR_FILES = ("metadata.tsv", "projector_config.pbtxt", "vectors.tsv")


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A run folder, trained once."""
    folder = tmp_path_factory.mktemp("trained")
    (folder / "my.txt").write_text(
        "the king and the queen of the palace\nthe man and the woman of the village\n" * 6, "utf-8"
    )
    w2v("train", "--quiet", "--corpus", folder / "my.txt", *SMALL, "--out", folder / "run")
    return folder / "run"


@pytest.fixture
def run(folder, trained):
    """The run `my-run`, in runs/ of the working folder."""
    shutil.copytree(trained, folder / "runs" / "my-run")
    return folder / "runs" / "my-run"


@pytest.fixture(autouse=True)
def _safetensors(request):
    if "safetensors" in request.node.name:
        pytest.importorskip("safetensors")


def refused(*arguments, code=1):
    """Run a command that must refuse in one sentence; return it."""
    done = w2v(*arguments, code=code)
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    return line.removeprefix("w2v: ")


@pytest.mark.parametrize("format", READ_AGAIN)
def test_every_format_is_read_again_wherever_a_run_is_taken(folder, run, format):
    done = w2v("export", "my-run", "--to", format)
    file = f"my-run{ENDINGS[format]}"
    original = WordVectors.load(run)
    wrote, said, *how = done.stderr.splitlines()
    assert wrote == f"{len(original)} words of 8 numbers written to {file}"
    assert said == "open it in Python:"
    assert f"({file!r}" in "\n".join(how)
    assert done.stdout == ""
    content = read_vectors(file)
    assert content.words == list(original)
    assert content.vectors.tobytes() == np.asarray(original.vectors).tobytes()
    for command in (["similar", "king", "-n", "3"], ["analogy", "man", "king", "woman"]):
        ours, theirs = (w2v(command[0], name, *command[1:]).stdout for name in ("my-run", file))
        assert theirs == ours
    again = w2v("export", file, "--to", format, "--out", "again", "--quiet")
    assert again.stderr == ""
    assert (folder / "again").read_bytes() == (folder / file).read_bytes()


LIBRARY = {"tsv": "pandas", "npz": "numpy", "safetensors": "safetensors"}  # gensim for the others


def run_hint(stderr):
    """Run the lines of Python that a command printed; return the variables."""
    how = stderr.partition("open it in Python:\n")[2].splitlines()
    lines = [line for line in how if not line.startswith("warning: ")]
    assert max(map(columns_of, lines)) <= WIDTH
    variables = {}
    exec("\n".join(lines), variables)
    return variables


# gensim and the hint for npz leave the file open.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("content", [b"a 1 2\n\xea\xb0\x80 3 4\n", b"a 1 2\ncaf\xe9 3 4\n"])
@pytest.mark.parametrize("format", READ_AGAIN)
def test_the_hint_runs_as_it_is_printed(folder, format, content):
    library = LIBRARY.get(format, "gensim")
    pytest.importorskip(library)
    (folder / "in.glove").write_bytes(content)
    expected = read_vectors("in.glove").words
    name = "한국어 '벡터' \n" + "벡" * 20 + ENDINGS[format]
    done = w2v("export", "in.glove", "--to", format, "--out", name)
    assert "한국어" in done.stderr
    is_damaged = b"\xe9" in content
    assert ("gensim opens the file" in done.stderr) == (library == "gensim" and is_damaged)
    found = run_hint(done.stderr)
    vectors = found["vectors"]
    if library == "gensim":
        words, rows = vectors.index_to_key, vectors.vectors
        expected = [word.replace("\udce9", "\ufffd") for word in expected]
    elif library == "pandas":
        words, rows = list(vectors.index), vectors.to_numpy()
    else:
        words, rows = found["words"], vectors
    assert words == expected
    assert rows.tolist() == [[1, 2], [3, 4]]
    found.clear()
    gc.collect()  # while it is known which warning may come of it


def test_a_bar_while_it_writes(folder, run, monkeypatch):
    moved = []
    monkeypatch.setattr("w2v.cli.bars.Bar.move", lambda self, *done: moved.append(done))
    for format in ("word2vec-text", "word2vec-binary", "projector"):
        moved.clear()
        w2v("export", "my-run", "--to", format)
        assert moved == [(0, 9), (9, 9)]


@pytest.mark.parametrize("name", ["v.txt", "v.w2v.txt", "v.glove.txt", "v.vec.gz", "v.bin", "v"])
def test_the_default_name_has_no_ending(folder, name):
    (folder / name).write_bytes(b"a 1\n")
    assert default_name(name) == "v"


def test_archives_keep_counts_and_output_vectors(run):
    w2v("export", "my-run", "--to", "npz")
    there, kept = WordVectors.load(run), WordVectors.load("my-run.npz")
    assert kept.vocabulary.counts.tolist() == there.vocabulary.counts.tolist()
    assert kept.output_vectors.tobytes() == np.asarray(there.output_vectors).tobytes()


def test_projector(folder, run):
    done = w2v("export", "latest", "--to", "projector")
    assert sorted(os.listdir("my-run-projector")) == list(PROJECTOR_FILES)
    assert done.stderr.splitlines()[1] == "open it: tensorboard --logdir my-run-projector"
    lines = (folder / "my-run-projector/metadata.tsv").read_text("utf-8").splitlines()
    assert lines[:2] == ["word\tcount", "the\t36"]
    assert refused("similar", "my-run-projector/vectors.tsv", "king") == (
        "my-run-projector/vectors.tsv is a projector's vectors.tsv, which holds no words; give the "
        "run or the file that it was made from"
    )
    assert "my-run-projector/vectors.tsv exists" in refused("export", "my-run", "--to", "projector")
    w2v("export", "my-run", "--to", "projector", "--force", "--restrict", 2)
    assert len((folder / "my-run-projector/metadata.tsv").read_text("utf-8").splitlines()) == 3
    (folder / "file").write_text("mine", "utf-8")
    assert "file is no folder; choose another --out" in refused(
        "export", "my-run", "--to", "projector", "--out", "file", "--force"
    )


def test_packed_when_the_name_says_so(folder, run):
    w2v("export", "my-run", "--to", "tsv", "--out", "x.tsv.gz")
    w2v("export", "my-run", "--to", "tsv", "--out", "x.tsv")
    assert gzip.decompress((folder / "x.tsv.gz").read_bytes()) == (folder / "x.tsv").read_bytes()
    assert w2v("similar", "x.tsv.gz", "king").stdout == w2v("similar", run, "king").stdout
    w2v("export", "x.tsv.gz", "--to", "glove")
    assert (folder / "x.glove.txt").exists()
    assert refused("export", "my-run", "--to", "npz", "--out", "x.npz.gz", code=2) == (
        "npz is not packed with gzip; choose an --out without .gz"
    )


def test_to_stdout(folder, run):
    w2v("export", "my-run", "--to", "word2vec-binary")
    done = w2v_process(
        "export", "my-run", "--to", "word2vec-binary", "--out", "-", text=False, encoding=None
    )
    assert done.stdout == (folder / "my-run.bin").read_bytes()
    assert done.stderr == b""
    for more in (["--to", "projector"], ["--to", "tsv", "--json"]):
        assert "and --out - do not go together" in refused(
            "export", "my-run", "--out", "-", *more, code=2
        )


def test_json(run):
    done = w2v("export", "my-run", "--to", "tsv", "--json", "--restrict", 3)
    assert json.loads(done.stdout) == {"format": "tsv", "file": "my-run.tsv", "words": 3, "dim": 8}
    assert done.stderr == ""
    assert read_vectors("my-run.tsv").words == WordVectors.load(run).vocabulary.words[:3]


def test_center_is_w_out(run):
    w2v("export", "my-run", "--to", "npz", "--center")
    content = read_vectors("my-run.npz")
    assert content.vectors.tobytes() == np.load(run / "output_vectors.npy").tobytes()
    assert content.output_vectors is None
    assert refused("export", "my-run.npz", "--to", "tsv", "--center", code=2) == (
        "my-run.npz has no output vectors; leave out --center"
    )
    (run / "output_vectors.npy").unlink()
    assert "is missing" in refused("export", run, "--to", "tsv", "--center")
    vouch(run)
    assert "has no output vectors" in refused("export", run, "--to", "tsv", "--center", code=2)


def test_vocab_is_gensims_fvocab(folder, run):
    w2v("export", "my-run", "--to", "word2vec-text", "--vocab", "v.txt")
    lines = (folder / "v.txt").read_text("utf-8").splitlines()
    assert lines == [
        line.replace("\t", " ") for line in (run / "vocab.tsv").read_text("utf-8").splitlines()
    ]
    assert "v.txt exists; choose another --vocab" in refused(
        "export", "my-run", "--to", "glove", "--vocab", "v.txt"
    )
    assert refused("export", "my-run", "--to", "glove", "--vocab", "no/v.txt") == (
        "no is no folder; make it, or choose another --vocab"
    )
    assert "--vocab my-run.glove.txt is the file of the vectors; choose" in refused(
        "export", "my-run", "--to", "glove", "--vocab", "./my-run.glove.txt", code=2
    )
    assert not (folder / "my-run.glove.txt").exists()
    assert "does not hold how often each word was seen; leave out --vocab" in refused(
        "export", "my-run.w2v.txt", "--to", "glove", "--vocab", "w.txt", code=2
    )
    write_vectors(folder / "s.npz", "npz", ["a", "b\u3000c"], np.ones((2, 2)), np.array([2, 1]))
    assert "--vocab cannot keep the word 'b\\u3000c', which gensim would split" in refused(
        "export", "s.npz", "--to", "glove", "--vocab", "w.txt"
    )
    assert not (folder / "w.txt").exists()
    assert not (folder / "s.glove.txt").exists()


def test_gensim_loads_what_is_exported_with_counts(run):
    keyed_vectors = pytest.importorskip("gensim.models").KeyedVectors
    w2v("export", "my-run", "--to", "word2vec-binary", "--vocab", "v.txt")
    theirs = keyed_vectors.load_word2vec_format("my-run.bin", fvocab="v.txt", binary=True)
    ours = WordVectors.load(run)
    assert theirs.index_to_key == list(ours)
    assert (theirs.vectors == ours.vectors).all()
    assert theirs.get_vecattr("the", "count") == 36
    for word in ours:
        there, here = theirs.most_similar(word, topn=5), ours.most_similar(word, topn=5)
        assert [w for w, _ in here] == [w for w, _ in there]


def test_nothing_is_replaced_unasked(folder, run):
    (folder / "my-run.tsv").write_text("mine", "utf-8")
    before = files_in(folder)
    assert refused("export", "my-run", "--to", "tsv") == (
        "my-run.tsv exists; choose another --out, or add --force to replace it"
    )
    assert refused("export", "my-run", "--to", "tsv", "--out", "no/x") == (
        "no/x cannot be written: no is no folder; make it first"
    )
    assert files_in(folder) == before
    w2v("export", "my-run", "--to", "tsv", "--force")
    assert len(read_vectors("my-run.tsv").words) == 9


def test_names_of_files_do_nothing_to_the_terminal(folder):
    name = "a\x1b[31m\udce9\u202e"
    (folder / f"{name}.glove").write_bytes(b"caf\xe9 0.5\n")
    shown = r"a\x1b[31m\xe9\u202e"
    done = w2v("export", f"{name}.glove", "--to", "npz")
    assert f"warning: 1 word of {shown}.glove is no UTF-8; the bytes are kept" in done.stderr
    assert f"1 word of 1 numbers written to {shown}.glove.npz" in done.stderr
    assert f"{shown}.glove.npz exists" in refused("export", f"{name}.glove", "--to", "npz")


def test_a_word_with_a_space_is_refused_with_the_remedy(folder):
    write_vectors(folder / "x.tsv", "tsv", ["a", "New York", "San José"], np.ones((3, 2)))
    before = files_in(folder)
    assert refused("export", "x.tsv", "--to", "word2vec-text") == (
        "word2vec-text cannot keep the word 'New York' of row 2: it holds a space, and 1 more "
        "cannot be kept; --to tsv or --to npz keeps them"
    )
    assert files_in(folder) == before
    w2v("export", "x.tsv", "--to", "npz")
    assert read_vectors("x.npz").words == ["a", "New York", "San José"]


def test_words_that_are_no_utf8_are_kept_counted_and_shown(folder):
    (folder / "x.txt").write_bytes(b"3 2\na 1 2\ncaf\xe9 1 1\n\xff\xfe 0 1\n")
    warning = "warning: 2 words of x.txt are no UTF-8; the bytes are kept, and shown as \\xff"
    done = w2v_process("similar", "x.txt", "a")
    assert done.stdout == "a\n   0.949  caf\\xe9\n   0.894  \\xff\\xfe\n"
    assert done.stderr.splitlines()[0] == warning
    shown = w2v_process("similar", "x.txt", "a", "--json", "--quiet")
    assert shown.stderr == ""
    assert json.loads(shown.stdout)["neighbours"][0]["word"] == "caf\udce9"
    done = w2v("export", "x.txt", "--to", "word2vec-binary")
    assert done.stderr.splitlines()[0] == warning
    assert (
        "2 words are no UTF-8; gensim opens the file with unicode_errors='replace'" in done.stderr
    )
    assert b"caf\xe9 " in (folder / "x.bin").read_bytes()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("runs/my-run/vectors.npy", "is an array without words; give the run folder that it is in"),
        ("runs/my-run/vocab.tsv", "is a list of words and counts, without vectors; give the run"),
        ("runs/my-run/config.yaml", "to train with a config: w2v train runs/my-run/config.yaml"),
        ("runs/my-run/run.json", "is text, but no vectors"),
        ("my.txt", "is text, but no vectors (`word number number` in each line); to train on it"),
        ("nothing", "there is no run 'nothing'; the newest in runs/ are my-run"),
    ],
)
def test_what_is_no_run(run, name, message):
    assert message in refused("export", name, "--to", "tsv")
    assert message in refused("similar", name, "king")


def test_usage(run):
    done = w2v("export", "my-run", code=2)
    assert "Missing option '--to'" in done.stderr
    done = w2v("export", "my-run", "--to", "word2vec", code=2)
    assert "'word2vec' is not one of 'word2vec-text'" in done.stderr


def test_the_help_describes_each_format():
    shown = w2v("export", "--help").stdout
    assert all(f"{name} " in shown for name in FORMATS)
    assert max(map(len, shown.splitlines())) <= 80
    command = main.get_command(click.Context(main), "export")
    assert command is not None
    assert command.get_short_help_str() == "Write the vectors of a run for other tools."


def test_printable():
    assert printable("caf\udce9 王 café") == "caf\\xe9 王 café"
    assert printable("\ud800") == "\\ud800"
    assert json.loads(json_line({"word": "\udcff王"})) == {"word": "\udcff王"}
    assert json_line("\udcff王") == '"\\udcff王"'
