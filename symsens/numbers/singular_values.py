"""Singular values of one real matrix, enclosed.

Law: what is returned holds for every matrix in the enclosure given, or `UndecidedError` is raised.

**Theorem (Bound).** Let A be m x n, V n x n, U m x k, d in R^k with |d_1| >= ... >= |d_k|, D = diag(d) and
R = A V - [U D, 0] (n - k zero columns); put d_i = 0 for i > k. If ||I - U^T U|| <= a < 1 and ||I - V^T V|| <= b < 1
in the spectral norm, then for every i <= min(m, n)

    (sqrt(1 - a) |d_i| - ||R||) / sqrt(1 + b)  <=  sigma_i(A)  <=  (sqrt(1 + a) |d_i| + ||R||) / sqrt(1 - b).

*Proof.* The eigenvalues of U^T U lie in [1 - a, 1 + a], so (1 - a) D^2 <= (U D)^T (U D) <= (1 + a) D^2 in the Loewner
order; eigenvalues are monotone in it (Weyl; this is Ostrowski's theorem), hence sqrt(1 - a) |d_i| <= sigma_i([U D, 0])
<= sqrt(1 + a) |d_i|. Weyl's inequality gives |sigma_i(A V) - sigma_i([U D, 0])| <= ||R||. V is square and b < 1, so it
is invertible with singular values in [sqrt(1 - b), sqrt(1 + b)], and sigma_i(A) / ||V^-1|| <= sigma_i(A V) <=
sigma_i(A) ||V||. (Cf. S. M. Rump, BIT Numer. Math. 51, 367 (2011).)  V must be square; U need not be, and nothing is
assumed of where U, d, V come from or of gaps between singular values. U in economy form (k = n <= m) is the float64
case; for tall matrices U D = the columns of fl(A V) that are not small, which no SVD of the whole matrix has to supply;
U = V and A = a Gram matrix is the high-precision case.
"""

import math
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction

import flint
import numpy as np
from flint import arb, arb_mat

from symsens.errors import InputError, UndecidedError
from symsens.numbers.midrad import (
    ETA,
    UNIT,
    dot,
    frobenius_upper,
    gamma,
    inflate,
    norm2_upper,
    orthonormality_defect,
    up_product,
    up_sum,
)
from symsens.numbers.refinement import BITS_PER_DIGIT, fraction, identity, precisions, refine

TALL = 8  # times as many rows as columns: then the SVD of R in A = Q R is much cheaper than that of A
SMALL = 2.0**-26  # of the largest singular value: columns of A V below it are no directions


@dataclass(frozen=True, repr=False)
class SingularValue:
    """A singular value in [lower, upper]; exact_zero: it *is* zero, because the rank proved leaves no other way."""

    lower: Fraction
    upper: Fraction
    exact_zero: bool = False

    def __post_init__(self):
        if not 0 <= self.lower <= self.upper or (self.exact_zero and self.upper != 0):
            raise InputError(f"[{self.lower}, {self.upper}], exact_zero={self.exact_zero} encloses no singular value")

    def relative_width(self):
        """(upper - lower) / lower as a Fraction; 0 for an exact zero, otherwise math.inf when the lower bound is 0."""
        if self.exact_zero:
            return Fraction(0)
        return (self.upper - self.lower) / self.lower if self.lower else math.inf

    def decimals(self, digits=15):
        """The two ends as decimal strings of so many significant digits, rounded outward and checked after rounding."""
        return _decimal_outward(self.lower, digits, False), _decimal_outward(self.upper, digits, True)

    def __str__(self):
        return "= 0" if self.exact_zero else "∈ [{}, {}]".format(*self.decimals())

    def __repr__(self):
        return f"SingularValue({self})"

    def __float__(self):
        raise TypeError(
            "a singular value is an interval: call float(value.lower) and float(value.upper), or str(value)"
        )


ZERO = SingularValue(Fraction(0), Fraction(0), True)


def _decimal_outward(x, digits, up):
    """A Fraction with so many significant digits, rounded up or down (decimal divides integers correctly rounded)."""
    if not (isinstance(digits, int) and digits >= 1):
        raise InputError(f"{digits!r} significant digits: give an integer >= 1")
    context = Context(prec=digits, rounding=ROUND_CEILING if up else ROUND_FLOOR)
    text = str(context.divide(Decimal(x.numerator), Decimal(x.denominator)))
    if Fraction(text) < x if up else Fraction(text) > x:
        raise UndecidedError(f"{text} is not {'above' if up else 'below'} the bound that it was rounded from")
    return text


