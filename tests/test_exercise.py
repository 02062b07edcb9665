"""The exercises: what a learner is given, what is said of right and wrong code, and training."""

from __future__ import annotations

import concurrent.futures
import doctest
import hashlib
import json
import textwrap
import time
from collections import OrderedDict
from pathlib import Path

import click
import numpy as np
import pytest
import yaml
from exercise_solutions import OTHER_WAYS, RIGHT, WRONG
from test_cli import w2v

from w2v.cli.exercise import TOPICS
from w2v.cli.lesson_page import lesson_lines
from w2v.cli.terminal import columns_of
from w2v.lessons.blocks import Lines
from w2v.lessons.exercise.calling import call_case, described, wrong_arguments
from w2v.lessons.exercise.checking import Checked, refused
from w2v.lessons.exercise.comparing import judged
from w2v.lessons.exercise.folder import Folder
from w2v.lessons.exercise.running import Ran
from w2v.lessons.exercise.stub import stub, train_file
from w2v.lessons.exercise.task import Case, Finding, shown
from w2v.lessons.exercise.tasks import TASKS
from w2v.lessons.exercise.telling import (
    hint_lesson,
    list_lesson,
    stub_lesson,
    task_lesson,
)
from w2v.lessons.exercise.training import Trained, not_ready_lesson, train_lesson
from w2v.lessons.exercise.verdicts import check_lesson
from w2v.lessons.exercise.words import Words
from w2v.lessons.languages import TEXTS, languages

LANGUAGES = languages()
PASSED = Checked(None, 6, 6, Ran(), "", None)
every_topic = pytest.mark.parametrize("topic", TOPICS)
every_language = pytest.mark.parametrize("language", LANGUAGES)


def function_of(topic, source):
    """Return the function that a file of a learner's defines."""
    names = {}
    exec(textwrap.dedent(source), names)
    return names[TASKS[topic].function]


def ways(topic, key):
    """Return the files that make a mistake, each with what is said of it."""
    return [WRONG[topic][key], *OTHER_WAYS.get((topic, key), ())]


def changing(hidden, rows, ids):
    """Give the right answer of exercise 4, and spoil two of the arguments."""
    answer = function_of("loss", RIGHT["loss"]["vectorised"])(hidden, rows, ids)
    hidden += 1
    rows += 1
    return answer


def finding_of(topic, function):
    """Check a function in this process, through JSON as from a process of its own."""
    task = TASKS[topic]
    happened = [call_case(function, task, case) for case in task.cases()]
    return judged(task, json.loads(json.dumps(happened)))


def mistake(topic, name):
    """Return a function that makes a known mistake, as a learner's returns or changes arrays."""
    task = TASKS[topic]

    def function(*arguments):
        inputs = dict(zip(task.arguments, arguments, strict=True))
        parts = task.wrong[name](**inputs)
        if task.in_place:
            inputs[task.in_place][:] = parts[0]
            return None
        return parts if len(parts) > 1 else parts[0]

    return function


def write(topic, source, folder="my_word2vec"):
    """Write a learner's file."""
    file = Path(folder) / f"{TASKS[topic].module}.py"
    file.parent.mkdir(exist_ok=True)
    content = source if isinstance(source, bytes) else textwrap.dedent(source).encode()
    file.write_bytes(content)
    return file


def checked(topic, source, *options, code=1):
    """Check a file by the command, and return its lesson as JSON."""
    write(topic, source)
    result = w2v("exercise", topic, "--check", "--json", "--lang", "en", *options, code=code)
    return json.loads(result.stdout)


class TestTasks:
    def test_the_command_knows_them(self):
        assert tuple(TASKS) == TOPICS

    @every_topic
    def test_cases_are_the_same_each_time_and_nothing_shares_them(self, topic):
        task = TASKS[topic]
        first = [case.copies() for case in task.cases()]
        for inputs in first:
            for value in inputs.values():
                if isinstance(value, np.ndarray):
                    value[...] = 0
        assert repr(task.cases()) == repr(task.cases())
        assert all(set(case.inputs) == set(task.arguments) for case in task.cases())

    @every_topic
    def test_the_example_is_true(self, topic):
        task = TASKS[topic]
        names = {"np": np, task.function: function_of(topic, RIGHT[topic]["vectorised"])}
        found = doctest.DocTestParser().get_doctest(
            "\n".join(task.example) + "\n", names, topic, None, 0
        )
        assert len(found.examples) > 1
        assert doctest.DocTestRunner().run(found).failed == 0


