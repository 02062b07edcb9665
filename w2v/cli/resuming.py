"""`w2v train --resume RUN`: which folder goes on, and with which config."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from w2v.errors import UsageError

if TYPE_CHECKING:
    from w2v.config import Config


def run_to_resume(name: str | None, overrides: list[str], known: str | None) -> tuple[Path, Config]:
    """Return the folder of a run that goes on, and the config that it began with.

    Parameters
    ----------
    name : str, optional
        The run, which stands where CONFIG does.
    overrides : list of str
    known : str, optional
        RUN of --from.

    Raises
    ------
    UsageError
        If no run is named, or what it starts from is named again.
    RunError
        If there is no such run, or it is damaged.
    """
    # Imported here, so that `w2v --help` does not pay for NumPy.
    from w2v.run_finding import find_run
    from w2v.run_folder import read_record
    from w2v.training.resuming import begun_config

    if name is None:
        raise UsageError("--resume wants a run: w2v train --resume RUN")
    if known is not None:
        raise UsageError("--resume with --from wants the --out of the run that is to go on")
    folder = Path(name) if os.path.isdir(name) else find_run(name, with_vectors=False)
    return folder, begun_config(folder, read_record(folder), overrides)
