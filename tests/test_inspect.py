"""`w2v corpus inspect`: its numbers against naive counting, what it suggests, and hostile texts."""

from __future__ import annotations

import bz2
import gzip
import json
import os
import re
import shlex
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_cli import w2v

from w2v.cli.terminal import columns_of, cut
from w2v.config import load_config
from w2v.errors import ConfigError
from w2v.lessons.inspect import looking, odd, spelling, suggesting
from w2v.lessons.inspect.inspecting import inspect_corpus
from w2v.lessons.inspect.letters import Characters, script_of
from w2v.lessons.inspect.line_ends import count_line_ends
from w2v.lessons.inspect.telling_text import HARMLESS, TO_DO
from w2v.lessons.inspect.visible import visible
from w2v.lessons.languages import languages
from w2v.lessons.wording import texts_of
from w2v.text.line_breaking import paragraph_lines
from w2v.text.tokenizers import TokenizerSpec, words
from w2v.training import estimating

pytestmark = pytest.mark.usefixtures("folder")
ENGLISH = "the king saw the queen\nA queen and a king, and the king's men\n\nthe sun\n" * 30
KOREAN = "영화가 좋다\n영화는 길다\n영화를 보다\n그 영화 참 좋다\n집이 크다\n집에서 보다\n" * 8
CHINESE = "我们今天一起去公园里看花。她说这里的花比去年开得更好看了。\n我喜欢喝茶和看书\n" * 9


@pytest.fixture(autouse=True)
def _short_trials(monkeypatch):
    """No number of seconds is looked at here."""
    monkeypatch.setattr(estimating, "LONG_ENOUGH", 0.001)


def numbers(*arguments, code=0, stdin=None):
    """Inspect, and return what a program is told."""
    return json.loads(
        w2v("corpus", "inspect", *arguments, "--json", code=code, stdin=stdin).stdout
    )["numbers"]


def text_file(name, content):
    """Write a file into the working folder."""
    content = content if isinstance(content, bytes) else content.encode()
    with open(name, "wb") as file:
        file.write(content)
    return name


# -- the counts


def naive(text, tokenize):
    """Count a text the obvious way."""
    lines = [tokenize(line) for line in text.split("\n")]
    lines = [line for line in lines if line]
    counts = Counter(token for line in lines for token in line)
    return lines, counts


def test_sizes_and_coverage():
    text_file("en.txt", ENGLISH)
    lines, counts = naive(ENGLISH.lower(), words)
    found = numbers("en.txt")
    n_tokens = sum(counts.values())
    assert found["n_tokens"] == n_tokens
    assert found["n_types"] == len(counts)
    assert found["n_once"] == sum(count == 1 for count in counts.values()) == 0
    assert found["n_sentences"] == len(lines)
    assert found["n_lines"] == ENGLISH.count("\n")
    assert found["longest"] == max(map(len, lines))
    assert found["n_bytes"] == len(ENGLISH)
    for row in found["coverage"]:
        kept = {word: n for word, n in counts.items() if n >= row["min_count"]}
        assert (row["n_words"], row["n_tokens"]) == (len(kept), sum(kept.values()))
        assert row["share"] == pytest.approx(sum(kept.values()) / n_tokens)
    assert [row["count"] for row in found["commonest"]] == sorted(counts.values())[::-1][:10]
    assert all(counts[row["word"]] == row["count"] for row in found["commonest"])
    assert found["n_capitals"] == 30
    assert found["scripts"] == {"Latin": 1.0}