def resolution(intervals):
    """About how many bits after the point J and its singular vectors need to prove intervals of singular values.

    Parameters
    ----------
    intervals : sequence of (Fraction, Fraction)
        Positive, not single numbers, descending.
    """
    if not intervals:
        return 64
    narrow = max(_log2(high / (high - low)) for low, high in intervals)
    largest, least = intervals[0][1], intervals[-1][0]
    return 64 + narrow + max(0, _log2(largest / least), _log2(1 / least), _log2(largest))


def _log2(x):
    return x.numerator.bit_length() - x.denominator.bit_length() + 1


def enclose_singular_values(A, rank):
    """Intervals for the singular values of every matrix of proved rank in an enclosure, in float64.

    A plain SVD, of R in A = Q R first where A is tall, supplies U, d, V; the Bound (module docstring) is then evaluated
    with a-priori rounding bounds, every hypothesis checked. Absolute radius about 1e-14..1e-12 sigma_1; of tall ones,
    where all that are not zero are above 1e-8 sigma_1, rather relative, 1e-13 sigma_1 / sigma_r: for small relative
    widths of small singular values go on to `enclose_singular_values_arb`.

    Parameters
    ----------
    A : MidRad
        Encloses the true matrix.
    rank : int
        The rank of the true matrix, *proved by the caller*: all but the largest ``rank`` singular values are then
        exactly zero.

    Returns
    -------
    tuple of SingularValue
        min(m, n) of them, descending.

    Raises
    ------
    UndecidedError
        The SVD failed or its factors miss a hypothesis, or float64 overflows.
    InputError
        ``rank`` is impossible, or contradicted by a positive lower bound.
    """
    if A.mid.ndim != 2:
        raise InputError(f"an array of shape {A.shape} is not a matrix")
    if A.shape[0] < A.shape[1]:
        A = A.T
    check_rank(rank, A.shape)
    if rank == 0:
        if (np.abs(A.mid) > A.rad).any():
            raise InputError("rank 0 is refuted: an entry of the matrix is not zero")
        return (ZERO,) * A.shape[1]
    with np.errstate(all="ignore"):
        mid, rad, exponent, lost = A.scaled()
        try:
            ends = _tall_bound(mid, rad, lost) if len(mid) >= TALL * mid.shape[1] else None
            lower, upper = ends or _bound(mid, rad, lost, *np.linalg.svd(mid, full_matrices=False))
        except np.linalg.LinAlgError as error:
            raise UndecidedError(
                f"LAPACK found no SVD of a {mid.shape[0]} x {mid.shape[1]} matrix ({error}): "
                "use enclose_singular_values_arb"
            ) from None
    if rank < len(lower) and lower[rank] > 0:
        raise InputError(f"rank {rank} is refuted: singular value {rank + 1} is at least {lower[rank]}*2^{exponent}")
    ends = [(Fraction(lo), Fraction(hi)) for lo, hi in zip(lower[:rank].tolist(), upper[:rank].tolist())]
    if exponent:
        unit = Fraction(2) ** exponent
        ends = [(lo * unit, hi * unit) for lo, hi in ends]
    return tuple(SingularValue(*pair) for pair in ends) + (ZERO,) * (len(lower) - rank)


def check_rank(rank, shape):
    """Raise `InputError` unless a matrix of this shape can have this rank."""
    if not (isinstance(rank, (int, np.integer)) and 0 <= rank <= min(shape)):
        raise InputError(f"rank {rank!r} is impossible for a {shape[0]} x {shape[1]} matrix")


def _bound(mid, rad, lost, U, d, Vt):
    """Arrays of lower and upper bounds from the Bound with k = n, for all A with |A - mid| <= rad + lost.

    With E = fl(fl(mid V) - fl(U D)), facts (1) and (2) of `midrad` and ||U D||_F <= sqrt(1 + a) ||d||_2,

        ||R|| <= (1 + u) || |E| || + u sqrt(1 + a) ||d||_2 + what `_rounding` bounds.
    """
    V = Vt.T
    a, b = orthonormality_defect(U), orthonormality_defect(V)
    if not (a < 1 and b < 1):
        raise UndecidedError(
            f"SVD factors are not orthonormal: ||I - U'U|| <= {a:.3g}, ||I - V'V|| <= {b:.3g}, "
            "1 is needed: use enclose_singular_values_arb"
        )
    product, k = dot(mid, V)
    residual = norm2_upper(product - U * d)
    d = np.sort(np.abs(d))[::-1]  # the Bound sorts; the residual is taken, above, in the order the factors came
    rho = up_sum(
        up_product(1 + 2 * UNIT, residual),
        up_product(UNIT, up_sum(1.0, a), frobenius_upper(d)),
        _rounding(mid, rad, lost, k, b),
    )
    if not rho < math.inf:
        raise UndecidedError(f"the residual of the float64 SVD is {rho}: use enclose_singular_values_arb")
    return _ends(d, a, b, rho)


