"""What tables of runs are made of: the settings that differ, and groups of runs over seeds.

How groups are held against each other is in `comparing.py`; how tables look, in the command line.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from w2v.config.schema import PLACES, THREADS, Config, n_replicas, start_rate, with_values
from w2v.config.showing import yaml_value
from w2v.errors import W2VError
from w2v.experiments.measures import SPEED, Measure, measures_of
from w2v.experiments.reading import RunSummary, folders_within, read_run

SEED, TEXT, TEXT_SUM = "train.seed", "corpus.path", "corpus.sha256"
# What `auto` stands for in the config of a run.
AUTO = {"train.lr": start_rate, "train.replicas": n_replicas}


class Spread(NamedTuple):
    """Mean and sample standard deviation of n numbers; `sd` is None of one."""

    mean: float
    sd: float | None
    n: int


def spread_of(values: Iterable[float]) -> Spread | None:
    """Return the mean and spread of some numbers, None of none.

    >>> spread_of([1.0, 3.0])
    Spread(mean=2.0, sd=1.4142135623730951, n=2)
    """
    some = list(values)
    if not some:
        return None
    return Spread(
        statistics.fmean(some), statistics.stdev(some) if len(some) > 1 else None, len(some)
    )


@dataclass(frozen=True)
class Group:
    """Runs that differ in nothing but their seed.

    Attributes
    ----------
    runs : list of RunSummary
        One for each seed, by seed.
    n_repeated : int
        Runs left out since a later one has the same seed: a training that was done twice is no
        second seed.
    """

    runs: list[RunSummary]
    n_repeated: int = 0

    @property
    def settings(self) -> dict[str, Any]:
        """The settings, which but for the seed are those of all."""
        return settings_of(self.runs[0])

    @property
    def seeds(self) -> list[int]:
        """The seeds."""
        return [run.config.train.seed for run in self.runs]

    def by_seed(self, measure: Measure) -> dict[int, float]:
        """Return what was measured, by seed; a run that was not measured is not there."""
        found = {run.config.train.seed: measures_of(run).get(measure) for run in self.runs}
        return {seed: value for seed, value in found.items() if value is not None}

    def spread(self, measure: Measure) -> Spread | None:
        """Return mean and standard deviation of a measure over the seeds."""
        return spread_of(self.by_seed(measure).values())


def read_runs(folders: Iterable[Path]) -> tuple[list[RunSummary], dict[Path, W2VError]]:
    """Read runs; those that cannot be read are in the second part, with the reason."""
    runs: list[RunSummary] = []
    problems: dict[Path, W2VError] = {}
    for folder in folders:
        try:
            runs.append(read_run(folder))
        except W2VError as error:
            problems[folder] = error
    return runs, problems


def groups_over_seeds(runs: Iterable[RunSummary]) -> list[Group]:
    """Put runs that differ in nothing but their seed together, in the order of the first of each.

    Of several runs with one seed the one that was started last stands for all.
    """
    by_key: dict[tuple[str, ...], dict[int, RunSummary]] = {}
    n_runs: dict[tuple[str, ...], int] = {}
    for run in runs:
        key = group_key(run)
        of_seed = by_key.setdefault(key, {})
        n_runs[key] = n_runs.get(key, 0) + 1
        other = of_seed.get(run.config.train.seed)
        if other is None or _started(other) <= _started(run):
            of_seed[run.config.train.seed] = run
    return [
        Group([run for _, run in sorted(of_seed.items())], n_runs[key] - len(of_seed))
        for key, of_seed in by_key.items()
    ]


def by_settings(groups: Sequence[Group]) -> list[Group]:
    """Return groups in the order of the settings in which they differ, numbers by their value."""
    paths = differing_settings([group.runs[0] for group in groups])
    return sorted(groups, key=lambda group: [sort_key(group.settings[path]) for path in paths])


def group_key(run: RunSummary) -> tuple[str, ...]:
    """Return what two runs share if and only if they differ in nothing but their seed."""
    left_out = {*PLACES, SEED}
    if not is_racing(run):
        left_out.add(THREADS)
    if _text_sum(run):
        left_out.add(TEXT)  # the same text may be spelled in many ways
    return tuple(yaml_value(v) for path, v in settings_of(run).items() if path not in left_out)


def is_racing(run: RunSummary) -> bool:
    """Tell whether a run's threads may change its result."""
    return run.config.train.parallel != "deterministic"


