"""`w2v train --from RUN`: the config with which training goes on from vectors that are there.

All that it comes to is settings: `embedding.pretrained` and `vocab.rows`, and the others of RUN. So
the config.yaml that is written trains the same again.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from w2v.cli.arguments import find_config, load_named
from w2v.cli.terminal import note
from w2v.errors import RunError, UsageError

if TYPE_CHECKING:
    from w2v.config import Config
    from w2v.training.starting import Start

FITTED = ("model.dim", "embedding.dtype")  # to a vector file, unless they are given
# What RUN has settled for its own text, and is settled again for this one.
CHOSEN_ANEW = ("train.engine=auto", "train.replicas=auto")
CHOICES_OF_WORDS = ("min_count", "max_size")  # without effect where only old words have rows


def load_for_training(
    name: str | None, overrides: list[str], known: str | None, vocabulary: str | None
) -> tuple[Config, list[str]]:
    """Load the config of a run, which may go on from another.

    Parameters
    ----------
    name : str, optional
        CONFIG.
    overrides : list of str
    known : str, optional
        RUN of --from: a run folder, a run's name, or a vector file.
    vocabulary : "new", "old" or "union", optional

    Returns
    -------
    config : Config
    fitted : list of str
        The settings that shall be those of the vector file: of `FITTED` those that are not given.

    Raises
    ------
    W2VError
        If there is no such config or run, or an option is given twice.
    """
    if known is None:
        if vocabulary is not None:
            raise UsageError("--vocabulary needs --from; without it all words are the text's own")
        return load_named(name, overrides).of_one_run(), []
    from w2v.config.schema import Config
    from w2v.config.showing import yaml_value
    from w2v.training.known import find_known

    given = {path.strip(): value for path, _, value in (text.partition("=") for text in overrides)}
    for path, option in (("embedding.pretrained", "--from"), ("vocab.rows", "--vocabulary")):
        if path in given and (option == "--from" or vocabulary is not None):
            raise UsageError(f"{path} is given twice, with {option} and with {path}=")
    folder = find_known(known)
    of_run = [f"embedding.pretrained={yaml_value(str(folder))}"]
    of_run.append(f"vocab.rows={vocabulary or 'union'}")
    takes_settings = name is None and folder.is_dir() and _has_config(folder)
    if takes_settings:
        name = str(folder)
        of_run += CHOSEN_ANEW
        if "old" in (vocabulary, given.get("vocab.rows")):
            # What chose the words of RUN has nothing to choose here.
            usual = Config().vocab
            of_run += [f"vocab.{key}={yaml_value(getattr(usual, key))}" for key in CHOICES_OF_WORDS]
    elif name is None and "corpus.path" not in given:
        raise UsageError(f"{known} has vectors, and no text to go on with; give one with --corpus")
    # The later wins: the user's own.
    config = load_named(name, [*of_run, *overrides]).of_one_run()
    if takes_settings and "corpus.path" not in given:
        note("going on with the text of that run; --corpus gives another")
    fitted = [path for path in FITTED if path not in given] if name is None else []
    return config, fitted


def _has_config(folder: Path) -> bool:
    """Tell whether a run has its config; one that has lost it is refused, since it is damaged."""
    from w2v.run_folder import CONFIG, check_run_file, is_there, read_record

    record = read_record(folder)
    if not is_there(folder, CONFIG, record):
        return False
    check_run_file(folder, CONFIG, record)
    return True


def recorded_start(name: str | None) -> Mapping[str, Any]:
    """Return what run.json says of the vectors that a run started from, if CONFIG is that run.

    Empty if it is none, or says nothing.

    Raises
    ------
    ConfigError
        If there is no such config.
    """
    from w2v.run_folder import read_record

    if name is None:
        return {}
    try:
        recorded = read_record(find_config(name).parent).get("pretrained")
    except RunError:  # a config that lies anywhere else
        return {}
    return recorded if isinstance(recorded, dict) else {}


def change_of_start(recorded: Mapping[str, Any], start: Start | None) -> list[str]:
    """Say that the vectors a run started from are others by now, if they are.

    Parameters
    ----------
    recorded : mapping
        What `recorded_start` found.
    start : Start, optional
        Of the run that is about to be trained.
    """
    if start is None or recorded.get("path") != str(start.path):
        return []
    if recorded.get("sha256") in (None, start.sha256):
        return []
    return [
        f"{start.path} has changed since the run that is trained again started from it; "
        "its vectors will come out different"
    ]
