"""Questions to vectors as a person writes them: `king - man + woman`, `man king woman`, a word."""

from __future__ import annotations

from typing import NamedTuple

from w2v.errors import UsageError, quoted


class Question(NamedTuple):
    """Words whose unit vectors are added, and words whose unit vectors are subtracted.

    >>> str(Question(["king", "woman"], ["man"]))
    'king + woman - man'
    """

    positive: list[str]
    negative: list[str]

    def __str__(self) -> str:
        return (" + ".join(self.positive) + "".join(f" - {word}" for word in self.negative)).strip()


def parse_expression(text: str) -> Question:
    """Read `paris - france + italy`; a sign stands alone or before its word.

    >>> parse_expression("paris -france + italy")
    Question(positive=['paris', 'italy'], negative=['france'])

    Raises
    ------
    UsageError
        If two words stand side by side, or a sign has no word.
    """
    parts = text.split()
    # `king -man +woman` is meant as it looks.
    parts = [p for part in parts for p in ([part[0], part[1:]] if part[0] in "+-" else [part]) if p]
    if parts[:1] not in (["+"], ["-"]):
        parts = ["+", *parts]
    signs, words = parts[::2], parts[1::2]
    if len(signs) != len(words) or not set(signs) <= {"+", "-"} or {"+", "-"} & set(words):
        raise UsageError(
            f"{quoted(text)} is no word and no sum of words; write it as `king - man + woman`"
        )
    return Question(
        [word for sign, word in zip(signs, words, strict=True) if sign == "+"],
        [word for sign, word in zip(signs, words, strict=True) if sign == "-"],
    )


def parse_analogy(text: str) -> Question:
    """Read `king - man + woman`, or in short `man king woman`: man is to king as woman is to ...

    >>> parse_analogy("man king woman")
    Question(positive=['king', 'woman'], negative=['man'])

    Raises
    ------
    UsageError
        If it is neither form.
    """
    words = text.split()
    if len(words) == 3 and not any(word[0] in "+-" for word in words):
        return Question([words[1], words[2]], [words[0]])
    try:
        return parse_expression(text)
    except UsageError as error:
        raise UsageError(
            "write the question as `king - man + woman` or as `man king woman`"
        ) from error
