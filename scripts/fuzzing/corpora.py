"""Target `corpus`: texts that are hardly any, in files that are hardly any, or that are many."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import os
import random
import unicodedata
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from fuzzing.cases import Case, Outcome, Place, Target
from fuzzing.mutations import mutated

WORDS = [
    "the", "king", "don’t", "한국어", "中文", "日本", "naïve", "e\u0301te\u0301", "مرحبا",
    "שלום", "हिन्दी", "ไทย", "i\u0307",
    "ﬁn", "Ⅷ", "a\u200db", "می\u200cروم", "x" * 300, "co\u00adop", "123", "_", "a_b", "'tis",
    "''", "İstanbul",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f1f0\U0001f1f7", "𐐷", "𠮷", "¹²³", "ǅ",
    "ß",
]  # fmt: skip
GAPS = [
    " ", " ", " ", " ", "\n", "\n", "\r\n", "\r", "\t", "  ", "\u2028", "\u2029", "\u0085", "\x0c",
    "\x0b", "\u00a0", "\u3000",
    "\ufeff", "\u202e", "\u202a", "\u2066", "\u200f", ", ", ". ", "\x1b[31m", "\x1c", "\x7f",
    "\u180e", "\n\n\n",
]  # fmt: skip
BYTES = [
    b"\0", b"\xed\xa0\x80", b"\xed\xb0\x80", b"\xff", b"\xfe\xff", b"\xc0\x80", b"\xf4\x90\x80\x80",
    b"\xe2\x82", b"\x80",
    b"\xf0\x9f\x98", b"\xef\xbf\xbd", b"\xef\xbf\xbe", b"\xef\xbb\xbf",
]  # fmt: skip
SETTINGS = [
    "vocab.min_count=1", "model.dim=4", "train.epochs=1", "train.engine=numpy", "train.threads=1",
    "train.subsample=0",
]  # fmt: skip
TOKENIZERS = [
    [], [], ["corpus.tokenizer=whitespace"], ["corpus.tokenizer=char"], ["corpus.normalize=NFKC"],
    ["corpus.normalize=none"], ["corpus.lowercase=false"],
]  # fmt: skip
FIELD = ["corpus.field=text"]
BOMB = bytes(1 << 20)
N_BOMB = 100  # megabytes that a bomb unpacks to


def text_of(rng: random.Random) -> bytes:
    """Make a text of odd words and odd gaps, seldom with bytes that are no UTF-8."""
    parts = []
    words = rng.sample(WORDS, rng.randrange(1, 9))
    for _ in range(rng.choice([3, 30, 300])):
        parts.append((rng.choice(words) + rng.choice(GAPS)).encode("utf-8", "surrogatepass"))
        if rng.random() < 0.01:
            parts.append(rng.choice(BYTES))
    return b"".join(parts)


def odd_text(rng: random.Random) -> bytes:
    """Return a text that is odd as a whole."""
    return rng.choice(
        [
            b"", b"\n", b" " * 5000, b"\t\n\r " * 900, b"...,,,!!!" * 99, b"'" * 5000, b"\0" * 5000,
            b"a", b"a a",
            b"a\0b " * 9, b"\xef\xbb\xbf", b"\xef\xbb\xbfa b a\n", bytes(range(256)) * 9,
            b"a b\r" * 200,
            ("a" + "\u0301" * 10_000 + " b\n").encode() * 3, ("\u0301 " * 3000).encode(),
            ("क" + "\u093f" * 3000).encode(), ("\u200d" * 9000 + "a b").encode(),
            b"a\rb\r\nc\n\rd " * 50,
            "\U0001f468\u200d\U0001f469".encode() * 2000,
            "the king and\nthe queen ".encode("utf-16") * 5,
            "the king and\nthe queen ".encode("utf-16-le") * 5, "le café ".encode("latin-1") * 99,
            "한국어 ".encode("cp949") * 99, "日本 ".encode("shift_jis") * 99, b"x" * 2_000_000,
            b"ab " * 700_000,
            b"a b c d\n" * 99 + b"\xff" * 30, b"{" * 100_000, b"%PDF-1.4\n" + bytes(300),
            b"<script>alert(1)</script> " * 99,
            "\u202eabc \u2066def\u2069 ".encode() * 99, "ﷺ ".encode() * 400,
            "\u1e9b\u0323 ".encode() * 999,
        ]
    )  # fmt: skip


def write_plain(rng: random.Random, folder: Path) -> list[str]:
    """Write a text, often changed."""
    content = rng.choice([text_of, text_of, odd_text])(rng)
    if rng.random() < 0.4:
        content = mutated(rng, content)
    name = rng.choice(["t.txt", "t", "글.txt", "t.md", "t.TXT"])
    (folder / name).write_bytes(content)
    return [name]


def write_packed(rng: random.Random, folder: Path) -> list[str]:
    """Write a packed text: whole, damaged, a name that lies, or a bomb."""
    ending, pack = rng.choice(
        [(".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress)]
    )
    kind = rng.choice(["whole", "damaged", "damaged", "damaged", "lie", "two", "bomb"])
    content = rng.choice([text_of, odd_text])(rng)[:200_000]
    if kind == "bomb":
        # A megabyte of zeros, or of a word without end, many times over: packs may be joined.
        line = rng.choice([BOMB, b"a " * (1 << 19), b"a" * (1 << 20), b"a b\n" * (1 << 18)])
        content = pack(line) * rng.choice([2, N_BOMB // 20])
    elif kind != "lie":
        content = pack(content)
    if kind == "damaged":
        content = mutated(rng, content)
    if kind == "two":
        content += rng.choice([pack(b"more words\n"), b"not packed", bytes(512)])
    (folder / f"t.txt{ending}").write_bytes(content)
    return [f"t.txt{ending}"]


def write_records(rng: random.Random, folder: Path) -> list[str]:
    """Write records, some of them broken."""
    texts = [text_of(rng).decode("utf-8", "replace")[:300] for _ in range(rng.randrange(1, 9))]
    if rng.random() < 0.6:
        lines = [json.dumps({"id": n, "text": text}) for n, text in enumerate(texts)]
        odd = [
            "{", "[]", "5", "null", '{"text": 5}', '{"text": null}', '{"other": "a"}', "[" * 50_000,
            '{"a":' * 20_000, '{"text": "\\ud800 a"}', '{"text": "a", "text": "b"}',
            '{"text": NaN}', "", "  ",
            '{"text": ["a"]}', '{"text": {"a": 1}}', "\ufeff{}", '{"text": "a"} {}',
            '{"text": ' + "9" * 5000 + "}",
            json.dumps({f"\x1b[{n}mkey": n for n in range(9)}), json.dumps({LONG_KEY: 1}),
        ]  # fmt: skip
        content, ending = "\n".join(lines), ".jsonl"
        if rng.random() < 0.6:
            lines.insert(rng.randrange(len(lines) + 1), rng.choice(odd))
            content = "\n".join(lines)
    else:
        head = rng.choice(
            ["id,text", "text", "text,text", '"text"', "id,other", "", "id,text,", "\ufeffid,text"]
        )
        rows = [f'{n},"{text}"' for n, text in enumerate(texts)]
        odd_rows = [
            '1,"open',
            "1",
            "1,2,3",
            '1,"a" b',
            "\0,a",
            ",",
            '"',
            "1," + "x" * 200_000,
            LONG_KEY,
        ]
        rows.insert(rng.randrange(len(rows) + 1), rng.choice(odd_rows))
        content, ending = "\n".join([head, *rows]), ".csv"
    coded = content.encode("utf-8", "surrogatepass")
    if rng.random() < 0.3:
        coded = mutated(rng, coded)
    (folder / f"t{ending}").write_bytes(coded)
    return [f"t{ending}"]


LONG_KEY = "k" * 50_000


def write_tree(rng: random.Random, folder: Path) -> list[str]:
    """Write a folder of texts among which are names, links and things that are no texts."""
    tree = folder / "tree"
    (tree / "below" / "deep").mkdir(parents=True)
    (tree / "a.txt").write_bytes(text_of(rng))
    (tree / "below" / "b.txt").write_bytes(text_of(rng))
    for odd in rng.sample(ODD_ENTRIES, rng.randrange(1, 5)):
        odd(tree)
    return [
        rng.choice(["tree", "tree/*", "tree/**", "tree/below", "tree/[", "tree/nothing*", "tree/"])
    ]


def _byte_name(tree: Path) -> None:
    """Add a file whose name is no UTF-8, and one with a line end and an escape in it."""
    for name in (b"\xff\xfe.txt", b"a\nb.txt", b"\x1b[31m.txt", b"\xe2\x80\xae.txt"):
        with open(os.path.join(os.fsencode(tree), name), "wb") as file:
            file.write(b"words of a file\n" * 3)


ODD_ENTRIES: list[Callable[[Path], None]] = [
    lambda tree: os.symlink("..", tree / "below" / "loop"),
    lambda tree: os.symlink(".", tree / "itself"),
    lambda tree: os.symlink("round.txt", tree / "round.txt"),
    lambda tree: os.symlink("nowhere", tree / "dangling.txt"),
    lambda tree: os.symlink("/dev/zero", tree / "zero.txt"),
    lambda tree: os.mkfifo(tree / "pipe.txt"),
    lambda tree: (tree / "folder.txt").mkdir(),
    lambda tree: (tree / "empty.txt").touch(),
    lambda tree: (tree / ("n" * 251 + ".txt")).write_text("a long name " * 5),
    lambda tree: (tree / "image.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(500)),
    lambda tree: (tree / "t.jsonl").write_text('{"text": "words in a record"}\n'),
    lambda tree: (tree / ".hidden").write_bytes(b"\0"),
    _byte_name,
]


def write_odd_path(rng: random.Random, folder: Path) -> list[str]:
    """Name what is no text: a pipe, a device, a name that no file can have."""
    os.mkfifo(folder / "pipe")
    os.symlink("loop", folder / "loop")
    (folder / "empty").mkdir()
    (folder / "closed.txt").write_text("closed\n")
    os.chmod(folder / "closed.txt", 0)
    (folder / "t.txt").write_text("some words\n")
    return [
        rng.choice(
            [
                "pipe", "/dev/zero", "/dev/null", "/dev/full", "/dev/tty", "loop", "empty",
                "closed.txt", "nothing.txt",
                "n" * 300, "t.txt/below", "", " ", "*", "[", "**", "\x1b[31m", "a\nb", "\udcff",
                "~", "t.txt ", "../in",
                "p" * 900, "-", "/proc/self/mem", "/proc/self/environ", "toy-worlds",
            ]
        )
    ]  # fmt: skip


WAYS = [
    (write_plain, 9),
    (write_packed, 4),
    (write_records, 4),
    (write_tree, 3),
    (write_odd_path, 1),
]


def make(rng: random.Random, number: int, place: Place) -> Case:
    """Write a corpus, train on it and inspect it."""
    (way,) = rng.choices([way for way, _ in WAYS], [weight for _, weight in WAYS])
    names = way(rng, place.inside)
    settings = [*rng.choice(TOKENIZERS), *(FIELD if rng.random() < 0.9 else [])]
    stdin = ""
    if way is write_plain and rng.random() < 0.2:
        stdin, names = f"in/{names[0]}", ["-"]
    corpus = [part for name in names for part in ("--corpus", name)]
    train = ["train", *corpus, *SETTINGS, *settings, "--out", "../out/run"]
    inspect = ["corpus", "inspect", "--", *names, *settings]
    return Case(
        rng.choice([[train], [train, inspect], [inspect]]) if not stdin else [train],
        stdin=stdin,
        notes={"plain": names[0] if way is write_plain and not stdin else "", "settings": settings},
    )


def judge(case: Case, place: Place, outcomes: list[Outcome]) -> list[str]:
    """Count the words of a plain text once more, by other code, and hold both together."""
    settings = case.notes["settings"]
    name = case.notes["plain"]
    if case.commands[0][0] != "train" or outcomes[0].code or not name:
        return []
    if "corpus.tokenizer=whitespace" not in settings:
        return []
    content = (place.inside / name).read_bytes().removeprefix(b"\xef\xbb\xbf")
    text = unicodedata.normalize("NFC", content.decode("utf-8", "replace"))
    counts = Counter(text.split())
    lines = (place.outside / "run" / "vocab.tsv").read_bytes().decode("utf-8").split("\n")[:-1]
    found = dict(line.rsplit("\t", 1) for line in lines)
    if {word: str(n) for word, n in counts.items()} != found:
        return [f"the vocabulary is another: {len(found)} words, not {len(counts)}"]
    return []


TARGETS = (Target("corpus", make, 200, judge=judge),)
