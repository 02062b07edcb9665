"""`w2v runs`: the tables of runs, one run on a page, and what is larger than seed noise."""

from __future__ import annotations

import csv
import io
import json
import shlex

import pytest
from made_runs import edit_record, make_run, vouch
from test_cli import w2v

from w2v.cli.columns import column_of, cut_left, pages
from w2v.cli.run_page import command_lines
from w2v.cli.terminal import WIDTH, columns_of
from w2v.experiments.comparing import (
    compare_groups,
    deciding_settings,
    holm,
    paired_test,
    welch_test,
)
from w2v.experiments.measures import HELDOUT_LOSS, LOSS
from w2v.experiments.reading import read_run
from w2v.experiments.tables import groups_over_seeds, settings_of, spread_of

pytestmark = pytest.mark.usefixtures("folder")
A = (0.31, 0.35, 0.33, 0.40)
B = (0.36, 0.37, 0.39, 0.41, 0.38)


def make_sweep(folder, path="runs/s", scores=(A, B), key="train.lr", values=(0.05, 0.1), **more):
    """Make a run for each score, the seeds counted from 3, so that none is its own position."""
    for value, some in zip(values, scores, strict=True):
        for at, score in enumerate(some):
            settings = {key: value, "train.seed": 3 + at, "name": f"run-{at}"}
            make_run(folder / path / f"{value}-{at}", settings, score=score, **more)


def objects(*arguments):
    """Return the JSON that a command prints."""
    return [json.loads(line) for line in w2v(*arguments, "--json").stdout.splitlines()]


def check_width(text):
    """No line is wider than a terminal, or ends in blanks."""
    for line in text.splitlines():
        assert columns_of(line) <= WIDTH, line
        assert line == line.rstrip()


# -------------------------------------------------------------------------------------- tests


def test_tests_against_scipy():
    found = paired_test([b - a for a, b in zip(A, B, strict=False)])
    assert found.p == pytest.approx(0.06048150257206982, rel=1e-10)
    assert found.interval == pytest.approx((-0.00287868752810707, 0.07287868752810706), rel=1e-9)
    found = welch_test(spread_of(A), spread_of(B))
    assert found.p == pytest.approx(0.17487226692527544, rel=1e-10)
    assert found.interval == pytest.approx((-0.023185163125407734, 0.09218516312540768), rel=1e-9)


def test_holm():
    assert holm([]) == []
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.8]) == [1.0, 1.0]


def compared(folder, left, right, key="train.lr", **more):
    make_sweep(folder, "x", (left, right), key=key, **more)
    runs = [read_run(path) for path in sorted((folder / "x").iterdir())]
    return {c.measure.key: c for c in compare_groups(*groups_over_seeds(runs))}


@pytest.mark.parametrize(
    ("left", "right", "verdict", "p"),
    [
        ((0.1, 0.2, 0.3), (0.1, 0.2, 0.3), "equal", None),
        ((0.2, 0.2), (0.2, 0.2), "equal", None),
        ((0.1, 0.2, 0.4), (0.3, 0.4, 0.6), "larger", 0.0),  # the same for every seed
        ((0.1, 0.2), (0.3, 0.4), "unknown", None),  # two may be alike by accident
        ((0.1,), (0.2,), "unknown", None),
        ((0.1,), (0.2, 0.3), "unknown", None),
    ],
)
def test_verdicts_at_the_edges(folder, left, right, verdict, p):
    found = compared(folder, left, right)["facts-ko"]
    assert (found.verdict, found.p) == (verdict, p)
    assert found.difference == pytest.approx(sum(right) / len(right) - sum(left) / len(left))


def test_without_common_seeds_the_test_is_welchs(folder):
    for at, score in enumerate(A):
        make_run(folder / f"x/a{at}", {"train.seed": at, "train.lr": 0.1}, score=score)
    for at, score in enumerate(B):
        make_run(folder / f"x/b{at}", {"train.seed": 100 + at, "train.lr": 0.3}, score=score)
    runs = [read_run(path) for path in sorted((folder / "x").iterdir())]
    [found] = [c for c in compare_groups(*groups_over_seeds(runs)) if c.measure.key == "facts-ko"]
    assert (found.test, found.n, found.verdict) == ("Welch's t test", (4, 5), "within")
    assert found.p == pytest.approx(0.17487226692527544)
    page = w2v("runs", "compare", "x")
    assert "Welch's t test, two-sided, 4 runs against 5: too few of them have the same" in (
        page.stderr
    )


