"""From a path to sentences: which files, how they are unpacked and decoded, and where they end."""

from __future__ import annotations

import bz2
import codecs
import contextlib
import functools
import glob
import gzip
import io
import json
import lzma
import os
import random
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from w2v.errors import CorpusError
from w2v.text import decoding, finding, records
from w2v.text.decoding import BadBytes
from w2v.text.finding import find_files, spool
from w2v.text.reading import read_pieces


def lines_of(pieces):
    """Cut pieces of several lines into (line, whether a sentence ends after it)."""
    for text, ends_sentence in pieces:
        *lines, last = text.split("\n")
        yield from ((line, True) for line in lines)
        yield last, ends_sentence


def read(file, field=None, bad=None):
    """Return the pieces of a file, joined to sentences; a sentence of nothing is none."""
    sentences, pieces = [], []
    for text, ends_sentence in lines_of(read_pieces(file, field, bad or BadBytes())):
        pieces.append(text)
        if ends_sentence:
            sentences.append("".join(pieces))
            pieces = []
    assert not pieces, "the last sentence has no end"
    return [sentence for sentence in sentences if sentence]


def sentences_of(text):
    """Say the same at once, as a reference."""
    return [line for line in re.split("\r\n|\r|\n", text) if line]


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    """A file for hypothesis to write again and again."""
    return tmp_path_factory.mktemp("reading") / "text"


@pytest.fixture
def write(tmp_path):
    def write(name, content):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


class TestFindFiles:
    def names(self, folder, *paths):
        found = find_files([str(folder / path) for path in paths])
        return [file.relative_to(folder).as_posix() for file in found]

    def test_folder(self, write, tmp_path):
        # Made in no order, so that sorting shows.
        for name in ("z/a.txt", "b/é.txt", "b.txt", "b/c/d", "B.txt", "a.txt", "b/c/.hidden"):
            write(name, "x")
        write(".git/config", "x")
        write("z/.cache/a.txt", "x")
        expected = ["B.txt", "a.txt", "b.txt", "b/é.txt", "b/c/d", "z/a.txt"]
        assert self.names(tmp_path, ".") == expected

    def test_links(self, write, tmp_path):
        write("texts/a.txt", "x")
        elsewhere = write("elsewhere/b.txt", "x")
        (tmp_path / "texts/link.txt").symlink_to(elsewhere)
        (tmp_path / "texts/loop").symlink_to(tmp_path / "texts")
        (tmp_path / "texts/broken").symlink_to(tmp_path / "nothing")
        (tmp_path / "texts/itself").symlink_to(tmp_path / "texts/itself")
        assert self.names(tmp_path, "texts") == ["texts/a.txt", "texts/link.txt"]

    def test_globs(self, write, tmp_path):
        for name in ("c.txt", "a.txt", "b.csv", "d/e.txt", ".f.txt"):
            write(name, "x")
        assert self.names(tmp_path, "*.txt") == ["a.txt", "c.txt"]
        assert self.names(tmp_path, "**/*.txt") == ["a.txt", "c.txt", "d/e.txt"]
        assert self.names(tmp_path, "*") == ["a.txt", "b.csv", "c.txt"]

    @pytest.mark.parametrize(
        "pattern",
        ["**", "**/", "**/*", "**/*.txt", "a/**", "a/**/**/*.txt", "**/b/**/c.txt", "*/**/[!c]*",
         "a**", "[a]/**", "**/b/../*.txt", "./**/d*", "/**/c.txt"],
    )  # fmt: skip
    def test_folders_in_globs(self, write, tmp_path, monkeypatch, pattern):
        """Python's own list, where no link leads on."""
        for name in ("a/b/c.txt", "a/b/d/b/c.txt", "a/[a]/e.txt", "f.txt", "a/.g/h.txt", "b/c.txt"):
            write(name, "x")
        monkeypatch.chdir(tmp_path)
        if pattern.startswith("/"):
            pattern = f"{tmp_path}{pattern}"
        wanted = {os.path.normpath(name) for name in glob.glob(pattern, recursive=True)}
        wanted = sorted(name for name in wanted if os.path.isfile(name))
        try:
            found = find_files([pattern])
        except CorpusError:
            found = []
        assert sorted(os.path.normpath(file) for file in found) == wanted

    def test_loops_in_globs(self, write, tmp_path):
        """Python's own list would have a path for each way round: more than can be counted."""
        write("texts/below/a.txt", "x")
        (tmp_path / "texts/itself").symlink_to(".")
        (tmp_path / "texts/below/up").symlink_to("..")
        assert self.names(tmp_path, "texts/**") == ["texts/below/a.txt"]
        assert self.names(tmp_path, "**/a.txt") == ["texts/below/a.txt"]

    def test_a_name_that_looks_like_a_glob(self, write, tmp_path):
        write("[a].txt", "x")
        write("a.txt", "x")
        assert self.names(tmp_path, "[a].txt") == ["[a].txt"]

    def test_several_in_their_order(self, write, tmp_path):
        for name in ("b.txt", "a.txt", "d/c.txt"):
            write(name, "x")
        assert self.names(tmp_path, "d", "b.txt", "a*") == ["d/c.txt", "b.txt", "a.txt"]

    @pytest.mark.parametrize("path", ["nothing.txt", "*.nothing", "a.txt/b"])
    def test_missing(self, write, tmp_path, path):
        write("a.txt", "x")
        with pytest.raises(CorpusError, match=f"corpus {re.escape(str(tmp_path / path))} does not"):
            self.names(tmp_path, "a.txt", path)

    def test_folder_without_files(self, write, tmp_path):
        write("folder/.hidden", "x")
        with pytest.raises(CorpusError, match="folder holds no files"):
            self.names(tmp_path, "folder")

    def test_pipe(self, tmp_path):
        """Files are read twice, and the second time a pipe is empty, or never ends."""
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(CorpusError, match="pipe is no regular file; pipe it in, and give -"):
            self.names(tmp_path, "pipe")


