"""The field of the numbers of a certificate: QQ, or a real field QQ<alpha>, and linear algebra over it.

Law: the standard library only, exact numbers only. Over QQ numbers are integers and fractions; over QQ<alpha> they are
`Element`s, polynomials in alpha of a degree below that of its minimal polynomial f. So two of them are equal iff their
coefficients are, and their signs are those at the one root of f between two rational numbers.

Lemma split: for a prime p and f(r) = 0 modulo p the map alpha -> r makes Z[alpha] into integers modulo p; a minor whose
image is not 0 is not 0.
Lemma blocks: the span over K of a vector v is that over QQ of v, alpha v, alpha^2 v, ..., each written with d rational
entries for one of K; the dimension over QQ is d times that over K.
"""

from fractions import Fraction
from functools import cached_property
from math import ceil, floor, gcd, lcm
from operator import add, sub

from symsens.checker.limits import MAX_ROOT_BITS
from symsens.checker.linear import absorb, primitive
from symsens.checker.polynomials import at, count_roots, prove_irreducible
from symsens.checker.refusals import Refuted
from symsens.checker.roots import Root


class Element:
    """A number of a field QQ<alpha>: integers, the coefficients of 1, alpha, alpha^2, ..., over one denominator > 0."""

    __slots__ = ("field", "numbers", "denominator")

    def __init__(self, field, numbers, denominator=1):
        if denominator != 1:
            content = gcd(denominator, *numbers)
            numbers, denominator = tuple(x // content for x in numbers), denominator // content
        self.field, self.numbers, self.denominator = field, numbers, denominator

    @property
    def numerator(self):
        """The integer of the field that is left without the denominator."""
        return Element(self.field, self.numbers)

    def combined(self, other, operation):
        """The sum, or the difference, of this element and a number."""
        if type(other) is not Element:
            other = self.field.element(other)
        a, b = self.denominator, other.denominator
        if a == b == 1:
            return Element(self.field, tuple(map(operation, self.numbers, other.numbers)))
        return Element(self.field, tuple(operation(b * x, a * y) for x, y in zip(self.numbers, other.numbers)), a * b)

    def __add__(self, other):
        return self.combined(other, add)

    def __radd__(self, other):
        return self if type(other) is int and other == 0 else self.combined(other, add)

    def __sub__(self, other):
        return self.combined(other, sub)

    def __rsub__(self, other):
        return -self + other

    def __neg__(self):
        return Element(self.field, tuple(-x for x in self.numbers), self.denominator)

    def __mul__(self, other):
        if type(other) is Element:
            numbers = self.field.product(self.numbers, other.numbers)
            return Element(self.field, numbers, self.denominator * other.denominator)
        factor = other.numerator
        return Element(self.field, tuple(factor * x for x in self.numbers), self.denominator * other.denominator)

    __rmul__ = __mul__

    def __pow__(self, exponent):
        power = self.field.element(1)
        for digit in f"{exponent:b}":
            power = power * power * self if digit == "1" else power * power
        return power

    def __eq__(self, other):
        if type(other) is not Element:
            return not any(self.numbers[1:]) and Fraction(self.numbers[0], self.denominator) == other
        return self.numbers == other.numbers and self.denominator == other.denominator and self.field == other.field

    def __hash__(self):
        if any(self.numbers[1:]):
            return hash((self.numbers, self.denominator))
        return hash(Fraction(self.numbers[0], self.denominator))

    def __bool__(self):
        return any(self.numbers)

    def __str__(self):
        return self.field.written(self.coefficients())

    def bit_length(self):
        """Bits of the longest of the integers."""
        return max(x.bit_length() for x in self.numbers)

    def coefficients(self):
        """The coefficients of 1, alpha, alpha^2, ..., as fractions."""
        return [Fraction(x, self.denominator) for x in self.numbers]


def sign(x):
    """-1, 0 or 1: the sign of a number of QQ or of a field."""
    if type(x) is not Element:
        return (x > 0) - (x < 0)
    bits = 32
    while x:
        low, high = x.field.enclose(x, bits)
        if low > 0 or high < 0:
            return 1 if low > 0 else -1
        bits *= 2
        if bits > MAX_ROOT_BITS:
            raise Refuted(f"a number of {x.field.name} so close to 0 that {MAX_ROOT_BITS} bits do not tell its sign")
    return 0


def around(x):
    """Integers below and above a number of QQ, or of a field, as close as they are easily found."""
    if type(x) is not Element:
        return floor(x), ceil(x)
    low, high = x.field.enclose(x, x.bit_length() + x.field.growth + 64)
    return floor(low), ceil(high)


def whole(x):
    """An integer of QQ, or of a field, as one without a denominator."""
    return x if type(x) is Element else int(x)


class Rationals:
    """QQ: integers and fractions, for which Python's own operations do."""

    name, degree, growth = "QQ", 1, 0

    def check(self):
        """Nothing: QQ is a field."""

    def inverse(self, x):
        """1 / x."""
        return Fraction(x.denominator, x.numerator)

    def primitive(self, vector):
        """The coprime integer multiple of a sparse vector, zeros dropped."""
        return primitive(vector)

    def blocks(self, vector):
        """The vector itself."""
        return [vector]

    def homomorphism(self, prime, root, where):
        """What takes an integer vector to one that is to be read modulo the prime: nothing is to be done."""
        return dict


QQ = Rationals()


class Field:
    """QQ<alpha>, alpha the one root of a monic irreducible polynomial over the integers between two rational numbers.

    These hypotheses are not checked before `check` is called, and nothing is to be believed of elements without.

    Attributes
    ----------
    generator : the name of alpha.
    polynomial : its coefficients of 1, x, x^2, ..., the last of them 1.
    ends : the two rational numbers.
    """

    def __init__(self, generator, polynomial, ends):
        self.generator, self.polynomial, self.ends = generator, tuple(polynomial), tuple(ends)
        self.degree, self.name = len(self.polynomial) - 1, f"QQ<{generator}>"
        self.tail = [(i, -a) for i, a in enumerate(self.polynomial[:-1]) if a]

    def __eq__(self, other):
        return self is other or (type(other) is Field and self.document() == other.document())

    __hash__ = None

    def document(self):
        """The field as a certificate writes it, its numbers not yet texts."""
        polynomial = list(map(Fraction, self.polynomial))
        return {"generator": self.generator, "minimal_polynomial": polynomial, "root": list(self.ends)}

    def equation(self):
        """What alpha is: "c^3 + c^2 - 2 c - 1 = 0, c in [6/5, 13/10]"."""
        low, high = self.ends
        return f"{self.written(self.polynomial)} = 0, {self.generator} in [{low}, {high}]"

    @cached_property
    def evidence(self):
        """(m, D, p) of Lemma irreducible; or `Refuted` for a polynomial that is not seen to be irreducible."""
        found = prove_irreducible(self.polynomial)
        if found is None:
            raise Refuted(f"environment.field: {self.written(self.polynomial):.200} is not proved to be irreducible")
        return found

    def check(self):
        """Nothing, or `Refuted`: the polynomial is irreducible, and has one root between the ends."""
        low, high = self.ends
        roots = count_roots(self.polynomial, low, high) if self.evidence and low < high else 0
        if roots != 1:
            shown = f"{self.written(self.polynomial):.200}"
            raise Refuted(f"environment.field: {roots} roots of {shown} between the ends given, not one")

    # Numbers.

    def element(self, x):
        """An integer or a fraction as an element."""
        return Element(self, (x.numerator,) + (0,) * (self.degree - 1), x.denominator)

    def of_coefficients(self, coefficients):
        """The element with these rational coefficients, no more than the degree."""
        unit = lcm(*(x.denominator for x in coefficients))
        numbers = [x.numerator * (unit // x.denominator) for x in coefficients]
        return Element(self, tuple(numbers + [0] * (self.degree - len(numbers))), unit)

    def product(self, a, b):
        """The coefficients of the product of two elements, given theirs: alpha^d = -(a_0 + a_1 alpha + ...)."""
        d, total = self.degree, [0] * (2 * self.degree - 1)
        for i, x in enumerate(a):
            if x:
                for j, y in enumerate(b, i):
                    total[j] += x * y
        for k in range(2 * d - 2, d - 1, -1):
            if top := total[k]:
                for i, x in self.tail:
                    total[k - d + i] += top * x
        return tuple(total[:d])

    def inverse(self, x):
        """1 / x, by the linear equations that x y = 1 is for the coefficients of y."""
        powers = [self.element(x) if type(x) is not Element else x]
        for _ in range(self.degree - 1):
            powers.append(powers[-1] * Element(self, (0, 1) + (0,) * (self.degree - 2)))
        columns = [power.coefficients() for power in powers]
        rows = [[*(column[i] for column in columns), Fraction(i == 0)] for i in range(self.degree)]
        for i in range(self.degree):
            lead = next(k for k in range(i, self.degree) if rows[k][i])
            rows[i], rows[lead] = rows[lead], rows[i]
            top = [a * Fraction(rows[i][i].denominator, rows[i][i].numerator) for a in rows[i]]
            rows = [top if k == i else [a - row[i] * b for a, b in zip(row, top)] for k, row in enumerate(rows)]
        return self.of_coefficients([row[-1] for row in rows])

    @cached_property
    def growth(self):
        """So many bits more than theirs together has the product of two elements, at most."""
        largest, power = 1, Element(self, (0,) * (self.degree - 1) + (1,))
        alpha = Element(self, (0, 1) + (0,) * (self.degree - 2))
        for _ in range(self.degree - 1):
            power = power * alpha
            largest += max(map(abs, power.numbers))
        return (self.degree * largest).bit_length()

    def written(self, coefficients):
        """A polynomial in alpha, the highest power first: "c^2/2 - 3 c + 1"."""
        text = ""
        for power, x in reversed(list(enumerate(coefficients))):
            if x:
                text += (" - " if x < 0 else " + ") if text else "-" if x < 0 else ""
                text += self.monomial(abs(x), power)
        return text or "0"

    def monomial(self, x, power):
        """A positive rational number times a power of alpha."""
        if power == 0:
            return str(x)
        symbol = self.generator if power == 1 else f"{self.generator}^{power}"
        above = symbol if x.numerator == 1 else f"{x.numerator} {symbol}"
        return above if x.denominator == 1 else f"{above}/{x.denominator}"

    # Signs.

    @cached_property
    def root(self):
        """The place of alpha, known as closely as was ever asked for."""
        return Root(self.polynomial, *self.ends)

    def bounds(self, x, bits):
        """(a, b, q), integers: a <= q x <= b for an element x and q > 0, alpha being known to so many bits."""
        low, high = self.root.enclose(bits)
        unit = lcm(low.denominator, high.denominator)
        low, high, a, b, q = int(low * unit), int(high * unit), 0, 0, 1
        for i, number in enumerate(reversed(x.numbers)):  # Horner: a / q <= ... <= b / q
            q = unit**i
            ends = a * low, a * high, b * low, b * high
            a, b = min(ends) + number * q, max(ends) + number * q
        return a, b, q * x.denominator

    def enclose(self, x, bits):
        """Two rational numbers around an element, alpha being known to so many bits."""
        a, b, q = self.bounds(x, bits)
        return Fraction(a, q), Fraction(b, q)

    def closely(self, x, bits):
        """As `bounds`, closer to each other than 2^-bits of their size where that needs no very close root."""
        if not any(x.numbers[1:]):
            return x.numbers[0], x.numbers[0], x.denominator
        near = bits + 32
        while True:
            a, b, q = self.bounds(x, near)
            if (b - a) << bits <= max(abs(a), abs(b)) or near > 4 * bits + 512:
                return a, b, q
            near *= 2

    # Linear algebra.

    def numbers(self, x):
        """The coefficients of an integer, or of an element without a denominator."""
        return x.numbers if type(x) is Element else (x, *(0,) * (self.degree - 1))

    def primitive(self, vector):
        """The multiple of a sparse vector whose entries have integer coefficients, coprime all together; zeros
        dropped."""
        flat = {}
        for column, x in vector.items():
            coefficients = x.coefficients() if type(x) is Element else [x]
            flat.update(((column, i), y) for i, y in enumerate(coefficients) if y)
        found = {}
        for (column, i), y in primitive(flat).items():
            found.setdefault(column, [0] * self.degree)[i] = y
        return {column: Element(self, tuple(numbers)) for column, numbers in found.items()}

    def blocks(self, vector):
        """v, alpha v, alpha^2 v, ... with d integer entries for each entry of a vector (Lemma blocks)."""
        vector = {column: self.numbers(x) for column, x in self.primitive(vector).items()}
        alpha = (0, 1) + (0,) * (self.degree - 2)
        for i in range(self.degree):
            if i:
                vector = {column: self.product(numbers, alpha) for column, numbers in vector.items()}
            yield {self.degree * c + j: x for c, numbers in vector.items() for j, x in enumerate(numbers) if x}

    def homomorphism(self, prime, root, where):
        """What takes a vector of elements without denominators to integers modulo the prime, alpha to the root (Lemma
        split); or `Refuted` for a root that is none."""
        if root.denominator != 1 or at(self.polynomial, root.numerator % prime) % prime:
            raise Refuted(f"{where}.root: not a root of {self.written(self.polynomial):.200} modulo the prime")
        powers = [pow(root.numerator, i, prime) for i in range(self.degree)]

        def image(vector):
            flat = ((column, self.numbers(x)) for column, x in vector.items())
            return {column: sum(x * y for x, y in zip(numbers, powers)) % prime for column, numbers in flat}

        return image


def span(field, vectors, start=()):
    """The echelon of these vectors over the field, on top of another one (Lemma blocks).

    What is in it is closed under alpha, so a vector is in it iff its first block is.
    """
    echelon = dict(start)
    for vector in vectors:
        first, *others = field.blocks(vector)
        if absorb(echelon, first):
            for block in others:
                absorb(echelon, block)
    return echelon


def rank(field, vectors):
    """The dimension of their span over the field."""
    return dimension(field, span(field, vectors))


def dimension(field, echelon):
    """The dimension over the field of what an echelon spans."""
    return len(echelon) // field.degree


def inside(field, vector, echelon):
    """Whether a vector lies in the span over the field that an echelon stands for."""
    first, *_ = field.blocks(vector)
    return not absorb(dict(echelon), first)


def absorb_modulo(field, echelon, vector, prime):
    """Add a vector to the independent ones of an echelon modulo a prime: True iff it is seen to be independent.

    With d blocks that are independent of all before them modulo the prime, it is so over the field.
    """
    return all(absorb(echelon, block, prime) for block in field.blocks(vector))