def test_losses_that_are_no_measure_of_each_other(folder):
    found = compared(folder, A, B, key="negatives.k", values=(2, 5), heldout=0.5)
    assert found["loss"].verdict == found["heldout_loss"].verdict == "not comparable"
    assert found["seconds"].verdict == "not tested"
    assert found["facts-ko"].verdict == "within"


@pytest.mark.parametrize(
    ("settings", "of_loss", "of_heldout"),
    [
        ({"train.lr": 0.3}, [], []),
        ({"train.subsample": 0.1}, ["train.subsample"], []),
        ({"eval.heldout": 0.1}, [], ["eval.heldout"]),
        ({"train.chunk": 50}, [], ["train.chunk"]),
        ({"vocab.min_count": 9}, ["vocab.min_count"], ["vocab.min_count"]),
        ({"corpus.path": "./t.txt"}, [], []),  # the same text
    ],
)
def test_what_decides_a_loss(folder, settings, of_loss, of_heldout):
    one = settings_of(read_run(make_run(folder / "a")))
    other = settings_of(read_run(make_run(folder / "b", settings)))
    assert deciding_settings(LOSS, one, other) == of_loss
    assert deciding_settings(HELDOUT_LOSS, one, other) == of_heldout


@pytest.mark.parametrize(
    ("rows", "decides"), [("new", []), ("old", ["embedding.pretrained"]),
                          ("union", ["embedding.pretrained"])],
)  # fmt: skip
def test_whose_words_have_rows_decides_a_loss(folder, rows, decides):
    one, other = (
        settings_of(
            read_run(
                make_run(folder / n, {"vocab.rows": rows, "embedding.pretrained": f"/{n}.vec"})
            )
        )
        for n in ("a", "b")
    )
    assert deciding_settings(LOSS, one, other) == decides
    assert deciding_settings(HELDOUT_LOSS, one, other) == decides


# --------------------------------------------------------------------------------------- groups


def test_groups(folder):
    make_run(folder / "x/a", {"train.seed": 1, "train.threads": 1, "name": "a"}, loss=1.0)
    make_run(folder / "x/b", {"train.seed": 2, "corpus.path": "/other/t.txt"}, loss=3.0)
    later = "2026-02-02T00:00:00+00:00"
    make_run(folder / "x/again", {"train.seed": 1}, loss=5.0, started=later)
    make_run(folder / "x/other-text", {"train.seed": 1}, loss=9.0, text_sum="cd" * 32)
    first, second = objects("runs", "compare", "x")[:2]
    assert first["measures"]["loss"] == {"mean": 4.0, "sd": pytest.approx(2**0.5), "n": 2}
    assert (first["seeds"], second["seeds"]) == ([1, 2], [1])
    assert [line["settings"] for line in (first, second)] == [
        {"corpus.sha256": "ab" * 32}, {"corpus.sha256": "cd" * 32}
    ]  # fmt: skip
    assert (
        "1 run is not counted: a later one has the same settings"
        in w2v("runs", "compare", "x").stderr
    )


def test_threads_that_race_are_a_setting(folder):
    for threads in (1, 2):
        settings = {"train.parallel": "hogwild", "train.threads": threads}
        make_run(folder / f"x/{threads}", settings)
    assert [g["settings"] for g in objects("runs", "compare", "x")[:2]] == [
        {"train.threads": 1}, {"train.threads": 2}
    ]  # fmt: skip


def test_two_runs_stand_for_those_beside_them(folder):
    make_sweep(folder)
    make_run(folder / "runs/s/unfinished", {"train.lr": 0.1, "train.seed": 99}, status="running")
    alone = w2v("runs", "compare", "s/0.05-0", "s/0.1-2")
    assert alone.stdout == w2v("runs", "compare", "s").stdout
    assert "runs/s/0.05-0: with 3 runs beside it, equal but for the seed" in alone.stderr
    assert "there is one setting" in w2v("runs", "compare", "s/0.05-0", "s/0.05-2").stderr
    failed = w2v("runs", "compare", "s/0.05-0", "s/unfinished", code=1)
    assert "its status is killed" in failed.stderr  # for no process trains there


# ---------------------------------------------------------------------------------------- pages


