"""The asking commands on a run made by hand: many questions, sentences, predictions, a prompt."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys

import numpy as np
import pytest
from test_cli import w2v
from test_word_vectors import ROWS, WORDS, make_run

from w2v.config import write_config
from w2v.config.schema import Config, with_values

pytestmark = pytest.mark.usefixtures("folder")
UNIT = ROWS / np.maximum(np.linalg.norm(ROWS, axis=1, keepdims=True), 1e-9)


def configured(run, **values):
    config = with_values(Config(), {key.replace("__", "."): v for key, v in values.items()})
    (run / "config.yaml").write_text(write_config(config), "utf-8")
    return run


@pytest.fixture
def run(folder):
    made = make_run(folder / "run")
    np.save(made / "output_vectors.npy", ROWS[::-1])
    return configured(made)


def answers(result):
    """Return the words below each title."""
    found = {}
    for line in result.stdout.splitlines():
        if line.startswith(" "):
            found[title].append(line.split()[-1])  # noqa: F821  (a title comes first)
        else:
            title = line
            found[title] = []
    return found


class TestSimilar:
    def test_words_and_sums(self, run):
        done = w2v("similar", run, "king", "king - man + woman", "-n", 2)
        assert answers(done) == {
            "king": ["queen", "woman"],
            "king - man + woman": ["queen", "apple"],
        }
        analogy = w2v("analogy", run, "king - man + woman", "-n", 2)
        assert done.stdout.splitlines()[4:] == analogy.stdout.splitlines()[1:]

    def test_a_word_that_looks_like_a_sum_is_a_word(self, folder):
        words = [*WORDS[:5], "a - b", "-x"]
        made = make_run(folder / "other", vocabulary="".join(f"{word}\t9\n" for word in words))
        assert list(answers(w2v("similar", made, "a - b", "--", "-x"))) == ["a - b", "-x"]

    def test_what_is_no_question_does_not_stop_the_others(self, run):
        done = w2v("similar", run, "kin", "king queen", "king", "-n", 1, code=3)
        assert answers(done) == {"king": ["queen"]}
        assert done.stderr.splitlines()[1:] == [
            "w2v: 'kin' is not in the vocabulary; near: king",
            "w2v: 'king queen' is no word and no sum of words; write it as `king - man + woman`",
        ]

    @pytest.mark.parametrize("arguments", [[], ["-"]])
    def test_lines_of_standard_input(self, run, arguments):
        lines = "\ufeffking\n\n  king - man + woman \r\nnobody\nqueen\n"
        done = w2v("similar", run, *arguments, "--json", "-n", 1, stdin=lines, code=3)
        found = [json.loads(line) for line in done.stdout.splitlines()]
        assert [answer["query"] for answer in found] == [
            *("king", "king - man + woman", "nobody", "queen")
        ]
        assert found[2]["error"] == "'nobody' is not in the vocabulary"
        assert found[0]["neighbours"][0]["word"] == "queen"

    def test_more_lines_than_are_answered_at_once(self, run, monkeypatch):
        monkeypatch.setattr("w2v.cli.similar.AT_ONCE", 3)
        done = w2v("similar", run, "-n", 1, stdin="king\nqueen\n" * 10)
        assert len(done.stdout.splitlines()) == 40

    def test_nothing_is_asked(self, run):
        assert "nothing was asked" in w2v("similar", run, stdin="\n", code=2).stderr
        assert "quotation marks" in w2v("similar", run, "king", "-", "man", code=2).stderr

    def test_a_line_that_is_not_utf8_is_a_word_that_is_not_there(self, run):
        done = w2v("similar", run, "-n", 1, stdin=b"king\nk\xff\nqueen\n", code=3)
        assert answers(done) == {"king": ["queen"], "queen": ["woman"]}
        assert "w2v: 'k\\xff' is not in the vocabulary\n" in done.stderr

    def test_a_sentence(self, run):
        """Cut as the run's text was: in lower case here."""
        done = w2v("similar", run, "--sentence", "A KING, a Man!", "-n", 2, "--json")
        cosines = UNIT @ (ROWS[0] + ROWS[1])
        expected = [WORDS[i] for i in np.argsort(-cosines) if WORDS[i] not in ("king", "man")]
        [found] = map(json.loads, done.stdout.splitlines())
        assert [n["word"] for n in found["neighbours"]] == expected[:2]
        for_lines = w2v("similar", run, "--sentence", "-", "-n", 2, stdin="A KING, a Man!\n")
        assert list(answers(for_lines).values()) == [expected[:2]]

    def test_the_weighting_of_a_sentence_counts(self, folder):
        counts = [9999, 9, 9, 9, 9, 9, 9]
        lines = [f"{word}\t{count}\n" for word, count in zip(WORDS, counts, strict=True)]
        made = make_run(folder / "other", vocabulary="".join(lines))
        sentence = ["--sentence", "king apple", "-n", 1]
        assert list(answers(w2v("similar", made, *sentence)).values()) == [["queen"]]
        by_sif = w2v("similar", made, *sentence, "--weighting", "sif", "--json").stdout
        weight = 1e-3 / (1e-3 + np.array([9999, 9]) / (9999 + 6 * 9))
        direction = weight[0] * ROWS[0] + weight[1] * ROWS[5]
        cosine = max(UNIT[[1, 2, 3, 6]] @ direction) / np.linalg.norm(direction)
        assert json.loads(by_sif)["neighbours"][0]["similarity"] == pytest.approx(cosine, abs=1e-5)

    def test_code_of_a_tokenizer_is_not_run_unasked(self, folder):
        made = configured(make_run(folder / "r"), corpus__tokenizer="cutting:cut")
        (folder / "cutting.py").write_text("def cut(text):\n    return text.split('|')\n", "utf-8")
        sentence = ["--sentence", "king|man"]
        assert "--allow-code" in w2v("similar", made, *sentence, code=2).stderr
        assert w2v("similar", made, *sentence, "--allow-code").stdout.startswith("king|man\n")

    def test_restricted(self, run, folder):
        assert answers(w2v("similar", run, "king", "--restrict", 3)) == {"king": ["woman", "man"]}
        vocabulary = "".join(f"{word}\t{99 - i}\n" for i, word in enumerate(WORDS))
        made = make_run(folder / "counted", vocabulary=vocabulary)
        done = w2v("similar", made, "king", "--min-count", 97)
        assert answers(done) == {"king": ["woman", "man"]}
        assert answers(w2v("analogy", made, "king", "--restrict", 2)) == {"king": ["man"]}
        nobody = w2v("similar", made, "king", "--min-count", 10**9)
        assert answers(nobody) == {"king": []}
        assert "no word is left to answer" in nobody.stderr

    def test_words_that_are_predicted(self, run, folder):
        done = w2v("similar", run, "king", "--center", "-n", 1)
        cosines = UNIT[::-1] @ UNIT[0]
        cosines[0] = -1
        assert answers(done) == {"king": [WORDS[int(np.argmax(cosines))]]}
        assert "W_out" in done.stderr
        bare = make_run(folder / "bare")
        assert "come without W_out" in w2v("similar", bare, "king", "--center", code=2).stderr


