"""The command `w2v`: its groups, its global options, and how errors reach the user.

Each command is in the file of its group and is imported when it is called. Nothing here, and
nothing at the top of those files, imports NumPy: `w2v --help` answers at once.
"""

from __future__ import annotations

import errno
import importlib
import os
import sys
from traceback import print_exc
from types import TracebackType
from typing import Any

import click

from w2v import __version__
from w2v.cli.terminal import Settings, common_options, printable
from w2v.errors import Interrupted, W2VError
from w2v.processes import ONE_BLAS_THREAD

# name: (module in w2v.cli, attribute)
COMMANDS = {
    "train": ("train", "train_command"),
    "similar": ("similar", "similar_command"),
    "analogy": ("query", "analogy_command"),
    "odd": ("query", "odd_command"),
    "predict": ("query", "predict_command"),
    "vector": ("query", "vector_command"),
    "eval": ("evaluate", "eval_command"),
    "corpus": ("corpus", "corpus_group"),
    "export": ("export", "export_command"),
    "sweep": ("sweep", "sweep_command"),
    "runs": ("runs", "runs_group"),
    "stability": ("stability", "stability_command"),
    "report": ("report", "report_command"),
    "plot": ("plot", "plot_command"),
    "explain": ("explain", "explain_command"),
    "gradcheck": ("gradcheck", "gradcheck_command"),
    "learn": ("learn", "learn_command"),
    "exercise": ("exercise", "exercise_command"),
    "config": ("config", "config_group"),
    "completion": ("completion", "completion_command"),
}


class Failure(click.ClickException):
    """A W2VError on its way to the terminal: a line for each problem, and the exit code."""

    exit_code: int  # type: ignore[misc]  # click says ClassVar, and reads the instance

    def __init__(self, error: W2VError) -> None:
        super().__init__(str(error))
        self.exit_code = error.exit_code
        self._problems = [line for line in error.problems if line] or [type(error).__name__]

    def show(self, file: Any = None) -> None:
        """Print each line to stderr."""
        for line in self._problems:
            click.echo(f"w2v: {printable(line)}", err=True)


class W2VGroup(click.Group):
    """The top group: imports commands late and turns errors into one line and an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order of the table, not of the alphabet."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command."""
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name]
        command = getattr(importlib.import_module(f"w2v.cli.{module}"), attribute)
        assert isinstance(command, click.Command)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; say in one line what went wrong."""
        try:
            return super().invoke(ctx)
        except W2VError as error:
            if ctx.ensure_object(Settings).debug:
                print_exc()
            raise Failure(error) from error
        except OSError as error:
            if ctx.ensure_object(Settings).debug or error.errno == errno.EPIPE:
                raise  # a reader that left, as in `| head`: click goes quietly
            drop_unwritten()
            where = f"{error.filename}: " if error.filename else ""
            raise Failure(W2VError(f"{where}{error.strerror or error}")) from error
        except KeyboardInterrupt as interrupt:
            raise Failure(Interrupted(str(interrupt) or "stopped")) from interrupt
        except MemoryError as error:
            remedy = "try a smaller model.dim, vocab.max_size or train.batch"
            raise Failure(W2VError(f"there is not enough memory; {remedy}")) from error


def drop_unwritten() -> None:
    """Let go what stdout holds if it cannot be written; Python would try, and fail, at its end."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@click.group(cls=W2VGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="w2v")
@common_options
def main() -> None:
    """Train word vectors from a text, and ask them for similar words.

    \b
        w2v train --corpus my.txt          train with the defaults
        w2v train quickstart               train a shipped example
        w2v similar latest king queen      ask the newest run
        w2v learn                          lessons on how it works

    Data goes to stdout, everything else to stderr. Exit codes: 0 done, 1 failed, 2 wrong usage or
    config, 3 word not found, 4 training diverged, 130 interrupted.
    """


def run() -> None:
    """Start the command line; what `w2v` on the PATH calls."""
    os.environ.update(ONE_BLAS_THREAD)  # NumPy is not loaded yet
    if "--debug" not in sys.argv:
        sys.excepthook = _say_internal_error
    if os.environ.get("NO_COLOR"):
        main(color=False)
    else:
        main()


def _say_internal_error(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    """Stand in for the traceback that a user should never see."""
    if issubclass(kind, KeyboardInterrupt):  # before any command had begun
        print("w2v: stopped", file=sys.stderr)
        return
    print(
        f"w2v: a bug in w2v: {kind.__name__}: {error}; run it again with --debug to see where",
        file=sys.stderr,
    )
