"""Files of vectors of every tool: read back bit for bit, told apart by content, equal in gensim."""

from __future__ import annotations

import gzip
import io
import sys

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from w2v import WordVectors
from w2v.errors import FormatError, OutputError
from w2v.text.word_index import find_duplicate
from w2v.vectors.formats import ENDINGS, FORMATS, read_vectors, recognise, write_vectors
from w2v.vectors.formats.contract import PACKABLE
from w2v.vectors.formats.rows import Rows
from w2v.vectors.formats.words import AS_GZIP

READ_AGAIN = [name for name in FORMATS if name != "projector"]
AS_READ = {name: name for name in READ_AGAIN} | {"fasttext-vec": "word2vec-text"}
WITH_COUNTS = ("npz", "safetensors")
# One-letter words of three scripts, letters that look like spaces, like a header, like another
# kind of file; a word longer than any buffer of word2vec.c; bytes that are no UTF-8.
WORDS = [
    *(
        "3",
        "王",
        "여왕",
        "café",
        "a\u00a0b",
        "\u3000",
        "\u2028",
        "\x1c",
        "\x85",
        "0.5",
        "{",
        "</s>",
    ),
    "x" * 400,
    "\ufeff",
    b"caf\xe9".decode("utf-8", "surrogateescape"),
    b"\x80\x04\x95".decode("utf-8", "surrogateescape"),
    "PK\x03\x04",
]
N_NOT_UTF8 = 2
VECTORS = np.random.default_rng(4).normal(0, 0.3, (len(WORDS), 5)).astype(np.float32)
# Numbers whose bits are easily lost, or look like something else.
VECTORS[0] = [3, -0.0, 1e-45, np.finfo(np.float32).max, np.finfo(np.float32).tiny]
VECTORS[1] = np.frombuffer(b"0 \n0\n\n\n\n    1 2 3 4 ", np.float32)[:5]
VECTORS[2] = 0

finite32 = st.integers(0, 2**32 - 1).map(
    lambda bits: np.array([bits], np.uint32).view(np.float32)[0]
)


def same_bits(one, other):
    return (
        one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()
    )


def written(folder, format, words=WORDS, vectors=VECTORS, packed=False, **more):
    file = folder / ("vectors" + ENDINGS[format] + (".gz" if packed else ""))
    write_vectors(file, format, words, vectors, **more)
    return file


def every_file():
    for format in READ_AGAIN:
        yield pytest.param(format, False, id=format)
        if format in PACKABLE:
            yield pytest.param(format, True, id=f"{format}.gz")


@pytest.fixture(autouse=True)
def _safetensors(request):
    if "safetensors" in request.node.name:
        pytest.importorskip("safetensors")


@pytest.mark.parametrize(("format", "packed"), list(every_file()))
def test_what_is_written_is_read_again(tmp_path, format, packed):
    file = written(tmp_path, format, packed=packed)
    assert recognise(file) == AS_READ[format]
    assert (file.read_bytes()[:2] == b"\x1f\x8b") == packed
    content = read_vectors(file)
    assert content.format == AS_READ[format]
    assert content.words == WORDS
    assert same_bits(content.vectors, VECTORS)
    assert content.n_not_utf8 == N_NOT_UTF8
    assert content.counts is None
    assert content.output_vectors is None


@pytest.mark.parametrize(("format", "packed"), list(every_file()))
def test_the_same_content_gives_the_same_bytes(tmp_path, monkeypatch, format, packed):
    once = written(tmp_path, format, packed=packed).read_bytes()
    monkeypatch.setattr("time.time", lambda: 2e9)
    (tmp_path / "other").mkdir()
    assert written(tmp_path / "other", format, packed=packed).read_bytes() == once


@pytest.mark.parametrize("format", READ_AGAIN)
def test_rows_that_fill_more_than_is_looked_at(tmp_path, format):
    """The longest word, and a line longer than the begin by which a format is recognised."""
    words = ["x" * 65_536, "y"]
    vectors = np.random.default_rng(7).normal(size=(2, 20_000)).astype(np.float32)
    for first_word, rows in ((0, vectors[:, :3]), (1, vectors)):
        file = written(tmp_path, format, words[first_word:], rows[first_word:])
        content = read_vectors(file)
        assert (content.format, content.words) == (AS_READ[format], words[first_word:])
        assert same_bits(content.vectors, rows[first_word:])


