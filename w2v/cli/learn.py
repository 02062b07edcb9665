"""`w2v learn`: the topics in the order they are read, and the lesson of one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from w2v.cli.answers import print_json
from w2v.cli.bars import Bar
from w2v.cli.completion import complete_corpus, complete_run, complete_topic
from w2v.cli.lesson_options import lesson_options, page_file, show_lesson
from w2v.cli.terminal import WIDTH, columns_of, common_options, note
from w2v.errors import UsageError

if TYPE_CHECKING:
    from w2v.lessons.wording import Wording


@click.command("learn")
@click.argument("topic", required=False, shell_complete=complete_topic)
@click.option("--answer", is_flag=True, help="Print the lesson's question and its answer.")
@click.option(
    "--corpus",
    metavar="PATH",
    shell_complete=complete_corpus,
    help="A text of yours, for the lesson noise.",
)
@click.option(
    "--run",
    metavar="RUN",
    shell_complete=complete_run,
    help="A run of yours, for the lesson analogy.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**63 - 1),
    default=1,
    show_default=True,
    help="Of every random draw.",
)
@lesson_options
@common_options
def learn_command(
    topic: str | None,
    answer: bool,
    corpus: str | None,
    run: str | None,
    seed: int,
    lang: str | None,
    as_json: bool,
    as_html: bool,
    out: Path | None,
    force: bool,
) -> None:
    """Read a lesson, computed by the code that trains.

    \b
        w2v learn                       the topics, in reading order
        w2v learn one-hot               a lesson; it ends with a question
        w2v learn one-hot --answer      the question and its answer
        w2v learn one-hot --html        a page to click through, offline
    """
    from w2v.lessons.languages import language_of
    from w2v.lessons.learn.topics import SLOW, Options, check_options, lesson_of
    from w2v.lessons.wording import Wording

    language = language_of(lang)
    if topic is None:
        is_for_one = answer or as_html or out or force or corpus is not None or run is not None
        if is_for_one or is_seed_given():
            raise UsageError("which TOPIC? `w2v learn` alone lists them; --json is all it takes")
        list_topics(language, as_json=as_json)
        return
    options = Options(language, corpus, run, seed, answer_only=answer and not (as_json or as_html))
    check_options(topic, options)
    page = page_file(f"learn-{topic}", as_html, out, force)
    if topic in SLOW:
        note(Wording(language, "learn/topics")("takes_seconds"))
    with Bar("", " steps") as bar:
        lesson = lesson_of(topic, replace(options, on_progress=bar.move))
    show_lesson(lesson, as_json=as_json, page=page, with_answer=answer)
    if not (as_json or as_html):
        say_next(topic, language)


def is_seed_given() -> bool:
    """Tell whether --seed was typed: its default is a seed like any other."""
    source = click.get_current_context().get_parameter_source("seed")
    return source is not click.core.ParameterSource.DEFAULT


def say_next(topic: str, language: str) -> None:
    """Say what to write oneself after a lesson, and which lesson is next, on stderr."""
    from w2v.lessons.learn.topics import EXERCISES, TOPICS
    from w2v.lessons.wording import Wording
    from w2v.text.line_breaking import paragraph_lines

    say, order = Wording(language, "learn/topics"), list(TOPICS)
    after = order[order.index(topic) + 1 :]
    texts = [say("next_topic", topic=after[0], line=say(after[0])) if after else say("last_topic")]
    if topic in EXERCISES:
        commands = say("comma").join(f"`w2v exercise {name}`" for name in EXERCISES[topic])
        texts.insert(0, say("write_yourself", commands=commands))
    note("\n".join(["", *(line for text in texts for line in paragraph_lines(text))]))


def list_topics(language: str, *, as_json: bool) -> None:
    """Print all topics in reading order, a line for each."""
    from w2v.lessons.learn.topics import TOPICS
    from w2v.lessons.wording import Wording

    say = Wording(language, "learn/topics")
    if as_json:
        topics = [{"topic": topic, "line": say(topic)} for topic in TOPICS]
        print_json({"command": "learn", "language": language, "topics": topics})
        return
    for line in topic_lines(say, list(TOPICS)):
        click.echo(line)


def topic_lines(say: Wording, topics: list[str]) -> Iterator[str]:
    """Yield the lines of the list: its title, then the topics, and how to go on."""
    from w2v.text.line_breaking import paragraph_lines

    title = say("title")
    yield click.style(title, bold=True)
    yield "=" * columns_of(title)
    width = max(map(len, topics))
    left = 2 + 2 + 1 + width + 2  # indent, number, gap, topic, gap
    for number, topic in enumerate(topics, 1):
        first, *others = paragraph_lines(say(topic), WIDTH - left)
        yield f"  {number}. {topic:<{width}}  {first}"
        yield from (" " * left + line for line in others)
    for key in ("go_on", "answers", "pages"):
        yield ""
        yield from paragraph_lines(say(key, first=topics[0]))
