"""What was found as JSON can hold it, the same in every language."""

from __future__ import annotations

import dataclasses
from typing import Any

from w2v.config.schema import as_dict
from w2v.lessons.inspect.findings import Findings


def numbers_of(findings: Findings) -> dict[str, Any]:
    """Return everything that a program would want to know."""
    sizes, look, suggestion = findings.sizes, findings.look, findings.suggestion
    plan = findings.costs.plan
    n_capitals, n_cased = look.characters.n_cased()
    return {
        "files": findings.source_names,
        **dataclasses.asdict(sizes),
        "n_lines": look.n_lines,
        "counted_by": suggestion.config.corpus.tokenizer,
        "looked_at": {"n_bytes": look.n_bytes, "is_whole": look.is_whole},
        "commonest": [{"word": word, "count": count} for word, count in findings.commonest],
        "zipf": {
            "ranks": findings.zipf.ranks,
            "counts": findings.zipf.counts,
            "slope": findings.zipf.slope,
            "first": findings.zipf.first,
            "last": findings.zipf.last,
        },
        "coverage": [dataclasses.asdict(row) for row in findings.coverage],
        "scripts": findings.shares_by_script,
        "n_capitals": n_capitals,
        "n_cased": n_cased,
        "two_spellings": len(findings.two_spellings),
        "glued": dataclasses.asdict(findings.glued),
        "is_unsegmented": findings.is_unsegmented,
        "is_segmented": findings.is_segmented,
        "is_mostly_letters": findings.is_mostly_letters,
        "line_ends": look.ends,
        "odd": {kind: dataclasses.asdict(found) for kind, found in findings.odd.items()},
        "trainable": plan is not None,
        "refusal": findings.costs.refusal or None,
        "seconds": findings.costs.seconds,
        "numpy_seconds": findings.costs.numpy_seconds,
        "memory_bytes": None if plan is None else plan.memory_bytes,
        "engine": None if plan is None else plan.engine,
        "tokens_trained": None if plan is None else plan.tokens_trained,
        "base": suggestion.base,
        "config": {path: as_dict(suggestion.config)[path] for path in suggestion.changed},
        "reasons": {path: reason.key for path, reason in suggestion.reasons.items()},
        "own": list(suggestion.own),
    }
