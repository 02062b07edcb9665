"""The corpus `python-docs`: real English prose that lies on every machine with a Python.

The text is the docstrings of the installed standard library and the topics of `help()`, some
280,000 words. They are read as source, with `ast`: nothing is imported and nothing is run. What
comes out depends on the Python that runs w2v, for each release has documentation of its own.

Lines of prose are kept and examples of code are not: a word has better neighbours without them.
Splitting the lines into words is not done here; see `w2v/text/corpus.py` for what happens next.
"""

from __future__ import annotations

import ast
import os
import re
import string
import sysconfig
import warnings
from collections.abc import Iterator
from pathlib import Path

from w2v.errors import CorpusError

# Other people's packages, whose number differs from machine to machine, and the tests of Python
# itself, whose docstrings are mostly data.
_SKIPPED_FOLDERS = {
    "__pycache__",
    "dist-packages",
    "idle_test",
    "site-packages",
    "test",
    "tests",
}

_TOPICS_PATH = "pydoc_data/topics.py"

# "- item", "2. item", ":param x: what it is", "name -- what it is"
_ITEM_START = re.compile(r"[-*+] |\d+[.)] |:\w|\S+ +--? ")

# Quotation marks are left out: prose about Python is full of them.
_CODE_SIGNS = frozenset(string.punctuation) - frozenset(".,;!?\"'`")

# From reading samples: above 0.12 most paragraphs are code, below 0.06 nearly none. Without code
# and examples, 31 % of the ten nearest neighbours of 26 words were on a list of right ones made by
# hand; with them, 27 % (CPython 3.11, CBOW of 100 dimensions, 20 epochs; 10 seeds, s.e. 0.4 %).
_MAX_SHARE_OF_CODE_SIGNS = 0.08


def lines() -> Iterator[str]:
    """Yield the prose of the installed standard library, a paragraph a line.

    Yields
    ------
    str
        A paragraph or list item, unwrapped, without a line end. No line comes twice, and the
        order is the same each time.

    Raises
    ------
    CorpusError
        When this Python was installed without the sources of its library.
    """
    return lines_under(Path(sysconfig.get_path("stdlib")))


def lines_under(root: Path) -> Iterator[str]:
    """Yield the prose of all Python sources under a folder, a paragraph a line.

    Parameters
    ----------
    root : Path
        A folder laid out as the standard library is. Files that do not parse are passed over.

    Yields
    ------
    str
        As `lines` does.

    Raises
    ------
    CorpusError
        When there is no documentation in the folder, or no folder.
    """
    seen: set[str] = set()
    for relative_path in _source_paths(root):
        for text in _texts(root, relative_path):
            for paragraph in _paragraphs(text):
                if paragraph not in seen and _is_prose(paragraph):
                    seen.add(paragraph)
                    yield paragraph
    if not seen:
        raise CorpusError(
            f"no documented Python sources in {root}: the corpus python-docs is read from the "
            "standard library's .py files, and this Python was installed without them; "
            "use a Python installed in full, or train on another corpus with --corpus"
        )


def _source_paths(root: Path) -> list[str]:
    """Return the paths of the sources, relative and with forward slashes, in sorted order."""
    paths = []
    for folder, subfolders, files in os.walk(root):
        subfolders[:] = [name for name in subfolders if name not in _SKIPPED_FOLDERS]
        paths += [Path(folder, name) for name in files if name.endswith(".py")]
    return sorted(path.relative_to(root).as_posix() for path in paths)


def _texts(root: Path, relative_path: str) -> list[str]:
    """Return the texts in one source file, or none when it cannot be parsed."""
    try:
        # Bytes, so that the parser obeys a coding cookie.
        source = (root / relative_path).read_bytes()
        with warnings.catch_warnings():
            # Invalid escapes in somebody else's strings are no concern of the user's.
            warnings.simplefilter("ignore")
            module = ast.parse(source)
    except (OSError, SyntaxError, ValueError):  # ValueError: a null byte, before Python 3.12
        return []
    if relative_path == _TOPICS_PATH:
        return _topics(module)
    return list(_docstrings(module))


def _topics(module: ast.Module) -> list[str]:
    """Return the values of the one dictionary that `pydoc_data/topics.py` assigns."""
    for statement in module.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Dict):
            return list(ast.literal_eval(statement.value).values())
    return []


def _docstrings(node: ast.AST) -> Iterator[str]:
    """Yield the docstrings of a node and of all that is defined in it, from top to bottom."""
    if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        docstring = ast.get_docstring(node)
        if docstring is not None:
            yield docstring
    for child in ast.iter_child_nodes(node):
        # Definitions also stand in the branches of `if`, `try` and `match`, never in expressions.
        if isinstance(child, ast.stmt | ast.excepthandler | ast.match_case):
            yield from _docstrings(child)


def _paragraphs(text: str) -> Iterator[str]:
    """Yield each paragraph and list item of a text as one line, without doctest examples.

    A docstring is wrapped by hand to fit a screen, but a sentence of w2v ends where its line does:
    left as they are, the wrapped lines would cut most contexts short.

    >>> list(_paragraphs("Return a\\npair:\\n- the first\\n  word\\n- the rest"))
    ['Return a pair:', '- the first word', '- the rest']
    """
    words: list[str] = []
    indent_above = 0
    in_example = False
    for line in text.expandtabs().splitlines():
        stripped = line.strip()
        indent = len(line) - len(line.lstrip())
        in_example = bool(stripped) and (in_example or stripped.startswith(">>>"))
        # A rule such as "-----" parts two paragraphs just as an empty line does.
        is_text = not in_example and any(character.isalnum() for character in stripped)
        if not is_text or indent < indent_above or _ITEM_START.match(stripped):
            if words:
                yield " ".join(words)
            words = []
        if is_text:
            words += stripped.split()
        indent_above = indent if is_text else 0
    if words:
        yield " ".join(words)


def _is_prose(paragraph: str) -> bool:
    """Tell prose from code, a grammar rule or a table, by the share of code's signs in it."""
    n_code_signs = sum(character in _CODE_SIGNS for character in paragraph)
    n_characters = len(paragraph) - paragraph.count(" ")
    # A short list item may have one, its bullet.
    return n_code_signs <= max(1, _MAX_SHARE_OF_CODE_SIGNS * n_characters)
