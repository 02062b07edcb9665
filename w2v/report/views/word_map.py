"""The map of the words: their places in a plane, their neighbours, and the lists they are in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from w2v.report.contract import Cell, Table, WordMap
from w2v.report.views.planes import FEWEST, principal_axes, tsne_plane, unit_rows
from w2v.vectors.queries import Query, answer
from w2v.vectors.word_vectors import WordVectors

N_NEIGHBOURS = 10
SHORT = 3  # neighbours in the table


def word_map(
    run: str,
    vectors: WordVectors,
    *,
    n_words: int = 2000,
    groups: Mapping[str, Sequence[str]] | None = None,
    words: Sequence[str] = (),
    n_neighbours: int = N_NEIGHBOURS,
    tsne: bool = False,
    specials: Sequence[str] = (),
) -> WordMap:
    """Make the map of a run.

    Parameters
    ----------
    run : str
        Its name.
    vectors : WordVectors
    n_words : int
        So many of the commonest words, which those of `groups` and `words` join.
    groups : dict of str to sequence of str, optional
        Word lists; words without a row are passed over. A word of two lists is of the first.
    words : sequence of str
        These are on the map too.
    n_neighbours : int
        Of each word, among all words of the run.
    tsne : bool
        Whether to make that plane too, of four words or more.
    specials : sequence of str
        Rows that are no words, which are left out.

    Raises
    ------
    RunError
        If a vector is not finite.
    WordError
        If one of `words` is not in the vocabulary.
    UsageError
        If t-SNE is wanted and scikit-learn is not installed.
    """
    group_of = _group_of(vectors, groups or {})
    wanted = dict.fromkeys([*group_of, *map(vectors.get_index, words)])
    rows = _rows(vectors, n_words, list(wanted), specials)
    unit = unit_rows(vectors.vectors[rows])
    axes = principal_axes(unit)
    planes = {"PCA": axes.place(unit)}
    if tsne and len(rows) >= FEWEST:
        planes["t-SNE"] = tsne_plane(unit)
    shown = [vectors.vocabulary.word_at(row) for row in rows]
    counts = vectors.vocabulary.counts[rows]
    norms = np.asarray(vectors.cosines.lengths[rows], np.float64)
    neighbours = _neighbours(vectors, rows, unit, n_neighbours)
    in_groups = [group_of.get(row) for row in rows]
    table = _table(shown, counts, norms, planes, neighbours, in_groups)
    return WordMap(run, shown, counts, norms, planes, axes.explained, neighbours, in_groups, table)


def _group_of(vectors: WordVectors, groups: Mapping[str, Sequence[str]]) -> dict[int, str]:
    """Return the list that each row of a word list is in."""
    found: dict[int, str] = {}
    for group, words in groups.items():
        rows = vectors.vocabulary.rows_of(words)
        for row in rows[rows >= 0].tolist():
            found.setdefault(row, group)
    return found


def _rows(
    vectors: WordVectors, n_words: int, wanted: list[int], specials: Sequence[str]
) -> list[int]:
    """Return the rows of the words of a map, the commonest first."""
    # After `--from` with vocab.rows=old, rows are in the order of the old vectors.
    commonest = np.argsort(-vectors.vocabulary.counts, kind="stable")
    left_out = {vectors.vocabulary.find(special) for special in specials}
    common = [row for row in commonest[: n_words + len(left_out)].tolist() if row not in left_out]
    seen = set(common[:n_words])
    return common[:n_words] + [row for row in wanted if row not in seen | left_out]


def _neighbours(
    vectors: WordVectors, rows: list[int], unit: NDArray[np.float64], n: int
) -> list[list[tuple[str, float]]]:
    """Return the nearest words of each row among all words; none of a row of zeros."""
    asked = [at for at in range(len(rows)) if n and unit[at].any()]
    answers = answer(vectors, [Query(unit[at], [rows[at]]) for at in asked], n)
    found: list[list[tuple[str, float]]] = [[] for _ in rows]
    for at, words in zip(asked, answers, strict=True):
        found[at] = words
    return found


def _table(
    words: list[str],
    counts: NDArray[np.int64],
    norms: NDArray[np.float64],
    planes: dict[str, NDArray[np.float64]],
    neighbours: list[list[tuple[str, float]]],
    groups: list[str | None],
) -> Table:
    """Return a row for each word."""
    columns = ["word", "count", "norm", "nearest (cosine)"]
    for name in planes:
        columns += [f"{name} 1", f"{name} 2"]
    has_groups = any(groups)
    rows: list[list[Cell]] = []
    for at, word in enumerate(words):
        near = ", ".join(f"{other} ({cosine:.2f})" for other, cosine in neighbours[at][:SHORT])
        row: list[Cell] = [word, int(counts[at]), round(float(norms[at]), 4), near]
        for plane in planes.values():
            row += [round(value, 4) for value in plane[at].tolist()]
        rows.append([*row, groups[at]] if has_groups else row)
    return Table([*columns, "word list"] if has_groups else columns, rows)
