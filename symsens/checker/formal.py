"""Normal forms of trees: polynomials over the rationals in opaque symbols, so that equal ones are seen to be equal.

Law: the standard library only, exact numbers only; the work is counted. Only one direction is used (Lemma formal): a
form whose normal form is 0 is the zero function wherever it is defined. Nothing follows from one that is not 0.

A polynomial is {monomial: coefficient}, a monomial a sorted tuple of (symbol, rational exponent), a symbol the number
of one of these parts:

    ("s", a)  ("d", a, b)  ("pi",)  ("const", m, i, j)    as in trees
    ("root", n)                                            a natural number under a broken power
    ("exp", monomial)                                      e^(c_1 m_1 + c_2 m_2 + ..) = (e^m_1)^c_1 (e^m_2)^c_2 ..
    ("^", polynomial)                                      under a power that is not written out
    (function, parameters, polynomial)                     log sin cos tanh erf ramp hyper
"""

from fractions import Fraction

from symsens.checker.limits import MAX_FORMAL, MAX_NESTED, MAX_NUMBER_BITS, MAX_ROOT
from symsens.checker.refusals import Refuted
from symsens.checker.trees import ONE_PLACE, size

ONE = ()
POSITIVE = ("s", "pi", "root", "exp")
LEAVES = ("s", "d", "pi", "const")


