"""Expression trees and their first, or second, derivatives in mpmath's interval arithmetic.

Law: every interval contains the value that it stands for; what cannot be enclosed is `Refuted`, and so is more work
than `MAX_WORK`. The precision is that of a context of its own, so no global precision changes.
"""

from fractions import Fraction
from math import prod

from mpmath.ctx_iv import MPIntervalContext
from mpmath.libmp import mpf_neg

from symsens.checker.fields import Element
from symsens.checker.limits import MAX_ARGUMENT_BITS, MAX_MAGNITUDE_BITS, MAX_NUMBER_BITS, MAX_SERIES, MAX_WORK
from symsens.checker.refusals import Refuted
from symsens.checker.trees import MANY


class Dual:
    """An interval with its derivatives by the invariants of a tuple, {component: interval}; zero derivatives are left
    out."""

    __slots__ = ("value", "slope")

    def __init__(self, value, slope=None):
        self.value, self.slope = value, slope or {}

    def __add__(self, other):
        return Dual(self.value + other.value, accumulate(dict(self.slope), other.slope))

    def __mul__(self, other):
        here = {c: x * other.value for c, x in self.slope.items()}
        there = {c: x * self.value for c, x in other.slope.items()}
        return Dual(self.value * other.value, accumulate(here, there))

    def through(self, value, derivative, second):
        """f(self), given f and f' at its value; f'' is not asked for."""
        return Dual(value, {c: x * derivative for c, x in self.slope.items()})

    def parts(self):
        """All intervals in it."""
        return [self.value, *self.slope.values()]


class Jet:
    """A `Dual` with the second derivatives too, {(component, component): interval}, the smaller component first."""

    __slots__ = ("value", "slope", "curve")

    def __init__(self, value, slope=None, curve=None):
        self.value, self.slope, self.curve = value, slope or {}, curve or {}

    def __add__(self, other):
        slope, curve = accumulate(dict(self.slope), other.slope), accumulate(dict(self.curve), other.curve)
        return Jet(self.value + other.value, slope, curve)

    def __mul__(self, other):
        slope = accumulate({c: x * other.value for c, x in self.slope.items()}, times(other.slope, self.value))
        curve = accumulate(times(self.curve, other.value), times(other.curve, self.value))
        for c, x in self.slope.items():
            for d, y in other.slope.items():
                accumulate(curve, {(min(c, d), max(c, d)): x * y * (1 + (c == d))})
        return Jet(self.value * other.value, slope, curve)

    def through(self, value, derivative, second):
        """f(self), given f, f' and a function that gives f'' at its value."""
        curve = times(self.curve, derivative)
        if self.slope:
            bent = second()
            for c, x in self.slope.items():
                accumulate(curve, {(c, d): x * y * bent for d, y in self.slope.items() if c <= d})
        return Jet(value, times(self.slope, derivative), curve)

    def parts(self):
        """All intervals in it."""
        return [self.value, *self.slope.values(), *self.curve.values()]


def times(vector, factor):
    """A sparse vector times an interval."""
    return {c: x * factor for c, x in vector.items()}


def accumulate(total, vector):
    """The sparse vector `total`, once another one has been added to it."""
    for c, x in vector.items():
        total[c] = total[c] + x if c in total else x
    return total