@pytest.mark.parametrize("format", WITH_COUNTS)
def test_archives_hold_counts_and_output_vectors_and_float64(tmp_path, format):
    counts = np.arange(len(WORDS))[::-1].astype(np.int64)
    wide = VECTORS.astype(np.float64) / 3
    file = written(tmp_path, format, vectors=wide, counts=counts, output_vectors=wide[::-1])
    content = read_vectors(file)
    assert same_bits(content.vectors, wide)
    assert same_bits(content.output_vectors, wide[::-1])
    assert same_bits(content.counts, counts)


@pytest.mark.parametrize("format", WITH_COUNTS)
@pytest.mark.parametrize("n_times", [1, 500], ids=["short", "long"])
def test_a_packed_archive_is_read(tmp_path, format, n_times):
    vectors = np.tile(VECTORS, (1, n_times))  # when long, more than the packed file has bytes
    file = written(tmp_path, format, vectors=vectors)
    file.write_bytes(gzip.compress(file.read_bytes()))
    content = read_vectors(file)
    assert (content.format, content.words) == (format, WORDS)
    assert same_bits(content.vectors, vectors)


def lists_of_words(split_at):
    """Lists of different words that hold none of some bytes: any bytes, letters of all scripts."""
    letters = st.characters(exclude_categories=("Cs",))
    word = st.one_of(
        st.text(letters, min_size=1, max_size=6).map(str.encode),
        st.binary(min_size=1, max_size=6),
        st.text(letters, min_size=100, max_size=100).map(lambda text: text.encode()[:400]),
    ).map(lambda word: word.translate(None, split_at).decode("utf-8", "surrogateescape"))
    return st.lists(
        word.filter(lambda word: word and not word.startswith((AS_GZIP, "\ufeff"))),
        min_size=1,
        max_size=5,
        unique=True,
    )


SPLIT_AT = {"word2vec-binary": b" \n", "tsv": b"\t\n\r", "npz": b"\n", "safetensors": b"\n"}


@pytest.mark.parametrize("format", READ_AGAIN)
@given(data=st.data())
@settings(deadline=None, max_examples=60)
def test_any_words_and_numbers_are_read_again(tmp_path_factory, format, data):
    words = data.draw(lists_of_words(SPLIT_AT.get(format, b" \t\n\r\v\f")))
    dim = data.draw(st.integers(1, 4))
    bits = data.draw(arrays(np.uint32, (len(words), dim), elements=st.integers(0, 2**32 - 1)))
    vectors = np.where(np.isfinite(bits.view(np.float32)), bits, 7).astype(np.uint32)
    vectors = vectors.view(np.float32)
    file = tmp_path_factory.getbasetemp() / f"any-{format}"
    write_vectors(file, format, words, vectors)
    content = read_vectors(file)
    assert content.format == AS_READ[format]
    assert content.words == words
    assert same_bits(content.vectors, vectors)


@given(st.floats(allow_nan=False, allow_infinity=False, width=64, min_value=-3e38, max_value=3e38))
@example(0.1)
def test_float64_is_written_with_all_digits(number):
    stream = io.BytesIO()
    write_vectors(stream, "glove", ["a"], np.array([[number, 1.0]]))
    assert float(stream.getvalue().split()[1]) == number


@pytest.mark.parametrize(
    ("content", "format"),
    [
        ("2 3\nking 1 2 3 \nqueen 4 5 6 \n", "word2vec-text"),
        ("2 3\r\nking 1 2 3\r\nqueen 4 5 6\r\n", "word2vec-text"),
        ("\ufeff2 3\nking 1 2 3\nqueen 4 5 6", "word2vec-text"),
        (" 2  3 \nking  1   2 3\nqueen 4\t5 6\n\n\n", "word2vec-text"),
        ("king 1 2 3\nqueen 4 5 6\n", "glove"),
        ("king 1.0 2e0 +3\r\nqueen  4 5.  6 \r\n", "glove"),
        ("king\t1\t2\t3\nqueen\t4\t5\t6", "tsv"),
        ("\ufeffking 1 2 3\nqueen 4 5 6\n", "glove"),
        ("\ufeffking\t1\t2\t3\nqueen\t4\t5\t6\n", "tsv"),
        ("king\t1\t2\t3\r\nqueen\t4\t5\t6\r\n", "tsv"),
    ],
)
def test_text_as_others_write_it(tmp_path, content, format):
    file = tmp_path / "file"
    file.write_text(content, "utf-8", newline="")
    found = read_vectors(file)
    assert (found.format, found.words) == (format, ["king", "queen"])
    assert found.vectors.tolist() == [[1, 2, 3], [4, 5, 6]]


