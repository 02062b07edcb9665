"""Runs that start from known vectors: their first weights, frozen words, and going on with --from.

Which words get rows is in test_known_words.py, how engines keep rows in test_frozen_rows.py.
"""

from __future__ import annotations

import hashlib
import json
import weakref
from itertools import islice
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from click.testing import CliRunner
from engines import ENGINES
from hypothesis import given
from hypothesis import strategies as st
from made_runs import edit_record, vouch

from w2v import WordVectors, train
from w2v.cli.going_on import load_for_training
from w2v.cli.main import main
from w2v.config import load_config
from w2v.errors import ConfigError, OutputError, RunError
from w2v.text.builtin import toy_world
from w2v.text.vocabulary import Vocabulary
from w2v.training.draws import start_weights
from w2v.training.freezing import find_frozen, freezing_advice, read_frozen_words
from w2v.training.known import Known, load_known
from w2v.training.observer import Observer
from w2v.training.starting import first_weights
from w2v.vectors.formats import write_vectors

OLD_TOPICS = ("red green blue pink", "강아지 고양이 송아지 병아리", "rain snow wind sun")
NEW_TOPICS = ("강아지 고양이 송아지 병아리", "rain snow wind sun", "빵 우유 소금 쌀")
OLD_WORDS = set(" ".join(OLD_TOPICS).split())
NEW_WORDS = set(" ".join(NEW_TOPICS).split())
SMALL = {
    "model.dim": 5,  # compiling for another number takes 10 s
    "embedding.dtype": "float64",
    "vocab.min_count": 1,
    "train.epochs": 1,
    "train.chunk": 200,
    "train.batch": 8,
    "train.lr": 0.05,
    "train.engine": "numpy",
}
TABLES = ("vectors.npy", "output_vectors.npy")


def topics(path, topics, seed):
    """Write 1,200 words, one topic a line."""
    rng = np.random.default_rng(seed)
    lines = [" ".join(rng.choice(topics[i].split(), 6)) for i in rng.integers(0, 3, 200)]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def texts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("texts")
    return topics(folder / "old.txt", OLD_TOPICS, 4), topics(folder / "new.txt", NEW_TOPICS, 5)


@pytest.fixture(scope="module")
def first(texts, tmp_path_factory):
    """The folder of a run on the old text."""
    out = tmp_path_factory.mktemp("runs") / "first"
    return train({"corpus.path": str(texts[0]), **SMALL}, out=out).folder


def tables(folder):
    return [np.load(folder / name) for name in TABLES]


def rows_of(folder):
    """Return {word: (bytes of its row of W_in, bytes of its row of W_out)}."""
    words = Vocabulary.load(folder / "vocab.tsv").words
    W_in, W_out = tables(folder)
    return {word: (W_in[i].tobytes(), W_out[i].tobytes()) for i, word in enumerate(words)}


def digest(folder):
    return [hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in TABLES]


def digest_of_all(folder):
    """As `cat vectors.npy output_vectors.npy vocab.tsv | sha256sum`."""
    names = (*TABLES, "vocab.tsv")
    return hashlib.sha256(b"".join((folder / name).read_bytes() for name in names)).hexdigest()


def go_on(first, text, out, **settings):
    options = {key.replace("__", "."): value for key, value in settings.items()}
    base = {"corpus.path": str(text), **SMALL, "embedding.pretrained": str(first)}
    if options.get("vocab.rows") == "old":
        del base["vocab.min_count"]
    return train({**base, **options}, out=out).folder


# -- the first weights


def known_of(words, table, output=None, counts=None):
    counts = np.zeros(len(words), np.int64) if counts is None else np.array(counts)
    vocabulary = Vocabulary(words, counts)
    return Known(Path("v.npz"), WordVectors(vocabulary, table, None, output), vocabulary)


def first_of(known, words, *settings):
    config = load_config(None, ["model.dim=3", "train.seed=7", *settings]).config
    return first_weights(config, Vocabulary(words, np.ones(len(words), np.int64)), known)


