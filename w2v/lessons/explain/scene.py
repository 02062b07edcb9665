"""A scene on a toy vocabulary: the words of a sentence, and rows that a hand can reckon with.

Here too is what the reader chooses, and how a sentence is cut for any scene. A scene with the rows
of a trained run is in `run_scene.py`; what is computed of a scene, in `update.py`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from w2v.errors import UsageError, WordError, quoted
from w2v.lessons.explain.update import Origin, Scene
from w2v.model.layers import Gradient
from w2v.model.noise import NoiseDistribution, unit_floats
from w2v.text.scripts import has_no_spaces
from w2v.text.tokenizers import Tokenizer, TokenizerSpec
from w2v.training.draws import Purpose, raw_integers

TOY_WINDOW, TOY_DIM, TOY_SEED, TOY_LR, TOY_NEGATIVES = 2, 4, 1, 0.1, 3
TOY_POWER = 0.75
TOKENIZERS = ("words", "whitespace", "char")
MAX_DIM = 1000
MAX_LR = 100.0  # far beyond all use, and far from where numbers overflow
MAX_SEED = 2**63 - 1
# Tells the stream of the toy's rows from those of training (Purpose, w2v/training/draws.py). With
# this number, the first example, "the cat sat on the mat", has no scores that are alike by chance.
TOY_STREAM = 1042
GRID = 100  # the toy's numbers are whole hundredths from -1 to 1


@dataclass(frozen=True)
class Choice:
    """What a reader chose; None for what the toy or the run has."""

    center: str | None = None
    window: int | None = None
    dim: int | None = None
    seed: int | None = None
    negatives: tuple[str, ...] = ()
    lr: float | None = None
    gradient: Gradient | None = None
    tokenizer: str | None = None
    allow_code: bool = False


def toy_rows(
    seed: int, dim: int, first: int, n: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return some rows of the toy's two tables: whole hundredths, uniform in -1..1.

    Row i depends on (seed, dim, i) alone, and not on how many words there are.

    Parameters
    ----------
    seed, dim : int
    first, n : int
        The rows first, first + 1, ..., first + n - 1.

    Returns
    -------
    W_in, W_out : arrays of float64, shape (n, dim)
    """
    raw = np.empty((n, 2, dim), np.uint64)
    for at in range(n):
        stream = np.random.Philox(key=[seed, TOY_STREAM], counter=[0, 0, first + at, dim])
        raw[at] = stream.random_raw(2 * dim).reshape(2, dim)
    hundredths = np.floor(unit_floats(raw) * (2 * GRID + 1)) - GRID
    rows = hundredths / GRID
    return rows[:, 0], rows[:, 1]


def toy_scene(sentence: str, choice: Choice) -> Scene:
    """Make a scene of a sentence whose words are the whole vocabulary.

    Parameters
    ----------
    sentence : str
    choice : Choice

    Raises
    ------
    UsageError
        If a number is out of its range, or the sentence has no center with a context.
    WordError
        If the center does not stand in it.
    """
    check_choice(choice)
    spec, is_char_by_itself = _toy_tokenizer(sentence, choice)
    tokenize = spec.make()
    words = words_of(sentence, tokenize)
    center_pos, n_centers = center_of(words, choice.center, tokenize)
    given = negatives_of(choice.negatives, tokenize)
    vocabulary = tuple(dict.fromkeys([*words, *given]))
    row_of = {word: row for row, word in enumerate(vocabulary)}
    tokens = np.array([row_of[word] for word in words])
    seed = TOY_SEED if choice.seed is None else choice.seed
    if given:
        negatives = np.array([row_of[word] for word in given])
    else:
        noise = NoiseDistribution(np.bincount(tokens, minlength=len(vocabulary)), TOY_POWER)
        negatives = noise.draw(raw_integers(seed, Purpose.NOISE, TOY_NEGATIVES))
    W_in, W_out = toy_rows(seed, choice.dim or TOY_DIM, 0, len(vocabulary))
    return Scene(
        vocabulary=vocabulary,
        sentence=tokens,
        center_pos=center_pos,
        window=choice.window or TOY_WINDOW,
        negatives=negatives,
        W_in=W_in,
        W_out=W_out,
        lr=choice.lr or TOY_LR,
        gradient=choice.gradient or "exact",
        origin=Origin(
            seed=seed,
            tokenizer=spec.name,
            is_char_by_itself=is_char_by_itself,
            n_centers=n_centers,
            is_drawn=not given,
            power=TOY_POWER,
        ),
    )


