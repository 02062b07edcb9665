"""However a text is cut and whoever reads it: the same bytes, or the same error."""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import threading

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from w2v.errors import CorpusError, W2VError
from w2v.text import counting, decoding, encoding, worker
from w2v.text.decoding import BadBytes, Span
from w2v.text.encoding import encode
from w2v.text.reading import cut_into_spans, read_pieces
from w2v.text.tokenizers import TokenizerSpec
from w2v.text.workers import Workers

# What stands in the files: line ends of all kinds, lines of nothing, ties, long words, BOMs.
PARTS = [
    *(
        "a",
        "b",
        "ab",
        " ",
        " ",
        "\n",
        "\n",
        "\r\n",
        "\r",
        "\t",
        "한국 나는",
        "e\u0301",
        "Don’t",
        "Σ",
    ),
    *("\ufeff", "new", "\u3000", "unspacedword" * 3, "\n \n", "'", "İ"),
]
good = st.lists(st.sampled_from(PARTS), max_size=40).map(lambda parts: "".join(parts).encode())
bad = st.lists(
    st.sampled_from([b"a ", b"\n", b"good line\n" * 3, b"\xff", b"\xe4\xb8", b"\xff" * 9, b"\r\n"])
    | st.sampled_from([b"a\0b", b"\xff\xfea\0", "é\ufffd ".encode()]),
    max_size=20,
).map(b"".join)
names = st.sampled_from(["a.txt", "b", "c.jsonl", "d.csv", "e.txt.gz"])
specs = st.builds(TokenizerSpec, st.sampled_from(["words", "whitespace", "char"]))


class Threads(Workers):
    """Workers that are threads of this process, spoken to over pipes as the real ones are."""

    class Process:
        def __init__(self):
            (there, here), (back, out) = os.pipe(), os.pipe()
            self.stdin, self.stdout = os.fdopen(here, "wb"), os.fdopen(back, "rb")
            self._messages, self._answers = os.fdopen(there, "rb"), os.fdopen(out, "wb")
            self._thread = threading.Thread(target=self._work)
            self._thread.start()

        def _work(self):
            with self._messages, self._answers:
                worker.serve(self._messages, self._answers)

        def kill(self):
            self.stdin.close()

        def wait(self):
            self._thread.join()

    def _process(self):
        return self.Process()


