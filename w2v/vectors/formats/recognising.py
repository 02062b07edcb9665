"""Tell the format of a file of vectors from its content alone, or say what it is instead."""

from __future__ import annotations

import re
from pathlib import Path

from w2v.vectors.formats.contract import (
    BINARY,
    COMPONENT,
    GLOVE,
    GZIP_MAGIC,
    HEADER,
    MAX_WORD,
    NPZ,
    SAFETENSORS,
    TEXT,
    TSV,
)
from w2v.vectors.formats.opening import Source, open_source

HEAD = 2 * MAX_WORD  # bytes of the begin that are looked at: a word and some numbers
NUMBER = re.compile(
    rb"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?(nan|inf|infinity)", re.IGNORECASE
)
CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x7f]")  # stand in no text
DIGITS = [bytes([letter]) for letter in b"0123456789.-e"]

KNOWN = "word2vec-text, word2vec-binary, glove, tsv, npz and safetensors are read"
# What begins otherwise than any file of vectors: (its first bytes, what it is and what to do)
STRANGERS = (
    (
        b"\x93NUMPY",
        "is an array without words; give the run folder that it is in, or an .npz with the arrays "
        "`vectors` and `words`",
    ),
    (
        (793712314).to_bytes(4, "little"),
        "is a fastText model; give the .vec file that fastText writes beside it",
    ),
    (b"\x89HDF\r\n\x1a\n", f"is an HDF5 file, which is not read; {KNOWN}"),
    (b"BZh91AY&SY", "is packed with bzip2; unpack it first (bunzip2)"),
    (b"\xfd7zXZ\x00", "is packed with xz; unpack it first (unxz)"),
    (b"\x28\xb5\x2f\xfd", "is packed with zstd; unpack it first (unzstd)"),
    (GZIP_MAGIC, "is packed twice; unpack it once (gunzip)"),
    (b"PK\x05\x06", "is a zip archive with nothing in it"),
)
PICKLE = re.compile(rb"\x80[\x02-\x05]")


def recognise(path: str | Path) -> str:
    """Return the name of a file's format, from its content alone.

    Returns
    -------
    str
        One of the names in `FORMATS`; `word2vec-text` for what fastText writes too.

    Raises
    ------
    FormatError
        If it is in none of them; with what it is, where that is known, and what to do.
    """
    with open_source(path) as source:
        return recognise_source(source)


def recognise_source(source: Source) -> str:
    """As `recognise`, for an open file, which is at its begin before and after."""
    head = source.head(HEAD)
    if not head:
        raise source.error("is empty; it holds no vectors")
    if header := HEADER.match(head):
        return TEXT if _is_text(head[header.end() :], int(header[2])) else BINARY
    line, end, _ = head.partition(b"\n")
    line = (
        line.rstrip()
        if end or len(head) < HEAD
        else line[: max(line.rfind(b" "), line.rfind(b"\t"))]
    )
    # Rows come before what only begins alike: the first word may be any bytes.
    if format := _rows_without_header(line, share=1):
        if re.fullmatch(rb".*[ \t]\d+", line) and len(line.split()) == 2:
            raise source.error(
                "is a list of words and counts, without vectors; give the run folder or the file "
                "that holds the vectors"
            )
        if format == TSV and _is_projector(head):
            raise source.error(
                "is a projector's vectors.tsv, which holds no words; give the run or the file that "
                "it was made from"
            )
        return format
    for magic, what in STRANGERS:
        if head.startswith(magic):
            raise source.error(what)
    if PICKLE.match(head):
        raise source.error(
            "is a pickle, which can run code and is never opened; "
            "if it is gensim's, load it there and call save_word2vec_format"
        )
    if head.startswith(b"PK\x03\x04"):
        return NPZ
    # A length in 8 bytes, of which only four can be in use, then JSON.
    if head[8:9] == b"{" and int.from_bytes(head[:8], "little") < 1 << 32:
        return SAFETENSORS
    # A damaged number or two do not make it another file.
    if not CONTROL.search(line) and (format := _rows_without_header(line, share=0.6)):
        return format
    raise source.error(_what_it_is(source, is_text=not CONTROL.search(head)))


def _rows_without_header(line: bytes, share: float) -> str:
    """Return tsv or glove if at least a share of the fields after the first are numbers, or ""."""
    for format, separator in ((TSV, b"\t"), (GLOVE, None)):
        fields = line.split(separator)[1:]
        n_numbers = sum(NUMBER.fullmatch(field.strip()) is not None for field in fields)
        if fields and n_numbers >= max(1, share * len(fields)):
            return format
    return ""


def _is_projector(head: bytes) -> bool:
    """Tell whether the first two lines begin with a number as vectors have it, not with a word."""
    lines = head.split(b"\n", 2)[:2]
    return len(lines) == 2 and all(COMPONENT.fullmatch(line.split(b"\t")[0]) for line in lines)


def _what_it_is(source: Source, *, is_text: bool) -> str:
    """Say what a file is that holds no vectors."""
    if not is_text:
        return f"is in no format of vectors that w2v knows; {KNOWN}"
    path = source.path
    if path.suffix in (".yaml", ".yml"):
        return f"is no file of vectors; to train with a config: w2v train {path}"
    return (
        "is text, but no vectors (`word number number` in each line); to train on it: "
        f"w2v train --corpus {path}"
    )


def _is_text(rows: bytes, dim: int) -> bool:
    """Tell numbers that are written out from float32, by the first row after a header."""
    line = rows.lstrip(b"\r\n").split(b"\n", 1)[0]
    fields = line.rsplit(None, dim) if dim <= len(line) else []
    if not rows.strip() or (len(fields) == dim + 1 and all(map(NUMBER.fullmatch, fields[1:]))):
        return True
    # Nor are fewer or more numbers than the header declares a sign of float32.
    numbers_there = line.split()[1:]
    if numbers_there and all(map(NUMBER.fullmatch, numbers_there)) and not CONTROL.search(rows):
        return True
    # Damaged or cut text is still text: mostly digits, where float32 are bytes of every kind.
    numbers = line[line.find(b" ") + 1 :][: max(4 * dim, 256)]
    if CONTROL.search(numbers) or len(numbers) < 8:
        return False
    return sum(map(numbers.count, DIGITS)) >= 0.75 * len(b"".join(numbers.split()))
