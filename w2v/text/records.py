"""Files of records, of which one field is the text: .jsonl and .csv."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from w2v.errors import CorpusError
from w2v.text.decoding import MAX_UNBROKEN, BadBytes, Decoder, with_line_feeds

BATCH_CHARACTERS = 1 << 16  # of records that are handed on as one piece


def batches(texts: Iterator[str]) -> Iterator[tuple[str, bool]]:
    """Yield several records as one piece; all that came before an error come before it still."""
    batch: list[str] = []
    n_characters = 0
    error = None
    while True:
        try:
            text = next(texts, None)
        except Exception as raised:
            text, error = None, raised
        if text is not None:
            batch.append(with_line_feeds(text))
            n_characters += len(text)
        if batch and (text is None or n_characters >= BATCH_CHARACTERS):
            yield "\n".join(batch), True
            batch, n_characters = [], 0
        if error is not None:
            raise error
        if text is None:
            return


def _decoded_lines(file: Path, raw: IO[bytes], bad: BadBytes) -> Iterator[str]:
    """Yield the lines of a file of records, with their line ends, decoded."""
    decoder = Decoder(file, bad)
    while line := raw.readline(MAX_UNBROKEN + 1):
        if len(line) > MAX_UNBROKEN:
            decoder.refuse_record(line)
        yield decoder.decode(line)
    decoder.finish()


def _jsonl_texts(file: Path, raw: IO[bytes], field: str, bad: BadBytes) -> Iterator[str]:
    """Yield the text of each JSON record."""
    for number, line in enumerate(_decoded_lines(file, raw, bad), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise CorpusError(f"{file} line {number} is no JSON: {error}") from error
        if not isinstance(record, dict) or field not in record:
            keys = sorted(record)[:10] if isinstance(record, dict) else []
            raise CorpusError(
                f"{file} line {number} has no key {field!r} (corpus.field); it has "
                f"{_listed(keys) or 'no keys'}"
            )
        text = record[field]
        if not isinstance(text, str | None):
            raise CorpusError(
                f"{file} line {number}: {field!r} holds no text but {type(text).__name__}"
            )
        yield _without_surrogates(text or "")


def _csv_texts(file: Path, raw: IO[bytes], field: str, bad: BadBytes) -> Iterator[str]:
    """Yield the text of each row of a table with a header."""
    csv.field_size_limit(MAX_UNBROKEN)  # a text may be longer than the module's 128 KiB
    rows = csv.reader(_decoded_lines(file, raw, bad), strict=True)  # no half-quoted field
    try:
        header = next(rows, [])
        if field not in header:
            raise CorpusError(
                f"{file} has no column {field!r} (corpus.field); it has "
                f"{_listed(header[:10]) or 'no header'}"
            )
        column = header.index(field)
        for row in rows:
            if row:
                if len(row) != len(header):
                    raise CorpusError(
                        f"{file} line {rows.line_num} is a row of {len(row)} under a header of "
                        f"{len(header)}; a comma inside a text needs quotation marks around it"
                    )
                yield row[column]
    except csv.Error as error:
        raise CorpusError(f"{file} line {rows.line_num} is no CSV: {error}") from error


RECORDS = {".jsonl": _jsonl_texts, ".csv": _csv_texts}


def _listed(names: list[str]) -> str:
    """Name keys or columns, each cut if it would fill the screen: it may be the text itself."""
    return ", ".join(name if len(name) <= 40 else f"{name[:37]}..." for name in names)


def _without_surrogates(text: str) -> str:
    """JSON can spell half a character (`\\ud800`), which no file can hold: read it as U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
