"""The command that trains a run again, to the same bits, without its folder at hand."""

from __future__ import annotations

import shlex

from w2v.config.schema import Config, as_dict
from w2v.config.showing import yaml_value
from w2v.experiments.reading import RunSummary

PLACE = "output.dir"  # where a run goes changes nothing in it; its name is kept


def command_of(run: RunSummary) -> str:
    """Return `w2v train` with every setting that is not the default, quoted for a shell.

    A text that came from standard input has to be given there again.
    """
    default = as_dict(Config())
    settings = [
        f"{path}={yaml_value(value)}"
        for path, value in run.settings.items()
        if path != PLACE and (value != default[path] or path == "corpus.path")
    ]
    code = ["--allow-code"] if ":" in run.config.corpus.tokenizer else []
    return shlex.join(["w2v", "train", *code, *settings])
