"""Verified singular values beside unverified ones: float64 against NumPy's SVD, 50 digits against mpmath.svd_r."""

import flint
import mpmath
import numpy as np

from benchmarks.timing import best, milliseconds, ratio, table
from symsens.numbers.ladder import exact_at
from symsens.numbers.midrad import MidRad
from symsens.numbers.singular_values import enclose_singular_values, enclose_singular_values_arb

TITLE = "Enclosed singular values"


def deficient(m: int, n: int) -> np.ndarray:
    """A full float64 matrix of rank n - 3 (small integers, so that the rank is exact)."""
    draw = np.random.default_rng(n)
    return draw.integers(-9, 10, (m, n - 3)).astype(float) @ draw.integers(-9, 10, (n - 3, n))


def row(label, plain, verified, enclosure) -> list:
    """One line; the width is that of the widest interval, relative to sigma_1."""
    width = float(max(e.upper - e.lower for e in enclosure) / enclosure[0].lower)
    return [*label, milliseconds(plain), milliseconds(verified), ratio(verified, plain), f"{width:.1e}"]


def run() -> str:
    """The table as Markdown."""
    rows = []
    for m, n in ((200, 27), (1000, 60), (2000, 90)):
        J = deficient(m, n)
        A = MidRad.from_floats(J)
        rows.append(
            row(
                (f"{m} x {n}", "NumPy SVD, float64"),
                best(lambda: np.linalg.svd(J, full_matrices=False), 15),
                best(lambda: enclose_singular_values(A, n - 3), 15),
                enclose_singular_values(A, n - 3),
            )
        )
    for m, n in ((60, 15), (200, 27)):
        exact = flint.fmpz_mat(deficient(m, n).astype(int).tolist())

        def balls(bits):
            return flint.arb_mat(exact)

        with mpmath.workdps(50):
            J = exact_at(exact)(50)
            plain = best(lambda: mpmath.svd_r(J, compute_uv=False), 1)
        rows.append(
            row(
                (f"{m} x {n}", "mpmath.svd_r, 50 digits"),
                plain,
                best(lambda: enclose_singular_values_arb(balls, n - 3, 50), 3),
                enclose_singular_values_arb(balls, n - 3, 50),
            )
        )
    return table(["J", "unverified", "its time", "enclosed", "enclosed / unverified", "widest, of sigma_1"], rows)
