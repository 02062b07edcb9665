"""Target `vectors`: files of every format, changed, and read again by other code."""

from __future__ import annotations

import gzip
import io
import json
import random
import struct
import zipfile
from pathlib import Path

import numpy as np

from fuzzing.cases import Case, Outcome, Place, Target
from fuzzing.mutations import mutated
from fuzzing.rereading import reread

WORDS = ["king", "여왕", b"\xff".decode("utf-8", "surrogateescape"), "d", "</s>", "n'est", "中文"]
SIZES = ((5, 4), (7, 1), (7, 30))
HUGE = (2**31, 2**40, 2**62, -1)
N_BOMB = 1 << 28  # bytes that a bomb unpacks to
MAGIC = (
    b"\x93NUMPY\x01\x00", b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b\x08", b"\x80\x04\x95",
    b"BZh91AY&SY",
    b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd", b"\x89HDF\r\n\x1a\n", b"\xba\x16\x4f\x2f", b"%PDF-1.4",
    b"SQLite format 3\0",
)  # fmt: skip


def prepare(shared: Path) -> None:
    """Write good files of each format."""
    from w2v.vectors.formats import FORMATS, write_vectors

    rng = np.random.default_rng(6)
    for format in FORMATS:
        for n_words, dim in SIZES:
            rows = rng.normal(0, 0.3, (n_words, dim))
            wide = format in ("npz", "safetensors") and dim == 1
            stem = shared / f"{format}-{dim}"
            if format == "projector":
                continue
            stream = io.BytesIO()
            more = {"counts": np.arange(n_words), "output_vectors": rows.astype("f4")}
            try:
                write_vectors(
                    stream, format, WORDS[:n_words], rows.astype("f8" if wide else "f4"),
                    **(more if format in ("npz", "safetensors") and not wide else {}),
                )  # fmt: skip
            except Exception as error:  # the package safetensors is not there
                if format != "safetensors":
                    raise
                print(f"safetensors is left out: {error}")
                break
            stem.write_bytes(stream.getvalue())


def make(rng: random.Random, number: int, place: Place) -> Case:
    """Change a good file, or make a bad one; ask it and export it."""
    from w2v.vectors.formats import FORMATS

    file = place.inside / rng.choice(["vectors", "v.txt", "v.bin", "v.npz", "v.vec", "v.gz"])
    kind = rng.choice(["changed"] * 12 + ["two", "packed", "made", "magic", "projector"])
    good = sorted(place.shared.iterdir())
    content = rng.choice(good).read_bytes()
    if kind == "projector":
        folder = place.inside / "projector"
        folder.mkdir()
        (folder / "vectors.tsv").write_bytes(mutated(rng, b"0.5\t0.25\n0.125\t1.5\n"))
        (folder / "metadata.tsv").write_bytes(mutated(rng, b"king\nqueen\n"))
        file = rng.choice([folder, folder / "vectors.tsv", folder / "metadata.tsv"])
    else:
        if kind == "changed":
            content = mutated(rng, content)
        elif kind == "two":
            content += mutated(rng, rng.choice(good).read_bytes())
        elif kind == "packed":
            content = mutated(rng, gzip.compress(rng.choice([content, gzip.compress(content)])))
        elif kind == "made":
            content = rng.choice(MADE)(rng)
        else:
            content = rng.choice(MAGIC) + mutated(rng, content)
        file.write_bytes(content)
    name = str(file.relative_to(place.inside))
    again = rng.choice(list(FORMATS))
    return Case(
        [
            ["export", name, "--to", "npz", "--out", "../out/again.npz"],
            ["similar", name, "king", "--json"],
            ["export", name, "--to", again, "--out", f"../out/again.{again}"],
        ],
        notes={"file": name},
    )


def _long_header(rng: random.Random) -> bytes:
    """Declare more than there is, in the header of word2vec."""
    sizes = [str(rng.choice([*HUGE, 3, 0, 10**40])).encode() for _ in range(2)]
    return (
        b" ".join(sizes) + b"\n" + rng.choice([b"king 1 2 3\n", b"king \0\0\0\0", b"", b"\n" * 9])
    )


