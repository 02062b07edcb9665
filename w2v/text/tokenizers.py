"""Tokenizers: a callable from a piece of text to a list of tokens.

Three are here, and any function can be named as `module:function`. No token is dropped for its
length or cut. `TokenizerSpec` is what a config says; it can be handed to another process, which
makes its own tokenizer of it. How tokens become ids, and a shorter way there for plain ASCII, is in
`numbering.py`.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import re
import sys
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from w2v.errors import ConfigError

Tokenizer: TypeAlias = Callable[[str], list[str]]
LineTokenizer: TypeAlias = Callable[[str], Iterable[list[str]]]

# What unfit tokens hold: what ends a word or a line in our files, and halves of characters.
_FORBIDDEN = frozenset("\t\r\n").union(map(chr, range(0xD800, 0xE000)))

# Nothing beyond the emoji and supplementary ideographs is a combining mark but these variation
# selectors, so that the rest of the code space need not be searched.
_MARK_RANGES = ((0x0300, 0x1FFFF), (0xE0100, 0xE01F0))
# The zero-width joiner and non-joiner belong to the letter before them, as in UAX #29: they stand
# inside Sinhala, Bengali and Persian words.
_JOINERS = "\u200c\u200d"
# The last code point of each repertoire that has patterns of its own. A class of characters is a
# bitmap for the first 65,536 and a list to be searched beyond.
_ASCII, _BASIC, _ALL = 0x7F, 0xFFFF, sys.maxunicode


@functools.cache
def _marks() -> str:
    """Return every combining mark and joiner.

    Python's `\\w` leaves them out, which would cut Hindi, Thai or decomposed text inside words.
    """
    return _JOINERS + "".join(
        chr(code)
        for low, high in _MARK_RANGES
        for code in range(low, high)
        if unicodedata.category(chr(code))[0] == "M"
    )


@functools.cache
def _patterns(last: int) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Compile the patterns of a word and of a character for text without code points over `last`.

    The letters are listed: a class without categories inside is searched many times faster.
    """
    everything = "".join(map(chr, range(last + 1)))
    letters = re.findall(r"[^\W_]", everything)
    marks = [mark for mark in _marks() if ord(mark) <= last] if last > _ASCII else []
    letter = _class(letters)
    run = f"{letter}{_class([*letters, *marks])}*"
    character = f"{letter}{_class(marks)}*" if marks else letter
    return re.compile(f"{run}(?:'{run})*"), re.compile(character)


def _class(characters: Iterable[str]) -> str:
    """Return the regular-expression class of some characters, as ranges."""
    codes = sorted(set(map(ord, characters)))
    first = [code for code, before in zip(codes, [-2, *codes], strict=False) if code != before + 1]
    last = [code for code, after in zip(codes, [*codes[1:], -2], strict=True) if code + 1 != after]
    ranges = zip(first, last, strict=True)
    return "[" + "".join(f"\\U{low:08x}-\\U{high:08x}" for low, high in ranges) + "]"


