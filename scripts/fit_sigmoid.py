"""Find the coefficients of the float32 sigmoid in w2v/engines/kernels.py, and its largest error.

    python scripts/fit_sigmoid.py

sigmoid(x) = 1/2 + tanh(x/2) / 2, and tanh(x/2) / 2 is odd, so that x P(x^2) / Q(x^2) can come near
it: two short polynomials and a division, without a branch or a table. Among all coefficients those
with the smallest largest error on a grid are found by linear programming (pip install 'w2v[fast]').
The last two or three digits depend on the version of scipy; the largest error does not.

References
----------
Barrodale, Powell and Roberts, "The differential correction algorithm for rational l-infinity
approximation", SIAM Journal on Numerical Analysis 9, 1972.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

REACH = 16.0  # beyond it, sigmoid is 0 or 1 to within 2e-7
N_P, N_Q = 4, 5  # coefficients of P and of Q; the first of Q is 1
MAX_STEPS = 60

Floats = NDArray[np.float64]


def fit() -> tuple[Floats, Floats, float]:
    """Return the coefficients of P and of Q, lowest power first, and the largest error."""
    x = grid() / REACH  # 0..1, so that no power is tiny
    wanted = np.tanh(REACH * x / 2) / 2
    p_terms = x[:, None] * (x**2)[:, None] ** np.arange(N_P)  # (n, N_P)
    q_terms = (x**2)[:, None] ** np.arange(N_Q)  # (n, N_Q)
    best_error, best = np.inf, (np.zeros(N_P), np.zeros(N_Q))
    error, q = 0.5, np.eye(N_Q)[0]  # P = 0, Q = 1 is off by 1/2
    for _ in range(MAX_STEPS):
        p, q = corrected(p_terms, q_terms, wanted, error, q_terms @ q)
        error = float(np.abs(p_terms @ p / (q_terms @ q) - wanted).max())
        if error >= best_error:
            break
        best_error, best = error, (p, q)
    p, q = best
    return p / REACH ** (2 * np.arange(N_P) + 1), q / REACH ** (2 * np.arange(N_Q)), best_error


def grid() -> Floats:
    """Return points from 0 to REACH, close to each other at its end, where the error turns."""
    even = np.linspace(1e-3, REACH, 800)
    towards_the_end = REACH * (1 - np.cos(np.linspace(0, np.pi / 2, 800)))
    return np.unique(np.concatenate((even, towards_the_end)))[1:]


def corrected(
    p_terms: Floats, q_terms: Floats, wanted: Floats, error: float, q_before: Floats
) -> tuple[Floats, Floats]:
    """Return P and Q with the least d in |wanted Q - P| - error Q <= d Q_before, everywhere.

    The smaller d is, the further below `error` is the new error. All of it is linear in the unknown
    (p_0 .. p_3, q_1 .. q_4, d).
    """
    rows, bounds = [], []
    for sign in (1, -1):
        of_q = (sign * wanted - error)[:, None] * q_terms  # (n, N_Q)
        rows.append(np.hstack((-sign * p_terms, of_q[:, 1:], -q_before[:, None])))
        bounds.append(-of_q[:, 0])
    least_d = np.eye(N_P + N_Q)[-1]
    found = linprog(least_d, np.vstack(rows), np.concatenate(bounds), bounds=(None, None)).x
    return found[:N_P], np.concatenate(([1.0], found[N_P:-1]))


def largest_error_in_float32(p: Floats, q: Floats) -> float:
    """Return the largest error of the whole, computed and rounded as the kernels do."""
    x = np.linspace(-20, 20, 2_000_001).astype(np.float32)
    inside = np.clip(x, np.float32(-REACH), np.float32(REACH))
    z = inside * inside
    P, Q = (horner(coefficients.astype(np.float32), z) for coefficients in (p, q))
    found = np.float32(0.5) + inside * P / Q
    return float(np.abs(found - 1 / (1 + np.exp(-x.astype(np.float64)))).max())


def horner(coefficients: NDArray[np.float32], z: NDArray[np.float32]) -> NDArray[np.float32]:
    """Evaluate a polynomial."""
    total = np.full_like(z, coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        total = total * z + coefficient
    return total


if __name__ == "__main__":
    p, q, error = fit()
    print("P", ", ".join(f"{number:.8e}" for number in p))
    print("Q", ", ".join(f"{number:.8e}" for number in q))
    print(f"largest error {error:.1e}, in float32 {largest_error_in_float32(p, q):.1e}")