class TestComparing:
    @pytest.mark.parametrize(
        ("topic", "style"), [(topic, style) for topic in TOPICS for style in RIGHT[topic]]
    )
    def test_right_in_every_style(self, topic, style):
        function = function_of(topic, RIGHT[topic][style])
        assert wrong_arguments(function, TASKS[topic]) is None
        assert finding_of(topic, function) is None

    @pytest.mark.parametrize(
        ("topic", "name"), [(topic, name) for topic in TOPICS for name in TASKS[topic].wrong]
    )
    def test_a_known_mistake_is_known(self, topic, name):
        finding = finding_of(topic, mistake(topic, name))
        assert finding.key == f"wrong_{name}"
        for language in LANGUAGES:
            said = " ".join(Words(TASKS[topic], language).finding(finding))
            assert "{" not in said
            assert "nan" not in said or name == "naive"

    @pytest.mark.parametrize(
        ("topic", "key", "source", "said"),
        [
            pytest.param(topic, key, *way, id=f"{topic}-{key}-{number}")
            for topic in WRONG
            for key in WRONG[topic]
            for number, way in enumerate(ways(topic, key))
        ],
    )
    def test_a_mistake_as_a_learner_makes_it(self, topic, key, source, said):
        finding = finding_of(topic, function_of(topic, source))
        assert finding.key == key
        assert said in " ".join(Words(TASKS[topic], "en").finding(finding))

    @pytest.mark.parametrize(
        ("topic", "change", "key"),
        [
            ("embedding-forward", lambda rows: rows * 2, "ratio"),
            ("scatter-add", lambda dW: -dW, "opposite"),
            ("scatter-add", lambda dW: dW + np.eye(*dW.shape), "numbers"),
            ("scatter-add", lambda dW: dW / 0.0, "not_finite"),
            ("scatter-add", lambda dW: dW[:-1], "shape"),
            ("scatter-add", lambda dW: dW.tolist(), "no_array"),
            ("scatter-add", lambda dW: dW.astype(object), "no_floats"),
            ("scatter-add", lambda dW: dW.astype(complex), "no_floats"),
            ("scatter-add", lambda dW: dW.astype(np.float16), "no_floats"),
            ("scatter-add", lambda dW: (dW * 100).astype(int), "no_floats"),
            ("scatter-add", lambda dW: np.broadcast_to(dW[0, 0], (9, 99999)), "too_large"),
            ("scatter-add", lambda dW: None, "returns_none"),
            ("scatter-add", lambda dW: (dW, dW), "no_array"),
            ("loss", lambda pair: pair[0], "not_a_pair"),
            ("loss", lambda pair: (*pair, 3), "not_a_pair"),
            ("loss", lambda pair: None, "returns_none"),
            ("loss", lambda pair: (str(pair[0]), pair[1]), "no_number"),
            ("loss", lambda pair: (pair[0] + 1, pair[1]), "number"),
            ("loss", lambda pair: (pair[0], pair[1] + 1), "numbers"),
            ("loss", lambda pair: (10**400, pair[1]), "no_floats"),
            ("most-similar", lambda pair: (pair[0] * 1.0, pair[1]), "no_ids"),
            ("analogy", lambda answer: float(answer), "no_ids"),
            ("analogy", lambda answer: np.array([answer]), "shape_of_number"),
        ],
    )  # fmt: skip
    @pytest.mark.filterwarnings("ignore::RuntimeWarning")
    def test_other_mistakes(self, topic, change, key):
        right = function_of(topic, RIGHT[topic]["vectorised"])
        finding = finding_of(topic, lambda *arguments: change(right(*arguments)))
        assert finding.key == key
        for language in LANGUAGES:
            assert Words(TASKS[topic], language).finding(finding)

    def test_one_part_may_be_right(self):
        right = function_of("loss", RIGHT["loss"]["vectorised"])

        def half(hidden, rows, ids):
            loss, d_scores = right(hidden, rows, ids)
            return loss, d_scores / len(ids)

        finding = finding_of("loss", half)
        assert (finding.key, finding.part, finding.case.key) == ("wrong_mean", "d_scores", "batch")

    def test_the_worst_of_the_book_is_named(self):
        finding = finding_of("cbow-backward", mistake("cbow-backward", "no_mean"))
        said = " ".join(Words(TASKS["cbow-backward"], "en").finding(finding))
        assert "|C| = 3 words" in said
        assert "3.00 times the right gradient: 1/|C| is missing" in said

    def test_whoever_of_two_alike_a_sort_puts_first_the_first_is_no_safe_guess(self):
        # A sort that is not stable may put either first; it does the same with the same numbers.
        for sign in (1, -1):

            def most_similar(W, word_id, n, sign=sign):
                unit = W / np.linalg.norm(W, axis=1, keepdims=True)
                cosines = (unit @ unit[word_id]).round(12)
                order = np.lexsort((sign * np.arange(len(W)), -cosines))[1 : n + 1]
                return order, cosines[order]

            finding = finding_of("most-similar", most_similar)
            assert finding.key == "wrong_first_dropped"
            assert finding.case.key == ("earlier_twin" if sign == 1 else "later_twin")
            assert finding.case.inputs["word_id"] in finding.yours

    def test_inputs_must_stay_as_they_were(self):
        def normalising(W, word_id, n):
            W /= np.linalg.norm(W, axis=1, keepdims=True)
            return function_of("most-similar", RIGHT["most-similar"]["vectorised"])(W, word_id, n)

        finding = finding_of("most-similar", normalising)
        assert (finding.key, finding.values) == ("changed", {"names": ("W",)})

    def test_wrong_numbers_go_before_a_changed_input(self):
        def both(W, ids):
            W *= 2
            return W[ids - 1]

        assert finding_of("embedding-forward", both).key != "changed"

    def test_the_first_case_that_is_wrong_is_told_though_a_later_one_raises(self):
        def late(W, ids):
            if len(ids) == 1:
                raise ValueError
            return W[ids - 1]

        assert finding_of("embedding-forward", late).key == "wrong_off_by_one"

        def early(W, ids):
            if len(ids) > 1:
                raise ValueError
            return W[ids - 1]

        assert finding_of("embedding-forward", early).key == "raised"

    def test_subclasses_and_strange_things_are_only_described(self):
        class Trap(np.ndarray):
            def __array__(self, *_, **__):
                raise AssertionError("called")

        assert described(np.zeros(2).view(Trap)) == {"kind": "other", "type": "Trap"}
        assert described({"a": 1})["kind"] == "other"
        assert described(True)["dtype"] == "bool"

    def test_arguments_may_have_other_names_but_not_another_number(self):
        task = TASKS["embedding-forward"]
        assert wrong_arguments(lambda table, rows: 0, task) is None
        assert wrong_arguments(lambda W, ids, more=3: 0, task) is None
        assert wrong_arguments(lambda W: 0, task) == "(W)"
        assert wrong_arguments(lambda W, ids, more: 0, task) == "(W, ids, more)"

    @pytest.mark.parametrize("power", [0.7, 0.8, 0.9, 0.5, 2])
    def test_another_power_is_measured(self, power):
        def sampler(counts, n, rng):
            p = counts.astype(float) ** power
            return rng.choice(len(counts), n, p=p / p.sum())

        finding = finding_of("sampler", sampler)
        if power == 0.8:  # not far enough to be told from 0.75 for sure
            assert finding is None or finding.key == "wrong_power"
        else:
            assert finding.key == "wrong_power"
            assert abs(float(finding.values["power"]) - power) < 0.06

    def test_a_right_sampler_passes_whatever_it_makes_of_the_generator(self):
        for skipped in range(60):

            def sampler(counts, n, rng, skipped=skipped):
                rng.random(skipped)
                p = counts**0.75
                return rng.choice(len(counts), n, p=p / p.sum())

            assert finding_of("sampler", sampler) is None


