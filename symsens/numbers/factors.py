"""Irreducible factors of polynomials over QQ or a number field, and polynomials from their values.

Law: over QQ by FLINT; over K = QQ<a> by norms (Trager): where the norm of f(t - s a) has no double root, its factors
over QQ are the norms of the factors of f.
"""

from collections.abc import Callable
from fractions import Fraction
from itertools import count

from flint import fmpz_poly

from symsens.numbers.field import QQ
from symsens.numbers.kernel import matrix
from symsens.numbers.number_field import Algebraic
from symsens.numbers.polynomials import Polynomial


def irreducible_factors(f: Polynomial) -> list[Polynomial]:
    """The monic irreducible factors over its field of a polynomial other than 0, each once."""
    f = f.squarefree()
    if f.degree < 2:
        return [f.monic()] if f.degree else []
    if f.field.degree == 1:
        whole = fmpz_poly([int(c) for c in f.primitive().coefficients])
        found = [Polynomial.of(QQ, map(int, factor.coeffs())) for factor, _ in whole.factor()[1]]
        return [factor.monic() for factor in found if factor.degree > 0]
    return _over_a_field(f)


def _over_a_field(f: Polynomial) -> list[Polynomial]:
    generator = f.field.element([0, 1])
    for s in count():
        shifted = f.shifted(generator * -s)
        norm = interpolated(QQ, lambda t: _norm(shifted(t)), f.degree * f.field.degree)
        if norm.squarefree().degree == norm.degree:
            break
    parts = [shifted.gcd(Polynomial.of(f.field, w.coefficients)) for w in irreducible_factors(norm)]
    return [part.shifted(generator * s).monic() for part in parts]


def _norm(x) -> Fraction:
    """The determinant of multiplication by an element."""
    if not isinstance(x, Algebraic):
        return x
    return Fraction(int(matrix(1, 1, [x.numerator]).blocks().det()), x.denominator**x.field.degree)


def interpolated(field, value: Callable, degree: int) -> Polynomial:
    """The polynomial of at most this degree with these values at 0, 1, ..., degree (Newton)."""
    row, heads = [value(t) for t in range(degree + 1)], []
    while row:
        heads.append(row[0])
        row = [b - a for a, b in zip(row, row[1:])]
    total = Polynomial(field, ())
    for k in range(degree, -1, -1):
        step = Polynomial.of(field, [Fraction(-k, k + 1), Fraction(1, k + 1)])
        total = total * step + Polynomial.of(field, [heads[k]])
    return total