@pytest.mark.parametrize("exponent", [0.6, 1.0, 1.5])
def test_the_slope_is_that_of_the_counts(exponent):
    counts = [max(1, round(4000 / rank**exponent)) for rank in range(1, 400)]
    lines = (f"w{rank} " * count for rank, count in enumerate(counts, 1))
    text_file("zipf.txt", "\n".join(lines))
    found = numbers("zipf.txt")["zipf"]
    assert found["slope"] == pytest.approx(-exponent, abs=0.03)
    assert (found["first"], found["last"]) == (10, sum(count >= 5 for count in counts))
    assert found["counts"] == [counts[rank - 1] for rank in found["ranks"]]
    ranks = np.unique(np.rint(np.geomspace(10, found["last"], 120))).astype(int)
    fitted = np.polyfit(np.log(ranks), np.log(np.array(counts)[ranks - 1]), 1)
    assert found["slope"] == pytest.approx(fitted[0])
    shown = " ".join(w2v("corpus", "inspect", "zipf.txt", "--lang", "en").stdout.split())
    said = {0.6: "flatter than", 1.0: "natural text", 1.5: "steeper than"}[exponent]
    assert said in shown


def test_special_tokens_are_no_plain_words():
    text_file("unk.txt", "<unk> the cat <unk> sat\n" * 9)
    found = numbers("unk.txt", "corpus.tokenizer=whitespace", "vocab.specials=[<unk>]")
    assert found["coverage"][0]["n_words"] == 3
    assert found["n_types"] == 4


# -- Korean and Chinese


def test_particles_on_korean_words():
    text_file("ko.txt", KOREAN)
    found = numbers("ko.txt")["glued"]
    # 영화가, 영화는, 영화를; 집이 and 집에서 have no 집 in this text, and one syllable.
    assert (found["n_types"], found["n_tokens"]) == (3, 24)
    stem, forms = found["stems"][0]
    assert stem == "영화"
    assert sorted(word for word, _ in forms) == ["영화", "영화가", "영화는", "영화를"]
    shown = w2v("corpus", "inspect", "ko.txt", "--lang", "ko").stdout
    assert "영화가 8" in shown
    assert "my_tokenizers:korean" in shown


@pytest.mark.parametrize(
    ("last", "particle", "fits"),
    [
        ("집", "은", True),
        ("집", "는", False),
        ("자", "는", True),
        ("자", "을", False),
        ("울", "로", True),
        ("울", "으로", False),
        ("집", "으로", True),
        ("집", "에서", True),
        ("a", "는", False),
    ],
)
def test_particles_go_by_the_sound_before_them(last, particle, fits):
    assert spelling._fits(last, particle) is fits


def test_the_longest_particle_is_taken():
    known = {"학교": 5, "학교에": 2, "학교에서": 1}
    assert spelling._stem_of("학교에서", known) == "학교"
    assert spelling._stem_of("학교", known) is None
    assert spelling._stem_of("가", known) is None


def test_chinese_without_spaces_is_counted_by_character():
    text_file("zh.txt", CHINESE)
    found = numbers("zh.txt")
    assert found["counted_by"] == "char"
    assert found["config"]["corpus.tokenizer"] == "char"
    assert found["reasons"]["corpus.tokenizer"] == "why_char"
    _, counts = naive(CHINESE, lambda line: re.findall(r"\w", line))
    assert (found["n_types"], found["n_tokens"]) == (len(counts), sum(counts.values()))
    assert found["scripts"] == {"Han": 1.0}


def test_a_tokenizer_of_the_users_stays():
    text_file("zh.txt", CHINESE)
    found = numbers("zh.txt", "corpus.tokenizer=words")
    assert found["counted_by"] == "words"
    assert found["is_unsegmented"]
    assert found["own"] == ["corpus.tokenizer"]
    assert (
        "corpus.tokenizer=char"
        in w2v("corpus", "inspect", "zh.txt", "corpus.tokenizer=words").stdout
    )


def test_chinese_with_spaces_is_taken_as_it_is():
    text_file("cut.txt", "我们 今天 去 公园 看 花 。\n她 说 花 很 好看 。\n" * 20)
    found = numbers("cut.txt")
    assert found["is_segmented"]
    assert found["counted_by"] == "whitespace"
    assert "。" in {row["word"] for row in found["commonest"]}
    assert "no_token" not in found["odd"]


def test_letters_for_words():
    text_file("letters.txt", "t h e c a t\n" * 40)
    assert numbers("letters.txt")["is_mostly_letters"]
    assert "single letter" in w2v("corpus", "inspect", "letters.txt", "--lang", "en").stdout


