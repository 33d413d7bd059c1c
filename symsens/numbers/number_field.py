"""Real number fields QQ<a>, a a root of an irreducible polynomial, and their elements in exact arithmetic.

An element is a tuple of d integers over one denominator, the coefficients of 1, a, ..., a^(d-1), where the generator a
is an algebraic integer: a monic integer polynomial of degree d vanishes at it, and an isolating interval says which of
its real roots is meant. Zero is decided by the coefficients, signs and order by balls around the root that are made
smaller until 0 is outside.

Law: an element enters by the grammar or by arithmetic; a text that means no element of the declared field is refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache, total_ordering
from itertools import islice
from math import gcd, isinf, lcm
from numbers import Rational

from flint import arb, ctx, fmpq, fmpq_poly, fmpz, fmpz_mat, fmpz_poly, nmod_poly

from symsens.errors import InputError
from symsens.numbers.field import QQ, Place, candidates
from symsens.numbers.grammar import evaluate
from symsens.numbers.real_roots import root_between

MAX_DEGREE = 12
FIRST_BITS = 64
TESTED = 40  # places at which a number is tried for being no square


@dataclass(frozen=True)
class NumberField:
    """A real number field QQ<a> of degree 2 to `MAX_DEGREE`.

    Attributes
    ----------
    name : "QQ<sqrt(5)>", or "QQ<c>" for a generator c.
    generator : how the integral generator a is written in texts.
    polynomial : d + 1 integers, the coefficients of the minimal polynomial of a, lowest first; the last is 1.
    root : rational ends of an interval in which a is the only root.
    names : the values of other names in texts, as coefficients of powers of a.
    """

    name: str
    generator: str
    polynomial: tuple[int, ...]
    root: tuple[Fraction, Fraction]
    names: tuple[tuple[str, tuple[Fraction, ...]], ...] = ()

    @property
    def degree(self) -> int:
        """d = [K : QQ]."""
        return len(self.polynomial) - 1

    def __hash__(self):
        return hash((self.polynomial, self.root))

    def __repr__(self):
        return f"NumberField({self.name})"

    # Elements.

    def element(self, coefficients) -> "Algebraic":
        """The element with these rational coefficients of 1, a, a^2, ..., at most d of them."""
        given = [Fraction(c) for c in coefficients]
        q = lcm(*(c.denominator for c in given))
        numerators = [c.numerator * (q // c.denominator) for c in given]
        return _reduced(self, (*numerators, *[0] * (self.degree - len(given))), q)

    def parse(self, value) -> "Algebraic":
        """The element of the field that `value` names: as `Rationals.parse`, or a text of the grammar with the name of
        the generator and square roots.

        Raises
        ------
        InputError
            For what is no element of this field.
        """
        if isinstance(value, Algebraic):
            if value.field != self:
                raise InputError(f"{value} lies in {value.field.name}, not in the declared field {self.name}")
            return value
        if isinstance(value, str):
            try:
                found = self.read(value)
            except InputError as error:
                raise InputError(f"{error}: not a number of the field {self.name}") from None
            return found if isinstance(found, Algebraic) else self.element([found])
        return self.element([QQ.parse(value)])

    def read(self, text: str, names=None):
        """What a text of the grammar means, where it may hold further names: see `symsens.numbers.grammar.evaluate`.

        Raises
        ------
        InputError
            For what is no text of the grammar.
        """
        return evaluate(text, self._values | (names or {}), self.sqrt)

    @cached_property
    def _values(self) -> dict:
        known = {name: self.element(coefficients) for name, coefficients in self.names}
        if self.generator.isidentifier():
            known[self.generator] = self.element([0, 1])
        return known

    def sqrt(self, value) -> "Algebraic":
        """The square root of a rational number, where it lies in the field.

        Raises
        ------
        InputError
            A negative number, an irrational one, or a root outside the field.
        """
        if not isinstance(value, Rational | Algebraic):
            raise InputError("only square roots of rational numbers from 0 on are read")
        value = value if isinstance(value, Algebraic) else self.element([value])
        if not value.is_rational or value < 0:
            raise InputError(f"sqrt({value}): only square roots of rational numbers from 0 on are read")
        x = Fraction(value.numerators[0], value.denominator)
        n = x.numerator * x.denominator
        found = _root_of_integer(self, n)
        if found is None:
            raise InputError(f"sqrt({x}) is not in the field {self.name}")
        return found / x.denominator

    # The root, and what is made of it.

    @cached_property
    def _balls(self) -> dict[int, arb]:
        return {}

    def ball(self, bits: int) -> arb:
        """The generator as a ball of about so many bits."""
        if bits not in self._balls:
            with ctx.workprec(bits):
                self._balls[bits] = root_between(fmpz_poly(list(self.polynomial)), self.root)
        return self._balls[bits]

    @cached_property
    def powers(self) -> tuple[tuple[int, ...], ...]:
        """Coefficients of a^d, ..., a^(2d - 2)."""
        d, rows = self.degree, []
        row = [-c for c in self.polynomial[:d]]
        for _ in range(d - 1):
            rows.append(tuple(row))
            top = row[-1]
            row = [x - top * c for x, c in zip([0, *row[:-1]], self.polynomial)]
        return tuple(rows)

    def primes(self):
        """Primes modulo which the generator has a value, as `Rationals.primes`."""
        return (place.prime for place in self.places())

    def places(self):
        """Ring homomorphisms to integers modulo primes below 2^62, in a fixed order; never ends (Lemma split)."""
        for prime in candidates():
            factors = nmod_poly(list(self.polynomial), prime).factor()[1]
            roots = sorted(prime - int(f[0]) for f, power in factors if f.degree() == 1 and power == 1)
            if roots:
                yield Place(prime, roots[0] % prime)


@total_ordering
class Algebraic:
    """An element of a `NumberField`: immutable, hashable, ordered as a real number.

    Attributes
    ----------
    field : the field.
    numerators, denominator : d integers and a positive one, in lowest terms.
    """

    __slots__ = ("field", "numerators", "denominator")

    def __init__(self, field: NumberField, numerators: tuple[int, ...], denominator: int):
        self.field, self.numerators, self.denominator = field, numerators, denominator

    @property
    def numerator(self) -> "Algebraic":
        """This element times its denominator."""
        return Algebraic(self.field, self.numerators, 1)

    @property
    def coefficients(self) -> tuple[Fraction, ...]:
        """Of 1, a, ..., a^(d-1)."""
        return tuple(Fraction(x, self.denominator) for x in self.numerators)

    @property
    def is_rational(self) -> bool:
        """Whether it lies in QQ."""
        return not any(self.numerators[1:])

    def __bool__(self):
        return any(self.numerators)

    def __hash__(self):
        if self.is_rational:
            return hash(Fraction(self.numerators[0], self.denominator))
        return hash((self.numerators, self.denominator))

    def __eq__(self, other):
        if isinstance(other, Algebraic):
            return (self.numerators, self.denominator) == (other.numerators, other.denominator) and (
                self.field == other.field or self.is_rational
            )
        if isinstance(other, Rational):
            return self.is_rational and Fraction(self.numerators[0], self.denominator) == other
        return NotImplemented

    def __lt__(self, other):
        given = self._other(other)
        return NotImplemented if given is None else self._plus(given, -1).sign() < 0

    def sign(self) -> int:
        """-1, 0 or 1: that of the real number."""
        if self.is_rational:
            return (self.numerators[0] > 0) - (self.numerators[0] < 0)
        bits = FIRST_BITS
        while True:
            value = self._at(bits)
            if not value.contains(0):
                return 1 if value > 0 else -1
            bits *= 2

    def _at(self, bits: int) -> arb:
        """The numerators at a ball of so many bits around the root, by Horner's rule."""
        root = self.field.ball(bits)
        with ctx.workprec(bits):
            total = arb(self.numerators[-1])
            for c in self.numerators[-2::-1]:
                total = total * root + c
            return total

    def ball(self) -> arb:
        """The number as a ball about as narrow as the precision of the context allows."""
        wanted = bits = ctx.prec
        if self.is_rational:
            return arb(self.numerators[0]) / self.denominator
        while True:
            value = self._at(bits + 16)
            if value.rel_accuracy_bits() >= wanted - 2 or bits > 64 * wanted:
                return value / self.denominator
            bits *= 2

    def __float__(self):
        with ctx.workprec(128):
            value = float(self.ball())
        if isinf(value):
            raise OverflowError("a number of a field too large for a float")
        return value

    def __floor__(self):
        bits = FIRST_BITS
        while True:
            with ctx.workprec(bits):
                value = self.ball().floor()
                if value.is_exact():
                    return int(value.unique_fmpz())
                if self.is_rational:
                    return self.numerators[0] // self.denominator
            bits *= 2

    def __ceil__(self):
        return -(-self).__floor__()

    # Arithmetic.

    def _other(self, other):
        """Numerators and denominator of another number of the field; None for what is none."""
        if isinstance(other, Algebraic):
            if other.field is not self.field and other.field != self.field:
                raise InputError(f"numbers of {self.field.name} and of {other.field.name} do not mix")
            return other.numerators, other.denominator
        if isinstance(other, Rational | fmpq | fmpz):
            return (int(other.numerator), *[0] * (len(self.numerators) - 1)), int(other.denominator)
        return None

    def _plus(self, other, factor):
        b, q = other
        a, p = self.numerators, self.denominator
        if p == q:
            return _reduced(self.field, tuple(x + factor * y for x, y in zip(a, b)), p)
        return _reduced(self.field, tuple(x * q + factor * y * p for x, y in zip(a, b)), p * q)

    def __add__(self, other):
        given = self._other(other)
        return NotImplemented if given is None else self._plus(given, 1)

    __radd__ = __add__

    def __sub__(self, other):
        given = self._other(other)
        return NotImplemented if given is None else self._plus(given, -1)

    def __rsub__(self, other):
        return -self + other

    def __neg__(self):
        return Algebraic(self.field, tuple(-x for x in self.numerators), self.denominator)

    def __pos__(self):
        return self

    def __abs__(self):
        return -self if self.sign() < 0 else self

    def __mul__(self, other):
        if isinstance(other, int):
            return _reduced(self.field, tuple(other * x for x in self.numerators), self.denominator)
        given = self._other(other)
        if given is None:
            return NotImplemented
        return _reduced(self.field, _product(self.field, self.numerators, given[0]), self.denominator * given[1])

    __rmul__ = __mul__

    def __truediv__(self, other):
        given = self._other(other)
        if given is None:
            return NotImplemented
        return self * _reduced(self.field, *given).inverse()

    def __rtruediv__(self, other):
        return self.inverse() * other

    def inverse(self) -> "Algebraic":
        """1 / this.

        Raises
        ------
        ZeroDivisionError
            Of zero.
        """
        if not self:
            raise ZeroDivisionError("of a number of a field by zero")
        if self.is_rational:
            return self.field.element([Fraction(self.denominator, self.numerators[0])])
        _, s, _ = fmpq_poly(list(self.numerators)).xgcd(fmpq_poly(list(self.field.polynomial)))
        coefficients = [Fraction(int(c.p), int(c.q)) * self.denominator for c in s.coeffs()]
        return self.field.element(coefficients)

    def __pow__(self, exponent: int):
        if not isinstance(exponent, int):
            return NotImplemented
        base, total = (self.inverse() if exponent < 0 else self), self.field.element([1])
        for bit in bin(abs(exponent))[2:]:
            total = total * total
            total = total * base if bit == "1" else total
        return total

    # Texts.

    def __str__(self):
        return written(self.coefficients, self.field.generator)

    def __repr__(self):
        return f"Algebraic({self}, ≈ {float(self):.6g})"


