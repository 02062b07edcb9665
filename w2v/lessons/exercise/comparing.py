"""Find what is wrong in the learner's numbers: compare them with the product's, and with mistakes.

The first case that is not right is looked at. If the numbers are those of a known mistake, that is
what is wrong; else what can be said of any numbers: their shape, their ratio, where they differ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from w2v.lessons.exercise.task import (
    IS_ARRAY,
    Answer,
    Array,
    Case,
    Finding,
    Kind,
    Part,
    Task,
    shown,
)

# Of the largest number that is expected: float32 carries 7 digits, and the order of a sum decides
# the last two. Every known mistake is off by far more.
TOLERANCE = 1e-4
KINDS = {"floats": "f", "ids": "iu", "number": "fiu", "id": "iu"}


def judged(task: Task, happened: Sequence[Mapping[str, Any]]) -> Finding | None:
    """Return what is wrong with what a function did; None if nothing is.

    Parameters
    ----------
    task : Task
    happened : sequence of dict
        What `call_case` returned for the cases, in their order; an error is the last.
    """
    cases = task.cases()
    answers: list[Answer] = []
    problem = None
    for case, result in zip(cases, happened, strict=False):
        answer: Answer = ()
        if "error" in result:
            problem = _raised(case, result["error"])
        else:
            answer, problem = _read_answer(task, case, result)
        if problem is not None:
            break
        answers.append(answer)
    if task.judge is None:
        finding, at = _first_difference(task, cases, answers)
    else:
        finding = task.judge(cases, answers) if len(answers) == len(cases) else None
        at = cases.index(finding.case) if finding is not None and finding.case else len(answers)
    return _first_change(cases, happened[:at]) or finding or problem


def _first_change(cases: Sequence[Case], happened: Sequence[Mapping[str, Any]]) -> Finding | None:
    """Find the first case whose inputs the function changed, though its answer is right."""
    for case, result in zip(cases, happened, strict=False):
        if result["changed"]:
            return Finding("changed", {"names": tuple(result["changed"])}, case)
    return None


def n_right(task: Task, finding: Finding | None) -> int:
    """Return how many cases came out right before the one with the finding."""
    cases = list(task.cases())
    if finding is None:
        return len(cases)
    return next((n for n, case in enumerate(cases) if _same(case, finding.case)), 0)


def _same(case: Case, other: Case | None) -> bool:
    """Tell whether two cases are one; a task makes them anew each time."""
    return other is not None and case.key == other.key and repr(case) == repr(other)


def _raised(case: Case, error: Mapping[str, Any]) -> Finding:
    """Say that the learner's code raised an error, or that it is not written yet."""
    special = {
        "NotImplementedError": "not_written",
        "SystemExit": "exits",
        "EOFError": "asks_input",
        "MemoryError": "no_memory",
    }
    values = {"type": error["type"], "message": error["message"]}
    return Finding(special.get(error["type"], "raised"), values, case)


def _read_answer(
    task: Task, case: Case, result: Mapping[str, Any]
) -> tuple[Answer, Finding | None]:
    """Turn descriptions into arrays; find what is not of the right kind."""
    if task.in_place:
        returned = _array_of(result["value"])
        after = _array_of(result["after"])
        (right,) = task.right(**case.copies())
        is_unchanged = after is not None and np.array_equal(after, case.inputs[task.in_place])
        if is_unchanged and returned is not None and _close(returned, right):
            return (), Finding("wrong_not_in_place", {}, case)
        items = [result["after"]]
    elif len(task.parts) == 1:
        items = [result["value"]]
    else:
        n = len(task.parts)
        names = tuple(part.name for part in task.parts)
        value = result["value"]
        if value["kind"] == "none":
            return (), Finding("returns_none", {"names": names}, case)
        if value["kind"] != "tuple" or len(value["items"]) != n:
            what = f"{len(value['items'])}" if value["kind"] == "tuple" else "1"
            return (), Finding("not_a_pair", {"n": n, "names": names, "yours": what}, case)
        items = value["items"]
    arrays = []
    for part, item in zip(task.parts, items, strict=True):
        finding = _wrong_kind(part, item, case)
        if finding is not None:
            return (), finding
        array = _array_of(item)
        assert array is not None
        arrays.append(array)
    return tuple(arrays), None


def _array_of(item: Mapping[str, Any]) -> Array | None:
    """Return the array of a description, or None."""
    if item["kind"] != "array" or "items" not in item:
        return None
    return np.array(item["items"], np.dtype(item["dtype"])).reshape(item["shape"])


