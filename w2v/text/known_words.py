"""The vocabulary of a run that starts from known vectors: which words get rows, new or old.

`vocab.rows` decides:

    new     the words of the text, as without known vectors
    old     the words of the vectors, in their order; other words of the text are dropped
    union   both: by falling count, if that of the old words is known; else the old ones first

Words are the same if they are written the same: case and Unicode form count. A row whose word is
not in this text has count 0, so it is never a center, in a context, or noise, and stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from w2v.config.schema import VocabConfig
from w2v.errors import ConfigError, CorpusError
from w2v.text.vocabulary import GONE, PAD, UNK, Vocabulary, build_vocabulary, rank_words


def build_on_known(
    words: Sequence[str], counts: NDArray[np.int64], vocab: VocabConfig, known: Vocabulary
) -> tuple[Vocabulary, NDArray[np.int32]]:
    """Choose the words that get a row, by `vocab.rows`.

    Parameters
    ----------
    words : sequence of str
        All distinct words of a corpus, by falling count.
    counts : array of int64
        Their counts.
    vocab : VocabConfig
    known : Vocabulary
        The words that have a vector already; counts of zero for all are no counts.

    Returns
    -------
    vocabulary : Vocabulary
        With the counts in this text.
    new_id : array of int32, one for each of `words`
        Its row, the row of `<unk>`, or GONE.

    Raises
    ------
    CorpusError
        If fewer than two words of the text have a row.
    ConfigError
        If only old words get rows, and a special token is none of them.
    """
    if vocab.rows == "new":
        return build_vocabulary(words, counts, vocab.min_count, vocab.max_size, vocab.specials)
    if vocab.rows == "old":
        _check_specials(vocab.specials, known)
        rows = known.words
    else:
        rows = _union(words, counts, vocab, known)
    vocabulary, new_id = _number(words, counts, rows, vocab.specials)
    is_plain = np.ones(len(rows), np.bool_)
    is_plain[[rows.index(special) for special in vocab.specials]] = False
    n_here = int(np.count_nonzero(vocabulary.counts[is_plain]))
    if n_here < 2:
        raise _too_few(n_here, len(words), len(known), vocab)
    return vocabulary, new_id


def earlier_counts(words: Sequence[str], known: Vocabulary) -> NDArray[np.int64]:
    """Return the count that each word has among the known words; 0 if it is none of them."""
    rows = known.rows_of(words)
    return np.where(rows == GONE, 0, known.counts[rows])


def _union(
    words: Sequence[str], counts: NDArray[np.int64], vocab: VocabConfig, known: Vocabulary
) -> list[str]:
    """Return special tokens, then old and new words."""
    ranked, _ = rank_words(words, counts, vocab.min_count, vocab.max_size, vocab.specials)
    old = [word for word in known.words if word not in vocab.specials]
    new = [word for rank in ranked.tolist() if (word := words[rank]) not in known.id_of]
    both = [*old, *new]
    if known.counts.any():
        seen = earlier_counts(both, known) + earlier_counts(both, Vocabulary(words, counts))
        both = [both[row] for row in np.argsort(-seen, kind="stable").tolist()]
    return [*vocab.specials, *both]


def _number(
    words: Sequence[str], counts: NDArray[np.int64], rows: Sequence[str], specials: Sequence[str]
) -> tuple[Vocabulary, NDArray[np.int32]]:
    """Give the words of a text the numbers of given rows, and count the rows."""
    counted = np.zeros(len(rows), np.int64)
    # Found in one that is let go: its dict takes more memory than the words do.
    new_id = Vocabulary(rows, counted).rows_of(words)
    if UNK in specials:
        new_id[new_id == GONE] = rows.index(UNK)
    if PAD in specials and PAD in words:
        new_id[words.index(PAD)] = GONE
    has_row = new_id != GONE
    counted += np.bincount(new_id[has_row], weights=counts[has_row], minlength=len(rows)).astype(
        np.int64
    )
    return Vocabulary(rows, counted), new_id


def _check_specials(specials: Sequence[str], known: Vocabulary) -> None:
    """Refuse a special token that no row can stand for."""
    for special in specials:
        if special not in known.id_of:
            raise ConfigError(
                [
                    f"vocab.specials: {special} is no word of the vectors to start from, whose "
                    "words alone get rows; leave it out, or use vocab.rows=union"
                ]
            )


def _too_few(n_here: int, n_words: int, n_known: int, vocab: VocabConfig) -> CorpusError:
    """Say why a vocabulary has under two words of the text, and which setting would help."""
    which = f"among the {n_known:,} words to start from"
    remedy = "vocab.rows=union adds the others"
    if vocab.rows == "union":
        which += f" or seen {vocab.min_count} times"
        remedy = "try vocab.min_count=1"
    return CorpusError(
        f"of the {n_words:,} words of the text {n_here or 'none'} {'is' if n_here else 'are'} "
        f"{which}; it takes two to learn from; {remedy}"
    )
