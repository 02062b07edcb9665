"""Configs: what is read, what is refused and in which words, and that nothing is lost."""

from __future__ import annotations

import contextlib
import dataclasses
import math
import subprocess
import sys
import types
import typing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from w2v.config import (
    Config,
    as_dict,
    config_differences,
    load_config,
    option_paths,
    parse_override,
    show_config,
    write_config,
)
from w2v.config.checking import Mismatch, check_value, contradictions
from w2v.config.loading import OTHER_NAMES, Resolved
from w2v.config.nodes import MAX_CONFIG_BYTES
from w2v.config.schema import build_config, field_types, option_fields, sections, with_values
from w2v.config.showing import yaml_value
from w2v.errors import ConfigError
from w2v.shipped import shipped_files


def default_of(field):
    """A field's default."""
    made = field.default is dataclasses.MISSING
    return field.default_factory() if made else field.default


OPTIONS = {path: (cls, field) for path, cls, field in option_fields()}
# Each YAML text with the types that take it; every other type must refuse it.
TEXTS = {
    "null": {type(None), "none"},
    "true": {bool},
    "3": {int, float},
    "2.5": {float},
    "1e-3": {float, str},  # a number for people, text for YAML 1.1
    "nonsense": {str},
    "''": set(),
    "'1_'": {str},  # Python's int() chokes on it
    "1:30": {str},  # YAML 1.1 says 90
    "0x10": {str},
    "2024-13-45": {str},  # YAML says it is a date, and then that there is no such month
    "!!bool perhaps": {str},
    '"a\\nb"': set(),
    '"\\ud800"': set(),  # half a character: no file can hold it
    "[nonsense]": {list},
    "[3]": set(),
    "[[a]]": set(),
    "{a: 1}": {dict},
    ".nan": set(),
    ".inf": set(),
    "1" + "0" * 30: {float},
    "9" * 5000: {str},  # more digits than Python's int() reads
}


@pytest.fixture
def load(tmp_path):
    """Load a config from text or bytes, or return the problems found in it."""

    def load(content, *overrides):
        file = tmp_path / "my.yaml"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return load_config(file, list(overrides))

    return load


@pytest.fixture
def problems(load, tmp_path):
    """Return what is wrong with a config, the folder of its file left out."""

    def problems(content, *overrides):
        with pytest.raises(ConfigError) as refused:
            load(content, *overrides)
        assert not any("\n" in problem for problem in refused.value.problems)
        return [problem.replace(f"{tmp_path}/", "") for problem in refused.value.problems]

    return problems


def override_problems(*overrides):
    with pytest.raises(ConfigError) as refused:
        load_config(None, list(overrides))
    return refused.value.problems


def parts_of(wanted):
    """Return the alternatives of a type, in the words of TEXTS."""
    union = typing.get_origin(wanted) in (typing.Union, types.UnionType)
    for part in typing.get_args(wanted) if union else (wanted,):
        origin = typing.get_origin(part)
        if origin is typing.Literal:
            yield "none" if "none" in typing.get_args(part) else "a choice"
        elif origin is list and typing.get_args(part) != (str,):
            yield "a list of choices"
        else:
            yield origin or part


def test_defaults():
    resolved = load_config()
    assert resolved.config == Config()
    assert resolved.config.model.dim == 100
    assert set(resolved.sources.values()) == {"default"}
    assert list(resolved.sources) == option_paths() == list(as_dict(Config()))
    assert not contradictions(Config())


@pytest.mark.parametrize("path", option_paths())
def test_each_default_fits_its_own_field(path):
    cls, field = OPTIONS[path]
    assert check_value(default_of(field), cls, field) == default_of(field)


def test_file_then_overrides(load, tmp_path):
    resolved = load(
        "# a comment\nname: mine\ntrain:\n  lr: 1e-3\n  epochs: 7\nmodel: {dim: 12}\neval:\n",
        "train.epochs=2",
        "train.epochs=3",
        "vocab.specials=[<pad>, <unk>]",
    )
    assert resolved.config.name == "mine"
    assert resolved.config.train.lr == 0.001  # which PyYAML alone reads as text
    assert resolved.config.train.epochs == 3
    assert resolved.config.model.dim == 12
    assert resolved.config.vocab.specials == ["<pad>", "<unk>"]
    assert resolved.config.eval == Config().eval
    assert resolved.sources["train.lr"] == f"{tmp_path / 'my.yaml'} line 4"
    assert resolved.sources["model.dim"] == f"{tmp_path / 'my.yaml'} line 6"
    assert resolved.sources["train.epochs"] == "override"
    assert resolved.sources["train.batch"] == "default"


