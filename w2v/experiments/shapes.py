"""What the files of a run hold of that which is read: whoever reads them relies on it.

A file that a w2v of this format has written is always so; one that somebody has edited, or that a
disk has spoilt, may not be. It is read in `reading.py`, and written in `w2v/training/running.py`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

MAX_COUNT = 2**63 - 1
Kind: TypeAlias = Callable[[Any], bool]


def is_count(value: Any) -> bool:
    """Tell whether it is a whole number that could be a count."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_COUNT


def is_number(value: Any) -> bool:
    """Tell whether it is a finite number."""
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MAX_COUNT


def is_text(value: Any) -> bool:
    """Tell whether it is text."""
    return isinstance(value, str)


def or_none(kind: Kind) -> Kind:
    """Allow None too."""
    return lambda value: value is None or kind(value)


def list_of(kind: Kind) -> Kind:
    """Allow lists of such values."""
    return lambda value: isinstance(value, list) and all(map(kind, value))


def has(needed: Mapping[str, Kind], **optional: Kind) -> Kind:
    """Allow mappings with some keys, and perhaps others; further ones may hold anything."""
    return lambda value: isinstance(value, dict) and wrong_key(value, needed, **optional) is None


def wrong_key(found: Mapping[str, Any], needed: Mapping[str, Kind], **optional: Kind) -> str | None:
    """Return the first key that is missing, or holds what it cannot; None if all is well."""
    for key, kind in needed.items():
        if key not in found or not kind(found[key]):
            return key
    there = (key for key, kind in optional.items() if key in found and not kind(found[key]))
    return next(there, None)


SCORES = {
    "questions": is_count, "answered": is_count,
    "add": or_none(is_number), "mul": or_none(is_number),
}  # fmt: skip
LINES: dict[str, dict[str, Kind]] = {
    "chunk": {
        "positions": is_count, "measured": is_count, "lr": is_number,
        "loss": or_none(is_number), "seconds": is_number,
    },
    "epoch": {
        "epoch": is_count, "loss": or_none(is_number), "heldout_loss": or_none(is_number),
        "seconds": is_number, "words_per_second": is_number,
    },
    "evaluation": {"epoch": is_count, "set": is_text, "kind": is_text},
}  # fmt: skip
EVALUATIONS: dict[str, dict[str, Kind]] = {
    "similarity": {"pairs": is_count, "answered": is_count, "spearman": or_none(is_number)},
    "analogies": {
        **SCORES, "semantic": or_none(has(SCORES)), "syntactic": or_none(has(SCORES)),
        "sections": list_of(has({"section": is_text, **SCORES})),
    },
}  # fmt: skip
RECORD: dict[str, Kind] = {
    "status": is_text, "started": is_text, "seconds": or_none(is_number),
    "w2v_version": is_text, "engine": is_text, "V": is_count, "D": is_count,
    "corpus": or_none(
        has({"path": lambda path: is_text(path) or list_of(is_text)(path), "sha256": is_text})
    ),
    "tokens": or_none(has({"read": is_count, "kept": is_count}, trained=or_none(is_count))),
    "early_stop": or_none(has({"best_epoch": or_none(is_count)})),
    "bits_depend_on": or_none(has({})),
}  # fmt: skip


def wrong_in_line(line: Mapping[str, Any]) -> str | None:
    """Return the key of a line of metrics.jsonl that is missing or holds what it cannot.

    A line of an event that is not known here holds what it likes.
    """
    event = line.get("event")
    if not isinstance(event, str):
        return "event"
    if (wrong := wrong_key(line, LINES.get(event, {}))) or event != "evaluation":
        return wrong
    needed = EVALUATIONS.get(line["kind"])
    return "kind" if needed is None else wrong_key(line, needed)


def wrong_in_record(record: Mapping[str, Any]) -> str | None:
    """Return the key of a run.json that holds what it cannot; all of them may be missing."""
    return wrong_key(record, {}, **RECORD)
