"""Targets `config` and `override`: every wrong value for every key, and YAML that is an attack."""

from __future__ import annotations

import os
import random
from functools import cache
from pathlib import Path

from fuzzing.cases import Case, Outcome, Place, Target
from fuzzing.mutations import mutated
from fuzzing.snippets import KEYS, VALUES, whole_files

SHIPPED = Path(__file__).resolve().parents[2] / "configs"
TEXT = "the king and the queen\na man and a woman of the village\n" * 12
# A config that is right after all must not train for hours.
SMALL = [
    "corpus.path=text.txt", "vocab.min_count=1", "model.dim=4", "train.epochs=1",
    "train.engine=numpy",
    "train.threads=1", "eval.sets=[]", "embedding.pretrained=null", "embedding.freeze=false",
    "corpus.tokenizer=words",
]  # fmt: skip
AT_ONCE = 3  # configs of the walk in one case
TRAINED = 0.3  # of the cases


@cache
def hostile() -> list[bytes]:
    """Return the files that are hostile as a whole."""
    return list(whole_files().values())


@cache
def shipped() -> list[bytes]:
    """Return the configs that come with w2v."""
    return [file.read_bytes() for file in sorted(SHIPPED.rglob("*.yaml"))]


@cache
def paths() -> list[str]:
    """Return every setting of the schema, and a few that are none."""
    from w2v.config.schema import option_paths

    return [*option_paths(), "train", "sweep", "train.lrs", "sweep.model.dim"]


def setting(path: str, value: str) -> bytes:
    """Write one setting."""
    *sections, name = path.split(".", 1)
    indent = "  " * len(sections)
    head = "".join(f"{section}:\n" for section in sections)
    return f"{head}{indent}{name}: {value}\n".encode("utf-8", "surrogatepass")


def walked(number: int) -> list[bytes]:
    """Return configs of the walk: each hostile file, then some of every value for every key."""
    if number < len(hostile()):
        return [hostile()[number]]
    pairs = len(paths()) * len(VALUES)
    first = (number - len(hostile())) * AT_ONCE
    # In an order in which neighbours differ in both; 7919 is a prime.
    return [
        setting(paths()[at // len(VALUES)], VALUES[at % len(VALUES)])
        for at in (n * 7919 % pairs for n in range(first, min(first + AT_ONCE, pairs)))
    ]


def content_of(rng: random.Random) -> bytes:
    """Make a config that is wrong in some other way."""
    kind = rng.choice(["shipped", "shipped", "several", "keys", "hostile"])
    if kind == "shipped":
        return mutated(rng, rng.choice(shipped()))
    if kind == "hostile":
        return mutated(rng, rng.choice([file for file in hostile() if len(file) < 50_000]))
    names = [f"name: {rng.choice(VALUES)}"] if kind == "several" else []
    for _ in range(rng.randrange(1, 6)):
        key, value = rng.choice(paths() if kind == "several" else KEYS), rng.choice(VALUES)
        names.append(setting(key, value).decode("utf-8", "replace").rstrip("\n"))
    return ("\n".join(names) + "\n").encode()


def make_config(rng: random.Random, number: int, place: Place) -> Case:
    """Write a config, and check, show and train it."""
    commands = []
    for at, content in enumerate(walked(number) or [content_of(rng)]):
        file = rng.choice(["my{}.yaml", "my{}.yml", "my{}.txt", "설정{}.yaml"]).format(at)
        (place.inside / file).write_bytes(content)
        commands += [["config", "check", file], ["config", "show", file]]
    (place.inside / "text.txt").write_text(TEXT, "utf-8")
    if rng.random() < TRAINED:
        commands.append(["train", file, *SMALL, "--out", "../out/run"])
    return Case(commands)


def judge(case: Case, place: Place, outcomes: list[Outcome]) -> list[str]:
    """Hold the answers against each other: what one refuses no other takes."""
    found = []
    *shown, (check, show) = zip(outcomes[::2], outcomes[1::2], strict=False)
    for pair in shown:
        found += _disagreements(*pair)
    train = outcomes[-1:] if len(outcomes) % 2 else []
    if train and show.code and not train[0].code:
        found.append("`train` takes what `config show` refuses")
    if (place.inside / "owned").exists():
        found.append("a config ran code")
    return found + _disagreements(check, show)


def _disagreements(check: Outcome, show: Outcome) -> list[str]:
    """Hold what `config check` and `config show` say of one config against each other."""
    found = []
    if check.code not in (0, 2) or show.code not in (0, 2):
        found.append(f"exit codes {check.code} and {show.code} of a config")
    # A sweep may be fine in what its points share, and not in one of them.
    if show.code and not check.code:
        found.append("`config show` refuses what `config check` takes")
    if check.code and not show.code and b"sweep" not in check.err:
        found.append("`config check` refuses what `config show` takes")
    return found


def make_override(rng: random.Random, number: int, place: Place) -> Case:
    """Give a setting, or something like it, on the command line."""
    (place.inside / "text.txt").write_text(TEXT, "utf-8")
    pairs = len(paths()) * len(VALUES)
    given = []
    for at in range(1 if number < pairs // 2 else rng.randrange(1, 4)):
        # Not the pairs that the other target comes to first.
        n = (number * 7919 + pairs // 2) % pairs if at == 0 else rng.randrange(pairs)
        path, value = paths()[n // len(VALUES)], VALUES[n % len(VALUES)]
        given.append(f"{path}={value}")
    if rng.random() < 0.2:
        changed = mutated(rng, given[0].encode("utf-8", "surrogatepass")).replace(b"\0", b"")
        given[0] = os.fsdecode(changed[:20_000])
    if rng.random() < 0.1:
        given.append(
            rng.choice(["=", "=5", "train.lr", "train.lr==5", " = ", "--", "a=b=c", "\n=\n"])
        )
    commands = [["config", command, *given] for command in ("check", "show")]
    if rng.random() < TRAINED:
        commands.append(["train", *given, *SMALL, "--out", "../out/run"])
    return Case(commands)


def judge_override(case: Case, place: Place, outcomes: list[Outcome]) -> list[str]:
    """Hold the answers against each other, where no argument was taken for a file or option."""
    if any(outcome.err.startswith(b"Usage") for outcome in outcomes):
        return []
    if any("=" not in argument for argument in case.commands[0][2:]):
        return []
    # What comes later on the line wins: there `train` may take what `check` refuses.
    return judge(Case(case.commands[:2]), place, outcomes[:2])


TARGETS = (
    Target("config", make_config, 330, judge=judge),
    Target("override", make_override, 60, judge=judge_override),
)
