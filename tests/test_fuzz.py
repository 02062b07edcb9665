"""The fuzzer: a short run of it, special cases by name, and that it sees what it is there for.

The long one is `python scripts/fuzz.py`.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[1] / "scripts"
pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="limits and pipes are those of Linux"
)


@pytest.fixture
def place(monkeypatch, tmp_path):
    """The folders of a case."""
    monkeypatch.syspath_prepend(SCRIPTS)
    from fuzzing.cases import Place

    place = Place(tmp_path / "case", tmp_path / "shared")
    place.make()
    return place


def run(place, program, **limits):
    """Run a program that stands in for w2v; return what is found wrong with it."""
    from fuzzing.cases import Case, Target
    from fuzzing.child import Limits, run_case
    from fuzzing.crew import judged

    case = Case([["planted"]])
    ended = run_case(case, place, Limits(**limits), program)
    return judged(Target("planted", lambda *_: case, 1), case, place, ended)


def fuzz(folder, *arguments):
    """Run the script in a process of its own."""
    command = [sys.executable, str(SCRIPTS / "fuzz.py"), "--failures", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, text=True)


def test_a_short_run(tmp_path):
    done = fuzz(tmp_path, "--cases", "60", "--seed", "7", "--workers", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    last = done.stdout.splitlines()[-1]
    assert re.fullmatch(r"\d+ cases, 0 failures, \d+ min \d+ s", last)
    for target in ("config", "override", "corpus", "run", "checkpoint", "vectors", "sets"):
        assert re.search(rf"^{target} +\d+ cases, 0 failures", done.stdout, re.MULTILINE)


def test_the_same_seed_gives_the_same_cases(place, tmp_path):
    from fuzzing import configs
    from fuzzing.cases import numbers_of

    for target in configs.TARGETS:
        made = []
        for seed in (1, 1, 2):
            cases = []
            for number in range(4000, 4003):
                place.make()
                case = target.make(numbers_of(target.name, seed, number), number, place)
                files = sorted(p for p in place.inside.rglob("*") if p.is_file())
                cases.append((case, [p.read_bytes() for p in files]))
            made.append(cases)
        assert made[0] == made[1]
        assert made[0] != made[2]


def test_a_target_that_there_is_not(tmp_path):
    done = fuzz(tmp_path, "configs")
    assert done.returncode == 2
    assert "'configs' is none of config, override," in done.stderr


# -- planted failures


def test_what_is_right_is_not_told(place):
    def answers(arguments):
        (place.outside / "file").write_text("asked for")
        print("an answer")
        return 0

    def refuses(arguments):
        print("w2v: there is no such file; give another", file=sys.stderr)
        return 2

    assert run(place, answers) == []
    assert run(place, refuses) == []


def _bug(arguments):
    raise ZeroDivisionError("planted")


def _waits(arguments):
    os.read(os.pipe()[0], 1)  # nobody writes
    return 0


def _computes(arguments):
    while True:
        pass


def _takes_memory(arguments):
    return len(bytearray(b"x") * 80_000_000) // 80_000_000 - 1


def _writes_beside(arguments):
    Path("../in/beside").write_text("not asked for")
    return 0


def _writes_and_is_silent(arguments):
    try:
        os.mkdir("../../elsewhere")
    except BaseException:
        return 0
    return 0


def _removes(arguments):
    os.rename("../out", "../other")
    return 0


def _starts_a_process(arguments):
    subprocess.run(["true"])
    return 0


def _calls_home(arguments):
    with socket.socket() as connection:
        connection.connect(("127.0.0.1", 9))
    return 0


def _dies(arguments):
    os.kill(os.getpid(), 11)


def _ends_early(arguments):
    os._exit(9)


def _says_nothing(arguments):
    return 1


def _says_twice(arguments):
    print("w2v: one\nw2v: two", file=sys.stderr)
    return 1


def _says_too_much(arguments):
    print("w2v: " + "x" * 5000, file=sys.stderr)
    return 2


def _paints(arguments):
    print("\x1b[31m", file=sys.stderr)
    return 0


def _prints_half_a_character(arguments):
    print("\ud800")
    return 0


@pytest.mark.parametrize(
    ("program", "problem"),
    [
        (_bug, "ZeroDivisionError: planted"),
        (_waits, "no end within 0.5 s"),
        (_computes, "no end within 0.5 s"),
        (_takes_memory, "bytes of memory more than before"),
        (_writes_beside, "open outside the folders of the case: '../in/beside'"),
        (_writes_and_is_silent, "os.mkdir outside the folders of the case: '../../elsewhere'"),
        (_removes, "os.rename outside the folders of the case: '../o"),
        (_starts_a_process, "subprocess.Popen"),
        (_calls_home, "socket.connect"),
        (_dies, "killed by SIGSEGV|os.kill"),
        (_ends_early, "the process ended with 9"),
        (_says_nothing, "exit code 1 with 0 sentences"),
        (_says_twice, "exit code 1 with 2 sentences"),
        (_says_too_much, "characters on stderr"),
        (_paints, r"'\\x1b' on stderr"),
        (_prints_half_a_character, "UnicodeEncodeError"),
    ],
)
def test_a_planted_failure_is_seen(place, program, problem):
    found = run(place, program, seconds=0.5, more_bytes=40_000_000)
    assert any(re.search(problem, line) for line in found), found
    assert not (place.inside / "beside").exists()
    assert not (place.root.parent / "elsewhere").exists()


def test_a_failure_is_kept_and_made_again(place, tmp_path):
    from fuzzing.cases import Case, keep, kept

    (place.inside / "a\nb").write_bytes(b"\0")
    os.mkfifo(place.inside / "pipe")
    os.symlink(".", place.inside / "loop")
    with open(os.fsencode(place.inside) + b"/\xff", "wb"):
        pass
    case = Case([["similar", "a\nb", "\udcff"]], notes={"number": 1})
    keep(tmp_path / "kept", "vectors", 1, 2, case, place)
    place.make()
    assert kept(tmp_path / "kept", place) == ("vectors", case)
    assert (place.inside / "a\nb").read_bytes() == b"\0"
    assert (place.inside / "pipe").is_fifo()
    assert sorted(os.listdir(os.fsencode(place.inside))) == [b"a\nb", b"loop", b"pipe", b"\xff"]


# -- special cases, each once


TEXT = "the king and the queen\na man and a woman of the village\n" * 12
TRAIN = ["train", "--corpus", "t", "vocab.min_count=1", "model.dim=2", "train.epochs=1"]
NUMPY = ["train.engine=numpy", "train.threads=1", "train.subsample=0", "--out", "../out/run"]


def w2v(place, *commands):
    """Run commands within the limits; return what they did, of which nothing may be wrong."""
    from fuzzing.cases import Case, Target
    from fuzzing.child import run_case
    from fuzzing.crew import judged

    case = Case([list(command) for command in commands])
    ended = run_case(case, place)
    assert judged(Target("named", lambda *_: case, 1), case, place, ended) == []
    return ended.outcomes


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("billion laughs", b"line 2: this cannot be read as YAML: aliases have no place here"),
        ("itself", b"line 1: this cannot be read as YAML: aliases have no place here"),
        ("merge", b"line 3: this cannot be read as YAML: aliases have no place here"),
        ("100,000 brackets", b"line 1: this cannot be read as YAML: it is nested too deeply"),
        ("10 MB scalar", b"is over 100,000 bytes: this is no config"),
        ("10 MB of keys", b"is over 100,000 bytes: this is no config"),
        ("duplicate below", b"line 3: train.lr is already set in line 2"),
        ("python", b"the tag '!!python/object/apply:os.system' has no place here"),
        ("tabs", b"(indent with spaces)"),
        ("NUL", b"special characters are not allowed"),
        ("many ranges", b"it lists over 100,000 values; at most 10,000 points are taken"),
    ],
)
def test_configs_that_are_attacks(place, name, message):
    from fuzzing.snippets import whole_files

    (place.inside / "my.yaml").write_bytes(whole_files()[name])
    (outcome,) = w2v(place, ["config", "check", "my.yaml"])
    assert outcome.code == 2
    assert message in outcome.err


def test_a_pipe_is_refused_and_not_waited_for(place):
    os.mkfifo(place.inside / "t")
    (outcome,) = w2v(place, [*TRAIN, *NUMPY])
    assert outcome.code == 1
    assert outcome.err == b"w2v: corpus t is no regular file; pipe it in, and give -\n"


def test_a_folder_with_loops_of_links(place):
    folder = place.inside / "t"
    (folder / "below").mkdir(parents=True)
    (folder / "a.txt").write_text(TEXT)
    os.symlink("..", folder / "below" / "loop")
    os.symlink("itself.txt", folder / "itself.txt")
    os.symlink("nowhere", folder / "dangling.txt")
    os.mkfifo(folder / "pipe.txt")
    (outcome,) = w2v(place, [*TRAIN, *NUMPY])
    assert outcome.code == 0
    record = json.loads((place.outside / "run" / "run.json").read_text("utf-8"))
    assert record["corpus"]["files"] == 1


def test_a_packed_bomb(place):
    (place.inside / "t.gz").write_bytes(gzip.compress(b"a " * 5_000_000, 1))
    train = [part if part != "t" else "t.gz" for part in TRAIN]
    (outcome,) = w2v(place, [*train, *NUMPY])
    assert outcome.code == 1
    assert b"the corpus has only one distinct word" in outcome.err


def test_a_name_with_a_line_end_is_one_line(place):
    (place.inside / "a\nb.txt").write_text("a b\n")
    outcomes = w2v(
        place,
        ["similar", "a\nb.txt", "king"],
        ["train", "--corpus", "c\nd"],
        ["config", "check", "e\nf.yaml"],
    )
    assert [outcome.code for outcome in outcomes] == [1, 2, 2]
    assert [outcome.err.count(b"\n") for outcome in outcomes] == [1, 1, 1]
