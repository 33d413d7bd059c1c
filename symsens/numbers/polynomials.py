"""Polynomials in one unknown over QQ or a number field K, exactly: K[t] and its quotients.

Law: coefficients are elements of one field, lowest first, the last of them not 0; a root is known by an interval with
rational ends in which it is the only one (Sturm).
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import gcd, lcm

from flint import fmpq, fmpq_poly

from symsens.errors import InputError
from symsens.numbers.field import Rationals
from symsens.numbers.grammar import size
from symsens.numbers.number_field import NumberField, written

MAX_DEGREE = 32  # of what an entry of a file means


@dataclass(frozen=True)
class Polynomial:
    """An element of K[t].

    Attributes
    ----------
    field : K.
    coefficients : elements of K, of 1, t, t^2, ...; none for 0.
    """

    field: Rationals | NumberField
    coefficients: tuple

    @classmethod
    def of(cls, field, coefficients) -> "Polynomial":
        """From any numbers that the field reads, zeros at the end left out."""
        found = [field.parse(c) for c in coefficients]
        while found and not found[-1]:
            found.pop()
        return cls(field, tuple(found))

    @property
    def degree(self) -> int:
        """-1 for 0."""
        return len(self.coefficients) - 1

    @property
    def bits(self) -> int:
        """Of the longest integer in it."""
        return max(map(size, self.coefficients), default=0)

    def __bool__(self):
        return bool(self.coefficients)

    def __call__(self, x):
        total = 0
        for c in reversed(self.coefficients):
            total = total * x + c
        return total

    def __add__(self, other: "Polynomial") -> "Polynomial":
        a, b = sorted((self.coefficients, other.coefficients), key=len)
        return Polynomial.of(self.field, [*(x + y for x, y in zip(a, b)), *b[len(a) :]])

    def __neg__(self):
        return Polynomial(self.field, tuple(-c for c in self.coefficients))

    def __sub__(self, other):
        return self + -other

    def __mul__(self, other) -> "Polynomial":
        if not isinstance(other, Polynomial):
            return Polynomial.of(self.field, [c * other for c in self.coefficients])
        if not self or not other:
            return Polynomial(self.field, ())
        total = [0] * (self.degree + other.degree + 1)
        for i, a in enumerate(self.coefficients):
            for j, b in enumerate(other.coefficients, i):
                total[j] = total[j] + a * b
        return Polynomial.of(self.field, total)

    __rmul__ = __mul__

    def __divmod__(self, other: "Polynomial") -> tuple["Polynomial", "Polynomial"]:
        rest, steps = list(self.coefficients), []
        unit = 1 / other.coefficients[-1]
        while len(rest) > other.degree:
            top = rest.pop() * unit
            steps.append(top)
            start = len(rest) - other.degree
            for i, b in enumerate(other.coefficients[:-1]):
                rest[start + i] = rest[start + i] - top * b
        return Polynomial.of(self.field, steps[::-1]), Polynomial.of(self.field, rest)

    def __floordiv__(self, other):
        return divmod(self, other)[0]

    def __mod__(self, other):
        return divmod(self, other)[1]

    def shifted(self, step) -> "Polynomial":
        """f(t + step)."""
        total, unknown = Polynomial(self.field, ()), Polynomial.of(self.field, [step, 1])
        for c in reversed(self.coefficients):
            total = total * unknown + Polynomial.of(self.field, [c])
        return total

    def derivative(self) -> "Polynomial":
        """By t."""
        return Polynomial.of(self.field, [i * c for i, c in enumerate(self.coefficients)][1:])

    def monic(self) -> "Polynomial":
        """Divided by the last coefficient."""
        return self * (1 / self.coefficients[-1]) if self else self

    def primitive(self) -> "Polynomial":
        """The positive multiple whose coefficients are integral and have no common factor among the integers."""
        parts = [getattr(c, "numerators", (c.numerator,)) for c in self.coefficients]
        unit = lcm(*(c.denominator for c in self.coefficients))
        content = gcd(*(unit // c.denominator * x for c, part in zip(self.coefficients, parts) for x in part))
        return self * Fraction(unit, content or 1)

    def gcd(self, other: "Polynomial") -> "Polynomial":
        """Monic; 0 only of zeros."""
        if self.field.degree == 1:
            found = _flint(self).gcd(_flint(other))
            return Polynomial.of(self.field, [Fraction(int(c.p), int(c.q)) for c in found.coeffs()])
        a, b = self, other
        while b:
            a, b = b, (a % b).primitive()
        return a.monic()

    def squarefree(self) -> "Polynomial":
        """With every root once."""
        return self // self.gcd(self.derivative()) if self.degree > 0 else self

    def text(self, name: str) -> str:
        """As a text of the grammar: "t^2 - 2"."""
        if self.field.degree == 1:
            return written(self.coefficients, name)
        text = ""
        for i, c in reversed(list(enumerate(self.coefficients))):
            number = f"({c})" if " " in str(c) else str(c)
            power = ("", name, f"{name}^{i}")[min(i, 2)]
            term = power if i and number == "1" else "*".join(part for part in (number, power) if part)
            text += (f" + {term}" if text else term) if c else ""
        return text.replace("+ -", "- ")

    # Real roots.

    @cached_property
    def _chain(self) -> list["Polynomial"]:
        """The Sturm chain, each member up to a positive factor."""
        chain = [self.primitive(), self.derivative().primitive()]
        while chain[-1]:
            chain.append((-(chain[-2] % chain[-1])).primitive())
        return chain[:-1]

    def sign_at(self, x: Fraction) -> int:
        """-1, 0 or 1: the sign of the value at a rational number."""
        value = self(x)
        return (value > 0) - (value < 0)

    def _variations(self, x: Fraction) -> int:
        signs = [s for f in self._chain if (s := f.sign_at(x))]
        return sum(a != b for a, b in zip(signs, signs[1:]))

    def count_roots(self, low: Fraction, high: Fraction) -> int:
        """The number of different real roots in low < t <= high, of a polynomial other than 0 (Sturm)."""
        return self._variations(low) - self._variations(high) if self.degree > 0 else 0

    def roots_between(self, low: Fraction, high: Fraction) -> list[tuple[Fraction, Fraction]]:
        """Intervals that isolate the roots in low <= t <= high, in ascending order; (t, t) for a rational root that is
        met, otherwise ends that are short decimals and no roots. The polynomial has every root once."""
        if self.degree == 1 and getattr(t := -self.coefficients[0] / self.coefficients[1], "is_rational", True):
            t = Fraction(getattr(t, "coefficients", (t,))[0])
            return [(t, t)] if low <= t <= high else []
        found = [(low, low)] if not self.sign_at(low) else []
        waiting = [(low, high, self.count_roots(low, high))]
        while waiting:
            a, b, count = waiting.pop()
            if count == 1:
                found.append(self._isolated(a, b))
            elif count:
                middle = (a + b) / 2
                left = self.count_roots(a, middle)
                waiting += [(middle, b, count - left), (a, middle, left)]
        return found

    def _isolated(self, low, high, below=Fraction(10)) -> tuple[Fraction, Fraction]:
        """A short decimal interval, narrower than `below`, around the one root in low < t <= high; it may reach beyond
        these."""
        for digits in range(1, 400):
            low, high = self.refined(low, high, Fraction(1, 10**digits))
            if low == high:
                return low, high
            unit = 10**digits
            a, b = Fraction((low * unit).__floor__(), unit), Fraction((high * unit).__ceil__(), unit)
            if b - a < below and self.sign_at(a) and self.sign_at(b) and self.count_roots(a, b) == 1:
                return a, b
        raise ArithmeticError("two roots of a polynomial within 1e-400 of each other")

    def narrowed(self, interval: tuple[Fraction, Fraction]) -> tuple[Fraction, Fraction]:
        """A narrower interval of `roots_between` around the same root."""
        low, high = interval
        return interval if low == high else self._isolated(low, high, (high - low) / 2)

    def near(self, interval: tuple[Fraction, Fraction], digits: int) -> str:
        """The root in an interval of `roots_between`, rounded to so many digits."""
        low, high = interval
        while (high - low) * 10 ** (digits + 3) > max(1, abs(low)):
            low, high = self.narrowed((low, high))
        return f"{float((low + high) / 2):.{digits}g}"

    def refined(self, low: Fraction, high: Fraction, width: Fraction) -> tuple[Fraction, Fraction]:
        """Ends no farther apart than `width` around the one root in low < t <= high; both the root where it is met."""
        if not self.sign_at(high):
            return high, high
        while high - low > width:
            middle = (low + high) / 2
            if not self.sign_at(middle):
                return middle, middle
            low, high = (low, middle) if self.count_roots(low, middle) else (middle, high)
        return low, high


def _flint(f: Polynomial) -> fmpq_poly:
    return fmpq_poly([fmpq(c.numerator, c.denominator) for c in f.coefficients])


class Quotient:
    """An element of K(t), for the grammar: above / below, without common factors, the latter monic."""

    __slots__ = ("above", "below")

    def __init__(self, above: Polynomial, below: Polynomial):
        if not below:
            raise ZeroDivisionError("of a quotient of polynomials by zero")
        common = above.gcd(below)
        unit = 1 / (below // common).coefficients[-1]
        self.above, self.below = above // common * unit, (below // common).monic()
        if max(self.above.degree, self.below.degree) > MAX_DEGREE:
            raise InputError(f"a polynomial has degree {MAX_DEGREE} at most")

    @classmethod
    def unknown(cls, field) -> "Quotient":
        """t itself."""
        return cls(Polynomial.of(field, [0, 1]), Polynomial.of(field, [1]))

    def _of(self, other) -> "Quotient":
        field = self.below.field
        return other if isinstance(other, Quotient) else Quotient(*(Polynomial.of(field, [x]) for x in (other, 1)))

    def __add__(self, other):
        other = self._of(other)
        return Quotient(self.above * other.below + other.above * self.below, self.below * other.below)

    __radd__ = __add__

    def __neg__(self):
        return Quotient(-self.above, self.below)

    def __sub__(self, other):
        return self + -self._of(other)

    def __rsub__(self, other):
        return -self + other

    def __mul__(self, other):
        other = self._of(other)
        return Quotient(self.above * other.above, self.below * other.below)

    __rmul__ = __mul__

    def __truediv__(self, other):
        other = self._of(other)
        return Quotient(self.above * other.below, self.below * other.above)

    def __rtruediv__(self, other):
        return self._of(other) / self

    def __pow__(self, exponent: int):
        base, total = self if exponent >= 0 else 1 / self, self._of(1)
        for _ in range(abs(exponent)):
            total = total * base
        return total

    @property
    def numerators(self) -> tuple[int, ...]:
        """All integers that it is made of: what the grammar counts the bits of."""
        every = (*self.above.coefficients, *self.below.coefficients)
        return tuple(x for c in every for x in (*getattr(c, "numerators", (c.numerator,)), c.denominator))
