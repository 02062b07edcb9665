"""Settings on the command line: `key=value`, and `key=a,b,c` or `key=0..4` for a sweep.

Values are YAML, as in a file. Where a key has several, they are parted by commas; one within
brackets, braces or quotation marks parts nothing.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from w2v.config.nodes import NodeLoader, plain, yaml_reason
from w2v.errors import ConfigError, quoted

MAX_POINTS = 10_000  # of a sweep; more are surely a slip
RANGE = re.compile(r"(\d+)\.\.(\d+)")
# What no comma inside parts: text in quotation marks, where a value begins.
QUOTED = re.compile(r"""\"(?:\\.|[^"\\])*\"|'(?:''|[^'])*'""", re.DOTALL)


def parse_override(text: str) -> tuple[str, Any]:
    """Split `train.lr=1e-2` into its path and its value.

    Raises
    ------
    ConfigError
        If there is no `=`, or the value is no YAML.
    """
    path, equals, value = text.partition("=")
    if not equals or not path:
        raise ConfigError([f"override {text!r}: write it as key=value, for example train.epochs=3"])
    try:
        node = yaml.compose(value, Loader=NodeLoader)
        return path.strip(), None if node is None else plain(node)
    except yaml.YAMLError as error:
        reason = f"the value cannot be read as YAML: {yaml_reason(error)}"
        raise ConfigError([f"override {quoted(text, 60)}: {reason}"]) from error


def parse_axis(text: str) -> tuple[str, list[Any]]:
    """Split `model.window=2,5,10` or `train.seed=0..4` into its path and its values.

    Raises
    ------
    ConfigError
        If there is no `=`, a value is missing or is no YAML, or a range is none.

    Examples
    --------
    >>> parse_axis("train.seed=0..2,7")
    ('train.seed', [0, 1, 2, 7])
    """
    path, equals, value = text.partition("=")
    pieces = split_values(value)
    if not equals or (len(pieces) == 1 and not RANGE.fullmatch(value.strip())):
        path, only = parse_override(text)
        return path, [only]
    values: list[Any] = []
    for piece in pieces:
        if not piece.strip():
            raise ConfigError([f"override {quoted(text, 60)}: a value is missing beside a comma"])
        if RANGE.fullmatch(piece.strip()):
            try:
                values += range_of(piece.strip())
            except ValueError as error:
                raise ConfigError([f"override {quoted(text, 60)}: {error}"]) from error
        else:
            values.append(parse_override(f"{path}={piece}")[1])
        if len(values) > MAX_POINTS:
            break  # too many already, which is said where points are counted
    return path.strip(), values


def split_values(text: str) -> list[str]:
    """Part text at its commas, but for those within brackets, braces or quotation marks.

    >>> split_values("[a, b],'c,d',e")
    ['[a, b]', "'c,d'", 'e']
    """
    pieces, start, at, depth, before = [], 0, 0, 0, ","
    while at < len(text):
        letter = text[at]
        found = QUOTED.match(text, at) if letter in "\"'" and before in ",[{:" else None
        if found:
            at = found.end() - 1
        elif letter in "[{":
            depth += 1
        elif letter in "]}":
            depth = max(0, depth - 1)
        elif letter == "," and depth == 0:
            pieces.append(text[start:at])
            start = at + 1
        before = before if letter.isspace() else letter
        at += 1
    return [*pieces, text[start:]]


def range_of(text: str) -> range:
    """Return the whole numbers of `0..4`, both ends among them.

    Raises
    ------
    ValueError
        If it runs backwards, or is surely a slip.
    """
    first, last = text.split("..")
    # So long a row of digits is no number to Python either.
    if max(len(first), len(last)) > 19 or int(last) - int(first) >= MAX_POINTS:
        raise ValueError(f"{quoted(text)} is too many values; a sweep has {MAX_POINTS:,} at most")
    if int(last) < int(first):
        raise ValueError(f"{quoted(text)} runs backwards; write {last}..{first}")
    return range(int(first), int(last) + 1)