def outcome(folder, files, spec, processes):
    """Return the files of the cache, or the error."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("W2V_CACHE", str(folder / f"cache-{processes}"))
        try:
            encode(files, spec, "t", None, processes)
        except W2VError as error:
            assert not list(folder.glob(f"cache-{processes}/corpora/*"))
            return str(error)
        (entry,) = folder.glob(f"cache-{processes}/corpora/*")
        return {path.name: path.read_bytes() for path in entry.iterdir()}


def file_content(name, content):
    """Put a content into a file of a kind; bad bytes stay as they are where they can."""
    text = content.decode(errors="replace")
    if name.endswith(".jsonl"):
        return "".join(json.dumps({"t": part}) + "\n" for part in text.split(" ")).encode()
    if name.endswith(".csv"):
        return b"t\r\n" + b"".join(
            b'"' + part.replace(b'"', b"") + b'"\r\n' for part in content.split(b" ")
        )
    return gzip.compress(content, mtime=0) if name.endswith(".gz") else content


@given(
    st.lists(st.tuples(names, good | bad), min_size=1, max_size=4),
    specs,
    st.sampled_from([2, 3, 5]),
    st.integers(1, 30),
    st.integers(2, 20),
)
@example([("a.txt", b"one endless line of words without an end" * 3)], TokenizerSpec(), 3, 10, 4)
@example([("a.txt", b"a b c\r d e\r f\r\n\r\n g" * 5)], TokenizerSpec(), 3, 5, 3)
@example([("a.txt", b"c b a\n" + b"a b c\n" * 9 + b"z y x a b c")], TokenizerSpec(), 5, 7, 9)
@example([("a.txt", b"good\n" * 9 + b"\xff\n" * 20), ("b", b"a\0")], TokenizerSpec(), 3, 9, 8)
@example([("a.txt", b"\xff\n" * 20 + b"good line\n" * 90)], TokenizerSpec(), 2, 99, 9)
@example([("a.txt", b"fine line\n" * 20 + b"\xff \xff\n" * 9)], TokenizerSpec(), 3, 19, 9)
# Lines of spaces over whole stretches, inside a sentence.
@example(
    [("a.txt", b"a b" + b" " * 60 + b"c\nd" + b" " * 40 + b"\n \n   e")], TokenizerSpec(), 2, 3, 4
)
# A byte order mark is one at the beginning of the file only.
@example([("a.txt", b"a b\n\xef\xbb\xbfb\n" * 5)], TokenizerSpec("whitespace"), 2, 3, 4)
# Few bytes are bad, but they come so early that the file is given up.
@example(
    [("a.txt", b"good\n" + b"\xff\xff\xff\n" * 12 + b"good line\n" * 90)], TokenizerSpec(), 2, 5, 4
)
@settings(deadline=None, max_examples=120)
def test_the_number_of_processes_does_not_show(
    tmp_path_factory, parts, spec, processes, stretch_bytes, block_bytes
):
    folder = tmp_path_factory.mktemp("texts")
    files = []
    for number, (name, content) in enumerate(parts):
        (folder / str(number)).mkdir()
        files.append(folder / str(number) / name)
        files[-1].write_bytes(file_content(name, content))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decoding, "BLOCK_BYTES", block_bytes)
        patch.setattr(counting, "LEAST_STRETCH", stretch_bytes)
        patch.setattr(counting, "STRETCHES_EACH", 10_000)
        patch.setattr(counting, "IDS_AT_ONCE", 5)
        patch.setattr(encoding, "PARALLEL_BYTES", 0)
        patch.setattr(encoding, "n_cores", lambda: 9)
        patch.setattr(encoding, "Workers", Threads)
        patch.setattr(encoding.os, "fsync", lambda file: None)  # most of the time
        assert outcome(folder, files, spec, processes) == outcome(folder, files, spec, 1)


class TestSpans:
    @given(good | bad, st.integers(1, 40), st.integers(1, 9))
    @settings(deadline=None, max_examples=60)
    def test_cover_the_file(self, tmp_path_factory, content, span_bytes, block_bytes):
        file = tmp_path_factory.mktemp("spans") / "a.txt"
        file.write_bytes(content)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(decoding, "BLOCK_BYTES", block_bytes)
            spans = cut_into_spans(file, len(content), span_bytes)
        assert spans[0].start == 0
        assert [span.stop for span in spans] == [*(span.start for span in spans[1:]), None]
        for span in spans[:-1]:
            assert span.stop - span.start >= span_bytes
            before, after = content[span.stop - 1 : span.stop], content[span.stop : span.stop + 1]
            assert (before if span.ends_line else after) == (b"\n" if span.ends_line else b" ")
        assert spans[-1].ends_line

    @pytest.mark.parametrize("name", ["a.txt.gz", "a.jsonl", "a.csv", "A.CSV.XZ"])
    def test_other_files_stay_whole(self, tmp_path, name):
        assert cut_into_spans(tmp_path / name, 10**9, 10) == [Span()]

    def test_a_line_without_a_space_stays_whole(self, tmp_path):
        file = tmp_path / "a.txt"
        file.write_bytes(b"x" * 1000)
        assert cut_into_spans(file, 1000, 10) == [Span()]

    def test_a_line_end_goes_before_a_space(self, tmp_path):
        file = tmp_path / "a.txt"
        file.write_bytes(b"some words in a line\nsome words")
        assert cut_into_spans(file, 31, 3) == [Span(0, 21), Span(21, 25, ends_line=False), Span(25)]

    def test_a_span_does_not_judge_the_file(self, tmp_path):
        file = tmp_path / "a.txt"
        file.write_bytes(b"good\n\xff\xff\n")
        bad = BadBytes()
        assert list(read_pieces(file, None, bad, Span(5))) == [("\ufffd\ufffd\n", True)]
        assert bad == BadBytes(2, str(file), 1)
        assert (bad.n_bytes, bad.n_lines) == (3, 1)
        with pytest.raises(CorpusError, match="2 of 8 bytes are bad"):
            list(read_pieces(file, None, BadBytes()))


def test_stretches_are_even_and_in_order(tmp_path, monkeypatch):
    monkeypatch.setattr(counting, "LEAST_STRETCH", 10)
    monkeypatch.setattr(counting, "STRETCHES_EACH", 2)
    sizes = [5, 4, 3, 100, 0, 7]
    files = [tmp_path / str(number) for number in range(len(sizes))]
    for file, size in zip(files, sizes, strict=True):
        file.write_bytes(b"x \n" * (size // 3) + b"x" * (size % 3))
    stretches = counting.cut_into_stretches(files, sizes, 2)
    assert [[part.file for part in stretch] for stretch in stretches] == [
        [0, 1, 2, 3], [3], [3], [3, 4, 5],
    ]  # fmt: skip
    whole = counting.cut_into_stretches(files, sizes, 1)
    assert whole == [[(number, Span()) for number in range(6)]]


def test_records_come_before_the_error_behind_them(tmp_path):
    """They are handed on in batches, and the user's tokenizer may fail on one of them first."""
    file = tmp_path / "a.jsonl"
    file.write_text('{"t": "a"}\n{"t": "b"}\n{')
    pieces = read_pieces(file, "t", BadBytes())
    assert next(pieces) == ("a\nb", True)
    with pytest.raises(CorpusError, match="line 3 is no JSON"), contextlib.closing(pieces):
        next(pieces)
