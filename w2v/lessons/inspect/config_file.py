"""The suggested config as a file, with its reasons, and as one command."""

from __future__ import annotations

import shlex

from w2v import __version__
from w2v.config.schema import as_dict
from w2v.config.showing import yaml_value
from w2v.lessons.inspect.findings import Findings
from w2v.lessons.inspect.suggesting import Suggestion
from w2v.lessons.wording import Wording
from w2v.text.line_breaking import paragraph_lines
from w2v.text.widths import columns_of

COMMENT_COLUMNS = 76
COMMAND_COLUMNS = 72  # of a line of the command, before its backslash


def suggested_file(findings: Findings, say: Wording) -> str:
    """Return the suggested config as YAML with the reasons as comments."""
    suggestion = findings.suggestion
    header = say.paragraphs(
        "file_header" if suggestion.base else "file_header_defaults",
        version=__version__,
        tokens=findings.sizes.n_tokens,
        types=findings.sizes.n_types,
        base=suggestion.base,
    )
    comments = {path: reason_of(suggestion, path, say) for path in suggestion.changed}
    return "\n".join([*_commented(" ".join(header)), *yaml_lines(suggestion, comments), ""])


def reason_of(suggestion: Suggestion, path: str, say: Wording) -> str:
    """Return why a setting is as it is; nothing if it is as in the shipped config."""
    if path in suggestion.own:
        return say("why_own")
    reason = suggestion.reasons.get(path)
    return "" if reason is None else say(reason.key, **reason.values)


def yaml_lines(suggestion: Suggestion, comments: dict[str, str] | None = None) -> list[str]:
    """Return the lines of the YAML: only what is not the default, by section.

    Parameters
    ----------
    suggestion : Suggestion
    comments : dict of str to str, optional
        What stands above a setting.
    """
    values = as_dict(suggestion.config)
    lines: list[str] = []
    section = ""
    for path in suggestion.changed:
        here, _, name = path.rpartition(".")
        if here != section:
            lines.append(f"{here}:")
            section = here
        indent = "  " if here else ""
        if comments and comments[path]:
            lines += _commented(comments[path], indent)
        lines.append(f"{indent}{name}: {yaml_value(values[path])}")
    return lines


def _commented(text: str, indent: str = "") -> list[str]:
    """Return a text as lines of a comment."""
    return [f"{indent}# {line}" for line in paragraph_lines(text, COMMENT_COLUMNS - len(indent))]


def command_lines(suggestion: Suggestion) -> list[str]:
    """Return one command that trains the same, broken where it is too long for a line."""
    corpus = suggestion.config.corpus
    values, of_base = as_dict(suggestion.config), as_dict(suggestion.base_config)
    paths = [corpus.path] if isinstance(corpus.path, str) else corpus.path
    words = ["w2v", "train", *filter(None, [suggestion.base])]
    words += [f"--corpus {shlex.quote(path)}" for path in paths]
    words += ["--allow-code"] if ":" in corpus.tokenizer else []
    words += [
        shlex.quote(f"{path}={yaml_value(values[path])}")
        for path in suggestion.changed
        if values[path] != of_base[path] and path not in ("name", "corpus.path")
    ]
    lines = [words[0]]
    for word in words[1:]:
        if columns_of(f"{lines[-1]} {word}") > COMMAND_COLUMNS:
            lines[-1] += " \\"
            lines.append(f"    {word}")
        else:
            lines[-1] += f" {word}"
    return lines
