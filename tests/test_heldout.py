"""The held-out loss: of text that is never trained on, the same in every epoch."""

from __future__ import annotations

import json
import re

import naive
import numpy as np
import pytest
from click.testing import CliRunner
from engines import ENGINES
from hypothesis import given
from hypothesis import strategies as st

from w2v import train
from w2v.cli.main import main
from w2v.config import load_config
from w2v.errors import ConfigError
from w2v.text.vocabulary import Vocabulary
from w2v.training.draws import Draws, without_span

N_WORDS = 2000
# Each position of the texts below has a word of its own, so that a chunk tells where it is from.
VOCABULARY = Vocabulary([f"w{i}" for i in range(N_WORDS)], np.full(N_WORDS, 5))


def draws(*settings):
    return Draws(load_config(None, ["train.subsample=0", *settings]).config, VOCABULARY)


def text(n, words_a_line):
    return np.arange(n, dtype=np.int32) + 7, np.arange(n) // words_a_line


def neighbours(chunk):
    """Return the set of words that each word has in its context."""
    return {
        int(chunk.tokens[t]): {
            int(chunk.tokens[x]) for x in range(chunk.left[t], chunk.right[t]) if x != t
        }
        for t in range(len(chunk.tokens))
    }


@given(
    st.integers(0, 300), st.sampled_from([0.001, 0.1, 0.3, 0.5]), st.integers(1, 40),
    st.integers(0, 50),
)  # fmt: skip
def test_a_chunk_is_what_is_trained_on_and_what_is_held_out(n, share, words_a_line, number):
    make = draws(f"eval.heldout={share}", "model.window=3", "model.shrink_window=false")
    tokens, sentence = text(n, words_a_line)
    trained = make.chunk(tokens, sentence, epoch=0, number=number)
    held_out = make.heldout_chunk(tokens, sentence, number=number)
    parts = np.concatenate((trained.tokens, held_out.tokens))
    assert sorted(parts.tolist()) == tokens.tolist()  # every position once, in one of the two
    assert len(held_out.tokens) == round(share * n)
    assert (np.diff(held_out.tokens) == 1).all()  # one span
    # Words are neighbours if they were before, and nothing was cut out between them.
    span = set(held_out.tokens.tolist())
    lines = dict(zip(tokens.tolist(), sentence.tolist(), strict=True))
    for chunk in (trained, held_out):
        for word, context in neighbours(chunk).items():
            expected = {
                other
                for other in range(word - 3, word + 4)
                if other != word
                and lines.get(other) == lines[word]
                and len({i in span for i in range(min(word, other), max(word, other) + 1)}) == 1
            }
            assert context == expected


def test_it_is_the_same_in_every_epoch():
    """As is not what is trained on, which is thinned out and drawn anew."""
    settings = ("eval.heldout=0.2", "train.subsample=1e-5", "model.window=4")
    make, again = draws(*settings), draws(*settings)
    tokens, sentence = text(500, 30)
    first, other = (make.chunk(tokens, sentence, epoch=epoch, number=3) for epoch in (0, 1))
    assert first.tokens.tolist() != other.tokens.tolist()
    held_out, later = (which.heldout_chunk(tokens, sentence, number=3) for which in (make, again))
    for name in ("tokens", "left", "right", "noise"):
        np.testing.assert_array_equal(getattr(held_out, name), getattr(later, name))
    assert len(held_out.tokens) == 100  # none is thinned out
    assert not set(held_out.tokens.tolist()) & {*first.tokens.tolist(), *other.tokens.tolist()}
    inner = neighbours(held_out)[int(held_out.tokens[50])]
    widths = {len(context) for context in neighbours(held_out).values()}
    assert max(widths) == 8  # the full window on both sides
    assert len(inner) in (4, 5, 6, 7, 8)
    elsewhere = make.heldout_chunk(tokens, sentence, number=4)
    assert elsewhere.tokens.tolist() != held_out.tokens.tolist()
    assert elsewhere.noise.tolist() != held_out.noise.tolist()