def _tall_bound(mid, rad, lost):
    """As `_bound`, from V and d of R in mid = Q R; None where small singular values are not clearly zero.

    Let W = fl(mid V), J the columns with d_i > 2^-26 max d, and U = W_J D^-1, exactly, the other d_i set to 0. Then
    A V - [U D, 0] = (A V - W) + [0, the other columns of W], and U^T U - 1 = D^-1 (W_J^T W_J) D^-1 - 1. Let
    G = fl(W^T W), of inner size k; the trace of its other columns, inflated, bounds their Frobenius norm squared. With
    q = fl(D^-1 G_J D^-1) and E = fl(q - 1), by facts (1) to (3) of `midrad`,

        |G - W^T W| <= gamma_k |W|^T |W| + m eta/2,    || D^-1 |W_J|^T |W_J| D^-1 || <= ||W_J D^-1||_F^2,

    which is the trace of q, inflated; a division twice and the subtraction err by at most 3.2 u (|E| + 1) in an entry
    on the diagonal and 3.2 u |E| off it, without underflow. Underflows lose at most (m + 2) eta max(1, 1/d)^2 in each.
    """
    m, n = mid.shape
    _, d, Vt = np.linalg.svd(np.linalg.qr(mid, mode="r"), full_matrices=False)
    V, kept = Vt.T, d > SMALL * d.max()
    # smaller ones than this no bound shows to be above 0: rho >= gamma_n ||mid||_F ||V||_F
    if not (kept.any() and (d[~kept] <= n * math.sqrt(n) * UNIT * d.max()).all()):
        return None
    W, k = dot(mid, V)
    G, inner = dot(W.T, W)
    others = math.sqrt(inflate(float(G.diagonal()[~kept].sum()), inner + n) + 2 * m * n * ETA)
    d, G = d[kept], G[np.ix_(kept, kept)]
    q = G / d / d[:, None]
    trace, count = inflate(float(q.trace()), inner + n + 2), len(d)
    underflow = max(1.0, math.nextafter(1 / float(d.min()), math.inf))
    q[np.diag_indices(count)] -= 1.0
    a = up_sum(
        up_product(norm2_upper(q), 1 + 4 * UNIT),
        4 * UNIT,
        up_product(gamma(inner), trace),
        up_product(4 * count * (m + 2), ETA, underflow, underflow),
    )
    b = orthonormality_defect(V)
    if not (a < 1 and b < 1):
        return None
    rho = up_sum(math.nextafter(others, math.inf), _rounding(mid, rad, lost, k, b))
    return _ends(np.append(np.sort(d)[::-1], np.zeros(n - count)), a, b, rho) if rho < math.inf else None


def _rounding(mid, rad, lost, k, b):
    """||A V - fl(mid V)||, of inner size k, and what underflows: facts (1) and (2), ||V||_F <= sqrt(n (1 + b)).

    It is at most gamma_k ||mid||_F ||V||_F + (n + 1) eta/2 sqrt(m n) + ||rad + lost|| sqrt(1 + b).
    """
    m, n = mid.shape
    grow = up_sum(1.0, b)  # >= sqrt(1 + b)
    return up_sum(
        up_product(gamma(k), frobenius_upper(mid), math.sqrt(n) * (1 + 4 * UNIT), grow),
        up_product((n + 1) * m * n, ETA),
        up_product(up_sum(norm2_upper(rad), up_product(m * n, lost)), grow),
    )


def _ends(d, a, b, rho):
    """The Bound, for d >= 0 descending and ||R|| <= rho: each operation is followed by one step outward."""
    # 1 - b >= 2^-53 keeps the last divisor positive
    shrink_a, shrink_b = (math.nextafter(math.sqrt(math.nextafter(1 - x, 0.0)), 0.0) for x in (a, b))
    grow_a, grow_b = (math.nextafter(math.sqrt(up_sum(1.0, x)), math.inf) for x in (a, b))
    lower = np.nextafter(np.nextafter(np.nextafter(shrink_a * d, 0.0) - rho, -np.inf) / grow_b, -np.inf)
    upper = np.nextafter(np.nextafter(np.nextafter(grow_a * d, np.inf) + rho, np.inf) / shrink_b, np.inf)
    return np.maximum(lower, 0.0), upper


