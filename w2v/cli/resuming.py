"""`w2v train --resume`: which folder goes on, and with which config."""

from __future__ import annotations

import os
from pathlib import Path

from w2v.errors import UsageError


def folder_to_resume(
    name: str | None, out: Path | None, known: str | None, *, force: bool
) -> tuple[str | None, Path]:
    """Return CONFIG and the run folder of a run that is to be resumed.

    Parameters
    ----------
    name : str, optional
        CONFIG: where there is no `--out`, the run itself.
    out : Path, optional
    known : str, optional
        RUN of --from.
    force : bool

    Raises
    ------
    UsageError
        If no run is named, or an option does not go with it.
    RunError
        If there is no such run.
    """
    if force:
        raise UsageError("--resume goes on with a run, --force replaces it; give one of them")
    if out is not None:
        return name, out
    if known is not None:
        raise UsageError("--resume with --from wants the --out of the run that is to go on")
    if name is None:
        raise UsageError("--resume wants a run: w2v train --resume RUN")
    from w2v.run_folder import find_run  # late: it imports NumPy

    folder = Path(name) if os.path.isdir(name) else find_run(name, with_vectors=False)
    return str(folder), folder
