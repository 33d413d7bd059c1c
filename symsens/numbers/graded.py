"""Singular values of a matrix whose columns are nearly dependent, enclosed by exact integers and float64.

Law: what is returned holds for every matrix in the enclosure given, or `UndecidedError` is raised; factors are a
search, of which nothing is assumed.

**Theorem (Graded).** Let N be m x n, M r x n, Delta = N^T N - M^T M, D and Sigma diagonal r x r, positive, M = D T, and
X any r x r matrix. Put W = D^-1 X Sigma and Y = T^T X. If ||I - W^T W|| <= b < 1 and ||I - Y^T Y|| <= a < 1 in the
spectral norm, then for the i-th largest entry s_i of Sigma, i <= r,

    (1 - a)/(1 + b) s_i^2 - ||Delta||  <=  sigma_i(N)^2  <=  (1 + a)/(1 - b) s_i^2 + ||Delta||.

*Proof.* M^T W = T^T D W = T^T X Sigma = Y Sigma. W is square, so by the Bound (`symsens.numbers.singular_values`) with
A = M^T, V = W, U = Y and R = 0 the r singular values of M^T lie between sqrt((1 - a)/(1 + b)) s_i and
sqrt((1 + a)/(1 - b)) s_i. Their squares are the largest eigenvalues of M^T M, and Weyl's inequality compares these
with the eigenvalues sigma_i(N)^2 of N^T N.

The bound is relative: float64 finds X however small sigma_r / sigma_1 is, provided that T is well conditioned, which
pivots see to; only N^T N and Delta need many digits, and they are integers. (One-sided Jacobi finds Sigma, Y and W: Z.
Drmac and K. Veselic, SIAM J. Matrix Anal. Appl. 29, 1322 (2008).)
"""

import math
from collections.abc import Callable
from fractions import Fraction

import flint
import numpy as np
from flint import arb, arb_mat, fmpz_mat

from symsens.errors import InputError, UndecidedError
from symsens.numbers.midrad import ETA, UNIT, MidRad, norm2_upper, orthonormality_defect, up_product, up_sum
from symsens.numbers.refinement import fraction
from symsens.numbers.singular_values import SingularValue, check_rank

DIGITS = 9  # relative widths that float64 can be asked for
FARTHEST = 1_000_000  # bits before or behind the point: beyond it no number is written down, and none is told from 0
SPREAD = 400  # bits between the largest and the smallest row of M that float64 can hold, squared


def enclose_graded(A_at: Callable[[int], arb_mat], rank: int, bits: int) -> tuple[SingularValue, ...]:
    """Intervals of the singular values of a matrix of rank at most `rank`: at most so many, descending.

    Parameters
    ----------
    A_at : ``A_at(bits)`` returns a `flint.arb_mat` that contains the true matrix, at FLINT's working precision `bits`.
    rank : an upper bound of the rank, proved by the caller.
    bits : the precision.

    Returns
    -------
    tuple of SingularValue
        Of the largest singular values, as many as this precision can tell from 0: those with a positive lower bound.

    Raises
    ------
    UndecidedError
        The factors miss a hypothesis, or are beyond float64.
    InputError
        ``rank`` is refuted: one more value is positive.
    """
    with flint.ctx.workprec(bits):
        A = A_at(bits)
        check_rank(rank, (A.nrows(), A.ncols()))
        A = A if A.nrows() >= A.ncols() else A.transpose()
        exponent = _exponent(A.entries(), bits)
        if abs(exponent) > FARTHEST:
            return ()
        N, error = _integers(A, exponent, bits)
        gram = N.transpose() * N
        M, pivots = _rows(gram, rank, bits)
    if not pivots:
        return ()
    D, T = _scaled(M)
    found, a, b = _factors(D, T, pivots)
    delta = gram - M.transpose() * M
    out = _intervals(found, int(D[0]), a, b, _norm_upper(delta), error, exponent)
    if len(out) > rank:
        least = out[rank].decimals(3)[0]
        raise InputError(f"rank {rank} is refuted: singular value {rank + 1} is at least {least}")
    return out


def _integers(A: arb_mat, exponent: int, bits: int) -> tuple[fmpz_mat, arb]:
    """(N, bound of ||A 2^-exponent - N||): the midpoints as integers of about so many bits."""
    scaled = (A * (arb(2) ** -exponent)).entries()
    radius = _largest([x.rad() for x in scaled])  # each rounded by 2^-53 of itself at most
    if not math.isfinite(radius):
        raise UndecidedError(f"an entry is not finite at {bits} bits")
    N = [x.mid().floor().unique_fmpz() for x in scaled]
    error = arb(radius) * (1 + arb(2) ** -50) + 2  # one more for the floor, and one for what underflows
    return fmpz_mat(A.nrows(), A.ncols(), N), error * arb(len(N)).sqrt()


def _exponent(entries: list[arb], bits: int) -> int:
    """The e for which the largest entry over 2^e has about so many bits."""
    largest = _largest(entries)
    if 2.0**-900 < largest < 2.0**900:
        return math.frexp(largest)[1] - bits
    upper = max((x.abs_upper() for x in entries), default=arb(0))  # beyond float64, or 0, or not finite
    if not upper.is_finite():
        raise UndecidedError(f"an entry is not finite at {bits} bits")
    return 0 if upper == 0 else int(upper.man_exp()[1]) + int(upper.man_exp()[0]).bit_length() - bits