def test_the_page_of_a_comparison(folder):
    make_sweep(folder)
    done = w2v("runs", "compare", "s")
    lines = done.stdout.splitlines()
    assert lines[:5] == [
        "                     loss    facts-ko",
        "     lr  n           nats     % right    words/s    seconds",
        "A  0.05  4  1.000 ± 0.000  34.8 ± 3.9  4,500 ± 0  2.5 ± 0.0",
        "B   0.1  5  1.000 ± 0.000  38.2 ± 1.9  4,500 ± 0  2.5 ± 0.0",
        "",
    ]
    assert "paired t test, two-sided, over 4 pairs of runs with the same seed" in done.stderr
    assert "after Holm's correction for 1 test" in done.stderr
    at = lines.index("within seed noise:")
    assert lines[at + 1] == "  facts-ko, % right   +3.5   -0.3 to +7.3  0.0605  0.0605"
    assert lines[at + 2 : at + 4] == ["equal in every pair of runs:", "  loss, nats         0.000"]
    check_width(done.stdout)
    check_width(done.stderr)


def test_one_seed_each_is_not_known(folder):
    make_sweep(folder, scores=((0.1,), (0.2,)))
    done = w2v("runs", "compare", "s")
    assert "not known:\n" in done.stdout
    assert "±" not in done.stdout
    assert "not known: one seed each; train more, and compare those:" in done.stderr
    assert "w2v sweep runs/s/0.1-0 train.seed=0..4 --out runs/0.1-0-seeds" in done.stderr
    assert "w2v runs compare runs/0.05-0-seeds runs/0.1-0-seeds" in done.stderr


def test_of_more_than_two_settings_it_is_said_how_two_are_tested(folder):
    make_sweep(folder, scores=(A, A, B), values=(0.05, 0.1, 0.2))
    asked = "two settings are tested against each other: name a run of each"
    assert asked in w2v("runs", "compare", "s").stderr
    assert asked not in w2v("runs", "compare", "runs/s/0.05-0", "runs/s/0.2-0").stderr


def test_more_seeds_of_two_runs_go_to_two_folders(folder):
    make_run(folder / "my runs/봄", {"train.lr": 0.1})
    make_run(folder / "others/봄", {"train.lr": 0.2})
    done = w2v("runs", "compare", "my runs/봄", "others/봄")
    check_width(done.stderr)
    advice = done.stderr.split("compare those:\n")[1].replace("\\\n", "").splitlines()
    outs = ["runs/my runs-봄-seeds", "runs/others-봄-seeds"]
    assert [shlex.split(line) for line in advice] == [
        ["w2v", "sweep", "my runs/봄", "train.seed=0..4", "--out", outs[0]],
        ["w2v", "sweep", "others/봄", "train.seed=0..4", "--out", outs[1]],
        ["w2v", "runs", "compare", *outs],
    ]


def test_a_list(folder):
    make_sweep(folder, scores=((0.3, 0.1), (0.2, 0.25)))
    lines = w2v("runs", "list").stdout.splitlines()
    assert [line.split()[:3] for line in lines[1:]] == [
        ["run", "lr", "seed"], ["s/0.05-0", "0.05", "3"], ["s/0.05-1", "0.05", "4"],
        ["s/0.1-0", "0.1", "3"], ["s/0.1-1", "0.1", "4"],
    ]  # fmt: skip
    for name in ("facts-ko", "facts-ko, % right", "FACTS-KO"):
        rows = objects("runs", "list", "--sort", name)
        assert [row["measures"]["facts-ko"] for row in rows] == [0.1, 0.2, 0.25, 0.3]
    rows = objects("runs", "list", "s", "--sort", "lr", "--reverse")
    assert [row["settings"]["train.lr"] for row in rows] == [0.1, 0.1, 0.05, 0.05]
    failed = w2v("runs", "list", "--sort", "nothing", code=2)
    assert "there is no column 'nothing'; there are run, folder" in failed.stderr


def test_the_newest_is_last_and_damage_costs_a_line(folder):
    make_run(
        folder / "runs/b", started="2026-03-01T00:00:00+00:00", status="interrupted", loss=None
    )
    make_run(folder / "runs/a", started="2026-04-01T00:00:00+00:00", score=0.5)
    make_run(folder / "runs/c", started="2026-02-01T00:00:00+00:00")
    make_run(folder / "runs/bad")
    (folder / "runs/bad/metrics.jsonl").write_text("{\n{}\n")
    vouch(folder / "runs/bad")
    done = w2v("runs", "list")
    assert [line.split()[0] for line in done.stdout.splitlines()[2:]] == ["c", "b", "a"]
    assert "runs/bad is left out: runs/bad/metrics.jsonl is damaged in line 1" in done.stderr
    (folder / "runs/bad/run.json").write_text("{")
    other = folder / "runs/other"  # somebody else's, which has no config beside it
    other.mkdir()
    (other / "run.json").write_text("{")
    for command in ("list", "compare"):
        notes = w2v("runs", command, "runs").stderr
        assert "runs/bad is left out: runs/bad/run.json is damaged" in notes
        assert "other" not in notes
    assert "interrupted" in done.stdout
    rows = objects("runs", "list", "--sort", "facts-ko", "--reverse")
    assert rows[0]["run"] == "a"  # what is missing is last, whichever way
    assert rows[1]["measures"]["facts-ko"] is None
    assert "runs/b is left out: its status is interrupted" in w2v("runs", "compare", "runs").stderr