def test_known_rows_start_from_their_vectors_and_others_as_always():
    table, output = np.random.default_rng(1).normal(size=(2, 4, 3)).astype(np.float32)
    table[1] = -0.0
    words = ["nuevo", "왕", "b", "neu", "a"]
    W_in, W_out = first_of(known_of(["a", "b", "gone", "왕"], table, output), words)
    usual, zeros = start_weights(7, 5, 3, "float32")
    np.testing.assert_array_equal(W_in[[0, 3]], usual[[0, 3]])
    np.testing.assert_array_equal(W_out[[0, 3]], zeros[[0, 3]])
    assert W_in[[1, 2, 4]].tobytes() == table[[3, 1, 0]].tobytes()
    assert W_out[[1, 2, 4]].tobytes() == output[[3, 1, 0]].tobytes()


def test_without_output_vectors_w_out_starts_at_zero():
    W_in, W_out = first_of(known_of(["a", "b"], np.ones((2, 3), np.float32)), ["b", "c", "a"])
    assert W_in[[0, 2]].tolist() == [[1, 1, 1]] * 2
    assert not W_out.any()


@pytest.mark.parametrize(("of_file", "of_run"), [("float32", "float64"), ("float64", "float32")])
def test_numbers_are_converted(of_file, of_run):
    table = np.random.default_rng(1).normal(size=(2, 3)).astype(of_file)
    known = known_of(["a", "b"], table, table * 2)
    W_in, W_out = first_of(known, ["b", "a"], f"embedding.dtype={of_run}")
    assert W_in.dtype == W_out.dtype == of_run
    np.testing.assert_array_equal(W_in, table[::-1].astype(of_run))
    np.testing.assert_array_equal(W_out, (table[::-1] * 2).astype(of_run))


def test_a_padding_row_starts_at_zero_all_the_same():
    known = known_of(["a", "b"], np.ones((2, 3), np.float32))
    W_in, _ = first_of(known, ["b", "a"], "embedding.padding_idx=-1")
    assert W_in.tolist() == [[1, 1, 1], [0, 0, 0]]


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e300])
def test_vectors_that_are_no_numbers(value):
    table = np.ones((2, 3))
    table[1, 2] = value
    with pytest.raises(RunError, match=r"v\.npz: the vector of 'b' is not finite in float32"):
        first_of(known_of(["a", "b"], table), ["b", "a"])
    first_of(known_of(["a", "b"], table), ["c", "a"])  # nobody asks for it


def test_large_tables_are_copied_in_parts(monkeypatch):
    monkeypatch.setattr("w2v.training.starting.BLOCK_FLOATS", 7)  # two rows
    words = [f"w{i}" for i in range(9)]
    table = np.arange(27, dtype=np.float32).reshape(9, 3)
    W_in, _ = first_of(known_of(words, table), words[::-1])
    np.testing.assert_array_equal(W_in, table[::-1])


# -- whole runs


@pytest.mark.parametrize("rows", ["new", "old", "union"])
@pytest.mark.parametrize("engine", ENGINES)
def test_words_that_are_not_in_the_text_stay_byte_for_byte(texts, first, tmp_path, engine, rows):
    out = go_on(first, texts[1], tmp_path / "run", vocab__rows=rows, train__engine=engine)
    before, after = rows_of(first), rows_of(out)
    wanted = {"new": NEW_WORDS, "old": OLD_WORDS, "union": OLD_WORDS | NEW_WORDS}[rows]
    assert set(after) == wanted
    for word in OLD_WORDS & wanted:
        same = [after[word][i] == before[word][i] for i in (0, 1)]
        assert same == ([False, False] if word in NEW_WORDS else [True, True]), word
    record = json.loads((out / "run.json").read_text("utf-8"))
    n_known = len(OLD_WORDS & wanted)
    assert record["pretrained"] == {
        "path": str(first),
        "sha256": digest_of_all(first),
        "known": n_known,
        "new": len(wanted) - n_known,
        "output_vectors": True,
    }


