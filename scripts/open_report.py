#!/usr/bin/env python3
"""Measure how large a report is, and how long a browser needs to show it.

    python scripts/open_report.py report.html

Opens it several times in Chromium, without a network, and prints medians in seconds: until the text
is there, and until the first figure is drawn, both from the start of the navigation. Needs the
extra `dev` and a Chromium on the PATH.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from browser import launched

# Notes the moment at which a figure says of itself that it is drawn.
WATCH = """new MutationObserver((_, observer) => {
  if (!document.querySelector('figure[data-state="drawn"]')) return;
  window.drawnAt = performance.now();
  observer.disconnect();
}).observe(document, { subtree: true, childList: true, attributes: true });"""
TEXT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


def seconds_to_open(browser, file: Path) -> tuple[float, float]:
    """Return the seconds until there was text, and until the first figure was drawn."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, offline=True)
    page = context.new_page()
    page.add_init_script(WATCH)
    page.goto(file.resolve().as_uri())
    page.evaluate("document.querySelector('figure').scrollIntoView()")
    page.wait_for_function("() => window.drawnAt")
    found = page.evaluate(TEXT) / 1000, page.evaluate("window.drawnAt") / 1000
    context.close()
    return found


def main() -> None:
    """Print a line for each report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("reports", nargs="+", type=Path, metavar="REPORT")
    parser.add_argument("--times", type=int, default=5, help="how often each is opened (5)")
    options = parser.parse_args()
    with launched() as browser:
        for file in options.reports:
            texts, figures = zip(
                *(seconds_to_open(browser, file) for _ in range(options.times)), strict=True
            )
            size = file.stat().st_size / 1e6
            text, figure = statistics.median(texts), statistics.median(figures)
            print(f"{file}: {size:.1f} MB, text {text:.2f} s, first figure {figure:.2f} s")


if __name__ == "__main__":
    main()
