"""What is told of a text's letters and lines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

import numpy as np

from w2v.files import bytes_for_people
from w2v.lessons.blocks import Bars, Block, Lines, Table, Text
from w2v.lessons.inspect.findings import Findings
from w2v.lessons.inspect.odd import LONG, MOST_HASHES, Found
from w2v.lessons.inspect.visible import visible
from w2v.lessons.wording import Wording
from w2v.text.widths import cut

NAMED = ("Latin", "Hangul", "Han", "Kana", "Cyrillic", "Arabic", "Greek", "Devanagari", "Thai")
MOST_SCRIPTS = 5
LEAST_SHARE = 0.001  # of the letters: less is not worth a bar
KOREAN = 0.2  # of the letters
EXCERPT_COLUMNS = 70
FILE_COLUMNS = 30
WORD_COLUMNS = 30  # a whole line may be one word
# What a reader should do something about, and what not; in the order in which they are told.
TO_DO = (
    "bad_bytes", "damaged", "markup", "json", "table", "control", "invisible", "one_line",
    "repeated",
)  # fmt: skip
HARMLESS = ("url", "long", "no_token", "blank", "not_nfc", "line_ends")
WITHOUT_EXCERPT = frozenset(("blank", "line_ends", "bad_bytes", "long", "one_line"))


def script_blocks(findings: Findings, say: Wording) -> Iterator[Block]:
    """Tell which letters there are, and what that means for words."""
    shares = findings.shares_by_script
    if not shares:
        yield Text(say("no_letters"))
        return
    yield _script_bars(shares, say)
    hints = [*_hints(findings, say)]
    if shares.get("Hangul", 0) > KOREAN:
        hints += _korean(findings, say)
    yield from hints or [Text(say("script_fine"))]


def _script_bars(shares: dict[str, float], say: Wording) -> Bars:
    """Draw the share of each script."""
    shown = {s: n for s, n in [*shares.items()][:MOST_SCRIPTS] if n >= LEAST_SHARE}
    names = [say(f"script_{s.lower()}") if s in NAMED else s for s in shown]
    values = [100 * share for share in shown.values()]
    rest = 100 - sum(values)
    if rest >= 100 * LEAST_SHARE:
        names.append(say("script_other"))
        values.append(rest)
    series = (("", np.array(values)),)
    return Bars(say("script_bars"), tuple(names), series, unit=say("unit_percent"), decimals=1)


def _hints(findings: Findings, say: Wording) -> Iterator[Block]:
    """Yield what the words' spelling tells."""
    suggestion, characters = findings.suggestion, findings.look.characters
    tokenizer = suggestion.config.corpus.tokenizer
    if "corpus.tokenizer" in suggestion.reasons and tokenizer == "char":
        yield from map(Text, say.paragraphs("unsegmented_char"))
        yield Lines(("corpus.tokenizer=module:function --allow-code",))
    elif findings.is_unsegmented:
        yield Text(say("unsegmented_own"))
    elif findings.is_segmented:
        yield Text(say("segmented" if tokenizer == "whitespace" else "segmented_own"))
    if findings.is_mostly_letters:
        yield Text(say("mostly_letters"))
    n_capitals, n_cased = characters.n_cased()
    lowers = suggestion.config.corpus.lowercase and tokenizer == "words"
    if n_capitals and lowers:
        yield Text(say("capitals", share=n_capitals / n_cased))
    elif findings.two_spellings:
        word = cut(findings.two_spellings[0], WORD_COLUMNS)
        n = len(findings.two_spellings)
        yield Text(say("two_spellings", n=n, word=word, lower=word.lower()))


def _korean(findings: Findings, say: Wording) -> Iterator[Block]:
    """Yield what hangs on Korean words."""
    glued, sizes = findings.glued, findings.sizes
    by_character = findings.suggestion.config.corpus.tokenizer == "char"
    if by_character:
        yield Text(say("korean_char"))
        return
    if not glued.n_types:
        yield Text(say("korean_split"))
        return
    yield Text(
        say(
            "korean_glued",
            n=glued.n_types,
            share=glued.n_types / glued.n_looked_at,
            of_tokens=glued.n_tokens / sizes.n_tokens,
        )
    )
    rows = [
        (
            cut(stem, WORD_COLUMNS),
            say("comma").join(f"{cut(form, WORD_COLUMNS)} {count:,}" for form, count in forms),
        )
        for stem, forms in glued.stems
    ]
    yield Table((say("word"), say("forms")), tuple(rows))
    key = "korean_once" if glued.n_once else "korean_none_once"
    told = say(key, once=glued.n_once, left=sizes.n_types - glued.n_types, types=sizes.n_types)
    yield Text(told)
    yield Text(say("korean_remedy"))
    yield Lines(("corpus.tokenizer=my_tokenizers:korean --allow-code",))


def odd_blocks(findings: Findings, say: Wording) -> Iterator[Block]:
    """Tell what is odd in the lines."""
    look, odd = findings.look, findings.odd
    if not look.is_whole:
        yield Text(say("looked_at", size=bytes_for_people(look.n_bytes)))
    if not odd:
        yield Text(say("nothing_odd"))
        return
    kinds = [kind for kind in (*TO_DO, *HARMLESS) if kind in odd]
    names = {kind: say(f"odd_{kind}", long=LONG) for kind in kinds}
    rows = [(names[kind], odd[kind].n_lines, _place(odd[kind], say)) for kind in kinds]
    marked = frozenset(at for at, kind in enumerate(kinds) if kind in TO_DO)
    yield Table((say("what"), say("how_many"), say("first_at")), tuple(rows), marked=marked)
    if marked:
        yield Text(say("marked_said"))
    for kind in kinds:
        remedy = say(f"remedy_{kind}", long=LONG, most=MOST_HASHES)
        yield Text(f"{names[kind]}{say('colon')}{remedy}")
        if kind not in WITHOUT_EXCERPT and odd[kind].excerpt:
            yield Lines((cut(visible(odd[kind].excerpt), EXCERPT_COLUMNS),))
    if findings.has_records:
        yield Text(say("lines_of_records"))


def _place(found: Found, say: Wording) -> str:
    """Say where the first was: the end of a long path tells more than its beginning."""
    file = visible(PurePath(found.file).name or found.file)
    name = cut(file, FILE_COLUMNS)
    return say("place", file=name, line=found.line) if found.line else name