def test_odd(run):
    done = w2v("odd", run, "king", "apple", "woman", "queen")
    assert answers(done) == {"apple": ["apple", "king", "woman", "queen"]}
    found = json.loads(w2v("odd", run, "king", "apple", "woman", "--json").stdout)
    assert found["odd"] == found["words"][0]["word"] == "apple"
    assert "takes three words" in w2v("odd", run, "king", "queen", code=2).stderr


@pytest.mark.parametrize(
    "question",
    [["king", "-man", "+woman"], ["king", "-man", "+woman", "-n", "1"], ["-n1", "king -man +woman"],
     ["-man", "+king", "+", "woman", "-n", "1", "--quiet"]],
)  # fmt: skip
def test_a_sign_before_a_word_is_no_option(run, question):
    """Click would take the n of -man for -n."""
    found = json.loads(w2v("analogy", run, *question, "--json").stdout)
    assert (sorted(found["positive"]), found["negative"]) == (["king", "woman"], ["man"])
    assert found["neighbours"][0]["word"] == "queen"


def test_an_option_that_is_none_is_refused(run):
    assert "No such option" in w2v("analogy", run, "king", "--nonsense", code=2).stderr


class TestPredict:
    def test_probabilities(self, run):
        done = w2v("predict", run, "king man", "king", "-n", 3)
        title, *lines = done.stdout.splitlines()
        assert title == "king man king"
        found = json.loads(w2v("predict", run, "king", "man", "king", "--json").stdout)
        assert found["context"] == ["king", "man", "king"]
        words = [prediction["word"] for prediction in found["predictions"]]
        assert [line.split()[-1] for line in lines] == words[:3]
        assert sum(p["probability"] for p in found["predictions"]) == pytest.approx(1)

    def test_softmax_has_no_noise_to_make_up_for(self, run):
        vocabulary = "".join(f"{word}\t{10**i}\n" for i, word in enumerate(WORDS))
        (run / "vocab.tsv").write_text(vocabulary, "utf-8")
        configured(run, model__loss="softmax")
        found = json.loads(w2v("predict", run, "man", "--json").stdout)["predictions"]
        scores = ROWS[::-1] @ ROWS[1]
        p = np.exp(scores) / np.exp(scores).sum()
        expected = [WORDS[i] for i in np.argsort(-p, kind="stable")]
        assert [f["word"] for f in found] == expected
        assert found[0]["probability"] == pytest.approx(p.max(), rel=1e-5)

    def test_skipgram_is_refused(self, run):
        configured(run, model__kind="skipgram")
        assert "skip-gram" in w2v("predict", run, "king", code=2).stderr

    def test_a_missing_word(self, run):
        assert "'kin' is not" in w2v("predict", run, "king", "kin", code=3).stderr


