"""Hold a value against its field, and values against each other.

`check_value` returns the value in the field's type or raises a `Mismatch` that says what was found
and what is allowed. `contradictions` finds settings that are fine alone but not together: nothing
in a config is ever ignored.
"""

from __future__ import annotations

import dataclasses
import math
import numbers
import os
import re
import types
import typing
from typing import Any

from w2v.config.early_stop import early_stop_problem
from w2v.config.schema import Config, field_types, start_rate, value_at

# Each character can be matched in one way only, so that a long row of digits costs no long search.
NUMBER = re.compile(r"[+-]?(\d[\d_]*(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
RUN_NAME = re.compile(r"[^\W.][^/\\]*")
# Line ends and escapes that would break a line of the terminal or a file name, and halves of
# characters (how Python spells a file name that is not UTF-8), which no file can hold.
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
TOO_LARGE = 2**31  # sums and products of such numbers no longer fit in 64 bits


class Mismatch(Exception):  # noqa: N818  (never seen by a user: the loader adds where it was)
    """A value does not fit its field."""


def check_value(value: Any, cls: type, field: dataclasses.Field[Any]) -> Any:
    """Return `value` in the type of the field, or raise `Mismatch`.

    Parameters
    ----------
    value
        What YAML gave: a scalar, a list, a mapping or None.
    cls, field
        The dataclass and the field.
    """
    wanted = field_types(cls)[field.name]
    value = _plain_python(value)
    fitting = _convert(value, wanted)
    if fitting is _NO_FIT:
        raise Mismatch(f"{_describe(wanted, field)} is expected, found {_quote(value)}")
    # bool is a kind of int in Python; it has no range.
    if isinstance(fitting, (int, float)) and not isinstance(fitting, bool):
        _check_range(fitting, wanted, field)
    return fitting


def _plain_python(value: Any) -> Any:
    """Turn what a program may hand over, a Path or a number of NumPy's, into plain Python."""
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, tuple | list):
        return [_plain_python(item) for item in value]
    if isinstance(value, numbers.Integral) and not isinstance(value, bool):
        return int(value)
    return float(value) if isinstance(value, numbers.Real) and not isinstance(value, int) else value


_NO_FIT = object()


def _convert(value: Any, wanted: Any) -> Any:
    """Return the value as the wanted type, or _NO_FIT."""
    origin = typing.get_origin(wanted)
    if origin in (typing.Union, types.UnionType):
        # Exact matches first: in `bool | str`, true is no string; in `"auto" | int`, 3 is a number.
        candidates = [_convert(value, part) for part in typing.get_args(wanted)]
        return next((c for c in candidates if c is not _NO_FIT), _NO_FIT)
    if origin is typing.Literal:
        choices = typing.get_args(wanted)
        if value is None and "none" in choices:  # `normalize: none`, `null` and `~` mean the same
            return "none"
        return value if isinstance(value, str) and value in choices else _NO_FIT
    if origin is list:
        return _convert_list(value, typing.get_args(wanted)[0])
    if origin is dict:
        return value if isinstance(value, dict) else _NO_FIT
    if wanted is type(None):
        return None if value is None else _NO_FIT
    if wanted is bool:
        return value if isinstance(value, bool) else _NO_FIT
    if wanted in (int, float):
        return _convert_number(value, wanted)
    if isinstance(value, str) and UNPRINTABLE.search(value):
        raise Mismatch(f"text without control characters is expected, found {_quote(value)}")
    return value if isinstance(value, str) and value else _NO_FIT


def _convert_list(value: Any, wanted: Any) -> Any:
    """Convert each item of a list."""
    if not isinstance(value, list):
        return _NO_FIT
    items = [_convert(item, wanted) for item in value]
    return _NO_FIT if _NO_FIT in items else items


