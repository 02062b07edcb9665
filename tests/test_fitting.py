"""Runs that the machine has no room for: refused in a sentence, whose advice fits."""

from __future__ import annotations

import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from w2v.config import load_config
from w2v.config.schema import n_replicas, with_values
from w2v.errors import OutputError, TooLargeError
from w2v.text.vocabulary import Vocabulary
from w2v.training.disk_space import disk_bytes
from w2v.training.fitting import check_disk, check_memory
from w2v.training.peak_memory import NUMBA_BYTES, Work, bytes_to_come

GB = 10**9
N_WORDS = 20_000
WORDS = [f"w{i}" for i in range(N_WORDS)]
COUNTS = (10_000_000 / np.arange(1, N_WORDS + 1)).astype(np.int64) + 1


def work_of(*settings, engine="numpy", n_words=N_WORDS):
    config = load_config(None, ["train.engine=numpy", "train.replicas=1", *settings]).config
    vocabulary = Vocabulary(WORDS[:n_words], COUNTS[:n_words])
    return Work(config, vocabulary, 100_000_000, engine, n_replicas(config))


def refusal(work, available):
    with pytest.raises(TooLargeError) as caught:
        check_memory(work, bytes_to_come(work) + 50_000_000, available)
    assert caught.value.exit_code == 1
    return str(caught.value)


def advised(sentence):
    """Return each alternative of a sentence, as a list of settings."""
    listed = re.fullmatch(r".* available; (.*) would fit", sentence)[1]
    return [part.split() for part in re.split(", | or ", listed)]


def test_what_fits_is_not_refused():
    work = work_of()
    needed = bytes_to_come(work)
    check_memory(work, needed, needed)
    with pytest.raises(TooLargeError):
        check_memory(work, needed, needed - 1)


def test_the_sentence():
    sentence = refusal(work_of("model.dim=300"), 30_000_000)
    assert re.fullmatch(
        r"training needs about \d+ MB of memory, and \d+ MB is available; "
        r"model\.dim=\d+ or vocab\.max_size=\d+ would fit",
        sentence,
    )
    assert len(sentence) < 160


SETTINGS = st.lists(
    st.sampled_from(
        [
            "model.dim=300", "embedding.dtype=float64", "train.replicas=8", "train.chunk=2000000",
            "vocab.specials=[<unk>]", "embedding.sparse=false", "model.loss=softmax",
            "train.optimizer=adam",
        ]
    ),
    unique=True,
).filter(lambda chosen: not {"train.optimizer=adam", "train.replicas=8"} <= {*chosen})  # fmt: skip


@settings(max_examples=6)
@example(
    chosen=["model.loss=softmax", "model.dim=300", "embedding.dtype=float64", "train.replicas=8",
            "train.chunk=2000000"],
    share=0.5,
)  # fmt: skip
@given(chosen=SETTINGS, share=st.floats(0.02, 0.99))
def test_all_that_is_advised_fits(chosen, share):
    """Whatever is named: with it, and nothing else changed, the run is not refused."""
    work = work_of(*chosen)
    available = int(bytes_to_come(work) * share)
    sentence = refusal(work, available)
    if sentence.endswith("no setting makes it fit: it takes more memory"):
        return
    for changes in advised(sentence):
        size = next((int(c.split("=")[1]) for c in changes if c.startswith("vocab.")), None)
        others = [change for change in changes if not change.startswith("vocab.")]
        n_words = N_WORDS if size is None else size + len(work.config.vocab.specials)
        changed = work_of(*chosen, *others, n_words=n_words)
        assert bytes_to_come(changed) <= available, (changes, sentence)


def test_smaller_chunks_are_enough_for_more_replicas():
    """Eight were asked for, and there were chunks for three: with smaller ones there are eight."""
    few = work_of("train.chunk=2000000", "train.replicas=3", "train.threads=8")
    as_small = work_of("train.chunk=100000", "train.replicas=8", "train.threads=8")
    available = bytes_to_come(as_small) - 1
    assert "train.chunk=100000" in refusal(few, available)
    assert "train.chunk=100000" not in refusal(replace(few, n_wanted=8), available)
    assert "train.chunk=100000" in refusal(replace(few, n_wanted=8), available + 1)


def test_nothing_fits():
    sentence = refusal(work_of(), 1000)
    assert sentence.endswith("no setting makes it fit: it takes more memory")


def test_vectors_to_start_from_have_their_size():
    """Neither D nor, with `union`, the number of rows can be chosen."""
    work = work_of("embedding.pretrained=x", "vocab.rows=union", "embedding.dtype=float64")
    sentence = refusal(work, int(bytes_to_come(work) * 0.7))
    assert sentence.endswith("; embedding.dtype=float32 would fit")


def test_the_engine_may_change_with_the_optimizer(monkeypatch):
    """`auto` is numba with sgd: what that takes counts before sgd is advised."""
    monkeypatch.setattr("w2v.training.fitting.choose_engine", lambda *_: ("numba", "the faster"))
    monkeypatch.setattr("w2v.training.fitting.sys", SimpleNamespace(modules={}))
    wide = ["train.engine=auto", "model.dim=3000"]
    adam = work_of("train.optimizer=adam", *wide)
    as_sgd = work_of("train.replicas=2", *wide, engine="numba")
    needed = bytes_to_come(as_sgd) + NUMBA_BYTES
    assert needed < bytes_to_come(adam)
    assert "train.optimizer=sgd" in refusal(adam, bytes_to_come(adam) - 1)
    assert "train.optimizer=sgd" not in refusal(adam, bytes_to_come(as_sgd))


def test_room_on_the_disk(tmp_path):
    work = work_of("model.dim=300")
    work = replace(work, config=with_values(work.config, {"train.checkpoint_every": 5}))
    needed = disk_bytes(work.config, N_WORDS)
    assert needed == pytest.approx(6 * 24_000_000, rel=0.02)
    check_disk(work, tmp_path / "runs" / "new", needed)
    with pytest.raises(OutputError) as caught:
        check_disk(work, tmp_path / "runs" / "new", needed // 2)
    sentence = str(caught.value)
    assert sentence.startswith("the files of the run take about 144 MB, and 72 MB is free for ")
    assert sentence.endswith(
        "; model.dim=140, vocab.max_size=10000 or train.checkpoint_every=null would fit"
    )
    (tmp_path / "vectors.npy").write_bytes(bytes(1000))  # of the run that is replaced
    check_disk(work, tmp_path, needed - 1000)
    with pytest.raises(OutputError):
        check_disk(work, tmp_path, needed - 1001)
    with pytest.raises(OutputError, match="it takes more room; --out puts it on another disk"):
        check_disk(work, tmp_path, 0)


@pytest.mark.parametrize(
    ("changes", "n_tables"),
    [
        ({"train.checkpoint_every": None}, 2),
        ({}, 6),
        ({"train.checkpoint_every": 1, "train.optimizer": "adam"}, 14),
        ({"train.early_stop": {"metric": "heldout_loss", "patience": 1}}, 9),
    ],
)
def test_tables_on_the_disk(changes, n_tables):
    config = with_values(load_config(None, []).config, changes)
    assert disk_bytes(config, 1000) - disk_bytes(config, 0) == n_tables * 400_000 + 20_000
