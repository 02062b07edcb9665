"""Put together, in the order of the text, what several hands have found in its stretches."""

from __future__ import annotations

import array
import itertools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from w2v.text.counting import Counted, Place, Stretch
from w2v.text.decoding import WHOLE, BadBytes
from w2v.text.reading import check_bad_bytes


def places_of(counted: Sequence[Counted]) -> list[Place]:
    """Return where each stretch belongs, and at last where another one would."""
    places = [Place(0, 0, False)]
    is_open = False
    for this in counted:
        at = places.pop()
        joins = is_open and this.begins_inside and this.n_tokens > 0
        places.append(Place(at.token, at.sentence, joins))
        places.append(
            Place(at.token + this.n_tokens, at.sentence + this.n_sentences - joins, False)
        )
        is_open = this.is_open or (is_open and this.begins_inside and this.n_tokens == 0)
    return places


def bad_bytes_of(
    files: Sequence[Path], stretches: Sequence[Stretch], counted: Sequence[Counted]
) -> dict[int, BadBytes]:
    """Return what was read of each file, by its number, with lines counted from its beginning.

    Parameters
    ----------
    files : sequence of Path
    stretches, counted
        The first stretches of a text, and what was found in them.
    """
    of_file: dict[int, BadBytes] = {}
    for stretch, found in zip(stretches, counted, strict=True):
        for part, bad in zip(stretch, found.bad, strict=True):
            whole = of_file.setdefault(part.file, BadBytes(first_file=str(files[part.file])))
            if bad.count and not whole.count:
                whole.first_line = whole.n_lines + bad.first_line
            whole.count += bad.count
            whole.n_bytes += bad.n_bytes
            whole.n_lines += bad.n_lines
    return of_file


def check_split_files(
    files: Sequence[Path], stretches: Sequence[Stretch], counted: Sequence[Counted]
) -> None:
    """Refuse the first file that was read to its end, in spans, and is no text as a whole.

    Parameters
    ----------
    files, stretches, counted
        Stretches behind the counted ones have not been read.

    Raises
    ------
    CorpusError
        As reading that file whole would raise.
    """
    read = list(stretches[: len(counted)])
    of_file = bad_bytes_of(files, read, counted)
    for file, span in itertools.chain(*read):
        if span != WHOLE and span.stop is None:
            check_bad_bytes(files[file], of_file[file])


def merge(
    folder: Path, counted: Sequence[Counted], names: Sequence[str]
) -> tuple[list[str], NDArray[np.int64]]:
    """Rank the words of all hands together, and leave each hand a file of the ranks of its words.

    Parameters
    ----------
    folder : Path
    counted : sequence of Counted
        In the order of the text.
    names : sequence of str
        Of the hand that has counted each.

    Returns
    -------
    words : list of str
        By falling count, ties by first appearance in the text.
    counts : array of int64
    """
    words_of = {
        name: (folder / f"words{name}").read_bytes().decode().split("\n") for name in set(names)
    }
    numbers: dict[str, int] = {}
    ids_of = {name: array.array("i") for name in words_of}
    for this, name in zip(counted, names, strict=True):
        # A hand goes forward in the text: what it met first in this stretch stands before all that
        # any hand met first in a later one.
        met = words_of[name][len(ids_of[name]) : this.n_words]
        new = itertools.filterfalse(numbers.__contains__, met)
        numbers.update(zip(list(new), itertools.count(len(numbers))))
        ids_of[name].extend(map(numbers.__getitem__, met))
    del words_of
    counts = np.zeros(len(numbers), np.int64)
    for name, ids in ids_of.items():
        counts[np.asarray(ids)] += np.fromfile(folder / f"counts{name}", "<i8")
    order = np.argsort(-counts, kind="stable")  # stable: ties stay in order of first appearance
    rank_of = np.empty(len(numbers), "<i4")
    rank_of[order] = np.arange(len(numbers))
    for name, ids in ids_of.items():
        (folder / f"rank_of{name}").write_bytes(rank_of[np.asarray(ids)].data)
    words = list(numbers)
    return [words[i] for i in order.tolist()], counts[order]