def test_its_noise_is_not_that_of_the_training():
    make = draws("eval.heldout=0.5", "train.batch=10")
    tokens, sentence = text(200, 30)
    trained = make.chunk(tokens, sentence, epoch=0, number=0)
    held_out = make.heldout_chunk(tokens, sentence, number=0)
    assert trained.noise.shape == held_out.noise.shape == (10, 4, 8)
    assert not np.array_equal(trained.noise, held_out.noise)


def test_without_a_share_nothing_is_held_out():
    tokens, sentence = text(100, 9)
    assert len(draws().heldout_chunk(tokens, sentence, number=0).tokens) == 0
    assert len(draws().chunk(tokens, sentence, epoch=0, number=0).tokens) == 100


@given(st.integers(0, 30), st.integers(0, 30), st.integers(1, 5))
def test_without_span(start, length, words_a_line):
    tokens, sentence = text(30, words_a_line)
    span = slice(start, min(start + length, 30))
    left, of_left = without_span(tokens, sentence, span)
    assert left.tolist() == [*tokens[: span.start].tolist(), *tokens[span.stop :].tolist()]
    for i in range(len(left) - 1):
        was_next = left[i + 1] == left[i] + 1 and sentence[left[i] - 7] == sentence[left[i + 1] - 7]
        assert (of_left[i] == of_left[i + 1]) == was_next


@pytest.fixture
def corpus(tmp_path):
    """Words that occur once each, then a small world of lines that repeat."""
    rng = np.random.default_rng(6)
    pairs = [("red", "green"), ("cat", "dog"), ("rain", "snow")]
    lines = [" ".join(rng.permutation(pairs[i])) for i in rng.integers(0, 3, 900)]
    once = [f"w{i}" for i in range(500)]  # the first chunk
    path = tmp_path / "text.txt"
    path.write_text("\n".join([" ".join(once), *lines]), encoding="utf-8")
    return path


BASE = {
    "vocab.min_count": 1,
    "model.dim": 5,  # compiling for another number takes 10 s
    "train.subsample": 0,
    "train.epochs": 3,
    "train.chunk": 500,
    "train.batch": 4,
    "train.lr": 0.05,
    "train.replicas": 1,
    "eval.heldout": 0.25,
}


def events(done, kind):
    lines = map(json.loads, (done.folder / "metrics.jsonl").read_text("utf-8").splitlines())
    return [line for line in lines if line["event"] == kind]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"model.kind": "skipgram"},
        {"negatives.mode": "independent"},
        {"embedding.dtype": "float64", "train.replicas": 3},
    ],
    ids=str,
)
def test_the_loss_equals_the_naive_one(corpus, tmp_path, engine, settings):
    """At the weights that were saved, over all chunks, on the words that were left out."""
    options = {"corpus.path": str(corpus), **BASE, "train.engine": engine, **settings}
    done = train(options, out=tmp_path / "run")
    config = load_config(done.folder / "config.yaml").config
    vocabulary = done.vectors.vocabulary
    make = Draws(config, vocabulary)
    words = [line.split() for line in corpus.read_text("utf-8").splitlines()]
    ids = np.array([vocabulary.words.index(word) for line in words for word in line], np.int32)
    sentence = np.repeat(np.arange(len(words)), [len(line) for line in words])
    W_in, W_out = (
        np.load(done.folder / name).astype(float) for name in ("vectors.npy", "output_vectors.npy")
    )
    total = n = 0
    for number, at in enumerate(range(0, len(ids), 500)):
        chunk = make.heldout_chunk(ids[at : at + 500], sentence[at : at + 500], number)
        assert len(chunk.tokens) == len(ids[at : at + 500]) // 4
        loss, n_here = naive.chunk_loss(W_in, W_out, chunk, kind=config.model.kind, k=5)
        total, n = total + loss, n + n_here
    assert done.metrics[-1].heldout_loss == pytest.approx(total / n, rel=1e-5)
    assert [line["heldout_loss"] for line in events(done, "epoch")] == [
        epoch.heldout_loss for epoch in done.metrics
    ]