class TestSentences:
    @pytest.mark.parametrize(
        ("content", "sentences"),
        [
            ("", []),
            ("\n", []),
            ("\n\r\n\r", []),
            ("a b", ["a b"]),
            ("a\nb\n", ["a", "b"]),
            ("a\r\nb\r\n\r\nc", ["a", "b", "c"]),
            ("a\rb\r", ["a", "b"]),
            ("a\n\rb\r\r\nc", ["a", "b", "c"]),
            # Line ends to Unicode and to str.splitlines, but not to a text file.
            ("a\x0bb\x0cc\x1cd\x85e\u2028f", ["a\x0bb\x0cc\x1cd\x85e\u2028f"]),
            ("\ufeffa\n\ufeffb", ["a", "\ufeffb"]),  # only the first is a byte order mark
            ("\ufeff", []),
            ("\ufeff\na", ["a"]),
            ("한국\r\n中文", ["한국", "中文"]),
        ],
    )
    def test_line_ends(self, write, content, sentences):
        assert read(write("a.txt", content)) == sentences

    @given(
        st.lists(
            st.sampled_from(["\n", "\r", "\r\n", " ", "\t", "é", "한국어", "😀", "word", "\ufeff"])
            | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=4),
            max_size=30,
        ).map("".join),
        st.integers(1, 20),
    )
    @example("y\r\nz", 2)  # a block that ends between CR and LF
    @example("unspaced" * 9, 3)
    @example("\ufeff a", 3)
    @example("one line without an end", 30)
    @settings(deadline=None, max_examples=120)
    def test_blocks_do_not_show(self, scratch, text, block_bytes):
        """Wherever the blocks end, the sentences are those of the whole text, and so are words."""
        scratch.write_bytes(text.encode())
        bad = BadBytes()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(decoding, "BLOCK_BYTES", block_bytes)
            sentences = read(scratch, bad=bad)
            pieces = [piece for piece, _ in lines_of(read_pieces(scratch, None, BadBytes()))]
        text = text.removeprefix("\ufeff")
        assert sentences == sentences_of(text)
        assert [word for piece in pieces for word in piece.split()] == text.split()
        # For tokenizers that look further than a word, lines that fit into a block are not cut.
        n_extra = len("\ufeff".encode()) + len("\r")
        fitting = {line for line in sentences if len(line.encode()) + n_extra < block_bytes}
        assert fitting <= set(pieces)
        assert bad.count == 0

    def test_a_long_line_comes_in_pieces(self, write, monkeypatch):
        """Memory does not depend on the length of a line, as long as it has spaces."""
        monkeypatch.setattr(decoding, "BLOCK_BYTES", 70)
        file = write("a.txt", "일곱 bytes " * 1000)
        pieces = list(read_pieces(file, None, BadBytes()))
        assert len(pieces) > 100
        assert max(len(piece.encode()) for piece, _ in pieces) < 2 * 70
        assert [ends for _, ends in pieces] == [False] * (len(pieces) - 1) + [True]

    def test_a_long_line_without_spaces_is_not_cut(self, write, monkeypatch):
        monkeypatch.setattr(decoding, "BLOCK_BYTES", 7)
        file = write("a.txt", "中" * 1000 + " " + "文" * 1000)
        pieces = [piece for piece, _ in read_pieces(file, None, BadBytes())]
        assert pieces == ["中" * 1000, " " + "文" * 1000]


