"""The checks told: what a gradient check is, then a step for each check, then all at a glance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from w2v.engines.choice import INSTALL
from w2v.lessons.blocks import Block, Lesson, Lines, Step, Table, Text, Verdict
from w2v.lessons.gradcheck import WITH_CHOICE
from w2v.lessons.gradcheck.comparing import SAME, Check, Compared
from w2v.lessons.gradcheck.numeric import STEP, errors
from w2v.lessons.gradcheck.running import Asked, why_left_out
from w2v.lessons.wording import Wording


def gradcheck_lesson(asked: Asked, checks: Sequence[Check], language: str) -> Lesson:
    """Return the lesson of some checks.

    Parameters
    ----------
    asked : Asked
    checks : sequence of Check
        What `run_checks` returned.
    language : str
        One of `languages()`.

    Returns
    -------
    Lesson
        Its numbers say in `passed` whether all checks that were run have passed.
    """
    say = Wording(language, "gradcheck")
    steps = [_method_step(say), *(_check_step(say, check, asked) for check in checks)]
    if len(checks) > 1:
        steps.append(_summary_step(say, checks))
    return Lesson(
        command="gradcheck",
        topic=" ".join(check.name for check in checks),
        language=language,
        title=say("title"),
        steps=tuple(steps),
        numbers=_numbers(asked, checks),
    )


def _method_step(say: Wording) -> Step:
    """What a gradient check is."""
    blocks: list[Block] = [
        Text(say("method")),
        Lines(
            (
                "numeric = (loss(w + h) - loss(w - h)) / 2h        h = 0.00001",
                "error   = |analytic - numeric| / max |table|",
            )
        ),
        Text(say("method_why")),
    ]
    return Step("method", say("method_title"), tuple(blocks))


def _check_step(say: Wording, check: Check, asked: Asked) -> Step:
    """One check: what was compared, the worst entry of each table, and what came of it."""
    blocks: list[Block] = [Text(say(f"what_{check.name}"))]
    if check.is_left_out:
        problem = why_left_out(check.name) or ""
        blocks.append(Text(say("left_out", problem=problem, install=INSTALL)))
        return Step(check.name, check.name, tuple(blocks))
    if asked.gradient == "word2vec" and check.name not in WITH_CHOICE:
        blocks.append(Text(say("no_choice")))
    blocks += [_table(say, check), *_verdicts(say, check)]
    return Step(check.name, check.name, tuple(blocks))


def _table(say: Wording, check: Check) -> Table:
    """The worst entry of each table."""
    shown = check.worst_of_tables
    return Table(
        (
            say("head_table"),
            say("head_row"),
            say("head_column"),
            "analytic",
            "numeric",
            say("head_error"),
            say("head_input"),
        ),
        tuple(
            (
                found.table,
                *found.worst,
                f"{found.analytic[found.worst]:+.7f}",
                f"{found.numeric[found.worst]:+.7f}",
                f"{found.error:.1e}",
                say(f"case_{found.case}"),
            )
            for found in shown
        ),
        name=say("worst"),
        marked=frozenset(at for at, found in enumerate(shown) if found.error >= check.tolerance),
    )


def _verdicts(say: Wording, check: Check) -> list[Block]:
    """Pass, or fail and, where it can be told, why."""
    values = {
        "name": check.name,
        "error": f"{check.worst.error:.1e}",
        "tolerance": f"{check.tolerance:g}",
        "n": check.n_entries,
    }
    if check.passed:
        return [Verdict(True, say("passes", **values))]
    found: list[Block] = [Verdict(False, say("fails", **values))]
    worst, ratio = check.worst, check.worst.ratio
    if ratio is None:
        return [*found, Verdict(False, say("no_ratio", table=worst.table))]
    shown = f"{ratio:.2f}"
    if check.lacks_factor:
        found.append(Verdict(False, say("factor", ratio=shown)))
        found.append(Text(say("factor_why", n=worst.context_size, table=worst.table)))
    else:
        key = "too_strict" if abs(ratio - 1) < SAME else "ratio"
        found.append(Verdict(False, say(key, table=worst.table, ratio=shown)))
    return found


def _summary_step(say: Wording, checks: Sequence[Check]) -> Step:
    """All checks at a glance."""
    run = [check for check in checks if not check.is_left_out]
    n_passed = sum(check.passed for check in run)
    table = Table(
        (say("head_check"), say("head_entries"), say("head_error"), say("head_result")),
        tuple(
            (check.name, None, "", say("result_left_out"))
            if check.is_left_out
            else (
                check.name,
                check.n_entries,
                f"{check.worst.error:.1e}",
                say("result_passes" if check.passed else "result_fails"),
            )
            for check in checks
        ),
        marked=frozenset(at for at, check in enumerate(checks) if not check.passed),
    )
    is_good = n_passed == len(run)
    text = say("all_pass" if is_good else "some_fail", n_failed=len(run) - n_passed, n=len(run))
    return Step("summary", say("summary_title"), (table, Verdict(is_good, text)))


def _numbers(asked: Asked, checks: Sequence[Check]) -> dict[str, Any]:
    """Return what a program would want to know."""
    return {
        "gradient": asked.gradient,
        "seed": asked.seed,
        "tolerance": asked.tolerance,
        "step": STEP,
        "passed": all(check.passed for check in checks),
        "checks": [
            {
                "name": check.name,
                "left_out": check.is_left_out,
                "passed": None if check.is_left_out else check.passed,
                "entries": check.n_entries,
                "lacks_factor": check.lacks_factor,
                "worst": None if check.is_left_out else _entry(check.worst),
                "compared": [_entry(found) for found in check.compared],
            }
            for check in checks
        ],
    }


def _entry(found: Compared) -> dict[str, Any]:
    """Return the worst entry of one comparison."""
    row, column = found.worst
    return {
        "table": found.table,
        "input": found.case,
        "row": row,
        "column": column,
        "analytic": found.analytic[row, column],
        "numeric": found.numeric[row, column],
        "error": errors(found.analytic, found.numeric)[row, column],
        "ratio": found.ratio,
    }
