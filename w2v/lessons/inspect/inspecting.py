"""Inspect a text: look it over, count it, suggest a config, and find out what that costs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from w2v.config.schema import Config, with_values
from w2v.errors import ConfigError, CorpusError
from w2v.lessons.blocks import Lesson
from w2v.lessons.inspect.config_file import suggested_file
from w2v.lessons.inspect.counts import (
    MIN_COUNTS,
    N_COMMONEST,
    Coverage,
    Sizes,
    coverage_of,
    sizes_of,
    zipf_of,
)
from w2v.lessons.inspect.findings import Costs, Findings
from w2v.lessons.inspect.letters import UNSPACED_SCRIPTS
from w2v.lessons.inspect.looking import Look, look_over
from w2v.lessons.inspect.numbers import numbers_of
from w2v.lessons.inspect.odd import LONG, Found
from w2v.lessons.inspect.source import Source, opened_source
from w2v.lessons.inspect.spelling import glued_particles, two_spellings
from w2v.lessons.inspect.suggesting import Reason, Suggester, Suggestion
from w2v.lessons.inspect.telling import steps_of
from w2v.lessons.inspect.visible import visible
from w2v.lessons.wording import Wording
from w2v.text.corpus import encode_corpus
from w2v.text.encoding import EncodedText
from w2v.text.reading import has_fields
from w2v.text.scripts import is_mostly_letters, is_unsegmented
from w2v.text.tokenizers import TokenizerSpec
from w2v.text.widths import cut
from w2v.training.estimating import Estimator

NAME = "inspect"
# Is told what is being done, how much of it, and of how much, if anybody knows.
Progress = Callable[[str, int, "int | None"], None]
LOOKING, COUNTING, MEASURING = "looking it over", "counting words", "timing a little training"
TITLE_COLUMNS = 60  # for the names of the text
SPACES = 0.15  # of the places between two letters: a text of Chinese words with spaces has more


@dataclass(frozen=True)
class Inspection:
    """What was found, and how it is told.

    Attributes
    ----------
    lesson : Lesson
    config_file : str
        The suggested config as YAML, with its reasons.
    refusal : str
        Why nothing can be trained with it; nothing if it can.
    """

    lesson: Lesson
    config_file: str
    refusal: str


def inspect_corpus(
    paths: Sequence[str],
    overrides: Sequence[str],
    language: str,
    *,
    allow_code: bool = False,
    progress: Progress | None = None,
) -> Inspection:
    """Inspect a text.

    Parameters
    ----------
    paths : sequence of str
        What `--corpus` takes.
    overrides : sequence of str
        `key=value`; they keep their place in the config that is suggested.
    language : str
    allow_code : bool
        Whether a `module:function` tokenizer may be run.
    progress : callable, optional

    Raises
    ------
    CorpusError, ConfigError, OutputError
        If there is no text to look at.
    """
    tell = progress or (lambda what, n_done, total: None)
    path = paths[0] if len(paths) == 1 else list(paths)
    suggester = Suggester(overrides, path)
    with opened_source(suggester.reading.corpus) as source:
        findings = _find(source, suggester, allow_code=allow_code, tell=tell)
    say = Wording(language, NAME)
    lesson = Lesson(
        command=NAME,
        topic=" ".join(paths),
        language=language,
        title=say("title", path=cut(visible(", ".join(paths)), TITLE_COLUMNS)),
        steps=tuple(steps_of(findings, say)),
        numbers=numbers_of(findings),
    )
    refusal = findings.costs.refusal
    return Inspection(lesson, suggested_file(findings, say), refusal)


def _find(source: Source, suggester: Suggester, *, allow_code: bool, tell: Progress) -> Findings:
    """Find out everything."""
    wanted = suggester.reading.corpus
    tokenizer = TokenizerSpec(
        wanted.tokenizer, wanted.lowercase, wanted.normalize, allow_code=allow_code
    )
    tokenizer.make()  # refuses what cannot be run before anything is read
    _check_field(source)
    look = look_over(source, tokenizer, lambda n, total: tell(LOOKING, n, total))
    if "corpus.tokenizer" not in suggester.own:
        if is_unsegmented(list(look.words)):
            suggester.read_by("char", Reason("why_char"))
        elif _is_segmented(look):
            suggester.read_by("whitespace", Reason("why_whitespace"))
    text = _counted(source, suggester.reading, allow_code=allow_code, tell=tell)
    suggestion = suggester.suggest(text)
    tell(MEASURING, text.report.n_tokens, None)
    costs = _costs(source.readable(suggestion.config), allow_code=allow_code)
    sizes = sizes_of(text, LONG)
    is_by_character = suggestion.config.corpus.tokenizer == "char"
    return Findings(
        source_names=[source.name_of(file) for file in source.files],
        has_records=source.has_records(),
        sizes=sizes,
        look=look,
        odd=_odd(look, text, sizes, source, suggester.reading.corpus.tokenizer),
        zipf=zipf_of(text.counts),
        commonest=[*zip(text.words[:N_COMMONEST], text.counts[:N_COMMONEST].tolist(), strict=True)],
        coverage=_coverage(text, suggestion),
        glued=glued_particles(text.words, text.counts),
        is_unsegmented=not is_by_character and is_unsegmented(text.words),
        is_segmented=_is_segmented(look),
        is_mostly_letters=not is_by_character and is_mostly_letters(text.words),
        two_spellings=two_spellings(text.words),
        suggestion=suggestion,
        costs=costs,
    )


def _check_field(source: Source) -> None:
    """Refuse a field where there is none, as training does."""
    if source.field is not None and not any(map(has_fields, source.files)):
        raise ConfigError(
            ["corpus.field: only .jsonl and .csv files have fields, and none is here"]
        )


def _counted(source: Source, config: Config, *, allow_code: bool, tell: Progress) -> EncodedText:
    """Count all words, or take the counts from the cache, where a training finds them too."""
    n_read = 0

    def on_read(n_characters: int) -> None:
        nonlocal n_read
        n_read += n_characters
        tell(COUNTING, n_read, None)

    text, _, _ = encode_corpus(
        source.readable(config).corpus, allow_code=allow_code, progress=on_read
    )
    return text


def _odd(
    look: Look, text: EncodedText, sizes: Sizes, source: Source, tokenizer: str
) -> dict[str, Found]:
    """Return the odd lines; what the counting knows of all of the text comes from there."""
    odd = dict(look.odd)
    first = source.name_of(source.files[0]) if len(source.files) == 1 else ""
    seen = odd.pop("long", Found(0, first, 0, ""))
    if sizes.n_long:
        is_one = sizes.longest > sizes.n_tokens / 2
        kind = "one_line" if is_one else "long"
        odd[kind] = replace(seen, n_lines=1 if is_one else sizes.n_long)
    if tokenizer == "whitespace":
        odd.pop("no_token", None)  # a mark is a token too
    report = text.report
    if report.n_bad_bytes:
        odd.pop("damaged", None)  # they are read as what stands for damage
        file = source.name_of(report.first_bad_file)
        odd["bad_bytes"] = Found(report.n_bad_bytes, file, report.first_bad_line, "")
    return odd


def _coverage(text: EncodedText, suggestion: Suggestion) -> list[Coverage]:
    """Return what some min_counts leave, the suggested one among them."""
    vocab = suggestion.config.vocab
    return [
        coverage_of(text, min_count, vocab.specials)
        for min_count in sorted({*MIN_COUNTS, vocab.min_count})
    ]


def _is_segmented(look: Look) -> bool:
    """Tell whether a text of a script without spaces has them: somebody has cut it into words."""
    by_script = look.characters.by_script()
    n_letters = sum(by_script.values())
    n_unspaced = sum(by_script.get(script, 0) for script in UNSPACED_SCRIPTS)
    n_spaces = int(
        look.characters.counts[[ord(" "), ord("\t"), ord("\N{IDEOGRAPHIC SPACE}")]].sum()
    )
    return n_unspaced > n_letters / 2 and n_spaces > SPACES * n_letters


def _costs(config: Config, *, allow_code: bool) -> Costs:
    """Find out how long a training takes, and how much memory; or why there can be none."""
    estimator = Estimator(allow_code=allow_code)
    try:
        plan = estimator.plan_of(config)
        seconds = estimator.seconds_of(config)
        in_numpy = None
        if seconds is None:  # compiling comes first; what there is without it can be measured
            in_numpy = estimator.seconds_of(with_values(config, {"train.engine": "numpy"}))
    except (CorpusError, ConfigError) as error:
        return Costs(None, None, None, str(error))
    return Costs(plan, seconds, in_numpy, "")
