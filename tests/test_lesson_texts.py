"""The texts of the lessons: each language has all of them, and none in the wrong script."""

from __future__ import annotations

import ast
import re
import string

import pytest
import yaml

from w2v.lessons.languages import DEFAULT, TEXTS, languages
from w2v.lessons.wording import FORMS

NAMES = sorted(
    file.relative_to(TEXTS / DEFAULT).with_suffix("").as_posix()
    for file in (TEXTS / DEFAULT).rglob("*.yaml")
)
OTHERS = [code for code in languages() if code != DEFAULT]
FILES = [(code, name) for name in NAMES for code in languages()]
PACKAGE = TEXTS.parent.parent
HANGUL, HAN = "\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3", "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
FULL_WIDTH = "，。：；？！、（）「」『』《》【】"
# What is not of the language itself: code, values that are filled in, addresses.
NO_PROSE = re.compile(r"`[^`]*`|\{[^{}]*\}|https?://\S+")
# Lines that YAML folds are joined by a space, which Chinese does not have.
LETTER_OR_MARK = f"[{HAN}{FULL_WIDTH}“”]"
STRAY_SPACE = re.compile(
    f"(?<={LETTER_OR_MARK}) (?={LETTER_OR_MARK})|(?<=[{FULL_WIDTH}]) | (?=[{FULL_WIDTH}])"
)
LONGEST_WORD = 2  # letters; words with spaces between them are a text to learn from
LEAST_LETTERS = 3  # of a text of f"{topic}_title" that a key must have in common with it
ENOUGH_LATIN = 3  # words in a row without a letter of its own are no Korean or Chinese text


def texts_of(language, name):
    return yaml.safe_load((TEXTS / language / f"{name}.yaml").read_text("utf-8"))


def fields_of(template):
    """Return the names of placeholders with their formats; raises if it is no template."""
    return [(name, form) for _, name, form, _ in string.Formatter().parse(template) if name]


def prose(text):
    """Return a text without code and without placeholders, but for the forms of words."""
    return NO_PROSE.sub(" ", text)


def is_joint(text):
    """Tell whether a text stands between others: ": ", or nothing where words are not spaced."""
    return not re.search(r"\w", text)


def wrong_in(language, text):
    """Return what is wrong with one text of a language, in words."""
    wrong = []
    told = prose(text)
    if is_joint(text):
        return wrong
    if text != text.strip() or re.search(r"[ \t]\n", text):
        wrong.append("a space at an end")
    # Rows of code that stand in columns are in Python, not here.
    if "  " in text or "\t" in text:
        wrong.append("two spaces")
    if text.count("`") % 2:
        wrong.append("a backquote alone")
    has_hangul, has_han = re.search(f"[{HANGUL}]", told), re.search(f"[{HAN}]", told)
    is_sentence = len(re.findall(r"[A-Za-z]{2,}", told)) >= ENOUGH_LATIN
    if language != "ko" and has_hangul:
        wrong.append("Hangul")
    if language != "zh" and has_han:
        wrong.append("Han letters")
    if (language == "ko" and is_sentence and not has_hangul) or (
        language == "zh" and is_sentence and not has_han
    ):
        wrong.append("not translated")
    if language == "zh" and re.search(f"[{HAN}][,.:;?!][{HAN}]|[{HAN}][,.:;?!]( |$)", told):
        wrong.append("a mark that is not of full width")
    are_words = all(len(word) <= LONGEST_WORD for word in text.split(" "))
    if language == "zh" and not are_words and STRAY_SPACE.search(text):
        wrong.append("a space between letters or at a mark")
    if language != "zh" and re.search(f"[{FULL_WIDTH}]", told):
        wrong.append("a mark of full width")
    return wrong


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "All is {n:word|words} well.", []),
        ("en", "twice  here", ["two spaces"]),
        ("en", "end ", ["a space at an end"]),
        ("en", "`open", ["a backquote alone"]),
        ("en", "단어", ["Hangul"]),
        ("en", "Say `단어` and {word}.", []),
        ("en", "词", ["Han letters"]),
        ("en", "so，no", ["a mark of full width"]),
        ("ko", "This was never translated", ["not translated"]),
        ("ko", "W_in[ids]", []),
        ("ko", "말을 합니다。", ["a mark of full width"]),
        ("ko", "家", ["Han letters"]),
        ("zh", "This was never translated", ["not translated"]),
        ("zh", "词,词", ["a mark that is not of full width"]),
        ("zh", "完了.", ["a mark that is not of full width"]),
        ("zh", "取 0.75 次方，得 `a, b`。", []),
        ("zh", "几乎学不到 什么", ["a space between letters or at a mark"]),
        ("zh", "照原样写： `def f():`", ["a space between letters or at a mark"]),
        ("zh", "按字统计 （`char`）", ["a space between letters or at a mark"]),
        ("zh", "一段。\n\n又一段，用 `W` 表示。", []),
        ("zh", "天冷 的 时候", []),
        ("zh", "은(는)", ["Hangul"]),
    ],
)
def test_the_rules_find_what_is_wrong(language, text, expected):
    assert wrong_in(language, text) == expected