class Evaluator:
    """Trees in interval arithmetic of so many bits; `constants` are the matrices that they name, already enclosed.

    `kind` is `Dual` for first derivatives, `Jet` for second ones too.
    """

    def __init__(self, bits, kind=Dual):
        self.kind = kind
        self.iv, self.bits, self.sums, self.constants, self.work = MPIntervalContext(), bits, {}, [], 0
        self.iv.prec = bits
        # mpmath's exp, log, sin and cos round outward; this many last bits of them are not believed all the same
        self.doubt = 1 + self.iv.mpf([-1, 1]) * self.iv.mpf(2) ** (8 - bits)

    def number(self, x):
        """A rational number, or one of a field."""
        if type(x) is not Element:
            return self.iv.mpf(x.numerator) / x.denominator
        self.spend(4 * x.field.degree**2)
        low, high, unit = x.field.closely(x, self.bits)
        return (self.iv.mpf(low) + self.iv.mpf([0, high - low])) / unit

    def spend(self, operations):
        """Count interval operations, or `Refuted` when there are too many."""
        self.work += operations * (1 + self.bits // 4096)
        if self.work > MAX_WORK:
            raise Refuted(f"more than {MAX_WORK} interval operations")

    def finite(self, x):
        """The interval itself if it is finite and of an allowed magnitude, or `Refuted`."""
        for _, mantissa, exponent, bits in x._mpi_:
            if not mantissa and exponent:
                raise Refuted("a value that is not proved to be finite")
            if (exponent + bits).bit_length() > MAX_MAGNITUDE_BITS:
                raise Refuted(f"a value beyond 2^(2^{MAX_MAGNITUDE_BITS}), or below its inverse")
        return x

    def ends(self, x, bits):
        """The integers right below and above an interval times 2^bits."""
        low, high = self.finite(x)._mpi_
        return whole(low, bits), -whole(mpf_neg(high), bits)

    def at(self, form, place):
        """The dual value of a tree; `place` gives invariants and definitions of the tuple at hand."""
        dual = self.operation(form, place)
        parts = dual.parts()
        self.spend(2 * len(parts))
        for x in parts:
            self.finite(x)
        return dual

    def operation(self, form, place):
        """As `at`, before it is known to be finite."""
        name, rest = form[0], form[1:]
        if name in ("num", "pi", "const"):
            return self.kind(self.constant(name, rest))
        if name in ("s", "d", "def"):
            return place(form)
        if name in MANY:
            return self.many(name, [self.at(part, place) for part in rest])
        if name == "^":
            return self.power(self.at(rest[0], place), rest[1])
        if name == "hyper":
            return self.hypergeometric(rest[0], rest[1], self.at(rest[2], place))
        return self.function(name, self.at(rest[0], place))

    def constant(self, name, rest):
        """A number, pi, or an entry of a constant matrix."""
        if name == "num":
            return self.number(rest[0])
        if name == "pi":
            return +self.iv.pi
        m, i, j = rest
        return self.constants[m][i][j]

    def many(self, name, parts):
        """A sum or a product."""
        if name == "+":
            return sum(parts, self.kind(self.iv.mpf(0)))
        return prod(parts, start=self.kind(self.iv.mpf(1)))

    # Functions.

    def within(self, x):
        """The interval itself if |x| < 2^MAX_ARGUMENT_BITS, or `Refuted`."""
        self.spend(400 * (self.bits // 4096))  # times as much again: exp is of more than linear cost
        bound = self.iv.mpf(2) ** MAX_ARGUMENT_BITS
        if not (x < bound and x > -bound):
            raise Refuted(f"a function at an argument that is not proved to be below 2^{MAX_ARGUMENT_BITS}")
        return x

    def positive(self, x, what):
        """The interval itself if it is proved to be positive, or `Refuted`."""
        if not x.a > 0:
            raise Refuted(f"{what} of a number that is not proved to be positive")
        return x

    def exp(self, x):
        return self.iv.exp(self.within(x)) * self.doubt

    def log(self, x):
        self.spend(400 * (self.bits // 4096))
        return self.iv.log(self.positive(x, "a logarithm")) * self.doubt

    def sin(self, x):
        return self.iv.sin(self.within(x)) * self.doubt

    def cos(self, x):
        return self.iv.cos(self.within(x)) * self.doubt

    def power(self, x, exponent):
        """x^(p/q); a broken power needs an interval that proves x > 0, a negative one x > 0 or x < 0."""
        if exponent.denominator == 1 and exponent >= 0:
            return self.natural_power(x, exponent.numerator)
        v = x.value
        if exponent.denominator == 1 and v.b < 0:
            power = lambda e: v**e.numerator
        else:
            power = lambda e: self.positive_power(self.positive(v, f"a power {exponent}"), e)
        slope, second = self.number(exponent), self.number(exponent * (exponent - 1))
        return x.through(power(exponent), slope * power(exponent - 1), lambda: second * power(exponent - 2))

    def natural_power(self, x, n):
        """x^n."""
        if n == 0:
            return self.kind(self.iv.mpf(1))
        v = x.value
        return x.through(v**n, n * v ** (n - 1), lambda: n * (n - 1) * v ** max(n - 2, 0))

    def positive_power(self, x, exponent):
        """x^(p/q) for x > 0."""
        if exponent.denominator == 1:
            return x**exponent.numerator
        if exponent.denominator == 2:
            return self.iv.sqrt(x) ** exponent.numerator
        return self.exp(self.log(x) * self.number(exponent))

    def function(self, name, x):
        """A function of one number."""
        v = x.value
        if name == "exp":
            value = self.exp(v)
            return x.through(value, value, lambda: value)
        if name == "log":
            return x.through(self.log(v), 1 / v, lambda: -1 / v**2)
        if name in ("sin", "cos"):
            sin, cos = self.sin(v), self.cos(v)
            return x.through(sin, cos, lambda: -sin) if name == "sin" else x.through(cos, -sin, lambda: -cos)
        return {"tanh": self.tanh, "ramp": self.ramp, "erf": self.erf}[name](x)

    def tanh(self, x):
        value = 1 - 2 / (self.exp(2 * x.value) + 1)
        slope = 1 - value * value
        return x.through(value, slope, lambda: -2 * value * slope)

    def ramp(self, x):
        """max(x, 0) where the sign of x is proved."""
        if x.value.a > 0:
            return x
        if x.value.b < 0:
            return self.kind(self.iv.mpf(0))
        raise Refuted("a ramp max(x, 0) at an x whose sign is not proved")

    def erf(self, x):
        """erf(x) = 2 x / sqrt(pi) e^(-x^2) 1F1(1; 3/2; x^2): no cancellation."""
        v = x.value
        slope = 2 / self.iv.sqrt(self.iv.pi) * self.exp(-v * v)
        value = v * slope * self.hyper([Fraction(1)], [Fraction(3, 2)], v * v)
        return x.through(value, slope, lambda: -2 * v * slope)

    def hypergeometric(self, above, below, x):
        """pFq(above; below; x) with its derivatives: each is the product of the parameters, times that of all of them
        plus 1."""

        def derivative(order):
            up, low = ([a + order for a in part] for part in (above, below))
            steps = [
                prod([a + k for a in above], start=Fraction(1)) / prod([b + k for b in below]) for k in range(order)
            ]
            return self.hyper(up, low, x.value) * self.number(prod(steps, start=Fraction(1)))

        return x.through(derivative(0), derivative(1), lambda: derivative(2))

    def hyper(self, above, below, x):
        """pFq(above; below; x), each series summed once."""
        key = tuple(above), tuple(below), x._mpi_
        if key not in self.sums:
            self.sums[key] = self.series(above, below, self.within(x))
        return self.sums[key]

    def series(self, above, below, x):
        """The hypergeometric series, its tail bounded by a geometric one of ratio 1/2 (Lemma tail)."""
        iv, total, term = self.iv, self.iv.mpf(0), self.iv.mpf(1)
        size, small = largest(x), self.iv.mpf(2) ** (-self.bits)
        for k in range(MAX_SERIES):
            self.spend(4)
            total += term
            ratio = prod([Fraction(1, k + 1), *(a + k for a in above), *(1 / (b + k) for b in below)])
            term *= x * self.number(ratio)
            magnitude = largest(term)
            if magnitude == 0:  # a polynomial, or x = 0
                return total
            if min(above, default=1) + k <= 0:
                continue
            later = self.number(later_ratio(above, below, k)) * size
            if later.b < iv.mpf(0.5) and magnitude < abs(total).b * small:
                return total + 2 * iv.mpf([-magnitude, magnitude])
        raise Refuted(f"a hypergeometric series did not converge in {MAX_SERIES} terms")


def whole(x, bits):
    """The integer right below a binary number of mpmath, times 2^bits."""
    sign, mantissa, exponent, size = x
    if exponent + size + bits > MAX_NUMBER_BITS:
        raise Refuted(f"a number of more than {MAX_NUMBER_BITS} bits")
    mantissa, shift = -int(mantissa) if sign else int(mantissa), exponent + bits
    return mantissa << shift if shift > 0 else mantissa >> min(-shift, size + 1)


def largest(x):
    """The largest absolute value in an interval."""
    return abs(x).b


def later_ratio(above, below, k):
    """A bound of the ratio of successive coefficients from the k-th on, all a + k and b + k positive (Lemma tail)."""
    pairs = [max(Fraction(1), (a + k) / (b + k)) for a, b in zip(above, below)]
    single = [1 / (b + k) for b in below[len(above) :]]
    return prod([Fraction(1, k + 1), *pairs, *single])
