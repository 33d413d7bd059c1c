"""Declared fields and their numbers as a certificate writes them, and whether the checker reads a field.

Law: a number of QQ is a text; one of another field is a text where it is rational, else the list of its coefficients.
"""

import re
from fractions import Fraction

from flint import fmpz, fmpz_poly

from symsens.checker.limits import (
    MAX_FIELD_BITS,
    MAX_FIELD_DEGREE,
    MAX_FIELD_FACTOR,
    MAX_FIELD_VALUES,
    MAX_PRIME_BITS,
)
from symsens.numbers.field import Rationals
from symsens.numbers.number_field import Algebraic, NumberField

_PLAIN = re.compile("[A-Za-z][A-Za-z0-9_]{0,23}")


def strings(rows) -> list[list]:
    """Rows of numbers of a field as a certificate writes them."""
    return [[number(entry) for entry in row] for row in rows]


def number(x: int | Fraction | Algebraic) -> str | list[str]:
    """As a certificate writes it."""
    if not isinstance(x, Algebraic):
        return _rational(x)
    texts = [_rational(c) for c in x.coefficients]
    return texts[0] if x.is_rational else texts


def _rational(x: int | Fraction) -> str:
    """By FLINT where Python refuses to write integers of so many digits."""
    try:
        return str(x)
    except ValueError:
        numerator = str(fmpz(x.numerator))
        return numerator if x.denominator == 1 else f"{numerator}/{fmpz(x.denominator)}"


def field_certificate(field: Rationals | NumberField) -> str | dict:
    """A field as a certificate declares it; a generator with no plain name is called "a"."""
    if field.degree == 1:
        return field.name
    return {
        "generator": field.generator if _PLAIN.fullmatch(field.generator) else "a",
        "minimal_polynomial": list(map(str, field.polynomial)),
        "root": list(map(str, field.root)),
    }


def unread(field: Rationals | NumberField) -> str | None:
    """Why the checker does not read a field; None if it does."""
    if field.degree == 1:
        return None
    parts = [*field.polynomial, *(part for end in field.root for part in (end.numerator, end.denominator))]
    if field.degree > MAX_FIELD_DEGREE or max(abs(x).bit_length() for x in parts) > MAX_FIELD_BITS:
        return f"the checker does not read so large a field as {field.name}"
    if not seen_irreducible(field.polynomial):
        return f"the checker does not see that the polynomial of {field.name} is irreducible"
    return None


def seen_irreducible(polynomial) -> bool:
    """Whether the search of the checker will find that a monic polynomial is irreducible (Lemma irreducible)."""
    f, majorant = fmpz_poly(list(polynomial)), fmpz_poly([*(-abs(a) for a in polynomial[:-1]), 1])
    high = 1
    while majorant(high) <= 0:
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if majorant(middle) > 0 else (middle, high)
    places = ((sign * (high + beyond), beyond) for beyond in range(1, MAX_FIELD_VALUES + 1) for sign in (1, -1))
    return any(_prime_but_for(abs(f(m)), beyond) for m, beyond in places)


def _prime_but_for(value: fmpz, limit: int) -> bool:
    """Whether a number is a prime times a product of small factors that is no larger than a limit."""
    divisor = 1
    for factor in range(2, min(limit, MAX_FIELD_FACTOR) + 1):
        while value % factor == 0:
            value, divisor = value // factor, divisor * factor
    return divisor <= limit and value.bit_length() <= MAX_PRIME_BITS and value.is_prime()
