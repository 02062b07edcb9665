"""What the words of a text tell about its script: are they words at all?"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

MOSTLY = 0.5
UNSPACED = ("CJK", "HIRAGANA", "KATAKANA")  # as the names of their characters begin
SYLLABIC = (*UNSPACED, "HANGUL")  # one character may well be a word
LONG_RUN = 6  # characters; Chinese words have one to four

UNSEGMENTED = (
    "many words are long runs of Chinese or Japanese, which is written without spaces; "
    "try corpus.tokenizer=char, or a segmenter (README: Korean and Chinese)"
)


def is_unsegmented(words: Sequence[str]) -> bool:
    """Tell whether most words are long runs of a script that is written without spaces.

    Parameters
    ----------
    words : sequence of str
        The distinct words of a text.
    """
    unspaced = [word for word in words if _is_of(UNSPACED, word[0])]
    long = [word for word in unspaced if len(word) >= LONG_RUN]
    return len(unspaced) > MOSTLY * len(words) and len(long) > MOSTLY * len(unspaced)


def has_no_spaces(text: str, words: Sequence[str]) -> bool:
    """Tell whether a sentence is Chinese or Japanese, and written without spaces.

    >>> has_no_spaces("小猫坐在垫子上。", ["小猫坐在垫子上"])
    True
    >>> has_no_spaces("小猫 坐在", ["小猫", "坐在"])
    False

    Parameters
    ----------
    text : str
    words : sequence of str
        What `words` (tokenizers.py) makes of it.
    """
    unspaced = [word for word in words if _is_of(UNSPACED, word[0])]
    return len(unspaced) > MOSTLY * len(words) and (len(text.split()) == 1 or is_unsegmented(words))


def is_mostly_letters(words: Sequence[str]) -> bool:
    """Tell whether most words are single letters: a text that was given as a list of characters.

    Parameters
    ----------
    words : sequence of str
        The distinct words of a text. Chinese, Japanese and Korean characters do not count: one of
        them may well be a word.
    """
    single = [word for word in words if len(word) == 1 and not _is_of(SYLLABIC, word)]
    return len(single) > MOSTLY * len(words)


def _is_of(scripts: tuple[str, ...], character: str) -> bool:
    """Tell whether a character belongs to one of some scripts."""
    return unicodedata.name(character, "").startswith(scripts)