def test_two_spellings():
    text_file("case.txt", "The cat saw the dog. the Cat ran\n" * 20)
    found = numbers("case.txt", "corpus.lowercase=false")
    assert found["two_spellings"] == 2
    assert numbers("case.txt")["two_spellings"] == 0


@pytest.mark.parametrize(
    ("letter", "script"),
    [("z", "Latin"), ("ｚ", "Latin"), ("한", "Hangul"), ("漢", "Han"), ("々", "Han"),
     ("ア", "Kana"), ("ｱ", "Kana"), ("ж", "Cyrillic"), ("ب", "Arabic"), ("क", "Devanagari"),
     ("\ue000", "Unknown")],
)  # fmt: skip
def test_scripts(letter, script):
    assert script_of(letter) == script


@settings(max_examples=25)
@given(st.text())
def test_characters_are_counted(text):
    found = Characters()
    found.add(text)
    found.add("plain")
    wanted = Counter(text + "plain")
    assert {chr(code): found.counts[code] for code in np.flatnonzero(found.counts)} == wanted


# -- odd lines


def test_every_kind_of_odd_line():
    lines = [
        b"the <b>bold</b> king &nbsp;",
        b"see http://example.org now",
        b"",
        b"  \t ",
        b"...",
        b"the cat",
        b"the cat",
        b"\x01bad\x1b[31mred",
        "null\u200bwidth".encode(),
        b'{"a": 1}',
        "cafe\u0301 na\u00efve".encode(),
        b"caf\xe9",
        b"x y " * 6000,
        b"plain words " * 4500,
        b"other words " * 4500,
    ]
    text_file("odd.txt", b"\n".join(lines[:1]) + b"\r\n" + b"\n".join(lines[1:]))
    found = numbers("odd.txt")["odd"]
    first = {kind: (one["n_lines"], one["line"], one["file"]) for kind, one in found.items()}
    assert first == {
        "markup": (1, 1, "odd.txt"),
        "url": (1, 2, "odd.txt"),
        "blank": (2, 3, "odd.txt"),
        "no_token": (1, 5, "odd.txt"),
        "repeated": (1, 7, "odd.txt"),
        "control": (1, 8, "odd.txt"),
        "invisible": (1, 9, "odd.txt"),
        "json": (1, 10, "odd.txt"),
        "not_nfc": (1, 11, "odd.txt"),
        "bad_bytes": (1, 12, "odd.txt"),
        "long": (1, 13, "odd.txt"),
        "line_ends": (1, 1, "odd.txt"),
    }
    for language in languages():
        shown = w2v("corpus", "inspect", "odd.txt", "--lang", language).stdout
        assert "\x1b" not in shown
        assert max(map(columns_of, shown.splitlines())) <= 80


@pytest.mark.parametrize("language", languages())
def test_long_words_are_cut_where_they_are_shown(language):
    lines = [f"天气很冷我们一起喝热茶然后回家看书{n}号" * 20 for n in range(50)]
    text_file("long.txt", "\n".join(lines))
    arguments = ("corpus", "inspect", "long.txt", "corpus.tokenizer=words", "--lang", language)
    shown = w2v(*arguments).stdout
    assert len(shown.splitlines()) < 150
    assert "…" in shown
    whole = json.loads(w2v(*arguments, "--json").stdout)["numbers"]["commonest"]
    assert {found["word"] for found in whole} <= set(lines)


def test_a_good_text_has_none():
    text_file("good.txt", "\n".join(f"the cat number {n} sat" for n in range(99)))
    assert numbers("good.txt")["odd"] == {}
    assert "None: no blank" in w2v("corpus", "inspect", "good.txt", "--lang", "en").stdout