def enclose_singular_values_arb(A_at, rank, digits=15, max_bits=4096):
    """Intervals of relative width <= 10^-digits for the singular values of a matrix of proved rank, at any condition.

    The eigenvalues sigma_i^2 of the Gram matrix S = A^T A are enclosed: `refine` finds approximate eigenvectors V
    (nothing is assumed of them), then the Bound, with U the first ``rank`` columns of V and A = S, is evaluated in ball
    arithmetic. Gaps do not enter, so clustered and multiple values come out as well. The precision starts where
    sigma_r ~ 1e-16 sigma_1 can be resolved and doubles until every interval is narrow enough.

    Parameters
    ----------
    A_at : callable
        ``A_at(bits)`` returns a `flint.arb_mat` that contains the true matrix; called with FLINT's working precision
        set to ``bits``, which is restored afterwards. Its balls must shrink as bits grow.
    rank : int
        The rank of the true matrix, proved by the caller.
    digits, max_bits : int
        Relative width asked for, and the stated limit of the working precision.

    Returns
    -------
    tuple of SingularValue
        min(m, n) of them, descending.

    Raises
    ------
    UndecidedError
        Not narrow enough at ``max_bits``: the message names the relative width reached; nothing wide is returned.
    InputError
        ``rank`` is impossible, or refuted by a positive lower bound.
    """
    goal, V, reached = math.ceil(digits * BITS_PER_DIGIT), None, math.inf
    for bits in precisions(goal + 160, max_bits):
        with flint.ctx.workprec(bits):
            A = A_at(bits)
            m, n = A.nrows(), A.ncols()
            check_rank(rank, (m, n))
            n = min(m, n)
            if rank == 0:
                if not all(x.contains(0) for x in A.entries()):
                    raise InputError("rank 0 is refuted: an entry of the matrix is not zero")
                return (ZERO,) * n
            S = A.transpose() * A if m >= A.ncols() else A * A.transpose()
            if all(x.is_finite() for x in S.entries()):
                V, squares = refine(S.mid(), V, rank, goal + 2 * n.bit_length() + 3)
                product, defect = S * V, _defect(V)
                if rank < n:
                    _refute(rank, _ball_bound(product, defect, V, [max(square, arb(0)) for square in squares], n))
                ends = _ball_bound(product, defect, V, squares, rank)
                width = max((SingularValue(*pair).relative_width() for pair in ends), default=math.inf)
                reached = min(reached, width)
                if width * 10**digits <= 1:
                    return tuple(SingularValue(*pair) for pair in ends) + (ZERO,) * (n - rank)
    reached = "inf" if reached == math.inf else _decimal_outward(reached, 3, True)
    raise UndecidedError(
        f"singular values enclosed to relative width {reached} within {max_bits} bits, 1e-{digits} "
        f"asked: raise max_bits, ask fewer digits, or check that the matrix has rank {rank}"
    )


def _refute(rank, ends):
    """Raise where one value more than the rank that was claimed is above zero, however small."""
    if ends and ends[rank][0] > 0:
        least = _decimal_outward(ends[rank][0], 3, False)
        raise InputError(f"rank {rank} is refuted: singular value {rank + 1} is at least {least}")


def norm_upper(entries):
    """An upper bound (exact arb) of the Frobenius norm of the matrices in a list of balls; nan compares False."""
    return sum((magnitude * magnitude for magnitude in (x.abs_upper() for x in entries)), arb(0)).sqrt().upper()


def _defect(V):
    """An upper bound of ||I - V^T V||."""
    return norm_upper((V.transpose() * V - identity(V.nrows())).entries())


def _ball_bound(product, b, V, squares, rank):
    """[(lower, upper)] of the ``rank`` largest singular values of A by the Bound for S = A^T A; [] if it fails.

    V and squares are exact (balls of radius 0), product = S V, b >= ||I - V^T V||. U = V[:, :rank], so ||I - U^T U|| <=
    ||I - V^T V|| <= b, and a = b.
    """
    n = V.nrows()
    D = arb_mat(n, n, [squares[i] if i == j and i < rank else 0 for i in range(n) for j in range(n)])
    rho = norm_upper((product - V * D).entries())
    if not (b < 1 and rho.is_finite() and all(x >= 0 and x.is_finite() for x in squares[:rank])):
        return []
    ends = []
    for square in sorted(squares[:rank], reverse=True):
        lower = (((1 - b).sqrt() * square - rho) / (1 + b).sqrt()).lower()
        upper = (((1 + b).sqrt() * square + rho) / (1 - b).sqrt()).upper()
        ends.append((fraction(lower.sqrt().lower()) if lower > 0 else Fraction(0), fraction(upper.sqrt().upper())))
    return ends