@pytest.mark.parametrize(
    ("override", "value"),
    [
        ("train.lr=1e-3", 0.001),
        ("train.lr=1E-3", 0.001),
        ("train.lr='0.5'", 0.5),
        ("train.lr=1", 1.0),
        ("train.epochs=3.0", 3),
        ("train.epochs=1e1", 10),
        ("train.epochs=010", 10),  # not 8, as YAML 1.1 has it
        ("train.epochs=1_000", 1000),
        ("train.threads=auto", "auto"),
        ("train.threads=2", 2),
        ("corpus.normalize=none", "none"),
        ("corpus.normalize=null", "none"),
        ("corpus.field=", None),
        ("corpus.path=[a, b]", ["a", "b"]),
        ("corpus.path='null'", "null"),
        ("embedding.freeze=true", True),
        ("embedding.freeze='true'", "true"),
        ("embedding.freeze=words.txt", "words.txt"),
        ("embedding.padding_idx=-1", -1),
    ],
)
def test_values_become_the_type_of_their_setting(override, value):
    found = as_dict(load_config(None, [override]).config)[override.partition("=")[0]]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("path", option_paths())
def test_wrong_types_are_refused(path):
    cls, field = OPTIONS[path]
    accepted = set(parts_of(field_types(cls)[field.name]))
    wrong = [
        text for text, types_that_take_it in TEXTS.items() if not types_that_take_it & accepted
    ]
    assert len(wrong) > 10
    for text in wrong:
        (problem,) = override_problems(f"{path}={text}")
        assert problem.startswith(f"override: {path}: "), text
        assert " expected, found " in problem
        assert len(problem) < 200


@pytest.mark.parametrize("path", option_paths())
def test_numbers_out_of_range_are_refused(path):
    cls, field = OPTIONS[path]
    limits = field.metadata
    number = float if float in parts_of(field_types(cls)[field.name]) else int
    for limit, beyond in (("at_least", -1), ("at_most", 1)):
        if (edge := limits[limit]) is not None:
            assert check_value(edge, cls, field) == edge
            outside = math.nextafter(edge, beyond * math.inf) if number is float else edge + beyond
            with pytest.raises(Mismatch, match=f"at {limit[3:]} "):
                check_value(outside, cls, field)
    if limits["above"] is not None:
        with pytest.raises(Mismatch, match="a number above 0 "):
            check_value(limits["above"], cls, field)


@pytest.mark.parametrize("lr", [".nan", ".inf", "-.inf", "0", "-0.1", "nan", "1e999"])
def test_a_rate_that_is_no_rate_is_refused(lr):
    (problem,) = override_problems(f"train.lr={lr}")
    assert "train.lr: auto or a number above 0 is expected, found" in problem


def test_every_mistake_is_reported_at_once_with_its_line(problems):
    found = problems(
        "name: 3\n"
        "modle:\n"
        "  dim: 3\n"
        "train:\n"
        "  learning_rate: 0.1\n"
        "  epochs: many\n"
        "  epochs: 3\n"
        "vocab: 5\n"
        "model: [dim, 3]\n"
        "dim: 50\n"
        "corpus:\n"
        "  normalize: NFD\n",
        "train.seed=-1",
        "train.momentum=0.9",
        "no-equals-sign",
    )
    assert found == [
        "my.yaml line 1: name: text is expected, found 3",
        "my.yaml line 2: modle is no setting; did you mean model?",
        "my.yaml line 7: train.epochs is already set in line 6",
        "my.yaml line 5: train.learning_rate is no setting; did you mean train.lr?",
        "my.yaml line 6: train.epochs: a whole number of at least 1 is expected, found 'many'",
        "my.yaml line 8: vocab: settings are expected below it, found '5'",
        "my.yaml line 9: model: settings are expected below it, found a list",
        "my.yaml line 10: dim is no setting; did you mean model.dim?",
        "my.yaml line 12: corpus.normalize: one of NFC, NFKC, none is expected, found 'NFD'",
        "override: train.seed: a whole number of at least 0 and at most 9223372036854775807 "
        "is expected, found -1",
        "override: train.momentum is no setting; `w2v config show` lists them all",
        "override 'no-equals-sign': write it as key=value, for example train.epochs=3",
    ]


