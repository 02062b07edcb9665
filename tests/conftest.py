"""What tests share: a cache that is not the user's, and a working folder with a text."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile

import numpy as np
import pytest
from hypothesis import settings

# A busy machine is no mistake. The examples are others in each run, and scripts/check has two.
settings.register_profile("tests", deadline=None, max_examples=30)
settings.load_profile("tests")

TEXT = (
    "the king and the queen of the palace\nthe man and the woman of the village\n" * 6
    + "a cat a dog and a color\n" * 5
    + "scarce scarce rare\n"
)

# A small world of 16 words: those of one topic stand in the same sentences, in any order.
TOPICS = ("red green blue pink", "cat dog cow hen", "rain snow wind sun", "bread milk salt rice")


def pytest_configure(config):
    """Give compiled code a folder that all processes of these tests share.

    It takes seconds to make, and no test asks who has made it. Test files import the functions
    that are compiled: it must be said before they are collected.
    """
    if not hasattr(config, "workerinput"):  # workers inherit it
        config.compiled = tempfile.mkdtemp(prefix="w2v-compiled-")
        os.environ["NUMBA_CACHE_DIR"] = config.compiled


def pytest_collection_finish():
    """Look for no garbage among what was collected: tests that ask for it would wait a second."""
    gc.freeze()


def pytest_unconfigure(config):
    if hasattr(config, "compiled"):
        shutil.rmtree(config.compiled, ignore_errors=True)


@pytest.fixture(scope="session")
def corpus(tmp_path_factory):
    """About 6,000 words, one topic a line."""
    path = tmp_path_factory.mktemp("text") / "topics.txt"
    rng = np.random.default_rng(4)
    lines = [" ".join(rng.choice(TOPICS[i].split(), 6)) for i in rng.integers(0, 4, 1000)]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("W2V_CACHE", str(tmp_path_factory.mktemp("cache")))
        for variable in ("LANGUAGE", "LC_ALL", "LC_MESSAGES"):
            patch.delenv(variable, raising=False)
        patch.setenv("LANG", "C.UTF-8")  # lessons are in English, whoever runs the tests
        patch.setenv("PYTHONWARNINGS", "error")  # of the processes that tests start
        yield


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty working folder but for a text, and a cache of its own."""
    monkeypatch.setenv("W2V_CACHE", str(tmp_path / "cache"))
    work = tmp_path / "work"
    work.mkdir()
    (work / "my.txt").write_text(TEXT, "utf-8")
    monkeypatch.chdir(work)
    return work