def test_tables():
    text_file("table.txt", "id\ttext\n" + "".join(f"{n}\tthe cat {n}\n" for n in range(40)))
    assert numbers("table.txt")["odd"]["table"]["n_lines"] == 41
    # Commas of sentences are no columns.
    text_file("prose.txt", "a cat, a dog, and a cow\nno comma\none, two\n" * 20)
    assert "table" not in numbers("prose.txt")["odd"]


def test_lines_of_one_hash_are_two_lines():
    # Python hashes what is in memory, which is 31 31 for both.
    assert hash("11") == hash("ㄱ")
    text_file("two.txt", "a word\nㄱ\n11\nanother word\n")
    assert "repeated" not in numbers("two.txt")["odd"]


def test_an_endless_line_is_one_line():
    # Longer than a block, with one thing of a kind in each of its pieces.
    line = ("word other " * 50_000 + "<br> http://a.b ") * 4
    text_file("endless.txt", "first line\n" + line + "\nlast line\n" * 2)
    found = numbers("endless.txt")
    assert found["n_lines"] == 5
    assert (found["odd"]["markup"]["n_lines"], found["odd"]["markup"]["line"]) == (1, 2)
    assert (found["odd"]["url"]["n_lines"], found["odd"]["url"]["line"]) == (1, 2)
    assert (found["odd"]["one_line"]["n_lines"], found["odd"]["one_line"]["line"]) == (1, 2)
    assert (found["odd"]["repeated"]["n_lines"], found["odd"]["repeated"]["line"]) == (1, 5)


@given(st.lists(st.sampled_from(["the cat", "", "<i>", "www.x", "...", "e\u0301", "\x02"])))
def test_pieces_make_no_difference(lines):
    """A text that comes line by line, cut inside lines or at once: the same is found."""
    text = "\n".join(lines) + "\n"

    def found(pieces):
        looker = odd.OddLines(TokenizerSpec())
        looker.begin("a.txt", 0, is_plain=False)
        for piece, ends_line in pieces:
            looker.look(piece, ends_line)
        return looker.found, looker.n_lines

    at_once = found([(text, True)])
    assert found([(f"{line}\n", True) for line in lines or [""]]) == at_once
    assert at_once[1] == text.count("\n")


@given(st.binary(max_size=30).map(lambda b: bytes(b"\r\n a"[x % 4] for x in b)), st.integers(1, 5))
def test_line_ends(tmp_path_factory, content, place):
    file = tmp_path_factory.mktemp("ends") / "a.txt"
    file.write_bytes(content)
    place = min(place, len(content))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("w2v.lessons.inspect.line_ends.BLOCK_BYTES", 3)
        found = count_line_ends(file, [place])
    n_both = content.count(b"\r\n")
    assert found.counts == {
        "LF": content.count(b"\n") - n_both,
        "CR LF": n_both,
        "CR": content.count(b"\r") - n_both,
    }
    ends = re.findall(rb"\r\n|\r|\n", content)
    assert found.n_lines == len(ends) + (content[-1:] not in (b"", b"\r", b"\n"))
    if not content[:place].endswith(b"\r"):  # no cut is made there
        assert found.before == [len(re.findall(rb"\r\n|\r|\n", content[:place]))]
    signs = {"LF": b"\n", "CR LF": b"\r\n", "CR": b"\r"}
    assert found.first_lines == {
        kind: ends.index(sign) + 1 for kind, sign in signs.items() if sign in ends
    }


def test_of_a_large_text_stretches_are_looked_at(monkeypatch):
    monkeypatch.setattr(looking, "LOOKED_AT", 200_000)
    lines = [f"line {n % 999} the cat sat on a mat" for n in range(40_000)]
    lines[-1] = "the last <b>line</b>"
    text_file("large.txt", "\n".join(lines))
    found = numbers("large.txt")
    assert not found["looked_at"]["is_whole"]
    assert 0 < found["looked_at"]["n_bytes"] < 0.7 * found["n_bytes"]
    assert found["n_lines"] == found["n_sentences"] == len(lines)
    assert "markup" not in found["odd"] or found["odd"]["markup"]["line"] == len(lines)
    assert "in stretches" in w2v("corpus", "inspect", "large.txt", "--lang", "en").stdout


