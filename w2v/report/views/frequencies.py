"""The frequency curve of a text, and how many of its tokens were trained."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from w2v.experiments.reading import RunSummary
from w2v.report.contract import Cell, FrequencyCurve, Table
from w2v.run_folder import DROPPED, VOCAB, is_there, read_file
from w2v.text.vocabulary import Vocabulary

PER_DECADE = 60  # ranks that are drawn for each power of ten
WITH_EARLIER = "counts include the texts of earlier runs (--from); the tokens are of this one"


def frequencies_of(name: str, run: RunSummary) -> FrequencyCurve | None:
    """Return the frequency curve of a run; None of one that ended before it had a vocabulary.

    Parameters
    ----------
    name : str
        In the report.
    run : RunSummary

    Raises
    ------
    RunError
        If its word counts are damaged.
    """
    vocabulary = _words_of(run, VOCAB)
    if vocabulary is None or "tokens" not in run.record:
        return None
    dropped = _words_of(run, DROPPED) or Vocabulary([], np.empty(0, np.int64))
    words, counts, trained, has_row = _ranked(vocabulary, dropped, run)
    ranks = _drawn(len(counts))
    at = ranks - 1
    rows: list[list[Cell]] = [
        [rank, words[rank - 1], int(count), round(left, 2)]
        for rank, count, left in zip(
            ranks.tolist(), counts[at].tolist(), trained[at].tolist(), strict=True
        )
    ]
    columns = ["rank", "word", "count in the text", "expected after subsampling, an epoch"]
    n_specials = len(set(run.config.vocab.specials))
    has_earlier = run.record.get("pretrained") is not None and (
        vocabulary.n_tokens != run.record["tokens"]["kept"]
    )
    return FrequencyCurve(
        run=name,
        ranks=ranks,
        counts=counts[at].astype(np.float64),
        trained=trained[at],
        why_dropped=_why_dropped(run),
        n_words=len(vocabulary) - n_specials,
        n_dropped=len(dropped),
        tokens=_tokens(run, vocabulary),
        table=Table(columns, rows),
        note=WITH_EARLIER if has_earlier else "",
        first_dropped=_first_dropped(has_row),
    )


def _words_of(run: RunSummary, name: str) -> Vocabulary | None:
    """Return the words of one of the files of a run, if it has it."""
    if not is_there(run.folder, name, run.record):
        return None
    return Vocabulary.parse(read_file(run.folder, name, run.record), run.folder / name)


def _ranked(
    vocabulary: Vocabulary, dropped: Vocabulary, run: RunSummary
) -> tuple[list[str], NDArray[np.int64], NDArray[np.float64], NDArray[np.bool_]]:
    """Return all words of the text by falling count, their counts, and what subsampling leaves.

    The last array tells which of them have a row.
    """
    keep = vocabulary.keep_probabilities(run.config.train.subsample)
    words = vocabulary.words + dropped.words
    counts = np.concatenate((vocabulary.counts, dropped.counts))
    trained = np.concatenate((vocabulary.counts * keep, np.zeros(len(dropped))))
    # <unk> has the counts of words that are here themselves; words may be of an earlier text only.
    is_word = counts > 0
    specials = map(vocabulary.find, run.config.vocab.specials)
    is_word[[row for row in specials if row is not None]] = False
    order = np.argsort(-counts, kind="stable")
    order = order[is_word[order]]
    has_row = order < len(vocabulary)
    return [words[at] for at in order.tolist()], counts[order], trained[order], has_row


def _first_dropped(has_row: NDArray[np.bool_]) -> int | None:
    """Return the rank from which no word has a row; None if some do, or there is no such word.

    With vocab.rows=old, words that the old vectors lack may be as common as any.
    """
    n_with_row = int(np.count_nonzero(has_row))
    is_tail = n_with_row < len(has_row) and bool(has_row[:n_with_row].all())
    return n_with_row + 1 if is_tail else None


def _drawn(n_words: int) -> NDArray[np.int64]:
    """Return the ranks that are drawn: close together on a logarithmic axis, with the last."""
    n_points = int(np.log10(max(n_words, 1)) * PER_DECADE) + 2
    ranks = np.geomspace(1, max(n_words, 1), n_points).round().astype(np.int64)
    return np.unique(ranks)[: n_words or 0]


def _tokens(run: RunSummary, vocabulary: Vocabulary) -> dict[str, float]:
    """Return what became of the tokens in an epoch, on average over the epochs that were trained.

    What is held out of training is taken from what was kept before it is thinned out.
    """
    read, kept = (float(run.record["tokens"][key]) for key in ("read", "kept"))
    n_heldout = _n_heldout(run, int(kept))
    n_trained = run.record["tokens"].get("trained") or 0
    n_epochs = max((chunk["positions"] for chunk in run.chunks), default=0) / max(kept, 1)
    if n_trained and n_epochs:
        trained = n_trained / n_epochs
    else:  # it goes on, or never began
        keep = vocabulary.keep_probabilities(run.config.train.subsample)
        share = float((vocabulary.counts * keep).sum()) / max(vocabulary.n_tokens, 1)
        trained = (kept - n_heldout) * share
    found = {"read": read, _why_left_out(run): read - kept}
    if n_heldout:
        found["held out of training"] = n_heldout
    found["thinned out by subsampling"] = max(kept - n_heldout - trained, 0.0)
    return {**found, "trained": trained}


def _n_heldout(run: RunSummary, n_kept: int) -> int:
    """Return how many positions are held out of training: a share of each chunk, rounded."""
    share, length = run.config.eval.heldout, run.config.train.chunk
    n_chunks, rest = divmod(n_kept, length)
    return n_chunks * round(share * length) + round(share * rest)


def _why_left_out(run: RunSummary) -> str:
    """Name the setting that keeps words from having a row."""
    vocab = run.config.vocab
    if vocab.rows == "old":
        return "left out by vocab.rows=old"
    return f"left out by {'min_count' if vocab.max_size is None else 'min_count and max_size'}"


def _why_dropped(run: RunSummary) -> str:
    """Say which words have no row."""
    vocab = run.config.vocab
    if vocab.rows == "old":
        return "not in the old vectors"
    beyond = "" if vocab.max_size is None else f" or beyond max_size {vocab.max_size:,}"
    return f"below min_count {vocab.min_count}{beyond}"
