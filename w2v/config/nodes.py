"""YAML as nodes, never constructed as objects: each mistake has its line, and no key is lost.

Nothing in a file can run code or blow up by aliases. What the nodes mean is in `loading.py`, and of
the section `sweep` in `sweeping.py`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from yaml.constructor import SafeConstructor

from w2v.errors import ConfigError, quoted

MAX_CONFIG_BYTES = 100_000  # a config is a page of text; this is surely another file
LONGEST_KEY = 60  # characters that are shown
MAX_DEPTH = 6  # file, sweep, grid, values, a value that is a list, and what is in it
# A list or mapping that is tagged as anything else was meant for another program.
PLAIN_COLLECTIONS = ("tag:yaml.org,2002:seq", "tag:yaml.org,2002:map")
# YAML 1.1 reads 010 as 8 and 1:30 as 90, which nobody means: they stay text, which no number is.
OLD_NUMBER = re.compile(r"[+-]?0\w+|[+-]?\d[\d_]*(:[\d_.]+)+")


def parse_file(file: Path) -> yaml.Node | None:
    """Turn the file into YAML nodes."""
    try:
        with open(file, "rb") as stream:
            content = stream.read(MAX_CONFIG_BYTES + 1)
        if len(content) > MAX_CONFIG_BYTES:
            raise ConfigError([f"{file} is over {MAX_CONFIG_BYTES:,} bytes: this is no config"])
        return yaml.compose(content.decode("utf-8-sig"), Loader=NodeLoader)
    except OSError as error:
        raise ConfigError([f"{file} cannot be read: {error.strerror}"]) from error
    except UnicodeDecodeError as error:
        raise ConfigError([f"{file} is not UTF-8 text (byte {error.start})"]) from error
    except yaml.YAMLError as error:
        raise ConfigError(
            [f"{file}{_yaml_line(error)}: this cannot be read as YAML: {yaml_reason(error)}"]
        ) from error


class NodeLoader(yaml.SafeLoader):
    """Makes nodes of YAML no deeper than a config, without aliases, which can explode, and tags."""

    _depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Make the next node with all that is in it."""
        mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
        if self.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(problem="aliases have no place here", problem_mark=mark)
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise yaml.MarkedYAMLError(problem="it is nested too deeply", problem_mark=mark)
        node = super().compose_node(parent, index)
        self._depth -= 1
        if isinstance(node, yaml.CollectionNode) and node.tag not in PLAIN_COLLECTIONS:
            tag = quoted(node.tag.replace("tag:yaml.org,2002:", "!!"))
            raise yaml.MarkedYAMLError(
                problem=f"the tag {tag} has no place here", problem_mark=mark
            )
        return node


def entries_of(
    mapping: yaml.MappingNode, file: Path, prefix: str, problems: list[str]
) -> list[tuple[str, yaml.Node, str]]:
    """List (key, node, source) of a mapping; a key that comes twice is a mistake."""
    entries = []
    first_line: dict[str, int] = {}
    for key_node, node in mapping.value:
        line = key_node.start_mark.line + 1
        key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else "?"
        if key in first_line:
            problems.append(
                f"{file} line {line}: {prefix}{cut(key)} is already set in line {first_line[key]}"
            )
        first_line.setdefault(key, line)
        entries.append((key, node, f"{file} line {line}"))
    return entries


def cut(key: str) -> str:
    """Return a key, cut if it would fill the screen."""
    return key if len(key) <= LONGEST_KEY else f"{key[: LONGEST_KEY - 3]}..."


def plain(node: yaml.Node) -> Any:
    """Turn a node into None, bool, int, float, str, list or dict."""
    if isinstance(node, yaml.SequenceNode):
        return [plain(item) for item in node.value]
    if isinstance(node, yaml.MappingNode):
        return {str(plain(key)): plain(value) for key, value in node.value}
    text = str(node.value)
    if OLD_NUMBER.fullmatch(text):
        return text
    try:
        value = SafeConstructor().construct_object(node)
    except (ValueError, LookupError, AttributeError):  # `2024-13-45`, `!!bool perhaps`
        return text
    # A date, say: YAML's own types beyond these are text here.
    return value if value is None or isinstance(value, (bool, int, float, str)) else text


def is_null(node: yaml.Node) -> bool:
    """Tell whether nothing stands there."""
    return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"


def kind_of(node: yaml.Node) -> str:
    """Say what a node is."""
    if isinstance(node, yaml.ScalarNode):
        return quoted(node.value)
    return "a list" if isinstance(node, yaml.SequenceNode) else "a mapping"


def _yaml_line(error: yaml.YAMLError) -> str:
    """Say where the parser stopped."""
    mark = getattr(error, "problem_mark", None)
    return f" line {mark.line + 1}" if mark is not None else ""


def yaml_reason(error: Exception) -> str:
    """Say in one line why the parser stopped."""
    reason = getattr(error, "problem", None) or str(error)
    remedy = " (indent with spaces)" if "'\\t'" in reason else ""
    return " ".join(str(reason).split()) + remedy
