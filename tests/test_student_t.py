"""Student's t against the numbers of SciPy 1.17 (stats.t.sf and stats.t.isf)."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2v.experiments.student_t import incomplete_beta, two_sided_p, two_sided_quantile

# t, df, 2 * stats.t.sf(t, df)
P = [
    (0.3, 1, 0.8144528418445154),
    (12.706, 1, 0.05000080235813319),
    (2.0, 2, 0.18350341907227397),
    (4.30265, 2, 0.05000005876450579),
    (1.5, 3, 0.23058386524482294),
    (2.776, 4, 0.05002277831997642),
    (0.001, 4.37, 0.9992461244248916),
    (2.5, 4.37, 0.061530218062844255),
    (9.0, 7.5, 2.7892841254569813e-05),
    (3.0, 29, 0.005499192133903412),
    (40.0, 9, 1.8982998449339822e-11),
    (1e5, 2, 9.999999998500001e-11),
    (1.96, 1000, 0.050273184955748736),
]
# p, df, stats.t.isf(p / 2, df)
QUANTILES = [
    (0.05, 1, 12.706204736174705),
    (0.05, 2, 4.302652729749464),
    (0.05, 4, 2.7764451051977943),
    (0.05, 4.37, 2.686148100040886),
    (0.01, 9, 3.2498355415921263),
    (0.5, 3, 0.7648923284043444),
    (0.05, 1000, 1.9623390808264085),
]


@pytest.mark.parametrize(("t", "df", "p"), P)
def test_p(t, df, p):
    assert two_sided_p(t, df) == pytest.approx(p, rel=1e-10)
    assert two_sided_p(-t, df) == two_sided_p(t, df)


@pytest.mark.parametrize(("p", "df", "t"), QUANTILES)
def test_quantiles(p, df, t):
    assert two_sided_quantile(p, df) == pytest.approx(t, rel=1e-10)


@given(st.floats(0, 1e9), st.floats(0, 3), st.floats(0.5, 500))
def test_p_falls_as_t_rises(t, more, df):
    low, high = two_sided_p(t, df), two_sided_p(t + more, df)
    assert 0 <= high <= low + 1e-13 <= 1 + 1e-12


@given(st.floats(1e-6, 1 - 1e-6))
def test_one_degree_of_freedom_is_cauchys(p):
    assert two_sided_quantile(p, 1) == pytest.approx(math.tan(math.pi / 2 * (1 - p)), rel=1e-9)


def test_ends():
    assert (two_sided_p(0.0, 3), two_sided_p(math.inf, 3)) == (1.0, 0.0)
    assert (incomplete_beta(2, 3, 0, 1), incomplete_beta(2, 3, 1, 0)) == (0.0, 1.0)
    assert incomplete_beta(2, 1, 0.3, 0.7) == pytest.approx(0.09, rel=1e-14)
