"""Read a config: defaults, then a YAML file, then overrides; every mistake found is reported.

The YAML is walked node by node, never constructed as objects, so that each mistake has its line,
no key is lost because it came twice, and nothing in a file can run code or blow up by aliases.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from yaml.constructor import SafeConstructor

from w2v.config.checking import Mismatch, check_value, contradictions, missing_parts
from w2v.config.schema import Config, as_dict, build_config, option_fields, option_paths, sections
from w2v.errors import ConfigError, quoted

MAX_CONFIG_BYTES = 100_000  # a config is a page of text; this is surely another file
MAX_DEPTH = 5  # file, section, value, and what a list or mapping may hold
# YAML 1.1 reads 010 as 8 and 1:30 as 90, which nobody means: they stay text, which no number is.
OLD_NUMBER = re.compile(r"[+-]?0\w+|[+-]?\d[\d_]*(:[\d_.]+)+")
# What some settings are called in word2vec.c, gensim, fastText and PyTorch.
OTHER_NAMES = {
    "alpha": "train.lr",
    "batch_size": "train.batch",
    "embedding_dim": "model.dim",
    "iter": "train.epochs",
    "learning_rate": "train.lr",
    "negative": "negatives.k",
    "ns_exponent": "negatives.power",
    "sample": "train.subsample",
    "size": "model.dim",
    "vector_size": "model.dim",
    "workers": "train.threads",
    "ws": "model.window",
}


@dataclass(frozen=True)
class Resolved:
    """A config and where each of its values came from.

    Attributes
    ----------
    config : Config
    sources : dict of str to str
        "default", "<file> line <n>" or "override", by dotted path.
    """

    config: Config
    sources: dict[str, str]


@dataclass
class _Draft:
    """What has been gathered so far: values and sources by path, and the mistakes."""

    values: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def put(self, path: str, value: Any, source: str) -> None:
        """Check a value and keep it, or note what is wrong with it."""
        known = {p: (cls, f) for p, cls, f in option_fields()}
        if path not in known:
            self.problems.append(f"{source}: {path} is no setting{_nearest(path)}")
            return
        try:
            self.values[path] = check_value(value, *known[path])
        except Mismatch as mismatch:
            self.problems.append(f"{source}: {path}: {mismatch}")
        self.sources[path] = source


def load_config(
    file: Path | None = None,
    overrides: list[str] | None = None,
    values: Mapping[str, Any] | None = None,
) -> Resolved:
    """Put a config together and check it.

    Parameters
    ----------
    file : Path, optional
        A YAML file; without it, the defaults.
    overrides : list of str
        `key=value`, the key a dotted path, the value as it would stand in YAML.
    values : mapping, optional
        The same from a Python program: values by dotted path.

    Raises
    ------
    ConfigError
        With all mistakes of the file and of the overrides.
    """
    draft = _Draft()
    if file is not None:
        _read_file(file, draft)
    for text in overrides or []:
        try:
            path, value = parse_override(text)
        except ConfigError as error:
            draft.problems += error.problems
            continue
        draft.put(path, value, "override")
    for path, value in (values or {}).items():
        draft.put(str(path), value, "argument")
    if draft.problems:
        raise ConfigError(draft.problems)
    config = build_config(draft.values)
    sources = {path: draft.sources.get(path, "default") for path in as_dict(config)}
    found = contradictions(config) + missing_parts(config)
    if found:
        raise ConfigError([f"{sources[path]}: {path}: {sentence}" for path, sentence in found])
    return Resolved(config, sources)


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
        node = yaml.compose(value, Loader=_NodeLoader)
        return path.strip(), None if node is None else _plain(node)
    except yaml.YAMLError as error:
        reason = f"the value cannot be read as YAML: {_yaml_reason(error)}"
        raise ConfigError([f"override {quoted(text, 60)}: {reason}"]) from error


def _read_file(file: Path, draft: _Draft) -> None:
    """Read the YAML file into the draft."""
    root = _parse(file)
    if root is None or _is_null(root):
        return  # an empty file changes nothing
    if not isinstance(root, yaml.MappingNode):
        raise ConfigError(
            [f"{file} line 1: expected settings such as `train:`, found {_kind(root)}"]
        )
    of_section = sections()
    for name, node, source in _entries(root, file, "", draft):
        if name not in of_section:
            _put_node(name, node, source, draft)
        elif isinstance(node, yaml.MappingNode):
            for key, inner, inner_source in _entries(node, file, f"{name}.", draft):
                _put_node(f"{name}.{key}", inner, inner_source, draft)
        elif not _is_null(node):  # `train:` with nothing below it changes nothing
            draft.problems.append(
                f"{source}: {name}: settings are expected below it, found {_kind(node)}"
            )


def _parse(file: Path) -> yaml.Node | None:
    """Turn the file into YAML nodes."""
    try:
        with open(file, "rb") as stream:
            content = stream.read(MAX_CONFIG_BYTES + 1)
        if len(content) > MAX_CONFIG_BYTES:
            raise ConfigError([f"{file} is over {MAX_CONFIG_BYTES:,} bytes: this is no config"])
        return yaml.compose(content.decode("utf-8-sig"), Loader=_NodeLoader)
    except OSError as error:
        raise ConfigError([f"{file} cannot be read: {error.strerror}"]) from error
    except UnicodeDecodeError as error:
        raise ConfigError([f"{file} is not UTF-8 text (byte {error.start})"]) from error
    except yaml.YAMLError as error:
        raise ConfigError(
            [f"{file}{_yaml_line(error)}: this cannot be read as YAML: {_yaml_reason(error)}"]
        ) from error


class _NodeLoader(yaml.SafeLoader):
    """Makes nodes of YAML that is no deeper than a config and has no aliases: they can explode."""

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
        return node


def _entries(
    mapping: yaml.MappingNode, file: Path, prefix: str, draft: _Draft
) -> list[tuple[str, yaml.Node, str]]:
    """List (key, node, source) of a mapping; a key that comes twice is a mistake."""
    entries = []
    first_line: dict[str, int] = {}
    for key_node, node in mapping.value:
        line = key_node.start_mark.line + 1
        key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else "?"
        if key in first_line:
            draft.problems.append(
                f"{file} line {line}: {prefix}{key} is already set in line {first_line[key]}"
            )
        first_line.setdefault(key, line)
        entries.append((key, node, f"{file} line {line}"))
    return entries


def _put_node(path: str, node: yaml.Node, source: str, draft: _Draft) -> None:
    """Check a value of the file and keep it, or note what is wrong with it."""
    try:
        value = _plain(node)
    except yaml.YAMLError as error:
        draft.problems.append(f"{source}: {path}: {_yaml_reason(error)}")
    else:
        draft.put(path, value, source)


def _plain(node: yaml.Node) -> Any:
    """Turn a node into None, bool, int, float, str, list or dict."""
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item) for item in node.value]
    if isinstance(node, yaml.MappingNode):
        return {str(_plain(key)): _plain(value) for key, value in node.value}
    text = str(node.value)
    if OLD_NUMBER.fullmatch(text):
        return text
    try:
        value = SafeConstructor().construct_object(node)
    except (ValueError, LookupError, AttributeError):  # `2024-13-45`, `!!bool perhaps`
        return text
    # A date, say: YAML's own types beyond these are text here.
    return value if value is None or isinstance(value, (bool, int, float, str)) else text


def _is_null(node: yaml.Node) -> bool:
    """Tell whether nothing stands there."""
    return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"


def _kind(node: yaml.Node) -> str:
    """Say what a node is."""
    if isinstance(node, yaml.ScalarNode):
        return quoted(node.value)
    return "a list" if isinstance(node, yaml.SequenceNode) else "a mapping"


def _yaml_line(error: yaml.YAMLError) -> str:
    """Say where the parser stopped."""
    mark = getattr(error, "problem_mark", None)
    return f" line {mark.line + 1}" if mark is not None else ""


def _yaml_reason(error: Exception) -> str:
    """Say in one line why the parser stopped."""
    reason = getattr(error, "problem", None) or str(error)
    remedy = " (indent with spaces)" if "'\\t'" in reason else ""
    return " ".join(str(reason).split()) + remedy


def _nearest(path: str) -> str:
    """Suggest the setting that was probably meant."""
    paths = option_paths()
    by_last_name = OTHER_NAMES | {p.rpartition(".")[2]: p for p in paths}
    last = path.rpartition(".")[2]
    if last in by_last_name:
        return f"; did you mean {by_last_name[last]}?"
    names = [name for name in sections() if name != path]
    near = difflib.get_close_matches(path, [*names, *paths], 1, cutoff=0.75) or [
        by_last_name[name] for name in difflib.get_close_matches(last, list(by_last_name), 1)
    ]
    return f"; did you mean {near[0]}?" if near else "; `w2v config show` lists them all"
