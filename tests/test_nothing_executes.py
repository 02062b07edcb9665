"""Nothing that w2v reads is run: not by a config, an array, a vector file, nor on a page.

First the source is looked through for all that could, then files are made that try. What words do
in a browser is tested in test_report_page.py, test_explain_page.py and test_lesson_page.py
(`test_words_are_only_ever_words` and its kin); here it is the files that are looked at.
"""

from __future__ import annotations

import ast
import base64
import json
import pickle
import re
import zlib
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from made_runs import vouch
from test_cli import w2v

import w2v as package

PACKAGE = Path(package.__file__).parent
SOURCES = {
    file.relative_to(PACKAGE).as_posix(): ast.parse(file.read_text("utf-8"))
    for file in sorted(PACKAGE.rglob("*.py"))
}
NODES = [(path, node) for path, tree in SOURCES.items() for node in ast.walk(tree)]

# The learner's own solution is run by `w2v exercise`, in a process of its own with limits.
OWN_CODE = "lessons/exercise/child.py"
RUNS_CODE = {"eval", "exec", "compile", "__import__", "execfile", "runpy", "breakpoint"}
UNPICKLES = {"pickle", "_pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "copyreg"}
READS_ARRAYS = {"load", "read_array", "open_memmap", "loadtxt", "genfromtxt", "save", "write_array"}
SAFE_YAML = {"compose", "safe_load", "safe_dump"}
SHELLS = {"system", "popen", "getoutput", "getstatusoutput", "create_subprocess_shell"}
# Where the name of a module is no constant: from a table of the package, but for the tokenizer.
IMPORTS_BY_NAME = {
    "__init__.py": "_HOME_OF[name]",
    "cli/main.py": "f'w2v.cli.{module}'",
    "lessons/learn/topics.py": "f'w2v.lessons.learn.{TOPICS[topic]}.lesson'",
    "vectors/formats/__init__.py": "f'{__name__}.{_HOME_OF[name]}'",
    "text/tokenizers.py": "module_name",
}


def dotted(node):
    """Return the dotted name of what is called; of what has none, `?` and its last part."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"


# (file, call, its name) of every call
CALLS = [(path, node, dotted(node.func)) for path, node in NODES if isinstance(node, ast.Call)]


def in_source(is_bad, *, but=()):
    """Return `file:line code` of the calls for which `is_bad(call, name)`, some files apart."""
    return [
        f"{path}:{call.lineno} {ast.unparse(call)[:80]}"
        for path, call, name in CALLS
        if path not in but and is_bad(call, name)
    ]


def keyword(call, name):
    """Return the value of a keyword of a call, if it is a constant."""
    found = [word.value for word in call.keywords if word.arg == name]
    return found[0].value if found and isinstance(found[0], ast.Constant) else None


def test_no_code_is_made_of_data():
    assert len(SOURCES) > 200
    assert in_source(lambda call, name: name in RUNS_CODE, but=[OWN_CODE]) == []
    found = {name for path, _, name in CALLS if path == OWN_CODE} & RUNS_CODE
    assert found == {"compile", "exec"}
    builtins = [
        f"{path}:{node.lineno}"
        for path, node in NODES
        if getattr(node, "id", getattr(node, "attr", "")) in ("__builtins__", "__import__")
    ]
    assert builtins == []


def test_nothing_is_unpickled():
    for path, node in NODES:
        if isinstance(node, ast.Import):
            names = {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names = {(node.module or "").split(".")[0]}
        else:
            continue
        # One file names the error that numba's own reading of what it compiled may raise.
        assert not names & UNPICKLES or path == "engines/compiling.py", (path, names)
    used = {
        ast.unparse(node)
        for path, node in NODES
        if path == "engines/compiling.py" and dotted(node).startswith("pickle.")
    }
    assert used == {"pickle.UnpicklingError"}


def test_arrays_are_read_without_pickle():
    def is_bad(call, name):
        room, _, function = name.rpartition(".")
        of_numpy = room in ("np", "numpy", "npy", "np.lib.format")
        return of_numpy and function in READS_ARRAYS and keyword(call, "allow_pickle") is not False

    assert in_source(is_bad) == []
    assert in_source(lambda call, name: keyword(call, "allow_pickle") is True) == []
    assert len(in_source(lambda call, name: name == "np.load")) >= 2


def test_yaml_makes_no_objects():
    def is_bad(call, name):
        return name.startswith("yaml.") and name.split(".")[1] not in {
            *SAFE_YAML,
            "MarkedYAMLError",
        }

    assert in_source(is_bad) == []
    composed = [
        keyword_of.value.id
        for _, call, name in CALLS
        if name == "yaml.compose"
        for keyword_of in call.keywords
        if keyword_of.arg == "Loader"
    ]
    assert len(composed) >= 2
    assert set(composed) == {"NodeLoader"}
    # What is loaded with `safe_load` is the package's own.
    with_load = {path for path, _, name in CALLS if "safe_load" in name}
    assert with_load == {"lessons/wording.py", "fetching/registry.py"}


def test_no_shell_is_started():
    def is_bad(call, name):
        room, _, function = name.rpartition(".")
        is_shell = function in SHELLS and room != "platform"
        starts = room == "os" and function.startswith(("exec", "spawn", "posix_spawn"))
        return is_shell or starts

    assert in_source(is_bad) == []
    assert in_source(lambda call, name: any(word.arg == "shell" for word in call.keywords)) == []


def test_modules_are_imported_by_constant_names_but_for_the_tokenizer():
    found = {}
    for path, call, name in CALLS:
        if name.endswith("import_module") and not isinstance(call.args[0], ast.Constant):
            found.setdefault(path, set()).add(ast.unparse(call.args[0]))
    assert found == {path: {wanted} for path, wanted in IMPORTS_BY_NAME.items()}
    imported = next(
        node
        for path, node in NODES
        if path == "text/tokenizers.py" and getattr(node, "name", "") == "_imported"
    )
    order = [
        node.lineno
        for node in ast.walk(imported)
        if (isinstance(node, ast.If) and ast.unparse(node.test) == "not allow_code")
        or (isinstance(node, ast.Call) and "import_module" in ast.unparse(node.func))
    ]
    assert len(order) == 2
    assert order[0] < order[1]


PAYLOADS = [
    '!!python/object/apply:os.system ["touch pwned"]',
    '!!python/object/new:subprocess.Popen [["touch", "pwned"]]',
    "!!python/name:os.system",
    "!!python/module:pwned",
    "!!python/object/apply:builtins.exec [\"open('pwned', 'w')\"]",
]


@pytest.fixture
def untouched(folder):
    """See that nothing was run: a module that leaves a trace lies at hand, and none is left."""
    (folder / "trap.py").write_text("open('pwned', 'w')\ndef split(text): return text.split()\n")
    (folder / "pwned.py").write_text("open('pwned', 'w')\n")
    yield folder
    assert list(folder.parent.rglob("pwned")) == []


def refused(*arguments, code=2):
    """Run a command that fails, and return the one sentence that it says."""
    done = w2v(*arguments, code=code)
    assert "Traceback" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("w2v: ")]
    assert lines, done.stderr
    return lines[-1]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_config_makes_no_objects(untouched, payload):
    texts = {
        "value.yaml": f"corpus:\n  path: my.txt\ntrain:\n  epochs: {payload}\n",
        "section.yaml": f"corpus: {payload}\n",
        "whole.yaml": f"{payload}\n",
        "key.yaml": f"? {payload}\n: 3\n",
        "list.yaml": f"corpus:\n  path: [my.txt, {payload}]\n",
        "stop.yaml": f"corpus:\n  path: my.txt\ntrain:\n  early_stop: {{metric: {payload}}}\n",
        "sweep.yaml": f"corpus:\n  path: my.txt\nsweep:\n  model.dim: [4, {payload}]\n",
        "axis.yaml": f"corpus:\n  path: my.txt\nsweep: {payload}\n",
    }
    for name, text in texts.items():
        Path(name).write_text(text, "utf-8")
        assert refused("config", "check", name)
        assert refused("train", name, "--quiet")
        assert refused("sweep", name)
    for setting in ("train.epochs", "corpus.path", "train.early_stop", "eval.sets", "name"):
        assert refused("train", "--corpus", "my.txt", f"{setting}={payload}")
    assert not Path("runs").exists()


@pytest.mark.parametrize("payload", PAYLOADS[:2])
def test_what_is_no_yaml_is_text(untouched, payload):
    for name in ("frozen.txt", "questions.txt", "pairs.txt"):
        Path(name).write_text(f"{payload}\nthe\n", "utf-8")
    train = ("train", "--corpus", "my.txt", "--quiet", "model.dim=4", "train.epochs=1")
    w2v(*train, "embedding.freeze=frozen.txt", "--out", "a")
    assert refused(*train, "eval.sets=[questions.txt]", "--out", "b", code=1)
    assert refused("eval", "a", "--set", "pairs.txt", code=1)
    # A run's own config is YAML again, also where run.json vouches for it.
    Path("a/config.yaml").write_text(f"train:\n  epochs: {payload}\n", "utf-8")
    commands = ["report", "a"], ["vector", "a", "--sentence", "the"]
    for command in commands:
        assert "it was edited or is damaged" in refused(*command, code=1), command
    vouch(Path("a"), "config.yaml")
    for command in commands:
        assert "a/config.yaml" in (sentence := refused(*command)), command
        assert "has no place here" in sentence


class Trap:
    """Leaves a file when it is unpickled."""

    def __reduce__(self):
        return (open, ("pwned", "w"))


def pickled(path):
    """Write an array of objects that leave a trace."""
    array = np.empty((9, 8), object)
    array[:] = Trap()
    np.save(path, array, allow_pickle=True)


@pytest.fixture
def run(untouched):
    w2v("train", "--quiet", "--corpus", "my.txt", "model.dim=8", "train.epochs=1", "--out", "r")
    return untouched / "r"


READ_W_OUT = (
    ["similar", "r", "the", "--center"],
    ["predict", "r", "the"],
    ["export", "r", "--to", "npz", "--center", "--out", "v.npz"],
    ["train", "--corpus", "my.txt", "model.dim=8", "embedding.pretrained=r", "--out", "s"],
)
READ_W_IN = (
    ["similar", "r", "the"],
    ["vector", "r", "the"],
    ["report", "r"],
    ["eval", "r", "--set", "toy-world"],
    *READ_W_OUT[1:2],
    *READ_W_OUT[3:],
)


@pytest.mark.parametrize(
    ("name", "commands"), [("vectors.npy", READ_W_IN), ("output_vectors.npy", READ_W_OUT)]
)
@pytest.mark.parametrize("is_vouched_for", [False, True])
def test_pickled_arrays_of_a_run_are_never_opened(run, name, commands, is_vouched_for):
    """Neither where the checksum is wrong, nor in a run of somebody who has made it right."""
    pickled(run / name)
    with pytest.raises(ValueError, match="allow_pickle"):
        np.load(run / name)
    if is_vouched_for:
        vouch(run, name)
    for command in commands:
        sentence = refused(*command, code=1)
        assert name in sentence, command
        assert ("checksum" in sentence) != is_vouched_for, command


def test_pickled_vector_files_are_never_opened(untouched):
    pickled("v.npy")
    words = np.empty(9, object)
    words[:] = Trap()
    np.savez("v.npz", vectors=np.ones((9, 8), np.float32), words=words)
    np.savez("w.npz", vectors=np.full((9, 8), Trap()), words=np.array(list("abcdefghi")))
    Path("v.pkl").write_bytes(pickle.dumps({"vectors": Trap()}))
    for name in ("v.npy", "v.npz", "w.npz", "v.pkl"):
        assert name in refused("similar", name, "the", code=1)
        train = ["train", "--quiet", "--corpus", "my.txt", "model.dim=8", "--out", "s"]
        assert name in refused(*train, f"embedding.pretrained={name}", code=1)


def test_code_of_a_config_is_run_only_with_allow_code(untouched):
    Path("c.yaml").write_text("corpus:\n  path: my.txt\n  tokenizer: trap:split\n", "utf-8")
    Path("s.yaml").write_text(Path("c.yaml").read_text() + "sweep:\n  model.dim: [4, 5]\n")
    small = ("model.dim=4", "train.epochs=1", "--quiet")
    for command in (
        ["train", "c.yaml", *small],
        ["train", "--corpus", "my.txt", "corpus.tokenizer=trap:split", *small],
        ["sweep", "s.yaml"],
        ["sweep", "s.yaml", "--dry-run"],
        ["corpus", "inspect", "my.txt", "corpus.tokenizer=trap:split"],
    ):
        assert "--allow-code" in refused(*command), command
    for command in (["config", "check", "c.yaml"], ["config", "show", "c.yaml"]):
        w2v(*command)  # it is a good config; nothing is imported to see that
    # A run folder from somebody else names code too.
    w2v("train", "--corpus", "my.txt", "--out", "r", *small)
    config = Path("r/config.yaml")
    config.write_text(
        config.read_text("utf-8").replace("tokenizer: words", "tokenizer: trap:split")
    )
    assert "trap:split" in config.read_text("utf-8")
    vouch(Path("r"), "config.yaml")
    for command in (
        ["similar", "r", "--sentence", "the king"],
        ["vector", "r", "--sentence", "the king"],
        ["explain", "the king", "--run", "r"],
        ["train", "r/config.yaml", "--out", "again", "--quiet"],
    ):
        assert "--allow-code" in refused(*command), command
    w2v("report", "r", "--no-tsne", "--quiet", "--out", "r.html")
    assert not Path("again").exists()


def test_allow_code_runs_it(folder):
    """Or else nothing above was a test of anything."""
    (folder / "trapped.py").write_text(
        "open('pwned', 'w').close()\ndef split(text): return text.split()\n", "utf-8"
    )
    code = ("corpus.tokenizer=trapped:split", "--allow-code")
    w2v("train", "--corpus", "my.txt", "--quiet", "model.dim=4", "train.epochs=1", *code)
    assert (folder / "pwned").exists()


WORDS = [
    "<script>alert(1)</script>", "</script>", "<!--", "<!--<script>", "]]>", "javascript:alert(1)",
    "<img/src=x/onerror=alert(1)>", "<svg/onload=alert(1)>", "&lt;b&gt;", "\"'><b>", "{{7*7}}",
    "`${alert(1)}`", "<a/href=javascript:alert(1)>", "</style>", "</textarea>", "</noscript>",
]  # fmt: skip
TAME = [f"word{i}" for i in range(len(WORDS))]
FOREIGN = ("img", "iframe", "object", "embed", "base", "b", "textarea", "form")


class Page(HTMLParser):
    """What a browser would make of a page: its elements, attributes, and what its scripts are."""

    def __init__(self, file):
        super().__init__()
        self.source = Path(file).read_text("utf-8")
        self.tags, self.attributes, self.comments, self.text = [], [], [], ""
        self.feed(self.source)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_comment(self, data):
        self.comments.append(data)

    def handle_data(self, data):
        self.text += data


def checked_page(file, tame):
    """See that hostile words bring no element into a page that tame words do not; return both."""
    page, expected = Page(file), Page(tame)
    for tag in ("script", "style", "noscript", "link", "meta", *FOREIGN):
        assert page.tags.count(tag) == expected.tags.count(tag), tag
    assert set(page.tags) <= set(expected.tags)
    assert page.comments == expected.comments
    assert {name for name, _ in page.attributes if name.startswith("on")} == set()
    links = [value for name, value in page.attributes if name in ("href", "src", "action")]
    assert not [value for value in links if value.strip().lower().startswith("javascript")]
    for word in WORDS:
        if "<" in word:  # as often as the page has it for itself
            assert page.source.count(word) == expected.source.count(word), word
    assert "Content-Security-Policy" in page.source
    return page


def json_of(data):
    """Return JSON in a page as the text that it stands for."""
    return json.dumps(json.loads(data), ensure_ascii=False)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Two runs on one text, of hostile words and of tame ones."""
    path = tmp_path_factory.mktemp("pages")
    for name, words in (("hostile", WORDS), ("tame", TAME)):
        n = len(words)
        lines = (" ".join(words[i * j % n] for j in range(1, 9)) for i in range(1, 120))
        (path / f"{name}.txt").write_text("\n".join(lines), "utf-8")
        settings = {
            "corpus.path": str(path / f"{name}.txt"), "corpus.tokenizer": "whitespace",
            "vocab.min_count": 1, "model.dim": 4, "train.subsample": 0, "train.epochs": 2,
            "train.batch": 8,
        }  # fmt: skip
        package.train(settings, out=path / name)
    return path


def test_words_in_a_report_are_words(runs, folder):
    for name, title in (("hostile", WORDS[0]), ("tame", "title")):
        out = ("--quiet", "--out", f"{name}.html")
        w2v("report", runs / name, "--no-tsne", "--title", title, *out)
    page = checked_page("hostile.html", "tame.html")
    assert WORDS[0] in page.text
    # The words lie in it packed, where no browser looks for elements.
    packed = re.search(r'id="packed-data">([^<]*)<', page.source)[1]
    data = zlib.decompress(base64.b64decode(packed)).decode("utf-8")
    for word in WORDS:
        assert json.dumps(word)[1:-1] in data or word in json_of(data), word


def test_words_in_an_explanation_are_words(runs, folder):
    for name, words in (("hostile", WORDS), ("tame", TAME)):
        sentence = " ".join(words[:7])
        of_run = ("--run", runs / name, "--center", words[3])
        toy = ("--tokenizer", "whitespace", "--negatives", words[7], words[9])
        w2v("explain", sentence, *of_run, "--html", "--out", f"{name}-run.html")
        w2v("explain", sentence, *toy, "--html", "--out", f"{name}-toy.html")
    for kind in ("run", "toy"):
        page = checked_page(f"hostile-{kind}.html", f"tame-{kind}.html")
        data = json_of(re.search(r'id="data">(.*?)</script>', page.source, re.S)[1])
        for word in WORDS[1:4]:
            assert word in data, word


def test_words_in_a_lesson_are_words(runs, folder):
    hostile = '<img src=x onerror=alert(1)> "<script>.txt'
    for name, file in (("hostile", hostile), ("tame", "tame.txt")):
        Path(file).write_bytes((runs / "tame.txt").read_bytes())
        w2v("learn", "noise", "--corpus", file, "--html", "--out", f"{name}.html")
    page = checked_page("hostile.html", "tame.html")
    assert "<img src=x" in page.text