class TestVector:
    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_the_numbers_can_be_read_again(self, folder, dtype):
        rows = np.random.default_rng(3).normal(size=ROWS.shape).astype(dtype)
        made = make_run(folder / "r", vectors=rows)
        for shown in (
            w2v("vector", made, "queen", "apple").stdout,
            w2v("vector", made, stdin="queen\napple\n").stdout,
        ):
            lines = [line.split("\t") for line in shown.splitlines()]
            assert [line[0] for line in lines] == ["queen", "apple"]
            np.testing.assert_array_equal(
                np.array([line[1:] for line in lines], dtype), rows[[3, 5]]
            )
        in_json = w2v("vector", made, "queen", "--json").stdout
        np.testing.assert_array_equal(np.array(json.loads(in_json)["vector"], dtype), rows[3])

    def test_at_length_one_and_of_the_other_table(self, run):
        shown = w2v("vector", run, "king", "--unit", "--center", "--json").stdout
        assert json.loads(shown)["vector"] == pytest.approx(UNIT[6].tolist())
        assert w2v("vector", run, "<pad>", "--unit").stdout == "<pad>\t0\t0\t0\n"

    def test_sentences(self, run):
        asked = ["--sentence", "king and man", "--sentence", "woman", "--json"]
        first, second = map(json.loads, w2v("vector", run, *asked).stdout.splitlines())
        assert first["sentence"] == "king and man"
        assert first["vector"] == pytest.approx(((ROWS[0] + ROWS[1]) / 2).tolist())
        assert second["vector"] == pytest.approx(ROWS[2].tolist())
        lines = w2v("vector", run, "--sentence", "-", "--json", stdin="king and man\nwoman\n")
        assert lines.stdout.splitlines() == w2v("vector", run, *asked).stdout.splitlines()
        apart = w2v("vector", run, *asked, "--remove-common").stdout
        first, second = (np.array(json.loads(line)["vector"]) for line in apart.splitlines())
        assert np.linalg.matrix_rank(np.stack([first, second]), tol=1e-6) == 1

    def test_refusals(self, run):
        assert (
            "twice or more"
            in w2v("vector", run, "--sentence", "a", "--remove-common", code=2).stderr
        )
        assert "for words" in w2v("vector", run, "--sentence", "a", "--center", code=2).stderr
        assert "nothing was asked" in w2v("vector", run, stdin="\n", code=2).stderr
        for command in ("vector", "similar"):
            refused = w2v(command, run, "king", "--weighting", "sif", code=2)
            assert "--weighting sif is for --sentence" in refused.stderr
        done = w2v("vector", run, "king", "kin", code=3)
        assert done.stdout.startswith("king\t4\t3\t")
        assert done.stderr == "w2v: 'kin' is not in the vocabulary; near: king\n"


