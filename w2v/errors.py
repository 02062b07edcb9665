"""Every error that a user of w2v may see.

Each one carries a sentence that says what is wrong, where, and what to do next. The command line
prints that sentence on one line and leaves with `exit_code`; the library simply raises. Anything
else that escapes is a bug in w2v. Nothing here imports the rest of the package.
"""

from __future__ import annotations

import re


def quoted(text: str, longest: int = 40) -> str:
    r"""Return a word of the user's in quotation marks, cut if it would fill the screen.

    Bytes that are no UTF-8, which are kept as lone surrogates, are shown as \xff.
    """
    shown = repr(text) if len(text) <= longest else repr(text[: longest - 3] + "...")
    return re.sub(r"\\udc([89a-f][0-9a-f])", r"\\x\1", shown)


def first_line(error: Exception) -> str:
    """Return what another library says of damage, at most a line."""
    return (str(error) or type(error).__name__).splitlines()[0][:100]


class W2VError(Exception):
    """What w2v raises when it cannot do what was asked; the parent of all the others.

    Parameters
    ----------
    message : str
    problems : list of str, optional
        Where several things are wrong, a sentence for each; the message has them as lines.
    """

    exit_code = 1

    def __init__(self, message: str = "", problems: list[str] | None = None) -> None:
        super().__init__(message)
        # Not the lines of the message: a file's name may hold a line end.
        self.problems = [message] if problems is None else list(problems)


class ConfigError(W2VError):
    """One or more mistakes in a config file, an override or an argument.

    Parameters
    ----------
    problems : list of str
        One sentence for each mistake; all mistakes are reported together.
    """

    exit_code = 2

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems), problems)


class UsageError(W2VError):
    """A command was given arguments that cannot be combined or understood."""

    exit_code = 2


class CorpusError(W2VError):
    """The text cannot be read, or holds nothing to train on."""


class FetchError(W2VError):
    """A public corpus or set cannot be downloaded, or is not what it should be."""


class OutputError(W2VError):
    """A file or folder cannot be written, or must not be replaced."""


class TooLargeError(W2VError):
    """What was asked for needs more memory than the machine gives."""


class RunError(W2VError):
    """A run folder is missing, incomplete or damaged."""


class FormatError(W2VError):
    """A vector file is damaged, or in no format that w2v knows; names the format and the place."""


class SetError(W2VError):
    """An evaluation set cannot be read, or is in neither of the two formats."""


class WordError(W2VError, KeyError):
    """A word is not in the vocabulary, or a question has no answer.

    A KeyError too, as of any mapping that is asked for a key that it has not.
    """

    exit_code = 3
    __str__ = Exception.__str__  # a KeyError puts its message in quotation marks


class DivergedError(W2VError):
    """Training met a value that is not finite."""

    exit_code = 4


class Interrupted(W2VError):  # noqa: N818  (it is no error of anybody's)
    """The user asked a running command to stop."""

    exit_code = 130
