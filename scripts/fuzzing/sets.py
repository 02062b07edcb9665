"""Target `sets`: evaluation sets of both kinds, changed, and asked of a small run."""

from __future__ import annotations

import gzip
import random
import shutil

from fuzzing.cases import Case, Place, Target
from fuzzing.mutations import mutated
from fuzzing.runs import prepare_one

GOOD = [
    b": royal\nking queen man woman\nman woman king queen\n# note\n: other\ncat dog king queen\n",
    b"king queen man woman\nman woman king queen\n",
    b"word1\tword2\tscore\nking\tqueen\t8.5\ncat\tdog\t7\nman\tvillage\t1.25\n",
    b'king,queen,8.5\ncat,dog,7\n"man",woman,3\nthe,color,0.5\n',
    "왕 여왕 9.1\n中文 詞 7\nking queen 8\n".encode(),
]
ODD = [
    b":\n", b": a\n: b\n", b"a b c\n" * 9, b"a b nan\na b inf\n", b"king queen 1e999\n",
    b"king king 1\n",
    b"king queen 5\n" * 20_000, b": s\n" * 20_000, b"king " * 30_000, b"k" * 99_999 + b" q m w\n",
    b'"king,queen,5\n', b"king,queen,5,6,7\n", b"a\tb\n", "a b c d\u2028e f g h\n".encode(),
    b"a b c d\re f g h\r", b"\xff\xfea\0 \0b\0", b"1 2 3 4\n5 6 7 8\n",
    b": \x1b[31mred\nking queen man woman\n",
    b"king queen \xd9\xa5\n", b"king queen 1_0\n", b"king queen 5\n: a\n",
]  # fmt: skip


def make(rng: random.Random, number: int, place: Place) -> Case:
    """Change a set, and ask it."""
    shutil.copytree(place.shared / "run", place.inside / "run")
    content = ODD[number] if number < len(ODD) else mutated(rng, rng.choice(GOOD + ODD))
    kind = rng.choice(["plain"] * 8 + ["packed", "packed", "packed and changed", "bomb"])
    if kind == "bomb":
        content = gzip.compress(content + bytes(1 << rng.choice([20, 25, 29])), 1)
    elif kind != "plain":
        content = gzip.compress(content, mtime=0)
    if kind == "packed and changed":
        content = mutated(rng, content)
    name = rng.choice(["set.txt", "set.csv", "set.gz", "평가.txt", "a\nb.txt", "\x1b[1m.txt"])
    (place.inside / name).write_bytes(content)
    asked = ["eval", "run", "--set", name]
    return Case([asked, [*asked, "--json"]])


TARGETS = (Target("sets", make, 120, prepare_one),)