def test_lines_of_stretches_are_numbered_in_their_file(monkeypatch):
    monkeypatch.setattr(looking, "LOOKED_AT", 1600)
    text_file("a.txt", "the cat sat\n" * 1000)
    text_file("b.txt", "the cat sat\n" * 1500 + "<b>\n" * 400 + "the cat sat\n" * 100)
    found = numbers("a.txt", "b.txt")
    assert found["n_lines"] == 3000
    place = found["odd"]["markup"]
    assert place["file"] == "b.txt"
    assert 1501 <= place["line"] <= 1900
    assert found["files"] == ["a.txt", "b.txt"]


def test_a_mistake_in_a_stretch_is_that_of_the_file(monkeypatch):
    monkeypatch.setattr(looking, "LOOKED_AT", 3200)
    text_file("a.txt", b"the cat sat\n" * 4000 + b"\0\n" * 4000)
    done = w2v("corpus", "inspect", "a.txt", code=1)
    assert done.stderr == "w2v: a.txt has a NUL byte in line 4001; it is no text file\n"


def test_a_name_that_no_config_can_hold():
    done = w2v("corpus", "inspect", os.fsdecode(b"caf\xe9.txt"), code=2)
    assert "corpus.path: text without control characters is expected" in done.stderr
    assert "corpus.path" in w2v("corpus", "inspect", "a\nb.txt", code=2).stderr


@pytest.mark.parametrize("language", languages())
def test_every_kind_and_reason_has_its_texts(language):
    texts = texts_of(language, "inspect")
    told = (*TO_DO, *HARMLESS)
    assert {*odd.PATTERNS} < {*told}
    assert {key for key in texts if key.startswith("odd_")} - {"odd_title"} == {
        f"odd_{kind}" for kind in told
    }
    assert {key for key in texts if key.startswith("remedy_")} == {f"remedy_{k}" for k in told}
    source = "".join(file.read_text("utf-8") for file in Path(odd.__file__).parent.glob("*.py"))
    made = ("odd_", "remedy_", "base_", "script_", "zipf_", "size_", "coverage_", "cost_")
    made += ("suggestion_",)
    used = {*re.findall(r"""["'](\w+)["']""", source)}
    assert [key for key in texts if key not in used and not key.startswith(made)] == []


# -- what is suggested