def test_a_word_that_is_only_held_out_is_not_learnt(corpus, tmp_path):
    """It keeps the vector that it started with; what else is in its chunk does not."""
    plain = {"corpus.path": str(corpus), **BASE}
    starts = train({**plain, "embedding.freeze": True}, out=tmp_path / "starts").vectors
    vectors = train(plain, out=tmp_path / "run").vectors
    once = [f"w{i}" for i in range(500)]
    kept = [word for word in once if np.array_equal(vectors[word], starts[word])]
    config = load_config(tmp_path / "run" / "config.yaml").config
    row_of = {word: row for row, word in enumerate(vectors.vocabulary.words)}
    rows = np.array([row_of[word] for word in once], np.int32)
    held_out = Draws(config, vectors.vocabulary).heldout_chunk(rows, np.zeros(500, np.int64), 0)
    assert kept == [vectors.vocabulary.words[row] for row in held_out.tokens]
    assert len(kept) == 125


@pytest.mark.parametrize("engine", ENGINES)
def test_it_falls_while_training(tmp_path, engine):
    settings = {"train.engine": engine, "train.epochs": 4, "eval.heldout": 0.05, "train.lr": 0.1}
    done = train({"corpus.path": "toy-world", "model.dim": 5, **settings}, out=tmp_path / "run")
    losses = [epoch.heldout_loss for epoch in done.metrics]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < 0.9 * losses[0]


def test_without_it_none_is_written(corpus, tmp_path):
    done = train({"corpus.path": str(corpus), **BASE, "eval.heldout": 0}, out=tmp_path / "run")
    assert all(epoch.heldout_loss is None for epoch in done.metrics)
    assert all(line["heldout_loss"] is None for line in events(done, "epoch"))


def test_a_span_without_neighbours_has_no_loss(tmp_path):
    """Of four positions one is held out: a word alone."""
    (tmp_path / "text.txt").write_text("a b\n" * 200)
    settings = {**BASE, "train.chunk": 4, "train.replicas": 2}
    done = train({"corpus.path": str(tmp_path / "text.txt"), **settings}, out=tmp_path / "run")
    assert all(epoch.heldout_loss is None for epoch in done.metrics)


@pytest.mark.parametrize("share", ["0.51", "-0.1", "1"])
def test_no_more_than_half_is_held_out(share):
    with pytest.raises(ConfigError, match=r"eval\.heldout: a number of at least 0 and at most"):
        load_config(None, [f"eval.heldout={share}"])


def test_the_command_shows_it(corpus, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = [f"{path}={value}" for path, value in BASE.items()]
    done = CliRunner().invoke(main, ["train", "--corpus", str(corpus), "--out", "run", *settings])
    assert done.exit_code == 0, done.output
    shown = re.findall(r"^epoch \d: loss \d\.\d{3}, held-out (\d\.\d{3}), ", done.stderr, re.M)
    lines = map(json.loads, (tmp_path / "run" / "metrics.jsonl").read_text().splitlines())
    found = [line["heldout_loss"] for line in lines if line["event"] == "epoch"]
    assert shown == [f"{loss:.3f}" for loss in found]
    assert len(shown) == 3


def test_a_share_that_comes_to_nothing_is_refused(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("a b c d e\n" * 100)
    settings = {"corpus.path": str(path), "vocab.min_count": 1, "train.subsample": 0}
    with pytest.raises(ConfigError, match=r"0\.0005 of a chunk of 500 positions.*at least 0\.002"):
        train({**settings, "eval.heldout": 0.0005}, out=tmp_path / "run")
    done = train({**settings, "eval.heldout": 0.002, "model.dim": 3}, out=tmp_path / "run")
    assert done.metrics[-1].heldout_loss is None  # one position has no neighbour
