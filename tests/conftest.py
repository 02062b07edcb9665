"""What tests share: a cache that is not the user's, and a working folder with a text."""

from __future__ import annotations

import pytest

TEXT = (
    "the king and the queen of the palace\nthe man and the woman of the village\n" * 6
    + "a cat a dog and a color\n" * 5
    + "scarce scarce rare\n"
)


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("W2V_CACHE", str(tmp_path_factory.mktemp("cache")))
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