def _array_header(rng: random.Random) -> bytes:
    """Make an npz whose arrays declare what they do not hold, or are no arrays."""
    shapes = [
        f"({rng.choice(HUGE)}, {rng.choice((4, *HUGE))})", "(5, 4)", "()", "(0, 4)", "(5,)",
        "(2,) * 9",
        "__import__('os').system('touch owned')", "[5, 4]", "(5, 4" + ", 1" * 40 + ")", "(" * 900,
    ]  # fmt: skip
    kind = rng.choice(["<f4", "<f8", "|O", "<U5", "V8", "<c8", "|b1", "<M8[s]", "<f4, <f4"])
    header = (
        f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {rng.choice(shapes)}, }}"
    ).encode()
    array = b"\x93NUMPY\x01\x00" + struct.pack("<H", min(len(header), 65535)) + header + bytes(80)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", rng.choice([0, 8])) as archive:
        archive.writestr("vectors.npy", array)
        archive.writestr("words.npy", array)
    return stream.getvalue()


def _tensor_header(rng: random.Random) -> bytes:
    """Make safetensors that declare what they do not hold."""
    size = rng.choice([4, 80, *HUGE])
    tensor = {
        "dtype": rng.choice(["F32", "F64", "BF16", "U8", "I64", "X"]),
        "shape": rng.choice([[5, 4], [size, 4], [size], [], [2**31, 2**31]]),
        "data_offsets": rng.choice([[0, 80], [0, size], [size, 0], [-1, 80], [0]]),
    }
    header = json.dumps({"vectors": tensor, "words": tensor, "__metadata__": {"a": "b"}}).encode()
    header = rng.choice([header, header, b'{"a":' * 20000, b"{" + b" " * 5000 + b"}"])
    length = rng.choice([len(header), len(header), 2**31, 2**63 - 1, 0, 7])
    return struct.pack("<Q", length) + header + bytes(rng.choice([0, 80, 320]))


def _zip_bomb(rng: random.Random) -> bytes:
    """Pack far more than any vectors would be unpacked to."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", rng.choice([8, 12, 14]), compresslevel=1) as archive:
        for name in ("vectors.npy", "words.npy"):
            with archive.open(name, "w", force_zip64=True) as member:
                np.lib.format.write_array_header_1_0(
                    member,
                    {"descr": "<f4", "fortran_order": False, "shape": (N_BOMB // 16, 4)},
                )
                for _ in range(N_BOMB // 16 >> 20):
                    member.write(bytes(1 << 20))
    return stream.getvalue()


def _gzip_bomb(rng: random.Random) -> bytes:
    """Pack zeros, or numbers without end, with gzip."""
    line = rng.choice([bytes(1 << 20), b"word 0 0 0\n" * 100_000, b"a" * (1 << 20)])
    stream = io.BytesIO()
    with gzip.GzipFile(fileobj=stream, mode="wb", compresslevel=1, mtime=0) as file:
        file.write(rng.choice([b"", b"9 3\n", b"king 1 2 3\n"]))
        for _ in range(N_BOMB // len(line)):
            file.write(line)
    return stream.getvalue()


MADE = [_long_header] * 3 + [_array_header] * 4 + [_tensor_header] * 4 + [_zip_bomb, _gzip_bomb]


def judge(case: Case, place: Place, outcomes: list[Outcome]) -> list[str]:
    """Hold what was exported against what the file holds."""
    from w2v.vectors.formats import recognise

    if outcomes[0].code != 0:
        return []
    file = place.inside / case.notes["file"]
    format = recognise(file)
    try:
        words, table = reread(file, format)
    except Exception as error:
        return [f"{format} was read that cannot be: {type(error).__name__}: {error}"[:500]]
    with np.load(place.outside / "again.npz") as arrays:
        found, vectors = arrays["words"].tobytes().split(b"\n"), arrays["vectors"]
    if found != words:
        return [f"{format}: words {found!r:.200} are {words!r:.200}"]
    if vectors.dtype != table.dtype or vectors.tobytes() != table.tobytes():
        return [f"{format}: the vectors are others"]
    return []


TARGETS = (Target("vectors", make, 260, prepare, judge),)