def written(coefficients: Sequence[Fraction], name: str) -> str:
    """A polynomial, its coefficients lowest first, as a text of the grammar: "c^2/2 - 3*c + 1"."""
    text = ""
    for i, c in reversed(list(enumerate(coefficients))):
        if not c:
            continue
        power = ("", name, f"{name}^{i}")[min(i, 2)]
        size = abs(Fraction(c))
        whole = str(size.numerator) if size.numerator != 1 or not power else ""
        term = "*".join(part for part in (whole, power) if part)
        term += f"/{size.denominator}" if size.denominator != 1 else ""
        sign = ("-" if c < 0 else "") if not text else (" - " if c < 0 else " + ")
        text += sign + term
    return text or "0"


def _reduced(field: NumberField, numerators: tuple[int, ...], q: int) -> Algebraic:
    """In lowest terms."""
    if q != 1:
        g = gcd(q, *numerators)
        if g != 1:
            numerators, q = tuple(x // g for x in numerators), q // g
    return Algebraic(field, numerators, q)


def _product(field: NumberField, a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...]:
    d = len(a)
    full = [0] * (2 * d - 1)
    for i, x in enumerate(a):
        if x:
            for j, y in enumerate(b):
                full[i + j] += x * y
    low = full[:d]
    for top, row in zip(full[d:], field.powers):
        if top:
            low = [x + top * c for x, c in zip(low, row)]
    return tuple(low)


@lru_cache(maxsize=1000)
def _root_of_integer(field: NumberField, n: int) -> Algebraic | None:
    """sqrt(n) for an integer n >= 0; None where it is not in the field."""
    if fmpz(n).is_square():
        return field.element([int(fmpz(n).isqrt())])
    for place in islice(field.places(), TESTED):
        # a square of the field is one modulo every prime at which the generator has a value
        if n % place.prime and pow(n, (place.prime - 1) // 2, place.prime) != 1:
            return None
    # sqrt(n) is an algebraic integer, and the discriminant times it is a combination of powers of the generator
    d = field.degree
    bits = 64 + 16 * (n.bit_length() + max(abs(c).bit_length() for c in field.polynomial)) * d
    with ctx.workprec(2 * bits):
        root, target, row = field.ball(2 * bits), arb(n).sqrt(), []
        power = arb(1)
        for _ in range(d):
            row.append(power)
            power = power * root
        rows = [
            [int(i == j) for j in range(d + 1)] + [int((x * arb(2) ** bits).mid().floor().unique_fmpz())]
            for i, x in enumerate([target, *row])
        ]
    shortest = [int(x) for x in fmpz_mat(rows).lll().tolist()[0]]
    if not shortest[0]:
        return None
    found = field.element([Fraction(-c, shortest[0]) for c in shortest[1 : d + 1]])
    found = abs(found)
    return found if found * found == n else None