@pytest.mark.parametrize("header", ["", "4 2\n"])
def test_words_with_spaces_as_in_glove_are_kept(tmp_path, header):
    file = tmp_path / "file"
    file.write_text(f"{header}the 1 2\nat name@domain.com 3 4\n. . . 5 6\n1 2 7 8\n", "utf-8")
    found = read_vectors(file)
    assert found.words == ["the", "at name@domain.com", ". . .", "1 2"]
    assert found.vectors.tolist() == [[1, 2], [3, 4], [5, 6], [7, 8]]


@pytest.mark.parametrize("newline", [b"", b"\n"])
def test_binary_as_gensim_and_as_word2vec_c_write_it(tmp_path, newline):
    rows = [
        word.encode() + b" " + row.tobytes() for word, row in zip("ab", VECTORS[1:], strict=False)
    ]
    file = tmp_path / "file"
    file.write_bytes(b"2 5\n" + newline.join(rows) + newline)
    content = read_vectors(file)
    assert content.format == "word2vec-binary"
    assert content.words == ["a", "b"]
    assert same_bits(content.vectors, VECTORS[1:3])


def test_binary_across_many_blocks(tmp_path, monkeypatch):
    monkeypatch.setattr("w2v.vectors.formats.binary.CHUNK", 7)
    content = read_vectors(written(tmp_path, "word2vec-binary"))
    assert content.words == WORDS
    assert same_bits(content.vectors, VECTORS)


def test_npz_as_a_person_writes_it(tmp_path):
    words = [word for word in WORDS if word.isprintable()][:9]
    vectors = VECTORS[3 : 3 + len(words)].astype(np.float16)
    for save in (np.savez, np.savez_compressed):
        for array in (np.array(words), np.array([word.encode() for word in words])):
            save(tmp_path / "file.npz", vectors=np.asfortranarray(vectors), words=array)
            content = read_vectors(tmp_path / "file.npz")
            assert content.words == words
            assert same_bits(content.vectors, vectors.astype(np.float32))
            assert content.vectors.flags.c_contiguous


def test_big_endian_arrays_are_turned(tmp_path):
    np.savez(
        tmp_path / "file.npz",
        vectors=VECTORS.astype(">f4"),
        words=np.array(list("abcdefghijklmnopq")),
    )
    assert same_bits(read_vectors(tmp_path / "file.npz").vectors, VECTORS)


def test_the_npz_is_numpys_own(tmp_path):
    file = written(tmp_path, "npz")
    with np.load(file) as arrays_there:
        assert same_bits(arrays_there["vectors"], VECTORS)
        words = bytes(arrays_there["words"]).decode("utf-8", "surrogateescape").split("\n")
        assert words == WORDS


def test_without_safetensors_it_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "safetensors", None)
    file = tmp_path / "file"
    file.write_bytes((2).to_bytes(8, "little") + b"{}")
    with pytest.raises(FormatError, match=r"pip install 'w2v\[safetensors\]'$"):
        read_vectors(file)
    with pytest.raises(OutputError, match=r"pip install 'w2v\[safetensors\]'$"):
        write_vectors(tmp_path / "out", "safetensors", ["a"], VECTORS[:1])
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("packed", [False, True])
def test_progress_is_in_bytes_of_the_file(tmp_path, monkeypatch, packed):
    monkeypatch.setattr("w2v.vectors.formats.opening.BLOCK", 100)
    file = written(tmp_path, "word2vec-text", packed=packed)
    seen = []
    read_vectors(file, lambda n_read, n_bytes: seen.append((n_read, n_bytes)))
    n_bytes = file.stat().st_size
    assert {total for _, total in seen} == {n_bytes}
    assert [n_read for n_read, _ in seen] == sorted(n_read for n_read, _ in seen)
    assert seen[-1] == (n_bytes, n_bytes)
    assert len(seen) > 5