class TestBadBytes:
    def test_count_and_place(self, write):
        good = "é\ufffdé\r\n\r\n".encode() + b"good\r" * 9 + b"more\n"
        first = write("first.txt", good + b"ab\xff\xfecd\nand\xe4\xb8 again\n")
        second = write("second.txt", good + b"\xff")
        bad = BadBytes()
        read(write("good.txt", good), bad=bad)
        assert read(first, bad=bad)[-2:] == ["ab\ufffd\ufffdcd", "and\ufffd again"]
        read(second, bad=bad)
        # ff and fe, the two bytes e4 b8 of a cut character, and one in the other file; the genuine
        # U+FFFD in line 1 is a character like any other.
        assert bad == BadBytes(count=5, first_file=str(first), first_line=13)

    def test_a_genuine_replacement_character_is_not_bad(self, write):
        bad = BadBytes()
        assert read(write("a.txt", "\ufffd" * 10), bad=bad) == ["\ufffd" * 10]
        assert bad == BadBytes()

    @given(
        st.lists(
            st.sampled_from([b"\n", b"\r", b"\r\n", b" ", b"abc", "é한😀\ufffd".encode()])
            | st.sampled_from([b"\xff", b"\xe4\xb8", b"\xf0\x9f\x98", b"\xed\xa0\x80", b"\xc0\x80"])
            | st.binary(max_size=4).map(lambda b: b.replace(b"\0", b"")),
            max_size=20,
        ).map(b"".join),
        st.integers(1, 20),
    )
    @settings(deadline=None, max_examples=120)
    def test_any_bytes(self, scratch, content, block_bytes):
        """Text, number and first line are what the codec says of the whole file at once."""
        scratch.write_bytes(content)
        bad = BadBytes()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(decoding, "BLOCK_BYTES", block_bytes)
            patch.setattr(decoding, "MAX_BAD_SHARE", 1)
            sentences = read(scratch, bad=bad)
        content = content.removeprefix(codecs.BOM_UTF8)
        text, spans = decode(content)
        assert sentences == sentences_of(text)
        assert bad.count == sum(stop - start for start, stop in spans)
        if spans:
            before = content[: spans[0][0]].decode()
            assert bad.first_line == len(re.split("\r\n|\r|\n", before))

    @pytest.mark.parametrize("block_bytes", [7, 1 << 20])
    def test_a_tenth_is_too_much(self, write, monkeypatch, block_bytes):
        monkeypatch.setattr(decoding, "BLOCK_BYTES", block_bytes)
        # The bad bytes come first: only the whole file tells their share.
        bad = BadBytes()
        read(write("tenth.txt", b"\xffab\xff\n" + b"good\n" * 3), bad=bad)
        assert bad.count == 2
        with pytest.raises(
            CorpusError, match=r"more\.txt is not UTF-8 text: 2 of 19 bytes are bad"
        ):
            read(write("more.txt", b"\xffab\xff\n" + b"good\n" * 2 + b"good"))

    def test_another_encoding_is_refused_early(self, write, monkeypatch):
        """A file of gigabytes is not read to its end when it is hopeless from the start."""
        monkeypatch.setattr(decoding, "BLOCK_BYTES", 100)
        file = write("euc-kr.txt", "나는 밥을 먹는다\n".encode("euc-kr") * 1000)
        pieces = read_pieces(file, None, BadBytes())
        with pytest.raises(CorpusError, match=r"is not UTF-8 text: \d+ of \d{3} bytes .* \(iconv"):
            list(pieces)

    @pytest.mark.parametrize("block_bytes", [3, 1 << 20])
    def test_nul(self, write, monkeypatch, block_bytes):
        monkeypatch.setattr(decoding, "BLOCK_BYTES", block_bytes)
        with pytest.raises(CorpusError, match=r"a\.txt has a NUL byte in line 4; it is no text"):
            read(write("a.txt", b"one\r\ntwo\rthree\nfo\0ur\n\0"))

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
    @pytest.mark.parametrize("text", ["word\n" * 50, "한국어\n" * 50])
    def test_utf_16(self, write, encoding, text):
        content = text.encode(encoding)
        if encoding == "utf-16-be":
            content = codecs.BOM_UTF16_BE + content
        with pytest.raises(CorpusError, match="it looks like UTF-16: convert it to UTF-8"):
            read(write("a.txt", content))

    def test_random_bytes(self, write):
        with pytest.raises(CorpusError):
            read(write("a.txt", random.Random(1).randbytes(10_000)))


