"""A prompt for questions, with the history of earlier ones and completion of words."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import click

from w2v.cli.terminal import note
from w2v.errors import W2VError
from w2v.files import cache_folder

if TYPE_CHECKING:
    from w2v.vectors.word_vectors import WordVectors

MAX_OFFERED = 100  # words that the Tab key offers, the commonest
MAX_LINES = 1000  # of the history


def prompt(vectors: WordVectors, answer: Callable[[str], None]) -> None:
    """Read questions from a terminal until Ctrl-D or an empty line, and answer each.

    Parameters
    ----------
    vectors : WordVectors
        Whose words are completed.
    answer : callable
        Prints the answer to a line, or raises W2VError, which is shown and forgotten.
    """
    note(
        f"{len(vectors):,} words; write one, or king - man + woman; Tab completes, "
        "Ctrl-D or an empty\nline ends"
    )
    with _line_editing(vectors):
        while line := _read_line():
            try:
                answer(line)
            except W2VError as error:
                click.echo("\n".join(f"w2v: {line}" for line in error.problems), err=True)


def _read_line() -> str:
    """Read a line; "" at the end of input. Ctrl-C gives a new one, as shells do."""
    # Where the answers go to a file `input` would write its prompt there too.
    is_shown = sys.stdout.isatty()
    while True:
        try:
            if not is_shown:
                click.echo("> ", nl=False, err=True)
            return input("> " if is_shown else "").strip()
        except EOFError:
            click.echo(err=True)
            return ""
        except KeyboardInterrupt:
            click.echo(err=True)


@contextlib.contextmanager
def _line_editing(vectors: WordVectors) -> Iterator[None]:
    """Give `input` history and completion, where Python has readline."""
    try:
        import readline
    except ImportError:  # Windows: the terminal has a history of its own
        yield
        return
    history = cache_folder() / "history"
    with contextlib.suppress(OSError):  # there is none yet
        readline.read_history_file(history)
    readline.set_history_length(MAX_LINES)
    readline.set_completer_delims(" ")
    readline.set_completer(_Completer(vectors.index_to_key))
    is_libedit = "libedit" in (readline.__doc__ or "")
    readline.parse_and_bind("bind ^I rl_complete" if is_libedit else "tab: complete")
    try:
        yield
    finally:
        _save(readline, history)


def _save(readline: Any, history: Any) -> None:
    """Keep the history; without a place for it, the answers were given all the same."""
    try:
        history.parent.mkdir(parents=True, exist_ok=True)
        readline.write_history_file(history)
    except OSError as error:
        note(f"the history cannot be kept: {history}: {error.strerror}")


class _Completer:
    """Offers words that begin like what was typed; readline asks for them one by one."""

    def __init__(self, words: list[str]) -> None:
        self._words = words
        self._offered: list[str] = []

    def __call__(self, text: str, number: int) -> str | None:
        if number == 0:
            sign = text[: len(text) - len(text.lstrip("+-"))]
            fitting = (sign + w for w in self._words if w.startswith(text[len(sign) :]))
            self._offered = [word for word, _ in zip(fitting, range(MAX_OFFERED), strict=False)]
        return self._offered[number] if number < len(self._offered) else None
