"""A scene with the rows of a trained run: its vocabulary, its weights, its settings.

Words of the sentence without a row are left out, as in training. A scene on a toy vocabulary is in
`scene.py`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from w2v.config.schema import Config, start_rate, value_at
from w2v.errors import RunError, UsageError, WordError, quoted
from w2v.lessons.explain.scene import (
    Choice,
    center_of,
    check_choice,
    negatives_of,
    one_word,
    words_of,
)
from w2v.lessons.explain.update import Origin, Scene
from w2v.model.functions import Floats, Ids
from w2v.model.noise import NoiseDistribution
from w2v.run_folder import read_record
from w2v.text.tokenizers import TokenizerSpec
from w2v.text.vocabulary import PAD, UNK, Vocabulary
from w2v.training.draws import Purpose, raw_integers
from w2v.vectors.loading import load_run_config, load_run_folder
from w2v.vectors.spelling import why_missing

# What changes a run's updates, beside the plain rule that is explained: the setting, and its value
# without an effect.
OTHER_SETTINGS = {
    "train.optimizer": "sgd",
    "embedding.padding_idx": None,
    "embedding.max_norm": None,
    "embedding.scale_grad_by_freq": False,
    "embedding.freeze": False,
}


class TrainedRun:
    """A trained CBOW: its config, its vocabulary, its two tables.

    Parameters
    ----------
    folder : Path

    Attributes
    ----------
    folder : Path
    config : Config
    vocabulary : Vocabulary
    W_in, W_out : arrays of float, shape (V, D), mapped from their files

    Raises
    ------
    UsageError
        If the run is no CBOW with negative sampling, or has no W_out.
    RunError
        If it is damaged.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config: Config = load_run_config(folder, read_record(folder))
        _check_kind(self.config, folder)
        self.vocabulary: Vocabulary
        self.vocabulary, self.W_in, open_output = load_run_folder(folder)
        if open_output is None:
            raise UsageError(
                f"{folder} has no output_vectors.npy, and an update needs both tables; train it "
                "again"
            )
        self.W_out: Floats = open_output()
        specials = self.config.vocab.specials
        self._has_pad = PAD in specials
        self._unk = self.vocabulary.find(UNK) if UNK in specials else None

    def tokenizer(self, choice: Choice) -> TokenizerSpec:
        """Return how a sentence is cut: as the run's text was, unless another way is chosen."""
        corpus = self.config.corpus
        name = choice.tokenizer or corpus.tokenizer
        return TokenizerSpec(name, corpus.lowercase, corpus.normalize, choice.allow_code)

    def find(self, word: str) -> int | None:
        """Return the row that training gives to a word, or None."""
        row = None if word == PAD and self._has_pad else self.vocabulary.find(word)
        return self._unk if row is None else row

    def id_of(self, word: str) -> int:
        """Return the row of a word that must have one."""
        if (word_id := self.find(word)) is None:
            raise WordError(why_missing(word, self.vocabulary.words, self.folder))
        return word_id

    def noise(self, seed: int) -> Ids:
        """Draw K noise words by the run's own rule."""
        negatives = self.config.negatives
        noise = NoiseDistribution(self.vocabulary.counts, negatives.power)
        raw = raw_integers(seed, Purpose.NOISE, negatives.k)
        return noise.draw_distinct(raw[None, :])[0] if negatives.distinct else noise.draw(raw)

    def rows(self, ids: Ids) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return some rows of both tables, in float64."""
        W_in, W_out = (np.asarray(W[ids], np.float64) for W in (self.W_in, self.W_out))
        if not (np.isfinite(W_in).all() and np.isfinite(W_out).all()):
            raise RunError(f"{self.folder} is damaged: rows of these words are not numbers")
        return W_in, W_out


def run_scene(run: TrainedRun, sentence: str, choice: Choice) -> Scene:
    """Make a scene of a sentence with the rows of a trained run.

    Parameters
    ----------
    run : TrainedRun
    sentence : str
    choice : Choice

    Raises
    ------
    UsageError
        As `toy_scene`; or if a dimension is chosen.
    WordError
        If the center does not stand in the sentence, or a word that is needed has no row.
    RunError
        If a row is not finite.
    """
    check_choice(choice)
    if choice.dim is not None:
        raise UsageError("--dim is for the toy vocabulary: a run has its own; leave it out")
    model = run.config.model
    spec = run.tokenizer(choice)
    tokenize = spec.make()
    all_words = words_of(sentence, tokenize)
    if choice.center is not None:
        run.id_of(one_word(choice.center, tokenize, "--center"))
    words = [word for word in all_words if run.find(word) is not None]
    if len(words) < 2:
        found = f"only {quoted(words[0])}" if words else "none"
        raise WordError(
            f"of the {len(all_words)} words of the sentence {found} is in the vocabulary of "
            f"{run.folder}; it takes two: choose other words"
        )
    center_pos, n_centers = center_of(words, choice.center, tokenize)
    given = negatives_of(choice.negatives, tokenize)
    seed = run.config.train.seed if choice.seed is None else choice.seed
    tokens = [run.id_of(word) for word in words]
    negatives = [run.id_of(word) for word in given] if given else run.noise(seed).tolist()
    ids = list(dict.fromkeys([*tokens, *negatives]))  # the only rows that are needed
    row_of = {word_id: row for row, word_id in enumerate(ids)}
    W_in, W_out = run.rows(np.array(ids))
    return Scene(
        vocabulary=tuple(map(run.vocabulary.word_at, ids)),
        sentence=np.array([row_of[word_id] for word_id in tokens]),
        center_pos=center_pos,
        window=choice.window or model.window,
        negatives=np.array([row_of[word_id] for word_id in negatives]),
        W_in=W_in,
        W_out=W_out,
        lr=choice.lr or start_rate(run.config),
        gradient=choice.gradient or model.gradient,
        ids=np.array(ids),
        origin=Origin(
            run=run.folder.name,
            seed=seed,
            tokenizer=spec.name,
            n_centers=n_centers,
            left_out=tuple(w for w in dict.fromkeys(all_words) if run.find(w) is None),
            is_drawn=not given,
            power=run.config.negatives.power,
            has_narrow_windows=model.shrink_window,
            shares_noise=run.config.negatives.mode == "shared",
            other_settings=_other_settings(run.config),
        ),
    )


def _other_settings(config: Config) -> tuple[str, ...]:
    """List the settings that change this run's updates, and are not explained."""
    found = ((path, value_at(config, path), plain) for path, plain in OTHER_SETTINGS.items())
    return tuple(f"{path}={value}" for path, value, plain in found if value != plain)


def _check_kind(config: Config, folder: Path) -> None:
    """Refuse a run that was trained by another rule than the one explained."""
    for path, wanted in (("model.kind", "cbow"), ("model.loss", "negative_sampling")):
        if (found := value_at(config, path)) != wanted:
            raise UsageError(
                f"{folder} was trained with {path}={found}, and an update of CBOW with negative "
                "sampling is explained; choose another run, or leave --run out for a toy vocabulary"
            )