def _largest(entries: list[arb]) -> float:
    """The largest size of the midpoints, rounded; nan or inf where one is, or is beyond float64."""
    return float(np.abs(np.array([float(x) for x in entries])).max(initial=0.0))


def _rows(gram: fmpz_mat, rank: int, bits: int) -> tuple[fmpz_mat, list[int]]:
    """M with M^T M near the Gram matrix, rounded to integers, and its pivots: Cholesky, the largest pivot first.

    One more than `rank` at most, and none that does not stand out from the rounding of N.
    """
    n = gram.nrows()
    S = arb_mat(gram) * 1
    L = arb_mat(n, rank + 1)
    diagonal, pivots, columns = [S[i, i] for i in range(n)], [], []
    noise = arb(n) * arb(2) ** (bits + 8)
    for k in range(min(rank + 1, n)):
        i = max(range(n), key=lambda j: diagonal[j].mid())
        if not diagonal[i].mid() > noise:
            break
        before = L * arb_mat(L.ncols(), 1, [L[i, j] for j in range(L.ncols())])
        root = 1 / diagonal[i].sqrt()
        column = [((S[j, i] - before[j, 0]) * root).mid() for j in range(n)]
        for j, x in enumerate(column):
            L[j, k] = x
        diagonal = [d - x * x for d, x in zip(diagonal, column)]
        pivots.append(i)
        columns.append([x.floor().unique_fmpz() for x in column])
    return fmpz_mat(len(pivots), n, [x for column in columns for x in column]), pivots


def _scaled(M: fmpz_mat) -> tuple[list[int], MidRad]:
    """(D, T) with M = diag(D) T, D powers of two: T in float64, each entry an integer over one, rounded correctly."""
    rows = [[int(x) for x in row] for row in M.tolist()]
    D = [1 << max(max(map(abs, row)), 1).bit_length() for row in rows]
    mid = np.array([[x / d for x in row] for row, d in zip(rows, D)])
    return D, MidRad(mid, UNIT * np.abs(mid) + ETA)


def _factors(D: list[int], T: MidRad, pivots: list[int]) -> tuple[np.ndarray, float, float]:
    """(diagonal of Sigma over D[0], a, b) of the theorem."""
    from scipy.linalg.lapack import dgejsv

    exponents = np.array([d.bit_length() - D[0].bit_length() for d in D])
    if exponents.min() < -SPREAD:
        raise UndecidedError(f"singular values 2^{-exponents.min()} apart are beyond float64")
    d = np.ldexp(1.0, exponents)
    values, U, V, work, _, info = dgejsv(np.asfortranarray((d[:, None] * T.mid).T), joba=0, jobu=0, jobv=0, jobr=0)
    values = values * (work[0] / work[1])
    if info != 0 or not (np.isfinite(values).all() and (values > 0).all()):
        raise UndecidedError("LAPACK's Jacobi method found no singular values")
    with np.errstate(all="ignore"):
        # X from U where W is small anyway, and from V where Y is
        X = np.linalg.solve(T.mid[:, pivots].T, U[pivots])
        X = np.where(d[:, None] >= values[None, :], X, d[:, None] * V / values[None, :])
        W = MidRad.from_floats(X) * MidRad.from_floats(np.ones((len(d), 1)) * values)
        W = MidRad(np.ldexp(W.mid, -exponents[:, None]), np.ldexp(W.rad, -exponents[:, None]) + ETA)
        a, b = _defect(T.T @ MidRad.from_floats(X)), _defect(W)
    if not (a < 1 and b < 1):
        raise UndecidedError(f"factors are not orthonormal: ||I - Y'Y|| <= {a:.3g}, ||I - W'W|| <= {b:.3g}")
    return values, a, b


def _defect(Q: MidRad) -> float:
    """An upper bound of ||I - Z^T Z|| for all Z in Q: with Z = mid + E, 2 ||mid|| ||E|| + ||E||^2 more than of mid."""
    size, radius = norm2_upper(Q.mid), norm2_upper(Q.rad)
    return up_sum(orthonormality_defect(Q.mid), up_product(2.0, size, radius), up_product(radius, radius))


def _norm_upper(delta: fmpz_mat) -> arb:
    """An upper bound of the spectral norm of a symmetric integer matrix: its largest sum of a row."""
    return arb(max((sum(map(abs, map(int, row))) for row in delta.tolist()), default=0))


def _intervals(found, unit: int, a: float, b: float, delta: arb, error: arb, exponent: int):
    """The intervals of the theorem for N 2^e + E, ||E|| <= error 2^e, by Weyl's inequality."""
    one, scale = arb(1), Fraction(2) ** exponent
    low, high = (one - arb(a)) / (one + arb(b)), (one + arb(a)) / (one - arb(b))
    out = []
    for value in sorted(found.tolist(), reverse=True):
        square = (arb(value) * unit) ** 2
        lower = (low * square - delta).lower()
        lower = (lower.sqrt() - error).lower() if lower > 0 else arb(0)
        if not lower > 0:
            break
        upper = ((high * square + delta).sqrt() + error).upper()
        out.append(SingularValue(fraction(lower) * scale, fraction(upper) * scale))
    return tuple(out)