def test_a_section_of_a_sweep_that_is_misspelt(problems):
    wrong = "my.yaml line 1: sweeps is no setting; did you mean sweep?"
    assert problems("sweeps:\n  model.dim: [5, 10]\n") == [wrong]


def test_a_section_set_twice_is_a_mistake(problems):
    assert problems("train:\n  lr: 0.1\ntrain:\n  epochs: 3\n") == [
        "my.yaml line 3: train is already set in line 1"
    ]


@pytest.mark.parametrize(
    "path",
    ["model.dmi", "modle.dim", "dim", "train.dim", "model_dim", "min-count", "vocab.mincount"],
)
def test_the_nearest_setting_is_named(path):
    (problem,) = override_problems(f"{path}=3")
    meant = "vocab.min_count" if "count" in path else "model.dim"
    assert problem == f"override: {path} is no setting; did you mean {meant}?"


@pytest.mark.parametrize("name", OTHER_NAMES)
def test_names_of_other_programs_are_understood(name):
    assert OTHER_NAMES[name] in OPTIONS
    (problem,) = override_problems(f"train.{name}=3")
    assert problem.endswith(f"is no setting; did you mean {OTHER_NAMES[name]}?")


@pytest.mark.parametrize(
    "text",
    ["", "\n\n", "# nothing\n# here\n", "\ufeff", "---\n", "null\n", "train:\n", "train: {}\n"],
)
def test_nothing_in_the_file_changes_nothing(load, text):
    assert load(text).config == Config()


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbftrain:\n  lr: 0.25\n",  # as Windows editors save
        b"train:\r\n  lr: 0.25\r\n",
        b"train:\r  lr: 0.25\r",
        b"train: {lr: 0.25}",
        b'{"train": {"lr": 0.25}}',  # JSON is YAML
        b"train: !!map {lr: !!float 0.25}",
    ],
)
def test_other_ways_to_write_a_file(load, content):
    assert load(content).config.train.lr == 0.25


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (
            b"train:\n\tlr: 0.1\n",
            "my.yaml line 2: this cannot be read as YAML: found character '\\t'",
        ),
        (b"train:\n  lr: 0.1\n model: 3\n", "my.yaml line 3: this cannot be read as YAML"),
        (b"train: [\n", "my.yaml line 2: this cannot be read as YAML"),
        (b"a: 1\n---\nb: 2\n", "my.yaml line 2: this cannot be read as YAML"),
        (
            b"train:\n  lr: !!python/name:os.system x\n",
            "my.yaml line 2: train.lr: could not determine",
        ),
        (b"train:\n  <<: {lr: 0.1}\n", "my.yaml line 2: train.<< is no setting"),
        (b"? [a, b]\n: 1\n", "my.yaml line 1: ? is no setting"),
        (b"- train\n", "my.yaml line 1: expected settings such as `train:`, found a list"),
        (
            b"the cat sat\n",
            "my.yaml line 1: expected settings such as `train:`, found 'the cat sat'",
        ),
        (b"train:\n  lr: \x00\n", "my.yaml: this cannot be read as YAML: unacceptable character"),
        ("name: é\n".encode("latin-1"), "my.yaml is not UTF-8 text (byte 6)"),
        ("name: é\n".encode("utf-16"), "my.yaml is not UTF-8 text (byte 0)"),
        (bytes(range(256)), "my.yaml is not UTF-8 text"),
        (b"#" * 10_000_000, "my.yaml is over 100,000 bytes: this is no config"),
        (b"#" * (MAX_CONFIG_BYTES + 1), "my.yaml is over 100,000 bytes: this is no config"),
        (b"[" * 50_000, "my.yaml line 1: this cannot be read as YAML: it is nested too deeply"),
        (b"train: {lr: [[[[1]]]]}", "my.yaml line 1: this cannot be read as YAML: it is nested"),
        (b"train: &t {lr: 1}\nmodel: *t", "my.yaml line 2: this cannot be read as YAML: aliases"),
        (b"train: &a [*a]", "my.yaml line 1: this cannot be read as YAML: aliases"),
    ],
)
def test_files_that_are_no_config(problems, content, problem):
    (found,) = problems(content)
    assert found.startswith(problem)


def test_a_file_of_the_largest_size_is_read(load):
    text = "train: {lr: 0.25}\n"
    assert load(text + "#" * (MAX_CONFIG_BYTES - len(text))).config.train.lr == 0.25


