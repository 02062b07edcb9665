"""Every setting of a run, with its default, its unit and its limits: the one place for all three.

A config file has the sections below, in YAML; a dotted path (`train.lr`) names one value. One
section more, `sweep`, makes it a config of many runs (`sweeping.py`). Nothing is read or checked
here: `checking.py` holds a value against its field, `loading.py` reads files.
"""

from __future__ import annotations

import dataclasses
import functools
import typing
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

PLACES = ("name", "output.dir")  # the settings that say where a run goes, and change nothing in it
THREADS = "train.threads"  # nor does this, unless threads race (`train.parallel: hogwild`)


def option(
    default: Any,
    help: str,
    *,
    at_least: float | None = None,
    above: float | None = None,
    at_most: float | None = None,
) -> Any:
    """Declare a setting: its default, one line of help, and the range of a number."""
    metadata = {"help": help, "at_least": at_least, "above": above, "at_most": at_most}
    if isinstance(default, list):
        return field(default_factory=lambda: list(default), metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True)
class CorpusConfig:
    """Which text, and how it becomes tokens."""

    path: str | list[str] = option(
        "python-docs", "a file, folder, glob, list of them, - for stdin, or a built-in corpus"
    )
    tokenizer: str = option(
        "words", "whitespace | words | char | module:function (needs --allow-code)"
    )
    lowercase: bool = option(True, "used by the tokenizer words")
    normalize: Literal["NFC", "NFKC", "none"] = option("NFC", "Unicode normal form of the text")
    field: str | None = option(None, "for .jsonl and .csv: the key or column that holds the text")


@dataclass(frozen=True)
class VocabConfig:
    """Which words get a row."""

    rows: Literal["new", "old", "union"] = option(
        "new", "whose words get rows: the text's, those of embedding.pretrained, or both"
    )
    min_count: int = option(5, "words seen fewer times are left out", at_least=1)
    max_size: int | None = option(None, "keep exactly so many of the commonest words", at_least=2)
    specials: list[Literal["<unk>", "<pad>"]] = option([], "any of <unk>, <pad>: the first ids")


@dataclass(frozen=True)
class ModelConfig:
    """What is predicted from what."""

    kind: Literal["cbow", "skipgram"] = option("cbow", "predict the center, or the context")
    dim: int = option(100, "D, numbers in a vector", at_least=1)
    window: int = option(5, "w, context words on either side", at_least=1)
    shrink_window: bool = option(True, "draw each center's window from 1..w")
    gradient: Literal["exact", "word2vec"] = option(
        "exact", "CBOW: divide the context gradient by the context's size, or not"
    )
    loss: Literal["negative_sampling", "softmax"] = option("negative_sampling", "what is minimised")


@dataclass(frozen=True)
class EmbeddingConfig:
    """The input table W_in, with the options of torch.nn.Embedding."""

    padding_idx: int | None = option(None, "a row that stays zero; negative counts from the end")
    max_norm: float | None = option(
        None, "longest row; longer ones are cut when looked up", above=0
    )
    norm_type: float = option(2.0, "p of the p-norm of max_norm", at_least=0)
    scale_grad_by_freq: bool = option(False, "divide a row's gradient by its count in the batch")
    sparse: bool = option(True, "keep the gradient of touched rows only; same vectors, much faster")
    pretrained: str | None = option(
        None, "a run or vector file: W_in starts from its vectors, W_out too if it has them"
    )
    freeze: bool | str = option(
        False, "true, or a file of words: their rows of W_in stay as they are, max_norm or not"
    )
    dtype: Literal["float32", "float64"] = option("float32", "of all weights")


@dataclass(frozen=True)
class NegativesConfig:
    """The noise of negative sampling."""

    mode: Literal["shared", "independent"] = option("shared", "one draw for a batch, or per center")
    k: int = option(5, "K, negatives per example", at_least=1)
    draws: int = option(32, "M, noise ids a batch, in shared mode", at_least=1)
    groups: int = option(
        4, "G, shared mode: centers take turns at so many parts of the draws", at_least=1
    )
    power: float = option(0.75, "noise is drawn by count ** power", at_least=-10, at_most=10)
    distinct: bool = option(False, "independent mode: no noise id twice for one center")


