"""Functions that SymPy lacks, or that overflow where what is wanted does not.

Law: each differentiates to functions that are named here or in SymPy.

Where several orders of one argument are wanted, `by_recurrence` writes all but two by the recurrences

    i_l/x^l = x^2 i_(l+2)/x^(l+2) + (2l + 3) i_(l+1)/x^(l+1)
    M(a; b) = M(a; b+1) + a z/(b (b+1)) M(a+1; b+2),    M(a; b+1) = M(a+1; b+2) + (a-b-1) z/((b+1) (b+2)) M(a+1; b+3)

with M = 1F1(.; .; z) (DLMF 10.51 and the contiguous relations behind the continued fraction 13.5.1), downwards in l, a
and b, where little cancels.
"""

from collections import defaultdict

from sympy import (
    Dummy,
    Expr,
    Function,
    Integer,
    Rational,
    Symbol,
    besseli,
    exp,
    factorial,
    factorial2,
    hyper,
    pi,
    rf,
    sqrt,
)


def _raised(text: str, exponent: str | None) -> str:
    """The LaTeX of a power, of the base itself where there is no exponent."""
    return text if exponent is None else rf"\left({text}\right)^{{{exponent}}}"


class ramp(Function):
    """max(x, 0): continuous; its derivative is `step`."""

    nargs = 1

    @classmethod
    def eval(cls, x):
        """Decided where the sign of x is."""
        return x if x.is_nonnegative else Integer(0) if x.is_nonpositive else None

    def fdiff(self, argindex=1):
        return step(self.args[0])

    def _latex(self, printer, exp=None):
        return _raised(rf"\left({printer._print(self.args[0])}\right)_{{+}}", exp)


class step(Function):
    """1 for x > 0, 0 for x < 0; in balls of open sign [0, 1]. Whoever uses it refuses a structure with x = 0."""

    nargs = 1

    @classmethod
    def eval(cls, x):
        """Decided where the sign of x is."""
        return Integer(1) if x.is_positive else Integer(0) if x.is_negative else None

    def fdiff(self, argindex=1):
        return Integer(0)

    def _latex(self, printer, exp=None):
        return _raised(rf"\theta\left({printer._print(self.args[0])}\right)", exp)


class scaled_bessel(Function):
    """e^-x i_l(x) / x^l, x >= 0, i_l the modified spherical Bessel function: 1/(2l+1)!! at 0, never large.

    d/dx = x e^-x i_(l+1)(x) / x^(l+1) - e^-x i_l(x) / x^l.
    """

    nargs = 2

    @classmethod
    def eval(cls, l, x):
        """Decided at 0."""
        return 1 / factorial2(2 * l + 1) if x.is_zero else None

    def fdiff(self, argindex=2):
        l, x = self.args
        return x * scaled_bessel(l + 1, x) - self

    def _eval_rewrite_as_besseli(self, l, x, **hints):
        return exp(-x) * sqrt(pi / (2 * x)) * besseli(l + Rational(1, 2), x) / x**l

    def _eval_evalf(self, prec):
        return self.rewrite(besseli)._eval_evalf(prec)

    def _latex(self, printer, exp=None):
        l, x = map(printer._print, self.args)
        return _raised(rf"e^{{-{x}}} i_{{{l}}}\left({x}\right) \left({x}\right)^{{-{l}}}", exp)


class scaled_kummer(Function):
    """e^-z 1F1(a; b; z), z >= 0, a and b positive: 1 at 0, never large; a polynomial if a - b = 0, 1, 2, ...

    d/dz = (a - b)/b e^-z 1F1(a; b + 1; z), by Kummer's transformation e^-z 1F1(a; b; z) = 1F1(b - a; b; -z).
    """

    nargs = 3

    @classmethod
    def eval(cls, a, b, z):
        """Decided at 0 and where it is a polynomial."""
        if z.is_zero:
            return Integer(1)
        if (a - b).is_Integer and a >= b:
            return sum(rf(b - a, i) / (rf(b, i) * factorial(i)) * (-z) ** i for i in range(a - b + 1))
        return None

    def fdiff(self, argindex=3):
        a, b, z = self.args
        return (a - b) / b * scaled_kummer(a, b + 1, z)

    def _eval_evalf(self, prec):
        a, b, z = self.args
        return (exp(-z) * hyper((a,), (b,), z))._eval_evalf(prec)

    def _latex(self, printer, exp=None):
        a, b, z = map(printer._print, self.args)
        return _raised(rf"e^{{-{z}}} {{}}_1F_1\left({a}; {b}; {z}\right)", exp)


def by_recurrence(exprs) -> tuple[list[tuple[Symbol, Expr]], list[Expr]]:
    """(definitions in order, the expressions in terms of them): of each sequence of functions at most two are left."""
    found = set().union(*(expr.atoms(scaled_bessel, scaled_kummer) for expr in exprs))
    bessel, kummer = defaultdict(set), defaultdict(set)
    for f in found:
        if isinstance(f, scaled_bessel):
            bessel[f.args[1]].add(f.args[0])
        else:
            a, b, z = f.args
            kummer[z, a % 1, 2 * a - b].add(a)
    definitions = {}
    for x, orders in bessel.items():
        if len(orders) > 2:
            definitions |= _bessel_sequence(x, _downwards(orders))
    for z, remainder, c in sorted(kummer, key=lambda key: -key[2]):
        orders = kummer.pop((z, remainder, c), set())
        others = kummer.pop((z, remainder, c - 1), set()) if orders else set()  # of M(a; b + 1)
        if len(orders) + len(others) > 2:
            definitions |= _kummer_sequence(z, c, _downwards(orders | others))
    swap = {f: symbol for f, (symbol, _) in definitions.items()}
    return list(definitions.values()), [expr.xreplace(swap) for expr in exprs]


def _downwards(orders):
    return [max(orders) - i for i in range(int(max(orders) - min(orders)) + 1)]


def _bessel_sequence(x, orders):
    symbols, found = {l: Dummy() for l in orders}, {}
    for i, l in enumerate(orders):
        value = scaled_bessel(l, x) if i < 2 else x**2 * symbols[l + 2] + (2 * l + 3) * symbols[l + 1]
        found[scaled_bessel(l, x)] = symbols[l], value
    return found


def _kummer_sequence(z, c, orders):
    """u = e^-z M(a; b) and w = e^-z M(a; b + 1), b = 2a - c."""
    u, w, found = {a: Dummy() for a in orders}, {a: Dummy() for a in orders}, {}
    for a in orders:
        b = 2 * a - c
        lower, upper = scaled_kummer(a, b, z), scaled_kummer(a, b + 1, z)
        first = a == orders[0]
        found[upper] = w[a], upper if first else u[a + 1] + (a - b - 1) / ((b + 1) * (b + 2)) * (z * w[a + 1])
        found[lower] = u[a], lower if first else w[a] + a / (b * (b + 1)) * (z * u[a + 1])
    return found