def _patterns_for(text: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the fastest patterns that know all characters of a text."""
    if text.isascii():
        return _patterns(_ASCII)
    beyond_basic = len(text.encode("utf-16-le", "surrogatepass")) > 2 * len(text)
    return _patterns(_ALL if beyond_basic else _BASIC)


# What `ascii_table` makes of a byte between words, and of a line end.
SPACE, LINE_END = 0, 0x80

# A splitter prepares a text of any number of lines and says how each of its lines is split.
_Split: TypeAlias = Callable[[str], list[str]]
_Splitter: TypeAlias = Callable[[str], tuple[str, _Split]]


def _splitter_of_words(text: str) -> tuple[str, _Split]:
    """Find words; both apostrophes are one, and a soft hyphen is no part of a word."""
    text = text.replace("’", "'").replace("\u00ad", "")
    word, _ = _patterns_for(text)
    return text, word.findall


def _splitter_of_characters(text: str) -> tuple[str, _Split]:
    """Find letters and digits, each with its marks."""
    _, character = _patterns_for(text)
    return text, character.findall


_SPLITTERS: dict[str, _Splitter] = {
    "whitespace": lambda text: (text, str.split),
    "words": _splitter_of_words,
    "char": _splitter_of_characters,
}


def words(text: str) -> list[str]:
    """Split text into words: letters, digits and their marks, with apostrophes inside.

    A typographic apostrophe counts as a plain one, so that don't is one word however it is typed.

    >>> words("Don't stop: 한국어 와 中文, naïve_2!")
    ["Don't", 'stop', '한국어', '와', '中文', 'naïve', '2']
    """
    text, split = _splitter_of_words(text)
    return split(text)


def characters(text: str) -> list[str]:
    """Split text into single letters and digits, each with its marks: for Chinese, say.

    >>> characters("中文, 한국어 B2.")
    ['中', '文', '한', '국', '어', 'B', '2']
    """
    text, split = _splitter_of_characters(text)
    return split(text)


@dataclass(frozen=True)
class TokenizerSpec:
    """A tokenizer as a config names it.

    Attributes
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
    """

    name: str = "words"
    lowercase: bool = True
    normalize: str = "NFC"
    allow_code: bool = False

    @property
    def is_code(self) -> bool:
        """Whether it is a function of the user's."""
        return self.name not in _SPLITTERS

    @property
    def lowers(self) -> bool:
        """Whether letters become small ones."""
        return self.lowercase and self.name == "words"

    def make(self) -> Tokenizer:
        """Return the function from a line of text to its tokens.

        Raises
        ------
        ConfigError
            If there is no such tokenizer, or it is code and code is not allowed.
        """
        splitter = self._splitter()

        def tokenize(text: str) -> list[str]:
            text, split = splitter(self._prepared(text))
            return split(text)

        return tokenize

    def make_for_lines(self) -> LineTokenizer:
        """Return the function from a text to the tokens of each of its lines, cut at LF only.

        It gives what `make` gives for each line, in less time: all but the last step is done for
        the whole text, since neither normal forms nor letter case reach over a line end.

        Raises
        ------
        ConfigError
            As `make`.
        """
        splitter = self._splitter()

        def tokenize(text: str) -> Iterable[list[str]]:
            text, split = splitter(self._prepared(text))
            return map(split, text.split("\n"))

        return tokenize

    def ascii_table(self) -> bytes | None:
        """Return what each byte of an ASCII text becomes, None if words are no matter of bytes.

        Bytes of words become themselves or small letters, LF becomes LINE_END, others SPACE. Where
        an apostrophe stands inside a word it belongs to it, for `words`.
        """
        if self.name not in ("whitespace", "words"):
            return None
        table = bytearray(256)
        for code in range(1, _ASCII + 1):
            character = chr(code).lower() if self.lowers else chr(code)
            is_of_words = character.isalnum() or character == "'"
            if is_of_words if self.name == "words" else not character.isspace():
                table[code] = ord(character)
        table[ord("\n")] = LINE_END
        return bytes(table)

    def _splitter(self) -> _Splitter:
        """Return the last step."""
        if not self.is_code:
            return _SPLITTERS[self.name]
        split = _imported(self.name, self.allow_code)
        return lambda text: (text, split)

    def _prepared(self, text: str) -> str:
        """Bring a text to its normal form and letter case."""
        if self.normalize == "NFKC":  # before lower-casing too: it makes capitals, TM out of ™
            text = unicodedata.normalize("NFKC", text)
        if self.lowers:
            text = text.lower()
        if self.normalize != "none" and not text.isascii():
            text = unicodedata.normalize(self.normalize, text)  # type: ignore[arg-type]
        return text

    def key(self) -> str:
        """Tell this tokenizer from any other; code by the content of its file."""
        parts = [self.name, self.lowercase, self.normalize]
        source = tokenizer_source(self.name)
        if source is not None:
            parts.append(hashlib.sha256(source.read_bytes()).hexdigest())
        return repr(parts)


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
