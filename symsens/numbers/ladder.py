"""Singular values estimated at rising precision.

Law: evidence that is shown beside a proof, never instead of it.
"""

from dataclasses import dataclass

import mpmath
import numpy as np

from symsens.errors import InputError
from symsens.numbers.midrad import ratio, table


def estimate_singular_values(J):
    """NumPy's singular values of a float array, descending: an estimate, no proof.

    Raises `InputError` when an entry is not finite.
    """
    J = np.asarray(J, dtype=np.float64)
    if not np.isfinite(J).all():
        raise InputError(f"matrix of shape {J.shape} has an entry that is inf or nan")
    return np.linalg.svd(J, compute_uv=False) if J.size else np.zeros(0)


@dataclass(frozen=True)
class Ladder:
    """Singular values at several precisions: evidence, never a proof.

    values[k] are the singular values (mpf, descending) at digits[k] decimal digits; exponents[i] is the fitted slope of
    log10(sigma_i / sigma_1) against the digits: about -1 for a true zero, about 0 for a nonzero value.
    """

    digits: tuple
    values: tuple
    exponents: tuple

    def as_dict(self) -> dict:
        """JSON-ready: estimates, as decimal strings."""
        values = [[mpmath.nstr(x, 6) for x in step] for step in self.values]
        return {"digits": list(self.digits), "values": values, "exponents": list(self.exponents)}


def estimate_ladder(J_at, digits=(30, 60, 120)):
    """The precision ladder: mpmath's SVD of J at each precision and how each value decays. Evidence only.

    Parameters
    ----------
    J_at : callable
        ``J_at(dps)`` returns J as an mpmath matrix good to dps digits (`exact_at` makes one); called with mpmath's
        working precision set to dps, which is restored afterwards.
    digits : increasing sequence of at least two ints

    Notes
    -----
    mpmath returns roundoff, not 0, for most exact zeros; 0, or anything below 10^-d at d digits, is fitted as 10^-d, so
    that every zero decays alike (exponent -1). Least-squares slope; relative to sigma_1.
    Raises `InputError` for unusable digits.
    """
    digits = tuple(digits)
    if len(digits) < 2 or digits[0] < 1 or any(a >= b for a, b in zip(digits, digits[1:])):
        raise InputError(f"ladder digits {digits}: give at least two increasing positive integers")
    values, logs = [], []
    for dps in digits:
        with mpmath.workdps(dps):
            J = J_at(dps)
            if J.rows < J.cols:
                J = J.T
            sigma = tuple(sorted(mpmath.svd_r(J, compute_uv=False), reverse=True)) if J.cols else ()
            values.append(sigma)
            logs.append([max(float(mpmath.log10(s / sigma[0])), -float(dps)) if s > 0 else -float(dps) for s in sigma])
    exponents = tuple(float(slope) for slope in np.polyfit(digits, np.array(logs), 1)[0]) if values[0] else ()
    return Ladder(digits, tuple(values), exponents)


def exact_at(rows):
    """A ``J_at`` for `estimate_ladder` from nested rows of int, Fraction or fmpq (or an fmpz_mat, fmpq_mat)."""
    (m, n), flat = table(rows)
    pairs = [ratio(x) for x in flat]

    def J_at(dps):
        with mpmath.workdps(dps):
            J = mpmath.matrix(m, n)
            for index, (p, q) in enumerate(pairs):
                J[divmod(index, n)] = mpmath.mpf(p) / q
            return J

    return J_at
