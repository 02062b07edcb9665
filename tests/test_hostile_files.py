"""Vector files that are damaged or made to do harm: one sentence, little memory, no pickle run.

Whatever the bytes are, `read_vectors` gives a FormatError of one line, or sound vectors.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import pickle
import tracemalloc
import zipfile

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from w2v.errors import FormatError
from w2v.vectors.formats import FORMATS, read_vectors, recognise, write_vectors

WORDS = ["king", "여왕", b"\xff".decode("utf-8", "surrogateescape"), "d", "</s>"]
ROWS = np.random.default_rng(6).normal(0, 0.3, (5, 4)).astype(np.float32)
READ_AGAIN = [name for name in FORMATS if name != "projector"]
HEADERLESS = ("glove", "tsv")
MEGABYTE = 1 << 20
PLENTY = 40 * MEGABYTE  # far more than any file here can justify, far less than they declare


def good(format, words=WORDS, rows=ROWS, **more):
    """The bytes of a file with nothing wrong."""
    stream = io.BytesIO()
    write_vectors(stream, format, words, rows, **more)
    return stream.getvalue()


@pytest.fixture(autouse=True)
def _safetensors(request):
    if "safetensors" in request.node.name:
        pytest.importorskip("safetensors")


def read(folder, content):
    file = folder / "file"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_vectors(file)


def refused(folder, content):
    """Read a file that must be refused; return the sentence without the path."""
    with pytest.raises(FormatError) as caught:
        read(folder, content)
    sentence = str(caught.value)
    assert sentence.startswith(f"{folder / 'file'} ")
    assert len(sentence.splitlines()) == 1
    return sentence.removeprefix(f"{folder / 'file'} ")


def holds_together(content):
    """Check what must be true of anything that was read."""
    n_words = len(content.words)
    assert n_words == len(set(content.words)) > 0
    assert all(content.words)
    assert content.vectors.shape[0] == n_words
    assert content.vectors.ndim == 2
    assert content.vectors.dtype in (np.float32, np.float64)
    assert np.isfinite(content.vectors).all()
    if content.counts is not None:
        assert content.counts.shape == (n_words,)


def survives(folder, content):
    """Read a file that may be refused; return what was read or None."""
    sentence = ""
    try:
        found = read(folder, content)
    except FormatError as error:
        found, sentence = None, str(error)
    assert len(sentence.splitlines()) == (found is None)
    if found is not None:
        holds_together(found)
    return found


# -- truncation and damage anywhere


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("format", READ_AGAIN)
def test_cut_short_anywhere(tmp_path, format, packed):
    content = good(format)
    if packed:
        content = gzip.compress(content)
    for n_bytes in range(len(content)):
        found = survives(tmp_path, content[:n_bytes])
        if found is None:
            continue
        # Only two cuts cannot be seen: at a line's end where nothing says how many there are, and
        # inside the last number, whose end nothing marks.
        assert not packed
        assert format in (*HEADERLESS, "word2vec-text", "fasttext-vec", "word2vec-binary")
        if format == "word2vec-binary":
            assert n_bytes == len(content) - 1  # the newline after the last row
        elif format not in HEADERLESS:
            assert found.words == WORDS
            assert (found.vectors.ravel()[:-1] == ROWS.ravel()[:-1]).all()
        else:
            assert found.words == WORDS[: len(found.words)]


@pytest.mark.parametrize("format", READ_AGAIN)
@given(data=st.data())
@settings(deadline=None, max_examples=60)
def test_changed_bytes(tmp_path_factory, format, data):
    content = bytearray(good(format, counts=np.arange(5), output_vectors=ROWS))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at] = data.draw(st.integers(0, 255))
    survives(tmp_path_factory.getbasetemp(), bytes(content))


@given(
    st.sampled_from(
        [
            b"",
            b"2 2\n",
            b"-1 2\n",
            b"PK\x03\x04",
            b"\x1f\x8b\x08",
            b"\x93NUMPY\x01\x00",
            b"a 1 2\n",
            b"a\t1\n",
            b"\x10\0\0\0\0\0\0\0{",
            b"\x80\x04",
        ]
    ),
    st.binary(max_size=60),
)
@example(b"2 2\n", b"\n\n")
@example(b"", b"0 0")
@settings(deadline=None, max_examples=120)
def test_any_bytes(tmp_path_factory, begin, rest):
    survives(tmp_path_factory.getbasetemp(), begin + rest)


# -- what each mistake is called


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("10 2\na 1 2\nb 3 4\n", "(word2vec-text) declares 10 words but holds 2: it was cut short"),
        ("1 2\na 1 2\nb 3 4\n", "declares 1 words but holds more: line 3 is another"),
        ("2 2\na 1 2\nb 3\n", "line 3 is not a word and 2 numbers: 'b 3'"),
        ("2 2\na 1 2\nb 3 4 5\n", ""),
        ("2 2\na 1 2\nb 3 x\n", "line 3 is not a word and 2 numbers: 'b 3 x'"),
        ("2 2\na 1 2\nb 3 -", "line 3 is not a word and 2 numbers: 'b 3 -' and has no end"),
        ("2 2\na 1 2\n 3 4\n", "line 3 is not a word and 2 numbers: ' 3 4'"),
        ("2 2\na 1 2\n\nb 3 4\n", "is damaged: line 3 is blank, and others follow"),
        ("2 2\na 1 2\nb nan 4\n", "row 2 ('b') holds a number that is NaN, infinite or too large"),
        ("2 2\na 1 -inf\nb 3 4\n", "row 1 ('a') holds a number that is NaN, infinite or too large"),
        ("2 2\na 1 1e39\nb 3 4\n", "row 1 ('a') holds a number that is NaN, infinite or too large"),
        ("3 1\na 1\nb 3\na 4\n", "has the word 'a' twice, in rows 1 and 3"),
        (b"2 1\n\xff 1\n\xff 3\n", r"has the word '\xff' twice, in rows 1 and 2"),
        ("-5 2\na 1 2\n", "declares -5 words of 2 numbers; both must be at least 1"),
        ("5 -2\na 1 2\n", "declares 5 words of -2 numbers; both must be at least 1"),
        ("1000000000000 300\na 1 2 3\n", "(word2vec-text) line 2 is not a word and 300 numbers"),
        ("2 3\na 1\nb 2\n", "(word2vec-text) line 2 is not a word and 3 numbers: 'a 1'"),
        ("0.5\t-1\n-2.5e-05\t3\n", "is a projector's vectors.tsv, which holds no words; give the"),
        ("1e-05\t0\t0\n0.25\t0\t0\n", "is a projector's vectors.tsv"),
        ("0 2\n", "declares 0 words of 2 numbers"),
        ("5 0\na\n", "declares 5 words of 0 numbers"),
        ("5 99999999999\na 1 2\n", "declares 99,999,999,999 numbers for each word; more than"),
        ("99999999999999999999999 2\na 1 2\n", "words but holds 1: it was cut short"),
        ("5 10", "declares 5 words but holds 0: it was cut short"),
        ("a 1 2\nb 3\n", "(glove) line 2 is not a word and 2 numbers: 'b 3'"),
        ("a 1 2 z 4\nb 3 4 5 6\n", "(glove) line 1 is not a word and 4 numbers"),
        ("a\t1\t2\nb\t3\n", r"(tsv) line 2 is not a word and 2 numbers: 'b\t3'"),
        ("a 0x1p3 0.5 1\n", "(glove) line 1 is not"),
        ("a 1 2\n" + "\n" * 1100, "(glove) is damaged: from line 2 on, lines are blank"),
    ],
)  # fmt: skip
def test_text(tmp_path, content, message):
    if message:
        assert message in refused(tmp_path, content)
    else:  # `b 3` is a word with a space, as GloVe has them
        assert read(tmp_path, content).words == ["a", "b 3"]


def row(word, numbers=(1, 2)):
    return word + b" " + np.array(numbers, "<f4").tobytes()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"3 2\n" + row(b"king") + row(b"man"), "(word2vec-binary) is cut short in word 3 of 3"),
        (b"2 2\n" + row(b"king") + row(b"man")[:-1], "is cut short in word 2 of 2 ('man')"),
        (b"2 2\n" + row(b"king") + b"ma", "is cut short in word 2 of 2 ('ma')"),
        (b"2 2\n" + row(b"king") + b"\xff ", r"is cut short in word 2 of 2 ('\xff')"),
        (b"1 2\n" + row(b"king") + row(b"man"), "declares 1 words but holds more"),
        (b"2 2\n" + row(b"king") + row(b""), "is damaged: word 2 is empty"),
        (b"2 2\n" + row(b"king") + row(b"m\nn"), "is damaged: word 2 holds a line end"),
        (b"2 2\n" + row(b"king") + b"x" * 70_000, "word 2 has no end within 65,536 bytes"),
        (b"2 2\n" + row(b"king") + row(b"man", (0, np.nan)), "row 2 ('man') holds a number that"),
        (b"2 2\n" + row(b"king") + row(b"king"), "has the word 'king' twice, in rows 1 and 2"),
        (b"-2 2\n" + row(b"king"), "declares -2 words of 2 numbers"),
        (b"2 1048577\n" + row(b"king"), "declares 1,048,577 numbers for each word; more than"),
        (b"2 1048576\n" + row(b"king"), "is cut short in word 1 of 2 ('king')"),
        (b"999999999999 300\n" + row(b"a", range(300)), "is cut short in word 2 of 999,999,999,"),
    ],
)  # fmt: skip
def test_binary(tmp_path, content, message):
    assert message in refused(tmp_path, content)


# -- npz


def npy(array):
    stream = io.BytesIO()
    np.lib.format.write_array(stream, array, allow_pickle=True)
    return stream.getvalue()


def header(descr="<f4", shape="(5, 4)", order="False"):
    text = f"{{'descr': {descr!r}, 'fortran_order': {order}, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


def npz(compression=zipfile.ZIP_STORED, **members):
    """The bytes of an npz file in which some arrays are other than they should be."""
    stream = io.BytesIO()
    there = {"vectors": npy(ROWS), "words": npy(np.array(list("abcde")))} | members
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, content in there.items():
            if content is not None:
                archive.writestr(f"{name}.npy", content)
    return stream.getvalue()


class Bomb:
    """Whoever unpickles it makes a file."""

    def __reduce__(self):
        return open, ("unpickled", "w")


def test_an_npz_that_is_good(tmp_path):
    assert read(tmp_path, npz()).words == list("abcde")


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"vectors": None}, "(npz) is a zip without the arrays `vectors` and `words`; it "),
        ({"words": None}, "(npz) is a zip without the arrays `vectors` and `words`"),
        ({"vectors": npy(np.array([{}, Bomb()]))}, "has pickled objects in `vectors`, which can"),
        ({"words": npy(np.array(["a", Bomb()]))}, "has pickled objects in `words`"),
        ({"vectors": header(shape="(5, 400000000000)")}, "declares shape (5, 400000000000)"),
        ({"vectors": header(shape="(99999999999999999, 99999999999999999)")}, "declares shape"),
        ({"vectors": header(shape="(-5, -4)") + ROWS.tobytes()}, "has no plain array in `vectors`"),
        ({"vectors": header() + ROWS.tobytes()[:-1]}, "80 bytes, but holds 79"),
        ({"vectors": header() + ROWS.tobytes() + b"1"}, "80 bytes, but holds 81"),
        ({"vectors": header(descr="<U0", shape="(99999999999,)")}, "has no plain array"),
        ({"vectors": header(descr="<f3")}, "has no plain array in `vectors`"),
        ({"vectors": header(descr="<c8", shape="(5, 2)")}, "has no plain array in `vectors`"),
        ({"vectors": b"\x93NUMPY\x02\x00\xff\xff\xff\xff"}, "a header of 4,294,967,295 bytes"),
        ({"vectors": b"\x93NUMPY\x01\x00\x99\x00" + b"(" * 153}, "has no plain array"),
        ({"vectors": b""}, "is damaged or cut short"),
        ({"vectors": b"\x93NUMPY\x07\x00\x02\x00{}"}, "is damaged"),
        ({"vectors": npy(np.ones((5, 4), int))}, "has `vectors` of int64 and shape (5, 4)"),
        ({"vectors": npy(np.ones(5))}, "has `vectors` of float64 and shape (5,)"),
        ({"vectors": npy(np.ones((5, 0)))}, "has no numbers in `vectors`: its shape is (5, 0)"),
        ({"vectors": npy(np.ones((4, 4)))}, "has 5 words but 4 rows of vectors"),
        ({"vectors": npy(np.full((5, 4), np.inf))}, "row 1 ('a') holds a number that is NaN"),
        ({"output_vectors": npy(ROWS * np.nan)}, "row 1 of output_vectors ('a') holds a number"),
        ({"output_vectors": npy(ROWS[:, 1:])}, "has `output_vectors` of shape (5, 3)"),
        ({"words": npy(np.array(list("abcda")))}, "has the word 'a' twice, in rows 1 and 5"),
        ({"words": npy(np.array(["a", "", "c", "d", "e"]))}, "is damaged: word 2 is empty"),
        ({"words": npy(np.zeros(0, np.uint8))}, "has 0 words but 5 rows of vectors"),
        ({"words": npy(np.arange(5))}, "has `words` of int64 and shape (5,)"),
        ({"words": header("<U1", "(5,)") + b"\xff" * 20}, "is damaged"),
        ({"words": header("<U1", "(5,)") + b"\0\xd8\0\0" * 5}, "`words` holds half of a surrogate"),
        ({"counts": npy(np.ones(5))}, "has `counts` of float64 and shape (5,)"),
        ({"counts": npy(np.arange(4))}, "has `counts` of int64 and shape (4,)"),
        ({"counts": npy(np.arange(5) - 1)}, "a count is negative or too large"),
        ({"counts": npy(np.full(5, 2**63, np.uint64))}, "a count is negative or too large"),
    ],
)  # fmt: skip
def test_npz(tmp_path, monkeypatch, members, message):
    monkeypatch.chdir(tmp_path)
    assert message in refused(tmp_path, npz(**members))
    assert not (tmp_path / "unpickled").exists()


def test_a_zip_bomb(tmp_path):
    bomb = npz(zipfile.ZIP_DEFLATED, vectors=header(shape="(5, 3000000)") + bytes(60_000_000))
    assert len(bomb) < 100_000
    message = refused(tmp_path, bomb)
    assert "declares 60,000,128 bytes for `vectors`, more than" in message
    twice = gzip.compress(bomb)
    assert len(twice) < 2_000
    message = refused(tmp_path, twice)
    assert "(npz, gzip) declares 60,000,128 bytes for `vectors`, more than" in message


def test_a_zip_that_lies_about_a_size(tmp_path):
    """Both sizes in the directory are 4 GB; the file has 2 kB."""
    content = bytearray(npz())
    at = content.rfind(b"PK\x01\x02", 0, content.rfind(b"PK\x01\x02"))
    for field in (20, 24):
        content[at + field : at + field + 4] = b"\xf0\xff\xff\xff"
    assert "declares 4,294,967,280 bytes for `vectors`" in refused(tmp_path, bytes(content))


def test_zips_that_numpy_does_not_write(tmp_path):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a\nb", "")
    assert refused(tmp_path, stream.getvalue()).endswith(
        r"is a zip archive, of 'a\nb'; unpack it first (unzip)"
    )
    assert "packed as NumPy does not" in refused(tmp_path, npz(zipfile.ZIP_LZMA))
    encrypted = bytearray(npz())
    encrypted[encrypted.find(b"PK\x01\x02") + 8] |= 1
    assert "is damaged or cut short" in refused(tmp_path, bytes(encrypted))


# -- safetensors


def tensors(head, data=b""):
    text = head if isinstance(head, bytes) else json.dumps(head).encode()
    return len(text).to_bytes(8, "little") + text + data


def tensor(dtype, shape, begin, end):
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


WORD_BYTES = b"a\nb\nc\nd\ne"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (tensors({}), "(safetensors) has no `vectors`; it takes `vectors` and `words`"),
        (tensors({"words": tensor("U8", [9], 0, 9)}, WORD_BYTES), "has no `vectors`"),
        (tensors({"vectors": tensor("F32", [1, 1], 0, 4)}, b"abcd"), "has no `words`"),
        (tensors({"vectors": tensor("BF16", [1, 2], 0, 4)}, b"abcd"), "has `vectors` of BF16"),
        (tensors({"vectors": tensor("F32", [9, 9], 0, 4)}, b"abcd"), "is damaged or cut short"),
        (tensors({"vectors": tensor("F32", [2**40, 2**40], 0, 4)}, b"abcd"), "is damaged"),
        (tensors({"vectors": tensor("F32", [1, 1], 0, 4)}, b"abc"), "is damaged or cut short"),
        (tensors({"vectors": tensor("F32", [-1, -1], 0, 4)}, b"abcd"), "is damaged or cut short"),
        (tensors({"vectors": {}}), "is damaged or cut short"),
        (tensors(b"{" * 5000), "is damaged or cut short"),
        (b"\xff\xff\xff\x7f\0\0\0\0{}", "is damaged or cut short"),
        (
            tensors(
                {"vectors": tensor("F32", [2, 1], 0, 8), "words": tensor("U8", [3], 8, 11)},
                np.array([1, np.nan], np.float32).tobytes() + b"a\nb",
            ),
            "row 2 ('b') holds a number that is NaN",
        ),
    ],
)  # fmt: skip
def test_safetensors(tmp_path, content, message):
    assert message in refused(tmp_path, content)


# -- gzip


def test_packed_files(tmp_path):
    large = gzip.compress(good("glove", list(map(str, range(500))), np.ones((500, 2000))))
    packed = gzip.compress(good("glove"))
    assert refused(tmp_path, large[:-1]).startswith("(glove, gzip) is cut short: the packed data")
    assert "is cut short: the packed data" in refused(tmp_path, packed[:30])
    assert "is damaged" in refused(tmp_path, packed[:40] + b"!!!!" + packed[44:])
    assert "(gzip) is packed twice" in refused(tmp_path, gzip.compress(packed))
    assert "(gzip) is empty" in refused(tmp_path, gzip.compress(b""))
    assert "is damaged" in refused(tmp_path, packed + b"more")


@pytest.mark.parametrize(
    "content",
    [
        b"90000000 2\n" + b"".join(b"%d 0 0\n" % i for i in range(20)) + b" " * 9 * MEGABYTE,
        b"90000000 300\n" + (b"a " + bytes(1200)) * 8000,
        (b"a" + b" 0" * 500 + b"\n") * 9000,
        good("npz", ["a"], np.zeros((1, 2_500_000), np.float32)),
    ],
    ids=["a line", "binary", "glove", "npz"],
)
def test_a_gzip_bomb(tmp_path, monkeypatch, content):
    monkeypatch.setattr("w2v.vectors.formats.opening.SLACK", MEGABYTE)
    packed = gzip.compress(content, 9)
    assert len(content) > 400 * len(packed)
    with memory_below(0.6 * PLENTY):
        message = refused(tmp_path, packed)
    assert "unpacks to more than 200 times its size" in message or "has a line of more" in message


# -- memory


class memory_below:
    """See that a block of code never holds more than so many bytes."""

    def __init__(self, n_bytes):
        self.n_bytes = n_bytes

    def __enter__(self):
        tracemalloc.start()

    def __exit__(self, *error):
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < self.n_bytes


@pytest.mark.parametrize(
    "content",
    [
        b"1000000000 1000\na 1 2\n",
        b"1000000000 1000000\n" + row(b"a"),
        b"1000000000 1000000\na " + b"1 " * 1000,
        npz(vectors=header(shape="(1000000, 100000)")),
        npz(words=header("<U999999", "(1000000,)")),
        b"x" * 30 * MEGABYTE,
        b"2 3\n" + b"x" * 30 * MEGABYTE,
        b"2 3\na 1 2 " + b"1" * 30 * MEGABYTE,
        b"2 3\nking " + bytes(12) + b"x" * 30 * MEGABYTE,
    ],
    ids=["text", "binary", "row", "npz", "words", "no line", "no word", "no number", "no space"],
)
def test_memory_is_not_taken_by_what_is_declared(tmp_path, content):
    with memory_below(PLENTY if len(content) < MEGABYTE else PLENTY / 2):
        refused(tmp_path, content)


@pytest.mark.parametrize("format", ["word2vec-text", "word2vec-binary", "npz"])
def test_loading_takes_little_more_than_the_array(tmp_path, format):
    rows = np.random.default_rng(9).normal(size=(8000, 300)).astype(np.float32)
    file = tmp_path / "file"
    write_vectors(file, format, [f"왕{number}" for number in range(len(rows))], rows)
    read_vectors(file)  # what is imported and cached the first time is no part of the vectors
    # While a table grows in place, NumPy from 2.5 on reports it twice, though its pages only move.
    n_times = 2.2 if np.lib.NumpyVersion(np.__version__) >= "2.5.0" else 1.3
    with memory_below(n_times * rows.nbytes):
        read_vectors(file)


# -- files of another kind


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty; it holds no vectors"),
        (pickle.dumps({"a": Bomb()}), "is a pickle, which can run code and is never opened; if it"),
        (pickle.dumps(Bomb(), 2), "call save_word2vec_format"),
        (b"\xba\x16\x4f\x2f\x0c\0\0\0", "is a fastText model; give the .vec file"),
        (npy(ROWS), "is an array without words; give the run folder that it is in, or an .npz"),
        (npy(np.array([Bomb()])), "is an array without words"),
        (b"\x89HDF\r\n\x1a\n\0\0", "is an HDF5 file, which is not read; word2vec-text, word2vec-b"),
        (b"BZh91AY&SY\0", "is packed with bzip2; unpack it first (bunzip2)"),
        (b"\xfd7zXZ\x00\0", "is packed with xz"),
        (b"\x28\xb5\x2f\xfd\0", "is packed with zstd"),
        (b"PK\x05\x06" + bytes(18), "is a zip archive with nothing in it"),
        ("It was the best of times,\nit was", "is text, but no vectors (`word number number` in"),
        ("word\n", "is text, but no vectors"),
        ("name: run\n\ncorpus:\n", "is text, but no vectors"),
        ("the\t36\nand\t17\n", "is a list of words and counts, without vectors; give the run"),
        ("the 36\nand 17\n", "is a list of words and counts"),
        ("love\tsex\t6.77\n", "is text, but no vectors"),
        (b"\x7fELF\x02\x01\x01" + bytes(9), "is in no format of vectors that w2v knows; word2vec-"),
        (bytes(1000), "is in no format of vectors that w2v knows"),
    ],
)  # fmt: skip
def test_other_files(tmp_path, monkeypatch, content, message):
    monkeypatch.chdir(tmp_path)
    assert message in refused(tmp_path, content)
    assert not (tmp_path / "unpickled").exists()


def test_a_pytorch_file(tmp_path):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps(Bomb()))
    assert "is a PyTorch file, which can run code" in refused(tmp_path, stream.getvalue())


def test_a_config_is_named(tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text("name: run\n", "utf-8")
    with pytest.raises(FormatError, match=f"to train with a config: w2v train {file}$"):
        read_vectors(file)


def test_what_is_no_file(tmp_path):
    with pytest.raises(FormatError, match="is a folder, not a file of vectors"):
        read_vectors(tmp_path)
    with pytest.raises(FormatError, match=r"cannot be read: No such file"):
        recognise(tmp_path / "nothing")
    with pytest.raises(FormatError, match="cannot be read"):
        recognise("a\0b")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(
            FormatError, match="is no ordinary file; write the vectors to one first"
        ):
            recognise(tmp_path / "pipe")


@pytest.mark.parametrize("format", ["glove", "word2vec-binary"])
def test_a_few_rows_over_and_over_are_not_read_to_their_end(tmp_path, monkeypatch, format):
    for module in ("text", "binary"):
        monkeypatch.setattr(f"w2v.vectors.formats.{module}.EARLY", 6)
    row = b"a 1 2\n" if format == "glove" else b"a \0\0\x80?\0\0\x80?"
    header = b"" if format == "glove" else b"9 2\n"
    content = header + row * 7 + b"damaged"
    assert refused(tmp_path, content).endswith("has the word 'a' twice, in rows 1 and 2")
    rows = b"".join(row.replace(b"a", b"%c" % (97 + n), 1) for n in range(7))
    assert "twice" not in refused(tmp_path, header + rows + b"damaged")
