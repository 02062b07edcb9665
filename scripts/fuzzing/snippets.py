"""Values, keys and whole files of YAML that no config should hold."""

from __future__ import annotations

from functools import cache

LONG = "x" * 3000
# What may stand behind any key, each of a wrong type for most.
VALUES = [
    "null", "~", "", "true", "no", "Yes", "0", "-1", "1", "2", "3.5", "-0.0", ".nan", ".inf",
    "-.inf",
    "1e-3", "1e400", "1e-400", "2147483648", "9223372036854775808", "9" * 400, "9" * 5000, "0x1F",
    "0o17",
    "010", "1:30", "1_000", "'5'", '"0.5"', "word", "''", "' '", "한국어", "'a\tb'", '"\\ud800"',
    '"\\0"', '"\\e[31m"',
    '"\\u202e"', "'\U0001f468\u200d\U0001f469'", "[]", "[1, 2]", "[[1, [2]]]", "[null]", "['']",
    "{}", "{a: 1}",
    "{metric: heldout_loss}", "{metric: heldout_loss, patience: -1}", "{patience: 1, patience: 2}",
    "2024-01-01", "2024-13-45", "2024-01-01T00:00:00Z", "!!binary aGVsbG8=", "!!binary ???",
    "!!set {a, b}",
    "!!omap [a: 1]", "!!pairs [a: 1]", "!!float nine", "!!int ''", "!!bool perhaps",
    "!!timestamp x",
    "!!str 5", "!!null x", "!!python/object/apply:os.system ['touch owned']",
    "!!python/name:os.system",
    "!unknown 5", "&a 5", "*a", "<<", "=", "?", "|", ">-\n    folded\n    text",
    "|\n    two\n    lines",
    LONG, f"[{LONG}]", "[" * 50 + "]" * 50, "- 1", "a: b", "\t5", "5 # note", "5 6", "os:system",
    "../..", "/",
    "-", "/dev/zero", "/dev/null", ".", "a,b", "0..4", "%", "@a", "`a`", "{", "]", "\"open",
    "'open",
]  # fmt: skip
# What may stand in the place of a key.
KEYS = [
    "1", "null", "true", "[a]", "{a: b}", "? a", "''", "&a name", "*a", "<<", "!!str train",
    "tr\u0430in", "train ",
    "TRAIN", "trаin.lr", "train.lr", "train\u200b", "\ufeffname", "__class__", "config", "sweep",
    LONG, "\u202ename",
    "\x1b[31mname", "名前",
]  # fmt: skip


