"""From a config to a stream of ids: any stretch of it is what the whole would give."""

from __future__ import annotations

import io
import itertools
import os
import sys
import unicodedata
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from w2v.config.schema import CorpusConfig, VocabConfig
from w2v.errors import ConfigError, CorpusError, OutputError
from w2v.shipped import shipped_files
from w2v.text import corpus as corpus_module
from w2v.text.corpus import IdStream, corpus_files, open_corpus
from w2v.text.encoding import EncodedText
from w2v.text.tokenizers import TokenizerSpec
from w2v.text.vocabulary import GONE

ALL = VocabConfig(min_count=1)


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """An empty cache for each test."""
    monkeypatch.setenv("W2V_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write a file into the working folder."""
    monkeypatch.chdir(tmp_path)

    def write(name, content):
        (tmp_path / name).write_text(content, "utf-8")
        return name

    return write


@pytest.fixture
def pipe_in(monkeypatch):
    """Put a text on standard input."""

    def pipe_in(text):
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(text.encode())))

    return pipe_in


def sentences_of(corpus):
    """Return the whole stream as lists of words."""
    ids, sentence = corpus.stream.read(0, len(corpus.stream))
    cuts = np.flatnonzero(np.diff(sentence)) + 1
    return [[corpus.vocabulary.words[i] for i in part] for part in np.split(ids, cuts)]


class TestIdStream:
    def stream(self, sentences, new_id):
        """A stream of sentences of ranks, none of them empty, as an encoded text holds them."""
        lengths = [len(sentence) for sentence in sentences]
        text = EncodedText(
            words=[],
            counts=np.zeros(0, np.int64),
            ranks=np.concatenate(sentences).astype(np.int32),
            starts=np.cumsum([0, *lengths[:-1]]),
            report=None,
            from_cache=False,
        )
        return IdStream(text, np.array(new_id, np.int32))

    @given(
        st.lists(st.lists(st.integers(0, 4), min_size=1, max_size=6), min_size=1, max_size=12),
        # Which of the ranks have no row, in any number, and the rows of the others.
        st.lists(st.sampled_from([GONE, GONE, 3, 8, 0]), min_size=5, max_size=5),
        st.integers(1, 9),
    )
    @settings(deadline=None, max_examples=75)
    def test_any_stretch(self, sentences, new_id, index_block):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(corpus_module, "INDEX_BLOCK", index_block)
            patch.setattr(corpus_module, "INDEX_STEP", 3 * index_block)
            stream = self.stream(sentences, new_id)
            # (row, number of its sentence) of every position that is not gone
            naive = [
                (new_id[rank], number)
                for number, sentence in enumerate(sentences)
                for rank in sentence
                if new_id[rank] != GONE
            ]
            assert len(stream) == len(naive)
            pairs = itertools.pairwise(number for _, number in naive)
            assert stream.has_neighbours() == any(one == other for one, other in pairs)
            for start in range(len(naive)):
                for stop in range(start + 1, len(naive) + 1):
                    tokens, sentence = stream.read(start, stop)
                    expected = [(row, n - naive[start][1]) for row, n in naive[start:stop]]
                    assert list(zip(tokens.tolist(), sentence.tolist(), strict=True)) == expected

    def test_types(self):
        tokens, sentence = self.stream([[1, 0], [1]], [5, 7]).read(0, 3)
        assert (tokens.dtype, sentence.dtype) == (np.int32, np.int32)

    def test_sentences_that_begin_or_vanish_among_what_is_gone(self):
        # Two sentences that meet once the rows between them are gone are still two.
        stream = self.stream([[1, 1, 0], [0], [0, 0], [0, 2, 0]], [GONE, 4, 6])
        tokens, sentence = stream.read(0, 3)
        assert tokens.tolist() == [4, 4, 6]
        assert sentence[0] == sentence[1] < sentence[2]