@pytest.mark.parametrize(
    "content",
    [
        # Nine aliases of nine aliases of ...: 9**20 strings, were they followed.
        "".join(f"a{i}: &a{i} [{','.join([f'*a{i - 1}' if i else 'x'] * 9)}]\n" for i in range(20)),
        # Only two levels deep, and still a hundred million numbers.
        f"a: &a [{'1,' * 10_000}]\ntrain:\n  lr: [{'*a,' * 10_000}]\n",
        # A pattern that may match a row of digits in two ways tries every cut of it.
        f"train: {{lr: '{'1' * 90_000}x', epochs: '{'1:' * 2000}x'}}",
    ],
    ids=["billion laughs", "quadratic", "digits"],
)
def test_bombs_do_not_go_off(tmp_path, content):
    file = tmp_path / "bomb.yaml"
    file.write_text(content, "utf-8")
    # In a process of its own, so that an explosion ends with a timeout, not with this process.
    check = [sys.executable, "-m", "w2v", "config", "check", str(file)]
    assert subprocess.run(check, capture_output=True, timeout=30).returncode == 2


def test_a_folder_or_no_file_at_all(tmp_path):
    for path, reason in ((tmp_path, "Is a directory"), (tmp_path / "no.yaml", "No such file")):
        with pytest.raises(ConfigError, match=f"cannot be read: {reason}"):
            load_config(path)


@pytest.mark.parametrize(
    ("overrides", "problem"),
    [
        (["train.lr=0.01", "train.min_lr=0.02"], "train.min_lr: 0.02 is above train.lr"),
        (["negatives.distinct=true"], "negatives.distinct: true needs negatives.mode: independent"),
        (
            ["negatives.draws=9"],
            "negatives.draws: the 9 of negatives.draws cannot be dealt evenly to 4 groups; "
            "use negatives.draws=8 or 12, or negatives.groups=1",
        ),
        (
            ["negatives.draws=1"],
            "negatives.draws: the 1 of negatives.draws cannot be dealt evenly to 4 groups; "
            "use negatives.draws=4, or negatives.groups=1",
        ),
        (
            ["negatives.groups=3"],
            "negatives.groups: the 32 of negatives.draws cannot be dealt evenly to 3 groups; "
            "use negatives.draws=30 or 33, or",
        ),
        (["negatives.groups=0"], "negatives.groups: a whole number of at least 1 is expected"),
        (
            ["negatives.groups=1", "negatives.mode=independent"],
            "negatives.groups: has no effect without negatives.mode: shared",
        ),
        (
            ["negatives.groups=3", "model.loss=softmax"],
            "negatives.groups: has no effect without negatives.mode: shared",
        ),
        (["vocab.specials=[<unk>, <unk>]"], "vocab.specials: names a token twice"),
        (
            ["model.kind=skipgram", "model.gradient=word2vec"],
            "model.gradient: word2vec is a choice",
        ),
        (
            ["embedding.norm_type=1"],
            "embedding.norm_type: has no effect without embedding.max_norm",
        ),
        (["name=../evil"], "name: '../evil' cannot name a folder"),
        (["name=a/b"], "name: 'a/b' cannot name a folder"),
        (["name=a\\b"], "name: 'a\\\\b' cannot name a folder"),
        (["name=.hidden"], "name: '.hidden' cannot name a folder"),
        (["name='-x'"], "name: '-x' cannot name a folder"),
        (
            ["train.engine=numba", "embedding.max_norm=1", "embedding.sparse=false"],
            "train.engine: numba cannot do embedding.max_norm: 1.0, embedding.sparse: false; "
            "use train.engine=numpy or auto",
        ),
        (
            ["train.engine=numba", "model.loss=softmax"],
            "train.engine: numba cannot do model.loss: softmax",
        ),
        (
            ["train.optimizer=adam", "train.replicas=2"],
            "train.replicas: adam keeps sums for every row, which copies cannot share; use 1",
        ),
        (["train.early_stop={patience: 2}"], "train.early_stop: heldout_loss is measured with"),
        (["vocab.rows=union"], "vocab.rows: has no effect without embedding.pretrained"),
        (
            ["embedding.pretrained=v.txt", "vocab.rows=old", "vocab.max_size=9"],
            "vocab.max_size: has no effect without vocab.rows: new or union",
        ),
        (
            ["embedding.pretrained=v.txt", "vocab.rows=old", "vocab.min_count=1"],
            "vocab.min_count: has no effect without vocab.rows: new or union",
        ),
        (
            ["embedding.freeze=true", "embedding.max_norm=1"],
            "embedding.max_norm: has no effect without rows that move; embedding.freeze is true",
        ),
        (
            ["embedding.freeze=true", "embedding.scale_grad_by_freq=true"],
            "embedding.scale_grad_by_freq: has no effect without rows that move",
        ),
    ],
)
def test_settings_that_cannot_be_honoured_are_refused(overrides, problem):
    (found,) = override_problems(*overrides)
    assert found.startswith(f"override: {problem}")