class Formal:
    """Normal forms; each part is one symbol however often it occurs, and the work of all of them is counted."""

    def __init__(self):
        self.parts, self.numbers, self.moving, self.depths, self.renamed, self.work = [], {}, [], [], {}, 0

    def spend(self, operations):
        """Count operations on coefficients, or `Refuted` when there are too many."""
        self.work += operations
        if self.work > MAX_FORMAL:
            raise Refuted(f"more than {MAX_FORMAL} operations on normal forms")

    # Symbols.

    def symbol(self, part):
        """The number of a part."""
        if part not in self.numbers:
            inside = self.inside(part)
            self.spend(1 + len(inside))
            depth = 1 + max((self.depths[x] for x in inside), default=0)
            if depth > MAX_NESTED:
                raise Refuted(f"a normal form of more than {MAX_NESTED} functions of each other")
            self.numbers[part] = len(self.parts)
            self.parts.append(part)
            self.depths.append(depth)
            self.moving.append(part[0] in ("s", "d") or any(self.moving[x] for x in inside))
        return self.numbers[part]

    def inside(self, part):
        """The symbols that occur right inside a part."""
        if part[0] in LEAVES or part[0] == "root":
            return set()
        monomials = [part[1]] if part[0] == "exp" else [monomial for monomial, _ in part[-1]]
        return {symbol for monomial in monomials for symbol, _ in monomial}

    def constant(self, polynomial):
        """Whether no symbol of a polynomial depends on the neighbours."""
        return not any(self.moving[symbol] for monomial in polynomial for symbol, _ in monomial)

    # Arithmetic.

    def plus(self, one, other, factor=1):
        """one + factor other."""
        self.spend(len(one) // 64)
        total = dict(one)
        for monomial, x in other.items():
            self.spend(1 + size(Fraction(x)) // 64)
            total[monomial] = short(total.get(monomial, 0) + factor * x)
            if not total[monomial]:
                del total[monomial]
        return total

    def times(self, one, other):
        """The product of two polynomials."""
        total = {}
        for a, x in one.items():
            for b, y in other.items():
                self.spend(1 + len(a) + len(b) + (size(Fraction(x)) + size(Fraction(y))) // 64)
                total = self.into(total, self.product(a, b), short(x * y))
        return {monomial: x for monomial, x in total.items() if x}

    def into(self, total, polynomial, factor):
        """The polynomial `total`, once factor times another one has been added to it."""
        for monomial, x in polynomial.items():
            total[monomial] = short(total.get(monomial, 0) + factor * x)
        return total

    def product(self, a, b):
        """The product of two monomials; powers that have become whole are written out."""
        powers = dict(a)
        for symbol, e in b:
            powers[symbol] = powers.get(symbol, 0) + e
        coefficient, rest, whole = Fraction(1), [], []
        for symbol, e in sorted(powers.items()):
            part = self.parts[symbol]
            if part[0] == "root":
                coefficient, e = coefficient * self.number_power(part[1], e.numerator // e.denominator), e % 1
            elif part[0] == "^" and e.denominator == 1 and e > 0:
                whole.append((dict(part[1]), e.numerator))
                continue
            if e:
                rest.append((symbol, e))
        out = {tuple(rest): short(coefficient)}
        for polynomial, e in whole:
            out = self.times(out, self.natural_power(polynomial, e))
        return out

    def number_power(self, x, n):
        """x^n for a rational number x and an integer n."""
        if n < 0 and not x:
            raise Refuted("a negative power of 0")
        if size(Fraction(x)) * abs(n) > MAX_NUMBER_BITS:
            raise Refuted(f"a number of more than {MAX_NUMBER_BITS} bits")
        return Fraction(x) ** n

    def natural_power(self, polynomial, n):
        """polynomial^n, n a natural number."""
        if len(polynomial) == 1:
            return self.monomial_power(polynomial, Fraction(n))
        out = {ONE: Fraction(1)}
        for _ in range(n):
            self.spend(1)
            out = self.times(out, polynomial)
        return out

    def monomial_power(self, polynomial, exponent):
        """(c x^a y^b ..)^exponent = c^exponent x^(a exponent) ..; c > 0 and all parts positive unless exponent is an
        integer."""
        ((monomial, x),) = polynomial.items()
        self.spend(1 + len(monomial))
        powers = tuple((symbol, e * exponent) for symbol, e in monomial)
        if exponent.denominator == 1:
            return self.times({ONE: self.number_power(x, exponent.numerator)}, self.product(powers, ONE))
        return self.times(self.root(x, exponent), self.product(powers, ONE))

    def root(self, x, exponent):
        """x^exponent for a rational number x > 0: as powers of the numbers into which it is seen to factor."""
        out = {ONE: Fraction(1)}
        for n, sign in ((x.numerator, 1), (x.denominator, -1)):
            for base, e in self.factors(n):
                out = self.times(out, self.product(((self.symbol(("root", base)), sign * e * exponent),), ONE))
        return out

    def factors(self, n):
        """(base, exponent) of small primes, and of what they leave of a natural number, with product n."""
        found = []
        for p in range(2, MAX_ROOT):
            self.spend(1 + n.bit_length() // 64)
            if p * p > n:
                break
            e = 0
            while n % p == 0:
                n, e = n // p, e + 1
            found += [(p, e)] * (e > 0)
        return found + [(n, 1)] * (n > 1)

    # Trees.

    def of(self, form, definitions):
        """The normal form of a tree, given those of the definitions that it names."""
        name, rest = form[0], form[1:]
        self.spend(1)
        if name == "num":
            return {ONE: rest[0]} if rest[0] else {}
        if name == "def":
            return definitions[rest[0]]
        if name in LEAVES:
            return self.leaf(name, rest)
        if name == "hyper":
            return self.function((name, rest[:2]), self.of(rest[2], definitions))
        parts = [self.of(part, definitions) for part in rest if type(part) is tuple]
        if name in ("+", "*"):
            return self.many(name, parts)
        if name == "^":
            return self.power(parts[0], rest[1])
        if name not in ONE_PLACE:
            raise Refuted(f"there is no normal form of {name}")
        return self.exp(parts[0]) if name == "exp" else self.function((name, ()), parts[0])

    def leaf(self, name, rest):
        """An invariant, pi, or an entry of a constant matrix."""
        if name == "d":
            name, rest = ("d", sorted(rest)) if rest[0] != rest[1] else ("s", rest[:1])
        return {((self.symbol((name, *rest)), Fraction(1)),): Fraction(1)}

    def many(self, name, parts):
        """A sum or a product."""
        out = {} if name == "+" else {ONE: Fraction(1)}
        for part in parts:
            out = self.plus(out, part) if name == "+" else self.times(out, part)
        return out

    def power(self, polynomial, exponent):
        """polynomial^exponent, written out where that is allowed."""
        natural = exponent.denominator == 1 and exponent >= 0
        if natural:
            return self.natural_power(polynomial, exponent.numerator)
        if len(polynomial) == 1 and (exponent.denominator == 1 or self.positive(polynomial)):
            return self.monomial_power(polynomial, exponent)
        return {((self.symbol(("^", self.key(polynomial))), exponent),): Fraction(1)}

    def positive(self, polynomial):
        """Whether a product is seen to be positive wherever it is defined."""
        ((monomial, x),) = polynomial.items()
        return x > 0 and all(self.parts[symbol][0] in POSITIVE for symbol, _ in monomial)

    def exp(self, polynomial):
        """e^polynomial, a product over its terms."""
        powers = [(self.symbol(("exp", monomial)), x) for monomial, x in polynomial.items()]
        return {tuple(sorted(powers)): Fraction(1)}

    def function(self, name, polynomial):
        """A function of which nothing is known but that equal arguments have equal values."""
        part = (*name, self.key(polynomial))
        return {((self.symbol(part), Fraction(1)),): Fraction(1)}

    def key(self, polynomial):
        """A polynomial as something that two equal ones share."""
        self.spend(len(polynomial))
        return tuple(sorted(polynomial.items()))

    # Other orders of the places.

    def moved(self, polynomial, order):
        """The polynomial where place a of the tuple is order[a]; `order` is a tuple, places count from 1."""
        out = {}
        for monomial, x in polynomial.items():
            self.spend(1 + len(monomial))
            powers = {}
            for symbol, e in monomial:
                there = self.moved_symbol(symbol, order)
                powers[there] = powers.get(there, 0) + e
            monomial = tuple(sorted((symbol, e) for symbol, e in powers.items() if e))
            out[monomial] = out.get(monomial, 0) + x
        return {monomial: x for monomial, x in out.items() if x}

    def moved_symbol(self, symbol, order):
        """As `moved`, of one symbol."""
        if not self.moving[symbol]:
            return symbol
        if (symbol, order) not in self.renamed:
            part = self.parts[symbol]
            if part[0] in LEAVES:
                places = sorted(order[a - 1] for a in part[1:])
                there = (part[0], *places)
            elif part[0] == "exp":
                ((monomial, _),) = self.moved({part[1]: Fraction(1)}, order).items()
                there = ("exp", monomial)
            else:
                there = (*part[:-1], self.key(self.moved(dict(part[-1]), order)))
            self.renamed[symbol, order] = self.symbol(there)
        return self.renamed[symbol, order]


def short(x):
    """A rational number of an allowed size, or `Refuted`."""
    if size(x) > MAX_NUMBER_BITS:
        raise Refuted(f"a number of more than {MAX_NUMBER_BITS} bits")
    return x