class TestTexts:
    @every_language
    @every_topic
    def test_each_mistake_has_its_text(self, topic, language):
        texts = yaml.safe_load((TEXTS / language / f"exercise/{topic}.yaml").read_text("utf-8"))
        told = {key.removeprefix("wrong_") for key in texts if key.startswith("wrong_")}
        made = {key.removeprefix("wrong_") for key in WRONG[topic]}
        assert set(TASKS[topic].wrong) <= told
        assert told <= set(TASKS[topic].wrong) | made
        assert Words(TASKS[topic], language).n_hints() in (3, 4)
        assert {f"about_{name}" for name in TASKS[topic].shapes} <= set(texts)

    @every_language
    def test_each_case_has_its_name(self, language):
        for task in TASKS.values():
            for case in task.cases():
                assert Words(task, language).case(case)

    @every_language
    @every_topic
    def test_a_stub_is_python_with_a_docstring(self, topic, language):
        task = TASKS[topic]
        folder = Path('a "folder" \\N"""of\udcff mine')
        text = stub(task, Words(task, language, folder))
        assert max(map(columns_of, text.splitlines())) <= 88
        names = {}
        exec(compile(text.encode(), topic, "exec"), names)
        function = names[task.function]
        assert names["__doc__"].startswith(Words(task, language).title())
        assert wrong_arguments(function, task) is None
        for name, (shape, _) in task.shapes.items():
            assert name in function.__doc__
            assert shape in function.__doc__
        assert all(line in function.__doc__ for line in (*task.formula, *task.example))
        with pytest.raises(NotImplementedError):
            function(*task.cases()[0].copies().values())

    @pytest.mark.parametrize(("language", "mark"), [("en", ", "), ("ko", ", "), ("zh", "、")])
    def test_names_are_listed_as_a_language_lists_them(self, language, mark):
        task = TASKS["loss"]
        words = Words(task, language)
        beside = refused(Ran(reports=({"refused": "missing", "found": ["one", "two"]},)))
        none = finding_of("loss", lambda *_: None)
        assert f"`one`{mark}`two`" in " ".join(words.finding(beside))
        assert f"`loss`{mark}`d_scores`" in " ".join(words.finding(none))
        assert f"`hidden`{mark}`rows`" in " ".join(words.finding(finding_of("loss", changing)))
        assert f"`loss`{mark}`d_scores`" in str(task_lesson(task, language))
        twice = finding_of("scatter-add", mistake("scatter-add", "last_wins"))
        said = " ".join(Words(TASKS["scatter-add"], language).finding(twice))
        assert f"`ids[0]`{mark}`ids[2]`" in said

    @pytest.mark.parametrize(
        ("language", "numbers", "tables"),
        [
            ("en", ("yours: nan", "right: 1.5"), ["dW, yours", "dW, right"]),
            ("ko", ("내 값: nan", "맞는 값: 1.5"), ["dW, 내 값", "dW, 맞는 값"]),
            ("zh", ("你的：nan", "正确的：1.5"), ["dW，你的", "dW，正确的"]),
        ],
    )
    def test_marks_beside_numbers_are_those_of_the_language(self, language, numbers, tables):
        task = TASKS["scatter-add"]
        values = {"name": "dW", "yours": "nan", "right": "1.5"}

        def shown_beside(yours, right):
            finding = Finding("number", values, task.cases()[0], "dW", yours, right)
            told = Checked(finding, 0, 6, Ran(), None, None)
            lesson = check_lesson(task, told, Path("f"), Folder(Path("my_word2vec")), language)
            return next(step.blocks for step in lesson.steps if step.key == "numbers")

        assert shown_beside(np.array(np.nan), np.array(1.5)) == (Lines(numbers),)
        assert [one.name for one in shown_beside(np.zeros((2, 2)), np.ones((2, 2)))] == tables

    @pytest.mark.parametrize("value", [{}, OrderedDict(), [], "word"])
    def test_no_article_goes_before_the_name_of_a_type(self, value):
        kind = type(value).__name__
        for topic, answer in (("scatter-add", value), ("loss", (value, value))):
            said = Words(TASKS[topic], "en").finding(finding_of(topic, lambda *_, it=answer: it))
            assert f"what you return is of type {kind}." in " ".join(said)
            assert f" a {kind}" not in " ".join(said)

    @every_language
    def test_the_training_file_is_python_and_short(self, language):
        text = train_file(Words(None, language))
        compile(text, "train.py", "exec")
        assert "<" not in text.replace("<=", "").replace("< len", "")
        assert len(text.splitlines()) < 85
        assert all(
            f"from {task.module} import {task.function}\n" in text for task in TASKS.values()
        )

    @every_language
    @every_topic
    def test_no_line_is_wider_than_a_terminal(self, topic, language):
        task = TASKS[topic]
        lessons = [task_lesson(task, language)]
        folded = [step.key for step in lessons[0].steps if step.is_folded]
        assert folded == [f"hint-{n}" for n in range(1, len(folded) + 1)]
        assert len(folded) == Words(task, language).n_hints()
        findings = [finding_of(topic, mistake(topic, name)) for name in task.wrong]
        findings += [
            finding_of(topic, function_of(topic, source)) for source, _ in WRONG[topic].values()
        ]
        ran = Ran(printed="긴 줄 \x1b[31m\t" * 100)
        error = {
            "type": "E" * 80,
            "message": "말 " * 150,
            "frames": [{"line": 1, "file": "f", "text": "글" * 90}],
        }
        for finding in findings:
            told = Checked(finding, 0, len(task.cases()), ran, None, error)
            file = Path("my_word2vec/file.py")
            lessons.append(check_lesson(task, told, file, Folder(Path("my_word2vec")), language))
        for lesson in lessons:
            for line in lesson_lines(lesson, with_answer=False):
                assert columns_of(click.unstyle(line)) <= 80, line

    @every_language
    def test_nor_is_one_of_what_is_no_exercise(self, tmp_path, language):
        folder, task = Folder(tmp_path), TASKS["scatter-add"]
        lessons = [list_lesson(folder, language), not_ready_lesson(folder, language)]
        lessons += [stub_lesson(task, folder, is_new=new, language=language) for new in (0, 1)]
        lessons += [hint_lesson(task, folder, language) for _ in range(5)]
        lessons.append(check_lesson(task, PASSED, tmp_path, folder, language))
        neighbours = [["queen", 0.9], ["prince", 0.8]]
        asked = {"n_words": 556, "dim": 30, "neighbours": neighbours, "answer": "queen"}
        error = {"refused": "raised", "type": "NameError", "message": "no", "frames": []}
        for ran, found in (
            (Ran(), asked | {"n_right": 290, "n_asked": 310}),
            (Ran(), asked | {"n_right": 3, "n_asked": 310}),
            (Ran(reports=[error]), None),
            (Ran(reports=[error | {"type": "SystemExit"}]), None),
            (Ran(how="too_long"), None),
            (Ran(how="signal", code=11), None),
            (Ran(how="exit", code=3), None),
            (Ran(how="no_start"), None),
        ):
            trained = Trained(ran, 12.5, found)
            lessons.append(train_lesson(trained, folder, 900.0, language, "12.5 s"))
        for lesson in lessons:
            for line in lesson_lines(lesson, with_answer=False):
                is_place = str(tmp_path) in line  # as long as it is
                assert is_place or columns_of(click.unstyle(line)) <= 80, line