@pytest.mark.parametrize("rows", ["new", "old", "union"])
def test_counts_are_of_all_that_was_seen(texts, first, tmp_path, rows):
    out = go_on(first, texts[1], tmp_path / "run", vocab__rows=rows)
    texts_words = [path.read_text("utf-8").split() for path in texts]
    counts = Vocabulary.load(out / "vocab.tsv")
    for word, count in zip(counts.words, counts.counts, strict=True):
        assert count == sum(words.count(word) for words in texts_words)
    kept = json.loads((out / "run.json").read_text("utf-8"))["tokens"]["kept"]
    assert kept == sum(word in counts.words for word in texts_words[1])


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "more",
    [
        {},
        {"train__replicas": 2},
        {"model__kind": "skipgram", "train__replicas": 2},
        {"train__replicas": 2, "train__parallel": "hogwild"},
    ],
    ids=str,
)
def test_listed_words_stay_byte_for_byte(texts, first, tmp_path, engine, more):
    """Known ones, one with zeros below zero, and a new one; those not listed move."""
    old = tmp_path / "old"
    old.mkdir()
    for file in first.iterdir():
        (old / file.name).write_bytes(file.read_bytes())
    W_in = np.load(old / "vectors.npy")
    W_in[Vocabulary.load(old / "vocab.tsv").id_of["rain"], 1:] = -0.0
    np.save(old / "vectors.npy", W_in)
    vouch(old)
    listed = tmp_path / "words.txt"
    listed.write_bytes("\ufeffrain\t17\r\n\r\n  고양이 \n빵\nnowhere\npink".encode())
    out = go_on(
        old, texts[1], tmp_path / "run", vocab__rows="union", train__engine=engine,
        embedding__freeze=str(listed), **more,
    )  # fmt: skip
    before, after = rows_of(old), rows_of(out)
    for word in ("rain", "고양이", "pink"):
        assert after[word][0] == before[word][0]
        assert (after[word][1] == before[word][1]) == (word == "pink")
    words = Vocabulary.load(out / "vocab.tsv").words
    usual, _ = start_weights(1, len(words), 5, "float64")
    assert after["빵"][0] == usual[words.index("빵")].tobytes()
    for word in NEW_WORDS - {"rain", "고양이", "빵"}:
        assert word not in before or after[word][0] != before[word][0]
        assert after[word][0] != usual[words.index(word)].tobytes()
    record = json.loads((out / "run.json").read_text("utf-8"))
    assert record["frozen"] == 4


def test_both_settings_change_the_run(texts, first, tmp_path):
    """As test_every_setting_reaches_the_training asks of the others."""
    base = {"corpus.path": str(texts[1]), **SMALL}
    plain = train(base, out=tmp_path / "plain").folder
    runs = [plain]
    runs += [
        go_on(first, texts[1], tmp_path / rows, vocab__rows=rows)
        for rows in ("new", "old", "union")
    ]
    assert len({tuple(digest(run)) for run in runs}) == 4


