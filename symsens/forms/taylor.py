"""Closed forms in truncated Taylor polynomials whose coefficients are enclosed: all derivatives of one evaluation, at a
point or on a box.

A `Jet` of order M encloses, for a smooth function f of t = (t_0, t_1, ...) and all points tau of a set (the balls of
its variables), the numbers f_alpha = (d^alpha f)(tau) / alpha!, |alpha| <= M. alpha is written as the sorted tuple of
its components: () is the value, (0, 0, 2) belongs to t_0^2 t_2. By Taylor's theorem on a convex set that contains p and
t,

    f(t) = sum_(|alpha| < M) f_alpha(p) (t - p)^alpha + sum_(|alpha| = M) f_alpha(xi) (t - p)^alpha      for some xi on
    [p, t].

Law: sums, products (Leibniz) and compositions (Faa di Bruno, by Horner's rule) of enclosures enclose; where a function
is not smooth on all of its ball, an entry is not finite and `MidRad` refuses it (`UndecidedError`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from math import factorial

import numpy as np
from flint import arb, arb_series

from symsens.errors import UndecidedError
from symsens.forms.arithmetics import Arithmetic, ball, factorial2
from symsens.forms.blocks import Family, invariants
from symsens.forms.compile import program
from symsens.numbers.midrad import MidRad

Key = tuple[int, ...]


def _number(x) -> MidRad:
    return MidRad.from_arb([arb(x)])


@dataclass(frozen=True, eq=False)
class Jet:
    """Coefficients by exponent, arrays of one shape (or broadcast to it); those that are zero may be missing."""

    coefficients: dict[Key, MidRad]
    order: int

    def __add__(self, other):
        out, terms = dict(self.coefficients), other.coefficients if isinstance(other, Jet) else {(): _number(other)}
        for key, x in terms.items():
            out[key] = out[key] + x if key in out else x
        return Jet(out, self.order)

    __radd__ = __add__

    def __mul__(self, other):
        if isinstance(other, Jet):
            return self.times(other)
        factor = _number(other)
        return Jet({key: x * factor for key, x in self.coefficients.items()}, self.order)

    __rmul__ = __mul__

    def __pow__(self, exponent: int):
        return _power(self, exponent)

    def times(self, other: "Jet", least: int = 0) -> "Jet":
        """The product; only terms of degree `least` or more."""
        out = {}
        for a, x in self.coefficients.items():
            for b, y in other.coefficients.items():
                if least <= len(a) + len(b) <= self.order:
                    key = tuple(sorted(a + b))
                    out[key] = out[key] + x * y if key in out else x * y
        return Jet(out, self.order)

    def compose(self, taylor: Callable[[arb, int], Sequence]) -> "Jet":
        """f of this jet, where ``taylor(c, M)`` gives f(c), f'(c), f''(c)/2, ..., M + 1 of them, on a ball c."""
        centre = self.coefficients[()]
        balls = [arb(m, r) for m, r in zip(centre.mid.ravel().tolist(), centre.rad.ravel().tolist())]
        columns = [MidRad.from_arb(list(column)) for column in zip(*(taylor(c, self.order) for c in balls))]
        terms = [MidRad(c.mid.reshape(centre.shape), c.rad.reshape(centre.shape)) for c in columns]
        rest = Jet({key: x for key, x in self.coefficients.items() if key}, self.order)
        result = Jet({(): terms[-1]}, self.order)
        for term in terms[-2::-1]:
            result = rest.times(result)
            result = Jet({**result.coefficients, (): term}, self.order)
        return result


def variables(balls: Sequence[MidRad], order: int) -> list[Jet]:
    """The coordinates t_0, t_1, ... as jets on the given arrays of balls."""
    return [Jet({(): x, (c,): _number(1)} if order else {(): x}, order) for c, x in enumerate(balls)]


# Elementary functions.


def _rising(a, k: int):
    out = arb(1)
    for i in range(k):
        out *= a + i
    return out


def _power(x, exponent):
    if not isinstance(x, Jet):
        return arb(x) ** exponent
    whole = exponent if isinstance(exponent, int) else int(exponent) if arb(exponent).is_integer() else None
    e = arb(exponent)

    def taylor(c, order):
        factor, out = arb(1), []
        for k in range(order + 1):
            out.append(
                arb(0)
                if whole is not None and 0 <= whole < k
                else factor * c ** (e - k if whole is None else whole - k)
            )
            factor = factor * (e - k) / (k + 1)
        return out

    return x.compose(taylor)


def _log(c, order):
    return [c.log(), *(-((-1 / c) ** k) / k for k in range(1, order + 1))]


def _trigonometric(c, order, shift):
    values = [c.sin(), c.cos(), -c.sin(), -c.cos()]
    return [values[(k + shift) % 4] / factorial(k) for k in range(order + 1)]