class TestOpenCorpus:
    def test_words_without_a_row(self, write):
        write("a.txt", "The end.\n\nA cat and the dog, and A CAT\nfin\nend of the dog")
        corpus = open_corpus(CorpusConfig("a.txt"), VocabConfig(min_count=2))
        assert corpus.vocabulary.words == ["the", "end", "a", "cat", "and", "dog"]
        assert corpus.vocabulary.counts.tolist() == [3, 2, 2, 2, 2, 2]
        assert (list(corpus.dropped_words), corpus.dropped_counts.tolist()) == (
            ["fin", "of"],
            [1, 1],
        )
        assert sentences_of(corpus) == [
            ["the", "end"],
            ["a", "cat", "and", "the", "dog", "and", "a", "cat"],
            ["end", "the", "dog"],
        ]

    def test_specials(self, write):
        write("a.txt", "a b <pad> a\n<pad>\nc <unk> b\n<pad> d")
        specials = VocabConfig(min_count=2, specials=["<unk>", "<pad>"])
        corpus = open_corpus(CorpusConfig("a.txt", tokenizer="whitespace"), specials)
        assert corpus.vocabulary.words == ["<unk>", "<pad>", "a", "b"]
        assert corpus.vocabulary.counts.tolist() == [3, 0, 2, 2]
        # <pad> is no word of any sentence, even where the text spells it.
        assert sentences_of(corpus) == [["a", "b", "a"], ["<unk>", "<unk>", "b"], ["<unk>"]]
        assert list(corpus.dropped_words) == ["c", "d"]
        # Where they are not asked for, they are words like any other, and may be too rare.
        plain = VocabConfig(min_count=2)
        corpus = open_corpus(CorpusConfig("a.txt", tokenizer="whitespace"), plain)
        assert corpus.vocabulary.words == ["<pad>", "a", "b"]
        assert list(corpus.dropped_words) == ["c", "<unk>", "d"]

    def test_korean(self, write):
        """Decomposed as on a Mac, with words of one syllable: each is one word of its own."""
        text = "나는 책 을 읽는다\n나는 밥 을 먹는다\n"
        write("a.txt", unicodedata.normalize("NFD", text))
        corpus = open_corpus(CorpusConfig("a.txt"), ALL)
        assert corpus.vocabulary.words == ["나는", "을", "책", "읽는다", "밥", "먹는다"]
        assert sentences_of(corpus) == [line.split() for line in text.splitlines()]

    def test_the_cache_serves_every_vocabulary(self, write):
        config = CorpusConfig(write("a.txt", "a b c a b a"))
        first = open_corpus(config, ALL)
        second = open_corpus(config, VocabConfig(min_count=2, max_size=2, specials=["<unk>"]))
        assert (first.text.from_cache, second.text.from_cache) == (False, True)
        assert second.vocabulary.counts.tolist() == [1, 3, 2]

    @pytest.mark.parametrize(
        "other",
        [{"tokenizer": "whitespace"}, {"lowercase": False}, {"normalize": "NFKC"}],
    )
    def test_the_cache_knows_the_tokenizer(self, write, other):
        name = write("a.txt", "A a ﬁ, fi")
        first, second = (
            open_corpus(CorpusConfig(name), ALL),
            open_corpus(CorpusConfig(name, **other), ALL),
        )
        assert not second.text.from_cache
        assert first.vocabulary.words != second.vocabulary.words

    def test_a_tokenizer_of_ones_own_needs_leave(self, write, cache):
        write("splitter.py", "raise SystemExit('it ran')")
        with pytest.raises(ConfigError, match="add --allow-code"):
            open_corpus(CorpusConfig(write("a.txt", "a b"), tokenizer="splitter:split"), ALL)
        assert not cache.exists()


class TestPaths:
    def test_several(self, write):
        for name in ("b.txt", "a.txt"):
            write(name, name)
        files, spooled = corpus_files(["b.txt", "seasons-en", "*.txt"])
        assert list(map(str, files)) == [
            *("b.txt", str(shipped_files("corpora")["seasons-en"])),
            *("a.txt", "b.txt"),
        ]
        assert spooled is None

    def test_built_in(self, write):
        corpus = open_corpus(CorpusConfig("seasons-ko"), VocabConfig(min_count=2))
        assert corpus.files == [shipped_files("corpora")["seasons-ko"]]
        assert len(corpus.vocabulary) > 20

    def test_made_by_code_once(self, cache):
        (first,), _ = corpus_files("toy-world")
        made = first.stat().st_mtime_ns
        (second,), _ = corpus_files("toy-world")
        assert first == second
        assert second.stat().st_mtime_ns == made
        assert list((cache / "builtin").iterdir()) == [first]

    def test_a_file_goes_before_a_built_in_corpus(self, write):
        assert list(map(str, corpus_files(write("seasons-en", "mine"))[0])) == ["seasons-en"]

    @pytest.mark.parametrize("path", ["season-en", ["a.txt", "nothing"], "~/nothing"])
    def test_nothing_there(self, write, path):
        write("a.txt", "a")
        with pytest.raises(CorpusError, match=r"does not exist; .* a name of `w2v corpus list`"):
            corpus_files(path)