@pytest.mark.parametrize("rows", ["new", "old", "union"])
def test_the_written_config_trains_the_same(texts, first, tmp_path, monkeypatch, rows):
    """From wherever it is started, though paths were given as seen from the first run."""
    (tmp_path / "words.txt").write_text("rain\nsnow\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    out = go_on(first, texts[1], tmp_path / "a", vocab__rows=rows, embedding__freeze="words.txt")
    (tmp_path / "else").mkdir()
    monkeypatch.chdir(tmp_path / "else")
    again = train(out / "config.yaml", out=tmp_path / "b").folder
    assert digest(out) == digest(again)
    assert (out / "vocab.tsv").read_bytes() == (again / "vocab.tsv").read_bytes()


def test_going_on_is_better_than_starting_anew(tmp_path):
    """On the second half of a text, after one epoch of each half: by what was held out."""
    lines = list(islice(toy_world.lines(120_000), 20_000))
    for name, part in (("one", lines[: len(lines) // 2]), ("two", lines[len(lines) // 2 :])):
        (tmp_path / f"{name}.txt").write_text("\n".join(part))
    base = {"model.dim": 20, "train.epochs": 1, "eval.heldout": 0.1, "train.engine": "numpy"}
    one = train({**base, "corpus.path": str(tmp_path / "one.txt")}, out=tmp_path / "one")
    second = {**base, "corpus.path": str(tmp_path / "two.txt")}
    fresh = train(second, out=tmp_path / "fresh").metrics[-1].heldout_loss
    known = {"embedding.pretrained": str(one.folder), "vocab.rows": "union"}
    gone_on = train({**second, **known}, out=tmp_path / "on").metrics[-1].heldout_loss
    assert gone_on < fresh - 0.1
    # The same start, no bit of W_in learnt since: W_out has learnt what there was to learn.
    frozen = train({**second, **known, "embedding.freeze": True}, out=tmp_path / "frozen")
    assert gone_on < frozen.metrics[-1].heldout_loss < fresh


class Look(Observer):
    """See at the start of training what is left of some objects."""

    def __init__(self, objects):
        self.objects, self.left = objects, None

    def on_start(self, share):
        self.left = [seen() for seen in self.objects]


def test_tables_are_let_go_as_soon_as_they_can(texts, first, tmp_path, monkeypatch):
    """Known vectors before training; the weights before those that were written are opened."""
    of_start, of_run = [], []

    def load(*arguments, **options):
        known = load_known(*arguments, **options)
        of_start.extend([weakref.ref(known), weakref.ref(known.vocabulary)])
        return known

    def make(*arguments):
        tables = first_weights(*arguments)
        of_run.extend(map(weakref.ref, tables))
        return tables

    def open_written(folder):
        left = [seen() for seen in of_run]
        assert left == [None, None]
        return folder

    monkeypatch.setattr("w2v.training.trainer.load_known", load)
    monkeypatch.setattr("w2v.training.trainer.first_weights", make)
    look = Look(of_start)
    settings = {"corpus.path": str(texts[1]), **SMALL, "embedding.pretrained": str(first)}
    monkeypatch.setattr("w2v.training.trainer.WordVectors", SimpleNamespace(load=open_written))
    train(settings, out=tmp_path / "run", observer=look)
    assert look.left == [None, None]
    assert len(of_run) == 2


# -- the file of frozen words


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\t\n\r\ufeff"))),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
    st.sampled_from(["", "\t12", "\t"]),
)
def test_frozen_words_are_read_as_they_are_written(tmp_path_factory, words, end, has_bom, count):
    file = tmp_path_factory.getbasetemp() / "frozen.txt"
    text = "".join(f"{word}{count}{end}" for word in words)
    file.write_bytes(text.encode("utf-8-sig" if has_bom else "utf-8"))
    expected = list(dict.fromkeys(word.strip() for word in words if word.strip()))
    if expected:
        assert read_frozen_words(str(file)) == expected
    else:
        with pytest.raises(ConfigError, match="holds no word"):
            read_frozen_words(str(file))


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", r"words\.txt holds no word; it takes one a line, or use true for all"),
        (b"\n \r\n\t7\n", "holds no word"),
        (b"caf\xe9\n", r"embedding\.freeze: words\.txt cannot be read: it is not UTF-8 text"),
        (None, "cannot be read: No such file"),
        (b"nobody\nnowhere\n", r"none of the 2 words of words\.txt has a row; words are matched"),
    ],
    ids=str,
)
def test_bad_files_of_frozen_words(tmp_path, monkeypatch, content, complaint):
    monkeypatch.chdir(tmp_path)
    if content is not None:
        Path("words.txt").write_bytes(content)
    with pytest.raises(ConfigError, match=complaint) as refused:
        find_frozen("words.txt", read_frozen_words("words.txt"), Vocabulary(["a"], np.ones(1)))
    assert "\n" not in str(refused.value)


# -- the command


@pytest.fixture
def work(tmp_path, monkeypatch, texts, first):
    """A working folder with both texts and a run."""
    monkeypatch.chdir(tmp_path)
    for text in texts:
        (tmp_path / text.name).write_bytes(text.read_bytes())
    out = tmp_path / "runs" / "first-1"
    out.mkdir(parents=True)
    for file in first.iterdir():
        (out / file.name).write_bytes(file.read_bytes())
    return tmp_path


def w2v(*arguments, code=0):
    """Run a command; return the lines of stderr."""
    result = CliRunner().invoke(main, list(map(str, arguments)))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.stderr
    return result.stderr.splitlines()


def of_kind(lines, *kinds):
    return [line for line in lines if line.startswith(kinds)]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (
            [],
            [
                "start    from runs/first-1: 12 of 16 words known (W_in and W_out), 4 new",
                "         8 of the known are in this text",
            ],
        ),
        (
            ["--vocabulary", "new"],
            ["start    from runs/first-1: 8 of 12 words known (W_in and W_out), 4 new"],
        ),
        (
            ["--vocabulary", "old"],
            [
                "start    from runs/first-1: 12 of 12 words known (W_in and W_out), 0 new",
                "         8 of the known are in this text",
            ],
        ),
    ],
    ids=["union", "new", "old"],
)
def test_from_goes_on_and_tells_the_overlap(work, options, expected):
    lines = w2v("train", "--from", "first", "--corpus", "new.txt", *options, "--out", "on")
    assert of_kind(lines, "start", "         ") == expected
    assert of_kind(lines, "rate") == ["rate     0.05 falling to 0.0001, batches of 8"]
    assert not of_kind(lines, "warning: none", "warning: only", "going on with the text")
    config = load_config(work / "on" / "config.yaml").config
    assert config.embedding.pretrained == str(work / "runs" / "first-1")
    assert config.vocab.rows == (options[1] if options else "union")
    assert config.corpus.path == str(work / "new.txt")
    assert (config.model.dim, config.embedding.dtype) == (5, "float64")
    w2v("train", "on", "--out", "again", "--quiet")
    assert digest(work / "on") == digest(work / "again")