def test_contradictions_have_their_line_and_come_together(problems):
    found = problems(
        "train: {lr: 0.2,\n  min_lr: 0.5,\n  early_stop: {}}\n", "negatives.distinct=true"
    )
    assert [problem.split(": ")[0] for problem in found] == [
        "my.yaml line 2",
        "override",
        "my.yaml line 3",
    ]


# Text that YAML would read as something else, or not at all, when it is written without care.
AWKWARD = [
    *("null", "~", "yes", "No", "on", "true", "1e3", "1e-3", "010", "0x1f", "1:30", ".inf", "3"),
    *("a: b", "a #b", "#x", "- x", "[x]", "{x", "*x", "&x", "!x", "%x", "@x", "`x", "'x'", '"x"'),
    *(
        "...",
        "a...",
        "---",
        "a,b",
        "a]",
        "=",
        "<<",
        "x:",
        ":x",
        " x",
        "x ",
        "?",
        "2024-01-02",
        "C:\\x",
    ),
    *("한국어", "中文", "é", "e\u0301", "\ufeffx", "\xa0", "\u200b", "😀", "\ufffe", "x" * 300),
]
LINE = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1)
STRINGS = st.sampled_from(AWKWARD) | LINE
NAMES = st.from_regex(r"[^\W.][^/\\]{0,20}", fullmatch=True).filter(str.isprintable)
ACCEPTED_IF_VALID = {"train.min_lr": 0.0}  # where the default may contradict as well


def values_of(path):
    """Return a strategy of the values that a setting takes."""
    cls, field = OPTIONS[path]
    if path == "name":
        return NAMES
    limits = field.metadata

    def of(wanted):
        origin, inner = typing.get_origin(wanted), typing.get_args(wanted)
        if origin in (typing.Union, types.UnionType):
            return st.one_of(*map(of, inner))
        if origin is typing.Literal:
            return st.sampled_from(inner)
        if origin is list:
            return st.lists(of(inner[0]), max_size=3)
        if wanted is int:
            low = -(2**31) + 1 if limits["at_least"] is None else limits["at_least"]
            return st.integers(low, 2**31 - 1 if limits["at_most"] is None else limits["at_most"])
        if wanted is float:
            low = limits["at_least"] if limits["above"] is None else math.nextafter(0, 1)
            floats = st.floats(low, limits["at_most"], allow_nan=False, allow_infinity=False)
            exact = [x for x in (1e-05, 1e22, 0.1, 1e16, 5e-324) if x <= (limits["at_most"] or x)]
            return floats | st.sampled_from(exact)
        simple = {bool: st.booleans(), str: STRINGS, type(None): st.none()}
        return simple.get(wanted, st.none())  # a mapping: no version takes one yet

    return of(field_types(cls)[field.name])


@st.composite
def configs(draw):
    """Draw a valid config: any value for each setting, those that do not go together put back."""
    config = build_config({path: draw(values_of(path)) for path in option_paths()})
    while wrong := contradictions(config):
        path = wrong[0][0]
        default = ACCEPTED_IF_VALID.get(path, default_of(OPTIONS[path][1]))
        config = with_values(config, {path: default})
    return config


@settings(deadline=None, max_examples=30)
@given(config=configs())
def test_what_is_written_is_read_back(config, tmp_path_factory):
    file = tmp_path_factory.getbasetemp() / "round-trip.yaml"
    sources = {path: f"{file} line {n}" for n, path in enumerate(option_paths())}
    for text in (
        write_config(config),
        write_config(config, with_help=True),
        show_config(Resolved(config, sources)),
    ):
        file.write_text(text, "utf-8", newline="\n")
        # repr, because 1 == 1.0 == True
        assert repr(load_config(file).config) == repr(config)


@settings(deadline=None)
@given(text=STRINGS)
def test_text_survives_an_override(text):
    assert load_config(None, [f"corpus.path={yaml_value(text)}"]).config.corpus.path == text