def _convert_number(value: Any, wanted: type) -> Any:
    """Take a number, or text that is one: YAML 1.1 reads `1e-3` as text."""
    if isinstance(value, str) and NUMBER.fullmatch(value.strip()):
        try:
            value = float(value) if re.search(r"[.eE]", value) else int(value)
        except ValueError:  # `1__0`, or more digits than Python reads
            return _NO_FIT
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return _NO_FIT
    if wanted is float:
        try:
            return float(value)
        except OverflowError:
            return _NO_FIT
    # Not isfinite() of a whole number: it has to be a float for that, which may not hold it.
    if isinstance(value, int) or (math.isfinite(value) and value == int(value)):
        return int(value)
    return _NO_FIT


def _check_range(value: float, wanted: Any, field: dataclasses.Field[Any]) -> None:
    """Refuse a number that is not finite or out of the field's range."""
    limits = field.metadata
    if isinstance(value, int) and limits["at_most"] is None and abs(value) >= TOO_LARGE:
        raise Mismatch(f"a whole number below 2**31 is expected, found {_quote(value)}")
    fits = (
        (isinstance(value, int) or math.isfinite(value))
        and (limits["at_least"] is None or value >= limits["at_least"])
        and (limits["above"] is None or value > limits["above"])
        and (limits["at_most"] is None or value <= limits["at_most"])
    )
    if not fits:
        raise Mismatch(f"{_describe(wanted, field)} is expected, found {_quote(value)}")


def _describe(wanted: Any, field: dataclasses.Field[Any]) -> str:
    """Say in words what a field takes."""
    parts = typing.get_args(wanted) if typing.get_origin(wanted) in _UNIONS else (wanted,)
    names = [_describe_part(part) for part in parts]
    limits = field.metadata
    bounds = [
        words.format(limits[key])
        for key, words in (
            ("at_least", "at least {}"),
            ("above", "above {}"),
            ("at_most", "at most {}"),
        )
        if limits[key] is not None
    ]
    bound = (" of " + " and ".join(bounds)).replace("of above", "above") if bounds else ""
    with_bound = [n + bound if "number" in n else n for n in names]
    return " or ".join(with_bound)


_UNIONS = (typing.Union, types.UnionType)


def _describe_part(part: Any) -> str:
    """Say in words what one alternative of a type is."""
    origin = typing.get_origin(part)
    if origin is typing.Literal:
        choices = typing.get_args(part)
        return choices[0] if len(choices) == 1 else "one of " + ", ".join(choices)
    if origin is list:
        return "a list of " + _describe_part(typing.get_args(part)[0]).replace("one of ", "")
    names: dict[Any, str] = {
        int: "a whole number",
        float: "a number",
        bool: "true or false",
        str: "text",
        type(None): "null",
    }
    return names.get(part, "a mapping")


def _quote(value: Any) -> str:
    """Show what was found, shortened."""
    shown = (
        "null" if value is None else str(value).lower() if isinstance(value, bool) else repr(value)
    )
    return shown if len(shown) <= 60 else shown[:57] + "..."


def contradictions(config: Config) -> list[tuple[str, str]]:
    """Return (dotted path, sentence) for settings that do not go together."""
    found = []
    if not RUN_NAME.fullmatch(config.name):
        found.append(
            (
                "name",
                f"{config.name!r} cannot name a folder: begin with a letter or digit; no / or \\",
            )
        )
    if config.train.min_lr > start_rate(config):
        start = "the rate at the start," if config.train.lr == "auto" else "train.lr"
        found.append(
            (
                "train.min_lr",
                f"{config.train.min_lr} is above {start} {start_rate(config)}; the rate only falls",
            )
        )
    if config.negatives.distinct and config.negatives.mode == "shared":
        found.append(("negatives.distinct", "true needs negatives.mode: independent"))
    found += _uneven_groups(config)
    if len(set(config.vocab.specials)) < len(config.vocab.specials):
        found.append(("vocab.specials", "names a token twice"))
    if config.model.kind == "skipgram" and config.model.gradient == "word2vec":
        found.append(("model.gradient", "word2vec is a choice of cbow only; skipgram has no mean"))
    if config.train.engine == "numba" and (only := only_in_numpy(config)):
        found.append(
            ("train.engine", f"numba cannot do {', '.join(only)}; use train.engine=numpy or auto")
        )
    if config.train.optimizer != "sgd" and config.train.replicas not in ("auto", 1):
        found.append(
            (
                "train.replicas",
                f"{config.train.optimizer} keeps sums for every row, which copies cannot share; "
                "use 1 or auto",
            )
        )
    if problem := early_stop_problem(config):
        found.append(("train.early_stop", problem))
    return found + _without_effect(config)


