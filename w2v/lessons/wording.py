"""The texts of a lesson in one language, and how they are filled in.

A text is a template of `str.format`: "{n:,} tokens in {name}". After a `|`, a language may change
its form with the value: English has a singular and a plural, "{n:word|words}" is "1 word" or
"2,000 words"; Korean has particles that depend on the sound before them, "{word:을|를}" is "집을"
or "나무를". A Chinese text needs neither.
"""

from __future__ import annotations

import functools
import re
import string
import unicodedata
from collections.abc import Callable, Sequence, Set
from pathlib import Path
from typing import Any

import yaml

from w2v.lessons.languages import DEFAULT, TEXTS

COMMON = "common"  # the file of texts that every lesson may use
FIRST_SYLLABLE, LAST_SYLLABLE, N_FINALS = "가", "힣", 28
FINAL_RIEUL = 8  # ㄹ, after which 로 is said and not 으로
# The final sounds of digits as they are read, 영 일 이 삼 사 오 육 칠 팔 구 퍼센트: 0 for none.
DIGIT_FINALS = dict(zip("0123456789%", (21, 8, 0, 16, 0, 0, 1, 8, 8, 0, 0), strict=True))
CLOSING = "`'\"”’」』》〉】]"  # what ends a word and is not read


class Wording:
    """The texts of one file, and those that all have in common.

    Parameters
    ----------
    language : str
        One of `languages()`.
    name : str
        The file, such as `explain` or `learn/noise`.
    """

    def __init__(self, language: str, name: str) -> None:
        self.language = language
        # A language that is not yet translated whole says the rest in English, with its plurals.
        self._texts = {
            key: (text, _Filler(code))
            for code in (DEFAULT, language)
            for file in (COMMON, name)
            for key, text in texts_of(code, file).items()
        }
        self._file = f"{language}/{name}.yaml"

    def __call__(self, key: str, **values: Any) -> str:
        """Return a text with its values filled in.

        Raises
        ------
        LookupError
            If there is none, or a value is not given: a mistake in w2v, which its tests find.
        """
        if key not in self._texts:
            raise LookupError(f"texts/{self._file} has no {key!r}, and English has none")
        text, filler = self._texts[key]
        try:
            return filler.vformat(text, (), values)
        except KeyError as error:
            raise LookupError(f"{key!r} in texts/{self._file} wants a value for {error}") from error

    @property
    def templates(self) -> dict[str, str]:
        """All its texts as they are before values are filled in, by their keys."""
        return {key: text for key, (text, _) in self._texts.items()}

    @property
    def keys(self) -> Set[str]:
        """The keys of all its texts."""
        return self._texts.keys()

    def paragraphs(self, key: str, **values: Any) -> list[str]:
        """Return a text, cut where it has an empty line."""
        return [part.strip() for part in self(key, **values).split("\n\n")]


class _Filler(string.Formatter):
    """Fills values into the texts of one language."""

    def __init__(self, language: str) -> None:
        self._form = FORMS.get(language, _first_form)

    def format_field(self, value: Any, format_spec: str) -> str:
        """Write a value, and behind it the form of a word that goes with it."""
        if "|" not in format_spec:
            return str(super().format_field(value, format_spec))
        return self._form(value, format_spec.split("|"))


def _first_form(value: Any, forms: Sequence[str]) -> str:
    """Languages without forms have one."""
    return f"{value}{forms[0]}"


def _english(value: Any, forms: Sequence[str]) -> str:
    """A number and its noun.

    >>> _english(1, ["word", "words"]), _english(2000, ["word", "words"])
    ('1 word', '2,000 words')
    """
    return f"{value:,} {forms[0] if value == 1 else forms[1]}"


def _korean(value: Any, forms: Sequence[str]) -> str:
    """A word and its particle: the first form after a consonant, the second after a vowel.

    >>> _korean("집", ["을", "를"]), _korean("나무", ["을", "를"]), _korean("서울", ["으로", "로"])
    ('집을', '나무를', '서울로')
    >>> _korean(3, ["이", "가"]), _korean("king", ["은", "는"]), _korean("king", ["으로", "로"])
    ('3이', 'king은(는)', 'king(으)로')
    """
    text = f"{value:,}" if isinstance(value, int) else str(value)
    after_consonant, after_vowel = forms
    final = _final_sound(text)
    if final is None:  # nobody knows how it is read
        if after_consonant.endswith(after_vowel):
            return f"{text}({after_consonant.removesuffix(after_vowel)}){after_vowel}"
        return f"{text}{after_consonant}({after_vowel})"
    if final == 0 or (final == FINAL_RIEUL and after_consonant == "으로"):
        return f"{text}{after_vowel}"
    return f"{text}{after_consonant}"


def _final_sound(text: str) -> int | None:
    """Return the number of the consonant that a text ends in, 0 for none, None if unknown.

    What stands in parentheses behind a word is not read: "손실(loss)" ends as "손실".
    """
    read = text.rstrip(CLOSING)
    read = re.sub(r"\s*\([^()]*\)$", "", read) or read
    last = unicodedata.normalize("NFC", read.rstrip(CLOSING + ")"))[-1:]
    if FIRST_SYLLABLE <= last <= LAST_SYLLABLE:
        return (ord(last) - ord(FIRST_SYLLABLE)) % N_FINALS
    return DIGIT_FINALS.get(last) if last else None


FORMS: dict[str, Callable[[Any, Sequence[str]], str]] = {"en": _english, "ko": _korean}


@functools.cache
def texts_of(language: str, name: str) -> dict[str, str]:
    """Return the templates of a file by their keys; none if it is not translated yet."""
    file: Path = TEXTS / language / f"{name}.yaml"
    if language != DEFAULT and not file.exists():
        return {}
    texts: dict[str, str] = yaml.safe_load(file.read_text("utf-8"))
    return texts