@dataclass(frozen=True)
class TrainConfig:
    """How the weights are changed."""

    engine: Literal["auto", "numpy", "numba"] = option(
        "auto", "what computes the update; auto is numba where it is there and pays"
    )
    optimizer: Literal["sgd", "adagrad", "adam"] = option("sgd", "how a gradient changes a row")
    lr: Literal["auto"] | float = option(
        "auto", "learning rate at the start; auto goes by kind, gradient and optimizer", above=0
    )
    min_lr: float = option(0.0001, "learning rate at the end", at_least=0)
    epochs: int = option(5, "times through the text", at_least=1)
    batch: int = option(32, "B, centers in a batch", at_least=1)
    subsample: float = option(0.001, "t, thins out words of a larger share; 0 is off", at_least=0)
    chunk: int = option(100_000, "positions drawn and saved as one", at_least=2)
    shuffle: bool = option(False, "draw the order of chunks anew each epoch")
    replicas: Literal["auto"] | int = option(
        "auto",
        "R, copies of the weights that train side by side; auto is 2 with sgd, else 1",
        at_least=1,
    )
    threads: Literal["auto"] | int = option(
        "auto", "replicas that run at once; changes no bit of the result", at_least=1
    )
    parallel: Literal["deterministic", "hogwild"] = option(
        "deterministic", "same bits for any threads, or threads that race on one copy"
    )
    seed: int = option(1, "of every random draw", at_least=0, at_most=2**63 - 1)
    checkpoint_every: Literal["auto"] | int | None = option(
        "auto",
        "chunks between checkpoints; auto goes by time: under 1 % of it, from a minute on",
        at_least=1,
    )
    early_stop: dict[str, Any] | None = option(
        None,
        "{metric: heldout_loss or one of eval.sets, patience: epochs}; keeps the best epoch",
    )


@dataclass(frozen=True)
class EvalConfig:
    """What is measured while training."""

    heldout: float = option(
        0.0, "share of each chunk never trained on, to measure its loss", at_least=0, at_most=0.5
    )
    sets: list[str] = option([], "evaluation files or built-in sets (w2v eval)")
    every: Literal["end", "epoch"] = option(
        "end", "when the sets are asked: after training, or each epoch"
    )


@dataclass(frozen=True)
class OutputConfig:
    """Where the run goes."""

    dir: str = option("runs", "folder of run folders")


@dataclass(frozen=True)
class Config:
    """All settings of a run."""

    name: str = option("run", "the run folder's name")
    corpus: CorpusConfig = field(default_factory=CorpusConfig)
    vocab: VocabConfig = field(default_factory=VocabConfig)
    model: ModelConfig = field(default_factory=ModelConfig)
    embedding: EmbeddingConfig = field(default_factory=EmbeddingConfig)
    negatives: NegativesConfig = field(default_factory=NegativesConfig)
    train: TrainConfig = field(default_factory=TrainConfig)
    eval: EvalConfig = field(default_factory=EvalConfig)
    output: OutputConfig = field(default_factory=OutputConfig)


@functools.cache
def field_types(cls: type) -> dict[str, Any]:
    """Return the resolved type of each field of a dataclass."""
    return typing.get_type_hints(cls)


@functools.cache
def sections() -> dict[str, type]:
    """Return the class of each section of `Config`, by its name, in order."""
    types: dict[str, type] = field_types(Config)
    return {name: cls for name, cls in types.items() if dataclasses.is_dataclass(cls)}


def option_fields() -> Iterator[tuple[str, type, dataclasses.Field[Any]]]:
    """Yield (dotted path, class that holds it, field) of every setting, in order."""
    of_section = sections()
    for f in dataclasses.fields(Config):
        if f.name not in of_section:
            yield f.name, Config, f
            continue
        for inner in dataclasses.fields(of_section[f.name]):
            yield f"{f.name}.{inner.name}", of_section[f.name], inner


def option_paths() -> list[str]:
    """Return the dotted path of every setting, in order."""
    return [path for path, _, _ in option_fields()]


def as_dict(config: Config) -> dict[str, Any]:
    """Return every value by its dotted path, in order."""
    return {path: value_at(config, path) for path in option_paths()}


def value_at(config: Config, path: str) -> Any:
    """Return the value at a dotted path."""
    value: Any = config
    for name in path.split("."):
        value = getattr(value, name)
    return value


def build_config(values: dict[str, Any]) -> Config:
    """Make a Config of values by dotted path; what is missing has its default."""
    top: dict[str, Any] = {}
    by_section: dict[str, dict[str, Any]] = {}
    for path, value in values.items():
        section, _, name = path.rpartition(".")
        (by_section.setdefault(section, {}) if section else top)[name] = value
    of_section = sections()
    return Config(**top, **{name: of_section[name](**inner) for name, inner in by_section.items()})


def with_values(config: Config, values: dict[str, Any]) -> Config:
    """Return a copy of a config with some values, by dotted path, replaced."""
    return build_config({**as_dict(config), **values})


def start_rate(config: Config) -> float:
    """Return the learning rate at the start; `auto` stands for one that suits the model.

    They differ since the gradients do: word2vec's is |C| times as long as the exact one, skip-gram
    has |C| examples for each center, and Adagrad and Adam scale each row themselves.
    """
    if config.train.lr != "auto":
        return config.train.lr
    if config.train.optimizer != "sgd":
        return {"adagrad": 0.05, "adam": 0.0025}[config.train.optimizer]
    if config.model.kind == "skipgram":
        return 0.025
    return {"exact": 0.15, "word2vec": 0.07}[config.model.gradient]


def n_replicas(config: Config) -> int:
    """Return R; `auto` is 2 where copies can be combined.

    Adagrad and Adam keep sums for each row that belong to one course of training.
    """
    if config.train.replicas != "auto":
        return config.train.replicas
    return 2 if config.train.optimizer == "sgd" else 1