def test_the_setting_says_the_same_as_the_option(work):
    """The run has a vocab.min_count of its own, without effect where only old words have rows."""
    w2v("train", "--from", "first", "--corpus", "new.txt", "--vocabulary", "old", "--out", "a")
    w2v("train", "--from", "first", "--corpus", "new.txt", "vocab.rows=old", "--out", "b")
    assert digest(work / "a") == digest(work / "b")


def test_from_takes_a_path_a_name_or_the_newest(work):
    runs = []
    for name, out in (("runs/first-1", "a"), ("first-1", "b"), ("first", "c"), ("latest", "d")):
        w2v(*FROM, name, "--out", out, "--quiet")
        runs.append(digest(work / out))
    assert runs == [runs[0]] * 4


def test_without_a_corpus_the_text_is_the_same(work):
    lines = w2v("train", "--from", "latest", "--out", "on")
    assert lines[0] == "going on with the text of that run; --corpus gives another"
    assert of_kind(lines, "start") == [
        "start    from runs/first-1: 12 of 12 words known (W_in and W_out), 0 new"
    ]
    before = Vocabulary.load(work / "runs" / "first-1" / "vocab.tsv").counts
    after = Vocabulary.load(work / "on" / "vocab.tsv").counts
    assert after.tolist() == (2 * before).tolist()


def test_engine_and_replicas_are_chosen_anew_for_the_new_text(work):
    """What the config.yaml of the run says of them was settled for its own text."""
    of_run = load_config(work / "runs" / "first-1" / "config.yaml").config.train
    assert "auto" not in (of_run.engine, of_run.replicas)
    on, _ = load_for_training(None, ["corpus.path=new.txt"], "first", None)
    assert (on.train.engine, on.train.replicas) == ("auto", "auto")
    asked_for = ["corpus.path=new.txt", "train.engine=numpy", "train.replicas=3"]
    on, _ = load_for_training(None, asked_for, "first", None)
    assert (on.train.engine, on.train.replicas) == ("numpy", 3)


def test_a_config_goes_before_the_settings_of_the_run(work):
    Path("my.yaml").write_text("model: {dim: 5, window: 2}\ncorpus: {path: new.txt}\n")
    w2v("train", "my.yaml", "--from", "first", "--out", "on", "vocab.min_count=1", "--quiet")
    config = load_config(work / "on" / "config.yaml").config
    assert (config.model.window, config.train.batch) == (2, 32)
    assert config.embedding.pretrained == str(work / "runs" / "first-1")
    assert config.embedding.dtype == "float32"


def test_a_run_without_its_config_or_its_vectors(work):
    first = work / "runs" / "first-1"
    (first / "config.yaml").unlink()
    (line,) = w2v(*FROM, "first", "--out", "on", code=1)
    assert "config.yaml is missing" in line
    vouch(first)
    w2v(*FROM, "first", "--out", "on", "--quiet", "vocab.min_count=1")
    config = load_config(work / "on" / "config.yaml").config
    assert (config.model.dim, config.train.batch) == (5, 32)
    (first / "vectors.npy").unlink()
    vouch(first)
    (line,) = w2v(*FROM, "first", code=1)
    assert line.endswith("first-1 has no vectors.npy: its status is 'done'; train it again")


def test_frozen_rows_are_in_the_plan(work):
    Path("words.txt").write_text("rain\nsnow\nnowhere\n")
    plain = ("train", "--from", "first", "--corpus", "new.txt", "--out")
    lines = w2v(*plain, "a", "embedding.freeze=words.txt")
    assert of_kind(lines, "frozen") == [
        "frozen   2 rows of W_in (1 word of the file without a row)"
    ]
    assert of_kind(w2v(*plain, "b", "embedding.freeze=true"), "frozen") == [
        "frozen   16 rows of W_in"
    ]
    assert not of_kind(w2v(*plain, "c"), "frozen")


