"""A text as ids against a plain count of it; and a cache that is never wrong and never litters."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import threading
import uuid
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from w2v.errors import CorpusError, OutputError
from w2v.files import cache_folder
from w2v.locks import try_to_take
from w2v.text import counting, decoding, encoding
from w2v.text.encoding import encode
from w2v.text.leftovers import lock_of
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
    @pytest.mark.parametrize("left", [None, 0, 0.5, -1, "turned"])
    def test_a_part_is_lost(self, write, cache, part, left):
        """By a cleaner of caches, a power cut or a bad disk: the text is encoded again."""
        file = write("a.txt", TEXT)
        encoded(file)
        (path,) = cache.glob(f"corpora/*/{part}")
        content = path.read_bytes()
        if left is None:
            path.unlink()
        elif left == "turned":  # a bit in the middle; the size is the same
            at = len(content) // 2
            path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
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

        monkeypatch.setattr("w2v.text.encoded._write", full)
        with pytest.raises(OutputError, match="cannot be written: No space left on device"):
            encoded(write("a.txt", TEXT))
        assert entries(cache) == []


class TestTwoAtOnce:
    @pytest.mark.parametrize("first_fails", [False, True])
    def test_the_second_waits_for_the_first(self, write, cache, monkeypatch, first_fails):
        """And takes what it has made; or does the work, if there is nothing."""
        monkeypatch.setattr("w2v.locks.SECONDS_BETWEEN_TRIES", 0)
        file, second_waits, told, calls = write("a.txt", "a b a"), threading.Event(), [], []

        def tokenize(text):
            calls.append(text)
            if len(calls) == 1:
                assert second_waits.wait(20)
                if first_fails:
                    raise CorpusError("failed")
            return text.split()

        def first():
            with contextlib.suppress(CorpusError):
                encoded(file, tokenize=tokenize)

        def second(results):
            def on_wait(pid):
                told.append(pid)
                second_waits.set()

            splitter = Splitter(tokenize)
            results.append(encode([file], splitter, None, on_wait=on_wait)[0])

        results, one = [], threading.Thread(target=first)
        one.start()
        while not list(cache.glob("corpora/*.partial")):
            assert one.is_alive()
        other = threading.Thread(target=second, args=[results])
        other.start()
        one.join()
        other.join()
        assert told == [os.getpid()]
        assert sentences_of(results[0]) == [["a", "b", "a"]]
        assert results[0].from_cache is not first_fails
        assert len(calls) == (2 if first_fails else 1)
        assert len(entries(cache)) == 1

    def test_the_wait_can_be_ended(self, write, cache):
        """By what `progress` raises, as at Ctrl-C."""

        def stop(n_characters):
            raise KeyboardInterrupt

        def tokenize(text):
            with pytest.raises(KeyboardInterrupt):
                encoded(file, progress=stop)
            return text.split()

        file = write("a.txt", "a b")
        assert sentences_of(encoded(file, tokenize=tokenize)) == [["a", "b"]]
        assert len(entries(cache)) == 1

    def test_another_text_does_not_wait(self, write, cache):
        def tokenize(text):
            encoded(write("b.txt", "c d"))
            return text.split()

        assert sentences_of(encoded(write("a.txt", "a b"), tokenize=tokenize)) == [["a", "b"]]
        assert len(entries(cache)) == 2

    def test_side_by_side_without_locks(self, write, cache, monkeypatch):
        """On a disk that has none; in one process or in two containers of the same numbers."""

        def none(opened, how):
            raise OSError(errno.ENOLCK, "No locks available")

        def tokenize(text):
            both_read.wait()
            return text.split()

        def work(results):
            results.append(sentences_of(encoded(file, tokenize=tokenize)))

        monkeypatch.setattr("fcntl.flock", none)
        both_read = threading.Barrier(2, timeout=20)
        file = write("a.txt", "a b a")
        results = []
        threads = [threading.Thread(target=work, args=[results]) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert results == [[["a", "b", "a"]]] * 2
        assert len(entries(cache)) == 1


class TestLeftovers:
    def test_of_the_dead_are_removed(self, write, cache):
        """As SIGKILL leaves them: of this text, of others, with and without a lock file."""
        file = write("a.txt", TEXT)
        encoded(file)
        (entry,) = cache.glob("corpora/*")
        names = [f"{entry.name}.0f.partial", "4711.0a.partial", "4712.0b.partial.damaged"]
        for name in names:
            (entry.parent / name).mkdir()
            (entry.parent / name / "ranks.i32").write_bytes(b"half")
        for name in ("4711.lock", "4713.lock"):
            (entry.parent / name).write_text("1\n")
        (entry.parent / "mine.txt").write_text("not ours")
        assert encoded(file).from_cache
        assert len(entries(cache)) == 7  # nothing is looked for where nothing is made
        (entry / "report.json").unlink()
        encoded(file)
        assert entries(cache) == sorted([entry.name, "mine.txt"])

    def test_of_the_living_stay(self, write, cache):
        write_other = cache / "corpora" / "4711.0a.partial"
        write_other.mkdir(parents=True)
        with try_to_take(lock_of(write_other)):
            encoded(write("a.txt", TEXT))
            assert write_other.exists()
        encoded(write("a.txt", "b c"))
        assert not write_other.exists()

    def test_nobody_is_known_to_be_dead_without_locks(self, write, cache, monkeypatch):
        def none(opened, how):
            raise OSError(errno.ENOLCK, "No locks available")

        monkeypatch.setattr("fcntl.flock", none)
        other = cache / "corpora" / "4711.0a.partial"
        other.mkdir(parents=True)
        encoded(write("a.txt", TEXT))
        assert other.exists()

    def test_a_link_is_removed_and_not_followed(self, write, cache, tmp_path):
        mine = tmp_path / "mine"
        mine.mkdir()
        (mine / "precious").touch()
        (cache / "corpora").mkdir(parents=True)
        (cache / "corpora" / "4711.0a.partial").symlink_to(mine)
        encoded(write("a.txt", TEXT))
        assert (mine / "precious").exists()
        assert len(entries(cache)) == 1


def test_what_is_read_otherwise_than_it_was_written(write, cache, monkeypatch):
    """A disk that does not hold what it is given: said at once, and nothing is trained on it."""
    monkeypatch.setattr("w2v.text.encoded.sha256_of", lambda path: str(uuid.uuid4()))
    with pytest.raises(OutputError, match="what was written to it reads otherwise; W2V_CACHE="):
        encoded(write("a.txt", TEXT))


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
