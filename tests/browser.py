"""A real browser for tests: Chromium without a window and without a network, driven by Playwright.

Where there is none, tests that need one are skipped; with W2V_BROWSER=required they fail, and with
W2V_BROWSER=none they are skipped everywhere.
"""

from __future__ import annotations

import contextlib
import os
import shutil

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OPTIONS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)
PATIENCE = 20_000  # ms until a test fails that waits for what does not come


@contextlib.contextmanager
def launched():
    """Give a browser; one is enough for all tests of a file."""
    if os.environ.get("W2V_BROWSER") == "none":
        pytest.skip("W2V_BROWSER=none")
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        _missing(f"there is no browser: none of {', '.join(NAMES)}")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _missing("playwright is not installed: pip install 'w2v[dev]'")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(OPTIONS))
        yield browser
        browser.close()


def _missing(reason):
    if os.environ.get("W2V_BROWSER") == "required":
        pytest.fail(reason)
    pytest.skip(reason)


class Visit:
    """A page that was opened, and all that it did behind the reader's back.

    Attributes
    ----------
    page : playwright.sync_api.Page
    told : list of str
        Messages on the console, errors, and dialogs.
    requests : set of str
        Addresses that were asked for, but those of the page's own data.
    """

    def __init__(self, context, file):
        self.told, self.requests = [], set()
        self.url = file.as_uri()
        context.set_default_timeout(PATIENCE)
        context.on("request", self._ask)
        self.page = context.new_page()
        self.page.on("console", lambda message: self.told.append(message.text))
        self.page.on("pageerror", lambda error: self.told.append(str(error)))
        self.page.on("dialog", self._dismiss)
        self.page.goto(self.url)

    def _ask(self, request):
        if not request.url.startswith(("data:", "blob:")):
            self.requests.add(request.url)

    def _dismiss(self, dialog):
        self.told.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def check_quiet(self):
        assert not self.told, self.told
        assert self.requests == {self.url}, self.requests


@contextlib.contextmanager
def visit(browser, file, **options):
    """Open a file in a context of its own; at the end it must have been quiet."""
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
    context.set_offline(True)
    try:
        visited = Visit(context, file)
        yield visited
        visited.check_quiet()
    finally:
        context.close()
