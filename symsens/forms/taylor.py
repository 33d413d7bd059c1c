"""Closed forms in truncated Taylor polynomials: enclosures of all derivatives, at a point or on a box.

A `Jet` of order M encloses, for a smooth function f of t = (t_0, t_1, ...) and all points tau of a set (the balls of
its variables), the numbers f_alpha = (d^alpha f)(tau) / alpha!, |alpha| <= M. alpha is written as the sorted tuple of
its components: () is the value, (0, 0, 2) belongs to t_0^2 t_2. By Taylor's theorem, on a convex set that contains p
and t there is a xi on [p, t] with

    f(t) = sum_(|alpha| < M) f_alpha(p) (t - p)^alpha + sum_(|alpha| = M) f_alpha(xi) (t - p)^alpha.

Law: sums, products (Leibniz) and compositions (Faa di Bruno, by Horner's rule) of enclosures enclose; where a function
is not smooth on all of its ball, an entry is not finite and `MidRad` refuses it (`UndecidedError`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from flint import arb

from symsens.forms.arithmetics import Arithmetic, NotRational, ball
from symsens.forms.blocks import Family, invariants
from symsens.forms.compile import program
from symsens.forms.functions import FUNCTIONS, Function
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
        return self.compose(lambda c, order: FUNCTIONS["power"].taylor(c, exponent, order))

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
        rows = [taylor(c, self.order) for c in balls]
        columns = [MidRad.from_arb([row[m] for row in rows]) for m in range(self.order + 1)]
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


# The arithmetic.


def _on_jets(row: Function, known: dict) -> Callable:
    """A function of the table for jets, through those in `known`, and for balls; only one argument may be a jet."""
    plain, place = ball().functions[row.name], row.varies % row.arity

    def function(*arguments):
        jets = [i for i, x in enumerate(arguments) if isinstance(x, Jet)]
        if not jets:
            return plain(*arguments)
        if jets != [place]:
            raise NotRational(f"{row.name} has no Taylor coefficients by all of its arguments")
        if row.composed:
            return row.composed(known, *arguments)
        before, x, after = arguments[:place], arguments[place], arguments[place + 1 :]
        return x.compose(lambda c, order: row.taylor(*before, c, *after, order))

    return function


@cache
def taylor_arithmetic() -> Arithmetic:
    """The arithmetic of jets: constants are balls."""
    known = {}
    known |= {name: _on_jets(row, known) for name, row in FUNCTIONS.items() if row.taylor or row.composed}
    known |= {name: row.ball for name, row in FUNCTIONS.items() if not row.arity}
    return Arithmetic("jet", ball().number, known, object)


def family_jets(family: Family, arguments: Sequence[MidRad], order: int) -> dict[Key, MidRad]:
    """Exponent -> (forms, points) coefficients of the members of a family at `arguments`, its invariants (points,)."""
    numbers = [value for constants in family.constants for value in constants.values(ball())]
    symbols = tuple(symbol for constants in family.constants for symbol in constants.symbols)
    compiled = program(invariants(family.arity) + symbols, family.evaluated)
    results = compiled(taylor_arithmetic(), [*variables(arguments, order), *numbers])
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
