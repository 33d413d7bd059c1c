"""Entrywise enclosures of real matrices in float64: a midpoint and a radius per entry, whole arrays at a time.

Law: every operation returns a `MidRad` containing the exact result for every choice of matrices in the operands.
The bounds are a priori (Higham, *Accuracy and Stability of Numerical Algorithms*, 2002, ch. 3; Rump, *Verification
methods*, Acta Numerica 2010): nothing is measured, no rounding mode is switched.

What is assumed of the machine is in `ASSUMPTIONS`, for a certificate to state.

Three facts carry every proof here; u = 2^-53, eta = 2^-1074, fl() a value computed in floating point.

(1) One operation: |fl(x) - x| <= u |fl(x)| + eta/2; eta/2 is needed for products and quotients only, and
    fl(u |z|) is an upper bound of half an ulp of z as soon as eta/2 is added.
(2) An inner product or sum with k terms, in any order: |fl(a.b) - a.b| <= gamma_k |a|.|b| + k eta/2 with
    gamma_k = k u / (1 - k u); for a sum of k terms gamma_(k-1) and no eta.
(3) An expression of nonnegative terms in which each passes at most k roundings satisfies exact <= fl/(1 - u)^k (without
    underflow). `inflate(fl, k)` multiplies by f = 1 + (k + 4) 2u, a float, and
    fl(x f) >= x (1 + 2ku + 8u)(1 - u) >= x (1 + 2ku + 6u) >= x/(1 - u)^k + 5u x   while k u <= 1/8,
    since 1/(1 - u)^k <= 1/(1 - ku) <= 1 + 2ku. The spare 5u x pays for one more addition of an underflow term.
    A product that underflows loses at most eta/2: each proof adds the sum of those losses, doubled, at the end.
"""

import math
from dataclasses import dataclass
from numbers import Rational

import flint
import numpy as np

from symsens.errors import InputError, UndecidedError

ASSUMPTIONS = (
    "float64 is IEEE binary64, round to nearest, with gradual underflow; the BLAS forms inner products "
    "conventionally, in any order of summation, with or without fused multiply-add (not Strassen)"
)
UNIT = 2.0**-53
ETA = 2.0**-1074


def gamma(k):
    """An upper bound of k u / (1 - k u); raises `UndecidedError` when k is absurd (fact 3 needs k u <= 1/8)."""
    if not k < 2**49:
        raise UndecidedError(f"no float64 rounding bound for a sum of {k} terms: use arb_mat")
    return math.nextafter(k / (2**53 - k), math.inf) if k else 0.0


def inflate(x, k):
    """An upper bound of nonnegative terms that pass at most k roundings on their way into x: fact (3)."""
    return x * (1.0 + (k + 4) * 2.0**-52)


def up_sum(*terms):
    """An upper bound of a sum of nonnegative floats; nan and inf pass through, so compare with ``not (x < bound)``."""
    total = 0.0
    for term in terms:
        total = math.nextafter(total + term, math.inf)
    return total


def up_product(*factors):
    """An upper bound of a product of nonnegative floats."""
    total = 1.0
    for factor in factors:
        total = math.nextafter(total * factor, math.inf)
    return total


def frobenius_upper(x):
    """An upper bound of the Frobenius norm of the float array x.

    By (2) and (3): the sum of N squares passes N roundings and loses at most N eta/2 to underflow.
    """
    flat = x.ravel(order="K")
    return math.nextafter(math.sqrt(inflate(float(flat @ flat), flat.size) + 2.0 * flat.size * ETA), math.inf)


def norm2_upper(x):
    """An upper bound of the spectral norm of every matrix B with |B| <= |x| entrywise (x: 2-d float array).

    ||B||_2 <= min(||x||_F, sqrt(||x||_1 ||x||_inf)); sums of floats do not underflow, nor do products by 1, so a zero x
    gives exactly 0.
    """
    if not x.size:
        return 0.0
    x = x if x.min() >= 0 else np.abs(x)
    columns, rows = float((np.ones(len(x)) @ x).max()), float((x @ np.ones(x.shape[1])).max())
    if columns == 0.0:
        return 0.0
    holder = up_product(
        math.nextafter(math.sqrt(inflate(columns, x.shape[0])), math.inf),
        math.nextafter(math.sqrt(inflate(rows, x.shape[1])), math.inf),
    )
    return min(holder, frobenius_upper(x)) if holder < math.inf else holder  # nan and inf in x come out as they are


def dot(a, b):
    """fl(a b), and a k with |fl(a b) - a b| <= gamma_k |a||b| + (inner size) eta/2, entrywise.

    A long inner dimension is cut into blocks whose products are added one by one, so that a term passes at most
    (block size) + (number of blocks) roundings however the BLAS sums: 96 instead of 2000 for 2000 terms.
    """
    inner = a.shape[1]
    if inner <= 128:
        return a @ b, inner
    size = max(64, math.isqrt(inner))
    total = a[:, :size] @ b[:size]
    for start in range(size, inner, size):
        total += a[:, start : start + size] @ b[start : start + size]
    return total, size + -(-inner // size) - 1


def orthonormality_defect(Q):
    """An upper bound of ||I - Q^T Q||_2 for a float array Q with m rows.

    |fl(Q^T Q) - Q^T Q| <= gamma_k |Q|^T |Q| + m eta/2 by (2), || |Q|^T |Q| ||_2 <= ||Q||_F^2, and subtracting the
    identity rounds each diagonal entry once more.
    """
    m, n = Q.shape
    G, k = dot(Q.T, Q)
    G[np.diag_indices(n)] -= 1.0
    norm = frobenius_upper(Q)
    return up_sum(up_product(norm2_upper(G), 1 + 2 * UNIT), up_product(gamma(k), norm, norm), up_product(m * n, ETA))


def ratio(x):
    """Numerator and denominator of an exact rational as Python integers."""
    if isinstance(x, Rational):
        return int(x.numerator), int(x.denominator)
    if isinstance(x, flint.fmpz):
        return int(x), 1
    if isinstance(x, flint.fmpq):
        return int(x.p), int(x.q)
    raise InputError(f"{x!r} of type {type(x).__name__} is not an exact rational: give int, Fraction, fmpz or fmpq")


def table(entries):
    """Nested rows, a flat row, an integer array or a FLINT matrix as (shape, flat list)."""
    if hasattr(entries, "nrows"):
        return (entries.nrows(), entries.ncols()), entries.entries()
    rows = entries.tolist() if isinstance(entries, np.ndarray) else list(entries)
    if rows and isinstance(rows[0], (list, tuple)):
        if len({len(row) for row in rows}) != 1:
            raise InputError(f"rows of unequal lengths {sorted({len(row) for row in rows})}: not a matrix")
        return (len(rows), len(rows[0])), [x for row in rows for x in row]
    return (len(rows),), rows


# overflow and nan are refused by `MidRad` itself, so NumPy need not warn of them first
_quiet = np.errstate(over="ignore", invalid="ignore", under="ignore")


@dataclass(frozen=True, eq=False)
class MidRad:
    """All real arrays X with |X - mid| <= rad entrywise.

    Parameters
    ----------
    mid, rad : float64 arrays of one shape, rad >= 0
        Kept as read-only views; do not write to the originals.

    Raises
    ------
    UndecidedError
        An entry is inf or nan: float64 cannot hold the enclosure.
    InputError
        Shapes differ, the arrays are not float64, or a radius is negative.
    """

    mid: np.ndarray
    rad: np.ndarray

    def __post_init__(self):
        for name in ("mid", "rad"):
            array = getattr(self, name)
            if not (isinstance(array, (np.ndarray, np.float64)) and array.dtype == np.float64):
                raise InputError(f"{name} of a MidRad must be a float64 array, not {type(array).__name__}")
            view = np.asarray(array).view()
            view.flags.writeable = False
            object.__setattr__(self, name, view)
        if self.mid.shape != self.rad.shape:
            raise InputError(f"midpoints of shape {self.mid.shape} but radii of shape {self.rad.shape}")
        if not (np.isfinite(self.mid).all() and np.isfinite(self.rad).all()):
            raise UndecidedError(
                f"float64 overflow (or nan) in an enclosure of shape {self.mid.shape}: "
                "rescale the matrix or use arb_mat"
            )
        if (self.rad < 0).any():
            raise InputError(f"negative radius {self.rad.min()} in a MidRad")

    @classmethod
    def from_floats(cls, array):
        """The float64 numbers themselves, radius 0."""
        mid = np.array(array, dtype=np.float64)
        return cls(mid, np.zeros_like(mid))

    @classmethod
    def from_exact(cls, entries, denominator=1):
        """Enclose exact rationals, optionally over a common positive denominator.

        ``entries`` is an fmpz_mat, fmpq_mat, or (nested) rows of int, Fraction, fmpz or fmpq. Python divides integers
        with correct rounding, so fact (1) holds; numbers that float64 holds exactly get radius 0.
        """
        if not denominator >= 1:
            raise InputError(f"common denominator {denominator} is not a positive integer")
        shape, flat = table(entries)
        pairs = [ratio(x) for x in flat]
        scale = int(denominator)
        try:
            mid = np.array([p / (q * scale) for p, q in pairs], dtype=np.float64).reshape(shape)
        except OverflowError:
            raise UndecidedError("an exact entry is beyond the float64 range: rescale or use arb_mat") from None
        # p/q with |p| <= 2^53 and q = 2^j <= 2^1022 is a float: p 2^-j with at most 53 bits, and 2^-j >= 2^-1022
        exact = np.array(
            [p == 0 or (-(2**53) <= p <= 2**53 and _power_of_two_up_to_1022(q * scale)) for p, q in pairs], dtype=bool
        ).reshape(shape)
        rad = np.where(exact, 0.0, UNIT * np.abs(mid) + ETA)
        return cls(mid, rad)

    @classmethod
    def from_arb(cls, entries):
        """Enclose balls: an arb_mat or (nested) rows of arb. Raises `UndecidedError` on a ball that is not finite.

        float() of an arb is its midpoint, rounded: the error is taken as a whole ulp (2u |mid| + eta), which covers
        any direction of rounding. A ball of relative accuracy b >= 60 bits has a radius below 2^-60 of its midpoint,
        which is at most 2^-59 |mid| + eta; only the radii of the others are asked for.
        """
        shape, flat = table(entries)
        mid = np.fromiter(map(float, flat), np.float64, len(flat))
        bits = np.fromiter(map(flint.arb.rel_accuracy_bits, flat), np.int64, len(flat))
        with np.errstate(over="ignore", invalid="ignore"):
            rad = 2.0**-59 * np.abs(mid)
            for i in np.flatnonzero(bits < 60).tolist():
                rad[i] = float(flat[i].rad())
            rad = inflate(rad + 2 * UNIT * np.abs(mid), 4) + 4 * ETA
        rad[[i for i in np.flatnonzero(mid == 0).tolist() if flat[i].is_zero()]] = 0.0
        return cls(mid.reshape(shape), rad.reshape(shape))

    @property
    def shape(self):
        return self.mid.shape

    @property
    def T(self):
        return MidRad(self.mid.T, self.rad.T)

    def __getitem__(self, index):
        return MidRad(self.mid[index], self.rad[index])

    def scaled(self):
        """Arrays mid, rad of this enclosure times 2^-e with largest entry near 1; e; and a bound on what underflowed.

        Keeps squares within the float64 range. Powers of two are exact except where the result is subnormal: then
        midpoint and radius lose at most eta/2 each. Most matrices need no scaling and get e = 0.
        """
        top = max(self.mid.max(), -self.mid.min(), self.rad.max())
        if 2.0**-200 < top < 2.0**200:
            return self.mid, self.rad, 0, 0.0
        exponent = int(np.frexp(top)[1])
        return np.ldexp(self.mid, -exponent), np.ldexp(self.rad, -exponent), exponent, ETA

    def __neg__(self):
        return MidRad(-self.mid, self.rad)

    @_quiet
    def __add__(self, other):
        # fact (1) without eta: a sum below 2^-1021 is exact, and above it fl(u |mid|) >= half an ulp of mid
        mid = self.mid + other.mid
        return MidRad(mid, inflate(self.rad + other.rad + UNIT * np.abs(mid), 3))

    def __sub__(self, other):
        return self + (-other)

    @_quiet
    def __mul__(self, other):
        # |xy - fl(ab)| <= |a| rb + ra (|b| + rb) + u |fl(ab)| + eta/2; four products may underflow, eta/2 each
        mid = self.mid * other.mid
        rad = np.abs(self.mid) * other.rad + self.rad * (np.abs(other.mid) + other.rad) + UNIT * np.abs(mid)
        return MidRad(mid, inflate(rad, 5) + 8 * ETA)

    def scale(self, integers):
        """Multiply by exact integers: an int, or nested ints broadcast against the array."""
        factor = MidRad.from_exact([integers] if isinstance(integers, (Rational, flint.fmpz)) else integers)
        return self * factor

    @_quiet
    def __matmul__(self, other):
        """Matrix product of 2-d enclosures.

        |XY - fl(AB)| <= gamma_k |A||B| + k eta/2 + |A| rB + rA (|B| + rB). The first and third term are one product
        |A| (gamma_k |B| + rB + eta), eta making up for an underflow of gamma_k |B|. A term of the radius passes at most
        3 roundings inside the bracket, 1 in the product, k - 1 in the sum, 1 in the last addition; midpoint and radius
        together lose at most 3 k eta/2 to underflow.
        """
        if self.mid.ndim != 2 or other.mid.ndim != 2 or self.shape[1] != other.shape[0]:
            raise InputError(f"cannot multiply enclosures of shapes {self.shape} and {other.shape}")
        inner = self.shape[1]
        mid, k = dot(self.mid, other.mid)
        left, right = np.abs(self.mid), np.abs(other.mid)
        if not self.rad.any():
            rad = left @ (gamma(k) * right + other.rad + ETA)
        elif not other.rad.any():
            left *= gamma(k)  # in place: `left` is large
            left += self.rad
            left += ETA
            rad = left @ right
        else:
            rad = left @ (gamma(k) * right + other.rad + ETA) + self.rad @ (right + other.rad)
        return MidRad(mid, inflate(rad, inner + 4) + 4 * inner * ETA)

    @_quiet
    def sum(self, axis):
        """Sum over one axis, by fact (2); gamma_(k-1) times the sum of |mid| may underflow: eta."""
        terms = self.mid.shape[axis]
        magnitude = gamma(max(terms - 1, 0)) * np.abs(self.mid).sum(axis=axis)
        rad = inflate(self.rad.sum(axis=axis) + magnitude, terms + 3) + 2 * ETA
        return MidRad(self.mid.sum(axis=axis), rad)


def _power_of_two_up_to_1022(q):
    return q & (q - 1) == 0 and q.bit_length() <= 1023