@pytest.mark.parametrize("as_json", [(), ("--json",)])
@pytest.mark.parametrize(
    "arguments",
    [
        ("vector", "man"),
        ("vector", "man", "--unit"),
        ("vector", "--sentence", "king man"),
        ("vector", "--sentence", "king", "--sentence", "man", "--remove-common"),
        ("odd", "king", "man", "woman"),
        ("predict", "king", "man"),
        ("similar", "man"),
    ],
)
def test_a_damaged_row_is_said_to_be_one(run, arguments, as_json):
    rows = ROWS.copy()
    rows[1] = np.nan
    np.save(run / "vectors.npy", rows)
    command, *rest = arguments
    done = w2v(command, run, *rest, *as_json, code=1)
    assert done.stderr.startswith("w2v: the vectors of ")
    assert done.stderr.endswith(" are damaged: not numbers\n")


@pytest.fixture
def terminal(run):
    """Start `w2v similar` on a terminal of its own; yields how to type and what is read."""
    pytest.importorskip("readline")
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "dumb", "INPUTRC": os.devnull}
    process = subprocess.Popen(
        [sys.executable, "-m", "w2v", "similar", str(run), "-n", "1"],
        stdin=theirs, stdout=theirs, stderr=theirs, env=environment,
    )  # fmt: skip
    os.close(theirs)

    unread = ""

    def read_until(text):
        nonlocal unread
        while text not in unread:
            ready, _, _ = select.select([ours], [], [], 30)
            assert ready, f"waited for {text!r}, read {unread!r}"
            unread += os.read(ours, 4096).decode()
        before, found, unread = unread.partition(text)
        return before + found

    yield process, lambda text: os.write(ours, text.encode()), read_until
    process.kill()
    process.wait()
    os.close(ours)


def test_the_prompt(terminal, folder):
    process, write, read_until = terminal
    assert "7 words; write one, or king - man + woman" in read_until("> ")
    write("king\n")
    assert "queen" in read_until("queen")
    read_until("> ")
    write("nobody\n")
    assert "w2v: 'nobody' is not in the vocabulary" in read_until("vocabulary")
    read_until("> ")
    write("qu\t\n")  # completed to queen
    assert "queen\r\n   0.999  woman" in read_until("woman")
    read_until("> ")
    write("\x04")  # Ctrl-D
    assert process.wait(30) == 0
    history = (folder.parent / "cache" / "history").read_text("utf-8")
    assert history.split() == ["king", "nobody", "queen"]


def test_ctrl_c_at_the_prompt_gives_another_line(run, monkeypatch):
    """Raised by `input`, since a signal to a process comes before or after it waits for a line."""
    typed = iter([KeyboardInterrupt, "king", KeyboardInterrupt, KeyboardInterrupt, EOFError])

    def type_line(prompt):
        line = next(typed)
        if isinstance(line, str):
            return line
        raise line

    monkeypatch.setattr("builtins.input", type_line)
    monkeypatch.setattr("w2v.cli.similar.stdin_is_terminal", lambda: True)
    monkeypatch.setitem(sys.modules, "readline", None)  # as where Python has none
    done = w2v("similar", run, "-n", 1)
    assert done.stdout == "king\n   0.823  queen\n"  # which may go to a file: no prompt is in it
    assert done.stderr.endswith("line ends\n> \n> > \n> \n> \n")
    assert list(typed) == []