@pytest.mark.parametrize(
    ("n_tokens", "base"),
    [(400, ""), (60_000, "quickstart"), (600_000, "small"), (2_600_000, "text8")],
)
def test_the_config_goes_by_size(n_tokens, base):
    text_file("a.txt", "the cat sat on a mat and so on\n" * (n_tokens // 9 + 1))
    found = numbers("a.txt", "model.dim=4")
    assert found["base"] == base
    wanted = load_config(None if not base else suggesting.shipped_files("configs")[base]).config
    if "train.lr" in found["config"]:
        assert found["config"]["train.lr"] == wanted.train.lr
    assert found["config"].get("train.epochs", 5) == (wanted.train.epochs if base else 40)
    assert found["trainable"]


def counted_text(counts):
    """A text in which the words come so many times, a few to a line."""
    tokens = [f"w{number}" for number, count in enumerate(counts) for _ in range(count)]
    np.random.default_rng(2).shuffle(tokens)
    return "\n".join(" ".join(tokens[at : at + 8]) for at in range(0, len(tokens), 8))


@pytest.mark.parametrize(
    ("counts", "min_count", "key"),
    [
        ([100] * 30 + [1] * 20, None, None),  # 5 covers enough
        ([100] * 30 + [4] * 700, 3, "why_min_count_less"),
        ([20] * 30 + [2] * 700, 2, "why_min_count_less"),
        ([20] * 25 + [1] * 700, 2, "why_min_count_less"),  # words seen once are never kept for this
        ([3] * 15, 1, "why_min_count_one"),
    ],
)
def test_min_count(counts, min_count, key):
    text_file("a.txt", counted_text(counts))
    found = numbers("a.txt")
    assert found["config"].get("vocab.min_count") == min_count
    assert found["reasons"].get("vocab.min_count") == key


def test_too_many_rows_raise_min_count(monkeypatch):
    monkeypatch.setattr(suggesting, "MOST_ROWS", 50)
    text_file("a.txt", counted_text([40] * 30 + [8] * 40))
    found = numbers("a.txt")
    assert found["config"]["vocab.min_count"] == 10
    assert found["reasons"]["vocab.min_count"] == "why_min_count_more"


def test_what_the_user_sets_stays():
    text_file("a.txt", ENGLISH)
    own = {"vocab.min_count": 4, "train.epochs": 2, "train.lr": 0.02, "model.dim": 100}
    found = numbers("a.txt", *(f"{key}={value}" for key, value in own.items()))
    assert found["config"].items() >= own.items()  # those that are the default too
    assert set(found["own"]) == set(own)
    assert not set(found["own"]) & set(found["reasons"])


def test_another_kind_of_update_has_its_own_rate():
    text_file("a.txt", "the cat sat on a mat and so on\n" * 7000)
    found = numbers("a.txt", "model.kind=skipgram")
    assert found["base"] == "small"  # quickstart has a gradient that skip-gram has not
    assert "train.lr" not in found["config"]  # auto, the default
    assert found["reasons"]["train.lr"] == "why_lr"


def test_a_config_that_was_made_for_the_text():
    found = numbers("toy-world")
    assert (found["base"], found["config"]["model.dim"]) == ("toy-world", 48)
    assert "w2v train toy-world --corpus toy-world" in w2v("corpus", "inspect", "toy-world").stdout
    # A file of that name is another text.
    text_file("toy-world", ENGLISH)
    assert numbers("toy-world")["base"] == ""


def test_mistakes_in_settings():
    text_file("a.txt", ENGLISH)
    done = w2v("corpus", "inspect", "a.txt", "train.epoch=2", code=2)
    assert "did you mean train.epochs" in done.stderr
    assert (
        "no_module"
        in w2v(
            "corpus", "inspect", "a.txt", "corpus.tokenizer=no_module:f", "--allow-code", code=2
        ).stderr
    )
    assert (
        "--allow-code" in w2v("corpus", "inspect", "a.txt", "corpus.tokenizer=a:f", code=2).stderr
    )
    done = w2v("corpus", "inspect", "a.txt", "corpus.field=text", code=2)
    assert "only .jsonl and .csv" in done.stderr
    assert "given twice" in w2v("corpus", "inspect", "a.txt", "corpus.path=b.txt", code=2).stderr
    assert "nothing to inspect" in w2v("corpus", "inspect", "train.epochs=2", code=2).stderr


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("content", [ENGLISH, KOREAN, CHINESE], ids=["en", "ko", "zh"])
def test_the_config_that_is_written_trains(content, language):
    text_file("my text.txt", content)
    done = w2v("corpus", "inspect", "my text.txt", "--write", "c.yaml", "--lang", language)
    assert done.stderr == "written to c.yaml; train with: w2v train c.yaml\n"
    config = load_config(Path("c.yaml")).config
    assert config.corpus.path == "my text.txt"
    assert config.name == "my text"
    text = Path("c.yaml").read_text("utf-8")
    assert max(map(columns_of, text.splitlines())) <= 80
    # What it says is what it writes.
    found = numbers("my text.txt")["config"]
    assert config.train.epochs == found["train.epochs"] == 40
    assert config.corpus.tokenizer == found.get("corpus.tokenizer", "words")
    w2v("train", "c.yaml", "model.dim=4", "--quiet")
    assert os.path.isdir("runs/my text-1")
    # The one command gives the same config.
    shown = done.stdout.replace("\\\n", " ")
    command = next(line for line in shown.splitlines() if line.strip().startswith("w2v train"))
    assert "--corpus 'my text.txt'" in command


def test_the_command_gives_the_same_config():
    text_file("a.txt", "the cat sat on a mat and so on\n" * 7000)
    shown = w2v("corpus", "inspect", "a.txt", "model.dim=4", "--write", "c.yaml").stdout
    command = next(
        line for line in shown.replace("\\\n", " ").splitlines() if "w2v train" in line[:14]
    )
    w2v(*shlex.split(command)[1:], "train.epochs=1", "--quiet", "--out", "one")
    w2v("train", "c.yaml", "train.epochs=1", "--quiet", "--out", "two")
    one, two = (Path(run, "vectors.npy").read_bytes() for run in ("one", "two"))
    assert one == two


def test_a_file_that_is_there_stays():
    text_file("a.txt", ENGLISH)
    text_file("c.yaml", "mine")
    done = w2v("corpus", "inspect", "a.txt", "--write", "c.yaml", code=1)
    assert (
        done.stderr == "w2v: c.yaml exists; choose another --write, or add --force to replace it\n"
    )
    assert done.stdout == ""
    assert Path("c.yaml").read_text("utf-8") == "mine"
    w2v("corpus", "inspect", "a.txt", "--write", "c.yaml", "--force", "--quiet")
    assert Path("c.yaml").read_text("utf-8") != "mine"
    assert (
        "does not end in .yaml" in w2v("corpus", "inspect", "a.txt", "--write", "c", code=2).stderr
    )
    assert "no folder" in w2v("corpus", "inspect", "a.txt", "--write", "no/c.yaml", code=1).stderr
    assert "add --html" in w2v("corpus", "inspect", "a.txt", "--force", code=2).stderr


# -- where a text may be


@pytest.mark.parametrize("packer", [gzip, bz2], ids=["gz", "bz2"])
def test_packed_files(packer):
    name = f"a.txt.{'gz' if packer is gzip else 'bz2'}"
    text_file(name, packer.compress(ENGLISH.encode()))
    found = numbers(name)
    assert found["n_lines"] == ENGLISH.count("\n")
    assert found["looked_at"] == {"n_bytes": len(ENGLISH), "is_whole": True}


def test_records():
    text_file("a.jsonl", "".join(json.dumps({"t": f"the cat {n} sat"}) + "\n" for n in range(40)))
    found = numbers("a.jsonl", "corpus.field=t")
    assert (found["n_lines"], found["n_tokens"]) == (40, 160)
    assert found["odd"] == {}
    assert "set corpus.field" in w2v("corpus", "inspect", "a.jsonl", code=1).stderr


def test_standard_input():
    found = numbers("-", stdin=ENGLISH.encode())
    assert found["files"] == ["standard input"]
    assert found["n_lines"] == ENGLISH.count("\n")
    assert found["config"]["corpus.path"] == "-"
    cache = os.environ["W2V_CACHE"]
    assert not [name for name in os.listdir(cache) if name.startswith("stdin")]
    done = w2v("corpus", "inspect", "-", stdin=b"", code=1)
    assert done.stderr.startswith("w2v: standard input is empty")


def test_several_and_builtin_and_glob():
    text_file("a.txt", ENGLISH)
    text_file("b.txt", "the sun\n")
    both = numbers("a.txt", "b.txt")
    assert both["config"]["corpus.path"] == ["a.txt", "b.txt"]
    assert both["n_lines"] == ENGLISH.count("\n") + 1
    assert numbers("[ab].txt")["n_tokens"] == both["n_tokens"]
    assert numbers("a.txt", "a.txt")["n_lines"] == 2 * ENGLISH.count("\n")
    assert numbers("seasons-en")["n_tokens"] == 3911


# -- hostile texts


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"... !!!\n,,\n", "holds no token in its 11 bytes"),
        (b"\0\1\2", "has a NUL byte in line 1"),
        (bytes(range(128, 256)) * 9, "is not UTF-8 text"),
        ("the cat".encode("utf-16"), "UTF-16"),
    ],
)
def test_no_text(content, said):
    text_file("a.txt", content)
    done = w2v("corpus", "inspect", "a.txt", code=1)
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_no_files():
    os.mkdir("nothing")
    assert "holds no files" in w2v("corpus", "inspect", "nothing", code=1).stderr
    assert "does not exist" in w2v("corpus", "inspect", "nowhere.txt", code=1).stderr