def decode(content):
    """Decode with replacement; also return the (start, stop) of what was bad."""
    spans = []

    def note(error):
        spans.append((error.start, error.end))
        return "\ufffd", error.end

    codecs.register_error("note", note)
    return content.decode("utf-8", "note"), spans


PACKERS = {
    ".gz": functools.partial(gzip.compress, mtime=0),
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
}


@pytest.mark.parametrize("ending", PACKERS)
class TestPacked:
    def pack(self, ending, text="나는 a\r\nlonger text\n" * 100):
        return PACKERS[ending](text.encode())

    @pytest.mark.parametrize("case", [str.lower, str.upper])
    def test_text(self, write, ending, case):
        file = write("a.txt" + case(ending), self.pack(ending, "\ufeff나는 a\r\nb"))
        assert read(file) == ["나는 a", "b"]

    def test_records(self, write, ending):
        file = write("a.jsonl" + ending, self.pack(ending, '{"t": "a"}\n{"t": "b"}'))
        assert read(file, "t") == ["a", "b"]
        file = write("a.csv" + ending, self.pack(ending, "t\na\nb"))
        assert read(file, "t") == ["a", "b"]

    def test_two_that_were_joined(self, write, ending):
        joined = self.pack(ending, "a\nb") + self.pack(ending, "c")
        assert read(write("a" + ending, joined)) == ["a", "bc"]

    def test_cut_short(self, write, ending):
        file = write("a" + ending, self.pack(ending)[:-9])
        with pytest.raises(CorpusError, match=f"a{ending} cannot be read: .*end"):
            read(file)

    def test_not_packed_at_all(self, write, ending):
        with pytest.raises(CorpusError, match=f"a{ending} cannot be read: "):
            read(write("a" + ending, "plain text, and its name lies"))

    def test_damaged_anywhere(self, write, ending):
        """Whatever byte is changed: an error of ours, or (in a field that is not checked) none."""
        packed = self.pack(ending)
        n_read = 0
        for at in range(len(packed)):
            damaged = packed[:at] + bytes([packed[at] ^ 0x55]) + packed[at + 1 :]
            with contextlib.suppress(CorpusError):
                read(write("a" + ending, damaged))
                n_read += 1
        assert n_read < 0.2 * len(packed)


