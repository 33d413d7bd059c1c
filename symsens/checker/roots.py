"""A real root of a polynomial over the integers, enclosed as closely as wanted.

Law: the standard library only, exact numbers only: every interval has ends at which the polynomial has different signs.
"""

from fractions import Fraction
from math import lcm

from symsens.checker.limits import MAX_ROOT_BITS
from symsens.checker.refusals import Refuted


class Root:
    """The one root, irrational and simple, between two rational numbers `low` and `high`.

    It is low + (high - low) t with k < 2^e t < k + 1.
    """

    def __init__(self, polynomial, low, high):
        self.low, self.width, self.k, self.e, self.step = low, high - low, 0, 0, 1
        rows = [Fraction(polynomial[-1])]
        for a in reversed(polynomial[:-1]):  # Horner: rows is a polynomial in t
            scaled = [Fraction(0), *(self.width * x for x in rows)]
            rows = [self.low * x + y for x, y in zip([*rows, 0], scaled)]
            rows[0] += a
        unit = lcm(*(x.denominator for x in rows))
        self.polynomial = [int(x * unit) for x in rows]
        self.falls = self.value(0, 0) > 0

    def value(self, k, e):
        """The polynomial at t = k / 2^e, times a power of 2."""
        total, shift = 0, 0
        for a in reversed(self.polynomial):
            total, shift = total * k + (a << shift), shift + e
        return total

    def left(self, k, e):
        """Whether k / 2^e is on the left of the root."""
        return (self.value(k, e) > 0) == self.falls

    def refine(self):
        """Replace the interval by one of its 2^step parts, where linear interpolation finds it; else by its half."""
        e, start = self.e + self.step, self.k << self.step
        a, b = abs(self.value(start, e)), abs(self.value(start + (1 << self.step), e))
        guess = start + (a << self.step) // (a + b)
        for k in (guess, guess - 1, guess + 1):
            if start <= k < start + (1 << self.step) and self.left(k, e) and not self.left(k + 1, e):
                self.k, self.e, self.step = k, e, 2 * self.step
                return
        middle = 2 * self.k + 1
        self.k, self.e, self.step = middle - (not self.left(middle, self.e + 1)), self.e + 1, 1

    def enclose(self, bits):
        """Two rational numbers around the root, less than 2^-bits apart."""
        if bits > MAX_ROOT_BITS:
            raise Refuted(f"a root is enclosed to {MAX_ROOT_BITS} bits at most")
        while self.width >= Fraction(1 << self.e, 1 << bits):
            self.refine()
        unit = self.width * Fraction(1, 1 << self.e)
        return self.low + self.k * unit, self.low + (self.k + 1) * unit
