"""What a sweep has to do: its points, which of them are done, and that all belong together.

Nothing is trained or written here, but for the cache of the texts: see `sweep.py`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from w2v.config.loading import Resolved, load_config
from w2v.config.schema import PLACES, THREADS, Config, CorpusConfig, as_dict, option_paths
from w2v.config.showing import yaml_value
from w2v.errors import ConfigError, OutputError, RunError, W2VError
from w2v.experiments.points import (
    Point,
    base_and_settings,
    identity_of,
    points_of,
)
from w2v.experiments.sweep_folder import Recorded, default_folder, joined, read_sweep
from w2v.run_folder import (
    CONFIG,
    RECORD,
    RUN_FILES,
    check_run_file,
    check_writable,
    is_empty,
    is_run_folder,
    read_record,
)
from w2v.text.corpus import encode_corpus
from w2v.text.encoding import OnWait
from w2v.training.trainer import settled_rule

DONE = "done"
# What the config of a run says otherwise than it was asked for: paths and names are made whole.
MADE_WHOLE = ("corpus.path", "eval.sets", "embedding.pretrained", "embedding.freeze")
OTHER_TEXT = "its text has changed since it was trained"
REMEDY = "choose another --out, or add --force to train anew what differs"


@dataclass(frozen=True)
class SweepPlan:
    """The points of a sweep, and what is left to do.

    Attributes
    ----------
    folder : Path
    points : list of Point
    done : set of str
        The names of those that are trained already.
    record : Recorded
        What sweep.json is to say.
    texts : dict
        As of `encode_texts`.
    """

    folder: Path
    points: list[Point]
    done: set[str]
    record: Recorded
    texts: dict[str, str | None]

    @property
    def todo(self) -> list[Point]:
        """The points that are left."""
        return [point for point in self.points if point.name not in self.done]


def plan_sweep(
    resolved: Resolved,
    out: Path | None = None,
    *,
    force: bool = False,
    allow_code: bool = False,
    on_read: Callable[[int], None] | None = None,
    on_wait: OnWait | None = None,
    texts: dict[str, str | None] | None = None,
) -> SweepPlan:
    """Work out what a sweep has to do; read its texts, which are in the cache afterwards.

    Parameters
    ----------
    resolved : Resolved
        With a sweep.
    out : Path, optional
        The sweep's folder.
    force : bool
        Whether points that were trained with other settings, or on another text, are trained anew.
    allow_code : bool
        Whether a `module:function` tokenizer may be run.
    on_read : callable, optional
        Is told the number of characters read since its last call.
    on_wait : callable, optional
        Is told the number of another process that reads the same text and is waited for.
    texts : dict, optional
        Of an earlier plan; they are not read again then.

    Raises
    ------
    W2VError
        If the points cannot be made, do not belong in that folder, or their only text cannot be
        read.
    """
    base, all_settings = base_and_settings(resolved)
    folder = out if out is not None else default_folder(base)
    check_writable(folder)
    recorded = read_sweep(folder, force=force)
    axes = {*all_settings[0]}
    if recorded is not None and (problem := _other_base(recorded, base, axes)):
        if not force:
            raise RunError(f"{folder} holds a sweep with {problem}; {REMEDY}")
        recorded = None
    if recorded is None:
        points = points_of(resolved)
    else:
        points = points_of(resolved, _names(recorded, axes), recorded.axes)
    if texts is None:
        sections = [point.config.corpus for point in points]
        texts = encode_texts(sections, allow_code=allow_code, on_read=on_read, on_wait=on_wait)
    known = set() if recorded is None else set(recorded.points)
    done = {
        point.name
        for point in points
        if _is_done(folder / point.name, point, texts, is_known=point.name in known, force=force)
    }
    record = joined(recorded, base, points)
    for name in known - {point.name for point in points}:
        if _has_other_text(folder / name, record.values_of(name), texts):
            if not force:
                raise OutputError(f"{folder / name} is there, but {OTHER_TEXT}; {REMEDY}")
            del record.points[name]
    return SweepPlan(folder, points, done, record, texts)


def _other_base(recorded: Recorded, base: Config, axes: set[str]) -> str | None:
    """Say which setting, that no point has of its own, is another than in the folder."""
    usual = as_dict(base)
    before = {**as_dict(Config()), **recorded.base}
    for path in option_paths():
        if path in {*PLACES, THREADS} | axes | recorded.axes or before[path] == usual[path]:
            continue
        return f"{path} {yaml_value(before[path])}, and this one has {yaml_value(usual[path])}"
    return None


def _names(recorded: Recorded, axes: set[str]) -> dict[str, str]:
    """Return the name of each point that the folder knows, by its identity."""
    all_axes = axes | recorded.axes
    return {identity_of(recorded.values_of(name), all_axes): name for name in recorded.points}


def encode_texts(
    sections: Sequence[CorpusConfig],
    *,
    allow_code: bool = False,
    on_read: Callable[[int], None] | None = None,
    on_wait: OnWait | None = None,
) -> dict[str, str | None]:
    """Read each text once, so that it is in the cache.

    Returns
    -------
    dict
        The hash of each text by `text_key`; None for one that cannot be read, which is for its
        points to say.

    Raises
    ------
    W2VError
        If none can be read, or one is standard input, which cannot be read by each point.
    """
    distinct = {text_key(section): section for section in sections}
    found: dict[str, str | None] = {}
    first_error: W2VError | None = None
    for key, section in distinct.items():
        if "-" in ([section.path] if isinstance(section.path, str) else section.path):
            raise ConfigError(
                ["corpus.path: - can be read once, and a sweep reads it often; save it in a file"]
            )
        try:
            _, found[key], _ = encode_corpus(
                section, allow_code=allow_code, progress=on_read, on_wait=on_wait
            )
        except W2VError as error:
            first_error = first_error or error
            found[key] = None
    if first_error is not None and not any(found.values()):
        raise first_error
    return found


def text_key(section: CorpusConfig) -> str:
    """Return a text that is the same for the same section."""
    return json.dumps(vars(section), sort_keys=True)


def _is_done(
    folder: Path, point: Point, texts: Mapping[str, str | None], *, is_known: bool, force: bool
) -> bool:
    """Tell whether a point is trained; refuse a folder that is there and is not its own.

    Raises
    ------
    OutputError
    """
    if not os.path.lexists(folder):
        return False
    problem = _difference(folder, point, texts[text_key(point.config.corpus)])
    if problem is None and not is_known:
        problem = "it is no point of this sweep"
    if problem is None:
        return _is_whole(folder)
    if force or (not is_known and is_empty(folder)):
        return False
    raise OutputError(f"{folder} is there, but {problem}; {REMEDY}")


def _is_whole(folder: Path) -> bool:
    """Tell whether the run in a folder is done, and none of its files is damaged or lost."""
    try:
        record = read_record(folder)
        for name in set(RUN_FILES) - {RECORD}:
            check_run_file(folder, name, record)
    except RunError:
        return False
    return record.get("status") == DONE


def _difference(folder: Path, point: Point, sha256: str | None) -> str | None:
    """Say in what the run in a folder is another than the point; None for what is half-written."""
    try:
        record = read_record(folder)
        there = as_dict(load_config(folder / CONFIG).config)
    except (RunError, ConfigError):
        # Without one of the two a run was killed at its beginning, or there is none.
        return None if is_run_folder(folder) or is_empty(folder) else "it is no run"
    asked = {**as_dict(point.config), "train.early_stop": settled_rule(point.config)}
    for path, wanted in asked.items():
        if path in {*PLACES, THREADS} - {*point.settings} or wanted == "auto":
            continue
        if path not in MADE_WHOLE and there[path] != wanted:
            return f"{path} is {yaml_value(there[path])} in it, and {yaml_value(wanted)} here"
    return OTHER_TEXT if is_other_text(record, sha256) else None


def _has_other_text(
    folder: Path, values: Mapping[str, Any], texts: Mapping[str, str | None]
) -> bool:
    """Tell whether a point that is not asked for now was trained on another text."""
    section = {key: values[f"corpus.{key}"] for key in vars(CorpusConfig())}
    sha256 = texts.get(text_key(CorpusConfig(**section)))
    try:
        return is_other_text(read_record(folder), sha256)
    except RunError:
        return False


def is_other_text(record: Mapping[str, Any], sha256: str | None) -> bool:
    """Tell whether a run that is done was trained on another text."""
    was = (record.get("corpus") or {}).get("sha256")
    return record.get("status") == DONE and sha256 is not None and was != sha256