def check_choice(choice: Choice) -> None:
    """Refuse what means nothing."""
    if choice.window is not None and choice.window < 1:
        raise UsageError(f"--window is {choice.window}; a context needs 1 word a side or more")
    if choice.dim is not None and not 1 <= choice.dim <= MAX_DIM:
        raise UsageError(f"--dim is {choice.dim}; give a whole number from 1 to {MAX_DIM:,}")
    if choice.seed is not None and not 0 <= choice.seed <= MAX_SEED:
        raise UsageError(f"--seed is {choice.seed}; give a whole number from 0 to {MAX_SEED}")
    if choice.tokenizer is not None and not _is_tokenizer(choice.tokenizer):
        raise UsageError(
            f"--tokenizer {quoted(choice.tokenizer)} is none of {', '.join(TOKENIZERS)}; choose one"
        )
    if choice.lr is not None and not (math.isfinite(choice.lr) and 0 < choice.lr <= MAX_LR):
        raise UsageError(f"--lr is {choice.lr:g}; give a number above 0, at most {MAX_LR:g}")


def _toy_tokenizer(sentence: str, choice: Choice) -> tuple[TokenizerSpec, bool]:
    """Return how a sentence is cut, and whether that is `char` without having been asked for."""
    spec = TokenizerSpec(choice.tokenizer or "words", allow_code=choice.allow_code)
    if choice.tokenizer is None and has_no_spaces(sentence, spec.make()(sentence)):
        return TokenizerSpec("char"), True
    return spec, False


def _is_tokenizer(name: str) -> bool:
    """Tell whether a name is one of ours, or of code."""
    return name in TOKENIZERS or ":" in name


def words_of(sentence: str, tokenize: Tokenizer) -> list[str]:
    """Cut a sentence into words: two at the least."""
    words = tokenize(sentence)
    if len(words) < 2:
        found = f"only {quoted(words[0])}" if words else "no word"
        is_run_on = bool(words) and has_no_spaces(sentence, words)
        hint = "put spaces between its words" if is_run_on else "give two words or more"
        raise UsageError(
            f"the sentence {quoted(sentence)} has {found}: a center needs a word beside it; {hint}"
        )
    return words


def center_of(words: Sequence[str], asked: str | None, tokenize: Tokenizer) -> tuple[int, int]:
    """Return where the center stands, and how often it does; by default the word in the middle."""
    if asked is None:
        middle = (len(words) - 1) // 2
        center = words[middle]
        return middle, Counter(words)[center]
    center = one_word(asked, tokenize, "--center")
    if center not in words:
        known = ", ".join(dict.fromkeys(words))
        known = known if len(known) <= 200 else f"{known[:200]} ..."
        raise WordError(f"{quoted(center)} does not stand in the sentence; its words are {known}")
    return words.index(center), Counter(words)[center]


def one_word(text: str, tokenize: Tokenizer, option: str) -> str:
    """Return the one word that an option is given, cut as the sentence is."""
    words = tokenize(text)
    if len(words) != 1:
        raise UsageError(
            f"{option} {quoted(text)} is {len(words) or 'no'} words as the sentence is cut; give "
            "one of its words"
        )
    return words[0]


def negatives_of(texts: Sequence[str], tokenize: Tokenizer) -> list[str]:
    """Return the noise words that were given."""
    found = []
    for text in texts:
        words = tokenize(text)
        if not words:
            raise UsageError(f"--negatives {quoted(text)} is no word; give one or more")
        found += words
    return found