@pytest.mark.skipif(os.name == "nt", reason="no named pipes")
def test_a_pipe():
    os.mkfifo("pipe")
    assert "no regular file" in w2v("corpus", "inspect", "pipe", code=1).stderr


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        ("word", "only one distinct word"),
        ("a\na\na\n", "only one distinct word"),
        ("cat\ndog\ncow\n" * 9, "no line of the corpus holds two words"),
    ],
)
def test_what_cannot_be_trained_is_inspected_all_the_same(content, refusal):
    text_file("a.txt", content)
    for language in languages():
        assert refusal.split()[0] in w2v("corpus", "inspect", "a.txt", "--lang", language).stdout
    found = numbers("a.txt")
    assert not found["trainable"]
    assert refusal in found["refusal"]
    assert found["seconds"] is None
    done = w2v("corpus", "inspect", "a.txt", "--write", "c.yaml", code=1)
    assert refusal in done.stderr
    assert not os.path.exists("c.yaml")


def test_a_min_count_that_leaves_nothing():
    text_file("a.txt", ENGLISH)
    found = numbers("a.txt", "vocab.min_count=5000")
    assert not found["trainable"]
    assert found["coverage"][-1]["n_words"] == 0


def test_three_words_can_be_trained():
    text_file("a.txt", "one two three")
    assert numbers("a.txt")["config"]["vocab.min_count"] == 1
    w2v("corpus", "inspect", "a.txt", "--write", "c.yaml", "--quiet")
    w2v("train", "c.yaml", "--quiet")


