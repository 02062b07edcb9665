"""Student's t: how probable a value so far from zero is, and the bounds of an interval.

By the incomplete beta function, so that Welch's degrees of freedom need not be whole numbers. What
is compared with it is in `comparing.py`.
"""

from __future__ import annotations

import math

TINY = 1e-300  # stands for a zero that would be divided by
MAX_STEPS = 10_000  # of the continued fraction; it takes about the square root of a large argument
CLOSE = 1e-15  # to 1: a factor that changes the value no more
HALVINGS = 200  # of an interval; after 60 or so a float64 moves no more


def two_sided_p(t: float, df: float) -> float:
    """Return the probability of a value at least as far from zero as t.

    p = I_x(df / 2, 1 / 2), x = df / (df + t^2), I the regularized incomplete beta function.

    Parameters
    ----------
    t : float
        May be infinite.
    df : float
        Degrees of freedom, above 0.

    References
    ----------
    Abramowitz and Stegun, "Handbook of mathematical functions", 26.7.1 and 26.5.27.
    """
    if math.isinf(t):
        return 0.0
    return incomplete_beta(df / 2, 0.5, df / (df + t * t), t * t / (df + t * t))


def two_sided_quantile(p: float, df: float) -> float:
    """Return the t, above 0, beyond which lies the probability p, both sides together.

    Parameters
    ----------
    p : float, in 0..1, both excluded
        0.05 for an interval that holds 95 %.
    df : float
        Degrees of freedom, above 0.
    """
    low, high = 0.0, 1.0
    while two_sided_p(high, df) > p:
        low, high = high, 2 * high
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if two_sided_p(middle, df) > p else (low, middle)
    return high


def incomplete_beta(a: float, b: float, x: float, y: float) -> float:
    """Return I_x(a, b), the regularized incomplete beta function, in 0..1.

    Parameters
    ----------
    a, b : float, above 0
    x, y : float, in 0..1
        y is 1 - x; whoever calls knows it to more digits than a subtraction would leave.

    References
    ----------
    Abramowitz and Stegun, 26.5.8 (the fraction) and 26.5.2 (I_x(a, b) = 1 - I_y(b, a)).
    """
    if x <= 0 or y <= 0:
        return 0.0 if x <= 0 else 1.0
    log_front = (
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log(y)
    )
    front = math.exp(log_front)
    if x < (a + 1) / (a + b + 2):  # where the fraction comes to its value quickly
        return front * _fraction(a, b, x) / a
    return 1.0 - front * _fraction(b, a, y) / b


def _fraction(a: float, b: float, x: float) -> float:
    """Return 1 / (1 + d1 / (1 + d2 / (1 + ...))), the fraction of the incomplete beta function.

    References
    ----------
    Lentz, "Generating Bessel functions in Mie scattering calculations using continued fractions",
    Applied Optics 15 (1976): the value is a product, each factor of which takes one term more.
    """
    value, above, below = 1.0, 1 / TINY, 1.0
    for step in range(1, MAX_STEPS):
        term = _term(a, b, x, step)
        above = 1.0 + term / above or TINY
        below = 1.0 / (1.0 + term * below or TINY)
        value *= above * below
        if abs(above * below - 1.0) < CLOSE:
            break
    return value


def _term(a: float, b: float, x: float, step: int) -> float:
    """Return d of one step, counted from 1."""
    m = step // 2
    if step % 2 == 0:
        return m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
    return -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