class TestJsonLines:
    def test_text(self, write):
        rows = [
            {"text": "one\ntwo\r\nthree", "other": "x"},
            {"other": ["x"], "text": "나는"},
            {"text": ""},
            {"text": None},
            {"text": 'a "quoted"\tword'},
        ]
        content = "\ufeff" + "\r\n\n".join(json.dumps(row) for row in rows)
        sentences = ["one", "two", "three", "나는", 'a "quoted"\tword']
        assert read(write("a.jsonl", content), "text") == sentences

    def test_escapes_of_half_characters(self, write):
        """No file can hold a surrogate; a pair of them is a character beyond 16 bits."""
        content = r'{"t": "\ud83d\ude00 \ud83d x\ude00"}' + "\n" + r'{"t": "\ufeffend\ud83d"}'
        sentences = ["😀 \ufffd x\ufffd", "\ufeffend\ufffd"]
        assert read(write("a.jsonl", content), "t") == sentences

    @pytest.mark.parametrize(
        ("line", "message"),
        [
            ('{"texts": "a", "id": 3}', r"has no key 'text' \(corpus.field\); it has id, texts$"),
            ("{}", "has no key 'text' .* it has no keys$"),
            ('["text"]', "has no key 'text' .* it has no keys$"),
            ('"text"', "has no key 'text'"),
            ("null", "has no key 'text'"),
            ('{"text": 3}', "'text' holds no text but int$"),
            ('{"text": ["a", "b"]}', "'text' holds no text but list$"),
            ('{"text": "a"', "is no JSON: "),
            ("text", "is no JSON: "),
            ('{"text": "a\tb"}', "is no JSON: Invalid control character"),
            ('{"text": "a"} {"text": "b"}', "is no JSON: Extra data"),
            ("[" * 100_000, "is no JSON: "),
        ],
    )
    def test_mistakes(self, write, line, message):
        file = write("a.jsonl", '{"text": "fine"}\n\n' + line + '\n{"text": "fine"}')
        with pytest.raises(CorpusError, match=rf"a\.jsonl line 3:? {message}"):
            read(file, "text")

    def test_bad_bytes(self, write):
        bad = BadBytes()
        content = b'{"t": "a long enough line"}\n{"t": "a\xff\xffb and more of it"}'
        assert read(write("a.jsonl", content), "t", bad)[1] == "a\ufffd\ufffdb and more of it"
        assert (bad.count, bad.first_line) == (2, 2)

    def test_nul(self, write):
        with pytest.raises(CorpusError, match="NUL byte in line 2"):
            read(write("a.jsonl", b'{"t": "a"}\n{"t": "\0"}'), "t")


class TestCsv:
    def test_text(self, write):
        rows = ["\ufeffid,text", "1,one", "", '2,"two, ""quoted"""', '3,"three\r\nfour\nfive"']
        content = "\r\n".join([*rows, "4,", "5,나는"])
        sentences = ["one", 'two, "quoted"', "three", "four", "five", "나는"]
        assert read(write("a.csv", content), "text") == sentences

    def test_a_field_longer_than_the_modules_limit(self, write):
        text = "나는 " * 100_000
        assert read(write("a.csv", f'text\n"{text}"\n'), "text") == [text]

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            ("id,texts\n1,a", r"has no column 'text' \(corpus.field\); it has id, texts$"),
            ("", "has no column 'text' .* it has no header$"),
            ('id,text\n1,"a\nb"\n2\n3,c', "line 4 is a row of 1 under a header of 2; "),
            ("id,text\n1,a\rb", "line 2 is no CSV: "),
            (
                "id,text\n1,cats, dogs and birds\n",
                "line 2 is a row of 3 under a header",
            ),
            ('id,text\n1,"never closed\n2,b\n', "line 3 is no CSV: unexpected end of data"),
        ],
    )
    def test_mistakes(self, write, content, message):
        with pytest.raises(CorpusError, match=r"a\.csv " + message):
            read(write("a.csv", content), "text")

    def test_bad_bytes(self, write):
        bad = BadBytes()
        content = b'text,id\n"a long enough\n\xff line",1\n'
        assert read(write("a.csv", content), "text", bad) == ["a long enough", "\ufffd line"]
        assert (bad.count, bad.first_line) == (1, 3)


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.JSONL.gz", "a.csv.xz"])
def test_records_need_a_field(write, name):
    file = write(name, PACKERS.get(name[-3:], bytes)(b'{"t": "a"}'))
    what = "key" if "json" in name.lower() else "column"
    with pytest.raises(CorpusError, match=f"{name}: set corpus.field to the {what} that holds"):
        read(file)


