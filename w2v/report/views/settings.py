"""The settings of runs side by side, and which of them differ."""

from __future__ import annotations

from collections.abc import Mapping

from w2v.config.schema import Config, as_dict
from w2v.config.showing import yaml_value
from w2v.experiments.reading import RunSummary
from w2v.report.contract import Settings


def settings_of(runs: Mapping[str, RunSummary]) -> Settings:
    """Return every setting of every run.

    Parameters
    ----------
    runs : dict of str to RunSummary
        By name.
    """
    default = as_dict(Config())
    rows = []
    for path, usual in default.items():
        values = [run.settings[path] for run in runs.values()]
        differ = any(value != values[0] for value in values)
        shown = [yaml_value(value) for value in values]
        rows.append((path, shown, differ, all(value == usual for value in values)))
    return Settings(list(runs), rows)