@cache
def whole_files() -> dict[str, bytes]:
    """Return files that are hostile as a whole, by name."""
    laughs = "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" if n else "a0: &a0 [x, x]\n"
        for n in range(12)
    )
    megabytes = 10_000_000
    many_keys = "".join(f"key{n}: {n}\n" for n in range(600_000)).encode()
    return {
        "billion laughs": laughs.encode(),
        "itself": b"train: &a {lr: *a}\n",
        "itself in a list": b"corpus: {path: &a [*a]}\n",
        "merge": b"base: &b {lr: 1}\ntrain:\n  <<: *b\n",
        "merge nothing": b"train:\n  <<: 5\n",
        "brackets": b"corpus: {path: " + b"[" * 40_000 + b"]" * 40_000 + b"}\n",
        "100,000 brackets": b"[" * 100_000,
        "braces": b"{a: " * 24_000,
        "indents": "".join(f"{' ' * n}a:\n" for n in range(400)).encode(),
        "dashes": b"- " * 45_000,
        "questions": b"? " * 45_000,
        "tags": b"!a " * 30_000,
        "anchors": b"".join(b"&a%d " % n for n in range(10_000)),
        "10 MB scalar": b"name: " + b"x" * megabytes,
        "10 MB of comments": b"# note\n" * (megabytes // 7),
        "10 MB of keys": many_keys,
        "10 MB of bytes": bytes(range(256)) * (megabytes // 256),
        "10 MB of zeros": bytes(megabytes),
        "10 MB of blanks": b" " * megabytes,
        "90 kB scalar": b"name: " + b"x" * 90_000,
        "90 kB scalar, quoted": b'name: "' + b"\\u0041" * 15_000 + b'"',
        "90 kB of keys": many_keys[:90_000].rpartition(b"\n")[0],
        "90 kB key": b"x" * 90_000 + b": 1\n",
        "90 kB of the same key": b"name: a\n" * 11_000,
        "90 kB of a list": b"corpus: {path: [" + b"a," * 40_000 + b"]}\n",
        "90 kB of digits": b"train: {lr: " + b"9" * 90_000 + b"}\n",
        "90 kB of digits in sixties": b"train: {lr: 1" + b":59" * 29_000 + b"}\n",
        "90 kB of underscores": b"train: {lr: 1" + b"_1" * 44_000 + b"}\n",
        "90 kB of points": b"train: {lr: 1" + b"." * 89_000 + b"}\n",
        "90 kB of a sweep": b"sweep: {train.seed: [" + b"1," * 40_000 + b"]}\n",
        "a sweep of sweeps": b"sweep:\n" + b"  - {train.seed: 0..99, model.dim: 1..99}\n" * 1000,
        "many ranges": b"sweep:\n" + b"- {train.seed: 0..9999}\n" * 4000,
        "duplicate": b"name: a\nname: b\n",
        "duplicate below": b"train:\n  lr: 1\n  lr: 2\n",
        "duplicate sections": b"train: {lr: 1}\ntrain: {lr: 2}\n",
        "duplicate in braces": b"train: {lr: 1, lr: 2, early_stop: {metric: a, metric: b}}\n",
        "tabs": b"train:\n\tlr: 1\n",
        "tabs after": b"train:\t\n  lr:\t0.1\n",
        "byte order mark": b"\xef\xbb\xbfname: a\n",
        "two marks": b"\xef\xbb\xbf\xef\xbb\xbfname: a\n",
        "UTF-16": "name: a\n".encode("utf-16"),
        "UTF-16 without mark": "name: a\n".encode("utf-16-le"),
        "UTF-32": "name: a\n".encode("utf-32"),
        "Latin-1": "name: café\n".encode("latin-1"),
        "half a character": b"name: \xed\xa0\x80\n",
        "NUL": b"name: a\0b\n",
        "CR": b"name: a\rtrain: {lr: 0.1}\r",
        "CR LF": b"name: a\r\ntrain:\r\n  lr: 0.1\r\n",
        "line separators": "name: a\u2028train: {lr: 0.1}\u0085model: {dim: 5}\n".encode(),
        "escape": b"name: \x1b[31mred\n",
        "two documents": b"name: a\n---\nname: b\n",
        "a thousand documents": b"---\nname: a\n" * 1000,
        "an end": b"name: a\n...\nname: b\n",
        "directive": b"%YAML 1.1\n---\nname: a\n",
        "directives": b"%YAML 9.9\n%YAML 1.1\n%TAG ! tag:x,\n---\nname: a\n",
        "python": b"!!python/object/apply:os.system ['touch owned']\n",
        "python new": b"train: !!python/object/new:os.system ['touch owned']\n",
        "a list": b"- name\n- train\n",
        "a scalar": b"train\n",
        "a number": b"5\n",
        "null": b"null\n",
        "nothing": b"",
        "a block": b"|\n  name: a\n",
        "json": b'{"name": "a", "train": {"lr": 0.1}}\n',
        "broken json": b'{"name": "a", "train": {"lr": 0.1}\n',
        "script": b"#!/bin/sh\nrm -rf /\n",
        "html": b"<html><body>404</body></html>\n",
        "sections of nothing": b"train:\nmodel:\nsweep:\n",
        "sections of text": b"train: fast\nmodel: [cbow]\ncorpus: 5\neval: 2024-01-01\n",
    }  # fmt: skip
