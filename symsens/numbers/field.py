"""The declared exact field K of all coordinates: parse into it, refuse what is not in it, hand out primes for it.

Law: a number enters K by its shortest decimal form or by its own numerator and denominator, never by rounding, and the
field is declared by the caller, never inferred from the numbers.
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt, lcm
from numbers import Rational, Real

from flint import fmpz

from symsens.errors import InputError
from symsens.numbers.grammar import evaluate

_EXPRESSION = re.compile(r"[(*^]|\S\s*[-+]")
_DECIMAL = re.compile(r"\s*[-+]?(\d+(/0*[1-9]\d*)?|(\d+\.\d*|\.\d+|\d+)([eE][-+]?\d{1,4})?)\s*")


@dataclass(frozen=True)
class Place:
    """A ring homomorphism to the integers modulo a prime (Lemma split).

    Attributes
    ----------
    prime : below 2^62.
    root : the value of the field's generator, a root of its polynomial modulo the prime; None for QQ.
    """

    prime: int
    root: int | None = None

    def residue(self, x) -> int:
        """Of an integer, or of an integral element of the field."""
        total = 0
        for c in reversed(getattr(x, "numerators", (x,))):
            total = (total * (self.root or 0) + int(c)) % self.prime
        return total


def candidates():
    """Primes below 2^62, in a fixed order; never ends."""
    candidate = 2**61 - 1
    while True:
        if fmpz(candidate).is_prime():
            yield candidate
        candidate -= 2


def _root(x: Fraction) -> Fraction:
    """The square root of a rational number that is a square."""
    if not isinstance(x, Fraction):
        raise InputError("only square roots of rational numbers from 0 on are read")
    if x >= 0 and fmpz(x.numerator).is_square() and fmpz(x.denominator).is_square():
        return Fraction(isqrt(x.numerator), isqrt(x.denominator))
    raise InputError(f"sqrt({x}) is not rational: declare a field, e.g. QQ<sqrt({x})>")


@dataclass(frozen=True)
class Rationals:
    """The field QQ; its elements are `fractions.Fraction`."""

    name: str = "QQ"
    degree: int = 1

    def parse(self, value) -> Fraction:
        """The element of QQ that `value` names.

        Parameters
        ----------
        value : int, float, Fraction, SymPy Rational, or a string such as "24/5", "1.09", "-3e-30" or, by the grammar,
            "(1 + 2/3)^2".
            A float stands for the rational that its shortest decimal form ``repr(float)`` names.

        Raises
        ------
        InputError
            For NaN, infinities, and anything that is not a rational number.
        """
        if type(value) is Fraction:
            return value
        if type(value) is not float and isinstance(value, Rational):
            return Fraction(int(value.numerator), int(value.denominator))
        if isinstance(value, Real):
            value = repr(float(value))
        if isinstance(value, str) and len(value) <= 4000 and _DECIMAL.fullmatch(value):
            return Fraction(value.strip())
        why = ""
        if isinstance(value, str) and _EXPRESSION.search(value):
            try:
                return self.read(value)
            except InputError as error:
                why = f" ({error})"
        raise InputError(
            f"{str(value)[:60]} is not a number of the field {self.name}: give an integer, a decimal or a fraction{why}"
        )

    def read(self, text: str, names=None):
        """What a text of the grammar means, where it may hold further names: see `symsens.numbers.grammar.evaluate`."""
        return evaluate(text, names, root=_root)

    def primes(self):
        """Primes p below 2^62, in a fixed order, modulo which integers of the field may be reduced; never ends."""
        return candidates()

    def places(self):
        """The same as homomorphisms."""
        return map(Place, candidates())


QQ = Rationals()


def quotient(x, y):
    """x / y, exactly, of integers or elements of a field."""
    return x / (Fraction(y) if isinstance(y, int) else y)


def clear_denominators(rows) -> tuple[list[list], int]:
    """`rows` of elements as integral ones over one common integer q: returns (q * rows, q)."""
    q = lcm(*(value.denominator for row in rows for value in row))
    return [[value.numerator * (q // value.denominator) for value in row] for row in rows], q
