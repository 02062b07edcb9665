"""What every answer of the command line must be, whatever it was given."""

from __future__ import annotations

import re
import unicodedata

from fuzzing.cases import Outcome

CODES = (0, 1, 2, 3, 4)
MOST_LINES = 40  # of stderr
LONGEST_LINE = 1200  # characters: a path may be long
SAID = re.compile(r"(?:w2v|Error): .")
CONFIG_CODE = 2  # several mistakes in a config are told together
OUTPUT_SHOWN = 300


def wrong_with(outcome: Outcome) -> list[str]:
    """Say what is wrong with an answer, a sentence each."""
    found = []
    if outcome.error:
        found.append(outcome.error.strip().splitlines()[-1][:OUTPUT_SHOWN])
    elif outcome.code not in CODES:
        found.append(f"exit code {outcome.code}")
    try:
        err = outcome.err.decode("utf-8")
        outcome.out.decode("utf-8")
    except UnicodeDecodeError as error:
        return [*found, f"printed what is no UTF-8: {error}"]
    for sign in ("Traceback (most recent call last)", "a bug in w2v", "Warning: "):
        if sign in err:
            found.append(f"{sign!r} in stderr")
    if "not enough memory" in err:
        found.append("memory ran out")
    lines = err.splitlines()
    if len(lines) > MOST_LINES:
        found.append(f"{len(lines):,} lines on stderr")
    if longest := max(map(len, lines), default=0) // (LONGEST_LINE + 1):
        found.append(f"a line of over {longest * LONGEST_LINE:,} characters on stderr")
    if strange := next(filter(_is_strange, err), ""):
        found.append(f"{strange!r} on stderr")
    if outcome.code:
        n_said = sum(map(bool, map(SAID.match, lines)))
        if n_said == 0 or (n_said > 1 and outcome.code != CONFIG_CODE):
            found.append(f"exit code {outcome.code} with {n_said} sentences")
    return found


def _is_strange(letter: str) -> bool:
    """Tell whether a character does something else than show itself."""
    return letter not in "\n\u200c\u200d" and unicodedata.category(letter) in (
        "Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp",
    )  # fmt: skip