class TestFolder:
    @pytest.mark.parametrize(
        "content",
        [b"", b"{", b"[]", b'{"hints": 3}', b'{"passed": []}', b'{"hints": {"loss": []}}', b"\xff"],
    )
    def test_damage_begins_again(self, tmp_path, content):
        (tmp_path / "progress.json").write_bytes(content)
        folder = Folder(tmp_path)
        assert folder.is_damaged
        assert folder.hints_seen(TASKS["loss"]) == 0
        folder.remember_hints(TASKS["loss"], 2)
        assert not Folder(tmp_path).is_damaged
        assert Folder(tmp_path).hints_seen(TASKS["loss"]) == 2

    def test_a_pass_is_of_these_bytes(self, tmp_path):
        task, folder = TASKS["loss"], Folder(tmp_path)
        assert folder.state_of(task) == "new"
        file = folder.file_of(task)
        file.write_bytes(b"x = 1\n")
        assert folder.state_of(task) == "started"
        folder.remember_check(task, hashlib.sha256(b"x = 1\n").hexdigest())
        assert Folder(tmp_path).state_of(task) == "passed"
        file.write_bytes(b"x = 2\n")
        assert Folder(tmp_path).state_of(task) == "changed"
        folder.remember_check(task, None)
        assert Folder(tmp_path).state_of(task) == "started"

    def test_what_another_command_remembered_stays(self, tmp_path):
        mine, other = Folder(tmp_path), Folder(tmp_path)
        other.remember_check(TASKS["loss"], "a")
        other.remember_hints(TASKS["loss"], 2)
        mine.remember_check(TASKS["sampler"], "b")
        mine.remember_hints(TASKS["analogy"], 1)
        remembered = json.loads((tmp_path / "progress.json").read_text("utf-8"))
        assert remembered == {
            "hints": {"loss": 2, "analogy": 1},
            "passed": {"loss": "a", "sampler": "b"},
        }

    def test_many_write_at_once(self, tmp_path):
        def remember(topic):
            Folder(tmp_path).remember_check(TASKS[topic], topic)

        with concurrent.futures.ThreadPoolExecutor(len(TOPICS)) as pool:
            list(pool.map(remember, TOPICS))
        remembered = json.loads((tmp_path / "progress.json").read_text("utf-8"))
        assert set(remembered["passed"]) == set(TOPICS)


