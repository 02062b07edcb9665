"""A text as ids against a plain count of it; and a cache that is never wrong and never litters."""

from __future__ import annotations

import hashlib
import threading
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from w2v.errors import CorpusError, OutputError
from w2v.files import cache_folder
from w2v.text import counting, decoding, encoding
from w2v.text.encoding import encode
from w2v.text.numbers_on_disk import NumbersOnDisk

# Each word comes first where no other order puts it; two sentences end within a line of spaces.
TEXT = "b a b\n \n\nc b\r\nd a d c\n\t\n\n한 b"
SENTENCES = [["b", "a", "b"], ["c", "b"], ["d", "a", "d", "c"], ["한", "b"]]


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """An empty cache for each test."""
    folder = tmp_path / "the cache"
    monkeypatch.setenv("W2V_CACHE", str(folder))
    return folder


@pytest.fixture
def write(tmp_path):
    def write(name, content):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


class Splitter:
    """A tokenizer of any function from a line to its tokens; it is code, so it has no process."""

    name, is_code = "of_our_own:split", True

    def __init__(self, split=str.split, key="whitespace"):
        self.split, self._key = split, key

    def key(self):
        return self._key

    def make_for_lines(self):
        return lambda text: map(self.split, text.split("\n"))

    def ascii_table(self):
        return None


def encoded(*files, key="whitespace", field=None, tokenize=str.split, progress=None):
    return encode(files, Splitter(tokenize, key), field, progress)[0]


def sentences_of(text):
    """Turn an encoded text back into words."""
    tokens = [text.words[rank] for rank in text.ranks[:]]
    starts = text.starts[:].tolist()
    stops = [*starts[1:], len(tokens)]
    assert starts[0] == 0
    return [tokens[start:stop] for start, stop in zip(starts, stops, strict=True)]


def entries(cache):
    return sorted(path.name for path in cache.glob("corpora/*"))


def test_ids_by_falling_count(write):
    text = encoded(write("a.txt", TEXT))
    # c and d have two each: a came first, then c, then d
    assert text.words == ["b", "a", "c", "d", "한"]
    assert text.counts.tolist() == [4, 2, 2, 2, 1]
    assert text.ranks[:].tolist() == [0, 1, 0, 2, 0, 3, 1, 3, 2, 4, 0]
    assert text.starts[:].tolist() == [0, 3, 5, 9]
    assert (text.ranks.dtype, text.starts.dtype, text.counts.dtype) == ("<i4", "<i8", "<i8")


def test_ids_stay_on_disk(write):
    text = encoded(write("a.txt", TEXT))
    assert isinstance(text.ranks, NumbersOnDisk)
    assert isinstance(text.starts, NumbersOnDisk)
    assert not text.ranks[:].flags.writeable


def test_report(write):
    first, second = write("a.txt", TEXT), write("b.txt", b"12345678\n1234567\xff 2 3")
    report = encoded(first, second).report
    assert report.n_bytes == len(TEXT.encode()) + 21
    assert (report.n_tokens, report.n_sentences) == (15, 6)
    assert (report.n_bad_bytes, report.first_bad_file, report.first_bad_line) == (1, str(second), 2)


