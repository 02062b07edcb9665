"""Tokenizers on the scripts of the world: words stay whole, and only what is no word is dropped."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from w2v.config.schema import CorpusConfig
from w2v.errors import ConfigError
from w2v.text.tokenizers import TokenizerSpec

# Texts on which a careless pattern cuts or drops, mixed with whatever hypothesis thinks of.
PARTS = [
    *("Don't", "o’clock", "snake_case", "B2", "İ", "ẞ", "™", "ℝ", "한", "中文", "हिन्दी", "ที่", "é"),
    *("ᄒ", "ᅡ", "ᆫ", "\u0301", "\u200d", "\u200c", "'", "’", "_", "٣", "½", "👩\u200d🚀", " ", "\t"),
]
texts = st.lists(st.sampled_from(PARTS) | st.text(max_size=5)).map("".join)


def tokens(text, tokenizer="words", **options):
    return TokenizerSpec(tokenizer, **options).make()(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \t ", []),
        ("Hello, World!", ["hello", "world"]),
        ("a I 7", ["a", "i", "7"]),  # no word is too short
        ("x" * 100_000, ["x" * 100_000]),  # or too long
        ("3.14 1,000 B2B", ["3", "14", "1", "000", "b2b"]),
        ("snake_case __init__ _", ["snake", "case", "init"]),
        ("_\u0301x", ["x"]),  # a mark needs a letter to stand on
        ("non-stop", ["non", "stop"]),
        ("a™b", ["a", "b"]),
    ],
)
def test_words(text, expected):
    assert tokens(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("don't", ["don't"]),
        ("don’t", ["don't"]),  # typed either way it is one word of the vocabulary
        ("rock 'n' roll", ["rock", "n", "roll"]),
        ("‘quoted’ 'too'", ["quoted", "too"]),
        ("the dogs' '90s", ["the", "dogs", "90s"]),
        ("fo'c's'le", ["fo'c's'le"]),
        ("a''b ' ''", ["a", "b"]),
        ("l’été qu'd’l'été", ["l'été", "qu'd'l'été"]),
        ("п’ять", ["п'ять"]),
    ],
)
def test_apostrophes_inside_words(text, expected):
    assert tokens(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("나는 밥을 먹는다.", ["나는", "밥을", "먹는다"]),
        ("그 책", ["그", "책"]),  # one syllable is a word: there is no length filter
        ("我爱北京，你呢？", ["我爱北京", "你呢"]),
        ("हिन्दी में लिखो", ["हिन्दी", "में", "लिखो"]),
        ("ที่นี่ น้ำ", ["ที่นี่", "น้ำ"]),
        ("العَرَبِيَّةُ، لغة", ["العَرَبِيَّةُ", "لغة"]),
        ("שָׁלוֹם עולם", ["שָׁלוֹם", "עולם"]),
        ("ශ්‍රී ලංකා", ["ශ්‍රී", "ලංකා"]),  # a joiner stands inside the first
        ("می‌خواهم", ["می‌خواهم"]),  # and a non-joiner inside this
        ("Việt Nam", ["việt", "nam"]),
        ("İstanbul", ["i̇stanbul"]),  # lower-cased it is two code points, and still one letter
        ("ΟΔΟΣ ΣΑΣ", ["οδος", "σας"]),  # the last sigma of a word has its own form
        ("𝒳𠀀", ["𝒳𠀀"]),  # beyond the 16 bits of UCS-2
        ("\u200fعربي\u200e abc", ["عربي", "abc"]),  # direction marks are no part of a word
        ("I 👩‍🚀❤️ you🇰🇷all", ["i", "you", "all"]),
    ],
)
def test_words_of_other_scripts(text, expected):
    assert tokens(text) == [unicodedata.normalize("NFC", word) for word in expected]


@pytest.mark.parametrize("tokenizer", ["words", "whitespace", "char"])
def test_decomposed_text_is_composed(tokenizer):
    """What a Korean or French text looks like when its file was made on a Mac."""
    for text in ("한국어를 좋아해요", "é ö ñ"):
        apart = unicodedata.normalize("NFD", text)
        assert apart != text
        assert tokens(apart, tokenizer) == tokens(text, tokenizer)


def test_normal_forms():
    text = "\u1112\u1161\u11ab ﬁn ｱ Å"
    assert tokens(text, "whitespace", normalize="NFC") == ["한", "ﬁn", "ｱ", "Å"]
    assert tokens(text, "whitespace", normalize="NFKC") == ["한", "fin", "ア", "Å"]
    assert tokens(text, "whitespace", normalize="none") == text.split()


def test_a_mark_stays_with_its_letter_without_normalization():
    assert tokens("e\u0301te\u0301", normalize="none") == ["e\u0301te\u0301"]
    assert tokens("e\u0301te\u0301", "char", normalize="none") == ["e\u0301", "t", "e\u0301"]


def test_lower_case_is_for_words_only():
    assert tokens("Über ABC", lowercase=False) == ["Über", "ABC"]
    assert tokens("Über ABC", normalize="none") == ["über", "abc"]
    assert tokens("Über ABC", "whitespace") == ["Über", "ABC"]
    assert tokens("Üb", "char") == ["Ü", "b"]


def test_compatibility_forms_are_lower_cased_too():
    """NFKC makes capitals out of signs that have no lower case."""
    assert tokens("ℝ Word™ Ⅷ ㎅", normalize="NFKC") == ["r", "wordtm", "viii", "kb"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("我爱 北京！", "我 爱 北 京"),
        ("한국어 B2.", "한 국 어 B 2"),
        ("ﾃｽﾄー々", "ﾃ ｽ ﾄ ー 々"),
        ("हिन्दी", "हि न् दी"),
        ("葛󠄀城", "葛󠄀 城"),  # with a variation selector, far from all other marks
        ("it's_", "i t s"),
        ("😀", ""),
    ],
)
def test_characters(text, expected):
    assert tokens(text, "char") == expected.split(" ") * bool(expected)


def test_whitespace_takes_everything_as_it_is():
    assert tokens(" <unk>  Don’t, 😀\t__x__\u3000中文\u00a0!", "whitespace") == [
        *("<unk>", "Don’t,", "😀", "__x__", "中文", "!"),
    ]


@given(texts, st.sampled_from(["NFC", "NFKC", "none"]))
def test_whitespace_drops_nothing(text, normalize):
    whole = text if normalize == "none" else unicodedata.normalize(normalize, text)
    assert "".join(tokens(text, "whitespace", normalize=normalize)) == "".join(whole.split())


@given(texts)
@example("x'_'y")
@example("Don't\N{SOFT HYPHEN}Don't")
def test_words_are_whole(text):
    """Between words there is nothing that could be one, and no word was cut in two."""
    text = unicodedata.normalize("NFC", text)
    found = tokens(text, lowercase=False)
    rest = text.replace("’", "'").replace("\N{SOFT HYPHEN}", "")
    for word in found:
        between, found_it, rest = rest.partition(word)
        assert found_it
        assert not any(c.isalnum() for c in between)
        assert not rest or not (word[-1] + rest[0]).isalnum()
    assert not any(c.isalnum() for c in rest)


@given(texts)
def test_characters_are_whole(text):
    text = unicodedata.normalize("NFC", text)
    found = tokens(text, "char")
    assert [token[0] for token in found] == [c for c in text if c.isalnum()]
    assert not any(c.isalnum() for token in found for c in token[1:])


@given(texts, st.sampled_from(["words", "char", "whitespace"]), st.sampled_from(["NFC", "NFKC"]))
def test_tokens_are_tokens_of_themselves(text, tokenizer, normalize):
    """So that a word typed into `similar` is found as it stands in the vocabulary."""
    split = TokenizerSpec(tokenizer, normalize=normalize).make()
    found = split(text)
    assert split(" ".join(found)) == found
    assert [split(token) for token in found] == [[token] for token in found]


@given(st.text(st.characters(codec="ascii")))
@settings(deadline=None)
def test_the_fast_pattern_for_ascii_is_the_same(text):
    for tokenizer in ("words", "char"):
        assert tokens(text, tokenizer) == tokens(text + " é", tokenizer)[:-1]


@pytest.mark.parametrize("name", ["", "word", "Words", "module:", ":function", ":"])
def test_unknown_tokenizer(name):
    with pytest.raises(ConfigError, match=r"corpus\.tokenizer: '.*' is none of whitespace, words"):
        TokenizerSpec(name, allow_code=True).make()


CODE = """
import re

