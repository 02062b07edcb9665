"""Which language a reader gets, and how texts are filled in."""

from __future__ import annotations

import doctest
import locale

import pytest

from w2v.errors import UsageError
from w2v.lessons import languages as languages_module
from w2v.lessons import wording
from w2v.lessons.languages import language_of
from w2v.lessons.wording import Wording, _korean


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"LANG": "ko_KR.UTF-8"}, "ko"),
        ({"LANG": "zh_CN"}, "zh"),
        ({"LANG": "zh"}, "zh"),
        ({"LANG": "zh-Hans-CN"}, "zh"),
        ({"LANG": "KO_kr@euro"}, "ko"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "C"}, "en"),
        ({"LANG": "POSIX"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "kok_IN"}, "en"),  # Konkani is not Korean
        ({"LANG": "한국어"}, "en"),
        ({"LANG": "/etc/passwd"}, "en"),
        ({"LANG": "../ko"}, "en"),
        ({"LC_ALL": "C.UTF-8", "LANG": "ko_KR.UTF-8"}, "en"),
        ({"LC_ALL": "", "LANG": "ko_KR.UTF-8"}, "ko"),
        ({"LC_MESSAGES": "zh_CN", "LANG": "ko_KR.UTF-8"}, "zh"),
        ({"LC_ALL": "ko_KR", "LC_MESSAGES": "zh_CN"}, "ko"),
        ({"LANGUAGE": "zh_TW:en"}, "zh"),
        ({"LANGUAGE": "de:fr:ko"}, "ko"),
        ({"LANGUAGE": "en:ko", "LANG": "ko_KR"}, "en"),
        ({"LANGUAGE": ":", "LANG": "ko_KR"}, "en"),
        ({"LANGUAGE": "", "LC_ALL": "", "LANG": "zh_CN"}, "zh"),
        ({"LANG": "Korean_Korea.949"}, "ko"),
        ({"LANG": "Chinese (Simplified)_China.936"}, "zh"),
        ({"LANG": "English_United States.1252"}, "en"),
    ],
)
def test_the_locale_decides(environ, expected):
    assert language_of(None, environ) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Korean_Korea", "ko"), ("Chinese (Simplified)_China", "zh"), (None, "en"), ("", "en")],
)
def test_a_system_without_variables_is_asked(name, expected, monkeypatch):
    monkeypatch.setattr(locale, "getlocale", lambda: (name, "949"))
    assert language_of(None, {"LANG": ""}) == expected


def test_a_system_that_cannot_tell_gets_english(monkeypatch):
    def fail():
        raise ValueError("unknown locale: UTF-8")

    monkeypatch.setattr(locale, "getlocale", fail)
    assert language_of(None, {}) == "en"


def test_what_is_asked_for_wins():
    assert language_of("zh", {"LANG": "ko_KR"}) == "zh"


@pytest.mark.parametrize("asked", ["de", "", "KO", "ko_KR", "../en"])
def test_a_language_that_is_not_there_is_refused(asked):
    with pytest.raises(UsageError, match="there are en, ko, zh"):
        language_of(asked, {})


@pytest.mark.parametrize(
    ("value", "forms", "expected"),
    [
        ("집", "을|를", "집을"),
        ("나무", "을|를", "나무를"),
        ("나무".encode().decode(), "과|와", "나무와"),
        ("\u1112\u1161\u11ab", "은|는", "\u1112\u1161\u11ab은"),  # 한, in parts
        ("서울", "으로|로", "서울로"),
        ("집", "으로|로", "집으로"),
        ("나무", "으로|로", "나무로"),
        (0, "이|가", "0이"),
        (1, "으로|로", "1로"),
        (2, "이|가", "2가"),
        (3, "으로|로", "3으로"),
        (6, "은|는", "6은"),
        (7, "으로|로", "7로"),
        (2000, "을|를", "2,000을"),
        ("0.75", "을|를", "0.75를"),
        ("50%", "을|를", "50%를"),
        ("`집`", "을|를", "`집`을"),
        ("“나무”", "을|를", "“나무”를"),
        ("‘물’", "으로|로", "‘물’로"),
        ("손실(loss)", "을|를", "손실(loss)을"),
        ("(나무)", "을|를", "(나무)를"),
        ("king", "을|를", "king을(를)"),
        ("king", "으로|로", "king(으)로"),
        ("king", "이라고|라고", "king(이)라고"),
        ("`W_in`", "은|는", "`W_in`은(는)"),
        ("中文", "이|가", "中文이(가)"),
        ("", "이|가", "이(가)"),
        ("?", "이|가", "?이(가)"),
        ("ㄱ", "이|가", "ㄱ이(가)"),
    ],
)
def test_korean_particles(value, forms, expected):
    assert _korean(value, forms.split("|")) == expected


@pytest.fixture
def some_texts(tmp_path, monkeypatch):
    """Texts of three languages, of which one is half done."""
    files = {
        "en/common": "a: 'one'\nn: '{n:word|words}, {n:,} of {x:.2f} {w!r:>5}'\n",
        "en/made": "b: 'two'\np: \"x\\n\\n {x}\\n\\ny\"\n",
        "ko/common": "a: '하나'\nn: '{w:을|를} {n:이|가}'\n",
        "ko/made": "b: '둘'\n",
        "zh/common": "a: '一'\n",
    }
    for name, text in files.items():
        file = tmp_path / f"{name}.yaml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, "utf-8")
    monkeypatch.setattr(wording, "TEXTS", tmp_path)
    wording.texts_of.cache_clear()
    yield
    wording.texts_of.cache_clear()


@pytest.mark.usefixtures("some_texts")
def test_texts_are_filled_in():
    say = Wording("en", "made")
    assert say("n", n=1, x=0.5, w="a") == "1 word, 1 of 0.50   'a'"
    assert say("n", n=2000, x=0, w="{n}") == "2,000 words, 2,000 of 0.00 '{n}'"
    assert say.paragraphs("p", x="{x}") == ["x", "{x}", "y"]
    assert Wording("ko", "made")("n", n=3, w="집") == "집을 3이"


@pytest.mark.usefixtures("some_texts")
def test_a_language_that_is_half_done_says_the_rest_in_english():
    assert [Wording("ko", "made")(key) for key in "ab"] == ["하나", "둘"]
    assert Wording("ko", "made").paragraphs("p", x=1) == ["x", "1", "y"]
    assert [Wording("zh", "made")(key) for key in "ab"] == ["一", "two"]
    # With the plurals of English, and not with the forms of the other language.
    assert Wording("zh", "made")("n", n=2, x=0, w="").startswith("2 words, 2 of")


@pytest.mark.usefixtures("some_texts")
def test_a_text_that_is_not_there_is_a_clear_failure():
    with pytest.raises(LookupError, match=r"ko/made.yaml has no 'nothing'"):
        Wording("ko", "made")("nothing")
    with pytest.raises(LookupError, match=r"'n' in texts/en/made.yaml wants a value for 'x'"):
        Wording("en", "made")("n", n=1, w="")
    with pytest.raises(FileNotFoundError, match=r"nowhere.yaml"):
        Wording("ko", "nowhere")


@pytest.mark.parametrize("module", [languages_module, wording])
def test_examples(module):
    result = doctest.testmod(module)
    assert result.attempted
    assert not result.failed
