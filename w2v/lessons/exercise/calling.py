"""Call the learner's function with the inputs of a case, and describe what comes back as JSON can.

Whatever comes back is described and not trusted: a number of any kind, a list, nothing, an array of
objects. `comparing.py` reads the descriptions.
"""

from __future__ import annotations

import inspect
import os
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from w2v.lessons.exercise.task import Case, Task

MAX_ITEMS = 100_000  # of an array that is sent; a right answer has far fewer
MAX_MESSAGE = 300  # letters of an error's message
MAX_FRAMES = 6  # of a traceback that are shown: the first and the last half of them


def call_case(
    function: Callable[..., Any], task: Task, case: Case, folder: Path | None = None
) -> dict[str, Any]:
    """Call a function as a case asks, and return what happened.

    Parameters
    ----------
    function : callable
    task : Task
    case : Case
    folder : Path, optional
        Of a traceback, what is in these files is told.

    Returns
    -------
    dict
        `value`, and `changed`, the arguments that are not what they were; with `task.in_place` also
        `after`, that argument. Or `error`.
    """
    inputs, before = case.copies(), case.copies()
    try:
        value = function(*inputs.values())
    except BaseException as error:  # sys.exit too: it must not end the checking
        return {"error": described_error(error, folder)}
    changed = [
        name
        for name, old in before.items()
        if isinstance(old, np.ndarray)
        and name != task.in_place
        and not (inputs[name].shape == old.shape and np.array_equal(inputs[name], old))
    ]
    happened = {"value": described(value), "changed": changed}
    if task.in_place:
        happened["after"] = described(inputs[task.in_place])
    return happened


def wrong_arguments(function: Callable[..., Any], task: Task) -> str | None:
    """Return the arguments of a function as it has them, if it cannot be called as is asked."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return None  # some compiled functions do not tell
    try:
        signature.bind(*task.arguments)
    except TypeError:
        return str(signature)[:MAX_MESSAGE]
    return None


def described(value: Any) -> dict[str, Any]:
    """Return what a value is, as JSON can hold it."""
    if value is None:
        return {"kind": "none"}
    if isinstance(value, tuple):
        return {"kind": "tuple", "items": [described(item) for item in value[:8]]}
    if isinstance(value, (bool, int, float)) or type(value) in (np.ndarray, np.matrix):
        return _described_array(value)
    if isinstance(value, np.generic):
        return _described_array(np.asarray(value))
    return {"kind": "other", "type": type(value).__name__[:80]}


def _described_array(value: Any) -> dict[str, Any]:
    """Describe an array or a number."""
    array = np.asarray(value)
    facts = {"kind": "array", "dtype": str(array.dtype), "shape": list(array.shape)}
    if array.dtype.kind in "iufb" and array.size <= MAX_ITEMS:
        wide = array.astype(np.float64) if array.dtype.kind == "f" else array
        facts["items"] = wide.reshape(-1).tolist()
    return facts


def described_error(error: BaseException, folder: Path | None) -> dict[str, Any]:
    """Return the kind of an error, its message, and where in the learner's own files it came."""
    try:
        message = str(error)[:MAX_MESSAGE]
    except Exception:  # a class of the learner's may have a __str__ that fails
        message = ""
    frames: list[dict[str, Any]] = [
        {"line": frame.lineno, "file": os.path.basename(frame.filename), "text": frame.line or ""}
        for frame in traceback.extract_tb(error.__traceback__)
        if folder is not None and Path(frame.filename).parent == folder
    ]
    if isinstance(error, SyntaxError) and error.filename and not frames:
        where = os.path.basename(error.filename)
        frames = [{"line": error.lineno, "file": where, "text": (error.text or "").rstrip()}]
    return {"type": type(error).__name__[:80], "message": message, "frames": _shortened(frames)}


def _shortened(frames: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out the middle of a long traceback."""
    # A function that calls itself comes a thousand times: once is enough.
    frames = [f for n, f in enumerate(frames) if n == 0 or f != frames[n - 1]]
    half = MAX_FRAMES // 2
    return list(frames) if len(frames) <= MAX_FRAMES else [*frames[:half], *frames[-half:]]
