"""The declared exact field K of all coordinates: parse into it, refuse what is not in it, hand out primes for it.

Law: a number enters K by its shortest decimal form or by its own numerator and denominator, never by rounding, and the
field is declared by the caller, never inferred from the numbers.
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from numbers import Rational, Real

from symsens.errors import InputError

_DECIMAL = re.compile(r"\s*[-+]?(\d+(/0*[1-9]\d*)?|(\d+\.\d*|\.\d+|\d+)([eE][-+]?\d{1,4})?)\s*")


@dataclass(frozen=True)
class Rationals:
    """The field QQ; its elements are `fractions.Fraction`."""

    name: str = "QQ"

    def parse(self, value) -> Fraction:
        """The element of QQ that `value` names.

        Parameters
        ----------
        value : int, float, Fraction, SymPy Rational, or a string such as "24/5", "1.09" or "-3e-30".
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
        raise InputError(
            f"{str(value)[:60]} is not a number of the field {self.name}: give an integer, a decimal or a fraction"
        )

    def primes(self):
        """Primes p below 2^62, in a fixed order, modulo which integers of the field may be reduced; never ends."""
        from flint import fmpz

        candidate = 2**61 - 1
        while True:
            if fmpz(candidate).is_prime():
                yield candidate
            candidate -= 2


QQ = Rationals()


def clear_denominators(rows) -> tuple[list[list[int]], int]:
    """`rows` of Fractions as integers over one common denominator q: returns (q * rows, q)."""
    q = lcm(*(value.denominator for row in rows for value in row))
    return [[value.numerator * (q // value.denominator) for value in row] for row in rows], q
