"""Score a set of either kind, and say the figures as JSON can hold them.

The kinds are scored in `analogies.py` and `similarity.py`.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from w2v.evaluation.analogies import COMMONEST, AnalogyScore, Tally, score_analogies
from w2v.evaluation.answering import MEASURES
from w2v.evaluation.lookup import LeftOut
from w2v.evaluation.sets import AnalogySet, SimilaritySet
from w2v.evaluation.similarity import SimilarityScore, score_similarity
from w2v.vectors.word_vectors import WordVectors

Score: TypeAlias = AnalogyScore | SimilarityScore


def score_set(
    vectors: WordVectors,
    questions: AnalogySet | SimilaritySet,
    n_words: int | None = COMMONEST,
    *,
    keep_case: bool = False,
) -> Score:
    """Score vectors on a set of either kind; parameters as in `score_analogies`.

    The cut at `n_words` is for analogies: a pair of a similarity set may have any word.
    """
    if isinstance(questions, AnalogySet):
        return score_analogies(vectors, questions, n_words, keep_case=keep_case)
    return score_similarity(vectors, questions, keep_case=keep_case)


def n_answered(score: Score) -> int:
    """Return how many questions or pairs of a set were answered."""
    return score.total.n_answered if isinstance(score, AnalogyScore) else score.n_answered


def main_figure(score: Score) -> float | None:
    """Return the one number of a set: 3CosAdd's share of right answers, or Spearman's rho.

    None if nothing was answered, or too little for a correlation.
    """
    return score.total.accuracy if isinstance(score, AnalogyScore) else score.spearman


def as_record(score: Score) -> dict[str, Any]:
    """Return all figures of a score; shares and correlations are numbers up to 1, or None.

    Parameters
    ----------
    score : AnalogyScore or SimilarityScore

    Returns
    -------
    dict
        Holds nothing but what JSON can hold, and no NaN.
    """
    if isinstance(score, SimilarityScore):
        return {
            "set": score.name,
            "kind": "similarity",
            "pairs": score.n_pairs,
            "answered": score.n_answered,
            "coverage": _rounded(score.coverage),
            "spearman": _rounded(score.spearman),
            "interval": None if score.interval is None else [*map(_rounded, score.interval)],
            "pearson": _rounded(score.pearson),
            "keep_case": score.keep_case,
            "by_character": score.by_character,
            **_left_out(score.left_out),
        }
    groups = {"semantic": score.semantic, "syntactic": score.syntactic}
    return {
        "set": score.name,
        "kind": "analogies",
        **_figures(score.total),
        "restrict": score.n_words,
        "keep_case": score.keep_case,
        **{name: None if tally is None else _figures(tally) for name, tally in groups.items()},
        "sections": [{"section": tally.section, **_figures(tally)} for tally in score.sections],
        **_left_out(score.left_out),
    }


def _figures(tally: Tally) -> dict[str, Any]:
    """Return the figures of a tally."""
    return {
        "questions": tally.n_questions,
        "answered": tally.n_answered,
        "coverage": _rounded(tally.coverage),
        **{measure: _rounded(tally.share(measure)) for measure in MEASURES},
    }


def _left_out(left_out: LeftOut) -> dict[str, Any]:
    """Return what was not asked."""
    missing = [
        {"word": found.word, "reason": found.reason, "questions": found.n_questions}
        for found in left_out.missing
    ]
    return {"left_out": left_out.n_questions, "missing": missing}


def _rounded(value: float | None) -> float | None:
    """Cut digits that nobody measured."""
    return None if value is None else round(value, 6) + 0.0  # no -0.0
