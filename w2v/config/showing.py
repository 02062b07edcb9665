"""Write a config out: as YAML with the source of each value, with its help, or as differences."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Callable
from typing import Any

import yaml

from w2v.config.loading import Resolved
from w2v.config.schema import Config, as_dict, field_types, option_fields

COMMENT_COLUMN = 34


def write_config(config: Config, *, with_help: bool = False) -> str:
    """Return a config as YAML with every value, optionally with a comment on each.

    Parameters
    ----------
    config : Config
    with_help : bool
        Put the setting's help behind its value.
    """
    help_of = {path: f.metadata["help"] + _choices(cls, f) for path, cls, f in option_fields()}
    return _lines(config, help_of.__getitem__ if with_help else lambda path: "")


def _choices(cls: type, field: dataclasses.Field[Any]) -> str:
    """Return the words that a setting can be, ` (this | that)`, or nothing if it is no such one."""
    wanted = field_types(cls)[field.name]
    words = typing.get_args(wanted) if typing.get_origin(wanted) is typing.Literal else ()
    return f" ({' | '.join(words)})" if words else ""


def show_config(resolved: Resolved) -> str:
    """Return a config as YAML, each value with a comment that says where it came from."""
    return _lines(resolved.config, resolved.sources.__getitem__)


def config_differences(one: Config, other: Config) -> list[tuple[str, str, str]]:
    """Return (dotted path, value in one, value in other) of each setting that differs."""
    left, right = as_dict(one), as_dict(other)
    return [
        (path, yaml_value(left[path]), yaml_value(right[path]))
        for path in left
        if left[path] != right[path]
    ]


def yaml_value(value: Any) -> str:
    """Return one value as it stands in YAML, on one line."""
    if isinstance(value, float):
        value = _readable_float(value)
        if isinstance(value, str):
            return value
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10**9)
    # Not strip(): a no-break space at the end is part of the text.
    return text.removesuffix("\n").removesuffix("...").removesuffix("\n")


def _readable_float(value: float) -> float | str:
    """Keep 0.0001 as it is written by people; YAML's own 1e-05 would be read as text."""
    text = repr(value)
    if "e" not in text:
        return value
    mantissa, exponent = text.split("e")
    return f"{mantissa if '.' in mantissa else mantissa + '.0'}e{int(exponent):+d}"


def _lines(config: Config, comment: Callable[[str], str]) -> str:
    """Lay the values out as YAML, a blank line before each section."""
    lines = []
    section = ""
    for path, value in as_dict(config).items():
        here, _, name = path.rpartition(".")
        if here != section:
            lines += ["", f"{here}:"]
            section = here
        text = f"{'  ' if here else ''}{name}: {yaml_value(value)}"
        note = comment(path)
        lines.append(f"{text:<{COMMENT_COLUMN}}  # {note}" if note else text)
    return "\n".join(lines) + "\n"