def syllables(text): return re.findall("..?", text)
def generated(text): yield from text.split()
def empty(text): return ["fine", ""]
def tab(text): return ["a\\tb"]
def line_end(text): return ["a\\r"]
def number(text): return [3]
def half(text): return ["\\ud800"]
def joined(text): return " ".join(text.split())
def nothing(text): text.split()
def failing(text): return [][7]
constant = 7
"""


@pytest.fixture
def module(tmp_path, monkeypatch):
    """A module of tokenizers in the working folder, where a user has it."""
    (tmp_path / "hostile_tokenizers.py").write_text(CODE, "utf-8")
    (tmp_path / "broken_tokenizers.py").write_text("def f(text: return", "utf-8")
    (tmp_path / "other_tokenizers.py").write_text("import not_installed_anywhere", "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [path for path in sys.path if path])
    yield "hostile_tokenizers"
    for name in ("hostile_tokenizers", "broken_tokenizers", "other_tokenizers"):
        sys.modules.pop(name, None)


def test_code(module):
    assert tokens("abcde", f"{module}:syllables", allow_code=True) == ["ab", "cd", "e"]
    assert tokens("any iterable", f"{module}:generated", allow_code=True) == ["any", "iterable"]


def test_code_gets_normalized_text_in_its_case(module):
    assert tokens("E\u0301A", f"{module}:syllables", allow_code=True) == ["ÉA"]
    assert tokens("E\u0301", f"{module}:syllables", allow_code=True, normalize="none") == [
        "E\u0301"
    ]


def test_code_is_not_even_imported_unless_allowed(module):
    with pytest.raises(
        ConfigError, match=r"hostile_tokenizers:syllables is code .* add --allow-code"
    ):
        TokenizerSpec(f"{module}:syllables").make()
    assert module not in sys.modules
    assert CorpusConfig().tokenizer == "words"  # and no default needs it


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("no_such_module:f", "no_such_module cannot be imported: ModuleNotFoundError"),
        ("broken_tokenizers:f", "broken_tokenizers cannot be imported: SyntaxError"),
        ("other_tokenizers:f", "No module named 'not_installed_anywhere'"),
        (".hostile_tokenizers:f", "hostile_tokenizers cannot be imported: TypeError"),
        ("hostile_tokenizers:nothing_there", "hostile_tokenizers has no function nothing_there"),
        ("hostile_tokenizers:constant", "hostile_tokenizers has no function constant"),
    ],
)
def test_code_that_is_not_there(module, name, message):
    with pytest.raises(ConfigError, match=message):
        TokenizerSpec(name, allow_code=True).make()


@pytest.mark.parametrize(
    ("function", "message"),
    [
        ("empty", "returned '';"),
        ("tab", r"returned 'a\\tb';"),
        ("line_end", r"returned 'a\\r';"),
        ("number", "returned 3;"),
        ("half", r"returned '\\ud800';"),  # UTF-8 cannot hold it: no file could
        ("joined", "returned 'one two'; give a list"),  # it would train on characters
        ("nothing", "failed on 'one  two': TypeError"),
        ("failing", "failed on 'one  two': IndexError: list index"),
    ],
)
def test_code_that_returns_no_tokens(module, function, message):
    tokenize = TokenizerSpec(f"{module}:{function}", allow_code=True).make()
    with pytest.raises(ConfigError, match=f"hostile_tokenizers:{function} {message}"):
        tokenize("one  two")
