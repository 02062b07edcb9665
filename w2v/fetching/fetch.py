"""Fetch an entry of the registry: download, check, unpack, and give it its name at the very end."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from w2v.errors import FetchError, Interrupted, OutputError
from w2v.fetching.download import Note, Progress, download
from w2v.fetching.partial import Partial, sums_of
from w2v.fetching.registry import Entry, Sums, fetched_path
from w2v.fetching.unpacking import unpack
from w2v.files import bytes_for_people, cannot_cache, cannot_write, clear_leftovers


@dataclass(frozen=True)
class Fetched:
    """What came of fetching an entry.

    Attributes
    ----------
    path : Path
        The file.
    was_here : bool
        Whether it was there before; nothing was downloaded then.
    download : Sums
        Of what came over the network; nothing is known of a file that was here.
    """

    path: Path
    was_here: bool
    download: Sums


def fetch(
    entry: Entry,
    target: Path | None = None,
    *,
    timeout: float = 30.0,
    announce: Callable[[], None] = lambda: None,
    note: Note = lambda text: None,
    progress: Progress = lambda n_bytes, total: None,
) -> Fetched:
    """Bring the file of an entry to `target`, unless it is there; nothing is ever replaced.

    What has been downloaded stays in `.NAME.part` beside the target until all is well, and the next
    call goes on with it.

    Parameters
    ----------
    entry : Entry
    target : Path, optional
        By default its place in the cache, where it goes by its name.
    timeout : float
        Seconds without any byte after which a connection is given up.
    announce : callable
        Is called before anything is downloaded.
    note : callable
        Is told, in a sentence, of trouble that may pass.
    progress : callable
        Is told the bytes that are here, and of how many, or None.

    Raises
    ------
    FetchError
        If it cannot be downloaded, or is not what it should be.
    OutputError
        If the target is another file, or cannot be written.
    Interrupted
        If the user stopped it.
    """
    target = _cached(entry) if target is None else target
    if os.path.lexists(target):  # a link to nowhere too
        _check_here(entry, target)
        return Fetched(target, True, Sums())
    if not target.parent.is_dir():
        raise OutputError(f"{target.parent} is no folder; make it, or choose another --out")
    announce()
    partial = Partial(target.with_name(f".{entry.name}.part"))
    with partial.locked():
        clear_leftovers(target)
        if not os.path.lexists(target):  # as another command may have made it meanwhile
            return Fetched(target, False, _bring(entry, partial, target, timeout, note, progress))
    _check_here(entry, target)
    return Fetched(target, True, Sums())


def _bring(
    entry: Entry, partial: Partial, target: Path, timeout: float, note: Note, progress: Progress
) -> Sums:
    """Download and unpack, clear away, and return the download's sums; or say what is kept."""
    try:
        found = _from_any(entry, partial, target, timeout, note, progress)
        partial.discard()
    except KeyboardInterrupt as interrupt:
        raise Interrupted(f"stopped; {_kept(entry, partial)}") from interrupt
    except OutputError as error:
        raise OutputError(f"{error}; {_kept(entry, partial)}") from error
    except OSError as error:
        raise OutputError(
            f"{cannot_write(partial.path, error)}; {_kept(entry, partial)}"
        ) from error
    return found


def _from_any(
    entry: Entry, partial: Partial, target: Path, timeout: float, note: Note, progress: Progress
) -> Sums:
    """Download and unpack from the first address that has the file; return the download's sums."""
    if entry.download.has_digest and partial.size == entry.download.size:
        # The last time was stopped after the last byte, or the disk was too full to unpack.
        found = sums_of(partial.path)
        if not entry.download.differences(found):
            unpack(entry, partial.path, target)
            return found
    # The address that a part is left of goes first.
    urls = sorted(entry.urls, key=lambda url: url != partial.url)
    failures: list[str] = []
    for url in urls:
        if failures:
            note(f"{failures[-1]}; trying {url}")
        try:
            found = download(
                url, partial, entry.download, timeout=timeout, note=note, progress=progress
            )
            try:
                unpack(entry, partial.path, target)
            except FetchError:
                partial.discard()  # what cannot be unpacked is of no use the next time
                raise
            return found
        except FetchError as error:
            failures.append(f"{url}: {error}")
    said = f"{entry.name} was not fetched: {'; '.join(failures)}"
    if partial.size:
        raise FetchError(f"{said}; {_kept(entry, partial)}")
    raise FetchError(f"{said}; by hand it may be found from {entry.source}")


def _cached(entry: Entry) -> Path:
    """Return the place of an entry in the cache, and make its folder."""
    path = fetched_path(entry.name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_cache(error) from error
    return path


def _kept(entry: Entry, partial: Partial) -> str:
    """Say what is left of a download that came to no end, and what to do."""
    if not partial.size:
        return "nothing of it is kept"
    known = entry.download.size
    here = bytes_for_people(partial.size) + (f" of {bytes_for_people(known)}" if known else "")
    again = "goes on" if partial.validator else "begins again"
    return f"{here} are here, and the same command {again}"


def _check_here(entry: Entry, target: Path) -> None:
    """Refuse a file that is there and is not what would be fetched, as far as that is known."""
    if target.is_dir():
        raise OutputError(f"{target} is a folder; choose another --out")
    if not entry.final.has_digest and target != fetched_path(entry.name):
        raise OutputError(
            f"{target} exists, and no checksum tells whether it is {entry.name}; "
            "choose another --out"
        )
    try:
        difference = entry.final.differences(sums_of(target))
    except OSError as error:
        raise OutputError(f"{target} cannot be read: {error.strerror}") from error
    if difference:
        ours = target == fetched_path(entry.name)  # else it may be anything of the user's
        what_to_do = "remove it to fetch again" if ours else "choose another --out"
        raise OutputError(
            f"{target} exists and is not {entry.name}: its {difference}; {what_to_do}"
        )
