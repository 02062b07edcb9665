"""What is told of the config that is suggested, and of what training with it costs."""

from __future__ import annotations

from collections.abc import Iterator

from w2v.config.schema import Config, as_dict
from w2v.config.showing import yaml_value
from w2v.files import bytes_for_people
from w2v.lessons.blocks import Block, Lines, Table, Text, Verdict
from w2v.lessons.inspect.config_file import command_lines, reason_of, yaml_lines
from w2v.lessons.inspect.findings import Findings
from w2v.lessons.wording import Wording
from w2v.text.widths import cut

LINE_COLUMNS = 74
SHIPPED = ("defaults", "quickstart", "small", "text8")  # for texts of some size
PLACES = ("name", "corpus.path")  # what every text has of its own


def cost_blocks(findings: Findings, say: Wording) -> Iterator[Block]:
    """Tell what a training takes."""
    costs = findings.costs
    if costs.plan is None:
        yield Verdict(False, say("untrainable"))
        yield Text(costs.refusal)
        return
    plan = costs.plan
    rows: list[tuple[str, str]] = [
        (say("positions"), f"{round(plan.tokens_trained):,}"),
        (say("rows_of"), f"{plan.n_words:,} x {plan.dim}"),
        (say("engine"), plan.engine),
        (say("memory"), bytes_for_people(plan.memory_bytes)),
    ]
    if costs.seconds is not None:
        rows.append((say("time"), _duration(costs.seconds, say)))
    elif costs.numpy_seconds is not None:
        rows.append((say("time_numpy"), _duration(costs.numpy_seconds, say)))
    yield Table((say("what"), say("expected")), tuple(rows))
    yield Text(say("time_measured" if costs.seconds is not None else "time_compiles"))


def _duration(seconds: float, say: Wording) -> str:
    """Say how long something takes."""
    if seconds < 60:
        return say("seconds", seconds=max(1, round(seconds)))
    minutes = round(seconds / 60)
    if minutes < 60:
        return say("minutes", minutes=minutes)
    return say("hours", hours=minutes // 60, minutes=minutes % 60)


def config_blocks(findings: Findings, say: Wording) -> Iterator[Block]:
    """Tell what is suggested, and why."""
    suggestion = findings.suggestion
    n_tokens = findings.sizes.n_tokens
    if suggestion.base:
        yield Text(say("base_said", base=suggestion.base, tokens=n_tokens))
    kind = suggestion.base or "defaults"
    yield Text(say(f"base_{kind if kind in SHIPPED else 'own'}", tokens=n_tokens))
    mine, default = as_dict(suggestion.config), as_dict(Config())
    rows = []
    for path in suggestion.changed:
        if path in PLACES and path not in suggestion.own:
            continue
        origin = "yours" if path in suggestion.own else "this_text"
        if path not in suggestion.own and path not in suggestion.reasons:
            origin = "of_base"
        told = say(origin, base=suggestion.base)
        rows.append((path, yaml_value(mine[path]), yaml_value(default[path]), told))
    heads = (say("setting"), say("value"), say("default"), say("origin"))
    yield Table(heads, tuple(rows))
    for path in suggestion.reasons:
        if path not in suggestion.own:
            yield Text(f"`{path}`{say('colon')}{reason_of(suggestion, path, say)}")
    yield Text(say("as_yaml"))
    yield Lines(tuple(cut(line, LINE_COLUMNS) for line in yaml_lines(suggestion)))
    yield Text(say("as_command"))
    yield Lines(tuple(command_lines(suggestion)))