def about_freezing(*arguments):
    lines = w2v("train", "--corpus", "new.txt", "embedding.freeze=true", *arguments, "--force")
    return [line for line in lines if "embedding.freeze" in line]


def test_rows_frozen_at_a_random_start_are_warned_of(work):
    """The remedy is a command that freezes what is known, and only that."""
    start = work / "runs" / "first-1"
    (line,) = about_freezing("--from", "first", "--out", "a")
    assert line == (
        "warning: 4 words start at random and stay so, since embedding.freeze is true; "
        f"a file of words freezes only those (embedding.freeze={start}/vocab.tsv)"
    )
    lines = w2v(*FROM, "first", "--out", "b", line.rpartition("(")[2].strip(")"))
    assert of_kind(lines, "frozen") == ["frozen   12 rows of W_in"]
    assert not any("at random" in line for line in lines)
    assert not about_freezing("--from", "first", "--vocabulary", "old", "--out", "a")
    start.rename(work / "an old run")
    (line,) = about_freezing("--from", "an old run", "--out", "a")
    assert line.endswith(f"('embedding.freeze={work}/an old run/vocab.tsv')")


@pytest.mark.parametrize("freeze", [True, False, "words.txt"])
def test_one_word_is_warned_of_only_where_all_are_frozen(freeze):
    config = load_config(values={"embedding.freeze": freeze}).config
    said = freezing_advice(config, None, 1)
    assert len(said) == (freeze is True)
    assert all(line.startswith("1 word starts at random and stays so, since") for line in said)


def test_a_table_frozen_at_random_is_warned_of(work, vector_file):
    (line,) = about_freezing("vocab.min_count=1", "--out", "a")
    assert line == (
        "warning: 12 words start at random and stay so, since embedding.freeze is true; "
        "embedding.pretrained=RUN starts from known vectors"
    )
    (line,) = about_freezing("--from", "v.npz", "vocab.min_count=1", "--out", "a")
    assert line.startswith("warning: 11 words start at random and stay so, ")
    assert line.endswith("; a file of words freezes only those (embedding.freeze=FILE)")


@pytest.mark.parametrize("name", [*TABLES, "vocab.tsv"])
def test_a_start_that_has_changed_is_warned_of(work, name):
    """Whichever of the files it was; the run trains all the same."""
    w2v(*FROM, "first", "--out", "on", "--quiet")
    start = work / "runs" / "first-1"
    assert not of_kind(w2v("train", "on", "--out", "same"), "warning: /")
    if name in TABLES:
        np.save(start / name, np.load(start / name) * 2)
    else:
        lines = (start / name).read_text("utf-8")
        (start / name).write_text(lines.replace("\t", "\t9"), "utf-8")
    vouch(start)
    expected = [
        f"warning: {start} has changed since the run that is trained again started from it; "
        "its vectors will come out different"
    ]
    for n, config in enumerate(("on", "on/config.yaml", "same")):
        assert of_kind(w2v("train", config, "--out", f"again-{n}"), "warning: /") == expected
    assert not of_kind(w2v("train", "again-0", "--out", "after"), "warning: /")
    # Another start was asked for, or none.
    assert not of_kind(w2v("train", "on", "--from", "same", "--out", "other"), "warning: /")
    Path("my.yaml").write_bytes(Path("on", "config.yaml").read_bytes())
    assert not of_kind(w2v("train", "my.yaml", "--out", "mine"), "warning: /")


def test_a_record_that_says_nothing_of_the_start_is_no_hindrance(work):
    w2v(*FROM, "first", "--out", "on", "--quiet")
    record = json.loads(Path("on", "run.json").read_text("utf-8"))
    for odd in (None, "first", {"path": record["pretrained"]["path"]}, {"path": 7, "sha256": 7}):
        edit_record(Path("on"), pretrained=odd)
        assert not of_kind(w2v("train", "on", "--out", "b", "--force"), "warning: /")
    for odd in (json.dumps({**record, "format": 9}), "[", "{}"):
        Path("on", "run.json").write_text(odd)
        said = w2v("train", "on", "--out", "b", "--force")
        assert not of_kind(said, "warning: /")
        assert sum("nothing tells whether on/config.yaml is" in line for line in said) == 1