@pytest.mark.usefixtures("folder")
class TestCommand:
    @every_language
    def test_the_list(self, language):
        shown_list = w2v("exercise", "--lang", language).stdout
        places = [shown_list.index(f"  {topic} ") for topic in TOPICS]
        assert places == sorted(places)
        assert "w2v exercise embedding-forward\n" in shown_list
        assert max(map(columns_of, shown_list.splitlines())) <= 80
        assert not Path("my_word2vec").exists()

    def test_a_stub_is_written_once(self):
        first = w2v("exercise", "scatter-add", "--lang", "ko")
        file = Path("my_word2vec/scatter_add.py")
        assert "파일을 만들었습니다" in first.stdout
        assert "기울기" in file.read_text("utf-8")
        file.write_text("mine", "utf-8")
        again = json.loads(w2v("exercise", "scatter-add", "--json").stdout)
        assert again["numbers"] == {"file": str(file), "written": False}
        assert file.read_text("utf-8") == "mine"

    def test_hints_come_one_at_a_time(self):
        said = [json.loads(w2v("exercise", "loss", "--hint", "--json").stdout) for _ in range(6)]
        assert [lesson["numbers"]["hint"] for lesson in said] == [1, 2, 3, 4, 4, 4]
        assert [lesson["numbers"]["is_last"] for lesson in said] == [False] * 3 + [True] * 3
        assert [len(lesson["steps"]) for lesson in said] == [2, 2, 2, 2, 5, 5]
        Path("my_word2vec/progress.json").write_text("{", "utf-8")
        result = w2v("exercise", "loss", "--hint", "--lang", "en")
        assert "progress.json cannot be read" in result.stderr
        assert "Hint 1 of 4" in result.stdout

    def test_a_page(self):
        w2v("exercise", "loss", "--html", "--lang", "zh")
        assert "负采样的损失" in Path("exercise-loss.html").read_text("utf-8")
        assert not Path("my_word2vec").exists()

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["los"], "there is no exercise 'los'; there are embedding-forward, scatter-add"),
            (["--check"], "--check is for one of the eight exercises"),
            (["train", "--hint"], "--hint is for one of the eight exercises"),
            (["--html"], "--html is for one of the eight"),
            (["loss", "--check", "--hint"], "are three things"),
            (["loss", "mine.py"], "a file is given with --check only"),
            (["loss", "--time-limit", "3"], "--time-limit is for --check and for train"),
            (["loss", "--check"], "loss.py is not there; `w2v exercise loss` writes it"),
            (["loss", "--lang", "xx"], "lessons are not there in 'xx'"),
        ],
    )
    def test_wrong_usage(self, arguments, said):
        assert said in w2v("exercise", *arguments, code=2).stderr

    def test_the_folder_is_a_file(self):
        result = w2v("exercise", "loss", "--folder", "my.txt", code=1)
        assert "my.txt is a file; choose another folder with --folder" in result.stderr

    def test_from_wrong_to_passed(self):
        wrong = checked("scatter-add", WRONG["scatter-add"]["wrong_last_wins"][0])
        numbers = wrong["numbers"]
        assert not numbers["passed"]
        assert numbers["diagnosis"] == "wrong_last_wins"
        assert (numbers["cases"], numbers["cases_right"], numbers["part"]) == (6, 0, "dW")
        assert len(numbers["yours"]) == len(numbers["expected"]) == 7
        states = json.loads(w2v("exercise", "--json").stdout)["numbers"]["states"]
        assert states["scatter-add"] == "started"
        right = checked("scatter-add", RIGHT["scatter-add"]["loop"], code=0)
        assert right["numbers"]["passed"]
        assert right["numbers"]["diagnosis"] is None
        states = json.loads(w2v("exercise", "--json").stdout)["numbers"]["states"]
        assert states["scatter-add"] == "passed"
        missing = w2v("exercise", "train", "--lang", "en", code=1)
        assert "7 exercises of eight must pass first" in missing.stdout
        assert missing.stderr == ""

    def test_what_was_found_is_told_though_it_cannot_be_remembered(self):
        checked("embedding-forward", RIGHT["embedding-forward"]["loop"], code=0)
        Path("my_word2vec/progress.json").unlink()
        Path("my_word2vec/progress.json").mkdir()  # closed, even to root
        result = w2v("exercise", "embedding-forward", "--check", "--lang", "en")
        assert "Passed: 4 of 4" in result.stdout
        assert "progress.json cannot be written" in result.stderr
        assert "this check is not remembered" in result.stderr

    def test_another_file_is_checked_and_not_remembered(self):
        Path("other file.py").write_text(
            textwrap.dedent(RIGHT["embedding-forward"]["loop"]), "utf-8"
        )
        result = w2v("exercise", "embedding-forward", "other file.py", "--check", "--lang", "en")
        assert "Passed: 4 of 4" in result.stdout
        assert "not remembered" in result.stderr
        states = json.loads(w2v("exercise", "--json").stdout)["numbers"]["states"]
        assert states["embedding-forward"] == "new"


