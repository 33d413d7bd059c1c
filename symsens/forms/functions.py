"""The functions that a closed form may contain: one row each.

Law: a row is all that is known of a function: what it is in SymPy, its value in every arithmetic, its Taylor
coefficients and how a certificate writes it. The compiler, the arithmetics, the jets and the certificates read their
column of the table and list no function themselves, so a new function is a new row here. An empty column means that
nothing is known there: that arithmetic refuses (`symsens.forms.arithmetics.NotRational`), or no certificate can hold
the function. Balls enclose; exact values are exact; floating-point values are good to a few units in the last place.

Functions that SymPy lacks are defined in `symsens.forms.special`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import factorial, prod

import mpmath
import numpy as np
from flint import arb, arb_series, fmpq
from sympy import (
    Abs,
    E,
    Expr,
    Integer,
    Pow,
    Rational,
    acos,
    asin,
    atan,
    cos,
    cosh,
    erf,
    exp,
    gamma,
    hyper,
    log,
    pi,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
)

from symsens.errors import UndecidedError
from symsens.forms.special import ramp, scaled_bessel, scaled_kummer, step


@dataclass(frozen=True)
class Function:
    """What is known of one function of so many arguments.

    Attributes
    ----------
    name : in compiled code.
    symbolic : (arguments) -> the SymPy expression; the SymPy class itself, where there is one.
    arity : the number of arguments.
    exact : of `flint.fmpq`; None as a value where it is not rational.
    ball : of `flint.arb` (or integers).
    multiprecision : of `mpmath.mpf` (or integers).
    floating : of float64 arrays.
    varies : the place of the argument that `taylor` and `composed` are about; the others are constants there.
    taylor : (arguments, M) -> [f(c), f'(c), f''(c)/2, ..., f^(M)(c)/M!], the argument that varies being a ball c.
    composed : (functions of jets by name, *arguments) -> the function of a jet through others, instead of `taylor`.
    tree : (write, *arguments) -> a certificate's expression tree (`symsens.checker.trees`), or None where none can
        hold these arguments; write(x) is the tree of an argument. Or the name of an operation of the checker.
    """

    name: str
    symbolic: Callable
    arity: int
    exact: Callable | None = None
    ball: Callable | None = None
    multiprecision: Callable | None = None
    floating: Callable | None = None
    varies: int = -1
    taylor: Callable | None = None
    composed: Callable | None = None
    tree: Callable | str | None = None

    def written(self, write: Callable, arguments) -> list | None:
        """The tree that a certificate holds for this function of SymPy `arguments`; None where none can."""
        if self.tree is None:
            return None
        if isinstance(self.tree, str):
            return [self.tree, *map(write, arguments)]
        return self.tree(write, *arguments)


def applied(expr: Expr) -> tuple[Function, tuple[Expr, ...]] | None:
    """The row and the arguments of which `expr` is the function; None where the table has no such row."""
    name, arguments = None, expr.args
    if isinstance(expr, Pow):
        name, arguments = ("sqrt", (expr.base,)) if expr.exp == Rational(1, 2) else ("power", expr.args)
    elif isinstance(expr, hyper):
        name, arguments = f"hyp{len(expr.ap)}f{len(expr.bq)}", (*expr.ap, *expr.bq, expr.argument)
    elif expr == E:
        name, arguments = "exp", (Integer(1),)
    row = FUNCTIONS.get(name) or next((row for row in FUNCTIONS.values() if row.symbolic is type(expr)), None)
    return row and (row, arguments)


# Values.


def factorial2(n: int) -> int:
    """n!! for odd n."""
    return prod(range(1, n + 1, 2))


def _of_balls(name: str) -> Callable:
    """A method of `arb` that also takes integers."""
    method = getattr(arb, name)
    return lambda x: method(arb(x))


def _scipy(name: str) -> Callable:
    """A function of `scipy.special`, imported where it is used."""

    def function(*arguments):
        from scipy import special

        return getattr(special, name)(*arguments)

    return function


def _exact_root(x):
    x = fmpq(x)
    if x.p < 0:
        return None
    p, q = x.p.isqrt(), x.q.isqrt()
    return fmpq(p, q) if p**2 == x.p and q**2 == x.q else None


def _exact_power(x, exponent):
    exponent = fmpq(exponent)
    return fmpq(x) ** int(exponent.p) if exponent.q == 1 else None


def _ball_step(x):
    """Where the sign of x is open, the ball of both values."""
    if x > 0:
        return arb(1)
    return arb(0) if x < 0 else arb(0).union(1)


def _ball_bessel(l, x):
    return (-x).exp() * (x * x / 4).hypgeom_0f1(arb(2 * l + 3) / 2) / factorial2(2 * l + 1)


def _multiprecision_bessel(l, x):
    return mpmath.exp(-x) * mpmath.hyp0f1(l + mpmath.mpf(1.5), x**2 / 4) / factorial2(2 * l + 1)


def _floating_bessel(l, x):
    """By the series below 1, where `ive` and x^l underflow, and by `ive` from there on."""
    from scipy import special

    low, high = np.minimum(x, 1.0), np.maximum(x, 1.0)
    small = np.exp(-low) * special.hyp0f1(l + 1.5, low**2 / 4) / factorial2(2 * l + 1)
    return np.where(x < 1.0, small, special.ive(l + 0.5, high) * np.sqrt(np.pi / (2 * high)) / high**l)


def _floating_kummer(a, b, z):
    """By Kummer's transformation, e^-z M(a; b; z) = M(b - a; b; -z): nothing overflows."""
    from scipy import special

    return special.hyp1f1(b - a, b, -z)


# Taylor coefficients on a ball c, orders 0 to M.


def _padded(coefficients: list, order: int) -> list:
    """So many coefficients that there are those of all orders; the missing ones are zero."""
    return [*coefficients, *[arb(0)] * (order + 1 - len(coefficients))][: order + 1]


def _by_series(name: str) -> Callable:
    """By the power series of FLINT."""
    return lambda c, order: _padded(getattr(arb_series([c, 1], order + 1), name)().coeffs(), order)


def _taylor_exp(c, order):
    return [c.exp() / factorial(k) for k in range(order + 1)]


def _taylor_log(c, order):
    return [c.log(), *(-((-1 / c) ** k) / k for k in range(1, order + 1))]


def _taylor_sin(c, order, shift=0):
    values = [c.sin(), c.cos(), -c.sin(), -c.cos()]
    return [values[(k + shift) % 4] / factorial(k) for k in range(order + 1)]


def _taylor_cos(c, order):
    return _taylor_sin(c, order, shift=1)


def _taylor_power(c, exponent, order):
    e, factor, out = arb(exponent), arb(1), []
    for k in range(order + 1):
        rest = e - k
        # The factor e (e - 1) ... vanishes beyond the degree of a polynomial, where c^(e - k) need not be finite.
        out.append(factor if factor.is_zero() else factor * c**rest)
        factor = factor * rest / (k + 1)
    return out


def _taylor_sqrt(c, order):
    return _taylor_power(c, arb(1) / 2, order)


def _rising(a, k: int):
    """a (a + 1) ... (a + k - 1)."""
    out = arb(1)
    for i in range(k):
        out *= a + i
    return out


def _taylor_hyp0f1(b, c, order):
    b = arb(b)
    return [c.hypgeom_0f1(b + k) / (_rising(b, k) * factorial(k)) for k in range(order + 1)]


def _taylor_hyp1f1(a, b, c, order):
    a, b = arb(a), arb(b)
    return [c.hypgeom_1f1(a + k, b + k) * _rising(a, k) / (_rising(b, k) * factorial(k)) for k in range(order + 1)]


def _is_positive(c) -> bool:
    """Whether c > 0; a ball in which the sign is open is refused."""
    if not (c > 0 or c < 0):
        raise UndecidedError("the argument of a ramp has no definite sign")
    return c > 0


def _taylor_ramp(c, order):
    slope = int(_is_positive(c))
    return _padded([c * slope, arb(slope)], order)


def _taylor_step(c, order):
    return _padded([arb(int(_is_positive(c)))], order)


# Jets through other functions: where one is a sum or product of others, the rules of jets give its derivatives.


def _composed_sinh(of, x):
    return (of["exp"](x) + -1 * of["exp"](-1 * x)) * (arb(1) / 2)


def _composed_cosh(of, x):
    return (of["exp"](x) + of["exp"](-1 * x)) * (arb(1) / 2)


def _composed_tanh(of, x):
    return 1 + -2 * (of["exp"](2 * x) + 1) ** -1


def _composed_bessel(of, l, x):
    series = of["hyp0f1"](arb(2 * l + 3) / 2, x * x * (arb(1) / 4))
    return of["exp"](-1 * x) * series * (arb(1) / factorial2(2 * int(l) + 1))


def _composed_kummer(of, a, b, z):
    return of["exp"](-1 * z) * of["hyp1f1"](a, b, z)


# Trees of a certificate. Exponents and parameters are text in them: rational numbers.


def _tree_power(write, x, exponent):
    return ["^", write(x), str(exponent)] if exponent.is_Rational else None


def _tree_sqrt(write, x):
    return _tree_power(write, x, Rational(1, 2))


def _tree_hyper(write, above, below, x):
    if not all(parameter.is_Rational for parameter in (*above, *below)):
        return None
    return ["hyper", [str(a) for a in above], [str(b) for b in below], write(x)]


def _tree_decay(write, x):
    """e^-x."""
    return ["exp", ["*", ["num", "-1"], write(x)]]


def _tree_bessel(write, l, x):
    """e^-x i_l(x) / x^l = e^-x 0F1(; l + 3/2; x^2/4) / (2l + 1)!!."""
    if not l.is_Integer:
        return None
    series = ["hyper", [], [str(l + Rational(3, 2))], ["*", ["num", "1/4"], ["^", write(x), "2"]]]
    return ["*", ["num", str(Rational(1, factorial2(2 * int(l) + 1)))], _tree_decay(write, x), series]


def _tree_kummer(write, a, b, z):
    series = _tree_hyper(write, [a], [b], z)
    return series and ["*", _tree_decay(write, z), series]


# The table.


def _elementary(symbolic: Callable, floating: Callable, **others) -> Function:
    """A row of one argument, where SymPy, FLINT and mpmath have one name for the function."""
    name = symbolic.__name__
    values = {"ball": _of_balls(name), "multiprecision": getattr(mpmath, name), "floating": floating}
    return Function(name, symbolic, 1, **values, **others)


_ROWS = (
    Function("pi", type(pi), 0, ball=arb.pi, multiprecision=lambda: +mpmath.pi, floating=lambda: np.pi, tree="pi"),
    _elementary(sqrt, np.sqrt, exact=_exact_root, taylor=_taylor_sqrt, tree=_tree_sqrt),
    Function(
        "power",
        Pow,
        2,
        exact=_exact_power,
        ball=lambda x, exponent: arb(x) ** exponent,
        multiprecision=lambda x, exponent: mpmath.mpf(x) ** exponent,
        floating=np.power,
        varies=0,
        taylor=_taylor_power,
        tree=_tree_power,
    ),
    Function("Abs", Abs, 1, exact=abs, ball=abs),
    _elementary(exp, np.exp, taylor=_taylor_exp, tree="exp"),
    _elementary(log, np.log, taylor=_taylor_log, tree="log"),
    _elementary(sin, np.sin, taylor=_taylor_sin, tree="sin"),
    _elementary(cos, np.cos, taylor=_taylor_cos, tree="cos"),
    _elementary(tan, np.tan, taylor=_by_series("tan")),
    _elementary(sinh, np.sinh, composed=_composed_sinh),
    _elementary(cosh, np.cosh, composed=_composed_cosh),
    _elementary(tanh, np.tanh, composed=_composed_tanh, tree="tanh"),
    _elementary(acos, np.arccos, taylor=_by_series("acos")),
    _elementary(asin, np.arcsin, taylor=_by_series("asin")),
    _elementary(atan, np.arctan, taylor=_by_series("atan")),
    _elementary(gamma, _scipy("gamma"), taylor=_by_series("gamma")),
    _elementary(erf, _scipy("erf"), taylor=_by_series("erf"), tree="erf"),
    Function(
        "hyp0f1",
        lambda b, z: hyper((), (b,), z),
        2,
        ball=lambda b, z: arb(z).hypgeom_0f1(b),
        multiprecision=mpmath.hyp0f1,
        floating=_scipy("hyp0f1"),
        taylor=_taylor_hyp0f1,
        tree=lambda write, b, z: _tree_hyper(write, [], [b], z),
    ),
    Function(
        "hyp1f1",
        lambda a, b, z: hyper((a,), (b,), z),
        3,
        ball=lambda a, b, z: arb(z).hypgeom_1f1(a, b),
        multiprecision=mpmath.hyp1f1,
        floating=_scipy("hyp1f1"),
        taylor=_taylor_hyp1f1,
        tree=lambda write, a, b, z: _tree_hyper(write, [a], [b], z),
    ),
    Function(
        "ramp",
        ramp,
        1,
        ball=lambda x: arb(x).max(0),
        multiprecision=lambda x: max(x, mpmath.mpf(0)),
        floating=lambda x: np.maximum(x, 0.0),
        taylor=_taylor_ramp,
        tree="ramp",
    ),
    Function(
        "step",
        step,
        1,
        ball=_ball_step,
        multiprecision=lambda x: mpmath.mpf(x > 0),
        floating=lambda x: np.greater(x, 0.0).astype(float),
        taylor=_taylor_step,
    ),
    Function(
        "scaled_bessel",
        scaled_bessel,
        2,
        ball=_ball_bessel,
        multiprecision=_multiprecision_bessel,
        floating=_floating_bessel,
        composed=_composed_bessel,
        tree=_tree_bessel,
    ),
    Function(
        "scaled_kummer",
        scaled_kummer,
        3,
        ball=lambda a, b, z: (-z).exp() * z.hypgeom_1f1(a, b),
        multiprecision=lambda a, b, z: mpmath.exp(-z) * mpmath.hyp1f1(a, b, z),
        floating=_floating_kummer,
        composed=_composed_kummer,
        tree=_tree_kummer,
    ),
)
FUNCTIONS = {row.name: row for row in _ROWS}