@settings(deadline=None)
@given(content=st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_no_file_crashes_the_loader(content, tmp_path_factory):
    file = tmp_path_factory.getbasetemp() / "any.yaml"
    file.write_bytes(b"train:\n  lr: " + content)
    with contextlib.suppress(ConfigError):  # a number is fine, and so is a list of mistakes
        load_config(file)


@settings(deadline=None)
@given(text=st.text(max_size=40) | st.text("[]{},:&*!|>%#-'\"?~ 0x_.1e\n\t", max_size=20))
def test_no_override_crashes_the_loader(text):
    # The second is never a setting, so that the first is tried and a mistake is always left.
    assert override_problems(f"train.lr={text}", f"?{text}")


def test_written_files_look_as_people_write_them():
    config = load_config(None, ["train.min_lr=1e-5", "corpus.path=[한국어.txt, b]"]).config
    lines = write_config(config).splitlines()
    assert lines[:4] == ["name: run", "", "corpus:", "  path: [한국어.txt, b]"]
    assert "  min_lr: 1.0e-5" in lines
    assert "  lowercase: true" in lines
    assert [line for line in lines if line and not line.startswith(" ")][1:] == [
        f"{section}:" for section in sections()
    ]


def test_show_says_where_each_value_came_from(load, tmp_path):
    shown = show_config(load("model:\n  dim: 7\n", "train.lr=0.5")).splitlines()
    assert [line.split() for line in shown if "dim:" in line] == [
        ["dim:", "7", "#", str(tmp_path / "my.yaml"), "line", "2"]
    ]
    assert [line.split() for line in shown if " lr:" in line] == [["lr:", "0.5", "#", "override"]]
    assert sum(line.endswith("# default") for line in shown) == len(option_paths()) - 2


def test_init_explains_every_setting():
    lines = [line for line in write_config(Config(), with_help=True).splitlines() if "  # " in line]
    assert len(lines) == len(option_paths())
    for line, (_, _, field) in zip(lines, option_fields(), strict=True):
        assert f"  # {field.metadata['help']}" in line
    assert any(line.endswith("(cbow | skipgram)") for line in lines)


def test_differences():
    one = load_config(None, ["train.lr=0.5", "corpus.field=text"]).config
    assert config_differences(one, one) == []
    assert config_differences(one, Config()) == [
        ("corpus.field", "text", "null"),
        ("train.lr", "0.5", "auto"),
    ]


@pytest.mark.parametrize(
    ("text", "path", "value"),
    [
        ("train.lr=1e-2", "train.lr", "1e-2"),
        ("corpus.path=a=b", "corpus.path", "a=b"),
        ("corpus.path=", "corpus.path", None),
        ("vocab.specials=[<unk>]", "vocab.specials", ["<unk>"]),
        ("train.early_stop={patience: 2}", "train.early_stop", {"patience": 2}),
        ("name=2024-01-02", "name", "2024-01-02"),
        (" train.lr = 1.5 ", "train.lr", 1.5),
    ],
)
def test_an_override_is_a_path_and_yaml(text, path, value):
    assert parse_override(text) == (path, value)


@pytest.mark.parametrize(
    "text",
    ["", "=", "=3", "train.lr", "train.lr=[", "train.lr=a: b: c", "train.lr=*x", "train.lr=@"],
)
def test_what_is_no_override(text):
    with pytest.raises(ConfigError, match="override '"):
        parse_override(text)


@pytest.mark.parametrize("name", shipped_files("configs"))
def test_shipped_configs_have_no_mistakes_and_their_own_name(name):
    assert load_config(shipped_files("configs")[name]).config.name == name


def test_of_thousands_of_mistakes_the_first_are_told(problems):
    found = problems("".join(f"key{n}: {n}\n" for n in range(1000)))
    assert len(found) == 31
    assert found[0].startswith("my.yaml line 1: key0 is no setting")
    assert found[-1] == "and 970 more mistakes"


def test_a_key_that_fills_the_screen_is_cut():
    with pytest.raises(ConfigError, match=r"^override: kkk+\.\.\. is no setting") as caught:
        load_config(None, ["k" * 90_000 + "=1"])
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("path", ["train.chunk", "train.seed", "model.dim", "vocab.max_size"])
def test_a_whole_number_that_no_float_holds(path):
    with pytest.raises(ConfigError, match=f"override: {path}: a whole number"):
        load_config(None, [f"{path}={'9' * 400}"])