def test_settings_that_follow_from_others_are_left_out(folder):
    make_run(folder / "runs/a", {"model.kind": "cbow", "train.lr": 0.15, "train.replicas": 2})
    make_run(folder / "runs/b", {"model.kind": "skipgram", "train.lr": 0.025, "train.replicas": 2})
    assert objects("runs", "list")[0]["settings"] == {"model.kind": "cbow"}
    make_run(folder / "runs/c", {"model.kind": "skipgram", "train.lr": 0.05})
    assert [*objects("runs", "list")[0]["settings"]] == ["model.kind", "train.lr"]


def test_a_setting_and_a_measure_of_one_name(folder):
    make_run(folder / "runs/a", {"model.loss": "softmax"}, loss=3.0)
    make_run(folder / "runs/b", loss=1.0)
    assert "model.loss" in w2v("runs", "list").stdout
    assert [r["run"] for r in objects("runs", "list", "--sort", "loss")] == ["b", "a"]
    assert [r["run"] for r in objects("runs", "list", "--sort", "model.loss")] == ["b", "a"]


def test_csv(folder):
    hostile = '=값, "b"'
    make_sweep(folder, scores=((0.1, 0.2), (0.3,)), key="corpus.field", values=("x", hostile))
    done = w2v("runs", "compare", "runs", "--csv", "--sort", "n", "--reverse")
    assert done.stdout_bytes.count(b"\r\n") == 3
    first, second = csv.DictReader(io.StringIO(done.stdout_bytes.decode(), newline=""))
    assert (first["corpus.field"], second["corpus.field"]) == ("x", hostile)
    assert (first["n"], second["n"]) == ("2", "1")
    assert float(first["facts-ko"]) == pytest.approx(0.15)
    assert float(first["facts-ko_sd"]) == pytest.approx(0.05 * 2**0.5)
    assert second["facts-ko_sd"] == ""
    listed = list(
        csv.DictReader(
            io.StringIO(w2v("runs", "list", "--csv", "--sort", "field").stdout, newline="")
        )
    )
    assert [row["train.seed"] for row in listed] == ["3", "3", "4"]
    assert "are two formats" in w2v("runs", "list", "--csv", "--json", code=2).stderr


def test_nothing_there(folder):
    assert "there is no run below runs/" in w2v("runs", "list", code=1).stderr
    assert "nothing to compare" in w2v("runs", "compare", code=2).stderr
    assert "there is no run 'x'" in w2v("runs", "show", "x", code=1).stderr


def test_wide_tables_go_on_below(folder):
    for at in range(3):
        settings = {
            "corpus.path": [f"/very/long/{'이름' * 20}/{at}.txt"], "model.dim": 50 + at,
            "vocab.min_count": at + 1, "vocab.max_size": 10**9 + at, "train.batch": at + 1,
            "train.chunk": 10**9 + at, "train.lr": 0.1 + at, "corpus.field": f"{'값' * 30}{at}",
        }  # fmt: skip
        name = f"runs/{'긴 이름 ' * 9}{at}"
        make_run(folder / name, settings, score=0.1, text_sum=f"{at}" * 64)
    for command in ("list", "compare"):
        done = w2v("runs", command, "runs")
        check_width(done.stdout)
        check_width(done.stderr)
        assert done.stdout.count("\n\n") >= 1


def test_show(folder):
    path = make_run(
        folder / "runs/한글-1",
        {"eval.sets": ["facts-ko"], "eval.every": "epoch", "corpus.field": "two words"},
        score=0.25, heldout=0.7,
    )  # fmt: skip
    page = w2v("runs", "show", "한글-1").stdout
    for text in (
        "runs/한글-1: done",
        "9,000 read, 8,000 kept",
        "수도",
        "25.0",
        "0.700",
        "V 5 words",
    ):
        assert text in page
    check_width(page)
    [whole] = objects("runs", "show", str(path))
    assert whole["measures"]["facts-ko"] == 0.25
    lines = page.split("trained again by:\n")[1].split("\n\n")[0]
    assert shlex.split(lines.replace("\\\n", "")) == shlex.split(whole["command"])