def forward(*lines):
    """Return a file whose embedding_forward has these lines."""
    return "import os, sys, time\nimport numpy as np\n\ndef embedding_forward(W, ids):\n" + "".join(
        f"    {line}\n" for line in lines
    )


@pytest.mark.usefixtures("folder")
class TestProcess:
    @pytest.mark.parametrize(
        ("source", "key"),
        [
            (forward("raise NotImplementedError"), "not_written"),
            (forward("sys.exit(0)"), "exits"),
            ("raise SystemExit", "exits"),
            (forward("os._exit(0)"), "exit"),
            (forward("os.abort()"), "signal"),
            (forward("return W[input()]"), "asks_input"),
            (forward("return np.ones((10**10, 8))"), "no_memory"),
            (forward("return embedding_forward(W, ids)"), "raised"),
            ("import nonsense", "raised_outside"),
            ("def embedding_forward(W, ids)\n    return W", "syntax"),
            (b"x = \n\xff\xfe", "not_utf8"),
            ('"""한국어"""\n'.encode("cp949"), "not_utf8"),
            ("x = 1\n".encode("utf-16"), "not_utf8"),
            (b"x = 1\0", "not_utf8"),
            (b"# coding: nonsense\n\xff", "syntax"),
            ("def forward(W, ids):\n    return W[ids]", "missing_beside"),
            ("embedding_forward = 3", "missing"),
            ("def embedding_forward(W):\n    return W", "arguments"),
        ],
    )  # fmt: skip
    @pytest.mark.skipif("sys.platform == 'win32'", reason="signals and limits are of POSIX")
    def test_whatever_the_code_does(self, source, key):
        lesson = checked("embedding-forward", source)
        assert lesson["numbers"]["diagnosis"] == key
        assert "calling.py" not in json.dumps(lesson)

    def test_the_traceback_is_of_their_file_alone(self):
        source = forward("return helper(W, ids)") + "\ndef helper(W, i):\n    return W[i + 100]\n"
        error = checked("embedding-forward", source)["numbers"]["error"]
        assert error["type"] == "IndexError"
        assert [(frame["line"], frame["text"]) for frame in error["frames"]] == [
            (5, "return helper(W, ids)"),
            (8, "return W[i + 100]"),
        ]

    def test_an_error_of_another_case_is_not_told(self):
        source = (
            "def negative_sampling_loss(hidden, rows, ids):\n"
            "    scores = (hidden * rows).sum(2)\n"  # fits a single center alone
            "    return scores.sum(), scores\n"
        )
        lesson = checked("loss", source)
        assert lesson["numbers"]["case"] == "one_center"
        assert lesson["numbers"]["yours"] is not None
        assert "ValueError" not in json.dumps(lesson)

    def test_a_warning_is_shown_whole(self, monkeypatch):
        monkeypatch.delenv("PYTHONWARNINGS", raising=False)  # in tests they are errors
        source = forward("np.log(np.zeros(1))", "return W[ids]")
        _, printed = checked("embedding-forward", source, code=0)["steps"]
        warning = "embedding_forward.py:5: RuntimeWarning: divide by zero encountered in log"
        assert warning in json.dumps(printed)

    @pytest.mark.skipif("not hasattr(os, 'fork')")
    def test_a_loop_without_end_prints_without_end_and_leaves_children(self, tmp_path):
        source = forward(
            "try: pid = os.fork()",
            "except OSError: pid = 1",  # who is not root cannot start a process here
            "if pid == 0:",
            f"    open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid()))",
            "    time.sleep(600)",
            "while True: print('noise' * 100)",
        )
        numbers = checked("embedding-forward", source, "--time-limit", "1")["numbers"]
        assert numbers["diagnosis"] == "too_long"
        assert numbers["case"] == "repeated_ids"
        assert 0 < len(numbers["printed"]) <= 1 << 16
        if (tmp_path / "pid").exists():
            pid = int((tmp_path / "pid").read_text())
            assert not is_running(pid)

    def test_what_it_prints_and_what_it_closes_disturbs_nothing(self):
        lines = ("print('{\"end\": true}')", "os.closerange(3, 50)", "return W[ids]")
        numbers = checked("embedding-forward", forward(*lines), code=0)["numbers"]
        assert numbers["passed"]
        assert numbers["printed"].startswith('{"end": true}')

    @pytest.mark.skipif("not hasattr(os, 'fork')")
    def test_a_fork_is_not_heard(self):
        source = forward("try: os.fork()", "except OSError: pass", "return W[ids]")
        assert checked("embedding-forward", source, code=0)["numbers"]["cases_right"] == 4

    def test_one_exercise_may_use_another_and_nothing_is_left_behind(self):
        write("embedding-forward", RIGHT["embedding-forward"]["vectorised"])
        source = """
            import numpy as np
            from embedding_forward import embedding_forward

            def embedding_backward(ids, d_out, n_words):
                one_hot = embedding_forward(np.eye(n_words), ids)
                return one_hot.T @ d_out
        """
        checked("scatter-add", source, code=0)
        names = sorted(path.name for path in Path("my_word2vec").iterdir())
        assert names == ["embedding_forward.py", "progress.json", "scatter_add.py"]


