"""What an exercise is: a function to write, cases to call it with, and the mistakes that are known.

Each known mistake is a function that makes it. What the learner's code gave is compared with what
each of them gives, and so a mistake is recognised by its numbers, however it was made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = "NDArray[Any]"
Answer: TypeAlias = "tuple[Array, ...]"
Solution: TypeAlias = "Callable[..., Answer]"
Kind: TypeAlias = Literal["floats", "ids", "number", "id"]
Values: TypeAlias = "dict[str, Any]"

IS_ARRAY: dict[Kind, bool] = {"floats": True, "ids": True, "number": False, "id": False}


MAX_SHOWN = 12  # numbers of a row that a sentence holds


@dataclass(frozen=True)
class Seed:
    """Stands among the inputs of a case for a `numpy.random.Generator` of that seed."""

    seed: int


@dataclass(frozen=True, eq=False)
class Case:
    """What the learner's function is called with.

    Attributes
    ----------
    key : str
        What is special about it: `case_` and this is the key of its name in `checking.yaml`.
    inputs : dict of str to array, int, float or Seed
        By the names of the arguments, in their order.
    """

    key: str
    inputs: Mapping[str, Any]

    def copies(self) -> dict[str, Any]:
        """Return inputs that may be written to, with a generator for each seed."""
        return {name: _copy(value) for name, value in self.inputs.items()}


@dataclass(frozen=True)
class Part:
    """One of the things that a function returns.

    Attributes
    ----------
    name : str
    kind : str
        An array of floats or of ids, or one number or id.
    """

    name: str
    kind: Kind


@dataclass(frozen=True)
class Finding:
    """What is wrong.

    Attributes
    ----------
    key : str
        Of the text that says it: one that begins with `wrong_` is in the texts of the exercise, any
        other in `checking.yaml`.
    values : dict
        What is filled in; a tuple is names in code, which are listed as a language lists them.
    case : Case or None
        Where it was found.
    part : str
        In which of the returned things.
    yours, right : array or None
        What was given, and what was expected.
    """

    key: str
    values: Values = field(default_factory=dict)
    case: Case | None = None
    part: str = ""
    yours: Array | None = None
    right: Array | None = None


@dataclass(frozen=True)
class Task:
    """One of the eight exercises.

    Attributes
    ----------
    topic : str
        As it is typed.
    function : str
        What the learner is to write.
    parts : tuple of Part
        What it returns.
    cases : function
        Returns the cases; the same each time.
    right : function
        Takes the inputs of a case and returns the parts, by the layers that train.
    wrong : dict of str to function
        The known mistakes: as `right`. `wrong_` and the name is the key of the text.
    values : function
        (case, part, yours, right) -> what the texts of the known mistakes have to fill in.
    shapes : dict of str to (str, str)
        The shape and the type of each argument, and of each part that is returned.
    formula, example : tuple of str
        Lines of the docstring; the example is a doctest.
    in_place : str
        The argument that it changes instead of returning anything.
    other_ways : dict of str to sequence of function
        Of a known mistake, what else it may give: by the names of `wrong`.
    judge : function, optional
        (cases, answers) -> Finding or None, where a right answer is not one array.
    """

    topic: str
    function: str
    parts: tuple[Part, ...]
    cases: Callable[[], Sequence[Case]]
    right: Solution
    wrong: Mapping[str, Solution]
    values: Callable[[Case, str, Array, Array], Values]
    shapes: Mapping[str, tuple[str, str]]
    formula: tuple[str, ...]
    example: tuple[str, ...]
    in_place: str = ""
    other_ways: Mapping[str, Sequence[Solution]] = field(default_factory=dict)
    judge: Callable[[Sequence[Case], Sequence[Answer]], Finding | None] | None = None

    @property
    def module(self) -> str:
        """The name of the learner's file, without its ending."""
        return self.topic.replace("-", "_")

    @property
    def arguments(self) -> tuple[str, ...]:
        """The names of the arguments."""
        return tuple(self.cases()[0].inputs)


def shown(value: Any) -> str:
    """Write a number, or a row of them, for a sentence.

    >>> shown(np.array([0.5, -1.25])), shown(2.0)
    ('[0.5, -1.25]', '2')
    """
    array = np.asarray(value)
    if array.ndim:
        more = ", …" if len(array) > MAX_SHOWN else ""
        return "[" + ", ".join(shown(item) for item in array[:MAX_SHOWN]) + more + "]"
    return f"{array.item() + 0.0:.4g}" if array.dtype.kind == "f" else str(array.item())


def first_wrong_row(yours: Array, right: Array) -> int:
    """Return the first row in which two arrays differ; 0 if their shapes do."""
    if yours.shape != right.shape or right.ndim == 0:
        return 0
    is_off = ~np.isclose(yours, right, rtol=1e-4, atol=1e-6).reshape(len(right), -1).all(axis=1)
    return int(is_off.argmax())


def _copy(value: Any) -> Any:
    """Return an input that may be written to."""
    if isinstance(value, Seed):
        return np.random.default_rng(value.seed)
    return value.copy() if isinstance(value, np.ndarray) else value
