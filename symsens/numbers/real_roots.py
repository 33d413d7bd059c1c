"""Real roots of integer polynomials: isolated by rational ends, enclosed in balls of any precision.

Law: a root is known when it is the only one between its ends; the balls are FLINT's.
"""

from fractions import Fraction
from math import ceil, floor

from flint import arb, ctx, fmpz_poly

from symsens.errors import InputError


def root_between(polynomial: fmpz_poly, ends) -> arb:
    """The real root between rational ends that are no roots, about as narrow as the precision of the context."""
    bits, wanted = ctx.prec, ctx.prec
    while True:
        with ctx.workprec(bits):
            found = []
            for root, _ in polynomial.complex_roots():
                if not root.imag.is_zero():
                    continue
                low, high = (root.real - arb(e.numerator) / e.denominator for e in ends)
                if low.contains(0) or high.contains(0):
                    break
                if low > 0 and high < 0:
                    found.append(root.real)
            else:
                if len(found) != 1:
                    raise InputError(f"{len(found) or 'no'} real roots lie there: one is needed")
                if found[0].rel_accuracy_bits() >= wanted - 8 or bits > 8 * wanted:
                    return found[0]
        bits *= 2


def isolated(polynomial: fmpz_poly, value: float) -> tuple[Fraction, Fraction]:
    """A short decimal interval around the only real root that a float is close to."""
    for unit in (10**k for k in range(8)):
        ends = Fraction(floor(value * unit), unit), Fraction(ceil(value * unit), unit)
        try:
            root_between(polynomial, ends)
        except InputError:
            continue
        return ends
    raise ArithmeticError(f"{polynomial} has two roots within 1e-7 of {value}")