class TestWordsThatWouldNotLoadAgain:
    @pytest.mark.parametrize(
        ("format", "word", "message"),
        [
            ("word2vec-text", "New York", r"keep the word 'New York' of row 2: it holds a space"),
            ("word2vec-binary", "a b", r"holds a space; --to tsv or --to npz keeps it$"),
            ("glove", "a\tb", r"holds a tab; --to npz keeps it$"),
            ("fasttext-vec", "a\vb", r"holds a control character; --to tsv or --to npz keeps it$"),
            ("tsv", "a\tb", r"holds a tab; --to npz keeps it$"),
            ("projector", "a\tb", r"holds a tab; --to npz keeps it$"),
            ("tsv", "a\rb", r"holds a carriage return; --to npz keeps it$"),
            ("npz", "a\nb", r"'a\\nb' of row 2: it holds a line end; no format keeps such words"),
            ("npz", "", "it is empty; no format keeps"),
            ("tsv", "\ud800", "half of a surrogate pair; no format keeps"),
            ("safetensors", "x" * 65_537, "is longer than 65,536 bytes"),
            ("glove", b"\xff b".decode("utf-8", "surrogateescape"), r"the word '\\xff b' of row 2"),
        ],
    )  # fmt: skip
    def test_are_refused_with_the_remedy(self, tmp_path, format, word, message):
        with pytest.raises(OutputError, match=message):
            written(tmp_path, format, ["a", word], VECTORS[:2])
        assert list(tmp_path.iterdir()) == []

    def test_a_first_word_that_makes_the_file_look_like_gzip(self, tmp_path):
        for format in ("glove", "tsv"):
            with pytest.raises(OutputError, match=r"cannot begin with the word '\\x1f\\x8b\\x08a'"):
                written(tmp_path, format, [AS_GZIP + "a", "b"], VECTORS[:2])
            assert (
                len(read_vectors(written(tmp_path, format, ["b", AS_GZIP], VECTORS[:2])).words) == 2
            )

    def test_first_words_that_would_not_be_read_again(self, tmp_path):
        for format in ("glove", "tsv"):
            with pytest.raises(OutputError, match="its byte order mark would not be read again; "):
                written(tmp_path, format, ["\ufeffa", "b"], VECTORS[:2])
            assert (
                read_vectors(written(tmp_path, format, ["b", "\ufeff"], VECTORS[:2])).words[1]
                == "\ufeff"
            )
        with pytest.raises(OutputError, match="would be taken for one without words; --to word2ve"):
            written(tmp_path, "tsv", ["0.5", "1e-05", "a"], VECTORS[:3])

    @pytest.mark.parametrize("words", [["1", "2"], ["1984", "0.5"], ["0.5", "a"], ["3.14"]])
    def test_words_that_are_numbers(self, tmp_path, words):
        for format in ("glove", "tsv"):
            assert read_vectors(written(tmp_path, format, words, VECTORS[: len(words)])).words == (
                words
            )

    def test_are_counted(self, tmp_path):
        message = r"'b c' of row 2: .* and 1 more cannot be kept; --to tsv or --to npz keeps them"
        with pytest.raises(OutputError, match=message):
            written(tmp_path, "glove", ["a", "b c", "d e"], VECTORS[:3])

    def test_any_other_word_is_kept_by_all(self, tmp_path):
        words = [chr(code) for code in range(256) if chr(code) not in " \t\n\r\v\f"] + ["<pad>"]
        vectors = np.ones((len(words), 2), np.float32)
        for format in READ_AGAIN:
            if format != "safetensors":
                assert read_vectors(written(tmp_path, format, words, vectors)).words == words


def test_numbers_that_no_tool_could_use_are_refused(tmp_path):
    for bad in (np.nan, np.inf):
        with pytest.raises(
            OutputError, match=r"the vector of 'b' \(row 2\) holds a number that is"
        ):
            written(tmp_path, "npz", ["a", "b"], np.array([[1], [bad]], np.float32))
    with pytest.raises(
        OutputError, match=r"near row 1 is too large for float32.*--to npz keeps it"
    ):
        written(tmp_path, "glove", ["a"], np.array([[1e39]]))
    with pytest.raises(OutputError, match="there are no words to write as tsv"):
        written(tmp_path, "tsv", [], np.empty((0, 3)))
    with pytest.raises(OutputError, match="npz is not packed with gzip"):
        written(tmp_path, "npz", packed=True)
    assert list(tmp_path.iterdir()) == []


class TestProjector:
    def test_files(self, tmp_path):
        words, vectors = ["king", "New York"], np.array([[1, 0.1], [2, -0.5]], np.float32)
        write_vectors(tmp_path / "logs" / "here", "projector", words, vectors)
        there = {path.name: path.read_text("utf-8") for path in (tmp_path / "logs/here").iterdir()}
        assert there["vectors.tsv"] == "1\t0.100000001\n2\t-0.5\n"
        assert there["metadata.tsv"] == "king\nNew York\n"  # TensorBoard: one column, no header
        assert 'tensor_path: "vectors.tsv"' in there["projector_config.pbtxt"]
        assert 'metadata_path: "metadata.tsv"' in there["projector_config.pbtxt"]
        assert len(there) == 3

    def test_counts_are_a_column_and_want_a_header(self, tmp_path):
        write_vectors(tmp_path / "p", "projector", ["a", "b"], VECTORS[:2], np.array([9, 4]))
        assert (tmp_path / "p" / "metadata.tsv").read_text("utf-8") == "word\tcount\na\t9\nb\t4\n"