class TestStandardInput:
    def left_behind(self, cache):
        return [path.name for path in cache.glob("*") if path.is_file()]

    def test_is_read_once_and_cached(self, pipe_in, cache):
        for from_cache in (False, True):
            pipe_in("b a\r\n나는 a")
            corpus = open_corpus(CorpusConfig("-"), ALL)
            assert corpus.text.from_cache == from_cache
            assert sentences_of(corpus) == [["b", "a"], ["나는", "a"]]
            assert self.left_behind(cache) == []

    def test_between_files(self, write, pipe_in):
        pipe_in("from a pipe")
        write("a.txt", "first")
        write("b.txt", "last")
        corpus = open_corpus(CorpusConfig(["a.txt", "-", "b.txt"]), ALL)
        assert sentences_of(corpus) == [["first"], ["from", "a", "pipe"], ["last"]]

    @pytest.mark.parametrize(
        ("path", "text", "message"),
        [
            ("-", "", "is empty"),
            ("-", " \n", "holds no token"),
            ("-", "a a", "only one distinct word"),
            (["-", "-"], "a b", r"names standard input \(-\) twice; it can be read once"),
            (["-", "nothing.txt"], "a b", "does not exist"),
        ],
    )
    def test_nothing_is_left_behind(self, write, pipe_in, cache, path, text, message):
        pipe_in(text)
        with pytest.raises(CorpusError, match=message):
            open_corpus(CorpusConfig(path), ALL)
        assert self.left_behind(cache) == []

    def test_a_cache_that_cannot_be_written(self, write, pipe_in):
        write("cache", "a file is in its place")
        pipe_in("a b")
        with pytest.raises(OutputError, match="cache cannot be written"):
            open_corpus(CorpusConfig("-"), ALL)


class TestTokenizerKey:
    def test_settings(self):
        specs = [
            TokenizerSpec(),
            TokenizerSpec("char"),
            TokenizerSpec(lowercase=False),
            TokenizerSpec(normalize="NFKC"),
            TokenizerSpec(normalize="none"),
        ]
        assert len({spec.key() for spec in specs}) == len(specs)
        assert TokenizerSpec(allow_code=True).key() == TokenizerSpec().key()

    def test_code_is_known_by_its_file(self, write, monkeypatch):
        monkeypatch.setattr(sys, "path", list(sys.path))
        config = CorpusConfig(write("a.txt", "a b-c"), tokenizer="my_splitter:split")
        write("my_splitter.py", "def split(text): return text.split()")
        try:
            first = open_corpus(config, ALL, allow_code=True)
            again = open_corpus(config, ALL, allow_code=True)
            # Another process would import what is there by then.
            write("my_splitter.py", "def split(text): return text.split('-')")
            del sys.modules["my_splitter"]
            changed = open_corpus(config, ALL, allow_code=True)
        finally:
            sys.modules.pop("my_splitter", None)
        assert (first.text.from_cache, again.text.from_cache) == (False, True)
        assert first.vocabulary.words == ["a", "b-c"]
        assert changed.vocabulary.words == ["a b", "c"]


def test_a_field_of_files_that_have_none_is_refused(tmp_path):
    text = tmp_path / "text.txt"
    text.write_text("one two\n" * 9)
    with pytest.raises(ConfigError, match=r"corpus\.field: only \.jsonl and \.csv"):
        open_corpus(CorpusConfig(path=str(text), field="body"), VocabConfig())


def test_errors_of_standard_input_name_it(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"a \0 b")))
    with pytest.raises(CorpusError, match=r"^standard input has a NUL byte in line 1"):
        open_corpus(CorpusConfig(path="-"), VocabConfig())
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(CorpusError, match="standard input is closed"):
        open_corpus(CorpusConfig(path="-"), VocabConfig())


class TestChangedFiles:
    @pytest.fixture
    def corpus(self, write):
        write("a.txt", "a b\n" * 9)
        write("b.txt", "c d\n" * 9)
        return open_corpus(CorpusConfig(["a.txt", "b.txt"]), ALL)

    def test_none(self, corpus):
        assert corpus.changed_files() == []

    def test_longer(self, corpus):
        with open("b.txt", "a") as file:
            file.write("e")
        assert corpus.changed_files() == [Path("b.txt")]

    def test_as_long_as_before(self, corpus):
        status = os.stat("a.txt")
        os.utime("a.txt", ns=(status.st_atime_ns, status.st_mtime_ns + 1))
        assert corpus.changed_files() == [Path("a.txt")]

    def test_gone(self, corpus):
        os.unlink("a.txt")
        assert corpus.changed_files() == [Path("a.txt")]

    def test_of_the_cache_too(self, corpus):
        again = open_corpus(CorpusConfig(["a.txt", "b.txt"]), ALL)
        assert again.text.from_cache
        os.unlink("a.txt")
        assert again.changed_files() == [Path("a.txt")]

    def test_standard_input_does_not_change(self, corpus, pipe_in):
        pipe_in("a b\n" * 9)
        read = open_corpus(CorpusConfig(["b.txt", "-"]), ALL)
        assert read.changed_files() == []
        os.unlink("b.txt")
        assert read.changed_files() == [Path("b.txt")]
