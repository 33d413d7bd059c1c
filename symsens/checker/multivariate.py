"""Polynomials over the integers in several variables, and how much work they are.

Law: the standard library only, exact numbers only. A polynomial is {exponents: coefficient}, no coefficient 0, so that
two are the same polynomial iff they are equal.
"""

from collections import defaultdict
from fractions import Fraction
from math import prod

from symsens.checker.limits import MAX_FAMILY_BITS, MAX_FAMILY_EXPONENT, MAX_FAMILY_PRODUCTS
from symsens.checker.refusals import Refuted
from symsens.checker.shapes import expect, read

TERM = (Fraction, [int])


def read_polynomial(value, where, bits=MAX_FAMILY_BITS):
    """A list of terms: an integer, not 0, and the exponents of the variables; each exponents once."""
    terms = read([TERM], value, where)
    for i, (coefficient, exponents) in enumerate(terms):
        fits = coefficient.denominator == 1 and 0 < abs(coefficient.numerator).bit_length() <= bits
        expect(fits, value[i][0], f"{where}[{i}]", f"an integer below 2^{bits}, not 0")
        fits = all(0 <= e <= MAX_FAMILY_EXPONENT for e in exponents)
        expect(fits, value[i][1], f"{where}[{i}]", f"exponents from 0 to {MAX_FAMILY_EXPONENT}")
    found = {tuple(exponents): coefficient.numerator for coefficient, exponents in terms}
    expect(len(found) == len(terms), value, where, "each exponents once")
    return found


class Work:
    """Products of terms that have been made, of those that the limit allows."""

    def __init__(self):
        self.left = MAX_FAMILY_PRODUCTS

    def need(self, count):
        """Nothing, or `Refuted` where so many more are too many."""
        self.left -= count
        if self.left < 0:
            raise Refuted(f"the polynomials mean over {MAX_FAMILY_PRODUCTS} products of terms")

    def dot(self, first, second):
        """The sum of the products of the polynomials of two lists."""
        total = defaultdict(int)
        for f, g in zip(first, second):
            self.need(1 + len(f) * len(g))
            for a, x in f.items():
                for b, y in g.items():
                    total[tuple(map(sum, zip(a, b)))] += x * y
        return {exponents: x for exponents, x in total.items() if x}

    def combine(self, weighted):
        """The sum of weight * polynomial over the pairs (polynomial, weight)."""
        total = defaultdict(int)
        for f, weight in weighted:
            self.need(1 + len(f))
            for a, x in f.items():
                total[a] += weight * x
        return {exponents: x for exponents, x in total.items() if x}

    def value_at(self, polynomial, point):
        """The value at a rational point."""
        bits = max((max(v.numerator.bit_length(), v.denominator.bit_length()) for v in point), default=0)
        total = Fraction(0)
        for exponents, x in polynomial.items():
            self.need(1 + sum(exponents) * bits // 64)
            total += x * prod(v**e for v, e in zip(point, exponents))
        return total