def test_a_start_that_is_gone_is_named_with_its_key(work):
    w2v(*FROM, "first", "--out", "on", "--quiet")
    start = work / "runs" / "first-1"
    start.rename(work / "elsewhere")
    (line,) = w2v("train", "on", "--out", "again", code=1)
    why = f"there is no vector file and no run '{start}'; "
    assert line.startswith(f"w2v: embedding.pretrained: {why}")


def test_long_paths_have_a_line_of_their_own(work):
    deep = work / "a-folder-with-a-rather-long-name" / "and-another"
    deep.parent.mkdir()
    (work / "runs" / "first-1").rename(deep)
    lines = w2v("train", "--from", deep, "--corpus", "new.txt", "--out", "on")
    assert of_kind(lines, "start", "         ")[:2] == [
        "start    from a-folder-with-a-rather-long-name/and-another,",
        "         12 of 16 words known (W_in and W_out), 4 new",
    ]


FROM = ("train", "--corpus", "new.txt", "--from")


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        (
            [*FROM, "first", "model.dim=7"],
            2,
            "model.dim: 7, but the vectors in {}/runs/first-1 have 5 numbers; use model.dim=5",
        ),
        ([*FROM, "nobody"], 1, "there is no vector file and no run 'nobody'; the newest in runs/"),
        ([*FROM, "none.vec"], 1, "there is no vector file and no run 'none.vec'"),
        ([*FROM, "first", "--out", "runs/first-1", "--force"], 1, "is the run to start from"),
        ([*FROM, "first", "embedding.pretrained=x"], 2, "embedding.pretrained is given twice"),
        (
            [*FROM, "first", "--vocabulary", "new", "vocab.rows=old"],
            2,
            "vocab.rows is given twice, with --vocabulary and with vocab.rows=",
        ),
        (["train", "--corpus", "new.txt", "--vocabulary", "new"], 2, "--vocabulary needs --from"),
        ([*FROM, "first", "--vocabulary", "old", "vocab.min_count=2"], 2, "has no effect"),
        ([*FROM, "first", "embedding.freeze=no.txt"], 2, "no.txt cannot be read: No such file"),
    ],
    ids=str,
)
def test_what_cannot_be_is_said_in_a_line(work, arguments, code, complaint):
    before = sorted(work.rglob("*"))
    (line,) = w2v(*arguments, code=code)
    assert line.startswith("w2v: ")
    assert complaint.format(work) in line
    assert sorted(work.rglob("*")) == before


# -- files of vectors


@pytest.fixture
def vector_file(work):
    """Make `v.npz`: words in capitals, two that no run folder can hold, no counts."""
    words = ["Rain", "a\tb", "SNOW", "caf\udce9", "소금"]
    write_vectors(work / "v.npz", "npz", words, np.arange(15.0).reshape(5, 3) / 10)
    return work / "v.npz"


def test_a_vector_file_gives_dim_and_dtype(work, vector_file):
    lines = w2v(*FROM, "v.npz", "vocab.min_count=1", "--out", "on")
    assert of_kind(lines, "start", "         ") == [
        "start    from v.npz: 3 of 14 words known (W_in), 11 new",
        "         1 of the known are in this text",
    ]
    warnings = of_kind(lines, "warning")
    assert warnings[0].endswith("with a tab, a line end or bytes that are no UTF-8 are left out: 2")
    assert warnings[1] == (
        "warning: only 1 of the 12 words of the text are known; the known words have capitals: "
        "try corpus.lowercase=false"
    )
    config = load_config(work / "on" / "config.yaml").config
    assert (config.model.dim, config.embedding.dtype) == (3, "float64")
    words = Vocabulary.load(work / "on" / "vocab.tsv").words
    assert words[:3] == ["Rain", "SNOW", "소금"]
    W_in, _ = tables(work / "on")
    assert W_in[:2].tolist() == [[0, 0.1, 0.2], [0.6, 0.7, 0.8]]
    record = json.loads((work / "on" / "run.json").read_text("utf-8"))["pretrained"]
    assert record["sha256"] == hashlib.sha256(vector_file.read_bytes()).hexdigest()
    assert record["output_vectors"] is False
    w2v("train", "on", "--out", "again", "--quiet")
    assert digest(work / "on") == digest(work / "again")