def siblings_of(run: RunSummary) -> list[RunSummary]:
    """Return the runs in a run's folder that are equal to it but for the seed, itself included."""
    is_plain = run.folder.name not in ("", "..")  # of those the parent is spelled otherwise
    parent = run.folder.parent if is_plain else run.folder.resolve().parent
    runs, _ = read_runs(folders_within(parent, depth=1))
    wanted = group_key(run)
    return [
        other
        for other in runs
        if other.status == "done"
        and group_key(other) == wanted
        and other.folder.resolve() != run.folder.resolve()
    ] + [run]


def settings_of(run: RunSummary) -> dict[str, Any]:
    """Return every setting by its dotted path, and the checksum of the text behind its path."""
    settings: dict[str, Any] = {}
    for path, value in run.settings.items():
        settings[path] = value
        if path == TEXT:
            settings[TEXT_SUM] = _text_sum(run)
    return settings


def differing_settings(runs: Sequence[RunSummary]) -> list[str]:
    """Return the dotted paths of the settings that differ among runs, in the config's order.

    Those that say where a run goes are left out, and those that follow from others: a learning rate
    that is what `auto` stands for in each. The text is told by its path, and by its checksum where
    one path has held several texts.
    """
    all_settings = [settings_of(run) for run in runs]
    paths = [
        path
        for path in (all_settings[0] if runs else ())
        if path not in PLACES and _n_distinct(settings[path] for settings in all_settings) > 1
    ]
    follow = {path for path in AUTO if all(is_auto(run.config, path) for run in runs)}
    if all(settings[TEXT_SUM] for settings in all_settings):
        texts = {(yaml_value(settings[TEXT]), settings[TEXT_SUM]) for settings in all_settings}
        n_sums = len({text_sum for _, text_sum in texts})
        if n_sums == 1:
            follow.add(TEXT)
        if len({path for path, _ in texts}) == len(texts):
            follow.add(TEXT_SUM)
    else:
        follow.add(TEXT_SUM)
    return [path for path in paths if path not in follow]


def is_auto(config: Config, path: str) -> bool:
    """Tell whether a setting of a run is what `auto` stands for in it."""
    value = AUTO[path](with_values(config, {path: "auto"}))
    return bool(value == AUTO[path](config))


def short_names(paths: Sequence[str], taken: Iterable[str] = ()) -> dict[str, str]:
    """Name settings by the last part of their path, where that is the only one of its kind.

    >>> short_names(["model.window", "model.loss", "train.lr"], taken=["loss"])
    {'model.window': 'window', 'model.loss': 'model.loss', 'train.lr': 'lr'}

    Parameters
    ----------
    paths : sequence of str
    taken : iterable of str
        Names of other columns.
    """
    last = [path.rpartition(".")[2] for path in paths]
    all_names = [*last, *taken]
    return {
        path: name if all_names.count(name) == 1 else path
        for path, name in zip(paths, last, strict=True)
    }


def measures_in(runs: Iterable[RunSummary]) -> list[Measure]:
    """Return all that was measured of any run; time and speed come last."""
    found: dict[Measure, None] = {}
    for run in runs:
        found.update(dict.fromkeys(measures_of(run)))
    return sorted(found, key=lambda measure: measure in SPEED)


def sort_key(value: Any) -> tuple[int, float, str]:
    """Return what a column is sorted by: numbers by their value, then text, then what is missing.

    >>> sorted([None, "b", 10, 9.5], key=sort_key)
    [9.5, 10, 'b', None]
    """
    if value is None:
        return 2, 0.0, ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return 0, float(value), ""
    return 1, 0.0, value if isinstance(value, str) else yaml_value(value)


def _n_distinct(values: Iterable[Any]) -> int:
    """Count the different values among some, lists too."""
    return len({yaml_value(value) for value in values})


def _started(run: RunSummary) -> str:
    """Return when a run was started."""
    return str(run.record.get("started", ""))


def _text_sum(run: RunSummary) -> str | None:
    """Return the checksum of a run's text, None where the record has none."""
    corpus = run.record.get("corpus")
    found = corpus.get("sha256") if isinstance(corpus, dict) else None
    return found if isinstance(found, str) else None
