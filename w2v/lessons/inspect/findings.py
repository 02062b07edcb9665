"""What was found out about a text, before anybody is told."""

from __future__ import annotations

from dataclasses import dataclass

from w2v.lessons.inspect.counts import Coverage, Sizes, Zipf
from w2v.lessons.inspect.looking import Look
from w2v.lessons.inspect.odd import Found
from w2v.lessons.inspect.spelling import Glued
from w2v.lessons.inspect.suggesting import Suggestion
from w2v.training.planning import Plan


@dataclass(frozen=True)
class Costs:
    """What a training takes.

    Attributes
    ----------
    plan : Plan or None
        None if nothing can be trained.
    seconds : float or None
        None if numba has to compile first.
    numpy_seconds : float or None
        Then: how long it takes with the engine that compiles nothing.
    refusal : str
        Why nothing can be trained.
    """

    plan: Plan | None
    seconds: float | None
    numpy_seconds: float | None
    refusal: str


@dataclass(frozen=True)
class Findings:
    """All that was found.

    Attributes
    ----------
    source_names : list of str
        What the files are called.
    has_records : bool
        Whether any of them is one of records.
    sizes : Sizes
    look : Look
    odd : dict of str to Found
        By kind; of bad bytes, bytes are counted and not lines.
    zipf : Zipf
    commonest : list of (str, int)
    coverage : list of Coverage
    glued : Glued
    is_unsegmented, is_segmented, is_mostly_letters : bool
        Long runs of Chinese or Japanese; such a script with spaces; single letters as words.
    two_spellings : list of str
        Words with capitals that come in small letters too.
    suggestion : Suggestion
    costs : Costs
    """

    source_names: list[str]
    has_records: bool
    sizes: Sizes
    look: Look
    odd: dict[str, Found]
    zipf: Zipf
    commonest: list[tuple[str, int]]
    coverage: list[Coverage]
    glued: Glued
    is_unsegmented: bool
    is_segmented: bool
    is_mostly_letters: bool
    two_spellings: list[str]
    suggestion: Suggestion
    costs: Costs

    @property
    def shares_by_script(self) -> dict[str, float]:
        """The share of the letters that each script has, the commonest first."""
        by_script = self.look.characters.by_script()
        n_letters = sum(by_script.values())
        return {script: n / n_letters for script, n in by_script.items()}
