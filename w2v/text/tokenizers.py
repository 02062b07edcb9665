"""Tokenizers: a callable from a piece of text to a list of tokens.

Three are here, and any function can be named as `module:function`. A piece never holds a line end;
sentences are made of lines, elsewhere. No token is dropped for its length or cut.
"""

from __future__ import annotations

import functools
import importlib
import re
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from w2v.errors import ConfigError

Tokenizer: TypeAlias = Callable[[str], list[str]]

# What unfit tokens hold: what ends a word or a line in our files, and halves of characters.
_FORBIDDEN = frozenset("\t\r\n").union(map(chr, range(0xD800, 0xE000)))

# Nothing beyond the emoji and supplementary ideographs is a combining mark but these variation
# selectors, so that the rest of the code space need not be searched.
_MARK_RANGES = ((0x0300, 0x1FFFF), (0xE0100, 0xE01F0))
# The zero-width joiner and non-joiner belong to the letter before them, as in UAX #29: they stand
# inside Sinhala, Bengali and Persian words.
_JOINERS = "\u200c\u200d"
# A soft hyphen marks where a word may be broken and is no part of it; both apostrophes are one.
_CLEANED = str.maketrans({"’": "'", "\u00ad": None})


@functools.cache
def _marks() -> str:
    """Return every combining mark and joiner as a regular-expression class without brackets.

    Python's `\\w` leaves them out, which would cut Hindi, Thai or decomposed text inside words.
    """
    return _JOINERS + "".join(
        chr(code)
        for low, high in _MARK_RANGES
        for code in range(low, high)
        if unicodedata.category(chr(code))[0] == "M"
    )


@functools.cache
def _patterns(ascii_only: bool) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Compile the patterns of a word and of a character; the one for ASCII is twice as fast."""
    if ascii_only:
        return re.compile(r"[a-zA-Z0-9]+(?:'[a-zA-Z0-9]+)*"), re.compile(r"[a-zA-Z0-9]")
    letter = f"(?:[^\\W_][{_marks()}]*)"
    return re.compile(f"{letter}+(?:'{letter}+)*"), re.compile(letter)


def words(text: str) -> list[str]:
    """Split text into words: letters, digits and their marks, with apostrophes inside.

    A typographic apostrophe counts as a plain one, so that don't is one word however it is typed.

    >>> words("Don't stop: 한국어 와 中文, naïve_2!")
    ["Don't", 'stop', '한국어', '와', '中文', 'naïve', '2']
    """
    if not text.isascii():
        text = text.translate(_CLEANED)
    word, _ = _patterns(text.isascii())
    return word.findall(text)


def characters(text: str) -> list[str]:
    """Split text into single letters and digits, each with its marks: for Chinese, say.

    >>> characters("中文, 한국어 B2.")
    ['中', '文', '한', '국', '어', 'B', '2']
    """
    _, character = _patterns(text.isascii())
    return character.findall(text)


def make_tokenizer(
    name: str, *, lowercase: bool = True, normalize: str = "NFC", allow_code: bool = False
) -> Tokenizer:
    """Return the tokenizer that a config names.

    Parameters
    ----------
    name : str
        whitespace, words, char, or `module:function`. The module is looked for in the working
        folder too.
    lowercase : bool
        Used by `words` only.
    normalize : "NFC", "NFKC" or "none"
        Applied to the text first. Korean and accented letters have two encodings each; they would
        be different words.
    allow_code : bool
        Whether `module:function` may be imported and run.

    Raises
    ------
    ConfigError
        If there is no such tokenizer, or it is code and code is not allowed.
    """
    if name == "whitespace":
        split: Tokenizer = str.split
    elif name == "words":
        split = words
    elif name == "char":
        split = characters
    else:
        split = _imported(name, allow_code)
    lower = lowercase and name == "words"
    if normalize == "none" and not lower:
        return split

    def tokenize(text: str) -> list[str]:
        if normalize == "NFKC":  # before lower-casing too, since it makes capitals: ™ becomes TM
            text = unicodedata.normalize("NFKC", text)
        if lower:
            text = text.lower()
        if normalize != "none" and not text.isascii():
            text = unicodedata.normalize(normalize, text)  # type: ignore[arg-type]
        return split(text)

    return tokenize


def tokenizer_source(name: str) -> Path | None:
    """Return the file that a `module:function` tokenizer comes from, None for one of ours."""
    module = sys.modules.get(name.partition(":")[0]) if ":" in name else None
    file = getattr(module, "__file__", None)
    return Path(file) if file else None


def _imported(name: str, allow_code: bool) -> Tokenizer:
    """Import `module:function`."""
    module_name, colon, function_name = name.partition(":")
    if not colon or not module_name or not function_name:
        raise ConfigError(
            [f"corpus.tokenizer: {name!r} is none of whitespace, words, char, module:function"]
        )
    if not allow_code:
        raise ConfigError(
            [f"corpus.tokenizer: {name} is code to be run; add --allow-code if you trust it"]
        )
    if "" not in sys.path:
        sys.path.insert(0, "")
    try:
        module = importlib.import_module(module_name)
    except Exception as error:  # it is the user's code: anything may come
        raise ConfigError(
            [f"corpus.tokenizer: {module_name} cannot be imported: {_said(error)}"]
        ) from error
    function = getattr(module, function_name, None)
    if not callable(function):
        raise ConfigError([f"corpus.tokenizer: {module_name} has no function {function_name}"])

    def tokenize(text: str) -> list[str]:
        try:
            returned = function(text)
            tokens = list(returned)
        except Exception as error:
            raise ConfigError(
                [f"corpus.tokenizer: {name} failed on {text[:40]!r}: {_said(error)}"]
            ) from error
        if isinstance(returned, str):
            raise ConfigError(
                [f"corpus.tokenizer: {name} returned {returned[:40]!r}; give a list of tokens"]
            )
        for token in tokens:
            if not isinstance(token, str) or not token or not _FORBIDDEN.isdisjoint(token):
                raise ConfigError(
                    [
                        f"corpus.tokenizer: {name} returned {token!r}; "
                        "tokens are text, not empty, without tabs and line ends"
                    ]
                )
        return tokens

    return tokenize


def _said(error: Exception) -> str:
    """Say what kind of error it was, and its message, which may be empty."""
    return f"{type(error).__name__}: {error}"
