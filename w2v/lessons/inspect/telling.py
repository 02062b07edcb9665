"""A lesson from what was found: its size, its counts, and what min_count leaves.

What is told of letters and lines is in `telling_text.py`; of the config, in `telling_config.py`.
"""

from __future__ import annotations

from collections.abc import Iterator

from w2v.lessons.blocks import Block, Curve, Step, Table, Text
from w2v.lessons.inspect.findings import Findings
from w2v.lessons.inspect.telling_config import config_blocks, cost_blocks
from w2v.lessons.inspect.telling_text import WORD_COLUMNS, odd_blocks, script_blocks
from w2v.lessons.inspect.visible import visible
from w2v.lessons.wording import Wording
from w2v.text.widths import cut

FLAT, STEEP = -0.8, -1.25  # slopes that are far from Zipf's -1


def steps_of(findings: Findings, say: Wording) -> Iterator[Step]:
    """Yield the steps of the lesson."""
    for key, blocks in (
        ("size", _size_blocks),
        ("zipf", _zipf_blocks),
        ("coverage", _coverage_blocks),
        ("script", script_blocks),
        ("odd", odd_blocks),
        ("suggestion", config_blocks),
        ("cost", cost_blocks),
    ):
        yield Step(key, say(f"{key}_title"), tuple(blocks(findings, say)))


def _size_blocks(findings: Findings, say: Wording) -> Iterator[Block]:
    """Tell how large the text is."""
    sizes = findings.sizes
    rows: list[tuple[str, int | float | None]] = [
        (say("files"), len(findings.source_names)),
        (say("bytes"), sizes.n_bytes),
        (say("lines"), findings.look.n_lines),
        (say("sentences"), sizes.n_sentences),
        (say("tokens"), sizes.n_tokens),
        (say("types"), sizes.n_types),
        (say("once"), sizes.n_once),
        (say("per_line"), sizes.n_tokens / sizes.n_sentences),
        (say("longest"), sizes.longest),
    ]
    known = tuple(row for row in rows if row[1] is not None)
    yield Table((say("what"), say("number")), known, decimals=1)
    by = findings.suggestion.config.corpus
    yield Text(say("counted_by", tokenizer=by.tokenizer))
    if sizes.n_once:
        yield Text(
            say(
                "once_said",
                once=sizes.n_once,
                of_types=sizes.n_once / sizes.n_types,
                of_tokens=sizes.n_once / sizes.n_tokens,
            )
        )
    if sizes.n_alone == sizes.n_sentences:
        yield Text(say("all_alone"))


def _zipf_blocks(findings: Findings, say: Wording) -> Iterator[Block]:
    """Tell how counts fall with rank."""
    n_tokens, zipf = findings.sizes.n_tokens, findings.zipf
    rows, so_far = [], 0
    for rank, (word, count) in enumerate(findings.commonest, 1):
        so_far += count
        shown = cut(visible(word), WORD_COLUMNS)
        rows.append((rank, shown, count, 100 * count / n_tokens, 100 * so_far / n_tokens))
    heads = (say("rank"), say("word"), say("count"), "%", say("so_far"))
    yield Table(heads, tuple(rows), decimals=1)
    if findings.sizes.n_types == 1:
        yield Text(say("zipf_one"))
        return
    if zipf.counts[0] == zipf.counts[-1]:
        yield Text(say("zipf_even"))
        return
    yield Text(say("zipf_said"))
    yield Curve(
        say("zipf_curve"),
        say("rank"),
        say("count"),
        zipf.ranks,
        (("", zipf.counts),),
        log=(True, True),
    )
    if zipf.slope is None:
        yield Text(say("zipf_few"))
        return
    kind = "flat" if zipf.slope > FLAT else "steep" if zipf.slope < STEEP else "usual"
    told = say("zipf_slope", slope=zipf.slope, first=zipf.first, last=zipf.last)
    yield Text(f"{told}{say('between')}{say(f'zipf_{kind}')}")


def _coverage_blocks(findings: Findings, say: Wording) -> Iterator[Block]:
    """Tell what min_count leaves."""
    chosen = findings.suggestion.config.vocab.min_count
    yield Text(say("coverage_said"))
    rows = [
        (row.min_count, row.n_words, 100 * row.n_words / findings.sizes.n_types, 100 * row.share)
        for row in findings.coverage
    ]
    marked = [at for at, row in enumerate(findings.coverage) if row.min_count == chosen]
    heads = ("min_count", say("words_left"), say("of_types"), say("of_tokens"))
    yield Table(heads, tuple(rows), marked=frozenset(marked), decimals=1)
    here = findings.coverage[marked[0]]
    yield Text(
        say(
            "coverage_own" if "vocab.min_count" in findings.suggestion.own else "coverage_marked",
            min_count=chosen,
            words=here.n_words,
            share=here.share,
        )
    )