def test_a_vector_file_does_not_overrule_what_was_asked_for(work, vector_file):
    (line,) = w2v(*FROM, "v.npz", "model.dim=4", code=2)
    assert "v.npz have 3 numbers; use model.dim=3" in line
    for settings, fitted in (
        (["embedding.dtype=float32"], (3, "float32")),
        (["model.dim=3"], (3, "float64")),
        (["model.dim=3", "embedding.dtype=float32"], (3, "float32")),
    ):
        w2v(*FROM, "v.npz", "vocab.min_count=1", "--out", "on", "--force", "--quiet", *settings)
        config = load_config(work / "on" / "config.yaml").config
        assert (config.model.dim, config.embedding.dtype) == fitted


def test_overlap_of_nothing_is_warned_of(work, vector_file):
    Path("other.txt").write_text("x y z\n" * 9 + "RAIN SNOW\n" * 9)
    settings = ("--from", "v.npz", "--out", "on", "corpus.tokenizer=whitespace")
    settings += ("train.subsample=0",)
    lines = w2v("train", "--corpus", "other.txt", *settings, "--vocabulary", "new")
    assert "start    from v.npz: 1 of 5 words known (W_in), 4 new" in lines
    assert not of_kind(lines, "warning: none")  # SNOW is known
    Path("other.txt").write_text("x y z\n" * 9)
    lines = w2v("train", "--corpus", "other.txt", *settings, "--vocabulary", "new", "--force")
    assert "warning: none of the 3 words of the text is known" in lines


def test_a_text_in_capitals_is_told_of_lower_case(first, work):
    Path("loud.txt").write_text("RAIN SNOW WIND SUN\n" * 9)
    settings = ("corpus.tokenizer=whitespace", "train.subsample=0", "--out", "on")
    lines = w2v("train", "--from", "first", "--corpus", "loud.txt", *settings)
    assert (
        "warning: none of the 4 words of the text is known; in lower case more would be: "
        "try corpus.lowercase=true with the tokenizer words"
    ) in lines


def test_a_run_without_words_is_no_start(first, tmp_path):
    folder = tmp_path / "empty"
    folder.mkdir()
    (folder / "run.json").write_bytes((first / "run.json").read_bytes())
    (folder / "vocab.tsv").write_text("")
    np.save(folder / "vectors.npy", np.zeros((0, 5)))
    vouch(folder)
    config = load_config(None, ["embedding.pretrained=" + str(folder), "model.dim=5"]).config
    with pytest.raises(RunError, match="empty holds no word to start from"):
        load_known(config)


def test_a_file_of_words_that_no_run_folder_holds_is_no_start(tmp_path):
    file = tmp_path / "bytes.bin"
    row = np.ones(5, "<f4").tobytes()
    file.write_bytes(b"2 5\n\xff " + row + b"\n\xfe " + row + b"\n")
    config = load_config(None, [f"embedding.pretrained={file}", "model.dim=5"]).config
    with pytest.raises(RunError, match=r"bytes\.bin holds no word to start from; a run folder has"):
        load_known(config)


def test_output_vectors_of_another_shape(first, tmp_path):
    folder = tmp_path / "odd"
    folder.mkdir()
    for file in first.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    np.save(folder / "output_vectors.npy", np.zeros((12, 4)))
    vouch(folder)
    config = load_config(None, ["embedding.pretrained=" + str(folder), "model.dim=5"]).config
    known = load_known(config)
    assert known.vectors.has_output
    with pytest.raises(RunError, match="has 5 numbers a word, output_"):
        known.vectors.output_vectors  # noqa: B018


def test_a_program_may_not_replace_what_it_starts_from(texts, first):
    before = digest(first)
    settings = {"corpus.path": str(texts[0]), **SMALL, "embedding.pretrained": str(first)}
    with pytest.raises(OutputError, match="is the run to start from; choose another"):
        train(settings, out=first, force=True)
    assert digest(first) == before


def test_a_vector_file_has_no_text_to_go_on_with(work, vector_file):
    (line,) = w2v("train", "--from", "v.npz", code=2)
    assert line == "w2v: v.npz has vectors, and no text to go on with; give one with --corpus"