def is_running(pid):
    """Tell whether a process has not ended; a zombie has."""
    for _ in range(50):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return False
        if state == "Z":
            return False
        time.sleep(0.1)
    return True


@pytest.mark.usefixtures("folder")
class TestTraining:
    @pytest.fixture
    def passed(self, monkeypatch):
        """All eight, passed without being run; and a training on a part of the text."""
        folder = Folder(Path("my_word2vec"))
        for topic, task in TASKS.items():
            content = write(topic, RIGHT[topic]["vectorised"]).read_bytes()
            folder.remember_check(task, hashlib.sha256(content).hexdigest())
        text = train_file(Words(None, "en"))
        for setting, small in (("100_000", "8_000"), ("EPOCHS, LR = 32, 5", "EPOCHS, LR = 32, 1")):
            assert setting in text
            text = text.replace(setting, small)
        return text

    def test_all_together(self, passed):
        assert "w2v exercise train" in w2v("exercise").stdout
        Path("my_word2vec/train.py").write_text(passed, "utf-8")
        result = w2v("exercise", "train", "--lang", "en")
        assert "epoch 1 of 1: loss" in result.stderr
        assert "556 words as vectors of 30 numbers" in result.stdout
        assert "Of 310 of them" in result.stdout
        assert max(map(columns_of, result.stdout.splitlines())) <= 80
        assert Path("my_word2vec/train.py").read_text("utf-8") == passed

    def test_an_error_in_it_is_told(self, passed):
        Path("my_word2vec/train.py").write_text(
            passed.replace("hidden = (", "hidden = nothing + ("), "utf-8"
        )
        result = w2v("exercise", "train", "--lang", "en", code=1)
        assert "NameError: name 'nothing' is not defined" in result.stdout
        assert "of train.py" in result.stdout

    def test_a_change_has_to_be_checked_again(self, passed):
        with open("my_word2vec/loss.py", "a", encoding="utf-8") as file:
            file.write("# one more line\n")
        result = json.loads(w2v("exercise", "train", "--json", code=1).stdout)
        assert result["numbers"] == {"trained": False, "not_ready": {"loss": "changed"}}
        assert not Path("my_word2vec/train.py").exists()


def test_shown_is_short():
    assert shown(np.array([[-0.0, 1.5]])) == "[[0, 1.5]]"
    assert len(shown(np.arange(1000.0))) < 60
    assert repr(Case("key", {}).copies()) == "{}"