class TestWordVectors:
    def test_files_are_loaded(self, tmp_path):
        vectors = WordVectors.load(written(tmp_path, "word2vec-text"))
        assert list(vectors) == WORDS
        assert vectors.n_not_utf8 == N_NOT_UTF8
        assert vectors.vocabulary.n_tokens == 0
        assert vectors.output_vectors is None
        assert same_bits(vectors["王"], VECTORS[1])

    def test_what_an_archive_knows(self, tmp_path):
        counts = np.arange(len(WORDS), 0, -1)
        file = written(tmp_path, "npz", counts=counts, output_vectors=-VECTORS)
        vectors = WordVectors.load(file)
        assert vectors.vocabulary.counts.tolist() == counts.tolist()
        assert same_bits(vectors.output_vectors, -VECTORS)

    def test_a_damaged_file_is_a_format_error(self, tmp_path):
        (tmp_path / "file").write_text("3 2\na 1 2\n", "utf-8")
        with pytest.raises(FormatError, match=r"file \(word2vec-text\) declares 3 words"):
            WordVectors.load(tmp_path / "file")


def test_the_table_grows_with_what_is_read():
    rows = Rows(3)
    for n in range(200_000):
        rows.add(np.array([n, n, n], np.float32))
    table = rows.finish()
    assert table.shape == (200_000, 3)
    assert table[:, 1].tolist() == list(range(200_000))


@given(st.lists(st.sampled_from("abcdefgh"), max_size=6))
def test_duplicates_are_found(words):
    rows = find_duplicate(words)
    assert (rows is None) == (len(set(words)) == len(words))
    if rows is not None:
        first, second = rows
        assert first < second
        assert words[first] == words[second]
        assert first == words.index(words[first])


class TestGensim:
    """What gensim writes is read here, and the other way round: equal arrays, equal neighbours."""

    pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")  # gensim leaves files open
    OPTIONS = (
        ("word2vec-text", {}),
        ("word2vec-binary", {"binary": True}),
        ("glove", {"no_header": True}),
        ("fasttext-vec", {}),
    )

    @pytest.fixture
    def keyed_vectors(self):
        return pytest.importorskip("gensim.models").KeyedVectors

    @pytest.mark.parametrize("packed", [False, True])
    @pytest.mark.parametrize(("format", "options"), OPTIONS)
    def test_loads_what_is_exported(self, tmp_path, keyed_vectors, format, options, packed):
        file = written(tmp_path, format, packed=packed)
        theirs = keyed_vectors.load_word2vec_format(
            str(file), unicode_errors="surrogateescape", **options
        )
        assert theirs.index_to_key == WORDS
        assert same_bits(theirs.vectors, VECTORS)

    @pytest.mark.parametrize("packed", [False, True])
    @pytest.mark.parametrize(("format", "options"), OPTIONS[:3])
    def test_writes_what_is_loaded(self, tmp_path, keyed_vectors, format, options, packed):
        words = [
            word
            for word in WORDS
            if word.encode("utf-8", "replace") == word.encode("utf-8", "ignore")
        ]
        theirs = keyed_vectors(5)
        theirs.add_vectors(words, VECTORS[: len(words)])
        file = tmp_path / ("file.gz" if packed else "file")
        theirs.save_word2vec_format(
            str(file), binary="binary" in options, write_header="no_header" not in options
        )
        ours = read_vectors(file)
        assert (ours.format, ours.words) == (format, words)
        assert same_bits(ours.vectors, VECTORS[: len(words)])

    @pytest.mark.parametrize(("format", "options"), OPTIONS)
    def test_has_the_same_neighbours(self, tmp_path, keyed_vectors, format, options):
        rng = np.random.default_rng(8)
        words = [f"w{i}" for i in range(60)]
        file = written(tmp_path, format, words, rng.normal(size=(60, 8)).astype(np.float32))
        theirs = keyed_vectors.load_word2vec_format(str(file), **options)
        ours = WordVectors.load(file)
        for word in words[:20]:
            there = theirs.most_similar(word, topn=10)
            here = ours.most_similar(word, topn=10)
            assert [w for w, _ in here] == [w for w, _ in there]
            assert [c for _, c in here] == pytest.approx([c for _, c in there], abs=1e-6)
