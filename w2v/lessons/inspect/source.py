"""The files of a text that is inspected, standing still while several passes read them."""

from __future__ import annotations

import contextlib
import dataclasses
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from w2v.config.schema import Config, CorpusConfig
from w2v.errors import CorpusError
from w2v.text.corpus import corpus_files
from w2v.text.reading import has_fields

STDIN = "-"
STDIN_NAME = "standard input"


@dataclass(frozen=True)
class Source:
    """The files of a text.

    Attributes
    ----------
    files : list of Path
    field : str or None
        Of files of records: what holds the text.
    spooled : Path or None
        The one among them that holds standard input.
    """

    files: list[Path]
    field: str | None
    spooled: Path | None

    @property
    def n_bytes(self) -> int:
        """The size of all files."""
        return sum(file.stat().st_size for file in self.files)

    def name_of(self, file: Path | str) -> str:
        """Return what people call a file: of several in a folder, its name alone is not enough."""
        return STDIN_NAME if str(file) == str(self.spooled) else os.fspath(file)

    def readable(self, config: Config) -> Config:
        """Return a config that can be opened several times, though standard input ends once."""
        if self.spooled is None:
            return config
        corpus: CorpusConfig = config.corpus
        parts = [corpus.path] if isinstance(corpus.path, str) else corpus.path
        path = [str(self.spooled) if part == STDIN else part for part in parts]
        return dataclasses.replace(config, corpus=dataclasses.replace(corpus, path=path))

    def has_records(self) -> bool:
        """Tell whether any file is one of records, of which a field is the text."""
        return any(map(has_fields, self.files))


@contextlib.contextmanager
def opened_source(corpus: CorpusConfig) -> Iterator[Source]:
    """Find the files of a text; what was copied of standard input goes at the end.

    Raises
    ------
    CorpusError
        If a path matches nothing. Errors inside the block name standard input, not its copy.
    """
    files, spooled = corpus_files(corpus.path)
    try:
        yield Source(files, corpus.field, None if spooled is None else spooled.path)
    except CorpusError as error:
        if spooled is None:
            raise
        raise CorpusError(str(error).replace(str(spooled.path), STDIN_NAME)) from error
    finally:
        if spooled is not None:
            spooled.remove()