def _wrong_kind(part: Part, item: Mapping[str, Any], case: Case) -> Finding | None:
    """Find what is no array of numbers of the right kind."""
    names = (part.name,)
    if item["kind"] == "none":
        return Finding("returns_none", {"names": names}, case, part.name)
    if item["kind"] in ("other", "tuple"):
        kind = item.get("type", "tuple")
        key = "no_array" if IS_ARRAY[part.kind] else "no_number"
        return Finding(key, {"names": names, "type": kind}, case, part.name)
    dtype, shape = np.dtype(item["dtype"]), tuple(item["shape"])
    is_empty = 0 in shape  # NumPy says float64 of nothing
    if not is_empty and (dtype.kind not in KINDS[part.kind] or dtype == np.float16):
        key = "no_floats" if part.kind in ("floats", "number") else "no_ids"
        return Finding(key, {"names": names, "dtype": item["dtype"]}, case, part.name)
    if "items" not in item:
        return Finding("too_large", {"names": names, "shape": str(shape)}, case, part.name)
    return None


def _first_difference(
    task: Task, cases: Sequence[Case], answers: Sequence[Answer]
) -> tuple[Finding | None, int]:
    """Find the first part of the first case that is not what the product gives."""
    rights = [task.right(**case.copies()) for case in cases]
    for at, (case, answer, right) in enumerate(zip(cases, answers, rights, strict=False)):
        for number, part in enumerate(task.parts):
            if _close(answer[number], right[number]):
                continue
            yours, expected = answer[number], right[number]
            mistake = _known_mistake(task, cases, answers, at, number)
            if mistake is not None:
                values = task.values(case, part.name, yours, expected)
                key = f"wrong_{mistake}"
            else:
                key, values = _difference(part.kind, yours, expected)
                values["name"] = part.name
            return Finding(key, values, case, part.name, yours, expected), at
    return None, len(answers)


def _known_mistake(
    task: Task, cases: Sequence[Case], answers: Sequence[Answer], at: int, number: int
) -> str | None:
    """Return the known mistake that gives the same numbers: in every case, else in this one."""
    ways = [*task.wrong.items()]
    ways += [(name, wrong) for name, others in task.other_ways.items() for wrong in others]
    fits = [
        (
            name,
            [
                _makes(wrong, case, answer, number)
                for case, answer in zip(cases, answers, strict=False)
            ],
        )
        for name, wrong in ways
    ]
    everywhere = (name for name, here in fits if all(here))
    return next(everywhere, next((name for name, here in fits if here[at]), None))


def _makes(wrong: Any, case: Case, answer: Answer, number: int) -> bool:
    """Tell whether a mistake gives these numbers."""
    try:
        mistaken = wrong(**case.copies())[number]
    except (IndexError, ValueError):
        return False  # a mistake may be one that this case does not let anybody make
    return _close(answer[number], np.asarray(mistaken))


def _difference(kind: Kind, yours: Array, right: Array) -> tuple[str, dict[str, Any]]:
    """Say of any numbers how they differ from the right ones."""
    if yours.shape != right.shape:
        key = "shape" if IS_ARRAY[kind] else "shape_of_number"
        return key, {"yours": str(yours.shape), "right": str(right.shape)}
    if yours.dtype.kind == "f" and not np.isfinite(yours).all():
        where = np.argwhere(~np.isfinite(yours))[0]
        return "not_finite", {"at": _place(where), "value": shown(yours[tuple(where)])}
    is_off = ~_is_close(yours, right)
    worst = np.argwhere(is_off)[0]
    values = {
        "n_off": int(is_off.sum()),
        "n": int(right.size),
        "at": _place(worst),
        "yours": shown(yours[tuple(worst)]),
        "right": shown(right[tuple(worst)]),
    }
    ratio = _ratio(yours, right)
    # Of one number there is always a ratio, and it says nothing.
    if kind == "floats" and ratio is not None and np.count_nonzero(right) > 1:
        values["ratio"] = f"{ratio:.3g}"
        return ("opposite" if np.isclose(ratio, -1) else "ratio"), values
    return ("numbers" if right.ndim else "number"), values


def _ratio(yours: Array, right: Array) -> float | None:
    """Return how many times too large all numbers are, if it is the same for all."""
    largest = np.unravel_index(int(np.abs(right).argmax()), right.shape)
    if right[largest] == 0:
        return None
    ratio = float(yours[largest] / right[largest])
    return ratio if ratio and _close(yours, right * ratio) else None


def _close(yours: Array, right: Array) -> bool:
    """Tell whether two arrays have one shape and the same numbers, but for rounding."""
    return yours.shape == right.shape and bool(_is_close(yours, right).all())


def _is_close(yours: Array, right: Array) -> Array:
    """Compare number by number; what is not finite is close to its like."""
    if right.dtype.kind in "iu":
        return np.asarray(yours == right)
    finite = right[np.isfinite(right)]
    scale = float(np.abs(finite).max()) if finite.size else 0.0
    tolerance = TOLERANCE * scale + 1e-7
    return np.isclose(yours, right, rtol=0, atol=tolerance, equal_nan=True)


def _place(index: Array) -> str:
    """Write an index as it is typed."""
    return "[" + ", ".join(map(str, index.tolist())) + "]" if len(index) else ""
