"""Tell a config from overrides, and find a config by name."""

from __future__ import annotations

import difflib
import os
from pathlib import Path

from w2v.errors import ConfigError, UsageError
from w2v.shipped import shipped_files


def split_arguments(arguments: tuple[str, ...]) -> tuple[str | None, list[str]]:
    """Split `[CONFIG] [key=value ...]` into the config and the overrides.

    Raises
    ------
    UsageError
        If there are two configs.
    """
    overrides = [a for a in arguments if "=" in a and not os.path.exists(a)]
    configs = [a for a in arguments if a not in overrides]
    if len(configs) > 1:
        raise UsageError(
            f"{configs[1]!r} is neither key=value nor the only config ({configs[0]!r} is one); "
            "a text is given with --corpus"
        )
    return (configs[0] if configs else None), overrides


def find_config(name: str) -> Path:
    """Return the file of a config: a path, a run folder, or the name of a shipped config.

    Raises
    ------
    ConfigError
        If there is none; with the shipped names.
    """
    path = Path(name)
    if (path / "config.yaml").is_file():
        return path / "config.yaml"
    if path.is_file():
        return path
    shipped = shipped_files("configs")
    if name in shipped:
        return shipped[name]
    near = difflib.get_close_matches(name, list(shipped), 1)
    meant = f"did you mean {near[0]}?" if near else f"shipped are {', '.join(shipped)}"
    if path.suffix not in ("", ".yaml", ".yml"):
        meant = f"a text to train on is given with --corpus {name}"
    raise ConfigError([f"there is no config {name!r}; {meant}"])
