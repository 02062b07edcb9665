"""A config for a text: a shipped one that suits its size, and what this text wants otherwise.

Every setting that is changed has a reason, a key of the lesson's texts with its values. What the
user has set stays, and the rest goes by it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from w2v.config.checking import RUN_NAME, UNPRINTABLE
from w2v.config.loading import load_config
from w2v.config.schema import Config, as_dict, with_values
from w2v.errors import ConfigError
from w2v.lessons.inspect.counts import MIN_COUNTS, Coverage, coverage_of
from w2v.shipped import shipped_files
from w2v.text.encoding import EncodedText
from w2v.text.vocabulary import build_vocabulary
from w2v.training.planning import SMALL_VOCABULARY, THIN

# Tokens below which a config is chosen: what each is for is said at its top. The smallest texts do
# better with the defaults: seasons-ko gets 13.2 with them, as the README trains it, and 4.1 with
# quickstart (Spearman, times 100; mean of three seeds, 40 epochs, min_count 2).
TINY, TINY_EPOCHS = 50_000, 40
BASES = ((TINY, ""), (500_000, "quickstart"), (2_500_000, "small"))
LARGEST, SECOND_CHOICE = "text8", "small"
ENOUGH = 0.9  # of the tokens: below, a smaller min_count is tried
LEAST_EXAMPLES = 50  # times that the rarest word is met in a whole training
MOST_ROWS = 400_000  # 100 dimensions in two tables: 320 MB
FEW_WORDS = 20  # a vocabulary smaller than this is worth no min_count
SMALL_BATCH = 8
# The rate of a shipped config was found for its own of these.
RATE_GOES_BY = ("model.kind", "model.gradient", "model.loss", "train.optimizer")


@dataclass(frozen=True)
class Reason:
    """Why a setting is changed: a key of the texts, and what is filled in."""

    key: str
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Suggestion:
    """A config, and where it comes from.

    Attributes
    ----------
    base : str
        The shipped config it starts from; nothing for the defaults.
    config : Config
    base_config : Config
    reasons : dict of str to Reason
        Of each setting that this text wants to be other than in the base, by its dotted path.
    own : dict of str to Any
        What the user has set.
    changed : list of str
        Settings that are not the default.
    """

    base: str
    config: Config
    base_config: Config
    reasons: dict[str, Reason]
    own: dict[str, Any]

    @property
    def changed(self) -> list[str]:
        """The settings that are not the default, in their order, and the path of the text."""
        mine, default = as_dict(self.config), as_dict(Config())
        told = {"corpus.path", *self.own}
        return [path for path in mine if mine[path] != default[path] or path in told]


class Suggester:
    """Puts a config together, setting by setting.

    Parameters
    ----------
    overrides : sequence of str
        `key=value`, of the user.
    path : str or list of str
        Of the corpus.
    """

    def __init__(self, overrides: Sequence[str], path: str | list[str]) -> None:
        self._overrides, self._path = list(overrides), path
        resolved = load_config(None, self._overrides, {"corpus.path": path})
        resolved.of_one_run()
        values = as_dict(resolved.config)
        self.own = {
            setting: values[setting]
            for setting, source in resolved.sources.items()
            if source == "override"
        }
        # What the text is read with, before anything is known about it.
        self.reading = resolved.config
        self.reasons: dict[str, Reason] = {}

    def read_by(self, tokenizer: str, reason: Reason) -> None:
        """Change the tokenizer, for a reason."""
        self.reading = with_values(self.reading, {"corpus.tokenizer": tokenizer})
        self.reasons["corpus.tokenizer"] = reason

    def suggest(self, text: EncodedText) -> Suggestion:
        """Return a config for a text that was read as `reading` says."""
        n_tokens = text.report.n_tokens
        base, base_config, config = self._begin(n_tokens)
        corpus = as_dict(self.reading)
        config = with_values(config, {p: v for p, v in corpus.items() if p.startswith("corpus.")})
        config = with_values(config, {"name": self._name(base_config.name)})
        values: dict[str, Any] = {}

        def put(path: str, value: Any, key: str, **told: Any) -> None:
            if path not in self.own and as_dict(config)[path] != value:
                values[path] = value
                self.reasons[path] = Reason(key, told)

        if n_tokens < TINY:
            put("train.epochs", TINY_EPOCHS, "why_epochs", tokens=n_tokens)
        if any(path in self.own for path in RATE_GOES_BY):
            put("train.lr", "auto", "why_lr", base=base)
        config = with_values(config, values)
        chosen, key = min_count_for(text, config)
        put("vocab.min_count", chosen.min_count, key, **_told(chosen, config, text))
        config = with_values(config, values)
        thinned = _share_kept(text, config)
        if n_tokens < BASES[1][0] and thinned < THIN:
            put("train.subsample", 0.0, "why_subsample", share=thinned)
        n_words = coverage_of(text, config.vocab.min_count, []).n_words
        if n_words < SMALL_VOCABULARY * config.train.batch:
            put("train.batch", min(SMALL_BATCH, config.train.batch), "why_batch", n=n_words)
        config = with_values(config, values)
        return Suggestion(base, config, base_config, dict(self.reasons), self.own)

    def _begin(self, n_tokens: int) -> tuple[str, Config, Config]:
        """Return the shipped config for a size, as it is and with what the user has set.

        What does not go with the one is tried with the next: skip-gram has no choice of gradient.
        """
        named = [name for _, name in BASES] + [LARGEST]
        at = next((at for at, (least, _) in enumerate(BASES) if n_tokens < least), len(BASES))
        files = shipped_files("configs")
        for base in dict.fromkeys([*self._made_for_it(files), named[at], SECOND_CHOICE]):
            try:
                file = files[base] if base else None
                return base, load_config(file).config, load_config(file, self._overrides).config
            except ConfigError:
                continue
        return "", Config(), load_config(None, self._overrides).config

    def _made_for_it(self, files: Mapping[str, Path]) -> Iterator[str]:
        """Yield the shipped config of the same name as the text, if it is of this text."""
        name = self._path
        if not isinstance(name, str) or name not in files or os.path.exists(name):
            return  # a file goes before a text that is known by name
        if load_config(files[name]).config.corpus.path == name:
            yield name

    def _name(self, otherwise: str) -> str:
        """Return what to call the runs: as the file is called, if a folder can be called so."""
        if "name" in self.own:
            return str(self.own["name"])
        name = Path(self._path).name.split(".")[0] if isinstance(self._path, str) else ""
        fits = RUN_NAME.fullmatch(name) and not UNPRINTABLE.search(name)
        return name if fits and not set(name) & set("*?[]") else otherwise


def min_count_for(text: EncodedText, config: Config) -> tuple[Coverage, str]:
    """Choose a min_count; return what it leaves, and the key of the reason if it is no default.

    The default of 5 stays while it covers enough of the text. Otherwise it falls, but never so far
    that the rarest word would be met too seldom in a whole training. It rises while there would be
    more rows than a laptop wants to hold.
    """
    specials = config.vocab.specials
    covers = {n: coverage_of(text, n, specials) for n in MIN_COUNTS}
    chosen, key = Config().vocab.min_count, ""
    smaller = [n for n in MIN_COUNTS if n < chosen and n * config.train.epochs >= LEAST_EXAMPLES]
    while covers[chosen].share < ENOUGH and smaller:
        chosen, key = smaller.pop(), "why_min_count_less"
    if covers[chosen].n_words < FEW_WORDS:
        chosen, key = 1, "why_min_count_one"
    larger = [n for n in MIN_COUNTS if n > chosen]
    while covers[chosen].n_words > MOST_ROWS and larger:
        chosen, key = larger.pop(0), "why_min_count_more"
    return covers[chosen], key


def _told(chosen: Coverage, config: Config, text: EncodedText) -> dict[str, Any]:
    """Return what the reason of a min_count is filled in with."""
    usual = coverage_of(text, Config().vocab.min_count, config.vocab.specials)
    return {
        "share": chosen.share,
        "words": chosen.n_words,
        "usual": usual.share,
        "usual_words": usual.n_words,
        "least": chosen.min_count,
        "epochs": config.train.epochs,
        "times": chosen.min_count * config.train.epochs,
    }


def _share_kept(text: EncodedText, config: Config) -> float:
    """Return the share of the positions that subsampling leaves."""
    if coverage_of(text, config.vocab.min_count, []).n_words < 2:
        return 1.0  # nothing can be trained at all
    vocab = config.vocab
    vocabulary, _ = build_vocabulary(
        text.words, text.counts, vocab.min_count, vocab.max_size, vocab.specials
    )
    keep = vocabulary.keep_probabilities(config.train.subsample)
    return float((vocabulary.counts * keep).sum() / vocabulary.n_tokens)