def test_there_are_texts_in_three_languages():
    assert languages()[0] == DEFAULT
    assert {"ko", "zh"} <= set(OTHERS)
    assert "common" in NAMES


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_has_the_files_of_the_first(language):
    files = (TEXTS / language).rglob("*.yaml")
    assert (
        sorted(f.relative_to(TEXTS / language).with_suffix("").as_posix() for f in files) == NAMES
    )


@pytest.mark.parametrize(("language", "name"), FILES, ids="-".join)
def test_the_same_keys_in_the_same_order(language, name):
    assert list(texts_of(language, name)) == list(texts_of(DEFAULT, name))


@pytest.mark.parametrize(("language", "name"), FILES, ids="-".join)
def test_no_key_is_there_twice(language, name):
    node = yaml.compose((TEXTS / language / f"{name}.yaml").read_text("utf-8"))
    keys = [key.value for key, _ in node.value]
    assert sorted(set(keys)) == sorted(keys)


@pytest.mark.parametrize(("language", "name"), FILES, ids="-".join)
def test_texts_are_templates_with_the_same_placeholders(language, name):
    english = texts_of(DEFAULT, name)
    for key, text in texts_of(language, name).items():
        assert isinstance(text, str), f"{key} is no text: put it in quotation marks"
        assert text.strip() or is_joint(english[key]), key
        # A language may say a value twice, or once where another says it twice.
        assert {n for n, _ in fields_of(text)} == {n for n, _ in fields_of(english[key])}, key


@pytest.mark.parametrize(("language", "name"), FILES, ids="-".join)
def test_forms_of_words_are_two(language, name):
    for key, text in texts_of(language, name).items():
        for field, form in fields_of(text):
            if "|" in form:
                assert language in FORMS, f"{key}: {field} has forms"
                assert len(form.split("|")) == 2, key
            else:
                assert re.fullmatch(r"[-+ ]?\d*,?(\.\d+)?[a-zA-Z%]?", form), f"{key}: {form!r}"


@pytest.mark.parametrize(("language", "name"), FILES, ids="-".join)
def test_texts_are_written_as_the_language_is(language, name):
    found = {
        key: wrong_in(language, text.removeprefix(" ") if key.startswith("unit_") else text)
        for key, text in texts_of(language, name).items()
    }
    assert {key: wrong for key, wrong in found.items() if wrong} == {}


def spoken():
    """Return the strings of the code that says texts, and what its f-strings may become."""
    whole, patterns = set(), set()
    for file in [*PACKAGE.glob("lessons/**/*.py"), *PACKAGE.glob("cli/**/*.py")]:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                whole.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                patterns.add(pattern_of(node))
    for file in PACKAGE.glob("lessons/**/*.js"):
        script = file.read_text("utf-8")
        whole |= set(re.findall(r"""["'`.]([A-Za-z_]\w*)""", script))
        # `step_${name}`, as f"step_{name}"
        patterns |= {f"{start}.+" for start in re.findall(r"`([a-z_]{4,}_)\$\{", script)}
    return whole, patterns - {None}


def pattern_of(node):
    """Return what an f-string matches; None if its own letters are too few to tell."""
    own = [part.value if isinstance(part, ast.Constant) else None for part in node.values]
    if sum(map(str.isalpha, "".join(part or "" for part in own))) < LEAST_LETTERS:
        return None
    return "".join(".+" if part is None else re.escape(part) for part in own)


def test_every_text_is_said_somewhere():
    whole, patterns = spoken()
    is_pattern = re.compile("|".join(f"(?:{pattern})" for pattern in sorted(patterns)), re.S)
    dead = [
        f"{name}: {key}"
        for name in NAMES
        for key in texts_of(DEFAULT, name)
        if key not in whole and not is_pattern.fullmatch(key)
    ]
    assert dead == []


def test_a_text_that_nobody_says_would_be_found():
    whole, patterns = spoken()
    assert "step_of" in whole
    assert not [pattern for pattern in patterns if re.fullmatch(pattern, "nobody_says_this")]


def test_built_keys_are_recognized():
    def pattern(code):
        return pattern_of(ast.parse(code, mode="eval").body)

    assert re.fullmatch(pattern('f"{topic}_title"'), "noise_title")
    assert not re.fullmatch(pattern('f"{topic}_title"'), "noise_titles")
    assert pattern('f"{a}_{b}"') is None