def _uneven_groups(config: Config) -> list[tuple[str, str]]:
    """Find noise that cannot be dealt to its groups; name the setting that was changed."""
    draws, groups = config.negatives.draws, config.negatives.groups
    is_shared = config.negatives.mode == "shared" and config.model.loss == "negative_sampling"
    if not is_shared or draws % groups == 0:
        return []
    below = draws // groups * groups
    fitting = f"{below} or {below + groups}" if below else f"{groups}"
    path = "negatives.draws" if groups == Config().negatives.groups else "negatives.groups"
    sentence = (
        f"the {draws} of negatives.draws cannot be dealt evenly to {groups} groups; "
        f"use negatives.draws={fitting}, or negatives.groups=1"
    )
    return [(path, sentence)]


def only_in_numpy(config: Config) -> list[str]:
    """Return the settings, as `path: value`, that the numpy engine has and numba has not."""
    optimizer = config.train.optimizer
    found = [] if optimizer == "sgd" else [f"train.optimizer: {optimizer}"]
    return found + only_in_layers(config)


def only_in_layers(config: Config) -> list[str]:
    """Return the settings, as `path: value`, that need the layers of `w2v/model/layers.py`.

    Neither the five lines of matrices nor the compiled kernels have them.
    """
    embedding = config.embedding
    found = {
        "model.loss": (config.model.loss, config.model.loss == "softmax"),
        "embedding.padding_idx": (embedding.padding_idx, embedding.padding_idx is not None),
        "embedding.max_norm": (embedding.max_norm, embedding.max_norm is not None),
        "embedding.scale_grad_by_freq": ("true", embedding.scale_grad_by_freq),
        "embedding.sparse": ("false", not embedding.sparse),
    }
    return [f"{path}: {value}" for path, (value, is_missing) in found.items() if is_missing]


def _without_effect(config: Config) -> list[tuple[str, str]]:
    """Find settings that were changed and that another setting leaves no work to do."""
    negatives = config.negatives
    softmax = config.model.loss == "softmax"
    no_words = config.corpus.tokenizer != "words"
    only_old = config.vocab.rows == "old"
    is_frozen = config.embedding.freeze is True
    idle = {
        "vocab.rows": (config.embedding.pretrained is None, "embedding.pretrained"),
        "vocab.min_count": (only_old, "vocab.rows: new or union"),
        "vocab.max_size": (only_old, "vocab.rows: new or union"),
        "embedding.max_norm": (is_frozen, "rows that move; embedding.freeze is true"),
        "embedding.scale_grad_by_freq": (is_frozen, "rows that move; embedding.freeze is true"),
        "embedding.norm_type": (config.embedding.max_norm is None, "embedding.max_norm"),
        "corpus.lowercase": (no_words, "corpus.tokenizer: words"),
        "negatives.draws": (negatives.mode != "shared" or softmax, "negatives.mode: shared"),
        "negatives.groups": (negatives.mode != "shared" or softmax, "negatives.mode: shared"),
        "negatives.k": (softmax, "model.loss: negative_sampling"),
        "negatives.mode": (softmax, "model.loss: negative_sampling"),
        "negatives.power": (softmax, "model.loss: negative_sampling"),
        "negatives.distinct": (softmax, "model.loss: negative_sampling"),
        "train.parallel": (config.train.optimizer != "sgd", "train.optimizer: sgd"),
    }
    default = Config()
    return [
        (path, f"has no effect without {needed}")
        for path, (is_idle, needed) in idle.items()
        if is_idle and value_at(config, path) != value_at(default, path)
    ]