def _series(name):
    def taylor(c, order):
        coefficients = getattr(arb_series([c, 1], order + 1), name)().coeffs()
        return [*coefficients, *[arb(0)] * (order + 1 - len(coefficients))]

    return taylor


def _side(c):
    if not (c > 0 or c < 0):
        raise UndecidedError("the argument of a ramp has no definite sign")
    return int(c > 0)


_TAYLOR = {
    "exp": lambda c, order: [c.exp() / factorial(k) for k in range(order + 1)],
    "log": _log,
    "sin": lambda c, order: _trigonometric(c, order, 0),
    "cos": lambda c, order: _trigonometric(c, order, 1),
    "ramp": lambda c, order: [c * _side(c), arb(_side(c)), *[arb(0)] * (order - 1)][: order + 1],
    "step": lambda c, order: [arb(_side(c)), *[arb(0)] * order],
    **{name: _series(name) for name in ("tan", "acos", "asin", "atan", "erf")},
}


def _function(name, taylor):
    plain = ball().functions[name]
    return lambda x: x.compose(taylor) if isinstance(x, Jet) else plain(x)


def _hyp0f1(b, x):
    b = arb(b)
    return x.compose(lambda c, order: [c.hypgeom_0f1(b + k) / (_rising(b, k) * factorial(k)) for k in range(order + 1)])


def _hyp1f1(a, b, x):
    a, b = arb(a), arb(b)
    return x.compose(
        lambda c, order: [
            c.hypgeom_1f1(a + k, b + k) * _rising(a, k) / (_rising(b, k) * factorial(k)) for k in range(order + 1)
        ]
    )


def _tanh(x):
    return 1 + -2 * (_exp(2 * x) + 1) ** -1


_exp = _function("exp", _TAYLOR["exp"])


def _or_ball(name, jet):
    plain = ball().functions[name]
    return lambda *args: jet(*args) if isinstance(args[-1], Jet) else plain(*args)


@cache
def jets() -> Arithmetic:
    """The arithmetic of jets: constants are balls."""
    functions = {name: _function(name, taylor) for name, taylor in _TAYLOR.items()}
    composite = {
        "sinh": lambda x: (_exp(x) + -1 * _exp(-1 * x)) * (arb(1) / 2),
        "cosh": lambda x: (_exp(x) + _exp(-1 * x)) * (arb(1) / 2),
        "tanh": _tanh,
        "hyp0f1": _hyp0f1,
        "hyp1f1": _hyp1f1,
        "scaled_bessel": lambda l, x: (
            _exp(-1 * x) * _hyp0f1(arb(2 * l + 3) / 2, x * x * (arb(1) / 4)) * (arb(1) / factorial2(2 * int(l) + 1))
        ),
        "scaled_kummer": lambda a, b, z: _exp(-1 * z) * _hyp1f1(a, b, z),
    }
    functions |= {name: _or_ball(name, jet) for name, jet in composite.items()}
    functions |= {"power": _power, "sqrt": lambda x: _power(x, arb(1) / 2) if isinstance(x, Jet) else arb(x).sqrt()}
    functions |= {name: ball().functions[name] for name in ("pi", "gamma")}
    return Arithmetic("jet", ball().number, functions, object)


def family_jets(family: Family, arguments: Sequence[MidRad], order: int) -> dict[Key, MidRad]:
    """Exponent -> (forms, points) coefficients of the members of a family; `arguments` are its invariants, arrays over
    points."""
    numbers = [value for constants in family.constants for value in constants.values(ball())]
    symbols = tuple(symbol for constants in family.constants for symbol in constants.symbols)
    results = program(invariants(family.arity) + symbols, family.evaluated)(
        jets(), [*variables(arguments, order), *numbers]
    )
    results = [result.coefficients if isinstance(result, Jet) else {(): _number(result)} for result in results]
    points = len(arguments[0].mid) if arguments else 1
    table = {}
    for key in sorted({key for result in results for key in result}, key=len):
        mid, rad = np.zeros((2, len(results), points))
        for i, result in enumerate(results):
            if key in result:
                mid[i], rad[i] = result[key].mid, result[key].rad
        table[key] = MidRad(mid, rad)
    return {key: _mixed(family, x) for key, x in table.items()} if family.mixing else table


def _mixed(family: Family, x: MidRad) -> MidRad:
    parts, start = [], 0
    for matrix in family.mixing:
        rows, columns = len(matrix.rows), len(matrix.rows[0])
        numbers = MidRad.from_arb(list(matrix.values(ball())))
        numbers = MidRad(numbers.mid.reshape(rows, columns), numbers.rad.reshape(rows, columns))
        parts.append(numbers @ x[start : start + columns])
        start += columns
    return MidRad(np.concatenate([part.mid for part in parts]), np.concatenate([part.rad for part in parts]))
