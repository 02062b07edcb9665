"""The points of a sweep: each a config of its own, and a name to call its run folder by.

What a sweep is asked for is in `w2v/config/sweeping.py`; where its points are kept, in
`sweep_folder.py`.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from w2v.config.checking import contradictions
from w2v.config.loading import Resolved
from w2v.config.schema import PLACES, THREADS, Config, as_dict, option_paths, with_values
from w2v.config.showing import yaml_value
from w2v.config.sweeping import distinct
from w2v.errors import ConfigError

LONGEST_NAME = 60  # letters; of three bytes each, they are a file name everywhere
HASH_DIGITS = 6  # or more, where so few are those of another point
ONLY_POINT = "point"  # the name of a point that differs from no other
FORBIDDEN = re.compile(r"[^\w.+-]|_")  # in a part of a name; `_` stands between the parts


@dataclass(frozen=True)
class Point:
    """One run of a sweep.

    Attributes
    ----------
    name : str
        Of its folder, within that of the sweep.
    settings : dict
        Its values of the settings in which the points differ, by dotted path, in the order of the
        schema.
    config : Config
        Checked; as it was asked for, nothing resolved.
    """

    name: str
    settings: dict[str, Any]
    config: Config


def base_and_settings(resolved: Resolved) -> tuple[Config, list[dict[str, Any]]]:
    """Return what all points share, and what each has of its own: no two the same.

    A setting of which all points have the same value is part of what they share. The order of the
    settings is that of the schema, however they were given; the last changes fastest.
    """
    places = {path: place for place, path in enumerate(option_paths())}
    combined: list[dict[str, Any]] = []
    for grid in resolved.sweep.grids:
        paths = sorted(grid, key=places.__getitem__)
        rows = itertools.product(*(grid[path] for path in paths))
        combined += [dict(zip(paths, row, strict=True)) for row in rows]
    usual = as_dict(resolved.config)
    swept = sorted({p for settings in combined for p in settings}, key=places.__getitem__)
    whole = [{p: settings.get(p, usual[p]) for p in swept} for settings in combined]
    values_of = {path: distinct(settings[path] for settings in whole) for path in swept}
    shared = {path: values[0] for path, values in values_of.items() if len(values) == 1}
    own = [{p: v for p, v in settings.items() if p not in shared} for settings in whole]
    return with_values(resolved.config, shared), distinct(own) or [{}]


def points_of(
    resolved: Resolved,
    named: Mapping[str, str] | None = None,
    named_axes: Collection[str] = (),
) -> list[Point]:
    """Make the points of a sweep and check each.

    Parameters
    ----------
    resolved : Resolved
    named : mapping, optional
        The names of points that are known already, by `identity_of` their values.
    named_axes : collection of str
        In which those differ: the points have them too.

    Raises
    ------
    ConfigError
        If settings do not go together, with the points where.
    """
    base, own_settings = base_and_settings(resolved)
    named, usual = named or {}, as_dict(base)
    axes = {*own_settings[0], *named_axes}
    in_order = [path for path in usual if path in axes]
    all_settings = [{p: own.get(p, usual[p]) for p in in_order} for own in own_settings]
    identities = [identity_of({**usual, **settings}, axes) for settings in all_settings]
    fresh = [at for at, identity in enumerate(identities) if identity not in named]
    names = _names([all_settings[at] for at in fresh], [identities[at] for at in fresh], named)
    name_of = {**named, **dict(zip([identities[at] for at in fresh], names, strict=True))}
    points = [
        Point(
            name_of[identity],
            settings,
            with_values(base, {**settings, "name": name_of[identity]}),
        )
        for settings, identity in zip(all_settings, identities, strict=True)
    ]
    _check(points, resolved)
    return points


def identity_of(values: Mapping[str, Any], axes: Collection[str]) -> str:
    """Return a text that is the same for the same run, wherever it goes.

    Parameters
    ----------
    values : mapping
        Every setting, as it was asked for, by dotted path.
    axes : collection of str
        The settings that are swept over.
    """
    left_out = {*PLACES, THREADS} - set(axes)
    # A value may be a mapping, whose keys come in any order.
    return json.dumps({p: values[p] for p in option_paths() if p not in left_out}, sort_keys=True)


def _check(points: Sequence[Point], resolved: Resolved) -> None:
    """Raise ConfigError with each thing that does not go together, and the points where."""
    where: dict[tuple[str, str], list[str]] = {}
    for point in points:
        for found in contradictions(point.config):
            where.setdefault(found, []).append(point.name)
    if not where:
        return
    problems = []
    for (path, sentence), names in where.items():
        is_swept = path in points[0].settings
        source = resolved.sweep.source if is_swept else resolved.sources[path]
        more = f" and {len(names) - 1:,} more" if len(names) > 1 else ""
        every = "every point" if len(names) == len(points) else f"point {names[0]}{more}"
        problems.append(f"{source}: {path}: {sentence} (in {every})")
    raise ConfigError(problems)


def _names(
    all_settings: Sequence[Mapping[str, Any]],
    identities: Sequence[str],
    named: Mapping[str, str],
) -> list[str]:
    """Name points readably; with a hash where that is ambiguous, loses something or is too long."""
    last = Counter(path.rpartition(".")[2] for path in (all_settings or [{}])[0])
    readable, lossy = [], []
    for settings in all_settings:
        parts, is_lossy = [], False
        for path, value in settings.items():
            label = path.rpartition(".")[2]
            text, loses = _value_text(value)
            parts.append(f"{(path if last[label] > 1 else label).replace('_', '-')}-{text}")
            is_lossy |= loses
        readable.append("_".join(parts) or ONLY_POINT)
        lossy.append(is_lossy or len(readable[-1]) > LONGEST_NAME)
    # Some systems take the same letters, large and small, for the same name.
    times = Counter(name.casefold() for name in [*readable, *named.values()])
    taken = {name.casefold() for name in named.values()}
    names = []
    for name, identity, loses in zip(readable, identities, lossy, strict=True):
        is_clear = not loses and times[name.casefold()] == 1
        names.append(name if is_clear else _hashed(name, identity, taken))
        taken.add(names[-1].casefold())
    return names


def _hashed(name: str, identity: str, taken: Collection[str]) -> str:
    """Put to a name a few digits of a hash, as many as it takes to be told from all that are."""
    digits = hashlib.sha256(identity.encode()).hexdigest()
    for n_digits in range(HASH_DIGITS, len(digits)):
        found = f"{name[:LONGEST_NAME]}_{digits[:n_digits]}"
        if found.casefold() not in taken:
            return found
    return f"{name[:LONGEST_NAME]}_{digits}"


def _value_text(value: Any) -> tuple[str, bool]:
    """Write a value with letters that no shell minds; say whether something of it is lost."""
    if isinstance(value, list):
        texts = [_value_text(item) for item in value]
        return "+".join(text for text, _ in texts) or "none", any(lost for _, lost in texts)
    if isinstance(value, float) and float(f"{value:g}") == value:
        return f"{value:g}", False
    if not isinstance(value, str):
        value = yaml_value(value)
        return FORBIDDEN.sub("-", value), FORBIDDEN.search(value) is not None
    text = FORBIDDEN.sub("-", unicodedata.normalize("NFC", value)).strip("-.")
    # `negative_sampling` is still itself as negative-sampling.
    return text, text != value.replace("_", "-")