def test_the_same_in_every_language():
    text_file("ko.txt", KOREAN + ENGLISH)
    times = ("seconds", "numpy_seconds")
    found = []
    for language in languages():
        lesson = inspect_corpus(["ko.txt"], [], language).lesson
        assert [step.key for step in lesson.steps] == [
            "size", "zipf", "coverage", "script", "odd", "suggestion", "cost",
        ]  # fmt: skip
        found.append({k: v for k, v in lesson.numbers.items() if k not in times and k != "zipf"})
    assert found[0] == found[1] == found[2]


def test_code_is_not_run_unasked():
    text_file("a.txt", ENGLISH)
    with pytest.raises(ConfigError, match="allow-code"):
        inspect_corpus(["a.txt"], ["corpus.tokenizer=os:getcwd"], "en")


def test_a_tokenizer_of_the_user():
    text_file("cutter.py", "def cut(text): return text.split('-') if text else []\n")
    text_file("a.txt", "the-cat-sat\n" * 30)
    code = ("corpus.tokenizer=cutter:cut", "--allow-code")
    assert numbers("a.txt", *code)["n_types"] == 3
    done = w2v("corpus", "inspect", "a.txt", *code, "--write", "c.yaml")
    assert "w2v train --corpus a.txt --allow-code" in done.stdout.replace("\\\n   ", "")
    assert done.stderr.endswith("w2v train c.yaml --allow-code\n")
    w2v("train", "c.yaml", "--allow-code", "--quiet")


@pytest.mark.parametrize("corpus", ["seasons-ko", "seasons-zh", "toy-world"])
@pytest.mark.parametrize("language", languages())
def test_no_line_is_too_wide(corpus, language):
    shown = w2v("corpus", "inspect", corpus, "model.dim=8", "--lang", language).stdout
    assert max(map(columns_of, shown.splitlines())) <= 80


@given(st.text(max_size=80), st.integers(2, 30))
def test_texts_are_cut_and_broken_to_fit(text, columns):
    shown = visible(text)
    assert shown.isprintable() or not shown
    assert columns_of(cut(shown, columns)) <= columns
    assert "".join(paragraph_lines(shown, columns)).replace(" ", "") == "".join(shown.split())
