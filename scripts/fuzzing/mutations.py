"""Bytes that are cut, flipped, doubled, swapped or replaced: what a bad disk or a bad tool does."""

from __future__ import annotations

import random
import re
import struct
from collections.abc import Callable

NUMBERS = [
    b"0", b"-1", b"1", b"2147483648", b"4294967296", b"9223372036854775808",
    b"99999999999999999999",
    b"1e400", b"nan", b"-inf", b"1e-400", b"0x10", b"1_000", b"\xd9\xa1", b"1" * 5000, b"",
]  # fmt: skip
BITS = [
    struct.pack(kind, value)
    for kind, values in (
        ("<f", (float("nan"), float("inf"), 1e38, -0.0)),
        ("<d", (float("nan"), 1e308)),
        ("<i", (-1, 2**31 - 1, 0)),
        ("<q", (-1, 2**63 - 1, 2**40)),
    )
    for value in values
]
PIECES = [
    b"\0", b"\n", b"\r\n", b"\r", b" ", b"\t", b"\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xc3",
    b"\xe2\x80\xa8", b"\xc2\x85", b"\x1b[31m", b"\xe2\x80\xae", b"'", b'"', b"{", b"[", b"}", b":",
    b",",
    b"\\", b"\\ud800", b"null", b"NaN", b"\x1a", b"\x0c", b"#", b"&a ", b"*a", b"<script>",
]  # fmt: skip


def cut(rng: random.Random, content: bytes) -> bytes:
    """Cut the end off, the beginning, or a piece of the middle."""
    a, b = sorted(rng.randrange(len(content) + 1) for _ in range(2))
    return rng.choice([content[:a], content[b:], content[:a] + content[b:]])


def flip(rng: random.Random, content: bytes) -> bytes:
    """Flip one to a few bits."""
    changed = bytearray(content)
    for _ in range(rng.choice([1, 1, 1, 2, 8, 64])):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def replace(rng: random.Random, content: bytes) -> bytes:
    """Write other bytes over some of it."""
    at = rng.randrange(len(content))
    piece = rng.choice([*PIECES, *BITS, rng.randbytes(rng.randrange(1, 9))])
    return content[:at] + piece + content[at + len(piece) :]


def insert(rng: random.Random, content: bytes) -> bytes:
    """Put something between."""
    at = rng.randrange(len(content) + 1)
    piece = rng.choice([*PIECES, *BITS, rng.randbytes(rng.randrange(1, 9))])
    return content[:at] + piece * rng.choice([1, 1, 1, 3, 5000]) + content[at:]


def other_number(rng: random.Random, content: bytes) -> bytes:
    """Put another number in the place of one that is written out."""
    there = list(re.finditer(rb"-?\d[\d.]*(?:e[+-]?\d+)?", content))
    if not there:
        return replace(rng, content)
    # The first ones are most often those of a header.
    found = rng.choice([there[0], there[min(1, len(there) - 1)], rng.choice(there)])
    return content[: found.start()] + rng.choice(NUMBERS) + content[found.end() :]


def swap(rng: random.Random, content: bytes) -> bytes:
    """Swap two blocks."""
    a, b, c, d = sorted(rng.randrange(len(content) + 1) for _ in range(4))
    return content[:a] + content[c:d] + content[b:c] + content[a:b] + content[d:]


def swap_lines(rng: random.Random, content: bytes) -> bytes:
    """Swap two lines."""
    lines = content.splitlines(keepends=True)
    a, b = (rng.randrange(len(lines)) for _ in range(2))
    lines[a], lines[b] = lines[b], lines[a]
    return b"".join(lines)


def double(rng: random.Random, content: bytes) -> bytes:
    """Let the whole, or a piece of it, come twice."""
    a, b = sorted(rng.randrange(len(content) + 1) for _ in range(2))
    return rng.choice([content * 2, content[:b] + content[a:b] + content[b:]])


def zero(rng: random.Random, content: bytes) -> bytes:
    """Write zeros over a piece, as a disk does that lost a block."""
    a, b = sorted(rng.randrange(len(content) + 1) for _ in range(2))
    return content[:a] + bytes(b - a) + content[b:]


WAYS: list[Callable[[random.Random, bytes], bytes]] = [
    cut, flip, flip, replace, insert, other_number, swap, swap_lines, double, zero,
]  # fmt: skip


def mutated(rng: random.Random, content: bytes) -> bytes:
    """Return the content with one change, seldom several, or something else altogether."""
    if rng.random() < 0.02:
        return rng.choice([b"", b"\0", b"\n", rng.randbytes(rng.randrange(2000)), b"\0" * 4096])
    changed = content
    for _ in range(rng.choice([1, 1, 1, 1, 2, 3])):
        if changed:
            changed = rng.choice(WAYS)(rng, changed)
    return changed
