"""What all tests share: no test reads or writes the user's own cache."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("W2V_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield
