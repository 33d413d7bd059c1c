"""The rank of a Jacobian whose entries are sums of exponentials of rationals, decided by algebra (THEORY, section 4).

Law (Lindemann-Weierstrass): exponentials e^q of different rationals q are linearly independent over QQ. So the numbers
that occur form the group ring of (QQ, +), a ring without zero divisors, and the rank of J is its rank over the fraction
field of that ring: from below by a homomorphism to a finite field, from above by null vectors with entries in the ring.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import lcm
from random import SystemRandom

import numpy as np
from flint import fmpq, fmpz, fmpz_poly, nmod_mat

from symsens.descriptors.base import Descriptor
from symsens.forms.arithmetics import Arithmetic, NotRational, as_rational, exact
from symsens.forms.seeds import frame_seeds
from symsens.geometry.displacements import Displacements, as_displacements
from symsens.geometry.environment import Environment
from symsens.numbers.kernel import matrix, modular_pivots, residues

MAX_TERMS = 5_000  # of null vectors in a certificate
MAX_WORK = 40_000_000  # of the exact null vectors: (rank x degree) x entries multiplied


class ExpSum:
    """sum_q c_q e^q with rational q and c_q, an element of the group ring."""

    __slots__ = ("terms",)

    def __init__(self, terms):
        self.terms = {q: c for q, c in terms.items() if c}

    @staticmethod
    def of(value):
        """An integer, fmpq or ExpSum as an ExpSum."""
        if isinstance(value, ExpSum):
            return value
        return ExpSum({fmpq(0): fmpq(int(value)) if isinstance(value, int | np.integer) else fmpq(value)})

    def __add__(self, other):
        if isinstance(other, np.ndarray):
            return NotImplemented  # elementwise, by NumPy
        terms = dict(self.terms)
        for q, c in ExpSum.of(other).terms.items():
            terms[q] = terms.get(q, fmpq(0)) + c
        return ExpSum(terms)

    __radd__ = __add__

    def __neg__(self):
        return ExpSum({q: -c for q, c in self.terms.items()})

    def __sub__(self, other):
        if isinstance(other, np.ndarray):
            return NotImplemented  # elementwise, by NumPy
        return self + -ExpSum.of(other)

    def __rsub__(self, other):
        if isinstance(other, np.ndarray):
            return NotImplemented  # elementwise, by NumPy
        return ExpSum.of(other) - self

    def __mul__(self, other):
        if isinstance(other, np.ndarray):
            return NotImplemented  # elementwise, by NumPy
        terms = {}
        for q, c in self.terms.items():
            for r, d in ExpSum.of(other).terms.items():
                terms[q + r] = terms.get(q + r, fmpq(0)) + c * d
        return ExpSum(terms)

    __rmul__ = __mul__

    def __pow__(self, exponent):
        exponent = int(exponent)
        if exponent < 0:
            if len(self.terms) != 1:
                raise NotRational("a sum of exponentials has no inverse here")
            ((q, c),) = self.terms.items()
            return ExpSum({-q: 1 / c}) ** -exponent
        result = ExpSum.of(1)
        for _ in range(exponent):
            result = result * self
        return result

    def __bool__(self):
        return bool(self.terms)

    def rational(self) -> fmpq:
        """The value, if no exponential is in it; raises `NotRational`."""
        if set(self.terms) - {fmpq(0)}:
            raise NotRational("an exponential of an exponential")
        return self.terms.get(fmpq(0), fmpq(0))


def _exp(x):
    return ExpSum({ExpSum.of(x).rational(): fmpq(1)})


def _root(x):
    return ExpSum.of(exact().functions["sqrt"](ExpSum.of(x).rational()))


def group_ring() -> Arithmetic:
    """Sums of exponentials of rationals; any other function refuses with `NotRational`."""
    functions = {"exp": np.frompyfunc(_exp, 1, 1), "sqrt": np.frompyfunc(_root, 1, 1)}
    return Arithmetic("group ring", lambda p, q: ExpSum.of(as_rational(exact().number(p, q))), functions, object)


@dataclass(frozen=True)
class ExponentialRank:
    """What is known of the rank of J over the group ring.

    Attributes
    ----------
    lower : a proved lower bound (rank of the image in a finite field).
    exact : whether null vectors over the ring prove that it is the rank.
    evidence : where they do not: the rank exceeds `lower` with at most this probability over random homomorphisms.
    """

    lower: int
    exact: bool
    evidence: float | None


def _jacobian(moves: Displacements, descriptor: Descriptor):
    """J as rows of ExpSum, in frame coordinates; None where it has other numbers."""
    try:
        jacobian = descriptor.jets(moves.environment, group_ring(), frame_seeds(moves, group_ring()))
    except NotRational:
        return None
    return [list(map(ExpSum.of, row)) for row in jacobian]


def _safe_primes(start: int):
    """Primes p = 2 l + 1 with l prime, from `start` down."""
    half = (start - 1) // 2
    while True:
        if fmpz(half).is_prime() and fmpz(2 * half + 1).is_prime():
            yield 2 * half + 1, half
        half -= 1


def _image(rows, p: int, order: int, base: int) -> nmod_mat:
    """The homomorphism e^q -> base^(q mod order), base of that prime order modulo p (denominators must not vanish)."""
    known = {}

    def value(element):
        total = 0
        for q, c in element.terms.items():
            if q not in known:
                known[q] = pow(base, int(q.p) * pow(int(q.q), -1, order) % order, p)
            total += int(c.p) * pow(int(c.q), -1, p) * known[q]
        return total % p

    return nmod_mat(len(rows), len(rows[0]), [value(x) for row in rows for x in row], p)


def _polynomials(rows):
    """Rows as fmpz_poly in t = e^(1/m), each multiplied by a constant and a power of t; with the largest degree."""
    unit = lcm(1, *(int(q.q) for row in rows for x in row for q in x.terms))
    out, degree = [], 0
    for row in rows:
        exponents = [int(q.p) * (unit // int(q.q)) for x in row for q in x.terms]
        low, high = min(exponents, default=0), max(exponents, default=0)
        degree = max(degree, high - low)
        if degree > MAX_WORK:
            return None, degree
        scale = lcm(1, *(int(c.q) for x in row for c in x.terms.values()))
        line = []
        for x in row:
            terms = [(int(q.p) * (unit // int(q.q)) - low, int(c.p) * (scale // int(c.q))) for q, c in x.terms.items()]
            line.append(dict(terms))
        out.append(line)
    if degree * len(rows) * len(rows[0]) > MAX_WORK:
        return None, degree
    polynomial = lambda terms: fmpz_poly([terms.get(i, 0) for i in range(max(terms, default=-1) + 1)])
    return [list(map(polynomial, line)) for line in out], degree


def _null_vectors(matrix, pivot_rows, pivot_columns) -> list[dict[int, fmpz_poly]] | None:
    """A null vector {column: entry} for each column without a pivot, found from the pivot rows without fractions
    (Bareiss); None where they do not annihilate every row."""
    n, r = len(matrix[0]), len(pivot_rows)
    free = [j for j in range(n) if j not in set(pivot_columns)]
    order = [*pivot_columns, *free]
    m = [[matrix[i][j] for j in order] for i in pivot_rows]
    previous = fmpz_poly([1])
    for k in range(r):
        swap = next((i for i in range(k, r) if m[i][k] != 0), None)
        if swap is None:
            return None
        m[k], m[swap] = m[swap], m[k]
        for i in range(r):
            if i != k:
                factor = m[i][k]
                m[i] = [(m[k][k] * x - factor * y) // previous for x, y in zip(m[i], m[k])]
        previous = m[k][k]
    # now m = [det 1 | N]: null vectors are (N e_f, -det e_f)
    for row in matrix:
        line = [row[j] for j in order]
        for f in range(r, n):
            if sum((line[k] * m[k][f] for k in range(r)), fmpz_poly()) != line[f] * previous:
                return None
    return [{order[f]: -previous} | {order[k]: m[k][f] for k in range(r) if m[k][f] != 0} for f in range(r, n)]


NullVector = tuple[tuple[int, tuple[tuple[Fraction, Fraction], ...]], ...]
"""(column, ((q, c), ..)) for each entry c e^q + .. of a null vector."""


@lru_cache(maxsize=8)
def exponential_null_vectors(
    moves: Displacements, descriptor: Descriptor, known: tuple[tuple[int, ...], ...]
) -> tuple[NullVector, ...] | None:
    """All null vectors of J beyond those known, with sums of exponentials as entries.

    Each has a column of its own, in which no other has an entry, and none has an entry in a leading column of the
    echelon form of those known. None where J has other numbers, or more terms than `MAX_TERMS` are needed.
    """
    rows = _jacobian(moves, descriptor)
    rows_of_known = matrix(len(known), moves.width, [x for vector in known for x in vector])
    leading = modular_pivots(residues(rows_of_known, next(moves.field.places())))
    columns = [j for j in range(moves.width) if j not in set(leading)]
    rows = [row for row in ([row[j] for j in columns] for row in rows or []) if any(row)]
    if not rows:
        return None
    polynomials, degree = _polynomials(rows)
    pivots, _ = _modular(rows, degree)
    if polynomials is None or pivots is None or len(pivots[0]) ** 2 * degree * len(columns) > MAX_WORK:
        return None
    vectors = _null_vectors(polynomials, *pivots) or []
    unit = lcm(1, *(int(q.q) for row in rows for x in row for q in x.terms))
    shortest = tuple(_shortest(vector, columns, unit) for vector in vectors)
    terms = sum(len(entry) for vector in shortest for _, entry in vector)
    return shortest if 0 < terms <= MAX_TERMS else None


def _shortest(vector: dict[int, fmpz_poly], columns: list[int], unit: int) -> NullVector:
    """A null vector divided by the common divisor of its entries, polynomials in e^(1/unit)."""
    common = fmpz_poly()
    for entry in vector.values():
        common = common.gcd(entry)
    entries = ((columns[j], (entry // common).coeffs()) for j, entry in sorted(vector.items()))
    return tuple((j, tuple((Fraction(i, unit), Fraction(int(c))) for i, c in enumerate(x) if c)) for j, x in entries)


def _modular(rows, degree: int) -> tuple[tuple[list[int], list[int]] | None, float]:
    """(rows, columns) of the pivots of the best of some random images in finite fields; the probability that all of
    them have less rank."""
    primes, best, chance = _safe_primes(2**62 - 57), None, 1.0
    draw = SystemRandom()  # so that the probability is over the draw, whatever the input
    for _ in range(3):
        p, order = next(primes)
        try:
            image = _image(rows, p, order, pow(draw.randrange(2, p - 1), 2, p))
        except ValueError:  # a denominator vanishes modulo p or its order
            continue
        found = modular_pivots(image.transpose()), modular_pivots(image)
        chance *= min(1.0, float(Fraction(min((len(found[0]) + 1) * degree, order), order)))
        if best is None or len(found[0]) > len(best[0]):
            best = found
    return best, chance


def exponential_rank(subject: Environment | Displacements, descriptor: Descriptor) -> ExponentialRank | None:
    """The rank of J where all its entries are sums of rational multiples of e^q, q rational; None where they are not.

    The lower bound is always proved; the upper bound is proved where the exponents are small enough for exact null
    vectors, and shown as evidence with its error probability (Schwartz-Zippel) otherwise.
    """
    rows = _jacobian(as_displacements(subject), descriptor)
    if rows is None:
        return None
    rows = [row for row in rows if any(row)]
    if not rows:
        return ExponentialRank(0, True, None)
    polynomials, degree = _polynomials(rows)
    best, chance = _modular(rows, degree)
    if best is None:
        return None
    lower = len(best[0])
    if lower == min(len(rows), len(rows[0])):
        return ExponentialRank(lower, True, None)
    affordable = polynomials is not None and lower * degree * lower * len(rows[0]) <= MAX_WORK
    if affordable and _null_vectors(polynomials, *best) is not None:
        return ExponentialRank(lower, True, None)
    return ExponentialRank(lower, False, chance)