def test_a_field_is_no_matter_for_plain_text(write):
    assert read(write("a.txt", "text\na"), "text") == ["text", "a"]


def test_a_file_that_is_gone(tmp_path):
    with pytest.raises(CorpusError, match=r"gone\.txt cannot be read: No such file"):
        read(tmp_path / "gone.txt")


class TestSpool:
    def test_copy(self, tmp_path, monkeypatch):
        monkeypatch.setattr(finding, "BLOCK_BYTES", 7)
        content = "나는 밥을\r\n먹는다".encode()
        first, second = (spool(io.BytesIO(content), tmp_path) for _ in range(2))
        # Two processes of one number, in two containers, share a cache.
        assert first.path.read_bytes() == second.path.read_bytes() == content
        assert first.path != second.path
        assert read(first.path) == ["나는 밥을", "먹는다"]
        first.remove()
        second.remove()
        assert list(tmp_path.iterdir()) == []

    def test_what_a_killed_process_has_left(self, tmp_path):
        (tmp_path / "stdin-0f.txt").write_text("half")
        (tmp_path / "stdin-0f.lock").write_text("1\n")
        (tmp_path / "stdin-0e.txt").write_text("half")
        (tmp_path / "mine.txt").write_text("mine")
        spooled = spool(io.BytesIO(b"a b"), tmp_path)
        spooled.remove()
        assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]

    def test_nothing_is_left_of_a_broken_pipe(self, tmp_path):
        class Broken(io.BytesIO):
            def read(self, size=-1):
                raise OSError("broken")

        with pytest.raises(OSError, match="broken"):
            spool(Broken(), tmp_path)
        assert list(tmp_path.iterdir()) == []


# -- what has no end


@pytest.fixture
def _short_of_breath(monkeypatch):
    """Let 64 bytes without a space be too many, read in blocks of 16."""
    monkeypatch.setattr(decoding, "BLOCK_BYTES", 16)
    for module in (decoding, records):
        monkeypatch.setattr(module, "MAX_UNBROKEN", 64)


@pytest.mark.usefixtures("_short_of_breath")
@pytest.mark.parametrize("before", range(0, 40, 3))
def test_a_word_may_be_so_long_and_no_longer(write, before):
    start = "ab c\n" * 2 + "a " * before
    for end in ("", " b", "\nb", "\tb"):
        text = f"{start}{'x' * 64}{end}"
        pieces = [piece for piece, _ in read_pieces(write("a.txt", text), None, BadBytes())]
        assert "".join(pieces) == text
        with pytest.raises(CorpusError, match=r"a\.txt line 3 goes on for over 64 bytes without"):
            read(write("a.txt", f"{start}{'x' * 65}{end}"), None)


@pytest.mark.usefixtures("_short_of_breath")
def test_of_zeros_without_end_the_nul_is_told(write):
    with pytest.raises(CorpusError, match="has a NUL byte in line 2"):
        read(write("a.txt", b"a\n" + bytes(500)), None)


@pytest.mark.usefixtures("_short_of_breath")
@pytest.mark.parametrize("name", ["a.jsonl", "a.csv"])
def test_a_record_without_end(write, name):
    good = '{"text": "a"}\n' if name == "a.jsonl" else "text\na\n"
    number = good.count("\n") + 1
    with pytest.raises(CorpusError, match=f"line {number} is a record of more than 64 bytes"):
        read(write(name, good + '{"text": "' + "a " * 60 + '"}\n'), "text")


def test_keys_that_fill_the_screen_are_cut(write):
    with pytest.raises(CorpusError) as caught:
        read(write("a.csv", "k" * 5000 + ",b\n1,2\n"), "text")
    assert str(caught.value).endswith(f"it has {'k' * 37}..., b")