@given(
    st.lists(
        st.lists(st.sampled_from(["a", "b", "c", "나", " ", "\n", "\r\n", " \n", "ab"])).map(
            "".join
        ),
        min_size=1,
        max_size=3,
    ).filter(lambda contents: any(map(str.split, contents))),
    st.integers(1, 9),
    st.integers(1, 5),
)
@settings(deadline=None, max_examples=60)
def test_against_a_plain_count(tmp_path_factory, contents, block_bytes, block_ids):
    """However the blocks fall, in several files."""
    folder = tmp_path_factory.mktemp("texts")
    files = [folder / str(number) for number in range(len(contents))]
    for file, content in zip(files, contents, strict=True):
        file.write_bytes(content.encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("W2V_CACHE", str(folder / "cache"))
        patch.setattr(decoding, "BLOCK_BYTES", block_bytes)
        patch.setattr(counting, "IDS_AT_ONCE", block_ids)
        patch.setattr(encoding.os, "fsync", lambda file: None)  # most of the time
        text = encoded(*files)
    lines = [line.split() for content in contents for line in content.splitlines()]
    sentences = [line for line in lines if line]
    ranked = Counter(word for line in sentences for word in line).most_common()
    assert list(zip(text.words, text.counts.tolist(), strict=True)) == ranked
    assert sentences_of(text) == sentences
    assert text.report.n_sentences == len(sentences)


def test_progress_tells_all_characters(write, monkeypatch):
    monkeypatch.setattr(counting, "TOLD_CHARACTERS", 5)
    monkeypatch.setattr(decoding, "BLOCK_BYTES", 40)
    steps = []
    encoded(write("a.txt", "나는 밥을\n" * 30), write("b.txt", "x y"), progress=steps.append)
    assert sum(steps) == 30 * 6 + 3
    assert len(steps) > 10


def test_sha256_is_that_of_the_files(write):
    files = [write("a.txt", TEXT), write("b.txt", "x y")]
    sha256 = encode(files, Splitter(), None)[1]
    assert sha256 == hashlib.sha256(TEXT.encode() + b"x y").hexdigest()


class TestCache:
    def test_hit(self, write, cache):
        def never(text):
            raise AssertionError("tokenized again")

        file = write("a.txt", TEXT)
        first, second = encoded(file), encoded(file, tokenize=never)
        assert (first.from_cache, second.from_cache) == (False, True)
        assert first.words == second.words
        for name in ("counts", "ranks", "starts"):
            np.testing.assert_array_equal(getattr(first, name)[:], getattr(second, name)[:])
        assert first.report == second.report
        assert len(entries(cache)) == 1

    def test_the_name_of_a_file_is_no_matter(self, write):
        """And what is reported of a file names it as it is called today."""
        content = TEXT.encode() + b"\n\xff"
        encoded(write("a.txt", content))
        today = write("elsewhere/b.txt", content)
        text = encoded(today)
        assert text.from_cache
        assert text.report.first_bad_file == str(today)

    @pytest.mark.parametrize(
        "other",
        [{"key": "words"}, {"field": "a"}, {"field": "None"}],
    )
    def test_other_settings(self, write, cache, other):
        file = write("a.txt", TEXT)
        encoded(file)
        assert not encoded(file, **other).from_cache
        assert encoded(file).from_cache
        assert encoded(file, **other).from_cache
        assert len(entries(cache)) == 2

    def test_other_content(self, write):
        file = write("a.txt", TEXT)
        encoded(file)
        write("a.txt", TEXT.replace("d", "e"))  # as long as before
        text = encoded(file)
        assert not text.from_cache
        assert "e" in text.words

    def test_files_are_not_taken_for_their_sum(self, write):
        """The last line of a file ends with it, so that two files are not one."""
        whole = encoded(write("a.txt", "a bc d"))
        parts = encoded(write("b.txt", "a b"), write("c.txt", "c d"))
        other = encoded(write("d.txt", "a bc"), write("e.txt", " d"))
        assert not parts.from_cache
        assert not other.from_cache
        assert sentences_of(whole) == [["a", "bc", "d"]]
        assert sentences_of(parts) == [["a", "b"], ["c", "d"]]
        assert sentences_of(other) == [["a", "bc"], ["d"]]

    def test_the_ending_is_part_of_it(self, write):
        content = '{"t": "a"}'
        plain = encoded(write("a.txt", content), field="t")
        record = encoded(write("a.JSONL", content), field="t")
        assert (plain.words, record.words) == (['{"t":', '"a"}'], ["a"])
        assert encoded(write("b.jsonl", content), field="t").from_cache

    def test_lies_where_it_is_told_to(self, write, cache, tmp_path, monkeypatch):
        file = write("a.txt", TEXT)
        encoded(file)
        monkeypatch.setenv("W2V_CACHE", str(tmp_path / "other"))
        assert not encoded(file).from_cache
        assert entries(cache) == entries(tmp_path / "other")

    def test_may_be_read_only(self, write, cache, monkeypatch):
        def refuse(*args, **kwargs):
            raise PermissionError(13, "Permission denied")

        file = write("a.txt", TEXT)
        encoded(file)
        monkeypatch.setattr(encoding.Path, "mkdir", refuse)
        assert encoded(file).from_cache

    @pytest.mark.parametrize(
        "part", ["ranks.i32", "starts.i64", "words.txt", "counts.i64", "report.json"]
    )
    @pytest.mark.parametrize("left", [None, 0, 0.5, -1])
    def test_a_part_is_lost(self, write, cache, part, left):
        """By a cleaner of caches or a power cut: the text is encoded again."""
        file = write("a.txt", TEXT)
        encoded(file)
        (path,) = cache.glob(f"corpora/*/{part}")
        content = path.read_bytes()
        if left is None:
            path.unlink()
        else:
            path.write_bytes(content[: int(left * len(content)) if left >= 0 else left])
        text = encoded(file)
        assert not text.from_cache
        assert sentences_of(text) == SENTENCES
        assert encoded(file).from_cache
        assert len(entries(cache)) == 1


class TestNothingIsLeftBehind:
    @pytest.mark.parametrize(
        ("content", "message"),
        [
            ("", r"a\.txt is empty; check corpus.path and corpus.tokenizer"),
            (" \n\t\r\n\u3000", r"a\.txt holds no token in its 8 bytes; check"),
            (b"a b\0", r"a\.txt has a NUL byte"),
            (b"a b \xff", r"a\.txt is not UTF-8"),
        ],
    )
    def test_no_text(self, write, cache, content, message):
        with pytest.raises(CorpusError, match=message):
            encoded(write("a.txt", content))
        assert entries(cache) == []

    def test_several_files_without_a_token(self, write, cache):
        with pytest.raises(
            CorpusError, match="the corpus of 2 files holds no token in its 3 bytes"
        ):
            encoded(write("a.txt", " "), write("b.txt", " \n"))
        with pytest.raises(CorpusError, match="the corpus of 2 files is empty"):
            encoded(write("a.txt", ""), write("b.txt", ""))
        assert entries(cache) == []

    def test_an_empty_file_among_others(self, write):
        text = encoded(write("a.txt", ""), write("b.txt", TEXT), write("c.txt", " "))
        assert sentences_of(text) == SENTENCES

    @pytest.mark.parametrize("error", [CorpusError, ValueError, KeyboardInterrupt])
    def test_an_error_half_way(self, write, cache, error):
        def tokenize(text):
            if "d" in text:
                raise error
            return text.split()

        file = write("a.txt", TEXT)
        with pytest.raises(error):
            encoded(file, tokenize=tokenize)
        assert entries(cache) == []
        assert not encoded(file).from_cache

    def test_a_missing_file(self, write, cache, tmp_path):
        with pytest.raises(CorpusError, match=r"gone\.txt cannot be read: No such file"):
            encoded(write("a.txt", TEXT), tmp_path / "gone.txt")
        assert not cache.exists()

    def test_a_cache_that_cannot_be_written(self, write, cache):
        cache.write_text("a file is in its place")
        with pytest.raises(OutputError, match="the cache cannot be written: "):
            encoded(write("a.txt", TEXT))
        assert cache.read_text() == "a file is in its place"

    def test_a_full_disk(self, write, cache, monkeypatch):
        def full(path, content):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(encoding, "_write", full)
        with pytest.raises(OutputError, match="cannot be written: No space left on device"):
            encoded(write("a.txt", TEXT))
        assert entries(cache) == []


class TestTwoAtOnce:
    def test_one_is_faster(self, write, cache):
        """The other finds its work done and uses it."""

        def tokenize(text):
            if not entries(cache)[1:]:  # no other has begun
                assert not encoded(file).from_cache
            return text.split()

        file = write("a.txt", "a b")
        text = encoded(file, tokenize=tokenize)
        assert sentences_of(text) == [["a", "b"]]
        assert len(entries(cache)) == 1
        assert encoded(file).from_cache

    def test_side_by_side(self, write, cache):
        """In one process or in two containers, where process numbers are the same."""
        both_read = threading.Barrier(2, timeout=20)

        def tokenize(text):
            both_read.wait()
            return text.split()

        def work(results):
            results.append(sentences_of(encoded(file, tokenize=tokenize)))

        file = write("a.txt", "a b a")
        results = []
        threads = [threading.Thread(target=work, args=[results]) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert results == [[["a", "b", "a"]]] * 2
        assert len(entries(cache)) == 1


def test_a_file_that_grows_while_it_is_read_is_not_kept(write, tmp_path):
    """Else its first content would be found in the cache with the words of both."""
    path = write("a.txt", "one two\n" * 9)

    def tokenize_slowly(text):
        if path.stat().st_size < 80:
            with open(path, "a") as file:
                file.write("three four\n")
        return text.split()

    with pytest.raises(CorpusError, match="changed while it was read"):
        encode([path], Splitter(tokenize_slowly, "slowly"), None)
    assert not list((cache_folder() / "corpora").iterdir())
