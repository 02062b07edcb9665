"""The corpus `toy-world`: little English sentences with known neighbours and analogies.

A small world of families, capitals, animals, numbers, verbs and adjectives, big enough to train on
in seconds and small enough to know the right answers: `questions()` is the planted analogies as an
evaluation file, and `neighbours()` which words should end up side by side.

    lines() = a sentence of a topic, drawn with a row of its table to fill it in; over and over

The words, the sentences and why they work are in `toy_world_words.py`: read that next.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

import numpy as np

from w2v.errors import UsageError
from w2v.text.builtin.toy_world_words import TOPICS, Topic

# The second half of the generator's key, so that no draw of training, which has the number of its
# purpose there, comes from the same stream.
_STREAM = int.from_bytes(b"toyworld", "big")
_BLOCK = 4096  # integers drawn at a time; it changes nothing but the speed


def lines(n_words: int = 200_000, seed: int = 1) -> Iterator[str]:
    """Yield sentences, one a line, until at least `n_words` words have been yielded.

    Parameters
    ----------
    n_words : int
    seed : int
        0 to 2**63 - 1. The same seed gives the same text on every machine and in every version of
        Python and NumPy, and the beginning of a longer text is the shorter one.

    Yields
    ------
    str
        Lower-case words with one space between them, without a line end.

    Raises
    ------
    UsageError
        If the seed is out of range.
    """
    if not 0 <= seed < 2**63:
        raise UsageError(f"the seed of toy-world is 0 to 2**63 - 1, not {seed}")
    sentences = list(_sentences())
    draws = _draws(seed)
    while n_words > 0:
        places = sentences[next(draws) % len(sentences)]
        words = [choices[next(draws) % len(choices)] for choices in places]
        n_words -= len(words)
        yield " ".join(words)


def questions() -> Iterator[str]:
    """Yield the lines of the evaluation file of the planted analogies.

    Each section asks every pair of its table about every other: with n rows, n * (n - 1) questions.

    Yields
    ------
    str
        `: section`, or four words: `man woman king queen`, of which the last is the answer.

    References
    ----------
    The format of questions-words.txt: Mikolov, Chen, Corrado and Dean, "Efficient estimation of
    word representations in vector space", arXiv:1301.3781, section 4.1.
    """
    for topic in TOPICS:
        for section, (form, other) in topic.sections.items():
            yield f": {section}"
            for asked, wanted in permutations(_rows(topic), 2):
                yield f"{asked[form]} {asked[other]} {wanted[form]} {wanted[other]}"


def neighbours() -> dict[str, list[str]]:
    """Return for each planted word the words that should be nearest to it.

    Returns
    -------
    dict of str to list of str
        First the other forms of its base (`queen` for `king`), then the words of its form (`man`,
        `prince`, ...); never the word itself. Which of the two kinds comes nearest is not planted.
    """
    nearest = {}
    for topic in TOPICS:
        forms = {form for pair in topic.sections.values() for form in pair}
        for row in _rows(topic):
            for form, word in row.items():
                if form in forms:
                    same_base = [row[other] for other in row if other in forms and other != form]
                    same_form = [other[form] for other in _rows(topic) if other != row]
                    nearest[word] = same_base + same_form
    return nearest


def _rows(topic: Topic) -> list[dict[str, str]]:
    """Return the table of a topic, one dict of column -> word a row."""
    header, *rows = (line.split() for line in topic.table.strip().splitlines())
    return [dict(zip(header, row, strict=True)) for row in rows]


def _sentences() -> Iterator[list[list[str]]]:
    """Yield every sentence with every row of its topic: for each place the words it may hold.

    >>> next(_sentences())[:3]
    [['the'], ['man'], ['took', 'brought', 'carried']]
    """
    for topic in TOPICS:
        for row in _rows(topic):
            for sentence in topic.sentences:
                yield [place.split("|") for place in sentence.format_map(row).split()]


def _draws(seed: int) -> Iterator[int]:
    """Yield 64-bit integers without end."""
    # NumPy promises the raw integers of Philox for ever, and the methods of Generator it does not;
    # Python promises only `random()` of its generators. The remainder by a small n is then uniform
    # to one part in 10**16.
    generator = np.random.Philox(key=[seed, _STREAM])
    while True:
        yield from generator.random_raw(_BLOCK).tolist()