def test_show_which_epoch_was_kept(folder):
    run = make_run(folder / "runs/a")
    assert "was the best of" not in w2v("runs", "show", "a").stdout
    early_stop = {"metric": "heldout_loss", "patience": 2, "best_epoch": 1}
    edit_record(run, early_stop=early_stop)
    assert "\nepoch 1 was the best of " in w2v("runs", "show", "a").stdout


def test_show_says_what_it_was_given_instead_of_a_run(folder):
    make_sweep(folder, "runs/s", ((0.3,), (0.4,)))
    wrong = "there is no run 'latest'; those in runs/ are all of sweeps: `w2v runs list` names them"
    assert w2v("runs", "show", "latest", code=1).stderr == f"w2v: {wrong}\n"
    wrong = "runs/s is a folder of runs, not one; the newest in it are 0.05-0, 0.1-0"
    assert w2v("runs", "show", "runs/s", code=1).stderr == f"w2v: {wrong}\n"
    (folder / "봄.txt").write_text("봄", encoding="utf-8")
    make_run(folder / "runs/a")
    wrong = "봄.txt is a file, not a run; the newest in runs/ are a"
    assert w2v("runs", "show", "봄.txt", code=1).stderr == f"w2v: {wrong}\n"


def test_show_a_run_that_hardly_began(folder):
    make_run(folder / "runs/a", status="failed", loss=None)
    record = folder / "runs/a/run.json"
    record.write_text('{"format": 1, "program": "w2v", "status": "failed"}')
    assert "no epoch came to its end" in w2v("runs", "show", "a").stdout
    w2v("runs", "list")


# --------------------------------------------------------------------------------------- layout


def test_pages():
    names = column_of("이름", ["가", "bb"], is_text=True)
    wide = [column_of(f"head {at}, unit", ["1", "22"]) for at in range(9)]
    found = pages([names], wide, width=30)
    assert all(line.startswith(("이름", "가", "bb", " ")) for page in found for line in page)
    assert sum(page[0].count("head") for page in found) == 9
    assert max(columns_of(line) for page in found for line in page) <= 30
    assert pages([names], []) == [["이름", "가", "bb"]]


def test_cut_left():
    assert cut_left("/수도/서울.txt", 8) == "…울.txt"
    assert cut_left("abc", 3) == "abc"


def test_command_lines():
    command = shlex.join(["w2v", "train", *(f"key{n}=a b '{n}'" for n in range(20))])
    lines = command_lines(command)
    assert all(columns_of(line) <= WIDTH for line in lines)
    assert shlex.split("".join(line.removesuffix("\\") for line in lines)) == shlex.split(command)


def test_the_settings_of_a_folder_are_in_order(folder):
    """As numbers, not as the names of folders: 2, 5, 10."""
    for window in (10, 2, 5):
        for seed in (1, 2):
            settings = {"model.window": window, "train.seed": seed}
            make_run(folder / f"x/window-{window}_seed-{seed}", settings, score=0.1)
    lines = [json.loads(line) for line in w2v("runs", "compare", "x", "--json").stdout.splitlines()]
    assert [line["settings"]["model.window"] for line in lines] == [2, 5, 10]
    assert [line["group"] for line in lines] == ["A", "B", "C"]


@pytest.mark.parametrize(
    ("first_seed", "test", "n"), [(2, "paired t test", (3, 3)), (3, "Welch's t test", (5, 5))]
)
def test_pairs_are_not_bought_with_most_of_the_runs(folder, first_seed, test, n):
    """Of five runs on either side, three with a common seed are enough for pairs, two are not."""
    for at, score in enumerate((*A, 0.36)):
        make_run(folder / f"x/a{at}", {"train.seed": at, "train.lr": 0.1}, score=score)
    for at, score in enumerate(B):
        settings = {"train.seed": first_seed + at, "train.lr": 0.3}
        make_run(folder / f"x/b{at}", settings, score=score)
    runs = [read_run(path) for path in sorted((folder / "x").iterdir())]
    [found] = [c for c in compare_groups(*groups_over_seeds(runs)) if c.measure.key == "facts-ko"]
    assert (found.test, found.n) == (test, n)
