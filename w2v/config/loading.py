"""Read a config: defaults, then a YAML file, then overrides; every mistake found is reported.

A file may have one section more than a run has, `sweep` (see `sweeping.py`): with it, it is a
config of many runs. How YAML is taken apart is in `nodes.py`.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from w2v.config.checking import Mismatch, check_value, contradictions
from w2v.config.nodes import cut, entries_of, is_null, kind_of, parse_file, plain, yaml_reason
from w2v.config.overrides import parse_axis, parse_override
from w2v.config.schema import (
    PLACES,
    Config,
    as_dict,
    build_config,
    option_fields,
    option_paths,
    sections,
)
from w2v.config.sweeping import (
    SECTION,
    Axis,
    Grid,
    Sweep,
    distinct,
    read_section,
    size_problem,
    with_axes,
)
from w2v.errors import ConfigError

MOST_TOLD = 30  # mistakes; as many lines as a screen shows

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
    sweep : Sweep
        What several runs of this config differ in; empty, and so false, for a single run.
    """

    config: Config
    sources: dict[str, str]
    sweep: Sweep = field(default_factory=Sweep)

    def of_one_run(self) -> Config:
        """Return the config of a single run.

        Raises
        ------
        ConfigError
            If it is a config of many.
        """
        if self.sweep:
            settings = ", ".join(dict.fromkeys(path for grid in self.sweep.grids for path in grid))
            raise ConfigError(
                [
                    f"{self.sweep.source}: {SECTION}: this config is of many runs, which differ in "
                    f"{settings}; `w2v sweep` trains them"
                ]
            )
        return self.config


@dataclass
class _Draft:
    """What has been gathered so far: values and sources by path, and the mistakes."""

    values: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    grids: list[Grid] = field(default_factory=list)
    sweep_source: str = ""

    def put(self, path: str, value: Any, source: str) -> None:
        """Check a value and keep it, or note what is wrong with it."""
        for checked in self.checked(Axis(path, [value], source)):
            self.values[path] = checked
        self.sources[path] = source

    def checked(self, axis: Axis) -> list[Any]:
        """Return the values of a setting that fit it; note what is wrong with the others."""
        path, source, fitting = axis.path, axis.source, []
        known = {p: (cls, f) for p, cls, f in option_fields()}
        if path not in known:
            hint = _nearest(cut(path)) if len(self.problems) < MOST_TOLD else ""
            self.problems.append(f"{source}: {cut(path)} is no setting{hint}")
            return []
        for value in axis.values:
            try:
                fitting.append(check_value(value, *known[path]))
            except Mismatch as mismatch:
                self.problems.append(f"{source}: {path}: {mismatch}")
        return fitting

    def swept(self, axis: Axis) -> list[Any]:
        """Return the values of a setting that is to be swept over, each once."""
        if axis.path in PLACES:
            self.problems.append(
                f"{axis.source}: {axis.path} cannot be swept over: where its runs go is the "
                "sweep's own business"
            )
            return []
        return distinct(self.checked(axis))


def load_config(
    file: Path | None = None,
    overrides: list[str] | None = None,
    values: Mapping[str, Any] | None = None,
    axes: list[str] | None = None,
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
    axes : list of str, optional
        `key=a,b,c` or `key=0..4`, of a sweep. A key with one value is an override; an override of
        a setting that the file sweeps over takes it out of the sweep.

    Returns
    -------
    Resolved
        Of a sweep, what all its points share; only the points themselves (`points_of` in
        w2v/experiments/points.py) tell whether their settings go together.

    Raises
    ------
    ConfigError
        With all mistakes of the file and of the overrides.
    """
    draft = _Draft()
    if file is not None:
        _read_file(file, draft)
    given: Grid = {}
    fixed = [*(values or {})]
    for text in [*(overrides or []), *(axes or [])]:
        try:
            path, found = parse_axis(text) if axes else _one_value(text)
        except ConfigError as error:
            draft.problems += error.problems
            continue
        if len(found) == 1:
            draft.put(path, found[0], "override")
            fixed.append(path)
        elif path in given:
            draft.problems.append(f"override: {path} is given twice; write {path}=a,b,c")
        else:
            given[path] = draft.swept(Axis(path, found, "override"))
    for path, value in (values or {}).items():
        draft.put(str(path), value, "argument")
    draft.problems += [
        f"override: {path} is given twice; write {path}=a,b,c" for path in given if path in fixed
    ]
    sweep = Sweep(with_axes(draft.grids, given, fixed), draft.sweep_source or "override")
    draft.problems += size_problem(sweep)
    if draft.problems:
        raise ConfigError(_told(draft.problems))
    config = build_config(draft.values)
    sources = {path: draft.sources.get(path, "default") for path in as_dict(config)}
    found_wrong = [] if sweep else contradictions(config)
    if found_wrong:
        raise ConfigError([f"{sources[path]}: {path}: {what}" for path, what in found_wrong])
    return Resolved(config, sources, sweep)


def _one_value(text: str) -> tuple[str, list[Any]]:
    """Return the path and the only value of an override."""
    path, value = parse_override(text)
    return path, [value]


def _read_file(file: Path, draft: _Draft) -> None:
    """Read the YAML file into the draft."""
    root = parse_file(file)
    if root is None or is_null(root):
        return  # an empty file changes nothing
    if not isinstance(root, yaml.MappingNode):
        raise ConfigError(
            [f"{file} line 1: expected settings such as `train:`, found {kind_of(root)}"]
        )
    of_section = sections()
    for name, node, source in entries_of(root, file, "", draft.problems):
        if name == SECTION:
            draft.sweep_source = source
            for axes in read_section(node, file, source, draft.problems):
                draft.grids.append({axis.path: draft.swept(axis) for axis in axes})
        elif name not in of_section:
            _put_node(name, node, source, draft)
        elif isinstance(node, yaml.MappingNode):
            for key, inner, inner_source in entries_of(node, file, f"{name}.", draft.problems):
                _put_node(f"{name}.{key}", inner, inner_source, draft)
        elif not is_null(node):  # `train:` with nothing below it changes nothing
            draft.problems.append(
                f"{source}: {name}: settings are expected below it, found {kind_of(node)}"
            )


def _put_node(path: str, node: yaml.Node, source: str, draft: _Draft) -> None:
    """Check a value of the file and keep it, or note what is wrong with it."""
    try:
        value = plain(node)
    except yaml.YAMLError as error:
        draft.problems.append(f"{source}: {cut(path)}: {yaml_reason(error)}")
    else:
        draft.put(path, value, source)


def _told(problems: list[str]) -> list[str]:
    """Return the first mistakes; of a file that is no config there are thousands."""
    n_more = len(problems) - MOST_TOLD
    return problems if n_more <= 0 else [*problems[:MOST_TOLD], f"and {n_more:,} more mistakes"]


def _nearest(path: str) -> str:
    """Suggest the setting that was probably meant."""
    paths = option_paths()
    if path in sections():
        first = next(p for p in paths if p.startswith(f"{path}."))
        return f"; a setting of it is named as a whole, such as {first}"
    by_last_name = OTHER_NAMES | {p.rpartition(".")[2]: p for p in paths}
    last = path.rpartition(".")[2]
    if last in by_last_name:
        return f"; did you mean {by_last_name[last]}?"
    near = difflib.get_close_matches(path, [*sections(), "sweep", *paths], 1, cutoff=0.75) or [
        by_last_name[name] for name in difflib.get_close_matches(last, list(by_last_name), 1)
    ]
    return f"; did you mean {near[0]}?" if near else "; `w2v config show` lists them all"
